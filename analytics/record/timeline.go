package record

import (
	"cmp"
	"slices"
	"time"

	"github.com/kzocds/kzocds/proto/analysis"
)

// Scope is the part of a process that a page is about: one lot, one contract, or
// with neither the whole.
type Scope struct{ Lot, Contract string }

// takes tells whether a contract belongs to the scope. A contract that names no
// lots is of the whole process.
func (s Scope) takes(c Contract) bool {
	if s.Contract != "" {
		return c.Root() == s.Contract
	}
	return s.Lot == "" || len(c.Lots) == 0 || slices.Contains(c.Lots, s.Lot)
}

func (s Scope) about(lots []string) bool {
	return s.Lot == "" || len(lots) == 0 || slices.Contains(lots, s.Lot)
}

// Timeline lists what happened, oldest first. Titles are left to the caller;
// Text is what the source says. What has no date is not in it.
func (r Record) Timeline(s Scope, kazakh bool) []analysis.Event {
	var events []analysis.Event
	add := func(kind, date string, v Value, text, path string, actor *Ref, documents []Document) {
		if _, err := time.Parse(time.RFC3339Nano, date); err != nil {
			return
		}
		e := analysis.Event{Date: date, Kind: kind, Text: text, OCID: r.OCID, Path: path, Documents: documentsOf(documents, kazakh)}
		if v.Amount != "" {
			e.Amount, e.Currency = v.Amount.String(), v.Currency
		}
		if actor != nil && actor.ID != "" {
			e.Actor = &analysis.Related{Kind: analysis.EntitySupplier, ID: actor.ID, Title: r.NameOf(*actor, kazakh), Path: analysis.Page(analysis.EntitySupplier, actor.ID)}
		}
		events = append(events, e)
	}
	c := r.Compiled
	process := analysis.Page(analysis.EntityProcess, r.OCID)
	add(analysis.EventPlanned, c.Planning.Point.DateApproved, c.Planning.Budget.Amount, c.Tender.Title, process, nil, nil)
	t := c.Tender
	value, page := t.Value, process
	if lot, ok := r.Lot(s.Lot); ok {
		value, page = lot.Value, analysis.Page(analysis.EntityLot, lot.ID)
	}
	if s.Contract == "" || len(t.Lots) > 0 {
		add(analysis.EventPublished, t.Published, value, "", page, nil, t.Documents)
		add(analysis.EventEnquiries, t.Enquiries.End, Value{}, "", page, nil, nil)
		add(analysis.EventOpened, t.Bidding.Start, Value{}, "", page, nil, nil)
		add(analysis.EventClosed, t.Bidding.End, Value{}, "", page, nil, nil)
	}
	own, _ := r.Contract(s.Contract)
	for _, a := range c.Awards {
		if a.Status != "active" || !s.about(a.Lots) || s.Contract != "" && own.AwardID != a.ID {
			continue
		}
		add(analysis.EventAwarded, a.Date, a.Value, "", page, first(a.Suppliers), a.Documents)
	}
	for _, k := range c.Contracts {
		if !s.takes(k) {
			continue
		}
		at := analysis.Page(analysis.EntityContract, k.Root())
		supplier := first(k.Suppliers)
		if supplier == nil {
			for _, a := range c.Awards {
				if a.ID == k.AwardID {
					supplier = first(a.Suppliers)
				}
			}
		}
		add(analysis.EventSigned, k.Signed, k.Value, k.Number, at, supplier, k.Documents)
		for _, m := range k.Amendments {
			add(analysis.EventAmended, m.Date, m.Value, cmp.Or(m.Description, m.Number), at, nil, nil)
		}
		for _, m := range k.Implementation.Milestones {
			add(analysis.EventAccepted, cmp.Or(m.Signed, m.Met), m.Value, m.Title, at, nil, m.Documents)
		}
		for _, p := range k.Implementation.Transactions {
			add(analysis.EventPaid, p.Date, p.Value, "", at, &p.Payee, nil)
		}
		add(analysis.EventCompleted, k.Completed, Value{}, "", at, nil, nil)
		add(analysis.EventTerminated, k.Terminated, Value{}, "", at, nil, nil)
	}
	for _, x := range c.Complaints {
		if s.Contract == "" && s.about(x.Lots) {
			add(analysis.EventComplained, x.Received, Value{}, x.Number, page, &x.Complainer, nil)
		}
	}
	Sort(events)
	return events
}

// Sort puts events in the order of their instants; what happened at one moment
// keeps its order.
func Sort(events []analysis.Event) {
	slices.SortStableFunc(events, func(a, b analysis.Event) int {
		x, _ := time.Parse(time.RFC3339Nano, a.Date)
		y, _ := time.Parse(time.RFC3339Nano, b.Date)
		return x.Compare(y)
	})
}

// NameOf names an organisation as the parties do.
func (r Record) NameOf(o Ref, kazakh bool) string {
	for _, p := range r.Compiled.Parties {
		if p.ID == o.ID {
			if kazakh {
				return cmp.Or(p.NameKK, p.Name, o.Name, o.ID)
			}
			return cmp.Or(p.Name, o.Name, p.NameKK, o.ID)
		}
	}
	return cmp.Or(o.Name, o.ID)
}

func first(list []Ref) *Ref {
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}

func documentsOf(list []Document, kazakh bool) []analysis.EventDocument {
	var out []analysis.EventDocument
	for _, d := range list {
		title := cmp.Or(d.Title, d.TitleKK, d.Type)
		if kazakh {
			title = cmp.Or(d.TitleKK, title)
		}
		out = append(out, analysis.EventDocument{Title: title, URL: d.URL, Type: d.Type})
	}
	return out
}
