package goszakup

import (
	"bytes"
	"encoding/json"

	"github.com/kzocds/kzocds/platform/fault"
)

// An answer of 200 objects is some hundred kilobytes. It is cut into its parts in
// one pass over the bytes; the objects are then read once each, by the canonical
// form, which finds whatever is wrong within them.

// eachMember visits the members of a JSON object, each with its raw value. It is
// false when the text is no complete object.
func eachMember(raw []byte, visit func(name string, value json.RawMessage)) bool {
	at := blank(raw, 0)
	if at >= len(raw) || raw[at] != '{' {
		return false
	}
	for at = blank(raw, at+1); at < len(raw) && raw[at] == '"'; at = blank(raw, at+1) {
		end := behind(raw, at)
		colon := blank(raw, end)
		if end < 0 || colon >= len(raw) || raw[colon] != ':' {
			return false
		}
		from := blank(raw, colon+1)
		to := behind(raw, from)
		if to < 0 {
			return false
		}
		visit(string(raw[at+1:end-1]), raw[from:to])
		at = blank(raw, to)
		if at < len(raw) && raw[at] == '}' {
			return blank(raw, at+1) == len(raw)
		}
		if at >= len(raw) || raw[at] != ',' {
			return false
		}
	}
	return at < len(raw) && raw[at] == '}' && blank(raw, at+1) == len(raw)
}

// elements cuts an array. It is false when the text is no complete array.
func elements(raw []byte) (list []json.RawMessage, ok bool) {
	at := blank(raw, 0)
	if at >= len(raw) || raw[at] != '[' {
		return nil, false
	}
	list = []json.RawMessage{}
	at = blank(raw, at+1)
	if at < len(raw) && raw[at] == ']' {
		return list, blank(raw, at+1) == len(raw)
	}
	for {
		to := behind(raw, at)
		if to < 0 {
			return nil, false
		}
		list = append(list, raw[at:to:to])
		at = blank(raw, to)
		if at < len(raw) && raw[at] == ']' {
			return list, blank(raw, at+1) == len(raw)
		}
		if at >= len(raw) || raw[at] != ',' {
			return nil, false
		}
		at = blank(raw, at+1)
	}
}

// blank is the place of the next byte that is no white space.
func blank(raw []byte, at int) int {
	if at < 0 {
		return len(raw)
	}
	for at < len(raw) && (raw[at] == ' ' || raw[at] == '\n' || raw[at] == '\t' || raw[at] == '\r') {
		at++
	}
	return at
}

// behind is the place behind the value that begins at a place, -1 if it does not
// end.
func behind(raw []byte, at int) int {
	depth := 0
	for i := at; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			for i++; ; i++ {
				next := bytes.IndexByte(raw[min(i, len(raw)):], '"')
				if next < 0 {
					return -1
				}
				i += next
				escapes := 0
				for raw[i-1-escapes] == '\\' {
					escapes++
				}
				if escapes%2 == 0 {
					break
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				if depth < 0 {
					return ended(i, at)
				}
				return i + 1
			}
		case ',', ':', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return ended(i, at)
			}
		}
	}
	return -1
}

// ended is the end of a number or word, -1 if it is empty.
func ended(end, begin int) int {
	if end == begin {
		return -1
	}
	return end
}

// incomplete is the failure of an answer that was cut off.
func incomplete() error {
	return fault.New(fault.Unavailable, "the source's answer is no complete JSON")
}
