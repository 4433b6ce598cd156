package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asCommand makes the test binary be the command.
const asCommand = "OCDS_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// process is the command as a process of its own.
func process(t *testing.T, program string, args ...string) *exec.Cmd {
	t.Helper()
	if program == "" {
		var err error
		if program, err = os.Executable(); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = append(os.Environ(), asCommand+"=1", "TMPDIR="+t.TempDir())
	return cmd
}

// finish runs a process and gives what it said and the most memory it took, in MiB.
func finish(t *testing.T, cmd *exec.Cmd) (code int, stdout, stderr string, memory int64) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		t.Fatal("the system does not tell how much memory a process took")
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String(), int64(usage.Maxrss) >> 10
}

// said is what a line of --json-errors holds.
type said struct {
	Level, Kind, Input, Pointer, OCID, Message string
	Line                                       int64
}

func messages(t *testing.T, stderr string) (all []said) {
	t.Helper()
	for line := range strings.Lines(stderr) {
		var m said
		if err := json.Unmarshal([]byte(line), &m); err != nil || m.Message == "" || m.Level == "" {
			t.Errorf("%v in %q", err, line)
		}
		all = append(all, m)
	}
	return all
}

const goodRelease = `{"ocid":"ocds-a1b2c3-1","id":"1","date":"2020-01-01T00:00:00Z","tag":["tender"],"initiationType":"tender"}`

// Every kind of bad input, as the command meets it: where it is wrong, that nothing is written, that
// the rest is processed with --keep-going.
func TestBadFiles(t *testing.T) {
	t.Parallel()
	other := strings.ReplaceAll(goodRelease, "ocds-a1b2c3-1", "ocds-a1b2c3-3")
	compressed := func(text string, cut int) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		for line := range strings.Lines(text) {
			_, _ = io.WriteString(z, line)
			_ = z.Flush() // so that what is before the cut can be read
		}
		_ = z.Close()
		return b.String()[:b.Len()-cut]
	}
	for _, c := range []struct {
		name, file, text string
		line             int64
		pointer, message string
		good             int // lines of ocds compile with --keep-going
	}{
		{"a truncated package", "p.json", "{\"releases\":[\n" + goodRelease + ",\n{\"ocid\":\"ocds-a1b2c3-2\",\"id\":", 3, "", "truncated", 1},
		{"a truncated line", "p.jsonl", goodRelease + "\n{\"ocid\":\"ocds-a1b2c3-2\",\"id\":\n" + other + "\n", 2, "", "not JSON", 2},
		{"a truncated file", "p.jsonl", goodRelease + "\n" + other + "\n{\"ocid\":", 3, "", "truncated", 2},
		{"a truncated compressed file", "p.jsonl.gz", compressed(goodRelease+"\n"+other+"\n"+goodRelease+"\n", 25), 3, "", "compressed file ends too early", 2},
		{"UTF-16", "p.json", "\xff\xfe{\x00\"\x00", 1, "", "iconv", 0},
		{"a text in windows-1251", "p.jsonl", goodRelease + "\n" + `{"ocid":"ocds-a1b2c3-2","id":"1","language":"` + "\xf0\xf3" + `"}` + "\n", 2, "", "not UTF-8", 1},
		{"a release package inside a release package", "p.json", `{"releases":[` + goodRelease + ",\n" + `{"uri":"u","releases":[` + other + `]}]}`, 2, "/releases/1", "package inside a package", 1},
		{"a record package inside a record package", "p.json", `{"records":[{"ocid":"ocds-a1b2c3-1","releases":[` + goodRelease + `]},` + "\n" + `{"records":[{"ocid":"x","releases":[]}]}]}`, 2, "/records/1", "package inside a package", 1},
		{"no ocid", "p.jsonl", goodRelease + "\n" + `{"id":"7","date":"2020-01-01T00:00:00Z"}` + "\n" + other, 2, "", "no ocid", 2},
		{"an object in place of the list", "p.json", goodRelease + "\n" + `{"releases":{}}`, 2, "", "no list (but object)", 1},
		{"no ocid in a package", "p.json", `{"releases":[` + goodRelease + ",\n" + `{"id":"7"}]}`, 2, "/releases/1", "no ocid", 1},
		{"no date", "p.jsonl", goodRelease + "\n" + `{"ocid":"ocds-a1b2c3-2","id":"1","date":"2020-01-01T00:00:00Z"}` + "\n" + `{"ocid":"ocds-a1b2c3-2","id":"2"}`, 3, "", "no date", 1},
		{"no date in a package", "p.json", `{"releases":[{"ocid":"ocds-a1b2c3-2","id":"1"},` + "\n" + `{"ocid":"ocds-a1b2c3-2","id":"2","date":"2020-01-01T00:00:00Z"},` + goodRelease + `]}`, 1, "/releases/0", "no date", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := write(t, dir, c.file, c.text)
			code, _, errs, _ := finish(t, process(t, "", "compile", "--json-errors", "-o", dir+"/out.jsonl", file))
			all := messages(t, errs)
			if code != exitInput || len(all) != 1 || all[0].Input != file || all[0].Line != c.line || all[0].Pointer != c.pointer || !strings.Contains(all[0].Message, c.message) {
				t.Errorf("exit code %d: %s", code, errs)
			}
			if left, _ := os.ReadDir(dir); len(left) != 1 {
				t.Errorf("left behind: %v", left)
			}
			code, out, errs, _ := finish(t, process(t, "", "compile", "--keep-going", file))
			if code != exitInput || strings.Count(out, "\n") != c.good || !strings.Contains(errs, c.message) {
				t.Errorf("--keep-going: exit code %d: %s%s", code, out, errs)
			}
			// Every other verb goes on as well and says 3 or, if it has nothing against the file, 0 or 1.
			for _, verb := range []string{"validate", "unpackage", "upgrade", "coverage", "indicators", "prepare", "detect"} {
				code, _, errs := command(t, "", verb, "--keep-going", file)
				if code == exitFailed || code == exitUsage || code == exitInput && !strings.Contains(errs, file) {
					t.Errorf("%s --keep-going: exit code %d: %s", verb, code, errs)
				}
			}
			if code, _, errs := command(t, "", "flatten", "--keep-going", "--csv", dir+"/tables", file); code == exitFailed || code == exitUsage {
				t.Errorf("flatten --keep-going: exit code %d: %s", code, errs)
			}
		})
	}
}

func TestFoldersWithoutPermission(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "ocds") //nolint:usetesting // its parents must be open to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	closed := filepath.Join(dir, "in", "closed")
	if err := os.MkdirAll(closed, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "in/a.jsonl", goodRelease+"\n")
	write(t, closed, "b.jsonl", goodRelease+"\n")
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		// The superuser may read everything: be nobody, with a copy of the program in a folder that nobody may read.
		text, err := os.ReadFile(program)
		if err != nil {
			t.Fatal(err)
		}
		program = filepath.Join(dir, "ocds")
		if err := os.WriteFile(program, text, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, mode := range map[string]os.FileMode{dir: 0o755, closed: 0} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(closed, 0o755) })
	for _, c := range []struct {
		args []string
		code int
		good int
	}{
		{[]string{"compile", dir + "/in"}, exitInput, 0},
		{[]string{"compile", "--keep-going", dir + "/in"}, exitInput, 1},
		{[]string{"compile", "-o", closed + "/out.jsonl", dir + "/in/a.jsonl"}, exitFailed, 0},
	} {
		cmd := process(t, program, c.args...)
		if os.Getuid() == 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			cmd.Env = append(cmd.Env, "TMPDIR=/tmp")
		}
		code, out, errs, _ := finish(t, cmd)
		if code != c.code || strings.Count(out, "\n") != c.good || !strings.Contains(errs, closed) || !strings.Contains(errs, "permission") {
			t.Errorf("%v: exit code %d: %s%s", c.args, code, out, errs)
		}
	}
}

// long is a text between two others, so many times.
type long struct {
	head, body, tail string
	times            int
}

func (r long) reader() io.Reader {
	parts := []io.Reader{strings.NewReader(r.head)}
	if r.times > 0 {
		block := strings.Repeat(r.body, max(1, (1<<20)/len(r.body)))
		whole := len(r.body) * r.times
		parts = append(parts, io.LimitReader(endless(block), int64(whole)))
	}
	return io.MultiReader(append(parts, strings.NewReader(r.tail))...)
}

// endless repeats a text.
func endless(block string) io.Reader {
	at := 0
	return readerFunc(func(p []byte) (int, error) {
		n := copy(p, block[at:])
		at = (at + n) % len(block)
		return n, nil
	})
}

func TestAGigabyteOnOneLine(t *testing.T) {
	t.Parallel()
	release := strings.Replace(goodRelease, `"tag"`, `"language":"`+strings.Repeat("x", 100_000)+`","tag"`, 1) + ","
	for _, c := range []struct {
		name    string
		in      long
		args    []string
		code    int
		out     string // what the output ends with
		message string
		memory  int64 // MiB
	}{
		{"a package is read release by release", long{`{"releases":[`, release, strings.TrimSuffix(release, ",") + `],"uri":"u"}`, (1 << 30) / len(release)}, []string{"unpackage", "--jobs", "2"}, exitDone, `"tender"}` + "\n", "", 150},
		{"a single release is refused", long{`{"ocid":"ocds-a1b2c3-1","language":"`, "x", `"}`, 1 << 30}, []string{"compile", "--max-item", "16M", "--json-errors"}, exitInput, "", "larger than 16777216 bytes", 150},
		{"a single text is refused", long{`"`, "x", `"`, 1 << 30}, []string{"validate", "--max-item", "16M", "--json-errors"}, exitInput, "", "is not the beginning of a release", 150},
		{"what came before is processed", long{goodRelease + "\n" + `{"ocid":"ocds-a1b2c3-2","language":"`, "x", `"}`, 64 << 20}, []string{"compile", "--keep-going", "--max-item", "16M", "--json-errors"}, exitInput, `"tender"}` + "\n", "larger than 16777216 bytes", 150},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cmd := process(t, "", c.args...)
			cmd.Stdin = c.in.reader()
			last := &tail{}
			var errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = last, &errs
			err := cmd.Run()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) && !errors.Is(err, syscall.EPIPE) {
				t.Fatal(err)
			}
			usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
			if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.HasSuffix(string(last.text), c.out) || c.out == "" && last.size > 0 || !strings.Contains(errs.String(), c.message) {
				t.Errorf("exit code %d: %d bytes, %q\n%s", code, last.size, last.text, errs.String())
			}
			if !ok || int64(usage.Maxrss)>>10 > c.memory {
				t.Errorf("it took %d MiB", int64(usage.Maxrss)>>10)
			}
		})
	}
}

// tail keeps the end of what is written.
type tail struct {
	text []byte
	size int64
}

func (w *tail) Write(p []byte) (int, error) {
	w.size += int64(len(p))
	w.text = append(w.text, p[max(0, len(p)-100):]...)
	w.text = w.text[max(0, len(w.text)-100):]
	return len(p), nil
}

// An extension folder with the given patch of the release schema.
func extension(t *testing.T, dir, name, patch string, dependencies ...string) string {
	t.Helper()
	folder := filepath.Join(dir, name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	list, err := json.Marshal(dependencies)
	if err != nil {
		t.Fatal(err)
	}
	write(t, folder, "extension.json", `{"name":{"en":"`+name+`"},"description":{"en":"x"},"compatibility":["1.1"],"dependencies":`+string(list)+`}`)
	write(t, folder, "release-schema.json", patch)
	return folder
}

func TestExtensionsThatLeadInACircle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := write(t, dir, "in.jsonl", goodRelease+"\n")
	selfish := extension(t, dir, "selfish", `{"definitions":{"A":{"$ref":"#/definitions/A"}},"properties":{"a":{"$ref":"#/definitions/A"}}}`)
	first := extension(t, dir, "first", `{"definitions":{"A":{"$ref":"#/definitions/B"}},"properties":{"a":{"$ref":"#/definitions/A"}}}`)
	second := extension(t, dir, "second", `{"definitions":{"B":{"$ref":"#/definitions/A"}},"properties":{"b":{"$ref":"#/definitions/B"}}}`)
	all := extension(t, dir, "all", `{"definitions":{"A":{"type":"object","allOf":[{"$ref":"#/definitions/A"}]}},"properties":{"a":{"$ref":"#/definitions/A"}}}`)
	tree := extension(t, dir, "tree", `{"definitions":{"A":{"type":"object","properties":{"left":{"$ref":"#/definitions/A"},"right":{"$ref":"#/definitions/A"},"up":{"$ref":"#/definitions/A"}}}},"properties":{"a":{"$ref":"#/definitions/A"}}}`)
	chicken := extension(t, dir, "chicken", `{"properties":{"chicken":{"type":"string"}}}`, "https://example.org/egg/extension.json")
	egg := extension(t, dir, "egg", `{"properties":{"egg":{"type":"string"}}}`, "https://example.org/chicken/extension.json")
	for _, c := range []struct {
		name       string
		extensions []string
		blamed     string // empty: they can be applied
	}{
		{"a definition that refers to itself", []string{selfish}, selfish},
		{"two extensions that refer to one another", []string{first, second}, second},
		{"a definition that consists of itself", []string{all}, all},
		{"a definition whose members are of its own kind is no circle", []string{tree}, ""},
		{"extensions that depend on one another are no circle", []string{chicken, egg}, ""},
	} {
		for _, verb := range []string{"compile", "validate", "flatten"} {
			t.Run(verb+": "+c.name, func(t *testing.T) {
				t.Parallel()
				out := t.TempDir()
				args := []string{verb, in, "--extensions", strings.Join(c.extensions, ",")}
				if verb == "flatten" {
					args = append(args, "--csv", out)
				}
				code, _, errs, _ := finish(t, process(t, "", args...))
				if c.blamed == "" {
					if code != exitDone || errs != "" {
						t.Errorf("exit code %d: %s", code, errs)
					}
					return
				}
				if code != exitUsage || !strings.Contains(errs, "--extensions "+c.blamed+": ") || !strings.Contains(errs, "circle") || !strings.Contains(errs, "leave it out") {
					t.Errorf("exit code %d: %s", code, errs)
				}
				code, text, errs, _ := finish(t, process(t, "", append(args, "--keep-going")...))
				if code != exitInput || !strings.Contains(errs, c.blamed) || verb == "compile" && strings.Count(text, "\n") != 1 {
					t.Errorf("--keep-going: exit code %d: %s%s", code, text, errs)
				}
			})
		}
	}
}

func TestUnknownExtensionsAreNamedWhereTheyAreDeclared(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const known = "https://raw.githubusercontent.com/open-contracting-extensions/ocds_lots_extension/master/extension.json"
	envelope := `"version":"1.1","uri":"https://example.org/p","publisher":{"name":"P"},"publishedDate":"2020-01-01T00:00:00Z"`
	write(t, dir, "a.json", `{`+envelope+`,"extensions":["`+known+`"],"releases":[`+goodRelease+`]}`)
	b := write(t, dir, "b.json", "\n"+`{`+envelope+`,"extensions":["`+known+`","https://example.org/strange/extension.json"],"releases":[`+strings.ReplaceAll(goodRelease, "c3-1", "c3-2")+`]}`)
	write(t, dir, "c.json", `{`+envelope+`,"extensions":["https://example.org/strange/extension.json"],"releases":[`+strings.ReplaceAll(goodRelease, "c3-1", "c3-3")+`]}`)

	code, out, errs, _ := finish(t, process(t, "", "compile", "--json-errors", dir))
	all := messages(t, errs)
	if code != exitDone || strings.Count(out, "\n") != 3 || len(all) != 1 || all[0].Level != "warning" || all[0].Input != b || all[0].Line != 2 || all[0].Pointer != "/extensions/1" ||
		!strings.Contains(all[0].Message, "https://example.org/strange/extension.json") || !strings.Contains(all[0].Message, "--extensions") {
		t.Errorf("compile: exit code %d: %s%s", code, out, errs)
	}
	code, out, errs, _ = finish(t, process(t, "", "validate", dir))
	if code != exitDone || strings.Contains(errs, "strange") || strings.Count(out, `"rule":"unknown-extension"`) != 2 || !strings.Contains(out, `"file":"`+b+`","line":2,"rule":"unknown-extension","severity":"warning","pointer":"/extensions/1"`) {
		t.Errorf("validate: exit code %d: %s%s", code, out, errs)
	}
	for _, args := range [][]string{{"compile", "--ignore-declared"}, {"validate", "--ignore-declared"}} {
		if code, out, errs, _ := finish(t, process(t, "", append(args, dir)...)); code != exitDone || strings.Contains(out+errs, "strange") {
			t.Errorf("%v: exit code %d: %s%s", args, code, out, errs)
		}
	}
	// Of a version that is not there the others are named, and one that is chosen stands for it.
	old := write(t, t.TempDir(), "old.json", `{`+envelope+`,"extensions":["`+strings.Replace(known, "master", "v1.1.3", 1)+`"],"releases":[`+strings.Replace(goodRelease, "}", `,"tender":{"id":"1","lots":[{"id":"1"}]}}`, 1)+`]}`)
	if _, out, errs := command(t, "", "validate", old); !strings.Contains(out, "lots@v1.1.5") || !strings.Contains(out, "additional-field") {
		t.Errorf("%s%s", out, errs)
	}
	if code, out, errs := command(t, "", "validate", "--extensions", "lots@v1.1.5", old); code != exitDone || out+errs != "" {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
	if code, _, errs, _ := finish(t, process(t, "", "compile", "--extensions", "strange", dir)); code != exitUsage || !strings.Contains(errs, "strange") || !strings.Contains(errs, "known are") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

func TestWrongUseIsSaidAsJSONToo(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"compile", "--json-errors", "--compat", "x"}, {"compile", "--nonsense", "--json-errors"}, {"validate", "--json-errors", "--jobs", "0"}, {"flatten", "--json-errors"}} {
		code, _, errs := command(t, "", args...)
		if all := messages(t, errs); code != exitUsage || len(all) != 1 || all[0].Kind != "usage" || all[0].Level != "error" {
			t.Errorf("%v: exit code %d: %s", args, code, errs)
		}
	}
}

// A run that waits for standard input ends at a signal and leaves nothing behind, with --keep-going too.
func TestAnInterruptedProcessLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"validate"}, {"compile", "--keep-going"}, {"unpackage", "--keep-going"}} {
		t.Run(fmt.Sprint(args), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			cmd := process(t, "", append(args, "-o", dir+"/out")...)
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			var errs bytes.Buffer
			cmd.Stderr = &errs
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			// What does not fit the pipe has been taken: the process is reading.
			if _, err := io.WriteString(in, strings.Repeat(goodRelease+"\n", 5000)); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- cmd.Wait() }()
			select {
			case <-done:
			case <-time.After(30 * time.Second):
				t.Fatal("it goes on")
			}
			if code := cmd.ProcessState.ExitCode(); code != exitStopped || !strings.Contains(errs.String(), "interrupted") {
				t.Errorf("exit code %d: %s", code, errs.String())
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

// What is no ordinary file cannot be replaced by one: a pipe is written to, a symbolic link
// leads to what is replaced, a folder is refused.
func TestOutputsThatAreNoOrdinaryFiles(t *testing.T) {
	t.Parallel()
	t.Run("a named pipe", func(t *testing.T) {
		t.Parallel()
		pipe := filepath.Join(t.TempDir(), "pipe")
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}
		got := make(chan string, 1)
		go func() {
			text, err := os.ReadFile(pipe)
			if err != nil {
				text = []byte(err.Error())
			}
			got <- string(text)
		}()
		if code, _, errs := command(t, goodRelease+"\n", "compile", "-o", pipe); code != exitDone {
			t.Fatalf("exit code %d: %s", code, errs)
		}
		if text := <-got; strings.Count(text, "\n") != 1 {
			t.Errorf("got %q", text)
		}
		if there, err := os.Stat(pipe); err != nil || there.Mode().Type() != os.ModeNamedPipe {
			t.Errorf("the pipe became %v, %v", there, err)
		}
		for _, flag := range []string{"--xlsx", "--csv"} {
			if code, _, errs := command(t, goodRelease+"\n", "flatten", flag, pipe); code != exitFailed || !strings.Contains(errs, pipe) {
				t.Errorf("%s: exit code %d: %s", flag, code, errs)
			}
		}
	})
	t.Run("a symbolic link", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		file := write(t, dir, "file.jsonl", "old")
		link := filepath.Join(dir, "link.jsonl")
		if err := os.Symlink("file.jsonl", link); err != nil {
			t.Fatal(err)
		}
		if code, _, errs := command(t, goodRelease+"\n", "compile", "-o", link); code != exitDone {
			t.Fatalf("exit code %d: %s", code, errs)
		}
		if to, err := os.Readlink(link); err != nil || to != "file.jsonl" {
			t.Errorf("the link leads to %q, %v", to, err)
		}
		if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), "compiled") {
			t.Errorf("%s %v", text, err)
		}
	})
	t.Run("a folder", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		if code, _, errs := command(t, goodRelease+"\n", "compile", "-o", dir); code != exitFailed || !strings.Contains(errs, "is a folder") {
			t.Errorf("exit code %d: %s", code, errs)
		}
	})
}

// full is an output without room.
type full struct{}

func (full) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "out", Err: syscall.ENOSPC}
}

func TestAFullDiskIsSaidWithWhatToDo(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"compile", "validate", "unpackage", "upgrade", "coverage", "indicators", "prepare", "detect"} {
		in := goodRelease + "\n"
		if verb == "validate" {
			in = strings.Replace(in, "initiationType", "x", 1) // so that there is something to write
		}
		var errs bytes.Buffer
		code := run(t.Context(), []string{verb}, strings.NewReader(in), full{}, &errs)
		if code != exitFailed || !strings.Contains(errs.String(), "no space left") || !strings.Contains(errs.String(), "make room") {
			t.Errorf("%s: exit code %d: %s", verb, code, errs.String())
		}
	}
}

// Nothing is nothing to process, but may be a mistake.
func TestAnEmptyInputIsWarnedOf(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"compile", "validate", "unpackage", "upgrade", "coverage", "indicators", "prepare"} {
		for _, in := range []string{"", "\n \n"} {
			code, _, errs := command(t, in, verb)
			if code != exitDone || strings.Count(errs, "no release and no record") != 1 {
				t.Errorf("%s of %q: exit code %d: %s", verb, in, code, errs)
			}
			if _, _, errs := command(t, in, verb, "--quiet"); errs != "" {
				t.Errorf("%s --quiet: %s", verb, errs)
			}
		}
		if _, _, errs := command(t, goodRelease, verb); strings.Contains(errs, "no release and") {
			t.Errorf("%s: %s", verb, errs)
		}
	}
	if code, _, errs := command(t, "", "flatten", "--csv", t.TempDir()); code != exitDone || strings.Count(errs, "no release and no record") != 1 {
		t.Errorf("flatten: exit code %d: %s", code, errs)
	}
}
