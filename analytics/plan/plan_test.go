package plan

import (
	"errors"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

func TestWhatAQueryMayNotSay(t *testing.T) {
	t.Parallel()
	many := func(n int) []string { return slices.Repeat([]string{"x"}, n) }
	one := []string{"lots"}
	for _, c := range []struct {
		name    string
		query   analysis.Query
		field   string
		message string
	}{
		{"no measure", analysis.Query{}, "measures", "no measure"},
		{"an unknown measure", analysis.Query{Measures: []string{"lots; drop table lots"}}, "measures", "no measure"},
		{"a measure twice", analysis.Query{Measures: []string{"lots", "lots"}}, "measures", "twice"},
		{"too many measures", analysis.Query{Measures: many(21)}, "measures", "21 is more than the 20"},
		{"too many dimensions", analysis.Query{Measures: one, Dimensions: many(5)}, "dimensions", "5 is more than the 4"},
		{"an unknown dimension", analysis.Query{Measures: one, Dimensions: []string{"moon"}}, "dimensions", "no dimension"},
		{"a filter as a dimension", analysis.Query{Measures: one, Dimensions: []string{"lotValue"}}, "dimensions", "no dimension"},
		{"a dimension of another dataset", analysis.Query{Measures: []string{"contracts"}, Dimensions: []string{"lotStatus"}}, "dimensions", "contracts cannot be split by lotStatus"},
		{"an unknown filter", analysis.Query{Measures: one, Filters: analysis.Filters{"moon": {"1"}}}, "filter.moon", "no filter"},
		{"a filter of another dataset", analysis.Query{Measures: []string{"planPoints"}, Filters: analysis.Filters{"publishedDay": {"2026-01-01"}}}, "filter.publishedDay", "cannot be filtered by"},
		{"too many filter values", analysis.Query{Measures: one, Filters: analysis.Filters{"method": many(1001)}}, "filter values", "1001 is more"},
		{"a bad date", analysis.Query{Measures: one, Filters: analysis.Filters{"publishedDay": {"2026-02-30"}}}, "filter.publishedDay", "not a day"},
		{"a range that ends before it begins", analysis.Query{Measures: one, Filters: analysis.Filters{"publishedYear": {"2026..2025"}}}, "filter.publishedYear", "ends before"},
		{"a range without bounds", analysis.Query{Measures: one, Filters: analysis.Filters{"publishedYear": {".."}}}, "filter.publishedYear", "needs a bound"},
		{"an empty value", analysis.Query{Measures: one, Filters: analysis.Filters{"method": {""}}}, "filter.method", "empty"},
		{"a value outside a closed list", analysis.Query{Measures: one, Filters: analysis.Filters{"competitive": {"perhaps"}}}, "filter.competitive", "has no value"},
		{"a negative limit", analysis.Query{Measures: one, Limit: -1}, "limit", "must be"},
		{"a limit above the cap", analysis.Query{Measures: one, Limit: 10_001}, "limit", "10001 is more"},
		{"an order by something else", analysis.Query{Measures: one, Order: "-buyers"}, "order", "not a column"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := Compile(c.query)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Invalid {
				t.Fatalf("got %v, want an invalid fault", err)
			}
			if f.Field != c.field || !strings.Contains(f.Message, c.message) {
				t.Errorf("got field %q message %q, want %q %q", f.Field, f.Message, c.field, c.message)
			}
		})
	}
}

func TestEqualSelectionsMakeEqualPlans(t *testing.T) {
	t.Parallel()
	a, err := Compile(analysis.Query{Measures: []string{"lots"}, Filters: analysis.Filters{"method": {"b", "a", "!c", "a"}, "category": {"goods"}, "class": nil}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Compile(analysis.Query{Measures: []string{"lots"}, Filters: analysis.Filters{"category": {"goods"}, "method": {"!c", "a", "b"}}, Order: "-lots", Limit: DefaultLimit})
	if err != nil {
		t.Fatal(err)
	}
	if a.Key() != b.Key() {
		t.Errorf("%s\n%s", a.Key(), b.Key())
	}
}

func TestFilterGrammar(t *testing.T) {
	t.Parallel()
	n := func(v int64) *int64 { return &v }
	for _, c := range []struct {
		field, value string
		any, none    []Term
	}{
		{"method", "openTender", []Term{{Text: "openTender"}}, nil},
		{"method", "!openTender", nil, []Term{{Text: "openTender"}}},
		{"method", "~", []Term{{Blank: true}}, nil},
		{"method", "!~", nil, []Term{{Blank: true}}},
		{"method", `\~`, []Term{{Text: "~"}}, nil},
		{"method", `\!a`, []Term{{Text: "!a"}}, nil},
		{"method", `!\\a`, nil, []Term{{Text: `\a`}}},
		{"method", "a..b", []Term{{Text: "a..b"}}, nil},
		{"publishedYear", "2026", []Term{{Lo: n(2026), Hi: n(2026)}}, nil},
		{"publishedQuarter", "2025-Q4..2026-Q1", []Term{{Lo: n(20254), Hi: n(20261)}}, nil},
		{"publishedMonth", "..2026-03", []Term{{Hi: n(202603)}}, nil},
		{"publishedDay", "!1970-01-02..", nil, []Term{{Lo: n(1)}}},
		{"lotValue", "100..1000.5", []Term{{Lo: n(10000), Hi: n(100050)}}, nil},
	} {
		f, _ := catalog.FieldByID(c.field)
		got, err := ParseFilter(f, []string{c.value})
		if err != nil {
			t.Errorf("%s=%s: %v", c.field, c.value, err)
			continue
		}
		if want := (Filter{f, c.any, c.none}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s=%s: got %v, want %v", c.field, c.value, got, want)
		}
	}
}

func TestDecimalsAreExact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v    int64
		unit catalog.Unit
		want string
	}{{0, catalog.Tenge, "0.00"}, {5, catalog.Tenge, "0.05"}, {-5, catalog.Tenge, "-0.05"}, {123456, catalog.Tenge, "1234.56"}, {63500, catalog.Fraction, "0.063500"}, {7, catalog.Count, "7"}} {
		if got := Decimal(big.NewInt(c.v), c.unit); got != c.want {
			t.Errorf("%d %s is %s, want %s", c.v, c.unit, got, c.want)
		}
	}
	if got := Decimal(nil, catalog.Tenge); got != "" {
		t.Errorf("null is %q", got)
	}
}

// FuzzFilter checks that any text is either refused with the field's name or
// read into a term that is written and read back the same.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{"", "~", "!~", `\~`, "a..b", "2026", "2026-01", "2026-01-31", "2026-Q1", "..", "1..", "!2026..2027", "'; drop table lots; --", "\xff", "-5.5", "99999999999999999999"} {
		f.Add(s)
	}
	fields := catalog.Fields()
	f.Fuzz(func(t *testing.T, s string) {
		for _, field := range fields {
			got, err := ParseFilter(field, []string{s})
			if err != nil {
				var fe *fault.Error
				if !errors.As(err, &fe) || fe.Kind != fault.Invalid || fe.Field != "filter."+field.ID {
					t.Fatalf("%s=%q: error %v is not about the field", field.ID, s, err)
				}
				continue
			}
			for _, term := range append(got.Any, got.None...) {
				text := Escape(term.Text)
				if field.Type.Ordered() && !term.Blank && term.Lo != nil && term.Hi != nil && *term.Lo == *term.Hi {
					if field.Type == catalog.Money {
						continue // written as tenge, kept as tiyn
					}
					text = FormatValue(field.Type, *term.Lo)
				} else if field.Type.Ordered() && !term.Blank {
					continue
				}
				back, err := ParseFilter(field, []string{text})
				if err != nil || len(back.Any) != 1 || back.Any[0].String() != term.String() {
					t.Fatalf("%s=%q: term %v written %q came back as %v, %v", field.ID, s, term, text, back, err)
				}
			}
		}
	})
}

func TestRangesOfMeasures(t *testing.T) {
	t.Parallel()
	compile := func(ranges map[string]string, dimensions ...string) (Plan, error) {
		return Compile(analysis.Query{Measures: []string{"lots", "lotsValue"}, Dimensions: dimensions, Having: ranges})
	}
	p, err := compile(map[string]string{"lotsValue": "10.5..20", "lots": "3.."}, "buyer")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Having) != 2 || p.Having[0].Lo.Int64() != 3 || p.Having[0].Hi != nil || p.Having[1].Lo.Int64() != 1050 || p.Having[1].Hi.Int64() != 2000 {
		t.Errorf("%+v", p.Having)
	}
	for _, wrong := range []map[string]string{{"lots": "3"}, {"lots": ".."}, {"lots": "5..3"}, {"lots": "1.5.."}, {"lots": "x.."}, {"lots": "1e3.."}, {"bids": "1.."}, {"nothing": "1.."}} {
		if p, err := compile(wrong, "buyer"); err == nil {
			t.Errorf("%v is taken for %+v", wrong, p.Having)
		}
	}
	if _, err := compile(map[string]string{"lots": "1.."}); err == nil {
		t.Error("a range without groups is taken")
	}
}

func TestFacetsAreCountedInTheDatasetAskedFor(t *testing.T) {
	t.Parallel()
	dataset := func(q analysis.FacetsQuery) (catalog.Dataset, error) {
		facets, err := CompileFacets(q)
		if err != nil {
			return "", err
		}
		return facets[0].Dataset, nil
	}
	for _, c := range []struct {
		q    analysis.FacetsQuery
		want catalog.Dataset
	}{
		{analysis.FacetsQuery{Fields: []string{"method"}}, catalog.Lots},
		{analysis.FacetsQuery{Fields: []string{"method"}, Dataset: "contracts"}, catalog.Contracts},
		{analysis.FacetsQuery{Fields: []string{"method"}, Dataset: "plan_points", Filters: analysis.Filters{"planYear": {"2026"}}}, catalog.PlanPoints},
		{analysis.FacetsQuery{Fields: []string{"method"}, Filters: analysis.Filters{"signedYear": {"2026"}}}, catalog.Contracts},
	} {
		if got, err := dataset(c.q); got != c.want || err != nil {
			t.Errorf("%+v: %s, %v, want %s", c.q, got, err, c.want)
		}
	}
	for _, q := range []analysis.FacetsQuery{
		{Fields: []string{"method"}, Dataset: "lots; drop table lots"},
		{Fields: []string{"method"}, Dataset: "Contracts"},
		{Fields: []string{"lotStatus"}, Dataset: "contracts"},
		{Fields: []string{"method"}, Dataset: "contracts", Filters: analysis.Filters{"lotStatus": {"complete"}}},
	} {
		_, err := dataset(q)
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Field != "dataset" {
			t.Errorf("%+v: %v, want an invalid dataset", q, err)
		}
	}
}
