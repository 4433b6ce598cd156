package mapping

import (
	"encoding/csv"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kzocds/kzocds/proto/extension"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/privacy"
)

// codesOf reads the ids of a code list of the local extension, which holds the
// portal's whole dictionary.
func codesOf(t *testing.T, list string) []string {
	t.Helper()
	f, err := extension.Files().Open("codelists/" + list)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, row := range rows[1:] {
		codes = append(codes, row[0])
	}
	return codes
}

func TestEveryStatusOfTheDictionariesHasItsCode(t *testing.T) {
	t.Parallel()
	tender := []string{"planning", "planned", "active", "cancelled", "unsuccessful", "complete", "withdrawn"}
	for _, c := range []struct {
		list  string
		codes []Code
		valid []string
	}{
		{"tenderStatusDetails.csv", buyStatuses, tender},
		{"lotStatusDetails.csv", lotStatuses, tender},
		{"planPointStatusDetails.csv", planStatuses, tender},
		{"contractStatusDetails.csv", contractStatuses, []string{"pending", "active", "cancelled", "terminated"}},
	} {
		t.Run(c.list, func(t *testing.T) {
			t.Parallel()
			known := codesOf(t, c.list)
			mapped := index(c.codes)
			if len(mapped) != len(c.codes) {
				t.Error("a status is mapped twice")
			}
			for _, id := range known {
				if mapped[id] == "" {
					t.Errorf("status %s is not mapped", id)
				}
			}
			for id, code := range mapped {
				if !slices.Contains(known, id) {
					t.Errorf("status %s is mapped but not in the dictionary", id)
				}
				if !slices.Contains(c.valid, code) {
					t.Errorf("status %s is mapped to %q, which the standard does not know", id, code)
				}
			}
		})
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		got  string
		want string
	}{
		{"a draft announcement is planned", buyStatus["110"], "planned"},
		{"a published announcement is active", buyStatus["210"], "active"},
		{"a suspended announcement stays active", buyStatus["420"], "active"},
		{"a finished announcement is complete", buyStatus["350"], "complete"},
		{"a refused purchase is cancelled", buyStatus["410"], "cancelled"},
		{"a cancelled announcement is cancelled", buyStatus["430"], "cancelled"},
		{"a bought lot is complete", lotStatus["360"], "complete"},
		{"a failed lot is unsuccessful", lotStatus["370"], "unsuccessful"},
		{"a lot under appeal stays active", lotStatus["440"], "active"},
		{"a lot of changed documentation is withdrawn", lotStatus["190"], "withdrawn"},
		{"a contract being signed is pending", contractStatus["130"], "pending"},
		{"a contract being registered is pending", contractStatus["165"], "pending"},
		{"a contract in force is active", contractStatus["190"], "active"},
		{"a contract not concluded is cancelled", contractStatus["330"], "cancelled"},
		{"a performed contract is terminated", contractStatus["390"], "terminated"},
		{"a contract ended by one side is terminated", contractStatus["340"], "terminated"},
		{"a changed contract stays active", contractStatus["455"], "active"},
		{"an approved plan point is planned", planStatus["2"], "planned"},
		{"a published plan point is active", planStatus["5"], "active"},
		{"a refused plan point is cancelled", planStatus["20"], "cancelled"},
		{"a failed plan point is unsuccessful", planStatus["10"], "unsuccessful"},
		{"a performed plan point is complete", planStatus["19"], "complete"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.got != c.want {
				t.Errorf("got %s, want %s", c.got, c.want)
			}
		})
	}
}

func TestMethodsHaveCodesOfTheCodeList(t *testing.T) {
	t.Parallel()
	known := codesOf(t, "procurementMethodDetails.csv")
	used := map[string]bool{}
	for _, m := range methods {
		used[m.Code] = true
		if !slices.Contains(known, m.Code) {
			t.Errorf("method %s has code %s, which the code list lacks", m.ID, m.Code)
		}
		if !slices.Contains([]string{"open", "selective", "limited", "direct"}, m.Class) {
			t.Errorf("method %s has class %s", m.ID, m.Class)
		}
		if direct := strings.HasPrefix(m.Code, "singleSource"); direct && m.Class != "direct" {
			t.Errorf("method %s, %s, is %s", m.ID, m.Code, m.Class)
		}
	}
	for _, code := range known {
		if !used[code] {
			t.Errorf("no method has code %s", code)
		}
	}
	for id, want := range map[string][2]string{
		"2": {"openTender", "open"}, "3": {"requestForQuotations", "open"}, "6": {"singleSourceUnsuccessful", "direct"},
		"23": {"singleSourcePlan", "direct"}, "32": {"prequalificationTender", "selective"}, "50": {"dwellingProcurement", "direct"},
		"60": {"electronicShop", "open"}, "78": {"auction", "open"}, "128": {"specialOrderTender", "limited"},
		"177": {"auctionNonPublic", "open"}, "201": {"turnkeyTender", "open"},
	} {
		if got := [2]string{methodByID[id].Code, methodByID[id].Class}; got != want {
			t.Errorf("method %s = %v, want %v", id, got, want)
		}
	}
}

func TestStandingsOfBids(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, part, want string }{
		{"the winner by id", `{"id":1,"statusId":360}`, standingWinner},
		{"the winner by nested id", `{"id":1,"RefAppStatus":{"id":360}}`, standingWinner},
		{"the winner by name", `{"id":1,"RefAppStatus":{"nameRu":"Победитель"}}`, standingWinner},
		{"the second winner by name", `{"id":1,"statusId":365,"RefAppStatus":{"nameRu":"Второй победитель"}}`, standingSecond},
		{"a rejected bid by name", `{"id":1,"statusId":370,"RefAppStatus":{"nameRu":"Отклонено"}}`, standingDisqualified},
		{"an id without name says nothing", `{"id":1,"statusId":370}`, ""},
		{"a submitted bid", `{"id":1,"RefAppStatus":{"nameRu":"Подано"}}`, ""},
		{"nothing known", `{"id":1}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := standing(doc(source.TrdApp, c.part).Body); got != c.want {
				t.Errorf("standing of %s = %q, want %q", c.part, got, c.want)
			}
		})
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"a time of 2026 is five hours ahead of UTC", "2026-07-24 19:55:42", "2026-07-24T14:55:42Z"},
		{"a time before March 2024 is six hours ahead", "2024-02-29 12:00:00", "2024-02-29T06:00:00Z"},
		{"the first of March 2024 is five hours ahead", "2024-03-01 12:00:00", "2024-03-01T07:00:00Z"},
		{"fractions of seconds are cut", "2026-07-24 15:30:24.884000", "2026-07-24T10:30:24Z"},
		{"a day is its beginning", "2026-07-24", "2026-07-23T19:00:00Z"},
		{"a time with zone keeps it", "2026-07-24T15:30:24+06:00", "2026-07-24T09:30:24Z"},
		{"an empty end is none", "1999-01-01 00:00:00", ""},
		{"zeros are none", "0000-00-00 00:00:00", ""},
		{"nothing is none", "", ""},
		{"words are none", "скоро, в июле", ""},
		{"an impossible day is none", "2026-02-30 10:00:00", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := instant(c.in); got != c.want {
				t.Errorf("instant(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestNumbersStayExact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   any
		want string
		ok   bool
	}{
		{json.Number("22500"), "22500", true}, {json.Number("624991.07"), "624991.07", true}, {json.Number("9268965.520"), "9268965.52", true},
		{json.Number("1e3"), "1000", true}, {json.Number("0.10"), "0.1", true}, {"14049", "14049", true}, {" 7.50 ", "7.5", true}, {json.Number("-3"), "-3", true},
		{json.Number("123456789012345678901.12"), "123456789012345678901.12", true},
		{"", "", false}, {"abc", "", false}, {true, "", false}, {nil, "", false}, {json.Number("1e999999999"), "", false},
	} {
		got, ok := number(c.in)
		if got.String() != c.want || ok != c.ok {
			t.Errorf("number(%v) = %q, %v; want %q, %v", c.in, got, ok, c.want, c.ok)
		}
	}
}

func TestTextIsDecodedAndTrimmed(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"ГУ &quot;Центр&quot; ": `ГУ "Центр"`, " a\u0000b ": "ab", "&lt;b&gt;": "<b>", "a &amp; b": "a & b", "one\ntwo": "one\ntwo", " ": "",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestRootsOfLotNumbers(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"81861406-ЗЦП1": "81861406", "84492164-ОК1": "84492164", "42667799-ОЛ-ОИ2": "", "878844": "", "": "", "4497906-АУК1": "4497906",
	} {
		if got := rootOfLotNumber(in); got != want {
			t.Errorf("rootOfLotNumber(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestClasses(t *testing.T) {
	t.Parallel()
	for code, kpved := range map[string]string{"052010.900.000002": "05.20.10", "61.10.11.06.01.00.00": "61.10.11", "strange": ""} {
		item := Object{}
		classify(item, Object{"id": code})
		got := ""
		if more, ok := item["additionalClassifications"].([]any); ok {
			got = more[0].(Object)["id"].(string)
		}
		if item["classification"].(Object)["scheme"] != "ENSTRU" || got != kpved {
			t.Errorf("%s is %v", code, item)
		}
	}
}

// TestEveryFieldThatPassesIsMapped holds the tables against the privacy policy:
// what passes the boundary is mapped, read, or said to be left out.
func TestEveryFieldThatPassesIsMapped(t *testing.T) {
	t.Parallel()
	type place struct {
		entity source.Entity
		nested string
	}
	named := map[place]map[string]bool{}
	for _, table := range Tables() {
		at := place{table.Entity, table.Nested}
		if named[at] == nil {
			named[at] = map[string]bool{}
		}
		for _, f := range table.Fields {
			for from := range strings.SplitSeq(f.From, "|") {
				first, _, _ := strings.Cut(from, ".")
				named[at][first] = true
			}
		}
	}
	for at, fields := range named {
		policy := policyAt(at.entity, at.nested)
		for name, field := range policy {
			if passes := field.Class != privacy.Drop; passes && !fields[name] {
				t.Errorf("%s of %s %s passes the privacy boundary, but no table mentions it", name, at.entity, at.nested)
			}
		}
		for name := range fields {
			if field, known := policy[name]; !known || field.Class == privacy.Drop {
				t.Errorf("a table reads %s of %s %s, which the privacy boundary drops", name, at.entity, at.nested)
			}
		}
	}
	for _, entity := range source.Entities() {
		switch {
		case entity == source.Reference: // dictionaries are compiled into the code lists
		case entity == source.OCDSRelease: // mapped by package publication
		case plainOf[entity] != "":
			if !maps.EqualFunc(privacy.Policy(entity), privacy.Policy(plainOf[entity]), func(a, b privacy.Field) bool { return a.Class == b.Class }) {
				t.Errorf("%s passes the privacy boundary otherwise than %s, whose tables map it", entity, plainOf[entity])
			}
		case named[place{entity, ""}] == nil:
			t.Errorf("no table maps %s", entity)
		}
	}
}

// TestEveryFieldOfThePortalIsDecidedAbout holds the boundary against the fields
// that the portal documents (its GraphQL types with the names that only REST
// has): each is named in the policy, dropped with a reason or passed on. With
// TestEveryFieldThatPassesIsMapped nothing is left without a decision.
func TestEveryFieldOfThePortalIsDecidedAbout(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/fields.json")
	if err != nil {
		t.Fatal(err)
	}
	var documented map[source.Entity]map[string][]string
	if err := json.Unmarshal(text, &documented); err != nil {
		t.Fatal(err)
	}
	for _, entity := range source.Entities() {
		if entity == source.Reference || entity == source.OCDSRelease || plainOf[entity] != "" {
			continue
		}
		if documented[entity] == nil {
			t.Errorf("no fields of %s", entity)
		}
	}
	for entity, places := range documented {
	places:
		for nested, names := range places {
			policy := privacy.Policy(entity)
			for name := range strings.SplitSeq(nested, ".") {
				if name == "" {
					break
				}
				field := policy[name]
				if field.Class == privacy.Drop {
					continue places // dropped as a whole
				}
				policy = field.Of
			}
			for _, name := range names {
				field, decided := policy[name]
				switch {
				case !decided:
					t.Errorf("nobody has decided about %s of %s %s", name, entity, nested)
				case field.Class == privacy.Drop && field.Why == "":
					t.Errorf("%s of %s %s is dropped without a reason", name, entity, nested)
				}
			}
		}
	}
}

// policyAt is the policy of an entity or of an object nested in it.
func policyAt(entity source.Entity, nested string) privacy.Object {
	policy := privacy.Policy(entity)
	if nested == "" {
		return policy
	}
	for name := range strings.SplitSeq(nested, ".") {
		policy = policy[name].Of
	}
	return policy
}

func TestEveryRowOfTheTablesSaysWhereItGoes(t *testing.T) {
	t.Parallel()
	for _, table := range Tables() {
		for _, f := range table.Fields {
			if f.Rule.apply == nil && f.Note == "" {
				t.Errorf("table %s does not say what %s is read for", table.Object, f.From)
			}
			if f.Rule.apply != nil && f.To == "" {
				t.Errorf("table %s maps %s to nothing", table.Object, f.From)
			}
		}
	}
}

// state is a process with two lots, bids, a contract with an additional
// agreement, and participants.
func state() State {
	return State{
		Key: "t1",
		Own: []Document{
			doc(source.TrdBuy, `{"id":11,"numberAnno":"1-1","refBuyStatusId":190,"nameRu":"old"}`),
			doc(source.TrdBuy, `{"id":12,"numberAnno":"1-2","refBuyStatusId":350,"nameRu":"new","nameKz":"жаңа","orgBin":"020340002199","totalSum":300,"itogiDatePublic":"2026-07-02 10:00:00","parentId":9}`),
			doc(source.Lots, `{"id":20,"trdBuyId":11,"lotNumber":"81861406-ЗЦП1","nameRu":"old lot","refLotStatusId":190,"amount":1}`),
			doc(source.Lots, `{"id":21,"trdBuyId":12,"lotNumber":"81861406-ЗЦП2","nameRu":"lot","refLotStatusId":360,"amount":100,"count":2,"customerBin":"020340002199","customerNameRu":"ГУ"}`),
			doc(source.Lots, `{"id":22,"trdBuyId":12,"lotNumber":"81861407-ЗЦП2","nameRu":"second lot","refLotStatusId":370,"amount":200,"count":1,"customerBin":"020340002199"}`),
			doc(source.TrdApp, `{"id":31,"buyId":12,"supplierBinIin":"120440026517","dateApply":"2026-07-01 10:00:00.5","AppLots":[{"id":311,"lotId":21,"statusId":360,"amount":90},{"id":312,"lotId":22,"amount":150,"statusId":400}]}`),
			doc(source.TrdApp, `{"id":32,"buyId":12,"supplierBinIin":"iin:0011","AppLots":[{"id":321,"lotId":21,"RefAppStatus":{"nameRu":"Второй победитель"},"amount":95}]}`),
			doc(source.Contract, `{"id":41,"rootId":41,"trdBuyId":12,"supplierBiin":"120440026517","customerBin":"020340002199","refContractStatusId":455,"contractSum":90,"contractSumWnds":100.8,"signDate":"2026-07-10 10:00:00","refContractTypeId":1,"ContractUnits":[{"id":411,"lotId":21,"quantity":2,"itemPrice":45,"totalSum":90}]}`),
			doc(source.Contract, `{"id":42,"rootId":41,"parentId":41,"trdBuyId":12,"supplierBiin":"120440026517","customerBin":"020340002199","refContractStatusId":190,"contractSum":80,"faktSum":10,"signDate":"2026-08-10 10:00:00","refContractTypeId":2,"refAmendmAgreemJustifId":[19],"ContractUnits":[{"id":421,"rootId":411,"lotId":21,"quantity":2,"itemPrice":40,"totalSum":80}]}`),
		},
		Related: []Document{
			doc(source.PlanPoint, `{"id":81861406,"rootrecordId":81861406,"refEnstruCode":"171214.500.000000","refUnitsCode":"796","RefUnits":{"nameRu":"Штука"},"nameRu":"Бумага","refSubjectTypeId":1}`),
			doc(source.TrdBuy, `{"id":9,"numberAnno":"8-1"}`),
		},
	}
}

func doc(entity source.Entity, body string) Document {
	var o any
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&o); err != nil {
		panic(err)
	}
	object := o.(Object)
	return Document{Entity: entity, ID: keyOf(object, "id"), Body: object}
}

func mapped(t *testing.T, s State) Object {
	t.Helper()
	release, findings := Map(Default(), s)
	for _, f := range findings {
		if f.Severity == SeverityError {
			t.Fatalf("error: %+v", f)
		}
	}
	return release
}

func find(t *testing.T, objectsOf any, id string) Object {
	t.Helper()
	for _, o := range objects(objectsOf) {
		if o["id"] == id {
			return o
		}
	}
	t.Fatalf("no object %s in %s", id, AppendJSON(nil, objectsOf))
	return nil
}

func text1(v any) string { return string(AppendJSON(nil, v)) }

func TestAWholeProcess(t *testing.T) {
	t.Parallel()
	r := mapped(t, state())
	tender := r["tender"].(Object)
	awards, contracts := r["awards"], r["contracts"]
	for _, c := range []struct {
		name string
		got  any
		want string
	}{
		{"the newest revision counts", tender["title"], `"new"`},
		{"the Kazakh title is kept", tender["title_kk"], `"жаңа"`},
		{"the tender id has no revision", tender["id"], `"1"`},
		{"lots of the older revision are withdrawn and say no value", find(t, tender["lots"], "20"), `{"id":"20","lotNumber":"81861406-ЗЦП1","status":"withdrawn","statusDetails":"190","title":"old lot"}`},
		{"a bought lot is complete", find(t, tender["lots"], "21")["status"], `"complete"`},
		{"the item comes from the plan point", find(t, tender["items"], "21")["classification"].(Object)["id"], `"171214.500.000000"`},
		{"the quantity comes from the lot", find(t, tender["items"], "21")["quantity"], `2`},
		{"the category comes from the plan point", tender["mainProcurementCategory"], `"goods"`},
		{"two tenderers", tender["numberOfTenderers"], `2`},
		{"each lot of an application is a bid", find(t, r["bids"].(Object)["details"], "312")["relatedLots"], `["22"]`},
		{"the winner has an award", find(t, awards, "award-311")["place"], `1`},
		{"it is dated by the results", find(t, awards, "award-311")["date"], `"2026-07-02T05:00:00Z"`},
		{"the second winner is pending", find(t, awards, "award-321")["status"], `"pending"`},
		{"the contract fulfils the winner's award", find(t, contracts, "41")["awardID"], `"award-311"`},
		{"the contract is the chain", len(objects(contracts)), `1`},
		{"the additional agreement amends it", find(t, find(t, contracts, "41")["amendments"], "42")["rationaleIds"], `["19"]`},
		{"the newest version counts", find(t, contracts, "41")["value"], `{"amount":80,"currency":"KZT"}`},
		{"it was signed when the first version was", find(t, contracts, "41")["dateSigned"], `"2026-07-10T05:00:00Z"`},
		{"lines keep their id through versions", find(t, find(t, contracts, "41")["items"], "411")["unit"].(Object)["value"].(Object)["amount"], `40`},
		{"what was paid is told", find(t, contracts, "41")["amountPaid"].(Object)["amount"], `10`},
		{"the buyer of all lots is the buyer", r["buyer"].(Object)["id"], `"KZ-BIN-020340002199"`},
		{"a person has a pseudonym", find(t, r["parties"], "KZ-IIN-0011")["identifier"], `{"id":"0011","scheme":"KZ-IIN"}`},
		{"roles are collected", find(t, r["parties"], "KZ-BIN-120440026517")["roles"], `["supplier","tenderer"]`},
		{"plan points are linked", find(t, r["relatedProcesses"], "plan-81861406")["identifier"], `"ocds-kz0000-p81861406"`},
		{"the purchase that failed before is linked", find(t, r["relatedProcesses"], "prior-8")["relationship"], `["unsuccessfulProcess"]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := c.got
			if n, ok := got.(int); ok {
				got = whole(int64(n))
			}
			if text1(got) != c.want {
				t.Errorf("got %s, want %s", text1(got), c.want)
			}
		})
	}
}

func TestTheSecondWinnerTakesOver(t *testing.T) {
	t.Parallel()
	s := state()
	s.Own = slices.DeleteFunc(s.Own, func(d Document) bool { return d.Entity == source.Contract })
	s.Own = append(s.Own,
		doc(source.Contract, `{"id":41,"trdBuyId":12,"supplierBiin":"120440026517","refContractStatusId":410,"ContractUnits":[{"id":1,"lotId":21}]}`),
		doc(source.Contract, `{"id":50,"trdBuyId":12,"supplierBiin":"iin:0011","refContractStatusId":190,"ContractUnits":[{"id":2,"lotId":21}]}`))
	r := mapped(t, s)
	if got := find(t, r["awards"], "award-311")["status"]; got != "cancelled" {
		t.Errorf("award of the first winner is %v", got)
	}
	if got := find(t, r["awards"], "award-321")["status"]; got != "active" {
		t.Errorf("award of the second winner is %v", got)
	}
	if got := find(t, r["contracts"], "50")["awardID"]; got != "award-321" {
		t.Errorf("contract of the second winner fulfils %v", got)
	}
}

func TestATenderOfWhichEveryLotFailedIsUnsuccessful(t *testing.T) {
	t.Parallel()
	r := mapped(t, State{Key: "t1", Own: []Document{
		doc(source.TrdBuy, `{"id":1,"numberAnno":"1-1","refBuyStatusId":350}`), doc(source.Lots, `{"id":2,"trdBuyId":1,"refLotStatusId":370}`),
	}})
	if got := r["tender"].(Object)["status"]; got != "unsuccessful" {
		t.Errorf("status = %v", got)
	}
}

func TestADirectContractStandsForItself(t *testing.T) {
	t.Parallel()
	r := mapped(t, State{Key: "c7", Own: []Document{doc(source.Contract,
		`{"id":7,"trdBuyId":0,"contractNumberSys":"020340002199/260001/00","supplierBiin":"iin:01","faktTradeMethodsId":23,"refContractStatusId":110,"contractSum":"5000.00","refCurrencyCode":"USD","descriptionRu":"Связь","refSubjectTypeId":3}`)}})
	if text1(r["awards"]) != `[{"id":"award-c7","status":"pending","suppliers":[{"id":"KZ-IIN-01"}],"value":{"amount":5000,"currency":"USD"}}]` {
		t.Errorf("awards = %s", text1(r["awards"]))
	}
	tender := r["tender"].(Object)
	if tender["procurementMethodDetails"] != "singleSourcePlan" || tender["procurementMethod"] != "direct" || tender["mainProcurementCategory"] != "services" || tender["title"] != "Связь" {
		t.Errorf("tender = %s", text1(tender))
	}
	if text1(r["buyer"]) != `{"id":"KZ-BIN-020340002199"}` {
		t.Errorf("buyer = %s", text1(r["buyer"]))
	}
}

func TestDeletedObjects(t *testing.T) {
	t.Parallel()
	s := state()
	for i := range s.Own {
		if s.Own[i].Entity == source.TrdApp || s.Own[i].ID == "22" || s.Own[i].Entity == source.Contract {
			s.Own[i].Deleted = true
		}
		if s.Own[i].ID == "22" {
			s.Own[i].Body = nil // a tombstone may have nothing but its id
		}
	}
	r := mapped(t, s)
	if got := find(t, r["tender"].(Object)["lots"], "22"); text1(got) != `{"id":"22","status":"withdrawn"}` {
		t.Errorf("lot = %s", text1(got))
	}
	if got := find(t, r["bids"].(Object)["details"], "311")["status"]; got != "withdrawn" {
		t.Errorf("bid is %v", got)
	}
	if got := find(t, r["contracts"], "41")["status"]; got != "cancelled" {
		t.Errorf("contract is %v", got)
	}
}

func TestUnknownDictionaryValuesAreKeptAndReported(t *testing.T) {
	t.Parallel()
	release, findings := Map(Default(), State{Key: "t1", Own: []Document{doc(source.TrdBuy, `{"id":1,"numberAnno":"1-1","refBuyStatusId":999,"refTradeMethodsId":777}`)}})
	tender := release["tender"].(Object)
	if tender["status"] != nil || tender["statusDetails"] != "999" || tender["procurementMethodDetails"] != "777" {
		t.Errorf("tender = %s", text1(tender))
	}
	var values []string
	for _, f := range findings {
		if f.Rule == "source.code.unknown" && f.Severity == SeverityWarning {
			values = append(values, f.Value)
		}
	}
	if !slices.Equal(values, []string{"ref_buy_status/999", "ref_trade_methods/777"}) {
		t.Errorf("findings = %+v", findings)
	}
}

func TestDocumentsThatCannotBeMappedAreErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		document      Document
		rule, pointer string
	}{
		{"unreadable", Document{Entity: source.TrdBuy, ID: "1", Fault: "malformed JSON at byte 3"}, "source.json.malformed", ""},
		{"no number", doc(source.TrdBuy, `{"id":1}`), "source.key.missing", "/numberAnno"},
		{"no id", doc(source.Contract, `{"rootId":1}`), "source.key.missing", "/id"},
		{"another shape", doc(source.TrdApp, `{"id":1,"AppLots":"many"}`), "source.shape", "/AppLots"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			release, findings := Map(Default(), State{Key: "t1", Own: []Document{c.document}})
			if release != nil || len(findings) != 1 || findings[0].Rule != c.rule || findings[0].Pointer != c.pointer || findings[0].Severity != SeverityError {
				t.Errorf("release %v, findings %+v", release, findings)
			}
		})
	}
}

func TestTheOrderOfDocumentsDoesNotMatter(t *testing.T) {
	t.Parallel()
	want := string(AppendJSON(nil, mapped(t, state())))
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		s := state()
		for _, documents := range [][]Document{s.Own, s.Related} {
			random.Shuffle(len(documents), func(i, j int) { documents[i], documents[j] = documents[j], documents[i] })
		}
		if got := string(AppendJSON(nil, mapped(t, s))); got != want {
			t.Fatalf("another order gives another release:\n%s\n%s", got, want)
		}
	}
}

func TestMappingLeavesItsDocumentsAlone(t *testing.T) {
	t.Parallel()
	s := state()
	before := text1(s.Own[1].Body)
	mapped(t, s)
	if after := text1(s.Own[1].Body); after != before {
		t.Errorf("the document changed from %s to %s", before, after)
	}
}

func TestNewestLooksAtThePastOnly(t *testing.T) {
	t.Parallel()
	got := Newest(Object{"a": []any{Object{"date": "2026-01-01T00:00:00Z"}}, "tenderPeriod": Object{"startDate": "2026-02-01T00:00:00Z", "endDate": "2030-01-01T00:00:00Z"}, "title": "2031"})
	if want := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("Newest = %v, want %v", got, want)
	}
}

func FuzzMap(f *testing.F) {
	for _, d := range state().Own {
		f.Add(string(d.Entity), AppendJSON(nil, d.Body))
	}
	f.Add("contract", []byte(`{"id":[1],"rootId":{},"ContractUnits":[[]],"contractSum":"x"}`))
	for entity, body := range map[source.Entity]string{
		source.Act:               `{"id":5,"contractRootId":41,"approveDate":"2026-08-01 10:00:00","parentId":4,"Place":[{"id":1,"unitId":411,"quantity":1,"amount":"x"},{}],"File":[{"id":1}]}`,
		source.TreasuryPay:       `{"id":6,"contractId":41,"payAmount":10,"prepaySum":{},"payDate":[]}`,
		source.Waybill:           `{"id":7,"contractId":42,"aktId":5,"Items":[{"unitId":411},1]}`,
		source.Complaint:         `{"id":8,"sysSubjectId":77,"decisionDate":"2026-08-01","isDeleted":1}`,
		source.Blacklist:         `{"id":9,"pid":5,"supplierBiin":"120440026517","startDate":"2020-01-01","Detail":[{"customerBiin":"020340002199"},null]}`,
		source.QualifiedSupplier: `{"id":10,"pid":5,"supplierBiin":"120440026517","code":{}}`,
		source.QuasiContract:     `{"id":41,"ContractSpecSum":[{"id":1,"totalAvansPerc":"30"}],"ContractTreas":[{"id":1}],"ContractPayment":[{"id":1,"currency":"USD"}]}`,
	} {
		f.Add(string(entity), []byte(body))
	}
	f.Add("plan_point", []byte(`{"id":"1","sum1":1,"sum2":{},"PlansSpec":[{}],"plnPointYear":"next"}`))
	f.Fuzz(func(t *testing.T, entity string, body []byte) {
		var o Object
		decoder := json.NewDecoder(strings.NewReader(string(body)))
		decoder.UseNumber()
		if decoder.Decode(&o) != nil {
			return
		}
		d := Document{Entity: source.Entity(entity), ID: "1", Body: o}
		{
			s := state()
			s.Own = append(s.Own, d)
			s.Related = append(s.Related, d)
			s.Subjects = append(s.Subjects, d)
			release, _ := Map(Default(), s)
			if release != nil && !json.Valid(AppendJSON(nil, release)) {
				t.Fatalf("the release is no JSON: %s", AppendJSON(nil, release))
			}
			if at := empty(release, ""); at != "" {
				t.Fatalf("%s says nothing", at)
			}
			Map(Default(), State{Key: "c1", Own: []Document{d}})
			Map(Default(), State{Key: "p1", Own: []Document{d}})
			Map(Default(), State{Key: "oc1", Own: []Document{d}})
			Refer([]Document{d})
		}
	})
}

// empty finds what is present in a release and says nothing: empty texts,
// objects and lists.
func empty(value any, path string) string {
	switch v := value.(type) {
	case Object:
		if v == nil {
			return "" // no release
		}
		for name, member := range v {
			if at := empty(member, path+"/"+name); at != "" {
				return at
			}
		}
		if len(v) == 0 {
			return path + " (an object)"
		}
	case []any:
		for _, element := range v {
			if at := empty(element, path+"/-"); at != "" {
				return at
			}
		}
		if len(v) == 0 {
			return path + " (a list)"
		}
	case string:
		if v == "" {
			return path + " (a text)"
		}
	case nil:
		return path + " (null)"
	}
	return ""
}

func BenchmarkMap(b *testing.B) {
	s := state()
	for b.Loop() {
		Map(Default(), s)
	}
}
