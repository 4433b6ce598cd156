package mapping

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/quality"
)

// chainOf finds the chain of a contract by the ids that an object names, its
// rows' or its root's.
func chainOf(chains []chain, ids ...string) *chain {
	for _, id := range ids {
		if id == "" {
			continue
		}
		for i := range chains {
			if chains[i].root == id || slices.ContainsFunc(chains[i].rows, func(row Object) bool { return keyOf(row, "id") == id }) {
				return &chains[i]
			}
		}
	}
	return nil
}

// part is an object of a contract: one with a document of its own, or one that
// a row of the contract holds.
type part struct {
	object Object
	gone   bool
}

// partsOf lists the objects of a contract by id: those with documents, and those
// that only its rows hold.
func (m *mapper) partsOf(c *chain, chains []chain, entity source.Entity, documents []Object, nested string, links ...string) []part {
	var parts []part
	seen := map[string]bool{}
	for _, o := range documents {
		ids := make([]string, len(links))
		for i, link := range links {
			ids[i] = keyOf(o, link)
		}
		of := chainOf(chains, ids...)
		seen[keyOf(o, "id")] = true
		if of != nil && of.root == c.root || of == nil && len(chains) == 1 {
			parts = append(parts, part{o, m.isGone(entity, o) || truthy(o["isDeleted"])})
		}
	}
	if nested != "" {
		for _, row := range c.rows {
			for _, o := range objects(row[nested]) {
				if id := keyOf(o, "id"); id != "" && !seen[id] {
					seen[id] = true
					parts = append(parts, part{o, truthy(o["isDeleted"])})
				}
			}
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return compareIDs(keyOf(a.object, "id"), keyOf(b.object, "id")) })
	return parts
}

// orphans reports objects of contracts that nobody has seen: they are published
// when the contract is.
func (m *mapper) orphans(chains []chain) {
	if len(chains) == 1 {
		return
	}
	for _, kind := range []struct {
		entity  source.Entity
		objects []Object
		links   []string
	}{
		{source.Act, m.acts, []string{"contractRootId", "contractId"}}, {source.TreasuryPay, m.payments, []string{"contractId"}}, {source.Waybill, m.waybills, []string{"contractId"}},
	} {
		for _, o := range kind.objects {
			ids := make([]string, len(kind.links))
			for i, link := range kind.links {
				ids[i] = keyOf(o, link)
			}
			if chainOf(chains, ids...) == nil {
				m.at(kind.entity, keyOf(o, "id"))
				m.warn(quality.SourceReference, "/"+kind.links[len(kind.links)-1], ids[len(ids)-1], "the contract is not known; it is published with the contract")
			}
		}
	}
}

// implement maps how a contract is carried out: acts of acceptance, payments
// and waybills.
func (m *mapper) implement(contract Object, c *chain, chains []chain, buyer, supplier Object) {
	implementation := Object{}
	acts := m.partsOf(c, chains, source.Act, m.acts, "Acts", "contractRootId", "contractId")
	var milestones, documents []any
	for _, act := range acts {
		m.at(source.Act, keyOf(act.object, "id"))
		milestone, files := m.milestone(act, c)
		milestones = append(milestones, milestone)
		documents = append(documents, files...)
	}
	if milestones != nil {
		implementation["milestones"] = milestones
	}
	if documents != nil {
		implementation["documents"] = documents
	}
	if transactions := m.transactions(c, chains, buyer, supplier); transactions != nil {
		implementation["transactions"] = transactions
	}
	var waybills []any
	for _, w := range m.partsOf(c, chains, source.Waybill, m.waybills, "ContractWaybill", "contractId") {
		if w.gone {
			continue
		}
		m.at(source.Waybill, keyOf(w.object, "id"))
		waybills = append(waybills, m.waybill(w.object, c))
	}
	if waybills != nil {
		implementation["waybills"] = waybills
	}
	if len(implementation) > 0 {
		contract["implementation"] = implementation
	}
}

func actID(id string) string { return "act-" + id }

// milestone maps an act of acceptance. An act that was revoked or deleted is a
// milestone that was not met.
func (m *mapper) milestone(act part, c *chain) (milestone Object, documents []any) {
	o := act.object
	milestone = Object{"type": "delivery", "status": "scheduled"}
	m.fill(actTable, o, milestone)
	milestone["id"] = actID(keyOf(o, "id"))
	if number := text(o["numberAct"]); number != "" {
		milestone["title"] = "Акт " + number
	}
	if parent := keyOf(o, "parentId"); parent != "" {
		milestone["corrects"] = actID(parent)
	}
	switch keyOf(o, "typeAct") {
	case "1":
		milestone["isPaper"] = false
	case "2":
		milestone["isPaper"] = true
	}
	switch {
	case act.gone || milestone["dateRevoked"] != nil:
		milestone["status"] = "notMet"
		delete(milestone, "dateMet")
	case milestone["dateMet"] != nil:
		milestone["status"] = "met"
	}
	total, known := decimal.Zero, false
	var accepted []any
	places := objects(o["Place"])
	slices.SortStableFunc(places, func(a, b Object) int { return compareIDs(keyOf(a, "id"), keyOf(b, "id")) })
	for i, place := range places {
		line := Object{}
		m.fill(actPlaceTable, place, line)
		line["id"] = unitID(Object{"id": place["id"]}, i)
		if item := c.itemOf(keyOf(place, "unitId")); item != "" {
			line["relatedItem"] = item
		}
		if amount, ok := decimalOf(place["amount"]); ok {
			total, known = total.Add(amount), true
		}
		accepted = append(accepted, line)
	}
	if accepted != nil {
		milestone["acceptedItems"] = accepted
	}
	if known {
		amount, _ := number(total.String())
		milestone["value"] = m.money(amount)
	}
	dropZeros(milestone, "advanceValue", "paidBefore", "acceptedBefore", "penalty", "payableValue")
	for _, file := range objects(o["File"]) {
		if document := m.document(file); document != nil {
			document["documentType"] = "completionCertificate"
			documents = append(documents, document)
		}
	}
	return milestone, documents
}

// itemOf is the id of the contract's item that a line of any of its rows became.
func (c *chain) itemOf(unit string) string {
	if unit == "" {
		return ""
	}
	for _, row := range c.rows {
		for i, u := range objects(row["ContractUnits"]) {
			if keyOf(u, "id") == unit {
				return unitID(u, i)
			}
		}
	}
	return ""
}

// transactions maps payments: those of the treasury, or, for a contract that
// the treasury does not pay, those that the parties entered with an act. Both
// would count the same money twice.
func (m *mapper) transactions(c *chain, chains []chain, buyer, supplier Object) []any {
	var transactions []any
	add := func(t Object) {
		if buyer != nil {
			t["payer"] = m.inRole(buyer, "payer")
		}
		if supplier != nil {
			t["payee"] = m.inRole(supplier, "payee")
		}
		transactions = append(transactions, t)
	}
	for _, p := range m.partsOf(c, chains, source.TreasuryPay, m.payments, "TreasuryPay", "contractId") {
		if p.gone {
			continue
		}
		m.at(source.TreasuryPay, keyOf(p.object, "id"))
		t := Object{}
		currency := m.currency
		m.currency = tenge // the treasury pays in tenge
		m.fill(paymentTable, p.object, t)
		m.currency = currency
		dropZeros(t, "value", "advanceValue")
		if t["value"] == nil && t["advanceValue"] != nil {
			t["value"] = t["advanceValue"]
		}
		add(t)
	}
	if transactions != nil {
		return transactions
	}
	for _, p := range m.partsOf(c, chains, "", nil, "ContractPayment") {
		m.at(source.Contract, keyOf(c.current(), "id"))
		t := Object{}
		currency := m.currency
		if code := text(p.object["currency"]); len(code) == 3 {
			m.currency = code
		}
		m.fill(contractPaymentTable, p.object, t)
		m.currency = currency
		t["id"] = "pay-" + keyOf(p.object, "id")
		if act := keyOf(p.object, "actId"); act != "" {
			t["relatedAct"] = actID(act)
		}
		add(t)
	}
	return transactions
}

// inRole is another reference to a party, which gets the role.
func (m *mapper) inRole(ref Object, role string) Object {
	m.parties[ref["id"].(string)].roles[role] = true
	return m.again(ref)
}

func (m *mapper) waybill(o Object, c *chain) Object {
	waybill := Object{}
	m.fill(waybillTable, o, waybill)
	if act := keyOf(o, "aktId"); act != "" {
		waybill["relatedAct"] = actID(act)
	}
	var items []any
	for i, row := range living(o["Items"]) {
		item := Object{}
		m.fill(waybillItemTable, row, item)
		item["id"] = unitID(Object{"id": row["id"]}, i)
		if id := c.itemOf(keyOf(row, "unitId")); id != "" {
			item["relatedItem"] = id
		}
		items = append(items, item)
	}
	if items != nil {
		waybill["items"] = items
	}
	return waybill
}

// finance maps what a contract takes of the budget and its registration at the
// treasury.
func (m *mapper) finance(contract, row Object, c *chain) {
	sums := objects(row["ContractSpecSum"])
	for _, u := range objects(row["ContractUnits"]) {
		sums = append(sums, objects(u["Spec"])...)
	}
	slices.SortStableFunc(sums, func(a, b Object) int { return compareIDs(keyOf(a, "id"), keyOf(b, "id")) })
	var lines, registrations []any
	seen := map[string]bool{}
	for _, s := range sums {
		id := keyOf(s, "id")
		if id == "" || seen[id] {
			continue
		}
		seen[id] = true
		line := Object{}
		m.fill(specSumTable, s, line)
		if item := c.itemOf(keyOf(s, "unitId")); item != "" {
			line["relatedItem"] = item
		}
		dropZeros(line, "amountPaid", "advancePaid")
		lines = append(lines, line)
	}
	if lines != nil {
		contract["budgetLines"] = lines
	}
	for _, r := range living(row["ContractTreas"]) {
		if keyOf(r, "id") == "" {
			continue
		}
		registration := Object{}
		m.fill(treasuryTable, r, registration)
		registrations = append(registrations, registration)
	}
	if registrations != nil {
		contract["treasuryRegistrations"] = registrations
	}
	if len(lines) > 0 {
		percent := lines[0].(Object)["advancePercent"]
		if percent != nil && !isZero(percent) && !slices.ContainsFunc(lines, func(l any) bool { return l.(Object)["advancePercent"] != percent }) {
			contract["advancePercent"] = percent
		}
	}
}

// dropZeros leaves out sums of zero, with which the portal says that there are
// none.
func dropZeros(o Object, names ...string) {
	for _, name := range names {
		if value, ok := o[name].(Object); ok && isZero(value["amount"]) {
			delete(o, name)
		}
	}
}

func isZero(value any) bool {
	d, ok := decimalOf(value)
	return ok && d.IsZero()
}
