package skip_test

import (
	"encoding/json"
	"testing"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/internal/skip"
)

func TestUnusualObjectsAreLeftToTheParser(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		``, `[]`, `{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,}`, `{,}`, `{"a":1 "b":2}`, `{"a":1}x`, `{"a":1}}`, `{"a":1,"a":2}`,
		`{"\u0061":1}`, `{"а":1}`, "{\"\n\":1}", `{"a" 1}`, `{"a":}`, `{"a":[1}`, `{a:1}`,
	} {
		if members, ok := skip.Members([]byte(in), nil); ok {
			t.Errorf("%q has members %v", in, members)
		}
	}
}

// FuzzMembers: whatever is split without complaint is, if its values are JSON, the
// same object that the parser finds.
func FuzzMembers(f *testing.F) {
	for _, seed := range []string{`{}`, ` { "a" : [1,{"b":"}"}] , "c" : "\"" } `, `{"a":-1.5e3,"b":true,"c":null}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		members, ok := skip.Members(in, nil)
		if !ok {
			return
		}
		for _, m := range members {
			if !json.Valid(m.Value) {
				return
			}
		}
		v, err := ocds.Parse(in)
		if err != nil {
			if json.Valid(in) {
				return // nested too deep, or text that is not UTF-8
			}
			t.Fatalf("%q was split, but is no JSON: %v", in, err)
		}
		if v.Len() != len(members) {
			t.Fatalf("%q has %d members, not %d", in, v.Len(), len(members))
		}
		for _, m := range members {
			if got := v.Get(string(m.Name)); !got.Ok() {
				t.Fatalf("%q has no %q", in, m.Name)
			}
		}
	})
}
