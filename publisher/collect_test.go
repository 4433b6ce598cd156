package publisher

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/fault"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	names "github.com/kzocds/kzocds/proto/workflow"
	"github.com/kzocds/kzocds/publisher/internal/pg"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

// whole finds what a manifest in the store names and the store does not have as
// the manifest says, and a latest.json that names no manifest.
func (f *fixture) whole() (wrong []string) {
	ctx := f.t.Context()
	latest, _, err := f.latest(ctx)
	if err != nil {
		return []string{err.Error()}
	}
	if latest.Snapshot != "" {
		if _, err := f.bucket.Stat(ctx, latest.Manifest); err != nil {
			return []string{err.Error()}
		}
	}
	var manifests []string
	if err := f.bucket.List(ctx, "snapshots/", func(o blob.Info) error {
		if strings.HasSuffix(o.Key, ".json") {
			manifests = append(manifests, o.Key)
		}
		return nil
	}); err != nil {
		return []string{err.Error()}
	}
	for _, key := range manifests {
		m, err := f.manifest(ctx, key)
		if err != nil {
			if fault.KindOf(err) != fault.NotFound || key == latest.Manifest { // else it was retired just now
				wrong = append(wrong, err.Error())
			}
			continue
		}
		for _, o := range snapshot.Objects(m) {
			f.memory.mu.Lock()
			is, ok := f.memory.objects[o.Key]
			f.memory.mu.Unlock()
			if sum := sha256.Sum256(is.content); !ok || hex.EncodeToString(sum[:]) != o.SHA256 {
				if _, err := f.bucket.Stat(ctx, key); err == nil {
					wrong = append(wrong, fmt.Sprintf("%s of %s", o.Name, key))
				}
			}
		}
	}
	return wrong
}

// age lets time pass for everything that the collector looks at.
func (f *fixture) age(by time.Duration) {
	f.t.Helper()
	f.exec(`update publication.object set touched_at = touched_at - $1::interval`, by)
	f.exec(`update publication.snapshot set planned_at = planned_at - $1::interval, flipped_at = flipped_at - $1::interval`, by)
	f.memory.mu.Lock()
	defer f.memory.mu.Unlock()
	for key, o := range f.memory.objects {
		o.info.Modified = o.info.Modified.Add(-by)
		f.memory.objects[key] = o
	}
}

// Whatever is published, rolled back, folded, withdrawn and put back while the
// collector runs, at any step and at the same time: no manifest in the store
// ever lacks an object, and what nobody needs goes.
func TestTheCollectorNeverTakesWhatSomebodyNeeds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			chance := rand.New(rand.NewPCG(seed, 6))
			f := newFixture(t, withDeltas, func(c *Config) {
				c.Retention = Retention{Hourly: 6 * time.Hour, Daily: 24 * time.Hour, Grace: time.Hour, Every: time.Hour}
				c.ShrinkShare = 1
			})
			var removed int64
			var beside sync.WaitGroup
			collect := func() {
				out, err := f.collect(t.Context(), time.Now(), func(int64) {})
				if err != nil {
					t.Error(err)
					return
				}
				removed += out.Objects
			}
			// Before a step of a publication the collector runs, runs beside it, or not.
			step := func(run func() error) error {
				beside.Wait()
				switch chance.IntN(3) {
				case 0:
					collect()
				case 1:
					beside.Go(collect)
				}
				return run()
			}
			versions := map[int]int{}
			processes, withdrawn := 6, -1
			f.fill(processes)
			for range 14 {
				switch n := chance.IntN(processes); chance.IntN(6) {
				case 0: // the same content as before comes back later
					if withdrawn < 0 {
						withdrawn = n
						must(t, f.store.Withdraw(t.Context(), makeRelease(n, 0).ocid, "for a while"))
					}
				case 1:
					if withdrawn >= 0 {
						must(t, f.store.Restore(t.Context(), makeRelease(withdrawn, 0).ocid))
						withdrawn = -1
					}
				case 2:
					f.apply(f.transform(processes, 0))
					processes++
				default:
					versions[n]++
					f.apply(f.transform(n, versions[n]))
				}
				var plan *workflowv1.SnapshotPlan
				must(t, step(func() (err error) { plan, err = f.plan(t.Context(), 1, chance.IntN(4) == 0); return err }))
				if plan.Changed || plan.Compaction {
					must(t, step(func() error { f.buildAll(plan); return nil }))
					must(t, step(func() error { return f.assemble(t.Context(), plan) }))
					must(t, step(func() error {
						gate, err := f.gate(t.Context(), &workflowv1.AssembleInput{Plan: plan, Counts: counts(plan.Processes + plan.Withdrawn)})
						if err == nil && !gate.Passed {
							return refused(plan.SnapshotId, gate)
						}
						return err
					}))
					if chance.IntN(5) > 0 { // else the publication is given up here
						must(t, step(func() error {
							return f.flip(t.Context(), &workflowv1.FlipInput{SnapshotId: plan.SnapshotId, ParentId: plan.ParentId, Compaction: plan.Compaction})
						}))
					}
				}
				switch chance.IntN(4) {
				case 0:
					known, err := f.store.Snapshots(t.Context())
					must(t, err)
					to := known[chance.IntN(len(known))]
					err = step(func() error {
						_, err := f.carryOut(t.Context(), &workflowv1.OperateInput{Act: names.ActRollBack, SnapshotId: to.ID, Reason: "test"})
						return err
					})
					if k := fault.KindOf(err); err != nil && k != fault.Conflict && k != fault.NotFound {
						t.Fatal(err)
					}
					must(t, f.store.Unhold(t.Context()))
				case 1:
					latest, _, err := f.latest(t.Context())
					must(t, err)
					if latest.Snapshot != "" {
						must(t, f.store.Cite(t.Context(), latest.Snapshot, "a report"))
					}
				case 2:
					beside.Wait()
					f.age(time.Duration(1+chance.IntN(90)) * time.Hour)
				}
				beside.Wait()
				if wrong := f.whole(); len(wrong) > 0 {
					t.Fatalf("missing or wrong: %v", wrong)
				}
			}
			f.age(60 * 24 * time.Hour)
			collect()
			if wrong := f.whole(); len(wrong) > 0 {
				t.Fatalf("missing or wrong: %v", wrong)
			}
			if removed == 0 {
				t.Error("nothing was ever removed: the test cannot fail")
			}
			needed, err := f.needed(t.Context())
			must(t, err)
			must(t, f.bucket.List(t.Context(), "data/", func(o blob.Info) error {
				if !needed[o.Key] {
					t.Errorf("%s is left over", o.Key)
				}
				return nil
			}))
		})
	}
}

func TestRetentionKeepsTheLastOfEachHourDayAndMonthAndWhatIsCited(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 24, 12, 30, 0, 0, time.UTC)
	at := func(id, text string, change ...func(*pg.Snapshot)) pg.Snapshot {
		when, err := time.Parse("2006-01-02T15:04", text)
		must(t, err)
		p := pg.Snapshot{Planned: when, Flipped: when}
		p.ID = id
		for _, c := range change {
			c(&p)
		}
		return p
	}
	cited := func(p *pg.Snapshot) { p.Cited = true }
	planned := func(p *pg.Snapshot) { p.Flipped = time.Time{} }
	all := []pg.Snapshot{
		at("last year", "2025-02-27T10:00"), at("last year, not the last of its month", "2025-02-01T10:00"),
		at("cited", "2025-02-01T11:00", cited),
		at("last of May", "2026-05-31T23:00"), at("May", "2026-05-31T22:00"),
		at("last of a day", "2026-07-10T20:00"), at("earlier that day", "2026-07-10T19:00"),
		at("last of an hour", "2026-07-24T09:59"), at("earlier in that hour", "2026-07-24T09:10"),
		at("half an hour ago", "2026-07-24T12:00"), at("a minute later", "2026-07-24T12:01"), at("now", "2026-07-24T12:29"),
		at("under way", "2026-07-24T12:29", planned), at("given up", "2026-07-01T12:29", planned),
	}
	keep := kept(all, "earlier that day", now, Default().Retention)
	for id, want := range map[string]bool{
		"last year": true, "last year, not the last of its month": false, "cited": true, "last of May": true, "May": false,
		"last of a day": true, "earlier that day": true, // because it is current
		"last of an hour": true, "earlier in that hour": false, "half an hour ago": true, "a minute later": true, "now": true,
		"under way": true, "given up": false,
	} {
		if keep[id] != want {
			t.Errorf("%s is kept: %v", id, keep[id])
		}
	}
}

func TestAnOperatorRollsBackAndPublicationWaits(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withDeltas)
	f.fill(6)
	first, _ := f.publish(6)
	f.apply(f.transform(1, 1))
	second, _ := f.publish(6)
	back := &workflowv1.OperateInput{Act: names.ActRollBack, SnapshotId: first.SnapshotId, Reason: "wrong figures"}
	for i := range 2 {
		out, err := f.carryOut(t.Context(), back)
		must(t, err)
		if out.SnapshotId != first.SnapshotId || out.Flipped != (i == 0) {
			t.Errorf("%d: %v", i, out)
		}
	}
	f.apply(f.transform(2, 1))
	plan, err := f.plan(t.Context(), 1, false)
	must(t, err)
	if plan.Changed || plan.SnapshotId != first.SnapshotId || !strings.Contains(plan.Held, "wrong figures") {
		t.Errorf("publication goes on during a hold: %v", plan)
	}
	_, err = f.carryOut(t.Context(), &workflowv1.OperateInput{Act: names.ActRelease})
	must(t, err)
	third, _ := f.publish(6)
	m := f.manifestOf(third.SnapshotId)
	if m.Parent != first.SnapshotId || m.Base == nil || m.Base.Snapshot != first.SnapshotId {
		t.Errorf("parent %s, base %+v", m.Parent, m.Base)
	}
	if got := f.state(m.Manifest); !strings.Contains(got.records[makeRelease(1, 0).ocid], makeRelease(1, 1).id) {
		t.Error("the change that was rolled back is lost")
	}
	for what, in := range map[string]*workflowv1.OperateInput{
		"no id":                  {Act: names.ActRollBack, SnapshotId: "previous"},
		"an unknown snapshot":    {Act: names.ActRollBack, SnapshotId: strings.Repeat("0", 64)},
		"no such act":            {Act: "delete"},
		"a check that must hold": {Act: names.ActAccept, Check: "objects-present"},
	} {
		if _, err := f.carryOut(t.Context(), in); fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: %v", what, err)
		}
	}
	_ = second
}

func TestAnOperatorsWordLetsAPartitionShrinkOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.fill(9)
	f.publish(9)
	shrink := func(n ...int) {
		for _, n := range n {
			must(t, f.store.Withdraw(t.Context(), makeRelease(n, 0).ocid, "test"))
		}
	}
	check := func(want bool) {
		t.Helper()
		plan, err := f.plan(t.Context(), 1, false)
		must(t, err)
		f.buildAll(plan)
		must(t, f.assemble(t.Context(), plan))
		for range 2 {
			gate, err := f.gate(t.Context(), &workflowv1.AssembleInput{Plan: plan, Counts: counts(9)})
			must(t, err)
			if gate.Passed != want {
				t.Fatalf("passed: %v, %v", gate.Passed, gate)
			}
		}
		if want {
			must(t, f.flip(t.Context(), &workflowv1.FlipInput{SnapshotId: plan.SnapshotId, ParentId: plan.ParentId}))
		}
	}
	shrink(0, 3)
	check(false)
	_, err := f.carryOut(t.Context(), &workflowv1.OperateInput{Act: names.ActAccept, Check: checkShrunk, Reason: "asked for by the ministry"})
	must(t, err)
	check(true)
	shrink(1, 4) // the word was for one snapshot
	check(false)
}

// hooked calls a function once, between the collector's look at what is needed and
// its look at what is there.
type hooked struct {
	blob.Bucket
	between func()
}

func (b *hooked) List(ctx context.Context, prefix string, fn func(blob.Info) error) error {
	if prefix == "data/" && b.between != nil {
		b.between()
		b.between = nil
	}
	return b.Bucket.List(ctx, prefix, fn)
}

// A publication may come to rely on objects that nobody needed when the collector
// looked.
func TestWhatIsReliedOnDuringACollectionStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.ShrinkShare = 1 })
	f.fill(6)
	first, _ := f.publish(6)
	ocid := makeRelease(4, 0).ocid
	must(t, f.store.Withdraw(t.Context(), ocid, "for a while"))
	f.publishWithdrawn(5, 1)
	f.age(60 * 24 * time.Hour) // the first snapshot is kept by no rule any more
	must(t, f.store.Restore(t.Context(), ocid))
	var plan *workflowv1.SnapshotPlan
	f.bucket = &hooked{f.memory, func() { plan = f.planned(false) }}
	out, err := f.collect(t.Context(), time.Now(), func(int64) {})
	must(t, err)
	if out.Snapshots != 1 || plan.SnapshotId != first.SnapshotId || len(plan.Build) > 0 {
		t.Fatalf("removed %v; the plan is not to use what lies there: %v", out, plan)
	}
	f.finish(plan) // builds nothing, and the gate finds every object
	if wrong := f.whole(); len(wrong) > 0 {
		t.Errorf("missing or wrong: %v", wrong)
	}
}
