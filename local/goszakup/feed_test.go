package goszakup_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kzocds/kzocds/local/goszakup"
)

// feedRows follows a feed to its end and gives its rows by id, as often as they
// came.
func (p portal) feedRows(path, list string, limit int) (rows map[string][]map[string]any, pages int) {
	p.t.Helper()
	rows = map[string][]map[string]any{}
	next := fmt.Sprintf("%s?limit=%d", path, limit)
	for next != "" {
		page := p.rest(next)
		pages++
		for _, r := range page[list].([]any) {
			m := r.(map[string]any)
			id := m["id"].(string)
			rows[id] = append(rows[id], m)
		}
		if page["next_page"] == nil {
			return rows, pages
		}
		u, err := url.Parse(page["next_page"].(map[string]any)["uri"].(string))
		if err != nil {
			p.t.Fatal(err)
		}
		following := u.RequestURI() + fmt.Sprintf("&limit=%d", limit)
		if following == next {
			return rows, -pages // the next page is this one
		}
		next = following
	}
	return rows, pages
}

func TestOlderFeedsGiveEveryProcessInTheOrderOfItsChange(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 600, Seed: 1})
	w := p.server.World()
	generated := func(e goszakup.Entity) (n int) {
		for id := range w.Documents(e) {
			if id >= bases[e] {
				n++
			}
		}
		return n
	}
	tenders, pages := p.feedRows("/ocds", "releases", 50)
	if pages < 3 {
		t.Errorf("%d pages", pages)
	}
	numbers := map[string]bool{}
	for _, list := range tenders {
		for _, r := range list {
			if !strings.HasPrefix(r["ocid"].(string), "ocds-0kz000-") || r["parties"] == nil {
				t.Fatalf("%v", r)
			}
			numbers[r["tender"].(map[string]any)["tenderNumber"].(string)] = true
		}
	}
	for _, d := range documents(t, w, goszakup.TrdBuy) {
		if integer(t, d["id"]) >= bases[goszakup.TrdBuy] && !numbers[d["numberAnno"].(string)] {
			t.Errorf("no release of %v", d["numberAnno"])
		}
	}
	contracts, _ := p.feedRows("/ocds-contract", "contracts", 100)
	if len(contracts) < generated(goszakup.Contract) {
		t.Errorf("%d contracts, the register has %d", len(contracts), generated(goszakup.Contract))
	}
	plans, _ := p.feedRows("/ocds-plan", "plans", 100)
	if len(plans) < generated(goszakup.Plans) {
		t.Errorf("%d plan points, the register has %d", len(plans), generated(goszakup.Plans))
	}
}

func TestOlderFeedsCarryWhatTheNewerAPILacks(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 3000, Seed: 1})
	found := map[string]bool{}
	tenders, _ := p.feedRows("/ocds", "releases", 500)
	for _, list := range tenders {
		r := list[0]
		tender := r["tender"].(map[string]any)
		for _, e := range tender["enquiries"].([]any) {
			if e.(map[string]any)["answer"] != nil {
				found["answered enquiry"] = true
			}
		}
		for _, l := range tender["lots"].([]any) {
			buyers := map[any]bool{}
			for _, point := range l.(map[string]any)["lotPoints"].([]any) {
				buyers[point.(map[string]any)["buyer"].(map[string]any)["id"]] = true
			}
			found["lot of several buyers"] = found["lot of several buyers"] || len(buyers) > 1
		}
		found["non-price evaluation"] = found["non-price evaluation"] || r["nonPriceEvaluation"] != nil
		if bids, ok := r["bids"].(map[string]any); ok {
			for _, b := range bids["details"].([]any) {
				b := b.(map[string]any)
				found["reason of disqualification"] = found["reason of disqualification"] || len(b["disqualificationReasonsArticle"].([]any)) > 0
				found["corrected bid"] = found["corrected bid"] || b["correctionAttempt"] == "true"
			}
		}
		if complaints, ok := r["complaints"].([]any); ok {
			for _, c := range complaints {
				found["decided complaint"] = found["decided complaint"] || len(c.(map[string]any)["rationale"].([]any)) > 0
			}
		}
	}
	contracts, _ := p.feedRows("/ocds-contract", "contracts", 500)
	for _, list := range contracts {
		found["transaction"] = found["transaction"] || len(list[0]["implementation"].(map[string]any)["transactions"].([]any)) > 0
	}
	for _, what := range []string{"answered enquiry", "lot of several buyers", "non-price evaluation", "reason of disqualification", "corrected bid", "decided complaint", "transaction"} {
		if !found[what] {
			t.Errorf("no %s", what)
		}
	}
}

func TestRowsOfOneInstantMakeAFeedLeadToItself(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 3000, Seed: 1, Faults: goszakup.Faults{Kinds: []string{"still-offset"}}})
	if _, pages := p.feedRows("/ocds-plan", "plans", 2); pages > 0 {
		t.Errorf("two rows a page come to an end after %d pages", pages)
	}
	if _, pages := p.feedRows("/ocds-plan", "plans", 500); pages < 0 {
		t.Error("a limit above the rows of a day does not help")
	}
}

func TestPersonalDataThatIsServedIsListed(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 1000, Seed: 1})
	kinds := map[string]int{}
	for _, d := range p.server.World().Personal() {
		kinds[d.Kind]++
		if d.Kind == "iin" && d.Value[2:6] != "0230" && d.Value[2:6] != "0431" {
			t.Errorf("IIN %s could be somebody's", d.Value)
		}
	}
	for _, k := range []string{"name", "proprietor", "iin", "phone", "email", "account", "text"} {
		if kinds[k] == 0 {
			t.Errorf("no %s in %v", k, kinds)
		}
	}
}

func TestTheHistoryModeOfAFeedEndsWithThePresentState(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 200, Seed: 1})
	for path, list := range map[string]string{"/ocds": "releases", "/ocds-contract": "contracts", "/ocds-plan": "plans"} {
		key := func(r map[string]any) string {
			if tender, ok := r["tender"].(map[string]any); ok {
				return tender["id"].(string)
			}
			return r["id"].(string)
		}
		read := func(mode string) (states map[string]string, rows int) {
			states = map[string]string{}
			page := p.rest(path + "?limit=5000" + mode)
			for page != nil {
				for _, i := range page[list].([]any) {
					r := i.(map[string]any)
					states[key(r)] = fmt.Sprint(r)
					rows++
				}
				next, ok := page["next_page"].(map[string]any)
				page = nil
				if ok {
					u, err := url.Parse(next["uri"].(string))
					if err != nil {
						t.Fatal(err)
					}
					page = p.rest(u.RequestURI() + "&limit=5000")
				}
			}
			return states, rows
		}
		now, rows := read("")
		ever, all := read("&mode=_all_")
		if all <= rows || len(now) != len(ever) {
			t.Errorf("%s: %d states of %d rows, history %d states of %d rows", path, len(now), rows, len(ever), all)
		}
		for id, state := range now {
			if ever[id] != state {
				t.Errorf("%s %s ends as\n%s\nand is\n%s", path, id, ever[id], state)
			}
		}
	}
}

func TestRegistersMayBeBehindTheJournal(t *testing.T) {
	t.Parallel()
	p := start(t, goszakup.Options{Scale: 6000, Seed: 1})
	late := start(t, goszakup.Options{Scale: 6000, Seed: 1, Faults: goszakup.Faults{Kinds: []string{"index-delay"}}})
	for range 20 { // until something came into being in the last hours
		p.server.Advance(5 * time.Hour)
		late.server.Advance(5 * time.Hour)
		newest := p.rest("/v3/lots?limit=1")["items"].([]any)[0].(map[string]any)["id"]
		if late.rest("/v3/lots?limit=1")["items"].([]any)[0].(map[string]any)["id"] == newest {
			continue
		}
		if fmt.Sprint(p.rest("/v3/journal?date_from=2026-10-01")) != fmt.Sprint(late.rest("/v3/journal?date_from=2026-10-01")) {
			t.Error("the journal is behind too")
		}
		return
	}
	t.Error("no lot came into being in a hundred hours, or the registers are not behind")
}

func TestFeedsSufferTheFaultsOfPages(t *testing.T) {
	t.Parallel()
	sound := start(t, goszakup.Options{Scale: 300, Seed: 1})
	whole := sound.rest("/ocds?limit=20")
	rowsOf := func(page map[string]any) []any { list, _ := page["releases"].([]any); return list }
	want := rowsOf(whole)
	for kind, shows := range map[string]func(page map[string]any) bool{
		"repeated-rows": func(p map[string]any) bool {
			r := rowsOf(p)
			return len(r) == 21 && fmt.Sprint(r[0]) == fmt.Sprint(r[20])
		},
		"reordered-rows":  func(p map[string]any) bool { return fmt.Sprint(rowsOf(p)[19]) == fmt.Sprint(want[0]) },
		"null-page":       func(p map[string]any) bool { return p["releases"] == nil && p["next_page"] != nil },
		"empty-next-page": func(p map[string]any) bool { return p["next_page"] == nil },
		"still-cursor":    func(p map[string]any) bool { return fmt.Sprint(p["next_page"]) != fmt.Sprint(whole["next_page"]) },
		"numbers-as-strings": func(p map[string]any) bool {
			_, text := rowsOf(p)[0].(map[string]any)["tender"].(map[string]any)["subStatus"].(string)
			return text
		},
	} {
		p := start(t, goszakup.Options{Scale: 300, Seed: 1, Faults: goszakup.Faults{Kinds: []string{kind}}})
		page := p.rest("/ocds?limit=20")
		if next, ok := page["next_page"].(map[string]any); ok { // of another server
			next["uri"] = nil
		}
		if next, ok := whole["next_page"].(map[string]any); ok {
			next["uri"] = nil
		}
		if !shows(page) {
			t.Errorf("%s: %.500v", kind, page)
		}
	}
	p := start(t, goszakup.Options{Scale: 300, Seed: 1, Faults: goszakup.Faults{Kinds: []string{"has-next-lie"}}})
	if page := p.rest("/ocds?limit=5000"); page["next_page"] == nil {
		t.Error("the last page does not lie")
	}
}
