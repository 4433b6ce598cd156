package e2e

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/kzocds/kzocds/local/goszakup"
)

// corpus are personal data that a source serves, by kind. They are found again
// whole, not as the beginning of something longer.
type corpus struct {
	kinds map[string]string
	form  *regexp.Regexp
}

// forms are what nearly all data of the corpus look like; the others are looked
// for as they are.
const forms = `(?i:пример(?:ов|ова) пример (?:№ \d+|[а-я]+))|Тестова Айгуль Маратовна|[a-z0-9.]+@example\.kz|\+7[ (0-9)-]{8,16}\d|KZ[0-9A-Z]{18}|\d{12,}`

func (c corpus) find(text []byte) []string {
	found := map[string]bool{}
	for _, match := range c.form.FindAll(text, -1) {
		if datum := string(match); c.kinds[datum] != "" {
			found[datum] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// corpusOf is what the stand-in invents of natural persons, and what the test
// plants besides. The names of sole proprietors are names of firms and published.
func corpusOf(t *testing.T, world goszakup.World, planted map[string]string) corpus {
	t.Helper()
	firms := map[string]bool{}
	for _, p := range world.Personal() {
		firms[p.Value] = firms[p.Value] || p.Kind == "proprietor"
	}
	usual := regexp.MustCompile(forms)
	kinds := map[string]string{}
	for _, p := range world.Personal() {
		switch {
		case p.Kind == "proprietor" || firms[p.Value]:
		case p.Kind == "text":
			for _, datum := range usual.FindAllString(p.Value, -1) {
				if !firms[datum] {
					kinds[datum] = p.Kind
				}
			}
		default:
			kinds[p.Value] = p.Kind
		}
	}
	for kind, datum := range planted {
		kinds[datum] = "planted " + kind
	}
	all := forms
	for datum := range kinds {
		if usual.FindString(datum) != datum {
			all += `|\b` + regexp.QuoteMeta(datum) + `\b`
		}
	}
	c := corpus{kinds, regexp.MustCompile(all)}
	for datum, kind := range kinds {
		if got := c.find([]byte(`x"` + datum + `",`)); !slices.Equal(got, []string{datum}) {
			t.Fatalf("the search is blind for the %s %q: %q", kind, datum, got)
		}
	}
	return c
}

// texts are members of the portal's answers that anybody may write anything into.
var texts = []string{"descriptionRu", "descriptionKz", "descRu", "descKz", "extraDescRu", "extraDescKz", "descriptionRus"}

// plant writes the data into every free text of an answer and counts them.
func plant(v any, words string, planted *atomic.Int64) {
	switch v := v.(type) {
	case []any:
		for _, inner := range v {
			plant(inner, words, planted)
		}
	case map[string]any:
		for name, inner := range v {
			if text, ok := inner.(string); ok && text != "" && slices.Contains(texts, name) {
				v[name] = text + ", " + words
				planted.Add(1)
				continue
			}
			plant(inner, words, planted)
		}
	}
}

// infected is a portal that serves the planted data in every free text.
func infected(t *testing.T, data map[string]string) (address string, world goszakup.World, planted *atomic.Int64) {
	t.Helper()
	s, err := goszakup.New(goszakup.Options{Scale: 60, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	words := fmt.Sprintf("контактное лицо: %s, ИИН %s, тел. %s, %s, счет %s", data["name"], data["number"], data["telephone"], data["address"], data["account"])
	planted = &atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		s.Handler().ServeHTTP(answer, r)
		body := answer.Body.Bytes()
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		var said any
		if decoder.Decode(&said) == nil {
			plant(said, words, planted)
			if body, err = json.Marshal(said); err != nil {
				panic(err) // what was decoded can be encoded
			}
		}
		maps.Copy(w.Header(), answer.Header())
		w.Header().Del("Content-Length")
		w.WriteHeader(answer.Code)
		_, _ = w.Write(body) // the reader may have gone
	}))
	t.Cleanup(server.Close)
	return server.URL, s.World(), planted
}

// TestNoPersonalDatumLeavesTheSystem plants personal data into what the source
// says, lets the system publish it, and looks for them wherever the system says
// anything: all published files, every route that everybody may ask, answers
// to a search for each datum, and the logs of all processes.
func TestNoPersonalDatumLeavesTheSystem(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(here, "../../transformer/privacy/testdata/planted.json"))
	if err != nil {
		t.Fatal(err)
	}
	var data map[string]string
	if err := json.Unmarshal(text, &data); err != nil {
		t.Fatal(err)
	}
	source, world, planted := infected(t, data)
	c := corpusOf(t, world, data)
	env := append(slices.Clone(eager), "SOURCE_URL="+source, "SOURCE_TOKEN=t", "EXTRACTOR_ADAPTERS=goszakup,goszakup-feed", "GATEWAY_RATE=0")
	for _, service := range []string{"EXTRACTOR", "TRANSFORMER", "PUBLISHER", "ANALYTICS", "GATEWAY"} {
		env = append(env, service+"_TELEMETRY_LOG_LEVEL=debug")
	}
	s := install(t, env...)
	first := s.start(t, "ONCE=1")
	if code := first.ended(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	sum := first.summary()
	if err := sum.Agree(); err != nil || !sum.Published || sum.Counts.Quarantined != 0 {
		t.Errorf("%v %+v", err, sum)
	}
	if planted.Load() < 500 || len(c.kinds) < 250 {
		t.Fatalf("%d texts with planted data, %d data to look for: too few to tell anything", planted.Load(), len(c.kinds))
	}
	p := s.start(t)
	p.said("kzocds runs")

	looked := map[string]int{} // kind of place -> bytes
	look := func(place, where string, text []byte) {
		t.Helper()
		looked[place] += len(text)
		for _, datum := range c.find(text) {
			at := bytes.Index(text, []byte(datum))
			t.Errorf("%s holds a %s: …%s", where, c.kinds[datum], text[max(0, at-100):at+len(datum)])
		}
	}
	for name, text := range s.published(t, sum.Snapshot) {
		look("files", name, text)
	}
	paths := s.routes(t)
	for _, datum := range slices.Sorted(maps.Keys(c.kinds)) {
		paths = append(paths, "/api/v1/search?limit=50&lang=ru&q="+url.QueryEscape(datum))
	}
	for _, path := range paths {
		status, body := get(t, s.url(s.ports().Gateway, path))
		if status != http.StatusOK {
			t.Errorf("%s answers %d %.200s", path, status, body)
			continue
		}
		format := "." + regexp.MustCompile(`format=(\w+)|$`).FindStringSubmatch(path)[1]
		look("routes", path, unpacked(t, format, []byte(body)))
	}
	interrupt(t, p)
	if code := p.ended(); code != 0 {
		t.Errorf("Ctrl-C ends with code %d", code)
	}
	logs, err := filepath.Glob(filepath.Join(s.state, "logs", "*"))
	if err != nil || len(logs) < 4 {
		t.Fatalf("%v: %q", err, logs)
	}
	for _, name := range logs {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		look("logs", name, text)
	}
	for _, run := range []*process{first, p} {
		look("logs", "standard output", run.stdout.Bytes())
		look("logs", "standard error", []byte(run.stderr.String()))
	}
	for place, least := range map[string]int{"files": 1 << 20, "routes": 1 << 20, "logs": 10 << 10} {
		if looked[place] < least {
			t.Errorf("only %d bytes of %s were looked at", looked[place], place)
		}
	}
}

// published are all files of a snapshot, unpacked, and what leads to them.
func (s *system) published(t *testing.T, snapshot string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	read := func(key string) []byte {
		t.Helper()
		status, body := get(t, s.url(s.ports().S3, "/ocds/"+key))
		if status != http.StatusOK {
			t.Fatalf("%s: %d %.200s", key, status, body)
		}
		return []byte(body)
	}
	manifest := read("snapshots/" + snapshot + "/manifest.json")
	files["latest.json"], files["manifest.json"] = read("latest.json"), manifest
	var m struct {
		Datasets []struct{ Objects []struct{ Key string } }
	}
	if err := json.Unmarshal(manifest, &m); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, d := range m.Datasets {
		for _, o := range d.Objects {
			kinds[filepath.Ext(o.Key)]++
			files[o.Key] = unpacked(t, o.Key, read(o.Key))
		}
	}
	for _, kind := range []string{".gz", ".xlsx", ".parquet", ".csv", ".json"} {
		if kinds[kind] == 0 {
			t.Errorf("the snapshot has no file %s: %v", kind, kinds)
		}
	}
	return files
}

// unpacked is the text of a published file.
func unpacked(t *testing.T, name string, content []byte) []byte {
	t.Helper()
	switch filepath.Ext(name) {
	case ".gz": // JSON Lines, and CSV files one behind another
		r, err := gzip.NewReader(bytes.NewReader(content))
		if err != nil {
			t.Fatal(name, err)
		}
		return readAll(t, r)
	case ".xlsx":
		r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(name, err)
		}
		var text []byte
		for _, part := range r.File {
			f, err := part.Open()
			if err != nil {
				t.Fatal(name, err)
			}
			text = append(text, readAll(t, f)...)
			f.Close()
		}
		return text
	case ".parquet":
		f, err := parquet.OpenFile(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(name, err)
		}
		var text []byte
		for _, group := range f.RowGroups() {
			rows := group.Rows()
			for buffer := make([]parquet.Row, 100); ; {
				n, err := rows.ReadRows(buffer)
				for _, row := range buffer[:n] {
					for _, value := range row {
						text = append(append(text, value.String()...), '\n')
					}
				}
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(name, err)
				}
			}
			rows.Close()
		}
		return text
	default:
		return content
	}
}

// routes are the addresses under which the gateway tells what is published:
// every page of the feed, the records and the rows of each dataset, the pages of
// what these name, figures by every dimension in every format.
func (s *system) routes(t *testing.T) []string {
	t.Helper()
	const api = "/api/v1"
	ask := func(path string, into any) {
		t.Helper()
		status, body := get(t, s.url(s.ports().Gateway, path))
		if status != http.StatusOK {
			t.Fatalf("%s: %d %.300s", path, status, body)
		}
		if err := json.Unmarshal([]byte(body), into); err != nil {
			t.Fatal(path, err)
		}
	}
	paths := []string{"/", "/docs", api + "/search?lang=ru&q=" + url.QueryEscape("бумага"), api + "/search?lang=kk&q=" + url.QueryEscape("Примеров")}
	for _, path := range []string{"/bulk", "/status", "/completeness", "/site", "/codes", "/quality?by=rule", "/quality?by=field", "/quality?by=buyer", "/quality?by=day", "/catalog?lang=ru", "/openapi.json"} {
		paths = append(paths, api+path)
	}
	ocids := map[string]bool{}
	for _, first := range []string{"/ocds/releases?limit=100", "/ocds/records?limit=100"} {
		for next := api + first; next != ""; {
			paths = append(paths, next)
			var page struct {
				Links    struct{ Next string }
				Releases []struct{ OCID string }
				Records  []struct{ OCID string }
			}
			ask(next, &page)
			for _, item := range slices.Concat(page.Releases, page.Records) {
				ocids[item.OCID] = true
			}
			u, err := url.Parse(page.Links.Next)
			if err != nil {
				t.Fatal(err)
			}
			if next = u.RequestURI(); page.Links.Next == "" || len(page.Releases)+len(page.Records) == 0 {
				next = ""
			}
		}
	}
	for _, ocid := range slices.Sorted(maps.Keys(ocids)) {
		paths = append(paths, api+"/ocds/records/"+ocid+"?versioned=1", api+"/provenance/"+ocid)
	}
	var catalog struct {
		Measures   []struct{ ID, Dataset string }
		Dimensions []struct {
			ID       string
			Datasets []string
		}
	}
	ask(api+"/catalog?lang=ru", &catalog)
	measures := map[string]string{} // one of each dataset
	for _, m := range catalog.Measures {
		measures[m.Dataset] = m.ID
	}
	pages := map[string]bool{}
	for _, dataset := range slices.Sorted(maps.Keys(measures)) {
		for cursor, first := "", true; first || cursor != ""; first = false {
			path := api + "/rows?limit=1000&lang=ru&dataset=" + dataset
			if cursor != "" {
				path += "&cursor=" + url.QueryEscape(cursor)
			}
			paths = append(paths, path)
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
			paths = append(paths, api+"/rows?lang=ru&dataset="+dataset+"&format="+format)
		}
		for _, d := range catalog.Dimensions {
			if slices.Contains(d.Datasets, dataset) {
				paths = append(paths, api+"/query?limit=1000&lang=ru&measures="+measures[dataset]+"&dimensions="+d.ID,
					api+"/facets?lang=ru&dataset="+dataset+"&fields="+d.ID)
			}
		}
	}
	for _, format := range []string{"csv", "xlsx", "parquet"} {
		paths = append(paths, api+"/query?limit=1000&lang=kk&measures=contractsValue&dimensions=winner&format="+format)
	}
	for _, path := range slices.Sorted(maps.Keys(pages)) {
		paths = append(paths, api+path)
	}
	if len(ocids) < 60 || len(pages) < 60 {
		t.Errorf("only %d processes and %d pages", len(ocids), len(pages))
	}
	return paths
}
