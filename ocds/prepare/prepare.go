// Package prepare corrects compiled releases before indicators are calculated, as
// Cardinal's prepare command does, and says what it found.
package prepare

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kzocds/kzocds/ocds"
)

// Settings of the corrections. The zero value only corrects what is always wrong:
// an object where the standard has an array, a number where it has a string as id.
type Settings struct {
	Currency, ItemScheme, BidStatus, AwardStatus string // for values that have none
	PartyRoles                                   bool   // add the roles that references imply

	RedactedAmounts       []string // bid amounts that stand for "not known"
	RedactedOrganizations []string // ids that stand for "not known"

	AwardStatusByContractStatus bool // an award is cancelled if all of its contracts are

	MoveAuctions       bool   // auctions[].stages[].bids[] become bids.details[]
	BuyerPrefix        string // put before ids of buyers and procuring entities
	TendererPrefix     string // put before ids of tenderers and suppliers
	SplitMethodDetails string // keep what stands before this text in procurementMethodDetails

	BidStatuses, AwardStatuses map[string]string // codes to replace
}

// Read takes the settings from the sections [defaults], [redactions], [corrections],
// [modifications] and [codelists.*] of a settings file in Cardinal's format; others are passed over.
func Read(r io.Reader) (s Settings, err error) {
	section := ""
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == ';' || line[0] == '#' {
			continue
		}
		if line[0] == '[' && strings.HasSuffix(line, "]") {
			section = line[1 : len(line)-1]
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok {
			return s, fmt.Errorf("line %d: neither a section nor name = value", number)
		}
		codes := func(m *map[string]string) {
			if *m == nil {
				*m = map[string]string{}
			}
			(*m)[name] = value
		}
		switch section {
		case "defaults", "redactions", "corrections", "modifications":
			to, known := map[string]*string{
				"defaults.currency": &s.Currency, "defaults.item_classification_scheme": &s.ItemScheme,
				"defaults.bid_status": &s.BidStatus, "defaults.award_status": &s.AwardStatus,
				"modifications.prefix_buyer_or_procuring_entity_id": &s.BuyerPrefix,
				"modifications.prefix_tenderer_or_supplier_id":      &s.TendererPrefix,
				"modifications.split_procurement_method_details":    &s.SplitMethodDetails,
			}[section+"."+name]
			switch {
			case known:
				*to = value
			case section+"."+name == "defaults.party_roles":
				s.PartyRoles = value == "true"
			case section+"."+name == "redactions.amount":
				s.RedactedAmounts = strings.Split(value, "|")
			case section+"."+name == "redactions.organization_id":
				s.RedactedOrganizations = strings.Split(value, "|")
			case section+"."+name == "corrections.award_status_by_contract_status":
				s.AwardStatusByContractStatus = value == "true"
			case section+"."+name == "modifications.move_auctions":
				s.MoveAuctions = value == "true"
			default:
				return s, fmt.Errorf("line %d: there is no setting %q in section [%s]", number, name, section)
			}
		case "codelists.bid_status":
			codes(&s.BidStatuses)
		case "codelists.award_status":
			codes(&s.AwardStatuses)
		}
	}
	return s, lines.Err()
}

// Issue is something that was missing or wrong.
type Issue struct {
	OCID    string `json:"ocid"`
	Path    string `json:"path"`              // without indexes
	Indexes string `json:"indexes,omitempty"` // of the arrays on the path, with dots
	Value   string `json:"value,omitempty"`
	Problem string `json:"problem"` // not set, invalid, is zero
}

// Release corrects a compiled release in place and reports what it found.
func (s Settings) Release(d *ocds.Document, v ocds.Value) []Issue {
	p := preparer{Settings: s, d: d, release: v, ocid: v.Get("ocid").Text()}
	p.run()
	touch(v)
	return p.issues
}

func touch(v ocds.Value) {
	if v.Kind() < ocds.Array {
		return
	}
	v.Touch()
	for c := v.First(); c.Ok(); c = c.Next() {
		touch(c)
	}
}

type preparer struct {
	Settings
	d       *ocds.Document
	release ocds.Value
	ocid    string
	issues  []Issue
}

func (p *preparer) note(problem string, v ocds.Value, path string, indexes ...int) {
	i := Issue{OCID: p.ocid, Path: path, Problem: problem, Value: v.Text()}
	for n, x := range indexes {
		if n > 0 {
			i.Indexes += "."
		}
		i.Indexes += fmt.Sprint(x)
	}
	p.issues = append(p.issues, i)
}

func (p *preparer) run() {
	v := p.release
	tender := v.Get("tender")
	if p.MoveAuctions {
		p.moveAuctions()
	}
	if details := tender.Get("procurementMethodDetails"); p.SplitMethodDetails != "" && details.Kind() == ocds.String {
		head, _, _ := strings.Cut(details.Text(), p.SplitMethodDetails)
		tender.Set("procurementMethodDetails", p.d.NewString(strings.TrimSpace(head)))
	}
	for i, party := range v.Get("parties").Items() {
		p.organisation(party, "", "/parties[]", i)
	}
	p.organisation(v.Get("buyer"), p.BuyerPrefix, "/buyer")
	p.organisation(tender.Get("procuringEntity"), p.BuyerPrefix, "/tender/procuringEntity")
	for i, b := range v.Path("bids", "details").Items() {
		p.list(b, "tenderers")
		for j, t := range b.Get("tenderers").Items() {
			p.organisation(t, p.TendererPrefix, "/bids/details[]/tenderers[]", i, j)
		}
		p.status(b, p.BidStatuses, p.BidStatus, "/bids/details[]/status", i)
		p.value(b, "/bids/details[]/value", i)
	}
	for i, a := range v.Get("awards").Items() {
		p.list(a, "suppliers")
		for j, o := range a.Get("suppliers").Items() {
			p.organisation(o, p.TendererPrefix, "/awards[]/suppliers[]", i, j)
		}
		p.status(a, p.AwardStatuses, p.AwardStatus, "/awards[]/status", i)
		for j, item := range a.Get("items").Items() {
			c := item.Get("classification")
			if c.Kind() != ocds.Object {
				continue
			}
			p.text(c, "id")
			if !c.Get("scheme").Ok() {
				p.note("not set", ocds.Value{}, "/awards[]/items[]/classification/scheme", i, j)
				if p.ItemScheme != "" {
					c.Set("scheme", p.d.NewString(p.ItemScheme))
				}
			}
		}
	}
	for _, c := range v.Get("contracts").Items() {
		p.text(c, "awardID")
		p.text(c, "id")
	}
	if p.AwardStatusByContractStatus {
		p.cancelAwards()
	}
	if p.PartyRoles {
		p.roles()
	}
}

// list turns an object into an array of one.
func (p *preparer) list(v ocds.Value, name string) {
	if o := v.Get(name); o.Kind() == ocds.Object {
		array := p.d.NewArray()
		array.Append(p.d.Copy(o))
		v.Set(name, array)
	}
}

// text turns a number into a string.
func (p *preparer) text(v ocds.Value, name string) {
	if n := v.Get(name); n.Kind() == ocds.Number {
		v.Set(name, p.d.NewString(n.Text()))
	}
}

func (p *preparer) organisation(o ocds.Value, prefix, path string, indexes ...int) {
	if o.Kind() != ocds.Object {
		return
	}
	p.text(o, "id")
	id := o.Get("id")
	switch {
	case id.Kind() != ocds.String:
		p.note("not set", id, path+"/id", indexes...)
	case slices.Contains(p.RedactedOrganizations, id.Text()):
		o.Delete("id")
	case prefix != "" && !strings.HasPrefix(id.Text(), prefix):
		o.Set("id", p.d.NewString(prefix+id.Text()))
	}
}

func (p *preparer) status(v ocds.Value, codes map[string]string, fallback, path string, i int) {
	s := v.Get("status")
	switch {
	case s.Kind() != ocds.String || len(s.Bytes()) == 0:
		p.note("not set", s, path, i)
		if fallback != "" {
			v.Set("status", p.d.NewString(fallback))
		}
	default:
		if to, ok := codes[s.Text()]; ok {
			v.Set("status", p.d.NewString(to))
		}
	}
}

func (p *preparer) value(b ocds.Value, path string, i int) {
	value := b.Get("value")
	amount := value.Get("amount")
	switch {
	case amount.Kind() != ocds.Number:
		p.note("not set", amount, path+"/amount", i)
		return
	case slices.ContainsFunc(p.RedactedAmounts, func(r string) bool { return isNumber(r) && ocds.CompareNumbers(amount.Raw(), []byte(r)) == 0 }):
		value.Delete("amount")
		return
	case ocds.CompareNumbers(amount.Raw(), []byte("0")) == 0:
		p.note("is zero", amount, path+"/amount", i)
	}
	if !value.Get("currency").Ok() {
		p.note("not set", ocds.Value{}, path+"/currency", i)
		if p.Currency != "" {
			value.Set("currency", p.d.NewString(p.Currency))
		}
	}
}

func isNumber(s string) bool {
	v, err := ocds.Parse([]byte(s))
	return err == nil && v.Kind() == ocds.Number
}

func (p *preparer) cancelAwards() {
	for _, a := range p.release.Get("awards").Items() {
		contracts, cancelled := 0, 0
		for _, c := range p.release.Get("contracts").Items() {
			if c.Get("awardID").Ok() && c.Get("awardID").Text() == a.Get("id").Text() {
				contracts++
				if c.Get("status").Text() == "cancelled" {
					cancelled++
				}
			}
		}
		if contracts > 0 && contracts == cancelled {
			a.Set("status", p.d.NewString("cancelled"))
		}
	}
}

// moveAuctions makes bids of the bids in auction stages.
func (p *preparer) moveAuctions() {
	auctions := p.release.Get("auctions")
	if auctions.Kind() != ocds.Array {
		return
	}
	if p.release.Get("bids").Kind() != ocds.Object {
		p.release.Set("bids", p.d.NewObject())
	}
	bids := p.release.Get("bids")
	if bids.Get("details").Kind() != ocds.Array {
		bids.Set("details", p.d.NewArray())
	}
	details := bids.Get("details")
	for _, auction := range auctions.Items() {
		for _, stage := range auction.Get("stages").Items() {
			for _, b := range stage.Get("bids").Items() {
				details.Append(p.d.Copy(b))
			}
		}
	}
	p.release.Delete("auctions")
}

// roles adds to parties the roles that references to them imply.
func (p *preparer) roles() {
	refer := func(o ocds.Value, role string) {
		id := o.Get("id")
		if id.Kind() != ocds.String {
			return
		}
		for _, party := range p.release.Get("parties").Items() {
			if !ocds.Equal(party.Get("id"), id) {
				continue
			}
			if party.Get("roles").Kind() != ocds.Array {
				party.Set("roles", p.d.NewArray())
			}
			roles := party.Get("roles")
			for _, r := range roles.Items() {
				if r.Text() == role {
					return
				}
			}
			roles.Append(p.d.NewString(role))
			return
		}
	}
	refer(p.release.Get("buyer"), "buyer")
	refer(p.release.Path("tender", "procuringEntity"), "procuringEntity")
	for _, b := range p.release.Path("bids", "details").Items() {
		for _, t := range b.Get("tenderers").Items() {
			refer(t, "tenderer")
		}
	}
	for _, a := range p.release.Get("awards").Items() {
		for _, o := range a.Get("suppliers").Items() {
			refer(o, "supplier")
		}
	}
}
