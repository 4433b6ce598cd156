package goszakup

import (
	"cmp"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Feed names one of the portal's three older OCDS feeds.
type Feed string

const (
	TenderFeed   Feed = "ocds"
	ContractFeed Feed = "ocds-contract"
	PlanFeed     Feed = "ocds-plan"
)

// Feeds lists them.
var Feeds = []Feed{TenderFeed, ContractFeed, PlanFeed}

// feedLists says under which name a feed's package holds its rows, and how many
// come when the caller does not say.
var feedLists = map[Feed]struct {
	name  string
	limit int
}{TenderFeed: {"releases", 50}, ContractFeed: {"contracts", 500}, PlanFeed: {"plans", 500}}

// feedCap bounds a page. A caller that meets more rows of one instant than its
// limit can only get past them with a larger one.
const feedCap = 5000

// feedEntry is a row of a feed: a part of a unit as it stood at an instant.
type feedEntry struct {
	at   moment // when it entered the feed
	asOf moment
	unit int
	a, b int // indexes as in rowRef
}

// feedIndex remembers the order of the feeds at one clock.
type feedIndex struct {
	mu      sync.Mutex
	at      moment
	entries map[string][]feedEntry
}

// feedEntries lists a feed in the order of modification. In the history mode
// every state that a row went through is a row.
func (w *world) feedEntries(f Feed, history bool, now moment) []feedEntry {
	w.feeds.mu.Lock()
	defer w.feeds.mu.Unlock()
	if w.feeds.entries == nil || w.feeds.at != now {
		w.feeds.at, w.feeds.entries = now, map[string][]feedEntry{}
	}
	key := fmt.Sprint(f, history)
	if list, ok := w.feeds.entries[key]; ok {
		return list
	}
	list := []feedEntry{}
	for i := range w.gen.unitsUntil(now) {
		u := w.gen.unit(i)
		add := func(a, b int, changes []moment) {
			var last moment = -1
			slices.Sort(changes)
			for _, m := range slices.Compact(changes) {
				if m+u.lag > now || m == never {
					break
				}
				if history {
					list = append(list, feedEntry{m + u.lag, m, i, a, b})
				}
				last = m
			}
			if !history && last >= 0 {
				list = append(list, feedEntry{last + u.lag, last, i, a, b})
			}
		}
		switch f {
		case TenderFeed:
			for n := range u.notices {
				add(n, 0, w.gen.noticeChanges(u, n))
			}
		case ContractFeed:
			for k := range u.contracts {
				for v := range u.contracts[k].versions {
					add(k, v, u.contracts[k].changes(v))
				}
			}
		case PlanFeed:
			for p := range u.points {
				for v := range u.points[p].versions {
					add(p, v, append(moments(u.points[p].versions[v].steps), u.points[p].deleted))
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b feedEntry) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.unit, b.unit), cmp.Compare(a.a, b.a), cmp.Compare(a.b, b.b))
	})
	w.feeds.entries[key] = list
	return list
}

func moments(steps []step) (out []moment) {
	for _, s := range steps {
		out = append(out, s.at)
	}
	return out
}

// noticeChanges are the instants at which anything of an announcement's release
// changes.
func (g *generator) noticeChanges(u *unit, index int) []moment {
	n := &u.notices[index]
	out := append(moments(n.steps), n.publish)
	for i := range n.lots {
		out = append(append(out, moments(n.lots[i].steps)...), n.lots[i].deleted)
	}
	for _, k := range n.complaints {
		out = append(out, k.filed, k.review, k.resolved)
	}
	for _, e := range g.enquiries(u, n) {
		out = append(out, e.asked, e.answered)
	}
	for k := range u.contracts {
		if u.contracts[k].notice == index {
			for v := range u.contracts[k].versions {
				out = append(out, moments(u.contracts[k].versions[v].steps)...)
			}
		}
	}
	return out
}

// changes are the instants at which a version of a contract changes.
func (k *contract) changes(version int) []moment {
	out := moments(k.versions[version].steps)
	if version == len(k.versions)-1 {
		out = append(out, k.advance.at)
		for i := range k.acts {
			out = append(out, k.acts[i].paid)
		}
	}
	return out
}

// feed visits the rows of a feed in its order.
func (w *world) feed(f Feed, now moment) iter.Seq2[feedEntry, doc] {
	return func(yield func(feedEntry, doc) bool) {
		for _, e := range w.feedEntries(f, false, now) {
			if !yield(e, w.feedRow(f, e)) {
				return
			}
		}
	}
}

func (w *world) feedRow(f Feed, e feedEntry) doc {
	u := w.gen.unit(e.unit)
	switch f {
	case TenderFeed:
		return w.gen.tenderRelease(u, e.a, e.asOf)
	case ContractFeed:
		return w.gen.contractRow(u, &u.contracts[e.a], e.b, e.asOf)
	default:
		return w.gen.planRow(u, &u.points[e.a], e.b, e.asOf)
	}
}

const offsetLayout = "2006-01-02T15:04:05"

// feedPage serves a feed: rows modified at or after the offset, and a next page
// that begins with the last row of this one. So a page full of rows of one
// instant leads to itself, and a caller who follows it blindly runs for ever.
func (s *Server) feedPage(f Feed) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		limit := feedLists[f].limit
		if n, err := strconv.Atoi(q.Get("limit")); err == nil && n > 0 {
			limit = min(n, feedCap)
		}
		now := s.nowFor(r)
		entries := s.world.feedEntries(f, q.Get("mode") == "_all_", now)
		kind := suffering(r)
		coarse := kind == "still-offset"
		stamp := func(m moment) moment {
			if coarse { // rows of a day seem to be of one instant
				return m - (m-firstDay)%86400
			}
			return m
		}
		from := moment(0)
		if t, err := time.Parse(offsetLayout, q.Get("offset")); err == nil {
			from = moment(t.Unix())
		}
		first, _ := slices.BinarySearchFunc(entries, from, func(e feedEntry, from moment) int { return cmp.Compare(stamp(e.at), from) })
		end := min(len(entries), first+limit)
		rows := []any{}
		for _, e := range entries[first:end] {
			rows = append(rows, bendRow(kind, "", s.world.feedRow(f, e)))
		}
		switch {
		case len(rows) == 0:
		case kind == "repeated-rows":
			rows = append(rows, rows[0])
		case kind == "reordered-rows":
			slices.Reverse(rows)
		}
		page := doc{
			"uri": "https://ows.goszakup.gov.kz" + r.URL.RequestURI(), "version": "1.1", "publishedDate": feedDate(now), "extensions": []any{},
			"publisher":       doc{"name": "АО «Центр электронных финансов»", "scheme": "KZ-TC-BIN", "id": "KZ-TC-BIN-060740003495", "uri": "https://goszakup.gov.kz"},
			feedLists[f].name: rows,
		}
		if kind == "null-page" {
			page[feedLists[f].name] = nil
		}
		follows := end < len(entries) && kind != "empty-next-page" || kind == "has-next-lie" && end > first
		if follows {
			offset := stamp(entries[end-1].at).clock().Format(offsetLayout)
			if kind == "still-cursor" {
				offset = stamp(entries[first].at).clock().Format(offsetLayout)
			}
			values := url.Values{"offset": {offset}}
			if mode := q.Get("mode"); mode != "" {
				values.Set("mode", mode)
			}
			page["next_page"] = doc{"uri": fmt.Sprintf("http://%s%s?%s", r.Host, r.URL.Path, values.Encode()), "offset": offset}
		}
		writeJSON(w, http.StatusOK, appendJSON(nil, page))
	}
}

func feedDate(m moment) string { return m.instant().Format(time.RFC3339) }

// feedDates is a date or nothing, when it has not come yet.
func feedDates(m, now moment) any {
	if m > now {
		return nil
	}
	return feedDate(m)
}
