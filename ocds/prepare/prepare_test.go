package prepare_test

import (
	"reflect"
	"testing"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/internal/corpus"
	"github.com/kzocds/kzocds/ocds/prepare"
	"github.com/kzocds/kzocds/ocds/settings"
)

func correct(t testing.TB, ini, release string) (string, []prepare.Issue) {
	t.Helper()
	s, err := settings.Parse([]byte(ini))
	if err != nil {
		t.Fatal(err)
	}
	var d ocds.Document
	v, err := d.Parse([]byte(release))
	if err != nil {
		t.Fatal(err)
	}
	issues := prepare.Release(s, &d, v)
	return v.String(), issues
}

func TestEachSettingCorrectsWhatItSays(t *testing.T) {
	t.Parallel()
	const bidStatus, awardStatus, currency, zero = "/bids/details[]/status", "/awards[]/status", "/bids/details[]/value/currency", "/bids/details[]/value/amount"
	for _, c := range []struct {
		name, ini, release, want string
		issues                   []prepare.Issue
	}{
		{"numbers as ids become texts, exactly", "",
			`{"parties":[{"id":12345678901234567890}],"buyer":{"id":1},"tender":{"procuringEntity":{"id":2}},"bids":{"details":[{"status":"valid","tenderers":[{"id":3}]}]},"awards":[{"id":4,"status":"active","suppliers":[{"id":5}],"items":[{"classification":{"scheme":"CPV","id":6}}]}],"contracts":[{"awardID":4}]}`,
			`{"parties":[{"id":"12345678901234567890"}],"buyer":{"id":"1"},"tender":{"procuringEntity":{"id":"2"}},"bids":{"details":[{"status":"valid","tenderers":[{"id":"3"}]}]},"awards":[{"id":"4","status":"active","suppliers":[{"id":"5"}],"items":[{"classification":{"scheme":"CPV","id":"6"}}]}],"contracts":[{"awardID":"4"}]}`, nil},
		{"a tenderer and a supplier outside an array are put into one", "",
			`{"bids":{"details":[{"status":"valid","tenderers":{"id":"A","name":"Ä"}}]},"awards":[{"status":"active","suppliers":{"id":"A"}}]}`,
			`{"bids":{"details":[{"status":"valid","tenderers":[{"id":"A","name":"Ä"}]}]},"awards":[{"status":"active","suppliers":[{"id":"A"}]}]}`, nil},
		{"what is right stays as it was written", "", `{"ocid":"a","bids":{"details":[{"status":"valid","value":{"amount":1.50e1,"currency":"KZT"}}]}}`,
			`{"ocid":"a","bids":{"details":[{"status":"valid","value":{"amount":1.50e1,"currency":"KZT"}}]}}`, nil},
		{"what is missing is reported", "",
			`{"bids":{"details":[{},{"status":null,"value":{"amount":1},"items":[{"classification":{"id":"1"}}]}]},"awards":[{"status":"","items":[{},{"classification":{"id":"1"}}]}]}`,
			`{"bids":{"details":[{},{"status":null,"value":{"amount":1},"items":[{"classification":{"id":"1"}}]}]},"awards":[{"status":"","items":[{},{"classification":{"id":"1"}}]}]}`,
			[]prepare.Issue{{bidStatus, "0", "", prepare.NotSet}, {currency, "1", "", prepare.NotSet}, {"/bids/details[]/items[]/classification/scheme", "1.0", "", prepare.NotSet},
				{bidStatus, "1", "", prepare.NotSet}, {"/awards[]/items[]/classification/scheme", "0.1", "", prepare.NotSet}, {awardStatus, "0", "", prepare.NotSet}}},
		{"what is missing is filled in", "[defaults]\ncurrency = KZT\nitem_classification_scheme = KPVED\nbid_status = valid\naward_status = active",
			`{"bids":{"details":[{"value":{"amount":1},"items":[{"classification":{"id":"1"}}]}]},"awards":[{"items":[{"classification":{"id":"1"}}]}]}`,
			`{"bids":{"details":[{"value":{"amount":1,"currency":"KZT"},"items":[{"classification":{"id":"1","scheme":"KPVED"}}],"status":"valid"}]},"awards":[{"items":[{"classification":{"id":"1","scheme":"KPVED"}}],"status":"active"}]}`, nil},
		{"parties get the roles in which they are referred to, sorted", "[defaults]\nparty_roles = true",
			`{"parties":[{"id":"A","roles":["tenderer","funder"]},{"id":2},{"id":"C"},{"name":"none"}],"buyer":{"id":"2"},"tender":{"procuringEntity":{"id":"2"}},"bids":{"details":[{"status":"valid","tenderers":[{"id":"A"}]}]},"awards":[{"status":"active","suppliers":[{"id":"A"}]}]}`,
			`{"parties":[{"id":"A","roles":["funder","supplier","tenderer"]},{"id":"2","roles":["buyer","procuringEntity"]},{"id":"C"},{"name":"none"}],"buyer":{"id":"2"},"tender":{"procuringEntity":{"id":"2"}},"bids":{"details":[{"status":"valid","tenderers":[{"id":"A"}]}]},"awards":[{"status":"active","suppliers":[{"id":"A"}]}]}`, nil},
		{"placeholder amounts are removed, other zeros reported", "[redactions]\namount = 999999999|0.01",
			`{"bids":{"details":[{"status":"valid","value":{"amount":999999999.00,"currency":"KZT"}},{"status":"valid","value":{"amount":1e-2,"currency":"KZT"}},{"status":"valid","value":{"amount":0.00,"currency":"KZT"}}]}}`,
			`{"bids":{"details":[{"status":"valid","value":{"currency":"KZT"}},{"status":"valid","value":{"currency":"KZT"}},{"status":"valid","value":{"amount":0.00,"currency":"KZT"}}]}}`,
			[]prepare.Issue{{zero, "2", "0.00", prepare.IsZero}}},
		{"placeholder organisations lose their id", "[redactions]\norganization_id = placeholder|0",
			`{"buyer":{"id":"placeholder","name":"x"},"bids":{"details":[{"status":"valid","tenderers":[{"id":0},{"id":"A"}]}]}}`,
			`{"buyer":{"name":"x"},"bids":{"details":[{"status":"valid","tenderers":[{},{"id":"A"}]}]}}`, nil},
		{"an award is cancelled if all of its contracts are", "[corrections]\naward_status_by_contract_status = true",
			`{"awards":[{"id":1,"status":"active"},{"id":"2","status":"active"},{"id":"3","status":"active"}],"contracts":[{"awardID":"1","status":"cancelled"},{"awardID":1,"status":"cancelled"},{"awardID":"2","status":"active"},{"awardID":"2","status":"cancelled"}]}`,
			`{"awards":[{"id":"1","status":"cancelled"},{"id":"2","status":"active"},{"id":"3","status":"active"}],"contracts":[{"awardID":"1","status":"cancelled"},{"awardID":"1","status":"cancelled"},{"awardID":"2","status":"active"},{"awardID":"2","status":"cancelled"}]}`, nil},
		{"bids move out of auctions and are then corrected", "[modifications]\nmove_auctions = true\n[defaults]\nbid_status = valid",
			`{"auctions":[{"id":"1","stages":[{"id":"a","bids":[{"id":"1"},{"id":"2"}]},{"bids":[{"id":"3"}]}]}]}`,
			`{"auctions":[{"id":"1","stages":[{"id":"a"},{}]}],"bids":{"details":[{"id":"1","status":"valid"},{"id":"2","status":"valid"},{"id":"3","status":"valid"}]}}`, nil},
		{"auctions stay where there are bids", "[modifications]\nmove_auctions = true", `{"auctions":[{"stages":[{"bids":[{}]}]}],"bids":{}}`, `{"auctions":[{"stages":[{"bids":[{}]}]}],"bids":{}}`,
			[]prepare.Issue{{"/auctions", "", "", prepare.Occupied}}},
		{"prefixes are added where they are missing", "[modifications]\nprefix_buyer_or_procuring_entity_id = B-\nprefix_tenderer_or_supplier_id = T-",
			`{"parties":[{"id":"1"}],"buyer":{"id":"B-1"},"tender":{"procuringEntity":{"id":1}},"bids":{"details":[{"status":"valid","tenderers":[{"id":"1"}]}]},"awards":[{"status":"active","suppliers":[{"id":"T-1"}]}]}`,
			`{"parties":[{"id":"1"}],"buyer":{"id":"B-1"},"tender":{"procuringEntity":{"id":"B-1"}},"bids":{"details":[{"status":"valid","tenderers":[{"id":"T-1"}]}]},"awards":[{"status":"active","suppliers":[{"id":"T-1"}]}]}`, nil},
		{"details are cut at the mark", "[modifications]\nsplit_procurement_method_details = -", `{"tender":{"procurementMethodDetails":"Open tender - works - 1"}}`, `{"tender":{"procurementMethodDetails":"Open tender"}}`, nil},
		{"codes are replaced, others that are none reported", "[codelists.bid_status]\nqualified = valid\n[codelists.award_status]\nActive = active",
			`{"bids":{"details":[{"status":"qualified"},{"status":"Valid"},{"status":7}]},"awards":[{"status":"Active"},{"status":"done"}]}`,
			`{"bids":{"details":[{"status":"valid"},{"status":"Valid"},{"status":7}]},"awards":[{"status":"active"},{"status":"done"}]}`,
			[]prepare.Issue{{bidStatus, "1", "Valid", prepare.Invalid}, {bidStatus, "2", "7", prepare.Invalid}, {awardStatus, "1", "done", prepare.Invalid}}},
		{"a default that is no code is reported", "[defaults]\nbid_status = ok", `{"bids":{"details":[{}]}}`, `{"bids":{"details":[{"status":"ok"}]}}`, []prepare.Issue{{bidStatus, "0", "ok", prepare.Invalid}}},
		{"what has another shape is left alone", "[defaults]\nparty_roles = true\nbid_status = valid", `{"parties":{},"buyer":[],"tender":1,"bids":{"details":[1,null]},"awards":"x","contracts":[2]}`, `{"parties":{},"buyer":[],"tender":1,"bids":{"details":[1,null]},"awards":"x","contracts":[2]}`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, issues := correct(t, c.ini, c.release)
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if !reflect.DeepEqual(issues, c.issues) {
				t.Errorf("issues %+v\nwant   %+v", issues, c.issues)
			}
			again, _ := correct(t, c.ini, got)
			if again != got {
				t.Errorf("a second time gives %s", again)
			}
		})
	}
}

// everything is a settings file with all corrections.
const everything = `[defaults]
currency = KZT
item_classification_scheme = KPVED
bid_status = valid
award_status = active
party_roles = true
[redactions]
amount = 0
organization_id = x
[corrections]
award_status_by_contract_status = true
[modifications]
move_auctions = true
prefix_buyer_or_procuring_entity_id = B-
prefix_tenderer_or_supplier_id = T-
split_procurement_method_details = -
[codelists.bid_status]
qualified = valid
`

func FuzzAnyReleaseIsCorrectedToWhatStays(f *testing.F) {
	for _, release := range corpus.Process(3, 3) {
		f.Add(release)
	}
	f.Add([]byte(`{"auctions":[{"stages":[{"bids":[{"tenderers":{"id":1}}]}]}],"parties":[{"id":"T-1"}]}`))
	s, err := settings.Parse([]byte(everything))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var d ocds.Document
		v, err := d.Parse(text)
		if err != nil {
			return
		}
		prepare.Release(s, &d, v)
		once := v.String()
		var second ocds.Document
		w, err := second.Parse([]byte(once))
		if err != nil {
			t.Fatalf("%v in %s", err, once)
		}
		if w.Get("parties").Ok() {
			return // references that lead to a party only with their prefix give it a role the next time
		}
		prepare.Release(s, &second, w)
		if again := w.String(); again != once {
			t.Fatalf("once  %s\ntwice %s", once, again)
		}
	})
}

func BenchmarkRelease(b *testing.B) {
	s, err := settings.Parse([]byte(everything))
	if err != nil {
		b.Fatal(err)
	}
	releases := corpus.Process(1, 6)
	text := releases[len(releases)-1]
	var d ocds.Document
	var out []byte
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		d.Reset()
		v, err := d.Parse(text)
		if err != nil {
			b.Fatal(err)
		}
		prepare.Release(s, &d, v)
		out = v.AppendTo(out[:0])
	}
}
