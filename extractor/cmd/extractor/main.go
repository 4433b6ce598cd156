// Command extractor runs the extractor.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"github.com/kzocds/kzocds/extractor"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/flow"
	"github.com/kzocds/kzocds/platform/pg"
	"github.com/kzocds/kzocds/platform/run"
	"github.com/kzocds/kzocds/platform/telemetry"
	"github.com/kzocds/kzocds/platform/web"
)

const name = "extractor"

// The garbage collector runs less often than it would by itself, within a bound.
// GOGC and GOMEMLIMIT count instead where they are set.
const (
	memoryLimit = 400 << 20
	growth      = 300 // percent
)

func main() {
	if os.Getenv("GOMEMLIMIT") == "" && os.Getenv("GOGC") == "" {
		debug.SetMemoryLimit(memoryLimit)
		debug.SetGCPercent(growth)
	}
	os.Exit(run.Main(os.Stderr, name, start))
}

func start(ctx context.Context) error {
	cfg, asked, err := config.Load(name, extractor.Default(), os.Args[1:], os.Environ())
	if err != nil || asked.Done(os.Stdout) {
		return err
	}
	t, err := telemetry.Start(ctx, name, config.Version(), cfg.Telemetry)
	if err != nil {
		return err
	}
	defer t.Shutdown(context.WithoutCancel(ctx))
	deps := extractor.Deps{Log: t.Log}
	if deps.Pool, err = pg.Connect(ctx, cfg.Postgres, t.Log); err != nil {
		return err
	}
	defer deps.Pool.Close()
	if deps.Bus, err = bus.Connect(ctx, cfg.NATS, name); err != nil {
		return err
	}
	defer deps.Bus.Close()
	if deps.Temporal, err = flow.Dial(ctx, cfg.Temporal, t.Log, t.TracerProvider); err != nil {
		return err
	}
	defer deps.Temporal.Close()
	if deps.Objects, err = extractor.OpenBodies(ctx, cfg.Bodies); err != nil {
		return err
	}
	service, err := extractor.New(cfg, deps)
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
