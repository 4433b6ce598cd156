package enginetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/kzocds/kzocds/analytics"
	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
	"github.com/kzocds/kzocds/proto/tables"
)

// Run holds an engine to the port's contract. open opens an engine over a
// directory.
func Run(t *testing.T, open func(t *testing.T, dir string) analytics.Engine) {
	t.Run("figures checked by hand and traps of the reference system", func(t *testing.T) { traps(t, open) })
	t.Run("answers of random plans equal the definitions", func(t *testing.T) { differential(t, open) })
	t.Run("every measure by every dimension equals the definitions", func(t *testing.T) { everyPair(t, open) })
	t.Run("comparisons of periods equal the definitions", func(t *testing.T) { comparisons(t, open) })
	t.Run("facets equal the definitions", func(t *testing.T) { facets(t, open) })
	t.Run("parts add up to totals", func(t *testing.T) { partsAddUp(t, open) })
	t.Run("an unrelated row changes nothing", func(t *testing.T) { unrelated(t, open) })
	t.Run("the rows of a figure are what it counts", func(t *testing.T) { rowsBehind(t, open) })
	t.Run("pages of rows are one list", func(t *testing.T) { pages(t, open) })
	t.Run("a scan gives the rows of one snapshot", func(t *testing.T) { scans(t, open) })
	t.Run("snapshots are swapped whole", func(t *testing.T) { swap(t, open) })
	t.Run("a snapshot that breaks its promises is refused", func(t *testing.T) { refused(t, open) })
	t.Run("an empty snapshot answers zero", func(t *testing.T) { empty(t, open) })
	t.Run("a cancelled question stops", func(t *testing.T) { cancelled(t, open) })
}

func load(t *testing.T, e analytics.Engine, w World, id string) {
	t.Helper()
	got, err := e.Load(t.Context(), w.Write(t, id))
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	if got.ID != id || got.Processes != int64(len(w.Processes)) || got.Rows["bids"] != int64(len(w.Bids)) {
		t.Fatalf("loaded %+v", got)
	}
}

func compile(t *testing.T, q analysis.Query) plan.Plan {
	t.Helper()
	p, err := plan.Compile(q)
	if err != nil {
		t.Fatalf("compile %+v: %v", q, err)
	}
	return p
}

// check compares an engine's answer with the slow one.
func check(t *testing.T, e analytics.Engine, w World, q analysis.Query) plan.Result {
	t.Helper()
	return checkFacts(t, e, readWorld(w), q)
}

func checkFacts(t *testing.T, e analytics.Engine, f *facts, q analysis.Query) plan.Result {
	t.Helper()
	p := compile(t, q)
	got, err := e.Run(t.Context(), p)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	want := f.answer(p)
	got.Snapshot, got.AsOf = "", ""
	if text(got) != text(want) {
		t.Errorf("%+v\ngot  %s\nwant %s", q, text(got), text(want))
	}
	return got
}

func text(r plan.Result) string {
	compared := r.Compared
	r.Compared = nil
	return fmt.Sprintf("%+v compared with %+v", r, compared)
}

// filterValues are tried on the fields; among them some that nothing has.
func filterValues(r *rand.Rand, f catalog.Field) []string {
	pick := func(options ...string) string { return options[r.IntN(len(options))] }
	one := func() string {
		switch f.Type {
		case catalog.Year:
			return pick("2024", "2025..", "..2024", "~")
		case catalog.Quarter:
			return pick("2024-Q1", "2024-Q2..2025-Q1", "~")
		case catalog.Month:
			return pick("2024-01", "2024-02..2025-06", "..2024-12", "~")
		case catalog.Day:
			return pick("2024-01-15..2024-09-30", "2025-01-01..", "~")
		case catalog.Week:
			return pick("2024-W05..2024-W30", "2025-W01..", "~")
		case catalog.Money:
			return pick("0..20000.06", "30000.09..", "~", "10000.03")
		case catalog.Organisation:
			prefix := pick("1", "2", "3")
			return pick("~", "KZ-BIN-999999999999", fmt.Sprintf("KZ-BIN-%s%011d", prefix, r.IntN(4)), fmt.Sprintf("KZ-BIN-%s%011d", prefix, r.IntN(4)))
		}
		if len(f.Closed) > 0 {
			return pick(append(f.Closed, "~")...)
		}
		if f.Type == catalog.Identifier {
			return pick("~", fmt.Sprintf("ocds-kz0000-t%d", r.IntN(40)), fmt.Sprintf("%d-%d", r.IntN(40), r.IntN(3)), fmt.Sprint(r.IntN(60)))
		}
		if f.Type == catalog.Named {
			return pick("~", "mixed", "17.23", "17.23.12", "172312.700.000001", "52", "TOO", "001", "late", "quality")
		}
		codes := catalog.Dictionary(f.Dictionary)
		return pick("~", "newMethod", "goods", "openTender", "220", "62", "71", "complete", codes[r.IntN(len(codes))].Code)
	}
	values := []string{one()}
	for r.IntN(2) == 0 {
		values = append(values, one())
	}
	for i, v := range values {
		if r.IntN(4) == 0 {
			values[i] = "!" + v
		}
	}
	return values
}

func on(d catalog.Dataset, dimension bool) []catalog.Field {
	return slices.DeleteFunc(catalog.Fields(), func(f catalog.Field) bool { return !f.On(d) || (dimension && !f.Dimension) })
}

func measuresOf(d catalog.Dataset) []string {
	var ids []string
	for _, m := range catalog.Measures() {
		if m.Dataset == d {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

func randomQuery(r *rand.Rand) analysis.Query {
	d := catalog.Datasets()[r.IntN(len(catalog.Datasets()))]
	if r.IntN(3) == 0 {
		d = catalog.Lots
	}
	q := analysis.Query{Filters: analysis.Filters{}, Limit: 1 + r.IntN(12)}
	q.Measures = measuresOf(d)
	r.Shuffle(len(q.Measures), func(i, j int) { q.Measures[i], q.Measures[j] = q.Measures[j], q.Measures[i] })
	q.Measures = q.Measures[:1+r.IntN(min(len(q.Measures), 8))]
	dimensions := on(d, true)
	r.Shuffle(len(dimensions), func(i, j int) { dimensions[i], dimensions[j] = dimensions[j], dimensions[i] })
	for _, f := range dimensions[:r.IntN(4)] {
		q.Dimensions = append(q.Dimensions, f.ID)
	}
	for _, f := range on(d, false) {
		if r.IntN(len(on(d, false))) < 3 {
			q.Filters[f.ID] = filterValues(r, f)
		}
	}
	if len(q.Dimensions) > 0 && r.IntN(4) == 0 {
		q.Having = map[string]string{q.Measures[r.IntN(len(q.Measures))]: []string{"1..", "..2", "1..5", "1000000.."}[r.IntN(4)]}
	}
	if r.IntN(4) == 0 { // another selection in one field
		f := on(d, false)[r.IntN(len(on(d, false)))]
		q.CompareFilters = analysis.Filters{f.ID: nil}
		if r.IntN(3) > 0 {
			q.CompareFilters[f.ID] = filterValues(r, f)
		}
	}
	if r.IntN(3) > 0 {
		columns := append(slices.Clone(q.Dimensions), q.Measures...)
		if q.CompareFilters != nil {
			for _, m := range q.Measures {
				columns = append(columns, m+".compare", m+".change")
			}
		}
		q.Order = []string{"", "-"}[r.IntN(2)] + columns[r.IntN(len(columns))]
	}
	return q
}

func differential(t *testing.T, open func(*testing.T, string) analytics.Engine) {
	t.Parallel()
	e := open(t, t.TempDir())
	for seed := range uint64(4) {
		w := Random(seed, 40)
		load(t, e, w, fmt.Sprintf("world-%d", seed))
		r := rand.New(rand.NewPCG(seed, 99))
		facts := readWorld(w)
		for range 30 {
			checkFacts(t, e, facts, randomQuery(r))
			if t.Failed() {
				return
			}
		}
	}
}

func everyPair(t *testing.T, open func(*testing.T, string) analytics.Engine) {
	t.Parallel()
	e := open(t, t.TempDir())
	w := Random(42, 60)
	load(t, e, w, "world")
	facts := readWorld(w)
	r := rand.New(rand.NewPCG(1, 1))
	for _, d := range catalog.Datasets() {
		// Every measure by some dimension and under some filter, every dimension and
		// every filter with some measures.
		measures := measuresOf(d)
		turn := func(i, n int) []string {
			some := make([]string, 0, n)
			for k := range min(n, len(measures)) {
				some = append(some, measures[(i*n+k)%len(measures)])
			}
			return some
		}
		for i, f := range on(d, true) {
			checkFacts(t, e, facts, analysis.Query{Measures: turn(i, 3), Dimensions: []string{f.ID}, Limit: 3})
		}
		for i, f := range on(d, false) {
			checkFacts(t, e, facts, analysis.Query{Measures: turn(i, 3), Filters: analysis.Filters{f.ID: filterValues(r, f)}})
		}
		for i := 0; i < len(measures); i += 8 {
			checkFacts(t, e, facts, analysis.Query{Measures: measures[i:min(i+8, len(measures))]})
		}
	}
	// Measures of several datasets, split by what they share.
	several := []string{"lots", "lotsValue", "bids", "averageBids", "contracts", "contractsValue", "supplierConcentration", "planPoints", "factPlanned", "flags", "enquiries"}
	checkFacts(t, e, facts, analysis.Query{Measures: several, Dimensions: []string{"method", "category"}, Order: "-contractsValue", Limit: 5})
}

// comparisons moves periods of every kind onto one another, by every level of the
// date on which they can be laid over one another.
func comparisons(t *testing.T, open func(*testing.T, string) analytics.Engine) {
	t.Parallel()
	e := open(t, t.TempDir())
	w := Random(11, 60)
	load(t, e, w, "world")
	facts := readWorld(w)
	spans := map[string][]string{
		"publishedYear": {"2025", "2025..2026"}, "publishedQuarter": {"2025-Q1", "2024-Q3..2025-Q2"},
		"publishedMonth": {"2025-03", "2024-11..2025-04", "2025-01..2025-12"}, "publishedWeek": {"2025-W03", "2024-W50..2025-W09"},
		"publishedDay": {"2025-01-01..2025-03-31", "2025-02-01..2025-02-28", "2024-02-05..2024-05-20", "2025-01-06..2025-02-02", "2025-03-30", "2024-01-01.."},
		"planYear":     {"2025"},
	}
	asked, refused := map[string]int{}, 0
	for _, field := range slices.Sorted(maps.Keys(spans)) {
		f, _ := catalog.FieldByID(field)
		measures := []string{"lots", "lotsValue", "procedures", "averageBids", "priceReductionShare"}
		if field == "planYear" {
			measures = []string{"planPoints", "plannedValue", "averagePlanValue"}
		}
		levels := append(slices.Clone(f.Hierarchy), "method")
		for _, span := range spans[field] {
			for _, kind := range []string{analysis.ComparePrevious, analysis.CompareYear} {
				for i, level := range levels {
					q := analysis.Query{Measures: measures, Filters: analysis.Filters{field: {span}}, Compare: kind, Dimensions: []string{level}, Limit: 3}
					q.Order = []string{"", "-lots.change", "lots.compare", "-lotsValue.compare"}[(i+len(asked))%4]
					if field == "planYear" {
						q.Order = "-planPoints.change"
					}
					if _, err := plan.Compile(q); err != nil {
						refused++ // the levels that do not fit are tested with the plan
						continue
					}
					asked[kind+" "+level]++
					checkFacts(t, e, facts, q)
				}
			}
		}
	}
	for _, kind := range []string{analysis.ComparePrevious, analysis.CompareYear} {
		for _, level := range []string{"publishedYear", "publishedQuarter", "publishedMonth", "publishedWeek", "publishedDay", "planYear", "method"} {
			if asked[kind+" "+level] == 0 {
				t.Errorf("%s by %s was never asked", kind, level)
			}
		}
	}
	if refused == 0 {
		t.Error("no level is refused")
	}
	// Other periods of the same length, and without alignment.
	for _, other := range []string{"2024-04-01..2024-04-30", "2023-01-01..2023-01-31", "2024-04-02..2024-05-30", ""} {
		q := analysis.Query{Measures: []string{"lots", "bids"}, Filters: analysis.Filters{"publishedDay": {"2025-06-01..2025-06-30"}},
			CompareFilters: analysis.Filters{"publishedDay": {other}}, Dimensions: []string{"publishedDay", "method"}, Limit: 7}
		if other == "" {
			q.CompareFilters["publishedDay"] = nil
		}
		checkFacts(t, e, facts, q)
	}
}

func facets(t *testing.T, open func(*testing.T, string) analytics.Engine) {
	t.Parallel()
	e := open(t, t.TempDir())
	w := Random(3, 60)
	load(t, e, w, "world")
	r := rand.New(rand.NewPCG(5, 5))
	facts := readWorld(w)
	for _, d := range catalog.Datasets() {
		for _, f := range on(d, true) {
			if d != catalog.Lots && r.IntN(3) > 0 {
				continue
			}
			q := analysis.FacetsQuery{Fields: []string{f.ID}, Filters: analysis.Filters{}, Dataset: string(d)}
			for _, o := range on(d, false) {
				if r.IntN(6) == 0 {
					q.Filters[o.ID] = filterValues(r, o)
				}
			}
			plans, err := plan.CompileFacets(q)
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.Facet(t.Context(), plans[0])
			if err != nil {
				t.Fatal(err)
			}
			counts := map[string]int64{}
			for _, v := range got.Values {
				counts[v.ID] = v.Count
			}
			want := facts.count(plans[0])
			if plans[0].Limit > len(want) && !reflect.DeepEqual(counts, want) {
				t.Errorf("%+v\ngot  %v\nwant %v", q, counts, want)
			}
			if got.Total != int64(len(want)) {
				t.Errorf("%+v: total %d, want %d", q, got.Total, len(want))
			}
		}
	}
	found, err := e.Facet(t.Context(), search("buyer", "KK kz-bin-100000000001"))
	if err != nil || found.Total != 1 || found.Values[0].ID != "KZ-BIN-100000000001" {
		t.Errorf("search by name: %+v, %v", found, err)
	}
	none, err := e.Facet(t.Context(), search("buyer", "' OR true --"))
	if err != nil || len(none.Values) != 0 {
		t.Errorf("search for what nobody is called: %+v, %v", none, err)
	}
}

func search(field, text string) plan.Facet {
	f, _ := catalog.FieldByID(field)
	return plan.Facet{Field: f, Dataset: catalog.Lots, Own: plan.Filter{Field: f}, Limit: 10, Search: text}
}

func partsAddUp(t *testing.T, open func(*testing.T, string) analytics.Engine) {
	t.Parallel()
	e := open(t, t.TempDir())
	w := Random(8, 80)
	load(t, e, w, "world")
	for _, d := range catalog.Datasets() {
		for _, f := range on(d, true) {
			measures := slices.DeleteFunc(measuresOf(d), func(id string) bool {
				m, _ := catalog.MeasureByID(id)
				return !m.AddsUp(f)
			})
			for chunk := range slices.Chunk(measures, plan.MaxMeasures) {
				r, err := e.Run(t.Context(), compile(t, analysis.Query{Measures: chunk, Dimensions: []string{f.ID}, Limit: 2}))
				if err != nil {
					t.Fatal(err)
				}
				for i, id := range chunk {
					sum := new(big.Int)
					for _, g := range r.Groups {
						if g.Values[i] != nil {
							sum.Add(sum, g.Values[i])
						}
					}
					if r.Other != nil && r.Other[i] != nil {
						sum.Add(sum, r.Other[i])
					}
					if sum.Cmp(r.Totals[i]) != 0 {
						t.Errorf("%s by %s: parts are %s, total %s", id, f.ID, sum, r.Totals[i])
					}
				}
			}
		}
	}
}

func unrelated(t *testing.T, open func(*testing.T, string) analytics.Engine) {
	t.Parallel()
	e := open(t, t.TempDir())
	w := Random(9, 50)
	q := analysis.Query{Measures: measuresOf(catalog.Lots)[:plan.MaxMeasures], Dimensions: []string{"method"}, Filters: analysis.Filters{"category": {"goods", "works"}}}
	load(t, e, w, "before")
	before := check(t, e, w, q)
	value := int64(77)
	w.Processes = append(w.Processes, tables.Process{OCID: "ocds-kz0000-t-extra", Kind: "tender", MethodDetails: "auction"})
	w.Lots = append(w.Lots, tables.Lot{OCID: "ocds-kz0000-t-extra", LotID: "1", MethodDetails: "auction", Category: "services", ValueMinor: &value, Currency: "KZT"})
	w.Bids = append(w.Bids, tables.Bid{OCID: "ocds-kz0000-t-extra", LotID: "1", BidID: "1", TendererID: "KZ-BIN-200000000001", TendererName: "RU KZ-BIN-200000000001"})
	load(t, e, w, "after")
	after := check(t, e, w, q)
	if text(before) != text(after) {
		t.Errorf("a lot of services changed the figures of goods and works:\n%s\n%s", text(before), text(after))
	}
}

func swap(t *testing.T, open func(*testing.T, string) analytics.Engine) {
	t.Parallel()
	dir := t.TempDir()
	e := open(t, dir)
	if _, err := e.Run(t.Context(), compile(t, analysis.Query{Measures: []string{"lots"}})); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("before the first load: %v, want unavailable", err)
	}
	worlds := map[string]World{"one": Random(1, 30), "two": Random(2, 60)}
	q := analysis.Query{Measures: measuresOf(catalog.Lots)[:plan.MaxMeasures]}
	want := map[string]string{}
	for id, w := range worlds {
		want[id] = fmt.Sprintf("%+v", w.Answer(compile(t, q)).Totals)
	}
	load(t, e, worlds["one"], "one")
	load(t, e, worlds["one"], "one")

	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				r, err := e.Run(context.Background(), compile(t, q))
				if err != nil {
					t.Errorf("during a swap: %v", err)
					return
				}
				if got := fmt.Sprintf("%+v", r.Totals); got != want[r.Snapshot] {
					t.Errorf("snapshot %s: got %s, want %s", r.Snapshot, got, want[r.Snapshot])
					return
				}
			}
		})
	}
	for range 2 {
		load(t, e, worlds["two"], "two")
		load(t, e, worlds["one"], "one")
	}
	close(stop)
	readers.Wait()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}

	again := open(t, dir)
	if !again.Cached("one") || again.Cached("two") {
		t.Errorf("after a restart cached one=%t two=%t", again.Cached("one"), again.Cached("two"))
	}
	s := worlds["one"].Write(t, "one")
	s.Parts = nil // the file alone is enough
	if _, err := again.Load(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	check(t, again, worlds["one"], q)
}

func refused(t *testing.T, open func(*testing.T, string) analytics.Engine) {
	t.Parallel()
	e := open(t, t.TempDir())
	load(t, e, Random(1, 20), "good")
	for name, spoil := range map[string]func(*World) (rows int64){
		"a row less than its manifest says": func(w *World) int64 { return int64(len(w.Lots)) + 1 },
		"a lot twice": func(w *World) int64 {
			w.Lots = append(w.Lots, w.Lots[0])
			return int64(len(w.Lots))
		},
		"a lot of no process": func(w *World) int64 {
			w.Lots = append(w.Lots, w.Lots[0])
			w.Lots[0].OCID = "ocds-kz0000-nowhere"
			return int64(len(w.Lots))
		},
	} {
		w := Random(2, 20)
		rows := spoil(&w)
		s := w.Write(t, "bad")
		s.Rows["lots"] = rows
		if _, err := e.Load(t.Context(), s); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v, want invalid", name, err)
		}
	}
	if now, ok := e.Current(); !ok || now.ID != "good" {
		t.Errorf("after refusals the snapshot is %v", now)
	}
}

func empty(t *testing.T, open func(*testing.T, string) analytics.Engine) {
	t.Parallel()
	e := open(t, t.TempDir())
	load(t, e, World{}, "nothing")
	for _, d := range catalog.Datasets() {
		for chunk := range slices.Chunk(measuresOf(d), plan.MaxMeasures) {
			check(t, e, World{}, analysis.Query{Measures: chunk})
			check(t, e, World{}, analysis.Query{Measures: chunk, Dimensions: []string{"processKind"}})
		}
	}
}

func cancelled(t *testing.T, open func(*testing.T, string) analytics.Engine) {
	t.Parallel()
	e := open(t, t.TempDir())
	load(t, e, Random(1, 20), "world")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Run(ctx, compile(t, analysis.Query{Measures: []string{"lots"}})); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want cancelled", err)
	}
}
