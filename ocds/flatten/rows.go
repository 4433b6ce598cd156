package flatten

import (
	"bytes"

	"github.com/kzocds/kzocds/ocds"
)

// Cell is a value of a row; Missing is an empty one. Text is valid until the
// next release.
type Cell struct {
	Kind ocds.Kind // Bool, Number or String; a list is a String
	Text []byte
}

// Rows receives the rows of one release, in the order of the text: a row of a table
// comes before those of the tables below it.
type Rows func(t *Table, row []Cell) error

// Flattener makes rows by a plan. It is for one goroutine at a time.
type Flattener struct {
	plan *Plan
	rows Rows
	free [][]Cell
	text []byte
}

// Flattener that gives its rows to the function.
func (p *Plan) Flattener(rows Rows) *Flattener { return &Flattener{plan: p, rows: rows} }

// Add makes the rows of one release, which must have been surveyed.
func (f *Flattener) Add(release ocds.Value) error {
	f.text = f.text[:0]
	keys := []Cell{cell(release.Get("ocid"))}
	return f.object(f.plan.root.table, f.plan.root, release, keys)
}

func cell(v ocds.Value) Cell {
	switch v.Kind() {
	case ocds.Missing, ocds.Null, ocds.Array, ocds.Object:
		return Cell{}
	}
	return Cell{v.Kind(), v.Bytes()}
}

// object makes the row of one object, and those of the tables below it.
func (f *Flattener) object(t *Table, n *node, v ocds.Value, keys []Cell) error {
	var row []Cell
	if last := len(f.free) - 1; last >= 0 {
		row, f.free = f.free[last], f.free[:last]
	}
	if cap(row) < len(t.Columns) {
		row = make([]Cell, len(t.Columns))
	}
	row = row[:len(t.Columns)]
	clear(row)
	copy(row, keys)
	f.fill(row, n, v)
	if err := f.rows(t, row); err != nil {
		return err
	}
	f.free = append(f.free, row)
	return f.below(t, n, v, keys, v.Get("id"))
}

// fill sets the columns of an object and of the objects in it.
func (f *Flattener) fill(row []Cell, n *node, v ocds.Value) {
	hint := 0
	for c := v.First(); c.Ok(); c = c.Next() {
		m := n.member(c.KeyHash(), c.KeyBytes(), &hint)
		switch {
		case m == nil:
		case c.Kind() == ocds.Object:
			if !m.inTable {
				f.fill(row, m, c)
			}
		case c.Kind() == ocds.Array:
			if m.column >= 0 && c.Len() > 0 && !isTable(c) {
				row[m.column] = f.list(c)
			}
		case m.column >= 0 && c.Kind() != ocds.Null:
			row[m.column] = cell(c)
		}
	}
}

// below makes the rows of the arrays of objects in an object.
func (f *Flattener) below(t *Table, n *node, v ocds.Value, keys []Cell, id ocds.Value) error {
	hint := 0
	for c := v.First(); c.Ok(); c = c.Next() {
		if c.Kind() < ocds.Array || c.Len() == 0 {
			continue
		}
		m := n.member(c.KeyHash(), c.KeyBytes(), &hint)
		switch {
		case m == nil:
		case m.inTable && (c.Kind() == ocds.Object || isTable(c)):
			inner := keys
			if t != f.plan.Tables[0] {
				inner = append(append(make([]Cell, 0, len(keys)+1), keys...), cell(id))
			}
			if c.Kind() == ocds.Object {
				// An object where other releases have an array of objects.
				if err := f.object(m.table, m, c, inner); err != nil {
					return err
				}
				continue
			}
			for e := c.First(); e.Ok(); e = e.Next() {
				if err := f.object(m.table, m, e, inner); err != nil {
					return err
				}
			}
		case c.Kind() == ocds.Object:
			if err := f.below(t, m, c, keys, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// list is the text of an array that is no table: scalars joined with semicolons,
// anything else as JSON.
func (f *Flattener) list(v ocds.Value) Cell {
	from := len(f.text)
	plain := true
	for e := v.First(); e.Ok(); e = e.Next() {
		b := e.Bytes()
		if e.Kind() >= ocds.Array || e.Kind() == ocds.Null || bytes.IndexByte(b, ';') >= 0 {
			plain = false
			break
		}
		if len(f.text) > from {
			f.text = append(f.text, ';')
		}
		f.text = append(f.text, b...)
	}
	if !plain {
		f.text = v.AppendTo(f.text[:from])
	}
	return Cell{ocds.String, f.text[from:len(f.text):len(f.text)]}
}
