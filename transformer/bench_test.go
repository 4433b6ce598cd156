package transformer

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/kzocds/kzocds/platform/pg/pgtest"
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
		programBefore, databaseBefore := pgtest.ProcessorTime(b, w.pool)
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
		programAfter, databaseAfter := pgtest.ProcessorTime(b, w.pool)
		program, database = program+programAfter-programBefore, database+databaseAfter-databaseBefore
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
