// Package extraction_test compares what the extractor stores with what the
// stand-in holds.
package extraction_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/extractor"
	"github.com/kzocds/kzocds/local/build"
	"github.com/kzocds/kzocds/local/goszakup"
	"github.com/kzocds/kzocds/local/localtest"
	"github.com/kzocds/kzocds/local/objectstore"
	"github.com/kzocds/kzocds/platform/bus/bustest"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/pack"
	"github.com/kzocds/kzocds/platform/pg/pgtest"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/source"
)

// registers are the stand-in's, by entity.
var registers = map[source.Entity]goszakup.Entity{
	source.Subject: goszakup.Subjects, source.Blacklist: goszakup.Rnu, source.QualifiedSupplier: goszakup.QualifiedSuppliers,
	source.PlanPoint: goszakup.Plans, source.TrdBuy: goszakup.TrdBuy, source.Lots: goszakup.Lots, source.TrdApp: goszakup.TrdApp, source.Contract: goszakup.Contract,
	source.Complaint: goszakup.ComplaintAppeal, source.Act: goszakup.Acts, source.Waybill: goszakup.Waybills, source.TreasuryPay: goszakup.TreasuryPay,
	source.QuasiPlanPoint: goszakup.ObPlans, source.QuasiTrdBuy: goszakup.ObTrdBuy, source.QuasiLots: goszakup.ObLots, source.QuasiContract: goszakup.ObContract,
}

// portal is a stand-in that remembers how it was asked.
type portal struct {
	*goszakup.Server
	url string

	mu        sync.Mutex
	selection map[string]string // root -> the longest selection asked for
	requests  int
	stop      func(requests int) // called for each request
	long      bool               // the longest dictionary is served as well
}

func newPortal(t testing.TB, o goszakup.Options) *portal {
	t.Helper()
	server, err := goszakup.New(o)
	if err != nil {
		t.Fatal(err)
	}
	p := &portal{Server: server, selection: map[string]string{}}
	h := server.Handler()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v3/graphql" {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return
			}
			p.note(body)
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		p.mu.Lock()
		p.requests++
		n, stop := p.requests, p.stop
		p.mu.Unlock()
		if stop != nil {
			stop(n)
		}
		// The longest dictionary would be most of every run.
		if r.URL.Path == "/v3/refs/"+longest && !p.long {
			io.WriteString(w, `{"error":"Справочник не найден","code":404}`) //nolint:errcheck // a caller that has gone is nobody's fault
			return
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	p.url = web.URL
	return p
}

// longest is the dictionary with the most rows, by far.
const longest = "ref_kato"

// note keeps the selection of a query.
func (p *portal) note(body []byte) {
	var q struct{ OperationName, Query string }
	if json.Unmarshal(body, &q) != nil {
		return
	}
	_, rest, ok := strings.Cut(q.Query, "after: $after)")
	if !ok {
		return
	}
	rest = strings.TrimSpace(rest)
	rest = strings.TrimSpace(rest[:strings.LastIndexByte(rest, '}')])
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(rest) > len(p.selection[q.OperationName]) {
		p.selection[q.OperationName] = rest
	}
}

// fault sets how the stand-in misbehaves.
func (p *portal) fault(t testing.TB, f goszakup.Faults) {
	t.Helper()
	body, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(p.url+"/_standin/faults", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("faults: %s", res.Status)
	}
}

// holds is every document of the stand-in, as it answers to the extractor's
// questions when nothing goes wrong.
func (p *portal) holds(t testing.TB) map[string]string {
	t.Helper()
	p.mu.Lock()
	asked := maps.Clone(p.selection)
	p.mu.Unlock()
	want := map[string]string{}
	for e, root := range registers {
		rows := p.World().Documents(root)
		if e != source.TreasuryPay {
			var err error
			if rows, err = p.World().Answers(root, asked[string(root)]); err != nil {
				t.Fatalf("%s: %v", e, err)
			}
		}
		for id, body := range rows {
			want[fmt.Sprintf("%s %d", e, id)] = canonical(t, body)
		}
	}
	for id, body := range p.World().Dictionaries() {
		if p.long || !strings.HasPrefix(id, longest+"/") {
			want[string(source.Reference)+" "+id] = canonical(t, body)
		}
	}
	return want
}

// nullable are the nested lists of the samples that the portal was not asked for:
// null there, and nothing as the extractor has it.
var nullable = []string{"PlansKato", "Plans", "Offers", "Files", "Address", "PlansSpec", "ContractUnits", "AppLots"}

// canonical is the canonical form, written again from its definition: members by
// name, lists of objects with ids by their ids, numbers as they are, no nested
// list that is null.
func canonical(t testing.TB, body []byte) string {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("%v in %.200s", err, body)
	}
	sortLists("", v)
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		t.Fatal(err)
	}
	text := strings.TrimSuffix(out.String(), "\n")
	// The encoder writes these as escapes, which are not the shortest form.
	return strings.NewReplacer("\\u2028", "\u2028", "\\u2029", "\u2029").Replace(text)
}

func sortLists(within string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, held := range v {
			single := name == "Plans" && within == "ContractUnits"
			if held == nil && slices.Contains(nullable, name) && !single {
				v[name] = []any{}
			}
			sortLists(name, held)
		}
	case []any:
		for _, held := range v {
			sortLists(within, held)
		}
		id := func(x any) string {
			object, _ := x.(map[string]any)
			switch id := object["id"].(type) {
			case json.Number:
				return id.String()
			case string:
				return `"` + id + `"`
			}
			return ""
		}
		if !slices.ContainsFunc(v, func(x any) bool { return id(x) == "" }) {
			slices.SortStableFunc(v, func(a, b any) int {
				if d := len(id(a)) - len(id(b)); d != 0 {
					return d
				}
				return strings.Compare(id(a), id(b))
			})
		}
	}
}

// system is an extractor with its database.
type system struct {
	*extractor.Service
	cfg   extractor.Config
	deps  extractor.Deps
	packs *pack.Store
}

func newSystem(t testing.TB, url string, change func(*extractor.Config)) *system {
	t.Helper()
	cfg := extractor.Default()
	cfg.Source.URL, cfg.Source.Token = url, "secret"
	cfg.Source.Rate, cfg.Source.Parallel, cfg.Source.Timeout = 100_000, 4, 2*time.Second
	cfg.Source.Backoff, cfg.Source.BackoffMax, cfg.Source.BreakAfter = time.Millisecond, 1500*time.Millisecond, 1_000_000
	cfg.BackFill.Rate, cfg.BackFill.Window = 100_000, 1_000_000_000
	cfg.Crawl.PagesPerFetch = 20
	if change != nil {
		change(&cfg)
	}
	s := &system{cfg: cfg, deps: extractor.Deps{Log: slog.New(slog.DiscardHandler), Pool: pgtest.New(t), Bus: bustest.New(t)}}
	var err error
	if s.deps.Objects, err = extractor.OpenBodies(t.Context(), cfg.Bodies); err != nil {
		t.Fatal(err)
	}
	if s.packs, err = pack.New(s.deps.Objects); err != nil {
		t.Fatal(err)
	}
	s.restart(t)
	if err := s.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// restart makes the service anew, as after the death of its process.
func (s *system) restart(t testing.TB) {
	t.Helper()
	service, err := extractor.New(s.cfg, s.deps)
	if err != nil {
		t.Fatal(err)
	}
	s.Service = service
}

// batch extracts a batch, again and again until it succeeds.
func (s *system) batch(t testing.TB) *workflowv1.ExtractResult {
	t.Helper()
	var last error
	for range 300 {
		result, err := s.Batch(t.Context())
		if err == nil {
			return result
		}
		last = err
	}
	t.Fatalf("no batch: %v", last)
	return nil
}

// has is the present version of every object that is stored.
func (s *system) has(t testing.TB) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, v := range s.versions(t, `(entity, id, batch, hash, deleted) in (select distinct on (entity, id) entity, id, batch, hash, deleted from source.document_v2
		order by entity, id, batch desc, changed_at desc nulls last, fetched_at desc)`) {
		if !v.gone {
			got[v.key] = string(v.body)
		}
	}
	return got
}

// version is one that is stored.
type version struct {
	key        string // entity and id
	body, hash []byte
	gone       bool // a tombstone, not the mark of the source on an object that it lists
}

// versions reads some, oldest first, wherever their bodies are.
func (s *system) versions(t testing.TB, where string) []*version {
	t.Helper()
	rows, err := s.deps.Pool.Query(context.WithoutCancel(t.Context()), `select entity || ' ' || id, body, hash, deleted, `+pack.Columns+` from source.document_v2
		where `+where+` order by entity, id, batch, changed_at, fetched_at`)
	if err != nil {
		t.Fatal(err)
	}
	var absent pack.Absent
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*version, error) {
		v, at := new(version), pack.Row{}
		err := row.Scan(append([]any{&v.key, &v.body, &v.hash, &v.gone}, at.Targets()...)...)
		absent.Note(&at, v.hash, &v.body)
		return v, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.packs.Fill(context.WithoutCancel(t.Context()), &absent); err != nil {
		t.Fatal(err)
	}
	for _, v := range list {
		if sum := sha256.Sum256(v.body); !bytes.Equal(sum[:], v.hash) {
			t.Errorf("%s is stored with the digest of another body", v.key)
		}
		var said struct{ IsDeleted, Deleted json.Number }
		if v.gone && json.Unmarshal(v.body, &said) == nil && (said.IsDeleted == "1" || said.Deleted == "1") {
			v.gone = false
		}
	}
	return list
}

// differ tells what is not the same, a few of each kind.
func differ(got, want map[string]string) []string {
	var list []string
	note := func(format string, a ...any) {
		if len(list) < 12 {
			list = append(list, fmt.Sprintf(format, a...))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		switch body, ok := got[key]; {
		case !ok:
			note("%s is missing", key)
		case body != want[key]:
			at := 0
			for at < min(len(body), len(want[key])) && body[at] == want[key][at] {
				at++
			}
			note("%s differs at %d: stored …%.80s… holds …%.80s…", key, at, body[max(0, at-30):], want[key][max(0, at-30):])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[key]; !ok {
			note("%s is stored and not there", key)
		}
	}
	return list
}

// check compares what is stored with what the stand-in holds. Two sample records
// belong to contracts that are in no sample: they wait in the quarantine.
func check(t *testing.T, s *system, p *portal) {
	t.Helper()
	want := p.holds(t)
	rows, err := s.deps.Pool.Query(t.Context(), `select distinct entity || ' ' || id from source.quarantine_v1 where rule = 'source.process.unknown' and resolved is null`)
	if err != nil {
		t.Fatal(err)
	}
	waiting, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range waiting {
		if key != "act 24789" && key != "treasury_pay 96138904" {
			t.Errorf("%s waits in the quarantine", key)
		}
		delete(want, key)
	}
	got := s.has(t)
	maps.DeleteFunc(got, func(key, _ string) bool { return strings.HasPrefix(key, string(source.OCDSRelease)+" ") })
	if list := differ(got, want); len(list) > 0 {
		t.Errorf("stored and source differ:\n%s", strings.Join(list, "\n"))
	}
}

// checkFeeds compares the older feeds with what somebody reads who comes now and has
// no trouble. What is stored and no longer shown is a state that the feed has
// replaced: it is as the whole history has it.
func checkFeeds(t *testing.T, s *system, p *portal) {
	t.Helper()
	read := func(all bool) map[string]string {
		late := newSystem(t, p.url, func(c *extractor.Config) { c.Adapters, c.Feed.All = []string{source.OriginFeed}, all })
		late.batch(t)
		return late.feeds(t)
	}
	want, got := read(false), s.feeds(t)
	if len(want) == 0 {
		t.Error("the feeds are empty")
	}
	history := read(true)
	for key := range got {
		if _, shown := want[key]; !shown {
			want[key] = history[key]
		}
	}
	if list := differ(got, want); len(list) > 0 {
		t.Errorf("stored and feeds differ:\n%s", strings.Join(list, "\n"))
	}
}

// feeds is what of the older feeds is stored at present.
func (s *system) feeds(t testing.TB) map[string]string {
	t.Helper()
	got := s.has(t)
	maps.DeleteFunc(got, func(key, _ string) bool { return !strings.HasPrefix(key, string(source.OCDSRelease)+" ") })
	return got
}

var day = time.Date(2026, 10, 1, 0, 0, 0, 0, time.FixedZone("", 5*3600))

func small() goszakup.Options {
	return goszakup.Options{Scale: 12, Seed: 7, Token: "secret", Clock: day}
}

// bent are the faults that give values in another form: what the source says is
// what is stored, until it says otherwise.
var bent = []string{"microseconds", "html-entities", "numbers-as-strings", "zero-for-none", "look-alikes", "field-appears", "field-vanishes"}

func TestUnderEveryFaultTheWorldIsStoredByteForByte(t *testing.T) {
	t.Parallel()
	for _, kind := range append([]string{""}, goszakup.FaultKinds...) {
		t.Run("fault "+kind, func(t *testing.T) {
			t.Parallel()
			p := newPortal(t, small())
			p.long = kind == ""
			if kind != "" {
				f := goszakup.Faults{Kinds: []string{kind}, Rate: 0.2, Delay: 0.05}
				if kind == "timeout" || kind == "429" {
					f.Limit = 3
				}
				if kind == "moving-clock" {
					f.Limit = 5
				}
				p.fault(t, f)
			}
			s := newSystem(t, p.url, both(func(c *extractor.Config) {
				c.Crawl.Compare, c.Crawl.Overlap = time.Minute, 8*time.Hour
				c.Source.References = 0 // in every batch: the clock that so small a world shows stands still for days
			}))
			s.batch(t)
			p.fault(t, goszakup.Faults{})
			// What changed or was deleted meanwhile, or came late into the index, is
			// found by the batches behind.
			for range 2 {
				p.Advance(24 * time.Hour)
				s.batch(t)
			}
			if slices.Contains(bent, kind) {
				if err := s.BackFill(t.Context(), &workflowv1.BackFillInput{Source: s.cfg.Dataset, Again: true}); err != nil {
					t.Fatal(err)
				}
				p.Advance(25 * time.Hour) // the small registers are read once a day
				s.batch(t)
			}
			check(t, s, p)
			checkFeeds(t, s, p)
		})
	}
}

// TestKilledAnywhereTheStoreIsTheSame: the process dies at random requests and
// starts again; twice, and undisturbed, the digests are the same.
func TestKilledAnywhereTheStoreIsTheSame(t *testing.T) {
	t.Parallel()
	undisturbed := digestAfter(t, 0, nil)
	for seed := range uint64(3) {
		if got := digestAfter(t, seed+1, nil); got != undisturbed {
			t.Errorf("killed with seed %d: digest %s, undisturbed %s", seed+1, got, undisturbed)
		}
	}
}

func embedded(t *testing.T) (*objectstore.Server, error) {
	return objectstore.Embedded(t.Context(), localtest.State(t), localtest.Port(t))
}

// minio is built by the test when the cache does not hold it: some minutes, told on
// standard error.
func minio(t *testing.T) (*objectstore.Server, error) {
	binary, err := localtest.Cache(t).Go(t.Context(), build.MinIO(localtest.Root(t)))
	if err != nil {
		return nil, err
	}
	return objectstore.MinIO(t.Context(), localtest.State(t), binary, localtest.Port(t))
}

// shelf is an object store for bodies: the configuration that puts them into a bucket
// of it, sets of so many bytes at once and the rest when they are packed.
func shelf(t *testing.T, start func(*testing.T) (*objectstore.Server, error)) func(bucket string, from int) func(*extractor.Config) {
	t.Helper()
	server, err := start(t)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return func(bucket string, from int) func(*extractor.Config) {
		return func(c *extractor.Config) {
			c.Bodies.In, c.Bodies.From, c.Bodies.Least = extractor.InPacks, from, 1
			c.Bodies.Objects.Endpoint, c.Bodies.Objects.Bucket = server.Endpoint(), bucket
			c.Bodies.Objects.AccessKey, c.Bodies.Objects.SecretKey = objectstore.AccessKey, config.Secret(server.SecretKey())
		}
	}
}

// TestBodiesInAnObjectStoreAreTheSame: killed as well, with all bodies in packs from
// the beginning, and with packs switched on when everything was in the database.
func TestBodiesInAnObjectStoreAreTheSame(t *testing.T) {
	undisturbed := digestAfter(t, 0, nil)
	for name, start := range map[string]func(*testing.T) (*objectstore.Server, error){"embedded": embedded, "MinIO": minio} {
		t.Run(name, func(t *testing.T) { inObjects(t, shelf(t, start), undisturbed) })
	}
}

func inObjects(t *testing.T, inPacks func(bucket string, from int) func(*extractor.Config), undisturbed string) {
	if got := digestAfter(t, 1, inPacks("from-the-beginning", 1)); got != undisturbed {
		t.Errorf("in packs, killed: digest %s, in the database, undisturbed: %s", got, undisturbed)
	}

	p := newPortal(t, small())
	s := newSystem(t, p.url, both(inPacks("later", 1<<30)))
	s.batch(t)
	if moved, err := s.PackBodies(t.Context()); err != nil || moved == 0 {
		t.Fatalf("%d bodies moved, %v", moved, err)
	}
	if got := s.digest(t); got != undisturbed {
		t.Errorf("moved into packs: digest %s, in the database %s", got, undisturbed)
	}
	for range 2 { // later batches write into the database, and tombstones read from packs
		p.Advance(24 * time.Hour)
		s.batch(t)
	}
	check(t, s, p)
	if _, err := s.PackBodies(t.Context()); err != nil {
		t.Fatal(err)
	}
	check(t, s, p)
}

// both makes a configuration read the portal and its older feeds.
func both(change func(*extractor.Config)) func(*extractor.Config) {
	return func(c *extractor.Config) {
		c.Adapters = []string{source.OriginPortal, source.OriginFeed}
		if change != nil {
			change(c)
		}
	}
}

// digestAfter is the digest of what is stored after a batch, the process having died
// at requests drawn from a seed; seed 0 lets it live.
func digestAfter(t *testing.T, seed uint64, change func(*extractor.Config)) string {
	t.Helper()
	p := newPortal(t, small())
	s := newSystem(t, p.url, both(change))
	if seed > 0 {
		chance := rand.New(rand.NewPCG(seed, seed))
		for deaths := 0; deaths < 12; deaths++ {
			ctx, kill := context.WithCancel(t.Context())
			left := 1 + chance.IntN(12)
			p.mu.Lock()
			first := p.requests
			p.stop = func(n int) {
				if n >= first+left {
					kill()
				}
			}
			p.mu.Unlock()
			_, err := s.Batch(ctx)
			kill()
			if err == nil {
				break
			}
			s.restart(t)
		}
		p.mu.Lock()
		p.stop = nil
		p.mu.Unlock()
	}
	result := s.batch(t)
	if result.Batch.Number != 1 && seed == 0 {
		t.Errorf("batch %d", result.Batch.Number)
	}
	check(t, s, p)
	checkFeeds(t, s, p)
	return s.digest(t)
}

// digest of all present versions.
func (s *system) digest(t testing.TB) string {
	t.Helper()
	h := sha256.New()
	got := s.has(t)
	for _, key := range slices.Sorted(maps.Keys(got)) {
		fmt.Fprintln(h, key, got[key])
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// TestAChangeOfTheSchemaIsFound: fields that the stand-in takes away and adds are
// told, in queries of ours or not, and the feed goes on without them.
func TestAChangeOfTheSchemaIsFound(t *testing.T) {
	t.Parallel()
	p := newPortal(t, small())
	s := newSystem(t, p.url, func(c *extractor.Config) { c.Source.References = 0 }) // in every batch, else once a day
	found := func(kind string) []string {
		rows, err := s.deps.Pool.Query(t.Context(), `select field from source.drift_v1 where entity = 'schema' and kind = $1 order by 1`, kind)
		if err != nil {
			t.Fatal(err)
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	s.batch(t)
	if n := len(found("unknown")) + len(found("vanished")); n > 0 {
		t.Errorf("%d changes at the beginning", n)
	}
	p.fault(t, goszakup.Faults{Kinds: []string{"field-vanishes"}})
	s.batch(t)
	for _, field := range []string{"Lots.psdSign", "ContractUnits.ksSum", "TrdComplaintAppeal.inspectUserId", "/v3/treasury-pay.ppn", "/v3/refs/ref_lots_status.name_kz"} {
		if !slices.Contains(found("vanished"), field) {
			t.Errorf("%s has vanished, found are %q", field, found("vanished"))
		}
	}
	p.fault(t, goszakup.Faults{Kinds: []string{"field-appears"}})
	s.batch(t)
	for _, field := range []string{"Lots.noveltySign", "/v3/treasury-pay.novelty_sign", "/v3/refs/ref_lots_status.novelty_sign"} {
		if !slices.Contains(found("unknown"), field) {
			t.Errorf("%s is new, found are %q", field, found("unknown"))
		}
	}
}

// TestAYearOfChangesIsKept: every version that existed at a fetch is stored, each
// once and in its order, and what went has a tombstone in its place, in every
// register and dictionary; of the older feeds every state that their log has. With
// bodies in the database, in packs from the beginning, and moved there meanwhile.
func TestAYearOfChangesIsKept(t *testing.T) {
	t.Parallel()
	inPacks := shelf(t, embedded)
	for name, c := range map[string]struct {
		bodies func(*extractor.Config)
		move   bool
	}{
		"in the database":  {func(*extractor.Config) {}, false},
		"in packs":         {inPacks("year", 1), false},
		"moved into packs": {inPacks("later-in-the-year", 1<<30), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			aYear(t, c.bodies, c.move)
		})
	}
}

func aYear(t *testing.T, bodies func(*extractor.Config), move bool) {
	o := small()
	o.Clock = day.AddDate(-1, 0, 0)
	p := newPortal(t, o)
	s := newSystem(t, p.url, both(func(c *extractor.Config) {
		c.Feed.All, c.Crawl.Reread = true, 1000
		bodies(c)
	}))
	const gone = "gone"
	seen := map[string][]string{} // object -> its versions in order
	for n := range 25 {
		s.batch(t)
		there := p.holds(t)
		for key, body := range there {
			if n := len(seen[key]); n == 0 || seen[key][n-1] != body {
				seen[key] = append(seen[key], body)
			}
		}
		for key, list := range seen {
			if _, still := there[key]; !still && list[len(list)-1] != gone {
				seen[key] = append(list, gone)
			}
		}
		if move && n%8 == 7 {
			if moved, err := s.PackBodies(t.Context()); err != nil || moved == 0 {
				t.Fatalf("%d bodies moved, %v", moved, err)
			}
		}
		p.Advance(15 * 24 * time.Hour)
	}
	versions := map[string][]string{}
	releases := map[string]int{}
	for _, v := range s.versions(t, "true") {
		switch {
		case strings.HasPrefix(v.key, string(source.OCDSRelease)+" "):
			releases[v.key+" "+string(v.body)]++
		case v.gone:
			versions[v.key] = append(versions[v.key], gone)
		default:
			versions[v.key] = append(versions[v.key], string(v.body))
		}
	}
	wrong, total, tombstones := 0, 0, 0
	for _, key := range slices.Sorted(maps.Keys(seen)) {
		total += len(seen[key])
		if seen[key][len(seen[key])-1] == gone {
			tombstones++
		}
		if !slices.Equal(versions[key], seen[key]) {
			if wrong++; wrong < 8 {
				t.Errorf("%s: %d versions are stored, %d existed", key, len(versions[key]), len(seen[key]))
				for i := range min(len(versions[key]), len(seen[key])) {
					if list := differ(map[string]string{key: versions[key][i]}, map[string]string{key: seen[key][i]}); len(list) > 0 {
						t.Log(i, list)
						break
					}
				}
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d objects have another history", wrong, len(seen))
	}
	for key := range versions {
		if seen[key] == nil {
			t.Errorf("%s is stored and never was there", key)
		}
	}
	if total <= len(seen) || tombstones == 0 {
		t.Errorf("%d versions of %d objects, %d gone: too little happened in a year", total, len(seen), tombstones)
	}
	p.Advance(-15 * 24 * time.Hour)
	late := newSystem(t, p.url, func(c *extractor.Config) { c.Adapters, c.Feed.All = []string{source.OriginFeed}, true })
	late.batch(t)
	states := late.versions(t, "true")
	for _, v := range states {
		if n := releases[v.key+" "+string(v.body)]; n != 1 {
			t.Errorf("a state of %s is stored %d times", v.key, n)
		}
	}
	if len(states) != len(releases) || len(states) == 0 {
		t.Errorf("%d states of the feeds are stored, %d were there", len(releases), len(states))
	}
}
