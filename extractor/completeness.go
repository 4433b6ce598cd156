package extractor

import (
	"context"
	"slices"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

const (
	// idsAtOnce is how many objects one request by id names: the portal gives 200
	// objects at most.
	idsAtOnce = 200
	// listed is up to how many objects, here and there together, two lists are
	// compared instead of halving the window.
	listed = 400
	// triesOfDeletion is in how many batches an object that the journal calls
	// deleted and that is still there is read again.
	triesOfDeletion = 10
)

// beginning is before everything that a source can count by date.
var beginning = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// queued reads the objects that the journal named or that a comparison found to
// differ. What the source does not have is gone.
func (x *extraction) queued(ctx context.Context, at document.Crawl, t tour) (document.Crawl, error) {
	due, err := x.store.Queued(ctx, at.Batch, at.Entity, t.place.after, idsAtOnce)
	if err != nil {
		return at, err
	}
	if len(due) == 0 {
		return x.save(ctx, at, t.from, nil, func(to *document.Crawl) { to.Cursor = t.over() })
	}
	w := t.step.Walk
	for _, d := range due {
		w.IDs = append(w.IDs, d.ID)
	}
	page, err := t.from.Page(ctx, w)
	if err != nil {
		return at, err
	}
	var again []document.Due
	now := time.Now()
	for _, d := range due {
		switch missing := slices.Contains(page.Missing, d.ID); {
		case missing:
			page.Gone = append(page.Gone, document.Gone{Entity: at.Entity, ID: d.ID, At: d.Deleted, FetchedAt: now})
		case !d.Deleted.IsZero() && d.Tries+1 < triesOfDeletion:
			// The index lags behind the journal.
			d.Tries++
			again = append(again, d)
		}
	}
	if err := x.store.Enqueue(ctx, at.Batch+1, at.Entity, again); err != nil {
		return at, err
	}
	run := at.KnownRun
	at, err = x.save(ctx, at, t.from, []document.Page{page}, func(to *document.Crawl) {
		to.Cursor, to.KnownRun = place{t.place.step, due[len(due)-1].ID}.String(), run
	})
	if err == nil {
		t.told(at)
	}
	return at, err
}

// journal queues what the source's journal names since the beginning of the
// window.
func (x *extraction) journal(ctx context.Context, at document.Crawl, t tour) (document.Crawl, error) {
	j, ok := t.from.(journal)
	if !ok {
		return at, fault.New(fault.Internal, "source %s has no journal", t.from.Origin())
	}
	changes, err := j.Changes(ctx, at.Entity, t.batch.From)
	if err != nil {
		return at, err
	}
	last := map[string]document.Due{}
	for _, c := range changes {
		d := document.Due{ID: c.ID}
		if c.Deleted {
			d.Deleted = c.At
		}
		last[c.ID] = d
	}
	due := make([]document.Due, 0, len(last))
	for _, id := range sortedKeys(last) {
		due = append(due, last[id])
	}
	if err := x.store.Enqueue(ctx, at.Batch, at.Entity, due); err != nil {
		return at, err
	}
	return x.save(ctx, at, t.from, nil, func(to *document.Crawl) { to.Cursor = t.over() })
}

// sweep queues what a complete walk of this batch did not meet: it has left the
// register, or the walk missed it.
func (x *extraction) sweep(ctx context.Context, at document.Crawl, t tour) (document.Crawl, error) {
	ids, err := x.store.Unmet(ctx, at.Batch, at.Entity, t.place.after, 10*idsAtOnce)
	if err != nil {
		return at, err
	}
	due := make([]document.Due, len(ids))
	for i, id := range ids {
		due[i] = document.Due{ID: id}
	}
	if err := x.store.Enqueue(ctx, at.Batch, at.Entity, due); err != nil {
		return at, err
	}
	return x.save(ctx, at, t.from, nil, func(to *document.Crawl) {
		if len(ids) == 0 {
			to.Cursor = t.over()
		} else {
			to.Cursor = place{t.place.step, ids[len(ids)-1]}.String()
		}
	})
}

// vanished leaves tombstones of documents that no volume of a publication lists any
// more: each volume that listed them was read whole in this batch, without them.
func (x *extraction) vanished(ctx context.Context, at document.Crawl, t tour) (document.Crawl, error) {
	ids, err := x.store.Vanished(ctx, at.Batch, t.place.after, x.cfg.Crawl.SetSize)
	if err != nil {
		return at, err
	}
	if len(ids) == 0 {
		return x.save(ctx, at, t.from, nil, func(to *document.Crawl) { to.Cursor = t.over() })
	}
	var page document.Page
	for _, id := range ids {
		page.Gone = append(page.Gone, document.Gone{Entity: at.Entity, ID: id, FetchedAt: time.Now()})
	}
	return x.save(ctx, at, t.from, []document.Page{page}, func(to *document.Crawl) {
		to.Cursor = place{t.place.step, ids[len(ids)-1]}.String()
	})
}

// compare compares what the source counts with what is stored, once in
// Crawl.Compare by the source's clock. It queues what differs, so that the step
// behind it reads it again.
func (x *extraction) compare(ctx context.Context, at document.Crawl, t tour) (document.Crawl, error) {
	over := func() (document.Crawl, error) {
		return x.save(ctx, at, t.from, nil, func(to *document.Crawl) { to.Cursor = t.over() })
	}
	last, err := x.store.Compared(ctx, at.Entity)
	if err != nil {
		return at, err
	}
	// As long as the past is being read, what is not there is not missing.
	if unread, err := x.unread(ctx, at.Entity); err != nil {
		return at, err
	} else if unread {
		return over()
	}
	// What changes from the beginning of the window on is on its way.
	c := &comparison{x: x, e: at.Entity, from: t.from.(countable), to: t.batch.From, last: last, calls: x.cfg.Crawl.CompareCalls, noted: map[string]bool{}, got: document.Comparison{
		Entity: at.Entity, Batch: at.Batch, To: t.batch.From, Rotation: last.Rotation, Below: last.Below,
	}}
	if !last.To.IsZero() && (last.Batch == at.Batch || t.batch.From.Sub(last.To) < x.cfg.Crawl.Compare) {
		return over()
	}
	if c.from.Counted(at.Entity) {
		err = c.byDate(ctx)
	} else {
		err = c.byID(ctx)
	}
	if err != nil {
		return at, err
	}
	due := make([]document.Due, len(c.got.Differences))
	for i, d := range c.got.Differences {
		due[i] = document.Due{ID: d.ID}
	}
	if err := x.store.Enqueue(ctx, at.Batch, at.Entity, due); err != nil {
		return at, err
	}
	if err := x.store.SaveComparison(ctx, c.got); err != nil {
		return at, err
	}
	for _, d := range c.got.Differences {
		x.differing.Add(ctx, 1, metric.WithAttributes(attribute.String("entity", string(at.Entity)), attribute.String("state", d.State)))
	}
	if n := len(c.got.Differences); n > 0 {
		x.log.WarnContext(ctx, "stored objects differ from the source; they are read again", "entity", at.Entity, "objects", n)
	}
	return over()
}

// comparison is one comparison on its way.
type comparison struct {
	x     *extraction
	e     source.Entity
	from  countable
	to    time.Time
	last  document.Comparison
	calls int // of the source, left
	got   document.Comparison
	noted map[string]bool // ids of the differences
}

// byDate compares everything by halving what differs, then tells the counts of
// the newest days and of some older ones in turn.
func (c *comparison) byDate(ctx context.Context) error {
	if err := c.halve(ctx, beginning, c.to); err != nil {
		return err
	}
	total, err := c.from.Count(ctx, c.e, time.Time{}, time.Time{})
	if err != nil {
		return err
	}
	stored, err := c.x.store.CountStored(ctx, c.e, time.Time{}, time.Time{})
	if err != nil {
		return err
	}
	c.got.Days = append(c.got.Days, document.Day{Source: total, Stored: stored})
	if total != stored {
		// Objects without a date are in no window.
		if err := c.downIDs(ctx); err != nil {
			return err
		}
	}
	const newest = 3
	day := c.x.cfg.midnight(c.to)
	for range newest {
		day = day.AddDate(0, 0, -1)
		if err := c.day(ctx, day); err != nil {
			return err
		}
	}
	old := c.last.Rotation
	if old.IsZero() || old.After(day) || old.Before(beginning) {
		old = day
	}
	old = c.x.cfg.midnight(old)
	for range c.x.cfg.Crawl.CompareDays {
		old = old.AddDate(0, 0, -1)
		if err := c.day(ctx, old); err != nil {
			return err
		}
	}
	c.got.Rotation = old
	earlier, err := c.x.store.CountStored(ctx, c.e, time.Time{}, old)
	if err == nil && earlier == 0 {
		c.got.Rotation = time.Time{} // from the newest again
	}
	return err
}

// day tells the counts of one day. Days without objects here and there are not
// worth a line.
func (c *comparison) day(ctx context.Context, day time.Time) error {
	next := day.AddDate(0, 0, 1)
	n, m, err := c.counts(ctx, day, next)
	if err != nil || n == 0 && m == 0 {
		return err
	}
	c.got.Days = append(c.got.Days, document.Day{Day: day, Source: n, Stored: m})
	if n != m {
		return c.halve(ctx, day, next)
	}
	return nil
}

func (c *comparison) counts(ctx context.Context, from, to time.Time) (theirs, ours int64, err error) {
	c.calls--
	if theirs, err = c.from.Count(ctx, c.e, from, to); err == nil {
		ours, err = c.x.store.CountStored(ctx, c.e, from, to)
	}
	return theirs, ours, err
}

// halve looks into a window whose counts differ, until the lists are short
// enough to be compared. What the allowed calls do not reach is found by the
// next comparison.
func (c *comparison) halve(ctx context.Context, from, to time.Time) error {
	if c.calls <= 0 {
		return nil
	}
	theirs, ours, err := c.counts(ctx, from, to)
	if err != nil || theirs == ours {
		return err
	}
	middle := from.Add(to.Sub(from) / 2).Truncate(time.Second)
	if theirs+ours > listed && middle.After(from) {
		// The newer half first.
		if err := c.halve(ctx, middle, to); err != nil {
			return err
		}
		return c.halve(ctx, from, middle)
	}
	there, err := c.from.List(ctx, c.e, from, to)
	if err != nil {
		return err
	}
	here, err := c.x.store.ListStored(ctx, c.e, from, to)
	if err != nil {
		return err
	}
	c.differ(there, here)
	return nil
}

// differ notes what two lists of the same window do not have in common. An
// object that only we have in it has moved to another day or is gone: reading it
// by its id will tell.
func (c *comparison) differ(there, here []document.Listing) {
	known := map[string]document.Listing{}
	for _, l := range here {
		known[l.ID] = l
	}
	note := func(l document.Listing, state string) {
		if c.noted[l.ID] {
			return
		}
		c.noted[l.ID] = true
		d := document.Difference{ID: l.ID, State: state}
		if !l.At.IsZero() {
			d.Day = c.x.cfg.midnight(l.At)
		}
		c.got.Differences = append(c.got.Differences, d)
	}
	for _, l := range there {
		ours, ok := known[l.ID]
		delete(known, l.ID)
		switch {
		case !ok:
			note(l, document.Missing)
		case !l.At.Equal(ours.At):
			note(l, document.Late)
		}
	}
	for _, id := range sortedKeys(known) {
		note(known[id], document.Deleted)
	}
}

// byID compares the totals, and if they differ the ids themselves, some pages in
// each comparison, from the newest down and round again.
func (c *comparison) byID(ctx context.Context) error {
	total, err := c.from.Count(ctx, c.e, time.Time{}, time.Time{})
	if err != nil {
		return err
	}
	stored, err := c.x.store.CountStored(ctx, c.e, time.Time{}, time.Time{})
	if err != nil {
		return err
	}
	c.got.Days = append(c.got.Days, document.Day{Source: total, Stored: stored})
	if total == stored {
		return nil
	}
	return c.downIDs(ctx)
}

// downIDs compares ids page by page, as far as the allowed calls reach.
func (c *comparison) downIDs(ctx context.Context) error {
	below := c.last.Below
	for ; c.calls > 0; c.calls-- {
		there, next, err := c.from.ListBelow(ctx, c.e, below)
		if err != nil {
			return err
		}
		here, err := c.x.store.ListBelow(ctx, c.e, below, next)
		if err != nil {
			return err
		}
		if below == 0 {
			// Above the highest id that the source lists nothing is compared: it
			// may be newer than the page.
			if len(there) > 0 {
				highest := number(there[0].ID)
				here = slices.DeleteFunc(here, func(l document.Listing) bool { return number(l.ID) > highest })
			}
		}
		c.differ(there, here)
		if below = next; next == 0 {
			break
		}
	}
	c.got.Below = below
	return nil
}

// number is a numeric id, 0 of any other.
func number(id string) int64 {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// examplesOfDifference bounds the ids in the answer about completeness, for each
// entity.
const examplesOfDifference = 20

// Completeness says for each entity what the source counts, what is stored, and
// what differs.
func (x *extraction) Completeness(ctx context.Context, req source.CompletenessRequest) (source.CompletenessAnswer, error) {
	list, err := x.store.Completeness(ctx, examplesOfDifference)
	if err != nil {
		return source.CompletenessAnswer{}, err
	}
	if req.Entity != "" {
		if !slices.Contains(source.Entities(), req.Entity) {
			return source.CompletenessAnswer{}, fault.New(fault.Invalid, "no entity %q", req.Entity).At("entity", texts(source.Entities())...)
		}
		list = slices.DeleteFunc(list, func(c source.Completeness) bool { return c.Entity != req.Entity })
	}
	return source.CompletenessAnswer{Entities: list}, nil
}
