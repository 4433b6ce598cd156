package extractor

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/proto"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/flow"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/source"
	names "github.com/kzocds/kzocds/proto/workflow"
)

// stage is this service's stage in search attributes and progress.
const stage = "extract"

// fetchesPerRun bounds the history of one Crawl run: after so many activities
// it continues as new. An activity makes about six events, so a run stays below
// 2,000.
const fetchesPerRun = 300

var (
	attrWindow = temporal.NewSearchAttributeKeyKeyword(names.AttrWindow)
	attrEntity = temporal.NewSearchAttributeKeyKeyword(names.AttrEntity)
	attrStage  = temporal.NewSearchAttributeKeyKeyword(names.AttrStage)
)

// window is the text of a batch's window in search attributes.
func window(b *workflowv1.Batch) string {
	if b.GetFrom() == nil {
		return "all"
	}
	const minutes = "2006-01-02T15:04Z"
	return b.GetFrom().AsTime().Format(minutes) + "/" + b.GetTo().AsTime().Format(minutes)
}

// order says which entities of a batch are walked side by side. Announcements
// come before what finds its process through them, lots before bids, contracts
// before what is done under them. A batch that does not say what its sources have
// was opened before batches said it.
func order(b *workflowv1.Batch) [][]source.Entity {
	if len(b.GetEntities()) == 0 {
		return [][]source.Entity{
			{source.Reference, source.Subject, source.PlanPoint, source.TrdBuy},
			{source.Lots, source.Contract},
			{source.TrdApp},
		}
	}
	var list [][]source.Entity
	for _, group := range [][]source.Entity{
		{source.Reference, source.Subject, source.Blacklist, source.QualifiedSupplier, source.PlanPoint, source.TrdBuy, source.QuasiPlanPoint, source.QuasiTrdBuy},
		{source.Lots, source.QuasiLots, source.Contract, source.QuasiContract},
		{source.TrdApp, source.Complaint, source.Act, source.TreasuryPay, source.Waybill},
		{source.OCDSRelease},
	} {
		group = slices.DeleteFunc(group, func(e source.Entity) bool { return !slices.Contains(b.GetEntities(), string(e)) })
		if len(group) > 0 {
			list = append(list, group)
		}
	}
	return list
}

// Extract fetches one batch: a child Crawl for each entity, then the count.
func Extract(ctx workflow.Context, in *workflowv1.ExtractInput) (*workflowv1.ExtractResult, error) {
	p, err := flow.NewPauser(ctx, stage)
	if err != nil {
		return nil, err
	}
	if in.GetBatch() == nil {
		return nil, fault.New(fault.Invalid, "no batch to extract").At("batch")
	}
	if err := workflow.UpsertTypedSearchAttributes(ctx,
		attrWindow.ValueSet(window(in.Batch)), attrEntity.ValueSet("all"), attrStage.ValueSet(stage)); err != nil {
		return nil, err
	}
	p.Update(func(pr *workflowv1.Progress) { pr.Total = int64(len(slices.Concat(order(in.Batch)...))) })
	var running children
	running.follow(ctx, p)

	for _, together := range order(in.Batch) {
		if err := p.Wait(ctx); err != nil {
			return nil, err
		}
		for _, e := range together {
			running.start(ctx, in.Batch, e)
		}
		p.Update(func(pr *workflowv1.Progress) { pr.Note = fmt.Sprint("walking ", together) })
		if err := running.wait(ctx, p); err != nil {
			return nil, err
		}
	}

	p.Update(func(pr *workflowv1.Progress) { pr.Note = "counting, and waiting until everything stored is published" })
	result := new(workflowv1.ExtractResult)
	closing := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		Summary:             fmt.Sprintf("count and close batch %d", in.Batch.Number),
		StartToCloseTimeout: time.Hour,
		HeartbeatTimeout:    30 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute},
	})
	if err := workflow.ExecuteActivity(closing, names.CloseBatch, in).Get(ctx, result); err != nil {
		return nil, err
	}
	p.Update(func(pr *workflowv1.Progress) { pr.Note = "done" })
	return result, nil
}

// children are the crawls of a batch that run at the moment.
type children struct {
	running []*child
}

type child struct {
	entity source.Entity
	future workflow.ChildWorkflowFuture
}

func (c *children) start(ctx workflow.Context, b *workflowv1.Batch, e source.Entity) {
	options := workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:    names.CrawlID(b.Source, b.Number, e),
		StaticSummary: fmt.Sprintf("%s of batch %d, window %s", e, b.Number, window(b)),
		TypedSearchAttributes: temporal.NewSearchAttributes(
			attrWindow.ValueSet(window(b)), attrEntity.ValueSet(string(e)), attrStage.ValueSet(stage)),
	})
	c.running = append(c.running, &child{e, workflow.ExecuteChildWorkflow(options, names.Crawl, &workflowv1.CrawlInput{Batch: b, Entity: string(e)})})
}

// wait waits for all that run. The first failure ends it: the others end with
// the parent.
func (c *children) wait(ctx workflow.Context, p *flow.Pauser) error {
	for len(c.running) > 0 {
		var failed error
		selector := workflow.NewSelector(ctx)
		for i, k := range c.running {
			selector.AddFuture(k.future, func(f workflow.Future) {
				crawled := new(workflowv1.CrawlProgress)
				if failed = f.Get(ctx, crawled); failed != nil {
					return
				}
				c.running = append(c.running[:i:i], c.running[i+1:]...)
				p.Update(func(pr *workflowv1.Progress) {
					pr.Done++
					pr.Crawls = append(pr.Crawls, crawled)
				})
			})
		}
		selector.Select(ctx)
		if failed != nil {
			return failed
		}
	}
	return nil
}

// follow hands pause and resume on to the children.
func (c *children) follow(ctx workflow.Context, p *flow.Pauser) {
	paused := func() (is bool) {
		p.Update(func(pr *workflowv1.Progress) { is = pr.Paused })
		return is
	}
	workflow.Go(ctx, func(ctx workflow.Context) {
		told := false
		for workflow.Await(ctx, func() bool { return paused() != told }) == nil {
			told = paused()
			signal := names.SignalResume
			if told {
				signal = names.SignalPause
			}
			for _, k := range c.running {
				// A child that has ended meanwhile needs no signal.
				_ = k.future.SignalChildWorkflow(ctx, signal, nil).Get(ctx, nil)
			}
		}
	})
}

// Crawl walks one entity of a batch to its end, a bounded number of pages at a
// time. A source that is down is waited for: the progress says since when and
// why. A source that refuses (wrong token, a query it does not understand) ends
// the workflow.
func Crawl(ctx workflow.Context, in *workflowv1.CrawlInput) (*workflowv1.CrawlProgress, error) {
	p, err := flow.NewPauser(ctx, stage)
	if err != nil {
		return nil, err
	}
	if in.GetBatch() == nil || in.GetEntity() == "" {
		return nil, fault.New(fault.Invalid, "a crawl needs a batch and an entity").At("batch")
	}
	if err := workflow.UpsertTypedSearchAttributes(ctx,
		attrWindow.ValueSet(window(in.Batch)), attrEntity.ValueSet(in.Entity), attrStage.ValueSet(stage)); err != nil {
		return nil, err
	}
	at := in.GetProgress()
	if at == nil {
		at = &workflowv1.CrawlProgress{Entity: in.Entity}
	}
	tell := func(note string) {
		p.Update(func(pr *workflowv1.Progress) {
			pr.Done, pr.Total, pr.Note = at.GetObjects(), at.GetTotal(), note
			pr.Crawls = []*workflowv1.CrawlProgress{at}
		})
	}
	tell("")

	var failures int
	for fetches := 0; ; fetches++ {
		if err := p.Wait(ctx); err != nil {
			return nil, err
		}
		if fetches >= fetchesPerRun {
			next := proto.CloneOf(in)
			next.Progress = at
			return nil, workflow.NewContinueAsNewError(ctx, names.Crawl, next)
		}
		fetching := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			Summary:             fmt.Sprintf("%s from page %d", in.Entity, at.GetPages()+1),
			StartToCloseTimeout: 2 * time.Hour,
			HeartbeatTimeout:    30 * time.Second,
			// A worker that dies shows in a missed heartbeat and is replaced here;
			// waiting out a source that is down is done below, where it shows.
			RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Second, MaximumAttempts: 3},
		})
		input := proto.CloneOf(in)
		input.Progress = at
		fetched := new(workflowv1.CrawlProgress)
		if err := workflow.ExecuteActivity(fetching, names.FetchPages, input).Get(ctx, fetched); err != nil {
			if !passes(err) || ctx.Err() != nil {
				return nil, err
			}
			failures++
			tell(fmt.Sprintf("waiting, tried %d times: %s", failures, flow.Fault(err)))
			if err := workflow.Sleep(ctx, patience(failures)); err != nil {
				return nil, err
			}
			continue
		}
		failures, at = 0, fetched
		tell("")
		if at.GetDone() {
			return at, nil
		}
	}
}

// passes says whether an activity's failure may pass by waiting.
func passes(err error) bool {
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return !application.NonRetryable()
	}
	return temporal.IsTimeoutError(err)
}

// patience is how long a crawl waits after failures in a row: 10 s, doubling, 5
// minutes at most.
func patience(failures int) time.Duration {
	return min(10*time.Second<<min(failures-1, 5), 5*time.Minute)
}
