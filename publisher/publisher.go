// Package publisher makes the publication: it knows what the transformer has
// made, builds snapshots of it in object storage, checks them, makes them
// current, and answers the questions of the open API about them. It owns the
// workflow Publication that carries a batch from the source to the Explorer.
//
// It does not map, merge or validate documents, and it computes no indicators:
// what it adds to the transformer's documents is packaging, tables and proof.
package publisher

import (
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"github.com/kzocds/kzocds/ocds/merge"
	"github.com/kzocds/kzocds/ocds/schema"
	"github.com/kzocds/kzocds/ocds/validate"
	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/flow"
	platformpg "github.com/kzocds/kzocds/platform/pg"
	"github.com/kzocds/kzocds/proto/extension"
	"github.com/kzocds/kzocds/proto/publication"
	names "github.com/kzocds/kzocds/proto/workflow"
	"github.com/kzocds/kzocds/publisher/internal/pg"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Config of the publisher.
type Config struct {
	NATS        config.NATS        `yaml:"nats"`
	Postgres    config.Postgres    `yaml:"postgres"`
	Temporal    config.Temporal    `yaml:"temporal"`
	ObjectStore config.ObjectStore `yaml:"objectStore"`
	Web         config.Web         `yaml:"web"`
	Telemetry   config.Telemetry   `yaml:"telemetry"`

	PublicURL    string        `yaml:"publicURL" doc:"address of the open API as the public sees it; URIs of packages begin with it"`
	BucketURL    string        `yaml:"bucketURL" doc:"address of the bucket as the public sees it; empty takes the object store's own"`
	ExtensionURL string        `yaml:"extensionURL" doc:"URL of extension.json of the local extension, as packages state it; empty takes the source repository's"`
	License      string        `yaml:"license" doc:"URL of the licence of the data"`
	Policy       string        `yaml:"policy" doc:"URL of the publication policy; empty takes the page about the data, which has it in three languages"`
	Issuer       Issuer        `yaml:"publisher"`
	WorkDir      string        `yaml:"workDir" doc:"folder of this process alone for files on their way to the object store, emptied at the start; empty takes the system's"`
	SigningKey   config.Secret `yaml:"signingKey" doc:"Ed25519 key that manifests are signed with: PEM (PKCS #8) or a seed of 32 or 64 hexadecimal digits; empty leaves them unsigned"`
	ValidShare   float64       `yaml:"validShare" doc:"share of the packages that are validated when they are written, chosen by their digests; of deltas always all. 1 is every one, 0 none: for publications of others, which are passed on as they are"`
	ShrinkShare  float64       `yaml:"shrinkShare" doc:"share of the publication, or of a month, that may vanish between two snapshots without an operator's word"`
	Deltas       Deltas        `yaml:"deltas"`
	Retention    Retention     `yaml:"retention"`
	Builds       int           `yaml:"builds" doc:"activities of this process at the same time"`
	Consumers    int           `yaml:"consumers" doc:"announcements of the transformer that are taken in at the same time"`
	Schedule     Schedule      `yaml:"schedule"`
}

// Issuer is who publishes, as packages and manifests name it.
type Issuer struct {
	Name   string `yaml:"name" doc:"name of the publisher"`
	Scheme string `yaml:"scheme" doc:"org-id.guide code of the publisher's register; may be empty"`
	UID    string `yaml:"uid" doc:"number of the publisher in that register; may be empty"`
	URI    string `yaml:"uri" doc:"address of the publisher; may be empty"`
}

// Deltas make a change public without writing the months anew in which it lies.
type Deltas struct {
	Enabled bool    `yaml:"enabled" doc:"publish changes as deltas over complete files"`
	Share   float64 `yaml:"share" doc:"share of the processes that deltas may hold before the files are made anew"`
	Fold    string  `yaml:"fold" doc:"hour and minute (UTC) at which the deltas of a day are folded into the files, 20:30"`
}

// Retention says which snapshots stay: the current one, every cited one, all of
// the last hour, the last one of each hour, day and month.
type Retention struct {
	Hourly time.Duration `yaml:"hourly" doc:"how long one snapshot of each hour is kept"`
	Daily  time.Duration `yaml:"daily" doc:"how long one snapshot of each day is kept; one of each month is kept for ever"`
	Grace  time.Duration `yaml:"grace" doc:"how long an object is kept that no snapshot has any more, or not yet; longer than any publication takes"`
	Every  time.Duration `yaml:"every" doc:"time between two collections of what is not needed"`
}

// Schedule starts publications by the clock.
type Schedule struct {
	Enabled bool          `yaml:"enabled" doc:"make the Temporal Schedule that publishes again and again"`
	Source  string        `yaml:"source" doc:"source that is published: goszakup or ocds"`
	Every   time.Duration `yaml:"every" doc:"time between two starts; a start is skipped while the one before runs"`
}

// Default is the configuration of one machine.
func Default() Config {
	return Config{
		NATS: config.DefaultNATS(), Postgres: config.DefaultPostgres(), Temporal: config.DefaultTemporal(),
		ObjectStore: config.DefaultObjectStore(), Telemetry: config.DefaultTelemetry(),
		Web:        config.Web{Listen: "127.0.0.1:9103"},
		PublicURL:  "http://127.0.0.1:8080",
		License:    "https://creativecommons.org/licenses/by/4.0/",
		Issuer:     Issuer{Name: "kzocds", URI: "https://github.com/kzocds/kzocds"},
		ValidShare: 1, ShrinkShare: 0.01,
		Deltas:    Deltas{Enabled: true, Share: 0.2, Fold: "20:30"},
		Retention: Retention{Hourly: 24 * time.Hour, Daily: 31 * 24 * time.Hour, Grace: 24 * time.Hour, Every: time.Hour},
		Builds:    4,
		Consumers: 64,
		Schedule:  Schedule{Source: "goszakup", Every: time.Minute},
	}
}

// verify finds settings that cannot work.
func (c *Config) verify() error {
	for field, value := range map[string]string{
		"publicURL": c.PublicURL, "bucketURL": c.BucketURL, "extensionURL": c.ExtensionURL, "license": c.License, "policy": c.Policy,
	} {
		if value == "" && field != "publicURL" {
			continue
		}
		if u, err := url.Parse(value); err != nil || u.Scheme == "" || u.Host == "" {
			return fault.New(fault.Invalid, "%q is no absolute URL", value).At(field)
		}
	}
	switch {
	case c.Issuer.Name == "":
		return fault.New(fault.Invalid, "a publication needs the name of its publisher").At("publisher.name")
	case c.Builds < 1:
		return fault.New(fault.Invalid, "at least one activity has to run").At("builds")
	case c.Consumers < 1:
		return fault.New(fault.Invalid, "at least one announcement has to be taken in at a time").At("consumers")
	case c.ValidShare < 0 || c.ValidShare > 1:
		return fault.New(fault.Invalid, "a share is 0 to 1, not %g", c.ValidShare).At("validShare")
	case c.ShrinkShare < 0 || c.ShrinkShare > 1:
		return fault.New(fault.Invalid, "a share is 0 to 1, not %g", c.ShrinkShare).At("shrinkShare")
	case c.Deltas.Share < 0 || c.Deltas.Share > 1:
		return fault.New(fault.Invalid, "a share is 0 to 1, not %g", c.Deltas.Share).At("deltas.share")
	case c.Retention.Grace < time.Hour:
		return fault.New(fault.Invalid, "a grace of %s is shorter than a publication may take", c.Retention.Grace).At("retention.grace").Do("give an hour or more")
	case c.Schedule.Enabled && c.Retention.Every < time.Minute:
		return fault.New(fault.Invalid, "a collection every %s is too often", c.Retention.Every).At("retention.every").Do("give a minute or more")
	case c.Schedule.Enabled && c.Schedule.Every < time.Second:
		return fault.New(fault.Invalid, "a schedule of %s is too close", c.Schedule.Every).At("schedule.every").Do("give a second or more")
	case c.Schedule.Enabled && !foldTime.MatchString(c.Deltas.Fold):
		return fault.New(fault.Invalid, "%q is no time of day", c.Deltas.Fold).At("deltas.fold").Do("give hours and minutes such as 20:30")
	case c.Schedule.Enabled && c.Schedule.Source == "":
		return fault.New(fault.Invalid, "the schedule does not say what it publishes").At("schedule.source", "goszakup", "ocds")
	}
	return nil
}

// Deps are the connections that the publisher works over. The caller opens and
// closes them.
type Deps struct {
	Pool     *pgxpool.Pool
	Bus      *bus.Conn
	Temporal client.Client
	Bucket   blob.Bucket
	Log      *slog.Logger
	Version  string // of the program
}

// Service is the publisher.
type Service struct {
	cfg      Config
	pool     *pgxpool.Pool
	bus      *bus.Conn
	temporal client.Client
	bucket   blob.Bucket
	log      *slog.Logger
	version  string

	store    store
	envelope snapshot.Envelope
	tree     snapshot.Tree
	builder  *builder
	signer   *signer // nil leaves manifests unsigned
	merger   *merge.Merger
	ready    atomic.Bool
	ids      knownIDs
}

// extensionName is the folder of the local extension.
const extensionName = extension.Name

// New makes a publisher and starts nothing.
func New(cfg Config, deps Deps) (*Service, error) {
	if err := cfg.verify(); err != nil {
		return nil, fmt.Errorf("publisher: %w", err)
	}
	s := &Service{
		cfg: cfg, pool: deps.Pool, bus: deps.Bus, temporal: deps.Temporal, bucket: deps.Bucket, log: deps.Log, version: deps.Version,
		envelope: snapshot.Envelope{
			Base:       strings.TrimSuffix(cfg.PublicURL, "/"),
			Extensions: extension.URLs(cfg.ExtensionURL),
			Publisher:  publication.Publisher{Name: cfg.Issuer.Name, Scheme: cfg.Issuer.Scheme, UID: cfg.Issuer.UID, URI: cfg.Issuer.URI},
			License:    cfg.License, Policy: cmp.Or(cfg.Policy, strings.TrimSuffix(cfg.PublicURL, "/")+"/data#policy"),
		},
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	local := extension.Files()
	var err error
	if s.tree, err = tree(local); err != nil {
		return nil, fmt.Errorf("publisher: local extension: %w", err)
	}
	extensions, err := extensionsOf(local)
	if err != nil {
		return nil, fmt.Errorf("publisher: %w", err)
	}
	rules, err := merge.DefaultRules(extensions...)
	if err != nil {
		return nil, fmt.Errorf("publisher: merge rules: %w", err)
	}
	s.merger = merge.New(rules)
	s.store = pg.New(deps.Pool, s.merger.Compiled)
	patched, err := schema.New(extensions...)
	if err != nil {
		return nil, fmt.Errorf("publisher: schema: %w", err)
	}
	validator, err := validate.New(validate.Options{Schema: patched})
	if err != nil {
		return nil, fmt.Errorf("publisher: schema: %w", err)
	}
	if s.signer, err = newSigner(cfg.SigningKey.Reveal()); err != nil {
		return nil, fmt.Errorf("publisher: %w", err)
	}
	s.builder = &builder{
		docs: s.store, plans: s.store, bucket: deps.Bucket, envelope: s.envelope, dir: cfg.WorkDir, files: local,
		schema: patched.Release(), validator: validator, share: cfg.ValidShare, schemaDigest: digestOf(patched, s.tree),
		limit: limits{unzipped: maxUnzipped, awards: maxAwards, workbook: maxWorkbook},
	}
	return s, nil
}

// digestOf a schema with its extensions and the code lists of the local one.
func digestOf(s *schema.Schema, local snapshot.Tree) string {
	h := sha256.New()
	for _, part := range [][]byte{s.ReleasePackage(), s.RecordPackage(), local.Digest[:]} {
		fmt.Fprintf(h, "%d:", len(part))
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// extensionsOf are the extensions that releases use, the local one last.
func extensionsOf(local fs.FS) ([]schema.Extension, error) {
	var applied []schema.Extension
	for _, e := range extension.Registered() {
		known, ok := schema.ByURL(e.URL)
		if !ok {
			return nil, fmt.Errorf("extension %s %s is not embedded", e.ID, e.Version)
		}
		applied = append(applied, known)
	}
	own, err := schema.Read(local)
	return append(applied, own), err
}

// Run prepares schema, streams, search attributes and schedule, and then works
// until ctx ends: workflows and activities, the consumer of stream OCDS, and the
// questions. On the end it lets what is under way finish.
func (s *Service) Run(ctx context.Context) error {
	if err := s.Prepare(ctx); err != nil {
		return err
	}
	if err := s.begin(ctx); err != nil {
		return err
	}
	unmeter, err := s.meter()
	if err != nil {
		return err
	}
	defer unmeter()
	defer s.ready.Store(false)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return named("consumer", s.consume(ctx)) })
	g.Go(func() error { return named("questions", s.answer(ctx)) })
	g.Go(func() error { return named("worker", s.runWorker(ctx)) })
	s.ready.Store(true)
	return g.Wait()
}

func named(part string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return nil
	}
	return fmt.Errorf("publisher: %s: %w", part, err)
}

// Prepare brings schema, streams and bucket to what this version needs.
func (s *Service) Prepare(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	if err := platformpg.Migrate(ctx, s.pool, "publication", files); err != nil {
		return err
	}
	if err := bus.EnsureStreams(ctx, s.bus); err != nil {
		return err
	}
	if err := s.bucket.EnsurePublicRead(ctx); err != nil {
		return fmt.Errorf("let everybody read the bucket: %w", err)
	}
	return nil
}

// begin clears the work folder and makes search attributes and schedules.
func (s *Service) begin(ctx context.Context) error {
	if err := clearWorkDir(s.cfg.WorkDir); err != nil {
		return err
	}
	if err := flow.EnsureSearchAttributes(ctx, s.temporal, s.cfg.Temporal.Namespace, names.SearchAttributes()); err != nil {
		return err
	}
	if !s.cfg.Schedule.Enabled {
		return nil
	}
	for _, o := range s.schedules() {
		if err := flow.EnsureSchedule(ctx, s.temporal, o); err != nil {
			return err
		}
	}
	return nil
}

// clearWorkDir makes the folder and takes away what a killed process left there.
func clearWorkDir(dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fault.Wrap(fault.Invalid, err, "folder for files on their way to the object store").At("workDir").Do("give a folder that this user may write")
	}
	left, err := filepath.Glob(filepath.Join(dir, temporary+"*"))
	for _, name := range left {
		err = errors.Join(err, os.RemoveAll(name))
	}
	return err
}

// Ready says whether the publisher can work and answer.
func (s *Service) Ready() error {
	switch {
	case !s.ready.Load():
		return fault.New(fault.Unavailable, "the publisher is starting or stopping")
	case !s.bus.IsConnected():
		return fault.New(fault.Unavailable, "no connection to NATS")
	}
	return nil
}
