package publisher

import (
	"archive/tar"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kzocds/kzocds/ocds/validate"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/publication"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

func fields(line string) func(func(string) bool) { return strings.FieldsSeq(line) }

// download puts everything of a manifest into a folder, named as it says.
func (f *fixture) download(m publication.Bulk) (dir string) {
	f.t.Helper()
	dir = f.t.TempDir()
	for _, o := range snapshot.Objects(m.Manifest) {
		path := filepath.Join(dir, filepath.FromSlash(o.Name))
		must(f.t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(f.t, os.WriteFile(path, f.memory.text(f.t, o.Key), 0o644))
	}
	return dir
}

// What a page about the publication needs is in one answer.
func TestTheBulkAnswerTellsEverythingOfAPage(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withDeltas, func(c *Config) { c.SigningKey = "00112233445566778899aabbccddeeff" })
	f.fill(6)
	first, _ := f.publish(6)
	f.apply(f.transform(1, 1))
	second, _ := f.publish(6)
	b, err := f.Bulk(t.Context(), publication.BulkRequest{})
	must(t, err)
	if !b.Current || b.ID != second.SnapshotId || b.Permanent != "https://data.example/api/v1/bulk/"+b.ID || b.Frequency != "PT1M" || b.License == "" || b.Policy == "" {
		t.Errorf("answer %+v", b)
	}
	if len(b.Changes) != 2 || b.Changes[0].ID != second.SnapshotId || b.Published.IsZero() || b.Quality == nil || len(b.Objects) == 0 {
		t.Errorf("changelog %+v, quality %+v", b.Changes, b.Quality)
	}
	formats := map[string]int{}
	for _, y := range b.Years {
		for _, file := range y.Files {
			if file.URL == "" || file.SHA256 == "" || file.Bytes == 0 {
				t.Errorf("file %+v", file)
			}
			formats[y.Year+strings.SplitN(file.Name, "/", 2)[0]]++
		}
	}
	for _, want := range []string{"2026csv", "2026xlsx", "2026records", "2026parquet", "compiled"} {
		if formats[want] == 0 {
			t.Errorf("there is no %s among %v", want, formats)
		}
	}
	for _, lang := range []string{"kk", "ru", "en"} {
		var ld struct {
			Type         string `json:"@type"`
			Name         string
			License      string
			URL          string
			ID           string `json:"@id"`
			Distribution []struct{ ContentURL, SHA256 string }
		}
		must(t, json.Unmarshal(b.JSONLD[lang], &ld))
		if ld.Type != "Dataset" || ld.Name != b.Title[lang] || ld.License != b.License || ld.URL != "https://data.example/"+lang+"/data" || ld.ID != b.Permanent || len(ld.Distribution) < 3 || ld.Distribution[0].ContentURL == "" {
			t.Errorf("%s: %+v", lang, ld)
		}
		if !strings.Contains(b.Citation[lang], b.Permanent) || !strings.Contains(b.Citation[lang], snapshot.Short(b.ID)) || b.Description[lang] == "" {
			t.Errorf("%s: cite as %q", lang, b.Citation[lang])
		}
	}
	old, err := f.Bulk(t.Context(), publication.BulkRequest{Snapshot: first.SnapshotId})
	if err != nil || old.Current || old.ID != first.SnapshotId {
		t.Errorf("the first snapshot: %+v, %v", old.Manifest, err)
	}
}

func TestDurationsAreWrittenAsISO8601(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{time.Minute: "PT1M", 10 * time.Minute: "PT10M", 90 * time.Minute: "PT1H30M", 24 * time.Hour: "PT24H", 5 * time.Second: "PT5S"} {
		if got := duration(d); got != want {
			t.Errorf("%s is %s, not %s", d, got, want)
		}
	}
}

// Tools that people have check a download: sha256sum, openssl.
func TestADownloadIsCheckedWithStandardTools(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withDeltas, func(c *Config) { c.SigningKey = "00112233445566778899aabbccddeeff" })
	f.fill(6)
	f.publish(6)
	f.apply(f.transform(1, 1))
	plan, _ := f.publish(6)
	m := f.manifestOf(plan.SnapshotId)
	dir := f.download(m)
	key := snapshot.ManifestKey(plan.SnapshotId)
	for name, from := range map[string]string{"SHA256SUMS": snapshot.SumsKey(key), "manifest.json": key, "manifest.json.sig": snapshot.SignatureKey(key), "key.pem": f.signer.Key()} {
		must(t, os.WriteFile(filepath.Join(dir, name), f.memory.text(t, from), 0o644))
	}
	check := func(command ...string) (string, error) {
		c := exec.CommandContext(t.Context(), command[0], command[1:]...)
		c.Dir = dir
		out, err := c.CombinedOutput()
		return string(out), err
	}
	sums := []string{"sha256sum", "-c", "--quiet", "SHA256SUMS"}
	signature := []string{"openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "manifest.json", "-sigfile", "manifest.json.sig"}
	for _, command := range [][]string{sums, signature} {
		if out, err := check(command...); err != nil {
			t.Errorf("%v: %v\n%s", command, err, out)
		}
	}
	for name, command := range map[string][]string{"compiled/full.jsonl.gz": sums, "manifest.json": signature} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		text, err := os.ReadFile(path)
		must(t, err)
		must(t, os.WriteFile(path, append(text, '\n'), 0o644))
		if out, err := check(command...); err == nil {
			t.Errorf("%s was changed and nobody noticed: %s", name, out)
		}
	}
}

func TestKeysThatSignAndKeysThatDoNot(t *testing.T) {
	t.Parallel()
	pem, err := exec.CommandContext(t.Context(), "openssl", "genpkey", "-algorithm", "ed25519").Output()
	must(t, err)
	rsa, err := exec.CommandContext(t.Context(), "openssl", "genpkey", "-algorithm", "rsa").Output()
	must(t, err)
	for text, good := range map[string]bool{
		string(pem): true, strings.Repeat("ab", 32): true, strings.Repeat("ab", 16): true,
		string(rsa): false, "secret": false, strings.Repeat("ab", 31): false, "-----BEGIN PRIVATE KEY-----\nxx\n-----END PRIVATE KEY-----\n": false,
	} {
		s, err := newSigner(text)
		if good && (err != nil || len(s.Sign([]byte("x"))) != 64) || !good && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%.30q: %v", text, err)
		}
	}
	if s, err := newSigner(""); s != nil || err != nil {
		t.Error("no key is a key")
	}
}

// The archive of a year reads as CSV, and every package is valid.
func TestConsumersReadWhatIsPublished(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.fill(9)
	plan, _ := f.publish(9)
	m := f.manifestOf(plan.SnapshotId)
	rows := map[string]int{}
	for name, table := range archiveOf(t, filepath.Join(f.download(m), "csv", "2026.tar.gz")) {
		rows[name] = len(table) - 1
		if table[0][0] != "ocid" {
			t.Errorf("%s begins with the column %s", name, table[0][0])
		}
	}
	if rows["releases.csv"] != 9 || rows["tender_lots.csv"] != 18 {
		t.Errorf("rows %v", rows)
	}
	for _, o := range snapshot.Objects(m.Manifest) {
		kind := validate.RecordPackage
		switch {
		case strings.HasPrefix(o.Name, "releases/"):
			kind = validate.ReleasePackage
		case !strings.HasPrefix(o.Name, "records/"):
			continue
		}
		for _, line := range linesOf(t, f.memory.text(t, o.Key)) {
			for _, found := range f.builder.validator.Document(kind, []byte(line)) {
				if found.Severity == validate.Error {
					t.Errorf("%s: %+v", o.Name, found)
				}
			}
		}
	}
}

// archiveOf reads the tables of a gzipped tar, rows with their head, by name.
func archiveOf(t *testing.T, name string) map[string][][]string {
	t.Helper()
	file, err := os.Open(name)
	must(t, err)
	defer file.Close()
	gz, err := gzip.NewReader(file)
	must(t, err)
	tables := map[string][][]string{}
	for archive := tar.NewReader(gz); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return tables
		}
		must(t, err)
		if !h.ModTime.Equal(time.Unix(0, 0)) || h.Uname != "" {
			t.Errorf("%s has a time or an owner: %+v", h.Name, h)
		}
		tables[h.Name], err = csv.NewReader(archive).ReadAll()
		must(t, err)
	}
}

// A file ends before it has more than so many awards or contracts, and before it
// has more than so many bytes; a single line may.
func TestAFileEndsAtItsLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limit  limits
		awards []int64 // of lines of ten bytes
		want   []int64 // rows of the files
	}{
		"awards":               {limits{unzipped: 1000, awards: 5}, []int64{2, 3, 0, 1, 5, 4}, []int64{3, 1, 1, 1}},
		"bytes":                {limits{unzipped: 31, awards: 100}, []int64{1, 1, 1, 1}, []int64{2, 2}},
		"a line beyond limits": {limits{unzipped: 5, awards: 5}, []int64{9, 9}, []int64{1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &work{builder: &builder{limit: c.limit}, dir: t.TempDir()}
			l, err := w.lines()
			must(t, err)
			for _, n := range c.awards {
				must(t, l.add([]byte("0123456789"), n))
			}
			var got []int64
			for _, f := range l.files {
				got = append(got, f.rows)
				must(t, f.file.Close())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("files of %v lines, want %v", got, c.want)
			}
		})
	}
}

// Files stay within the limits; several have numbers and hold everything once.
func TestLargeFilesAreSplit(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.builder.limit = limits{unzipped: 3000, awards: maxAwards, workbook: 2500}
	f.fill(12)
	plan, _ := f.publish(12) // the gate counts the rows of all parts
	m := f.manifestOf(plan.SnapshotId)
	parts := map[string]int{}
	for _, o := range snapshot.Objects(m.Manifest) {
		if strings.Contains(o.Name, "-part0") {
			parts[strings.SplitN(o.Name, "/", 2)[0]]++
		}
		if strings.HasPrefix(o.Name, "records/") {
			lines := linesOf(t, f.memory.text(t, o.Key))
			if size := len(strings.Join(lines, "\n")) + 1; size > 3000 && len(lines) > 1 {
				t.Errorf("%s has %d bytes", o.Name, size)
			}
		}
	}
	for _, dataset := range []string{"records", "csv", "xlsx"} {
		if parts[dataset] < 2 {
			t.Errorf("%s is not split: %v", dataset, parts)
		}
	}
}
