package extractor

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/extractor/internal/goszakup"
	storage "github.com/kzocds/kzocds/extractor/internal/pg"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/bus/bustest"
	"github.com/kzocds/kzocds/platform/pack"
	"github.com/kzocds/kzocds/platform/pack/packtest"
	"github.com/kzocds/kzocds/platform/pg"
	"github.com/kzocds/kzocds/platform/pg/pgtest"
	"github.com/kzocds/kzocds/proto/source"
)

// world is a small fake of the portal whose objects a test can change.
type world struct {
	mu      sync.Mutex
	objects map[string]map[int64]string // root -> id -> record
	index   map[string]map[int64]string // root -> id -> index date
	now     string                      // newest date of the journal
	fault   func(root string, n int) string
	asked   map[string]int // requests by root
	limit   int
	schema  string // types of the schema
	// journal and withdrawn are lists of the portal as JSON, without brackets.
	journal, withdrawn []string
	// hidden are objects that lists leave out, although totals count them.
	hidden map[string]bool
	units  []string // rows of the one dictionary that has some
}

func newWorld() *world {
	w := &world{objects: map[string]map[int64]string{}, index: map[string]map[int64]string{}, asked: map[string]int{}, hidden: map[string]bool{}, limit: 3,
		units: []string{`{"code":"796","name_ru":"Штука"}`}}
	for _, root := range []string{"Subjects", "Plans", "TrdBuy", "Lots", "TrdApp", "Contract", "Rnu", "qualifiedSuppliers", "ComplaintAppeal", "Acts",
		"ContractWaybill", "ObPlans", "ObTrdBuy", "ObLots", "ObContract", "treasury-pay"} {
		w.objects[root], w.index[root] = map[int64]string{}, map[int64]string{}
	}
	w.now = "2026-07-24 12:00:00"
	w.schema = `[{"kind":"OBJECT","name":"Lots","fields":[{"name":"id","type":{"kind":"SCALAR","name":"Int"}}]}]`
	return w
}

// put makes or changes an object; at is its index date.
func (w *world) put(root string, id int64, at, record string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.objects[root][id], w.index[root][id] = record, at
	w.now = max(w.now, at)
}

// populate makes n announcements with a lot, a bid and a contract each, some
// plan points, direct contracts and participants.
func (w *world) populate(n int) {
	const at = "2026-07-24 10:00:00"
	for i := range int64(n) {
		id := 1000 + i
		w.put("TrdBuy", id, at, fmt.Sprintf(`{"id":%d,"numberAnno":"%d-1","refBuyStatusId":220,"lastUpdateDate":"2026-07-24 09:00:00","totalSum":1.50}`, id, id))
		w.put("Lots", 2000+i, at, fmt.Sprintf(`{"id":%d,"trdBuyId":%d,"trdBuyNumberAnno":"%d-1","amount":22500}`, 2000+i, id, id))
		w.put("TrdApp", 3000+i, at, fmt.Sprintf(`{"id":%d,"buyId":%d,"TrdBuy":{"numberAnno":"%d-1"},"AppLots":[{"id":1,"lotId":%d,"statusId":370}]}`, 3000+i, id, id, 2000+i))
		w.put("Contract", 4000+2*i, at, fmt.Sprintf(`{"id":%d,"trdBuyId":%d,"trdBuyNumberAnno":"%d-1","rootId":%d}`, 4000+2*i, id, id, 4000+2*i))
		w.put("Contract", 4001+2*i, at, fmt.Sprintf(`{"id":%d,"trdBuyId":0,"rootId":%d}`, 4001+2*i, 4001+2*i))
		w.put("Plans", 5000+i, at, fmt.Sprintf(`{"id":%d,"rootrecordId":%d,"isDeleted":0}`, 5000+i, 5000+i))
		w.put("Subjects", 6000+i, at, fmt.Sprintf(`{"pid":%d,"bin":"020340002199"}`, 6000+i))
	}
}

func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case r.URL.Path == "/v3/journal":
		w.asked["journal"]++
		list := append([]string{fmt.Sprintf(`{"object_id":"1","date_action":%q}`, w.now)}, w.journal...)
		fmt.Fprintf(rw, `{"total":%d,"limit":10,"items":[%s]}`, len(list), strings.Join(list, ","))
	case r.URL.Path == "/v2/plans/deleted":
		w.asked["withdrawn"]++
		fmt.Fprintf(rw, `{"total":%d,"limit":500,"next_page":"","items":[%s]}`, len(w.withdrawn), strings.Join(w.withdrawn, ","))
	case r.URL.Path == "/v3/treasury-pay":
		w.asked["treasury-pay"]++
		after, err := strconv.ParseInt(r.URL.Query().Get("search_after"), 10, 64)
		if err != nil {
			after = 0
		}
		ids := slices.Sorted(maps.Keys(w.objects["treasury-pay"]))
		slices.Reverse(ids)
		ids = slices.DeleteFunc(ids, func(id int64) bool { return after != 0 && id >= after })
		next, items := "", []string{}
		for i, id := range ids {
			if i == w.limit {
				next = fmt.Sprintf("/treasury-pay?page=next&search_after=%d", ids[i-1])
				break
			}
			items = append(items, w.objects["treasury-pay"][id])
		}
		fmt.Fprintf(rw, `{"total":%d,"limit":%d,"next_page":%q,"items":[%s]}`, len(w.objects["treasury-pay"]), w.limit, next, strings.Join(items, ","))
	case strings.HasPrefix(r.URL.Path, "/v3/refs/"):
		w.asked["refs"]++
		var items []string
		if strings.HasSuffix(r.URL.Path, "/ref_units") {
			items = w.units
		}
		fmt.Fprintf(rw, `{"total":%d,"limit":500,"next_page":"","items":[%s]}`, len(items), strings.Join(items, ","))
	default:
		w.graphql(rw, r)
	}
}

func (w *world) graphql(rw http.ResponseWriter, r *http.Request) {
	var ask struct {
		OperationName string
		Variables     struct {
			Limit  int
			After  int64
			Filter struct {
				IndexDate      []string
				LastUpdateDate []string
				DateApply      []string
				BuyID          int64 `json:"buyId"`
				ID             []int64
				PID            []int64
			}
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	root, v := ask.OperationName, ask.Variables
	w.asked[root]++
	if w.fault != nil {
		if body := w.fault(root, w.asked[root]); body != "" {
			io.WriteString(rw, body)
			return
		}
	}
	if root == "Schema" {
		fmt.Fprintf(rw, `{"data":{"__schema":{"types":%s}}}`, w.schema)
		return
	}
	f := v.Filter
	named := append(f.ID, f.PID...)
	within := func(date string, window []string) bool {
		return len(window) == 0 || date >= window[0] && (len(window) < 2 || window[1] == "" || date <= window[1])
	}
	var ids []int64
	total := 0
	for id, record := range w.objects[root] {
		var dates struct{ LastUpdateDate, DateApply string }
		_ = json.Unmarshal([]byte(record), &dates) // a broken record has none
		if dates.LastUpdateDate == "" && root == "Subjects" {
			dates.LastUpdateDate = w.index[root][id]
		}
		switch {
		case f.BuyID != 0 && !strings.Contains(record, fmt.Sprintf(`"buyId":%d,`, f.BuyID)),
			len(named) > 0 && !slices.Contains(named, id),
			!within(w.index[root][id], f.IndexDate), !within(dates.LastUpdateDate, f.LastUpdateDate), !within(dates.DateApply, f.DateApply):
			continue
		}
		total++
		if len(named) == 0 && w.hidden[fmt.Sprintf("%s %d", root, id)] {
			continue
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	slices.Reverse(ids)
	ids = slices.DeleteFunc(ids, func(id int64) bool { return v.After != 0 && id >= v.After })
	limit := min(w.limit, v.Limit)
	shown := ids[:min(limit, len(ids))]
	list, last := "null", int64(0)
	if len(shown) > 0 {
		records := make([]string, len(shown))
		for i, id := range shown {
			records[i] = w.objects[root][id]
		}
		list, last = "["+strings.Join(records, ",")+"]", shown[len(shown)-1]
	}
	fmt.Fprintf(rw, `{"data":{%q:%s},"extensions":{"pageInfo":{"limitPage":%d,"totalCount":%d,"hasNextPage":%t,"lastId":%d}}}`,
		root, list, limit, total, len(ids) > len(shown), last)
}

// bench is an extraction of a world with a real database and a real bus.
type bench struct {
	*extraction
	t     testing.TB
	world *world
	conn  *bus.Conn
	pool  *pgxpool.Pool
	kept  *storage.Store
	packs *pack.Store
	shelf *packtest.Shelf
}

func newBench(t testing.TB, w *world, change ...func(*Config)) *bench {
	t.Helper()
	return newBenchAt(t, w, w, change...)
}

// newBenchAt is newBench with any source.
func newBenchAt(t testing.TB, h http.Handler, w *world, change ...func(*Config)) *bench {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	pool := pgtest.New(t)
	if err := pg.Migrate(t.Context(), pool, storage.Schema, migrations); err != nil {
		t.Fatal(err)
	}
	cfg := Default()
	cfg.Source.URL, cfg.Source.Token, cfg.Source.Rate = server.URL, "secret", 100_000
	cfg.Source.Backoff, cfg.Source.BackoffMax = time.Millisecond, 10*time.Millisecond
	cfg.Crawl.KnownRun, cfg.Crawl.Reread, cfg.Crawl.SetSize, cfg.Crawl.PagesPerFetch = 4, 2, 5, 4
	for _, f := range change {
		f(&cfg)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	client, err := goszakup.New(cfg.Source, nil, log)
	if err != nil {
		t.Fatal(err)
	}
	conn := bustest.New(t)
	b := &bench{t: t, world: w, conn: conn, pool: pool, shelf: packtest.NewShelf()}
	if b.packs, err = pack.New(b.shelf); err != nil {
		t.Fatal(err)
	}
	b.kept = storage.New(pool, storage.Bodies{Packs: b.packs, From: *packedFrom})
	if err := b.kept.PrepareToPack(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b.extraction, err = newExtraction(cfg, []Source{client}, b.kept, conn, log); err != nil {
		t.Fatal(err)
	}
	return b
}

// packedFrom is Bodies.From of the tests.
var packedFrom = flag.Int("packed-from", 0, "bytes of new bodies in one set that are packed at once; 0 keeps all bodies in the database")

// census lists what is stored: every version with its batch, process and hash.
func (b *bench) census() []string {
	b.t.Helper()
	return b.rows(`select concat_ws(' ', entity, id, batch, process_key, encode(hash, 'hex'), deleted) from source.document_v1 order by 1`)
}

func (b *bench) rows(query string, args ...any) []string {
	b.t.Helper()
	got, err := b.pool.Query(b.t.Context(), query, args...)
	if err != nil {
		b.t.Fatal(err)
	}
	list, err := pgx.CollectRows(got, pgx.RowTo[string])
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

// bodies lists the bodies of versions, wherever they are, or a member of each:
// column and where are of source.document_v2, and column comes before the body.
func (b *bench) bodies(column, where string, member ...string) (list []string) {
	b.t.Helper()
	rows, err := b.pool.Query(b.t.Context(), `select `+column+`, body, hash, `+pack.Columns+` from source.document_v2 where `+where)
	if err != nil {
		b.t.Fatal(err)
	}
	type version struct {
		before       string
		body, digest []byte
	}
	var versions []*version
	var absent pack.Absent
	if _, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		v, at := new(version), pack.Row{}
		err := row.Scan(append([]any{&v.before, &v.body, &v.digest}, at.Targets()...)...)
		absent.Note(&at, v.digest, &v.body)
		versions = append(versions, v)
		return struct{}{}, err
	}); err != nil {
		b.t.Fatal(err)
	}
	if err := b.packs.Fill(b.t.Context(), &absent); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range versions {
		text := string(v.body)
		if len(member) > 0 {
			text = document.Body(v.body).Text(member...)
		}
		list = append(list, strings.TrimSpace(v.before+" "+text))
	}
	slices.Sort(list)
	return list
}

func (b *bench) count(query string, args ...any) int {
	b.t.Helper()
	n, err := strconv.Atoi(b.rows(query, args...)[0])
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// entities lists the objects of a world as entity and id.
func (w *world) entities() []string {
	roots := map[string]source.Entity{"Subjects": source.Subject, "Plans": source.PlanPoint, "TrdBuy": source.TrdBuy, "Lots": source.Lots, "TrdApp": source.TrdApp, "Contract": source.Contract}
	var list []string
	for root, e := range roots {
		for id := range maps.Keys(w.objects[root]) {
			list = append(list, fmt.Sprintf("%s %d", e, id))
		}
	}
	list = append(list, "ref ref_units/796")
	slices.Sort(list)
	return list
}
