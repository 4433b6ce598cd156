package mapping

import (
	"encoding/json"
	"slices"
	"strconv"
)

// Object is a JSON object under construction. Members are Object, []any,
// string, bool, json.Number or nil.
type Object = map[string]any

// AppendJSON writes a value with sorted member names and no space, so that
// equal content has equal bytes.
func AppendJSON(out []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(out, "null"...)
	case bool:
		return strconv.AppendBool(out, v)
	case json.Number:
		return append(out, v...)
	case string:
		return appendString(out, v)
	case []any:
		out = append(out, '[')
		for i, element := range v {
			if i > 0 {
				out = append(out, ',')
			}
			out = AppendJSON(out, element)
		}
		return append(out, ']')
	case Object:
		var few [32]string
		names := few[:0]
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		out = append(out, '{')
		for i, name := range names {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendString(out, name)
			out = append(out, ':')
			out = AppendJSON(out, v[name])
		}
		return append(out, '}')
	default:
		panic("mapping: value of no JSON kind") // only this package builds releases
	}
}

// appendString writes a string that is valid UTF-8, as all decoded JSON is.
func appendString(out []byte, s string) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		out = append(out, s[from:i]...)
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\n':
			out = append(out, '\\', 'n')
		case '\t':
			out = append(out, '\\', 't')
		case '\r':
			out = append(out, '\\', 'r')
		default:
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		from = i + 1
	}
	out = append(out, s[from:]...)
	return append(out, '"')
}
