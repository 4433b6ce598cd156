package transformer

import (
	"context"

	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/proto/transformation"
	"github.com/kzocds/kzocds/transformer/internal/pg"
)

// store is what the service needs of the database.
type store interface {
	Mark(ctx context.Context, marks []pg.Mark) error
	MarkFor(ctx context.Context, mapping int16, marks []pg.Mark) error
	Pending(ctx context.Context, mapping int16, batch int64) (int64, error)
	PendingKeys(ctx context.Context, mapping int16, shard pg.Shard, batch int64, after string, limit int) ([]pg.Mark, error)

	Documents(ctx context.Context, after []pg.Mark, upTo int64) ([]pg.Document, error)
	RelatedDocuments(ctx context.Context, want pg.Wanted, after, upTo int64) ([]pg.Document, error)
	Registers(ctx context.Context, entities []source.Entity, after, upTo int64, row func(*pg.Document) error) error

	Dictionaries(ctx context.Context, names []string, after, upTo int64) ([]pg.Document, error)
	WriteCodes(ctx context.Context, codes []pg.Code) (added []pg.Code, err error)
	Reported(ctx context.Context, mapping int16, rule string, values []string, after string, limit int) ([]string, error)

	States(ctx context.Context, mapping int16, ocids []string) (map[string]pg.State, error)
	ReleaseIDs(ctx context.Context, mapping int16, ocid string, first int) ([]string, error)
	Write(ctx context.Context, mapping pg.Mapping, batch int64, outcomes []pg.Outcome) (changes []pg.Change, lost []string, err error)
	Announced(ctx context.Context, changes []pg.Change) error
	Outbox(ctx context.Context, limit int, publish func(ctx context.Context, changes []pg.Change) error) (int, error)
	Counts(ctx context.Context, mapping int16) (transformed, held int64, err error)
	Releases(ctx context.Context, mapping int16, batch int64) (int64, error)

	mappings
	reports
}

// mappings runs mapping versions side by side.
type mappings interface {
	Enter(ctx context.Context, version string) (pg.Mapping, error)
	StateOf(ctx context.Context, id int16) (string, error)
	Published(ctx context.Context) (pg.Mapping, error)
	Looked(ctx context.Context, mapping int16) (int64, error)
	Missing(ctx context.Context, current, candidate int16, after string, limit int) ([]pg.Mark, string, error)
	Compare(ctx context.Context, from, to pg.Mapping, batch int64, progress func(done int64)) (transformation.Comparison, error)
	Adopt(ctx context.Context, id int16) (behind, changes int64, err error)
	Reject(ctx context.Context, id int16) error
	Forget(ctx context.Context) error
}

// reports is what operators and the public ask.
type reports interface {
	Held(ctx context.Context, mapping int16, choice pg.Choice, after string, limit int) ([]transformation.Held, error)
	Mappings(ctx context.Context) (transformation.Mappings, error)
	Comparison(ctx context.Context, from, to string) (transformation.Comparison, error)
	Codes(ctx context.Context, list string) ([]pg.Code, error)
	Quality(ctx context.Context, request transformation.QualityRequest) (transformation.Quality, error)
}
