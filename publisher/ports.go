package publisher

import (
	"context"
	"time"

	"github.com/kzocds/kzocds/proto/publication"
	"github.com/kzocds/kzocds/publisher/internal/pg"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

// changes takes in what the transformer announced.
type changes interface {
	Apply(ctx context.Context, changes ...pg.Change) error
}

// plans knows the content by partition, what was planned and what was built.
type plans interface {
	Content(ctx context.Context) (pg.Content, error)
	Changed(ctx context.Context, from, to pg.Mark) (snapshot.Delta, error)
	SavePlan(ctx context.Context, p snapshot.Plan, batch, processes int64) error
	Snapshot(ctx context.Context, id string) (pg.Snapshot, error)
	Snapshots(ctx context.Context) ([]pg.Snapshot, error)
	BaseFor(ctx context.Context, mark pg.Mark, recipe snapshot.Digest) (id string, err error)
	MakeCurrent(ctx context.Context, id string, complete bool, step func() error) error

	Parts(ctx context.Context, unit snapshot.Digest) ([]snapshot.Part, error)
	SaveParts(ctx context.Context, unit snapshot.Digest, parts []snapshot.Part, findings []pg.Finding) error
	Sums(ctx context.Context, keys []string) (map[string][]byte, error)
	Forget(ctx context.Context, unit snapshot.Digest) error
	Touch(ctx context.Context, keys ...string) error
	Findings(ctx context.Context, rule string, units []snapshot.Unit, limit int) ([]pg.Finding, int64, error)
	Unstored(ctx context.Context, limit int) ([]string, error)
	Untransformed(ctx context.Context, limit int) ([]string, error)
	Unpublished(ctx context.Context, limit int) ([]string, error)
}

// retention removes what no snapshot needs.
type retention interface {
	Lose(ctx context.Context, id string) error
	Retire(ctx context.Context, was pg.Snapshot, step func() error) (done bool, err error)
	Drop(ctx context.Context, key string, notSince time.Time, step func() error) (done bool, err error)
}

// words of an operator.
type words interface {
	Hold(ctx context.Context, reason string) error
	Unhold(ctx context.Context) error
	Held(ctx context.Context) (reason string, err error)
	Cite(ctx context.Context, id, why string) error
	Accept(ctx context.Context, gate, reason string) error
	Accepted(ctx context.Context, gate, snapshot string) (reason string, ok bool, err error)
	Withdraw(ctx context.Context, ocid, reason string) error
	Restore(ctx context.Context, ocid string) error
}

// documents reads what is published, in an order that every reader sees alike.
type documents interface {
	Records(ctx context.Context, period string, mark pg.Mark, fn func(*pg.Record) error) error
	Releases(ctx context.Context, period string, mark pg.Mark, fn func(*pg.Release) error) error
	ChangedRecords(ctx context.Context, from, to pg.Mark, fn func(*pg.Record) error) error
	ChangedReleases(ctx context.Context, from, to pg.Mark, fn func(*pg.Release) error) error
}

// questions is what the open API asks.
type questions interface {
	ReleaseFeed(ctx context.Context, after pg.Position, since time.Time, limit int) ([]pg.Item[pg.Release], error)
	RecordFeed(ctx context.Context, after pg.Position, since time.Time, limit int) ([]pg.Item[pg.Record], error)
	ReleasesBefore(ctx context.Context, at pg.Position, since time.Time, limit int) (p pg.Position, ok bool, err error)
	RecordsBefore(ctx context.Context, at pg.Position, since time.Time, limit int) (p pg.Position, ok bool, err error)
	Record(ctx context.Context, ocid string) (*pg.Record, error)
	Release(ctx context.Context, id string) (*pg.Release, error)
	Provenance(ctx context.Context, ocid string) ([]publication.ReleaseProvenance, error)
	Entities(ctx context.Context) ([]publication.EntityStatus, error)
	Quarantined(ctx context.Context) (processes int64, rules []publication.FindingStatus, err error)
	Published(ctx context.Context) (int64, error)
}

// Ports are small and one adapter has them all.
type store interface {
	changes
	plans
	retention
	words
	documents
	questions
}

var _ store = (*pg.Store)(nil)
