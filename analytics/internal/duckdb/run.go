package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
)

// query is a plan on its way to SQL.
type query struct {
	plan.Plan
	orgs organisations
	// absent are the datasets of which the snapshot has nothing.
	absent map[catalog.Dataset]bool
	// sides are the selections: the plan's, and the other one of a comparison.
	sides []side
	// sources are what the columns are computed from; column i is computed from
	// sources[sourceOf[i]]. The columns are the measures over the first side, then
	// those over the second.
	sources  []source
	sourceOf []int
	// split tells that a dimension has several values per lot.
	split bool
}

// side is a selection of rows, with the dates of its members moved by shift.
type side struct {
	filters []plan.Filter
	shift   plan.Shift
}

// source is what measures of one side are computed from together.
type source struct {
	measure
	side int
}

func (s *store) newQuery(p plan.Plan, orgs organisations) query {
	q := query{Plan: p, orgs: orgs, absent: s.absent, sides: []side{{filters: p.Filters}}}
	if p.Compare != nil {
		q.sides = append(q.sides, side{p.Compare.Filters, p.Compare.Shift})
	}
	for at := range q.sides {
		for _, m := range p.Measures {
			if m.Dataset == catalog.Lots {
				q.split = q.split || slices.ContainsFunc(p.Dimensions, func(f catalog.Field) bool { return f.Multiple })
			}
			own := source{measures[m.ID], at}
			i := slices.IndexFunc(q.sources, func(o source) bool { return o.side == at && o.source() == own.source() })
			if i < 0 {
				i = len(q.sources)
				q.sources = append(q.sources, own)
			}
			q.sourceOf = append(q.sourceOf, i)
		}
	}
	return q
}

// measureOf is the measure of a column.
func (q query) measureOf(column int) catalog.Measure { return q.Measures[column%len(q.Measures)] }

// halves divides values of columns into those of the plan's selection and those
// of the other; the latter are nil when there is none.
func (q query) halves(values []plan.Value) (own, compared []plan.Value) {
	if len(q.sides) == 1 {
		return values, nil
	}
	return values[:len(q.Measures)], values[len(q.Measures):]
}

// member is the expression of a dimension on a side.
func (q query) member(f catalog.Field, side int) string {
	column := columns[f.ID]
	s := q.sides[side].shift
	if !s.Moves(f) {
		return column
	}
	months := strconv.Itoa(s.Months)
	switch f.Type {
	case catalog.Year:
		return "(" + column + " + " + strconv.Itoa(s.Months/12) + ")"
	case catalog.Quarter:
		n := "(" + column + " // 10 * 4 + " + column + " % 10 - 1 + " + strconv.Itoa(s.Months/3) + ")"
		return "(" + n + " // 4 * 10 + " + n + " % 4 + 1)"
	case catalog.Month:
		n := "(" + column + " // 100 * 12 + " + column + " % 100 - 1 + " + months + ")"
		return "(" + n + " // 12 * 100 + " + n + " % 12 + 1)"
	case catalog.Week:
		if s.Months != 0 {
			return "(least(" + column + " % 100, 52) + (" + column + " // 100 + " + strconv.Itoa(s.Months/12) + ") * 100)"
		}
		// 4 January is in the first week of its year.
		day := "(date_trunc('week', make_date(" + column + " // 100, 1, 4)) + to_days(" + column + " % 100 * 7 - 7 + " + strconv.Itoa(s.Days) + "))"
		return "(isoyear(" + day + ") * 100 + week(" + day + "))::INTEGER"
	}
	if s.Months != 0 {
		return "(((DATE '1970-01-01' + " + column + ") + to_months(" + months + "))::DATE - DATE '1970-01-01')::INTEGER"
	}
	return "(" + column + " + " + strconv.Itoa(s.Days) + ")"
}

// shares tells whether a side touches what a buyer has in a lot of several.
func (q query) shares(side int, dimensions bool) bool {
	shared := func(f catalog.Field) bool { return f.Shared }
	return slices.ContainsFunc(q.sides[side].filters, func(f plan.Filter) bool { return f.Field.Shared }) ||
		dimensions && slices.ContainsFunc(q.Dimensions, shared)
}

// grouped is how lots are counted within a group, totalled over a selection.
func (q query) grouped(side int) counting {
	switch {
	case slices.ContainsFunc(q.Dimensions, func(f catalog.Field) bool { return f.ID == "buyer" }):
		return byRow
	case q.shares(side, true):
		return byDistinct
	}
	return byLead
}

func (q query) totalled(side int, dimensions bool) counting {
	if q.shares(side, dimensions) {
		return byDistinct
	}
	return byLead
}

// expression is the aggregate of a measure; null when the snapshot has nothing of
// what it is about.
func (q query) expression(m catalog.Measure, c counting) string {
	if q.absent[m.Dataset] {
		return "max(NULL::HUGEINT)"
	}
	return measures[m.ID].expression(m.Unit, c)
}

// nothing tells whether the measure has no value over no rows.
func (q query) nothing(m catalog.Measure) bool {
	return measures[m.ID].over != "" || measures[m.ID].null || q.absent[m.Dataset]
}

// Run answers a plan from the current snapshot.
func (e *Engine) Run(ctx context.Context, p plan.Plan) (plan.Result, error) {
	return fitting(ctx, e, func() (plan.Result, error) { return e.run(ctx, p) })
}

func (e *Engine) run(ctx context.Context, p plan.Plan) (plan.Result, error) {
	s, err := e.acquire()
	if err != nil {
		return plan.Result{}, err
	}
	defer e.release(s)
	filters := p.Filters
	if p.Compare != nil {
		filters = slices.Concat(filters, p.Compare.Filters)
	}
	orgs, err := s.organisationsOf(ctx, filters...)
	if err != nil {
		return plan.Result{}, err
	}
	q := s.newQuery(p, orgs)
	r := plan.Result{Snapshot: s.ID, AsOf: s.AsOf, Currency: s.Currency}
	if err := s.totals(ctx, q, &r); err != nil {
		return plan.Result{}, err
	}
	if len(p.Dimensions) == 0 {
		r.Groups = []plan.Group{{Values: r.Totals}}
		if r.Compared != nil {
			r.Groups[0].Compared = r.Compared.Totals
		}
		r.TotalGroups = 1
		return r, nil
	}
	top, err := s.groups(ctx, q, &r)
	if err != nil {
		return plan.Result{}, err
	}
	if len(r.Groups) == 0 && len(p.Having) > 0 { // no row has told how many groups there are
		if r.TotalGroups, err = s.countGroups(ctx, q); err != nil {
			return plan.Result{}, err
		}
	}
	if r.TotalGroups > int64(len(r.Groups)) {
		other, err := s.other(ctx, q, top)
		if err != nil {
			return plan.Result{}, err
		}
		var compared []plan.Value
		if r.Other, compared = q.halves(other); compared != nil {
			r.Compared.Other = compared
		}
	}
	return r, nil
}

// totals computes the measures over all selected rows, and what they exclude.
func (s *store) totals(ctx context.Context, q query, r *plan.Result) error {
	var st statement
	st.WriteString("SELECT * FROM ")
	at := st.overAll(q, func(column, side int) []string {
		m, counting := q.measureOf(column), q.totalled(side, false)
		exprs := []string{q.expression(m, counting)}
		for _, reason := range m.Excludes {
			condition := "0"
			if reason != catalog.NotInData {
				condition = counting.write(measures[m.ID].excluded[reason])
			}
			exprs = append(exprs, "("+condition+")::HUGEINT")
		}
		return exprs
	}, func(fact string, side int) {
		st.where(fact, q.sides[side].filters, q.orgs)
	})
	// The rows of the first measure's dataset; a lot is not counted per bidder.
	dataset := q.Measures[0].Dataset
	for side := range q.sides {
		count := "count(*)"
		if dataset == catalog.Lots {
			count = q.totalled(side, false).write(n("is_lot"))
		}
		st.WriteString(", (SELECT (" + count + ")::HUGEINT FROM " + string(dataset) + " WHERE ")
		st.where(string(dataset), q.sides[side].filters, q.orgs)
		st.WriteString(")")
	}
	values, err := s.values(ctx, &st)
	if err != nil {
		return fmt.Errorf("totals: %w", err)
	}
	rows := values[len(values)-len(q.sides):]
	for side := range q.sides {
		c := plan.Compared{Rows: rows[side].Int64()}
		for i, m := range q.Measures {
			from := at[side*len(q.Measures)+i]
			c.Totals = append(c.Totals, values[from])
			for j, reason := range m.Excludes {
				count := values[from+1+j].Int64()
				if count > 0 || reason == catalog.NotInData && q.absent[m.Dataset] {
					c.Excluded = append(c.Excluded, plan.Excluded{Measure: m.ID, Reason: reason, Rows: count})
				}
			}
		}
		if side == 0 {
			r.Totals, r.Rows, r.Excluded = c.Totals, c.Rows, c.Excluded
		} else {
			r.Compared = &c
		}
	}
	return nil
}

// overAll writes one derived table of one row per source, never split by bidder,
// with the expressions of its columns; at says where those of a column begin.
func (st *statement) overAll(q query, exprs func(column, side int) []string, condition func(fact string, side int)) (at []int) {
	at = make([]int, len(q.sourceOf))
	n := 0
	for s, source := range q.sources {
		var list []string
		for column, of := range q.sourceOf {
			if of == s {
				at[column] = n + len(list)
				list = append(list, exprs(column, source.side)...)
			}
		}
		n += len(list)
		if s > 0 {
			st.WriteString(", ")
		}
		st.WriteString("(SELECT " + strings.Join(list, ", ") + " FROM ")
		if source.per == "" {
			st.WriteString(source.fact + " WHERE ")
			condition(source.fact, source.side)
		} else {
			st.WriteString("(SELECT " + source.per + ", " + source.inner + " FROM " + source.fact + " WHERE ")
			condition(source.fact, source.side)
			st.WriteString(" GROUP BY " + source.per + ")")
		}
		st.WriteString(")")
	}
	return at
}

// groupsCTE writes "WITH groups AS (…)": one row per combination of members,
// columns d0… and m0….
func (st *statement) groupsCTE(q query) {
	st.WriteString("WITH part AS (")
	for i, source := range q.sources {
		if i > 0 {
			st.WriteString(" UNION ALL ")
		}
		st.WriteString("SELECT ")
		for d := range q.Dimensions {
			st.WriteString("d" + strconv.Itoa(d) + ", ")
		}
		st.WriteString(strconv.Itoa(i) + " AS source")
		for j, of := range q.sourceOf {
			expr := "NULL::HUGEINT"
			if of == i {
				expr = q.expression(q.measureOf(j), q.grouped(source.side))
			}
			st.WriteString(", " + expr + " AS m" + strconv.Itoa(j))
		}
		st.WriteString(" FROM (")
		st.rows(q, source)
		st.WriteString(") GROUP BY ALL")
	}
	// Members that one source lacks have no rows there: counts and sums are 0.
	st.WriteString("), groups AS (SELECT ")
	for d := range q.Dimensions {
		st.WriteString("d" + strconv.Itoa(d) + ", ")
	}
	for j, of := range q.sourceOf {
		if j > 0 {
			st.WriteString(", ")
		}
		column := "m" + strconv.Itoa(j)
		if q.nothing(q.measureOf(j)) {
			st.WriteString("max(" + column + ") AS " + column)
		} else {
			st.WriteString("CASE WHEN count(*) FILTER (source = " + strconv.Itoa(of) + ") = 0 THEN 0 ELSE max(" + column + ") END AS " + column)
		}
	}
	st.WriteString(" FROM part GROUP BY ")
	for d := range q.Dimensions {
		if d > 0 {
			st.WriteString(", ")
		}
		st.WriteString("d" + strconv.Itoa(d))
	}
	st.WriteString(")")
}

// rows writes the selected rows of a source with the dimensions as d0…. A lot that
// is split by bidders is there once for each member of the dimensions.
func (st *statement) rows(q query, source source) {
	fact, distinct := source.fact, ""
	if q.split && fact == "lots" {
		fact = "participations"
		if !slices.ContainsFunc(q.Dimensions, func(f catalog.Field) bool { return f.ID == "bidder" }) {
			distinct = "DISTINCT ON (row"
			for _, f := range q.Dimensions {
				distinct += ", " + columns[f.ID]
			}
			distinct += ") "
		}
	}
	if source.per == "" {
		st.WriteString("SELECT " + distinct + "*")
	} else {
		st.WriteString("SELECT " + source.per + ", " + source.inner)
	}
	for d, f := range q.Dimensions {
		st.WriteString(", " + q.member(f, source.side) + " AS d" + strconv.Itoa(d))
	}
	st.WriteString(" FROM ")
	if source.per != "" && distinct != "" {
		st.WriteString("(SELECT " + distinct + "* FROM ")
	}
	st.WriteString(fact + " WHERE ")
	st.where(fact, q.sides[source.side].filters, q.orgs)
	if source.per != "" {
		if distinct != "" {
			st.WriteString(")")
		}
		st.WriteString(" GROUP BY ALL")
	}
}

// topOrder writes the order and limit of the plan; the dimensions break ties.
func (st *statement) topOrder(q query) {
	st.WriteString(" ORDER BY ")
	ordered := make([]bool, len(q.Dimensions))
	key := func(column int, desc bool) {
		n := column - len(q.Dimensions)
		name, direction := "m"+strconv.Itoa(n), " ASC"
		if n >= 2*len(q.Measures) { // the change
			name = "m" + strconv.Itoa(n-2*len(q.Measures)) + " - m" + strconv.Itoa(n-len(q.Measures))
		}
		if desc {
			direction = " DESC"
		}
		if column < len(q.Dimensions) {
			ordered[column] = true
			name = "d" + strconv.Itoa(column)
			st.WriteString("(" + blank(q.Dimensions[column], name) + "), ")
		}
		st.WriteString(name + direction + " NULLS LAST, ")
	}
	for _, o := range q.Order {
		key(o.Column, o.Desc)
	}
	for d := range q.Dimensions {
		if !ordered[d] {
			key(d, false)
		}
	}
	// Ends the list of keys; everything is decided before it.
	st.WriteString("1 LIMIT ")
	st.bind(q.Limit)
}

// groups computes the groups on top. It also gives their members as the columns
// of the snapshot have them, one list per dimension.
func (s *store) groups(ctx context.Context, q query, r *plan.Result) (top [][]any, err error) {
	var st statement
	st.groupsCTE(q)
	st.WriteString(" SELECT *, (SELECT count(*) FROM groups) FROM groups WHERE true")
	for _, h := range q.Having {
		column := "m" + strconv.Itoa(h.Measure)
		if h.Lo != nil {
			st.WriteString(" AND " + column + " >= ")
			st.bind(h.Lo)
		}
		if h.Hi != nil {
			st.WriteString(" AND " + column + " <= ")
			st.bind(h.Hi)
		}
	}
	st.topOrder(q)
	rows, err := s.db.QueryContext(ctx, st.String(), st.args...)
	if err != nil {
		return nil, fmt.Errorf("groups: %w", err)
	}
	defer rows.Close()
	members := make([]any, len(q.Dimensions))
	values := make([]any, len(q.sourceOf))
	targets := make([]any, 0, len(members)+len(values)+1)
	for i := range members {
		targets = append(targets, &members[i])
	}
	for i := range values {
		targets = append(targets, &values[i])
	}
	targets = append(targets, &r.TotalGroups)
	organisation := map[int32][]*plan.Member{}
	codes := map[string]map[string][]*plan.Member{}
	top = make([][]any, len(members))
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return nil, fmt.Errorf("groups: %w", err)
		}
		g := plan.Group{Members: make([]plan.Member, len(members))}
		found := make([]plan.Value, len(values))
		for i, v := range values {
			found[i] = integer(v)
		}
		g.Values, g.Compared = q.halves(found)
		for i, v := range members {
			top[i] = append(top[i], v)
			if key, ok := v.(int32); ok && q.Dimensions[i].Type == catalog.Organisation {
				organisation[key] = append(organisation[key], &g.Members[i])
			} else {
				g.Members[i].ID = memberID(q.Dimensions[i], v)
				if f := q.Dimensions[i]; f.Type == catalog.Named {
					if codes[f.ID] == nil {
						codes[f.ID] = map[string][]*plan.Member{}
					}
					codes[f.ID][g.Members[i].ID] = append(codes[f.ID][g.Members[i].ID], &g.Members[i])
				}
			}
		}
		r.Groups = append(r.Groups, g)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("groups: %w", err)
	}
	if err := s.nameCodes(ctx, codes); err != nil {
		return nil, err
	}
	return top, s.nameOrganisations(ctx, organisation)
}

func (s *store) countGroups(ctx context.Context, q query) (n int64, err error) {
	var st statement
	st.groupsCTE(q)
	st.WriteString(" SELECT count(*) FROM groups")
	if err := s.db.QueryRowContext(ctx, st.String(), st.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("groups: %w", err)
	}
	return n, nil
}

// unstated stands for null in lists bound to a statement.
const unstated = math.MinInt32

// other computes the measures over the rows whose group is not on top.
func (s *store) other(ctx context.Context, q query, top [][]any) ([]plan.Value, error) {
	var st statement
	st.WriteString("WITH top AS (SELECT ")
	for d, members := range top {
		if d > 0 {
			st.WriteString(", ")
		}
		if t := q.Dimensions[d].Type; t == catalog.Code || t == catalog.Named {
			texts := make([]string, len(members))
			for i, m := range members {
				texts[i], _ = m.(string)
			}
			st.WriteString("unnest(")
			st.bind(texts)
			st.WriteString("::VARCHAR[])")
		} else {
			numbers := make([]int32, len(members))
			for i, m := range members {
				n, stated := m.(int32)
				if !stated {
					n = unstated
				}
				numbers[i] = n
			}
			st.WriteString("nullif(unnest(")
			st.bind(numbers)
			st.WriteString("::INTEGER[]), " + strconv.Itoa(unstated) + ")")
		}
		st.WriteString(" AS d" + strconv.Itoa(d))
	}
	st.WriteString(") SELECT * FROM ")
	outside := func(fact string, side int) {
		st.where(fact, q.sides[side].filters, q.orgs)
		st.WriteString(" AND NOT EXISTS (SELECT 1 FROM top WHERE true")
		for d, f := range q.Dimensions {
			equal := " = "
			if f.Type.Ordered() {
				equal = " IS NOT DISTINCT FROM " // blank is null
			}
			st.WriteString(" AND top.d" + strconv.Itoa(d) + equal + q.member(f, side))
		}
		st.WriteString(")")
	}
	at := st.overAll(q, func(column, side int) []string {
		return []string{q.expression(q.measureOf(column), q.totalled(side, true))}
	}, func(fact string, side int) {
		if q.split && fact == "lots" {
			// A lot with two bidders outside the top counts once.
			st.WriteString("row IN (SELECT row FROM participations WHERE ")
			outside("participations", side)
			st.WriteString(")")
			return
		}
		outside(fact, side)
	})
	values, err := s.values(ctx, &st)
	if err != nil {
		return nil, fmt.Errorf("other: %w", err)
	}
	ordered := make([]plan.Value, len(at))
	for i, from := range at {
		ordered[i] = values[from]
	}
	return ordered, nil
}

// values runs a statement that gives one row of integers.
func (s *store) values(ctx context.Context, st *statement) ([]plan.Value, error) {
	rows, err := s.db.QueryContext(ctx, st.String(), st.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return nil, err
		}
		return nil, sql.ErrNoRows
	}
	raw := make([]any, len(names))
	targets := make([]any, len(names))
	for i := range raw {
		targets[i] = &raw[i]
	}
	if err := rows.Scan(targets...); err != nil {
		return nil, err
	}
	values := make([]plan.Value, len(raw))
	for i, v := range raw {
		values[i] = integer(v)
	}
	return values, rows.Err()
}

// integer reads a HUGEINT column.
func integer(v any) plan.Value {
	n, _ := v.(*big.Int)
	return n
}

// memberID writes the plain id of a member that is no organisation.
func memberID(f catalog.Field, v any) string {
	switch x := v.(type) {
	case string:
		return x
	case int32:
		return plan.FormatValue(f.Type, int64(x))
	}
	return ""
}

// nameCodes fills in the names that the data give to codes.
func (s *store) nameCodes(ctx context.Context, wanted map[string]map[string][]*plan.Member) error {
	for field, members := range wanted {
		ids := slices.Sorted(maps.Keys(members))
		rows, err := s.db.QueryContext(ctx, "SELECT id, name_ru, name_kk FROM names WHERE field = ? AND id IN (SELECT unnest(?::VARCHAR[]))", field, ids)
		if err != nil {
			return fmt.Errorf("names of %s: %w", field, err)
		}
		for rows.Next() {
			var id, ru, kk string
			if err := rows.Scan(&id, &ru, &kk); err != nil {
				rows.Close()
				return fmt.Errorf("names of %s: %w", field, err)
			}
			for _, m := range members[id] {
				m.NameRU, m.NameKK = ru, kk
			}
		}
		err = rows.Err()
		rows.Close()
		if err != nil {
			return fmt.Errorf("names of %s: %w", field, err)
		}
	}
	return nil
}

// nameOrganisations fills in ids and names.
func (s *store) nameOrganisations(ctx context.Context, wanted map[int32][]*plan.Member) error {
	if len(wanted) == 0 {
		return nil
	}
	keys := make([]int32, 0, len(wanted))
	for key := range wanted {
		keys = append(keys, key)
	}
	rows, err := s.db.QueryContext(ctx, "SELECT key, id, name_ru, name_kk FROM organisations WHERE key IN (SELECT unnest(?::INTEGER[]))", keys)
	if err != nil {
		return fmt.Errorf("names of organisations: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			key int32
			m   plan.Member
		)
		if err := rows.Scan(&key, &m.ID, &m.NameRU, &m.NameKK); err != nil {
			return fmt.Errorf("names of organisations: %w", err)
		}
		for _, member := range wanted[key] {
			*member = m
		}
	}
	return rows.Err()
}

// Organisation names an organisation that the snapshot has.
func (e *Engine) Organisation(ctx context.Context, id string) (m plan.Member, found bool, err error) {
	s, err := e.acquire()
	if err != nil {
		return m, false, err
	}
	defer e.release(s)
	err = s.db.QueryRowContext(ctx, "SELECT id, name_ru, name_kk FROM organisations WHERE id = ?", id).Scan(&m.ID, &m.NameRU, &m.NameKK)
	if errors.Is(err, sql.ErrNoRows) {
		return m, false, nil
	}
	if err != nil {
		return m, false, fmt.Errorf("organisation: %w", err)
	}
	return m, true, nil
}
