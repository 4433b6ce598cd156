package bus

import (
	"context"
	"slices"
	"testing"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/nats-io/nats.go"
	"go.opentelemetry.io/otel/trace"
)

func TestTraceHeadersAreLowerCase(t *testing.T) {
	t.Parallel()
	span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled})
	h := nats.Header{}
	inject(trace.ContextWithSpanContext(context.Background(), span), h)
	if h["traceparent"] == nil || h["Traceparent"] != nil {
		t.Errorf("headers %v", h)
	}
	if back := trace.SpanContextFromContext(extract(context.Background(), h)); back.TraceID() != span.TraceID() || !back.IsRemote() {
		t.Errorf("came back as %v", back)
	}
}

// Headers come from outside: whatever they hold, extraction keeps its peace and
// what is extracted can be injected and extracted again.
func FuzzCarrier(f *testing.F) {
	f.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "k=v")
	f.Add("Traceparent", "00-0-0-1", "a=b;c=d,e")
	f.Add("tracestate", "", "%zz=")
	f.Fuzz(func(t *testing.T, name, value, baggage string) {
		h := nats.Header{name: {value}, "baggage": {baggage}, "empty": nil}
		ctx := extract(context.Background(), h)
		out := nats.Header{}
		inject(ctx, out)
		again := trace.SpanContextFromContext(extract(context.Background(), out))
		if first := trace.SpanContextFromContext(ctx); !again.Equal(first) {
			t.Errorf("%v became %v", first, again)
		}
		for _, key := range carrier(h).Keys() {
			if carrier(h).Get(key) != "" && !slices.Contains([]string{name, "baggage"}, key) {
				t.Errorf("key %q", key)
			}
		}
	})
}

// What pack makes, unpack reads; and unpack takes any bytes without harm.
func FuzzPack(f *testing.F) {
	f.Add([]byte("{}"), uint(1))
	f.Add([]byte("lots of lots "), uint(9000))
	f.Fuzz(func(t *testing.T, body []byte, times uint) {
		large := slices.Repeat(body, int(times%10000)+1)
		h := nats.Header{}
		data, err := pack(large, h, 1<<20)
		if err == nil {
			back, err := unpack(data, h)
			if err != nil || !slices.Equal(back, large) {
				t.Errorf("%d bytes came back as %d: %v", len(large), len(back), err)
			}
		} else if fault.KindOf(err) != fault.TooLarge {
			t.Error(err)
		}
		_, _ = unpack(body, nats.Header{"Content-Encoding": {"zstd"}})
	})
}
