// Command publisher makes snapshots of the open data and answers questions
// about them. With a word such as roll-back it carries out an operator's command
// instead.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/flow"
	"github.com/kzocds/kzocds/platform/pg"
	"github.com/kzocds/kzocds/platform/run"
	"github.com/kzocds/kzocds/platform/telemetry"
	"github.com/kzocds/kzocds/platform/web"
	"github.com/kzocds/kzocds/publisher"
)

func main() { os.Exit(run.Main(os.Stderr, "publisher", serve)) }

func serve(ctx context.Context) error {
	command, flags, err := publisher.ParseCommand(os.Args[1:])
	if err != nil {
		return err
	}
	cfg, asked, err := config.Load("publisher", publisher.Default(), flags, os.Environ())
	if err != nil || asked.Done(os.Stdout) {
		return err
	}
	if command != nil {
		return operate(ctx, cfg, command)
	}
	tel, err := telemetry.Start(ctx, "publisher", config.Version(), cfg.Telemetry)
	if err != nil {
		return err
	}
	defer tel.Shutdown(context.WithoutCancel(ctx))
	deps := publisher.Deps{Log: tel.Log, Version: config.Version()}
	if deps.Pool, err = pg.Connect(ctx, cfg.Postgres, tel.Log); err != nil {
		return err
	}
	defer deps.Pool.Close()
	if deps.Bus, err = bus.Connect(ctx, cfg.NATS, "publisher"); err != nil {
		return err
	}
	defer deps.Bus.Close()
	if deps.Bucket, err = blob.Open(ctx, cfg.ObjectStore); err != nil {
		return err
	}
	if deps.Temporal, err = flow.Dial(ctx, cfg.Temporal, tel.Log, tel.TracerProvider); err != nil {
		return err
	}
	defer deps.Temporal.Close()
	service, err := publisher.New(cfg, deps)
	if err != nil {
		return err
	}
	if asked.Prepare {
		return service.Prepare(ctx)
	}
	return run.Parts(ctx, tel.Log,
		run.Part{Name: "internal", Run: web.Internal(cfg.Web.Listen, service.Ready, tel.MetricsHandler()).Run},
		run.Part{Name: "publisher", Run: func(ctx context.Context, ready func()) error { ready(); return service.Run(ctx) }},
	)
}

// operate carries out a command of an operator.
func operate(ctx context.Context, cfg publisher.Config, command *publisher.Command) error {
	bucket, err := blob.Open(ctx, cfg.ObjectStore)
	if err != nil {
		return err
	}
	temporal, err := flow.Dial(ctx, cfg.Temporal, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return err
	}
	defer temporal.Close()
	return command.Run(ctx, temporal, bucket, os.Stdout)
}
