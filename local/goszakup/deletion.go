package goszakup

import "sync"

// deletions are rows that were taken away on demand, by a fault or by the
// instrument's own path, besides those that the generator takes away itself.
type deletions struct {
	mu   sync.RWMutex
	rows map[Entity]map[int64]moment
	list []deletion // in the order they came
}

type deletion struct {
	entity Entity
	id     int64
	at     moment
}

// at is when the row was deleted, or never.
func (d *deletions) at(e Entity, id int64) moment {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if when, ok := d.rows[e][id]; ok {
		return when
	}
	return never
}

func (d *deletions) none(e Entity) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return len(d.rows[e]) == 0
}

// of lists the rows of a register deleted until now.
func (d *deletions) of(e Entity, now moment) (ids []int64) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	for id, when := range d.rows[e] {
		if when <= now {
			ids = append(ids, id)
		}
	}
	return ids
}

// all lists every deletion in the order in which they came.
func (d *deletions) all() []deletion {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return append([]deletion(nil), d.list...)
}

// remove deletes a visible row for good.
func (d *deletions) remove(e Entity, id int64, now moment) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.rows == nil {
		d.rows = map[Entity]map[int64]moment{}
	}
	if d.rows[e] == nil {
		d.rows[e] = map[int64]moment{}
	}
	if _, ok := d.rows[e][id]; ok {
		return
	}
	d.rows[e][id] = now
	d.list = append(d.list, deletion{e, id, now})
}
