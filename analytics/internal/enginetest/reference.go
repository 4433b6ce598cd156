package enginetest

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
)

// The slow implementation: the definitions of the catalogue in plain loops over
// the rows, sharing nothing with an engine but the plan.

// unit is what a measure counts: a row, or what one bidder has in it.
type unit struct {
	row    *row
	bidder participant
}

func holds(terms []plan.Term, f catalog.Field, id string) bool {
	return slices.ContainsFunc(terms, func(t plan.Term) bool { return t.Holds(f, id) })
}

// values of a field in a row; a lot has one for each of its bidders.
func (r *row) values(d catalog.Dataset, f catalog.Field) []string {
	if !f.Multiple || d != catalog.Lots {
		return []string{r.value(f)}
	}
	var all []string
	for _, p := range r.participants {
		all = append(all, p[f.ID])
	}
	return all
}

func (r *row) value(f catalog.Field) string {
	if f.Type != catalog.Money {
		return r.fields[f.ID]
	}
	v := r.number[f.ID]
	if v == nil {
		return ""
	}
	return plan.Decimal(big.NewInt(*v), catalog.Tenge)
}

func (r *row) passes(d catalog.Dataset, filters []plan.Filter) bool {
	for _, f := range filters {
		if len(f.Any) > 0 && !slices.ContainsFunc(r.values(d, f.Field), func(v string) bool { return holds(f.Any, f.Field, v) }) {
			return false
		}
		refused := r.values(d, f.Field)
		if f.Field.Multiple { // an excluded bidder takes every lot with it
			refused = r.values(catalog.Lots, f.Field)
		}
		if slices.ContainsFunc(refused, func(v string) bool { return holds(f.None, f.Field, v) }) {
			return false
		}
	}
	return true
}

// chosen tells whether a bidder is one of those that the filters ask for.
func (p participant) chosen(filters []plan.Filter) bool {
	for _, f := range filters {
		if f.Field.Multiple && len(f.Any) > 0 && !holds(f.Any, f.Field, p[f.Field.ID]) {
			return false
		}
	}
	return true
}

// units lists what a measure counts, under the filters.
func (f *facts) units(m catalog.Measure, p plan.Plan) []unit {
	split := slices.ContainsFunc(p.Dimensions, func(f catalog.Field) bool { return f.Multiple })
	var units []unit
	for _, r := range f.rows[m.Dataset] {
		if !r.passes(m.Dataset, p.Filters) {
			continue
		}
		if m.Dataset != catalog.Lots || m.ID != "bidders" && !split {
			units = append(units, unit{row: r})
			continue
		}
		for _, b := range r.participants {
			if b.chosen(p.Filters) {
				units = append(units, unit{r, b})
			}
		}
	}
	return units
}

func (u unit) member(f catalog.Field) string {
	if v, ok := u.bidder[f.ID]; ok {
		return v
	}
	return u.row.fields[f.ID]
}

// evaluate computes a measure over units; each row counts once.
func (f *facts) evaluate(m catalog.Measure, units []unit) (plan.Value, map[catalog.Reason]int64) {
	excluded := map[catalog.Reason]int64{}
	if m.Dataset.Optional() && len(f.rows[m.Dataset]) == 0 {
		return nil, excluded
	}
	if m.ID == "bidders" {
		seen := map[string]bool{}
		for _, u := range units {
			if u.bidder["bidder"] != "" {
				seen[u.bidder["bidder"]] = true
			}
		}
		return big.NewInt(int64(len(seen))), excluded
	}
	var rows rowset
	seen := map[*row]bool{}
	for _, u := range units {
		if !seen[u.row] {
			seen[u.row] = true
			rows = append(rows, u.row)
		}
	}
	d := definitions[m.ID]
	for reason, n := range d.excluded {
		excluded[reason] = n(rows)
	}
	return d.value(rows), excluded
}

// Answer computes a plan the slow way.
func (w World) Answer(p plan.Plan) plan.Result { return readWorld(w).answer(p) }

// selection is what a plan says about one selection of rows.
type selection struct {
	units    [][]unit // per measure
	totals   []plan.Value
	excluded []plan.Excluded
	group    func(unit) string
}

func (f *facts) selection(p plan.Plan, move func(catalog.Field, string) string, groups map[string]plan.Group) selection {
	s := selection{units: make([][]unit, len(p.Measures))}
	member := func(u unit, field catalog.Field) string { return move(field, u.member(field)) }
	s.group = func(u unit) string {
		members := make([]string, len(p.Dimensions))
		for i, field := range p.Dimensions {
			members[i] = member(u, field)
		}
		return strings.Join(members, "\x00")
	}
	for i, m := range p.Measures {
		s.units[i] = f.units(m, p)
		// A total counts a row once however the plan splits it.
		value, excluded := f.evaluate(m, s.units[i])
		s.totals = append(s.totals, value)
		for _, reason := range m.Excludes {
			if excluded[reason] > 0 || reason == catalog.NotInData && len(f.rows[m.Dataset]) == 0 {
				s.excluded = append(s.excluded, plan.Excluded{Measure: m.ID, Reason: reason, Rows: excluded[reason]})
			}
		}
		for _, u := range s.units[i] {
			g := plan.Group{}
			for _, field := range p.Dimensions {
				id := member(u, field)
				named := plan.Member{ID: id}
				switch field.Type {
				case catalog.Organisation:
					named = f.w.named(id)
				case catalog.Named:
					named = f.w.title(field.ID, id)
				}
				g.Members = append(g.Members, named)
			}
			groups[s.group(u)] = g
		}
	}
	return s
}

// over evaluates the measures over the units whose group is one that is wanted.
func (f *facts) over(p plan.Plan, s selection, wanted func(string) bool) []plan.Value {
	var values []plan.Value
	for i, m := range p.Measures {
		value, _ := f.evaluate(m, slices.DeleteFunc(slices.Clone(s.units[i]), func(u unit) bool { return !wanted(s.group(u)) }))
		values = append(values, value)
	}
	return values
}

func (f *facts) answer(p plan.Plan) plan.Result {
	r := plan.Result{Currency: f.currency}
	groups := map[string]plan.Group{}
	own := f.selection(p, func(_ catalog.Field, id string) string { return id }, groups)
	r.Totals, r.Excluded, r.Rows = own.totals, own.excluded, f.selected(p.Measures[0].Dataset, p.Filters)
	var other *selection
	if p.Compare != nil {
		second := p
		second.Filters = p.Compare.Filters
		s := f.selection(second, func(field catalog.Field, id string) string { return moved(p.Compare.Shift, field, id) }, groups)
		other = &s
		r.Compared = &plan.Compared{Totals: s.totals, Excluded: s.excluded, Rows: f.selected(p.Measures[0].Dataset, second.Filters)}
	}
	if len(p.Dimensions) == 0 {
		r.Groups, r.TotalGroups = []plan.Group{{Values: r.Totals}}, 1
		if other != nil {
			r.Groups[0].Compared = other.totals
		}
		return r
	}
	for key, g := range groups {
		one := func(k string) bool { return k == key }
		g.Values = f.over(p, own, one)
		if other != nil {
			g.Compared = f.over(p, *other, one)
		}
		r.Groups = append(r.Groups, g)
	}
	slices.SortFunc(r.Groups, func(a, b plan.Group) int { return compare(p, a, b) })
	r.TotalGroups = int64(len(r.Groups))
	r.Groups = slices.DeleteFunc(r.Groups, func(g plan.Group) bool {
		return slices.ContainsFunc(p.Having, func(b plan.Bound) bool { return !b.Keeps(g.Values[b.Measure]) })
	})
	r.Groups = r.Groups[:min(len(r.Groups), p.Limit)]
	if int64(len(r.Groups)) == r.TotalGroups {
		return r
	}
	top := map[string]bool{}
	for _, g := range r.Groups {
		ids := make([]string, len(g.Members))
		for i, m := range g.Members {
			ids[i] = m.ID
		}
		top[strings.Join(ids, "\x00")] = true
	}
	rest := func(key string) bool { return !top[key] }
	r.Other = f.over(p, own, rest)
	if other != nil {
		r.Compared.Other = f.over(p, *other, rest)
	}
	return r
}

// moved puts a date of the other selection where it is compared.
func moved(s plan.Shift, f catalog.Field, id string) string {
	if id == "" || s == (plan.Shift{}) || plan.Calendar(f) != s.Calendar {
		return id
	}
	var year, part int
	later := func(t time.Time) time.Time { // the same day, or the last of the month
		end := t.AddDate(0, 0, 1-t.Day()).AddDate(0, s.Months+1, -1)
		return end.AddDate(0, 0, min(t.Day(), end.Day())-end.Day()).AddDate(0, 0, s.Days)
	}
	read := func(format string, a ...any) {
		if _, err := fmt.Sscanf(id, format, a...); err != nil {
			panic(err)
		}
	}
	switch f.Type {
	case catalog.Year:
		read("%d", &year)
		return later(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)).Format("2006")
	case catalog.Quarter:
		read("%d-Q%d", &year, &part)
		t := later(time.Date(year, time.Month(3*part), 1, 0, 0, 0, 0, time.UTC))
		return fmt.Sprintf("%04d-Q%d", t.Year(), (int(t.Month())+2)/3)
	case catalog.Month:
		read("%d-%d", &year, &part)
		return later(time.Date(year, time.Month(part), 1, 0, 0, 0, 0, time.UTC)).Format("2006-01")
	case catalog.Week:
		read("%d-W%d", &year, &part)
		if s.Months != 0 {
			return fmt.Sprintf("%04d-W%02d", year+s.Months/12, min(part, 52))
		}
		day := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		for y, w := day.ISOWeek(); y != year || w != part; y, w = day.ISOWeek() {
			day = day.AddDate(0, 0, 1)
		}
		y, w := day.AddDate(0, 0, s.Days).ISOWeek()
		return fmt.Sprintf("%04d-W%02d", y, w)
	}
	day, err := time.Parse(time.DateOnly, id)
	if err != nil {
		panic(err)
	}
	return later(day).Format(time.DateOnly)
}

// selected counts the rows of a dataset under filters, a lot once.
func (f *facts) selected(d catalog.Dataset, filters []plan.Filter) int64 {
	var rows rowset
	for _, r := range f.rows[d] {
		if r.passes(d, filters) {
			rows = append(rows, r)
		}
	}
	if d == catalog.Lots {
		return lotsThat(lot)(rows)
	}
	return int64(len(rows))
}

// named gives an organisation the name that its rows give; see name.
func (w World) named(id string) plan.Member {
	m := plan.Member{ID: id}
	if id == "" {
		return m
	}
	for _, p := range w.Parties {
		if p.PartyID == id {
			m.NameRU, m.NameKK = p.Name, p.NameKK
		}
	}
	for _, l := range w.Lots {
		if l.BuyerID == id {
			m.NameRU, m.NameKK = l.BuyerName, l.BuyerNameKK
		}
		if l.WinnerID == id {
			m.NameRU = l.WinnerName
		}
	}
	for _, p := range w.LotPoints {
		if p.BuyerID == id {
			m.NameRU, m.NameKK = p.BuyerName, p.BuyerNameKK
		}
	}
	for _, b := range w.Bids {
		if b.TendererID == id {
			m.NameRU = b.TendererName
		}
	}
	for _, e := range w.Enquiries {
		if e.AuthorID == id {
			m.NameRU = e.Author
		}
	}
	for _, c := range w.Complaints {
		if c.ComplainantID == id {
			m.NameRU = c.Complainant
		}
	}
	for _, p := range w.Parties {
		if p.ParentID == id {
			m.NameRU = p.ParentName
		}
	}
	return m
}

// title gives a code the name that its rows give.
func (w World) title(field, id string) plan.Member {
	m := plan.Member{ID: id}
	switch field {
	case "item":
		for _, p := range w.LotPoints {
			if p.Item == id && p.ItemName != "" {
				m.NameRU = p.ItemName
			}
		}
	case "programme":
		for _, l := range w.PlanBudgetLines {
			if l.Programme == id && id != "" {
				m.NameRU = l.ProgrammeName
			}
		}
	}
	return m
}

// sorted is the value of a group by which a column sorts.
func sorted(p plan.Plan, g plan.Group, column int) plan.Value {
	i := column - len(p.Dimensions)
	switch n := len(p.Measures); {
	case i < n:
		return g.Values[i]
	case i < 2*n:
		return g.Compared[i-n]
	case g.Values[i-2*n] == nil || g.Compared[i-2*n] == nil:
		return nil
	default:
		return new(big.Int).Sub(g.Values[i-2*n], g.Compared[i-2*n])
	}
}

func compare(p plan.Plan, a, b plan.Group) int {
	done := map[int]bool{}
	keys := slices.Clone(p.Order)
	for _, o := range keys {
		done[o.Column] = true
	}
	for d := range p.Dimensions {
		if !done[d] {
			keys = append(keys, plan.Order{Column: d})
		}
	}
	for _, o := range keys {
		var c int
		if o.Column < len(p.Dimensions) {
			x, y := a.Members[o.Column].ID, b.Members[o.Column].ID
			if (x == "") != (y == "") {
				if x == "" {
					return 1
				}
				return -1
			}
			c = cmp.Compare(x, y) // calendar texts sort like their days
		} else {
			x, y := sorted(p, a, o.Column), sorted(p, b, o.Column)
			if (x == nil) != (y == nil) {
				if x == nil {
					return 1
				}
				return -1
			}
			if x != nil {
				c = x.Cmp(y)
			}
		}
		if o.Desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// count computes a facet the slow way: value to number of rows.
func (f *facts) count(facet plan.Facet) map[string]int64 {
	counts := map[string]int64{}
	lots := map[string]map[string]bool{}
	for _, r := range f.rows[facet.Dataset] {
		for _, v := range r.values(facet.Dataset, facet.Field) {
			counts[v] += 0
			if !r.passes(facet.Dataset, facet.Filters) {
				continue
			}
			if facet.Dataset != catalog.Lots {
				counts[v]++
				continue
			}
			if r.is["lot"] {
				if lots[v] == nil {
					lots[v] = map[string]bool{}
				}
				lots[v][r.id["lot"]] = true
			}
		}
	}
	for v, n := range lots {
		counts[v] = int64(len(n))
	}
	return counts
}
