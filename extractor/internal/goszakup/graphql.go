package goszakup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

// Walk is one way through the objects of an entity, newest id first.
type Walk struct {
	Entity source.Entity
	// Since limits the walk to what the portal indexed from this moment on; zero
	// is everything.
	Since time.Time
	// Announcement limits a walk through bids to one announcement, by its id.
	Announcement string
	// After is where the page begins: the Next of the page before, "" for the
	// first.
	After string
}

const graphqlPath = "/v3/graphql"

type request struct {
	OperationName string         `json:"operationName"`
	Query         string         `json:"query"`
	Variables     map[string]any `json:"variables"`
}

// envelope is a GraphQL answer. The root's name differs by entity.
type envelope struct {
	Data       map[string]json.RawMessage `json:"data"`
	Extensions struct {
		PageInfo struct {
			LimitPage   flexible `json:"limitPage"`
			TotalCount  flexible `json:"totalCount"`
			HasNextPage bool     `json:"hasNextPage"`
			LastID      flexible `json:"lastId"`
		} `json:"pageInfo"`
	} `json:"extensions"`
}

// flexible is a whole number that the portal writes as number, string or null.
type flexible int64

func (f *flexible) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseInt(strings.Trim(string(b), `"`), 10, 64)
	if err != nil {
		n = 0
	}
	*f = flexible(n)
	return nil
}

// slice is a decoded GraphQL page.
type slice struct {
	records []json.RawMessage // nil when the portal says null
	limit   int64
	total   int64
	more    bool
	lastID  int64
}

// decodePage reads an answer of a list root. A body that is no JSON, ends early
// or lacks the root is a passing failure: the portal cuts answers off.
func decodePage(body []byte, root string) (slice, error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return slice{}, fault.Wrap(fault.Unavailable, err, "the source's answer is no complete JSON: %v", err)
	}
	list, ok := e.Data[root]
	if !ok {
		return slice{}, fault.New(fault.Unavailable, "the source's answer has no data.%s", root)
	}
	info := e.Extensions.PageInfo
	s := slice{limit: int64(info.LimitPage), total: int64(info.TotalCount), more: info.HasNextPage, lastID: int64(info.LastID)}
	if err := json.Unmarshal(list, &s.records); err != nil {
		return slice{}, fault.Wrap(fault.Unavailable, err, "data.%s of the source's answer is no list", root)
	}
	return s, nil
}

// Page reads one page of a walk.
//
// The end is where a page is empty, or shorter than the limit while the portal
// says that nothing follows. hasNextPage alone is not believed: it was seen true
// on the last page, and null instead of a list was seen where there are records,
// so an empty page that comes unannounced is asked for once more.
func (c *Client) Page(ctx context.Context, w Walk) (document.Page, error) {
	if w.Entity == source.Reference {
		return c.dictionaryPage(ctx, w)
	}
	spec, ok := entities[w.Entity]
	if !ok {
		return document.Page{}, fault.New(fault.Invalid, "the portal has no entity %q", w.Entity).At("entity")
	}
	s, now, err := c.ask(ctx, w, c.pageSize())
	if err != nil {
		return document.Page{}, err
	}
	if len(s.records) == 0 && (w.After != "" || s.total > 0) {
		if s, now, err = c.ask(ctx, w, c.pageSize()); err != nil {
			return document.Page{}, err
		}
		if len(s.records) == 0 && w.After == "" && s.total > 0 {
			return document.Page{}, fault.New(fault.Unavailable, "the source says that %s has %d objects and gives none", spec.root, s.total)
		}
	}
	p, lowest := c.read(w.Entity, s, now)
	if len(p.Rejects) > 0 {
		// A record may be broken on its way as well: what is readable the second
		// time was never broken.
		again, at, err := c.ask(ctx, w, c.pageSize())
		if err != nil {
			return document.Page{}, err
		}
		if q, low := c.read(w.Entity, again, at); len(q.Documents) >= len(p.Documents) && len(q.Rejects) < len(p.Rejects) {
			p, lowest, s = q, low, again
		}
	}
	limit := int64(c.pageSize())
	if s.limit > 0 {
		limit = min(limit, s.limit)
	}
	if len(s.records) == 0 || int64(len(s.records)) < limit && !s.more {
		p.End = true
		return p, nil
	}
	// The smallest id of the page is the safe cursor: lastId was seen to be 0,
	// and a page may come in another order than promised.
	next := lowest
	if next == 0 {
		next = s.lastID
	}
	if next == 0 {
		return document.Page{}, fault.New(fault.Internal, "no record of the page of %s after %q has a key and lastId is 0: the walk cannot go on", spec.root, w.After)
	}
	p.Next = strconv.FormatInt(next, 10)
	if w.After != "" {
		if after, err := strconv.ParseInt(w.After, 10, 64); err != nil || next >= after {
			return document.Page{}, fault.New(fault.Internal, "the source's cursor stands still: the page of %s after %s leads to %d", spec.root, w.After, next).
				Do("ask the operator of the source; nothing is skipped until the cursor moves")
		}
	}
	return p, nil
}

// read makes documents and rejects of a page. lowest is the smallest key on it,
// 0 if there is none.
func (c *Client) read(e source.Entity, s slice, now time.Time) (p document.Page, lowest int64) {
	p.Total = s.total
	for i, raw := range s.records {
		d, reject := c.document(e, raw, "/data/"+entities[e].root+"/"+strconv.Itoa(i), c.base+graphqlPath, now)
		id := d.ID
		if reject != nil {
			p.Rejects = append(p.Rejects, *reject)
			id = reject.ID
		} else {
			p.Documents = append(p.Documents, d)
		}
		if n, err := strconv.ParseInt(id, 10, 64); err == nil && (lowest == 0 || n < lowest) {
			lowest = n
		}
	}
	return p, lowest
}

// pageSize is how many objects a page of the walk asks for.
func (c *Client) pageSize() int { return min(c.cfg.PageGraphQL, 200) }

// Total is how many objects of an entity the portal says it has.
func (c *Client) Total(ctx context.Context, e source.Entity) (int64, error) {
	if e == source.Reference {
		return c.dictionaryTotal(ctx)
	}
	if _, ok := entities[e]; !ok {
		return 0, fault.New(fault.Invalid, "the portal has no entity %q", e).At("entity")
	}
	s, _, err := c.ask(ctx, Walk{Entity: e}, 1)
	return s.total, err
}

// ask sends the operation of an entity. Fields that the portal's schema no
// longer has are left out, so that a field withdrawn by the portal costs that
// field and not the feed.
func (c *Client) ask(ctx context.Context, w Walk, limit int) (slice, time.Time, error) {
	spec := entities[w.Entity]
	filter := map[string]any{}
	if !w.Since.IsZero() && spec.since != "" {
		filter[spec.since] = []string{local(w.Since)}
	}
	if w.Announcement != "" {
		n, err := strconv.ParseInt(w.Announcement, 10, 64)
		if err != nil {
			return slice{}, time.Time{}, fault.Wrap(fault.Invalid, err, "the id of an announcement is a whole number, not %q", w.Announcement)
		}
		filter["buyId"] = n
	}
	variables := map[string]any{"limit": limit}
	if len(filter) > 0 {
		variables["filter"] = filter
	}
	if w.After != "" {
		n, err := strconv.ParseInt(w.After, 10, 64)
		if err != nil {
			return slice{}, time.Time{}, fault.Wrap(fault.Invalid, err, "the cursor of %s is a whole number, not %q", spec.root, w.After)
		}
		variables["after"] = n
	}
	for {
		text, err := c.selection(w.Entity)
		if err != nil {
			return slice{}, time.Time{}, err
		}
		body, err := json.Marshal(request{OperationName: spec.root, Query: text, Variables: variables})
		if err != nil {
			return slice{}, time.Time{}, err
		}
		var s slice
		err = c.send(ctx, "POST", graphqlPath, body, func(a answer) error {
			if n := notice(a.body); len(n.Errors) > 0 {
				return refusalOfQuery(n, spec.root)
			}
			var err error
			s, err = decodePage(a.body, spec.root)
			return err
		})
		var unknown *unknownField
		if errors.As(err, &unknown) && c.leaveOut(ctx, w.Entity, text, unknown) {
			continue
		}
		return s, time.Now(), err
	}
}

// unknownField is the portal's word that its schema has no such field.
type unknownField struct {
	name         string
	line, column int
}

func (u *unknownField) Error() string { return "the source's schema has no field " + u.name }

var (
	cannotQuery = regexp.MustCompile(`Cannot query field "(\w+)"`)
	refused     = regexp.MustCompile(`(?i)cannot query|unknown (argument|type)|syntax error|must have a (sub)?selection|got invalid value|expected type|expecting type`)
)

// refusalOfQuery classifies GraphQL errors: those about the text of the query
// stay, everything else is the portal's trouble and passes.
func refusalOfQuery(n said, root string) error {
	for _, e := range n.Errors {
		if m := cannotQuery.FindStringSubmatch(e.Message); m != nil {
			u := &unknownField{name: m[1]}
			if len(e.Locations) > 0 {
				u.line, u.column = e.Locations[0].Line, e.Locations[0].Column
			}
			return fault.Wrap(fault.Invalid, u, "the source refuses the query of %s: %s", root, e.Message)
		}
		if refused.MatchString(e.Message) {
			return fault.New(fault.Invalid, "the source refuses the query of %s: %s", root, e.Message).Do("the source's schema has changed: bring the query of the extractor in line with it")
		}
	}
	return fault.New(fault.Unavailable, "the source answers the query of %s with an error: %s", root, n.Message)
}

// selection is the query of an entity as it is asked at present.
func (c *Client) selection(e source.Entity) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if text, ok := c.queries[e]; ok {
		return text, nil
	}
	text, err := query(e)
	if err != nil {
		return "", err
	}
	c.queries[e] = text
	return text, nil
}

// leaveOut takes a field that the portal does not know out of the query of an
// entity. It reports false when the query cannot do without the field or the
// portal did not say where it is.
func (c *Client) leaveOut(ctx context.Context, e source.Entity, asked string, u *unknownField) bool {
	less, ok := without(asked, u)
	if !ok || u.name == entities[e].root || u.name == entities[e].key {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.queries[e] == asked { // else somebody else has taken one out meanwhile
		c.queries[e] = less
		c.log.ErrorContext(ctx, "the source's schema has lost a field; it is left out from now on", "entity", e, "field", u.name, "line", u.line, "column", u.column)
	}
	return true
}

// without is the query without the field at a place, its children included.
func without(query string, u *unknownField) (string, bool) {
	lines := strings.SplitAfter(query, "\n")
	if u.line < 1 || u.line > len(lines) || u.column < 1 {
		return "", false
	}
	at := len(strings.Join(lines[:u.line-1], "")) + u.column - 1
	if at >= len(query) || !strings.HasPrefix(query[at:], u.name) {
		return "", false
	}
	end := at + len(u.name)
	rest := strings.TrimLeft(query[end:], " \t\n")
	if strings.HasPrefix(rest, "{") {
		end = len(query) - len(rest)
		for depth := 0; end < len(query); end++ {
			switch query[end] {
			case '{':
				depth++
			case '}':
				depth--
			}
			if depth == 0 {
				end++
				break
			}
		}
	}
	// Keep the places of everything else as they are.
	blank := bytes.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return ' '
	}, []byte(query[at:end]))
	return query[:at] + string(blank) + query[end:], true
}
