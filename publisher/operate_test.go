package publisher

import (
	"context"
	"slices"
	"strings"
	"testing"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/flow"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	names "github.com/kzocds/kzocds/proto/workflow"
)

// acting runs the workflows of operators and schedules with activities that are
// played; ran notes them in their order.
func acting(t *testing.T, plan *workflowv1.SnapshotPlan, gate *workflowv1.GateResult, carried *workflowv1.OperateResult, refusal error) (*testsuite.TestWorkflowEnvironment, *[]string) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	registerWorkflows(env)
	ran := new([]string)
	play := func(name string, f any) { env.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name}) }
	did := func(name string) { *ran = append(*ran, name) }
	play(names.PlanCompaction, func(context.Context, *workflowv1.CompactInput) (*workflowv1.SnapshotPlan, error) {
		did(names.PlanCompaction)
		return plan, nil
	})
	play(names.BuildPartition, func(_ context.Context, in *workflowv1.BuildInput) (*workflowv1.BuildResult, error) {
		did("build " + in.Partition.Dataset)
		return &workflowv1.BuildResult{}, nil
	})
	play(names.Assemble, func(context.Context, *workflowv1.AssembleInput) error { did(names.Assemble); return nil })
	play(names.Gate, func(context.Context, *workflowv1.AssembleInput) (*workflowv1.GateResult, error) {
		did(names.Gate)
		return gate, nil
	})
	play(names.Flip, func(_ context.Context, in *workflowv1.FlipInput) error {
		if !in.Compaction {
			t.Error("a compaction flips as a publication does")
		}
		did(names.Flip)
		return nil
	})
	play(names.CarryOut, func(_ context.Context, in *workflowv1.OperateInput) (*workflowv1.OperateResult, error) {
		did(in.Act)
		return carried, flow.Error(refusal)
	})
	play(names.LoadSnapshot, func(_ context.Context, in *workflowv1.LoadInput) (*workflowv1.LoadResult, error) {
		did("load " + in.SnapshotId)
		return &workflowv1.LoadResult{}, nil
	})
	play(names.CollectGarbage, func(context.Context, *workflowv1.CollectInput) (*workflowv1.CollectResult, error) {
		did(names.CollectGarbage)
		return &workflowv1.CollectResult{Objects: 4}, nil
	})
	return env, ran
}

func TestACompactionBuildsChecksAndFlips(t *testing.T) {
	t.Parallel()
	plan := &workflowv1.SnapshotPlan{SnapshotId: strings.Repeat("ab", 32), Compaction: true, Complete: true, Processes: 6,
		Build: []*workflowv1.PartitionRef{{Dataset: "years", Period: "2026"}, {Dataset: "records", Period: "2026-06"}}}
	env, ran := acting(t, plan, &workflowv1.GateResult{Passed: true}, nil, nil)
	env.ExecuteWorkflow(names.Compact, &workflowv1.CompactInput{})
	var out workflowv1.PublicationResult
	must(t, env.GetWorkflowResult(&out))
	if !out.Published || !slices.Equal(*ran, []string{names.PlanCompaction, "build records", "build years", names.Assemble, names.Gate, names.Flip}) {
		t.Errorf("%v after %v", &out, *ran)
	}

	env, ran = acting(t, &workflowv1.SnapshotPlan{SnapshotId: plan.SnapshotId}, nil, nil, nil)
	env.ExecuteWorkflow(names.Compact, &workflowv1.CompactInput{})
	must(t, env.GetWorkflowResult(&out))
	if out.Published || len(*ran) != 1 {
		t.Errorf("without deltas: %v after %v", &out, *ran)
	}
}

func TestAfterARollBackTheAnalyticsServiceFollows(t *testing.T) {
	t.Parallel()
	env, ran := acting(t, nil, nil, &workflowv1.OperateResult{SnapshotId: "before", Flipped: true, Done: "done"}, nil)
	env.ExecuteWorkflow(names.Operate, &workflowv1.OperateInput{Act: names.ActRollBack, SnapshotId: "before"})
	must(t, env.GetWorkflowError())
	if !slices.Equal(*ran, []string{names.ActRollBack, "load before"}) {
		t.Errorf("ran %v", *ran)
	}
	env, ran = acting(t, nil, nil, &workflowv1.OperateResult{SnapshotId: "x", Done: "kept"}, nil)
	env.ExecuteWorkflow(names.Operate, &workflowv1.OperateInput{Act: names.ActCite, SnapshotId: "x"})
	must(t, env.GetWorkflowError())
	if !slices.Equal(*ran, []string{names.ActCite}) {
		t.Errorf("ran %v", *ran)
	}
	env, _ = acting(t, nil, nil, nil, fault.New(fault.NotFound, "no snapshot y").Do("name another"))
	env.ExecuteWorkflow(names.Operate, &workflowv1.OperateInput{Act: names.ActRollBack, SnapshotId: "y"})
	if err := env.GetWorkflowError(); err == nil || !strings.Contains(err.Error(), "roll-back was not carried out") || !strings.Contains(err.Error(), "name another") {
		t.Errorf("error %v", err)
	}
}

func TestACollectionTellsWhatItRemoved(t *testing.T) {
	t.Parallel()
	env, _ := acting(t, nil, nil, nil, nil)
	env.ExecuteWorkflow(names.Collect, &workflowv1.CollectInput{})
	var out workflowv1.CollectResult
	if err := env.GetWorkflowResult(&out); err != nil || out.Objects != 4 {
		t.Errorf("%v, %v", &out, err)
	}
}

func TestNothingIsPublishedDuringAHold(t *testing.T) {
	t.Parallel()
	s := goodStages()
	s.plan = &workflowv1.SnapshotPlan{SnapshotId: s.plan.SnapshotId, Held: "rolled back: wrong figures", Processes: 6}
	s.transformed.Transformed = 7 // more than is published, which is no fault now
	env := newEnvironment(t, s)
	env.ExecuteWorkflow(names.Publication, &workflowv1.PublicationInput{Source: "goszakup"})
	var out workflowv1.PublicationResult
	must(t, env.GetWorkflowResult(&out))
	if out.Published || slices.Contains(s.ran, names.Flip) || s.ran[len(s.ran)-1] != names.LoadSnapshot {
		t.Errorf("%v after %v", &out, s.ran)
	}
}
