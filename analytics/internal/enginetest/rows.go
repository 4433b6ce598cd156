package enginetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/analytics"
	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/proto/analysis"
)

func compileRows(t *testing.T, q analysis.RowsQuery) plan.Rows {
	t.Helper()
	r, err := plan.CompileRows(q)
	if err != nil {
		t.Fatalf("compile %+v: %v", q, err)
	}
	return r
}

// everyRow walks all pages.
func everyRow(t *testing.T, e analytics.Engine, q analysis.RowsQuery, limit int) []plan.Row {
	t.Helper()
	r := compileRows(t, q)
	r.Limit = limit
	var all []plan.Row
	for {
		page, err := e.Rows(t.Context(), r)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		all = append(all, page.Rows...)
		if !page.More {
			break
		}
		r.After = &page.Last
	}
	_, n, err := e.CountRows(t.Context(), r)
	if err != nil {
		t.Fatalf("count %+v: %v", q, err)
	}
	if n != int64(len(all)) {
		t.Errorf("%+v: the pages have %d rows, counted %d", q, len(all), n)
	}
	return all
}

func rowText(r plan.Row) string { return fmt.Sprintf("%+v", r) }

// rowsBehind holds the rows of every measure to the measure: those it counts are
// as many as it says and add up to it, those it leaves out for a reason are as
// many as it says.
func rowsBehind(t *testing.T, open func(*testing.T, string) analytics.Engine) {
	t.Parallel()
	e := open(t, t.TempDir())
	for seed, filters := range []analysis.Filters{nil, {"category": {"goods", "works"}}} {
		w := Random(uint64(70+seed), 60)
		load(t, e, w, fmt.Sprintf("rows-%d", seed))
		for _, m := range catalog.Measures() {
			p := compile(t, analysis.Query{Measures: []string{m.ID}})
			q := analysis.RowsQuery{Measure: m.ID}
			if f, _ := catalog.FieldByID("category"); f.On(m.Dataset) {
				p, q.Filters = compile(t, analysis.Query{Measures: []string{m.ID}, Filters: filters}), filters
			}
			figure, err := e.Run(t.Context(), p)
			if err != nil {
				t.Fatalf("%s: %v", m.ID, err)
			}
			rows := everyRow(t, e, q, 1000)
			// Counts of rows: of these datasets a row is one counted thing.
			whole := !slices.Contains([]catalog.Dataset{catalog.Complaints, catalog.Agreements, catalog.Awards}, m.Dataset)
			if figure.Totals[0] != nil && m.Additive && m.Unit == catalog.Count && whole && !strings.HasPrefix(m.ID, "payments") && m.ID != "agreements" &&
				figure.Totals[0].Int64() != int64(len(rows)) {
				t.Errorf("%s is %s, it has %d rows", m.ID, figure.Totals[0], len(rows))
			}
			for _, x := range figure.Excluded {
				if x.Reason == catalog.NotInData {
					continue
				}
				out := everyRow(t, e, analysis.RowsQuery{Measure: m.ID, Reason: string(x.Reason), Filters: q.Filters}, 1000)
				if len(out) == 0 || grainOfRows(m) && x.Rows != int64(len(out)) {
					t.Errorf("%s leaves %d rows out for %s, there are %d", m.ID, x.Rows, x.Reason, len(out))
				}
			}
		}
		for measure, column := range map[string]string{
			"lotsValue": "lotValue", "priceReduction": "reduction", "dumpingMargin": "margin", "contractsValue": "contractValue", "paymentsValue": "paid",
			"plannedValue": "planValue", "treasuryPaymentsValue": "paidValue", "positionsValue": "lineValue", "bidsValue": "bidValue", "factPlanned": "planned",
		} {
			figure, err := e.Run(t.Context(), compile(t, analysis.Query{Measures: []string{measure}}))
			if err != nil {
				t.Fatal(err)
			}
			total := plan.Value(nil)
			for _, row := range everyRow(t, e, analysis.RowsQuery{Measure: measure, Columns: []string{column}}, 1000) {
				if v := row.Cells[0].Value; v == nil {
					t.Errorf("%s counts a row without %s", measure, column)
				} else if total == nil {
					total = new(*v)
				} else {
					total.Add(total, v)
				}
			}
			if want := figure.Totals[0]; total == nil || want == nil || total.Cmp(want) != 0 {
				t.Errorf("%s is %v, its rows add up to %v", measure, want, total)
			}
		}
	}
}

// grainOfRows tells whether what the measure leaves out is counted in rows and
// not in procedures or complaints.
func grainOfRows(m catalog.Measure) bool {
	return m.Unit != catalog.Days && m.Dataset != catalog.Agreements && m.Dataset != catalog.Complaints
}

// pages holds every order of every dataset to be total: pages of any size are the
// parts of one list.
func pages(t *testing.T, open func(*testing.T, string) analytics.Engine) {
	t.Parallel()
	e := open(t, t.TempDir())
	load(t, e, Random(9, 40), "pages")
	for _, d := range catalog.Datasets() {
		for i, c := range plan.RowColumns(d) {
			q := analysis.RowsQuery{Dataset: string(d), Order: []string{"", "-"}[i%2] + c.ID(), Columns: []string{c.ID()}}
			whole, parts := everyRow(t, e, q, 1000), everyRow(t, e, q, 7+i%5)
			if !slices.EqualFunc(whole, parts, func(a, b plan.Row) bool { return rowText(a) == rowText(b) }) {
				t.Errorf("%s by %s: pages differ from the list", d, q.Order)
			}
			for _, row := range whole {
				if row.OCID == "" || row.Kind == "" || row.ID == "" {
					t.Fatalf("%s: row %+v has no origin", d, row)
				}
			}
		}
	}
}

// scans holds a scan to give the rows of all pages, of one snapshot though another
// is loaded meanwhile.
func scans(t *testing.T, open func(*testing.T, string) analytics.Engine) {
	t.Parallel()
	e := open(t, t.TempDir())
	load(t, e, Random(9, 40), "scanned")
	q := analysis.RowsQuery{Dataset: "lots", Filters: analysis.Filters{"category": {"goods", "works"}}}
	want := everyRow(t, e, q, 1000)
	for _, sorted := range []bool{true, false} {
		scan, err := e.Scan(t.Context(), compileRows(t, q), sorted)
		if err != nil {
			t.Fatal(err)
		}
		load(t, e, Random(10, 40), fmt.Sprintf("later-%t", sorted))
		var got []plan.Row
		for more := true; more; {
			page, err := scan.Next(t.Context())
			if err != nil || page.Snapshot != "scanned" {
				t.Fatalf("snapshot %q: %v", page.Snapshot, err)
			}
			got, more = append(got, page.Rows...), page.More
		}
		scan.Close()
		scan.Close()
		if !sorted {
			byText := func(a, b plan.Row) int { return strings.Compare(rowText(a), rowText(b)) }
			slices.SortFunc(got, byText)
			want = slices.SortedFunc(slices.Values(want), byText)
		}
		if !slices.EqualFunc(got, want, func(a, b plan.Row) bool { return rowText(a) == rowText(b) }) {
			t.Errorf("sorted %t: the scan has %d rows that differ from the %d of the pages", sorted, len(got), len(want))
		}
		load(t, e, Random(9, 40), "scanned")
	}
}
