package analytics

import (
	"cmp"
	"context"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// current names the present snapshot in a question for a difference.
const current = "current"

// Diff compares the answers to a question in two snapshots and divides what changed
// by its cause.
func (h *History) Diff(ctx context.Context, q analysis.DiffQuery) (analysis.Diff, error) {
	lang, err := language(q.Lang)
	if err != nil {
		return analysis.Diff{}, err
	}
	p, err := plan.Compile(analysis.Query{Measures: q.Measures, Dimensions: q.Dimensions, Filters: q.Filters, Limit: q.Limit})
	if err != nil {
		return analysis.Diff{}, err
	}
	most := p.Limit
	p.Limit = plan.MaxLimit
	began := time.Now()
	earlier, releaseEarlier, err := h.side(ctx, "from", q.From)
	if err != nil {
		return analysis.Diff{}, err
	}
	defer releaseEarlier()
	later, releaseLater, err := h.side(ctx, "to", q.To)
	if err != nil {
		return analysis.Diff{}, err
	}
	defer releaseLater()

	before, err := earlier.whole(ctx, p)
	if err != nil {
		return analysis.Diff{}, err
	}
	now, err := later.whole(ctx, p)
	if err != nil {
		return analysis.Diff{}, err
	}
	divided := p
	divided.Measures = slices.DeleteFunc(slices.Clone(p.Measures), func(m catalog.Measure) bool {
		return !h.divisible(m) || slices.ContainsFunc(p.Dimensions, func(f catalog.Field) bool { return !m.AddsUp(f) })
	})
	var changes plan.Changes
	if len(divided.Measures) > 0 {
		release, err := later.slot(ctx)
		if err != nil {
			return analysis.Diff{}, ended(err)
		}
		changes, err = h.changes(ctx, earlier.engine, later.engine, divided)
		release()
		if err != nil {
			return analysis.Diff{}, ended(err)
		}
		if changes.Earlier != before.Snapshot || changes.Later != now.Snapshot {
			return h.Diff(ctx, q) // swapped in between
		}
	}
	d := renderDiff(p, divided, before, now, changes, most, lang)
	if d.Versions, err = h.versions(ctx, before.Snapshot, now.Snapshot); err != nil {
		return analysis.Diff{}, err
	}
	d.Meta.ElapsedMs = time.Since(began).Milliseconds()
	return d, nil
}

// side gives what answers about one of the snapshots.
func (h *History) side(ctx context.Context, field, text string) (*Answerer, func(), error) {
	var id, asOf string
	switch {
	case text == "":
		return nil, nil, fault.New(fault.Invalid, "no snapshot is named").At(field)
	case text == current:
	case strings.Contains(text, "-"):
		asOf = text
	default:
		id = text
	}
	return h.at(ctx, &id, asOf)
}

// whole answers a plan with all its groups.
func (a *Answerer) whole(ctx context.Context, p plan.Plan) (plan.Result, error) {
	now, err := a.current("")
	if err != nil {
		return plan.Result{}, err
	}
	r, _, err := a.run(ctx, now, p)
	if err != nil {
		return plan.Result{}, err
	}
	if r.TotalGroups > int64(len(r.Groups)) {
		return plan.Result{}, fault.New(fault.Invalid, "the comparison has more than %d groups", p.Limit).At("dimensions").
			Do("ask for fewer dimensions or a narrower selection")
	}
	return r, nil
}

// versions lists what of mapping, method and schema differs between two snapshots.
func (h *History) versions(ctx context.Context, from, to string) ([]analysis.VersionChange, error) {
	a, err := h.age(ctx, from)
	if err != nil {
		return nil, err
	}
	b, err := h.age(ctx, to)
	if err != nil {
		return nil, err
	}
	list := []analysis.VersionChange{}
	names := maps.Clone(b.Versions)
	maps.Copy(names, a.Versions)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if a.Versions[name] != b.Versions[name] {
			list = append(list, analysis.VersionChange{Name: name, From: a.Versions[name], To: b.Versions[name]})
		}
	}
	return list, nil
}

// renderDiff puts two results and the causes of their difference into a table.
func renderDiff(p, divided plan.Plan, before, now plan.Result, changes plan.Changes, most int, lang string) analysis.Diff {
	merged := map[string]*plan.Group{}
	none := make([]plan.Value, len(p.Measures))
	for i, m := range p.Measures {
		if m.Additive {
			none[i] = new(big.Int) // over no rows
		}
	}
	find := func(g plan.Group) *plan.Group {
		key := groupKey(g.Members[:len(p.Dimensions)])
		if merged[key] == nil {
			merged[key] = &plan.Group{Members: g.Members[:len(p.Dimensions)], Values: none, Compared: none}
		}
		return merged[key]
	}
	for _, g := range before.Groups {
		find(g).Compared = g.Values
	}
	for _, g := range now.Groups {
		m := find(g)
		m.Members, m.Values = g.Members, g.Values
	}
	r := now
	r.Groups, r.Other = nil, nil
	r.Compared = &plan.Compared{Totals: before.Totals, Rows: before.Rows, Excluded: before.Excluded}
	for _, key := range slices.Sorted(maps.Keys(merged)) {
		r.Groups = append(r.Groups, *merged[key])
	}
	size := func(g plan.Group) plan.Value {
		change, _ := changed(g.Values[0], g.Compared[0])
		if change == nil {
			return new(big.Int)
		}
		return new(big.Int).Abs(change)
	}
	slices.SortStableFunc(r.Groups, func(a, b plan.Group) int { return size(b).Cmp(size(a)) })
	r.TotalGroups = int64(len(r.Groups))
	r.Groups = r.Groups[:min(len(r.Groups), most)]

	p.Compare = &plan.Comparison{}
	d := analysis.Diff{Answer: render(p, r, lang), From: analysis.DiffSide{Snapshot: before.Snapshot, AsOf: before.AsOf}, To: analysis.DiffSide{Snapshot: now.Snapshot, AsOf: now.AsOf},
		Processes: analysis.DiffProcesses{New: changes.New, Updated: changes.Updated, Removed: changes.Removed}}
	if r.TotalGroups > int64(len(r.Groups)) {
		d.Other = analysis.Row{"groups": {Number: strconv.FormatInt(r.TotalGroups-int64(len(r.Groups)), 10)}}
	}
	causes := map[string]map[string][]plan.Value{} // group, role
	total := map[string][]plan.Value{}
	zero := func(to map[string][]plan.Value) map[string][]plan.Value {
		for _, role := range []string{analysis.RoleNewData, analysis.RoleCorrection, analysis.RoleMethod} {
			for range divided.Measures {
				to[role] = append(to[role], new(big.Int))
			}
		}
		return to
	}
	zero(total)
	count := func(groups []plan.Group, sign int64) {
		for _, g := range groups {
			last := len(g.Members) - 1
			key := groupKey(g.Members[:last])
			if causes[key] == nil {
				causes[key] = zero(map[string][]plan.Value{})
			}
			role := map[string]string{plan.NewProcess: analysis.RoleNewData, plan.SameProcess: analysis.RoleMethod}[g.Members[last].ID]
			role = cmp.Or(role, analysis.RoleCorrection)
			for i, v := range g.Values {
				if v != nil {
					part := new(big.Int).Mul(v, big.NewInt(sign))
					causes[key][role][i].Add(causes[key][role][i], part)
					total[role][i].Add(total[role][i], part)
				}
			}
		}
	}
	count(changes.EarlierGroups, -1)
	count(changes.LaterGroups, 1)
	for i, m := range divided.Measures {
		at := slices.IndexFunc(d.Columns, func(c analysis.Column) bool { return c.ID == m.ID+"."+analysis.RoleGrowth })
		own := d.Columns[slices.IndexFunc(d.Columns, func(c analysis.Column) bool { return c.ID == m.ID })]
		for k, role := range []string{analysis.RoleNewData, analysis.RoleCorrection, analysis.RoleMethod} {
			c := own
			c.ID, c.Of, c.Role, c.Title = m.ID+"."+role, m.ID, role, own.Title+": "+catalog.RoleTitle(role).In(lang)
			d.Columns = slices.Insert(d.Columns, at+1+k, c)
			d.Totals[c.ID] = number(total[role][i], m.Unit)
			for j, g := range r.Groups {
				v := new(big.Int)
				if parts := causes[groupKey(g.Members)]; parts != nil {
					v = parts[role][i]
				}
				d.Rows[j][c.ID] = number(v, m.Unit)
			}
		}
	}
	return d
}

func groupKey(members []plan.Member) string {
	var b strings.Builder
	for _, m := range members {
		b.WriteString(strconv.Quote(m.ID))
	}
	return b.String()
}
