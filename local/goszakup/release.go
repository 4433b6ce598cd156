package goszakup

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// The rows of the older feeds. They are OCDS as the portal understood it: with
// fields of its own, arrays where the standard has objects, single objects where
// it has arrays, and truth values as texts.

// ocidOf an announcement; no prefix is registered for the country.
func ocidOf(n *notice) string { return "ocds-0kz000-" + n.number[:len(n.number)-2] }

// partyID is how the feeds name a participant.
func partyID(p *party) string {
	switch {
	case p.bin != "":
		return "KZ-TC-BIN-" + p.bin
	case p.iin != "":
		return "KZ-TC-IIN-" + p.iin
	case p.inn != "":
		return "RU-INN-" + p.inn
	}
	return "BY-UNP-" + p.unp
}

func partyRef(p *party) doc { return doc{"id": partyID(p), "name": p.nameRu} }

func worth(m money, vat bool) doc {
	return doc{"amount": m, "currency": "KZT", "valueAddedTaxIncluded": strconv.FormatBool(vat)}
}

func span(from, to moment) doc {
	return doc{"startDate": feedDate(from), "endDate": feedDate(to), "durationInDays": int((to - from) / 86400)}
}

var feedMethods = map[int]string{
	2: "openTender", 7: "auction", 77: "auction", 78: "auction", 3: "requestForQuotations", 6: "singleSourceUnsuccessful", 23: "singleSourcePlan", 50: "dwellingProcurement", 52: "stateSocialProcurement",
}

var feedCategories = []string{"", "goods", "works", "services"}

func methodOf(method int) any { return orNil(feedMethods[method]) }

func openness(method int) string {
	switch method {
	case 6, 23, 131, 52, 130, 50, 122, 123:
		return "direct"
	case 32:
		return "selective"
	}
	return "open"
}

func lotState(status int) string {
	switch status {
	case 360:
		return "complete"
	case 370:
		return "unsuccessful"
	case 410, 430:
		return "cancelled"
	}
	return "active"
}

func contractState(status int) string {
	switch status {
	case 110, 115, 120, 125:
		return "draft"
	case 130, 131, 135, 160, 165, 185:
		return "pending"
	case 190:
		return "active"
	case 375:
		return "partiallyComplete"
	case 390:
		return "complete"
	case 340, 345, 350:
		return "terminated"
	case 330, 430:
		return "cancelled"
	case 450, 455:
		return "changed"
	}
	return "undefined"
}

func planState(status int) string {
	switch status {
	case 25:
		return "draft"
	case 7, 20:
		return "cancelled"
	case 10, 18:
		return "unsuccessful"
	case 11, 21:
		return "changed"
	case 19:
		return "complete"
	}
	return "active"
}

// tenderRelease is the release of an announcement as it stood at now.
func (g *generator) tenderRelease(u *unit, index int, now moment) doc {
	n := &u.notices[index]
	organiser := g.buyer(u.buyer)
	status, _ := statusAt(n.steps, now)
	product := &products[u.points[n.lots[0].parts[0].point].product]
	decided := n.results <= now && status != 440
	title, _ := u.title(n)
	people := newCast(g)
	people.add(organiser, "buyer", "procuringEntity")

	tag := []any{"tender"}
	lots, items, plans := []any{}, []any{}, []any{}
	sum, complete := money(0), 0
	for i := range n.lots {
		l := &n.lots[i]
		sum += l.amount()
		lotStatus, _ := statusAt(l.steps, now)
		if lotState(lotStatus) == "complete" {
			complete++
		}
		points := []any{}
		for j, part := range l.parts {
			p := &u.points[part.point]
			customer := g.buyer(p.buyer)
			people.add(customer, "buyer")
			v := &p.versions[part.version]
			id := fmt.Sprint(l.id, "-", j+1)
			points = append(points, doc{"id": id, "value": worth(part.qty.times(part.price), false), "minValue": worth(part.qty.times(part.price)/10*dumpingShare, false), "buyer": partyRef(customer)})
			item := &products[p.product]
			items = append(items, doc{
				"id": id, "description": item.nameRu, "quantity": part.qty, "relatedPlan": fmt.Sprint(v.id), "relatedLot": fmt.Sprint(l.id), "relatedLotPoint": id,
				"classification": doc{"scheme": "ENSTRU", "id": item.code, "description": item.nameRu},
				"unit":           doc{"scheme": "MKEI", "id": item.unit, "name": unitNames[item.unit], "value": worth(part.price, false), "minValue": worth(part.price/10*dumpingShare, false)},
			})
			plans = append(plans, g.feedPlanning(u, p, v))
		}
		lots = append(lots, doc{
			"id": fmt.Sprint(l.id), "title": item(l, u).nameRu, "description": describe(item(l, u), l.id), "status": lotState(lotStatus), "value": worth(l.amount(), false), "guaranteePercent": guarantee(n.method),
			"lotDetails": nil, "deliveryTerms": doc{"id": "DDP", "name": supplyTerm(l.id)}, "lotPoints": points,
		})
	}
	tender := doc{
		"id": fmt.Sprint(n.id), "tenderNumber": n.number, "title": title, "status": "active", "subStatus": status, "procurementMethod": openness(n.method), "procurementMethodDetails": methodOf(n.method),
		"procurementMethodRationale": []any{}, "mainProcurementCategory": feedCategories[product.subject], "centralisedProcurement": strconv.FormatBool(len(people.buyers()) > 1), "awardCriteria": "priceOnly",
		"submissionMethod": []any{"electronicSubmission"}, "submissionMethodDetails": "https://goszakup.gov.kz", "procuringEntity": partyRef(organiser), "value": worth(sum, false),
		"tenderPeriod": span(n.start, n.end), "requirements": []any{}, "items": items, "lots": lots, "documents": g.feedDocuments(u, n, now),
	}
	switch {
	case status == 190:
		tender["status"] = "changed"
	case status == 410 || status == 430:
		tender["status"] = "cancelled"
	case status == 350 && complete == 0:
		tender["status"] = "unsuccessful"
	case status == 350:
		tender["status"] = "complete"
	}
	if n.single() {
		tender["procurementMethodRationale"] = []any{"previousUnsuccessful"}
	}
	if n.discusEnd != never {
		tender["enquiryPeriod"] = span(n.publish, n.discusEnd)
		tender["requirements"] = []any{doc{"id": "1", "name": "Опыт работы", "mandatory": "false"}, doc{"id": "2", "name": "Отсутствие налоговой задолженности", "mandatory": "true"}}
	}
	if n.results != never && n.results <= now {
		tender["awardPeriod"] = span(n.end, n.results)
	}
	asked := g.feedEnquiries(u, n, now, people)
	tender["enquiries"], tender["hasEnquiries"] = asked, strconv.FormatBool(len(asked) > 0)

	d := doc{
		"ocid": ocidOf(n), "id": fmt.Sprintf("%s-%d", n.number, now), "date": feedDate(now), "language": "ru", "initiationType": "tender", "buyer": partyRef(organiser), "plannings": plans, "tender": tender,
	}
	bids, scores, awards := g.feedBids(u, n, now, decided, people)
	if len(bids) > 0 {
		d["bids"] = doc{"details": bids}
	}
	if len(scores) > 0 {
		d["nonPriceEvaluation"] = scores
	}
	if len(awards) > 0 {
		tag = append(tag, "award")
		d["awards"] = awards
	}
	contracts := []any{}
	for k := range u.contracts {
		ct := &u.contracts[k]
		if ct.notice != index || ct.versions[0].created > now || ct.removed <= now {
			continue
		}
		version := 0
		for v := range ct.versions {
			if ct.versions[v].created <= now {
				version = v
			}
		}
		c := g.feedContract(u, ct, version, now)
		ids := []any{}
		for _, l := range ct.versions[0].lines {
			if id := fmt.Sprint(n.lots[l.lot].id, "-1"); !slices.Contains(ids, any(id)) {
				ids = append(ids, id)
			}
		}
		c["awardIDs"] = ids
		contracts = append(contracts, c)
	}
	if len(contracts) > 0 {
		tag = append(tag, "contract")
		d["contracts"] = contracts
	}
	if complaints := g.feedComplaints(n, now, people); len(complaints) > 0 {
		d["complaints"] = complaints
	}
	d["tag"], d["parties"] = tag, people.parties()
	return d
}

// item is the product that names a lot.
func item(l *lot, u *unit) *product { return &products[u.points[l.parts[0].point].product] }

func guarantee(method int) any {
	switch method {
	case 3, 60, 6:
		return nil
	}
	return 3
}

// cast collects the parties of a release with their roles.
type cast struct {
	g     *generator
	roles map[string][]string
	who   map[string]*party
	order []string
}

func newCast(g *generator) *cast {
	return &cast{g: g, roles: map[string][]string{}, who: map[string]*party{}}
}

func (c *cast) add(p *party, roles ...string) {
	id := partyID(p)
	if c.who[id] == nil {
		c.who[id] = p
		c.order = append(c.order, id)
	}
	for _, r := range roles {
		if !slices.Contains(c.roles[id], r) {
			c.roles[id] = append(c.roles[id], r)
		}
	}
}

func (c *cast) buyers() (ids []string) {
	for _, id := range slices.Sorted(maps.Keys(c.roles)) {
		if slices.Contains(c.roles[id], "buyer") {
			ids = append(ids, id)
		}
	}
	return ids
}

func (c *cast) parties() []any {
	out := []any{}
	for _, id := range c.order {
		p := c.who[id]
		roles := []any{}
		for _, r := range c.roles[id] {
			roles = append(roles, r)
		}
		scheme := id[:len(id)-len(p.id())-1]
		out = append(out, doc{
			"id": id, "name": p.nameRu, "roles": roles, "identifier": doc{"scheme": scheme, "id": p.id(), "legalName": p.nameRu, "uri": fmt.Sprint("https://goszakup.gov.kz/ru/registry/show_supplier/", p.pid)},
			"address":      doc{"countryName": countryNames[p.country], "region": orNil(regionName(p.kato)), "locality": nil, "streetAddress": p.addressRu, "postalCode": "000000"},
			"contactPoint": doc{"name": p.person, "email": mailOf(p.pid), "telephone": phoneOf(p.pid), "faxNumber": nil, "url": nil},
		})
	}
	return out
}

var countryNames = map[int]string{kazakhstan: "Казахстан", 643: "Россия", 112: "Беларусь", 156: "Китай", 276: "Германия", 792: "Турция", 860: "Узбекистан"}

func regionName(kato string) string {
	if len(kato) < 2 {
		return ""
	}
	return places[placeIndex[kato[:2]+"0000000"]].nameRu
}

func (g *generator) feedDocuments(u *unit, n *notice, now moment) []any {
	list := []any{}
	for _, f := range g.noticeFiles(n, u, now).([]any) {
		f := f.(doc)
		kind := "technicalSpecifications"
		switch f["nameRu"] {
		case "Протокол итогов":
			kind = "awardNotice"
		case "Проект договора об электронных закупках":
			kind = "contractDraft"
		}
		list = append(list, doc{"id": fmt.Sprint(f["id"]), "documentType": kind, "title": f["nameRu"], "url": f["filePath"], "datePublished": feedDate(n.publish), "dateModified": feedDate(n.publish), "format": "application/pdf", "relatedLots": []any{}})
	}
	return list
}

func (g *generator) feedEnquiries(u *unit, n *notice, now moment, people *cast) []any {
	list := []any{}
	for i, e := range g.enquiries(u, n) {
		if e.asked > now {
			continue
		}
		author := g.supplier(e.author)
		people.add(author, "enquirer")
		topic := enquiries[e.topic]
		text := topic.text
		if e.personal {
			text += " " + contacts(n.id+int64(i))
		}
		d := doc{"id": fmt.Sprint(n.id, "-", i+1), "enquiryType": enquiryKinds[e.kind], "date": feedDate(e.asked), "title": topic.title, "description": text, "author": partyRef(author)}
		if e.answered <= now {
			d["answer"], d["answerType"], d["dateAnswered"] = topic.answer, answerKinds[e.answerKind], feedDate(e.answered)
		}
		list = append(list, d)
	}
	return list
}

// feedBids are the bids for each lot, what they scored, and the awards.
func (g *generator) feedBids(u *unit, n *notice, now moment, decided bool, people *cast) (bids, scores, awards []any) {
	if n.end > now {
		return nil, nil, nil
	}
	for k := range n.bids {
		b := &n.bids[k]
		s := g.supplier(b.supplier)
		people.add(s, "tenderer")
		for _, o := range b.offers {
			l := &n.lots[o.lot]
			id := fmt.Sprint(o.id)
			status := "pending"
			switch {
			case b.taken:
				status = "withdrawn"
			case decided && o.rejected:
				status = "disqualified"
			case decided:
				status = "valid"
			}
			points := []any{}
			for j, part := range l.parts {
				points = append(points, doc{"id": fmt.Sprint(o.id*16 + int64(j)), "lotPointID": fmt.Sprint(l.id, "-", j+1), "value": worth(part.qty.times(o.prices[j]), s.vat)})
			}
			d := doc{
				"id": id, "date": feedDate(b.at), "status": status, "relatedLot": fmt.Sprint(l.id), "tenderers": []any{partyRef(s)}, "value": worth(o.amount, s.vat), "guaranteeType": nil,
				"discountPercent": money(o.discount), "correctionAttempt": strconv.FormatBool(b.mended && now >= n.repeatStart), "documents": []any{}, "bidPoints": points,
				"disqualificationReasonsArticle": []any{}, "disqualificationReasonsDocuments": []any{},
			}
			if guarantee(n.method) != nil {
				d["guaranteeType"] = []string{"money", "bankGuarantee"}[o.id%2]
			}
			if status == "disqualified" {
				why := rejections[o.reason]
				d["disqualificationReasonsArticle"] = []any{doc{"id": why.article, "name": why.articleName}}
				d["disqualificationReasonsDocuments"] = []any{doc{"id": why.document, "name": why.documentName}}
			}
			bids = append(bids, d)
			if decided && status != "withdrawn" && guarantee(n.method) != nil {
				scores = append(scores, doc{
					"id": "npe-" + id, "date": feedDate(n.results), "relatedBid": id, "totalScore": money(o.discount), "qualified": strconv.FormatBool(!o.rejected),
					"nonPriceEvaluationValues": []any{doc{"id": "experience", "name": "Опыт работы", "score": money(o.discount) / 100 * 60}, doc{"id": "localContent", "name": "Местное содержание", "score": money(o.discount) / 100 * 40}},
				})
			}
			place := 0
			switch {
			case !decided:
			case l.won == k:
				place = 1
			case l.second == k:
				place = 2
			}
			if place > 0 {
				people.add(s, "supplier")
				awards = append(awards, doc{
					"id": fmt.Sprint(l.id, "-", place), "status": []string{"active", "pending"}[place-1], "date": feedDate(n.results), "relatedBid": id, "place": place, "value": worth(o.amount, s.vat),
					"supplier": partyRef(s), "documents": []any{}, "relatedLot": fmt.Sprint(l.id),
				})
			}
		}
	}
	return bids, scores, awards
}

func (g *generator) feedComplaints(n *notice, now moment, people *cast) (list []any) {
	for i := range n.complaints {
		k := &n.complaints[i]
		if k.filed > now {
			continue
		}
		s := g.supplier(k.author)
		people.add(s, "complainer")
		state := "pending"
		rationale := []any{}
		switch status, _ := k.statusAt(now); status {
		case complaintReview:
			state = "review"
		case complaintDecided:
			state, rationale = outcomes[k.outcome], []any{complaintReasons[k.reason]}
		}
		list = append(list, doc{
			"id": fmt.Sprint(k.id), "status": state, "dateReceived": feedDate(k.filed), "dateReview": feedDates(k.review, now), "dateResolved": feedDates(k.resolved, now), "complainer": partyRef(s),
			"reviewBody": doc{"id": "KZ-TC-BIN-141040003823"}, "relatedLots": []any{fmt.Sprint(n.lots[k.lot].id)}, "rationale": rationale,
		})
	}
	return list
}

// feedPlanning is what the tender and contract feeds tell of a plan point.
func (g *generator) feedPlanning(u *unit, p *point, v *version) doc {
	b := g.buyer(p.buyer)
	return doc{
		"id": fmt.Sprint(v.id), "procurementMethodDetails": methodOf(v.method), "isFromAssociationOfDisabled": "false", "type": "plan", "procurementCategory": feedCategories[products[p.product].subject],
		"fundingSource": fundingSource(b), "departmentalCode": fmt.Sprintf("%07d", b.pid%9999999), "projectAdministratorID": fmt.Sprint(abpOf(b)), "projectAdministratorName": b.nameRu,
		"procurementMethodRationale": nil, "budget": g.feedBudget(p, v),
	}
}

func fundingSource(b *party) any {
	if b.quasi {
		return nil
	}
	return "Budget"
}

func (g *generator) feedBudget(p *point, v *version) []any {
	value := worth(v.qty.times(v.price), false)
	value["prepaymentPercent"] = prepayment(v.id)
	return []any{doc{
		"project": "Услуги по обеспечению деятельности государственного органа", "projectID": programCode(g.buyer(p.buyer).pid % programs), "subproject": "За счет средств местного бюджета", "subprojectID": "015",
		"subsubprojectID": "149", "subsubprojectName": expenses["149"], "value": value,
	}}
}

func feedPlaces(p *point) []any {
	list := []any{}
	for _, code := range p.places {
		list = append(list, doc{"id": code, "countryName": "Казахстан", "locality": fullPlace(code, true), "percentage": 100 / len(p.places)})
	}
	return list
}

// feedContract is a version of a contract as the tender and contract feeds show
// it.
func (g *generator) feedContract(u *unit, k *contract, version int, now moment) doc {
	a := &k.versions[version]
	status, _ := statusAt(a.steps, now)
	items := []any{}
	for _, l := range a.lines {
		p := &u.points[l.point]
		v := g.plannedBy(u, k, &l)
		planned := g.feedPlanning(u, p, v)
		pr := &products[p.product]
		planned["id"], planned["quantity"], planned["classification"] = fmt.Sprint(l.id), l.qty, doc{"scheme": "ENSTRU", "id": pr.code, "description": pr.nameRu}
		planned["unit"] = doc{"scheme": "MKEI", "id": pr.unit, "name": unitNames[pr.unit], "value": worth(l.price, false)}
		planned["deliveryAddresses"], planned["relatedPlan"] = feedPlaces(p), fmt.Sprint(v.id)
		items = append(items, planned)
	}
	value := worth(k.currency.from(k.withTax(a.sum())), k.vat)
	value["currency"] = k.currency.name()
	documents := []any{}
	if a.signed <= now {
		documents = append(documents, doc{"id": fmt.Sprint(a.id*2 + 1), "documentType": "contractSigned", "url": filePath("contract", a.id*2+1), "datePublished": feedDate(a.signed), "dateModified": feedDate(a.signed)})
	}
	d := doc{
		"id": fmt.Sprint(a.id), "status": contractState(status), "dateSigned": feedDates(a.signed, now), "dateRegistered": nil, "guaranteePercent": nil, "multiAnnual": strconv.FormatBool(u.years > 1),
		"treasuryRegistration": strconv.FormatBool(k.treasury), "period": span(a.created, at(workDays(a.created)+float64(60+workDaysPerYear*(u.years-1)))), "value": value, "documents": documents, "items": items,
	}
	if k.treasury {
		d["dateRegistered"] = feedDates(a.signed, now)
	}
	if a.sum() > 100_000_000 {
		d["guaranteePercent"] = 3
	}
	return d
}

// contractRow is a row of the contracts feed.
func (g *generator) contractRow(u *unit, k *contract, version int, now moment) doc {
	d := g.feedContract(u, k, version, now)
	a := &k.versions[version]
	b, s := g.buyer(k.buyer), g.supplier(k.supplier)
	d["rootId"], d["parentId"], d["tenderId"], d["tenderNumber"] = fmt.Sprint(k.versions[0].id), nil, nil, nil
	if version > 0 {
		d["parentId"] = fmt.Sprint(k.versions[version-1].id)
	}
	if k.notice >= 0 {
		d["tenderId"], d["tenderNumber"] = fmt.Sprint(u.notices[k.notice].id), u.notices[k.notice].number
	}
	d["procurementMethodDetails"], d["buyer"], d["supplier"], d["rationale"] = methodOf(k.method), partyRef(b), partyRef(s), []any{}
	if version > 0 {
		d["rationale"] = []any{fmt.Sprint(a.reason)}
	}
	payments := []any{}
	pay := func(id int64, at moment, sum money) {
		if at <= now {
			payments = append(payments, doc{"id": fmt.Sprint(id), "date": feedDate(at), "payer": b.nameRu, "payee": s.nameRu, "value": doc{"amount": k.withTax(sum), "currency": "KZT"}})
		}
	}
	if version == len(k.versions)-1 {
		pay(k.advance.payID, k.advance.at, k.advance.sum)
		for i := range k.acts {
			pay(k.acts[i].payID, k.acts[i].paid, k.acts[i].sum-k.acts[i].offset)
		}
	}
	d["implementation"] = doc{"transactions": payments}
	return d
}

// planRow is a row of the plans feed: a version of a plan point.
func (g *generator) planRow(u *unit, p *point, version int, now moment) doc {
	v := &p.versions[version]
	status, _ := statusAt(v.steps, now)
	b := g.buyer(p.buyer)
	pr := &products[p.product]
	d := g.feedPlanning(u, p, v)
	d["rootId"], d["parentId"], d["date"], d["status"], d["budgetYear"] = fmt.Sprint(p.versions[0].id), nil, feedDate(now), planState(status), p.year
	if version > 0 {
		d["parentId"] = fmt.Sprint(p.versions[version-1].id)
	}
	if p.deleted <= now { // the feeds keep what the registers lose
		d["status"] = "cancelled"
	}
	d["buyer"] = doc{"id": partyID(b), "name_ru": b.nameRu, "name_kz": b.nameKz}
	d["classification"], d["quantity"] = doc{"scheme": "ENSTRU", "id": pr.code}, v.qty
	d["units"] = doc{"scheme": "MKEI", "id": pr.unit, "name": unitNames[pr.unit], "value": doc{"amount": v.price, "currency": "KZT"}}
	d["plannedMonth"], d["isPreliminaryPlan"], d["deliveryAddresses"] = monthsRu[p.month-1], "false", feedPlaces(p)
	return d
}
