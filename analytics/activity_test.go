package analytics

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"

	"go.temporal.io/sdk/testsuite"

	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/analytics/snapshot"
	"github.com/kzocds/kzocds/platform/blob"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/tables"
)

// oneManifest is an object store that has the manifest of one empty snapshot.
type oneManifest struct{ blob.Bucket }

func (oneManifest) Get(context.Context, string, blob.GetOptions) (io.ReadCloser, blob.Info, error) {
	return io.NopCloser(strings.NewReader(`{"id":"aa01","datasets":[]}`)), blob.Info{}, nil
}

// counting is an engine that counts its loads.
type counting struct {
	loads int
	now   snapshot.Loaded
}

func (c *counting) Load(_ context.Context, s snapshot.Snapshot) (snapshot.Loaded, error) {
	c.loads++
	c.now = snapshot.Loaded{ID: s.ID, Processes: 3, Rows: map[string]int64{"lots": 5}}
	return c.now, nil
}
func (c *counting) Cached(string) bool               { return false }
func (c *counting) Current() (snapshot.Loaded, bool) { return c.now, c.loads > 0 }
func (c *counting) Close() error                     { return nil }
func (c *counting) Run(context.Context, plan.Plan) (plan.Result, error) {
	return plan.Result{Snapshot: c.now.ID}, nil
}
func (c *counting) Facet(context.Context, plan.Facet) (plan.FacetResult, error) {
	return plan.FacetResult{Snapshot: c.now.ID}, nil
}

func (c *counting) Rows(context.Context, plan.Rows) (plan.RowsResult, error) {
	return plan.RowsResult{Snapshot: c.now.ID}, nil
}
func (c *counting) CountRows(context.Context, plan.Rows) (string, int64, error) {
	return c.now.ID, 0, nil
}

func (c *counting) Scan(context.Context, plan.Rows, bool) (plan.Scan, error) {
	return nil, nil
}
func (c *counting) Organisation(context.Context, string) (plan.Member, bool, error) {
	return plan.Member{}, false, nil
}

func TestLoadSnapshotIsIdempotentAndTellsWhatWasLoaded(t *testing.T) {
	t.Parallel()
	engine := &counting{}
	a := &activities{loader: &loader{
		engine: engine, answerer: newAnswerer(engine, 1, 1<<20), log: slog.New(slog.DiscardHandler), loaded: func(string) {},
		fetch: snapshot.Fetcher{Bucket: oneManifest{}, Directory: t.TempDir()},
	}}
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(a.LoadSnapshot)
	for range 2 {
		value, err := env.ExecuteActivity(a.LoadSnapshot, &workflowv1.LoadInput{SnapshotId: "aa01"})
		if err != nil {
			t.Fatal(err)
		}
		var out workflowv1.LoadResult
		if err := value.Get(&out); err != nil {
			t.Fatal(err)
		}
		if out.SnapshotId != "aa01" || out.Processes != 3 || len(out.Tables) != len(tables.All()) || out.Tables[1].Table != "lots" || out.Tables[1].Rows != 5 {
			t.Errorf("result %v", &out)
		}
	}
	if engine.loads != 1 {
		t.Errorf("loaded %d times", engine.loads)
	}
}
