package transformer

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/workflow"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/flow"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	names "github.com/kzocds/kzocds/proto/workflow"
	"github.com/kzocds/kzocds/transformer/internal/pg"
)

const (
	stageRemap  = "remap"
	stageDecide = "decide"
	stageDone   = "done"
)

// Remap runs a mapping version beside the current one: it transforms all stored
// documents with it, compares the results, and waits for an operator, who adopts
// or rejects it (updates adopt, reject), or has it catch up and compared again
// (update compare). Until then nothing that is published changes.
func Remap(ctx workflow.Context, in *workflowv1.RemapInput) (*workflowv1.RemapResult, error) {
	pauser, err := flow.NewPauser(ctx, stageRemap)
	if err != nil {
		return nil, err
	}
	r := &remapping{pauser: pauser, in: in, comparison: in.Comparison}
	if in.Adopt {
		r.wanted = names.UpdateAdopt
	}
	if err := r.listen(ctx); err != nil {
		return nil, err
	}
	for {
		if r.comparison == nil || r.behind {
			if err := r.catchUp(ctx); err != nil {
				return nil, err
			}
		}
		if err := r.stage(ctx, stageDecide, r.summary()); err != nil {
			return nil, err
		}
		r.deciding = true
		if err := workflow.Await(ctx, func() bool { return r.wanted != "" }); err != nil {
			return nil, err
		}
		r.deciding = false
		out := &workflowv1.RemapResult{Version: in.Version, Comparison: r.comparison}
		switch r.wanted {
		case names.UpdateCompare:
			r.wanted, r.comparison = "", nil
			if workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
				return nil, workflow.NewContinueAsNewError(ctx, names.Remap, &workflowv1.RemapInput{Version: in.Version})
			}
		case names.UpdateReject:
			if err := r.do(ctx, names.RejectMapping, "forget mapping "+in.Version, in, nil); err != nil {
				return nil, err
			}
			out.Decision = "rejected"
			return out, r.stage(ctx, stageDone, "mapping "+in.Version+" was rejected; its results are gone")
		default:
			var adopted workflowv1.AdoptResult
			if err := r.do(ctx, names.AdoptMapping, "make mapping "+in.Version+" current", in, &adopted); err != nil {
				return nil, err
			}
			if r.behind = adopted.Behind > 0; r.behind {
				continue
			}
			out.Decision, out.Changes = "adopted", adopted.Changes
			return out, r.stage(ctx, stageDone, fmt.Sprintf("mapping %s is current; %d changes of what is published were announced", in.Version, adopted.Changes))
		}
	}
}

// remapping is a Remap under way.
type remapping struct {
	pauser     *flow.Pauser
	in         *workflowv1.RemapInput
	comparison *workflowv1.MappingComparison
	deciding   bool   // an operator's word is awaited
	behind     bool   // the current mapping went on meanwhile
	wanted     string // update that an operator sent
}

// listen takes an operator's word. It is refused as long as there is nothing to
// decide on.
func (r *remapping) listen(ctx workflow.Context) error {
	for _, name := range []string{names.UpdateAdopt, names.UpdateReject, names.UpdateCompare} {
		handle := func(ctx workflow.Context) (string, error) {
			r.wanted = name
			return r.summary(), nil
		}
		validate := func(ctx workflow.Context) error {
			if !r.deciding && name != names.UpdateReject {
				return fault.New(fault.Conflict, "mapping %s is not compared yet", r.in.Version).Do("wait until the stage of the workflow is decide")
			}
			return nil
		}
		if err := workflow.SetUpdateHandlerWithOptions(ctx, name, handle, workflow.UpdateHandlerOptions{
			Description: map[string]string{
				names.UpdateAdopt:   "make this mapping version the current one",
				names.UpdateReject:  "forget this mapping version",
				names.UpdateCompare: "catch up with the current mapping and compare again",
			}[name],
			Validator: validate,
		}); err != nil {
			return err
		}
	}
	return nil
}

// catchUp brings the version to where the current one is and compares them.
func (r *remapping) catchUp(ctx workflow.Context) error {
	if err := r.stage(ctx, stageRemap, "listing the processes that mapping "+r.in.Version+" lacks"); err != nil {
		return err
	}
	var scope workflowv1.RemapScope
	if err := r.do(ctx, names.BeginRemap, "list what mapping "+r.in.Version+" lacks", r.in, &scope); err != nil {
		return err
	}
	r.pauser.Update(func(p *workflowv1.Progress) {
		p.Total, p.Note = scope.Processes, fmt.Sprintf("%d processes up to batch %d with mapping %s", scope.Processes, scope.Batch, r.in.Version)
	})
	if err := transformShards(ctx, r.pauser, scope.Batch, shardsOf(scope.Processes)); err != nil {
		return err
	}
	r.comparison, r.behind = &workflowv1.MappingComparison{}, false
	return r.do(ctx, names.CompareMappings, "compare with the current mapping", &scope, r.comparison)
}

func (r *remapping) do(ctx workflow.Context, name, summary string, in, out any) error {
	if err := r.pauser.Wait(ctx); err != nil {
		return err
	}
	return workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 6 * time.Hour, HeartbeatTimeout: 2 * time.Minute, RetryPolicy: retries, Summary: summary,
	}), name, in).Get(ctx, out)
}

func (r *remapping) stage(ctx workflow.Context, stage, note string) error {
	r.pauser.Stage(ctx, stage)
	r.pauser.Update(func(p *workflowv1.Progress) { p.Note = note })
	workflow.SetCurrentDetails(ctx, note)
	return workflow.UpsertTypedSearchAttributes(ctx, attrStage.ValueSet(stage))
}

func (r *remapping) summary() string {
	c := r.comparison
	if c == nil {
		return "mapping " + r.in.Version + " is not compared yet"
	}
	return fmt.Sprintf("mapping %s against %s as of batch %d: %d processes equal, %d changed, %d added, %d vanished; quarantine %d before, %d after; %d releases added, %d withdrawn. "+
		"Report: GET /api/v1/admin/mappings/%s/%s. Updates: adopt, reject, compare",
		c.ToVersion, c.FromVersion, c.Batch, c.Equal, c.Changed, c.Added, c.Vanished, c.QuarantinedBefore, c.QuarantinedAfter, c.ReleasesAdded, c.ReleasesWithdrawn,
		c.FromVersion, c.ToVersion)
}

// BeginRemap notes the processes that the mapping of this program has not looked
// at but the current one has, and says what is to be transformed to be as far.
func (a *activities) BeginRemap(ctx context.Context, _ *workflowv1.RemapInput) (*workflowv1.RemapScope, error) {
	current, err := a.store.Published(ctx)
	if err != nil {
		return nil, err
	}
	const limit = 5000
	for after := ""; ; {
		marks, last, err := a.store.Missing(ctx, current.ID, a.mapping.ID, after, limit)
		if err != nil {
			return nil, err
		}
		if len(marks) == 0 {
			break
		}
		if err := a.store.MarkFor(ctx, a.mapping.ID, marks); err != nil {
			return nil, err
		}
		after = last
		activity.RecordHeartbeat(ctx, after)
	}
	scope := &workflowv1.RemapScope{}
	if scope.Batch, err = a.store.Looked(ctx, current.ID); err != nil {
		return nil, err
	}
	scope.Processes, err = a.store.Pending(ctx, a.mapping.ID, scope.Batch)
	return scope, err
}

// CompareMappings compares what the mapping of this program made with what is
// published and stores the report.
func (a *activities) CompareMappings(ctx context.Context, in *workflowv1.RemapScope) (*workflowv1.MappingComparison, error) {
	current, err := a.store.Published(ctx)
	if err != nil {
		return nil, err
	}
	c, err := a.store.Compare(ctx, current, a.mapping, in.Batch, func(done int64) { activity.RecordHeartbeat(ctx, done) })
	if err != nil {
		return nil, err
	}
	return &workflowv1.MappingComparison{
		FromVersion: c.From, ToVersion: c.To, Batch: c.Batch, Equal: c.Equal, Changed: c.Changed, Added: c.Added, Vanished: c.Vanished,
		QuarantinedBefore: c.QuarantinedBefore, QuarantinedAfter: c.QuarantinedAfter,
		ReleasesAdded: c.ReleasesAdded, ReleasesWithdrawn: c.ReleasesWithdrawn,
	}, nil
}

// AdoptMapping makes the mapping of this program the current one, unless it is
// behind, and announces what that changes.
func (a *activities) AdoptMapping(ctx context.Context, in *workflowv1.RemapInput) (*workflowv1.AdoptResult, error) {
	if in.Version != a.mapping.Version {
		return nil, fault.New(fault.Conflict, "mapping %s is not the one of this program, %s", in.Version, a.mapping.Version)
	}
	behind, changes, err := a.store.Adopt(ctx, a.mapping.ID)
	if err != nil || behind > 0 {
		return &workflowv1.AdoptResult{Behind: behind}, err
	}
	if err := a.sweep(ctx); err != nil {
		return nil, err
	}
	return &workflowv1.AdoptResult{Changes: changes}, a.store.Forget(ctx)
}

// RejectMapping retires the mapping of this program and drops its results.
func (a *activities) RejectMapping(ctx context.Context, _ *workflowv1.RemapInput) error {
	if err := a.store.Reject(ctx, a.mapping.ID); err != nil {
		return err
	}
	return a.store.Forget(ctx)
}

// asTransformed is the mark of a process to be told anew from its first batch.
func asTransformed(key string) pg.Mark { return pg.Mark{Key: key, Batch: 1} }
