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
// to the sequence with which the batch's extraction ended. It answers how many
// processes are to be transformed.
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
	n, err := a.store.Pending(ctx, in.GetBatch().GetNumber())
	if err != nil {
		return nil, err
	}
	return &workflowv1.TransformProgress{Processes: n}, nil
}

// TransformShard transforms the changed processes of a shard: the buckets whose
// number leaves the shard's as remainder. It works in ascending order of bucket
// and key; the heartbeat carries the last key, where another attempt goes on.
func (a *activities) TransformShard(ctx context.Context, in *workflowv1.TransformShardInput) (*workflowv1.TransformProgress, error) {
	progress := &workflowv1.TransformProgress{Shard: in.Shard}
	if activity.HasHeartbeatDetails(ctx) {
		var before workflowv1.TransformProgress
		if err := activity.GetHeartbeatDetails(ctx, &before); err == nil && before.Shard == in.Shard {
			progress = &before
		}
	}
	var buckets []int
	for bucket := int(in.Shard); bucket < pg.Buckets; bucket += int(in.Shards) {
		buckets = append(buckets, bucket)
	}
	for {
		keys, err := a.store.PendingKeys(ctx, buckets, in.Batch, progress.AfterKey, a.cfg.Page)
		if err != nil {
			return nil, err
		}
		if len(keys) == 0 {
			break
		}
		done, err := a.transform(ctx, in.Batch, keys)
		if err != nil {
			return nil, err
		}
		if err := a.announce(ctx); err != nil {
			return nil, err
		}
		progress.AfterKey = keys[len(keys)-1]
		progress.Processes += done.processes
		progress.Releases += done.releases
		progress.Quarantined += done.quarantined
		activity.RecordHeartbeat(ctx, progress)
	}
	return progress, nil
}

// SumTransform publishes what is left in the outbox and counts everything that
// is stored.
func (a *activities) SumTransform(ctx context.Context, in *workflowv1.TransformInput) (*workflowv1.TransformResult, error) {
	if err := a.announce(ctx); err != nil {
		return nil, err
	}
	batch := in.GetBatch().GetNumber()
	out := &workflowv1.TransformResult{Batch: batch}
	var err error
	if out.Transformed, out.Quarantined, err = a.store.Counts(ctx); err != nil {
		return nil, err
	}
	if out.Releases, err = a.store.Releases(ctx, batch); err != nil {
		return nil, err
	}
	out.OcdsSequence, err = a.bus.LastSequence(ctx, subject.StreamOCDS)
	return out, err
}
