package schema_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/schema"
)

func TestTheExtensionsOfTheRegistryAreEmbedded(t *testing.T) {
	t.Parallel()
	names := schema.Registered()
	for _, want := range []string{"lots@master", "lots@v1.1.5", "bids@master", "enquiries@v1.1.5", "location@master", "process_title@master", "participation_fee@master", "budget@master", "legalBasis@1.1", "pagination@master"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is missing", want)
		}
	}
	for _, name := range names {
		e, err := schema.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := schema.ByURL(e[0].URL); !ok || e[0].Name == "" || e[0].Release == nil && e[0].ReleasePackage == nil {
			t.Errorf("%s: %q %q", name, e[0].URL, e[0].Name)
		}
		if _, err := schema.New(e...); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := schema.Named("nothing"); err == nil || !strings.Contains(err.Error(), "lots@master") {
		t.Errorf("got %v", err)
	}
	for _, name := range []string{"lots@../..", "lots@", "../1.1.5"} {
		if _, err := schema.Named(name); err == nil {
			t.Errorf("%s exists", name)
		}
	}
}

func TestADeclaredExtensionIsFoundWhereItWasBefore(t *testing.T) {
	t.Parallel()
	const former = "https://raw.githubusercontent.com/open-contracting/ocds_budget_breakdown_extension/master/extension.json"
	if e, ok := schema.ByURL(former); !ok || e.ID != "budget" {
		t.Errorf("%v %+v", ok, e.ID)
	}
	const old = "https://raw.githubusercontent.com/open-contracting-extensions/ocds_lots_extension/v1.1.3/extension.json"
	if _, ok := schema.ByURL(old); ok {
		t.Error("a version that is not embedded stands for another")
	}
	if got := schema.Versions(old); !slices.Equal(got, []string{"lots@v1.1.5", "lots@master"}) && !slices.Equal(got, []string{"lots@master", "lots@v1.1.5"}) {
		t.Errorf("got %v", got)
	}
	for _, url := range []string{"", "x", "https://example.org/extension.json", "https://raw.githubusercontent.com/open-contracting/ocds_"} {
		if _, ok := schema.ByURL(url); ok || schema.Versions(url) != nil {
			t.Errorf("%q is known", url)
		}
	}
}

func TestTheLaterExtensionWins(t *testing.T) {
	t.Parallel()
	add := schema.Extension{ID: "a", Release: []byte(`{"properties":{"language":null,"x":{"type":"string"}}}`)}
	remove := schema.Extension{ID: "b", Release: []byte(`{"properties":{"x":null}}`)}
	both, err := schema.New(add, remove)
	if err != nil {
		t.Fatal(err)
	}
	other, err := schema.New(remove, add)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		schema *schema.Schema
		field  string
		want   bool
	}{{both, "x", false}, {other, "x", true}, {both, "language", false}, {schema.Core(), "language", true}} {
		v, err := ocds.Parse(c.schema.Release())
		if err != nil {
			t.Fatal(err)
		}
		if got := v.Path("properties", c.field).Ok(); got != c.want {
			t.Errorf("%s is there: %v", c.field, got)
		}
	}
}

func TestReadingAnExtension(t *testing.T) {
	t.Parallel()
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	e, err := schema.Read(fstest.MapFS{
		"extension.json": file(`{"name":{"en":"Mine"}}`), "release-schema.json": file(`{}`), "codelists/+a.csv": file("Code\nx\n"),
	})
	if err != nil || e.ID != "Mine" || e.Release == nil || e.Codelists["+a.csv"] == nil {
		t.Errorf("%+v %v", e, err)
	}
	for name, fs := range map[string]fstest.MapFS{
		"no extension.json":     {},
		"broken extension.json": {"extension.json": file(`{`)},
		"a name that is none":   {"extension.json": file(`{"name":7}`)},
		"a missing schema":      {"extension.json": file(`{"name":"x","schemas":["release-schema.json"]}`)},
		"a broken schema":       {"extension.json": file(`{"name":"x"}`), "release-schema.json": file(`{`)},
	} {
		if _, err := schema.Read(fs); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	if _, err := schema.New(schema.Extension{ID: "x", Codelists: map[string][]byte{"a.csv": []byte("Title\nx\n")}}); err == nil {
		t.Error("a code list without codes was read")
	}
}

func TestCodelists(t *testing.T) {
	t.Parallel()
	for list, code := range map[string]string{"documentType.csv": "tenderNotice", "currency.csv": "KZT", "releaseTag.csv": "compiled"} {
		if codes, ok := schema.Core().Codelist(list); !ok || !codes[code] || len(codes) < 10 {
			t.Errorf("%s has %d codes", list, len(codes))
		}
	}
}
