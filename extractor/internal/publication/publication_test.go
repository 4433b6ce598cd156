package publication

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/bookmark"
	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

// memory is a Memory whose batches are closed by hand.
type memory struct {
	mu           sync.Mutex
	open, closed map[string]bookmark.Mark
	last         time.Time
	walked       []string // volumes met, "whole" behind those read whole, and places ended
}

func (m *memory) Met(_ context.Context, v document.Volume, whole bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	text := v.Name
	if whole {
		text += " whole"
	}
	m.walked = append(m.walked, text)
	return nil
}

func (m *memory) Ended(_ context.Context, place string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.walked = append(m.walked, "end of "+filepath.Base(place))
	return nil
}

func (m *memory) Known(_ context.Context, name string) (bookmark.Mark, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.closed[name], nil
}

func (m *memory) Remember(_ context.Context, v bookmark.Mark) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.open == nil {
		m.open = map[string]bookmark.Mark{}
	}
	m.open[v.Name] = v
	return nil
}

func (m *memory) Last(context.Context) (time.Time, error) { return m.last, nil }

func (m *memory) close(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed == nil {
		m.closed = map[string]bookmark.Mark{}
	}
	for name, v := range m.open {
		m.closed[name] = v
	}
	m.open, m.last = nil, at
}

func adapter(t *testing.T, m Memory, url string, change ...func(*Config)) *Source {
	t.Helper()
	cfg := Default()
	cfg.URL, cfg.Rate, cfg.Backoff, cfg.BackoffMax, cfg.Timeout = url, 10_000, time.Millisecond, 10*time.Millisecond, 5*time.Second
	for _, c := range change {
		c(&cfg)
	}
	s, err := New(cfg, m, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.leave()
	})
	return s
}

// walk reads everything, page by page; every page comes from what next makes of
// the adapter.
func walk(t *testing.T, next func() *Source) (all document.Page) {
	t.Helper()
	w := document.Walk{Entity: source.OCDSRelease}
	for range 10_000 {
		page, err := next().Page(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		all.Documents = append(all.Documents, page.Documents...)
		all.Rejects = append(all.Rejects, page.Rejects...)
		if page.End {
			return all
		}
		w.After = page.Next
	}
	t.Fatal("the walk has no end")
	return all
}

func readAll(t *testing.T, s *Source) document.Page {
	t.Helper()
	return walk(t, func() *Source { return s })
}

func ids(page document.Page) []string {
	var out []string
	for _, d := range page.Documents {
		out = append(out, d.ID)
	}
	return out
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func zipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.String()
}

// releases makes n releases of n processes, one a line.
func releases(from, n int) string {
	var b strings.Builder
	for i := from; i < from+n; i++ {
		fmt.Fprintf(&b, `{"ocid":"ocds-a1b2c3-%d","id":"r%d","date":"2024-05-%02dT00:00:00Z","tag":["tender"],"parties":[],"tender":{"id":"%d"}}`+"\n", i, i, i%28+1, i)
	}
	return b.String()
}

func TestRealPublicationsAreRead(t *testing.T) {
	t.Parallel()
	page := readAll(t, adapter(t, &memory{}, "testdata"))
	want := []string{
		"ocds/ocds-07smqs-993235/993235@2016-02-04T11:02:19Z",
		"ocds/ocds-07smqs-1542970/1542970@2017-11-11T09:11:06Z",
		"ocds/ocds-03ad3f-246807/246807-11-setiembre-srl-4-contract@2018-12-18T13:20:42Z",
		"ocds/ocds-03ad3f-246807/246807-11-setiembre-srl-4-contract@2018-12-18T13:20:42Z",
		"ocds/ocds-03ad3f-193399/compiled",
		"ocds/ocds-213czf-000-00002/ocds-213czf-000-00002-01-tender@2016-01-01T09:30:00Z",
		"ocds/ocds-213czf-000-00002/ocds-213czf-000-00002-01-tender-update@2016-01-31T09:30:00Z",
		"ocds/ocds-213czf-000-00002/ocds-213czf-000-00002-01-tender-amendment@2016-02-05T10:30:00Z",
		"ocds/ocds-213czf-000-00002/ocds-213czf-000-00002-01-award1@2016-03-01T09:30:00Z",
		"ocds/ocds-213czf-000-00002/ocds-213czf-000-00002-01-award2@2016-03-03T09:30:00Z",
	}
	if got := ids(page); !slices.Equal(got, want) {
		t.Errorf("documents\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(page.Rejects) != 0 {
		t.Errorf("rejects %+v", page.Rejects)
	}
	for _, d := range page.Documents {
		if d.Entity != source.OCDSRelease || d.Process.OCID("") != d.Body.Text("ocid") || d.ChangedAt.IsZero() || d.Hash != document.HashOf(d.Body) || !strings.HasPrefix(d.URL, "file:") {
			t.Errorf("document %s: %+v", d.ID, d)
		}
	}
}

func TestReleasesOfTheOldVersionAreUpgraded(t *testing.T) {
	t.Parallel()
	page := readAll(t, adapter(t, &memory{}, "testdata/paraguay-tender-1.0.json"))
	body := page.Documents[0].Body
	var roles []string
	for _, party := range body.At("parties").Elements() {
		for _, role := range party.At("roles").Elements() {
			roles = append(roles, string(role))
		}
	}
	for _, role := range []string{`"buyer"`, `"procuringEntity"`, `"supplier"`} {
		if !slices.Contains(roles, role) {
			t.Errorf("no party is %s: %v", role, roles)
		}
	}
	if body.At("buyer", "contactPoint") != nil || body.Text("buyer", "id") == "" {
		t.Errorf("the buyer is %s, want a reference", body.At("buyer"))
	}
}

func TestWhatAVolumeCanHold(t *testing.T) {
	t.Parallel()
	const release = `{"ocid":"ocds-a1b2c3-1","id":"1","date":"2024-01-01T00:00:00Z","tag":["tender"],"parties":[]}`
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"one release":              {release, []string{"ocds/ocds-a1b2c3-1/1@2024-01-01T00:00:00Z"}},
		"a list of releases":       {"[" + release + "]", []string{"ocds/ocds-a1b2c3-1/1@2024-01-01T00:00:00Z"}},
		"a release package":        {`{"version":"1.1","releases":[` + release + `]}`, []string{"ocds/ocds-a1b2c3-1/1@2024-01-01T00:00:00Z"}},
		"JSON Lines, compressed":   {zipped(releases(1, 2)), []string{"ocds/ocds-a1b2c3-1/r1@2024-05-02T00:00:00Z", "ocds/ocds-a1b2c3-2/r2@2024-05-03T00:00:00Z"}},
		"lines of packages":        {`{"releases":[` + release + `]}` + "\n" + `{"releases":[]}` + "\n", []string{"ocds/ocds-a1b2c3-1/1@2024-01-01T00:00:00Z"}},
		"a record with releases":   {`{"records":[{"ocid":"ocds-a1b2c3-1","releases":[` + release + `],"compiledRelease":{"ocid":"ocds-a1b2c3-1","tag":["compiled"]}}]}`, []string{"ocds/ocds-a1b2c3-1/1@2024-01-01T00:00:00Z"}},
		"a record with links":      {`{"records":[{"ocid":"ocds-a1b2c3-1","releases":[{"url":"https://example.org/1.json","date":"2024-01-01T00:00:00Z","tag":["tender"]}],"compiledRelease":{"ocid":"ocds-a1b2c3-1","id":"c","date":"2024-01-01T00:00:00Z","tag":["compiled"]}}]}`, []string{"ocds/ocds-a1b2c3-1/compiled"}},
		"a bare record":            {`{"ocid":"ocds-a1b2c3-1","releases":[` + release + `]}`, []string{"ocds/ocds-a1b2c3-1/1@2024-01-01T00:00:00Z"}},
		"a record's ocid":          {`{"records":[{"ocid":"ocds-a1b2c3-1","releases":[{"id":"1","date":"2024-01-01T00:00:00Z","tag":["tender"]}]}]}`, []string{"ocds/ocds-a1b2c3-1/1@2024-01-01T00:00:00Z"}},
		"a number as id":           {`{"ocid":"ocds-a1b2c3-1","id":7,"date":"2024-01-01T00:00:00Z"}`, []string{"ocds/ocds-a1b2c3-1/7@2024-01-01T00:00:00Z"}},
		"an empty release package": {`{"version":"1.1","releases":[]}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := readAll(t, adapter(t, &memory{}, write(t, filepath.Join(t.TempDir(), "data.json"), c.text)))
			if got := ids(page); !slices.Equal(got, c.want) || len(page.Rejects) != 0 {
				t.Errorf("documents %q, rejects %+v; want %q", got, page.Rejects, c.want)
			}
		})
	}
}

func TestABrokenPartIsRejectedAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	good := strings.TrimSpace(releases(1, 1))
	for name, c := range map[string]struct {
		text, rule, pointer, message string
	}{
		"a line that is no JSON":               {good + "\n{\"ocid\": nonsense}\n" + strings.TrimSpace(releases(2, 1)) + "\n", "", "", "process"},
		"a release without ocid":               {`{"releases":[{"id":"x","date":"2024-01-01T00:00:00Z"},` + good + `]}`, RuleOCID, "/releases/0/ocid", "belongs to no process"},
		"a member twice":                       {`{"releases":[{"ocid":"ocds-a1b2c3-9","id":"x","id":"y"},` + good + `]}`, document.RuleDuplicateKey, "/releases/0/id", "process ocds-a1b2c3-9"},
		"an element that is no object":         {`{"releases":[17,` + good + `]}`, RuleVolume, "/releases/0", "not an object"},
		"a record without anything":            {`{"records":[{"ocid":"ocds-a1b2c3-9","releases":[]},{"ocid":"ocds-a1b2c3-1","releases":[` + good + `]}]}`, RuleRecord, "/records/0", "process ocds-a1b2c3-9"},
		"a volume that breaks off":             {`{"releases":[` + good + `,{"ocid":"ocds-a1b2c3-2","id"`, RuleVolume, "", "truncated"},
		"a compressed volume that breaks off":  {zipped(releases(1, 3000))[:9000], RuleVolume, "", "truncated"},
		"a page of HTML where data should be":  {"<html></html>", RuleVolume, "", "HTML"},
		"text of another encoding in a member": {`{"releases":[{"ocid":"ocds-a1b2c3-9","title":"` + "\xd3" + `"},` + good + `]}`, document.RuleText, "/releases/0/title", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := readAll(t, adapter(t, &memory{}, write(t, filepath.Join(t.TempDir(), "data.json"), c.text)))
			if len(page.Rejects) != 1 {
				t.Fatalf("rejects %+v, want one", page.Rejects)
			}
			r := page.Rejects[0]
			if c.rule != "" && (r.Rule != c.rule || r.Pointer != c.pointer) || c.rule != "" && !strings.Contains(r.Message, c.message) || len(r.Raw) == 0 || r.URL != "file:data.json" || r.Process != "" {
				t.Errorf("reject %+v, want rule %s at %s: %s", r, c.rule, c.pointer, c.message)
			}
			if c.rule != RuleVolume && len(page.Documents) == 0 {
				t.Error("the rest was not read")
			}
		})
	}
}

func TestPagesCutAVolumeAnywhereAndGoOnAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.jsonl"), releases(1, 10))
	write(t, filepath.Join(dir, "below", "b.jsonl.gz"), zipped(releases(11, 7)))
	write(t, filepath.Join(dir, "notes.txt"), "no data")
	whole := ids(readAll(t, adapter(t, &memory{}, dir)))
	if len(whole) != 17 {
		t.Fatalf("%d documents, want 17", len(whole))
	}
	for size := 1; size <= 18; size++ {
		small := func(c *Config) { c.Page = size }
		one := adapter(t, &memory{}, dir, small)
		if got := ids(readAll(t, one)); !slices.Equal(got, whole) {
			t.Errorf("pages of %d give %v", size, got)
		}
		// A new process for each page.
		if got := ids(walk(t, func() *Source { return adapter(t, &memory{}, dir, small) })); !slices.Equal(got, whole) {
			t.Errorf("pages of %d with restarts give %v", size, got)
		}
	}
}

func TestOnlyWhatChangedIsReadAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.jsonl"), releases(1, 2))
	b := write(t, filepath.Join(dir, "b.jsonl"), releases(3, 2))
	m := &memory{}
	if n := len(readAll(t, adapter(t, m, dir)).Documents); n != 4 {
		t.Fatalf("%d documents, want 4", n)
	}
	if n := len(readAll(t, adapter(t, m, dir)).Documents); n != 4 {
		t.Errorf("%d documents before the batch was closed, want all 4: they need not be stored", n)
	}
	m.close(time.Now())
	if n := len(readAll(t, adapter(t, m, dir)).Documents); n != 0 {
		t.Errorf("%d documents of unchanged files", n)
	}
	write(t, b, releases(3, 3))
	if got := ids(readAll(t, adapter(t, m, dir))); len(got) != 3 {
		t.Errorf("documents %v, want the 3 of the changed file", got)
	}
	m.close(time.Now())
	if err := os.Remove(b); err != nil {
		t.Fatal(err)
	}
	if n := len(readAll(t, adapter(t, m, dir)).Documents); n != 0 {
		t.Errorf("%d documents after a file was taken away", n)
	}
}

// TestFilesOfTheSameNameAreTwo: in two folders, of the same size and time.
func TestFilesOfTheSameNameAreTwo(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	put := func(text string) string {
		dir := t.TempDir()
		if err := os.Chtimes(write(t, filepath.Join(dir, "2026.jsonl"), text), at, at); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	m := &memory{}
	one := put(releases(1, 2))
	if n := len(readAll(t, adapter(t, m, one)).Documents); n != 2 {
		t.Fatalf("%d documents of the first folder", n)
	}
	m.close(at)
	both := one + " " + put(releases(3, 2))
	if got := ids(readAll(t, adapter(t, m, both))); len(got) != 2 || !strings.Contains(got[0], "-3/") {
		t.Errorf("documents %v, want those of the second folder", got)
	}
	m.close(at)
	if got := ids(readAll(t, adapter(t, m, both))); len(got) != 0 {
		t.Errorf("documents %v of unchanged files", got)
	}
}

// api is a paged API of some pages with five releases each.
type api struct {
	pages    int
	etag     string
	asked    atomic.Int64
	unchange atomic.Int64
	fail     func(page, times int) int // HTTP status, 0: none
	mu       sync.Mutex
	times    map[int]int
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.asked.Add(1)
	n, _ := strconv.Atoi(r.URL.Query().Get("page"))
	a.mu.Lock()
	if a.times == nil {
		a.times = map[int]int{}
	}
	a.times[n]++
	times := a.times[n]
	a.mu.Unlock()
	if a.fail != nil {
		if status := a.fail(n, times); status != 0 {
			w.WriteHeader(status)
			return
		}
	}
	if a.etag != "" {
		w.Header().Set("ETag", a.etag)
		if r.Header.Get("If-None-Match") == a.etag {
			a.unchange.Add(1)
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	lines := strings.Split(strings.TrimSpace(releases(5*n, 5)), "\n")
	links := []string{"{}", "null", `{"next":null}`, `{"next":""}`}[a.pages%4]
	if n+1 < a.pages {
		links = fmt.Sprintf(`{"next":"?page=%d"}`, n+1)
	}
	fmt.Fprintf(w, `{"uri":"x","version":"1.1","links":%s,"releases":[%s]}`, links, strings.Join(lines, ","))
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func TestAPagedAPIIsFollowedToItsEnd(t *testing.T) {
	t.Parallel()
	for pages := 1; pages <= 4; pages++ { // the end is told in several ways
		if n := len(readAll(t, adapter(t, &memory{}, serve(t, &api{pages: pages}))).Documents); n != 5*pages {
			t.Errorf("%d documents of %d pages, want %d", n, pages, 5*pages)
		}
	}
	a := &api{pages: 4, etag: `"v1"`}
	url := serve(t, a)
	m := &memory{}
	if n := len(readAll(t, adapter(t, m, url, func(c *Config) { c.Page = 7 })).Documents); n != 20 {
		t.Errorf("%d documents, want 20", n)
	}
	m.close(time.Now())
	a.asked.Store(0)
	if n := len(readAll(t, adapter(t, m, url)).Documents); n != 0 || a.asked.Load() != 4 || a.unchange.Load() != 4 {
		t.Errorf("the second batch got %d documents with %d requests, %d of them answered by 304", n, a.asked.Load(), a.unchange.Load())
	}
	a.etag, a.pages = `"v2"`, 5
	if n := len(readAll(t, adapter(t, m, url)).Documents); n != 25 {
		t.Errorf("%d documents after a change, want 25", n)
	}
}

func TestFailuresThatPassAreWaitedOut(t *testing.T) {
	t.Parallel()
	a := &api{pages: 3, fail: func(page, times int) int {
		if times <= 2 {
			return []int{http.StatusBadGateway, http.StatusTooManyRequests, http.StatusServiceUnavailable}[page]
		}
		return 0
	}}
	if n := len(readAll(t, adapter(t, &memory{}, serve(t, a))).Documents); n != 15 {
		t.Errorf("%d documents, want 15", n)
	}
}

func TestAConnectionThatBreaksIsTakenUpWhereItBroke(t *testing.T) {
	t.Parallel()
	text := releases(1, 400)
	var times atomic.Int64
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v"`)
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		if n := int(times.Add(1)); n < 4 {
			w.Write([]byte(text[:n*len(text)/4]))
			panic(http.ErrAbortHandler)
		}
		w.Write([]byte(text))
	}))
	page := readAll(t, adapter(t, &memory{}, url, func(c *Config) { c.Page = 30 }))
	got := ids(page)
	slices.Sort(got)
	if n := len(slices.Compact(got)); n != 400 || len(page.Documents) != 400 || len(page.Rejects) != 0 {
		t.Errorf("%d documents, %d different, %d rejects; want 400, 400, 0", len(page.Documents), n, len(page.Rejects))
	}
}

func TestAServerThatFallsSilentIsNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(releases(1, 1)))
		w.(http.Flusher).Flush()
		<-release
	}))
	defer close(release)
	s := adapter(t, &memory{}, url, func(c *Config) { c.Timeout, c.Attempts = 50*time.Millisecond, 2 })
	_, err := s.Page(t.Context(), document.Walk{Entity: source.OCDSRelease})
	if fault.KindOf(err) != fault.Timeout {
		t.Errorf("error %v, want a timeout", err)
	}
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]fault.Kind{
		http.StatusUnauthorized: fault.Unauthorised, http.StatusForbidden: fault.Unauthorised, http.StatusNotFound: fault.NotFound, http.StatusTeapot: fault.Invalid,
	} {
		url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) }))
		_, err := adapter(t, &memory{}, url).Page(t.Context(), document.Walk{Entity: source.OCDSRelease})
		if fault.KindOf(err) != kind || !strings.Contains(err.Error(), "SOURCE_") {
			t.Errorf("HTTP %d: %v", status, err)
		}
	}
}

func TestTheTokenStaysWithThePublisher(t *testing.T) {
	t.Parallel()
	var seen []string
	var mu sync.Mutex
	note := func(host string, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, host+" "+r.Header.Get("Authorization"))
	}
	other := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		note("other", r)
		w.Write([]byte(`{"releases":[]}`))
	}))
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		note("own", r)
		fmt.Fprintf(w, `{"releases":[%s],"links":{"next":"%s"}}`, strings.TrimSpace(releases(1, 1)), other)
	}))
	readAll(t, adapter(t, &memory{}, url, func(c *Config) { c.Token = "secret" }))
	if want := []string{"own Bearer secret", "other "}; !slices.Equal(seen, want) {
		t.Errorf("tokens %q, want %q", seen, want)
	}
}

func TestAPageThatLeadsToItselfIsToldAsSuch(t *testing.T) {
	t.Parallel()
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"releases":[%s],"links":{"next":"?page=1"}}`, strings.TrimSpace(releases(1, 1)))
	}))
	s := adapter(t, &memory{}, url+"/?page=1", func(c *Config) { c.Attempts = 2 })
	_, err := s.Page(t.Context(), document.Walk{Entity: source.OCDSRelease})
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "leads to itself") {
		t.Errorf("error %v", err)
	}
}

func TestTheTimeOfTheLastBatchGoesIntoTheAddress(t *testing.T) {
	t.Parallel()
	var asked []string
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Query().Get("from"))
		w.Header().Set("ETag", `"always the same"`)
		w.Write([]byte(releases(1, 1)))
	}))
	m := &memory{}
	s := adapter(t, m, url+"/?from={since}")
	readAll(t, s)
	m.close(time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC))
	if n := len(readAll(t, s).Documents); n != 1 {
		t.Errorf("%d documents, want 1: every batch asks anew", n)
	}
	if want := []string{"1970-01-01T00:00:00Z", "2024-05-05T07:08:09Z"}; !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
}

// TestWhatAWalkHasSeenWhole: only of a volume that was read to its end, unaltered
// and without a fault, is it known what is not in it.
func TestWhatAWalkHasSeenWhole(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	write(t, filepath.Join(dir, "a.json"), releases(0, 5))
	write(t, filepath.Join(dir, "b.json"), `{"version":"1.1","releases":[{"ocid":"x-1","id":"1","date":"2024-01-01T00:00:00Z"},{"id":"no ocid"}]}`)
	write(t, filepath.Join(dir, "c.json"), `{"version":"1.1","releases":[{"ocid":"x-2","id":"1"`)
	m := &memory{}
	expect := func(want ...string) {
		t.Helper()
		if !slices.Equal(m.walked, want) {
			t.Errorf("walked %q, want %q", m.walked, want)
		}
		m.walked = nil
		m.close(time.Now())
	}
	page := readAll(t, adapter(t, m, dir))
	expect("a.json whole", "b.json", "c.json", "end of data")
	for _, d := range page.Documents {
		if d.Volume.Place != dir || !strings.HasSuffix(d.URL, d.Volume.Name) {
			t.Errorf("%s is in %v", d.ID, d.Volume)
		}
	}
	readAll(t, adapter(t, m, dir)) // a and b have not changed; c broke off, so it is read again
	expect("a.json", "b.json", "c.json", "end of data")

	// A volume that changes between two pages of the walk.
	write(t, filepath.Join(dir, "a.json"), releases(0, 6))
	s := adapter(t, m, dir, func(c *Config) { c.Page = 4 })
	first, err := s.Page(t.Context(), document.Walk{Entity: source.OCDSRelease})
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	s.leave() // as if the process had been started again
	s.mu.Unlock()
	write(t, filepath.Join(dir, "a.json"), releases(3, 9))
	w := document.Walk{Entity: source.OCDSRelease, After: first.Next}
	for end := first.End; !end; {
		page, err := s.Page(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		w.After, end = page.Next, page.End
	}
	expect("a.json", "b.json", "c.json", "end of data")
	readAll(t, adapter(t, m, dir))
	expect("a.json whole", "b.json", "c.json", "end of data")

	// An address that gives every batch another part says nothing about the rest.
	readAll(t, adapter(t, m, serve(t, &api{pages: 2})+"?from={since}"))
	expect()
}

func TestSeveralPlacesAreOnePublication(t *testing.T) {
	t.Parallel()
	file := write(t, filepath.Join(t.TempDir(), "one.jsonl"), releases(100, 3))
	got := ids(readAll(t, adapter(t, &memory{}, file+" "+serve(t, &api{pages: 2}), func(c *Config) { c.Page = 4 })))
	if len(got) != 13 || !strings.Contains(got[0], "ocds-a1b2c3-100/") {
		t.Errorf("documents %v", got)
	}
}

func TestAddressesThatCannotBeReadAreToldAtTheStart(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "ftp://example.org/x", "http://", "s3://", "file://host/x"} {
		cfg := Default()
		cfg.URL = url
		if _, err := New(cfg, &memory{}, nil, slog.New(slog.DiscardHandler)); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", url, err)
		}
	}
	for _, path := range []string{filepath.Join(t.TempDir(), "missing"), t.TempDir()} {
		_, err := adapter(t, &memory{}, path).Page(t.Context(), document.Walk{Entity: source.OCDSRelease})
		if fault.KindOf(err) != fault.NotFound || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func FuzzReleases(f *testing.F) {
	f.Add([]byte(`{"ocid":"ocds-a1b2c3-1","id":1,"date":"2024-01-01"}`))
	f.Add([]byte(`{"version":"1.0","releases":[{"ocid":"a","buyer":{"name":"x","identifier":{"id":"1"}},"tag":["compiled"]}]}`))
	f.Add([]byte(`{"records":[{"ocid":"a","releases":[{"url":"x"}],"compiledRelease":{"id":null}}]}`))
	f.Add([]byte("{\"ocid\":\"a\"}\n{}\n[1]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		page := readAll(t, adapter(t, &memory{}, write(t, filepath.Join(t.TempDir(), "f.json"), string(text)), func(c *Config) { c.Page = 3 }))
		for _, d := range page.Documents {
			again, err := document.Canonical(d.Body)
			if err != nil || !bytes.Equal(again, d.Body) || d.Process == "" || !strings.HasPrefix(d.ID, "ocds/"+d.Process.OCID("")+"/") {
				t.Errorf("document %q of process %q: %s", d.ID, d.Process, d.Body)
			}
			if v, err := ocds.Parse(d.Body); err != nil || v.Get("ocid").Kind() != ocds.String {
				t.Errorf("body %s: %v", d.Body, err)
			}
		}
		for _, r := range page.Rejects {
			if r.Rule == "" || r.Message == "" {
				t.Errorf("reject %+v", r)
			}
		}
	})
}

func BenchmarkRelease(b *testing.B) {
	text, err := os.ReadFile("testdata/worked-example-1.1.json")
	if err != nil {
		b.Fatal(err)
	}
	var pack struct{ Releases []json.RawMessage }
	if err := json.Unmarshal(text, &pack); err != nil {
		b.Fatal(err)
	}
	raw := pack.Releases[0]
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if o := releaseOf(raw, "", false, "", "", time.Time{}); o.reject != nil || o.err != nil {
			b.Fatal(o)
		}
	}
}
