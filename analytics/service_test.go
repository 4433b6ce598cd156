package analytics_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kzocds/kzocds/analytics"
	"github.com/kzocds/kzocds/analytics/internal/enginetest"
	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/bus/bustest"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
	"github.com/kzocds/kzocds/proto/publication"
	"github.com/kzocds/kzocds/proto/subject"
	"github.com/kzocds/kzocds/proto/tables"
)

// memory is an object store with what these tests read.
type memory struct {
	blob.Bucket
	mu      sync.Mutex
	objects map[string][]byte
}

func (m *memory) Get(_ context.Context, key string, _ blob.GetOptions) (io.ReadCloser, blob.Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	body, ok := m.objects[key]
	if !ok {
		return nil, blob.Info{}, fault.New(fault.NotFound, "no object").About(key)
	}
	return io.NopCloser(bytes.NewReader(body)), blob.Info{Key: key, Size: int64(len(body))}, nil
}

func (m *memory) put(t *testing.T, key string, v any) {
	t.Helper()
	body, ok := v.([]byte)
	if !ok {
		var err error
		if body, err = json.Marshal(v); err != nil {
			t.Fatal(err)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.objects[key] = body
}

// publish puts a world into the store as a snapshot and makes it the latest.
func (m *memory) publish(t *testing.T, id string, w enginetest.World) {
	t.Helper()
	m.publishOf(t, id, "", time.Date(2026, 7, 31, 10, 0, 0, 0, time.UTC), w)
}

func (m *memory) publishOf(t *testing.T, id, parent string, date time.Time, w enginetest.World) {
	t.Helper()
	s := w.Write(t, id)
	manifest := publication.Manifest{Version: "1", ID: id, Parent: parent, Date: date, Versions: map[string]string{"mapping": "1", "method": "1"}}
	for _, table := range tables.All() {
		d := publication.Dataset{Name: "tables", Table: table}
		for i, path := range s.Parts[table] {
			body, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(body)
			o := publication.Object{Key: "data/" + hex.EncodeToString(sum[:1]) + "/" + hex.EncodeToString(sum[:]), Bytes: int64(len(body)), SHA256: hex.EncodeToString(sum[:])}
			if i == 0 {
				o.Rows = s.Rows[table]
			}
			m.put(t, o.Key, body)
			d.Objects = append(d.Objects, o)
		}
		manifest.Datasets = append(manifest.Datasets, d)
	}
	m.put(t, "snapshots/"+id+"/manifest.json", manifest)
	m.put(t, "latest.json", publication.Latest{Snapshot: id})
}

func start(t *testing.T, conn *bus.Conn, bucket blob.Bucket, dir string) (s *analytics.Service, stop func()) {
	t.Helper()
	cfg := analytics.Default()
	cfg.Directory, cfg.MemoryMiB = dir, 512
	s, err := analytics.New(cfg, analytics.Deps{Log: slog.New(slog.DiscardHandler), Bus: conn, Bucket: bucket, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(stop)
	return s, stop
}

// until polls a condition.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("within 30 s not: %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func query(t *testing.T, conn *bus.Conn, q analysis.Query) (analysis.Answer, error) {
	t.Helper()
	return bus.Ask[analysis.Query, analysis.Answer](t.Context(), conn, analysis.Service, analysis.VerbQuery, q)
}

func TestTheServiceFollowsPublicationsAndAnswers(t *testing.T) {
	t.Parallel()
	conn := bustest.New(t)
	store := &memory{objects: map[string][]byte{}}
	dir := t.TempDir()
	service, stop := start(t, conn, store, dir)
	until(t, "ready without any publication", func() bool { return service.Ready() == nil })
	until(t, "asked before the first publication it says so", func() bool {
		_, err := query(t, conn, analysis.Query{Measures: []string{"lots"}})
		var f *fault.Error
		return errors.As(err, &f) && f.Kind == fault.Unavailable && strings.Contains(f.Message, "no snapshot")
	})

	first := enginetest.Random(1, 40)
	store.publish(t, "aa01", first)
	publish := func() {
		if err := conn.Publish(subject.SnapshotPublished, []byte("told")); err != nil {
			t.Fatal(err)
		}
	}
	publish()
	loaded := func(id string) func() bool {
		return func() bool {
			a, err := query(t, conn, analysis.Query{Measures: []string{"lots"}})
			return err == nil && a.Meta.Snapshot == id
		}
	}
	until(t, "the first snapshot answers", loaded("aa01"))

	answer, err := query(t, conn, analysis.Query{
		Measures: []string{"lots", "lotsValue", "priceReductionShare"}, Dimensions: []string{"method"}, Limit: 2, Lang: "kk",
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Rows) != 2 || answer.Columns[0].Title != "Сатып алу тәсілі" || answer.Columns[2].Scale != 2 || answer.Other["groups"].Number == "" {
		t.Errorf("answer %+v", answer)
	}
	standing := slices.DeleteFunc(slices.Clone(first.Lots), func(l tables.Lot) bool { return l.Status == "withdrawn" })
	if got, want := answer.Totals["lots"].Number, fmt.Sprint(len(standing)); got != want {
		t.Errorf("lots %s, want %s", got, want)
	}
	if answer.Meta.AsOf != "2026-07-31T10:00:00Z" || answer.Meta.Dataset != "lots" || answer.Meta.Rows != int64(len(first.Lots)) {
		t.Errorf("meta %+v", answer.Meta)
	}

	facets, err := bus.Ask[analysis.FacetsQuery, analysis.Facets](t.Context(), conn, analysis.Service, analysis.VerbFacets, analysis.FacetsQuery{
		Fields: []string{"category", "method"}, Filters: analysis.Filters{"category": {"goods"}}, Search: map[string]string{"method": "аукц"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if v := facets.Facets[0].Values[0]; v.ID != "goods" || v.State != analysis.StateSelected || v.Label != "Товары" {
		t.Errorf("the selected value comes first: %+v", v)
	}
	if v := facets.Facets[1]; v.Total != 1 || v.Values[0].ID != "auction" {
		t.Errorf("search by label: %+v", v)
	}

	// A running sum up to a month is the total of all months up to it.
	series, err := query(t, conn, analysis.Query{Measures: []string{"lots", "lotsValue"}, Dimensions: []string{"publishedMonth"}, Cumulative: true})
	if err != nil || len(series.Rows) < 3 {
		t.Fatalf("series %+v, %v", series, err)
	}
	for _, row := range series.Rows {
		month := row["publishedMonth"].Member.ID
		if month == analysis.Blank {
			continue
		}
		upTo, err := query(t, conn, analysis.Query{Measures: []string{"lots", "lotsValue"}, Filters: analysis.Filters{"publishedMonth": {".." + month}}})
		if err != nil || upTo.Totals["lots"] != row["lots.cumulative"] || upTo.Totals["lotsValue"] != row["lotsValue.cumulative"] {
			t.Errorf("up to %s: %v, want %v (%v)", month, row, upTo.Totals, err)
		}
	}

	catalog, err := bus.Ask[analysis.CatalogQuery, analysis.Catalog](t.Context(), conn, analysis.Service, analysis.VerbCatalog, analysis.CatalogQuery{Lang: "en"})
	if err != nil || catalog.Measures[0].Name != "Number of procedures" || catalog.Measures[0].Reference != "4.1.1" || catalog.Meta.Snapshot != "aa01" {
		t.Errorf("catalog %+v, %v", catalog.Measures, err)
	}

	store.publish(t, "bb02", enginetest.Random(2, 40))
	publish()
	until(t, "the second snapshot answers", loaded("bb02"))
	until(t, "the snapshot before answers too", func() bool {
		a, err := query(t, conn, analysis.Query{Measures: []string{"lots"}, Snapshot: "aa01"})
		return err == nil && a.Meta.Snapshot == "aa01" && a.Totals["lots"].Number == fmt.Sprint(len(standing))
	})
	stop()

	// The second start needs no part: the file of the snapshot lies ready.
	for key := range store.objects {
		if strings.HasPrefix(key, "data/") {
			delete(store.objects, key)
		}
	}
	again, stop := start(t, conn, store, dir)
	until(t, "ready again", func() bool { return again.Ready() == nil })
	until(t, "the kept snapshot answers", loaded("bb02"))
	stop()

	// A damaged file is made again from the parts.
	store.publish(t, "bb02", enginetest.Random(2, 40))
	files, err := filepath.Glob(filepath.Join(dir, "engine", "*.duckdb"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	if err := os.WriteFile(files[0], []byte("not a database"), 0o644); err != nil {
		t.Fatal(err)
	}
	start(t, conn, store, dir)
	until(t, "the snapshot answers after its file was damaged", loaded("bb02"))
}

// held is a store that gives nothing until it is let go.
type held struct {
	*memory
	free chan struct{}
}

func (h *held) Get(ctx context.Context, key string, o blob.GetOptions) (io.ReadCloser, blob.Info, error) {
	select {
	case <-h.free:
		return h.memory.Get(ctx, key, o)
	case <-ctx.Done():
		return nil, blob.Info{}, ctx.Err()
	}
}

// As in a rolling update: a replica that still loads the snapshot leaves the
// questions to the others.
func TestAReplicaTakesNoQuestionBeforeItCanAnswer(t *testing.T) {
	t.Parallel()
	conn := bustest.New(t)
	store := &memory{objects: map[string][]byte{}}
	store.publish(t, "aa01", enginetest.Random(1, 40))
	old, _ := start(t, conn, store, t.TempDir())
	until(t, "the old replica is ready", func() bool { return old.Ready() == nil })
	slow := &held{store, make(chan struct{})}
	replica, stop := start(t, conn, slow, t.TempDir())
	for range 50 {
		if _, err := query(t, conn, analysis.Query{Measures: []string{"lots"}}); err != nil {
			t.Fatalf("while a replica starts: %v", err)
		}
	}
	if replica.Ready() == nil {
		t.Error("a replica without the snapshot says that it is ready")
	}
	close(slow.free)
	until(t, "the new replica is ready", func() bool { return replica.Ready() == nil })
	stop()
}

func TestADamagedPartIsNotLoaded(t *testing.T) {
	t.Parallel()
	conn := bustest.New(t)
	store := &memory{objects: map[string][]byte{}}
	store.publish(t, "aa01", enginetest.Random(1, 20))
	for key, body := range store.objects {
		if strings.HasPrefix(key, "data/") {
			store.objects[key] = append(slices.Clone(body), 'x')
		}
	}
	service, _ := start(t, conn, store, t.TempDir())
	until(t, "not ready, because a digest differs", func() bool {
		err := service.Ready()
		return err != nil && strings.Contains(err.Error(), "SHA-256")
	})
}

func TestHostileQuestionsAreRefusedOrAnswered(t *testing.T) {
	t.Parallel()
	conn := bustest.New(t)
	store := &memory{objects: map[string][]byte{}}
	store.publish(t, "aa01", enginetest.Random(1, 40))
	service, _ := start(t, conn, store, t.TempDir())
	until(t, "ready", func() bool { return service.Ready() == nil })
	until(t, "answering", func() bool {
		_, err := query(t, conn, analysis.Query{Measures: []string{"lots"}})
		return err == nil
	})

	injection := "'; DROP TABLE lots; --"
	many := slices.Repeat([]string{"x"}, 1000)
	bodies := []string{
		``, `null`, `[]`, `"lots"`, `{"measures":7}`, `{"measures":["lots"],"limit":1e99}`, strings.Repeat("[", 10_000),
		`{"measures":["lots"],"filters":{"publishedDay":["9999999999-01-01"]}}`,
	}
	for _, q := range []analysis.Query{
		{Measures: []string{injection}},
		{Measures: []string{"lots"}, Dimensions: []string{injection}},
		{Measures: []string{"lots"}, Order: injection},
		{Measures: []string{"lots"}, Lang: injection},
		{Measures: []string{"lots"}, Snapshot: injection},
		{Measures: []string{"lots"}, Filters: analysis.Filters{injection: {"1"}}},
		{Measures: []string{"lots"}, Filters: analysis.Filters{"method": {injection}}},
		{Measures: []string{"lots"}, Filters: analysis.Filters{"buyer": {injection}, "bidder": {"!" + injection}}},
		{Measures: []string{"lots"}, Filters: analysis.Filters{"method": many, "class": many}},
		{Measures: []string{"lots"}, Filters: analysis.Filters{"method": many}},
		{Measures: []string{"lots"}, Filters: analysis.Filters{"lotValue": {"-999999999999999.99..999999999999999.99"}}},
		{Measures: []string{"lots"}, Filters: analysis.Filters{"publishedDay": {"0001-01-01..9999-12-31"}}},
		{Measures: []string{"lots"}, Filters: analysis.Filters{"method": {"\x00", "\xff"}}},
		{Measures: []string{"lots"}, Dimensions: []string{"publishedDay", "buyer", "bidder", "class"}, Limit: 10_000},
		{Measures: []string{"lots"}, Dimensions: []string{"publishedDay", "buyer", "bidder", "class"}, Limit: 10_000_000},
		{Measures: []string{"lots"}, AsOf: injection},
		{Measures: []string{"lots"}, Filters: analysis.Filters{"publishedYear": {"2026"}}, Compare: injection},
		{Measures: []string{"lots"}, CompareFilters: analysis.Filters{injection: {"1"}}},
		{Measures: []string{"lots"}, CompareFilters: analysis.Filters{"method": {injection}, "buyer": {injection}}},
		{Measures: []string{"lots"}, CompareFilters: analysis.Filters{"method": many, "class": many}},
		{Measures: []string{"lots"}, Filters: analysis.Filters{"publishedDay": {"0001-01-01..9999-12-31"}}, Compare: "previous", Dimensions: []string{"publishedDay"}},
		{Measures: []string{"lots"}, Filters: analysis.Filters{"publishedYear": {"0001"}}, Compare: "year", Dimensions: []string{"publishedWeek"}},
		{Measures: []string{"lots"}, Dimensions: []string{"publishedDay", "buyer", "bidder", "class"}, Limit: 10_000, Cumulative: true},
	} {
		body, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, string(body))
	}
	thousand := analysis.Filters{}
	for i := range 1000 {
		thousand[fmt.Sprintf("field%d", i)] = []string{injection}
	}
	for _, q := range []any{
		analysis.Query{Measures: []string{"lots"}, Filters: thousand}, analysis.Query{Measures: []string{"lots"}, CompareFilters: thousand},
		analysis.FacetsQuery{Fields: []string{"method"}, Filters: thousand}, analysis.FacetsQuery{Fields: []string{"method"}, Dataset: injection},
		analysis.FacetsQuery{Fields: []string{"buyer"}, Search: map[string]string{"buyer": injection}, Snapshot: injection},
		analysis.DiffQuery{From: injection, To: injection, Measures: []string{injection}},
		analysis.DiffQuery{From: "aa01", To: "aa01", Measures: []string{"lots"}, Dimensions: []string{"publishedDay", "buyer", "bidder", "class"}, Limit: 10_000_000},
		analysis.RowsQuery{Dataset: injection, Columns: many, Order: injection, Cursor: injection}, analysis.RowsQuery{Dataset: "lots", Limit: 10_000_000},
	} {
		body, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, string(body))
	}
	for _, q := range []analysis.RowsQuery{
		{Dataset: injection}, {Dataset: "lots", Columns: []string{injection}}, {Dataset: "lots", Order: "-" + injection}, {Measure: injection},
		{Measure: "lots", Reason: injection}, {Dataset: "lots", Cursor: injection}, {Dataset: "lots", Cursor: "bnVsbA"}, {Dataset: "lots", Limit: 1 << 40},
		{Dataset: "lots", Limit: -1}, {Dataset: "lots", Columns: many}, {Dataset: "bids", Filters: analysis.Filters{"bidder": {injection}, injection: many}},
		{Dataset: "plan_points", Filters: analysis.Filters{"lotStatus": {"complete"}}}, {Measure: "lots", Dataset: "bids"},
	} {
		body, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, string(body))
	}
	var asked sync.WaitGroup
	for _, verb := range []string{analysis.VerbQuery, analysis.VerbFacets, analysis.VerbCatalog, analysis.VerbRows} {
		for _, body := range bodies {
			asked.Go(func() {
				_, err := conn.Request(subject.Question(analysis.Service, verb), []byte(body), 30*time.Second)
				if err != nil {
					t.Errorf("%s %.80s: no answer: %v", verb, body, err)
				}
			})
			asked.Go(func() {
				var raw json.RawMessage = []byte(body)
				if !json.Valid(raw) {
					return
				}
				_, err := bus.Ask[json.RawMessage, json.RawMessage](context.Background(), conn, analysis.Service, verb, raw)
				if k := fault.KindOf(err); err != nil && k != fault.Invalid && k != fault.NotFound {
					t.Errorf("%s %.80s: %s: %v", verb, body, k, err)
				}
			})
		}
	}
	asked.Wait()
	if a, err := query(t, conn, analysis.Query{Measures: []string{"lots"}}); err != nil || a.Totals["lots"].Number == "0" {
		t.Errorf("afterwards: %+v, %v", a.Totals, err)
	}
}
