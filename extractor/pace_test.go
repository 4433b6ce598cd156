package extractor

import (
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/goszakup"
	"github.com/kzocds/kzocds/extractor/internal/pace"
	"github.com/kzocds/kzocds/platform/fault"
)

// replicas are clients of a host, as processes of their own have them.
func replicas(t *testing.T, b *bench, url string, change func(*goszakup.Config)) []*goszakup.Client {
	t.Helper()
	var list []*goszakup.Client
	for range 3 {
		cfg := goszakup.Default()
		cfg.URL, cfg.Token, cfg.Attempts = url, "secret", 1
		change(&cfg)
		c, err := goszakup.New(cfg, nil, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		c.KeepWithin(b.kept)
		list = append(list, c)
	}
	return list
}

func nothing(string, []byte) error { return nil }

// TestReplicasShareOneRate: no request comes before its turn in the one queue,
// however many processes stand in it, and what one of them is told all of them heed.
func TestReplicasShareOneRate(t *testing.T) {
	t.Parallel()
	const rate, requests = 60, 90
	var mu sync.Mutex
	var came []time.Duration
	var overloaded atomic.Bool
	begin := time.Now()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		came = append(came, time.Since(begin))
		if overloaded.Load() {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		io.WriteString(w, "{}") //nolint:errcheck // a client that has gone is nobody's fault
	}))
	t.Cleanup(server.Close)
	b := newBench(t, newWorld())
	clients := replicas(t, b, server.URL, func(c *goszakup.Config) { c.Rate = rate })
	var left atomic.Int64
	left.Store(requests)
	var g sync.WaitGroup
	for _, c := range clients {
		for range 4 {
			g.Go(func() {
				for left.Add(-1) >= 0 {
					if err := c.Get(t.Context(), "/x", nothing); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	g.Wait()
	if len(came) != requests {
		t.Fatalf("%d requests came", len(came))
	}
	// Each process may be a tenth of a second behind with the turns that it has taken.
	const behind = 3*rate/10 + 1
	for k, at := range came {
		if due := time.Duration(float64(k-behind) / rate * float64(time.Second)); at < due {
			t.Fatalf("request %d came after %v, its turn is not before %v", k+1, at, due)
		}
	}
	overloaded.Store(true)
	if err := clients[0].Get(t.Context(), "/x", nothing); fault.KindOf(err) != fault.RateLimited {
		t.Errorf("429 is %v", err)
	}
	overloaded.Store(false)
	if got := b.rows(`select round(rate)::text from source.pace`); len(got) != 1 || got[0] != "30" {
		t.Errorf("rates %v after one was told that it is too much, want half for all", got)
	}
}

// TestReplicasShareOneBudget: of a day.
func TestReplicasShareOneBudget(t *testing.T) {
	t.Parallel()
	const budget = 50
	var came atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		came.Add(1)
		io.WriteString(w, "{}") //nolint:errcheck // a client that has gone is nobody's fault
	}))
	t.Cleanup(server.Close)
	b := newBench(t, newWorld())
	var g sync.WaitGroup
	for _, c := range replicas(t, b, server.URL, func(c *goszakup.Config) { c.Rate, c.Daily = 100_000, budget }) {
		g.Go(func() {
			for {
				if err := c.Get(t.Context(), "/x", nothing); err != nil {
					if fault.KindOf(err) != fault.RateLimited {
						t.Error(err)
					}
					return
				}
			}
		})
	}
	g.Wait()
	if n := came.Load(); n != budget {
		t.Errorf("%d requests of a budget of %d", n, budget)
	}
}

// TestTheSharedQueue has the laws of the queue of one process (package pace).
func TestTheSharedQueue(t *testing.T) {
	t.Parallel()
	b := newBench(t, newWorld())
	turns := func(n int, regained float64) (time.Duration, float64) {
		t.Helper()
		wait, rate, err := b.kept.Turns(t.Context(), "host", n, 10, regained)
		if err != nil {
			t.Fatal(err)
		}
		return wait, rate
	}
	if wait, rate := turns(600, 0); wait != 0 || rate != 10 {
		t.Errorf("the first waits %v at %v a second", wait, rate)
	}
	if wait, _ := turns(1, 0); wait < 30*time.Second || wait > time.Minute {
		t.Errorf("behind 600 turns of a tenth of a second it is %v", wait)
	}
	if wait, _, err := b.kept.Turns(t.Context(), "another host", 1, 10, 0); err != nil || wait != 0 {
		t.Errorf("another host waits %v, %v", wait, err)
	}
	slow := func(want float64) {
		t.Helper()
		if err := b.kept.Slow(t.Context(), "host", 10); err != nil {
			t.Fatal(err)
		}
		if _, rate := turns(1, 0); math.Abs(rate-want) > 1e-9 {
			t.Errorf("slowed down to %v, want %v", rate, want)
		}
	}
	rested := func() {
		t.Helper()
		if _, err := b.pool.Exec(t.Context(), `update source.pace set slowed = '-infinity'`); err != nil {
			t.Fatal(err)
		}
	}
	slow(5)
	if _, err := b.pool.Exec(t.Context(), `update source.pace set slowed = clock_timestamp() + interval '1 hour'`); err != nil {
		t.Fatal(err)
	}
	slow(5) // of the same overload
	for range 10 {
		rested()
		if err := b.kept.Slow(t.Context(), "host", 10); err != nil {
			t.Fatal(err)
		}
	}
	rested()
	slow(10 * pace.Slowest)
	if _, rate := turns(1, 3); math.Abs(rate-3-10*pace.Slowest) > 1e-9 {
		t.Errorf("regained up to %v", rate)
	}
	if _, rate := turns(1, 300); rate != 10 {
		t.Errorf("above the full rate: %v", rate)
	}
}
