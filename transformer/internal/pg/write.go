package pg

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/transformer/history"
	"github.com/kzocds/kzocds/transformer/mapping"
)

// Outcome is what transforming a process gave.
type Outcome struct {
	Key     string
	Kind    string // tender, contract or plan
	Before  State
	Result  history.Result
	Mapping string
}

// fresh are the releases that are not stored yet.
func (o *Outcome) fresh() []history.Release {
	return o.Result.Releases[min(len(o.Before.Releases), len(o.Result.Releases)):]
}

func (o *Outcome) hasRecord() bool { return o.Result.Compiled != nil || o.Before.HasRecord }

// Write stores outcomes in one transaction: releases, records,
// quarantine, findings, counts and the facts to publish, and takes the
// processes off the list of changed ones. A process that somebody else has
// written since its state was read is left alone and named in lost.
func (s *Store) Write(ctx context.Context, batch int64, outcomes []Outcome) (lost []string, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		lost = nil
		won, err := claim(ctx, tx, batch, outcomes)
		if err != nil {
			return err
		}
		kept := make([]Outcome, 0, len(outcomes))
		for _, o := range outcomes {
			if !won[o.Key] {
				lost = append(lost, o.Key)
				continue
			}
			kept = append(kept, o)
		}
		for _, step := range []func(context.Context, pgx.Tx, []Outcome) error{writeReleases, writeRecords, writeFindings} {
			if err := step(ctx, tx, kept); err != nil {
				return err
			}
		}
		if err := count(ctx, tx, kept); err != nil {
			return err
		}
		keys, buckets := make([]string, len(kept)), make([]int, len(kept))
		for i, o := range kept {
			keys[i], buckets[i] = o.Key, Bucket(o.Key)
		}
		_, err = tx.Exec(ctx, `delete from ocds.pending p using unnest($1::smallint[], $2::text[]) as t (b, k)
			where p.bucket = t.b and p.process_key = t.k and p.batch <= $3`, small(buckets), keys, batch)
		return err
	})
	return lost, classify(err, "store releases")
}

// claim raises the revision of every process whose stored revision is the one
// that was read, and returns those.
func claim(ctx context.Context, tx pgx.Tx, batch int64, outcomes []Outcome) (map[string]bool, error) {
	n := len(outcomes)
	keys, ocids, revisions := make([]string, n), make([]string, n), make([]int64, n)
	records, held := make([]bool, n), make([]bool, n)
	for i := range outcomes {
		o := &outcomes[i]
		keys[i], ocids[i], revisions[i] = o.Key, o.Result.OCID, o.Before.Revision
		records[i], held[i] = o.hasRecord(), len(o.Result.Quarantine) > 0
	}
	rows, err := tx.Query(ctx, `
		insert into ocds.process as p (process_key, ocid, revision, batch, has_record, quarantined)
		select k, o, r + 1, $6, h, q from unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[], $5::boolean[]) as t (k, o, r, h, q) order by k
		on conflict (process_key) do update set revision = excluded.revision, batch = greatest(p.batch, excluded.batch),
			has_record = excluded.has_record, quarantined = excluded.quarantined
		where p.revision = excluded.revision - 1
		returning process_key`, keys, ocids, revisions, records, held, batch)
	if err != nil {
		return nil, err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	won := make(map[string]bool, len(names))
	for _, name := range names {
		won[name] = true
	}
	return won, nil
}

func writeReleases(ctx context.Context, tx pgx.Tx, outcomes []Outcome) error {
	var releases, provenance, outbox [][]any
	for i := range outcomes {
		o := &outcomes[i]
		for _, r := range o.fresh() {
			releases = append(releases, []any{r.ID, r.OCID, r.Batch, r.Date, r.Tags, r.Digest, string(r.Body), o.Mapping})
			n := len(r.Sources)
			entities, ids, hashes, fetched, urls := make([]string, n), make([]string, n), make([][]byte, n), make([]time.Time, n), make([]string, n)
			for j, v := range r.Sources {
				entities[j], ids[j], hashes[j], fetched[j], urls[j] = string(v.Entity), v.ID, v.Hash, v.FetchedAt, v.URL
			}
			provenance = append(provenance, []any{r.ID, r.OCID, entities, ids, hashes, fetched, urls})
			outbox = append(outbox, []any{r.OCID, r.ID})
		}
	}
	for _, table := range []struct {
		name    string
		columns []string
		rows    [][]any
	}{
		{"release", []string{"release_id", "ocid", "batch", "date", "tag", "digest", "body", "mapping_version"}, releases},
		{"provenance", []string{"release_id", "ocid", "entity", "id", "hash", "fetched_at", "url"}, provenance},
		{"outbox", []string{"ocid", "release_id"}, outbox},
	} {
		if len(table.rows) == 0 {
			continue
		}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"ocds", table.name}, table.columns, pgx.CopyFromRows(table.rows)); err != nil {
			return err
		}
	}
	return nil
}

func writeRecords(ctx context.Context, tx pgx.Tx, outcomes []Outcome) error {
	var ocids, kinds, partitions, compiled, last, mappings []string
	var digests [][]byte
	var releases []int32
	var batches []int64
	for i := range outcomes {
		o := &outcomes[i]
		if len(o.fresh()) == 0 {
			continue
		}
		all := o.Result.Releases
		newest := all[len(all)-1]
		ocids, kinds = append(ocids, o.Result.OCID), append(kinds, o.Kind)
		partitions = append(partitions, Partition(all[0].Date))
		compiled, digests = append(compiled, string(o.Result.Compiled)), append(digests, o.Result.Digest)
		releases, last = append(releases, int32(len(all))), append(last, newest.ID)
		batches, mappings = append(batches, newest.Batch), append(mappings, o.Mapping)
	}
	if len(ocids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		insert into ocds.record as r (ocid, kind, partition, compiled, digest, releases, last_release_id, batch, mapping_version)
		select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::int[], $7::text[], $8::bigint[], $9::text[])
		on conflict (ocid) do update set kind = excluded.kind, partition = excluded.partition, compiled = excluded.compiled, digest = excluded.digest,
			releases = excluded.releases, last_release_id = excluded.last_release_id, batch = excluded.batch, mapping_version = excluded.mapping_version,
			txid = pg_current_xact_id(), position = default`,
		ocids, kinds, partitions, compiled, digests, releases, last, batches, mappings)
	return err
}

// Partition is the year and month under which a publication files a date.
func Partition(date time.Time) string { return date.UTC().Format("2006-01") }

func writeFindings(ctx context.Context, tx pgx.Tx, outcomes []Outcome) error {
	keys := make([]string, len(outcomes))
	var quarantine, warnings [][]any
	for i := range outcomes {
		o := &outcomes[i]
		keys[i] = o.Key
		for n, f := range o.Result.Quarantine {
			quarantine = append(quarantine, row(o, n, o.Result.QuarantineBatch, f))
		}
		n := 0
		for _, f := range o.Result.Findings {
			if f.Severity == mapping.SeverityWarning {
				warnings = append(warnings, row(o, n, o.Result.Batch, f))
				n++
			}
		}
	}
	columns := []string{"process_key", "ordinal", "ocid", "batch", "rule", "severity", "entity", "id", "pointer", "message", "value"}
	for _, table := range []struct {
		name string
		rows [][]any
	}{{"quarantine", quarantine}, {"finding", warnings}} {
		if _, err := tx.Exec(ctx, `delete from `+pgx.Identifier{"ocds", table.name}.Sanitize()+` where process_key = any($1)`, keys); err != nil {
			return err
		}
		if len(table.rows) == 0 {
			continue
		}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"ocds", table.name}, columns, pgx.CopyFromRows(table.rows)); err != nil {
			return err
		}
	}
	return nil
}

func row(o *Outcome, ordinal int, batch int64, f mapping.Finding) []any {
	return []any{o.Key, ordinal, o.Result.OCID, batch, f.Rule, f.Severity, string(f.Entity), f.ID, f.Pointer, f.Message, f.Value}
}

// count keeps the number of processes with a record, and of those held back
// without one. Shards have buckets of their own, so their writers never wait for
// each other.
func count(ctx context.Context, tx pgx.Tx, outcomes []Outcome) error {
	one := func(b bool) int64 {
		if b {
			return 1
		}
		return 0
	}
	transformed, held := map[int]int64{}, map[int]int64{}
	for i := range outcomes {
		o := &outcomes[i]
		bucket := Bucket(o.Key)
		transformed[bucket] += one(o.hasRecord()) - one(o.Before.HasRecord)
		held[bucket] += one(!o.hasRecord() && len(o.Result.Quarantine) > 0) - one(!o.Before.HasRecord && o.Before.Quarantined)
	}
	buckets := slices.DeleteFunc(slices.Sorted(maps.Keys(transformed)), func(b int) bool { return transformed[b] == 0 && held[b] == 0 })
	if len(buckets) == 0 {
		return nil
	}
	t, h := make([]int64, len(buckets)), make([]int64, len(buckets))
	for i, b := range buckets {
		t[i], h[i] = transformed[b], held[b]
	}
	_, err := tx.Exec(ctx, `insert into ocds.process_count as c (bucket, transformed, held) select * from unnest($1::smallint[], $2::bigint[], $3::bigint[])
		on conflict (bucket) do update set transformed = c.transformed + excluded.transformed, held = c.held + excluded.held`, small(buckets), t, h)
	return err
}

// Change is a new release with the record that it led to.
type Change struct {
	OCID            string
	Batch           int64
	ReleaseID       string
	Date            time.Time
	Tags            []string
	ReleaseDigest   []byte
	RecordPartition string
	RecordDigest    []byte
	Compiled        []byte
	Mapping         string
}

// Outbox hands at most limit unpublished changes to publish and takes them off
// the list when it succeeds. It returns how many there were. Changes that
// another publisher has in hand are passed over.
func (s *Store) Outbox(ctx context.Context, limit int, publish func(ctx context.Context, changes []Change) error) (n int, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `with taken as (select seq, ocid, release_id from ocds.outbox order by seq limit $1 for update skip locked)
			select t.seq, r.ocid, r.batch, r.release_id, r.date, r.tag, r.digest, c.partition, c.digest, c.compiled, r.mapping_version
			from taken t join ocds.release r on r.release_id = t.release_id join ocds.record c on c.ocid = t.ocid order by t.seq`, limit)
		if err != nil {
			return err
		}
		var seqs []int64
		changes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Change, err error) {
			var seq int64
			err = row.Scan(&seq, &c.OCID, &c.Batch, &c.ReleaseID, &c.Date, &c.Tags, &c.ReleaseDigest, &c.RecordPartition, &c.RecordDigest, &c.Compiled, &c.Mapping)
			seqs = append(seqs, seq)
			return c, err
		})
		if err != nil || len(changes) == 0 {
			return err
		}
		if err := publish(ctx, changes); err != nil {
			return err
		}
		n = len(changes)
		_, err = tx.Exec(ctx, `delete from ocds.outbox where seq = any($1)`, seqs)
		return err
	})
	if err != nil {
		n = 0
	}
	return n, classify(err, "publish changes")
}
