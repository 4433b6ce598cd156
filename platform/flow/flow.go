// Package flow is Temporal: client, worker, errors, schedules, and what every
// workflow of ours has (progress, pause and resume).
package flow

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"time"

	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/fault"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"
	"go.temporal.io/sdk/interceptor"
	tlog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Dial connects and waits until the namespace can be used or ctx ends. Without
// a tracer provider the process's own is taken.
func Dial(ctx context.Context, cfg config.Temporal, log *slog.Logger, tp trace.TracerProvider) (client.Client, error) {
	if tp == nil {
		tp = otel.GetTracerProvider()
	}
	tracing, err := opentelemetry.NewTracingInterceptor(opentelemetry.TracerOptions{
		Tracer:              tp.Tracer("temporal"),
		DisableQueryTracing: true, // progress queries of the UI would drown the rest
	})
	if err != nil {
		return nil, err
	}
	options := client.Options{
		HostPort:     cfg.Address,
		Namespace:    cfg.Namespace,
		Logger:       tlog.NewStructuredLogger(log),
		Interceptors: []interceptor.ClientInterceptor{tracing},
		MetricsHandler: opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{
			Meter:                otel.Meter("temporal"),
			OnError:              func(err error) { log.Warn("metrics of Temporal", "err", err) },
			UseMonotonicCounters: true,
		}),
	}
	if cfg.TLS {
		options.ConnectionOptions.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	var c client.Client
	err = persist(ctx, log, "waiting for Temporal", func() error {
		dialled, err := client.DialContext(ctx, options)
		if err != nil {
			return err
		}
		// Counting goes through the frontend's cache of namespaces, as starting a
		// workflow does; describing the namespace would not.
		if _, err = dialled.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{}); err != nil {
			dialled.Close()
			return err
		}
		c = dialled
		return nil
	})
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "connect to Temporal at %s, namespace %s", cfg.Address, cfg.Namespace)
	}
	return c, nil
}

// persist repeats an action while the server is on its way: starting, or not
// yet aware of its namespace.
func persist(ctx context.Context, log *slog.Logger, doing string, action func() error) error {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		err := action()
		if err == nil || !onItsWay(err) {
			return err
		}
		log.InfoContext(ctx, doing, "err", err)
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(wait):
		}
	}
}

func onItsWay(err error) bool {
	if _, ok := errors.AsType[*serviceerror.NamespaceNotFound](err); ok {
		return true
	}
	if _, ok := errors.AsType[*serviceerror.Unavailable](err); ok {
		return true
	}
	if _, ok := errors.AsType[*serviceerror.ResourceExhausted](err); ok {
		return true
	}
	return errors.Is(err, context.DeadlineExceeded)
}

// stopTimeout is how long activities under way may take when a worker stops.
// Then their context ends, and what they had not finished is tried again.
const stopTimeout = 15 * time.Second

// NewWorker makes a worker on a task queue and starts nothing. Its workflows and
// activities may return errors of package fault: they become what Error says.
// At most one set of options is taken.
func NewWorker(c client.Client, queue string, opts ...worker.Options) worker.Worker {
	var o worker.Options
	if len(opts) > 0 {
		o = opts[0]
	}
	if o.WorkerStopTimeout == 0 {
		o.WorkerStopTimeout = stopTimeout
	}
	o.Interceptors = append(o.Interceptors, &errorMapping{})
	return worker.New(c, queue, o)
}

// RunWorker runs a worker until ctx ends, then lets the activities under way
// finish for a while.
func RunWorker(ctx context.Context, w worker.Worker) error {
	interrupt := make(chan any)
	defer context.AfterFunc(ctx, func() { close(interrupt) })()
	return w.Run(interrupt)
}

// EnsureSearchAttributes registers search attributes, all keywords, in a
// namespace. Ones that exist already are left alone.
func EnsureSearchAttributes(ctx context.Context, c client.Client, namespace string, names []string) error {
	err := persist(ctx, slog.Default(), "waiting to register search attributes", func() error {
		present, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
		if err != nil {
			return err
		}
		missing := map[string]enumspb.IndexedValueType{}
		for _, name := range names {
			if _, ok := present.GetCustomAttributes()[name]; !ok {
				missing[name] = enumspb.INDEXED_VALUE_TYPE_KEYWORD
			}
		}
		if len(missing) == 0 {
			return nil
		}
		_, err = c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
			Namespace: namespace, SearchAttributes: missing,
		})
		if _, ok := errors.AsType[*serviceerror.AlreadyExists](err); ok {
			return nil // by a process that started together with us
		}
		return err
	})
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "register the search attributes of namespace %s", namespace)
	}
	return nil
}

// EnsureSchedule makes a schedule, or brings the existing one to the same spec,
// action and policies; whether it is paused stays as the operator left it.
func EnsureSchedule(ctx context.Context, c client.Client, o client.ScheduleOptions) error {
	err := persist(ctx, slog.Default(), "waiting to make the schedule "+o.ID, func() error {
		_, err := c.ScheduleClient().Create(ctx, o)
		if !errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
			return err
		}
		return c.ScheduleClient().GetHandle(ctx, o.ID).Update(ctx, client.ScheduleUpdateOptions{
			DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
				s := in.Description.Schedule
				s.Spec, s.Action = &o.Spec, o.Action
				s.Policy = &client.SchedulePolicies{Overlap: o.Overlap, CatchupWindow: o.CatchupWindow, PauseOnFailure: o.PauseOnFailure}
				return &client.ScheduleUpdate{Schedule: &s}, nil
			},
		})
	})
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "make the schedule %s", o.ID)
	}
	return nil
}

// Registry is what workflows are registered with: a worker, or the replayer of
// a test.
type Registry interface {
	RegisterWorkflowWithOptions(w any, o workflow.RegisterOptions)
}
