package document

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Body is a canonical JSON value. Its methods read single values out of it
// without decoding the rest.
type Body []byte

// At is the value under the member names given, nil if there is none.
func (b Body) At(names ...string) Body {
	for _, name := range names {
		b = b.member(name)
	}
	return b
}

// Text is the text of a string or number under the names given. Null, an absent
// value and every other kind give "". The portal writes the same key as a number
// in one place and as a string in the other: here both are the same.
func (b Body) Text(names ...string) string {
	v := b.At(names...)
	if len(v) == 0 {
		return ""
	}
	switch v[0] {
	case '"':
		if bytes.IndexByte(v, '\\') < 0 {
			return strings.TrimSpace(string(inner(v)))
		}
		var s string
		if json.Unmarshal(v, &s) != nil {
			return ""
		}
		return strings.TrimSpace(s)
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return string(v)
	}
	return ""
}

// EmptyLists looks at the members named, at any depth, that are null, and counts
// them. Those for which lists has true become []. It shares memory with the value as
// long as nothing changes.
func (b Body) EmptyLists(lists map[string]bool) (Body, int) {
	var changed Body
	done, n := 0, 0
	// A quotation mark within a text is escaped, so a match is a member.
	for at := 0; ; {
		i := bytes.Index(b[at:], nullMember)
		if i < 0 {
			break
		}
		name := b[bytes.LastIndexByte(b[:at+i], '"')+1 : at+i]
		at += i + len(nullMember)
		empty, known := lists[string(name)]
		if !known {
			continue
		}
		n++
		if empty {
			changed = append(append(changed, b[done:at-len("null")]...), "[]"...)
			done = at
		}
	}
	if changed == nil {
		return b, n
	}
	return append(changed, b[done:]...), n
}

var nullMember = []byte(`":null`)

// Elements are the elements of an array, nil for every other kind.
func (b Body) Elements() []Body {
	if len(b) < 2 || b[0] != '[' {
		return nil
	}
	var list []Body
	for at := 1; at < len(b) && b[at] != ']'; at++ {
		end := skip(b, at)
		list = append(list, b[at:end])
		if at = end; at >= len(b) || b[at] != ',' {
			break
		}
	}
	return list
}

func (b Body) member(name string) Body {
	if len(b) < 2 || b[0] != '{' {
		return nil
	}
	for at := 1; at < len(b) && b[at] == '"'; at++ {
		end := skip(b, at)
		value := end + 1 // after the colon
		switch met := string(b[at+1 : end-1]); {
		case met == name:
			return b[value:skip(b, value)]
		case met > name: // members are in the order of their names
			return nil
		}
		at = skip(b, value)
	}
	return nil
}

// skip is the end of the value that begins at a place of a canonical text.
func skip(b []byte, at int) int {
	depth := 0
	for ; at < len(b); at++ {
		switch b[at] {
		case '"':
			for at++; ; at++ {
				next := bytes.IndexByte(b[min(at, len(b)):], '"')
				if next < 0 {
					return len(b)
				}
				at += next
				escapes := 0
				for b[at-1-escapes] == '\\' {
					escapes++
				}
				if escapes%2 == 0 {
					break
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			if depth--; depth < 0 {
				return at
			}
		case ',', ':':
			if depth == 0 {
				return at
			}
			continue
		default:
			continue
		}
		if depth == 0 {
			return min(at+1, len(b))
		}
	}
	return len(b)
}
