package document_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/extractor/internal/document"
)

func TestCanonicalForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"members are put in order", `{ "b": 1, "a": 2 }`, `{"a":2,"b":1}`},
		{"order is that of the names, not of the quoted names", `{"a b":1,"a":2}`, `{"a":2,"a b":1}`},
		{"numbers stay as the source wrote them", `[1.50, 1e3, -0, 0.10, 12345678901234567890.123456789]`, `[1.50,1e3,-0,0.10,12345678901234567890.123456789]`},
		{"children with an id are put in the order of their ids", `{"L":[{"id":10},{"id":9,"x":1}]}`, `{"L":[{"id":9,"x":1},{"id":10}]}`},
		{"children whose ids are texts as well", `[{"id":"b"},{"id":"a"}]`, `[{"id":"a"},{"id":"b"}]`},
		{"children without an id keep their order", `[{"n":2},{"n":1}]`, `[{"n":2},{"n":1}]`},
		{"lists of plain values keep their order", `["b","a"]`, `["b","a"]`},
		{"an id in children of children", `{"b":[{"z":[{"id":2},{"id":1}],"id":7},{"id":3}],"a":0}`, `{"a":0,"b":[{"id":3},{"id":7,"z":[{"id":1},{"id":2}]}]}`},
		{"escapes are as short as can be", `"\u0041\/\u00e9\ud83d\ude00\n\u0001\"\\"`, `"A/é😀\n\u0001\"\\"`},
		{"HTML entities and trailing blanks stay", `"ТОО &quot;А&quot; "`, `"ТОО &quot;А&quot; "`},
		{"empty values", ` { "a" : { } , "b" : [ ] , "c" : null } `, `{"a":{},"b":[],"c":null}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := document.Canonical([]byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestWhatHasNoCanonicalForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, rule, pointer string }{
		{"nothing", ``, document.RuleMalformed, ""},
		{"a text that ends early", `{"a":[{"b":"x`, document.RuleMalformed, "/a/0/b"},
		{"an object that ends early", `{"a":1`, document.RuleMalformed, ""},
		{"a comma before the end", `{"a":1,}`, document.RuleMalformed, ""},
		{"an array with a comma before the end", `[1,]`, document.RuleMalformed, "/1"},
		{"two values", `1 2`, document.RuleMalformed, ""},
		{"a number with a leading zero", `{"a":01}`, document.RuleMalformed, "/a"},
		{"a number without digits", `{"a":-}`, document.RuleMalformed, "/a"},
		{"a word of no meaning", `{"a":nil}`, document.RuleMalformed, "/a"},
		{"a member that occurs twice", `{"a":{"b/c":1,"b/c":2}}`, document.RuleDuplicateKey, "/a/b~1c"},
		{"bytes that are no UTF-8", "{\"a\":\"\xff\"}", document.RuleText, "/a"},
		{"half a surrogate pair", `{"a":"\ud800"}`, document.RuleText, "/a"},
		{"a raw line break in a text", "\"a\nb\"", document.RuleMalformed, ""},
		{"a bottomless pit", strings.Repeat("[", 100) + strings.Repeat("]", 100), document.RuleDepth, strings.Repeat("/0", document.MaxDepth+1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := document.Canonical([]byte(c.in))
			var syntax *document.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("error = %v, want a syntax error", err)
			}
			if syntax.Rule != c.rule || syntax.Pointer != c.pointer {
				t.Errorf("rule %s at %q, want %s at %q", syntax.Rule, syntax.Pointer, c.rule, c.pointer)
			}
		})
	}
}

func TestReadingSingleValues(t *testing.T) {
	t.Parallel()
	b, err := document.Canonical([]byte(`{"id":7,"code":" x ","zero":0,"none":null,"TrdBuy":{"numberAnno":"1-1"},"L":[{"a":"]}\",{"},2,"s"],"f":1.50}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, got, want string
	}{
		{"a number", b.Text("id"), "7"},
		{"a number as written", b.Text("f"), "1.50"},
		{"a text loses blanks around it", b.Text("code"), "x"},
		{"null is nothing", b.Text("none"), ""},
		{"what is not there is nothing", b.Text("id", "deeper"), ""},
		{"a nested value", b.Text("TrdBuy", "numberAnno"), "1-1"},
		{"an object is no text", b.Text("TrdBuy"), ""},
		{"elements", fmt.Sprintf("%s", b.At("L").Elements()), `[{"a":"]}\",{"} 2 "s"]`},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

// TestSamplesKeepEverything: the canonical form of each real answer of the
// portal says the same as the answer.
func TestSamplesKeepEverything(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../goszakup/testdata/samples/*.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d sample files, error %v", len(files), err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		b, err := document.Canonical(raw)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if got, want := census(t, b), census(t, raw); !reflect.DeepEqual(got, want) {
			t.Errorf("%s lost or gained values", file)
		}
	}
}

// census counts every scalar with its path, without places in arrays.
func census(t *testing.T, raw []byte) map[string]int {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			found[path+"{}"]++
			for k, e := range v {
				walk(path+"/"+k, e)
			}
		case []any:
			found[fmt.Sprintf("%s[%d]", path, len(v))]++
			for _, e := range v {
				walk(path+"/*", e)
			}
		default:
			found[fmt.Sprintf("%s=%T:%v", path, v, v)]++
		}
	}
	walk("", v)
	return found
}

func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{
		`{"b":1.50,"a":[{"id":2,"x":"\u00e9"},{"id":1}]}`, `[]`, `"\ud83d\ude00"`, `-0.0e-1`, `{"a":{"a":{"a":null}}}`,
		`{"a":1,"a":2}`, `[{"id":1},{"id":1,"b":[]}]`, `{"a b":1,"a":2}`, `{"":0,"!":1}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		once, err := document.Canonical(raw)
		if err != nil {
			var syntax *document.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("unclassified error %v", err)
			}
			return
		}
		if !json.Valid(once) {
			t.Fatalf("not JSON: %q", once)
		}
		twice, err := document.Canonical(once)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("canonical of %q is %q, %v", once, twice, err)
		}
		if !reflect.DeepEqual(census(t, once), census(t, raw)) {
			t.Fatalf("%q says something else than %q", once, raw)
		}
		// The same value with its members in another order.
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		var v any
		if d.Decode(&v) != nil {
			t.Fatalf("encoding/json refuses %q", raw)
		}
		again, err := document.Canonical(reversed(v))
		if err != nil || document.HashOf(again) != document.HashOf(once) {
			t.Fatalf("another order of members gives %q instead of %q, %v", again, once, err)
		}
	})
}

// reversed encodes a value with the members of objects in descending order and
// children with ids in reverse.
func reversed(v any) []byte {
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		sortDescending(keys)
		parts := make([]string, len(keys))
		for i, k := range keys {
			name, _ := json.Marshal(k)
			parts[i] = string(name) + " : " + string(reversed(v[k]))
		}
		return []byte("{ " + strings.Join(parts, " , ") + "}")
	case []any:
		identified := true
		for _, e := range v {
			o, ok := e.(map[string]any)
			switch o["id"].(type) {
			case string, json.Number:
			default:
				ok = false
			}
			identified = identified && ok
		}
		parts := make([]string, len(v))
		for i, e := range v {
			at := i
			if identified {
				at = len(v) - 1 - i
			}
			parts[at] = string(reversed(e))
		}
		return []byte("[" + strings.Join(parts, ",\n") + "]")
	case json.Number:
		return []byte(v)
	default:
		b, _ := json.Marshal(v)
		return b
	}
}

func sortDescending(s []string) {
	for i := range s {
		for j := i + 1; j < len(s); j++ {
			if s[j] > s[i] {
				s[i], s[j] = s[j], s[i]
			}
		}
	}
}

func BenchmarkCanonicalAndHash(b *testing.B) {
	raw, err := os.ReadFile("../goszakup/testdata/samples/graphql_trdbuy_listing.json")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		c, err := document.Canonical(raw)
		if err != nil {
			b.Fatal(err)
		}
		document.HashOf(c)
	}
}

func TestNestedListsThatAreNull(t *testing.T) {
	t.Parallel()
	lists := map[string]bool{"Files": true, "kato": false}
	for _, c := range []struct {
		body, want string
		n          int
	}{
		{`{"a":1}`, `{"a":1}`, 0},
		{`{"Files":null}`, `{"Files":[]}`, 1},
		{`{"Files":null,"b":{"Files":null,"kato":null,"other":null}}`, `{"Files":[],"b":{"Files":[],"kato":null,"other":null}}`, 3},
		{`{"text":"\"Files\":null","myFiles":null}`, `{"text":"\"Files\":null","myFiles":null}`, 0},
		{`{"Files":"null","kato":[null]}`, `{"Files":"null","kato":[null]}`, 0},
	} {
		got, n := document.Body(c.body).EmptyLists(lists)
		if string(got) != c.want || n != c.n {
			t.Errorf("%s: %s, %d; want %s, %d", c.body, got, n, c.want, c.n)
		}
	}
}
