package transformer

import (
	"context"
	"flag"
	"fmt"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/flow"
	"github.com/kzocds/kzocds/platform/flow/flowtest"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/source"
	names "github.com/kzocds/kzocds/proto/workflow"
)

var record = flag.String("record", "", "address of a Temporal server that nothing else uses: run a batch on it and store its history in testdata")

// TestStoredHistoriesReplay: workflows that run when a new version is installed
// go on with it. A change that breaks a stored history needs workflow.GetVersion;
// the history is recorded anew only under a new number.
func TestStoredHistoriesReplay(t *testing.T) {
	if *record != "" {
		recordHistory(t)
	}
	flowtest.Replay(t, registerWorkflows)
}

// recordHistory runs the whole service on a running Temporal: a batch of three
// shards, with a pause.
func recordHistory(t *testing.T) {
	cfg := config.Temporal{Address: *record, Namespace: "default"}
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
	flowtest.Save(t, temporal, run.GetID(), run.GetRunID(), "transform_v1")
}
