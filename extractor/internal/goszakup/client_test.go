package goszakup_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/extractor/internal/goszakup"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

// call is a request as the fake portal sees it.
type call struct {
	n         int // from 1
	path      string
	query     map[string][]string
	operation string
	text      string
	variables struct {
		Limit  int            `json:"limit"`
		After  *int64         `json:"after"`
		Filter map[string]any `json:"filter"`
	}
}

// portal is a client of a fake portal that answers by one function.
func portal(t *testing.T, answer func(w http.ResponseWriter, c call), change ...func(*goszakup.Config)) *goszakup.Client {
	t.Helper()
	var n atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != "Bearer secret" {
			t.Errorf("Authorization = %q", got)
		}
		c := call{n: int(n.Add(1)), path: r.URL.Path, query: r.URL.Query()}
		if r.Method == http.MethodPost {
			var body struct {
				OperationName string          `json:"operationName"`
				Query         string          `json:"query"`
				Variables     json.RawMessage `json:"variables"`
			}
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
				t.Error(err)
			}
			c.operation, c.text = body.OperationName, body.Query
			if err := json.Unmarshal(body.Variables, &c.variables); err != nil {
				t.Error(err)
			}
		}
		answer(w, c)
	}))
	t.Cleanup(server.Close)
	cfg := goszakup.Default()
	cfg.URL, cfg.Token = server.URL, "secret"
	cfg.Rate, cfg.Backoff, cfg.BackoffMax = 10_000, time.Millisecond, 2*time.Second
	for _, f := range change {
		f(&cfg)
	}
	c, err := goszakup.New(cfg, nil, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func page(root string, total int, more bool, lastID int, records ...string) string {
	list := "null"
	if records != nil {
		list = "[" + strings.Join(records, ",") + "]"
	}
	return fmt.Sprintf(`{"data":{%q:%s},"extensions":{"pageInfo":{"limitPage":2,"totalCount":%d,"hasNextPage":%t,"lastId":%d}}}`, root, list, total, more, lastID)
}

func lot(id int) string { return fmt.Sprintf(`{"id":%d,"trdBuyNumberAnno":"7-1"}`, id) }

// crawl walks an entity to its end and returns the ids in the order met.
func crawl(t *testing.T, c *goszakup.Client, w document.Walk) []string {
	t.Helper()
	var ids []string
	for range 50 {
		p, err := c.Page(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range p.Documents {
			ids = append(ids, d.ID)
		}
		if p.End {
			return ids
		}
		w.After = p.Next
	}
	t.Fatal("the walk does not end")
	return nil
}

func TestTheEndOfAWalk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		answer func(c call) string
		want   string
	}{
		{"a short page without a next one ends it", func(c call) string {
			if c.variables.After == nil {
				return page("Lots", 3, true, 4, lot(5), lot(4))
			}
			return page("Lots", 3, false, 3, lot(3))
		}, "[5 4 3]"},
		{"a filter without hits gives null", func(call) string { return page("Lots", 0, false, 0) }, "[]"},
		{"hasNextPage is true on the last full page, the next is null with lastId 0", func(c call) string {
			if c.variables.After == nil {
				return page("Lots", 2, true, 4, lot(5), lot(4))
			}
			return page("Lots", 2, false, 0)
		}, "[5 4]"},
		{"hasNextPage is false on a full page that has a successor", func(c call) string {
			if c.variables.After == nil {
				return page("Lots", 3, false, 4, lot(5), lot(4))
			}
			return page("Lots", 3, false, 3, lot(3))
		}, "[5 4 3]"},
		{"null once in the middle is asked for again", func(c call) string {
			switch {
			case c.variables.After == nil:
				return page("Lots", 3, true, 4, lot(5), lot(4))
			case c.n == 2:
				return page("Lots", 3, true, 0)
			}
			return page("Lots", 3, false, 3, lot(3))
		}, "[5 4 3]"},
		{"lastId 0 and rows in another order do not lead astray", func(c call) string {
			if c.variables.After == nil {
				return page("Lots", 3, true, 0, lot(4), lot(5))
			}
			if *c.variables.After != 4 {
				return page("Lots", 3, false, 0)
			}
			return page("Lots", 3, false, 0, lot(3))
		}, "[4 5 3]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client := portal(t, func(w http.ResponseWriter, got call) { io.WriteString(w, c.answer(got)) })
			if ids := fmt.Sprint(crawl(t, client, document.Walk{Entity: source.Lots})); ids != c.want {
				t.Errorf("ids %s, want %s", ids, c.want)
			}
		})
	}
}

func TestFailuresThatPassAreTriedAgain(t *testing.T) {
	t.Parallel()
	good := page("Lots", 1, false, 1, lot(1))
	for _, c := range []struct {
		name string
		fail func(w http.ResponseWriter)
	}{
		{"HTTP 500", func(w http.ResponseWriter) { w.WriteHeader(500) }},
		{"HTTP 502 with a page of the proxy", func(w http.ResponseWriter) { w.WriteHeader(502); io.WriteString(w, "<html>") }},
		{"HTTP 429 without a hint", func(w http.ResponseWriter) { w.WriteHeader(429) }},
		{"an answer cut off", func(w http.ResponseWriter) { io.WriteString(w, good[:40]) }},
		{"an answer shorter than announced", func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, good[:40])
		}},
		{"HTML under HTTP 200", func(w http.ResponseWriter) { io.WriteString(w, "<html>works on the site</html>") }},
		{"an error body under HTTP 200", func(w http.ResponseWriter) {
			io.WriteString(w, `{"name":"Exception","message":"no shards","code":0,"status":500}`)
		}},
		{"GraphQL errors with data null", func(w http.ResponseWriter) {
			io.WriteString(w, `{"errors":[{"message":"Internal server error"}],"data":null}`)
		}},
		{"an answer without the root", func(w http.ResponseWriter) { io.WriteString(w, `{"data":{}}`) }},
		{"an object instead of the list", func(w http.ResponseWriter) { io.WriteString(w, `{"data":{"Lots":{"id":1}}}`) }},
		{"null although there are records", func(w http.ResponseWriter) { io.WriteString(w, page("Lots", 9, true, 0)) }},
		{"a connection that breaks", func(w http.ResponseWriter) { panic(http.ErrAbortHandler) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client := portal(t, func(w http.ResponseWriter, got call) {
				if got.n == 1 {
					c.fail(w)
					return
				}
				io.WriteString(w, good)
			})
			p, err := client.Page(t.Context(), document.Walk{Entity: source.Lots})
			if err != nil || len(p.Documents) != 1 {
				t.Fatalf("page %+v, error %v", p, err)
			}
		})
	}
}

func TestFailuresThatStay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		answer func(w http.ResponseWriter)
		kind   fault.Kind
		calls  int64
		says   string
	}{
		{"404 Invalid Route is a wrong token", func(w http.ResponseWriter) {
			w.WriteHeader(404)
			io.WriteString(w, `{"name":"Not Found","message":"Invalid Route"}`)
		}, fault.Unauthorised, 1, "SOURCE_TOKEN"},
		{"401 is a wrong token", func(w http.ResponseWriter) { w.WriteHeader(401) }, fault.Unauthorised, 1, "SOURCE_TOKEN"},
		{"403 is a wrong token", func(w http.ResponseWriter) { w.WriteHeader(403) }, fault.Unauthorised, 1, "SOURCE_TOKEN"},
		{"a query that the schema refuses", func(w http.ResponseWriter) {
			io.WriteString(w, `{"errors":[{"message":"Unknown argument \"filter\" on field \"Lots\""}]}`)
		}, fault.Invalid, 1, "schema"},
		{"the key of an entity is gone from the schema", func(w http.ResponseWriter) {
			io.WriteString(w, `{"errors":[{"message":"Cannot query field \"id\" on type \"Lots\".","locations":[{"line":5,"column":5}]}]}`)
		}, fault.Invalid, 1, "id"},
		{"a redirect", func(w http.ResponseWriter) { w.Header().Set("Location", "http://192.0.2.1/"); w.WriteHeader(302) }, fault.Invalid, 1, "SOURCE_URL"},
		{"a source that stays down", func(w http.ResponseWriter) { w.WriteHeader(503) }, fault.Unavailable, 3, "HTTP 503"},
		{"a wait longer than ours", func(w http.ResponseWriter) { w.Header().Set("Retry-After", "3600"); w.WriteHeader(429) }, fault.RateLimited, 1, "wait"},
		{"an answer above the limit", func(w http.ResponseWriter) { w.Write(make([]byte, 1<<20+1)) }, fault.TooLarge, 1, "maxAnswer"},
		{"null on every try although there are records", func(w http.ResponseWriter) { io.WriteString(w, page("Lots", 9, true, 0)) }, fault.Unavailable, 2, "gives none"},
		{"records without keys and no lastId", func(w http.ResponseWriter) {
			io.WriteString(w, page("Lots", 9, true, 0, `{"id":null}`, `7`))
		}, fault.Internal, 2, "cannot go on"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			client := portal(t, func(w http.ResponseWriter, _ call) { calls.Add(1); c.answer(w) },
				func(cfg *goszakup.Config) { cfg.Attempts, cfg.MaxAnswer = 3, 1<<20 })
			_, err := client.Page(t.Context(), document.Walk{Entity: source.Lots})
			if fault.KindOf(err) != c.kind {
				t.Fatalf("error %v is %s, want %s", err, fault.KindOf(err), c.kind)
			}
			var f *fault.Error
			if errors.As(err, &f); !strings.Contains(f.Message+f.Remedy, c.says) {
				t.Errorf("error %q, remedy %q do not mention %q", f.Message, f.Remedy, c.says)
			}
			if calls.Load() != c.calls {
				t.Errorf("%d calls, want %d", calls.Load(), c.calls)
			}
		})
	}
}

func TestACursorThatStandsStillIsLoud(t *testing.T) {
	t.Parallel()
	client := portal(t, func(w http.ResponseWriter, _ call) { io.WriteString(w, page("Lots", 9, true, 4, lot(5), lot(4))) })
	if _, err := client.Page(t.Context(), document.Walk{Entity: source.Lots, After: "4"}); err == nil || !strings.Contains(err.Error(), "stands still") {
		t.Fatalf("error = %v", err)
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	var first, second time.Time
	client := portal(t, func(w http.ResponseWriter, c call) {
		if c.n == 1 {
			first = time.Now()
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(429)
			return
		}
		second = time.Now()
		io.WriteString(w, page("Lots", 1, false, 1, lot(1)))
	})
	if _, err := client.Page(t.Context(), document.Walk{Entity: source.Lots}); err != nil {
		t.Fatal(err)
	}
	if second.Sub(first) < time.Second {
		t.Errorf("asked again after %s", second.Sub(first))
	}
}

func TestTheCircuitBreakerHoldsRequestsBack(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	client := portal(t, func(w http.ResponseWriter, _ call) { calls.Add(1); w.WriteHeader(500) },
		func(cfg *goszakup.Config) { cfg.Attempts, cfg.BreakAfter, cfg.BreakFor = 1, 3, time.Hour })
	for range 5 {
		if _, err := client.Page(t.Context(), document.Walk{Entity: source.Lots}); fault.KindOf(err) != fault.Unavailable {
			t.Fatalf("error = %v", err)
		}
	}
	if calls.Load() != 3 {
		t.Errorf("%d calls reached the source, want 3", calls.Load())
	}
}

func TestASlowAnswerTimesOut(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	client := portal(t, func(http.ResponseWriter, call) { <-release },
		func(cfg *goszakup.Config) { cfg.Attempts, cfg.Timeout = 1, 50*time.Millisecond })
	defer close(release)
	if _, err := client.Page(t.Context(), document.Walk{Entity: source.Lots}); fault.KindOf(err) != fault.Timeout {
		t.Fatalf("error = %v", err)
	}
}

func TestNoMoreRequestsThanAllowedAtATime(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int64
	client := portal(t, func(w http.ResponseWriter, _ call) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		io.WriteString(w, page("Lots", 1, false, 1, lot(1)))
	}, func(cfg *goszakup.Config) { cfg.Parallel = 2 })
	failed := make(chan error, 20)
	for range cap(failed) {
		go func() {
			_, err := client.Page(context.WithoutCancel(t.Context()), document.Walk{Entity: source.Lots})
			failed <- err
		}()
	}
	for range cap(failed) {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	if most.Load() > 2 {
		t.Errorf("%d requests at a time", most.Load())
	}
}

func TestAFieldThatTheSchemaLostIsLeftOut(t *testing.T) {
	t.Parallel()
	client := portal(t, func(w http.ResponseWriter, c call) {
		for i, gone := range []string{"dumpingLotPrice", "RefUnits", "amount"} {
			if at := strings.Index(c.text, gone); at >= 0 {
				if i != 1 { // not every server says where
					fmt.Fprintf(w, `{"errors":[{"message":"Cannot query field \"%s\" on type \"X\"."}]}`, gone)
					return
				}
				line := strings.Count(c.text[:at], "\n") + 1
				column := at - strings.LastIndexByte(c.text[:at], '\n')
				fmt.Fprintf(w, `{"errors":[{"message":"Cannot query field \"%s\" on type \"X\".","locations":[{"line":%d,"column":%d}]}]}`, gone, line, column)
				return
			}
		}
		if strings.Count(c.text, "{") != strings.Count(c.text, "}") || !strings.Contains(c.text, "PlansKato") {
			t.Errorf("the query was cut wrongly:\n%s", c.text)
		}
		io.WriteString(w, page("Lots", 1, false, 1, lot(1)))
	})
	if ids := crawl(t, client, document.Walk{Entity: source.Lots}); len(ids) != 1 {
		t.Errorf("ids %v", ids)
	}
}

func TestWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 7, 24, 10, 0, 0, 0, time.UTC)
	old := time.Date(2024, 2, 28, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		walk   document.Walk
		root   string
		filter string
	}{
		{"everything", document.Walk{Entity: source.PlanPoint}, "Plans", "map[]"},
		{"announcements by the index date in the portal's zone", document.Walk{Entity: source.TrdBuy, Since: since}, "TrdBuy", "map[indexDate:[2026-07-24 15:00:00]]"},
		{"before March 2024 the zone was another", document.Walk{Entity: source.TrdBuy, Since: old}, "TrdBuy", "map[indexDate:[2024-02-28 16:00:00]]"},
		{"participants by their update", document.Walk{Entity: source.Subject, Since: since}, "Subjects", "map[lastUpdateDate:[2026-07-24 15:00:00]]"},
		{"bids of one announcement", document.Walk{Entity: source.TrdApp, Parent: "17"}, "TrdApp", "map[buyId:17]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client := portal(t, func(w http.ResponseWriter, got call) {
				if got.path != "/v3/graphql" || got.operation != c.root || fmt.Sprint(got.variables.Filter) != c.filter && !(c.filter == "map[]" && got.variables.Filter == nil) {
					t.Errorf("asked %s %s with %v", got.path, got.operation, got.variables.Filter)
				}
				// In the order of the canonical form, so that answers need no sorting.
				_, selection, _ := strings.Cut(got.text, "after: $after) { ")
				var members []string
				depth := 0
				for _, token := range strings.Fields(selection) {
					switch {
					case token == "{":
						depth++
					case token == "}":
						depth--
					case depth == 0:
						members = append(members, token)
					}
				}
				if len(members) < 3 || !slices.IsSorted(members) {
					t.Errorf("asked for %q", members)
				}
				if got.variables.Limit != 200 {
					t.Errorf("limit %d", got.variables.Limit)
				}
				io.WriteString(w, page(c.root, 0, false, 0))
			})
			crawl(t, client, c.walk)
		})
	}
}

func TestUnreadableRecordsAreSetAside(t *testing.T) {
	t.Parallel()
	client := portal(t, func(w http.ResponseWriter, _ call) {
		io.WriteString(w, page("TrdBuy", 6, false, 1,
			`{"id":9,"numberAnno":"9-1","numberAnno":"9-2"}`, `null`, `{"id":"x"}`, `{"nameRu":"no key"}`, `{"id":5,"numberAnno":"5-1","nameRu":"\ud800"}`,
			`{"id":"4","numberAnno":"3-2 ","nameRu":"ТОО &quot;А&quot; ","refBuyStatusId":350,"lastUpdateDate":"2026-07-24 15:30:24.884000"}`))
	})
	p, err := client.Page(t.Context(), document.Walk{Entity: source.TrdBuy})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range p.Rejects {
		got = append(got, fmt.Sprintf("%s %q %q %s", r.Rule, r.ID, r.Process, r.Pointer))
	}
	want := []string{
		document.RuleDuplicateKey + ` "9" "t9" /data/TrdBuy/0/numberAnno`,
		goszakup.RuleShape + ` "" "" /data/TrdBuy/1`,
		goszakup.RuleID + ` "" "" /data/TrdBuy/2/id`,
		goszakup.RuleID + ` "" "" /data/TrdBuy/3/id`,
		document.RuleText + ` "5" "t5" /data/TrdBuy/4/nameRu`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(p.Documents) != 1 {
		t.Fatalf("%d documents", len(p.Documents))
	}
	d := p.Documents[0]
	if d.ID != "4" || d.Process != "t3" || d.Live || d.Body.Text("nameRu") != "ТОО &quot;А&quot;" ||
		!d.ChangedAt.Equal(time.Date(2026, 7, 24, 10, 30, 24, 884_000_000, time.UTC)) {
		t.Errorf("document %+v", d)
	}
}

func TestARecordBrokenOnItsWayIsAskedForAgain(t *testing.T) {
	t.Parallel()
	client := portal(t, func(w http.ResponseWriter, c call) {
		if c.n == 1 {
			io.WriteString(w, page("Lots", 2, false, 1, `{"id":null,"trdBuyNumberAnno":"7-1"}`, lot(1)))
			return
		}
		io.WriteString(w, page("Lots", 2, false, 1, lot(2), lot(1)))
	})
	if p, err := client.Page(t.Context(), document.Walk{Entity: source.Lots}); err != nil || len(p.Documents) != 2 || len(p.Rejects) != 0 {
		t.Errorf("page %+v, error %v", p, err)
	}
}

// TestSamples: the portal's real answers become documents with the keys,
// processes and dates that they have.
func TestSamples(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		entity source.Entity
		root   string
		file   string
		want   string
	}{
		{source.TrdBuy, "TrdBuy", "graphql_trdbuy_listing.json", "17379679 t17379679 2026-07-24T14:55:42Z live"},
		{source.Lots, "Lots", "graphql_lots_listing.json", "42700184 t17379709 2026-07-24T15:16:53Z"},
		{source.TrdApp, "TrdApp", "graphql_bids_listing.json", "72141138  2026-07-24T10:30:24.884Z lots [42667204 42667205]"},
		{source.Contract, "Contract", "graphql_contracts_listing.json", "25610081  2026-07-27T01:12:41Z of 17359331"},
		{source.PlanPoint, "Plans", "graphql_plans_listing.json", "87589888 p87460941 2026-08-06T07:26:41Z"},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(filepath.Join("testdata/samples", c.file))
			if err != nil {
				t.Fatal(err)
			}
			var records []json.RawMessage
			if err := json.Unmarshal(raw, &records); err != nil {
				t.Fatal(err)
			}
			client := portal(t, func(w http.ResponseWriter, _ call) {
				fmt.Fprintf(w, `{"data":{%q:%s},"extensions":{"pageInfo":{"limitPage":200,"totalCount":%d,"hasNextPage":false,"lastId":0}}}`, c.root, raw, len(records))
			})
			p, err := client.Page(t.Context(), document.Walk{Entity: c.entity})
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Documents) != len(records) || len(p.Rejects) != 0 || !p.End {
				t.Fatalf("%d documents of %d records, %d rejects, end %t", len(p.Documents), len(records), len(p.Rejects), p.End)
			}
			for i, d := range p.Documents {
				again, err := document.Canonical(records[i])
				if err != nil || string(again) != string(d.Body) || d.Hash != document.HashOf(again) {
					t.Errorf("record %d is not what was sent", i)
				}
			}
			d := p.Documents[0]
			got := fmt.Sprintf("%s %s %s", d.ID, d.Process, "-")
			if !d.ChangedAt.IsZero() {
				got = fmt.Sprintf("%s %s %s", d.ID, d.Process, d.ChangedAt.UTC().Format(time.RFC3339Nano))
			}
			if d.Live {
				got += " live"
			}
			if d.Process == "" && d.Link.Announcement != "" {
				got += " of " + d.Link.Announcement
			}
			if d.Process == "" && len(d.Link.Lots) > 0 {
				got += fmt.Sprint(" lots ", d.Link.Lots)
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestDirectContractsAreTheirOwnProcess(t *testing.T) {
	t.Parallel()
	client := portal(t, func(w http.ResponseWriter, _ call) {
		io.WriteString(w, page("Contract", 4, false, 1,
			`{"id":4,"rootId":3,"trdBuyId":0}`, `{"id":3,"rootId":0,"trdBuyId":null}`, `{"id":2,"rootId":2,"trdBuyId":9,"trdBuyNumberAnno":"8-1"}`))
	})
	p, err := client.Page(t.Context(), document.Walk{Entity: source.Contract})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range p.Documents {
		got = append(got, string(d.Process))
	}
	if fmt.Sprint(got) != "[c3 c3 t8]" {
		t.Errorf("processes %v", got)
	}
}

func TestDictionariesAreWalkedOneAfterAnother(t *testing.T) {
	t.Parallel()
	client := portal(t, func(w http.ResponseWriter, c call) {
		after := strings.Join(c.query["search_after"], "")
		switch name := strings.TrimPrefix(c.path, "/v3/refs/"); {
		case name == "ref_currency" && after == "":
			// The link lacks the version and names another service.
			io.WriteString(w, `{"total":2,"limit":1,"next_page":"/plans/spec?page=next&search_after=PKR","items":[{"code":"PKR","name":"Рупия"}]}`)
		case name == "ref_currency" && after == "PKR":
			io.WriteString(w, `{"total":2,"limit":1,"next_page":"","items":[{"code":"KZT","name":"Казахский тенге"}]}`)
		case name == "ref_kato":
			io.WriteString(w, `{"total":1,"limit":1,"next_page":"","items":[{"code":"710000000","level_":1,"full_name_ru":"Астана","sum_1":1.50}]}`)
		case name == "ref_months":
			io.WriteString(w, `{"error":"Справочник не найден","code":404}`)
		default:
			io.WriteString(w, `{"total":0,"limit":500,"next_page":"","items":[]}`)
		}
	})
	var total int64
	for w := (document.Walk{Entity: source.Reference}); ; {
		p, err := client.Page(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		if total += p.Total; p.End {
			break
		}
		w.After = p.Next
	}
	if total != 3 {
		t.Errorf("the totals of the dictionaries add up to %d", total)
	}
	ids := crawl(t, client, document.Walk{Entity: source.Reference})
	if fmt.Sprint(ids) != "[ref_currency/PKR ref_currency/KZT ref_kato/710000000]" {
		t.Errorf("ids %v", ids)
	}
	p, err := client.Page(t.Context(), document.Walk{Entity: source.Reference, After: "ref_kato/"})
	if err != nil || len(p.Documents) != 1 {
		t.Fatalf("page %+v, error %v", p, err)
	}
	if got, want := string(p.Documents[0].Body), `{"code":"710000000","fullNameRu":"Астана","level":1,"sum1":1.50}`; got != want {
		t.Errorf("body %s, want %s", got, want)
	}
	if total, err := client.Total(t.Context(), source.Reference); err != nil || total != 3 {
		t.Errorf("total %d, %v", total, err)
	}
	p, err = client.Page(t.Context(), document.Walk{Entity: source.Reference, IDs: []string{"ref_currency/KZT", "ref_currency/XXX", "ref_months/1", "ref_units/1", "ref_enstru/1"}})
	if err != nil || len(p.Documents) != 1 || p.Documents[0].ID != "ref_currency/KZT" || fmt.Sprint(p.Missing) != "[ref_currency/XXX]" {
		t.Errorf("by id: %v, missing %v, %v; want what its dictionary lists, and as missing what a dictionary that lists others does not", p.Documents, p.Missing, err)
	}
}

func TestTheClockIsTheSources(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, journal, index, want string
	}{
		{"the journal is newer", `{"date_action":"2026-07-24 15:00:00"}`, "2026-07-24 14:00:00", "2026-07-24T10:00:00Z"},
		{"the index is newer", `{"date_action":"2026-07-24 15:00:00"}`, "2026-07-24 16:00:00", "2026-07-24T11:00:00Z"},
		{"an empty date says nothing", `{"date_action":"1999-01-01 00:00:00"}`, "2026-07-24 16:00:00", "2026-07-24T11:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client := portal(t, func(w http.ResponseWriter, got call) {
				if got.path == "/v3/journal" {
					if fmt.Sprint(got.query["date_from"]) != "[2026-07-20]" {
						t.Errorf("journal asked from %v", got.query["date_from"])
					}
					fmt.Fprintf(w, `{"total":1,"limit":10,"items":[%s]}`, c.journal)
					return
				}
				io.WriteString(w, page(got.operation, 1, false, 1, `{"id":1,"indexDate":`+strconv.Quote(c.index)+`}`))
			})
			at, err := client.Clock(t.Context(), time.Date(2026, 7, 20, 0, 0, 0, 0, time.UTC))
			if err != nil || at.Format(time.RFC3339) != c.want {
				t.Errorf("clock %s, %v, want %s", at.Format(time.RFC3339), err, c.want)
			}
		})
	}
}

func TestConfigurationErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*goszakup.Config)
		says   string
	}{
		{"no token", func(c *goszakup.Config) { c.Token = "" }, "SOURCE_TOKEN"},
		{"no URL", func(c *goszakup.Config) { c.URL = "ows.goszakup.gov.kz" }, "SOURCE_URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := goszakup.Default()
			cfg.Token = "secret"
			c.change(&cfg)
			_, err := goszakup.New(cfg, nil, slog.Default())
			var f *fault.Error
			if !errors.As(err, &f) || !strings.Contains(f.Remedy, c.says) {
				t.Errorf("error %v", err)
			}
		})
	}
}
