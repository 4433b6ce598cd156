package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/bus/bustest"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/header"
	pipelinev1 "github.com/kzocds/kzocds/proto/kzocds/pipeline/v1"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/proto/subject"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"
)

var update = flag.Bool("update", false, "write the golden files")

func fact(i int) bus.Fact {
	id := strconv.Itoa(i)
	return bus.Fact{
		Subject: subject.SourceDocumentStored(source.Lots, id), Key: "lots/" + id, ID: "m" + id,
		Message: &pipelinev1.SourceDocumentStored{Entity: "lots", Id: id, Batch: 7},
	}
}

func facts(n int) []bus.Fact {
	list := make([]bus.Fact, n)
	for i := range list {
		list[i] = fact(i + 1)
	}
	return list
}

func publish(t *testing.T, c *bus.Conn, n int) {
	t.Helper()
	if last, err := c.PublishFacts(t.Context(), facts(n)); err != nil || last != uint64(n) {
		t.Fatalf("last sequence %d, %v; want %d", last, err, n)
	}
}

// eventually polls until ok, at most half a minute.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatalf("not within half a minute: %s", what)
		case <-tick.C:
		}
	}
}

// consume runs a consumer until the test ends or stop is called.
func consume(t *testing.T, c *bus.Conn, cc bus.ConsumeConfig, handle func(context.Context, bus.Msg) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Consume(ctx, cc, handle) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("consume: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

var transformer = bus.ConsumeConfig{Stream: subject.StreamSource, Durable: subject.ConsumerTransformer}

func TestTableOfStreams(t *testing.T) {
	t.Parallel()
	got, err := json.MarshalIndent(map[string]any{"streams": bus.Streams(), "consumers": bus.Consumers()}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	const file = "testdata/streams.json"
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("the table changed (go test -update writes it):\n%s", got)
	}
}

func TestEnsureStreamsAgainKeepsEverything(t *testing.T) {
	t.Parallel()
	c := bustest.New(t)
	publish(t, c, 3)
	if err := bus.EnsureStreams(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if last, err := c.LastSequence(t.Context(), subject.StreamSource); err != nil || last != 3 {
		t.Errorf("last sequence %d, %v", last, err)
	}
}

func TestAFactPublishedTwiceIsOneMessage(t *testing.T) {
	t.Parallel()
	c := bustest.New(t)
	publish(t, c, 600) // more than may wait at once
	f := fact(5)
	seq, err := c.PublishFact(t.Context(), f.Subject, f.Key, f.Message, f.ID)
	if err != nil || seq != 5 {
		t.Errorf("sequence %d, %v; want that of the first, 5", seq, err)
	}
	if last, err := c.PublishFacts(t.Context(), facts(600)); err != nil || last != 600 {
		t.Errorf("last sequence %d, %v", last, err)
	}
	if last, err := c.LastSequence(t.Context(), subject.StreamSource); err != nil || last != 600 {
		t.Errorf("the stream ends at %d, %v", last, err)
	}
}

func TestAFactThatIsTooLargeIsRefusedWithAClearText(t *testing.T) {
	t.Parallel()
	c := bustest.New(t)
	f := fact(1)
	f.Message = &pipelinev1.SourceDocumentStored{Body: make([]byte, bus.MaxMessage+1)}
	_, err := c.PublishFacts(t.Context(), []bus.Fact{f})
	if fault.KindOf(err) != fault.TooLarge || !strings.Contains(err.Error(), "reference") {
		t.Errorf("error %v", err)
	}
}

func TestConsume(t *testing.T) {
	t.Parallel()

	t.Run("hands over every message with its description", func(t *testing.T) {
		t.Parallel()
		c := bustest.New(t)
		publish(t, c, 100)
		var mu sync.Mutex
		seen := map[uint64]string{}
		consume(t, c, bus.ConsumeConfig{Stream: transformer.Stream, Durable: transformer.Durable, MaxInFlight: 8, Workers: 3},
			func(_ context.Context, m bus.Msg) error {
				var doc pipelinev1.SourceDocumentStored
				if err := proto.Unmarshal(m.Data, &doc); err != nil {
					return err
				}
				if m.Key != "lots/"+doc.Id || m.Header.Get(header.Batch) != "7" || m.Delivered != 1 ||
					m.Header.Get(header.MessageType) != "kzocds.pipeline.v1.SourceDocumentStored" {
					t.Errorf("message %+v of %v", m, doc.Id)
				}
				mu.Lock()
				defer mu.Unlock()
				seen[m.Sequence] = doc.Id
				return nil
			})
		eventually(t, "all acknowledged", func() bool {
			floor, err := c.AckFloor(t.Context(), transformer.Stream, transformer.Durable)
			return err == nil && floor == 100
		})
		mu.Lock()
		defer mu.Unlock()
		for i := uint64(1); i <= 100; i++ {
			if seen[i] != strconv.FormatUint(i, 10) {
				t.Errorf("sequence %d brought %q", i, seen[i])
			}
		}
	})

	t.Run("holds no more messages than it may", func(t *testing.T) {
		t.Parallel()
		c := bustest.New(t)
		publish(t, c, 50)
		release := make(chan struct{})
		stop := consume(t, c, bus.ConsumeConfig{Stream: transformer.Stream, Durable: transformer.Durable, MaxInFlight: 4, Workers: 2},
			func(context.Context, bus.Msg) error { <-release; return nil })
		pending := func() int {
			k, err := c.JS.Consumer(t.Context(), transformer.Stream, transformer.Durable)
			if err != nil {
				t.Fatal(err)
			}
			return k.CachedInfo().NumAckPending
		}
		eventually(t, "four held", func() bool { return pending() == 4 })
		for range 20 { // held back, however often one looks
			if n := pending(); n != 4 {
				t.Fatalf("%d messages held", n)
			}
		}
		close(release)
		eventually(t, "all done", func() bool {
			floor, err := c.AckFloor(t.Context(), transformer.Stream, transformer.Durable)
			return err == nil && floor == 50
		})
		stop()
	})

	t.Run("goes on after a restart without losing or repeating what was acknowledged", func(t *testing.T) {
		t.Parallel()
		c := bustest.New(t)
		publish(t, c, 200)
		var mu sync.Mutex
		done := map[uint64]int{}
		handle := func(_ context.Context, m bus.Msg) error {
			mu.Lock()
			defer mu.Unlock()
			done[m.Sequence]++
			return nil
		}
		count := func() int { mu.Lock(); defer mu.Unlock(); return len(done) }
		cc := bus.ConsumeConfig{Stream: transformer.Stream, Durable: transformer.Durable, MaxInFlight: 16, Workers: 4}
		stop := consume(t, c, cc, handle)
		eventually(t, "some done", func() bool { return count() > 20 })
		stop()
		consume(t, c, cc, handle)
		eventually(t, "all done", func() bool { return count() == 200 })
		for seq, n := range done {
			if n != 1 {
				t.Errorf("sequence %d was handled %d times", seq, n)
			}
		}
	})
}

func TestVerdictsOfAConsumer(t *testing.T) {
	t.Parallel()
	soon := func(k fault.Kind) error { return fault.New(k, "no").After(10 * time.Millisecond) }
	for _, c := range []struct {
		name        string
		fail        func(delivered int) error
		deliveries  int
		quarantined string // reason, or empty
	}{
		{"a passing fault is delivered again until it passes",
			func(d int) error {
				if d < 3 {
					return soon(fault.Unavailable)
				}
				return nil
			}, 3, ""},
		{"a fault that stays goes to quarantine at the last attempt",
			func(int) error { return soon(fault.Timeout) }, 4, "timeout"},
		{"an invalid message goes to quarantine at once",
			func(int) error { return fault.New(fault.Invalid, "no JSON") }, 1, "invalid"},
		{"a panic is an internal fault",
			func(d int) error {
				if d == 1 {
					panic("index out of range")
				}
				return nil
			}, 2, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			conn := bustest.New(t)
			publish(t, conn, 1)
			var deliveries atomic.Int64
			cc := transformer
			cc.MaxAttempts, cc.Stage = 4, "transform"
			consume(t, conn, cc, func(_ context.Context, m bus.Msg) error {
				deliveries.Store(int64(m.Delivered))
				return c.fail(m.Delivered)
			})
			eventually(t, "settled", func() bool {
				floor, err := conn.AckFloor(t.Context(), transformer.Stream, transformer.Durable)
				return err == nil && floor == 1
			})
			if int(deliveries.Load()) != c.deliveries {
				t.Errorf("delivered %d times, want %d", deliveries.Load(), c.deliveries)
			}
			stream, err := conn.JS.Stream(t.Context(), subject.StreamQuarantine)
			if err != nil {
				t.Fatal(err)
			}
			if c.quarantined == "" {
				if n := stream.CachedInfo().State.Msgs; n != 0 {
					t.Errorf("%d messages in quarantine", n)
				}
				return
			}
			m, err := stream.GetMsg(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			var q pipelinev1.ProcessQuarantined
			if err := proto.Unmarshal(m.Data, &q); err != nil {
				t.Fatal(err)
			}
			if q.Stage != "transform" || q.Id != "lots/1" || q.Batch != 7 || len(q.Findings) != 1 || q.Findings[0].Rule != "bus."+c.quarantined {
				t.Errorf("quarantine says %v", &q)
			}
			want := map[string]string{
				header.OriginStream: subject.StreamSource, header.OriginSequence: "1",
				header.OriginSubject: fact(1).Subject, header.Reason: c.quarantined, header.Key: "lots/1",
			}
			for name, value := range want {
				if got := m.Header.Get(name); got != value {
					t.Errorf("header %s is %q, want %q", name, got, value)
				}
			}
		})
	}
}

type question struct {
	Text  string `json:"text"`
	Bytes int    `json:"bytes"`
}

type answer struct {
	Text string `json:"text"`
}

// serve answers verbs of the service analytics until the test ends.
func serve(t *testing.T, c *bus.Conn, verbs map[string]func(context.Context, question) (answer, error)) {
	t.Helper()
	s := bus.NewServer(c, "analytics", "devel")
	for verb, f := range verbs {
		s.Handle(verb, bus.Decode[question], bus.Endpoint(f))
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	for verb := range verbs {
		eventually(t, verb+" is answered", func() bool {
			_, err := c.Request(subject.Question("analytics", verb), []byte("?"), 5*time.Second)
			return err == nil
		})
	}
}

func noise(n int) string {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('!' + r.IntN(90))
	}
	return string(b)
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	c := bustest.New(t)
	serve(t, c, map[string]func(context.Context, question) (answer, error){
		"echo": func(_ context.Context, q question) (answer, error) { return answer{q.Text}, nil },
		"big":  func(_ context.Context, q question) (answer, error) { return answer{noise(q.Bytes)}, nil },
		"refuse": func(context.Context, question) (answer, error) {
			return answer{}, fmt.Errorf("query: %w", fault.New(fault.Invalid, "unknown measure").
				At("measures", "lots", "bids").Do("see /catalog").After(time.Second))
		},
		"fail":  func(context.Context, question) (answer, error) { return answer{}, errors.New("broken") },
		"panic": func(context.Context, question) (answer, error) { panic("boom") },
		"wait": func(ctx context.Context, _ question) (answer, error) {
			<-ctx.Done() // the deadline of the one who asks
			return answer{}, ctx.Err()
		},
		"deadline": func(ctx context.Context, _ question) (answer, error) {
			d, ok := ctx.Deadline()
			return answer{fmt.Sprint(ok, time.Until(d) > 30*time.Minute)}, nil
		},
	})
	ask := func(ctx context.Context, verb string, q question) (answer, error) {
		return bus.Ask[question, answer](ctx, c, "analytics", verb, q)
	}

	t.Run("an answer comes back", func(t *testing.T) {
		t.Parallel()
		for _, text := range []string{"", "Қазақстан", noise(100 << 10), strings.Repeat("lots ", 4<<20)} {
			got, err := ask(t.Context(), "echo", question{Text: text})
			if err != nil || got.Text != text {
				t.Errorf("%d bytes: %d bytes back, %v", len(text), len(got.Text), err)
			}
		}
	})
	t.Run("an answer that does not fit is refused with a clear text", func(t *testing.T) {
		t.Parallel()
		_, err := ask(t.Context(), "big", question{Bytes: 12 << 20})
		if fault.KindOf(err) != fault.TooLarge || !strings.Contains(err.Error(), "ask for less") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("an error keeps its kind and all that was said for it", func(t *testing.T) {
		t.Parallel()
		_, err := ask(t.Context(), "refuse", question{})
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || e.Kind != fault.Invalid || e.Message != "unknown measure" || e.Field != "measures" ||
			!slices.Equal(e.Allowed, []string{"lots", "bids"}) || e.Remedy != "see /catalog" || e.RetryAfter != time.Second {
			t.Errorf("error %+v", err)
		}
	})
	t.Run("an unclassified error and a panic are internal", func(t *testing.T) {
		t.Parallel()
		for verb, text := range map[string]string{"fail": "broken", "panic": "boom"} {
			_, err := ask(t.Context(), verb, question{})
			if fault.KindOf(err) != fault.Internal || !strings.Contains(err.Error(), text) {
				t.Errorf("%s: %v", verb, err)
			}
		}
	})
	t.Run("the deadline travels", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if got, err := ask(ctx, "deadline", question{}); err != nil || got.Text != "true true" {
			t.Errorf("%+v, %v", got, err)
		}
		short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, err := ask(short, "wait", question{}); fault.KindOf(err) != fault.Timeout {
			t.Errorf("error %v", err)
		}
	})
	t.Run("a question to nobody is unavailable", func(t *testing.T) {
		t.Parallel()
		if _, err := ask(t.Context(), "nothing", question{}); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("error %v", err)
		}
	})
	t.Run("a body that is no JSON is invalid", func(t *testing.T) {
		t.Parallel()
		m, err := c.Request(subject.Question("analytics", "echo"), []byte("{"), 10*time.Second)
		if err != nil || m.Header.Get(header.ErrorKind) != string(fault.Invalid) {
			t.Errorf("%v, %v", m, err)
		}
	})
}

// Replicas come and go under load, as in a rolling update; each closes its
// connection as soon as its server has ended.
func TestAServerThatStopsLosesNoQuestion(t *testing.T) {
	t.Parallel()
	server := config.NATS{URL: bustest.Server(t).ClientURL()}
	c, err := bus.Connect(t.Context(), server, "asking")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	serve(t, c, map[string]func(context.Context, question) (answer, error){
		"echo": func(_ context.Context, q question) (answer, error) { return answer{q.Text}, nil },
	})
	asking, stop := context.WithCancel(t.Context())
	var askers sync.WaitGroup
	for range 8 {
		askers.Go(func() {
			for asking.Err() == nil {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				if _, err := bus.Ask[question, answer](ctx, c, "analytics", "echo", question{Text: "lots"}); err != nil {
					t.Errorf("a question was lost: %v", err)
				}
				cancel()
			}
		})
	}
	for range 25 {
		conn, err := bus.Connect(t.Context(), server, "replica")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var answered atomic.Int64
		replica := bus.NewServer(conn, "analytics", "devel").Handle("echo", bus.Decode[question],
			bus.Endpoint(func(_ context.Context, q question) (answer, error) {
				if answered.Add(1) == 20 {
					cancel()
				}
				return answer{q.Text}, nil
			}))
		if replica.Serving() {
			t.Error("a server that does not run serves")
		}
		if err := replica.Run(ctx); err != nil {
			t.Error(err)
		}
		if replica.Serving() {
			t.Error("a server that has ended serves")
		}
		conn.Close()
	}
	stop()
	askers.Wait()
}

func TestConnectEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := bus.Connect(ctx, config.NATS{URL: "nats://127.0.0.1:1"}, "test")
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Errorf("error %v", err)
	}
}

func BenchmarkPublishFacts(b *testing.B) {
	c := bustest.New(b)
	const batch = 500
	n := 0
	for b.Loop() {
		list := make([]bus.Fact, batch)
		for i := range list {
			n++
			list[i] = fact(n)
		}
		if _, err := c.PublishFacts(b.Context(), list); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(batch*b.N)/b.Elapsed().Seconds(), "facts/s")
}

// A server whose disk is full gives no answer at all: whoever publishes hears so in
// time, and can try again.
func TestAFactThatNobodyAcknowledgesIsNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	conn := bustest.New(t)
	js, err := jetstream.New(conn.Conn, jetstream.WithPublishAsyncTimeout(20*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	deaf := &bus.Conn{Conn: conn.Conn, JS: js}
	// Somebody listens, so that the server does not say that nobody does.
	if _, err := conn.Subscribe("nowhere.>", func(*nats.Msg) {}); err != nil {
		t.Fatal(err)
	}
	if _, err := deaf.PublishFact(t.Context(), "nowhere.a", "a", &pipelinev1.SourceDocumentStored{Id: "a"}, "a"); fault.KindOf(err) != fault.Timeout {
		t.Errorf("%v is no time-out", err)
	}
}
