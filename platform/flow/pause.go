package flow

import (
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	names "github.com/kzocds/kzocds/proto/workflow"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Pauser gives a workflow what every workflow of ours has: the signals pause
// and resume, and the query progress.
type Pauser struct {
	progress *workflowv1.Progress
}

// NewPauser registers the signals and the query. Call it first in a workflow;
// stage is what it does, as in the search attribute.
func NewPauser(ctx workflow.Context, stage string) (*Pauser, error) {
	p := &Pauser{progress: &workflowv1.Progress{Stage: stage, Since: timestamppb.New(workflow.Now(ctx))}}
	err := workflow.SetQueryHandler(ctx, names.QueryProgress, func() (*workflowv1.Progress, error) {
		answer := proto.CloneOf(p.progress)
		answer.Elapsed = durationpb.New(workflow.Now(ctx).Sub(answer.Since.AsTime()))
		return answer, nil
	})
	if err != nil {
		return nil, err
	}
	pause, resume := workflow.GetSignalChannel(ctx, names.SignalPause), workflow.GetSignalChannel(ctx, names.SignalResume)
	workflow.Go(ctx, func(ctx workflow.Context) {
		selector := workflow.NewSelector(ctx)
		take := func(paused bool) func(workflow.ReceiveChannel, bool) {
			return func(c workflow.ReceiveChannel, _ bool) {
				c.Receive(ctx, nil)
				p.progress.Paused = paused
			}
		}
		selector.AddReceive(pause, take(true)).AddReceive(resume, take(false))
		for {
			selector.Select(ctx)
		}
	})
	return p, nil
}

// Wait blocks while the workflow is paused. Call it between steps, and before
// continue-as-new, which would forget the pause.
func (p *Pauser) Wait(ctx workflow.Context) error {
	return workflow.Await(ctx, func() bool { return !p.progress.Paused })
}

// Stage begins a new stage: counts start again.
func (p *Pauser) Stage(ctx workflow.Context, stage string) {
	p.progress = &workflowv1.Progress{Stage: stage, Paused: p.progress.Paused, Since: timestamppb.New(workflow.Now(ctx))}
}

// Update changes what the query answers.
func (p *Pauser) Update(change func(*workflowv1.Progress)) { change(p.progress) }
