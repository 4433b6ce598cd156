package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/ocds/internal/corpus"
)

// command runs ocds in-process.
func command(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// releases of three processes as a package.
func packaged(t *testing.T) string {
	t.Helper()
	var all []string
	for n := range uint64(3) {
		for _, r := range corpus.Process(1, n) {
			all = append(all, string(r))
		}
	}
	return `{"uri":"https://example.org/p.json","version":"1.1","publishedDate":"2026-01-01T00:00:00Z","publisher":{"name":"P"},` +
		`"extensions":["https://raw.githubusercontent.com/open-contracting-extensions/ocds_lots_extension/master/extension.json","https://raw.githubusercontent.com/open-contracting-extensions/ocds_bid_extension/master/extension.json"],` +
		`"releases":[` + strings.Join(all, ",\n") + `]}`
}

func TestTheJourneyOfTheReadme(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "packages"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "packages/a.json", packaged(t))
	// The commands as they stand in the README, in a folder with packages.
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, journey, _ := strings.Cut(string(readme), "```console\n")
	journey, _, _ = strings.Cut(journey, "```")
	steps := 0
	for line := range strings.Lines(journey) {
		line, _, _ = strings.Cut(line, "#")
		words, found := strings.CutPrefix(strings.TrimSpace(line), "$ ocds ")
		if !found {
			continue
		}
		steps++
		cmd := process(t, "", strings.Fields(words)...)
		cmd.Dir = dir
		if code, out, errs, _ := finish(t, cmd); code != exitDone {
			t.Fatalf("%s: exit code %d\n%s%s", line, code, out, errs)
		}
	}
	if steps != 3 {
		t.Fatalf("the README has %d steps", steps)
	}
	if code, _, errs := command(t, "", "flatten", dir+"/compiled.jsonl", "--parquet", dir+"/parquet", "--xlsx", dir+"/tables.xlsx"); code != exitDone {
		t.Fatalf("flatten: %d\n%s", code, errs)
	}
	text, err := os.ReadFile(dir + "/tables/releases.csv")
	if err != nil || bytes.Count(text, []byte("\r\n")) != 4 {
		t.Errorf("%v: %s", err, text)
	}
	for _, pattern := range []string{"/tables/.*", "/parquet/.*", "/.*"} {
		if left, _ := filepath.Glob(dir + pattern); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

func TestEveryVerbTeaches(t *testing.T) {
	t.Parallel()
	for _, v := range verbs {
		for _, args := range [][]string{{v.name, "--help"}, {"help", v.name}} {
			code, out, _ := command(t, "", args...)
			if code != exitDone || !strings.Contains(out, "Usage: ocds "+v.name) || !strings.Contains(out, "  ocds "+v.name) || !strings.Contains(out, "Exit codes") {
				t.Errorf("%v: %d\n%s", args, code, out)
			}
		}
		if code, _, errs := command(t, "", v.name, "--nonsense"); code != exitUsage || !strings.Contains(errs, "nonsense") {
			t.Errorf("%s --nonsense: %d %s", v.name, code, errs)
		}
	}
	if code, _, errs := command(t, "", "nonsense"); code != exitUsage || !strings.Contains(errs, "nonsense") {
		t.Errorf("%d %s", code, errs)
	}
}

func TestCompileIsTheSameHoweverTheInputComes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := write(t, dir, "p.json", packaged(t))
	code, want, errs := command(t, "", "compile", file)
	if code != exitDone || strings.Count(want, "\n") != 3 {
		t.Fatalf("%d %s\n%s", code, errs, want)
	}
	_, lines, _ := command(t, "", "unpackage", file)
	for name, c := range map[string]struct {
		stdin string
		args  []string
	}{
		"standard input": {packaged(t), nil},
		"one goroutine":  {"", []string{file, "--jobs", "1"}},
		"little memory":  {packaged(t), []string{"--memory", "10K"}},
		"JSON Lines":     {lines, []string{"--extensions", "lots,bids"}},
		"in other order": {reversed(lines), []string{"--extensions", "lots,bids"}},
	} {
		code, got, errs := command(t, c.stdin, append([]string{"compile"}, c.args...)...)
		if code != exitDone || got != want {
			t.Errorf("%s: %d %s\n%s\nwant\n%s", name, code, errs, got, want)
		}
	}
	code, records, errs := command(t, "", "compile", "--records", "--versioned", file)
	if code != exitDone {
		t.Fatalf("%d %s", code, errs)
	}
	if _, got, _ := command(t, records, "compile", "--extensions", "lots,bids"); got != want {
		t.Error("records compile to something else")
	}
	if _, got, _ := command(t, records, "unpackage", "--compiled"); got != want {
		t.Error("records hold something else")
	}
	_, linked, _ := command(t, "", "compile", "--linked", file)
	if !strings.Contains(linked, `"url":"https://example.org/p.json#`) {
		t.Error(linked)
	}
	if _, got, _ := command(t, linked, "compile"); got != want {
		t.Error("records with links do not give their compiled releases")
	}
	code, made, errs := command(t, records, "package", "--records", "--uri", "https://example.org/r", "--publisher", "P", "--published-date", "2026-01-01T00:00:00Z")
	if code != exitDone {
		t.Fatalf("%d %s", code, errs)
	}
	if code, out, errs := command(t, made, "validate", "--extensions", "lots,bids", "--severity", "warning"); code != exitDone {
		t.Errorf("%d %s%s", code, out, errs)
	}
	if _, got, _ := command(t, made, "unpackage"); got != records {
		t.Error("unpackage does not undo package")
	}
}

func reversed(lines string) string {
	parts := strings.Split(strings.TrimSpace(lines), "\n")
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return strings.Join(parts, "\n") + "\n"
}

func TestPackagesInSeries(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, lines, _ := command(t, packaged(t), "unpackage")
	code, _, errs := command(t, lines, "package", "--size", "4", "--uri", "https://example.org/%d", "--publisher", "P", "-o", dir+"/p-%d.json")
	files, _ := filepath.Glob(dir + "/*")
	if code != exitDone || len(files) != (strings.Count(lines, "\n")+3)/4 {
		t.Fatalf("%d %s: %v", code, errs, files)
	}
	if _, again, _ := command(t, "", "unpackage", dir); again != lines {
		t.Error("the series holds something else")
	}
	for _, args := range [][]string{{"--publisher", "P"}, {"--uri", "u"}, {"--uri", "u", "--publisher", "P", "--published-date", "today"}, {"--uri", "u", "--publisher", "P", "--size", "2"}} {
		if code, _, errs := command(t, lines, append([]string{"package"}, args...)...); code != exitUsage {
			t.Errorf("%v: %d %s", args, code, errs)
		}
	}
	if code, _, errs := command(t, "", "package", "--uri", "u", "--publisher", "P"); code == exitDone || !strings.Contains(errs, "at least one") {
		t.Errorf("%d %s", code, errs)
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	const good = `{"ocid":"ocds-a1b2c3-1","id":"1","date":"2020-01-01T00:00:00Z","tag":["tender"],"initiationType":"tender"}`
	for _, c := range []struct {
		name, in string
		where    string // what the message says about the place
		good     int    // lines that come out with --keep-going
	}{
		{"a truncated line", good + "\n" + `{"ocid":"ocds-a1b2c3-2","id":`, "standard input:2", 1},
		{"a truncated package", `{"releases":[` + good + `,{"ocid":`, "standard input:1", 1},
		{"no ocid", good + "\n" + `{"id":"7"}`, "standard input:2", 1},
		{"no date", good + "\n" + `{"ocid":"ocds-a1b2c3-2","id":"1"}` + "\n" + `{"ocid":"ocds-a1b2c3-2","id":"2"}`, "standard input:2", 1},
		{"bad JSON in a package", `{"releases":[` + good + `,{"ocid":"ocds-a1b2c3-2","x":tru}]}`, "/releases/1", 1},
		{"wrong encoding", "\xfe\xff\x00{", "UTF-16", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "out.jsonl")
			code, _, errs := command(t, c.in, "compile", "-o", out)
			if code != exitInput || !strings.Contains(errs, c.where) {
				t.Errorf("%d %s", code, errs)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("an output was written")
			}
			code, stdout, errs := command(t, c.in, "compile", "--keep-going", "--json-errors")
			if code != exitInput || strings.Count(stdout, "\n") != c.good {
				t.Errorf("--keep-going: %d %q", code, stdout)
			}
			for line := range strings.Lines(errs) {
				var m struct{ Level, Message string }
				if err := json.Unmarshal([]byte(line), &m); err != nil || m.Message == "" {
					t.Errorf("%v in %q", err, line)
				}
			}
		})
	}
	if code, _, errs := command(t, "", "compile", "/nonexistent/a.json"); code != exitInput || !strings.Contains(errs, "no such file") {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, errs := command(t, good, "compile", "-o", "/nonexistent/a.json"); code != exitFailed || !strings.Contains(errs, "/nonexistent") {
		t.Errorf("%d %s", code, errs)
	}
}

// The counts of lib-cove-ocds: what a package holds, and its different ocids.
func TestValidateSumsUp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := write(t, dir, "p.json", packaged(t))
	_, lines, _ := command(t, "", "unpackage", file)
	n := strings.Count(lines, "\n")
	want := fmt.Sprintf(`{"count":%d,"unique_ocids_count":3}`+"\n", n)
	if code, out, errs := command(t, "", "validate", "--severity", "error", "--summary", file); code != exitDone || out != want {
		t.Errorf("%d %s\n%s, want %s", code, errs, out, want)
	}
	// Several inputs are counted together; a release without ocid counts, its ocid does not.
	faulty := write(t, dir, "faulty.jsonl", `{"id":"1","date":"2026-01-01T00:00:00Z","tag":["tender"],"initiationType":"tender"}`+"\n")
	want = fmt.Sprintf(`{"count":%d,"unique_ocids_count":3}`+"\n", 2*n+1)
	code, out, errs := command(t, "", "validate", "--counts", "--severity", "error", "--summary", file, file, faulty)
	if code != exitFindings || !strings.HasSuffix(out, "\n"+want) {
		t.Errorf("%d %s\n%s, want %s", code, errs, out, want)
	}
	if code, _, errs := command(t, "", "validate", "--summary", "--dataset", file); code != exitUsage || !strings.Contains(errs, "--summary") {
		t.Errorf("%d %s", code, errs)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// The package names its extensions behind its releases.
	const fault = `{"releases":[{"ocid":"x","id":"1","date":"2020-01-01T00:00:00Z","tag":["tender"],"initiationType":"tender","bids":{"details":[{"id":"1"}]}}],"version":"1.1","uri":"https://example.org/p","publisher":{"name":"P"},"publishedDate":"now","extensions":["https://raw.githubusercontent.com/open-contracting-extensions/ocds_bid_extension/master/extension.json","https://example.org/unknown/extension.json"]}`
	file := write(t, dir, "p.json", fault)
	code, out, errs := command(t, "", "validate", file)
	var rules []string
	for line := range strings.Lines(out) {
		var f struct {
			File, Pointer, Rule, Message string
			Line                         int
		}
		if err := json.Unmarshal([]byte(line), &f); err != nil || f.File != file || f.Line != 1 || f.Message == "" {
			t.Errorf("%v %s", err, line)
		}
		rules = append(rules, f.Rule+" "+f.Pointer)
	}
	if got := strings.Join(rules, ","); code != exitFindings || got != "ocid-prefix /releases/0/ocid,format /publishedDate,unknown-extension /extensions/1" {
		t.Errorf("%d %s %s", code, got, errs)
	}
	if code, out, _ := command(t, "", "validate", "--counts", file); code != exitFindings || strings.Count(out, "\n") != 3 {
		t.Errorf("%d %s", code, out)
	}
	if code, out, _ := command(t, packaged(t), "validate", "--severity", "error"); code != exitDone || out != "" {
		t.Errorf("%d %s", code, out)
	}
	same := packaged(t)
	same = strings.Replace(same, `"releases":[`, `"releases":[`+string(corpus.Process(1, 0)[0])+`,`, 1)
	if code, out, _ := command(t, same, "validate", "--severity", "error"); code != exitFindings || !strings.Contains(out, "unique-items") {
		t.Errorf("%d %s", code, out)
	}
}

func TestOtherVerbs(t *testing.T) {
	t.Parallel()
	_, compiled, _ := command(t, packaged(t), "compile", "--quiet")
	if code, out, _ := command(t, compiled, "coverage"); code != exitDone || !strings.HasPrefix(out, `{"":3,"/":3,`) {
		t.Errorf("coverage: %d %s", code, out)
	}
	if code, out, _ := command(t, compiled, "indicators", "--map"); code != exitDone || !json.Valid([]byte(out)) || !strings.Contains(out, `"Maps"`) {
		t.Errorf("indicators: %d %s", code, out)
	}
	_, settings, _ := command(t, "", "indicators", "--print-settings")
	file := write(t, t.TempDir(), "settings.ini", settings)
	if code, _, errs := command(t, compiled, "indicators", "--settings", file); code != exitDone {
		t.Errorf("indicators: %d %s", code, errs)
	}
	if code, out, errs := command(t, compiled, "prepare", "--settings", file); code != exitDone || out != compiled {
		t.Errorf("prepare: %d %s", code, errs)
	}
	if code, out, _ := command(t, packaged(t), "detect"); code != exitDone || !strings.Contains(out, `"format":"release package","version":"1.1","values":"one"`) {
		t.Errorf("detect: %d %s", code, out)
	}
	if code, out, _ := command(t, compiled, "detect"); code != exitDone || !strings.Contains(out, `"format":"compiled release","values":"many"`) {
		t.Errorf("detect: %d %s", code, out)
	}
	const old = `{"ocid":"ocds-a1b2c3-1","id":"1","buyer":{"name":"B","identifier":{"scheme":"KZ-BIN","id":"7"},"address":{"locality":"A"}},"awards":[{"id":"1","amendment":{"rationale":"r"},"suppliers":[{"name":"B","identifier":{"scheme":"KZ-BIN","id":"7"}}]}],"contracts":[{"id":"1","implementation":{"transactions":[{"id":"1","amount":{"amount":1},"providerOrganization":{"scheme":"KZ-BIN","id":"7","legalName":"B"}}]}}]}`
	const upgraded = `{"ocid":"ocds-a1b2c3-1","id":"1","buyer":{"name":"B","id":"KZ-BIN-7"},"awards":[{"id":"1","suppliers":[{"name":"B","id":"KZ-BIN-7"}],"amendments":[{"rationale":"r"}]}],"contracts":[{"id":"1","implementation":{"transactions":[{"id":"1","value":{"amount":1},"payer":{"name":"B","id":"KZ-BIN-7"}}]}}],"parties":[{"id":"KZ-BIN-7","name":"B","identifier":{"scheme":"KZ-BIN","id":"7"},"address":{"locality":"A"},"roles":["buyer","supplier","payer"]}]}`
	for in, want := range map[string]string{old: upgraded, upgraded: upgraded} {
		if code, out, errs := command(t, in, "upgrade"); code != exitDone || strings.TrimSpace(out) != want {
			t.Errorf("upgrade: %d %s\n%s\n%s", code, errs, out, want)
		}
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{"1": 1, "10K": 10 << 10, "64M": 64 << 20, "2G": 2 << 30, "3GiB": 3 << 30, "5MB": 5 << 20, "": -1, "x": -1, "0": -1, "-1K": -1, "99999999999G": -1} {
		var s size
		if err := s.Set(in); err != nil {
			s = -1
		}
		if int64(s) != want {
			t.Errorf("%q is %d, want %d", in, s, want)
		}
	}
}

func TestAnInterruptedRunLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var in strings.Builder
	for i := range 100 {
		fmt.Fprintf(&in, "{\"ocid\":\"%d\"}\n", i)
	}
	in.WriteString("}")
	if code, _, _ := command(t, in.String(), "unpackage", "-o", dir+"/out"); code != exitInput {
		t.Errorf("exit code %d", code)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAFolderStandsForTheDeclaredExtensionOfItsName(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "ocds_local_extension")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"extension.json":      `{"name":{"en":"Local"},"description":{"en":"Local"},"compatibility":["1.1"],"schemas":["release-schema.json"]}`,
		"release-schema.json": `{"properties":{"local":{"type":["string","null"]}}}`,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	in := `{"uri":"https://a.example/1","version":"1.1","publishedDate":"2026-01-01T00:00:00Z","publisher":{"name":"A"},"extensions":["https://a.example/ocds_local_extension/extension.json"],` +
		`"releases":[{"ocid":"ocds-213czf-1","id":"1","date":"2026-01-01T00:00:00Z","tag":["tender"],"initiationType":"tender","local":"x"}]}`
	for _, verb := range []string{"validate", "compile"} {
		if _, out, errs := command(t, in, verb, "--extensions", folder); strings.Contains(errs, "not known") || strings.Contains(out, "additional-field") {
			t.Errorf("%s with the folder: %s%s", verb, out, errs)
		}
		if _, out, errs := command(t, in, verb); !strings.Contains(out+errs, "not known") {
			t.Errorf("%s without the folder should warn: %s", verb, errs)
		}
	}
}

// Suppliers and tenderers of 1.0 have no ids: they are replaced as lists if every package of
// the process is of 1.0; what is of both versions is warned of.
func TestCompileFollowsTheVersionOfThePackages(t *testing.T) {
	t.Parallel()
	in := func(version, id, tenderers string) string {
		return `{"version":"` + version + `","releases":[{"ocid":"ocds-213czf-1","id":"` + id + `","date":"2020-01-0` + id + `T00:00:00Z","tag":["tender"],"tender":{"id":"1","tenderers":` + tenderers + `}}]}` + "\n"
	}
	first, second := `[{"name":"A"}]`, `[{"name":"A"},{"name":"B"}]`
	for _, c := range []struct{ versions, want, warned string }{
		{"1.0 1.0", `"tenderers":[{"name":"A"},{"name":"B"}]`, ""},
		{"1.1 1.1", `"tenderers":[{"name":"A"},{"name":"A"},{"name":"B"}]`, ""},
		{"1.0 1.1", `"tenderers":[{"name":"A"},{"name":"A"},{"name":"B"}]`, "mixed-versions"},
	} {
		versions := strings.Fields(c.versions)
		code, out, errs := command(t, in(versions[0], "1", first)+in(versions[1], "2", second), "compile", "--json-errors")
		if code != exitDone || !strings.Contains(out, c.want) || (errs != "") != (c.warned != "") || !strings.Contains(errs, c.warned) {
			t.Errorf("%s: exit code %d: %s%s", c.versions, code, out, errs)
		}
	}
	// The schema that is given decides.
	schema := write(t, t.TempDir(), "schema.json", `{"properties":{}}`)
	if _, out, errs := command(t, in("1.0", "1", first)+in("1.0", "2", second), "compile", "--schema", schema); !strings.Contains(out, `[{"name":"A"},{"name":"A"},{"name":"B"}]`) {
		t.Errorf("%s%s", out, errs)
	}
}

// The rules are those of all extensions that any package with a release of the process declares.
func TestCompileUnitesTheExtensionsOfThePackagesOfAProcess(t *testing.T) {
	t.Parallel()
	const declaring = `"extensions":["https://raw.githubusercontent.com/open-contracting-extensions/ocds_additionalContactPoints_extension/master/extension.json"],`
	pack := func(extensions string, n int, name string) string {
		return fmt.Sprintf(`{%s"releases":[{"ocid":"ocds-a1b2c3-1","id":"%d","date":"2020-01-0%dT00:00:00Z","parties":[{"id":"1","additionalContactPoints":[{"name":"%s"}]}]}]}`, extensions, n, n, name)
	}
	for extensions, want := range map[string]string{
		declaring: `"additionalContactPoints":[{"name":"b"}]`,
		"":        `"additionalContactPoints":[{"name":"a"},{"name":"b"}]`,
	} {
		for _, first := range []string{"", extensions} { // declared by the second package alone, or by both
			code, out, errs := command(t, pack(first, 1, "a")+"\n"+pack(extensions, 2, "b"), "compile")
			if code != exitDone || !strings.Contains(out, want) {
				t.Errorf("exit code %d: %s%s", code, out, errs)
			}
		}
	}
}
