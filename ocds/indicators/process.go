package indicators

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/settings"
)

// process is what the indicators need of a compiled release.
type process struct {
	ocid    string
	tender  ocds.Value
	buyer   string
	entity  string
	method  string // procurementMethod
	details string // procurementMethodDetails
	priced  bool   // prices may be compared
	lots    []lot
	bids    []bid
	awards  []award
}

type lot struct {
	id        string
	cancelled bool
	period    ocds.Value // tenderPeriod; Missing: the tender's
}

// scope is what a bid or award is about: numbers of lots in ascending order. Equal scopes of a
// process are the same one; nil stands for all lots.
type scope struct {
	lots   []int
	number int
}

type bid struct {
	status    string
	tenderers []string // ids, ascending, without repetition
	repeated  []string // ids of those named before in the same bid
	complete  bool     // every tenderer has an id
	entries   int      // of the list of tenderers
	amount    []byte   // JSON number; nil: none that can be compared
	currency  string
	date      ocds.Value
	scope     *scope
}

// submitted bids are pending, valid or disqualified.
func (b *bid) submitted() bool {
	return b.status != "" && b.status != "invited" && b.status != "withdrawn"
}

func (b *bid) valid() bool        { return b.status == "valid" }
func (b *bid) disqualified() bool { return b.status == "disqualified" }

type award struct {
	status    string
	suppliers []string // as the tenderers of a bid
	complete  bool
	entries   int
	items     []ocds.Value
	scope     *scope
	// contracted: a contract of the award is in force or was carried out.
	contracted bool
}

func (a *award) active() bool { return a.status == "active" }

// contest is what bids compete for: a lot, lots that are bid for together, or a process without lots.
type contest struct {
	lots   []int // ascending; empty: the process has none
	bids   []*bid
	awards []*award
	// comparable: the amounts of all submitted bids are for the same things.
	comparable bool
}

// parser reads processes. It shares equal texts, as an organisation appears in many processes.
type parser struct {
	compat Compat
	s      *settings.File
	names  map[string]string
	p      process
	// of the process:
	ids       map[string]int // lots by id
	scopes    map[string]*scope
	contracts map[string][]ocds.Value // by id of the award
	items     map[int][]ocds.Value    // of the tender, by lot
}

func newParser(s *settings.File, compat Compat) parser {
	return parser{
		compat: compat, s: s, names: map[string]string{}, ids: map[string]int{},
		scopes: map[string]*scope{}, contracts: map[string][]ocds.Value{}, items: map[int][]ocds.Value{},
	}
}

func (r *parser) intern(b []byte) string {
	if s, ok := r.names[string(b)]; ok {
		return s
	}
	s := string(b)
	r.names[s] = s
	return s
}

// id is an identifier: a text or, as OCDS allows in places, a whole number. Cardinal takes texts only.
func (r *parser) id(v ocds.Value) string {
	if v.Kind() == ocds.String || v.Kind() == ocds.Number && r.compat != Cardinal {
		return r.intern(v.Bytes())
	}
	return ""
}

func text(v ocds.Value) string {
	if v.Kind() != ocds.String {
		return ""
	}
	return v.Text()
}

// code is a text out of a code list.
func (r *parser) code(v ocds.Value) string {
	if v.Kind() != ocds.String {
		return ""
	}
	return r.intern(v.Bytes())
}

func (r *parser) organisations(list ocds.Value) (ids []string, complete bool, entries int) {
	complete = list.Kind() == ocds.Array && list.Len() > 0
	for _, o := range list.Items() {
		entries++
		if id := r.id(o.Get("id")); id != "" {
			ids = append(ids, id)
		} else {
			complete = false
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), complete, entries
}

// repeated are the ids of a list that were in it before.
func (r *parser) repeated(list ocds.Value) (ids []string) {
	seen := map[string]bool{}
	for _, o := range list.Items() {
		switch id := r.id(o.Get("id")); {
		case id == "":
		case seen[id]:
			ids = append(ids, id)
		default:
			seen[id] = true
		}
	}
	return ids
}

// lot is the number of the lot with that id; one that the tender does not list is entered.
func (r *parser) lot(id string) int {
	n, ok := r.ids[id]
	if !ok {
		n = len(r.p.lots)
		r.ids[id] = n
		r.p.lots = append(r.p.lots, lot{id: id})
	}
	return n
}

// scope is what relatedLots says, else the relatedLot of each item; if an item has none, all lots.
func (r *parser) scope(related, items ocds.Value) *scope {
	if r.compat == Cardinal {
		return nil
	}
	var lots []int
	for _, v := range related.Items() {
		if id := r.id(v); id != "" {
			lots = append(lots, r.lot(id))
		}
	}
	if lots == nil {
		for _, item := range items.Items() {
			id := r.id(item.Get("relatedLot"))
			if id == "" {
				return nil
			}
			lots = append(lots, r.lot(id))
		}
	}
	if lots == nil {
		return nil
	}
	slices.Sort(lots)
	return r.share(slices.Compact(lots))
}

// share gives equal scopes the same place in memory.
func (r *parser) share(lots []int) *scope {
	var key []byte
	for _, l := range lots {
		key = binary.AppendUvarint(key, uint64(l))
	}
	s := r.scopes[string(key)]
	if s == nil {
		s = &scope{lots: lots, number: len(r.scopes)}
		r.scopes[string(key)] = s
	}
	return s
}

// read fills r.p, which is valid until the next call.
func (r *parser) read(ocid string, v ocds.Value) *process {
	p := &r.p
	*p = process{ocid: ocid, lots: p.lots[:0], bids: p.bids[:0], awards: p.awards[:0]}
	clear(r.ids)
	clear(r.scopes)
	clear(r.contracts)
	clear(r.items)
	p.tender = v.Get("tender")
	p.buyer = r.id(v.Path("buyer", "id"))
	p.entity = r.id(p.tender.Path("procuringEntity", "id"))
	p.method = r.code(p.tender.Get("procurementMethod"))
	p.details = r.code(p.tender.Get("procurementMethodDetails"))
	if r.s.PriceComparison != nil {
		p.priced = r.s.PriceComparison[p.details]
	} else {
		p.priced = !r.s.NoPriceComparison[p.details]
	}
	if r.compat != Cardinal {
		for _, l := range p.tender.Get("lots").Items() {
			if id := r.id(l.Get("id")); id != "" {
				at := &p.lots[r.lot(id)]
				at.cancelled = at.cancelled || text(l.Get("status")) == "cancelled"
				if period := l.Get("tenderPeriod"); period.Len() > 0 {
					at.period = period
				}
			}
		}
	}
	for _, b := range v.Path("bids", "details").Items() {
		made := bid{status: r.code(b.Get("status")), date: b.Get("date"), scope: r.scope(b.Get("relatedLots"), b.Get("items"))}
		made.tenderers, made.complete, made.entries = r.organisations(b.Get("tenderers"))
		if len(made.tenderers) < made.entries {
			made.repeated = r.repeated(b.Get("tenderers"))
		}
		amount, currency := b.Path("value", "amount"), b.Path("value", "currency")
		if amount.Kind() == ocds.Number && currency.Kind() == ocds.String && usable(amount.Raw()) {
			made.amount, made.currency = amount.Raw(), r.intern(currency.Bytes())
		}
		p.bids = append(p.bids, made)
	}
	if r.compat != Cardinal {
		r.index(v)
	}
	for _, a := range v.Get("awards").Items() {
		made := award{status: r.code(a.Get("status")), scope: r.scope(a.Get("relatedLots"), a.Get("items"))}
		made.suppliers, made.complete, made.entries = r.organisations(a.Get("suppliers"))
		made.items = slices.AppendSeq(made.items, elements(a.Get("items")))
		if r.compat != Cardinal {
			r.follow(&made, a.Get("id"))
		}
		p.awards = append(p.awards, made)
	}
	return p
}

// unrelated stands for the lot of an item that names none.
const unrelated = -1

// index finds the contracts of awards and the items of lots.
func (r *parser) index(v ocds.Value) {
	for _, c := range v.Get("contracts").Items() {
		first := r.id(c.Get("awardID"))
		if first != "" {
			r.contracts[first] = append(r.contracts[first], c)
		}
		for id := range elements(c.Get("awardIDs")) {
			if id := r.id(id); id != "" && id != first {
				r.contracts[id] = append(r.contracts[id], c)
			}
		}
	}
	if r.s.R048 == nil {
		return
	}
	for _, item := range r.p.tender.Get("items").Items() {
		lot := unrelated
		if id := r.id(item.Get("relatedLot")); id != "" {
			lot = r.lot(id)
		}
		r.items[lot] = append(r.items[lot], item)
	}
}

// follow completes an award from its contracts: those with its id as awardID or, where a contract
// has several awards, among its awardIDs. The items of an award without any are those of its contracts, else
// those of the tender for its lots.
func (r *parser) follow(a *award, id ocds.Value) {
	own := len(a.items) > 0
	for _, c := range r.contracts[r.id(id)] {
		if status := text(c.Get("status")); status == "active" || status == "terminated" {
			a.contracted = true
		}
		if !own {
			a.items = slices.AppendSeq(a.items, elements(c.Get("items")))
		}
	}
	if len(a.items) > 0 {
		return
	}
	if len(r.p.lots) < 2 {
		a.items = slices.Concat(r.items[unrelated], r.items[0])
		return
	}
	if a.scope == nil {
		return
	}
	for _, lot := range a.scope.lots {
		a.items = append(a.items, r.items[lot]...)
	}
}

// elements are those of an array.
func elements(v ocds.Value) func(func(ocds.Value) bool) {
	return func(yield func(ocds.Value) bool) {
		for _, e := range v.Items() {
			if !yield(e) {
				return
			}
		}
	}
}

// live says whether something is about a lot that is not cancelled.
func (p *process) live(s *scope) bool {
	if len(p.lots) == 0 {
		return true
	}
	if s != nil {
		return slices.ContainsFunc(s.lots, func(l int) bool { return !p.lots[l].cancelled })
	}
	return slices.ContainsFunc(p.lots, func(l lot) bool { return !l.cancelled })
}

// most is the number of bids and awards of all lots, each counted in each of its lots, up to which a
// process is divided: beyond what any real one has, so that no input can fill the memory.
const most = 4_000_000

// contests divides the process that was read. If neither bids nor awards name lots, it is one
// contest. Otherwise each lot that is not cancelled is one, with the bids and awards that are about it; lots for
// which the same bids were made, all of them for exactly these lots, are one together. The amounts of
// bids that are for different sets of lots are not comparable.
func (r *parser) contests() []contest {
	p := &r.p
	named, unnamed := 0, 0
	count := func(s *scope) {
		if s != nil {
			named++
		} else {
			unnamed++
		}
	}
	for i := range p.bids {
		count(p.bids[i].scope)
	}
	for i := range p.awards {
		count(p.awards[i].scope)
	}
	if named == 0 || unnamed > most/len(p.lots) {
		return p.whole(named == 0)
	}
	every := make([]int, len(p.lots))
	for l := range every {
		every[l] = l
	}
	complete := r.share(every)
	all := make([]contest, len(p.lots))
	for i := range p.bids {
		b := &p.bids[i]
		if b.scope == nil {
			b.scope = complete
		}
		for _, l := range b.scope.lots {
			all[l].bids = append(all[l].bids, b)
		}
	}
	for i := range p.awards {
		a := &p.awards[i]
		if a.scope == nil {
			a.scope = complete
		}
		for _, l := range a.scope.lots {
			all[l].awards = append(all[l].awards, a)
		}
	}
	var kept []contest
	joined := map[*scope]bool{} // known to be one contest, or not
	for l := range all {
		c := &all[l]
		if p.lots[l].cancelled || len(c.bids)+len(c.awards) == 0 {
			continue
		}
		c.lots = []int{l}
		together, same := c.shared()
		c.comparable = same
		if together != nil && len(together.lots) > 1 {
			one, known := joined[together]
			if !known {
				one = !slices.ContainsFunc(together.lots, func(l int) bool {
					s, same := all[l].shared()
					return !same || s != together
				})
				joined[together] = one
			} else if one {
				continue // part of an earlier contest
			}
			if one {
				c.join(p, all, together)
			} else {
				c.comparable = false // some compete for a part of these lots only
			}
		}
		kept = append(kept, *c)
	}
	return kept
}

// whole is a process as one contest.
func (p *process) whole(comparable bool) []contest {
	if !p.live(nil) {
		return nil
	}
	c := contest{comparable: comparable}
	for i := range p.bids {
		c.bids = append(c.bids, &p.bids[i])
	}
	for i := range p.awards {
		c.awards = append(c.awards, &p.awards[i])
	}
	return []contest{c}
}

// shared is the scope of all submitted bids, and whether they have the same.
func (c *contest) shared() (s *scope, same bool) {
	for _, b := range c.bids {
		if !b.submitted() {
			continue
		}
		if s != nil && s != b.scope {
			return nil, false
		}
		s = b.scope
	}
	return s, true
}

// join makes a contest of the lots that are not cancelled, with the awards of all.
func (c *contest) join(p *process, all []contest, together *scope) {
	c.lots, c.awards = nil, nil
	seen := map[*award]bool{}
	for _, l := range together.lots {
		if p.lots[l].cancelled {
			continue
		}
		c.lots = append(c.lots, l)
		for _, a := range all[l].awards {
			if !seen[a] {
				seen[a] = true
				c.awards = append(c.awards, a)
			}
		}
	}
}

// settled gives the active awards, and whether the outcome is final: every award is in a
// final state, or an active one is contracted, so that what is still pending, such as a second
// place held in reserve, no longer matters. An award without a status is not final; Cardinal overlooks
// it, and does not look at contracts.
func (c *contest) settled(compat Compat) (active []*award, final bool) {
	final = true
	contracted := false
	for _, a := range c.awards {
		switch a.status {
		case "active":
			active = append(active, a)
			contracted = contracted || a.contracted
		case "cancelled", "unsuccessful":
		case "":
			final = final && compat == Cardinal
		default:
			final = false
		}
	}
	return active, final || contracted
}

// winner is the supplier, or the suppliers together, of the only active award when
// all awards are final.
func (c *contest) winner(compat Compat) (suppliers []string, ok bool) {
	active, final := c.settled(compat)
	if !final || len(active) != 1 || !active[0].complete || compat == Cardinal && active[0].entries != 1 {
		return nil, false
	}
	return active[0].suppliers, true
}

// deadline is the instant after which a bid is late. A date without a time
// includes its day.
func deadline(v ocds.Value) (time.Time, bool) {
	b := v.Bytes()
	if v.Kind() != ocds.String {
		return time.Time{}, false
	}
	t, _, ok := ocds.ParseTime(b)
	if ok && len(b) == len("2006-01-02") {
		t = t.Add(24*time.Hour - 1)
	}
	return t, ok
}

// late says whether a bid came after the end of the period.
func (b *bid) late(end ocds.Value, compat Compat) bool {
	if b.date.Kind() != ocds.String || end.Kind() != ocds.String {
		return false
	}
	if compat == Cardinal {
		return bytes.Compare(b.date.Bytes(), end.Bytes()) > 0
	}
	last, ok := deadline(end)
	date, _, okDate := ocds.ParseTime(b.date.Bytes())
	return ok && okDate && date.After(last)
}

// period is the submission period of a contest: that of its lot, if it has its own.
func (p *process) period(c *contest) ocds.Value {
	switch {
	case len(c.lots) > 0 && p.lots[c.lots[0]].period.Ok():
		return p.lots[c.lots[0]].period
	case len(p.lots) == 1 && p.lots[0].period.Ok():
		return p.lots[0].period
	}
	return p.tender.Get("tenderPeriod")
}

// bidder stands for the tenderers of a bid together.
func bidder(ids []string) string { return strings.Join(ids, "\x00") }
