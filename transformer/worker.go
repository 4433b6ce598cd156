package transformer

import (
	"context"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/kzocds/kzocds/platform/flow"
	names "github.com/kzocds/kzocds/proto/workflow"
)

func registerWorkflows(r flow.Registry) {
	r.RegisterWorkflowWithOptions(Transform, workflow.RegisterOptions{Name: names.Transform})
}

func registerActivities(r worker.ActivityRegistry, s *Service) {
	a := &activities{s}
	for name, f := range map[string]any{
		names.AwaitSource:    a.AwaitSource,
		names.TransformShard: a.TransformShard,
		names.SumTransform:   a.SumTransform,
	} {
		r.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
	}
}

func (s *Service) runWorker(ctx context.Context) error {
	w := flow.NewWorker(s.temporal, names.QueueTransformer, worker.Options{MaxConcurrentActivityExecutionSize: s.cfg.Shards})
	registerWorkflows(w)
	registerActivities(w, s)
	return flow.RunWorker(ctx, w)
}
