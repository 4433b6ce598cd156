package duckdb_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/kzocds/kzocds/analytics/internal/duckdb"
	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/analytics/snapshot"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
	"github.com/kzocds/kzocds/proto/tables"
)

// benchRows is the number of lots; bids are about 2.2 times, contracts 0.6
// times as many. KZOCDS_BENCH_LOTS sets another number.
func benchRows(b *testing.B) int {
	if text := os.Getenv("KZOCDS_BENCH_LOTS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			b.Fatalf("KZOCDS_BENCH_LOTS is %q, not a number of lots", text)
		}
		return n
	}
	return 1_000_000
}

// The selections of the engine comparison: nothing; two years; five years,
// a region and two methods; a division and two statuses; the largest buyer.
var selections = []struct {
	name    string
	filters analysis.Filters
}{
	{"F0", nil},
	{"F1", analysis.Filters{"publishedYear": {"2023..2024"}}},
	{"F2", analysis.Filters{"publishedYear": {"2020..2024"}, "region": {"75"}, "method": {"openTender", "auction"}}},
	{"F3", analysis.Filters{"class": {"10"}, "lotStatus": {"complete", "350"}}},
	{"F4", analysis.Filters{"buyer": {"KZ-BIN-100000000000"}}},
}

var questions = []struct {
	name  string
	query analysis.Query
}{
	{"tiles", analysis.Query{Measures: []string{"procedures", "lots", "lotsValue", "buyers", "bidders", "priceReduction", "priceReductionShare"}}},
	{"procedures", analysis.Query{Measures: []string{"procedures"}}},
	{"bidders", analysis.Query{Measures: []string{"bidders"}}},
	{"months-by-method", analysis.Query{Measures: []string{"lots", "lotsValue"}, Dimensions: []string{"publishedMonth", "method"}}},
	{"top-buyers", analysis.Query{Measures: []string{"lotsValue", "lots"}, Dimensions: []string{"buyer"}, Limit: 20}},
	{"top-bidders", analysis.Query{Measures: []string{"lotsValue", "lots", "buyers"}, Dimensions: []string{"bidder"}, Limit: 20}},
	{"classes", analysis.Query{Measures: []string{"lotsValue"}, Dimensions: []string{"class"}, Limit: 10}},
	{"regions-by-category", analysis.Query{Measures: []string{"lotsValue"}, Dimensions: []string{"region", "category"}}},
}

func benchEngine(b *testing.B) *duckdb.Engine {
	e := openBench(b)
	b.Cleanup(func() { _ = e.Close() })
	return e
}

// openBench opens the kept file of the world, or builds it.
func openBench(b *testing.B) *duckdb.Engine {
	s := benchSnapshot(b, benchRows(b))
	e, err := duckdb.Open(duckdb.Config{Directory: benchDirectory(s), Threads: 2, MemoryMiB: 4096})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := e.Load(b.Context(), s); err != nil {
		b.Fatal(err)
	}
	return e
}

func benchDirectory(s snapshot.Snapshot) string { return filepath.Join(os.TempDir(), s.ID+"-engine") }

// clients asks the same question by some clients at once, b.N times in all, and
// reports the median and the 95th percentile of the times that clients waited.
func clients(b *testing.B, n int, ask func() error) {
	waited := make([]time.Duration, b.N)
	var next atomic.Int64
	var group sync.WaitGroup
	b.ResetTimer()
	for range n {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(b.N); i = next.Add(1) - 1 {
				began := time.Now()
				if err := ask(); err != nil {
					b.Error(err)
					return
				}
				waited[i] = time.Since(began)
			}
		})
	}
	group.Wait()
	b.StopTimer()
	slices.Sort(waited)
	b.ReportMetric(float64(waited[len(waited)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(waited[len(waited)*95/100].Microseconds())/1000, "p95-ms")
}

// BenchmarkQuery asks every question under every selection, by one client and by
// eight. Nothing is kept between two questions: what the service keeps comes on top.
func BenchmarkQuery(b *testing.B) {
	e := benchEngine(b)
	for _, n := range []int{1, 8} {
		for _, q := range questions {
			for _, sel := range selections {
				q.query.Filters = sel.filters
				p, err := plan.Compile(q.query)
				if err != nil {
					b.Fatal(err)
				}
				b.Run(fmt.Sprintf("%s/%s/clients=%d", q.name, sel.name, n), func(b *testing.B) {
					clients(b, n, func() error {
						_, err := e.Run(b.Context(), p)
						return err
					})
				})
			}
		}
	}
}

// BenchmarkFacets asks for the facets of the main screen.
func BenchmarkFacets(b *testing.B) {
	e := benchEngine(b)
	for _, n := range []int{1, 8} {
		for _, sel := range selections {
			plans := benchFacets(b, sel.filters)
			b.Run(fmt.Sprintf("%s/clients=%d", sel.name, n), func(b *testing.B) {
				clients(b, n, func() error {
					for _, f := range plans {
						if _, err := e.Facet(b.Context(), f); err != nil {
							return err
						}
					}
					return nil
				})
			})
		}
	}
}

func benchFacets(b *testing.B, filters analysis.Filters) []plan.Facet {
	plans, err := plan.CompileFacets(analysis.FacetsQuery{
		Fields: []string{"method", "lotStatus", "category", "class", "region", "buyer", "bidder", "publishedYear"}, Filters: filters, Limit: 50,
	})
	if err != nil {
		b.Fatal(err)
	}
	return plans
}

// BenchmarkCold opens the kept file anew and asks the first question of it.
func BenchmarkCold(b *testing.B) {
	benchEngine(b)
	for _, q := range questions {
		p, err := plan.Compile(q.query)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(q.name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				e := openBench(b)
				b.StartTimer()
				if _, err := e.Run(b.Context(), p); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				// The file of the snapshot stays with the engine that has it for all.
				if err := e.Close(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		})
	}
}

// BenchmarkWorld makes the world that the others ask, where it is not there.
func BenchmarkWorld(b *testing.B) {
	for b.Loop() {
		benchSnapshot(b, benchRows(b))
	}
}

// BenchmarkLoad builds the engine's file from the Parquet parts and reports rows of
// all tables in a second, of time and of processor time, and the greatest memory of
// the process.
func BenchmarkLoad(b *testing.B) {
	s := benchSnapshot(b, benchRows(b))
	rows := int64(0)
	for _, n := range s.Rows {
		rows += n
	}
	b.ResetTimer()
	before := processorTime(b)
	for b.Loop() {
		e, err := duckdb.Open(duckdb.Config{Directory: b.TempDir(), Threads: 2, MemoryMiB: 4096})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := e.Load(context.Background(), s); err != nil {
			b.Fatal(err)
		}
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
	}
	used := processorTime(b) - before
	b.ReportMetric(float64(s.Rows[tables.Lots])*float64(b.N)/b.Elapsed().Seconds(), "lots/s")
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(rows)*float64(b.N)/used.Seconds(), "rows/cpu-s")
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(usage.Maxrss)/1024, "peak-MiB")
}

func processorTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// hostile are questions that cost as much as the limits of a plan allow.
var hostile = []analysis.Query{
	{Measures: []string{"procedures", "lots", "bidders", "buyers"}, Dimensions: []string{"buyer", "class", "publishedDay", "lotStatus"}, Limit: 10_000},
	{Measures: []string{"lotsValue", "buyers", "medianLotValue"}, Dimensions: []string{"bidder", "publishedDay"}, Limit: 10_000},
	{Measures: []string{"lots", "bidders"}, Dimensions: []string{"bidder", "buyer"}, Limit: 10_000},
	{Measures: []string{"contractsValue", "medianContractValue", "suppliers"}, Dimensions: []string{"buyer", "winner", "signedDay"}, Limit: 10_000},
	{Measures: []string{"topTenthValueShare", "supplierConcentration"}, Dimensions: []string{"buyer", "class"}, Limit: 10_000},
}

// BenchmarkHostile lets 100 clients ask what costs most, as many at a time as the
// service lets to the engine, with a small memory limit. It fails when a question
// gets anything but an answer or a refusal as too large, or when the process holds
// more than half as much again as the limit.
func BenchmarkHostile(b *testing.B) {
	const limit, asking, places = 512, 100, 4
	s := benchSnapshot(b, benchRows(b))
	if err := openBench(b).Close(); err != nil { // makes the file where it is not kept
		b.Fatal(err)
	}
	e, err := duckdb.Open(duckdb.Config{Directory: benchDirectory(s), Threads: 2, MemoryMiB: limit})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	if _, err := e.Load(b.Context(), s); err != nil {
		b.Fatal(err)
	}
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o644); err != nil { // the peak begins anew
		b.Fatal(err)
	}
	var refused atomic.Int64
	slots := make(chan struct{}, places)
	for b.Loop() {
		var group sync.WaitGroup
		for client := range asking {
			q := hostile[client%len(hostile)]
			q.Filters = selections[client/len(hostile)%2].filters
			p, err := plan.Compile(q)
			if err != nil {
				b.Fatal(err)
			}
			group.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				switch _, err := e.Run(b.Context(), p); {
				case fault.KindOf(err) == fault.TooLarge:
					refused.Add(1)
				case err != nil:
					b.Error(err)
				}
			})
		}
		group.Wait()
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	peak, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(peak)/1024, "peak-MiB")
	b.ReportMetric(float64(refused.Load())/float64(b.N), "refused")
	if peak/1024 > limit*3/2 {
		b.Errorf("the process held %d MiB with a limit of %d", peak/1024, limit)
	}
}
