package extractor

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/flow"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/source"
	names "github.com/kzocds/kzocds/proto/workflow"
)

var record = flag.Bool("record", false, "record testdata/history_*_v1.json anew on the Temporal at TEMPORAL_ADDRESS, which nothing else may use")

// TestStoredHistoriesReplay: workflows that run when a new version is installed
// go on with it. A change that breaks a stored history needs workflow.GetVersion;
// the history is recorded anew only under a new number.
func TestStoredHistoriesReplay(t *testing.T) {
	if *record {
		recordHistories(t)
	}
	files, err := filepath.Glob("testdata/history_*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no stored histories: record some with go test -run TestStoredHistoriesReplay -record")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			replayer := worker.NewWorkflowReplayer()
			replayer.RegisterWorkflowWithOptions(Extract, workflow.RegisterOptions{Name: names.Extract})
			replayer.RegisterWorkflowWithOptions(Crawl, workflow.RegisterOptions{Name: names.Crawl})
			if err := replayer.ReplayWorkflowHistoryFromJSONFile(nil, file); err != nil {
				t.Error(err)
			}
		})
	}
}

// recordHistories runs the whole service against a fake portal and a running
// Temporal: one batch with a source that is down for a while and a pause.
func recordHistories(t *testing.T) {
	cfg := config.DefaultTemporal()
	if address := os.Getenv("TEMPORAL_ADDRESS"); address != "" {
		cfg.Address = address
	}
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
	temporal, err := flow.Dial(limited, cfg, b.log, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer temporal.Close()
	service, err := New(b.cfg, Deps{Log: b.log, Pool: b.pool, Bus: b.conn, Temporal: temporal})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the service ended with %v", err)
		}
	}()

	opened, err := b.openBatch(limited, b.cfg.Dataset)
	if err != nil {
		t.Fatal(err)
	}
	// A batch number of its own keeps a second recording on the same server apart.
	run, err := temporal.ExecuteWorkflow(limited, client.StartWorkflowOptions{
		ID: names.ExtractID(b.cfg.Dataset, opened.Number), TaskQueue: names.QueueExtractor,
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	}, names.Extract, &workflowv1.ExtractInput{Batch: batchMessage(opened)})
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
	save(t, limited, temporal, run.GetID(), "testdata/history_extract_v1.json")
	save(t, limited, temporal, names.CrawlID(b.cfg.Dataset, opened.Number, source.Lots), "testdata/history_crawl_v1.json")
}

func save(t *testing.T, ctx context.Context, c client.Client, id, file string) {
	t.Helper()
	var history historypb.History
	for events := c.GetWorkflowHistory(ctx, id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); events.HasNext(); {
		event, err := events.Next()
		if err != nil {
			t.Fatal(err)
		}
		history.Events = append(history.Events, event)
	}
	text, err := protojson.MarshalOptions{Multiline: true, Indent: " "}.Marshal(&history)
	// Who ran it is of no interest, and is another machine for everybody.
	text = regexp.MustCompile(`("identity":\s*)"[^"]*"`).ReplaceAll(text, []byte(`$1"extractor"`))
	if err := errors.Join(err, os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, append(text, '\n'), 0o644)); err != nil {
		t.Fatal(err)
	}
}
