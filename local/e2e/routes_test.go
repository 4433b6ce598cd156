package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const api = "/api/v1"

// request is a question to the gateway, and the route of its description that it
// is one of.
type request struct {
	route        string // GET /rows
	path, format string // of the answer, json when empty
	body         string
}

// operation is a route as the gateway's OpenAPI describes it.
type operation struct {
	Parameters []struct {
		Name, In string
		Required bool
		Schema   struct{ Enum []string }
	}
	RequestBody json.RawMessage
}

func (o operation) enum(parameter string) []string {
	for _, p := range o.Parameters {
		if p.Name == parameter {
			return p.Schema.Enum
		}
	}
	return nil
}

// answer asks the gateway; the operators' routes with their token.
func (s *system) answer(t *testing.T, r request) (status int, body []byte) {
	t.Helper()
	method, route, _ := strings.Cut(r.route, " ")
	req, err := http.NewRequestWithContext(t.Context(), method, s.url(s.ports().Gateway, r.path), strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(route, "/admin/") {
		token, err := os.ReadFile(filepath.Join(s.state, "secrets", "admin-token"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	if r.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err = io.ReadAll(res.Body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, body
}

// operations are the routes that the gateway describes, by "GET /rows".
func (s *system) operations(t *testing.T) map[string]operation {
	t.Helper()
	var description struct {
		Paths map[string]map[string]json.RawMessage
	}
	_, body := s.answer(t, request{route: "GET /openapi.json", path: api + "/openapi.json"})
	if err := json.Unmarshal(body, &description); err != nil {
		t.Fatal(err)
	}
	all := map[string]operation{}
	for path, methods := range description.Paths {
		var shared operation
		if text, ok := methods["parameters"]; ok {
			if err := json.Unmarshal(text, &shared.Parameters); err != nil {
				t.Fatal(path, err)
			}
		}
		for method, text := range methods {
			var o operation
			if method == "parameters" {
				continue
			}
			if err := json.Unmarshal(text, &o); err != nil {
				t.Fatal(path, err)
			}
			o.Parameters = append(o.Parameters, shared.Parameters...)
			all[strings.ToUpper(method)+" "+path] = o
		}
	}
	return all
}

// requests are questions to every route that the gateway describes: one that needs
// nothing is asked as it is, the values of a parameter that the description lists are
// all asked for, and what else a route needs is known here: every page of the feed,
// the records and the rows of each dataset, the pages of what these name, figures by
// every dimension in every format. A route that the description has and this test
// does not know how to ask fails it.
func (s *system) requests(t *testing.T, snapshot string) []request {
	t.Helper()
	known := map[string][]request{}
	add := func(route, path string) {
		known["GET "+route] = append(known["GET "+route], request{route: "GET " + route, path: api + path})
	}
	ask := func(path string, into any) {
		t.Helper()
		status, body := get(t, s.url(s.ports().Gateway, api+path))
		if status != http.StatusOK {
			t.Fatalf("%s: %d %.300s", path, status, body)
		}
		if err := json.Unmarshal([]byte(body), into); err != nil {
			t.Fatal(path, err)
		}
	}
	ocids, releases := map[string]bool{}, map[string]bool{}
	for _, first := range []string{"/ocds/releases", "/ocds/records"} {
		for next := first + "?limit=100"; next != ""; {
			add(first, next)
			var page struct {
				Links    struct{ Next string }
				Releases []struct{ OCID, ID string }
				Records  []struct{ OCID string }
			}
			ask(next, &page)
			for _, r := range page.Releases {
				ocids[r.OCID], releases[r.ID] = true, true
			}
			for _, r := range page.Records {
				ocids[r.OCID] = true
			}
			u, err := url.Parse(page.Links.Next)
			if err != nil {
				t.Fatal(err)
			}
			if next = strings.TrimPrefix(u.RequestURI(), api); page.Links.Next == "" || len(page.Releases)+len(page.Records) == 0 {
				next = ""
			}
		}
	}
	for _, ocid := range slices.Sorted(maps.Keys(ocids)) {
		add("/ocds/records/{ocid}", "/ocds/records/"+ocid+"?versioned=1")
		add("/provenance/{ocid}", "/provenance/"+ocid)
	}
	for _, id := range slices.Sorted(maps.Keys(releases)) {
		add("/ocds/releases/{id}", "/ocds/releases/"+id)
	}
	add("/bulk/{snapshot}", "/bulk/"+snapshot)
	var catalog struct {
		Measures   []struct{ ID, Dataset string }
		Dimensions []struct {
			ID       string
			Datasets []string
		}
	}
	ask("/catalog?lang=ru", &catalog)
	measures := map[string]string{} // one of each dataset
	for _, m := range catalog.Measures {
		measures[m.Dataset] = m.ID
	}
	pages := map[string]bool{}
	for _, dataset := range slices.Sorted(maps.Keys(measures)) {
		for cursor, first := "", true; first || cursor != ""; first = false {
			path := "/rows?limit=1000&lang=ru&dataset=" + dataset
			if cursor != "" {
				path += "&cursor=" + url.QueryEscape(cursor)
			}
			add("/rows", path)
			var page struct {
				Rows []struct{ Path string }
				Next string
			}
			ask(path, &page)
			for _, row := range page.Rows {
				if row.Path != "" {
					pages[row.Path] = true
				}
			}
			cursor = page.Next
		}
		for _, format := range []string{"csv", "xlsx", "parquet"} {
			add("/rows", "/rows?lang=ru&dataset="+dataset+"&format="+format)
		}
		for _, d := range catalog.Dimensions {
			if slices.Contains(d.Datasets, dataset) {
				add("/query", "/query?limit=1000&lang=ru&measures="+measures[dataset]+"&dimensions="+d.ID)
				add("/facets", "/facets?lang=ru&dataset="+dataset+"&fields="+d.ID)
			}
		}
	}
	for _, format := range []string{"csv", "xlsx", "parquet"} {
		add("/query", "/query?limit=1000&lang=kk&measures=contractsValue&dimensions=winner&format="+format)
	}
	for _, path := range slices.Sorted(maps.Keys(pages)) {
		kind, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		add("/"+kind+"/{id}", path)
	}
	for kind, of := range map[string]struct{ measure, dimension, id string }{
		"categories": {"lots", "class", `\d{2}`}, "regions": {"lots", "region", `\d{2}`}, "buyers": {"lots", "buyer", `KZ-[^"]+`}, "suppliers": {"contracts", "winner", `KZ-[^"]+`},
	} {
		_, body := get(t, s.url(s.ports().Gateway, api+"/query?limit=1000&measures="+of.measure+"&dimensions="+of.dimension))
		for _, id := range regexp.MustCompile(`"(`+of.id+`)"`).FindAllStringSubmatch(body, -1) {
			add("/"+kind+"/{id}", "/"+kind+"/"+id[1])
		}
	}
	add("/diff/{from}/{to}", "/diff/"+snapshot+"/current?lang=ru&measures=lots,lotsValue&dimensions=buyer")
	var feeds struct{ Allowed []string }
	_, body := get(t, s.url(s.ports().Gateway, api+"/feeds/json?dataset=none"))
	if err := json.Unmarshal([]byte(body), &feeds); err != nil || len(feeds.Allowed) == 0 {
		t.Fatalf("which feeds there are is not told: %s", body)
	}
	for _, dataset := range feeds.Allowed {
		for _, format := range []string{"atom", "json"} {
			add("/feeds/{format}", "/feeds/"+format+"?lang=ru&dataset="+dataset)
		}
	}
	var forms struct {
		Forms []struct {
			ID      string
			Periods []string
		}
	}
	ask("/reports?lang=ru", &forms)
	years := []string{"2024", "2025", "2026"}
	for _, form := range forms.Forms {
		for _, example := range form.Periods {
			for _, year := range years {
				for _, format := range []string{"json", "xlsx"} {
					period := year + strings.TrimPrefix(example, regexp.MustCompile(`^\d{4}`).FindString(example))
					add("/reports/{form}", "/reports/"+form.ID+"?lang=ru&period="+period+"&format="+format)
				}
			}
		}
	}
	for _, q := range []string{"бумага", "Примеров", "Иванов"} {
		add("/search", "/search?lang=ru&limit=50&q="+url.QueryEscape(q))
	}
	for _, by := range []string{"rule", "field", "buyer", "day"} {
		add("/quality", "/quality?limit=1000&by="+by)
	}
	// What is asked with a body. Nothing that changes what is published is let through.
	bodies := map[string][]string{
		"POST /query": {`{"measures":["contractsValue"],"dimensions":["winner"],"lang":"ru"}`}, "POST /facets": {`{"fields":["buyer"],"lang":"ru"}`}, "POST /rows": {`{"dataset":"contracts","lang":"ru"}`},
		"POST /reports/saved":                       {`{"title":"Договоры","query":{"measures":["contractsValue"],"dimensions":["winner"]}}`},
		"POST /admin/workflows/back-fill":           {`{}`},
		"POST /admin/workflows/{action}":            {`{}`, `{"workflow":"none"}`},
		"POST /admin/publication/{act}":             {`{}`, fmt.Sprintf(`{"snapshot":%q,"reason":"a test cites it"}`, snapshot)},
		"POST /admin/quarantine/retry":              {`{}`, `{"rule":"ocds.schema.enum"}`},
		"POST /admin/mappings/{from}/{to}/{action}": {``},
	}
	parameter := regexp.MustCompile(`\{(\w+)\}`)
	var all []request
	for route, o := range s.operations(t) {
		if all = append(all, known[route]...); known[route] != nil {
			delete(known, route)
			continue
		}
		method, path, _ := strings.Cut(route, " ")
		paths := []string{path}
		for _, p := range parameter.FindAllStringSubmatch(path, -1) {
			values := o.enum(p[1])
			if path == "/reports/saved/{id}" {
				values = []string{s.savedReport(t)}
			} else if strings.HasPrefix(path, "/admin/mappings/") && values == nil {
				values = []string{"0-000000", s.mapping(t)}
			}
			if values == nil {
				t.Errorf("the gateway describes %s, and nothing here says with which %s to ask it", route, p[1])
			}
			var more []string
			for _, path := range paths {
				for _, v := range values {
					more = append(more, strings.Replace(path, p[0], v, 1))
				}
			}
			paths = more
		}
		for _, p := range o.Parameters {
			if p.In == "query" && p.Required {
				t.Errorf("the gateway describes %s, and nothing here says with which %s to ask it", route, p.Name)
			}
		}
		texts, asked := bodies[route]
		if !asked && method != http.MethodGet {
			t.Errorf("the gateway describes %s, and nothing here says with which body to ask it", route)
		} else if !asked {
			texts = []string{""}
		}
		for _, path := range paths {
			for _, text := range texts {
				all = append(all, request{route: route, path: api + path, body: text})
			}
		}
	}
	for route := range known {
		t.Errorf("the gateway does not describe %s", route)
	}
	slices.SortStableFunc(all, func(a, b request) int {
		// What operators do comes last: it may change what the others see.
		return boolToInt(strings.HasPrefix(a.route, "POST /admin")) - boolToInt(strings.HasPrefix(b.route, "POST /admin"))
	})
	if len(ocids) < 60 || len(pages) < 60 {
		t.Errorf("only %d processes and %d pages", len(ocids), len(pages))
	}
	return all
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// savedReport saves a report and gives its id.
func (s *system) savedReport(t *testing.T) string {
	t.Helper()
	var saved struct{ ID string }
	status, body := s.answer(t, request{route: "POST /reports/saved", path: api + "/reports/saved", body: `{"query":{"measures":["lots"]}}`})
	if err := json.Unmarshal(body, &saved); err != nil || saved.ID == "" {
		t.Fatalf("a report is not saved: %d %.300s", status, body)
	}
	return saved.ID
}

// mapping is the version of the current mapping.
func (s *system) mapping(t *testing.T) string {
	t.Helper()
	var known struct {
		Mappings []struct{ Version string }
	}
	status, body := s.answer(t, request{route: "GET /admin/mappings", path: api + "/admin/mappings"})
	if err := json.Unmarshal(body, &known); err != nil || len(known.Mappings) == 0 {
		t.Fatalf("no mapping: %d %.300s", status, body)
	}
	return known.Mappings[0].Version
}
