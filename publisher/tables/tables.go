// Package tables derives the rows of the columnar tables (proto/tables) from a
// compiled release. It is a pure function: the same release gives the same rows
// on every machine. Derived attributes follow the methodology of the reports
// (docs/data/bulk.md lists them); each has its rule at the function that makes
// it.
package tables

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	row "github.com/kzocds/kzocds/proto/tables"
)

// MethodVersion names the rules of this package and the form of the published
// files. It enters every snapshot id: raise it with any change that gives other
// rows or bytes for the same release.
const MethodVersion = "1"

// Meta is what the store knows of a record beside its compiled release.
type Meta struct {
	Kind          string // tender, contract or plan; "" is taken from the ocid
	Releases      int32
	LastReleaseID string
}

// Rows of one contracting process, each slice in the order of its ids.
type Rows struct {
	Processes  []row.Process
	Lots       []row.Lot
	Bids       []row.Bid
	Contracts  []row.Contract
	PlanPoints []row.PlanPoint
	Parties    []row.Party
	Findings   []Finding
}

// Finding is a value that has no exact place in a table: its cell is null.
type Finding struct {
	Rule    string // tables.money, tables.time or tables.bid-of-many-lots
	Pointer string // JSON Pointer into the compiled release
	Message string
}

// Derive makes the rows of a compiled release. An error means that it is not
// JSON of the expected shape.
func Derive(compiled []byte, meta Meta) (Rows, error) {
	var r release
	if err := json.Unmarshal(compiled, &r); err != nil {
		return Rows{}, fmt.Errorf("compiled release: %w", err)
	}
	if r.OCID == "" {
		return Rows{}, fmt.Errorf("compiled release: no ocid")
	}
	d := &deriver{release: &r, meta: meta, parties: map[string]*party{}}
	if d.meta.Kind == "" {
		d.meta.Kind = kindOf(r.OCID)
	}
	if r.Tender == nil {
		r.Tender = &tender{}
	}
	for i := range r.Parties {
		d.parties[r.Parties[i].ID] = &r.Parties[i]
	}
	d.published, d.publishedDay = d.publication()
	d.process()
	d.allBids()
	d.lots()
	d.contracts()
	d.planPoint()
	d.allParties()
	return d.rows, nil
}

// kindOf reads the kind of a process off its key, see proto/process.
func kindOf(ocid string) string {
	switch key := ocid[strings.LastIndexByte(ocid, '-')+1:]; {
	case strings.HasPrefix(key, "c"):
		return "contract"
	case strings.HasPrefix(key, "p"):
		return "plan"
	default:
		return "tender"
	}
}

type deriver struct {
	release      *release
	meta         Meta
	parties      map[string]*party
	published    *int64
	publishedDay *int32
	rows         Rows
}

func (d *deriver) finding(rule, pointer, format string, a ...any) {
	d.rows.Findings = append(d.rows.Findings, Finding{rule, pointer, fmt.Sprintf(format, a...)})
}

// minor is an amount in tiyn with its currency; a missing amount is null, one
// that tiyn cannot hold is null with a finding.
func (d *deriver) minor(m *money, pointer string, a ...any) (*int64, string) {
	if m == nil || m.Amount == "" {
		return nil, ""
	}
	n, err := Minor(m.Amount.String())
	if err != nil {
		d.finding("tables.money", fmt.Sprintf(pointer, a...)+"/amount", "%v", err)
		return nil, m.Currency
	}
	return &n, m.Currency
}

// instant is a date-time as microseconds of UTC and as the day at the portal.
func (d *deriver) instant(text, pointer string, a ...any) (*int64, *int32) {
	if text == "" {
		return nil, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		d.finding("tables.time", fmt.Sprintf(pointer, a...), "%q is not a date-time", text)
		return nil, nil
	}
	micro, days := t.UnixMicro(), day(t)
	return &micro, &days
}

// publication is when the procedure was published: tender.datePublished, else
// the earlier start of the enquiry and the tender period.
func (d *deriver) publication() (*int64, *int32) {
	t := d.release.Tender
	if t.DatePublished != "" {
		return d.instant(t.DatePublished, "/tender/datePublished")
	}
	var at *int64
	var days *int32
	if t.EnquiryPeriod != nil {
		at, days = d.instant(t.EnquiryPeriod.Start, "/tender/enquiryPeriod/startDate")
	}
	if t.TenderPeriod != nil {
		if a, n := d.instant(t.TenderPeriod.Start, "/tender/tenderPeriod/startDate"); a != nil && (at == nil || *a < *at) {
			at, days = a, n
		}
	}
	return at, days
}

// organisation fills in what the party list knows of a referenced organisation.
func (d *deriver) organisation(refs ...*orgRef) (id, name, nameKK, region string) {
	for _, ref := range refs {
		if ref == nil || ref.ID == "" {
			continue
		}
		id, name, nameKK = ref.ID, ref.Name, ref.NameKK
		if p := d.parties[id]; p != nil {
			name, nameKK = cmp.Or(p.Name, name), cmp.Or(p.NameKK, nameKK)
			if p.Address != nil {
				region = Region(p.Address.KATO)
			}
		}
		return id, name, nameKK, region
	}
	return "", "", "", ""
}

// first is the first organisation of a list: a consortium is known by it.
func first(orgs []orgRef) *orgRef {
	if len(orgs) == 0 {
		return nil
	}
	return &orgs[0]
}

func (d *deriver) process() {
	r, t := d.release, d.release.Tender
	p := row.Process{
		OCID: r.OCID, Kind: d.meta.Kind, TenderID: t.publicNumber(), Title: t.Title, TitleKK: t.TitleKK,
		Status: t.Status, StatusDetails: t.StatusDetails, Method: t.Method, MethodDetails: t.MethodDetails,
		Category: t.Category, Published: d.published, PublishedDay: d.publishedDay,
		Lots: int32(len(t.Lots)), Releases: d.meta.Releases, LastReleaseID: d.meta.LastReleaseID,
	}
	p.BuyerID, _, _, _ = d.organisation(r.Buyer)
	p.ValueMinor, p.Currency = d.minor(t.Value, "/tender/value")
	if last, _ := d.instant(r.Date, "/date"); last != nil {
		p.LastRelease = *last
	}
	d.rows.Processes = append(d.rows.Processes, p)
}

func (t *tender) publicNumber() string { return cmp.Or(t.Number, t.ID) }

// stands reports whether an award was neither cancelled nor unsuccessful.
func (a *award) stands() bool { return a.Status != "cancelled" && a.Status != "unsuccessful" }

// wins reports whether the award names the winner: place 1, no place stated, or a
// later place that was raised to an active award because the first fell away.
func (a *award) wins() bool { return a.stands() && (a.Place <= 1 || a.Status == "active") }

func (a *award) ofLot(id string) bool { return slices.Contains(a.RelatedLots, id) }

// ofBid reports whether the award is of the bid: by reference, or by a supplier
// who is one of the tenderers where awards do not refer to bids.
func (a *award) ofBid(b *bid) bool {
	if a.RelatedBid != "" {
		return a.RelatedBid == b.ID
	}
	return slices.ContainsFunc(a.Suppliers, func(s orgRef) bool {
		return slices.ContainsFunc(b.Tenderers, func(t orgRef) bool { return t.ID == s.ID })
	})
}

// bidStatus is bidStatus* of the methodology: a valid bid with an award of place
// 1 is the winner, of place 2 secondPlace; any other bid keeps its status.
func (d *deriver) bidStatus(b *bid, lotID string) string {
	if b.Status != "valid" {
		return b.Status
	}
	status := b.Status
	for i := range d.release.Awards {
		a := &d.release.Awards[i]
		if !a.stands() || !a.ofBid(b) || len(a.RelatedLots) > 0 && !a.ofLot(lotID) {
			continue
		}
		if a.wins() {
			return "winner"
		}
		if a.Place == 2 {
			status = "secondPlace"
		}
	}
	return status
}

// lotsOf are the lots that a bid is for: those it names, else the only one.
func (d *deriver) lotsOf(b *bid) []string {
	switch lots := d.release.Tender.Lots; {
	case len(b.RelatedLots) > 0:
		return b.RelatedLots
	case len(lots) == 1:
		return []string{lots[0].ID}
	default:
		return []string{""}
	}
}

func (d *deriver) allBids() {
	if d.release.Bids == nil {
		return
	}
	for i := range d.release.Bids.Details {
		b := &d.release.Bids.Details[i]
		at, _ := d.instant(b.Date, "/bids/details/%d/date", i)
		value, currency := d.minor(b.Value, "/bids/details/%d/value", i)
		lots := d.lotsOf(b)
		if len(lots) > 1 && value != nil {
			d.finding("tables.bid-of-many-lots", fmt.Sprintf("/bids/details/%d/value", i),
				"one amount for %d lots cannot be told apart by lot", len(lots))
			value = nil
		}
		tenderer, name, _, _ := d.organisation(first(b.Tenderers))
		for _, lotID := range lots {
			d.rows.Bids = append(d.rows.Bids, row.Bid{
				OCID: d.release.OCID, LotID: lotID, BidID: b.ID, TendererID: tenderer, TendererName: name,
				Status: d.bidStatus(b, lotID), Date: at, ValueMinor: value, Currency: currency,
			})
		}
	}
	slices.SortStableFunc(d.rows.Bids, func(a, b row.Bid) int {
		return cmp.Or(cmp.Compare(a.LotID, b.LotID), cmp.Compare(a.BidID, b.BidID))
	})
}

func (d *deriver) lots() {
	t := d.release.Tender
	for i := range t.Lots {
		l := &t.Lots[i]
		out := row.Lot{
			OCID: d.release.OCID, LotID: l.ID, LotNumber: l.Number, TenderID: t.publicNumber(),
			Title: l.Title, TitleKK: l.TitleKK, PortalStatus: l.StatusDetails,
			Method: t.Method, MethodDetails: cmp.Or(l.MethodDetails, t.MethodDetails), Category: t.Category,
			Published: d.published, PublishedDay: d.publishedDay, LastReleaseID: d.meta.LastReleaseID,
		}
		out.Competitive = Competitive(out.MethodDetails)
		out.BuyerID, out.BuyerName, out.BuyerNameKK, out.BuyerRegion = d.organisation(l.Buyer, d.release.Buyer)
		out.ValueMinor, out.Currency = d.minor(l.Value, "/tender/lots/%d/value", i)

		items := itemsOf(t, l.ID)
		classify(items, &out.Item, &out.Class, &out.ItemName, &out.ItemNameKK)
		out.DeliverRegion = deliverRegion(l, items)

		d.outcome(&out)
		out.Status = effectiveStatus(l, t, out.Contracted)
		out.Open = out.Status == "210" || out.Status == "220"
		d.rows.Lots = append(d.rows.Lots, out)
	}
	slices.SortStableFunc(d.rows.Lots, func(a, b row.Lot) int { return cmp.Compare(a.LotID, b.LotID) })
}

// itemsOf are the items of a lot; items that name no lot belong to the only one.
func itemsOf(t *tender, lotID string) []item {
	var items []item
	for _, it := range t.Items {
		if it.RelatedLot == lotID || it.RelatedLot == "" && len(t.Lots) == 1 {
			items = append(items, it)
		}
	}
	return items
}

// classify finds the one classification of items. A name goes with a code that
// all share.
func classify(items []item, code, class, name, nameKK *string) {
	var codes []string
	for _, it := range items {
		if it.Classification != nil && it.Classification.ID != "" {
			codes = append(codes, it.Classification.ID)
		}
	}
	*code, *class = commonItem(codes)
	if name == nil {
		return
	}
	for _, it := range items {
		if c := it.Classification; c != nil && c.ID == *code && *code != "" {
			*name, *nameKK = cmp.Or(*name, c.Description), cmp.Or(*nameKK, c.DescriptionKK)
		}
	}
}

// deliverRegion is the region of delivery when all places agree in it.
func deliverRegion(l *lot, items []item) string {
	places := slices.Clone(l.DeliveryPlaces)
	if len(places) == 0 {
		for _, it := range items {
			for _, a := range it.DeliveryAddresses {
				places = append(places, a.KATO)
			}
		}
	}
	region := ""
	for i, p := range places {
		r := Region(p)
		if i > 0 && r != region {
			return ""
		}
		region = r
	}
	return region
}

// effectiveStatus is lotStatus* of the methodology: the lot's status unless it
// is active; while active, complete once an active contract refers to an award of
// the lot, else the announcement's portal status, else its OCDS status.
func effectiveStatus(l *lot, t *tender, contracted bool) string {
	switch {
	case l.Status != "active":
		return l.Status
	case contracted:
		return "complete"
	default:
		return cmp.Or(t.StatusDetails, t.Status)
	}
}

// outcome fills in bids, winner, award and contract of a lot. The winning value
// is that of the winning bid; a procedure without bids (single source) takes the
// value of the winning award when that award is of this lot alone.
func (d *deriver) outcome(out *row.Lot) {
	bidIDs, bidders := map[string]bool{}, map[string]bool{}
	for i := range d.rows.Bids {
		b := &d.rows.Bids[i]
		if b.LotID != out.LotID {
			continue
		}
		bidIDs[b.BidID] = true
		if b.TendererID != "" {
			bidders[b.TendererID] = true
		}
		if b.Status == "winner" && out.WinnerID == "" {
			out.WinnerID, out.WinnerName, out.WinMinor = b.TendererID, b.TendererName, b.ValueMinor
		}
	}
	out.Bids, out.Bidders = int32(len(bidIDs)), int32(len(bidders))
	for i := range d.release.Awards {
		a := &d.release.Awards[i]
		if !a.ofLot(out.LotID) {
			continue
		}
		out.Awarded = true
		if _, days := d.instant(a.Date, "/awards/%d/date", i); days != nil && (out.AwardedDay == nil || *days < *out.AwardedDay) {
			out.AwardedDay = days
		}
		if a.wins() && out.WinnerID == "" {
			out.WinnerID, out.WinnerName, _, _ = d.organisation(first(a.Suppliers))
			if len(a.RelatedLots) == 1 && out.Bids == 0 {
				out.WinMinor, _ = d.minor(a.Value, "/awards/%d/value", i)
			}
		}
	}
	for i := range d.release.Contracts {
		c := &d.release.Contracts[i]
		if c.Status == "active" && slices.Contains(d.lotsOfContract(c), out.LotID) {
			out.Contracted = true
		}
	}
}

// awardsOf are the awards that a contract fulfils.
func (d *deriver) awardsOf(c *contract) []*award {
	var awards []*award
	for i := range d.release.Awards {
		if a := &d.release.Awards[i]; a.ID != "" && (a.ID == c.AwardID || slices.Contains(c.AwardIDs, a.ID)) {
			awards = append(awards, a)
		}
	}
	return awards
}

// lotsOfContract are the lots that a contract states, else those of its awards.
func (d *deriver) lotsOfContract(c *contract) []string {
	lots := slices.Clone(c.RelatedLots)
	if len(lots) == 0 {
		for _, a := range d.awardsOf(c) {
			lots = append(lots, a.RelatedLots...)
		}
	}
	slices.Sort(lots)
	return slices.Compact(lots)
}

func (d *deriver) contracts() {
	r, t := d.release, d.release.Tender
	for i := range r.Contracts {
		c := &r.Contracts[i]
		out := row.Contract{
			OCID: r.OCID, ContractID: cmp.Or(c.VersionID, c.ID), RootID: cmp.Or(c.RootID, c.ID), Number: c.Number,
			Title: c.Title, Status: c.Status, StatusDetails: c.StatusDetails,
			MethodDetails: cmp.Or(c.MethodDetails, t.MethodDetails), Category: t.Category,
			Versions: max(c.Versions, 1), LotIDs: strings.Join(d.lotsOfContract(c), " "),
			LastReleaseID: d.meta.LastReleaseID, Direct: d.meta.Kind == "contract",
		}
		out.BuyerID, out.BuyerName, out.BuyerNameKK, out.BuyerRegion = d.organisation(c.Buyer, r.Buyer)
		suppliers := []*orgRef{first(c.Suppliers)}
		for _, a := range d.awardsOf(c) {
			suppliers = append(suppliers, first(a.Suppliers))
		}
		out.SupplierID, out.SupplierName, _, _ = d.organisation(suppliers...)
		classify(c.Items, &out.Item, &out.Class, nil, nil)
		out.Signed, out.SignedDay = d.instant(c.DateSigned, "/contracts/%d/dateSigned", i)
		out.ValueMinor, out.Currency = d.minor(c.Value, "/contracts/%d/value", i)
		out.PaidMinor, _ = d.minor(c.AmountPaid, "/contracts/%d/amountPaid", i)
		d.rows.Contracts = append(d.rows.Contracts, out)
	}
	slices.SortStableFunc(d.rows.Contracts, func(a, b row.Contract) int { return cmp.Compare(a.RootID, b.RootID) })
}

// planPoint makes the row of a plan point from its own planning process only: an
// announcement may repeat the point, and it counts once.
func (d *deriver) planPoint() {
	r, t := d.release, d.release.Tender
	if d.meta.Kind != "plan" || r.Planning == nil || r.Planning.PlanPoint == nil {
		return
	}
	p := r.Planning.PlanPoint
	out := row.PlanPoint{
		OCID: r.OCID, PointID: cmp.Or(p.ID, p.RootID), RootID: cmp.Or(p.RootID, p.ID), Title: t.Title, TitleKK: t.TitleKK,
		Status: p.StatusDetails, MethodDetails: cmp.Or(p.MethodDetails, t.MethodDetails), Category: t.Category,
		Year: p.BudgetYear, Month: p.PlannedMonth, LastReleaseID: d.meta.LastReleaseID,
	}
	out.BuyerID, out.BuyerName, out.BuyerNameKK, out.BuyerRegion = d.organisation(r.Buyer)
	classify(t.Items, &out.Item, &out.Class, nil, nil)
	if len(t.Items) == 1 {
		out.Quantity = t.Items[0].Quantity.String()
		if u := t.Items[0].Unit; u != nil {
			out.UnitCode = u.ID
		}
	}
	if b := r.Planning.Budget; b != nil && b.Amount != nil {
		out.ValueMinor, out.Currency = d.minor(b.Amount, "/planning/budget/amount")
	} else {
		out.ValueMinor, out.Currency = d.minor(t.Value, "/tender/value")
	}
	d.rows.PlanPoints = append(d.rows.PlanPoints, out)
}

func (d *deriver) allParties() {
	for i := range d.release.Parties {
		p := &d.release.Parties[i]
		roles := slices.Clone(p.Roles)
		slices.Sort(roles)
		out := row.Party{
			OCID: d.release.OCID, PartyID: p.ID, Name: p.Name, NameKK: p.NameKK,
			Roles: strings.Join(slices.Compact(roles), " "),
		}
		if p.Identifier != nil {
			out.Scheme = p.Identifier.Scheme
		}
		if p.Address != nil {
			out.Region, out.Country = Region(p.Address.KATO), p.Address.Country
		}
		d.rows.Parties = append(d.rows.Parties, out)
	}
	slices.SortStableFunc(d.rows.Parties, func(a, b row.Party) int { return cmp.Compare(a.PartyID, b.PartyID) })
}
