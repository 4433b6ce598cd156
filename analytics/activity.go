package analytics

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/kzocds/kzocds/proto/analysis"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/tables"
)

// activities are what workflows of other services run here.
type activities struct{ loader *loader }

// LoadSnapshot loads a published snapshot and makes it current. It is
// idempotent. Its counts are those of the loaded tables, checked against the
// manifest.
func (a *activities) LoadSnapshot(ctx context.Context, in *workflowv1.LoadInput) (*workflowv1.LoadResult, error) {
	defer beat(ctx)()
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

// heartbeat is well below the heartbeat timeout that workflows give.
const heartbeat = 5 * time.Second

// beat tells Temporal that the activity lives, until stop is called. Loading is
// one statement of the engine after the other, without a point to resume from.
func beat(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		tick := time.NewTicker(heartbeat)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				activity.RecordHeartbeat(ctx)
			}
		}
	}()
	return cancel
}

// formActivities make editions of the statutory forms.
type formActivities struct{ editions *editions }

// PlanForms lists what is to be made, form/period.
func (a *formActivities) PlanForms(ctx context.Context) ([]string, error) { return a.editions.due(ctx) }

// MakeForm makes one edition.
func (a *formActivities) MakeForm(ctx context.Context, what string) (analysis.Edition, error) {
	defer beat(ctx)()
	return a.editions.make(ctx, what)
}

// PublishForms puts editions into the index.
func (a *formActivities) PublishForms(ctx context.Context, made []analysis.Edition) error {
	return a.editions.publish(ctx, made)
}
