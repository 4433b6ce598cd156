package quality_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/quality"
)

// process is a compiled release with the given fields.
func process(n int, fields string) string {
	if fields != "" {
		fields = "," + fields
	}
	return fmt.Sprintf(`{"ocid":"ocds-a1b2c3-%d","id":"%d","date":"2026-01-15T00:00:00Z","tag":["compiled"]%s}`, n, n, fields)
}

// times are processes with the same fields; %d in them is the number of the process.
func times(from, to int, fields string) (list []string) {
	for n := from; n < to; n++ {
		list = append(list, process(n, strings.ReplaceAll(fields, "%d", fmt.Sprint(n))))
	}
	return list
}

func results(t *testing.T, o quality.Options, releases []string) []quality.Result {
	t.Helper()
	d := quality.New(o)
	add(t, releases, d.Add)
	return d.Results()
}

func add(t *testing.T, releases []string, to func(ocds.Value)) {
	t.Helper()
	for _, r := range releases {
		v, err := ocds.Parse([]byte(r))
		if err != nil {
			t.Fatal(err)
		}
		to(v)
	}
}

func find(t *testing.T, all []quality.Result, check string) quality.Result {
	t.Helper()
	for _, r := range all {
		if r.Check == check {
			return r
		}
	}
	t.Fatalf("there is no result of %s", check)
	return quality.Result{}
}

func TestChecksOfADataset(t *testing.T) {
	t.Parallel()
	const usd = `"value":{"amount":%d,"currency":"USD"}`
	related := func(ocid, title string) string {
		return `"relatedProcesses":[{"id":"1","scheme":"ocid","identifier":"` + ocid + `","title":"` + title + `","relationship":["prior"]}]`
	}
	status := func(field, code string) string {
		if field == "tender" {
			return `"tender":{"id":"%d","status":"` + code + `"}`
		}
		return `"` + field + `":[{"id":"1","status":"` + code + `"}]`
	}
	for _, c := range []struct {
		name     string
		check    string
		releases []string
		options  quality.Options
		rates    string
		want     string // result and value
	}{
		{name: "no category above 95 % passes", check: "distribution.main_procurement_category", releases: slices.Concat(times(0, 95, `"tender":{"mainProcurementCategory":"goods"}`), times(95, 100, `"tender":{"mainProcurementCategory":"works"}`)), want: "pass 95.00"},
		{name: "a category above 95 % fails", check: "distribution.main_procurement_category", releases: slices.Concat(times(0, 96, `"tender":{"mainProcurementCategory":"goods"}`), times(96, 100, `"tender":{"mainProcurementCategory":"works"}`)), want: "fail 96.00"},
		{name: "no category at all is undefined", check: "distribution.main_procurement_category", releases: times(0, 3, ""), want: "undefined "},
		{name: "active and complete tenders pass", check: "distribution.tender_status", releases: slices.Concat(times(0, 1, status("tender", "active")), times(1, 3, status("tender", "complete"))), want: "pass "},
		{name: "only active tenders fail", check: "distribution.tender_status", releases: times(0, 3, status("tender", "active")), want: "fail "},
		{name: "tenders without a status are undefined", check: "distribution.tender_status", releases: times(0, 3, ""), want: "undefined "},
		{name: "some open procedures pass", check: "distribution.tender_procurement_method", releases: slices.Concat(times(0, 1, `"tender":{"procurementMethod":"open"}`), times(1, 1000, `"tender":{"procurementMethod":"direct"}`)), want: "pass "},
		{name: "open procedures below 0.1 % fail", check: "distribution.tender_procurement_method", releases: slices.Concat(times(0, 1, `"tender":{"procurementMethod":"open"}`), times(1, 1001, `"tender":{"procurementMethod":"direct"}`)), want: "fail "},
		{name: "active awards of exactly 99 % pass", check: "distribution.awards_status", releases: slices.Concat(times(0, 99, status("awards", "active")), times(99, 100, status("awards", "cancelled"))), want: "pass "},
		{name: "only active awards fail", check: "distribution.awards_status", releases: times(0, 2, status("awards", "active")), want: "fail "},
		{name: "active and terminated contracts pass", check: "distribution.contracts_status", releases: slices.Concat(times(0, 1, status("contracts", "active")), times(1, 2, status("contracts", "terminated"))), want: "pass "},
		{name: "no terminated contracts fail", check: "distribution.contracts_status", releases: times(0, 2, status("contracts", "active")), want: "fail "},
		{name: "met milestones of implementation count", check: "distribution.milestone_status", releases: []string{process(1, `"contracts":[{"implementation":{"milestones":[{"status":"met"},{"status":"scheduled"}]}}]`)}, want: "pass "},
		{name: "no met milestone fails", check: "distribution.milestone_status", releases: []string{process(1, `"tender":{"milestones":[{"status":"scheduled"}]}`)}, want: "fail "},
		{name: "award criteria are only shown", check: "distribution.tender_award_criteria", releases: []string{process(1, `"tender":{"awardCriteria":"priceOnly"}`)}, want: "undefined "},

		{name: "values without rates are undefined", check: "distribution.tender_value", releases: times(1, 201, `"tender":{`+usd+`}`), want: "undefined "},
		{name: "even values pass", check: "distribution.tender_value", rates: "date,currency,rate\n", releases: times(1, 201, `"tender":{`+usd+`}`), want: "pass 1.99"},
		{name: "a value as large as all others fails", check: "distribution.awards_value", rates: "date,currency,rate\n", releases: append(times(0, 99, `"awards":[{"value":{"amount":1,"currency":"USD"}}]`), process(100, `"awards":[{"value":{"amount":99,"currency":"USD"}}]`)), want: "fail 50.00"},
		{name: "a value a trifle below all others passes", check: "distribution.awards_value", rates: "date,currency,rate\n", releases: append(times(0, 99, `"awards":[{"value":{"amount":1,"currency":"USD"}}]`), process(100, `"awards":[{"value":{"amount":98.9999999999999999999,"currency":"USD"}}]`)), want: "pass 50.00"},
		{name: "fewer than 100 values are undefined", check: "distribution.contracts_value", rates: "date,currency,rate\n", releases: times(0, 99, `"contracts":[{`+usd+`}]`), want: "undefined "},
		{name: "different amounts pass", check: "distribution.tender_value_repetition", releases: times(0, 31, `"tender":{`+usd+`}`), want: "pass 9.68"},
		{name: "three amounts in 10 % of values fail", check: "distribution.tender_value_repetition", releases: times(0, 30, `"tender":{`+usd+`}`), want: "fail 10.00"},
		{name: "an amount is the same however it is written", check: "distribution.awards_value_repetition", releases: append(times(0, 37, `"awards":[{`+usd+`}]`), process(100, `"awards":[{"value":{"amount":5.00,"currency":"USD"}}]`)), want: "fail 10.53"},
		{name: "no values are undefined", check: "distribution.contracts_value_repetition", releases: times(0, 3, ""), want: "undefined "},

		{name: "buyers of several processes pass", check: "distribution.buyer", releases: slices.Concat(times(0, 500, `"buyer":{"id":"%d"}`), times(0, 500, `"buyer":{"id":"%d"}`)), want: "pass 0.00"},
		{name: "half of the buyers in one process fail", check: "distribution.buyer", releases: slices.Concat(times(0, 700, `"buyer":{"id":"%d"}`), times(0, 350, `"buyer":{"id":"%d"}`)), want: "fail 50.00"},
		{name: "fewer than 1,000 buyer ids are undefined", check: "distribution.buyer", releases: times(0, 999, `"buyer":{"id":"%d"}`), want: "undefined "},
		{name: "a buyer in 1 % of the processes passes", check: "distribution.buyer_repetition", releases: slices.Concat(times(0, 10, `"buyer":{"id":"a"}`), times(10, 1000, `"buyer":{"id":"%d"}`)), want: "pass 1.00"},
		{name: "a buyer in more than half fails", check: "distribution.buyer_repetition", releases: slices.Concat(times(0, 501, `"buyer":{"id":"a"}`), times(501, 1000, `"buyer":{"id":"%d"}`)), want: "fail 50.10"},
		{name: "no buyer in 1 % fails", check: "distribution.buyer_repetition", releases: times(0, 1000, `"buyer":{"id":"%d"}`), want: "fail 0.10"},

		{name: "unique tender ids pass; a number is not a text", check: "unique.tender_id", releases: []string{process(1, `"tender":{"id":1}`), process(2, `"tender":{"id":"1"}`)}, want: "pass 100.00"},
		{name: "a repeated tender id fails", check: "unique.tender_id", releases: []string{process(1, `"tender":{"id":"1"}`), process(2, `"tender":{"id":"1"}`)}, want: "fail 50.00"},
		{name: "no tender ids are undefined", check: "unique.tender_id", releases: times(0, 2, ""), want: "undefined "},
		{name: "more tender ids than the limit are undefined", check: "unique.tender_id", options: quality.Options{Limit: 2}, releases: times(0, 3, `"tender":{"id":"%d"}`), want: "undefined "},
		{name: "URLs are not asked for", check: "misc.url_availability", releases: times(0, 2, ""), want: "undefined "},

		{name: "a related process that comes later passes", check: "reference.related_process_identifier", releases: []string{process(1, related("ocds-a1b2c3-2", "")), process(2, "")}, want: "pass 100.00"},
		{name: "a related process that is nowhere fails", check: "reference.related_process_identifier", releases: []string{process(1, `"contracts":[{`+related("ocds-a1b2c3-9", "")+`}]`)}, want: "fail 0.00"},
		{name: "no related process is undefined", check: "reference.related_process_identifier", releases: times(0, 2, ""), want: "undefined "},
		{name: "equal titles of related processes pass", check: "consistent.related_process_title", releases: []string{process(1, related("ocds-a1b2c3-2", "Мост")), process(2, `"tender":{"title":"Мост"}`)}, want: "pass 100.00"},
		{name: "different titles of related processes fail", check: "consistent.related_process_title", releases: []string{process(1, related("ocds-a1b2c3-2", "Мост")), process(2, `"tender":{"title":"Road"}`)}, want: "fail 0.00"},
		{name: "a related process without a title is undefined", check: "consistent.related_process_title", releases: []string{process(1, related("ocds-a1b2c3-2", "Мост")), process(2, "")}, want: "undefined "},

		{name: "values up to 5 billion dollars pass", check: "coherent.value_realistic", rates: "date,currency,rate\n2026-01-01,KZT,0.002\n", releases: []string{process(1, `"tender":{"value":{"amount":2500000000000,"currency":"KZT"}}`)}, want: "pass 100.00"},
		{name: "values above 5 billion dollars fail", check: "coherent.value_realistic", rates: "date,currency,rate\n2026-01-01,KZT,0.002\n", releases: []string{process(1, `"awards":[{"value":{"amount":-2500000000000.01,"currency":"KZT"}}]`)}, want: "fail 0.00"},
		{name: "a value older than every rate is undefined", check: "coherent.value_realistic", rates: "date,currency,rate\n2026-01-16,KZT,0.002\n", releases: []string{process(1, `"tender":{"value":{"amount":1,"currency":"KZT"}}`)}, want: "undefined "},
		{name: "a value of a release whose date is none is undefined", check: "coherent.value_realistic", rates: "date,currency,rate\n2026-01-01,KZT,0.002\n", releases: []string{strings.Replace(process(1, `"tender":{"value":{"amount":1,"currency":"KZT"}}`), "2026-01-15T", "yesterday T", 1)}, want: "undefined "},
		{name: "values without rates cannot be realistic", check: "coherent.value_realistic", releases: []string{process(1, `"tender":{"value":{"amount":1,"currency":"USD"}}`)}, want: "undefined "},
		{name: "a budget in another currency near the tender passes", check: "consistent.tender_value", rates: "date,currency,rate\n2026-01-01,KZT,0.5\n2026-01-15,KZT,0.002\n", releases: []string{process(1, `"planning":{"budget":{"amount":{"amount":1.5,"currency":"USD"}}},"tender":{"value":{"amount":500,"currency":"KZT"}}`)}, want: "pass 100.00"},
		{name: "a budget far from the tender fails", check: "consistent.tender_value", rates: "date,currency,rate\n2026-01-15,KZT,0.002\n", releases: []string{process(1, `"planning":{"budget":{"amount":{"amount":1.51,"currency":"USD"}}},"tender":{"value":{"amount":500,"currency":"KZT"}}`)}, want: "fail 0.00"},
		{name: "no budget is undefined", check: "consistent.tender_value", rates: "date,currency,rate\n", releases: times(0, 1, ""), want: "undefined "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := c.options
			if c.rates != "" {
				var err error
				if o.Rates, err = quality.ReadRates(strings.NewReader(c.rates)); err != nil {
					t.Fatal(err)
				}
			}
			r := find(t, results(t, o, c.releases), c.check)
			if got := string(r.Result) + " " + r.Value; got != c.want {
				t.Errorf("got %q, want %q: %+v", got, c.want, r)
			}
			if (r.Result == quality.Undefined) != (r.Reason != "") {
				t.Errorf("a reason belongs to what is undefined and to nothing else: %+v", r)
			}
		})
	}
}

func TestChecksOfTwoCollections(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		check      string
		previously []string
		now        []string
		limit      int
		want       string
	}{
		{name: "no process lost passes", check: "ocid", previously: times(0, 2, ""), now: times(0, 3, ""), want: "pass 100.00"},
		{name: "a lost process fails", check: "ocid", previously: times(0, 4, ""), now: times(0, 3, ""), want: "fail 75.00"},
		{name: "an empty previous collection is undefined", check: "ocid", now: times(0, 3, ""), want: "undefined "},
		{name: "more processes than the limit are undefined", check: "ocid", previously: times(0, 3, ""), now: times(0, 3, ""), limit: 2, want: "undefined "},
		{name: "more awards pass", check: "phase_stable", previously: times(0, 1, `"awards":[{}]`), now: times(0, 1, `"awards":[{},{}]`), want: "pass 100.00"},
		{name: "a contract less fails", check: "phase_stable", previously: times(0, 1, `"contracts":[{},{}]`), now: times(0, 1, `"contracts":[{}]`), want: "fail 0.00"},
		{name: "a planning section less fails", check: "phase_stable", previously: times(0, 1, `"planning":{"rationale":"x"}`), now: times(0, 1, ""), want: "fail 0.00"},
		{name: "nothing in common is undefined", check: "phase_stable", previously: times(0, 1, ""), now: times(1, 2, ""), want: "undefined "},
		{name: "a title in other letters and spaces passes", check: "tender_title", previously: times(0, 1, `"tender":{"title":"Ремонт  дороги "}`), now: times(0, 1, `"tender":{"title":"РЕМОНТ дороги"}`), want: "pass 100.00"},
		{name: "another title fails", check: "tender_title", previously: times(0, 1, `"tender":{"title":"Road"}`), now: times(0, 1, `"tender":{"title":"Bridge"}`), want: "fail 0.00"},
		{name: "no title to compare is undefined", check: "tender_title", previously: times(0, 1, ""), now: times(0, 1, `"tender":{"title":"Bridge"}`), want: "undefined "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := quality.NewPrevious(c.limit)
			add(t, c.previously, p.Add)
			r := find(t, results(t, quality.Options{Previous: p}, c.now), c.check)
			if got := string(r.Result) + " " + r.Value; got != c.want {
				t.Errorf("got %q, want %q: %+v", got, c.want, r)
			}
		})
	}
}

func TestTheResultsDoNotDependOnTheOrderOfThePassingReleases(t *testing.T) {
	t.Parallel()
	releases := slices.Concat(
		times(0, 300, `"buyer":{"id":"%d"},"tender":{"id":"%d","status":"active","value":{"amount":%d.5,"currency":"USD"}},"awards":[{"status":"active"}]`),
		times(300, 400, `"buyer":{"id":"a"},"tender":{"id":"%d","status":"complete"}`))
	text := func() string {
		p := quality.NewPrevious(0)
		add(t, times(350, 500, ""), p.Add)
		b, err := json.Marshal(results(t, quality.Options{Previous: p}, releases))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	want := text()
	for range 3 {
		slices.Reverse(releases)
		if got := text(); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	}
}

func TestFaultyRatesAreRefusedWithTheirLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"other columns", "day,code,rate\n", "line 1: the columns"},
		{"a date that is none", "date,currency,rate\n2026-02-30,KZT,1\n", "line 2: \"2026-02-30\" is not a date"},
		{"a rate of zero", "date,currency,rate\n2026-02-03,KZT,0\n", "line 2: \"0\" is not a rate"},
		{"an exponent", "date,currency,rate\n2026-02-03,KZT,1e9\n", "line 2: \"1e9\" is not a rate"},
		{"two rates of a day", "date,currency,rate\n2026-02-03,KZT,1\n2026-02-03,KZT,2\n", "two rates of KZT for 2026-02-03"},
		{"a missing column", "date,currency,rate\n2026-02-03,KZT\n", "wrong number of fields"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := quality.ReadRates(strings.NewReader(c.in)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
		})
	}
}

// What Pelican shows without a verdict, and that every check of its list is there.
func TestChecksWithoutAVerdict(t *testing.T) {
	t.Parallel()
	all := results(t, quality.Options{}, times(0, 4, `"planning":{"milestones":[{"type":"preProcurement"}]},"tender":{"id":"%d","awardCriteria":"priceOnly","submissionMethod":["written","inPerson"],"documents":[{"documentType":"tenderNotice"},{"documentType":"bids"}],"value":{"amount":1,"currency":"KZT"}},"relatedProcesses":[{"relationship":["framework"]}]`))
	for check, codes := range map[string][]string{
		"distribution.tender_award_criteria":    {"priceOnly"},
		"distribution.tender_submission_method": {"written", "inPerson"},
		"distribution.milestone_type":           {"preProcurement"},
		"distribution.document_document_type":   {"tenderNotice", "bids"},
		"distribution.value_currency":           {"KZT"},
		"distribution.related_process_relation": {"framework"},
	} {
		r := find(t, all, check)
		text, err := json.Marshal(r.Meta)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range codes {
			if r.Result != quality.Undefined || !strings.Contains(string(text), `"`+code+`"`) {
				t.Errorf("%s: %+v, %s", check, r, text)
			}
		}
	}
	for _, check := range strings.Fields(`distribution.main_procurement_category distribution.tender_status distribution.tender_procurement_method
		distribution.awards_status distribution.contracts_status distribution.milestone_status
		distribution.tender_value distribution.awards_value distribution.contracts_value
		distribution.tender_value_repetition distribution.awards_value_repetition distribution.contracts_value_repetition
		distribution.buyer distribution.buyer_repetition unique.tender_id misc.url_availability
		reference.related_process_identifier consistent.related_process_title coherent.value_realistic consistent.tender_value`) {
		find(t, all, check)
	}
	if len(all) != 26 {
		t.Errorf("%d checks", len(all))
	}
}

func FuzzAnyTextIsRatesOrAnError(f *testing.F) {
	f.Add("date,currency,rate\n2026-01-31,KZT,0.0019\n")
	f.Add("date,currency,rate\n2026-01-31,KZT,1/3\n\"")
	v, err := ocds.Parse([]byte(process(1, `"tender":{"id":"1","value":{"amount":1e9,"currency":"KZT"}}`)))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rates, err := quality.ReadRates(strings.NewReader(text))
		if err != nil {
			return
		}
		d := quality.New(quality.Options{Rates: rates})
		d.Add(v)
		if len(d.Results()) == 0 {
			t.Fatal("no results")
		}
	})
}
