package telemetry_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/bus/bustest"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/telemetry"
	pipelinev1 "github.com/kzocds/kzocds/proto/kzocds/pipeline/v1"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/proto/subject"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/trace"
)

// The tests of this package set the process's own providers and so follow one
// another.

func start(t *testing.T, cfg config.Telemetry) *telemetry.Telemetry {
	t.Helper()
	tel, err := telemetry.Start(t.Context(), "analytics", "v1", cfg)
	if err != nil {
		t.Fatal(err)
	}
	return tel
}

// One trace spans the HTTP request, the question over NATS and the write of an
// object; each border is crossed by real headers.
func TestOneTraceFromRequestToStoredObject(t *testing.T) {
	// A collector counts what is forwarded to it.
	var exports atomic.Int64
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/traces" {
			exports.Add(1)
		}
	}))
	defer collector.Close()
	cfg := config.DefaultTelemetry()
	cfg.Endpoint = collector.URL
	tel := start(t, cfg)

	// The store's end of the wire: it keeps the trace header of each write.
	written := make(chan string, 1)
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				t.Error(err)
			}
			written <- r.Header.Get("traceparent")
		}
		w.Header().Set("ETag", `"0"`)
	}))
	defer store.Close()
	bucket, err := blob.Open(t.Context(), config.ObjectStore{Endpoint: store.URL, Bucket: "ocds", AccessKey: "a", SecretKey: "b", Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}

	// The service: a question stores an object.
	conn := bustest.New(t)
	server := bus.NewServer(conn, "analytics", "v1").Handle("store", bus.Decode[string],
		bus.Endpoint(func(ctx context.Context, text string) (string, error) {
			_, err := bucket.Put(ctx, "k", strings.NewReader(text), int64(len(text)), blob.PutOptions{})
			return trace.SpanContextFromContext(ctx).TraceID().String(), err
		}))
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- server.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}()
	for conn.Conn.NumSubscriptions() == 0 {
		if err := conn.FlushWithContext(t.Context()); err != nil {
			t.Fatal(err)
		}
	}

	// The edge: a request asks the question.
	edge := httptest.NewServer(otelhttp.NewHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, err := bus.Ask[string, string](r.Context(), conn, "analytics", "store", "content")
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		io.WriteString(w, answer)
	}), "GET /store"))
	defer edge.Close()

	const id = "0af7651916cd43dd8448eb211c80319c"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, edge.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("traceparent", "00-"+id+"-b7ad6b7169203331-01")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if string(body) != id {
		t.Errorf("the service works in trace %q, want %s", body, id)
	}
	if header := <-written; !strings.Contains(header, id) {
		t.Errorf("the store sees the trace %q, want %s", header, id)
	}
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if exports.Load() == 0 {
		t.Error("no span was forwarded to the collector")
	}
}

func TestMetricsAreReadable(t *testing.T) {
	tel := start(t, config.DefaultTelemetry())
	counter, err := tel.Meter.Int64Counter("kzocds.test.things")
	if err != nil {
		t.Fatal(err)
	}
	counter.Add(t.Context(), 3)
	w := httptest.NewRecorder()
	tel.MetricsHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{"kzocds_test_things_total", "} 3\n", "go_goroutines", `service_name="analytics"`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s in\n%s", want, w.Body)
		}
	}
}

// What a consumer has before it is told while it works on the first message.
func TestAConsumerTellsItsLag(t *testing.T) {
	tel := start(t, config.DefaultTelemetry())
	conn := bustest.New(t)
	for _, id := range []string{"1", "2", "3"} {
		_, err := conn.PublishFact(t.Context(), subject.SourceDocumentStored(source.Lots, id), id, &pipelinev1.SourceDocumentStored{Id: id}, id)
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	begun, ended := make(chan struct{}, 3), make(chan error, 1)
	go func() {
		ended <- conn.Consume(ctx, bus.ConsumeConfig{Stream: subject.StreamSource, Durable: subject.ConsumerTransformer},
			func(ctx context.Context, _ bus.Msg) error {
				begun <- struct{}{}
				<-ctx.Done()
				return ctx.Err()
			})
	}()
	<-begun
	if n, err := conn.Waiting(t.Context(), subject.StreamSource, subject.ConsumerTransformer); n != 3 || err != nil {
		t.Errorf("%d wait, %v; want 3", n, err)
	}
	if _, err := conn.Waiting(t.Context(), subject.StreamOCDS, "nobody"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a consumer that there is not: %v", err)
	}
	w := httptest.NewRecorder()
	tel.MetricsHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "kzocds_bus_consumer_lag{") && strings.HasSuffix(line, " 3\n") {
			return
		}
	}
	t.Errorf("no lag of 3 in %s", w.Body)
}

func TestClientsMakeNoLabels(t *testing.T) {
	tel := start(t, config.DefaultTelemetry())
	h := otelhttp.NewHandler(http.NotFoundHandler(), "http")
	for _, host := range []string{"one.example", "another.example"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	w := httptest.NewRecorder()
	tel.MetricsHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if text := w.Body.String(); strings.Contains(text, "example") || !strings.Contains(text, "http_server_request_duration_seconds_count{") {
		t.Errorf("metrics of two requests: %s", text)
	}
}

// The slowest requests of a bucket are found by their traces.
func TestHistogramsHaveTracesAsExemplars(t *testing.T) {
	tel := start(t, config.DefaultTelemetry())
	var traced string
	h := otelhttp.NewHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		traced = trace.SpanContextFromContext(r.Context()).TraceID().String()
	}), "http")
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Host = strings.Repeat("long.", 40) + "example"
	h.ServeHTTP(httptest.NewRecorder(), r)
	w := httptest.NewRecorder()
	read := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	read.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
	tel.MetricsHandler().ServeHTTP(w, read)
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "http_server_request_duration_seconds_bucket{") && strings.Contains(line, `# {`) &&
			strings.Contains(line, `trace_id="`+traced+`"`) && !strings.Contains(line, "example") {
			return
		}
	}
	t.Errorf("no bucket with trace %s in %s", traced, w.Body)
}

func TestSettingsThatAreNoneAreRefused(t *testing.T) {
	for _, change := range []func(*config.Telemetry){
		func(c *config.Telemetry) { c.LogFormat = "xml" },
		func(c *config.Telemetry) { c.LogLevel = "loud" },
	} {
		cfg := config.DefaultTelemetry()
		change(&cfg)
		if _, err := telemetry.Start(t.Context(), "x", "v1", cfg); err == nil || !strings.Contains(err.Error(), "log ") {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
}

func TestRecordsOfTheLogCarryTheirTrace(t *testing.T) {
	var out bytes.Buffer
	for format, want := range map[string][]string{
		"json": {`"trace_id":"01000000000000000000000000000000"`, `"span_id":"0200000000000000"`, `"ocid":"x"`},
		"text": {"trace_id=01000000000000000000000000000000", "span_id=0200000000000000", "ocid=x"},
	} {
		out.Reset()
		cfg := config.DefaultTelemetry()
		cfg.LogFormat = format
		log, err := telemetry.NewLogger(&out, cfg)
		if err != nil {
			t.Fatal(err)
		}
		ctx := trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}}))
		log.With("ocid", "x").InfoContext(ctx, "stored")
		for _, part := range want {
			if !strings.Contains(out.String(), part) {
				t.Errorf("%s: %s lacks %s", format, out.String(), part)
			}
		}
		out.Reset()
		log.Debug("below the level")
		log.Info("no trace")
		if strings.Contains(out.String(), "trace_id") || strings.Contains(out.String(), "below") {
			t.Errorf("%s: %s", format, out.String())
		}
	}
}
