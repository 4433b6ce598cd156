package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// server answers up to a rate within a tenth of a second; beyond, it does as
// told.
func server(most float64, beyond func(r *report)) func(rate float64) report {
	return func(rate float64) report {
		r := report{Rate: rate, Requests: int(rate), PerSecond: rate, P99: 100, Failures: map[string]int{}}
		if rate > most {
			beyond(&r)
		}
		return r
	}
}

func TestTheSearchFindsWhatFitsAndGoesBeyond(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		beyond func(*report)
		want   string // in the error
	}{
		"refuses what is too much": {func(r *report) {
			r.Failed = r.Requests - 70
			r.Failures["429"], r.PerSecond = r.Failed, 70
		}, ""},
		"only gets slow": {func(r *report) { r.P99, r.PerSecond = 900, 70 }, ""},
		"breaks":         {func(r *report) { r.Failed, r.Failures["500"], r.PerSecond = 1, 1, 70 }, "otherwise than by 429"},
		"collapses":      {func(r *report) { r.P99, r.PerSecond = 9000, 3 }, "3 are answered"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := search(t.Context(), server(70, c.beyond), json.NewEncoder(&out))
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error %v should say %q", err, c.want)
			}
			var rates []float64
			for decoder := json.NewDecoder(&out); decoder.More(); {
				var r report
				if err := decoder.Decode(&r); err != nil {
					t.Fatal(err)
				}
				rates = append(rates, r.Rate)
			}
			if got, want := fmt.Sprint(rates), "[10 20 40 80 60 70 75 140 280 35]"; got != want {
				t.Errorf("rates %s, want %s", got, want)
			}
		})
	}
}

func TestWhatDoesNotComeBackIsFound(t *testing.T) {
	t.Parallel()
	over := false
	err := search(t.Context(), func(rate float64) report {
		over = over || rate > 200
		r := report{Rate: rate, PerSecond: 60, P99: 100}
		if over || rate > 70 {
			r.P99 = 1000
		}
		return r
	}, json.NewEncoder(io.Discard))
	if err == nil || !strings.Contains(err.Error(), "after the overload") {
		t.Errorf("error %v", err)
	}
}

func TestGrowthIsFound(t *testing.T) {
	t.Parallel()
	steady := func(i int) held { return held{MemoryMiB: 300 + float64(i%3)*40, Goroutines: 200, Files: 90} }
	for name, c := range map[string]struct {
		looks int
		at    func(i int) held
		want  string
	}{
		"steady":         {30, steady, ""},
		"caches fill":    {30, func(i int) held { h := steady(i); h.HeapMiB = min(float64(i)*20, 150); return h }, ""},
		"memory leaks":   {30, func(i int) held { h := steady(i); h.MemoryMiB = 300 + 20*float64(i); return h }, "memory grow"},
		"goroutines":     {30, func(i int) held { h := steady(i); h.Goroutines += float64(i * 10); return h }, "goroutines grow"},
		"connections":    {30, func(i int) held { h := steady(i); h.Files += float64(i * 5); return h }, "files and conns grow"},
		"heap":           {30, func(i int) held { h := steady(i); h.HeapMiB = float64(i * 5); return h }, "heap grow"},
		"nearly no look": {2, steady, "too few"},
	} {
		var seen []held
		for i := range c.looks {
			seen = append(seen, c.at(i))
		}
		if err := grown(seen); c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v should say %q", name, err, c.want)
		}
	}
}

func TestReadersCountWhatTheyGet(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	clients := make(chan string, 1000)
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		clients <- r.Header.Get("X-Forwarded-For")
		if asked.Add(1)%4 == 0 {
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}))
	defer gateway.Close()
	r := readers{base: gateway.URL, clients: 2, patience: time.Minute}.ask(t.Context(), 400, 100*time.Millisecond)
	if r.Requests == 0 || r.Requests != int(asked.Load()) || r.Failed != r.Requests/4 || r.refused() != r.Failed || r.P99 <= 0 {
		t.Errorf("%d requests came: %+v", asked.Load(), r)
	}
	close(clients)
	for c := range clients {
		if c != "10.0.0.0" && c != "10.0.0.1" {
			t.Errorf("a client calls itself %q", c)
		}
	}
}

func TestASoakReadsTheMetricsOfEachProcessOnce(t *testing.T) {
	t.Parallel()
	exposed := func(started string) string {
		return "process_start_time_seconds " + started + "\nprocess_resident_memory_bytes 1.048576e+07\ngo_goroutines 7\nprocess_open_fds 5\n# TYPE go_memstats_heap_alloc_bytes gauge\ngo_memstats_heap_alloc_bytes 2.097152e+06\n"
	}
	var addresses []string
	for _, started := range []string{"1", "1", "2"} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, exposed(started)) }))
		defer s.Close()
		addresses = append(addresses, s.URL)
	}
	got, err := watcher{addresses: addresses}.look(t.Context())
	if want := (held{MemoryMiB: 20, HeapMiB: 4, Goroutines: 14, Files: 10}); err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}
