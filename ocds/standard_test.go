package ocds_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/merge"
	"github.com/kzocds/kzocds/ocds/schema"
	"github.com/kzocds/kzocds/ocds/validate"
)

// What OCDS 1.1 requires and examples written on the way to 1.2 leave out:
// initiationType of a release; uri, publisher and publishedDate of a package.
const (
	noInitiationType = "required /releases/0"
	noMetadata       = "required ,required ,required "
)

// incomplete is what is wrong with a record whose n releases, compiled release
// and, if versioned, versioned release have no initiationType.
func incomplete(n int, versioned bool) string {
	var places []string
	for i := range n {
		places = append(places, fmt.Sprintf("required /records/0/releases/%d", i))
	}
	places = append(places, "required /records/0/compiledRelease")
	if versioned {
		places = append(places, "required /records/0/versionedRelease")
	}
	return strings.Join(places, ",")
}

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

	// The rest of the history, as records.
	{"change_history/records/award.json", validate.RecordPackage, incomplete(3, true)},
	{"change_history/records/contract.json", validate.RecordPackage, incomplete(4, true)},
	{"change_history/records/implementation.json", validate.RecordPackage, incomplete(5, true) + "," + noMetadata},
	{"change_history/records/contractAmendment.json", validate.RecordPackage, incomplete(6, true) + "," + noMetadata},

	{"award_decisions/single_award.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"awards_contracts/award_contract_changes.json", validate.ReleasePackage, noInitiationType + ",required /releases/1," + noMetadata},
	{"beneficial_ownership/award.json", validate.ReleasePackage, noInitiationType},
	{"buyers_suppliers/consortia.json", validate.ReleasePackage, // An array in the array of parties, and no tag.
		"type /releases/0/parties/0," + noInitiationType + "," + noInitiationType + "," + noMetadata},
	{"contracting_planning_processes/contracting.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"contracting_planning_processes/planning.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"frameworks/closed_single_first_stage.json", validate.ReleasePackage, ""},
	{"frameworks/closed_single_supplier.json", validate.ReleasePackage, ""},
	{"frameworks/closed_single_award.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"frameworks/open_multiple_first_stage.json", validate.ReleasePackage, noInitiationType},
	{"frameworks/open_multiple_second_stage.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"frameworks/open_multiple_award.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"merging/deletions/array_award.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"merging/deletions/array_awardAmendment.json", validate.ReleasePackage, "closed-codelist /releases/0/tag/0"}, // The code is awardUpdate.
	{"merging/deletions/array_record.json", validate.RecordPackage, // The same code, and the amendment stands before the award.
		"closed-codelist /records/0/releases/0/tag/0," + incomplete(2, true) + "," + noMetadata + ",release-order /records/0/releases/1/date"},
	{"merging/updates/tender1.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"merging/updates/tender2.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"merging/updates/tender3.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"merging/updates/award1.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"merging/updates/award2.json", validate.ReleasePackage, noInitiationType},
	{"merging/updates/merged.json", validate.RecordPackage, // The awards stand before the tender.
		incomplete(0, false) + "," + noMetadata + ",release-order /records/0/releases/2/date"},
	{"merging/updates/versioned.json", validate.RecordPackage, incomplete(0, true) + ",release-order /records/0/releases/2/date"},
	{"merging/updates/ghana_tender1.json", validate.ReleasePackage, ""},
	{"merging/updates/ghana_tender2.json", validate.ReleasePackage, noInitiationType},
	{"merging/updates/ghana_tender3.json", validate.ReleasePackage, noInitiationType},
	{"merging/updates/ghana_versioned.json", validate.RecordPackage, ""},
	{"milestones/planning_milestone.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"milestones/delivery_milestones.json", validate.ReleasePackage, // The contract names no award.
		"required /releases/0/contracts/0," + noInitiationType + ",required /releases/1/contracts/0,required /releases/1," + noMetadata},
	{"milestones/payment_milestones.json", validate.ReleasePackage, // Nor does this one.
		"required /releases/0/contracts/0," + noInitiationType + ",required /releases/1/contracts/0,required /releases/1," + noMetadata},
	{"milestones/planning_milestones.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"milestones/implementation_milestones_scheduled.json", validate.ReleasePackage, noInitiationType},
	{"milestones/implementation_milestones_partially_met.json", validate.ReleasePackage, noInitiationType},
	{"milestones/implementation_milestones_met.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"milestones/implementation_financial_milestones_not_met.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"milestones/implementation_financial_milestones_partially_met.json", validate.ReleasePackage, ""},
	{"milestones/implementation_financial_milestones_transaction.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"organizations/identifiers.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"organizations/organization_reference.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"organizations/organization_classification/dhangadhi_female_chaired_example.json", validate.ReleasePackage, ""},
	{"organizations/organization_classification/fictional_wob_organization_classification.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"organizations/organization_classification/moldova_organization_scale.json", validate.ReleasePackage, noInitiationType},
	{"organizations/organization_classification/ted_buyer_type.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"organizations/organization_classification/uk_organization_classification.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"organizations/organizational_units/moldova_organization_extension.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"pre-qualification/pre-qualification_paraguay.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"pre-qualification/pre-selection_tender.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"release_schema_reference/release_package.json", validate.ReleasePackage, noInitiationType},
	{"serialization/flat_two_items.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
	{"unsuccessful_tender/new_tender.json", validate.ReleasePackage, noInitiationType + "," + noMetadata},
}

func TestEveryStoredExampleIsInTheTable(t *testing.T) {
	t.Parallel()
	var stored, tested []string
	for _, e := range published {
		tested = append(tested, e.source)
	}
	root := os.DirFS("testdata/standard")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if strings.HasSuffix(name, ".json") && !strings.Contains(name, "divisionCode_extension/") {
			stored = append(stored, name)
		}
		return err
	})
	slices.Sort(tested)
	slices.Sort(stored)
	if err != nil || !slices.Equal(stored, tested) {
		t.Errorf("%v: stored %q\ntested %q", err, stored, tested)
	}
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
		{"change_history/records/award.json", 3, nil, nil},
		{"change_history/records/contract.json", 4, nil, nil},
		{"change_history/records/implementation.json", 5, nil, nil},
		{"change_history/records/contractAmendment.json", 6, nil, nil},
		{"merging/deletions/array_record.json", 2, nil, nil},
		// Its compiled release keeps the value that an update lowered.
		{"merging/updates/ghana_versioned.json", 3, []string{"/date", "/id", "/tender/value/amount"}, nil},
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

// The records of the worked example link to the releases that are published
// beside them. These are of other states of the documentation, in which a status
// was added or left out.
func TestThePublishedLinkedRecordsAreWhatTheReleasesMergeTo(t *testing.T) {
	t.Parallel()
	in := unpacked(t, []string{"merging/updates/award1.json", "merging/updates/award2.json", "merging/updates/tender1.json", "merging/updates/tender2.json", "merging/updates/tender3.json"})
	m := merger(t)
	compiled, err := m.Compiled(in)
	if err != nil {
		t.Fatal(err)
	}
	versioned, err := m.Versioned(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		source, member string
		got            []byte
		want           []string
	}{
		{"merging/updates/merged.json", "compiledRelease", compiled, []string{"/awards/1/status", "/tender/status"}},
		{"merging/updates/versioned.json", "compiledRelease", compiled, []string{"/awards/0/status"}},
		{"merging/updates/versioned.json", "versionedRelease", versioned,
			[]string{"/awards/0/status", "/tender/status/0/releaseDate", "/tender/status/0/releaseID", "/tender/status/0/releaseTag/0"}},
	} {
		want := parsed(t, example(t, c.source)).Get("records").First().Get(c.member)
		if found := differences("", parsed(t, c.got), want); !slices.Equal(found, c.want) {
			t.Errorf("%s %s differs at %q, not at %q", c.source, c.member, found, c.want)
		}
	}
}

// What the pages of the documentation say of their examples.
func TestWhatTheDocumentationSaysOfItsExamples(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		page    string
		sources []string
		want    map[string]string // pointer into the compiled release: its text
	}{
		{"a framework agreement: a supplier is added and no further one will be",
			[]string{"frameworks/closed_single_first_stage.json", "frameworks/closed_single_supplier.json"},
			map[string]string{"/tender/status": `"complete"`, "/tender/techniques/hasFrameworkAgreement": "true", "/awards/0/suppliers/0/id": `"1"`, "/parties/1/name": `"Movianto UK"`}},
		{"a framework agreement: the second stage ends in an award",
			[]string{"frameworks/open_multiple_second_stage.json", "frameworks/open_multiple_award.json"},
			map[string]string{"/tender/status": `"complete"`, "/tender/competitive": "true", "/awards/0/value/amount": "280000", "/relatedProcesses/0/relatedLots": `["1"]`, "/tender/items/0/unit/value/amount": "1305"}},
		{"an award is cancelled: the supplier stays",
			[]string{"awards_contracts/award_contract_changes.json"},
			map[string]string{"/awards/0/finalStatus": `"cancelled"`, "/awards/0/suppliers/0/name": `"360nx Designs"`, "/tag": `["compiled"]`}},
		{"a delivery milestone is met later than due",
			[]string{"milestones/delivery_milestones.json"},
			map[string]string{"/contracts/0/implementation/milestones/0/status": `"met"`, "/contracts/0/implementation/milestones/0/dateMet": `"2024-07-15T00:00:00Z"`, "/contracts/0/implementation/milestones/0/dueDate": `"2024-06-30T00:00:00Z"`}},
		{"the works begin, and are then completed",
			[]string{"milestones/implementation_milestones_scheduled.json", "milestones/implementation_milestones_met.json", "milestones/implementation_milestones_partially_met.json"},
			map[string]string{"/contracts/0/implementation/milestones/0/dateMet": `"2018-03-31T00:00:00Z"`, "/contracts/0/implementation/milestones/1/status": `"met"`}},
		{"payments: a milestone of another id is another milestone",
			[]string{"milestones/implementation_financial_milestones_not_met.json", "milestones/implementation_financial_milestones_partially_met.json", "milestones/implementation_financial_milestones_transaction.json"},
			map[string]string{"/contracts/0/implementation/milestones/0/status": `"met"`, "/contracts/0/implementation/milestones/1/dateMet": `"2018-10-05T17:30:00+04:30"`, "/contracts/0/implementation/milestones/4/id": `"20653Financing"`, "/contracts/0/implementation/transactions/0/value/amount": "76955"}},
		{"a tender is cancelled after an update: the lowered value stays",
			[]string{"merging/updates/ghana_tender2.json", "merging/updates/ghana_tender3.json"},
			map[string]string{"/tender/status": `"cancelled"`, "/tender/value/amount": "12000", "/tender/tenderers/0/id": `"1215"`}},
		{"an item of an award is taken back: its id stays",
			[]string{"merging/deletions/array_award.json", "merging/deletions/array_awardAmendment.json"},
			map[string]string{"/awards/0/items/1": `{"unit":{},"classification":{},"id":"14111500"}`, "/awards/0/items/5/id": `"14111511"`, "/awards/0/value/amount": "13452.0"}},
	} {
		var in [][]byte
		for _, source := range c.sources {
			for _, r := range parsed(t, example(t, source)).Get("releases").Items() {
				in = append(in, r.AppendTo(nil))
			}
		}
		got, err := merger(t).Compiled(in)
		if err != nil {
			t.Fatal(c.page, err)
		}
		for pointer, want := range c.want {
			v, err := ocds.Pointer(parsed(t, got), pointer)
			if err != nil || !ocds.Equal(v, parsed(t, []byte(want))) {
				t.Errorf("%s: %s is not %s but %s (%v)", c.page, pointer, want, v.Raw(), err)
			}
		}
	}
}

// Examples that use extensions have the findings named when these are applied.
func TestThePublishedExamplesOfExtensions(t *testing.T) {
	t.Parallel()
	const budget = "extensions/budget_and_spend/examples/"
	for _, c := range []struct {
		source, extensions, want string
	}{
		{"extensions/lots/examples/lots.json", "lots", ""},
		{"extensions/lots/examples/lots.json", "", "additional-field /releases/0/tender/items/0/relatedLot,additional-field /releases/0/tender/items/1/relatedLot," +
			"additional-field /releases/0/tender/items/2/relatedLot,additional-field /releases/0/tender/items/3/relatedLot,additional-field /releases/0/tender/lots," +
			"additional-field /releases/0/tender/lotGroups,additional-field /releases/0/tender/lotDetails"},
		{budget + "1-contract-planning.json", "budget budget_and_spend", ""},
		{budget + "2-finance-budget.json", "budget budget_and_spend", ""},
		{budget + "3-contract-tender.json", "budget budget_and_spend", ""},
		{budget + "4-contract-award.json", "budget budget_and_spend", ""},
		{budget + "5-finance-commitment.json", "budget budget_and_spend", ""},
		{budget + "6-finance-update.json", "budget budget_and_spend", ""},
		{budget + "7-finance-commitment-2.json", "budget budget_and_spend", ""},
		{budget + "8-finance-commitment-3.json", "budget budget_and_spend", ""},
		{budget + "9-contract-close.json", "budget budget_and_spend", ""},
		{budget + "10-finance-update.json", "budget budget_and_spend", ""},
		{"standard/frameworks/closed_single_first_stage.json", "techniques", ""},
		{"standard/organizations/organization_classification/ted_buyer_type.json", "organizationClassification", noInitiationType + "," + noMetadata},
		{"standard/organizations/organization_classification/moldova_organization_scale.json", "partyScale", noInitiationType},
		{"standard/organizations/organization_classification/moldova_organization_scale.json", "", "additional-field /releases/0/parties/0/details/scale," + noInitiationType},
		{"standard/organizations/organizational_units/moldova_organization_extension.json", "standard/organizations/organizational_units/ocds_divisionCode_extension",
			"additional-field /releases/0/parties/0/address/country," + noInitiationType + "," + noMetadata},
	} {
		v, err := validate.New(validate.Options{Extensions: extensions(t, c.extensions)})
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join("testdata", c.source))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range v.Document(validate.ReleasePackage, text) {
			got = append(got, f.Rule+" "+f.Pointer)
		}
		if strings.Join(got, ",") != c.want {
			t.Errorf("%s with %q\n got %s\nwant %s", c.source, c.extensions, strings.Join(got, ","), c.want)
		}
	}
}

// extensions gives registered ones by name, or one of testdata by its folder.
func extensions(t *testing.T, names string) []schema.Extension {
	t.Helper()
	if strings.Contains(names, "/") {
		e, err := schema.Read(os.DirFS(filepath.Join("testdata", names)))
		if err != nil {
			t.Fatal(err)
		}
		return []schema.Extension{e}
	}
	e, err := schema.Named(strings.Fields(names)...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// The record of the budget and spend example is what its ten packages merge to under
// the rules of its extensions, but for its id and a field that the record has one level higher.
func TestThePublishedRecordOfAnExtension(t *testing.T) {
	t.Parallel()
	const folder = "testdata/extensions/budget_and_spend/examples"
	files, err := filepath.Glob(folder + "/*.json")
	if err != nil || len(files) != 10 {
		t.Fatal(files, err)
	}
	var in [][]byte
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		in = append(in, parsed(t, text).Get("releases").First().AppendTo(nil))
	}
	rules, err := merge.DefaultRules(extensions(t, "budget budget_and_spend")...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := merge.New(rules).Compiled(in)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(folder + "/record/ocds-4f64a2-exbas-01.json")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"/id", "/planning/budget/budgetBreakdown/0/fiscalBreakdownFieldMapping", "/planning/budget/fiscalBreakdownFieldMapping"}
	if found := differences("", parsed(t, got), parsed(t, text).Get("records").First().Get("compiledRelease")); !slices.Equal(found, want) {
		t.Errorf("differs at %q\n got %s", found, got)
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
