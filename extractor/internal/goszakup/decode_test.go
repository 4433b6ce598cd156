package goszakup

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/kzocds/kzocds/platform/fault"
)

func FuzzDecodePage(f *testing.F) {
	raw, err := os.ReadFile("testdata/samples/rest_official_examples.json")
	if err != nil {
		f.Fatal(err)
	}
	var examples map[string]json.RawMessage
	if err := json.Unmarshal(raw, &examples); err != nil {
		f.Fatal(err)
	}
	for _, example := range examples {
		f.Add([]byte(example))
	}
	f.Add([]byte(`{"data":{"TrdBuy":null},"extensions":{"pageInfo":{"totalCount":"0","lastId":null,"hasNextPage":false}}}`))
	f.Add([]byte(`{"data":{"TrdBuy":[{"id":1},{"id":`))
	f.Fuzz(func(t *testing.T, body []byte) {
		notice(body)
		if s, err := decodePage(body, "TrdBuy"); err == nil {
			for _, record := range s.records {
				if !json.Valid(record) {
					t.Fatalf("record %q is no JSON", record)
				}
			}
		} else if !fault.KindOf(err).Retryable() {
			t.Fatalf("a broken answer passes, but the error is %v", err)
		}
		if p, err := decodeList(body); err == nil {
			searchAfter(p.NextPage)
			for _, item := range p.Items {
				if body, bad := canonicalREST(item); bad == nil && len(body) == 0 {
					t.Fatalf("item %q became nothing", item)
				}
			}
		}
	})
}

func TestCursorOfANextPageLink(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]string{
		"": "", "/v3/subject?page=next&search_after=109466": "109466", "/lots?page=next&search_after=836127": "836127",
		"/v3/refs/ref_currency?page=next&search_after=PKR": "PKR", "/v3/subject": "", "?%zz": "",
	} {
		if got := searchAfter(link); got != want {
			t.Errorf("cursor of %q is %q, want %q", link, got, want)
		}
	}
}
