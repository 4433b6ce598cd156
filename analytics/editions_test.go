package analytics

import (
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/proto/analysis"
	names "github.com/kzocds/kzocds/proto/workflow"
)

func TestFormsAreMadeForThePeriodAndTheOneBefore(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]string{
		"2026-01-05": "2026 2025 2026-Q1 2025-Q4 2026-01 2025-12", "2026-10-31": "2026 2025 2026-Q4 2026-Q3 2026-10 2026-09",
	} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(periodsOf(catalog.Forms()[0], at), " "); got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
}

func TestMakeFormsMakesWhatIsDueAndPublishesItAtOnce(t *testing.T) {
	t.Parallel()
	for _, due := range [][]string{{"eec/2026", "monthly/2026-01"}, nil} {
		var suite testsuite.WorkflowTestSuite
		env := suite.NewTestWorkflowEnvironment()
		registerWorkflows(env)
		var published []analysis.Edition
		for name, f := range map[string]any{
			names.PlanForms:    func() ([]string, error) { return due, nil },
			names.MakeForm:     func(what string) (analysis.Edition, error) { return analysis.Edition{Form: what}, nil },
			names.PublishForms: func(made []analysis.Edition) error { published = made; return nil },
		} {
			env.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
		}
		env.ExecuteWorkflow(names.MakeForms)
		var n int
		if err := env.GetWorkflowResult(&n); err != nil || n != len(due) {
			t.Errorf("made %d of %d: %v", n, len(due), err)
		}
		var got []string
		for _, e := range published {
			got = append(got, e.Form)
		}
		if !slices.Equal(got, due) {
			t.Errorf("published %v of %v", got, due)
		}
	}
}
