// Command load asks a running system a steady mix of questions, as readers of
// the Explorer and programs do, and counts what failed: answers other than 200
// and 304, and connections that were refused or broke off. It prints one line
// of JSON with the counts and the times; its exit code is 1 when a request
// failed.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/kzocds/kzocds/platform/run"
)

// mix is the traffic: figures of a dashboard most, then the feed, the index of
// the files, the page itself.
var mix = []string{
	"/api/v1/query?measures=lots&dimensions=publishedMonth",
	"/api/v1/query?measures=lots&dimensions=method&limit=20",
	"/api/v1/facets?fields=method,lotStatus&filter.category=goods&lang=en",
	"/api/v1/ocds/releases?limit=20",
	"/api/v1/query?measures=lots&dimensions=buyer&limit=20",
	"/api/v1/facets?fields=region,category",
	"/api/v1/ocds/records?limit=5",
	"/api/v1/catalog?lang=ru",
	"/api/v1/bulk",
	"/",
}

type outcome struct {
	at      time.Time
	took    time.Duration
	failure string // empty for a success
}

// report is the line of JSON. Times are milliseconds.
type report struct {
	Requests  int            `json:"requests"`
	Failed    int            `json:"failed"`
	Failures  map[string]int `json:"failures,omitempty"`
	PerSecond float64        `json:"perSecond"`
	P50       float64        `json:"p50"`
	P99       float64        `json:"p99"`
	Longest   float64        `json:"longest"`
	// Outage is the time between the first and the last failed request, seconds.
	Outage float64 `json:"outage"`
}

func main() { os.Exit(run.Main(os.Stderr, "load", ask)) }

func ask(ctx context.Context) error {
	base := flag.String("url", "http://127.0.0.1:8080", "address of the gateway")
	rate := flag.Float64("rate", 20, "requests per second that are begun, whatever becomes of them")
	length := flag.Duration("for", 0, "how long; 0: until Ctrl-C")
	patience := flag.Duration("timeout", 35*time.Second, "longest time for one answer")
	flag.Parse()
	if *length > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, *length)
		defer cancel()
	}
	// Every other client opens a connection for each request, as new visitors do.
	clients := []*http.Client{
		{Timeout: *patience, Transport: &http.Transport{DisableKeepAlives: true}},
		{Timeout: *patience, Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
	}
	var mu sync.Mutex
	var all []outcome
	var underWay sync.WaitGroup
	began := time.Now()
	tick := time.NewTicker(time.Duration(float64(time.Second) / *rate))
	defer tick.Stop()
	for i := 0; ctx.Err() == nil; i++ {
		select {
		case <-ctx.Done():
			continue
		case <-tick.C:
		}
		underWay.Go(func() {
			at := time.Now()
			failure := one(clients[i/len(mix)%len(clients)], *base+mix[i%len(mix)])
			if failure != "" {
				fmt.Fprintf(os.Stderr, "%s %s: %s\n", at.Format("15:04:05.000"), mix[i%len(mix)], failure)
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, outcome{at, time.Since(at), failure})
		})
	}
	took := time.Since(began)
	underWay.Wait()
	r := sum(all, took)
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		return err
	}
	if r.Failed > 0 {
		return fmt.Errorf("%d of %d requests failed", r.Failed, r.Requests)
	}
	return nil
}

// one asks one question and says how it failed.
func one(c *http.Client, url string) string {
	res, err := c.Get(url)
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err.Error()
	}
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusNotModified {
		return res.Status
	}
	return ""
}

func sum(all []outcome, took time.Duration) report {
	r := report{Requests: len(all), Failures: map[string]int{}}
	var first, last time.Time
	var times []time.Duration
	for _, o := range all {
		times = append(times, o.took)
		if o.failure == "" {
			continue
		}
		r.Failed++
		r.Failures[o.failure]++
		if first.IsZero() || o.at.Before(first) {
			first = o.at
		}
		if end := o.at.Add(o.took); end.After(last) {
			last = end
		}
	}
	slices.Sort(times)
	at := func(share float64) float64 {
		if len(times) == 0 {
			return 0
		}
		return float64(times[min(int(share*float64(len(times))), len(times)-1)].Microseconds()) / 1000
	}
	r.PerSecond = float64(len(all)) / took.Seconds()
	r.P50, r.P99, r.Longest, r.Outage = at(0.5), at(0.99), at(1), last.Sub(first).Seconds()
	return r
}
