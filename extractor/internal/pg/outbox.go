package pg

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/extractor/internal/document"
)

// FactBody is the largest body that travels within a fact, bytes. A longer one is
// read from the store.
const FactBody = 512 << 10

// Publish implements the extractor's store. A crash between publish and commit
// makes the same facts come again: consumers see each at least once.
func (s *Store) Publish(ctx context.Context, limit int, publish func([]document.Fact) error) (int, error) {
	n := 0
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		facts, err := stored(ctx, tx)
		if err != nil {
			return err
		}
		rejects, err := quarantined(ctx, tx, limit)
		if err != nil {
			return err
		}
		n = len(facts) + len(rejects)
		for list := range slices.Chunk(append(facts, rejects...), limit) {
			if err := publish(list); err != nil {
				return err
			}
		}
		return nil
	})
	return n, classify(err, "publish what was stored")
}

// PublishSaved implements the extractor's store: the facts of one note are at
// hand, so that they need not be read back.
func (s *Store) PublishSaved(ctx context.Context, outbox int64, publish func() error) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `delete from source.outbox where seq = (select seq from source.outbox where seq = $1 for update skip locked)`, outbox)
		if err != nil || tag.RowsAffected() == 0 {
			return err // somebody else is publishing it, or has
		}
		return publish()
	})
	return classify(err, "publish what was stored")
}

// stored takes the oldest note.
func stored(ctx context.Context, tx pgx.Tx) ([]document.Fact, error) {
	rows, err := tx.Query(ctx, `with due as (
			select seq from source.outbox order by seq limit 1 for update skip locked),
		gone as (
			delete from source.outbox o using due where o.seq = due.seq returning o.entity, o.batch, o.ids, o.hashes, o.deleted)
		select d.entity, d.id, d.batch, d.hash, d.process_key, d.changed_at, d.fetched_at, d.url, d.deleted, d.origin,
			case when octet_length(d.body) <= $1 then d.body else '' end
		from gone g cross join lateral unnest(g.ids, g.hashes, g.deleted) with ordinality v(id, hash, deleted, place)
		join source.document d on d.entity = g.entity and d.id = v.id and d.batch = g.batch and d.hash = v.hash and d.deleted = v.deleted
		order by v.place`, FactBody)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (document.Fact, error) {
		var d document.Document
		var batch int64
		var hash []byte
		var changed *time.Time
		err := row.Scan(&d.Entity, &d.ID, &batch, &hash, &d.Process, &changed, &d.FetchedAt, &d.URL, &d.Deleted, &d.Origin, (*[]byte)(&d.Body))
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
