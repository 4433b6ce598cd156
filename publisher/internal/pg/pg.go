// Package pg keeps the publisher's knowledge in schema publication of
// PostgreSQL and reads the documents of the other stages through their views
// (ocds.release_v1, ocds.record_v1 and so on).
package pg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kzocds/kzocds/platform/fault"
	platformpg "github.com/kzocds/kzocds/platform/pg"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

// Store is the publisher's database.
type Store struct {
	pool    *pgxpool.Pool
	compile Compile
}

// Compile merges the releases of one process, oldest first.
type Compile func(releases [][]byte) (compiled []byte, err error)

// New makes a store on a pool. The schema is brought up by migrations.
func New(pool *pgxpool.Pool, compile Compile) *Store { return &Store{pool, compile} }

// Change is a new release of a process, as the transformer announced it, or
// what is published no more.
type Change struct {
	OCID          string
	Batch         int64
	Generation    int64 // of the mapping; a later one counts whatever its dates are
	RecordPeriod  string
	RecordDigest  []byte
	ReleaseID     string // "" when the process is published no more
	ReleaseDate   time.Time
	ReleasePeriod string
	ReleaseDigest []byte
	Mapping       string
	Withdrawn     []string // releases that are published no more
}

// Apply takes changes in, in one transaction. A change that is known already,
// or older than what is known, alters nothing; changes may come in any order.
func (s *Store) Apply(ctx context.Context, changes ...Change) error {
	var b pgx.Batch
	for _, c := range changes {
		if len(c.Withdrawn) > 0 {
			b.Queue(`update publication.partition set digest = null where dataset = 'releases' and period in
				(select period from publication.release where release_id = any($1) and not removed)`, c.Withdrawn)
			b.Queue(`update publication.release set removed = true, generation = $2 where release_id = any($1) and generation < $2`, c.Withdrawn, c.Generation)
			b.Queue(`insert into publication.removal (ocid, release_id, generation, reason, at)
				select $1, w, $3, 'another mapping', now() from unnest($2::text[]) w
				where not exists (select from publication.removal where ocid = $1 and release_id = w and generation = $3)`, c.OCID, c.Withdrawn, c.Generation)
		}
		if c.ReleaseID == "" {
			b.Queue(`insert into publication.removal (ocid, generation, reason, at)
				select $1, $2, 'another mapping', now() from publication.process where ocid = $1 and generation < $2 and not removed`, c.OCID, c.Generation)
			b.Queue(`with gone as (update publication.process set removed = true, generation = $2, txid = pg_current_xact_id(), position = nextval('publication.position')
					where ocid = $1 and generation < $2 returning period)
				update publication.partition set digest = null where dataset = 'records' and period in (select period from gone)`, c.OCID, c.Generation)
			continue
		}
		// A release never changes, but may be withdrawn and come back.
		b.Queue(`insert into publication.release as o (release_id, ocid, period, digest, date, mapping, batch, generation, removed)
			values ($1, $2, $3, $4, $5, $6, $7, $8,
				exists (select from publication.process where ocid = $2 and withdrawn)
				or exists (select from publication.removal where ocid = $2 and release_id = $1 and generation > $8))
			on conflict (release_id) do update set removed = false, generation = excluded.generation,
				txid = pg_current_xact_id(), position = nextval('publication.position')
			where o.removed and o.generation < excluded.generation and not excluded.removed`,
			c.ReleaseID, c.OCID, c.ReleasePeriod, c.ReleaseDigest, c.ReleaseDate, c.Mapping, c.Batch, c.Generation)
		// A record stays in the month of its first release; should it move all the
		// same, the month it leaves is computed again. The batch says which change is
		// the newer: releases of other publishers may come after newer ones.
		b.Queue(`with moved as (
				update publication.partition p set digest = null from publication.process o
				where o.ocid = $1 and o.period <> $2 and p.dataset = 'records' and p.period = o.period
			)
			insert into publication.process as o (ocid, period, digest, release_id, release_date, batch, generation)
			values ($1, $2, $3, $4, $5, $6, $7)
			on conflict (ocid) do update set period = excluded.period, digest = excluded.digest,
				release_id = excluded.release_id, release_date = excluded.release_date, batch = excluded.batch,
				generation = excluded.generation, removed = o.withdrawn,
				txid = pg_current_xact_id(), position = nextval('publication.position')
			where (o.generation, o.batch, o.release_date) < (excluded.generation, excluded.batch, excluded.release_date)`,
			c.OCID, c.RecordPeriod, c.RecordDigest, c.ReleaseID, c.ReleaseDate, c.Batch, c.Generation)
	}
	return classify(pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		return tx.SendBatch(ctx, &b).Close()
	}))
}

// Content is everything that was committed before a mark: a prefix of the commit
// order, by partition.
type Content struct {
	Mark       Mark
	Partitions []snapshot.Partition
	Withdrawn  int64 // processes that an operator withdrew
}

// Mark is a 64-bit transaction id: what has a smaller one came before it.
type Mark = snapshot.Mark

// settling bounds how long Content waits for transactions that began before the
// last row was committed.
const settling = 20 * time.Second

// Content brings the digests of all partitions up to date and returns them. Only
// months with a row behind the watermark are read. It waits until every
// transaction that could still commit before the mark has ended.
func (s *Store) Content(ctx context.Context) (Content, error) {
	deadline := time.Now().Add(settling)
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		c, settled, err := s.content(ctx)
		if errors.Is(err, errOtherServer) {
			deadline = time.Now().Add(settling)
			err = s.countUp(ctx, uint64(c.Mark))
		}
		if err != nil || settled {
			return c, err
		}
		if time.Now().After(deadline) {
			return c, fault.New(fault.Unavailable, "a transaction that began before the last change still runs after %s", settling).
				Do("nothing to do by hand: it is tried again; if this stays, look for the oldest transaction in pg_stat_activity")
		}
		select {
		case <-ctx.Done():
			return c, ctx.Err()
		case <-time.After(wait):
		}
	}
}

func (s *Store) content(ctx context.Context) (c Content, settled bool, err error) {
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		var last, oldest, next uint64
		if err := tx.QueryRow(ctx, `select greatest(
				(select txid from publication.release order by txid desc limit 1),
				(select txid from publication.process order by txid desc limit 1),
				(select txid from publication.removal order by txid desc limit 1), '0')::text,
			pg_snapshot_xmin(pg_current_snapshot())::text, pg_snapshot_xmax(pg_current_snapshot())::text`).
			Scan(uintText{&last}, uintText{&oldest}, uintText{&next}); err != nil {
			return err
		}
		c.Mark = Mark(last + 1)
		if last >= next {
			return errOtherServer
		}
		if settled = uint64(c.Mark) <= oldest; !settled {
			return nil
		}
		// One planner at a time; a second one fails to serialise and is retried.
		var seen string
		if err := tx.QueryRow(ctx, `select txid::text from publication.watermark for update`).Scan(&seen); err != nil {
			return err
		}
		stale, err := stalePartitions(ctx, tx, seen)
		if err != nil {
			return err
		}
		for _, p := range stale {
			if err := digestPartition(ctx, tx, &p); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `insert into publication.partition (dataset, period, digest, items, mappings, first, last)
				values ($1, $2, $3, $4, $5, $6, $7)
				on conflict (dataset, period) do update set digest = excluded.digest, items = excluded.items,
					mappings = excluded.mappings, first = excluded.first, last = excluded.last`,
				p.Dataset, p.Period, p.Digest[:], p.Items, orEmpty(p.Mappings), orNull(p.First), orNull(p.Last)); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `update publication.watermark set txid = $1::text::xid8`, c.Mark.String()); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `select count(*) from publication.process where withdrawn`).Scan(&c.Withdrawn); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select dataset, period, digest, items, mappings, first, last
			from publication.partition where items > 0 order by dataset, period`)
		if err != nil {
			return err
		}
		c.Partitions, err = pgx.CollectRows(rows, scanPartition)
		return err
	})
	return c, settled, classify(err)
}

// errOtherServer: rows have transaction ids that this server has not given yet.
var errOtherServer = errors.New("the database comes from another server")

// countUp has the server give transaction ids up to one, some at a time. A database
// that was dumped from a server and restored into a younger one has rows of its
// future: their order and all cursors stay as they are once the younger one has
// counted as far. It takes some seconds for a million.
func (s *Store) countUp(ctx context.Context, id uint64) error {
	_, err := s.pool.Exec(ctx, fmt.Sprintf(`do $$ begin
		for i in 1..%d loop
			exit when pg_current_xact_id() >= '%d'::xid8;
			commit;
		end loop;
	end $$`, countedAtOnce, id))
	return classify(err)
}

// countedAtOnce bounds one statement of countUp.
const countedAtOnce = 200_000

// uintText scans a decimal text.
type uintText struct{ n *uint64 }

// ScanText implements pgtype.TextScanner.
func (u uintText) ScanText(v pgtype.Text) (err error) {
	*u.n, err = strconv.ParseUint(v.String, 10, 64)
	return err
}

func stalePartitions(ctx context.Context, tx pgx.Tx, mark string) ([]snapshot.Partition, error) {
	rows, err := tx.Query(ctx, `
		select 'records', period from publication.process where txid >= $1::text::xid8
		union select 'releases', period from publication.release where txid >= $1::text::xid8
		union select dataset, period from publication.partition where digest is null
		order by 1, 2`, mark)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (p snapshot.Partition, err error) {
		err = r.Scan(&p.Dataset, &p.Period)
		return p, err
	})
}

func digestPartition(ctx context.Context, tx pgx.Tx, p *snapshot.Partition) error {
	query := `select ocid, digest from publication.process where period = $1 and not removed order by ocid`
	if p.Dataset == snapshot.Releases {
		query = `select release_id, digest from publication.release where period = $1 and not removed order by release_id`
		if err := tx.QueryRow(ctx, `select coalesce(array_agg(distinct mapping order by mapping), '{}'), min(date), max(date)
			from publication.release where period = $1 and not removed`, p.Period).Scan(&p.Mappings, nullTime{&p.First}, nullTime{&p.Last}); err != nil {
			return err
		}
	}
	rows, err := tx.Query(ctx, query, p.Period)
	if err != nil {
		return err
	}
	set := snapshot.NewSet()
	var id string
	var digest []byte
	if _, err := pgx.ForEachRow(rows, []any{&id, &digest}, func() error { return set.Add(id, digest) }); err != nil {
		return err
	}
	p.Digest, p.Items = set.Sum()
	return nil
}

func scanPartition(r pgx.CollectableRow) (p snapshot.Partition, err error) {
	var digest []byte
	if err := r.Scan(&p.Dataset, &p.Period, &digest, &p.Items, &p.Mappings, nullTime{&p.First}, nullTime{&p.Last}); err != nil {
		return p, err
	}
	p.Digest, err = snapshot.DigestOf(digest)
	return p, err
}

// Parts lists the objects that a unit made, none when it has not been built.
func (s *Store) Parts(ctx context.Context, unit snapshot.Digest) ([]snapshot.Part, error) {
	rows, err := s.pool.Query(ctx, `select dataset, tbl, period, name, key, media_type, bytes, rows, sha256
		from publication.part where unit = $1 order by name`, unit[:])
	if err != nil {
		return nil, classify(err)
	}
	parts, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (p snapshot.Part, err error) {
		var sum []byte
		if err := r.Scan(&p.Dataset, &p.Table, &p.Period, &p.Name, &p.Key, &p.MediaType, &p.Bytes, &p.Rows, &sum); err != nil {
			return p, err
		}
		p.SHA256, err = snapshot.DigestOf(sum)
		return p, err
	})
	return parts, classify(err)
}

// Sums gives what the rows of tables added up to when they were built, by the
// keys of the objects.
func (s *Store) Sums(ctx context.Context, keys []string) (map[string][]byte, error) {
	rows, err := s.pool.Query(ctx, `select key, sums from publication.part where key = any($1) and sums is not null`, keys)
	if err != nil {
		return nil, classify(err)
	}
	found := map[string][]byte{}
	var key string
	var sums []byte
	_, err = pgx.ForEachRow(rows, []any{&key, &sums}, func() error {
		found[key] = bytes.Clone(sums)
		return nil
	})
	return found, classify(err)
}

// Finding is something about a process that was found while it was built.
type Finding struct {
	OCID, Rule, Severity, Pointer, Message string
}

// SaveParts remembers everything that a unit made, in one transaction: a unit is
// built or it is not.
func (s *Store) SaveParts(ctx context.Context, unit snapshot.Digest, parts []snapshot.Part, findings []Finding) error {
	return classify(pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := forget(ctx, tx, unit); err != nil {
			return err
		}
		for _, p := range parts {
			if _, err := tx.Exec(ctx, `insert into publication.part
				(unit, dataset, tbl, period, name, key, media_type, bytes, rows, sha256, sums)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
				unit[:], p.Dataset, p.Table, p.Period, p.Name, p.Key, p.MediaType, p.Bytes, p.Rows, p.SHA256[:], p.Sums); err != nil {
				return err
			}
		}
		_, err := tx.CopyFrom(ctx, pgx.Identifier{"publication", "finding"},
			[]string{"unit", "ocid", "rule", "severity", "pointer", "message"},
			pgx.CopyFromSlice(len(findings), func(i int) ([]any, error) {
				f := findings[i]
				return []any{unit[:], f.OCID, f.Rule, f.Severity, f.Pointer, f.Message}, nil
			}))
		return err
	}))
}

// Forget drops what is known of a unit, so that it is built again.
func (s *Store) Forget(ctx context.Context, unit snapshot.Digest) error {
	return classify(pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return forget(ctx, tx, unit) }))
}

func forget(ctx context.Context, tx pgx.Tx, unit snapshot.Digest) error {
	if _, err := tx.Exec(ctx, `delete from publication.part where unit = $1`, unit[:]); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from publication.finding where unit = $1`, unit[:])
	return err
}

// Findings lists at most limit findings of a rule in the given units, and how
// many there are.
func (s *Store) Findings(ctx context.Context, rule string, units []snapshot.Unit, limit int) (found []Finding, total int64, err error) {
	keys := make([][]byte, len(units))
	for i := range units {
		keys[i] = units[i].Key[:]
	}
	if err := s.pool.QueryRow(ctx, `select count(*) from publication.finding where unit = any($1) and rule = $2`, keys, rule).Scan(&total); err != nil {
		return nil, 0, classify(err)
	}
	rows, err := s.pool.Query(ctx, `select ocid, rule, severity, pointer, message from publication.finding
		where unit = any($1) and rule = $2 order by ocid, pointer limit $3`, keys, rule, limit)
	if err != nil {
		return nil, 0, classify(err)
	}
	found, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Finding])
	return found, total, classify(err)
}

// Unstored lists at most limit processes that the source named and of which the
// extractor could store no document: all that they had is in its quarantine.
func (s *Store) Unstored(ctx context.Context, limit int) ([]string, error) {
	return collect(ctx, s, pgx.RowTo[string], `select process_key from source.quarantine_v1 where resolved is null and process_key <> ''
		except select process_key from source.document_v1 order by 1 limit $1`, limit)
}

// Untransformed lists at most limit processes that have stored documents, and
// neither a record nor a place in quarantine. The ocid is the key of the process
// behind the prefix, or the key where others gave it.
func (s *Store) Untransformed(ctx context.Context, limit int) ([]string, error) {
	return collect(ctx, s, pgx.RowTo[string], `select process_key from source.document_v1 where process_key <> ''
		except select regexp_replace(ocid, '^ocds-[^-]*-', '') from ocds.record_v1
		except select ocid from ocds.record_v1
		except select process_key from ocds.quarantine_v1 where held order by 1 limit $1`, limit)
}

// Unpublished lists at most limit processes whose record of the transformer is
// not the one known here: what the publisher has not heard of, or no longer
// exists there.
func (s *Store) Unpublished(ctx context.Context, limit int) ([]string, error) {
	rows, err := s.pool.Query(ctx, `select coalesce(r.ocid, p.ocid)
		from ocds.record_v1 r full join publication.process p on p.ocid = r.ocid
		where r.digest is distinct from p.digest order by 1 limit $1`, limit)
	if err != nil {
		return nil, classify(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return ids, classify(err)
}

// classify gives database errors the kind that decides about retries: what a
// restart or a concurrent transaction caused is worth another attempt.
func classify(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case e.Code == "42P01" || e.Code == "3F000":
			return fault.Wrap(fault.Unavailable, err, "a stage before publication has not prepared its part of the database yet").
				Do("start the service that owns the schema named in the log")
		case e.Code[:2] == "40" || e.Code[:2] == "53" || e.Code[:2] == "57" || e.Code[:2] == "08":
			return fault.Wrap(fault.Unavailable, err, "the database is busy or restarting")
		}
		return fmt.Errorf("database: %w", err)
	}
	if platformpg.Lost(err) {
		return fault.Wrap(fault.Unavailable, err, "the database cannot be reached").After(time.Second)
	}
	return err
}

// nullTime scans null as the zero time.
type nullTime struct{ t *time.Time }

// ScanTimestamptz implements pgtype.TimestamptzScanner.
func (n nullTime) ScanTimestamptz(v pgtype.Timestamptz) error {
	*n.t = time.Time{}
	if v.Valid {
		*n.t = v.Time.UTC()
	}
	return nil
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
