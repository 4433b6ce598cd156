package transformer

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/kzocds/kzocds/proto/subject"

	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/transformer/internal/pg"
)

type activities struct{ *Service }

// AwaitSource waits until the consumer of stream SOURCE has noted everything up
// to the sequence with which the batch's extraction ended, and takes in what the
// source's dictionaries say as of the batch. It answers how many processes are to
// be transformed.
func (a *activities) AwaitSource(ctx context.Context, in *workflowv1.TransformInput) (*workflowv1.TransformProgress, error) {
	const interval = 100 * time.Millisecond
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		floor, err := a.bus.AckFloor(ctx, subject.StreamSource, subject.ConsumerTransformer)
		if err != nil {
			return nil, err
		}
		activity.RecordHeartbeat(ctx, floor)
		if floor >= in.SourceSequence {
			break
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-ticker.C:
		}
	}
	if err := a.completeCodes(ctx, in.GetBatch().GetNumber()); err != nil {
		return nil, err
	}
	n, err := a.store.Pending(ctx, a.mapping.ID, in.GetBatch().GetNumber())
	if err != nil {
		return nil, err
	}
	return &workflowv1.TransformProgress{Processes: n}, nil
}

// TransformShard transforms the changed processes of a shard, which is a range
// of buckets. It works in ascending order of bucket and key; the heartbeat carries
// the last key, where another attempt goes on.
func (a *activities) TransformShard(ctx context.Context, in *workflowv1.TransformShardInput) (*workflowv1.TransformProgress, error) {
	progress := &workflowv1.TransformProgress{Shard: in.Shard}
	if activity.HasHeartbeatDetails(ctx) {
		var before workflowv1.TransformProgress
		if err := activity.GetHeartbeatDetails(ctx, &before); err == nil && before.Shard == in.Shard {
			progress = &before
		}
	}
	return progress, a.transformShard(ctx, in, progress, func() { activity.RecordHeartbeat(ctx, progress) })
}

// transformShard goes through a shard page by page, from where the progress
// stands.
func (s *Service) transformShard(ctx context.Context, in *workflowv1.TransformShardInput, progress *workflowv1.TransformProgress, heartbeat func()) error {
	shard := pg.Shard{From: int(in.Shard) * pg.Buckets / int(in.Shards), To: int(in.Shard+1) * pg.Buckets / int(in.Shards)}
	for {
		marks, err := s.store.PendingKeys(ctx, s.mapping.ID, shard, in.Batch, progress.AfterKey, s.cfg.Page)
		if err != nil || len(marks) == 0 {
			return err
		}
		done, err := s.transform(ctx, in.Batch, marks)
		if err != nil {
			return err
		}
		progress.AfterKey = marks[len(marks)-1].Key
		progress.Processes += done.processes
		progress.Releases += done.releases
		progress.Quarantined += done.quarantined
		heartbeat()
	}
}

// SumTransform announces what a worker that died has left, and counts everything
// that is stored.
func (a *activities) SumTransform(ctx context.Context, in *workflowv1.TransformInput) (*workflowv1.TransformResult, error) {
	if err := a.sweep(ctx); err != nil {
		return nil, err
	}
	batch := in.GetBatch().GetNumber()
	out := &workflowv1.TransformResult{Batch: batch}
	var err error
	if out.Transformed, out.Quarantined, err = a.store.Counts(ctx, a.mapping.ID); err != nil {
		return nil, err
	}
	if out.Releases, err = a.store.Releases(ctx, a.mapping.ID, batch); err != nil {
		return nil, err
	}
	out.OcdsSequence, err = a.bus.LastSequence(ctx, subject.StreamOCDS)
	return out, err
}
