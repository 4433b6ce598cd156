package goszakup_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/extractor/internal/goszakup"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

// recorded is an answer of the portal.
type recorded struct {
	status int // 0 is 200
	body   string
}

// misbehaviours are all that the portal is known to do wrong (docs/data/source-api.md):
// what it answered, one request after another and the last one from then on, and what
// is to come of it. The stand-in does the same on demand, and more (docs/stand-in.md).
var misbehaviours = []struct {
	name    string
	entity  source.Entity
	answers []recorded
	// want has a line for each object: id, process, date of change in UTC, body; for
	// each reject its rule; for each drift its kind and field; and the kind of error
	// that ends the walk.
	want []string
}{
	{"null instead of a list", source.Lots, []recorded{
		{0, `{"data":{"Lots":[{"id":5,"trdBuyNumberAnno":"7-1","Files":null},{"id":4,"trdBuyNumberAnno":"7-1","Files":[]}]},"extensions":{"pageInfo":{"limitPage":2,"totalCount":3,"hasNextPage":true,"lastId":4}}}`},
		// Nested lists that come as null are asked for once more.
		{0, `{"data":{"Lots":[{"id":5,"trdBuyNumberAnno":"7-1","Files":[{"id":1}]},{"id":4,"trdBuyNumberAnno":"7-1","Files":[]}]},"extensions":{"pageInfo":{"limitPage":2,"totalCount":3,"hasNextPage":true,"lastId":4}}}`},
		{0, `{"data":{"Lots":null},"extensions":{"pageInfo":{"limitPage":2,"totalCount":3,"hasNextPage":true,"lastId":0}}}`},
		{0, `{"data":{"Lots":[{"id":3,"trdBuyNumberAnno":"7-1","Files":[]}]},"extensions":{"pageInfo":{"limitPage":2,"totalCount":3,"hasNextPage":false,"lastId":3}}}`},
	}, []string{
		`5 t7 - {"Files":[{"id":1}],"id":5,"trdBuyNumberAnno":"7-1"}`, `4 t7 - {"Files":[],"id":4,"trdBuyNumberAnno":"7-1"}`, `3 t7 - {"Files":[],"id":3,"trdBuyNumberAnno":"7-1"}`,
	}},
	{"200 with an error body", source.Lots, []recorded{
		{0, `{"name":"Exception","message":"No alive nodes found in your cluster","code":0,"status":500}`},
		{0, `{"error":"Внутренняя ошибка сервиса","code":500}`},
		{0, `{"errors":[{"message":"Internal server error"}],"data":null}`},
		{0, `{"data":{"Lots":[{"id":1,"trdBuyNumberAnno":"7-1"}]},"extensions":{"pageInfo":{"limitPage":200,"totalCount":1,"hasNextPage":false,"lastId":1}}}`},
	}, []string{`1 t7 - {"id":1,"trdBuyNumberAnno":"7-1"}`}},
	{"404 for a bad token", source.Lots, []recorded{
		{http.StatusNotFound, `{"name":"Not Found","message":"Invalid Route","code":0,"status":404}`},
	}, []string{"unauthorised"}},
	{"hasNextPage that lies", source.Lots, []recorded{
		{0, `{"data":{"Lots":[{"id":5,"trdBuyNumberAnno":"7-1"},{"id":4,"trdBuyNumberAnno":"7-1"}]},"extensions":{"pageInfo":{"limitPage":2,"totalCount":4,"hasNextPage":false,"lastId":4}}}`},
		{0, `{"data":{"Lots":[{"id":3,"trdBuyNumberAnno":"7-1"},{"id":2,"trdBuyNumberAnno":"7-1"}]},"extensions":{"pageInfo":{"limitPage":2,"totalCount":4,"hasNextPage":true,"lastId":2}}}`},
		{0, `{"data":{"Lots":null},"extensions":{"pageInfo":{"limitPage":2,"totalCount":4,"hasNextPage":false,"lastId":0}}}`},
	}, []string{`5 t7 - {"id":5,"trdBuyNumberAnno":"7-1"}`, `4 t7 - {"id":4,"trdBuyNumberAnno":"7-1"}`, `3 t7 - {"id":3,"trdBuyNumberAnno":"7-1"}`, `2 t7 - {"id":2,"trdBuyNumberAnno":"7-1"}`}},
	{"a cursor that stands still", source.Lots, []recorded{
		{0, `{"data":{"Lots":[{"id":5,"trdBuyNumberAnno":"7-1"},{"id":4,"trdBuyNumberAnno":"7-1"}]},"extensions":{"pageInfo":{"limitPage":2,"totalCount":9,"hasNextPage":true,"lastId":4}}}`},
	}, []string{`5 t7 - {"id":5,"trdBuyNumberAnno":"7-1"}`, `4 t7 - {"id":4,"trdBuyNumberAnno":"7-1"}`, "internal"}},
	{"microseconds", source.TrdBuy, []recorded{
		{0, `{"data":{"TrdBuy":[{"id":4,"numberAnno":"3-1","lastUpdateDate":"2026-07-24 15:30:24.884000"}]},"extensions":{"pageInfo":{"limitPage":200,"totalCount":1,"hasNextPage":false,"lastId":4}}}`},
	}, []string{`4 t3 2026-07-24T10:30:24.884Z {"id":4,"lastUpdateDate":"2026-07-24 15:30:24.884000","numberAnno":"3-1"}`}},
	{"HTML entities", source.TrdBuy, []recorded{
		{0, `{"data":{"TrdBuy":[{"id":4,"numberAnno":"3-1 ","nameRu":"ТОО &quot;А&quot; &amp; Ко  "}]},"extensions":{"pageInfo":{"limitPage":200,"totalCount":1,"hasNextPage":false,"lastId":4}}}`},
	}, []string{`4 t3 - {"id":4,"nameRu":"ТОО &quot;А&quot; &amp; Ко  ","numberAnno":"3-1 "}`}},
	{"numbers as strings", source.Contract, []recorded{
		{0, `{"data":{"Contract":[{"id":"8","trdBuyId":"17","trdBuyNumberAnno":"3-1","contractSum":"624991.070"}]},"extensions":{"pageInfo":{"limitPage":"200","totalCount":"1","hasNextPage":false,"lastId":"8"}}}`},
	}, []string{`8 t3 - {"contractSum":"624991.070","id":"8","trdBuyId":"17","trdBuyNumberAnno":"3-1"}`}},
	{"zero for none", source.Contract, []recorded{
		{0, `{"data":{"Contract":[{"id":9,"trdBuyId":0,"trdBuyNumberAnno":null,"rootId":0},{"id":8,"trdBuyId":0,"rootId":6}]},"extensions":{"pageInfo":{"limitPage":200,"totalCount":2,"hasNextPage":false,"lastId":8}}}`},
	}, []string{`9 c9 - {"id":9,"rootId":0,"trdBuyId":0,"trdBuyNumberAnno":null}`, `8 c6 - {"id":8,"rootId":6,"trdBuyId":0}`}},
	// Kept as they came: what they mean is found by their ids.
	{"Cyrillic look-alike codes", source.Lots, []recorded{
		{0, `{"data":{"Lots":[{"id":1,"trdBuyNumberAnno":"7-1","RefLotsStatus":{"code":"РubliсationAccepted"}}]},"extensions":{"pageInfo":{"limitPage":200,"totalCount":1,"hasNextPage":false,"lastId":1}}}`},
	}, []string{`1 t7 - {"RefLotsStatus":{"code":"РubliсationAccepted"},"id":1,"trdBuyNumberAnno":"7-1"}`}},
	{"empty next_page", source.TreasuryPay, []recorded{
		{0, `{"total":3,"limit":2,"next_page":"","items":[{"id":9,"contract_id":5},{"id":8,"contract_id":5}]}`},
		{0, `{"total":3,"limit":2,"next_page":"","items":[{"id":7,"contract_id":5}]}`},
	}, []string{`9 - - {"contractId":5,"id":9}`, `8 - - {"contractId":5,"id":8}`, `7 - - {"contractId":5,"id":7}`}},
	{"missing /v3 prefix", source.TreasuryPay, []recorded{
		{0, `{"total":3,"limit":2,"next_page":"/treasury-pay?page=next&search_after=8","items":[{"id":9,"contract_id":5},{"id":8,"contract_id":5}]}`},
		{0, `{"total":3,"limit":2,"next_page":"","items":[{"id":7,"contract_id":5}]}`},
	}, []string{`9 - - {"contractId":5,"id":9}`, `8 - - {"contractId":5,"id":8}`, `7 - - {"contractId":5,"id":7}`}},
	// The store keeps an object once, however often it comes (TestRepeatedRows… of the
	// extractor).
	{"repeated rows across pages", source.Lots, []recorded{
		{0, `{"data":{"Lots":[{"id":5,"trdBuyNumberAnno":"7-1"},{"id":4,"trdBuyNumberAnno":"7-1"}]},"extensions":{"pageInfo":{"limitPage":2,"totalCount":3,"hasNextPage":true,"lastId":4}}}`},
		{0, `{"data":{"Lots":[{"id":4,"trdBuyNumberAnno":"7-1"},{"id":3,"trdBuyNumberAnno":"7-1"}]},"extensions":{"pageInfo":{"limitPage":2,"totalCount":3,"hasNextPage":false,"lastId":3}}}`},
		{0, `{"data":{"Lots":null},"extensions":{"pageInfo":{"limitPage":2,"totalCount":3,"hasNextPage":false,"lastId":0}}}`},
	}, []string{`5 t7 - {"id":5,"trdBuyNumberAnno":"7-1"}`, `4 t7 - {"id":4,"trdBuyNumberAnno":"7-1"}`, `4 t7 - {"id":4,"trdBuyNumberAnno":"7-1"}`, `3 t7 - {"id":3,"trdBuyNumberAnno":"7-1"}`}},
	{"schema drift: an unknown field", source.Lots, []recorded{
		{0, `{"data":{"Lots":[{"id":1,"trdBuyNumberAnno":"7-1","noveltySign":1}]},"extensions":{"pageInfo":{"limitPage":200,"totalCount":1,"hasNextPage":false,"lastId":1}}}`},
	}, []string{`1 t7 - {"id":1,"noveltySign":1,"trdBuyNumberAnno":"7-1"}`, "unknown noveltySign"}},
	{"schema drift: a vanished field", source.Lots, []recorded{
		{0, `{"errors":[{"message":"Cannot query field \"psdSign\" on type \"Lots\".","locations":[]}],"data":null}`},
		{0, `{"data":{"Lots":[{"id":1,"trdBuyNumberAnno":"7-1"}]},"extensions":{"pageInfo":{"limitPage":200,"totalCount":1,"hasNextPage":false,"lastId":1}}}`},
	}, []string{`1 t7 - {"id":1,"trdBuyNumberAnno":"7-1"}`, "vanished psdSign"}},
}

func TestEveryMisbehaviourOfThePortal(t *testing.T) {
	t.Parallel()
	for _, m := range misbehaviours {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			n := 0
			client := portal(t, func(w http.ResponseWriter, _ call) {
				mu.Lock()
				a := m.answers[min(n, len(m.answers)-1)]
				n++
				mu.Unlock()
				if a.status != 0 {
					w.WriteHeader(a.status)
				}
				io.WriteString(w, a.body) //nolint:errcheck // a client that has gone is nobody's fault
			}, func(c *goszakup.Config) { c.PageREST = 2 })
			if got := outcome(t, client, m.entity); !slices.Equal(got, m.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(m.want, "\n"))
			}
			if n < len(m.answers) {
				t.Errorf("%d of %d answers were asked for", n, len(m.answers))
			}
		})
	}
}

// outcome is what a walk comes to, as misbehaviours have it.
func outcome(t *testing.T, c *goszakup.Client, e source.Entity) []string {
	t.Helper()
	var list, drifts []string
	w := document.Walk{Entity: e}
	for range 10 {
		p, err := c.Page(t.Context(), w)
		if err != nil {
			return append(list, fmt.Sprint(fault.KindOf(err)))
		}
		for _, d := range p.Documents {
			process, changed := string(d.Process), "-"
			if process == "" {
				process = "-"
			}
			if !d.ChangedAt.IsZero() {
				changed = d.ChangedAt.UTC().Format("2006-01-02T15:04:05.999Z07:00")
			}
			list = append(list, fmt.Sprintf("%s %s %s %s", d.ID, process, changed, d.Body))
		}
		for _, r := range p.Rejects {
			list = append(list, r.Rule)
		}
		for _, d := range p.Drift {
			drifts = append(drifts, d.Kind+" "+d.Field)
		}
		if p.End {
			return append(list, drifts...)
		}
		w.After = p.Next
	}
	t.Fatal("the walk does not end")
	return nil
}
