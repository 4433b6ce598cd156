package pg

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

// Snapshot is what was planned as a snapshot and what became of it.
type Snapshot struct {
	snapshot.Plan
	Batch     int64
	Processes int64
	Flipped   time.Time // first became current; zero: never
	Complete  bool      // a manifest without deltas was published
	Cited     bool
	Retired   bool
	Planned   time.Time
}

// SavePlan remembers what a snapshot consists of. What was current once keeps its
// form: its manifest never changes. A snapshot that was retired begins anew.
func (s *Store) SavePlan(ctx context.Context, p snapshot.Plan, batch, processes int64) error {
	return classify(pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var open bool
		if err := tx.QueryRow(ctx, `insert into publication.snapshot as s (id, parent, batch, processes, mark, base, recipe)
			values ($1, $2, $3, $4, $5::text::xid8, $6, $7)
			on conflict (id) do update set batch = excluded.batch, planned_at = now(), retired_at = null,
				flipped_at = case when s.retired_at is null then s.flipped_at end,
				complete_at = case when s.retired_at is null then s.complete_at end,
				parent = case when s.flipped_at is null or s.retired_at is not null then excluded.parent else s.parent end,
				mark = case when s.flipped_at is null or s.retired_at is not null then excluded.mark else s.mark end,
				base = case when s.flipped_at is null or s.retired_at is not null then excluded.base else s.base end,
				recipe = case when s.flipped_at is null or s.retired_at is not null then excluded.recipe else s.recipe end
			returning flipped_at is null`,
			p.ID, p.Parent, batch, processes, p.Mark.String(), p.Base, p.Recipe[:]).Scan(&open); err != nil {
			return err
		}
		if !open {
			return nil
		}
		var b pgx.Batch
		b.Queue(`delete from publication.snapshot_delta where snapshot = $1`, p.ID)
		for i, d := range p.Deltas {
			b.Queue(`insert into publication.snapshot_delta
				(snapshot, ordinal, name, from_id, to_id, from_mark, to_mark, processes, releases, removed, removed_releases)
				values ($1, $2, $3, $4, $5, $6::text::xid8, $7::text::xid8, $8, $9, $10, $11)`,
				p.ID, i, d.Name, d.From, d.To, d.FromMark.String(), d.ToMark.String(), d.Processes, d.Releases, orEmpty(d.Removed), orEmpty(d.RemovedReleases))
		}
		for _, c := range p.Partitions {
			b.Queue(`insert into publication.snapshot_partition (snapshot, dataset, period, digest, items, mappings, first, last)
				values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
				p.ID, c.Dataset, c.Period, c.Digest[:], c.Items, orEmpty(c.Mappings), orNull(c.First), orNull(c.Last))
		}
		return tx.SendBatch(ctx, &b).Close()
	}))
}

const snapshotColumns = `id, parent, batch, processes, coalesce(mark::text, '0'), coalesce(base, id), recipe,
	flipped_at, complete_at is not null, cited_at is not null, retired_at is not null, planned_at`

func scanSnapshot(r pgx.CollectableRow) (p Snapshot, err error) {
	var recipe []byte
	err = r.Scan(&p.ID, &p.Parent, &p.Batch, &p.Processes, uintText{(*uint64)(&p.Mark)}, &p.Base, &recipe,
		nullTime{&p.Flipped}, &p.Complete, &p.Cited, &p.Retired, nullTime{&p.Planned})
	copy(p.Recipe[:], recipe)
	return p, err
}

// Snapshot is what SavePlan remembered.
func (s *Store) Snapshot(ctx context.Context, id string) (Snapshot, error) {
	found, err := collect(ctx, s, scanSnapshot, `select `+snapshotColumns+` from publication.snapshot where id = $1`, id)
	if err != nil {
		return Snapshot{}, err
	}
	if len(found) == 0 {
		return Snapshot{}, fault.New(fault.NotFound, "snapshot %s was never planned", snapshot.Short(id)).About(id).Do("start the publication again")
	}
	p := found[0]
	if p.Partitions, err = collect(ctx, s, scanPartition, `select dataset, period, digest, items, mappings, first, last
		from publication.snapshot_partition where snapshot = $1 order by dataset, period`, id); err != nil {
		return p, err
	}
	p.Deltas, err = collect(ctx, s, func(r pgx.CollectableRow) (d snapshot.Delta, err error) {
		err = r.Scan(&d.Name, &d.From, &d.To, uintText{(*uint64)(&d.FromMark)}, uintText{(*uint64)(&d.ToMark)}, &d.Processes, &d.Releases, &d.Removed, &d.RemovedReleases)
		return d, err
	}, `select name, from_id, to_id, from_mark::text, to_mark::text, processes, releases, removed, removed_releases
		from publication.snapshot_delta where snapshot = $1 order by ordinal`, id)
	return p, err
}

// Snapshots lists every snapshot that was planned and not retired, without its
// partitions and deltas, oldest plan first.
func (s *Store) Snapshots(ctx context.Context) ([]Snapshot, error) {
	return collect(ctx, s, scanSnapshot, `select `+snapshotColumns+` from publication.snapshot
		where retired_at is null order by planned_at, id`)
}

// BaseFor is the newest complete snapshot that is contained in everything before
// a mark and was made by a recipe; "" when there is none.
func (s *Store) BaseFor(ctx context.Context, mark Mark, recipe snapshot.Digest) (string, error) {
	ids, err := collect(ctx, s, pgx.RowTo[string], `select id from publication.snapshot
		where complete_at is not null and retired_at is null and recipe = $2 and mark <= $1::text::xid8
		order by mark desc, id limit 1`, mark.String(), recipe[:])
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}

// Changed counts what a delta between two marks holds.
func (s *Store) Changed(ctx context.Context, from, to Mark) (d snapshot.Delta, err error) {
	d.FromMark, d.ToMark = from, to
	args := []any{from.String(), to.String()}
	if err := s.pool.QueryRow(ctx, `select count(distinct ocid) from (`+changedProcesses+`) c`, args...).Scan(&d.Processes); err != nil {
		return d, classify(err)
	}
	if err := s.pool.QueryRow(ctx, `select count(*) from (`+changedReleases+`) c`, args...).Scan(&d.Releases); err != nil {
		return d, classify(err)
	}
	if d.Removed, err = collect(ctx, s, pgx.RowTo[string], `select distinct ocid from publication.removal m
		where txid >= $1::text::xid8 and txid < $2::text::xid8
			and exists (select from publication.process p where p.ocid = m.ocid and p.removed) order by 1`, args...); err != nil {
		return d, err
	}
	d.RemovedReleases, err = collect(ctx, s, pgx.RowTo[string], `select distinct m.release_id from publication.removal m
		join publication.release r on r.release_id = m.release_id and r.removed
		where m.txid >= $1::text::xid8 and m.txid < $2::text::xid8 order by 1`, args...)
	return d, err
}

// What came between two marks. A process of which a release was withdrawn has
// changed too.
const (
	changedReleases = `select release_id, ocid, date, digest from publication.release
		where txid >= $1::text::xid8 and txid < $2::text::xid8 and not removed`
	changedProcesses = `select ocid from publication.release
			where txid >= $1::text::xid8 and txid < $2::text::xid8 and not removed
		union select m.ocid from publication.removal m join publication.process p using (ocid)
			where m.txid >= $1::text::xid8 and m.txid < $2::text::xid8 and not p.removed`
)

// MakeCurrent runs a step that makes a snapshot current, while nobody else may
// retire it, and remembers that; complete says that the manifest in question has
// no deltas. A snapshot that was retired is fault.Conflict.
func (s *Store) MakeCurrent(ctx context.Context, id string, complete bool, step func() error) error {
	return s.locked(ctx, id, func(tx pgx.Tx, p Snapshot) error {
		if p.Retired {
			return fault.New(fault.Conflict, "snapshot %s is retired: its files may be gone", snapshot.Short(id)).
				About(id).Do("start the publication again, or name a snapshot that was published lately")
		}
		if err := step(); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update publication.snapshot set flipped_at = coalesce(flipped_at, now()),
			complete_at = case when $2 then coalesce(complete_at, now()) else complete_at end where id = $1`, id, complete)
		return err
	})
}

// Lose retires a snapshot whose manifests are gone, whoever cites it. Planning it
// again brings it back.
func (s *Store) Lose(ctx context.Context, id string) error {
	_, err := s.pool.Exec(ctx, `update publication.snapshot set retired_at = now() where id = $1 and retired_at is null`, id)
	return classify(err)
}

// Retire runs a step that deletes the manifests of a snapshot, unless it was
// cited, planned again or became current meanwhile; then it does nothing.
func (s *Store) Retire(ctx context.Context, was Snapshot, step func() error) (done bool, err error) {
	err = s.locked(ctx, was.ID, func(tx pgx.Tx, p Snapshot) error {
		if p.Retired || p.Cited || !p.Planned.Equal(was.Planned) || !p.Flipped.Equal(was.Flipped) {
			return nil
		}
		if err := step(); err != nil {
			return err
		}
		done = true
		_, err := tx.Exec(ctx, `update publication.snapshot set retired_at = now() where id = $1`, was.ID)
		return err
	})
	return done, err
}

func (s *Store) locked(ctx context.Context, id string, step func(pgx.Tx, Snapshot) error) error {
	return classify(pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select `+snapshotColumns+` from publication.snapshot where id = $1 for update`, id)
		if err != nil {
			return err
		}
		p, err := pgx.CollectExactlyOneRow(rows, scanSnapshot)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "snapshot %s is not known here", snapshot.Short(id)).About(id)
		}
		if err != nil {
			return err
		}
		return step(tx, p)
	}))
}

// Cite keeps a snapshot for ever.
func (s *Store) Cite(ctx context.Context, id, why string) error {
	return s.locked(ctx, id, func(tx pgx.Tx, p Snapshot) error {
		if p.Retired || p.Flipped.IsZero() {
			return fault.New(fault.Conflict, "snapshot %s is not published any more, or never was", snapshot.Short(id)).About(id)
		}
		_, err := tx.Exec(ctx, `update publication.snapshot set cited_at = coalesce(cited_at, now()), cited_why = $2 where id = $1`, id, why)
		return err
	})
}

// Touch says that a snapshot under way relies on objects: the collector leaves
// them alone for a while.
func (s *Store) Touch(ctx context.Context, keys ...string) error {
	_, err := s.pool.Exec(ctx, `insert into publication.object as o (key) select distinct unnest($1::text[]) order by 1
		on conflict (key) do update set touched_at = now() where o.touched_at < now() - interval '5 minutes'`, keys)
	return classify(err)
}

// Drop deletes an object, and forgets the units that it belongs to, unless
// somebody relied on it after an instant. Whoever comes to rely on it meanwhile
// waits, and then finds it gone.
func (s *Store) Drop(ctx context.Context, key string, notSince time.Time, step func() error) (done bool, err error) {
	err = classify(pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `insert into publication.object (key, touched_at) values ($1, '-infinity') on conflict do nothing`, key); err != nil {
			return err
		}
		var fresh bool
		if err := tx.QueryRow(ctx, `select touched_at > $2 from publication.object where key = $1 for update`, key, notSince).Scan(&fresh); err != nil {
			return err
		}
		if fresh {
			return nil
		}
		var b pgx.Batch
		b.Queue(`delete from publication.finding where unit in (select unit from publication.part where key = $1)`, key)
		b.Queue(`delete from publication.part where unit in (select unit from publication.part where key = $1)`, key)
		b.Queue(`delete from publication.object where key = $1`, key)
		if err := tx.SendBatch(ctx, &b).Close(); err != nil {
			return err
		}
		done = true
		return step()
	}))
	return done && err == nil, err
}

// Hold stops publication until Release; the reason of the present hold, "" when
// there is none.
func (s *Store) Hold(ctx context.Context, reason string) error {
	_, err := s.pool.Exec(ctx, `insert into publication.hold (reason) values ($1) on conflict (only_row) do update set reason = excluded.reason, since = now()`, reason)
	return classify(err)
}

// Unhold lets publication go on.
func (s *Store) Unhold(ctx context.Context) error {
	_, err := s.pool.Exec(ctx, `delete from publication.hold`)
	return classify(err)
}

// Held is the reason of the present hold, "" when there is none.
func (s *Store) Held(ctx context.Context) (string, error) {
	reasons, err := collect(ctx, s, pgx.RowTo[string], `select reason from publication.hold`)
	if err != nil || len(reasons) == 0 {
		return "", err
	}
	return reasons[0], nil
}

// Accept lets a check of the gate fail for one snapshot.
func (s *Store) Accept(ctx context.Context, gate, reason string) error {
	_, err := s.pool.Exec(ctx, `insert into publication.acceptance (gate, reason) values ($1, $2)`, gate, reason)
	return classify(err)
}

// Accepted says whether a check may fail for a snapshot, and why. The word is
// used up by the first snapshot that needs it, however often that is checked.
func (s *Store) Accepted(ctx context.Context, gate, snapshot string) (reason string, ok bool, err error) {
	reasons, err := collect(ctx, s, pgx.RowTo[string], `update publication.acceptance set used_for = $2
		where id = (select id from publication.acceptance where gate = $1 and (used_for is null or used_for = $2)
			order by used_for nulls last, id limit 1) returning reason`, gate, snapshot)
	if err != nil || len(reasons) == 0 {
		return "", false, err
	}
	return reasons[0], true, nil
}

// Withdraw takes a process out of the publication and leaves a tombstone in the
// feed. Saying so twice is saying it once.
func (s *Store) Withdraw(ctx context.Context, ocid, reason string) error {
	return s.withdraw(ctx, ocid, true, func(b *pgx.Batch) {
		b.Queue(`update publication.release set removed = true where ocid = $1`, ocid)
		b.Queue(`insert into publication.removal (ocid, reason, at) values ($1, $2, now())`, ocid, reason)
	})
}

// Restore puts a withdrawn process back: its releases come anew in the feed.
func (s *Store) Restore(ctx context.Context, ocid string) error {
	return s.withdraw(ctx, ocid, false, func(b *pgx.Batch) {
		b.Queue(`update publication.release r set removed = false, txid = pg_current_xact_id(), position = o.position
			from (select release_id, nextval('publication.position') as position from
				(select release_id from publication.release d where ocid = $1 and not exists (select from publication.removal m
					where m.ocid = d.ocid and m.release_id = d.release_id and m.generation >= d.generation) order by date, release_id) d) o
			where r.release_id = o.release_id`, ocid)
	})
}

func (s *Store) withdraw(ctx context.Context, ocid string, withdrawn bool, releases func(*pgx.Batch)) error {
	return classify(pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var period string
		var was bool
		err := tx.QueryRow(ctx, `select period, withdrawn from publication.process where ocid = $1 for update`, ocid).Scan(&period, &was)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "no contracting process %s is published", ocid).About(ocid).At("ocid")
		}
		if err != nil || was == withdrawn {
			return err
		}
		var b pgx.Batch
		b.Queue(`update publication.process set withdrawn = $2, removed = $2, txid = pg_current_xact_id(), position = nextval('publication.position') where ocid = $1`, ocid, withdrawn)
		b.Queue(`update publication.partition set digest = null where (dataset, period) in (
			select 'records', $2::text union select 'releases', period from publication.release where ocid = $1)`, ocid, period)
		releases(&b)
		return tx.SendBatch(ctx, &b).Close()
	}))
}
