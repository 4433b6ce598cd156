package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var updateIndicators = flag.Bool("update-indicators", false, "write the golden files of ocds indicators and ocds prepare")

// golden compares with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name))
	if *updateIndicators {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\ngot  %s\nwant %s", name, got, want)
	}
}

func TestIndicatorsWritesWhatTheGoldenFilesSay(t *testing.T) {
	t.Parallel()
	const dir = "testdata/indicators/"
	for _, c := range []struct {
		golden string
		args   []string
	}{
		{"result.json", []string{"--settings", dir + "settings.ini", "--map"}},
		{"cardinal.json", []string{"--settings", dir + "settings.ini", "--map", "--compat", "cardinal"}},
		{"all.json", nil},
		{"flags.json", []string{"--no-meta"}},
	} {
		for _, jobs := range []string{"1", "4"} {
			code, out, errs := command(t, "", append([]string{"indicators", dir + "compiled.jsonl", "--jobs", jobs}, c.args...)...)
			if code != exitDone || errs != "" {
				t.Fatalf("%v: exit code %d: %s", c.args, code, errs)
			}
			golden(t, "indicators/"+c.golden, out)
		}
	}
}

func TestIndicatorsCountsToStandardError(t *testing.T) {
	t.Parallel()
	code, _, errs := command(t, "", "indicators", "--settings", "testdata/indicators/settings.ini", "--count", "testdata/indicators/compiled.jsonl")
	want := "Processes: 2, left out: 1 cancelled, 1 excluded\nOCID: 2\nBuyer: 0\nProcuringEntity: 0\nTenderer: 3\n"
	if code != exitDone || errs != want {
		t.Errorf("exit code %d:\n%s", code, errs)
	}
}

func TestIndicatorsReadsRecordsAndPackages(t *testing.T) {
	t.Parallel()
	release := `{"ocid":"ocds-213czf-1","tag":["compiled"],"tender":{"tenderPeriod":{"startDate":"2024-01-01T00:00:00Z","endDate":"2024-01-02T00:00:00Z"}}}`
	for name, text := range map[string]string{
		"a release": release,
		"a record":  `{"ocid":"ocds-213czf-1","releases":[{"id":"1","ocid":"ocds-213czf-1"}],"compiledRelease":` + release + `}`,
		"a package": `{"uri":"https://example.org","records":[{"ocid":"ocds-213czf-1","releases":[],"compiledRelease":` + release + `}]}`,
	} {
		code, out, errs := command(t, text, "indicators", "--no-meta")
		if want := `{"OCID":{"ocds-213czf-1":{"R003":1}}}` + "\n"; code != exitDone || out != want {
			t.Errorf("%s: exit code %d, %s%s", name, code, out, errs)
		}
	}
}

func TestIndicatorsExplainsFaults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	typo := write(t, dir, "typo.ini", "[R024]\ntreshold = 0.05\n")
	nothing := write(t, dir, "nothing.ini", "currency = KZT\n")
	for _, c := range []struct {
		name, stdin string
		args        []string
		code        int
		want        string
	}{
		{"a settings file with a typing error", "", []string{"--settings", typo}, exitUsage, "[R024] treshold is not known; did you mean threshold?"},
		{"a settings file without an indicator", "", []string{"--settings", nothing}, exitUsage, "no indicator has a section"},
		{"no settings file", "", []string{"--settings", typo + ".none"}, exitUsage, "no such file"},
		{"an unknown implementation", "", []string{"--compat", "pelican"}, exitUsage, "must be cardinal"},
		{"a release without ocid", "{\"id\":\"1\",\"tag\":[]}\n", nil, exitInput, "standard input:1: the release has no ocid"},
		{"a faulty line with --keep-going", "{\"ocid\":\"a\",\"tag\":[\"compiled\"]}\n{\"tag\":[\"compiled\"]}\n", []string{"--keep-going"}, exitInput, "standard input:2"},
		{"releases that are not compiled", "{\"ocid\":\"a\",\"tag\":[\"tender\"]}\n", nil, exitDone, "1 of 1 releases are tagged as parts of a process"},
	} {
		code, _, errs := command(t, c.stdin, append([]string{"indicators"}, c.args...)...)
		if code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit code %d: %s", c.name, code, errs)
		}
	}
}

func TestPrintedSettingsAreAccepted(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "settings.ini")
	if code, _, errs := command(t, "", "indicators", "--print-settings", "-o", file); code != exitDone {
		t.Fatal(errs)
	}
	code, printed, errs := command(t, "", "indicators", "--settings", file, "testdata/indicators/compiled.jsonl")
	if code != exitDone {
		t.Fatal(errs)
	}
	if _, without, _ := command(t, "", "indicators", "testdata/indicators/compiled.jsonl"); printed != without {
		t.Errorf("the printed settings give\n%swithout them\n%s", printed, without)
	}
}
