// Package pipeline runs one publication from the source to the loaded snapshot
// and tells whether every stage counts the same.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/flow"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	names "github.com/kzocds/kzocds/proto/workflow"
)

// Once runs the publication of a source, or goes on with the one that an
// earlier start left unfinished, and waits for it. Meanwhile it tells progress
// how far it is. The schedule, if an earlier start made one, is paused: it would
// start publications in between.
func Once(ctx context.Context, cfg config.Temporal, log *slog.Logger, source string, progress io.Writer) (Summary, error) {
	c, err := flow.Dial(ctx, cfg, log, nil)
	if err != nil {
		return Summary{}, err
	}
	defer c.Close()
	if err := pauseSchedule(ctx, c, source); err != nil {
		return Summary{}, err
	}
	if err := awaitScheduled(ctx, c, cfg.Namespace, source); err != nil {
		return Summary{}, err
	}
	began := time.Now()
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: names.PublicationID(source), TaskQueue: names.QueuePublisher,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, names.Publication, &workflowv1.PublicationInput{Source: source, Compact: true})
	if err != nil {
		return Summary{}, fmt.Errorf("start the publication: %w", err)
	}
	stop := report(ctx, c, run, progress, began)
	defer stop()
	var result workflowv1.PublicationResult
	if err := run.Get(ctx, &result); err != nil {
		return Summary{}, explain(err)
	}
	return newSummary(&result, time.Since(began)), nil
}

// awaitScheduled waits for a publication that the schedule of an earlier start
// began: its id has the start time appended.
func awaitScheduled(ctx context.Context, c client.Client, namespace, source string) error {
	open, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		Namespace: namespace,
		Query:     fmt.Sprintf("WorkflowType = %q AND ExecutionStatus = 'Running' AND WorkflowId STARTS_WITH %q", names.Publication, names.PublicationID(source)+"-"),
	})
	if err != nil {
		return fmt.Errorf("list publications: %w", err)
	}
	for _, e := range open.GetExecutions() {
		// Its own failure is told by its successor, which meets the same.
		if err := c.GetWorkflow(ctx, e.GetExecution().GetWorkflowId(), e.GetExecution().GetRunId()).Get(ctx, nil); ctx.Err() != nil {
			return err
		}
	}
	return nil
}

func pauseSchedule(ctx context.Context, c client.Client, source string) error {
	err := c.ScheduleClient().GetHandle(ctx, names.ScheduleSync(source)).Pause(ctx, client.SchedulePauseOptions{Note: pausedBy})
	if _, none := errors.AsType[*serviceerror.NotFound](err); err != nil && !none {
		return fmt.Errorf("pause the schedule: %w", err)
	}
	return nil
}

// pausedBy marks a pause as ours: one that an operator made stays.
const pausedBy = "paused by a run with ONCE=1"

// Resume lets the schedule go on if a run with ONCE=1 paused it.
func Resume(ctx context.Context, cfg config.Temporal, log *slog.Logger, source string) error {
	c, err := flow.Dial(ctx, cfg, log, nil)
	if err != nil {
		return err
	}
	defer c.Close()
	handle := c.ScheduleClient().GetHandle(ctx, names.ScheduleSync(source))
	d, err := handle.Describe(ctx)
	if err != nil {
		return fmt.Errorf("look at the schedule: %w", err)
	}
	if state := d.Schedule.State; state == nil || !state.Paused || state.Note != pausedBy {
		return nil
	}
	if err := handle.Unpause(ctx, client.ScheduleUnpauseOptions{}); err != nil {
		return fmt.Errorf("resume the schedule: %w", err)
	}
	return nil
}

// explain finds the innermost reason: the wrappings name workflows and
// activities, which an operator sees in the Temporal UI.
func explain(err error) error {
	var last *temporal.ApplicationError
	for e := err; e != nil; e = errors.Unwrap(e) {
		if a, ok := e.(*temporal.ApplicationError); ok { //nolint:errorlint // walking the chain by hand
			last = a
		}
	}
	if last == nil {
		return fmt.Errorf("the publication failed: %w", err)
	}
	return fmt.Errorf("the publication failed (%s): %s", last.Type(), last.Message())
}

// report tells how far the workflow is, every few seconds, until stop is called.
func report(ctx context.Context, c client.Client, run client.WorkflowRun, to io.Writer, began time.Time) (stop func()) {
	const every = 5 * time.Second
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			answer, err := c.QueryWorkflow(ctx, run.GetID(), run.GetRunID(), names.QueryProgress)
			if err != nil {
				continue // it starts, ends, or is busy; the next tick asks again
			}
			var p workflowv1.Progress
			if answer.Get(&p) != nil {
				continue
			}
			line := p.GetStage()
			if p.GetTotal() > 0 {
				line += fmt.Sprintf(" %d/%d", p.GetDone(), p.GetTotal())
			}
			if p.GetNote() != "" {
				line += ", " + p.GetNote()
			}
			elapsed := time.Since(began).Round(time.Second)
			fmt.Fprintf(to, "%2d:%02d  pipeline: %s\n", int(elapsed.Minutes()), int(elapsed.Seconds())%60, line)
		}
	}()
	return func() { cancel(); <-ended }
}
