package goszakup

import "fmt"

// subjectDoc renders a participant; its address may have changed.
func (g *roster) subjectDoc(p *party, now moment) doc {
	changed, address := p.since, p.addressRu
	if p.moved <= now {
		changed, address = p.moved, p.addressRu+", офис 1"
	}
	indexed := (changed + partyLag).String()
	buyer := p.pid < supplierPid
	katos := []any{}
	if p.kato != "" {
		katos = append(katos, p.kato)
	}
	d := doc{
		"pid": p.pid, "bin": orNil(p.bin), "iin": orNil(p.iin), "inn": orNil(p.inn), "unp": orNil(p.unp), "parentSubject": nil, "parentNameRu": nil, "parentNameKz": nil,
		"nameRu": p.nameRu, "nameKz": p.nameKz, "fullNameRu": p.nameRu, "fullNameKz": p.nameKz, "regdate": p.since.String(), "crdate": p.since.year(), "year": p.since.year(),
		"numberReg": nil, "series": nil, "email": mailOf(p.pid), "phone": phoneOf(p.pid), "website": nil, "lastUpdateDate": changed.String(),
		"indexDate": indexed, "countryCode": fmt.Sprint(p.country), "katoList": katos, "branches": nil, "systemId": systemID,
		"customer": flag(buyer), "organizer": flag(buyer), "supplier": flag(!buyer), "qvazi": flag(p.quasi), "isSingleOrg": 0, "markResident": flag(!p.foreign()),
		"markNationalCompany": 0, "markAssocWithDisab": 0, "markWorldCompany": 0, "markStateMonopoly": 0, "markNaturalMonopoly": 0,
		"markPatronymicProducer": 0, "markPatronymicSupplyer": 0, "markSmallEmployer": 0, "typeSupplier": p.kind, "refKopfCode": p.form,
		"krpCode": 1, "okedList": 84111, "kseCode": 1, "totalAddress": 1,
	}
	if p.iin != "" {
		d["bin"] = ""
	}
	place := func(id int64, kind int, written, edited string) doc {
		return doc{"id": id, "pid": p.pid, "refSourceCode": 2, "addressType": kind, "address": written, "katoCode": orNil(p.kato), "phone": nil,
			"countryCode": p.country, "dateCreate": p.since.String(), "editDate": edited, "indexDate": indexed}
	}
	addresses := []any{place(p.pid*2+1, 1, address, changed.String())}
	if p.pid%6 == 0 {
		addresses = append(addresses, place(p.pid*2, 2, p.addressRu+", склад", p.since.String()))
		d["totalAddress"] = 2
	}
	d["Address"] = addresses
	d["Employees"] = lazy(func() any { return g.employees(p) })
	d["Admins"] = []any{}
	if buyer {
		d["Admins"] = []any{doc{"id": p.pid*2 + 1, "subjectId": p.pid, "adminId": p.pid, "bin": p.bin, "nameKz": p.nameKz, "nameRu": p.nameRu, "budgetKz": budgetNames[p.budget][1],
			"budgetRu": budgetNames[p.budget][0], "startDate": p.since.String()}}
	}
	return d
}

func (g *roster) employees(p *party) any {
	list := []any{}
	for i := range int64(p.staff) {
		fio, role, roleName := p.person, 1, "Руководитель"
		if i > 0 {
			fio, role, roleName = person(int(p.pid*3+i)), 0, "Сотрудник"
		}
		list = append(list, doc{
			"id": p.pid*4 + i, "personId": p.pid*4 + i, "pid": p.pid, "iin": personalIDOn("0431", int((p.pid*3+i)%90_000)), "resident": flag(!p.foreign()), "fio": fio, "disabled": 0,
			"role": role, "roleName": roleName, "startDate": p.since.String(), "editDate": p.since.String(), "endDate": nil, "indexDate": (p.since + partyLag).String(),
		})
	}
	return list
}

// samrukID is the register of Samruk's unreliable participants, merged into the
// portal's.
const samrukID = 2

func (p *party) ofSamruk() bool { return p.pid%7 == 0 }

// blacklistDoc renders the entry of a supplier in the register of unreliable
// participants; its numbers are texts there.
func (g *roster) blacklistDoc(p *party) doc {
	id := fmt.Sprint(p.pid - supplierPid + blacklistBase)
	b := g.buyer(int(p.pid) % len(g.buyers))
	katos := any(nil)
	if p.kato != "" {
		katos = []any{p.kato}
	}
	indexed := (p.listed + partyLag).String()
	d := doc{
		"id": id, "pid": fmt.Sprint(p.pid), "supplierBiin": p.id(), "supplierInnunp": orNil(p.inn + p.unp), "supplierNameRu": p.nameRu, "supplierNameKz": p.nameKz,
		"katoList": katos, "systemId": systemID, "startDate": p.listed.String(), "endDate": (p.listed + blacklistTerm).String(), "indexDate": indexed,
	}
	head := personalIDOn("0431", int(p.pid*3%90_000))
	if p.ofSamruk() { // rows of the other register come without a decision
		d["systemId"], d["Detail"] = samrukID, []any{}
		return d
	}
	founders := []any{doc{"head_fio": p.person, "head_biin": head, "head_innunp": nil, "head_snils": nil, "head_name_ru": p.nameRu, "head_name_kz": p.nameKz, "head_type": 3}}
	if p.kind == 1 && p.pid%2 == 0 {
		other := person(int(p.pid*3 + 1))
		founders = append(founders, doc{"head_fio": other, "head_biin": personalIDOn("0431", int((p.pid*3+1)%90_000)), "head_innunp": nil, "head_snils": nil, "head_name_ru": other, "head_name_kz": other, "head_type": 2})
	}
	d["Detail"] = []any{doc{
		"id": id, "pid": p.pid, "customerNameRu": b.nameRu, "customerNameKz": b.nameKz, "customerBiin": b.bin, "supplierNameRu": p.nameRu, "supplierNameKz": p.nameKz,
		"supplierBiin": p.id(), "supplierInnunp": orNil(p.inn + p.unp), "supplierHeadNameKz": p.person, "supplierHeadNameRu": p.person, "supplierHeadBiin": head,
		"courtDecision": fmt.Sprint("7527-", p.pid%9000), "courtDecisionDate": (p.listed - 30*86400).String(), "sendDate": (p.listed - 5*86400).String(), "approveDate": p.listed.String(),
		"startDate": p.listed.String(), "endDate": (p.listed + blacklistTerm).String(),
		"refReasonId": 1 + int(p.pid%2), "indexDate": indexed, "systemId": systemID, "katoList": katos, "founders": founders,
	}}
	return d
}

// qualifiedDoc renders the entry of a supplier that has passed pre-qualification;
// it is valid for two years and expires in place.
func (g *roster) qualifiedDoc(p *party, now moment) doc {
	status := 1
	if now-p.qualified >= blacklistTerm {
		status = 2
	}
	tru := products[int(p.pid)%len(products)]
	country := map[int][2]string{643: {"РОССИЯ", "РЕСЕЙ"}, 112: {"БЕЛАРУСЬ", "БЕЛАРУСЬ"}, 156: {"КИТАЙ", "ҚЫТАЙ"}, 276: {"ГЕРМАНИЯ", "ГЕРМАНИЯ"}, 792: {"ТУРЦИЯ", "ТҮРКИЯ"}, 860: {"УЗБЕКИСТАН", "ӨЗБЕКСТАН"},
		kazakhstan: {"КАЗАХСТАН", "ҚАЗАҚСТАН"}}[p.country]
	return doc{
		"id": p.pid - supplierPid + qualifiedBase, "rqcApplicationId": p.pid*2 + 1, "truId": 1_000_000 + byCode[tru.code], "pid": p.pid, "subjectNameRu": p.nameRu, "subjectNameKz": p.nameKz,
		"countryNameRu": country[0], "countryNameKz": country[1], "statusId": status, "supplierBiin": p.id(), "code": tru.code, "includeDocNumber": fmt.Sprint("ПКО-", p.pid%9000),
		"startDate": p.qualified.String(), "endDate": (p.qualified + blacklistTerm).String(),
	}
}

// News of the portal come about twice a month.
const newsEvery moment = 15 * 86400

func (g *roster) newsIDs(now moment) []int64 {
	var ids []int64
	if len(g.buyers) == 0 {
		return nil
	}
	for id := int64((now - partyLag - firstDay) / newsEvery); id > 0; id-- {
		ids = append(ids, id)
	}
	return ids
}

func (g *roster) newsDoc(id int64) doc {
	at := firstDay + moment(id)*newsEvery
	topic := [][3]string{
		{"Технические работы на портале", "Порталдағы техникалық жұмыстар", "Maintenance of the portal"},
		{"Изменения в правилах осуществления государственных закупок", "Мемлекеттік сатып алуды жүзеге асыру қағидаларындағы өзгерістер", "Changes of the procurement rules"},
		{"Обновление справочников", "Анықтамалықтарды жаңарту", "Update of dictionaries"},
	}[id%3]
	return doc{
		"id": id, "nameRu": topic[0], "nameKz": topic[1], "nameEn": topic[2], "descriptionRu": "<p>" + topic[0] + "</p>", "descriptionKz": "<p>" + topic[1] + "</p>", "descriptionEn": "<p>" + topic[2] + "</p>",
		"categoryId": 1 + id%2, "categoryNameRu": "Новости", "categoryNameKz": "Жаңалықтар", "showMainPage": 1, "active": 1, "actual": 1,
		"dateCreate": at.String(), "dateUpdate": at.String(), "publishDate": at.String(), "sort": 0,
	}
}
