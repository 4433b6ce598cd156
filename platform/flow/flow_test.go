package flow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/flow"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	names "github.com/kzocds/kzocds/proto/workflow"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

func TestEveryKindCrossesTemporalAndComesBack(t *testing.T) {
	t.Parallel()
	for _, k := range fault.Kinds() {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			in := fault.New(k, "cannot").About("lots/7").At("page", "1", "2").Do("wait").After(7 * time.Second)
			out := flow.Error(fmt.Errorf("fetch: %w", in))
			app, ok := errors.AsType[*temporal.ApplicationError](out)
			if !ok || app.Type() != string(k) || app.NonRetryable() == k.Retryable() || app.NextRetryDelay() != 7*time.Second {
				t.Fatalf("%#v", out)
			}
			back := flow.Fault(fmt.Errorf("activity error: %w", out))
			e, ok := errors.AsType[*fault.Error](back)
			if !ok || e.Kind != k || e.Message != "cannot" || e.Subject != "lots/7" || e.Field != "page" || e.Remedy != "wait" || e.RetryAfter != in.RetryAfter {
				t.Errorf("came back as %+v", back)
			}
		})
	}
}

func TestErrorLeavesTemporalsOwnAlone(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, context.Canceled, temporal.NewCanceledError(), temporal.NewApplicationError("x", "y"), temporal.NewTimeoutError(1, nil)} {
		if got := flow.Error(err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
	if k := fault.KindOf(flow.Fault(temporal.NewTimeoutError(1, nil))); k != fault.Timeout {
		t.Errorf("a time-out of Temporal is %s", k)
	}
	if app, ok := errors.AsType[*temporal.ApplicationError](flow.Error(errors.New("odd"))); !ok || app.Type() != string(fault.Internal) || app.NonRetryable() {
		t.Error("an unclassified error is internal and tried again")
	}
}

// steps is a workflow of ten steps of a minute each.
func steps(ctx workflow.Context) (int64, error) {
	p, err := flow.NewPauser(ctx, "extract")
	if err != nil {
		return 0, err
	}
	p.Update(func(w *workflowv1.Progress) { w.Total = 10 })
	for range 10 {
		if err := p.Wait(ctx); err != nil {
			return 0, err
		}
		if err := workflow.Sleep(ctx, time.Minute); err != nil {
			return 0, err
		}
		p.Update(func(w *workflowv1.Progress) { w.Done++ })
	}
	p.Stage(ctx, "done")
	return int64(workflow.Now(ctx).Sub(workflow.GetInfo(ctx).WorkflowStartTime) / time.Minute), nil
}

func TestPauseHoldsAWorkflowUntilItIsResumed(t *testing.T) {
	t.Parallel()
	env := new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment()
	progress := func() *workflowv1.Progress {
		value, err := env.QueryWorkflow(names.QueryProgress)
		if err != nil {
			t.Fatal(err)
		}
		p := new(workflowv1.Progress)
		if err := value.Get(p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(names.SignalPause, nil) }, 150*time.Second)
	env.RegisterDelayedCallback(func() {
		if p := progress(); !p.Paused || p.Done != 3 || p.Total != 10 || p.Stage != "extract" || p.Elapsed.AsDuration() < 3*time.Minute {
			t.Errorf("while paused: %v", p)
		}
		env.SignalWorkflow(names.SignalResume, nil)
	}, time.Hour)
	env.RegisterDelayedCallback(func() {
		if p := progress(); p.Paused || p.Done != 5 {
			t.Errorf("after the resume: %v", p)
		}
	}, time.Hour+150*time.Second)
	env.ExecuteWorkflow(steps)
	var minutes int64
	if err := errors.Join(env.GetWorkflowError(), env.GetWorkflowResult(&minutes)); err != nil {
		t.Fatal(err)
	}
	if minutes != 67 { // three steps, the pause up to the hour, seven steps
		t.Errorf("took %d minutes", minutes)
	}
	if p := progress(); p.Stage != "done" || p.Done != 0 {
		t.Errorf("at the end: %v", p)
	}
}

func TestACancelledWorkflowDoesNotWaitForTheResume(t *testing.T) {
	t.Parallel()
	env := new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment()
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(names.SignalPause, nil) }, 30*time.Second)
	env.RegisterDelayedCallback(env.CancelWorkflow, time.Hour)
	env.ExecuteWorkflow(steps)
	if err := env.GetWorkflowError(); !temporal.IsCanceledError(err) {
		t.Errorf("error %v", err)
	}
}
