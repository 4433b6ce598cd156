package main

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/ocds"
)

// What Cardinal itself (ocdscardinal 0.0.8) made of random compiled releases; bench/reference.py stored it.
// CARDINAL_CASES names another folder that it made.
func cardinalCases() string {
	if dir := os.Getenv("CARDINAL_CASES"); dir != "" {
		return dir + "/"
	}
	return "testdata/cardinal/"
}

func decoded(t *testing.T, text []byte) (v map[string]any) {
	t.Helper()
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v in %.200s", err, text)
	}
	return v
}

func stored(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(cardinalCases() + name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestCoverageCountsWhatCardinalCounts(t *testing.T) {
	t.Parallel()
	code, out, errs := command(t, "", "coverage", cardinalCases()+"compiled.jsonl")
	if code != exitDone || !reflect.DeepEqual(decoded(t, []byte(out)), decoded(t, stored(t, "coverage.json"))) {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
}

func TestPrepareMakesWhatCardinalMakes(t *testing.T) {
	t.Parallel()
	issues := t.TempDir() + "/issues.csv"
	code, out, errs := command(t, "", "prepare", "--settings", cardinalCases()+"prepare.ini", "--issues", issues, cardinalCases()+"compiled.jsonl")
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	got, want := strings.Split(out, "\n"), strings.Split(string(stored(t, "prepared.jsonl")), "\n")
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d", len(got), len(want))
	}
	for i := range want[:len(want)-1] {
		a, errA := ocds.Parse([]byte(got[i]))
		b, errB := ocds.Parse([]byte(want[i]))
		if errA != nil || errB != nil || !ocds.Equal(sortedRoles(t, a), sortedRoles(t, b)) {
			t.Errorf("line %d:\ngot  %s\nwant %s", i+1, got[i], want[i])
		}
	}
	text, err := os.ReadFile(issues)
	if err != nil {
		t.Fatal(err)
	}
	// Ours have a header and the name of the file behind.
	var rows []string
	for row := range strings.Lines(string(text)) {
		if !strings.Contains(row, ",occupied,") { // of auctions that cannot be moved Cardinal says nothing
			rows = append(rows, row[:strings.LastIndexByte(row, ',')])
		}
	}
	if theirs := strings.Split(strings.TrimSpace(string(stored(t, "issues.csv"))), "\n"); !slices.Equal(rows[1:], theirs) {
		t.Errorf("issues\ngot  %q\nwant %q", rows[1:], theirs)
	}
}

// sortedRoles is a release in which the roles of parties are sorted: to Cardinal they have no order.
func sortedRoles(t *testing.T, v ocds.Value) ocds.Value {
	t.Helper()
	var release map[string]any
	if err := json.Unmarshal(v.AppendTo(nil), &release); err != nil {
		t.Fatal(err)
	}
	parties, _ := release["parties"].([]any)
	for _, p := range parties {
		if roles, ok := p.(map[string]any)["roles"].([]any); ok {
			slices.SortFunc(roles, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		}
	}
	text, err := json.Marshal(release)
	if err != nil {
		t.Fatal(err)
	}
	sorted, err := ocds.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return sorted
}

func TestIndicatorsFlagsWhatCardinalFlags(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"fences", "thresholds"} {
		code, out, errs := command(t, "", "indicators", "--compat", "cardinal", "--map", "--settings", cardinalCases()+name+".ini", cardinalCases()+"prepared.jsonl")
		if code != exitDone {
			t.Fatalf("exit code %d: %s", code, errs)
		}
		got, want := decoded(t, []byte(out)), decoded(t, stored(t, name+".json"))
		// Where there was nothing to take quartiles of, Cardinal writes null.
		meta, _ := want["Meta"].(map[string]any)
		for code, numbers := range meta {
			if !slices.ContainsFunc(slices.Collect(maps.Values(numbers.(map[string]any))), func(n any) bool { return n != nil }) {
				delete(meta, code)
			}
		}
		for group, flags := range want {
			if !reflect.DeepEqual(got[group], flags) {
				t.Errorf("%s, %s:\ngot  %v\nwant %v", name, group, got[group], flags)
			}
		}
		if len(got) != len(want) || len(want) < 4 {
			t.Errorf("%s: groups %v", name, out)
		}
	}
}
