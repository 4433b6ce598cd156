// Command goszakup serves a stand-in for the procurement portal's API: real
// sample records and a seeded generator, with faults on demand.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/kzocds/kzocds/local/goszakup"
)

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "goszakup:", err)
		os.Exit(1)
	}
}

func serve() error {
	listen := flag.String("listen", "127.0.0.1:8090", "address to serve on")
	token := flag.String("token", "", "token that callers must present; empty: any")
	scale := flag.Int("scale", 2000, "contracting processes to make, about; 0: sample records only")
	seed := flag.Int64("seed", 1, "equal seeds make equal worlds")
	faults := flag.String("faults", "", "misbehaviour as kind,kind:rate, e.g. 429,truncated:0.1")
	clock := flag.String("clock", goszakup.DefaultClock.Format(time.RFC3339), "instant at which the world stands (RFC 3339)")
	flag.Parse()

	at, err := time.Parse(time.RFC3339, *clock)
	if err != nil {
		return fmt.Errorf("-clock: %w", err)
	}
	misbehaviour, err := goszakup.ParseFaults(*faults)
	if err != nil {
		return fmt.Errorf("-faults: %w", err)
	}
	s, err := goszakup.New(goszakup.Options{Scale: *scale, Seed: *seed, Token: *token, Clock: at, Faults: misbehaviour})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	fmt.Printf("source stand-in on http://%s\n", l.Addr())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err = <-ended:
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		err = errors.Join(server.Shutdown(grace), <-ended)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
