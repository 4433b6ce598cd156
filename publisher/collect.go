package publisher

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/platform/blob"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/publisher/internal/pg"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

// abandoned is how old a plan is that never became current and is no longer
// waited for.
const abandoned = 7 * 24 * time.Hour

// collect removes what no snapshot needs: first the manifests of snapshots that
// the rules do not keep, then objects that no manifest in the store names and
// that nobody under way relies on. It may be killed anywhere, and anything may be
// published meanwhile:
//
//   - A snapshot is retired under the lock of its row, which whoever makes it
//     current takes too, and only a snapshot that is not retired becomes current.
//   - What manifests in the store name stays, also of snapshots that this
//     database does not know.
//   - An object is deleted under the lock of its row. A publication touches the
//     row before it looks whether the object is there, so it finds the object
//     gone, or the collector finds it touched.
func (s *Service) collect(ctx context.Context, now time.Time, alive func(done int64)) (*workflowv1.CollectResult, error) {
	out := &workflowv1.CollectResult{}
	known, err := s.store.Snapshots(ctx)
	if err != nil {
		return nil, err
	}
	latest, _, err := s.latest(ctx)
	if err != nil {
		return nil, err
	}
	keep := kept(known, latest.Snapshot, now, s.cfg.Retention)
	for _, p := range known {
		if keep[p.ID] {
			out.Kept++
			continue
		}
		retired, err := s.store.Retire(ctx, p, func() error {
			// Asked again under the lock: an operator may have rolled back to it.
			if latest, _, err := s.latest(ctx); err != nil || latest.Snapshot == p.ID {
				return errOrCurrent(err)
			}
			return s.deleteFolder(ctx, p.ID)
		})
		if err == errCurrent {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("retire snapshot %s: %w", snapshot.Short(p.ID), err)
		}
		if retired {
			out.Snapshots++
		}
	}
	needed, err := s.needed(ctx)
	if err != nil {
		return nil, err
	}
	before := now.Add(-s.cfg.Retention.Grace)
	var seen int64
	err = s.bucket.List(ctx, "data/", func(o blob.Info) error {
		seen++
		alive(seen)
		if needed[o.Key] || o.Modified.After(before) {
			return nil
		}
		dropped, err := s.store.Drop(ctx, o.Key, before, func() error { return s.bucket.Delete(ctx, o.Key) })
		if dropped {
			out.Objects++
			out.Bytes += o.Size
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("remove objects: %w", err)
	}
	aborted, err := s.bucket.AbortUploads(ctx, "data/", before)
	out.Uploads = int64(aborted)
	if err != nil {
		return nil, fmt.Errorf("give up unfinished uploads: %w", err)
	}
	return out, nil
}

// errCurrent keeps a snapshot that became current again.
var errCurrent = fmt.Errorf("the snapshot is current")

func errOrCurrent(err error) error {
	if err != nil {
		return err
	}
	return errCurrent
}

// deleteFolder removes everything about one snapshot but its objects. The
// manifests go first: without one, nothing else is missed.
func (s *Service) deleteFolder(ctx context.Context, id string) error {
	keys := []string{snapshot.ManifestKey(id), snapshot.CompleteKey(id)}
	for _, key := range keys {
		if err := s.bucket.Delete(ctx, key); err != nil {
			return err
		}
	}
	for _, key := range keys {
		if err := s.bucket.Delete(ctx, snapshot.SumsKey(key), snapshot.SignatureKey(key)); err != nil {
			return err
		}
	}
	return nil
}

// needed are the objects that a manifest in the store names, or that were built
// for a snapshot that is not current yet.
func (s *Service) needed(ctx context.Context) (map[string]bool, error) {
	needed := map[string]bool{}
	var manifests []string
	err := s.bucket.List(ctx, "snapshots/", func(o blob.Info) error {
		if strings.HasSuffix(o.Key, ".json") {
			manifests = append(manifests, o.Key)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the manifests: %w", err)
	}
	for _, key := range manifests {
		m, err := s.manifest(ctx, key)
		if err != nil {
			return nil, err
		}
		for _, o := range snapshot.Objects(m) {
			needed[o.Key] = true
		}
	}
	known, err := s.store.Snapshots(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range known {
		if p.Recipe != s.recipe().Digest() {
			continue
		}
		whole, err := s.store.Snapshot(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		// Also the files of a compaction that has not got its manifest yet.
		for _, u := range slices.Concat(snapshot.Units(whole.Partitions, s.recipe()), snapshot.DeltaUnits(whole.Deltas, s.recipe())) {
			parts, err := s.store.Parts(ctx, u.Key)
			if err != nil {
				return nil, err
			}
			for _, part := range parts {
				needed[part.Key] = true
			}
		}
	}
	return needed, nil
}

// kept says which snapshots stay: the current one, cited ones, those of the last
// hour, the last of each hour, day and month, and plans that may still become
// current. Hours, days and months are those of UTC.
func kept(all []pg.Snapshot, current string, now time.Time, r Retention) map[string]bool {
	keep := map[string]bool{current: true}
	last := map[string]pg.Snapshot{} // of an hour, a day or a month
	for _, p := range all {
		if p.Cited {
			keep[p.ID] = true
		}
		if p.Flipped.IsZero() {
			keep[p.ID] = keep[p.ID] || now.Sub(p.Planned) < abandoned
			continue
		}
		age := now.Sub(p.Flipped)
		if age < time.Hour {
			keep[p.ID] = true
		}
		slots := []string{"2006-01"}
		if age < r.Daily {
			slots = append(slots, "2006-01-02")
		}
		if age < r.Hourly {
			slots = append(slots, "2006-01-02T15")
		}
		for _, layout := range slots {
			slot := p.Flipped.UTC().Format(layout)
			if was, ok := last[slot]; !ok || p.Flipped.After(was.Flipped) || p.Flipped.Equal(was.Flipped) && p.ID > was.ID {
				last[slot] = p
			}
		}
	}
	for _, p := range last {
		keep[p.ID] = true
	}
	return keep
}
