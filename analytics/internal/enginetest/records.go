package enginetest

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/proto/tables"
)

// row is a row of a dataset: its fields as plain texts ("" is blank), its numbers,
// what it says yes to, and the things it is about.
type row struct {
	fields map[string]string
	number map[string]*int64
	is     map[string]bool
	id     map[string]string
	// participants of the lot, one of them blank when nobody is known.
	participants []participant
}

// participant is a bidder of a lot with the fields that belong to it.
type participant map[string]string

func newRow() *row {
	return &row{fields: map[string]string{}, number: map[string]*int64{}, is: map[string]bool{}, id: map[string]string{}}
}

// below copies what a row takes from the one it belongs to.
func (r *row) below() *row {
	c := newRow()
	for k, v := range r.fields {
		c.fields[k] = v
	}
	for k, v := range r.is {
		c.is[k] = v
	}
	for k, v := range r.id {
		c.id[k] = v
	}
	c.participants = r.participants
	for _, k := range []string{"lotValue", "contractValue", "planValue"} {
		c.number[k] = r.number[k]
	}
	return c
}

func calendar(fields map[string]string, prefix string, day *int32) {
	if day == nil {
		return
	}
	t := time.Unix(int64(*day)*86400, 0).UTC()
	year, week := t.ISOWeek()
	fields[prefix+"Day"] = t.Format("2006-01-02")
	fields[prefix+"Week"] = fmt.Sprintf("%04d-W%02d", year, week)
	fields[prefix+"Month"] = t.Format("2006-01")
	fields[prefix+"Quarter"] = fmt.Sprintf("%d-Q%d", t.Year(), (int(t.Month())+2)/3)
	fields[prefix+"Year"] = t.Format("2006")
}

func tri(b *bool) string {
	if b == nil {
		return ""
	}
	return fmt.Sprint(*b)
}

var ensTru = regexp.MustCompile(`^[0-9]{6}`)

// classify fills in the levels of a class of goods.
func classify(fields map[string]string, code, class string) {
	dotted := code
	if ensTru.MatchString(code) {
		dotted = code[:2] + "." + code[2:4] + "." + code[4:6]
		if len(code) >= 10 && code[6] == '.' {
			dotted += code[6:10]
		}
	} else if parts := strings.Split(code, "."); len(parts) > 4 {
		dotted = strings.Join(parts[:4], ".")
	}
	level := func(n int) string {
		switch {
		case class == "" || class == "mixed":
			return class
		case len(dotted) >= n:
			return dotted[:n]
		}
		return "mixed"
	}
	fields["class"], fields["subclass"], fields["itemGroup"], fields["itemKind"] = class, level(5), level(8), level(12)
	switch {
	case class == "":
		fields["item"] = code
	case class != "mixed" && len(code) > 12:
		fields["item"] = code
	default:
		fields["item"] = "mixed"
	}
}

func eecMethod(method string) string {
	switch method {
	case "":
		return ""
	case "openTender":
		return "open"
	case "auction":
		return "auction"
	case "requestForQuotations":
		return "quotations"
	case "singleSourcePlan", "singleSourceUnsuccessful":
		return "singleSource"
	case "twoStageTender":
		return "twoStage"
	case "prequalificationTender":
		return "prequalification"
	case "commodityExchange":
		return "exchange"
	}
	return "other"
}

// tenge is an amount when it is in tenge.
func tenge(value *int64, currency string) *int64 {
	if currency != "KZT" {
		return nil
	}
	return value
}

// gap tells why a value is in no sum.
func (r *row) gap(value *int64, currency string) {
	r.is["noValue"] = value == nil
	r.is["otherCurrency"] = value != nil && currency != "KZT"
}

type pair struct{ a, b string }

// facts is a world with its rows by dataset.
type facts struct {
	w         World
	currency  string // that sums are in; the values of w in it say tenge
	processes map[string]tables.Process
	parents   map[string]string
	rows      map[catalog.Dataset][]*row
	leads     map[pair]*row // the row that stands for a lot
	contracts map[pair]*row
	points    []*row
}

// readWorld computes the rows of all datasets.
func readWorld(w World) *facts {
	currency := w.currency()
	w = w.inTenge(currency)
	f := &facts{w: w, currency: currency, processes: map[string]tables.Process{}, parents: map[string]string{}, rows: map[catalog.Dataset][]*row{}, leads: map[pair]*row{}, contracts: map[pair]*row{}}
	for _, p := range w.Processes {
		f.processes[p.OCID] = p
	}
	newest := map[string]int64{}
	for _, p := range w.Parties {
		at := f.processes[p.OCID].LastRelease
		if was, known := f.parents[p.PartyID]; p.ParentID != "" && (!known || at > newest[p.PartyID] || at == newest[p.PartyID] && p.ParentID < was) {
			f.parents[p.PartyID], newest[p.PartyID] = p.ParentID, at
		}
	}
	f.lots()
	f.bids()
	f.talk()
	f.contract()
	f.plans()
	f.planFact()
	f.parties()
	f.flags()
	return f
}

// currency is the one that sums are in: tenge where anything is valued in it or
// nothing is valued, else the one of most values.
func (w World) currency() string {
	count := map[string]int{}
	add := func(value *int64, currency string) {
		if value != nil && currency != "" {
			count[currency]++
		}
	}
	for _, l := range w.Lots {
		add(l.ValueMinor, l.Currency)
	}
	for _, c := range w.Contracts {
		add(c.ValueMinor, c.Currency)
	}
	for _, q := range w.PlanPoints {
		add(q.ValueMinor, q.Currency)
	}
	if count["KZT"] > 0 || len(count) == 0 {
		return "KZT"
	}
	most := ""
	for c, n := range count {
		if most == "" || n > count[most] || n == count[most] && c < most {
			most = c
		}
	}
	return most
}

// inTenge renames the currency to tenge, so that the rules are written once.
func (w World) inTenge(currency string) World {
	if currency == "KZT" {
		return w
	}
	renamed := func(c string) string {
		switch c {
		case currency:
			return "KZT"
		case "KZT":
			return "another"
		}
		return c
	}
	w.Lots, w.LotPoints, w.Bids, w.Criteria = slices.Clone(w.Lots), slices.Clone(w.LotPoints), slices.Clone(w.Bids), slices.Clone(w.Criteria)
	w.Contracts, w.ContractVersions, w.ContractItems = slices.Clone(w.Contracts), slices.Clone(w.ContractVersions), slices.Clone(w.ContractItems)
	w.Payments, w.PlanPoints, w.PlanBudgetLines = slices.Clone(w.Payments), slices.Clone(w.PlanPoints), slices.Clone(w.PlanBudgetLines)
	for i := range w.Lots {
		w.Lots[i].Currency = renamed(w.Lots[i].Currency)
	}
	for i := range w.LotPoints {
		w.LotPoints[i].Currency = renamed(w.LotPoints[i].Currency)
	}
	for i := range w.Bids {
		w.Bids[i].Currency = renamed(w.Bids[i].Currency)
	}
	for i := range w.Criteria {
		w.Criteria[i].Currency = renamed(w.Criteria[i].Currency)
	}
	for i := range w.Contracts {
		w.Contracts[i].Currency = renamed(w.Contracts[i].Currency)
	}
	for i := range w.ContractVersions {
		w.ContractVersions[i].Currency = renamed(w.ContractVersions[i].Currency)
	}
	for i := range w.ContractItems {
		w.ContractItems[i].Currency = renamed(w.ContractItems[i].Currency)
	}
	for i := range w.Payments {
		w.Payments[i].Currency = renamed(w.Payments[i].Currency)
	}
	for i := range w.PlanPoints {
		w.PlanPoints[i].Currency = renamed(w.PlanPoints[i].Currency)
	}
	for i := range w.PlanBudgetLines {
		w.PlanBudgetLines[i].Currency = renamed(w.PlanBudgetLines[i].Currency)
	}
	return w
}

func (f *facts) buyer(fields map[string]string, id, region string) {
	fields["buyer"], fields["buyerParent"], fields["region"] = id, f.parents[id], region
}

// homeRegion is the region that the parties of a process give its buyer.
func (f *facts) homeRegion(p tables.Process) string {
	region := ""
	for _, party := range f.w.Parties {
		if party.OCID == p.OCID && party.PartyID == p.BuyerID {
			region = max(region, party.Region)
		}
	}
	return region
}

// grounds are the legal grounds of plan points whose versions agree.
func (f *facts) grounds() map[string]string {
	all := map[string]string{}
	for _, q := range f.w.PlanPoints {
		if q.Rationale == "" {
			continue
		}
		if was, ok := all[q.RootID]; ok && was != q.Rationale {
			all[q.RootID] = "?"
		} else {
			all[q.RootID] = q.Rationale
		}
	}
	for root, g := range all {
		if g == "?" {
			delete(all, root)
		}
	}
	return all
}

func span(from, to *int64) *int64 {
	if from == nil || to == nil {
		return nil
	}
	n := *to - *from
	return &n
}

func (f *facts) ofProcess(r *row, p tables.Process) {
	r.id["process"], r.fields["ocid"] = p.OCID, p.OCID
	r.is["tender"] = p.Kind == "tender"
	r.fields["processKind"], r.fields["quasiPublic"], r.fields["tenderStatus"] = p.Kind, fmt.Sprint(p.QuasiPublic), p.StatusDetails
	r.fields["repeated"] = fmt.Sprint(p.PriorOCID != "")
	r.number["bidding"], r.number["enquiring"] = span(p.TenderStart, p.TenderEnd), span(p.EnquiryStart, p.EnquiryEnd)
	r.number["awarding"], r.number["whole"] = span(p.TenderEnd, p.Results), span(p.Published, p.Results)
}

func (f *facts) lots() {
	grounds := f.grounds()
	has := map[string]bool{}
	add := func(r *row, ocid, lot string) {
		r.id["lot"] = ocid + "\x00" + lot
		r.fields["lotId"] = lot
		if r.is["lead"] {
			f.leads[pair{ocid, lot}] = r
		}
		f.rows[catalog.Lots] = append(f.rows[catalog.Lots], r)
		has[ocid] = true
	}
	for _, l := range f.w.Lots {
		for _, s := range f.shares(l) {
			r := newRow()
			f.ofProcess(r, f.processes[l.OCID])
			r.is["lot"], r.is["lead"], r.is["awarded"] = true, s.lead, l.Awarded
			r.fields["method"], r.fields["competitive"], r.fields["eecMethod"] = l.MethodDetails, fmt.Sprint(l.Competitive), eecMethod(l.MethodDetails)
			r.fields["lotStatus"], r.fields["category"], r.fields["plannedMethod"] = l.Status, l.Category, l.PlannedMethod
			r.fields["winner"], r.fields["winnerRegion"], r.fields["winnerCountry"] = l.WinnerID, l.WinnerRegion, l.WinnerCountry
			r.fields["deliverRegion"], r.fields["centralised"], r.fields["reserved"], r.fields["antiDumping"] = l.DeliverRegion, tri(l.Centralised), tri(l.Reserved), tri(l.AntiDumping)
			r.fields["bidsBand"] = band(l.Bids)
			classify(r.fields, l.Item, l.Class)
			f.buyer(r.fields, s.buyer, s.region)
			calendar(r.fields, "published", l.PublishedDay)
			calendar(r.fields, "awarded", l.AwardedDay)
			if !l.Competitive {
				r.fields["rationale"] = f.lotGround(l, grounds)
			}
			foreign, rejected := false, false
			for _, b := range f.w.Bids {
				if b.OCID == l.OCID && b.LotID == l.LotID && b.TendererCountry != "" && b.TendererCountry != "KZ" {
					foreign = true
					rejected = rejected || b.Status == "disqualified"
				}
			}
			r.fields["foreignBidder"], r.fields["foreignRejected"] = fmt.Sprint(foreign), fmt.Sprint(rejected)
			r.fields["foreignWinner"] = fmt.Sprint(l.WinnerCountry != "" && l.WinnerCountry != "KZ")
			r.gap(l.ValueMinor, l.Currency)
			if !r.is["noValue"] && !r.is["otherCurrency"] {
				r.number["value"], r.number["lotValue"] = s.value, l.ValueMinor
			}
			bids, bidders := int64(l.Bids), int64(l.Bidders)
			r.number["bids"], r.number["bidders"] = &bids, &bidders
			if s.lead && l.Competitive && l.WinnerID != "" {
				r.is["reducible"] = true
				r.number["lot"], r.number["win"], r.number["min"] = l.ValueMinor, l.WinMinor, l.MinMinor
				r.is["inTenge"] = l.Currency == "KZT"
			}
			add(r, l.OCID, l.LotID)
		}
	}
	lotless := func(p tables.Process, lot string) {
		r := newRow()
		f.ofProcess(r, p)
		r.is["lead"] = true
		r.fields["method"], r.fields["competitive"], r.fields["eecMethod"] = p.MethodDetails, catalog.Competitive(p.MethodDetails), eecMethod(p.MethodDetails)
		r.fields["category"], r.fields["centralised"] = p.Category, tri(p.Centralised)
		r.fields["foreignBidder"], r.fields["foreignWinner"], r.fields["foreignRejected"] = "false", "false", "false"
		classify(r.fields, "", "")
		f.buyer(r.fields, p.BuyerID, f.homeRegion(p))
		calendar(r.fields, "published", p.PublishedDay)
		r.is["noValue"] = true
		add(r, p.OCID, lot)
	}
	for _, b := range f.w.Bids {
		if f.leads[pair{b.OCID, b.LotID}] == nil {
			lotless(f.processes[b.OCID], b.LotID)
		}
	}
	for _, p := range f.w.Processes {
		if p.Kind == "tender" && !has[p.OCID] {
			lotless(p, "")
		}
	}
	competes := map[string]bool{}
	for _, r := range f.rows[catalog.Lots] {
		if r.is["lot"] && r.fields["competitive"] == "true" {
			competes[r.fields["buyer"]] = true
		}
	}
	for _, r := range f.rows[catalog.Lots] {
		if b := r.fields["buyer"]; b != "" {
			r.fields["buyerOnlyDirect"] = fmt.Sprint(!competes[b])
		}
	}
}

func band(bids int32) string {
	switch {
	case bids > 10:
		return "11"
	case bids > 5:
		return "6"
	case bids > 3:
		return "4"
	}
	return fmt.Sprint(bids)
}

// lotGround is the ground of a non-competitive lot: its own, else the one of its
// plan points, else what follows from the method.
func (f *facts) lotGround(l tables.Lot, grounds map[string]string) string {
	if l.Rationale != "" && l.Rationale != "previousUnsuccessful" {
		return l.Rationale
	}
	found := map[string]bool{}
	for _, p := range f.w.LotPoints {
		if g := grounds[p.PlanRoot]; p.OCID == l.OCID && p.LotID == l.LotID && g != "" {
			found[g] = true
		}
	}
	if len(found) == 1 {
		for g := range found {
			return g
		}
	}
	return l.Rationale
}

// stake is what one buyer has in a lot.
type stake struct {
	buyer, region string
	lead          bool
	value         *int64
}

// shares divides a lot among its buyers. What the points do not state of the
// lot's value belongs to the lot's own buyer.
func (f *facts) shares(l tables.Lot) []stake {
	if l.Buyers <= 1 {
		return []stake{{l.BuyerID, l.BuyerRegion, true, l.ValueMinor}}
	}
	sums, regions := map[string]int64{}, map[string]string{}
	for _, p := range f.w.LotPoints {
		if p.OCID != l.OCID || p.LotID != l.LotID {
			continue
		}
		sums[p.BuyerID] += 0
		if p.ValueMinor != nil && p.Currency == l.Currency {
			sums[p.BuyerID] += *p.ValueMinor
		}
		regions[p.BuyerID] = max(regions[p.BuyerID], p.BuyerRegion)
	}
	rest := int64(0)
	if l.ValueMinor != nil {
		rest = *l.ValueMinor
		for _, v := range sums {
			rest -= v
		}
	}
	var buyers []string
	for b := range sums {
		buyers = append(buyers, b)
	}
	slices.Sort(buyers)
	lead := buyers[0]
	if _, own := sums[l.BuyerID]; own || rest != 0 {
		if !own {
			regions[l.BuyerID] = l.BuyerRegion
			buyers = append(buyers, l.BuyerID)
		}
		lead = l.BuyerID
	}
	var all []stake
	for _, b := range buyers {
		v := sums[b]
		if b == lead {
			v += rest
		}
		all = append(all, stake{b, regions[b], b == lead, &v})
	}
	return all
}

func (f *facts) bids() {
	competing := map[string]bool{}
	known := map[pair]tables.Lot{}
	for _, l := range f.w.Lots {
		known[pair{l.OCID, l.LotID}] = l
	}
	for _, b := range f.w.Bids {
		if l, ok := known[pair{b.OCID, b.LotID}]; ok && l.Competitive && b.TendererID != "" {
			competing[b.TendererID] = true
		}
	}
	onlyDirect := func(id string) string {
		if id == "" {
			return ""
		}
		return fmt.Sprint(!competing[id])
	}
	people := map[string]map[string]participant{}
	bidder := func(lot, id, region, country string) {
		if people[lot] == nil {
			people[lot] = map[string]participant{}
		}
		p := people[lot][id]
		if p == nil {
			p = participant{"bidder": id, "bidderOnlyDirect": onlyDirect(id)}
			people[lot][id] = p
		}
		p["bidderRegion"], p["bidderCountry"] = max(p["bidderRegion"], region), max(p["bidderCountry"], country)
	}
	for _, b := range f.w.Bids {
		bidder(b.OCID+"\x00"+b.LotID, b.TendererID, b.TendererRegion, b.TendererCountry)
	}
	for _, l := range f.w.Lots {
		lot := l.OCID + "\x00" + l.LotID
		if l.WinnerID != "" && strings.HasPrefix(l.MethodDetails, "singleSourcePlan") && people[lot][l.WinnerID] == nil {
			bidder(lot, l.WinnerID, l.WinnerRegion, l.WinnerCountry)
		}
	}
	for _, r := range f.rows[catalog.Lots] {
		for _, p := range people[r.id["lot"]] {
			r.participants = append(r.participants, p)
		}
		slices.SortFunc(r.participants, func(a, b participant) int { return cmp.Compare(a["bidder"], b["bidder"]) })
		if len(r.participants) == 0 {
			r.participants = []participant{{"bidder": "", "bidderRegion": "", "bidderCountry": "", "bidderOnlyDirect": ""}}
		}
	}
	byID := map[[3]string]*row{}
	for _, b := range f.w.Bids {
		r := f.leads[pair{b.OCID, b.LotID}].below()
		r.fields["bidder"], r.fields["bidderRegion"], r.fields["bidderCountry"], r.fields["bidderOnlyDirect"] = b.TendererID, b.TendererRegion, b.TendererCountry, onlyDirect(b.TendererID)
		r.fields["bidStatus"], r.fields["prequalified"], r.fields["bidderBlacklisted"] = b.Status, b.Prequalified, tri(b.Blacklisted)
		r.number["score"] = b.Score
		r.number["value"], r.number["adjustment"] = tenge(b.ValueMinor, b.Currency), tenge(b.AdjustmentMinor, b.Currency)
		r.gap(b.ValueMinor, b.Currency)
		byID[[3]string{b.OCID, b.LotID, b.BidID}] = r
		f.rows[catalog.Bids] = append(f.rows[catalog.Bids], r)
	}
	for _, x := range f.w.BidRejections {
		if bid := byID[[3]string{x.OCID, x.LotID, x.BidID}]; bid != nil {
			r := bid.below()
			r.fields["rejectionKind"], r.fields["rejectionReason"] = x.Kind, x.Reason
			f.rows[catalog.Rejections] = append(f.rows[catalog.Rejections], r)
		}
	}
	for _, x := range f.w.Criteria {
		if bid := byID[[3]string{x.OCID, x.LotID, x.BidID}]; bid != nil {
			r := bid.below()
			r.fields["criterion"] = x.Criterion
			r.is["pseudo"] = x.Pseudo
			r.number["score"], r.number["value"] = x.Score, tenge(x.AdjustmentMinor, x.Currency)
			r.gap(x.AdjustmentMinor, x.Currency)
			f.rows[catalog.Criteria] = append(f.rows[catalog.Criteria], r)
		}
	}
	for _, a := range f.w.Awards {
		if lot := f.leads[pair{a.OCID, a.LotID}]; lot != nil {
			r := lot.below()
			r.id["award"] = a.OCID + "\x00" + a.AwardID
			r.is["wins"] = a.Wins
			r.fields["awardSupplier"] = a.SupplierID
			if a.Place != 0 {
				r.fields["awardPlace"] = fmt.Sprint(a.Place)
			}
			f.rows[catalog.Awards] = append(f.rows[catalog.Awards], r)
		}
	}
}

// procedure is what a row about a whole procedure says of it.
func (f *facts) procedure(p tables.Process) (*row, string, string) {
	r := newRow()
	f.ofProcess(r, p)
	r.fields["method"], r.fields["competitive"], r.fields["category"], r.fields["centralised"] = p.MethodDetails, catalog.Competitive(p.MethodDetails), p.Category, tri(p.Centralised)
	f.buyer(r.fields, p.BuyerID, f.homeRegion(p))
	calendar(r.fields, "published", p.PublishedDay)
	class, code, first := "", "", true
	for _, l := range f.w.Lots {
		if l.OCID != p.OCID || l.Class == "" {
			continue
		}
		if first {
			class, code, first = l.Class, l.Item, false
			continue
		}
		if l.Class != class {
			class = "mixed"
		}
		if l.Item != code {
			code = ""
		}
	}
	return r, class, code
}

func (f *facts) talk() {
	for _, e := range f.w.Enquiries {
		r, class, code := f.procedure(f.processes[e.OCID])
		classify(r.fields, code, class)
		r.fields["enquiryType"], r.fields["answerType"], r.fields["answered"], r.fields["enquirer"] = e.Type, e.AnswerType, fmt.Sprint(e.HasAnswer), e.AuthorID
		r.is["answered"] = e.HasAnswer
		r.number["answer"] = span(e.Asked, e.Answered)
		calendar(r.fields, "asked", e.AskedDay)
		f.rows[catalog.Enquiries] = append(f.rows[catalog.Enquiries], r)
	}
	for _, c := range f.w.Complaints {
		var grounds []string
		for _, g := range f.w.ComplaintGrounds {
			if g.OCID == c.OCID && g.ComplaintID == c.ComplaintID {
				grounds = append(grounds, g.Ground)
			}
		}
		if grounds == nil {
			grounds = []string{""}
		}
		for _, g := range grounds {
			r, _, _ := f.procedure(f.processes[c.OCID])
			classify(r.fields, c.Item, c.Class)
			r.id["complaint"] = c.OCID + "\x00" + c.ComplaintID
			r.fields["buyer"], r.fields["buyerParent"] = c.BuyerID, f.parents[c.BuyerID]
			r.fields["complaintStatus"], r.fields["complaintGround"], r.fields["complainant"], r.fields["reviewBody"] = c.Status, g, c.ComplainantID, c.ReviewBodyID
			r.is["resolved"] = c.Resolved != nil
			r.number["start"], r.number["decision"], r.number["wholeTime"] = span(c.Received, c.Reviewed), span(c.Reviewed, c.Resolved), span(c.Received, c.Resolved)
			calendar(r.fields, "received", c.ReceivedDay)
			f.rows[catalog.Complaints] = append(f.rows[catalog.Complaints], r)
		}
	}
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

func (f *facts) contract() {
	newest := map[string]int{}
	for i, c := range f.w.Contracts {
		if j, ok := newest[c.RootID]; !ok || later(c, f.w.Contracts[j]) {
			newest[c.RootID] = i
		}
	}
	frames := map[pair]tables.Contract{}
	for i, c := range f.w.Contracts {
		p := f.processes[c.OCID]
		r := newRow()
		r.id["process"], r.id["contract"] = c.OCID, fmt.Sprint(i)
		r.fields["ocid"], r.fields["rootId"] = c.OCID, c.RootID
		r.is["draft"] = !slices.Contains([]string{"pending", "active", "complete", "terminated", "partiallyComplete", "cancelled"}, c.Status)
		r.is["repeated"] = !r.is["draft"] && newest[c.RootID] != i
		r.is["counted"] = !r.is["draft"] && !r.is["repeated"]
		r.is["cancelled"] = c.Status == "cancelled"
		r.fields["method"], r.fields["competitive"], r.fields["eecMethod"], r.fields["category"] = c.MethodDetails, catalog.Competitive(c.MethodDetails), eecMethod(c.MethodDetails), c.Category
		r.fields["winner"], r.fields["winnerRegion"], r.fields["winnerCountry"] = c.SupplierID, c.SupplierRegion, c.SupplierCountry
		r.fields["processKind"], r.fields["quasiPublic"], r.fields["rationale"] = p.Kind, fmt.Sprint(p.QuasiPublic), c.Rationale
		r.fields["contractStatus"], r.fields["multiAnnual"], r.fields["treasury"] = c.EffectiveStatus, tri(c.MultiAnnual), tri(c.Treasury)
		r.fields["direct"], r.fields["supplierBlacklisted"], r.fields["fundingSource"] = fmt.Sprint(c.Direct), tri(c.Blacklisted), c.FundingSource
		if c.BudgetYear != 0 {
			r.fields["budgetYear"] = fmt.Sprint(c.BudgetYear)
		}
		for _, t := range f.w.Parties {
			if t.OCID == c.OCID && t.PartyID == c.SupplierID {
				r.fields["smallSupplier"] = tri(t.Small)
			}
		}
		classify(r.fields, c.Item, c.Class)
		f.buyer(r.fields, c.BuyerID, c.BuyerRegion)
		calendar(r.fields, "published", p.PublishedDay)
		calendar(r.fields, "signed", c.SignedDay)
		r.gap(c.ValueMinor, c.Currency)
		r.number["value"], r.number["contractValue"] = tenge(c.ValueMinor, c.Currency), tenge(c.ValueMinor, c.Currency)
		r.is["insecure"] = c.HasSecurity != nil && !*c.HasSecurity
		if c.Guarantee != nil && tenge(c.ValueMinor, c.Currency) != nil {
			n := (2**c.ValueMinor**c.Guarantee + 1_000_000) / 2_000_000
			r.number["guarantee"] = &n
		}
		var payments, inTenge, agreements, sum int64
		for _, y := range f.w.Payments {
			if y.OCID == c.OCID && y.RootID == c.RootID {
				payments++
				if y.Currency == "KZT" && y.ValueMinor != nil {
					inTenge++
					sum += *y.ValueMinor
				}
			}
		}
		for _, v := range f.w.ContractVersions {
			if v.OCID == c.OCID && v.RootID == c.RootID && v.Agreement {
				agreements++
			}
		}
		r.number["payments"], r.number["tengePayments"], r.number["agreements"] = &payments, &inTenge, &agreements
		if inTenge > 0 {
			r.number["transacted"] = &sum
		}
		switch {
		case payments > 0:
			r.number["paid"] = r.number["transacted"]
		default:
			r.number["paid"] = tenge(c.PaidMinor, c.Currency)
		}
		f.rows[catalog.Contracts] = append(f.rows[catalog.Contracts], r)
		// Lines, payments and agreements of a chain that a process gives twice belong
		// to the row that comes first.
		key := pair{c.OCID, c.RootID}
		if was, ok := frames[key]; !ok || earlier(c, was) {
			frames[key], f.contracts[key] = c, r
		}
	}
	for _, x := range f.w.ContractItems {
		r := f.contracts[pair{x.OCID, x.RootID}].below()
		r.fields["category"], r.fields["origin"] = x.Category, x.Origin
		classify(r.fields, x.Item, x.Class)
		r.gap(x.ValueMinor, x.Currency)
		r.number["value"] = tenge(x.ValueMinor, x.Currency)
		f.rows[catalog.ContractItems] = append(f.rows[catalog.ContractItems], r)
	}
	for _, v := range f.w.ContractVersions {
		if !v.Agreement {
			continue
		}
		var grounds []string
		for _, g := range f.w.ContractGrounds {
			if g.OCID == v.OCID && g.RootID == v.RootID && g.VersionID == v.VersionID {
				grounds = append(grounds, cmp.Or(g.Ground, g.GroundID))
			}
		}
		if grounds == nil {
			grounds = []string{""}
		}
		for _, g := range grounds {
			r := f.contracts[pair{v.OCID, v.RootID}].below()
			r.id["agreement"] = v.OCID + "\x00" + v.RootID + "\x00" + v.VersionID
			r.fields["agreementGround"] = g
			calendar(r.fields, "agreed", v.SignedDay)
			r.gap(v.ValueMinor, v.Currency)
			r.number["value"] = tenge(v.ValueMinor, v.Currency)
			f.rows[catalog.Agreements] = append(f.rows[catalog.Agreements], r)
		}
	}
	for _, y := range f.w.Payments {
		r := f.contracts[pair{y.OCID, y.RootID}].below()
		calendar(r.fields, "paid", y.PaidDay)
		r.gap(y.ValueMinor, y.Currency)
		r.number["value"] = tenge(y.ValueMinor, y.Currency)
		f.rows[catalog.Payments] = append(f.rows[catalog.Payments], r)
	}
}

// earlier orders contracts by signature, root, process and id; unsigned ones last.
func earlier(a, b tables.Contract) bool {
	switch {
	case (a.SignedDay == nil) != (b.SignedDay == nil):
		return b.SignedDay == nil
	case a.SignedDay != nil && *a.SignedDay != *b.SignedDay:
		return *a.SignedDay < *b.SignedDay
	}
	return a.ContractID < b.ContractID
}

func (f *facts) plans() {
	byKey := map[pair]*row{}
	for _, q := range f.w.PlanPoints {
		r := newRow()
		r.fields["ocid"] = q.OCID
		r.id["root"], r.id["order"] = q.RootID, fmt.Sprintf("%09d %s %s", q.Year, q.RootID, q.OCID)
		p := f.processes[q.OCID]
		r.is["draft"] = slices.Contains([]string{"11", "21", "350", "changed", "delegated"}, q.Status)
		r.is["counted"] = !r.is["draft"]
		r.fields["method"], r.fields["competitive"], r.fields["category"], r.fields["rationale"] = q.MethodDetails, catalog.Competitive(q.MethodDetails), q.Category, q.Rationale
		r.fields["processKind"], r.fields["quasiPublic"], r.fields["planStatus"], r.fields["pointType"] = p.Kind, fmt.Sprint(p.QuasiPublic), q.Status, q.PointType
		r.fields["fundingSource"], r.fields["budgetType"], r.fields["administrator"] = q.FundingSource, q.BudgetType, q.Administrator
		r.fields["preliminary"], r.fields["reserved"] = tri(q.Preliminary), tri(q.Reserved)
		if len(q.DeliverKATO) >= 2 {
			r.fields["deliverRegion"] = q.DeliverKATO[:2]
		}
		if q.Year != 0 {
			r.fields["planYear"] = fmt.Sprint(q.Year)
		}
		if q.Month != 0 {
			r.fields["planMonth"] = fmt.Sprint(q.Month)
		}
		classify(r.fields, q.Item, q.Class)
		f.buyer(r.fields, q.BuyerID, q.BuyerRegion)
		r.gap(q.ValueMinor, q.Currency)
		r.number["value"], r.number["planValue"] = tenge(q.ValueMinor, q.Currency), tenge(q.ValueMinor, q.Currency)
		r.number["estimate"], r.number["budget"] = tenge(q.EstimateMinor, q.Currency), tenge(q.BudgetMinor, q.Currency)
		if r.number["value"] != nil && r.number["budget"] != nil {
			n := *r.number["value"] - *r.number["budget"]
			r.number["difference"] = &n
		}
		byKey[pair{q.OCID, q.RootID}] = r
		f.rows[catalog.PlanPoints] = append(f.rows[catalog.PlanPoints], r)
	}
	for _, l := range f.w.PlanBudgetLines {
		r := byKey[pair{l.OCID, l.RootID}].below()
		r.fields["administrator"], r.fields["programme"], r.fields["subprogramme"], r.fields["specification"] = l.Administrator, l.Programme, l.Subprogramme, l.Specification
		r.gap(l.ValueMinor, l.Currency)
		r.number["value"] = tenge(l.ValueMinor, l.Currency)
		f.rows[catalog.BudgetLines] = append(f.rows[catalog.BudgetLines], r)
	}
}

func (f *facts) planFact() {
	keep := func(from *row, names ...string) *row {
		r := newRow()
		for _, k := range append(names, "ocid", "method", "competitive", "category", "processKind", "quasiPublic") {
			r.fields[k] = from.fields[k]
		}
		for _, k := range []string{"planned", "lots", "contracts", "payments"} {
			r.number[k] = new(int64)
		}
		return r
	}
	levels := []string{"class", "subclass", "itemGroup", "itemKind", "item", "buyer", "buyerParent", "region"}
	points := map[string]*row{}
	first := map[string]string{}
	for _, q := range f.rows[catalog.PlanPoints] {
		root := q.id["root"]
		if !q.is["counted"] || first[root] != "" && first[root] < q.id["order"] {
			continue
		}
		r := keep(q, levels...)
		r.fields["planYear"], r.fields["chain"] = q.fields["planYear"], "planned"
		if v := q.number["value"]; v != nil {
			*r.number["planned"] = *v
		}
		points[root], first[root] = r, q.id["order"]
	}
	for _, p := range f.w.LotPoints {
		lot := f.leads[pair{p.OCID, p.LotID}]
		if lot == nil || !lot.is["lot"] || slices.Contains([]string{"unsuccessful", "cancelled", "withdrawn"}, lot.fields["lotStatus"]) {
			continue
		}
		r := points[p.PlanRoot]
		if r == nil {
			r = keep(lot)
			classify(r.fields, p.Item, p.Class)
			f.buyer(r.fields, p.BuyerID, p.BuyerRegion)
			r.fields["planYear"], r.fields["chain"] = lot.fields["publishedYear"], "lotWithoutPlan"
			f.rows[catalog.PlanFact] = append(f.rows[catalog.PlanFact], r)
		} else if r.fields["chain"] == "planned" {
			r.fields["chain"] = "lot"
		}
		if v := tenge(p.ValueMinor, p.Currency); v != nil {
			*r.number["lots"] += *v
		}
	}
	for i, c := range f.w.Contracts {
		own := f.rows[catalog.Contracts][i]
		if !own.is["counted"] || own.is["cancelled"] {
			continue
		}
		roots := map[string]bool{}
		for _, x := range f.w.ContractItems {
			if x.OCID == c.OCID && x.RootID == c.RootID {
				roots[x.PlanRoot] = true
			}
		}
		root := ""
		if len(roots) == 1 {
			for only := range roots {
				root = only
			}
		}
		r := points[root]
		if r == nil {
			r = keep(own, levels...)
			r.fields["planYear"], r.fields["chain"] = own.fields["signedYear"], "contractWithoutPlan"
			f.rows[catalog.PlanFact] = append(f.rows[catalog.PlanFact], r)
		} else if r.fields["chain"] != "paid" {
			r.fields["chain"] = "contract"
		}
		if v := own.number["value"]; v != nil {
			*r.number["contracts"] += *v
		}
		if v := own.number["paid"]; v != nil {
			*r.number["payments"] += *v
			if *r.number["payments"] > 0 && r.fields["chain"] == "contract" {
				r.fields["chain"] = "paid"
			}
		}
	}
	for _, r := range points {
		r.is["planned"] = true
		f.rows[catalog.PlanFact] = append(f.rows[catalog.PlanFact], r)
	}
}

func (f *facts) parties() {
	attributes := func(r *row, t tables.Party) {
		r.fields["partyRegion"], r.fields["partyCountry"], r.fields["partyType"] = t.Region, t.Country, t.Type
		r.fields["legalForm"], r.fields["partySize"], r.fields["partySector"] = t.LegalForm, t.Size, t.Sector
	}
	byKey := map[pair]tables.Party{}
	for _, t := range f.w.Parties {
		byKey[pair{t.OCID, t.PartyID}] = t
	}
	for _, x := range f.w.PartyRoles {
		p := f.processes[x.OCID]
		r, _, _ := f.procedure(p)
		r.fields["organisation"], r.fields["role"], r.fields["parent"] = x.PartyID, x.Role, f.parents[x.PartyID]
		attributes(r, byKey[pair{x.OCID, x.PartyID}])
		f.rows[catalog.Parties] = append(f.rows[catalog.Parties], r)
	}
	var today int64
	for _, p := range f.w.Processes {
		today = max(today, p.LastRelease)
	}
	day := int32(today / 86_400_000_000)
	newest := map[pair]tables.BlacklistEntry{}
	for _, b := range f.w.Blacklist {
		was, ok := newest[pair{b.PartyID, b.EntryID}]
		at, before := f.processes[b.OCID].LastRelease, f.processes[was.OCID].LastRelease
		if !ok || at > before || at == before && b.OCID < was.OCID {
			newest[pair{b.PartyID, b.EntryID}] = b
		}
	}
	for _, b := range newest {
		r := newRow()
		r.fields["organisation"], r.fields["parent"], r.fields["processKind"] = b.PartyID, f.parents[b.PartyID], f.processes[b.OCID].Kind
		attributes(r, byKey[pair{b.OCID, b.PartyID}])
		r.fields["listingReason"] = cmp.Or(b.Reason, b.ReasonID)
		switch {
		case b.Withdrawn:
			r.fields["listingState"] = "withdrawn"
		case b.StartDay != nil && *b.StartDay > day:
			r.fields["listingState"] = "future"
		case b.EndDay != nil && *b.EndDay < day:
			r.fields["listingState"] = "expired"
		default:
			r.fields["listingState"] = "current"
		}
		calendar(r.fields, "listed", b.StartDay)
		f.rows[catalog.Blacklist] = append(f.rows[catalog.Blacklist], r)
	}
}
