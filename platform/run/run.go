// Package run starts the parts of a program in order and stops them in the
// reverse order.
package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
	_ "time/tzdata" // programs run in images that hold nothing else: zones come along,

	_ "golang.org/x/crypto/x509roots/fallback" // and so do the roots of trust, for where the system has none
)

// Part is something that runs until its context ends. Run calls ready once when
// the parts after it may start, and returns when everything it holds is let
// go. A part that returns without having called ready has failed to start,
// whatever it returns.
type Part struct {
	Name string
	Run  func(ctx context.Context, ready func()) error
}

// grace is how long one part may take to stop before Parts gives up on it.
const grace = 30 * time.Second

type running struct {
	Part
	cancel context.CancelFunc
	ready  chan struct{}
	ended  chan struct{}
	err    error // set before ended is closed
}

// Parts starts each part when the one before is ready. When any part ends, or
// ctx ends, all are stopped, the last started first, each when the one after it
// has ended. It returns the error of the part that ended first, together with
// the errors met while stopping; an ending on request is no error.
func Parts(ctx context.Context, log *slog.Logger, parts ...Part) error {
	first := make(chan *running, len(parts))
	var started []*running
	var cause error
	ended := func(r *running) {
		log.Info("part ended, stopping the others", "part", r.Name)
		cause = r.result()
	}
	up := func() bool { // whether every part is ready
		for _, p := range parts {
			r := launch(ctx, p, first)
			started = append(started, r)
			select {
			case <-r.ready:
				log.Info("part ready", "part", p.Name)
			case e := <-first:
				ended(e)
				return false
			case <-ctx.Done():
				return false
			}
		}
		return len(parts) > 0
	}
	if up() {
		select {
		case e := <-first:
			ended(e)
		case <-ctx.Done():
		}
	}
	return errors.Join(cause, stop(log, started, cause))
}

// launch runs a part under a context of its own, which keeps the values of ctx
// but not its end: parts end one after the other.
func launch(ctx context.Context, p Part, first chan<- *running) *running {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &running{Part: p, cancel: cancel, ready: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer func() {
			close(r.ended)
			first <- r
		}()
		r.err = p.Run(own, sync.OnceFunc(func() { close(r.ready) }))
	}()
	return r
}

// result is what a part that ended says for itself.
func (r *running) result() error {
	if r.err != nil {
		return fmt.Errorf("%s: %w", r.Name, r.err)
	}
	select {
	case <-r.ready:
		return nil
	default:
		return fmt.Errorf("%s: ended before it was ready", r.Name)
	}
}

func stop(log *slog.Logger, started []*running, cause error) error {
	var errs []error
	for i := len(started) - 1; i >= 0; i-- {
		r := started[i]
		alreadyEnded := isClosed(r.ended)
		r.cancel()
		select {
		case <-r.ended:
		case <-time.After(grace):
			errs = append(errs, fmt.Errorf("%s: did not stop within %s", r.Name, grace))
			continue
		}
		if alreadyEnded && cause != nil && errors.Is(cause, r.err) {
			continue // told already
		}
		if r.err != nil && !errors.Is(r.err, context.Canceled) {
			errs = append(errs, fmt.Errorf("%s: %w", r.Name, r.err))
			continue
		}
		log.Info("part stopped", "part", r.Name)
	}
	return errors.Join(errs...)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// Main is the whole of a program's main: it gives f a context that ends on
// Ctrl-C or SIGTERM (a second one kills at once), prints the error, and returns
// the exit code for os.Exit.
func Main(stderr io.Writer, name string, f func(ctx context.Context) error) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	if err := f(ctx); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return 1
	}
	return 0
}
