// Package skip tells JSON values apart without reading them.
package skip

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/kzocds/kzocds/ocds"
)

// Skipper finds the end of a JSON object or array without reading its content: it
// only tells strings from brackets, which is several times faster than parsing.
// Faults inside are found when the value is parsed.
type Skipper struct {
	depth    int
	inString bool
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// bracket and quote classes of bytes outside strings.
var class = func() (t [256]int8) {
	t['{'], t['['], t['}'], t[']'], t['"'] = 1, 1, -1, -1, 2
	return t
}()

// Run looks for the end of the value in data, which continues what was given
// before. It returns the number of bytes up to the end, or -1 if the end is not in data.
// A backslash that is the last byte is left to the next call: rest is 1 then.
func (s *Skipper) Run(data []byte) (end, rest int) {
	i, n := 0, len(data)
	depth := s.depth
	if s.inString {
		goto text
	}
outside:
	for i < n {
		switch class[data[i]] {
		case 0:
			i++
		case 1:
			depth++
			i++
		case -1:
			depth--
			i++
			if depth <= 0 {
				s.depth = 0
				return i, 0
			}
		case 2:
			i++
			goto text
		}
	}
	s.depth, s.inString = depth, false
	return -1, 0

text:
	for {
		for i+8 <= n {
			w := binary.LittleEndian.Uint64(data[i:])
			quote := w ^ 0x2222222222222222
			slash := w ^ 0x5c5c5c5c5c5c5c5c
			stop := ((quote-ones)&^quote | (slash-ones)&^slash) & highs
			if stop == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(stop) >> 3
			break
		}
		for i < n && data[i] != '"' && data[i] != '\\' {
			i++
		}
		if i >= n {
			s.depth, s.inString = depth, true
			return -1, 0
		}
		if data[i] == '"' {
			i++
			// Mostly another text follows, behind a colon or a comma.
			if i+1 < n && data[i+1] == '"' && class[data[i]] == 0 {
				i += 2
				continue
			}
			goto outside
		}
		if i+1 >= n {
			s.depth, s.inString = depth, true
			return -1, 1
		}
		i += 2
	}
}

// End is the end of the JSON value at the start of data, -1 if it is not there.
// A number, true, false or null ends before a delimiter.
func End(data []byte) int {
	if len(data) == 0 {
		return -1
	}
	switch data[0] {
	case '{', '[':
		end, _ := (&Skipper{}).Run(data)
		return end
	case '"':
		for i := 1; i < len(data); i++ {
			switch data[i] {
			case '"':
				return i + 1
			case '\\':
				i++
			}
		}
		return -1
	}
	if i := bytes.IndexAny(data, ",]} \t\r\n"); i >= 0 {
		return i
	}
	return -1
}

// Space is the number of space characters at the start of data.
func Space(data []byte) int {
	i := 0
	for i < len(data) && (data[i] == ' ' || data[i] == '\n' || data[i] == '\r' || data[i] == '\t') {
		i++
	}
	return i
}

// Member of an object: its name without quotes and the text of its value.
type Member struct {
	Name, Value []byte
	Hash        uint32 // of the name, as ocds.Hash
}

// Members appends the members of the object that text is. It is strict about what
// stands between values, not about the values: they must be parsed, or be equal to
// what was. ok is false if anything is unusual: no object, a fault, a name with an
// escape or beyond ASCII, a repeated name.
func Members(text []byte, members []Member) (_ []Member, ok bool) {
	i := Space(text)
	if i >= len(text) || text[i] != '{' {
		return members, false
	}
	i++
	from := len(members)
	var seen uint64
	for {
		i += Space(text[i:])
		if i < len(text) && text[i] == '}' && len(members) == from {
			break
		}
		if i >= len(text) || text[i] != '"' {
			return members, false
		}
		i++
		start := i
		for i < len(text) && text[i] != '"' {
			if c := text[i]; c < ' ' || c >= 0x80 || c == '\\' {
				return members, false
			}
			i++
		}
		if i >= len(text) {
			return members, false
		}
		m := Member{Name: text[start:i]}
		m.Hash = ocds.HashBytes(m.Name)
		i++
		i += Space(text[i:])
		if i >= len(text) || text[i] != ':' {
			return members, false
		}
		i++
		i += Space(text[i:])
		end := End(text[i:])
		if end <= 0 {
			return members, false
		}
		m.Value = text[i : i+end]
		i += end
		if bit := uint64(1) << (m.Hash & 63); seen&bit != 0 {
			for _, before := range members[from:] {
				if bytes.Equal(before.Name, m.Name) {
					return members, false
				}
			}
		} else {
			seen |= bit
		}
		if members = append(members, m); len(members)-from > maxMembers {
			return members, false
		}
		i += Space(text[i:])
		if i >= len(text) || text[i] != ',' && text[i] != '}' {
			return members, false
		}
		if text[i] == '}' {
			break
		}
		i++
	}
	return members, i+1+Space(text[i+1:]) == len(text)
}

// maxMembers bounds the search for repeated names.
const maxMembers = 200
