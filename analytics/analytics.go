// Package analytics answers questions about the published snapshot: it loads
// the snapshot's Parquet tables into an engine, swaps it in whole, and answers
// queries, facets and the catalogue over NATS. Every answer names the snapshot
// it was computed from.
//
// The parts: package catalog says what can be asked, package plan checks a
// question against it, an Engine computes, Answerer keeps and renders answers,
// loader follows the publications. Replicas share nothing but the published
// snapshot.
package analytics

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"

	"github.com/kzocds/kzocds/analytics/internal/duckdb"
	"github.com/kzocds/kzocds/analytics/internal/pg"
	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/analytics/snapshot"
	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/fault"
	platformpg "github.com/kzocds/kzocds/platform/pg"
	"github.com/kzocds/kzocds/platform/run"
)

// Config of the service.
type Config struct {
	NATS        config.NATS        `yaml:"nats"`
	Temporal    config.Temporal    `yaml:"temporal"`
	ObjectStore config.ObjectStore `yaml:"objectStore"`
	Postgres    config.Postgres    `yaml:"postgres"`
	Web         config.Web         `yaml:"web"`
	Telemetry   config.Telemetry   `yaml:"telemetry"`

	Directory     string        `yaml:"directory" doc:"directory for downloaded parts and the engine's files; one per replica"`
	Threads       int           `yaml:"threads" doc:"threads of the engine"`
	MemoryMiB     int           `yaml:"memoryMiB" doc:"memory limit of the engine, MiB; while a snapshot is loaded it may be used twice"`
	PastSnapshots int           `yaml:"pastSnapshots" doc:"past snapshots that stay loaded once they are asked for"`
	PastMemoryMiB int           `yaml:"pastMemoryMiB" doc:"memory limit of the engine of each past snapshot, MiB; while it is loaded it may be used twice"`
	Concurrency   int           `yaml:"concurrency" doc:"questions computed at the same time; more wait"`
	CacheMiB      int           `yaml:"cacheMiB" doc:"answers kept, MiB by estimate"`
	Refresh       time.Duration `yaml:"refresh" doc:"how often to look for a new snapshot besides being told"`
	Forms         time.Duration `yaml:"forms" doc:"how often to fill the statutory forms into the object store; 0 = never"`
}

// Default is the configuration of one machine.
func Default() Config {
	return Config{
		NATS: config.DefaultNATS(), Temporal: config.DefaultTemporal(), ObjectStore: config.DefaultObjectStore(),
		Postgres: config.DefaultPostgres(),
		Web:      config.Web{Listen: "127.0.0.1:9104"}, Telemetry: config.DefaultTelemetry(),
		Directory: filepath.Join(".local", "analytics"), Threads: 2, MemoryMiB: 2048, PastSnapshots: 2, PastMemoryMiB: 512, Concurrency: 4, CacheMiB: 128, Refresh: time.Minute, Forms: 24 * time.Hour,
	}
}

// Validate checks what the types do not.
func (c *Config) Validate() error {
	for name, n := range map[string]int{"threads": c.Threads, "memoryMiB": c.MemoryMiB, "pastSnapshots": c.PastSnapshots, "pastMemoryMiB": c.PastMemoryMiB, "concurrency": c.Concurrency} {
		if n < 1 {
			return fmt.Errorf("%s is %d, it must be at least 1", name, n)
		}
	}
	if c.CacheMiB < 0 {
		return fmt.Errorf("cacheMiB is %d, it must not be negative", c.CacheMiB)
	}
	if c.Refresh < time.Second {
		return fmt.Errorf("refresh is %s, it must be at least 1s", c.Refresh)
	}
	if c.Forms < 0 {
		return fmt.Errorf("forms is %s, it must not be negative", c.Forms)
	}
	if c.Directory == "" {
		return fmt.Errorf("directory is empty")
	}
	return nil
}

// Deps are the connections the service needs. Without Temporal it runs no
// worker and only follows the publications; without Pool it neither searches nor
// keeps reports.
type Deps struct {
	Log      *slog.Logger
	Bus      *bus.Conn
	Temporal client.Client
	Pool     *pgxpool.Pool
	Bucket   blob.Bucket
	Version  string // of the program
}

// Service is the analytics service.
type Service struct {
	cfg      Config
	deps     Deps
	engine   Engine
	answerer *Answerer
	loader   *loader
	index    Index
	reports  ReportStore
	indexer  *indexer
	forms    *Forms
	// questions is set when they may come.
	questions atomic.Pointer[bus.Server]
}

//go:embed migrations/*.sql
var migrations embed.FS

// New makes the service and starts nothing.
func New(cfg Config, deps Deps) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	engine, err := duckdb.Open(duckdb.Config{Directory: filepath.Join(cfg.Directory, "engine"), Threads: cfg.Threads, MemoryMiB: cfg.MemoryMiB})
	if err != nil {
		return nil, err
	}
	answerer := newAnswerer(engine, cfg.Concurrency, int64(cfg.CacheMiB)<<20)
	s := &Service{cfg: cfg, deps: deps, engine: engine, answerer: answerer, index: noIndex{}, reports: noIndex{}, loader: &loader{
		changed: make(chan struct{}, 1),
		engine:  engine, answerer: answerer, log: deps.Log, refresh: cfg.Refresh, loaded: func(string) {},
		fetch: snapshot.Fetcher{Bucket: deps.Bucket, Directory: filepath.Join(cfg.Directory, "parts")},
	}}
	s.forms = &Forms{answerer: answerer}
	s.forms.editions = &editions{deps.Bucket, s.forms}
	if deps.Pool != nil {
		store := pg.New(deps.Pool)
		s.index, s.reports = store, store
		// The index fetches on its own, so that a part is not taken away from it.
		s.indexer = &indexer{index: store, log: deps.Log, wake: make(chan string, 1),
			fetch: snapshot.Fetcher{Bucket: deps.Bucket, Directory: filepath.Join(cfg.Directory, "indexed")}}
		s.loader.loaded = s.indexer.told
	}
	return s, nil
}

// pastEngine opens an engine for a snapshot of the past, with a part of the memory.
func (s *Service) pastEngine(dir string) (Engine, error) {
	return duckdb.Open(duckdb.Config{Directory: dir, Threads: s.cfg.Threads, MemoryMiB: s.cfg.PastMemoryMiB})
}

// Ready is nil when the current snapshot is loaded, or when none was ever
// published, and questions come here.
func (s *Service) Ready() error {
	if err := s.loader.ready(); err != nil {
		return err
	}
	if q := s.questions.Load(); q == nil || !q.Serving() {
		return fault.New(fault.Unavailable, "no questions are taken yet, or no more")
	}
	return nil
}

// Prepare brings the schema of search and reports, where there is a database, to
// what this version needs.
func (s *Service) Prepare(ctx context.Context) error {
	if s.deps.Pool == nil {
		return nil
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	return platformpg.Migrate(ctx, s.deps.Pool, pg.Schema, files)
}

// Run follows the publications and answers questions until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	defer s.engine.Close()
	parts := []run.Part{
		{Name: "snapshots", Run: func(ctx context.Context, ready func()) error { return s.loader.follow(ctx, s.deps.Bus, ready) }},
		{Name: "questions", Run: func(ctx context.Context, ready func()) error {
			ready()
			if !s.loader.await(ctx) {
				return nil
			}
			history, err := newHistory(ctx, s.answerer, s.pastEngine, s.loader.fetch, filepath.Join(s.cfg.Directory, "past"), s.cfg.PastSnapshots, s.deps.Log)
			if err != nil {
				return err
			}
			defer history.Close()
			history.changes = func(ctx context.Context, earlier, later Engine, p plan.Plan) (plan.Changes, error) {
				return duckdb.Changes(ctx, earlier.(*duckdb.Engine), later.(*duckdb.Engine), p)
			}
			history.divisible = duckdb.Divisible
			questions := s.server(ctx, history)
			s.questions.Store(questions)
			return questions.Run(ctx)
		}},
	}
	if s.deps.Pool != nil {
		if err := s.Prepare(ctx); err != nil {
			return err
		}
		parts = append(parts, run.Part{Name: "search index", Run: func(ctx context.Context, ready func()) error {
			ready()
			return s.indexer.follow(ctx, s.cfg.Refresh)
		}})
	}
	if s.deps.Temporal != nil {
		parts = append(parts, run.Part{Name: "worker", Run: func(ctx context.Context, ready func()) error {
			ready()
			return s.work(ctx)
		}})
	}
	return run.Parts(ctx, s.deps.Log, parts...)
}
