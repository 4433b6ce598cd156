package pg

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/proto/source"
)

// Enqueue implements the extractor's store.
func (s *Store) Enqueue(ctx context.Context, batch int64, e source.Entity, list []document.Due) error {
	if len(list) == 0 {
		return nil
	}
	ids, deleted, tries := make([]string, len(list)), make([]*time.Time, len(list)), make([]int32, len(list))
	for i, d := range list {
		ids[i], deleted[i], tries[i] = d.ID, nullable(d.Deleted), int32(d.Tries)
	}
	_, err := s.pool.Exec(ctx, `insert into source.queue (batch, entity, id, deleted_at, tries)
		select $1, $2, id, deleted_at, tries from unnest($3::text[], $4::timestamptz[], $5::int[]) v(id, deleted_at, tries)
		on conflict (batch, entity, id) do update set deleted_at = coalesce(excluded.deleted_at, queue.deleted_at), tries = greatest(excluded.tries, queue.tries)`,
		batch, e, ids, deleted, tries)
	return classify(err, "queue objects to be read by id")
}

// Queued implements the extractor's store. What the batch has met in its walks
// need not be read again, unless it is said to be deleted.
func (s *Store) Queued(ctx context.Context, batch int64, e source.Entity, after string, limit int) ([]document.Due, error) {
	rows, err := s.pool.Query(ctx, `select q.id, min(q.deleted_at), max(q.tries) from source.queue q
		where q.batch <= $1 and q.entity = $2 and q.id > $3
			and (q.deleted_at is not null and exists (select from source.object o where o.entity = q.entity and o.id = q.id and not o.gone)
				or exists (select from source.difference d where d.entity = q.entity and d.id = q.id and d.resolved_batch is null)
				or q.deleted_at is null and not exists (select from source.object o where o.entity = q.entity and o.id = q.id and o.last_batch = $1))
		group by q.id order by q.id limit $4`, batch, e, after, limit)
	if err != nil {
		return nil, classify(err, "list objects to be read by id")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d document.Due, err error) {
		var deleted *time.Time
		err = row.Scan(&d.ID, &deleted, &d.Tries)
		d.Deleted = value(deleted)
		return d, err
	})
	return list, classify(err, "list objects to be read by id")
}

// Unmet implements the extractor's store.
func (s *Store) Unmet(ctx context.Context, batch int64, e source.Entity, after string, limit int) ([]string, error) {
	rows, err := s.pool.Query(ctx, `select id from source.object
		where entity = $1 and id > $2 and last_batch < $3 and not gone and hash is not null order by id limit $4`, e, after, batch, limit)
	if err != nil {
		return nil, classify(err, "list objects that were not met")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return ids, classify(err, "list objects that were not met")
}

const inWindow = ` from source.object where entity = $1 and not gone and hash is not null
	and ($2::timestamptz is null or counted_at >= $2) and ($3::timestamptz is null or counted_at < $3)`

// CountStored implements the extractor's store.
func (s *Store) CountStored(ctx context.Context, e source.Entity, from, to time.Time) (n int64, err error) {
	err = s.pool.QueryRow(ctx, `select count(*)`+inWindow, e, nullable(from), nullable(to)).Scan(&n)
	return n, classify(err, "count what is stored")
}

// ListStored implements the extractor's store.
func (s *Store) ListStored(ctx context.Context, e source.Entity, from, to time.Time) ([]document.Listing, error) {
	return s.listings(ctx, `select id, counted_at`+inWindow, e, nullable(from), nullable(to))
}

// ListBelow implements the extractor's store.
func (s *Store) ListBelow(ctx context.Context, e source.Entity, below, floor int64) ([]document.Listing, error) {
	return s.listings(ctx, `select id, counted_at from source.object where entity = $1 and not gone and hash is not null
		and ($2::bigint = 0 or id::bigint < $2) and id::bigint >= $3 order by id::bigint desc`, e, below, floor)
}

func (s *Store) listings(ctx context.Context, query string, args ...any) ([]document.Listing, error) {
	rows, err := s.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, classify(err, "list what is stored")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l document.Listing, err error) {
		var at *time.Time
		err = row.Scan(&l.ID, &at)
		l.At = value(at)
		return l, err
	})
	return list, classify(err, "list what is stored")
}

// Compared implements the extractor's store.
func (s *Store) Compared(ctx context.Context, e source.Entity) (document.Comparison, error) {
	c := document.Comparison{Entity: e}
	var rotation *time.Time
	err := s.pool.QueryRow(ctx, `select batch, compared_to, rotation, below from source.comparison where entity = $1`, e).
		Scan(&c.Batch, &c.To, &rotation, &c.Below)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	c.Rotation = value(rotation)
	return c, classify(err, "see how far the comparison has come")
}

// SaveComparison implements the extractor's store.
func (s *Store) SaveComparison(ctx context.Context, c document.Comparison) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		for _, d := range c.Days {
			if d.Day.IsZero() {
				if _, err := tx.Exec(ctx, `insert into source.comparison (entity, batch, compared_to, rotation, below, source, stored)
					values ($1, $2, $3, $4, $5, $6, $7)
					on conflict (entity) do update set batch = excluded.batch, compared_to = excluded.compared_to, rotation = excluded.rotation,
						below = excluded.below, source = excluded.source, stored = excluded.stored, checked_at = now()`,
					c.Entity, c.Batch, c.To, nullable(c.Rotation), c.Below, d.Source, d.Stored); err != nil {
					return err
				}
				continue
			}
			if _, err := tx.Exec(ctx, `insert into source.day_count (entity, day, source, stored, batch) values ($1, $2::text::date, $3, $4, $5)
				on conflict (entity, day) do update set source = excluded.source, stored = excluded.stored, batch = excluded.batch`,
				c.Entity, d.Day.Format(time.DateOnly), d.Source, d.Stored, c.Batch); err != nil {
				return err
			}
		}
		for _, d := range c.Differences {
			if _, err := tx.Exec(ctx, `insert into source.difference (entity, id, state, day, found_batch)
				select $1, $2, $3, nullif($4, '')::date, $5
				where not exists (select from source.difference where entity = $1 and id = $2 and resolved_batch is null)
				on conflict do nothing`, c.Entity, d.ID, d.State, date(d.Day), c.Batch); err != nil {
				return err
			}
		}
		return nil
	})
	return classify(err, "keep the comparison of "+string(c.Entity))
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// Completeness implements the extractor's store.
func (s *Store) Completeness(ctx context.Context, ids int) ([]source.Completeness, error) {
	rows, err := s.pool.Query(ctx, `select entity, source, stored, missing, late, deleted, rejected, checked_at
		from source.completeness_v1 where day is null order by entity`)
	if err != nil {
		return nil, classify(err, "tell the completeness")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c source.Completeness, err error) {
		var missing, late, deleted, rejected int64
		var at time.Time
		err = row.Scan(&c.Entity, &c.Source, &c.Stored, &missing, &late, &deleted, &rejected, &at)
		c.CheckedAt = at.UTC()
		c.Differing = map[string]int64{document.Missing: missing, document.Late: late, document.Deleted: deleted, document.Rejected: rejected}
		return c, err
	})
	if err != nil {
		return nil, classify(err, "tell the completeness")
	}
	for i := range list {
		c := &list[i]
		rows, err := s.pool.Query(ctx, `select day::text, source, stored from source.day_count
			where entity = $1 and source <> stored order by day desc limit $2`, c.Entity, ids)
		if err != nil {
			return nil, classify(err, "tell the completeness")
		}
		if c.Days, err = pgx.CollectRows(rows, pgx.RowToStructByPos[source.DayCount]); err != nil {
			return nil, classify(err, "tell the completeness")
		}
		rows, err = s.pool.Query(ctx, `select id, state, found_batch from source.difference
			where entity = $1 and resolved_batch is null order by found_batch desc, id limit $2`, c.Entity, ids)
		if err != nil {
			return nil, classify(err, "tell the completeness")
		}
		if c.Examples, err = pgx.CollectRows(rows, pgx.RowToStructByPos[source.Difference]); err != nil {
			return nil, classify(err, "tell the completeness")
		}
	}
	return list, nil
}
