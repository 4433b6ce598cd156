package transformer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/flow/flowtest"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/proto/transformation"
	names "github.com/kzocds/kzocds/proto/workflow"
	"github.com/kzocds/kzocds/transformer/history"
	"github.com/kzocds/kzocds/transformer/internal/pg"
	"github.com/kzocds/kzocds/transformer/mapping"
)

// answered takes the outcome of an update.
type answered struct {
	refused error
	answer  any
}

func (a *answered) Accept()          {}
func (a *answered) Reject(err error) { a.refused = err }
func (a *answered) Complete(answer any, err error) {
	a.answer, a.refused = answer, errors.Join(a.refused, err)
}

// remap runs workflow Remap for a candidate; operator acts while it runs.
func (w *world) remap(s *Service, operator func(env *testsuite.TestWorkflowEnvironment)) *workflowv1.RemapResult {
	w.t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(flowtest.Silent{})
	env := suite.NewTestWorkflowEnvironment()
	registerWorkflows(env)
	registerActivities(env, s)
	env.SetTestTimeout(time.Minute)
	operator(env)
	env.ExecuteWorkflow(names.Remap, &workflowv1.RemapInput{Version: s.mapping.Version})
	if err := env.GetWorkflowError(); err != nil {
		w.t.Fatal(err)
	}
	var out workflowv1.RemapResult
	if err := env.GetWorkflowResult(&out); err != nil {
		w.t.Fatal(err)
	}
	return &out
}

// elsewhere is a transformer whose releases link to another portal.
func (w *world) elsewhere() *Service {
	return w.at(func(c *Config) { c.PortalURL = "https://elsewhere.test" })
}

func TestAnotherMappingRunsBesideAndIsPublishedWhenAnOperatorAdoptsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := `,"Files":[{"filePath":"https://ows.goszakup.gov.kz/download/x","originalName":"a.pdf","nameRu":"Документ"}]`
	withFile := func(id, status int) string {
		return strings.Replace(announcement(id, status, "Мел"), `,"orgBin"`, file+`,"orgBin"`, 1)
	}
	for i := range 20 {
		w.store(1, source.TrdBuy, fmt.Sprint(100+i), processKey(100+i), day, withFile(100+i, 210))
	}
	w.store(1, source.TrdBuy, "150", "t150", day, `{"id":150}`) // stays in quarantine
	w.run(1, w.service)
	before := w.content()

	candidate := w.elsewhere()
	if candidate.mapping.State != pg.Candidate || candidate.mapping.Version == w.service.mapping.Version {
		t.Fatalf("mapping %+v", candidate.mapping)
	}
	// The current mapping goes on meanwhile.
	w.store(2, source.TrdBuy, "100", "t100", day.Add(time.Hour), withFile(100, 220))
	w.run(2, w.service)
	current := w.content()

	var compared, adopted answered
	out := w.remap(candidate, func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() {
			if got := w.content(); got != current || got == before {
				t.Error("what is published changed before an operator decided")
			}
			// A batch comes while the operator thinks.
			w.store(3, source.TrdBuy, "101", "t101", day.Add(2*time.Hour), withFile(101, 220))
			w.run(3, w.service)
			env.UpdateWorkflow(names.UpdateCompare, "1", &compared)
		}, time.Hour)
		env.RegisterDelayedCallback(func() { env.UpdateWorkflow(names.UpdateAdopt, "2", &adopted) }, 2*time.Hour)
	})
	if compared.refused != nil || adopted.refused != nil {
		t.Fatalf("updates: %v, %v", compared.refused, adopted.refused)
	}
	c := out.Comparison
	if out.Decision != "adopted" || c.Batch != 3 || c.Equal != 0 || c.Changed != 20 || c.Added != 0 || c.Vanished != 0 ||
		c.QuarantinedBefore != 1 || c.QuarantinedAfter != 1 || c.ReleasesAdded != 22 || c.ReleasesWithdrawn != 22 || out.Changes != 22 {
		t.Errorf("result %v", out)
	}
	report, err := candidate.comparison(t.Context(), transformation.ComparisonRequest{From: c.FromVersion, To: c.ToVersion})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Fields) == 0 || report.Fields[0].Processes != 20 || !strings.HasSuffix(report.Fields[0].Field, "/url") || report.Fields[0].Change != "changed" || len(report.Fields[0].Examples) != 5 {
		t.Errorf("report %+v", report.Fields)
	}

	// The candidate is what a transformer with its settings would have made alone.
	adoptedContent := w.content()
	if strings.Contains(adoptedContent, "https://goszakup.gov.kz") || !strings.Contains(adoptedContent, "https://elsewhere.test") {
		t.Error("the views do not show the new mapping")
	}
	facts := w.facts()
	last := facts[len(facts)-22:]
	withdrawn := 0
	for _, f := range last {
		withdrawn += len(f.WithdrawnReleaseId)
		if f.Generation != int64(candidate.mapping.ID) || f.MappingVersion != candidate.mapping.Version || f.ReleaseId == "" {
			t.Errorf("fact %v", f)
		}
	}
	if withdrawn != 22 {
		t.Errorf("%d releases withdrawn, want 22", withdrawn)
	}
	if _, err := w.service.transform(t.Context(), 3, marksOf([]string{"t101"}, 3)); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the old mapping still writes: %v", err)
	}
	w.service = candidate
	w.store(4, source.TrdBuy, "102", "t102", day.Add(3*time.Hour), withFile(102, 220))
	if out := w.run(4, candidate); out.Releases != 1 || out.Transformed != 20 || out.Quarantined != 1 {
		t.Errorf("after the adoption: %v", out)
	}
	w.sameAsFromScratch()
}

func TestAMappingThatIsRejectedLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.store(1, source.TrdBuy, "101", "t101", day, announcement(101, 210, "Мел"))
	w.run(1, w.service)
	before := w.content()
	candidate := w.elsewhere()
	var early, rejected answered
	out := w.remap(candidate, func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() { env.UpdateWorkflow(names.UpdateAdopt, "1", &early) }, 0)
		env.RegisterDelayedCallback(func() { env.UpdateWorkflow(names.UpdateReject, "2", &rejected) }, time.Hour)
	})
	if early.refused == nil {
		t.Error("a mapping that is not compared yet was adopted")
	}
	if out.Decision != "rejected" || w.content() != before {
		t.Errorf("decision %s", out.Decision)
	}
	var left int
	if err := w.pool.QueryRow(t.Context(), `select count(*) from ocds.release where mapping <> $1`, w.service.mapping.ID).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d releases left, %v", left, err)
	}
	if again := w.elsewhere(); again.mapping.State != pg.Candidate || again.mapping.ID == candidate.mapping.ID {
		t.Errorf("run again it is %+v, want a new candidate", again.mapping)
	}
}

func TestARemapWithoutOperatorAdoptsByItself(t *testing.T) {
	t.Parallel()
	env := remapEnvironment(t, []int64{3, 0})
	env.ExecuteWorkflow(names.Remap, &workflowv1.RemapInput{Version: "2", Adopt: true})
	var out workflowv1.RemapResult
	if err := errors.Join(env.GetWorkflowError(), env.GetWorkflowResult(&out)); err != nil || out.Decision != "adopted" || out.Changes != 7 {
		t.Errorf("%v, %v", &out, err)
	}
	if err := remapDone(env); err != nil {
		t.Error(err)
	}
}

// remapEnvironment has activities that answer without a database; each adoption
// finds the mapping behind by so many processes.
func remapEnvironment(t *testing.T, behind []int64) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	env := environment(t, 0, done)
	env.RegisterActivityWithOptions(func(context.Context, *workflowv1.RemapInput) (*workflowv1.RemapScope, error) {
		return &workflowv1.RemapScope{Batch: 4, Processes: 700}, nil
	}, activity.RegisterOptions{Name: names.BeginRemap})
	env.RegisterActivityWithOptions(func(_ context.Context, in *workflowv1.RemapScope) (*workflowv1.MappingComparison, error) {
		return &workflowv1.MappingComparison{FromVersion: "1", ToVersion: "2", Batch: in.Batch, Changed: 5}, nil
	}, activity.RegisterOptions{Name: names.CompareMappings})
	env.RegisterActivityWithOptions(func(context.Context, *workflowv1.RemapInput) (*workflowv1.AdoptResult, error) {
		now := behind[0]
		behind = behind[1:]
		if now > 0 {
			return &workflowv1.AdoptResult{Behind: now}, nil
		}
		return &workflowv1.AdoptResult{Changes: 7}, nil
	}, activity.RegisterOptions{Name: names.AdoptMapping})
	return env
}

func remapDone(env *testsuite.TestWorkflowEnvironment) error {
	value, err := env.QueryWorkflow(names.QueryProgress)
	if err != nil {
		return err
	}
	var progress workflowv1.Progress
	if err := value.Get(&progress); err != nil {
		return err
	}
	if progress.Stage != stageDone || !strings.Contains(progress.Note, "7 changes") {
		return fmt.Errorf("progress %v", &progress)
	}
	return nil
}

// forgiving maps what the mapping refuses to a process without more than a title.
type forgiving struct{ history.Mapper }

func (f forgiving) Map(state mapping.State) (mapping.Object, []mapping.Finding) {
	if content, findings := f.Mapper.Map(state); content != nil {
		return content, findings
	}
	return mapping.Object{
		"ocid": state.Key.OCID("ocds-kz0000"), "initiationType": "tender", "language": "ru",
		"tender": mapping.Object{"id": "1", "title": "unknown"},
	}, nil
}

func TestProcessesInQuarantineAreSeenAndTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.store(1, source.TrdBuy, "101", "t101", day, `{"id":101}`)
	w.store(1, source.TrdBuy, "102", "t102", day, `[]`)
	w.store(1, source.TrdBuy, "103", "t103", day, announcement(103, 210, "Мел"))
	w.store(2, source.TrdBuy, "103", "t103", day.Add(time.Hour), `{"id":103}`)
	w.run(1, w.service)
	w.run(2, w.service)
	page, err := w.service.quarantine(t.Context(), transformation.QuarantineRequest{Limit: 2})
	if err != nil || len(page.Processes) != 2 || page.Next != "ocds-kz0000-t102" {
		t.Fatalf("first page %+v, %v", page, err)
	}
	if h := page.Processes[0]; h.ProcessKey != "t101" || h.Published || h.Batch != 1 || len(h.Findings) != 1 || h.Findings[0].Rule != "source.key.missing" || h.Findings[0].Pointer != "/numberAnno" {
		t.Errorf("first process %+v", h)
	}
	page, err = w.service.quarantine(t.Context(), transformation.QuarantineRequest{Limit: 2, After: page.Next})
	if err != nil || len(page.Processes) != 1 || page.Next != "" || !page.Processes[0].Published {
		t.Errorf("second page %+v, %v", page, err)
	}
	if page, err = w.service.quarantine(t.Context(), transformation.QuarantineRequest{Rule: "source.json.malformed"}); err != nil || len(page.Processes) != 1 {
		t.Errorf("with a rule %+v, %v", page, err)
	}
	if _, err := w.service.quarantine(t.Context(), transformation.QuarantineRequest{Limit: 5000}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a limit that is too large: %v", err)
	}

	retry := func(in *workflowv1.RetryInput) *workflowv1.RetryResult {
		t.Helper()
		var suite testsuite.WorkflowTestSuite
		suite.SetLogger(flowtest.Silent{})
		env := suite.NewTestWorkflowEnvironment()
		registerWorkflows(env)
		registerActivities(env, w.service)
		env.ExecuteWorkflow(names.RetryQuarantine, in)
		var out workflowv1.RetryResult
		if err := errors.Join(env.GetWorkflowError(), env.GetWorkflowResult(&out)); err != nil {
			t.Fatal(err)
		}
		return &out
	}
	before := w.content()
	if out := retry(&workflowv1.RetryInput{}); out.Processes != 3 || out.Released != 0 || out.Quarantined != 3 {
		t.Errorf("nothing was mended: %v", out)
	}
	if w.content() != before {
		t.Error("a retry that changes nothing changed what is stored")
	}
	// A program that can read what the other could not.
	mended := w.replica()
	mended.builder.Mapper = forgiving{mended.builder.Mapper}
	w.service = mended
	if out := retry(&workflowv1.RetryInput{Rule: "source.key.missing", ProcessKey: []string{"t101"}}); out.Processes != 1 || out.Released != 1 {
		t.Errorf("one process: %v", out)
	}
	if out := retry(&workflowv1.RetryInput{}); out.Processes != 2 || out.Released != 2 || out.Quarantined != 0 {
		t.Errorf("the rest: %v", out)
	}
	if out := w.run(2, mended); out.Transformed != 3 || out.Quarantined != 0 {
		t.Errorf("counts %v", out)
	}
	if n := len(w.releases("ocds-kz0000-t103")); n != 2 {
		t.Errorf("t103 has %d releases, want 2", n)
	}
	w.sameAsFromScratch()
}

func TestFindingsAreAddedUpByRuleFieldBuyerAndDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 6 {
		body := announcement(200+i, 210, "Мел")
		if i < 2 {
			body = strings.Replace(body, `"refTradeMethodsId":3`, `"refTradeMethodsId":9999`, 1) // no code of the dictionary
		}
		w.store(1, source.TrdBuy, fmt.Sprint(200+i), processKey(200+i), day.AddDate(0, 0, i%2), body)
	}
	w.run(1, w.service)
	ask := func(q transformation.QualityRequest) transformation.Quality {
		t.Helper()
		out, err := w.service.quality(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	rules := ask(transformation.QualityRequest{By: "rule", Rule: "source.code.unknown"})
	if rules.Processes != 6 || len(rules.Rows) != 1 || rules.Rows[0].Concerned != 2 || rules.Rows[0].Processes != 6 || rules.Rows[0].Score != 0.6666 || rules.Rows[0].Severity != "warning" {
		t.Errorf("by rule: %+v", rules)
	}
	if said := rules.Rows[0].Sentence; len(said) != 3 || said["en"] != "A value of a dictionary is not known; it is published as it is." || said["kk"] == "" || said["ru"] == "" {
		t.Errorf("sentence of the rule: %v", said)
	}
	days := ask(transformation.QualityRequest{By: "day", Rule: "source.code.unknown"})
	if len(days.Rows) != 2 || days.Rows[0].Day != "2026-07-24" || days.Rows[0].Processes != 3 || days.Rows[0].Concerned != 1 {
		t.Errorf("by day: %+v", days)
	}
	if one := ask(transformation.QualityRequest{By: "rule", Rule: "source.code.unknown", From: "2026-07-25", To: "2026-07-25"}); one.Processes != 3 || one.Rows[0].Concerned != 1 {
		t.Errorf("of a day: %+v", one)
	}
	buyers := ask(transformation.QualityRequest{By: "buyer", Rule: "source.code.unknown"})
	if len(buyers.Rows) != 1 || buyers.Rows[0].Buyer == "" || buyers.Rows[0].Processes != 6 || buyers.Rows[0].Concerned != 2 {
		t.Errorf("by buyer: %+v", buyers)
	}
	if none := ask(transformation.QualityRequest{By: "rule", Buyer: "nobody"}); none.Processes != 0 || len(none.Rows) != 0 {
		t.Errorf("of nobody: %+v", none)
	}
	if fields := ask(transformation.QualityRequest{By: "field", Limit: 1}); len(fields.Rows) != 1 || !fields.Cut || fields.Rows[0].Concerned != 6 {
		t.Errorf("by field: %+v", fields)
	}
	for _, q := range []transformation.QualityRequest{{By: "colour"}, {By: "rule", From: "yesterday"}, {By: "day", Limit: -1}} {
		if _, err := w.service.quality(t.Context(), q); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v, want invalid", q, err)
		}
	}
	// What the source repairs is a finding no more.
	w.store(2, source.TrdBuy, "200", "t200", day.Add(time.Hour), announcement(200, 210, "Мел"))
	w.run(2, w.service)
	if rules := ask(transformation.QualityRequest{By: "rule", Rule: "source.code.unknown"}); rules.Rows[0].Concerned != 1 {
		t.Errorf("after a repair: %+v", rules)
	}
}
