package goszakup_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kzocds/kzocds/local/goszakup"
)

const token = "test-token"

// portal is a running stand-in.
type portal struct {
	t      testing.TB
	server *goszakup.Server
	url    string
}

func start(t testing.TB, o goszakup.Options) portal {
	t.Helper()
	o.Token = token
	s, err := goszakup.New(o)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s.Handler())
	t.Cleanup(h.Close)
	return portal{t, s, h.URL}
}

// call sends a request with the right token and reads the answer.
func (p portal) call(method, path, body string) (int, http.Header, []byte, error) {
	p.t.Helper()
	r, err := http.NewRequest(method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, nil, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	return answer.StatusCode, answer.Header, b, err
}

func decode(t testing.TB, b []byte) map[string]any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		t.Fatalf("not JSON: %v\n%.300s", err, b)
	}
	return m
}

func (p portal) rest(path string) map[string]any {
	p.t.Helper()
	status, _, b, err := p.call("GET", path, "")
	if err != nil || status != http.StatusOK {
		p.t.Fatalf("GET %s: %d %v %s", path, status, err, b)
	}
	return decode(p.t, b)
}

func (p portal) graphql(query string, variables map[string]any) map[string]any {
	p.t.Helper()
	body, _ := json.Marshal(map[string]any{"query": query, "variables": variables})
	status, _, b, err := p.call("POST", "/v3/graphql", string(body))
	if err != nil || status != http.StatusOK {
		p.t.Fatalf("GraphQL: %d %v %s", status, err, b)
	}
	return decode(p.t, b)
}

func rows(answer map[string]any, root string) []map[string]any {
	data, _ := answer["data"].(map[string]any)
	list, _ := data[root].([]any)
	var out []map[string]any
	for _, r := range list {
		out = append(out, r.(map[string]any))
	}
	return out
}

func pageInfo(t testing.TB, answer map[string]any) map[string]any {
	t.Helper()
	x, _ := answer["extensions"].(map[string]any)
	info, ok := x["pageInfo"].(map[string]any)
	if !ok {
		t.Fatalf("no pageInfo in %v", answer)
	}
	return info
}

func TestACallerWithoutTheTokenGetsThePortalsNotFound(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{})
	for _, authorization := range []string{"", "Bearer wrong", "Bearer ", token} {
		for _, request := range [][2]string{{"GET", "/v3/lots"}, {"POST", "/v3/graphql"}} {
			r, _ := http.NewRequest(request[0], p.url+request[1], nil)
			r.Header.Set("Authorization", authorization)
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			if answer.StatusCode != 404 || string(b) != `{"name":"Not Found","message":"Invalid Route"}` {
				t.Errorf("%s with %q: %d %s", request[1], authorization, answer.StatusCode, b)
			}
		}
	}
}

// restRegisters are the listings of REST with the entity behind and the key of
// their rows.
var restRegisters = []struct {
	path   string
	entity goszakup.Entity
	key    string
}{
	{"/v3/trd-buy", goszakup.TrdBuy, "id"}, {"/v3/trd-buy/all", goszakup.TrdBuy, "id"}, {"/v3/lots", goszakup.Lots, "id"}, {"/v3/trd-app", goszakup.TrdApp, "id"},
	{"/v3/contract", goszakup.Contract, "id"}, {"/v3/contract/all", goszakup.Contract, "id"}, {"/v3/plans/all", goszakup.Plans, "id"},
	{"/v2/plans/deleted", goszakup.DeletedPlans, "id"}, {"/v3/acts", goszakup.Acts, "id"}, {"/v3/treasury-pay", goszakup.TreasuryPay, "id"},
	{"/v3/subject", goszakup.Subjects, "pid"}, {"/v3/subject/all", goszakup.Subjects, "pid"}, {"/v3/rnu", goszakup.Rnu, "id"},
}

func TestRESTPagingCoversEveryRowOnceFromTheHighestIDDown(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 600, Seed: 3})
	for _, register := range restRegisters {
		t.Run(register.path, func(t *testing.T) {
			t.Parallel()
			last, n := int64(1)<<62, 0
			after := ""
			for {
				page := p.rest(register.path + "?limit=37" + after)
				for _, item := range page["items"].([]any) {
					id := integer(t, item.(map[string]any)[register.key])
					if id >= last {
						t.Fatalf("%d after %d", id, last)
					}
					last = id
					n++
				}
				next := page["next_page"].(string)
				if next == "" {
					break
				}
				u, err := url.Parse(next)
				if err != nil || u.Query().Get("page") != "next" {
					t.Fatalf("next_page %q", next)
				}
				after = "&search_after=" + u.Query().Get("search_after")
				if integer(t, page["limit"]) != 37 {
					t.Fatalf("limit %v", page["limit"])
				}
			}
			if want := p.server.World().Count(register.entity); n != want {
				t.Errorf("%d rows, the world has %d", n, want)
			}
			if total := integer(t, p.rest(register.path)["total"]); total != int64(n) {
				t.Errorf("total %d, rows %d", total, n)
			}
		})
	}
}

func integer(t testing.TB, v any) int64 {
	t.Helper()
	switch v := v.(type) {
	case json.Number:
		n, err := v.Int64()
		if err != nil {
			t.Fatal(err)
		}
		return n
	case string:
		n, err := json.Number(v).Int64()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	t.Fatalf("no integer: %v", v)
	return 0
}

func TestGraphQLPagingCoversEveryRowOnceFromTheHighestIDDown(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 600, Seed: 3})
	for root, key := range map[string]string{
		"TrdBuy": "id", "Lots": "id", "TrdApp": "id", "Contract": "id", "Plans": "id", "Acts": "id", "Subjects": "pid", "Rnu": "id", "ComplaintAppeal": "id", "qualifiedSuppliers": "id", "News": "id",
		"ContractWaybill": "id", "ContractWaybillItem": "id", "ContractWaybillMember": "id", "ObTrdBuy": "id", "ObLots": "id", "ObContract": "id", "ObPlans": "id",
	} {
		t.Run(root, func(t *testing.T) {
			t.Parallel()
			last, n, after := int64(1)<<62, 0, int64(0)
			for {
				answer := p.graphql(fmt.Sprintf("query($a:Int){%s(limit:41,after:$a){k:%s}}", root, key), map[string]any{"a": after})
				info := pageInfo(t, answer)
				for _, r := range rows(answer, root) {
					id := integer(t, r["k"])
					if id >= last {
						t.Fatalf("%d after %d", id, last)
					}
					last = id
					n++
				}
				if info["hasNextPage"] == false {
					break
				}
				if after = integer(t, info["lastId"]); after == 0 {
					break
				}
			}
			if want := p.server.World().Count(goszakup.Entity(root)); n != want || n == 0 {
				t.Errorf("%d rows, the world has %d", n, want)
			}
		})
	}
}

func TestPageSizesAreDefaultedAndCappedAsAtThePortal(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 3000, Seed: 1})
	for query, want := range map[string]int64{"{Plans{id}}": 50, "{Plans(limit:200){id}}": 200, "{Plans(limit:500){id}}": 200, "{Plans(limit:0){id}}": 50, "{Plans(limit:-3){id}}": 50} {
		answer := p.graphql(query, nil)
		if n := int64(len(rows(answer, "Plans"))); n != want || integer(t, pageInfo(t, answer)["limitPage"]) != want {
			t.Errorf("%s gave %d rows, limitPage %v", query, n, pageInfo(t, answer)["limitPage"])
		}
	}
	for path, want := range map[string]int{"/v3/lots": 50, "/v3/lots?limit=500": 500, "/v3/lots?limit=9999": 500, "/v3/lots?limit=x": 50} {
		if n := len(p.rest(path)["items"].([]any)); n != want {
			t.Errorf("%s gave %d rows", path, n)
		}
	}
}

func TestNextPageHasThePortalsQuirks(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 600, Seed: 1})
	for path, prefix := range map[string]string{
		"/v3/lots?limit=1": "/lots?page=next&search_after=", "/v2/plans/deleted?limit=1": "/plans/spec?page=next&search_after=", "/v3/trd-buy?limit=1": "/v3/trd-buy?page=next&search_after=",
		"/v3/refs/ref_kato": "/v3/refs/ref_kato?page=next&search_after=",
	} {
		if next := p.rest(path)["next_page"].(string); !strings.HasPrefix(next, prefix) {
			t.Errorf("%s: %q", path, next)
		}
	}
	if next := p.rest("/v3/rnu")["next_page"]; next != "" {
		t.Errorf("last page: %v", next)
	}
}

func TestGraphQLPromisesAPageAfterAFullLastOne(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{})
	n := p.server.World().Count(goszakup.TrdApp)
	answer := p.graphql(fmt.Sprintf("{TrdApp(limit:%d){id}}", n), nil)
	info := pageInfo(t, answer)
	if info["hasNextPage"] != true {
		t.Error("the full last page does not promise another")
	}
	answer = p.graphql(fmt.Sprintf("{TrdApp(after:%v){id}}", info["lastId"]), nil)
	if data := answer["data"].(map[string]any); data["TrdApp"] != nil {
		t.Errorf("after the last row: %v", data)
	}
	if info := pageInfo(t, answer); info["hasNextPage"] != false || integer(t, info["lastId"]) != 0 {
		t.Errorf("after the last row: %v", info)
	}
}

func TestAFilterWithoutHitsGivesNullNotAnEmptyList(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{})
	answer := p.graphql("{Lots(filter:{id:[5]}){id}}", nil)
	if v, ok := answer["data"].(map[string]any)["Lots"]; v != nil || !ok {
		t.Errorf("%v", answer)
	}
	if info := pageInfo(t, answer); integer(t, info["totalCount"]) != 0 || integer(t, info["lastId"]) != 0 {
		t.Errorf("%v", info)
	}
}

func TestGraphQLErrorsComeAsAListOfMessagesWithoutData(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{})
	for query, want := range map[string]string{
		"{TrdBuy{id nonsense}}":                   `Cannot query field "nonsense" on type "TrdBuy".`,
		"{Nothing{id}}":                           `Cannot query field "Nothing" on type "Query".`,
		"{TrdBuy{id":                              "Expected Name",
		"{TrdBuy(filter:{nonsense:1}){id}}":       `Field "nonsense" is not defined by type "TrdBuyFiltersInput".`,
		"mutation{x}":                             "",
		"{TrdApp(filter:{buyId:[1,2]}){id}}":      "Int",
		"query A{TrdBuy{id}} query B{TrdBuy{id}}": "Unknown operation",
	} {
		answer := p.graphql(query, nil)
		errors, _ := answer["errors"].([]any)
		if len(errors) == 0 || answer["data"] != nil {
			t.Errorf("%s: %v", query, answer)
			continue
		}
		if message := errors[0].(map[string]any)["message"].(string); !strings.Contains(message, want) {
			t.Errorf("%s: %q", query, message)
		}
	}
}

func TestGraphQLExecutesAnySelection(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 600, Seed: 1})
	answer := p.graphql(`
		query Listing($first: Int, $deep: Boolean!, $bins: String) {
			notices: TrdBuy(limit: $first, filter: {orgBin: $bins}) {
				__typename id ...names
				... on TrdBuy { number: numberAnno }
				Lots @include(if: $deep) { id Plans { id RefEnstru { code nameRu } RefUnits { code } PlansKato { refKatoCode RefKato { nameRu } } PlansSpec { ekrbCode } PlanActs { planActNumber } Customer { bin } } RefTradeMethods { nameRu } RefLotsStatus { code } TrdBuy { id } }
				Organizer { bin Address { katoCode } }
				Files @skip(if: true) { id }
				RefBuyStatus { nameKz }
			}
		}
		fragment names on TrdBuy { nameRu nameKz }`,
		map[string]any{"first": 3, "deep": true, "bins": nil})
	if answer["errors"] != nil {
		t.Fatal(answer["errors"])
	}
	list := rows(answer, "notices")
	if len(list) != 3 {
		t.Fatalf("%d rows", len(list))
	}
	for _, r := range list {
		lots := r["Lots"].([]any)
		lot := lots[0].(map[string]any)
		if r["__typename"] != "TrdBuy" || r["number"] == nil || r["nameRu"] == nil || r["Files"] != nil || r["RefBuyStatus"] == nil ||
			lot["TrdBuy"].(map[string]any)["id"] != r["id"] || r["Organizer"].(map[string]any)["bin"] == "" {
			t.Errorf("%v", r)
		}
		point := lot["Plans"].([]any)[0].(map[string]any)
		for _, k := range []string{"RefEnstru", "RefUnits", "PlanActs", "Customer", "PlansSpec", "PlansKato"} {
			if point[k] == nil {
				t.Errorf("plan point without %s: %v", k, point)
			}
		}
	}
	answer = p.graphql(`{TrdApp(limit:1){Supplier{pid nameRu} TrdBuy{id Lots{id}} AppLots{RefAppStatus{nameRu} Lot{id} Plans{id} Offers{pointId}}}
		Contract(limit:1){ContractUnits{Plans{nameRu} quantity} Supplier{pid} Customer{bin} Acts{id} TreasuryPay{payAmount} RefContractStatus{nameRu} RefContractType{nameRu}}}`, nil)
	if answer["errors"] != nil {
		t.Fatal(answer["errors"])
	}
	bid, contract := rows(answer, "TrdApp")[0], rows(answer, "Contract")[0]
	if bid["Supplier"] == nil || bid["TrdBuy"] == nil || contract["Supplier"] == nil || contract["Customer"] == nil || contract["RefContractStatus"] == nil ||
		contract["ContractUnits"].([]any)[0].(map[string]any)["Plans"] == nil {
		t.Errorf("%v %v", bid, contract)
	}
}

func TestADeepQueryIsRefusedBeforeItEatsTheMachine(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 600, Seed: 1})
	query := "id"
	for range 12 {
		query = "Lots{id TrdBuy{" + query + "}}"
	}
	answer := p.graphql("{TrdBuy(limit:200){"+query+"}}", nil)
	if errors, _ := answer["errors"].([]any); len(errors) == 0 {
		t.Error("answered")
	}
}

func TestIntrospectionDescribesTheSchema(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{})
	answer := p.graphql(`
		query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name }
			types { ...FullType } directives { name description locations args { ...InputValue } } } }
		fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
			inputFields { ...InputValue } interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
		fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
		fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`, nil)
	if answer["errors"] != nil {
		t.Fatal(answer["errors"])
	}
	types := map[string]map[string]any{}
	for _, v := range answer["data"].(map[string]any)["__schema"].(map[string]any)["types"].([]any) {
		m := v.(map[string]any)
		types[m["name"].(string)] = m
	}
	for _, name := range []string{"Query", "TrdBuy", "Lots", "PlnPoint", "TrdApp", "Contract", "Subject", "LotsFiltersInput", "Int", "String"} {
		if types[name] == nil {
			t.Errorf("no type %s", name)
		}
	}
	var lots map[string]any
	for _, f := range types["TrdBuy"]["fields"].([]any) {
		if f.(map[string]any)["name"] == "Lots" {
			lots = f.(map[string]any)["type"].(map[string]any)
		}
	}
	if lots["kind"] != "LIST" || lots["ofType"].(map[string]any)["name"] != "Lots" {
		t.Errorf("TrdBuy.Lots is %v", lots)
	}
	one := p.graphql(`{__type(name:"TrdApp"){name fields{name}}}`, nil)["data"].(map[string]any)["__type"].(map[string]any)
	if one["name"] != "TrdApp" || len(one["fields"].([]any)) < 10 {
		t.Errorf("%v", one)
	}
}

func TestFiltersSelectAsDocumented(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 600, Seed: 1})
	count := func(query string) int64 {
		t.Helper()
		answer := p.graphql(query, nil)
		if answer["errors"] != nil {
			t.Fatalf("%s: %v", query, answer["errors"])
		}
		return integer(t, pageInfo(t, answer)["totalCount"])
	}
	notice := rows(p.graphql("{TrdBuy(limit:1,after:20050000){id numberAnno orgBin lastUpdateDate indexDate refBuyStatusId Lots{id customerBin}}}", nil), "TrdBuy")[0]
	lots := int64(len(notice["Lots"].([]any)))
	for query, want := range map[string]int64{
		fmt.Sprintf("{TrdBuy(filter:{id:%v}){id}}", notice["id"]):                          1,
		fmt.Sprintf("{TrdBuy(filter:{id:[%v,17379679,5]}){id}}", notice["id"]):             2,
		fmt.Sprintf("{TrdBuy(filter:{numberAnno:%q}){id}}", notice["numberAnno"]):          1,
		fmt.Sprintf("{Lots(filter:{trdBuyId:[%v]}){id}}", notice["id"]):                    lots,
		fmt.Sprintf("{Lots(filter:{trdBuyNumberAnno:%q}){id}}", notice["numberAnno"]):      lots,
		"{TrdApp(filter:{buyId:17366001}){id}}":                                            4,
		"{Contract(filter:{trdBuyId:17359331}){id}}":                                       1,
		"{Contract(filter:{contractNumberSys:\"001040002068/260063/00\"}){id}}":            1,
		"{Contract(filter:{supplierBiin:\"240240016507\"}){id}}":                           1,
		"{Plans(filter:{rootrecordId:87460941}){id}}":                                      1,
		"{Subjects(filter:{iin:\"900230300059\"}){pid}}":                                   1,
		"{Subjects(filter:{nameRu:\"?Министерство финансов\"}){pid}}":                      1,
		"{TrdBuy(filter:{kato:\"551010000\",orgBin:\"020340002199\"}){id}}":                1,
		"{Plans(filter:{dateCreate:[\"2026-01-01\",\"\"]}){id}}":                           0,
		"{Plans(filter:{indexDate:\"2026-01-01\"}){id}}":                                   0,
		"{Plans(filter:{dateCreate:[\"\",\"2020-01-01\"]}){id}}":                           int64(p.server.World().Count(goszakup.Plans)),
		"{Lots(filter:{plnPointRootrecordId:81861406}){id}}":                               0,
		"{Lots(filter:{enstruList:[5]}){id}}":                                              0,
		"{TrdBuy(filter:{publishDate:[\"2026-07-24\",\"2026-07-24\"],id:[17379679]}){id}}": 1,
	} {
		if n := count(query); n != want {
			t.Errorf("%s: %d, want %d", query, n, want)
		}
	}
	for _, field := range []string{"lastUpdateDate", "indexDate"} {
		all := count("{TrdBuy{id}}")
		before := count(fmt.Sprintf("{TrdBuy(filter:{%s:[\"\",\"2025-03-31 23:59:59\"]}){id}}", field))
		after := count(fmt.Sprintf("{TrdBuy(filter:{%s:[\"2025-04-01\"]}){id}}", field))
		undated := int64(0)
		for _, b := range p.server.World().Documents(goszakup.TrdBuy) {
			if v := decode(t, b)[field]; v == nil {
				undated++
			}
		}
		if before == 0 || after == 0 || before+after+undated != all {
			t.Errorf("%s: %d before, %d after, %d without, %d in all", field, before, after, undated, all)
		}
	}
	if n := len(rows(p.graphql(fmt.Sprintf("{Lots(filter:{trdBuyId:$b}){id}}"), map[string]any{"b": 1}), "Lots")); n != 0 {
		t.Errorf("undeclared variable gave %d rows", n)
	}
}

func TestUnknownDictionariesAnswer200WithAnErrorBody(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{})
	_, _, b, _ := p.call("GET", "/v3/refs/ref_enstru", "")
	if string(b) != `{"error":"Справочник не найден","code":404}` {
		t.Errorf("%s", b)
	}
}

func TestKnownDictionariesComeWholeAndAsRead(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{})
	for _, name := range []string{"ref_buy_status", "ref_lots_status", "ref_contract_status", "ref_trade_methods"} {
		file, err := os.ReadFile("samples/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if got, want := p.rest("/v3/refs/"+name+"?limit=100"), decode(t, file); !reflect.DeepEqual(got, want) {
			t.Errorf("%s differs:\n%v\n%v", name, got, want)
		}
	}
	if d := p.rest("/v3/refs/ref_trade_methods/188"); d["symbol_code"] != "КРБС" {
		t.Errorf("%v", d)
	}
}

func TestUnknownRecordsAnswer404AsThePortal(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{})
	for path, message := range map[string]string{
		"/v3/subject/biin/000000000000": "Компания не найдена", "/v3/rnu/000000000000": "Поставщик не найден в реестре", "/v3/lots/1": "Лот не найден",
		"/v3/nothing": "Invalid Route", "/v3/trd-buy/x/y": "Invalid Route",
	} {
		status, _, b, _ := p.call("GET", path, "")
		if status != 404 || decode(t, b)["message"] != message {
			t.Errorf("%s: %d %s", path, status, b)
		}
	}
}

// selection is the query that asks for exactly the shape of a value.
func selection(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var parts []string
		for k, inner := range v {
			parts = append(parts, k+selection(inner))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, " ") + "}"
	case []any:
		merged := map[string]any{}
		for _, i := range v {
			m, ok := i.(map[string]any)
			if !ok {
				return ""
			}
			for k, inner := range m {
				merged[k] = inner
			}
		}
		if len(merged) > 0 {
			return selection(merged)
		}
	}
	return ""
}

func TestSampleRecordsAreServedWithEveryValueTheyHave(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 300, Seed: 1})
	for file, root := range map[string]string{
		"graphql_trdbuy_listing": "TrdBuy", "graphql_lots_listing": "Lots", "graphql_contracts_listing": "Contract", "graphql_bids_listing": "TrdApp", "graphql_plans_listing": "Plans", "graphql_lot_single_2026-10": "Lots",
	} {
		b, err := os.ReadFile("samples/" + file + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if b[0] == '{' {
			b = append(append([]byte("["), b...), ']')
		}
		wrapped := decode(t, append(append([]byte(`{"list":`), b...), '}'))
		for _, want := range wrapped["list"].([]any) {
			m := want.(map[string]any)
			shape := selection(m)
			if p, ok := m["Plans"].([]any); ok && len(p) == 0 {
				shape = strings.Replace(shape, "Plans", "Plans{id}", 1)
			}
			shape = strings.Replace(shape, "Plans ", "Plans{id} ", 1)
			answer := p.graphql(fmt.Sprintf("{%s(filter:{id:[%v]})%s}", root, m["id"], shape), nil)
			list := rows(answer, root)
			if len(list) != 1 || !reflect.DeepEqual(list[0], m) {
				t.Errorf("%s %v:\n got %v\nwant %v\n%v", root, m["id"], list, m, answer["errors"])
			}
		}
	}
}

func TestOfficialExamplesAreServedByTheirEndpoints(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 300, Seed: 1})
	b, err := os.ReadFile("samples/rest_official_examples.json")
	if err != nil {
		t.Fatal(err)
	}
	examples := decode(t, b)
	for name, path := range map[string]string{
		"GET /v3/subject": "/v3/subject?limit=500", "GET /v3/subject/{pid}": "/v3/subject/8097", "GET /v3/rnu": "/v3/rnu", "GET /v3/rnu/{biin}": "/v3/rnu/990040000013",
		"GET /v3/subject/biin/{biin}/employees": "/v3/subject/biin/201040000013/employees",
		"GET /v3/plans/{bin}":                   "/v3/plans/990440008608", "GET /v2/plans/deleted": "/v2/plans/deleted?limit=500", "GET /v3/plans/kato": "/v3/plans/kato?search_after=5000000", "GET /v3/plans/spec": "/v3/plans/spec?search_after=5000000",
		"GET /v3/trd-buy": "/v3/trd-buy?limit=500", "GET /v3/trd-buy/all": "/v3/trd-buy/all?limit=500", "GET /v3/trd-app": "/v3/trd-app?id=1657717",
		"GET /v3/trd-buy/{id}/commission": "/v3/trd-buy/415500/commission", "GET /v3/trd-buy/{id}/pause": "/v3/trd-buy/414121/pause", "GET /v3/trd-buy/{id}/cancel": "/v3/trd-buy/18622/cancel",
		"GET /v3/lots": "/v3/lots?search_after=900000", "GET /v3/lots (older page version)": "/v3/lots?search_after=900000",
		"GET /v3/contract": "/v3/contract?limit=500", "GET /v3/contract/number-anno/{n}": "/v3/contract/number-anno/377439-1", "GET /v3/contract/{id}": "/v3/contract/409548",
		"GET /v3/contract/{id}/units": "/v3/contract/3423/units", "GET /v3/acts": "/v3/acts?limit=500", "GET /v3/treasury-pay/{contractId}": "/v3/treasury-pay/580712",
		"GET /v3/journal": "/v3/journal?date_from=2017-12-08&date_to=2017-12-08",
	} {
		example := examples[name].(map[string]any)
		got := p.rest(path)
		wanted, ok := example["items"].([]any)
		if !ok {
			wanted, got = []any{example}, map[string]any{"items": []any{got}}
		}
		for _, want := range wanted {
			if !slices.ContainsFunc(got["items"].([]any), func(g any) bool { return holds(g, want) }) {
				t.Errorf("%s has no row with %v, but %v", path, want, got["items"])
			}
		}
	}
}

// holds tells whether a value has everything another one has.
func holds(got, want any) bool {
	switch want := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		for k, v := range want {
			ok = ok && holds(g[k], v)
		}
		return ok
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(want) {
			return false
		}
		for i := range want {
			if !holds(g[i], want[i]) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(got, want)
}

// TestFaultsOnDemand shows every fault in both protocols.
func TestFaultsOnDemand(t *testing.T) {
	t.Parallel()
	const query = `{"query":"{Lots(limit:5,after:%d){id amount nameRu lastUpdateDate refLotStatusId customerId Plans{id}}}"}`
	type answer struct {
		status int
		header http.Header
		body   string
		failed bool
		rows   []map[string]any
		next   any // hasNextPage or next_page
		last   int64
		total  int64
	}
	ask := func(t *testing.T, p portal, rest bool, after int64) (a answer) {
		t.Helper()
		method, path, body := "POST", "/v3/graphql", fmt.Sprintf(query, after)
		if rest {
			method, path, body = "GET", fmt.Sprintf("/v3/lots?limit=5&search_after=%d", after), ""
		}
		status, header, b, err := p.call(method, path, body)
		a = answer{status: status, header: header, body: string(b), failed: err != nil}
		if err != nil || status != 200 || !json.Valid(b) {
			return a
		}
		m := decode(t, b)
		if rest {
			items, _ := m["items"].([]any)
			for _, i := range items {
				a.rows = append(a.rows, i.(map[string]any))
			}
			a.next = m["next_page"]
			if s, _ := m["next_page"].(string); s != "" {
				a.last = integer(t, s[strings.LastIndex(s, "=")+1:])
			}
			if m["total"] != nil {
				a.total = integer(t, m["total"])
			}
			return a
		}
		a.rows = rows(m, "Lots")
		if x, ok := m["extensions"].(map[string]any); ok {
			info := x["pageInfo"].(map[string]any)
			a.next, a.last, a.total = info["hasNextPage"], integer(t, info["lastId"]), integer(t, info["totalCount"])
		}
		return a
	}
	first := func(a answer, field string) any {
		if len(a.rows) == 0 {
			return "no row"
		}
		if v, ok := a.rows[0][field]; ok {
			return v
		}
		return "no field"
	}
	const after = 51_000_000
	for kind, shows := range map[string]func(bad, sound answer, rest bool) bool{
		"timeout":   func(bad, _ answer, _ bool) bool { return bad.failed },
		"slow":      func(bad, sound answer, _ bool) bool { return bad.body == sound.body },
		"down":      func(bad, _ answer, _ bool) bool { return bad.failed },
		"truncated": func(bad, _ answer, _ bool) bool { return bad.failed },
		"5xx":       func(bad, _ answer, _ bool) bool { return bad.status >= 500 },
		"429":       func(bad, _ answer, _ bool) bool { return bad.status == 429 && bad.header.Get("Retry-After") != "" },
		"401":       func(bad, _ answer, _ bool) bool { return bad.status == 401 },
		"403":       func(bad, _ answer, _ bool) bool { return bad.status == 403 },
		"bad-token": func(bad, _ answer, _ bool) bool {
			return bad.status == 404 && strings.Contains(bad.body, "Invalid Route")
		},
		"error-200": func(bad, _ answer, _ bool) bool { return bad.status == 200 && strings.Contains(bad.body, `"code":500`) },
		"repeated-rows": func(bad, _ answer, _ bool) bool {
			return len(bad.rows) == 6 && reflect.DeepEqual(bad.rows[0], bad.rows[5])
		},
		"overlapping-row": func(bad, sound answer, _ bool) bool {
			return len(bad.rows) == 6 && reflect.DeepEqual(bad.rows[1:], sound.rows)
		},
		"reordered-rows": func(bad, sound answer, _ bool) bool {
			return reflect.DeepEqual(bad.rows[0], sound.rows[4]) && bad.last == sound.last
		},
		"has-next-lie":    func(bad, _ answer, rest bool) bool { return bad.next == true || rest && bad.next != "" },
		"empty-next-page": func(bad, _ answer, rest bool) bool { return bad.next == false || rest && bad.next == "" },
		"no-prefix":       func(bad, _ answer, rest bool) bool { return !rest || !strings.HasPrefix(bad.next.(string), "/v3") },
		"still-cursor":    func(bad, sound answer, _ bool) bool { return bad.last > sound.last },
		"null-page":       func(bad, sound answer, _ bool) bool { return len(bad.rows) == 0 && bad.total == sound.total },
		"deleted-rows": func(bad, sound answer, _ bool) bool {
			return len(bad.rows) == 4 && bad.total == sound.total-1 && bad.last == sound.last
		},
		"null-lists": func(bad, _ answer, rest bool) bool { return !rest || first(bad, "point_list") == nil },
		"malformed": func(bad, sound answer, _ bool) bool {
			return first(bad, "id") == nil && first(bad, "amount") == "сто тысяч" && reflect.DeepEqual(bad.rows[1:], sound.rows[1:])
		},
		"microseconds": func(bad, _ answer, rest bool) bool {
			return strings.HasSuffix(first(bad, map[bool]string{true: "last_update_date", false: "lastUpdateDate"}[rest]).(string), ".884000")
		},
		"html-entities": func(bad, _ answer, rest bool) bool {
			return strings.HasSuffix(first(bad, map[bool]string{true: "name_ru", false: "nameRu"}[rest]).(string), "  ")
		},
		"numbers-as-strings": func(bad, sound answer, _ bool) bool {
			return first(bad, "amount") == first(sound, "amount").(json.Number).String()
		},
		"zero-for-none":  func(bad, sound answer, _ bool) bool { return len(bad.rows) == len(sound.rows) },
		"look-alikes":    func(bad, sound answer, _ bool) bool { return len(bad.rows) == len(sound.rows) },
		"field-appears":  func(bad, _ answer, rest bool) bool { return !rest || first(bad, "novelty_sign") != "no field" },
		"field-vanishes": func(bad, _ answer, rest bool) bool { return !rest || first(bad, "psd_sign") == "no field" },
		"index-delay":    func(bad, _ answer, _ bool) bool { return len(bad.rows) == 5 },
		"still-offset":   func(bad, sound answer, _ bool) bool { return bad.body == sound.body },
		"moving-clock":   func(bad, sound answer, _ bool) bool { return bad.body == sound.body },
	} {
		for _, rest := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, REST %v", kind, rest), func(t *testing.T) {
				t.Parallel()
				p := start(t, goszakup.Options{Scale: 300, Seed: 1})
				from := int64(after)
				if kind == "has-next-lie" {
					from = 0 + 1
				}
				if kind == "overlapping-row" {
					from = ask(t, p, rest, after).last
				}
				sound := ask(t, p, rest, from)
				body, _ := json.Marshal(goszakup.Faults{Kinds: []string{kind}, Delay: 0.01})
				if status, _, b, _ := p.call("POST", "/_standin/faults", string(body)); status != 200 {
					t.Fatalf("%s", b)
				}
				if bad := ask(t, p, rest, from); kind == "has-next-lie" && len(sound.rows) == 0 && rest {
					return // a page without rows has no cursor to lie with
				} else if !shows(bad, sound, rest) {
					t.Errorf("got %.600s\nsound %.600s", bad.body, sound.body)
				}
			})
		}
	}
	for _, kind := range goszakup.FaultKinds {
		if _, err := goszakup.New(goszakup.Options{Faults: goszakup.Faults{Kinds: []string{kind}}}); err != nil {
			t.Error(err)
		}
	}
	if _, err := goszakup.New(goszakup.Options{Faults: goszakup.Faults{Kinds: []string{"boredom"}}}); err == nil || !strings.Contains(err.Error(), "429") {
		t.Errorf("unknown fault: %v", err)
	}
	p := start(t, goszakup.Options{})
	if status, _, b, _ := p.call("POST", "/_standin/faults", `{"kinds":["429"],"limit":1}`); status != 200 {
		t.Fatalf("%s", b)
	}
	if status, _, _, _ := p.call("GET", "/v3/lots", ""); status != 429 {
		t.Errorf("after switching on: %d", status)
	}
	if status, _, _, _ := p.call("GET", "/v3/lots", ""); status != 200 {
		t.Errorf("after the limit: %d", status)
	}
}

func TestTheSchemaDriftsOnDemand(t *testing.T) {
	t.Parallel()
	with := func(kind string) portal {
		return start(t, goszakup.Options{Scale: 100, Seed: 1, Faults: goszakup.Faults{Kinds: []string{kind}}})
	}
	fields := func(p portal, typ string) string {
		return fmt.Sprint(p.graphql(fmt.Sprintf("{__type(name:%q){fields{name}}}", typ), nil))
	}
	grown, shrunk := with("field-appears"), with("field-vanishes")
	if a := grown.graphql("{Lots(limit:1){id noveltySign}}", nil); a["errors"] != nil || integer(t, rows(a, "Lots")[0]["noveltySign"]) != 1 {
		t.Errorf("the new field is not served: %v", a)
	}
	if a := shrunk.graphql("{Lots(limit:1){id psdSign}}", nil); a["errors"] == nil {
		t.Errorf("the vanished field is served: %v", a)
	}
	for _, typ := range []string{"Lots", "TrdBuy", "PlnPoint", "Contract", "ObLots"} {
		if !strings.Contains(fields(grown, typ), "noveltySign") {
			t.Errorf("introspection of %s does not show the new field", typ)
		}
	}
	for typ, field := range map[string]string{"Lots": "psdSign", "TrdBuy": "isLightIndustry", "PlnPoint": "transferType", "TrdApp": "modFio", "Contract": "contractMs", "Subject": "krpCode", "ObContract": "contractMs"} {
		if strings.Contains(fields(shrunk, typ), field) || !strings.Contains(fields(grown, typ), field) {
			t.Errorf("%s of %s", field, typ)
		}
	}
}

func TestEveryTypeServedIsIntrospected(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{})
	types := p.graphql("{__schema{queryType{fields{name type{ofType{name}}}} types{name kind fields{name type{kind name ofType{name}}}}}}", nil)["data"].(map[string]any)["__schema"].(map[string]any)
	known := map[string]bool{}
	for _, v := range types["types"].([]any) {
		known[v.(map[string]any)["name"].(string)] = true
	}
	if roots := types["queryType"].(map[string]any)["fields"].([]any); len(roots) != 18 {
		t.Errorf("%d roots", len(roots))
	}
	for _, v := range types["types"].([]any) {
		m := v.(map[string]any)
		list, _ := m["fields"].([]any)
		for _, f := range list {
			of := f.(map[string]any)["type"].(map[string]any)
			name := of["name"]
			if inner, ok := of["ofType"].(map[string]any); ok {
				name = inner["name"]
			}
			if s, ok := name.(string); ok && !known[s] {
				t.Errorf("%v.%v is of the type %s, which is not described", m["name"], f.(map[string]any)["name"], s)
			}
		}
	}
}

func TestTheClockMayMoveWhileRowsArePaged(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 300, Seed: 1, Faults: goszakup.Faults{Kinds: []string{"moving-clock"}}})
	before := p.server.World().At()
	p.rest("/v3/lots")
	p.rest("/v3/lots")
	if moved := p.server.World().At().Sub(before); moved != 2*time.Hour {
		t.Errorf("moved by %s", moved)
	}
}

func TestFaultsOfTheCommandLineAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]goszakup.Faults{
		"": {}, "429": {Kinds: []string{"429"}}, "429,truncated:0.25": {Kinds: []string{"429", "truncated"}, Rate: 0.25}, `{"kinds":["down"],"limit":3}`: {Kinds: []string{"down"}, Limit: 3},
	} {
		if got, err := goszakup.ParseFaults(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
	if _, err := goszakup.ParseFaults("429:often"); err == nil {
		t.Error("a rate in words was read")
	}
}

func TestAdvanceChangesObjectsAndTheJournalTells(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 3000, Seed: 1})
	state := func(e goszakup.Entity) map[int64]string {
		m := map[int64]string{}
		for id, b := range p.server.World().Documents(e) {
			m[id] = string(b)
		}
		return m
	}
	entities := map[goszakup.Entity]string{goszakup.TrdBuy: "trd-buy", goszakup.Lots: "lots", goszakup.Plans: "plans", goszakup.TrdApp: "trd-app", goszakup.Contract: "contract"}
	before := map[goszakup.Entity]map[int64]string{}
	for e := range entities {
		before[e] = state(e)
	}
	if status, _, b, _ := p.call("POST", "/_standin/advance?days=30", ""); status != 200 {
		t.Fatalf("%s", b)
	}
	told := map[string]bool{}
	after := ""
	for {
		page := p.rest("/v3/journal?limit=500&date_from=2026-10-01" + after)
		for _, i := range page["items"].([]any) {
			m := i.(map[string]any)
			told[fmt.Sprint(m["service_name"], m["object_id"])] = true
		}
		next := page["next_page"].(string)
		if next == "" {
			break
		}
		after = "&search_after=" + next[strings.LastIndex(next, "=")+1:]
	}
	for e, service := range entities {
		changed := 0
		now := state(e)
		for id, doc := range now {
			if old, ok := before[e][id]; !ok || old != doc {
				changed++
				if !told[fmt.Sprint(service, id)] {
					t.Errorf("the journal is silent on %s %d\n%s\n%s", e, id, old, doc)
				}
			}
		}
		if changed == 0 {
			t.Errorf("no %s changed in 30 days", e)
		}
		for id := range before[e] {
			if _, ok := now[id]; !ok && !told[fmt.Sprint(service, id)] {
				t.Errorf("%s %d vanished in silence", e, id)
			}
		}
	}
	direct := start(t, goszakup.Options{Scale: 3000, Seed: 1, Clock: goszakup.DefaultClock.Add(30 * 24 * time.Hour)})
	if direct.server.World().Digest() != p.server.World().Digest() {
		t.Error("a world advanced by 30 days differs from one started 30 days later")
	}
}
