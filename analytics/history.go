package analytics

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/analytics/snapshot"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// History answers questions about any published snapshot that is still kept. The
// present one answers at once. One of the past is loaded when it is first asked
// for, by an engine of its own; as many stay loaded as most says, and the one that
// was asked for longest ago makes room.
type History struct {
	present *Answerer
	open    func(dir string) (Engine, error)
	// changes divides measures by what happened between the snapshots of two engines
	// that open has made; divisible tells which measures can be.
	changes   func(ctx context.Context, earlier, later Engine, p plan.Plan) (plan.Changes, error)
	divisible func(catalog.Measure) bool
	fetch     snapshot.Fetcher // of the object store; parts go to the directory of the snapshot
	directory string
	most      int
	wait      time.Duration // for a snapshot that is being loaded, before the client is told to come again
	log       *slog.Logger
	ctx       context.Context // ends with the service

	mu    sync.Mutex
	asked uint64
	past  map[string]*past
	ages  map[string]snapshot.Age
}

// past is a snapshot of the past, loaded or on its way.
type past struct {
	done     chan struct{} // closed when it is loaded, or not
	answerer *Answerer
	err      error
	asked    uint64 // when it was last asked for
	readers  int
}

func newHistory(ctx context.Context, present *Answerer, open func(dir string) (Engine, error), fetch snapshot.Fetcher, directory string, most int, log *slog.Logger) (*History, error) {
	// What an earlier run kept is loaded again when it is asked for.
	if err := os.RemoveAll(directory); err != nil {
		return nil, fmt.Errorf("directory of past snapshots: %w", err)
	}
	return &History{present: present, open: open, fetch: fetch, directory: directory, most: most, wait: 3 * time.Second, log: log, ctx: ctx,
		past: map[string]*past{}, ages: map[string]snapshot.Age{}}, nil
}

// Query answers a query about the snapshot that it names.
func (h *History) Query(ctx context.Context, q analysis.Query) (analysis.Answer, error) {
	a, release, err := h.at(ctx, &q.Snapshot, q.AsOf)
	if err != nil {
		return analysis.Answer{}, err
	}
	defer release()
	return a.Query(ctx, q)
}

// Facets answers a question for facets about the snapshot that it names.
func (h *History) Facets(ctx context.Context, q analysis.FacetsQuery) (analysis.Facets, error) {
	a, release, err := h.at(ctx, &q.Snapshot, q.AsOf)
	if err != nil {
		return analysis.Facets{}, err
	}
	defer release()
	return a.Facets(ctx, q)
}

// Rows answers a question for rows about the snapshot that it names.
func (h *History) Rows(ctx context.Context, q analysis.RowsQuery) (analysis.Rows, error) {
	a, release, err := h.at(ctx, &q.Snapshot, q.AsOf)
	if err != nil {
		return analysis.Rows{}, err
	}
	defer release()
	return a.Rows(ctx, q)
}

// at gives what answers about a snapshot, and sets id to it when another than the
// present is asked for.
func (h *History) at(ctx context.Context, id *string, asOf string) (*Answerer, func(), error) {
	nothing := func() {}
	if asOf != "" {
		if *id != "" {
			return nil, nil, fault.New(fault.Invalid, "both a snapshot and a date are asked for").At("asOf").Do("ask for one of both")
		}
		found, err := h.newest(ctx, asOf)
		if err != nil {
			return nil, nil, err
		}
		*id = found
	}
	if now, ok := h.present.engine.Current(); *id == "" || ok && now.ID == *id {
		*id = "" // should the next one come meanwhile, that one answers
		return h.present, nothing, nil
	}
	if strings.Trim(*id, "0123456789abcdef") != "" || len(*id) > 64 {
		return nil, nil, fault.New(fault.Invalid, "%s is no id of a snapshot", short(*id)).At("snapshot").Do("take one from /bulk or from the meta of an answer")
	}
	p, err := h.wanted(*id)
	if err != nil {
		return nil, nil, err
	}
	release := func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		p.readers--
	}
	patience := time.NewTimer(h.wait)
	defer patience.Stop()
	select {
	case <-p.done:
		if p.err != nil {
			release()
			return nil, nil, p.err
		}
		return p.answerer, release, nil
	case <-patience.C:
		release()
		return nil, nil, fault.New(fault.Unavailable, "snapshot %s is being loaded", *id).At("snapshot").Do("ask again in a while").After(5 * time.Second)
	case <-ctx.Done():
		release()
		return nil, nil, ended(ctx.Err())
	}
}

// wanted finds a past snapshot or begins to load it, and counts a reader of it.
func (h *History) wanted(id string) (*past, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked++
	if p, ok := h.past[id]; ok {
		p.asked = h.asked
		p.readers++
		return p, nil
	}
	if len(h.past) >= h.most {
		oldest := ""
		for id, p := range h.past {
			if p.readers == 0 && p.loaded() && (oldest == "" || p.asked < h.past[oldest].asked) {
				oldest = id
			}
		}
		if oldest == "" {
			return nil, fault.New(fault.Unavailable, "all %d places for past snapshots are in use", h.most).At("snapshot").Do("ask again in a while").After(10 * time.Second)
		}
		h.close(oldest)
	}
	p := &past{done: make(chan struct{}), asked: h.asked, readers: 1}
	h.past[id] = p
	go h.load(id, p)
	return p, nil
}

func (p *past) loaded() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// close forgets a past snapshot that nobody reads. The lock is held.
func (h *History) close(id string) {
	p := h.past[id]
	delete(h.past, id)
	if p.answerer != nil {
		_ = p.answerer.engine.Close()
	}
	_ = os.RemoveAll(filepath.Join(h.directory, id))
}

// load makes a past snapshot answer. One that cannot be loaded is forgotten, so
// that the next question tries again.
func (h *History) load(id string, p *past) {
	began := time.Now()
	engine, err := h.read(id)
	if err == nil {
		p.answerer = newAnswerer(engine, cap(h.present.slots), h.present.answers.most/int64(h.most+1))
		h.log.Info("past snapshot loaded", "snapshot", id, "elapsed", time.Since(began))
	}
	p.err = err
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		delete(h.past, id)
		_ = os.RemoveAll(filepath.Join(h.directory, id))
		h.log.Warn("a past snapshot could not be loaded", "snapshot", id, "err", err)
	}
	close(p.done)
}

func (h *History) read(id string) (Engine, error) {
	dir := filepath.Join(h.directory, id)
	fetch := h.fetch
	fetch.Directory = filepath.Join(dir, "parts")
	s, manifest, err := fetch.Describe(h.ctx, id)
	if fault.KindOf(err) == fault.NotFound {
		return nil, fault.New(fault.NotFound, "there is no snapshot %s, or it is not kept any more", id).At("snapshot").Do("see the changelog of /bulk for those that are kept")
	}
	if err != nil {
		return nil, err
	}
	if err := fetch.Fetch(h.ctx, &s, manifest); err != nil {
		return nil, err
	}
	engine, err := h.open(filepath.Join(dir, "engine"))
	if err != nil {
		return nil, err
	}
	if _, err := engine.Load(h.ctx, s); err != nil {
		_ = engine.Close()
		return nil, fmt.Errorf("load snapshot %s: %w", id, err)
	}
	return engine, os.RemoveAll(fetch.Directory)
}

// newest finds the newest snapshot whose newest release is not after a date.
func (h *History) newest(ctx context.Context, asOf string) (string, error) {
	limit, err := time.Parse(time.RFC3339Nano, asOf)
	if err != nil {
		day, err := time.ParseInLocation(time.DateOnly, asOf, astana)
		if err != nil {
			return "", fault.New(fault.Invalid, "asOf is %s: a day such as 2026-07-24 or a time with zone such as 2026-07-24T10:00:00Z", short(asOf)).At("asOf")
		}
		limit = day.AddDate(0, 0, 1).Add(-time.Nanosecond)
	}
	id, err := h.fetch.Latest(ctx)
	if err != nil {
		return "", err
	}
	oldest := ""
	for id != "" {
		age, err := h.age(ctx, id)
		if fault.KindOf(err) == fault.NotFound {
			break // not kept any more
		}
		if err != nil {
			return "", err
		}
		if !age.Date.After(limit) {
			return id, nil
		}
		oldest, id = age.Date.UTC().Format(time.RFC3339), age.Parent
	}
	text := "nothing is published yet"
	if oldest != "" {
		text = "the oldest snapshot that is kept is of " + oldest
	}
	return "", fault.New(fault.NotFound, "no snapshot of %s is kept: %s", asOf, text).At("asOf")
}

// age reads when a snapshot is of and what was before it; it never changes.
func (h *History) age(ctx context.Context, id string) (snapshot.Age, error) {
	h.mu.Lock()
	age, ok := h.ages[id]
	h.mu.Unlock()
	if ok {
		return age, nil
	}
	age, err := h.fetch.Age(ctx, id)
	if err != nil {
		return age, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ages[id] = age
	return age, nil
}

// astana is the zone of the portal's days.
var astana = time.FixedZone("+05", 5*60*60)

// Close closes what is loaded, after its readers.
func (h *History) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, p := range h.past {
		if p.loaded() {
			h.close(id)
		}
	}
}
