package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
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

// readers ask the mix.
type readers struct {
	base     string
	clients  int
	patience time.Duration
}

// mostTold is how many failures are told one by one.
const mostTold = 20

// report tells what came of the questions. Times are milliseconds, of the
// answers that were given: a refusal is quick.
type report struct {
	Rate     float64        `json:"rate"` // asked for, per second
	Requests int            `json:"requests"`
	Failed   int            `json:"failed"`
	Failures map[string]int `json:"failures,omitempty"` // by status, 0 for none
	// PerSecond are the answers given a second.
	PerSecond float64 `json:"perSecond"`
	P50       float64 `json:"p50"`
	P99       float64 `json:"p99"`
	Longest   float64 `json:"longest"`
	// Outage is the time between the first and the last failed request, seconds.
	Outage float64 `json:"outage"`
}

// refused counts answers 429.
func (r report) refused() int { return r.Failures[strconv.Itoa(http.StatusTooManyRequests)] }

// ask asks at a rate for a time, or until ctx ends, and waits for the last
// answer. Half of the requests come over a new connection each, as new visitors'
// do.
func (r readers) ask(ctx context.Context, rate float64, length time.Duration) report {
	var asked atomic.Uint64
	target := func(t *vegeta.Target) error {
		n := asked.Add(1) - 1
		t.Method, t.URL = http.MethodGet, r.base+mix[n%uint64(len(mix))]
		if r.clients > 0 {
			client := n / uint64(len(mix)) % uint64(r.clients)
			t.Header = http.Header{"X-Forwarded-For": {fmt.Sprintf("10.%d.%d.%d", client>>16&0xff, client>>8&0xff, client&0xff)}}
		}
		return nil
	}
	half := vegeta.Rate{Freq: int(max(rate*500, 1)), Per: 1000 * time.Second}
	results := make(chan *vegeta.Result)
	var attacks sync.WaitGroup
	for _, keep := range []bool{true, false} {
		attacker := vegeta.NewAttacker(vegeta.KeepAlive(keep), vegeta.Timeout(r.patience), vegeta.Redirects(vegeta.NoFollow))
		stop := context.AfterFunc(ctx, func() { attacker.Stop() })
		attacks.Go(func() {
			defer stop()
			for res := range attacker.Attack(target, half, length, "readers") {
				results <- res
			}
		})
	}
	go func() { attacks.Wait(); close(results) }()

	sum := report{Rate: rate, Failures: map[string]int{}}
	var given vegeta.Metrics
	var began, ended, failed, mended time.Time
	for res := range results {
		sum.Requests++
		if began.IsZero() || res.Timestamp.Before(began) {
			began = res.Timestamp
		}
		if res.End().After(ended) {
			ended = res.End()
		}
		if res.Error == "" && (res.Code == http.StatusOK || res.Code == http.StatusNotModified) {
			given.Add(res)
			continue
		}
		sum.Failed++
		sum.Failures[strconv.Itoa(int(res.Code))]++
		if other := sum.Failed - sum.refused(); res.Code != http.StatusTooManyRequests && other <= mostTold {
			fmt.Fprintf(os.Stderr, "%s %s: %s\n", res.Timestamp.Format("15:04:05.000"), res.URL, res.Error)
		}
		if failed.IsZero() || res.Timestamp.Before(failed) {
			failed = res.Timestamp
		}
		if res.End().After(mended) {
			mended = res.End()
		}
	}
	given.Close()
	if took := ended.Sub(began).Seconds(); took > 0 {
		sum.PerSecond = float64(given.Requests) / took
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	sum.P50, sum.P99, sum.Longest, sum.Outage = ms(given.Latencies.P50), ms(given.Latencies.P99), ms(given.Latencies.Max), mended.Sub(failed).Seconds()
	return sum
}
