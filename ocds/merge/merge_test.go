package merge_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/internal/corpus"
	"github.com/kzocds/kzocds/ocds/merge"
	"github.com/kzocds/kzocds/ocds/schema"
	"github.com/kzocds/kzocds/ocds/validate"
)

func rules(t testing.TB) *merge.Rules {
	t.Helper()
	r, err := merge.DefaultRules()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// same compares JSON without regard to the order of members.
func same(t *testing.T, what string, got []byte, want string) {
	t.Helper()
	a, err := ocds.Parse(got)
	if err != nil {
		t.Fatalf("%s: %v in %s", what, err, got)
	}
	b, err := ocds.Parse([]byte(want))
	if err != nil {
		t.Fatalf("%s: the expectation is no JSON: %v in %s", what, err, want)
	}
	if !ocds.Equal(a, b) {
		t.Errorf("%s\n got %s\nwant %s", what, got, want)
	}
}

// release number n of the process: fields are the members besides ocid, id, date, tag.
func release(n int, fields string) []byte {
	if fields != "" {
		fields = "," + fields
	}
	return fmt.Appendf(nil, `{"ocid":"ocds-213czf-A","id":"%d","date":"2014-01-%02dT00:00:00Z","tag":["tender"]%s}`, n, n, fields)
}

// compiled is the compiled release after n releases.
func compiled(n int, fields string) string {
	if fields != "" {
		fields = "," + fields
	}
	date := fmt.Sprintf("2014-01-%02dT00:00:00Z", n)
	return `{"ocid":"ocds-213czf-A","id":"ocds-213czf-A-` + date + `","date":"` + date + `","tag":["compiled"]` + fields + `}`
}

func versioned(fields string) string {
	if fields != "" {
		fields = "," + fields
	}
	return `{"ocid":"ocds-213czf-A"` + fields + `}`
}

// history is the versioned values of a field: pairs of release number and JSON value.
func history(pairs ...any) string {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		n := pairs[i].(int)
		parts = append(parts, fmt.Sprintf(`{"releaseID":"%d","releaseDate":"2014-01-%02dT00:00:00Z","releaseTag":["tender"],"value":%s}`, n, n, pairs[i+1]))
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// The rules of the standard's merge specification (docs/schema/merging.md, 1.1) and
// the cases of the reference implementation's tests (ocds-merge), one test each.
func TestMerge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		in        []string // fields of each release
		compiled  string
		versioned string
	}{
		{"literal values: a changed string is replaced", []string{`"language":"en"`, `"language":"kk"`},
			`"language":"kk"`, `"language":` + history(1, `"en"`, 2, `"kk"`)},
		{"literal values: an unchanged value is versioned once", []string{`"language":"en"`, `"language":"en"`},
			`"language":"en"`, `"language":` + history(1, `"en"`)},
		{"literal values: a value that returns is versioned again", []string{`"language":"a"`, `"language":"b"`, `"language":"a"`},
			`"language":"a"`, `"language":` + history(1, `"a"`, 2, `"b"`, 3, `"a"`)},
		{"literal values: a number written otherwise is no change", []string{`"tender":{"value":{"amount":1000}}`, `"tender":{"value":{"amount":1000.00}}`},
			`"tender":{"value":{"amount":1000.00}}`, `"tender":{"value":{"amount":` + history(1, `1000`) + `}}`},
		{"literal values: true and 1 differ", []string{`"x":1`, `"x":true`},
			`"x":true`, `"x":` + history(1, `1`, 2, `true`)},
		{"object values: fields are merged one by one", []string{`"buyer":{"id":"1","name":"A"}`, `"buyer":{"name":"B"}`},
			`"buyer":{"id":"1","name":"B"}`, `"buyer":{"id":` + history(1, `"1"`) + `,"name":` + history(1, `"A"`, 2, `"B"`) + `}`},
		{"object values: an empty object does nothing", []string{`"tender":{}`, `"tender":{"id":"1"}`, `"tender":{}`},
			`"tender":{"id":"1"}`, `"tender":{"id":` + history(2, `"1"`) + `}`},
		{"object values: an object with only empty objects does nothing", []string{`"tender":{"value":{},"items":[]}`},
			``, ``},
		{"null: a field is removed", []string{`"language":"en"`, `"language":null`},
			``, `"language":` + history(1, `"en"`, 2, `null`)},
		{"null: in a first release there is nothing to remove", []string{`"language":null`},
			``, `"language":` + history(1, `null`)},
		{"null: a removed field can come back", []string{`"language":"en"`, `"language":null`, `"language":"kk"`},
			`"language":"kk"`, `"language":` + history(1, `"en"`, 2, `null`, 3, `"kk"`)},
		{"null: all fields of an object leave an empty object (standard, example deletions/object)", []string{
			`"tender":{"contractPeriod":{"startDate":"2011-11-20T09:00:00Z","endDate":"2012-01-31T17:00:00Z"}}`, `"tender":{"contractPeriod":{"startDate":null,"endDate":null}}`},
			`"tender":{"contractPeriod":{}}`,
			`"tender":{"contractPeriod":{"startDate":` + history(1, `"2011-11-20T09:00:00Z"`, 2, `null`) + `,"endDate":` + history(1, `"2012-01-31T17:00:00Z"`, 2, `null`) + `}}`},
		{"null: all fields of an array object leave its id (standard, example deletions/array)", []string{
			`"awards":[{"id":"1201","items":[{"id":"14111500","unit":{"name":"Ream"},"quantity":130}]}]`, `"awards":[{"id":"1201","items":[{"id":"14111500","unit":{"name":null},"quantity":null},{"id":"14111506","quantity":150}]}]`},
			`"awards":[{"id":"1201","items":[{"id":"14111500","unit":{}},{"id":"14111506","quantity":150}]}]`,
			`"awards":[{"id":"1201","items":[{"id":"14111500","unit":{"name":` + history(1, `"Ream"`, 2, `null`) + `},"quantity":` + history(1, `130`, 2, `null`) + `},{"id":"14111506","quantity":` + history(2, `150`) + `}]}]`},
		{"identifier merge: objects with the same id are merged, others appended, order is kept", []string{
			`"awards":[{"id":"1","title":"a"},{"id":"2","title":"b"}]`, `"awards":[{"id":"3","title":"c"},{"id":"2","title":"B"}]`},
			`"awards":[{"id":"1","title":"a"},{"id":"2","title":"B"},{"id":"3","title":"c"}]`,
			`"awards":[{"id":"1","title":` + history(1, `"a"`) + `},{"id":"2","title":` + history(1, `"b"`, 2, `"B"`) + `},{"id":"3","title":` + history(2, `"c"`) + `}]`},
		{"identifier merge: ids are matched within their own array only", []string{
			`"awards":[{"id":"1","items":[{"id":"1","quantity":1}]},{"id":"2","items":[{"id":"1","quantity":2}]}]`, `"awards":[{"id":"2","items":[{"id":"1","quantity":3}]}]`},
			`"awards":[{"id":"1","items":[{"id":"1","quantity":1}]},{"id":"2","items":[{"id":"1","quantity":3}]}]`,
			`"awards":[{"id":"1","items":[{"id":"1","quantity":` + history(1, `1`) + `}]},{"id":"2","items":[{"id":"1","quantity":` + history(1, `2`, 2, `3`) + `}]}]`},
		{"identifier merge: an id that equals another object's index does not collide", []string{
			`"awards":[{"id":"1","title":"a"},{"id":"0","title":"b"}]`, `"awards":[{"id":"0","title":"c"}]`},
			`"awards":[{"id":"1","title":"a"},{"id":"0","title":"c"}]`,
			`"awards":[{"id":"1","title":` + history(1, `"a"`) + `},{"id":"0","title":` + history(1, `"b"`, 2, `"c"`) + `}]`},
		{"identifier merge: an empty array does nothing, wherever it comes", []string{`"awards":[]`, `"awards":[{"id":"1"}]`, `"awards":[]`},
			`"awards":[{"id":"1"}]`, `"awards":[{"id":"1"}]`},
		{"identifier merge: objects without id are appended, every time", []string{`"awards":[{"title":"a"},{"title":"a"}]`, `"awards":[{"title":"a"}]`},
			`"awards":[{"title":"a"},{"title":"a"},{"title":"a"}]`,
			`"awards":[{"title":` + history(1, `"a"`) + `},{"title":` + history(1, `"a"`) + `},{"title":` + history(2, `"a"`) + `}]`},
		{"identifier merge: the same id twice in a release is one object, later fields win", []string{`"awards":[{"id":"1","title":"a","description":"x"},{"id":"1","title":"b"}]`},
			`"awards":[{"id":"1","title":"b","description":"x"}]`,
			`"awards":[{"id":"1","title":` + history(1, `"a"`, 1, `"b"`) + `,"description":` + history(1, `"x"`) + `}]`},
		{"identifier merge: 1 and \"1\" are different ids", []string{`"awards":[{"id":1,"title":"a"}]`, `"awards":[{"id":"1","title":"b"}]`},
			`"awards":[{"id":1,"title":"a"},{"id":"1","title":"b"}]`,
			`"awards":[{"id":1,"title":` + history(1, `"a"`) + `},{"id":"1","title":` + history(2, `"b"`) + `}]`},
		{"identifier merge: numbers are the same id if they are equal, and never that of a text", []string{
			`"awards":[{"id":1.5,"title":"a"},{"id":1e3,"title":"b"},{"id":99999999999999999999,"title":"c"}]`,
			`"awards":[{"id":1.50,"title":"A"},{"id":1000,"title":"B"},{"id":99999999999999999999,"title":"C"},{"id":99999999999999999998},{"id":"1.5"}]`},
			`"awards":[{"id":1.5,"title":"A"},{"id":1e3,"title":"B"},{"id":99999999999999999999,"title":"C"},{"id":99999999999999999998},{"id":"1.5"}]`,
			`"awards":[{"id":1.5,"title":` + history(1, `"a"`, 2, `"A"`) + `},{"id":1e3,"title":` + history(1, `"b"`, 2, `"B"`) + `},{"id":99999999999999999999,"title":` + history(1, `"c"`, 2, `"C"`) + `},{"id":99999999999999999998},{"id":"1.5"}]`},
		{"identifier merge: an id written with an escape is the same id", []string{`"awards":[{"id":"A","title":"a"}]`, `"awards":[{"id":"\u0041","title":"b"}]`},
			`"awards":[{"id":"A","title":"b"}]`, `"awards":[{"id":"A","title":` + history(1, `"a"`, 2, `"b"`) + `}]`},
		{"identifier merge: deep", []string{
			`"contracts":[{"id":"1","implementation":{"transactions":[{"id":"t","value":{"amount":1}}]}}]`, `"contracts":[{"id":"1","implementation":{"transactions":[{"id":"t","value":{"amount":2}},{"id":"u"}]}}]`},
			`"contracts":[{"id":"1","implementation":{"transactions":[{"id":"t","value":{"amount":2}},{"id":"u"}]}}]`,
			`"contracts":[{"id":"1","implementation":{"transactions":[{"id":"t","value":{"amount":` + history(1, `1`, 2, `2`) + `}},{"id":"u"}]}}]`},
		{"identifier merge: fields no schema describes are merged by id too", []string{`"unknown":[{"id":"1","a":1}]`, `"unknown":[{"id":"1","b":2}]`},
			`"unknown":[{"id":"1","a":1,"b":2}]`, `"unknown":[{"id":"1","a":` + history(1, `1`) + `,"b":` + history(2, `2`) + `}]`},
		{"whole list: an array of strings is replaced", []string{`"tender":{"submissionMethod":["a","b"]}`, `"tender":{"submissionMethod":["b"]}`},
			`"tender":{"submissionMethod":["b"]}`, `"tender":{"submissionMethod":` + history(1, `["a","b"]`, 2, `["b"]`) + `}`},
		{"whole list: an empty array replaces", []string{`"tender":{"submissionMethod":["a"]}`, `"tender":{"submissionMethod":[]}`},
			`"tender":{"submissionMethod":[]}`, `"tender":{"submissionMethod":` + history(1, `["a"]`, 2, `[]`) + `}`},
		{"whole list: an empty array that comes first, or alone, is a value", []string{`"tender":{"submissionMethod":[]}`, `"tender":{"submissionMethod":["a"]}`},
			`"tender":{"submissionMethod":["a"]}`, `"tender":{"submissionMethod":` + history(1, `[]`, 2, `["a"]`) + `}`},
		{"whole list: an empty array alone", []string{`"tender":{"submissionMethod":[]}`},
			`"tender":{"submissionMethod":[]}`, `"tender":{"submissionMethod":` + history(1, `[]`) + `}`},
		{"whole list: additionalClassifications are replaced although they have ids", []string{
			`"tender":{"items":[{"id":"1","additionalClassifications":[{"id":"x"},{"id":"y"}]}]}`, `"tender":{"items":[{"id":"1","additionalClassifications":[{"id":"y","scheme":"s"}]}]}`},
			`"tender":{"items":[{"id":"1","additionalClassifications":[{"id":"y","scheme":"s"}]}]}`,
			`"tender":{"items":[{"id":"1","additionalClassifications":` + history(1, `[{"id":"x"},{"id":"y"}]`, 2, `[{"id":"y","scheme":"s"}]`) + `}]}`},
		{"whole list: equal ids and objects without id are all kept", []string{`"parties":[{"id":"1","additionalIdentifiers":[{"id":"a"},{"id":"a"},{"scheme":"s"},{"scheme":"s"}]}]`},
			`"parties":[{"id":"1","additionalIdentifiers":[{"id":"a"},{"id":"a"},{"scheme":"s"},{"scheme":"s"}]}]`,
			`"parties":[{"id":"1","additionalIdentifiers":` + history(1, `[{"id":"a"},{"id":"a"},{"scheme":"s"},{"scheme":"s"}]`) + `}]`},
		{"whole list: an array with anything but objects is a literal", []string{`"unknown":[1,{"id":"1"}]`, `"unknown":[2]`},
			`"unknown":[2]`, `"unknown":` + history(1, `[1,{"id":"1"}]`, 2, `[2]`)},
		{"versioned: the id of a single object is versioned", []string{`"tender":{"id":"1","items":[{"id":"i","unit":{"id":"u","name":"n"}}]}`, `"tender":{"id":"2","items":[{"id":"i","unit":{"name":"m"}}]}`},
			`"tender":{"id":"2","items":[{"id":"i","unit":{"id":"u","name":"m"}}]}`,
			`"tender":{"id":` + history(1, `"1"`, 2, `"2"`) + `,"items":[{"id":"i","unit":{"id":` + history(1, `"u"`) + `,"name":` + history(1, `"n"`, 2, `"m"`) + `}}]}`},
		{"literal values: every digit of a number is kept", []string{`"tender":{"value":{"amount":12345678901234567890.12345678901234567890}}`, `"tender":{"value":{"amount":12345678901234567890.12345678901234567891}}`},
			`"tender":{"value":{"amount":12345678901234567890.12345678901234567891}}`,
			`"tender":{"value":{"amount":` + history(1, `12345678901234567890.12345678901234567890`, 2, `12345678901234567890.12345678901234567891`) + `}}`},
		{"literal values: translations have no rules of their own", []string{`"tender":{"title_kk":"a"}`, `"tender":{"title_kk":"b"}`},
			`"tender":{"title_kk":"b"}`, `"tender":{"title_kk":` + history(1, `"a"`, 2, `"b"`) + `}`},
		{"versioned: an object with the names of a versioned value is an object", []string{`"unknown":[{"releaseID":"a","releaseDate":"b","releaseTag":"c","value":"d"}]`, `"unknown":[{"releaseID":"a","releaseDate":"b","releaseTag":"c","value":"e"}]`},
			`"unknown":[{"releaseID":"a","releaseDate":"b","releaseTag":"c","value":"d"},{"releaseID":"a","releaseDate":"b","releaseTag":"c","value":"e"}]`,
			`"unknown":[{"releaseID":` + history(1, `"a"`) + `,"releaseDate":` + history(1, `"b"`) + `,"releaseTag":` + history(1, `"c"`) + `,"value":` + history(1, `"d"`) + `},{"releaseID":` + history(2, `"a"`) + `,"releaseDate":` + history(2, `"b"`) + `,"releaseTag":` + history(2, `"c"`) + `,"value":` + history(2, `"e"`) + `}]`},
		{"repeated member names: the last counts", []string{`"tender":{"id":"1","title":"a"},"tender":{"id":"2"}`},
			`"tender":{"id":"2"}`, `"tender":{"id":` + history(1, `"2"`) + `}`},

		// Where the reference implementation departs from the text of the standard.
		{"standard: null removes an object", []string{`"tender":{"id":"1","value":{"amount":1}}`, `"tender":null`},
			``, `"tender":{"id":` + history(1, `"1"`, 2, `null`) + `,"value":{"amount":` + history(1, `1`, 2, `null`) + `}}`},
		{"standard: null removes an array of objects", []string{`"awards":[{"id":"1","title":"a"}]`, `"awards":null`},
			``, `"awards":[{"id":"1","title":` + history(1, `"a"`, 2, `null`) + `}]`},
		{"standard: an object may follow a null", []string{`"tender":null`, `"tender":{"id":"1"}`},
			`"tender":{"id":"1"}`, `"tender":{"id":` + history(2, `"1"`) + `}`},
		{"standard: a string replaces an object", []string{`"tender":{"id":"1"}`, `"tender":"x"`},
			`"tender":"x"`, `"tender":` + history(2, `"x"`)},
		{"standard: a string replaces an array of objects", []string{`"awards":[{"id":"1"}]`, `"awards":"x"`},
			`"awards":"x"`, `"awards":` + history(2, `"x"`)},
		{"standard: of strings and objects in an unknown array the latest list counts", []string{`"unknown":["x"]`, `"unknown":[{"id":"1"}]`},
			`"unknown":[{"id":"1"}]`, ""},
		{"standard: an object with a null id has none", []string{`"awards":[{"id":null,"title":"a"},{"id":null,"title":"b"}]`},
			`"awards":[{"title":"a"},{"title":"b"}]`, ""},
		{"standard: an object without members is appended", []string{`"awards":[{}]`},
			`"awards":[{}]`, `"awards":[{}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := merge.New(rules(t))
			var in [][]byte
			for i, fields := range c.in {
				in = append(in, release(i+1, fields))
			}
			before := slices.Concat(in...)
			got, err := m.Compiled(in)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "compiled", got, compiled(len(c.in), c.compiled))
			if !strings.Contains(c.name, "unknown array") && !strings.Contains(c.name, "null id") {
				got, err = m.Versioned(in)
				if err != nil {
					t.Fatal(err)
				}
				same(t, "versioned", got, versioned(c.versioned))
			}
			if !bytes.Equal(before, slices.Concat(in...)) {
				t.Error("the input was changed")
			}
		})
	}
}

// What the Python reference does in the same cases (ocds-merge 0.8).
func TestCompatWithThePythonReference(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		in       []string
		compiled string
	}{
		{"null over an object is ignored", []string{`"tender":{"id":"1"}`, `"tender":null`}, `"tender":{"id":"1"}`},
		{"null over an array of objects is ignored", []string{`"awards":[{"id":"1"}]`, `"awards":null`}, `"awards":[{"id":"1"}]`},
		{"an object may follow a null", []string{`"tender":null`, `"tender":{"id":"1"}`}, `"tender":{"id":"1"}`},
		{"a string over an object is ignored", []string{`"tender":{"id":"1"}`, `"tender":"x"`}, `"tender":{"id":"1"}`},
		{"a string over an array of objects is ignored", []string{`"awards":[{"id":"1"}]`, `"awards":"x"`}, `"awards":[{"id":"1"}]`},
		{"strings, then objects in an unknown array are mixed", []string{`"unknown":["x"]`, `"unknown":[{"id":"1"}]`}, `"unknown":["x",{"id":"1"}]`},
		{"objects, then strings in an unknown array: the strings are ignored", []string{`"unknown":[{"id":"1"}]`, `"unknown":["x"]`}, `"unknown":[{"id":"1"}]`},
		{"id 1 and \"1\" with the same fields are one object", []string{`"awards":[{"id":1,"title":"a"}]`, `"awards":[{"id":"1","title":"b"}]`}, `"awards":[{"id":1,"title":"b"}]`},
		{"id 1 and \"1\" with other fields are two objects", []string{`"awards":[{"id":1,"title":"a"}]`, `"awards":[{"id":"1","description":"b"}]`}, `"awards":[{"id":1,"title":"a"},{"id":"1","description":"b"}]`},
		{"objects with null ids are one", []string{`"awards":[{"id":null,"title":"a"},{"id":null,"description":"b"}]`}, `"awards":[{"title":"a","description":"b"}]`},
		{"an object without members vanishes", []string{`"awards":[{},{"id":"1"}]`}, `"awards":[{"id":"1"}]`},
		{"a whole list is replaced by null", []string{`"tender":{"id":"1","submissionMethod":["a"]}`, `"tender":{"submissionMethod":null}`}, `"tender":{"id":"1"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := merge.New(rules(t)).WithCompat(merge.Python)
			var in [][]byte
			for i, fields := range c.in {
				in = append(in, release(i+1, fields))
			}
			got, err := m.Compiled(in)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "compiled", got, compiled(len(c.in), c.compiled))
		})
	}
	t.Run("dates sort as text", func(t *testing.T) {
		t.Parallel()
		in := [][]byte{
			[]byte(`{"ocid":"o","id":"late","date":"2014-01-01T00:00:00Z","language":"z"}`),
			[]byte(`{"ocid":"o","id":"early","date":"2014-01-01T05:00:00+06:00","language":"x"}`),
		}
		got, err := merge.New(rules(t)).WithCompat(merge.Python).Compiled(in)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "by text", got, `{"ocid":"o","id":"o-2014-01-01T05:00:00+06:00","date":"2014-01-01T05:00:00+06:00","tag":["compiled"],"language":"x"}`)
		got, err = merge.New(rules(t)).Compiled(in)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "by instant", got, `{"ocid":"o","id":"o-2014-01-01T00:00:00Z","date":"2014-01-01T00:00:00Z","tag":["compiled"],"language":"z"}`)
	})
	t.Run("releases of the same date stay in the order they are given in", func(t *testing.T) {
		t.Parallel()
		a := []byte(`{"ocid":"o","id":"z","date":"2014-01-01T00:00:00Z","language":"a"}`)
		b := []byte(`{"ocid":"o","id":"y","date":"2014-01-01T00:00:00Z","language":"b"}`)
		for want, in := range map[string][][]byte{"b": {a, b}, "a": {b, a}} {
			got, err := merge.New(rules(t)).WithCompat(merge.Python).Compiled(in)
			if err != nil || !bytes.Contains(got, []byte(`"language":"`+want+`"`)) {
				t.Errorf("%s %v", got, err)
			}
		}
	})
	t.Run("of different ocids the last counts", func(t *testing.T) {
		t.Parallel()
		got, err := merge.New(rules(t)).WithCompat(merge.Python).Compiled([][]byte{
			[]byte(`{"ocid":"a","id":"1","date":"2014-01-02T00:00:00Z"}`), []byte(`{"ocid":"b","id":"2","date":"2014-01-01T00:00:00Z"}`)})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "compiled", got, `{"ocid":"a","id":"a-2014-01-02T00:00:00Z","date":"2014-01-02T00:00:00Z","tag":["compiled"]}`)
	})
	t.Run("without ocid and date the id is None-None", func(t *testing.T) {
		t.Parallel()
		got, err := merge.New(rules(t)).WithCompat(merge.Python).Compiled([][]byte{[]byte(`{"language":"x"}`)})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "compiled", got, `{"id":"None-None","tag":["compiled"],"language":"x"}`)
	})
	t.Run("a null, then an object is an error in a versioned release", func(t *testing.T) {
		t.Parallel()
		_, err := merge.New(rules(t)).WithCompat(merge.Python).Versioned([][]byte{release(1, `"tender":null`), release(2, `"tender":{"id":"1"}`)})
		if !errors.Is(err, &merge.Error{Kind: merge.InconsistentType}) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("true is 1 in a versioned release", func(t *testing.T) {
		t.Parallel()
		got, err := merge.New(rules(t)).WithCompat(merge.Python).Versioned([][]byte{release(1, `"x":1`), release(2, `"x":true`), release(3, `"x":1.0`)})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "versioned", got, versioned(`"x":`+history(1, "1")))
	})
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   []string
		kind merge.Kind
		text string // that the message must have
	}{
		{"no releases", nil, merge.NoReleases, ""},
		{"a release is not JSON", []string{`{"ocid":`}, merge.NotJSON, "byte"},
		{"a release is no object", []string{`["ocid"]`}, merge.NotObject, "an array"},
		{"the ocid is missing", []string{`{"id":"1"}`}, merge.MissingOCID, `"1"`},
		{"two processes", []string{`{"ocid":"a","date":"2014-01-01T00:00:00Z"}`, `{"ocid":"b","date":"2014-01-02T00:00:00Z"}`}, merge.DifferentOCIDs, `"b"`},
		{"the date is missing", []string{`{"ocid":"a","id":"1"}`, `{"ocid":"a","date":"2014-01-01T00:00:00Z"}`}, merge.MissingDate, `"1"`},
		{"the date is null", []string{`{"ocid":"a","date":null}`, `{"ocid":"a","date":"2014-01-01T00:00:00Z"}`}, merge.NullDate, ""},
		{"the date is a number", []string{`{"ocid":"a","date":2014}`, `{"ocid":"a","date":"2014-01-01T00:00:00Z"}`}, merge.NotStringDate, "2014"},
		{"the date is no date", []string{`{"ocid":"a","date":"yesterday"}`, `{"ocid":"a","date":"2014-01-01T00:00:00Z"}`}, merge.UnreadableDate, "yesterday"},
		{"a string, then an object", []string{string(release(1, `"tender":"x"`)), string(release(2, `"tender":{"id":"1"}`))}, merge.InconsistentType, `"x"`},
		{"an object, then an array of objects", []string{string(release(1, `"tender":{"id":"1"}`)), string(release(2, `"tender":[{"id":"1"}]`))}, merge.InconsistentType, "tender"},
		{"an id that is an object", []string{string(release(1, `"awards":[{"id":{"a":1}}]`))}, merge.InvalidID, "awards"},
		{"an id that is a boolean", []string{string(release(1, `"awards":[{"id":true}]`))}, merge.InvalidID, "true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := merge.New(rules(t))
			var in [][]byte
			for _, r := range c.in {
				in = append(in, []byte(r))
			}
			for _, form := range []func([][]byte) ([]byte, error){m.Compiled, m.Versioned} {
				_, err := form(in)
				if !errors.Is(err, &merge.Error{Kind: c.kind}) || !strings.Contains(err.Error(), c.text) {
					t.Errorf("got %v, want %s with %q", err, c.kind, c.text)
				}
			}
		})
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	m := merge.New(rules(t))
	t.Run("a single release needs no date", func(t *testing.T) {
		t.Parallel()
		got, err := m.Compiled([][]byte{[]byte(`{"ocid":"o","language":"x"}`)})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "compiled", got, `{"ocid":"o","id":"o","tag":["compiled"],"language":"x"}`)
	})
	t.Run("a repeated date is warned of, and decided by the id", func(t *testing.T) {
		t.Parallel()
		a := []byte(`{"ocid":"o","id":"a","date":"2014-01-01T00:00:00Z","language":"a"}`)
		b := []byte(`{"ocid":"o","id":"b","date":"2014-01-01T06:00:00+06:00","language":"b"}`)
		for _, in := range [][][]byte{{a, b}, {b, a}} {
			got, warnings, err := m.Append(nil, merge.Compiled, in)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "compiled", got, `{"ocid":"o","id":"o-2014-01-01T06:00:00+06:00","date":"2014-01-01T06:00:00+06:00","tag":["compiled"],"language":"b"}`)
			if len(warnings) != 1 || warnings[0].Rule != "repeated-date" {
				t.Errorf("warnings %v", warnings)
			}
		}
	})
	t.Run("what a release does not say of itself is null in versioned values", func(t *testing.T) {
		t.Parallel()
		got, err := m.Versioned([][]byte{[]byte(`{"ocid":"o","language":"x"}`)})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "versioned", got, `{"ocid":"o","language":[{"releaseID":null,"releaseDate":null,"releaseTag":null,"value":"x"}]}`)
	})
	t.Run("milliseconds count", func(t *testing.T) {
		t.Parallel()
		got, err := m.Compiled([][]byte{
			[]byte(`{"ocid":"o","id":"2","date":"2014-01-01T00:00:00.002Z","language":"b"}`),
			[]byte(`{"ocid":"o","id":"1","date":"2014-01-01T00:00:00Z","language":"a"}`),
		})
		if err != nil || !bytes.Contains(got, []byte(`"language":"b"`)) {
			t.Errorf("%s %v", got, err)
		}
	})
}

func TestADuplicateIDIsWarnedOfByNameAndPath(t *testing.T) {
	t.Parallel()
	for _, r := range []*merge.Rules{rules(t), rules(t).Override("awards", merge.Append), rules(t).Override("awards", merge.ByPosition)} {
		_, warnings, err := merge.New(r).Append(nil, merge.Compiled, [][]byte{release(1, `"awards":[{"id":"7"},{"id":"7"}]`)})
		if err != nil || len(warnings) != 1 || warnings[0].Rule != "duplicate-id" || warnings[0].Path != "awards" || warnings[0].Value != "7" {
			t.Errorf("warnings %v, %v", warnings, err)
		}
	}
}

func TestOverridesOfObjectsWithoutIDAndOfRepeatedIDs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		override merge.Override
		fields   []string
		want     string
	}{
		{merge.Append, []string{`"awards":[{"title":"a"}]`, `"awards":[{"title":"a"},{"title":"b"}]`}, `[{"title":"a"},{"title":"a"},{"title":"b"}]`},
		{merge.Append, []string{`"awards":[{"id":"1","title":"a"},{"id":"1","title":"b"},{"id":"1","title":"c"}]`}, `[{"id":"1","title":"a"},{"id":"1","title":"b"},{"id":"1","title":"c"}]`},
		{merge.ByPosition, []string{`"awards":[{"title":"a"},{"title":"b"}]`, `"awards":[{"title":"c"}]`}, `[{"title":"c"},{"title":"b"}]`},
		{merge.ByPosition, []string{`"awards":[{"id":"1","title":"a"},{"id":"1","title":"b"}]`, `"awards":[{"id":"1","title":"c"},{"id":"1","title":"d"},{"id":"1","title":"e"}]`}, `[{"id":"1","title":"c"},{"id":"1","title":"d"},{"id":"1","title":"e"}]`},
		{merge.ByID, []string{`"awards":[{"id":"1","title":"a"},{"id":"1","title":"b"},{"id":"1","title":"c"}]`}, `[{"id":"1","title":"c"}]`},
	} {
		for _, compat := range []merge.Compat{merge.Standard, merge.Python} {
			var in [][]byte
			for i, fields := range c.fields {
				in = append(in, release(i+1, fields))
			}
			got, err := merge.New(rules(t).Override("awards", c.override)).WithCompat(compat).Compiled(in)
			if err != nil {
				t.Fatal(err)
			}
			same(t, fmt.Sprint(c.override, compat, c.fields), got, compiled(len(in), `"awards":`+c.want))
		}
	}
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	in := [][]byte{
		release(1, `"awards":[{"id":"1","suppliers":[{"id":"a","name":"A"},{"id":"b","name":"B"}]}]`),
		release(2, `"awards":[{"id":"1","suppliers":[{"id":"b","name":"C"}]}]`),
	}
	for override, want := range map[merge.Override]string{
		merge.Append:     `[{"id":"a","name":"A"},{"id":"b","name":"B"},{"id":"b","name":"C"}]`,
		merge.ByPosition: `[{"id":"a","name":"C"},{"id":"b","name":"B"}]`,
	} {
		got, err := merge.New(rules(t).Override("awards.suppliers", override)).Compiled(in)
		if err != nil {
			t.Fatal(err)
		}
		same(t, fmt.Sprint(override), got, compiled(2, `"awards":[{"id":"1","suppliers":`+want+`}]`))
	}
}

// The complete rules of OCDS 1.1.5 without extensions, derived from the schema.
func TestRulesOf115(t *testing.T) {
	t.Parallel()
	const want = `awards.amendment.changes awards.amendments.changes awards.items.additionalClassifications awards.suppliers.additionalIdentifiers buyer.additionalIdentifiers contracts.amendment.changes contracts.amendments.changes contracts.implementation.transactions.payee.additionalIdentifiers contracts.implementation.transactions.payer.additionalIdentifiers contracts.items.additionalClassifications contracts.relatedProcesses.relationship date: id: parties.additionalIdentifiers parties.roles relatedProcesses.relationship tag: tender.additionalProcurementCategories tender.amendment.changes tender.amendments.changes tender.items.additionalClassifications tender.procuringEntity.additionalIdentifiers tender.submissionMethod tender.tenderers.additionalIdentifiers`
	var got []string
	for _, l := range rules(t).List() {
		if path, ok := strings.CutSuffix(l, ": wholeListMerge"); ok {
			got = append(got, path)
		} else if path, ok := strings.CutSuffix(l, " omitWhenMerged"); ok {
			got = append(got, path)
		} else {
			t.Errorf("rule %q", l)
		}
	}
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
}

func TestRulesOfASchema(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, schema, want string }{
		{"keywords set to false are absent", `{"properties":{"a":{"type":"string","omitWhenMerged":false},"b":{"type":"array","wholeListMerge":false,"items":{"type":"object","properties":{"id":{}}}}}}`, ""},
		{"wholeListMerge on an object is ignored", `{"properties":{"a":{"type":"object","wholeListMerge":true,"properties":{"b":{"type":"string"}}}}}`, ""},
		{"omitWhenMerged comes before everything", `{"properties":{"a":{"type":"array","omitWhenMerged":true,"wholeListMerge":true,"items":{"type":"string"}}}}`, "a: omitWhenMerged"},
		{"an outer whole list hides what is inside", `{"properties":{"a":{"type":"array","wholeListMerge":true,"items":{"type":"object","properties":{"id":{},"b":{"omitWhenMerged":true}}}}}}`, "a: wholeListMerge"},
		{"arrays of anything but objects are whole", `{"properties":{"a":{"type":["array","null"],"items":{"type":["object","string"]}}}}`, "a: wholeListMerge"},
		{"objects without id are whole", `{"properties":{"a":{"type":"array","items":{"type":"object","properties":{"b":{}}}}}}`, "a: wholeListMerge"},
		{"objects without properties have no rule", `{"properties":{"a":{"type":"array","items":{"type":"object"}}}}`, ""},
		{"versionId is informative", `{"properties":{"id":{"type":"string","versionId":true},"a":{"type":"array","items":{"type":"object","properties":{"id":{"type":"string","versionId":true},"b":{"versionId":false}}}}}}`, ""},
		{"without a type there is nothing to follow", `{"properties":{"a":{"properties":{"b":{"omitWhenMerged":true}}},"c":{"wholeListMerge":true}}}`, ""},
		{"the type of items may be missing", `{"properties":{"a":{"type":"array","items":{"properties":{"b":{"omitWhenMerged":true}}}}}}`, ""},
		{"patterns of names have no rules", `{"patternProperties":{"^a_":{"type":"string","omitWhenMerged":true}},"properties":{"b":{"type":"object","properties":{},"patternProperties":{"^c_":{"omitWhenMerged":true}}}}}`, ""},
		{"version 1.0 strategies", `{"properties":{"a":{"type":"string","mergeStrategy":"ocdsOmit"},"b":{"type":"array","mergeStrategy":"ocdsVersion","items":{"type":"object","properties":{"id":{}}}}}}`, "a: omitWhenMerged b: wholeListMerge"},
		{"a schema may refer to itself", `{"properties":{"a":{"$ref":"#/definitions/A"}},"definitions":{"A":{"type":"object","properties":{"l":{"type":"array","items":{"type":"string"}},"a":{"$ref":"#/definitions/A"}}}}}`, "a.l: wholeListMerge"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := merge.NewRules([]byte(c.schema))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(r.List(), " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// In OCDS 1.0, suppliers were merged as a whole list (ocds-merge, fixture 1.0/suppliers).
func TestSuppliersOf10AreAWholeList(t *testing.T) {
	t.Parallel()
	r, err := merge.NewRules([]byte(`{"properties":{"awards":{"type":"array","items":{"type":"object","properties":{"id":{},"suppliers":{"type":"array","mergeStrategy":"ocdsVersion","items":{"type":"object","properties":{"id":{}}}}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := merge.New(r).Compiled([][]byte{release(1, `"awards":[{"id":"1","suppliers":[{"id":"a"}]}]`), release(2, `"awards":[{"id":"1","suppliers":[{"id":"b"}]}]`)})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "compiled", got, compiled(2, `"awards":[{"id":"1","suppliers":[{"id":"b"}]}]`))
}

// The rules that ocds-merge's tests extract from the release schema 1.0.3 (test_get_merge_rules_1_0) are among
// those for 1.0; what is more is about fields that 1.0 does not have.
func TestRulesOf10(t *testing.T) {
	t.Parallel()
	got := rules(t).Version10().List()
	for _, want := range strings.Fields(`awards.amendment.changes awards.items.additionalClassifications awards.suppliers buyer.additionalIdentifiers contracts.amendment.changes
		contracts.items.additionalClassifications tender.amendment.changes tender.items.additionalClassifications tender.procuringEntity.additionalIdentifiers tender.submissionMethod tender.tenderers`) {
		if !slices.Contains(got, want+": wholeListMerge") {
			t.Errorf("%s is missing", want)
		}
	}
	for _, l := range got {
		if path, _, _ := strings.Cut(l, ":"); strings.HasPrefix(path, "awards.suppliers.") || strings.HasPrefix(path, "tender.tenderers.") {
			t.Errorf("%s is inside a whole list", path)
		}
		if path, is := strings.CutSuffix(l, ": omitWhenMerged"); is && path != "date" && path != "id" && path != "tag" {
			t.Errorf("%s is left out", path)
		}
	}
	in := [][]byte{release(1, `"tender":{"tenderers":[{"name":"A"}]},"awards":[{"id":"1","suppliers":[{"name":"A"}]}]`), release(2, `"tender":{"tenderers":[{"name":"A"},{"name":"B"}]},"awards":[{"id":"1","suppliers":[{"name":"A"}]}]`)}
	for _, compat := range []merge.Compat{merge.Standard, merge.Python} {
		m := merge.New(rules(t).Version10()).WithCompat(compat)
		out, err := m.Compiled(in)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "compiled", out, compiled(2, `"tender":{"tenderers":[{"name":"A"},{"name":"B"}]},"awards":[{"id":"1","suppliers":[{"name":"A"}]}]`))
		out, err = m.Versioned(in)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "versioned", out, versioned(`"tender":{"tenderers":`+history(1, `[{"name":"A"}]`, 2, `[{"name":"A"},{"name":"B"}]`)+`},"awards":[{"id":"1","suppliers":`+history(1, `[{"name":"A"}]`)+`}]`))
	}
}

// Rules below the surface: the cases of the reference implementation's tests with schemas of their own (ocds-merge, fixtures/schema).
func TestRulesApplyAtAnyDepth(t *testing.T) {
	t.Parallel()
	const text = `{"properties":{
		"omit":{"type":"object","properties":{"in":{"type":"array","items":{"type":"object","properties":{"id":{},"gone":{"type":"string","omitWhenMerged":true},"kept":{"type":"string"}}}}}},
		"lists":{"type":"array","items":{"type":"object","properties":{"id":{},"deep":{"type":"object","properties":{"list":{"type":"array","wholeListMerge":true,"items":{"type":"object","properties":{"id":{}}}}}}}}},
		"strings":{"type":"array","omitWhenMerged":true,"items":{"type":"string"}},
		"shadow":{"type":"array","wholeListMerge":true,"items":{"type":"object","properties":{"id":{},"gone":{"omitWhenMerged":true}}}},
		"object":{"type":"object","wholeListMerge":true,"properties":{"a":{"type":"string"},"b":{"type":"string"}}},
		"codes":{"type":["array","null"],"items":{"type":["string","object"]}}}}`
	r, err := merge.NewRules([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, first, second, want string }{
		{"omitWhenMerged in an object of an array in an object", `"omit":{"in":[{"id":"1","gone":"x","kept":"y"}]}`, `"omit":{"in":[{"id":"1","gone":"z"},{"id":"2","gone":"z"}]}`, `"omit":{"in":[{"id":"1","kept":"y"},{"id":"2"}]}`},
		{"wholeListMerge in an object of an array", `"lists":[{"id":"1","deep":{"list":[{"id":"a"},{"id":"b"}]}}]`, `"lists":[{"id":"1","deep":{"list":[{"id":"b","x":1}]}}]`, `"lists":[{"id":"1","deep":{"list":[{"id":"b","x":1}]}}]`},
		{"omitWhenMerged on an array of strings", `"strings":["a"]`, `"strings":["b"]`, ``},
		{"omitWhenMerged inside a whole list has no effect", `"shadow":[{"id":"1","gone":"x"}]`, `"shadow":[{"id":"2","gone":"y"}]`, `"shadow":[{"id":"2","gone":"y"}]`},
		{"wholeListMerge on an object has no effect", `"object":{"a":"x"}`, `"object":{"b":"y"}`, `"object":{"a":"x","b":"y"}`},
		{"an array that may hold strings is whole although it holds objects", `"codes":[{"id":"1","a":1}]`, `"codes":[{"id":"1","b":2}]`, `"codes":[{"id":"1","b":2}]`},
	} {
		for _, compat := range []merge.Compat{merge.Standard, merge.Python} {
			got, err := merge.New(r).WithCompat(compat).Compiled([][]byte{release(1, c.first), release(2, c.second)})
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			v, err := ocds.Parse(got)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"ocid", "id", "date", "tag"} {
				v.Delete(name)
			}
			same(t, c.name, v.AppendTo(nil), "{"+c.want+"}")
		}
	}
}

// What is merged is valid: compiled releases as releases, versioned ones by the schema of versioned releases.
func TestMergedReleasesAreValid(t *testing.T) {
	t.Parallel()
	v, err := validate.New(validate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := merge.New(rules(t))
	for n := range uint64(60) {
		in := corpus.Process(11, n)
		compiled, err := m.Compiled(in)
		if err != nil {
			t.Fatal(err)
		}
		versioned, err := m.Versioned(in)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range slices.Concat(v.Compiled(compiled), v.Versioned(versioned)) {
			if f.Severity == validate.Error {
				t.Errorf("process %d: %+v", n, f)
			}
		}
	}
}

func TestExtensionsChangeTheRules(t *testing.T) {
	t.Parallel()
	e := schema.Extension{ID: "test", Release: []byte(`{"properties":{"language":{"omitWhenMerged":true}},"definitions":{"Tender":{"properties":{"submissionMethod":null}}}}`)}
	r, err := merge.DefaultRules(e)
	if err != nil {
		t.Fatal(err)
	}
	list := strings.Join(r.List(), "\n")
	if !strings.Contains(list, "language: omitWhenMerged") || strings.Contains(list, "submissionMethod") {
		t.Error(list)
	}
}

// The worked example of the standard: docs/examples/merging of the 1.1 documentation.
func TestTheWorkedExampleOfTheStandard(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/worked-example.json")
	if err != nil {
		t.Fatal(err)
	}
	var example struct {
		Releases                         []json.RawMessage
		CompiledRelease, VersionedTender json.RawMessage
	}
	if err := json.Unmarshal(text, &example); err != nil {
		t.Fatal(err)
	}
	var in [][]byte
	for _, r := range slices.Backward(example.Releases) { // the order does not matter
		in = append(in, r)
	}
	m := merge.New(rules(t))
	got, err := m.Compiled(in)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "compiled", got, string(example.CompiledRelease))
	got, err = m.Versioned(in)
	if err != nil {
		t.Fatal(err)
	}
	v, err := ocds.Parse(got)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "versioned tender", v.Get("tender").AppendTo(nil), string(example.VersionedTender))
}

// The examples of removing a field, an object and an element of an array in the
// guidance on updates, docs/examples/merging/deletions of the 1.1 documentation.
func TestTheDeletionExamplesOfTheStandard(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/deletions.json")
	if err != nil {
		t.Fatal(err)
	}
	var examples []struct {
		Source                            string
		Releases                          []json.RawMessage
		CompiledRelease, VersionedRelease json.RawMessage
	}
	if err := json.Unmarshal(text, &examples); err != nil || len(examples) != 3 {
		t.Fatal(len(examples), err)
	}
	for _, example := range examples {
		var in [][]byte
		for _, r := range example.Releases {
			in = append(in, r)
		}
		for _, compat := range []merge.Compat{merge.Standard, merge.Python} { // they agree on what the guidance advises
			m := merge.New(rules(t)).WithCompat(compat)
			got, err := m.Compiled(in)
			if err != nil {
				t.Fatal(err)
			}
			same(t, example.Source+": compiled", got, string(example.CompiledRelease))
			got, err = m.Versioned(in)
			if err != nil {
				t.Fatal(err)
			}
			same(t, example.Source+": versioned", got, string(example.VersionedRelease))
		}
	}
}

// Properties of merging, on processes of the corpus and on random trees.
func TestProperties(t *testing.T) {
	t.Parallel()
	lots, err := schema.Named("lots", "bids")
	if err != nil {
		t.Fatal(err)
	}
	withLots, err := merge.DefaultRules(lots...)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 99))
		in := corpus.Process(seed, seed)
		if seed%2 == 0 {
			in = randomProcess(r)
		}
		before := slices.Concat(in...)
		for _, form := range []merge.Form{merge.Compiled, merge.Versioned} {
			m := merge.New(withLots)
			whole, _, err := m.Append(nil, form, in)
			if err != nil {
				// The random trees may contradict themselves; then every order must say so.
				if !errors.Is(err, &merge.Error{Kind: merge.InconsistentType}) {
					t.Fatalf("seed %d: %v", seed, err)
				}
				continue
			}
			if _, err := ocds.Parse(whole); err != nil {
				t.Fatalf("seed %d: %v in %s", seed, err, whole)
			}

			shuffled := slices.Clone(in)
			r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			again, _, err := m.Append(nil, form, shuffled)
			if err != nil || !bytes.Equal(whole, again) {
				t.Fatalf("seed %d, form %d: another order of the input gives\n%s\ninstead of\n%s\n%v", seed, form, again, whole, err)
			}

			cut := 1 + r.IntN(len(in))
			state, _, err := m.Append(nil, form, in[:cut])
			if err != nil {
				t.Fatal(err)
			}
			for _, next := range in[cut:] {
				if state, _, err = m.AppendExtended(nil, form, state, [][]byte{next}); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(state, whole) {
				t.Fatalf("seed %d, form %d: continued from %d of %d releases\n%s\ninstead of\n%s", seed, form, cut, len(in), state, whole)
			}

			// In one step as well: (a+b)+c is a+(b+c).
			state, _, err = m.Append(nil, form, in[:cut])
			if err != nil {
				t.Fatal(err)
			}
			held := bytes.Clone(state)
			if cut < len(in) {
				again, _, err = m.AppendExtended(nil, form, state, in[cut:])
			} else {
				again, _, err = m.AppendExtended(nil, form, state, nil)
			}
			if err != nil || !bytes.Equal(again, whole) {
				t.Fatalf("seed %d, form %d: continued at once from %d of %d releases\n%s\ninstead of\n%s\n%v", seed, form, cut, len(in), again, whole, err)
			}
			if !bytes.Equal(state, held) {
				t.Fatalf("seed %d, form %d: the merged release that was continued was changed", seed, form)
			}
		}
		if !bytes.Equal(before, slices.Concat(in...)) {
			t.Fatalf("seed %d: the input was changed", seed)
		}
	}
}

// Where all objects of arrays have ids, saying something again changes nothing: a
// release that is given twice, and a compiled release merged by itself.
func TestMergingIsIdempotent(t *testing.T) {
	t.Parallel()
	lots, err := schema.Named("lots", "bids")
	if err != nil {
		t.Fatal(err)
	}
	withLots, err := merge.DefaultRules(lots...)
	if err != nil {
		t.Fatal(err)
	}
	m := merge.New(withLots)
	for n := range uint64(100) {
		in := corpus.Process(12, n)
		r := rand.New(rand.NewPCG(n, 1))
		twice := append(slices.Clone(in), in[r.IntN(len(in))])
		for _, form := range []merge.Form{merge.Compiled, merge.Versioned} {
			once, _, err := m.Append(nil, form, in)
			if err != nil {
				t.Fatal(err)
			}
			again, _, err := m.Append(nil, form, twice)
			if err != nil || !bytes.Equal(again, once) {
				t.Fatalf("process %d, form %d: a release given twice makes\n%s\ninstead of\n%s\n%v", n, form, again, once, err)
			}
		}
		compiled, err := m.Compiled(in)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := m.Compiled([][]byte{compiled}); err != nil || !bytes.Equal(again, compiled) {
			t.Fatalf("process %d: a compiled release merged by itself makes\n%s\ninstead of\n%s\n%v", n, again, compiled, err)
		}
	}
}

// The last value of every field of a versioned release is that of the compiled one.
func TestTheVersionedReleaseHoldsTheCompiledOne(t *testing.T) {
	t.Parallel()
	m := merge.New(rules(t))
	for n := range uint64(100) {
		in := corpus.Process(5, n)
		c, err := m.Compiled(in)
		if err != nil {
			t.Fatal(err)
		}
		v, err := m.Versioned(in)
		if err != nil {
			t.Fatal(err)
		}
		var d ocds.Document
		compiled, err := d.Parse(c)
		if err != nil {
			t.Fatal(err)
		}
		versioned, err := d.Parse(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"id", "date", "tag"} {
			compiled.Delete(name)
		}
		latest := latestOf(&d, versioned)
		if !ocds.Equal(compiled, latest) {
			t.Fatalf("process %d\ncompiled  %s\nversioned %s", n, compiled, latest)
		}
	}
}

// latestOf turns a versioned release of a process without nulls into a compiled one.
func latestOf(d *ocds.Document, v ocds.Value) ocds.Value {
	switch v.Kind() {
	case ocds.Object:
		made := d.NewObject()
		for name, m := range v.Members() {
			made.Set(name, latestOf(d, m))
		}
		return made
	case ocds.Array:
		if v.First().Get("releaseID").Ok() {
			return d.Copy(v.Last().Get("value"))
		}
		made := d.NewArray()
		for _, e := range v.Items() {
			made.Append(latestOf(d, e))
		}
		return made
	}
	return d.Copy(v)
}

func randomProcess(r *rand.Rand) [][]byte {
	n := 1 + r.IntN(5)
	releases := make([][]byte, n)
	for i := range n {
		b := fmt.Appendf(nil, `{"ocid":"o","id":"%d","date":"2020-01-%02dT00:00:00Z","tag":["tender"]`, i, i+1)
		for _, name := range []string{"language", "tender", "awards", "unknown", "list"} {
			if r.IntN(3) > 0 {
				b = append(b, `,"`+name+`":`...)
				b = randomField(r, b, name, 0)
			}
		}
		releases[i] = append(b, '}')
	}
	return releases
}

// randomField keeps the type of a field, so that most processes can be merged, but
// nulls and empty values come everywhere.
func randomField(r *rand.Rand, b []byte, name string, depth int) []byte {
	if r.IntN(10) == 0 {
		return append(b, "null"...)
	}
	switch name {
	case "tender", "value":
		b = append(b, '{')
		for i, inner := range []string{"id", "title", "value", "items", "submissionMethod"} {
			if r.IntN(2) == 0 && depth < 3 {
				if b[len(b)-1] != '{' {
					b = append(b, ',')
				}
				b = append(b, `"`+inner+`":`...)
				b = randomField(r, b, inner, depth+1)
			}
			_ = i
		}
		return append(b, '}')
	case "awards", "items", "unknown":
		b = append(b, '[')
		for i := range r.IntN(4) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, '{')
			if r.IntN(5) > 0 {
				b = append(b, [...]string{`"id":"1"`, `"id":"2"`, `"id":1`, `"id":"3"`, `"id":null`}[r.IntN(5)]...)
			}
			if r.IntN(4) > 0 && depth < 3 {
				if b[len(b)-1] != '{' {
					b = append(b, ',')
				}
				b = append(b, `"title":`...)
				b = randomField(r, b, "title", depth+1)
			}
			if r.IntN(3) == 0 && depth < 3 {
				if b[len(b)-1] != '{' {
					b = append(b, ',')
				}
				b = append(b, `"items":`...)
				b = randomField(r, b, "items", depth+1)
			}
			b = append(b, '}')
		}
		return append(b, ']')
	case "list", "submissionMethod":
		return append(b, [...]string{`[]`, `["a"]`, `["a","b"]`, `["b"]`}[r.IntN(4)]...)
	}
	return append(b, [...]string{`"x"`, `"y"`, `1`, `1.0`, `true`}[r.IntN(5)]...)
}

func FuzzMerge(f *testing.F) {
	// Small seeds: large ones are minimised for minutes.
	f.Add([]byte(`{"ocid":"o","date":"2020-01-01T00:00:00Z","awards":[{"id":"1","items":[{"id":1},{}]}]}` + "\n" + `{"ocid":"o","date":"2020-01-01T06:00:00+06:00","awards":[{"id":"1","title":null}]}`))
	f.Add([]byte(`{"ocid":"o","date":"2020-01-01","a":[{"id":1},{"id":"1"}]}` + "\n" + `{"ocid":"o","date":"2020-01-02","a":null,"b":{}}`))
	r, err := merge.DefaultRules()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, lines []byte) {
		in := bytes.Split(lines, []byte("\n"))
		for _, compat := range []merge.Compat{merge.Standard, merge.Python} {
			m := merge.New(r).WithCompat(compat)
			for _, form := range []merge.Form{merge.Compiled, merge.Versioned} {
				out, _, err := m.Append(nil, form, in)
				if err != nil {
					continue
				}
				if _, err := ocds.Parse(out); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
			}
		}
	})
}
