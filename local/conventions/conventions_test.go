package conventions

import (
	"bufio"
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

func TestImportsFollowTheRules(t *testing.T) {
	t.Parallel()
	for _, rule := range Rules() {
		t.Run(rule.Module, func(t *testing.T) {
			t.Parallel()
			files := 0
			walk(t, filepath.Join(root, rule.Module), func(path string) {
				if !strings.HasSuffix(path, ".go") {
					return
				}
				files++
				f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
				if err != nil {
					t.Errorf("parse %s: %v", path, err)
					return
				}
				for _, imp := range f.Imports {
					p, err := strconv.Unquote(imp.Path.Value)
					if err != nil {
						t.Errorf("%s: import %s: %v", path, imp.Path.Value, err)
						continue
					}
					if why := rule.Violation(p); why != "" {
						t.Errorf("%s imports %s, but %s", strings.TrimPrefix(path, root+"/"), p, why)
					}
				}
			})
			if files == 0 {
				t.Errorf("module %s has no Go file: is the table of rules out of date?", rule.Module)
			}
		})
	}
}

func TestARuleNamesItsReason(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		module, imports string
		allowed         bool
	}{
		{"publisher", prefix + "analytics/catalog", false},
		{"publisher", prefix + "ocds/merge", true},
		{"publisher", prefix + "publisher/internal/pg", true},
		{"ocds", prefix + "proto/tables", false},
		{"platform", prefix + "ocds", false},
		{"gateway", prefix + "local/goszakup", false},
		{"local", prefix + "gateway", true},
		{"ocds", "encoding/json", true},
	} {
		for _, r := range Rules() {
			if r.Module != c.module {
				continue
			}
			if got := r.Violation(c.imports); (got == "") != c.allowed {
				t.Errorf("%s importing %s: violation %q, want allowed=%v", c.module, c.imports, got, c.allowed)
			}
		}
	}
}

// One toolchain for all: go.work is the source.
func TestEveryModuleStatesTheGoVersionOfTheWorkspace(t *testing.T) {
	t.Parallel()
	version := regexp.MustCompile(`(?m)^go (\S+)$`)
	work, err := os.ReadFile(filepath.Join(root, "go.work"))
	if err != nil {
		t.Fatal(err)
	}
	want := string(version.FindSubmatch(work)[1])
	listed := regexp.MustCompile(`(?m)^\t\./(\S+)$`).FindAllSubmatch(work, -1)
	if len(listed) != len(Rules()) {
		t.Errorf("go.work lists %d modules, the rules %d", len(listed), len(Rules()))
	}
	for _, m := range listed {
		mod, err := os.ReadFile(filepath.Join(root, string(m[1]), "go.mod"))
		if err != nil {
			t.Error(err)
			continue
		}
		got := version.FindSubmatch(mod)
		if got == nil || !strings.HasPrefix(string(got[1]), want) && string(got[1]) != want {
			t.Errorf("%s/go.mod states go %s, go.work %s", m[1], got[1], want)
		}
	}
}

// The same file names in every service: who learned one knows all.
func TestServicesShareTheirFileNames(t *testing.T) {
	t.Parallel()
	for _, s := range services {
		for _, name := range []string{s + ".go", "cmd/" + s + "/main.go"} {
			if _, err := os.Stat(filepath.Join(root, s, name)); err != nil {
				t.Errorf("%s lacks %s (package doc, Config, New, Run / the twenty lines of main): %v", s, name, err)
			}
		}
	}
}

// code is what stands in fences: brackets there are no links.
var code = regexp.MustCompile("(?ms)^```.*?^```")

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

func TestLinksInTheDocsLeadSomewhere(t *testing.T) {
	t.Parallel()
	links := 0
	check := func(path string) {
		body, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			return
		}
		for _, m := range link.FindAllSubmatch(code.ReplaceAll(body, nil), -1) {
			target := string(m[1])
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			links++
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), target)); err != nil {
				t.Errorf("%s links to %s, which is not there", strings.TrimPrefix(path, root+"/"), target)
			}
		}
	}
	check(filepath.Join(root, "README.md"))
	check(filepath.Join(root, "CONTRIBUTING.md"))
	walk(t, filepath.Join(root, "docs"), func(path string) {
		if strings.HasSuffix(path, ".md") {
			check(path)
		}
	})
	if links == 0 {
		t.Error("no link found: the pattern is wrong")
	}
}

// A decision record has a table of facts on top and stands in the index.
func TestDecisionRecordsAreNumberedAndIndexed(t *testing.T) {
	t.Parallel()
	index, err := os.ReadFile(filepath.Join(root, "docs/adr/README.md"))
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(root, "docs/adr/*.md"))
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(paths)
	number := 0
	for _, p := range paths {
		name := filepath.Base(p)
		if name == "README.md" {
			continue
		}
		number++
		if !strings.HasPrefix(name, leftPad(number)+"-") {
			t.Errorf("docs/adr/%s: want number %s, without gaps", name, leftPad(number))
		}
		if !bytes.Contains(index, []byte("("+name+")")) {
			t.Errorf("docs/adr/README.md does not list %s", name)
		}
		body, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"| Status |", "## Context", "## Decision", "## Consequences"} {
			if !bytes.Contains(body, []byte(part)) {
				t.Errorf("docs/adr/%s lacks %q", name, part)
			}
		}
	}
	if number == 0 {
		t.Error("no decision record found")
	}
}

func leftPad(n int) string {
	s := strconv.Itoa(n)
	return strings.Repeat("0", 4-len(s)) + s
}

// Lock files must not pin a download host: the machine's own settings decide
// where packages come from.
func TestLockFilesNameNoHost(t *testing.T) {
	t.Parallel()
	f, err := os.Open(filepath.Join(root, "gateway/explorer/package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for n := 1; s.Scan(); n++ {
		if strings.Contains(s.Text(), `"resolved": "http`) {
			t.Fatalf("gateway/explorer/package-lock.json:%d names a host; run: npm install --omit-lockfile-registry-resolved", n)
		}
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
}

func walk(t *testing.T, dir string, visit func(path string)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || d.Name() == "dist") {
			return filepath.SkipDir
		}
		if !d.IsDir() {
			visit(path)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("walk %s: %v", dir, err)
	}
}
