package quality

import (
	"slices"
	"strings"

	"github.com/kzocds/kzocds/ocds"
)

// Previous is an earlier collection of a source, to compare a later one with. It holds
// about 100 bytes a process.
type Previous struct {
	processes map[id]*earlier
	limit     int
	full      bool
}

// earlier is what a process had.
type earlier struct {
	ocid   string
	phases [4]int32 // planning, tender, awards, contracts
	title  id       // of the tender, without regard to case and space; zero: none
	kept   bool
}

// lost are the comparisons of a later collection.
type lost struct{ phases, titles tally }

// NewPrevious is an empty collection. Of more processes than the limit (0: 5,000,000) nothing can
// be said.
func NewPrevious(limit int) *Previous {
	if limit <= 0 {
		limit = defaultLimit
	}
	return &Previous{processes: map[id]*earlier{}, limit: limit}
}

// Add takes in a compiled release of the earlier collection.
func (p *Previous) Add(v ocds.Value) {
	ocid := v.Get("ocid").Text()
	key := hashed([]byte(ocid))
	if _, known := p.processes[key]; !known && len(p.processes) >= p.limit {
		p.full = true
		return
	}
	p.processes[key] = &earlier{ocid: ocid, phases: phases(v), title: normalTitle(v)}
}

func phases(v ocds.Value) (n [4]int32) {
	for i, name := range [...]string{"planning", "tender", "awards", "contracts"} {
		switch m := v.Get(name); m.Kind() {
		case ocds.Object:
			n[i] = 1
		case ocds.Array:
			n[i] = int32(m.Len())
		}
	}
	return n
}

func normalTitle(v ocds.Value) id {
	t := v.Path("tender", "title")
	if t.Kind() != ocds.String {
		return id{}
	}
	return hashed([]byte(strings.ToLower(strings.Join(strings.Fields(t.Text()), " "))))
}

// compare compares a process of the later collection.
func (p *Previous) compare(key id, v ocds.Value, ocid string, l *lost) {
	before := p.processes[key]
	if before == nil || before.kept {
		return
	}
	before.kept = true
	now, fewer := phases(v), false
	for i, n := range before.phases {
		fewer = fewer || now[i] < n
	}
	l.phases.add(!fewer, ocid)
	if title := normalTitle(v); before.title != (id{}) && title != (id{}) {
		l.titles.add(title == before.title, ocid)
	}
}

func (p *Previous) results(l *lost) []Result {
	if p.full {
		return []Result{undefined("ocid", tooMany, nil), undefined("phase_stable", tooMany, nil), undefined("tender_title", tooMany, nil)}
	}
	var kept tally
	var gone []string
	for _, e := range p.processes {
		kept.add(e.kept, "")
		if !e.kept {
			gone = least(append(gone, e.ocid))
		}
	}
	kept.examples = gone
	return []Result{
		kept.result("ocid", "the previous collection is empty"),
		l.phases.result("phase_stable", "the collections have no process in common"),
		l.titles.result("tender_title", "no process has a title of its tender in both collections"),
	}
}

// least keeps the first examples by text, so that they do not depend on the order of a map.
func least(list []string) []string {
	slices.Sort(list)
	return list[:min(len(list), examples)]
}
