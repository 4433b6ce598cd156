package goszakup_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kzocds/kzocds/local/goszakup"
)

var update = flag.Bool("update", false, "rewrite golden files")

func world(t testing.TB, scale int, seed int64) goszakup.World {
	t.Helper()
	s, err := goszakup.New(goszakup.Options{Scale: scale, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	return s.World()
}

func documents(t testing.TB, w goszakup.World, e goszakup.Entity) []map[string]any {
	t.Helper()
	var out []map[string]any
	for _, b := range w.Documents(e) {
		out = append(out, decode(t, b))
	}
	return out
}

func TestEqualSeedsMakeEqualWorlds(t *testing.T) {
	t.Parallel()
	a, b, other := world(t, 500, 1).Digest(), world(t, 500, 1).Digest(), world(t, 500, 2).Digest()
	if a != b {
		t.Error("two worlds of seed 1 differ")
	}
	if a == other {
		t.Error("seeds 1 and 2 make the same world")
	}
	if *update {
		if err := os.WriteFile("testdata/seed1.digest", []byte(a+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/seed1.digest")
	if err != nil {
		t.Fatal(err)
	}
	if a+"\n" != string(want) {
		t.Errorf("the world of seed 1 changed: %s, golden %s (go test -run Equal -update if that is meant)", a, want)
	}
}

func TestTheOrderOfQuestionsDoesNotMatter(t *testing.T) {
	t.Parallel()
	s, err := goszakup.New(goszakup.Options{Scale: 500, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	w := s.World()
	for i := len(goszakup.Entities) - 1; i >= 0; i-- {
		for id := range w.Documents(goszakup.Entities[i]) {
			if id%7 == 0 {
				break
			}
		}
	}
	if w.Digest() != world(t, 500, 1).Digest() {
		t.Error("a world that was asked before answers differently")
	}
}

func TestScaleIsAboutTheNumberOfProcesses(t *testing.T) {
	t.Parallel()
	samples := world(t, 0, 1).Processes()
	for _, scale := range []int{500, 2000, 10000} {
		if n := world(t, scale, 1).Processes() - samples; math.Abs(float64(n)/float64(scale)-1) > 0.1 {
			t.Errorf("scale %d makes %d processes", scale, n)
		}
	}
}

// checkDigit is written from the rule, apart from the generator.
func checkDigit(n string) int {
	for _, weights := range [][]int{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, {3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2}} {
		sum := 0
		for i, w := range weights {
			sum += w * int(n[i]-'0')
		}
		if sum%11 != 10 {
			return sum % 11
		}
	}
	return -1
}

func TestNumbersOfParticipantsAreValidButImpossible(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	persons := 0
	for _, d := range documents(t, world(t, 5000, 1), goszakup.Subjects) {
		if integer(t, d["pid"]) < bases[goszakup.Subjects] {
			continue // a sample record
		}
		n, _ := d["bin"].(string)
		if n == "" {
			if abroad, _ := d["inn"].(string); strings.HasPrefix(abroad, "0000") {
				continue
			}
			if abroad, _ := d["unp"].(string); strings.HasPrefix(abroad, "0") {
				continue
			}
			n = d["iin"].(string)
			persons++
			if n[2:6] != "0230" || !strings.Contains(d["nameRu"].(string), "Пример") {
				t.Errorf("a person who could be real: %s %s", n, d["nameRu"])
			}
		} else if n[2:4] != "00" {
			t.Errorf("a BIN that could be real: %s", n)
		}
		if len(n) != 12 || checkDigit(n) != int(n[11]-'0') {
			t.Errorf("check digit of %s is not %d", n, checkDigit(n))
		}
		if seen[n] {
			t.Errorf("%s is given twice", n)
		}
		seen[n] = true
	}
	if persons == 0 {
		t.Error("no natural persons")
	}
}

// bases are the ids above which rows are generated.
var bases = map[goszakup.Entity]int64{
	goszakup.Plans: 100_000_000, goszakup.DeletedPlans: 100_000_000, goszakup.TrdBuy: 20_000_000, goszakup.Lots: 50_000_000, goszakup.TrdApp: 80_000_000, goszakup.Contract: 30_000_000,
	goszakup.Units: 60_000_000, goszakup.Acts: 10_000_000, goszakup.TreasuryPay: 110_000_000, goszakup.Subjects: 1_000_000, goszakup.Rnu: 1 << 40,
	goszakup.ComplaintAppeal: 5_000_000, goszakup.Waybills: 12_000_000, goszakup.WaybillItems: 300_000_000, goszakup.WaybillMembers: 400_000_000,
}

func TestReferencesBetweenGeneratedRecordsHold(t *testing.T) {
	t.Parallel()
	w := world(t, 2000, 1)
	ids := map[goszakup.Entity]map[int64]map[string]any{}
	for _, e := range goszakup.Entities {
		ids[e] = map[int64]map[string]any{}
		for id, b := range w.Documents(e) {
			if ids[e][id] != nil {
				t.Fatalf("%s %d twice", e, id)
			}
			ids[e][id] = decode(t, b)
		}
	}
	leads := func(e, to goszakup.Entity, id int64, field string) map[string]any {
		target := integer(t, ids[e][id][field])
		if target == 0 {
			return nil
		}
		d := ids[to][target]
		if d == nil {
			t.Errorf("%s %d: %s %d leads nowhere", e, id, field, target)
		}
		return d
	}
	for id, d := range ids[goszakup.Lots] {
		if id < bases[goszakup.Lots] {
			continue
		}
		n := leads(goszakup.Lots, goszakup.TrdBuy, id, "trdBuyId")
		if n["numberAnno"] != d["trdBuyNumberAnno"] {
			t.Errorf("lot %d: %v, announcement %v", id, d["trdBuyNumberAnno"], n["numberAnno"])
		}
		for i, p := range d["pointList"].([]any) {
			point := ids[goszakup.Plans][integer(t, p)]
			if point == nil {
				t.Errorf("lot %d: plan point %v leads nowhere", id, p)
				continue
			}
			if i == 0 && !strings.HasPrefix(d["lotNumber"].(string), fmt.Sprint(point["rootrecordId"], "-")) {
				t.Errorf("lot %d: number %v of point root %v", id, d["lotNumber"], point["rootrecordId"])
			}
		}
		leads(goszakup.Lots, goszakup.Subjects, id, "customerId")
	}
	for id := range ids[goszakup.TrdApp] {
		if id >= bases[goszakup.TrdApp] {
			leads(goszakup.TrdApp, goszakup.TrdBuy, id, "buyId")
			leads(goszakup.TrdApp, goszakup.Subjects, id, "supplierId")
		}
	}
	winners := map[int64]int{}
	for _, d := range ids[goszakup.TrdApp] {
		for _, l := range d["AppLots"].([]any) {
			m := l.(map[string]any)
			if m["statusId"] != nil && integer(t, m["statusId"]) == 360 {
				winners[integer(t, m["lotId"])]++
			}
		}
	}
	for id, d := range ids[goszakup.Lots] {
		won := integer(t, d["refLotStatusId"]) == 360
		if id >= bases[goszakup.Lots] && (winners[id] == 1) != won {
			t.Errorf("lot %d has status %v and %d winners", id, d["refLotStatusId"], winners[id])
		}
	}
	numbers := map[string]int64{}
	for id, d := range ids[goszakup.Contract] {
		if id < bases[goszakup.Contract] {
			continue
		}
		if other := numbers[d["contractNumberSys"].(string)]; other != 0 {
			t.Errorf("contracts %d and %d have the number %v", id, other, d["contractNumberSys"])
		}
		numbers[d["contractNumberSys"].(string)] = id
		leads(goszakup.Contract, goszakup.TrdBuy, id, "trdBuyId")
		leads(goszakup.Contract, goszakup.Contract, id, "rootId")
		leads(goszakup.Contract, goszakup.Contract, id, "parentId")
		if s, c := d["signDate"], d["crdate"]; s != nil && s.(string) < c.(string) {
			t.Errorf("contract %d signed %v, made %v", id, s, c)
		}
	}
	for id, d := range ids[goszakup.Units] {
		if id < bases[goszakup.Units] {
			continue
		}
		leads(goszakup.Units, goszakup.Contract, id, "contractRegistryId")
		leads(goszakup.Units, goszakup.Lots, id, "lotId")
		leads(goszakup.Units, goszakup.Plans, id, "plnPointId")
		price, _ := d["itemPrice"].(json.Number).Float64()
		quantity, _ := d["quantity"].(json.Number).Float64()
		sum, _ := d["totalSum"].(json.Number).Float64()
		if math.Abs(price*quantity-sum) > 0.0051+sum*1e-12 {
			t.Errorf("unit %d: %v x %v is not %v", id, price, quantity, sum)
		}
	}
	for id := range ids[goszakup.Acts] {
		if id >= bases[goszakup.Acts] {
			leads(goszakup.Acts, goszakup.Contract, id, "contractId")
		}
	}
	for _, link := range []struct {
		from  goszakup.Entity
		field string
		to    goszakup.Entity
	}{
		{goszakup.ComplaintAppeal, "trdBuyId", goszakup.TrdBuy}, {goszakup.ComplaintAppeal, "sysSubjectId", goszakup.Subjects}, {goszakup.Waybills, "aktId", goszakup.Acts}, {goszakup.Waybills, "contractId", goszakup.Contract},
		{goszakup.WaybillItems, "waybillId", goszakup.Waybills}, {goszakup.WaybillItems, "unitId", goszakup.Units}, {goszakup.WaybillMembers, "waybillId", goszakup.Waybills}, {goszakup.TreasuryPay, "contractId", goszakup.Contract},
		{goszakup.QualifiedSuppliers, "pid", goszakup.Subjects}, {goszakup.ObLots, "trdBuyId", goszakup.ObTrdBuy}, {goszakup.ObContract, "trdBuyId", goszakup.ObTrdBuy}, {goszakup.ObContract, "rootId", goszakup.ObContract},
	} {
		n := 0
		for id := range ids[link.from] {
			if id >= bases[link.from] {
				leads(link.from, link.to, id, link.field)
				n++
			}
		}
		if n == 0 {
			t.Errorf("no %s", link.from)
		}
	}
	clock := "2026-10-01 00:00:00"
	for _, e := range []goszakup.Entity{goszakup.ComplaintAppeal, goszakup.Acts, goszakup.Waybills, goszakup.TreasuryPay, goszakup.ObTrdBuy, goszakup.ObLots, goszakup.ObContract, goszakup.ObPlans, goszakup.TrdBuy, goszakup.Lots, goszakup.Contract, goszakup.Plans, goszakup.TrdApp, goszakup.Units, goszakup.Subjects} {
		for id, d := range ids[e] {
			if date, _ := d["indexDate"].(string); date > clock {
				t.Errorf("%s %d was indexed in the future: %s", e, id, date)
			}
			if changed, _ := d["lastUpdateDate"].(string); d["indexDate"] != nil && changed > d["indexDate"].(string) && id >= bases[e] {
				t.Errorf("%s %d changed %s, indexed %v", e, id, changed, d["indexDate"])
			}
		}
	}
}

func TestTheWorldHasTheShapeOfTheMarket(t *testing.T) {
	t.Parallel()
	w := world(t, 6000, 1)
	statuses, methods := map[string]int{}, map[string]int{}
	lots := documents(t, w, goszakup.Lots)
	for _, d := range lots {
		statuses[fmt.Sprint(d["refLotStatusId"])]++
		methods[fmt.Sprint(d["refBuyTradeMethodsId"])]++
	}
	within := func(what string, got, low, high float64) {
		if got < low || got > high {
			t.Errorf("%s: %.3f, want %.2f to %.2f", what, got, low, high)
		}
	}
	n := float64(len(lots))
	within("lots awarded", float64(statuses["360"])/n, 0.5, 0.85)
	within("lots failed", float64(statuses["370"])/n, 0.05, 0.3)
	within("lots by quotations", float64(methods["3"])/n, 0.45, 0.7)
	within("lots by open tender", float64(methods["2"])/n, 0.1, 0.25)
	within("lots from one source after a failure", float64(methods["6"])/n, 0.06, 0.2)
	bids, cut, planned := 0, 0.0, 0.0
	amount := map[int64]float64{}
	for _, d := range lots {
		if a, ok := d["amount"].(json.Number); ok {
			amount[integer(t, d["id"])], _ = a.Float64()
		}
	}
	seen := map[int64]bool{}
	for _, d := range documents(t, w, goszakup.TrdApp) {
		for _, l := range d["AppLots"].([]any) {
			m := l.(map[string]any)
			id := integer(t, m["lotId"])
			bids++
			seen[id] = true
			if m["statusId"] != nil && integer(t, m["statusId"]) == 360 && amount[id] > 0 {
				bid, _ := m["amount"].(json.Number).Float64()
				planned += amount[id]
				cut += amount[id] - bid
			}
		}
	}
	within("bids a lot", float64(bids)/float64(len(seen)), 2.5, 4.6)
	within("price reduction", cut/planned, 0.02, 0.11)
	byBuyer, direct, contracts := map[string]int{}, 0, 0
	for _, d := range documents(t, w, goszakup.Contract) {
		contracts++
		byBuyer[fmt.Sprint(d["customerBin"])]++
		if integer(t, d["trdBuyId"]) == 0 {
			direct++
		}
	}
	within("contracts without announcement", float64(direct)/float64(contracts), 0.35, 0.75)
	top := 0
	for _, c := range byBuyer {
		top = max(top, c)
	}
	within("contracts of the largest buyer over the mean", float64(top)*float64(len(byBuyer))/float64(contracts), 3, 60)
}

func TestWhateverChangesHasANewerIndexDate(t *testing.T) {
	t.Parallel()
	s, err := goszakup.New(goszakup.Options{Scale: 400, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	entities := []goszakup.Entity{goszakup.Plans, goszakup.TrdBuy, goszakup.Lots, goszakup.TrdApp, goszakup.Contract, goszakup.Units, goszakup.Acts, goszakup.TreasuryPay, goszakup.Subjects,
		goszakup.ComplaintAppeal, goszakup.Waybills, goszakup.ObTrdBuy, goszakup.ObLots, goszakup.ObContract, goszakup.ObPlans}
	state := map[goszakup.Entity]map[int64]string{}
	for _, e := range entities {
		state[e] = map[int64]string{}
	}
	changes := 0
	before := ""
	for range 25 {
		for _, e := range entities {
			for id, b := range s.World().Documents(e) {
				if old := state[e][id]; old != string(b) {
					state[e][id] = string(b)
					if before == "" {
						continue
					}
					changes++
					if at, _ := decode(t, b)["indexDate"].(string); at <= before {
						t.Errorf("%s %d was indexed %s and changed after %s:\n%s\n%s", e, id, at, before, old, b)
					}
				}
			}
		}
		before = s.World().At().Format("2006-01-02 15:04:05")
		s.Advance(29 * time.Hour)
	}
	if changes < 50 {
		t.Errorf("only %d changes", changes)
	}
}

func FuzzGraphQL(f *testing.F) {
	s, err := goszakup.New(goszakup.Options{Scale: 100, Seed: 1})
	if err != nil {
		f.Fatal(err)
	}
	h := s.Handler()
	for _, seed := range []string{
		`{"query":"{TrdBuy{id}}"}`, `{"query":"query($a:Int){Lots(after:$a,filter:{id:[1]}){id TrdBuy{Lots{id}}}}","variables":{"a":5}}`, `{"query":"{__schema{types{name}}}"}`,
		`{"query":"{Lots(filter:{lastUpdateDate:[\"x\"],amount:[1.5,null]}){...on Lots{id}}}"}`, `{"query":`, `[]`, `{"query":"{a:Plans(limit:99999999999){id}}","operationName":"q"}`, `{"variables":{"a":[{}]}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest("POST", "/v3/graphql", strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer x")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 200 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

func FuzzREST(f *testing.F) {
	s, err := goszakup.New(goszakup.Options{Scale: 100, Seed: 1})
	if err != nil {
		f.Fatal(err)
	}
	h := s.Handler()
	for _, path := range []string{"lots", "trd-buy", "trd-buy/20000000", "contract/1/units", "journal", "plans/kato", "refs/ref_kato", "refs/x/y", "subject/biin/0", "trd-app", "plans/deleted", "treasury-pay/5"} {
		f.Add(path, "limit=5&search_after=9")
		f.Add(path, "limit=-1&search_after=-99999999999999999999&date_from=x&buy_id=1&lot_id=z")
	}
	f.Fuzz(func(t *testing.T, path, query string) {
		r := httptest.NewRequest("GET", "/v3/x", nil)
		r.URL = &url.URL{Path: "/v3/" + path, RawQuery: query}
		r.Header.Set("Authorization", "Bearer x")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 500 || (w.Code == 200 || w.Code == 404) && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s?%s: %d %s", path, query, w.Code, w.Body)
		}
	})
}

func TestEveryKeyOfADictionaryInGeneratedRecordsLeadsToAnEntry(t *testing.T) {
	t.Parallel()
	s, err := goszakup.New(goszakup.Options{Scale: 1500, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for root, fields := range map[goszakup.Entity]map[string]string{
		goszakup.TrdBuy: {"refTradeMethodsId": "RefTradeMethods", "refSubjectTypeId": "RefSubjectType", "refBuyStatusId": "RefBuyStatus", "refTypeTradeId": "RefTypeTrade"},
		goszakup.Lots:   {"refLotStatusId": "RefLotsStatus", "refBuyTradeMethodsId": "RefBuyTradeMethods"},
		goszakup.Plans: {"refUnitsCode": "RefUnits", "refMonthsId": "RefMonths", "refPlnPointStatusId": "RefPlnPointStatus", "refFinsourceId": "RefFinsource", "refAbpCode": "RefAbp", "refPointTypeId": "RefPointType",
			"refBudgetTypeId": "RefBudgetType", "refJustificationId": "RefJustification", "refEnstruCode": "RefEnstru"},
		goszakup.Contract: {"refContractStatusId": "RefContractStatus", "refContractTypeId": "RefContractType", "refContractYearTypeId": "RefContractYearType", "refCurrencyCode": "RefCurrency", "refContractCancelId": "RefContractCancel",
			"refContractAgrFormId": "RefContractAgrForm", "faktTradeMethodsId": "FaktTradeMethods"},
	} {
		selection := "{id"
		for key, nested := range fields {
			leaf := "nameRu"
			if nested == "RefCurrency" {
				leaf = "name"
			}
			selection += fmt.Sprintf(" %s %s{%s}", key, nested, leaf)
		}
		answers, err := s.World().Answers(root, selection+"}")
		if err != nil {
			t.Fatal(err)
		}
		for id, b := range answers {
			d := decode(t, b)
			for key, nested := range fields {
				if v := fmt.Sprint(d[key]); id >= bases[root] && v != "0" && v != "<nil>" && d[nested] == nil {
					t.Errorf("%s %d: %s %s has no entry", root, id, key, v)
				}
			}
		}
	}
}

func TestWindowsHoldTheSameBeforeAndAfterTheWorldWasComputed(t *testing.T) {
	t.Parallel()
	fresh := start(t, goszakup.Options{Scale: 900, Seed: 4})
	known := start(t, goszakup.Options{Scale: 900, Seed: 4})
	known.server.World().Digest()
	for _, field := range []string{"TrdBuy indexDate", "TrdBuy publishDate", "Lots lastUpdateDate", "TrdApp dateApply", "Contract signDate", "Contract crdate", "Acts approveDate", "ComplaintAppeal decisionDate", "ContractWaybill approveDate"} {
		root, name, _ := strings.Cut(field, " ")
		n := 0
		for _, window := range [][2]string{{"2023-02-01", "2026-09-01"}, {"2024-05-06", "2024-06-20"}, {"2025-06-03", "2026-01-15"}, {"2026-09-20", "2026-12-31"}} {
			query := fmt.Sprintf("{%s(filter:{%s:[%q,%q]},limit:200){id}}", root, name, window[0], window[1])
			found := fmt.Sprint(rows(fresh.graphql(query, nil), root))
			if again := fmt.Sprint(rows(known.graphql(query, nil), root)); again != found {
				t.Errorf("%s\n%s\n%s", query, found, again)
			}
			want := 0
			for _, d := range documents(t, known.server.World(), goszakup.Entity(root)) {
				if at, _ := d[name].(string); at >= window[0] && at <= window[1]+" 23:59:59" {
					want++
				}
			}
			if got := int(integer(t, pageInfo(t, fresh.graphql(query, nil))["totalCount"])); got != want {
				t.Errorf("%s gave %d rows of %d", query, got, want)
			}
			n += want
		}
		if n == 0 {
			t.Errorf("no %s in any window", field)
		}
	}
	for _, window := range []string{"date_from=2024-05-06&date_to=2024-05-08", "date_from=2026-09-01"} {
		a, b := fresh.rest("/v3/journal?limit=500&"+window), known.rest("/v3/journal?limit=500&"+window)
		if fmt.Sprint(a) != fmt.Sprint(b) || len(a["items"].([]any)) == 0 {
			t.Errorf("journal of %s: %v and %v entries", window, a["total"], b["total"])
		}
	}
}

func TestTotalsFollowTheClock(t *testing.T) {
	t.Parallel()
	moving, err := goszakup.New(goszakup.Options{Scale: 800, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, hours := range []time.Duration{0, 7, 40, 300, 24 * 20, 24 * 60} {
		moving.Advance(hours * time.Hour)
		for _, e := range goszakup.Entities {
			n := 0
			for range moving.World().Documents(e) {
				n++
			}
			if got := moving.World().Count(e); got != n {
				t.Errorf("%s at %s: count %d, rows %d", e, moving.World().At(), got, n)
			}
		}
	}
}

func TestRowsDeletedOnDemandAreGoneEverywhereAndInTheJournal(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 300, Seed: 1})
	w := p.server.World()
	services := map[goszakup.Entity]string{goszakup.Lots: "lots", goszakup.TrdBuy: "trd-buy", goszakup.Contract: "contract", goszakup.Plans: "plans", goszakup.Subjects: "subject", goszakup.ObLots: "", goszakup.Waybills: ""}
	for e, service := range services {
		before := w.Count(e)
		var id int64
		for id = range w.Documents(e) {
			break
		}
		if status, _, b, _ := p.call("POST", fmt.Sprintf("/_standin/delete?entity=%s&id=%d", e, id), ""); status != 200 {
			t.Fatalf("%s", b)
		}
		if w.Count(e) != before-1 || fmt.Sprint(w.Deleted(e)) != fmt.Sprint([]int64{id}) {
			t.Errorf("%s: %d rows of %d, deleted %v", e, w.Count(e), before, w.Deleted(e))
		}
		for left := range w.Documents(e) {
			if left == id {
				t.Errorf("%s %d is still there", e, id)
			}
		}
		key := "id"
		if e == goszakup.Subjects {
			key = "pid"
		}
		if found := rows(p.graphql(fmt.Sprintf("{%s(filter:{%s:%d}){%s}}", e, key, id, key), nil), string(e)); len(found) != 0 {
			t.Errorf("%s %d is still found", e, id)
		}
		told := false
		for _, i := range p.rest("/v3/journal?limit=500&date_from=2026-10-01")["items"].([]any) {
			m := i.(map[string]any)
			told = told || m["action"] == "D" && m["service_name"] == service && m["object_id"] == fmt.Sprint(id)
		}
		if told != (service != "") {
			t.Errorf("journal on %s: %v", e, told)
		}
	}
	if status, _, _, _ := p.call("POST", "/_standin/delete?entity=Lots&id=1", ""); status != 404 {
		t.Errorf("a row that is not there: %d", status)
	}
	if status, _, _, _ := p.call("POST", "/_standin/delete?entity=Nothing&id=1", ""); status != 400 {
		t.Errorf("a register that is not there: %d", status)
	}
}

func TestTheExactWorldIsGivenByPath(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 300, Seed: 1})
	lines := func(query string) []string {
		status, _, b, err := p.call("GET", "/_standin/"+query, "")
		if err != nil || status != 200 {
			t.Fatalf("%s: %d %v %s", query, status, err, b)
		}
		return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	}
	lots := lines("world?entity=Lots&selection=" + url.QueryEscape("{id amount Plans{id}}"))
	if len(lots) != p.server.World().Count(goszakup.Lots) || len(lines("world?entity=Lots")) != len(lots) {
		t.Errorf("%d lots of %d", len(lots), p.server.World().Count(goszakup.Lots))
	}
	_, _, page, _ := p.call("POST", "/v3/graphql", `{"query":"{Lots(limit:3){id amount Plans{id}}}"}`)
	if want := `{"data":{"Lots":[` + strings.Join(lots[:3], ",") + `]}`; !strings.HasPrefix(string(page), want) {
		t.Errorf("the page %s\nbegins not with %s", page, want)
	}
	if n := len(lines("world?feed=ocds-plan")); n == 0 {
		t.Error("no rows of the plans feed")
	}
	if n := len(lines("personal")); n != len(p.server.World().Personal()) {
		t.Errorf("%d pieces of personal data of %d", n, len(p.server.World().Personal()))
	}
	for _, query := range []string{"world?entity=Nothing", "world", "world?entity=Lots&selection=" + url.QueryEscape("{nothing}"), "world?entity=Acts&selection=x"} {
		if status, _, b, _ := p.call("GET", "/_standin/"+query, ""); status != 400 {
			t.Errorf("%s: %d %s", query, status, b)
		}
	}
}

func TestPartsOfPlanPointsArePagedOnceFromTheHighestIDDown(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 400, Seed: 1})
	for _, path := range []string{"/v3/plans/kato", "/v3/plans/spec", "/v3/plans"} {
		key := "id"
		if path == "/v3/plans" {
			key = "pid"
		}
		n, last, after := 0, int64(1)<<62, ""
		for {
			page := p.rest(path + "?limit=31" + after)
			for _, i := range page["items"].([]any) {
				id := integer(t, i.(map[string]any)[key])
				if id >= last {
					t.Fatalf("%s: %d after %d", path, id, last)
				}
				last = id
				n++
			}
			next := page["next_page"].(string)
			if next == "" {
				if total := integer(t, page["total"]); total != int64(n) || n == 0 {
					t.Errorf("%s: %d rows, total %d", path, n, total)
				}
				break
			}
			after = "&search_after=" + next[strings.LastIndex(next, "=")+1:]
		}
	}
}

func TestTheWorldHasEveryKindOfCase(t *testing.T) {
	t.Parallel()
	w := world(t, 8000, 1)
	found := map[string]int{}
	note := func(what string, is bool) {
		if is {
			found[what]++
		} else {
			found[what] += 0
		}
	}
	is := func(v any, want string) bool { return fmt.Sprint(v) == want }
	each := func(e goszakup.Entity, visit func(d map[string]any)) {
		for id, b := range w.Documents(e) {
			if id >= bases[e] {
				visit(decode(t, b))
			}
		}
	}
	each(goszakup.Lots, func(d map[string]any) {
		note("united lot", is(d["unionLots"], "1") && len(d["pointList"].([]any)) > 1)
		note("lot of several customers", d["customerBin"] == nil && is(d["customerId"], "0"))
		note("deleted lot", is(d["isDeleted"], "1"))
		note("dumping with its threshold", is(d["dumping"], "1") && !is(d["dumpingLotPrice"], "0"))
		note("lot to several places", len(d["plnPointKatoList"].([]any)) > 1)
	})
	each(goszakup.TrdBuy, func(d map[string]any) {
		note("suspended announcement", len(d["Pause"].([]any)) > 0)
		note("cancelled announcement", len(d["Cancel"].([]any)) > 0)
		note("revision", strings.HasSuffix(d["numberAnno"].(string), "-2"))
		note("repeated purchase", is(d["refTypeTradeId"], "2") && !is(d["parentId"], "0"))
		note("supplements", d["repeatStartDate"] != nil)
		note("single organiser", d["customerBin"] == nil && is(d["singlOrgSign"], "1"))
		note("commission", len(d["Commission"].([]any)) > 0)
	})
	each(goszakup.TrdApp, func(d map[string]any) {
		for _, l := range d["AppLots"].([]any) {
			note("withdrawn bid", is(l.(map[string]any)["statusId"], "330"))
			note("bid for a united lot", len(l.(map[string]any)["Offers"].([]any)) > 1)
		}
	})
	each(goszakup.Contract, func(d map[string]any) {
		note("contract of several years", is(d["refContractYearTypeId"], "2"))
		note("contract in foreign currency", !is(d["refCurrencyCode"], "KZT"))
		note("agreement in foreign currency", !is(d["refCurrencyCode"], "KZT") && is(d["refContractTypeId"], "2"))
		note("ended contract", d["contractEndDate"] != nil && !is(d["refContractCancelId"], "0"))
		note("contract with value added tax", is(d["withNds"], "1") && !is(d["contractSum"], fmt.Sprint(d["contractSumWnds"])))
		note("deleted draft", is(d["deleted"], "1"))
		note("contract without announcement", is(d["trdBuyId"], "0"))
		for _, r := range d["ContractTreas"].([]any) {
			note("refused registration", r.(map[string]any)["rejectReason"] != nil)
		}
	})
	each(goszakup.Acts, func(d map[string]any) {
		note("revoked act", d["revokeDate"] != nil)
		note("act not approved", d["approveDate"] == nil)
		note("act with an offset of the advance", !is(d["sumAvans"], "0"))
		note("act with a fine", d["sumFine"] != nil)
	})
	each(goszakup.TreasuryPay, func(d map[string]any) { note("advance", !is(d["prepaySum"], "0")) })
	each(goszakup.Subjects, func(d map[string]any) {
		note("taxpayer of Russia", d["inn"] != nil)
		note("taxpayer of Belarus", d["unp"] != nil)
		note("non-resident with a BIN", is(d["markResident"], "0") && d["bin"] != nil)
		note("sole proprietor", is(d["typeSupplier"], "3"))
		note("two addresses", len(d["Address"].([]any)) > 1)
	})
	for _, d := range documents(t, w, goszakup.Rnu) {
		note("row of Samruk", is(d["systemId"], "2") && len(d["Detail"].([]any)) == 0)
	}
	each(goszakup.ComplaintAppeal, func(d map[string]any) { note("decided complaint", d["decisionDate"] != nil) })
	for what, n := range found {
		if n == 0 {
			t.Errorf("no %s", what)
		}
	}
}
