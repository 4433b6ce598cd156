package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/local/localtest"
)

// follows runs the program of docs/data/follow.md on the open API and compares
// its mirror with the feed read from its beginning.
func follows(t *testing.T, s *system) {
	text, err := os.ReadFile(filepath.Join(localtest.Root(t), "docs", "data", "follow.md"))
	if err != nil {
		t.Fatal(err)
	}
	program := regexp.MustCompile("(?s)```go\n(package main.*?)```").FindSubmatch(text)
	if program == nil {
		t.Fatal("docs/data/follow.md has no program")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), program[1], 0o644); err != nil {
		t.Fatal(err)
	}
	api, mirror := s.url(s.ports().Gateway, "/api/v1"), filepath.Join(dir, "mirror")
	if err := os.Mkdir(mirror, 0o755); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), "go", "run", "main.go", api, mirror)
	run.Dir = dir
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(mirror, "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	mirrored := map[string]string{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		mirrored[strings.TrimSuffix(filepath.Base(file), ".json")] = string(body)
	}
	published := 0
	for next := api + "/ocds/releases?limit=1000"; ; {
		status, body := get(t, next)
		var page struct {
			Releases []json.RawMessage
			Links    struct{ Next string }
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d, %v", next, status, err)
		}
		for _, raw := range page.Releases {
			var r struct{ ID string }
			if err := json.Unmarshal(raw, &r); err != nil {
				t.Fatal(err)
			}
			if mirrored[r.ID] != string(raw) {
				t.Errorf("the mirror of %s is %.200q", r.ID, mirrored[r.ID])
			}
		}
		published += len(page.Releases)
		if next = page.Links.Next; len(page.Releases) == 0 {
			break
		}
	}
	if published == 0 || len(mirrored) != published {
		t.Errorf("%d releases are mirrored, %d are published", len(mirrored), published)
	}
}
