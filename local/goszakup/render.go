package goszakup

import (
	"fmt"
	"strings"
)

// doc is a document of the portal under its GraphQL names. Values are nil,
// int, int64, string, money, quantity, json.Number, doc, []any and lazy.
type doc map[string]any

// lazy is a costly part of a document that is made when somebody looks.
type lazy func() any

const systemID = 3

// generated renders a row as it stands when the portal's clock shows now.
func (g *generator) generated(e Entity, u *unit, r rowRef, now moment) doc {
	now -= u.lag
	switch e {
	case Plans:
		return g.planDoc(u, r, now)
	case DeletedPlans:
		p := u.points[r.a]
		return doc{"id": r.id, "rootrecordId": p.versions[0].id, "isDeleted": 1, "indexDate": (p.deleted + u.lag).String()}
	case TrdBuy:
		return g.noticeDoc(u, &u.notices[r.a], now)
	case Lots:
		return g.lotDoc(u, &u.notices[r.a], r.b, now)
	case TrdApp:
		return g.bidDoc(u, &u.notices[r.a], r.b, now)
	case Contract:
		return g.contractDoc(u, &u.contracts[r.a], r.b, now)
	case Units:
		return g.unitDoc(u, &u.contracts[r.a], r.b, r.c, now)
	case Acts:
		return g.actDoc(u, &u.contracts[r.a], r.b)
	case TreasuryPay:
		return g.paymentDoc(u, &u.contracts[r.a], r.b)
	}
	return nil
}

// kazakh is what the portal has in the Kazakh field of a text: mostly a copy
// of the Russian, sometimes nothing.
func kazakh(id int64, ru string) any {
	if id%11 == 0 {
		return ""
	}
	return ru
}

func (g *generator) planDoc(u *unit, r rowRef, now moment) doc {
	p := &u.points[r.a]
	v := &p.versions[r.b]
	b := g.buyer(u.buyer)
	product := products[p.product]
	status, changed := statusAt(v.steps, now)
	active := 1
	if v.retired <= now {
		active = 0
	}
	amount := v.qty.times(v.price)
	desc := describe(product, v.id)
	d := doc{
		"id": v.id, "rootrecordId": p.versions[0].id, "idc": "", "sysSubjectsId": b.pid, "subjectBiin": b.bin,
		"subjectNameRu": b.nameRu, "subjectNameKz": b.nameKz, "sysOrganizatorId": b.pid,
		"nameRu": product.nameRu, "nameKz": kazakh(v.id, product.nameRu), "descRu": desc, "descKz": kazakh(v.id, desc),
		"extraDescRu": product.nameRu, "extraDescKz": nil,
		"refEnstruCode": product.code, "refUnitsCode": product.unit, "count": v.qty, "price": v.price, "amount": amount,
		"sum1": amount, "sum2": money(0), "sum3": money(0), "plnPointYear": p.year, "refMonthsId": p.month,
		"refTradeMethodsId": v.method, "refJustificationId": justification(v.method), "refPlnPointStatusId": status,
		"refSubjectTypeId": product.subject, "refFinsourceId": 1, "refAbpCode": abpOf(b), "refBudgetTypeId": budgetTypes[b.budget],
		"refPointTypeId": 1, "isQvazi": flag(b.quasi), "codeGu": fmt.Sprintf("%07d", b.pid%9999999),
		"supplyDateRu": supplyTerm(v.id), "supplyDateKz": supplyTerm(v.id), "prepayment": []int{0, 0, 0, 30, 50}[v.id%5],
		"refAmendmentAgreemTypeId": 0, "refAmendmAgreemJustifId": 0, "contractPrevPointId": 0, "disablePersonId": 0,
		"transferSysSubjectsId": 0, "transferType": 0, "createdinActId": b.pid*10 + int64(r.b), "activeActId": b.pid*10 + int64(r.b),
		"isActive": active, "isDeleted": 0, "dateCreate": v.at.String(), "timestamp": changed.String(),
		"systemId": systemID, "indexDate": (changed + u.lag).String(),
		"PlanActs": doc{"id": b.pid*10 + int64(r.b), "planActNumber": fmt.Sprint(1 + v.id%60), "refPlanStatusId": 3,
			"planFinYear": p.year, "planPreliminary": 0, "dateApproved": (v.at + 3600).String()},
	}
	d["PlansKato"] = lazy(func() any { return g.planPlaces(u, p, v) })
	d["PlansSpec"] = lazy(func() any { return g.planBudget(u, p, v) })
	return d
}

func (g *generator) planPlaces(u *unit, p *point, v *version) any {
	kato := []any{}
	if p.kato != "" {
		kato = append(kato, doc{
			"id": v.id*2 + 1, "plnPointsId": v.id, "refKatoCode": p.kato, "refCountriesCode": "398",
			"fullDeliveryPlaceNameRu": fullPlace(p.kato, true), "fullDeliveryPlaceNameKz": fullPlace(p.kato, false),
			"count": v.qty, "isActive": 1, "isDeleted": 0, "systemId": systemID, "indexDate": (v.at + u.lag).String(),
		})
	}
	return kato
}

func (g *generator) planBudget(u *unit, p *point, v *version) any {
	b := g.buyer(u.buyer)
	class := "149"
	if products[p.product].subject != 1 {
		class = "159"
	}
	return []any{doc{
		"id": v.id*2 + 1, "plnPointsId": v.id, "refEkrbId": 800 + v.id%90, "ekrbCode": class, "ekrbNameRu": expenses[class], "ekrbNameKz": expenses[class],
		"count": v.qty, "price": v.price, "amount": v.qty.times(v.price), "refFkrbProgramId": 2111000 + b.pid%200, "fkrbProgramCode": fmt.Sprintf("%03d", 1+b.pid%30),
		"fkrbProgramNameRu": "Услуги по обеспечению деятельности государственного органа", "fkrbProgramNameKz": "Мемлекеттік органның қызметін қамтамасыз ету жөніндегі қызметтер",
		"refFkrbSubprogramId": 2117196, "fkrbSubprogramCode": "015", "fkrbSubprogramNameRu": "За счет средств местного бюджета",
		"fkrbSubprogramNameKz": "Жергілікті бюджет қаражаты есебінен", "refFkrbId": 2117196,
		"abpCode": fmt.Sprint(abpOf(b)), "abpNameRu": "", "abpNameKz": "", "isActive": 1, "isDeleted": 0, "systemId": systemID, "indexDate": (v.at + u.lag).String(),
	}}
}

var expenses = map[string]string{"149": "Приобретение прочих запасов", "159": "Оплата прочих услуг и работ"}

func describe(p product, id int64) string {
	switch p.subject {
	case 1:
		return []string{"сорт высший", "в ассортименте", "согласно технической спецификации ", "ГОСТ, &quot;или эквивалент&quot;", "стандартная комплектация"}[id%5]
	default:
		return p.nameRu
	}
}

func supplyTerm(id int64) string {
	return []string{"15 күнтізбелік күн", "в течение 15 календарных дней со дня подписания договора", "по заявке заказчика", "в течение финансового года", "30 календарных дней"}[id%5]
}

func justification(method int) int {
	switch method {
	case 23:
		return 2
	case 131, 52, 130, 50, 122, 123:
		return 52
	}
	return 0
}

func abpOf(b *party) int { return []int{201, 261, 457, 124}[b.budget] + int(b.pid%9) }

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func fullPlace(code string, ru bool) string {
	var parts []string
	for code != "" {
		i, ok := placeIndex[code]
		if !ok {
			break
		}
		name := places[i].nameKk
		if ru {
			name = places[i].nameRu
		}
		parts = append([]string{name}, parts...)
		code = places[i].parent
	}
	return strings.Join(parts, ", ") + " "
}

// title of an announcement; its Kazakh form is now and then a copy.
func (u *unit) title(n *notice) (ru, kz string) {
	name := products[u.points[n.lots[0].point].product].nameRu
	ru, kz = name, name+" сатып алу"
	if len(n.lots) > 1 {
		ru += " и другое"
	}
	if n.id%7 == 0 {
		kz = ru
	}
	return ru, kz
}

func (g *generator) noticeDoc(u *unit, n *notice, now moment) doc {
	b := g.buyer(u.buyer)
	status, changed := statusAt(n.steps, now)
	product := products[u.points[n.lots[0].point].product]
	title, titleKz := u.title(n)
	var sum money
	katos := []any{}
	seen := map[string]bool{}
	for _, l := range n.lots {
		sum += l.qty.times(l.price)
		if k := u.points[l.point].kato; k != "" && !seen[k] {
			seen[k] = true
			katos = append(katos, k)
		}
	}
	results := any(nil)
	if n.results <= now {
		results = n.results.String()
	}
	d := doc{
		"id": n.id, "numberAnno": n.number, "nameRu": title, "nameKz": titleKz, "totalSum": sum, "countLots": len(n.lots),
		"refTradeMethodsId": n.method, "refSubjectTypeId": product.subject,
		"customerBin": b.bin, "customerPid": b.pid, "customerNameRu": b.nameRu, "customerNameKz": b.nameKz,
		"orgBin": b.bin, "orgPid": b.pid, "orgNameRu": b.nameRu, "orgNameKz": b.nameKz,
		"refBuyStatusId": status, "publishDate": n.publish.String(), "startDate": n.start.String(), "endDate": n.end.String(),
		"repeatStartDate": nil, "repeatEndDate": nil, "itogiDatePublic": results,
		"discusStartDate": nil, "discusEndDate": nil, "refTypeTradeId": 1, "parentId": n.parent,
		"idSupplier": 0, "biinSupplier": nil, "disablePersonId": 0, "singlOrgSign": 0, "isLightIndustry": flag(product.division == 14 || product.division == 31),
		"isConstructionWork": flag(product.subject == 2), "refSpecPurchaseTypeId": flag(n.method == 130 || n.method == 128),
		"finYear": []any{n.publish.year()}, "kato": katos, "lastUpdateDate": changed.String(), "systemId": systemID,
		"indexDate": (changed + u.lag).String(),
	}
	if n.discusEnd != never {
		d["discusStartDate"], d["discusEndDate"] = n.publish.String(), n.discusEnd.String()
	}
	if n.parent != 0 {
		d["refTypeTradeId"] = 2
	}
	if n.method == 6 && len(n.bids) > 0 {
		s := g.supplier(n.bids[0].supplier)
		d["idSupplier"], d["biinSupplier"] = s.pid, s.id()
	}
	if b.budget == 1 && n.method == 2 && n.id%3 == 0 {
		d["singlOrgSign"] = 1
	}
	d["Files"] = lazy(func() any { return g.noticeFiles(n, u, now) })
	d["Commission"] = lazy(func() any { return g.commission(u, n) })
	d["Cancel"], d["Pause"] = []any{}, []any{}
	switch status {
	case 430:
		d["Cancel"] = []any{doc{
			"id": n.id, "numberDecision": fmt.Sprint(1 + n.id%90), "dateDecision": changed.String(), "nameAuthority": "Департамент внутреннего государственного аудита", "dateCreate": changed.String(),
			"trdBuyId": n.id, "actTypeNameRu": "Решение", "actTypeNameKz": "Шешім", "typeActionsNameRu": "Отмена закупки по решению уполномоченных органов",
			"typeActionsNameKz": "Отмена закупки по решению уполномоченных органов", "typeActionsCode": "canceledTrade", "systemId": systemID, "indexDate": (changed + u.lag).String(),
		}}
	case 440:
		lots := []any{}
		for _, l := range n.lots {
			lots = append(lots, doc{"id": l.id})
		}
		d["Pause"] = []any{doc{
			"id": n.id, "status": 1, "dateCreate": changed.String(), "datePause": changed.String(), "decideNumber": nil, "decideDate": nil, "decideDocKz": nil, "decideDocRu": nil,
			"statusNameRu": "На рассмотрении", "statusNameKz": "Қаралуда", "solutionNameRu": "Решение по жалобе", "solutionNameKz": "Шағым бойынша шешім", "lots": lots,
		}}
	}
	return d
}

// commission lists the tender commission; only tenders have one.
func (g *generator) commission(u *unit, n *notice) any {
	members := []any{}
	switch n.method {
	case 2, 22, 32, 120, 121, 124, 128:
		for i := range int64(3) {
			members = append(members, doc{
				"id": n.id*4 + i, "trdBuyId": n.id, "fio": person(int(n.id%1000 + i)), "refCommRolesId": 1 + flag(i > 0), "active": 1,
				"bin": g.buyer(u.buyer).bin, "isDeleted": 0, "systemId": systemID, "indexDate": (n.publish + u.lag).String(),
			})
		}
	}
	return members
}

func (g *generator) noticeFiles(n *notice, u *unit, now moment) any {
	files := []any{}
	add := func(name, ru, kz string, at moment) {
		if at > now {
			return
		}
		id := n.id*4 + int64(len(files))
		files = append(files, doc{
			"id": id, "filePath": fmt.Sprintf("https://ows.goszakup.gov.kz/download/trd_buy/%016x%016x", mix(uint64(id)), mix(uint64(id)+1)),
			"originalName": name, "objectId": []any{n.id}, "nameRu": ru, "nameKz": kz, "indexDate": (at + u.lag).String(), "systemId": systemID,
		})
	}
	add(fmt.Sprintf("techspec_%d_%d.pdf", n.id, n.lots[0].id), "Техническая спецификация", "Техникалық ерекшелік", n.publish)
	add(fmt.Sprintf("contract_project_%d.pdf", n.id), "Проект договора об электронных закупках", "Электрондық сатып алу туралы шарт жобасы", n.publish)
	if n.results != never {
		add(fmt.Sprintf("itogi_%d.pdf", n.id), "Протокол итогов", "Қорытындылар хаттамасы", n.results)
	}
	return files
}

func (g *generator) lotDoc(u *unit, n *notice, k int, now moment) doc {
	l := &n.lots[k]
	p := &u.points[l.point]
	b := g.buyer(u.buyer)
	product := products[p.product]
	status, changed := statusAt(l.steps, now)
	katos := []any{}
	if p.kato != "" {
		katos = append(katos, p.kato)
	}
	desc := describe(product, l.id)
	return doc{
		"id": l.id, "lotNumber": l.number, "refLotStatusId": status, "trdBuyId": n.id, "trdBuyNumberAnno": n.number,
		"nameRu": product.nameRu, "nameKz": kazakh(l.id, product.nameRu), "descriptionRu": desc, "descriptionKz": kazakh(l.id, desc),
		"count": l.qty, "amount": l.qty.times(l.price), "customerId": b.pid, "customerBin": b.bin, "customerNameRu": b.nameRu, "customerNameKz": b.nameKz,
		"refTradeMethodsId": n.planned, "refBuyTradeMethodsId": n.method, "unionLots": 0, "pointList": []any{p.versions[l.version].id},
		"enstruList": []any{0}, "plnPointKatoList": katos, "dumping": flag(l.dumping && n.results != never && now >= n.end), "dumpingLotPrice": money(0),
		"psdSign": flag(product.subject == 2), "consultingServices": 0, "singlOrgSign": 0,
		"isLightIndustry": flag(product.division == 14 || product.division == 31), "isConstructionWork": flag(product.subject == 2),
		"disablePersonId": 0, "isDeleted": 0, "lastUpdateDate": changed.String(), "systemId": systemID, "indexDate": (changed + u.lag).String(),
	}
}

// Bid statuses (ref_po_st). 360 and 370 are the portal's; the names and the
// other ids are ours.
const (
	bidSubmitted = 320
	bidWon       = 360
	bidSecond    = 365
	bidRejected  = 370
)

func (g *generator) bidDoc(u *unit, n *notice, k int, now moment) doc {
	b := &n.bids[k]
	s := g.supplier(b.supplier)
	decided := n.results <= now
	changed := n.end
	if decided {
		changed = n.results
	}
	d := doc{
		"id": b.id, "buyId": n.id, "supplierId": s.pid, "supplierBinIin": s.id(), "crFio": s.person, "modFio": s.person,
		"protId": 0, "protNumber": nil, "dateApply": fmt.Sprintf("%s.%06d", b.at, b.micros), "systemId": systemID, "indexDate": (changed + u.lag).String(),
	}
	if decided {
		d["protId"], d["protNumber"] = n.id, fmt.Sprint(n.id)
	}
	lots := []any{}
	for i := len(b.offers) - 1; i >= 0; i-- {
		o := b.offers[i]
		l := &n.lots[o.lot]
		status := bidSubmitted
		switch {
		case !decided:
		case l.won == k:
			status = bidWon
		case l.second == k:
			status = bidSecond
		case o.rejected:
			status = bidRejected
		}
		pointID := u.points[l.point].versions[l.version].id
		amount := l.qty.times(o.price)
		a := doc{
			"id": o.id, "appId": b.id, "lotId": l.id, "pointList": []any{fmt.Sprint(pointID)}, "statusId": status, "price": o.price, "amount": amount,
			"discountValue": money(o.discount), "discountPrice": money(0), "systemId": systemID, "indexDate": (changed + u.lag).String(),
			"Offers": []any{doc{"id": o.id, "pointId": pointID, "lotId": l.id, "appLotId": o.id, "price": o.price, "amount": amount}},
		}
		if o.discount > 0 {
			a["discountPrice"] = o.effective()
		}
		lots = append(lots, a)
	}
	d["AppLots"] = lots
	return d
}

// withTax adds value added tax: 12 per cent, 16 from 2026.
func (k *contract) withTax(m money) money {
	if !k.vat {
		return m
	}
	rate := 12
	if k.year >= 2026 {
		rate = 16
	}
	return m + (m*money(rate)+50)/100
}

func (k *contract) paid(v int, now moment) (sum money, last moment) {
	if v == len(k.versions)-1 {
		for _, p := range k.payments {
			if p.at <= now {
				sum, last = sum+p.sum, max(last, p.at)
			}
		}
	}
	return sum, last
}

func (g *generator) contractDoc(u *unit, k *contract, version int, now moment) doc {
	a := &k.versions[version]
	b, s := g.buyer(u.buyer), g.supplier(k.supplier)
	status, changed := statusAt(a.steps, now)
	paid, paidAt := k.paid(version, now)
	changed = max(changed, paidAt)
	product := products[u.points[a.lines[0].point].product]
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
	d := doc{
		"id": a.id, "rootId": k.versions[0].id, "parentId": 0, "contractNumber": fmt.Sprintf("%d", 1+a.id%400), "contractNumberSys": fmt.Sprintf("%s%02d", k.number, version),
		"refContractTypeId": 1, "refContractStatusId": status, "deleted": 0,
		"trdBuyId": 0, "trdBuyNumberAnno": nil, "trdBuyNameRu": nil, "trdBuyNameKz": nil, "trdBuyItogiDatePublic": nil, "faktTradeMethodsId": k.method,
		"supplierId": s.pid, "supplierBiin": s.id(), "supplierFio": s.person, "supplierLegalAddress": s.addressRu, "supplierPhone": "87000000000",
		"supplierBik": "TESTKZKA", "supplierIik": "KZ000000000000000000", "supplierBankNameRu": "АО \"Пример Банк\"", "supplierBankNameKz": "\"Пример Банк\" АҚ", "supplierBillId": s.pid * 10,
		"customerId": b.pid, "customerBin": b.bin, "customerFio": b.person, "customerLegalAddress": b.addressRu, "customerPhone": "87170000000",
		"customerBik": "KKMFKZ2A", "customerIik": "KZ000000000000000000", "customerBankNameRu": "РГУ \"КОМИТЕТ КАЗНАЧЕЙСТВА МИНИСТЕРСТВА ФИНАНСОВ РК\"", "customerBankNameKz": "\"ҚР Қаржы министрлігінің Қазынашылық Комитеті\" РММ", "customerBillId": b.pid * 10,
		"descriptionRu": product.nameRu, "descriptionKz": kazakh(a.id, product.nameRu), "refSubjectTypeId": product.subject, "refSubjectTypesId": product.subject, "refFinsourceId": 1,
		"finYear": k.year, "refContractYearTypeId": 1, "isGu": flag(!b.quasi), "refContractAgrFormId": 1,
		"contractSum": a.sum(), "contractSumWnds": k.withTax(a.sum()), "faktSum": paid, "faktSumWnds": k.withTax(paid), "withNds": flag(k.vat),
		"refCurrencyCode": "KZT", "exchangeRate": 1, "contractMs": money(a.id % 10001), "enforcement": 2 - flag(a.sum() > 100_000_000),
		"crdate": a.created.String(), "lastUpdateDate": changed.String(), "signDate": after(a.signed),
		"ecEndDate": fmt.Sprintf("%d-12-31 00:00:00", k.year), "planExecDate": fmt.Sprintf("%d-12-25 00:00:00", k.year), "faktExecDate": executed, "contractEndDate": after(a.ended),
		"signReasonDocName": nil, "signReasonDocDate": nil, "refAmendmAgreemJustifId": []any{a.reason}, "refContractCancelId": 0,
		"paymentsTermsRu": "Оплата по факту в течение 30 календарных дней", "paymentsTermsKz": "Оплата по факту в течение 30 календарных дней",
		"treasureReqNum": nil, "treasureReqDate": nil, "treasureNotNum": nil, "treasureNotDate": nil,
		"ecCustomerApprove": flag(status >= 120), "ecSupplierApprove": flag(status >= 130), "reportStatus": nil, "reportCreatedAt": nil, "reportSignAt": nil,
		"systemId": systemID, "indexDate": (changed + u.lag).String(),
	}
	if a.ended <= now {
		d["refContractCancelId"] = 24
	}
	if k.treasury && a.signed <= now {
		d["treasureReqNum"], d["treasureReqDate"] = fmt.Sprintf("EGZ-%d/01-001", a.id), a.signed.String()
		d["treasureNotNum"], d["treasureNotDate"] = fmt.Sprint(a.id), a.signed.String()
	}
	d["ContractTreas"] = lazy(func() any { return g.registrations(k, a, now) })
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

// registrations are those of a contract at the treasury; enterprises have none.
func (g *generator) registrations(k *contract, a *agreement, now moment) any {
	list := []any{}
	if !k.treasury || a.signed > now {
		return list
	}
	signed := a.signed.String()
	return append(list, doc{
		"id": a.id, "contractId": a.id, "refEkrbId": 878, "amount": k.withTax(a.sum()), "finYear": k.year, "createDate": signed, "description": nil, "pid": nil,
		"requestNumber": fmt.Sprintf("EGZ-%d/01-001", a.id), "requestDate": signed, "rootRequestNumber": nil, "notificationNumber": fmt.Sprint(a.id), "notificationDate": signed,
		"lastUpdateDate": signed, "rejectReason": nil, "prepaymentProc": 0, "summAvans": 0, "year2": 0, "year3": 0, "refFkrbId": 2117196, "refFkrbProgramId": 0, "refFkrbSubprogramId": 0,
	})
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
	lotID, noticeID := int64(0), int64(0)
	p := &u.points[l.point]
	pointID := p.current().id
	if k.notice >= 0 {
		n := &u.notices[k.notice]
		lotID, noticeID = n.lots[l.lot].id, n.id
		pointID = p.versions[n.lots[l.lot].version].id
	}
	rootID, parentID := k.versions[0].lines[i].id, int64(0)
	if version > 0 {
		parentID = k.versions[version-1].lines[i].id
	}
	executed := any(nil)
	if status == 390 {
		executed = changed.String()
	}
	return doc{
		"id": l.id, "contractRegistryId": a.id, "lotId": lotID, "plnPointId": pointID, "trdBuyId": noticeID,
		"itemPrice": l.price, "itemPriceWnds": k.withTax(l.price), "quantity": l.qty, "totalSum": sum, "totalSumWnds": k.withTax(sum),
		"contractSum": a.sum(), "contractSumWnds": k.withTax(a.sum()), "factSum": fact, "factSumWnds": k.withTax(fact), "ksProc": 0, "ksSum": 0,
		"deleted": 0, "crDeleted": 0, "crdate": a.created.String(), "execPlanDate": fmt.Sprintf("%d-12-25 00:00:00", k.year), "execFaktDate": executed,
		"executed": flag(status == 390), "parentId": parentID, "rootId": rootID, "refContractStatusId": status,
		"refAmendmAgreemJustifId": []any{a.reason}, "refEnstruCode": []any{products[p.product].code}, "systemId": systemID, "indexDate": (changed + u.lag).String(),
	}
}

func (g *generator) actDoc(u *unit, k *contract, i int) doc {
	p := k.payments[i]
	last := &k.versions[len(k.versions)-1]
	return doc{
		"id": p.actID, "aktDate": p.at.String(), "numberAct": fmt.Sprintf("A%d/00/%d", last.id, i+1), "approveDate": p.at.String(), "revokeDate": nil,
		"createDateAct": p.at.String(), "createDateGenInfo": p.at.String(), "contractRootId": k.versions[0].id, "contractId": last.id, "statusId": 15, "isDeleted": 0,
		"dayOverdue": nil, "sumAvans": nil, "sumBeginning": nil, "sumFine": nil, "sumPreviously": nil, "sumTransfer": p.sum,
		"statusNameRu": "утвержден", "statusNameKz": "бекітілді", "supplierId": g.supplier(k.supplier).pid, "customerId": g.buyer(u.buyer).pid,
		"isGu": flag(!g.buyer(u.buyer).quasi), "typeAct": 1, "refSubjectTypeId": products[u.points[last.lines[0].point].product].subject, "parentId": 0, "allDone": 0,
		"systemId": systemID, "indexDate": (p.at + u.lag).String(),
	}
}

func (g *generator) paymentDoc(u *unit, k *contract, i int) doc {
	p := k.payments[i]
	last := &k.versions[len(k.versions)-1]
	b, s := g.buyer(u.buyer), g.supplier(k.supplier)
	return doc{
		"id": p.payID, "nomZa": fmt.Sprintf("EGZ-%d/01-001", last.id), "contractId": last.id, "dtReg": last.signed.String(), "nomUved": fmt.Sprint(last.id),
		"supplier": s.nameRu, "rnnSupplier": "000000000000", "bikSupplier": "TESTKZKA", "iikSupplier": "KZ000000000000000000", "codeSupplier": fmt.Sprint(s.pid),
		"nomDog": fmt.Sprint(1 + last.id%400), "dtDog": last.signed.day() + " 00:00:00", "nomDop": nil, "dtDop": nil, "itemDescription": "1",
		"unitPrice": p.sum, "quantity": 1, "typeBujet": fmt.Sprintf("%02d", 1+b.budget), "budgetNameRu": budgetNames[b.budget][0], "budgetNameKz": budgetNames[b.budget][1],
		"kato": fmt.Sprintf("%06d", 620101+b.pid%20), "func": fmt.Sprintf("%03d001015", abpOf(b)%1000), "espk": "000149", "gu": fmt.Sprintf("%07d", b.pid%9999999),
		"finSource": "1", "poHeaderId": last.id, "lastUpdateDate": p.at.String(), "vendorId": s.pid, "pdiUpdateDate": p.at.String(),
		"prepaySum": money(0), "strPrepaySum": "", "checkId": p.payID, "invoiceId": p.payID, "payDescription": "1", "invnum": "1", "payAmount": p.sum,
		"checkNumber": fmt.Sprint(p.payID), "payDate": p.at.day() + " 00:00:00", "codeCombinationId": b.pid, "ppn": p.payID, "systemId": systemID, "indexDate": (p.at + u.lag).String(),
	}
}

var budgetNames = [][2]string{
	{"Республиканский бюджет", "Республикалық бюджет"},
	{"Областной бюджет", "Облыстық бюджет"},
	{"Районный бюджет, города областного значения", "Ауданның бюджет"},
	{"Бюджет сельского округа, села, поселка, города районного значения", "Бюджет сельского округа, села, поселка, города районного значения"},
}

// subjectDoc renders a participant; its address may have changed.
func (g *generator) subjectDoc(p *party, now moment) doc {
	changed, address := p.since, p.addressRu
	if p.moved <= now {
		changed, address = p.moved, p.addressRu+", офис 1"
	}
	buyer := p.pid < supplierPid
	d := doc{
		"pid": p.pid, "bin": nil, "iin": nil, "inn": nil, "unp": nil, "parentSubject": nil, "parentNameRu": nil, "parentNameKz": nil,
		"nameRu": p.nameRu, "nameKz": p.nameKz, "fullNameRu": p.nameRu, "fullNameKz": p.nameKz, "regdate": p.since.String(), "crdate": p.since.year(), "year": p.since.year(),
		"numberReg": nil, "series": nil, "email": "example@example.kz", "phone": "87000000000", "website": nil, "lastUpdateDate": changed.String(),
		"indexDate": (changed + 300).String(), "countryCode": "398", "katoList": []any{p.kato}, "branches": nil, "systemId": systemID,
		"customer": flag(buyer), "organizer": flag(buyer), "supplier": flag(!buyer), "qvazi": flag(p.quasi), "isSingleOrg": 0, "markResident": 1,
		"markNationalCompany": 0, "markAssocWithDisab": 0, "markWorldCompany": 0, "markStateMonopoly": 0, "markNaturalMonopoly": 0,
		"markPatronymicProducer": 0, "markPatronymicSupplyer": 0, "markSmallEmployer": 0, "typeSupplier": p.kind, "refKopfCode": p.form,
		"krpCode": 1, "okedList": 84111, "kseCode": 1, "totalAddress": 1,
		"Address": []any{doc{"id": p.pid*2 + 1, "pid": p.pid, "refSourceCode": 2, "addressType": 1, "address": address, "katoCode": p.kato, "phone": nil,
			"countryCode": 398, "dateCreate": p.since.String(), "editDate": changed.String(), "indexDate": (changed + 300).String()}},
		"Employees": []any{}, "Admins": []any{},
	}
	if p.bin != "" {
		d["bin"] = p.bin
	} else {
		d["bin"], d["iin"] = "", p.iin
	}
	return d
}

// blacklistDoc renders the entry of a supplier in the register of unreliable
// participants; its numbers are texts there.
func (g *generator) blacklistDoc(p *party) doc {
	id := fmt.Sprint(p.pid - supplierPid + blacklistBase)
	b := g.buyer(int(p.pid) % len(g.buyers))
	d := doc{
		"id": id, "pid": fmt.Sprint(p.pid), "supplierBiin": p.id(), "supplierInnunp": nil, "supplierNameRu": p.nameRu, "supplierNameKz": p.nameKz,
		"katoList": []any{p.kato}, "systemId": systemID, "startDate": p.listed.String(), "endDate": (p.listed + blacklistTerm).String(), "indexDate": (p.listed + partyLag).String(),
	}
	d["Detail"] = []any{doc{
		"id": id, "pid": p.pid, "customerNameRu": b.nameRu, "customerNameKz": b.nameKz, "customerBiin": b.bin, "supplierNameRu": p.nameRu, "supplierNameKz": p.nameKz,
		"supplierBiin": p.id(), "supplierInnunp": nil, "supplierHeadNameKz": p.person, "supplierHeadNameRu": p.person, "supplierHeadBiin": nil,
		"courtDecision": fmt.Sprint("7527-", p.pid%9000), "courtDecisionDate": (p.listed - 30*86400).String(), "startDate": p.listed.String(), "endDate": (p.listed + blacklistTerm).String(),
		"refReasonId": 1 + int(p.pid%2), "indexDate": (p.listed + partyLag).String(), "systemId": systemID, "katoList": []any{p.kato}, "founders": nil,
	}}
	return d
}
