// Package historytest reads processes that are written down for tests, as the
// documents of the portal with what is made of them, and holds the one against the
// other.
package historytest

import (
	"bytes"
	"encoding/json"
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
	"github.com/kzocds/kzocds/transformer/publication"
)

// Key makes the pseudonyms of the processes that are written down.
var Key = privacy.Key("test key of sixteen bytes or more")

// Process is one that is written down: its documents, batch by batch.
type Process struct {
	Note     string      `json:"note"`
	Key      process.Key `json:"key"`
	Own      []Document  `json:"own"`
	Related  []Document  `json:"related"`
	Subjects []Document  `json:"subjects"`
}

// Document is a version of one as the portal gives it.
type Document struct {
	Entity    source.Entity   `json:"entity"`
	ID        string          `json:"id"`
	Batch     int64           `json:"batch"` // 1 when absent
	ChangedAt time.Time       `json:"changedAt"`
	Deleted   bool            `json:"deleted"`
	Body      json.RawMessage `json:"body"`
}

// Read reads the files of a pattern, by name: that of the file without ending, or
// of its folder where all files have one name.
func Read(t testing.TB, pattern string) map[string]Process {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no processes are written down in %s: %v", pattern, err)
	}
	all := map[string]Process{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var p Process
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&p); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if !strings.Contains(filepath.Base(pattern), "*") {
			name = filepath.Base(filepath.Dir(file))
		}
		all[name] = p
	}
	return all
}

// Guard is the boundary that the documents cross.
func Guard(t testing.TB) *privacy.Guard {
	t.Helper()
	guard, err := privacy.NewGuard(Key)
	if err != nil {
		t.Fatal(err)
	}
	return guard
}

// Input lets the documents of a process through the boundary, as the service does.
func (p Process) Input(t testing.TB) history.Input {
	t.Helper()
	return history.Input{Key: p.Key, Own: versions(t, p.Own), Related: versions(t, p.Related), Subjects: versions(t, p.Subjects)}
}

func versions(t testing.TB, documents []Document) []history.Version {
	t.Helper()
	guard := Guard(t)
	var all []history.Version
	for _, d := range documents {
		clean := func(body []byte) (map[string]any, error) { return guard.Clean(d.Entity, body) }
		if d.Entity == source.OCDSRelease {
			clean = publication.Boundary{Key: Key}.Clean
		}
		document := mapping.Document{Entity: d.Entity, ID: d.ID, Deleted: d.Deleted}
		body, err := clean(d.Body)
		document.Body = body
		if err != nil {
			document.Fault = err.Error()
		}
		all = append(all, history.Version{Document: document, Batch: max(d.Batch, 1), ChangedAt: d.ChangedAt, Hash: d.Body})
	}
	return all
}

// mapper maps with the defaults.
type mapper struct{}

func (mapper) Map(state mapping.State) (mapping.Object, []mapping.Finding) {
	return mapping.Map(mapping.Default(), state)
}

// Builder tells histories as the service does, with the defaults.
func Builder(t testing.TB) *history.Builder {
	t.Helper()
	rules, err := standard.New()
	if err != nil {
		t.Fatal(err)
	}
	return &history.Builder{
		Config: mapping.Default(), Merger: rules, Validator: rules,
		Mapper: publication.Supplement{Mapper: mapper{}, OCIDPrefix: mapping.Default().OCIDPrefix},
	}
}

// Told is what is made of a process.
type Told struct {
	Releases   []json.RawMessage `json:"releases"`
	Compiled   json.RawMessage   `json:"compiled,omitempty"`
	Quarantine []mapping.Finding `json:"quarantine,omitempty"`
	Findings   []mapping.Finding `json:"findings,omitempty"`
}

// Compare holds what is made of a process against a file, or writes the file.
func Compare(t *testing.T, file string, result history.Result, compiled, update bool) {
	t.Helper()
	out := Told{Quarantine: result.Quarantine, Findings: result.Findings}
	for _, r := range result.Releases {
		out.Releases = append(out.Releases, r.Body)
	}
	if compiled && len(out.Releases) != 1 { // else it says the same
		out.Compiled = result.State.Compiled
	}
	var got bytes.Buffer
	encoder := json.NewEncoder(&got)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(out); err != nil {
		t.Fatal(err)
	}
	if update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s says otherwise; review the difference and run the test with -update\n%s", file, Difference(string(want), got.String()))
	}
}

// Difference shows the first line in which two texts differ.
func Difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return "line " + w[i] + "\n  is " + g[i]
		}
	}
	return "one is longer"
}
