package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// Cost caps of a page of rows.
const (
	MaxRows     = 1_000
	DefaultRows = 100
	MaxColumns  = 60
)

// Rows is a checked question for rows.
type Rows struct {
	Dataset catalog.Dataset
	// Measure keeps the rows that it counts; nil keeps all. Reason, when not empty,
	// keeps those that it leaves out for this reason.
	Measure *catalog.Measure
	Reason  catalog.Reason
	Columns []Column
	Filters []Filter
	Order   Column
	Desc    bool
	// After is the place of the last row of the page before; nil begins.
	After *Place
	Limit int
}

// Column is a field or a value of the rows.
type Column struct {
	Field *catalog.Field
	Value *catalog.RowValue
}

// ID of the column.
func (c Column) ID() string {
	if c.Field != nil {
		return c.Field.ID
	}
	return c.Value.ID
}

// Place is where a row stands in the order: the value that it is ordered by, as
// text, and the keys that break ties. An order value that is not stated is nil.
type Place struct {
	Order *string  `json:"o"`
	Keys  []string `json:"k"`
}

// RowsResult is what an engine answers to Rows.
type RowsResult struct {
	Snapshot string
	AsOf     string
	Rows     []Row
	// More tells that rows follow, after Last.
	More bool
	Last Place
}

// Scan reads all rows of a question, piece by piece, from one snapshot.
type Scan interface {
	// Next gives the next rows, perhaps none; More is false with the last.
	Next(ctx context.Context) (RowsResult, error)
	// Close must be called, so that the snapshot can go.
	Close()
}

// Row is one row.
type Row struct {
	OCID string
	// Kind of the entity that the row belongs to, and its id.
	Kind, ID         string
	TitleRU, TitleKK string
	// Cells are as many as columns: fields have a member, values a number.
	Cells []Cell
}

// Cell is the value of a column.
type Cell struct {
	Member Member // of a field
	Value  Value  // of a value, or of a field of money; nil is null
}

// CompileRows checks a question for rows, but for its cursor.
func CompileRows(q analysis.RowsQuery) (Rows, error) {
	r := Rows{Dataset: catalog.Dataset(q.Dataset)}
	if q.Measure != "" {
		m, ok := catalog.MeasureByID(q.Measure)
		if !ok {
			return Rows{}, fault.New(fault.Invalid, "there is no measure %s", quote(q.Measure)).At("measure", measureIDs()...)
		}
		if r.Dataset != "" && r.Dataset != m.Dataset {
			return Rows{}, fault.New(fault.Invalid, "measure %s counts rows of dataset %s, not of %s", m.ID, m.Dataset, quote(q.Dataset)).
				At("dataset", string(m.Dataset))
		}
		r.Dataset, r.Measure = m.Dataset, &m
	}
	if !slices.Contains(catalog.Datasets(), r.Dataset) {
		var names []string
		for _, d := range catalog.Datasets() {
			names = append(names, string(d))
		}
		return Rows{}, fault.New(fault.Invalid, "there is no dataset %s", quote(q.Dataset)).At("dataset", names...).Do("give a dataset or a measure")
	}
	if q.Reason != "" {
		if r.Measure == nil {
			return Rows{}, fault.New(fault.Invalid, "reason %s is given without a measure", quote(q.Reason)).At("measure").Do("say which measure leaves the rows out")
		}
		r.Reason = catalog.Reason(q.Reason)
		if !slices.Contains(r.Measure.Excludes, r.Reason) || r.Reason == catalog.NotInData {
			var reasons []string
			for _, x := range r.Measure.Excludes {
				if x != catalog.NotInData {
					reasons = append(reasons, string(x))
				}
			}
			return Rows{}, fault.New(fault.Invalid, "measure %s leaves no rows out for %s", r.Measure.ID, quote(q.Reason)).At("reason", reasons...)
		}
	}
	kind, choices := catalog.RowsOf(r.Dataset), RowColumns(r.Dataset)
	pick := func(at, id string) (Column, error) {
		i := slices.IndexFunc(choices, func(c Column) bool { return c.ID() == id })
		if i < 0 {
			ids := make([]string, len(choices))
			for j, c := range choices {
				ids[j] = c.ID()
			}
			return Column{}, fault.New(fault.Invalid, "rows of %s have no column %s", r.Dataset, quote(id)).At(at, ids...)
		}
		return choices[i], nil
	}
	wanted := q.Columns
	if len(wanted) == 0 {
		wanted = kind.Usual
	}
	if err := atMost("columns", len(wanted), MaxColumns); err != nil {
		return Rows{}, err
	}
	for i, id := range wanted {
		c, err := pick("columns", id)
		if err != nil {
			return Rows{}, err
		}
		if slices.Contains(wanted[:i], id) {
			return Rows{}, fault.New(fault.Invalid, "column %s is asked for twice", id).At("columns")
		}
		r.Columns = append(r.Columns, c)
	}
	order := q.Order
	if order == "" {
		order = "-" + kind.Date
	}
	var id string
	id, r.Desc = strings.CutPrefix(order, "-")
	var err error
	if r.Order, err = pick("order", id); err != nil {
		return Rows{}, err
	}
	if r.Filters, err = compileFilters(q.Filters); err != nil {
		return Rows{}, err
	}
	for _, f := range r.Filters {
		if !f.Field.On(r.Dataset) {
			at := analysis.FilterPrefix + f.Field.ID
			return Rows{}, fault.New(fault.Invalid, "rows of %s cannot be filtered by %s", r.Dataset, f.Field.ID).At(at).Do("leave the filter out, or ask for rows of another dataset")
		}
	}
	switch {
	case q.Limit < 0:
		return Rows{}, fault.New(fault.Invalid, "limit is %d, it must be 1 to %d", q.Limit, MaxRows).At("limit")
	case q.Limit == 0:
		r.Limit = DefaultRows
	default:
		r.Limit = q.Limit
		if err := atMost("limit", q.Limit, MaxRows); err != nil {
			return Rows{}, err
		}
	}
	return r, nil
}

// RowColumns lists what the rows of a dataset have.
func RowColumns(d catalog.Dataset) []Column {
	var columns []Column
	for _, f := range catalog.RowFields(d) {
		columns = append(columns, Column{Field: &f})
	}
	for _, v := range catalog.RowsOf(d).Values {
		columns = append(columns, Column{Value: &v})
	}
	return columns
}

// Key is a text that equal questions share, whatever the page.
func (r Rows) Key() string {
	var b strings.Builder
	fmt.Fprintf(&b, "rows %s", r.Dataset)
	if r.Measure != nil {
		fmt.Fprintf(&b, " m:%s r:%s", r.Measure.ID, r.Reason)
	}
	writeFilters(&b, r.Filters)
	fmt.Fprintf(&b, " o:%s:%t", r.Order.ID(), r.Desc)
	return b.String()
}
