package quality_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/transformer/quality"
)

// sound is a process of which no rule says anything.
const sound = `{
 "buyer": {"id": "KZ-BIN-020340002199"},
 "parties": [
  {"id": "KZ-BIN-020340002199", "name": "ГУ", "roles": ["buyer", "procuringEntity"], "address": {"kato": "710000000"}},
  {"id": "KZ-BIN-120440026517", "name": "ТОО", "roles": ["supplier", "tenderer"]}],
 "tender": {"id": "1", "status": "complete", "statusDetails": "350", "procurementMethod": "open", "procurementMethodDetails": "openTender", "datePublished": "2026-01-01T00:00:00Z",
  "tenderPeriod": {"startDate": "2026-01-02T00:00:00Z", "endDate": "2026-01-20T00:00:00Z"}, "dateResultsPublished": "2026-02-01T00:00:00Z",
  "procuringEntity": {"id": "KZ-BIN-020340002199"}, "value": {"amount": 100, "currency": "KZT"},
  "lots": [{"id": "7", "status": "complete", "value": {"amount": 100, "currency": "KZT"},
   "lotPoints": [{"id": "1", "value": {"amount": 60, "currency": "KZT"}}, {"id": "2", "value": {"amount": 40, "currency": "KZT"}}]}],
  "items": [{"id": "7", "relatedLot": "7", "classification": {"scheme": "ENSTRU", "id": "171214.500.000000"}}],
  "enquiries": [{"id": "e", "date": "2026-01-03T00:00:00Z", "dateAnswered": "2026-01-04T00:00:00Z"}]},
 "bids": {"details": [{"id": "71", "date": "2026-01-10T00:00:00Z", "status": "valid", "tenderers": [{"id": "KZ-BIN-120440026517"}], "relatedLots": ["7"], "value": {"amount": 90, "currency": "KZT"}}]},
 "awards": [{"id": "award-71", "status": "active", "date": "2026-02-01T00:00:00Z", "relatedBid": "71", "relatedLots": ["7"], "suppliers": [{"id": "KZ-BIN-120440026517"}], "value": {"amount": 90, "currency": "KZT"}}],
 "contracts": [{"id": "9", "awardID": "award-71", "status": "active", "statusDetails": "190", "dateSigned": "2026-02-10T00:00:00Z", "suppliers": [{"id": "KZ-BIN-120440026517"}],
  "period": {"startDate": "2026-02-10T00:00:00Z", "endDate": "2026-12-31T00:00:00Z"}, "value": {"amount": 90, "currency": "KZT"}, "amountPaid": {"amount": 10, "currency": "KZT"},
  "amendments": [{"id": "10", "date": "2026-03-01T00:00:00Z"}],
  "items": [{"id": "91", "quantity": 9, "unit": {"value": {"amount": 10, "currency": "KZT"}}, "value": {"amount": 90, "currency": "KZT"}}],
  "implementation": {"transactions": [{"id": "t", "date": "2026-04-01T00:00:00Z", "value": {"amount": 10, "currency": "KZT"}}], "milestones": [{"id": "act-1", "dateMet": "2026-03-20T00:00:00Z"}]}}],
 "complaints": [{"id": "c", "dateReceived": "2026-02-02T00:00:00Z", "dateReview": "2026-02-03T00:00:00Z", "dateResolved": "2026-02-05T00:00:00Z"}]
}`

// plan is a plan point of which no rule says anything.
const plan = `{
 "buyer": {"id": "KZ-BIN-020340002199"},
 "parties": [{"id": "KZ-BIN-020340002199", "name": "ГУ", "roles": ["buyer"], "address": {"kato": "710000000"}}],
 "planning": {"planPoint": {"procurementMethodDetails": "openTender", "budgetLines": [{"value": {"amount": 60, "currency": "KZT"}}, {"value": {"amount": 40, "currency": "KZT"}}]}},
 "tender": {"id": "5", "status": "planned", "procurementMethodDetails": "openTender", "value": {"amount": 100, "currency": "KZT"},
  "items": [{"id": "5", "quantity": 10, "unit": {"value": {"amount": 10, "currency": "KZT"}}, "classification": {"id": "171214.500.000000"}}]}
}`

func decoded(t *testing.T, body string) quality.Object {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.UseNumber()
	var o quality.Object
	if err := decoder.Decode(&o); err != nil {
		t.Fatal(err)
	}
	return o
}

var cases = []struct {
	rule     string
	plan     bool
	old, new string // a change of the sound process
	pointer  string
}{
	{quality.PeriodOrder, false, `"endDate": "2026-01-20T00:00:00Z"}, "dateResults`, `"endDate": "2026-01-01T12:00:00Z"}, "dateResults`, "/tender/tenderPeriod/endDate"},
	{quality.PublishedLate, false, `"datePublished": "2026-01-01T00:00:00Z"`, `"datePublished": "2026-01-21T00:00:00Z"`, "/tender/datePublished"},
	{quality.BidLate, false, `"date": "2026-01-10T00:00:00Z"`, `"date": "2026-01-20T00:00:01Z"`, "/bids/details/0/date"},
	{quality.AwardEarly, false, `"status": "active", "date": "2026-02-01T00:00:00Z"`, `"status": "active", "date": "2026-01-19T00:00:00Z"`, "/awards/0/date"},
	{quality.ContractEarly, false, `"dateSigned": "2026-02-10T00:00:00Z"`, `"dateSigned": "2026-01-31T00:00:00Z"`, "/contracts/0/dateSigned"},
	{quality.PaymentEarly, false, `"date": "2026-04-01T00:00:00Z"`, `"date": "2026-02-09T00:00:00Z"`, "/contracts/0/implementation/transactions/0/date"},
	{quality.ActEarly, false, `"dateMet": "2026-03-20T00:00:00Z"`, `"dateMet": "2026-02-01T00:00:00Z"`, "/contracts/0/implementation/milestones/0/dateMet"},
	{quality.AmendmentEarly, false, `"date": "2026-03-01T00:00:00Z"`, `"date": "2026-01-01T00:00:00Z"`, "/contracts/0/amendments/0/date"},
	{quality.ComplaintOrder, false, `"dateReview": "2026-02-03T00:00:00Z"`, `"dateReview": "2026-02-06T00:00:00Z"`, "/complaints/0/dateReceived"},
	{quality.EnquiryOrder, false, `"dateAnswered": "2026-01-04T00:00:00Z"`, `"dateAnswered": "2026-01-02T00:00:00Z"`, "/tender/enquiries/0/dateAnswered"},
	{quality.DateImplausible, false, `"datePublished": "2026-01-01T00:00:00Z"`, `"datePublished": "1999-01-01T00:00:00Z"`, "/tender/datePublished"},
	{quality.AwardAboveLot, false, `"suppliers": [{"id": "KZ-BIN-120440026517"}], "value": {"amount": 90,`, `"suppliers": [{"id": "KZ-BIN-120440026517"}], "value": {"amount": 101.01,`, "/awards/0/value"},
	{quality.BidAboveLot, false, `"relatedLots": ["7"], "value": {"amount": 90,`, `"relatedLots": ["7"], "value": {"amount": 102,`, "/bids/details/0/value"},
	{quality.ContractAboveAward, false, `"value": {"amount": 90, "currency": "KZT"}}],
 "contracts"`, `"value": {"amount": 80, "currency": "KZT"}}],
 "contracts"`, "/contracts/0/value"},
	{quality.ContractItemsSum, false, `"unit": {"value": {"amount": 10, "currency": "KZT"}}, "value": {"amount": 90,`, `"unit": {"value": {"amount": 8, "currency": "KZT"}}, "value": {"amount": 72,`, "/contracts/0/items"},
	{quality.LotsSum, false, `"value": {"amount": 100, "currency": "KZT"},
  "lots"`, `"value": {"amount": 150, "currency": "KZT"},
  "lots"`, "/tender/value"},
	{quality.SharesSum, false, `{"amount": 60, "currency": "KZT"}}, {"id": "2"`, `{"amount": 50, "currency": "KZT"}}, {"id": "2"`, "/tender/lots/0/lotPoints"},
	{quality.ItemSum, false, `"quantity": 9`, `"quantity": 8`, "/contracts/0/items/0/value"},
	{quality.PaymentsAbove, false, `"date": "2026-04-01T00:00:00Z", "value": {"amount": 10,`, `"date": "2026-04-01T00:00:00Z", "value": {"amount": 95,`, "/contracts/0/implementation/transactions"},
	{quality.PaidAbove, false, `"amountPaid": {"amount": 10,`, `"amountPaid": {"amount": 92,`, "/contracts/0/amountPaid"},
	{quality.ValueMissing, false, `"period": {"startDate": "2026-02-10T00:00:00Z", "endDate": "2026-12-31T00:00:00Z"}, "value": {"amount": 90, "currency": "KZT"}, "amountPaid": {"amount": 10, "currency": "KZT"},`, ``, "/contracts/0/value/amount"},
	{quality.BidNoTenderer, false, `"tenderers": [{"id": "KZ-BIN-120440026517"}], "relatedLots"`, `"relatedLots"`, "/bids/details/0/tenderers"},
	{quality.LotNoItems, false, `"relatedLot": "7"`, `"relatedLot": "8"`, "/tender/lots/0/id"},
	{quality.ItemNoClass, false, `"classification": {"scheme": "ENSTRU", "id": "171214.500.000000"}`, `"description": "бумага"`, "/tender/items/0/classification/id"},
	{quality.AwardNoSupplier, false, `"suppliers": [{"id": "KZ-BIN-120440026517"}], "value": {"amount": 90, "currency": "KZT"}}],
 "contracts"`, `"value": {"amount": 90, "currency": "KZT"}}],
 "contracts"`, "/awards/0/suppliers"},
	{quality.ContractNoSupplier, false, `"dateSigned": "2026-02-10T00:00:00Z", "suppliers": [{"id": "KZ-BIN-120440026517"}],`, `"dateSigned": "2026-02-10T00:00:00Z",`, "/contracts/0/suppliers"},
	{quality.ContractNoDate, false, `"dateSigned": "2026-02-10T00:00:00Z",`, ``, "/contracts/0/dateSigned"},
	{quality.NumberCheck, false, `{"id": "KZ-BIN-120440026517", "name"`, `{"id": "KZ-BIN-120440026518", "name"`, "/parties/1/identifier/id"},
	{quality.PartyNoName, false, `"name": "ТОО", `, ``, "/parties/1/name"},
	{quality.BuyerIsSupplier, false, `"roles": ["buyer", "procuringEntity"]`, `"roles": ["buyer", "procuringEntity", "supplier"]`, "/parties/0/roles"},
	{quality.BuyerNoRegion, false, `"address": {"kato": "710000000"}`, `"address": {}`, "/parties/0/address/kato"},
	{quality.PartyUnknown, false, `"buyer": {"id": "KZ-BIN-020340002199"}`, `"buyer": {"id": "KZ-BIN-000000000000"}`, "/buyer/id"},
	{quality.TenderNoBuyer, false, `"buyer": {"id": "KZ-BIN-020340002199"},`, ``, "/buyer"},
	{quality.TenderNoMethod, false, `"procurementMethodDetails": "openTender", `, ``, "/tender/procurementMethodDetails"},
	{quality.TenderNoDate, false, `"datePublished": "2026-01-01T00:00:00Z",`, ``, "/tender/datePublished"},
	{quality.OpenWithResults, false, `"statusDetails": "350"`, `"statusDetails": "220"`, "/tender/statusDetails"},
	{quality.CompleteNoResults, false, `"dateResultsPublished": "2026-02-01T00:00:00Z",`, ``, "/tender/dateResultsPublished"},
	{quality.CancelledInForce, false, `"tender": {"id": "1", "status": "complete"`, `"tender": {"id": "1", "status": "cancelled"`, "/contracts/0/status"},
	{quality.TerminatedStillOpen, false, `"statusDetails": "190"`, `"statusDetails": "190", "dateTerminated": "2026-06-01T00:00:00Z"`, "/contracts/0/dateTerminated"},
	{quality.TerminatedNoDate, false, `"status": "active", "statusDetails": "190"`, `"status": "terminated", "statusDetails": "340"`, "/contracts/0/dateTerminated"},
	{quality.PerformedNoDate, false, `"status": "active", "statusDetails": "190"`, `"status": "terminated", "statusDetails": "390"`, "/contracts/0/dateCompleted"},
	{quality.PaidNotConcluded, false, `"status": "active", "statusDetails": "190"`, `"status": "pending", "statusDetails": "165"`, "/contracts/0/implementation/transactions"},
	{quality.AwardFailedLot, false, `"lots": [{"id": "7", "status": "complete"`, `"lots": [{"id": "7", "status": "unsuccessful"`, "/awards/0/relatedLots"},
	{quality.AwardSeveral, false, `"awards": [`, `"awards": [{"id": "award-0", "status": "active", "relatedLots": ["7"], "suppliers": [{"id": "KZ-BIN-120440026517"}]}, `, "/awards/1/relatedLots"},
	{quality.AwardNoBid, false, `"awards": [`, `"awards": [{"id": "award-0", "status": "cancelled", "relatedBid": "70", "relatedLots": ["7"]}, `, "/awards/0/relatedBid"},
	{quality.CurrencyMissing, false, `"procuringEntity": {"id": "KZ-BIN-020340002199"}, "value": {"amount": 100, "currency": "KZT"}`, `"procuringEntity": {"id": "KZ-BIN-020340002199"}, "value": {"amount": 100}`, "/tender/value/currency"},

	{quality.BudgetSum, true, `{"value": {"amount": 60,`, `{"value": {"amount": 50,`, "/planning/planPoint/budgetLines"},
	{quality.GroundMissing, true, `"planPoint": {"procurementMethodDetails": "openTender"`, `"planPoint": {"procurementMethodDetails": "singleSourcePlan"`, "/planning/planPoint/legalGroundId"},
	{quality.ItemSum, true, `"quantity": 10`, `"quantity": 11`, "/tender/items/0/unit/value"},
}

func TestASoundProcessHasNoFindings(t *testing.T) {
	t.Parallel()
	for kind, body := range map[byte]string{'t': sound, 'p': plan} {
		if found := quality.Check(decoded(t, body), kind); len(found) > 0 {
			t.Errorf("%c: %+v", kind, found)
		}
	}
}

func TestEveryRuleFindsWhatItIsAbout(t *testing.T) {
	t.Parallel()
	for _, c := range cases {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			body, kind := sound, byte('t')
			if c.plan {
				body, kind = plan, 'p'
			}
			if strings.Count(body, c.old) != 1 {
				t.Fatalf("the change %q is not about one place", c.old)
			}
			found := quality.Check(decoded(t, strings.Replace(body, c.old, c.new, 1)), kind)
			if !slices.ContainsFunc(found, func(f quality.Finding) bool { return f.Rule.ID == c.rule && f.Pointer == c.pointer }) {
				t.Errorf("found %+v", found)
			}
			for _, f := range found {
				if f.Rule.ID != c.rule && !slices.Contains(follows[c.rule], f.Rule.ID) {
					t.Errorf("also found %s at %s", f.Rule.ID, f.Pointer)
				}
			}
		})
	}
}

// follows lists what else a change of the sound process breaks.
var follows = map[string][]string{
	quality.PeriodOrder:      {quality.BidLate},
	quality.PublishedLate:    {},
	quality.ContractItemsSum: {quality.AwardAboveLot},
	quality.ContractEarly:    {quality.PeriodOrder},
	quality.LotNoItems:       {},
	quality.AwardFailedLot:   {},
	quality.CurrencyMissing:  {},
}

func TestRulesThatNeedAnEmptierProcess(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body, rule string
		kind             byte
	}{
		{"an active announcement without lots", `{"buyer":{},"tender":{"status":"active"}}`, quality.TenderNoLots, 't'},
		{"a competitive announcement without a period", `{"tender":{"status":"active","procurementMethod":"open"}}`, quality.TenderNoPeriod, 't'},
		{"a bought lot without bids", `{"tender":{"status":"complete","procurementMethod":"open","lots":[{"id":"1","status":"complete"}]}}`, quality.LotNoBids, 't'},
		{"a bought lot without an award", `{"tender":{"status":"complete","lots":[{"id":"1","status":"complete"}]}}`, quality.LotNoAward, 't'},
		{"a bid for no lot", `{"bids":{"details":[{"id":"1","relatedLots":["2"]}]}}`, quality.BidNoLot, 't'},
		{"a contract of a competition without a bid", `{"tender":{"procurementMethod":"open"},"awards":[{"id":"a"}],"contracts":[{"id":"1","awardID":"a","status":"active"}]}`, quality.ContractNoAward, 't'},
		{"a negative sum", `{"contracts":[{"id":"1","status":"active","value":{"amount":-1,"currency":"KZT"}}]}`, quality.ValueNegative, 'c'},
		{"nothing at all", `{}`, quality.TenderNoBuyer, 't'},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			found := quality.Check(decoded(t, c.body), c.kind)
			if !slices.ContainsFunc(found, func(f quality.Finding) bool { return f.Rule.ID == c.rule }) {
				t.Errorf("found %+v", found)
			}
		})
	}
}

func TestTheCatalogueIsComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	tested := map[string]bool{}
	for _, c := range cases {
		tested[c.rule] = true
	}
	for _, id := range []string{quality.TenderNoLots, quality.TenderNoPeriod, quality.LotNoBids, quality.LotNoAward, quality.BidNoLot, quality.ContractNoAward, quality.ValueNegative} {
		tested[id] = true
	}
	for _, r := range quality.Catalogue() {
		if seen[r.ID] {
			t.Errorf("%s stands twice", r.ID)
		}
		seen[r.ID] = true
		if r.EN == "" || r.RU == "" || r.KK == "" {
			t.Errorf("%s lacks a sentence", r.ID)
		}
		if r.Severity != quality.Error && r.Severity != quality.Warning {
			t.Errorf("%s has severity %q", r.ID, r.Severity)
		}
		if !strings.HasPrefix(r.ID, "source.") && !tested[r.ID] {
			t.Errorf("no test breaks %s", r.ID)
		}
		if got, ok := quality.ByID(r.ID); !ok || got != r {
			t.Errorf("%s is not found by its id", r.ID)
		}
	}
	if _, ok := quality.ByID("ocds.required"); ok {
		t.Error("a rule of the standard is in the catalogue")
	}
}

func TestFieldsAreCountedWithoutPositions(t *testing.T) {
	t.Parallel()
	for pointer, want := range map[string]string{
		"/contracts/0/value/amount": "contracts/value/amount", "/buyer": "buyer", "": "",
		"/contracts/12/implementation/transactions/3/date": "contracts/implementation/transactions/date",
	} {
		if got := quality.Field(pointer); got != want {
			t.Errorf("field of %s = %s, want %s", pointer, got, want)
		}
	}
}

// FuzzCheck holds that no release, however strange, stops the rules.
func FuzzCheck(f *testing.F) {
	f.Add(sound, byte('t'))
	f.Add(plan, byte('p'))
	f.Add(`{"contracts":[{"awardIDs":[1],"value":[]}],"tender":{"lots":[null,1,{"lotPoints":[{}]}]}}`, byte('c'))
	f.Fuzz(func(t *testing.T, body string, kind byte) {
		decoder := json.NewDecoder(strings.NewReader(body))
		decoder.UseNumber()
		var o quality.Object
		if decoder.Decode(&o) != nil {
			return // no object: nothing to check
		}
		for _, finding := range quality.Check(o, kind) {
			if finding.Rule.ID == "" || !strings.HasPrefix(finding.Pointer, "/") {
				t.Errorf("finding %+v", finding)
			}
		}
	})
}
