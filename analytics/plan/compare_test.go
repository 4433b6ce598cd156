package plan

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

func TestThePeriodThatIsComparedWith(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		field, span, kind, want string
		months, days            int
	}{
		{"publishedYear", "2026", "previous", "2025", 12, 0},
		{"publishedYear", "2024..2026", "previous", "2021..2023", 36, 0},
		{"publishedYear", "2024..2026", "year", "2023..2025", 12, 0},
		{"publishedQuarter", "2026-Q1", "previous", "2025-Q4", 3, 0},
		{"publishedQuarter", "2025-Q3..2026-Q1", "previous", "2024-Q4..2025-Q2", 9, 0},
		{"publishedQuarter", "2026-Q1", "year", "2025-Q1", 12, 0},
		{"publishedMonth", "2026-01..2026-06", "previous", "2025-07..2025-12", 6, 0},
		{"publishedMonth", "2026-01", "year", "2025-01", 12, 0},
		{"publishedMonth", "2026-01..", "year", "2025-01..", 12, 0},
		{"publishedWeek", "2026-W01..2026-W02", "previous", "2025-W51..2025-W52", 0, 14},
		{"publishedWeek", "2021-W01", "previous", "2020-W53", 0, 7},
		{"publishedWeek", "2020-W53", "year", "2019-W52", 12, 0},
		{"publishedDay", "2026-03-01..2026-03-31", "previous", "2026-02-01..2026-02-28", 1, 0},
		{"publishedDay", "2026-01-01..2026-03-31", "previous", "2025-10-01..2025-12-31", 3, 0},
		{"publishedDay", "2026-03-02..2026-03-31", "previous", "2026-01-31..2026-03-01", 0, 30},
		{"publishedDay", "2026-03-05", "previous", "2026-03-04", 0, 1},
		{"publishedDay", "2024-02-29", "year", "2023-02-28", 12, 0},
		{"publishedDay", "2025-02-01..2025-02-28", "year", "2024-02-01..2024-02-29", 12, 0},
		{"publishedDay", "2025-02-28", "year", "2024-02-28", 12, 0},
		{"planYear", "2026", "previous", "2025", 12, 0},
	} {
		measure := "lots"
		if c.field == "planYear" {
			measure = "planPoints"
		}
		p, err := Compile(analysis.Query{Measures: []string{measure}, Filters: analysis.Filters{c.field: {c.span}, "method": {"auction"}}, Compare: c.kind})
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		f, _ := catalog.FieldByID(c.field)
		if got := p.Compare.Replaced[0].Write(); !slices.Equal(got, []string{c.want}) || p.Compare.Shift != (Shift{Calendar: f.Hierarchy[0], Months: c.months, Days: c.days}) {
			t.Errorf("%s %s=%s is compared with %v moved by %+v, want %s", c.kind, c.field, c.span, got, p.Compare.Shift, c.want)
		}
		if len(p.Compare.Filters) != 2 || p.Compare.Filters[0].Field.ID != "method" {
			t.Errorf("the other filters stay: %v", p.Compare.Filters)
		}
	}
}

func TestASelectionThatIsSaidIsComparedWith(t *testing.T) {
	t.Parallel()
	compile := func(other analysis.Filters) Plan {
		p, err := Compile(analysis.Query{Measures: []string{"lots"}, Filters: analysis.Filters{"publishedMonth": {"2026-01..2026-03"}, "region": {"75"}}, CompareFilters: other})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if c := compile(analysis.Filters{"publishedMonth": {"2019-04..2019-06"}}).Compare; c.Shift.Months != 81 || len(c.Filters) != 2 {
		t.Errorf("%+v", c)
	}
	if c := compile(analysis.Filters{"publishedMonth": {"2019-04..2019-05"}}).Compare; c.Shift != (Shift{}) {
		t.Errorf("periods of different lengths are moved: %+v", c)
	}
	if c := compile(analysis.Filters{"region": nil}).Compare; len(c.Filters) != 1 || len(c.Replaced) != 1 || len(c.Replaced[0].Write()) != 0 {
		t.Errorf("a filter that is taken away: %+v", c)
	}
	if a, b := compile(analysis.Filters{"region": {"71"}}), compile(analysis.Filters{"region": {"71", "71"}}); a.Key() != b.Key() {
		t.Error("equal comparisons make different plans")
	}
	if a, b := compile(analysis.Filters{"region": {"71"}}), compile(analysis.Filters{"region": {"10"}}); a.Key() == b.Key() {
		t.Error("different comparisons make equal plans")
	}
}

func TestWhatAComparisonAndARunningSumMayNotSay(t *testing.T) {
	t.Parallel()
	year := analysis.Filters{"publishedYear": {"2026"}}
	days := analysis.Filters{"publishedDay": {"2026-01-05..2026-01-10"}}
	one := []string{"lots"}
	for _, c := range []struct {
		name           string
		query          analysis.Query
		field, message string
	}{
		{"an unknown comparison", analysis.Query{Measures: one, Filters: year, Compare: "'; drop table lots; --"}, "compare", "no comparison"},
		{"no date", analysis.Query{Measures: one, Compare: "previous"}, "compare", "no date"},
		{"two dates", analysis.Query{Measures: one, Filters: analysis.Filters{"publishedYear": {"2026"}, "awardedYear": {"2026"}}, Compare: "year"}, "compare", "several dates"},
		{"an open period", analysis.Query{Measures: one, Filters: analysis.Filters{"publishedYear": {"2026.."}}, Compare: "previous"}, "compare", "does not choose one period"},
		{"several periods", analysis.Query{Measures: one, Filters: analysis.Filters{"publishedYear": {"2026", "2024"}}, Compare: "previous"}, "compare", "does not choose one period"},
		{"a blank period", analysis.Query{Measures: one, Filters: analysis.Filters{"publishedYear": {"~"}}, Compare: "previous"}, "compare", "does not choose one period"},
		{"two comparisons", analysis.Query{Measures: one, Filters: year, Compare: "year", CompareFilters: year}, "compare", "two comparisons"},
		{"two dates moved", analysis.Query{Measures: one, Filters: analysis.Filters{"publishedYear": {"2026"}, "awardedYear": {"2026"}}, CompareFilters: analysis.Filters{"publishedYear": {"2025"}, "awardedYear": {"2025"}}}, "compare.publishedYear", "two dates"},
		{"an unknown field", analysis.Query{Measures: one, CompareFilters: analysis.Filters{"moon": {"1"}}}, "compare.moon", "no filter"},
		{"a field of another dataset", analysis.Query{Measures: one, CompareFilters: analysis.Filters{"signedYear": {"2025"}}}, "compare.signedYear", "cannot be compared by"},
		{"a bad value", analysis.Query{Measures: one, CompareFilters: analysis.Filters{"publishedDay": {"2026-02-30"}}}, "compare.publishedDay", "not a day"},
		{"too many values", analysis.Query{Measures: one, CompareFilters: analysis.Filters{"method": slices.Repeat([]string{"x"}, 1001)}}, "compare filter values", "1001 is more"},
		{"months of some days", analysis.Query{Measures: one, Filters: days, Compare: "previous", Dimensions: []string{"publishedMonth"}}, "compare", "whole members of publishedMonth"},
		{"weeks of some days", analysis.Query{Measures: one, Filters: days, Compare: "previous", Dimensions: []string{"publishedWeek"}}, "compare", "whole members of publishedWeek"},
		{"an order by a change of nothing", analysis.Query{Measures: one, Order: "-lots.change"}, "order", "not a column"},
		{"a running sum of nothing", analysis.Query{Measures: one, Cumulative: true}, "cumulative", "the first dimension is none"},
		{"a running sum along codes", analysis.Query{Measures: one, Dimensions: []string{"method", "publishedYear"}, Cumulative: true}, "cumulative", "the first dimension is none"},
		{"a running sum of what does not add up", analysis.Query{Measures: []string{"lots", "buyers"}, Dimensions: []string{"publishedYear"}, Cumulative: true}, "cumulative", "measure buyers do not add up"},
		{"a running sum in another order", analysis.Query{Measures: one, Dimensions: []string{"publishedYear"}, Order: "-lots", Cumulative: true}, "cumulative", "leave order out"},
		{"a running sum of some groups", analysis.Query{Measures: one, Dimensions: []string{"publishedYear"}, Having: map[string]string{"lots": "2.."}, Cumulative: true}, "cumulative", "leave having out"},
	} {
		_, err := Compile(c.query)
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Field != c.field || !strings.Contains(f.Message, c.message) {
			t.Errorf("%s: %v, want field %q, %q", c.name, err, c.field, c.message)
		}
	}
}

// FuzzCompare checks that any comparison of any period is either refused as invalid
// or has another selection whose text is read back the same.
func FuzzCompare(f *testing.F) {
	for _, s := range []string{"2026", "0001", "9999", "2026-Q1", "2026-01-31", "0001-01-01..9999-12-31", "2026-W53", "2026-W01..", "~", "!2026", "2026-02-01..2026-02-28"} {
		f.Add(s, "previous", "")
		f.Add(s, "year", "")
		f.Add(s, "", s)
	}
	f.Fuzz(func(t *testing.T, span, kind, other string) {
		for _, field := range []string{"publishedYear", "publishedQuarter", "publishedMonth", "publishedWeek", "publishedDay"} {
			q := analysis.Query{Measures: []string{"lots"}, Filters: analysis.Filters{field: {span}}, Compare: kind, Dimensions: []string{"publishedDay"}}
			if kind == "" && other != "" {
				q.CompareFilters = analysis.Filters{field: {other}}
			}
			p, err := Compile(q)
			if err != nil {
				if fault.KindOf(err) != fault.Invalid {
					t.Fatalf("%+v: %v", q, err)
				}
				continue
			}
			if p.Compare == nil || strings.HasPrefix(span, "000") || strings.HasPrefix(span, "!000") {
				continue // years before the first have no text
			}
			for _, r := range p.Compare.Replaced {
				back, err := ParseFilter(r.Field, r.Write())
				if err != nil || !slices.Equal(back.Write(), r.Write()) {
					t.Fatalf("%+v: compared with %v, read back as %v, %v", q, r.Write(), back.Write(), err)
				}
			}
		}
	})
}
