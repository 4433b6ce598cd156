package validate_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/ocds/validate"
)

// coherent is a compiled release of 2020-01-01 with these fields.
func coherent(name, fields, want string) ruleCase {
	return ruleCase{"quality: " + name, validate.CompiledRelease, released(fields), want}
}

const (
	before  = `"2019-01-01T00:00:00Z"`
	later   = `"2019-06-01T00:00:00Z"`
	future  = `"2020-06-01T00:00:00Z"` // after the release
	upsides = `{"startDate":` + later + `,"endDate":` + before + `}`
)

// The field and compiled-release checks of Pelican (pelican-backend, contracting_process/field_level and
// resource_level), by their names, beyond those of TestRules.
var pelicanCases = slices.Concat([]ruleCase{
	coherent("coherent.period of enquiries", `"tender":{"id":"1","enquiryPeriod":`+upsides+`}`, "coherent.period /tender/enquiryPeriod"),
	coherent("coherent.period of the award", `"tender":{"id":"1","awardPeriod":`+upsides+`}`, "coherent.period /tender/awardPeriod"),
	coherent("coherent.period of the planned contract", `"tender":{"id":"1","contractPeriod":`+upsides+`}`, "coherent.period /tender/contractPeriod"),
	coherent("coherent.period of an award's contract", `"awards":[{"id":"1","contractPeriod":`+upsides+`}]`, "coherent.period /awards/0/contractPeriod"),
	coherent("coherent.period of a contract", `"awards":[{"id":"1"}],"contracts":[{"id":"1","awardID":"1","period":`+upsides+`}]`, "coherent.period /contracts/0/period"),
	coherent("a period that ends when it begins", `"tender":{"id":"1","tenderPeriod":{"startDate":`+before+`,"endDate":`+before+`}}`, ""),
	coherent("consistent.period_duration_in_days by maxExtentDate", `"tender":{"id":"1","tenderPeriod":{"startDate":"2019-01-01T00:00:00Z","maxExtentDate":"2019-01-11T00:00:00Z","durationInDays":11}}`, "consistent.period_duration_in_days /tender/tenderPeriod"),

	coherent("coherent.dates: the contract is planned to begin while bids are taken", `"tender":{"id":"1","tenderPeriod":{"endDate":`+later+`},"contractPeriod":{"startDate":`+before+`}}`, "coherent.dates /tender/contractPeriod"),
	coherent("coherent.dates: an award while bids are taken", `"tender":{"id":"1","tenderPeriod":{"endDate":`+later+`}},"awards":[{"id":"1","date":`+before+`}]`, "coherent.dates /awards/0"),
	coherent("coherent.dates: a signature while bids are taken", `"tender":{"id":"1","tenderPeriod":{"endDate":`+later+`}},"awards":[{"id":"1"}],"contracts":[{"id":"1","awardID":"1","dateSigned":`+before+`}]`, "coherent.dates /contracts/0"),
	coherent("coherent.dates: a signature before the award", `"awards":[{"id":"1","date":`+later+`}],"contracts":[{"id":"1","awardID":"1","dateSigned":`+before+`}]`, "coherent.dates /contracts/0"),
	coherent("coherent.dates: a payment before the signature", `"awards":[{"id":"1"}],"contracts":[{"id":"1","awardID":"1","dateSigned":`+later+`,"implementation":{"transactions":[{"id":"1","date":`+before+`}]}}]`, "coherent.dates /contracts/0/implementation/transactions/0"),
	coherent("coherent.dates: everything in its order, some of it on the same day", `"tender":{"id":"1","status":"complete","tenderPeriod":{"endDate":`+before+`},"contractPeriod":{"startDate":`+before+`}},"awards":[{"id":"1","date":`+before+`}],"contracts":[{"id":"1","awardID":"1","dateSigned":`+later+`,"implementation":{"transactions":[{"id":"1","date":`+later+`}]}}]`, ""),

	coherent("coherent.release_date: a signature", `"awards":[{"id":"1"}],"contracts":[{"id":"1","awardID":"1","dateSigned":`+future+`}]`, "coherent.release_date /contracts/0/dateSigned"),
	coherent("coherent.release_date: a payment", `"awards":[{"id":"1"}],"contracts":[{"id":"1","awardID":"1","implementation":{"transactions":[{"id":"1","date":`+future+`}]}}]`, "coherent.release_date /contracts/0/implementation/transactions/0/date"),
	coherent("coherent.documents_dates: documents of every section after the release", `"planning":{"documents":[{"id":"1","datePublished":`+future+`}]},"tender":{"id":"1","status":"complete","documents":[{"id":"1","dateModified":`+future+`}]},"awards":[{"id":"1","documents":[{"id":"1","datePublished":`+future+`}]}],"contracts":[{"id":"1","awardID":"1","documents":[{"id":"1","datePublished":`+future+`}],"implementation":{"documents":[{"id":"1","datePublished":`+future+`}]}}]`,
		"coherent.documents_dates /tender/documents/0/dateModified,coherent.documents_dates /planning/documents/0/datePublished,coherent.documents_dates /awards/0/documents/0/datePublished,coherent.documents_dates /contracts/0/documents/0/datePublished,coherent.documents_dates /contracts/0/implementation/documents/0/datePublished"),
	coherent("coherent.milestones_dates: milestones of every section after the release", `"planning":{"milestones":[{"id":"1","dateMet":`+future+`}]},"tender":{"id":"1","status":"complete","milestones":[{"id":"1","dateModified":`+future+`}]},"awards":[{"id":"1"}],"contracts":[{"id":"1","awardID":"1","milestones":[{"id":"1","dateMet":`+future+`}],"implementation":{"milestones":[{"id":"1","dateMet":`+future+`}]}}]`,
		"coherent.milestones_dates /tender/milestones/0/dateModified,coherent.milestones_dates /planning/milestones/0/dateMet,coherent.milestones_dates /contracts/0/milestones/0/dateMet,coherent.milestones_dates /contracts/0/implementation/milestones/0/dateMet"),
	coherent("a milestone that will be due may be due after the release", `"tender":{"id":"1","milestones":[{"id":"1","dueDate":`+future+`}]}`, ""),
	coherent("coherent.amendments_dates: an amendment before the tender", `"tender":{"id":"1","tenderPeriod":{"startDate":`+later+`},"amendments":[{"id":"1","date":`+before+`}]}`, "coherent.amendments_dates /tender/amendments/0"),
	coherent("coherent.amendments_dates: an amendment before the award", `"awards":[{"id":"1","date":`+later+`,"amendments":[{"id":"1","date":`+before+`}]}]`, "coherent.amendments_dates /awards/0/amendments/0"),
	coherent("coherent.amendments_dates: an amendment before the signature", `"awards":[{"id":"1"}],"contracts":[{"id":"1","awardID":"1","dateSigned":`+later+`,"amendments":[{"id":"1","date":`+before+`}]}]`, "coherent.amendments_dates /contracts/0/amendments/0"),
	coherent("coherent.amendments_dates: an amendment after the release", `"tender":{"id":"1","amendments":[{"id":"1","date":`+future+`}]}`, "coherent.amendments_dates /tender/amendments/0/date"),

	coherent("coherent.awards_status of an award whose contracts are others", `"awards":[{"id":"1","status":"pending"},{"id":"2","status":"unsuccessful"},{"id":"3","status":"active"}],"contracts":[{"id":"1","awardID":"3"}]`, ""),
	coherent("coherent.awards_status of a pending and of an unsuccessful award", `"awards":[{"id":"1","status":"pending"},{"id":"2","status":"unsuccessful"}],"contracts":[{"id":"1","awardID":"1"},{"id":"2","awardID":"2"}]`, "coherent.awards_status /awards/0,coherent.awards_status /awards/1"),
	coherent("coherent.contracts_status of a pending and of a cancelled contract", `"awards":[{"id":"1"}],"contracts":[{"id":"1","awardID":"1","status":"pending","implementation":{"transactions":[{"id":"1"}]}},{"id":"2","awardID":"1","status":"cancelled","implementation":{"transactions":[{"id":"1"}]}},{"id":"3","awardID":"1","status":"active","implementation":{"transactions":[{"id":"1"}]}}]`, "coherent.contracts_status /contracts/0,coherent.contracts_status /contracts/1"),
	coherent("coherent.milestone_status of a milestone that was not met", `"tender":{"id":"1","milestones":[{"id":"1","status":"notMet","dateMet":`+before+`},{"id":"2","status":"met","dateMet":`+before+`}]}`, "coherent.milestone_status /tender/milestones/0"),
	coherent("coherent.procurement_method_vs_number_of_tenderers with the tenderers listed", `"tender":{"id":"1","procurementMethod":"direct","tenderers":[{"id":"7"},{"id":"8"}]},"parties":[{"id":"7","roles":["tenderer"]},{"id":"8","roles":["tenderer"]}]`, "coherent.procurement_method_vs_number_of_tenderers /tender"),
	coherent("a direct procedure with one tenderer", `"tender":{"id":"1","procurementMethod":"direct","numberOfTenderers":1}`, ""),

	coherent("consistent.tender_value below half", `"planning":{"budget":{"amount":{"amount":49,"currency":"KZT"}}},"tender":{"id":"1","value":{"amount":100,"currency":"KZT"}}`, "consistent.tender_value /tender"),
	coherent("a budget of half the tender, and one in another currency", `"planning":{"budget":{"amount":{"amount":50,"currency":"KZT"}}},"tender":{"id":"1","value":{"amount":100,"currency":"KZT"}}`, ""),
	coherent("a budget in another currency", `"planning":{"budget":{"amount":{"amount":1,"currency":"USD"}}},"tender":{"id":"1","value":{"amount":100,"currency":"KZT"}}`, ""),
	coherent("consistent.contracts_value of several contracts of one award", `"awards":[{"id":"1","value":{"amount":100,"currency":"KZT"}}],"contracts":[{"id":"1","awardID":"1","value":{"amount":100,"currency":"KZT"}},{"id":"2","awardID":"1","value":{"amount":51,"currency":"KZT"}}]`, "consistent.contracts_value /awards/0"),

	coherent("number: negative durations and tenderers", `"tender":{"id":"1","numberOfTenderers":-1,"tenderPeriod":{"durationInDays":-2}}`, "number /tender/numberOfTenderers,number /tender/tenderPeriod/durationInDays"),
	coherent("document_description_length", `"tender":{"id":"1","documents":[{"id":"1","description":"`+strings.Repeat("ж", 251)+`"},{"id":"2","description":"`+strings.Repeat("ж", 250)+`"}]}`, "document_description_length /tender/documents/0/description"),
	coherent("telephone: a fax number", `"parties":[{"id":"1","contactPoint":{"faxNumber":"none","telephone":"+7 (7172) 70-50-00"}}]`, "telephone /parties/0/contactPoint/faxNumber"),
	coherent("language of a document", `"tender":{"id":"1","documents":[{"id":"1","language":"KK"},{"id":"2","language":"kk"}]}`, "language /tender/documents/0/language"),
	coherent("date_time: a signature of the next century", `"awards":[{"id":"1"}],"contracts":[{"id":"1","awardID":"1","period":{"endDate":"2119-01-01T00:00:00Z"}}]`, "date_time /contracts/0/period/endDate"),
	coherent("reference.contract_in_awards: two awards have the id", `"awards":[{"id":"1"},{"id":"1","title":"x"}],"contracts":[{"id":"1","awardID":"1"}]`, "unique-items /awards/1,reference.contract_in_awards /contracts/0"),
	coherent("reference.contract_in_awards: 1 is not \"1\"", `"awards":[{"id":1}],"contracts":[{"id":"1","awardID":"1"}]`, "reference.contract_in_awards /contracts/0"),
	coherent("reference.contract_in_awards: no awardID", `"awards":[{"id":"1"}],"contracts":[{"id":"1"}]`, "required /contracts/0,reference.contract_in_awards /contracts/0"),
}, statuses(), organisations())

// statuses: a tender of each status that cannot have an award.
func statuses() (cases []ruleCase) {
	for _, status := range []string{"planning", "planned", "active", "cancelled", "unsuccessful", "withdrawn"} {
		cases = append(cases,
			coherent("coherent.tender_status "+status+" with an award", `"tender":{"id":"1","status":"`+status+`"},"awards":[{"id":"1"}]`, "coherent.tender_status /tender/status"),
			coherent("coherent.tender_status "+status+" with a contract", `"tender":{"id":"1","status":"`+status+`"},"contracts":[{"id":"1","awardID":"1"}]`, "coherent.tender_status /tender/status,reference.contract_in_awards /contracts/0"),
			coherent("coherent.tender_status "+status+" alone", `"tender":{"id":"1","status":"`+status+`"}`, ""))
	}
	return append(cases, coherent("coherent.tender_status complete with an award", `"tender":{"id":"1","status":"complete"},"awards":[{"id":"1"}]`, ""))
}

// organisations: each reference to one, against parties that lack it, name it otherwise, or do not have it in
// that role; and a party with the role to which nothing refers.
func organisations() (cases []ruleCase) {
	for name, place := range map[string]struct{ role, at, fields string }{
		"buyer":            {"buyer", "/buyer", `"buyer":%`},
		"procuring_entity": {"procuringEntity", "/tender/procuringEntity", `"tender":{"id":"1","procuringEntity":%}`},
		"tenderer":         {"tenderer", "/tender/tenderers/0", `"tender":{"id":"1","tenderers":[%]}`},
		"supplier":         {"supplier", "/awards/0/suppliers/0", `"awards":[{"id":"1","suppliers":[%]}]`},
		"payer":            {"payer", "/contracts/0/implementation/transactions/0/payer", `"awards":[{"id":"1"}],"contracts":[{"id":"1","awardID":"1","implementation":{"transactions":[{"id":"1","payer":%}]}}]`},
		"payee":            {"payee", "/contracts/0/implementation/transactions/0/payee", `"awards":[{"id":"1"}],"contracts":[{"id":"1","awardID":"1","implementation":{"transactions":[{"id":"1","payee":%}]}}]`},
	} {
		with := func(o string) string { return strings.ReplaceAll(place.fields, "%", o) }
		party := func(role, more string) string { return `,"parties":[{"id":"7","roles":["` + role + `"]` + more + `}]` }
		cases = append(cases,
			coherent("reference."+name+"_in_parties: it is not there", with(`{"id":"7"}`), "reference."+name+"_in_parties "+place.at),
			coherent("reference."+name+"_in_parties: it has no id", with(`{"name":"A"}`), "reference."+name+"_in_parties "+place.at),
			coherent("reference."+name+"_in_parties: it is there twice", with(`{"id":"7"}`)+`,"parties":[{"id":"7","roles":["`+place.role+`"]},{"id":"7","roles":["`+place.role+`"]}]`, "unique-items /parties/1,reference."+name+"_in_parties "+place.at),
			coherent("reference."+name+"_in_parties: 7 is not \"7\"", with(`{"id":7}`)+party("enquirer", ""), "reference."+name+"_in_parties "+place.at),
			coherent("consistent."+name+"_name_in_parties", with(`{"id":"7","name":"A"}`)+party(place.role, `,"name":"B"`), "consistent."+name+"_name_in_parties "+place.at),
			coherent("consistent."+name+"_in_parties_roles", with(`{"id":"7"}`)+party("funder", ""), "consistent."+name+"_in_parties_roles "+place.at),
			coherent("the "+name+" is in parties", with(`{"id":"7","name":"A"}`)+party(place.role, `,"name":"A"`), ""))
		lonely := coherent("consistent.parties_roles of a "+name, `"parties":[{"id":"7","roles":["`+place.role+`"]}]`, "consistent.parties_roles /parties/0")
		if name == "buyer" {
			lonely.want = "" // Pelican leaves buyers out
		}
		cases = append(cases, lonely)
	}
	return cases
}

// Every check of lib-cove-ocds and of Pelican that is about one document, by its name: each is broken by a case above.
func TestEveryCheckHasACase(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range slices.Concat(ruleCases, pelicanCases) {
		for part := range strings.SplitSeq(c.want, ",") {
			rule, _, _ := strings.Cut(part, " ")
			seen[rule] = true
		}
	}
	want := strings.Fields(`
		json required type min-length min-items format pattern unique-items mixed-releases
		closed-codelist open-codelist additional-field deprecated-field empty-field ocid-prefix version
		repeated-member release-id compiled-tag record-ocid release-order
		date_time email telephone identifier_scheme document_description_length document_type document_format number language
		coherent.period coherent.dates coherent.release_date coherent.documents_dates coherent.milestones_dates coherent.amendments_dates
		coherent.procurement_method_vs_number_of_tenderers coherent.tender_status coherent.awards_status coherent.contracts_status coherent.milestone_status
		consistent.number_of_tenderers consistent.tender_value consistent.contracts_value consistent.contracts_implementation_transactions_value
		consistent.parties_roles consistent.period_duration_in_days reference.contract_in_awards`)
	for _, who := range []string{"buyer", "procuring_entity", "tenderer", "supplier", "payer", "payee"} {
		want = append(want, "reference."+who+"_in_parties", "consistent."+who+"_in_parties_roles", "consistent."+who+"_name_in_parties")
	}
	for _, rule := range want {
		if !seen[rule] {
			t.Errorf("no case breaks %s", rule)
		}
		delete(seen, rule)
	}
	delete(seen, "")
	if len(seen) > 0 {
		t.Errorf("the list lacks %v", slices.Sorted(maps.Keys(seen)))
	}
}

func TestADeprecatedFieldSaysSinceWhenAndWhy(t *testing.T) {
	t.Parallel()
	v, err := validate.New(validate.Options{OCIDPrefix: "ocds-zzzzzz"})
	if err != nil {
		t.Fatal(err)
	}
	found := v.Release([]byte(released(`"tender":{"id":"1","amendment":{"rationale":"x"}}`)))
	if len(found) != 2 || found[0].Rule != "deprecated-field" || !strings.Contains(found[0].Message, "since 1.1") || len(found[0].Message) < 60 {
		t.Errorf("%+v", found)
	}
	if found[1].Rule != "ocid-prefix" || !strings.Contains(found[1].Message, "ocds-zzzzzz") {
		t.Errorf("%+v", found)
	}
}
