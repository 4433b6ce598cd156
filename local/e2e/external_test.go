package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Servers that somebody else runs, named by DATABASE_URL, NATS_URL,
// TEMPORAL_ADDRESS and S3_ENDPOINT, do as well as our own.
func TestServersOfOthersHoldTheSameSnapshot(t *testing.T) {
	t.Parallel()
	want := snapshotOfUndisturbedRun(t)
	theirs := install(t)
	servers := theirs.startParts(t, "postgres,nats,s3,temporal")
	servers.said("kzocds runs")
	secret := func(name string) string {
		text, err := os.ReadFile(filepath.Join(theirs.state, "secrets", name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(text))
	}
	p := theirs.ports()
	ours := install(t,
		fmt.Sprintf("DATABASE_URL=postgres://kzocds:%s@127.0.0.1:%d/kzocds?sslmode=disable", secret("postgres-password"), p.PostgreSQL),
		fmt.Sprintf("NATS_URL=nats://127.0.0.1:%d", p.NATS),
		fmt.Sprintf("TEMPORAL_ADDRESS=127.0.0.1:%d", p.Temporal),
		fmt.Sprintf("S3_ENDPOINT=http://127.0.0.1:%d", p.S3),
		"AWS_ACCESS_KEY_ID=kzocds", "AWS_SECRET_ACCESS_KEY="+secret("s3-secret-key"))
	sum := ours.once(t)
	if err := sum.Agree(); err != nil {
		t.Error(err)
	}
	if sum.Snapshot != want {
		t.Errorf("snapshot %s, want %s", sum.Snapshot, want)
	}
	for _, kept := range []string{"postgres", "nats", "objects"} {
		if _, err := os.Stat(filepath.Join(ours.state, kept)); !os.IsNotExist(err) {
			t.Errorf("%s exists beside the servers of others: %v", kept, err)
		}
	}
	download(t, theirs, sum.Snapshot)
}

// Bodies of source documents in packs of the object store make the same snapshot as
// bodies in the database; the bucket is not the publication's, and nobody reads it
// without a key.
func TestBodiesInPacksMakeTheSameSnapshot(t *testing.T) {
	t.Parallel()
	want := snapshotOfUndisturbedRun(t)
	s := install(t, "EXTRACTOR_BODIES_IN=packs", "EXTRACTOR_BODIES_FROM=1")
	sum := s.once(t)
	if err := sum.Agree(); err != nil {
		t.Error(err)
	}
	if sum.Snapshot != want {
		t.Errorf("snapshot %s, want %s", sum.Snapshot, want)
	}
	stored, err := filepath.Glob(filepath.Join(s.state, "objects", "source", "packs", "*", "*.zst"))
	if err != nil || len(stored) == 0 {
		t.Fatalf("no packs below %s: %v", s.state, err)
	}
	parts := s.startParts(t, "s3")
	parts.said("kzocds runs")
	key := strings.TrimPrefix(filepath.ToSlash(stored[0]), filepath.ToSlash(filepath.Join(s.state, "objects"))+"/")
	res, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/%s", s.ports().S3, key))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("a pack is given to everybody: %s", res.Status)
	}
}
