package publisher

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/publisher/snapshot"
)

// What a tool reads in a download.
type facts struct {
	Processes  int      `json:"processes"`
	Titles     []string `json:"titles"`
	Lots       int      `json:"lots"`
	ValueMinor int64    `json:"valueMinor"` // of all lots
}

// readersPython is where `make readers` installs the tools; without it, python3
// may have some of them.
const readersPython = "../.cache/readers/bin/python"

// hardTitle has what readers of CSV stumble over, and letters that are Kazakh's alone.
const hardTitle = "«Қағаз», \"A4\"; екі\nжол, \\ және үтір"

// Programs that know nothing of kzocds read a download and find what was put in:
// the same processes, titles, lots and sums. A tool that is absent is named by the
// skipped subtest; `make readers` installs all of them and runs this.
func TestIndependentReaders(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const processes = 9
	f.fill(processes)
	for n := range 3 { // several releases in a record
		f.apply(f.transform(n, 1))
	}
	f.hardTitle(processes - 1)
	plan, _ := f.publish(processes)
	dir, want := f.download(f.manifestOf(plan.SnapshotId)), f.facts()

	for _, tool := range []string{"pandas_parquet", "pandas_csv", "pandas_xlsx", "duckdb_parquet", "duckdb_csv", "duckdb_json", "ocdsmerge"} {
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			var got facts
			askPython(t, tool, dir, &got)
			slices.Sort(got.Titles)
			if !slices.Equal(got.Titles, want.Titles) || got.Processes != want.Processes || got.Lots != want.Lots || got.ValueMinor != want.ValueMinor {
				t.Errorf("read %+v, published was %+v", got, want)
			}
		})
	}
	t.Run("libcoveocds", func(t *testing.T) {
		t.Parallel()
		var got struct {
			Found             []any
			Releases, Records int
		}
		askPython(t, "libcoveocds", dir, &got)
		if len(got.Found) > 0 || got.Records != processes || got.Releases != processes+4 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("LibreOffice", func(t *testing.T) {
		t.Parallel()
		readWorkbook(t, dir)
	})
	t.Run("ocds validate", func(t *testing.T) {
		t.Parallel()
		validatePackages(t, dir)
	})
}

// hardTitle gives a process another release whose title is hardTitle.
func (f *fixture) hardTitle(n int) {
	f.t.Helper()
	last := makeRelease(n, 1)
	var release map[string]any
	must(f.t, json.Unmarshal(last.body, &release))
	release["tender"].(map[string]any)["title"] = hardTitle
	var err error
	last.body, err = json.Marshal(release)
	must(f.t, err)
	sum := sha256.Sum256(last.body)
	f.exec(`insert into ocds.release values ($1, $2, 2, $3, '{tender}', $4, $5, '1')`, last.id, last.ocid, last.date, sum[:], string(last.body))
	compiled, err := f.merger.Compiled([][]byte{makeRelease(n, 0).body, last.body})
	must(f.t, err)
	f.apply(f.record(n, last, compiled, 2))
}

// facts are taken from the compiled releases in the database.
func (f *fixture) facts() (want facts) {
	f.t.Helper()
	must(f.t, f.pool.QueryRow(f.t.Context(), `select count(*), array_agg(compiled::json #>> '{tender,title}'),
		sum((select count(*) from json_array_elements(compiled::json #> '{tender,lots}'))),
		sum((select sum((l #>> '{value,amount}')::numeric * 100) from json_array_elements(compiled::json #> '{tender,lots}') l))::bigint
		from ocds.record`).Scan(&want.Processes, &want.Titles, &want.Lots, &want.ValueMinor))
	slices.Sort(want.Titles)
	if !slices.Contains(want.Titles, hardTitle) {
		f.t.Fatal("the title that is hard to read was not stored")
	}
	return want
}

// absent skips a test and says what it lacked.
func absent(t *testing.T, what string) {
	t.Helper()
	t.Skipf("absent: %s; `make readers` installs it and runs this test", what)
}

func askPython(t *testing.T, tool, dir string, into any) {
	t.Helper()
	python := readersPython
	if _, err := os.Stat(python); errors.Is(err, fs.ErrNotExist) {
		if python, err = exec.LookPath("python3"); err != nil {
			absent(t, "Python")
		}
	}
	command := exec.CommandContext(t.Context(), python, "testdata/readers/read.py", tool, dir)
	var failure bytes.Buffer
	command.Stderr = &failure
	out, err := command.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 3 {
		absent(t, "Python package "+strings.TrimSpace(string(out)))
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, &failure)
	}
	must(t, json.Unmarshal(out, into))
}

// readWorkbook has LibreOffice write every sheet of a workbook as CSV: cell by cell
// the tables of the archive of the same year.
func readWorkbook(t *testing.T, dir string) {
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		absent(t, "LibreOffice (soffice)")
	}
	out := t.TempDir()
	// Separator, quote, UTF-8, first line, no formats, all quoted as needed, cells as they are shown, all sheets.
	filter := `csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1`
	command := exec.CommandContext(t.Context(), soffice, "-env:UserInstallation=file://"+out+"/profile", "--headless", "--convert-to", filter, "--outdir", out,
		filepath.Join(dir, "xlsx", "2026.xlsx"))
	if text, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	sheets, err := filepath.Glob(filepath.Join(out, "2026-*.csv"))
	must(t, err)
	tables := archiveOf(t, filepath.Join(dir, "csv", "2026.tar.gz"))
	if len(sheets) == 0 || len(sheets) != len(tables) {
		t.Fatalf("%d sheets, and the archive has %d tables", len(sheets), len(tables))
	}
	for _, sheet := range sheets {
		name := strings.TrimPrefix(filepath.Base(sheet), "2026-")
		text, err := os.ReadFile(sheet)
		must(t, err)
		got, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		must(t, err)
		if !slices.EqualFunc(got, tables[name], func(a, b []string) bool { return slices.EqualFunc(a, b, sameCell) }) {
			t.Errorf("%s: LibreOffice reads\n%q\nthe archive has\n%q", name, got, tables[name])
		}
	}
}

// sameCell compares numbers by their value: a workbook has 1.5 for 1.50.
func sameCell(a, b string) bool {
	if a == b {
		return true
	}
	x, ok := new(big.Rat).SetString(a)
	y, is := new(big.Rat).SetString(b)
	return ok && is && x.Cmp(y) == 0
}

// validatePackages runs the command ocds over the files, as a reader would.
func validatePackages(t *testing.T, dir string) {
	program := filepath.Join(t.TempDir(), "ocds")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./cmd/ocds")
	build.Dir, build.Env = "../ocds", append(os.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var files []string
	for _, dataset := range []string{snapshot.Records, snapshot.Releases} {
		found, err := filepath.Glob(filepath.Join(dir, dataset, "*.jsonl.gz"))
		must(t, err)
		if len(found) == 0 {
			t.Fatalf("no file of %s", dataset)
		}
		files = append(files, found...)
	}
	args := append([]string{"validate", "--extensions", filepath.Join(dir, snapshot.Extensions)}, files...)
	if out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput(); err != nil || bytes.Contains(out, []byte(`"error"`)) {
		t.Errorf("%v\n%s", err, out)
	}
}
