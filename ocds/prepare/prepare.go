// Package prepare corrects compiled releases so that indicators can be computed from
// them, as Cardinal's prepare command does, and reports what it could not correct.
package prepare

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/settings"
)

// Problem is what is wrong with a value.
type Problem string

// The problems. The first three are those of Cardinal.
const (
	NotSet   Problem = "not set"  // [defaults] would fill it in
	Invalid  Problem = "invalid"  // a code that [codelists.*] would replace
	IsZero   Problem = "is zero"  // [redactions] would remove it
	Occupied Problem = "occupied" // auctions cannot be moved: there are bids
)

// Issue is something that was not corrected.
type Issue struct {
	Path    string // of member names; [] behind the name of an array
	Indexes string // the places in these arrays, from 0, with dots between them
	Value   string // empty if nothing is set
	Problem Problem
}

var (
	bidStatuses   = []string{"invited", "pending", "valid", "disqualified", "withdrawn"}
	awardStatuses = []string{"pending", "active", "cancelled", "unsuccessful"}
)

// Release corrects a compiled release, a value of d, in place. These corrections need no setting:
// one tenderer or supplier that is not in an array, and numbers as ids.
func Release(s *settings.File, d *ocds.Document, v ocds.Value) []Issue {
	p := preparer{s: s, d: d, release: v}
	p.run()
	if p.changed {
		touch(v)
	}
	return p.issues
}

// touch marks all containers, as a change inside one is not noticed by those around it.
func touch(v ocds.Value) {
	if k := v.Kind(); k != ocds.Array && k != ocds.Object {
		return
	}
	v.Touch()
	for c := v.First(); c.Ok(); c = c.Next() {
		touch(c)
	}
}

type preparer struct {
	s       *settings.File
	d       *ocds.Document
	release ocds.Value
	changed bool
	issues  []Issue
	roles   map[string][]string // by the id of a party; nil: not wanted
}

func (p *preparer) note(problem Problem, value, path string, indexes ...int) {
	var b []byte
	for i, n := range indexes {
		if i > 0 {
			b = append(b, '.')
		}
		b = strconv.AppendInt(b, int64(n), 10)
	}
	p.issues = append(p.issues, Issue{Path: path, Indexes: string(b), Value: value, Problem: problem})
}

func (p *preparer) set(v ocds.Value, name, value string) { p.put(v, name, p.d.NewString(value)) }

func (p *preparer) put(v ocds.Value, name string, value ocds.Value) {
	v.Set(name, value)
	p.changed = true
}

// unset says whether a text is missing. A null or "" says no more than nothing.
func unset(v ocds.Value) bool {
	return !v.Ok() || v.Kind() == ocds.Null || v.Kind() == ocds.String && len(v.Raw()) == 2
}

func (p *preparer) run() {
	v, tender := p.release, p.release.Get("tender")
	for _, party := range v.Get("parties").Items() {
		p.organisation(party, "", "")
	}
	if p.s.Defaults.PartyRoles {
		p.collectRoles()
	}
	p.organisation(v.Get("buyer"), p.s.Modifications.BuyerPrefix, "buyer")
	p.organisation(tender.Get("procuringEntity"), p.s.Modifications.BuyerPrefix, "procuringEntity")
	if details, cut := tender.Get("procurementMethodDetails"), p.s.Modifications.SplitMethodDetails; cut != "" && details.Kind() == ocds.String {
		if head, _, found := strings.Cut(details.Text(), cut); found {
			p.set(tender, "procurementMethodDetails", strings.TrimRight(head, " \t\r\n"))
		}
	}
	if p.s.Modifications.MoveAuctions {
		p.moveAuctions()
	}
	for i, b := range v.Path("bids", "details").Items() {
		if b.Kind() == ocds.Object {
			p.bid(b, i)
		}
	}
	cancelled := p.cancelledAwards()
	for i, a := range v.Get("awards").Items() {
		if a.Kind() == ocds.Object {
			p.award(a, i, cancelled)
		}
	}
	p.writeRoles()
}

func (p *preparer) bid(b ocds.Value, i int) {
	if value := b.Get("value"); value.Kind() == ocds.Object {
		if amount := value.Get("amount"); amount.Kind() == ocds.Number {
			equal := func(n string) bool { return ocds.CompareNumbers(amount.Raw(), []byte(n)) == 0 }
			switch {
			case slices.ContainsFunc(p.s.Redactions.Amounts, equal):
				value.Delete("amount")
				p.changed = true
			case equal("0"):
				p.note(IsZero, amount.Text(), "/bids/details[]/value/amount", i)
			}
		}
		p.fill(value, "currency", p.s.Defaults.Currency, "/bids/details[]/value/currency", i)
	}
	for j, item := range b.Get("items").Items() {
		if c := item.Get("classification"); c.Kind() == ocds.Object {
			p.fill(c, "scheme", p.s.Defaults.ItemScheme, "/bids/details[]/items[]/classification/scheme", i, j)
		}
	}
	p.status(b, p.s.Defaults.BidStatus, p.s.BidStatus, bidStatuses, "/bids/details[]/status", i)
	p.organisations(b, "tenderers", "tenderer")
}

func (p *preparer) award(a ocds.Value, i int, cancelled map[string]bool) {
	p.text(a, "id")
	for j, item := range a.Get("items").Items() {
		if c := item.Get("classification"); c.Kind() == ocds.Object {
			p.text(c, "id")
			p.fill(c, "scheme", p.s.Defaults.ItemScheme, "/awards[]/items[]/classification/scheme", i, j)
		}
	}
	p.status(a, p.s.Defaults.AwardStatus, p.s.AwardStatus, awardStatuses, "/awards[]/status", i)
	if id := a.Get("id"); id.Kind() == ocds.String && cancelled[id.Text()] && a.Get("status").Text() != "cancelled" {
		p.set(a, "status", "cancelled")
	}
	p.organisations(a, "suppliers", "supplier")
}

// fill writes a default where nothing is.
func (p *preparer) fill(v ocds.Value, name, value, path string, indexes ...int) {
	switch {
	case !unset(v.Get(name)):
	case value != "":
		p.set(v, name, value)
	default:
		p.note(NotSet, "", path, indexes...)
	}
}

func (p *preparer) status(v ocds.Value, otherwise string, codes map[string]string, known []string, path string, i int) {
	p.fill(v, "status", otherwise, path, i)
	status := v.Get("status")
	if unset(status) {
		return
	}
	if status.Kind() == ocds.String {
		if code, ok := codes[status.Text()]; ok {
			p.set(v, "status", code)
			status = v.Get("status")
		}
	}
	if status.Kind() != ocds.String || !slices.Contains(known, status.Text()) {
		value := status.Text()
		if value == "" {
			value = status.String()
		}
		p.note(Invalid, value, path, i)
	}
}

// text turns a number into a text.
func (p *preparer) text(v ocds.Value, name string) {
	if n := v.Get(name); n.Kind() == ocds.Number {
		p.set(v, name, n.Text())
	}
}

// organisations corrects a list of references. One that is no list becomes one.
func (p *preparer) organisations(v ocds.Value, name, role string) {
	if one := v.Get(name); one.Kind() == ocds.Object {
		list := p.d.NewArray()
		list.Append(one.Share())
		p.put(v, name, list)
	}
	for _, o := range v.Get(name).Items() {
		p.organisation(o, p.s.Modifications.TendererPrefix, role)
	}
}

// organisation corrects a reference, or with no role a party.
func (p *preparer) organisation(o ocds.Value, prefix, role string) {
	if o.Kind() != ocds.Object {
		return
	}
	p.text(o, "id")
	id := o.Get("id")
	if id.Kind() != ocds.String {
		return
	}
	text := id.Text()
	if p.s.Redactions.Organizations[text] {
		o.Delete("id")
		p.changed = true
		return
	}
	if !strings.HasPrefix(text, prefix) {
		text = prefix + text
		p.set(o, "id", text)
	}
	if roles, ok := p.roles[text]; ok && !slices.Contains(roles, role) {
		p.roles[text] = append(roles, role)
	}
}

// cancelledAwards are the ids of awards with contracts that are all cancelled.
func (p *preparer) cancelledAwards() map[string]bool {
	cancelled := map[string]bool{}
	for _, c := range p.release.Get("contracts").Items() {
		if c.Kind() != ocds.Object {
			continue
		}
		p.text(c, "awardID")
		if award := c.Get("awardID"); p.s.Corrections.AwardStatusByContractStatus && award.Kind() == ocds.String {
			before, seen := cancelled[award.Text()]
			cancelled[award.Text()] = (before || !seen) && c.Get("status").Text() == "cancelled"
		}
	}
	return cancelled
}

// moveAuctions makes bids of the bids in the stages of auctions.
func (p *preparer) moveAuctions() {
	auctions := p.release.Get("auctions")
	if auctions.Kind() != ocds.Array {
		return
	}
	if p.release.Get("bids").Ok() {
		p.note(Occupied, "", "/auctions")
		return
	}
	details := p.d.NewArray()
	for _, auction := range auctions.Items() {
		for _, stage := range auction.Get("stages").Items() {
			bids := stage.Get("bids")
			if bids.Kind() != ocds.Array {
				continue
			}
			var moved []ocds.Value
			for _, b := range bids.Items() {
				moved = append(moved, b)
			}
			stage.Delete("bids")
			for _, b := range moved {
				details.Append(b)
			}
		}
	}
	bids := p.d.NewObject()
	bids.Set("details", details)
	p.put(p.release, "bids", bids)
}

// collectRoles remembers the roles that parties have.
func (p *preparer) collectRoles() {
	p.roles = map[string][]string{}
	for _, party := range p.release.Get("parties").Items() {
		id := party.Get("id")
		if id.Kind() != ocds.String {
			continue
		}
		roles := p.roles[id.Text()]
		for _, r := range party.Get("roles").Items() {
			if r.Kind() == ocds.String && !slices.Contains(roles, r.Text()) {
				roles = append(roles, r.Text())
			}
		}
		p.roles[id.Text()] = roles
	}
}

// writeRoles gives parties the roles in which they are referred to, sorted.
func (p *preparer) writeRoles() {
	if p.roles == nil {
		return
	}
	for _, party := range p.release.Get("parties").Items() {
		roles := p.roles[party.Get("id").Text()]
		if party.Get("id").Kind() != ocds.String || len(roles) == 0 {
			continue
		}
		slices.Sort(roles)
		list := p.d.NewArray()
		for _, r := range roles {
			list.Append(p.d.NewString(r))
		}
		if !ocds.Equal(list, party.Get("roles")) {
			p.put(party, "roles", list)
		}
	}
}
