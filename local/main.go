// Command local is the whole of kzocds on one machine: PostgreSQL, NATS, an
// object store, Temporal with its Web UI, a stand-in of the procurement portal,
// and the five services. Knobs are environment variables, see package settings.
//
// Exit codes: 0 done, 1 something failed, 2 a knob or flag is wrong.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	_ "time/tzdata" // dates of the portal are in its own zone

	"github.com/kzocds/kzocds/local/build"
	"github.com/kzocds/kzocds/local/settings"
)

func main() {
	target := flag.String("target", "", "start only these parts, separated by commas, and what they stand on; empty starts all")
	list := flag.Bool("list", false, "list the parts and what they stand on")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "The whole of kzocds on one machine. Knobs are environment variables (docs/operate/run.md).")
		flag.PrintDefaults()
	}
	flag.Parse()
	if *list {
		describe(os.Stdout, table())
		return
	}
	knobs, err := settings.FromEnvironment(os.Environ())
	var parts []part
	if err == nil {
		parts, err = selected(table(), words(*target), knobs.Once)
	}
	if err == nil && flag.NArg() > 0 {
		err = fmt.Errorf("unknown argument %q; knobs are environment variables, -help tells the flags", flag.Arg(0))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second Ctrl-C ends at once; children go with this process.
	context.AfterFunc(ctx, stop)
	if err := run(ctx, knobs, parts); err != nil {
		fmt.Fprintln(os.Stderr, "kzocds:", err)
		os.Exit(1)
	}
}

func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// sourceTree is the root of the clone that this program was built from or is
// started in: missing programs are built from there.
func sourceTree() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	root, err := build.Root(filepath.Dir(self))
	if err != nil {
		root, err = build.Root(here)
	}
	if err != nil {
		return "", errors.New("start kzocds in a clone of its repository: what is missing is built from there")
	}
	return root, nil
}
