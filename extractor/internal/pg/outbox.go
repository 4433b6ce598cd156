package pg

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/pack"
	"github.com/kzocds/kzocds/proto/source"
)

// FactBody is the largest body that travels within a fact, bytes. A longer one is
// read from the store.
const FactBody = 512 << 10

// Publish implements the extractor's store. A crash between publish and commit
// makes the same facts come again: consumers see each at least once.
func (s *Store) Publish(ctx context.Context, limit int, publish func([]document.Fact) error) (int, error) {
	n := 0
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		facts, err := s.stored(ctx, tx)
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

// stored takes the oldest note and reads what it names. Entity and ids are given
// to the second query as values, so that it looks into one partition only.
func (s *Store) stored(ctx context.Context, tx pgx.Tx) ([]document.Fact, error) {
	var e source.Entity
	var batch int64
	var ids []string
	var hashes [][]byte
	var deleted []bool
	err := tx.QueryRow(ctx, `delete from source.outbox where seq = (select seq from source.outbox order by seq limit 1 for update skip locked)
		returning entity, batch, ids, hashes, deleted`).Scan(&e, &batch, &ids, &hashes, &deleted)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	type key struct {
		id string
		v  version
	}
	index := make(map[key]int, len(ids))
	for i, id := range ids {
		index[key{id, version{document.Hash(hashes[i]), deleted[i]}}] = i
	}
	rows, err := tx.Query(ctx, `select id, hash, process_key, changed_at, fetched_at, url, deleted, origin,
			case when octet_length(body) <= $4 then body else '' end, `+pack.Columns+`
		from source.document where entity = $1 and batch = $2 and id = any($3)`, e, batch, ids, FactBody)
	if err != nil {
		return nil, err
	}
	facts := make([]document.Fact, len(ids))
	var absent pack.Absent
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		d := document.Document{Entity: e}
		var hash []byte
		var changed *time.Time
		var at pack.Row
		if err := row.Scan(append([]any{&d.ID, &hash, &d.Process, &changed, &d.FetchedAt, &d.URL, &d.Deleted, &d.Origin, (*[]byte)(&d.Body)}, at.Targets()...)...); err != nil {
			return struct{}{}, err
		}
		d.Hash, d.ChangedAt = document.Hash(hash), value(changed)
		if at.Size != nil && *at.Size <= FactBody {
			absent.Note(&at, d.Hash[:], (*[]byte)(&d.Body))
		}
		if i, ok := index[key{d.ID, version{d.Hash, d.Deleted}}]; ok {
			facts[i] = document.Fact{Document: &d, Batch: batch}
		}
		return struct{}{}, nil
	})
	if err != nil {
		return nil, err
	}
	return facts, s.bodies.Packs.Fill(ctx, &absent)
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
