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
	registerWorkflows(w)
	f := &formActivities{s.forms.editions}
	w.RegisterActivityWithOptions(f.PlanForms, activity.RegisterOptions{Name: workflow.PlanForms})
	w.RegisterActivityWithOptions(f.MakeForm, activity.RegisterOptions{Name: workflow.MakeForm})
	w.RegisterActivityWithOptions(f.PublishForms, activity.RegisterOptions{Name: workflow.PublishForms})
	if s.cfg.Forms > 0 {
		if err := flow.EnsureSchedule(ctx, s.deps.Temporal, s.schedule()); err != nil {
			return err
		}
	}
	return flow.RunWorker(ctx, w)
}
