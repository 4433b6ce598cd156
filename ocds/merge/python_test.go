package merge_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/kzocds/kzocds/ocds/merge"
)

// What ocdsmerge 0.8.0 gave for hostile processes: nulls and numbers in arrays of
// objects, ids 1, "1", 1.0, true and null, changes of type, dates of every kind. bench/reference.py
// made them; OCDSMERGE_CASES names a file with more of them.
func TestCompatGivesWhatThePythonReferenceGave(t *testing.T) {
	t.Parallel()
	name := "testdata/ocdsmerge.jsonl"
	if more := os.Getenv("OCDSMERGE_CASES"); more != "" {
		name = more
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	type result struct {
		Release    json.RawMessage
		Error      string
		Duplicates int
	}
	kinds := map[string][]merge.Kind{
		"InconsistentTypeError":   {merge.InconsistentType},
		"MissingDateKeyError":     {merge.MissingDate},
		"NullDateValueError":      {merge.NullDate},
		"NonStringDateValueError": {merge.NotStringDate},
		"TypeError":               {merge.InvalidID}, // an id that is an array or an object has no hash
	}
	m := merge.New(rules(t)).WithCompat(merge.Python)
	standard := merge.New(rules(t))
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	n, departures, continued := 0, 0, 0
	for ; lines.Scan(); n++ {
		var c struct {
			Releases                                                   []json.RawMessage
			Cut                                                        int
			Compiled, Versioned, CompiledContinued, VersionedContinued *result
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		var in [][]byte
		for _, r := range c.Releases {
			in = append(in, r)
		}
		check := func(what string, want *result, got []byte, warnings []merge.Warning, err error) {
			t.Helper()
			if want.Error != "" {
				var failed *merge.Error
				if !errors.As(err, &failed) || !slices.Contains(kinds[want.Error], failed.Kind) {
					t.Errorf("case %d, %s: got %v, want %s\n%s", n, what, err, want.Error, c.Releases)
				}
				return
			}
			if err != nil {
				t.Errorf("case %d, %s: %v\n%s", n, what, err, c.Releases)
				return
			}
			same(t, what, got, string(want.Release))
			warnings = slices.DeleteFunc(warnings, func(w merge.Warning) bool { return w.Rule != "duplicate-id" })
			if len(warnings) != want.Duplicates {
				t.Errorf("case %d, %s: %d duplicate ids, want %d: %v\n%s", n, what, len(warnings), want.Duplicates, warnings, c.Releases)
			}
		}
		for form, want := range map[merge.Form][2]*result{merge.Compiled: {c.Compiled, c.CompiledContinued}, merge.Versioned: {c.Versioned, c.VersionedContinued}} {
			got, warnings, err := m.Append(nil, form, in)
			check([]string{"compiled", "versioned"}[form], want[0], got, warnings, err)
			if other, _, otherwise := standard.Append(nil, form, in); err == nil && (otherwise != nil || string(other) != string(got)) {
				departures++
			}
			if want[1] == nil {
				continue
			}
			state, warnings, err := m.Append(nil, form, in[:c.Cut])
			if err == nil {
				continued++
				before := warnings
				state, warnings, err = m.AppendExtended(nil, form, state, in[c.Cut:])
				warnings = slices.Concat(before, warnings)
			}
			check("continued", want[1], state, warnings, err)
		}
		if t.Failed() {
			t.Fatalf("case %d: %s", n, lines.Bytes())
		}
	}
	if err := lines.Err(); err != nil || n < 100 || departures < 50 || continued < 50 {
		t.Fatalf("%d cases, %d where the standard says otherwise, %d continued: %v", n, departures, continued, err)
	}
}
