package analytics

import (
	"context"

	"go.temporal.io/sdk/activity"

	"github.com/kzocds/kzocds/platform/flow"
	"github.com/kzocds/kzocds/proto/workflow"
)

// work runs the worker of the queue until ctx ends.
func (s *Service) work(ctx context.Context) error {
	w := flow.NewWorker(s.deps.Temporal, workflow.QueueAnalytics)
	a := &activities{loader: s.loader}
	w.RegisterActivityWithOptions(a.LoadSnapshot, activity.RegisterOptions{Name: workflow.LoadSnapshot})
	return flow.RunWorker(ctx, w)
}
