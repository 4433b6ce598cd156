// Package difference tells in which fields two compiled releases of one process
// differ.
package difference

import (
	"cmp"
	"slices"

	"github.com/kzocds/kzocds/ocds"
)

// Kinds of change.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// Field names what differs: the path of member names, without ids and indexes.
type Field struct {
	Path   string // tender/lots/value/amount
	Change string
}

// Fields counts the values that differ, by field. Elements of lists are compared
// with those of the same id, lists without ids as a whole. Of what is there on
// one side only, every value counts. id, date and tag of the release follow from
// the history and do not count.
func Fields(before, after []byte) (map[Field]int64, error) {
	var document ocds.Document
	old, err := document.Parse(before)
	if err != nil {
		return nil, err
	}
	now, err := document.Parse(after)
	if err != nil {
		return nil, err
	}
	d := differences{}
	d.members("", old, now, func(name string) bool { return name == "id" || name == "date" || name == "tag" })
	return d, nil
}

type differences map[Field]int64

func (d differences) members(path string, old, now ocds.Value, skip func(name string) bool) {
	for member := old.First(); member.Ok(); member = member.Next() {
		name := member.Key()
		if skip(name) {
			continue
		}
		if counterpart := now.Get(name); counterpart.Ok() {
			d.values(below(path, name), member, counterpart)
		} else {
			d.all(Removed, below(path, name), member)
		}
	}
	for member := now.First(); member.Ok(); member = member.Next() {
		if name := member.Key(); !skip(name) && !old.Get(name).Ok() {
			d.all(Added, below(path, name), member)
		}
	}
}

func everything(string) bool { return false }

func below(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}

func (d differences) values(path string, old, now ocds.Value) {
	switch {
	case old.Kind() == ocds.Object && now.Kind() == ocds.Object:
		d.members(path, old, now, everything)
	case identified(old) && identified(now):
		d.elements(path, old, now)
	case !ocds.Equal(old, now):
		d[Field{path, Changed}]++
	}
}

func (d differences) elements(path string, old, now ocds.Value) {
	counterparts := make(map[string]ocds.Value, now.Len())
	for element := now.First(); element.Ok(); element = element.Next() {
		counterparts[element.Get("id").String()] = element
	}
	for element := old.First(); element.Ok(); element = element.Next() {
		id := element.Get("id").String()
		if counterpart, found := counterparts[id]; found {
			delete(counterparts, id)
			d.members(path, element, counterpart, everything)
		} else {
			d.all(Removed, path, element)
		}
	}
	for _, element := range counterparts {
		d.all(Added, path, element)
	}
}

// all counts every value of a tree.
func (d differences) all(change, path string, v ocds.Value) {
	switch {
	case v.Kind() == ocds.Object:
		for member := v.First(); member.Ok(); member = member.Next() {
			d.all(change, below(path, member.Key()), member)
		}
	case identified(v):
		for element := v.First(); element.Ok(); element = element.Next() {
			d.all(change, path, element)
		}
	default:
		d[Field{path, change}]++
	}
}

// identified reports whether a value is a list of objects with ids.
func identified(v ocds.Value) bool {
	if v.Kind() != ocds.Array || v.Len() == 0 {
		return false
	}
	for element := v.First(); element.Ok(); element = element.Next() {
		if element.Kind() != ocds.Object || !element.Get("id").Ok() {
			return false
		}
	}
	return true
}

// Report adds up the differences of many processes. Its size depends on the
// number of fields alone.
type Report struct{ fields map[Field]*Count }

// Count is how often a field differs.
type Count struct {
	Processes, Values int64
	Examples          []string // the first processes, in the order in which they were added
}

const examples = 5

// Add takes in the differences of a process.
func (r *Report) Add(process string, fields map[Field]int64) {
	if r.fields == nil {
		r.fields = map[Field]*Count{}
	}
	for field, values := range fields {
		c := r.fields[field]
		if c == nil {
			c = &Count{}
			r.fields[field] = c
		}
		c.Processes++
		c.Values += values
		if len(c.Examples) < examples {
			c.Examples = append(c.Examples, process)
		}
	}
}

// Line is a field with its count.
type Line struct {
	Field
	Count
}

// Lines are in the order of path and change.
func (r *Report) Lines() []Line {
	lines := make([]Line, 0, len(r.fields))
	for field, c := range r.fields {
		lines = append(lines, Line{field, *c})
	}
	slices.SortFunc(lines, func(a, b Line) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Change, b.Change)) })
	return lines
}
