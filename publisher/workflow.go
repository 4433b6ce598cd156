package publisher

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/flow"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	names "github.com/kzocds/kzocds/proto/workflow"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

// Stages as the search attribute KzStage and the query progress name them.
const (
	stageExtract    = "extract"
	stageTransform  = "transform"
	stagePublish    = "publish"
	stageLoad       = "load"
	stageDone       = "done"
	stageGateFailed = "gate-failed"
)

// buildsAtOnce bounds the partitions of a snapshot that are scheduled at the
// same time; how many really run is up to the workers.
const buildsAtOnce = 16

var (
	attrWindow   = temporal.NewSearchAttributeKeyKeyword(names.AttrWindow)
	attrStage    = temporal.NewSearchAttributeKeyKeyword(names.AttrStage)
	attrSnapshot = temporal.NewSearchAttributeKeyKeyword(names.AttrSnapshot)
)

// retries of every activity: for ever, as long as its kind of error passes by
// itself. A source that is down for a day delays a batch by a day.
var retries = &temporal.RetryPolicy{
	InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute,
}

// Publication carries one batch from the source to the Explorer. It is safe to
// kill and to start again at any time: a new one joins the batch that is open,
// and what lies ready is not made twice.
func Publication(ctx workflow.Context, in *workflowv1.PublicationInput) (*workflowv1.PublicationResult, error) {
	p := &pipeline{out: &workflowv1.PublicationResult{Counts: &workflowv1.StageCounts{}}}
	var err error
	if p.pauser, err = flow.NewPauser(ctx, stageExtract); err != nil {
		return nil, err
	}
	p.forwardPauses(ctx)
	p.compact = in.Compact
	if err := p.run(ctx, in.Source); err != nil {
		return nil, err
	}
	return p.out, nil
}

type pipeline struct {
	compact bool // publish without deltas
	pauser  *flow.Pauser
	child   string // id of the child workflow under way
	began   time.Time
	out     *workflowv1.PublicationResult
}

func (p *pipeline) run(ctx workflow.Context, source string) error {
	if err := p.begin(ctx, stageExtract, "opening a batch"); err != nil {
		return err
	}
	var batch workflowv1.Batch
	if err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: names.QueueExtractor, StartToCloseTimeout: time.Minute, RetryPolicy: retries,
		Summary: "next batch of " + source,
	}), names.OpenBatch, &workflowv1.OpenBatchInput{Source: source}).Get(ctx, &batch); err != nil {
		return explain(err, "no batch could be opened")
	}
	p.out.Batch = batch.Number
	text := fmt.Sprintf("batch %d of %s, window %s", batch.Number, source, window(&batch))
	p.pauser.Update(func(progress *workflowv1.Progress) { progress.Note = text })
	workflow.SetCurrentDetails(ctx, stageExtract+": "+text)
	if err := errors.Join(
		workflow.UpsertTypedSearchAttributes(ctx, attrWindow.ValueSet(window(&batch))),
		workflow.UpsertMemo(ctx, map[string]any{"batch": text}),
	); err != nil {
		return err
	}

	var extracted workflowv1.ExtractResult
	if err := p.runChild(ctx, names.Extract, names.QueueExtractor, names.ExtractID(source, batch.Number),
		"fetch "+text, &workflowv1.ExtractInput{Batch: &batch}, &extracted); err != nil {
		return err
	}
	p.out.Entities = extracted.Entities
	p.out.Counts.Source, p.out.Counts.Stored = extracted.SourceProcesses, extracted.StoredProcesses
	p.end(ctx, stageExtract)

	if err := p.begin(ctx, stageTransform, text); err != nil {
		return err
	}
	var transformed workflowv1.TransformResult
	if err := p.runChild(ctx, names.Transform, names.QueueTransformer, names.TransformID(source, batch.Number),
		"make the releases of "+text, &workflowv1.TransformInput{Batch: &batch, SourceSequence: extracted.SourceSequence}, &transformed); err != nil {
		return err
	}
	p.out.Counts.Transformed, p.out.Counts.Quarantined = transformed.Transformed, transformed.Quarantined
	p.end(ctx, stageTransform)

	if err := p.begin(ctx, stagePublish, text); err != nil {
		return err
	}
	var published workflowv1.PublicationResult
	if err := p.runChild(ctx, names.Publish, names.QueuePublisher, names.PublishID(source, batch.Number),
		"publish "+text, &workflowv1.PublishInput{
			Batch: &batch, OcdsSequence: transformed.OcdsSequence, Counts: p.out.Counts, Entities: extracted.Entities, Compact: p.compact,
		}, &published); err != nil {
		if !gateFailed(err) {
			return err
		}
		if err := workflow.UpsertTypedSearchAttributes(ctx, attrStage.ValueSet(stageGateFailed)); err != nil {
			return err
		}
		return err
	}
	p.out.SnapshotId, p.out.Published = published.SnapshotId, published.Published
	p.out.Counts.Published = published.GetCounts().GetPublished()
	p.end(ctx, stagePublish)

	if err := p.load(ctx); err != nil {
		return err
	}
	return p.finish(ctx)
}

// load has the analytics service take over the snapshot, also when it is the
// old one: a service that lost its state gets it back.
func (p *pipeline) load(ctx workflow.Context) error {
	if p.out.SnapshotId == "" {
		return nil
	}
	if err := p.begin(ctx, stageLoad, "snapshot "+snapshot.Short(p.out.SnapshotId)); err != nil {
		return err
	}
	var loaded workflowv1.LoadResult
	if err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: names.QueueAnalytics, StartToCloseTimeout: 6 * time.Hour, HeartbeatTimeout: 30 * time.Second, RetryPolicy: retries,
		Summary: "load snapshot " + snapshot.Short(p.out.SnapshotId),
	}), names.LoadSnapshot, &workflowv1.LoadInput{SnapshotId: p.out.SnapshotId}).Get(ctx, &loaded); err != nil {
		return explain(err, "snapshot %s is published but the analytics service has not loaded it", snapshot.Short(p.out.SnapshotId))
	}
	p.out.Counts.Loaded = loaded.Processes
	p.end(ctx, stageLoad)
	if loaded.Processes != p.out.Counts.Published {
		return fault.New(fault.Conflict, "%d processes are published and %d loaded from snapshot %s",
			p.out.Counts.Published, loaded.Processes, snapshot.Short(p.out.SnapshotId)).
			About(p.out.SnapshotId).Do("compare the table processes of the snapshot with the analytics service's log of loading it")
	}
	return nil
}

func (p *pipeline) finish(ctx workflow.Context) error {
	c := p.out.Counts
	text := fmt.Sprintf("nothing new, snapshot %s stays", cmp.Or(snapshot.Short(p.out.SnapshotId), "(none yet)"))
	if p.out.Published {
		text = fmt.Sprintf("snapshot %s published", snapshot.Short(p.out.SnapshotId))
	}
	text += fmt.Sprintf(": source %d, stored %d, transformed %d, quarantined %d, published %d, loaded %d processes",
		c.Source, c.Stored, c.Transformed, c.Quarantined, c.Published, c.Loaded)
	p.pauser.Stage(ctx, stageDone)
	p.pauser.Update(func(progress *workflowv1.Progress) { progress.Note = text })
	workflow.SetCurrentDetails(ctx, text)
	return errors.Join(
		workflow.UpsertTypedSearchAttributes(ctx, attrStage.ValueSet(stageDone), attrSnapshot.ValueSet(snapshot.Short(p.out.SnapshotId))),
		workflow.UpsertMemo(ctx, map[string]any{"result": text}),
	)
}

// begin enters a stage, once nobody wants a pause.
func (p *pipeline) begin(ctx workflow.Context, stage, note string) error {
	if err := p.pauser.Wait(ctx); err != nil {
		return err
	}
	p.began = workflow.Now(ctx)
	p.pauser.Stage(ctx, stage)
	p.pauser.Update(func(progress *workflowv1.Progress) { progress.Note = note })
	workflow.SetCurrentDetails(ctx, stage+": "+note)
	return workflow.UpsertTypedSearchAttributes(ctx, attrStage.ValueSet(stage))
}

func (p *pipeline) end(ctx workflow.Context, stage string) {
	p.out.Seconds = append(p.out.Seconds, &workflowv1.StageSeconds{
		Stage: stage, Seconds: workflow.Now(ctx).Sub(p.began).Seconds(),
	})
}

// runChild runs a stage as a child workflow. Its id is that of the batch, so a
// second publication of the batch cannot run beside the first; a stage that ended
// may be run again.
func (p *pipeline) runChild(ctx workflow.Context, kind, queue, id, summary string, in, out any) error {
	p.child = id
	defer func() { p.child = "" }()
	err := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID: id, TaskQueue: queue,
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		ParentClosePolicy:     enumspb.PARENT_CLOSE_POLICY_TERMINATE,
		StaticSummary:         summary,
	}), kind, in).Get(ctx, out)
	if temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return fault.New(fault.Conflict, "%s is running already, started by another publication", id).
			About(id).Do("wait for it, or terminate it in the Temporal UI and start the publication again")
	}
	return explain(err, "%s failed", id)
}

// forwardPauses passes pause and resume on to the stage under way, and to each
// that begins during a pause.
func (p *pipeline) forwardPauses(ctx workflow.Context) {
	workflow.Go(ctx, func(ctx workflow.Context) {
		told := map[string]bool{} // children that were told to pause
		for {
			var paused bool
			var child string
			err := workflow.Await(ctx, func() bool {
				p.pauser.Update(func(progress *workflowv1.Progress) { paused = progress.Paused })
				child = p.child
				return child != "" && paused != told[child]
			})
			if err != nil {
				return
			}
			signal := names.SignalResume
			if paused {
				signal = names.SignalPause
			}
			told[child] = paused
			// A child that ended meanwhile needs no word.
			_ = workflow.SignalExternalWorkflow(ctx, child, "", signal, nil).Get(ctx, nil)
		}
	})
}

// window is a change window as people read it.
func window(b *workflowv1.Batch) string {
	if b.GetFrom() == nil {
		return "all"
	}
	const minute = "2006-01-02T15:04Z"
	return b.From.AsTime().Format(minute) + "/" + b.GetTo().AsTime().Format(minute)
}

// explain gives the error of a step a sentence that says which step it was. The
// kind and the remedy of the cause stay.
func explain(err error, format string, a ...any) error {
	if err == nil {
		return nil
	}
	cause, known := errors.AsType[*fault.Error](flow.Fault(err))
	if !known {
		return err // cancelled or terminated from outside
	}
	said := fault.Wrap(cause.Kind, nil, format, a...)
	said.Message += ": " + strings.TrimSuffix(cause.Message, "; "+cause.Remedy)
	said.Subject, said.Remedy = cause.Subject, cause.Remedy
	// What reaches a workflow has used up its retries.
	return temporal.NewNonRetryableApplicationError(said.Error(), errorType(err, cause), nil, said)
}

func errorType(err error, cause *fault.Error) string {
	if gateFailed(err) {
		return stageGateFailed
	}
	return cause.Kind.TemporalType()
}

func gateFailed(err error) bool {
	e, ok := errors.AsType[*temporal.ApplicationError](err)
	return ok && e.Type() == stageGateFailed
}

// Publish makes a snapshot of what is transformed and makes it the current one,
// if it passes the gate.
func Publish(ctx workflow.Context, in *workflowv1.PublishInput) (*workflowv1.PublicationResult, error) {
	pauser, err := flow.NewPauser(ctx, stagePublish)
	if err != nil {
		return nil, err
	}
	p := &publishing{pauser: pauser, in: in, out: &workflowv1.PublicationResult{
		Batch: in.GetBatch().GetNumber(), Counts: &workflowv1.StageCounts{},
	}}
	if err := workflow.UpsertTypedSearchAttributes(ctx, attrStage.ValueSet(stagePublish), attrWindow.ValueSet(window(in.Batch))); err != nil {
		return nil, err
	}
	if err := p.run(ctx); err != nil {
		return nil, err
	}
	return p.out, nil
}

type publishing struct {
	pauser *flow.Pauser
	in     *workflowv1.PublishInput
	out    *workflowv1.PublicationResult
}

func (p *publishing) run(ctx workflow.Context) error {
	if err := p.step(ctx, names.AwaitProcesses, fmt.Sprintf("take in stream OCDS up to sequence %d", p.in.OcdsSequence),
		2*time.Hour, p.in, nil); err != nil {
		return err
	}
	var plan workflowv1.SnapshotPlan
	if err := p.step(ctx, names.PlanSnapshot, "compare with the current snapshot", time.Hour, p.in, &plan); err != nil {
		return err
	}
	p.out.SnapshotId, p.out.Published, p.out.Counts.Published = plan.SnapshotId, plan.Changed, plan.Processes
	if err := workflow.UpsertTypedSearchAttributes(ctx, attrSnapshot.ValueSet(snapshot.Short(plan.SnapshotId))); err != nil {
		return err
	}
	if plan.Held != "" {
		return p.done(ctx, "an operator holds publication: "+plan.Held)
	}
	if !plan.Changed {
		if transformed := p.in.GetCounts().GetTransformed(); transformed != plan.Processes+plan.Withdrawn {
			return p.stop(ctx, plan.SnapshotId, &workflowv1.GateResult{Checks: []*workflowv1.GateCheck{{
				Id: checkStages, Message: fmt.Sprintf("nothing new was announced, but %d processes are transformed and %d published", transformed, plan.Processes),
			}}})
		}
		if !plan.Compaction {
			return p.done(ctx, "nothing new, the current snapshot stays")
		}
	}
	return p.make(ctx, &plan)
}

// make builds, checks and flips what was planned.
func (p *publishing) make(ctx workflow.Context, plan *workflowv1.SnapshotPlan) error {
	if err := p.build(ctx, plan); err != nil {
		return err
	}
	short := snapshot.Short(plan.SnapshotId)
	made := &workflowv1.AssembleInput{Plan: plan, Batch: p.out.Batch, Counts: p.in.Counts}
	if err := p.step(ctx, names.Assemble, "manifest of "+short, 10*time.Minute, made, nil); err != nil {
		return err
	}
	var gate workflowv1.GateResult
	if err := p.step(ctx, names.Gate, "checks of "+short, time.Hour, made, &gate); err != nil {
		return err
	}
	if !gate.Passed {
		return p.stop(ctx, plan.SnapshotId, &gate)
	}
	if err := p.step(ctx, names.Flip, "make "+short+" current", 5*time.Minute,
		&workflowv1.FlipInput{SnapshotId: plan.SnapshotId, ParentId: plan.ParentId, Compaction: plan.Compaction}, nil); err != nil {
		return err
	}
	if plan.Compaction {
		return p.done(ctx, fmt.Sprintf("snapshot %s has files without deltas", short))
	}
	return p.done(ctx, fmt.Sprintf("snapshot %s is current: %d processes", short, plan.Processes))
}

// Compact puts the current snapshot together anew, without deltas. Publications
// may go on meanwhile.
func Compact(ctx workflow.Context, _ *workflowv1.CompactInput) (*workflowv1.PublicationResult, error) {
	pauser, err := flow.NewPauser(ctx, stagePublish)
	if err != nil {
		return nil, err
	}
	p := &publishing{pauser: pauser, in: &workflowv1.PublishInput{}, out: &workflowv1.PublicationResult{Counts: &workflowv1.StageCounts{}}}
	if err := workflow.UpsertTypedSearchAttributes(ctx, attrStage.ValueSet(stagePublish)); err != nil {
		return nil, err
	}
	var plan workflowv1.SnapshotPlan
	if err := p.step(ctx, names.PlanCompaction, "look for deltas", time.Hour, &workflowv1.CompactInput{}, &plan); err != nil {
		return nil, err
	}
	p.out.SnapshotId, p.out.Counts.Published = plan.SnapshotId, plan.Processes
	if !plan.Compaction {
		return p.out, p.done(ctx, "the current snapshot has no deltas")
	}
	if err := workflow.UpsertTypedSearchAttributes(ctx, attrSnapshot.ValueSet(snapshot.Short(plan.SnapshotId))); err != nil {
		return nil, err
	}
	if err := p.make(ctx, &plan); err != nil {
		return nil, err
	}
	p.out.Published = true
	return p.out, nil
}

// Collect removes what no snapshot needs any more.
func Collect(ctx workflow.Context, in *workflowv1.CollectInput) (*workflowv1.CollectResult, error) {
	var out workflowv1.CollectResult
	err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 6 * time.Hour, HeartbeatTimeout: heartbeat, RetryPolicy: retries, Summary: "remove what no snapshot needs",
	}), names.CollectGarbage, in).Get(ctx, &out)
	if err != nil {
		return nil, explain(err, "the collection failed")
	}
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("%d snapshots and %d objects (%d bytes) removed, %d unfinished uploads given up, %d snapshots stay",
		out.Snapshots, out.Objects, out.Bytes, out.Uploads, out.Kept))
	return &out, nil
}

// Operate carries out an operator's word, and has the analytics service follow
// when another snapshot became current.
func Operate(ctx workflow.Context, in *workflowv1.OperateInput) (*workflowv1.OperateResult, error) {
	workflow.SetCurrentDetails(ctx, strings.TrimSpace(in.Act+" "+snapshot.Short(in.SnapshotId)+in.Ocid+in.Check))
	var out workflowv1.OperateResult
	err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 10 * time.Minute, HeartbeatTimeout: heartbeat, RetryPolicy: retries, Summary: in.Act,
	}), names.CarryOut, in).Get(ctx, &out)
	if err != nil {
		return nil, explain(err, "%s was not carried out", in.Act)
	}
	if in.Act == names.ActRollBack {
		if err := workflow.UpsertTypedSearchAttributes(ctx, attrSnapshot.ValueSet(snapshot.Short(out.SnapshotId))); err != nil {
			return nil, err
		}
		if err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			TaskQueue: names.QueueAnalytics, StartToCloseTimeout: 6 * time.Hour, HeartbeatTimeout: 30 * time.Second, RetryPolicy: retries,
			Summary: "load snapshot " + snapshot.Short(out.SnapshotId),
		}), names.LoadSnapshot, &workflowv1.LoadInput{SnapshotId: out.SnapshotId}).Get(ctx, nil); err != nil {
			return nil, explain(err, "snapshot %s is current but the analytics service has not loaded it", snapshot.Short(out.SnapshotId))
		}
	}
	workflow.SetCurrentDetails(ctx, out.Done)
	return &out, nil
}

// stop ends the workflow with the checks that failed.
func (p *publishing) stop(ctx workflow.Context, id string, gate *workflowv1.GateResult) error {
	why := refused(id, gate)
	workflow.SetCurrentDetails(ctx, why.Error())
	if err := workflow.UpsertTypedSearchAttributes(ctx, attrStage.ValueSet(stageGateFailed)); err != nil {
		return err
	}
	return temporal.NewNonRetryableApplicationError(why.Error(), stageGateFailed, nil, why)
}

func (p *publishing) done(ctx workflow.Context, text string) error {
	p.pauser.Update(func(progress *workflowv1.Progress) { progress.Note = text })
	workflow.SetCurrentDetails(ctx, text)
	return workflow.UpsertTypedSearchAttributes(ctx, attrStage.ValueSet(stageDone))
}

// build makes what the snapshot lacks: the months and deltas at the same time,
// then what is made from the months.
func (p *publishing) build(ctx workflow.Context, plan *workflowv1.SnapshotPlan) error {
	var months, whole []*workflowv1.PartitionRef
	for _, ref := range plan.Build {
		if ref.Dataset == snapshot.Compiled || ref.Dataset == snapshot.Years {
			whole = append(whole, ref)
		} else {
			months = append(months, ref)
		}
	}
	p.pauser.Update(func(progress *workflowv1.Progress) { progress.Total = int64(len(plan.Build)) })
	for _, refs := range [][]*workflowv1.PartitionRef{months, whole} {
		if err := p.buildAll(ctx, plan.SnapshotId, refs); err != nil {
			return err
		}
	}
	return nil
}

func (p *publishing) buildAll(ctx workflow.Context, id string, refs []*workflowv1.PartitionRef) error {
	ctx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	free := workflow.NewSemaphore(ctx, buildsAtOnce)
	group := workflow.NewWaitGroup(ctx)
	var failed error
	for _, ref := range refs {
		if err := free.Acquire(ctx, 1); err != nil {
			return err
		}
		if failed != nil {
			break
		}
		group.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer group.Done()
			defer free.Release(1)
			what := strings.TrimSpace(ref.Dataset + " " + ref.Period)
			err := p.step(ctx, names.BuildPartition, what, 6*time.Hour, &workflowv1.BuildInput{SnapshotId: id, Partition: ref}, nil)
			if err != nil && failed == nil {
				failed = err
				cancel() // the others, whose work is kept for the next attempt
			}
			p.pauser.Update(func(progress *workflowv1.Progress) { progress.Done++ })
		})
	}
	group.Wait(ctx)
	return failed
}

// heartbeat is how soon an activity of a killed process is given to another.
const heartbeat = 15 * time.Second

// step runs an activity of this service, once nobody wants a pause.
func (p *publishing) step(ctx workflow.Context, activity, what string, atMost time.Duration, in, out any) error {
	if err := p.pauser.Wait(ctx); err != nil {
		return err
	}
	p.pauser.Update(func(progress *workflowv1.Progress) { progress.Note = what })
	err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: atMost, HeartbeatTimeout: heartbeat, RetryPolicy: retries, Summary: what,
	}), activity, in).Get(ctx, out)
	return explain(err, "%s (%s) failed", activity, what)
}
