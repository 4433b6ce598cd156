package analytics

import (
	"cmp"
	"math"
	"math/big"
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
			Snapshot: r.Snapshot, AsOf: r.AsOf, Lang: lang, Dataset: string(p.Measures[0].Dataset), Rows: r.Rows, Excluded: excluded(r.Excluded, lang),
		},
		Rows: make([]analysis.Row, 0, len(r.Groups)),
	}
	for _, f := range p.Dimensions {
		a.Columns = append(a.Columns, analysis.Column{ID: f.ID, Kind: analysis.KindDimension, Type: fieldType(f), Title: f.Name.In(lang)})
	}
	for _, m := range p.Measures {
		own := analysis.Column{
			ID: m.ID, Kind: analysis.KindMeasure, Type: columnType(m.Unit), Unit: unit(m.Unit, r.Currency), Title: m.Name.In(lang),
			Scale: m.Unit.Scale(), Additive: m.Additive && !slices.ContainsFunc(p.Dimensions, func(f catalog.Field) bool { return !m.AddsUp(f) }),
		}
		a.Columns = append(a.Columns, own)
		a.Meta.Definitions = append(a.Meta.Definitions, analysis.Definition{ID: m.ID, Version: m.Version})
		for _, role := range roles(p) {
			c := own
			c.ID, c.Of, c.Role, c.Title = m.ID+"."+role, m.ID, role, c.Title+": "+catalog.RoleTitle(role).In(lang)
			if role == analysis.RoleGrowth {
				c.Type, c.Unit, c.Scale = columnType(catalog.Fraction), string(catalog.Fraction), catalog.Fraction.Scale()
			}
			c.Additive = c.Additive && (role == analysis.RoleCompare || role == analysis.RoleChange)
			a.Columns = append(a.Columns, c)
		}
	}
	a.Totals = cells(p, r.Totals, nil)
	if c := r.Compared; c != nil {
		a.Totals = cells(p, r.Totals, c.Totals)
		a.Meta.Compared = &analysis.Compared{Filters: analysis.Filters{}, Excluded: excluded(c.Excluded, lang), Rows: c.Rows}
		for _, f := range p.Compare.Replaced {
			a.Meta.Compared.Filters[f.Field.ID] = f.Write()
		}
	}
	sums := running{}
	for _, g := range r.Groups {
		row := cells(p, g.Values, g.Compared)
		for i, m := range g.Members {
			row[p.Dimensions[i].ID] = analysis.Cell{Member: &analysis.Member{ID: plan.Escape(m.ID), Label: label(p.Dimensions[i], m, lang)}}
		}
		if p.Cumulative {
			sums.add(p, g, row)
		}
		a.Rows = append(a.Rows, row)
	}
	if r.Other != nil {
		var compared []plan.Value
		if r.Compared != nil {
			compared = r.Compared.Other
		}
		a.Other = cells(p, r.Other, compared)
		a.Other["groups"] = analysis.Cell{Number: strconv.FormatInt(r.TotalGroups-int64(len(r.Groups)), 10)}
	}
	return a
}

// roles lists the columns that each measure has beside its own.
func roles(p plan.Plan) []string {
	var all []string
	if p.Compare != nil {
		all = append(all, analysis.RoleCompare, analysis.RoleChange, analysis.RoleGrowth)
	}
	if p.Cumulative {
		all = append(all, analysis.RoleCumulative)
		if p.Compare != nil {
			all = append(all, analysis.RoleCompareCumulative)
		}
	}
	return all
}

func excluded(list []plan.Excluded, lang string) []analysis.Excluded {
	var out []analysis.Excluded
	for _, e := range list {
		out = append(out, analysis.Excluded{Measure: e.Measure, Reason: string(e.Reason), Title: catalog.ReasonTitle(e.Reason).In(lang), Rows: e.Rows})
	}
	return out
}

// cells writes measures, with what a comparison makes of them; compared is nil
// without one.
func cells(p plan.Plan, values, compared []plan.Value) analysis.Row {
	row := make(analysis.Row, len(p.Dimensions)+len(values)+1)
	for i, v := range values {
		m := p.Measures[i]
		row[m.ID] = number(v, m.Unit)
		if compared == nil {
			continue
		}
		change, growth := changed(v, compared[i])
		row[m.ID+"."+analysis.RoleCompare] = number(compared[i], m.Unit)
		row[m.ID+"."+analysis.RoleChange] = number(change, m.Unit)
		row[m.ID+"."+analysis.RoleGrowth] = number(growth, catalog.Fraction)
	}
	return row
}

func number(v plan.Value, u catalog.Unit) analysis.Cell {
	return analysis.Cell{Number: plan.Decimal(v, u), Text: u != catalog.Count}
}

// changed gives the difference of two values, and its fraction of the size of the
// former with the decimals of a fraction, half away from zero.
func changed(now, before plan.Value) (change, growth plan.Value) {
	if now == nil || before == nil {
		return nil, nil
	}
	change = new(big.Int).Sub(now, before)
	if before.Sign() == 0 {
		return change, nil
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(catalog.Fraction.Scale())), nil)
	size := new(big.Int).Abs(before)
	growth = new(big.Int).Mul(new(big.Int).Abs(change), scale)
	growth.Mul(growth, big.NewInt(2)).Add(growth, size).Quo(growth, new(big.Int).Mul(size, big.NewInt(2)))
	if change.Sign() < 0 {
		growth.Neg(growth)
	}
	return change, growth
}

// running has the sums so far, by the members after the date.
type running map[string][]plan.Value

// add counts a group in and writes the sums into its row. A sum has no value
// before the first group that has one.
func (s running) add(p plan.Plan, g plan.Group, row analysis.Row) {
	var key strings.Builder
	for _, m := range g.Members[1:] {
		key.WriteString(strconv.Quote(m.ID))
	}
	sums := s[key.String()]
	if sums == nil {
		sums = make([]plan.Value, 2*len(p.Measures))
		s[key.String()] = sums
	}
	for i, v := range slices.Concat(g.Values, g.Compared) {
		if v != nil && sums[i] == nil {
			sums[i] = new(big.Int)
		}
		if v != nil {
			sums[i].Add(sums[i], v)
		}
		m, role := p.Measures[i%len(p.Measures)], analysis.RoleCumulative
		if i >= len(p.Measures) {
			role = analysis.RoleCompareCumulative
		}
		row[m.ID+"."+role] = number(sums[i], m.Unit)
	}
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

// unit names the unit of a column: sums of money are in the currency of the
// snapshot.
func unit(u catalog.Unit, currency string) string {
	if u == catalog.Tenge && currency != "" {
		return currency
	}
	return string(u)
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
			n += int64(perValue * 2 * (len(r.Totals) + len(r.Other) + len(r.Excluded)))
			for _, g := range r.Groups {
				n += int64(perValue * (1 + len(g.Values) + len(g.Compared)))
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
