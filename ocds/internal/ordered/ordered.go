// Package ordered runs work on several goroutines and hands over the results in
// the order in which the work was given.
package ordered

import (
	"context"
	"sync"
)

// Run calls produce, which gives jobs to its argument; workers call work for
// them at the same time, and consume is called with the results in the order of the
// jobs, by one goroutine. The first error stops all. At most 4 jobs per worker are held at a
// time, so that memory does not grow with the number of jobs.
func Run[J, R any](ctx context.Context, workers int, produce func(give func(J) error) error, work func(worker int, job J) (R, error), consume func(R) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	type slot struct {
		job    J
		result R
		err    error
		done   chan struct{}
	}
	jobs := make(chan *slot)
	pending := make(chan *slot, 4*workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for s := range jobs {
				s.result, s.err = work(w, s.job)
				close(s.done)
			}
		})
	}
	wg.Go(func() {
		defer close(pending)
		defer close(jobs)
		err := produce(func(j J) error {
			s := &slot{job: j, done: make(chan struct{})}
			select {
			case pending <- s:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			select {
			case jobs <- s:
				return nil
			case <-ctx.Done():
				// The consumer must not wait for what nobody works on.
				s.err = context.Cause(ctx)
				close(s.done)
				return s.err
			}
		})
		if err != nil {
			cancel(err)
		}
	})
	var failed error
	for s := range pending {
		<-s.done
		if failed != nil {
			continue
		}
		if failed = s.err; failed == nil {
			failed = consume(s.result)
		}
		if failed != nil {
			cancel(failed)
		}
	}
	wg.Wait()
	if failed == nil {
		failed = context.Cause(ctx)
	}
	return failed
}
