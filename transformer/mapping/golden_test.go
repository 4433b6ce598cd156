package mapping_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/ocds/schema"
	"github.com/kzocds/kzocds/ocds/validate"
	"github.com/kzocds/kzocds/proto/extension"
	"github.com/kzocds/kzocds/transformer/history"
	"github.com/kzocds/kzocds/transformer/history/historytest"
	"github.com/kzocds/kzocds/transformer/mapping"
)

// stories are the folders of golden.
func stories(t testing.TB) map[string]historytest.Process {
	return historytest.Read(t, "golden/*/source.json")
}

// TestStories holds every folder of golden against what the transformation makes
// of it. After a change of the mapping, run it with -update and read the
// difference.
func TestStories(t *testing.T) {
	t.Parallel()
	b := historytest.Builder(t)
	for name, s := range stories(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := b.Build(s.Input(t))
			if err != nil {
				t.Fatal(err)
			}
			historytest.Compare(t, filepath.Join("golden", name, "releases.json"), result, false, *mapping.Update)
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
	b := historytest.Builder(t)
	for name, s := range stories(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := b.Build(s.Input(t))
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
			in := s.Input(t)
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
					t.Fatalf("another order makes another release\n%s", historytest.Difference(string(want), string(got)))
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
