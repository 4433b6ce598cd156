// Package flatten turns releases into tables: one row a release, and one table for each array
// of objects, whose rows carry the ocid and the ids of everything they are part of.
//
// Columns are named by the path of their field ("tender/value/amount"), tables by
// the path of their array ("tender_items"). Their order is that of the schema, then
// fields the schema does not have by name; only what occurs in the data is there. So the
// data is read twice: a Survey finds tables, columns and types, then a
// Flattener makes rows.
package flatten

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/kzocds/kzocds/ocds"
)

// Type of a column, the narrowest that holds all of its values exactly.
type Type uint8

// Types of columns.
const (
	Text    Type = iota
	Boolean      // true or false
	Integer      // fits 64 bits
	Decimal      // at most 38 digits; Column.Scale of them behind the point
	Time         // a date-time with a zone
)

// Column of a table.
type Column struct {
	Name  string
	Type  Type
	Scale int
	Key   bool // ocid, or the id of the object or an object around it

	digits int // most digits of a Decimal
}

// Table is what the rows of one array of objects go to.
type Table struct {
	Name    string
	Path    []string // of the array; empty for releases
	Columns []Column
	Rows    int64 // as counted by the survey

	keys int // the columns that are keys come first
	node *node
}

// MainTable is the name of the table of releases.
const MainTable = "releases"

// node is a field, in the survey and afterwards.
type node struct {
	name    string
	hash    uint32
	order   int // place in the schema; large if it is not there
	members []*node
	table   *Table // of an array of objects
	rows    int64
	stats   stats
	column  int // in the table it belongs to; -1: none
	inTable bool
}

// stats tell which type holds all values of a column.
type stats struct {
	values   int64
	other    bool // a string that is no date-time, or a list
	booleans int64
	numbers  int64
	times    int64
	whole    int // most digits before the point
	scale    int // most digits behind it
	wide     bool
}

const unordered = 1 << 30

// Survey finds the tables and columns of a set of releases. A Survey is for one
// goroutine at a time; use one for each and Merge them.
type Survey struct {
	root   *node
	schema ocds.Value
}

// NewSurvey begins a survey; the order of columns is taken from the release schema.
func NewSurvey(releaseSchema []byte) (*Survey, error) {
	v, err := ocds.Parse(releaseSchema)
	if err != nil {
		return nil, err
	}
	s := &Survey{root: &node{}}
	s.outline(s.root, v, v, map[int]bool{})
	return s, nil
}

// outline adds the fields of the schema to a node, so that they come in its order. open are
// the places of the schemas around it: one that refers to itself is not followed.
func (s *Survey) outline(n *node, schema, root ocds.Value, open map[int]bool) {
	if open[schema.Offset()] {
		return
	}
	open[schema.Offset()] = true
	defer delete(open, schema.Offset())
	for name, p := range schema.Get("properties").Members() {
		m := &node{name: name, hash: ocds.Hash(name), order: len(n.members)}
		n.members = append(n.members, m)
		p = resolve(p, root)
		if items := p.Get("items"); items.Ok() {
			p = resolve(items, root)
		}
		s.outline(m, p, root, open)
	}
}

func resolve(p, root ocds.Value) ocds.Value {
	if ref := p.Get("$ref"); ref.Kind() == ocds.String {
		if found, err := ocds.Pointer(root, strings.TrimPrefix(ref.Text(), "#")); err == nil {
			return found
		}
	}
	return p
}

// member finds the field of that name; hint is where it is likely to be.
func (n *node) member(hash uint32, name []byte, hint *int) *node {
	for i := *hint; i < len(n.members); i++ {
		if m := n.members[i]; m.hash == hash && m.name == string(name) {
			*hint = i + 1
			return m
		}
	}
	for i := range min(*hint, len(n.members)) {
		if m := n.members[i]; m.hash == hash && m.name == string(name) {
			*hint = i + 1
			return m
		}
	}
	return nil
}

// Add surveys one release.
func (s *Survey) Add(release ocds.Value) {
	s.root.rows++
	s.root.survey(release)
}

func (n *node) survey(object ocds.Value) {
	hint := 0
	for c := object.First(); c.Ok(); c = c.Next() {
		m := n.member(c.KeyHash(), c.KeyBytes(), &hint)
		if m == nil {
			m = &node{name: c.Key(), hash: c.KeyHash(), order: unordered}
			n.members = append(n.members, m)
		}
		switch {
		case c.Kind() == ocds.Null || c.Kind() >= ocds.Array && c.Len() == 0:
		case c.Kind() == ocds.Object:
			m.survey(c)
		case isTable(c):
			for e := c.First(); e.Ok(); e = e.Next() {
				m.rows++
				m.survey(e)
			}
		default:
			m.stats.add(c)
		}
	}
}

func isTable(array ocds.Value) bool {
	if array.Kind() != ocds.Array {
		return false
	}
	for e := array.First(); e.Ok(); e = e.Next() {
		if e.Kind() != ocds.Object {
			return false
		}
	}
	return true
}

func (s *stats) add(v ocds.Value) {
	s.values++
	switch v.Kind() {
	case ocds.Bool:
		s.booleans++
	case ocds.Number:
		s.numbers++
		whole, scale, ok := digits(v.Raw())
		s.wide = s.wide || !ok
		s.whole, s.scale = max(s.whole, whole), max(s.scale, scale)
	case ocds.String:
		if s.other {
			return
		}
		if _, exact, ok := ocds.ParseTime(v.Bytes()); ok && exact {
			s.times++
			return
		}
		s.other = true
	default:
		s.other = true
	}
}

// digits before and behind the point of a number; not ok with an exponent, which
// no table needs.
func digits(b []byte) (whole, scale int, ok bool) {
	if b[0] == '-' {
		b = b[1:]
	}
	if bytes.IndexAny(b, "eE") >= 0 {
		return 0, 0, false
	}
	if dot := bytes.IndexByte(b, '.'); dot >= 0 {
		return dot, len(b) - dot - 1, true
	}
	return len(b), 0, true
}

func (s *stats) kind() (t Type, scale int) {
	switch {
	case s.other || s.values == 0:
		return Text, 0
	case s.booleans == s.values:
		return Boolean, 0
	case s.times == s.values:
		return Time, 0
	case s.numbers == s.values && !s.wide && s.scale == 0 && s.whole <= 18:
		return Integer, 0
	case s.numbers == s.values && !s.wide && s.whole+s.scale <= 38:
		return Decimal, s.scale
	}
	return Text, 0
}

// Merge adds what another survey found.
func (s *Survey) Merge(o *Survey) { s.root.merge(o.root) }

func (n *node) merge(o *node) {
	n.rows += o.rows
	a, b := &n.stats, &o.stats
	a.values += b.values
	a.booleans += b.booleans
	a.numbers += b.numbers
	a.times += b.times
	a.other, a.wide = a.other || b.other, a.wide || b.wide
	a.whole, a.scale = max(a.whole, b.whole), max(a.scale, b.scale)
	hint := 0
	for _, m := range o.members {
		mine := n.member(m.hash, []byte(m.name), &hint)
		if mine == nil {
			mine = &node{name: m.name, hash: m.hash, order: unordered}
			n.members = append(n.members, mine)
		}
		mine.merge(m)
	}
}

// Plan fixes tables and columns. The survey must not be used afterwards.
func (s *Survey) Plan() *Plan {
	p := &Plan{root: s.root}
	main := &Table{Name: MainTable, Rows: s.root.rows, node: s.root, keys: 1}
	main.Columns = []Column{{Name: "ocid", Key: true}}
	s.root.table = main
	p.Tables = append(p.Tables, main)
	p.fill(main, s.root, "", nil)
	return p
}

// Plan is the tables of a set of releases.
type Plan struct {
	Tables []*Table
	root   *node
}

// place of a field among its siblings: the id first, then as in the schema.
func (n *node) place() int {
	if n.name == "id" {
		return -1
	}
	return n.order
}

// fill adds the columns of an object to its table, and the tables below it.
func (p *Plan) fill(t *Table, n *node, prefix string, path []string) {
	slices.SortStableFunc(n.members, func(a, b *node) int {
		return cmp.Or(cmp.Compare(a.place(), b.place()), strings.Compare(a.name, b.name))
	})
	for _, m := range n.members {
		m.column = -1
		if m.stats.values > 0 {
			name := prefix + m.name
			if name == "ocid" && t == p.Tables[0] {
				m.column = 0
			} else {
				kind, scale := m.stats.kind()
				if i := slices.IndexFunc(t.Columns[:t.keys], func(c Column) bool { return c.Name == name }); i >= 0 {
					name += "_"
				}
				m.column = len(t.Columns)
				t.Columns = append(t.Columns, Column{Name: name, Type: kind, Scale: scale, Key: name == "id", digits: m.stats.whole + m.stats.scale})
			}
		}
		below := append(slices.Clone(path), m.name)
		if m.rows > 0 {
			made := &Table{Name: strings.Join(below, "_"), Path: below, Rows: m.rows, node: m}
			made.Columns = []Column{{Name: "ocid", Key: true}}
			// The ids of the objects around it, outermost first.
			for _, c := range t.Columns[1:t.keys] {
				made.Columns = append(made.Columns, c)
			}
			if t != p.Tables[0] {
				made.Columns = append(made.Columns, Column{Name: t.Name + "/id", Key: true})
			}
			made.keys = len(made.Columns)
			m.table = made
			p.Tables = append(p.Tables, made)
			m.inTable = true
			p.fill(made, m, "", below)
			continue
		}
		p.fill(t, m, prefix+m.name+"/", below)
	}
}
