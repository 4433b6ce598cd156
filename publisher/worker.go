package publisher

import (
	"context"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/kzocds/kzocds/platform/flow"
	names "github.com/kzocds/kzocds/proto/workflow"
)

func registerWorkflows(r flow.Registry) {
	r.RegisterWorkflowWithOptions(Publication, workflow.RegisterOptions{Name: names.Publication})
	r.RegisterWorkflowWithOptions(Publish, workflow.RegisterOptions{Name: names.Publish})
	r.RegisterWorkflowWithOptions(Compact, workflow.RegisterOptions{Name: names.Compact})
	r.RegisterWorkflowWithOptions(Collect, workflow.RegisterOptions{Name: names.Collect})
	r.RegisterWorkflowWithOptions(Operate, workflow.RegisterOptions{Name: names.Operate})
}

func registerActivities(r worker.ActivityRegistry, s *Service) {
	a := &activities{s}
	for name, f := range map[string]any{
		names.AwaitProcesses: a.AwaitProcesses,
		names.PlanSnapshot:   a.PlanSnapshot,
		names.BuildPartition: a.BuildPartition,
		names.Assemble:       a.Assemble,
		names.Gate:           a.Gate,
		names.Flip:           a.Flip,
		names.PlanCompaction: a.PlanCompaction,
		names.CollectGarbage: a.CollectGarbage,
		names.CarryOut:       a.CarryOut,
	} {
		r.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
	}
}

func (s *Service) runWorker(ctx context.Context) error {
	w := flow.NewWorker(s.temporal, names.QueuePublisher, worker.Options{MaxConcurrentActivityExecutionSize: s.cfg.Builds})
	registerWorkflows(w)
	registerActivities(w, s)
	return flow.RunWorker(ctx, w)
}
