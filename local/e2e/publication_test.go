package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kzocds/kzocds/local/localtest"
	"github.com/kzocds/kzocds/local/objectstore"
	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/config"
)

// foreignRelease is a small release of a publisher who gives numbers as ids and
// knows no lots.
func foreignRelease(n int) string {
	return fmt.Sprintf(`{"ocid":"ocds-a1b2c3-%d","id":%d,"date":"2024-03-%02dT08:00:00+02:00","tag":["tender","award","contract"],"initiationType":"tender","language":"en",
		"parties":[{"id":1,"name":"City of Example","roles":["buyer"],"contactPoint":{"name":"Somebody Inperson","email":"somebody@example.org"}},{"id":2,"name":"Example Ltd","roles":["supplier"]}],
		"buyer":{"id":1,"name":"City of Example"},"tender":{"id":%d,"title":"Road %d","status":"complete","procurementMethod":"open","mainProcurementCategory":"works","value":{"amount":1000.50,"currency":"EUR"}},
		"awards":[{"id":1,"status":"active","value":{"amount":900,"currency":"EUR"},"suppliers":[{"id":2,"name":"Example Ltd"}]}],
		"contracts":[{"id":1,"awardID":1,"status":"active","dateSigned":"2024-03-%02dT08:00:00Z","value":{"amount":900,"currency":"EUR"}}]}`, n, n, n%28+1, n, n, n%28+1)
}

func oneLine(text string) string {
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		panic(err)
	}
	return b.String()
}

// publisher serves a paged API of three releases and a compressed file of JSON
// Lines with two, and counts what it is asked for and what it sends.
func publisher(t *testing.T) (url string, asked, sent *atomic.Int64) {
	t.Helper()
	asked, sent = new(atomic.Int64), new(atomic.Int64)
	page := func(next string, releases ...int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			w.Header().Set("ETag", `"one"`)
			if r.Header.Get("If-None-Match") == `"one"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			sent.Add(1)
			var list []string
			for _, n := range releases {
				list = append(list, foreignRelease(n))
			}
			fmt.Fprintf(w, `{"uri":"https://publisher.example","version":"1.1","publisher":{"name":"Example"},"releases":[%s],"links":{"next":"%s"}}`, strings.Join(list, ","), next)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/releases", page("/more?page=2", 1, 2))
	mux.HandleFunc("/more", page("", 3))
	mux.HandleFunc("/all.jsonl.gz", func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("Last-Modified", "Mon, 04 Mar 2024 00:00:00 GMT")
		if r.Header.Get("If-Modified-Since") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		sent.Add(1)
		z := gzip.NewWriter(w)
		fmt.Fprintf(z, "%s\n%s\n", oneLine(foreignRelease(4)), oneLine(foreignRelease(5)))
		z.Close()
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL, asked, sent
}

// bucketOf makes a store with one object of two releases.
func bucketOf(t *testing.T) config.ObjectStore {
	t.Helper()
	store, err := objectstore.Embedded(t.Context(), localtest.State(t), localtest.Port(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	cfg := config.DefaultObjectStore()
	cfg.Endpoint, cfg.Bucket, cfg.AccessKey, cfg.SecretKey = store.Endpoint(), "foreign", objectstore.AccessKey, config.Secret(store.SecretKey())
	bucket, err := blob.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	text := "[" + foreignRelease(6) + "," + foreignRelease(7) + "]"
	if _, err := bucket.Put(t.Context(), "data/2024.json", strings.NewReader(text), int64(len(text)), blob.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestThePublicationsOfOthersAreServedLikeThePortal(t *testing.T) {
	t.Parallel()
	s := install(t)
	samples := os.DirFS(filepath.Join(localtest.Root(t), "extractor", "internal", "publication", "testdata"))
	folder := t.TempDir()
	if err := os.CopyFS(folder, samples); err != nil { // five processes, releases of 1.0 among them
		t.Fatal(err)
	}
	// Of this file one release belongs to no process, one has no date, one is good,
	// and the last is cut off.
	broken := `{"releases":[{"id":"1"},{"ocid":"ocds-a1b2c3-90","id":"1","tag":["tender"]},` + foreignRelease(91) + `,{"ocid":"ocds-a1b2c3-92","id":"1`
	if err := os.WriteFile(filepath.Join(folder, "broken.json"), []byte(broken), 0o644); err != nil {
		t.Fatal(err)
	}
	api, asked, sent := publisher(t)
	store := bucketOf(t)
	s.env = append(s.env, "SOURCE=ocds", "SOURCE_URL="+folder+" "+api+"/releases "+api+"/all.jsonl.gz s3://foreign/data/",
		"EXTRACTOR_PUBLICATION_RATE=1000", "EXTRACTOR_PUBLICATION_BUCKET_ENDPOINT="+store.Endpoint,
		"EXTRACTOR_PUBLICATION_BUCKET_ACCESS_KEY="+store.AccessKey, "EXTRACTOR_PUBLICATION_BUCKET_SECRET_KEY="+store.SecretKey.Reveal())

	first := s.once(t)
	if err := first.Agree(); err != nil {
		t.Error(err)
	}
	// Five of the samples, seven of the publisher, one good and one without date.
	if c := first.Counts; c.Source != 14 || c.Quarantined != 1 || c.Loaded != 13 {
		t.Errorf("counts %+v, want 14 processes, one of them in quarantine", c)
	}
	if e := first.Entities["ocds_release"]; e.Source != e.Stored+e.Quarantined || e.Quarantined != 2 {
		t.Errorf("releases %+v, want 2 in quarantine", e)
	}
	if asked.Load() != 3 || sent.Load() != 3 {
		t.Errorf("the publisher was asked %d times and sent %d answers, want 3 and 3", asked.Load(), sent.Load())
	}
	second := s.once(t)
	if second.Published || second.Snapshot != first.Snapshot || second.Counts != first.Counts {
		t.Errorf("the second run says %+v,\nthe first %+v", second, first)
	}
	if sent.Load() != 3 {
		t.Errorf("the publisher had to send %d answers again", sent.Load()-3)
	}

	// A release that is older than those that were published comes late.
	late := `{"ocid":"ocds-a1b2c3-1","id":"late","date":"2023-01-01T00:00:00Z","tag":["planning"],"initiationType":"tender","tender":{"id":1,"title":"Old road","description":"Told late"}}`
	if err := os.WriteFile(filepath.Join(folder, "late.json"), []byte(late), 0o644); err != nil {
		t.Fatal(err)
	}
	third := s.once(t)
	if err := third.Agree(); err != nil || !third.Published || third.Counts != first.Counts || sent.Load() != 3 {
		t.Errorf("the third run says %+v (%v), the publisher sent %d answers", third, err, sent.Load())
	}

	p := s.start(t)
	p.said("kzocds runs")
	gateway := s.ports().Gateway
	for _, c := range []struct{ path, want string }{
		{"/", "<!doctype html>"},
		{"/api/v1/ocds/records/ocds-213czf-000-00002", `"id":"ocds-213czf-000-00002-01-award2"`},
		{"/api/v1/ocds/records/ocds-03ad3f-193399", `"supplier"`},
		{"/api/v1/ocds/records/ocds-a1b2c3-5", `"Road 5"`},
		{"/api/v1/ocds/records/ocds-a1b2c3-1", `"Told late"`},
		{"/api/v1/ocds/records/ocds-a1b2c3-1", `"Road 1"`},
		{"/api/v1/ocds/releases/ocds-213czf-000-00002-01-tender", `"2016-01-01T09:30:00Z"`},
		{"/api/v1/provenance/ocds-a1b2c3-6", "s3://foreign/data/2024.json"},
		{"/api/v1/query?measures=procedures&dimensions=category", `"works"`},
		{"/api/v1/facets?fields=category", third.Snapshot},
		{"/api/v1/ocds/releases?limit=5", `"releases"`},
	} {
		status, body := get(t, s.url(gateway, c.path))
		if status != http.StatusOK || !strings.Contains(strings.ToLower(body), strings.ToLower(c.want)) {
			t.Errorf("%s answers %d %.300s; want %q", c.path, status, body, c.want)
		}
	}
	for _, ocid := range []string{"ocds-a1b2c3-1", "ocds-07smqs-993235"} {
		if _, body := get(t, s.url(gateway, "/api/v1/ocds/records/"+url.PathEscape(ocid))); strings.Contains(body, "Inperson") || strings.Contains(body, "@") || strings.Contains(body, "Persona de Ejemplo") {
			t.Errorf("the record of %s names a contact person: %.500s", ocid, body)
		}
	}
	var rules []string
	rows, err := s.database(t).Query(t.Context(), `select rule from source.quarantine_v1 union all select rule from ocds.quarantine_v1 order by rule`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var rule string
		if err := rows.Scan(&rule); err != nil {
			t.Fatal(err)
		}
		rules = append(rules, rule)
	}
	if want := "ocds.date.unreadable source.ocds.ocid.missing source.volume.malformed"; strings.Join(rules, " ") != want {
		t.Errorf("rules in quarantine %v, want %s", rules, want)
	}
	interrupt(t, p)
	if code := p.ended(); code != 0 {
		t.Errorf("Ctrl-C ends with code %d", code)
	}
}
