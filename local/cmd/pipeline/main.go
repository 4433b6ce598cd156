// Command pipeline runs one publication in a system that runs elsewhere, waits
// until analytics has loaded the snapshot, and ends with the JSON summary of
// `make run ONCE=1` as its last line. Its exit code is 0 only if the counts of
// all stages agree.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"

	"github.com/kzocds/kzocds/local/pipeline"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/run"
)

func main() { os.Exit(run.Main(os.Stderr, "pipeline", once)) }

func once(ctx context.Context) error {
	cfg := config.DefaultTemporal()
	flag.StringVar(&cfg.Address, "temporal", cfg.Address, "Temporal frontend, host:port")
	flag.StringVar(&cfg.Namespace, "namespace", cfg.Namespace, "Temporal namespace")
	source := flag.String("source", "goszakup", "source to publish")
	scale := flag.Int("scale", 0, "scale of the stand-in, for the summary; 0 for a real source")
	seed := flag.Int64("seed", 0, "seed of the stand-in, for the summary")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("unknown argument %q; -help tells the flags", flag.Arg(0))
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	summary, err := pipeline.Once(ctx, cfg, log, *source, os.Stderr)
	if err != nil {
		return err
	}
	summary.Scale, summary.Seed = *scale, *seed
	if err := summary.Write(os.Stderr, os.Stdout); err != nil {
		return err
	}
	return pipeline.Resume(ctx, cfg, log, *source)
}
