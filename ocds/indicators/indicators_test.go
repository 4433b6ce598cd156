package indicators_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/indicators"
	"github.com/kzocds/kzocds/ocds/internal/corpus"
	"github.com/kzocds/kzocds/ocds/merge"
	"github.com/kzocds/kzocds/ocds/schema"
	"github.com/kzocds/kzocds/ocds/settings"
)

// calculate gives the result for the releases, shared among so many counters.
func calculate(t testing.TB, ini string, o indicators.Options, counters int, releases ...string) *indicators.Result {
	t.Helper()
	s, err := settings.Parse([]byte(ini))
	if err != nil {
		t.Fatal(err)
	}
	all := make([]*indicators.Counter, counters)
	for i := range all {
		all[i] = indicators.NewCounter(s, o)
	}
	var d ocds.Document
	for i, text := range releases {
		d.Reset()
		v, err := d.Parse([]byte(text))
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		if err := all[i%counters].Add(v, int64(i)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range all[1:] {
		all[0].Merge(c)
	}
	return all[0].Result()
}

// check compares a result without Meta, and a part of Meta.
func check(t *testing.T, r *indicators.Result, want string) {
	t.Helper()
	r.Meta = nil
	got, err := r.AppendTo(nil)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// process is a release with the members given.
func process(ocid string, members ...string) string {
	return fmt.Sprintf(`{"ocid":%q,%s}`, ocid, strings.Join(members, ","))
}

func tender(members ...string) string { return `"tender":{` + strings.Join(members, ",") + `}` }

func bids(b ...string) string { return `"bids":{"details":[` + strings.Join(b, ",") + `]}` }

// bid by tenderers A, or A+B together, of an amount ("" for none), with more members.
func bid(status, tenderers, amount string, more ...string) string {
	members := []string{fmt.Sprintf(`"status":%q`, status), `"tenderers":` + organisations(tenderers)}
	if amount != "" {
		value, currency, ok := strings.Cut(amount, " ")
		if !ok {
			currency = "KZT"
		}
		members = append(members, fmt.Sprintf(`"value":{"amount":%s,"currency":%q}`, value, currency))
	}
	return `{` + strings.Join(append(members, more...), ",") + `}`
}

func organisations(ids string) string {
	var list []string
	for id := range strings.SplitSeq(ids, "+") {
		if id != "" {
			list = append(list, fmt.Sprintf(`{"id":%q}`, id))
		}
	}
	return "[" + strings.Join(list, ",") + "]"
}

func awards(a ...string) string { return `"awards":[` + strings.Join(a, ",") + `]` }

func award(status, suppliers string, more ...string) string {
	return `{` + strings.Join(append([]string{fmt.Sprintf(`"status":%q`, status), `"suppliers":` + organisations(suppliers)}, more...), ",") + `}`
}

func lots(ids ...string) string {
	b, _ := json.Marshal(ids)
	return `"relatedLots":` + string(b)
}

func tenderLots(ids ...string) string {
	var list []string
	for _, id := range ids {
		list = append(list, fmt.Sprintf(`{"id":%q}`, id))
	}
	return `"lots":[` + strings.Join(list, ",") + `]`
}

func period(from, to string) string {
	return fmt.Sprintf(`"tenderPeriod":{"startDate":%q,"endDate":%q}`, from, to)
}

const (
	none = `{}`
	open = `"procurementMethod":"open"`
)

func flagged(code string) string { return `{"OCID":{"F":{"` + code + `":1}}}` }

// cardinal is a flag of a process as Cardinal writes it.
func cardinal(code string) string { return `{"OCID":{"F":{"` + code + `":1.0}}}` }

func TestEachIndicatorFlagsWhatItSays(t *testing.T) {
	t.Parallel()
	// The other processes of the outlier indicators: the winner asked 100, the next one more.
	price := func(ocid, won, next string) string {
		return process(ocid, bids(bid("valid", "W", won), bid("valid", "L", next)), awards(award("active", "W")))
	}
	near := []string{price("a", "100", "150"), price("b", "100", "151"), price("c", "100", "152"), price("d", "100", "153"), price("e", "100", "154")}
	items := func(codes ...string) string {
		var list []string
		for _, c := range codes {
			list = append(list, fmt.Sprintf(`{"classification":{"scheme":"KPVED","id":%q}}`, c))
		}
		return `"items":[` + strings.Join(list, ",") + `]`
	}
	supplied := func(ocid, supplier string, codes ...string) string {
		return process(ocid, awards(award("active", supplier, items(codes...))))
	}
	for _, c := range []struct {
		name, ini, want string
		releases        []string
		cardinal        string // with --compat cardinal; empty: the same flags
	}{
		// R003
		{"a period of 14 whole days is short", "[R003]", flagged("R003"),
			[]string{process("F", tender(period("2024-01-01T00:00:00Z", "2024-01-15T23:59:59Z")))}, cardinal("R003")},
		{"a period of 15 days is not short", "[R003]", none,
			[]string{process("F", tender(period("2024-01-01T00:00:00Z", "2024-01-16T00:00:00Z")))}, none},
		{"periods are the time between instants, whatever the zones", "[R003]", flagged("R003"),
			[]string{process("F", tender(period("2024-01-01T00:00:00Z", "2024-01-16T05:00:00+06:00")))}, cardinal("R003")},
		{"a period without an end cannot be judged", "[R003]", none,
			[]string{process("F", tender(`"tenderPeriod":{"startDate":"2024-01-01T00:00:00Z"}`))}, none},
		{"a period that ends before it begins is an error in the data, not a short period", "[R003]", none,
			[]string{process("F", tender(period("2024-01-10T00:00:00Z", "2024-01-01T00:00:00Z")))}, cardinal("R003")},
		{"dates without a time can be judged", "[R003]", flagged("R003"),
			[]string{process("F", tender(period("2024-01-01", "2024-01-10")))}, none},
		{"the threshold of the procurement method details goes before the common one", "[R003]\nthreshold = 20\n[R003.procurement_method_details]\nemergency = 5", `{"OCID":{"G":{"R003":1}}}`,
			[]string{process("F", tender(`"procurementMethodDetails":"emergency"`, period("2024-01-01T00:00:00Z", "2024-01-11T00:00:00Z"))),
				process("G", tender(`"procurementMethodDetails":"other"`, period("2024-01-01T00:00:00Z", "2024-01-11T00:00:00Z")))}, `{"OCID":{"G":{"R003":1.0}}}`},
		{"methods can be chosen", "[R003]\nprocurement_methods = open|selective", none,
			[]string{process("F", tender(`"procurementMethod":"direct"`, period("2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z")))}, none},
		{"a lot with its own short period flags the process", "[R003]", flagged("R003"),
			[]string{process("F", tender(period("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"), `"lots":[{"id":"1"},{"id":"2",`+period("2024-01-01T00:00:00Z", "2024-01-05T00:00:00Z")+`}]`))}, none},
		{"a cancelled lot's period does not count", "[R003]", none,
			[]string{process("F", tender(period("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"), `"lots":[{"id":"1"},{"id":"2","status":"cancelled",`+period("2024-01-01T00:00:00Z", "2024-01-05T00:00:00Z")+`}]`))}, none},

		// R018
		{"one tenderer is a single bid", "[R018]", flagged("R018"), []string{process("F", tender(open, `"numberOfTenderers":1`))}, cardinal("R018")},
		{"two tenderers are not", "[R018]", none, []string{process("F", tender(open, `"numberOfTenderers":2`))}, none},
		{"a direct award is not looked at", "[R018]", none, []string{process("F", tender(`"procurementMethod":"direct"`, `"numberOfTenderers":1`))}, none},
		{"without a method nothing is looked at", "[R018]", none, []string{process("F", tender(`"numberOfTenderers":1`))}, none},
		{"without a number the tenderers are counted", "[R018]", flagged("R018"), []string{process("F", tender(open, `"tenderers":[{"id":"A"}]`))}, none},
		{"without a number the bids are counted", "[R018]", flagged("R018"),
			[]string{process("F", tender(open), bids(bid("valid", "A", "1"), bid("valid", "A", "2"), bid("withdrawn", "B", "1")))}, none},
		{"bids of which some are not published do not make a single bid", "[R018]", none,
			[]string{process("F", tender(open, `"numberOfTenderers":3`), bids(bid("valid", "A", "1")))}, none},
		{"bids by more than the number says are believed", "[R018]", none,
			[]string{process("F", tender(open, `"numberOfTenderers":1`), bids(bid("valid", "A", "1"), bid("valid", "B", "1")))}, cardinal("R018")},
		{"a lot with one bidder flags a process with several", "[R018]", flagged("R018"),
			[]string{process("F", tender(open, `"numberOfTenderers":2`, tenderLots("1", "2")), bids(bid("valid", "A", "1", lots("1")), bid("valid", "B", "1", lots("1")), bid("valid", "A", "1", lots("2"))))}, none},
		{"a consortium that bids alone is a single bid", "[R018]", flagged("R018"),
			[]string{process("F", tender(open, `"numberOfTenderers":2`), bids(bid("valid", "A+B", "1")))}, none},

		// R024
		// With near, the ratio 839/1900 is just its own lower fence.
		{"a next bid exactly at the fence is flagged, with both bidders", "[R024]", `{"OCID":{"F":{"R024":0.441579}},"Tenderer":{"K":{"R024":1},"X":{"R024":1}}}`,
			append(slices.Clone(near), process("F", bids(bid("valid", "X", "19.00"), bid("valid", "K", "27.39"), bid("valid", "Z", "30")), awards(award("active", "X")))),
			none},
		{"a next bid a hundredth above the fence is not", "[R024]", none,
			append(slices.Clone(near), process("F", bids(bid("valid", "X", "19.00"), bid("valid", "K", "27.40")), awards(award("active", "X")))), none},
		{"a threshold replaces the fence and is inclusive", "[R024]\nthreshold = 0.1", `{"OCID":{"F":{"R024":0.1}},"Tenderer":{"L":{"R024":1},"W":{"R024":1}}}`,
			[]string{price("F", "0.1", "0.11"), price("G", "100", "110.01")},
			`{"OCID":{"F":{"R024":0.09999999999999995}},"Tenderer":{"L":{"R024":0.0},"W":{"R024":0.0}}}`},
		{"if a quarter of the contests have no difference none is flagged", "[R024]", none,
			[]string{price("a", "1", "1"), price("b", "1", "1"), price("c", "1", "2"), price("d", "1", "2")}, none},
		{"a winner that was not the lowest is not compared", "[R024]\nthreshold = 1", none, []string{price("F", "101", "100")}, none},
		{"a pending award leaves the outcome open", "[R024]\nthreshold = 1", none,
			[]string{process("F", bids(bid("valid", "W", "1"), bid("valid", "L", "1")), awards(award("active", "W"), award("pending", "L")))}, none},
		{"an award without a status leaves the outcome open", "[R024]\nthreshold = 1", none,
			[]string{process("F", bids(bid("valid", "W", "1"), bid("valid", "L", "1")), awards(award("active", "W"), `{"id":"2"}`))},
			`{"OCID":{"F":{"R024":0.0}},"Tenderer":{"L":{"R024":0.0},"W":{"R024":0.0}}}`},
		{"cancelled and unsuccessful awards are earlier attempts", "[R024]\nthreshold = 1", `{"OCID":{"F":{"R024":0}},"Tenderer":{"L":{"R024":1},"W":{"R024":1}}}`,
			[]string{process("F", bids(bid("valid", "W", "1"), bid("valid", "L", "1")), awards(award("active", "W"), award("cancelled", "C"), award("unsuccessful", "U")))},
			`{"OCID":{"F":{"R024":0.0}},"Tenderer":{"L":{"R024":0.0},"W":{"R024":0.0}}}`},
		{"once the winner has a contract a second place in reserve no longer matters", "[R024]\nthreshold = 1", `{"OCID":{"F":{"R024":0.5}},"Tenderer":{"L":{"R024":1},"W":{"R024":1}}}`,
			[]string{process("F", bids(bid("valid", "W", "2"), bid("valid", "L", "3")), awards(award("active", "W", `"id":"1"`), award("pending", "L", `"id":"2"`)), `"contracts":[{"awardID":"1","status":"active"}]`)}, none},
		{"a contract of several awards names them all", "[R024]\nthreshold = 1", `{"OCID":{"F":{"R024":0.5}},"Tenderer":{"L":{"R024":1},"W":{"R024":1}}}`,
			[]string{process("F", bids(bid("valid", "W", "2"), bid("valid", "L", "3")), awards(award("active", "W", `"id":2`), award("pending", "L", `"id":"3"`)), `"contracts":[{"awardID":1,"awardIDs":[1,2],"status":"terminated"}]`)}, none},
		{"a contract that was cancelled settles nothing", "[R024]\nthreshold = 1", none,
			[]string{process("F", bids(bid("valid", "W", "2"), bid("valid", "L", "3")), awards(award("active", "W", `"id":"1"`), award("pending", "L", `"id":"2"`)), `"contracts":[{"awardID":"1","status":"cancelled"}]`)}, none},
		{"two active awards cannot be told apart", "[R024]\nthreshold = 1", none,
			[]string{process("F", bids(bid("valid", "W", "1"), bid("valid", "L", "1")), awards(award("active", "W"), award("active", "W")))}, none},
		{"only valid bids are compared", "[R024]\nthreshold = 1", none,
			[]string{process("F", bids(bid("valid", "W", "1"), bid("disqualified", "L", "1"), bid("pending", "L", "1"), bid("withdrawn", "L", "1"), bid("invited", "L", "1")), awards(award("active", "W")))}, none},
		{"the lowest of several bids of the winner counts", "[R024]\nthreshold = 1", `{"OCID":{"F":{"R024":0.5}},"Tenderer":{"L":{"R024":1},"W":{"R024":1}}}`,
			[]string{process("F", bids(bid("valid", "W", "9"), bid("valid", "W", "2"), bid("valid", "L", "3")), awards(award("active", "W")))},
			`{"OCID":{"F":{"R024":0.5}},"Tenderer":{"L":{"R024":0.0},"W":{"R024":0.0}}}`},
		{"all the next bidders with the same price are flagged", "[R024]\nthreshold = 1", `{"OCID":{"F":{"R024":0.5}},"Tenderer":{"L":{"R024":1},"M":{"R024":1},"W":{"R024":1}}}`,
			[]string{process("F", bids(bid("valid", "M", "3.0"), bid("valid", "W", "2"), bid("valid", "L", "3")), awards(award("active", "W")))},
			`{"OCID":{"F":{"R024":0.5}},"Tenderer":{"M":{"R024":0.0},"W":{"R024":0.0}}}`},
		{"a consortium is one bidder and all its members are flagged", "[R024]\nthreshold = 1", `{"OCID":{"F":{"R024":0.5}},"Tenderer":{"A":{"R024":1},"B":{"R024":1},"L":{"R024":1}}}`,
			[]string{process("F", bids(bid("valid", "A+B", "2"), bid("valid", "L", "3")), awards(award("active", "B+A")))}, none},
		{"a price of zero cannot be compared with", "[R024]\nthreshold = 1", none, []string{price("F", "0", "1")}, none},
		{"an exponent that no number could hold is none", "[R024]\nthreshold = 1", none, []string{price("F", "1e9223372036854775807", "1e-9223372036854775808")}, none},
		{"prices of forty digits are exact", "[R058]\nthreshold = 0.000000000000000000000000000001", `{"OCID":{"F":{"R058":0}},"Tenderer":{"W":{"R058":1}}}`,
			[]string{price("F", "1000000000000000000000000000000", "1000000000000000000000000000001"), price("G", "1000000000000000000000000000000", "1000000000000000000000000000000.99")}, none},
		{"an amount beyond any price is not taken for one", "[R024]\nthreshold = 1", none, []string{price("F", "1e400000000", "1e400000000")}, none},
		{"procedures without price comparison are left out", "no_price_comparison_procurement_methods = NPC\n[R024]\nthreshold = 1", none,
			[]string{process("F", tender(`"procurementMethodDetails":"NPC"`), bids(bid("valid", "W", "1"), bid("valid", "L", "1")), awards(award("active", "W")))}, none},
		{"only procedures with price comparison are looked at", "price_comparison_procurement_methods = PC\n[R024]\nthreshold = 1", none, []string{price("F", "1", "1")}, none},
		{"cancelled and excluded processes are left out", "[exclusions]\nprocurement_method_details = EXC\n[R024]\nthreshold = 1", none,
			[]string{process("F", tender(`"procurementMethodDetails":"EXC"`), bids(bid("valid", "W", "1"), bid("valid", "L", "1")), awards(award("active", "W"))),
				process("G", tender(`"status":"cancelled"`), bids(bid("valid", "W", "1"), bid("valid", "L", "1")), awards(award("active", "W")))}, none},
		{"each lot is a contest of its own", "[R024]\nthreshold = 0.2", `{"OCID":{"F":{"R024":0.1}},"Tenderer":{"A":{"R024":1},"B":{"R024":1}}}`,
			[]string{process("F", tender(tenderLots("1", "2")),
				bids(bid("valid", "A", "100", lots("1")), bid("valid", "B", "200", lots("1")), bid("valid", "B", "10", lots("2")), bid("valid", "A", "11", lots("2"))),
				awards(award("active", "A", lots("1")), award("active", "B", lots("2"))))}, none},
		{"bids for the same lots together are one contest", "[R024]\nthreshold = 0.2", `{"OCID":{"F":{"R024":0.1}},"Tenderer":{"A":{"R024":1},"B":{"R024":1}}}`,
			[]string{process("F", tender(tenderLots("1", "2", "3")),
				bids(bid("valid", "A", "10", lots("1", "2")), bid("valid", "B", "11", lots("2", "1"))), awards(award("active", "A", lots("1", "2"))))},
			`{"OCID":{"F":{"R024":0.1}},"Tenderer":{"A":{"R024":0.0},"B":{"R024":0.0}}}`},
		{"a price for two lots is not compared with one for a single lot", "[R024]\nthreshold = 9", none,
			[]string{process("F", tender(tenderLots("1", "2")),
				bids(bid("valid", "A", "10", lots("1", "2")), bid("valid", "B", "11", lots("1"))), awards(award("active", "A", lots("1", "2"))))},
			`{"OCID":{"F":{"R024":0.1}},"Tenderer":{"A":{"R024":0.0},"B":{"R024":0.0}}}`},
		{"nor are prices for two lots compared while another competes for one of them", "[R024]\nthreshold = 9", none,
			[]string{process("F", tender(tenderLots("1", "2")),
				bids(bid("valid", "A", "10", lots("1", "2")), bid("valid", "B", "11", lots("1", "2")), bid("valid", "C", "5", lots("2"))), awards(award("active", "A", lots("1", "2"))))}, none},
		{"a cancelled lot does not part the lots it was bid for with", "[R024]\nthreshold = 0.2", `{"OCID":{"F":{"R024":0.1}},"Tenderer":{"A":{"R024":1},"B":{"R024":1}}}`,
			[]string{process("F", tender(`"lots":[{"id":"1","status":"cancelled"},{"id":"2"},{"id":"3"}]`),
				bids(bid("valid", "A", "10", lots("1", "2", "3")), bid("valid", "B", "11", lots("3", "2", "1"))), awards(award("active", "A", lots("2", "3"))))},
			`{"OCID":{"F":{"R024":0.1}},"Tenderer":{"A":{"R024":0.0},"B":{"R024":0.0}}}`},
		{"an award of each of the lots bid for together is more than one", "[R024]\nthreshold = 9", none,
			[]string{process("F", tender(tenderLots("1", "2")),
				bids(bid("valid", "A", "10", lots("1", "2")), bid("valid", "B", "11", lots("1", "2"))), awards(award("active", "A", lots("1")), award("active", "B", lots("2"))))}, none},
		{"a process of which all lots are cancelled is no contest", "[R024]\nthreshold = 9", none,
			[]string{process("F", tender(`"lots":[{"id":"1","status":"cancelled"}]`), bids(bid("valid", "A", "10"), bid("valid", "B", "11")), awards(award("active", "A")))},
			`{"OCID":{"F":{"R024":0.1}},"Tenderer":{"A":{"R024":0.0},"B":{"R024":0.0}}}`},
		{"an award says its lots by its items", "[R024]\nthreshold = 0.2", `{"OCID":{"F":{"R024":0.1}},"Tenderer":{"A":{"R024":1},"B":{"R024":1}}}`,
			[]string{process("F", tender(tenderLots("1", "2")),
				bids(bid("valid", "A", "10", lots("1")), bid("valid", "B", "11", lots("1")), bid("valid", "A", "10", lots("2")), bid("valid", "B", "19", lots("2"))),
				awards(award("active", "A", `"items":[{"relatedLot":"1"},{"relatedLot":"2"}]`)))},
			`{"OCID":{"F":{"R024":0.1}},"Tenderer":{"A":{"R024":0.0},"B":{"R024":0.0}}}`},
		{"each currency is compared by itself", "[R024]\nthreshold = 0.2", `{"OCID":{"F":{"R024":0.1},"G":{"R024":0.1}},"Tenderer":{"L":{"R024":2},"W":{"R024":2}}}`,
			[]string{price("F", "10 USD", "11 USD"), price("G", "10 KZT", "11 KZT"), price("H", "10 KZT", "10 USD")},
			`{"OCID":{"F":{"R024":0.1}},"Tenderer":{"L":{"R024":0.0},"W":{"R024":0.0}}}`},
		{"a chosen currency is the only one", "currency = KZT\n[R024]\nthreshold = 0.2", `{"OCID":{"G":{"R024":0.1}},"Tenderer":{"L":{"R024":1},"W":{"R024":1}}}`,
			[]string{price("F", "10 USD", "11 USD"), price("G", "10 KZT", "11 KZT")},
			`{"OCID":{"G":{"R024":0.1}},"Tenderer":{"L":{"R024":0.0},"W":{"R024":0.0}}}`},

		// R025
		{"a tenderer with many bids and few wins is flagged", "[R025]\npercentile = 100", `{"Tenderer":{"F":{"R025":0.111111}}}`, contests(1, 8), `{"Tenderer":{"F":{"R025":0.1111111111111111}}}`},
		{"if a quarter of the tenderers never win none is flagged", "[R025]", none,
			[]string{process("1", bids(bid("valid", "A", ""), bid("valid", "B", ""), bid("valid", "C", "")), awards(award("active", "A")))}, none},
		{"a threshold and a percentile replace the fences", "[R025]\nthreshold = 0.3\npercentile = 0", `{"Tenderer":{"B":{"R025":0},"F":{"R025":0.111111},"N":{"R025":0}}}`,
			append(contests(1, 8), process("x", bids(bid("valid", "B", ""), bid("valid", "O9", "")), awards(award("active", "O9")))),
			`{"Tenderer":{"B":{"R025":0.0},"F":{"R025":0.1111111111111111},"N":{"R025":0.0}}}`},
		{"each lot is a bid and a win", "[R025]\nthreshold = 0.5\npercentile = 0", `{"Tenderer":{"A":{"R025":0.5},"B":{"R025":0.5}}}`,
			[]string{process("F", tender(tenderLots("1", "2")),
				bids(bid("valid", "A", "", lots("1")), bid("valid", "B", "", lots("1")), bid("valid", "A", "", lots("2")), bid("valid", "B", "", lots("2"))),
				awards(award("active", "A", lots("1")), award("active", "B", lots("2"))))}, none},

		// R028
		{"the same price of two tenderers is flagged, also of disqualified bids", "[R028]", `{"OCID":{"F":{"R028":1}},"Tenderer":{"A":{"R028":1},"B":{"R028":1}}}`,
			[]string{process("F", bids(bid("valid", "A", "10.50"), bid("disqualified", "B", "1.05e1"), bid("valid", "C", "10.51")))},
			`{"OCID":{"F":{"R028":1.0}},"Tenderer":{"A":{"R028":1.0},"B":{"R028":1.0}}}`},
		{"the same tenderers in another order are the same", "[R028]", none,
			[]string{process("F", bids(bid("valid", "A+Z", "1"), bid("valid", "Z+A", "1"), bid("valid", "B", "1 USD"), bid("withdrawn", "B", "1"), bid("invited", "C", "1"), bid("valid", "", "1")))}, none},
		{"amounts that binary fractions cannot tell apart are different", "[R028]", none,
			[]string{process("F", bids(bid("valid", "A", "9007199254740993.01"), bid("valid", "B", "9007199254740993.02")))},
			none},
		{"a chosen currency is the only one in which prices are the same", "currency = KZT\n[R028]", none,
			[]string{process("F", bids(bid("valid", "A", "1 USD"), bid("valid", "B", "1 USD")))},
			`{"OCID":{"F":{"R028":1.0}},"Tenderer":{"A":{"R028":1.0},"B":{"R028":1.0}}}`},
		{"the same price for different lots is no coincidence to note", "[R028]", none,
			[]string{process("F", tender(tenderLots("1", "2")), bids(bid("valid", "A", "1", lots("1")), bid("valid", "B", "1", lots("2"))))},
			`{"OCID":{"F":{"R028":1.0}},"Tenderer":{"A":{"R028":1.0},"B":{"R028":1.0}}}`},

		// R030
		{"a winner's bid after the end is flagged", "[R030]", `{"OCID":{"F":{"R030":1}},"Tenderer":{"W":{"R030":1}}}`,
			[]string{process("F", tender(period("2024-01-01T00:00:00Z", "2024-01-10T10:00:00Z")), bids(bid("valid", "W", "", `"date":"2024-01-10T10:00:01Z"`), bid("valid", "L", "", `"date":"2024-01-11T00:00:00Z"`)), awards(award("active", "W")))},
			`{"OCID":{"F":{"R030":1.0}},"Tenderer":{"W":{"R030":1.0}}}`},
		{"a bid at the very end is in time", "[R030]", none,
			[]string{process("F", tender(period("2024-01-01T00:00:00Z", "2024-01-10T10:00:00Z")), bids(bid("valid", "W", "", `"date":"2024-01-10T10:00:00Z"`)), awards(award("active", "W")))}, none},
		{"a bid in time that reads later in another zone is in time", "[R030]", none,
			[]string{process("F", tender(period("2024-01-01T00:00:00Z", "2024-01-10T10:00:00Z")), bids(bid("valid", "W", "", `"date":"2024-01-10T15:30:00+06:00"`)), awards(award("active", "W")))},
			`{"OCID":{"F":{"R030":1.0}},"Tenderer":{"W":{"R030":1.0}}}`},
		{"a late bid that reads earlier in another zone is late", "[R030]", `{"OCID":{"F":{"R030":1}},"Tenderer":{"W":{"R030":1}}}`,
			[]string{process("F", tender(period("2024-01-01T00:00:00Z", "2024-01-10T15:00:00+06:00")), bids(bid("valid", "W", "", `"date":"2024-01-10T10:00:00Z"`)), awards(award("active", "W")))}, none},
		{"an end without a time includes its day", "[R030]", none,
			[]string{process("F", tender(period("2024-01-01", "2024-01-10")), bids(bid("valid", "W", "", `"date":"2024-01-10T12:00:00Z"`)), awards(award("active", "W")))},
			`{"OCID":{"F":{"R030":1.0}},"Tenderer":{"W":{"R030":1.0}}}`},
		{"a supplier of one lot may be late for another", "[R030]", none,
			[]string{process("F", tender(period("2024-01-01T00:00:00Z", "2024-01-10T00:00:00Z"), tenderLots("1", "2")),
				bids(bid("valid", "W", "", lots("1"), `"date":"2024-01-02T00:00:00Z"`), bid("valid", "W", "", lots("2"), `"date":"2024-01-12T00:00:00Z"`)), awards(award("active", "W", lots("1")), award("active", "L", lots("2"))))},
			`{"OCID":{"F":{"R030":1.0}},"Tenderer":{"W":{"R030":1.0}}}`},
		{"a lot has its own end", "[R030]", none,
			[]string{process("F", tender(period("2024-01-01T00:00:00Z", "2024-01-10T00:00:00Z"), `"lots":[{"id":"1",`+period("2024-01-01T00:00:00Z", "2024-02-10T00:00:00Z")+`}]`),
				bids(bid("valid", "W", "", lots("1"), `"date":"2024-01-12T00:00:00Z"`)), awards(award("active", "W", lots("1"))))},
			`{"OCID":{"F":{"R030":1.0}},"Tenderer":{"W":{"R030":1.0}}}`},

		// R035
		{"a winner whose rivals were all disqualified is flagged with their number", "[R035]", `{"OCID":{"F":{"R035":2}},"Tenderer":{"W":{"R035":1}}}`,
			[]string{process("F", bids(bid("valid", "W", ""), bid("disqualified", "D", ""), bid("disqualified", "E", ""), bid("disqualified", "E", ""), bid("disqualified", "W", "")), awards(award("active", "W")))},
			`{"OCID":{"F":{"R035":2.0}},"Tenderer":{"W":{"R035":0.0}}}`},
		{"with a second valid bidder there is nothing to flag", "[R035]", none,
			[]string{process("F", bids(bid("valid", "W", ""), bid("valid", "V", ""), bid("disqualified", "D", "")), awards(award("active", "W")))}, none},
		{"fewer disqualified than the threshold are not flagged", "[R035]\nthreshold = 2", none,
			[]string{process("F", bids(bid("valid", "W", ""), bid("disqualified", "D", "")), awards(award("active", "W")))}, none},
		{"a threshold of zero is one", "[R035]\nthreshold = 0", none, []string{process("F", bids(bid("valid", "W", "")), awards(award("active", "W")))}, none},
		{"another supplier makes it something else", "[R035]", none,
			[]string{process("F", bids(bid("valid", "W", ""), bid("disqualified", "D", "")), awards(award("active", "W+X")))}, none},
		{"a lot in which the rivals were disqualified flags the process", "[R035]", `{"OCID":{"F":{"R035":1}},"Tenderer":{"W":{"R035":1}}}`,
			[]string{process("F", tender(tenderLots("1", "2")),
				bids(bid("valid", "W", "", lots("1")), bid("disqualified", "D", "", lots("1")), bid("valid", "D", "", lots("2"))), awards(award("active", "W", lots("1")), award("active", "D", lots("2"))))}, none},
		{"a lot still pending does not hold back another", "[R035]", `{"OCID":{"F":{"R035":1}},"Tenderer":{"W":{"R035":1}}}`,
			[]string{process("F", tender(tenderLots("1", "2")),
				bids(bid("valid", "W", "", lots("1")), bid("disqualified", "D", "", lots("1"))), awards(award("active", "W", lots("1")), award("pending", "D", lots("2"))))}, none},
		{"a consortium can be the winner", "[R035]", `{"OCID":{"F":{"R035":1}},"Tenderer":{"A":{"R035":1},"B":{"R035":1}}}`,
			[]string{process("F", bids(bid("valid", "A+B", ""), bid("disqualified", "D", "")), awards(award("active", "A+B")))}, none},

		// R036
		{"a disqualified lowest bid is flagged", "[R036]", flagged("R036"),
			[]string{process("F", bids(bid("disqualified", "D", "1"), bid("valid", "W", "2")), awards(award("active", "W")))}, cardinal("R036")},
		{"a lower invited or withdrawn bid does not count", "[R036]", flagged("R036"),
			[]string{process("F", bids(bid("disqualified", "D", "10"), bid("valid", "W", "20"), bid("invited", "I", "1"), bid("withdrawn", "X", "1")), awards(award("active", "W")))}, cardinal("R036")},
		{"a lower pending bid does", "[R036]", none,
			[]string{process("F", bids(bid("disqualified", "D", "10"), bid("valid", "W", "20"), bid("pending", "P", "1")), awards(award("active", "W")))}, none},
		{"without an active award there is nothing to see", "[R036]", none,
			[]string{process("F", bids(bid("disqualified", "D", "1"), bid("valid", "W", "2")), awards(award("pending", "W")))}, none},
		{"without a valid bid with an amount neither", "[R036]", none,
			[]string{process("F", bids(bid("disqualified", "D", "1"), bid("valid", "W", "")), awards(award("active", "W")))}, none},
		{"a valid bid as low as the disqualified one clears it", "[R036]", none,
			[]string{process("F", bids(bid("disqualified", "D", "1"), bid("valid", "W", "1.00")), awards(award("active", "W")))}, cardinal("R036")},
		{"currencies are not mixed", "[R036]", none,
			[]string{process("F", bids(bid("disqualified", "D", "1 USD"), bid("valid", "W", "400 KZT")), awards(award("active", "W")))}, none},
		{"the lots are looked at one by one", "[R036]", flagged("R036"),
			[]string{process("F", tender(tenderLots("1", "2")), bids(bid("disqualified", "D", "10", lots("1")), bid("valid", "W", "20", lots("1")), bid("valid", "W", "1", lots("2"))),
				awards(award("active", "W", lots("1")), award("active", "W", lots("2"))))}, none},
		{"a cancelled lot is not looked at", "[R036]", none,
			[]string{process("F", tender(`"lots":[{"id":"1","status":"cancelled"},{"id":"2"}]`), bids(bid("disqualified", "D", "10", lots("1")), bid("valid", "W", "20", lots("1"))),
				awards(award("active", "W", lots("1"))))}, cardinal("R036")},
		{"one bid without lots beside bids with them cannot be compared", "[R036]", none,
			[]string{process("F", tender(tenderLots("1", "2")), bids(bid("disqualified", "D", "10"), bid("valid", "W", "20", lots("1"))), awards(award("active", "W", lots("1"))))}, cardinal("R036")},
		{"a lone lot need not be named", "[R036]", flagged("R036"),
			[]string{process("F", tender(tenderLots("1")), bids(bid("disqualified", "D", "10"), bid("valid", "W", "20", lots("1"))), awards(award("active", "W")))}, cardinal("R036")},

		// R038
		{"a buyer with many disqualified bids is flagged", "[R038]\nminimum_submitted_bids = 9\nthreshold = 0.3", `{"Buyer":{"B":{"R038":0.333333}},"ProcuringEntity":{"P":{"R038":0.333333}}}`,
			[]string{process("1", `"buyer":{"id":"B"}`, tender(`"procuringEntity":{"id":"P"}`), bids(bid("valid", "W", ""), bid("disqualified", "D", ""))),
				process("2", `"buyer":{"id":"B"}`, tender(`"procuringEntity":{"id":"P"}`), bids(bid("valid", "W", ""), bid("withdrawn", "W", ""))),
				process("3", `"buyer":{"id":"C"}`, bids(bid("valid", "W", "")))}, `{"Buyer":{"B":{"R038":0.3333333333333333}},"ProcuringEntity":{"P":{"R038":0.3333333333333333}}}`},
		{"a buyer with one process is not judged, however many its bids", "[R038]\nthreshold = 0.5\nminimum_submitted_bids = 9", none,
			[]string{process("1", `"buyer":{"id":"B"}`, bids(bid("valid", "W", ""), bid("disqualified", "D", "")))}, `{"Buyer":{"B":{"R038":0.5}}}`},
		{"a tenderer that was often disqualified is flagged", "[R038]\nthreshold = 0.5", `{"Tenderer":{"D":{"R038":1}}}`,
			[]string{process("1", bids(bid("valid", "W", ""), bid("disqualified", "D", ""))), process("2", bids(bid("valid", "W", ""), bid("disqualified", "D", "")))},
			`{"Tenderer":{"D":{"R038":1.0}}}`},
		{"a tenderer that a bid names twice made one bid", "[R038]\nthreshold = 0.5\nminimum_submitted_bids = 3", none,
			[]string{process("1", bids(bid("disqualified", "D+D", ""), bid("valid", "D", "")))}, `{"Tenderer":{"D":{"R038":0.6666666666666666}}}`},
		{"a tenderer with one bid is not judged", "[R038]\nthreshold = 0.5", none, []string{process("1", bids(bid("disqualified", "D", "")))}, none},
		{"if nobody is disqualified nobody is flagged", "[R038]", none,
			[]string{process("1", bids(bid("valid", "W", ""))), process("2", bids(bid("valid", "W", "")))}, none},
		{"a bid for two lots is one bid, one for cancelled lots is none", "[R038]\nthreshold = 0.1", `{"Tenderer":{"D":{"R038":0.5}}}`,
			[]string{process("1", tender(`"lots":[{"id":"1"},{"id":"2"},{"id":"3","status":"cancelled"}]`), bids(bid("disqualified", "D", "", lots("1", "2")), bid("valid", "D", "", lots("1")), bid("disqualified", "D", "", lots("3"))))},
			`{"Tenderer":{"D":{"R038":0.6666666666666666}}}`},

		// R048
		{"a supplier of many kinds of items is flagged", "[R048]\nthreshold = 3\nminimum_contracting_processes = 2", `{"Tenderer":{"S":{"R048":3}}}`,
			[]string{supplied("1", "S", "10.11", "10.12"), supplied("2", "S", "11.1", "12.1"), supplied("3", "T", "10", "11", "12", "13"), supplied("4", "U", "10"), supplied("5", "U", "11")},
			`{"Tenderer":{"S":{"R048":3.0}}}`},
		{"an award with two suppliers, or not active, does not count", "[R048]\nthreshold = 1\nminimum_contracting_processes = 1", none,
			[]string{supplied("1", "S+T", "10"), process("2", awards(award("cancelled", "S", items("10"))))}, none},
		{"codes of different schemes are not added up", "[R048]\nthreshold = 2\nminimum_contracting_processes = 1", none,
			[]string{process("1", awards(award("active", "S", `"items":[{"classification":{"scheme":"CPV","id":"09"}},{"classification":{"scheme":"KPVED","id":"19"}}]`)))},
			`{"Tenderer":{"S":{"R048":2.0}}}`},
		{"an award without items has those of its contract", "[R048]\nthreshold = 2\nminimum_contracting_processes = 1", `{"Tenderer":{"S":{"R048":2}}}`,
			[]string{process("1", tender(items("30", "40", "50")), awards(award("active", "S", `"id":"1"`), award("active", "T", `"id":"2"`, items("10"))), `"contracts":[{"awardID":"1",`+items("10", "20")+`},{"awardID":"2",`+items("10", "20")+`}]`)}, none},
		{"without a contract it has those of the tender for its lots", "[R048]\nthreshold = 2\nminimum_contracting_processes = 1", `{"Tenderer":{"S":{"R048":2}}}`,
			[]string{process("1", tender(tenderLots("1", "2"), `"items":[{"relatedLot":"1","classification":{"id":"10"}},{"relatedLot":"1","classification":{"id":"20"}},{"relatedLot":"2","classification":{"id":"30"}},{"classification":{"id":"40"}}]`),
				awards(award("active", "S", lots("1")), award("active", "T", lots("2")), award("active", "U")))}, none},
		{"more digits tell more apart", "[R048]\nthreshold = 2\ndigits = 3\nminimum_contracting_processes = 1", `{"Tenderer":{"S":{"R048":2}}}`,
			[]string{supplied("1", "S", "101", "102")}, `{"Tenderer":{"S":{"R048":2.0}}}`},

		// R058
		{"a winner far below the next bid is flagged", "[R058]", `{"OCID":{"F":{"R058":9}},"Tenderer":{"W":{"R058":1}}}`, append(slices.Clone(near), price("F", "100", "1000")),
			`{"OCID":{"F":{"R058":9.0}},"Tenderer":{"W":{"R058":0.0}}}`},
		{"where all the ratios are alike none is an outlier", "[R024]\n[R058]", none,
			[]string{price("F", "10", "11"), price("G", "100", "110")},
			`{"OCID":{"F":{"R024":0.1,"R058":0.1},"G":{"R024":0.1,"R058":0.1}},"Tenderer":{"L":{"R024":0.0},"W":{"R024":0.0,"R058":0.0}}}`},
		{"nor is a tenderer that always wins", "[R025]", none, []string{process("1", bids(bid("valid", "A", "")), awards(award("active", "A")))},
			`{"Tenderer":{"A":{"R025":1.0}}}`},
		{"nor a buyer like all others", "[R038]\nminimum_submitted_bids = 99\nminimum_contracting_processes = 1", none,
			[]string{process("1", `"buyer":{"id":"B"}`, bids(bid("valid", "W", ""), bid("disqualified", "D", "")))}, `{"Buyer":{"B":{"R038":0.5}}}`},
		{"nor a supplier like all others", "[R048]\nminimum_contracting_processes = 1", none, []string{supplied("1", "S", "10"), supplied("2", "T", "11")},
			`{"Tenderer":{"S":{"R048":1.0},"T":{"R048":1.0}}}`},
		{"if no contest has a difference none is flagged", "[R058]", none, []string{price("a", "1", "1"), price("b", "1", "1")}, none},
		{"a threshold is inclusive, exactly", "[R058]\nthreshold = 0.1", `{"OCID":{"F":{"R058":0.1}},"Tenderer":{"W":{"R058":1}}}`,
			[]string{price("F", "3", "3.3"), price("G", "3", "3.29999999999999999")}, none},
		{"of several lots the largest ratio is given", "[R058]\nthreshold = 0.1", `{"OCID":{"F":{"R058":1}},"Tenderer":{"A":{"R058":1}}}`,
			[]string{process("F", tender(tenderLots("1", "2")),
				bids(bid("valid", "A", "10", lots("1")), bid("valid", "B", "11", lots("1")), bid("valid", "A", "10", lots("2")), bid("valid", "B", "20", lots("2"))),
				awards(award("active", "A", lots("1")), award("active", "A", lots("2"))))}, none},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check(t, calculate(t, c.ini, indicators.Options{}, 1, c.releases...), c.want)
			check(t, calculate(t, c.ini, indicators.Options{Compat: indicators.Cardinal}, 1, c.releases...), c.cardinal)
		})
	}
}

// contests are those in which F bids; it wins so many, against N, and loses so many, to
// others that lose none.
func contests(won, lost int) (all []string) {
	for i := range won + lost {
		winner, other := "F", "N"
		if i >= won {
			other = fmt.Sprintf("O%d", i)
			winner = other
		}
		all = append(all, process(fmt.Sprint(i), bids(bid("valid", "F", ""), bid("valid", "F", ""), bid("valid", other, "")), awards(award("active", winner))))
	}
	return all
}

func TestMetaSaysHowManyWereJudgedAndTheFences(t *testing.T) {
	t.Parallel()
	var releases []string
	for i, next := range []string{"110", "120", "130", "140", "150"} {
		releases = append(releases, process(fmt.Sprint(i), bids(bid("valid", "W", "100"), bid("valid", "L", next)), awards(award("active", "W"))))
	}
	releases = append(releases, process("not judged", bids(bid("valid", "W", "1"))))
	// Type 8: h = (5 + 1/3)/4 + 1/3 = 5/3, so Q1 = 0.1 + 2/3·0.1; Q3 likewise 0.4 + 1/3·0.1.
	for compat, want := range map[indicators.Compat]string{
		indicators.Standard: `{"R024":{"judged":5,"lower_fence":-0.233333,"q1":0.166667,"q3":0.433333},"R058":{"judged":5,"q1":0.166667,"q3":0.433333,"upper_fence":0.833333}}`,
		indicators.Cardinal: `{"R024":{"lower_fence":-0.2333,"q1":0.1667,"q3":0.4333},"R058":{"q1":0.1667,"q3":0.4333,"upper_fence":0.8333}}`,
	} {
		got, err := json.Marshal(calculate(t, "[R024]\n[R058]", indicators.Options{Compat: compat}, 1, releases...).Meta)
		if err != nil || string(got) != want {
			t.Errorf("%q: got  %s (%v)\nwant %s", compat, got, err, want)
		}
	}
}

func TestMapsNameOrganisationsAndLots(t *testing.T) {
	t.Parallel()
	release := process("F", `"buyer":{"id":"Y"}`, tender(tenderLots("1", "2")),
		bids(bid("valid", "A", "10", lots("1")), bid("disqualified", "B", "10", lots("1")), bid("valid", "A", "9", lots("2"))), awards(award("active", "A", lots("1"))))
	r := calculate(t, "[R028]\n[R035]\n[R038]", indicators.Options{Maps: true}, 1, release)
	check(t, r, `{"OCID":{"F":{"R028":1,"R035":1}},"Tenderer":{"A":{"R028":1,"R035":1},"B":{"R028":1}},"Maps":{"ocid_buyer_r038":{"F":"Y"},"ocid_procuringentity_r038":{},"ocid_tenderer":{"F":["A","B"]},"ocid_tenderer_r024":{},"ocid_tenderer_r028":{"F":["A","B"]},"ocid_tenderer_r030":{},"ocid_tenderer_r035":{"F":["A"]},"ocid_tenderer_r058":{},"ocid_lot":{"F":{"R028":["1"],"R035":["1"]}}}}`)
}

func TestCardinalTakesTheFirstCurrencyInOrder(t *testing.T) {
	t.Parallel()
	price := func(ocid, currency string) string {
		return process(ocid, bids(bid("disqualified", "D", "1 "+currency), bid("valid", "W", "2 "+currency)), awards(award("active", "W")))
	}
	ini, o := "[R036]", indicators.Options{Compat: indicators.Cardinal}
	first, second := price("F", "USD"), price("G", "KZT")
	for counters := 1; counters < 4; counters++ {
		check(t, calculate(t, ini, o, counters, first, second, first), `{"OCID":{"F":{"R036":1.0}}}`)
		check(t, calculate(t, ini, o, counters, second, first, first), `{"OCID":{"G":{"R036":1.0}}}`)
	}
}

func TestNumericIDsAreIDsButNotForCardinal(t *testing.T) {
	t.Parallel()
	release := `{"ocid":"F","bids":{"details":[{"status":"valid","value":{"amount":1,"currency":"KZT"},"tenderers":[{"id":1}]},{"status":"valid","value":{"amount":1,"currency":"KZT"},"tenderers":[{"id":2}]}]}}`
	check(t, calculate(t, "[R028]", indicators.Options{}, 1, release), `{"OCID":{"F":{"R028":1}},"Tenderer":{"1":{"R028":1},"2":{"R028":1}}}`)
	check(t, calculate(t, "[R028]", indicators.Options{Compat: indicators.Cardinal}, 1, release), none)
}

func TestWhatHasNoOCIDIsRefused(t *testing.T) {
	t.Parallel()
	c := indicators.NewCounter(settings.All(), indicators.Options{})
	for _, text := range []string{`{}`, `{"ocid":1}`, `{"ocid":""}`, `[]`, `"x"`} {
		v, err := ocds.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Add(v, 0); err == nil {
			t.Errorf("%s was accepted", text)
		}
	}
}

func TestReleasesThatAreNotCompiledAreCounted(t *testing.T) {
	t.Parallel()
	r := calculate(t, "[R003]", indicators.Options{}, 1, process("a", `"tag":["tender"]`), process("b", `"tag":["compiled"]`), process("c", `"date":"2024"`), process("d", tender(`"status":"cancelled"`)))
	if want := (indicators.Input{Processes: 3, Cancelled: 1, Uncompiled: 1}); r.Input != want {
		t.Errorf("got %+v, want %+v", r.Input, want)
	}
}

// compiled are processes as a publisher's, compiled, in which many things are amiss.
func compiled(t testing.TB, n int) (all []string) {
	t.Helper()
	lot, err := schema.Named("lots", "bids")
	if err != nil {
		t.Fatal(err)
	}
	s, err := schema.New(lot...)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := merge.NewRules(s.Release())
	if err != nil {
		t.Fatal(err)
	}
	m := merge.New(rules)
	for i := range n {
		out, err := m.Compiled(corpus.Process(7, uint64(i)))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(out))
	}
	return all
}

func TestTheOrderAndTheSharingOfLinesDoNotMatter(t *testing.T) {
	t.Parallel()
	lines := compiled(t, 400)
	// Small minimums and thresholds, so that every kind of flag appears.
	ini := "[R003]\nthreshold = 17\n[R018]\n[R024]\nthreshold = 0.011\n[R025]\nthreshold = 0.1\npercentile = 10\n[R028]\n[R030]\n[R035]\n[R036]\n[R038]\n[R048]\nminimum_contracting_processes = 2\n[R058]\n"
	want := calculate(t, ini, indicators.Options{Maps: true}, 1, lines...)
	if len(want.OCID) == 0 || len(want.Tenderer) == 0 {
		t.Fatalf("nothing is flagged: the test would prove nothing: %+v", want.Meta)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 8 {
		r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		got := calculate(t, ini, indicators.Options{Maps: true}, 1+round%4, lines...)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("round %d: another order gave another result", round)
		}
	}
}

func FuzzAnyDocumentGivesAResultOrAnError(f *testing.F) {
	for _, line := range compiled(f, 5) {
		f.Add([]byte(line))
	}
	f.Add([]byte(process("F", tender(tenderLots("1", "2")), bids(bid("valid", "A", "10", lots("1", "2")), bid("disqualified", "B", "1e40", lots("3"))), awards(award("active", "A")))))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<16 {
			return
		}
		v, err := ocds.Parse(text)
		if err != nil {
			return
		}
		for _, compat := range []indicators.Compat{indicators.Standard, indicators.Cardinal} {
			c := indicators.NewCounter(settings.All(), indicators.Options{Compat: compat, Maps: true})
			other := indicators.NewCounter(settings.All(), indicators.Options{Compat: compat, Maps: true})
			if c.Add(v, 0) != nil {
				return
			}
			if err := other.Add(v, 1); err != nil {
				t.Fatal(err)
			}
			c.Merge(other)
			out, err := c.Result().AppendTo(nil)
			if err != nil || !json.Valid(out) {
				t.Fatalf("%v: %s", err, out)
			}
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	lines := compiled(b, 300)
	size := 0
	for _, l := range lines {
		size += len(l)
	}
	c := indicators.NewCounter(settings.All(), indicators.Options{})
	var d ocds.Document
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for i, l := range lines {
			d.Reset()
			v, err := d.Parse([]byte(l))
			if err != nil {
				b.Fatal(err)
			}
			if err := c.Add(v, int64(i)); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func TestOneThatDiffersWhereAllOthersAreAlikeIsAnOutlier(t *testing.T) {
	t.Parallel()
	price := func(ocid, next string) string {
		return process(ocid, bids(bid("valid", "W", "10"), bid("valid", "L", next)), awards(award("active", "W")))
	}
	releases := []string{price("F", "11.01")}
	for i := range 9 {
		releases = append(releases, price(fmt.Sprint(i), "11"))
	}
	r := calculate(t, "[R058]", indicators.Options{}, 1, releases...)
	if m := r.Meta[indicators.R058]; m["q1"] != "0.1" || m["q3"] != "0.1" {
		t.Fatalf("the quartiles are not alike: %v", m)
	}
	check(t, r, `{"OCID":{"F":{"R058":0.101}},"Tenderer":{"W":{"R058":1}}}`)
}

func TestAProcessOfManyLotsIsNoTrap(t *testing.T) {
	t.Parallel()
	const n = 2500
	var names, without []string
	for i := range n {
		names = append(names, fmt.Sprint(i))
		without = append(without, bid("valid", fmt.Sprintf("T%d", i), "1"))
	}
	// Every bid is about every lot, by name or without: as one contest, or as none that compares prices.
	together := process("F", tender(tenderLots(names...)), bids(bid("valid", "A", "10", lots(names...)), bid("valid", "B", "11", lots(names...))), awards(award("active", "A", lots(names...))))
	check(t, calculate(t, "[R024]\nthreshold = 0.1", indicators.Options{}, 1, together), `{"OCID":{"F":{"R024":0.1}},"Tenderer":{"A":{"R024":1},"B":{"R024":1}}}`)
	unnamed := process("F", tender(tenderLots(names...)), bids(append(without, bid("valid", "A", "1", lots("0")))...), awards(award("active", "A")))
	check(t, calculate(t, "[R024]\nthreshold = 9", indicators.Options{}, 1, unnamed), none)
}
