package publisher

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

// BenchmarkPublication publishes PUBLISH processes (2,000 without that) of an
// announcement with lots, bids and contracts each, spread over ten years, then a
// change of one process in a thousand, then a single change, and folds. Seconds,
// documents and bytes uploaded and the peak of the heap are told for each. The
// store of the test keeps its objects in files, so that the heap is the
// publisher's alone.
func BenchmarkPublication(b *testing.B) {
	n := 2000
	if text := os.Getenv("PUBLISH"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		f := newFixture(b, withDeltas, func(c *Config) { c.ValidShare = Default().ValidShare })
		f.memory.read = mapped(b)
		f.announcements(n)
		took := f.timed("all", int64(n), func() *workflowv1.SnapshotPlan { return f.planned(false) })
		var stored int64
		must(b, f.pool.QueryRow(b.Context(), `select sum(octet_length(compiled)) + (select sum(octet_length(body)) from ocds.release) from ocds.record`).Scan(&stored))
		b.ReportMetric(float64(stored)/1e6/took.Seconds(), "MB/s")
		f.changed(n, 1000)
		f.timed("0.1%", int64(n), func() *workflowv1.SnapshotPlan { return f.planned(false) })
		f.changed(n, n)
		f.timed("one", int64(n), func() *workflowv1.SnapshotPlan { return f.planned(false) })
		f.timed("fold", int64(n), func() *workflowv1.SnapshotPlan {
			plan, err := f.planCompaction(b.Context())
			must(b, err)
			return plan
		})
	}
}

func (f *fixture) planned(compact bool) *workflowv1.SnapshotPlan {
	plan, err := f.plan(f.t.Context(), 1, compact)
	must(f.t, err)
	return plan
}

// announcements stores processes as the transformer and the consumer do.
func (f *fixture) announcements(n int) {
	raw, err := os.ReadFile("tables/testdata/announcement.json")
	must(f.t, err)
	var compact bytes.Buffer
	must(f.t, json.Compact(&compact, raw))
	var head struct{ OCID string }
	must(f.t, json.Unmarshal(raw, &head))
	template := strings.ReplaceAll(compact.String(), head.OCID, "OCID")
	template = strings.Replace(template, `"tag":["compiled"]`, `"tag":["tender"],"initiationType":"tender"`, 1)
	f.exec(`create table made as select n, 'ocds-kz0000-t' || n as ocid, 'ocds-kz0000-t' || n || '-r' || 0 as id,
		timestamptz '2016-01-15T10:00:00Z' + (n % 120) * interval '1 month' as date,
		replace($1::text, 'OCID', 'ocds-kz0000-t' || n) as body from generate_series(1, $2::int) n`, template, n)
	f.insert(1)
}

// changed gives every step-th process another release.
func (f *fixture) changed(n, step int) {
	f.exec(`create table made as select p.n, p.ocid, p.ocid || '-r' || k.k as id, p.date + k.k * interval '1 day' as date, p.body from (
			select n, 'ocds-kz0000-t' || n as ocid, timestamptz '2026-01-15T10:00:00Z' as date, r.compiled || repeat(' ', 1) as body
			from generate_series($1::int, $2::int, $1::int) n join ocds.record r on r.ocid = 'ocds-kz0000-t' || n) p,
		(select count(distinct batch) as k from ocds.release) k`, step, n)
	f.insert(2)
}

// insert stores what was made.
func (f *fixture) insert(batch int) {
	f.exec(`insert into ocds.release select id, ocid, $1::bigint, date, '{tender}', sha256(convert_to(body, 'UTF8')), body, '1' from made`, batch)
	f.exec(`insert into ocds.record select ocid, 'tender', to_char(date at time zone 'UTC', 'YYYY-MM'), body, sha256(convert_to(body, 'UTF8')), 1, id, $1::bigint from made
		on conflict (ocid) do update set compiled = excluded.compiled, digest = excluded.digest, releases = ocds.record.releases + 1,
			last_release_id = excluded.last_release_id, batch = excluded.batch`, batch)
	f.exec(`insert into publication.release (release_id, ocid, period, digest, date, mapping, batch)
		select id, ocid, to_char(date at time zone 'UTC', 'YYYY-MM'), sha256(convert_to(body, 'UTF8')), date, '1', $1::bigint from made`, batch)
	f.exec(`insert into publication.process (ocid, period, digest, release_id, release_date, batch)
		select ocid, to_char(date at time zone 'UTC', 'YYYY-MM'), sha256(convert_to(body, 'UTF8')), id, date, $1::bigint from made
		on conflict (ocid) do update set digest = excluded.digest, release_id = excluded.release_id, release_date = excluded.release_date,
			batch = excluded.batch, txid = pg_current_xact_id(), position = nextval('publication.position')`, batch)
	f.exec(`drop table made`)
	f.exec(`analyze`)
}

// timed publishes what a plan says, building on two workers, and reports.
func (f *fixture) timed(name string, n int64, plan func() *workflowv1.SnapshotPlan) (took time.Duration) {
	ctx := f.t.Context()
	f.memory.written()
	var peak atomic.Int64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), int64(m.HeapInuse)))
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	began, worked := time.Now(), processorTime()
	p := plan()
	for _, last := range []bool{false, true} {
		var g errgroup.Group
		g.SetLimit(2)
		for _, ref := range p.Build {
			if (ref.Dataset == snapshot.Compiled || ref.Dataset == snapshot.Years) == last {
				g.Go(func() error {
					_, err := f.build(ctx, &workflowv1.BuildInput{SnapshotId: p.SnapshotId, Partition: ref}, func(int64) {})
					return err
				})
			}
		}
		must(f.t, g.Wait())
	}
	p.Build = nil
	f.finish(p)
	took = time.Since(began)
	work := processorTime() - worked
	close(stop)
	<-stopped
	var uploaded int64
	for _, key := range f.memory.written() {
		uploaded += int64(len(f.memory.text(f.t, key)))
	}
	report := f.t.(*testing.B).ReportMetric
	report(took.Seconds(), "s/"+name)
	report(float64(uploaded)/1e6, "MB/"+name)
	report(float64(peak.Load())/1e6, "heapMB/"+name)
	report(work.Seconds(), "cpu-s/"+name)
	f.t.Logf("%s of %d: %.1f s, of the processor %.1f s, %.2f MB uploaded, heap at most %d MB",
		name, n, took.Seconds(), work.Seconds(), float64(uploaded)/1e6, peak.Load()/1e6)
	return took
}

// processorTime is what this process has used: of use where others use the
// machine too. The database's is not in it.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// mapped reads what is uploaded into files and maps them into memory, outside
// the heap.
func mapped(b *testing.B) func(io.Reader) ([]byte, error) {
	dir := b.TempDir()
	return func(r io.Reader) ([]byte, error) {
		f, err := os.CreateTemp(dir, "")
		if err != nil {
			return nil, err
		}
		defer f.Close()
		n, err := io.Copy(f, r)
		if err != nil || n == 0 {
			return nil, err
		}
		return syscall.Mmap(int(f.Fd()), 0, int(n), syscall.PROT_READ, syscall.MAP_SHARED)
	}
}
