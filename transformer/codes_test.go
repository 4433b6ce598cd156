package transformer

import (
	"fmt"
	"testing"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/proto/transformation"
)

// form is a contract without announcement, with a form of contract.
func form(id, form int) string {
	return fmt.Sprintf(`{"id":%d,"rootId":%d,"contractNumber":"1/%d","refContractStatusId":190,"refContractTypeId":1,"refContractAgrFormId":%d,"supplierBiin":"990140000017","customerBin":"990140000017",
		"contractSum":1000,"contractSumWnds":1000,"signDate":"2026-03-02 10:00:00","crdate":"2026-03-01 10:00:00","lastUpdateDate":"2026-03-02 10:00:00","finYear":2026,"ContractUnits":[]}`, id, id, id, form)
}

func TestDictionariesOfTheSourceCompleteTheCodeLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	contract := func(batch int64, id, number int) {
		w.store(batch, source.Contract, fmt.Sprint(id), process.Key(fmt.Sprintf("c%d", id)), day, form(id, number))
	}
	row := func(batch int64, id, body string) { w.store(batch, source.Reference, id, "", time.Time{}, body) }
	unknown := func() string {
		t.Helper()
		var s string
		if err := w.pool.QueryRow(t.Context(), `select coalesce(string_agg(process_key || ' ' || value, ', ' order by process_key), '') from ocds.finding_v1 where rule = 'source.code.unknown'`).Scan(&s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	codes := func(list string) string {
		t.Helper()
		answer, err := w.service.codeLists(t.Context(), transformation.CodesRequest{List: list})
		if err != nil {
			t.Fatal(err)
		}
		var s string
		for _, c := range answer.Codes {
			if c.Batch > 0 {
				s += fmt.Sprintf("%s/%s %s|%s|%s %d%v;", c.List, c.Code, c.Title["en"], c.Title["ru"], c.Title["kk"], c.Batch, c.Untranslated)
			}
		}
		return s
	}
	contract(1, 901, 77)
	contract(1, 902, 78)
	row(1, "ref_contract_agr_form/2", `{"id":2,"code":"Nontypical","nameRu":"Нетиповая форма"}`)
	w.run(1, w.service)
	if got := unknown(); got != "c901 contractForm/77, c902 contractForm/78" {
		t.Errorf("before the dictionary has it: %q", got)
	}
	if got := codes(""); got != "" {
		t.Errorf("the code lists have what the program has: %q", got)
	}
	before := w.content()

	// The dictionary learns a form: who was reported for it is looked at again, and
	// who comes with it is not reported. What a row of another dictionary says, or
	// one without a name, counts nothing.
	row(2, "ref_contract_agr_form/77", `{"id":77,"code":"OutsidePortal","nameRu":"Вне портала","nameKz":"Порталдан тыс"}`)
	row(2, "ref_contract_agr_form/78", `{"id":78,"nameRu":""}`)
	row(2, "ref_finsource/78", `{"id":78,"code":"78","nameRu":"Иное"}`)
	contract(2, 903, 77)
	w.run(2, w.service)
	if got := unknown(); got != "c902 contractForm/78" {
		t.Errorf("after the dictionary has it: %q", got)
	}
	if got, want := codes("contractForm"), "contractForm/77 Outside the portal|Вне портала|Порталдан тыс 2[];"; got != want {
		t.Errorf("codes %q, want %q", got, want)
	}
	if got, want := codes(""), "contractForm/77 Outside the portal|Вне портала|Порталдан тыс 2[];fundingSource/78 Иное|Иное|Иное 2[kk en];"; got != want {
		t.Errorf("codes %q, want %q", got, want)
	}
	for _, ocid := range []string{"ocds-kz0000-c901", "ocds-kz0000-c902", "ocds-kz0000-c903"} {
		if got := w.releases(ocid); len(got) != 1 {
			t.Errorf("%s has %d releases, want the one it had: dictionaries make none", ocid, len(got))
		}
	}
	w.exec(`delete from ocds.release where ocid = 'ocds-kz0000-c903'`)
	w.exec(`delete from ocds.record where ocid = 'ocds-kz0000-c903'`)
	if got := w.content(); got != before {
		t.Error("what is published changed with a dictionary")
	}

	// A dictionary changes a wording, and has a status that the standard's closed list
	// has no code for: the list tells the newest wording, and what waits for whom.
	row(3, "ref_finsource/78", `{"id":78,"code":"78","nameRu":"Прочее","nameKz":"Өзге"}`)
	row(3, "ref_buy_status/777", `{"id":777,"code":"OnHold","nameRu":"На удержании","nameKz":"Ұсталуда"}`)
	contract(3, 904, 77)
	w.run(3, w.service)
	if got, want := codes(""), "contractForm/77 Outside the portal|Вне портала|Порталдан тыс 2[];fundingSource/78 Прочее|Прочее|Өзге 2[en];tenderStatusDetails/777 On hold|На удержании|Ұсталуда 3[en];"; got != want {
		t.Errorf("codes %q, want %q", got, want)
	}
	answer, err := w.service.codeLists(t.Context(), transformation.CodesRequest{List: "tenderStatusDetails"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range answer.Codes {
		if undecided := c.Code == "777"; c.Undecided != undecided || (c.Standard == "") != undecided {
			t.Errorf("tenderStatusDetails/%s stands for %q, undecided %t", c.Code, c.Standard, c.Undecided)
		}
	}
	var wordings string
	if err := w.pool.QueryRow(t.Context(), `select string_agg(batch || ' ' || title_ru, ', ' order by batch) from ocds.code_v2 where list = 'fundingSource'`).Scan(&wordings); err != nil || wordings != "2 Иное, 3 Прочее" {
		t.Errorf("wordings %q, %v", wordings, err)
	}
	w.exec(`delete from ocds.release where ocid = 'ocds-kz0000-c904'`)
	w.exec(`delete from ocds.record where ocid = 'ocds-kz0000-c904'`)

	// Another transformer tells the same of the same documents.
	other := w.replica()
	w.empty()
	w.mark(3)
	w.run(3, other)
	if got := unknown(); got != "c902 contractForm/78" {
		t.Errorf("told anew: %q", got)
	}
	if _, err := w.service.codeLists(t.Context(), transformation.CodesRequest{List: "colours"}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a list that is none: %v", err)
	}
}
