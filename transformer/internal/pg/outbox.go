package pg

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Change is a new release with the record that it led to.
type Change struct {
	Seq             int64 // in the outbox
	OCID            string
	Batch           int64
	ReleaseID       string
	Date            time.Time
	Tags            []string
	ReleaseDigest   []byte
	RecordPartition string
	RecordDigest    []byte
	Compiled        []byte
	Mapping         string // version
	Generation      int64  // id of the mapping, greater for a later one
	// Withdrawn are releases of the process that a change of the mapping took back.
	// A process that has no release any more is a change without ReleaseID.
	Withdrawn []string
}

// writeOutbox notes the new releases as not announced yet, and returns them as
// changes, so that announcing them needs no reading.
func writeOutbox(ctx context.Context, tx pgx.Tx, mapping Mapping, outcomes []Outcome) ([]Change, error) {
	var changes []Change
	var ocids, ids []string
	for i := range outcomes {
		o := &outcomes[i]
		if !o.fresh() {
			continue
		}
		digest, partition := o.Result.State.Digest, o.partition()
		for j := range o.Result.Releases {
			r := &o.Result.Releases[j]
			ocids, ids = append(ocids, r.OCID), append(ids, r.ID)
			changes = append(changes, Change{
				OCID: r.OCID, Batch: r.Batch, ReleaseID: r.ID, Date: r.Date, Tags: r.Tags, ReleaseDigest: r.Digest,
				RecordPartition: partition, RecordDigest: digest, Compiled: o.Result.State.Compiled,
				Mapping: mapping.Version, Generation: int64(mapping.ID),
			})
		}
	}
	if len(changes) == 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `insert into ocds.outbox (ocid, release_id)
		select ocid, id from unnest($1::text[], $2::text[]) with ordinality as t (ocid, id, n) order by n returning seq, release_id`, ocids, ids)
	if err != nil {
		return nil, err
	}
	seqs := make(map[string]int64, len(changes))
	var seq int64
	var id string
	if _, err := pgx.ForEachRow(rows, []any{&seq, &id}, func() error { seqs[id] = seq; return nil }); err != nil {
		return nil, err
	}
	for i := range changes {
		changes[i].Seq = seqs[changes[i].ReleaseID]
	}
	return changes, nil
}

// Announced takes changes off the list of those that nobody knows yet.
func (s *Store) Announced(ctx context.Context, changes []Change) error {
	seqs := make([]int64, len(changes))
	for i := range changes {
		seqs[i] = changes[i].Seq
	}
	_, err := s.pool.Exec(ctx, `delete from ocds.outbox where seq = any($1)`, seqs)
	return classify(err, "note what is announced")
}

// Outbox hands at most limit changes that nobody has announced to publish and
// takes them off the list when it succeeds. It returns how many there were.
// Changes that another publisher has in hand are passed over.
func (s *Store) Outbox(ctx context.Context, limit int, publish func(ctx context.Context, changes []Change) error) (n int, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		n = 0
		rows, err := tx.Query(ctx, `with taken as (select seq, ocid, release_id, withdrawn from ocds.outbox order by seq limit $1 for update skip locked)
			select t.seq, t.ocid, coalesce(r.batch, c.batch, 0), coalesce(t.release_id, ''), r.date, coalesce(r.tag, '{}'), r.digest, coalesce(c.partition, ''), c.digest, c.compiled,
				m.version, m.id, t.withdrawn
			from taken t join ocds.mapping m on m.state = 'current'
			left join ocds.release r on r.mapping = m.id and r.release_id = t.release_id
			left join ocds.record c on c.mapping = m.id and c.ocid = t.ocid order by t.seq`, limit)
		if err != nil {
			return err
		}
		changes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Change, err error) {
			var date *time.Time
			err = row.Scan(&c.Seq, &c.OCID, &c.Batch, &c.ReleaseID, &date, &c.Tags, &c.ReleaseDigest, &c.RecordPartition, &c.RecordDigest, &c.Compiled,
				&c.Mapping, &c.Generation, &c.Withdrawn)
			if date != nil {
				c.Date = date.UTC()
			}
			return c, err
		})
		if err != nil || len(changes) == 0 {
			return err
		}
		if err := publish(ctx, changes); err != nil {
			return err
		}
		seqs := make([]int64, len(changes))
		for i := range changes {
			seqs[i] = changes[i].Seq
		}
		n = len(changes)
		_, err = tx.Exec(ctx, `delete from ocds.outbox where seq = any($1)`, seqs)
		return err
	})
	return n, classify(err, "announce changes")
}
