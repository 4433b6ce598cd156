// Package pg keeps releases and records in schema ocds, and reads source
// documents through the extractor's view source.document_v1.
package pg

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

// Buckets is into how many parts the processes are spread.
const Buckets = 256

// Bucket of a process key.
func Bucket(key string) int {
	h := fnv.New32a()
	h.Write([]byte(key))
	return int(h.Sum32() % Buckets)
}

// Store is schema ocds.
type Store struct{ pool *pgxpool.Pool }

// New uses a pool whose schema ocds is migrated.
func New(pool *pgxpool.Pool) *Store { return &Store{pool: pool} }

// Mark says that a document of a process changed in a batch.
type Mark struct {
	Key   string
	Batch int64
}

// Mark notes changed processes. Marking twice is marking once.
func (s *Store) Mark(ctx context.Context, marks []Mark) error {
	buckets := make([]int16, len(marks))
	keys := make([]string, len(marks))
	batches := make([]int64, len(marks))
	for i, m := range marks {
		buckets[i], keys[i], batches[i] = int16(Bucket(m.Key)), m.Key, m.Batch
	}
	_, err := s.pool.Exec(ctx, `insert into ocds.pending (bucket, process_key, batch)
		select * from unnest($1::smallint[], $2::text[], $3::bigint[]) on conflict do nothing`, buckets, keys, batches)
	return classify(err, "note changed processes")
}

// Pending counts the processes that are to be transformed up to a batch.
func (s *Store) Pending(ctx context.Context, batch int64) (n int64, err error) {
	err = s.pool.QueryRow(ctx, `select count(*) from (select distinct bucket, process_key from ocds.pending where batch <= $1) p`, batch).Scan(&n)
	return n, classify(err, "count changed processes")
}

// PendingKeys lists changed processes of some buckets in the order of bucket
// and key, beginning after a key ("" for the first).
func (s *Store) PendingKeys(ctx context.Context, buckets []int, batch int64, after string, limit int) ([]string, error) {
	last := -1
	if after != "" {
		last = Bucket(after)
	}
	rows, err := s.pool.Query(ctx, `select process_key from (select distinct bucket, process_key from ocds.pending
		where bucket = any($1) and batch <= $2 and (bucket, process_key) > ($3, $4) order by bucket, process_key limit $5) p
		order by bucket, process_key`, small(buckets), batch, int16(last), after, limit)
	if err != nil {
		return nil, classify(err, "list changed processes")
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return keys, classify(err, "list changed processes")
}

func small(buckets []int) []int16 {
	out := make([]int16, len(buckets))
	for i, b := range buckets {
		out[i] = int16(b)
	}
	return out
}

// Document is a stored version of a source document.
type Document struct {
	Entity     source.Entity
	ID         string
	Hash       []byte
	ProcessKey string
	Batch      int64
	ChangedAt  time.Time // zero when the source gives none
	FetchedAt  time.Time
	URL        string
	Body       []byte
	Deleted    bool
}

const documentColumns = `entity, id, hash, process_key, batch, changed_at, fetched_at, url, body, deleted`

// Documents reads all versions of the documents of processes up to a batch.
func (s *Store) Documents(ctx context.Context, keys []string, batch int64) ([]Document, error) {
	return s.documents(ctx, `select `+documentColumns+` from source.document_v1 where process_key = any($1) and batch <= $2`, keys, batch)
}

// Wanted names documents that processes refer to: plan points by row id or by
// process key, participants and announcements by id.
type Wanted struct{ Points, Plans, Subjects, Announcements []string }

// RelatedDocuments reads all versions of referred documents up to a batch.
func (s *Store) RelatedDocuments(ctx context.Context, want Wanted, batch int64) ([]Document, error) {
	var all []Document
	for _, q := range []struct {
		ids []string
		sql string
	}{
		{want.Points, `entity = '` + string(source.PlanPoint) + `' and id = any($1)`},
		{want.Plans, `entity = '` + string(source.PlanPoint) + `' and process_key = any($1)`},
		{want.Subjects, `entity = '` + string(source.Subject) + `' and id = any($1)`},
		{want.Announcements, `entity = '` + string(source.TrdBuy) + `' and id = any($1)`},
	} {
		if len(q.ids) == 0 {
			continue
		}
		found, err := s.documents(ctx, `select `+documentColumns+` from source.document_v1 where `+q.sql+` and batch <= $2`, q.ids, batch)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

func (s *Store) documents(ctx context.Context, sql string, args ...any) ([]Document, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, classify(err, "read source documents")
	}
	documents, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Document, err error) {
		var changed *time.Time
		err = row.Scan(&d.Entity, &d.ID, &d.Hash, &d.ProcessKey, &d.Batch, &changed, &d.FetchedAt, &d.URL, &d.Body, &d.Deleted)
		if changed != nil {
			d.ChangedAt = changed.UTC()
		}
		return d, err
	})
	return documents, classify(err, "read source documents")
}

// State is what is stored of a process.
type State struct {
	Revision    int64
	Batch       int64 // newest batch that was transformed
	HasRecord   bool
	Quarantined bool
	Digest      []byte // of the record
	Releases    []string
	Mapping     string // version that made the record
}

// States reads what is stored of processes. Unknown ones are absent.
func (s *Store) States(ctx context.Context, keys []string) (map[string]State, error) {
	rows, err := s.pool.Query(ctx, `select p.process_key, p.revision, p.batch, p.has_record, p.quarantined, r.digest, coalesce(r.mapping_version, ''),
			array(select release_id from ocds.release where ocid = p.ocid order by date)
		from ocds.process p left join ocds.record r on r.ocid = p.ocid where p.process_key = any($1)`, keys)
	if err != nil {
		return nil, classify(err, "read the state of processes")
	}
	states := make(map[string]State, len(keys))
	var key string
	var st State
	_, err = pgx.ForEachRow(rows, []any{&key, &st.Revision, &st.Batch, &st.HasRecord, &st.Quarantined, &st.Digest, &st.Mapping, &st.Releases}, func() error {
		states[key] = st
		st = State{}
		return nil
	})
	return states, classify(err, "read the state of processes")
}

// Counts says how many processes have a record, and how many are in quarantine
// without one.
func (s *Store) Counts(ctx context.Context) (transformed, held int64, err error) {
	err = s.pool.QueryRow(ctx, `select coalesce(sum(transformed), 0)::bigint, coalesce(sum(held), 0)::bigint from ocds.process_count`).Scan(&transformed, &held)
	return transformed, held, classify(err, "count processes")
}

// Releases counts the releases of a batch.
func (s *Store) Releases(ctx context.Context, batch int64) (n int64, err error) {
	err = s.pool.QueryRow(ctx, `select count(*) from ocds.release where batch = $1`, batch).Scan(&n)
	return n, classify(err, "count releases")
}

// classify gives database errors the kind that decides about retries: what a
// restart or a concurrent transaction caused is worth another attempt.
func classify(err error, format string, a ...any) error {
	if err == nil {
		return nil
	}
	doing := fmt.Sprintf(format, a...)
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case e.Code == "42P01" || e.Code == "3F000":
			return fault.Wrap(fault.Unavailable, err, "%s: a stage has not prepared its part of the database yet", doing).
				Do("start the service that owns the schema named in the log")
		case slices.Contains([]string{"40", "53", "57", "08"}, e.Code[:2]):
			return fault.Wrap(fault.Unavailable, err, "%s: the database is busy or restarting", doing)
		}
		return fmt.Errorf("%s: %w", doing, err)
	}
	if pgconn.SafeToRetry(err) || errors.As(err, new(*pgconn.ConnectError)) {
		return fault.Wrap(fault.Unavailable, err, "%s: the database cannot be reached", doing)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
