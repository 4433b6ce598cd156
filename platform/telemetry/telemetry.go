// Package telemetry starts logging, tracing and metrics of a process. Records
// of the log carry the trace they belong to; traces cross HTTP, NATS, Temporal,
// PostgreSQL and the object store in the W3C form.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/kzocds/kzocds/platform/config"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Scope is the instrumentation scope of our own spans and metrics.
const Scope = "github.com/kzocds/kzocds"

// Telemetry is the logging, tracing and metering of a process.
type Telemetry struct {
	Log            *slog.Logger
	Tracer         trace.Tracer
	Meter          metric.Meter
	TracerProvider trace.TracerProvider

	metrics  http.Handler
	shutdown []func(context.Context) error
}

// Start makes the telemetry of a service and sets it as the process's own:
// slog's default, OpenTelemetry's global providers and propagator. The log goes
// to standard error.
func Start(ctx context.Context, service, version string, cfg config.Telemetry) (*Telemetry, error) {
	log, err := NewLogger(os.Stderr, cfg)
	if err != nil {
		return nil, err
	}
	log = log.With("service", service)

	res := resource.NewSchemaless(
		attribute.String("service.name", service),
		attribute.String("service.version", version),
		attribute.String("service.namespace", "kzocds"),
	)
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	reader, err := otelprom.New(otelprom.WithRegisterer(registry))
	if err != nil {
		return nil, fmt.Errorf("metrics for Prometheus: %w", err)
	}
	traceOptions := []sdktrace.TracerProviderOption{
		sdktrace.WithResource(res),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(cfg.SampleRatio))),
	}
	metricOptions := []sdkmetric.Option{sdkmetric.WithResource(res), sdkmetric.WithReader(reader),
		sdkmetric.WithView(sdkmetric.NewView(sdkmetric.Instrument{Name: "http.server.*"},
			sdkmetric.Stream{AttributeFilter: attribute.NewDenyKeysFilter(fromClients...), ExemplarReservoirProviderSelector: onlyTraces}))}

	if endpoint := cfg.Endpoint; endpoint != "" || os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" {
		var spansTo []otlptracehttp.Option // empty: the exporters read the environment
		var metricsTo []otlpmetrichttp.Option
		if endpoint != "" {
			endpoint = strings.TrimRight(endpoint, "/")
			spansTo = append(spansTo, otlptracehttp.WithEndpointURL(endpoint+"/v1/traces"))
			metricsTo = append(metricsTo, otlpmetrichttp.WithEndpointURL(endpoint+"/v1/metrics"))
		}
		spans, err := otlptracehttp.New(ctx, spansTo...)
		if err != nil {
			return nil, fmt.Errorf("forward traces: %w", err)
		}
		metrics, err := otlpmetrichttp.New(ctx, metricsTo...)
		if err != nil {
			return nil, fmt.Errorf("forward metrics: %w", err)
		}
		traceOptions = append(traceOptions, sdktrace.WithBatcher(spans))
		metricOptions = append(metricOptions, sdkmetric.WithReader(sdkmetric.NewPeriodicReader(metrics)))
	}

	tracers := sdktrace.NewTracerProvider(traceOptions...)
	meters := sdkmetric.NewMeterProvider(metricOptions...)
	slog.SetDefault(log)
	otel.SetTracerProvider(tracers)
	otel.SetMeterProvider(meters)
	otel.SetTextMapPropagator(Propagator())
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("telemetry", "err", err) }))

	return &Telemetry{
		Log:            log,
		Tracer:         tracers.Tracer(Scope),
		Meter:          meters.Meter(Scope),
		TracerProvider: tracers,
		metrics:        promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}), // exemplars are in that form only
		shutdown:       []func(context.Context) error{tracers.Shutdown, meters.Shutdown},
	}, nil
}

// fromClients are the attributes of a request that its client chooses, by the
// Host header among others: as labels each new value would be kept for ever.
var fromClients = []attribute.Key{"server.address", "server.port", "url.scheme", "network.protocol.name", "network.protocol.version"}

// Propagator is the W3C trace context with baggage.
func Propagator() propagation.TextMapPropagator {
	return propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})
}

// MetricsHandler is what Prometheus reads.
func (t *Telemetry) MetricsHandler() http.Handler { return t.metrics }

// Shutdown forwards what is still held back. Call it last, with a context that
// has not ended.
func (t *Telemetry) Shutdown(ctx context.Context) error {
	var errs []error
	for _, f := range t.shutdown {
		errs = append(errs, f(ctx))
	}
	return errors.Join(errs...)
}

// NewLogger makes a logger whose records carry the trace they belong to.
func NewLogger(w io.Writer, cfg config.Telemetry) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.LogLevel)); err != nil {
		return nil, fmt.Errorf("log level %q is none of debug, info, warn, error", cfg.LogLevel)
	}
	options := &slog.HandlerOptions{Level: level}
	switch cfg.LogFormat {
	case "json":
		return slog.New(traced{slog.NewJSONHandler(w, options)}), nil
	case "text":
		return slog.New(traced{slog.NewTextHandler(w, options)}), nil
	}
	return nil, fmt.Errorf("log format %q is neither json nor text", cfg.LogFormat)
}

// traced adds the trace and span of the context to each record.
type traced struct{ slog.Handler }

func (h traced) Handle(ctx context.Context, r slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		r = r.Clone()
		r.AddAttrs(slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}
	return h.Handler.Handle(ctx, r)
}

func (h traced) WithAttrs(attrs []slog.Attr) slog.Handler { return traced{h.Handler.WithAttrs(attrs)} }
func (h traced) WithGroup(name string) slog.Handler       { return traced{h.Handler.WithGroup(name)} }
