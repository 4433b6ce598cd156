package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
)

// slowAsker answers after a time.
type slowAsker time.Duration

func (s slowAsker) Ask(ctx context.Context, _, _ string, _ any) (json.RawMessage, error) {
	select {
	case <-time.After(time.Duration(s)):
		return json.RawMessage(`1`), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (slowAsker) Take(context.Context, string) iter.Seq2[json.RawMessage, error] { return nil }
func (slowAsker) Ready() error                                                   { return nil }

// With two turns, answers of 400 ms and a second of patience, six of ten who come
// at once are answered: after 0.4, 0.8 and 1.2 seconds. The others hear after one
// second that they are to come later. Then everything is as before.
func TestTooManyQuestionsAreRefusedInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ask := inTurn(slowAsker(400*time.Millisecond), 2, time.Second)
		for range 2 {
			began := time.Now()
			results := make(chan error, 10)
			for range cap(results) {
				go func() {
					_, err := ask.Ask(t.Context(), "", "", nil)
					results <- err
				}()
			}
			answered := 0
			for range cap(results) {
				err := <-results
				if err == nil {
					answered++
					continue
				}
				var told *fault.Error
				if took := time.Since(began); !errors.As(err, &told) || told.Kind != fault.RateLimited || told.RetryAfter != time.Second || took != time.Second {
					t.Errorf("after %s: %v", took, err)
				}
			}
			if answered != 6 {
				t.Errorf("%d were answered, want 6", answered)
			}
		}
	})
}

func TestWhoGoesAwayGivesUpTheTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ask := inTurn(slowAsker(time.Minute), 1, time.Hour)
		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		first := make(chan error)
		go func() { _, err := ask.Ask(ctx, "", "", nil); first <- err }()
		synctest.Wait()
		_, err := ask.Ask(ctx, "", "", nil) // waits, and leaves in the queue
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(<-first, context.DeadlineExceeded) {
			t.Errorf("who left got %v", err)
		}
		if _, err := ask.Ask(t.Context(), "", "", nil); err != nil {
			t.Errorf("the turn is free again: %v", err)
		}
	})
}

func TestNoBoundLeavesQuestionsAsTheyAre(t *testing.T) {
	t.Parallel()
	if got := inTurn(slowAsker(1), 0, 0); got != asker(slowAsker(1)) {
		t.Errorf("%T", got)
	}
}
