package analytics

import (
	"context"

	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/tables"
)

// activities are what workflows of other services run here.
type activities struct{ loader *loader }

// LoadSnapshot loads a published snapshot and makes it current. It is
// idempotent. Its counts are those of the loaded tables, checked against the
// manifest.
func (a *activities) LoadSnapshot(ctx context.Context, in *workflowv1.LoadInput) (*workflowv1.LoadResult, error) {
	loaded, err := a.loader.load(ctx, in.GetSnapshotId())
	if err != nil {
		return nil, err
	}
	out := &workflowv1.LoadResult{SnapshotId: loaded.ID, Processes: loaded.Processes}
	for _, table := range tables.All() {
		out.Tables = append(out.Tables, &workflowv1.TableRows{Table: table, Rows: loaded.Rows[table]})
	}
	return out, nil
}
