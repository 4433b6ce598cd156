// Package coverage counts how often each field of a set of documents is filled, with
// the paths of Cardinal's coverage command: "" is a document, a path that ends with /
// an object, one that ends with [] an element of an array, any other a member.
// Empty are "", [], {}, null and what holds only empty values.
package coverage

import (
	"maps"
	"slices"
	"strconv"

	"github.com/kzocds/kzocds/ocds"
)

// Counter counts. The zero value is ready. A Counter is for one goroutine at a
// time; use one for each and Merge them.
type Counter struct{ root node }

// node is a place in the documents: a document, a member, or the elements of an array.
type node struct {
	name     string
	hash     uint32
	count    int64 // non-empty values here
	objects  int64 // of them objects
	elements *node
	members  []*node // open addressing by name hash; length is a power of two
	size     int
}

func (n *node) member(hash uint32, name []byte) *node {
	if 2*n.size >= len(n.members) {
		old := n.members
		n.members = make([]*node, max(8, 2*len(old)))
		for _, m := range old {
			if m != nil {
				n.place(m)
			}
		}
	}
	mask := uint32(len(n.members) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		m := n.members[i]
		if m == nil {
			m = &node{name: string(name), hash: hash}
			n.members[i] = m
			n.size++
			return m
		}
		if m.hash == hash && m.name == string(name) {
			return m
		}
	}
}

func (n *node) place(m *node) {
	mask := uint32(len(n.members) - 1)
	i := m.hash & mask
	for n.members[i] != nil {
		i = (i + 1) & mask
	}
	n.members[i] = m
}

// Add counts one document.
func (c *Counter) Add(v ocds.Value) { c.root.add(v) }

// add counts a value and says whether it is filled.
func (n *node) add(v ocds.Value) bool {
	filled := false
	switch v.Kind() {
	case ocds.Missing, ocds.Null:
	case ocds.String:
		filled = len(v.Raw()) > 2
	case ocds.Array:
		if v.Len() == 0 {
			return false
		}
		if n.elements == nil {
			n.elements = &node{}
		}
		for e := v.First(); e.Ok(); e = e.Next() {
			if n.elements.add(e) {
				filled = true
			}
		}
	case ocds.Object:
		for m := v.First(); m.Ok(); m = m.Next() {
			if n.member(m.KeyHash(), m.KeyBytes()).add(m) {
				filled = true
			}
		}
		if filled {
			n.objects++
		}
	default:
		filled = true
	}
	if filled {
		n.count++
	}
	return filled
}

// Merge adds the counts of another counter.
func (c *Counter) Merge(other *Counter) { c.root.merge(&other.root) }

func (n *node) merge(o *node) {
	n.count += o.count
	n.objects += o.objects
	if o.elements != nil {
		if n.elements == nil {
			n.elements = &node{}
		}
		n.elements.merge(o.elements)
	}
	for _, m := range o.members {
		if m != nil {
			n.member(m.hash, []byte(m.name)).merge(m)
		}
	}
}

// Counts is the number of filled values of each path that has any.
func (c *Counter) Counts() map[string]int64 {
	counts := map[string]int64{}
	c.root.collect("", counts)
	return counts
}

func (n *node) collect(path string, counts map[string]int64) {
	if n.count > 0 {
		counts[path] += n.count
	}
	if n.objects > 0 {
		counts[path+"/"] += n.objects
	}
	if n.elements != nil {
		n.elements.collect(path+"[]", counts)
	}
	for _, m := range n.members {
		if m != nil {
			m.collect(path+"/"+m.name, counts)
		}
	}
}

// AppendTo appends the counts as one JSON object, sorted by path.
func (c *Counter) AppendTo(dst []byte) []byte {
	counts := c.Counts()
	dst = append(dst, '{')
	for i, path := range slices.Sorted(maps.Keys(counts)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(ocds.AppendString(dst, path), ':')
		dst = strconv.AppendInt(dst, counts[path], 10)
	}
	return append(dst, '}')
}
