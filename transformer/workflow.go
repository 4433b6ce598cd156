package transformer

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/kzocds/kzocds/platform/flow"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	names "github.com/kzocds/kzocds/proto/workflow"
)

const stageTransform = "transform"

var attrStage = temporal.NewSearchAttributeKeyKeyword(names.AttrStage)

// Shards of a batch: one for each so many processes, within bounds. A shard is
// the piece of work that a failing worker hands to another and that a pause
// lets finish.
const (
	processesPerShard = 500
	mostShards        = 64
	shardsAtOnce      = 8
)

// retries of every activity: for ever, as long as its kind of error passes by
// itself.
var retries = &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute}

// Transform makes the releases of one batch: it waits until all its documents
// are noted, transforms the changed processes shard by shard, and counts what
// there is. Starting it again for the same batch finds nothing left to do.
func Transform(ctx workflow.Context, in *workflowv1.TransformInput) (*workflowv1.TransformResult, error) {
	pauser, err := flow.NewPauser(ctx, stageTransform)
	if err != nil {
		return nil, err
	}
	if err := workflow.UpsertTypedSearchAttributes(ctx, attrStage.ValueSet(stageTransform)); err != nil {
		return nil, err
	}
	batch := in.GetBatch().GetNumber()
	pauser.Update(func(p *workflowv1.Progress) { p.Note = "waiting for the documents of the batch to be noted" })
	var waiting workflowv1.TransformProgress
	if err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Hour, HeartbeatTimeout: 30 * time.Second, RetryPolicy: retries,
		Summary: fmt.Sprintf("until message %d of the source is noted", in.SourceSequence),
	}), names.AwaitSource, in).Get(ctx, &waiting); err != nil {
		return nil, err
	}
	pauser.Update(func(p *workflowv1.Progress) {
		p.Total, p.Note = waiting.Processes, fmt.Sprintf("%d processes changed", waiting.Processes)
	})
	if err := transformShards(ctx, pauser, batch, shardsOf(waiting.Processes)); err != nil {
		return nil, err
	}
	if err := pauser.Wait(ctx); err != nil {
		return nil, err
	}
	var out workflowv1.TransformResult
	err = workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 10 * time.Minute, RetryPolicy: retries, Summary: "publish what is left, count",
	}), names.SumTransform, in).Get(ctx, &out)
	pauser.Update(func(p *workflowv1.Progress) {
		p.Note = fmt.Sprintf("%d new releases; %d processes transformed, %d in quarantine", out.Releases, out.Transformed, out.Quarantined)
	})
	return &out, err
}

func shardsOf(processes int64) int32 {
	return int32(min((processes+processesPerShard-1)/processesPerShard, mostShards))
}

// transformShards runs the shards, some at a time; no new one starts while the
// workflow is paused.
func transformShards(ctx workflow.Context, pauser *flow.Pauser, batch int64, shards int32) error {
	running, failed := 0, error(nil)
	for shard := range shards {
		if err := workflow.Await(ctx, func() bool { return running < shardsAtOnce || failed != nil }); err != nil {
			return err
		}
		if err := pauser.Wait(ctx); err != nil {
			return err
		}
		if failed != nil {
			break
		}
		running++
		work := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			StartToCloseTimeout: 6 * time.Hour, HeartbeatTimeout: 2 * time.Minute, RetryPolicy: retries,
			Summary: fmt.Sprintf("shard %d of %d of batch %d", shard+1, shards, batch),
		}), names.TransformShard, &workflowv1.TransformShardInput{Batch: batch, Shard: shard, Shards: shards})
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer func() { running-- }()
			var done workflowv1.TransformProgress
			if err := work.Get(ctx, &done); err != nil {
				if failed == nil {
					failed = err
				}
				return
			}
			pauser.Update(func(p *workflowv1.Progress) { p.Done += done.Processes })
		})
	}
	if err := workflow.Await(ctx, func() bool { return running == 0 }); err != nil {
		return err
	}
	return failed
}
