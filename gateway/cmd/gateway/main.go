// Command gateway is the HTTP edge of kzocds: open API and Explorer.
package main

import (
	"context"
	"os"

	"github.com/kzocds/kzocds/gateway"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/flow"
	"github.com/kzocds/kzocds/platform/run"
	"github.com/kzocds/kzocds/platform/telemetry"
	"github.com/kzocds/kzocds/platform/web"
)

func main() { os.Exit(run.Main(os.Stderr, "gateway", serve)) }

func serve(ctx context.Context) error {
	cfg, asked, err := config.Load("gateway", gateway.Default(), os.Args[1:], os.Environ())
	if err != nil || asked.Done(os.Stdout) || asked.Prepare { // it holds nothing: there is nothing to prepare
		return err
	}
	tel, err := telemetry.Start(ctx, "gateway", config.Version(), cfg.Telemetry)
	if err != nil {
		return err
	}
	defer tel.Shutdown(context.WithoutCancel(ctx))
	conn, err := bus.Connect(ctx, cfg.NATS, "gateway")
	if err != nil {
		return err
	}
	defer conn.Close()
	deps := gateway.Deps{Log: tel.Log, Bus: conn}
	if cfg.AdminToken != "" || cfg.Operators != "" {
		if deps.Flow, err = flow.Dial(ctx, cfg.Temporal, tel.Log, tel.TracerProvider); err != nil {
			return err
		}
		defer deps.Flow.Close()
	}
	service, err := gateway.New(cfg, deps)
	if err != nil {
		return err
	}
	return run.Parts(ctx, tel.Log,
		run.Part{Name: "internal", Run: web.Internal(cfg.Internal.Listen, service.Ready, tel.MetricsHandler()).Run},
		run.Part{Name: "gateway", Run: func(ctx context.Context, ready func()) error { ready(); return service.Run(ctx) }},
	)
}
