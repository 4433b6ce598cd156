package analytics_test

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/internal/enginetest"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/bus/bustest"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
	"github.com/kzocds/kzocds/proto/tables"
)

// Three snapshots, of 1 to 3 July, each with the worlds of its number.
func TestAnySnapshotThatIsKeptAnswers(t *testing.T) {
	t.Parallel()
	conn := bustest.New(t)
	store := &memory{objects: map[string][]byte{}}
	ids := []string{"aa01", "bb02", "cc03"}
	lots := map[string]string{}
	for i, id := range ids {
		w := enginetest.Random(uint64(i+1), 20)
		parent := ""
		if i > 0 {
			parent = ids[i-1]
		}
		store.publishOf(t, id, parent, time.Date(2026, 7, i+1, 20, 30, 0, 0, time.UTC), w)
		n := 0
		for _, l := range w.Lots {
			if l.Status != "withdrawn" {
				n++
			}
		}
		lots[id] = fmt.Sprint(n)
	}
	service, _ := start(t, conn, store, t.TempDir())
	until(t, "ready", func() bool { return service.Ready() == nil })
	until(t, "the newest answers", func() bool {
		a, err := query(t, conn, analysis.Query{Measures: []string{"lots"}})
		return err == nil && a.Meta.Snapshot == "cc03"
	})
	// ask waits for a snapshot that is being loaded, as clients do.
	ask := func(q analysis.Query) (a analysis.Answer, err error) {
		q.Measures = []string{"lots"}
		until(t, fmt.Sprintf("an answer to %+v", q), func() bool {
			a, err = query(t, conn, q)
			return fault.KindOf(err) != fault.Unavailable
		})
		return a, err
	}
	for range 2 { // two places for two past snapshots and, in between, a third
		for _, c := range []struct{ snapshot, asOf, want string }{
			{"aa01", "", "aa01"}, {"bb02", "", "bb02"}, {"cc03", "", "cc03"},
			{"", "2026-07-02T20:30:00Z", "bb02"}, {"", "2026-07-02T20:29:59Z", "aa01"}, {"", "2030-01-01", "cc03"},
			{"", "2026-07-02", "aa01"}, // 20:30 UTC is the next day in the zone of the portal
			{"", "2026-07-03", "bb02"},
		} {
			a, err := ask(analysis.Query{Snapshot: c.snapshot, AsOf: c.asOf})
			if err != nil || a.Meta.Snapshot != c.want || a.Totals["lots"].Number != lots[c.want] {
				t.Errorf("%+v: snapshot %s with %v lots, want %s (%v)", c, a.Meta.Snapshot, a.Totals["lots"], lots[c.want], err)
			}
		}
	}
	facets, err := bus.Ask[analysis.FacetsQuery, analysis.Facets](t.Context(), conn, analysis.Service, analysis.VerbFacets, analysis.FacetsQuery{Fields: []string{"method"}, AsOf: "2026-07-03"})
	if err != nil || facets.Meta.Snapshot != "bb02" {
		t.Errorf("facets as of a day: %+v, %v", facets.Meta, err)
	}
	for _, c := range []struct {
		snapshot, asOf, message string
		kind                    fault.Kind
	}{
		{"dd04", "", "no snapshot dd04", fault.NotFound},
		{"../aa01", "", "no id of a snapshot", fault.Invalid},
		{"'; drop table lots; --", "", "no id of a snapshot", fault.Invalid},
		{strings.Repeat("a", 65), "", "no id of a snapshot", fault.Invalid},
		{"", "2026-06-30", "the oldest snapshot that is kept is of 2026-07-01", fault.NotFound},
		{"", "yesterday", "a day such as", fault.Invalid},
		{"aa01", "2026-07-01", "both", fault.Invalid},
	} {
		_, err := ask(analysis.Query{Snapshot: c.snapshot, AsOf: c.asOf})
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != c.kind || !strings.Contains(f.Message, c.message) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// The second snapshot has two processes less, two that are new, one with a newer
// release and one whose value is read in another way.
func TestADifferenceTellsItsCauses(t *testing.T) {
	t.Parallel()
	conn := bustest.New(t)
	store := &memory{objects: map[string][]byte{}}
	value := func(n int64) *int64 { n *= 100; return &n }
	world := func(lots map[string]int64, released map[string]int64) (w enginetest.World) {
		for _, ocid := range slices.Sorted(maps.Keys(lots)) {
			method := "openTender"
			if ocid > "t4" {
				method = "auction"
			}
			w.Processes = append(w.Processes, tables.Process{OCID: ocid, Kind: "tender", MethodDetails: method, LastRelease: released[ocid]})
			w.Lots = append(w.Lots, tables.Lot{OCID: ocid, LotID: "1", Competitive: true, MethodDetails: method, ValueMinor: value(lots[ocid]), Currency: "KZT", BuyerID: "B" + ocid})
		}
		return w
	}
	store.publishOf(t, "aa01", "", time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), world(map[string]int64{"t1": 100, "t2": 200, "t3": 300, "t4": 400, "t5": 500}, nil))
	store.publishOf(t, "bb02", "aa01", time.Date(2026, 7, 2, 0, 0, 0, 0, time.UTC), world(map[string]int64{"t1": 100, "t2": 250, "t4": 410, "t6": 60, "t7": 7}, map[string]int64{"t2": 5}))
	service, _ := start(t, conn, store, t.TempDir())
	until(t, "ready", func() bool { return service.Ready() == nil })
	ask := func(q analysis.DiffQuery) (d analysis.Diff, err error) {
		until(t, fmt.Sprintf("an answer to %+v", q), func() bool {
			d, err = bus.Ask[analysis.DiffQuery, analysis.Diff](t.Context(), conn, analysis.Service, analysis.VerbDiff, q)
			return fault.KindOf(err) != fault.Unavailable
		})
		return d, err
	}
	d, err := ask(analysis.DiffQuery{From: "aa01", To: "current", Measures: []string{"lotsValue", "lots", "buyers"}, Dimensions: []string{"method"}})
	if err != nil {
		t.Fatal(err)
	}
	if d.From.Snapshot != "aa01" || d.To.Snapshot != "bb02" || d.Processes != (analysis.DiffProcesses{New: 2, Updated: 1, Removed: 2}) || len(d.Versions) != 0 {
		t.Errorf("%+v %+v %+v %+v", d.From, d.To, d.Processes, d.Versions)
	}
	row := func(r analysis.Row, measure string) string {
		var parts []string
		for _, role := range []string{"", ".compare", ".change", ".newData", ".correction", ".method"} {
			parts = append(parts, r[measure+role].Number)
		}
		return strings.Join(parts, " ")
	}
	for _, c := range []struct {
		row           analysis.Row
		measure, want string
	}{
		{d.Totals, "lotsValue", "827.00 1500.00 -673.00 67.00 -750.00 10.00"},
		{d.Totals, "lots", "5 5 0 2 -2 0"},
		{d.Totals, "buyers", "5 5 0   "}, // a number of distinct things has no parts
		{d.Rows[0], "lotsValue", "67.00 500.00 -433.00 67.00 -500.00 0.00"},
		{d.Rows[1], "lotsValue", "760.00 1000.00 -240.00 0.00 -250.00 10.00"},
		{d.Rows[1], "lots", "3 4 -1 0 -1 0"},
	} {
		if got := row(c.row, c.measure); got != c.want {
			t.Errorf("%s: got %q, want %q", c.measure, got, c.want)
		}
	}
	if d.Rows[0]["method"].Member.ID != "auction" || len(d.Columns) != 1+7+7+4 {
		t.Errorf("the greatest change comes first: %+v, %d columns", d.Rows, len(d.Columns))
	}
	one, err := ask(analysis.DiffQuery{From: "2026-07-01", To: "bb02", Measures: []string{"lotsValue"}, Filters: analysis.Filters{"buyer": {"Bt2"}}, Dimensions: []string{"method"}, Limit: 1})
	if err != nil || one.Totals["lotsValue.correction"].Number != "50.00" || one.Other != nil {
		t.Errorf("under a selection: %+v, %v", one.Totals, err)
	}
	for name, q := range map[string]analysis.DiffQuery{
		"from":     {To: "current", Measures: []string{"lots"}},
		"snapshot": {From: "'; drop table lots; --", To: "current", Measures: []string{"lots"}},
		"measures": {From: "aa01", To: "current", Measures: []string{"' or true"}},
		"asOf":     {From: "2020-01-01", To: "current", Measures: []string{"lots"}},
	} {
		_, err := ask(q)
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid && f.Kind != fault.NotFound || f.Field != name && name != "snapshot" {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

// The causes add up to the change in every row and total, whatever changes.
func TestCausesAddUp(t *testing.T) {
	t.Parallel()
	conn := bustest.New(t)
	store := &memory{objects: map[string][]byte{}}
	first, second := enginetest.Random(5, 40), enginetest.Random(6, 40)
	store.publishOf(t, "aa01", "", time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), first)
	store.publishOf(t, "bb02", "aa01", time.Date(2026, 7, 2, 0, 0, 0, 0, time.UTC), second)
	service, _ := start(t, conn, store, t.TempDir())
	until(t, "ready", func() bool { return service.Ready() == nil })
	for _, d := range catalog.Datasets() {
		var measures []string
		for _, m := range catalog.Measures() {
			if m.Dataset == d && m.Additive && len(measures) < 12 {
				measures = append(measures, m.ID)
			}
		}
		if len(measures) == 0 {
			continue
		}
		var diff analysis.Diff
		var err error
		until(t, "a difference of "+string(d), func() bool {
			diff, err = bus.Ask[analysis.DiffQuery, analysis.Diff](t.Context(), conn, analysis.Service, analysis.VerbDiff,
				analysis.DiffQuery{From: "aa01", To: "bb02", Measures: measures, Dimensions: []string{"processKind"}})
			return fault.KindOf(err) != fault.Unavailable
		})
		if fault.KindOf(err) == fault.Invalid { // the dataset has no such dimension
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", d, err)
		}
		for _, row := range append(diff.Rows, diff.Totals) {
			for _, m := range measures {
				if row[m+".newData"].Number == "" || row[m+".change"].Number == "" {
					continue
				}
				sum := new(big.Rat)
				for _, role := range []string{".newData", ".correction", ".method"} {
					part, _ := new(big.Rat).SetString(row[m+role].Number)
					sum.Add(sum, part)
				}
				if change, _ := new(big.Rat).SetString(row[m+".change"].Number); sum.Cmp(change) != 0 {
					t.Errorf("%s: causes of %v are %v, the change is %v", m, row, sum, change)
				}
			}
		}
	}
}
