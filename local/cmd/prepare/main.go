// Command prepare builds what a start of the whole system needs and then
// becomes that system: it is what `make run` runs first. With -build it only
// builds. It depends on the standard library only, so that it is there within
// seconds on a fresh clone and can show how the rest comes along.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/kzocds/kzocds/local/build"
	"github.com/kzocds/kzocds/local/settings"
)

// every is the time between two lines of progress.
const every = 5 * time.Second

func main() {
	only := flag.String("build", "", "build only these, separated by commas, and start nothing: "+strings.Join(names, ", "))
	flag.Parse()
	knobs, err := settings.FromEnvironment(os.Environ())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	wanted := needed(knobs)
	if *only != "" {
		wanted = strings.Split(*only, ",")
	}
	binary, err := prepare(ctx, wanted)
	if err == nil && *only != "" {
		return
	}
	if err == nil {
		stop()
		err = syscall.Exec(binary, append([]string{binary}, flag.Args()...), os.Environ())
	}
	if errors.Is(err, context.Canceled) {
		os.Exit(130)
	}
	fmt.Fprintln(os.Stderr, "kzocds:", err)
	os.Exit(1)
}

// What can be built.
const (
	explorer = "explorer"
	local    = "kzocds"
	temporal = "temporal"
	minio    = "minio"
)

var names = []string{explorer, local, temporal, minio}

// needed is what a start with the knobs needs.
func needed(knobs settings.Settings) []string {
	wanted := []string{explorer, local}
	if knobs.TemporalAddress == "" {
		wanted = append(wanted, temporal)
	}
	if knobs.ObjectStore == settings.StoreMinIO && knobs.S3Endpoint == "" {
		wanted = append(wanted, minio)
	}
	return wanted
}

// prepare makes what is wanted, side by side where that helps, but the Explorer before the
// binary that it is embedded in, and returns the path of that binary.
func prepare(ctx context.Context, wanted []string) (binary string, err error) {
	for _, name := range wanted {
		if !slices.Contains(names, name) {
			return "", fmt.Errorf("-build %s: want some of %s", name, strings.Join(names, ", "))
		}
	}
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	root, err := build.Root(here)
	if err != nil {
		return "", err
	}
	var missing []error
	for _, need := range build.Needs() {
		missing = append(missing, need.Check())
	}
	if err := errors.Join(missing...); err != nil {
		return "", err
	}

	cache := build.NewCache(filepath.Join(root, ".cache", "bin"), build.NewProgress(os.Stderr, every))
	program := func(p build.Program) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := cache.Go(ctx, p)
			return err
		}
	}
	steps := []func(context.Context) error{func(ctx context.Context) (err error) {
		if slices.Contains(wanted, explorer) {
			if err := cache.Explorer(ctx, root); err != nil {
				return err
			}
		}
		if slices.Contains(wanted, local) {
			binary, err = cache.Local(ctx, root)
		}
		return err
	}}
	if slices.Contains(wanted, temporal) {
		steps = append(steps, program(build.Temporal(root)))
	}
	if slices.Contains(wanted, minio) {
		steps = append(steps, program(build.MinIO(root)))
	}
	err = together(ctx, steps)
	return binary, err
}

// together runs the steps at the same time; the first that fails stops the
// others and is the one that is told.
func together(ctx context.Context, steps []func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var all sync.WaitGroup
	for _, step := range steps {
		all.Go(func() {
			if err := step(ctx); err != nil {
				cancel(err)
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}
