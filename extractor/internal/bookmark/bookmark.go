// Package bookmark keeps how far sources without a date filter were read: which
// volumes of a publication, and up to where a log of changes.
package bookmark

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/fault"
)

// Mark is where the reading of one thing stands.
type Mark struct {
	Name string
	// Tag changes with the content, such as an ETag; "" when the source tells none.
	Tag string
	// Next is where to go on, "" at the end.
	Next string
	// Items is how many objects were read.
	Items int64
}

// Table is the bookmarks of one dataset, in source.bookmark.
type Table struct {
	pool    *pgxpool.Pool
	dataset string // source of the batches
}

// New makes the table of a dataset.
func New(pool *pgxpool.Pool, dataset string) *Table { return &Table{pool, dataset} }

// Known is a mark as the batches before have left it; the zero Mark if they have
// left none. A mark of the open batch does not count: what was read when it was
// made need not be stored yet.
func (t *Table) Known(ctx context.Context, name string) (Mark, error) {
	m := Mark{Name: name}
	err := t.pool.QueryRow(ctx, `select m.tag, m.next, m.items from source.bookmark m join source.batch b on b.number = m.batch
		where m.source = $1 and m.name = $2 and b.closed_at is not null order by m.batch desc limit 1`, t.dataset, name).Scan(&m.Tag, &m.Next, &m.Items)
	if errors.Is(err, pgx.ErrNoRows) {
		return Mark{}, nil
	}
	return m, classify(err, "look up what was read of the source")
}

// Remember notes a mark. It counts from the moment on when the open batch is
// closed, because only then everything it stands for is stored.
func (t *Table) Remember(ctx context.Context, m Mark) error {
	_, err := t.pool.Exec(ctx, `with gone as (
			delete from source.bookmark where source = $1 and name = $2 and batch < (
				select max(m.batch) from source.bookmark m join source.batch b on b.number = m.batch
				where m.source = $1 and m.name = $2 and b.closed_at is not null))
		insert into source.bookmark (source, name, batch, tag, next, items)
		select $1, $2, number, $3, $4, $5 from source.batch where source = $1 and closed_at is null
		on conflict (source, name, batch) do update set tag = excluded.tag, next = excluded.next, items = excluded.items`,
		t.dataset, m.Name, m.Tag, m.Next, m.Items)
	return classify(err, "note what was read of the source")
}

// Met notes that the walk of the open batch came past a volume, and whether it has
// read it whole, so that what was not found in it is not there.
func (t *Table) Met(ctx context.Context, v document.Volume, whole bool) error {
	_, err := t.pool.Exec(ctx, `insert into source.volume (source, place, name, met_batch, read_batch)
		select $1, $2, $3, number, case when $4 then number end from source.batch where source = $1 and closed_at is null
		on conflict (source, place, name) do update set met_batch = excluded.met_batch,
			read_batch = case when $4 then excluded.read_batch else nullif(volume.read_batch, excluded.met_batch) end`, t.dataset, v.Place, v.Name, whole)
	return classify(err, "note what was read of the source")
}

// Ended notes that the walk of the open batch has come past all volumes of a place:
// those that it did not meet are empty from now on.
func (t *Table) Ended(ctx context.Context, place string) error {
	_, err := t.pool.Exec(ctx, `update source.volume v set read_batch = b.number from source.batch b
		where b.source = $1 and b.closed_at is null and v.source = $1 and v.place = $2 and v.met_batch < b.number`, t.dataset, place)
	return classify(err, "note what was read of the source")
}

// Last is when the last closed batch began, by our clock; zero before the first.
func (t *Table) Last(ctx context.Context) (time.Time, error) {
	var at *time.Time
	err := t.pool.QueryRow(ctx, `select max(opened_at) from source.batch where source = $1 and closed_at is not null`, t.dataset).Scan(&at)
	if err != nil || at == nil {
		return time.Time{}, classify(err, "find the last batch")
	}
	return at.UTC(), nil
}

func classify(err error, what string) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return fault.Wrap(fault.Unavailable, err, "%s: %v", what, err)
}
