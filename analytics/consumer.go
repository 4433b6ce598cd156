package analytics

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/kzocds/kzocds/analytics/snapshot"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/subject"
)

// loader makes published snapshots current.
type loader struct {
	engine   Engine
	answerer *Answerer
	fetch    snapshot.Fetcher
	log      *slog.Logger
	refresh  time.Duration
	loaded   func(id string) // is told of every snapshot that answers

	loading sync.Mutex

	mu     sync.Mutex
	looked bool  // latest.json was read at least once
	behind error // why the current snapshot is not loaded

	changed chan struct{} // told when ready may say something else
}

// await waits until the service is ready, or ctx ends: then it says false. A
// replica that takes questions before would refuse what another can answer.
func (l *loader) await(ctx context.Context) bool {
	for l.ready() != nil {
		select {
		case <-ctx.Done():
			return false
		case <-l.changed:
		}
	}
	return true
}

func (l *loader) tell() {
	select {
	case l.changed <- struct{}{}:
	default: // told already, or nobody waits
	}
}

func (l *loader) ready() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.engine.Current(); ok {
		return nil // an older snapshot is better than none
	}
	if !l.looked {
		return fault.New(fault.Unavailable, "the current snapshot is not known yet")
	}
	return l.behind
}

// load makes a snapshot current; doing it again changes nothing.
func (l *loader) load(ctx context.Context, id string) (snapshot.Loaded, error) {
	l.loading.Lock()
	defer l.loading.Unlock()
	if now, ok := l.engine.Current(); ok && now.ID == id {
		return now, nil
	}
	defer func() {
		if now, ok := l.engine.Current(); ok && now.ID == id {
			l.loaded(id)
		}
	}()
	began := time.Now()
	s, manifest, err := l.fetch.Describe(ctx, id)
	if err != nil {
		return snapshot.Loaded{}, err
	}
	var loaded snapshot.Loaded
	cached := l.engine.Cached(id)
	if cached {
		if loaded, err = l.engine.Load(ctx, s); err != nil {
			l.log.WarnContext(ctx, "the kept file of the snapshot is not usable, it is made again", "snapshot", id, "err", err)
		}
	}
	if !cached || err != nil {
		if err := l.fetch.Fetch(ctx, &s, manifest); err != nil {
			return snapshot.Loaded{}, err
		}
		if loaded, err = l.engine.Load(ctx, s); err != nil {
			return snapshot.Loaded{}, fmt.Errorf("load snapshot %s: %w", id, err)
		}
	}
	l.log.InfoContext(ctx, "snapshot loaded", "snapshot", id, "processes", loaded.Processes, "elapsed", time.Since(began))
	l.answerer.prepare(ctx, l.log)
	l.tell()
	return loaded, nil
}

// follow loads the current snapshot now, when a publication is told, and every
// refresh in case the telling was missed. A failure is logged and tried again;
// the snapshot loaded before goes on answering.
func (l *loader) follow(ctx context.Context, conn *bus.Conn, ready func()) error {
	news := make(chan *nats.Msg, 16)
	sub, err := conn.ChanSubscribe(subject.SnapshotPublished, news)
	if err != nil {
		return fmt.Errorf("follow %s: %w", subject.SnapshotPublished, err)
	}
	defer sub.Unsubscribe()
	ready()
	again := time.NewTimer(0)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-news:
		case <-again.C:
		}
		wait := l.refresh
		if err := l.catchUp(ctx); err != nil && ctx.Err() == nil {
			l.log.ErrorContext(ctx, "the current snapshot could not be loaded", "err", err)
			wait = min(wait, 5*time.Second)
		}
		again.Reset(wait)
	}
}

func (l *loader) catchUp(ctx context.Context) error {
	id, err := l.fetch.Latest(ctx)
	if err == nil && id != "" {
		_, err = l.load(ctx, id)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.looked, l.behind = true, err
	l.tell()
	return err
}
