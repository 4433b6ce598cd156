package transformer

import (
	"context"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"golang.org/x/sync/errgroup"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/flow"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	names "github.com/kzocds/kzocds/proto/workflow"
	"github.com/kzocds/kzocds/transformer/internal/pg"
)

func registerWorkflows(r flow.Registry) {
	r.RegisterWorkflowWithOptions(Transform, workflow.RegisterOptions{Name: names.Transform})
	r.RegisterWorkflowWithOptions(Remap, workflow.RegisterOptions{Name: names.Remap})
	r.RegisterWorkflowWithOptions(RetryQuarantine, workflow.RegisterOptions{Name: names.RetryQuarantine})
}

func registerActivities(r worker.ActivityRegistry, s *Service) {
	a := &activities{s}
	for name, f := range map[string]any{
		names.AwaitSource:     a.AwaitSource,
		names.TransformShard:  a.TransformShard,
		names.SumTransform:    a.SumTransform,
		names.BeginRemap:      a.BeginRemap,
		names.CompareMappings: a.CompareMappings,
		names.AdoptMapping:    a.AdoptMapping,
		names.RejectMapping:   a.RejectMapping,
		names.RetryProcesses:  a.RetryProcesses,
	} {
		r.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
	}
}

// runWorkers works for the mapping of this program: the queue of its version
// always, the transformer's queue while it is the current one. A candidate asks to
// be run beside the current mapping.
func (s *Service) runWorkers(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.runWorker(ctx, names.QueueMapping(s.mapping.Version)) })
	g.Go(func() error {
		state := s.mapping.State
		if state == pg.Candidate {
			if err := s.askToBeRun(ctx); err != nil {
				return err
			}
			s.log.WarnContext(ctx, "this program has another mapping than the one that is published; it runs beside until an operator decides",
				"mapping", s.mapping.Version, "workflow", names.RemapID(s.mapping.Version))
			if state = s.awaitDecision(ctx, pg.Candidate); state == pg.Current {
				s.log.InfoContext(ctx, "the mapping of this program is the current one now", "mapping", s.mapping.Version)
			}
		}
		if state == pg.Current {
			working, stop := context.WithCancel(ctx)
			ended := make(chan error, 1)
			go func() { ended <- s.runWorker(working, names.QueueTransformer) }()
			state = s.awaitDecision(ctx, pg.Current)
			stop()
			if err := <-ended; err != nil {
				return err
			}
		}
		if state == pg.Retired {
			s.retired.Store(true)
			s.log.WarnContext(ctx, "the mapping of this program is retired; nothing is transformed here any more", "mapping", s.mapping.Version)
		}
		<-ctx.Done()
		return nil
	})
	return g.Wait()
}

// awaitDecision waits until the mapping of this program is in another state, or
// ctx ends.
func (s *Service) awaitDecision(ctx context.Context, state string) string {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ""
		case <-ticker.C:
		}
		// A database that is away for a while decides nothing.
		if now, err := s.store.StateOf(ctx, s.mapping.ID); err == nil && now != state {
			return now
		}
	}
}

func (s *Service) askToBeRun(ctx context.Context) error {
	id := names.RemapID(s.mapping.Version)
	_, err := s.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: names.QueueMapping(s.mapping.Version),
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            "run mapping " + s.mapping.Version + " beside the current one, compare, ask an operator",
	}, names.Remap, &workflowv1.RemapInput{Version: s.mapping.Version, Adopt: s.cfg.Adopt == adoptAutomatically})
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "start workflow %s", id)
	}
	return nil
}

func (s *Service) runWorker(ctx context.Context, queue string) error {
	w := flow.NewWorker(s.temporal, queue, worker.Options{MaxConcurrentActivityExecutionSize: s.cfg.Shards})
	registerWorkflows(w)
	registerActivities(w, s)
	return flow.RunWorker(ctx, w)
}
