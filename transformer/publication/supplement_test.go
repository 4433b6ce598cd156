package publication_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/mapping"
	"github.com/kzocds/kzocds/transformer/publication"
)

// known is a Mapper with one content, whatever the documents.
type known struct{ content string }

func (k known) Map(state mapping.State) (mapping.Object, []mapping.Finding) {
	for _, d := range state.Own {
		if d.Entity == source.OCDSRelease {
			panic("the mapping of the portal sees a document of the feeds")
		}
	}
	return decode(k.content), nil
}

func decode(text string) mapping.Object {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var o mapping.Object
	if err := decoder.Decode(&o); err != nil {
		panic(err)
	}
	return o
}

func supplied(t *testing.T, content string, feed map[string]string) string {
	t.Helper()
	state := mapping.State{Key: process.OfAnnouncement("1-1"), Own: []mapping.Document{{Entity: source.TrdBuy, ID: "1", Body: mapping.Object{}}}}
	if content == "" {
		state.Own = nil
	}
	for id, body := range feed {
		state.Own = append(state.Own, mapping.Document{Entity: source.OCDSRelease, ID: id, Body: decode(body)})
	}
	got, findings := publication.Supplement{Mapper: known{content}, OCIDPrefix: "ocds-kz0000"}.Map(state)
	if len(findings) != 0 {
		t.Errorf("findings %+v", findings)
	}
	return text(got)
}

func TestTheFeedsFillInWhatIsAbsentAndChangeNothing(t *testing.T) {
	t.Parallel()
	const id = "tenders/o/1"
	for name, c := range map[string]struct{ content, feed, want string }{
		"questions and answers": {
			`{"tender":{"id":"1"}}`,
			`{"tender":{"id":"other","title":"other","hasEnquiries":true,"enquiries":[{"id":"1","title":"Why?","answer":"Because"}]}}`,
			`{"tender":{"enquiries":[{"answer":"Because","id":"1","title":"Why?"}],"hasEnquiries":true,"id":"1"}}`},
		"shares of a lot that both know": {
			`{"tender":{"lots":[{"id":"7","guaranteePercent":1},{"id":"8"}]}}`,
			`{"tender":{"lots":[{"id":"7","guaranteePercent":3,"status":"other","lotPoints":[{"id":"p"}]},{"id":"9","lotPoints":[{"id":"q"}]}]}}`,
			`{"tender":{"lots":[{"guaranteePercent":1,"id":"7","lotPoints":[{"id":"p"}]},{"id":"8"}]}}`},
		"reasons of a bid by its id": {
			`{"bids":{"details":[{"id":"5","status":"disqualified"}]}}`,
			`{"bids":{"details":[{"id":"5","status":"valid","disqualificationReasonsArticle":[{"id":"10","name":"Article 10"}]}]}}`,
			`{"bids":{"details":[{"disqualificationReasonsArticle":[{"id":"10","name":"Article 10"}],"id":"5","status":"disqualified"}]}}`},
		"else by tenderer and lot, with what it scored": {
			`{"bids":{"details":[{"id":"5","tenderers":[{"id":"T"}],"relatedLots":["7"]}]}}`,
			`{"bids":{"details":[{"id":"x","tenderers":[{"id":"T"}],"relatedLots":["7"],"guaranteeType":"money"}]},"nonPriceEvaluation":[{"id":"n","relatedBid":"x","totalScore":5}]}`,
			`{"bids":{"details":[{"guaranteeType":"money","id":"5","relatedLots":["7"],"tenderers":[{"id":"T"}]}]},"nonPriceEvaluation":[{"id":"n","relatedBid":"5","totalScore":5}]}`},
		"a bid that the portal does not know stays out": {
			`{"bids":{"details":[{"id":"5"}]}}`, `{"bids":{"details":[{"id":"6","guaranteeType":"money"}]}}`, `{"bids":{"details":[{"id":"5"}]}}`},
		"the decision on a complaint": {
			`{"complaints":[{"id":"3","status":"review"},{"id":"4"}]}`,
			`{"complaints":[{"id":"3","status":"rejected","dateResolved":"2018-01-01T00:00:00Z"},{"id":"4","status":"satisfied","rationale":["x"]},{"id":"5","status":"pending"}]}`,
			`{"complaints":[{"dateResolved":"2018-01-01T00:00:00Z","id":"3","status":"review"},{"id":"4","rationale":["x"],"status":"satisfied"},{"id":"5","status":"pending"}]}`},
		"parties that only the feeds name, and their roles": {
			`{"parties":[{"id":"B","name":"Buyer","roles":["buyer"]}]}`,
			`{"parties":[{"id":"B","name":"other","roles":["buyer","reviewBody"]},{"id":"A","name":"Asker","roles":["tenderer","enquirer"]},{"id":"C","roles":["tenderer"]}]}`,
			`{"parties":[{"id":"A","name":"Asker","roles":["enquirer"]},{"id":"B","name":"Buyer","roles":["buyer","reviewBody"]}]}`},
		"a value of another kind stays out": {
			`{"tender":{"id":"1","lots":[{"id":"7"}]}}`,
			`{"tender":{"hasEnquiries":"yes","enquiries":{"id":"1"},"requirements":[{"name":"without id"},7],"lots":[{"id":"7","guaranteePercent":"three","deliveryTerms":"DDP"}]}}`,
			`{"tender":{"id":"1","lots":[{"id":"7"}]}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := supplied(t, c.content, map[string]string{id: c.feed}); got != c.want {
				t.Errorf("content %s\nwant    %s", got, c.want)
			}
		})
	}
}

func TestPaymentsOfAContractCountOnce(t *testing.T) {
	t.Parallel()
	feed := map[string]string{"contracts/6/8": `{"id":"8","contracts":[{"id":"8","rootId":"6","guaranteePercent":3,"implementation":{"transactions":[{"id":"1","value":{"amount":5}}]}}]}`}
	for name, c := range map[string]struct{ content, want string }{
		"the portal lists none": {`{"contracts":[{"id":"6","rootId":"6","versionId":"8"}]}`,
			`{"contracts":[{"guaranteePercent":3,"id":"6","implementation":{"transactions":[{"id":"1","value":{"amount":5}}]},"rootId":"6","versionId":"8"}]}`},
		"the portal lists its own": {`{"contracts":[{"id":"6","implementation":{"transactions":[{"id":"t"}]}}]}`,
			`{"contracts":[{"guaranteePercent":3,"id":"6","implementation":{"transactions":[{"id":"t"}]}}]}`},
		"another contract": {`{"contracts":[{"id":"7"}]}`, `{"contracts":[{"id":"7"}]}`},
	} {
		if got := supplied(t, c.content, feed); got != c.want {
			t.Errorf("%s: %s\nwant %s", name, got, c.want)
		}
	}
}

func TestOfSeveralReleasesTheNewestCounts(t *testing.T) {
	t.Parallel()
	got := supplied(t, `{"tender":{"id":"1"}}`, map[string]string{
		"tenders/o/9": `{"date":"2018-01-01T00:00:00Z","tender":{"requirements":[{"id":"old"}]}}`,
		"tenders/o/1": `{"date":"2018-02-01T00:00:00Z","tender":{"requirements":[{"id":"new"}]}}`,
	})
	if want := `{"tender":{"id":"1","requirements":[{"id":"new"}]}}`; got != want {
		t.Errorf("content %s, want %s", got, want)
	}
}

func TestAProcessThatOnlyTheFeedsKnowIsPublishedFromThem(t *testing.T) {
	t.Parallel()
	got := supplied(t, "", map[string]string{
		"tenders/o/1":   `{"ocid":"o","id":"1","date":"2018-01-01T00:00:00Z","tag":["tender"],"plannings":[],"tender":{"id":"1"},"contracts":[{"id":"a"}]}`,
		"contracts/6/8": `{"id":"8","date":"2018-01-02T00:00:00Z","contracts":[{"id":"b"}]}`,
	})
	want := `{"contracts":[{"id":"a"},{"id":"b"}],"initiationType":"tender","language":"ru","ocid":"ocds-kz0000-t1","tender":{"id":"1"}}`
	if got != want {
		t.Errorf("content %s\nwant    %s", got, want)
	}
}

func TestProcessesWithoutDocumentsOfTheFeedsAreMappedAsEver(t *testing.T) {
	t.Parallel()
	if got := supplied(t, `{"tender":{"id":"1"}}`, nil); got != `{"tender":{"id":"1"}}` {
		t.Errorf("content %s", got)
	}
}

func TestTheOrderOfDocumentsDoesNotMatter(t *testing.T) {
	t.Parallel()
	bodies := []mapping.Document{
		{Entity: source.OCDSRelease, ID: "tenders/o/2", Body: decode(`{"date":"2018-01-02T00:00:00Z","tender":{"enquiries":[{"id":"1"}]}}`)},
		{Entity: source.OCDSRelease, ID: "contracts/1/1", Body: decode(`{"contracts":[{"id":"c","guaranteePercent":1}]}`)},
		{Entity: source.OCDSRelease, ID: "contracts/1/2", Body: decode(`{"contracts":[{"id":"c","guaranteePercent":2}]}`)},
		{Entity: source.TrdBuy, ID: "1", Body: mapping.Object{}},
	}
	var all []string
	for range bodies {
		bodies = append(bodies[1:], bodies[0])
		content, _ := publication.Supplement{Mapper: known{`{"contracts":[{"id":"c"}]}`}}.Map(mapping.State{Key: "t1", Own: slices.Clone(bodies)})
		all = append(all, text(content))
	}
	if len(slices.Compact(all)) != 1 {
		t.Errorf("contents %v", all)
	}
}

// What the table of facts says is the truth: each row fills in its path.
func TestEveryFactIsFilledIn(t *testing.T) {
	t.Parallel()
	values := map[publication.Kind]string{
		publication.Text: `"x"`, publication.Instant: `"2026-03-01T10:00:00Z"`, publication.Link: `"https://example.kz/1"`, publication.Number: "1", publication.Boolean: "true", publication.Texts: `["x"]`, publication.Object: `{"id":"x"}`, publication.Objects: `[{"id":"x"}]`,
	}
	for _, f := range publication.Facts() {
		nest := func(leaf string) string {
			names := strings.Split(f.At, ".")
			last := names[len(names)-1]
			out := ""
			if leaf != "" {
				out = `"` + last + `":` + leaf
			}
			for _, n := range slices.Backward(names[:len(names)-1]) {
				if name, isList := strings.CutSuffix(n, "[]"); isList {
					sep := ","
					if out == "" {
						sep = ""
					}
					out = `"` + name + `":[{"id":"e"` + sep + out + `}]`
				} else {
					out = `"` + name + `":{` + out + `}`
				}
			}
			return "{" + out + "}"
		}
		got := supplied(t, nest(""), map[string]string{"tenders/o/1": nest(values[f.Kind])})
		if want := text(decode(nest(values[f.Kind]))); got != want {
			t.Errorf("%s: %s, want %s", f.At, got, want)
		}
		// A value of another kind would keep the process from being published.
		if f.Kind == publication.Instant || f.Kind == publication.Link {
			if got := supplied(t, nest(""), map[string]string{"tenders/o/1": nest(`"вчера"`)}); got != text(decode(nest(""))) {
				t.Errorf("%s takes any text: %s", f.At, got)
			}
		}
	}
}

func TestTheTableOfFactsIsDocumented(t *testing.T) {
	t.Parallel()
	docs, err := os.ReadFile(filepath.Join("..", "..", "docs", "data", "sources.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range publication.Facts() {
		if row := "| `" + f.At + "` | " + f.Note + " |"; !strings.Contains(string(docs), row) {
			t.Errorf("docs/data/sources.md lacks %s", row)
		}
	}
}
