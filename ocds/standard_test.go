package ocds_test

import (
	"encoding/json"
	"fmt"
	"maps"
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
	{"change_history/contractAmendment.json", validate.ReleasePackage, noInitiationType + "," + noMetadata + ",version /version"},
	{"easy_releases/worked_example2/tender.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"easy_releases/worked_example2/tender_update.json", validate.ReleasePackage, ""},
	{"easy_releases/worked_example2/award.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"easy_releases/worked_example2/contract.json", validate.ReleasePackage, noInitiationType},
	{"amendments/no_change_history.json", validate.ReleasePackage, noInitiationType + ",required /releases/1," + noMetadata},
	{"amendments/tender.json", validate.RecordPackage, "required /records/0/releases/0,required /records/0/releases/1,required /records/0/releases/2,required /records/0/compiledRelease,required /records/0/versionedRelease"},
	{"amendments/contract.json", validate.RecordPackage, "required /records/0/releases/0,required /records/0/releases/1,required /records/0/compiledRelease,required /records/0/versionedRelease," + noMetadata},
	{"amendments/easy_releases.json", validate.RecordPackage, // Amounts are texts, the publication has no date, an amended contract names no award.
		"format /publishedDate,required /records/0/releases/0,type /records/0/releases/1/contracts/0/value/amount,required /records/0/releases/1," +
			"type /records/0/releases/2/contracts/0/value/amount,required /records/0/releases/2/contracts/0,required /records/0/releases/2," +
			"type /records/0/compiledRelease/contracts/0/value/amount,required /records/0/compiledRelease," +
			"type /records/0/versionedRelease/contracts/0/value/amount/0/value,type /records/0/versionedRelease/contracts/0/value/amount/1/value,required /records/0/versionedRelease"},
	{"merging/embedded_releases.json", validate.RecordPackage, // The amendment of the tender stands before the update that it follows.
		"required /records/0/compiledRelease,required /records/0/releases/0,required /records/0/releases/1,required /records/0/releases/2,required /records/0/releases/3," +
			"required /records/0/releases/4,required /records/0/releases/5,required /records/0/releases/6," + noMetadata + ",release-order /records/0/releases/3/date"},
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
// versioned release, but for slips of the examples, which are named: a text that
// the record words differently than its release, and a record whose compiled
// release was written by hand.
func TestThePublishedRecordsAreWhatTheirReleasesMergeTo(t *testing.T) {
	t.Parallel()
	m := merger(t)
	for _, c := range []struct {
		source              string
		releases            int
		compiled, versioned []string // pointers at which the example differs
	}{
		{"change_history/records/tender.json", 1, nil, nil},
		{"change_history/records/tenderUpdate.json", 2, nil, nil},
		{"amendments/tender.json", 3, nil, nil},
		{"amendments/contract.json", 2, []string{"/contracts/0/amendments/0/rationale"}, []string{"/contracts/0/amendments/0/rationale/0/value"}},
		{"amendments/easy_releases.json", 3, nil, nil},
		{"merging/embedded_releases.json", 7, []string{"/id", "/parties/0/roles", "/tender/amendments/1/amendsReleaseID"}, nil},
	} {
		var p struct {
			Records []struct {
				Releases                          []json.RawMessage
				CompiledRelease, VersionedRelease json.RawMessage
			}
		}
		if err := json.Unmarshal(example(t, c.source), &p); err != nil || len(p.Records) != 1 || len(p.Records[0].Releases) != c.releases {
			t.Fatal(c.source, err)
		}
		record := p.Records[0]
		var in [][]byte
		for _, r := range slices.Backward(record.Releases) { // the order does not matter
			in = append(in, r)
		}
		for _, kind := range []struct {
			name  string
			make  func([][]byte) ([]byte, error)
			want  json.RawMessage
			slips []string
		}{
			{"compiled", m.Compiled, record.CompiledRelease, c.compiled},
			{"versioned", m.Versioned, record.VersionedRelease, c.versioned},
		} {
			if kind.want == nil {
				continue // embedded_releases.json has no versioned release
			}
			got, err := kind.make(in)
			if err != nil {
				t.Fatal(err)
			}
			if found := differences("", parsed(t, got), parsed(t, kind.want)); !slices.Equal(found, kind.slips) {
				t.Errorf("%s: the %s release differs at %q, not at %q\n got %s\nwant %s", c.source, kind.name, found, kind.slips, got, kind.want)
			}
		}
	}
}

// differences are the pointers at which two values differ, sorted.
func differences(at string, a, b ocds.Value) []string {
	if ocds.Equal(a, b) {
		return nil
	}
	var found []string
	switch {
	case a.Kind() == ocds.Object && b.Kind() == ocds.Object:
		names := map[string]bool{}
		for _, v := range []ocds.Value{a, b} {
			for name := range v.Members() {
				names[name] = true
			}
		}
		for _, name := range slices.Sorted(maps.Keys(names)) {
			found = append(found, differences(at+"/"+name, a.Get(name), b.Get(name))...)
		}
	case a.Kind() == ocds.Array && b.Kind() == ocds.Array && a.Len() == b.Len():
		y := b.First()
		for i, x := range a.Items() {
			found = append(found, differences(fmt.Sprintf("%s/%d", at, i), x, y)...)
			y = y.Next()
		}
	default:
		found = []string{at}
	}
	return found
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
		"easy releases, the second": {
			[]string{"easy_releases/worked_example2/tender.json", "easy_releases/worked_example2/tender_update.json"},
			"ocds-213czf-371630-2019-12-04T09:00:00Z",
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

// The contracts of the worked examples of easy releases give the award another
// id: merging keeps both awards, as it does not guess that they are one.
func TestAnAwardWithAnotherIDIsAnotherAward(t *testing.T) {
	t.Parallel()
	for _, example := range []string{"1", "2"} {
		anotherAward(t, "easy_releases/worked_example"+example)
	}
}

func anotherAward(t *testing.T, folder string) {
	t.Helper()
	got, err := merger(t).Compiled(unpacked(t, []string{folder + "/award.json", folder + "/contract.json"}))
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

// Amending without publishing the release before leaves only the amendment to
// tell what was before (no_change_history.json): the compiled release has the
// amended value and one amendment that names the release amended.
func TestAnAmendmentNamesTheReleaseItAmends(t *testing.T) {
	t.Parallel()
	var p struct{ Releases []json.RawMessage }
	if err := json.Unmarshal(example(t, "amendments/no_change_history.json"), &p); err != nil || len(p.Releases) != 2 {
		t.Fatal(len(p.Releases), err)
	}
	got, err := merger(t).Compiled([][]byte{p.Releases[1], p.Releases[0]})
	if err != nil {
		t.Fatal(err)
	}
	v := parsed(t, got)
	if amount := v.Path("tender", "value", "amount"); string(amount.Raw()) != "15000" {
		t.Errorf("%s", got)
	}
	if a := v.Path("tender", "amendments"); a.Len() != 1 || a.First().Get("amendsReleaseID").Text() != "ocds-213czf-000-00002-2024-01-01T00:00:00Z" {
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
