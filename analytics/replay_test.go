package analytics

import (
	"flag"
	"log/slog"
	"testing"

	"go.temporal.io/sdk/client"

	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/flow"
	"github.com/kzocds/kzocds/platform/flow/flowtest"
	names "github.com/kzocds/kzocds/proto/workflow"
)

var recordAt = flag.String("record", "", "address of the Temporal of a running system: make the forms there and store the history in testdata")

// Every stored history replays: a change of the workflow that would break forms
// under way fails here.
func TestStoredHistoriesReplay(t *testing.T) {
	t.Parallel()
	if *recordAt != "" {
		recordHistory(t)
	}
	flowtest.Replay(t, registerWorkflows)
}

// recordHistory runs the workflow twice: the first makes what is due, the second
// finds nothing to do.
func recordHistory(t *testing.T) {
	cfg := config.DefaultTemporal()
	cfg.Address = *recordAt
	c, err := flow.Dial(t.Context(), cfg, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, name := range []string{"forms_v1", "forms_nothing_v1"} {
		run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "recorded-" + name, TaskQueue: names.QueueAnalytics}, names.MakeForms)
		if err != nil {
			t.Fatal(err)
		}
		var made int
		if err := run.Get(t.Context(), &made); err != nil {
			t.Fatal(err)
		}
		if (made == 0) != (name == "forms_nothing_v1") {
			t.Errorf("%s made %d editions", name, made)
		}
		flowtest.Save(t, c, run.GetID(), run.GetRunID(), name)
	}
}
