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
		return g.actDoc(u, &u.contracts[r.a], r.b, now)
	case TreasuryPay:
		return g.paymentDoc(u, &u.contracts[r.a], r.b)
	case ComplaintAppeal:
		return g.complaintDoc(u, &u.notices[r.a], r.b, now)
	case Waybills:
		return g.waybillDoc(u, &u.contracts[r.a], r.b, now)
	case WaybillItems:
		return g.waybillItemDoc(u, &u.contracts[r.a], r.b, r.c)
	case WaybillMembers:
		return g.waybillMemberDoc(&u.contracts[r.a], r.b, r.c, now)
	}
	return nil
}

// kazakh is what the portal has in the Kazakh field of a name: often the Kazakh,
// often a copy of the Russian, sometimes nothing.
func (p *product) kazakh(id int64) any {
	if id%3 == 0 {
		return kazakh(id, p.nameRu)
	}
	return kazakh(id, p.nameKk)
}

// kazakh is what the portal has in the Kazakh field of a text that nobody
// translated.
func kazakh(id int64, ru string) any {
	if id%11 == 0 {
		return ""
	}
	return ru
}

func (g *generator) planDoc(u *unit, r rowRef, now moment) doc {
	p := &u.points[r.a]
	v := &p.versions[r.b]
	b := g.buyer(p.buyer)
	product := &products[p.product]
	status, changed := statusAt(v.steps, now)
	active := 1
	if v.retired <= now {
		active = 0
	}
	amount := v.qty.times(v.price)
	sums := inYears(amount, u.years)
	desc := describe(product, v.id)
	d := doc{
		"id": v.id, "rootrecordId": p.versions[0].id, "idc": "", "sysSubjectsId": b.pid, "subjectBiin": b.bin,
		"subjectNameRu": b.nameRu, "subjectNameKz": b.nameKz, "sysOrganizatorId": b.pid,
		"nameRu": product.nameRu, "nameKz": product.kazakh(v.id), "descRu": desc, "descKz": kazakh(v.id, desc),
		"extraDescRu": product.nameRu, "extraDescKz": nil,
		"refEnstruCode": product.code, "refUnitsCode": product.unit, "count": v.qty, "price": v.price, "amount": amount,
		"sum1": sums[0], "sum2": sums[1], "sum3": sums[2], "plnPointYear": p.year, "refMonthsId": p.month,
		"refTradeMethodsId": v.method, "refJustificationId": justification(v.method), "refPlnPointStatusId": status,
		"refSubjectTypeId": product.subject, "refFinsourceId": 1, "refAbpCode": abpOf(b), "refBudgetTypeId": budgetTypes[b.budget],
		"refPointTypeId": min(u.years, 2), "isQvazi": flag(b.quasi), "codeGu": fmt.Sprintf("%07d", b.pid%9999999),
		"supplyDateRu": supplyTerm(v.id), "supplyDateKz": supplyTerm(v.id), "prepayment": prepayment(v.id),
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

// partID is the id of the first place or budget line of a plan row; a second one
// has the id before it.
func partID(version int64) int64 { return version*2 + 1 }

// belowPart is an id above those of the plan rows whose parts have lower ids; 0
// for no part.
func belowPart(part int64) int64 {
	if part <= 0 {
		return 0
	}
	return part/2 + 1
}

func (g *generator) planPlaces(u *unit, p *point, v *version) any {
	kato := []any{}
	for i, code := range p.places {
		count := v.qty
		if len(p.places) > 1 { // half here, the rest there
			count = v.qty / 2
			if i > 0 {
				count = v.qty - v.qty/2
			}
		}
		kato = append(kato, doc{
			"id": partID(v.id) - int64(i), "plnPointsId": v.id, "refKatoCode": code, "refCountriesCode": "398",
			"fullDeliveryPlaceNameRu": fullPlace(code, true), "fullDeliveryPlaceNameKz": fullPlace(code, false),
			"count": count, "isActive": 1, "isDeleted": 0, "systemId": systemID, "indexDate": (v.at + u.lag).String(),
		})
	}
	return kato
}

func (g *generator) planBudget(u *unit, p *point, v *version) any {
	b := g.buyer(p.buyer)
	class, classID := "149", 878
	if products[p.product].subject != 1 {
		class, classID = "159", 879
	}
	program := b.pid % programs
	return []any{doc{
		"id": partID(v.id), "plnPointsId": v.id, "refEkrbId": classID, "ekrbCode": class, "ekrbNameRu": expenses[class], "ekrbNameKz": expenses[class],
		"count": v.qty, "price": v.price, "amount": v.qty.times(v.price), "refFkrbProgramId": programBase + program, "fkrbProgramCode": programCode(program),
		"fkrbProgramNameRu": "Услуги по обеспечению деятельности государственного органа", "fkrbProgramNameKz": "Мемлекеттік органның қызметін қамтамасыз ету жөніндегі қызметтер",
		"refFkrbSubprogramId": 2117196, "fkrbSubprogramCode": "015", "fkrbSubprogramNameRu": "За счет средств местного бюджета",
		"fkrbSubprogramNameKz": "Жергілікті бюджет қаражаты есебінен", "refFkrbId": 2117196,
		"abpCode": fmt.Sprint(abpOf(b)), "abpNameRu": "", "abpNameKz": "", "isActive": 1, "isDeleted": 0, "systemId": systemID, "indexDate": (v.at + u.lag).String(),
	}}
}

// prepayment is the advance that a plan point promises, per cent.
func prepayment(version int64) int { return []int{0, 0, 0, 30, 50}[version%5] }

// inYears spreads a sum over up to three budget years.
func inYears(sum money, years int) (parts [3]money) {
	for y := range years {
		parts[y] = sum / money(years)
	}
	parts[years-1] += sum - sum/money(years)*money(years)
	return parts
}

var expenses = map[string]string{"149": "Приобретение прочих запасов", "159": "Оплата прочих услуг и работ"}

func describe(p *product, id int64) string {
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

func abpOf(b *party) int { return abpFrom[b.budget] + int(b.pid%abpPerLevel) }

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
	p := &products[u.points[n.lots[0].parts[0].point].product]
	ru, kz = p.nameRu, p.nameKk+" сатып алу"
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
	product := &products[u.points[n.lots[0].parts[0].point].product]
	title, titleKz := u.title(n)
	var sum money
	katos := []any{}
	seen := map[string]bool{}
	shared := false
	for i := range n.lots {
		l := &n.lots[i]
		sum += l.amount()
		for _, part := range l.parts {
			p := &u.points[part.point]
			for _, code := range p.places {
				if !seen[code] {
					seen[code] = true
					katos = append(katos, code)
				}
			}
			shared = shared || p.buyer != u.buyer
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
	if shared {
		d["customerBin"], d["customerPid"], d["customerNameRu"], d["customerNameKz"], d["singlOrgSign"] = nil, 0, nil, nil, 1
	}
	if n.repeatStart <= now {
		d["repeatStartDate"], d["repeatEndDate"] = n.repeatStart.String(), n.repeatEnd.String()
	}
	if n.discusEnd != never {
		d["discusStartDate"], d["discusEndDate"] = n.publish.String(), n.discusEnd.String()
	}
	if n.parent != 0 {
		d["refTypeTradeId"] = 2
	}
	if n.single() && len(n.bids) > 0 {
		s := g.supplier(n.bids[0].supplier)
		d["idSupplier"], d["biinSupplier"] = s.pid, s.id()
	}
	if b.budget == 1 && n.method == 2 && n.id%3 == 0 {
		d["singlOrgSign"] = 1
	}
	d["Files"] = lazy(func() any { return g.noticeFiles(n, u, now) })
	d["GeneralFiles"] = lazy(func() any { return g.generalFiles(n) })
	d["Commission"] = lazy(func() any { return g.commission(u, n) })
	d["Cancel"], d["Pause"], d["Attrs"] = []any{}, []any{}, []any{}
	if status == 430 {
		d["Cancel"] = []any{doc{
			"id": n.id, "numberDecision": fmt.Sprint(1 + n.id%90), "dateDecision": changed.String(), "nameAuthority": "Департамент внутреннего государственного аудита", "dateCreate": changed.String(),
			"trdBuyId": n.id, "actTypeNameRu": "Решение", "actTypeNameKz": "Шешім", "typeActionsNameRu": "Отмена закупки по решению уполномоченных органов",
			"typeActionsNameKz": "Отмена закупки по решению уполномоченных органов", "typeActionsCode": "canceledTrade", "systemId": systemID, "indexDate": (changed + u.lag).String(),
		}}
	}
	if n.appealed <= now {
		d["Pause"] = []any{pauseDoc(n, now)}
	}
	return d
}

// pauseDoc renders a suspension by a complaint and, later, what was decided.
func pauseDoc(n *notice, now moment) doc {
	lots := []any{}
	for i := range n.lots {
		lots = append(lots, doc{"id": n.lots[i].id})
	}
	d := doc{
		"id": n.id, "status": 1, "dateCreate": n.appealed.String(), "datePause": n.appealed.String(), "decideNumber": nil, "decideDate": nil, "decideDocKz": nil, "decideDocRu": nil,
		"statusNameRu": "На рассмотрении", "statusNameKz": "Қаралуда", "solutionNameRu": "Решение по жалобе", "solutionNameKz": "Шағым бойынша шешім", "lots": lots,
	}
	if n.results <= now {
		d["status"], d["decideNumber"], d["decideDate"] = 3, fmt.Sprint(n.id%9000), n.results.String()
		d["decideDocRu"], d["decideDocKz"], d["statusNameRu"], d["statusNameKz"] = filePath("pause", n.id), filePath("pause", n.id+1), "Решение принято", "Шешім қабылданды"
	}
	return d
}

// filePath is the address of an attached file.
func filePath(folder string, id int64) string {
	return fmt.Sprintf("https://ows.goszakup.gov.kz/download/%s/%016x%016x", folder, mix(uint64(id)), mix(uint64(id)+1))
}

// generalFiles are the standing documents of the purchase, the same for all of
// its lots.
func (g *generator) generalFiles(n *notice) any {
	if n.discusEnd == never {
		return []any{}
	}
	return []any{doc{"id": n.id*2 + 1, "trdBuyId": n.id, "filePathKz": filePath("general", n.id), "filePathRu": filePath("general", n.id+1), "nameRu": "Конкурсная документация", "nameKz": "Конкурстық құжаттама"}}
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
			"id": id, "filePath": filePath("trd_buy", id),
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
	p := &u.points[l.parts[0].point]
	b := g.buyer(p.buyer)
	product := &products[p.product]
	status, changed := statusAt(l.steps, now)
	if l.deleted <= now {
		changed = max(changed, l.deleted)
	}
	katos, points := []any{}, []any{}
	seen := map[string]bool{}
	shared := false
	for _, part := range l.parts {
		p := &u.points[part.point]
		points = append(points, p.versions[part.version].id)
		for _, code := range p.places {
			if !seen[code] {
				seen[code] = true
				katos = append(katos, code)
			}
		}
		shared = shared || p.buyer != u.points[l.parts[0].point].buyer
	}
	desc := describe(product, l.id)
	threshold := money(0)
	dumping := l.dumping && n.results != never && now >= n.end
	if dumping {
		threshold = l.amount() / 10 * dumpingShare
	}
	d := doc{
		"id": l.id, "lotNumber": l.number, "refLotStatusId": status, "trdBuyId": n.id, "trdBuyNumberAnno": n.number,
		"nameRu": product.nameRu, "nameKz": product.kazakh(l.id), "descriptionRu": desc, "descriptionKz": kazakh(l.id, desc),
		"count": l.count(), "amount": l.amount(), "customerId": b.pid, "customerBin": b.bin, "customerNameRu": b.nameRu, "customerNameKz": b.nameKz,
		"refTradeMethodsId": n.planned, "refBuyTradeMethodsId": n.method, "unionLots": flag(l.united()), "pointList": points,
		"enstruList": []any{0}, "plnPointKatoList": katos, "dumping": flag(dumping), "dumpingLotPrice": threshold,
		"psdSign": flag(product.subject == 2), "consultingServices": 0, "singlOrgSign": 0,
		"isLightIndustry": flag(product.division == 14 || product.division == 31), "isConstructionWork": flag(product.subject == 2),
		"disablePersonId": 0, "isDeleted": flag(l.deleted <= now), "lastUpdateDate": changed.String(), "systemId": systemID, "indexDate": (changed + u.lag).String(),
	}
	if shared {
		d["customerId"], d["customerBin"], d["customerNameRu"], d["customerNameKz"], d["singlOrgSign"] = 0, nil, nil, nil, 1
	}
	if l.id%211 == 0 { // people write contacts into free texts
		d["descriptionRu"] = desc + ". " + contacts(l.id)
	}
	if l.united() {
		d["nameRu"], d["nameKz"] = product.nameRu+" и другое", kazakh(l.id, product.nameKk+" және басқа")
	}
	d["Files"] = lazy(func() any {
		return []any{attached("trd_buy", l.id*2+1, l.id, fmt.Sprintf("techspec_%d_%d.pdf", n.id, l.id), "Техническая спецификация", "Техникалық ерекшелік", n.publish+u.lag)}
	})
	return d
}

// dumpingShare is the part of the planned sum, in tenths, below which an offer
// counts as dumping.
const dumpingShare = 7

// attached is a file of a lot, contract or act.
func attached(folder string, id, owner int64, name, ru, kz string, indexed moment) doc {
	return doc{"id": id, "filePath": filePath(folder, id), "originalName": name, "objectId": owner, "nameRu": ru, "nameKz": kz, "indexDate": indexed.String(), "systemId": systemID}
}

// Bid statuses (ref_po_st). 360 and 370 are the portal's; the names and the
// other ids are ours.
const (
	bidSubmitted = 320
	bidWon       = 360
	bidWithdrawn = 330
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
		case b.taken:
			status = bidWithdrawn
		case !decided:
		case l.won == k:
			status = bidWon
		case l.second == k:
			status = bidSecond
		case o.rejected:
			status = bidRejected
		}
		points, offers := []any{}, []any{}
		for j, part := range l.parts {
			id := u.points[part.point].versions[part.version].id
			points = append(points, fmt.Sprint(id))
			offers = append(offers, doc{"id": o.id*16 + int64(j), "pointId": id, "lotId": l.id, "appLotId": o.id, "price": o.prices[j], "amount": part.qty.times(o.prices[j])})
		}
		a := doc{
			"id": o.id, "appId": b.id, "lotId": l.id, "pointList": points, "statusId": status, "price": o.price(), "amount": o.amount,
			"discountValue": money(o.discount), "discountPrice": money(0), "systemId": systemID, "indexDate": (changed + u.lag).String(),
			"Offers": offers,
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
		if k.advance.at <= now {
			sum, last = k.advance.sum, k.advance.at
		}
		for _, a := range k.acts {
			if a.paid <= now {
				sum, last = sum+a.sum-a.offset, max(last, a.paid)
			}
		}
	}
	return sum, last
}

var budgetNames = [][2]string{
	{"Республиканский бюджет", "Республикалық бюджет"},
	{"Областной бюджет", "Облыстық бюджет"},
	{"Районный бюджет, города областного значения", "Ауданның бюджет"},
	{"Бюджет сельского округа, села, поселка, города районного значения", "Бюджет сельского округа, села, поселка, города районного значения"},
}
