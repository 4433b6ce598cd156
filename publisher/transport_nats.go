package publisher

import (
	"context"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/proto/publication"
)

// answer answers questions over NATS until ctx ends.
func (s *Service) answer(ctx context.Context) error {
	server := bus.NewServer(s.bus, publication.Service, s.version)
	for _, q := range questionsOf(s) {
		server.Handle(q.verb, q.decode, q.endpoint)
	}
	return server.Run(ctx)
}
