package gateway

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// Bounds of a feed.
const (
	feedEntries    = 50
	maxFeedEntries = 100
)

// entry is one thing that is new.
type entry struct {
	id, title, text, path string
	date                  string // 2026-01-31, 2026 or a moment, "" unknown
}

// follow serves a feed of what is new: rows of a dataset under filters, what a
// search finds, newest first, or a figure that lies within bounds. Readers ask
// again and again, so it is cheap: a page of rows, and 304 while the snapshot is
// the same.
func (s *Service) follow(w http.ResponseWriter, r *http.Request) error {
	format := r.PathValue("format")
	if format != analysis.FeedAtom && format != analysis.FeedJSON {
		return fault.New(fault.NotFound, "there is no feed as %q", format).At("format", analysis.FeedAtom, analysis.FeedJSON)
	}
	q, err := parameters(r, "dataset", "q", "type", "dimensions", "limit", "lang", "filter.*", "having.*")
	if err != nil {
		return err
	}
	lang, err := language(q)
	if err != nil {
		return err
	}
	limit, err := positive(q, "limit")
	if err != nil {
		return err
	}
	if limit == 0 {
		limit = feedEntries
	}
	if limit > maxFeedEntries {
		return fault.New(fault.Invalid, "limit is %d, at most %d", limit, maxFeedEntries).At("limit")
	}
	bounds, err := having(q)
	if err != nil {
		return err
	}
	var entries []entry
	var updated, title string
	switch {
	case len(bounds) > 0 && (q.Has("q") || q.Has("dataset")):
		return fault.New(fault.Invalid, "a feed of a figure within bounds is of no dataset and no search").At("having").Do("leave out q and dataset, or having")
	case len(bounds) > 0:
		entries, updated, title, err = s.within(r, bounds, list(q, "dimensions"), analysis.Query{Filters: filters(q), Limit: limit, Lang: lang})
	case q.Has("dimensions"):
		return fault.New(fault.Invalid, "dimensions without a figure to follow").At("dimensions").Do("give having.<measure>=<from>..<to>")
	case q.Has("q") && (q.Has("dataset") || len(filters(q)) > 0):
		return fault.New(fault.Invalid, "a feed is of a search or of rows").At("q").Do("leave out q, or dataset and filters")
	case q.Has("q"):
		entries, updated, err = s.newlyFound(r, analysis.SearchQuery{Text: q.Get("q"), Types: list(q, "type"), Limit: limit, Lang: lang})
		title = q.Get("q")
	default:
		entries, updated, title, err = s.newRows(r, analysis.RowsQuery{Dataset: q.Get("dataset"), Filters: filters(q), Limit: limit, Lang: lang})
	}
	if err != nil {
		return err
	}
	title = "kzocds: " + title
	if format == analysis.FeedJSON {
		return s.jsonFeed(w, r, title, entries)
	}
	return s.atom(w, r, title, updated, entries)
}

// newRows are the newest rows of a dataset whose rows have a date of their own.
func (s *Service) newRows(r *http.Request, req analysis.RowsQuery) (entries []entry, updated, title string, err error) {
	dates := map[string]string{"lots": "publishedDay", "contracts": "signedDay", "bids": "publishedDay", "payments": "paidDay", "agreements": "agreedDay", "complaints": "receivedDay",
		"enquiries": "askedDay", "blacklist": "listedDay", "flags": "publishedDay", "plan_points": "planYear"}
	date, ok := dates[req.Dataset]
	if !ok {
		return nil, "", "", fault.New(fault.Invalid, "there is no feed of dataset %q", req.Dataset).At("dataset", slices.Sorted(maps.Keys(dates))...)
	}
	req.Order = "-" + date
	raw, err := s.ask.Ask(r.Context(), analysis.Service, analysis.VerbRows, req)
	if err != nil {
		return nil, "", "", err
	}
	var page analysis.Rows
	if err := json.Unmarshal(raw, &page); err != nil {
		return nil, "", "", fmt.Errorf("decode rows: %w", err)
	}
	for _, row := range page.Rows {
		var text []string
		for _, c := range page.Columns {
			value := row.Cells[c.ID].Number
			if m := row.Cells[c.ID].Member; m != nil && m.ID != analysis.Blank {
				value = m.Label
			}
			if value != "" {
				text = append(text, c.Title+": "+value)
			}
		}
		e := entry{id: row.OCID + "/" + row.Kind + "/" + row.ID, title: row.Title, text: strings.Join(text, "; "), path: row.Path}
		if !slices.Contains([]string{"lots", "contracts", "plan_points"}, req.Dataset) {
			// An entity has several such rows: what a row says tells it from the others.
			sum := sha256.Sum256([]byte(e.text))
			e.id += "/" + hex.EncodeToString(sum[:8])
		}
		if m := row.Cells[date].Member; m != nil && m.ID != analysis.Blank {
			e.date = m.ID
		}
		if e.title == "" {
			e.title = row.ID
		}
		entries = append(entries, e)
	}
	var of []string
	for _, field := range slices.Sorted(maps.Keys(req.Filters)) {
		of = append(of, field+" = "+strings.Join(req.Filters[field], ", "))
	}
	return entries, page.Meta.AsOf, strings.TrimSpace(req.Dataset + " " + strings.Join(of, "; ")), nil
}

// newlyFound are the newest of what a search finds.
func (s *Service) newlyFound(r *http.Request, req analysis.SearchQuery) (entries []entry, updated string, err error) {
	raw, err := s.ask.Ask(r.Context(), analysis.Service, analysis.VerbSearch, req)
	if err != nil {
		return nil, "", err
	}
	var found analysis.Found
	if err := json.Unmarshal(raw, &found); err != nil {
		return nil, "", fmt.Errorf("decode what was found: %w", err)
	}
	for _, x := range found.Results {
		entries = append(entries, entry{id: x.Type + "/" + x.ID, title: x.Title, text: x.Context, path: x.Path, date: x.Date})
		updated = max(updated, instantOf(x.Date))
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return strings.Compare(b.date, a.date) })
	return entries, updated, nil
}

// within follows a threshold: one entry while the figure lies within the bounds,
// or with a dimension one for each of its members whose figure does. Each keeps
// its id as long as the question is the same, so that a reader is told once, when
// the threshold is passed, and sees later figures as changes of that entry.
func (s *Service) within(r *http.Request, bounds map[string]string, dimensions []string, q analysis.Query) (entries []entry, updated, title string, err error) {
	if len(bounds) > 1 || len(dimensions) > 1 {
		return nil, "", "", fault.New(fault.Invalid, "a threshold is of one figure and at most one dimension").At("having", slices.Sorted(maps.Keys(bounds))...)
	}
	var measure, text string
	for measure, text = range bounds {
	}
	from, to, err := boundsOf(measure, text)
	if err != nil {
		return nil, "", "", err
	}
	q.Measures, q.Dimensions = []string{measure}, dimensions
	if len(dimensions) > 0 {
		q.Having, q.Order = bounds, "-"+measure
		if from == nil {
			q.Order = measure
		}
	}
	raw, err := s.ask.Ask(r.Context(), analysis.Service, analysis.VerbQuery, q)
	if err != nil {
		return nil, "", "", err
	}
	var answer analysis.Answer
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, "", "", fmt.Errorf("decode an answer: %w", err)
	}
	names := map[string]analysis.Column{}
	for _, c := range answer.Columns {
		names[c.ID] = c
	}
	add := func(id, of, value string, on analysis.Filters) {
		behind := url.Values{"measure": {measure}}
		for field, values := range on {
			behind["filter."+field] = values
		}
		said := names[measure].Title + ": " + value
		if unit := names[measure].Unit; unit != "" && unit != "count" {
			said += " " + unit
		}
		entries = append(entries, entry{id: id, title: strings.TrimPrefix(of+": "+said, ": "), text: said + " (" + text + ")", path: "/rows?" + behind.Encode(), date: answer.Meta.AsOf})
	}
	sum := sha256.Sum256([]byte(url.Values(q.Filters).Encode()))
	id := strings.Join(append([]string{"threshold", measure, text, hex.EncodeToString(sum[:8])}, dimensions...), "/")
	if len(dimensions) == 0 {
		if value := answer.Totals[measure].Number; value != "" {
			exact, ok := new(big.Rat).SetString(value)
			if !ok {
				return nil, "", "", fmt.Errorf("analytics answers %q for %s", value, measure)
			}
			if (from == nil || exact.Cmp(from) >= 0) && (to == nil || exact.Cmp(to) <= 0) {
				add(id, "", value, q.Filters)
			}
		}
	}
	for _, row := range answer.Rows {
		if len(dimensions) == 0 {
			break
		}
		m := row[dimensions[0]].Member
		if m == nil {
			continue
		}
		on := maps.Clone(q.Filters)
		if on == nil {
			on = analysis.Filters{}
		}
		on[dimensions[0]] = []string{escaped(m.ID)}
		add(id+"/"+m.ID, cmp.Or(m.Label, m.ID), row[measure].Number, on)
	}
	title = names[measure].Title + " " + text
	return entries, answer.Meta.AsOf, title, nil
}

// decimal bounds what is read as a number: exponents could make it endless.
var decimal = regexp.MustCompile(`^-?[0-9]{1,30}(\.[0-9]{1,20})?$`)

// boundsOf reads from..to, bounds inclusive, one of them optional.
func boundsOf(measure, text string) (from, to *big.Rat, err error) {
	low, high, ok := strings.Cut(text, "..")
	for _, part := range []struct {
		text string
		to   **big.Rat
	}{{low, &from}, {high, &to}} {
		if part.text == "" {
			continue
		}
		if !decimal.MatchString(part.text) {
			ok = false
			break
		}
		*part.to, _ = new(big.Rat).SetString(part.text)
	}
	if !ok || from == nil && to == nil {
		return nil, nil, fault.New(fault.Invalid, "%q is no range of numbers", text).At("having."+measure, "1000000..", "..0.5", "10..500")
	}
	return from, to, nil
}

// escaped is an id as a value of a filter, taken as it is.
func escaped(id string) string {
	if id == analysis.Blank || !strings.ContainsAny(id[:min(1, len(id))], "!~"+analysis.Escape) && !strings.Contains(id, "..") {
		return id
	}
	return analysis.Escape + id
}

// beginning is the moment of what has no date: feeds want one of every entry.
const beginning = "1970-01-01T00:00:00Z"

// instantOf is the first moment of a day or a year, or the moment itself.
func instantOf(date string) string {
	for _, layout := range []string{time.DateOnly, "2006", time.RFC3339} {
		if t, err := time.Parse(layout, date); err == nil {
			return t.Format(time.RFC3339)
		}
	}
	return beginning
}

// atom sends RFC 4287.
func (s *Service) atom(w http.ResponseWriter, r *http.Request, title, updated string, entries []entry) error {
	type link struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	}
	type item struct {
		ID      string `xml:"id"`
		Title   string `xml:"title"`
		Updated string `xml:"updated"`
		Link    link   `xml:"link"`
		Summary string `xml:"summary,omitempty"`
	}
	feed := struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string   `xml:"id"`
		Title   string   `xml:"title"`
		Updated string   `xml:"updated"`
		Author  string   `xml:"author>name"`
		Link    link     `xml:"link"`
		Entries []item   `xml:"entry"`
	}{ID: s.cfg.PublicURL + canonical(r), Title: title, Updated: max(updated, beginning), Author: "kzocds", Link: link{"self", s.cfg.PublicURL + r.URL.RequestURI()}}
	for _, e := range entries {
		feed.Entries = append(feed.Entries, item{ID: s.cfg.PublicURL + "/#" + url.PathEscape(e.id), Title: e.title, Updated: instantOf(e.date), Link: link{"alternate", s.cfg.PublicURL + e.path}, Summary: e.text})
	}
	body, err := xml.MarshalIndent(feed, "", " ")
	if err != nil {
		return fmt.Errorf("encode a feed: %w", err)
	}
	return writeBody(w, r, "application/atom+xml; charset=utf-8", append([]byte(xml.Header), body...))
}

// jsonFeed sends JSON Feed 1.1.
func (s *Service) jsonFeed(w http.ResponseWriter, r *http.Request, title string, entries []entry) error {
	type item struct {
		ID        string `json:"id"`
		URL       string `json:"url"`
		Title     string `json:"title"`
		Text      string `json:"content_text"`
		Published string `json:"date_published,omitempty"`
	}
	items := make([]item, 0, len(entries))
	for _, e := range entries {
		x := item{ID: e.id, URL: s.cfg.PublicURL + e.path, Title: e.title, Text: e.text}
		if e.date != "" {
			x.Published = instantOf(e.date)
		}
		items = append(items, x)
	}
	body, err := json.Marshal(struct {
		Version string `json:"version"`
		Title   string `json:"title"`
		Home    string `json:"home_page_url"`
		Feed    string `json:"feed_url"`
		Items   []item `json:"items"`
	}{"https://jsonfeed.org/version/1.1", title, s.cfg.PublicURL, s.cfg.PublicURL + r.URL.RequestURI(), items})
	if err != nil {
		return fmt.Errorf("encode a feed: %w", err)
	}
	return writeBody(w, r, "application/feed+json", body)
}

// canonical is the address of a feed whatever the order of its parameters.
func canonical(r *http.Request) string {
	return r.URL.Path + "?" + r.URL.Query().Encode()
}
