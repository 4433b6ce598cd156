package goszakup

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

// Dictionaries lists the dictionaries that are read, in this order.
func Dictionaries() []string {
	return []string{
		"ref_abp", "ref_amendm_agreem_justif", "ref_amendment_agreem_type", "ref_budget_type", "ref_buy_lot_reject_reason",
		"ref_buy_status", "ref_comm_roles", "ref_contract_agr_form", "ref_contract_cancel", "ref_contract_status",
		"ref_contract_type", "ref_contract_year_type", "ref_countries", "ref_currency", "ref_ekrb", "ref_finsource",
		"ref_fkrb_program", "ref_fkrb_subprogram", "ref_justification", "ref_kato", "ref_lots_status", "ref_months",
		"ref_pln_point_status", "ref_po_st", "ref_point_type", "ref_reason", "ref_subject_type", "ref_trade_methods",
		"ref_type_trade", "ref_units",
	}
}

// dictionaryPath is below what dictionaries are listed.
const dictionaryPath = "/v3/refs/"

// restPage is the envelope of a REST list.
type restPage struct {
	Total    flexible          `json:"total"`
	Limit    flexible          `json:"limit"`
	NextPage string            `json:"next_page"`
	Items    []json.RawMessage `json:"items"`
}

// decodeList reads a REST list.
func decodeList(body []byte) (restPage, error) {
	var p struct {
		restPage
		Items *[]json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return restPage{}, fault.Wrap(fault.Unavailable, err, "the source's answer is no complete JSON list: %v", err)
	}
	if p.Items != nil {
		p.restPage.Items = *p.Items
		return p.restPage, nil
	}
	// Some lists of one come bare (reference of the API, section 2).
	var bare struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(body, &bare) == nil && len(bare.ID) > 0 && string(bare.ID) != "null" {
		p.restPage.Items, p.Total = []json.RawMessage{slices.Clone(body)}, 1
	}
	return p.restPage, nil
}

// searchAfter is the cursor in a next_page link. Nothing else of the link is
// used: its path lacks the version at times and names another service at others.
func searchAfter(next string) string {
	_, query, ok := strings.Cut(next, "?")
	if !ok {
		return ""
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return ""
	}
	return values.Get("search_after")
}

// list reads one page of a REST list. One that is empty although the list is not
// is asked for once more.
func (c *Client) list(ctx context.Context, path, after string, limit int) (restPage, answer, error) {
	p, got, err := c.listOnce(ctx, path, after, limit)
	if err == nil && len(p.Items) == 0 && p.Total > 0 {
		p, got, err = c.listOnce(ctx, path, after, limit)
	}
	if err == nil && len(p.Items) == 0 && p.Total > 0 && after == "" {
		return p, got, fault.New(fault.Unavailable, "the source says that %s has %d rows and gives none", path, p.Total)
	}
	return p, got, err
}

func (c *Client) listOnce(ctx context.Context, path, after string, limit int) (restPage, answer, error) {
	query := url.Values{"limit": {fmt.Sprint(limit)}}
	if after != "" {
		query.Set("page", "next")
		query.Set("search_after", after)
	}
	var p restPage
	var got answer
	mark := "?"
	if strings.Contains(path, mark) {
		mark = "&"
	}
	err := c.send(ctx, "GET", path+mark+query.Encode(), nil, func(a answer) error {
		var err error
		got = a
		p, err = decodeList(a.body)
		return err
	})
	return p, got, err
}

// dictionaryPage reads one page of the walk through all dictionaries. The cursor
// is "<dictionary>/<last key>".
func (c *Client) dictionaryPage(ctx context.Context, w document.Walk) (document.Page, error) {
	names := Dictionaries()
	name, after, _ := strings.Cut(w.After, "/")
	at := 0
	if w.After != "" {
		for at < len(names) && names[at] != name {
			at++
		}
		if at == len(names) {
			return document.Page{}, fault.New(fault.Invalid, "no dictionary %q", name).At("cursor")
		}
	}
	name = names[at]
	var page document.Page
	p, got, err := c.list(ctx, dictionaryPath+name, after, c.cfg.PageREST)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		// The portal withdraws dictionaries (ref_enstru in 2026). Their rows
		// stay as they were read last.
		c.log.WarnContext(ctx, "the source has no such dictionary any more", "dictionary", name, "error", err)
	case err != nil:
		return document.Page{}, err
	}
	if after == "" {
		page.Total = int64(p.Total) // once for each dictionary, so that totals add up
	}
	page.Part = true
	now := time.Now()
	for i, raw := range p.Items {
		d, reject := c.row(name, raw, fmt.Sprintf("/items/%d", i), got.url, now)
		if reject != nil {
			page.Rejects = append(page.Rejects, *reject)
			continue
		}
		page.Documents = append(page.Documents, d)
	}
	// The list gives its own cursor; the smallest key is the safe one, because a
	// page may come in another order than promised and its link may be empty.
	next := searchAfter(p.NextPage)
	if lowest := smallest(page.Documents, name); lowest != "" && (next != "" || len(p.Items) >= c.cfg.PageREST) {
		next = lowest
	}
	if next != "" && next == after && len(p.Items) > 0 {
		return document.Page{}, fault.New(fault.Internal, "the source's cursor stands still: %s after %q leads to itself", name, after)
	}
	switch {
	case next != "" && len(p.Items) > 0:
		page.Next = name + "/" + next
	case at+1 < len(names):
		page.Next = names[at+1] + "/"
	default:
		page.End = true
	}
	return page, nil
}

// dictionaryRows reads rows by their ids: their dictionaries are walked once more. One
// that its dictionary does not list is not there; a dictionary that lists nothing
// readable, or rows that cannot be read, says nothing of its rows.
func (c *Client) dictionaryRows(ctx context.Context, w document.Walk) (document.Page, error) {
	page := document.Page{End: true}
	for _, name := range Dictionaries() {
		asked := map[string]bool{}
		for _, id := range w.IDs {
			if strings.HasPrefix(id, name+"/") {
				asked[id] = true
			}
		}
		if len(asked) == 0 {
			continue
		}
		listed, unread := 0, 0
		for at := (document.Walk{Entity: w.Entity, After: name + "/"}); strings.HasPrefix(at.After, name+"/"); {
			p, err := c.dictionaryPage(ctx, at)
			if err != nil {
				return page, err
			}
			for _, d := range p.Documents {
				if asked[d.ID] {
					delete(asked, d.ID)
					page.Documents = append(page.Documents, d)
				}
			}
			listed, unread, at.After = listed+len(p.Documents), unread+len(p.Rejects), p.Next
		}
		if listed > 0 && unread == 0 {
			page.Missing = append(page.Missing, slices.Sorted(maps.Keys(asked))...)
		}
	}
	return page, nil
}

// smallest is the smallest key of a page of a dictionary: by number if all keys
// are numbers, else by their letters.
func smallest(rows []document.Document, dictionary string) string {
	if len(rows) == 0 {
		return ""
	}
	keys := make([]string, len(rows))
	numbers := true
	for i := range rows {
		keys[i] = strings.TrimPrefix(rows[i].ID, dictionary+"/")
		_, err := strconv.ParseInt(keys[i], 10, 64)
		numbers = numbers && err == nil
	}
	return slices.MinFunc(keys, func(a, b string) int {
		if numbers && len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
}

// row makes a document of a dictionary row. Its names are brought into the form
// of GraphQL, so that one entity has one shape whichever way it came.
func (c *Client) row(dictionary string, raw []byte, pointer, at string, now time.Time) (document.Document, *document.Reject) {
	reject := func(rule, deeper, message string) *document.Reject {
		return &document.Reject{Entity: source.Reference, Rule: rule, Pointer: pointer + deeper, Message: message, Raw: raw, URL: at, At: now}
	}
	body, bad := canonicalREST(raw)
	if bad != nil {
		return document.Document{}, reject(bad.Rule, bad.Pointer, bad.Message)
	}
	if body[0] != '{' {
		return document.Document{}, reject(RuleShape, "", "a record is an object, this is none")
	}
	key := first(body.Text("id"), body.Text("code"))
	if key == "" || len(key) > 100 {
		return document.Document{}, reject(RuleID, "", "the row has neither id nor code")
	}
	return document.Document{
		Entity: source.Reference, ID: dictionary + "/" + key, Hash: document.HashOf(body), FetchedAt: now, Body: body,
		URL: c.base + dictionaryPath + dictionary + "/" + url.PathEscape(key),
	}, nil
}

func (c *Client) dictionaryTotal(ctx context.Context) (int64, error) {
	var sum int64
	for _, name := range Dictionaries() {
		p, _, err := c.list(ctx, dictionaryPath+name, "", 1)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return 0, err
		}
		sum += int64(p.Total)
	}
	return sum, nil
}

// listPage reads one page of an entity that only REST lists, newest id first.
func (c *Client) listPage(ctx context.Context, w document.Walk) (document.Page, error) {
	spec := entities[w.Entity]
	p, got, err := c.list(ctx, spec.list, w.After, c.cfg.PageREST)
	if fault.KindOf(err) == fault.NotFound {
		return document.Page{End: true, Drift: []document.Drift{c.lost(ctx, w.Entity, "")}}, nil
	}
	if err != nil {
		return document.Page{}, err
	}
	now := time.Now()
	r := reading{Page: document.Page{Total: int64(p.Total)}}
	for i, raw := range p.Items {
		d, nulls, reject := c.document(w.Entity, raw, fmt.Sprintf("/items/%d", i), got.url, now)
		if reject != nil {
			r.Rejects = append(r.Rejects, *reject)
			continue
		}
		r.Documents, r.empty = append(r.Documents, d), append(r.empty, nulls)
		if n, err := strconv.ParseInt(d.ID, 10, 64); err == nil && (r.lowest == 0 || n < r.lowest) {
			r.lowest = n
		}
	}
	r.Drift = c.drift(w.Entity, slice{records: p.Items})
	s := slice{records: p.Items, limit: int64(p.Limit), total: int64(p.Total), more: p.NextPage != ""}
	if s.limit == 0 {
		s.limit = int64(c.cfg.PageREST)
	}
	// The list gives its own cursor; the smallest id is the safe one here too.
	if r.lowest == 0 {
		s.lastID, _ = strconv.ParseInt(searchAfter(p.NextPage), 10, 64) // 0 when there is none
	}
	return c.follow(w, s, r)
}

// withdrawnPage reads one page of the list of withdrawn objects.
func (c *Client) withdrawnPage(ctx context.Context, w document.Walk) (document.Page, error) {
	spec := entities[w.Entity]
	p, got, err := c.list(ctx, spec.withdrawn, w.After, c.cfg.PageREST)
	if fault.KindOf(err) == fault.NotFound {
		return document.Page{End: true, Drift: []document.Drift{c.lost(ctx, w.Entity, spec.withdrawn)}}, nil
	}
	if err != nil {
		return document.Page{}, err
	}
	page := document.Page{Total: int64(p.Total)}
	now := time.Now()
	lowest := int64(0)
	for i, raw := range p.Items {
		body, bad := canonicalREST(raw)
		id := ""
		if bad == nil {
			id = number(body, spec.key)
		}
		if id == "" {
			page.Rejects = append(page.Rejects, document.Reject{
				Entity: w.Entity, Rule: RuleID, Pointer: fmt.Sprintf("/items/%d", i), Message: "the row does not say which object was withdrawn",
				Raw: raw, URL: got.url, At: now,
			})
			continue
		}
		page.Gone = append(page.Gone, document.Gone{Entity: w.Entity, ID: id, At: moment(body.Text("indexDate")), FetchedAt: now, URL: got.url})
		if n, err := strconv.ParseInt(id, 10, 64); err == nil && (lowest == 0 || n < lowest) {
			lowest = n
		}
	}
	// Rows come twice in this list, and its order is that of an index, not of
	// the ids: only its own cursor is followed.
	next := searchAfter(p.NextPage)
	switch {
	case len(p.Items) == 0 || next == "":
		page.End = true
	case next == w.After:
		return document.Page{}, fault.New(fault.Internal, "the source's cursor stands still: %s after %q leads to itself", spec.withdrawn, next)
	default:
		page.Next = next
	}
	return page, nil
}

// Clock is the newest moment that the source itself shows: of its journal from a
// day on, and of the index dates of its newest objects. A source that shows none
// gives the Date of its answer. It never runs ahead of the source, so everything
// indexed later is found by asking from here.
func (c *Client) Clock(ctx context.Context, from time.Time) (time.Time, error) {
	var newest, server time.Time
	see := func(s string) {
		if t := moment(s); t.After(newest) {
			newest = t
		}
	}
	query := ""
	if !from.IsZero() {
		query = "?date_from=" + from.In(Zone).Format(time.DateOnly)
	}
	err := c.send(ctx, "GET", "/v3/journal"+query, nil, func(a answer) error {
		p, err := decodeList(a.body)
		if err != nil {
			return err
		}
		server = a.date
		for _, item := range p.Items {
			if body, bad := canonical(item); bad == nil {
				see(body.Text("date_action"))
			}
		}
		return nil
	})
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return time.Time{}, err
	}
	for _, e := range []source.Entity{source.TrdBuy, source.Lots, source.Contract} {
		s, _, err := c.ask(ctx, document.Walk{Entity: e}, 50)
		if err != nil {
			return time.Time{}, err
		}
		for _, raw := range s.records {
			if body, bad := canonical(raw); bad == nil {
				see(body.Text("indexDate"))
			}
		}
	}
	if newest.IsZero() {
		newest = server
	}
	return newest.UTC(), nil
}
