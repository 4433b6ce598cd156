package tables

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/kzocds/kzocds/ocds"
)

// The parts of a compiled release that the tables are made from: OCDS 1.1.5 with
// the extensions lots, bids, contract_buyer, contract_suppliers and
// ocds_kz_extension, and the names that the portal's older feeds use where they
// differ. Texts are parts of one copy of the release, so that reading costs no
// allocation per value.

type release struct {
	ocid        string
	date        string
	parties     []party
	buyer       orgRef
	plan        ocds.Value // planning
	tender      tender
	bids        []bid
	evaluations []evaluation
	awards      []award
	contracts   []contract
	complaints  ocds.Value
	prior       string // ocid of the failed purchase that this one repeats
}

type orgRef struct{ id, name, nameKK string }

type party struct {
	orgRef
	value         ocds.Value
	kato, country string
	roles         []string
}

func (p *party) region() string { return Region(p.kato) }

type tender struct {
	id, number, portalID, title, titleKK     string
	status, statusDetails                    string
	method, methodDetails, category          string
	rationale                                string
	datePublished, tenderStart, enquiryStart string
	value                                    ocds.Value
	organiser                                orgRef
	centralised                              *bool
	lots                                     []lot
	items                                    []item
}

type lot struct {
	value                           ocds.Value
	id, number, title, titleKK      string
	status, statusDetails           string
	methodDetails, planned          string
	buyer                           orgRef
	centralised, reserved, dumping  *bool
	places                          []string
	points                          ocds.Value
	items, bids, awards, agreements []int // positions of what is about the lot
}

type item struct {
	value                        ocds.Value
	id, lot, point, plan         string
	code, name, nameKK, category string
	quantity, unit, unitName     string
	price                        *int64 // of a unit
	currency                     string
	places                       []string
	origin, funding, ground      string
	buyer                        orgRef
}

type bid struct {
	value        ocds.Value
	id, status   string
	date         string
	tenderers    []orgRef
	lots         []string
	attempt      string
	prequalified string
	evaluation   *evaluation
}

type evaluation struct {
	value      ocds.Value
	path       place
	id, bid    string
	criteria   ocds.Value
	totalScore ocds.Value
}

type award struct {
	value      ocds.Value
	id, status string
	date       string
	place      int32
	suppliers  []orgRef
	lots       []string
	bid        string
	day        *int32
	amount     *int64 // of its only lot
}

type contract struct {
	value     ocds.Value
	id        string
	awards    []string
	suppliers []orgRef
	buyer     orgRef
	lots      []string // stated
	items     []item
}

// place is a JSON Pointer that is only written when somebody needs it.
type place struct {
	format string
	i, j   int
}

func at(format string, positions ...int) place {
	p := place{format: format}
	if len(positions) > 0 {
		p.i = positions[0]
	}
	if len(positions) > 1 {
		p.j = positions[1]
	}
	return p
}

func (p place) String() string {
	switch strings.Count(p.format, "%d") {
	case 0:
		return p.format
	case 1:
		return fmt.Sprintf(p.format, p.i)
	}
	return fmt.Sprintf(p.format, p.i, p.j)
}

// text is the content of a string, the digits of a number; "" of anything else.
func (d *deriver) text(v ocds.Value) string {
	switch v.Kind() {
	case ocds.Number:
		return d.source[v.Offset() : v.Offset()+v.Extent()]
	case ocds.String:
		b := v.Bytes()
		if len(b) == v.Extent()-2 { // nothing is escaped
			return d.source[v.Offset()+1 : v.Offset()+v.Extent()-1]
		}
		return string(b)
	}
	return ""
}

func (d *deriver) get(v ocds.Value, name string) string { return d.text(v.Get(name)) }

// yesNo is a boolean; null when the source does not give it.
func yesNo(v ocds.Value) *bool {
	if v.Kind() != ocds.Bool {
		return nil
	}
	b := v.Raw()[0] == 't'
	return &b
}

// truth is a flag that holds only when the source says so.
func truth(v ocds.Value) bool {
	f := yesNo(v)
	return f != nil && *f
}

// part is a member that has to be of a kind when it is there; one of another kind
// is found and counts as absent.
func (d *deriver) part(v ocds.Value, name string, kind ocds.Kind) ocds.Value {
	p := v.Get(name)
	switch p.Kind() {
	case kind:
		return p
	case ocds.Missing, ocds.Null:
	default:
		d.finding("tables.shape", at("/"+name), "%s is %s, not %s", name, p.Kind(), kind)
	}
	return ocds.Value{}
}

func (d *deriver) list(v ocds.Value, name string) ocds.Value { return d.part(v, name, ocds.Array) }

// texts are the strings of a list.
func (d *deriver) texts(v ocds.Value) []string {
	if v.Kind() != ocds.Array || v.Len() == 0 {
		return nil
	}
	out := make([]string, 0, v.Len())
	for c := v.First(); c.Ok(); c = c.Next() {
		if t := d.text(c); t != "" {
			out = append(out, t)
		}
	}
	return out
}

func (d *deriver) ref(v ocds.Value) orgRef {
	if v.Kind() != ocds.Object {
		return orgRef{}
	}
	return orgRef{d.get(v, "id"), d.get(v, "name"), d.get(v, "name_kk")}
}

// refs are the organisations of a list, or the one that older feeds give.
func (d *deriver) refs(v ocds.Value, list, single string) []orgRef {
	var out []orgRef
	for c := d.list(v, list).First(); c.Ok(); c = c.Next() {
		if r := d.ref(c); r.id != "" {
			out = append(out, r)
		}
	}
	if out == nil && single != "" {
		if r := d.ref(v.Get(single)); r.id != "" {
			out = append(out, r)
		}
	}
	return out
}

// related are the lots that something names, in a list or, in older feeds, alone.
func (d *deriver) related(v ocds.Value) []string {
	if lots := d.texts(v.Get("relatedLots")); lots != nil {
		return lots
	}
	if one := d.get(v, "relatedLot"); one != "" {
		return []string{one}
	}
	return nil
}

func (d *deriver) read(root ocds.Value) {
	r := &d.release
	r.ocid, r.date = d.get(root, "ocid"), d.get(root, "date")
	r.buyer = d.ref(root.Get("buyer"))
	r.plan = d.part(root, "planning", ocds.Object)
	r.complaints = d.list(root, "complaints")
	d.readParties(root)
	d.readTender(d.part(root, "tender", ocds.Object))
	d.readBids(root)
	for c := d.list(root, "awards").First(); c.Ok(); c = c.Next() {
		r.awards = append(r.awards, award{
			value: c, id: d.get(c, "id"), status: d.get(c, "status"), date: d.get(c, "date"), place: number(d.get(c, "place")),
			suppliers: d.refs(c, "suppliers", "supplier"), lots: d.related(c), bid: d.get(c, "relatedBid"),
		})
	}
	for c := d.list(root, "contracts").First(); c.Ok(); c = c.Next() {
		awards := d.texts(c.Get("awardIDs"))
		if one := d.get(c, "awardID"); one != "" {
			awards = append(awards, one)
		}
		r.contracts = append(r.contracts, contract{
			value: c, id: d.get(c, "id"), awards: awards, suppliers: d.refs(c, "suppliers", "supplier"), buyer: d.ref(c.Get("buyer")),
			lots: d.related(c), items: d.readItems(d.list(c, "items"), at("/contracts/%d/items/%d/unit/value", len(r.contracts))),
		})
	}
	for c := d.list(root, "relatedProcesses").First(); c.Ok(); c = c.Next() {
		for _, kind := range d.texts(c.Get("relationship")) {
			if kind == "unsuccessfulProcess" && r.prior == "" {
				r.prior = d.get(c, "identifier")
			}
		}
	}
}

func (d *deriver) readParties(root ocds.Value) {
	list := d.list(root, "parties")
	if list.Len() == 0 {
		return
	}
	d.release.parties = make([]party, 0, list.Len())
	for c := list.First(); c.Ok(); c = c.Next() {
		address := c.Get("address")
		d.release.parties = append(d.release.parties, party{
			orgRef: d.ref(c), value: c, kato: d.get(address, "kato"), country: d.get(address, "country"), roles: d.texts(c.Get("roles")),
		})
	}
}

// implicitLot makes the one lot of a tender that another publisher has not
// divided: by the extension lots such a tender is a single lot itself. The
// portal's tenders always have lots.
func (d *deriver) implicitLot() {
	t := &d.release.tender
	if d.meta.Kind != kindForeign || len(t.lots) > 0 || !t.value.Ok() {
		return
	}
	t.lots = []lot{{value: t.value, id: t.id, title: t.title, titleKK: t.titleKK, status: t.status}}
	own := []string{t.id}
	for i := range d.release.awards {
		if a := &d.release.awards[i]; len(a.lots) == 0 {
			a.lots = own
		}
	}
	for i := range d.release.bids {
		if b := &d.release.bids[i]; len(b.lots) == 0 {
			b.lots = own
		}
	}
}

// standardMethod has tenders of other publishers go by the method of the
// standard: the code list of details is the portal's own.
func (d *deriver) standardMethod() {
	if t := &d.release.tender; d.meta.Kind == kindForeign {
		t.methodDetails = cmp.Or(t.method, t.methodDetails)
	}
}

// kindForeign is the kind of a process of another publisher.
const kindForeign = "foreign"

func (d *deriver) readTender(v ocds.Value) {
	t := &d.release.tender
	*t = tender{
		id: d.get(v, "id"), number: d.get(v, "tenderNumber"), portalID: d.get(v, "portalId"), title: d.get(v, "title"), titleKK: d.get(v, "title_kk"),
		status: d.get(v, "status"), statusDetails: d.get(v, "statusDetails"), method: d.get(v, "procurementMethod"),
		methodDetails: d.get(v, "procurementMethodDetails"), category: d.get(v, "mainProcurementCategory"),
		rationale: d.get(v, "procurementMethodRationale"), datePublished: d.get(v, "datePublished"),
		tenderStart: d.text(v.Path("tenderPeriod", "startDate")), enquiryStart: d.text(v.Path("enquiryPeriod", "startDate")),
		value: v, organiser: d.ref(v.Get("procuringEntity")), centralised: yesNo(v.Get("centralisedProcurement")),
		items: d.readItems(d.list(v, "items"), at("/tender/items/%d/unit/value")),
	}
	if t.rationale == "" {
		t.rationale = strings.Join(d.texts(v.Get("procurementMethodRationale")), " ")
	}
	list := d.list(v, "lots")
	if list.Len() == 0 {
		return
	}
	t.lots = make([]lot, 0, list.Len())
	for c := list.First(); c.Ok(); c = c.Next() {
		t.lots = append(t.lots, lot{
			value: c, id: d.get(c, "id"), number: d.get(c, "lotNumber"), title: d.get(c, "title"), titleKK: d.get(c, "title_kk"),
			status: d.get(c, "status"), statusDetails: d.get(c, "statusDetails"), methodDetails: d.get(c, "procurementMethodDetails"),
			planned: d.get(c, "plannedProcurementMethodDetails"), buyer: d.ref(c.Get("buyer")),
			centralised: yesNo(c.Get("centralisedProcurement")), reserved: yesNo(c.Get("reservedForDisabled")), dumping: yesNo(c.Get("antiDumping")),
			places: d.texts(c.Get("deliveryPlaces")), points: d.list(c, "lotPoints"),
		})
	}
}

// readItems reads a list of items; price is the pointer to a unit's price, whose
// last position is that of the item.
func (d *deriver) readItems(list ocds.Value, price place) []item {
	if list.Len() == 0 {
		return nil
	}
	items := make([]item, 0, list.Len())
	for c := list.First(); c.Ok(); c = c.Next() {
		class, unit := c.Get("classification"), c.Get("unit")
		it := item{
			value: c, id: d.get(c, "id"), lot: d.get(c, "relatedLot"), point: d.get(c, "relatedLotPoint"), plan: d.get(c, "relatedPlanPoint"),
			code: d.get(class, "id"), name: d.get(class, "description"), nameKK: d.get(class, "description_kk"), category: d.get(c, "procurementCategory"),
			quantity: d.get(c, "quantity"), unit: d.get(unit, "id"), unitName: d.get(unit, "name"),
			origin: d.get(c, "productCountry"), funding: d.get(c, "fundingSourceId"), ground: d.get(c, "legalGroundId"), buyer: d.ref(c.Get("buyer")),
		}
		if price.j = len(items); strings.Count(price.format, "%d") == 1 {
			price.i = len(items)
		}
		it.price, it.currency = d.money(unit.Get("value"), price)
		for a := d.list(c, "deliveryAddresses").First(); a.Ok(); a = a.Next() {
			if kato := d.get(a, "kato"); kato != "" {
				it.places = append(it.places, kato)
			}
		}
		items = append(items, it)
	}
	return items
}

func (d *deriver) readBids(root ocds.Value) {
	r := &d.release
	list := d.list(d.part(root, "bids", ocds.Object), "details")
	if list.Len() > 0 {
		r.bids = make([]bid, 0, list.Len())
	}
	evaluated := func(v ocds.Value, path place, bid string) {
		r.evaluations = append(r.evaluations, evaluation{
			value: v, path: path, id: d.get(v, "id"), bid: bid, totalScore: v.Get("totalScore"), criteria: d.list(v, "nonPriceEvaluationValues"),
		})
	}
	i := 0
	for c := list.First(); c.Ok(); c = c.Next() {
		b := bid{
			value: c, id: d.get(c, "id"), status: d.get(c, "status"), date: d.get(c, "date"), tenderers: d.refs(c, "tenderers", ""),
			lots: d.related(c), attempt: d.get(c, "correctionAttempt"), prequalified: d.get(c, "prequalification"),
		}
		r.bids = append(r.bids, b)
		switch own := c.Get("nonPriceEvaluation"); own.Kind() {
		case ocds.Object:
			evaluated(own, at("/bids/details/%d/nonPriceEvaluation", i), b.id)
		case ocds.Array:
			j := 0
			for e := own.First(); e.Ok(); e = e.Next() {
				evaluated(e, at("/bids/details/%d/nonPriceEvaluation/%d", i, j), b.id)
				j++
			}
		}
		i++
	}
	i = 0
	for c := d.list(root, "nonPriceEvaluation").First(); c.Ok(); c = c.Next() {
		evaluated(c, at("/nonPriceEvaluation/%d", i), d.get(c, "relatedBid"))
		i++
	}
	if len(r.evaluations) == 0 {
		return
	}
	of := make(map[string]*evaluation, len(r.evaluations)) // of several of a bid the last counts
	for i := range r.evaluations {
		of[r.evaluations[i].bid] = &r.evaluations[i]
	}
	for i := range r.bids {
		r.bids[i].evaluation = of[r.bids[i].id]
	}
}

// number is a small whole number, 0 when it is none.
func number(text string) int32 {
	var n int32
	for _, c := range []byte(text) {
		if c < '0' || c > '9' || n > 100_000_000 {
			return 0
		}
		n = n*10 + int32(c-'0')
	}
	return n
}

// instant is a date-time as microseconds of UTC and as the day at the portal.
func (d *deriver) instant(text string, where place) (*int64, *int32) {
	if text == "" {
		return nil, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		d.finding("tables.time", where, "%q is not a date-time", text)
		return nil, nil
	}
	days := day(t)
	return d.keep(t.UnixMicro()), &days
}

// moment is the instant of a member without its day.
func (d *deriver) moment(v ocds.Value, name string, where place) *int64 {
	where.format += "/" + name
	micro, _ := d.instant(d.get(v, name), where)
	return micro
}

// date is the day of a member.
func (d *deriver) date(v ocds.Value, name string, where place) *int32 {
	where.format += "/" + name
	_, days := d.instant(d.get(v, name), where)
	return days
}

// money is an amount in tiyn with its currency; a missing amount is null, one
// that tiyn cannot hold is null with a finding.
func (d *deriver) money(v ocds.Value, where place) (*int64, string) {
	amount := d.get(v, "amount")
	if amount == "" {
		return nil, ""
	}
	currency := d.get(v, "currency")
	n, err := Minor(amount)
	if err != nil {
		where.format += "/amount"
		d.finding("tables.money", where, "%v", err)
		return nil, currency
	}
	return d.keep(n), currency
}

// percent is a share in millionths from a number of per cent.
func (d *deriver) percent(v ocds.Value, where place) *int64 {
	text := d.text(v)
	if text == "" {
		return nil
	}
	n, err := scaled(text, 4)
	if err != nil {
		d.finding("tables.percent", where, "%v", err)
		return nil
	}
	return d.keep(n)
}

// keep makes a pointer to a number; many share one allocation.
func (d *deriver) keep(n int64) *int64 {
	if len(d.numbers) == cap(d.numbers) {
		d.numbers = make([]int64, 0, 64)
	}
	d.numbers = append(d.numbers, n)
	return &d.numbers[len(d.numbers)-1]
}
