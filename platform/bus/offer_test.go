package bus_test

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/bus/bustest"
	"github.com/kzocds/kzocds/platform/fault"
)

func TestALongAnswerIsTakenPieceByPiece(t *testing.T) {
	t.Parallel()
	c := bustest.New(t)
	closed := make(chan string, 3)
	count := func(pieces int, last error) func(context.Context) (int, error) {
		n := 0
		return func(context.Context) (int, error) {
			if n++; n > pieces {
				return 0, last
			}
			return n, nil
		}
	}
	for name, x := range map[string]struct {
		pieces int
		last   error
		kind   fault.Kind
	}{
		"whole":  {3, io.EOF, ""},
		"failed": {2, fault.New(fault.Conflict, "changed"), fault.Conflict},
	} {
		at, err := bus.Offer(t.Context(), c, time.Minute, count(x.pieces, x.last), func() { closed <- name })
		if err != nil {
			t.Fatal(err)
		}
		got, failed := 0, error(nil)
		for n, err := range bus.Take[int](t.Context(), c, at) {
			if failed = err; err == nil {
				got++
				if n != got {
					t.Errorf("%s: piece %d is %d", name, got, n)
				}
			}
		}
		if got != x.pieces || x.kind == "" && failed != nil || x.kind != "" && fault.KindOf(failed) != x.kind {
			t.Errorf("%s: %d pieces, %v", name, got, failed)
		}
		if name != <-closed {
			t.Errorf("%s was not closed", name)
		}
	}

	// Nobody asks: it is closed all the same, and who asks then is told.
	at, err := bus.Offer(t.Context(), c, time.Millisecond, count(1, io.EOF), func() { closed <- "idle" })
	if err != nil {
		t.Fatal(err)
	}
	if <-closed != "idle" {
		t.Error("another was closed")
	}
	for _, err := range bus.Take[int](t.Context(), c, at) {
		if fault.KindOf(err) != fault.Unavailable {
			t.Errorf("after it was closed: %v", err)
		}
	}
}
