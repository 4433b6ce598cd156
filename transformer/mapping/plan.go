package mapping

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kzocds/kzocds/proto/source"
)

// planProcess maps a plan point at its newest row.
func (m *mapper) planProcess() Object {
	release := Object{}
	var row Object
	for _, p := range m.planPoints { // ids ascend
		if row == nil || !m.isGone(source.PlanPoint, p) {
			row = p
		}
	}
	m.at(source.PlanPoint, keyOf(row, "id"))
	point, tender, budget := make(Object, 14), make(Object, 14), Object{}
	m.fill(planTable, row, point)
	m.fill(planTenderTable, row, tender)
	tender["id"] = strings.TrimPrefix(m.key, "p")
	if truthy(row["isDeleted"]) || m.isGone(source.PlanPoint, row) {
		tender["status"] = "withdrawn"
	}
	item := m.planItem(row)
	item["id"] = tender["id"]
	tender["items"] = []any{item}
	budget["id"] = tender["id"]
	if tender["value"] != nil {
		budget["amount"] = tender["value"]
	}
	planning := Object{"planPoint": point, "budget": budget}
	if source := named(row, "RefFinsource"); source != "" {
		budget["description"] = source
	}
	if ground := named(row, "RefJustification"); ground != "" {
		planning["rationale"] = ground
	}
	if m.quasi {
		point["isQuasiPublic"] = true
	}
	if previous := m.points[keyOf(row, "contractPrevPointId")]; previous != nil {
		point["previousPoint"] = rootOf(previous)
	}
	if ref := m.party(member{pid: row["transferSysSubjectsId"]}, "interestedParty"); ref != nil {
		point["delegatedTo"] = ref
	}
	point["versions"] = whole(int64(len(m.planPoints)))
	m.budgetLines(point, budget, row)
	m.yearlyValues(point, row)
	release["planning"] = planning
	release["tender"] = tender
	customer, _ := row["Customer"].(Object)
	if ref := m.party(member{number: row["subjectBiin"], pid: row["sysSubjectsId"], nested: customer, nameRu: row["subjectNameRu"], nameKz: row["subjectNameKz"]}, "buyer"); ref != nil {
		release["buyer"] = ref
	}
	organiser, _ := row["Organizer"].(Object)
	if ref := m.party(member{pid: row["sysOrganizatorId"], nested: organiser}, "procuringEntity"); ref != nil {
		tender["procuringEntity"] = ref
	}
	return release
}

func named(o Object, dictionary string) string {
	nested, _ := o[dictionary].(Object)
	return text(nested["nameRu"])
}

// planItem maps a plan point to what is to be bought. Its id is the caller's.
func (m *mapper) planItem(p Object) Object {
	item := make(Object, 14)
	m.fill(planItemTable, p, item)
	if c, ok := item["classification"].(Object); ok {
		classify(item, c)
	}
	if unit, ok := item["unit"].(Object); ok && unit["id"] != nil {
		unit["scheme"] = "MKEI"
	}
	var places []any
	for _, name := range []string{"PlansKato", "kato"} {
		for _, k := range living(p[name]) {
			place := Object{}
			m.fill(planDeliveryTable, k, place)
			kato, _ := place["kato"].(string)
			locate(place, kato)
			setCountry(place, countryOr(k["refCountriesCode"], kato))
			if len(place) > 0 {
				places = append(places, place)
			}
		}
		if places != nil {
			break
		}
	}
	if places != nil {
		item["deliveryAddresses"] = places
	}
	return item
}

// countryOr is the country that the source names, else Kazakhstan for a place
// with a KATO code.
func countryOr(number any, kato string) string {
	if country := key(number); country != "" || kato == "" {
		return country
	}
	return kazakhstan
}

const kazakhstan = "398" // ISO 3166-1

// living are the rows of a nested list that are not deleted, by id.
func living(value any) []Object {
	rows := slices.DeleteFunc(objects(value), func(o Object) bool { return truthy(o["isDeleted"]) })
	slices.SortStableFunc(rows, func(a, b Object) int { return compareIDs(keyOf(a, "id"), keyOf(b, "id")) })
	return rows
}

var (
	ensTruNew = regexp.MustCompile(`^([0-9]{2})([0-9]{2})([0-9]{2})\.[0-9]{3}\.[0-9]{6}$`)
	ensTruOld = regexp.MustCompile(`^([0-9]{2})\.([0-9]{2})\.([0-9]{2})\.`)
)

// classify sets the class of an item: ENS TRU, and beside it KPVED, whose code
// is the first six digits of every ENS TRU code, old or new. A class that is
// only named has no code to publish.
func classify(item, c Object) {
	code, _ := c["id"].(string)
	if code == "" {
		delete(item, "classification")
		return
	}
	c["scheme"] = "ENSTRU"
	item["classification"] = c
	match := ensTruNew.FindStringSubmatch(code)
	if match == nil {
		match = ensTruOld.FindStringSubmatch(code)
	}
	if match != nil {
		class := Object{"scheme": "KPVED", "id": strings.Join(match[1:], ".")}
		if name := kpvedNames()[class["id"].(string)]; name != "" {
			class["description"] = name
		}
		item["additionalClassifications"] = []any{class}
	}
}

func (m *mapper) budgetLines(point, budget, row Object) {
	var lines []any
	for _, name := range []string{"PlansSpec", "spec"} {
		for _, s := range living(row[name]) {
			line := Object{}
			m.fill(planBudgetLineTable, s, line)
			if len(line) > 0 {
				lines = append(lines, line)
			}
		}
	}
	if lines == nil {
		return
	}
	point["budgetLines"] = lines
	first := lines[0].(Object)
	if len(lines) == 1 && first["programmeName"] != nil {
		budget["project"] = first["programmeName"]
		budget["projectID"] = first["programme"]
	}
}

func (m *mapper) yearlyValues(point, row Object) {
	year, ok := integer(row["plnPointYear"])
	later := false
	var values []any
	for i, name := range []string{"sum1", "sum2", "sum3"} {
		amount, isNumber := number(row[name])
		if !isNumber || amount == "0" {
			continue
		}
		later = later || i > 0
		values = append(values, Object{"year": whole(year + int64(i)), "value": m.money(amount)})
	}
	if ok && later {
		point["yearlyValues"] = values
	}
}

// directProcess maps a contract without announcement: the contract tells what
// was bought, so it also stands in for the tender.
func (m *mapper) directProcess() Object {
	release := Object{}
	tender := Object{"id": strings.TrimPrefix(m.key, "c")}
	release["tender"] = tender
	m.awardsAndContracts(release, Object{}, Object{})
	contracts := objects(release["contracts"])
	if len(contracts) == 0 {
		return release
	}
	contract := contracts[0]
	for _, name := range []string{"title", "title_kk", "procurementMethodDetails"} {
		if contract[name] != nil {
			tender[name] = contract[name]
		}
	}
	all := m.chains()[0]
	row, first := all.current(), all.first()
	if value := m.valueOf(first.rows[0]); value != nil {
		tender["value"] = value
	}
	if grounds := m.grounds(first); grounds != "" {
		tender["procurementMethodRationale"] = grounds
	}
	if status := map[any]string{"pending": "active", "active": "complete", "terminated": "complete", "cancelled": "cancelled"}[contract["status"]]; status != "" {
		tender["status"] = status // else nobody knows the contract's
	}
	switch method, known := methodByID[keyOf(row, "faktTradeMethodsId")]; {
	case known:
		tender["procurementMethod"] = method.Class
	case keyOf(row, "faktTradeMethodsId") == "":
		tender["procurementMethod"] = "direct"
	}
	m.fill(directTable, row, tender)
	if items := m.boughtItems(first); items != nil {
		tender["items"] = items
	}
	if contract["buyer"] != nil {
		release["buyer"] = m.again(contract["buyer"].(Object))
		m.parties[contract["buyer"].(Object)["id"].(string)].roles["procuringEntity"] = true
		tender["procuringEntity"] = m.again(contract["buyer"].(Object))
	}
	var roots []string
	for _, item := range objects(contract["items"]) {
		if root := key(item["relatedPlanPoint"]); root != "" {
			roots = append(roots, root)
		}
	}
	if related := m.planRelations(roots); related != nil {
		release["relatedProcesses"] = related
	}
	return release
}

// boughtItems are the items of a contract as they were bought: what came of
// them later is told by the contract.
func (m *mapper) boughtItems(c chain) []any {
	m.currency = currencyOf(c.rows[0])
	defer func() { m.currency = tenge }()
	var items []any
	for i, u := range m.units(c) {
		item := m.contractItem(u, i, nil)
		for _, name := range []string{"value", "netValue", "amountPaid", "localContentPercent", "plannedCompletionDate", "dateCompleted", "certificates"} {
			delete(item, name)
		}
		items = append(items, item)
	}
	return items
}

// grounds are the legal grounds of the plan points of a contract.
func (m *mapper) grounds(c chain) string {
	var grounds []string
	for _, u := range m.units(c) {
		if ground := named(m.points[keyOf(u, "plnPointId")], "RefJustification"); ground != "" && !slices.Contains(grounds, ground) {
			grounds = append(grounds, ground)
		}
	}
	return strings.Join(grounds, "; ")
}
