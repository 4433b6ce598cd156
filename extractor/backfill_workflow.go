package extractor

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/flow"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	names "github.com/kzocds/kzocds/proto/workflow"
)

// stageBackFill is the stage of a back-fill in search attributes and progress.
const stageBackFill = "back-fill"

// parallelAtMost bounds the windows that are read at the same time.
const parallelAtMost = 16

// BackFill reads what a source had before the first batch, window by window, the
// newest first, until everything is read. Its pace can be changed while it runs:
// the new one holds for the pieces that begin from then on.
func BackFill(ctx workflow.Context, in *workflowv1.BackFillInput) (*workflowv1.BackFillProgress, error) {
	p, err := flow.NewPauser(ctx, stageBackFill)
	if err != nil {
		return nil, err
	}
	b := &backFill{in: proto.CloneOf(in), pauser: p, at: proto.CloneOf(in.GetProgress())}
	if b.at == nil {
		b.at = &workflowv1.BackFillProgress{Since: timestamppb.New(workflow.Now(ctx))}
	}
	if b.in.Pace == nil {
		b.in.Pace = &workflowv1.BackFillPace{}
	}
	b.began, b.callsThen = workflow.Now(ctx), b.at.Calls
	if err := b.listen(ctx); err != nil {
		return nil, err
	}
	if err := workflow.UpsertTypedSearchAttributes(ctx, attrWindow.ValueSet("all"), attrEntity.ValueSet(entitiesText(in)), attrStage.ValueSet(stageBackFill)); err != nil {
		return nil, err
	}
	return b.run(ctx)
}

func entitiesText(in *workflowv1.BackFillInput) string {
	if len(in.GetEntities()) == 1 {
		return in.GetEntities()[0]
	}
	return "all"
}

// backFill is a back-fill on its way.
type backFill struct {
	in     *workflowv1.BackFillInput
	pauser *flow.Pauser
	at     *workflowv1.BackFillProgress

	began     time.Time // of this run, for the speed
	callsThen int64
	fetches   int
	failures  int
	running   []*workflowv1.BackFillWindow
	failed    error
	note      string
}

// listen takes changes of pace and answers the estimate.
func (b *backFill) listen(ctx workflow.Context) error {
	err := workflow.SetQueryHandler(ctx, names.QueryEstimate, func() (*workflowv1.BackFillProgress, error) {
		answer := proto.CloneOf(b.at)
		answer.Pace = b.in.Pace
		return answer, nil
	})
	if err != nil {
		return err
	}
	check := func(_ workflow.Context, pace *workflowv1.BackFillPace) error { return checkPace(pace) }
	err = workflow.SetUpdateHandlerWithOptions(ctx, names.UpdatePace, func(_ workflow.Context, pace *workflowv1.BackFillPace) error {
		b.adopt(pace)
		return nil
	}, workflow.UpdateHandlerOptions{Validator: check, Description: "change how hard the source is asked"})
	if err != nil {
		return err
	}
	signal := workflow.GetSignalChannel(ctx, names.UpdatePace)
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			pace := new(workflowv1.BackFillPace)
			signal.Receive(ctx, pace)
			if checkPace(pace) == nil {
				b.adopt(pace)
			}
		}
	})
	return nil
}

func checkPace(pace *workflowv1.BackFillPace) error {
	switch {
	case pace.GetRate() < 0 || pace.GetRate() > 10_000:
		return fault.New(fault.Invalid, "the rate is %v requests a second", pace.GetRate()).At("rate")
	case pace.GetParallel() < 0 || pace.GetParallel() > parallelAtMost:
		return fault.New(fault.Invalid, "parallel is %d, from 1 to %d", pace.GetParallel(), parallelAtMost).At("parallel")
	case pace.GetWindow() < 0:
		return fault.New(fault.Invalid, "the window is %d ids", pace.GetWindow()).At("window")
	}
	return nil
}

// adopt changes what the new pace says and leaves the rest.
func (b *backFill) adopt(pace *workflowv1.BackFillPace) {
	if pace.GetRate() > 0 {
		b.in.Pace.Rate = pace.Rate
	}
	if pace.GetParallel() > 0 {
		b.in.Pace.Parallel = pace.Parallel
	}
	if pace.GetWindow() > 0 {
		b.in.Pace.Window = pace.Window
	}
}

// run hands out windows until none is open.
func (b *backFill) run(ctx workflow.Context) (*workflowv1.BackFillProgress, error) {
	for {
		if err := b.pauser.Wait(ctx); err != nil {
			return nil, err
		}
		plan, err := b.plan(ctx)
		if err != nil {
			return nil, err
		}
		b.tell(ctx, plan)
		if len(plan.GetOpen()) == 0 && len(b.running) == 0 {
			b.at.Done = true
			b.tell(ctx, plan)
			return b.at, nil
		}
		if b.fetches >= fetchesPerRun {
			if len(b.running) == 0 {
				next := proto.CloneOf(b.in)
				next.Progress = b.at
				return nil, workflow.NewContinueAsNewError(ctx, names.BackFill, next)
			}
		} else {
			for _, w := range plan.GetOpen() {
				if len(b.running) >= b.parallel() {
					break
				}
				if !slices.ContainsFunc(b.running, func(r *workflowv1.BackFillWindow) bool { return r.Entity == w.Entity && r.High == w.High }) {
					b.fetch(ctx, w)
				}
			}
		}
		before := b.fetches - len(b.running)
		if err := workflow.Await(ctx, func() bool { return b.fetches-len(b.running) > before || b.failed != nil }); err != nil {
			return nil, err
		}
		if err := b.recover(ctx); err != nil {
			return nil, err
		}
	}
}

func (b *backFill) parallel() int {
	if n := int(b.in.Pace.GetParallel()); n > 0 {
		return n
	}
	return defaultParallel
}

// defaultParallel holds until somebody says otherwise; the configuration of a
// worker is no part of a workflow.
const defaultParallel = 3

func (b *backFill) plan(ctx workflow.Context) (*workflowv1.BackFillPlan, error) {
	planning := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		Summary:             "what is left to read",
		StartToCloseTimeout: 30 * time.Minute,
		HeartbeatTimeout:    30 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 5 * time.Minute},
	})
	plan := new(workflowv1.BackFillPlan)
	if err := workflow.ExecuteActivity(planning, names.PlanBackFill, b.in).Get(ctx, plan); err != nil {
		return nil, err
	}
	b.in.Again = false // it is planned anew once
	return plan, nil
}

// fetch reads a window on, in the background.
func (b *backFill) fetch(ctx workflow.Context, w *workflowv1.BackFillWindow) {
	b.fetches++
	b.running = append(b.running, w)
	fetching := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		Summary:             fmt.Sprintf("%s below %d", w.GetEntity(), w.GetHigh()),
		StartToCloseTimeout: 2 * time.Hour,
		HeartbeatTimeout:    30 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Second, MaximumAttempts: 3},
	})
	future := workflow.ExecuteActivity(fetching, names.FetchBackFill, &workflowv1.BackFillWindowInput{Source: b.in.Source, Window: w, Pace: b.in.Pace})
	workflow.Go(ctx, func(ctx workflow.Context) {
		err := future.Get(ctx, new(workflowv1.BackFillWindowResult))
		b.running = slices.DeleteFunc(b.running, func(r *workflowv1.BackFillWindow) bool { return r == w })
		if err != nil {
			b.failed = err
		} else {
			b.failures = 0
		}
	})
}

// recover waits out a source that is down, in the open; one that refuses ends the
// workflow.
func (b *backFill) recover(ctx workflow.Context) error {
	err := b.failed
	if b.failed = nil; err == nil {
		b.note = ""
		return nil
	}
	if !passes(err) || ctx.Err() != nil || errors.Is(err, workflow.ErrCanceled) {
		return err
	}
	b.failures++
	b.note = fmt.Sprintf("waiting, tried %d times: %s", b.failures, flow.Fault(err))
	b.pauser.Update(func(pr *workflowv1.Progress) { pr.Note = b.note })
	return workflow.Sleep(ctx, patience(b.failures))
}

// tell brings the estimate up to date, for the query and the memo.
func (b *backFill) tell(ctx workflow.Context, plan *workflowv1.BackFillPlan) {
	at := b.at
	at.Pace = b.in.Pace
	at.Windows, at.WindowsDone, at.Calls, at.CallsLeft = plan.Windows, plan.WindowsDone, plan.Calls, plan.CallsLeft
	at.Objects, at.NewDocuments, at.Quarantined = plan.Objects, plan.NewDocuments, plan.Quarantined
	if b.callsThen == 0 && b.fetches == 0 {
		b.callsThen = at.Calls
	}
	if elapsed, calls := workflow.Now(ctx).Sub(b.began), at.Calls-b.callsThen; calls > 0 && elapsed > 0 {
		at.TimeLeft = durationpb.New((time.Duration(float64(elapsed) / float64(calls) * float64(at.CallsLeft))).Truncate(time.Second))
	}
	b.pauser.Update(func(pr *workflowv1.Progress) { pr.Done, pr.Total, pr.Note = at.WindowsDone, at.Windows, b.note })
	left := "unknown"
	if at.TimeLeft != nil {
		left = at.TimeLeft.AsDuration().String()
	}
	// A memo that cannot be written costs the list of the UI a line and nothing else.
	if err := workflow.UpsertMemo(ctx, map[string]any{
		"windows": fmt.Sprintf("%d of %d", at.WindowsDone, at.Windows), "calls": at.Calls, "callsLeft": at.CallsLeft, "timeLeft": left,
	}); err != nil {
		workflow.GetLogger(ctx).Warn("the memo could not be written", "error", err)
	}
}
