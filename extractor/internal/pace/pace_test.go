package pace

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
)

// queue is one whose time stands still.
type queue struct {
	taken          []int
	regained, rate float64
	cuts           int
	broken         error
}

func (q *queue) Turns(_ context.Context, _ string, n int, full, regained float64) (time.Duration, float64, error) {
	q.taken, q.regained = append(q.taken, n), q.regained+regained
	return 0, q.rate, q.broken
}

func (q *queue) Slow(context.Context, string, float64) error {
	q.cuts++
	return nil
}

func TestTurnsAreTakenAheadOfAFastPaceOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rate         float64
		turns, first int
	}{{5, 3, 1}, {9, 2, 1}, {1000, 100, 100}} {
		q := &queue{rate: c.rate}
		p := New("host", c.rate)
		p.Share(q)
		var last time.Time
		for i := range c.turns {
			at, err := p.turn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if c.first > 1 && i > 0 && at.Sub(last) != time.Duration(float64(time.Second)/c.rate) {
				t.Fatalf("at %v turns %v apart", c.rate, at.Sub(last))
			}
			last = at
		}
		if want := c.turns / c.first; len(q.taken) != want || q.taken[0] != c.first {
			t.Errorf("at %v a second turns were taken %v, want %d times %d", c.rate, q.taken, want, c.first)
		}
	}
}

func TestWhatTheOtherSideSaysIsHeeded(t *testing.T) {
	t.Parallel()
	q := &queue{rate: 100}
	p := New("host", 100)
	p.Share(q)
	heed := func(err error) {
		t.Helper()
		if err := p.Heed(t.Context(), err); err != nil {
			t.Fatal(err)
		}
	}
	turn := func() {
		t.Helper()
		if _, err := p.turn(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	turn()
	for _, kind := range []fault.Kind{fault.RateLimited, fault.Unavailable, fault.Timeout, fault.NotFound, fault.Invalid} {
		heed(fault.New(kind, "no"))
	}
	if q.cuts != 3 {
		t.Errorf("%d cuts, want those of 429, 5xx and time-out", q.cuts)
	}
	if turn(); len(q.taken) != 2 {
		t.Errorf("turns of before the cut were used up behind it: %v", q.taken)
	}
	for range 10 {
		heed(nil)
	}
	for range q.taken[0] {
		turn()
	}
	if math.Abs(q.regained-5) > 1e-9 {
		t.Errorf("ten successes gave back %v of 100 a second", q.regained)
	}
	p.SetFull(200)
	if turn(); math.Abs(q.regained-205) > 1e-9 {
		t.Errorf("a new rate of 200 is %v behind", q.regained)
	}
	q.broken = errors.New("no queue")
	p.SetFull(10)
	if err := p.Wait(t.Context()); !errors.Is(err, q.broken) {
		t.Errorf("without its queue: %v", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	slow := New("host", 0.001)
	for range 2 { // the first turn is at once
		if err := slow.Wait(stopped); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("stopped: %v", err)
		}
	}
}

// TestAloneInTheQueue: as with the queue that processes share (package pg).
func TestAloneInTheQueue(t *testing.T) {
	t.Parallel()
	q := new(alone)
	turns := func(n int, regained float64) (time.Duration, float64) {
		wait, rate, err := q.Turns(t.Context(), "host", n, 10, regained)
		if err != nil {
			t.Fatal(err)
		}
		return wait, rate
	}
	if wait, rate := turns(600, 0); wait != 0 || rate != 10 {
		t.Errorf("the first waits %v at %v a second", wait, rate)
	}
	if wait, _ := turns(1, 0); wait < 59*time.Second || wait > time.Minute {
		t.Errorf("behind 600 turns of a tenth of a second it is %v", wait)
	}
	slow := func(want float64) {
		t.Helper()
		if err := q.Slow(t.Context(), "host", 10); err != nil {
			t.Fatal(err)
		}
		if _, rate := turns(1, 0); math.Abs(rate-want) > 1e-9 {
			t.Errorf("slowed down to %v, want %v", rate, want)
		}
	}
	slow(5)
	slow(5) // of the same overload
	for range 10 {
		q.slowed = q.slowed.Add(-Rest)
		if err := q.Slow(t.Context(), "host", 10); err != nil {
			t.Fatal(err)
		}
	}
	slow(10 * Slowest)
	if _, rate := turns(1, 3); math.Abs(rate-3-10*Slowest) > 1e-9 {
		t.Errorf("regained up to %v", rate)
	}
	if _, rate := turns(1, 300); rate != 10 {
		t.Errorf("above the full rate: %v", rate)
	}
}
