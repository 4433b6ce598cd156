package publisher

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/platform/web"
	"github.com/kzocds/kzocds/proto/publication"
)

// The program of docs/data/follow.md, built and run as it stands there.
var followerText = regexp.MustCompile("(?s)```go\n(package main.*?)```")

func buildFollower(t *testing.T) (binary string) {
	t.Helper()
	text, err := os.ReadFile("../docs/data/follow.md")
	must(t, err)
	program := followerText.FindSubmatch(text)
	if program == nil {
		t.Fatal("docs/data/follow.md has no program")
	}
	lines := strings.FieldsFunc(string(program[1]), func(r rune) bool { return r == '\n' })
	if len(lines) != 40 {
		t.Errorf("the program has %d lines, and docs/data/follow.md says 40", len(lines))
	}
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "main.go"), program[1], 0o644))
	binary = filepath.Join(dir, "follower")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "main.go")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// open serves the routes that a follower reads as the gateway does.
func (f *fixture) open() *httptest.Server {
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, r *http.Request, v any, err error) {
		if err != nil {
			web.Problem(w, r, err)
			return
		}
		_ = json.NewEncoder(w).Encode(v)
	}
	server := httptest.NewServer(mux)
	f.t.Cleanup(server.Close)
	mux.HandleFunc("GET /bulk", func(w http.ResponseWriter, r *http.Request) {
		m, err := f.Bulk(r.Context(), publication.BulkRequest{})
		answer(w, r, m, err)
	})
	mux.HandleFunc("GET /ocds/releases", func(w http.ResponseWriter, r *http.Request) {
		limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		page, err := f.Releases(r.Context(), publication.FeedRequest{Cursor: r.URL.Query().Get("cursor"), Limit: limit})
		answer(w, r, map[string]any{
			"releases": page.Items, "tombstones": page.Tombstones,
			"links": map[string]string{"next": server.URL + "/ocds/releases?limit=" + fmt.Sprint(limit) + "&cursor=" + url.QueryEscape(page.Next)},
		}, err)
	})
	return server
}

func TestTheFollowerOfTheDocumentationKeepsAnExactMirror(t *testing.T) {
	t.Parallel()
	binary := buildFollower(t)
	f := newFixture(t, withDeltas)
	must(t, f.bucket.EnsurePublicRead(t.Context()))
	server := f.open()
	mirror := t.TempDir()
	follow := func() {
		t.Helper()
		_, err := f.store.Content(t.Context()) // all that was committed can be read
		must(t, err)
		if out, err := exec.CommandContext(t.Context(), binary, server.URL, mirror).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		got := map[string]string{}
		must(t, filepath.WalkDir(mirror, func(path string, d fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".json") {
				var text []byte
				text, err = os.ReadFile(path)
				got[filepath.Base(path)] = string(text)
			}
			return err
		}))
		rows, err := f.pool.Query(t.Context(), `select release_id, body from publication.release join ocds.release using (release_id) where not removed`)
		must(t, err)
		defer rows.Close()
		n := 0
		for ; rows.Next(); n++ {
			var id, body string
			must(t, rows.Scan(&id, &body))
			if got[id+".json"] != body {
				t.Errorf("%s is %q, not %q", id, got[id+".json"], body)
			}
		}
		must(t, rows.Err())
		if n != len(got) || n == 0 {
			t.Errorf("%d releases are mirrored, %d are published", len(got), n)
		}
	}
	f.fill(6)
	f.publish(6)
	must(t, f.store.Withdraw(t.Context(), makeRelease(5, 0).ocid, "test"))
	f.apply(f.transform(1, 1))
	plan, err := f.plan(t.Context(), 1, false)
	must(t, err)
	f.finish(plan)
	f.apply(f.transform(2, 1)) // behind the files
	follow()
	follow() // nothing new
	f.apply(f.transform(3, 1), f.transform(6, 0))
	must(t, f.store.Withdraw(t.Context(), makeRelease(1, 0).ocid, "test"))
	must(t, f.store.Restore(t.Context(), makeRelease(5, 0).ocid))
	f.apply(f.transform(3, 2))
	follow()
}
