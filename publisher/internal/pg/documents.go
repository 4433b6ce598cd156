package pg

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/publication"
)

// Record is a contracting process as it is published.
type Record struct {
	OCID          string
	Kind          string // tender, contract or plan
	Compiled      []byte
	Digest        []byte // of Compiled, as the transformer stored it
	LastReleaseID string
	LastDate      time.Time
	Releases      [][]byte // oldest first
	Stated        int32    // number of releases by the record

	known   []byte // digest of the compiled release that was announced last
	settled bool   // nothing changed after the mark as of which it is read
}

// Release is a release as it is published.
type Release struct {
	ID     string
	OCID   string
	Date   time.Time
	Digest []byte
	Body   []byte
}

// page is how many documents are held in memory at once: a few MiB.
const page = 256

// The documents are fetched by key after the page of keys, and not by a join: the
// page then costs the same however large the other stages' tables are.

// Records gives the records of a month as of a mark, in ascending order of their
// ocid, a page at a time.
func (s *Store) Records(ctx context.Context, period string, mark Mark, fn func(*Record) error) error {
	for after := ""; ; {
		records, err := collect(ctx, s, scanRecord, `select ocid, release_date, digest, txid < $4::text::xid8 from publication.process
			where period = $1 and ocid > $2 and not removed order by ocid limit $3`, period, after, page, mark.String())
		if err != nil {
			return err
		}
		if err := s.fillRecords(ctx, pointers(records), mark); err != nil {
			return err
		}
		for i := range records {
			if err := given(&records[i], fn); err != nil {
				return err
			}
		}
		if len(records) < page {
			return nil
		}
		after = records[len(records)-1].OCID
	}
}

// given leaves out a process that had no release yet as of the mark.
func given(r *Record, fn func(*Record) error) error {
	if len(r.Releases) == 0 && !r.settled {
		return nil
	}
	return fn(r)
}

// Releases gives the releases of a month as of a mark, in ascending order of
// their id, a page at a time.
func (s *Store) Releases(ctx context.Context, period string, mark Mark, fn func(*Release) error) error {
	for after := ""; ; {
		releases, err := collect(ctx, s, scanRelease, `select release_id, ocid, date, digest from publication.release
			where period = $1 and release_id > $2 and txid < $4::text::xid8 and not removed order by release_id limit $3`,
			period, after, page, mark.String())
		if err != nil {
			return err
		}
		if err := s.fillReleases(ctx, pointers(releases)); err != nil {
			return err
		}
		for i := range releases {
			if err := fn(&releases[i]); err != nil {
				return err
			}
		}
		if len(releases) < page {
			return nil
		}
		after = releases[len(releases)-1].ID
	}
}

// ChangedRecords gives the records that changed between two marks, as of the
// later one, in ascending order of their ocid.
func (s *Store) ChangedRecords(ctx context.Context, from, to Mark, fn func(*Record) error) error {
	return paged(ctx, s, scanRecord, `select ocid, release_date, digest, txid < $2::text::xid8 from publication.process
			where ocid in (`+changedProcesses+`) order by ocid`, []any{from.String(), to.String()}, func(records []Record) error {
		if err := s.fillRecords(ctx, pointers(records), to); err != nil {
			return err
		}
		for i := range records {
			if err := given(&records[i], fn); err != nil {
				return err
			}
		}
		return nil
	})
}

// ChangedReleases gives the releases that came between two marks, in ascending
// order of their id.
func (s *Store) ChangedReleases(ctx context.Context, from, to Mark, fn func(*Release) error) error {
	return paged(ctx, s, scanRelease, changedReleases+` order by release_id`, []any{from.String(), to.String()}, func(releases []Release) error {
		if err := s.fillReleases(ctx, pointers(releases)); err != nil {
			return err
		}
		for i := range releases {
			if err := fn(&releases[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// paged gives the rows of one query in pages, while the query goes on.
func paged[T any](ctx context.Context, s *Store, scan pgx.RowToFunc[T], query string, args []any, fn func([]T) error) error {
	rows, err := s.pool.Query(ctx, query, args...)
	if err != nil {
		return classify(err)
	}
	defer rows.Close()
	var some []T
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return classify(err)
		}
		if some = append(some, item); len(some) == page {
			if err := fn(some); err != nil {
				return err
			}
			some = nil
		}
	}
	if err := rows.Err(); err != nil {
		return classify(err)
	}
	return fn(some)
}

func collect[T any](ctx context.Context, s *Store, scan pgx.RowToFunc[T], query string, args ...any) ([]T, error) {
	rows, err := s.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, classify(err)
	}
	all, err := pgx.CollectRows(rows, scan)
	return all, classify(err)
}

func pointers[T any](all []T) []*T {
	p := make([]*T, len(all))
	for i := range all {
		p[i] = &all[i]
	}
	return p
}

func scanRecord(r pgx.CollectableRow) (rec Record, err error) {
	err = r.Scan(&rec.OCID, &rec.LastDate, &rec.known, &rec.settled)
	return rec, err
}

func scanRelease(r pgx.CollectableRow) (rel Release, err error) {
	err = r.Scan(&rel.ID, &rel.OCID, &rel.Date, &rel.Digest)
	return rel, err
}

// fillRecords fetches the compiled releases and the releases of records as of a
// mark; zero means now. What the transformer does not have stays nil. The record
// of a process that changed after the mark is merged again from the releases
// that were there.
func (s *Store) fillRecords(ctx context.Context, records []*Record, mark Mark) error {
	at := make(map[string]*Record, len(records))
	ocids := make([]string, len(records))
	for i, r := range records {
		at[r.OCID], ocids[i] = r, r.OCID
	}
	rows, err := s.pool.Query(ctx, `select ocid, kind, compiled, digest, last_release_id, releases
		from ocds.record_v1 where ocid = any($1)`, ocids)
	if err != nil {
		return classify(err)
	}
	var ocid string
	var d Record
	if _, err := pgx.ForEachRow(rows, []any{&ocid, &d.Kind, &d.Compiled, &d.Digest, &d.LastReleaseID, &d.Stated}, func() error {
		r := at[ocid]
		r.Kind, r.Compiled, r.Digest, r.LastReleaseID, r.Stated = d.Kind, d.Compiled, d.Digest, d.LastReleaseID, d.Stated
		d = Record{}
		return nil
	}); err != nil {
		return classify(err)
	}
	var changed []string
	for _, r := range records {
		if r.settled = r.settled && bytes.Equal(r.known, r.Digest); !r.settled && mark != 0 {
			changed = append(changed, r.OCID)
		}
	}
	there, err := s.releasesBefore(ctx, changed, mark)
	if err != nil {
		return err
	}
	rows, err = s.pool.Query(ctx, `select ocid, release_id, date, body from ocds.release_v1 where ocid = any($1) order by ocid, date, release_id`, ocids)
	if err != nil {
		return classify(err)
	}
	var id string
	var date time.Time
	var body []byte
	if _, err := pgx.ForEachRow(rows, []any{&ocid, &id, &date, &body}, func() error {
		r := at[ocid]
		if r.settled || mark == 0 || there[id] {
			r.Releases = append(r.Releases, body)
			if !r.settled && mark != 0 {
				r.LastReleaseID, r.LastDate = id, date
			}
		}
		body = nil
		return nil
	}); err != nil {
		return classify(err)
	}
	for _, ocid := range changed {
		r := at[ocid]
		if r.Stated = int32(len(r.Releases)); r.Stated == 0 {
			continue
		}
		if r.Compiled, err = s.compile(r.Releases); err != nil {
			return fmt.Errorf("compile %s as it was: %w", ocid, err)
		}
		sum := sha256.Sum256(r.Compiled)
		r.Digest = sum[:]
	}
	return nil
}

// releasesBefore are the ids of the releases of processes that were committed
// before a mark.
func (s *Store) releasesBefore(ctx context.Context, ocids []string, mark Mark) (map[string]bool, error) {
	if len(ocids) == 0 {
		return nil, nil
	}
	ids, err := collect(ctx, s, pgx.RowTo[string], `select release_id from publication.release
		where ocid = any($1) and txid < $2::text::xid8 and not removed`, ocids, mark.String())
	if err != nil {
		return nil, err
	}
	there := make(map[string]bool, len(ids))
	for _, id := range ids {
		there[id] = true
	}
	return there, nil
}

// fillReleases fetches the texts of releases. What the transformer does not have
// stays nil.
func (s *Store) fillReleases(ctx context.Context, releases []*Release) error {
	at := make(map[string]*Release, len(releases))
	ids := make([]string, len(releases))
	for i, r := range releases {
		at[r.ID], ids[i] = r, r.ID
	}
	rows, err := s.pool.Query(ctx, `select release_id, body from ocds.release_v1 where release_id = any($1)`, ids)
	if err != nil {
		return classify(err)
	}
	var id string
	var body []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &body}, func() error {
		at[id].Body = body
		body = nil
		return nil
	})
	return classify(err)
}

// Position is a place in commit order.
type Position struct {
	Txid     Mark
	Position int64
}

// Item is a document of the feed with its place, or a tombstone: the process was
// withdrawn. What is put back comes again behind its tombstone.
type Item[T any] struct {
	At        Position
	Doc       T
	Tombstone *Tombstone
}

// Tombstone says that a process, or one release of it, is published no more.
type Tombstone struct {
	OCID      string
	ReleaseID string // "" stands for the whole process
	At        time.Time
}

// In commit order a row may be read only when every transaction with a smaller
// or equal id has ended, or a later commit would appear before the cursor.
const committed = `txid < pg_snapshot_xmin(pg_current_snapshot())
	and (txid, position) > ($1::text::xid8, $2::bigint)`

// ReleaseFeed gives at most limit releases and tombstones after a place. since
// leaves out releases dated before it.
func (s *Store) ReleaseFeed(ctx context.Context, after Position, since time.Time, limit int) ([]Item[Release], error) {
	items, err := collect(ctx, s, func(r pgx.CollectableRow) (it Item[Release], err error) {
		var removed bool
		err = r.Scan(uintText{(*uint64)(&it.At.Txid)}, &it.At.Position, &it.Doc.ID, &it.Doc.OCID, &it.Doc.Date, &it.Doc.Digest, &removed)
		if removed {
			it.Tombstone = &Tombstone{it.Doc.OCID, it.Doc.ID, it.Doc.Date.UTC()}
		}
		return it, err
	}, `select at::text, position, release_id, ocid, date, digest, removed from (
		(select txid as at, position, release_id, ocid, date, digest, removed from publication.release
			where `+committed+` and date >= $3 and not removed order by publication.release.txid, position limit $4)
		union all
		(select txid, position, release_id, ocid, at, null, true from publication.removal
			where `+committed+` order by publication.removal.txid, position limit $4)) f
		order by f.at, position limit $4`, after.Txid.String(), after.Position, since, limit)
	if err != nil {
		return nil, err
	}
	var docs []*Release
	for i := range items {
		if items[i].Tombstone == nil {
			docs = append(docs, &items[i].Doc)
		}
	}
	return items, s.fillReleases(ctx, docs)
}

// RecordFeed gives at most limit records and tombstones after a place, in the
// order of their last change, changed at or after since.
func (s *Store) RecordFeed(ctx context.Context, after Position, since time.Time, limit int) ([]Item[Record], error) {
	items, err := collect(ctx, s, func(r pgx.CollectableRow) (it Item[Record], err error) {
		var removed bool
		err = r.Scan(uintText{(*uint64)(&it.At.Txid)}, &it.At.Position, &it.Doc.OCID, &it.Doc.LastDate, &removed)
		if removed {
			it.Tombstone = &Tombstone{OCID: it.Doc.OCID, At: it.Doc.LastDate.UTC()}
		}
		return it, err
	}, `select txid::text, position, ocid, release_date, removed from publication.process
		where `+committed+` and release_date >= $3 order by publication.process.txid, position limit $4`, after.Txid.String(), after.Position, since, limit)
	if err != nil {
		return nil, err
	}
	var docs []*Record
	for i := range items {
		if items[i].Tombstone == nil {
			docs = append(docs, &items[i].Doc)
		}
	}
	return items, s.fillRecords(ctx, docs, 0)
}

// Feeds that Before can walk back in.
const (
	feedReleases = `select txid, position from publication.release where date >= $3 and not removed
		union all select txid, position from publication.removal`
	feedRecords = `select txid, position from publication.process where release_date >= $3`
)

// ReleasesBefore is the place after which the page begins that ends at a place;
// ok is false when nothing comes before.
func (s *Store) ReleasesBefore(ctx context.Context, at Position, since time.Time, limit int) (p Position, ok bool, err error) {
	return s.before(ctx, feedReleases, at, since, limit)
}

// RecordsBefore is ReleasesBefore for records.
func (s *Store) RecordsBefore(ctx context.Context, at Position, since time.Time, limit int) (p Position, ok bool, err error) {
	return s.before(ctx, feedRecords, at, since, limit)
}

func (s *Store) before(ctx context.Context, feed string, at Position, since time.Time, limit int) (p Position, ok bool, err error) {
	places, err := collect(ctx, s, func(r pgx.CollectableRow) (p Position, err error) {
		err = r.Scan(uintText{(*uint64)(&p.Txid)}, &p.Position)
		return p, err
	}, `select txid::text, position from (`+feed+`) f where (txid, position) <= ($1::text::xid8, $2::bigint)
		order by f.txid desc, position desc limit $4`, at.Txid.String(), at.Position, since, limit+1)
	switch {
	case err != nil || len(places) == 0:
		return p, false, err
	case len(places) <= limit:
		return Position{}, true, nil // the first page
	}
	return places[limit], true, nil
}

// Record gives the record of a process.
func (s *Store) Record(ctx context.Context, ocid string) (*Record, error) {
	records, err := collect(ctx, s, scanRecord, `select ocid, release_date, digest, true from publication.process where ocid = $1 and not removed`, ocid)
	if err != nil {
		return nil, err
	}
	if err := s.fillRecords(ctx, pointers(records), 0); err != nil {
		return nil, err
	}
	if len(records) == 0 || records[0].Compiled == nil {
		return nil, fault.New(fault.NotFound, "no contracting process %s is published", ocid).About(ocid).
			Do("take the ocid from /ocds/records or from the Explorer; it is case-sensitive")
	}
	return &records[0], nil
}

// Release gives a release.
func (s *Store) Release(ctx context.Context, id string) (*Release, error) {
	releases, err := collect(ctx, s, scanRelease, `select release_id, ocid, date, digest from publication.release where release_id = $1 and not removed`, id)
	if err != nil {
		return nil, err
	}
	if err := s.fillReleases(ctx, pointers(releases)); err != nil {
		return nil, err
	}
	if len(releases) == 0 || releases[0].Body == nil {
		return nil, fault.New(fault.NotFound, "no release %s is published", id).About(id).Do("take the id from /ocds/releases")
	}
	return &releases[0], nil
}

// Provenance leads from the releases of a process to the source documents that
// they were made from.
func (s *Store) Provenance(ctx context.Context, ocid string) ([]publication.ReleaseProvenance, error) {
	rows, err := s.pool.Query(ctx, `select r.release_id, r.date, r.tag, r.mapping_version
		from ocds.release_v1 r where r.ocid = $1 order by r.date, r.release_id`, ocid)
	if err != nil {
		return nil, classify(err)
	}
	releases, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (p publication.ReleaseProvenance, err error) {
		p.Documents = []publication.SourceDocument{}
		err = r.Scan(&p.ID, &p.Date, &p.Tag, &p.MappingVersion)
		p.Date = p.Date.UTC()
		return p, err
	})
	if err != nil {
		return nil, classify(err)
	}
	at := make(map[string]int, len(releases))
	for i := range releases {
		at[releases[i].ID] = i
	}
	rows, err = s.pool.Query(ctx, `select release_id, entity, id, encode(hash, 'hex'), coalesce(url, ''), origin, fetched_at
		from ocds.provenance_v1 where ocid = $1 order by release_id, entity, id`, ocid)
	if err != nil {
		return nil, classify(err)
	}
	var id string
	var d publication.SourceDocument
	_, err = pgx.ForEachRow(rows, []any{&id, &d.Entity, &d.ID, &d.Hash, &d.URL, &d.Origin, &d.FetchedAt}, func() error {
		if i, ok := at[id]; ok {
			d.FetchedAt = d.FetchedAt.UTC()
			releases[i].Documents = append(releases[i].Documents, d)
		}
		return nil
	})
	return releases, classify(err)
}

// Entities counts source objects by entity, as the extractor does.
func (s *Store) Entities(ctx context.Context) ([]publication.EntityStatus, error) {
	rows, err := s.pool.Query(ctx, `select entity, source, stored, quarantined from source.count_v1 order by entity`)
	if err != nil {
		return nil, classify(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[publication.EntityStatus])
	return all, classify(err)
}

// Published counts the processes known for publication.
func (s *Store) Published(ctx context.Context) (n int64, err error) {
	err = s.pool.QueryRow(ctx, `select count(*) from publication.process where not removed`).Scan(&n)
	return n, classify(err)
}
