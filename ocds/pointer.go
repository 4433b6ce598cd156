package ocds

import (
	"fmt"
	"strconv"
	"strings"
)

// Pointer follows a JSON pointer (RFC 6901), "" being the value itself.
func Pointer(v Value, pointer string) (Value, error) {
	if pointer == "" {
		return v, nil
	}
	if pointer[0] != '/' {
		return Value{}, fmt.Errorf("JSON pointer %q does not begin with a slash", pointer)
	}
	for token := range strings.SplitSeq(pointer[1:], "/") {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		switch v.Kind() {
		case Object:
			v = v.Get(token)
		case Array:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= v.Len() {
				return Value{}, fmt.Errorf("JSON pointer %q: no element %q", pointer, token)
			}
			v = v.First()
			for range i {
				v = v.Next()
			}
		default:
			v = Value{}
		}
		if !v.Ok() {
			return Value{}, fmt.Errorf("JSON pointer %q: nothing at %q", pointer, token)
		}
	}
	return v, nil
}

// AppendPointer appends a member name as a token of a JSON pointer.
func AppendPointer(dst []byte, name []byte) []byte {
	dst = append(dst, '/')
	for _, c := range name {
		switch c {
		case '~':
			dst = append(dst, "~0"...)
		case '/':
			dst = append(dst, "~1"...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
