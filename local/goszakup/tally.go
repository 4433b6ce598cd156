package goszakup

import (
	"iter"
	"math"
	"slices"
	"sync"
)

// tally counts the visible rows of a generator's registers. Counting visits
// every unit, so what comes and goes in the days after is noted on the way, and
// a clock that moves on a little is followed without counting again.
type tally struct {
	mu     sync.Mutex
	made   bool
	at     moment
	until  moment // comings and goings are known to here
	counts []int  // by index of Entities, at the moment at
	coming []coming
}

// coming is a row that appears, or one that goes.
type coming struct {
	at     moment
	entity uint8 // index of Entities
	change int8
}

// foresight is how far ahead comings and goings are noted.
const foresight moment = 14 * 86400

func (t *tally) count(g *generator, e Entity, now moment) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.made || now < t.at || now > t.until {
		t.recount(g, now)
	}
	for len(t.coming) > 0 && t.coming[0].at <= now {
		t.counts[t.coming[0].entity] += int(t.coming[0].change)
		t.coming = t.coming[1:]
	}
	t.at = now
	return t.counts[slices.Index(Entities, e)]
}

func (t *tally) recount(g *generator, now moment) {
	t.made, t.at, t.until = true, now, now+foresight
	t.counts, t.coming = make([]int, len(Entities)), nil
	var mu sync.Mutex
	g.scan(t.until, math.MinInt64, math.MaxInt64, func(units iter.Seq[*unit]) {
		counts := make([]int, len(Entities))
		var list []coming
		for u := range units {
			for _, k := range u.rows {
				e := slices.Index(Entities, k.entity)
				for _, r := range k.rows {
					if r.shows(now - u.lag) {
						counts[e]++
					}
					if from := r.from + u.lag; from > now && from <= t.until && r.to > r.from {
						list = append(list, coming{from, uint8(e), 1})
					}
					if r.to != never && r.to > r.from && r.to+u.lag > now && r.to+u.lag <= t.until {
						list = append(list, coming{r.to + u.lag, uint8(e), -1})
					}
				}
			}
		}
		mu.Lock()
		defer mu.Unlock()
		for e, n := range counts {
			t.counts[e] += n
		}
		t.coming = append(t.coming, list...)
	})
	slices.SortFunc(t.coming, func(a, b coming) int { return int(a.at - b.at) })
}

// count is the number of visible rows of a register.
func (w *world) count(e Entity, now moment) int {
	if listed(e) {
		return len(w.listedIDs(e, now))
	}
	n := len(w.samples.tables[e].ids)
	if plain, quasi := plainOf[e]; quasi {
		n += w.tallies[1].count(w.quasi, plain, now)
	} else {
		n += w.tallies[0].count(w.gen, e, now)
	}
	for _, id := range w.gone.of(e, now) {
		if _, ok := w.undeleted(e, id, now); ok {
			n--
		}
	}
	return n
}

// planTotals are totals over plan points that no register has.
type planTotals struct {
	mu     sync.Mutex
	at     moment
	made   bool
	owners map[string]int // plan rows by the customer's BIN
	placed int            // places
	rows   int
}

func (w *world) plans(now moment) *planTotals {
	t := &w.planned
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.made && t.at == now {
		return t
	}
	t.made, t.at, t.owners, t.placed, t.rows = true, now, map[string]int{}, 0, 0
	var mu sync.Mutex
	w.gen.scan(now, math.MinInt64, math.MaxInt64, func(units iter.Seq[*unit]) {
		owners := map[int]int{}
		placed, rows := 0, 0
		for u := range units {
			for _, r := range u.rowsOf(Plans) {
				if !r.shows(now-u.lag) || w.gone.at(Plans, r.id) <= now {
					continue
				}
				rows++
				owners[u.points[r.a].buyer]++
				placed += len(u.points[r.a].places)
			}
		}
		mu.Lock()
		defer mu.Unlock()
		t.placed, t.rows = t.placed+placed, t.rows+rows
		for buyer, n := range owners {
			t.owners[w.gen.buyer(buyer).bin] += n
		}
	})
	for _, id := range w.samplesOf(Plans, now) {
		t.owners[text(w.samples.tables[Plans].docs[id]["subjectBiin"])]++
	}
	return t
}

func (w *world) planOwners(now moment) map[string]int { return w.plans(now).owners }

// planParts is the number of places or budget lines of generated plan points.
func (w *world) planParts(field string, now moment) int {
	if field == "PlansKato" {
		return w.plans(now).placed
	}
	return w.plans(now).rows
}
