package pg

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/extractor/internal/document"
)

// factBody is the largest body that travels within a fact, bytes. A longer one
// is read from the store.
const factBody = 512 << 10

// Publish implements the extractor's store. A crash between publish and commit
// makes the same facts come again: consumers see each at least once.
func (s *Store) Publish(ctx context.Context, limit int, publish func([]document.Fact) error) (int, error) {
	n := 0
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		facts, err := stored(ctx, tx, limit)
		if err != nil {
			return err
		}
		rejects, err := quarantined(ctx, tx, limit)
		if err != nil {
			return err
		}
		facts = append(facts, rejects...)
		if n = len(facts); n == 0 {
			return nil
		}
		return publish(facts)
	})
	return n, classify(err, "publish what was stored")
}

func stored(ctx context.Context, tx pgx.Tx, limit int) ([]document.Fact, error) {
	rows, err := tx.Query(ctx, `with due as (
			select seq from source.outbox order by seq limit $1 for update skip locked),
		gone as (
			delete from source.outbox o using due where o.seq = due.seq returning o.seq, o.entity, o.id, o.batch, o.hash)
		select d.entity, d.id, d.batch, d.hash, d.process_key, d.changed_at, d.fetched_at, d.url, d.deleted,
			case when octet_length(d.body) <= $2 then d.body else '' end
		from gone g join source.document d on d.entity = g.entity and d.id = g.id and d.batch = g.batch and d.hash = g.hash
		order by g.seq`, limit, factBody)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (document.Fact, error) {
		var d document.Document
		var batch int64
		var hash []byte
		var changed *time.Time
		err := row.Scan(&d.Entity, &d.ID, &batch, &hash, &d.Process, &changed, &d.FetchedAt, &d.URL, &d.Deleted, (*[]byte)(&d.Body))
		if err == nil {
			d.Hash, d.ChangedAt = document.Hash(hash), value(changed)
		}
		return document.Fact{Document: &d, Batch: batch}, err
	})
}

func quarantined(ctx context.Context, tx pgx.Tx, limit int) ([]document.Fact, error) {
	rows, err := tx.Query(ctx, `with due as (
			select entity, id, digest from source.quarantine where not published order by entity, id, digest limit $1 for update skip locked)
		update source.quarantine q set published = true from due
		where q.entity = due.entity and q.id = due.id and q.digest = due.digest
		returning q.entity, q.id, q.process_key, q.batch, q.rule, q.pointer, q.message, q.at`, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (document.Fact, error) {
		var r document.Reject
		var batch int64
		err := row.Scan(&r.Entity, &r.ID, &r.Process, &batch, &r.Rule, &r.Pointer, &r.Message, &r.At)
		return document.Fact{Reject: &r, Batch: batch}, err
	})
}

// Pending says whether facts wait to be published, those being published at the
// moment included.
func (s *Store) Pending(ctx context.Context) (bool, error) {
	var waiting bool
	err := s.pool.QueryRow(ctx, `select exists (select from source.outbox)
		or exists (select from source.quarantine where not published)`).Scan(&waiting)
	return waiting, classify(err, "see whether facts wait")
}
