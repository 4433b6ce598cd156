package pg

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kzocds/kzocds/platform/fault"
	platformpg "github.com/kzocds/kzocds/platform/pg"
	"github.com/kzocds/kzocds/platform/pg/pgtest"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

func open(t testing.TB) (*Store, *pgxpool.Pool) {
	t.Helper()
	pool := pgtest.New(t)
	if err := platformpg.Migrate(t.Context(), pool, "publication", os.DirFS("../../migrations")); err != nil {
		t.Fatal(err)
	}
	views, err := os.ReadFile("../../testdata/ocds.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), string(views)); err != nil {
		t.Fatal(err)
	}
	return New(pool, func([][]byte) ([]byte, error) { return nil, nil }), pool
}

// change is version v of process n; its record stays in June.
func change(n, v int) Change {
	date := time.Date(2026, time.Month(6+v), 1+n, 0, 0, 0, 0, time.UTC)
	record, release := sha256.Sum256(fmt.Appendf(nil, "record %d %d", n, v)), sha256.Sum256(fmt.Appendf(nil, "release %d %d", n, v))
	return Change{
		OCID: fmt.Sprintf("ocds-x-t%d", n), Batch: int64(v + 1), RecordPeriod: "2026-06", RecordDigest: record[:],
		ReleaseID: fmt.Sprintf("ocds-x-t%d-r%d", n, v), ReleaseDate: date, ReleasePeriod: snapshot.Period(date), ReleaseDigest: release[:], Mapping: "1",
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func partitionsOf(t *testing.T, s *Store) []snapshot.Partition {
	t.Helper()
	c, err := s.Content(t.Context())
	must(t, err)
	return c.Partitions
}

func TestChangesMayComeTwiceAndInAnyOrder(t *testing.T) {
	t.Parallel()
	var want []snapshot.Partition
	for i, order := range [][]Change{
		{change(1, 0), change(1, 1), change(2, 0), change(1, 2)},
		{change(1, 2), change(2, 0), change(2, 0), change(1, 0), change(1, 1), change(1, 2)},
		{change(2, 0), change(1, 1), change(1, 2), change(1, 0), change(1, 0)},
	} {
		s, _ := open(t)
		for _, c := range order {
			must(t, s.Apply(t.Context(), c))
		}
		got := partitionsOf(t, s)
		if i == 0 {
			want = got
			if len(got) != 4 { // records of June; releases of June, July, August
				t.Fatalf("partitions %+v", got)
			}
			continue
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("order %d gives\n%v\nwant\n%v", i, got, want)
		}
	}
}

// Another publisher's release may come a batch after newer ones.
func TestALateReleaseChangesTheRecordThatItIsMergedInto(t *testing.T) {
	t.Parallel()
	newer, late := change(1, 1), change(1, 0)
	newer.Batch, late.Batch = 1, 2
	for _, order := range [][]Change{{newer, late}, {late, newer}, {newer, late, newer}} {
		s, pool := open(t)
		for _, c := range order {
			must(t, s.Apply(t.Context(), c))
		}
		var digest []byte
		must(t, pool.QueryRow(t.Context(), `select digest from publication.process where ocid = $1`, late.OCID).Scan(&digest))
		if !slices.Equal(digest, late.RecordDigest) {
			t.Errorf("the record is not that of the newest batch")
		}
	}
}

func TestPartitionsFollowChanges(t *testing.T) {
	t.Parallel()
	s, pool := open(t)
	must(t, s.Apply(t.Context(), change(1, 0), change(2, 0)))
	before := partitionsOf(t, s)
	if got := partitionsOf(t, s); fmt.Sprint(got) != fmt.Sprint(before) {
		t.Errorf("without a change %v", got)
	}
	must(t, s.Apply(t.Context(), change(2, 1)))
	after := partitionsOf(t, s)
	if len(after) != 3 || after[0].Digest == before[0].Digest || after[1].Digest != before[1].Digest || after[2].Period != "2026-07" {
		t.Errorf("after a change %v", after)
	}
	if after[0].Items != 2 || !slices.Equal(after[2].Mappings, []string{"1"}) || !after[2].First.Equal(change(2, 1).ReleaseDate) {
		t.Errorf("after a change %+v", after)
	}

	// A record that moves leaves its month.
	moved := change(2, 2)
	moved.RecordPeriod = "2026-05"
	must(t, s.Apply(t.Context(), moved))
	got := partitionsOf(t, s)
	if got[0].Period != "2026-05" || got[0].Items != 1 || got[1].Items != 1 {
		t.Errorf("after a move %v", got)
	}
	var fresh []snapshot.Partition
	if _, err := pool.Exec(t.Context(), `delete from publication.partition; update publication.watermark set txid = '0'`); err != nil {
		t.Fatal(err)
	}
	if fresh = partitionsOf(t, s); fmt.Sprint(fresh) != fmt.Sprint(got) {
		t.Errorf("computed anew %v, want %v", fresh, got)
	}
}

// A transaction that began before the digests were computed and commits after
// them must not be forgotten.
func TestALateCommitEntersTheNextDigest(t *testing.T) {
	t.Parallel()
	s, pool := open(t)
	must(t, s.Apply(t.Context(), change(1, 0)))
	late, err := pool.Begin(t.Context())
	must(t, err)
	defer late.Rollback(context.WithoutCancel(t.Context()))
	insert(t, late, 2)
	must(t, s.Apply(t.Context(), change(3, 0)))
	if _, settled, err := s.content(t.Context()); settled || err != nil {
		t.Fatalf("the content is cut while an older transaction may still add to it (%v)", err)
	}
	must(t, late.Commit(t.Context()))
	if got := partitionsOf(t, s); got[0].Items != 3 {
		t.Errorf("after the commit %v", got)
	}
}

// insert puts process n in within a transaction that the test controls.
func insert(t *testing.T, tx pgx.Tx, n int) {
	t.Helper()
	c := change(n, 0)
	_, err := tx.Exec(t.Context(), `insert into publication.release (release_id, ocid, period, digest, date, mapping, batch) values ($1, $2, $3, $4, $5, '1', 1)`,
		c.ReleaseID, c.OCID, c.ReleasePeriod, c.ReleaseDigest, c.ReleaseDate)
	must(t, err)
	_, err = tx.Exec(t.Context(), `insert into publication.process (ocid, period, digest, release_id, release_date, batch) values ($1, $2, $3, $4, $5, 1)`,
		c.OCID, c.RecordPeriod, c.RecordDigest, c.ReleaseID, c.ReleaseDate)
	must(t, err)
}

// The feed shows rows in commit order: a row of a transaction that is still
// running holds back those after it, so that no follower passes it by.
func TestTheFeedIsSafeWhenTransactionsCommitOutOfOrder(t *testing.T) {
	t.Parallel()
	s, pool := open(t)
	begin := func(n int) pgx.Tx {
		tx, err := pool.Begin(t.Context())
		must(t, err)
		t.Cleanup(func() { tx.Rollback(context.WithoutCancel(t.Context())) })
		insert(t, tx, n)
		return tx
	}
	first, second, third := begin(1), begin(2), begin(3)

	var seen, records []string
	after, afterRecords := Position{}, Position{}
	read := func() {
		t.Helper()
		items, err := s.ReleaseFeed(t.Context(), after, time.Time{}, 1)
		must(t, err)
		for len(items) > 0 {
			seen, after = append(seen, items[0].Doc.OCID), items[0].At
			items, err = s.ReleaseFeed(t.Context(), after, time.Time{}, 1)
			must(t, err)
		}
		changed, err := s.RecordFeed(t.Context(), afterRecords, time.Time{}, 10)
		must(t, err)
		for _, c := range changed {
			records, afterRecords = append(records, c.Doc.OCID), c.At
		}
	}
	steps := []struct {
		commit pgx.Tx
		want   []string
	}{
		{third, nil}, // two older ones are still running
		{first, []string{"ocds-x-t1"}},
		{second, []string{"ocds-x-t1", "ocds-x-t2", "ocds-x-t3"}},
	}
	for i, step := range steps {
		must(t, step.commit.Commit(t.Context()))
		read()
		eventually(t, fmt.Sprintf("step %d: a follower has not seen all of %v", i, step.want), func() bool {
			read()
			return len(seen) >= len(step.want) && len(records) >= len(step.want)
		})
		if !slices.Equal(seen, step.want) || !slices.Equal(records, step.want) {
			t.Errorf("step %d: a follower has seen releases %v and records %v, want %v", i, seen, records, step.want)
		}
	}
}

// eventually polls until f holds. Transactions of other databases on the same
// server hold the feed back too, as long as they run.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !f(); {
		if time.Now().After(deadline) {
			t.Fatal(what)
		}
	}
}

func TestSinceLeavesOutOlderReleases(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	must(t, s.Apply(t.Context(), change(1, 0), change(1, 1)))
	var items []Item[Release]
	eventually(t, "no releases", func() bool {
		var err error
		items, err = s.ReleaseFeed(t.Context(), Position{}, change(1, 1).ReleaseDate, 10)
		must(t, err)
		return len(items) > 0
	})
	if len(items) != 1 || items[0].Doc.ID != change(1, 1).ReleaseID {
		t.Errorf("items %+v", items)
	}
}

// A dump of an old server restored into a young one has rows of its future.
func TestRowsOfAnOlderServerAreCaughtUpWith(t *testing.T) {
	t.Parallel()
	s, pool := open(t)
	must(t, s.Apply(t.Context(), change(1, 0)))
	var last uint64
	must(t, pool.QueryRow(t.Context(), `update publication.release set txid = (pg_current_xact_id()::text::bigint + 30000)::text::xid8
		returning txid::text`).Scan(uintText{&last}))
	c, err := s.Content(t.Context())
	must(t, err)
	if uint64(c.Mark) != last+1 || len(c.Partitions) != 2 {
		t.Errorf("content %+v, last row %d", c, last)
	}
	must(t, s.Apply(t.Context(), change(2, 0)))
	items, err := s.ReleaseFeed(t.Context(), Position{Txid: Mark(last), Position: 1 << 40}, time.Time{}, 10)
	must(t, err)
	for len(items) == 0 { // transactions of other tests on the server hold the feed back
		items, err = s.ReleaseFeed(t.Context(), Position{Txid: Mark(last), Position: 1 << 40}, time.Time{}, 10)
		must(t, err)
	}
	if len(items) != 1 || items[0].Doc.ID != change(2, 0).ReleaseID {
		t.Errorf("the feed goes on with %+v", items)
	}
}

func TestABrokenConnectionIsUnavailable(t *testing.T) {
	t.Parallel()
	s, pool := open(t)
	for n := range 200 {
		must(t, s.Apply(t.Context(), change(n, 0)))
	}
	broken := New(pgtest.Breaking(t, pool, 12_000), nil)
	var kinds []fault.Kind
	for range 3 {
		_, err := broken.Content(t.Context())
		if err == nil {
			_, err = broken.ReleaseFeed(t.Context(), Position{}, time.Time{}, 1000)
		}
		kinds = append(kinds, fault.KindOf(err))
	}
	if !slices.Equal(kinds, []fault.Kind{fault.Unavailable, fault.Unavailable, fault.Unavailable}) {
		t.Errorf("kinds %q", kinds)
	}
}

func TestPartsAreKeptWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	unit := snapshot.Digest(sha256.Sum256([]byte("unit")))
	parts := []snapshot.Part{{Dataset: "records", Name: "a", Key: "k", Bytes: 1, Rows: 2, SHA256: unit}, {Dataset: "tables", Table: "lots", Name: "b", Key: "l", Sums: []byte{7}}}
	must(t, s.SaveParts(t.Context(), unit, parts, []Finding{{OCID: "x", Rule: "r", Severity: "error", Message: "m"}}))
	must(t, s.SaveParts(t.Context(), unit, parts, []Finding{{OCID: "x", Rule: "r", Severity: "error", Message: "m"}}))
	got, err := s.Parts(t.Context(), unit)
	must(t, err)
	sums, err := s.Sums(t.Context(), []string{"k", "l", "unknown"})
	must(t, err)
	if len(sums) != 1 || string(sums["l"]) != "\x07" {
		t.Errorf("sums %v", sums)
	}
	parts[1].Sums = nil // only read where they are asked for
	if fmt.Sprint(got) != fmt.Sprint(parts) {
		t.Errorf("parts %v, want %v", got, parts)
	}
	units := []snapshot.Unit{{Key: unit}}
	if _, n, err := s.Findings(t.Context(), "r", units, 5); err != nil || n != 1 {
		t.Errorf("%d findings, %v", n, err)
	}
	must(t, s.Forget(t.Context(), unit))
	got, err = s.Parts(t.Context(), unit)
	if err != nil || len(got) != 0 {
		t.Errorf("forgotten, but %v (%v)", got, err)
	}
	if _, n, err := s.Findings(t.Context(), "r", units, 5); err != nil || n != 0 {
		t.Errorf("forgotten, but %d findings (%v)", n, err)
	}
}

func TestWhatIsNotThereYetIsUnavailable(t *testing.T) {
	t.Parallel()
	s, pool := open(t)
	_, err := pool.Exec(t.Context(), `drop schema ocds cascade`)
	must(t, err)
	_, err = s.Record(t.Context(), "x")
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a missing schema is %v", err)
	}
	if _, err := s.Snapshot(t.Context(), "x"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an unknown snapshot is %v", err)
	}
}

func BenchmarkApply(b *testing.B) {
	for _, size := range []int{1, 64} {
		b.Run(fmt.Sprintf("%d a transaction", size), func(b *testing.B) {
			s, _ := open(b)
			n := 0
			for b.Loop() {
				changes := make([]Change, size)
				for i := range changes {
					changes[i] = change(n, 0)
					n++
				}
				must(b, s.Apply(b.Context(), changes...))
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "changes/s")
		})
	}
}
