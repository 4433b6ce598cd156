package extractor

import (
	"context"
	"flag"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/workflow"

	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/flow"
	"github.com/kzocds/kzocds/platform/flow/flowtest"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/source"
	names "github.com/kzocds/kzocds/proto/workflow"
)

var record = flag.String("record", "", "address of a Temporal server that nothing else uses: run a batch on it and store its histories in testdata")

// TestStoredHistoriesReplay: workflows that run when a new version is installed
// go on with it. A change that breaks a stored history needs workflow.GetVersion;
// the history is recorded anew only under a new number.
func TestStoredHistoriesReplay(t *testing.T) {
	if *record != "" {
		recordHistories(t)
	}
	flowtest.Replay(t, func(r flow.Registry) {
		r.RegisterWorkflowWithOptions(Extract, workflow.RegisterOptions{Name: names.Extract})
		r.RegisterWorkflowWithOptions(Crawl, workflow.RegisterOptions{Name: names.Crawl})
		r.RegisterWorkflowWithOptions(BackFill, workflow.RegisterOptions{Name: names.BackFill})
	})
}

// recordHistories runs the whole service against a fake portal and a running
// Temporal: one batch with a source that is down for a while and a pause, and a
// back-fill.
func recordHistories(t *testing.T) {
	t.Run("batch", recordBatch)
	t.Run("back-fill", recordBackFill)
}

// serving runs the service of a bench on Temporal until the test ends.
func (b *bench) serving(t *testing.T, limited context.Context) client.Client {
	t.Helper()
	temporal, err := flow.Dial(limited, b.cfg.Temporal, b.log, nil)
	if err != nil {
		t.Fatal(err)
	}
	service, err := New(b.cfg, Deps{Log: b.log, Pool: b.pool, Bus: b.conn, Temporal: temporal})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the service ended with %v", err)
		}
		temporal.Close()
	})
	return temporal
}

// recordBackFill reads everything back, many windows of few ids: with the source
// down for a while, a pause, and the pace changed by update and by signal.
func recordBackFill(t *testing.T) {
	w := newWorld()
	w.populate(12)
	b := newBench(t, w, func(c *Config) {
		c.Temporal = config.Temporal{Address: *record, Namespace: "default"}
		c.Source.Attempts = 1
		c.Crawl.First, c.Crawl.PagesPerFetch = FirstNew, 1
		c.BackFill.Rate, c.BackFill.Window = 1000, 2500
	})
	limited, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	temporal := b.serving(t, limited)
	b.batch() // only what is new
	// Planning asks twice; then the source is down for longer than all windows bear.
	asked := w.asked["Contract"] + 2
	w.fault = func(root string, n int) string {
		if root == "Contract" && n > asked && n <= asked+12 {
			return `{"errors":[{"message":"no shards"}]}`
		}
		return ""
	}
	run, err := temporal.ExecuteWorkflow(limited, client.StartWorkflowOptions{
		ID: names.BackFillID(b.cfg.Dataset), TaskQueue: names.QueueExtractor,
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	}, names.BackFill, &workflowv1.BackFillInput{Source: b.cfg.Dataset, Pace: &workflowv1.BackFillPace{Rate: 500, Parallel: 2}})
	if err != nil {
		t.Fatal(err)
	}
	tell := func(signal string, arg any) {
		if err := temporal.SignalWorkflow(limited, run.GetID(), run.GetRunID(), signal, arg); err != nil {
			t.Fatal(err)
		}
	}
	tell(names.SignalPause, nil)
	update, err := temporal.UpdateWorkflow(limited, client.UpdateWorkflowOptions{
		WorkflowID: run.GetID(), RunID: run.GetRunID(), UpdateName: names.UpdatePace, WaitForStage: client.WorkflowUpdateStageCompleted,
		Args: []any{&workflowv1.BackFillPace{Rate: 800, Parallel: 3}},
	})
	if err == nil {
		err = update.Get(limited, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	tell(names.SignalResume, nil)
	tell(names.UpdatePace, &workflowv1.BackFillPace{Rate: 900})
	result := new(workflowv1.BackFillProgress)
	if err := run.Get(limited, result); err != nil {
		t.Fatal(err)
	}
	if !result.Done || result.WindowsDone != result.Windows || result.Pace.GetRate() != 900 || result.Pace.GetParallel() != 3 {
		t.Errorf("result %v", result)
	}
	flowtest.Save(t, temporal, run.GetID(), run.GetRunID(), "back_fill_v1")
}

func recordBatch(t *testing.T) {
	cfg := config.Temporal{Address: *record, Namespace: "default"}
	w := newWorld()
	w.populate(12)
	b := newBench(t, w, func(c *Config) {
		c.Temporal = cfg
		c.Source.Attempts = 1
		c.Crawl.PagesPerFetch = 1
	})
	w.fault = func(root string, n int) string {
		// The clock asks once; then the source is down for three activities.
		if root == "Lots" && n > 3 && n <= 6 {
			return `{"errors":[{"message":"no shards"}]}`
		}
		return ""
	}
	limited, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	temporal := b.serving(t, limited)
	opened, err := b.openBatch(limited, b.cfg.Dataset)
	if err != nil {
		t.Fatal(err)
	}
	// A batch number of its own keeps a second recording on the same server apart.
	run, err := temporal.ExecuteWorkflow(limited, client.StartWorkflowOptions{
		ID: names.ExtractID(b.cfg.Dataset, opened.Number), TaskQueue: names.QueueExtractor,
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	}, names.Extract, &workflowv1.ExtractInput{Batch: b.message(opened)})
	if err != nil {
		t.Fatal(err)
	}
	for _, signal := range []string{names.SignalPause, names.SignalResume} {
		if err := temporal.SignalWorkflow(limited, run.GetID(), run.GetRunID(), signal, nil); err != nil {
			t.Fatal(err)
		}
	}
	result := new(workflowv1.ExtractResult)
	if err := run.Get(limited, result); err != nil {
		t.Fatal(err)
	}
	if result.NewDocuments != 85 {
		t.Errorf("result %v", result)
	}
	flowtest.Save(t, temporal, run.GetID(), run.GetRunID(), "extract_v2")
	flowtest.Save(t, temporal, names.CrawlID(b.cfg.Dataset, opened.Number, source.Lots), "", "crawl_v2")
}
