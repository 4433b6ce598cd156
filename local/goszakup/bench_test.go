package goszakup_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kzocds/kzocds/local/goszakup"
)

// cpu is the time that the process has computed, whatever else the machine does.
func cpu() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err) // the arguments are constant
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// selections are what a reader of everything asks for.
var selections = map[string]string{
	"TrdBuy": `{id numberAnno nameRu nameKz totalSum countLots refTradeMethodsId refSubjectTypeId customerBin customerPid customerNameKz customerNameRu orgBin orgPid orgNameKz orgNameRu refBuyStatusId startDate endDate
		publishDate itogiDatePublic refTypeTradeId parentId discusStartDate discusEndDate lastUpdateDate finYear kato systemId indexDate Files{id nameRu filePath} GeneralFiles{id} Commission{fio} Pause{id} Cancel{id}}`,
	"Lots": `{id lotNumber refLotStatusId lastUpdateDate unionLots count amount nameRu nameKz descriptionRu descriptionKz customerId customerBin customerNameRu customerNameKz trdBuyNumberAnno trdBuyId dumping
		dumpingLotPrice refTradeMethodsId refBuyTradeMethodsId psdSign consultingServices pointList plnPointKatoList singlOrgSign isLightIndustry isConstructionWork disablePersonId isDeleted systemId indexDate}`,
	"Plans": `{id rootrecordId sysSubjectsId subjectBiin nameRu nameKz descRu refEnstruCode refUnitsCode count price amount sum1 sum2 sum3 plnPointYear refMonthsId refTradeMethodsId refPlnPointStatusId refSubjectTypeId
		isActive isDeleted dateCreate timestamp systemId indexDate PlansKato{refKatoCode count} PlansSpec{ekrbCode amount}}`,
	"TrdApp": `{id buyId supplierId supplierBinIin protId protNumber dateApply systemId indexDate AppLots{id lotId pointList statusId price amount discountValue discountPrice Offers{pointId price amount}}}`,
	"Contract": `{id rootId parentId contractNumber contractNumberSys refContractTypeId refContractStatusId trdBuyId supplierId supplierBiin customerId customerBin contractSum contractSumWnds faktSum refCurrencyCode crdate
		lastUpdateDate signDate ecEndDate finYear systemId indexDate ContractUnits{id lotId plnPointId itemPrice quantity totalSum} ContractTreas{id amount}}`,
	"Acts": `{id numberAct approveDate contractId statusId sumTransfer indexDate Place{unitId quantity amount}}`,
}

// BenchmarkServing reads whole registers page by page; the metric is documents
// a second on one core.
func BenchmarkServing(b *testing.B) {
	s, err := goszakup.New(goszakup.Options{Scale: 20000, Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	h := s.Handler()
	s.World().Count(goszakup.Lots)
	ask := func(method, path, body string) []byte {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer x")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 200 {
			b.Fatal(w.Code, w.Body)
		}
		return w.Body.Bytes()
	}
	run := func(name string, page func(after int64) (last int64, rows int)) {
		b.Run(name, func(b *testing.B) {
			rows, after := 0, int64(0)
			start := cpu()
			for b.Loop() {
				var n int
				after, n = page(after)
				rows += n
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "docs/s")
			b.ReportMetric(float64(rows)/(cpu()-start).Seconds(), "docs/cpu-s")
		})
	}
	for root, selection := range selections {
		query := strings.Join(strings.Fields(selection), " ")
		run("GraphQL/"+root, func(after int64) (int64, int) {
			body := ask("POST", "/v3/graphql", fmt.Sprintf(`{"query":"query($a:Int){%s(limit:200,after:$a)%s}","variables":{"a":%d}}`, root, query, after))
			_, tail, _ := strings.Cut(string(body[max(0, len(body)-120):]), `"lastId":`)
			var last int64
			fmt.Sscan(tail, &last)
			return last, 200
		})
	}
	for _, path := range []string{"lots", "trd-buy/all", "contract/all", "plans/all", "trd-app", "acts", "treasury-pay"} {
		run("REST/"+path, func(after int64) (last int64, rows int) {
			body := string(ask("GET", fmt.Sprintf("/v3/%s?limit=500&search_after=%d", path, after), ""))
			_, tail, _ := strings.Cut(body, `search_after=`)
			fmt.Sscan(tail, &last)
			return last, 500
		})
	}
}

func BenchmarkWorldOf2000(b *testing.B) {
	for b.Loop() {
		world(b, 2000, 1).Digest()
	}
}

func BenchmarkCountingAWorldOf20000(b *testing.B) {
	for b.Loop() {
		world(b, 20_000, 1).Count(goszakup.Lots)
	}
}
