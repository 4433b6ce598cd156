package extractor

import (
	"context"
	"time"
)

const (
	// packEvery is how often bodies are looked for that wait in the database.
	packEvery = 10 * time.Minute
	// abandonedAfter is how old a pack must be that nothing belongs to: what is
	// younger may be noted in a moment.
	abandonedAfter = 24 * time.Hour
)

// keepPacking moves bodies from the database into packs until ctx ends, those of
// before packs were switched on first. A failure is told and tried again: nothing
// waits for it.
func (s *Service) keepPacking(ctx context.Context) error {
	collected := time.Time{}
	every := time.NewTicker(packEvery)
	defer every.Stop()
	for {
		if _, err := s.PackBodies(ctx); err != nil && ctx.Err() == nil {
			s.deps.Log.WarnContext(ctx, "packing of bodies failed, it is tried again", "error", err)
		}
		if time.Since(collected) > abandonedAfter {
			switch n, err := s.packs.CollectPacks(ctx, time.Now().Add(-abandonedAfter)); {
			case err == nil:
				collected = time.Now()
				if n > 0 {
					s.deps.Log.InfoContext(ctx, "packs that nothing belongs to were deleted", "packs", n)
				}
			case ctx.Err() == nil:
				s.deps.Log.WarnContext(ctx, "packs that nothing belongs to could not be looked for", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
		}
	}
}

// PackBodies moves bodies of closed batches from the database into packs, as long
// as there are enough of them.
func (s *Service) PackBodies(ctx context.Context) (bodies int, err error) {
	for {
		n, err := s.packs.Pack(ctx, s.cfg.Bodies.Least)
		if bodies += n; err != nil || n == 0 {
			if bodies > 0 {
				s.deps.Log.InfoContext(ctx, "bodies were moved into packs", "bodies", bodies)
			}
			return bodies, err
		}
	}
}
