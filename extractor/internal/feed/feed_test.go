package feed

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/bookmark"
	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

var update = flag.Bool("update", false, "write golden files")

// portal serves the feeds as the portal does: rows from an offset on, the next
// page beginning with the last row of this one.
type portal struct {
	rows  map[string][]row // by path
	asked []string
	next  func(path, offset string) any // the form of next_page
}

type row struct {
	at   string
	text string
}

func (p *portal) Get(_ context.Context, path string, read func(string, []byte) error) error {
	p.asked = append(p.asked, path)
	u, err := url.Parse(path)
	if err != nil {
		return err
	}
	limit, _ := strconv.Atoi(u.Query().Get("limit"))
	all := p.rows[u.Path]
	first := 0
	for first < len(all) && all[first].at < u.Query().Get("offset") {
		first++
	}
	end := min(len(all), first+limit)
	texts := []string{}
	for _, r := range all[first:end] {
		texts = append(texts, r.text)
	}
	next := any(nil)
	if end < len(all) {
		next = p.next(u.Path, all[end-1].at)
	}
	link, _ := json.Marshal(next)
	list := map[string]string{"/ocds": "releases", "/ocds-contract": "contracts", "/ocds-plan": "plans"}[u.Path]
	return read("https://portal"+path, fmt.Appendf(nil, `{"uri":"x","%s":[%s],"next_page":%s}`, list, strings.Join(texts, ","), link))
}

func link(path, offset string) any {
	return map[string]any{"uri": "http://elsewhere.example" + path + "?offset=" + offset, "offset": offset}
}

// marks is a Memory in which every batch is closed.
type marks map[string]bookmark.Mark

func (m marks) Known(_ context.Context, name string) (bookmark.Mark, error) { return m[name], nil }
func (m marks) Remember(_ context.Context, v bookmark.Mark) error {
	m[v.Name] = v
	return nil
}

func tender(n int) string {
	return fmt.Sprintf(`{"ocid":"ocds-0kz000-%d","id":"%d-1","date":"2018-05-01T10:00:00","tender":{"id":%d,"tenderNumber":"%d-1"}}`, n, n, n, n)
}

func walk(t *testing.T, s *Source) (all document.Page, err error) {
	t.Helper()
	w := document.Walk{Entity: source.OCDSRelease}
	for range 1000 {
		page, err := s.Page(t.Context(), w)
		if err != nil {
			return all, err
		}
		all.Documents = append(all.Documents, page.Documents...)
		all.Rejects = append(all.Rejects, page.Rejects...)
		if page.End {
			return all, nil
		}
		w.After = page.Next
	}
	t.Fatal("the walk has no end")
	return all, nil
}

func feeds(t *testing.T, p *portal, m marks, change func(*Config)) *Source {
	t.Helper()
	if p.next == nil {
		p.next = link
	}
	cfg := Config{TendersPage: 2, ContractsPage: 2, PlansPage: 2, LargestPage: 16}
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg, p, m)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func distinct(page document.Page) []string {
	var ids []string
	for _, d := range page.Documents {
		ids = append(ids, d.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func TestTheFeedsAreReadToTheirEndsAndGoneOnWith(t *testing.T) {
	t.Parallel()
	p := &portal{rows: map[string][]row{
		"/ocds":          {{"1", tender(1)}, {"2", tender(2)}, {"3", tender(3)}, {"4", tender(4)}, {"5", tender(5)}},
		"/ocds-contract": {{"1", `{"id":7,"rootId":6}`}},
		"/ocds-plan":     {{"1", `{"id":9}`}, {"2", `{"id":10,"rootId":"9"}`}},
	}}
	m := marks{}
	page, err := walk(t, feeds(t, p, m, nil))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"contracts/6/7", "plans/9/10", "plans/9/9", "tenders/ocds-0kz000-1/1-1", "tenders/ocds-0kz000-2/2-1", "tenders/ocds-0kz000-3/3-1", "tenders/ocds-0kz000-4/4-1", "tenders/ocds-0kz000-5/5-1"}
	if got := distinct(page); !slices.Equal(got, want) {
		t.Errorf("documents %v, want %v", got, want)
	}
	p.rows["/ocds"] = append(p.rows["/ocds"], row{"6", tender(6)})
	p.asked = nil
	page, err = walk(t, feeds(t, p, m, nil))
	if err != nil {
		t.Fatal(err)
	}
	if got := distinct(page); !slices.Contains(got, "tenders/ocds-0kz000-6/6-1") || slices.Contains(got, "tenders/ocds-0kz000-2/2-1") {
		t.Errorf("the second batch read %v, want what is new and the end of the log again", got)
	}
	if p.asked[0] != "/ocds?offset=4&limit=2" {
		t.Errorf("it began with %s", p.asked[0])
	}
}

// TestWhatTheFeedsGaveWronglyIsReadAgain: every batch reads a part of each log's past
// again, in turn, so that what was bent once does not stay.
func TestWhatTheFeedsGaveWronglyIsReadAgain(t *testing.T) {
	t.Parallel()
	rows := make([]row, 9)
	for i := range rows {
		rows[i] = row{strconv.Itoa(i + 1), strings.Replace(tender(i+1), "{", `{"language":"rυ",`, 1)}
	}
	for i := 3; i < 8; i++ { // of one moment: a page has to grow
		rows[i].at = "4"
	}
	p, m := &portal{rows: map[string][]row{"/ocds": rows}}, marks{}
	batch := func() (page document.Page) {
		t.Helper()
		p.asked = nil
		page, err := walk(t, feeds(t, p, m, func(c *Config) { c.Again = 2 }))
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	if first := batch(); len(distinct(first)) != len(rows) || slices.Contains(p.asked[1:], p.asked[0]) {
		t.Errorf("the first batch read %v by %v, want everything once", distinct(first), p.asked)
	}
	for i := range rows {
		rows[i].text = tender(i + 1)
	}
	mended := map[string]bool{}
	for _, want := range []string{
		"/ocds?limit=2 /ocds?offset=2&limit=2",
		"/ocds?offset=3&limit=2 /ocds?offset=4&limit=2 /ocds?offset=4&limit=4 /ocds?offset=4&limit=8",
		"/ocds?limit=2 /ocds?offset=2&limit=2", // from the beginning again
	} {
		for _, d := range batch().Documents {
			if d.Body.Text("language") == "" {
				mended[d.ID] = true
			}
		}
		again := slices.DeleteFunc(p.asked, func(path string) bool { return !strings.HasPrefix(path, "/ocds?") })[3:] // behind those of the end of the log
		if got := strings.Join(again, " "); got != want {
			t.Errorf("read again by %s, want %s", got, want)
		}
	}
	if len(mended) != len(rows) {
		t.Errorf("%d of %d releases are mended", len(mended), len(rows))
	}
}

func TestRecordsOfOneMomentDoNotTrapTheWalk(t *testing.T) {
	t.Parallel()
	rows := []row{{"1", tender(1)}}
	for n := 2; n < 12; n++ {
		rows = append(rows, row{"2", tender(n)})
	}
	rows = append(rows, row{"3", tender(12)})
	for name, c := range map[string]struct {
		largest int
		stuck   bool
	}{"a larger page gets past them": {16, false}, "with too small a page they are told": {8, true}} {
		p := &portal{rows: map[string][]row{"/ocds": rows}}
		page, err := walk(t, feeds(t, p, marks{}, func(cfg *Config) { cfg.LargestPage = c.largest }))
		switch {
		case c.stuck && (fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "stands still")):
			t.Errorf("%s: error %v", name, err)
		case !c.stuck && (err != nil || len(distinct(page)) != 12):
			t.Errorf("%s: %d documents, error %v", name, len(distinct(page)), err)
		}
	}
}

func TestALostLinkLosesNoRecords(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]any{
		"null": nil, "empty text": "", "empty object": map[string]any{}, "empty uri": map[string]any{"uri": ""}, "a number": 7,
	} {
		p := &portal{rows: map[string][]row{"/ocds": {{"1", tender(1)}, {"2", tender(2)}, {"3", tender(3)}}}, next: func(string, string) any { return next }}
		page, err := walk(t, feeds(t, p, marks{}, nil))
		if err != nil || len(distinct(page)) != 3 {
			t.Errorf("%s: documents %v, %v", name, distinct(page), err)
		}
	}
}

func TestAnAnswerThatIsNoPageIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`[]`, `{}`, `{"releases":null}`, `{"releases":{}}`, `<html>`} {
		s := feeds(t, &portal{}, marks{}, nil)
		_, _, err := s.read(cursor{Limit: 2}, logs[0], "a", []byte(body))
		if fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestTheWholeHistoryCanBeAskedFor(t *testing.T) {
	t.Parallel()
	p, m := &portal{}, marks{}
	asked := func(want ...string) {
		t.Helper()
		p.asked = nil
		if _, err := walk(t, feeds(t, p, m, func(c *Config) { c.All, c.Again = true, 1 })); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(p.asked, want) {
			t.Errorf("asked %v, want %v", p.asked, want)
		}
	}
	asked("/ocds?mode=_all_&limit=2", "/ocds-contract?mode=_all_&limit=2", "/ocds-plan?mode=_all_&limit=2")
	// Read again is the newest state, so that no older one takes its place.
	asked("/ocds?mode=_all_&limit=2", "/ocds?limit=2", "/ocds-contract?mode=_all_&limit=2", "/ocds-contract?limit=2", "/ocds-plan?mode=_all_&limit=2", "/ocds-plan?limit=2")
}

func TestRecordsLeadToTheirProcess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		log         int
		text        string
		key, id     string
		rule, where string
	}{
		"an announcement by its number":       {0, `{"ocid":"o-1","id":"r","tender":{"id":5,"tenderNumber":"17379679-2"}}`, "t17379679", "tenders/o-1/r", "", ""},
		"else by its id":                      {0, `{"ocid":"o-1","id":"r","tender":{"id":5}}`, "t5", "tenders/o-1/r", "", ""},
		"without ocid by its key":             {0, `{"id":"r","tender":{"id":5}}`, "t5", "tenders/t5/r", "", ""},
		"an announcement of no number":        {0, `{"ocid":"o-1","id":"r","tender":{"id":"draft"}}`, "", "", RuleProcess, "/releases/0"},
		"a contract by its announcement":      {1, `{"id":7,"rootId":6,"tenderNumber":"17379679-1","tenderId":5}`, "t17379679", "contracts/6/7", "", ""},
		"a contract by its root":              {1, `{"id":7,"rootId":6,"tenderId":0}`, "c6", "contracts/6/7", "", ""},
		"a contract that is its own root":     {1, `{"id":7,"rootId":null}`, "c7", "contracts/7/7", "", ""},
		"a plan point by its root":            {2, `{"id":"9","rootId":"8"}`, "p8", "plans/8/9", "", ""},
		"a plan point without number":         {2, `{"date":"2018-01-01"}`, "", "", RuleProcess, "/releases/0"},
		"a record that is no object":          {0, `[1]`, "", "", RuleShape, "/releases/0"},
		"a record with a member twice":        {0, `{"id":1,"id":2}`, "", "", document.RuleDuplicateKey, "/releases/0/id"},
		"a release without id by its content": {0, `{"ocid":"o-1","tender":{"id":5}}`, "t5", "tenders/o-1/", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, reject := read(logs[c.log], []byte(c.text), "/releases/0", "https://portal/ocds", time.Now())
			if c.rule != "" {
				if reject == nil || reject.Rule != c.rule || reject.Pointer != c.where {
					t.Errorf("reject %+v, want %s at %s", reject, c.rule, c.where)
				}
				return
			}
			if reject != nil || string(d.Process) != c.key || !strings.HasPrefix(d.ID, c.id) || strings.HasSuffix(d.ID, "/") {
				t.Errorf("document %s of %s, reject %+v; want %s of %s", d.ID, d.Process, reject, c.id, c.key)
			}
		})
	}
}

// The golden files show what becomes of a record of each feed with every
// deviation that is known.
func TestDeviationsAreBroughtIntoTheFormOfTheStandard(t *testing.T) {
	t.Parallel()
	for _, l := range logs {
		raw, err := os.ReadFile(filepath.Join("testdata", l.name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		d, reject := read(l, raw, "", "", time.Time{})
		if reject != nil {
			t.Fatalf("%s: %+v", l.name, reject)
		}
		var value any
		if err := json.Unmarshal(d.Body, &value); err != nil {
			t.Fatal(err)
		}
		got, _ := json.MarshalIndent(value, "", " ")
		golden := filepath.Join("testdata", l.name+".normal.json")
		if *update {
			if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if string(want) != string(got)+"\n" {
			t.Errorf("%s differs from %s (run with -update and look at the difference):\n%s", l.name, golden, got)
		}
		again, reject := read(l, raw, "", "", time.Time{})
		if reject != nil || again.Hash != d.Hash {
			t.Errorf("%s: a second reading gives other bytes", l.name)
		}
	}
}

// Every rule is about something that the records of the golden files have.
func TestEveryRuleIsShown(t *testing.T) {
	t.Parallel()
	shown := map[string]string{}
	for _, l := range logs {
		raw, err := os.ReadFile(filepath.Join("testdata", l.name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		shown[l.name] = string(raw)
	}
	for _, r := range Rules() {
		last := r.At[strings.LastIndexByte(r.At, '.')+1:]
		if r.Feed != "" && !strings.Contains(shown[r.Feed], `"`+last+`"`) || r.Feed == "" && !strings.Contains(shown[Contracts], `"`+last+`"`) {
			t.Errorf("no record shows %s %s", r.Feed, r.At)
		}
	}
}

func FuzzRecord(f *testing.F) {
	for _, l := range logs {
		raw, err := os.ReadFile(filepath.Join("testdata", l.name+".json"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, l := range logs {
			d, reject := read(l, raw, "", "", time.Time{})
			if reject != nil {
				continue
			}
			if again, err := document.Canonical(d.Body); err != nil || string(again) != string(d.Body) || d.Process == "" || !strings.HasPrefix(d.ID, l.name+"/") {
				t.Errorf("document %q of %q: %s", d.ID, d.Process, d.Body)
			}
		}
	})
}

func TestTheTableOfDeviationsIsDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "data", "sources.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range Rules() {
		to := ""
		if r.To != "" {
			to = "`" + r.To + "`"
		}
		if row := fmt.Sprintf("| `%s` | %s | %s |", r.At, to, r.Note); !strings.Contains(string(text), row) {
			t.Errorf("docs/data/sources.md lacks %s", row)
		}
	}
}
