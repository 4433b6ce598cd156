package feed

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the portal's zone, whatever the machine has
)

// Rule is one row of the table of deviations: what a feed has otherwise than the
// standard with our extensions, and what becomes of it. docs/data/sources.md
// shows the table.
type Rule struct {
	Feed string // Tenders, Contracts, Plans; "" for all
	// At is the path of the member, [] after a list.
	At string
	// To is its new name, or path from the same object; "" keeps the name.
	To   string
	Note string
	how  func(any) any // nil takes the value as it is
}

// Rules are applied in their order.
func Rules() []Rule { return rules }

var rules = []Rule{
	{Tenders, "tender.subStatus", "statusDetails", "portal status id as text", text},
	{Tenders, "tender.procurementMethodRationale", "", "list of texts as one text", joined},
	{Tenders, "tender.hasEnquiries", "", "text as boolean", boolean},
	{Tenders, "tender.centralisedProcurement", "", "text as boolean", boolean},
	{Tenders, "tender.requirements[].mandatory", "", "text as boolean", boolean},
	{Tenders, "tender.items[].relatedPlan", "relatedPlanPoint", "id as text", text},
	{Tenders, "tender.items[].relatedLotPoint", "", "id as text", text},
	{Tenders, "tender.lots[].guaranteePercent", "", "text as number", number},
	{Tenders, "bids.details[].relatedLot", "relatedLots", "one lot as list", texts},
	{Tenders, "bids.details[].discountPercent", "", "text as number", number},
	{Tenders, "bids.details[].correctionAttempt", "", "number of attempts; true is one", attempts},
	{Tenders, "bids.details[].bidPoints[].lotPointID", "", "id as text", text},
	{Tenders, "nonPriceEvaluation[].relatedBid", "", "id as text", text},
	{Tenders, "nonPriceEvaluation[].totalScore", "", "text as number", number},
	{Tenders, "nonPriceEvaluation[].qualified", "", "text as boolean", boolean},
	{Tenders, "nonPriceEvaluation[].nonPriceEvaluationValues[].score", "", "text as number", number},
	{Tenders, "awards[].supplier", "suppliers", "one organisation as list", listed},
	{Tenders, "awards[].relatedBid", "", "id as text", text},
	{Tenders, "awards[].relatedLot", "relatedLots", "one lot as list", texts},
	{Tenders, "awards[].place", "", "text as number", number},
	{Tenders, "contracts[].awardIDs", "", "ids as texts", texts},
	{Tenders, "complaints[].relatedLots", "", "ids as texts", texts},
	{Tenders, "complaints[].rationale", "", "texts as list", texts},
	{"", "contracts[].supplier", "suppliers", "one organisation as list", listed},
	{"", "contracts[].rootId", "", "id as text", text},
	{"", "contracts[].parentId", "", "id as text", text},
	{"", "contracts[].multiAnnual", "", "text as boolean", boolean},
	{"", "contracts[].treasuryRegistration", "", "text as boolean", boolean},
	{"", "contracts[].guaranteePercent", "", "text as number", number},
	{"", "contracts[].rationale", "amendments", "grounds of the additional agreement as its amendment", amendments},
	{"", "contracts[].implementation.transactions[].payer", "", "name as organisation", named},
	{"", "contracts[].implementation.transactions[].payee", "", "name as organisation", named},
	{"", "contracts[].items[].departmentalCode", "institutionCode", "", text},
	{"", "contracts[].items[].projectAdministratorID", "budgetAdministrator", "", text},
	{"", "contracts[].items[].isFromAssociationOfDisabled", "reservedForDisabled", "text as boolean", boolean},
	{"", "contracts[].items[].deliveryAddresses[].id", "kato", "code of the place", text},
	{Plans, "planning.planPoint.isPreliminaryPlan", "isPreliminary", "text as boolean", boolean},
	{Plans, "planning.planPoint.isFromAssociationOfDisabled", "reservedForDisabled", "text as boolean", boolean},
	{Plans, "planning.planPoint.departmentalCode", "institutionCode", "", text},
	{Plans, "planning.planPoint.projectAdministratorID", "budgetAdministrator", "", text},
	{Plans, "planning.planPoint.budgetYear", "", "text as number", number},
	{Plans, "planning.planPoint.plannedMonth", "", "Russian name of the month as its number, last year as 99", month},
	{Plans, "planning.planPoint.deliveryAddresses[].id", "kato", "code of the place", text},
}

// normal brings a record into the form of a release.
func normal(name string, record map[string]any) map[string]any {
	release := record
	switch name {
	case Contracts:
		release = contractRelease(record)
	case Plans:
		release = planRelease(record)
	}
	tidy(release, "")
	for _, r := range rules {
		if r.Feed == "" || r.Feed == name {
			apply(release, strings.Split(r.At, "."), r)
		}
	}
	return release
}

// contractRelease puts a contract of the contracts feed into a release of the
// announcement that it names.
func contractRelease(contract map[string]any) map[string]any {
	release := map[string]any{"id": contract["id"], "contracts": []any{contract}}
	tender := map[string]any{}
	for from, to := range map[string]string{"tenderId": "id", "tenderNumber": "tenderNumber"} {
		if v, present := contract[from]; present && v != nil {
			tender[to] = v
			delete(contract, from)
		}
	}
	if len(tender) > 0 {
		release["tender"] = tender
	}
	for _, date := range []string{"date", "dateModified", "dateRegistered", "dateSigned"} {
		if v, _ := contract[date].(string); v != "" {
			release["date"] = v
			break
		}
	}
	return release
}

// planRelease puts a plan point of the plans feed into the planning of a
// release.
func planRelease(point map[string]any) map[string]any {
	release := map[string]any{"id": point["id"], "planning": map[string]any{"planPoint": point}}
	for _, name := range []string{"date", "buyer"} {
		if v, present := point[name]; present {
			release[name] = v
			delete(point, name)
		}
	}
	return release
}

// apply carries out a rule below an object.
func apply(value any, path []string, r Rule) {
	object, ok := value.(map[string]any)
	if !ok {
		return
	}
	name, isList := strings.CutSuffix(path[0], "[]")
	member, present := object[name]
	if !present {
		return
	}
	if len(path) > 1 {
		if !isList {
			apply(member, path[1:], r)
			return
		}
		list, _ := member.([]any)
		for _, element := range list {
			apply(element, path[1:], r)
		}
		return
	}
	if r.how != nil {
		member = r.how(member)
	}
	if member == nil {
		return // not of the form that the rule is about: it stays as it came
	}
	if r.To != "" && r.To != name {
		if _, taken := object[r.To]; taken {
			return
		}
		delete(object, name)
		name = r.To
	}
	object[name] = member
}

// tidy does what all feeds need everywhere: nulls and empty lists are nothing, ids are text,
// dates are instants, amounts are numbers, organisations have the ids of our
// releases.
func tidy(value any, name string) any {
	switch v := value.(type) {
	case map[string]any:
		for member, inner := range v {
			if list, ok := inner.([]any); inner == nil || ok && len(list) == 0 {
				delete(v, member)
				continue
			}
			v[member] = tidy(inner, member)
		}
		if identifier, ok := v["identifier"].(map[string]any); ok {
			if scheme, ok := schemes[textOf(identifier["scheme"])]; ok {
				identifier["scheme"] = scheme
			}
		}
	case []any:
		for i, element := range v {
			v[i] = tidy(element, name)
		}
	case json.Number:
		if name == "id" || name == "relatedLots" {
			return v.String()
		}
	case string:
		return tidyText(v, name)
	}
	return value
}

// schemes of identifiers, as the feeds name them and as org-id.guide does.
var schemes = map[string]string{"KZ-TC-BIN": "KZ-BIN", "KZ-TC-IIN": "KZ-IIN"}

func tidyText(s, name string) any {
	switch {
	case name == "id":
		for from, to := range schemes {
			if number, ok := strings.CutPrefix(s, from); ok && len(number) > 1 && (number[0] == '-' || number[0] == ' ') {
				return to + "-" + number[1:]
			}
		}
	case name == "amount" || name == "quantity" || name == "durationInDays" || name == "percentage":
		if n := number(s); n != nil {
			return n
		}
	case name == "valueAddedTaxIncluded":
		if b := boolean(s); b != nil {
			return b
		}
	case strings.HasPrefix(name, "date") || strings.HasSuffix(name, "Date"):
		return instant(s)
	}
	return s
}

// zone is the local time of the portal.
var zone = func() *time.Location {
	zone, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		panic(err) // the database is compiled in
	}
	return zone
}()

// instant writes a date of the feeds, local time if it names no zone, as an
// instant of UTC. What is no date stays as it is.
func instant(s string) string {
	s = strings.TrimSpace(s)
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC().Format(time.RFC3339)
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t.UTC().Format(time.RFC3339)
		}
	}
	return s
}

// The functions of the rules give nil for what is not of their form.

func text(v any) any {
	if s := textOf(v); s != "" {
		return s
	}
	return nil
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	}
	return ""
}

func texts(v any) any {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var out []any
	for _, element := range list {
		if s := textOf(element); s != "" {
			out = append(out, s)
		}
	}
	if out == nil {
		return nil
	}
	return out
}

func joined(v any) any {
	list, ok := texts(v).([]any)
	if !ok {
		return nil
	}
	parts := make([]string, len(list))
	for i, element := range list {
		parts[i] = element.(string)
	}
	return strings.Join(parts, "; ")
}

func boolean(v any) any {
	switch v := v.(type) {
	case bool:
		return v
	case string:
		if b, err := strconv.ParseBool(strings.TrimSpace(v)); err == nil {
			return b
		}
	case json.Number:
		return v.String() != "0"
	}
	return nil
}

func attempts(v any) any {
	if n := number(v); n != nil {
		return n
	}
	switch boolean(v) {
	case true:
		return json.Number("1")
	case false:
		return json.Number("0")
	}
	return nil
}

func number(v any) any {
	switch v := v.(type) {
	case json.Number:
		return v
	case string:
		n := strings.TrimSpace(v)
		if json.Valid([]byte(n)) && strings.Trim(n, "-+.eE0123456789") == "" {
			return json.Number(n)
		}
	}
	return nil
}

func listed(v any) any {
	if object, ok := v.(map[string]any); ok {
		return []any{object}
	}
	return nil
}

func named(v any) any {
	if s := textOf(v); s != "" {
		return map[string]any{"name": s}
	}
	return nil
}

func amendments(v any) any {
	if rationale := joined(v); rationale != nil {
		return []any{map[string]any{"id": "1", "rationale": rationale}}
	}
	return nil
}

var months = []string{"январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"}

// lastYear is the portal's number of the month "last year".
const lastYear = "99"

func month(v any) any {
	name := strings.ToLower(textOf(v))
	for i, m := range months {
		if name == m {
			return json.Number(strconv.Itoa(i + 1))
		}
	}
	if strings.Contains(name, "прошл") {
		return json.Number(lastYear)
	}
	return number(v)
}

func textAt(value any, names ...string) string {
	for _, name := range names {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return textOf(value)
}

func firstOf(list any) any {
	if l, ok := list.([]any); ok && len(l) > 0 {
		return l[0]
	}
	return nil
}
