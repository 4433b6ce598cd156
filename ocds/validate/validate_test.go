package validate_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/internal/corpus"
	"github.com/kzocds/kzocds/ocds/merge"
	"github.com/kzocds/kzocds/ocds/schema"
	"github.com/kzocds/kzocds/ocds/validate"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func TestEveryEmbeddedExtensionCompiles(t *testing.T) {
	t.Parallel()
	for _, name := range schema.Registered() {
		e, err := schema.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := validate.New(validate.Options{Extensions: e}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

const minimal = `"ocid":"ocds-a1b2c3-1","id":"1","date":"2020-01-01T00:00:00Z","tag":["tender"],"initiationType":"tender"`

func released(fields string) string {
	if fields != "" {
		fields = "," + fields
	}
	return "{" + minimal + fields + "}"
}

const envelope = `"uri":"https://example.org/p.json","publisher":{"name":"P"},"publishedDate":"2020-01-01T00:00:00Z","version":"1.1"`

// Each rule of the schema, of lib-cove-ocds and of the package and record
// structure, by name: the pointers at which it is broken.
func TestRules(t *testing.T) {
	t.Parallel()
	v, err := validate.New(validate.Options{Quality: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range slices.Concat(ruleCases, pelicanCases) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range v.Document(c.kind, []byte(c.in)) {
				got = append(got, f.Rule+" "+f.Pointer)
				if f.Message == "" || !strings.HasSuffix(f.Message, ".") && f.Rule != "deprecated-field" {
					t.Errorf("%s has no sentence: %q", f.Rule, f.Message)
				}
			}
			if strings.Join(got, ",") != c.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, ","), c.want)
			}
		})
	}
}

type ruleCase struct {
	name string
	kind validate.Kind
	in   string
	want string // "rule pointer", joined by commas
}

var ruleCases = []ruleCase{
	{"a minimal release is valid", validate.Release, released(""), ""},
	{"not JSON", validate.Release, `{`, "json "},
	{"not an object", validate.Release, `[]`, "type "},
	{"required", validate.Release, `{"ocid":"ocds-a1b2c3-1","id":"1","date":"2020-01-01T00:00:00Z","tag":["tender"]}`, "required "},
	{"type", validate.Release, released(`"tender":{"id":"1","value":{"amount":"5"}}`), "type /tender/value/amount"},
	{"type of a list element", validate.Release, released(`"tender":{"id":"1","submissionMethod":["written",7]}`), "type /tender/submissionMethod/1"},
	{"an integer has no point", validate.Release, released(`"tender":{"id":"1","numberOfTenderers":2.0}`), "type /tender/numberOfTenderers"},
	{"min-length", validate.Release, strings.Replace(released(""), `"id":"1"`, `"id":""`, 1), "empty-field /id,min-length /id"},
	{"min-items", validate.Release, strings.Replace(released(""), `["tender"]`, `[]`, 1), "min-items /tag"},
	{"format date-time: no zone", validate.Release, released(`"tender":{"id":"1","tenderPeriod":{"startDate":"2020-01-01T00:00:00"}}`), "format /tender/tenderPeriod/startDate"},
	{"format date-time: only a date", validate.Release, released(`"tender":{"id":"1","tenderPeriod":{"startDate":"2020-01-01"}}`), "format /tender/tenderPeriod/startDate"},
	{"format uri", validate.Release, released(`"tender":{"id":"1","documents":[{"id":"1","url":"www.example.org"}]}`), "format /tender/documents/0/url"},
	{"closed code list", validate.Release, released(`"tender":{"id":"1","status":"open"}`), "closed-codelist /tender/status"},
	{"closed code list: null where the type allows it", validate.Release, released(`"tender":{"id":"1","status":null}`), ""},
	{"closed code list of a list", validate.Release, strings.Replace(released(""), `["tender"]`, `["tender","x"]`, 1), "closed-codelist /tag/1"},
	{"open code list", validate.Release, released(`"tender":{"id":"1","awardCriteria":"x"}`), "open-codelist /tender/awardCriteria"},
	{"open code list of a list", validate.Release, released(`"tender":{"id":"1","submissionMethod":["x"]}`), "open-codelist /tender/submissionMethod/0"},
	{"unique ids", validate.Release, released(`"tender":{"id":"1","items":[{"id":"1"},{"id":"2"},{"id":"1"}]}`), "unique-items /tender/items/2"},
	{"unique ids in a long list", validate.Release, released(`"tender":{"id":"1","items":[` + numbered(40) + `,{"id":"7"}]}`), "unique-items /tender/items/40"},
	{"1 and \"1\" are different ids", validate.Release, released(`"tender":{"id":"1","items":[{"id":1},{"id":"1"}]}`), ""},
	{"translations are described", validate.Release, released(`"tender":{"id":"1","title_kk":"x","title_zh-Hant":"y"}`), ""},
	{"translations have a type", validate.Release, released(`"tender":{"id":"1","title_kk":7}`), "type /tender/title_kk"},
	{"additional field", validate.Release, released(`"tender":{"id":"1","titel":"x"},"foo":{"bar":1}`), "additional-field /tender/titel,additional-field /foo"},
	{"additional field where extensions put theirs", validate.Release, released(`"parties":[{"id":"1","details":{"scale":"sme"}}]`), "additional-field /parties/0/details/scale"},
	{"deprecated field", validate.Release, released(`"tender":{"id":"1","amendment":{"rationale":"x"}}`), "deprecated-field /tender/amendment"},
	{"empty fields", validate.Release, released(`"tender":{"id":"1","title":" ","value":{},"items":[]}`), "empty-field /tender/title,empty-field /tender/value,empty-field /tender/items"},
	{"repeated member", validate.Release, released(`"language":"en","language":"kk"`), "repeated-member "},
	{"ocid prefix", validate.Release, strings.Replace(released(""), "ocds-a1b2c3-1", "ocds-A1", 1), "ocid-prefix /ocid"},
	{"compiled with another tag", validate.Release, strings.Replace(released(""), `["tender"]`, `["compiled","tender"]`, 1), "compiled-tag /tag"},
	{"a release id that cannot be linked to", validate.Release, strings.Replace(released(""), `"id":"1"`, `"id":"a#1"`, 1), "release-id /id"},
	{"a pointer escapes slashes", validate.Release, released(`"a/b~c":1`), "additional-field /a~1b~0c"},

	{"a release package", validate.ReleasePackage, `{` + envelope + `,"releases":[` + released("") + `]}`, ""},
	{"a package of nothing", validate.ReleasePackage, `{` + envelope + `,"releases":[]}`, "min-items /releases"},
	{"the same release twice in a package", validate.ReleasePackage, `{` + envelope + `,"releases":[` + released("") + `,` + released("") + `]}`, "unique-items /releases/1"},
	{"a version with a patch number", validate.ReleasePackage, `{` + strings.Replace(envelope, `"1.1"`, `"1.1.5"`, 1) + `,"releases":[` + released("") + `]}`, "pattern /version,version /version"},
	{"a version that is unknown", validate.ReleasePackage, `{` + strings.Replace(envelope, `"1.1"`, `"2.0"`, 1) + `,"releases":[` + released("") + `]}`, "version /version"},
	{"no publisher", validate.ReleasePackage, `{` + strings.Replace(envelope, `"publisher":{"name":"P"},`, "", 1) + `,"releases":[` + released("") + `]}`, "required "},
	{"the ocid of a release in a package", validate.ReleasePackage, `{` + envelope + `,"releases":[` + strings.Replace(released(""), "ocds-a1b2c3-1", "x", 1) + `]}`, "ocid-prefix /releases/0/ocid"},

	{"a record with whole releases", validate.Record, `{"ocid":"ocds-a1b2c3-1","releases":[` + released("") + `]}`, ""},
	{"a record with links", validate.Record, `{"ocid":"ocds-a1b2c3-1","releases":[{"url":"https://example.org/p.json#1","date":"2020-01-01T00:00:00Z"}]}`, ""},
	{"a link without a date", validate.Record, `{"ocid":"ocds-a1b2c3-1","releases":[{"url":"https://example.org/p.json#1"}]}`, "required /releases/0"},
	{"a fault in a whole release", validate.Record, `{"ocid":"ocds-a1b2c3-1","releases":[` + released(`"tender":{"id":true}`) + `]}`, "type /releases/0/tender/id"},
	{"links and whole releases mixed", validate.Record, `{"ocid":"ocds-a1b2c3-1","releases":[` + released("") + `,{"url":"https://example.org/p.json#1","date":"2020-01-02T00:00:00Z"}]}`, "mixed-releases /releases"},
	{"a record without releases", validate.Record, `{"ocid":"ocds-a1b2c3-1"}`, "required "},
	{"a record's releases are in the order of dates", validate.Record, `{"ocid":"ocds-a1b2c3-1","releases":[` + released("") + `,` + strings.Replace(strings.Replace(released(""), "2020", "2019", 1), `"id":"1"`, `"id":"2"`, 1) + `]}`, "release-order /releases/1/date"},
	{"a release of another process", validate.Record, `{"ocid":"ocds-a1b2c3-2","releases":[` + released("") + `]}`, "record-ocid /releases/0/ocid"},
	{"a compiled release", validate.Record, `{"ocid":"ocds-a1b2c3-1","releases":[` + released("") + `],"compiledRelease":` + strings.Replace(released(`"tender":{"id":7.5}`), `["tender"]`, `["compiled"]`, 1) + `}`, "type /compiledRelease/tender/id"},
	{"the same record twice", validate.RecordPackage, `{` + envelope + `,"records":[{"ocid":"ocds-a1b2c3-1","releases":[` + released("") + `]},{"ocid":"ocds-a1b2c3-1","releases":[` + released("") + `]}]}`, "unique-items /records/1"},

	{"quality: a period that ends before it begins", validate.CompiledRelease, released(`"tender":{"id":"1","tenderPeriod":{"startDate":"2020-01-02T00:00:00Z","endDate":"2020-01-01T00:00:00Z"}}`), "coherent.period /tender/tenderPeriod"},
	{"quality: zones count", validate.CompiledRelease, released(`"tender":{"id":"1","tenderPeriod":{"startDate":"2020-01-02T05:00:00+06:00","endDate":"2020-01-02T00:00:00Z"}}`), ""},
	{"quality: a duration that disagrees", validate.CompiledRelease, released(`"tender":{"id":"1","tenderPeriod":{"startDate":"2020-01-01T00:00:00Z","endDate":"2020-01-11T00:00:00Z","durationInDays":5}}`), "consistent.period_duration_in_days /tender/tenderPeriod"},
	{"quality: a buyer that is no party", validate.CompiledRelease, released(`"buyer":{"id":"7"}`), "reference.buyer_in_parties /buyer"},
	{"quality: a buyer with another name and role", validate.CompiledRelease, released(`"buyer":{"id":"7","name":"A"},"parties":[{"id":"7","name":"B","roles":["supplier"]}]`), "consistent.buyer_name_in_parties /buyer,consistent.buyer_in_parties_roles /buyer,consistent.parties_roles /parties/0"},
	{"quality: a contract of no award", validate.CompiledRelease, released(`"contracts":[{"id":"1","awardID":"2"}]`), "reference.contract_in_awards /contracts/0"},
	{"quality: an active tender with awards", validate.CompiledRelease, released(`"tender":{"id":"1","status":"active"},"awards":[{"id":"1"}]`), "coherent.tender_status /tender/status"},
	{"quality: a cancelled award with a contract", validate.CompiledRelease, released(`"awards":[{"id":"1","status":"cancelled"}],"contracts":[{"id":"1","awardID":"1"}]`), "coherent.awards_status /awards/0"},
	{"quality: contracts worth more than the award", validate.CompiledRelease, released(`"awards":[{"id":"1","value":{"amount":100,"currency":"KZT"}}],"contracts":[{"id":"1","awardID":"1","value":{"amount":151,"currency":"KZT"}}]`), "consistent.contracts_value /awards/0"},
	{"quality: payments above the contract", validate.CompiledRelease, released(`"awards":[{"id":"1"}],"contracts":[{"id":"1","awardID":"1","value":{"amount":10,"currency":"KZT"},"implementation":{"transactions":[{"id":"1","value":{"amount":6,"currency":"KZT"}},{"id":"2","value":{"amount":6,"currency":"KZT"}}]}}]`), "consistent.contracts_implementation_transactions_value /contracts/0"},
	{"quality: payments of exactly the contract in tenths", validate.CompiledRelease, released(`"awards":[{"id":"1"}],"contracts":[{"id":"1","awardID":"1","value":{"amount":0.3,"currency":"KZT"},"implementation":{"transactions":[{"id":"1","value":{"amount":0.1,"currency":"KZT"}},{"id":"2","value":{"amount":0.2,"currency":"KZT"}}]}}]`), ""},
	{"quality: a budget a trifle above 150 % of the tender", validate.CompiledRelease, released(`"planning":{"budget":{"amount":{"amount":150.000000000000000001,"currency":"KZT"}}},"tender":{"id":"1","value":{"amount":100,"currency":"KZT"}}`), "consistent.tender_value /tender"},
	{"quality: an award after the release", validate.CompiledRelease, released(`"awards":[{"id":"1","date":"2020-02-01T00:00:00Z"}]`), "coherent.release_date /awards/0/date"},
	{"quality: numberOfTenderers", validate.CompiledRelease, released(`"tender":{"id":"1","numberOfTenderers":2,"tenderers":[{"id":"7"}]},"parties":[{"id":"7","roles":["tenderer"]}]`), "consistent.number_of_tenderers /tender"},
	{"quality: a direct award with two tenderers", validate.CompiledRelease, released(`"tender":{"id":"1","procurementMethod":"direct","numberOfTenderers":2}`), "coherent.procurement_method_vs_number_of_tenderers /tender"},
	{"quality: a milestone that was met although it is only scheduled", validate.CompiledRelease, released(`"tender":{"id":"1","milestones":[{"id":"1","status":"scheduled","dateMet":"2019-01-01T00:00:00Z"}]}`), "coherent.milestone_status /tender/milestones/0"},
	{"quality: a document modified before it was published", validate.CompiledRelease, released(`"tender":{"id":"1","documents":[{"id":"1","datePublished":"2019-02-01T00:00:00Z","dateModified":"2019-01-01T00:00:00Z"}]}`), "coherent.documents_dates /tender/documents/0/datePublished"},
	{"quality: fields that cannot be", validate.CompiledRelease, released(`"language":"kaz","parties":[{"id":"1","contactPoint":{"email":"x","telephone":"ask"}}],"tender":{"id":"1","items":[{"id":"1","quantity":-1}],"tenderPeriod":{"startDate":"0020-01-01T00:00:00Z"}}`), "language /language,email /parties/0/contactPoint/email,telephone /parties/0/contactPoint/telephone,number /tender/items/0/quantity,date_time /tender/tenderPeriod/startDate"},
	{"quality: a language that ISO 639-1 does not have", validate.CompiledRelease, released(`"language":"xx"`), "language /language"},
	{"quality: a negative unit value and a negative payment", validate.CompiledRelease, released(`"tender":{"id":"1","items":[{"id":"1","unit":{"value":{"amount":-1,"currency":"KZT"}}}]},"awards":[{"id":"1"}],"contracts":[{"id":"1","awardID":"1","implementation":{"transactions":[{"id":"1","value":{"amount":-0.5,"currency":"KZT"}}]}}]`), "number /tender/items/0/unit/value/amount,number /contracts/0/implementation/transactions/0/value/amount"},
	{"quality: a zero unit value and a language that exists", validate.CompiledRelease, released(`"language":"kk","tender":{"id":"1","items":[{"id":"1","unit":{"value":{"amount":0,"currency":"KZT"}}}]}`), ""},
	{"quality: a scheme that org-id.guide cannot have", validate.CompiledRelease, released(`"parties":[{"id":"1","identifier":{"scheme":"bin","id":"1"}},{"id":"2","identifier":{"scheme":"KZ-BIN","id":"2"}}]`), "identifier_scheme /parties/0/identifier/scheme"},
	{"quality: a document of another section", validate.CompiledRelease, released(`"tender":{"id":"1","documents":[{"id":"1","documentType":"contractSigned"},{"id":"2","documentType":"tenderNotice"}]}`), "document_type /tender/documents/0/documentType"},
	{"quality: a file extension in place of a media type", validate.CompiledRelease, released(`"tender":{"id":"1","documents":[{"id":"1","format":"pdf"},{"id":"2","format":"file/pdf"},{"id":"3","format":"offline/print"},{"id":"4","format":"application/pdf"}]}`), "document_format /tender/documents/0/format,document_format /tender/documents/1/format"},

	{"a package that does not say its version", validate.ReleasePackage, `{` + strings.Replace(envelope, `,"version":"1.1"`, "", 1) + `,"releases":[` + released("") + `]}`, "required ,version "},
	{"a package of version 1.0", validate.ReleasePackage, `{` + strings.Replace(envelope, `"1.1"`, `"1.0"`, 1) + `,"releases":[` + released("") + `]}`, "version /version"},
	{"a version that is a number", validate.ReleasePackage, `{` + strings.Replace(envelope, `"1.1"`, `1.1`, 1) + `,"releases":[` + released("") + `]}`, "type /version"},
	{"the ocid of a record and of what is in it", validate.Record, `{"ocid":"x","releases":[` + strings.Replace(released(""), "ocds-a1b2c3-1", "x", 1) + `],"compiledRelease":` + strings.Replace(strings.Replace(released(""), "ocds-a1b2c3-1", "x", 1), `["tender"]`, `["compiled"]`, 1) + `}`, "ocid-prefix /ocid,ocid-prefix /releases/0/ocid,ocid-prefix /compiledRelease/ocid"},
	{"the same code twice in a list", validate.Release, strings.Replace(released(""), `["tender"]`, `["tender","tender"]`, 1), ""},
}

func TestWhatHappenedIsNotAfterToday(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, today, fields, want string }{
		{"a signature of tomorrow", "2019-12-31", `"contracts":[{"id":"1","awardID":"1","dateSigned":"2020-01-01T00:00:00Z"}],"awards":[{"id":"1"}]`, "/date,/contracts/0/dateSigned"},
		{"a signature of today", "2020-01-01", `"contracts":[{"id":"1","awardID":"1","dateSigned":"2020-01-01T23:00:00Z"}],"awards":[{"id":"1"}]`, ""},
		{"the end of a period may come", "2020-01-01", `"tender":{"id":"1","tenderPeriod":{"endDate":"2021-01-01T00:00:00Z"}}`, ""},
		{"no day is given", "", `"tender":{"id":"1","documents":[{"id":"1","datePublished":"2049-01-01T00:00:00Z"}]}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v, err := validate.New(validate.Options{Quality: true, Today: c.today})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range v.Compiled([]byte(released(c.fields))) {
				if f.Rule == "date_time" {
					got = append(got, f.Pointer)
				}
			}
			if strings.Join(got, ",") != c.want {
				t.Errorf("got %s, want %s", strings.Join(got, ","), c.want)
			}
		})
	}
}

func numbered(n int) string {
	var parts []string
	for i := range n {
		parts = append(parts, fmt.Sprintf(`{"id":"%d"}`, i))
	}
	return strings.Join(parts, ",")
}

func TestExtensionsAddFieldsAndCodes(t *testing.T) {
	t.Parallel()
	e := schema.Extension{
		ID:        "test",
		Release:   []byte(`{"definitions":{"Tender":{"properties":{"mood":{"type":"string","codelist":"mood.csv","openCodelist":false}}}}}`),
		Codelists: map[string][]byte{"mood.csv": []byte("Code\ngood\n"), "+tenderStatus.csv": []byte("Code,Title\npaused,x\n"), "-procurementCategory.csv": []byte("Code\nworks\nnone\n"), "+nolist.csv": []byte("Code\nx\n")},
	}
	v, err := validate.New(validate.Options{Extensions: []schema.Extension{e}})
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]int{
		`"tender":{"id":"1","mood":"good","status":"paused"}`:                     0,
		`"tender":{"id":"1","mood":"bad"}`:                                        1,
		`"tender":{"id":"1","mainProcurementCategory":"works"}`:                   1,
		`"tender":{"id":"1","mainProcurementCategory":"goods","status":"active"}`: 0,
	} {
		if got := v.Release([]byte(released(in))); len(got) != want {
			t.Errorf("%s: %v", in, got)
		}
	}
	if problems := strings.Join(v.Problems(), "\n"); !strings.Contains(problems, "nolist") || !strings.Contains(problems, `"none"`) {
		t.Errorf("problems %s", problems)
	}
}

// The whole of the corpus has no errors, and the reference library agrees with every
// verdict on it and on documents that were damaged at random.
func TestTheVerdictIsThatOfAReferenceLibrary(t *testing.T) {
	t.Parallel()
	v, err := validate.New(validate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	text := bytes.ReplaceAll(schema.Core().Release(), []byte(`"uniqueItems":true`), []byte(`"uniqueItems":false`))
	text = bytes.ReplaceAll(text, []byte(`"uniqueItems": true`), []byte(`"uniqueItems": false`))
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft4)
	c.AssertFormat()
	if err := c.AddResource("release.json", root); err != nil {
		t.Fatal(err)
	}
	reference, err := c.Compile("release.json")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	invalid := 0
	for n := range uint64(400) {
		in := corpus.Process(9, n)
		doc := in[len(in)-1]
		if n%4 != 0 {
			doc = damage(r, doc)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
		if err != nil {
			t.Fatal(err)
		}
		want := reference.Validate(value) == nil
		got := true
		var first validate.Finding
		for _, f := range v.Release(doc) {
			switch f.Rule {
			case "ocid-prefix", "unique-items", "repeated-member", "release-id", "compiled-tag":
				// Not in the schema, or compared otherwise.
			default:
				if f.Severity == validate.Error {
					if got {
						first = f
					}
					got = false
				}
			}
		}
		if got != want {
			t.Fatalf("document %d: valid %v, the reference says %v (%v)\n%+v\n%s", n, got, want, reference.Validate(value), first, doc)
		}
		if !want {
			invalid++
		}
	}
	if invalid < 50 || invalid > 350 {
		t.Errorf("%d of 400 documents are invalid: the test is one-sided", invalid)
	}
}

// damage replaces some values of a document by ones of another type or form.
func damage(r *rand.Rand, doc []byte) []byte {
	var d ocds.Document
	root, err := d.Parse(doc)
	if err != nil {
		panic(err)
	}
	var all []ocds.Value
	var walk func(v ocds.Value)
	walk = func(v ocds.Value) {
		v.Touch()
		for c := v.First(); c.Ok(); c = c.Next() {
			all = append(all, c)
			if c.Kind() >= ocds.Array {
				walk(c)
			}
		}
	}
	walk(root)
	for range r.IntN(3) {
		with, err := d.Parse([]byte([]string{`null`, `"x"`, `12`, `true`, `{}`, `[]`, `["x"]`, `"2020-01-01T00:00:00Z"`, `""`, `-1`}[r.IntN(10)]))
		if err != nil {
			panic(err)
		}
		all[r.IntN(len(all))].Replace(with)
	}
	return root.AppendTo(nil)
}

func FuzzRelease(f *testing.F) {
	f.Add([]byte(released(`"tender":{"id":"1","items":[{"id":"1"},{"id":1}],"title_kk":null}`)))
	f.Add([]byte(`{"ocid":1,"releases":[{},{"id":1}],"tag":"x"}`))
	v, err := validate.New(validate.Options{Quality: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		for kind := validate.Release; kind <= validate.RecordPackage; kind++ {
			for _, finding := range v.Document(kind, in) {
				if finding.Rule == "" || finding.Message == "" {
					t.Fatalf("%+v", finding)
				}
			}
		}
	})
}

// FuzzAnyExtensionIsAppliedOrRefused: a patch of the release schema, whatever it says, ends in an error or in a
// validator and rules that work.
func FuzzAnyExtensionIsAppliedOrRefused(f *testing.F) {
	for _, seed := range []string{
		`{"definitions":{"A":{"$ref":"#/definitions/A"}},"properties":{"a":{"$ref":"#/definitions/A"}}}`,
		`{"definitions":{"A":{"type":"object","anyOf":[{"$ref":"#/definitions/B"}]},"B":{"not":{"$ref":"#/definitions/A"}}},"properties":{"tender":{"$ref":"#/definitions/A"}}}`,
		`{"properties":{"tender":null,"x":{"type":["array","null"],"items":{"$ref":"#"},"patternProperties":{"(":{}},"codelist":"none.csv","openCodelist":false}}}`,
		`{"definitions":{"Tender":{"properties":{"title":{"format":"uri","pattern":"^[a","minLength":"x","enum":[null,1],"deprecated":true}},"required":"id","additionalProperties":{"dependencies":{"id":["a"]}}}}}`,
	} {
		f.Add([]byte(seed))
	}
	in := []byte(released(`"tender":{"id":"1","title":"x","items":[{"id":"1"}]},"x":[{"id":1}],"a":{"left":{"left":{}}}`))
	f.Fuzz(func(t *testing.T, patch []byte) {
		s, err := schema.New(schema.Extension{ID: "fuzz", Release: patch})
		if err != nil {
			return
		}
		if rules, err := merge.NewRules(s.Release()); err == nil {
			if _, err := merge.New(rules).Compiled([][]byte{in}); err != nil {
				t.Fatal(err)
			}
		}
		if v, err := validate.New(validate.Options{Schema: s}); err == nil {
			v.Release(in)
		}
	})
}

func BenchmarkRelease(b *testing.B) {
	lots, err := schema.Named("lots", "bids")
	if err != nil {
		b.Fatal(err)
	}
	v, err := validate.New(validate.Options{Extensions: lots})
	if err != nil {
		b.Fatal(err)
	}
	in := corpus.Process(1, 4)
	last := in[len(in)-1]
	b.SetBytes(int64(len(last)))
	b.ReportAllocs()
	for b.Loop() {
		v.Release(last)
	}
}
