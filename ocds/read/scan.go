package read

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// skipper finds the end of a JSON object or array without reading its content: it
// only tells strings from brackets, which is several times faster than parsing.
// Faults inside are found when the value is parsed.
type skipper struct {
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

// run looks for the end of the value in data, which continues what was given
// before. It returns the number of bytes up to the end, or -1 if the end is not in data.
// A backslash that is the last byte is left to the next call: rest is 1 then.
func (s *skipper) run(data []byte) (end, rest int) {
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
			goto outside
		}
		if i+1 >= n {
			s.depth, s.inString = depth, true
			return -1, 1
		}
		i += 2
	}
}

// valueEnd is the end of the JSON value at the start of data, -1 if it is not there.
// A number, true, false or null ends before a delimiter.
func valueEnd(data []byte) int {
	if len(data) == 0 {
		return -1
	}
	switch data[0] {
	case '{', '[':
		end, _ := (&skipper{}).run(data)
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

func space(data []byte) int {
	i := 0
	for i < len(data) && (data[i] == ' ' || data[i] == '\n' || data[i] == '\r' || data[i] == '\t') {
		i++
	}
	return i
}

// outline is what the members of an object, without their content, tell about it.
type outline struct {
	ocid     []byte // text of the string, with quotes
	list     string // "releases" or "records" if that is an array
	listAt   int    // where the array begins
	complete bool   // all members were seen
	fault    bool   // this is no object
}

// outlineOf reads member names until it has seen all or, if stopAtList, a list
// whose meaning is clear.
func outlineOf(data []byte, stopAtList bool) (o outline) {
	i := space(data)
	if i >= len(data) || data[i] != '{' {
		o.fault = i < len(data)
		return o
	}
	i++
	for {
		i += space(data[i:])
		if i >= len(data) {
			return o
		}
		if data[i] == '}' {
			o.complete = true
			return o
		}
		if data[i] == ',' {
			i++
			continue
		}
		if data[i] != '"' {
			o.fault = true
			return o
		}
		end := valueEnd(data[i:])
		if end < 0 {
			return o
		}
		name := data[i+1 : i+end-1]
		i += end
		i += space(data[i:])
		if i >= len(data) {
			return o
		}
		if data[i] != ':' {
			o.fault = true
			return o
		}
		i++
		i += space(data[i:])
		if i >= len(data) {
			return o
		}
		if data[i] == '[' && o.list == "" && (string(name) == "releases" || string(name) == "records") {
			o.list, o.listAt = string(name), i
			if stopAtList {
				return o
			}
		}
		end = valueEnd(data[i:])
		if end < 0 {
			return o
		}
		if string(name) == "ocid" && data[i] == '"' {
			o.ocid = data[i : i+end]
			if stopAtList && o.list == "" {
				// A release or a record: nothing more to know.
				return o
			}
		}
		i += end
	}
}
