package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

func TestOneRunPublishesEverythingAndTheNextNothing(t *testing.T) {
	s := install(t)
	first := s.once(t)
	if err := first.Agree(); err != nil {
		t.Error(err)
	}
	if !first.Published || first.Counts.Quarantined != 0 || first.Scale != 60 || first.Seed != 1 || first.Seconds["total"] <= 0 {
		t.Errorf("summary %+v", first)
	}
	for _, e := range []string{"subject", "plan_point", "trd_buy", "lots", "trd_app", "contract", "ref"} {
		if n := first.Entities[e]; n.Stored == 0 || n.Stored != n.Source {
			t.Errorf("entity %s: source has %d, stored are %d", e, n.Source, n.Stored)
		}
	}
	second := s.once(t)
	if second.Published || second.Snapshot != first.Snapshot || second.Counts != first.Counts {
		t.Errorf("the second run says %+v,\nthe first %+v", second, first)
	}
	if other := snapshotOfUndisturbedRun(t); other != first.Snapshot {
		t.Errorf("another machine makes snapshot %s of the same source, this one %s", other, first.Snapshot)
	}

	t.Run("then it stays up and serves until Ctrl-C", func(t *testing.T) { staysUp(t, s, first.Snapshot) })
}

func staysUp(t *testing.T, s *system, snapshot string) {
	p := s.start(t)
	p.said("kzocds runs")
	ports := s.ports()
	for _, c := range []struct {
		url, want string
	}{
		{s.url(ports.Gateway, "/"), "<!doctype html>"},
		{s.url(ports.Gateway, "/docs"), "<html"},
		{s.url(ports.Gateway, "/api/v1/openapi.json"), `"openapi"`},
		{s.url(ports.Gateway, "/api/v1/bulk"), snapshot},
		{s.url(ports.Gateway, "/api/v1/catalog?lang=kk"), "procedures"},
		{s.url(ports.Gateway, "/api/v1/query?measures=procedures,lotsValue&dimensions=method"), snapshot},
		{s.url(ports.Gateway, "/api/v1/facets?fields=method"), snapshot},
		{s.url(ports.Gateway, "/api/v1/ocds/records?limit=5"), `"compiledRelease"`},
		{s.url(ports.Gateway, "/api/v1/ocds/releases?limit=5"), `"releases"`},
		{s.url(ports.TemporalUI, "/namespaces/default/workflows"), "<!doctype html>"},
		{s.url(ports.S3, "/ocds/latest.json"), snapshot},
		{s.url(ports.Extractor, "/readyz"), ""},
		{s.url(ports.Transformer, "/readyz"), ""},
		{s.url(ports.Publisher, "/readyz"), ""},
		{s.url(ports.Analytics, "/readyz"), ""},
		{s.url(ports.GatewayInternal, "/metrics"), "go_goroutines"},
	} {
		if status, body := get(t, c.url); status != http.StatusOK || !strings.Contains(strings.ToLower(body), strings.ToLower(c.want)) {
			t.Errorf("%s answers %d %.300s; want %q", c.url, status, body, c.want)
		}
	}
	for _, c := range []struct{ query, field, allowed string }{
		{"measures=happiness", "measures", "procedures"},
		{"measures=procedures&filter.colour=red", "colour", "method"},
		{"measures=procedures&dimensions=mood", "dimensions", "method"},
	} {
		status, body := get(t, s.url(ports.Gateway, "/api/v1/query?"+c.query))
		if status != http.StatusBadRequest || !strings.Contains(body, c.field) || !strings.Contains(body, c.allowed) {
			t.Errorf("query %s answers %d %.500s; want 400 naming %s and what is allowed", c.query, status, body, c.field)
		}
	}
	download(t, s, snapshot)
	follows(t, s)
	samplesArePublished(t, s)
	browserWalks(t, s)

	child := map[string]int{}
	for _, name := range []string{"postgres", "temporalserver"} {
		pid, found := p.child(name)
		if !found {
			t.Errorf("%s does not run", name)
		}
		child[name] = pid
	}
	interrupt(t, p)
	if code := p.ended(); code != 0 {
		t.Errorf("Ctrl-C ends with code %d", code)
	}
	for name, pid := range child {
		if alive(pid) {
			t.Errorf("%s outlives the program", name)
		}
	}
}

// download reads the manifest and its objects with an S3 client and checks what
// the manifest says of them; an anonymous reader gets the same.
func download(t *testing.T, s *system, snapshot string) {
	secret, err := os.ReadFile(filepath.Join(s.state, "secrets", "s3-secret-key"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := minio.New(fmt.Sprintf("127.0.0.1:%d", s.ports().S3), &minio.Options{
		Creds: credentials.NewStaticV4("kzocds", strings.TrimSpace(string(secret)), ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	read := func(key string) []byte {
		o, err := c.GetObject(t.Context(), "ocds", key, minio.GetObjectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer o.Close()
		return readAll(t, o)
	}
	var manifest struct {
		Datasets []struct {
			Name    string
			Objects []struct {
				Key    string
				Bytes  int
				SHA256 string
			}
		}
	}
	if err := json.Unmarshal(read("snapshots/"+snapshot+"/manifest.json"), &manifest); err != nil {
		t.Fatal(err)
	}
	objects := 0
	for _, d := range manifest.Datasets {
		for _, o := range d.Objects {
			objects++
			text := read(o.Key)
			if sum := sha256.Sum256(text); len(text) != o.Bytes || hex.EncodeToString(sum[:]) != o.SHA256 {
				t.Errorf("%s has %d bytes with digest %x; the manifest says %d, %s", o.Key, len(text), sum, o.Bytes, o.SHA256)
			}
			if status, body := get(t, s.url(s.ports().S3, "/ocds/"+o.Key)); status != http.StatusOK || len(body) != o.Bytes {
				t.Errorf("everybody reads %s as %d, %d bytes", o.Key, status, len(body))
			}
		}
	}
	if objects < 10 {
		t.Errorf("the manifest names only %d objects", objects)
	}
	if status, _ := get(t, s.url(s.ports().S3, "/ocds/?list-type=2")); status != http.StatusForbidden {
		t.Errorf("everybody may list the bucket: %d", status)
	}
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "identity")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode, string(readAll(t, res.Body))
}

// The real MinIO is built when the cache does not hold it: some minutes, told on
// standard error. It holds the bodies of source documents as well.
func TestMinIOHoldsTheSameSnapshot(t *testing.T) {
	t.Parallel()
	s := install(t, "OBJECT_STORE=minio", "EXTRACTOR_BODIES_IN=packs", "EXTRACTOR_BODIES_FROM=1")
	sum := s.once(t)
	if want := snapshotOfUndisturbedRun(t); sum.Snapshot != want {
		t.Errorf("snapshot %s, want %s", sum.Snapshot, want)
	}
	if packs, err := filepath.Glob(filepath.Join(s.state, "minio", "source", "packs", "*", "*.zst")); err != nil || len(packs) == 0 {
		t.Errorf("no packs below %s: %v", s.state, err)
	}
	p := s.start(t)
	p.said("kzocds runs")
	download(t, s, sum.Snapshot)
	interrupt(t, p)
	if code := p.ended(); code != 0 {
		t.Errorf("Ctrl-C ends with code %d", code)
	}
}
