package transformer

import (
	"context"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/proto/transformation"
)

// answer answers questions over NATS until ctx ends.
func (s *Service) answer(ctx context.Context) error {
	server := bus.NewServer(s.bus, transformation.Service, config.Version())
	for _, q := range s.questions() {
		server.Handle(q.verb, q.decode, q.endpoint)
	}
	return server.Run(ctx)
}
