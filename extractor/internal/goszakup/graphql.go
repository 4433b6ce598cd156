package goszakup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

const graphqlPath = "/v3/graphql"

type request struct {
	OperationName string         `json:"operationName"`
	Query         string         `json:"query"`
	Variables     map[string]any `json:"variables"`
}

// envelope is a GraphQL answer without its data.
type envelope struct {
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
	var list json.RawMessage
	found, sound := false, true
	if !eachMember(body, func(name string, value json.RawMessage) {
		switch name {
		case "data":
			eachMember(value, func(name string, value json.RawMessage) {
				if name == root {
					list, found = value, true
				}
			})
		case "extensions":
			sound = json.Unmarshal(value, &e.Extensions) == nil
		}
	}) || !sound {
		return slice{}, incomplete()
	}
	if !found {
		return slice{}, fault.New(fault.Unavailable, "the source's answer has no data.%s", root)
	}
	info := e.Extensions.PageInfo
	s := slice{limit: int64(info.LimitPage), total: int64(info.TotalCount), more: info.HasNextPage, lastID: int64(info.LastID)}
	if string(list) == "null" {
		return s, nil
	}
	if s.records, sound = elements(list); !sound {
		return slice{}, fault.New(fault.Unavailable, "data.%s of the source's answer is no list", root)
	}
	return s, nil
}

// Page reads one page of a walk.
func (c *Client) Page(ctx context.Context, w document.Walk) (document.Page, error) {
	spec, ok := entities[w.Entity]
	switch {
	case w.Entity == source.Reference && len(w.IDs) > 0:
		return c.dictionaryRows(ctx, w)
	case w.Entity == source.Reference:
		return c.dictionaryPage(ctx, w)
	case !ok:
		return document.Page{}, fault.New(fault.Invalid, "the portal has no entity %q", w.Entity).At("entity")
	case w.Withdrawn:
		return c.withdrawnPage(ctx, w)
	case spec.root == "":
		return c.listPage(ctx, w)
	case len(w.IDs) > 0:
		return c.named(ctx, w)
	}
	return c.graphqlPage(ctx, w)
}

// graphqlPage reads one page of a walk down the ids.
//
// The end is where a page is empty, or shorter than the limit while the portal
// says that nothing follows. hasNextPage alone is not believed: it was seen true
// on the last page, and null instead of a list was seen where there are records,
// so an empty page that comes unannounced is asked for once more.
func (c *Client) graphqlPage(ctx context.Context, w document.Walk) (document.Page, error) {
	spec := entities[w.Entity]
	if w.After == "" && w.Parent == "" && len(w.IDs) == 0 {
		c.askForAll(w.Entity)
	}
	s, now, err := c.ask(ctx, w, c.pageSize())
	if gone := lostRoot(err, spec.root); gone {
		// A register that the portal has closed ends its walk and nothing else.
		return document.Page{End: true, Drift: []document.Drift{c.lost(ctx, w.Entity, "")}}, nil
	}
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
	r := c.read(w.Entity, s, now)
	if len(r.Rejects) > 0 || r.nulls > 0 && !c.nulls.believed(w.Entity) {
		// A record may be broken on its way as well: what is readable the second
		// time was never broken.
		again, at, err := c.ask(ctx, w, c.pageSize())
		if err != nil {
			return document.Page{}, err
		}
		second := c.read(w.Entity, again, at)
		if len(second.Documents) >= len(r.Documents) && len(second.Rejects) < len(r.Rejects) {
			second.prefer(r)
			r, s = second, again
		} else {
			r.prefer(second)
		}
		c.nulls.seen(w.Entity, r.nulls)
		for i := range r.Documents {
			r.Documents[i].Doubtful = r.empty[i] > 0
		}
	}
	r.Drift = append(c.takeLost(w.Entity), c.drift(w.Entity, s)...)
	return c.follow(w, s, r)
}

// follow says where a page leads.
func (c *Client) follow(w document.Walk, s slice, r reading) (document.Page, error) {
	spec := entities[w.Entity]
	limit := int64(c.pageSize())
	if s.limit > 0 {
		limit = min(limit, s.limit)
	}
	if len(s.records) == 0 || int64(len(s.records)) < limit && !s.more {
		r.End = true
		return r.above(w.Floor), nil
	}
	// The smallest id of the page is the safe cursor: lastId was seen to be 0,
	// and a page may come in another order than promised.
	next := r.lowest
	if next == 0 {
		next = s.lastID
	}
	if next == 0 {
		return document.Page{}, fault.New(fault.Internal, "no record of the page of %s after %q has a key and lastId is 0: the walk cannot go on", spec.root, w.After)
	}
	r.Next = strconv.FormatInt(next, 10)
	if w.After != "" {
		if after, err := strconv.ParseInt(w.After, 10, 64); err != nil || next >= after {
			return document.Page{}, fault.New(fault.Internal, "the source's cursor stands still: the page of %s after %s leads to %d", spec.root, w.After, next).
				Do("ask the operator of the source; nothing is skipped until the cursor moves")
		}
	}
	if w.Floor > 0 && next <= w.Floor {
		r.End = true
	}
	return r.above(w.Floor), nil
}

// reading is what a page's records came to.
type reading struct {
	document.Page
	lowest int64 // smallest key, 0 if there is none
	nulls  int   // nested lists that the portal failed to give
	empty  []int // how many of those each document has
}

// above is the page without what lies below the floor of its walk.
func (r reading) above(floor int64) document.Page {
	if floor > 0 {
		r.Documents = slices.DeleteFunc(r.Documents, func(d document.Document) bool {
			n, err := strconv.ParseInt(d.ID, 10, 64)
			return err == nil && n < floor
		})
	}
	return r.Page
}

// prefer takes the objects of another reading of the same page where that one
// has fewer lists missing, and objects that only that one has.
func (r *reading) prefer(other reading) {
	place := map[string]int{}
	for i := range r.Documents {
		place[r.Documents[i].ID] = i
	}
	for i := range other.Documents {
		at, ok := place[other.Documents[i].ID]
		if !ok {
			continue
		}
		if other.empty[i] < r.empty[at] || other.empty[i] == r.empty[at] && nothings(other.Documents[i].Body) < nothings(r.Documents[at].Body) {
			r.nulls -= r.empty[at] - other.empty[i]
			r.Documents[at], r.empty[at] = other.Documents[i], other.empty[i]
		}
	}
}

// nothings counts the members that are null.
func nothings(b document.Body) int { return bytes.Count(b, []byte(":null")) }

// read makes documents and rejects of a page.
func (c *Client) read(e source.Entity, s slice, now time.Time) reading {
	r := reading{Page: document.Page{Total: s.total}}
	r.Documents = make([]document.Document, 0, len(s.records))
	for i, raw := range s.records {
		d, nulls, reject := c.document(e, raw, "/data/"+entities[e].root+"/"+strconv.Itoa(i), c.base+graphqlPath, now)
		id := d.ID
		if reject != nil {
			r.Rejects = append(r.Rejects, *reject)
			id = reject.ID
		} else {
			r.Documents, r.empty = append(r.Documents, d), append(r.empty, nulls)
			r.nulls += nulls
		}
		if n, err := strconv.ParseInt(id, 10, 64); err == nil && (r.lowest == 0 || n < r.lowest) {
			r.lowest = n
		}
	}
	return r
}

// nullLists remembers whether null instead of a list is this portal's way to say
// that there is none: then asking twice for every page would be no use.
type nullLists struct {
	mu        sync.Mutex
	confirmed map[source.Entity]int
}

// enoughNulls is how many pages in a row must say null twice to be believed.
const enoughNulls = 5

func (n *nullLists) believed(e source.Entity) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.confirmed[e] >= enoughNulls
}

// seen hears how many lists were still null in the second answer.
func (n *nullLists) seen(e source.Entity, still int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.confirmed == nil {
		n.confirmed = map[source.Entity]int{}
	}
	if still > 0 {
		n.confirmed[e]++
	} else {
		n.confirmed[e] = 0
	}
}

// named reads objects by their ids. One that the portal does not give twice is
// not there.
func (c *Client) named(ctx context.Context, w document.Walk) (document.Page, error) {
	found := map[string]bool{}
	var page document.Page
	left := w.IDs
	for range 2 {
		ask := w
		ask.IDs = left
		for end := false; !end; {
			p, err := c.graphqlPage(ctx, ask)
			if err != nil {
				return page, err
			}
			for _, d := range p.Documents {
				if !found[d.ID] {
					found[d.ID] = true
					page.Documents = append(page.Documents, d)
				}
			}
			for _, r := range p.Rejects {
				if r.ID == "" || !found[r.ID] {
					found[r.ID] = true
					page.Rejects = append(page.Rejects, r)
				}
			}
			page.Drift = append(page.Drift, p.Drift...)
			ask.After, end = p.Next, p.End
		}
		left = slices.DeleteFunc(slices.Clone(left), func(id string) bool { return found[id] })
		if len(left) == 0 {
			break
		}
	}
	// A record that does not say which object it is may be any of them.
	if !found[""] {
		page.Missing = left
	}
	page.End = true
	return page, nil
}

// pageSize is how many objects a page of the walk asks for.
func (c *Client) pageSize() int { return min(c.cfg.PageGraphQL, 200) }

// filter is the filter of a walk.
func filter(w document.Walk) (map[string]any, error) {
	spec := entities[w.Entity]
	f := map[string]any{}
	if !w.Since.IsZero() {
		if name := first(spec.since, spec.window); name != "" {
			f[name] = []string{local(w.Since)}
		}
	}
	whole := func(what, text string) (int64, error) {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return 0, fault.Wrap(fault.Invalid, err, "the %s of %s is a whole number, not %q", what, spec.root, text)
		}
		return n, nil
	}
	if w.Parent != "" {
		n, err := whole("parent", w.Parent)
		if err != nil {
			return nil, err
		}
		f[spec.children] = n
	}
	if len(w.IDs) > 0 {
		ids := make([]int64, len(w.IDs))
		for i, id := range w.IDs {
			n, err := whole("id", id)
			if err != nil {
				return nil, err
			}
			ids[i] = n
		}
		f[spec.key] = ids
	}
	return f, nil
}

// ask sends the operation of an entity. Fields that the portal's schema no
// longer has are left out, so that a field withdrawn by the portal costs that
// field and not the feed.
func (c *Client) ask(ctx context.Context, w document.Walk, limit int) (slice, time.Time, error) {
	f, err := filter(w)
	if err != nil {
		return slice{}, time.Time{}, err
	}
	for {
		text, err := c.selection(w.Entity)
		if err != nil {
			return slice{}, time.Time{}, err
		}
		s, err := c.put(ctx, w.Entity, text, f, w.After, limit)
		if unknown, ok := errors.AsType[*unknownField](err); ok && c.leaveOut(ctx, w.Entity, text, unknown) {
			continue
		}
		return s, time.Now(), err
	}
}

// put sends a query.
func (c *Client) put(ctx context.Context, e source.Entity, text string, filter map[string]any, after string, limit int) (s slice, err error) {
	spec := entities[e]
	variables := map[string]any{"limit": limit}
	if len(filter) > 0 {
		variables["filter"] = filter
	}
	if after != "" {
		n, err := strconv.ParseInt(after, 10, 64)
		if err != nil {
			return s, fault.Wrap(fault.Invalid, err, "the cursor of %s is a whole number, not %q", spec.root, after)
		}
		variables["after"] = n
	}
	body, err := json.Marshal(request{OperationName: spec.root, Query: text, Variables: variables})
	if err != nil {
		return s, err
	}
	err = c.send(ctx, "POST", graphqlPath, body, func(a answer) error {
		if n := notice(a.body); len(n.Errors) > 0 {
			return refusalOfQuery(n, spec.root)
		}
		var err error
		s, err = decodePage(a.body, spec.root)
		return err
	})
	return s, err
}

// unknownField is the portal's word that its schema has no such field.
type unknownField struct {
	name         string
	line, column int
}

func (u *unknownField) Error() string { return "the source's schema has no field " + u.name }

var (
	cannotQuery = regexp.MustCompile(`Cannot query field "(\w+)"`)
	unknownType = regexp.MustCompile(`Unknown type "\w+FiltersInput"`)
	refused     = regexp.MustCompile(`(?i)cannot query|unknown (argument|type)|syntax error|must have a (sub)?selection|got invalid value|expected type|expecting type`)
)

// refusalOfQuery classifies GraphQL errors: those about the text of the query
// stay, everything else is the portal's trouble and passes.
func refusalOfQuery(n said, root string) error {
	for _, e := range n.Errors {
		if m := unknownType.FindStringSubmatch(e.Message); m != nil {
			// The register is gone together with the type of its filter.
			return fault.Wrap(fault.Invalid, &unknownField{name: root}, "the source has no register %s: %s", root, e.Message)
		}
	}
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

// lostRoot says whether the portal has closed a register.
func lostRoot(err error, root string) bool {
	u, ok := errors.AsType[*unknownField](err)
	return ok && u.name == root
}

// askForAll begins with the whole query again: what the portal had lost may be
// back.
func (c *Client) askForAll(e source.Entity) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.queries, e)
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
// entity. It reports false when the query cannot do without the field or does not
// have it.
func (c *Client) leaveOut(ctx context.Context, e source.Entity, asked string, u *unknownField) bool {
	if u.line == 0 {
		u = placed(asked, u.name)
	}
	less, ok := without(asked, u)
	if !ok || u.name == entities[e].root || u.name == entities[e].key {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.queries[e] == asked { // else somebody else has taken one out meanwhile
		c.queries[e] = less
		c.missing[e] = append(c.missing[e], c.lost(ctx, e, u.name))
	}
	return true
}

// placed is an unknown field where it comes first in the selection of a query: not
// every server says where it met it. If it was met elsewhere, the next answer takes
// out that place too.
func placed(query, name string) *unknownField {
	u := &unknownField{name: name}
	_, selection, found := strings.Cut(query, "$after)")
	if !found {
		return u
	}
	for _, at := range selected.FindAllStringIndex(selection, -1) {
		if selection[at[0]:at[1]] == name {
			before := query[:len(query)-len(selection)+at[0]]
			u.line, u.column = strings.Count(before, "\n")+1, len(before)-strings.LastIndexByte(before, '\n')
			break
		}
	}
	return u
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
