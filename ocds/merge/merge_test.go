package merge_test

import (
	"testing"

	"github.com/kzocds/kzocds/ocds/merge"
)

func rules(t testing.TB) *merge.Rules {
	t.Helper()
	r, err := merge.DefaultRules()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRulesOf115(t *testing.T) {
	t.Parallel()
	for _, l := range rules(t).List() {
		t.Log(l)
	}
}

func TestSmoke(t *testing.T) {
	t.Parallel()
	m := merge.New(rules(t))
	rel := [][]byte{
		[]byte(`{"ocid":"o-1","id":"2","date":"2020-01-01T05:00:00+06:00","tag":["tender"],"tender":{"id":"t","title":"x","items":[{"id":"1","quantity":1.50},{"id":2}]}}`),
		[]byte(`{"ocid":"o-1","id":"1","date":"2020-01-01T00:00:00Z","tag":["tenderUpdate"],"tender":{"id":"t","title":null,"status":"active","items":[{"id":"1","quantity":2.0},{"id":"2"}],"submissionMethod":[]}}`),
	}
	for _, f := range []merge.Form{merge.Compiled, merge.Versioned} {
		out, warn, err := m.Append(nil, f, rel)
		t.Log(string(out), warn, err)
	}
}
