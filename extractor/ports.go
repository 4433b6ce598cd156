package extractor

import (
	"context"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/extractor/internal/goszakup"
	"github.com/kzocds/kzocds/extractor/internal/pace"
	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
)

// Source is where objects come from. Each entity of a batch is served by one
// source. All methods are safe for concurrent use; errors are classified
// (platform/fault), and what passes by waiting is retryable.
//
// An adapter is registered by its name in adapters (adapter.go), and switched on
// by Config.Adapters.
type Source interface {
	// Origin names the source in stored documents (proto/source).
	Origin() string
	// Entities lists what the source has.
	Entities() []source.Entity
	// Steps says how a batch reads an entity: the whole of it when the batch has
	// no From, what changed since then otherwise. No steps: there is nothing to
	// read in this batch. The same batch gives the same steps every time.
	Steps(e source.Entity, b document.Batch) []document.Step
	// Page reads one page of a walk. A record that cannot be read is one of the
	// page's rejects; an error is for the page as a whole, nothing being skipped.
	Page(ctx context.Context, w document.Walk) (document.Page, error)
	// Total is how many objects of an entity the source says it has, below 0 when
	// it does not say.
	Total(ctx context.Context, e source.Entity) (int64, error)
	// Clock is the newest moment that the source itself shows, from a moment on.
	// It never runs ahead of the source; zero when the source shows none.
	Clock(ctx context.Context, from time.Time) (time.Time, error)
}

// backward is a Source whose objects can be read down their ids, so that the past
// can be read in pieces.
type backward interface {
	// Highest is the highest id of an entity and how many objects there are; zero
	// when the entity cannot be read in this way, or is small enough to be read as a
	// whole.
	Highest(ctx context.Context, e source.Entity) (id, objects int64, err error)
	// PageSize is how many objects a request for an entity brings at most.
	PageSize(e source.Entity) int
}

// budgeted is a Source with a limit of requests a day.
type budgeted interface {
	KeepWithin(goszakup.Ledger)
	// Budget is how many are left of the day and how many there are in all; 0 is no
	// limit.
	Budget() (left, daily int64)
}

// journal is a Source that tells what changed and what was withdrawn.
type journal interface {
	// Changes lists the entries of an entity from a moment on, oldest first.
	Changes(ctx context.Context, e source.Entity, from time.Time) ([]document.Change, error)
}

// countable is a Source whose completeness can be proven.
type countable interface {
	// Counted says whether the objects of an entity can be counted by date.
	Counted(e source.Entity) bool
	// Count is how many objects the source says to have whose date is in
	// [from, to), to the second. Both zero: how many in all.
	Count(ctx context.Context, e source.Entity, from, to time.Time) (int64, error)
	// List names the objects of a window.
	List(ctx context.Context, e source.Entity, from, to time.Time) ([]document.Listing, error)
	// ListBelow names a page of objects with ids below one (0: from the highest),
	// the highest first, and the id to go on below; 0 at the end.
	ListBelow(ctx context.Context, e source.Entity, below int64) (list []document.Listing, next int64, err error)
}

// inspectable is a Source that says what its interfaces have.
type inspectable interface {
	Schema(ctx context.Context) ([]document.Member, error)
}

// store keeps documents and where the work stands.
type store interface {
	pace.Queue // of the back-fill
	// OpenBatch gives the open batch of a source, or opens the next. The window
	// is asked for with the last closed batch, nil before the first.
	OpenBatch(ctx context.Context, src string, window func(last *document.Batch) (from, to time.Time, err error)) (document.Batch, error)
	// Crawl is the state of a walk, the zero state before its beginning.
	Crawl(ctx context.Context, batch int64, e source.Entity) (document.Crawl, error)
	// Save stores what a walk brought between two cursors, in one transaction with
	// the state that next makes of the outcome. A walk that somebody else has moved
	// meanwhile is a Conflict.
	Save(ctx context.Context, from document.Crawl, set document.Set, next func(saved document.Saved) document.Crawl) (document.Crawl, error)
	// Process looks up the process of stored objects.
	Process(ctx context.Context, e source.Entity, ids []string) (map[string]process.Key, error)
	// QueueReread fixes which announcements have their bids read again in a
	// batch: those that changed in it, and the live ones that waited longest, up
	// to a number. Asked again it adds nothing new but what has changed since.
	QueueReread(ctx context.Context, batch int64, live int) error
	// Reread lists the queued announcements after one, ascending.
	Reread(ctx context.Context, batch, after int64, limit int) ([]int64, error)
	// Enqueue remembers objects of an entity to be read by their ids in a batch,
	// in this one at the earliest.
	Enqueue(ctx context.Context, batch int64, e source.Entity, list []document.Due) error
	// Queued lists what a batch is to read by id, in the order of the ids, after
	// one.
	Queued(ctx context.Context, batch int64, e source.Entity, after string, limit int) ([]document.Due, error)
	// Unmet lists the ids of stored objects of an entity that the source listed
	// once and that a batch has not met, after one.
	Unmet(ctx context.Context, batch int64, e source.Entity, after string, limit int) ([]string, error)
	// Schema is what a source had when it was inspected last; none before the first
	// time.
	Schema(ctx context.Context, origin string) ([]document.Member, error)
	// Vanished lists the ids of documents of publications that volumes listed once,
	// and of which a batch has read each of these volumes whole without them, after
	// one.
	Vanished(ctx context.Context, batch int64, after string, limit int) ([]string, error)
	// CountStored counts the objects that the source lists, as far as we know,
	// whose date is in [from, to); zero bounds are open.
	CountStored(ctx context.Context, e source.Entity, from, to time.Time) (int64, error)
	// ListStored names those objects.
	ListStored(ctx context.Context, e source.Entity, from, to time.Time) ([]document.Listing, error)
	// ListBelow names stored objects with a numeric id in [floor, below), the
	// highest first.
	ListBelow(ctx context.Context, e source.Entity, below, floor int64) ([]document.Listing, error)
	// AddWindows plans windows of the back-fill; those planned already stay.
	AddWindows(ctx context.Context, list []document.Window) error
	// ForgetWindows takes the plan of some entities back.
	ForgetWindows(ctx context.Context, list []source.Entity) error
	// Windows is the plan of the back-fill: by entity, the newest first.
	Windows(ctx context.Context) ([]document.Window, error)
	Window(ctx context.Context, e source.Entity, high int64) (document.Window, error)
	// SaveWindow is Save for a window of the back-fill. What it stores belongs to
	// the open batch of a source, or to the next; the number is given back.
	SaveWindow(ctx context.Context, src string, from document.Window, set document.Set, next func(saved document.Saved) document.Window) (batch int64, to document.Window, err error)
	// Seal makes what a back-fill stores from now on belong to the batch behind
	// this one.
	Seal(ctx context.Context, batch int64) error
	// Compared is how far the comparison of an entity has come.
	Compared(ctx context.Context, e source.Entity) (document.Comparison, error)
	// SaveComparison keeps counts, what differs and how far the comparison came.
	SaveComparison(ctx context.Context, c document.Comparison) error
	// Completeness is the answer to the question of that name.
	Completeness(ctx context.Context, ids int) ([]source.Completeness, error)
	// Publish hands over facts that are not published yet, oldest first, and
	// forgets them when publish succeeds. It returns how many there were.
	Publish(ctx context.Context, limit int, publish func([]document.Fact) error) (int, error)
	// PublishSaved hands over the facts of one Save, by the number of its note, and
	// forgets them when publish succeeds. It does nothing when somebody else has
	// them.
	PublishSaved(ctx context.Context, outbox int64, publish func() error) error
	// Pending says whether facts wait to be published.
	Pending(ctx context.Context) (bool, error)
	// LastRead is the window's end of the last batch that read an entity
	// completely; zero before the first.
	LastRead(ctx context.Context, src string, e source.Entity) (time.Time, error)
	// Totals counts.
	Totals(ctx context.Context, batch int64) (document.Totals, error)
	// Result is what CloseBatch stored, nil while the batch is open.
	Result(ctx context.Context, batch int64) ([]byte, error)
	// CloseBatch closes a batch with its result and what the source says it has.
	CloseBatch(ctx context.Context, batch int64, result []byte, source map[source.Entity]int64) error
}

// packing is a store that can move bodies out of the database.
type packing interface {
	// PrepareToPack is called before Pack, once after the start.
	PrepareToPack(ctx context.Context) error
	// Pack moves some bodies of closed batches, and says how many; none when fewer
	// bytes than least wait.
	Pack(ctx context.Context, least int) (moved int, err error)
	// CollectPacks deletes packs that were stored before an instant and belong to
	// nothing.
	CollectPacks(ctx context.Context, before time.Time) (int, error)
}
