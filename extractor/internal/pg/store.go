// Package pg keeps source documents and the state of extraction in PostgreSQL,
// schema source; the bodies of documents there as well, or in packs of an object
// store (Bodies).
package pg

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
)

// Schema is the schema that the extractor owns.
const Schema = "source"

// Store is safe for concurrent use, and for several processes on one database.
type Store struct {
	pool   *pgxpool.Pool
	bodies Bodies
}

// New makes a store on a migrated database.
func New(pool *pgxpool.Pool, b Bodies) *Store { return &Store{pool: pool, bodies: b} }

// classify tells a database that is away from a defect of ours.
func classify(err error, what string) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	kind := fault.Unavailable
	var e *pgconn.PgError
	if errors.As(err, &e) {
		switch e.Code[:2] {
		case "08", "40", "53", "57", "58": // connection, deadlock and serialisation, resources, shutdown, I/O
		default:
			kind = fault.Internal
		}
	}
	return fault.Wrap(kind, err, "%s: %v", what, err)
}

// OpenBatch implements the extractor's store.
func (s *Store) OpenBatch(ctx context.Context, src string, window func(last *document.Batch) (from, to time.Time, err error)) (document.Batch, error) {
	for {
		open, err := s.batch(ctx, `select number, source, window_from, window_to from source.batch where source = $1 and closed_at is null`, src)
		if err != nil {
			return document.Batch{}, classify(err, "find the open batch")
		}
		if open != nil {
			return *open, nil
		}
		last, err := s.batch(ctx, `select number, source, window_from, window_to from source.batch where source = $1 order by number desc limit 1`, src)
		if err != nil {
			return document.Batch{}, classify(err, "find the last batch")
		}
		from, to, err := window(last)
		if err != nil {
			return document.Batch{}, err
		}
		// Who loses the race for the number or for being the open one finds the
		// winner's batch in the next round.
		tag, err := s.pool.Exec(ctx, `insert into source.batch (number, source, window_from, window_to)
			select coalesce(max(number), 0) + 1, $1, $2, $3 from source.batch
			having coalesce(max(number) filter (where source = $1), 0) = $4
			on conflict do nothing`, src, nullable(from), nullable(to), number(last))
		if err != nil {
			return document.Batch{}, classify(err, "open a batch")
		}
		if tag.RowsAffected() == 1 {
			continue // read back what is stored: the database keeps microseconds
		}
	}
}

func number(b *document.Batch) int64 {
	if b == nil {
		return 0
	}
	return b.Number
}

func (s *Store) batch(ctx context.Context, query, src string) (*document.Batch, error) {
	var b document.Batch
	var from, to *time.Time
	err := s.pool.QueryRow(ctx, query, src).Scan(&b.Number, &b.Source, &from, &to)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	b.From, b.To = value(from), value(to)
	return &b, err
}

func nullable(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func value(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

const selectCrawl = `select cursor, pages, objects, new_documents, quarantined, total, known_run, done
	from source.crawl where batch = $1 and entity = $2`

// Crawl implements the extractor's store.
func (s *Store) Crawl(ctx context.Context, batch int64, e source.Entity) (document.Crawl, error) {
	c, err := crawl(s.pool.QueryRow(ctx, selectCrawl, batch, e), batch, e)
	return c, classify(err, "read how far the walk has come")
}

func crawl(row pgx.Row, batch int64, e source.Entity) (document.Crawl, error) {
	c := document.Crawl{Batch: batch, Entity: e}
	err := row.Scan(&c.Cursor, &c.Pages, &c.Objects, &c.NewDocuments, &c.Quarantined, &c.Total, &c.KnownRun, &c.Done)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return c, err
}

// Process implements the extractor's store.
func (s *Store) Process(ctx context.Context, e source.Entity, ids []string) (map[string]process.Key, error) {
	rows, err := s.pool.Query(ctx, `select id, process_key from source.object
		where entity = $1 and id = any($2) and process_key <> ''`, e, ids)
	if err != nil {
		return nil, classify(err, "look up processes")
	}
	found := map[string]process.Key{}
	var id string
	var key process.Key
	_, err = pgx.ForEachRow(rows, []any{&id, &key}, func() error {
		found[id] = key
		return nil
	})
	return found, classify(err, "look up processes")
}

// QueueReread implements the extractor's store.
func (s *Store) QueueReread(ctx context.Context, batch int64, live int) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into source.reread (batch, announcement)
			select $1, id::bigint from source.object where entity = 'trd_buy' and version_batch = $1
			union
			select $1, a.id::bigint from source.object l
				join source.object a on a.process_key = l.process_key and a.entity = 'trd_buy'
				where l.entity = 'lots' and l.version_batch = $1 and l.process_key <> ''
			on conflict do nothing`, batch)
		if err != nil {
			return err
		}
		// The rotation through the live ones moves once for a batch.
		_, err = tx.Exec(ctx, `with due as (
				update source.object set reread_batch = $1 where entity = 'trd_buy' and id in (
					select id from source.object where entity = 'trd_buy' and live
						and not exists (select from source.object where entity = 'trd_buy' and live and reread_batch = $1)
					order by reread_batch, id limit $2)
				returning id)
			insert into source.reread (batch, announcement) select $1, id::bigint from due on conflict do nothing`, batch, live)
		return err
	})
	return classify(err, "queue announcements whose bids are read again")
}

// Reread implements the extractor's store.
func (s *Store) Reread(ctx context.Context, batch, after int64, limit int) ([]int64, error) {
	rows, err := s.pool.Query(ctx, `select announcement from source.reread
		where batch = $1 and announcement > $2 order by announcement limit $3`, batch, after, limit)
	if err != nil {
		return nil, classify(err, "list announcements whose bids are read again")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return ids, classify(err, "list announcements whose bids are read again")
}

// Schema implements the extractor's store.
func (s *Store) Schema(ctx context.Context, origin string) ([]document.Member, error) {
	rows, err := s.pool.Query(ctx, `select name, type from source.schema_member
		where origin = $1 and last_batch = (select max(last_batch) from source.schema_member where origin = $1)`, origin)
	if err != nil {
		return nil, classify(err, "read the schema that the source showed last")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[document.Member])
	return list, classify(err, "read the schema that the source showed last")
}

// Vanished implements the extractor's store.
func (s *Store) Vanished(ctx context.Context, batch int64, after string, limit int) ([]string, error) {
	rows, err := s.pool.Query(ctx, `select distinct i.id from source.volume_item i join source.volume v on v.number = i.volume
		where v.read_batch = $1 and i.batch < $1 and i.id > $2 and not exists (
			select from source.volume_item j join source.volume u on u.number = j.volume
			where j.id = i.id and (u.read_batch is distinct from $1 or j.batch = $1))
		order by i.id limit $3`, batch, after, limit)
	if err != nil {
		return nil, classify(err, "list documents that no volume has any more")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return ids, classify(err, "list documents that no volume has any more")
}

// LastRead implements the extractor's store.
func (s *Store) LastRead(ctx context.Context, src string, e source.Entity) (time.Time, error) {
	var at *time.Time
	err := s.pool.QueryRow(ctx, `select b.window_to from source.batch b join source.crawl c on c.batch = b.number
		where b.source = $1 and b.closed_at is not null and c.entity = $2 and c.pages > 0
		order by b.number desc limit 1`, src, e).Scan(&at)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return value(at), classify(err, "find when "+string(e)+" was read last")
}

// Totals implements the extractor's store.
func (s *Store) Totals(ctx context.Context, batch int64) (document.Totals, error) {
	var t document.Totals
	rows, err := s.pool.Query(ctx, `select e.name, coalesce(c.source, 0), coalesce(c.stored, 0), coalesce(v.quarantined, 0)
		from unnest($1::text[]) with ordinality e(name, place)
		left join source.count c on c.entity = e.name
		left join source.count_v1 v on v.entity = e.name order by e.place`, source.Entities())
	if err != nil {
		return t, classify(err, "count")
	}
	t.Entities, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c document.Counts, err error) {
		err = row.Scan(&c.Entity, &c.Source, &c.Stored, &c.Quarantined)
		return c, err
	})
	if err != nil {
		return t, classify(err, "count")
	}
	err = s.pool.QueryRow(ctx, `select listed, stored,
		(select coalesce(sum(new_documents), 0) from source.crawl where batch = $1)
			+ coalesce((select new_documents from source.back_fill_batch where batch = $1), 0)
		from source.process_count`, batch).Scan(&t.ListedProcesses, &t.StoredProcesses, &t.NewDocuments)
	return t, classify(err, "count")
}

// Result implements the extractor's store.
func (s *Store) Result(ctx context.Context, batch int64) ([]byte, error) {
	var result []byte
	err := s.pool.QueryRow(ctx, `select result from source.batch where number = $1`, batch).Scan(&result)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "no batch %d", batch)
	}
	return result, classify(err, "read the result of the batch")
}

// CloseBatch implements the extractor's store.
func (s *Store) CloseBatch(ctx context.Context, batch int64, result []byte, totals map[source.Entity]int64) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		for _, e := range source.Entities() {
			total, known := totals[e]
			if !known {
				continue
			}
			if _, err := tx.Exec(ctx, `insert into source.count (entity, source) values ($1, $2)
				on conflict (entity) do update set source = excluded.source`, e, total); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `delete from source.reread where batch = $1`, batch); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from source.queue where batch <= $1`, batch); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from source.volume_item i using source.volume v
			where v.number = i.volume and v.read_batch = $1 and i.batch < $1`, batch); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update source.batch set closed_at = now(), result = $2 where number = $1 and closed_at is null`, batch, result)
		return err
	})
	return classify(err, fmt.Sprintf("close batch %d", batch))
}
