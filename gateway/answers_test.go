package gateway

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

func TestAnswersReachAnalyticsAsAsked(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.back.answer["analytics.entity"] = analysis.Entity{Kind: "lot", ID: "1", Links: analysis.EntityLinks{Portal: "/ru/announce/index/7"}}
	for verb, answer := range map[string]any{
		"rows": analysis.Rows{}, "search": analysis.Found{}, "save-report": analysis.SavedReport{}, "report": analysis.SavedReport{}, "form": analysis.Form{},
		"forms": analysis.FormIndex{Editions: []analysis.Edition{{Files: []analysis.FormFile{{Key: "reports/a.xlsx"}}}}},
	} {
		b.back.answer["analytics."+verb] = answer
	}
	for _, c := range []struct{ target, verb, want string }{
		{"/buyers/KZ-BIN-1?lang=kk", "entity", `{"kind":"buyer","id":"KZ-BIN-1","lang":"kk"}`},
		{"/processes/ocds-kz0000-t1", "entity", `{"kind":"process","id":"ocds-kz0000-t1"}`},
		{"/categories/17.23", "entity", `{"kind":"category","id":"17.23"}`},
		{"/rows?measure=lots&reason=withdrawn&columns=buyer,lotValue&order=-lotValue&limit=5&filter.method=openTender&cursor=abc", "rows",
			`{"measure":"lots","reason":"withdrawn","columns":["buyer","lotValue"],"filters":{"method":["openTender"]},"order":"-lotValue","cursor":"abc","limit":5}`},
		{"/search?q=%D1%80&type=lot,buyer&limit=3", "search", `{"q":"р","types":["lot","buyer"],"limit":3}`},
		{"/reports/saved/ab", "report", `{"id":"ab"}`},
		{"/reports/eec?period=2026-Q1&lang=ru", "form", `{"form":"eec","period":"2026-Q1","lang":"ru"}`},
		{"/reports", "forms", `{}`},
	} {
		w := b.get(t, "/api/v1"+c.target)
		if got, _ := json.Marshal(b.back.asked[c.verb]); w.Code != http.StatusOK || string(got) != c.want {
			t.Errorf("%s: %d asked %s, want %s", c.target, w.Code, got, c.want)
		}
	}
	if w := b.get(t, "/api/v1/lots/1"); !strings.Contains(w.Body.String(), `"portal":"https://goszakup.gov.kz/ru/announce/index/7"`) {
		t.Errorf("portal: %s", w.Body)
	}
	if w := b.get(t, "/api/v1/reports"); !strings.Contains(w.Body.String(), `"url":"http://127.0.0.1:9000/ocds/reports/a.xlsx"`) {
		t.Errorf("editions: %s", w.Body)
	}
	w := b.do(t, "POST", "/api/v1/reports/saved", `{"title":"x","query":{"measures":["lots"]}}`, "Content-Type", "application/json")
	if got, _ := json.Marshal(b.back.asked["save-report"]); w.Code != http.StatusOK || string(got) != `{"title":"x","query":{"measures":["lots"]}}` {
		t.Errorf("save: %d %s", w.Code, got)
	}
	b.back.answer["analytics.entity"] = fault.New(fault.NotFound, "no lot")
	for target, status := range map[string]int{
		"/lots/none": 404, "/lots/1?language=kk": 400, "/search?query=x": 400, "/search?q=x&limit=0": 400, "/reports/eec": 400, "/reports/eec?period=2026&format=pdf": 400, "/rows?limit=x": 400,
		"/feeds/rss": 404, "/feeds/atom": 400, "/feeds/atom?dataset=planets": 400, "/feeds/atom?q=x&dataset=lots": 400, "/feeds/json?dataset=lots&limit=101": 400,
	} {
		if w := b.get(t, "/api/v1"+target); w.Code != status || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") {
			t.Errorf("%s: %d, want %d: %s", target, w.Code, status, w.Body)
		}
	}
}

func TestFeedsOfWhatIsNew(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.back.answer["analytics.rows"] = analysis.Rows{
		Meta: analysis.Meta{AsOf: "2026-07-31T10:00:00Z"}, Columns: []analysis.Column{{ID: "publishedDay", Kind: "dimension", Title: "День"}, {ID: "lotValue", Kind: "measure", Title: "Сумма"}},
		Rows: []analysis.RowItem{{OCID: "ocds-x-1", Kind: "lot", ID: "1", Title: "Бумага <A4> & клей", Path: "/lots/1", Cells: analysis.Row{
			"publishedDay": {Member: &analysis.Member{ID: "2026-07-30", Label: "30.07.2026"}}, "lotValue": {Number: "5.00", Text: true}}}},
	}
	w := b.get(t, "/api/v1/feeds/atom?dataset=lots&filter.buyer=KZ-BIN-1&filter.lotValue=1000000..&limit=7")
	if got, _ := json.Marshal(b.back.asked["rows"]); string(got) != `{"dataset":"lots","filters":{"buyer":["KZ-BIN-1"],"lotValue":["1000000.."]},"order":"-publishedDay","limit":7}` {
		t.Errorf("asked %s", got)
	}
	if w.Header().Get("Content-Type") != "application/atom+xml; charset=utf-8" {
		t.Fatalf("%v: %s", w.Header(), w.Body)
	}
	type of struct {
		ID      string `xml:"id"`
		Title   string `xml:"title"`
		Updated string `xml:"updated"`
		Summary string `xml:"summary"`
	}
	var entries struct {
		Updated string `xml:"updated"`
		Entry   []of   `xml:"entry"`
	}
	if err := xml.Unmarshal(w.Body.Bytes(), &entries); err != nil {
		t.Fatal(err)
	}
	if e := entries.Entry; len(e) != 1 || e[0].Title != "Бумага <A4> & клей" || e[0].Updated != "2026-07-30T00:00:00Z" || e[0].Summary != "День: 30.07.2026; Сумма: 5.00" || entries.Updated != "2026-07-31T10:00:00Z" {
		t.Errorf("feed %+v", entries)
	}
	if w := b.get(t, "/api/v1/feeds/atom?dataset=lots", "If-None-Match", b.get(t, "/api/v1/feeds/atom?dataset=lots").Header().Get("ETag")); w.Code != http.StatusNotModified {
		t.Errorf("nothing new: %d", w.Code)
	}

	b.back.answer["analytics.search"] = analysis.Found{Results: []analysis.Result{{Type: "lot", ID: "1", Title: "A", Date: "2026-01-01", Path: "/lots/1"}, {Type: "planPoint", ID: "2", Title: "B", Date: "2027", Path: "/processes/2"}}}
	w = b.get(t, "/api/v1/feeds/json?q=paper&type=lot")
	var items struct {
		Version string
		Items   []struct {
			ID, URL, Title string
			Published      string `json:"date_published"`
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &items); err != nil || w.Header().Get("Content-Type") != "application/feed+json" {
		t.Fatalf("%v: %s", err, w.Body)
	}
	if len(items.Items) != 2 || items.Items[0].ID != "planPoint/2" || items.Items[0].Published != "2027-01-01T00:00:00Z" || items.Items[1].URL != "http://127.0.0.1:8080/lots/1" {
		t.Errorf("items %+v", items)
	}
}

func TestFeedsOfAFigureWithinBounds(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	column := analysis.Column{ID: "lotsValue", Kind: "measure", Type: "money", Unit: "KZT", Title: "Сумма лотов"}
	type item struct{ ID, URL, Title string }
	ask := func(target string) []item {
		t.Helper()
		var feed struct{ Items []item }
		if w := b.get(t, "/api/v1/feeds/json?"+target); w.Code != http.StatusOK || json.Unmarshal(w.Body.Bytes(), &feed) != nil {
			t.Fatalf("%s: %d %s", target, w.Code, w.Body)
		}
		return feed.Items
	}

	b.back.answer["analytics.query"] = analysis.Answer{Meta: analysis.Meta{AsOf: "2026-07-31T10:00:00Z"}, Columns: []analysis.Column{column}, Totals: analysis.Row{"lotsValue": {Number: "100.00", Text: true}}}
	for bounds, told := range map[string]int{"100..": 1, "100.01..": 0, "..100": 1, "..99.99": 0, "-5..100.00": 1} {
		if got := ask("having.lotsValue=" + bounds); len(got) != told {
			t.Errorf("100.00 within %s: %+v", bounds, got)
		}
	}
	before := ask("having.lotsValue=100..&filter.region=75")[0]
	if got, _ := json.Marshal(b.back.asked["query"]); string(got) != `{"measures":["lotsValue"],"filters":{"region":["75"]},"limit":50}` {
		t.Errorf("asked %s", got)
	}
	if before.Title != "Сумма лотов: 100.00 KZT" || before.URL != "http://127.0.0.1:8080/rows?filter.region=75&measure=lotsValue" {
		t.Errorf("entry %+v", before)
	}
	b.back.answer["analytics.query"] = analysis.Answer{Columns: []analysis.Column{column}, Totals: analysis.Row{"lotsValue": {Number: "120.00", Text: true}}}
	if later := ask("filter.region=75&having.lotsValue=100..")[0]; later.ID != before.ID || later.Title == before.Title {
		t.Errorf("a later figure is another entry: %+v, was %+v", later, before)
	}
	if other := ask("having.lotsValue=100..")[0]; other.ID == before.ID {
		t.Errorf("another selection has the entry %s too", other.ID)
	}
	b.back.answer["analytics.query"] = analysis.Answer{Columns: []analysis.Column{column}, Totals: analysis.Row{"lotsValue": {}}}
	if got := ask("having.lotsValue=0.."); len(got) != 0 {
		t.Errorf("what has no value lies within bounds: %+v", got)
	}

	b.back.answer["analytics.query"] = analysis.Answer{Columns: []analysis.Column{column}, Rows: []analysis.Row{
		{"buyer": {Member: &analysis.Member{ID: "KZ-BIN-1", Label: "Школа"}}, "lotsValue": {Number: "7", Text: true}},
		{"buyer": {Member: &analysis.Member{ID: analysis.Blank}}, "lotsValue": {Number: "6", Text: true}},
	}}
	members := ask("dimensions=buyer&having.lotsValue=5..")
	if got, _ := json.Marshal(b.back.asked["query"]); string(got) != `{"measures":["lotsValue"],"dimensions":["buyer"],"having":{"lotsValue":"5.."},"order":"-lotsValue","limit":50}` {
		t.Errorf("asked %s", got)
	}
	if len(members) != 2 || members[0].Title != "Школа: Сумма лотов: 7 KZT" || !strings.Contains(members[0].URL, "filter.buyer=KZ-BIN-1") || members[0].ID == members[1].ID {
		t.Errorf("members %+v", members)
	}
	for _, target := range []string{
		"having.lots=x", "having.lots=..", "having.lots=5", "having.lots=1e9..", "having.lots=1/2..", "having.lots=1..&having.lotsValue=1..", "having.lots=1..&dimensions=a,b",
		"having.lots=1..&q=x", "having.lots=1..&dataset=lots", "dimensions=buyer", "having.lots=1..&having.lots=2..",
	} {
		if w := b.get(t, "/api/v1/feeds/atom?"+target); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d, want 400: %s", target, w.Code, w.Body)
		}
	}
}
