package duckdb_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/kzocds/kzocds/analytics/internal/duckdb"
	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/analytics/snapshot"
	"github.com/kzocds/kzocds/proto/analysis"
	"github.com/kzocds/kzocds/proto/tables"
)

// benchRows is the number of lots; bids are about 2.2 times, contracts 0.57
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

// benchSnapshot writes a skewed world once and keeps it among the temporary
// files of the machine.
func benchSnapshot(b *testing.B, lots int) snapshot.Snapshot {
	b.Helper()
	const version = 2 // raise it when the world changes
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("kzocds-bench-analytics-%d-v%d", lots, version))
	s := snapshot.Snapshot{ID: fmt.Sprintf("bench-%d", lots), Parts: map[string][]string{}, Rows: map[string]int64{}}
	for _, t := range tables.All() {
		s.Parts[t] = []string{filepath.Join(dir, t+".parquet")}
	}
	if _, err := os.Stat(dir); err != nil {
		work := dir + ".part"
		if err := os.RemoveAll(work); err != nil {
			b.Fatal(err)
		}
		if err := os.MkdirAll(work, 0o755); err != nil {
			b.Fatal(err)
		}
		writeWorld(b, work, lots)
		if err := os.Rename(work, dir); err != nil {
			b.Fatal(err)
		}
	}
	for _, t := range tables.All() {
		file, err := os.Open(s.Parts[t][0])
		if err != nil {
			b.Fatal(err)
		}
		info, err := file.Stat()
		if err != nil {
			b.Fatal(err)
		}
		p, err := parquet.OpenFile(file, info.Size())
		if err != nil {
			b.Fatal(err)
		}
		s.Rows[t] = p.NumRows()
		file.Close()
	}
	return s
}

type writer[T any] struct {
	b    *testing.B
	file *os.File
	w    *parquet.GenericWriter[T]
	rows []T
}

func newWriter[T any](b *testing.B, dir, table string) *writer[T] {
	file, err := os.Create(filepath.Join(dir, table+".parquet"))
	if err != nil {
		b.Fatal(err)
	}
	return &writer[T]{b: b, file: file, w: parquet.NewGenericWriter[T](file, parquet.Compression(&parquet.Zstd))}
}

func (w *writer[T]) add(row T) {
	if w.rows = append(w.rows, row); len(w.rows) == 10_000 {
		w.flush()
	}
}

func (w *writer[T]) flush() {
	if _, err := w.w.Write(w.rows); err != nil {
		w.b.Fatal(err)
	}
	w.rows = w.rows[:0]
}

func (w *writer[T]) close() {
	w.flush()
	if err := w.w.Close(); err != nil {
		w.b.Fatal(err)
	}
	if err := w.file.Close(); err != nil {
		w.b.Fatal(err)
	}
}

// writeWorld makes lots over ten years with skewed buyers and suppliers.
func writeWorld(b *testing.B, dir string, lots int) {
	r := rand.New(rand.NewPCG(1, 2))
	buyers := rand.NewZipf(r, 1.1, 20, uint64(max(lots/300, 10)))
	suppliers := rand.NewZipf(r, 1.1, 50, uint64(max(lots/80, 10)))
	organisation := func(kind int, n uint64) string { return fmt.Sprintf("KZ-BIN-%d%011d", kind, n) }
	pick := func(weights []int, codes ...string) string {
		n := r.IntN(weights[len(weights)-1])
		for i, w := range weights {
			if n < w {
				return codes[i]
			}
		}
		return codes[len(codes)-1]
	}
	ps, ls := newWriter[tables.Process](b, dir, tables.Processes), newWriter[tables.Lot](b, dir, tables.Lots)
	bs, cs := newWriter[tables.Bid](b, dir, tables.Bids), newWriter[tables.Contract](b, dir, tables.Contracts)
	qs, parties := newWriter[tables.PlanPoint](b, dir, tables.PlanPoints), newWriter[tables.Party](b, dir, tables.Parties)
	xs := newWriter[tables.LotPoint](b, dir, tables.LotPoints)
	made := 0
	for i := 0; made < lots; i++ {
		ocid := fmt.Sprintf("ocds-kz0000-t%d", i)
		method := pick([]int{60, 78, 95, 98, 100}, "requestForQuotations", "openTender", "singleSourceUnsuccessful", "singleSourcePlan", "auction")
		category := pick([]int{60, 85, 100}, "goods", "services", "works")
		day := int32(16_801 + made*3650/lots)
		buyer := buyers.Uint64()
		buyerID, region := organisation(1, buyer), []string{"10", "11", "15", "19", "23", "27", "35", "55", "61", "71", "75", "79"}[buyer%12]
		n := 1 + r.IntN(5)
		ps.add(tables.Process{OCID: ocid, Kind: "tender", MethodDetails: method, Category: category, BuyerID: buyerID, PublishedDay: &day, LastRelease: int64(day) * 86_400_000_000})
		parties.add(tables.Party{OCID: ocid, PartyID: buyerID, Name: "Заказчик " + buyerID, NameKK: "Тапсырыс беруші " + buyerID, Roles: "buyer", Region: region})
		for l := range n {
			made++
			id := strconv.Itoa(made)
			value := int64(1+r.IntN(1_000_000)) * 1000
			lot := tables.Lot{
				OCID: ocid, LotID: id, Status: pick([]int{60, 80, 95, 98, 100}, "complete", "unsuccessful", "350", "220", "cancelled"),
				MethodDetails: method, Competitive: method != "singleSourcePlan" && method != "singleSourceUnsuccessful", Category: category,
				Class: fmt.Sprintf("%02d", 1+r.IntN(60)), BuyerID: buyerID, BuyerRegion: region, PublishedDay: &day, ValueMinor: &value, Currency: "KZT",
			}
			seen := map[uint64]bool{}
			for bid := range r.IntN(6) {
				supplier := suppliers.Uint64()
				if seen[supplier] {
					continue
				}
				seen[supplier] = true
				price := value - int64(r.IntN(200))*value/1000
				tenderer := organisation(2, supplier)
				bs.add(tables.Bid{OCID: ocid, LotID: id, BidID: strconv.Itoa(bid), TendererID: tenderer, TendererName: "Поставщик " + tenderer, Status: "valid", ValueMinor: &price, Currency: "KZT"})
				lot.Bids++
				if lot.WinnerID == "" {
					lot.WinnerID, lot.WinMinor, lot.Awarded = tenderer, &price, true
				}
			}
			lot.Bidders, lot.Points, lot.Buyers = lot.Bids, 1, 1
			ls.add(lot)
			xs.add(tables.LotPoint{OCID: ocid, LotID: id, PointID: "1", PlanRoot: id, BuyerID: buyerID, BuyerRegion: region, Class: lot.Class, ValueMinor: &value, Currency: "KZT"})
			if r.IntN(100) < 57 {
				signed := day + 30
				cs.add(tables.Contract{
					OCID: ocid, ContractID: id, RootID: id, Status: "active", MethodDetails: method, Category: category, Class: lot.Class,
					BuyerID: buyerID, BuyerRegion: region, SupplierID: lot.WinnerID, SignedDay: &signed, ValueMinor: &value, Currency: "KZT",
				})
			}
			if l == 0 {
				plan := fmt.Sprintf("ocds-kz0000-p%d", i)
				ps.add(tables.Process{OCID: plan, Kind: "plan", MethodDetails: method, BuyerID: buyerID})
				qs.add(tables.PlanPoint{OCID: plan, RootID: id, Status: "5", MethodDetails: method, Category: category, Class: lot.Class, BuyerID: buyerID, BuyerRegion: region, Year: 2016 + int32(made*10/lots), Month: 1 + int32(r.IntN(12)), ValueMinor: &value, Currency: "KZT"})
			}
		}
	}
	ps.close()
	ls.close()
	bs.close()
	cs.close()
	qs.close()
	parties.close()
	xs.close()
	for _, table := range tables.All() {
		path := filepath.Join(dir, table+".parquet")
		if _, err := os.Stat(path); err == nil {
			continue
		}
		writeNothing(b, path, tables.Empty()[table])
	}
}

// writeNothing writes a table without rows.
func writeNothing(b *testing.B, path string, row any) {
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := parquet.NewWriter(file, parquet.SchemaOf(row)).Close(); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
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
	e, err := duckdb.Open(duckdb.Config{Directory: filepath.Join(os.TempDir(), s.ID+"-engine"), Threads: 2, MemoryMiB: 4096})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := e.Load(b.Context(), s); err != nil {
		b.Fatal(err)
	}
	return e
}

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
