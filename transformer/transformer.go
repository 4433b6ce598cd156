// Package transformer makes OCDS of source documents: releases whenever a
// process changes, a compiled release of them all, validated against the
// standard with its extensions, traceable to the documents, and without
// personal data.
//
// It neither fetches nor publishes. What a process looks like depends on its
// documents alone (package history); this package decides when to look: a
// consumer of stream SOURCE notes which processes changed, workflow Transform
// works the list off when a batch is complete.
package transformer

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"regexp"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/pack"
	platformpg "github.com/kzocds/kzocds/platform/pg"
	"github.com/kzocds/kzocds/transformer/history"
	"github.com/kzocds/kzocds/transformer/internal/pg"
	"github.com/kzocds/kzocds/transformer/internal/standard"
	"github.com/kzocds/kzocds/transformer/mapping"
	"github.com/kzocds/kzocds/transformer/privacy"
	"github.com/kzocds/kzocds/transformer/publication"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Config of the transformer.
type Config struct {
	NATS      config.NATS      `yaml:"nats"`
	Postgres  config.Postgres  `yaml:"postgres"`
	Temporal  config.Temporal  `yaml:"temporal"`
	Web       config.Web       `yaml:"web"`
	Telemetry config.Telemetry `yaml:"telemetry"`

	Bodies config.ObjectStore `yaml:"bodies"` // where the extractor puts bodies, if it does

	OCIDPrefix   string        `yaml:"ocidPrefix" doc:"ocid prefix given by the Open Contracting Partnership; changing it renames every process"`
	PortalURL    string        `yaml:"portalURL" doc:"address of the portal's pages, without final slash; documents of releases link there"`
	PseudonymKey config.Secret `yaml:"pseudonymKey" doc:"secret of at least 16 bytes under which numbers of natural persons become pseudonyms; keep it for ever: with another key every person is another"`
	Shards       int           `yaml:"shards" doc:"shards of one process of the transformer that work at the same time"`
	Page         int           `yaml:"page" doc:"contracting processes that a shard holds in memory at once"`
	Adopt        string        `yaml:"adopt" doc:"who makes another mapping version the current one when it has been run beside the old: operator, or automatic"`
}

// Default is the configuration of one machine. It has no pseudonym key.
func Default() Config {
	return Config{
		NATS: config.DefaultNATS(), Postgres: config.DefaultPostgres(), Temporal: config.DefaultTemporal(), Telemetry: config.DefaultTelemetry(),
		Web:        config.Web{Listen: "127.0.0.1:9102"},
		Bodies:     config.DefaultBodies(),
		OCIDPrefix: mapping.Default().OCIDPrefix, PortalURL: mapping.Default().PortalURL,
		Shards: 4, Page: 200, Adopt: adoptByOperator,
	}
}

// Who adopts a mapping version.
const (
	adoptByOperator    = "operator"
	adoptAutomatically = "automatic"
)

var prefix = regexp.MustCompile(`^ocds-[a-z0-9]{6}$`)

func (c *Config) verify() error {
	switch {
	case !prefix.MatchString(c.OCIDPrefix):
		return fault.New(fault.Invalid, "%q is no ocid prefix", c.OCIDPrefix).At("ocidPrefix").Do("give ocds- and six letters or digits")
	case c.Shards < 1:
		return fault.New(fault.Invalid, "at least one shard has to work").At("shards")
	case c.Page < 1:
		return fault.New(fault.Invalid, "a shard has to hold at least one process").At("page")
	case c.Adopt != adoptByOperator && c.Adopt != adoptAutomatically:
		return fault.New(fault.Invalid, "%q makes no mapping version current", c.Adopt).At("adopt", adoptByOperator, adoptAutomatically)
	}
	return nil
}

// Deps are the connections that the transformer works over. The caller opens
// and closes them.
type Deps struct {
	Pool     *pgxpool.Pool
	Bus      *bus.Conn
	Temporal client.Client
	Log      *slog.Logger
	// Objects is the bucket of Config.Bodies. It may be nil as long as no bodies of
	// documents are there.
	Objects pack.Objects
}

// Service is the transformer.
type Service struct {
	cfg      Config
	pool     *pgxpool.Pool
	bus      *bus.Conn
	temporal client.Client
	log      *slog.Logger

	store     store
	guard     *privacy.Guard
	foreign   publication.Boundary // of documents that are OCDS
	builder   *history.Builder
	known     *known
	registers registers
	codes     codes
	unseen    metric.Int64Counter // codes of the source's dictionaries that the program has not
	mapping   pg.Mapping          // of this program; entered by Run
	ready     atomic.Bool
	retired   atomic.Bool // an operator adopted another mapping
}

// knownDocuments is how many documents that processes refer to are kept in
// memory, a few kilobytes each.
const knownDocuments = 8000

// New makes a transformer and starts nothing.
func New(cfg Config, deps Deps) (*Service, error) {
	if err := cfg.verify(); err != nil {
		return nil, fmt.Errorf("transformer: %w", err)
	}
	guard, err := privacy.NewGuard(privacy.Key(cfg.PseudonymKey.Reveal()))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "transformer").At("pseudonymKey").
			Do("set TRANSFORMER_PSEUDONYM_KEY, or TRANSFORMER_PSEUDONYM_KEY_FILE, to a random secret and keep it")
	}
	rules, err := standard.New()
	if err != nil {
		return nil, fmt.Errorf("transformer: %w", err)
	}
	var packs *pack.Store
	if deps.Objects != nil {
		if packs, err = pack.New(deps.Objects); err != nil {
			return nil, fmt.Errorf("transformer: %w", err)
		}
	}
	unseen, err := otel.Meter("github.com/kzocds/kzocds/transformer").Int64Counter("kzocds.transformer.codes",
		metric.WithDescription("codes that the source's dictionaries added, by code list and by what they wait for: nothing, translation, decision (no code of the standard)"), metric.WithUnit("{code}"))
	if err != nil {
		return nil, fmt.Errorf("transformer: %w", err)
	}
	s := &Service{
		unseen: unseen,
		cfg:    cfg, pool: deps.Pool, bus: deps.Bus, temporal: deps.Temporal, log: deps.Log,
		store: pg.New(deps.Pool, packs), guard: guard, foreign: publication.Boundary{Key: privacy.Key(cfg.PseudonymKey.Reveal())}, known: newKnown(knownDocuments),
	}
	config := mapping.Config{OCIDPrefix: cfg.OCIDPrefix, PortalURL: cfg.PortalURL}
	s.builder = &history.Builder{
		Config: config, Mapper: publication.Supplement{Mapper: portal{config}, OCIDPrefix: cfg.OCIDPrefix},
		Reader: publication.Reader{Validator: rules}, Merger: rules, Validator: rules,
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	return s, nil
}

// Prepare brings schema and streams to what this version needs.
func (s *Service) Prepare(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	if err := platformpg.Migrate(ctx, s.pool, "ocds", files); err != nil {
		return err
	}
	return bus.EnsureStreams(ctx, s.bus)
}

// Run prepares schema and streams, and then works until ctx ends: the consumer
// of stream SOURCE, workflows and activities. On the end it lets what is under
// way finish.
func (s *Service) Run(ctx context.Context) error {
	if err := s.Prepare(ctx); err != nil {
		return err
	}
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.ready.Store(false)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return named("consumer", s.consume(ctx)) })
	g.Go(func() error { return named("worker", s.runWorkers(ctx)) })
	g.Go(func() error { return named("questions", s.answer(ctx)) })
	s.ready.Store(true)
	return g.Wait()
}

// enter takes up the mapping of this program, where another transformer with the
// same one left it, or as a new one.
func (s *Service) enter(ctx context.Context) (err error) {
	s.mapping, err = s.store.Enter(ctx, versionOf(&s.cfg))
	return err
}

func named(part string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return nil
	}
	return fmt.Errorf("transformer: %s: %w", part, err)
}

// Ready says whether the transformer can work.
func (s *Service) Ready() error {
	switch {
	case !s.ready.Load():
		return fault.New(fault.Unavailable, "the transformer is starting or stopping")
	case s.retired.Load():
		return fault.New(fault.Unavailable, "mapping %s of this program is retired", s.mapping.Version).Do("stop this program, or start it anew to run its mapping beside the current one")
	case !s.bus.IsConnected():
		return fault.New(fault.Unavailable, "no connection to NATS")
	}
	return nil
}
