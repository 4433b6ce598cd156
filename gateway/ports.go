package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"iter"

	"github.com/nats-io/nats.go"
	schedulepb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/fault"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/workflow"
)

// asker puts a question to a service and gives its answer as raw JSON.
type asker interface {
	Ask(ctx context.Context, service, verb string, request any) (json.RawMessage, error)
	// Take gives the pieces of a long answer that an earlier one offered.
	Take(ctx context.Context, at string) iter.Seq2[json.RawMessage, error]
	Ready() error
}

// workflows is what the operator's API does with Temporal.
type workflows interface {
	// Trigger runs the schedule of a source now.
	Trigger(ctx context.Context, source string) error
	// Signal sends pause or resume to a workflow.
	Signal(ctx context.Context, id, signal string) error
	// PauseSchedule stops or restarts new runs of a source.
	PauseSchedule(ctx context.Context, source string, pause bool) error
	// BackFill starts the back-fill of a source, or changes the pace of the one
	// that runs.
	BackFill(ctx context.Context, in *workflowv1.BackFillInput) error
	// Update sends a word to a workflow that can refuse it, and gives its answer.
	Update(ctx context.Context, id, name string) (answer string, err error)
	// Retry transforms processes in quarantine anew, in the workflow whose id it
	// gives.
	Retry(ctx context.Context, in *workflowv1.RetryInput) (id string, err error)
	// Operate carries out an act on the publication in the workflow whose id it
	// gives.
	Operate(ctx context.Context, in *workflowv1.OperateInput) (id string, err error)
}

type busAsker struct{ conn *bus.Conn }

func (b busAsker) Ask(ctx context.Context, service, verb string, request any) (json.RawMessage, error) {
	return bus.Ask[any, json.RawMessage](ctx, b.conn, service, verb, request)
}

func (b busAsker) Take(ctx context.Context, at string) iter.Seq2[json.RawMessage, error] {
	return bus.Take[json.RawMessage](ctx, b.conn, at)
}

func (b busAsker) Ready() error {
	if b.conn.Status() != nats.CONNECTED {
		return errors.New("no connection to NATS")
	}
	return nil
}

type temporal struct{ client client.Client }

func (t temporal) Trigger(ctx context.Context, source string) error {
	h := t.client.ScheduleClient().GetHandle(ctx, workflow.ScheduleSync(source))
	if err := h.Trigger(ctx, client.ScheduleTriggerOptions{Overlap: schedulepb.SCHEDULE_OVERLAP_POLICY_SKIP}); err != nil {
		return fault.Wrap(fault.Unavailable, err, "trigger schedule %s", workflow.ScheduleSync(source))
	}
	return nil
}

func (t temporal) Signal(ctx context.Context, id, signal string) error {
	if err := t.client.SignalWorkflow(ctx, id, "", signal, nil); err != nil {
		return fault.Wrap(fault.NotFound, err, "signal %s to workflow %s", signal, id)
	}
	return nil
}

func (t temporal) BackFill(ctx context.Context, in *workflowv1.BackFillInput) error {
	id := workflow.BackFillID(in.GetSource())
	_, err := t.client.SignalWithStartWorkflow(ctx, id, workflow.UpdatePace, in.GetPace(), client.StartWorkflowOptions{
		TaskQueue: workflow.QueueExtractor, StaticSummary: "what the source had before the first batch",
	}, workflow.BackFill, in)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "start or steer %s", id)
	}
	return nil
}

func (t temporal) PauseSchedule(ctx context.Context, source string, pause bool) error {
	h := t.client.ScheduleClient().GetHandle(ctx, workflow.ScheduleSync(source))
	var err error
	if pause {
		err = h.Pause(ctx, client.SchedulePauseOptions{Note: "paused by an operator through the API"})
	} else {
		err = h.Unpause(ctx, client.ScheduleUnpauseOptions{Note: "resumed by an operator through the API"})
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "change schedule %s", workflow.ScheduleSync(source))
	}
	return nil
}

func (t temporal) Operate(ctx context.Context, in *workflowv1.OperateInput) (string, error) {
	o := client.StartWorkflowOptions{TaskQueue: workflow.QueuePublisher, StaticSummary: "an operator: " + in.GetAct()}
	var kind string
	var input any
	switch in.GetAct() {
	case workflow.ScheduleCompact: // the same ids as the schedules', so that none runs beside another
		o.ID, kind, input = workflow.ScheduleCompact, workflow.Compact, &workflowv1.CompactInput{}
	case workflow.ScheduleCollect:
		o.ID, kind, input = workflow.ScheduleCollect, workflow.Collect, &workflowv1.CollectInput{}
	default:
		o.ID, kind, input = workflow.OperateID(in.GetAct(), in.GetSnapshotId()+in.GetOcid()+in.GetCheck()), workflow.Operate, in
	}
	run, err := t.client.ExecuteWorkflow(ctx, o, kind, input)
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, err, "start %s", o.ID)
	}
	return run.GetID(), nil
}
