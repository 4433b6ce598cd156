package pg

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/platform/fault"
)

// States of a mapping.
const (
	Current   = "current"   // its results are published
	Candidate = "candidate" // its results are made beside the current ones
	Retired   = "retired"   // its results are gone
)

// Mapping is one run of a mapping version.
type Mapping struct {
	ID      int16
	Version string
	State   string
}

// lockMappings waits until nobody who has looked at the mappings is under way,
// and keeps everybody from looking until the end of the transaction.
const lockMappings = `lock table ocds.mapping in access exclusive mode`

// Enter finds the mapping of a version, or begins one: the first is the current
// one, any other a candidate. From then on changed processes are noted for it. The
// first takes in all that is stored already: so everything can be made anew from
// the stored documents by emptying this schema.
func (s *Store) Enter(ctx context.Context, version string) (m Mapping, err error) {
	m.Version = version
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockMappings); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `select id, state from ocds.mapping where version = $1 and state <> 'retired'`, version).Scan(&m.ID, &m.State)
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		var begun bool
		if err := tx.QueryRow(ctx, `select exists (select from ocds.mapping where state = 'current')`).Scan(&begun); err != nil {
			return err
		}
		if m.State = Current; begun {
			m.State = Candidate
		}
		if err := tx.QueryRow(ctx, `select ocds.enter($1, $2)`, version, m.State).Scan(&m.ID); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into ocds.pending (mapping, bucket, process_key, batch)
			select $1, p.bucket, p.process_key, p.batch from ocds.pending p join ocds.mapping m on m.id = p.mapping and m.state = 'current'
			on conflict do nothing`, m.ID)
		if err != nil || begun {
			return err
		}
		return s.noteStored(ctx, tx, m.ID)
	})
	return m, classify(err, "begin mapping %s", version)
}

// marksAtOnce is how many marks go into one statement.
const marksAtOnce = 10_000

// noteStored notes every process of the stored documents in every batch that has
// one. Before the extractor's first start there are none.
func (s *Store) noteStored(ctx context.Context, tx pgx.Tx, mapping int16) error {
	var there bool
	if err := s.pool.QueryRow(ctx, `select to_regclass('source.document_v2') is not null`).Scan(&there); err != nil || !there {
		return err
	}
	rows, err := s.pool.Query(ctx, `select process_key, batch from source.document_v2 where process_key <> '' group by 1, 2`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for {
		marks := make([]Mark, 0, marksAtOnce)
		for len(marks) < marksAtOnce && rows.Next() {
			var m Mark
			if err := rows.Scan(&m.Key, &m.Batch); err != nil {
				return err
			}
			marks = append(marks, m)
		}
		if len(marks) == 0 {
			return rows.Err()
		}
		buckets, keys, batches := columnsOf(marks)
		if _, err := tx.Exec(ctx, `insert into ocds.pending (mapping, bucket, process_key, batch)
			select $1, * from unnest($2::smallint[], $3::text[], $4::bigint[]) on conflict do nothing`, mapping, buckets, keys, batches); err != nil {
			return err
		}
	}
}

// StateOf says how a mapping stands now.
func (s *Store) StateOf(ctx context.Context, id int16) (state string, err error) {
	err = s.pool.QueryRow(ctx, `select state from ocds.mapping where id = $1`, id).Scan(&state)
	return state, classify(err, "read the state of a mapping")
}

// Published is the current mapping.
func (s *Store) Published(ctx context.Context) (m Mapping, err error) {
	m.State = Current
	err = s.pool.QueryRow(ctx, `select id, version from ocds.mapping where state = 'current'`).Scan(&m.ID, &m.Version)
	return m, classify(err, "read the current mapping")
}

// Missing lists processes that one mapping has looked at and another has not, in
// the order of ocid, after one, as marks of their first batch.
func (s *Store) Missing(ctx context.Context, current, candidate int16, after string, limit int) (marks []Mark, last string, err error) {
	rows, err := s.pool.Query(ctx, `select c.process_key, c.ocid from ocds.record c where c.mapping = $1 and c.ocid > $3
		and not exists (select from ocds.record n where n.mapping = $2 and n.ocid = c.ocid) order by c.ocid limit $4`, current, candidate, after, limit)
	if err != nil {
		return nil, "", classify(err, "list processes")
	}
	m := Mark{Batch: 1}
	_, err = pgx.ForEachRow(rows, []any{&m.Key, &last}, func() error {
		marks = append(marks, m)
		return nil
	})
	return marks, last, classify(err, "list processes")
}

// Looked is the newest batch that a mapping has transformed; 0 for none.
func (s *Store) Looked(ctx context.Context, mapping int16) (batch int64, err error) {
	err = s.pool.QueryRow(ctx, `select looked from ocds.mapping where id = $1`, mapping).Scan(&batch)
	return batch, classify(err, "read the newest batch of a mapping")
}

// Adopt makes a candidate the current mapping and retires the one before. It
// notes as changes what this changes in what is published: releases that only
// the new mapping makes, and those that only the old one made, as withdrawn.
//
// The candidate has to be as far as the current mapping: when it is behind,
// nothing happens and behind says by how many processes. Adopting the current
// mapping changes nothing.
func (s *Store) Adopt(ctx context.Context, id int16) (behind, changes int64, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockMappings); err != nil {
			return err
		}
		var state, version string
		if err := tx.QueryRow(ctx, `select state, version from ocds.mapping where id = $1`, id).Scan(&state, &version); err != nil {
			return err
		}
		switch state {
		case Current:
			return nil
		case Retired:
			return fault.New(fault.Conflict, "mapping %s is retired", version).About(version).Do("run the program with this mapping again; it begins anew as a candidate")
		}
		var old int16
		if err := tx.QueryRow(ctx, `select id from ocds.mapping where state = 'current'`).Scan(&old); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `select count(distinct process_key) from ocds.pending
			where mapping = $1 and batch <= (select looked from ocds.mapping where id = $2)`, id, old).Scan(&behind); err != nil || behind > 0 {
			return err
		}
		for _, sql := range []string{
			`update ocds.mapping set state = 'retired', decided_at = now() where id = $2 and $1 <> $2`,
			`update ocds.mapping set state = 'current', decided_at = now() where id = $1 and $1 <> $2`,
		} {
			if _, err := tx.Exec(ctx, sql, id, old); err != nil {
				return err
			}
		}
		tag, err := tx.Exec(ctx, adoption, id, old)
		if err != nil {
			return err
		}
		changes = tag.RowsAffected()
		return nil
	})
	return behind, changes, classify(err, "make mapping %d the current one", id)
}

// adoption notes the changes of a process together: its new releases, the last
// of which carries what is withdrawn; when there is none, the newest of all; when
// there is no release at all, none.
const adoption = `
	with added as (
		select ocid, release_id, ordinal from ocds.release n where n.mapping = $1
			and not exists (select from ocds.release o where o.mapping = $2 and o.release_id = n.release_id)
	), withdrawn as (
		select ocid, array_agg(release_id order by ordinal) as ids from ocds.release o where o.mapping = $2
			and not exists (select from ocds.release n where n.mapping = $1 and n.release_id = o.release_id)
		group by ocid
	), told as (
		select ocid, release_id, ordinal from added
		union all
		select w.ocid, n.last_release_id, n.releases from withdrawn w left join ocds.record n on n.mapping = $1 and n.ocid = w.ocid
		where not exists (select from added a where a.ocid = w.ocid)
	)
	insert into ocds.outbox (ocid, release_id, withdrawn)
	select t.ocid, t.release_id,
		case when row_number() over (partition by t.ocid order by t.ordinal desc) = 1 then coalesce(w.ids, '{}') else '{}' end
	from told t left join withdrawn w using (ocid) order by t.ocid, t.ordinal`

// Reject retires a candidate.
func (s *Store) Reject(ctx context.Context, id int16) error {
	_, err := s.pool.Exec(ctx, `update ocds.mapping set state = 'retired', decided_at = now() where id = $1 and state = 'candidate'`, id)
	return classify(err, "retire mapping %d", id)
}

// Forget drops the results of retired mappings. What was announced no longer
// needs them.
func (s *Store) Forget(ctx context.Context) error {
	rows, err := s.pool.Query(ctx, `select id from ocds.mapping m where state = 'retired'
		and to_regclass('ocds.record_m' || m.id) is not null order by id`)
	if err != nil {
		return classify(err, "list retired mappings")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int16])
	if err != nil {
		return classify(err, "list retired mappings")
	}
	for _, id := range ids {
		if _, err := s.pool.Exec(ctx, `select ocds.forget($1)`, id); err != nil {
			return classify(err, "forget mapping %d", id)
		}
	}
	return nil
}
