package analytics

import (
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/kzocds/kzocds/platform/flow"
	"github.com/kzocds/kzocds/proto/analysis"
	names "github.com/kzocds/kzocds/proto/workflow"
)

// MakeForms makes the editions of the statutory forms that the loaded snapshot
// calls for, and puts them into the index. It gives their number.
func MakeForms(ctx workflow.Context) (int, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 30 * time.Minute, HeartbeatTimeout: time.Minute,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute, MaximumAttempts: 20},
	})
	var due []string
	if err := workflow.ExecuteActivity(ctx, names.PlanForms).Get(ctx, &due); err != nil {
		return 0, err
	}
	var made []analysis.Edition
	for _, what := range due {
		var edition analysis.Edition
		if err := workflow.ExecuteActivity(ctx, names.MakeForm, what).Get(ctx, &edition); err != nil {
			return 0, err
		}
		made = append(made, edition)
	}
	if len(made) == 0 {
		return 0, nil
	}
	return len(made), workflow.ExecuteActivity(ctx, names.PublishForms, made).Get(ctx, nil)
}

func registerWorkflows(r flow.Registry) {
	r.RegisterWorkflowWithOptions(MakeForms, workflow.RegisterOptions{Name: names.MakeForms})
}

// schedule makes the forms again and again. A start is left out while the one
// before still runs; what was missed is not made up for.
func (s *Service) schedule() client.ScheduleOptions {
	return client.ScheduleOptions{
		ID:   names.ScheduleForms,
		Spec: client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: s.cfg.Forms}}},
		Action: &client.ScheduleWorkflowAction{
			ID: names.ScheduleForms, Workflow: names.MakeForms, TaskQueue: names.QueueAnalytics, StaticSummary: "fill the statutory forms",
		},
		Overlap: enumspb.SCHEDULE_OVERLAP_POLICY_SKIP, CatchupWindow: s.cfg.Forms,
		Note: "fills the statutory forms of the current and the last period and puts them into the object store",
	}
}
