package goszakup

import (
	"slices"
	"sync/atomic"
	"time"
)

// DefaultClock is the instant at which the stand-in's world stands still
// unless it is told otherwise.
var DefaultClock = time.Date(2026, 10, 1, 0, 0, 0, 0, time.FixedZone("", 5*3600))

// lawOf2025: tenders are shorter and valid with one bid.
var lawOf2025 = moment(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).Unix())

// generator makes the synthetic part of the world. It is a pure function of
// seed and size; caches never change what it answers.
type generator struct {
	grid
	buyers    []atomic.Pointer[party]
	suppliers []atomic.Pointer[party]
	cache     [1 << 13]atomic.Pointer[unit]
}

func newGenerator(seed uint64, scale int) *generator {
	g := &generator{}
	if scale <= 0 {
		g.grid = grid{seed: seed}
		return g
	}
	units := max(1, int(float64(scale)/processesPerUnit+0.5))
	g.grid = newGrid(seed, units)
	g.buyers = make([]atomic.Pointer[party], min(20_000, 12+units/8))
	g.suppliers = make([]atomic.Pointer[party], min(80_000, 24+units/3))
	return g
}

func (g *generator) unit(i int) *unit {
	slot := &g.cache[i%len(g.cache)]
	if u := slot.Load(); u != nil && u.index == i {
		return u
	}
	u := g.compute(i)
	slot.Store(u)
	return u
}

// unitsUntil is the number of units that start at or before the moment.
func (g *generator) unitsUntil(now moment) int {
	if g.units == 0 {
		return 0
	}
	lastSlot := int(workDays(now)/g.step) + 1
	n := int(float64(lastSlot)*float64(g.units)/float64(g.slots)) + 2
	for n > 0 && g.dayOf(int64(g.slotOf(n-1)), 0, spaces[Plans], 0) > workDays(now) {
		n--
	}
	return max(0, n)
}

// list enters every row the unit ever makes, highest id first.
func (u *unit) list() {
	u.rows = map[Entity][]rowRef{}
	u.last = u.first
	add := func(e Entity, r rowRef) {
		u.rows[e] = append(u.rows[e], r)
		if r.from != never {
			u.last = max(u.last, r.from)
		}
	}
	note := func(steps []step) {
		for _, s := range steps {
			if s.at != never {
				u.last = max(u.last, s.at)
			}
		}
	}
	for p := range u.points {
		pt := &u.points[p]
		for v := range pt.versions {
			add(Plans, rowRef{id: pt.versions[v].id, a: p, b: v, from: pt.versions[v].at, to: pt.deleted})
			if pt.deleted != never {
				add(DeletedPlans, rowRef{id: pt.versions[v].id, a: p, b: v, from: pt.deleted, to: never})
			}
			note(pt.versions[v].steps)
		}
	}
	for n := range u.notices {
		nt := &u.notices[n]
		add(TrdBuy, rowRef{id: nt.id, a: n, from: nt.publish, to: never})
		note(nt.steps)
		for l := range nt.lots {
			add(Lots, rowRef{id: nt.lots[l].id, a: n, b: l, from: nt.publish, to: never})
			note(nt.lots[l].steps)
		}
		for b := range nt.bids {
			add(TrdApp, rowRef{id: nt.bids[b].id, a: n, b: b, from: nt.end, to: never})
		}
	}
	for k := range u.contracts {
		ct := &u.contracts[k]
		for v := range ct.versions {
			a := &ct.versions[v]
			add(Contract, rowRef{id: a.id, a: k, b: v, from: a.created, to: never})
			note(a.steps)
			for l := range a.lines {
				add(Units, rowRef{id: a.lines[l].id, a: k, b: v, c: l, from: a.created, to: never})
			}
		}
		for p := range ct.payments {
			add(Acts, rowRef{id: ct.payments[p].actID, a: k, b: p, from: ct.payments[p].at, to: never})
			if ct.treasury {
				add(TreasuryPay, rowRef{id: ct.payments[p].payID, a: k, b: p, from: ct.payments[p].at, to: never})
			}
		}
	}
	for e := range u.rows {
		slices.SortFunc(u.rows[e], func(x, y rowRef) int { return int(y.id - x.id) })
	}
}

// shows tells whether the row is there when the index stands at now.
func (r rowRef) shows(now moment) bool { return r.from <= now && now < r.to }

// find leads from an id to the unit and row that has it.
func (g *generator) find(e Entity, id int64) (*unit, rowRef, bool) {
	s, ok := spaces[e]
	if !ok || g.units == 0 || id < s.base {
		return nil, rowRef{}, false
	}
	slot, lane, _, _ := s.split(id)
	i := g.unitAt(int(slot) - g.delay[lane])
	if i < 0 {
		return nil, rowRef{}, false
	}
	u := g.unit(i)
	for _, r := range u.rows[e] {
		if r.id == id {
			return u, r, true
		}
	}
	return nil, rowRef{}, false
}

// walk visits the visible rows of an entity with ids below the given one
// (0: from the top), highest first, until visit says stop.
func (g *generator) walk(e Entity, below int64, now moment, visit func(*unit, rowRef) bool) {
	s, ok := spaces[e]
	if !ok || g.units == 0 {
		return
	}
	top := int(workDays(now)/g.step) + 1
	if below > 0 {
		if below <= s.base {
			return
		}
		slot, _, _, _ := s.split(below - 1)
		top = min(top, int(slot))
	}
	for slot := top; slot >= 0; slot-- {
		for lane := laneCount - 1; lane >= 0; lane-- {
			i := g.unitAt(slot - g.delay[lane])
			if i < 0 {
				continue
			}
			u := g.unit(i)
			first := s.id(int64(slot), int64(lane), 0, 0)
			end := first + s.width*s.children
			if below > 0 {
				end = min(end, below)
			}
			for _, r := range u.rows[e] {
				if r.id >= first && r.id < end && r.shows(now-u.lag) && !visit(u, r) {
					return
				}
			}
		}
	}
}
