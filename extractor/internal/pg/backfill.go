package pg

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

// sealing is the lock that those who store for the open batch share, and that who
// seals the batch takes alone.
const sealing = `hashtextextended('source.seal', 0)`

const windowColumns = `entity, high, low, below, density, calls, objects, new_documents, quarantined, done`

func window(row pgx.CollectableRow) (w document.Window, err error) {
	err = row.Scan(&w.Entity, &w.High, &w.Low, &w.Below, &w.Density, &w.Calls, &w.Objects, &w.NewDocuments, &w.Quarantined, &w.Done)
	return w, err
}

// AddWindows implements the extractor's store.
func (s *Store) AddWindows(ctx context.Context, list []document.Window) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		for _, w := range list {
			if _, err := tx.Exec(ctx, `insert into source.back_fill (entity, high, low, below, density, done) values ($1, $2, $3, $4, $5, $6)
				on conflict do nothing`, w.Entity, w.High, w.Low, w.Below, w.Density, w.Done); err != nil {
				return err
			}
		}
		return nil
	})
	return classify(err, "plan the back-fill")
}

// ForgetWindows implements the extractor's store.
func (s *Store) ForgetWindows(ctx context.Context, list []source.Entity) error {
	_, err := s.pool.Exec(ctx, `delete from source.back_fill where entity = any($1)`, list)
	return classify(err, "plan the back-fill anew")
}

// Windows implements the extractor's store.
func (s *Store) Windows(ctx context.Context) ([]document.Window, error) {
	rows, err := s.pool.Query(ctx, `select `+windowColumns+` from source.back_fill order by entity, high desc`)
	if err != nil {
		return nil, classify(err, "read the plan of the back-fill")
	}
	list, err := pgx.CollectRows(rows, window)
	return list, classify(err, "read the plan of the back-fill")
}

// Window implements the extractor's store.
func (s *Store) Window(ctx context.Context, e source.Entity, high int64) (document.Window, error) {
	rows, err := s.pool.Query(ctx, `select `+windowColumns+` from source.back_fill where entity = $1 and high = $2`, e, high)
	if err != nil {
		return document.Window{}, classify(err, "read how far the back-fill has come")
	}
	w, err := pgx.CollectExactlyOneRow(rows, window)
	if errors.Is(err, pgx.ErrNoRows) {
		return w, fault.New(fault.NotFound, "no window of %s below %d is planned", e, high)
	}
	return w, classify(err, "read how far the back-fill has come")
}

// SaveWindow implements the extractor's store.
func (s *Store) SaveWindow(ctx context.Context, src string, from document.Window, set document.Set, next func(saved document.Saved) document.Window) (batch int64, to document.Window, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock_shared(`+sealing+`)`); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `select coalesce(
				(select number from source.batch where source = $1 and closed_at is null and sealed_at is null),
				(select coalesce(max(number), 0) + 1 from source.batch))`, src).Scan(&batch)
		if err != nil {
			return err
		}
		w := writer{tx: tx, from: document.Crawl{Batch: batch, Entity: from.Entity}, now: time.Now(), bodies: s.bodies}
		if err := w.alone(ctx); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select `+windowColumns+` from source.back_fill where entity = $1 and high = $2`, from.Entity, from.High)
		if err != nil {
			return err
		}
		at, err := pgx.CollectExactlyOneRow(rows, window)
		if err != nil {
			return err
		}
		if at != from {
			return fault.New(fault.Conflict, "the back-fill of %s below %d is at %d by now, not at %d: another worker moved it", from.Entity, from.High, at.Below, from.Below)
		}
		saved, err := w.write(ctx, set)
		if err != nil {
			return err
		}
		to = next(saved)
		if saved.NewDocuments > 0 {
			if _, err := tx.Exec(ctx, `insert into source.back_fill_batch (batch, new_documents) values ($1, $2)
				on conflict (batch) do update set new_documents = back_fill_batch.new_documents + excluded.new_documents`, batch, saved.NewDocuments); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `update source.back_fill set below = $3, calls = $4, objects = $5, new_documents = $6, quarantined = $7, done = $8
			where entity = $1 and high = $2`, to.Entity, to.High, to.Below, to.Calls, to.Objects, to.NewDocuments, to.Quarantined, to.Done)
		return err
	})
	return batch, to, classify(err, "store "+string(from.Entity))
}

// Seal implements the extractor's store.
func (s *Store) Seal(ctx context.Context, batch int64) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(`+sealing+`)`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update source.batch set sealed_at = coalesce(sealed_at, now()) where number = $1`, batch)
		return err
	})
	return classify(err, "seal the batch")
}
