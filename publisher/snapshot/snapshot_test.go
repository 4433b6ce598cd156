package snapshot

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/kzocds/kzocds/proto/publication"
)

var update = flag.Bool("update", false, "write golden files")

func digest(text string) Digest { return sha256.Sum256([]byte(text)) }

func setOf(t *testing.T, members ...string) Digest {
	t.Helper()
	s := NewSet()
	for _, m := range members {
		d := digest(m)
		if err := s.Add(m, d[:]); err != nil {
			t.Fatal(err)
		}
	}
	sum, n := s.Sum()
	if int(n) != len(members) {
		t.Fatalf("%d members, want %d", n, len(members))
	}
	return sum
}

func TestASetIsKnownByItsMembers(t *testing.T) {
	t.Parallel()
	all := map[Digest]string{}
	for _, members := range [][]string{{}, {"a"}, {"b"}, {"a", "b"}, {"ab"}, {"a", "b", "c"}} {
		sum := setOf(t, members...)
		if other, taken := all[sum]; taken {
			t.Errorf("%v has the digest of %s", members, other)
		}
		all[sum] = "another set"
	}
	if setOf(t, "a", "b") != setOf(t, "a", "b") {
		t.Error("the same members have two digests")
	}
}

func TestASetRefusesMembersOutOfOrder(t *testing.T) {
	t.Parallel()
	for _, second := range []string{"a", "b"} {
		s := NewSet()
		if err := s.Add("b", nil); err != nil {
			t.Fatal(err)
		}
		if err := s.Add(second, nil); err == nil {
			t.Errorf("%q after b is accepted", second)
		}
	}
}

func partitions() []Partition {
	at := func(s string) time.Time {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			panic(err)
		}
		return t
	}
	return []Partition{
		{Dataset: Records, Period: "2026-06", Digest: digest("r6"), Items: 2},
		{Dataset: Records, Period: "2026-07", Digest: digest("r7"), Items: 1},
		{Dataset: Releases, Period: "2026-06", Digest: digest("l6"), Items: 2, Mappings: []string{"1"}, First: at("2026-06-02T05:00:00Z"), Last: at("2026-06-30T18:59:59Z")},
		{Dataset: Releases, Period: "2026-07", Digest: digest("l7"), Items: 3, Mappings: []string{"1"}, First: at("2026-07-01T00:00:00Z"), Last: at("2026-07-24T10:00:00Z")},
	}
}

func TestIDDependsOnContentAndVersionsOnly(t *testing.T) {
	t.Parallel()
	id := ID(partitions(), "1")
	if len(id) != 64 {
		t.Fatalf("id %q", id)
	}
	shuffled := partitions()
	rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	if ID(shuffled, "1") != id {
		t.Error("the order of partitions changes the id")
	}
	if ID(append(partitions(), Partition{Dataset: Records, Period: "2026-08"}), "1") != id {
		t.Error("an empty partition changes the id")
	}
	for what, change := range map[string]func(p []Partition){
		"a digest":  func(p []Partition) { p[0].Digest = digest("other") },
		"a period":  func(p []Partition) { p[0].Period = "2026-05" },
		"a mapping": func(p []Partition) { p[2].Mappings = []string{"1", "2"} },
	} {
		changed := partitions()
		change(changed)
		if ID(changed, "1") == id {
			t.Errorf("%s does not change the id", what)
		}
	}
	if ID(partitions(), "2") == id {
		t.Error("the method version does not change the id")
	}
}

func TestUnitsChangeOnlyWhereContentOrRecipeDoes(t *testing.T) {
	t.Parallel()
	recipe := Recipe{Method: "1", Envelope: "{}", Extension: Tree{Digest: digest("x"), Files: 3}}
	before := Units(partitions(), recipe)
	if len(before) != 7 { // 2 months of records, 2 of releases, the extension, a year, all compiled
		t.Fatalf("%d units", len(before))
	}
	changed := partitions()
	changed[1].Digest = digest("r7 changed")
	var differ []string
	for i, u := range Units(changed, recipe) {
		if u.Key != before[i].Key {
			differ = append(differ, u.Dataset+u.Period)
		}
	}
	if !slices.Equal(differ, []string{"records2026-07", "years2026", "compiled"}) {
		t.Errorf("a change of one month rebuilds %v", differ)
	}
	for i, u := range Units(partitions(), Recipe{Method: "2", Envelope: "{}", Extension: recipe.Extension}) {
		if u.Key == before[i].Key {
			t.Errorf("%s %s is not rebuilt for another method", u.Dataset, u.Period)
		}
	}
}

func TestManifestIsAFunctionOfItsContent(t *testing.T) {
	t.Parallel()
	part := func(dataset, table, period, name string, rows int64) Part {
		d := digest(name)
		return Part{Dataset: dataset, Table: table, Period: period, Name: name, Key: Key(d, name),
			MediaType: "application/gzip", Bytes: 10 * rows, Rows: rows, SHA256: d}
	}
	content := Content{
		Plan:      Plan{ID: ID(partitions(), "1"), Parent: digest("before").String(), Partitions: partitions()},
		Versions:  map[string]string{"mapping": Mapping(partitions()), "method": "1", "schema": "1.1.5"},
		Publisher: publication.Publisher{Name: "Test"}, License: "https://creativecommons.org/licenses/by/4.0/",
		Parts: []Part{
			part(Tables, "lots", "2026-07", "parquet/lots/2026-07.parquet", 4),
			part(Compiled, "", "", "compiled/full.jsonl.gz", 3),
			part(Records, "", "2026-07", "records/2026-07.jsonl.gz", 1),
			part(Records, "", "2026-06", "records/2026-06.jsonl.gz", 2),
			part(Tables, "bids", "2026-07", "parquet/bids/2026-07.parquet", 5),
			part(Compiled, "", "2026-07", "compiled/2026-07.jsonl.gz", 1),
			part(Codelists, "", "", "codelists/lotStatusDetails.csv", 9),
		},
	}
	text, err := Encode(Manifest(content))
	if err != nil {
		t.Fatal(err)
	}
	rand.Shuffle(len(content.Parts), func(i, j int) { content.Parts[i], content.Parts[j] = content.Parts[j], content.Parts[i] })
	again, err := Encode(Manifest(content))
	if err != nil || string(again) != string(text) {
		t.Errorf("the order of parts changes the manifest (%v)", err)
	}
	const golden = "testdata/manifest.golden.json"
	if *update {
		if err := os.WriteFile(golden, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(text) {
		t.Errorf("manifest differs from %s:\n%s", golden, text)
	}
}

func TestPackagesAreDatedByTheirNewestRelease(t *testing.T) {
	t.Parallel()
	e := Envelope{Base: "https://data.example", Extensions: []string{"https://example.org/extension.json"},
		Publisher: publication.Publisher{Name: "Тест & Co"}, License: "https://creativecommons.org/licenses/by/4.0/"}
	date := time.Date(2026, 7, 24, 15, 0, 0, 0, time.FixedZone("", 5*60*60))
	for name, c := range map[string]struct {
		write func() ([]byte, error)
		want  string
	}{
		"record package": {
			func() ([]byte, error) {
				return e.Record(nil, "ocds-kz0000-t1", date, [][]byte{[]byte(`{"id":"a"}`), []byte(`{"id":"b"}`)}, []byte(`{"id":"c"}`))
			},
			`{"uri":"https://data.example/api/v1/ocds/records/ocds-kz0000-t1","version":"1.1","extensions":["https://example.org/extension.json"],"publishedDate":"2026-07-24T10:00:00Z","publisher":{"name":"Тест & Co"},"license":"https://creativecommons.org/licenses/by/4.0/","records":[{"ocid":"ocds-kz0000-t1","releases":[{"id":"a"},{"id":"b"}],"compiledRelease":{"id":"c"}}]}`,
		},
		"release package": {
			func() ([]byte, error) { return e.Release(nil, "ocds-kz0000-t1-abc", date, []byte(`{"id":"a"}`)) },
			`{"uri":"https://data.example/api/v1/ocds/releases/ocds-kz0000-t1-abc","version":"1.1","extensions":["https://example.org/extension.json"],"publishedDate":"2026-07-24T10:00:00Z","publisher":{"name":"Тест & Co"},"license":"https://creativecommons.org/licenses/by/4.0/","releases":[{"id":"a"}]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := c.write()
			if err != nil || string(got) != c.want || !json.Valid(got) {
				t.Errorf("got %s (%v)\nwant %s", got, err, c.want)
			}
		})
	}
}

func TestKeysAreContentAddressedAndFlat(t *testing.T) {
	t.Parallel()
	d := digest("x")
	hex := d.String()
	if got, want := Key(d, "parquet/lots/2026-07.parquet"), "data/"+hex[:2]+"/"+hex+"/parquet-lots-2026-07.parquet"; got != want {
		t.Errorf("key %s, want %s", got, want)
	}
}

func TestAmountsAreWrittenExactly(t *testing.T) {
	t.Parallel()
	for minor, want := range map[int64]string{0: "0.00", 5: "0.05", 1234: "12.34", -7: "-0.07", math.MinInt64: "-92233720368547758.08"} {
		if got := FormatMinor(minor); got != want {
			t.Errorf("%d: %s, want %s", minor, got, want)
		}
	}
}
