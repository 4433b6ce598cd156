package validate_test

import (
	"testing"

	"github.com/kzocds/kzocds/ocds/schema"
	"github.com/kzocds/kzocds/ocds/validate"
)

func TestEveryEmbeddedExtensionCompiles(t *testing.T) {
	t.Parallel()
	for _, name := range schema.Registered() {
		e, err := schema.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		v, err := validate.New(validate.Options{Extensions: e})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(v.Problems()) > 0 {
			t.Log(name, v.Problems())
		}
	}
}

func TestSmoke(t *testing.T) {
	t.Parallel()
	v, err := validate.New(validate.Options{Quality: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range v.Release([]byte(`{"ocid":"x-1","id":"2","date":"2020-01-01","tag":["tender","foo"],"initiationType":"tender","tender":{"id":"t","title":5,"title_ru":"x","title_kk":7,"items":[{"id":"1","quantity":1.50},{"id":"1"}],"value":{"amount":"5","currency":"TTT"},"procurementMethod":"open","documents":[{"id":"1","documentType":"zz","url":"http://a b"}],"tenderPeriod":{"startDate":"2020-01-02T00:00:00Z","endDate":"2020-01-01T00:00:00Z"},"amendment":{},"foo":1,"foo":2}}`)) {
		t.Logf("%+v", f)
	}
}
