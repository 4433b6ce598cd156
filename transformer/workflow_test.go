package transformer

import (
	"context"
	"errors"
	"fmt"
	"github.com/kzocds/kzocds/platform/flow/flowtest"
	"slices"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/flow"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	names "github.com/kzocds/kzocds/proto/workflow"
	"github.com/kzocds/kzocds/transformer/internal/pg"
)

// environment has the workflow, activities that answer without a database, and
// shard as the test supplies it.
func environment(t *testing.T, waiting int64, shard func(context.Context, *workflowv1.TransformShardInput) (*workflowv1.TransformProgress, error)) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(flowtest.Silent{})
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(30 * time.Second)
	registerWorkflows(env)
	env.RegisterActivityWithOptions(func(context.Context, *workflowv1.TransformInput) (*workflowv1.TransformProgress, error) {
		return &workflowv1.TransformProgress{Processes: waiting}, nil
	}, activity.RegisterOptions{Name: names.AwaitSource})
	env.RegisterActivityWithOptions(func(ctx context.Context, in *workflowv1.TransformShardInput) (*workflowv1.TransformProgress, error) {
		out, err := shard(ctx, in)
		return out, flow.Error(err)
	}, activity.RegisterOptions{Name: names.TransformShard})
	env.RegisterActivityWithOptions(func(_ context.Context, in *workflowv1.TransformInput) (*workflowv1.TransformResult, error) {
		return &workflowv1.TransformResult{Batch: in.Batch.Number, Transformed: 8, Quarantined: 1, Releases: 3, OcdsSequence: 99}, nil
	}, activity.RegisterOptions{Name: names.SumTransform})
	return env
}

var input = &workflowv1.TransformInput{Batch: &workflowv1.Batch{Number: 4, Source: "goszakup"}, SourceSequence: 17}

func done(_ context.Context, in *workflowv1.TransformShardInput) (*workflowv1.TransformProgress, error) {
	return &workflowv1.TransformProgress{Shard: in.Shard, Processes: 100}, nil
}

func TestTransformRunsEveryShardOnce(t *testing.T) {
	t.Parallel()
	var shards []int32
	env := environment(t, 10*processesPerShard-1, done)
	env.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, args converter.EncodedValues) {
		if info.ActivityType.Name == names.TransformShard {
			var in workflowv1.TransformShardInput
			if err := args.Get(&in); err != nil || in.Shards != 10 || in.Batch != 4 {
				t.Errorf("input %v, %v", &in, err)
			}
			shards = append(shards, in.Shard)
		}
	})
	env.ExecuteWorkflow(names.Transform, input)
	if err := env.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(shards)
	if want := []int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}; !slices.Equal(shards, want) {
		t.Errorf("shards %v", shards)
	}
	var out workflowv1.TransformResult
	if err := env.GetWorkflowResult(&out); err != nil || out.Transformed != 8 || out.OcdsSequence != 99 {
		t.Errorf("result %v, %v", &out, err)
	}
	answer, err := env.QueryWorkflow(names.QueryProgress)
	if err != nil {
		t.Fatal(err)
	}
	var progress workflowv1.Progress
	if err := answer.Get(&progress); err != nil || progress.Done != 1000 || progress.Total != 10*processesPerShard-1 || progress.Stage != stageTransform {
		t.Errorf("progress %v, %v", &progress, err)
	}
}

func TestTransformOfAnUnchangedBatchRunsNoShard(t *testing.T) {
	t.Parallel()
	env := environment(t, 0, func(context.Context, *workflowv1.TransformShardInput) (*workflowv1.TransformProgress, error) {
		t.Error("a shard ran")
		return nil, nil
	})
	env.ExecuteWorkflow(names.Transform, input)
	if err := env.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
}

func TestNumberOfShards(t *testing.T) {
	t.Parallel()
	for processes, want := range map[int64]int32{0: 0, 1: 1, processesPerShard: 1, processesPerShard + 1: 2, 100 * mostShards * processesPerShard: mostShards} {
		if got := shardsOf(processes); got != want {
			t.Errorf("shardsOf(%d) = %d, want %d", processes, got, want)
		}
	}
}

func TestAFailureThatPassesIsTriedAgainAndOneThatDoesNotEndsTheWorkflow(t *testing.T) {
	t.Parallel()
	attempts := 0
	env := environment(t, 1, func(ctx context.Context, in *workflowv1.TransformShardInput) (*workflowv1.TransformProgress, error) {
		if attempts++; attempts < 4 {
			return nil, fault.New(fault.Unavailable, "the database is restarting")
		}
		return done(ctx, in)
	})
	env.ExecuteWorkflow(names.Transform, input)
	if err := env.GetWorkflowError(); err != nil || attempts != 4 {
		t.Errorf("%d attempts, %v", attempts, err)
	}

	attempts = 0
	env = environment(t, 1, func(context.Context, *workflowv1.TransformShardInput) (*workflowv1.TransformProgress, error) {
		attempts++
		return nil, fault.New(fault.Conflict, "the history would change")
	})
	env.ExecuteWorkflow(names.Transform, input)
	if err := env.GetWorkflowError(); err == nil || attempts != 1 {
		t.Errorf("%d attempts, %v", attempts, err)
	}
}

func TestAPausedTransformStartsNoShardUntilItIsResumed(t *testing.T) {
	t.Parallel()
	resumed := false
	env := environment(t, 3*processesPerShard, func(ctx context.Context, in *workflowv1.TransformShardInput) (*workflowv1.TransformProgress, error) {
		if !resumed {
			return nil, errors.New("a shard ran while the workflow was paused")
		}
		return done(ctx, in)
	})
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(names.SignalPause, nil) }, 0)
	env.RegisterDelayedCallback(func() {
		answer, err := env.QueryWorkflow(names.QueryProgress)
		if err != nil {
			t.Error(err)
			return
		}
		var progress workflowv1.Progress
		if err := answer.Get(&progress); err != nil || !progress.Paused {
			t.Errorf("progress %v, %v", &progress, err)
		}
		resumed = true
		env.SignalWorkflow(names.SignalResume, nil)
	}, time.Hour)
	env.ExecuteWorkflow(names.Transform, input)
	if err := env.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
	if !resumed {
		t.Error("the workflow ended while it was paused")
	}
}

func TestAShardGoesOnAfterTheKeyOfItsHeartbeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 30 {
		w.store(1, "trd_buy", fmt.Sprint(500+i), processKey(500+i), day, announcement(500+i, 210, "Мел"))
	}
	// The first half is noted as done by another attempt, which left it in the
	// list, as if it had died before the rest.
	w.mark(1)
	all, err := w.service.store.PendingKeys(t.Context(), w.service.mapping.ID, pg.Shard{To: pg.Buckets}, 1, "", 100)
	if err != nil || len(all) != 30 {
		t.Fatalf("%d processes, %v", len(all), err)
	}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(flowtest.Silent{})
	env := suite.NewTestActivityEnvironment()
	env.SetHeartbeatDetails(&workflowv1.TransformProgress{Shard: 0, AfterKey: all[14].Key, Processes: 15})
	registerActivities(env, w.service)
	value, err := env.ExecuteActivity(names.TransformShard, &workflowv1.TransformShardInput{Batch: 1, Shard: 0, Shards: 1})
	if err != nil {
		t.Fatal(err)
	}
	var progress workflowv1.TransformProgress
	if err := value.Get(&progress); err != nil || progress.Processes != 30 || progress.AfterKey != all[29].Key || progress.Releases != 15 {
		t.Errorf("progress %v, %v", &progress, err)
	}
	if n, err := w.service.store.Pending(t.Context(), w.service.mapping.ID, 1); err != nil || n != 15 {
		t.Errorf("%d processes left, %v; want the 15 before the key", n, err)
	}
}
