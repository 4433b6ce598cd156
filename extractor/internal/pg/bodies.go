package pg

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/pack"
	"github.com/kzocds/kzocds/proto/source"
)

// Bodies says where bodies lie. The zero value keeps all of them in the database.
type Bodies struct {
	// Packs has those that are not in the database; nil when there is no object
	// store.
	Packs *pack.Store
	// From is how many bytes of new bodies in one set are packed at once; fewer wait
	// in the database until Pack takes them. 0 packs none.
	From int
}

// keep packs the bodies of a set, if there are enough of them. Nil places: they
// stay in their rows. A pack that is stored and never noted, because the
// transaction fails, is left behind for CollectPacks.
func (b Bodies) keep(ctx context.Context, tx pgx.Tx, bodies []document.Body) ([]pack.Place, error) {
	size := 0
	for _, body := range bodies {
		size += len(body)
	}
	if b.From == 0 || size < b.From {
		return nil, nil
	}
	var number int64
	if err := tx.QueryRow(ctx, `select nextval('source.pack_number')`).Scan(&number); err != nil {
		return nil, err
	}
	build := b.Packs.Build(number)
	for _, body := range bodies {
		if err := build.Add(body); err != nil {
			return nil, err
		}
	}
	content, places := build.Finish()
	if err := b.Packs.Put(ctx, number, content); err != nil {
		return nil, err
	}
	_, err := tx.Exec(ctx, `insert into source.pack (number, documents, raw_bytes, bytes) values ($1, $2, $3, $4)`, number, len(bodies), size, len(content))
	return places, err
}

// PrepareToPack lets Pack find the bodies that are still in the database. On a
// database that has none in packs it takes as long as an index of all documents.
func (s *Store) PrepareToPack(ctx context.Context) error {
	rows, err := s.pool.Query(ctx, `select inhrelid::regclass::text, relname from pg_inherits join pg_class on pg_class.oid = inhrelid
		where inhparent = 'source.document'::regclass`)
	if err != nil {
		return classify(err, "prepare to pack bodies")
	}
	type partition struct{ Table, Name string }
	partitions, err := pgx.CollectRows(rows, pgx.RowToStructByPos[partition])
	if err != nil {
		return classify(err, "prepare to pack bodies")
	}
	for _, p := range partitions {
		if _, err := s.pool.Exec(ctx, `create index if not exists `+pgx.Identifier{p.Name + "_unpacked"}.Sanitize()+` on `+p.Table+` (batch, process_key) where pack is null`); err != nil {
			return classify(err, "prepare to pack bodies of "+p.Name)
		}
	}
	return nil
}

const (
	// packBytes is about how much of bodies Pack puts into one pack.
	packBytes = 16 << 20
	// packRows bounds how many.
	packRows = 50_000
)

// Pack moves bodies of closed batches from the database into a pack, those of a
// process next to one another, and says how many. It moves none when there are
// less than the pack is worth, at least bytes, or when somebody else is at it.
func (s *Store) Pack(ctx context.Context, least int) (moved int, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var mine bool
		if err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock(hashtextextended('source.pack', 0))`).Scan(&mine); err != nil || !mine {
			return err
		}
		rows, err := tx.Query(ctx, `select entity, id, batch, hash, deleted, body from source.document
			where pack is null and batch <= (select max(number) from source.batch where closed_at is not null)
			order by batch, process_key limit $1`, packRows)
		if err != nil {
			return err
		}
		type key struct {
			ids     []string
			batches []int64
			hashes  [][]byte
			deleted []bool
			place   []int // in bodies
		}
		keys := map[source.Entity]*key{}
		var bodies []document.Body
		size := 0
		for size < packBytes && rows.Next() {
			var e source.Entity
			var id string
			var batch int64
			var hash []byte
			var deleted bool
			var body document.Body
			if err := rows.Scan(&e, &id, &batch, &hash, &deleted, (*[]byte)(&body)); err != nil {
				rows.Close()
				return err
			}
			k := keys[e]
			if k == nil {
				k = &key{}
				keys[e] = k
			}
			k.ids, k.batches, k.hashes, k.deleted = append(k.ids, id), append(k.batches, batch), append(k.hashes, hash), append(k.deleted, deleted)
			k.place = append(k.place, len(bodies))
			bodies = append(bodies, body)
			size += len(body)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
		if len(bodies) == 0 || size < least {
			return nil
		}
		places, err := Bodies{s.bodies.Packs, 1}.keep(ctx, tx, bodies)
		if err != nil {
			return err
		}
		for e, k := range keys {
			frames, lengths, ats, sizes := make([]int64, len(k.ids)), make([]int32, len(k.ids)), make([]int32, len(k.ids)), make([]int32, len(k.ids))
			for i, at := range k.place {
				p := places[at]
				frames[i], lengths[i], ats[i], sizes[i] = p.Frame, p.Length, p.At, p.Size
			}
			if _, err := tx.Exec(ctx, `update source.document d set body = '', pack = $2, frame = v.frame, frame_length = v.length, body_at = v.at, body_size = v.size
				from unnest($3::text[], $4::bigint[], $5::bytea[], $6::bool[], $7::bigint[], $8::int[], $9::int[], $10::int[])
					v(id, batch, hash, deleted, frame, length, at, size)
				where d.entity = $1 and d.id = v.id and d.batch = v.batch and d.hash = v.hash and d.deleted = v.deleted`,
				e, places[0].Pack, k.ids, k.batches, k.hashes, k.deleted, frames, lengths, ats, sizes); err != nil {
				return err
			}
		}
		moved = len(bodies)
		return nil
	})
	return moved, classify(err, "pack bodies")
}

// CollectPacks deletes packs that were stored before an instant and never noted.
func (s *Store) CollectPacks(ctx context.Context, before time.Time) (int, error) {
	n, err := s.bodies.Packs.Collect(ctx, before, func(numbers []int64) (map[int64]bool, error) {
		rows, err := s.pool.Query(ctx, `select number from source.pack where number = any($1)`, numbers)
		if err != nil {
			return nil, err
		}
		found, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		known := make(map[int64]bool, len(found))
		for _, n := range found {
			known[n] = true
		}
		return known, err
	})
	return n, classify(err, "collect packs")
}
