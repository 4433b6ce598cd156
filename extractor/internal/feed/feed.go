// Package feed is the adapter of the portal's three older OCDS feeds: tenders,
// contracts and plans. They carry what the newer interface lacks: questions and
// answers, non-price evaluation, pre-qualification, reasons of disqualification,
// decisions on complaints, the buyers' shares of a lot.
//
// A feed is a log of changes that is read page by page; where it ended the last
// time, the next batch goes on. No date tells that a record was given wrongly when
// it was read, so every batch reads a part of the log's past again, in turn. Its
// records become documents of entity
// ocds_release that belong to the process that the portal's own documents belong
// to. What the feeds have otherwise than the standard is brought into its form by
// the table of Rules.
package feed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/bookmark"
	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
)

// Config says how the feeds are read. Address, token and politeness are those of
// the portal.
type Config struct {
	TendersPage   int  `yaml:"tendersPage" doc:"releases per page of the tenders feed"`
	ContractsPage int  `yaml:"contractsPage" doc:"contracts per page of the contracts feed"`
	PlansPage     int  `yaml:"plansPage" doc:"plan points per page of the plans feed"`
	LargestPage   int  `yaml:"largestPage" doc:"how far a page grows to get past records of one and the same moment"`
	Again         int  `yaml:"again" doc:"pages of its past that a batch reads again of each feed, in turn from the oldest to the newest"`
	All           bool `yaml:"all" doc:"ask for the whole history (mode=_all_) instead of the newest state of each object, which is what is read again"`
}

// Default has the page sizes that the portal's own reports used.
func Default() Config {
	return Config{TendersPage: 50, ContractsPage: 500, PlansPage: 500, LargestPage: 5000, Again: 100}
}

// Validate checks the page sizes.
func (c Config) Validate() error {
	if c.Again < 0 {
		return fault.New(fault.Invalid, "again is not below 0").At("feed.again")
	}
	if least := min(c.TendersPage, c.ContractsPage, c.PlansPage); least < 1 || c.LargestPage < max(c.TendersPage, c.ContractsPage, c.PlansPage) {
		return fault.New(fault.Invalid, "pages hold 1 record at least, and largestPage is not below them").At("feed")
	}
	return nil
}

// Portal asks the portal, with token and politeness, and tries again what
// passes. read sees the address that was asked and the whole answer; its error
// counts as one of the request.
type Portal interface {
	Get(ctx context.Context, path string, read func(address string, body []byte) error) error
}

// Memory keeps where the feeds ended the last time (package bookmark).
type Memory interface {
	Known(ctx context.Context, name string) (bookmark.Mark, error)
	Remember(ctx context.Context, m bookmark.Mark) error
}

// Names of the feeds, the first part of the ids of their documents.
const (
	Tenders   = "tenders"
	Contracts = "contracts"
	Plans     = "plans"
)

// log is one of the feeds.
type log struct {
	name, path, list string
	limit            func(Config) int
}

var logs = []log{
	{Tenders, "/ocds", "releases", func(c Config) int { return c.TendersPage }},
	{Contracts, "/ocds-contract", "contracts", func(c Config) int { return c.ContractsPage }},
	{Plans, "/ocds-plan", "plans", func(c Config) int { return c.PlansPage }},
}

// Source is the adapter.
type Source struct {
	cfg    Config
	portal Portal
	memory Memory
}

// New makes the adapter. It asks nothing yet.
func New(cfg Config, portal Portal, memory Memory) (*Source, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Source{cfg, portal, memory}, nil
}

// Origin implements the extractor's Source.
func (*Source) Origin() string { return source.OriginFeed }

// Entities implements the extractor's Source.
func (*Source) Entities() []source.Entity { return []source.Entity{source.OCDSRelease} }

// Steps implements the extractor's Source: every batch goes on where the one
// before ended, and reads a part of the past again.
func (*Source) Steps(e source.Entity, _ document.Batch) []document.Step {
	return []document.Step{{Walk: document.Walk{Entity: e}}}
}

// Total implements the extractor's Source: the feeds do not say how much they
// hold.
func (*Source) Total(context.Context, source.Entity) (int64, error) { return -1, nil }

// Clock implements the extractor's Source: the feeds show no clock.
func (*Source) Clock(context.Context, time.Time) (time.Time, error) { return time.Time{}, nil }

// cursor is where a page begins.
type cursor struct {
	Log   int    `json:"f"`
	Path  string `json:"u,omitempty"` // "" is where the last batch ended
	Limit int    `json:"n,omitempty"` // grown page size, 0 is the usual one
	// Whole says that the log is read from its beginning, so that there is no past to
	// be read again.
	Whole bool `json:"w,omitempty"`
	// Again is how many pages are still to be read again; 0 reads what is new.
	Again int `json:"a,omitempty"`
}

func (c cursor) String() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and numbers
	}
	return string(text)
}

// bookmark names what is remembered of a log: where it ended, or up to where its past
// was read again.
func (c cursor) bookmark() string {
	if c.Again > 0 {
		return logs[c.Log].name + " again"
	}
	return logs[c.Log].name
}

// Page implements the extractor's Source.
func (s *Source) Page(ctx context.Context, w document.Walk) (document.Page, error) {
	var at cursor
	if w.After != "" {
		if err := json.Unmarshal([]byte(w.After), &at); err != nil {
			return document.Page{}, fault.Wrap(fault.Internal, err, "the stored cursor %q is none of a feed", w.After)
		}
	}
	if at.Log >= len(logs) {
		return document.Page{End: true}, nil
	}
	l := logs[at.Log]
	if at.Path == "" {
		mark, err := s.memory.Known(ctx, at.bookmark())
		if err != nil {
			return document.Page{}, err
		}
		if at.Path = mark.Next; at.Path == "" {
			at.Whole = at.Again == 0
			// Again is the newest state: an older one would take its place.
			if at.Path = l.path; s.cfg.All && at.Again == 0 {
				at.Path += "?mode=_all_"
			}
		}
	}
	if at.Limit == 0 {
		at.Limit = l.limit(s.cfg)
	}
	var page document.Page
	var next cursor
	err := s.portal.Get(ctx, limited(at.Path, at.Limit), func(address string, body []byte) (err error) {
		page, next, err = s.read(at, l, address, body)
		return err
	})
	if err != nil {
		return document.Page{}, err
	}
	if next, err = s.move(ctx, at, next); err != nil {
		return document.Page{}, err
	}
	page.Next, page.End = next.String(), next.Log >= len(logs)
	return page, nil
}

// move notes what was read when a part of a log is read, and says where the walk goes
// on. next is where the page has led.
func (s *Source) move(ctx context.Context, at, next cursor) (cursor, error) {
	ended := next.Log != at.Log
	switch {
	case at.Again > 0:
		next.Again = at.Again - 1
		if next.Limit > 0 {
			next.Again = at.Again // the same page, larger
		}
		if !ended && next.Again > 0 {
			return next, nil
		}
		mark := bookmark.Mark{Name: at.bookmark(), Next: next.Path} // "" begins anew
		return cursor{Log: at.Log + 1}, s.memory.Remember(ctx, mark)
	case !ended:
		next.Whole = at.Whole
		return next, nil
	}
	// The log ends here; the next batch goes on with the last address, which brings
	// the last page once more and whatever has come behind it.
	if !at.Whole && s.cfg.Again > 0 {
		next = cursor{Log: at.Log, Again: s.cfg.Again}
	}
	return next, s.memory.Remember(ctx, bookmark.Mark{Name: at.bookmark(), Next: at.Path})
}

// limited adds a page size to an address.
func limited(path string, limit int) string {
	glue := "?"
	if strings.Contains(path, "?") {
		glue = "&"
	}
	return path + glue + "limit=" + strconv.Itoa(limit)
}

// read makes a page of an answer and says where the next one begins.
func (s *Source) read(at cursor, l log, address string, body []byte) (document.Page, cursor, error) {
	var answer struct {
		Next json.RawMessage `json:"next_page"`
	}
	var members map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(body, &members), json.Unmarshal(body, &answer)); err != nil {
		return document.Page{}, at, fault.Wrap(fault.Unavailable, err, "the answer of %s is no JSON object", address)
	}
	var rows []json.RawMessage
	list, present := members[l.list]
	if !present || json.Unmarshal(list, &rows) != nil || rows == nil {
		return document.Page{}, at, fault.New(fault.Unavailable, "the answer of %s has no list %s", address, l.list)
	}
	var page document.Page
	now := time.Now()
	for i, raw := range rows {
		d, reject := read(l, raw, "/"+l.list+"/"+strconv.Itoa(i), address, now)
		if reject != nil {
			page.Rejects = append(page.Rejects, *reject)
			continue
		}
		d.Past = s.cfg.All && at.Again == 0
		page.Documents = append(page.Documents, d)
	}
	end := cursor{Log: at.Log + 1}
	path := nextPath(answer.Next)
	switch {
	case len(rows) == 0, path == "" && len(rows) < at.Limit:
		return page, end, nil
	case path != at.Path && path != "":
		return page, cursor{Log: at.Log, Path: path}, nil
	case len(rows) < at.Limit:
		return page, end, nil // the end of the log leads to itself
	case at.Limit < s.cfg.LargestPage:
		// A full page that leads to itself is full of records of one moment; one that
		// leads nowhere may have lost its link. A larger page gets past both.
		return page, cursor{Log: at.Log, Path: at.Path, Limit: min(2*at.Limit, s.cfg.LargestPage)}, nil
	}
	return page, at, fault.New(fault.Unavailable, "the source's cursor stands still: %s with %d records leads no further", address, len(rows)).
		Do("raise feed.largestPage above the number of records of one moment")
}

// nextPath is the address of the next page below the portal, "" if there is
// none: the feeds name it as {"uri": …, "offset": …}, as a text, or not at all.
// Whatever host it names, the token goes to the portal only.
func nextPath(raw json.RawMessage) string {
	var next struct {
		URI string `json:"uri"`
	}
	uri := ""
	if json.Unmarshal(raw, &next) == nil {
		uri = next.URI
	} else if json.Unmarshal(raw, &uri) != nil {
		return ""
	}
	u, err := url.Parse(strings.TrimSpace(uri))
	if err != nil || u.Path == "" {
		return ""
	}
	query := u.Query()
	query.Del("limit")
	path := "/" + strings.TrimPrefix(u.Path, "/")
	if encoded := query.Encode(); encoded != "" {
		path += "?" + encoded
	}
	return path
}

// Rules that a record can break, beside those of the canonical form.
const (
	RuleShape   = "source.record.shape"
	RuleID      = "source.record.id"
	RuleProcess = "source.process.unknown"
)

// read makes a document of a record, or the reason why it is none.
func read(l log, raw []byte, pointer, address string, now time.Time) (document.Document, *document.Reject) {
	reject := func(rule, at, message string) (document.Document, *document.Reject) {
		return document.Document{}, &document.Reject{
			Entity: source.OCDSRelease, Rule: rule, Pointer: pointer + at, Message: message, Raw: bytes.Clone(raw), URL: address, At: now,
		}
	}
	if _, err := document.Canonical(raw); err != nil {
		var bad *document.SyntaxError
		errors.As(err, &bad)
		return reject(bad.Rule, bad.Pointer, bad.Message)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var record map[string]any
	if decoder.Decode(&record) != nil || record == nil {
		return reject(RuleShape, "", "a record is an object, this is none")
	}
	release := normal(l.name, record)
	key, root := keyOf(l.name, release)
	if key == "" {
		return reject(RuleProcess, "", "the record leads to no announcement, contract or plan point")
	}
	body, err := encode(release)
	if err != nil {
		return reject(RuleShape, "", err.Error())
	}
	d := document.Document{
		Entity: source.OCDSRelease, Hash: document.HashOf(body), Process: key, FetchedAt: now, URL: address, Body: body,
	}
	id := body.Text("id")
	if id == "" && l.name != Tenders {
		return reject(RuleID, "/id", "the record has no usable key")
	}
	if id == "" {
		id = d.Hash.String()
	}
	d.ID = l.name + "/" + root + "/" + id
	if at, err := time.Parse(time.RFC3339, body.Text("date")); err == nil {
		d.ChangedAt = at
	}
	return d, nil
}

// encode writes a normalised release in canonical form.
func encode(release map[string]any) (document.Body, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(release); err != nil {
		return nil, err
	}
	return document.Canonical(text.Bytes())
}

// keyOf is the process that a normalised release belongs to, and what the id of
// its document begins with: the ocid of the feed, else the root of the chain.
func keyOf(name string, release map[string]any) (process.Key, string) {
	switch name {
	case Tenders:
		key := numbered(process.OfAnnouncement, textAt(release, "tender", "tenderNumber"), textAt(release, "tender", "id"))
		ocid := textAt(release, "ocid")
		if ocid == "" {
			ocid = string(key)
		}
		return key, ocid
	case Contracts:
		contract := firstOf(release["contracts"])
		root := first(textAt(contract, "rootId"), textAt(contract, "id"))
		key := numbered(process.OfAnnouncement, textAt(release, "tender", "tenderNumber"), textAt(release, "tender", "id"))
		if key == "" {
			key = numbered(process.OfContract, root)
		}
		return key, root
	default:
		root := first(textAt(release, "planning", "planPoint", "rootId"), textAt(release, "planning", "planPoint", "id"))
		return numbered(process.OfPlanPoint, root), root
	}
}

// numbered is the key of the first of some numbers that is one.
func numbered(of func(string) process.Key, numbers ...string) process.Key {
	for _, n := range numbers {
		if key := of(n); key != "" && !slices.ContainsFunc([]rune(string(key[1:])), func(r rune) bool { return r < '0' || r > '9' }) {
			return key
		}
	}
	return ""
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" && t != "0" {
			return t
		}
	}
	return ""
}
