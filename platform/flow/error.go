package flow

import (
	"context"
	"errors"

	"github.com/kzocds/kzocds/platform/fault"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Error is an error as Temporal should see it: an application error whose type
// is the kind, not retryable where the table says so, tried again no earlier
// than RetryAfter. Temporal's own errors and cancellation pass as they are.
func Error(err error) error {
	if err == nil || own(err) {
		return err
	}
	kind := fault.KindOf(err)
	options := temporal.ApplicationErrorOptions{NonRetryable: !kind.Retryable(), Cause: err}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		options.NextRetryDelay = e.RetryAfter
		options.Details = []any{*e}
	}
	return temporal.NewApplicationErrorWithOptions(err.Error(), kind.TemporalType(), options)
}

// own says that an error is Temporal's.
func own(err error) bool {
	switch {
	case errors.Is(err, activity.ErrResultPending), errors.Is(err, context.Canceled), workflow.IsContinueAsNewError(err):
		return true
	}
	return temporal.IsApplicationError(err) || temporal.IsCanceledError(err) || temporal.IsTimeoutError(err) ||
		temporal.IsTerminatedError(err) || temporal.IsPanicError(err) ||
		temporal.IsWorkflowExecutionAlreadyStartedError(err) || isCarrier(err)
}

// isCarrier says that an error brings the failure of an activity or a child.
func isCarrier(err error) bool {
	_, byActivity := errors.AsType[*temporal.ActivityError](err)
	_, byChild := errors.AsType[*temporal.ChildWorkflowExecutionError](err)
	return byActivity || byChild
}

// Fault is an error of Temporal as the rest of the system sees it: the
// *fault.Error that Error was given, as far as it crossed the wire.
func Fault(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*temporal.ApplicationError](err); ok {
		known := new(fault.Error)
		if e.HasDetails() && e.Details(known) == nil && known.Kind != "" {
			known.Kind, known.Err = fault.ParseKind(string(known.Kind)), err
			return known
		}
		return fault.Wrap(fault.ParseKind(e.Type()), err, "%s", e.Message())
	}
	switch {
	case temporal.IsTimeoutError(err):
		return fault.Wrap(fault.Timeout, err, "took too long")
	case temporal.IsCanceledError(err):
		return fault.Wrap(fault.Unavailable, err, "cancelled")
	}
	return err
}

// errorMapping applies Error to what workflows and activities return.
type errorMapping struct {
	interceptor.WorkerInterceptorBase
}

func (*errorMapping) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &activityErrors{interceptor.ActivityInboundInterceptorBase{Next: next}}
}

func (*errorMapping) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &workflowErrors{interceptor.WorkflowInboundInterceptorBase{Next: next}}
}

type activityErrors struct {
	interceptor.ActivityInboundInterceptorBase
}

func (i *activityErrors) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	out, err := i.Next.ExecuteActivity(ctx, in)
	return out, Error(err)
}

type workflowErrors struct {
	interceptor.WorkflowInboundInterceptorBase
}

func (i *workflowErrors) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	out, err := i.Next.ExecuteWorkflow(ctx, in)
	return out, Error(err)
}
