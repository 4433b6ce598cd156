package pg

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/transformer/history"
	"github.com/kzocds/kzocds/transformer/mapping"
)

// Outcome is what transforming a process gave.
type Outcome struct {
	Key    string
	Kind   string // tender, contract, plan or foreign
	UpTo   int64  // batch up to which documents were looked at
	Before State
	Result history.Result
}

func (o *Outcome) fresh() bool { return len(o.Result.Releases) > 0 }

func (o *Outcome) hasRecord() bool { return o.Result.State.Releases > 0 }

// partition of the record: the month of its first release.
func (o *Outcome) partition() string {
	if o.Before.Partition == "" && o.fresh() {
		return Partition(o.Result.Releases[0].Date)
	}
	return o.Before.Partition
}

// day of the newest release, portal time; nil when there is none.
func (o *Outcome) day() *time.Time {
	if !o.fresh() {
		return o.Before.Day
	}
	day := dayOf(o.Result.State.Date)
	return &day
}

// buyer in the newest content that could be mapped.
func (o *Outcome) buyer() string { return cmp.Or(o.Result.Buyer, o.Before.Buyer) }

// Partition is the year and month under which a publication files a date.
func Partition(date time.Time) string { return date.UTC().Format("2006-01") }

// portalZone is the zone of the portal's days.
var portalZone = func() *time.Location {
	zone, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		panic(err) // package mapping compiles the zones in
	}
	return zone
}()

// Write stores what a mapping made, in one transaction: releases, records,
// quarantine, findings, counts and, when the mapping is the current one, the
// changes to announce, which it returns. The processes leave the list of changed
// ones. A process that somebody else has written since its state was read is left
// alone and named in lost.
func (s *Store) Write(ctx context.Context, mapping Mapping, batch int64, outcomes []Outcome) (changes []Change, lost []string, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// The lock of the table that reading takes keeps the mapping what it is until
		// the end of the transaction (see Adopt).
		var state string
		var looked int64
		if err := tx.QueryRow(ctx, `select state, looked from ocds.mapping where id = $1`, mapping.ID).Scan(&state, &looked); err != nil {
			return err
		}
		if state == Retired {
			return fault.New(fault.Conflict, "mapping %s was retired while it worked", mapping.Version).About(mapping.Version)
		}
		if looked < batch { // the first of many writers of a batch
			if _, err := tx.Exec(ctx, `update ocds.mapping set looked = $2 where id = $1 and looked < $2`, mapping.ID, batch); err != nil {
				return err
			}
		}
		won, err := claim(ctx, tx, mapping.ID, outcomes)
		if err != nil {
			return err
		}
		lost = nil
		var kept []Outcome
		for _, o := range outcomes {
			if o.Result.Looked > 0 && !won[o.Result.OCID] {
				lost = append(lost, o.Key)
				continue
			}
			kept = append(kept, o)
		}
		if err := writeReleases(ctx, tx, mapping.ID, kept); err != nil {
			return err
		}
		if err := writeFindings(ctx, tx, mapping.ID, kept); err != nil {
			return err
		}
		if err := count(ctx, tx, mapping.ID, kept); err != nil {
			return err
		}
		if changes = nil; state == Current {
			if changes, err = writeOutbox(ctx, tx, mapping, kept); err != nil {
				return err
			}
		}
		return unmark(ctx, tx, mapping.ID, batch, kept)
	})
	return changes, lost, classify(err, "store releases")
}

// claim writes the record of every process whose stored revision is the one that
// was read, and names those.
func claim(ctx context.Context, tx pgx.Tx, mapping int16, outcomes []Outcome) (map[string]bool, error) {
	var ocids, keys, kinds, partitions, buyers []string
	var revisions, looked []int64
	var quarantined []bool
	var last []*string
	var compiled, digests, contents [][]byte
	var releases []int32
	var dates, days []*time.Time
	var batches []*int64
	for i := range outcomes {
		o := &outcomes[i]
		if o.Result.Looked == 0 {
			continue
		}
		ocids, keys, kinds, partitions = append(ocids, o.Result.OCID), append(keys, o.Key), append(kinds, o.Kind), append(partitions, o.partition())
		revisions, looked = append(revisions, o.Before.Revision), append(looked, o.UpTo)
		quarantined, buyers = append(quarantined, len(o.Result.Quarantine) > 0), append(buyers, o.buyer())
		releases = append(releases, int32(o.Result.State.Releases))
		if !o.fresh() {
			compiled, last, digests, contents = append(compiled, nil), append(last, nil), append(digests, nil), append(contents, nil)
			dates, days, batches = append(dates, nil), append(days, o.day()), append(batches, nil)
			continue
		}
		newest := &o.Result.Releases[len(o.Result.Releases)-1]
		compiled, last = append(compiled, o.Result.State.Compiled), append(last, &newest.ID)
		digests, contents = append(digests, o.Result.State.Digest), append(contents, o.Result.State.Content)
		dates, days, batches = append(dates, &o.Result.State.Date), append(days, o.day()), append(batches, &newest.Batch)
	}
	if len(ocids) == 0 {
		return nil, nil
	}
	// What a process without new release sends as null stays as it is.
	rows, err := tx.Query(ctx, `
		insert into ocds.record as r (mapping, ocid, process_key, revision, looked, quarantined, kind, partition, compiled, digest, content, releases, last_release_id, last_date, batch, buyer, day)
		select $1, ocid, key, revision + 1, looked, quarantined, kind, nullif(partition, ''), compiled, digest, content, releases, last_release_id, last_date, batch, buyer, day
		from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::boolean[], $7::text[], $8::text[], $9::text[], $10::bytea[], $11::bytea[], $12::int[], $13::text[], $14::timestamptz[], $15::bigint[], $16::text[], $17::date[])
			as t (ocid, key, revision, looked, quarantined, kind, partition, compiled, digest, content, releases, last_release_id, last_date, batch, buyer, day)
		order by ocid
		on conflict (mapping, ocid) do update set revision = excluded.revision, looked = greatest(r.looked, excluded.looked),
			quarantined = excluded.quarantined, partition = excluded.partition,
			compiled = coalesce(excluded.compiled, r.compiled), digest = coalesce(excluded.digest, r.digest),
			content = coalesce(excluded.content, r.content), releases = excluded.releases,
			last_release_id = coalesce(excluded.last_release_id, r.last_release_id), last_date = coalesce(excluded.last_date, r.last_date),
			batch = coalesce(excluded.batch, r.batch), buyer = excluded.buyer, day = excluded.day,
			txid = case when excluded.compiled is null then r.txid else excluded.txid end,
			position = case when excluded.compiled is null then r.position else excluded.position end
		where r.revision = excluded.revision - 1
		returning ocid`,
		mapping, ocids, keys, revisions, looked, quarantined, kinds, partitions, compiled, digests, contents, releases, last, dates, batches, buyers, days)
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

// dayOf is the portal's day of an instant, at midnight UTC as dates travel.
func dayOf(t time.Time) time.Time {
	year, month, day := t.In(portalZone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

var releaseColumns = []string{"mapping", "release_id", "ocid", "ordinal", "batch", "date", "tag", "digest", "body", "entity", "id", "hash", "origin", "fetched_at", "url"}

func writeReleases(ctx context.Context, tx pgx.Tx, mapping int16, outcomes []Outcome) error {
	var rows [][]any
	for i := range outcomes {
		for j := range outcomes[i].Result.Releases {
			r := &outcomes[i].Result.Releases[j]
			n := len(r.Sources)
			entities, ids, hashes := make([]string, n), make([]string, n), make([][]byte, n)
			origins, fetched, urls := make([]string, n), make([]time.Time, n), make([]string, n)
			for k := range r.Sources {
				v := &r.Sources[k]
				entities[k], ids[k], hashes[k], origins[k], fetched[k], urls[k] = string(v.Entity), v.ID, v.Hash, v.Origin, v.FetchedAt, v.URL
			}
			rows = append(rows, []any{mapping, r.ID, r.OCID, int32(r.Ordinal), r.Batch, r.Date, r.Tags, r.Digest, r.Body, entities, ids, hashes, origins, fetched, urls})
		}
	}
	return copyRows(ctx, tx, "release", releaseColumns, rows)
}

func copyRows(ctx context.Context, tx pgx.Tx, table string, columns []string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"ocds", table}, columns, pgx.CopyFromRows(rows))
	return err
}

var (
	findingColumns    = []string{"mapping", "ocid", "ordinal", "process_key", "batch", "rule", "severity", "entity", "id", "pointer", "message", "value", "field", "buyer", "day"}
	quarantineColumns = findingColumns[:len(findingColumns)-3]
)

// writeFindings replaces the quarantine and findings of processes.
func writeFindings(ctx context.Context, tx pgx.Tx, mapping int16, outcomes []Outcome) error {
	var stale []string // processes that may have rows
	var quarantine, warnings [][]any
	for i := range outcomes {
		o := &outcomes[i]
		if o.Result.Looked == 0 {
			continue
		}
		if o.Before.Revision > 0 {
			stale = append(stale, o.Result.OCID)
		}
		for _, f := range o.Result.Quarantine {
			quarantine = append(quarantine, row(mapping, o, len(quarantine), o.Result.QuarantineBatch, &f))
		}
		for _, f := range o.Result.Findings {
			if f.Severity != severityError {
				warnings = append(warnings, append(row(mapping, o, len(warnings), o.Result.Looked, &f), Field(f.Pointer), o.buyer(), o.day()))
			}
		}
	}
	for _, table := range []struct {
		name    string
		columns []string
		rows    [][]any
	}{{"quarantine", quarantineColumns, quarantine}, {"finding", findingColumns, warnings}} {
		if len(stale) > 0 {
			if _, err := tx.Exec(ctx, `delete from `+pgx.Identifier{"ocds", table.name}.Sanitize()+` where mapping = $1 and ocid = any($2)`, mapping, stale); err != nil {
				return err
			}
		}
		if err := copyRows(ctx, tx, table.name, table.columns, table.rows); err != nil {
			return err
		}
	}
	return nil
}

const severityError = mapping.SeverityError

func row(mapping int16, o *Outcome, ordinal int, batch int64, f *mapping.Finding) []any {
	return []any{mapping, o.Result.OCID, int32(ordinal), o.Key, batch, f.Rule, f.Severity, string(f.Entity), f.ID, f.Pointer, f.Message, f.Value}
}

// Field is a JSON Pointer without the indexes of lists: where in every document
// of the kind.
func Field(pointer string) string {
	names := strings.Split(pointer, "/")
	return strings.Join(slices.DeleteFunc(names, func(name string) bool {
		return name != "" && strings.Trim(name, "0123456789") == ""
	}), "/")
}

// count keeps the number of processes with a record, and of those held back
// without one. Shards have buckets of their own, so their writers never wait for
// each other.
func count(ctx context.Context, tx pgx.Tx, mapping int16, outcomes []Outcome) error {
	one := func(b bool) int64 {
		if b {
			return 1
		}
		return 0
	}
	transformed, held := map[int]int64{}, map[int]int64{}
	for i := range outcomes {
		o := &outcomes[i]
		if o.Result.Looked == 0 {
			continue
		}
		bucket, had := Bucket(o.Key), o.Before.Releases > 0
		transformed[bucket] += one(o.hasRecord()) - one(had)
		held[bucket] += one(!o.hasRecord() && len(o.Result.Quarantine) > 0) - one(!had && o.Before.Quarantined)
	}
	buckets := slices.DeleteFunc(slices.Sorted(maps.Keys(transformed)), func(b int) bool { return transformed[b] == 0 && held[b] == 0 })
	if len(buckets) == 0 {
		return nil
	}
	n, t, h := make([]int16, len(buckets)), make([]int64, len(buckets)), make([]int64, len(buckets))
	for i, b := range buckets {
		n[i], t[i], h[i] = int16(b), transformed[b], held[b]
	}
	_, err := tx.Exec(ctx, `insert into ocds.process_count as c (mapping, bucket, transformed, held)
		select $1, * from unnest($2::smallint[], $3::bigint[], $4::bigint[])
		on conflict (mapping, bucket) do update set transformed = c.transformed + excluded.transformed, held = c.held + excluded.held`, mapping, n, t, h)
	return err
}

func unmark(ctx context.Context, tx pgx.Tx, mapping int16, batch int64, outcomes []Outcome) error {
	keys, buckets := make([]string, len(outcomes)), make([]int16, len(outcomes))
	for i := range outcomes {
		keys[i], buckets[i] = outcomes[i].Key, int16(Bucket(outcomes[i].Key))
	}
	_, err := tx.Exec(ctx, `delete from ocds.pending p using unnest($2::smallint[], $3::text[]) as t (b, k)
		where p.mapping = $1 and p.bucket = t.b and p.process_key = t.k and p.batch <= $4`, mapping, buckets, keys, batch)
	return err
}
