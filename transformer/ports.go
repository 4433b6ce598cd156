package transformer

import (
	"context"

	"github.com/kzocds/kzocds/transformer/internal/pg"
)

// store is what the service needs of the database.
type store interface {
	Mark(ctx context.Context, marks []pg.Mark) error
	Pending(ctx context.Context, batch int64) (int64, error)
	PendingKeys(ctx context.Context, buckets []int, batch int64, after string, limit int) ([]string, error)
	Documents(ctx context.Context, keys []string, batch int64) ([]pg.Document, error)
	RelatedDocuments(ctx context.Context, want pg.Wanted, batch int64) ([]pg.Document, error)
	States(ctx context.Context, keys []string) (map[string]pg.State, error)
	Write(ctx context.Context, batch int64, outcomes []pg.Outcome) (lost []string, err error)
	Outbox(ctx context.Context, limit int, publish func(ctx context.Context, changes []pg.Change) error) (int, error)
	Counts(ctx context.Context) (transformed, held int64, err error)
	Releases(ctx context.Context, batch int64) (int64, error)
}
