package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/kzocds/kzocds/analytics"
	"github.com/kzocds/kzocds/extractor"
	"github.com/kzocds/kzocds/gateway"
	"github.com/kzocds/kzocds/local/settings"
	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/flow"
	"github.com/kzocds/kzocds/platform/pg"
	platform "github.com/kzocds/kzocds/platform/run"
	"github.com/kzocds/kzocds/platform/telemetry"
	"github.com/kzocds/kzocds/platform/web"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/publisher"
	"github.com/kzocds/kzocds/transformer"
)

// service is what every service of kzocds is.
type service interface {
	Run(ctx context.Context) error
	Ready() error
}

// configured takes the configuration that a service has on this machine and
// lays the environment over it, as the service's own command would.
func configured[C any](name string, cfg C) (C, error) {
	cfg, _, err := config.Load(name, cfg, nil, os.Environ())
	return cfg, err
}

func address(port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

func origin(port int) string { return "http://" + address(port) }

// connected is what a service may need, open.
type connected struct {
	telemetry *telemetry.Telemetry
	bus       *bus.Conn
	temporal  client.Client
}

func (c connected) log() *slog.Logger { return c.telemetry.Log }

// serve connects, makes the service, and runs it with its probes and metrics on
// the port. It is ready when the service says so.
func (s *system) serve(ctx context.Context, name string, t config.Telemetry, port int, ready func(), make func(c connected) (service, func(), error)) (err error) {
	var c connected
	if c.telemetry, err = telemetry.Start(ctx, name, config.Version(), t); err != nil {
		return err
	}
	defer c.telemetry.Shutdown(context.WithoutCancel(ctx)) //nolint:errcheck // nothing can be done about it at the end
	if c.bus, err = bus.Connect(ctx, s.bus, name, s.busOptions...); err != nil {
		return err
	}
	defer c.bus.Close()
	if c.temporal, err = flow.Dial(ctx, s.workflows, c.log(), c.telemetry.TracerProvider); err != nil {
		return err
	}
	defer c.temporal.Close()
	service, release, err := make(c)
	if err != nil {
		return err
	}
	defer release()
	return platform.Parts(ctx, c.log(),
		platform.Part{Name: "probes", Run: web.Internal(address(port), service.Ready, c.telemetry.MetricsHandler()).Run},
		platform.Part{Name: "service", Run: func(ctx context.Context, up func()) error {
			up()
			return service.Run(ctx)
		}},
		platform.Part{Name: "readiness", Run: func(ctx context.Context, up func()) error {
			if err := awaitReady(ctx, service); err != nil {
				return err
			}
			up()
			ready()
			<-ctx.Done()
			return nil
		}},
	)
}

// awaitReady waits for a service that is starting.
func awaitReady(ctx context.Context, s service) error {
	const patience = 2 * time.Minute
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := s.Ready()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("not ready: %w", err)
		}
	}
}

func nothing() {}

func (s *system) postgres(maxConns int) config.Postgres {
	return config.Postgres{URL: config.Secret(s.databaseURL), MaxConns: maxConns}
}

// bodies is the bucket for bodies of source documents, beside the publication's.
func (s *system) bodies() config.ObjectStore {
	store := s.store
	store.Bucket = config.DefaultBodies().Bucket
	return store
}

// rateOfStandIn is the requests per second to our own stand-in, which needs no
// mercy.
const rateOfStandIn = 1000

func extractorPart(ctx context.Context, s *system, ready func()) error {
	cfg := extractor.Default()
	cfg.NATS, cfg.Temporal, cfg.Postgres = s.bus, s.workflows, s.postgres(cfg.Postgres.MaxConns)
	cfg.Web.Listen = address(s.ports.Extractor)
	cfg.Dataset = s.knobs.Source
	cfg.Bodies.Objects = s.bodies()
	switch {
	case s.knobs.Source == settings.SourceOCDS:
		cfg.Adapters = []string{source.OriginPublication}
		cfg.Publication.URL, cfg.Publication.Token = s.sourceURL, config.Secret(s.sourceToken)
	default:
		cfg.Source.URL, cfg.Source.Token = s.sourceURL, config.Secret(s.sourceToken)
		if s.knobs.StandIn() {
			cfg.Adapters = []string{source.OriginPortal, source.OriginFeed}
			cfg.Source.Rate, cfg.Source.Parallel = rateOfStandIn, 8
		}
	}
	cfg, err := configured("extractor", cfg)
	if err != nil {
		return err
	}
	return s.serve(ctx, "extractor", cfg.Telemetry, s.ports.Extractor, ready, func(c connected) (service, func(), error) {
		pool, err := pg.Connect(ctx, cfg.Postgres, c.log())
		if err != nil {
			return nil, nil, err
		}
		objects, err := extractor.OpenBodies(ctx, cfg.Bodies)
		if err != nil {
			pool.Close()
			return nil, nil, err
		}
		e, err := extractor.New(cfg, extractor.Deps{Log: c.log(), Pool: pool, Bus: c.bus, Temporal: c.temporal, Objects: objects})
		return e, pool.Close, err
	})
}

// keyOfStandIn makes the pseudonyms of invented persons. It is the same on every
// machine, so that equal seeds make equal snapshots everywhere.
const keyOfStandIn = "no secret: key of invented persons"

func transformerPart(ctx context.Context, s *system, ready func()) error {
	cfg := transformer.Default()
	cfg.NATS, cfg.Temporal, cfg.Postgres = s.bus, s.workflows, s.postgres(cfg.Postgres.MaxConns)
	cfg.Web.Listen = address(s.ports.Transformer)
	cfg.Bodies = s.bodies()
	cfg.PseudonymKey = keyOfStandIn
	cfg.Adopt = "automatic" // nobody is asked on a developer's machine, unless the environment says so
	if !s.knobs.StandIn() {
		key, err := s.dir.Secret("pseudonym-key")
		if err != nil {
			return err
		}
		cfg.PseudonymKey = config.Secret(key)
	}
	cfg, err := configured("transformer", cfg)
	if err != nil {
		return err
	}
	return s.serve(ctx, "transformer", cfg.Telemetry, s.ports.Transformer, ready, func(c connected) (service, func(), error) {
		pool, err := pg.Connect(ctx, cfg.Postgres, c.log())
		if err != nil {
			return nil, nil, err
		}
		objects, err := blob.OpenExisting(cfg.Bodies)
		if err != nil {
			pool.Close()
			return nil, nil, err
		}
		t, err := transformer.New(cfg, transformer.Deps{Log: c.log(), Pool: pool, Bus: c.bus, Temporal: c.temporal, Objects: objects})
		return t, pool.Close, err
	})
}

func publisherPart(ctx context.Context, s *system, ready func()) error {
	cfg := publisher.Default()
	cfg.NATS, cfg.Temporal, cfg.ObjectStore, cfg.Postgres = s.bus, s.workflows, s.store, s.postgres(cfg.Postgres.MaxConns)
	cfg.Web.Listen = address(s.ports.Publisher)
	cfg.PublicURL = origin(s.ports.Gateway)
	cfg.WorkDir = s.dir.Join("publisher")
	// A run that ends after one publication starts that one itself.
	cfg.Schedule.Source, cfg.Schedule.Enabled = s.knobs.Source, !s.knobs.Once
	if s.knobs.Source == settings.SourceOCDS {
		cfg.ValidShare = 0 // what others publish is passed on as it is
	}
	key, err := s.dir.Secret("signing-key")
	if err != nil {
		return err
	}
	cfg.SigningKey = config.Secret(key)
	cfg, err = configured("publisher", cfg)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.WorkDir, 0o755); err != nil {
		return err
	}
	return s.serve(ctx, "publisher", cfg.Telemetry, s.ports.Publisher, ready, func(c connected) (service, func(), error) {
		pool, err := pg.Connect(ctx, cfg.Postgres, c.log())
		if err != nil {
			return nil, nil, err
		}
		bucket, err := blob.Open(ctx, cfg.ObjectStore)
		if err != nil {
			pool.Close()
			return nil, nil, err
		}
		p, err := publisher.New(cfg, publisher.Deps{Log: c.log(), Pool: pool, Bus: c.bus, Temporal: c.temporal, Bucket: bucket, Version: config.Version()})
		return p, pool.Close, err
	})
}

func analyticsPart(ctx context.Context, s *system, ready func()) error {
	cfg := analytics.Default()
	cfg.NATS, cfg.Temporal, cfg.ObjectStore, cfg.Postgres = s.bus, s.workflows, s.store, s.postgres(cfg.Postgres.MaxConns)
	cfg.Web.Listen = address(s.ports.Analytics)
	cfg.Directory = s.dir.Join("analytics")
	cfg, err := configured("analytics", cfg)
	if err != nil {
		return err
	}
	return s.serve(ctx, "analytics", cfg.Telemetry, s.ports.Analytics, ready, func(c connected) (service, func(), error) {
		pool, err := pg.Connect(ctx, cfg.Postgres, c.log())
		if err != nil {
			return nil, nil, err
		}
		bucket, err := blob.Open(ctx, cfg.ObjectStore)
		if err != nil {
			pool.Close()
			return nil, nil, err
		}
		a, err := analytics.New(cfg, analytics.Deps{Log: c.log(), Bus: c.bus, Temporal: c.temporal, Pool: pool, Bucket: bucket, Version: config.Version()})
		return a, pool.Close, err
	})
}

func gatewayPart(ctx context.Context, s *system, ready func()) error {
	cfg := gateway.Default()
	cfg.NATS, cfg.Temporal = s.bus, s.workflows
	cfg.Web.Listen, cfg.Internal.Listen = address(s.ports.Gateway), address(s.ports.GatewayInternal)
	cfg.PublicURL = origin(s.ports.Gateway)
	cfg.SourceName = s.knobs.Source
	cfg.BucketURL = s.store.Endpoint + "/" + s.store.Bucket
	cfg.TemporalWeb = s.temporalUI
	token, err := s.dir.Secret("admin-token")
	if err != nil {
		return err
	}
	cfg.AdminToken = config.Secret(token)
	if cfg, err = configured("gateway", cfg); err != nil {
		return err
	}
	return s.serve(ctx, "gateway", cfg.Telemetry, s.ports.GatewayInternal, ready, func(c connected) (service, func(), error) {
		g, err := gateway.New(cfg, gateway.Deps{Log: c.log(), Bus: c.bus, Flow: c.temporal})
		return g, nothing, err
	})
}
