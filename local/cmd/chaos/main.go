// Command chaos breaks the system at random while it works and looks whether it
// ends in the snapshot of an undisturbed run; see package chaos. It needs Linux and
// the rights of root, which it uses in a network and with mounts of its own.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/kzocds/kzocds/local/build"
	"github.com/kzocds/kzocds/local/chaos"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	var plan chaos.Plan
	flag.IntVar(&plan.Count, "faults", 100, "how many faults")
	flag.Uint64Var(&plan.Seed, "seed", 1, "seed of the faults")
	flag.IntVar(&plan.From, "from", 1, "number of the first fault: to go on, or to repeat one")
	flag.IntVar(&plan.Scale, "scale", 300, "contracting processes that the stand-in makes")
	flag.StringVar(&plan.Program, "program", "", "built program of local; empty builds it")
	flag.StringVar(&plan.Folder, "folder", "", "folder for state and for logs of what went wrong; empty takes a new one")
	apart := flag.Bool("apart", false, "set by this command for itself: it is in namespaces of its own")
	flag.Parse()
	plan.StandInSeed = 1
	if os.Geteuid() != 0 {
		return errors.New("namespaces, mounts and clocks need the rights of root: sudo make chaos")
	}
	if *apart {
		if plan.Root, err = os.Getwd(); err != nil {
			return err
		}
		return chaos.Run(ctx, plan, os.Stdout)
	}
	for _, tool := range []string{"ip", "tc", "nft", "sysctl"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%s is missing. Install it: apt-get install iproute2 nftables procps", tool)
		}
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	root, err := build.Root(here)
	if err != nil {
		return err
	}
	if plan.Program == "" {
		cache := build.NewCache(filepath.Join(root, ".cache", "bin"), build.NewProgress(os.Stderr, 10*time.Second))
		if plan.Program, err = cache.Local(ctx, root); err != nil {
			return err
		}
	}
	if plan.Folder == "" {
		if plan.Folder, err = os.MkdirTemp("", "kzocds-chaos-"); err != nil {
			return err
		}
	}
	if err := os.Chmod(plan.Folder, 0o755); err != nil { // PostgreSQL runs as another user
		return err
	}
	cmd := exec.CommandContext(ctx, "/proc/self/exe", append(os.Args[1:], "-apart", "-program", plan.Program, "-folder", plan.Folder)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = root, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	chaos.Apart(cmd)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("not every fault ended well: %w", err)
	}
	return os.Remove(plan.Folder) // empty when nothing went wrong
}
