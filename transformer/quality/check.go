package quality

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/kzocds/kzocds/proto/personal"
)

// Object is a JSON object of a release, as the mapping builds it: members are
// Object, []any, string, bool, json.Number or nil.
type Object = map[string]any

// Finding is one breach of a rule.
type Finding struct {
	Rule    Rule
	Pointer string // JSON Pointer into the release
	Value   string // offending value; may be empty
}

// Field is the pointer of a finding without positions in lists: the field of
// which findings are counted, such as contracts/value.
func Field(pointer string) string {
	var out strings.Builder
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if _, err := strconv.Atoi(part); err == nil {
			continue
		}
		if out.Len() > 0 {
			out.WriteByte('/')
		}
		out.WriteString(part)
	}
	return out.String()
}

// Check judges the content of a release. kind is what its process is about: t
// for an announcement, c for a contract without one, p for a plan point. The
// findings come in the order of the rules' code, which is always the same.
func Check(release Object, kind byte) []Finding {
	c := checker{release: release, kind: kind, tender: object(release, "tender")}
	c.parties = objects(release, "parties")
	c.party()
	switch kind {
	case 'p':
		c.plan()
	case 'c':
		c.contracts()
	default:
		c.announcement()
		c.lots()
		c.bids()
		c.awards()
		c.contracts()
		c.complaints()
	}
	return c.findings
}

type checker struct {
	release, tender Object
	kind            byte
	parties         []Object
	findings        []Finding
}

func (c *checker) report(id, pointer, value string) {
	c.findings = append(c.findings, Finding{Rule: catalogue[byID[id]], Pointer: pointer, Value: value})
}

func (c *checker) party() {
	for i, p := range c.parties {
		id := text(p["id"])
		number, isBIN := strings.CutPrefix(id, "KZ-BIN-")
		if isBIN && !personal.ValidCheckDigit(number) {
			c.report(NumberCheck, at("parties", i, "identifier/id"), number)
		}
		person := strings.HasPrefix(id, "KZ-IIN-")
		if text(p["name"]) == "" && !person {
			c.report(PartyNoName, at("parties", i, "name"), "")
		}
		roles, _ := p["roles"].([]any)
		buys := has(roles, "buyer")
		if buys && has(roles, "supplier") {
			c.report(BuyerIsSupplier, at("parties", i, "roles"), id)
		}
		if buys && text(object(p, "address")["kato"]) == "" {
			c.report(BuyerNoRegion, at("parties", i, "address/kato"), "")
		}
	}
	if c.kind != 'p' {
		for _, ref := range []struct {
			at string
			o  Object
		}{{"/buyer", object(c.release, "buyer")}, {"/tender/procuringEntity", object(c.tender, "procuringEntity")}} {
			if id := text(ref.o["id"]); id != "" && !slices.ContainsFunc(c.parties, func(p Object) bool { return text(p["id"]) == id }) {
				c.report(PartyUnknown, ref.at+"/id", id)
			}
		}
	}
	if c.release["buyer"] == nil {
		c.report(TenderNoBuyer, "/buyer", "")
	}
}

// over reports purchases that were given up, of which nothing more is expected.
func over(status any) bool { return status == "cancelled" || status == "withdrawn" }

func (c *checker) competitive() bool {
	method := c.tender["procurementMethod"]
	return method == "open" || method == "selective"
}

func (c *checker) announcement() {
	t := c.tender
	status := t["status"]
	for _, name := range []string{"tenderPeriod", "enquiryPeriod", "awardPeriod", "additionalSubmissionPeriod"} {
		c.period("/tender/"+name, object(t, name))
	}
	published, deadline := text(t["datePublished"]), text(object(t, "tenderPeriod")["endDate"])
	c.plausible("/tender/datePublished", published)
	if after(published, deadline) {
		c.report(PublishedLate, "/tender/datePublished", published)
	}
	if status == nil || status == "planned" || over(status) {
		return
	}
	if t["procurementMethodDetails"] == nil {
		c.report(TenderNoMethod, "/tender/procurementMethodDetails", "")
	}
	if published == "" {
		c.report(TenderNoDate, "/tender/datePublished", "")
	}
	if deadline == "" && c.competitive() {
		c.report(TenderNoPeriod, "/tender/tenderPeriod/endDate", "")
	}
	lots := objects(t, "lots")
	if len(lots) == 0 {
		c.report(TenderNoLots, "/tender/lots", "")
	}
	c.value("/tender/value", t["value"])
	results := t["dateResultsPublished"]
	if details := t["statusDetails"]; results != nil && (details == "210" || details == "220") {
		c.report(OpenWithResults, "/tender/statusDetails", text(details))
	}
	if status == "complete" && results == nil && c.competitive() {
		c.report(CompleteNoResults, "/tender/dateResultsPublished", "")
	}
	if details := text(t["procurementMethodDetails"]); strings.HasPrefix(details, "singleSourcePlan") && t["procurementMethodRationale"] == nil &&
		!slices.ContainsFunc(objects(t, "items"), func(i Object) bool { return i["legalGroundId"] != nil }) {
		c.report(GroundMissing, "/tender/procurementMethodRationale", "")
	}
	c.sum(LotsSum, "/tender/value", amount(t["value"]), lots, func(lot Object) (any, bool) { return lot["value"], lot["status"] != "withdrawn" })
	for i, e := range objects(t, "enquiries") {
		if asked, answered := text(e["date"]), text(e["dateAnswered"]); after(asked, answered) {
			c.report(EnquiryOrder, at("tender/enquiries", i, "dateAnswered"), answered)
		}
	}
}

func (c *checker) lots() {
	bids := objects(object(c.release, "bids"), "details")
	awards := objects(c.release, "awards")
	items := objects(c.tender, "items")
	for i, lot := range objects(c.tender, "lots") {
		status := lot["status"]
		if status == nil || over(status) {
			continue
		}
		c.value(at("tender/lots", i, "value"), lot["value"])
		if !relates(items, "relatedLot", lot["id"]) {
			c.report(LotNoItems, at("tender/lots", i, "id"), text(lot["id"]))
		}
		if shares := objects(lot, "lotPoints"); len(shares) > 0 {
			c.sum(SharesSum, at("tender/lots", i, "lotPoints"), amount(lot["value"]), shares, func(s Object) (any, bool) { return s["value"], true })
		}
		if status != "complete" {
			continue
		}
		if c.competitive() && !relates(bids, "relatedLots", lot["id"]) {
			c.report(LotNoBids, at("tender/lots", i, "status"), "")
		}
		if !relates(awards, "relatedLots", lot["id"]) {
			c.report(LotNoAward, at("tender/lots", i, "status"), "")
		}
	}
	for i, item := range items {
		if classOf(item) == "" {
			c.report(ItemNoClass, at("tender/items", i, "classification/id"), "")
		}
	}
}

func (c *checker) bids() {
	deadline := latest(text(object(c.tender, "tenderPeriod")["endDate"]), text(object(c.tender, "additionalSubmissionPeriod")["endDate"]))
	for i, bid := range objects(object(c.release, "bids"), "details") {
		if len(objects(bid, "tenderers")) == 0 {
			c.report(BidNoTenderer, at("bids/details", i, "tenderers"), "")
		}
		date := text(bid["date"])
		c.plausible(at("bids/details", i, "date"), date)
		if after(date, deadline) {
			c.report(BidLate, at("bids/details", i, "date"), date)
		}
		lots, _ := bid["relatedLots"].([]any)
		lot := c.lot(first(lots))
		if lot == nil {
			c.report(BidNoLot, at("bids/details", i, "relatedLots"), text(first(lots)))
			continue
		}
		if bid["status"] == "valid" && greater(bid["value"], lot["value"]) {
			c.report(BidAboveLot, at("bids/details", i, "value"), amountText(bid["value"]))
		}
	}
}

func (c *checker) awards() {
	deadline := text(object(c.tender, "tenderPeriod")["endDate"])
	bids := objects(object(c.release, "bids"), "details")
	winners := map[string]int{}
	for i, award := range objects(c.release, "awards") {
		status := award["status"]
		if len(objects(award, "suppliers")) == 0 && status == "active" {
			c.report(AwardNoSupplier, at("awards", i, "suppliers"), "")
		}
		if date := text(award["date"]); after(deadline, date) && c.competitive() {
			c.report(AwardEarly, at("awards", i, "date"), date)
		}
		if bid := award["relatedBid"]; bid != nil && !slices.ContainsFunc(bids, func(b Object) bool { return text(b["id"]) == text(bid) }) {
			c.report(AwardNoBid, at("awards", i, "relatedBid"), text(bid))
		}
		lots, _ := award["relatedLots"].([]any)
		for _, id := range lots {
			lot := c.lot(id)
			if lot == nil || status != "active" {
				continue
			}
			if award["place"] != json.Number("2") {
				winners[text(id)]++
				if winners[text(id)] == 2 {
					c.report(AwardSeveral, at("awards", i, "relatedLots"), text(id))
				}
			}
			if lot["status"] == "unsuccessful" || lot["status"] == "cancelled" {
				c.report(AwardFailedLot, at("awards", i, "relatedLots"), text(id))
			}
			if len(lots) == 1 && greater(award["value"], lot["value"]) {
				c.report(AwardAboveLot, at("awards", i, "value"), amountText(award["value"]))
			}
		}
	}
}

func (c *checker) contracts() {
	awards := objects(c.release, "awards")
	for i, k := range objects(c.release, "contracts") {
		status, signed := k["status"], text(k["dateSigned"])
		c.period(at("contracts", i, "period"), object(k, "period"))
		c.plausible(at("contracts", i, "dateSigned"), signed)
		concluded := status == "active" || status == "terminated"
		if concluded {
			if signed == "" {
				c.report(ContractNoDate, at("contracts", i, "dateSigned"), "")
			}
			if len(objects(k, "suppliers")) == 0 {
				c.report(ContractNoSupplier, at("contracts", i, "suppliers"), "")
			}
			c.value(at("contracts", i, "value"), k["value"])
		}
		c.contractStatus(i, k)
		c.contractAwards(i, k, signed, awards)
		items := objects(k, "items")
		c.sum(ContractItemsSum, at("contracts", i, "items"), amount(k["value"]), items, func(item Object) (any, bool) { return item["value"], true })
		for j, item := range items {
			c.line(at("contracts", i, "items/"+strconv.Itoa(j)), item)
		}
		if greater(k["amountPaid"], k["value"]) {
			c.report(PaidAbove, at("contracts", i, "amountPaid"), amountText(k["amountPaid"]))
		}
		for j, a := range objects(k, "amendments") {
			if date := text(a["date"]); after(signed, date) {
				c.report(AmendmentEarly, at("contracts", i, "amendments/"+strconv.Itoa(j)+"/date"), date)
			}
		}
		c.implementation(i, k, signed)
	}
}

func (c *checker) contractStatus(i int, k Object) {
	status, details := k["status"], k["statusDetails"]
	if over(c.tender["status"]) && status == "active" && c.kind == 't' {
		c.report(CancelledInForce, at("contracts", i, "status"), text(c.tender["status"]))
	}
	if status == "active" && k["dateTerminated"] != nil {
		c.report(TerminatedStillOpen, at("contracts", i, "dateTerminated"), text(k["dateTerminated"]))
	}
	if (details == "340" || details == "350") && k["dateTerminated"] == nil {
		c.report(TerminatedNoDate, at("contracts", i, "dateTerminated"), "")
	}
	if details == "390" && k["dateCompleted"] == nil {
		c.report(PerformedNoDate, at("contracts", i, "dateCompleted"), "")
	}
}

// contractAwards compares a contract with what was awarded. Net sums are
// compared where they are known, since bids do not say whether they include tax.
func (c *checker) contractAwards(i int, k Object, signed string, awards []Object) {
	ids, _ := k["awardIDs"].([]any)
	if len(ids) == 0 {
		ids = []any{k["awardID"]}
	}
	total, known := decimal.Zero, len(ids) > 0
	bidden := false
	for _, id := range ids {
		n := slices.IndexFunc(awards, func(a Object) bool { return text(a["id"]) == text(id) })
		if n < 0 {
			known = false
			continue
		}
		award := awards[n]
		bidden = bidden || award["relatedBid"] != nil
		if date := text(award["date"]); after(date, signed) {
			c.report(ContractEarly, at("contracts", i, "dateSigned"), signed)
		}
		sum, ok := number(amount(award["value"]))
		known = known && ok
		total = total.Add(sum)
	}
	if c.competitive() && !bidden && c.kind == 't' && k["status"] != "cancelled" {
		c.report(ContractNoAward, at("contracts", i, "awardID"), text(k["awardID"]))
	}
	value := k["netValue"]
	if value == nil {
		value = k["value"]
	}
	if sum, ok := number(amount(value)); ok && known && bidden && sum.GreaterThan(total.Add(rounding)) {
		c.report(ContractAboveAward, at("contracts", i, "value"), sum.String())
	}
}

func (c *checker) implementation(i int, k Object, signed string) {
	implementation := object(k, "implementation")
	if implementation == nil {
		return
	}
	transactions := objects(implementation, "transactions")
	total := decimal.Zero
	for j, t := range transactions {
		if date := text(t["date"]); after(signed, date) {
			c.report(PaymentEarly, at("contracts", i, "implementation/transactions/"+strconv.Itoa(j)+"/date"), date)
		}
		sum, _ := number(amount(t["value"]))
		total = total.Add(sum)
	}
	sameCurrency := !slices.ContainsFunc(transactions, func(t Object) bool {
		return object(t, "value")["currency"] != object(k, "value")["currency"]
	})
	if value, ok := number(amount(k["value"])); ok && sameCurrency && total.GreaterThan(value.Add(rounding)) {
		c.report(PaymentsAbove, at("contracts", i, "implementation/transactions"), total.String())
	}
	if status := k["status"]; len(transactions) > 0 && (status == "pending" || status == "cancelled") {
		c.report(PaidNotConcluded, at("contracts", i, "implementation/transactions"), text(status))
	}
	for j, m := range objects(implementation, "milestones") {
		if date := text(m["dateMet"]); after(signed, date) {
			c.report(ActEarly, at("contracts", i, "implementation/milestones/"+strconv.Itoa(j)+"/dateMet"), date)
		}
	}
}

func (c *checker) complaints() {
	for i, k := range objects(c.release, "complaints") {
		received, review, resolved := text(k["dateReceived"]), text(k["dateReview"]), text(k["dateResolved"])
		if after(received, review) || after(review, resolved) || after(received, resolved) {
			c.report(ComplaintOrder, at("complaints", i, "dateReceived"), received)
		}
	}
}

func (c *checker) plan() {
	status := c.tender["status"]
	if over(status) {
		return
	}
	c.value("/tender/value", c.tender["value"])
	if c.tender["procurementMethodDetails"] == nil {
		c.report(TenderNoMethod, "/tender/procurementMethodDetails", "")
	}
	point := object(object(c.release, "planning"), "planPoint")
	if strings.HasPrefix(text(point["procurementMethodDetails"]), "singleSourcePlan") && point["legalGroundId"] == nil {
		c.report(GroundMissing, "/planning/planPoint/legalGroundId", "")
	}
	for i, item := range objects(c.tender, "items") {
		if classOf(item) == "" {
			c.report(ItemNoClass, at("tender/items", i, "classification/id"), "")
		}
		quantity, ok := number(item["quantity"])
		price, priced := number(amount(object(item, "unit")["value"]))
		total, summed := number(amount(c.tender["value"]))
		if ok && priced && summed && quantity.Mul(price).Sub(total).Abs().GreaterThan(rounding) {
			c.report(ItemSum, at("tender/items", i, "unit/value"), quantity.Mul(price).String())
		}
	}
	if lines := objects(point, "budgetLines"); len(lines) > 0 {
		c.sum(BudgetSum, "/planning/planPoint/budgetLines", amount(c.tender["value"]), lines, func(l Object) (any, bool) { return l["value"], true })
	}
}

// line compares the sum of a contract's line with its quantity and unit price.
func (c *checker) line(pointer string, item Object) {
	quantity, ok := number(item["quantity"])
	price, priced := number(amount(object(item, "unit")["value"]))
	total, summed := number(amount(item["value"]))
	// A unit price is rounded to the tiyn, which many units multiply.
	slack := rounding
	if ok {
		slack = decimal.Max(rounding, quantity.Abs().Mul(tiyn))
	}
	if ok && priced && summed && quantity.Mul(price).Sub(total).Abs().GreaterThan(slack) {
		c.report(ItemSum, pointer+"/value", total.String())
	}
}

var (
	rounding = decimal.NewFromInt(1)  // tenge by which sums of rounded sums may differ
	tiyn     = decimal.New(1, -2)     // the smallest coin
	portal   = "2009-01-01T00:00:00Z" // before the portal's first purchases
)

// sum compares a total with the sum of parts. Parts without a sum leave it open.
func (c *checker) sum(rule, pointer string, total any, parts []Object, of func(Object) (value any, counts bool)) {
	want, ok := number(total)
	if !ok {
		return
	}
	got, any := decimal.Zero, false
	for _, part := range parts {
		value, counts := of(part)
		if !counts {
			continue
		}
		part, ok := number(amount(value))
		if !ok {
			return
		}
		got, any = got.Add(part), true
	}
	if any && got.Sub(want).Abs().GreaterThan(rounding) {
		c.report(rule, pointer, got.String())
	}
}

func (c *checker) value(pointer string, value any) {
	sum, ok := number(amount(value))
	switch {
	case !ok || sum.IsZero():
		c.report(ValueMissing, pointer+"/amount", "")
	case sum.IsNegative():
		c.report(ValueNegative, pointer+"/amount", sum.String())
	}
	if o, isObject := value.(Object); isObject && o["amount"] != nil && o["currency"] == nil {
		c.report(CurrencyMissing, pointer+"/currency", "")
	}
}

func (c *checker) period(pointer string, period Object) {
	from, to := text(period["startDate"]), text(period["endDate"])
	if after(from, to) {
		c.report(PeriodOrder, pointer+"/endDate", to)
	}
}

func (c *checker) plausible(pointer, date string) {
	if date != "" && date < portal {
		c.report(DateImplausible, pointer, date)
	}
}

func (c *checker) lot(id any) Object {
	for _, lot := range objects(c.tender, "lots") {
		if known := text(lot["id"]); known != "" && known == text(id) {
			return lot
		}
	}
	return nil
}

// relates reports whether one of the objects names an id in a member that holds
// an id or a list of ids.
func relates(list []Object, name string, id any) bool {
	return slices.ContainsFunc(list, func(o Object) bool {
		if ids, isList := o[name].([]any); isList {
			return slices.ContainsFunc(ids, func(named any) bool { return text(named) == text(id) })
		}
		return text(o[name]) == text(id)
	})
}

func has(list []any, word string) bool {
	return slices.ContainsFunc(list, func(e any) bool { return text(e) == word })
}

func classOf(item Object) string { return text(object(item, "classification")["id"]) }

func first(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// after reports whether an instant lies after another; instants are UTC texts,
// which compare as they are. An unknown one lies nowhere.
func after(a, b string) bool { return a != "" && b != "" && a > b }

func latest(a, b string) string { return max(a, b) }

func object(o Object, name string) Object {
	inner, _ := o[name].(Object)
	return inner
}

func objects(o Object, name string) []Object {
	list, _ := o[name].([]any)
	if len(list) == 0 {
		return nil
	}
	out := make([]Object, 0, len(list))
	for _, element := range list {
		if inner, ok := element.(Object); ok {
			out = append(out, inner)
		}
	}
	return out
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

func amount(value any) any {
	o, _ := value.(Object)
	return o["amount"]
}

func amountText(value any) string {
	n, _ := amount(value).(json.Number)
	return n.String()
}

func number(value any) (decimal.Decimal, bool) {
	n, ok := value.(json.Number)
	if !ok {
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(n.String())
	return d, err == nil
}

// greater reports whether a value exceeds another in the same currency.
func greater(a, b any) bool {
	x, ok := number(amount(a))
	if !ok {
		return false
	}
	y, ok := number(amount(b))
	return ok && a.(Object)["currency"] == b.(Object)["currency"] && x.GreaterThan(y.Add(rounding))
}

// at is the pointer to a member of the element of a list.
func at(list string, i int, member string) string {
	return "/" + list + "/" + strconv.Itoa(i) + "/" + member
}
