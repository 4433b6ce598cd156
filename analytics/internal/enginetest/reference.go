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
	"github.com/kzocds/kzocds/proto/tables"
)

// The slow implementation: the definitions of the catalogue in plain loops over
// the rows, sharing nothing with an engine but the plan.

// row is a row of a dataset with its fields as plain texts ("" is blank).
type row struct {
	fields map[string]string
	isLot  bool
	// process is the tender that the row belongs to.
	process  string
	tender   bool
	value    *int64
	win      *int64
	currency string
	awarded  bool
	// participants of the lot, blank among them when nobody is known.
	participants []string
	bids         []string // tenderer per bid
	draft        bool     // contract not valid, plan point superseded
	repeated     bool     // contract chain met before
}

// unit is what a measure counts: a row, a participation in it or a bid in it.
type unit struct {
	row    *row
	bidder string
}

func calendar(fields map[string]string, prefix string, day *int32) {
	if day == nil {
		return
	}
	t := time.Unix(int64(*day)*86400, 0).UTC()
	fields[prefix+"Day"] = t.Format("2006-01-02")
	fields[prefix+"Month"] = t.Format("2006-01")
	fields[prefix+"Quarter"] = fmt.Sprintf("%d-Q%d", t.Year(), (int(t.Month())+2)/3)
	fields[prefix+"Year"] = t.Format("2006")
}

func (w World) rows(d catalog.Dataset) []*row {
	processes := map[string]tables.Process{}
	for _, p := range w.Processes {
		processes[p.OCID] = p
	}
	var rows []*row
	switch d {
	case catalog.Lots:
		rows = w.star(processes)
	case catalog.Contracts:
		newest := map[string]int{}
		for i, c := range w.Contracts {
			j, ok := newest[c.RootID]
			if !ok || later(c, w.Contracts[j]) {
				newest[c.RootID] = i
			}
		}
		for i, c := range w.Contracts {
			r := &row{value: c.ValueMinor, currency: c.Currency, repeated: newest[c.RootID] != i}
			r.draft = !slices.Contains([]string{"pending", "active", "complete", "terminated", "partiallyComplete", "cancelled"}, c.Status)
			r.fields = map[string]string{
				"method": c.MethodDetails, "competitive": catalog.Competitive(c.MethodDetails), "category": c.Category, "class": c.Class,
				"buyer": c.BuyerID, "winner": c.SupplierID, "region": c.BuyerRegion, "processKind": processes[c.OCID].Kind,
			}
			calendar(r.fields, "published", processes[c.OCID].PublishedDay)
			calendar(r.fields, "signed", c.SignedDay)
			rows = append(rows, r)
		}
	case catalog.PlanPoints:
		for _, q := range w.PlanPoints {
			r := &row{value: q.ValueMinor, currency: q.Currency, draft: slices.Contains([]string{"11", "21", "350", "changed", "delegated"}, q.Status)}
			r.fields = map[string]string{
				"method": q.MethodDetails, "competitive": catalog.Competitive(q.MethodDetails), "category": q.Category, "class": q.Class,
				"buyer": q.BuyerID, "region": q.BuyerRegion, "processKind": processes[q.OCID].Kind,
			}
			if q.Year != 0 {
				r.fields["planYear"] = fmt.Sprint(q.Year)
			}
			if q.Month != 0 {
				r.fields["planMonth"] = fmt.Sprint(q.Month)
			}
			rows = append(rows, r)
		}
	}
	return rows
}

// later orders the rows of one contract chain: the last signed, then the lower
// ocid and id.
func later(a, b tables.Contract) bool {
	switch {
	case a.SignedDay == nil && b.SignedDay == nil:
	case a.SignedDay == nil:
		return false
	case b.SignedDay == nil:
		return true
	case *a.SignedDay != *b.SignedDay:
		return *a.SignedDay > *b.SignedDay
	}
	return cmp.Or(cmp.Compare(a.OCID, b.OCID), cmp.Compare(a.ContractID, b.ContractID)) < 0
}

func (w World) star(processes map[string]tables.Process) []*row {
	type key struct{ ocid, lot string }
	byLot := map[key]*row{}
	var rows []*row
	has := map[string]bool{}
	for _, l := range w.Lots {
		r := &row{isLot: true, process: l.OCID, tender: processes[l.OCID].Kind == "tender", value: l.ValueMinor, win: l.WinMinor, currency: l.Currency, awarded: l.Awarded}
		r.fields = map[string]string{
			"method": l.MethodDetails, "competitive": fmt.Sprint(l.Competitive), "lotStatus": l.Status, "category": l.Category, "class": l.Class,
			"buyer": l.BuyerID, "winner": l.WinnerID, "region": l.BuyerRegion, "processKind": processes[l.OCID].Kind,
		}
		calendar(r.fields, "published", l.PublishedDay)
		if l.ValueMinor != nil && l.Currency == "KZT" {
			r.fields["lotValue"] = fmt.Sprintf("%d.%02d", *l.ValueMinor/100, *l.ValueMinor%100)
		}
		if l.WinnerID != "" && strings.HasPrefix(l.MethodDetails, "singleSourcePlan") {
			r.participants = append(r.participants, l.WinnerID)
		}
		byLot[key{l.OCID, l.LotID}] = r
		rows = append(rows, r)
		has[l.OCID] = true
	}
	lotless := func(p tables.Process) *row {
		r := &row{process: p.OCID, tender: p.Kind == "tender"}
		r.fields = map[string]string{
			"method": p.MethodDetails, "competitive": catalog.Competitive(p.MethodDetails), "category": p.Category, "buyer": p.BuyerID, "processKind": p.Kind,
		}
		calendar(r.fields, "published", p.PublishedDay)
		for _, party := range w.Parties {
			if party.OCID == p.OCID && party.PartyID == p.BuyerID {
				r.fields["region"] = party.Region
			}
		}
		rows = append(rows, r)
		has[p.OCID] = true
		return r
	}
	for _, b := range w.Bids {
		r := byLot[key{b.OCID, b.LotID}]
		if r == nil {
			r = lotless(processes[b.OCID])
			byLot[key{b.OCID, b.LotID}] = r
		}
		r.bids = append(r.bids, b.TendererID)
		r.participants = append(r.participants, b.TendererID)
	}
	for _, p := range w.Processes {
		if p.Kind == "tender" && !has[p.OCID] {
			lotless(p)
		}
	}
	for _, r := range rows {
		slices.Sort(r.participants)
		r.participants = slices.Compact(r.participants)
		if len(r.participants) == 0 {
			r.participants = []string{""}
		}
	}
	return rows
}

func holds(terms []plan.Term, f catalog.Field, id string) bool {
	return slices.ContainsFunc(terms, func(t plan.Term) bool { return t.Holds(f, id) })
}

func (r *row) passes(filters []plan.Filter) bool {
	for _, f := range filters {
		values := []string{r.fields[f.Field.ID]}
		if f.Field.ID == "bidder" {
			values = r.participants
		}
		if len(f.Any) > 0 && !slices.ContainsFunc(values, func(v string) bool { return holds(f.Any, f.Field, v) }) {
			return false
		}
		if slices.ContainsFunc(values, func(v string) bool { return holds(f.None, f.Field, v) }) {
			return false
		}
	}
	return true
}

// units lists what a measure counts, under the filters.
func (w World) units(m catalog.Measure, p plan.Plan) []unit {
	chosen := func(string) bool { return true }
	for _, f := range p.Filters {
		if f.Field.ID == "bidder" && len(f.Any) > 0 {
			chosen = func(id string) bool { return holds(f.Any, f.Field, id) }
		}
	}
	split := slices.ContainsFunc(p.Dimensions, func(f catalog.Field) bool { return f.ID == "bidder" })
	var units []unit
	for _, r := range w.rows(m.Dataset) {
		if !r.passes(p.Filters) {
			continue
		}
		switch {
		case m.ID == "bids":
			for _, b := range r.bids {
				if chosen(b) {
					units = append(units, unit{r, b})
				}
			}
		case m.ID == "bidders" || split:
			for _, b := range r.participants {
				if chosen(b) {
					units = append(units, unit{r, b})
				}
			}
		default:
			units = append(units, unit{r, ""})
		}
	}
	return units
}

func (u unit) member(f catalog.Field) string {
	if f.ID == "bidder" {
		return u.bidder
	}
	return u.row.fields[f.ID]
}

func (u unit) group(dimensions []catalog.Field) string {
	members := make([]string, len(dimensions))
	for i, f := range dimensions {
		members[i] = u.member(f)
	}
	return strings.Join(members, "\x00")
}

// measure computes a measure over units; each row counts once.
func evaluate(id string, units []unit) (plan.Value, map[catalog.Reason]int64) {
	excluded := map[catalog.Reason]int64{}
	distinct := map[any]bool{}
	var n, sum, base int64
	population, valued := 0, 0
	seen := map[*row]bool{}
	for _, u := range units {
		if id == "bids" {
			n++
			continue
		}
		if id == "bidders" {
			if u.bidder != "" {
				distinct[u.bidder] = true
			}
			continue
		}
		r := u.row
		if seen[r] {
			continue
		}
		seen[r] = true
		switch id {
		case "procedures":
			if r.tender {
				distinct[r.process] = true
			}
		case "lots":
			switch {
			case r.isLot && r.fields["lotStatus"] == "withdrawn":
				excluded[catalog.Withdrawn]++
			case r.isLot:
				n++
			}
		case "buyers":
			if r.isLot && r.fields["buyer"] != "" {
				distinct[r.fields["buyer"]] = true
			} else if r.isLot {
				excluded[catalog.NoIdentifier]++
			}
		case "awardedLots":
			if r.isLot && r.fields["competitive"] == "true" && r.awarded {
				n++
			}
		case "priceReduction", "priceReductionShare":
			if !r.isLot || r.fields["competitive"] != "true" || r.fields["winner"] == "" {
				continue
			}
			population++
			switch {
			case r.value == nil || r.win == nil:
				excluded[catalog.NoValue]++
			case r.currency != "KZT":
				excluded[catalog.OtherCurrency]++
			default:
				valued++
				base += *r.value
				if *r.win > *r.value {
					excluded[catalog.Negative]++
				} else {
					sum += *r.value - *r.win
				}
			}
		case "lotsValue", "contractsValue", "plannedValue", "contracts", "planPoints":
			if id == "lotsValue" && !r.isLot {
				continue
			}
			switch {
			case id == "lotsValue" && r.fields["lotStatus"] == "withdrawn":
				excluded[catalog.Withdrawn]++
				continue
			case r.draft && strings.HasPrefix(id, "contract"):
				excluded[catalog.NotValid]++
				continue
			case r.draft:
				excluded[catalog.Superseded]++
				continue
			case r.repeated:
				excluded[catalog.RepeatedRoot]++
				continue
			}
			n++
			population++
			if id == "contracts" || id == "planPoints" {
				continue
			}
			switch {
			case r.value == nil:
				excluded[catalog.NoValue]++
			case r.currency != "KZT":
				excluded[catalog.OtherCurrency]++
			default:
				valued++
				sum += *r.value
			}
		}
	}
	switch id {
	case "procedures", "buyers", "bidders":
		return big.NewInt(int64(len(distinct))), excluded
	case "priceReductionShare":
		if base == 0 {
			return nil, excluded
		}
		exact := new(big.Rat).SetFrac64(sum*1_000_000, base)
		rounded, _ := new(big.Int).SetString(exact.FloatString(0), 10) // half away from zero
		return rounded, excluded
	case "lotsValue", "priceReduction", "contractsValue", "plannedValue":
		if population > 0 && valued == 0 {
			return nil, excluded
		}
		return big.NewInt(sum), excluded
	}
	return big.NewInt(n), excluded
}

// Answer computes a plan the slow way.
func (w World) Answer(p plan.Plan) plan.Result {
	var r plan.Result
	all := make([][]unit, len(p.Measures))
	groups := map[string]plan.Group{}
	for i, m := range p.Measures {
		all[i] = w.units(m, p)
		// A total counts a row once however the plan splits it.
		value, excluded := evaluate(m.ID, all[i])
		r.Totals = append(r.Totals, value)
		for _, reason := range m.Excludes {
			if excluded[reason] > 0 {
				r.Excluded = append(r.Excluded, plan.Excluded{Measure: m.ID, Reason: reason, Rows: excluded[reason]})
			}
		}
		for _, u := range all[i] {
			g := plan.Group{}
			for _, f := range p.Dimensions {
				id := u.member(f)
				member := plan.Member{ID: id}
				if f.Type == catalog.Organisation {
					member = w.named(id)
				}
				g.Members = append(g.Members, member)
			}
			groups[u.group(p.Dimensions)] = g
		}
	}
	for _, row := range w.rows(p.Measures[0].Dataset) {
		if row.passes(p.Filters) && (row.isLot || p.Measures[0].Dataset != catalog.Lots) {
			r.Rows++
		}
	}
	if len(p.Dimensions) == 0 {
		r.Groups, r.TotalGroups = []plan.Group{{Values: r.Totals}}, 1
		return r
	}
	for key, g := range groups {
		for i, m := range p.Measures {
			value, _ := evaluate(m.ID, slices.DeleteFunc(slices.Clone(all[i]), func(u unit) bool { return u.group(p.Dimensions) != key }))
			g.Values = append(g.Values, value)
		}
		r.Groups = append(r.Groups, g)
	}
	slices.SortFunc(r.Groups, func(a, b plan.Group) int { return compare(p, a, b) })
	r.TotalGroups = int64(len(r.Groups))
	if len(r.Groups) <= p.Limit {
		return r
	}
	r.Groups = r.Groups[:p.Limit]
	top := map[string]bool{}
	for _, g := range r.Groups {
		ids := make([]string, len(g.Members))
		for i, m := range g.Members {
			ids[i] = m.ID
		}
		top[strings.Join(ids, "\x00")] = true
	}
	for i, m := range p.Measures {
		value, _ := evaluate(m.ID, slices.DeleteFunc(all[i], func(u unit) bool { return top[u.group(p.Dimensions)] }))
		r.Other = append(r.Other, value)
	}
	return r
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
	for _, b := range w.Bids {
		if b.TendererID == id {
			m.NameRU = b.TendererName
		}
	}
	return m
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
			x, y := a.Values[o.Column-len(p.Dimensions)], b.Values[o.Column-len(p.Dimensions)]
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

// Count computes a facet the slow way: value to number of rows.
func (w World) Count(f plan.Facet) map[string]int64 {
	counts := map[string]int64{}
	for _, r := range w.rows(f.Dataset) {
		values := []string{r.fields[f.Field.ID]}
		if f.Field.ID == "bidder" {
			values = r.participants
		}
		for _, v := range values {
			counts[v] += 0
			if (r.isLot || f.Dataset != catalog.Lots) && r.passes(f.Filters) {
				counts[v]++
			}
		}
	}
	return counts
}
