package extractor

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/extractor/internal/pace"
	"github.com/kzocds/kzocds/platform/fault"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/proto/subject"
)

// ruleProcess is the reason for a record that leads to no contracting process.
const ruleProcess = "source.process.unknown"

// extraction is the use cases of the extractor.
type extraction struct {
	cfg     Config
	sources []Source
	store   store
	bus     facts
	log     *slog.Logger
	stored  chan struct{}  // wakes the outbox
	fresh   chan freshNote // what was just stored, for the outbox
	seen    metric.Int64Counter
	// differing counts the objects that comparisons found to differ.
	differing metric.Int64Counter
	// backFill is the share of a back-fill in what the sources are asked.
	backFill *pace.Pace
	// drifted counts changes of a source's schema.
	drifted metric.Int64Counter
}

func newExtraction(cfg Config, from []Source, s store, b facts, log *slog.Logger) (*extraction, error) {
	seen, err := otel.Meter("github.com/kzocds/kzocds/extractor").Int64Counter("kzocds.extractor.objects",
		metric.WithDescription("objects read from the source, by entity and outcome: new, known, quarantined"), metric.WithUnit("{object}"))
	if err != nil {
		return nil, err
	}
	differing, err := otel.Meter("github.com/kzocds/kzocds/extractor").Int64Counter("kzocds.extractor.differing",
		metric.WithDescription("objects that a comparison with the source found to differ, by entity and state: missing, late, deleted"), metric.WithUnit("{object}"))
	if err != nil {
		return nil, err
	}
	drifted, err := otel.Meter("github.com/kzocds/kzocds/extractor").Int64Counter("kzocds.extractor.drift",
		metric.WithDescription("changes of a source's schema, by entity, field and kind: unknown (kept with the document), vanished and retyped (somebody has to look)"), metric.WithUnit("{field}"))
	if err != nil {
		return nil, err
	}
	share := pace.New("back-fill of "+cfg.Dataset, cfg.BackFill.Rate)
	share.Share(s)
	return &extraction{cfg: cfg, sources: from, store: s, bus: b, log: log, stored: make(chan struct{}, 1), fresh: make(chan freshNote, freshNotes), seen: seen, differing: differing, drifted: drifted,
		backFill: share}, nil
}

// serving is the source that has an entity, nil if none has it.
func (x *extraction) serving(e source.Entity) Source {
	for _, s := range x.sources {
		if slices.Contains(s.Entities(), e) {
			return s
		}
	}
	return nil
}

// clock is the newest moment that any of the sources shows.
func (x *extraction) clock(ctx context.Context, from time.Time) (newest time.Time, err error) {
	for _, s := range x.sources {
		at, err := s.Clock(ctx, from)
		if err != nil {
			return newest, err
		}
		if at.After(newest) {
			newest = at
		}
	}
	return newest, nil
}

// openBatch gives the open batch or opens the next one. The window begins where
// the last closed batch's ended, minus the overlap; the first has no beginning.
func (x *extraction) openBatch(ctx context.Context, src string) (document.Batch, error) {
	if src != x.cfg.Dataset {
		return document.Batch{}, fault.New(fault.Invalid, "this extractor does not serve source %q", src).At("source", x.cfg.Dataset)
	}
	return x.store.OpenBatch(ctx, src, func(last *document.Batch) (from, to time.Time, err error) {
		if last == nil {
			if to, err = x.clock(ctx, time.Time{}); err != nil || x.cfg.Crawl.First == FirstAll || to.IsZero() {
				return from, to, err
			}
			return to.Add(-x.cfg.Crawl.Overlap), to, x.begin(ctx)
		}
		if to, err = x.clock(ctx, last.To); err != nil {
			return from, to, err
		}
		if to.Before(last.To) {
			to = last.To
		}
		if !last.To.IsZero() {
			from = last.To.Add(-x.cfg.Crawl.Overlap)
		}
		return from, to, nil
	})
}

// steps says how an entity is read in a batch. An entity that no source has is
// not read at all.
func (x *extraction) steps(ctx context.Context, b document.Batch, e source.Entity) (Source, []document.Step, error) {
	from := x.serving(e)
	if from == nil {
		return nil, nil, nil
	}
	list := from.Steps(e, b)
	for _, s := range list {
		if s.Every == 0 {
			continue
		}
		last, err := x.store.LastRead(ctx, b.Source, e)
		if err != nil || !last.IsZero() && b.To.Sub(last) < s.Every {
			return from, nil, err
		}
		break
	}
	for i := range list {
		// Below lies what the back-fill reads.
		if s := &list[i]; s.UntilKnown && !s.Withdrawn {
			floor, err := x.floor(ctx, e)
			if err != nil {
				return from, nil, err
			}
			s.Floor = floor
		}
	}
	return from, list, nil
}

// place is a cursor within the steps of an entity: "<step>:<after>".
type place struct {
	step  int
	after string
}

func parsePlace(cursor string) (place, error) {
	if cursor == "" {
		return place{}, nil
	}
	n, after, ok := strings.Cut(cursor, ":")
	at, err := strconv.Atoi(n)
	if !ok || err != nil || at < 0 {
		return place{}, fault.New(fault.Internal, "the stored cursor %q has not the form step:after", cursor)
	}
	return place{at, after}, nil
}

func (p place) String() string { return fmt.Sprintf("%d:%s", p.step, p.after) }

// fetchPages moves the walk of an entity on by a bounded number of pages, from
// where the store says it is. told hears of every step forward.
func (x *extraction) fetchPages(ctx context.Context, b document.Batch, e source.Entity, told func(document.Crawl)) (document.Crawl, error) {
	at, err := x.store.Crawl(ctx, b.Number, e)
	if err != nil || at.Done {
		return at, err
	}
	told(at)
	from, steps, err := x.steps(ctx, b, e)
	if err != nil {
		return at, err
	}
	t := tour{from: from, batch: b, told: told}
	for budget := x.cfg.Crawl.PagesPerFetch; budget > 0 && !at.Done; {
		p, err := parsePlace(at.Cursor)
		if err != nil {
			return at, err
		}
		before := at.Pages
		if p.step >= len(steps) {
			at, err = x.store.Save(ctx, at, document.Set{}, func(document.Saved) document.Crawl {
				done := at
				done.Done = true
				return done
			})
		} else {
			t.step, t.place, t.budget = steps[p.step], p, budget
			switch t.step.Way {
			case document.WalkChildren:
				at, err = x.children(ctx, at, t)
			case document.WalkQueued:
				at, err = x.queued(ctx, at, t)
			case document.WalkJournal:
				at, err = x.journal(ctx, at, t)
			case document.Compare:
				at, err = x.compare(ctx, at, t)
			case document.Sweep:
				at, err = x.sweep(ctx, at, t)
			case document.Vanished:
				at, err = x.vanished(ctx, at, t)
			case document.Inspect:
				at, err = x.inspect(ctx, at, t)
			default:
				at, err = x.walk(ctx, at, t)
			}
		}
		if fault.KindOf(err) == fault.Conflict {
			// Another worker moved the walk; from where it is now both agree.
			return at, fault.Wrap(fault.Unavailable, err, "the walk of %s was moved by another worker", e)
		}
		if err != nil {
			return at, err
		}
		budget -= int(at.Pages - before)
		told(at)
	}
	return at, nil
}

// tour is one step of a batch on its way.
type tour struct {
	from   Source
	batch  document.Batch
	step   document.Step
	place  place
	budget int // pages
	told   func(document.Crawl)
}

// over is the cursor behind the step.
func (t tour) over() string { return place{t.place.step + 1, ""}.String() }

// walk fetches pages of one step and stores them in sets, the next pages being
// fetched meanwhile.
func (x *extraction) walk(ctx context.Context, at document.Crawl, t tour) (document.Crawl, error) {
	p, s := t.place, t.step
	fetch, stop := context.WithCancel(ctx)
	defer stop()
	pages := make(chan document.Page, 2)
	g, fetch := errgroup.WithContext(fetch)
	g.Go(func() error {
		defer close(pages)
		w := s.Walk
		w.After = p.after
		for range t.budget {
			page, err := t.from.Page(fetch, w)
			if err != nil {
				return err
			}
			select {
			case pages <- page:
			case <-fetch.Done():
				return fetch.Err()
			}
			if page.End {
				return nil
			}
			w.After = page.Next
		}
		return nil
	})
	var err error
	for set := range sets(pages, x.cfg.Crawl.SetSize) {
		at, err = x.save(ctx, at, t.from, set, func(to *document.Crawl) {
			last := set[len(set)-1]
			to.Cursor = place{p.step, last.Next}.String()
			for _, page := range set {
				switch {
				case s.Withdrawn:
				case page.Part:
					to.Total += page.Total
				default:
					to.Total = max(to.Total, page.Total)
				}
			}
			if last.End || s.UntilKnown && to.KnownRun >= int64(x.cfg.Crawl.KnownRun) {
				to.Cursor, to.KnownRun = t.over(), 0
			}
		})
		if err != nil {
			break
		}
		t.told(at)
		if next, bad := parsePlace(at.Cursor); bad != nil || next.step != p.step {
			break
		}
	}
	stop()
	for range pages { // let the fetcher go
	}
	if failed := g.Wait(); err == nil && failed != nil && ctx.Err() == nil && !stopped(at, p) {
		err = failed
	}
	if err == nil {
		err = ctx.Err()
	}
	return at, err
}

// stopped says that a walk left its step, so that what became of pages fetched
// ahead does not matter.
func stopped(at document.Crawl, p place) bool {
	now, err := parsePlace(at.Cursor)
	return err == nil && now.step != p.step
}

// sets groups pages as they come, without waiting for more than one.
func sets(pages <-chan document.Page, size int) func(yield func([]document.Page) bool) {
	return func(yield func([]document.Page) bool) {
		for page := range pages {
			set := []document.Page{page}
			n := len(page.Documents)
		more:
			for n < size {
				select {
				case next, ok := <-pages:
					if !ok {
						break more
					}
					set = append(set, next)
					n += len(next.Documents)
				default:
					break more
				}
			}
			if !yield(set) {
				return
			}
		}
	}
}

// children reads the children of objects that changed, or that are live and have
// waited longest: a bid changes its state without a date that can be asked for.
func (x *extraction) children(ctx context.Context, at document.Crawl, t tour) (document.Crawl, error) {
	after := int64(0)
	if t.place.after != "" {
		n, err := strconv.ParseInt(t.place.after, 10, 64)
		if err != nil {
			return at, fault.Wrap(fault.Internal, err, "the stored cursor %q has no announcement", at.Cursor)
		}
		after = n
	} else if err := x.store.QueueReread(ctx, at.Batch, x.cfg.Crawl.Reread); err != nil {
		return at, err
	}
	parents, err := x.store.Reread(ctx, at.Batch, after, t.budget)
	if err != nil {
		return at, err
	}
	if len(parents) == 0 {
		return x.save(ctx, at, t.from, nil, func(to *document.Crawl) { to.Cursor = t.over() })
	}
	// The children of several objects go into one set; the requests run side by
	// side within the limits of the source.
	for len(parents) > 0 {
		n := min(len(parents), sideBySide)
		found := make([][]document.Page, n)
		g, fetch := errgroup.WithContext(ctx)
		for i, parent := range parents[:n] {
			g.Go(func() error {
				w := t.step.Walk
				w.Parent = strconv.FormatInt(parent, 10)
				for {
					page, err := t.from.Page(fetch, w)
					if err != nil {
						return err
					}
					found[i] = append(found[i], page)
					if page.End {
						return nil
					}
					w.After = page.Next
				}
			})
		}
		if err := g.Wait(); err != nil {
			return at, err
		}
		var set []document.Page
		for _, pages := range found {
			set = append(set, pages...)
		}
		if at, err = x.save(ctx, at, t.from, set, func(to *document.Crawl) {
			to.Cursor = place{t.place.step, strconv.FormatInt(parents[n-1], 10)}.String()
		}); err != nil {
			return at, err
		}
		t.told(at)
		parents = parents[n:]
	}
	return at, nil
}

// sideBySide is how many small questions are put at the same time; the source's
// own limits say how many of them are sent.
const sideBySide = 8

// save stores a set of pages with the cursor that moves past it.
func (x *extraction) save(ctx context.Context, at document.Crawl, from Source, pages []document.Page, move func(*document.Crawl)) (document.Crawl, error) {
	set, objects, err := x.gather(ctx, at.Entity, from, pages)
	if err != nil {
		return at, err
	}
	var note freshNote
	to, err := x.store.Save(ctx, at, set, func(saved document.Saved) document.Crawl {
		note = freshNote{outbox: saved.Outbox, batch: at.Batch, documents: saved.Fresh}
		to := at
		to.Pages += int64(len(pages))
		to.Objects += objects
		to.NewDocuments += saved.NewDocuments
		to.Quarantined += saved.Quarantined
		to.KnownRun = saved.KnownRun
		move(&to)
		return to
	})
	if err != nil {
		return at, err
	}
	x.stow(ctx, at.Entity, note, objects, to.Quarantined-at.Quarantined)
	return to, nil
}

// gather makes the set of what pages brought, and counts the objects.
func (x *extraction) gather(ctx context.Context, e source.Entity, from Source, pages []document.Page) (set document.Set, objects int64, err error) {
	var docs []document.Document
	for _, page := range pages {
		docs = append(docs, page.Documents...)
		set.Rejects = append(set.Rejects, page.Rejects...)
		set.Gone = append(set.Gone, page.Gone...)
		set.Drift = append(set.Drift, page.Drift...)
		set.Schema = append(set.Schema, page.Schema...)
	}
	objects = int64(len(docs) + len(set.Rejects))
	docs, lost, err := x.resolve(ctx, e, docs)
	if err != nil {
		return set, 0, err
	}
	set.Documents, set.Origin = docs, from.Origin()
	for i := range set.Documents {
		set.Documents[i].Origin = from.Origin()
	}
	set.Rejects = append(set.Rejects, lost...)
	for i := range set.Rejects {
		r := &set.Rejects[i]
		x.log.WarnContext(ctx, "record quarantined", "entity", r.Entity, "id", r.ID, "rule", r.Rule, "pointer", r.Pointer)
	}
	for _, d := range set.Drift {
		x.drifted.Add(ctx, 1, metric.WithAttributes(attribute.String("entity", string(d.Entity)), attribute.String("field", d.Field), attribute.String("kind", d.Kind)))
	}
	return set, objects, nil
}

// stow counts what a set came to and wakes the outbox.
func (x *extraction) stow(ctx context.Context, e source.Entity, note freshNote, objects, rejected int64) {
	added := int64(len(note.documents))
	for outcome, n := range map[string]int64{"new": added, "quarantined": rejected, "known": objects - added - rejected} {
		if n > 0 {
			x.seen.Add(ctx, n, metric.WithAttributes(attribute.String("entity", string(e)), attribute.String("outcome", outcome)))
		}
	}
	x.tell(note)
	if rejected > 0 {
		select {
		case x.stored <- struct{}{}:
		default: // it is awake already
		}
	}
}

// resolve finds the process of documents that do not name it: by the stored
// announcement, by the stored lots of a bid, by the stored contract, and last by
// the announcement's id, which is its number as long as its documents were not
// changed. A document that leads nowhere is rejected.
func (x *extraction) resolve(ctx context.Context, e source.Entity, docs []document.Document) ([]document.Document, []document.Reject, error) {
	if !e.OfProcess() {
		return docs, nil, nil
	}
	announcements, lots, contracts := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range docs {
		if d := &docs[i]; d.Process == "" {
			if d.Link.Announcement != "" {
				announcements[d.Link.Announcement] = true
			}
			for _, lot := range d.Link.Lots {
				lots[lot] = true
			}
			for _, contract := range d.Link.Contracts {
				contracts[contract] = true
			}
		}
	}
	if len(announcements)+len(lots)+len(contracts) == 0 && allResolved(docs) {
		return docs, nil, nil
	}
	announcement, lotOf, quasi := source.TrdBuy, source.Lots, strings.HasPrefix(string(e), "ob_")
	if quasi {
		announcement, lotOf = source.QuasiTrdBuy, source.QuasiLots
	}
	byAnnouncement, err := x.lookUp(ctx, announcement, announcements)
	if err != nil {
		return nil, nil, err
	}
	byLot, err := x.lookUp(ctx, lotOf, lots)
	if err != nil {
		return nil, nil, err
	}
	byContract, err := x.lookUp(ctx, source.Contract, contracts)
	if err != nil {
		return nil, nil, err
	}
	var rejects []document.Reject
	known := docs[:0:0]
	for _, d := range docs {
		if d.Process == "" {
			d.Process = byAnnouncement[d.Link.Announcement]
		}
		for _, lot := range d.Link.Lots {
			if d.Process == "" {
				d.Process = byLot[lot]
			}
		}
		for _, contract := range d.Link.Contracts {
			if d.Process == "" {
				d.Process = byContract[contract]
			}
		}
		if d.Process == "" && quasi {
			d.Process = process.OfQuasiAnnouncement(d.Link.Announcement)
		} else if d.Process == "" {
			d.Process = process.OfAnnouncement(d.Link.Announcement)
		}
		if d.Process == "" {
			rejects = append(rejects, document.Reject{
				Entity: d.Entity, ID: d.ID, Rule: ruleProcess, Message: "the record leads to no announcement, contract or plan point",
				Raw: d.Body, URL: d.URL, At: d.FetchedAt,
			})
			continue
		}
		known = append(known, d)
	}
	return known, rejects, nil
}

func allResolved(docs []document.Document) bool {
	for i := range docs {
		if docs[i].Process == "" {
			return false
		}
	}
	return true
}

func (x *extraction) lookUp(ctx context.Context, e source.Entity, ids map[string]bool) (map[string]process.Key, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list := make([]string, 0, len(ids))
	for id := range ids {
		list = append(list, id)
	}
	return x.store.Process(ctx, e, list)
}

// outboxPoll is how often closing looks whether everything is published.
const outboxPoll = 50 * time.Millisecond

// closeBatch counts, waits until everything stored is published, and closes the
// batch. Asked again it answers the same.
func (x *extraction) closeBatch(ctx context.Context, b document.Batch) (*workflowv1.ExtractResult, error) {
	if done, err := x.store.Result(ctx, b.Number); err != nil || done != nil {
		if err != nil {
			return nil, err
		}
		result := new(workflowv1.ExtractResult)
		if err := protojson.Unmarshal(done, result); err != nil {
			return nil, fault.Wrap(fault.Internal, err, "the stored result of batch %d cannot be read", b.Number)
		}
		return result, nil
	}
	totals, err := x.sourceTotals(ctx, b)
	if err != nil {
		return nil, err
	}
	if err := x.store.Seal(ctx, b.Number); err != nil {
		return nil, err
	}
	if err := x.publishAll(ctx); err != nil {
		return nil, err
	}
	counts, err := x.store.Totals(ctx, b.Number)
	if err != nil {
		return nil, err
	}
	sequence, err := x.bus.LastSequence(ctx, subject.StreamSource)
	if err != nil {
		return nil, err
	}
	result := &workflowv1.ExtractResult{
		Batch:           batchMessage(b),
		SourceProcesses: counts.ListedProcesses, StoredProcesses: counts.StoredProcesses,
		QuarantinedProcesses: counts.ListedProcesses - counts.StoredProcesses,
		NewDocuments:         counts.NewDocuments, SourceSequence: sequence,
	}
	for _, c := range counts.Entities {
		if total, known := totals[c.Entity]; known {
			if total < 0 {
				total = c.Stored + c.Quarantined // what it listed is all that can be known
				totals[c.Entity] = total
			}
			c.Source = total
		}
		result.Entities = append(result.Entities, &workflowv1.EntityCounts{
			Entity: string(c.Entity), Source: c.Source, Stored: c.Stored, Quarantined: c.Quarantined,
		})
	}
	text, err := protojson.Marshal(result)
	if err != nil {
		return nil, err
	}
	if err := x.store.CloseBatch(ctx, b.Number, text, totals); err != nil {
		return nil, err
	}
	x.log.InfoContext(ctx, "batch closed", "batch", b.Number, "new", counts.NewDocuments, "processes", counts.StoredProcesses)
	return result, nil
}

// sourceTotals is what the sources say they have of each entity: from the walk
// of this batch if it went through everything, else by asking. What was not read
// again has no new total.
func (x *extraction) sourceTotals(ctx context.Context, b document.Batch) (map[source.Entity]int64, error) {
	totals := map[source.Entity]int64{}
	for _, e := range source.Entities() {
		from := x.serving(e)
		if from == nil {
			continue
		}
		at, err := x.store.Crawl(ctx, b.Number, e)
		switch {
		case err != nil:
			return nil, err
		case !at.Done:
			return nil, fault.New(fault.Invalid, "batch %d cannot be closed: %s has not been walked to its end", b.Number, e)
		case at.Pages == 0:
		case at.Total > 0 && slices.ContainsFunc(from.Steps(e, b), complete):
			totals[e] = at.Total
		default:
			if totals[e], err = from.Total(ctx, e); err != nil {
				return nil, err
			}
		}
	}
	return totals, nil
}

// complete says whether a step sees the total of its entity.
func complete(s document.Step) bool {
	return s.Way == document.WalkThrough && s.Since.IsZero() && !s.Withdrawn
}

// message is a batch with what its sources have.
func (x *extraction) message(b document.Batch) *workflowv1.Batch {
	m := batchMessage(b)
	for _, e := range source.Entities() {
		if x.serving(e) != nil {
			m.Entities = append(m.Entities, string(e))
		}
	}
	return m
}

func batchMessage(b document.Batch) *workflowv1.Batch {
	m := &workflowv1.Batch{Number: b.Number, Source: b.Source}
	if !b.From.IsZero() {
		m.From = timestamppb.New(b.From)
	}
	if !b.To.IsZero() {
		m.To = timestamppb.New(b.To)
	}
	return m
}

func batchOf(m *workflowv1.Batch) document.Batch {
	b := document.Batch{Number: m.GetNumber(), Source: m.GetSource()}
	if m.GetFrom() != nil {
		b.From = m.GetFrom().AsTime()
	}
	if m.GetTo() != nil {
		b.To = m.GetTo().AsTime()
	}
	return b
}
