package extractor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/flow"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	names "github.com/kzocds/kzocds/proto/workflow"
)

// past is a fake of what there is to read: windows by the pieces they take.
type past struct {
	pieces map[int64]int // high -> left
	asked  []string
	calls  int64
	fail   func(n int) error
}

func (p *past) plan(_ context.Context, in *workflowv1.BackFillInput) (*workflowv1.BackFillPlan, error) {
	if in.GetAgain() {
		p.asked = append(p.asked, "again")
	}
	plan := &workflowv1.BackFillPlan{Windows: int64(len(p.pieces)), Calls: p.calls}
	highs := make([]int64, 0, len(p.pieces))
	for high, left := range p.pieces {
		plan.CallsLeft += int64(10 * left)
		if left > 0 {
			highs = append(highs, high)
		} else {
			plan.WindowsDone++
		}
	}
	slices.Sort(highs)
	slices.Reverse(highs)
	for _, high := range highs {
		plan.Open = append(plan.Open, &workflowv1.BackFillWindow{Entity: "lots", High: high, Low: high - 100})
	}
	return plan, nil
}

func (p *past) fetch(_ context.Context, in *workflowv1.BackFillWindowInput) (*workflowv1.BackFillWindowResult, error) {
	high := in.GetWindow().GetHigh()
	p.asked = append(p.asked, fmt.Sprintf("%d@%v", high, in.GetPace().GetRate()))
	if p.fail != nil {
		if err := p.fail(len(p.asked)); err != nil {
			return nil, flow.Error(err)
		}
	}
	p.pieces[high]--
	p.calls += 10
	return &workflowv1.BackFillWindowResult{Calls: 10, Done: p.pieces[high] == 0}, nil
}

func (p *past) environment(t *testing.T) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(30 * time.Second)
	env.RegisterWorkflowWithOptions(BackFill, workflow.RegisterOptions{Name: names.BackFill})
	env.RegisterActivityWithOptions(p.plan, activity.RegisterOptions{Name: names.PlanBackFill})
	env.RegisterActivityWithOptions(p.fetch, activity.RegisterOptions{Name: names.FetchBackFill})
	return env
}

func TestABackFillReadsTheNewestFirstAtAPaceThatCanBeChanged(t *testing.T) {
	t.Parallel()
	p := &past{pieces: map[int64]int{100: 2, 200: 2, 300: 3}}
	env := p.environment(t)
	in := &workflowv1.BackFillInput{Source: "goszakup", Again: true, Pace: &workflowv1.BackFillPace{Rate: 2, Parallel: 1}}
	var refused error
	env.OnActivity(names.FetchBackFill, mock.Anything, mock.Anything).Return(p.fetch).After(2 * time.Second)
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow(names.UpdatePace, &workflowv1.BackFillPace{Rate: 7})
		env.UpdateWorkflow(names.UpdatePace, "", &testsuite.TestUpdateCallback{
			OnAccept: func() {}, OnComplete: func(any, error) {}, OnReject: func(err error) { refused = err },
		}, &workflowv1.BackFillPace{Parallel: 99})
	}, 5*time.Second)
	env.ExecuteWorkflow(names.BackFill, in)
	if err := env.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
	if refused == nil || !strings.Contains(refused.Error(), "parallel") {
		t.Errorf("99 windows at the same time: %v", refused)
	}
	got := strings.Join(p.asked, " ")
	if !strings.HasPrefix(got, "again 300@2 300@2 300@2 200@") || !strings.HasSuffix(got, "200@7 100@7 100@7") {
		t.Errorf("read %s", got)
	}
	var result workflowv1.BackFillProgress
	if err := env.GetWorkflowResult(&result); err != nil || !result.Done || result.WindowsDone != 3 || result.Calls != 70 || result.CallsLeft != 0 {
		t.Errorf("result %v, %v", &result, err)
	}
	answer, err := env.QueryWorkflow(names.QueryEstimate)
	if err != nil {
		t.Fatal(err)
	}
	var estimate workflowv1.BackFillProgress
	if err := answer.Get(&estimate); err != nil || estimate.Pace.Rate != 7 || estimate.Pace.Parallel != 1 {
		t.Errorf("estimate %v, %v", &estimate, err)
	}
}

func TestABackFillWaitsForASourceThatIsDownAndEndsWhenItRefuses(t *testing.T) {
	t.Parallel()
	down := &past{pieces: map[int64]int{100: 2}}
	down.fail = func(n int) error {
		if n < 9 {
			return fault.New(fault.Unavailable, "the source does not answer")
		}
		return nil
	}
	env := down.environment(t)
	env.ExecuteWorkflow(names.BackFill, &workflowv1.BackFillInput{Source: "goszakup"})
	if err := env.GetWorkflowError(); err != nil || down.pieces[100] != 0 {
		t.Errorf("after a while without the source: %v, %v", err, down.pieces)
	}
	refusing := &past{pieces: map[int64]int{100: 2}, fail: func(int) error {
		return fault.New(fault.Unauthorised, "the source does not accept the token")
	}}
	env = refusing.environment(t)
	env.ExecuteWorkflow(names.BackFill, &workflowv1.BackFillInput{Source: "goszakup"})
	if err := env.GetWorkflowError(); err == nil || !strings.Contains(err.Error(), "token") || len(refusing.asked) != 1 {
		t.Errorf("a wrong token: %v after %v", err, refusing.asked)
	}
}

func TestALongBackFillContinuesAsNew(t *testing.T) {
	t.Parallel()
	p := &past{pieces: map[int64]int{100: fetchesPerRun + 50}}
	env := p.environment(t)
	env.ExecuteWorkflow(names.BackFill, &workflowv1.BackFillInput{Source: "goszakup", Pace: &workflowv1.BackFillPace{Rate: 3}})
	err := env.GetWorkflowError()
	if !workflow.IsContinueAsNewError(err) {
		t.Fatalf("it ended with %v", err)
	}
	if n := len(p.asked); n != fetchesPerRun {
		t.Errorf("%d pieces in one run, want %d", n, fetchesPerRun)
	}
}
