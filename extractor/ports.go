package extractor

import (
	"context"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/extractor/internal/goszakup"
	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
)

// portal is where objects come from.
type portal interface {
	// Page reads one page of a walk.
	Page(ctx context.Context, w goszakup.Walk) (document.Page, error)
	// Total is how many objects of an entity the source says it has.
	Total(ctx context.Context, e source.Entity) (int64, error)
	// Clock is the newest moment that the source itself shows, its journal read
	// from a moment on.
	Clock(ctx context.Context, from time.Time) (time.Time, error)
}

// store keeps documents and where the work stands.
type store interface {
	// OpenBatch gives the open batch of a source, or opens the next. The window
	// is asked for with the last closed batch, nil before the first.
	OpenBatch(ctx context.Context, src string, window func(last *document.Batch) (from, to time.Time, err error)) (document.Batch, error)
	// Crawl is the state of a walk, the zero state before its beginning.
	Crawl(ctx context.Context, batch int64, e source.Entity) (document.Crawl, error)
	// Save stores the documents and rejects that a walk brought between two
	// cursors, in one transaction with the state that next makes of the outcome.
	// A walk that somebody else has moved meanwhile is a Conflict.
	Save(ctx context.Context, from document.Crawl, docs []document.Document, rejects []document.Reject, next func(saved document.Saved) document.Crawl) (document.Crawl, error)
	// Process looks up the process of stored objects.
	Process(ctx context.Context, e source.Entity, ids []string) (map[string]process.Key, error)
	// QueueReread fixes which announcements have their bids read again in a
	// batch: those that changed in it, and the live ones that waited longest, up
	// to a number. Asked again it adds nothing new but what has changed since.
	QueueReread(ctx context.Context, batch int64, live int) error
	// Reread lists the queued announcements after one, ascending.
	Reread(ctx context.Context, batch, after int64, limit int) ([]int64, error)
	// Publish hands over facts that are not published yet, oldest first, and
	// forgets them when publish succeeds. It returns how many there were.
	Publish(ctx context.Context, limit int, publish func([]document.Fact) error) (int, error)
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
