package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	client "github.com/nats-io/nats.go"

	"github.com/kzocds/kzocds/local/build"
	"github.com/kzocds/kzocds/local/goszakup"
	"github.com/kzocds/kzocds/local/nats"
	"github.com/kzocds/kzocds/local/objectstore"
	"github.com/kzocds/kzocds/local/pipeline"
	"github.com/kzocds/kzocds/local/postgres"
	"github.com/kzocds/kzocds/local/settings"
	"github.com/kzocds/kzocds/local/state"
	"github.com/kzocds/kzocds/local/temporal"
	"github.com/kzocds/kzocds/platform/config"
	platform "github.com/kzocds/kzocds/platform/run"
)

const host = "127.0.0.1"

// database of the services.
const database = "kzocds"

// system is what the parts share. Each field below the line is set by the part
// that it belongs to, before the parts that stand on it start.
type system struct {
	knobs    settings.Settings
	ports    settings.Ports
	root     string
	dir      *state.Dir
	cache    *build.Cache
	terminal io.Writer // for people; the log of the services goes to a file

	databaseServer string // URL of the server's own database
	databaseURL    string // URL of the services' database
	bus            config.NATS
	busOptions     []client.Option
	store          config.ObjectStore
	workflows      config.Temporal
	temporalUI     string // empty for an external server
	sourceURL      string
	sourceToken    string
}

// run starts the parts, then runs the pipeline once or stays until ctx ends.
func run(ctx context.Context, knobs settings.Settings, parts []part) error {
	root, err := sourceTree()
	if err != nil {
		return err
	}
	origin := state.Origin{Source: knobs.Source, SourceURL: knobs.SourceURL, ObjectStore: knobs.ObjectStore}
	if knobs.StandIn() {
		origin.Scale, origin.Seed = knobs.Scale, knobs.Seed
	}
	dir, err := state.Open(knobs.StateDir, origin)
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := free(ctx, parts, knobs); err != nil {
		return err
	}

	terminal := os.Stderr
	// The services and the embedded servers log to standard error. Here that is a
	// file: the terminal is for people.
	log, err := os.Create(dir.Log("kzocds"))
	if err != nil {
		return err
	}
	defer log.Close()
	os.Stderr = log
	defer func() { os.Stderr = terminal }()
	logger := slog.New(slog.NewJSONHandler(log, nil))
	slog.SetDefault(logger)

	s := &system{
		knobs: knobs, ports: knobs.Ports(), root: root, dir: dir, terminal: terminal,
		cache: build.NewCache(filepath.Join(root, ".cache", "bin"), build.NewProgress(terminal, 5*time.Second)),
	}
	began := time.Now()
	var run []platform.Part
	for _, p := range parts {
		run = append(run, platform.Part{Name: p.name, Run: func(ctx context.Context, ready func()) error {
			return p.run(ctx, s, ready)
		}})
	}
	fmt.Fprintf(terminal, "kzocds starts; state and logs in %s\n", dir.Join())
	if !knobs.Once {
		run = append(run, platform.Part{Name: "terminal", Run: func(ctx context.Context, ready func()) error {
			ready()
			if slices.ContainsFunc(parts, func(p part) bool { return p.name == "publisher" }) {
				if err := pipeline.Resume(ctx, s.workflows, logger, s.knobs.Source); err != nil {
					return err
				}
			}
			s.welcome(parts, time.Since(began))
			<-ctx.Done()
			fmt.Fprintln(terminal, "kzocds stops …")
			return nil
		}})
		return platform.Parts(ctx, logger, run...)
	}

	var summary pipeline.Summary
	finished := false
	run = append(run, platform.Part{Name: "pipeline", Run: func(ctx context.Context, ready func()) (err error) {
		ready()
		summary, err = pipeline.Once(ctx, s.workflows, logger, s.knobs.Source, terminal)
		finished = err == nil
		return err
	}})
	if err := platform.Parts(ctx, logger, run...); err != nil {
		return err
	}
	if !finished {
		return errors.New("stopped before the pipeline had published; start again to go on where it stopped")
	}
	if knobs.StandIn() {
		summary.Scale, summary.Seed = knobs.Scale, knobs.Seed
	}
	return summary.Write(terminal, os.Stdout)
}

// welcome tells where everything is.
func (s *system) welcome(parts []part, took time.Duration) {
	fmt.Fprintf(s.terminal, "\nkzocds runs (started in %.1f s); Ctrl-C stops it\n\n", took.Seconds())
	gateway := "http://" + net.JoinHostPort(host, strconv.Itoa(s.ports.Gateway))
	for _, p := range parts {
		switch p.name {
		case "gateway":
			fmt.Fprintf(s.terminal, "  Explorer      %s\n  API           %s/docs\n  Bulk files    %s/api/v1/bulk\n", gateway, gateway, gateway)
		case "temporal":
			if s.temporalUI != "" {
				fmt.Fprintf(s.terminal, "  Workflows     %s\n", s.temporalUI)
			}
		case "s3":
			fmt.Fprintf(s.terminal, "  Object store  %s/%s/latest.json\n", s.store.Endpoint, s.store.Bucket)
		}
	}
	if s.store.Endpoint == "" {
		return
	}
	secret := s.dir.Join("secrets", "s3-secret-key")
	if s.knobs.S3Endpoint != "" {
		secret = ""
	}
	fmt.Fprintf(s.terminal, "\nDownload\n  curl -s %s/%s/latest.json\n", s.store.Endpoint, s.store.Bucket)
	if secret != "" {
		fmt.Fprintf(s.terminal, "  AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=$(cat %s) aws --endpoint-url %s s3 ls --recursive s3://%s/\n",
			s.store.AccessKey, secret, s.store.Endpoint, s.store.Bucket)
		fmt.Fprintf(s.terminal, "  mc alias set kzocds %s %s $(cat %s) && mc ls --recursive kzocds/%s\n", s.store.Endpoint, s.store.AccessKey, secret, s.store.Bucket)
	}
	fmt.Fprintln(s.terminal)
}

// free checks that nobody else listens on a port that a part wants. Ports of a
// system that was killed just now come free within moments.
func free(ctx context.Context, parts []part, knobs settings.Settings) error {
	type wanted struct {
		name string
		port int
	}
	var all []wanted
	for _, p := range parts {
		if port := p.port(knobs); port != 0 {
			all = append(all, wanted{p.name, port})
		}
		if p.name == "temporal" && knobs.TemporalAddress == "" {
			all = append(all, wanted{"Temporal UI", knobs.Ports().TemporalUI})
		}
		if p.name == "gateway" {
			all = append(all, wanted{"metrics of the gateway", knobs.Ports().GatewayInternal})
		}
	}
	const patience = 5 * time.Second
	deadline := time.Now().Add(patience)
	for _, w := range all {
		for {
			l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(w.port)))
			if err == nil {
				l.Close()
				break
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("port %d (%s) is in use; stop the program that listens there, or start with PORT_OFFSET=100 (added to every port)", w.port, w.name)
			}
			select {
			case <-time.After(100 * time.Millisecond):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// server is something that may end by itself.
type server interface {
	Done() <-chan struct{}
	Err() error
	Close()
}

// hold keeps a server until ctx ends, then closes it. A server that ends before
// is an error.
func hold(ctx context.Context, s server, ready func()) error {
	defer s.Close()
	ready()
	select {
	case <-ctx.Done():
		return nil
	case <-s.Done():
		if err := s.Err(); err != nil {
			return err
		}
		return errors.New("ended by itself")
	}
}

// external waits for ctx: the server is somebody else's.
func external(ctx context.Context, ready func()) error {
	ready()
	<-ctx.Done()
	return nil
}

func postgresPart(ctx context.Context, s *system, ready func()) error {
	if s.knobs.DatabaseURL != "" {
		s.databaseURL, s.databaseServer = s.knobs.DatabaseURL, s.knobs.DatabaseURL
		if s.knobs.TemporalAddress == "" {
			if err := postgres.Ensure(ctx, s.databaseURL, temporal.Database, temporal.Visibility); err != nil {
				return err
			}
		}
		return external(ctx, ready)
	}
	p, err := postgres.Start(ctx, s.dir, s.cache, s.ports.PostgreSQL)
	if err != nil {
		return err
	}
	s.databaseServer, s.databaseURL = p.URL("postgres"), p.URL(database)
	if err := postgres.Ensure(ctx, s.databaseServer, database, temporal.Database, temporal.Visibility); err != nil {
		p.Close()
		return err
	}
	return hold(ctx, p, ready)
}

func natsPart(ctx context.Context, s *system, ready func()) error {
	if s.knobs.NATSURL != "" {
		s.bus = config.NATS{URL: s.knobs.NATSURL}
		return external(ctx, ready)
	}
	n, err := nats.Start(s.dir, s.ports.NATS)
	if err != nil {
		return err
	}
	s.bus, s.busOptions = config.NATS{URL: n.URL()}, []client.Option{n.Option()}
	return hold(ctx, n, ready)
}

func objectStorePart(ctx context.Context, s *system, ready func()) error {
	s.store = config.DefaultObjectStore()
	if s.knobs.S3Endpoint != "" {
		s.store.Endpoint, s.store.AccessKey, s.store.SecretKey = s.knobs.S3Endpoint, s.knobs.S3AccessKey, config.Secret(s.knobs.S3SecretKey)
		return external(ctx, ready)
	}
	var o *objectstore.Server
	var err error
	if s.knobs.ObjectStore == settings.StoreMinIO {
		var binary string
		if binary, err = s.cache.Go(ctx, build.MinIO(s.root)); err != nil {
			return err
		}
		o, err = objectstore.MinIO(ctx, s.dir, binary, s.ports.S3)
	} else {
		o, err = objectstore.Embedded(ctx, s.dir, s.ports.S3)
	}
	if err != nil {
		return err
	}
	s.store.Endpoint, s.store.AccessKey, s.store.SecretKey = o.Endpoint(), objectstore.AccessKey, config.Secret(o.SecretKey())
	return hold(ctx, o, ready)
}

func temporalPart(ctx context.Context, s *system, ready func()) error {
	s.workflows = config.Temporal{Address: s.knobs.TemporalAddress, Namespace: temporal.Namespace}
	if s.knobs.TemporalAddress != "" {
		return external(ctx, ready)
	}
	binary, err := s.cache.Go(ctx, build.Temporal(s.root))
	if err != nil {
		return err
	}
	t, err := temporal.Start(ctx, s.dir, binary, s.databaseServer, s.ports.Temporal, s.ports.TemporalUI)
	if err != nil {
		return err
	}
	s.workflows.Address, s.temporalUI = t.Address(), t.UI()
	return hold(ctx, t, ready)
}

func standInPart(ctx context.Context, s *system, ready func()) error {
	if !s.knobs.StandIn() {
		s.sourceURL, s.sourceToken = s.knobs.SourceURL, s.knobs.SourceToken
		return external(ctx, ready)
	}
	token, err := s.dir.Secret("source-token")
	if err != nil {
		return err
	}
	portal, err := goszakup.New(goszakup.Options{Scale: s.knobs.Scale, Seed: s.knobs.Seed, Token: token})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(s.ports.StandIn)))
	if err != nil {
		return err
	}
	server := &http.Server{Handler: portal.Handler(), ReadHeaderTimeout: 10 * time.Second}
	s.sourceURL, s.sourceToken = "http://"+l.Addr().String(), token
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	ready()
	select {
	case <-ctx.Done():
		return server.Close()
	case err := <-failed:
		return err
	}
}
