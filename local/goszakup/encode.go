package goszakup

import (
	"encoding/json"
	"fmt"
	"hash/maphash"
	"strconv"
	"sync"
)

// rendered is JSON already.
type rendered []byte

// appendJSON writes a value as the portal does: money and quantities as plain
// numbers, keys in order so that equal documents have equal bytes.
func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendString(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case bool:
		return strconv.AppendBool(b, v)
	case money:
		return appendDecimal(b, int64(v), 100)
	case quantity:
		return appendDecimal(b, int64(v), 1000)
	case json.Number:
		return append(b, v...)
	case lazy:
		return appendJSON(b, v())
	case rendered:
		return append(b, v...)
	case doc:
		b = append(b, '{')
		for i, k := range keysOf(v) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, '"')
			b = append(append(b, k...), '"', ':') // names of fields need no escape
			b = appendJSON(b, v[k])
		}
		return append(b, '}')
	case []any:
		b = append(b, '[')
		for i := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, v[i])
		}
		return append(b, ']')
	}
	panic(fmt.Sprintf("no JSON form for %T", v)) // a document holds the types above only
}

// keysOf are the keys of a document in order. Documents come in few shapes, so
// the order of each set of keys is worked out once. The result is shared.
func keysOf(d doc) []string {
	shape := shapeOf(d)
	if known, ok := keyOrders.Load(shape); ok {
		keys := known.([]string)
		for _, k := range keys {
			if _, ok := d[k]; !ok {
				return sortedKeys(d) // two sets of keys with one fingerprint
			}
		}
		return keys
	}
	keys := sortedKeys(d)
	keyOrders.Store(shape, keys)
	return keys
}

// docShape is a fingerprint of a set of keys.
type docShape struct {
	keys int
	sum  uint64
}

var (
	keyOrders sync.Map // docShape to []string
	shapeSeed = maphash.MakeSeed()
)

func shapeOf(d doc) docShape {
	s := docShape{keys: len(d)}
	for k := range d {
		s.sum += maphash.String(shapeSeed, k)
	}
	return s
}

// appendDecimal writes n/unit without trailing zeros.
func appendDecimal(b []byte, n, unit int64) []byte {
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendInt(b, n/unit, 10)
	rest := n % unit
	if rest == 0 {
		return b
	}
	b = append(b, '.')
	for rest > 0 {
		unit /= 10
		b = append(b, byte('0'+rest/unit))
		rest %= unit
	}
	return b
}

const hexDigits = "0123456789abcdef"

func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		ch := s[i]
		if ch >= 0x20 && ch != '"' && ch != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		if ch < 0x20 {
			b = append(b, '\\', 'u', '0', '0', hexDigits[ch>>4], hexDigits[ch&15])
		} else {
			b = append(b, '\\', ch)
		}
	}
	return append(append(b, s[from:]...), '"')
}

// text is a value as filters compare it.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return string(appendJSON(nil, v))
}
