package gateway

import (
	"context"
	"encoding/json"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/kzocds/kzocds/platform/fault"
)

// turns lets a bounded number of questions be under way at once. Each reader's
// rate is bounded already; many readers together are not, and without a bound
// each of too many questions would take until nobody waits for it any more.
type turns struct {
	asker
	free *semaphore.Weighted
	// patience is how long a question waits for its turn.
	patience time.Duration
}

func inTurn(ask asker, atOnce int, patience time.Duration) asker {
	if atOnce <= 0 {
		return ask
	}
	return turns{ask, semaphore.NewWeighted(int64(atOnce)), patience}
}

// Ask waits for a turn. Who does not get one in time is told to come later.
func (t turns) Ask(ctx context.Context, service, verb string, request any) (json.RawMessage, error) {
	waiting, cancel := context.WithTimeout(ctx, t.patience)
	err := t.free.Acquire(waiting, 1)
	cancel()
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return nil, ctx.Err()
	default:
		return nil, fault.New(fault.RateLimited, "too many readers ask at this moment").After(time.Second).
			Do("wait as Retry-After says; for whole data sets take the bulk files")
	}
	defer t.free.Release(1)
	return t.asker.Ask(ctx, service, verb, request)
}
