package transformer

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/workflow"

	"github.com/kzocds/kzocds/platform/flow"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	names "github.com/kzocds/kzocds/proto/workflow"
	"github.com/kzocds/kzocds/transformer/internal/pg"
)

const stageRetry = "retry"

// RetryQuarantine transforms processes in quarantine anew, all their stored
// documents from the first batch on, and says how many left it. What a process
// looks like depends on its documents and the mapping: a retry helps after the
// program was mended without a change of what it had published.
func RetryQuarantine(ctx workflow.Context, in *workflowv1.RetryInput) (*workflowv1.RetryResult, error) {
	pauser, err := flow.NewPauser(ctx, stageRetry)
	if err != nil {
		return nil, err
	}
	if err := workflow.UpsertTypedSearchAttributes(ctx, attrStage.ValueSet(stageRetry)); err != nil {
		return nil, err
	}
	var out workflowv1.RetryResult
	if err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 6 * time.Hour, HeartbeatTimeout: 2 * time.Minute, RetryPolicy: retries, Summary: "transform what is in quarantine",
	}), names.RetryProcesses, in).Get(ctx, &out); err != nil {
		return nil, err
	}
	note := fmt.Sprintf("%d processes tried, %d left quarantine, %d stay", out.Processes, out.Released, out.Quarantined)
	pauser.Stage(ctx, stageDone)
	pauser.Update(func(p *workflowv1.Progress) { p.Done, p.Total, p.Note = out.Released, out.Processes, note })
	workflow.SetCurrentDetails(ctx, note)
	return &out, workflow.UpsertTypedSearchAttributes(ctx, attrStage.ValueSet(stageDone))
}

// RetryProcesses goes through the quarantine in the order of ocid; the heartbeat
// carries how far it is.
func (a *activities) RetryProcesses(ctx context.Context, in *workflowv1.RetryInput) (*workflowv1.RetryResult, error) {
	out := &workflowv1.RetryResult{}
	if activity.HasHeartbeatDetails(ctx) {
		if err := activity.GetHeartbeatDetails(ctx, out); err != nil {
			return nil, err
		}
	}
	batch, err := a.store.Looked(ctx, a.mapping.ID)
	if err != nil {
		return nil, err
	}
	for {
		held, err := a.store.Held(ctx, a.mapping.ID, pg.Choice{Rule: in.Rule, Keys: in.ProcessKey}, out.AfterKey, a.cfg.Page)
		if err != nil || len(held) == 0 {
			return out, err
		}
		marks := make([]pg.Mark, len(held))
		for i, h := range held {
			marks[i] = asTransformed(h.ProcessKey)
			out.AfterKey = h.OCID
		}
		done, err := a.transform(ctx, batch, marks)
		if err != nil {
			return nil, err
		}
		out.Processes += done.processes
		out.Quarantined += done.quarantined
		out.Released += done.processes - done.quarantined
		activity.RecordHeartbeat(ctx, out)
	}
}
