package pg

import (
	"context"
	"errors"
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

const recordColumns = `p.ocid, coalesce(c.kind, ''), c.compiled, c.digest, coalesce(c.last_release_id, ''), p.release_date, coalesce(c.releases, 0)`

// Records gives the records of a month in ascending order of their ocid, a page
// at a time.
func (s *Store) Records(ctx context.Context, period string, fn func(*Record) error) error {
	for after := ""; ; {
		rows, err := s.pool.Query(ctx, `select `+recordColumns+`
			from publication.process p left join ocds.record_v1 c on c.ocid = p.ocid
			where p.period = $1 and p.ocid > $2 order by p.ocid limit $3`, period, after, page)
		if err != nil {
			return classify(err)
		}
		records, err := s.collectRecords(ctx, rows)
		if err != nil {
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

// collectRecords reads records and fetches the releases of all of them at once.
func (s *Store) collectRecords(ctx context.Context, rows pgx.Rows) ([]Record, error) {
	records, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (rec Record, err error) {
		err = r.Scan(&rec.OCID, &rec.Kind, &rec.Compiled, &rec.Digest, &rec.LastReleaseID, &rec.LastDate, &rec.Stated)
		return rec, err
	})
	if err != nil {
		return nil, classify(err)
	}
	at := make(map[string]int, len(records))
	ocids := make([]string, len(records))
	for i := range records {
		at[records[i].OCID], ocids[i] = i, records[i].OCID
	}
	history, err := s.pool.Query(ctx, `select ocid, body from ocds.release_v1 where ocid = any($1) order by ocid, date, release_id`, ocids)
	if err != nil {
		return nil, classify(err)
	}
	var ocid string
	var body []byte
	_, err = pgx.ForEachRow(history, []any{&ocid, &body}, func() error {
		rec := &records[at[ocid]]
		rec.Releases = append(rec.Releases, body)
		body = nil
		return nil
	})
	return records, classify(err)
}

const releaseColumns = `p.release_id, p.ocid, p.date, p.digest, r.body`

func scanRelease(r pgx.CollectableRow) (rel Release, err error) {
	err = r.Scan(&rel.ID, &rel.OCID, &rel.Date, &rel.Digest, &rel.Body)
	return rel, err
}

// Releases gives the releases of a month in ascending order of their id, a page
// at a time.
func (s *Store) Releases(ctx context.Context, period string, fn func(*Release) error) error {
	for after := ""; ; {
		rows, err := s.pool.Query(ctx, `select `+releaseColumns+`
			from publication.release p left join ocds.release_v1 r on r.release_id = p.release_id
			where p.period = $1 and p.release_id > $2 order by p.release_id limit $3`, period, after, page)
		if err != nil {
			return classify(err)
		}
		releases, err := pgx.CollectRows(rows, scanRelease)
		if err != nil {
			return classify(err)
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
const committed = `p.txid < pg_snapshot_xmin(pg_current_snapshot())
	and (p.txid, p.position) > ($1::text::xid8, $2::bigint)`

// ReleaseFeed gives at most limit releases after a place, dated at or after
// since.
func (s *Store) ReleaseFeed(ctx context.Context, after Position, since time.Time, limit int) ([]Item[Release], error) {
	rows, err := s.pool.Query(ctx, `select p.txid::text, p.position, `+releaseColumns+`
		from publication.release p left join ocds.release_v1 r on r.release_id = p.release_id
		where `+committed+` and p.date >= $3 order by p.txid, p.position limit $4`,
		after.Txid, after.Position, since, limit)
	if err != nil {
		return nil, classify(err)
	}
	items, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (it Item[Release], err error) {
		err = r.Scan(&it.At.Txid, &it.At.Position, &it.Doc.ID, &it.Doc.OCID, &it.Doc.Date, &it.Doc.Digest, &it.Doc.Body)
		return it, err
	})
	return items, classify(err)
}

// RecordFeed gives at most limit records after a place, in the order of their
// last change, changed at or after since.
func (s *Store) RecordFeed(ctx context.Context, after Position, since time.Time, limit int) ([]Item[Record], error) {
	rows, err := s.pool.Query(ctx, `select p.txid::text, p.position, p.ocid from publication.process p
		where `+committed+` and p.release_date >= $3 order by p.txid, p.position limit $4`,
		after.Txid, after.Position, since, limit)
	if err != nil {
		return nil, classify(err)
	}
	items, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (it Item[Record], err error) {
		err = r.Scan(&it.At.Txid, &it.At.Position, &it.Doc.OCID)
		return it, err
	})
	if err != nil {
		return nil, classify(err)
	}
	ocids := make([]string, len(items))
	for i := range items {
		ocids[i] = items[i].Doc.OCID
	}
	rows, err = s.pool.Query(ctx, `select `+recordColumns+`
		from publication.process p left join ocds.record_v1 c on c.ocid = p.ocid where p.ocid = any($1)`, ocids)
	if err != nil {
		return nil, classify(err)
	}
	records, err := s.collectRecords(ctx, rows)
	if err != nil {
		return nil, err
	}
	byOCID := make(map[string]Record, len(records))
	for _, r := range records {
		byOCID[r.OCID] = r
	}
	for i := range items {
		items[i].Doc = byOCID[items[i].Doc.OCID]
	}
	return items, nil
}

// Record gives the record of a process.
func (s *Store) Record(ctx context.Context, ocid string) (*Record, error) {
	rows, err := s.pool.Query(ctx, `select `+recordColumns+`
		from publication.process p left join ocds.record_v1 c on c.ocid = p.ocid where p.ocid = $1`, ocid)
	if err != nil {
		return nil, classify(err)
	}
	records, err := s.collectRecords(ctx, rows)
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, fault.New(fault.NotFound, "no contracting process %s is published", ocid).About(ocid).
			Do("take the ocid from /ocds/records or from the Explorer; it is case-sensitive")
	}
	return &records[0], nil
}

// Release gives a release.
func (s *Store) Release(ctx context.Context, id string) (*Release, error) {
	rows, err := s.pool.Query(ctx, `select `+releaseColumns+`
		from publication.release p join ocds.release_v1 r on r.release_id = p.release_id where p.release_id = $1`, id)
	if err != nil {
		return nil, classify(err)
	}
	rel, err := pgx.CollectExactlyOneRow(rows, scanRelease)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "no release %s is published", id).About(id).Do("take the id from /ocds/releases")
	}
	return &rel, classify(err)
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
