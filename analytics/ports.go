package analytics

import (
	"context"
	"encoding/json"

	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/analytics/snapshot"
)

// Engine answers plans from one snapshot at a time. package enginetest has the
// suite that every engine passes: its answers are compared with a slow
// implementation of the definitions.
type Engine interface {
	// Load makes a snapshot current; readers of the one before finish. Loading the
	// current one again changes nothing. A snapshot whose rows differ from its
	// manifest, or with repeated rows, is refused as invalid.
	Load(ctx context.Context, s snapshot.Snapshot) (snapshot.Loaded, error)
	// Cached tells whether Load of a snapshot needs no parts.
	Cached(id string) bool
	// Current tells which snapshot answers.
	Current() (snapshot.Loaded, bool)
	// Run answers a plan, Facet lists values with counts. Both name the snapshot
	// they used, stop when the context ends, and are safe for concurrent use.
	Run(ctx context.Context, p plan.Plan) (plan.Result, error)
	Facet(ctx context.Context, f plan.Facet) (plan.FacetResult, error)
	// Rows gives a page of the rows of a dataset in a total order, the same on every
	// replica. CountRows counts the rows of all pages.
	Rows(ctx context.Context, r plan.Rows) (plan.RowsResult, error)
	CountRows(ctx context.Context, r plan.Rows) (snapshot string, n int64, err error)
	// Scan reads all rows from the snapshot that is current now; sorted as the
	// question says, else as is quickest.
	Scan(ctx context.Context, r plan.Rows, sorted bool) (plan.Scan, error)
	// Organisation names an organisation that the snapshot has.
	Organisation(ctx context.Context, id string) (m plan.Member, found bool, err error)
	Close() error
}

// Records gives published records as raw JSON: with the compiled release, or the
// versioned one. fault.NotFound when there is none.
type Records interface {
	Record(ctx context.Context, ocid string, versioned bool) (json.RawMessage, error)
}
