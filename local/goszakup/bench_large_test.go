package goszakup_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/local/goszakup"
)

// BenchmarkLargeWorld reads pages of a world of LARGE_SCALE contracting
// processes (25 million make about 10 million lots; default 100,000): the time
// of the first page, which counts everything, of later ones from the middle, of
// a page of a day's changes, and the memory that stays.
func BenchmarkLargeWorld(b *testing.B) {
	scale := 100_000
	if n, err := strconv.Atoi(os.Getenv("LARGE_SCALE")); err == nil {
		scale = n
	}
	s, err := goszakup.New(goszakup.Options{Scale: scale, Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	h := s.Handler()
	ask := func(query string) string {
		r := httptest.NewRequest("POST", "/v3/graphql", strings.NewReader(fmt.Sprintf(`{"query":%q}`, query)))
		r.Header.Set("Authorization", "Bearer x")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Body.String()
	}
	fields := strings.Join(strings.Fields(selections["Lots"]), " ")
	start := cpu()
	first := ask("{Lots(limit:200)" + fields + "}")
	counting := cpu() - start
	_, total, _ := strings.Cut(first, `"totalCount":`)
	lots, after := 0.0, int64(50_000_000)
	fmt.Sscan(strings.TrimRight(total, "}"), &lots)
	_, newest, _ := strings.Cut(first, `"lastId":`)
	var top int64
	fmt.Sscan(newest, &top)
	after += (top - after) / 2
	start = cpu()
	rows := 0
	for b.Loop() {
		page := ask(fmt.Sprintf("{Lots(limit:200,after:%d)%s}", after, fields))
		_, last, _ := strings.Cut(page, `"lastId":`)
		fmt.Sscan(last, &after)
		rows += 200
	}
	b.ReportMetric(float64(rows)/(cpu()-start).Seconds(), "docs/cpu-s")
	start = cpu()
	ask(`{Lots(limit:200,filter:{indexDate:["2026-09-30","2026-09-30"]})` + fields + "}")
	b.ReportMetric((cpu() - start).Seconds(), "window-cpu-s")
	b.ReportMetric(counting.Seconds(), "count-cpu-s")
	b.ReportMetric(lots, "lots")
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	runtime.KeepAlive(s)
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MiB")
}
