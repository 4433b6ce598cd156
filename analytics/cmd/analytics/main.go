// Command analytics answers questions about the published snapshot.
package main

import (
	"context"
	"os"

	"github.com/kzocds/kzocds/analytics"
	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/flow"
	"github.com/kzocds/kzocds/platform/pg"
	"github.com/kzocds/kzocds/platform/run"
	"github.com/kzocds/kzocds/platform/telemetry"
	"github.com/kzocds/kzocds/platform/web"
)

const name = "analytics"

func main() { os.Exit(run.Main(os.Stderr, name, start)) }

func start(ctx context.Context) error {
	cfg, asked, err := config.Load(name, analytics.Default(), os.Args[1:], os.Environ())
	if err != nil || asked.Done(os.Stdout) {
		return err
	}
	t, err := telemetry.Start(ctx, name, config.Version(), cfg.Telemetry)
	if err != nil {
		return err
	}
	defer t.Shutdown(context.WithoutCancel(ctx))
	deps := analytics.Deps{Log: t.Log, Version: config.Version()}
	if deps.Bus, err = bus.Connect(ctx, cfg.NATS, name); err != nil {
		return err
	}
	defer deps.Bus.Close()
	if deps.Bucket, err = blob.Open(ctx, cfg.ObjectStore); err != nil {
		return err
	}
	if deps.Temporal, err = flow.Dial(ctx, cfg.Temporal, t.Log, t.TracerProvider); err != nil {
		return err
	}
	defer deps.Temporal.Close()
	if cfg.Postgres.URL != "" {
		if deps.Pool, err = pg.Connect(ctx, cfg.Postgres, t.Log); err != nil {
			return err
		}
		defer deps.Pool.Close()
	}
	service, err := analytics.New(cfg, deps)
	if err != nil {
		return err
	}
	if asked.Prepare {
		return service.Prepare(ctx)
	}
	internal := web.Internal(cfg.Web.Listen, service.Ready, t.MetricsHandler())
	return run.Parts(ctx, t.Log,
		run.Part{Name: "probes", Run: internal.Run},
		run.Part{Name: name, Run: func(ctx context.Context, ready func()) error {
			ready()
			return service.Run(ctx)
		}},
	)
}
