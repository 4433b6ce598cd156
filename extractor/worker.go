package extractor

import (
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	names "github.com/kzocds/kzocds/proto/workflow"
)

// register names the workflows and activities of the extractor.
func register(w worker.Registry, x *extraction) {
	w.RegisterWorkflowWithOptions(Extract, workflow.RegisterOptions{Name: names.Extract})
	w.RegisterWorkflowWithOptions(Crawl, workflow.RegisterOptions{Name: names.Crawl})
	w.RegisterWorkflowWithOptions(BackFill, workflow.RegisterOptions{Name: names.BackFill})
	a := activities{x}
	w.RegisterActivityWithOptions(a.OpenBatch, activity.RegisterOptions{Name: names.OpenBatch})
	w.RegisterActivityWithOptions(a.FetchPages, activity.RegisterOptions{Name: names.FetchPages})
	w.RegisterActivityWithOptions(a.CloseBatch, activity.RegisterOptions{Name: names.CloseBatch})
	w.RegisterActivityWithOptions(a.PlanBackFill, activity.RegisterOptions{Name: names.PlanBackFill})
	w.RegisterActivityWithOptions(a.FetchBackFill, activity.RegisterOptions{Name: names.FetchBackFill})
}
