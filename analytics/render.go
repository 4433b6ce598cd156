package analytics

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/proto/analysis"
)

// render puts a result into a language.
func render(p plan.Plan, r plan.Result, lang string) analysis.Answer {
	a := analysis.Answer{
		Meta: analysis.Meta{
			Snapshot: r.Snapshot, AsOf: r.AsOf, Lang: lang, Dataset: string(p.Measures[0].Dataset), Rows: r.Rows,
		},
		Rows:   make([]analysis.Row, 0, len(r.Groups)),
		Totals: cells(p, r.Totals),
	}
	for _, f := range p.Dimensions {
		a.Columns = append(a.Columns, analysis.Column{ID: f.ID, Kind: analysis.KindDimension, Type: fieldType(f), Title: f.Name.In(lang)})
	}
	for _, m := range p.Measures {
		a.Columns = append(a.Columns, analysis.Column{
			ID: m.ID, Kind: analysis.KindMeasure, Type: columnType(m.Unit), Unit: string(m.Unit), Title: m.Name.In(lang),
			Scale: m.Unit.Scale(), Additive: m.Additive && !slices.ContainsFunc(p.Dimensions, func(f catalog.Field) bool { return !m.AddsUp(f) }),
		})
		a.Meta.Definitions = append(a.Meta.Definitions, analysis.Definition{ID: m.ID, Version: m.Version})
	}
	for _, e := range r.Excluded {
		a.Meta.Excluded = append(a.Meta.Excluded, analysis.Excluded{
			Measure: e.Measure, Reason: string(e.Reason), Title: catalog.ReasonTitle(e.Reason).In(lang), Rows: e.Rows,
		})
	}
	for _, g := range r.Groups {
		row := cells(p, g.Values)
		for i, m := range g.Members {
			row[p.Dimensions[i].ID] = analysis.Cell{Member: &analysis.Member{ID: plan.Escape(m.ID), Label: label(p.Dimensions[i], m, lang)}}
		}
		a.Rows = append(a.Rows, row)
	}
	if r.Other != nil {
		a.Other = cells(p, r.Other)
		a.Other["groups"] = analysis.Cell{Number: strconv.FormatInt(r.TotalGroups-int64(len(r.Groups)), 10)}
	}
	return a
}

func cells(p plan.Plan, values []plan.Value) analysis.Row {
	row := make(analysis.Row, len(p.Dimensions)+len(values)+1)
	for i, v := range values {
		u := p.Measures[i].Unit
		row[p.Measures[i].ID] = analysis.Cell{Number: plan.Decimal(v, u), Text: u != catalog.Count}
	}
	return row
}

// renderFacet puts a facet into a language. The names of codes are known here
// only, so a search among them is done here.
func renderFacet(f plan.Facet, r plan.FacetResult, lang string) analysis.Facet {
	facet := analysis.Facet{Field: f.Field.ID, Title: f.Field.Name.In(lang), Dataset: string(f.Dataset), Total: r.Total, Values: []analysis.FacetValue{}}
	needle := strings.ToLower(f.Search)
	here := needle != "" && f.Field.Type != catalog.Organisation
	if here {
		facet.Total = 0
	}
	for _, v := range r.Values {
		name := label(f.Field, v.Member, lang)
		if here {
			if !strings.Contains(strings.ToLower(name), needle) && !strings.Contains(strings.ToLower(v.ID), needle) {
				continue
			}
			facet.Total++
		}
		if len(facet.Values) == f.Limit {
			continue
		}
		state := analysis.StatePossible
		switch {
		case f.Own.Refuses(v.ID):
			state = analysis.StateExcluded
		case f.Own.Selects(v.ID):
			state = analysis.StateSelected
		case v.Count == 0:
			state = analysis.StateExcluded
		}
		facet.Values = append(facet.Values, analysis.FacetValue{ID: plan.Escape(v.ID), Label: name, Count: v.Count, State: state})
	}
	return facet
}

// label names a member: an organisation by the data, in Kazakh where there is a
// Kazakh name, everything else by the catalogue.
func label(f catalog.Field, m plan.Member, lang string) string {
	if f.Type == catalog.Organisation && m.ID != "" {
		names := []string{m.NameRU, m.NameKK, m.ID}
		if lang == analysis.Kazakh {
			names[0], names[1] = m.NameKK, m.NameRU
		}
		for _, name := range names {
			if name != "" {
				return name
			}
		}
	}
	if f.Type == catalog.Named && m.NameRU+m.NameKK != "" {
		name := cmp.Or(m.NameRU, m.NameKK)
		if lang == analysis.Kazakh {
			name = cmp.Or(m.NameKK, m.NameRU)
		}
		return m.ID + " " + name
	}
	return f.Label(m.ID, lang)
}

func columnType(u catalog.Unit) string {
	switch u {
	case catalog.Tenge:
		return analysis.TypeMoney
	case catalog.Fraction:
		return analysis.TypeRatio
	case catalog.Average, catalog.Days:
		return analysis.TypeNumber
	}
	return analysis.TypeInt
}

func fieldType(f catalog.Field) string {
	switch f.Type {
	case catalog.Organisation:
		return analysis.TypeText
	case catalog.Year, catalog.Quarter, catalog.Month, catalog.Week, catalog.Day:
		return analysis.TypeDate
	case catalog.Money:
		return analysis.TypeMoney
	}
	return analysis.TypeCode
}

// perValue is the fixed part of the estimate of an answer's bytes; the texts
// are counted besides.
const perValue = 64

// keepOf estimates the bytes of answers about a snapshot. An answer about
// another one, computed during a swap, is too big to be kept under this one.
func keepOf(snapshot string) func(any) int64 {
	return func(v any) int64 {
		n := int64(perValue)
		member := func(m plan.Member) { n += int64(perValue + len(m.ID) + len(m.NameRU) + len(m.NameKK)) }
		var of string
		switch r := v.(type) {
		case plan.Result:
			of = r.Snapshot
			n += int64(perValue * (len(r.Totals) + len(r.Other) + len(r.Excluded)))
			for _, g := range r.Groups {
				n += int64(perValue * (1 + len(g.Values)))
				for _, m := range g.Members {
					member(m)
				}
			}
		case plan.FacetResult:
			of = r.Snapshot
			for _, m := range r.Values {
				member(m.Member)
			}
		}
		if of != snapshot {
			return math.MaxInt64
		}
		return n
	}
}
