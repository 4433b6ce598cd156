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

// recordHistory runs whole services on a running Temporal: a batch of three
// shards, with a pause; another mapping beside it, compared twice and adopted; a
// retry of what is in quarantine.
func recordHistory(t *testing.T) {
	cfg := config.Temporal{Address: *record, Namespace: "default"}
	limited, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
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
	// A batch number of its own keeps a second recording on the same server apart.
	batch := time.Now().Unix()
	for i := range 2*processesPerShard + 20 {
		w.store(batch, source.TrdBuy, fmt.Sprint(10000+i), processKey(10000+i), day, announcement(10000+i, 210, "Мел"))
	}
	w.store(batch, source.TrdBuy, "9000", "t9000", day, `{"id":9000}`)
	w.serve(w.service, temporal)
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
	if out.Transformed != 2*processesPerShard+20 || out.Quarantined != 1 {
		t.Errorf("result %v", &out)
	}
	flowtest.Save(t, temporal, run.GetID(), run.GetRunID(), "transform_v1")

	candidate := w.at(func(c *Config) { c.PortalURL = fmt.Sprintf("https://%d.test", batch) })
	w.serve(candidate, temporal)
	id := names.RemapID(candidate.mapping.Version)
	for _, name := range []string{names.UpdateCompare, names.UpdateAdopt} {
		w.tell(limited, temporal, id, name)
	}
	var remapped workflowv1.RemapResult
	if err := temporal.GetWorkflow(limited, id, "").Get(limited, &remapped); err != nil {
		t.Fatal(err)
	}
	if remapped.Decision != "adopted" || remapped.Comparison.Changed != 2*processesPerShard+20 {
		t.Errorf("result %v", &remapped)
	}
	flowtest.Save(t, temporal, id, "", "remap_v1")

	if run, err = temporal.ExecuteWorkflow(limited, client.StartWorkflowOptions{ID: names.RetryID(fmt.Sprint(batch)), TaskQueue: names.QueueTransformer},
		names.RetryQuarantine, &workflowv1.RetryInput{Rule: "source.key.missing"}); err != nil {
		t.Fatal(err)
	}
	var retried workflowv1.RetryResult
	if err := run.Get(limited, &retried); err != nil || retried.Processes != 1 || retried.Quarantined != 1 {
		t.Errorf("result %v, %v", &retried, err)
	}
	flowtest.Save(t, temporal, run.GetID(), run.GetRunID(), "retry_v1")
}

// serve runs a whole service until the test ends.
func (w *world) serve(s *Service, temporal client.Client) {
	w.t.Helper()
	s.temporal = temporal
	ctx, stop := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	w.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			w.t.Errorf("the service ended with %v", err)
		}
	})
}

// tell sends an update as soon as the workflow takes it.
func (w *world) tell(ctx context.Context, temporal client.Client, id, name string) {
	w.t.Helper()
	for {
		handle, err := temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{WorkflowID: id, UpdateName: name, WaitForStage: client.WorkflowUpdateStageCompleted})
		if err == nil {
			err = handle.Get(ctx, nil)
		}
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			w.t.Fatalf("%s refuses %s: %v", id, name, err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
