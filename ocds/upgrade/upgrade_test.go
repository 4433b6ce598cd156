package upgrade_test

import (
	"testing"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/upgrade"
)

// FuzzAnyReleaseIsUpgradedOnce: whatever is upgraded is JSON, and upgrading it again changes nothing.
func FuzzAnyReleaseIsUpgradedOnce(f *testing.F) {
	for _, seed := range []string{
		`{"ocid":"o","buyer":{"name":"B","identifier":{"scheme":"KZ-BIN","id":"7"}},"awards":[{"amendment":{"rationale":"r"},"suppliers":[{"name":"B"}]}]}`,
		`{"contracts":[{"implementation":{"transactions":[{"amount":{"amount":1},"providerOrganization":{"scheme":"S","id":"7","legalName":"B"}}]}}],"parties":[{"id":"S-7"}]}`,
		`{"buyer":[],"tender":{"tenderers":[null,7,{"identifier":null}],"procuringEntity":"x"},"parties":{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		once, ok := upgraded(in)
		if !ok {
			return
		}
		twice, ok := upgraded(once)
		if !ok {
			t.Fatalf("%q became %q, which is no JSON", in, once)
		}
		a, errA := ocds.Parse(once)
		b, errB := ocds.Parse(twice)
		if errA != nil || errB != nil || !ocds.Equal(a, b) {
			t.Fatalf("%q became %q, and that %q", in, once, twice)
		}
	})
}

func upgraded(in []byte) ([]byte, bool) {
	var d ocds.Document
	v, err := d.Parse(in)
	if err != nil {
		return nil, false
	}
	upgrade.Release(&d, v)
	return v.AppendTo(nil), true
}
