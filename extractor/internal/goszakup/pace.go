package goszakup

import (
	"context"
	"net/url"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/kzocds/kzocds/platform/fault"
)

// pace is the rate of requests to a host. It halves when the source shows that it
// has enough, and comes back little by little with every request that succeeds.
type pace struct {
	limiter *rate.Limiter
	full    float64 // requests a second at most

	mu      sync.Mutex
	now     float64
	slowed  time.Time
	waiting time.Duration // shortest time between two cuts
}

// slowest is the share of the full rate that is always kept.
const slowest = 1.0 / 32

func newPace(full int) *pace {
	return &pace{limiter: rate.NewLimiter(rate.Limit(full), 1+full/10), full: float64(full), now: float64(full), waiting: time.Second}
}

// heed hears how a request went.
func (p *pace) heed(err error, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.now
	switch kind := fault.KindOf(err); {
	case err == nil:
		p.now = min(p.full, p.now+p.full/200)
	case kind == fault.RateLimited || kind == fault.Timeout || kind == fault.Unavailable:
		// One overload fails many requests at once and is one reason.
		if now.Sub(p.slowed) >= p.waiting {
			p.now, p.slowed = max(p.full*slowest, p.now/2), now
		}
	}
	if p.now != before {
		p.limiter.SetLimitAt(now, rate.Limit(p.now))
	}
}

// Ledger counts requests over processes and restarts.
type Ledger interface {
	// Spend takes up to n requests of a day's limit to a host and says how many it
	// got and how many are left.
	Spend(ctx context.Context, host, day string, n, limit int64) (got, left int64, err error)
}

// budget is what may be asked in a day.
type budget struct {
	daily  int64
	host   string
	ledger Ledger

	mu   sync.Mutex
	day  string
	held int64 // taken from the ledger and not used yet
	left int64
}

// ahead is how many requests are taken from the ledger at once: a process that
// dies loses no more of the day than these.
const ahead = 20

// KeepWithin makes the client keep its daily budget in a ledger.
func (c *Client) KeepWithin(l Ledger) {
	u, err := url.Parse(c.base)
	if err != nil {
		return // New has refused such an address
	}
	c.budget.host, c.budget.ledger = u.Host, l
}

// take counts one request, or says when there is a budget again.
func (b *budget) take(ctx context.Context, now time.Time) error {
	if b.daily == 0 || b.ledger == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	local := now.In(Zone)
	if day := local.Format(time.DateOnly); day != b.day {
		b.day, b.held, b.left = day, 0, b.daily
	}
	if b.held == 0 {
		got, left, err := b.ledger.Spend(ctx, b.host, b.day, ahead, b.daily)
		if err != nil {
			return err
		}
		b.held, b.left = got, left
	}
	if b.held == 0 {
		y, m, d := local.Date()
		return fault.New(fault.RateLimited, "the budget of %d requests to %s for %s is used up", b.daily, b.host, b.day).
			After(time.Date(y, m, d+1, 0, 0, 0, 0, Zone).Sub(now)).Do("wait, or raise source.daily")
	}
	b.held--
	return nil
}

// Budget is how many requests are left of the day, and how many there are in all;
// 0 without a budget.
func (c *Client) Budget() (left, daily int64) {
	c.budget.mu.Lock()
	defer c.budget.mu.Unlock()
	if c.budget.day == "" {
		return c.budget.daily, c.budget.daily
	}
	return c.budget.held + c.budget.left, c.budget.daily
}
