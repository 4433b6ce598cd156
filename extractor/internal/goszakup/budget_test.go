package goszakup

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/pace"
	"github.com/kzocds/kzocds/platform/fault"
)

// page is a ledger of one day.
type page struct {
	pace.Queue
	used int64
}

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
