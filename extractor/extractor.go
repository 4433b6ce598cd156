// Package extractor brings the source in: it walks the procurement portal's
// entities, keeps every version of every object, and tells the rest of the
// system what is new on stream SOURCE.
//
// One batch is one extraction over all entities (workflow Extract). Its number
// orders the versions of objects, so that nothing downstream depends on the
// moment of arrival.
package extractor

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"github.com/kzocds/kzocds/extractor/internal/feed"
	"github.com/kzocds/kzocds/extractor/internal/goszakup"
	storage "github.com/kzocds/kzocds/extractor/internal/pg"
	"github.com/kzocds/kzocds/extractor/internal/publication"
	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/flow"
	"github.com/kzocds/kzocds/platform/pack"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/proto/workflow"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Config of the extractor.
type Config struct {
	NATS      config.NATS      `yaml:"nats"`
	Postgres  config.Postgres  `yaml:"postgres"`
	Temporal  config.Temporal  `yaml:"temporal"`
	Web       config.Web       `yaml:"web"`
	Telemetry config.Telemetry `yaml:"telemetry"`
	// Dataset names the source in batches and workflow ids.
	Dataset string `yaml:"dataset" doc:"name of the source in batches and workflow ids"`
	// Adapters are the sources that make up the dataset.
	Adapters    []string           `yaml:"adapters" doc:"what is read: goszakup (the portal), goszakup-feed (its older OCDS feeds), ocds (any OCDS publication)"`
	Source      goszakup.Config    `yaml:"source"`
	Feed        feed.Config        `yaml:"feed"`
	Publication publication.Config `yaml:"publication"`
	Crawl       CrawlConfig        `yaml:"crawl"`
	BackFill    BackFillConfig     `yaml:"backFill"`
	Bodies      BodiesConfig       `yaml:"bodies"`
}

// BodiesConfig says where the bodies of documents are kept.
type BodiesConfig struct {
	In string `yaml:"in" doc:"where bodies of documents are kept: database, or packs, which are objects of bodies.objects; it can be changed at any time"`
	// Objects must not be the bucket of the publication, which everybody can read.
	Objects config.ObjectStore `yaml:"objects"`
	From    int                `yaml:"from" doc:"bytes of new bodies in one set that are packed at once; fewer wait in the database"`
	Least   int                `yaml:"least" doc:"bytes of bodies waiting in the database that are worth a pack of their own"`
}

// Where bodies are kept.
const (
	InDatabase = "database"
	InPacks    = "packs"
)

// BackFillConfig is how hard a back-fill asks the source, unless an operator says
// otherwise while it runs.
type BackFillConfig struct {
	// Rate is a part of source.rate: batches come first.
	Rate     float64 `yaml:"rate" doc:"requests per second of a back-fill"`
	Parallel int     `yaml:"parallel" doc:"windows of a back-fill that are read at the same time"`
	Window   int64   `yaml:"window" doc:"ids in a window of a back-fill"`
}

// CrawlConfig says how batches are cut and walked.
type CrawlConfig struct {
	// Overlap exists because the portal's index lags behind the portal by an
	// unknown time.
	Overlap time.Duration `yaml:"overlap" doc:"how far the window of a batch reaches back before the end of the last one"`
	// KnownRun ends the walk of entities without a usable date filter.
	KnownRun int `yaml:"knownRun" doc:"unchanged objects in a row that end a walk down the ids"`
	Reread   int `yaml:"reread" doc:"open announcements whose bids a batch reads again, besides those that changed"`
	// Compare, by the source's clock as well.
	Compare       time.Duration `yaml:"compare" doc:"how often what the source counts is compared with what is stored"`
	CompareCalls  int           `yaml:"compareCalls" doc:"requests that one comparison of an entity may cost, about"`
	CompareDays   int           `yaml:"compareDays" doc:"older days whose counts a comparison tells, in turn"`
	Zone          string        `yaml:"zone" doc:"zone of the days that are counted"`
	PagesPerFetch int           `yaml:"pagesPerFetch" doc:"pages that one activity fetches at most; pausing takes effect between activities"`
	SetSize       int           `yaml:"setSize" doc:"documents that one transaction stores, about"`
	First         string        `yaml:"first" doc:"what the first batch reads: all, or new, which leaves the past to a back-fill"`
}

// What the first batch reads.
const (
	FirstAll = "all"
	FirstNew = "new"
)

// Default is fit for the real portal; only the token has no default.
func Default() Config {
	return Config{
		NATS: config.DefaultNATS(), Postgres: config.DefaultPostgres(), Temporal: config.DefaultTemporal(),
		Web: config.Web{Listen: "127.0.0.1:9101"}, Telemetry: config.DefaultTelemetry(),
		Dataset: "goszakup", Adapters: []string{source.OriginPortal},
		Source: goszakup.Default(), Feed: feed.Default(), Publication: publication.Default(),
		Crawl: CrawlConfig{
			Overlap: time.Hour, KnownRun: 400, Reread: 30,
			Compare: 24 * time.Hour, CompareCalls: 300, CompareDays: 10, Zone: "Asia/Almaty",
			PagesPerFetch: 100, SetSize: 2000, First: FirstAll,
		},
		BackFill: BackFillConfig{Rate: 4, Parallel: 3, Window: 250_000},
		Bodies:   BodiesConfig{In: InDatabase, Objects: config.DefaultBodies(), From: 256 << 10, Least: 4 << 20},
	}
}

// Validate checks what can be checked without asking anybody.
func (c *Config) Validate() error {
	if c.Dataset == "" {
		return fault.New(fault.Invalid, "the dataset has no name").At("dataset")
	}
	if c.Crawl.KnownRun < 1 || c.Crawl.PagesPerFetch < 1 || c.Crawl.SetSize < 1 || c.Crawl.Reread < 0 || c.Crawl.Overlap < 0 {
		return fault.New(fault.Invalid, "crawl.knownRun, crawl.pagesPerFetch and crawl.setSize are 1 at least, the others not below 0").At("crawl")
	}
	if c.Crawl.Compare <= 0 || c.Crawl.CompareCalls < 1 || c.Crawl.CompareDays < 0 {
		return fault.New(fault.Invalid, "crawl.compare is above 0, crawl.compareCalls 1 at least, crawl.compareDays not below 0").At("crawl")
	}
	if c.Crawl.First != FirstAll && c.Crawl.First != FirstNew {
		return fault.New(fault.Invalid, "crawl.first is %q", c.Crawl.First).At("crawl.first", FirstAll, FirstNew)
	}
	if c.BackFill.Rate <= 0 || c.BackFill.Parallel < 1 || c.BackFill.Window < 1 {
		return fault.New(fault.Invalid, "backFill.rate is above 0, backFill.parallel and backFill.window are 1 at least").At("backFill")
	}
	if c.Bodies.In != InDatabase && c.Bodies.In != InPacks {
		return fault.New(fault.Invalid, "bodies.in is %q", c.Bodies.In).At("bodies.in", InDatabase, InPacks)
	}
	if c.Bodies.From < 1 || c.Bodies.Least < 1 {
		return fault.New(fault.Invalid, "bodies.from and bodies.least are 1 at least").At("bodies")
	}
	if _, err := time.LoadLocation(c.Crawl.Zone); err != nil {
		return fault.Wrap(fault.Invalid, err, "crawl.zone is no zone: %v", err).At("crawl.zone")
	}
	return validateAdapters(*c)
}

// midnight is the beginning of the day of a moment, in the zone of the days that
// are counted.
func (c *Config) midnight(t time.Time) time.Time {
	zone, err := time.LoadLocation(c.Crawl.Zone)
	if err != nil {
		zone = time.UTC // Validate has refused it
	}
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// Deps are the connections that the extractor needs. It closes none of them.
type Deps struct {
	Log      *slog.Logger
	Pool     *pgxpool.Pool
	Bus      *bus.Conn
	Temporal client.Client
	// Objects is the bucket of Config.Bodies. It may be nil as long as no bodies are
	// in packs.
	Objects pack.Objects
}

// Service is the extractor.
type Service struct {
	cfg   Config
	deps  Deps
	work  *extraction
	packs packing
	ready atomic.Bool
}

// New makes the service. It starts and sends nothing.
func New(cfg Config, deps Deps) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if deps.Log == nil {
		deps.Log = slog.Default()
	}
	sources, err := openAdapters(cfg, deps.Pool, deps.Log)
	if err != nil {
		return nil, err
	}
	bodies, err := cfg.Bodies.bodies(deps.Objects)
	if err != nil {
		return nil, err
	}
	kept := storage.New(deps.Pool, bodies)
	for _, s := range sources {
		if b, ok := s.(budgeted); ok {
			b.KeepWithin(kept)
		}
	}
	work, err := newExtraction(cfg, sources, kept, deps.Bus, deps.Log)
	if err != nil {
		return nil, err
	}
	return &Service{cfg: cfg, deps: deps, work: work, packs: kept}, nil
}

// bodies is the configuration as the store takes it.
func (c BodiesConfig) bodies(objects pack.Objects) (b storage.Bodies, err error) {
	if objects == nil && c.In == InPacks {
		return b, fault.New(fault.Invalid, "bodies go to packs, and there is no object store for them").At("bodies.objects")
	}
	if objects != nil {
		if b.Packs, err = pack.New(objects); err != nil {
			return b, err
		}
	}
	if c.In == InPacks {
		b.From = c.From
	}
	return b, nil
}

// OpenBodies connects the bucket for bodies. It is looked for, and made, only if
// bodies are to go there; otherwise nothing is asked before one is read.
func OpenBodies(ctx context.Context, c BodiesConfig) (pack.Objects, error) {
	if c.In == InPacks {
		return blob.Open(ctx, c.Objects)
	}
	return blob.OpenExisting(c.Objects)
}

// Run prepares the schema, the streams and the search attributes, then works
// until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	if err := s.Prepare(ctx); err != nil {
		return err
	}
	if err := flow.EnsureSearchAttributes(ctx, s.deps.Temporal, s.cfg.Temporal.Namespace, workflow.SearchAttributes()); err != nil {
		return err
	}
	w := flow.NewWorker(s.deps.Temporal, workflow.QueueExtractor)
	register(w, s.work)
	// The outbox ends after the worker, because CloseBatch waits for it. What it
	// leaves behind is published at the next start.
	outbox, stop := context.WithCancel(context.WithoutCancel(ctx))
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.work.publishStored(outbox) })
	g.Go(func() error { return s.answer(ctx) })
	if s.cfg.Bodies.In == InPacks {
		g.Go(func() error { return s.keepPacking(ctx) })
	}
	g.Go(func() error {
		defer stop()
		return flow.RunWorker(ctx, w)
	})
	s.ready.Store(true)
	defer s.ready.Store(false)
	return g.Wait()
}

// Ready is nil when the service takes work.
func (s *Service) Ready() error {
	if !s.ready.Load() {
		return errors.New("the extractor has not started yet")
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
