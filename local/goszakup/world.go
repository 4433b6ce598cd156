package goszakup

import (
	"fmt"
	"iter"
	"slices"
	"sort"
	"strings"
	"sync"
)

// world is everything the stand-in can serve: the sample records and the
// generated ones. It is a pure function of seed, scale and clock.
type world struct {
	gen     *generator
	quasi   *generator // the registers of the quasi-sector
	samples *samples
	gone    deletions
	feeds   feedIndex
	refs    map[string]*dictionary

	partiesOnce sync.Once
	parties     map[string]int64 // BIN or IIN to pid

	listsMu sync.Mutex
	lists   map[string][]int64 // ids of filtered listings, by query and clock

	tallies [2]tally // of the public world and of the quasi-sector
	planned planTotals
}

// kept bounds the number of filtered listings that are remembered.
const kept = 64

func newWorld(seed int64, scale int) *world {
	loadRefdata()
	w := &world{samples: loadSamples(), refs: loadDictionaries(), lists: map[string][]int64{}}
	w.gen, w.quasi = newGenerators(uint64(seed), scale)
	return w
}

// source is the generator of a register, and the name of that register in it.
func (w *world) source(e Entity) (*generator, Entity) {
	if plain, ok := plainOf[e]; ok {
		return w.quasi, plain
	}
	return w.gen, e
}

// get finds a visible document by its id.
func (w *world) get(e Entity, id int64, now moment) (doc, bool) {
	if w.gone.at(e, id) <= now {
		return nil, false
	}
	return w.undeleted(e, id, now)
}

// undeleted finds a document whether or not it was deleted on demand.
func (w *world) undeleted(e Entity, id int64, now moment) (doc, bool) {
	if listed(e) {
		if d, ok := w.listedRow(e, id, now-partyLag); ok {
			return d, true
		}
		d, ok := w.samples.tables[e].docs[id]
		return d, ok
	}
	g, plain := w.source(e)
	if u, r, ok := g.find(plain, id); ok {
		if !r.shows(now - u.lag) {
			return nil, false
		}
		return g.generated(plain, u, r, now), true
	}
	d, ok := w.samples.tables[e].docs[id]
	return d, ok
}

// remove deletes a visible row on demand; the journal tells so.
func (w *world) remove(e Entity, id int64, now moment) bool {
	if _, ok := w.get(e, id, now); !ok {
		return false
	}
	w.gone.remove(e, id, now)
	w.listsMu.Lock()
	defer w.listsMu.Unlock()
	clear(w.lists)
	return true
}

func (w *world) party(pid int64) *party {
	switch {
	case pid >= supplierPid && pid < supplierPid+int64(len(w.gen.suppliers)):
		return w.gen.supplier(int(pid - supplierPid))
	case pid >= subjectBase && pid < subjectBase+int64(len(w.gen.buyers)):
		return w.gen.buyer(int(pid - subjectBase))
	}
	return nil
}

// pidOf finds a participant by BIN or IIN; 0 when there is none.
func (w *world) pidOf(biin string) int64 {
	w.partiesOnce.Do(func() {
		w.parties = map[string]int64{}
		for id, d := range w.samples.tables[Subjects].docs {
			for _, k := range []string{text(d["bin"]), text(d["iin"])} {
				if k != "" {
					w.parties[k] = id
				}
			}
		}
		for i := range w.gen.buyers {
			p := w.gen.buyer(i)
			w.parties[p.id()] = p.pid
		}
		for i := range w.gen.suppliers {
			p := w.gen.supplier(i)
			w.parties[p.id()] = p.pid
		}
	})
	return w.parties[biin]
}

// partyLag is how far the index is behind in the registers of participants.
const partyLag moment = 300

// listed tells the registers that are kept as lists of ids, because their rows
// are participants or news, not parts of purchases.
func listed(e Entity) bool {
	switch e {
	case Subjects, Rnu, QualifiedSuppliers, News:
		return true
	}
	return false
}

// listedRow renders a row of a listed register; now is that of the index.
func (w *world) listedRow(e Entity, id int64, now moment) (doc, bool) {
	switch e {
	case Subjects:
		if p := w.party(id); p != nil {
			return w.gen.subjectDoc(p, now), true
		}
	case Rnu:
		if p := w.party(id - blacklistBase + supplierPid); id >= blacklistBase && p != nil && p.blacklisted(now) {
			return w.gen.blacklistDoc(p), true
		}
	case QualifiedSuppliers:
		if p := w.party(id - qualifiedBase + supplierPid); id >= qualifiedBase && p != nil && p.qualified <= now {
			return w.gen.qualifiedDoc(p, now), true
		}
	case News:
		if id > 0 && len(w.gen.buyers) > 0 && firstDay+moment(id)*newsEvery <= now {
			return w.gen.newsDoc(id), true
		}
	}
	return nil, false
}

// listedIDs are the ids of a listed register, highest first.
func (w *world) listedIDs(e Entity, now moment) []int64 {
	var ids []int64
	if e == News {
		ids = w.gen.newsIDs(now)
	}
	for i := len(w.gen.suppliers) - 1; i >= 0 && e != News; i-- {
		switch p := w.gen.supplier(i); {
		case e == Subjects:
			ids = append(ids, p.pid)
		case e == Rnu && p.blacklisted(now-partyLag):
			ids = append(ids, p.pid-supplierPid+blacklistBase)
		case e == QualifiedSuppliers && p.qualified <= now-partyLag:
			ids = append(ids, p.pid-supplierPid+qualifiedBase)
		}
	}
	for i := len(w.gen.buyers) - 1; i >= 0 && e == Subjects; i-- {
		ids = append(ids, subjectBase+int64(i))
	}
	ids = append(ids, w.samples.tables[e].ids...)
	return slices.DeleteFunc(ids, func(id int64) bool { return w.gone.at(e, id) <= now })
}

// samplesOf are the ids of the sample records of a register that are not
// deleted, highest first.
func (w *world) samplesOf(e Entity, now moment) []int64 {
	ids := w.samples.tables[e].ids
	if w.gone.none(e) {
		return ids
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return w.gone.at(e, id) <= now })
}

// all visits every visible document of an entity, highest id first.
func (w *world) all(e Entity, now moment) iter.Seq2[int64, doc] {
	return func(yield func(int64, doc) bool) {
		if listed(e) {
			for _, id := range w.listedIDs(e, now) {
				d, _ := w.get(e, id, now)
				if !yield(id, d) {
					return
				}
			}
			return
		}
		stopped := false
		w.walk(e, 0, now, func(g *generator, plain Entity, u *unit, r rowRef) bool {
			stopped = !yield(r.id, g.generated(plain, u, r, now))
			return !stopped
		})
		for _, id := range w.samplesOf(e, now) {
			if stopped || !yield(id, w.samples.tables[e].docs[id]) {
				return
			}
		}
	}
}

// walk visits the generated rows of a register that are not deleted.
func (w *world) walk(e Entity, below int64, now moment, visit func(*generator, Entity, *unit, rowRef) bool) {
	g, plain := w.source(e)
	g.walk(plain, below, now, func(u *unit, r rowRef) bool {
		return w.gone.at(e, r.id) <= now || visit(g, plain, u, r)
	})
}

// page is a part of a listing.
type page struct {
	docs  []doc
	ids   []int64
	total int
	more  bool // rows follow
}

// list answers a query: at most limit documents below the id after (0: from
// the top), highest first.
func (w *world) list(e Entity, q query, after int64, limit int, now moment) page {
	var p page
	switch {
	case q.nothing:
		return p
	case q.match == nil && !listed(e):
		w.walk(e, after, now, func(g *generator, plain Entity, u *unit, r rowRef) bool {
			if len(p.ids) == limit {
				p.more = true
				return false
			}
			p.ids = append(p.ids, r.id)
			p.docs = append(p.docs, g.generated(plain, u, r, now))
			return true
		})
		for _, id := range w.samplesOf(e, now) {
			if after > 0 && id >= after || p.more {
				continue
			}
			if len(p.ids) == limit {
				p.more = true
				break
			}
			p.ids = append(p.ids, id)
			p.docs = append(p.docs, w.samples.tables[e].docs[id])
		}
		p.total = w.count(e, now)
		return p
	case q.keys != nil && !listed(e):
		return w.near(e, q, after, limit, now)
	}
	ids := w.filtered(e, q, now)
	p.total = len(ids)
	start := 0
	if after > 0 {
		start, _ = slices.BinarySearchFunc(ids, after-1, func(id, target int64) int { return int(target - id) })
	}
	end := min(len(ids), start+limit)
	p.ids, p.more = ids[start:end], end < len(ids)
	for _, id := range p.ids {
		d, _ := w.get(e, id, now)
		p.docs = append(p.docs, d)
	}
	return p
}

// near answers a query that names the rows around which its hits are.
func (w *world) near(e Entity, q query, after int64, limit int, now moment) page {
	var p page
	hit := func(id int64, d doc) {
		p.ids, p.docs = append(p.ids, id), append(p.docs, d)
	}
	g, plain := w.source(e)
	var units []*unit
	for _, k := range q.keys {
		if u, _, ok := g.find(k.entity, k.id); ok && !slices.Contains(units, u) {
			units = append(units, u)
		}
	}
	for _, u := range units {
		for _, r := range u.rowsOf(plain) {
			if r.shows(now-u.lag) && w.gone.at(e, r.id) > now {
				if d := g.generated(plain, u, r, now); q.match(d) {
					hit(r.id, d)
				}
			}
		}
	}
	for _, id := range w.samplesOf(e, now) {
		if d := w.samples.tables[e].docs[id]; q.match(d) {
			hit(id, d)
		}
	}
	if len(units) > 1 {
		sort.Sort(&p)
	}
	p.total = len(p.ids)
	start := 0
	for after > 0 && start < len(p.ids) && p.ids[start] >= after {
		start++
	}
	end := min(len(p.ids), start+limit)
	p.more = end < len(p.ids)
	p.ids, p.docs = p.ids[start:end], p.docs[start:end]
	return p
}

func (p *page) Len() int           { return len(p.ids) }
func (p *page) Less(i, j int) bool { return p.ids[i] > p.ids[j] }
func (p *page) Swap(i, j int) {
	p.ids[i], p.ids[j] = p.ids[j], p.ids[i]
	p.docs[i], p.docs[j] = p.docs[j], p.docs[i]
}

// filtered are the ids that a query meets, highest first, computed once for
// each query and clock.
func (w *world) filtered(e Entity, q query, now moment) []int64 {
	key := fmt.Sprint(e, now, q.key)
	w.listsMu.Lock()
	ids, ok := w.lists[key]
	w.listsMu.Unlock()
	if ok {
		return ids
	}
	ids = w.search(e, q, now)
	w.listsMu.Lock()
	defer w.listsMu.Unlock()
	if len(w.lists) >= kept {
		clear(w.lists)
	}
	w.lists[key] = ids
	return ids
}

func (w *world) search(e Entity, q query, now moment) []int64 {
	ids := []int64{}
	meets := func(d doc) bool { return q.match == nil || q.match(d) }
	if listed(e) {
		for id, d := range w.all(e, now) {
			if meets(d) {
				ids = append(ids, id)
			}
		}
		return ids
	}
	g, plain := w.source(e)
	var mu sync.Mutex
	g.scan(min(now, q.to), q.from, q.to, func(units iter.Seq[*unit]) {
		var found []int64
		for u := range units {
			for _, r := range u.rowsOf(plain) {
				if r.shows(now-u.lag) && w.gone.at(e, r.id) > now && meets(g.generated(plain, u, r, now)) {
					found = append(found, r.id)
				}
			}
		}
		mu.Lock()
		defer mu.Unlock()
		ids = append(ids, found...)
	})
	for _, id := range w.samplesOf(e, now) {
		if meets(w.samples.tables[e].docs[id]) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b int64) int { return int(b - a) })
	return ids
}

// nested answers an object or list that a document does not hold itself. What
// hangs on a document of the quasi-sector is of its registers too.
func (w *world) nested(typ, field string, d doc, now moment) any {
	typ, quasi := strings.CutPrefix(typ, "Ob")
	of := func(e Entity) Entity {
		if quasi {
			return quasiOf(e)
		}
		return e
	}
	one := func(e Entity, key any) any {
		if id := number(key); id != 0 {
			if d, ok := w.get(of(e), id, now); ok {
				return d
			}
		}
		return nil
	}
	subject := func(pid, biin any) any {
		if s := one(Subjects, pid); s != nil {
			return s
		}
		if k := text(biin); k != "" {
			return one(Subjects, w.pidOf(k))
		}
		return nil
	}
	many := func(e, to Entity, field string) any {
		return docsAsList(w.list(of(e), related(of(to), d["id"], field), 0, 1<<30, now).docs)
	}
	points := func(list any) any {
		out := []any{}
		ids, _ := list.([]any)
		for _, id := range ids {
			if p := one(Plans, id); p != nil {
				out = append(out, p)
			}
		}
		return out
	}
	if r, ok := nestedRefs[field]; ok {
		return w.ref(r.dictionary, d[r.key])
	}
	if quasi { // bids, acts and payments of the quasi-sector are in no register
		switch field {
		case "Acts", "TreasuryPay", "ContractWaybill", "ComplaintAppeal":
			return []any{}
		}
	}
	switch typ + "." + field {
	case "TrdBuy.Lots":
		return many(Lots, TrdBuy, "trdBuyId")
	case "TrdBuy.ComplaintAppeal":
		return many(ComplaintAppeal, TrdBuy, "trdBuyId")
	case "TrdBuy.Organizer":
		return subject(d["orgPid"], d["orgBin"])
	case "TrdBuy.Commission", "TrdBuy.Cancel", "TrdBuy.Pause", "TrdBuy.Files", "TrdBuy.Attrs", "TrdBuy.GeneralFiles", "Subject.Address", "Subject.Employees", "Subject.Admins", "Lots.Files",
		"TrdApp.AppLots", "PlnPoint.PlansAttrs", "Contract.ReportFile", "Contract.File", "Contract.ContractPayment", "Contract.ContractTreas", "Contract.ContractSpecSum", "Contract.Agreement",
		"ContractUnits.Spec", "ContractUnits.Kzs", "ContractUnits.ContractUnitsCert",
		"ContractAct.Place", "ContractAct.SpecSum", "ContractAct.Members", "ContractAct.Signature", "ContractAct.AditSignatures", "ContractAct.File":
		return []any{}
	case "Lots.Plans", "TrdAppLots.Plans":
		return points(d["pointList"])
	case "Lots.Customer", "Contract.Customer":
		return subject(d["customerId"], d["customerBin"])
	case "Lots.TrdBuy", "Contract.TrdBuy", "TrdComplaintAppeal.TrdBuy":
		return one(TrdBuy, d["trdBuyId"])
	case "PlnPoint.Customer":
		return subject(d["sysSubjectsId"], d["subjectBiin"])
	case "PlnPoint.Organizer":
		return subject(d["sysOrganizatorId"], nil)
	case "PlnPoint.RefEnstru":
		return enstru(text(d["refEnstruCode"]))
	case "TrdApp.TrdBuy":
		return one(TrdBuy, d["buyId"])
	case "TrdApp.Supplier":
		return subject(d["supplierId"], d["supplierBinIin"])
	case "TrdAppLots.Lot":
		return one(Lots, d["lotId"])
	case "Contract.Supplier":
		return subject(d["supplierId"], d["supplierBiin"])
	case "Contract.SupplierBills":
		return bill(d["supplierBillId"], d["supplierId"])
	case "Contract.CustomerBills":
		return bill(d["customerBillId"], d["customerId"])
	case "Contract.ContractUnits":
		if quasi {
			return docsAsList(w.quasiUnits(number(d["id"]), now))
		}
		return many(Units, Contract, "contractRegistryId")
	case "Contract.Acts":
		return many(Acts, Contract, "contractId")
	case "Contract.TreasuryPay":
		return many(TreasuryPay, Contract, "contractId")
	case "Contract.ContractWaybill":
		return many(Waybills, Contract, "contractId")
	case "ContractUnits.Plans":
		return one(Plans, d["plnPointId"])
	case "ContractAct.Contract", "ContractWaybill.Contract":
		return one(Contract, d["contractId"])
	case "ContractAct.ContractRoot":
		return one(Contract, d["contractRootId"])
	case "ContractAct.ParentAct":
		return one(Acts, d["parentId"])
	case "ContractAct.Supplier":
		return subject(d["supplierId"], nil)
	case "ContractAct.Customer":
		return subject(d["customerId"], nil)
	case "ContractActMember.Subject":
		return subject(d["subjectId"], nil)
	case "ContractActPlace.ContractUnits":
		return one(Units, d["unitId"])
	case "ContractWaybill.Act":
		return one(Acts, d["aktId"])
	}
	return nil
}

// quasiUnits are the lines of a contract of the quasi-sector; they have no
// register of their own.
func (w *world) quasiUnits(contract int64, now moment) (lines []doc) {
	u, r, ok := w.quasi.find(Contract, contract)
	if !ok {
		return nil
	}
	k := &u.contracts[r.a]
	for i := range k.versions[r.b].lines {
		lines = append(lines, w.quasi.unitDoc(u, k, r.b, i, now-u.lag))
	}
	return lines
}

// bill is a bank account of a participant, without its number.
func bill(id, pid any) any {
	if number(id) == 0 {
		return nil
	}
	return doc{"id": id, "kbe": "17", "sysSubjectsId": pid, "startdate": "2023-01-01 00:00:00", "enddate": "1999-01-01 00:00:00", "lastupdate": "2023-01-01 00:00:00"}
}

var nestedRefs = map[string]struct{ dictionary, key string }{
	"RefTradeMethods": {"ref_trade_methods", "refTradeMethodsId"}, "RefBuyTradeMethods": {"ref_trade_methods", "refBuyTradeMethodsId"},
	"FaktTradeMethods": {"ref_trade_methods", "faktTradeMethodsId"}, "RefSubjectType": {"ref_subject_type", "refSubjectTypeId"},
	"RefBuyStatus": {"ref_buy_status", "refBuyStatusId"}, "RefTypeTrade": {"ref_type_trade", "refTypeTradeId"}, "RefLotsStatus": {"ref_lots_status", "refLotStatusId"},
	"RefUnits": {"ref_units", "refUnitsCode"}, "RefMonths": {"ref_months", "refMonthsId"}, "RefPlnPointStatus": {"ref_pln_point_status", "refPlnPointStatusId"},
	"RefFinsource": {"ref_finsource", "refFinsourceId"}, "RefAbp": {"ref_abp", "refAbpCode"}, "RefPointType": {"ref_point_type", "refPointTypeId"},
	"RefJustification": {"ref_justification", "refJustificationId"}, "RefAmendmentAgreemType": {"ref_amendment_agreem_type", "refAmendmentAgreemTypeId"},
	"RefAmendmAgreemJustif": {"ref_amendm_agreem_justif", "refAmendmAgreemJustifId"}, "RefBudgetType": {"ref_budget_type", "refBudgetTypeId"},
	"RefAppStatus": {"ref_po_st", "statusId"}, "RefContractStatus": {"ref_contract_status", "refContractStatusId"}, "RefContractType": {"ref_contract_type", "refContractTypeId"},
	"RefContractYearType": {"ref_contract_year_type", "refContractYearTypeId"}, "RefContractAgrForm": {"ref_contract_agr_form", "refContractAgrFormId"},
	"RefContractCancel": {"ref_contract_cancel", "refContractCancelId"}, "RefCurrency": {"ref_currency", "refCurrencyCode"}, "RefCommRoles": {"ref_comm_roles", "refCommRolesId"},
	"RefCountries": {"ref_countries", "refCountriesCode"}, "RefKato": {"ref_kato", "refKatoCode"},
}
