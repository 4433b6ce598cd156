package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/publication"
)

// answers is a fake of the services behind the gateway.
type answers struct {
	asked  map[string]any // verb -> last request
	answer map[string]any // verb -> answer or error
}

func (a *answers) Ask(_ context.Context, service, verb string, request any) (json.RawMessage, error) {
	a.asked[verb] = request
	switch v := a.answer[service+"."+verb].(type) {
	case error:
		return nil, v
	case nil:
		return nil, fault.New(fault.Unavailable, "nobody answers %s.%s", service, verb)
	default:
		return json.Marshal(v)
	}
}

func (a *answers) Take(_ context.Context, at string) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		pieces, _ := a.answer[at].([]any)
		for _, piece := range pieces {
			if err, failed := piece.(error); failed {
				yield(nil, err)
				return
			}
			raw, err := json.Marshal(piece)
			if !yield(raw, err) {
				return
			}
		}
	}
}

func (a *answers) Ready() error { return nil }

// operations is a fake of Temporal that notes what was asked of it.
type operations struct {
	done   []string
	refuse error
}

func (o *operations) Trigger(_ context.Context, source string) error {
	o.done = append(o.done, "trigger "+source)
	return nil
}

func (o *operations) Signal(_ context.Context, id, signal string) error {
	o.done = append(o.done, signal+" "+id)
	return nil
}

func (o *operations) PauseSchedule(_ context.Context, source string, pause bool) error {
	o.done = append(o.done, map[bool]string{true: "pause", false: "resume"}[pause]+" schedule "+source)
	return nil
}

func (o *operations) BackFill(_ context.Context, in *workflowv1.BackFillInput) error {
	o.done = append(o.done, fmt.Sprintf("back-fill %s %v %v %d %d", in.Source, in.Entities, in.Pace.Rate, in.Pace.Parallel, in.Pace.Window))
	return nil
}

func (o *operations) Update(_ context.Context, id, name string) (string, error) {
	o.done = append(o.done, name+" "+id)
	if o.refuse != nil {
		return "", o.refuse
	}
	return "as compared", nil
}

func (o *operations) Operate(_ context.Context, in *workflowv1.OperateInput) (string, error) {
	o.done = append(o.done, strings.TrimSpace(strings.Join([]string{in.Act, in.SnapshotId, in.Ocid, in.Check, in.Reason}, " ")))
	return "operate/" + in.Act, nil
}

func (o *operations) Retry(_ context.Context, in *workflowv1.RetryInput) (string, error) {
	o.done = append(o.done, fmt.Sprintf("retry %v %q", in.ProcessKey, in.Rule))
	return "retry/all", nil
}

type bundle struct {
	*Service
	back *answers
	ops  *operations
}

func setup(t testing.TB, change func(*Config)) bundle {
	t.Helper()
	cfg := Default()
	cfg.AdminToken = config.Secret("operator-word")
	cfg.Rate = 0
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg, Deps{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	b := bundle{Service: s, back: &answers{asked: map[string]any{}, answer: map[string]any{}}, ops: &operations{}}
	s.ask, s.flow = b.back, b.ops
	return b
}

func (b bundle) do(t testing.TB, method, target, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, r)
	return w
}

func (b bundle) get(t testing.TB, target string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	return b.do(t, http.MethodGet, target, "", header...)
}

func TestDescriptionAndRoutesAgree(t *testing.T) {
	t.Parallel()
	var spec specification
	if err := json.Unmarshal(openapiText, &spec); err != nil {
		t.Fatal(err)
	}
	b := setup(t, nil)
	described := map[string]bool{}
	for path, methods := range spec.Paths {
		for method := range methods {
			described[strings.ToUpper(method)+" "+path] = true
		}
	}
	for _, rt := range b.table() {
		key := rt.method + " " + rt.path
		if !described[key] {
			t.Errorf("openapi.json does not describe %s", key)
		}
		delete(described, key)
	}
	for key := range described {
		t.Errorf("openapi.json describes %s, which no route serves", key)
	}
}

func TestQueryReachesAnalyticsAsAsked(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.back.answer["analytics.query"] = analysis.Answer{Meta: analysis.Meta{Snapshot: "abc"}}
	w := b.get(t, "/api/v1/query?measures=lots,lotsValue&dimensions=method&filter.method=openTender&filter.method=!auction&filter.publishedDay=2026-01-01..&order=-lots&limit=7&lang=kk")
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	got, _ := json.Marshal(b.back.asked["query"])
	want := `{"measures":["lots","lotsValue"],"dimensions":["method"],"filters":{"method":["openTender","!auction"],"publishedDay":["2026-01-01.."]},"order":"-lots","limit":7,"lang":"kk"}`
	if string(got) != want {
		t.Errorf("asked\n%s, want\n%s", got, want)
	}
	w = b.do(t, "POST", "/api/v1/query", want, "Content-Type", "application/json")
	if again, _ := json.Marshal(b.back.asked["query"]); w.Code != http.StatusOK || string(again) != want {
		t.Errorf("POST asked %s (%d)", again, w.Code)
	}
}

func TestComparisonsReachAnalyticsAsAsked(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.back.answer["analytics.query"] = analysis.Answer{Meta: analysis.Meta{Snapshot: "abc"}}
	for query, want := range map[string]string{
		"filter.publishedYear=2026&compare=previous&cumulative=1":         `{"measures":["lots"],"filters":{"publishedYear":["2026"]},"compare":"previous","cumulative":true}`,
		"compare.publishedYear=2019&compare.region=&compare.method=!a":    `{"measures":["lots"],"compareFilters":{"method":["!a"],"publishedYear":["2019"],"region":[]}}`,
		"compare.region=75&compare.region=71&cumulative=0&filter.region=": `{"measures":["lots"],"filters":{"region":[""]},"compareFilters":{"region":["75","71"]}}`,
	} {
		w := b.get(t, "/api/v1/query?measures=lots&"+query)
		if got, _ := json.Marshal(b.back.asked["query"]); w.Code != http.StatusOK || string(got) != want {
			t.Errorf("%s: %d asked\n%s, want\n%s", query, w.Code, got, want)
		}
	}
}

func TestDifferencesReachAnalyticsAsAsked(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.back.answer["analytics.diff"] = analysis.Diff{}
	w := b.get(t, "/api/v1/diff/2026-07-01T00:00:00Z/current?measures=lots,lotsValue&dimensions=method&filter.region=75&limit=7&lang=kk")
	got, _ := json.Marshal(b.back.asked["diff"])
	want := `{"from":"2026-07-01T00:00:00Z","to":"current","measures":["lots","lotsValue"],"dimensions":["method"],"filters":{"region":["75"]},"limit":7,"lang":"kk"}`
	if w.Code != http.StatusOK || string(got) != want {
		t.Errorf("%d asked\n%s, want\n%s", w.Code, got, want)
	}
	for _, wrong := range []string{"/api/v1/diff/a/b?measures=lots&compare=previous", "/api/v1/diff/a/b?limit=x"} {
		if w := b.get(t, wrong); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", wrong, w.Code)
		}
	}
}

func TestFacetsReachAnalyticsAsAsked(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.back.answer["analytics.facets"] = analysis.Facets{Meta: analysis.Meta{Snapshot: "abc"}}
	w := b.get(t, "/api/v1/facets?fields=method,region&dataset=contracts&filter.signedYear=2026&search.method=x&limit=7&lang=kk")
	got, _ := json.Marshal(b.back.asked["facets"])
	want := `{"fields":["method","region"],"filters":{"signedYear":["2026"]},"dataset":"contracts","limit":7,"search":{"method":"x"},"lang":"kk"}`
	if w.Code != http.StatusOK || string(got) != want {
		t.Errorf("%d asked\n%s, want\n%s", w.Code, got, want)
	}
}

func TestBadRequestsAreToldWhatWhereAndWhatToDo(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) { c.MaxURL = 2000; c.MaxBody = 500 })
	b.back.answer["analytics.query"] = fault.New(fault.Invalid, "no measure %q", "lotz").At("measures", "lots", "lotsValue")
	b.back.answer["publisher.record"] = fault.New(fault.NotFound, "no record %s", "x")
	for _, c := range []struct {
		name, method, target, body string
		status                     int
		field                      string
	}{
		{"a misspelt filter prefix", "GET", "/api/v1/query?measures=lots&fliter.method=x", "", 400, "fliter.method"},
		{"a range given twice", "GET", "/api/v1/query?measures=lots&dimensions=buyer&having.lots=1..&having.lots=..5", "", 400, "having.lots"},
		{"a running sum that is neither", "GET", "/api/v1/query?measures=lots&cumulative=maybe", "", 400, "cumulative"},
		{"an empty name of another selection", "GET", "/api/v1/query?measures=lots&compare.=x", "", 400, "compare."},
		{"an empty filter name", "GET", "/api/v1/query?measures=lots&filter.=x", "", 400, "filter."},
		{"an unknown language", "GET", "/api/v1/catalog?lang=kz", "", 400, "lang"},
		{"a limit that is no number", "GET", "/api/v1/query?measures=lots&limit=ten", "", 400, "limit"},
		{"a negative limit", "GET", "/api/v1/facets?fields=method&limit=-1", "", 400, "limit"},
		{"an unknown format", "GET", "/api/v1/query?measures=lots&format=pdf", "", 400, "format"},
		{"an unknown measure", "GET", "/api/v1/query?measures=lotz", "", 400, "measures"},
		{"a page that is too long", "GET", "/api/v1/ocds/releases?limit=100000", "", 400, "limit"},
		{"a date that is none", "GET", "/api/v1/ocds/releases?since=yesterday", "", 400, "since"},
		{"versioned that is neither", "GET", "/api/v1/ocds/records/x?versioned=maybe", "", 400, "versioned"},
		{"a record that is not there", "GET", "/api/v1/ocds/records/x", "", 404, ""},
		{"a broken percent encoding", "GET", "/api/v1/query?measures=%zz", "", 400, ""},
		{"a route that is not there", "GET", "/api/v1/nothing", "", 404, ""},
		{"an address that is too long", "GET", "/api/v1/query?measures=" + strings.Repeat("a", 3000), "", 413, ""},
		{"a body that is not JSON", "POST", "/api/v1/query", "{", 400, ""},
		{"a body with an unknown key", "POST", "/api/v1/query", `{"measure":["lots"]}`, 400, ""},
		{"two bodies", "POST", "/api/v1/query", `{"measures":["lots"]}{}`, 400, ""},
		{"a body that is too large", "POST", "/api/v1/query", `{"measures":["` + strings.Repeat("a", 600) + `"]}`, 413, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := b.do(t, c.method, c.target, c.body, "Content-Type", "application/json")
			if w.Code != c.status {
				t.Fatalf("status %d, want %d: %s", w.Code, c.status, w.Body)
			}
			if kind := w.Header().Get("Content-Type"); !strings.HasPrefix(kind, "application/problem+json") {
				t.Errorf("content type %q", kind)
			}
			var problem struct {
				Type, Title, Detail, Field string
				Status                     int
			}
			if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil {
				t.Fatalf("%v: %s", err, w.Body)
			}
			if problem.Type == "" || problem.Detail == "" || problem.Status != c.status || problem.Field != c.field {
				t.Errorf("problem %+v, want field %q", problem, c.field)
			}
		})
	}
}

func TestServiceAwayIs503AndNotItsDetail(t *testing.T) {
	t.Parallel()
	w := setup(t, nil).get(t, "/api/v1/query?measures=lots")
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestUnchangedAnswersAreNotSentAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.back.answer["analytics.query"] = analysis.Answer{Meta: analysis.Meta{Snapshot: "one", ElapsedMs: 1}}
	etag := b.get(t, "/api/v1/query?measures=lots").Header().Get("ETag")
	b.back.answer["analytics.query"] = analysis.Answer{Meta: analysis.Meta{Snapshot: "one", ElapsedMs: 99}}
	if w := b.get(t, "/api/v1/query?measures=lots", "If-None-Match", etag); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("same snapshot: %d with %d bytes", w.Code, w.Body.Len())
	}
	b.back.answer["analytics.query"] = analysis.Answer{Meta: analysis.Meta{Snapshot: "two", ElapsedMs: 1}}
	if w := b.get(t, "/api/v1/query?measures=lots", "If-None-Match", etag); w.Code != http.StatusOK {
		t.Errorf("new snapshot: %d", w.Code)
	}
}

func TestRowsAsCSVForSpreadsheets(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.back.answer["analytics.query"] = analysis.Answer{
		Meta:    analysis.Meta{Snapshot: "0123456789abcdef"},
		Columns: []analysis.Column{{ID: "buyer", Kind: "dimension", Title: "Заказчик"}, {ID: "lots", Kind: "measure", Title: "Лоты"}, {ID: "lotsValue", Kind: "measure", Title: "Сумма"}},
		Rows: []analysis.Row{
			{"buyer": {Member: &analysis.Member{ID: "KZ-BIN-1", Label: `=cmd|"x"`}}, "lots": {Number: "3"}, "lotsValue": {Number: "12.50", Text: true}},
			{"buyer": {Member: &analysis.Member{ID: "~", Label: "ТОО, «Ә»"}}, "lots": {Number: "1"}, "lotsValue": {}},
		},
	}
	w := b.get(t, "/api/v1/query?measures=lots&format=csv")
	want := "\ufeffbuyer,Заказчик,Лоты,Сумма\r\nKZ-BIN-1,\"'=cmd|\"\"x\"\"\",3,12.50\r\n~,\"ТОО, «Ә»\",1,\r\n"
	if got := w.Body.String(); got != want {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
	if d := w.Header().Get("Content-Disposition"); d != `attachment; filename="kzocds-0123456789ab.csv"` {
		t.Errorf("disposition %q", d)
	}
}

func TestFeedIsAPackageWithTheWayOn(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) { c.PublicURL = "https://data.example" })
	b.back.answer["publisher.releases"] = publication.FeedPage{
		Items: []json.RawMessage{json.RawMessage(`{"ocid":"a"}`)}, Next: "c/2", More: true,
		Package: publication.Package{
			Extensions: []string{"https://e.example/extension.json"}, Newest: time.Date(2026, 7, 24, 14, 55, 42, 0, time.UTC),
			Publisher: publication.Publisher{Name: "Ministry"}, License: "https://licence.example/", Policy: "https://policy.example/",
		},
	}
	w := b.get(t, "/api/v1/ocds/releases?limit=1&since=2026-01-01")
	var pkg struct {
		URI, Version, PublishedDate, License, PublicationPolicy string
		Publisher                                               struct{ Name string }
		Releases                                                []map[string]string
		Links                                                   struct{ Next string }
		Extensions                                              []string
	}
	if err := json.Unmarshal(w.Body.Bytes(), &pkg); err != nil {
		t.Fatal(err)
	}
	if pkg.URI != "https://data.example/api/v1/ocds/releases?limit=1&since=2026-01-01" || pkg.Version != "1.1" ||
		pkg.PublishedDate != "2026-07-24T14:55:42Z" || len(pkg.Releases) != 1 || len(pkg.Extensions) != 1 ||
		pkg.Publisher.Name != "Ministry" || pkg.License != "https://licence.example/" || pkg.PublicationPolicy != "https://policy.example/" {
		t.Errorf("package %+v", pkg)
	}
	next, err := url.Parse(pkg.Links.Next)
	if err != nil || next.Query().Get("cursor") != "c/2" || next.Query().Get("limit") != "1" || next.Query().Get("since") != "2026-01-01T00:00:00Z" {
		t.Errorf("links.next = %q", pkg.Links.Next)
	}
	b.back.answer["publisher.releases"] = publication.FeedPage{Next: "c/2"}
	if got := b.get(t, "/api/v1/ocds/releases?cursor=c/2").Body.String(); !strings.Contains(got, `"releases":[]`) || !strings.Contains(got, "cursor=c%2F2") {
		t.Errorf("end of the feed: %s", got)
	}
}

func TestOperatorsNeedTheirToken(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for _, token := range []string{"", "Bearer ", "Bearer operator", "operator-word", "Bearer operator-wordx"} {
		if w := b.do(t, "POST", "/api/v1/admin/workflows/start", "", "Authorization", token); w.Code != http.StatusUnauthorized {
			t.Errorf("token %q: %d", token, w.Code)
		}
	}
	if len(b.ops.done) != 0 {
		t.Fatalf("done without a token: %v", b.ops.done)
	}
	auth := []string{"Authorization", "Bearer operator-word", "Content-Type", "application/json"}
	for _, c := range []struct{ action, body, want string }{
		{"start", "", "trigger goszakup"},
		{"pause", "", "pause schedule goszakup"},
		{"resume", "", "resume schedule goszakup"},
		{"pause", `{"workflow":"extract/goszakup/batch-000001"}`, "pause extract/goszakup/batch-000001"},
	} {
		w := b.do(t, "POST", "/api/v1/admin/workflows/"+c.action, c.body, auth...)
		if w.Code != http.StatusAccepted || b.ops.done[len(b.ops.done)-1] != c.want {
			t.Errorf("%s: %d, %v", c.action, w.Code, b.ops.done)
		}
	}
	if w := b.do(t, "POST", "/api/v1/admin/workflows/drop", "", auth...); w.Code != http.StatusNotFound {
		t.Errorf("unknown action: %d", w.Code)
	}
	off := setup(t, func(c *Config) { c.AdminToken = "" })
	if w := off.do(t, "POST", "/api/v1/admin/workflows/start", "", "Authorization", "Bearer "); w.Code != http.StatusForbidden {
		t.Errorf("switched off: %d", w.Code)
	}
}

func TestRateLimitIsPerClientAndForgets(t *testing.T) {
	t.Parallel()
	l := newRateLimit(1, 2, false)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, want := range []bool{true, true, false} {
		if got := l.take("a", now) == 0; got != want {
			t.Errorf("request %d of a: allowed %v, want %v", i+1, got, want)
		}
	}
	if l.take("b", now) != 0 {
		t.Error("b pays for a")
	}
	if l.take("a", now.Add(time.Second)) != 0 {
		t.Error("a second later a token is back")
	}
	l.take("c", now.Add(5*time.Minute))
	if len(l.clients) != 1 {
		t.Errorf("%d clients remembered, want the active one", len(l.clients))
	}
	b := setup(t, func(c *Config) { c.Rate, c.Burst = 0.001, 1 })
	b.get(t, "/api/v1/site")
	if w := b.get(t, "/api/v1/site"); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for _, target := range []string{"/", "/docs", "/api/v1/site", "/api/v1/nothing"} {
		h := b.get(t, target).Header()
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", target, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: types may be sniffed", target)
		}
	}
	if h := b.get(t, "/api/v1/site").Header(); h.Get("Access-Control-Allow-Origin") != "*" {
		t.Error("reads are not open to other origins")
	}
	if h := b.do(t, "POST", "/api/v1/admin/workflows/start", "").Header(); h.Get("Access-Control-Allow-Origin") != "" {
		t.Error("the operator's API is open to other origins")
	}
}

func TestPageServesFilesAndItsOwnAddresses(t *testing.T) {
	t.Parallel()
	h := explorerOf(fstest.MapFS{
		"index.html":       {Data: []byte("<title>page</title>")},
		"assets/a-1234.js": {Data: []byte("code")},
		".gitkeep":         {},
		"favicon.svg":      {Data: []byte("<svg/>")},
	})
	for _, c := range []struct {
		target string
		status int
		body   string
	}{
		{"/", 200, "<title>page"}, {"/ru/main?filter.method=x", 200, "<title>page"}, {"/index.html", 200, "<title>page"},
		{"/assets/a-1234.js", 200, "code"}, {"/assets/gone.js", 404, ""}, {"/.gitkeep", 200, "<title>page"}, {"/favicon.svg", 200, "<svg/>"},
		{"/../gateway.go", 200, "<title>page"},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path, r.URL.RawQuery, _ = strings.Cut(c.target, "?")
		h.ServeHTTP(w, r)
		body, _ := io.ReadAll(w.Body)
		if w.Code != c.status || !strings.Contains(string(body), c.body) {
			t.Errorf("%s: %d %s", c.target, w.Code, body)
		}
	}
	w := httptest.NewRecorder()
	explorerOf(fstest.MapFS{}).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if !strings.Contains(w.Body.String(), "make explorer") {
		t.Error("without a build the placeholder says how to make one")
	}
}

func TestSearchEnginesFindTheDataSetInThePageItself(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) { c.PublicURL = "https://data.example" })
	page := []byte(`<html lang="ru"><head><meta name="description" content="x" /><title>kzocds</title></head><body></body></html>`)
	get := func() string {
		w := httptest.NewRecorder()
		b.dataset(page, "kk").ServeHTTP(w, httptest.NewRequest("GET", "/kk/data", nil))
		if w.Code != 200 || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%d %v", w.Code, w.Header())
		}
		return w.Body.String()
	}
	b.back.answer["publisher.bulk"] = fault.New(fault.NotFound, "nothing has been published yet")
	if got := get(); got != string(page) {
		t.Errorf("before the first publication: %s", got)
	}
	b.back.answer["publisher.bulk"] = publication.Bulk{
		Title: map[string]string{"kk": `Ашық "деректер"`}, Description: map[string]string{"kk": "Барлық <үдерістер>"},
		JSONLD: map[string]json.RawMessage{"kk": []byte(`{"@type":"Dataset","name":"</script><b>"}`)},
	}
	want := `<html lang="kk"><head><title>Ашық &#34;деректер&#34;</title><meta name="description" content="Барлық &lt;үдерістер&gt;" />` +
		`<link rel="canonical" href="https://data.example/kk/data" /><link rel="alternate" hreflang="kk" href="https://data.example/kk/data" />` +
		`<link rel="alternate" hreflang="ru" href="https://data.example/ru/data" /><link rel="alternate" hreflang="en" href="https://data.example/en/data" />` +
		`<script type="application/ld+json">{"@type":"Dataset","name":"\u003c/script\u003e\u003cb\u003e"}</script></head><body></body></html>`
	if got := get(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if w := b.get(t, "/en/data"); w.Code != 200 || len(b.back.asked) == 0 {
		t.Errorf("/en/data: %d", w.Code)
	}
}

func TestAssetsAreGivenAsTheyWereCompressedAtTheBuild(t *testing.T) {
	t.Parallel()
	h := explorerOf(fstest.MapFS{
		"index.html":            {Data: []byte("page")},
		"assets/a-1234.js":      {Data: []byte("code")},
		"assets/a-1234.js.br":   {Data: []byte("packed")},
		"assets/b-1234.js":      {Data: []byte("other")},
		"assets/c-1234.css":     {Data: []byte("style")},
		"assets/c-1234.css.br":  {Data: []byte("packed style")},
		"assets/no-1234.txt.br": {Data: []byte("alone")},
	})
	for _, c := range []struct{ name, accept, body, coding, kind string }{
		{"a-1234.js", "gzip, deflate, br, zstd", "packed", "br", "text/javascript; charset=utf-8"},
		{"a-1234.js", "BR;q=0.5", "packed", "br", "text/javascript; charset=utf-8"},
		{"a-1234.js", "gzip, br;q=0", "code", "", "text/javascript; charset=utf-8"},
		{"a-1234.js", "br; q=0.0, gzip", "code", "", "text/javascript; charset=utf-8"},
		{"a-1234.js", "", "code", "", "text/javascript; charset=utf-8"},
		{"a-1234.js", "brotli", "code", "", "text/javascript; charset=utf-8"},
		{"b-1234.js", "br", "other", "", "text/javascript; charset=utf-8"},
		{"c-1234.css", "br", "packed style", "br", "text/css; charset=utf-8"},
	} {
		r := httptest.NewRequest("GET", "/assets/"+c.name, nil)
		r.Header.Set("Accept-Encoding", c.accept)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		got := w.Header()
		if w.Body.String() != c.body || got.Get("Content-Encoding") != c.coding || got.Get("Content-Type") != c.kind {
			t.Errorf("%+v: %q %v", c, w.Body, got)
		}
		if packed := c.name[0] != 'b'; packed != (got.Get("Vary") == "Accept-Encoding") {
			t.Errorf("%+v: Vary %q", c, got.Get("Vary"))
		}
	}
}

func FuzzRequestsNeverPanicNorBlameTheServer(f *testing.F) {
	for _, seed := range []string{
		"/api/v1/query?measures=lots&filter.a=b", "/api/v1/facets?fields=,,,&search.x=", "/api/v1/ocds/records/%2e%2e?asOf=2026-13-45",
		"/api/v1/query?measures=lots&compare.a=&compare=previous&cumulative=1", "/api/v1/bulk/..%2f..%2fetc", "/docs?style", "/api/v1/query?limit=99999999999999999999", "/%00",
	} {
		f.Add(seed)
	}
	b := setup(f, nil)
	b.back.answer["analytics.query"] = analysis.Answer{}
	b.back.answer["analytics.facets"] = analysis.Facets{}
	f.Fuzz(func(t *testing.T, target string) {
		if !strings.HasPrefix(target, "/") {
			return
		}
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return
		}
		r := &http.Request{Method: "GET", URL: u, RequestURI: target, Header: http.Header{}, Body: http.NoBody, Host: "x", RemoteAddr: "192.0.2.1:1"}
		w := httptest.NewRecorder()
		b.Handler().ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != http.StatusServiceUnavailable {
			t.Errorf("%q: %d %s", target, w.Code, w.Body)
		}
	})
}

func TestAGatewayThatStopsServesUntilLoadBalancersHaveNoticed(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg := Default()
	cfg.Web.Listen, cfg.Drain = l.Addr().String(), 2*time.Second
	l.Close()
	s := &Service{cfg: cfg, log: slog.New(slog.DiscardHandler), ask: &answers{}, handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	get := func() error { // over a connection of its own, as from a new client
		r, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get("http://" + cfg.Web.Listen)
		if err == nil {
			r.Body.Close()
		}
		return err
	}
	for get() != nil {
		select {
		case err := <-ended:
			t.Fatal(err)
		case <-time.After(time.Millisecond):
		}
	}
	if err := s.Ready(); err != nil {
		t.Fatal(err)
	}
	stop()
	for s.Ready() == nil {
		time.Sleep(time.Millisecond)
	}
	if err := get(); err != nil {
		t.Errorf("not ready, and closed at once: %v", err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if get() == nil {
		t.Error("still open after the end")
	}
}
