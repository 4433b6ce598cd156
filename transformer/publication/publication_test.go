package publication_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/proto/personal"
	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/history"
	"github.com/kzocds/kzocds/transformer/internal/standard"
	"github.com/kzocds/kzocds/transformer/mapping"
	"github.com/kzocds/kzocds/transformer/privacy"
	"github.com/kzocds/kzocds/transformer/publication"
)

var key = privacy.Key("a key for tests only")

func boundary() publication.Boundary { return publication.Boundary{Key: key} }

func clean(t *testing.T, body string) map[string]any {
	t.Helper()
	kept, err := boundary().Clean([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

func text(o map[string]any) string { return string(mapping.AppendJSON(nil, o)) }

var rules = func() *standard.Standard {
	s, err := standard.New()
	if err != nil {
		panic(err)
	}
	return s
}()

func builder() *history.Builder {
	return &history.Builder{Config: mapping.Default(), Reader: publication.Reader{Validator: rules}, Merger: rules, Validator: rules}
}

// version is a stored release; n orders versions by batch.
func version(t *testing.T, batch int64, id, body string) history.Version {
	t.Helper()
	return history.Version{
		Document: mapping.Document{Entity: source.OCDSRelease, ID: id, Body: clean(t, body)},
		Batch:    batch, Hash: []byte(body), FetchedAt: time.Date(2026, 1, 1, 0, 0, int(batch), 0, time.UTC),
	}
}

func build(t *testing.T, versions ...history.Version) history.Result {
	t.Helper()
	result, err := builder().Build(history.Input{Key: process.OfOCID("ocds-a1b2c3-1"), Own: versions})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func release(id, date, rest string) string {
	if rest != "" {
		rest = "," + rest
	}
	return fmt.Sprintf(`{"ocid":"ocds-a1b2c3-1","id":"%s","date":"%s","tag":["tender"],"initiationType":"tender"%s}`, id, date, rest)
}

func at(t *testing.T, compiled []byte, pointer string) string {
	t.Helper()
	v, err := ocds.Parse(compiled)
	if err != nil {
		t.Fatal(err)
	}
	found, err := ocds.Pointer(v, pointer)
	if err != nil {
		return ""
	}
	return found.Text()
}

func TestReleasesPassThroughAsTheirPublisherMadeThem(t *testing.T) {
	t.Parallel()
	result := build(t,
		version(t, 1, "a", release("ocds-a1b2c3-1-01", "2024-01-01T10:00:00.250+03:00", `"tender":{"id":"1","title":"First","value":{"amount":10.10,"currency":"EUR"}},"local":{"field":[1,"two"]}`)),
		version(t, 1, "b", release("ocds-a1b2c3-1-02", "2024-02-01T10:00:00Z", `"tender":{"id":"1","title":"Second"}`)),
	)
	if len(result.Releases) != 2 || len(result.Quarantine) != 0 {
		t.Fatalf("%d releases, quarantine %+v", len(result.Releases), result.Quarantine)
	}
	first := result.Releases[0]
	if first.ID != "ocds-a1b2c3-1-01" || first.OCID != "ocds-a1b2c3-1" || !slices.Equal(first.Tags, []string{"tender"}) || len(first.Sources) != 1 {
		t.Errorf("release %+v", first)
	}
	want := `{"date":"2024-01-01T10:00:00.250+03:00","id":"ocds-a1b2c3-1-01","initiationType":"tender","local":{"field":[1,"two"]},"ocid":"ocds-a1b2c3-1","tag":["tender"],"tender":{"id":"1","title":"First","value":{"amount":10.10,"currency":"EUR"}}}`
	if string(first.Body) != want {
		t.Errorf("body %s\nwant %s", first.Body, want)
	}
	if got := at(t, result.State.Compiled, "/tender/title") + at(t, result.State.Compiled, "/tender/value/amount"); got != "Second10.10" {
		t.Errorf("compiled %s", result.State.Compiled)
	}
}

func TestAReleaseThatComesLateIsMergedInItsPlace(t *testing.T) {
	t.Parallel()
	old, newer := version(t, 2, "a", release("ocds-a1b2c3-1-01", "2024-01-01T00:00:00Z", `"tender":{"id":"1","title":"Old","description":"x"}`)), version(t, 1, "b", release("ocds-a1b2c3-1-02", "2024-02-01T00:00:00Z", `"tender":{"id":"1","title":"New"}`))
	before := build(t, newer)
	result := build(t, newer, old)
	if len(result.Releases) != 2 || result.Releases[0].ID != before.Releases[0].ID || !bytes.Equal(result.Releases[0].Body, before.Releases[0].Body) {
		t.Fatalf("releases %+v: what was published comes first and stays", result.Releases)
	}
	if at(t, result.State.Compiled, "/tender/title") != "New" || at(t, result.State.Compiled, "/tender/description") != "x" {
		t.Errorf("compiled %s", result.State.Compiled)
	}
}

func TestACorrectedReleaseCountsBeforeWhatItCorrects(t *testing.T) {
	t.Parallel()
	const date = "2024-01-01T00:00:00Z"
	for _, title := range []string{"A", "Z"} { // the order of texts must not matter
		result := build(t,
			version(t, 1, "a", release("r", date, `"tender":{"id":"1","title":"M"}`)),
			version(t, 2, "a", release("r", date, `"tender":{"id":"1","title":"`+title+`"}`)),
			version(t, 3, "a", release("r", date, `"tender":{"id":"1","title":"`+title+`2"}`)),
		)
		if len(result.Releases) != 3 || at(t, result.State.Compiled, "/tender/title") != title+"2" {
			t.Errorf("%d releases, compiled %s; want the newest correction %s2", len(result.Releases), result.State.Compiled, title)
		}
	}
}

func TestTwoReleasesUnderOneIDAreBothPublishedOnce(t *testing.T) {
	t.Parallel()
	const date = "2024-01-01T00:00:00Z"
	one, two := release("r", date, `"tender":{"id":"1","title":"One"}`), release("r", date, `"buyer":{"id":"b","name":"Two"}`)
	first := build(t, version(t, 1, "a", one), version(t, 1, "a2", two))
	// Each batch sees both again, each time as a change of the other.
	again := build(t, version(t, 1, "a", one), version(t, 1, "a2", two), version(t, 2, "a", one), version(t, 2, "a2", two))
	if len(first.Releases) != 2 || len(again.Releases) != 2 || !bytes.Equal(first.State.Compiled, again.State.Compiled) {
		t.Errorf("%d and %d releases", len(first.Releases), len(again.Releases))
	}
	if at(t, first.State.Compiled, "/tender/title") != "One" || at(t, first.State.Compiled, "/buyer/name") != "Two" {
		t.Errorf("compiled %s", first.State.Compiled)
	}
}

func TestWhatBreaksTheSchemaIsFoundAndPublished(t *testing.T) {
	t.Parallel()
	result := build(t, version(t, 1, "a", `{"ocid":"ocds-a1b2c3-1","id":"1","date":"2024-01-01","tag":["nonsense"],"tender":{"id":7,"status":"unheard of","value":"dear"},"awards":{}}`))
	if len(result.Releases) != 1 || len(result.Quarantine) != 0 {
		t.Fatalf("%d releases, quarantine %+v", len(result.Releases), result.Quarantine)
	}
	for _, pointer := range []string{"/tender/status", "/tender/value", "/awards", "/initiationType"} {
		if !slices.ContainsFunc(result.Findings, func(f mapping.Finding) bool {
			return strings.HasPrefix(f.Pointer, pointer) || f.Pointer == "" && strings.Contains(f.Message, pointer[1:])
		}) {
			t.Errorf("nothing is found at %s: %+v", pointer, result.Findings)
		}
	}
	for _, f := range result.Findings {
		if f.Severity != mapping.SeverityWarning {
			t.Errorf("finding %+v", f)
		}
	}
}

func TestAReleaseWithoutPlaceIsHeldAndTheOthersArePublished(t *testing.T) {
	t.Parallel()
	good := version(t, 1, "b", release("2", "2024-01-01T00:00:00Z", ""))
	for name, c := range map[string]struct{ body, rule string }{
		"without date":      {`{"ocid":"ocds-a1b2c3-1","id":"1","tag":["tender"]}`, publication.RuleDate},
		"with no such date": {release("1", "yesterday", ""), publication.RuleDate},
	} {
		result := build(t, version(t, 1, "a", c.body), good)
		if len(result.Releases) != 1 || len(result.Quarantine) != 1 || result.Quarantine[0].Rule != c.rule || result.Quarantine[0].ID != "a" || result.Quarantine[0].Pointer != "/date" {
			t.Errorf("%s: %d releases, quarantine %+v", name, len(result.Releases), result.Quarantine)
		}
	}
	broken := good
	broken.ID, broken.Body, broken.Fault = "c", nil, "malformed JSON at byte 3"
	if result := build(t, good, broken); len(result.Releases) != 1 || len(result.Quarantine) != 1 || result.Quarantine[0].Message != broken.Fault {
		t.Errorf("%d releases, quarantine %+v", len(result.Releases), result.Quarantine)
	}
}

func TestAReleaseWithoutTagGetsThatOfItsLastStage(t *testing.T) {
	t.Parallel()
	for members, want := range map[string]string{
		`"contracts":[{"id":"1"}],"tender":{"id":"1"}`: "contract", `"awards":[{"id":"1"}]`: "award", `"tender":{"id":"1"}`: "tender", `"language":"en"`: "planning",
	} {
		result := build(t, version(t, 1, "a", `{"ocid":"ocds-a1b2c3-1","id":"1","date":"2024-01-01T00:00:00Z",`+members+`}`))
		if len(result.Releases) != 1 || !slices.Equal(result.Releases[0].Tags, []string{want}) {
			t.Errorf("%s: %+v", members, result.Releases)
		}
	}
}

func TestNothingAboutPersonsPasses(t *testing.T) {
	t.Parallel()
	const iin = "900101300017" // no such person: made for the check digit
	if !personal.ValidCheckDigit(iin) {
		t.Fatal("the number is none")
	}
	pseudonym := strings.TrimPrefix(key.Pseudonym(iin), privacy.PseudonymPrefix)
	for name, c := range map[string]struct{ body, want string }{
		"a contact point keeps its url": {
			`{"parties":[{"id":"1","name":"Ministry","contactPoint":{"name":"A Person","email":"a@example.org","telephone":"1","url":"https://example.org"}}]}`,
			`{"parties":[{"contactPoint":{"url":"https://example.org"},"id":"1","name":"Ministry"}]}`},
		"without url it goes": {
			`{"buyer":{"name":"Ministry","contactPoint":{"name":"A Person"},"additionalContactPoints":[{"name":"B"}]}}`,
			`{"buyer":{"name":"Ministry"}}`},
		"owners, signatories and persons go": {
			`{"parties":[{"id":"1","beneficialOwners":[{"name":"A"}],"shareholders":[{"shareholder":{"name":"B"}}],"persones":[{"name":"C"}]}],"contracts":[{"id":"1","signatories":[{"name":"D"}]}]}`,
			`{"contracts":[{"id":"1"}],"parties":[{"id":"1"}]}`},
		"a natural person becomes a pseudonym everywhere": {
			`{"parties":[{"id":"KZ-IIN-` + iin + `","name":"A Person","identifier":{"scheme":"KZ-IIN","id":"` + iin + `","legalName":"A Person"},"address":{"streetAddress":"x"},"roles":["supplier"]}],"awards":[{"id":"1","suppliers":[{"id":"KZ-IIN-` + iin + `","name":"A Person"}]}]}`,
			`{"awards":[{"id":"1","suppliers":[{"id":"KZ-IIN-` + pseudonym + `"}]}],"parties":[{"id":"KZ-IIN-` + pseudonym + `","identifier":{"id":"` + pseudonym + `","scheme":"KZ-IIN"},"roles":["supplier"]}]}`},
		"a person is known by the scheme": {
			`{"parties":[{"id":"p7","name":"Um Nome","identifier":{"scheme":"BR-CPF","id":"11122233344"}}],"buyer":{"id":"p7","name":"Um Nome"}}`,
			`{"buyer":{"id":"` + strings.TrimPrefix(key.Pseudonym("11122233344"), "iin:") + `"},"parties":[{"id":"` + strings.TrimPrefix(key.Pseudonym("11122233344"), "iin:") + `","identifier":{"id":"` + strings.TrimPrefix(key.Pseudonym("11122233344"), "iin:") + `","scheme":"BR-CPF"}}]}`},
		"texts are scanned": {
			`{"tender":{"description":"Write to a.person@example.org or call +7 701 123 45 67, number ` + iin + `."}}`,
			`{"tender":{"description":"Write to […] or call […], number ` + pseudonym + `."}}`},
		"a number between other letters too": {
			`{"tender":{"title":"ИИН` + iin + `и"}}`, `{"tender":{"title":"ИИН` + pseudonym + `и"}}`},
		"ids of processes stay": {
			`{"ocid":"ocds-a1b2c3-` + iin + `"}`, `{"ocid":"ocds-a1b2c3-` + iin + `"}`},
		"other numbers, nulls and values": {
			`{"a":"123456789012","b":null,"c":[null,1.50,true,"x"],"d":"AB` + iin + `CD"}`, `{"a":"123456789012","c":[1.50,true,"x"],"d":"AB` + iin + `CD"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := text(clean(t, c.body)); got != c.want {
				t.Errorf("passes %s\nwant   %s", got, c.want)
			}
		})
	}
}

func TestWhatIsNoObjectDoesNotPass(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "[]", `"x"`, `{"a":`} {
		if _, err := boundary().Clean([]byte(body)); err == nil {
			t.Errorf("%q passes", body)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add([]byte(`{"parties":[{"id":"KZ-IIN-900101300017","identifier":{"scheme":"KZ-IIN"}}],"x":"a@b.kz 900101300017"}`))
	f.Add([]byte(`{"contactPoint":{"url":7},"parties":{"id":1}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		kept, err := boundary().Clean(body)
		if err != nil {
			return
		}
		out := mapping.AppendJSON(nil, kept)
		if !json.Valid(out) {
			t.Errorf("%s becomes %s", body, out)
		}
		// No string, not even a name, holds a number that the publisher's gate takes
		// for a person's.
		for _, quoted := range regexp.MustCompile(`"(?:[^"\\]|\\.)*"`).FindAll(out, -1) {
			var s string
			if json.Unmarshal(quoted, &s) != nil || strings.HasPrefix(s, "ocds-") {
				continue
			}
			for _, m := range regexp.MustCompile(`[A-Za-z0-9]*`).FindAllString(s, -1) {
				if personal.IsIIN(m) {
					t.Errorf("%s becomes %s with %s", body, out, m)
				}
			}
		}
	})
}
