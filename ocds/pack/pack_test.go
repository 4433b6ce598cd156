package pack_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/pack"
)

var metadata = pack.Metadata{
	URI: "https://example.org/p", PublishedDate: "2026-01-01T00:00:00Z",
	Publisher:  pack.Publisher{Name: "P \"Q\"", Scheme: "KZ-BIN", UID: "1", URI: "https://example.org"},
	Extensions: []string{"https://example.org/a", "https://example.org/b"}, License: "https://example.org/l",
	PublicationPolicy: "https://example.org/policy", Packages: []string{"https://example.org/1"},
}

func TestAPackageIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w, err := pack.NewWriter(&b, pack.Records, metadata)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range []string{`{"ocid":"1"}`, "{\"ocid\":\"2\"}\n"} {
		if err := w.Add([]byte(item)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil || w.Count() != 2 {
		t.Fatal(err)
	}
	v, err := ocds.Parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var got pack.Metadata
	got.Read(v)
	want := metadata
	want.Version = "1.1"
	if got.URI != want.URI || got.Publisher != want.Publisher || got.Version != "1.1" || strings.Join(got.Extensions, " ") != strings.Join(want.Extensions, " ") || got.License != want.License || got.PublicationPolicy != want.PublicationPolicy || len(got.Packages) != 1 {
		t.Errorf("got %+v", got)
	}
	kind, items, ok := pack.Items(v)
	if kind != pack.Records || items.Len() != 2 || !ok {
		t.Errorf("%s %s %v", kind, items, ok)
	}
	if err := w.Add([]byte(`{}`)); err == nil {
		t.Error("a closed package took another record")
	}
}

func TestAPackageOfNothingIsNotWritten(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w, err := pack.NewWriter(&b, pack.Releases, metadata)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); !errors.Is(err, pack.ErrEmpty) || b.Len() != 0 {
		t.Errorf("%v, %d bytes", err, b.Len())
	}
	if _, err := pack.NewWriter(&b, pack.Releases, pack.Metadata{URI: "u"}); err == nil || !strings.Contains(err.Error(), "publisher.name") {
		t.Errorf("got %v", err)
	}
	if _, err := pack.NewWriter(&b, "others", metadata); err == nil {
		t.Error("a package of others was begun")
	}
}

func TestARecord(t *testing.T) {
	t.Parallel()
	got := string(pack.Record{
		OCID:  "o\"1",
		Links: []pack.Link{{URL: "https://example.org/p#1", Date: "2026-01-01T00:00:00Z", Tag: []string{"tender", "award"}}}, Compiled: []byte(`{"a":1}`), Versioned: []byte(`{"b":2}`),
	}.AppendTo(nil))
	const want = `{"ocid":"o\"1","releases":[{"url":"https://example.org/p#1","date":"2026-01-01T00:00:00Z","tag":["tender","award"]}],"compiledRelease":{"a":1},"versionedRelease":{"b":2}}`
	if got != want {
		t.Errorf("got %s", got)
	}
	if got := string(pack.Record{OCID: "1", Releases: [][]byte{[]byte(`{}`), []byte(`{}`)}}.AppendTo(nil)); got != `{"ocid":"1","releases":[{},{}]}` {
		t.Errorf("got %s", got)
	}
}
