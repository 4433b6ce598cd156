package transformer

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/transformer/internal/pg"
)

// BenchmarkTransform goes from stored documents to stored releases and records,
// as the workflows do, on one machine with the database: as many shards at once as
// the configuration says. A candidate stores, the current mapping announces as
// well. A process is a small purchase (see purchases); BENCH_PROCESSES says how
// many there are.
func BenchmarkTransform(b *testing.B) {
	processes := 2000
	if text := os.Getenv("BENCH_PROCESSES"); text != "" {
		var err error
		if processes, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	w := newWorld(b)
	w.purchases(processes)
	w.exec(`vacuum analyze source.document`)
	page := func(c *Config) { c.Page = Default().Page }
	for _, c := range []struct {
		name    string
		service *Service
	}{
		{"stored", w.at(func(c *Config) { page(c); c.PortalURL = "https://elsewhere.test" })},
		{"announced", w.at(page)},
	} {
		b.Run(c.name, func(b *testing.B) { w.benchmark(b, c.service, int64(processes)) })
	}
}

func (w *world) benchmark(b *testing.B, s *Service, processes int64) {
	shards := shardsOf(processes)
	var program, database time.Duration
	for b.Loop() {
		b.StopTimer()
		w.empty()
		w.markTenders()
		programBefore, databaseBefore := programTime(b), w.databaseTime()
		b.StartTimer()
		var g errgroup.Group
		g.SetLimit(s.cfg.Shards)
		for shard := range shards {
			g.Go(func() error {
				return s.transformShard(b.Context(), &workflowv1.TransformShardInput{Batch: 1, Shard: shard, Shards: shards}, &workflowv1.TransformProgress{}, func() {})
			})
		}
		if err := g.Wait(); err != nil {
			b.Fatal(err)
		}
		program, database = program+programTime(b)-programBefore, database+w.databaseTime()-databaseBefore
	}
	b.StopTimer()
	if done, held, err := s.store.Counts(b.Context(), s.mapping.ID); err != nil || done != processes || held != 0 {
		b.Fatalf("%d processes transformed, %d held, %v", done, held, err)
	}
	b.ReportMetric(float64(processes)*float64(b.N)/b.Elapsed().Seconds(), "processes/s")
	for name, spent := range map[string]time.Duration{"program": program, "database": database} {
		b.ReportMetric(float64(spent.Microseconds())/1000/float64(processes)/float64(b.N), name+"-ms/process")
	}
	b.ReportMetric(2*float64(processes)*float64(b.N)/(program+database).Seconds(), "processes/s-of-2-cores")
	b.ReportMetric(highWater(b), "MiB-high")
}

// programTime is the processor time of this program.
func programTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// databaseTime is the processor time of the database server, whose processes are
// on this machine: those that run, and those that have ended.
func (w *world) databaseTime() time.Duration {
	w.t.Helper()
	var backend int
	if err := w.pool.QueryRow(w.t.Context(), `select pg_backend_pid()`).Scan(&backend); err != nil {
		w.t.Fatal(err)
	}
	server, _ := processTimes(w.t, backend)
	_, sum := processTimes(w.t, server)
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		w.t.Fatal(err)
	}
	for _, path := range all {
		pid, _ := strconv.Atoi(filepath.Base(path))
		if parent, spent := processTimes(w.t, pid); parent == server {
			sum += spent
		}
	}
	return sum
}

// processTimes reads the parent of a process and its processor time with that of
// its children that have ended; zero for a process that has ended itself.
func processTimes(t testing.TB, pid int) (parent int, spent time.Duration) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0
	}
	const tick = 10 * time.Millisecond // of Linux for programs
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	number := func(i int) int {
		n, err := strconv.Atoi(fields[i])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return number(1), time.Duration(number(11)+number(12)+number(13)+number(14)) * tick
}

// highWater is the most memory that this program has had resident.
func highWater(b *testing.B) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	var kib float64
	for line := range strings.Lines(string(text)) {
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kib); n == 1 {
			break
		}
	}
	return kib / 1024
}

// markTenders notes the announcements as changed.
func (w *world) markTenders() {
	w.t.Helper()
	rows, err := w.pool.Query(w.t.Context(), `select process_key, 1::bigint from source.document where entity = 'trd_buy'`)
	if err != nil {
		w.t.Fatal(err)
	}
	marks, err := pgx.CollectRows(rows, pgx.RowToStructByPos[pg.Mark])
	if err != nil {
		w.t.Fatal(err)
	}
	for part := range slices.Chunk(marks, 10_000) {
		if err := w.service.store.Mark(w.t.Context(), part); err != nil {
			w.t.Fatal(err)
		}
	}
}
