package e2e

import (
	"os"
	"path/filepath"
	"testing"
)

// Whoever has nothing left but the stored documents of the source, a year later
// and on a machine with another number of processors, comes to the same
// snapshot: releases, records, tables and files are made anew.
func TestARebuildFromStoredDocumentsIsTheSameSnapshot(t *testing.T) {
	t.Parallel()
	s := install(t)
	want := s.once(t)
	servers := s.startParts(t, "postgres")
	servers.said("kzocds runs")
	db := s.database(t)
	var documents int64
	if err := db.QueryRow(t.Context(), `select count(*) from source.document_v2`).Scan(&documents); err != nil || documents == 0 {
		t.Fatalf("%d stored documents: %v", documents, err)
	}
	// The documents are a year old when they are read again.
	if _, err := db.Exec(t.Context(), `update source.document set fetched_at = fetched_at - interval '1 year', last_seen = last_seen - interval '1 year'`); err != nil {
		t.Fatal(err)
	}
	for _, schema := range []string{"ocds", "publication"} {
		if _, err := db.Exec(t.Context(), `drop schema `+schema+` cascade`); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	interrupt(t, servers)
	if code := servers.ended(); code != 0 {
		t.Fatalf("Ctrl-C ends with code %d", code)
	}
	for _, made := range []string{"objects/ocds", "nats", "analytics", "publisher"} {
		if err := os.RemoveAll(filepath.Join(s.state, made)); err != nil {
			t.Fatal(err)
		}
	}
	got := s.once(t, "GOMAXPROCS=1")
	if err := got.Agree(); err != nil {
		t.Error(err)
	}
	if got.Snapshot != want.Snapshot || !got.Published {
		t.Errorf("made anew: snapshot %s, published %v; it was %s", got.Snapshot, got.Published, want.Snapshot)
	}
}
