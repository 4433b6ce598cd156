package publisher

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/fault"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/publication"
	"github.com/kzocds/kzocds/proto/subject"
	"github.com/kzocds/kzocds/publisher/internal/pg"
	"github.com/kzocds/kzocds/publisher/snapshot"
	"github.com/kzocds/kzocds/publisher/tables"
)

// schemaVersion is the version of OCDS that the releases follow.
const schemaVersion = "1.1.5"

// statsAtOnce bounds requests about objects to the store.
const statsAtOnce = 16

// recipe is what shapes the bytes of the objects beside their content.
func (s *Service) recipe() snapshot.Recipe {
	return snapshot.Recipe{Method: tables.MethodVersion, Envelope: s.envelope.Identity(), Extension: s.tree,
		Proof: fmt.Sprintf("sums 1, %g of schema %s", s.cfg.ValidShare, s.builder.schemaDigest)}
}

// awaitPoll is how often the consumer's progress is looked at.
const awaitPoll = 200 * time.Millisecond

// awaitProcesses waits until every change up to a sequence of stream OCDS has
// been taken in, or is in quarantine.
func (s *Service) awaitProcesses(ctx context.Context, sequence uint64, alive func(floor uint64)) error {
	for {
		floor, err := s.bus.AckFloor(ctx, subject.StreamOCDS, subject.ConsumerPublisher)
		if err != nil {
			return err
		}
		alive(floor)
		if floor >= sequence {
			return nil
		}
		last, err := s.bus.LastSequence(ctx, subject.StreamOCDS)
		if err != nil {
			return err
		}
		if last < sequence {
			return fault.New(fault.Conflict, "stream %s ends at sequence %d and the batch at %d: messages were lost", subject.StreamOCDS, last, sequence).
				Do("restore the state of NATS, or transform the batch again, which announces it anew")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(awaitPoll):
		}
	}
}

// plan computes the snapshot of the present content and finds out which of its
// units have to be built. compact asks for one without deltas.
func (s *Service) plan(ctx context.Context, batch int64, compact bool) (*workflowv1.SnapshotPlan, error) {
	latest, _, err := s.latest(ctx)
	if err != nil {
		return nil, err
	}
	out := &workflowv1.SnapshotPlan{SnapshotId: latest.Snapshot, ParentId: latest.Snapshot}
	if out.Held, err = s.store.Held(ctx); err != nil {
		return nil, err
	}
	if out.Held != "" {
		if latest.Snapshot != "" {
			m, err := s.manifest(ctx, latest.Manifest)
			if err != nil {
				return nil, err
			}
			out.Processes = m.Counts.Processes
		}
		return out, nil
	}
	content, err := s.store.Content(ctx)
	if err != nil {
		return nil, err
	}
	out.Withdrawn = content.Withdrawn
	for _, p := range content.Partitions {
		if p.Dataset == snapshot.Records {
			out.Processes += p.Items
		}
	}
	if out.Processes == 0 {
		return out, nil // an empty publication is never published
	}
	if latest.Snapshot == "" {
		if err := s.forgetLost(ctx); err != nil {
			return nil, err
		}
	}
	id := snapshot.ID(content.Partitions, tables.MethodVersion)
	if id == latest.Snapshot {
		if compact {
			return s.planCompaction(ctx)
		}
		return out, nil
	}
	out.SnapshotId, out.Changed = id, true
	p := snapshot.Plan{ID: id, Parent: latest.Snapshot, Mark: content.Mark, Base: id, Recipe: s.recipe().Digest(), Partitions: content.Partitions}
	if s.cfg.Deltas.Enabled && !compact {
		if p.Base, p.Deltas, err = s.stack(ctx, p, out.Processes); err != nil {
			return nil, err
		}
	}
	if err := s.store.SavePlan(ctx, p, batch, out.Processes); err != nil {
		return nil, err
	}
	return out, s.fill(ctx, out, false)
}

// forgetLost retires the snapshots that were current once and whose manifests are
// no longer in the store: a database that was restored beside an empty bucket
// then builds them again.
func (s *Service) forgetLost(ctx context.Context) error {
	known, err := s.store.Snapshots(ctx)
	if err != nil {
		return err
	}
	for _, p := range known {
		if p.Flipped.IsZero() {
			continue
		}
		_, err := s.bucket.Stat(ctx, snapshot.ManifestKey(p.ID))
		if fault.KindOf(err) == fault.NotFound {
			s.log.WarnContext(ctx, "the manifest of a snapshot vanished from the store", "snapshot", p.ID)
			err = s.store.Lose(ctx, p.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// stack finds the base of a snapshot and the deltas that lead from there to it;
// the snapshot itself without deltas where there is no base, or where so much
// changed that the deltas would be no smaller than the files.
func (s *Service) stack(ctx context.Context, p snapshot.Plan, processes int64) (base string, deltas []snapshot.Delta, err error) {
	parent, err := s.store.Snapshot(ctx, p.Parent)
	if fault.KindOf(err) == fault.NotFound {
		return p.ID, nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	if parent.Mark == 0 || parent.Mark > p.Mark {
		return p.ID, nil, nil
	}
	base, err = s.store.BaseFor(ctx, parent.Mark, p.Recipe)
	if err != nil || base == "" {
		return p.ID, nil, err
	}
	b, err := s.store.Snapshot(ctx, base)
	if err != nil {
		return "", nil, err
	}
	// What was lost of the base cannot always be built again: something in it may
	// be withdrawn.
	for _, u := range snapshot.Units(b.Partitions, s.recipe()) {
		if parts, err := s.builtParts(ctx, u); err != nil || len(parts) == 0 {
			return p.ID, nil, err
		}
	}
	var below []snapshot.Delta
	if base != parent.ID {
		for _, d := range parent.Deltas {
			if d.ToMark > b.Mark {
				below = append(below, d)
			}
		}
		if parent.Recipe != p.Recipe || len(below) == 0 || below[0].FromMark > b.Mark {
			return p.ID, nil, nil
		}
	}
	d, err := s.store.Changed(ctx, parent.Mark, p.Mark)
	if err != nil {
		return "", nil, err
	}
	d.From, d.To = parent.ID, p.ID
	deltas, merged := snapshot.Stack(below, d)
	if merged {
		top := &deltas[len(deltas)-1]
		whole, err := s.store.Changed(ctx, top.FromMark, top.ToMark)
		if err != nil {
			return "", nil, err
		}
		whole.Name, whole.From, whole.To = top.Name, top.From, top.To
		*top = whole
	}
	var changed int64
	for _, d := range deltas {
		changed += d.Processes
	}
	if float64(changed) > s.cfg.Deltas.Share*float64(processes) {
		return p.ID, nil, nil
	}
	return base, deltas, nil
}

// planCompaction plans the current snapshot without deltas.
func (s *Service) planCompaction(ctx context.Context) (*workflowv1.SnapshotPlan, error) {
	latest, _, err := s.latest(ctx)
	if err != nil {
		return nil, err
	}
	out := &workflowv1.SnapshotPlan{SnapshotId: latest.Snapshot}
	if latest.Snapshot == "" {
		return out, nil
	}
	p, err := s.store.Snapshot(ctx, latest.Snapshot)
	if err != nil {
		return nil, err
	}
	out.Processes, out.ParentId = p.Processes, p.Parent
	// Of another recipe are its files too: they stay as they are, and the next
	// change makes all files anew.
	if p.Complete || p.Recipe != s.recipe().Digest() {
		return out, nil
	}
	out.Compaction = true
	return out, s.fill(ctx, out, true)
}

// fill says which units of a snapshot have to be built.
func (s *Service) fill(ctx context.Context, out *workflowv1.SnapshotPlan, compaction bool) error {
	f, err := s.form(ctx, out.SnapshotId, compaction)
	if err != nil {
		return err
	}
	out.Complete = f.complete()
	for _, u := range f.all() {
		parts, err := s.builtParts(ctx, u)
		if err != nil {
			return err
		}
		if len(parts) == 0 {
			ref := &workflowv1.PartitionRef{Dataset: u.Dataset, Period: u.Period}
			if u.Dataset != snapshot.Deltas && f.base.ID != out.SnapshotId {
				ref.SnapshotId = f.base.ID
			}
			out.Build = append(out.Build, ref)
		}
	}
	return nil
}

// form is how a snapshot is put together: the files of a base and deltas.
type form struct {
	plan, base    pg.Snapshot
	files, deltas []snapshot.Unit
}

func (f *form) all() []snapshot.Unit { return slices.Concat(f.files, f.deltas) }
func (f *form) complete() bool       { return f.base.ID == f.plan.ID }

// key of the manifest of this form.
func (f *form) key() string {
	if f.complete() && f.plan.Base != f.plan.ID {
		return snapshot.CompleteKey(f.plan.ID)
	}
	return snapshot.ManifestKey(f.plan.ID)
}

// form of a planned snapshot; of a compaction it has no deltas.
func (s *Service) form(ctx context.Context, id string, compaction bool) (*form, error) {
	p, err := s.store.Snapshot(ctx, id)
	if err != nil {
		return nil, err
	}
	f := &form{plan: p, base: p}
	if p.Recipe != s.recipe().Digest() {
		return nil, fault.New(fault.Conflict, "snapshot %s was made with another version or other metadata of packages", snapshot.Short(id)).
			About(id).Do("nothing to do by hand: the next change makes a snapshot with the present ones")
	}
	if !compaction && p.Base != p.ID {
		if f.base, err = s.store.Snapshot(ctx, p.Base); err != nil {
			return nil, err
		}
		f.deltas = snapshot.DeltaUnits(p.Deltas, s.recipe())
	}
	f.files = snapshot.Units(f.base.Partitions, s.recipe())
	return f, nil
}

// builtParts are the objects of a unit if all of them lie in the store as they
// were made. What lost an object is forgotten, so that it is built again.
func (s *Service) builtParts(ctx context.Context, u snapshot.Unit) ([]snapshot.Part, error) {
	parts, err := s.store.Parts(ctx, u.Key)
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	// The collector leaves alone what somebody said to rely on, so the look at the
	// store comes after the word.
	keys := make([]string, len(parts))
	for i, p := range parts {
		keys[i] = p.Key
	}
	if err := s.store.Touch(ctx, keys...); err != nil {
		return nil, err
	}
	missing, err := s.missing(ctx, parts)
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		s.log.WarnContext(ctx, "objects vanished from the store and are built again", "keys", missing)
		return nil, s.store.Forget(ctx, u.Key)
	}
	return parts, nil
}

// missing lists the keys of parts that do not lie in the store with their size.
func (s *Service) missing(ctx context.Context, parts []snapshot.Part) ([]string, error) {
	absent := make([]bool, len(parts))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(statsAtOnce)
	for i, p := range parts {
		g.Go(func() error {
			info, err := s.bucket.Stat(ctx, p.Key)
			if fault.KindOf(err) == fault.NotFound {
				absent[i] = true
				return nil
			}
			absent[i] = err == nil && info.Size != p.Bytes
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("look for the objects of the snapshot: %w", err)
	}
	var keys []string
	for i, p := range parts {
		if absent[i] {
			keys = append(keys, p.Key)
		}
	}
	return keys, nil
}

// build makes one unit of a planned snapshot, unless it is there already.
func (s *Service) build(ctx context.Context, in *workflowv1.BuildInput, alive func(done int64)) (*workflowv1.BuildResult, error) {
	ref := in.Partition
	p, err := s.store.Snapshot(ctx, cmp.Or(ref.SnapshotId, in.SnapshotId))
	if err != nil {
		return nil, err
	}
	units := slices.Concat(snapshot.Units(p.Partitions, s.recipe()), snapshot.DeltaUnits(p.Deltas, s.recipe()))
	at := slices.IndexFunc(units, func(u snapshot.Unit) bool { return u.Dataset == ref.Dataset && u.Period == ref.Period })
	if at < 0 {
		return nil, fault.New(fault.NotFound, "snapshot %s has no %s of %q", snapshot.Short(p.ID), ref.Dataset, ref.Period)
	}
	parts, err := s.builtParts(ctx, units[at])
	if err != nil {
		return nil, err
	}
	out := &workflowv1.BuildResult{Reused: len(parts) > 0}
	if !out.Reused {
		if parts, err = s.builder.build(ctx, units[at], p.Mark, units, alive); err != nil {
			return nil, err
		}
	}
	for _, p := range parts {
		out.Parts = append(out.Parts, &workflowv1.PartBuilt{
			Partition: &workflowv1.PartitionRef{Dataset: p.Dataset, Table: p.Table, Period: p.Period},
			Key:       p.Key, Bytes: p.Bytes, Rows: p.Rows, Sha256: p.SHA256[:],
		})
	}
	return out, nil
}

// content is everything that a planned and built snapshot consists of.
func (s *Service) content(ctx context.Context, f *form) (snapshot.Content, error) {
	c := snapshot.Content{
		Plan: f.plan.Plan,
		Versions: map[string]string{
			"mapping": snapshot.Mapping(f.plan.Partitions), "method": tables.MethodVersion, "schema": schemaVersion,
		},
		Publisher: s.envelope.Publisher, License: s.envelope.License, Policy: s.envelope.Policy,
	}
	if !f.complete() {
		c.Base = &f.base.Plan
	}
	for _, u := range f.all() {
		parts, err := s.store.Parts(ctx, u.Key)
		if err != nil {
			return c, err
		}
		switch {
		case len(parts) == 0:
			return c, fault.New(fault.Conflict, "%s %s of snapshot %s is not built", u.Dataset, u.Period, snapshot.Short(f.plan.ID)).
				About(f.plan.ID).Do("start the publication again: it builds what is missing")
		case u.Dataset == snapshot.Deltas:
			c.Deltas = append(c.Deltas, snapshot.DeltaParts{Delta: u.Delta, Parts: parts})
		default:
			c.Parts = append(c.Parts, parts...)
		}
	}
	return c, nil
}

// assemble writes the manifest of a snapshot with its checksums and signature.
// A manifest that was in use once stays as it is.
func (s *Service) assemble(ctx context.Context, plan *workflowv1.SnapshotPlan) error {
	f, err := s.form(ctx, plan.SnapshotId, plan.Compaction)
	if err != nil {
		return err
	}
	if used := !f.plan.Flipped.IsZero() && !plan.Compaction || f.plan.Complete; used {
		return nil
	}
	content, err := s.content(ctx, f)
	if err != nil {
		return err
	}
	m := snapshot.Manifest(content)
	text, err := snapshot.Encode(m)
	if err != nil {
		return err
	}
	key := f.key()
	files := []struct{ key, media, text string }{{snapshot.SumsKey(key), mediaText, string(snapshot.Sums(m))}}
	if s.signer != nil {
		files = append(files, struct{ key, media, text string }{snapshot.SignatureKey(key), mediaBinary, string(s.signer.Sign(text))})
		files = append(files, struct{ key, media, text string }{s.signer.Key(), mediaPEM, string(s.signer.PublicPEM())})
	}
	// The manifest comes last: whoever sees it finds the rest.
	for _, f := range append(files, struct{ key, media, text string }{key, mediaJSON, string(text)}) {
		_, err = s.bucket.Put(ctx, f.key, strings.NewReader(f.text), int64(len(f.text)),
			blob.PutOptions{ContentType: f.media, CacheControl: "public, no-cache"})
		if err != nil {
			return fmt.Errorf("write %s: %w", f.key, err)
		}
	}
	return nil
}

// flip makes a snapshot the current one, if its parent still is. Of a
// compaction the manifest without deltas becomes the one in use, if the snapshot
// is still current; later snapshots build on it in any case.
func (s *Service) flip(ctx context.Context, in *workflowv1.FlipInput) error {
	f, err := s.form(ctx, in.SnapshotId, in.Compaction)
	if err != nil {
		return err
	}
	err = s.store.MakeCurrent(ctx, in.SnapshotId, f.complete(), func() error {
		latest, etag, err := s.latest(ctx)
		if err != nil {
			return err
		}
		switch {
		case latest.Snapshot == in.SnapshotId && (!in.Compaction || latest.Manifest == f.key()): // a former attempt got here
			return nil
		case in.Compaction && latest.Snapshot != in.SnapshotId: // another came meanwhile
			return nil
		case in.Compaction || latest.Snapshot == in.ParentId:
			return s.point(ctx, in.SnapshotId, f.key(), etag)
		}
		return fault.New(fault.Conflict, "snapshot %s became current while %s was made from %s",
			snapshot.Short(latest.Snapshot), snapshot.Short(in.SnapshotId), snapshot.Short(in.ParentId)).
			About(in.SnapshotId).Do("nothing to do by hand: the next publication builds on the current snapshot")
	})
	if err != nil {
		return err
	}
	// Whoever misses the word asks for latest.json.
	return s.bus.Publish(subject.SnapshotPublished, []byte(in.SnapshotId))
}

// point lets latest.json name a snapshot and its manifest, if nobody changed it
// since it had the ETag.
func (s *Service) point(ctx context.Context, id, manifest, etag string) error {
	text, err := snapshot.EncodeLatest(id, manifest)
	if err != nil {
		return err
	}
	if _, err := s.bucket.PutIf(ctx, snapshot.LatestKey, strings.NewReader(string(text)), int64(len(text)), etag,
		blob.PutOptions{ContentType: mediaJSON, CacheControl: "public, no-cache"}); err != nil {
		return fmt.Errorf("make snapshot %s current: %w", snapshot.Short(id), err)
	}
	return nil
}

// latest reads latest.json; nothing published yet is an empty Latest with an
// empty ETag.
func (s *Service) latest(ctx context.Context) (l publication.Latest, etag string, err error) {
	text, info, err := s.object(ctx, snapshot.LatestKey)
	if fault.KindOf(err) == fault.NotFound {
		return l, "", nil
	}
	if err != nil {
		return l, "", err
	}
	if err := json.Unmarshal(text, &l); err != nil || l.Snapshot == "" || l.Manifest == "" {
		return l, "", fault.Wrap(fault.Internal, err, "%s in the bucket cannot be read", snapshot.LatestKey).
			Do("put back {\"snapshot\": <id>, \"manifest\": \"snapshots/<id>/manifest.json\"} of the last good snapshot")
	}
	return l, info.ETag, nil
}

// manifest reads a manifest by its key.
func (s *Service) manifest(ctx context.Context, key string) (m publication.Manifest, err error) {
	text, _, err := s.object(ctx, key)
	if fault.KindOf(err) == fault.NotFound {
		return m, fault.New(fault.NotFound, "no manifest %s", key).At("snapshot").
			Do("ask for /bulk without an id to get the current snapshot")
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fault.Wrap(fault.Internal, err, "manifest %s", key)
	}
	return m, nil
}

// inUse is the key of the manifest of a snapshot that readers take: the one
// without deltas once there is one.
func (s *Service) inUse(ctx context.Context, id string) (string, error) {
	_, err := s.bucket.Stat(ctx, snapshot.CompleteKey(id))
	switch {
	case err == nil:
		return snapshot.CompleteKey(id), nil
	case fault.KindOf(err) == fault.NotFound:
		return snapshot.ManifestKey(id), nil
	}
	return "", err
}

// maxManifest bounds what is read as a manifest: about 100,000 objects.
const maxManifest = 64 << 20

func (s *Service) object(ctx context.Context, key string) ([]byte, blob.Info, error) {
	r, info, err := s.bucket.Get(ctx, key, blob.GetOptions{})
	if err != nil {
		return nil, info, err
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, maxManifest))
	return text, info, err
}
