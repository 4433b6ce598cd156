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

// plans knows the content by partition and what was built of it.
type plans interface {
	Partitions(ctx context.Context) ([]snapshot.Partition, error)
	SavePlan(ctx context.Context, id, parent string, batch, processes int64, partitions []snapshot.Partition) error
	Plan(ctx context.Context, id string) (parent string, partitions []snapshot.Partition, err error)
	Flipped(ctx context.Context, id string) error

	Parts(ctx context.Context, unit snapshot.Digest) ([]snapshot.Part, error)
	SaveParts(ctx context.Context, unit snapshot.Digest, parts []snapshot.Part, findings []pg.Finding) error
	Forget(ctx context.Context, unit snapshot.Digest) error
	Findings(ctx context.Context, rule string, units []snapshot.Unit, limit int) ([]pg.Finding, int64, error)
	Unpublished(ctx context.Context, limit int) ([]string, error)
}

// documents reads what is published, in an order that every reader sees alike.
type documents interface {
	Records(ctx context.Context, period string, fn func(*pg.Record) error) error
	Releases(ctx context.Context, period string, fn func(*pg.Release) error) error
}

// questions is what the open API asks.
type questions interface {
	ReleaseFeed(ctx context.Context, after pg.Position, since time.Time, limit int) ([]pg.Item[pg.Release], error)
	RecordFeed(ctx context.Context, after pg.Position, since time.Time, limit int) ([]pg.Item[pg.Record], error)
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
	documents
	questions
}

var _ store = (*pg.Store)(nil)
