package mapping

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/quality"
)

// mapBids makes one bid for each lot of each application, and an award for each
// bid that won or came second.
func (m *mapper) mapBids(release, tender Object) {
	var bids, awards []any
	tenderers := map[string]Object{}
	results := tender["dateResultsPublished"]
	for _, application := range m.applications {
		m.at(source.TrdApp, keyOf(application, "id"))
		bidder := m.party(supplierOf(application, "supplierBinIin"), "tenderer")
		withdrawn := m.isGone(source.TrdApp, application)
		for _, part := range objects(application["AppLots"]) {
			bid := make(Object, 14)
			m.fill(bidApplicationTable, application, bid)
			m.fill(bidTable, part, bid)
			id, hasID := bid["id"].(string)
			lot := keyOf(part, "lotId")
			if !hasID {
				m.warn(quality.SourceIncomplete, "/AppLots", "", "a part of the bid without id was left out")
				continue
			}
			stands := standing(part)
			switch {
			case withdrawn, stands == standingWithdrawn:
				bid["status"] = "withdrawn"
			case stands == standingDisqualified:
				bid["status"] = "disqualified"
			default:
				bid["status"] = "valid"
			}
			if discount, ok := decimalOf(part["discountPrice"]); ok && discount.IsZero() {
				delete(bid, "discountedUnitPrice") // no discount, no price after it
			}
			if bidder != nil {
				bid["tenderers"] = []any{m.again(bidder)}
				tenderers[bidder["id"].(string)] = bidder
			}
			if lot != "" {
				bid["relatedLots"] = []any{lot}
			}
			if offers := m.offers(part); offers != nil {
				bid["bidPoints"] = offers
			}
			bids = append(bids, bid)
			place := places[stands]
			if place == "" || withdrawn {
				continue
			}
			award := Object{"id": "award-" + id, "status": "active", "relatedBid": id, "place": place}
			if place == "2" {
				award["status"] = "pending"
			}
			if lot != "" {
				award["relatedLots"] = []any{lot}
			}
			if results != nil {
				award["date"] = results
			}
			if bid["value"] != nil {
				award["value"] = bid["value"]
			}
			if bidder != nil {
				award["suppliers"] = []any{m.supplier(bidder)}
			}
			awards = append(awards, award)
		}
	}
	byID := func(a, b any) int { return compareIDs(a.(Object)["id"].(string), b.(Object)["id"].(string)) }
	slices.SortStableFunc(bids, byID)
	slices.SortStableFunc(awards, byID)
	if bids != nil {
		release["bids"] = Object{"details": bids}
	}
	if awards != nil {
		release["awards"] = awards
	}
	if len(tenderers) > 0 {
		ids := make([]string, 0, len(tenderers))
		for id := range tenderers {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		refs := make([]any, len(ids))
		for i, id := range ids {
			refs[i] = m.again(tenderers[id])
		}
		tender["tenderers"] = refs
		tender["numberOfTenderers"] = whole(int64(len(ids)))
	}
}

// offers maps the offers of a bid for the plan points of its lot, when there are
// several; a single one repeats the bid.
func (m *mapper) offers(part Object) []any {
	rows := objects(part["Offers"])
	if len(rows) < 2 {
		return nil
	}
	slices.SortStableFunc(rows, func(a, b Object) int { return compareIDs(keyOf(a, "id"), keyOf(b, "id")) })
	offers := make([]any, 0, len(rows))
	for i, row := range rows {
		offer := Object{}
		m.fill(offerTable, row, offer)
		offer["id"] = unitID(Object{"id": row["id"]}, i)
		if point := keyOf(row, "pointId"); point != "" {
			if known := m.points[point]; known != nil {
				point = rootOf(known)
			}
			offer["lotPointID"] = point
		}
		offers = append(offers, offer)
	}
	return offers
}

// standing of a bid in its lot: told by the id, else by the name; empty when
// the bid just stands.
func standing(part Object) string {
	nested, _ := part["RefAppStatus"].(Object)
	for _, word := range []string{keyOf(part, "statusId"), keyOf(nested, "id"), text(nested["nameRu"]), text(nested["nameKz"]), text(nested["code"])} {
		if s := bidStandings[strings.ToLower(word)]; s != "" {
			return s
		}
	}
	return ""
}

// places of the standings that lead to an award: the winner, and who comes next
// if the winner does not sign.
var places = map[string]json.Number{standingWinner: "1", standingSecond: "2"}

// again is another reference to the same party.
func (m *mapper) again(ref Object) Object {
	again := Object{"id": ref["id"]}
	m.refs = append(m.refs, again)
	return again
}

// supplier is a reference that also gives the party the role supplier.
func (m *mapper) supplier(ref Object) Object {
	m.parties[ref["id"].(string)].roles["supplier"] = true
	return m.again(ref)
}

// chain is the rows of one contract: the main contract and its additional
// agreements.
type chain struct {
	root string
	rows []Object // oldest first
}

// chains groups the contract rows by root and passes over deleted ones, unless
// all are.
func (m *mapper) chains() []chain {
	byRoot := map[string][]Object{}
	for _, c := range m.contracts {
		root := keyOf(c, "rootId")
		if root == "" {
			root = keyOf(c, "id")
		}
		byRoot[root] = append(byRoot[root], c)
	}
	var chains []chain
	for root, rows := range byRoot {
		slices.SortStableFunc(rows, func(a, b Object) int { return compareIDs(keyOf(a, "id"), keyOf(b, "id")) })
		live := slices.DeleteFunc(slices.Clone(rows), m.deletedContract)
		if len(live) > 0 {
			rows = live
		}
		chains = append(chains, chain{root, rows})
	}
	slices.SortFunc(chains, func(a, b chain) int { return compareIDs(a.root, b.root) })
	return chains
}

func (m *mapper) deletedContract(c Object) bool {
	return truthy(c["deleted"]) || m.isGone(source.Contract, c)
}

// current is the newest row that was concluded, else the newest row: a draft of
// an additional agreement changes nothing yet.
func (c chain) current() Object {
	for i := len(c.rows) - 1; i >= 0; i-- {
		if concluded(c.rows[i]) {
			return c.rows[i]
		}
	}
	return c.rows[len(c.rows)-1]
}

// first is the contract as it was before additional agreements, which is what
// was awarded.
func (c chain) first() chain { return chain{c.root, c.rows[:1]} }

// valueOf is the value of a row in its own currency, nil when it tells none.
func (m *mapper) valueOf(row Object) any {
	currency := m.currency
	m.currency = currencyOf(row)
	defer func() { m.currency = currency }()
	mapped := Object{}
	m.fill(valueTable, row, mapped)
	return mapped["value"]
}

func concluded(row Object) bool {
	status := contractStatus[contractStatusID(row)]
	return status == "active" || status == "terminated"
}

func contractStatusID(row Object) string {
	if id := keyOf(row, "refContractStatusId"); id != "" {
		return id
	}
	nested, _ := row["RefContractStatus"].(Object)
	return keyOf(nested, "id")
}

// awardsAndContracts maps the contracts and finds, for every lot and supplier
// of a contract, the award that it fulfils. An award that no bid shows is made
// of the contract.
func (m *mapper) awardsAndContracts(release, tender, announcement Object) {
	awards := objects(release["awards"])
	var contracts []any
	chains := m.chains()
	m.orphans(chains)
	for i := range chains {
		c := chains[i]
		contract, supplier := m.contract(c, chains, tender)
		lots := m.contractLots(c, tender)
		if len(lots) > 0 {
			contract["relatedLots"] = list(lots)
		}
		var ids []string
		uncovered := slices.Clone(lots)
		for _, award := range awards {
			if supplier == nil || !suppliedBy(award, supplier["id"].(string)) {
				continue
			}
			lot := firstOf(award["relatedLots"])
			if !slices.Contains(lots, lot) && len(lots) > 0 {
				continue
			}
			uncovered = slices.DeleteFunc(uncovered, func(l string) bool { return l == lot })
			ids = append(ids, award["id"].(string))
			m.settle(award, contract)
		}
		if len(ids) == 0 || len(uncovered) > 0 {
			for _, award := range m.awardsOf(c, contract, supplier, uncovered, tender) {
				awards = append(awards, award)
				ids = append(ids, award["id"].(string))
			}
		}
		contract["awardID"] = ids[0]
		if len(ids) > 1 {
			contract["awardIDs"] = list(ids)
		}
		contracts = append(contracts, contract)
	}
	if len(contracts) == 0 && len(awards) == 0 {
		awards = m.singleSourceAward(release, announcement, tender)
	}
	m.at("", "")
	if contracts != nil {
		release["contracts"] = contracts
	}
	if len(awards) > 0 {
		out := make([]any, len(awards))
		for i, award := range awards {
			out[i] = award
		}
		release["awards"] = out
	}
}

// settle brings an award in line with its contract: one that failed to be
// concluded undoes the award, one in force raises the second winner.
func (m *mapper) settle(award, contract Object) {
	switch contract["status"] {
	case "cancelled":
		award["status"] = "cancelled"
	case "active", "terminated":
		award["status"] = "active"
	}
}

func suppliedBy(award Object, party string) bool {
	return slices.ContainsFunc(objects(award["suppliers"]), func(s Object) bool { return s["id"] == party })
}

func firstOf(value any) string {
	if ids, ok := value.([]any); ok && len(ids) > 0 {
		return key(ids[0])
	}
	return ""
}

// contractLots lists the lots of a contract's lines; without any, the only lot
// of the announcement.
func (m *mapper) contractLots(c chain, tender Object) []string {
	var lots []string
	for _, u := range m.units(c) {
		if id := keyOf(u, "lotId"); id != "" && !slices.Contains(lots, id) {
			lots = append(lots, id)
		}
	}
	if len(lots) == 0 {
		if all := objects(tender["lots"]); len(all) == 1 {
			lots = append(lots, all[0]["id"].(string))
		}
	}
	slices.SortFunc(lots, compareIDs)
	return lots
}

// units are the living lines of the row that counts.
func (m *mapper) units(c chain) []Object {
	units := slices.DeleteFunc(objects(c.current()["ContractUnits"]), func(u Object) bool { return truthy(u["deleted"]) || truthy(u["crDeleted"]) })
	slices.SortStableFunc(units, func(a, b Object) int { return compareIDs(unitID(a, 0), unitID(b, 0)) })
	return units
}

// awardsOf makes the awards that a contract implies: one for each lot that no
// award covers, or one for the contract.
func (m *mapper) awardsOf(c chain, contract, supplier Object, lots []string, tender Object) []Object {
	row := c.rows[0]
	base := func(id string) Object {
		award := Object{"id": id, "status": "active"}
		switch contract["status"] {
		case "cancelled", "pending":
			award["status"] = contract["status"]
		}
		for _, date := range []any{tender["dateResultsPublished"], orNil(instant(row["trdBuyItogiDatePublic"])), orNil(instant(row["signReasonDocDate"])), contract["dateSigned"]} {
			if date != nil {
				award["date"] = date
				break
			}
		}
		if supplier != nil {
			award["suppliers"] = []any{m.again(supplier)}
		}
		return award
	}
	first := c.first()
	if len(lots) == 0 {
		award := base("award-c" + c.root)
		if value := m.valueOf(row); value != nil {
			award["value"] = value
		}
		return []Object{award}
	}
	var awards []Object
	for _, lot := range lots {
		award := base("award-c" + c.root + "-" + lot)
		award["relatedLots"] = []any{lot}
		if sum, ok := m.lotSum(first, lot); ok {
			award["value"] = Object{"amount": sum, "currency": currencyOf(row)}
		} else if value := m.valueOf(row); len(lots) == 1 && value != nil {
			award["value"] = value
		}
		awards = append(awards, award)
	}
	return awards
}

// lotSum adds the lines of a lot.
func (m *mapper) lotSum(c chain, lot string) (any, bool) {
	total, any := decimal.Zero, false
	for _, u := range m.units(c) {
		if keyOf(u, "lotId") != lot {
			continue
		}
		sum, ok := decimalOf(u["totalSumWnds"])
		if !ok {
			sum, ok = decimalOf(u["totalSum"])
		}
		if !ok {
			return nil, false
		}
		total, any = total.Add(sum), true
	}
	n, _ := number(total.String())
	return n, any
}

// singleSourceAward is the award of an announcement that names its supplier and
// has no bids and contracts yet.
func (m *mapper) singleSourceAward(release, announcement, tender Object) []Object {
	supplier := m.party(member{number: announcement["biinSupplier"], pid: announcement["idSupplier"]}, "supplier")
	if supplier == nil || tender["status"] != "complete" {
		return nil
	}
	award := Object{"id": "award-t" + tender["id"].(string), "status": "active", "suppliers": []any{supplier}}
	if tender["dateResultsPublished"] != nil {
		award["date"] = tender["dateResultsPublished"]
	}
	var lots []any
	for _, lot := range objects(tender["lots"]) {
		if lot["status"] == "complete" {
			lots = append(lots, lot["id"])
		}
	}
	if lots != nil {
		award["relatedLots"] = lots
	}
	return []Object{award}
}

// contract maps a chain to one contract: the newest concluded row, dates of
// signing from the first.
func (m *mapper) contract(c chain, chains []chain, tender Object) (contract, supplier Object) {
	row := c.current()
	m.at(source.Contract, keyOf(row, "id"))
	m.currency = currencyOf(row)
	defer func() { m.currency = tenge }()
	contract = make(Object, 28)
	m.fill(contractTable, row, contract)
	contract["id"] = c.root
	contract["rootId"] = c.root
	if row["contractSumWnds"] == nil {
		delete(contract, "netValue")
	}
	if value, ok := contract["value"].(Object); ok && row["withNds"] != nil {
		value["valueAddedTaxIncluded"] = truthy(row["withNds"])
	}
	if first := instant(c.rows[0]["signDate"]); first != "" {
		contract["dateSigned"] = first
		set(contract, []string{"period", "startDate"}, first)
	}
	if period, ok := contract["period"].(Object); ok {
		addDuration(period)
	}
	switch keyOf(row, "refContractYearTypeId") {
	case "1":
		contract["multiAnnual"] = false
	case "2":
		contract["multiAnnual"] = true
	}
	switch keyOf(row, "enforcement") {
	case "1":
		contract["hasSecurity"] = true
	case "2":
		contract["hasSecurity"] = false
	}
	if keyOf(row, "treasureReqNum") != "" || keyOf(row, "treasureNotNum") != "" {
		contract["treasuryRegistration"] = keyOf(row, "treasureNotNum") != ""
	}
	if m.deletedContract(row) {
		contract["status"] = "cancelled"
	}
	buyer := m.party(m.contractCustomer(row), "buyer")
	if buyer != nil {
		contract["buyer"] = buyer
	}
	if supplier = m.party(supplierOf(row, "supplierBiin"), "supplier"); supplier != nil {
		contract["suppliers"] = []any{m.again(supplier)}
	}
	versions := 0
	var amendments []any
	for i, r := range c.rows {
		if !concluded(r) {
			continue
		}
		versions++
		if i == 0 || keyOf(r, "id") == c.root || keyOf(r, "refContractTypeId") == "1" {
			continue
		}
		amendments = append(amendments, m.amendment(r))
	}
	if amendments != nil {
		contract["amendments"] = amendments
	}
	if versions > 0 {
		contract["versions"] = whole(int64(versions))
	}
	var items []any
	for i, u := range m.units(c) {
		items = append(items, m.contractItem(u, i, tender))
	}
	if items != nil {
		contract["items"] = items
	}
	if documents := m.contractDocuments(c); documents != nil {
		contract["documents"] = documents
	}
	if m.quasi {
		contract["isQuasiPublic"] = true
	}
	if m.currency == tenge {
		delete(contract, "exchangeRate")
	}
	m.finance(contract, row, &c)
	m.implement(contract, &c, chains, buyer, supplier)
	return contract, supplier
}

// amendment maps an additional agreement, in the currency of its own row.
func (m *mapper) amendment(row Object) Object {
	currency := m.currency
	m.currency = currencyOf(row)
	defer func() { m.currency = currency }()
	amendment := Object{}
	m.fill(amendmentTable, row, amendment)
	if row["contractSumWnds"] == nil {
		delete(amendment, "netValue")
	}
	if m.currency == tenge {
		delete(amendment, "exchangeRate")
	}
	return amendment
}

// contractDocuments lists the files of the concluded rows: the contract's, and
// those of its additional agreements.
func (m *mapper) contractDocuments(c chain) []any {
	var documents []any
	seen := map[any]bool{}
	for _, row := range c.rows {
		for _, name := range []string{"File", "Files"} {
			for _, file := range objects(row[name]) {
				document := m.document(file)
				if document == nil || seen[document["id"]] {
					continue
				}
				seen[document["id"]] = true
				document["documentType"] = "contractSigned"
				if keyOf(row, "id") != c.root {
					document["documentType"] = "contractAnnexe"
				}
				documents = append(documents, document)
			}
		}
	}
	return documents
}

// contractCustomer is the customer; where the portal leaves the BIN out, the
// contract's system number begins with it.
func (m *mapper) contractCustomer(row Object) member {
	customer := customerOf(row)
	if key(customer.number) == "" && customer.nested == nil {
		for _, name := range []string{"contractNumberSys", "contractNumber"} {
			if bin, _, ok := strings.Cut(text(row[name]), "/"); ok && len(bin) == 12 {
				customer.number = bin
				break
			}
		}
	}
	return customer
}

func currencyOf(row Object) string {
	code := strings.ToUpper(text(row["refCurrencyCode"]))
	if len(code) == 3 {
		return code
	}
	return tenge
}

func unitID(u Object, position int) string {
	if id := keyOf(u, "rootId"); id != "" {
		return id
	}
	if id := keyOf(u, "id"); id != "" {
		return id
	}
	return pointKey(Object{}, position)
}

// contractItem maps a line of a contract, with class and unit of its plan
// point; what it leaves out, the only item of its lot tells.
func (m *mapper) contractItem(u Object, position int, tender Object) Object {
	point := m.points[keyOf(u, "plnPointId")]
	if point == nil {
		if nested := objects(u["Plans"]); len(nested) > 0 {
			point = nested[0]
		}
	}
	item := Object{}
	if point != nil {
		item = m.planItem(point)
	}
	line := Object{}
	m.fill(unitTable, u, line)
	for name, value := range line {
		if name == "unit" {
			set(item, []string{"unit", "value"}, value.(Object)["value"])
			continue
		}
		item[name] = value
	}
	item["id"] = unitID(u, position)
	if u["totalSumWnds"] == nil {
		delete(item, "netValue")
	}
	dropZeros(item, "amountPaid")
	if certificates := m.certificates(u); certificates != nil {
		item["certificates"] = certificates
	}
	if item["classification"] == nil {
		if codes := keys(u["refEnstruCode"]); len(codes) > 0 {
			classify(item, Object{"id": codes[0]})
		}
	}
	if point == nil {
		var ofLot []Object
		for _, i := range objects(tender["items"]) {
			if i["relatedLot"] == line["relatedLot"] {
				ofLot = append(ofLot, i)
			}
		}
		if len(ofLot) == 1 {
			for _, name := range []string{"description", "description_kk", "classification", "additionalClassifications", "relatedPlanPoint"} {
				if item[name] == nil && ofLot[0][name] != nil {
					item[name] = ofLot[0][name]
				}
			}
		}
	}
	return item
}

func (m *mapper) certificates(u Object) []any {
	rows := objects(u["ContractUnitsCert"])
	slices.SortStableFunc(rows, func(a, b Object) int { return compareIDs(keyOf(a, "id"), keyOf(b, "id")) })
	var certificates []any
	for i, row := range rows {
		certificate := Object{}
		m.fill(certificateTable, row, certificate)
		certificate["id"] = unitID(Object{"id": row["id"]}, i)
		certificates = append(certificates, certificate)
	}
	return certificates
}
