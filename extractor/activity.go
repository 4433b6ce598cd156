package extractor

import (
	"context"
	"strconv"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/fault"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/source"
)

// heartbeatEvery is how often an activity says that it lives, while it waits for
// a slow source as well.
const heartbeatEvery = 5 * time.Second

// reportTime is what is kept of an activity's time to report why it failed.
const reportTime = 3 * time.Second

// activities are the extractor's activities. Each can be repeated at any point:
// the store knows how far the work has come.
type activities struct{ x *extraction }

func (a activities) OpenBatch(ctx context.Context, in *workflowv1.OpenBatchInput) (*workflowv1.Batch, error) {
	defer beat(ctx, nil)()
	// A source that is down is to be told about, not a timeout of ours.
	ctx, cancel := context.WithDeadline(ctx, activity.GetInfo(ctx).Deadline.Add(-reportTime))
	defer cancel()
	b, err := a.x.openBatch(ctx, in.GetSource())
	if err != nil {
		return nil, err
	}
	return a.x.message(b), nil
}

func (a activities) FetchPages(ctx context.Context, in *workflowv1.CrawlInput) (*workflowv1.CrawlProgress, error) {
	var mu sync.Mutex
	latest := in.GetProgress()
	if latest == nil {
		latest = &workflowv1.CrawlProgress{Entity: in.GetEntity()}
	}
	defer beat(ctx, func() any {
		mu.Lock()
		defer mu.Unlock()
		return latest
	})()
	at, err := a.x.fetchPages(ctx, batchOf(in.GetBatch()), source.Entity(in.GetEntity()), func(at document.Crawl) {
		mu.Lock()
		defer mu.Unlock()
		latest = crawlMessage(at)
		activity.RecordHeartbeat(ctx, latest)
	})
	if err != nil {
		return nil, err
	}
	return crawlMessage(at), nil
}

func (a activities) CloseBatch(ctx context.Context, in *workflowv1.ExtractInput) (*workflowv1.ExtractResult, error) {
	if in.GetBatch() == nil {
		return nil, fault.New(fault.Invalid, "no batch to close").At("batch")
	}
	defer beat(ctx, nil)()
	return a.x.closeBatch(ctx, batchOf(in.GetBatch()))
}

func (a activities) PlanBackFill(ctx context.Context, in *workflowv1.BackFillInput) (*workflowv1.BackFillPlan, error) {
	defer beat(ctx, nil)()
	return a.x.planBackFill(ctx, in)
}

func (a activities) FetchBackFill(ctx context.Context, in *workflowv1.BackFillWindowInput) (*workflowv1.BackFillWindowResult, error) {
	if in.GetWindow() == nil {
		return nil, fault.New(fault.Invalid, "no window to read").At("window")
	}
	var mu sync.Mutex
	var latest *workflowv1.CrawlProgress
	defer beat(ctx, func() any {
		mu.Lock()
		defer mu.Unlock()
		return latest
	})()
	return a.x.fetchBackFill(ctx, in, func(at document.Window) {
		mu.Lock()
		defer mu.Unlock()
		latest = &workflowv1.CrawlProgress{
			Entity: string(at.Entity), Cursor: strconv.FormatInt(at.Below, 10), Pages: at.Calls, Objects: at.Objects,
			NewDocuments: at.NewDocuments, Quarantined: at.Quarantined, Done: at.Done,
		}
		activity.RecordHeartbeat(ctx, latest)
	})
}

// beat sends heartbeats until the function it returns is called.
func beat(ctx context.Context, details func() any) (stop func()) {
	done := make(chan struct{})
	var over sync.WaitGroup
	over.Go(func() {
		tick := time.NewTicker(heartbeatEvery)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-ctx.Done():
				return
			case <-tick.C:
				if details == nil {
					activity.RecordHeartbeat(ctx)
				} else {
					activity.RecordHeartbeat(ctx, details())
				}
			}
		}
	})
	return func() {
		close(done)
		over.Wait()
	}
}

func crawlMessage(at document.Crawl) *workflowv1.CrawlProgress {
	return &workflowv1.CrawlProgress{
		Entity: string(at.Entity), Cursor: at.Cursor, Pages: at.Pages, Objects: at.Objects,
		NewDocuments: at.NewDocuments, Quarantined: at.Quarantined, Total: at.Total, Done: at.Done,
	}
}
