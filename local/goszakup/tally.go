package goszakup

import (
	"runtime"
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
	units, parts := g.unitsUntil(t.until), runtime.GOMAXPROCS(0)
	var mu sync.Mutex
	var workers sync.WaitGroup
	for p := range parts {
		workers.Go(func() {
			counts := make([]int, len(Entities))
			var list []coming
			for i := units * p / parts; i < units*(p+1)/parts; i++ {
				u := g.unit(i)
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
	}
	workers.Wait()
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
