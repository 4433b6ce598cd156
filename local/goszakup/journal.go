package goszakup

import (
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// change is an entry of the journal.
type change struct {
	at      moment
	service string
	id      int64
	action  string
	sample  doc // an entry of the sample records, as it is
}

var services = map[string]struct{ title, path string }{
	"subject": {"Реестр участников", "subject/%d"}, "plans": {"Реестр пунктов планов", "plans/view/%d"}, "trd-buy": {"Реестр объявлений", "trd-buy/%d"},
	"lots": {"Реестр лотов", "lots/%d"}, "contract": {"Реестр договоров", "contract/%d"}, "trd-app": {"Реестр заявок", "trd-app?id=%d"},
	"rnu": {"Реестр недобросовестных", "rnu"}, "acts": {"Реестр актов", "acts/%d"}, "treasury-pay": {"Платежи казначейства", "treasury-pay"},
}

// serviceOf is the service under which the journal tells of a register; of the
// others it is silent.
var serviceOf = map[Entity]string{
	Subjects: "subject", Plans: "plans", TrdBuy: "trd-buy", Lots: "lots", Contract: "contract", TrdApp: "trd-app", Rnu: "rnu", Acts: "acts", TreasuryPay: "treasury-pay",
}

// changes collects what happened within [from, to].
type changes struct {
	from, to moment
	list     []change
}

func (c *changes) add(at moment, service string, id int64, action string) {
	if at >= c.from && at <= c.to {
		c.list = append(c.list, change{at: at, service: service, id: id, action: action})
	}
}

// ofUnit adds what happened to the rows of a unit.
func (c *changes) ofUnit(u *unit) {
	add := func(at moment, service string, id int64, action string) {
		if at != never {
			c.add(at+u.lag, service, id, action)
		}
	}
	each := func(steps []step, shown, gone moment, service string, id int64) {
		for _, s := range steps {
			if s.at >= shown && s.at < gone {
				add(s.at, service, id, "U")
			}
		}
		if gone != never {
			add(gone, service, id, "D")
		}
	}
	for _, p := range u.points {
		for _, v := range p.versions {
			each(v.steps, v.at, p.deleted, "plans", v.id)
		}
	}
	for _, n := range u.notices {
		each(n.steps, n.publish, n.removed, "trd-buy", n.id)
		for _, l := range n.lots {
			each(l.steps, n.publish, n.removed, "lots", l.id)
			if l.deleted != never {
				add(l.deleted, "lots", l.id, "U")
			}
		}
		for _, b := range n.bids {
			add(n.end, "trd-app", b.id, "U")
			add(n.results, "trd-app", b.id, "U")
		}
	}
	for _, k := range u.contracts {
		for v, a := range k.versions {
			each(a.steps, a.created, k.removed, "contract", a.id)
			if v < len(k.versions)-1 {
				continue
			}
			pay := func(at moment, id int64) {
				if at == never {
					return
				}
				add(at, "contract", a.id, "U")
				if k.treasury {
					add(at, "treasury-pay", id, "U")
				}
			}
			pay(k.advance.at, k.advance.payID)
			for _, act := range k.acts {
				each([]step{{act.drafted, 0}, {act.approved, 0}, {act.revoked, 0}}, act.drafted, never, "acts", act.id)
				pay(act.paid, act.payID)
			}
		}
	}
}

// changes computes what happened within [from, to], newest first.
func (w *world) changes(from, to moment) []change {
	out := changes{from: from, to: to}
	var mu sync.Mutex
	w.gen.scan(to, from, to, func(units iter.Seq[*unit]) {
		found := changes{from: from, to: to}
		for u := range units {
			found.ofUnit(u)
		}
		mu.Lock()
		defer mu.Unlock()
		out.list = append(out.list, found.list...)
	})
	for _, d := range w.gone.all() {
		if service := serviceOf[d.entity]; service != "" {
			out.add(d.at, service, d.id, "D")
		}
	}
	for _, pid := range w.listedIDs(Subjects, to) {
		if p := w.party(pid); p != nil {
			out.add(p.since+partyLag, "subject", pid, "U")
			if p.moved != never {
				out.add(p.moved+partyLag, "subject", pid, "U")
			}
			if p.listed != never {
				out.add(p.listed+partyLag, "rnu", pid-supplierPid+blacklistBase, "U")
				out.add(p.listed+partyLag+blacklistTerm, "rnu", pid-supplierPid+blacklistBase, "D")
			}
		}
	}
	for _, d := range w.samples.journal {
		if m, ok := parseMoment(text(d["dateAction"])); ok && m >= from && m <= to {
			out.list = append(out.list, change{at: m, service: text(d["serviceName"]), action: text(d["action"]), sample: d})
		}
	}
	slices.SortFunc(out.list, func(a, b change) int {
		if a.at != b.at {
			return int(b.at - a.at)
		}
		if c := strings.Compare(a.service, b.service); c != 0 {
			return c
		}
		return int(b.id - a.id)
	})
	return slices.CompactFunc(out.list, func(a, b change) bool {
		return a.sample == nil && b.sample == nil && a.at == b.at && a.service == b.service && a.id == b.id && a.action == b.action
	})
}

// recentChanges remembers the window asked for last, because it is read page by
// page.
type recentChanges struct {
	mu       sync.Mutex
	from, to moment
	gone     int // rows deleted on demand
	changes  []change
}

func (r *recentChanges) of(w *world, from, to moment) []change {
	r.mu.Lock()
	defer r.mu.Unlock()
	if gone := len(w.gone.all()); r.changes == nil || r.from != from || r.to != to || r.gone != gone {
		r.from, r.to, r.gone, r.changes = from, to, gone, w.changes(from, to)
	}
	return r.changes
}

// journal lists changes of a window, newest first; search_after is the number of entries already
// seen of the window.
func (s *Server) journal(w http.ResponseWriter, r *http.Request) {
	limit, cursor := paging(r)
	skip, _ := strconv.Atoi(cursor)
	now := s.now()
	from, to := moment(0), now
	if m, ok := parseMoment(r.URL.Query().Get("date_from")); ok {
		from = m
	}
	if m, ok := parseMoment(r.URL.Query().Get("date_to")); ok {
		to = min(now, m+86399)
	}
	changes := s.recent.of(s.world, from, to)
	items := []any{}
	for _, c := range changes[min(max(0, skip), len(changes)):] {
		if len(items) == limit {
			break
		}
		if c.sample != nil {
			items = append(items, shapes["plain"].rest(c.sample))
			continue
		}
		service := services[c.service]
		id, url := fmt.Sprint(c.id), ""
		if c.action == "U" {
			url = "https://ows.goszakup.gov.kz/v3/" + strings.ReplaceAll(service.path, "%d", id)
		}
		if c.service == "rnu" {
			system := systemID // the only service that names it
			if p := s.world.party(c.id - blacklistBase + supplierPid); p != nil && p.ofSamruk() {
				system = samrukID
			}
			id = fmt.Sprint(system, "-", c.id)
		}
		items = append(items, doc{"object_id": id, "action": c.action, "date_action": c.at.String(), "service_name": c.service, "service_title": service.title, "url": url})
	}
	skip = max(0, skip) + len(items)
	next := ""
	if skip < len(changes) {
		next = fmt.Sprintf("%s?page=next&search_after=%d", r.URL.Path, skip)
	}
	envelope(w, len(changes), limit, next, items)
}
