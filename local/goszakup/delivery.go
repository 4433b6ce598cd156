package goszakup

import "fmt"

func (g *generator) contractDoc(u *unit, k *contract, version int, now moment) doc {
	a := &k.versions[version]
	b, s := g.buyer(k.buyer), g.supplier(k.supplier)
	status, changed := statusAt(a.steps, now)
	paid, paidAt := k.paid(version, now)
	changed = max(changed, paidAt)
	product := &products[u.points[a.lines[0].point].product]
	after := func(m moment) any {
		if m <= now {
			return m.String()
		}
		return nil
	}
	executed := any(nil)
	if status == 390 {
		executed = changed.String()
	}
	sum, fact := k.currency.from(a.sum()), k.currency.from(paid)
	until := k.year + u.years - 1
	d := doc{
		"id": a.id, "rootId": k.versions[0].id, "parentId": 0, "contractNumber": fmt.Sprint(1 + a.id%400), "contractNumberSys": fmt.Sprintf("%s%02d", k.number, version),
		"refContractTypeId": 1, "refContractStatusId": status, "deleted": flag(k.dropped <= now),
		"trdBuyId": 0, "trdBuyNumberAnno": nil, "trdBuyNameRu": nil, "trdBuyNameKz": nil, "trdBuyItogiDatePublic": nil, "faktTradeMethodsId": k.method,
		"supplierId": s.pid, "supplierBiin": s.id(), "supplierFio": s.person, "supplierLegalAddress": s.addressRu, "supplierPhone": phoneOf(s.pid),
		"supplierBik": "TESTKZKA", "supplierIik": accountOf(s.pid), "supplierBankNameRu": "АО \"Пример Банк\"", "supplierBankNameKz": "\"Пример Банк\" АҚ", "supplierBillId": s.pid * 10,
		"customerId": b.pid, "customerBin": b.bin, "customerFio": b.person, "customerLegalAddress": b.addressRu, "customerPhone": phoneOf(b.pid),
		"customerBik": "KKMFKZ2A", "customerIik": accountOf(b.pid), "customerBankNameRu": "РГУ \"КОМИТЕТ КАЗНАЧЕЙСТВА МИНИСТЕРСТВА ФИНАНСОВ РК\"", "customerBankNameKz": "\"ҚР Қаржы министрлігінің Қазынашылық Комитеті\" РММ", "customerBillId": b.pid * 10,
		"descriptionRu": product.nameRu, "descriptionKz": product.kazakh(a.id), "refSubjectTypeId": product.subject, "refSubjectTypesId": product.subject, "refFinsourceId": 1,
		"finYear": k.year, "refContractYearTypeId": min(u.years, 2), "isGu": flag(!b.quasi), "refContractAgrFormId": 1,
		"contractSum": sum, "contractSumWnds": k.withTax(sum), "faktSum": fact, "faktSumWnds": k.withTax(fact), "withNds": flag(k.vat),
		"refCurrencyCode": k.currency.name(), "exchangeRate": k.currency.rateOf(version), "contractMs": money(a.id % 10001), "enforcement": 2 - flag(a.sum() > 100_000_000),
		"crdate": a.created.String(), "lastUpdateDate": changed.String(), "signDate": after(a.signed),
		"ecEndDate": fmt.Sprintf("%d-12-31 00:00:00", until), "planExecDate": fmt.Sprintf("%d-12-25 00:00:00", until), "faktExecDate": executed, "contractEndDate": after(a.ended),
		"signReasonDocName": nil, "signReasonDocDate": nil, "refAmendmAgreemJustifId": []any{a.reason}, "refContractCancelId": 0,
		"paymentsTermsRu": "Оплата по факту в течение 30 календарных дней", "paymentsTermsKz": "Оплата по факту в течение 30 календарных дней",
		"treasureReqNum": nil, "treasureReqDate": nil, "treasureNotNum": nil, "treasureNotDate": nil,
		"ecCustomerApprove": flag(status >= 120), "ecSupplierApprove": flag(status >= 130), "reportStatus": nil, "reportCreatedAt": nil, "reportSignAt": nil,
		"systemId": systemID, "indexDate": (changed + u.lag).String(),
	}
	if k.method == 23 && a.signed <= now { // single-source purchases are reported
		d["reportStatus"], d["reportCreatedAt"], d["reportSignAt"] = 2, a.signed.String(), a.signed.String()
	}
	if k.advance.at != never {
		d["paymentsTermsRu"] = fmt.Sprintf("Аванс %d%%, оставшаяся часть по факту в течение 30 календарных дней", k.advance.percent)
	}
	if a.ended <= now {
		d["refContractCancelId"] = 24
	}
	if k.treasury && a.signed <= now {
		d["treasureReqNum"], d["treasureReqDate"] = fmt.Sprintf("EGZ-%d/01-001", a.id), a.signed.String()
		d["treasureNotNum"], d["treasureNotDate"] = fmt.Sprint(a.id), a.signed.String()
	}
	d["ContractTreas"] = lazy(func() any { return g.registrations(u, k, a, now) })
	d["ContractPayment"] = lazy(func() any { return g.contractPayments(k, version, now) })
	d["ContractSpecSum"] = lazy(func() any {
		sums := []any{}
		for i := range a.lines {
			sums = append(sums, g.specSums(u, k, version, i, now)...)
		}
		return sums
	})
	d["Agreement"] = lazy(func() any { return g.approvals(k, a, now) })
	d["File"] = lazy(func() any {
		if a.signed > now {
			return []any{}
		}
		return []any{attached("contract", a.id*2+1, a.id, fmt.Sprintf("contract_%d.pdf", a.id), "Договор", "Шарт", a.signed+u.lag)}
	})
	if version > 0 {
		d["parentId"], d["refContractTypeId"] = k.versions[version-1].id, 2
	}
	if k.notice >= 0 {
		n := &u.notices[k.notice]
		d["trdBuyId"], d["trdBuyNumberAnno"] = n.id, n.number
		d["trdBuyNameRu"], d["trdBuyNameKz"] = u.title(n)
		d["trdBuyItogiDatePublic"] = n.results.String()
		d["signReasonDocName"], d["signReasonDocDate"] = "Итоговый протокол о проведении государственных закупок", n.results.String()
	}
	return d
}

// approvals are the steps of agreeing on the text of a contract.
func (g *generator) approvals(k *contract, a *agreement, now moment) any {
	list := []any{}
	for _, s := range a.steps {
		who, message := g.buyer(k.buyer).person, "Отправлен на согласование поставщику"
		switch s.status {
		case 120:
		case 130:
			who, message = g.supplier(k.supplier).person, "Согласовано"
		default:
			continue
		}
		if s.at <= now {
			list = append(list, doc{"id": a.id*4 + int64(len(list)), "contractId": a.id, "crdate": s.at.String(), "fio": who, "message": message})
		}
	}
	return list
}

// registrations are those of a contract at the treasury; enterprises have none.
func (g *generator) registrations(u *unit, k *contract, a *agreement, now moment) any {
	list := []any{}
	if !k.treasury || a.signed > now {
		return list
	}
	signed := a.signed.String()
	years := inYears(k.withTax(a.sum()), u.years)
	d := doc{
		"id": a.id, "contractId": a.id, "refEkrbId": 878, "amount": k.withTax(a.sum()), "finYear": k.year, "createDate": signed, "description": nil, "pid": nil,
		"requestNumber": fmt.Sprintf("EGZ-%d/01-001", a.id), "requestDate": signed, "rootRequestNumber": nil, "notificationNumber": fmt.Sprint(a.id), "notificationDate": signed,
		"lastUpdateDate": signed, "rejectReason": nil, "prepaymentProc": k.advance.percent, "summAvans": k.withTax(k.advance.sum), "year2": years[1], "year3": years[2],
		"refFkrbId": 2117196, "refFkrbProgramId": programBase + g.buyer(k.buyer).pid%programs, "refFkrbSubprogramId": 2117196,
	}
	if a.id%31 == 0 { // the first request was turned down
		rejected := doc{}
		for f, v := range d {
			rejected[f] = v
		}
		rejected["id"], rejected["requestNumber"], rejected["notificationNumber"], rejected["notificationDate"] = a.id*2+1, fmt.Sprintf("EGZ-%d/01-000", a.id), nil, nil
		rejected["rejectReason"], d["rootRequestNumber"] = "Неверно указана специфика", rejected["requestNumber"]
		list = append(list, rejected)
	}
	return append(list, d)
}

// contractPayments are what a customer outside the treasury enters itself.
func (g *generator) contractPayments(k *contract, version int, now moment) any {
	list := []any{}
	if k.treasury || version != len(k.versions)-1 {
		return list
	}
	add := func(id, actID int64, at moment, sum money) {
		if at <= now {
			list = append(list, doc{
				"id": id, "contractId": k.versions[version].id, "actId": actID, "createDate": at.String(), "paySum": k.currency.from(k.withTax(sum)), "specId": 0, "payDate": at.day() + " 00:00:00",
				"currency": k.currency.name(), "rate": k.currency.rateOf(0),
			})
		}
	}
	add(k.advance.payID, 0, k.advance.at, k.advance.sum)
	for _, a := range k.acts {
		add(a.payID, a.id, a.paid, a.sum-a.offset)
	}
	return list
}

func (g *generator) unitDoc(u *unit, k *contract, version, i int, now moment) doc {
	a := &k.versions[version]
	l := &a.lines[i]
	status, changed := statusAt(a.steps, now)
	paid, paidAt := k.paid(version, now)
	changed = max(changed, paidAt)
	sum := l.qty.times(l.price)
	fact := money(0)
	if total := a.sum(); total > 0 {
		fact = money(float64(paid) * float64(sum) / float64(total))
	}
	p := &u.points[l.point]
	lotID, noticeID := int64(0), int64(0)
	if k.notice >= 0 {
		n := &u.notices[k.notice]
		lotID, noticeID = n.lots[l.lot].id, n.id
	}
	rootID, parentID := k.versions[0].lines[i].id, int64(0)
	if version > 0 {
		parentID = k.versions[version-1].lines[i].id
	}
	executed := any(nil)
	if status == 390 {
		executed = changed.String()
	}
	from := k.currency.from
	price := from(l.price)
	if k.currency.code != "" {
		sum = l.qty.times(price)
	}
	d := doc{
		"id": l.id, "contractRegistryId": a.id, "lotId": lotID, "plnPointId": g.plannedBy(u, k, l).id, "trdBuyId": noticeID,
		"itemPrice": price, "itemPriceWnds": k.withTax(price), "quantity": l.qty, "totalSum": sum, "totalSumWnds": k.withTax(sum),
		"contractSum": from(a.sum()), "contractSumWnds": k.withTax(from(a.sum())), "factSum": from(fact), "factSumWnds": k.withTax(from(fact)), "ksProc": 0, "ksSum": 0,
		"deleted": flag(k.dropped <= now), "crDeleted": 0, "crdate": a.created.String(), "execPlanDate": fmt.Sprintf("%d-12-25 00:00:00", k.year+u.years-1), "execFaktDate": executed,
		"executed": flag(status == 390), "parentId": parentID, "rootId": rootID, "refContractStatusId": status,
		"refAmendmAgreemJustifId": []any{a.reason}, "refEnstruCode": []any{products[p.product].code}, "systemId": systemID, "indexDate": (changed + u.lag).String(),
	}
	d["Spec"] = lazy(func() any { return g.specSums(u, k, version, i, now) })
	d["ContractUnitsCert"], d["Kzs"] = []any{}, []any{}
	if l.id%9 == 0 && products[p.product].subject == 1 {
		d["ContractUnitsCert"] = []any{doc{"id": l.id*2 + 1, "unitId": l.id, "certTypeId": 1 + int(l.id%2), "certNumber": fmt.Sprintf("KZ-%09d", l.id%1_000_000_000), "idn": nil,
			"startDate": fmt.Sprintf("%d-01-15 00:00:00", k.year), "endDate": fmt.Sprintf("%d-01-15 00:00:00", k.year+1)}}
	}
	return d
}

// plannedBy is the plan row that a line of a contract refers to.
func (g *generator) plannedBy(u *unit, k *contract, l *line) *version {
	p := &u.points[l.point]
	if k.notice >= 0 {
		for _, part := range u.notices[k.notice].lots[l.lot].parts {
			if part.point == l.point {
				return &p.versions[part.version]
			}
		}
	}
	return p.current()
}

// specSums are the budget lines of a line, one for each year. Sums are texts in
// REST and tenge everywhere; those "in currency" are in the contract's.
func (g *generator) specSums(u *unit, k *contract, version, i int, now moment) []any {
	a := &k.versions[version]
	l := &a.lines[i]
	sum, total := l.qty.times(l.price), a.sum()
	paid, _ := k.paid(version, now)
	years := inYears(sum, u.years)
	list := []any{}
	for y := range u.years {
		fact := money(0)
		if y == 0 && total > 0 {
			fact = money(float64(paid) * float64(sum) / float64(total))
		}
		point := g.plannedBy(u, k, l).id
		list = append(list, doc{
			"id": l.id*4 + int64(y), "contractId": a.id, "unitId": l.id, "finYear": k.year + y, "refFkrbId": 2117196, "refEkrbId": 878 + flag(products[u.points[l.point].product].subject != 1),
			"planSum": years[y], "planSunWithVat": k.withTax(years[y]), "totalSum": years[y], "totalSumWithVat": k.withTax(years[y]), "factSum": fact, "factSumWithVat": k.withTax(fact),
			"totalAvansPerc": k.advance.percent, "pointSpecId": point*2 + 1, "specId": point*2 + 1, "factAvansSum": money(0), "factSumInCurrency": k.currency.from(fact),
			"totalSumInCurrency": k.currency.from(years[y]), "refFkrbProgramId": programBase + g.buyer(k.buyer).pid%programs, "refFkrbSubprogramId": 2117196,
		})
	}
	return list
}

func (g *generator) actDoc(u *unit, k *contract, i int, now moment) doc {
	a := &k.acts[i]
	last := &k.versions[len(k.versions)-1]
	b, s := g.buyer(k.buyer), g.supplier(k.supplier)
	status, changed := a.statusAt(now)
	earlier, paid := money(0), money(0)
	for j := range k.acts[:i] {
		if k.acts[j].revoked == never {
			earlier += k.acts[j].sum
			paid += k.acts[j].sum - k.acts[j].offset
		}
	}
	fine, overdue := any(nil), any(nil)
	if a.id%13 == 0 {
		fine, overdue = k.withTax(a.sum)/1000, 1+int(a.id%9)
	}
	after := func(m moment) any {
		if m <= now {
			return m.String()
		}
		return nil
	}
	product := &products[u.points[last.lines[0].point].product]
	d := doc{
		"id": a.id, "aktDate": a.drafted.String(), "numberAct": fmt.Sprintf("A%d/00/%d", last.id, i+1), "approveDate": after(a.approved), "revokeDate": after(a.revoked),
		"createDateAct": a.drafted.String(), "createDateGenInfo": a.drafted.String(), "contractRootId": k.versions[0].id, "contractId": last.id, "statusId": status,
		"isDeleted": flag(a.revoked <= now), "dayOverdue": overdue, "sumAvans": k.withTax(a.offset), "sumBeginning": k.withTax(paid + k.advance.sum), "sumFine": fine, "sumPreviously": k.withTax(earlier),
		"sumTransfer": k.withTax(a.sum - a.offset), "statusNameRu": actStatuses[status][0], "statusNameKz": actStatuses[status][1], "supplierId": s.pid, "customerId": b.pid,
		"isGu": flag(!b.quasi), "typeAct": 1 + flag(a.id%17 == 0), "refSubjectTypeId": product.subject, "parentId": 0, "allDone": flag(i == len(k.acts)-1 && last.ended == never),
		"systemId": systemID, "indexDate": (changed + u.lag).String(),
	}
	d["Place"] = lazy(func() any { return g.actPlaces(k, last, a) })
	d["SpecSum"] = lazy(func() any {
		sums := []any{}
		for _, p := range g.actPlaces(k, last, a) {
			p := p.(doc)
			sums = append(sums, doc{"id": number(p["id"])*2 + 1, "actId": a.id, "specSumId": number(p["unitId"]) * 4, "quantity": p["quantity"], "amount": p["amount"], "createDate": p["createDate"],
				"aktPlaceId": p["id"], "payNoAvansSum": p["payNoAvansSum"]})
		}
		return sums
	})
	d["Members"] = lazy(func() any {
		member := func(n int64, p *party, group, groupKk string, customer bool) doc {
			return doc{"id": a.id*4 + n, "actId": a.id, "groupId": n + 1, "subjectId": p.pid, "userId": p.pid*4 + 1, "signDate": after(a.approved), "job": "руководитель", "createDate": a.drafted.String(),
				"revokeDate": after(a.revoked), "message": nil, "groupNameRu": group, "groupNameKz": groupKk, "isCustomer": flag(customer), "isSupplier": flag(!customer), "isAdditional": 0}
		}
		return []any{member(0, s, "Поставщик", "Өнім беруші", false), member(1, b, "Заказчик", "Тапсырыс беруші", true)}
	})
	d["Signature"] = lazy(func() any {
		if a.approved > now {
			return []any{}
		}
		return []any{
			doc{"id": a.id*2 + 1, "actId": a.id, "signFio": s.person, "subjectId": s.pid, "crdate": a.approved.String()},
			doc{"id": a.id * 2, "actId": a.id, "signFio": b.person, "subjectId": b.pid, "crdate": a.approved.String()},
		}
	})
	d["AditSignatures"] = []any{}
	d["File"] = lazy(func() any {
		return []any{attached("act", a.id*2+1, a.id, fmt.Sprintf("act_%d.pdf", a.id), "Акт выполненных работ", "Орындалған жұмыстар актісі", a.drafted+u.lag)}
	})
	return d
}

// actPlaces are the accepted parts of the contract's lines.
func (g *generator) actPlaces(k *contract, last *agreement, a *act) []any {
	places, total := []any{}, last.sum()
	for i := range last.lines {
		l := &last.lines[i]
		sum := l.qty.times(l.price)
		part := float64(0)
		if total > 0 {
			part = float64(a.sum) / float64(total)
		}
		amount := money(float64(sum) * part)
		places = append(places, doc{
			"id": a.id*16 + int64(i), "actId": a.id, "unitId": l.id, "quantity": quantity(float64(l.qty) * part), "amount": k.withTax(amount), "createDate": a.drafted.String(),
			"capNumber": nil, "ntinCode": nil, "period": nil, "info": nil, "payNoAvansSum": k.withTax(money(float64(amount) * float64(a.sum-a.offset) / float64(max(1, a.sum)))),
		})
	}
	return places
}

// waybillDoc renders the waybill of an act, with what was released and to whom.
func (g *generator) waybillDoc(u *unit, k *contract, i int, now moment) doc {
	a := &k.acts[i]
	last := &k.versions[len(k.versions)-1]
	b, s := g.buyer(k.buyer), g.supplier(k.supplier)
	changed, status := a.drafted, waybillDrafted
	if a.approved <= now {
		changed, status = a.approved, waybillSigned
	}
	d := doc{
		"id": a.waybill, "aktId": a.id, "contractId": last.id, "crdate": a.drafted.String(), "cruserId": s.pid*4 + 1, "statusId": status, "waybillNumber": fmt.Sprint("WB-", a.waybill),
		"preparationDate": a.drafted.day(), "approveDate": nil, "responsibleFullname": s.person, "transportOrganization": s.nameRu, "transportWaybillData": fmt.Sprint("ТТН ", a.waybill%10_000),
		"procuratoryNumber": fmt.Sprint(a.waybill % 900), "procuratoryDate": a.drafted.day(), "procuratoryHolder": b.person, "fileId": a.waybill*2 + 1, "isDeleted": 0,
		"systemId": systemID, "indexDate": (changed + u.lag).String(),
	}
	if a.approved <= now {
		d["approveDate"] = a.approved.String()
	}
	d["Items"] = lazy(func() any {
		items := []any{}
		for j := range last.lines {
			items = append(items, g.waybillItemDoc(u, k, i, j))
		}
		return items
	})
	d["Members"] = lazy(func() any {
		return []any{g.waybillMemberDoc(k, i, 0, now), g.waybillMemberDoc(k, i, 1, now)}
	})
	return d
}

// Statuses of waybills; the ids are ours.
const (
	waybillDrafted = 1
	waybillSigned  = 2
)

func (a *act) waybillItem(j int) int64 {
	return spaces[WaybillItems].base + (a.waybill-spaces[Waybills].base)*16 + int64(j)
}

func (a *act) waybillMember(j int) int64 {
	return spaces[WaybillMembers].base + (a.waybill-spaces[Waybills].base)*membersPerWaybill + int64(j)
}

func (g *generator) waybillItemDoc(u *unit, k *contract, i, j int) doc {
	a := &k.acts[i]
	last := &k.versions[len(k.versions)-1]
	l := &last.lines[j]
	product := &products[u.points[l.point].product]
	released := l.qty
	if total := last.sum(); total > 0 {
		released = quantity(float64(l.qty) * float64(a.sum) / float64(total))
	}
	return doc{
		"id": a.waybillItem(j), "waybillId": a.waybill, "unitId": l.id, "nameRu": product.nameRu, "nameKz": product.kazakh(l.id), "additionalDescRu": describe(product, l.id), "additionalDescKz": nil,
		"itemNumber": fmt.Sprint(j + 1), "countToRelease": released, "countReleased": released,
	}
}

func (g *generator) waybillMemberDoc(k *contract, i, j int, now moment) doc {
	a := &k.acts[i]
	p := g.supplier(k.supplier)
	if j == 1 {
		p = g.buyer(k.buyer)
	}
	signed := any(nil)
	if a.approved <= now {
		signed = a.approved.String()
	}
	return doc{"id": a.waybillMember(j), "waybillId": a.waybill, "roleId": j + 1, "userId": p.pid*4 + 1, "subjectId": p.pid, "signDate": signed, "msg": nil, "revokeDate": nil}
}

// paymentDoc renders a payment of the treasury: of an act or, with act -1, of
// the advance.
func (g *generator) paymentDoc(u *unit, k *contract, i int) doc {
	id, at, sum, advance := k.advance.payID, k.advance.at, k.advance.sum, k.advance.sum
	if i >= 0 {
		a := &k.acts[i]
		id, at, sum, advance = a.payID, a.paid, a.sum-a.offset, 0
	}
	last := &k.versions[len(k.versions)-1]
	b, s := g.buyer(k.buyer), g.supplier(k.supplier)
	written := ""
	if advance > 0 {
		written = text(k.withTax(advance))
	}
	class := "000149"
	if products[u.points[last.lines[0].point].product].subject != 1 {
		class = "000159"
	}
	d := doc{
		"id": id, "nomZa": fmt.Sprintf("EGZ-%d/01-001", last.id), "contractId": last.id, "dtReg": last.signed.String(), "nomUved": fmt.Sprint(last.id),
		"supplier": s.nameRu, "rnnSupplier": "000000000000", "bikSupplier": "TESTKZKA", "iikSupplier": accountOf(s.pid), "codeSupplier": fmt.Sprint(s.pid),
		"nomDog": fmt.Sprint(1 + last.id%400), "dtDog": last.signed.day() + " 00:00:00", "nomDop": nil, "dtDop": nil, "itemDescription": "1",
		"unitPrice": k.withTax(sum), "quantity": 1, "typeBujet": fmt.Sprintf("%02d", 1+b.budget), "budgetNameRu": budgetNames[b.budget][0], "budgetNameKz": budgetNames[b.budget][1],
		"kato": fmt.Sprintf("%06d", 620101+b.pid%20), "func": fmt.Sprintf("%03d001015", abpOf(b)%1000), "espk": class, "gu": fmt.Sprintf("%07d", b.pid%9999999),
		"finSource": "1", "poHeaderId": last.id, "lastUpdateDate": at.String(), "vendorId": s.pid, "pdiUpdateDate": at.String(),
		"prepaySum": k.withTax(advance), "strPrepaySum": written, "checkId": id, "invoiceId": id, "payDescription": "1", "invnum": "1", "payAmount": k.withTax(sum),
		"checkNumber": fmt.Sprint(id), "payDate": at.day() + " 00:00:00", "codeCombinationId": b.pid, "ppn": id, "accountingDate": at.day() + " 00:00:00", "systemId": systemID,
		"indexDate": (at + u.lag).String(),
	}
	if v := len(k.versions) - 1; v > 0 {
		d["nomDop"], d["dtDop"] = fmt.Sprintf("%02d", v), last.signed.day()+" 00:00:00"
	}
	return d
}
