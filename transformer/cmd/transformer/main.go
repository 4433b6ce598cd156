// Command transformer makes OCDS releases and records of source documents.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/flow"
	"github.com/kzocds/kzocds/platform/pg"
	"github.com/kzocds/kzocds/platform/run"
	"github.com/kzocds/kzocds/platform/telemetry"
	"github.com/kzocds/kzocds/platform/web"
	"github.com/kzocds/kzocds/transformer"
)

// The garbage collector runs less often than it would by itself, within a bound
// that keeps the program below 512 MiB. GOGC and GOMEMLIMIT count instead where
// they are set.
const (
	memoryLimit = 400 << 20
	growth      = 400 // percent
)

func main() {
	if os.Getenv("GOMEMLIMIT") == "" && os.Getenv("GOGC") == "" {
		debug.SetMemoryLimit(memoryLimit)
		debug.SetGCPercent(growth)
	}
	os.Exit(run.Main(os.Stderr, "transformer", serve))
}

func serve(ctx context.Context) error {
	cfg, asked, err := config.Load("transformer", transformer.Default(), os.Args[1:], os.Environ())
	if err != nil || asked.Done(os.Stdout) {
		return err
	}
	tel, err := telemetry.Start(ctx, "transformer", config.Version(), cfg.Telemetry)
	if err != nil {
		return err
	}
	defer tel.Shutdown(context.WithoutCancel(ctx))
	deps := transformer.Deps{Log: tel.Log}
	if deps.Pool, err = pg.Connect(ctx, cfg.Postgres, tel.Log); err != nil {
		return err
	}
	defer deps.Pool.Close()
	if deps.Bus, err = bus.Connect(ctx, cfg.NATS, "transformer"); err != nil {
		return err
	}
	defer deps.Bus.Close()
	if deps.Temporal, err = flow.Dial(ctx, cfg.Temporal, tel.Log, tel.TracerProvider); err != nil {
		return err
	}
	defer deps.Temporal.Close()
	if deps.Objects, err = blob.OpenExisting(cfg.Bodies); err != nil {
		return err
	}
	service, err := transformer.New(cfg, deps)
	if err != nil {
		return err
	}
	if asked.Prepare {
		return service.Prepare(ctx)
	}
	return run.Parts(ctx, tel.Log,
		run.Part{Name: "internal", Run: web.Internal(cfg.Web.Listen, service.Ready, tel.MetricsHandler()).Run},
		run.Part{Name: "transformer", Run: func(ctx context.Context, ready func()) error { ready(); return service.Run(ctx) }},
	)
}
