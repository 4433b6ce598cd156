package extractor

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/kzocds/kzocds/extractor/internal/document"
	storage "github.com/kzocds/kzocds/extractor/internal/pg"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/pg"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
)

// Prepare brings the schema up to date and makes the streams.
func (s *Service) Prepare(ctx context.Context) error {
	if err := pg.Migrate(ctx, s.deps.Pool, storage.Schema, migrations); err != nil {
		return err
	}
	if s.cfg.Bodies.In == InPacks {
		if err := s.packs.PrepareToPack(ctx); err != nil {
			return err
		}
	}
	return bus.EnsureStreams(ctx, s.deps.Bus)
}

// Batch extracts one batch in this process: the steps of workflow Extract without
// Temporal, for tools and measurements. After an error it goes on where it stood
// when it is called again.
func (s *Service) Batch(ctx context.Context) (*workflowv1.ExtractResult, error) {
	opened, err := s.work.openBatch(ctx, s.cfg.Dataset)
	if err != nil {
		return nil, err
	}
	told := s.work.message(opened)
	publishing, stop := context.WithCancel(ctx)
	var outbox errgroup.Group
	outbox.Go(func() error { return s.work.publishStored(publishing) })
	defer func() {
		stop()
		outbox.Wait() //nolint:errcheck // it ends by being stopped
	}()
	for _, e := range slices.Concat(order(told)...) {
		for done := false; !done; {
			at, err := s.work.fetchPages(ctx, opened, e, func(document.Crawl) {})
			if err != nil {
				return nil, err
			}
			done = at.Done
		}
	}
	return s.work.closeBatch(ctx, opened)
}

// BackFill reads the past in this process, as workflow BackFill does. After an
// error it goes on where it stood when it is called again, without Again.
func (s *Service) BackFill(ctx context.Context, in *workflowv1.BackFillInput) error {
	for again := in.GetAgain(); ; again = false {
		plan, err := s.work.planBackFill(ctx, &workflowv1.BackFillInput{Source: in.GetSource(), Entities: in.GetEntities(), Pace: in.GetPace(), Again: again})
		if err != nil {
			return err
		}
		if len(plan.GetOpen()) == 0 {
			return nil
		}
		for _, w := range plan.GetOpen() {
			if _, err := s.work.fetchBackFill(ctx, &workflowv1.BackFillWindowInput{Source: in.GetSource(), Window: w, Pace: in.GetPace()}, func(document.Window) {}); err != nil {
				return err
			}
		}
	}
}
