package extractor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/fault"
	pipelinev1 "github.com/kzocds/kzocds/proto/kzocds/pipeline/v1"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/proto/subject"
)

// batch extracts one batch from beginning to end, as the workflow does.
func (b *bench) batch() *workflowv1.ExtractResult {
	b.t.Helper()
	opened, err := b.openBatch(b.t.Context(), b.cfg.Dataset)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, together := range order(b.message(opened)) {
		for _, e := range together {
			for done := false; !done; {
				at, err := b.fetchPages(b.t.Context(), opened, e, func(document.Crawl) {})
				if err != nil {
					b.t.Fatalf("%s: %v", e, err)
				}
				done = at.Done
			}
		}
	}
	result, err := b.closeBatch(b.t.Context(), opened)
	if err != nil {
		b.t.Fatal(err)
	}
	return result
}

// told reads stream SOURCE from its beginning.
func (b *bench) told(stream string) []string {
	b.t.Helper()
	last, err := b.conn.LastSequence(b.t.Context(), stream)
	if err != nil {
		b.t.Fatal(err)
	}
	s, err := b.conn.JS.Stream(b.t.Context(), stream)
	if err != nil {
		b.t.Fatal(err)
	}
	var list []string
	for seq := uint64(1); seq <= last; seq++ {
		msg, err := s.GetMsg(b.t.Context(), seq)
		if err != nil {
			b.t.Fatal(err)
		}
		if stream == subject.StreamQuarantine {
			var m pipelinev1.ProcessQuarantined
			if err := proto.Unmarshal(msg.Data, &m); err != nil {
				b.t.Fatal(err)
			}
			list = append(list, fmt.Sprintf("%s %s %s %s %s", m.Stage, m.Entity, m.Id, m.ProcessKey, m.Findings[0].Rule))
			continue
		}
		var m pipelinev1.SourceDocumentStored
		if err := proto.Unmarshal(msg.Data, &m); err != nil {
			b.t.Fatal(err)
		}
		if document.HashOf(document.Body(m.Body)) != document.Hash(m.Hash) {
			b.t.Errorf("the body of %s %s has another hash than told", m.Entity, m.Id)
		}
		list = append(list, strings.Join(strings.Fields(fmt.Sprintf("%s %s %d %s %x %s", m.Entity, m.Id, m.Batch, m.ProcessKey, m.Hash, fmt.Sprint(m.Deleted)[:1])), " "))
	}
	slices.Sort(list)
	return list
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %d\n%s\nwant %d\n%s", what, len(got), strings.Join(got, "\n"), len(want), strings.Join(want, "\n"))
	}
}

func TestTheFirstBatchTakesEverything(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.populate(10)
	b := newBench(t, w)
	result := b.batch()

	same(t, "objects", b.rows(`select entity || ' ' || id from source.document_v1 order by 1`), sorted(w.entities()))
	same(t, "facts", b.told(subject.StreamSource), b.normalised())
	if result.SourceProcesses != 30 || result.StoredProcesses != 30 || result.NewDocuments != 71 || result.SourceSequence != 71 {
		t.Errorf("result %v", result)
	}
	want := map[string]int64{"ref": 1, "subject": 10, "plan_point": 10, "trd_buy": 10, "lots": 10, "trd_app": 10, "contract": 20}
	for _, c := range result.Entities {
		if n := want[c.Entity]; c.Source != n || c.Stored != n || c.Quarantined != 0 {
			t.Errorf("counts %v, want %d", c, n)
		}
	}
	if result.Batch.From != nil || result.Batch.To.AsTime().Format(time.RFC3339) != "2026-07-24T07:00:00Z" {
		t.Errorf("window %v", result.Batch)
	}
	again, err := b.closeBatch(t.Context(), batchOf(result.Batch))
	if err != nil || !proto.Equal(again, result) {
		t.Errorf("closed again: %v, %v", again, err)
	}
}

// normalised is the census in the form of told.
func (b *bench) normalised() []string {
	list := b.rows(`select concat_ws(' ', entity, id, batch, nullif(process_key, ''), encode(hash, 'hex'), left(deleted::text, 1)) from source.document_v1`)
	slices.Sort(list)
	return list
}

func sorted(list []string) []string { slices.Sort(list); return list }

func TestALaterBatchTakesWhatChanged(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.populate(10)
	b := newBench(t, w)
	b.batch()
	if quiet := b.batch(); quiet.NewDocuments != 0 || quiet.StoredProcesses != 30 {
		t.Fatalf("nothing changed, but the batch brought %v", quiet)
	}
	if refs := w.asked["refs"]; refs != 60 {
		t.Errorf("dictionaries were asked for %d times, want 60: they are read once a day, and their schema is looked at", refs)
	}

	const at = "2026-07-24 13:00:00"
	w.put("TrdBuy", 1003, at, `{"id":1003,"numberAnno":"1003-2","refBuyStatusId":350}`)
	w.put("TrdBuy", 1100, at, `{"id":1100,"numberAnno":"1100-1","refBuyStatusId":220}`)
	w.put("Lots", 2004, at, `{"id":2004,"trdBuyId":1004,"trdBuyNumberAnno":"1004-1","amount":22500,"refLotStatusId":360}`)
	w.put("Plans", 5100, at, `{"id":5100,"rootrecordId":5001,"isDeleted":1}`)
	// The bids of changed announcements and lots move without any date.
	w.put("TrdApp", 3003, "2026-07-24 10:00:00", `{"id":3003,"buyId":1003,"TrdBuy":{"numberAnno":"1003-2"},"AppLots":[{"id":1,"lotId":2003,"statusId":360}]}`)
	w.put("TrdApp", 3004, "2026-07-24 10:00:00", `{"id":3004,"buyId":1004,"TrdBuy":{"numberAnno":"1004-1"},"AppLots":[{"id":1,"lotId":2004,"statusId":360}]}`)
	result := b.batch()
	same(t, "new versions", b.rows(`select concat_ws(' ', entity, id, process_key, deleted) from source.document_v1 where batch = 3 order by 1`), []string{
		"lots 2004 t1004 f", "plan_point 5100 p5001 t", "trd_app 3003 t1003 f", "trd_app 3004 t1004 f", "trd_buy 1003 t1003 f", "trd_buy 1100 t1100 f",
	})
	if result.NewDocuments != 6 || result.SourceProcesses != 31 || result.StoredProcesses != 31 {
		t.Errorf("result %v", result)
	}
	same(t, "facts", b.told(subject.StreamSource), b.normalised())
	if walked := w.asked["Plans"]; walked > 14 {
		t.Errorf("plan points were asked for %d times: the walk did not stop at known ones", walked)
	}
}

// TestVersions: what the history of one object looks like.
func TestVersions(t *testing.T) {
	t.Parallel()
	w := newWorld()
	b := newBench(t, w)
	for i, name := range []string{"A", "A", "B", "A"} {
		w.put("Lots", 1, fmt.Sprintf("2026-07-24 1%d:00:00", i), `{"id":1,"trdBuyNumberAnno":"7-1","nameRu":"`+name+`"}`)
		b.batch()
	}
	same(t, "versions", b.bodies("batch::text", "entity = 'lots'", "nameRu"), []string{"1 A", "3 B", "4 A"})
	// The first was met by two batches, and none after the next one came.
	same(t, "seen", b.rows(`select concat_ws(' ', v.batch, last_seen > first_seen, last_seen < lead(first_seen) over (order by v.batch), last_seen >= opened_at)
		from source.version_v1 v join source.batch_v1 on number = greatest(v.batch, 2) where entity = 'lots' order by 1`),
		[]string{"1 t t t", "3 t t t", "4 t t"})
}

// TestWhereTheProcessComesFrom: objects that do not name their announcement find
// it through what is stored.
func TestWhereTheProcessComesFrom(t *testing.T) {
	t.Parallel()
	const at = "2026-07-24 10:00:00"
	w := newWorld()
	w.put("TrdBuy", 13633135, at, `{"id":13633135,"numberAnno":"13537270-2"}`)
	w.put("Lots", 1, at, `{"id":1,"trdBuyId":13633135}`)
	w.put("TrdApp", 1, at, `{"id":1,"buyId":13633135,"AppLots":[]}`)
	w.put("TrdApp", 2, at, `{"id":2,"AppLots":[{"id":1,"lotId":1}]}`)
	w.put("TrdApp", 3, at, `{"id":3,"buyId":99}`)
	w.put("TrdApp", 4, at, `{"id":4,"AppLots":[]}`)
	w.put("Contract", 1, at, `{"id":1,"trdBuyId":13633135}`)
	b := newBench(t, w)
	result := b.batch()
	same(t, "processes", b.rows(`select concat_ws(' ', entity, id, process_key) from source.document_v1 where entity <> 'ref' order by 1`), []string{
		"contract 1 t13537270", "lots 1 t13537270", "trd_app 1 t13537270", "trd_app 2 t13537270", "trd_app 3 t99", "trd_buy 13633135 t13537270",
	})
	same(t, "quarantine", b.rows(`select concat_ws(' ', entity, id, rule) from source.quarantine_v1`), []string{"trd_app 4 " + ruleProcess})
	if result.SourceProcesses != 2 || result.StoredProcesses != 2 {
		t.Errorf("result %v", result)
	}
}

func TestUnreadableRecordsAreQuarantinedAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	const at = "2026-07-24 10:00:00"
	w := newWorld()
	w.populate(5)
	w.put("TrdBuy", 1002, at, `{"id":1002,"numberAnno":"1002-1","id":1002}`)
	w.put("TrdBuy", 1200, at, `{"id":1200,"numberAnno":"1200-1","nameRu":"\ud800"}`)
	w.put("Lots", 2100, at, `{"id":"none"}`)
	b := newBench(t, w)
	result := b.batch()
	same(t, "told", b.told(subject.StreamQuarantine), []string{
		"extract lots   source.record.id", "extract trd_buy 1002 t1002 source.json.duplicate-key", "extract trd_buy 1200 t1200 source.json.text",
	})
	if result.SourceProcesses != 16 || result.StoredProcesses != 15 || result.QuarantinedProcesses != 1 {
		t.Errorf("1200 is named by the source and not stored: %v", result)
	}
	counts := b.rows(`select concat_ws(' ', entity, source, stored, quarantined) from source.count_v1 where entity in ('trd_buy', 'lots') order by 1`)
	same(t, "counts", counts, []string{"lots 6 5 1", "trd_buy 6 4 2"})

	w.put("TrdBuy", 1200, "2026-07-24 13:00:00", `{"id":1200,"numberAnno":"1200-1","nameRu":"good"}`)
	if result = b.batch(); result.SourceProcesses != 16 || result.StoredProcesses != 16 {
		t.Errorf("after the repair: %v", result)
	}
	same(t, "resolved", b.rows(`select id || ' ' || resolved from source.quarantine_v1 where resolved is not null`), []string{"1200 2"})
}

func TestRepeatedRowsAndRowsThatChangeWhileBeingPaged(t *testing.T) {
	t.Parallel()
	w := newWorld()
	info := func(more bool, last int) string {
		return fmt.Sprintf(`"extensions":{"pageInfo":{"limitPage":3,"totalCount":3,"hasNextPage":%t,"lastId":%d}}`, more, last)
	}
	lot := func(id int, name, changed string) string {
		return fmt.Sprintf(`{"id":%d,"trdBuyNumberAnno":"7-1","nameRu":%q,"lastUpdateDate":"2026-07-24 1%s:00:00"}`, id, name, changed)
	}
	w.fault = func(root string, n int) string {
		if root != "Lots" {
			return ""
		}
		if n%2 == 1 { // the clock's question and each second page
			return `{"data":{"Lots":[` + strings.Join([]string{lot(3, "new", "2"), lot(2, "x", "0"), lot(2, "x", "0")}, ",") + `]},` + info(true, 2) + `}`
		}
		return `{"data":{"Lots":[` + strings.Join([]string{lot(3, "old", "1"), lot(2, "x", "0"), lot(1, "x", "0")}, ",") + `]},` + info(true, 2) + `}`
	}
	b := newBench(t, w, func(c *Config) { c.Crawl.SetSize = 1 })
	opened, err := b.openBatch(t.Context(), b.cfg.Dataset) // asks for lots once
	if err != nil {
		t.Fatal(err)
	}
	at := document.Crawl{Batch: opened.Number, Entity: source.Lots}
	for n := range 2 {
		page, err := b.sources[0].Page(t.Context(), document.Walk{Entity: source.Lots})
		if err != nil {
			t.Fatal(err)
		}
		if at, err = b.save(t.Context(), at, b.sources[0], []document.Page{page}, func(to *document.Crawl) { to.Cursor = fmt.Sprint("0:", n) }); err != nil {
			t.Fatal(err)
		}
	}
	same(t, "versions", b.bodies("id", "true", "nameRu"), []string{"1 x", "2 x", "3 new", "3 old"})
	same(t, "present version", b.bodies("''::text", "(entity, id, hash) in (select entity, id, hash from source.object where id = '3')", "nameRu"), []string{"new"})
	if n := b.count(`select stored::text from source.count where entity = 'lots'`); n != 3 {
		t.Errorf("%d lots counted", n)
	}
}

// TestStoppedAnywhereTheOutcomeIsTheSame: a process that dies after any store
// operation and goes on later leaves the same documents in the same batches, and
// all of them are told.
func TestStoppedAnywhereTheOutcomeIsTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.populate(12)
	undisturbed := newBench(t, w)
	undisturbed.batch()
	want := undisturbed.census()

	b := newBench(t, w)
	real := b.store
	bus := b.extraction.bus
	var operations atomic.Int64
	died := errors.New("died")
	for attempt, done := int64(1), false; !done; attempt++ {
		operations.Store(0)
		budget := attempt%7 + 1
		b.store = mortal{real, func() error {
			if operations.Add(1) > budget {
				return died
			}
			return nil
		}}
		b.extraction.bus = mortalBus{bus, attempt%3 == 0}
		if attempt > 500 {
			t.Fatal("no end in sight")
		}
		done = func() bool {
			opened, err := b.openBatch(t.Context(), b.cfg.Dataset)
			if err != nil {
				return false
			}
			if opened.Number != 1 {
				t.Fatalf("batch %d was opened while 1 is open", opened.Number)
			}
			for _, together := range order(b.message(opened)) {
				for _, e := range together {
					for {
						at, err := b.fetchPages(t.Context(), opened, e, func(document.Crawl) {})
						if err != nil {
							return false
						}
						if at.Done {
							break
						}
					}
				}
			}
			b.store = mortal{real, func() error { return nil }}
			_, err = b.closeBatch(t.Context(), opened)
			return err == nil
		}()
	}
	same(t, "documents", b.census(), want)
	same(t, "facts", slices.Compact(b.told(subject.StreamSource)), b.normalised())
	if n := b.count(`select listed::text from source.process_count`); n != 36 {
		t.Errorf("%d processes counted, want 36", n)
	}
	if n := b.count(`select count(*)::text from source.process`); n != 36 {
		t.Errorf("%d processes, want 36", n)
	}
}

// mortal is a store whose process dies after an operation.
type mortal struct {
	store
	die func() error
}

func (m mortal) Save(ctx context.Context, from document.Crawl, set document.Set, next func(document.Saved) document.Crawl) (document.Crawl, error) {
	at, err := m.store.Save(ctx, from, set, next)
	if err == nil {
		err = m.die()
	}
	return at, err
}

// mortalBus dies between publishing and being told of it.
type mortalBus struct {
	facts
	dies bool
}

func (m mortalBus) PublishFacts(ctx context.Context, list []bus.Fact) (uint64, error) {
	seq, err := m.facts.PublishFacts(ctx, list)
	if err == nil && m.dies {
		err = errors.New("died")
	}
	return seq, err
}

func TestTwoWorkersOnOneWalkDoNotMoveItTwice(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.populate(3)
	b := newBench(t, w)
	opened, err := b.openBatch(t.Context(), b.cfg.Dataset)
	if err != nil {
		t.Fatal(err)
	}
	start, err := b.store.Crawl(t.Context(), opened.Number, source.Lots)
	if err != nil {
		t.Fatal(err)
	}
	move := func(document.Saved) document.Crawl {
		to := start
		to.Pages, to.Cursor = 1, "0:5"
		return to
	}
	if _, err := b.store.Save(t.Context(), start, document.Set{}, move); err != nil {
		t.Fatal(err)
	}
	if _, err := b.store.Save(t.Context(), start, document.Set{}, move); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the second worker got %v", err)
	}
}

func TestABatchIsOpenedOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, newWorld())
	numbers := make(chan int64, 8)
	for range cap(numbers) {
		go func() {
			opened, err := b.openBatch(context.WithoutCancel(t.Context()), b.cfg.Dataset)
			if err != nil {
				t.Error(err)
			}
			numbers <- opened.Number
		}()
	}
	for range cap(numbers) {
		if n := <-numbers; n != 1 {
			t.Errorf("batch %d", n)
		}
	}
	if _, err := b.openBatch(t.Context(), "elsewhere"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("another source: %v", err)
	}
	if _, err := b.closeBatch(t.Context(), document.Batch{Number: 1, Source: b.cfg.Dataset}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("closing an unfinished batch: %v", err)
	}
}

// TestBodiesOutlast: what the source wrote comes back byte for byte in its
// canonical form, and a long body travels by reference.
func TestBodiesOutlast(t *testing.T) {
	t.Parallel()
	const at = "2026-07-24 10:00:00"
	w := newWorld()
	w.put("Lots", 1, at, `{"trdBuyNumberAnno":"7-1","id":1,"amount":624991.070,"big":12345678901234567890.10,"nameRu":"а\u0000б &quot; "}`)
	w.put("Lots", 2, at, `{"id":2,"trdBuyNumberAnno":"7-1","descriptionRu":"`+strings.Repeat("я", 300_000)+`"}`)
	b := newBench(t, w)
	b.batch()
	same(t, "body", b.bodies("''::text", "entity = 'lots' and id = '1'"),
		[]string{`{"amount":624991.070,"big":12345678901234567890.10,"id":1,"nameRu":"а\u0000б &quot; ","trdBuyNumberAnno":"7-1"}`})
	facts := 0
	if _, err := b.pool.Exec(t.Context(), `insert into source.outbox (entity, batch, ids, hashes, deleted) select entity, batch, array_agg(id), array_agg(hash), array_agg(deleted) from source.document where entity = 'lots' group by 1, 2`); err != nil {
		t.Fatal(err)
	}
	if _, err := b.store.Publish(t.Context(), 10, func(list []document.Fact) error {
		for _, f := range list {
			facts++
			if long := f.Document.ID == "2"; long != (len(f.Document.Body) == 0) {
				t.Errorf("body of %s has %d bytes", f.Document.ID, len(f.Document.Body))
			}
		}
		return nil
	}); err != nil || facts != 2 {
		t.Errorf("%d facts, %v", facts, err)
	}
}
