// Package tables derives the rows of the columnar tables (proto/tables) from a
// compiled release. It is a pure function: the same release gives the same rows
// on every machine. Derived attributes follow the methodology of the reports
// (docs/data/bulk.md lists them); each has its rule at the function that makes
// it.
package tables

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kzocds/kzocds/ocds"
	row "github.com/kzocds/kzocds/proto/tables"
)

// MethodVersion names the rules of this package and the form of the published
// files. It enters every snapshot id: raise it with any change that gives other
// rows or bytes for the same release.
const MethodVersion = "3"

// Meta is what the store knows of a record beside its compiled release.
type Meta struct {
	Kind          string // tender, contract or plan; "" is taken from the ocid
	Releases      int32
	LastReleaseID string
}

// Rows of one contracting process, each slice in the order of its keys.
type Rows struct {
	Processes        []row.Process
	Lots             []row.Lot
	LotPoints        []row.LotPoint
	Bids             []row.Bid
	BidPoints        []row.BidPoint
	BidRejections    []row.BidRejection
	Criteria         []row.Criterion
	Awards           []row.Award
	Contracts        []row.Contract
	ContractVersions []row.ContractVersion
	ContractGrounds  []row.ContractGround
	ContractItems    []row.ContractItem
	Payments         []row.Payment
	Acts             []row.Act
	PlanPoints       []row.PlanPoint
	PlanBudgetLines  []row.PlanBudgetLine
	PlanDeliveries   []row.PlanDelivery
	Complaints       []row.Complaint
	ComplaintGrounds []row.ComplaintGround
	Enquiries        []row.Enquiry
	Documents        []row.Document
	Parties          []row.Party
	PartyRoles       []row.PartyRole
	Blacklist        []row.BlacklistEntry
	Findings         []Finding
}

// Finding is a value that has no exact place in a table: its cell is null, or its
// row is left out.
type Finding struct {
	Rule    string // tables.money, tables.percent, tables.shape, tables.time, tables.bid-of-many-lots or tables.repeated
	Pointer string // JSON Pointer into the compiled release
	Message string
}

// Derive makes the rows of a compiled release. An error means that it is no JSON
// object with an ocid.
func Derive(compiled []byte, meta Meta) (Rows, error) {
	d := derivers.Get().(*deriver)
	defer func() {
		*d = deriver{document: d.document, organisations: d.organisations, lotIndex: d.lotIndex}
		derivers.Put(d)
	}()
	return d.derive(compiled, meta)
}

func (d *deriver) derive(compiled []byte, meta Meta) (Rows, error) {
	d.document.Reset()
	clear(d.organisations)
	clear(d.lotIndex)
	d.source = string(compiled)
	root, err := d.document.Parse(compiled)
	if err != nil {
		return Rows{}, fmt.Errorf("compiled release: %w", err)
	}
	if root.Kind() != ocds.Object || root.Get("ocid").Kind() != ocds.String || root.Get("ocid").Extent() == 2 {
		return Rows{}, fmt.Errorf("compiled release: no object with an ocid")
	}
	d.read(root)
	d.meta = meta
	if d.meta.Kind == "" {
		d.meta.Kind = kindOf(d.release.ocid)
	}
	d.implicitLot()
	d.standardMethod()
	for i := range d.release.parties {
		d.organisations[d.release.parties[i].id] = &d.release.parties[i]
	}
	d.publishedAt, d.publishedDay = d.publication()
	d.index()
	d.bids()
	d.awards()
	d.lots()
	d.contracts()
	d.process()
	d.planPoint()
	d.complaints()
	d.enquiries()
	d.documents()
	d.parties()
	d.order()
	return d.rows, nil
}

// kindOf reads the kind of a process off its key, see proto/process; the key of
// an object of the quasi-public sector has an o in front.
func kindOf(ocid string) string {
	switch key := strings.TrimPrefix(ocid[strings.LastIndexByte(ocid, '-')+1:], "o"); {
	case strings.HasPrefix(key, "c"):
		return "contract"
	case strings.HasPrefix(key, "p"):
		return "plan"
	default:
		return "tender"
	}
}

type deriver struct {
	document      *ocds.Document
	organisations map[string]*party
	lotIndex      map[string]int

	source       string
	release      release
	meta         Meta
	publishedAt  *int64
	publishedDay *int32
	numbers      []int64
	won          map[[3]string]*int64 // value of the winner's offer by lot, bid and point
	rows         Rows
}

func (d *deriver) finding(rule string, where place, format string, a ...any) {
	d.rows.Findings = append(d.rows.Findings, Finding{rule, where.String(), fmt.Sprintf(format, a...)})
}

// publication is when the procedure was published: tender.datePublished, else
// the earlier start of the enquiry and the tender period.
func (d *deriver) publication() (*int64, *int32) {
	t := &d.release.tender
	if t.datePublished != "" {
		return d.instant(t.datePublished, at("/tender/datePublished"))
	}
	micro, days := d.instant(t.enquiryStart, at("/tender/enquiryPeriod/startDate"))
	if m, n := d.instant(t.tenderStart, at("/tender/tenderPeriod/startDate")); m != nil && (micro == nil || *m < *micro) {
		micro, days = m, n
	}
	return micro, days
}

// organisation is what the release knows of an organisation: the party list
// counts more than the reference.
type organisation struct {
	orgRef
	region, country string
}

func (d *deriver) organisation(refs ...orgRef) organisation {
	for _, ref := range refs {
		if ref.id == "" {
			continue
		}
		o := organisation{orgRef: ref}
		if p := d.organisations[ref.id]; p != nil {
			o.name, o.nameKK = cmp.Or(p.name, ref.name), cmp.Or(p.nameKK, ref.nameKK)
			o.region, o.country = p.region(), p.country
		}
		return o
	}
	return organisation{}
}

// first is the first organisation of a list: a consortium is known by it.
func first(orgs []orgRef) orgRef {
	if len(orgs) == 0 {
		return orgRef{}
	}
	return orgs[0]
}

// index notes for every lot what is about it. Items that name no lot belong to
// the only one, and so do bids.
func (d *deriver) index() {
	lots := d.release.tender.lots
	for i := range lots {
		d.lotIndex[lots[i].id] = i
	}
	add := func(id string, to func(*lot) *[]int, n int) {
		i, ok := d.lotIndex[id]
		if id == "" && len(lots) == 1 {
			i, ok = 0, true
		}
		if ok {
			list := to(&lots[i])
			*list = append(*list, n)
		}
	}
	for n := range d.release.tender.items {
		add(d.release.tender.items[n].lot, func(l *lot) *[]int { return &l.items }, n)
	}
	for n := range d.release.awards {
		for _, id := range d.release.awards[n].lots {
			add(id, func(l *lot) *[]int { return &l.awards }, n)
		}
	}
	for n := range d.release.contracts {
		c := &d.release.contracts[n]
		c.lots = d.lotsOfContract(c)
		for _, id := range c.lots {
			add(id, func(l *lot) *[]int { return &l.agreements }, n)
		}
	}
}

func (t *tender) publicNumber() string { return cmp.Or(t.number, t.id) }

// stands reports whether an award was neither cancelled nor unsuccessful.
func (a *award) stands() bool { return a.status != "cancelled" && a.status != "unsuccessful" }

// wins reports whether the award names the winner: place 1, no place stated, or a
// later place that was raised to an active award because the first fell away.
func (a *award) wins() bool { return a.stands() && (a.place <= 1 || a.status == "active") }

// ofBid reports whether the award is of the bid: by reference, or by a supplier
// who is one of the tenderers where awards do not refer to bids.
func (a *award) ofBid(b *bid) bool {
	if a.bid != "" {
		return a.bid == b.id
	}
	return slices.ContainsFunc(a.suppliers, func(s orgRef) bool {
		return slices.ContainsFunc(b.tenderers, func(t orgRef) bool { return t.id == s.id })
	})
}

// bidStatus is bidStatus* of the methodology: a valid bid with an award of place
// 1 is the winner, of place 2 secondPlace; any other bid keeps its status.
func (d *deriver) bidStatus(b *bid, lotID string) string {
	if b.status != "valid" {
		return b.status
	}
	status := b.status
	judge := func(a *award) bool {
		if !a.stands() || !a.ofBid(b) {
			return false
		}
		if a.place == 2 {
			status = "secondPlace"
		}
		return a.wins()
	}
	if i, ok := d.lotIndex[lotID]; ok {
		for _, n := range d.release.tender.lots[i].awards {
			if judge(&d.release.awards[n]) {
				return "winner"
			}
		}
	}
	for n := range d.release.awards { // awards that name no lot
		if a := &d.release.awards[n]; len(a.lots) == 0 && judge(a) {
			return "winner"
		}
	}
	return status
}

// prequalification is how the first round of admission ended for a bid: the
// source says it, or the bid was corrected after the first round, or was not
// admitted although there is a first round.
func (b *bid) prequalification() string {
	switch {
	case b.prequalified != "":
		return b.prequalified
	case b.attempt == "":
		return ""
	case b.status == "disqualified":
		return "failed"
	case b.attempt == "1":
		return "corrected"
	}
	return "passed"
}

// lotsOf are the lots that a bid is for: those it names, else the only one.
func (d *deriver) lotsOf(b *bid) []string {
	switch lots := d.release.tender.lots; {
	case len(b.lots) > 0:
		return b.lots
	case len(lots) == 1:
		return []string{lots[0].id}
	default:
		return []string{""}
	}
}

func (d *deriver) bids() {
	d.rows.Bids = make([]row.Bid, 0, len(d.release.bids))
	for i := range d.release.bids {
		b := &d.release.bids[i]
		date, _ := d.instant(b.date, at("/bids/details/%d/date", i))
		value, currency := d.money(b.value.Get("value"), at("/bids/details/%d/value", i))
		lots := d.lotsOf(b)
		if len(lots) > 1 && value != nil {
			d.finding("tables.bid-of-many-lots", at("/bids/details/%d/value", i),
				"one amount for %d lots cannot be told apart by lot", len(lots))
			value = nil
		}
		var score *int64
		if b.evaluation != nil {
			where := b.evaluation.path
			where.format += "/totalScore"
			score = d.percent(b.evaluation.totalScore, where)
		}
		bidder := d.organisation(first(b.tenderers))
		for _, lotID := range lots {
			out := row.Bid{
				OCID: d.release.ocid, LotID: lotID, BidID: b.id, TendererID: bidder.id, TendererName: bidder.name,
				TendererRegion: bidder.region, TendererCountry: bidder.country, Tenderers: int32(len(b.tenderers)),
				Status: d.bidStatus(b, lotID), Date: date, ValueMinor: value, Currency: currency,
				Prequalified: b.prequalification(), Score: score, Blacklisted: yesNo(b.value.Get("tendererBlacklisted")),
			}
			if score != nil && value != nil {
				out.AdjustmentMinor = share(*value, *score)
			}
			if l, ok := d.lotIndex[lotID]; ok {
				lot := &d.release.tender.lots[l]
				lot.bids = append(lot.bids, len(d.rows.Bids))
			}
			d.rows.Bids = append(d.rows.Bids, out)
			d.bidParts(b, i, &out)
		}
	}
}

// bidParts makes the rows below a bid in a lot: offers per point, reasons of
// rejection, what each criterion gave.
func (d *deriver) bidParts(b *bid, i int, of *row.Bid) {
	j := 0
	for p := d.list(b.value, "bidPoints").First(); p.Ok(); p = p.Next() {
		value, currency := d.money(p.Get("value"), at("/bids/details/%d/bidPoints/%d/value", i, j))
		price, _ := d.money(p.Get("unitPrice"), at("/bids/details/%d/bidPoints/%d/unitPrice", i, j))
		d.rows.BidPoints = append(d.rows.BidPoints, row.BidPoint{
			OCID: of.OCID, LotID: of.LotID, BidID: of.BidID, PointID: cmp.Or(d.get(p, "lotPointID"), d.get(p, "relatedLotPoint"), d.get(p, "id")),
			TendererID: of.TendererID, UnitPriceMinor: price, ValueMinor: value, Currency: currency,
		})
		if of.Status == "winner" && value != nil {
			if d.won == nil {
				d.won = map[[3]string]*int64{}
			}
			d.won[[3]string{of.LotID, of.BidID, d.rows.BidPoints[len(d.rows.BidPoints)-1].PointID}] = value
		}
		j++
	}
	for _, kind := range [...]struct{ name, member string }{
		{"article", "disqualificationReasonsArticle"}, {"document", "disqualificationReasonsDocuments"}, {"reason", "disqualificationReasons"},
	} {
		for r := d.list(b.value, kind.member).First(); r.Ok(); r = r.Next() {
			id, name := d.get(r, "id"), cmp.Or(d.get(r, "name"), d.get(r, "description"))
			if r.Kind() == ocds.String {
				name = d.text(r)
			}
			d.rows.BidRejections = append(d.rows.BidRejections, row.BidRejection{
				OCID: of.OCID, LotID: of.LotID, BidID: of.BidID, ReasonID: kind.name + "-" + cmp.Or(id, name), Kind: kind.name, Reason: name,
			})
		}
	}
	if b.evaluation == nil {
		return
	}
	for c := b.evaluation.criteria.First(); c.Ok(); c = c.Next() {
		where := b.evaluation.path
		where.format += "/nonPriceEvaluationValues"
		out := row.Criterion{
			OCID: of.OCID, LotID: of.LotID, BidID: of.BidID, EvaluationID: b.evaluation.id, CriterionID: d.get(c, "id"),
			Criterion: d.get(c, "name"), Score: d.percent(c.Get("score"), where), Currency: of.Currency,
		}
		out.CriterionID = cmp.Or(out.CriterionID, out.Criterion)
		out.Pseudo = pseudoCriterion(out.Criterion)
		if out.Score != nil && of.ValueMinor != nil {
			out.AdjustmentMinor = share(*of.ValueMinor, *out.Score)
		}
		d.rows.Criteria = append(d.rows.Criteria, out)
	}
}

// pseudoCriterion tells the two rows of an evaluation that are no criteria: the
// years of experience and the total of the others.
func pseudoCriterion(name string) bool {
	return name == "Опыт работы (год)" || name == "Общая условная скидка, %"
}

func (d *deriver) awards() {
	for i := range d.release.awards {
		a := &d.release.awards[i]
		micro, days := d.instant(a.date, at("/awards/%d/date", i))
		supplier := d.organisation(first(a.suppliers))
		out := row.Award{
			OCID: d.release.ocid, AwardID: a.id, BidID: a.bid, Status: a.status, Place: a.place, Wins: a.wins(), Awarded: micro, AwardedDay: days,
			SupplierID: supplier.id, SupplierName: supplier.name, SupplierRegion: supplier.region, SupplierCountry: supplier.country,
		}
		lots := a.lots
		if len(lots) == 0 {
			lots = []string{""}
		}
		if len(lots) == 1 {
			out.ValueMinor, out.Currency = d.money(a.value.Get("value"), at("/awards/%d/value", i))
		}
		a.day, a.amount = days, out.ValueMinor
		for _, out.LotID = range lots {
			d.rows.Awards = append(d.rows.Awards, out)
		}
	}
}

func (d *deriver) lots() {
	t := &d.release.tender
	d.rows.Lots = make([]row.Lot, 0, len(t.lots))
	for i := range t.lots {
		l := &t.lots[i]
		buyer := d.organisation(l.buyer, d.release.buyer)
		out := row.Lot{
			OCID: d.release.ocid, LotID: l.id, LotNumber: l.number, TenderID: t.publicNumber(),
			Title: l.title, TitleKK: l.titleKK, PortalStatus: l.statusDetails,
			Method: t.method, MethodDetails: cmp.Or(l.methodDetails, t.methodDetails), PlannedMethod: l.planned, Category: t.category,
			Centralised: cmp.Or(l.centralised, t.centralised), Reserved: l.reserved, AntiDumping: l.dumping,
			BuyerID: buyer.id, BuyerName: buyer.name, BuyerNameKK: buyer.nameKK, BuyerRegion: buyer.region,
			Published: d.publishedAt, PublishedDay: d.publishedDay, LastReleaseID: d.meta.LastReleaseID,
		}
		out.Competitive = Competitive(out.MethodDetails)
		if !out.Competitive {
			out.Rationale = cmp.Or(ground(t.items, l.items), t.rationale)
			if out.Rationale == "" && strings.HasPrefix(out.MethodDetails, "singleSourceUnsuccessful") {
				out.Rationale = "previousUnsuccessful"
			}
		}
		out.ValueMinor, out.Currency = d.money(l.value.Get("value"), at("/tender/lots/%d/value", i))
		out.Item, out.Class, out.ItemName, out.ItemNameKK = d.classify(t.items, l.items)
		out.DeliverRegion = deliverRegion(l, t.items)
		winning := d.outcome(l, &out)
		out.Status = effectiveStatus(l, t, out.Contracted)
		out.Open = out.Status == "210" || out.Status == "220"
		d.lotPoints(l, i, &out, winning)
		d.rows.Lots = append(d.rows.Lots, out)
	}
}

// ground is the legal ground of the planned method on which those items agree
// that tell one.
func ground(items []item, which []int) string {
	found := ""
	for _, n := range which {
		if items[n].ground == "" {
			continue
		}
		if found != "" && found != items[n].ground {
			return ""
		}
		found = items[n].ground
	}
	return found
}

// classify finds the one classification of some items. A name goes with a code
// that all share.
func (d *deriver) classify(items []item, which []int) (code, class, name, nameKK string) {
	var few [8]string
	codes := few[:0]
	for _, n := range which {
		if items[n].code != "" {
			codes = append(codes, items[n].code)
		}
	}
	code, class = commonItem(codes)
	for _, n := range which {
		if it := &items[n]; code != "" && it.code == code {
			name, nameKK = cmp.Or(name, it.name), cmp.Or(nameKK, it.nameKK)
		}
	}
	return code, class, name, nameKK
}

// deliverRegion is the region of delivery when all places agree in it.
func deliverRegion(l *lot, items []item) string {
	region, places := "", 0
	agrees := func(kato string) bool {
		r := Region(kato)
		if places++; places > 1 && r != region {
			return false
		}
		region = r
		return true
	}
	for _, kato := range l.places {
		if !agrees(kato) {
			return ""
		}
	}
	if len(l.places) > 0 {
		return region
	}
	for _, n := range l.items {
		for _, kato := range items[n].places {
			if !agrees(kato) {
				return ""
			}
		}
	}
	return region
}

// effectiveStatus is lotStatus* of the methodology: the lot's status unless it
// is active; while active, complete once a contract in force or performed refers to an award of
// the lot, else the announcement's portal status, else its OCDS status.
func effectiveStatus(l *lot, t *tender, contracted bool) string {
	switch {
	case l.status != "active":
		return l.status
	case contracted:
		return "complete"
	default:
		return cmp.Or(t.statusDetails, t.status)
	}
}

// outcome fills in bids, winner, award, threshold and contract of a lot, and gives
// the id of the winning bid. The winning value is that of the winning bid; a
// procedure without bids (single source) takes the value of the winning award
// when that award is of this lot alone.
func (d *deriver) outcome(l *lot, out *row.Lot) (winning string) {
	var few [8]string
	ids, bidders := few[:0:4], few[4:4]
	winner := func(o organisation) {
		out.WinnerID, out.WinnerName, out.WinnerRegion, out.WinnerCountry = o.id, o.name, o.region, o.country
	}
	for _, n := range l.bids {
		b := &d.rows.Bids[n]
		ids = append(ids, b.BidID)
		if b.TendererID != "" {
			bidders = append(bidders, b.TendererID)
		}
		if b.Status == "winner" && out.WinnerID == "" {
			winner(d.organisation(orgRef{id: b.TendererID, name: b.TendererName}))
			out.WinMinor, winning = b.ValueMinor, b.BidID
		}
	}
	out.Bids, out.Bidders = distinct(ids), distinct(bidders)
	for _, n := range l.awards {
		a := &d.release.awards[n]
		out.Awarded = true
		if a.day != nil && (out.AwardedDay == nil || *a.day < *out.AwardedDay) {
			out.AwardedDay = a.day
		}
		if a.wins() && out.WinnerID == "" {
			winner(d.organisation(first(a.suppliers)))
			if len(a.lots) == 1 && out.Bids == 0 {
				out.WinMinor = a.amount
			}
		}
	}
	for _, n := range l.agreements {
		c := d.release.contracts[n].value
		if d.get(c, "status") == "active" || performed[d.get(c, "statusDetails")] != "" {
			out.Contracted = true
		}
	}
	return winning
}

// distinct counts the different texts of a list, which it sorts.
func distinct(list []string) int32 {
	slices.Sort(list)
	return int32(len(slices.Compact(list)))
}

// lotPoints makes the shares of a lot: its points when the source tells them, else
// one for each item that comes from a plan point, else one for the whole lot. A
// lot of one point has the lot's own value.
func (d *deriver) lotPoints(l *lot, i int, lot *row.Lot, winning string) {
	from := len(d.rows.LotPoints)
	base := row.LotPoint{
		OCID: lot.OCID, LotID: l.id, BuyerID: lot.BuyerID, BuyerName: lot.BuyerName, BuyerNameKK: lot.BuyerNameKK, BuyerRegion: lot.BuyerRegion,
		Currency: lot.Currency,
	}
	items := d.release.tender.items
	describe := func(p *row.LotPoint, it *item) {
		p.Item, p.ItemName, p.ItemNameKK, p.Quantity, p.UnitCode = it.code, it.name, it.nameKK, cmp.Or(p.Quantity, it.quantity), it.unit
		p.PlanRoot = cmp.Or(p.PlanRoot, it.plan)
		_, p.Class = commonItem([]string{it.code})
		if it.code == "" {
			p.Class = ""
		}
		if len(it.places) == 1 {
			p.DeliverKATO = it.places[0]
		}
		p.UnitPriceMinor = it.price
		ofBuyer(p, d.organisation(it.buyer))
	}
	switch {
	case l.points.Len() > 0:
		j := 0
		for v := l.points.First(); v.Ok(); v = v.Next() {
			p := base
			p.PointID = cmp.Or(d.get(v, "id"), strconv.Itoa(j+1))
			p.PlanRoot = cmp.Or(d.get(v, "relatedPlanPoint"), d.get(v, "id"))
			p.Quantity = d.get(v, "quantity")
			ofBuyer(&p, d.organisation(d.ref(v.Get("buyer"))))
			for _, n := range l.items {
				if it := &items[n]; it.point == p.PointID || len(l.items) == 1 && l.points.Len() == 1 || it.point == "" && it.plan != "" && it.plan == p.PlanRoot {
					describe(&p, it)
					break
				}
			}
			p.ValueMinor, p.Currency = d.money(v.Get("value"), at("/tender/lots/%d/lotPoints/%d/value", i, j))
			p.MinMinor, _ = d.money(v.Get("minValue"), at("/tender/lots/%d/lotPoints/%d/minValue", i, j))
			p.Currency = cmp.Or(p.Currency, base.Currency)
			d.rows.LotPoints = append(d.rows.LotPoints, p)
			j++
		}
	case len(l.items) > 0:
		for j, n := range l.items {
			it := &items[n]
			p := base
			p.PointID = cmp.Or(it.point, it.plan, it.id, strconv.Itoa(j+1))
			describe(&p, it)
			value, currency := d.money(it.value.Get("value"), at("/tender/items/%d/value", n))
			if value == nil && len(l.items) > 1 {
				value = product(it.quantity, p.UnitPriceMinor)
			}
			p.ValueMinor, p.Currency = value, cmp.Or(currency, base.Currency)
			p.MinMinor, _ = d.money(it.value.Path("unit", "minValue"), at("/tender/items/%d/unit/minValue", n))
			d.rows.LotPoints = append(d.rows.LotPoints, p)
		}
	default:
		base.PointID = l.id
		d.rows.LotPoints = append(d.rows.LotPoints, base)
	}
	points := d.rows.LotPoints[from:]
	if len(points) == 1 {
		points[0].ValueMinor, points[0].WinMinor = cmp.Or(points[0].ValueMinor, lot.ValueMinor), lot.WinMinor
	}
	buyers := make([]string, 0, len(points))
	var least int64
	known := len(points) > 0
	for k := range points {
		p := &points[k]
		buyers = append(buyers, p.BuyerID)
		if p.MinMinor == nil {
			known = false
		} else {
			least += *p.MinMinor
		}
		if won := d.won[[3]string{l.id, winning, p.PointID}]; won != nil {
			p.WinMinor = won
		}
	}
	if stated, _ := d.money(l.value.Get("minValue"), at("/tender/lots/%d/minValue", i)); stated != nil {
		lot.MinMinor = stated
	} else if known && least > 0 {
		lot.MinMinor = d.keep(least)
	}
	lot.Points, lot.Buyers = int32(len(points)), distinct(buyers)
}

func ofBuyer(p *row.LotPoint, buyer organisation) {
	if buyer.id != "" {
		p.BuyerID, p.BuyerName, p.BuyerNameKK, p.BuyerRegion = buyer.id, buyer.name, buyer.nameKK, buyer.region
	}
}

// awardsOf are the awards that a contract fulfils.
func (d *deriver) awardsOf(c *contract) []*award {
	var awards []*award
	for i := range d.release.awards {
		if a := &d.release.awards[i]; a.id != "" && slices.Contains(c.awards, a.id) {
			awards = append(awards, a)
		}
	}
	return awards
}

// lotsOfContract are the lots that a contract states, else those of its awards.
func (d *deriver) lotsOfContract(c *contract) []string {
	lots := slices.Clone(c.lots)
	if len(lots) == 0 {
		for _, a := range d.awardsOf(c) {
			lots = append(lots, a.lots...)
		}
	}
	slices.Sort(lots)
	return slices.Compact(lots)
}

func (d *deriver) contracts() {
	t := &d.release.tender
	for i := range d.release.contracts {
		c := &d.release.contracts[i]
		v, where := c.value, at("/contracts/%d", i)
		suppliers := []orgRef{first(c.suppliers)}
		for _, a := range d.awardsOf(c) {
			suppliers = append(suppliers, first(a.suppliers))
		}
		buyer, supplier := d.organisation(c.buyer, d.release.buyer), d.organisation(suppliers...)
		out := row.Contract{
			OCID: d.release.ocid, ContractID: cmp.Or(d.get(v, "versionId"), c.id), RootID: cmp.Or(d.get(v, "rootId"), c.id), Number: d.get(v, "number"),
			Title: d.get(v, "title"), Status: d.get(v, "status"), StatusDetails: d.get(v, "statusDetails"),
			MethodDetails: cmp.Or(d.get(v, "procurementMethodDetails"), t.methodDetails), Category: t.category,
			BuyerID: buyer.id, BuyerName: buyer.name, BuyerNameKK: buyer.nameKK, BuyerRegion: buyer.region,
			SupplierID: supplier.id, SupplierName: supplier.name, SupplierRegion: supplier.region, SupplierCountry: supplier.country,
			BudgetYear: number(d.get(v, "budgetYear")), FundingSource: d.get(v, "fundingSourceId"),
			MultiAnnual: yesNo(v.Get("multiAnnual")), Treasury: yesNo(v.Get("treasuryRegistration")), HasSecurity: yesNo(v.Get("hasSecurity")),
			Versions: max(number(d.get(v, "versions")), 1), LotIDs: strings.Join(c.lots, " "),
			LastReleaseID: d.meta.LastReleaseID, Direct: d.meta.Kind == "contract",
		}
		all := make([]int, len(c.items))
		for n := range all {
			all[n] = n
		}
		if !Competitive(out.MethodDetails) {
			out.Rationale = cmp.Or(ground(c.items, all), t.rationale)
			if out.Rationale == "" && strings.HasPrefix(out.MethodDetails, "singleSourceUnsuccessful") {
				out.Rationale = "previousUnsuccessful"
			}
		}
		out.Item, out.Class, out.ItemName, out.ItemNameKK = d.classify(c.items, all)
		signed := where
		signed.format += "/dateSigned"
		out.Signed, out.SignedDay = d.instant(d.get(v, "dateSigned"), signed)
		out.RegisteredDay = d.date(v, "dateRegistered", where)
		out.CompletedDay = d.date(v, "dateCompleted", where)
		out.TerminatedDay = d.date(v, "dateTerminated", where)
		out.EndDay = d.date(v.Get("period"), "endDate", at("/contracts/%d/period", i))
		out.ValueMinor, out.Currency = d.money(v.Get("value"), at("/contracts/%d/value", i))
		out.PaidMinor, _ = d.money(v.Get("amountPaid"), at("/contracts/%d/amountPaid", i))
		out.Guarantee = d.percent(v.Get("guaranteePercent"), at("/contracts/%d/guaranteePercent", i))
		out.Advance = d.percent(v.Get("advancePercent"), at("/contracts/%d/advancePercent", i))
		out.LocalContent = d.percent(v.Get("localContentPercent"), at("/contracts/%d/localContentPercent", i))
		out.Blacklisted, out.TerminationGround = yesNo(v.Get("supplierBlacklisted")), d.get(v, "terminationGroundId")
		d.contractParts(c, i, &out)
		d.rows.Contracts = append(d.rows.Contracts, out)
	}
}

// performed are the portal statuses of contracts that came to a good end, and of
// those performed in part.
var performed = map[string]string{"390": "complete", "464": "complete", "375": "partiallyComplete", "465": "partiallyComplete"}

// contractParts makes the rows below a contract and, from its payments, its
// effective status.
func (d *deriver) contractParts(c *contract, i int, of *row.Contract) {
	amendments := d.list(c.value, "amendments")
	main := row.ContractVersion{
		OCID: of.OCID, RootID: of.RootID, VersionID: of.RootID, Number: of.Number, Description: of.Title,
		Signed: of.Signed, SignedDay: of.SignedDay, Currency: of.Currency,
	}
	if amendments.Len() == 0 {
		main.ValueMinor, main.StatusDetails = of.ValueMinor, of.StatusDetails
	}
	d.rows.ContractVersions = append(d.rows.ContractVersions, main)
	j := 0
	for v := amendments.First(); v.Ok(); v = v.Next() {
		where := at("/contracts/%d/amendments/%d", i, j)
		j++
		version := row.ContractVersion{
			OCID: of.OCID, RootID: of.RootID, VersionID: cmp.Or(d.get(v, "id"), "amendment-"+strconv.Itoa(j)), Agreement: true, Number: d.get(v, "number"),
			Description: d.get(v, "description"), StatusDetails: d.get(v, "statusDetails"),
		}
		dated, valued := where, where
		dated.format += "/date"
		valued.format += "/value"
		version.Signed, version.SignedDay = d.instant(d.get(v, "date"), dated)
		version.ValueMinor, version.Currency = d.money(v.Get("value"), valued)
		d.rows.ContractVersions = append(d.rows.ContractVersions, version)
		grounds := d.texts(v.Get("rationaleIds"))
		text := d.get(v, "rationale")
		if len(grounds) == 0 && text != "" {
			grounds = []string{text}
		}
		for _, id := range grounds {
			d.rows.ContractGrounds = append(d.rows.ContractGrounds, row.ContractGround{
				OCID: of.OCID, RootID: of.RootID, VersionID: version.VersionID, GroundID: id, Ground: text,
			})
		}
	}
	for j := range c.items {
		it := &c.items[j]
		out := row.ContractItem{
			OCID: of.OCID, RootID: of.RootID, ItemID: cmp.Or(it.id, strconv.Itoa(j+1)), LotID: it.lot, PlanRoot: it.plan,
			Item: it.code, ItemName: it.name, ItemNameKK: it.nameKK, Category: cmp.Or(it.category, of.Category),
			Quantity: it.quantity, UnitCode: it.unit, Origin: it.origin, FundingSource: cmp.Or(it.funding, of.FundingSource),
		}
		if it.code != "" {
			_, out.Class = commonItem([]string{it.code})
		}
		if len(it.places) == 1 {
			out.DeliverKATO = it.places[0]
		}
		out.UnitPriceMinor = it.price
		var value string
		out.ValueMinor, value = d.money(it.value.Get("value"), at("/contracts/%d/items/%d/value", i, j))
		if out.ValueMinor == nil {
			out.ValueMinor = product(it.quantity, out.UnitPriceMinor)
		}
		out.Currency = cmp.Or(value, it.currency, of.Currency)
		out.LocalContent = d.percent(it.value.Get("localContentPercent"), at("/contracts/%d/items/%d/localContentPercent", i, j))
		d.rows.ContractItems = append(d.rows.ContractItems, out)
	}
	d.acts(c, i, of)
	paid, payments := int64(0), 0
	j = 0
	for v := d.list(c.value.Get("implementation"), "transactions").First(); v.Ok(); v = v.Next() {
		out := row.Payment{
			OCID: of.OCID, RootID: of.RootID, PaymentID: cmp.Or(d.get(v, "id"), strconv.Itoa(j+1)),
			PayerID: cmp.Or(d.get(v.Get("payer"), "id"), d.get(v, "payer")), PayeeID: cmp.Or(d.get(v.Get("payee"), "id"), d.get(v, "payee")),
		}
		out.Paid, out.PaidDay = d.instant(d.get(v, "date"), at("/contracts/%d/implementation/transactions/%d/date", i, j))
		out.ValueMinor, out.Currency = d.money(v.Get("value"), at("/contracts/%d/implementation/transactions/%d/value", i, j))
		d.rows.Payments = append(d.rows.Payments, out)
		if out.ValueMinor != nil {
			paid += *out.ValueMinor
			payments++
		}
		j++
	}
	of.EffectiveStatus = cmp.Or(performed[of.StatusDetails], of.Status)
	sum := of.PaidMinor
	if payments > 0 {
		sum = &paid
	}
	if of.EffectiveStatus == "complete" && sum != nil && of.ValueMinor != nil {
		switch {
		case *sum < *of.ValueMinor:
			of.EffectiveStatus = "partiallyComplete"
		case *sum > *of.ValueMinor:
			of.EffectiveStatus = "overpaid"
		}
	}
}

// acts are the milestones of a contract: each is an act of acceptance.
func (d *deriver) acts(c *contract, i int, of *row.Contract) {
	j := 0
	for v := d.list(c.value.Get("implementation"), "milestones").First(); v.Ok(); v = v.Next() {
		where := at("/contracts/%d/implementation/milestones/%d", i, j)
		j++
		out := row.Act{
			OCID: of.OCID, RootID: of.RootID, ActID: cmp.Or(d.get(v, "id"), strconv.Itoa(j)), Number: d.get(v, "number"),
			StatusDetails: d.get(v, "statusDetails"), SignedDay: d.date(v, "dateSigned", where), Final: yesNo(v.Get("isFinal")),
		}
		if days := d.get(v, "daysOverdue"); days != "" {
			n := number(days)
			out.DaysOverdue = &n
		}
		out.ValueMinor, out.Currency = d.money(v.Get("value"), at("/contracts/%d/implementation/milestones/%d/value", i, j-1))
		out.PenaltyMinor, _ = d.money(v.Get("penalty"), at("/contracts/%d/implementation/milestones/%d/penalty", i, j-1))
		d.rows.Acts = append(d.rows.Acts, out)
	}
}

func (d *deriver) process() {
	r, t := &d.release, &d.release.tender
	p := row.Process{
		OCID: r.ocid, Kind: d.meta.Kind, TenderID: t.publicNumber(), PortalID: t.portalID, Title: t.title, TitleKK: t.titleKK,
		Status: t.status, StatusDetails: t.statusDetails, Method: t.method, MethodDetails: t.methodDetails, Rationale: t.rationale,
		Category: t.category, PurchaseType: d.get(t.value, "purchaseTypeId"), Centralised: t.centralised,
		QuasiPublic: truth(t.value.Get("isQuasiPublic")) || strings.HasPrefix(r.ocid[strings.LastIndexByte(r.ocid, '-')+1:], "o"),
		BuyerID:     r.buyer.id, OrganiserID: t.organiser.id, Published: d.publishedAt, PublishedDay: d.publishedDay,
		Lots: int32(len(t.lots)), PriorOCID: r.prior, Releases: d.meta.Releases, LastReleaseID: d.meta.LastReleaseID,
	}
	p.EnquiryStart = d.moment(t.value.Get("enquiryPeriod"), "startDate", at("/tender/enquiryPeriod"))
	p.EnquiryEnd = d.moment(t.value.Get("enquiryPeriod"), "endDate", at("/tender/enquiryPeriod"))
	p.TenderStart = d.moment(t.value.Get("tenderPeriod"), "startDate", at("/tender/tenderPeriod"))
	p.TenderEnd = d.moment(t.value.Get("tenderPeriod"), "endDate", at("/tender/tenderPeriod"))
	p.Results = d.moment(t.value, "dateResultsPublished", at("/tender"))
	p.ValueMinor, p.Currency = d.money(t.value.Get("value"), at("/tender/value"))
	if last, _ := d.instant(r.date, at("/date")); last != nil {
		p.LastRelease = *last
	}
	d.rows.Processes = append(d.rows.Processes, p)
}

// planPoint makes the rows of a plan point from its own planning process only: an
// announcement may repeat the point, and it counts once.
func (d *deriver) planPoint() {
	r, t := &d.release, &d.release.tender
	p := d.part(r.plan, "planPoint", ocds.Object)
	if d.meta.Kind != "plan" || !p.Ok() {
		return
	}
	id, root := d.get(p, "id"), d.get(p, "rootId")
	buyer := d.organisation(r.buyer)
	out := row.PlanPoint{
		OCID: r.ocid, PointID: cmp.Or(id, root), RootID: cmp.Or(root, id), Title: t.title, TitleKK: t.titleKK,
		Status: d.get(p, "statusDetails"), MethodDetails: cmp.Or(d.get(p, "procurementMethodDetails"), t.methodDetails), Category: t.category,
		BuyerID: buyer.id, BuyerName: buyer.name, BuyerNameKK: buyer.nameKK, BuyerRegion: buyer.region,
		Year: number(d.get(p, "budgetYear")), Month: number(d.get(p, "plannedMonth")), PointType: d.get(p, "pointTypeId"),
		FundingSource: d.get(p, "fundingSourceId"), BudgetType: d.get(p, "budgetTypeId"), Administrator: d.get(p, "budgetAdministrator"),
		Preliminary: yesNo(p.Get("isPreliminary")), QuasiPublic: yesNo(p.Get("isQuasiPublic")), Reserved: yesNo(p.Get("reservedForDisabled")),
		LastReleaseID: d.meta.LastReleaseID,
	}
	if !Competitive(out.MethodDetails) {
		out.Rationale = d.get(p, "legalGroundId")
	}
	out.ApprovedDay = d.date(p, "dateApproved", at("/planning/planPoint"))
	all := make([]int, len(t.items))
	for n := range all {
		all[n] = n
	}
	out.Item, out.Class, out.ItemName, out.ItemNameKK = d.classify(t.items, all)
	if len(t.items) == 1 {
		it := &t.items[0]
		out.Quantity, out.UnitCode, out.UnitName = it.quantity, it.unit, it.unitName
		out.UnitPriceMinor = it.price
		out.EstimateMinor = product(it.quantity, out.UnitPriceMinor)
		if len(it.places) == 1 {
			out.DeliverKATO = it.places[0]
		}
	}
	if amount := r.plan.Path("budget", "amount"); amount.Kind() == ocds.Object {
		out.ValueMinor, out.Currency = d.money(amount, at("/planning/budget/amount"))
	} else {
		out.ValueMinor, out.Currency = d.money(t.value.Get("value"), at("/tender/value"))
	}
	out.Versions = max(number(d.get(p, "versions")), 1)
	d.planParts(p, &out)
	d.rows.PlanPoints = append(d.rows.PlanPoints, out)
}

// planParts makes the rows below a plan point: its budget lines and
// places of delivery.
func (d *deriver) planParts(p ocds.Value, of *row.PlanPoint) {
	var sum int64
	line, known := int32(0), true
	for v := d.list(p, "budgetLines").First(); v.Ok(); v = v.Next() {
		line++
		out := row.PlanBudgetLine{
			OCID: of.OCID, RootID: of.RootID, Line: line, Administrator: cmp.Or(d.get(v, "administrator"), of.Administrator),
			Programme: d.get(v, "programme"), ProgrammeName: d.get(v, "programmeName"), Subprogramme: d.get(v, "subprogramme"),
			Specification: d.get(v, "expenseClass"), SpecificationName: d.get(v, "expenseClassName"),
		}
		out.ValueMinor, out.Currency = d.money(v.Get("value"), at("/planning/planPoint/budgetLines/%d/value", int(line-1)))
		if out.ValueMinor == nil {
			known = false
		} else {
			sum += *out.ValueMinor
		}
		d.rows.PlanBudgetLines = append(d.rows.PlanBudgetLines, out)
	}
	if line > 0 && known {
		of.BudgetMinor = d.keep(sum)
	}
	line = 0
	for i := range d.release.tender.items {
		for a := d.list(d.release.tender.items[i].value, "deliveryAddresses").First(); a.Ok(); a = a.Next() {
			line++
			kato := d.get(a, "kato")
			d.rows.PlanDeliveries = append(d.rows.PlanDeliveries, row.PlanDelivery{
				OCID: of.OCID, RootID: of.RootID, Line: line, KATO: kato, Region: Region(kato),
				Share: d.percent(a.Get("percentage"), at("/tender/items/%d/deliveryAddresses", i)),
			})
		}
	}
}

// complaints are those of the release, as the older feeds have them, and those of
// the tender. Buyer and class are those on which the lots complained of agree,
// all lots when the complaint names none.
func (d *deriver) complaints() {
	for _, from := range [...]struct {
		list ocds.Value
		path string
	}{{d.release.complaints, "/complaints/%d"}, {d.list(d.release.tender.value, "complaints"), "/tender/complaints/%d"}} {
		i := 0
		for v := from.list.First(); v.Ok(); v = v.Next() {
			where := at(from.path, i)
			i++
			complainant := d.organisation(d.ref(v.Get("complainer")), d.ref(v.Get("complainant")))
			out := row.Complaint{
				OCID: d.release.ocid, ComplaintID: cmp.Or(d.get(v, "id"), strconv.Itoa(i)), Status: d.get(v, "status"),
				ComplainantID: complainant.id, Complainant: complainant.name, ReviewBodyID: d.get(v.Get("reviewBody"), "id"),
			}
			received := where
			received.format += "/dateReceived"
			out.Received, out.ReceivedDay = d.instant(d.get(v, "dateReceived"), received)
			out.Reviewed = d.moment(v, "dateReview", where)
			out.Resolved = d.moment(v, "dateResolved", where)
			lots := d.related(v)
			slices.Sort(lots)
			out.LotIDs = strings.Join(lots, " ")
			d.complained(lots, &out)
			grounds := d.texts(v.Get("rationale"))
			if one := d.get(v, "rationale"); one != "" {
				grounds = []string{one}
			}
			slices.Sort(grounds)
			grounds = slices.Compact(grounds)
			out.Grounds = int32(len(grounds))
			for _, g := range grounds {
				d.rows.ComplaintGrounds = append(d.rows.ComplaintGrounds, row.ComplaintGround{OCID: out.OCID, ComplaintID: out.ComplaintID, Ground: g})
			}
			d.rows.Complaints = append(d.rows.Complaints, out)
		}
	}
}

func (d *deriver) complained(lots []string, out *row.Complaint) {
	t := &d.release.tender
	var items []int
	buyers := map[string]bool{}
	for i := range t.lots {
		if len(lots) > 0 && !slices.Contains(lots, t.lots[i].id) {
			continue
		}
		items = append(items, t.lots[i].items...)
		buyers[d.organisation(t.lots[i].buyer, d.release.buyer).id] = true
	}
	out.BuyerID = d.release.buyer.id
	if len(buyers) == 1 {
		for id := range buyers {
			out.BuyerID = id
		}
	}
	out.Item, out.Class, _, _ = d.classify(t.items, items)
}

func (d *deriver) enquiries() {
	i := 0
	for v := d.list(d.release.tender.value, "enquiries").First(); v.Ok(); v = v.Next() {
		where := at("/tender/enquiries/%d", i)
		i++
		author := d.organisation(d.ref(v.Get("author")))
		if author.id == "" {
			author.name = d.get(v.Get("author"), "name")
		}
		out := row.Enquiry{
			OCID: d.release.ocid, EnquiryID: cmp.Or(d.get(v, "id"), strconv.Itoa(i)), Type: d.get(v, "enquiryType"), AuthorID: author.id, Author: author.name,
			AnswerType: d.get(v, "answerType"), Title: d.get(v, "title"), Description: d.get(v, "description"), Answer: d.get(v, "answer"),
		}
		if lots := d.related(v); len(lots) == 1 {
			out.LotID = lots[0]
		}
		asked := where
		asked.format += "/date"
		out.Asked, out.AskedDay = d.instant(d.get(v, "date"), asked)
		out.Answered = d.moment(v, "dateAnswered", where)
		out.HasAnswer = out.Answered != nil || out.Answer != ""
		d.rows.Enquiries = append(d.rows.Enquiries, out)
	}
}

func (d *deriver) documents() {
	list := func(v ocds.Value, part, partID, format string, position int) {
		j := 0
		for c := d.list(v, "documents").First(); c.Ok(); c = c.Next() {
			days := d.date(c, "datePublished", at(format, position, j))
			j++
			d.rows.Documents = append(d.rows.Documents, row.Document{
				OCID: d.release.ocid, Part: part, PartID: partID, DocumentID: cmp.Or(d.get(c, "id"), strconv.Itoa(j)), Type: d.get(c, "documentType"),
				Title: d.get(c, "title"), Format: d.get(c, "format"), PublishedDay: days, URL: d.get(c, "url"),
			})
		}
	}
	list(d.release.tender.value, "tender", "", "/tender/documents", 0)
	for i := range d.release.bids {
		list(d.release.bids[i].value, "bid", d.release.bids[i].id, "/bids/details/%d/documents/%d", i)
	}
	for i := range d.release.awards {
		list(d.release.awards[i].value, "award", d.release.awards[i].id, "/awards/%d/documents/%d", i)
	}
	for i := range d.release.contracts {
		c := &d.release.contracts[i]
		list(c.value, "contract", c.id, "/contracts/%d/documents/%d", i)
		list(c.value.Get("implementation"), "implementation", c.id, "/contracts/%d/implementation/documents/%d", i)
	}
}

func (d *deriver) parties() {
	d.rows.Parties = make([]row.Party, 0, len(d.release.parties))
	for i := range d.release.parties {
		p := &d.release.parties[i]
		roles := slices.Clone(p.roles)
		slices.Sort(roles)
		roles = slices.Compact(roles)
		details := p.value.Get("details")
		out := row.Party{
			OCID: d.release.ocid, PartyID: p.id, Scheme: d.text(p.value.Path("identifier", "scheme")), Name: p.name, NameKK: p.nameKK,
			Roles: strings.Join(roles, " "), Region: p.region(), KATO: p.kato, Country: p.country,
			LegalForm: d.get(details, "legalForm"), Size: d.get(details, "sizeId"), Sector: d.get(details, "sectorId"), Type: d.get(details, "typeId"),
			ParentID: d.get(details.Get("parent"), "id"), ParentName: d.get(details.Get("parent"), "name"),
			Resident: yesNo(details.Get("isResident")), Small: yesNo(details.Get("isSmallEmployer")), QuasiPublic: yesNo(details.Get("isQuasiPublic")),
		}
		if activities := d.texts(details.Get("activities")); len(activities) > 0 {
			out.Activity = activities[0]
		}
		for _, role := range roles {
			d.rows.PartyRoles = append(d.rows.PartyRoles, row.PartyRole{OCID: out.OCID, PartyID: out.PartyID, Role: role})
		}
		j := 0
		for v := d.list(details, "blacklist").First(); v.Ok(); v = v.Next() {
			where := at("/parties/%d/details/blacklist/%d", i, j)
			j++
			d.rows.Blacklist = append(d.rows.Blacklist, row.BlacklistEntry{
				OCID: out.OCID, PartyID: out.PartyID, EntryID: cmp.Or(d.get(v, "id"), strconv.Itoa(j)),
				StartDay: d.date(v, "startDate", where), EndDay: d.date(v, "endDate", where), ReasonID: d.get(v, "reasonId"), Reason: d.get(v, "reason"),
				Withdrawn: truth(v.Get("isWithdrawn")),
			})
		}
		d.rows.Parties = append(d.rows.Parties, out)
	}
}
