package bus

import (
	"context"

	"github.com/kzocds/kzocds/platform/telemetry"
	"github.com/nats-io/nats.go"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// carrier keeps the keys of the trace context exactly as the propagator writes
// them, in lower case: NATS compares header keys by case, and
// propagation.HeaderCarrier would write Traceparent.
type carrier nats.Header

func (c carrier) Get(key string) string {
	if values := c[key]; len(values) > 0 {
		return values[0]
	}
	return ""
}

func (c carrier) Set(key, value string) { c[key] = []string{value} }

func (c carrier) Keys() []string {
	keys := make([]string, 0, len(c))
	for k := range c {
		keys = append(keys, k)
	}
	return keys
}

var propagator = telemetry.Propagator()

// inject writes the trace of ctx into the headers.
func inject(ctx context.Context, h nats.Header) { propagator.Inject(ctx, carrier(h)) }

// extract makes ctx carry the remote trace of the headers, if there is one.
func extract(ctx context.Context, h nats.Header) context.Context {
	return propagator.Extract(ctx, carrier(h))
}

func startSpan(ctx context.Context, name string, opts ...trace.SpanStartOption) (context.Context, trace.Span) {
	return otel.Tracer(telemetry.Scope+"/bus").Start(ctx, name, opts...)
}

// endSpan ends a span and marks it when the work failed.
func endSpan(span trace.Span, err error) {
	if err != nil {
		span.RecordError(err)
		span.SetStatus(codes.Error, err.Error())
	}
	span.End()
}

func natsSpan(operation, subject string) trace.SpanStartOption {
	return trace.WithAttributes(
		attribute.String("messaging.system", "nats"),
		attribute.String("messaging.operation.name", operation),
		attribute.String("messaging.destination.name", subject),
	)
}
