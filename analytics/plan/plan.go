// Package plan has the typed query plan: what an engine is asked, checked
// against the catalogue. A plan carries identifiers of the catalogue and bound
// values only, so that nothing a client wrote can become a part of a statement.
package plan

import (
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// Cost caps of one request.
const (
	MaxMeasures     = 20
	MaxDimensions   = 4
	MaxLimit        = 10_000
	MaxFilterValues = 1_000
	MaxValueBytes   = 256
	MaxFacetFields  = 12
	DefaultLimit    = 1_000
	DefaultFacet    = 100
)

// Plan is a checked query.
type Plan struct {
	Measures   []catalog.Measure
	Dimensions []catalog.Field
	// Filters are ordered by field; a row must pass all.
	Filters []Filter
	// Having keeps the groups that pass all.
	Having []Bound
	Order  []Order
	Limit  int
	// Compare is the other selection that every measure is computed over too; nil
	// when there is none.
	Compare *Comparison
	// Cumulative asks for running sums along the first dimension, in the order of
	// the groups. It changes nothing for an engine.
	Cumulative bool
}

// Bound keeps the groups in which a measure lies between two values, inclusive;
// nil is open. A group without a value of the measure is not kept.
type Bound struct {
	Measure int // position
	Lo, Hi  Value
}

// Keeps tells whether a value lies within the bound.
func (b Bound) Keeps(v Value) bool {
	return v != nil && (b.Lo == nil || v.Cmp(b.Lo) >= 0) && (b.Hi == nil || v.Cmp(b.Hi) <= 0)
}

// Order is one sort key. Blank members and null values come last either way.
type Order struct {
	// Column is the position of a dimension, or of a measure after the
	// dimensions; after the measures come the same over the other selection, and
	// after these the changes, each as many as there are measures.
	Column int
	Desc   bool
}

// Facet asks for the values of one field with their counts.
type Facet struct {
	Field   catalog.Field
	Dataset catalog.Dataset
	// Filters of the other fields; Own is the field's own, which decides what is
	// selected but not what is counted.
	Filters []Filter
	Own     Filter
	Limit   int
	// Search keeps values whose id or name holds it, whatever the case; only
	// for organisations, whose names the engine has. "" keeps all.
	Search string
}

// Result is what an engine answers to a plan.
type Result struct {
	Snapshot string
	AsOf     string
	Currency string // that money is in
	// Groups have as many members as the plan has dimensions and as many values
	// as it has measures.
	Groups []Group
	// TotalGroups is the number of groups before Having and the limit.
	TotalGroups int64
	// Other are the measures over the rows of the groups beyond the limit; nil
	// when there are none.
	Other []Value
	// Totals are the measures over all selected rows.
	Totals []Value
	// Rows is the number of selected rows of the first measure's dataset.
	Rows     int64
	Excluded []Excluded
	// Compared has the same over the other selection of a comparison.
	Compared *Compared
}

// Compared is what a Result has of the other selection. Other is not nil when that
// of the Result is not.
type Compared struct {
	Totals, Other []Value
	Rows          int64
	Excluded      []Excluded
}

// Changes divides measures by what happened to the processes between two snapshots.
type Changes struct {
	Earlier, Later string // snapshots
	// New, Updated and Removed count processes: with other newest releases, and
	// those that only one snapshot has.
	New, Updated, Removed int64
	// Groups have, after the members of the plan, a cause as a member: NewProcess,
	// UpdatedProcess, RemovedProcess or SameProcess.
	EarlierGroups, LaterGroups []Group
}

// Causes of a change.
const (
	NewProcess     = "new"
	UpdatedProcess = "updated"
	RemovedProcess = "removed"
	SameProcess    = "same"
)

// Group is one combination of members.
type Group struct {
	Members []Member
	Values  []Value
	// Compared are the values over the other selection of a comparison.
	Compared []Value
}

// Member is a value of a dimension.
type Member struct {
	// ID is the plain value, "" for blank.
	ID string
	// NameRU and NameKK are the names the data gives, of organisations.
	NameRU, NameKK string
}

// Value is an exact integer in the scale of the measure's unit; nil is null.
type Value = *big.Int

// Excluded counts rows that a measure leaves out.
type Excluded struct {
	Measure string
	Reason  catalog.Reason
	Rows    int64
}

// FacetResult is what an engine answers to a Facet.
type FacetResult struct {
	Snapshot string
	AsOf     string
	Total    int64
	Values   []FacetValue
}

// FacetValue is a member with the number of its rows.
type FacetValue struct {
	Member
	Count int64
}

// Compile checks a query.
func Compile(q analysis.Query) (Plan, error) {
	var p Plan
	if len(q.Measures) == 0 {
		return Plan{}, fault.New(fault.Invalid, "no measure was asked for").At("measures", measureIDs()...)
	}
	if err := atMost("measures", len(q.Measures), MaxMeasures); err != nil {
		return Plan{}, err
	}
	if err := atMost("dimensions", len(q.Dimensions), MaxDimensions); err != nil {
		return Plan{}, err
	}
	seen := map[string]int{}
	var datasets []catalog.Dataset
	for _, id := range q.Measures {
		m, ok := catalog.MeasureByID(id)
		if !ok {
			return Plan{}, fault.New(fault.Invalid, "there is no measure %s", quote(id)).At("measures", measureIDs()...)
		}
		if _, twice := seen[id]; twice {
			return Plan{}, fault.New(fault.Invalid, "measure %s is asked for twice", id).At("measures")
		}
		seen[id] = -1
		p.Measures = append(p.Measures, m)
		if !slices.Contains(datasets, m.Dataset) {
			datasets = append(datasets, m.Dataset)
		}
	}
	for i, id := range q.Dimensions {
		f, ok := catalog.FieldByID(id)
		if !ok || !f.Dimension {
			return Plan{}, fault.New(fault.Invalid, "there is no dimension %s", quote(id)).At("dimensions", dimensionIDs(datasets)...)
		}
		if _, twice := seen[id]; twice {
			return Plan{}, fault.New(fault.Invalid, "dimension %s is asked for twice", id).At("dimensions")
		}
		seen[id] = i
		if err := fits("dimensions", "split by", f, p.Measures); err != nil {
			return Plan{}, err.At("dimensions", dimensionIDs(datasets)...)
		}
		p.Dimensions = append(p.Dimensions, f)
	}
	for i, m := range p.Measures {
		seen[m.ID] = len(p.Dimensions) + i
	}
	filters, err := compileFilters(q.Filters)
	if err != nil {
		return Plan{}, err
	}
	for _, f := range filters {
		field := analysis.FilterPrefix + f.Field.ID
		if err := fits(field, "filtered by", f.Field, p.Measures); err != nil {
			return Plan{}, err.At(field)
		}
	}
	p.Filters = filters
	if p.Limit, err = limit(q.Limit, DefaultLimit); err != nil {
		return Plan{}, err
	}
	if p.Compare, err = compare(q, p); err != nil {
		return Plan{}, err
	}
	if p.Compare != nil {
		for i, m := range p.Measures {
			seen[m.ID+"."+analysis.RoleCompare] = len(p.Dimensions) + len(p.Measures) + i
			seen[m.ID+"."+analysis.RoleChange] = len(p.Dimensions) + 2*len(p.Measures) + i
		}
	}
	if p.Order, err = order(q.Order, p, seen); err != nil {
		return Plan{}, err
	}
	if p.Having, err = having(q.Having, p); err != nil {
		return Plan{}, err
	}
	p.Cumulative = q.Cumulative
	return p, cumulative(q, p)
}

// cumulative refuses running sums that would not be what they are called.
func cumulative(q analysis.Query, p Plan) error {
	if !q.Cumulative {
		return nil
	}
	wrong := func(format string, a ...any) error { return fault.New(fault.Invalid, format, a...).At("cumulative") }
	switch {
	case len(p.Dimensions) == 0 || Calendar(p.Dimensions[0]) == "":
		return wrong("running sums go along a date, and the first dimension is none")
	case q.Order != "":
		return wrong("running sums go from the first date to the last; leave order out")
	case len(q.Having) > 0:
		return wrong("running sums need all groups; leave having out")
	}
	for _, m := range p.Measures {
		if slices.ContainsFunc(p.Dimensions, func(f catalog.Field) bool { return !m.AddsUp(f) }) {
			return wrong("the parts of measure %s do not add up, so it has no running sum", m.ID)
		}
	}
	return nil
}

// CompileFacets checks a question for facets: one plan per field.
func CompileFacets(q analysis.FacetsQuery) ([]Facet, error) {
	if len(q.Fields) == 0 {
		return nil, fault.New(fault.Invalid, "no field was asked for").At("fields", dimensionIDs(nil)...)
	}
	if err := atMost("fields", len(q.Fields), MaxFacetFields); err != nil {
		return nil, err
	}
	filters, err := compileFilters(q.Filters)
	if err != nil {
		return nil, err
	}
	n, err := limit(q.Limit, DefaultFacet)
	if err != nil {
		return nil, err
	}
	var facets []Facet
	for i, id := range q.Fields {
		f, ok := catalog.FieldByID(id)
		if !ok || !f.Dimension {
			return nil, fault.New(fault.Invalid, "there is no field %s with values to list", quote(id)).At("fields", dimensionIDs(nil)...)
		}
		if slices.Contains(q.Fields[:i], id) {
			return nil, fault.New(fault.Invalid, "field %s is asked for twice", id).At("fields")
		}
		facet := Facet{Field: f, Own: Filter{Field: f}, Limit: n, Search: strings.TrimSpace(q.Search[id])}
		for _, o := range filters {
			if o.Field.ID == id {
				facet.Own = o
			} else {
				facet.Filters = append(facet.Filters, o)
			}
		}
		if facet.Dataset, err = datasetOf(f, facet.Filters, q.Dataset); err != nil {
			return nil, err
		}
		facets = append(facets, facet)
	}
	for id, text := range q.Search {
		if !slices.Contains(q.Fields, id) {
			return nil, fault.New(fault.Invalid, "search on field %s, which is not asked for", quote(id)).At("search", q.Fields...)
		}
		if len(text) > MaxValueBytes {
			return nil, fault.New(fault.Invalid, "the text searched for is longer than %d bytes", MaxValueBytes).At("search")
		}
	}
	return facets, nil
}

// datasetOf picks the dataset that is asked for, or else the first that has the
// field and all the filters.
func datasetOf(f catalog.Field, filters []Filter, wanted string) (catalog.Dataset, error) {
	if wanted != "" {
		d := catalog.Dataset(wanted)
		if !slices.Contains(catalog.Datasets(), d) {
			return "", fault.New(fault.Invalid, "there is no dataset %s", quote(wanted)).At("dataset", datasetIDs()...)
		}
		for _, o := range append([]Filter{{Field: f}}, filters...) {
			if !o.Field.On(d) {
				return "", fault.New(fault.Invalid, "dataset %s has no field %s", d, o.Field.ID).
					At("dataset").Do("leave out the field or the filter, or ask for another dataset; the catalogue says which datasets have which fields")
			}
		}
		return d, nil
	}
	for _, d := range catalog.Datasets() {
		if f.On(d) && !slices.ContainsFunc(filters, func(o Filter) bool { return !o.Field.On(d) }) {
			return d, nil
		}
	}
	ids := make([]string, len(filters))
	for i, o := range filters {
		ids[i] = o.Field.ID
	}
	return "", fault.New(fault.Invalid, "no dataset has field %s together with the filters %s", f.ID, strings.Join(ids, ", ")).
		At("fields").Do("leave out the field or a filter; the catalogue says which datasets have which fields")
}

// fits checks that every measure's dataset has the field.
func fits(at, verb string, f catalog.Field, measures []catalog.Measure) *fault.Error {
	for _, m := range measures {
		if !f.On(m.Dataset) {
			return fault.New(fault.Invalid, "measure %s cannot be %s %s: dataset %s does not have it", m.ID, verb, f.ID, m.Dataset).
				At(at).Do("ask for the measures of different datasets in separate queries, or leave the field out")
		}
	}
	return nil
}

func order(text string, p Plan, columns map[string]int) ([]Order, error) {
	if text == "" {
		if len(p.Dimensions) > 0 && p.Dimensions[0].Type.Ordered() {
			return []Order{{Column: 0}}, nil
		}
		return []Order{{Column: len(p.Dimensions), Desc: true}}, nil
	}
	var keys []Order
	for part := range strings.SplitSeq(text, ",") {
		id, desc := strings.CutPrefix(strings.TrimSpace(part), "-")
		column, ok := columns[id]
		if !ok {
			var allowed []string
			for _, d := range p.Dimensions {
				allowed = append(allowed, d.ID, "-"+d.ID)
			}
			for _, m := range p.Measures {
				allowed = append(allowed, m.ID, "-"+m.ID)
				if p.Compare != nil {
					allowed = append(allowed, m.ID+"."+analysis.RoleCompare, "-"+m.ID+"."+analysis.RoleCompare, m.ID+"."+analysis.RoleChange, "-"+m.ID+"."+analysis.RoleChange)
				}
			}
			return nil, fault.New(fault.Invalid, "cannot order by %s: it is not a column of the answer", quote(id)).At("order", allowed...)
		}
		if slices.ContainsFunc(keys, func(o Order) bool { return o.Column == column }) {
			return nil, fault.New(fault.Invalid, "ordered by %s twice", id).At("order")
		}
		keys = append(keys, Order{Column: column, Desc: desc})
	}
	return keys, nil
}

var amountForm = regexp.MustCompile(`^-?[0-9]{1,18}(\.[0-9]{1,6})?$`)

// having reads the ranges of measures.
func having(ranges map[string]string, p Plan) ([]Bound, error) {
	var bounds []Bound
	for _, id := range slices.Sorted(maps.Keys(ranges)) {
		at := analysis.HavingPrefix + id
		i := slices.IndexFunc(p.Measures, func(m catalog.Measure) bool { return m.ID == id })
		if i < 0 || len(p.Dimensions) == 0 {
			return nil, fault.New(fault.Invalid, "%s is not a measure of the groups asked for", quote(id)).At(at).Do("ask for the measure, by a dimension")
		}
		from, to, ok := strings.Cut(ranges[id], analysis.Span)
		b := Bound{Measure: i}
		for _, side := range []struct {
			text  string
			bound *Value
		}{{from, &b.Lo}, {to, &b.Hi}} {
			text := side.text
			if text == "" {
				continue
			}
			r, number := new(big.Rat).SetString(text)
			if !ok || !number || !amountForm.MatchString(text) {
				return nil, fault.New(fault.Invalid, "%s is not a range", quote(ranges[id])).At(at).Do("write a..b, a.. or ..b")
			}
			scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(p.Measures[i].Unit.Scale())), nil)
			r.Mul(r, new(big.Rat).SetInt(scale))
			if !r.IsInt() {
				return nil, fault.New(fault.Invalid, "%s has more than %d decimals", quote(text), p.Measures[i].Unit.Scale()).At(at)
			}
			*side.bound = r.Num()
		}
		if !ok || b.Lo == nil && b.Hi == nil || b.Lo != nil && b.Hi != nil && b.Lo.Cmp(b.Hi) > 0 {
			return nil, fault.New(fault.Invalid, "%s is not a range", quote(ranges[id])).At(at).Do("write a..b, a.. or ..b")
		}
		bounds = append(bounds, b)
	}
	return bounds, nil
}

func limit(n, standard int) (int, error) {
	switch {
	case n < 0:
		return 0, fault.New(fault.Invalid, "limit is %d, it must be 1 to %d", n, MaxLimit).At("limit")
	case n == 0:
		return standard, nil
	}
	return n, atMost("limit", n, MaxLimit)
}

func atMost(field string, n, most int) error {
	if n > most {
		return fault.New(fault.Invalid, "%s: %d is more than the %d allowed", field, n, most).
			At(field).Do("ask for less, or split the question")
	}
	return nil
}

// Key is a text that equal plans share: with a snapshot it names an answer.
func (p Plan) Key() string {
	var b strings.Builder
	b.WriteString("query")
	for _, m := range p.Measures {
		b.WriteString(" m:" + m.ID)
	}
	for _, d := range p.Dimensions {
		b.WriteString(" d:" + d.ID)
	}
	writeFilters(&b, p.Filters)
	for _, h := range p.Having {
		fmt.Fprintf(&b, " h:%d:%v..%v", h.Measure, h.Lo, h.Hi)
	}
	for _, o := range p.Order {
		fmt.Fprintf(&b, " o:%d:%t", o.Column, o.Desc)
	}
	fmt.Fprintf(&b, " l:%d", p.Limit)
	if c := p.Compare; c != nil {
		fmt.Fprintf(&b, " compare %v", c.Shift)
		writeFilters(&b, c.Filters)
	}
	return b.String()
}

// Key is a text that equal facets share.
func (f Facet) Key() string {
	var b strings.Builder
	b.WriteString("facet " + f.Field.ID + " on:" + string(f.Dataset))
	writeFilters(&b, f.Filters)
	writeFilters(&b, []Filter{f.Own})
	fmt.Fprintf(&b, " l:%d s:%q", f.Limit, f.Search)
	return b.String()
}

func writeFilters(b *strings.Builder, filters []Filter) {
	for _, f := range filters {
		b.WriteString(" f:" + f.Field.ID)
		for _, t := range f.Any {
			b.WriteString("=" + t.String())
		}
		for _, t := range f.None {
			b.WriteString("!=" + t.String())
		}
	}
}

// Decimal writes a value with the decimals of a unit, exactly; nil is "".
func Decimal(v Value, u catalog.Unit) string {
	if v == nil {
		return ""
	}
	scale := u.Scale()
	if scale == 0 {
		return v.String()
	}
	sign, digits := "", new(big.Int).Abs(v).String()
	if v.Sign() < 0 {
		sign = "-"
	}
	if len(digits) <= scale {
		digits = strings.Repeat("0", scale-len(digits)+1) + digits
	}
	return sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
}

// FormatMoney writes tiyn as tenge, as a filter takes it.
func FormatMoney(tiyn int64) string { return Decimal(big.NewInt(tiyn), catalog.Tenge) }

func quote(s string) string {
	if len(s) > 64 {
		s = strings.ToValidUTF8(s[:64], "") + "…"
	}
	return strconv.Quote(s)
}

func datasetIDs() []string {
	var ids []string
	for _, d := range catalog.Datasets() {
		ids = append(ids, string(d))
	}
	return ids
}

func measureIDs() []string {
	var ids []string
	for _, m := range catalog.Measures() {
		ids = append(ids, m.ID)
	}
	return ids
}

// dimensionIDs lists the dimensions that all the datasets have.
func dimensionIDs(datasets []catalog.Dataset) []string {
	var ids []string
	for _, f := range catalog.Fields() {
		if f.Dimension && !slices.ContainsFunc(datasets, func(d catalog.Dataset) bool { return !f.On(d) }) {
			ids = append(ids, f.ID)
		}
	}
	return ids
}
