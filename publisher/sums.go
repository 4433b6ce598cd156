package publisher

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// sums are the totals of a table, each by everything that it can be broken down
// by. What is added up is every whole number that is no time, and the rows
// themselves; what it is broken down by is every other column, so a new column is
// covered by being declared.
//
// By a column there is one number, the sum of hash(member) * value over the rows,
// modulo 2^64: two tables with the same one have, but for a chance of 2^-64, the
// same sum for each member, however many members there are. So it takes 8 bytes,
// may be added over files, and does not depend on the order of rows.
type sums struct {
	*columns
	rows   int64
	totals []int64  // by measure
	by     []uint64 // measure by measure, in each all dimensions

	values []int64 // of the row being added
	given  []bool
	hashes []uint64
}

// columns of a table: the measures begin with the rows themselves.
type columns struct {
	measures, dimensions []string
	place                []int // of a column among measures (from 1) or dimensions (from -1 down)
}

func columnsOf(s *parquet.Schema) *columns {
	c := &columns{measures: []string{"rows"}}
	for _, path := range s.Columns() {
		leaf, _ := s.Lookup(path...)
		name, t := strings.Join(path, "."), leaf.Node.Type()
		if isNumber(t) {
			c.place = append(c.place, len(c.measures))
			c.measures = append(c.measures, name)
			continue
		}
		c.dimensions = append(c.dimensions, name)
		c.place = append(c.place, -len(c.dimensions))
	}
	return c
}

// isNumber says whether a column is a whole number that is no time.
func isNumber(t parquet.Type) bool {
	if t.Kind() != parquet.Int32 && t.Kind() != parquet.Int64 {
		return false
	}
	logical := t.LogicalType()
	if logical == nil || logical.Value == nil {
		return true
	}
	_, whole := logical.Value.(*format.IntType)
	return whole
}

func newSums(s *parquet.Schema) *sums {
	c := columnsOf(s)
	return &sums{columns: c, totals: make([]int64, len(c.measures)), by: make([]uint64, len(c.measures)*len(c.dimensions)),
		values: make([]int64, len(c.measures)), given: make([]bool, len(c.measures)), hashes: make([]uint64, len(c.dimensions))}
}

// add takes a row of the table's schema; its columns hold one value each.
func (s *sums) add(r parquet.Row) {
	clear(s.given)
	s.values[0], s.given[0] = 1, true
	for i := range r {
		v := &r[i]
		at := s.place[v.Column()]
		switch {
		case at < 0:
			s.hashes[-at-1] = hashOf(v)
		case !v.IsNull():
			s.values[at], s.given[at] = v.Int64(), true
			if v.Kind() == parquet.Int32 {
				s.values[at] = int64(v.Int32())
			}
		}
	}
	s.rows++
	for m, value := range s.values {
		if !s.given[m] {
			continue
		}
		s.totals[m] += value
		by := s.by[m*len(s.hashes):][:len(s.hashes)]
		for d, h := range s.hashes {
			by[d] += h * uint64(value)
		}
	}
}

// hashOf is odd, so that no value but 0 vanishes in the product. A missing value
// is a member of its own.
func hashOf(v *parquet.Value) uint64 {
	var h uint64
	switch v.Kind() {
	case parquet.ByteArray, parquet.FixedLenByteArray:
		h = xxhash.Sum64(v.ByteArray())
	default:
		if v.IsNull() {
			return 0x9e3779b97f4a7c15
		}
		var b [9]byte
		b[0] = byte(v.Kind())
		binary.LittleEndian.PutUint64(b[1:], v.Uint64())
		h = xxhash.Sum64(b[:])
	}
	return h | 1
}

// bytes are the sums as they are stored: totals, then the numbers by dimension.
func (s *sums) bytes() []byte {
	b := make([]byte, 0, 8*(len(s.totals)+len(s.by)))
	for _, n := range s.totals {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	for _, n := range s.by {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	return b
}

// differences from stored sums, in words.
func (s *sums) differences(stored []byte) []string {
	if len(stored) != 8*(len(s.totals)+len(s.by)) {
		return []string{"other columns than were written"}
	}
	var odd []string
	for m, name := range s.measures {
		if was := int64(binary.LittleEndian.Uint64(stored[8*m:])); was != s.totals[m] {
			odd = append(odd, fmt.Sprintf("%s %d instead of %d", name, s.totals[m], was))
		}
	}
	for i, n := range s.by {
		if binary.LittleEndian.Uint64(stored[8*(len(s.totals)+i):]) != n {
			odd = append(odd, s.measures[i/len(s.dimensions)]+" by "+s.dimensions[i%len(s.dimensions)])
		}
	}
	return odd
}

// totalOf a measure in stored sums.
func totalOf(c *columns, stored []byte, measure string) int64 {
	for m, name := range c.measures {
		if name == measure && len(stored) >= 8*(m+1) {
			return int64(binary.LittleEndian.Uint64(stored[8*m:]))
		}
	}
	return 0
}
