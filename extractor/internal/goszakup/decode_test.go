package goszakup

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/extractor/internal/document"
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
				// What is wrong within a record is the canonical form's to say.
				if len(record) == 0 {
					t.Fatal("a record of nothing")
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

func TestAnAnswerIsCutIntoItsParts(t *testing.T) {
	t.Parallel()
	const sound = ` {"data" : {"Lots" : [ {"id":1,"nameRu":"a\\"}, {"id":2,"nameRu":"]}\"["},7,"x" ] }, "extensions":{"pageInfo":{"limitPage":2,"totalCount":"3","hasNextPage":true,"lastId":null}}} `
	s, err := decodePage([]byte(sound), "Lots")
	if err != nil || len(s.records) != 4 || string(s.records[1]) != `{"id":2,"nameRu":"]}\"["}` || string(s.records[2]) != "7" || s.total != 3 || !s.more {
		t.Errorf("%q %+v, %v", s.records, s, err)
	}
	text := strings.TrimSpace(sound)
	for cut := range len(text) {
		if _, err := decodePage([]byte(text[:cut]), "Lots"); err == nil || !fault.KindOf(err).Retryable() {
			t.Fatalf("cut off after %d bytes it is still an answer: %v", cut, err)
		}
	}
	for _, odd := range []string{`{"data":{"Lots":{}}}`, `{"data":{"Lots":[1 2]}}`, `{"data":{"Lots":[}}`, `{"data":{"Lots":[1,]}}`, `{"data":{}}`, `[]`, ``, `{"data":{"Lots":[]}}x`} {
		if s, err := decodePage([]byte(odd), "Lots"); err == nil {
			t.Errorf("%q is an answer: %q", odd, s.records)
		}
	}
}

// TestTheSamplesDecodeWithoutLoss: decoded, encoded and compared, nothing of a real
// answer is gone or another.
func TestTheSamplesDecodeWithoutLoss(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/samples/*.json")
	if err != nil || len(files) < 12 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for name, read := range map[string]func([]byte) (document.Body, *document.SyntaxError){"as it is": canonical, "with the names of GraphQL": canonicalREST} {
			body, bad := read(raw)
			if bad != nil {
				t.Fatalf("%s %s: %v", file, name, bad)
			}
			want, got := values(t, raw), values(t, body)
			if !slices.Equal(got, want) {
				t.Errorf("%s %s: %d values became %d", file, name, len(want), len(got))
			}
			again, bad := canonical(body)
			if bad != nil || string(again) != string(body) {
				t.Errorf("%s %s: the form of the form is another, %v", file, name, bad)
			}
		}
	}
}

// values lists every value of a text with the letters of its member names, in an
// order that does not depend on that of the text.
func values(t *testing.T, raw []byte) []string {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	var list []string
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			list = append(list, fmt.Sprint(path, " object of ", len(v)))
			for name, held := range v {
				walk(path+"/"+strings.ToLower(strings.ReplaceAll(name, "_", "")), held)
			}
		case []any:
			list = append(list, fmt.Sprint(path, " list of ", len(v)))
			for _, held := range v {
				walk(path+"/-", held)
			}
		default:
			list = append(list, fmt.Sprintf("%s %T %v", path, v, v))
		}
	}
	walk("", v)
	slices.Sort(list)
	return list
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
