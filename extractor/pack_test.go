package extractor

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/extractor/internal/document"
	storage "github.com/kzocds/kzocds/extractor/internal/pg"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/proto/subject"
)

// TestTheSuiteHoldsWithBodiesInPacks: every test of this package is a test of the
// store's port. They run once more on the other implementation, which puts each
// new body into a pack at once.
func TestTheSuiteHoldsWithBodiesInPacks(t *testing.T) {
	if *packedFrom > 0 {
		return // this is that run
	}
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^Test", "-test.timeout=5m", "-packed-from=1").CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// everyBody is what is stored: each version with its body.
func (b *bench) everyBody() []string {
	return b.bodies("concat_ws(' ', entity, id, batch, encode(hash, 'hex'), deleted)", "true")
}

// TestBodiesMoveIntoPacksAndBack: what was stored in the database moves, nothing
// else changes, and a store that packs no more reads on.
func TestBodiesMoveIntoPacksAndBack(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.populate(20)
	b := newBench(t, w)
	b.store = storage.New(b.pool, storage.Bodies{}) // as before there were packs
	b.batch()
	w.put("Lots", 2100, "2026-07-24 13:00:00", `{"id":2100,"trdBuyNumberAnno":"1001-1"}`)
	open, err := b.openBatch(t.Context(), b.cfg.Dataset)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.fetchPages(t.Context(), open, source.Lots, func(document.Crawl) {}); err != nil {
		t.Fatal(err)
	}
	before := b.everyBody()
	packing := storage.New(b.pool, storage.Bodies{Packs: b.packs, From: 1 << 30})
	if n, err := packing.Pack(t.Context(), 1<<20); err != nil || n != 0 {
		t.Errorf("%d bodies were packed although they are not worth it, %v", n, err)
	}
	n, err := packing.Pack(t.Context(), 1)
	if err != nil || n != len(before)-1 {
		t.Errorf("%d of %d bodies moved, all but the lot of the open batch are to, %v", n, len(before), err)
	}
	if n, err := packing.Pack(t.Context(), 1); err != nil || n != 0 {
		t.Errorf("%d moved twice, %v", n, err)
	}
	same(t, "documents", b.everyBody(), before)
	if left := b.count(`select count(*)::text from source.document where body <> '' or pack is null`); left != 1 {
		t.Errorf("%d bodies are still in the database", left)
	}
	same(t, "packs", b.rows(`select concat_ws(' ', number, documents) from source.pack_v1`), []string{fmt.Sprint("1 ", len(before)-1)})

	// What the view for those who know no packs says is never an empty body.
	if _, err := b.pool.Exec(t.Context(), `select body from source.document_v1`); err == nil || !strings.Contains(err.Error(), "document_v2") {
		t.Errorf("document_v1 says %v", err)
	}
	if err := b.publishAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Facts that wait are read from the pack, and refused without one.
	if _, err := b.pool.Exec(t.Context(), `insert into source.outbox (entity, batch, ids, hashes, deleted)
		select entity, batch, array_agg(id), array_agg(hash), array_agg(deleted) from source.document where entity = 'lots' and batch = 1 group by 1, 2`); err != nil {
		t.Fatal(err)
	}
	if _, err := b.publishSome(t.Context()); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a store without packs says %v", err)
	}
	told := len(b.told(subject.StreamSource))
	b.store = storage.New(b.pool, storage.Bodies{Packs: b.packs})
	if n, err := b.publishSome(t.Context()); err != nil || n != 20 {
		t.Errorf("%d facts, %v", n, err)
	}
	if again := b.told(subject.StreamSource); len(again) != told { // the same facts are the same messages
		t.Errorf("%d facts after %d", len(again), told)
	}
	if result := b.batch(); result.NewDocuments != 1 {
		t.Errorf("%d new documents, one lot is new", result.NewDocuments)
	}
	same(t, "documents", b.everyBody(), before)
}

// TestAPackThatNobodyNotedIsCollected: the process dies after it has stored a
// pack; another attempt makes another one.
func TestAPackThatNobodyNotedIsCollected(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.populate(3)
	b := newBench(t, w)
	b.store = storage.New(b.pool, storage.Bodies{Packs: b.packs, From: 1})
	if _, err := b.pool.Exec(t.Context(), `create function source.fail() returns trigger language plpgsql as $$ begin raise exception 'the disk is full'; end $$;
		create trigger fail before insert on source.process for each row execute function source.fail()`); err != nil {
		t.Fatal(err)
	}
	open, err := b.openBatch(t.Context(), b.cfg.Dataset)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.fetchPages(t.Context(), open, source.TrdBuy, func(document.Crawl) {}); err == nil {
		t.Fatal("the disk was not full")
	}
	if n := b.count(`select count(*)::text from source.pack`); n != 0 || len(b.shelf.Content) != 1 {
		t.Fatalf("%d packs are noted, %d stored", n, len(b.shelf.Content))
	}
	if _, err := b.pool.Exec(t.Context(), `drop trigger fail on source.process`); err != nil {
		t.Fatal(err)
	}
	b.batch()
	stored := b.everyBody()
	if n, err := b.kept.CollectPacks(t.Context(), b.shelf.Stored.Add(1)); err != nil || n != 1 {
		t.Errorf("%d collected, %v", n, err)
	}
	if n := b.count(`select count(*)::text from source.pack`); n != len(b.shelf.Content) {
		t.Errorf("%d packs are noted, %d stored", n, len(b.shelf.Content))
	}
	same(t, "documents", b.everyBody(), stored)
}
