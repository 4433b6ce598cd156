package duckdb

import (
	"context"
	"fmt"
	"slices"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
)

// Facet lists the values of a field with the number of rows that pass the
// filters, zero included: the selected values first, then ordered values newest
// first and others by count; blank last among equals.
func (e *Engine) Facet(ctx context.Context, f plan.Facet) (plan.FacetResult, error) {
	return fitting(ctx, e, func() (plan.FacetResult, error) { return e.facet(ctx, f) })
}

func (e *Engine) facet(ctx context.Context, f plan.Facet) (plan.FacetResult, error) {
	s, err := e.acquire()
	if err != nil {
		return plan.FacetResult{}, err
	}
	defer e.release(s)
	orgs, err := s.organisationsOf(ctx, append(f.Filters, f.Own)...)
	if err != nil {
		return plan.FacetResult{}, err
	}
	fact := string(f.Dataset)
	count, is := "count(*) FILTER (WHERE ", ""
	if f.Dataset == catalog.Lots {
		is = "is_lot AND "
		shared := f.Field.Shared || slices.ContainsFunc(f.Filters, func(o plan.Filter) bool { return o.Field.Shared })
		switch {
		case f.Field.ID == "buyer":
		case shared || f.Field.Multiple && f.Field.ID != "bidder":
			count = "count(DISTINCT lot) FILTER (WHERE "
		default:
			is += "lead AND "
		}
		if f.Field.Multiple {
			fact = "participations"
		}
	}
	column := columns[f.Field.ID]

	var st statement
	st.WriteString("SELECT v, n, count(*) OVER () FROM (SELECT " + column + " AS v, " + count + is)
	st.where(fact, f.Filters, orgs)
	st.WriteString(") AS n FROM " + fact)
	if f.Search != "" {
		st.WriteString(" WHERE " + column + " IN (SELECT key FROM organisations WHERE contains(lower(name_ru), lower(")
		st.bind(f.Search)
		st.WriteString(")) OR contains(lower(name_kk), lower(")
		st.bind(f.Search)
		st.WriteString(")) OR contains(lower(id), lower(")
		st.bind(f.Search)
		st.WriteString(")))")
	}
	st.WriteString(" GROUP BY " + column + ") ORDER BY ")
	if len(f.Own.Any) > 0 {
		st.matches(f.Field, "v", f.Own.Any, orgs)
		st.WriteString(" IS TRUE DESC, ")
	}
	if f.Field.Type.Ordered() {
		st.WriteString("v DESC NULLS LAST")
	} else {
		st.WriteString("n DESC, (" + blank(f.Field, "v") + "), v")
	}
	st.WriteString(" LIMIT ")
	st.bind(f.Limit)

	rows, err := s.db.QueryContext(ctx, st.String(), st.args...)
	if err != nil {
		return plan.FacetResult{}, fmt.Errorf("facet %s: %w", f.Field.ID, err)
	}
	defer rows.Close()
	r := plan.FacetResult{Snapshot: s.ID, AsOf: s.AsOf}
	var keys []int32
	for rows.Next() {
		var (
			v     any
			value plan.FacetValue
		)
		if err := rows.Scan(&v, &value.Count, &r.Total); err != nil {
			return plan.FacetResult{}, fmt.Errorf("facet %s: %w", f.Field.ID, err)
		}
		if key, ok := v.(int32); ok && f.Field.Type == catalog.Organisation {
			keys = append(keys, key)
		} else {
			value.ID = memberID(f.Field, v)
		}
		r.Values = append(r.Values, value)
	}
	if err := rows.Err(); err != nil {
		return plan.FacetResult{}, fmt.Errorf("facet %s: %w", f.Field.ID, err)
	}
	organisation := map[int32][]*plan.Member{}
	for i, key := range keys {
		organisation[key] = append(organisation[key], &r.Values[i].Member)
	}
	if f.Field.Type == catalog.Named {
		members := map[string][]*plan.Member{}
		for i := range r.Values {
			members[r.Values[i].ID] = append(members[r.Values[i].ID], &r.Values[i].Member)
		}
		return r, s.nameCodes(ctx, map[string]map[string][]*plan.Member{f.Field.ID: members})
	}
	return r, s.nameOrganisations(ctx, organisation)
}
