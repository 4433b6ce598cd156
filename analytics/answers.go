package analytics

import (
	"container/list"
	"context"
	"runtime/debug"
	"sync"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/kzocds/kzocds/platform/fault"
)

// answers keeps what was computed, by snapshot and plan, up to a number of
// bytes (an estimate), the least recently used leaving first. Equal questions
// that are under way are computed once: the computation goes on as long as
// somebody waits for it.
type answers struct {
	most int64
	// asked counts questions by where the answer came from.
	asked metric.Int64Counter

	mu      sync.Mutex
	bytes   int64
	kept    map[string]*list.Element // of *answer
	recent  *list.List               // front: just used
	flights map[string]*flight
}

type answer struct {
	key   string
	value any
	bytes int64
}

type flight struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiting int
	value   any
	err     error
}

func newAnswers(most int64) *answers {
	asked, err := otel.Meter("github.com/kzocds/kzocds/analytics").Int64Counter("kzocds.analytics.answers",
		metric.WithDescription("answers by where they came from: kept, shared (computed for another who asked at the same time) or computed"))
	if err != nil { // names are constant
		panic(err)
	}
	return &answers{most: most, asked: asked, kept: map[string]*list.Element{}, recent: list.New(), flights: map[string]*flight{}}
}

// get gives the kept value of a key, or computes it. size estimates the bytes
// of a value.
func (a *answers) get(ctx context.Context, key string, size func(any) int64, compute func(context.Context) (any, error)) (value any, kept bool, err error) {
	a.mu.Lock()
	if e, ok := a.kept[key]; ok {
		a.recent.MoveToFront(e)
		a.mu.Unlock()
		a.count(ctx, "kept")
		return e.Value.(*answer).value, true, nil
	}
	f, ok := a.flights[key]
	from := "shared"
	if !ok {
		from = "computed"
		// The one who asked first may leave before the others.
		shared, cancel := context.WithCancel(context.WithoutCancel(ctx))
		f = &flight{done: make(chan struct{}), cancel: cancel}
		a.flights[key] = f
		go a.fly(shared, key, f, size, compute)
	}
	f.waiting++
	a.mu.Unlock()
	a.count(ctx, from)

	select {
	case <-f.done:
		return f.value, false, f.err
	case <-ctx.Done():
		a.mu.Lock()
		if f.waiting--; f.waiting == 0 {
			f.cancel()
			if a.flights[key] == f {
				delete(a.flights, key) // a later question starts anew
			}
		}
		a.mu.Unlock()
		return nil, false, ctx.Err()
	}
}

func (a *answers) count(ctx context.Context, from string) {
	a.asked.Add(ctx, 1, metric.WithAttributes(attribute.String("from", from)))
}

func (a *answers) fly(ctx context.Context, key string, f *flight, size func(any) int64, compute func(context.Context) (any, error)) {
	f.value, f.err = safely(ctx, compute)
	f.cancel()
	a.mu.Lock()
	if a.flights[key] == f {
		delete(a.flights, key)
	}
	if f.err == nil {
		a.keep(key, f.value, size(f.value))
	}
	a.mu.Unlock()
	close(f.done)
}

// safely turns a panic into the failure of one question.
func safely(ctx context.Context, compute func(context.Context) (any, error)) (value any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.New(fault.Internal, "panic: %v\n%s", p, debug.Stack())
		}
	}()
	return compute(ctx)
}

// keep is called with the lock held.
func (a *answers) keep(key string, value any, bytes int64) {
	if _, ok := a.kept[key]; ok || bytes > a.most {
		return
	}
	a.kept[key] = a.recent.PushFront(&answer{key, value, bytes})
	a.bytes += bytes
	for a.bytes > a.most {
		e := a.recent.Back()
		a.recent.Remove(e)
		oldest := e.Value.(*answer)
		delete(a.kept, oldest.key)
		a.bytes -= oldest.bytes
	}
}
