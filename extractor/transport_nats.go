package extractor

import (
	"context"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/proto/source"
)

// answer answers questions over NATS until ctx ends.
func (s *Service) answer(ctx context.Context) error {
	return bus.NewServer(s.deps.Bus, source.Service, config.Version()).
		Handle(source.VerbCompleteness, bus.Decode[source.CompletenessRequest], bus.Endpoint(s.work.Completeness)).
		Run(ctx)
}
