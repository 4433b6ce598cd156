package publisher

import (
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
	"github.com/kzocds/kzocds/publisher/snapshot"
	"github.com/kzocds/kzocds/publisher/tables"
)

// schemaVersion is the version of OCDS that the releases follow.
const schemaVersion = "1.1.5"

// statsAtOnce bounds requests about objects to the store.
const statsAtOnce = 16

// recipe is what shapes the bytes of the objects beside their content.
func (s *Service) recipe() snapshot.Recipe {
	return snapshot.Recipe{Method: tables.MethodVersion, Envelope: s.envelope.Identity(), Extension: s.tree}
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
// units have to be built.
func (s *Service) plan(ctx context.Context, batch int64) (*workflowv1.SnapshotPlan, error) {
	latest, _, err := s.latest(ctx)
	if err != nil {
		return nil, err
	}
	partitions, err := s.store.Partitions(ctx)
	if err != nil {
		return nil, err
	}
	out := &workflowv1.SnapshotPlan{SnapshotId: latest.Snapshot, ParentId: latest.Snapshot}
	for _, p := range partitions {
		if p.Dataset == snapshot.Records {
			out.Processes += p.Items
		}
	}
	if out.Processes == 0 {
		return out, nil // an empty publication is never published
	}
	id := snapshot.ID(partitions, tables.MethodVersion)
	if id == latest.Snapshot {
		return out, nil
	}
	out.SnapshotId, out.Changed = id, true
	if err := s.store.SavePlan(ctx, id, latest.Snapshot, batch, out.Processes, partitions); err != nil {
		return nil, err
	}
	for _, u := range snapshot.Units(partitions, s.recipe()) {
		parts, err := s.builtParts(ctx, u)
		if err != nil {
			return nil, err
		}
		if len(parts) == 0 {
			out.Build = append(out.Build, &workflowv1.PartitionRef{Dataset: u.Dataset, Period: u.Period})
		}
	}
	return out, nil
}

// builtParts are the objects of a unit if all of them lie in the store as they
// were made. What lost an object is forgotten, so that it is built again.
func (s *Service) builtParts(ctx context.Context, u snapshot.Unit) ([]snapshot.Part, error) {
	parts, err := s.store.Parts(ctx, u.Key)
	if err != nil || len(parts) == 0 {
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
func (s *Service) build(ctx context.Context, id string, ref *workflowv1.PartitionRef, alive func(done int64)) (*workflowv1.BuildResult, error) {
	_, partitions, err := s.store.Plan(ctx, id)
	if err != nil {
		return nil, err
	}
	units := snapshot.Units(partitions, s.recipe())
	at := slices.IndexFunc(units, func(u snapshot.Unit) bool { return u.Dataset == ref.Dataset && u.Period == ref.Period })
	if at < 0 {
		return nil, fault.New(fault.NotFound, "snapshot %s has no %s of %q", snapshot.Short(id), ref.Dataset, ref.Period)
	}
	parts, err := s.builtParts(ctx, units[at])
	if err != nil {
		return nil, err
	}
	out := &workflowv1.BuildResult{Reused: len(parts) > 0}
	if !out.Reused {
		months := slices.DeleteFunc(slices.Clone(units), func(u snapshot.Unit) bool { return u.Dataset != snapshot.Records })
		if parts, err = s.builder.build(ctx, units[at], months, alive); err != nil {
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
func (s *Service) content(ctx context.Context, id string) (snapshot.Content, []snapshot.Unit, error) {
	parent, partitions, err := s.store.Plan(ctx, id)
	if err != nil {
		return snapshot.Content{}, nil, err
	}
	units := snapshot.Units(partitions, s.recipe())
	c := snapshot.Content{
		ID: id, Parent: parent, Partitions: partitions,
		Versions: map[string]string{
			"mapping": snapshot.Mapping(partitions), "method": tables.MethodVersion, "schema": schemaVersion,
		},
		Publisher: s.envelope.Publisher, License: s.envelope.License, Policy: s.envelope.Policy,
	}
	for _, u := range units {
		parts, err := s.store.Parts(ctx, u.Key)
		if err != nil {
			return c, nil, err
		}
		if len(parts) == 0 {
			return c, nil, fault.New(fault.Conflict, "%s %s of snapshot %s is not built", u.Dataset, u.Period, snapshot.Short(id)).
				About(id).Do("start the publication again: it builds what is missing")
		}
		c.Parts = append(c.Parts, parts...)
	}
	return c, units, nil
}

// assemble writes the manifest of a snapshot.
func (s *Service) assemble(ctx context.Context, id string) error {
	content, _, err := s.content(ctx, id)
	if err != nil {
		return err
	}
	text, err := snapshot.Encode(snapshot.Manifest(content))
	if err != nil {
		return err
	}
	_, err = s.bucket.Put(ctx, snapshot.ManifestKey(id), strings.NewReader(string(text)), int64(len(text)),
		blob.PutOptions{ContentType: mediaJSON, CacheControl: "public, no-cache"})
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	return nil
}

// flip makes a snapshot the current one, if its parent still is.
func (s *Service) flip(ctx context.Context, id, parent string) error {
	latest, etag, err := s.latest(ctx)
	if err != nil {
		return err
	}
	switch latest.Snapshot {
	case id: // a former attempt got here
	case parent:
		text, err := snapshot.EncodeLatest(id)
		if err != nil {
			return err
		}
		if _, err := s.bucket.PutIf(ctx, snapshot.LatestKey, strings.NewReader(string(text)), int64(len(text)), etag,
			blob.PutOptions{ContentType: mediaJSON, CacheControl: "public, no-cache"}); err != nil {
			return fmt.Errorf("make snapshot %s current: %w", snapshot.Short(id), err)
		}
	default:
		return fault.New(fault.Conflict, "snapshot %s became current while %s was made from %s",
			snapshot.Short(latest.Snapshot), snapshot.Short(id), snapshot.Short(parent)).
			About(id).Do("nothing to do by hand: the next publication builds on the current snapshot")
	}
	if err := s.store.Flipped(ctx, id); err != nil {
		return err
	}
	// Whoever misses the word asks for latest.json.
	return s.bus.Publish(subject.SnapshotPublished, []byte(id))
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
	if err := json.Unmarshal(text, &l); err != nil || l.Snapshot == "" {
		return l, "", fault.Wrap(fault.Internal, err, "%s in the bucket cannot be read", snapshot.LatestKey).
			Do("put back {\"snapshot\": <id>, \"manifest\": \"snapshots/<id>/manifest.json\"} of the last good snapshot")
	}
	return l, info.ETag, nil
}

// manifest reads the manifest of a snapshot.
func (s *Service) manifest(ctx context.Context, id string) (m publication.Manifest, err error) {
	text, _, err := s.object(ctx, snapshot.ManifestKey(id))
	if fault.KindOf(err) == fault.NotFound {
		return m, fault.New(fault.NotFound, "no snapshot %s", id).About(id).At("snapshot").
			Do("ask for /bulk without an id to get the current snapshot")
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fault.Wrap(fault.Internal, err, "manifest of snapshot %s", id)
	}
	return m, nil
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
