package analytics

import (
	"math/big"
	"testing"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/proto/analysis"
)

func value(n int64) plan.Value { return big.NewInt(n) }

func TestAComparisonHasChangeAndGrowth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		now, before    plan.Value
		change, growth string
	}{
		{value(150), value(100), "50", "0.500000"},
		{value(100), value(150), "-50", "-0.333333"},
		{value(5), value(3), "2", "0.666667"},
		{value(7), value(0), "7", ""},
		{value(0), value(0), "0", ""},
		{value(0), value(4), "-4", "-1.000000"},
		{value(3), value(-2), "5", "2.500000"},
		{nil, value(4), "", ""},
		{value(4), nil, "", ""},
	} {
		change, growth := changed(c.now, c.before)
		if got := plan.Decimal(change, catalog.Count); got != c.change {
			t.Errorf("%v after %v: change %q, want %q", c.now, c.before, got, c.change)
		}
		if got := plan.Decimal(growth, catalog.Fraction); got != c.growth {
			t.Errorf("%v after %v: growth %q, want %q", c.now, c.before, got, c.growth)
		}
	}
}

// Sums run along the date within the members of the other dimensions, over the
// groups of both selections, and end at the total.
func TestRunningSums(t *testing.T) {
	t.Parallel()
	p, err := plan.Compile(analysis.Query{
		Measures: []string{"lots", "lotsValue"}, Dimensions: []string{"publishedYear", "category"},
		Filters: analysis.Filters{"publishedYear": {"2024..2026"}}, Compare: "previous", Cumulative: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	group := func(year, category string, lots, money, lotsBefore, moneyBefore plan.Value) plan.Group {
		return plan.Group{Members: []plan.Member{{ID: year}, {ID: category}}, Values: []plan.Value{lots, money}, Compared: []plan.Value{lotsBefore, moneyBefore}}
	}
	a := render(p, plan.Result{
		Groups: []plan.Group{
			group("2024", "goods", value(2), nil, value(1), value(100)),
			group("2024", "works", value(5), value(500), value(0), value(0)),
			group("2025", "goods", value(3), value(250), value(4), value(50)),
			group("2026", "goods", value(0), value(0), value(7), nil),
		},
		Totals:   []plan.Value{value(10), value(750)},
		Compared: &plan.Compared{Totals: []plan.Value{value(12), value(150)}, Rows: 12},
	}, "en")
	for i, want := range [][4]string{{"2", "", "1", "1.00"}, {"5", "5.00", "0", "0.00"}, {"5", "2.50", "5", "1.50"}, {"5", "2.50", "12", "1.50"}} {
		row := a.Rows[i]
		got := [4]string{row["lots.cumulative"].Number, row["lotsValue.cumulative"].Number, row["lots.compareCumulative"].Number, row["lotsValue.compareCumulative"].Number}
		if got != want {
			t.Errorf("row %d: %v, want %v", i, got, want)
		}
	}
	if a.Totals["lots.compare"].Number != "12" || a.Totals["lots.change"].Number != "-2" || a.Totals["lotsValue.growth"].Number != "4.000000" {
		t.Errorf("totals %v", a.Totals)
	}
	if c := a.Meta.Compared; c == nil || c.Rows != 12 || c.Filters["publishedYear"][0] != "2021..2023" {
		t.Errorf("the other selection is told: %+v", c)
	}
	ids := map[string]analysis.Column{}
	for _, c := range a.Columns {
		ids[c.ID] = c
	}
	if c := ids["lotsValue.growth"]; c.Of != "lotsValue" || c.Role != "growth" || c.Type != analysis.TypeRatio || c.Title != "Lots value: growth" {
		t.Errorf("column %+v", c)
	}
	if len(a.Columns) != 2+2*6 {
		t.Errorf("%d columns", len(a.Columns))
	}
}
