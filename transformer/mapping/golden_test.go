package mapping_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kzocds/kzocds/ocds/schema"
	"github.com/kzocds/kzocds/ocds/validate"
	"github.com/kzocds/kzocds/proto/extension"
	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/history"
	"github.com/kzocds/kzocds/transformer/internal/standard"
	"github.com/kzocds/kzocds/transformer/mapping"
	"github.com/kzocds/kzocds/transformer/privacy"
	"github.com/kzocds/kzocds/transformer/publication"
)

// story is source.json of a folder of golden: the documents of one process,
// batch by batch.
type story struct {
	Note     string      `json:"note"`
	Key      process.Key `json:"key"`
	Own      []entry     `json:"own"`
	Related  []entry     `json:"related"`
	Subjects []entry     `json:"subjects"`
}

type entry struct {
	Entity    source.Entity   `json:"entity"`
	ID        string          `json:"id"`
	Batch     int64           `json:"batch"` // 1 when absent
	ChangedAt time.Time       `json:"changedAt"`
	Deleted   bool            `json:"deleted"`
	Body      json.RawMessage `json:"body"`
}

// told is releases.json of a folder: what the transformation makes of it.
type told struct {
	Releases   []json.RawMessage `json:"releases"`
	Quarantine []mapping.Finding `json:"quarantine,omitempty"`
	Findings   []mapping.Finding `json:"findings,omitempty"`
}

var key = privacy.Key("test key of sixteen bytes or more")

func stories(t testing.TB) map[string]story {
	t.Helper()
	files, err := filepath.Glob("golden/*/source.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	out := map[string]story{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var s story
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&s); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		out[filepath.Base(filepath.Dir(file))] = s
	}
	return out
}

// versions lets the documents of a story through the boundary, as the service
// does.
func versions(t testing.TB, entries []entry) []history.Version {
	t.Helper()
	guard, err := privacy.NewGuard(key)
	if err != nil {
		t.Fatal(err)
	}
	var out []history.Version
	for _, e := range entries {
		clean := func(body []byte) (map[string]any, error) { return guard.Clean(e.Entity, body) }
		if e.Entity == source.OCDSRelease {
			clean = publication.Boundary{Key: key}.Clean
		}
		document := mapping.Document{Entity: e.Entity, ID: e.ID, Deleted: e.Deleted}
		body, err := clean(e.Body)
		document.Body = body
		if err != nil {
			document.Fault = err.Error()
		}
		out = append(out, history.Version{Document: document, Batch: max(e.Batch, 1), ChangedAt: e.ChangedAt, Hash: e.Body})
	}
	return out
}

func (s story) input(t testing.TB) history.Input {
	t.Helper()
	return history.Input{Key: s.Key, Own: versions(t, s.Own), Related: versions(t, s.Related), Subjects: versions(t, s.Subjects)}
}

// mapper maps with the defaults.
type mapper struct{}

func (mapper) Map(state mapping.State) (mapping.Object, []mapping.Finding) {
	return mapping.Map(mapping.Default(), state)
}

func builder(t testing.TB) *history.Builder {
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

// TestStories holds every folder of golden against what the transformation makes
// of it. After a change of the mapping, run it with -update and read the
// difference.
func TestStories(t *testing.T) {
	t.Parallel()
	b := builder(t)
	for name, s := range stories(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := b.Build(s.input(t))
			if err != nil {
				t.Fatal(err)
			}
			out := told{Quarantine: result.Quarantine, Findings: result.Findings}
			for _, r := range result.Releases {
				out.Releases = append(out.Releases, r.Body)
			}
			var got bytes.Buffer
			encoder := json.NewEncoder(&got)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", " ")
			if err := encoder.Encode(out); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("golden", name, "releases.json")
			if *mapping.Update {
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
				t.Errorf("releases.json says otherwise\n%s", difference(string(want), got.String()))
			}
		})
	}
}

// TestTheListOfStories holds golden/README.md against the folders.
func TestTheListOfStories(t *testing.T) {
	t.Parallel()
	all := stories(t)
	var page strings.Builder
	page.WriteString("# Golden stories\n\nOne folder is one process: `source.json` holds its documents, batch by batch, as the portal gives them (`note` says what the story is about), " +
		"`releases.json` what the transformation makes of them, with the findings. The numbers are invented and have right check digits, the names are invented.\n\n| Story | About |\n|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&page, "| [%s](%s/source.json) | %s |\n", name, name, all[name].Note)
	}
	mapping.Compare(t, filepath.Join("golden", "README.md"), page.String())
}

func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return "line " + w[i] + "\n  is " + g[i]
		}
	}
	return "one is longer"
}

// validator knows the standard with all extensions.
func validator(t testing.TB) *validate.Validator {
	t.Helper()
	var extensions []schema.Extension
	for _, registered := range extension.Registered() {
		e, known := schema.ByURL(registered.URL)
		if !known {
			t.Fatalf("extension %s is not embedded", registered.URL)
		}
		extensions = append(extensions, e)
	}
	local, err := schema.Read(extension.Files())
	if err != nil {
		t.Fatal(err)
	}
	validator, err := validate.New(validate.Options{Extensions: append(extensions, local)})
	if err != nil {
		t.Fatal(err)
	}
	return validator
}

// TestStoriesAreValid holds every release of the stories, and what they compile
// to, against the standard with all extensions: no error, and no field that no
// schema describes.
func TestStoriesAreValid(t *testing.T) {
	t.Parallel()
	validator := validator(t)
	b := builder(t)
	for name, s := range stories(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := b.Build(s.input(t))
			if err != nil {
				t.Fatal(err)
			}
			if len(result.Releases) == 0 || len(result.Quarantine) > 0 {
				t.Errorf("%d releases; quarantine %+v", len(result.Releases), result.Quarantine)
			}
			// Merging leaves an empty object where all members of one were removed.
			found := slices.DeleteFunc(validator.Compiled(result.State.Compiled), func(f validate.Finding) bool { return f.Rule == "empty-field" })
			for _, r := range result.Releases {
				found = append(found, validator.Release(r.Body)...)
			}
			for _, f := range found {
				if f.Severity != validate.Info {
					t.Errorf("%s at %s: %s", f.Rule, f.Pointer, f.Message)
				}
			}
		})
	}
}

// TestTheOrderOfDocumentsOfStoriesDoesNotMatter maps the last state of every
// story with its documents in random orders.
func TestTheOrderOfDocumentsOfStoriesDoesNotMatter(t *testing.T) {
	t.Parallel()
	for name, s := range stories(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := s.input(t)
			newest := map[string]mapping.Document{}
			for _, v := range in.Own {
				newest[string(v.Entity)+"/"+v.ID] = v.Document
			}
			state := mapping.State{Key: s.Key, Own: slices.Collect(maps.Values(newest)), Related: documents(in.Related), Subjects: documents(in.Subjects)}
			var want []byte
			random := rand.New(rand.NewPCG(1, 2))
			for i := range 8 {
				for _, list := range [][]mapping.Document{state.Own, state.Related, state.Subjects} {
					random.Shuffle(len(list), func(a, b int) { list[a], list[b] = list[b], list[a] })
				}
				release, findings := mapping.Map(mapping.Default(), state)
				text, err := json.Marshal(findings)
				if err != nil {
					t.Fatal(err)
				}
				got := append(mapping.AppendJSON(nil, release), text...)
				if i > 0 && !bytes.Equal(got, want) {
					t.Fatalf("another order makes another release\n%s", difference(string(want), string(got)))
				}
				want = got
			}
		})
	}
}

func documents(versions []history.Version) []mapping.Document {
	var out []mapping.Document
	for _, v := range versions {
		out = append(out, v.Document)
	}
	return out
}
