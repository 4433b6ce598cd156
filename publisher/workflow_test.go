package publisher

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/flow"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	names "github.com/kzocds/kzocds/proto/workflow"
)

// stages plays the stages of the other services and the activities of this one.
type stages struct {
	extracted   *workflowv1.ExtractResult
	transformed *workflowv1.TransformResult
	plan        *workflowv1.SnapshotPlan
	gate        *workflowv1.GateResult
	loaded      *workflowv1.LoadResult
	fail        map[string]error // by workflow or activity
	ran         []string         // activities and children, in order
	signals     []string         // that the child Extract got
}

func goodStages() *stages {
	id := strings.Repeat("ab", 32)
	return &stages{
		extracted:   &workflowv1.ExtractResult{SourceProcesses: 7, StoredProcesses: 7, SourceSequence: 70, Entities: []*workflowv1.EntityCounts{{Entity: "lots", Source: 9, Stored: 9}}},
		transformed: &workflowv1.TransformResult{Batch: 3, Transformed: 6, Quarantined: 1, OcdsSequence: 60},
		plan: &workflowv1.SnapshotPlan{SnapshotId: id, ParentId: "before", Changed: true, Processes: 6, Build: []*workflowv1.PartitionRef{
			{Dataset: "compiled"}, {Dataset: "records", Period: "2026-06"}, {Dataset: "releases", Period: "2026-06"}, {Dataset: "extensions"}}},
		gate:   &workflowv1.GateResult{Passed: true},
		loaded: &workflowv1.LoadResult{SnapshotId: id, Processes: 6},
		fail:   map[string]error{},
	}
}

func (s *stages) did(name string) error {
	s.ran = append(s.ran, name)
	return flow.Error(s.fail[name])
}

func newEnvironment(t *testing.T, s *stages) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	registerWorkflows(env)
	env.SetStartTime(time.Date(2026, 7, 24, 10, 0, 0, 0, time.UTC))

	play := func(name string, f any) { env.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name}) }
	play(names.OpenBatch, func(_ context.Context, in *workflowv1.OpenBatchInput) (*workflowv1.Batch, error) {
		return &workflowv1.Batch{Number: 3, Source: in.Source, From: timestamppb.New(time.Date(2026, 7, 24, 0, 0, 0, 0, time.UTC)),
			To: timestamppb.New(time.Date(2026, 7, 24, 10, 0, 0, 0, time.UTC))}, s.did(names.OpenBatch)
	})
	play(names.AwaitProcesses, func(_ context.Context, in *workflowv1.PublishInput) error {
		if in.OcdsSequence != s.transformed.OcdsSequence {
			t.Errorf("awaits %d", in.OcdsSequence)
		}
		return s.did(names.AwaitProcesses)
	})
	play(names.PlanSnapshot, func(context.Context, *workflowv1.PublishInput) (*workflowv1.SnapshotPlan, error) {
		return s.plan, s.did(names.PlanSnapshot)
	})
	play(names.BuildPartition, func(_ context.Context, in *workflowv1.BuildInput) (*workflowv1.BuildResult, error) {
		return &workflowv1.BuildResult{}, s.did(names.BuildPartition + " " + in.Partition.Dataset)
	})
	play(names.Assemble, func(context.Context, *workflowv1.AssembleInput) error { return s.did(names.Assemble) })
	play(names.Gate, func(_ context.Context, in *workflowv1.AssembleInput) (*workflowv1.GateResult, error) {
		if in.Counts.GetStored() != 7 || in.Counts.GetTransformed() != 6 || in.Counts.GetQuarantined() != 1 {
			t.Errorf("gate got the counts %v", in.Counts)
		}
		return s.gate, s.did(names.Gate)
	})
	play(names.Flip, func(_ context.Context, in *workflowv1.FlipInput) error {
		if in.ParentId != "before" {
			t.Errorf("flips from %s", in.ParentId)
		}
		return s.did(names.Flip)
	})
	play(names.LoadSnapshot, func(context.Context, *workflowv1.LoadInput) (*workflowv1.LoadResult, error) {
		return s.loaded, s.did(names.LoadSnapshot)
	})
	env.RegisterWorkflowWithOptions(func(ctx workflow.Context, in *workflowv1.ExtractInput) (*workflowv1.ExtractResult, error) {
		pauser, err := flow.NewPauser(ctx, stageExtract)
		if err != nil {
			return nil, err
		}
		// Long enough for an operator to pause and resume.
		for range 10 {
			if err := workflow.Sleep(ctx, time.Minute); err != nil {
				return nil, err
			}
			pauser.Update(func(p *workflowv1.Progress) {
				if word := map[bool]string{true: "paused", false: "running"}[p.Paused]; len(s.signals) == 0 || s.signals[len(s.signals)-1] != word {
					s.signals = append(s.signals, word)
				}
			})
			if err := pauser.Wait(ctx); err != nil {
				return nil, err
			}
		}
		return s.extracted, s.did(workflow.GetInfo(ctx).WorkflowExecution.ID)
	}, workflow.RegisterOptions{Name: names.Extract})
	env.RegisterWorkflowWithOptions(func(ctx workflow.Context, in *workflowv1.TransformInput) (*workflowv1.TransformResult, error) {
		if in.SourceSequence != 70 {
			t.Errorf("transform begins at %d", in.SourceSequence)
		}
		return s.transformed, s.did(workflow.GetInfo(ctx).WorkflowExecution.ID)
	}, workflow.RegisterOptions{Name: names.Transform})
	return env
}

// watch records the values of a search attribute in order.
func watch(env *testsuite.TestWorkflowEnvironment, attribute string) *[]string {
	values := new([]string)
	env.OnUpsertTypedSearchAttributes(mock.Anything).Run(func(args mock.Arguments) {
		attrs := args.Get(0).(temporal.SearchAttributes)
		if v, ok := attrs.GetKeyword(temporal.NewSearchAttributeKeyKeyword(attribute)); ok && (len(*values) == 0 || (*values)[len(*values)-1] != v) {
			*values = append(*values, v)
		}
	}).Return(nil).Maybe()
	return values
}

func TestAPublicationRunsTheStagesInOrder(t *testing.T) {
	t.Parallel()
	s := goodStages()
	env := newEnvironment(t, s)
	stagesSeen := watch(env, names.AttrStage)
	env.ExecuteWorkflow(names.Publication, &workflowv1.PublicationInput{Source: "goszakup"})
	var out workflowv1.PublicationResult
	if err := env.GetWorkflowResult(&out); err != nil {
		t.Fatal(err)
	}
	want := []string{names.OpenBatch, "extract/goszakup/batch-000003", "transform/goszakup/batch-000003", names.AwaitProcesses, names.PlanSnapshot,
		"BuildPartition extensions", "BuildPartition records", "BuildPartition releases", "BuildPartition compiled", names.Assemble, names.Gate, names.Flip, names.LoadSnapshot}
	slices.Sort(s.ran[5:8]) // these run at the same time
	if !slices.Equal(s.ran, want) {
		t.Errorf("ran\n%v\nwant\n%v", s.ran, want)
	}
	if c := out.Counts; c.Source != 7 || c.Stored != 7 || c.Transformed != 6 || c.Quarantined != 1 || c.Published != 6 || c.Loaded != 6 {
		t.Errorf("counts %v", c)
	}
	if !out.Published || out.SnapshotId != s.plan.SnapshotId || out.Batch != 3 || len(out.Entities) != 1 {
		t.Errorf("result %v", &out)
	}
	var timed []string
	for _, x := range out.Seconds {
		timed = append(timed, x.Stage)
	}
	if !slices.Equal(timed, []string{stageExtract, stageTransform, stagePublish, stageLoad}) || out.Seconds[0].Seconds < 600 {
		t.Errorf("seconds %v", out.Seconds)
	}
	// Parent and child Publish share the watch: publish, done of the child.
	if got := *stagesSeen; !slices.Equal(got, []string{stageExtract, stageTransform, stagePublish, stageDone, stageLoad, stageDone}) {
		t.Errorf("stages %v", got)
	}
}

func TestNothingNewIsNotPublished(t *testing.T) {
	t.Parallel()
	s := goodStages()
	s.plan.Changed, s.plan.Build = false, nil
	env := newEnvironment(t, s)
	env.ExecuteWorkflow(names.Publication, &workflowv1.PublicationInput{Source: "goszakup"})
	var out workflowv1.PublicationResult
	if err := env.GetWorkflowResult(&out); err != nil {
		t.Fatal(err)
	}
	if out.Published || out.SnapshotId != s.plan.SnapshotId || out.Counts.Published != 6 || slices.Contains(s.ran, names.Flip) || s.ran[len(s.ran)-1] != names.LoadSnapshot {
		t.Errorf("result %v after %v", &out, s.ran)
	}
}

func TestWhatWasNeverAnnouncedIsNotTakenForNothingNew(t *testing.T) {
	t.Parallel()
	s := goodStages()
	s.plan.Changed, s.plan.Build, s.plan.Processes = false, nil, 5
	env := newEnvironment(t, s)
	env.ExecuteWorkflow(names.Publication, &workflowv1.PublicationInput{Source: "goszakup"})
	if err := env.GetWorkflowError(); !gateFailed(err) || !strings.Contains(err.Error(), "6 processes are transformed and 5 published") {
		t.Errorf("error %v", err)
	}
}

func TestNothingAtAllEndsWell(t *testing.T) {
	t.Parallel()
	s := goodStages()
	s.plan = &workflowv1.SnapshotPlan{}
	s.extracted, s.transformed = &workflowv1.ExtractResult{SourceSequence: 70}, &workflowv1.TransformResult{}
	env := newEnvironment(t, s)
	env.ExecuteWorkflow(names.Publication, &workflowv1.PublicationInput{Source: "goszakup"})
	var out workflowv1.PublicationResult
	if err := env.GetWorkflowResult(&out); err != nil || out.SnapshotId != "" || slices.Contains(s.ran, names.LoadSnapshot) {
		t.Errorf("result %v, %v after %v", &out, err, s.ran)
	}
}

func TestAFailedGateSaysWhichCheckAndKeepsTheOldSnapshot(t *testing.T) {
	t.Parallel()
	s := goodStages()
	s.gate = &workflowv1.GateResult{Checks: []*workflowv1.GateCheck{
		{Id: "objects-present", Passed: true}, {Id: "stages-equal", Message: "stored 7, published 6", Ids: []string{"ocds-kz0000-t5"}}}}
	env := newEnvironment(t, s)
	stagesSeen := watch(env, names.AttrStage)
	env.ExecuteWorkflow(names.Publication, &workflowv1.PublicationInput{Source: "goszakup"})
	err := env.GetWorkflowError()
	var app *temporal.ApplicationError
	if !errors.As(err, &app) || app.Type() != stageGateFailed || !app.NonRetryable() {
		t.Fatalf("error %v", err)
	}
	for _, part := range []string{"stages-equal", "ocds-kz0000-t5", "old one stays", "start the publication again"} {
		if !strings.Contains(app.Error(), part) {
			t.Errorf("%q does not say %q", app.Error(), part)
		}
	}
	if strings.Contains(app.Error(), "objects-present") || slices.Contains(s.ran, names.Flip) || slices.Contains(s.ran, names.LoadSnapshot) {
		t.Errorf("%v after %v", app, s.ran)
	}
	if got := *stagesSeen; got[len(got)-1] != stageGateFailed {
		t.Errorf("stages %v", got)
	}
}

func TestAFailureNamesItsStepAndItsRemedy(t *testing.T) {
	t.Parallel()
	wrong := fault.New(fault.Unauthorised, "the source refused the token").Do("renew the token")
	for step, part := range map[string]string{
		names.OpenBatch: "no batch could be opened", "extract/goszakup/batch-000003": "extract/goszakup/batch-000003 failed",
		"transform/goszakup/batch-000003": "transform/goszakup/batch-000003 failed", names.PlanSnapshot: names.PlanSnapshot,
		"BuildPartition records": "records 2026-06", names.LoadSnapshot: "has not loaded it",
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			s := goodStages()
			s.fail[step] = wrong
			env := newEnvironment(t, s)
			env.ExecuteWorkflow(names.Publication, &workflowv1.PublicationInput{Source: "goszakup"})
			var app *temporal.ApplicationError
			if err := env.GetWorkflowError(); !errors.As(err, &app) || app.Type() != string(fault.Unauthorised) {
				t.Fatalf("error %v", err)
			}
			for _, said := range []string{part, "the source refused the token", "renew the token"} {
				if strings.Count(app.Error(), said) != 1 {
					t.Errorf("%q does not say %q once", app.Error(), said)
				}
			}
		})
	}
}

func TestWhatIsLoadedMustBeWhatIsPublished(t *testing.T) {
	t.Parallel()
	s := goodStages()
	s.loaded.Processes = 5
	env := newEnvironment(t, s)
	env.ExecuteWorkflow(names.Publication, &workflowv1.PublicationInput{Source: "goszakup"})
	if err := env.GetWorkflowError(); err == nil || !strings.Contains(err.Error(), "6 processes are published and 5 loaded") {
		t.Errorf("error %v", err)
	}
}

func TestAPauseReachesTheStageUnderWay(t *testing.T) {
	t.Parallel()
	s := goodStages()
	env := newEnvironment(t, s)
	progress := func() *workflowv1.Progress {
		t.Helper()
		value, err := env.QueryWorkflow(names.QueryProgress)
		if err != nil {
			t.Fatal(err)
		}
		var p workflowv1.Progress
		if err := value.Get(&p); err != nil {
			t.Fatal(err)
		}
		return &p
	}
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(names.SignalPause, nil) }, 150*time.Second)
	env.RegisterDelayedCallback(func() {
		if p := progress(); !p.Paused || p.Stage != stageExtract || !strings.Contains(p.Note, "batch 3 of goszakup") {
			t.Errorf("progress %v", p)
		}
		env.SignalWorkflow(names.SignalResume, nil)
	}, time.Hour)
	env.ExecuteWorkflow(names.Publication, &workflowv1.PublicationInput{Source: "goszakup"})
	var out workflowv1.PublicationResult
	if err := env.GetWorkflowResult(&out); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.signals, []string{"running", "paused", "running"}) || out.Seconds[0].Seconds < 3600 {
		t.Errorf("the child was %v, %v", s.signals, out.Seconds)
	}
	if p := progress(); p.Stage != stageDone || !strings.Contains(p.Note, "published") {
		t.Errorf("progress %v", p)
	}
}
