// Package bus is NATS: facts on JetStream (publish, consume, quarantine) and
// questions by request and reply. Trace, deadline and error kind travel in
// headers.
package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Conn is a connection to NATS with its JetStream.
type Conn struct {
	*nats.Conn
	JS jetstream.JetStream

	name     string
	replicas int // of each stream
}

// Connect connects under the name of a service, waits until the server answers
// or ctx ends, and from then on reconnects for ever by itself. Options come
// last, nats.InProcessServer among them.
func Connect(ctx context.Context, cfg config.NATS, name string, opts ...nats.Option) (*Conn, error) {
	log := slog.Default()
	options := append([]nats.Option{
		nats.Name(name),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(250 * time.Millisecond),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn("connection to NATS lost", "err", err)
			}
		}),
		nats.ReconnectHandler(func(c *nats.Conn) { log.Info("connected to NATS again", "url", c.ConnectedUrlRedacted()) }),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) {
			subject := ""
			if sub != nil {
				subject = sub.Subject
			}
			log.Error("NATS", "subject", subject, "err", err)
		}),
	}, opts...)
	if cfg.Credentials != "" {
		options = append(options, nats.UserCredentials(cfg.Credentials))
	}
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		nc, err := nats.Connect(cfg.URL, options...)
		if err == nil {
			js, err := jetstream.New(nc, jetstream.WithPublishAsyncTimeout(publishPatience))
			if err != nil {
				nc.Close()
				return nil, fmt.Errorf("JetStream of %s: %w", cfg.URL, err)
			}
			return &Conn{Conn: nc, JS: js, name: name, replicas: cfg.Replicas}, nil
		}
		if errors.Is(err, nats.ErrAuthorization) {
			return nil, fault.Wrap(fault.Unauthorised, err, "connect to NATS at %s", cfg.URL)
		}
		log.InfoContext(ctx, "waiting for NATS", "url", cfg.URL, "err", err)
		select {
		case <-ctx.Done():
			return nil, fault.Wrap(fault.Unavailable, err, "connect to NATS at %s", cfg.URL)
		case <-time.After(wait):
		}
	}
}

// classify gives an error of NATS its kind; doing says what was attempted.
func classify(err error, format string, a ...any) error {
	doing := fmt.Sprintf(format, a...)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, nats.ErrMaxPayload):
		return fault.Wrap(fault.TooLarge, err, "%s", doing)
	case errors.Is(err, jetstream.ErrStreamNotFound), errors.Is(err, jetstream.ErrConsumerNotFound):
		return fault.Wrap(fault.NotFound, err, "%s", doing)
	case errors.Is(err, nats.ErrTimeout), errors.Is(err, jetstream.ErrAsyncPublishTimeout), errors.Is(err, context.DeadlineExceeded):
		return fault.Wrap(fault.Timeout, err, "%s", doing)
	case errors.Is(err, nats.ErrNoResponders), errors.Is(err, jetstream.ErrNoStreamResponse),
		errors.Is(err, nats.ErrConnectionClosed), errors.Is(err, nats.ErrConnectionDraining),
		errors.Is(err, nats.ErrDisconnected), errors.Is(err, context.Canceled):
		return fault.Wrap(fault.Unavailable, err, "%s", doing)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
