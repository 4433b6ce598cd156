package transformer

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
	platformpg "github.com/kzocds/kzocds/platform/pg"
	"github.com/kzocds/kzocds/platform/pg/pgtest"
	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/internal/pg"
)

// action is what a transformer is about to do.
type action struct {
	worker   *Service
	batch    int64
	marks    []pg.Mark
	outcomes []pg.Outcome // computed and not written yet; nil before
	changes  []pg.Change  // written and not announced yet
}

// TestAnyInterleavingOfTransformersEndsInTheHistoryOfOne plays transformers that
// share a database as a model: each step reads and computes, or writes, or
// announces, or dies in between, in a random order, with pages that overlap and
// batches that arrive meanwhile. Whatever the order, what is stored at the end is
// what one transformer makes that does everything once.
func TestAnyInterleavingOfTransformersEndsInTheHistoryOfOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	workers := []*Service{w.service, w.replica(), w.replica()}
	beaten := 0
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 71))
			w.t = t
			w.exec(`truncate source.document`)
			w.empty()
			beaten += w.play(random, workers)
			w.finish(workers[random.IntN(len(workers))])
			w.sameHistories()
		})
	}
	if beaten == 0 {
		t.Error("no transformer was ever beaten by another: the steps do not interleave")
	}
}

const (
	modelProcesses = 5
	modelBatches   = 5
)

// play makes random steps until nothing is under way and all batches are there.
// It says how many outcomes were lost to another transformer.
func (w *world) play(random *rand.Rand, workers []*Service) (lost int) {
	w.t.Helper()
	var batch int64
	var under []*action
	for step := 0; step < 120 || batch < modelBatches || len(under) > 0; step++ {
		switch choice := random.IntN(10); {
		case choice < 2 && batch < modelBatches:
			batch++
			w.randomBatch(random, batch)
		case choice < 5 && batch > 0 && step < 400:
			s := workers[random.IntN(len(workers))]
			// Often not the newest batch: a transformer that is behind.
			upTo := 1 + random.Int64N(batch)
			marks, err := s.store.PendingKeys(w.t.Context(), s.mapping.ID, pg.Shard{To: pg.Buckets}, upTo, "", 1+random.IntN(modelProcesses))
			if err != nil {
				w.t.Fatal(err)
			}
			if len(marks) > 0 {
				under = append(under, &action{worker: s, batch: upTo, marks: marks})
			}
		case len(under) > 0:
			i := random.IntN(len(under))
			a := under[i]
			over := false
			switch {
			case random.IntN(12) == 0:
				over = true // dies
			case a.outcomes == nil:
				outcomes, err := a.worker.outcomes(w.t.Context(), a.batch, a.marks)
				if err != nil {
					w.t.Fatal(err)
				}
				a.outcomes = outcomes
			case a.changes == nil:
				changes, beaten, err := a.worker.store.Write(w.t.Context(), a.worker.mapping, a.batch, a.outcomes)
				if err != nil {
					w.t.Fatal(err)
				}
				lost += len(beaten)
				a.changes, over = changes, len(changes) == 0
			default:
				if err := a.worker.announce(w.t.Context(), a.changes); err != nil {
					w.t.Fatal(err)
				}
				over = true
			}
			if over {
				under = append(under[:i], under[i+1:]...)
			}
		}
	}
	return lost
}

// randomBatch changes documents of some processes.
func (w *world) randomBatch(random *rand.Rand, batch int64) {
	w.t.Helper()
	seen := map[string]bool{}
	for range 2 + random.IntN(2*modelProcesses) {
		n := 700 + random.IntN(modelProcesses)
		id, entity, body := n, source.TrdBuy, announcement(n, []int{210, 220, 250, 430}[random.IntN(4)], fmt.Sprintf("Мел %d", random.IntN(3)))
		switch random.IntN(6) {
		case 0:
			body = fmt.Sprintf(`{"id":%d}`, n) // cannot be mapped
		case 1, 2:
			id, entity = 7000+n, source.Lots
			body = lot(id, n, []int{210, 360}[random.IntN(2)])
		}
		if key := fmt.Sprint(entity, id); !seen[key] {
			seen[key] = true
			w.insert(batch, entity, fmt.Sprint(id), processKey(n), day.Add(time.Duration(random.IntN(100))*time.Hour), body)
		}
	}
	w.mark(batch)
}

// finish lets one transformer do what is left.
func (w *world) finish(s *Service) {
	w.t.Helper()
	for {
		marks, err := s.store.PendingKeys(w.t.Context(), s.mapping.ID, pg.Shard{To: pg.Buckets}, modelBatches, "", 3)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(marks) == 0 {
			break
		}
		if _, err := s.transform(w.t.Context(), modelBatches, marks); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := s.sweep(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// sameHistories compares what is stored with what one transformer makes that has
// nothing to go on from.
func (w *world) sameHistories() {
	w.t.Helper()
	played := w.content()
	counted := w.counts()
	w.empty()
	w.mark(modelBatches)
	w.finish(w.service)
	if alone := w.content(); alone != played {
		w.t.Errorf("one transformer alone makes\n%s\n--- and not\n%s", alone, played)
	}
	if alone := w.counts(); alone != counted {
		w.t.Errorf("counts are %s, alone %s", counted, alone)
	}
}

// counts says what is counted, what is marked and what waits in the outbox.
func (w *world) counts() string {
	w.t.Helper()
	var text string
	if err := w.pool.QueryRow(w.t.Context(), `select concat_ws(' ', (select sum(transformed) from ocds.process_count), (select sum(held) from ocds.process_count),
		(select count(*) from ocds.pending), (select count(*) from ocds.outbox))`).Scan(&text); err != nil {
		w.t.Fatal(err)
	}
	return text
}

func TestAProcessWhoseDocumentsAreAllDeletedEndsWithARelease(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	deleted := func(batch int64, entity source.Entity, id, key, body string) {
		hash := w.insert(batch, entity, id, "", day.Add(time.Hour), body)
		w.exec(`update source.document set deleted = true, process_key = $3 where batch = $1 and hash = $2`, batch, hash[:], key)
	}
	point := `{"id":55,"nameRu":"Бумага","plnPointYear":2026,"refEnstruCode":"171214.500.000000","refPlnPointStatusId":5,"rootrecordId":55,"subjectBiin":"020340002199","timestamp":"2026-07-01 10:00:00"}`
	contract := `{"id":41,"rootId":41,"refContractStatusId":190,"supplierBiin":"120440026517","customerBin":"020340002199","signDate":"2026-07-20 10:00:00","contractSum":90,"contractNumberSys":"41"}`
	for _, d := range []struct {
		entity        source.Entity
		id, key, body string
	}{
		{source.TrdBuy, "101", "t101", announcement(101, 210, "Бумага")},
		{source.Lots, "5", "t101", lot(5, 101, 210)},
		{source.PlanPoint, "55", "p55", point},
		{source.Contract, "41", "c41", contract},
	} {
		w.insert(1, d.entity, d.id, process.Key(d.key), day, d.body)
		deleted(2, d.entity, d.id, d.key, d.body)
	}
	w.mark(1)
	w.transformAll(1)
	w.mark(2)
	w.transformAll(2)
	for ocid, want := range map[string]struct{ tag, status string }{
		"ocds-kz0000-t101": {"tenderCancellation", `"status":"withdrawn"`},
		"ocds-kz0000-p55":  {"planningUpdate", `"status":"withdrawn"`},
		"ocds-kz0000-c41":  {"awardCancellation contractUpdate", `"status":"cancelled"`},
	} {
		releases := w.releases(ocid)
		if len(releases) != 2 {
			t.Errorf("%s has %d releases, want 2", ocid, len(releases))
			continue
		}
		if last := releases[1]; strings.Join(last.Tag, " ") != want.tag || !strings.Contains(last.Body, want.status) {
			t.Errorf("%s ends with %v: %s", ocid, last.Tag, last.Body)
		}
	}
	var records int
	if err := w.pool.QueryRow(t.Context(), `select count(*) from ocds.record_v1`).Scan(&records); err != nil || records != 3 {
		t.Errorf("%d records, %v; want 3", records, err)
	}
	w.sameAsFromScratch()
}

// transformAll does what is marked up to a batch.
func (w *world) transformAll(batch int64) {
	w.t.Helper()
	marks, err := w.service.store.PendingKeys(w.t.Context(), w.service.mapping.ID, pg.Shard{To: pg.Buckets}, batch, "", 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.service.transform(w.t.Context(), batch, marks); err != nil {
		w.t.Fatal(err)
	}
}

// TestADocumentOfABatchThatIsDoneIsRefused: a batch is closed before it is
// transformed, so that what is published never has to change.
func TestADocumentOfABatchThatIsDoneIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.insert(1, source.TrdBuy, "101", "t101", day, announcement(101, 210, "Бумага"))
	w.mark(1)
	w.transformAll(1)
	if _, err := w.service.transform(t.Context(), 1, marksOf([]string{"t101"}, 1)); err != nil {
		t.Fatalf("announced twice: %v", err)
	}
	w.insert(1, source.Lots, "5", "t101", day, lot(5, 101, 210))
	if _, err := w.service.transform(t.Context(), 1, marksOf([]string{"t101"}, 1)); fault.KindOf(err) != fault.Conflict {
		t.Errorf("error %v, want a conflict", err)
	}
}

// TestWhatOlderProgramsStoredIsThereAfterMigration brings a database of the first
// schema up to the present one.
func TestWhatOlderProgramsStoredIsThereAfterMigration(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	first, err := fs.ReadFile(files, "0001_ocds.sql")
	if err != nil {
		t.Fatal(err)
	}
	if err := platformpg.Migrate(t.Context(), pool, "ocds", fstest.MapFS{"0001_ocds.sql": {Data: first}}); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `
		insert into ocds.process values ('t1', 'ocds-kz0000-t1', 2, 2, true, true), ('t2', 'ocds-kz0000-t2', 1, 1, false, true);
		insert into ocds.process_count values (7, 1, 1);
		insert into ocds.release values ('r1', 'ocds-kz0000-t1', 1, '2026-07-31T20:00:00Z', '{tender}', '\x01', '{"id":"r1"}', '1'), ('r2', 'ocds-kz0000-t1', 2, '2026-08-01T20:00:00Z', '{tenderUpdate}', '\x02', '{"id":"r2"}', '1');
		insert into ocds.provenance select r, 'ocds-kz0000-t1', '{trd_buy}', '{1}', '{"\\x0a"}', '{2026-11-01T00:00:00Z}', '{https://portal.test/1}' from unnest(array['r1', 'r2']) r;
		insert into ocds.record values ('ocds-kz0000-t1', 'tender', '2026-07', '{"buyer":{"id":"KZ-BIN-1"}}', '\x03', 2, 'r2', 2, '1');
		insert into ocds.quarantine values ('t1', 0, 'ocds-kz0000-t1', 2, 'source.shape', 'error', '', '', '/x', 'no', ''), ('t2', 0, 'ocds-kz0000-t2', 1, 'source.shape', 'error', '', '', '/x', 'no', '');
		insert into ocds.finding values ('t1', 0, 'ocds-kz0000-t1', 2, 'source.code.unknown', 'warning', '', '', '/tender/lots/0/status', 'odd', '9');
		insert into ocds.pending values (3, 't9', 2)`); err != nil {
		t.Fatal(err)
	}
	if err := platformpg.Migrate(t.Context(), pool, "ocds", files); err != nil {
		t.Fatal(err)
	}
	var got string
	if err := pool.QueryRow(t.Context(), `select concat_ws(E'\n',
		(select string_agg(concat_ws(' ', release_id, ordinal, mapping_version, body), ', ' order by txid, position) from ocds.release_v1),
		(select concat_ws(' ', kind, partition, releases, last_release_id, buyer, day, mapping_version) from ocds.record_v1),
		(select string_agg(concat_ws(' ', process_key, rule, held), ', ' order by process_key) from ocds.quarantine_v1),
		(select concat_ws(' ', rule, field, buyer, day, release_id) from ocds.finding_v1),
		(select string_agg(concat_ws(' ', release_id, entity, id, hash, url, origin), ', ' order by release_id) from ocds.provenance_v1),
		(select concat_ws(' ', version, state) from ocds.mapping_v1), (select concat_ws(' ', m.state, process_key, batch) from ocds.pending p join ocds.mapping m on m.id = p.mapping))`).Scan(&got); err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		`r1 1 1 {"id":"r1"}, r2 2 1 {"id":"r2"}`,
		`tender 2026-07 2 r2 KZ-BIN-1 2026-08-02 1`,
		`t1 source.shape f, t2 source.shape t`,
		`source.code.unknown /tender/lots/status KZ-BIN-1 2026-08-02 r2`,
		`r1 trd_buy 1 \x0a https://portal.test/1 goszakup, r2 trd_buy 1 \x0a https://portal.test/1 goszakup`,
		`1 current`, `current t9 2`,
	}, "\n")
	if got != want {
		t.Errorf("after the migration:\n%s\nwant\n%s", got, want)
	}
}
