package run_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kzocds/kzocds/platform/run"
)

// story records what happens in which order.
type story struct {
	mu    sync.Mutex
	lines []string
}

func (s *story) tell(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, line)
}

// part is ready at once and runs until it is stopped, or until end is closed,
// and then returns err.
func (s *story) part(name string, end <-chan struct{}, err error) run.Part {
	return run.Part{Name: name, Run: func(ctx context.Context, ready func()) error {
		s.tell("start " + name)
		ready()
		select {
		case <-ctx.Done():
		case <-end:
		}
		s.tell("stop " + name)
		return err
	}}
}

var quiet = slog.New(slog.DiscardHandler)

func closed() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

func TestPartsStartInOrderAndStopInReverse(t *testing.T) {
	t.Parallel()
	var s story
	ctx, cancel := context.WithCancel(t.Context())
	last := run.Part{Name: "c", Run: func(ctx context.Context, ready func()) error {
		s.tell("start c")
		ready()
		cancel() // from outside, when all are up
		<-ctx.Done()
		s.tell("stop c")
		return ctx.Err()
	}}
	if err := run.Parts(ctx, quiet, s.part("a", nil, nil), s.part("b", nil, nil), last); err != nil {
		t.Errorf("an ending on request is no error: %v", err)
	}
	want := []string{"start a", "start b", "start c", "stop c", "stop b", "stop a"}
	if !slices.Equal(s.lines, want) {
		t.Errorf("%q", s.lines)
	}
}

func TestTheEndOfOnePartStopsAll(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, c := range []struct {
		name string
		err  error
	}{{"without an error", nil}, {"with an error", broken}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var s story
			err := run.Parts(t.Context(), quiet, s.part("a", nil, nil), s.part("b", closed(), c.err), s.part("c", nil, nil))
			if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
				t.Fatalf("error %v", err)
			}
			if err != nil && strings.Count(err.Error(), "broken") != 1 {
				t.Errorf("told more than once, or not whose it is: %v", err)
			}
			if s.lines[len(s.lines)-1] != "stop a" {
				t.Errorf("%q", s.lines)
			}
		})
	}
}

func TestAPartThatFailsToStartKeepsTheNextFromStarting(t *testing.T) {
	t.Parallel()
	refused := errors.New("port in use")
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"with an error", refused, "b: port in use"},
		{"without a word", nil, "b: ended before it was ready"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var s story
			silent := run.Part{Name: "b", Run: func(context.Context, func()) error { return c.err }}
			err := run.Parts(t.Context(), quiet, s.part("a", nil, nil), silent, s.part("c", nil, nil))
			if err == nil || err.Error() != c.want {
				t.Errorf("error %v, want %s", err, c.want)
			}
			if want := []string{"start a", "stop a"}; !slices.Equal(s.lines, want) {
				t.Errorf("%q", s.lines)
			}
		})
	}
}

func TestAnEndDuringTheStartStopsWhatHasStarted(t *testing.T) {
	t.Parallel()
	var s story
	ctx, cancel := context.WithCancel(t.Context())
	slow := run.Part{Name: "b", Run: func(ctx context.Context, _ func()) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}}
	if err := run.Parts(ctx, quiet, s.part("a", nil, nil), slow, s.part("c", nil, nil)); err != nil {
		t.Error(err)
	}
	if want := []string{"start a", "stop a"}; !slices.Equal(s.lines, want) {
		t.Errorf("%q", s.lines)
	}
}

func TestErrorsMetWhileStoppingAreTold(t *testing.T) {
	t.Parallel()
	var s story
	lost := errors.New("could not write the last page")
	err := run.Parts(t.Context(), quiet, s.part("a", nil, lost), s.part("b", closed(), nil))
	if !errors.Is(err, lost) {
		t.Errorf("error %v", err)
	}
}

func TestMainTellsTheErrorAndTheExitCode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		code int
		text string
	}{
		{nil, 0, ""},
		{context.Canceled, 0, ""},
		{errors.New("no token; set EXTRACTOR_TOKEN"), 1, "extractor: no token; set EXTRACTOR_TOKEN\n"},
	} {
		var stderr strings.Builder
		if code := run.Main(&stderr, "extractor", func(context.Context) error { return c.err }); code != c.code || stderr.String() != c.text {
			t.Errorf("%v: code %d, %q", c.err, code, stderr.String())
		}
	}
}
