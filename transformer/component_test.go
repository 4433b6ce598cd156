package transformer

import (
	"context"
	"crypto/sha256"
	"fmt"
	"github.com/kzocds/kzocds/platform/flow/flowtest"
	"github.com/kzocds/kzocds/platform/pack"
	"github.com/kzocds/kzocds/platform/pack/packtest"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"google.golang.org/protobuf/proto"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/bus/bustest"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/fault"
	platformpg "github.com/kzocds/kzocds/platform/pg"
	"github.com/kzocds/kzocds/platform/pg/pgtest"
	pipelinev1 "github.com/kzocds/kzocds/proto/kzocds/pipeline/v1"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/proto/subject"
	names "github.com/kzocds/kzocds/proto/workflow"
	"github.com/kzocds/kzocds/transformer/internal/pg"
)

// world is a transformer on a real database and a real message bus, with the
// extractor's view as a fixture.
type world struct {
	t       testing.TB
	pool    *pgxpool.Pool
	bus     *bus.Conn
	service *Service
	lastSeq uint64
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, pool: pgtest.New(t), bus: bustest.New(t)}
	w.exec(`create schema source;
		create table source.document (entity text, id text, hash bytea, process_key text, batch bigint, changed_at timestamptz, fetched_at timestamptz, url text, body text, deleted bool, origin text not null default 'goszakup',
			pack bigint, frame bigint, frame_length int, body_at int, body_size int);
		create index on source.document (process_key, batch);
		create index on source.document (entity, id, batch, hash);
		create view source.document_v2 as select * from source.document`)
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	if err := platformpg.Migrate(t.Context(), w.pool, "ocds", files); err != nil {
		t.Fatal(err)
	}
	w.service = w.replica()
	return w
}

// at is a transformer with other settings over the same database and bus.
func (w *world) at(change func(*Config)) *Service {
	w.t.Helper()
	cfg := Default()
	cfg.PseudonymKey = config.Secret("key of the component test")
	cfg.Page = 7
	change(&cfg)
	s, err := New(cfg, Deps{Pool: w.pool, Bus: w.bus, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := s.enter(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return s
}

// replica is another transformer over the same database and bus.
func (w *world) replica() *Service {
	w.t.Helper()
	return w.at(func(*Config) {})
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.pool.Exec(w.t.Context(), sql, args...); err != nil {
		w.t.Fatal(err)
	}
}

// store puts a document where the extractor would, and tells of it.
func (w *world) store(batch int64, entity source.Entity, id string, key process.Key, changed time.Time, body string) {
	w.t.Helper()
	hash := w.insert(batch, entity, id, key, changed, body)
	seq, err := w.bus.PublishFact(w.t.Context(), subject.SourceDocumentStored(entity, id), string(entity)+"/"+id, &pipelinev1.SourceDocumentStored{
		Entity: string(entity), Id: id, Hash: hash[:], ProcessKey: string(key), Batch: batch,
	}, fmt.Sprintf("%s/%s/%x/%d", entity, id, hash, batch))
	if err != nil {
		w.t.Fatal(err)
	}
	w.lastSeq = seq
}

// insert puts a document where the extractor would and returns its hash.
func (w *world) insert(batch int64, entity source.Entity, id string, key process.Key, changed time.Time, body string) [sha256.Size]byte {
	w.t.Helper()
	hash := sha256.Sum256([]byte(body))
	w.exec(`insert into source.document values ($1, $2, $3, $4, $5, $6, $6, $7, $8, false)`,
		string(entity), id, hash[:], string(key), batch, changed, "https://portal.test/"+id, body)
	return hash
}

// empty forgets everything that was transformed.
func (w *world) empty() {
	w.t.Helper()
	w.exec(`truncate ocds.release, ocds.record, ocds.process_count, ocds.quarantine, ocds.finding, ocds.outbox, ocds.pending`)
}

// run transforms a batch as the workflow does, with consumer, activities and
// workflow code, in Temporal's test environment.
func (w *world) run(batch int64, s *Service) *workflowv1.TransformResult {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	var consumer sync.WaitGroup
	consumer.Go(func() {
		if err := s.consume(ctx); err != nil && ctx.Err() == nil {
			w.t.Errorf("consumer: %v", err)
		}
	})
	defer consumer.Wait()
	defer cancel()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(flowtest.Silent{})
	env := suite.NewTestWorkflowEnvironment()
	env.SetWorkerOptions(worker.Options{})
	registerWorkflows(env)
	registerActivities(env, s)
	env.SetTestTimeout(time.Minute)
	env.ExecuteWorkflow(names.Transform, &workflowv1.TransformInput{Batch: &workflowv1.Batch{Number: batch}, SourceSequence: w.lastSeq})
	if err := env.GetWorkflowError(); err != nil {
		w.t.Fatalf("batch %d: %v", batch, err)
	}
	var out workflowv1.TransformResult
	if err := env.GetWorkflowResult(&out); err != nil {
		w.t.Fatal(err)
	}
	return &out
}

func (w *world) releases(ocid string) []storedRelease {
	w.t.Helper()
	rows, err := w.pool.Query(w.t.Context(), `select release_id, batch, date, tag, body from ocds.release_v1 where ocid = $1 order by date`, ocid)
	if err != nil {
		w.t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[storedRelease])
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

type storedRelease struct {
	ID    string
	Batch int64
	Date  time.Time
	Tag   []string
	Body  string
}

var day = time.Date(2026, 7, 24, 12, 0, 0, 0, time.UTC)

func announcement(id int, status int, title string) string {
	return fmt.Sprintf(`{"id":%d,"nameRu":%q,"numberAnno":"%d-1","orgBin":"020340002199","orgPid":7,"publishDate":"2026-07-24 10:00:00","refBuyStatusId":%d,"refTradeMethodsId":3,"totalSum":1000.50}`, id, title, id, status)
}

func lot(id, announcement, status int) string {
	return fmt.Sprintf(`{"amount":1000.50,"count":2,"customerBin":"020340002199","customerId":7,"id":%d,"lotNumber":"87361886-ЗЦП%d","nameRu":"Бумага","refLotStatusId":%d,"trdBuyId":%d}`, id, id, status, announcement)
}

func TestAProcessGrowsFromBatchToBatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.store(1, source.Subject, "7", "", day, `{"bin":"020340002199","katoList":["551010000"],"nameRu":"КГУ \"Центр\"","pid":7,"typeSupplier":1}`)
	w.store(1, source.TrdBuy, "101", "t101", day, announcement(101, 210, "Бумага"))
	w.store(1, source.Lots, "5", "t101", day, lot(5, 101, 210))
	w.store(1, source.PlanPoint, "87361886", "p87361886", day, `{"id":87361886,"nameRu":"Бумага","plnPointYear":2026,"refEnstruCode":"171214.500.000000","refPlnPointStatusId":5,"rootrecordId":87361886,"subjectBiin":"020340002199","sysSubjectsId":7,"timestamp":"2026-07-01 10:00:00"}`)
	out := w.run(1, w.service)
	if out.Transformed != 2 || out.Quarantined != 0 || out.Releases != 2 {
		t.Fatalf("first batch: %v", out)
	}
	const ocid = "ocds-kz0000-t101"
	first := w.releases(ocid)
	if len(first) != 1 || !slices.Equal(first[0].Tag, []string{"tender"}) {
		t.Fatalf("first releases: %+v", first)
	}
	for _, want := range []string{`"kato":"551010000"`, `"id":"171214.500.000000"`, `"identifier":"ocds-kz0000-p87361886"`, `"amount":1000.5,`} {
		if !strings.Contains(first[0].Body, want) {
			t.Errorf("the release does not hold %s:\n%s", want, first[0].Body)
		}
	}

	w.store(2, source.TrdBuy, "101", "t101", day.Add(time.Hour), announcement(101, 220, "Бумага"))
	if out := w.run(2, w.service); out.Transformed != 2 || out.Releases != 1 {
		t.Fatalf("second batch: %v", out)
	}
	w.store(3, source.TrdBuy, "101", "t101", day.Add(2*time.Hour), strings.Replace(announcement(101, 220, "Бумага"), `{"id"`, `{"countLots":1,"id"`, 1))
	if out := w.run(3, w.service); out.Releases != 0 {
		t.Fatalf("a change that does not show made a release: %v", out)
	}
	all := w.releases(ocid)
	if len(all) != 2 || all[0].Body != first[0].Body || !slices.Equal(all[1].Tag, []string{"tenderUpdate"}) {
		t.Fatalf("releases: %+v", all)
	}
	w.published(3)
	w.sameAsFromScratch()
}

// facts are all that were published, in their order.
func (w *world) facts() []*pipelinev1.ProcessChanged {
	w.t.Helper()
	last, err := w.bus.LastSequence(w.t.Context(), subject.StreamOCDS)
	if err != nil {
		w.t.Fatal(err)
	}
	stream, err := w.bus.JS.Stream(w.t.Context(), subject.StreamOCDS)
	if err != nil {
		w.t.Fatal(err)
	}
	consumer, err := stream.OrderedConsumer(w.t.Context(), jetstream.OrderedConsumerConfig{})
	if err != nil {
		w.t.Fatal(err)
	}
	batch, err := consumer.Fetch(int(last), jetstream.FetchMaxWait(10*time.Second))
	if err != nil {
		w.t.Fatal(err)
	}
	var all []*pipelinev1.ProcessChanged
	for m := range batch.Messages() {
		c := new(pipelinev1.ProcessChanged)
		if err := proto.Unmarshal(m.Data(), c); err != nil {
			w.t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// published verifies that there is one fact for each stored release.
func (w *world) published(want int) {
	w.t.Helper()
	got := map[string]bool{}
	for _, c := range w.facts() {
		got[c.ReleaseId] = true
		var stored []byte
		if err := w.pool.QueryRow(w.t.Context(), `select digest from ocds.release_v1 where release_id = $1`, c.ReleaseId).Scan(&stored); err != nil {
			w.t.Fatalf("release %s of a fact: %v", c.ReleaseId, err)
		}
		if !slices.Equal(stored, c.ReleaseDigest) || len(c.CompiledRelease) == 0 || c.RecordPartition == "" {
			w.t.Errorf("fact of %s does not fit what is stored: %v", c.ReleaseId, c)
		}
	}
	if len(got) != want {
		w.t.Errorf("%d facts published, want %d", len(got), want)
	}
	var left int
	if err := w.pool.QueryRow(w.t.Context(), `select count(*) from ocds.outbox`).Scan(&left); err != nil || left != 0 {
		w.t.Errorf("%d facts left in the outbox, %v", left, err)
	}
}

// content is everything that is published, in one text.
func (w *world) content() string {
	w.t.Helper()
	var text string
	err := w.pool.QueryRow(w.t.Context(), `select coalesce((select string_agg(release_id || ' ' || batch || ' ' || body, E'\n' order by release_id) from ocds.release_v1), '')
		|| E'\n' || coalesce((select string_agg(ocid || ' ' || partition || ' ' || releases || ' ' || compiled, E'\n' order by ocid) from ocds.record_v1), '')
		|| E'\n' || coalesce((select string_agg(process_key || ' ' || rule || ' ' || pointer || ' ' || held, E'\n' order by process_key, ordinal) from ocds.quarantine_v1), '')`).Scan(&text)
	if err != nil {
		w.t.Fatal(err)
	}
	return text
}

// sameAsFromScratch transforms all documents anew, in one go, and verifies that
// the outcome is the same to the byte.
func (w *world) sameAsFromScratch() {
	w.t.Helper()
	incremental := w.content()
	w.empty()
	var last int64
	if err := w.pool.QueryRow(w.t.Context(), `select max(batch) from source.document`).Scan(&last); err != nil {
		w.t.Fatal(err)
	}
	w.mark(last)
	w.run(last, w.service)
	if full := w.content(); full != incremental {
		w.t.Errorf("transforming everything anew gives something else:\n%s\n--- instead of\n%s", full, incremental)
	}
}

// mark notes all stored documents up to a batch, as the consumer would.
func (w *world) mark(batch int64) {
	w.t.Helper()
	rows, err := w.pool.Query(w.t.Context(), `select distinct process_key, batch from source.document where process_key <> '' and batch <= $1`, batch)
	if err != nil {
		w.t.Fatal(err)
	}
	marks, err := pgx.CollectRows(rows, pgx.RowToStructByPos[pg.Mark])
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.service.store.Mark(w.t.Context(), marks); err != nil {
		w.t.Fatal(err)
	}
}

// marksOf notes that processes changed in a batch.
func marksOf(keys []string, batch int64) []pg.Mark {
	marks := make([]pg.Mark, len(keys))
	for i, key := range keys {
		marks[i] = pg.Mark{Key: key, Batch: batch}
	}
	return marks
}

func processKey(number int) process.Key { return process.Key(fmt.Sprintf("t%d", number)) }

func TestAMalformedDocumentIsQuarantinedAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.store(1, source.TrdBuy, "101", "t101", day, announcement(101, 210, "Бумага"))
	w.store(1, source.TrdBuy, "102", "t102", day, `{"id":102,"nameRu":"without number"}`)
	w.store(1, source.TrdBuy, "103", "t103", day, `{"id":103,`)
	w.store(1, source.TrdBuy, "104", "t104", day, announcement(104, 210, "Мел"))
	out := w.run(1, w.service)
	if out.Transformed != 2 || out.Quarantined != 2 {
		t.Fatalf("counts: %v", out)
	}
	type reason struct{ Key, Rule, Pointer string }
	rows, err := w.pool.Query(t.Context(), `select process_key, rule, pointer from ocds.quarantine_v1 where held order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowToStructByPos[reason])
	if err != nil {
		t.Fatal(err)
	}
	want := []reason{{"t102", "source.key.missing", "/numberAnno"}, {"t103", "source.json.malformed", ""}}
	if !slices.Equal(got, want) {
		t.Errorf("quarantine = %v, want %v", got, want)
	}

	// The source repairs one, and breaks one that was good.
	w.store(2, source.TrdBuy, "102", "t102", day.Add(time.Hour), announcement(102, 210, "Мел"))
	w.store(2, source.TrdBuy, "104", "t104", day.Add(time.Hour), `[]`)
	if out := w.run(2, w.service); out.Transformed != 3 || out.Quarantined != 1 || out.Releases != 1 {
		t.Fatalf("after the repair: %v", out)
	}
	var held []string
	if err := w.pool.QueryRow(t.Context(), `select array_agg(process_key || ' ' || held order by process_key) from ocds.quarantine_v1`).Scan(&held); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(held, []string{"t103 true", "t104 false"}) {
		t.Errorf("quarantine holds %v; t104 keeps its earlier record", held)
	}
	w.sameAsFromScratch()
}

func TestTransformingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 40 {
		w.store(1, source.TrdBuy, fmt.Sprint(200+i), process.Key(fmt.Sprintf("t%d", 200+i)), day, announcement(200+i, 210, "Мел"))
	}
	if out := w.run(1, w.service); out.Transformed != 40 || out.Releases != 40 {
		t.Fatalf("counts: %v", out)
	}
	before := w.content()
	var marks []pg.Mark
	for i := range 40 {
		marks = append(marks, pg.Mark{Key: fmt.Sprintf("t%d", 200+i), Batch: 1})
	}
	if err := w.service.store.Mark(t.Context(), marks); err != nil { // as after a redelivery
		t.Fatal(err)
	}
	if out := w.run(1, w.service); out.Transformed != 40 || out.Releases != 40 {
		t.Fatalf("counts of the second run: %v", out)
	}
	if after := w.content(); after != before {
		t.Error("transforming again changed what is stored")
	}
	w.published(40)
}

// TestAReleaseThatItsPublisherTakesAwayStaysPublished: the extractor leaves a
// tombstone; what was published is not altered, now or when all is made anew.
func TestAReleaseThatItsPublisherTakesAwayStaysPublished(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const ocid = "ocds-213czf-1"
	key := process.OfOCID(ocid)
	release := func(id, date, title string) (document, body string) {
		return "ocds/" + ocid + "/" + id, fmt.Sprintf(`{"ocid":%q,"id":%q,"date":%q,"tag":["tender"],"initiationType":"tender","tender":{"id":"1","title":%q},"parties":[]}`, ocid, id, date, title)
	}
	for id, date := range map[string]string{"a": "2024-01-01T00:00:00Z", "b": "2024-02-01T00:00:00Z"} {
		document, body := release(id, date, "Chalk "+id)
		w.store(1, source.OCDSRelease, document, key, day, body)
	}
	w.run(1, w.service)
	want := w.content()
	document, body := release("b", "2024-02-01T00:00:00Z", "Chalk b")
	w.store(2, source.OCDSRelease, document, key, day, body)
	w.exec(`update source.document set deleted = true where batch = 2`)
	w.run(2, w.service)
	if got := w.content(); got != want || !strings.Contains(want, "Chalk b") {
		t.Errorf("after it was taken away: %s\nbefore: %s", got, want)
	}
	w.sameAsFromScratch()
}

// TestBodiesInPacksMakeTheSameHistory: the extractor may put bodies into an object
// store, at any time.
func TestBodiesInPacksMakeTheSameHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.store(1, source.Subject, "7", "", day, `{"pid":7,"bin":"020340002199","nameRu":"Школа"}`)
	for i := range 12 {
		id, key := fmt.Sprint(200+i), process.Key(fmt.Sprintf("t%d", 200+i))
		w.store(1, source.TrdBuy, id, key, day, announcement(200+i, 210, "Мел"))
		if i%3 == 0 {
			w.store(2, source.TrdBuy, id, key, day.Add(time.Hour), announcement(200+i, 350, "Мел и доска"))
		}
	}
	w.run(1, w.service)
	w.run(2, w.service)
	want := w.content()

	shelf := packtest.NewShelf()
	store, err := pack.New(shelf)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := w.pool.Query(t.Context(), `select hash, body from source.document`)
	if err != nil {
		t.Fatal(err)
	}
	type text struct{ Hash, Body []byte }
	texts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[text])
	if err != nil {
		t.Fatal(err)
	}
	build := store.Build(1)
	for _, text := range texts {
		if err := build.Add(text.Body); err != nil {
			t.Fatal(err)
		}
	}
	content, places := build.Finish()
	if err := store.Put(t.Context(), 1, content); err != nil {
		t.Fatal(err)
	}
	for i, p := range places {
		w.exec(`update source.document set body = '', (`+pack.Columns+`) = ($2, $3, $4, $5, $6) where hash = $1`, texts[i].Hash, p.Pack, p.Frame, p.Length, p.At, p.Size)
	}
	var marks []pg.Mark
	for i := range 12 {
		for batch := range int64(2) {
			marks = append(marks, pg.Mark{Key: fmt.Sprintf("t%d", 200+i), Batch: batch + 1})
		}
	}
	again := func(objects pack.Objects) *Service {
		cfg := Default()
		cfg.PseudonymKey, cfg.Page = config.Secret("key of the component test"), 7
		s, err := New(cfg, Deps{Pool: w.pool, Bus: w.bus, Log: slog.New(slog.DiscardHandler), Objects: objects})
		if err == nil {
			err = s.enter(t.Context())
		}
		if err == nil {
			err = s.store.Mark(t.Context(), marks)
		}
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	w.empty()
	s := again(shelf)
	w.run(1, s)
	w.run(2, s)
	if got := w.content(); got != want {
		t.Errorf("from packs: %s\nfrom the database: %s", got, want)
	}
	if _, err := again(nil).store.Documents(t.Context(), marks, 2); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without an object store: %v", err)
	}
}

// Whoever loses everything that was transformed makes it anew from the stored
// documents: a transformer over an empty schema takes in all that is stored.
func TestAnEmptySchemaIsFilledFromTheStoredDocuments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const batches = 3
	for b := range int64(batches) {
		for i := range 5 {
			key := fmt.Sprintf("t%d", 300+i)
			w.store(b+1, source.TrdBuy, fmt.Sprint(300+i), process.Key(key), day.Add(time.Duration(b)*time.Hour), announcement(300+i, 210+10*int(b%2), fmt.Sprintf("Мел %d", b)))
		}
		w.run(b+1, w.service)
	}
	want := w.content()
	w.exec(`drop schema ocds cascade`)
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	if err := platformpg.Migrate(t.Context(), w.pool, "ocds", files); err != nil {
		t.Fatal(err)
	}
	w.run(batches+1, w.replica()) // a batch that brings nothing itself
	if got := w.content(); got != want {
		t.Errorf("made anew\n%s\n--- instead of\n%s", got, want)
	}
}

func TestManyWorkersOnTheSameProcessesEndInOneHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const processes, batches = 12, 4
	var keys []string
	for i := range processes {
		keys = append(keys, fmt.Sprintf("t%d", 300+i))
	}
	for b := range int64(batches) {
		for i, key := range keys {
			w.store(b+1, source.TrdBuy, fmt.Sprint(300+i), process.Key(key), day.Add(time.Duration(b)*time.Hour), announcement(300+i, 210+10*int(b%2), fmt.Sprintf("Мел %d", b)))
		}
	}
	var marks []pg.Mark
	for b := range int64(batches) {
		for _, key := range keys {
			marks = append(marks, pg.Mark{Key: key, Batch: b + 1})
		}
	}
	if err := w.service.store.Mark(t.Context(), marks); err != nil {
		t.Fatal(err)
	}
	var workers sync.WaitGroup
	for n := range 6 {
		s := w.replica()
		workers.Go(func() {
			// Workers begin at different batches, so that one is often behind what
			// another has written already.
			for b := int64(n%batches) + 1; b <= batches; b++ {
				for _, key := range keys {
					if _, err := s.transform(context.Background(), b, marksOf([]string{key}, 1)); err != nil && fault.KindOf(err) != fault.Unavailable {
						t.Errorf("worker %d, batch %d: %v", n, b, err)
					}
				}
			}
		})
	}
	workers.Wait()
	for _, key := range keys {
		if n := len(w.releases("ocds-kz0000-" + key)); n != batches {
			t.Errorf("%s has %d releases, want %d", key, n, batches)
		}
	}
	w.sameAsFromScratch()
}

func TestAChangedProgramWithoutAnotherVersionIsRefusedInsteadOfRewritingHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.store(1, source.TrdBuy, "101", "t101", day, announcement(101, 210, "Бумага"))
	w.run(1, w.service)
	other := w.replica()
	other.builder.Config.PortalURL = "https://elsewhere.test"
	other.builder.Mapper = portal{other.builder.Config}
	_, err := other.transform(t.Context(), 1, marksOf([]string{"t101"}, 1))
	if fault.KindOf(err) != fault.Conflict {
		t.Fatalf("error = %v, want a conflict", err)
	}
}

func TestTheProvenanceLeadsToTheDocuments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.store(1, source.TrdBuy, "101", "t101", day, announcement(101, 210, "Бумага"))
	w.store(1, source.Lots, "5", "t101", day, lot(5, 101, 210))
	w.run(1, w.service)
	rows, err := w.pool.Query(t.Context(), `select entity || '/' || id || ' ' || url || ' ' || origin from ocds.provenance_v1 where ocid = 'ocds-kz0000-t101' order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"lots/5 https://portal.test/5 goszakup", "trd_buy/101 https://portal.test/101 goszakup"}; !slices.Equal(got, want) {
		t.Errorf("provenance = %v, want %v", got, want)
	}
}

func TestRowsOfTheRegistersReachTheirParticipants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bid := func(id, announcement, pid int, number string) string {
		return fmt.Sprintf(`{"id":%d,"buyId":%d,"supplierId":%d,"supplierBinIin":%q,"dateApply":"2026-07-24 15:30:24","AppLots":[{"id":%d,"lotId":5,"amount":90,"RefAppStatus":{"nameRu":"Победитель"}}]}`, id, announcement, pid, number, id)
	}
	w.store(1, source.TrdBuy, "101", "t101", day, announcement(101, 220, "Бумага"))
	w.store(1, source.Lots, "5", "t101", day, lot(5, 101, 220))
	w.store(1, source.TrdApp, "7", "t101", day, bid(7, 101, 77, "120440026517"))
	w.store(1, source.Blacklist, "r1", "", day, `{"id":"r1","pid":77,"supplierBiin":"120440026517","supplierNameRu":"ТОО","startDate":"2026-01-01 00:00:00","endDate":"2028-01-01 00:00:00"}`)
	w.store(1, source.Blacklist, "r2", "", day, `{"id":"r2","pid":78,"supplierBiin":"991240001234","startDate":"2026-01-01 00:00:00"}`)
	w.run(1, w.service)
	releases := w.releases("ocds-kz0000-t101")
	if len(releases) != 1 || !strings.Contains(releases[0].Body, `"blacklist":[{`) || !strings.Contains(releases[0].Body, `"tendererBlacklisted":true`) || strings.Contains(releases[0].Body, "r2") {
		t.Fatalf("%+v", releases)
	}
	// A row that comes later counts when the process changes.
	w.store(2, source.Blacklist, "r3", "", day.Add(time.Hour), `{"id":"r3","pid":0,"supplierBiin":"120440026517","startDate":"2026-07-01 00:00:00"}`)
	if out := w.run(2, w.service); out.Releases != 0 {
		t.Errorf("a row of a register alone made a release: %v", out)
	}
	w.store(3, source.TrdBuy, "101", "t101", day.Add(2*time.Hour), announcement(101, 250, "Бумага"))
	w.run(3, w.service)
	if releases = w.releases("ocds-kz0000-t101"); len(releases) != 2 || !strings.Contains(releases[1].Body, "r3") && strings.Count(releases[1].Body, `"startDate":"2026-0`) < 2 {
		t.Errorf("%+v", releases)
	}
	w.sameAsFromScratch()
}

func TestAMissingPseudonymKeyIsRefused(t *testing.T) {
	t.Parallel()
	_, err := New(Default(), Deps{})
	if fault.KindOf(err) != fault.Invalid {
		t.Fatalf("error = %v, want an invalid configuration", err)
	}
}
