package extractor

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/extractor/internal/document"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/source"
)

// later moves the world's clock by putting a participant.
func (w *world) later(day string) {
	w.put("Subjects", 6999, day+" 12:00:00", `{"pid":6999,"bin":"020340002199","lastUpdateDate":"`+day+` 12:00:00"}`)
}

func TestWhatAWalkMissedIsFoundAndReadAgain(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.populate(20)
	w.hidden["Lots 2003"], w.hidden["Plans 5004"] = true, true // from lists; totals count them
	b := newBench(t, w, func(c *Config) { c.Crawl.Overlap = 0 })
	b.batch()
	if n := b.count(`select count(*)::text from source.document_v1 where id in ('2003', '5004')`); n != 0 {
		t.Fatalf("the walk found %d objects that no list has", n)
	}
	w.later("2026-07-26")
	b.batch() // its window begins where the first ended: what is older is not compared by date yet
	delete(w.hidden, "Lots 2003")
	delete(w.hidden, "Plans 5004")
	w.later("2026-07-28")
	b.batch()
	same(t, "what was missing is there", b.rows(`select entity || ' ' || id from source.document_v1 where id in ('2003', '5004') order by 1`), []string{"lots 2003", "plan_point 5004"})
	same(t, "differences", b.rows(`select concat_ws(' ', entity, id, state, resolved_batch is not null) from source.difference_v1 where id in ('2003', '5004') order by 1`),
		[]string{"lots 2003 missing t", "plan_point 5004 missing t"})
	w.later("2026-07-30")
	b.batch()
	same(t, "in the end", b.rows(`select entity from source.completeness_v1 where day is null and (source <> stored or missing + late + deleted > 0)`), nil)
	answer, err := b.Completeness(t.Context(), source.CompletenessRequest{Entity: source.Lots})
	if err != nil || len(answer.Entities) != 1 || answer.Entities[0].Source != 20 || answer.Entities[0].Stored != 20 {
		t.Errorf("answer %+v, %v", answer, err)
	}
}

func TestAChangeThatNoFilterToldIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.populate(4)
	b := newBench(t, w, func(c *Config) { c.Crawl.Overlap = 0 })
	b.batch()
	w.later("2026-07-26")
	b.batch()
	// The index date did not move with the change.
	w.objects["Lots"][2001] = `{"id":2001,"trdBuyId":1001,"trdBuyNumberAnno":"1001-1","amount":7,"lastUpdateDate":"2026-07-25 09:00:00"}`
	w.later("2026-07-28")
	b.batch()
	same(t, "versions", b.bodies("batch::text", "entity = 'lots' and id = '2001'", "amount"), []string{"1 22500", "3 7"})
}

func TestWithdrawnObjectsLeaveATombstone(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.populate(6)
	b := newBench(t, w)
	b.batch()
	remove := func(root string, id int64) { delete(w.objects[root], id) }
	remove("Lots", 2001)
	w.journal = append(w.journal, `{"object_id":"2001","action":"D","date_action":"2026-07-24 12:30:00","service_name":"lots"}`)
	remove("Plans", 5002)
	w.withdrawn = append(w.withdrawn,
		`{"id":5002,"rootrecord_id":5002,"is_deleted":1,"index_date":"2026-07-24 12:31:00"}`,
		`{"id":4,"rootrecord_id":4,"is_deleted":1,"index_date":"2021-01-01 12:31:00"}`, // never seen
		`{"id":5002,"rootrecord_id":5002,"is_deleted":1,"index_date":"2026-07-24 12:31:00"}`)
	// Nothing tells of this one; the comparison proves it.
	remove("Contract", 4003)
	w.put("Subjects", 6001, "2026-07-24 12:40:00", `{"pid":6001,"bin":"020340002199","customer":1}`)
	b.batch()
	w.later("2026-07-26")
	b.batch()
	w.later("2026-07-28")
	result := b.batch()
	same(t, "tombstones", b.bodies(`concat_ws(' ', entity, id, process_key, coalesce(to_char(changed_at at time zone 'Asia/Almaty', 'MM-DD HH24:MI'), '-'))`, "deleted", "id"), []string{
		`contract 4003 c4003 - 4003`, `lots 2001 t1001 07-24 12:30 2001`, `plan_point 5002 p5002 07-24 12:31 5002`,
	})
	if n := b.count(`select count(*)::text from source.document_v1 where id = '2001' and entity = 'lots'`); n != 2 {
		t.Errorf("%d versions of the lot, want it and its tombstone", n)
	}
	for _, c := range result.Entities {
		if want := map[string]int64{"lots": 5, "contract": 11, "plan_point": 5}[c.Entity]; want != 0 && (c.Stored != want || c.Source != want) {
			t.Errorf("counts %v, want %d", c, want)
		}
	}
	same(t, "told", b.told("SOURCE"), b.normalised())

	// It comes back.
	w.put("Lots", 2001, "2026-07-28 13:00:00", `{"id":2001,"trdBuyId":1001,"trdBuyNumberAnno":"1001-1","amount":22500}`)
	b.batch()
	same(t, "versions", b.rows(`select batch || ' ' || deleted from source.document_v1 where entity = 'lots' and id = '2001' order by 1`), []string{"1 false", "2 true", "5 false"})
}

func TestWhoLeavesARegisterIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for id := range int64(5) {
		w.put("Rnu", id+1, "2026-07-24 10:00:00", fmt.Sprintf(`{"id":"%d","pid":1,"supplierBiin":"990040000013"}`, id+1))
	}
	w.units = append(w.units, `{"code":"166","name_ru":"Килограмм"}`)
	b := newBench(t, w)
	b.batch()
	delete(w.objects["Rnu"], 3)
	w.units = w.units[:1]
	w.later("2026-07-24")
	b.batch() // within a day the register is not read again
	if n := b.count(`select count(*)::text from source.document_v1 where deleted`); n != 0 {
		t.Errorf("%d tombstones", n)
	}
	w.later("2026-07-26")
	b.batch()
	same(t, "left", b.rows(`select entity || ' ' || id from source.document_v1 where deleted order by 1`), []string{"ref ref_units/166", "rnu 3"})
}

func TestChildrenOfContractsFindTheirProcess(t *testing.T) {
	t.Parallel()
	const at = "2026-07-24 10:00:00"
	w := newWorld()
	w.put("TrdBuy", 10, at, `{"id":10,"numberAnno":"9-1"}`)
	w.put("Contract", 1, at, `{"id":1,"trdBuyId":10,"trdBuyNumberAnno":"9-1","rootId":1}`)
	w.put("Contract", 2, at, `{"id":2,"trdBuyId":0,"rootId":2}`)
	w.put("Acts", 5, at, `{"id":5,"contractId":7,"contractRootId":1}`)
	w.put("ContractWaybill", 6, at, `{"id":6,"aktId":5,"contractId":2}`)
	w.put("ComplaintAppeal", 7, at, `{"id":7,"trdBuyId":10}`)
	w.put("treasury-pay", 8, at, `{"id":8,"contract_id":1,"pay_amount":500000.10,"nom_za":"EGZ-1"}`)
	w.put("treasury-pay", 9, at, `{"id":9,"contract_id":77,"pay_amount":1}`)
	w.put("ObTrdBuy", 10, at, `{"id":10,"numberAnno":"9-1"}`)
	w.put("ObLots", 11, at, `{"id":11,"trdBuyId":10}`)
	w.put("ObContract", 12, at, `{"id":12,"trdBuyId":0,"rootId":12}`)
	w.put("ObPlans", 13, at, `{"id":13,"rootrecordId":12}`)
	w.put("qualifiedSuppliers", 14, at, `{"id":14,"supplierBiin":"020340002199"}`)
	b := newBench(t, w)
	b.batch()
	same(t, "processes", b.rows(`select concat_ws(' ', entity, id, nullif(process_key, '')) from source.document_v1 where entity <> 'ref' order by 1`), []string{
		"act 5 t9", "complaint 7 t9", "contract 1 t9", "contract 2 c2", "ob_contract 12 oc12", "ob_lots 11 ot9", "ob_plan_point 13 op12", "ob_trd_buy 10 ot9",
		"qualified_supplier 14", "trd_buy 10 t9", "treasury_pay 8 t9", "waybill 6 c2",
	})
	same(t, "one shape", b.bodies("''::text", "entity = 'treasury_pay'"), []string{`{"contractId":1,"id":8,"nomZa":"EGZ-1","payAmount":500000.10}`})
	same(t, "payments of a contract that we do not have", b.rows(`select entity || ' ' || id from source.quarantine_v1`), []string{"treasury_pay 9"})
}

// TestABackFillBesideTheBatches: the past comes in pieces, what is new first, and
// in the end the same objects are there as after a complete walk.
func TestABackFillBesideTheBatches(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.populate(25)
	w.later("2026-07-25")
	complete := newBench(t, w)
	complete.batch()
	want := complete.rows(`select concat_ws(' ', entity, id, process_key, encode(hash, 'hex')) from source.document_v1 order by 1`)

	b := newBench(t, w, func(c *Config) {
		c.Crawl.First, c.Crawl.Overlap = FirstNew, 0
		c.BackFill.Window, c.BackFill.Rate = 1000, 100_000
		c.Crawl.PagesPerFetch = 2
	})
	first := b.batch()
	if first.NewDocuments > 5 {
		t.Fatalf("the first batch read %d documents: the past is the back-fill's", first.NewDocuments)
	}
	in := &workflowv1.BackFillInput{Source: b.cfg.Dataset, Pace: &workflowv1.BackFillPace{Rate: 100_000}}
	for step := 0; ; step++ {
		plan, err := b.planBackFill(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if len(plan.Open) == 0 {
			if plan.CallsLeft != 0 || plan.WindowsDone != plan.Windows || plan.Objects == 0 {
				t.Errorf("plan at the end %v", plan)
			}
			break
		}
		if plan.CallsLeft == 0 {
			t.Errorf("no calls are left while windows are open: %v", plan)
		}
		if step > 500 {
			t.Fatal("no end in sight")
		}
		open := plan.Open[step%min(3, len(plan.Open))]
		if _, err := b.fetchBackFill(t.Context(), &workflowv1.BackFillWindowInput{Source: b.cfg.Dataset, Window: open, Pace: in.Pace}, func(document.Window) {}); err != nil {
			t.Fatal(err)
		}
		if step%30 == 7 {
			b.batch()
		}
	}
	w.later("2026-07-26")
	last := b.batch()
	same(t, "documents", b.rows(`select concat_ws(' ', entity, id, process_key, encode(hash, 'hex')) from source.document_v1 where id <> '6999' order by 1`), slices.DeleteFunc(want, func(s string) bool { return strings.HasPrefix(s, "subject 6999") }))
	same(t, "told", b.told("SOURCE"), b.normalised())
	if last.StoredProcesses != 75 {
		t.Errorf("result %v", last)
	}
	if n := b.count(`select count(*)::text from source.document_v1 where batch > $1`, last.Batch.Number); n != 0 {
		t.Errorf("%d documents behind the last batch", n)
	}
	sum := b.count(`select sum((result->>'newDocuments')::bigint)::text from source.batch`)
	if n := b.count(`select count(*)::text from source.document_v1`); n != sum {
		t.Errorf("the batches tell of %d documents, %d are stored", sum, n)
	}
	if _, err := b.planBackFill(t.Context(), &workflowv1.BackFillInput{Source: b.cfg.Dataset, Entities: []string{"ref"}}); err == nil {
		t.Error("a back-fill of dictionaries was planned")
	}
}
