package goszakup

import (
	"context"
	"sync"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/pace"
	"github.com/kzocds/kzocds/platform/fault"
)

// Ledger counts requests over processes and restarts, and gives them their turns.
type Ledger interface {
	pace.Queue
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

// KeepWithin makes the client keep its rate and its daily budget together with
// others.
func (c *Client) KeepWithin(l Ledger) {
	c.budget.ledger = l
	c.pace.Share(l)
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
