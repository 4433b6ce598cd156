// Package pg keeps releases and records in schema ocds, and reads source
// documents through the extractor's view source.document_v2, their bodies from
// there or from the packs that it names.
//
// Everything but source documents belongs to a mapping (type Mapping): two
// mapping versions keep their results side by side.
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
	"github.com/kzocds/kzocds/platform/pack"
	platformpg "github.com/kzocds/kzocds/platform/pg"
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
type Store struct {
	pool  *pgxpool.Pool
	packs *pack.Store
}

// New uses a pool whose schema ocds is migrated. There need be no packs as long as
// no bodies are in them.
func New(pool *pgxpool.Pool, packs *pack.Store) *Store { return &Store{pool, packs} }

// Mark says that a document of a process changed in a batch.
type Mark struct {
	Key   string
	Batch int64
}

// Mark notes changed processes for every mapping that is run. Marking twice is
// marking once.
func (s *Store) Mark(ctx context.Context, marks []Mark) error {
	buckets, keys, batches := columnsOf(marks)
	_, err := s.pool.Exec(ctx, `insert into ocds.pending (mapping, bucket, process_key, batch)
		select m.id, t.b, t.k, t.n from ocds.mapping m, unnest($1::smallint[], $2::text[], $3::bigint[]) as t (b, k, n)
		where m.state <> 'retired' on conflict do nothing`, buckets, keys, batches)
	return classify(err, "note changed processes")
}

// MarkFor notes processes for one mapping.
func (s *Store) MarkFor(ctx context.Context, mapping int16, marks []Mark) error {
	buckets, keys, batches := columnsOf(marks)
	_, err := s.pool.Exec(ctx, `insert into ocds.pending (mapping, bucket, process_key, batch)
		select $1, * from unnest($2::smallint[], $3::text[], $4::bigint[]) on conflict do nothing`, mapping, buckets, keys, batches)
	return classify(err, "note processes")
}

func columnsOf(marks []Mark) (buckets []int16, keys []string, batches []int64) {
	buckets, keys, batches = make([]int16, len(marks)), make([]string, len(marks)), make([]int64, len(marks))
	for i, m := range marks {
		buckets[i], keys[i], batches[i] = int16(Bucket(m.Key)), m.Key, m.Batch
	}
	return buckets, keys, batches
}

// Pending counts the processes that a mapping is to transform up to a batch.
func (s *Store) Pending(ctx context.Context, mapping int16, batch int64) (n int64, err error) {
	err = s.pool.QueryRow(ctx, `select count(*) from (select distinct bucket, process_key from ocds.pending where mapping = $1 and batch <= $2) p`,
		mapping, batch).Scan(&n)
	return n, classify(err, "count changed processes")
}

// Shard is a range of buckets, the end not included.
type Shard struct{ From, To int }

// PendingKeys lists changed processes of a shard in the order of bucket and key,
// beginning after a key ("" for the first), each with the first batch that
// changed it.
func (s *Store) PendingKeys(ctx context.Context, mapping int16, shard Shard, batch int64, after string, limit int) ([]Mark, error) {
	bucket := shard.From // every key is greater than the empty one
	if after != "" {
		bucket = Bucket(after)
	}
	rows, err := s.pool.Query(ctx, `select process_key, min(batch) from ocds.pending
		where mapping = $1 and bucket < $2 and batch <= $3 and (bucket, process_key) > ($4, $5)
		group by mapping, bucket, process_key order by mapping, bucket, process_key limit $6`,
		mapping, int16(shard.To), batch, int16(bucket), after, limit)
	if err != nil {
		return nil, classify(err, "list changed processes")
	}
	marks, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Mark])
	return marks, classify(err, "list changed processes")
}

// State is what is stored of a process.
type State struct {
	OCID        string
	Revision    int64
	Looked      int64 // newest batch up to which documents were looked at
	Quarantined bool
	Partition   string // of the record, "" when there is none
	Releases    int
	Date        time.Time // of the newest release
	Content     []byte    // SHA-256 of its mapped content
	Compiled    []byte    // nil when there is no record
	Buyer       string    // id of the party
	Day         *time.Time
}

// States reads what a mapping has stored of processes, by ocid. Unknown ones are
// absent.
func (s *Store) States(ctx context.Context, mapping int16, ocids []string) (map[string]State, error) {
	rows, err := s.pool.Query(ctx, `select ocid, revision, looked, quarantined, coalesce(partition, ''), releases, last_date, content, compiled, buyer, day
		from ocds.record where mapping = $1 and ocid = any($2)`, mapping, ocids)
	if err != nil {
		return nil, classify(err, "read the state of processes")
	}
	states := make(map[string]State, len(ocids))
	var st State
	var date *time.Time
	_, err = pgx.ForEachRow(rows, []any{&st.OCID, &st.Revision, &st.Looked, &st.Quarantined, &st.Partition, &st.Releases, &date, &st.Content, &st.Compiled, &st.Buyer, &st.Day}, func() error {
		if date != nil {
			st.Date = date.UTC()
		}
		states[st.OCID] = st
		st, date = State{}, nil
		return nil
	})
	return states, classify(err, "read the state of processes")
}

// ReleaseIDs reads the ids of the first so many releases of a process, in the
// order of the history.
func (s *Store) ReleaseIDs(ctx context.Context, mapping int16, ocid string, first int) ([]string, error) {
	rows, err := s.pool.Query(ctx, `select release_id from ocds.release where mapping = $1 and ocid = $2 and ordinal <= $3 order by ordinal`, mapping, ocid, int32(first))
	if err != nil {
		return nil, classify(err, "read the releases of %s", ocid)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return ids, classify(err, "read the releases of %s", ocid)
}

// Counts says how many processes have a record, and how many are in quarantine
// without one.
func (s *Store) Counts(ctx context.Context, mapping int16) (transformed, held int64, err error) {
	err = s.pool.QueryRow(ctx, `select coalesce(sum(transformed), 0)::bigint, coalesce(sum(held), 0)::bigint from ocds.process_count where mapping = $1`,
		mapping).Scan(&transformed, &held)
	return transformed, held, classify(err, "count processes")
}

// Releases counts the releases of a batch.
func (s *Store) Releases(ctx context.Context, mapping int16, batch int64) (n int64, err error) {
	err = s.pool.QueryRow(ctx, `select count(*) from ocds.release where mapping = $1 and batch = $2`, mapping, batch).Scan(&n)
	return n, classify(err, "count releases")
}

// classify gives database errors the kind that decides about retries: what a
// restart or a concurrent transaction caused is worth another attempt.
func classify(err error, format string, a ...any) error {
	if err == nil {
		return nil
	}
	if _, known := errors.AsType[*fault.Error](err); known {
		return err
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
	if platformpg.Lost(err) {
		return fault.Wrap(fault.Unavailable, err, "%s: the database cannot be reached", doing)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
