package ocds_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/merge"
	"github.com/kzocds/kzocds/ocds/validate"
)

// What OCDS 1.1 requires and examples written on the way to 1.2 leave out:
// initiationType of a release; uri, publisher and publishedDate of a package.
const (
	noInitiationType = "required /releases/0"
	noMetadata       = "required ,required ,required "
)

// The examples the standard publishes, by their path under docs/examples of
// github.com/open-contracting/standard, with the errors OCDS 1.1 finds in them.
// Commits and changes: testdata/standard/README.md.
var published = []struct {
	source string
	kind   validate.Kind
	want   string // "rule pointer" of the errors, joined by commas
}{
	{"change_history/tender.json", validate.ReleasePackage, ""},
	{"change_history/tenderUpdate.json", validate.ReleasePackage, ""},
	{"change_history/implementation.json", validate.ReleasePackage, ""},
	{"change_history/tenderAmendment.json", validate.ReleasePackage, noInitiationType},
	{"change_history/award.json", validate.ReleasePackage, noInitiationType + "," + noMetadata + ",version /version"},
	{"change_history/contract.json", validate.ReleasePackage, noInitiationType + "," + noMetadata + ",version /version"},
	{"change_history/records/tender.json", validate.RecordPackage,
		"required /records/0/releases/0,required /records/0/compiledRelease,required /records/0/versionedRelease," + noMetadata},
	{"change_history/records/tenderUpdate.json", validate.RecordPackage,
		"required /records/0/releases/0,required /records/0/releases/1,required /records/0/compiledRelease,required /records/0/versionedRelease"},
	{"easy_releases/worked_example1/tender.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"easy_releases/worked_example1/tender_update.json", validate.ReleasePackage, noInitiationType},
	{"easy_releases/worked_example1/award.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"easy_releases/worked_example1/contract.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"award_decisions/multi_award.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
}

func example(t *testing.T, source string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata/standard", source))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestThePublishedExamplesHaveOnlyTheErrorsNamed(t *testing.T) {
	t.Parallel()
	v, err := validate.New(validate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range published {
		var got []string
		for _, f := range v.Document(e.kind, example(t, e.source)) {
			if f.Severity == validate.Error {
				got = append(got, f.Rule+" "+f.Pointer)
			}
		}
		if strings.Join(got, ",") != e.want {
			t.Errorf("%s\n got %s\nwant %s", e.source, strings.Join(got, ","), e.want)
		}
	}
}

func merger(t *testing.T) *merge.Merger {
	t.Helper()
	r, err := merge.DefaultRules()
	if err != nil {
		t.Fatal(err)
	}
	return merge.New(r)
}

func parsed(t *testing.T, text []byte) ocds.Value {
	t.Helper()
	v, err := ocds.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The releases of a published record compile to its compiled release and its
// versioned release.
func TestThePublishedRecordsAreWhatTheirReleasesMergeTo(t *testing.T) {
	t.Parallel()
	m := merger(t)
	for source, releases := range map[string]int{
		"change_history/records/tender.json":       1,
		"change_history/records/tenderUpdate.json": 2,
	} {
		var p struct {
			Records []struct {
				Releases                          []json.RawMessage
				CompiledRelease, VersionedRelease json.RawMessage
			}
		}
		if err := json.Unmarshal(example(t, source), &p); err != nil || len(p.Records) != 1 || len(p.Records[0].Releases) != releases {
			t.Fatal(source, err)
		}
		record := p.Records[0]
		var in [][]byte
		for _, r := range slices.Backward(record.Releases) { // the order does not matter
			in = append(in, r)
		}
		compiled, err := m.Compiled(in)
		if err != nil {
			t.Fatal(err)
		}
		if !ocds.Equal(parsed(t, compiled), parsed(t, record.CompiledRelease)) {
			t.Errorf("%s: compiled\n got %s\nwant %s", source, compiled, record.CompiledRelease)
		}
		versioned, err := m.Versioned(in)
		if err != nil {
			t.Fatal(err)
		}
		if !ocds.Equal(parsed(t, versioned), parsed(t, record.VersionedRelease)) {
			t.Errorf("%s: versioned\n got %s\nwant %s", source, versioned, record.VersionedRelease)
		}
	}
}

// Where every release of the standard's examples repeats what is known, the
// compiled release is the last one but for what a compiled release says of itself.
func TestPublishedExamplesThatRepeatEverythingCompileToTheirLastRelease(t *testing.T) {
	t.Parallel()
	m := merger(t)
	for name, c := range map[string]struct {
		sources []string
		id      string
	}{
		"change history, 1.1": {
			[]string{"change_history/tender.json", "change_history/tenderUpdate.json"},
			"ocds-213czf-000-00001-2010-03-20T09:45:00Z",
		},
		"easy releases": {
			[]string{"easy_releases/worked_example1/tender.json", "easy_releases/worked_example1/tender_update.json", "easy_releases/worked_example1/award.json"},
			"ocds-213czf-371630-2019-12-27T14:42:00Z",
		},
	} {
		in := unpacked(t, c.sources)
		got, err := m.Compiled(in)
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]any
		if err := json.Unmarshal(in[len(in)-1], &want); err != nil {
			t.Fatal(err)
		}
		want["id"], want["tag"] = c.id, []string{"compiled"}
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		if !ocds.Equal(parsed(t, got), parsed(t, text)) {
			t.Errorf("%s\n got %s\nwant %s", name, got, text)
		}
	}
}

// The contract of the first worked example of easy releases gives the award
// another id: merging keeps both awards, as it does not guess that they are one.
func TestAnAwardWithAnotherIDIsAnotherAward(t *testing.T) {
	t.Parallel()
	got, err := merger(t).Compiled(unpacked(t, []string{"easy_releases/worked_example1/award.json", "easy_releases/worked_example1/contract.json"}))
	if err != nil {
		t.Fatal(err)
	}
	var compiled struct {
		Awards, Contracts []struct{ ID, AwardID string }
	}
	if err := json.Unmarshal(got, &compiled); err != nil {
		t.Fatal(err)
	}
	if len(compiled.Awards) != 2 || compiled.Awards[0].ID != "371630" || compiled.Awards[1].ID != "371630/100" ||
		len(compiled.Contracts) != 1 || compiled.Contracts[0].AwardID != "371630/100" {
		t.Errorf("%s", got)
	}
}

// unpacked gives the releases of packages.
func unpacked(t *testing.T, sources []string) [][]byte {
	t.Helper()
	var out [][]byte
	for _, source := range sources {
		var p struct{ Releases []json.RawMessage }
		if err := json.Unmarshal(example(t, source), &p); err != nil || len(p.Releases) != 1 {
			t.Fatal(source, len(p.Releases), err)
		}
		out = append(out, p.Releases[0])
	}
	return out
}
