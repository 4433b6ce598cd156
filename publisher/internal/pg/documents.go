package pg

import (
	"context"
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

// Records gives the records of a month in ascending order of their ocid, a page
// at a time.
func (s *Store) Records(ctx context.Context, period string, fn func(*Record) error) error {
	for after := ""; ; {
		records, err := collect(ctx, s, scanRecord, `select ocid, release_date from publication.process
			where period = $1 and ocid > $2 order by ocid limit $3`, period, after, page)
		if err != nil {
			return err
		}
		if err := s.fillRecords(ctx, pointers(records)); err != nil {
			return err
		}
		for i := range records {
			if err := fn(&records[i]); err != nil {
				return err
			}
		}
		if len(records) < page {
			return nil
		}
		after = records[len(records)-1].OCID
	}
}

// Releases gives the releases of a month in ascending order of their id, a page
// at a time.
func (s *Store) Releases(ctx context.Context, period string, fn func(*Release) error) error {
	for after := ""; ; {
		releases, err := collect(ctx, s, scanRelease, `select release_id, ocid, date, digest from publication.release
			where period = $1 and release_id > $2 order by release_id limit $3`, period, after, page)
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
	err = r.Scan(&rec.OCID, &rec.LastDate)
	return rec, err
}

func scanRelease(r pgx.CollectableRow) (rel Release, err error) {
	err = r.Scan(&rel.ID, &rel.OCID, &rel.Date, &rel.Digest)
	return rel, err
}

// fillRecords fetches the compiled releases and the releases of records. What the
// transformer does not have stays nil.
func (s *Store) fillRecords(ctx context.Context, records []*Record) error {
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
	rows, err = s.pool.Query(ctx, `select ocid, body from ocds.release_v1 where ocid = any($1) order by ocid, date, release_id`, ocids)
	if err != nil {
		return classify(err)
	}
	var body []byte
	_, err = pgx.ForEachRow(rows, []any{&ocid, &body}, func() error {
		at[ocid].Releases = append(at[ocid].Releases, body)
		body = nil
		return nil
	})
	return classify(err)
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
	Txid     string // of a 64-bit transaction id, decimal
	Position int64
}

// Item is a document of the feed with its place.
type Item[T any] struct {
	At  Position
	Doc T
}

// In commit order a row may be read only when every transaction with a smaller
// or equal id has ended, or a later commit would appear before the cursor.
const committed = `txid < pg_snapshot_xmin(pg_current_snapshot())
	and (txid, position) > ($1::text::xid8, $2::bigint)`

// ReleaseFeed gives at most limit releases after a place, dated at or after
// since.
func (s *Store) ReleaseFeed(ctx context.Context, after Position, since time.Time, limit int) ([]Item[Release], error) {
	items, err := collect(ctx, s, func(r pgx.CollectableRow) (it Item[Release], err error) {
		err = r.Scan(&it.At.Txid, &it.At.Position, &it.Doc.ID, &it.Doc.OCID, &it.Doc.Date, &it.Doc.Digest)
		return it, err
	}, `select txid::text, position, release_id, ocid, date, digest from publication.release
		where `+committed+` and date >= $3 order by publication.release.txid, position limit $4`, after.Txid, after.Position, since, limit)
	if err != nil {
		return nil, err
	}
	docs := make([]*Release, len(items))
	for i := range items {
		docs[i] = &items[i].Doc
	}
	return items, s.fillReleases(ctx, docs)
}

// RecordFeed gives at most limit records after a place, in the order of their
// last change, changed at or after since.
func (s *Store) RecordFeed(ctx context.Context, after Position, since time.Time, limit int) ([]Item[Record], error) {
	items, err := collect(ctx, s, func(r pgx.CollectableRow) (it Item[Record], err error) {
		err = r.Scan(&it.At.Txid, &it.At.Position, &it.Doc.OCID, &it.Doc.LastDate)
		return it, err
	}, `select txid::text, position, ocid, release_date from publication.process
		where `+committed+` and release_date >= $3 order by publication.process.txid, position limit $4`, after.Txid, after.Position, since, limit)
	if err != nil {
		return nil, err
	}
	docs := make([]*Record, len(items))
	for i := range items {
		docs[i] = &items[i].Doc
	}
	return items, s.fillRecords(ctx, docs)
}

// Record gives the record of a process.
func (s *Store) Record(ctx context.Context, ocid string) (*Record, error) {
	records, err := collect(ctx, s, scanRecord, `select ocid, release_date from publication.process where ocid = $1`, ocid)
	if err != nil {
		return nil, err
	}
	if err := s.fillRecords(ctx, pointers(records)); err != nil {
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
	releases, err := collect(ctx, s, scanRelease, `select release_id, ocid, date, digest from publication.release where release_id = $1`, id)
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
	rows, err = s.pool.Query(ctx, `select release_id, entity, id, encode(hash, 'hex'), coalesce(url, ''), fetched_at
		from ocds.provenance_v1 where ocid = $1 order by release_id, entity, id`, ocid)
	if err != nil {
		return nil, classify(err)
	}
	var id string
	var d publication.SourceDocument
	_, err = pgx.ForEachRow(rows, []any{&id, &d.Entity, &d.ID, &d.Hash, &d.URL, &d.FetchedAt}, func() error {
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
	err = s.pool.QueryRow(ctx, `select count(*) from publication.process`).Scan(&n)
	return n, classify(err)
}
