// Command load asks a running system a steady mix of questions, as readers of
// the Explorer and programs do, and tells what came of them.
//
//	load                    a steady rate; exit code 1 when a request failed
//	load -capacity          rates that rise until answers are slow, then far beyond
//	load -watch URL,…       a steady rate, and what the processes hold meanwhile
//
// Results are lines of JSON on standard output. A request has failed when its
// answer is neither 200 nor 304, or its connection was refused or broke off.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := load(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func load(ctx context.Context, args []string, out io.Writer) error {
	f := flag.NewFlagSet("load", flag.ExitOnError)
	r := readers{}
	f.StringVar(&r.base, "url", "http://127.0.0.1:8080", "address of the gateway")
	f.IntVar(&r.clients, "clients", 0, "readers with an address each, in X-Forwarded-For (the gateway must trust its proxy); 0: one reader")
	f.DurationVar(&r.patience, "timeout", 35*time.Second, "longest time for one answer")
	rate := f.Float64("rate", 20, "requests per second that are begun, whatever becomes of them")
	length := f.Duration("for", 0, "how long, or how long each rate of -capacity; 0: until Ctrl-C, 10s with -capacity")
	capacity := f.Bool("capacity", false, "find the rate up to which 99 of 100 answers take less than a quarter of a second, then ask twice and four times as much")
	watch := f.String("watch", "", "addresses of /metrics, separated by commas: a line of what the processes hold, every -every, and what has grown at the end")
	state := f.String("state", "", "folder whose size -watch tells too")
	every := f.Duration("every", time.Minute, "time between the lines of -watch")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("unknown argument %q", f.Arg(0))
	}
	lines := json.NewEncoder(out)
	switch {
	case *capacity:
		if *length == 0 {
			*length = 10 * time.Second
		}
		return search(ctx, func(rate float64) report { return r.ask(ctx, rate, *length) }, lines)
	case *watch != "":
		w := watcher{addresses: strings.Split(*watch, ","), folder: *state, every: *every}
		return w.soak(ctx, func(ctx context.Context) report { return r.ask(ctx, *rate, *length) }, lines)
	}
	result := r.ask(ctx, *rate, *length)
	if err := lines.Encode(result); err != nil {
		return err
	}
	if result.Failed > 0 {
		return fmt.Errorf("%d of %d requests failed", result.Failed, result.Requests)
	}
	return nil
}
