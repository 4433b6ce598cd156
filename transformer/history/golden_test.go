package history_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/history"
	"github.com/kzocds/kzocds/transformer/internal/standard"
	"github.com/kzocds/kzocds/transformer/mapping"
	"github.com/kzocds/kzocds/transformer/privacy"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample is a case of testdata/cases: the documents of one process.
type sample struct {
	Note     string        `json:"note"`
	Key      process.Key   `json:"key"`
	Own      []sampleEntry `json:"own"`
	Related  []sampleEntry `json:"related"`
	Subjects []sampleEntry `json:"subjects"`
}

type sampleEntry struct {
	Entity    source.Entity   `json:"entity"`
	ID        string          `json:"id"`
	Batch     int64           `json:"batch"`
	ChangedAt time.Time       `json:"changedAt"`
	Deleted   bool            `json:"deleted"`
	Body      json.RawMessage `json:"body"`
}

func (s sample) input(t testing.TB) history.Input {
	t.Helper()
	return history.Input{Key: s.Key, Own: versions(t, s.Own), Related: versions(t, s.Related), Subjects: versions(t, s.Subjects)}
}

func versions(t testing.TB, entries []sampleEntry) []history.Version {
	t.Helper()
	guard := newGuard(t)
	var out []history.Version
	for _, e := range entries {
		body, err := guard.Clean(e.Entity, e.Body)
		document := mapping.Document{Entity: e.Entity, ID: e.ID, Deleted: e.Deleted, Body: body}
		if err != nil {
			document.Fault = err.Error()
		}
		batch := e.Batch
		if batch == 0 {
			batch = 1
		}
		out = append(out, history.Version{Document: document, Batch: batch, ChangedAt: e.ChangedAt, Hash: []byte(e.Body)})
	}
	return out
}

func newGuard(t testing.TB) *privacy.Guard {
	t.Helper()
	guard, err := privacy.NewGuard(privacy.Key("test key of sixteen bytes or more"))
	if err != nil {
		t.Fatal(err)
	}
	return guard
}

func newBuilder(t testing.TB) *history.Builder {
	t.Helper()
	s, err := standard.New()
	if err != nil {
		t.Fatal(err)
	}
	return &history.Builder{Config: mapping.Default(), Merger: s, Validator: s}
}

func samples(t testing.TB) map[string]sample {
	t.Helper()
	files, err := filepath.Glob("testdata/cases/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	out := map[string]sample{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var s sample
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&s); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		out[strings.TrimSuffix(filepath.Base(file), ".json")] = s
	}
	return out
}

// outcome is what a golden file shows.
type outcome struct {
	Releases   []json.RawMessage `json:"releases"`
	Compiled   json.RawMessage   `json:"compiled,omitempty"`
	Quarantine []mapping.Finding `json:"quarantine,omitempty"`
	Findings   []mapping.Finding `json:"findings,omitempty"`
}

func TestCasesMakeTheirExpectedReleases(t *testing.T) {
	t.Parallel()
	builder := newBuilder(t)
	for name, s := range samples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := builder.Build(s.input(t))
			if err != nil {
				t.Fatal(err)
			}
			o := outcome{Quarantine: result.Quarantine, Findings: result.Findings, Compiled: result.State.Compiled}
			for _, r := range result.Releases {
				o.Releases = append(o.Releases, r.Body)
			}
			if len(o.Releases) == 1 {
				o.Compiled = nil // it says the same
			}
			var got bytes.Buffer
			encoder := json.NewEncoder(&got)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", "  ")
			if err := encoder.Encode(o); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", "expected", name+".json")
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%s differs from its golden file; review the difference and run the test with -update\n%s", name, firstDifference(want, got.Bytes()))
			}
		})
	}
}

func firstDifference(want, got []byte) string {
	w, g := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return "line " + w[i] + "\n  is " + g[i]
		}
	}
	return "one is longer"
}
