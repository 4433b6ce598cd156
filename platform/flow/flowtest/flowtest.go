// Package flowtest keeps workflow code deterministic: histories recorded on a
// real Temporal server lie in a service's testdata, and every one of them must
// replay with the present code.
package flowtest

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/kzocds/kzocds/platform/flow"
)

// Replay replays every testdata/history_*.json. Workflows that run when a new
// version is installed go on with it: a change that breaks a stored history
// needs workflow.GetVersion, and a further history under a new number.
func Replay(t *testing.T, register func(flow.Registry)) {
	t.Helper()
	files, err := filepath.Glob("testdata/history_*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no histories in testdata; record some with: go test -run TestStoredHistoriesReplay . -record 127.0.0.1:7233")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			replayer := worker.NewWorkflowReplayer()
			register(replayer)
			if err := replayer.ReplayWorkflowHistoryFromJSONFile(Silent{}, file); err != nil {
				t.Error(err)
			}
		})
	}
}

var identity = regexp.MustCompile(`("identity":\s*)"[^"]*"`)

// Save stores the history of a workflow as testdata/history_<name>.json,
// without the name of the machine that ran it.
func Save(t *testing.T, c client.Client, id, run, name string) {
	t.Helper()
	history := &historypb.History{}
	for events := c.GetWorkflowHistory(t.Context(), id, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); events.HasNext(); {
		event, err := events.Next()
		if err != nil {
			t.Fatal(err)
		}
		history.Events = append(history.Events, event)
	}
	text, err := protojson.MarshalOptions{Multiline: true, Indent: " "}.Marshal(history)
	if err != nil {
		t.Fatal(err)
	}
	text = identity.ReplaceAll(text, []byte(`$1"kzocds"`))
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("testdata", "history_"+name+".json"), append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Silent is a Temporal logger that says nothing.
type Silent struct{}

func (Silent) Debug(string, ...any) {}
func (Silent) Info(string, ...any)  {}
func (Silent) Warn(string, ...any)  {}
func (Silent) Error(string, ...any) {}
