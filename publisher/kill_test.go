package publisher

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/fault"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/publication"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

// failing is an object store that strikes at random operations: the store goes
// away before or after it has done them, the database throws everybody out, or
// the publisher itself is killed.
type failing struct {
	blob.Bucket
	strike func(done bool) error
}

func (b *failing) Put(ctx context.Context, key string, r io.Reader, size int64, o blob.PutOptions) (blob.Info, error) {
	return struck(b, func() (blob.Info, error) { return b.Bucket.Put(ctx, key, r, size, o) })
}

func (b *failing) PutFile(ctx context.Context, key string, r io.ReaderAt, size int64, o blob.PutOptions) (blob.Info, error) {
	return struck(b, func() (blob.Info, error) { return b.Bucket.PutFile(ctx, key, r, size, o) })
}

func (b *failing) PutIf(ctx context.Context, key string, r io.Reader, size int64, etag string, o blob.PutOptions) (blob.Info, error) {
	return struck(b, func() (blob.Info, error) { return b.Bucket.PutIf(ctx, key, r, size, etag, o) })
}

func (b *failing) Stat(ctx context.Context, key string) (blob.Info, error) {
	return struck(b, func() (blob.Info, error) { return b.Bucket.Stat(ctx, key) })
}

func (b *failing) Delete(ctx context.Context, keys ...string) error {
	_, err := struck(b, func() (struct{}, error) { return struct{}{}, b.Bucket.Delete(ctx, keys...) })
	return err
}

func struck[T any](b *failing, do func() (T, error)) (T, error) {
	var none T
	if err := b.strike(false); err != nil {
		return none, err
	}
	out, err := do()
	if err == nil {
		err = b.strike(true)
	}
	return out, err
}

// kills is how often something is killed; KILLS sets another number.
const kills = 50

// Publisher, object store and database are killed at random moments of
// publications, compactions and collections. No manifest ever lacks a part or
// has a wrong one, and the end is the snapshot that nobody disturbed.
func TestKillsAtAnyMomentChangeNothing(t *testing.T) {
	t.Parallel()
	want := kills
	if text := os.Getenv("KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		must(t, err)
		want = n
	}
	chance := rand.New(rand.NewPCG(20260724, uint64(want)))
	f, undisturbed := newFixture(t, withDeltas), newFixture(t, withDeltas)

	var mu sync.Mutex // units are built at the same time
	var struckStore, struckDatabase, struckPublisher int
	alive, kill := context.WithCancelCause(t.Context())
	strike := func(bool) error {
		mu.Lock()
		defer mu.Unlock()
		if err := context.Cause(alive); err != nil {
			return err
		}
		switch chance.IntN(250) {
		case 0:
			struckStore++
			return fault.New(fault.Unavailable, "the object store was killed")
		case 1:
			struckDatabase++
			// The fixture's own connections go too.
			_, _ = f.pool.Exec(context.WithoutCancel(t.Context()), `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()`)
		case 2:
			struckPublisher++
			kill(errors.New("the publisher was killed"))
			return context.Cause(alive)
		}
		return nil
	}
	// step repeats a step as Temporal does, with a new publisher where one was
	// killed, until it succeeds; Conflict begins the publication anew.
	step := func(run func(ctx context.Context, s *Service) error) error {
		for range 200 {
			s, err := New(f.cfg, Deps{Pool: f.pool, Bus: f.conn, Bucket: &failing{f.memory, strike}, Log: slog.New(slog.DiscardHandler), Version: "1.2.3"})
			must(t, err)
			err = run(alive, s)
			if wrong := f.whole(); len(wrong) > 0 {
				t.Fatalf("after %d kills and %v: missing or wrong: %v", struckStore+struckDatabase+struckPublisher, err, wrong)
			}
			if err == nil || fault.KindOf(err) == fault.Conflict {
				return err
			}
			if alive.Err() != nil {
				alive, kill = context.WithCancelCause(t.Context())
			}
		}
		t.Fatal("a step never succeeded")
		return nil
	}
	publish := func(compaction bool, processes int) {
		for range 20 {
			var plan *workflowv1.SnapshotPlan
			err := step(func(ctx context.Context, s *Service) (err error) {
				if compaction {
					plan, err = s.planCompaction(ctx)
				} else {
					plan, err = s.plan(ctx, 1, false)
				}
				return err
			})
			if err == nil && !plan.Changed && !plan.Compaction {
				return
			}
			for _, last := range []bool{false, true} {
				for _, ref := range plan.GetBuild() {
					if joined := ref.Dataset == snapshot.Compiled || ref.Dataset == snapshot.Years; joined != last || err != nil {
						continue
					}
					err = step(func(ctx context.Context, s *Service) error {
						_, err := s.build(ctx, &workflowv1.BuildInput{SnapshotId: plan.SnapshotId, Partition: ref}, func(int64) {})
						return err
					})
				}
			}
			made := &workflowv1.AssembleInput{Plan: plan, Counts: counts(int64(processes))}
			for _, run := range []func(ctx context.Context, s *Service) error{
				func(ctx context.Context, s *Service) error { return s.assemble(ctx, plan) },
				func(ctx context.Context, s *Service) error {
					gate, err := s.gate(ctx, made)
					if err == nil && !gate.Passed {
						return fault.Wrap(fault.Conflict, refused(plan.SnapshotId, gate), "gate")
					}
					return err
				},
				func(ctx context.Context, s *Service) error {
					return s.flip(ctx, &workflowv1.FlipInput{SnapshotId: plan.SnapshotId, ParentId: plan.ParentId, Compaction: plan.Compaction})
				},
			} {
				if err == nil {
					err = step(run)
				}
			}
			if err == nil {
				return
			}
		}
		t.Fatal("a publication never succeeded")
	}

	processes := 6
	f.fill(processes)
	undisturbed.fill(processes)
	versions := map[int]int{}
	for round := 0; struckStore+struckDatabase+struckPublisher < want; round++ {
		publish(false, processes)
		undisturbed.publish(int64(processes))
		if round%3 == 2 {
			publish(true, processes)
		}
		must(t, step(func(ctx context.Context, s *Service) error {
			_, err := s.collect(ctx, time.Now(), func(int64) {})
			return err
		}))
		n := chance.IntN(processes + 1)
		if n == processes {
			processes++
		} else {
			versions[n]++
		}
		for _, x := range []*fixture{f, undisturbed} {
			x.settleConnections()
			x.apply(x.transform(n, versions[n]))
		}
	}
	publish(false, processes)
	publish(true, processes)
	last, _ := undisturbed.publish(int64(processes))
	if plan := undisturbed.compact(); plan.SnapshotId != last.SnapshotId {
		t.Fatal("compaction makes another snapshot")
	}
	t.Logf("the object store was killed %d times, the database %d times, the publisher %d times", struckStore, struckDatabase, struckPublisher)
	got, err := f.Bulk(t.Context(), publication.BulkRequest{})
	must(t, err)
	if got.ID != last.SnapshotId {
		t.Fatalf("snapshot %s, undisturbed %s", got.ID, last.SnapshotId)
	}
	a, err := snapshot.Encode(publication.Manifest{Datasets: bare(got.Datasets)})
	must(t, err)
	b, err := snapshot.Encode(publication.Manifest{Datasets: bare(undisturbed.manifestOf("").Datasets)})
	must(t, err)
	if !bytes.Equal(a, b) {
		t.Errorf("files\n%s\nundisturbed\n%s", a, b)
	}

	// What the killed left behind is gone once the grace is over, and nothing else.
	_, err = f.collect(t.Context(), time.Now().Add(2*f.cfg.Retention.Grace), func(int64) {})
	must(t, err)
	if wrong := f.whole(); len(wrong) > 0 {
		t.Errorf("the collector took %v", wrong)
	}
	needed, err := f.needed(t.Context())
	must(t, err)
	for key := range f.memory.objects {
		if strings.HasPrefix(key, "data/") && !needed[key] {
			t.Errorf("%s is litter", key)
		}
	}
	left, err := filepath.Glob(filepath.Join(f.cfg.WorkDir, "*"))
	must(t, err)
	if len(left) > 0 {
		t.Errorf("left in the work folder: %v", left)
	}
}

// settleConnections has the pool notice connections that the server ended.
func (f *fixture) settleConnections() {
	f.t.Helper()
	f.pool.Reset()
	must(f.t, f.pool.Ping(f.t.Context()))
}
