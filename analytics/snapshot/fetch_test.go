package snapshot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"path/filepath"
	"testing"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/publication"
	"github.com/kzocds/kzocds/proto/tables"
)

// store counts the reads of its objects.
type store struct {
	blob.Bucket
	objects map[string]string
	reads   map[string]int
}

func (s *store) Get(_ context.Context, key string, _ blob.GetOptions) (io.ReadCloser, blob.Info, error) {
	s.reads[key]++
	body, ok := s.objects[key]
	if !ok {
		return nil, blob.Info{}, fault.New(fault.NotFound, "no object").About(key)
	}
	return io.NopCloser(bytes.NewReader([]byte(body))), blob.Info{}, nil
}

func manifest(id string, contents ...string) publication.Manifest {
	m := publication.Manifest{ID: id}
	for _, c := range contents {
		sum := sha256.Sum256([]byte(c))
		m.Datasets = append(m.Datasets,
			publication.Dataset{Name: "tables", Table: "lots", Objects: []publication.Object{{Key: c, Rows: 2, SHA256: hex.EncodeToString(sum[:])}}},
			publication.Dataset{Name: "records", Objects: []publication.Object{{Key: "not wanted"}}},
			publication.Dataset{Name: "tables", Table: "of-tomorrow", Objects: []publication.Object{{Key: "not known"}}})
	}
	return m
}

func (s *store) put(t *testing.T, key string, v any) {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	s.objects[key] = string(body)
}

func TestASharedPartIsReadOnceAndAnOldOneDeleted(t *testing.T) {
	t.Parallel()
	s := &store{objects: map[string]string{"a": "a", "b": "b", "c": "c"}, reads: map[string]int{}}
	f := Fetcher{Bucket: s, Directory: t.TempDir()}
	for id, contents := range [][]string{{"a", "b"}, {"b", "c"}} {
		name := []string{"one", "two"}[id]
		s.put(t, "snapshots/"+name+"/manifest.json", manifest(name, contents...))
		got, m, err := f.Describe(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Fetch(t.Context(), &got, m); err != nil {
			t.Fatal(err)
		}
		if got.Rows["lots"] != 4 || len(got.Parts["lots"]) != 2 || len(got.Rows) != len(tables.All()) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if s.reads["a"] != 1 || s.reads["b"] != 1 || s.reads["c"] != 1 || s.reads["not wanted"]+s.reads["not known"] != 0 {
		t.Errorf("reads %v", s.reads)
	}
	if kept, _ := filepath.Glob(filepath.Join(f.Directory, "*")); len(kept) != 2 {
		t.Errorf("kept %v", kept)
	}
}

func TestDeltasAreFetchedBesideTheirBase(t *testing.T) {
	t.Parallel()
	s := &store{objects: map[string]string{"a": "a", "b": "b", "c": "c"}, reads: map[string]int{}}
	f := Fetcher{Bucket: s, Directory: t.TempDir()}
	m := manifest("one", "a")
	m.Deltas = []publication.Delta{
		{Name: "0001", Datasets: manifest("", "b").Datasets, Removed: []string{"ocds-x-1"}},
		{Name: "0002", Datasets: manifest("", "c").Datasets},
	}
	s.put(t, "snapshots/one/manifest.json", m)
	got, m, err := f.Describe(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Fetch(t.Context(), &got, m); err != nil {
		t.Fatal(err)
	}
	if len(got.Parts["lots"]) != 1 || len(got.Deltas) != 2 || len(got.Deltas[0].Parts["lots"]) != 1 || got.Deltas[1].Rows["lots"] != 2 || got.Deltas[0].Removed[0] != "ocds-x-1" {
		t.Errorf("snapshot %+v", got)
	}
	// Once the deltas are folded, the manifest without them counts.
	s.put(t, "snapshots/one/complete.json", manifest("one", "a", "b"))
	if got, _, err := f.Describe(t.Context(), "one"); err != nil || len(got.Deltas) != 0 || got.Rows["lots"] != 4 {
		t.Errorf("after folding %+v, %v", got, err)
	}
}

func TestWhatTheStoreMayGetWrong(t *testing.T) {
	t.Parallel()
	s := &store{objects: map[string]string{"a": "changed"}, reads: map[string]int{}}
	f := Fetcher{Bucket: s, Directory: t.TempDir()}
	if id, err := f.Latest(t.Context()); id != "" || err != nil {
		t.Errorf("before the first publication: %q, %v", id, err)
	}
	s.objects["latest.json"] = "{"
	if _, err := f.Latest(t.Context()); fault.KindOf(err) != fault.Invalid {
		t.Errorf("broken latest.json: %v", err)
	}
	if _, _, err := f.Describe(t.Context(), "gone"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("no manifest: %v", err)
	}
	s.put(t, "snapshots/one/manifest.json", manifest("two", "a"))
	if _, _, err := f.Describe(t.Context(), "one"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("manifest of another snapshot: %v", err)
	}
	s.put(t, "snapshots/two/manifest.json", manifest("two", "a"))
	got, m, err := f.Describe(t.Context(), "two")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Fetch(t.Context(), &got, m); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("another digest: %v", err)
	}
	m.Datasets[0].Objects[0].SHA256 = "../../etc"
	if err := f.Fetch(t.Context(), &got, m); fault.KindOf(err) != fault.Invalid {
		t.Errorf("no digest: %v", err)
	}
}
