package publisher

import (
	"context"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"

	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
)

// Activities are the steps of Publish. Each may be repeated at any point: what a
// former attempt finished is found and kept.
type activities struct{ service *Service }

func (a *activities) AwaitProcesses(ctx context.Context, in *workflowv1.PublishInput) error {
	return beating(ctx, func(ctx context.Context, alive func(int64)) error {
		return a.service.awaitProcesses(ctx, in.OcdsSequence, func(floor uint64) { alive(int64(floor)) })
	})
}

func (a *activities) PlanSnapshot(ctx context.Context, in *workflowv1.PublishInput) (out *workflowv1.SnapshotPlan, err error) {
	err = beating(ctx, func(ctx context.Context, _ func(int64)) error {
		out, err = a.service.plan(ctx, in.GetBatch().GetNumber(), in.Compact)
		return err
	})
	return out, err
}

func (a *activities) BuildPartition(ctx context.Context, in *workflowv1.BuildInput) (out *workflowv1.BuildResult, err error) {
	err = beating(ctx, func(ctx context.Context, alive func(int64)) error {
		out, err = a.service.build(ctx, in, alive)
		return err
	})
	return out, err
}

func (a *activities) Assemble(ctx context.Context, in *workflowv1.AssembleInput) error {
	return beating(ctx, func(ctx context.Context, _ func(int64)) error {
		return a.service.assemble(ctx, in.Plan)
	})
}

func (a *activities) Gate(ctx context.Context, in *workflowv1.AssembleInput) (out *workflowv1.GateResult, err error) {
	err = beating(ctx, func(ctx context.Context, _ func(int64)) error {
		out, err = a.service.gate(ctx, in)
		return err
	})
	return out, err
}

func (a *activities) Flip(ctx context.Context, in *workflowv1.FlipInput) error {
	return beating(ctx, func(ctx context.Context, _ func(int64)) error {
		return a.service.flip(ctx, in)
	})
}

func (a *activities) PlanCompaction(ctx context.Context, _ *workflowv1.CompactInput) (out *workflowv1.SnapshotPlan, err error) {
	err = beating(ctx, func(ctx context.Context, _ func(int64)) error {
		out, err = a.service.planCompaction(ctx)
		return err
	})
	return out, err
}

func (a *activities) CollectGarbage(ctx context.Context, _ *workflowv1.CollectInput) (out *workflowv1.CollectResult, err error) {
	err = beating(ctx, func(ctx context.Context, alive func(int64)) error {
		out, err = a.service.collect(ctx, time.Now(), alive)
		return err
	})
	return out, err
}

func (a *activities) CarryOut(ctx context.Context, in *workflowv1.OperateInput) (out *workflowv1.OperateResult, err error) {
	err = beating(ctx, func(ctx context.Context, _ func(int64)) error {
		out, err = a.service.carryOut(ctx, in)
		return err
	})
	return out, err
}

// beating runs a step and lets the server know every few seconds that the
// process lives, with how far the step has come. Cancellation ends the step.
func beating(ctx context.Context, step func(ctx context.Context, alive func(done int64)) error) error {
	var done atomic.Int64
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		tick := time.NewTicker(heartbeat / 5)
		defer tick.Stop()
		for {
			activity.RecordHeartbeat(ctx, done.Load())
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return step(ctx, done.Store)
}
