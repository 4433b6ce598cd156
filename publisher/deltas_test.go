package publisher

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/kzocds/kzocds/platform/fault"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/publication"
	row "github.com/kzocds/kzocds/proto/tables"
	names "github.com/kzocds/kzocds/proto/workflow"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

func withDeltas(c *Config) { c.Deltas = Deltas{Enabled: true, Share: 1, Fold: "20:30"} }

// state is what a consumer has who took the base of a snapshot and applied its
// deltas in their order.
type state struct {
	compiled map[string]string // ocid -> compiled release
	records  map[string]string // ocid -> record package
	releases map[string]string // release id -> package
	lots     map[string][]row.Lot
}

func (f *fixture) state(m publication.Manifest) state {
	f.t.Helper()
	s := state{map[string]string{}, map[string]string{}, map[string]string{}, map[string][]row.Lot{}}
	s.take(f, m.Datasets)
	for _, d := range m.Deltas {
		for _, ocid := range d.Removed {
			delete(s.compiled, ocid)
			delete(s.records, ocid)
			delete(s.lots, ocid)
			for id := range s.releases {
				if strings.HasPrefix(id, ocid+"-") {
					delete(s.releases, id)
				}
			}
		}
		for _, id := range d.RemovedReleases {
			delete(s.releases, id)
		}
		s.take(f, d.Datasets)
	}
	return s
}

func (s *state) take(f *fixture, sets []publication.Dataset) {
	lots := map[string][]row.Lot{}
	for _, d := range sets {
		for _, o := range d.Objects {
			content := f.memory.text(f.t, o.Key)
			switch {
			case o.Rows == 0 && d.Name != snapshot.Tables:
			case d.Table == row.Lots:
				rows, err := parquet.Read[row.Lot](bytes.NewReader(content), int64(len(content)))
				if err != nil {
					f.t.Fatal(err)
				}
				for _, r := range rows {
					lots[r.OCID] = append(lots[r.OCID], r)
				}
			case d.Table == row.Processes:
				rows, err := parquet.Read[row.Process](bytes.NewReader(content), int64(len(content)))
				if err != nil {
					f.t.Fatal(err)
				}
				for _, r := range rows {
					delete(s.lots, r.OCID)
				}
			case d.Name == snapshot.Compiled && !strings.Contains(o.Name, "full"):
				for _, line := range linesOf(f.t, content) {
					var r struct{ OCID string }
					must(f.t, json.Unmarshal([]byte(line), &r))
					s.compiled[r.OCID] = line
				}
			case d.Name == snapshot.Records, d.Name == snapshot.Releases:
				for _, line := range linesOf(f.t, content) {
					var p struct {
						Records  []struct{ OCID string }
						Releases []struct{ ID string }
					}
					must(f.t, json.Unmarshal([]byte(line), &p))
					if d.Name == snapshot.Records {
						s.records[p.Records[0].OCID] = line
					} else {
						s.releases[p.Releases[0].ID] = line
					}
				}
			}
		}
	}
	maps.Copy(s.lots, lots)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// compact does what the workflow Compact does.
func (f *fixture) compact() *workflowv1.SnapshotPlan {
	f.t.Helper()
	plan, err := f.planCompaction(f.t.Context())
	must(f.t, err)
	f.finish(plan)
	return plan
}

// finish builds, checks and flips a plan.
func (f *fixture) finish(plan *workflowv1.SnapshotPlan) {
	f.t.Helper()
	f.buildAll(plan)
	must(f.t, f.assemble(f.t.Context(), plan))
	gate, err := f.gate(f.t.Context(), &workflowv1.AssembleInput{Plan: plan, Counts: counts(plan.Processes + plan.Withdrawn)})
	must(f.t, err)
	if !gate.Passed {
		f.t.Fatal(refused(plan.SnapshotId, gate))
	}
	must(f.t, f.flip(f.t.Context(), &workflowv1.FlipInput{SnapshotId: plan.SnapshotId, ParentId: plan.ParentId, Compaction: plan.Compaction}))
}

func same(t *testing.T, what string, got, want state) {
	t.Helper()
	for name, pair := range map[string][2]any{
		"compiled releases": {got.compiled, want.compiled}, "records": {got.records, want.records},
		"releases": {got.releases, want.releases},
	} {
		if fmt.Sprint(pair[0]) != fmt.Sprint(pair[1]) {
			t.Errorf("%s: %s differ:\n%v\nwant\n%v", what, name, pair[0], pair[1])
		}
	}
	g, err := json.Marshal(got.lots)
	must(t, err)
	w, err := json.Marshal(want.lots)
	must(t, err)
	if !bytes.Equal(g, w) {
		t.Errorf("%s: lots differ:\n%s\nwant\n%s", what, g, w)
	}
}

// Whatever the way of packaging, a snapshot says the same under the same id, and
// compaction leaves the files that a snapshot without deltas would have.
func TestBaseAndDeltasSayWhatACompleteSnapshotSays(t *testing.T) {
	t.Parallel()
	const n = 9
	f, complete := newFixture(t, withDeltas), newFixture(t)
	f.fill(n)
	complete.fill(n)
	first, _ := f.publish(n)
	complete.publish(n)
	if m := f.manifestOf(first.SnapshotId); m.Base != nil || !first.Complete {
		t.Fatal("the first snapshot has deltas")
	}
	processes := int64(n)
	for i, change := range [][2]int{{1, 1}, {5, 1}, {1, 2}, {n, 0}} {
		f.memory.written()
		f.apply(f.transform(change[0], change[1]))
		complete.apply(complete.transform(change[0], change[1]))
		if change[0] >= n {
			processes++
		}
		plan, _ := f.publish(processes)
		other, _ := complete.publish(processes)
		if plan.SnapshotId != other.SnapshotId {
			t.Fatalf("step %d: snapshot %s with deltas, %s without", i, plan.SnapshotId, other.SnapshotId)
		}
		m := f.manifestOf(plan.SnapshotId)
		if m.Base == nil || m.Base.Snapshot != first.SnapshotId || len(m.Deltas) == 0 || m.Deltas[len(m.Deltas)-1].To != plan.SnapshotId {
			t.Fatalf("step %d: base %+v, %d deltas", i, m.Base, len(m.Deltas))
		}
		for _, key := range f.memory.written() {
			if strings.HasPrefix(key, "data/") && !strings.Contains(key, "deltas-") {
				t.Errorf("step %d: %s was written for a change", i, key)
			}
		}
		same(t, fmt.Sprintf("step %d", i), f.state(m.Manifest), complete.state(complete.manifestOf(plan.SnapshotId).Manifest))
	}
	latest, _, err := f.latest(t.Context())
	must(t, err)
	folded := f.compact()
	if folded.SnapshotId != latest.Snapshot {
		t.Errorf("compaction makes %s of %s", folded.SnapshotId, latest.Snapshot)
	}
	m, want := f.manifestOf(""), complete.manifestOf("")
	if m.ID != latest.Snapshot || m.Base != nil || len(m.Deltas) > 0 {
		t.Errorf("after compaction %s with base %+v and %d deltas", m.ID, m.Base, len(m.Deltas))
	}
	a, err := snapshot.Encode(publication.Manifest{Datasets: bare(m.Datasets)})
	must(t, err)
	b, err := snapshot.Encode(publication.Manifest{Datasets: bare(want.Datasets)})
	must(t, err)
	if !bytes.Equal(a, b) {
		t.Errorf("files after compaction\n%s\nwithout deltas\n%s", a, b)
	}
	if again, err := f.planCompaction(t.Context()); err != nil || again.Compaction {
		t.Errorf("there is something to compact again: %v, %v", again, err)
	}
	// The next delta stands on the compacted files.
	f.apply(f.transform(2, 1))
	plan, _ := f.publish(processes)
	if m := f.manifestOf(plan.SnapshotId); m.Base == nil || m.Base.Snapshot != latest.Snapshot || len(m.Deltas) != 1 {
		t.Errorf("base %+v and %d deltas after compaction", m.Base, len(m.Deltas))
	}
}

// bare are datasets without URLs, which depend on where the store is.
func bare(sets []publication.Dataset) []publication.Dataset {
	for _, d := range sets {
		for i := range d.Objects {
			d.Objects[i].URL = ""
		}
	}
	return sets
}

func TestPublicationsGoOnDuringACompaction(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withDeltas)
	f.fill(9)
	f.publish(9)
	f.apply(f.transform(1, 1))
	second, _ := f.publish(9)
	folding, err := f.planCompaction(t.Context())
	must(t, err)
	f.apply(f.transform(1, 2)) // the compaction must still find version 1
	third, _ := f.publish(9)
	f.finish(folding)
	if latest, _, err := f.latest(t.Context()); err != nil || latest.Snapshot != third.SnapshotId {
		t.Fatalf("the compaction of an older snapshot made %v current (%v)", latest, err)
	}
	f.apply(f.transform(4, 1))
	fourth, _ := f.publish(9)
	m := f.manifestOf(fourth.SnapshotId)
	if m.Base == nil || m.Base.Snapshot != second.SnapshotId {
		t.Errorf("base %+v, not the compacted %s", m.Base, second.SnapshotId)
	}
	complete := newFixture(t)
	complete.fill(9)
	complete.apply(complete.transform(1, 1), complete.transform(1, 2), complete.transform(4, 1))
	want, _ := complete.publish(9)
	if want.SnapshotId != fourth.SnapshotId {
		t.Errorf("snapshot %s instead of %s", fourth.SnapshotId, want.SnapshotId)
	}
	same(t, "after a compaction", f.state(m.Manifest), complete.state(complete.manifestOf("").Manifest))
}

// A follower that starts with the files of a snapshot and goes on in the feed at
// the cursor of its manifest has everything, once.
func TestTheFeedGoesOnWhereASnapshotWasCut(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withDeltas)
	f.fill(6)
	f.publish(6)
	f.apply(f.transform(2, 1))
	plan, _ := f.publish(6)
	m := f.manifestOf(plan.SnapshotId)
	mirror := f.state(m.Manifest).releases
	f.apply(f.transform(3, 1), f.transform(2, 2))
	must(t, f.store.Withdraw(t.Context(), makeRelease(4, 0).ocid, "asked for"))
	f.apply(f.transform(6, 0))
	must(t, f.store.Withdraw(t.Context(), makeRelease(5, 0).ocid, "by mistake"))
	must(t, f.store.Restore(t.Context(), makeRelease(5, 0).ocid))

	_, err := f.store.Content(t.Context()) // now the feed has everything, also beside transactions of other databases
	must(t, err)
	cursor, seen := m.Cursor, map[string]int{}
	for {
		page, err := f.Releases(t.Context(), publication.FeedRequest{Cursor: cursor, Limit: 1})
		must(t, err)
		for _, item := range page.Items {
			var r struct{ ID string }
			must(t, json.Unmarshal(item, &r))
			mirror[r.ID] = string(item)
			seen[r.ID]++
		}
		for _, tomb := range page.Tombstones {
			for id := range mirror {
				if tomb.ReleaseID == id || tomb.ReleaseID == "" && strings.HasPrefix(id, tomb.OCID+"-") {
					delete(mirror, id)
				}
			}
		}
		if cursor = page.Next; !page.More {
			break
		}
	}
	for _, id := range []string{makeRelease(3, 1).id, makeRelease(2, 2).id, makeRelease(6, 0).id, makeRelease(5, 0).id} {
		if seen[id] != 1 {
			t.Errorf("%s came %d times", id, seen[id])
		}
		delete(seen, id)
	}
	if len(seen) > 0 {
		t.Errorf("what the snapshot has came again: %v", seen)
	}
	next, _ := f.publishWithdrawn(6, 1)
	want := f.state(f.manifestOf(next.SnapshotId).Manifest).releases
	if got, want := slices.Sorted(maps.Keys(mirror)), slices.Sorted(maps.Keys(want)); !slices.Equal(got, want) {
		t.Errorf("the follower has\n%v\nthe next snapshot\n%v", got, want)
	}
}

func (f *fixture) publishWithdrawn(published, withdrawn int64) (*workflowv1.SnapshotPlan, error) {
	f.t.Helper()
	plan, err := f.plan(f.t.Context(), 1, false)
	must(f.t, err)
	if plan.Processes != published || plan.Withdrawn != withdrawn {
		f.t.Errorf("%d published and %d withdrawn", plan.Processes, plan.Withdrawn)
	}
	f.finish(plan)
	return plan, nil
}

func TestWhatIsWithdrawnIsInNoLaterSnapshot(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withDeltas)
	f.fill(12)
	first, _ := f.publish(12)
	ocid := makeRelease(4, 0).ocid
	for range 2 { // saying it twice is saying it once
		_, err := f.carryOut(t.Context(), &workflowv1.OperateInput{Act: names.ActWithdraw, Ocid: ocid, Reason: "a court's word"})
		must(t, err)
	}
	second, _ := f.publishWithdrawn(11, 1)
	m := f.manifestOf(second.SnapshotId)
	if s := f.state(m.Manifest); s.records[ocid] != "" || s.releases[makeRelease(4, 0).id] != "" || len(s.records) != 11 {
		t.Errorf("%s is still there", ocid)
	}
	if _, err := f.Record(t.Context(), publication.RecordRequest{OCID: ocid}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the record of a withdrawn process: %v", err)
	}
	if _, err := f.Release(t.Context(), publication.ReleaseRequest{ID: makeRelease(4, 0).id}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the release of a withdrawn process: %v", err)
	}
	f.apply(f.transform(4, 1)) // a change does not bring it back
	if plan, err := f.plan(t.Context(), 1, false); err != nil || plan.Changed {
		t.Errorf("a change of a withdrawn process is published: %v, %v", plan, err)
	}
	_, err := f.carryOut(t.Context(), &workflowv1.OperateInput{Act: names.ActRestore, Ocid: ocid})
	must(t, err)
	third, _ := f.publishWithdrawn(12, 0)
	if s := f.state(f.manifestOf(third.SnapshotId).Manifest); !strings.Contains(s.records[ocid], makeRelease(4, 1).id) || len(s.records) != 12 {
		t.Errorf("%s is not back: %s", ocid, s.records[ocid])
	}
	if third.SnapshotId == first.SnapshotId {
		t.Error("a change is not published")
	}
	if _, err := f.carryOut(t.Context(), &workflowv1.OperateInput{Act: names.ActWithdraw, Ocid: "no such"}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("withdrawing what is not there: %v", err)
	}
}

// Another mapping takes releases back and makes others.
func TestAnotherMappingReplacesReleases(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withDeltas, func(c *Config) { c.ShrinkShare = 0.5 })
	f.fill(9)
	f.publish(9)
	old, made := makeRelease(1, 0), makeRelease(1, 1)
	announced := f.transform(1, 1)
	f.exec(`delete from ocds.release where release_id = $1`, old.id)
	compiled, err := f.merger.Compiled([][]byte{made.body})
	must(t, err)
	announced = f.record(1, made, compiled, 1)
	announced.Generation, announced.WithdrawnReleaseId = 2, []string{old.id}
	f.apply(announced, announced)
	gone := &vanished{makeRelease(2, 0)}
	f.apply(gone.message(2))
	plan, err := f.plan(t.Context(), 1, false)
	must(t, err)
	f.finish(plan)
	m := f.manifestOf(plan.SnapshotId)
	s := f.state(m.Manifest)
	if len(m.Deltas) != 1 || s.releases[old.id] != "" || s.releases[made.id] == "" || s.records[makeRelease(2, 0).ocid] != "" || len(s.records) != 8 {
		t.Errorf("deltas %+v", m.Deltas)
	}
	if strings.Contains(s.records[old.ocid], old.id) {
		t.Errorf("the record has the release that was taken back: %s", s.records[old.ocid])
	}
	page, err := f.Releases(t.Context(), publication.FeedRequest{Limit: 1000})
	must(t, err)
	var tombs []publication.Tombstone
	for {
		tombs = append(tombs, page.Tombstones...)
		if !page.More {
			break
		}
		page, err = f.Releases(t.Context(), publication.FeedRequest{Cursor: page.Next, Limit: 1000})
		must(t, err)
	}
	if len(tombs) != 3 || tombs[0].ReleaseID != old.id { // the release, and the other process with its release
		t.Errorf("tombstones %+v", tombs)
	}
}
