package extractor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/flow"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/source"
	names "github.com/kzocds/kzocds/proto/workflow"
)

// environment has the workflows, and activities that a test supplies.
func environment(t *testing.T, fetch func(context.Context, *workflowv1.CrawlInput) (*workflowv1.CrawlProgress, error)) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(30 * time.Second)
	env.RegisterWorkflowWithOptions(Extract, workflow.RegisterOptions{Name: names.Extract})
	env.RegisterWorkflowWithOptions(Crawl, workflow.RegisterOptions{Name: names.Crawl})
	env.RegisterActivityWithOptions(func(ctx context.Context, in *workflowv1.CrawlInput) (*workflowv1.CrawlProgress, error) {
		out, err := fetch(ctx, in)
		return out, flow.Error(err)
	}, activity.RegisterOptions{Name: names.FetchPages})
	env.RegisterActivityWithOptions(func(_ context.Context, in *workflowv1.ExtractInput) (*workflowv1.ExtractResult, error) {
		return &workflowv1.ExtractResult{Batch: in.Batch, NewDocuments: 7}, nil
	}, activity.RegisterOptions{Name: names.CloseBatch})
	return env
}

func finished(_ context.Context, in *workflowv1.CrawlInput) (*workflowv1.CrawlProgress, error) {
	return &workflowv1.CrawlProgress{Entity: in.Entity, Pages: 1, Objects: 2, Done: true}, nil
}

var firstBatch = &workflowv1.Batch{Number: 1, Source: "goszakup", Entities: everyEntity()}

func everyEntity() (names []string) {
	for _, e := range source.Entities() {
		names = append(names, string(e))
	}
	return names
}

func TestExtractWalksWhatOthersReferToFirst(t *testing.T) {
	t.Parallel()
	var walked []string
	env := environment(t, func(ctx context.Context, in *workflowv1.CrawlInput) (*workflowv1.CrawlProgress, error) {
		return finished(ctx, in)
	})
	env.SetOnChildWorkflowStartedListener(func(info *workflow.Info, _ workflow.Context, _ converter.EncodedValues) {
		walked = append(walked, info.WorkflowExecution.ID)
	})
	env.ExecuteWorkflow(names.Extract, &workflowv1.ExtractInput{Batch: firstBatch})
	if err := env.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
	position := func(e source.Entity) int { return slices.Index(walked, names.CrawlID("goszakup", 1, e)) }
	for _, e := range source.Entities() {
		if position(e) < 0 {
			t.Errorf("%s was not walked", e)
		}
	}
	for _, pair := range [][2]source.Entity{{source.TrdBuy, source.Lots}, {source.TrdBuy, source.Contract}, {source.Lots, source.TrdApp}} {
		if position(pair[0]) > position(pair[1]) {
			t.Errorf("%s was walked after %s", pair[0], pair[1])
		}
	}
	if len(walked) != len(source.Entities()) {
		t.Errorf("walked %v", walked)
	}
	var result workflowv1.ExtractResult
	if err := env.GetWorkflowResult(&result); err != nil || result.NewDocuments != 7 {
		t.Errorf("result %v, %v", &result, err)
	}
	answer, err := env.QueryWorkflow(names.QueryProgress)
	if err != nil {
		t.Fatal(err)
	}
	var progress workflowv1.Progress
	if err := answer.Get(&progress); err != nil || progress.Done != int64(len(walked)) || progress.Total != int64(len(walked)) || len(progress.Crawls) != len(walked) || progress.Stage != "extract" {
		t.Errorf("progress %v, %v", &progress, err)
	}
}

func TestAWrongTokenEndsTheExtractionWithWhatToDo(t *testing.T) {
	t.Parallel()
	var calls int
	env := environment(t, func(_ context.Context, in *workflowv1.CrawlInput) (*workflowv1.CrawlProgress, error) {
		if in.Entity == string(source.TrdBuy) {
			calls++
			return nil, fault.New(fault.Unauthorised, "the source does not accept the token").Do("put a valid token into SOURCE_TOKEN")
		}
		return finished(t.Context(), in)
	})
	env.ExecuteWorkflow(names.Extract, &workflowv1.ExtractInput{Batch: firstBatch})
	err := env.GetWorkflowError()
	if err == nil || !strings.Contains(err.Error(), "token") {
		t.Fatalf("error = %v", err)
	}
	if known := flow.Fault(err); fault.KindOf(known) != fault.Unauthorised {
		t.Errorf("kind %s", fault.KindOf(known))
	}
	if calls != 1 {
		t.Errorf("a wrong token was tried %d times", calls)
	}
}

func TestASourceThatIsDownIsWaitedForInTheOpen(t *testing.T) {
	t.Parallel()
	var calls int
	env := environment(t, func(ctx context.Context, in *workflowv1.CrawlInput) (*workflowv1.CrawlProgress, error) {
		if calls++; calls <= 6 {
			return nil, fault.New(fault.Unavailable, "the source does not answer")
		}
		return finished(ctx, in)
	})
	var note string
	env.RegisterDelayedCallback(func() {
		answer, err := env.QueryWorkflow(names.QueryProgress)
		if err != nil {
			t.Error(err)
			return
		}
		var progress workflowv1.Progress
		if err := answer.Get(&progress); err != nil {
			t.Error(err)
		}
		note = progress.Note
	}, 10*time.Second)
	env.ExecuteWorkflow(names.Crawl, &workflowv1.CrawlInput{Batch: firstBatch, Entity: "lots"})
	if err := env.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(note, "tried 1 times") || !strings.Contains(note, "does not answer") {
		t.Errorf("the progress said %q", note)
	}
	if calls != 7 {
		t.Errorf("%d calls", calls)
	}
}

func TestACrawlContinuesAsNewAfterItsBound(t *testing.T) {
	t.Parallel()
	var calls int64
	env := environment(t, func(_ context.Context, in *workflowv1.CrawlInput) (*workflowv1.CrawlProgress, error) {
		calls++
		return &workflowv1.CrawlProgress{Entity: in.Entity, Cursor: fmt.Sprint(calls), Pages: in.GetProgress().GetPages() + 1}, nil
	})
	env.ExecuteWorkflow(names.Crawl, &workflowv1.CrawlInput{Batch: firstBatch, Entity: "lots"})
	err := env.GetWorkflowError()
	if !workflow.IsContinueAsNewError(err) {
		t.Fatalf("error = %v", err)
	}
	if calls != fetchesPerRun {
		t.Errorf("%d activities in one run, the bound is %d", calls, fetchesPerRun)
	}
	var again *workflow.ContinueAsNewError
	if !errors.As(err, &again) {
		t.Fatal(err)
	}
	next := new(workflowv1.CrawlInput)
	if err := converter.GetDefaultDataConverter().FromPayloads(again.Input, &next); err != nil {
		t.Fatal(err)
	}
	if p := next.Progress; p.Cursor != fmt.Sprint(fetchesPerRun) || p.Pages != fetchesPerRun || next.Entity != "lots" {
		t.Errorf("the next run begins with %v", next)
	}
}

func TestPauseHoldsTheChildrenToo(t *testing.T) {
	t.Parallel()
	var calls int
	env := environment(t, finished)
	env.OnActivity(names.FetchPages, mock.Anything, mock.Anything).After(time.Minute).Return(
		func(_ context.Context, in *workflowv1.CrawlInput) (*workflowv1.CrawlProgress, error) {
			calls++
			return &workflowv1.CrawlProgress{Entity: in.Entity, Pages: in.GetProgress().GetPages() + 1, Done: in.GetProgress().GetPages() >= 2}, nil
		})
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(names.SignalPause, nil) }, 90*time.Second)
	var paused, later int
	env.RegisterDelayedCallback(func() { paused = calls }, 10*time.Minute)
	env.RegisterDelayedCallback(func() { later = calls }, 5*time.Hour)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(names.SignalResume, nil) }, 6*time.Hour)
	env.ExecuteWorkflow(names.Extract, &workflowv1.ExtractInput{Batch: firstBatch})
	if err := env.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
	if paused == 0 || later != paused || calls != 3*len(source.Entities()) {
		t.Errorf("%d activities when paused, %d five hours later, %d in all", paused, later, calls)
	}
}

func TestNonsenseInputIsRefused(t *testing.T) {
	t.Parallel()
	for name, input := range map[string]any{names.Extract: &workflowv1.ExtractInput{}, names.Crawl: &workflowv1.CrawlInput{Batch: firstBatch}} {
		env := environment(t, finished)
		env.ExecuteWorkflow(name, input)
		if err := env.GetWorkflowError(); err == nil {
			t.Errorf("%s took an empty input", name)
		}
	}
}

func TestTextOfAWindow(t *testing.T) {
	t.Parallel()
	at := func(h int) *timestamppb.Timestamp {
		return timestamppb.New(time.Date(2026, 7, 24, h, 0, 0, 0, time.UTC))
	}
	if got := window(firstBatch); got != "all" {
		t.Errorf("first batch: %q", got)
	}
	if got := window(&workflowv1.Batch{From: at(1), To: at(2)}); got != "2026-07-24T01:00Z/2026-07-24T02:00Z" {
		t.Errorf("later batch: %q", got)
	}
}

func TestPatience(t *testing.T) {
	t.Parallel()
	for failures, want := range map[int]time.Duration{1: 10 * time.Second, 2: 20 * time.Second, 6: 5 * time.Minute, 1000: 5 * time.Minute} {
		if got := patience(failures); got != want {
			t.Errorf("after %d failures %s, want %s", failures, got, want)
		}
	}
}

func TestOpeningABatchTellsWhyTheSourceIsDown(t *testing.T) {
	t.Parallel()
	w := newWorld()
	b := newBench(t, w, func(c *Config) { c.Source.Backoff, c.Source.BackoffMax = time.Hour, time.Hour })
	w.fault = func(string, int) string { return `{"errors":[{"message":"no shards"}]}` }
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := b.openBatch(ctx, "goszakup")
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "no shards") {
		t.Errorf("error = %v", err)
	}
}
