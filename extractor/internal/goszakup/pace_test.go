package goszakup

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
)

func TestTheRateFollowsTheSource(t *testing.T) {
	t.Parallel()
	p := newPace(10)
	at := time.Date(2026, 7, 24, 10, 0, 0, 0, time.UTC)
	step := func(err error) float64 {
		at = at.Add(2 * time.Second)
		p.heed(err, at)
		if got := float64(p.limiter.Limit()); math.Abs(got-p.now) > 1e-9 {
			t.Fatalf("the limiter is at %v, the pace at %v", got, p.now)
		}
		return p.now
	}
	if got := step(fault.New(fault.RateLimited, "429")); got != 5 {
		t.Errorf("after one refusal %v", got)
	}
	p.heed(fault.New(fault.Unavailable, "502"), at.Add(time.Millisecond))
	if p.now != 5 {
		t.Errorf("requests that failed together cut the rate twice: %v", p.now)
	}
	for range 20 {
		step(fault.New(fault.Timeout, "slow"))
	}
	if p.now != 10*slowest {
		t.Errorf("the slowest rate is %v, want %v", p.now, 10*slowest)
	}
	if got := step(fault.New(fault.NotFound, "nothing there")); got != 10*slowest {
		t.Errorf("an answer that refuses nothing changed the rate to %v", got)
	}
	for range 300 {
		step(nil)
	}
	if p.now != 10 {
		t.Errorf("after many successes %v, want 10", p.now)
	}
}

// page is a ledger of one day.
type page struct{ used int64 }

func (l *page) Spend(_ context.Context, _, _ string, n, limit int64) (got, left int64, err error) {
	got = max(0, min(n, limit-l.used))
	l.used += got
	return got, limit - l.used, nil
}

func TestADaysBudgetIsKept(t *testing.T) {
	t.Parallel()
	ledger := new(page)
	b := &budget{daily: 30, host: "example.org", ledger: ledger}
	evening := time.Date(2026, 7, 24, 23, 0, 0, 0, Zone)
	for i := range 30 {
		if err := b.take(t.Context(), evening); err != nil {
			t.Fatalf("request %d: %v", i+1, err)
		}
	}
	err := b.take(t.Context(), evening)
	if fault.KindOf(err) != fault.RateLimited {
		t.Fatalf("request 31: %v", err)
	}
	var f *fault.Error
	if !errors.As(err, &f) || f.RetryAfter != time.Hour {
		t.Errorf("it is to wait %v, want until midnight", f)
	}
	ledger.used = 0 // another day has a page of its own
	if err := b.take(t.Context(), evening.Add(2*time.Hour)); err != nil {
		t.Errorf("the next day: %v", err)
	}
}
