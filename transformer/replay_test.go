package transformer

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
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
		recordHistory(t)
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
			registerWorkflows(replayer)
			if err := replayer.ReplayWorkflowHistoryFromJSONFile(silent{}, file); err != nil {
				t.Error(err)
			}
		})
	}
}

// recordHistory runs the whole service on a running Temporal: a batch of three
// shards, with a pause.
func recordHistory(t *testing.T) {
	cfg := config.DefaultTemporal()
	if address := os.Getenv("TEMPORAL_ADDRESS"); address != "" {
		cfg.Address = address
	}
	limited, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	w := newWorld(t)
	temporal, err := flow.Dial(limited, cfg, w.service.log, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer temporal.Close()
	if err := flow.EnsureSearchAttributes(limited, temporal, cfg.Namespace, names.SearchAttributes()); err != nil {
		t.Fatal(err)
	}
	w.service.temporal = temporal
	// A batch number of its own keeps a second recording on the same server apart.
	batch := time.Now().Unix()
	for i := range 2*processesPerShard + 20 {
		w.store(batch, source.TrdBuy, fmt.Sprint(10000+i), processKey(10000+i), day, announcement(10000+i, 210, "Мел"))
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.service.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the service ended with %v", err)
		}
	}()
	run, err := temporal.ExecuteWorkflow(limited, client.StartWorkflowOptions{
		ID: names.TransformID("goszakup", batch), TaskQueue: names.QueueTransformer,
	}, names.Transform, &workflowv1.TransformInput{Batch: &workflowv1.Batch{Number: batch, Source: "goszakup"}, SourceSequence: w.lastSeq})
	if err != nil {
		t.Fatal(err)
	}
	for _, signal := range []string{names.SignalPause, names.SignalResume} {
		if err := temporal.SignalWorkflow(limited, run.GetID(), run.GetRunID(), signal, nil); err != nil {
			t.Fatal(err)
		}
	}
	var out workflowv1.TransformResult
	if err := run.Get(limited, &out); err != nil {
		t.Fatal(err)
	}
	if out.Transformed != 2*processesPerShard+20 {
		t.Errorf("result %v", &out)
	}
	save(t, limited, temporal, run.GetID(), "testdata/history_transform_v1.json")
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
	text = regexp.MustCompile(`("identity":\s*)"[^"]*"`).ReplaceAll(text, []byte(`$1"transformer"`))
	if err := errors.Join(err, os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, append(text, '\n'), 0o644)); err != nil {
		t.Fatal(err)
	}
}
