package publisher

import (
	"context"
	"flag"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/flow"
	"github.com/kzocds/kzocds/platform/flow/flowtest"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	names "github.com/kzocds/kzocds/proto/workflow"
)

var record = flag.String("record", "", "address of a Temporal server that nothing else uses: run publications on it and store their histories in testdata")

// Every stored history replays: a change of the workflows that would break
// publications under way fails here.
func TestStoredHistoriesReplay(t *testing.T) {
	t.Parallel()
	if *record != "" {
		recordHistories(t)
	}
	flowtest.Replay(t, registerWorkflows)
}

// recordHistories runs the whole service on a real Temporal, with the other
// services played by the test: a first publication, one that brings a change,
// one that brings nothing, and one that the gate stops; then what schedules and
// operators start.
func recordHistories(t *testing.T) {
	f := newFixture(t, withDeltas)
	log := slog.New(slog.DiscardHandler)
	c, err := flow.Dial(t.Context(), config.Temporal{Address: *record, Namespace: "default"}, log, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	cfg := f.cfg
	cfg.Temporal.Namespace = "default"
	service, err := New(cfg, Deps{Pool: f.pool, Bus: f.conn, Temporal: c, Bucket: f.memory, Log: log, Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()

	var batch int64
	now := counts(0)
	var sequence uint64
	f.play(c, names.QueueExtractor, func(w worker.Worker) {
		w.RegisterActivityWithOptions(func(_ context.Context, in *workflowv1.OpenBatchInput) (*workflowv1.Batch, error) {
			return &workflowv1.Batch{Number: batch, Source: in.Source}, nil
		}, activity.RegisterOptions{Name: names.OpenBatch})
		w.RegisterWorkflowWithOptions(func(_ workflow.Context, in *workflowv1.ExtractInput) (*workflowv1.ExtractResult, error) {
			return &workflowv1.ExtractResult{Batch: in.Batch, SourceProcesses: now.Source, StoredProcesses: now.Stored}, nil
		}, workflow.RegisterOptions{Name: names.Extract})
	})
	f.play(c, names.QueueTransformer, func(w worker.Worker) {
		w.RegisterWorkflowWithOptions(func(workflow.Context, *workflowv1.TransformInput) (*workflowv1.TransformResult, error) {
			return &workflowv1.TransformResult{Batch: batch, Transformed: now.Transformed, OcdsSequence: sequence}, nil
		}, workflow.RegisterOptions{Name: names.Transform})
	})
	f.play(c, names.QueueAnalytics, func(w worker.Worker) {
		w.RegisterActivityWithOptions(func(_ context.Context, in *workflowv1.LoadInput) (*workflowv1.LoadResult, error) {
			return &workflowv1.LoadResult{SnapshotId: in.SnapshotId, Processes: now.Transformed}, nil
		}, activity.RegisterOptions{Name: names.LoadSnapshot})
	})

	for i, step := range []struct {
		name   string
		change func()
		passes bool
	}{
		{"first", func() {
			now = counts(3)
			for n := range 3 {
				sequence = f.announce(f.transform(n, 0))
			}
		}, true},
		{"change", func() { sequence = f.announce(f.transform(1, 1)) }, true},
		{"nothing", func() {}, true},
		{"gate", func() { now.Source++; sequence = f.announce(f.transform(2, 1)) }, false},
	} {
		batch = int64(i + 1)
		step.change()
		run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
			ID: names.PublicationID("goszakup") + "-" + step.name + "-" + time.Now().Format("150405"), TaskQueue: names.QueuePublisher,
		}, names.Publication, &workflowv1.PublicationInput{Source: "goszakup"})
		if err != nil {
			t.Fatal(err)
		}
		var out workflowv1.PublicationResult
		err = run.Get(t.Context(), &out)
		if (err == nil) != step.passes {
			t.Fatalf("%s: %v, %v", step.name, &out, err)
		}
		if err != nil && !strings.Contains(err.Error(), "stages-equal") {
			t.Errorf("%s: %v", step.name, err)
		}
		flowtest.Save(t, c, run.GetID(), run.GetRunID(), "publication_"+step.name+"_v1")
		flowtest.Save(t, c, names.PublishID("goszakup", batch), "", "publish_"+step.name+"_v1")
	}
	f.recordActs(t, c)
}

// recordActs folds deltas, collects, and carries out acts of an operator: those
// that have an effect, that have none, and that are refused.
func (f *fixture) recordActs(t *testing.T, c client.Client) {
	current := f.manifestOf("").ID
	previous, err := f.store.Snapshots(t.Context())
	must(t, err)
	for _, act := range []struct {
		name, workflow string
		in             any
		refused        bool
	}{
		{"compact_deltas", names.Compact, &workflowv1.CompactInput{}, false},
		{"compact_nothing", names.Compact, &workflowv1.CompactInput{}, false},
		{"collect", names.Collect, &workflowv1.CollectInput{}, false},
		{"operate_cite", names.Operate, &workflowv1.OperateInput{Act: names.ActCite, SnapshotId: current, Reason: "a report"}, false},
		{"operate_roll-back", names.Operate, &workflowv1.OperateInput{Act: names.ActRollBack, SnapshotId: previous[0].ID, Reason: "wrong figures"}, false},
		{"operate_refused", names.Operate, &workflowv1.OperateInput{Act: names.ActRollBack, SnapshotId: strings.Repeat("ab", 32), Reason: "no such snapshot"}, true},
		{"operate_release", names.Operate, &workflowv1.OperateInput{Act: names.ActRelease}, false},
	} {
		run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "record-" + act.name + "-" + time.Now().Format("150405"), TaskQueue: names.QueuePublisher}, act.workflow, act.in)
		must(t, err)
		if err := run.Get(t.Context(), nil); (err != nil) != act.refused {
			t.Fatalf("%s: %v", act.name, err)
		}
		flowtest.Save(t, c, run.GetID(), run.GetRunID(), act.name+"_v1")
	}
}

// play runs a worker of another service for the length of the test.
func (f *fixture) play(c client.Client, queue string, register func(worker.Worker)) {
	f.t.Helper()
	w := worker.New(c, queue, worker.Options{})
	register(w)
	if err := w.Start(); err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(w.Stop)
}
