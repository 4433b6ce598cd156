// Package indicators calculates red flags from compiled releases: the indicators of
// Cardinal (R003, R018, R024, R025, R028, R030, R035, R036, R038, R048, R058) with its settings and its
// form of output, for procedures with lots as well.
//
// In a procedure with several lots, each lot is looked at by itself: its bids, its
// awards. A procedure is flagged if one of its lots is, with the most telling value of them.
// Results do not depend on the order of the input.
package indicators

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/kzocds/kzocds/ocds"
)

// Calculator calculates. It is for one goroutine at a time; use one for each and
// Merge them.
type Calculator struct {
	s Settings

	flags map[key]float64 // that need no comparison with other procedures
	lots  map[string]map[string][]string

	gaps      []gap // for R024 and R058
	tenderers map[string]*tally
	buyers    map[string]*tally
	entities  map[string]*tally
	suppliers map[string]*supplier
	byBuyer   map[string]string
	byEntity  map[string]string
	flagged   map[string]map[string]bool // ocid -> tenderers
}

// Group of a result.
type Group string

// The groups, with the names Cardinal uses.
const (
	OCID            Group = "OCID"
	Buyer           Group = "Buyer"
	ProcuringEntity Group = "ProcuringEntity"
	Tenderer        Group = "Tenderer"
)

type key struct {
	group Group
	id    string
	code  string
}

// gap between the winning bid and the next one, of a procedure or lot.
type gap struct {
	ratio          float64
	ocid, lot      string
	winner, second string
}

type tally struct {
	valid, won, submitted, disqualified int
	processes                           int
}

type supplier struct {
	processes int
	classes   map[string]bool
}

// New makes a Calculator.
func New(s Settings) *Calculator {
	return &Calculator{
		s: s, flags: map[key]float64{}, lots: map[string]map[string][]string{},
		tenderers: map[string]*tally{}, buyers: map[string]*tally{}, entities: map[string]*tally{},
		suppliers: map[string]*supplier{}, byBuyer: map[string]string{}, byEntity: map[string]string{},
		flagged: map[string]map[string]bool{},
	}
}

type bid struct {
	status    string
	tenderers []string // sorted, all with an id
	complete  bool     // every tenderer has an id
	amount    []byte   // number text; nil: none that can be compared
	currency  string
	date      []byte
	lots      []string
}

func (b *bid) submitted() bool {
	return b.status != "" && b.status != "invited" && b.status != "withdrawn"
}
func (b *bid) valid() bool { return b.status == "valid" }

type award struct {
	status    string
	suppliers []string
	lots      []string
}

// unit is a lot, or a procedure without lots.
type unit struct {
	lot    string
	bids   []*bid
	awards []*award
}

type process struct {
	ocid, details, method string
	tender                ocds.Value
	bids                  []*bid
	awards                []*award
	units                 []unit
}

func text(v ocds.Value) string {
	if v.Kind() == ocds.String || v.Kind() == ocds.Number {
		return v.Text()
	}
	return ""
}

func ids(list ocds.Value) (found []string, complete bool) {
	complete = list.Len() > 0
	for _, o := range list.Items() {
		if id := text(o.Get("id")); id != "" {
			found = append(found, id)
		} else {
			complete = false
		}
	}
	slices.Sort(found)
	return slices.Compact(found), complete
}

func texts(list ocds.Value) (found []string) {
	for _, v := range list.Items() {
		found = append(found, text(v))
	}
	return found
}

// Add looks at one compiled release. Releases without an ocid are passed over, as are
// cancelled procedures.
func (c *Calculator) Add(v ocds.Value) {
	tender := v.Get("tender")
	p := process{ocid: "", tender: tender, details: text(tender.Get("procurementMethodDetails")), method: text(tender.Get("procurementMethod"))}
	if o := v.Get("ocid"); o.Kind() == ocds.String {
		p.ocid = o.Text()
	}
	if p.ocid == "" || text(tender.Get("status")) == "cancelled" || slices.Contains(c.s.Exclude, p.details) {
		return
	}
	for _, b := range v.Path("bids", "details").Items() {
		made := &bid{status: text(b.Get("status")), date: b.Get("date").Bytes(), lots: texts(b.Get("relatedLots"))}
		made.tenderers, made.complete = ids(b.Get("tenderers"))
		if amount := b.Path("value", "amount"); amount.Kind() == ocds.Number {
			currency := text(b.Path("value", "currency"))
			if c.s.Currency == "" || currency == c.s.Currency {
				made.amount, made.currency = amount.Raw(), currency
			}
		}
		p.bids = append(p.bids, made)
	}
	for _, a := range v.Get("awards").Items() {
		made := &award{status: text(a.Get("status")), lots: texts(a.Get("relatedLots"))}
		made.suppliers, _ = ids(a.Get("suppliers"))
		p.awards = append(p.awards, made)
	}
	p.divide()

	c.submissionPeriod(&p)
	c.singleBid(&p)
	prices := !slices.Contains(c.s.NoPriceComparison, p.details) &&
		(c.s.PriceComparison == nil || slices.Contains(c.s.PriceComparison, p.details))
	for i := range p.units {
		u := &p.units[i]
		c.identicalPrices(&p, u, prices)
		c.lateBid(&p, u)
		c.othersDisqualified(&p, u)
		c.lowestDisqualified(&p, u, prices)
		c.competition(&p, u, prices)
	}
	c.disqualifications(&p, v)
	c.heterogeneous(v)
}

// divide splits a procedure into its lots, if bids and awards say which lot they
// are about.
func (p *process) divide() {
	lots := p.tender.Get("lots")
	byLot := lots.Len() > 1
	for _, b := range p.bids {
		byLot = byLot && len(b.lots) > 0
	}
	for _, a := range p.awards {
		byLot = byLot && len(a.lots) > 0
	}
	if !byLot {
		p.units = []unit{{bids: p.bids, awards: p.awards}}
		return
	}
	for _, lot := range lots.Items() {
		id := text(lot.Get("id"))
		if text(lot.Get("status")) == "cancelled" {
			continue
		}
		u := unit{lot: id}
		for _, b := range p.bids {
			if !slices.Contains(b.lots, id) {
				continue
			}
			if len(b.lots) > 1 {
				// Its amount is for several lots: it cannot be compared within one.
				whole := *b
				whole.amount = nil
				b = &whole
			}
			u.bids = append(u.bids, b)
		}
		for _, a := range p.awards {
			if slices.Contains(a.lots, id) {
				u.awards = append(u.awards, a)
			}
		}
		p.units = append(p.units, u)
	}
}

// final says whether every award is decided, and returns the active ones.
func (u *unit) final() (active []*award, ok bool) {
	for _, a := range u.awards {
		switch a.status {
		case "active":
			active = append(active, a)
		case "cancelled", "unsuccessful":
		default:
			return nil, false
		}
	}
	return active, true
}

// flag records a result; of several for one subject, that of better stays.
func (c *Calculator) flag(g Group, id, code string, value float64, better func(a, b float64) float64) {
	k := key{g, id, code}
	if before, ok := c.flags[k]; ok {
		value = better(before, value)
	}
	c.flags[k] = value
}

func sum(a, b float64) float64 { return a + b }

func (c *Calculator) lot(p *process, u *unit, code string) { c.lotOf(p.ocid, u.lot, code) }

func (c *Calculator) lotOf(ocid, lot, code string) {
	if lot == "" {
		return
	}
	if c.lots[ocid] == nil {
		c.lots[ocid] = map[string][]string{}
	}
	c.lots[ocid][code] = append(c.lots[ocid][code], lot)
}

func (c *Calculator) organisation(ocid, tenderer, code string) {
	c.flag(Tenderer, tenderer, code, 1, sum)
	c.involve(ocid, tenderer)
}

func (c *Calculator) involve(ocid, tenderer string) {
	if c.flagged[ocid] == nil {
		c.flagged[ocid] = map[string]bool{}
	}
	c.flagged[ocid][tenderer] = true
}

// submissionPeriod is R003: fewer days to submit than the threshold. The value is the number of days.
func (c *Calculator) submissionPeriod(p *process) {
	if c.s.R003 == nil || len(c.s.R003.Methods) > 0 && !slices.Contains(c.s.R003.Methods, p.method) {
		return
	}
	period := p.tender.Get("tenderPeriod")
	start, _, okStart := ocds.ParseTime(period.Get("startDate").Bytes())
	end, _, okEnd := ocds.ParseTime(period.Get("endDate").Bytes())
	if !okStart || !okEnd || end.Before(start) {
		return
	}
	threshold := c.s.R003.Threshold
	if days, ok := c.s.R003.ByDetails[p.details]; ok {
		threshold = days
	}
	if days := int(end.Sub(start).Hours() / 24); days < threshold {
		c.flag(OCID, p.ocid, "R003", float64(days), math.Min)
	}
}

// singleBid is R018: one tenderer in an open or selective procedure, or in one of
// its lots.
func (c *Calculator) singleBid(p *process) {
	if c.s.R018 == nil || !slices.Contains(c.s.R018.Methods, p.method) {
		return
	}
	if n := p.tender.Get("numberOfTenderers"); n.Kind() == ocds.Number && ocds.CompareNumbers(n.Raw(), []byte("1")) == 0 {
		c.flag(OCID, p.ocid, "R018", 1, math.Max)
		return
	}
	if len(p.units) < 2 && p.tender.Get("numberOfTenderers").Ok() {
		return
	}
	for i := range p.units {
		u := &p.units[i]
		who := map[string]bool{}
		for _, b := range u.bids {
			if b.submitted() {
				who[strings.Join(b.tenderers, "\x00")] = true
			}
		}
		if len(who) == 1 {
			c.flag(OCID, p.ocid, "R018", 1, math.Max)
			c.lot(p, u, "R018")
		}
	}
}

// identicalPrices is R028: different tenderers, the same price.
func (c *Calculator) identicalPrices(p *process, u *unit, prices bool) {
	if c.s.R028 == nil || !prices {
		return
	}
	same := map[string]bool{}
	for i, a := range u.bids {
		for _, b := range u.bids[i+1:] {
			if a.submitted() && b.submitted() && a.complete && b.complete && a.amount != nil && b.amount != nil &&
				a.currency == b.currency && ocds.CompareNumbers(a.amount, b.amount) == 0 && !slices.Equal(a.tenderers, b.tenderers) {
				for _, id := range slices.Concat(a.tenderers, b.tenderers) {
					same[id] = true
				}
			}
		}
	}
	if len(same) == 0 {
		return
	}
	c.flag(OCID, p.ocid, "R028", 1, math.Max)
	c.lot(p, u, "R028")
	for id := range same {
		c.organisation(p.ocid, id, "R028")
	}
}

// lateBid is R030: a winner's valid bid came after the end of the period. Times
// are compared as instants, whatever their zone.
func (c *Calculator) lateBid(p *process, u *unit) {
	end, _, ok := ocds.ParseTime(p.tender.Path("tenderPeriod", "endDate").Bytes())
	if c.s.R030 == nil || !ok {
		return
	}
	late := map[string]bool{}
	for _, a := range u.awards {
		if a.status != "active" {
			continue
		}
		for _, b := range u.bids {
			date, _, ok := ocds.ParseTime(b.date)
			if !b.valid() || !ok || !date.After(end) {
				continue
			}
			for _, id := range b.tenderers {
				if slices.Contains(a.suppliers, id) {
					late[id] = true
				}
			}
		}
	}
	if len(late) == 0 {
		return
	}
	c.flag(OCID, p.ocid, "R030", 1, math.Max)
	c.lot(p, u, "R030")
	for id := range late {
		c.organisation(p.ocid, id, "R030")
	}
}

// othersDisqualified is R035: the winner is the only one whose bids were not
// disqualified. The value is the number of disqualified tenderers.
func (c *Calculator) othersDisqualified(p *process, u *unit) {
	active, final := u.final()
	if c.s.R035 == nil || !final || len(active) == 0 {
		return
	}
	valid, disqualified, suppliers := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, b := range u.bids {
		for _, id := range b.tenderers {
			switch b.status {
			case "valid":
				valid[id] = true
			case "disqualified":
				disqualified[id] = true
			}
		}
	}
	for _, a := range active {
		for _, id := range a.suppliers {
			suppliers[id] = true
		}
	}
	if len(valid) != 1 || !maps.Equal(valid, suppliers) {
		return
	}
	for winner := range valid {
		delete(disqualified, winner)
		if len(disqualified) == 0 || len(disqualified) < c.s.R035.Threshold {
			return
		}
		c.flag(OCID, p.ocid, "R035", float64(len(disqualified)), math.Max)
		c.lot(p, u, "R035")
		c.organisation(p.ocid, winner, "R035")
	}
}

// lowestDisqualified is R036: the lowest bid was disqualified, another won.
func (c *Calculator) lowestDisqualified(p *process, u *unit, prices bool) {
	active, final := u.final()
	if c.s.R036 == nil || !prices || !final || len(active) == 0 {
		return
	}
	var lowest *bid
	valid, mixed := false, false
	for _, b := range u.bids {
		if !b.submitted() || b.amount == nil {
			continue
		}
		valid = valid || b.valid()
		mixed = mixed || lowest != nil && b.currency != lowest.currency
		order := 0
		if lowest != nil {
			order = ocds.CompareNumbers(b.amount, lowest.amount)
		}
		// Of equal bids one that is not disqualified counts: the lowest price had its chance.
		if lowest == nil || order < 0 || order == 0 && lowest.status == "disqualified" {
			lowest = b
		}
	}
	if lowest == nil || !valid || mixed || lowest.status != "disqualified" {
		return
	}
	c.flag(OCID, p.ocid, "R036", 1, math.Max)
	c.lot(p, u, "R036")
}

// competition gathers what R024, R025 and R058 compare: units with one winner,
// bids of one tenderer each.
func (c *Calculator) competition(p *process, u *unit, prices bool) {
	active, final := u.final()
	if c.s.R024 == nil && c.s.R025 == nil && c.s.R058 == nil || !final || len(active) != 1 || len(active[0].suppliers) != 1 {
		return
	}
	winner := active[0].suppliers[0]
	var valid []*bid
	for _, b := range u.bids {
		if !b.valid() {
			continue
		}
		if len(b.tenderers) != 1 || !b.complete {
			return
		}
		valid = append(valid, b)
	}
	if c.s.R025 != nil {
		seen := map[string]bool{}
		for _, b := range valid {
			id := b.tenderers[0]
			t := get(c.tenderers, id)
			t.valid++
			if id == winner && !seen[id] {
				t.won++
			}
			seen[id] = true
		}
	}
	if !prices || c.s.R024 == nil && c.s.R058 == nil {
		return
	}
	priced := slices.DeleteFunc(valid, func(b *bid) bool { return b.amount == nil })
	slices.SortStableFunc(priced, func(a, b *bid) int { return ocds.CompareNumbers(a.amount, b.amount) })
	if len(priced) < 2 {
		return
	}
	for _, b := range priced[1:] {
		if b.currency != priced[0].currency {
			return
		}
	}
	// The winner's bid must be the lowest; of equal ones it may be any.
	at := slices.IndexFunc(priced, func(b *bid) bool { return b.tenderers[0] == winner })
	if at < 0 || ocds.CompareNumbers(priced[at].amount, priced[0].amount) != 0 {
		return
	}
	priced[0], priced[at] = priced[at], priced[0]
	low, okLow := rational(priced[0].amount)
	next, okNext := rational(priced[1].amount)
	if !okLow || !okNext || low.Sign() <= 0 {
		return
	}
	ratio, _ := next.Sub(next, low).Quo(next, low).Float64()
	c.gaps = append(c.gaps, gap{ratio: ratio, ocid: p.ocid, lot: u.lot, winner: winner, second: priced[1].tenderers[0]})
}

// rational is the exact value of an amount; numbers longer than any amount are refused.
func rational(b []byte) (*big.Rat, bool) {
	if len(b) > 60 || bytes.IndexAny(b, "eE") >= 0 && len(b) > 12 {
		return nil, false
	}
	return new(big.Rat).SetString(string(b))
}

func get(m map[string]*tally, id string) *tally {
	t := m[id]
	if t == nil {
		t = &tally{}
		m[id] = t
	}
	return t
}

// disqualifications gathers what R038 compares.
func (c *Calculator) disqualifications(p *process, v ocds.Value) {
	if c.s.R038 == nil {
		return
	}
	submitted, disqualified := 0, 0
	seen := map[string]bool{}
	for _, b := range p.bids {
		if !b.submitted() {
			continue
		}
		submitted++
		if b.status == "disqualified" {
			disqualified++
		}
		for _, id := range b.tenderers {
			t := get(c.tenderers, id)
			t.submitted++
			if b.status == "disqualified" {
				t.disqualified++
			}
			if !seen[id] {
				t.processes++
			}
			seen[id] = true
		}
	}
	if submitted == 0 {
		return
	}
	for _, o := range []struct {
		id    string
		tally map[string]*tally
		by    map[string]string
	}{{text(v.Path("buyer", "id")), c.buyers, c.byBuyer}, {text(p.tender.Path("procuringEntity", "id")), c.entities, c.byEntity}} {
		if o.id == "" {
			continue
		}
		t := get(o.tally, o.id)
		t.submitted += submitted
		t.disqualified += disqualified
		t.processes++
		if disqualified > 0 {
			o.by[p.ocid] = o.id
		}
	}
}

// heterogeneous gathers what R048 compares.
func (c *Calculator) heterogeneous(v ocds.Value) {
	if c.s.R048 == nil {
		return
	}
	seen := map[string]bool{}
	for _, a := range v.Get("awards").Items() {
		suppliers, complete := ids(a.Get("suppliers"))
		if text(a.Get("status")) != "active" || len(suppliers) != 1 || !complete {
			continue
		}
		s := c.suppliers[suppliers[0]]
		if s == nil {
			s = &supplier{classes: map[string]bool{}}
			c.suppliers[suppliers[0]] = s
		}
		if !seen[suppliers[0]] {
			s.processes++
			seen[suppliers[0]] = true
		}
		for _, item := range a.Get("items").Items() {
			code := text(item.Path("classification", "id"))
			digits := make([]byte, 0, 16)
			for i := range len(code) {
				if code[i] >= '0' && code[i] <= '9' && len(digits) < c.s.R048.Digits {
					digits = append(digits, code[i])
				}
			}
			if len(digits) == c.s.R048.Digits && len(digits) > 0 {
				s.classes[string(digits)] = true
			}
		}
	}
}

// Merge adds what another Calculator, with the same settings, has gathered.
func (c *Calculator) Merge(o *Calculator) {
	for k, v := range o.flags {
		switch {
		case k.group == Tenderer:
			c.flag(k.group, k.id, k.code, v, sum)
		case k.code == "R003":
			c.flag(k.group, k.id, k.code, v, math.Min)
		default:
			c.flag(k.group, k.id, k.code, v, math.Max)
		}
	}
	for ocid, codes := range o.lots {
		for code, lots := range codes {
			for _, lot := range lots {
				c.lotOf(ocid, lot, code)
			}
		}
	}
	for ocid, who := range o.flagged {
		for id := range who {
			c.involve(ocid, id)
		}
	}
	c.gaps = append(c.gaps, o.gaps...)
	for _, p := range []struct{ to, from map[string]*tally }{{c.tenderers, o.tenderers}, {c.buyers, o.buyers}, {c.entities, o.entities}} {
		for id, t := range p.from {
			m := get(p.to, id)
			m.valid += t.valid
			m.won += t.won
			m.submitted += t.submitted
			m.disqualified += t.disqualified
			m.processes += t.processes
		}
	}
	for id, s := range o.suppliers {
		m := c.suppliers[id]
		if m == nil {
			c.suppliers[id] = s
			continue
		}
		m.processes += s.processes
		maps.Copy(m.classes, s.classes)
	}
	maps.Copy(c.byBuyer, o.byBuyer)
	maps.Copy(c.byEntity, o.byEntity)
}

// Result of all indicators.
type Result struct {
	Flags map[Group]map[string]map[string]float64 // group -> id -> code -> value
	Meta  map[string]map[string]float64           // code -> quartiles and fences
	Lots  map[string]map[string][]string          // ocid -> code -> flagged lots
	Maps  map[string]map[string]any               // ocid -> organisations, by the names Cardinal uses
}

// quartiles of a set, and its fences at one and a half times their distance.
type quartiles struct{ q1, q3, low, high float64 }

func quartilesOf(values []float64) (q quartiles) {
	slices.Sort(values)
	q.q1, q.q3 = quantile(values, 0.25), quantile(values, 0.75)
	q.low, q.high = q.q1-1.5*(q.q3-q.q1), q.q3+1.5*(q.q3-q.q1)
	return q
}

// quantile of sorted values by the median-unbiased estimate (type 8 in R).
func quantile(sorted []float64, p float64) float64 {
	n := float64(len(sorted))
	h := (n+1.0/3)*p + 1.0/3
	switch {
	case len(sorted) == 0:
		return math.NaN()
	case h <= 1:
		return sorted[0]
	case h >= n:
		return sorted[len(sorted)-1]
	}
	i := int(h)
	return sorted[i-1] + (h-float64(i))*(sorted[i]-sorted[i-1])
}

// Result compares what was gathered. Nothing may be added afterwards.
func (c *Calculator) Result() *Result {
	r := &Result{Flags: map[Group]map[string]map[string]float64{}, Meta: map[string]map[string]float64{}, Lots: c.lots, Maps: map[string]map[string]any{}}
	c.compareGaps(r)
	c.compareWins(r)
	c.compareDisqualified(r)
	c.compareClasses(r)
	for k, v := range c.flags {
		if r.Flags[k.group] == nil {
			r.Flags[k.group] = map[string]map[string]float64{}
		}
		if r.Flags[k.group][k.id] == nil {
			r.Flags[k.group][k.id] = map[string]float64{}
		}
		r.Flags[k.group][k.id][k.code] = v
	}
	for _, codes := range c.lots {
		for code := range codes {
			slices.Sort(codes[code])
			codes[code] = slices.Compact(codes[code])
		}
	}
	r.Maps["ocid_tenderer"] = map[string]any{}
	for ocid, who := range c.flagged {
		r.Maps["ocid_tenderer"][ocid] = slices.Sorted(maps.Keys(who))
	}
	r.Maps["ocid_buyer_r038"], r.Maps["ocid_procuringentity_r038"] = anyMap(c.byBuyer), anyMap(c.byEntity)
	return r
}

func anyMap(m map[string]string) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

func round(v float64) float64 { return math.Round(v*10000) / 10000 }

func (c *Calculator) compareGaps(r *Result) {
	if len(c.gaps) == 0 {
		return
	}
	slices.SortFunc(c.gaps, func(a, b gap) int {
		return cmp.Or(strings.Compare(a.ocid, b.ocid), strings.Compare(a.lot, b.lot))
	})
	ratios := make([]float64, len(c.gaps))
	for i, g := range c.gaps {
		ratios[i] = g.ratio
	}
	q := quartilesOf(ratios)
	note := func(code string, g gap, better func(a, b float64) float64, also ...string) {
		c.flag(OCID, g.ocid, code, g.ratio, better)
		c.lotOf(g.ocid, g.lot, code)
		for _, id := range also {
			c.flag(Tenderer, id, code, g.ratio, better)
			c.involve(g.ocid, id)
		}
	}
	if c.s.R024 != nil {
		r.Meta["R024"] = map[string]float64{"q1": round(q.q1), "q3": round(q.q3), "lower_fence": round(q.low)}
		fence, ok := q.low, q.q1 > 0 && q.low > 0
		if c.s.R024.Threshold != nil {
			fence, ok = *c.s.R024.Threshold, true
		}
		for _, g := range c.gaps {
			if ok && g.ratio <= fence {
				note("R024", g, math.Min, g.winner, g.second)
			}
		}
	}
	if c.s.R058 != nil {
		r.Meta["R058"] = map[string]float64{"q1": round(q.q1), "q3": round(q.q3), "upper_fence": round(q.high)}
		fence := q.high
		if c.s.R058.Threshold != nil {
			fence = *c.s.R058.Threshold
		}
		for _, g := range c.gaps {
			if g.ratio >= fence {
				note("R058", g, math.Max, g.winner)
			}
		}
	}
}

// compareWins is R025.
func (c *Calculator) compareWins(r *Result) {
	if c.s.R025 == nil {
		return
	}
	var counts, ratios []float64
	for _, t := range c.tenderers {
		if t.valid > 0 {
			counts = append(counts, float64(t.valid))
			ratios = append(ratios, float64(t.won)/float64(t.valid))
		}
	}
	if len(counts) == 0 {
		return
	}
	slices.Sort(counts)
	top := quantile(counts, c.s.R025.Percentile/100)
	q := quartilesOf(ratios)
	fence := q.low
	if c.s.R025.Threshold != nil {
		fence = *c.s.R025.Threshold
	}
	r.Meta["R025"] = map[string]float64{"q1": round(q.q1), "q3": round(q.q3), "lower_fence": round(fence), "upper_fence": round(top)}
	for id, t := range c.tenderers {
		if ratio := float64(t.won) / float64(t.valid); t.valid > 0 && float64(t.valid) >= top && ratio <= fence {
			c.flag(Tenderer, id, "R025", ratio, math.Max)
		}
	}
}

// compareDisqualified is R038.
func (c *Calculator) compareDisqualified(r *Result) {
	if c.s.R038 == nil {
		return
	}
	for _, g := range []struct {
		group  Group
		tally  map[string]*tally
		enough func(*tally) bool
		meta   string
	}{
		{Buyer, c.buyers, func(t *tally) bool { return t.processes >= c.s.R038.MinimumProcesses }, "R038_buyer"},
		{ProcuringEntity, c.entities, func(t *tally) bool { return t.processes >= c.s.R038.MinimumProcesses }, "R038_procuring_entity"},
		{Tenderer, c.tenderers, func(t *tally) bool { return t.submitted >= c.s.R038.MinimumBids }, "R038_tenderer"},
	} {
		var ratios []float64
		for _, t := range g.tally {
			if t.submitted > 0 && g.enough(t) {
				ratios = append(ratios, float64(t.disqualified)/float64(t.submitted))
			}
		}
		if len(ratios) == 0 {
			continue
		}
		q := quartilesOf(ratios)
		fence := q.high
		if c.s.R038.Threshold != nil {
			fence = *c.s.R038.Threshold
		}
		r.Meta[g.meta] = map[string]float64{"q1": round(q.q1), "q3": round(q.q3), "upper_fence": round(fence)}
		for id, t := range g.tally {
			if ratio := float64(t.disqualified) / float64(t.submitted); t.disqualified > 0 && g.enough(t) && ratio >= fence {
				c.flag(g.group, id, "R038", ratio, math.Max)
			}
		}
	}
}

// compareClasses is R048.
func (c *Calculator) compareClasses(r *Result) {
	if c.s.R048 == nil {
		return
	}
	var counts []float64
	for _, s := range c.suppliers {
		if s.processes >= c.s.R048.MinimumProcesses {
			counts = append(counts, float64(len(s.classes)))
		}
	}
	if len(counts) == 0 && c.s.R048.Threshold == nil {
		return
	}
	q := quartilesOf(counts)
	fence := q.high
	if c.s.R048.Threshold != nil {
		fence = *c.s.R048.Threshold
	}
	if len(counts) > 0 {
		r.Meta["R048"] = map[string]float64{"q1": round(q.q1), "q3": round(q.q3), "upper_fence": round(fence)}
	}
	for id, s := range c.suppliers {
		if s.processes >= c.s.R048.MinimumProcesses && len(s.classes) > 0 && float64(len(s.classes)) >= fence {
			c.flag(Tenderer, id, "R048", float64(len(s.classes)), math.Max)
		}
	}
}

// JSON is the result in Cardinal's form: groups at the top, Meta and Maps if
// wanted; Maps also has the flagged lots.
func (r *Result) JSON(meta, withMaps bool) ([]byte, error) {
	out := map[string]any{}
	for g, ids := range r.Flags {
		out[string(g)] = ids
	}
	if meta && len(r.Meta) > 0 {
		out["Meta"] = r.Meta
	}
	if withMaps {
		m := map[string]any{"ocid_lot": r.Lots}
		for k, v := range r.Maps {
			m[k] = v
		}
		out["Maps"] = m
	}
	return json.Marshal(out)
}
