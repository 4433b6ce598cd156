package goszakup

import (
	"iter"
	"runtime"
	"slices"
	"sync"
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
	*roster
	quasi           bool // makes the registers of the quasi-sector
	opening, direct []share[int]
	cache           [1 << 13]atomic.Pointer[unit]
	outlines        []outline // by unit
}

// roster is the participants, which both worlds share.
type roster struct {
	seedOfAll uint64
	buyers    []atomic.Pointer[party]
	suppliers []atomic.Pointer[party]
}

// newGenerators makes the public world and that of the quasi-sector.
func newGenerators(seed uint64, scale int) (public, quasi *generator) {
	r := &roster{seedOfAll: seed}
	public = &generator{grid: grid{seed: seed}, roster: r, opening: openingMethods, direct: directMethods}
	quasi = &generator{grid: grid{seed: quasiSeed(seed)}, roster: r, quasi: true, opening: quasiOpening, direct: quasiDirect}
	if scale <= 0 {
		return public, quasi
	}
	units := max(1, int(float64(scale)/processesPerUnit+0.5))
	public.grid, quasi.grid = newGrid(public.grid.seed, units), newGrid(quasi.grid.seed, max(1, units/quasiShare))
	public.outlines, quasi.outlines = make([]outline, public.units*3/2), make([]outline, quasi.units*3/2)
	r.buyers = make([]atomic.Pointer[party], min(20_000, 12+units/8))
	r.suppliers = make([]atomic.Pointer[party], min(80_000, 24+units/3))
	return public, quasi
}

func (g *generator) unit(i int) *unit {
	slot := &g.cache[i%len(g.cache)]
	if u := slot.Load(); u != nil && u.index == i {
		return u
	}
	u := g.compute(i)
	slot.Store(u)
	if i < len(g.outlines) {
		g.outlines[i].active.Store(u.active)
		g.outlines[i].lanes.Store(u.lanes())
	}
	return u
}

// outline is what is remembered of a unit that was computed once: the lanes in
// which it has rows, for each of three parts of its life sixteen bits, and when
// it changes. So listings and searches of a large world compute a unit about as
// often as it has rows. Nothing is known while active is 0.
type outline struct{ lanes, active atomic.Uint64 }

func (u *unit) lanes() (o uint64) {
	for _, k := range u.rows {
		s := spaces[k.entity]
		for _, r := range k.rows {
			_, lane, _, _ := s.split(r.id)
			o |= 1 << (16*s.part + uint(lane))
		}
	}
	return o
}

// mayUse tells whether a unit may have rows of a part of its life in a lane.
func (g *generator) mayUse(i int, part uint, lane int) bool {
	if i >= len(g.outlines) {
		return true
	}
	o := g.outlines[i].lanes.Load()
	return o == 0 || o>>(16*part+uint(lane))&1 == 1
}

// mayChange tells whether anything of a unit may change, as the index sees it,
// between two moments.
func (g *generator) mayChange(i int, from, to moment) bool {
	if i >= len(g.outlines) {
		return true
	}
	active := g.outlines[i].active.Load()
	if active == 0 {
		return true
	}
	first := g.firstOf(i)
	if to < first {
		return false
	}
	low := min(63, max(0, max(from, first)-maxLag-first)/stretch)
	high := min(63, max(0, min(to, first+100*stretch)-first)/stretch)
	return active>>low<<low&(1<<(high+1)-1) != 0
}

func (g *generator) firstOf(i int) moment {
	return at(g.dayOf(int64(g.slotOf(i)), 0, spaces[Plans], 0))
}

// scan visits the units that start until a moment and may change between two
// others, in parallel: work is called for each share of them.
func (g *generator) scan(until, from, to moment, work func(iter.Seq[*unit])) {
	units, shares := g.unitsUntil(until), runtime.GOMAXPROCS(0)
	var workers sync.WaitGroup
	for p := range shares {
		workers.Go(func() {
			work(func(yield func(*unit) bool) {
				for i := units * p / shares; i < units*(p+1)/shares; i++ {
					if g.mayChange(i, from, to) && !yield(g.unit(i)) {
						return
					}
				}
			})
		})
	}
	workers.Wait()
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
	u.rows = make([]registerRows, 0, 10)
	u.last = u.first
	add := func(e Entity, r rowRef) {
		k := 0
		for k < len(u.rows) && u.rows[k].entity != e {
			k++
		}
		if k == len(u.rows) {
			u.rows = append(u.rows, registerRows{entity: e})
		}
		u.rows[k].rows = append(u.rows[k].rows, r)
		u.note(r.from, r.to)
	}
	for p := range u.points {
		pt := &u.points[p]
		for v := range pt.versions {
			add(Plans, rowRef{id: pt.versions[v].id, a: p, b: v, from: pt.versions[v].at, to: pt.deleted})
			if pt.deleted != never {
				add(DeletedPlans, rowRef{id: pt.versions[v].id, a: p, b: v, from: pt.deleted, to: never})
			}
			u.noteSteps(pt.versions[v].steps)
		}
	}
	for n := range u.notices {
		nt := &u.notices[n]
		add(TrdBuy, rowRef{id: nt.id, a: n, from: nt.publish, to: nt.removed})
		u.noteSteps(nt.steps)
		for l := range nt.lots {
			add(Lots, rowRef{id: nt.lots[l].id, a: n, b: l, from: nt.publish, to: nt.removed})
			u.noteSteps(nt.lots[l].steps)
			u.note(nt.lots[l].deleted)
		}
		for i, k := range nt.complaints {
			add(ComplaintAppeal, rowRef{id: k.id, a: n, b: i, from: k.filed, to: never})
			u.note(k.review, k.resolved)
		}
		if u.quasi {
			continue // bids, acts and waybills of the quasi-sector are in no register
		}
		for b := range nt.bids {
			add(TrdApp, rowRef{id: nt.bids[b].id, a: n, b: b, from: nt.end, to: never})
			u.note(nt.bids[b].at)
		}
	}
	for k := range u.contracts {
		ct := &u.contracts[k]
		for v := range ct.versions {
			a := &ct.versions[v]
			add(Contract, rowRef{id: a.id, a: k, b: v, from: a.created, to: ct.removed})
			u.noteSteps(a.steps)
			for l := range a.lines {
				add(Units, rowRef{id: a.lines[l].id, a: k, b: v, c: l, from: a.created, to: ct.removed})
			}
		}
		u.note(ct.removed, ct.advance.at)
		for i := range ct.acts {
			u.note(ct.acts[i].approved, ct.acts[i].paid, ct.acts[i].revoked)
		}
		if u.quasi {
			continue
		}
		if ct.treasury && ct.advance.at != never {
			add(TreasuryPay, rowRef{id: ct.advance.payID, a: k, b: -1, from: ct.advance.at, to: never})
		}
		for i := range ct.acts {
			a := &ct.acts[i]
			add(Acts, rowRef{id: a.id, a: k, b: i, from: a.drafted, to: never})
			if ct.treasury && a.paid != never {
				add(TreasuryPay, rowRef{id: a.payID, a: k, b: i, from: a.paid, to: never})
			}
			if a.waybill == 0 {
				continue
			}
			add(Waybills, rowRef{id: a.waybill, a: k, b: i, from: a.drafted, to: never})
			for l := range ct.versions[len(ct.versions)-1].lines {
				add(WaybillItems, rowRef{id: a.waybillItem(l), a: k, b: i, c: l, from: a.drafted, to: never})
			}
			for m := range membersPerWaybill {
				add(WaybillMembers, rowRef{id: a.waybillMember(m), a: k, b: i, c: m, from: a.drafted, to: never})
			}
		}
	}
	for k := range u.rows {
		slices.SortFunc(u.rows[k].rows, func(x, y rowRef) int { return int(y.id - x.id) })
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
	for _, r := range u.rowsOf(e) {
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
			if i < 0 || !g.mayUse(i, s.part, lane) {
				continue
			}
			u := g.unit(i)
			first := s.id(int64(slot), int64(lane), 0, 0)
			end := first + s.width*s.children
			if below > 0 {
				end = min(end, below)
			}
			for _, r := range u.rowsOf(e) {
				if r.id >= first && r.id < end && r.shows(now-u.lag) && !visit(u, r) {
					return
				}
			}
		}
	}
}
