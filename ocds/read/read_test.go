package read_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"
	"github.com/kzocds/kzocds/ocds/internal/corpus"
	"github.com/kzocds/kzocds/ocds/read"
)

type found struct {
	kind    read.Kind
	json    string
	line    int64
	pointer string
}

func all(t *testing.T, r io.Reader, o read.Options) (items []found, packages []*read.Package, err error) {
	t.Helper()
	o.Packages = func(p *read.Package) { packages = append(packages, p) }
	err = read.Each(t.Context(), []read.Input{{Name: "in", Reader: r}}, o, func(it *read.Item) error {
		items = append(items, found{it.Kind, string(it.JSON), it.Line, it.Pointer()})
		return nil
	})
	return items, packages, err
}

func TestWhatInputsHold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		want     []found
		packages int
	}{
		{"one release", `{"ocid":"1","id":"a"}`, []found{{read.Release, `{"ocid":"1","id":"a"}`, 1, ""}}, 0},
		{"nothing", " \n", nil, 0},
		{"JSON Lines", "{\"ocid\":\"1\"}\n{\"ocid\":\"2\"}\r\n\n{\"ocid\":\"3\"}", []found{{read.Release, `{"ocid":"1"}`, 1, ""}, {read.Release, `{"ocid":"2"}`, 2, ""}, {read.Release, `{"ocid":"3"}`, 4, ""}}, 0},
		{"a package", "{\"uri\":\"u\",\n\"releases\":[\n{\"ocid\":\"1\"},\n{\"ocid\":\"2\"}]}", []found{{read.Release, `{"ocid":"1"}`, 3, "/releases/0"}, {read.Release, `{"ocid":"2"}`, 4, "/releases/1"}}, 1},
		{"a package with its metadata behind", `{"releases":[{"ocid":"1"}],"uri":"u","version":"1.1"}`, []found{{read.Release, `{"ocid":"1"}`, 1, "/releases/0"}}, 1},
		{"a record package", `{"records":[{"ocid":"1","releases":[]}]}`, []found{{read.Record, `{"ocid":"1","releases":[]}`, 1, "/records/0"}}, 1},
		{"a record", `{"ocid":"1","releases":[{"id":"a"}]}`, []found{{read.Record, `{"ocid":"1","releases":[{"id":"a"}]}`, 1, ""}}, 0},
		{"a record that names its ocid late", `{"releases":[{"id":"a"}],"ocid":"1"}`, []found{{read.Record, `{"releases":[{"id":"a"}],"ocid":"1"}`, 1, ""}}, 0},
		{"a list of releases", `[{"ocid":"1"} , {"ocid":"2"}]`, []found{{read.Release, `{"ocid":"1"}`, 1, ""}, {read.Release, `{"ocid":"2"}`, 1, ""}}, 0},
		{"packages one after the other", `{"releases":[{"ocid":"1"}]}{"releases":[{"ocid":"2"}]}`, []found{{read.Release, `{"ocid":"1"}`, 1, "/releases/0"}, {read.Release, `{"ocid":"2"}`, 1, "/releases/0"}}, 2},
		{"packages on lines", "{\"releases\":[{\"ocid\":\"1\"}]}\n{\"releases\":[{\"ocid\":\"2\"}]}\n", []found{{read.Release, `{"ocid":"1"}`, 1, "/releases/0"}, {read.Release, `{"ocid":"2"}`, 2, "/releases/0"}}, 2},
		{"an empty package", `{"uri":"u","releases":[]}`, nil, 1},
		{"a byte order mark", "\xef\xbb\xbf{\"ocid\":\"1\"}", []found{{read.Release, `{"ocid":"1"}`, 1, ""}}, 0},
		{"brackets and quotes in strings", `{"releases":[{"ocid":"1","t":"}]\"\\"},{"ocid":"2"}]}`, []found{{read.Release, `{"ocid":"1","t":"}]\"\\"}`, 1, "/releases/0"}, {read.Release, `{"ocid":"2"}`, 1, "/releases/1"}}, 1},
		{"a release that mentions releases in a text", `{"ocid":"1","t":"\"releases\""}`, []found{{read.Release, `{"ocid":"1","t":"\"releases\""}`, 1, ""}}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for name, r := range map[string]io.Reader{"at once": strings.NewReader(c.in), "byte by byte": iotest.OneByteReader(strings.NewReader(c.in))} {
				items, packages, err := all(t, r, read.Options{})
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if !slices.Equal(items, c.want) || len(packages) != c.packages {
					t.Errorf("%s: got %v, %d packages", name, items, len(packages))
				}
			}
		})
	}
}

func TestBadInputs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		line     int64
		message  string
		items    int // found when reading goes on
	}{
		{"truncated in a release", "{\"releases\":[\n{\"ocid\":\"1\"},\n{\"ocid\":", 3, "truncated", 1},
		{"truncated in a string", `{"ocid":"1`, 1, "truncated", 0},
		{"truncated behind a backslash", `{"ocid":"1\`, 1, "truncated", 0},
		{"UTF-16", "\xff\xfe{\x00", 1, "UTF-16", 0},
		{"UTF-16 without a mark", "{\x00\"\x00", 1, "UTF-16", 0},
		{"a ZIP archive", "PK\x03\x04abc", 1, "ZIP", 0},
		{"a web page", "<!doctype html>", 1, "HTML", 0},
		{"no JSON", "hello", 1, "'h'", 0},
		{"a package inside a package", "{\"releases\":[{\"ocid\":\"1\"},\n{\"uri\":\"u\",\"releases\":[{\"ocid\":\"2\"}]}]}", 2, "package inside a package", 1},
		{"a list element that is no object", `{"releases":[1,{"ocid":"1"}]}`, 1, "not an object", 1},
		{"two lists in a package", `{"releases":[{"ocid":"1"}],"records":[]}`, 1, "one list", 1},
		{"a missing comma", `{"releases":[{"ocid":"1"}{"ocid":"2"}]}`, 1, "comma", 1},
		{"gzip that is none", "\x1f\x8bxxxxxxxxxx", 0, "gzip", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := all(t, strings.NewReader(c.in), read.Options{})
			var e *read.Error
			if !errors.As(err, &e) || e.Input != "in" || e.Line != c.line || !strings.Contains(e.Message, c.message) {
				t.Errorf("got %v", err)
			}
			var faults []error
			items, _, err := all(t, strings.NewReader(c.in), read.Options{KeepGoing: func(err error) error { faults = append(faults, err); return nil }})
			if err != nil || len(faults) == 0 || len(items) != c.items {
				t.Errorf("going on: %d items, faults %v, %v", len(items), faults, err)
			}
		})
	}
}

func TestABrokenLineDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	in := "{\"ocid\":\"1\"}\n{\"ocid\":\"2\",\"a\":{\n{\"ocid\":\"3\"}\nxx\n{\"ocid\":\"4\"}\n"
	var faults []error
	items, _, err := all(t, strings.NewReader(in), read.Options{KeepGoing: func(err error) error { faults = append(faults, err); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	var lines []int64
	for _, it := range items {
		lines = append(lines, it.line)
	}
	// The second line is handed on as it is: whoever parses it reports it.
	if !slices.Equal(lines, []int64{1, 2, 3, 5}) || len(faults) != 1 || !strings.Contains(faults[0].Error(), "in:4") {
		t.Errorf("lines %v, faults %v", lines, faults)
	}
}

func TestAReleaseAboveTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	big := `{"ocid":"1","t":"` + strings.Repeat("x", 3<<20) + `"}`
	_, _, err := all(t, strings.NewReader(big), read.Options{MaxItem: 1 << 20})
	if err == nil || !strings.Contains(err.Error(), "larger than 1048576") {
		t.Errorf("got %v", err)
	}
}

func TestAPackageLargerThanTheWindowOnOneLine(t *testing.T) {
	t.Parallel()
	// 12 MiB of releases in one line, metadata behind them, read with a limit of 1 MiB.
	release := `{"ocid":"1","t":"` + strings.Repeat("ж", 50_000) + `"}`
	in := `{"releases":[` + strings.Repeat(release+",", 119) + release + `],"uri":"u"}`
	items, packages, err := all(t, strings.NewReader(in), read.Options{MaxItem: 1 << 20})
	if err != nil || len(items) != 120 || len(packages) != 1 || packages[0].URI != "u" || items[119].json != release {
		t.Errorf("%d items, %d packages, %v", len(items), len(packages), err)
	}
}

func TestCompressedInputs(t *testing.T) {
	t.Parallel()
	const in = `{"ocid":"1"}`
	var gz, zst bytes.Buffer
	w := gzip.NewWriter(&gz)
	_, _ = io.WriteString(w, in)
	_ = w.Close()
	z, _ := zstd.NewWriter(&zst)
	_, _ = io.WriteString(z, in)
	_ = z.Close()
	for name, b := range map[string][]byte{"gzip": gz.Bytes(), "zstd": zst.Bytes()} {
		items, _, err := all(t, bytes.NewReader(b), read.Options{})
		if err != nil || len(items) != 1 || items[0].json != in {
			t.Errorf("%s: %v %v", name, items, err)
		}
		if _, _, err := all(t, bytes.NewReader(b[:len(b)-4]), read.Options{}); err == nil {
			t.Errorf("%s: a truncated file was read", name)
		}
	}
}

func TestFolders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"b.json", "a.jsonl.gz", "c.txt", "sub/d.ndjson.zst"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	inputs, err := read.Inputs([]string{dir}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, in := range inputs {
		name, _ := filepath.Rel(dir, in.Name)
		names = append(names, name)
	}
	if strings.Join(names, " ") != "a.jsonl.gz b.json sub/d.ndjson.zst" {
		t.Errorf("got %v", names)
	}
	for _, path := range []string{filepath.Join(dir, "none"), t.TempDir()} {
		if _, err := read.Inputs([]string{path}, nil, nil); err == nil {
			t.Errorf("%s has inputs", path)
		}
	}
}

// Grouping gives the same result from memory, from disk, from files and from a
// stream, with any number of goroutines.
func TestGroupingIsTheSameHoweverItIsDone(t *testing.T) {
	t.Parallel()
	var releases [][]byte
	for n := range uint64(200) {
		releases = append(releases, corpus.Process(7, n)...)
	}
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(releases), func(i, j int) { releases[i], releases[j] = releases[j], releases[i] })
	text := append(bytes.Join(releases, []byte("\n")), '\n')
	file := filepath.Join(t.TempDir(), "all.jsonl")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	var want []byte
	for _, memory := range []int64{0, 1 << 20, 20 << 10} {
		for _, jobs := range []int{1, 4} {
			for _, in := range []read.Input{{Name: "file", Path: file}, {Name: "stream", Reader: bytes.NewReader(text)}} {
				g, err := read.GroupByOCID(t.Context(), []read.Input{in}, read.Options{Memory: memory, TempDir: t.TempDir()})
				if err != nil {
					t.Fatal(err)
				}
				var out bytes.Buffer
				err = g.Append(t.Context(), jobs, &out, func(error) {}, func(dst []byte, group *read.Group, _ func(error)) ([]byte, error) {
					dst = append(dst, group.OCID...)
					for _, m := range group.Releases {
						dst = fmt.Appendf(dst, " %d:", m.Line)
						dst = append(dst, m.JSON...)
					}
					return append(dst, '\n'), nil
				})
				if err = errors.Join(err, g.Close()); err != nil {
					t.Fatal(err)
				}
				if want == nil {
					want = bytes.Clone(out.Bytes())
					lines := bytes.Split(bytes.TrimSpace(want), []byte("\n"))
					if len(lines) != 200 || !slices.IsSortedFunc(lines, bytes.Compare) || g.Releases() != int64(len(releases)) {
						t.Fatalf("%d groups of %d releases", len(lines), g.Releases())
					}
				} else if !bytes.Equal(out.Bytes(), want) {
					t.Errorf("memory %d, %d jobs, %s: another result", memory, jobs, in.Name)
				}
			}
		}
	}
}

func TestAnErrorOfTheWorkStopsGrouping(t *testing.T) {
	t.Parallel()
	in := strings.Repeat(`{"ocid":"`+strings.Repeat("x", 100)+`"}`+"\n", 1000)
	for i := range 50 {
		in += fmt.Sprintf(`{"ocid":"%d","t":"%s"}`+"\n", i, strings.Repeat("y", 100_000))
	}
	g, err := read.GroupByOCID(t.Context(), []read.Input{{Name: "in", Reader: strings.NewReader(in)}}, read.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	boom := errors.New("boom")
	err = g.Append(t.Context(), 3, io.Discard, func(error) {}, func(dst []byte, _ *read.Group, _ func(error)) ([]byte, error) { return dst, boom })
	if !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.Append(ctx, 3, io.Discard, func(error) {}, func(dst []byte, _ *read.Group, _ func(error)) ([]byte, error) { return dst, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func FuzzEach(f *testing.F) {
	for _, seed := range []string{"{\"releases\":[{\"ocid\":\"1\"}],\"uri\":\"u\"}", "{\"ocid\":\"1\"}\n{\"ocid\":\"2\"}", `[{"records":[{"ocid":"1","releases":[]}]}]`, "\x1f\x8b\x08\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, keep := range []func(error) error{nil, func(error) error { return nil }} {
			_ = read.Each(t.Context(), []read.Input{{Name: "in", Reader: bytes.NewReader(in)}}, read.Options{MaxItem: 1 << 20, KeepGoing: keep}, func(it *read.Item) error {
				if len(it.JSON) == 0 || it.Line < 1 || it.Offset < 0 {
					t.Fatalf("item %+v", it)
				}
				return nil
			})
		}
	})
}

func FuzzGroupByOCID(f *testing.F) {
	for _, seed := range []string{"{\"releases\":[{\"ocid\":\"1\"},{\"ocid\":\"2\"}]}", "{\"ocid\":\"1\",\"releases\":[{\"id\":\"a\"},{\"url\":\"u\"}]}\n{\"ocid\":\"1\"}", `[{"records":[{"ocid":"1","releases":[],"compiledRelease":{}}]}]`} {
		f.Add([]byte(seed))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, in []byte) {
		faults := 0
		o := read.Options{MaxItem: 1 << 20, Memory: 200, TempDir: dir, KeepGoing: func(error) error { faults++; return nil }}
		g, err := read.GroupByOCID(t.Context(), []read.Input{{Name: "in", Reader: bytes.NewReader(in)}}, o)
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		releases := int64(0)
		err = g.Append(t.Context(), 1, io.Discard, func(error) {}, func(dst []byte, group *read.Group, _ func(error)) ([]byte, error) {
			releases += int64(len(group.Releases))
			if len(group.OCID) < 3 || len(group.Releases) == 0 && group.Compiled == nil {
				t.Fatalf("group %q of %d releases", group.OCID, len(group.Releases))
			}
			return dst, nil
		})
		if err != nil || releases > g.Releases() {
			t.Fatalf("%d of %d releases: %v", releases, g.Releases(), err)
		}
	})
}
