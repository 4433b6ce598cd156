package gateway

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kzocds/kzocds/proto/publication"
)

func TestOperatorsActOnThePublication(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("ab", 32)
	for name, c := range map[string]struct {
		act, body string
		status    int
		done      string
	}{
		"roll back to a snapshot":     {"roll-back", `{"snapshot":"` + id + `","reason":"wrong figures"}`, http.StatusAccepted, "roll-back " + id + "   wrong figures"},
		"roll back to the one before": {"roll-back", `{"snapshot":"previous"}`, http.StatusAccepted, "roll-back before"},
		"roll back to nothing":        {"roll-back", ``, http.StatusBadRequest, ""},
		"release":                     {"release", ``, http.StatusAccepted, "release"},
		"cite":                        {"cite", `{"snapshot":"` + id + `"}`, http.StatusAccepted, "cite " + id},
		"accept":                      {"accept", `{"check":"not-shrunk"}`, http.StatusAccepted, "accept   not-shrunk"},
		"accept nothing":              {"accept", `{}`, http.StatusBadRequest, ""},
		"withdraw":                    {"withdraw", `{"ocid":"ocds-x-1"}`, http.StatusAccepted, "withdraw  ocds-x-1"},
		"withdraw nothing":            {"withdraw", `{}`, http.StatusBadRequest, ""},
		"compact":                     {"compact", ``, http.StatusAccepted, "compact"},
		"an act that there is not":    {"delete", `{}`, http.StatusNotFound, ""},
		"a member that there is not":  {"cite", `{"id":"x"}`, http.StatusBadRequest, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, nil)
			b.back.answer["publisher.bulk"] = publication.Bulk{Manifest: publication.Manifest{ID: id, Parent: "before"}}
			w := b.do(t, "POST", "/api/v1/admin/publication/"+c.act, c.body, "Authorization", "Bearer operator-word", "Content-Type", "application/json")
			if w.Code != c.status {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if want := strings.Fields(c.done); c.done != "" && (len(b.ops.done) != 1 || !slices.Equal(strings.Fields(b.ops.done[0]), want)) {
				t.Errorf("did %q", b.ops.done)
			}
			if c.done == "" && len(b.ops.done) > 0 {
				t.Errorf("did %q all the same", b.ops.done)
			}
		})
	}
}

func TestAPageOfTheFeedHasBothNeighboursAndItsTombstones(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	date := time.Date(2026, 7, 24, 10, 0, 0, 0, time.UTC)
	b.back.answer["publisher.releases"] = publication.FeedPage{
		Items: []json.RawMessage{json.RawMessage(`{"id":"a"}`)}, Next: "next", Previous: "previous", More: true, Package: publication.Package{Newest: date},
		Tombstones: []publication.Tombstone{{OCID: "ocds-x-1", Date: date}},
	}
	w := b.get(t, "/api/v1/ocds/releases?limit=7")
	var pkg struct {
		Releases   []json.RawMessage
		Tombstones []publication.Tombstone
		Links      struct{ Next, Prev string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &pkg); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(pkg.Links.Next, "cursor=next") || !strings.Contains(pkg.Links.Prev, "cursor=previous&limit=7") || len(w.Header()["Link"]) != 2 ||
		len(pkg.Tombstones) != 1 || pkg.Tombstones[0].OCID != "ocds-x-1" || len(pkg.Releases) != 1 {
		t.Errorf("page %s with %v", w.Body, w.Header()["Link"])
	}

	b.back.answer["publisher.records"] = publication.FeedPage{Items: []json.RawMessage{}, Next: "end"}
	if w := b.get(t, "/api/v1/ocds/records?cursor=end"); !strings.HasPrefix(w.Body.String(), `{"records":[],"links":{"next":`) {
		t.Errorf("the end of the feed of records: %s", w.Body)
	}
}

// A follower from anywhere reads pages compressed, and does not read again what
// has not changed.
func TestPagesOfTheFeedAreCompressedTaggedAndOpen(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	item := json.RawMessage(`{"title":"` + strings.Repeat("Бумага ", 500) + `"}`)
	b.back.answer["publisher.releases"] = publication.FeedPage{Items: []json.RawMessage{item}, Next: "next"}
	const page = "/api/v1/ocds/releases?cursor=c"
	plain, packed := b.get(t, page), b.get(t, page, "Accept-Encoding", "gzip")
	if packed.Header().Get("Content-Encoding") != "gzip" || packed.Body.Len() >= plain.Body.Len()/2 || plain.Header().Get("Content-Encoding") != "" {
		t.Errorf("%d bytes with gzip (%v), %d without", packed.Body.Len(), packed.Header(), plain.Body.Len())
	}
	gz, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(gz); err != nil || string(text) != plain.Body.String() {
		t.Errorf("the page is another when it is compressed: %v", err)
	}
	for _, w := range []*httptest.ResponseRecorder{plain, packed} {
		etag := w.Header().Get("ETag")
		if again := b.get(t, page, "If-None-Match", etag); etag == "" || again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("tag %q: %d with %d bytes", etag, again.Code, again.Body.Len())
		}
		if w.Header().Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(w.Header().Get("Access-Control-Expose-Headers"), "ETag") {
			t.Errorf("programs of other origins cannot follow: %v", w.Header())
		}
	}
	if w := b.do(t, http.MethodOptions, page, "", "Origin", "https://elsewhere.example"); w.Code != http.StatusNoContent || w.Header().Get("Access-Control-Allow-Methods") == "" {
		t.Errorf("the question before: %d %v", w.Code, w.Header())
	}
}
