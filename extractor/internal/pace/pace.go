// Package pace keeps a rate of requests over all processes: they stand in one queue,
// in which each request has its turn.
package pace

import (
	"context"
	"sync"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
)

// Queue hands out turns. What stands in it is known by its name: the host that is
// asked.
type Queue interface {
	// Turns takes n turns in a row, and says how long it is until the first and how
	// many there are in a second at present: full at most, more by regained than
	// before.
	Turns(ctx context.Context, name string, n int, full, regained float64) (wait time.Duration, rate float64, err error)
	// Slow halves the rate, down to Slowest of full and once in Rest: an overload fails
	// many requests at once and is one reason.
	Slow(ctx context.Context, name string, full float64) error
}

const (
	// Slowest is the share of the full rate that is always kept.
	Slowest = 1.0 / 32
	// Rest is the shortest time between two cuts of the rate.
	Rest = time.Second
	// regain is the share of the full rate that comes back with each success.
	regain = 1.0 / 200
	// ahead is for how long turns are taken at once. A process that does not use its
	// turns in time uses them later, so that this is how much it can hurry.
	ahead = 100 * time.Millisecond
)

// Pace is the part of one process in a queue. It is safe for concurrent use.
type Pace struct {
	name string

	mu       sync.Mutex
	queue    Queue
	full     float64 // a second
	regained float64 // and not told to the queue yet
	next     time.Time
	left     int // turns from next on, each apart from the one before
	rate     float64
}

// New is a pace of full requests a second. It is alone in its queue until it is told
// to share another.
func New(name string, full float64) *Pace {
	return &Pace{name: name, queue: new(alone), full: full, rate: full}
}

// Share makes it stand in a queue with others of its name.
func (p *Pace) Share(q Queue) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queue, p.left = q, 0
}

// SetFull changes the full rate at once.
func (p *Pace) SetFull(full float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if full != p.full {
		p.full, p.regained, p.rate, p.left = full, full, full, 0
	}
}

// Wait returns when it is our turn.
func (p *Pace) Wait(ctx context.Context) error {
	at, err := p.turn(ctx)
	if err != nil {
		return err
	}
	wait := time.NewTimer(time.Until(at))
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-wait.C:
		return nil
	}
}

func (p *Pace) turn(ctx context.Context) (time.Time, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left == 0 {
		n := max(1, int(p.rate*ahead.Seconds()))
		wait, rate, err := p.queue.Turns(ctx, p.name, n, p.full, p.regained)
		if err != nil {
			return time.Time{}, err
		}
		p.next, p.left, p.rate, p.regained = time.Now().Add(wait), n, rate, 0
	}
	at := p.next
	p.next = at.Add(time.Duration(float64(time.Second) / p.rate))
	p.left--
	return at, nil
}

// Heed hears how a request went. The rate falls while the other side shows that it
// has enough, and comes back little by little.
func (p *Pace) Heed(ctx context.Context, outcome error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch kind := fault.KindOf(outcome); {
	case outcome == nil:
		p.regained += p.full * regain
	case kind == fault.RateLimited || kind == fault.Timeout || kind == fault.Unavailable:
		p.left, p.regained = 0, 0
		return p.queue.Slow(ctx, p.name, p.full)
	}
	return nil
}

// alone is the queue of a process that shares none.
type alone struct {
	mu           sync.Mutex
	next, slowed time.Time
	rate         float64 // 0: nothing was asked yet
}

func (a *alone) Turns(_ context.Context, _ string, n int, full, regained float64) (time.Duration, float64, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	if a.rate == 0 {
		a.rate = full
	}
	a.rate = min(full, a.rate+regained)
	if a.next.Before(now) {
		a.next = now
	}
	wait := a.next.Sub(now)
	a.next = a.next.Add(time.Duration(float64(n) / a.rate * float64(time.Second)))
	return wait, a.rate, nil
}

func (a *alone) Slow(_ context.Context, _ string, full float64) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now := time.Now(); now.Sub(a.slowed) >= Rest {
		a.rate, a.slowed = max(full*Slowest, a.rate/2), now
	}
	return nil
}
