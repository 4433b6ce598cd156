package validate

import (
	"bytes"
	"math/big"

	"github.com/kzocds/kzocds/ocds"
)

// formats are the formats that JSON Schema draft 4 names and the standard uses.
var formats = map[string]func([]byte) bool{
	"date-time": isDateTime,
	"uri":       isURI,
	"email":     isEmail,
}

func isDateTime(b []byte) bool {
	_, exact, ok := ocds.ParseTime(b)
	return ok && exact
}

// isURI says whether b is an absolute URI of RFC 3986: a scheme, and only
// characters a URI may have.
func isURI(b []byte) bool {
	colon := bytes.IndexByte(b, ':')
	if colon < 1 || b[0]|0x20 < 'a' || b[0]|0x20 > 'z' {
		return false
	}
	for _, c := range b[:colon] {
		if !(c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.') {
			return false
		}
	}
	for i := colon + 1; i < len(b); i++ {
		switch c := b[i]; {
		case c == '%':
			if i+2 >= len(b) || !isHex(b[i+1]) || !isHex(b[i+2]) {
				return false
			}
			i += 2
		case c <= ' ' || c >= 0x7f, c == '"', c == '<', c == '>', c == '\\', c == '^', c == '`', c == '{', c == '|', c == '}':
			return false
		}
	}
	return true
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func isEmail(b []byte) bool {
	at := bytes.LastIndexByte(b, '@')
	return at > 0 && at < len(b)-1 && bytes.IndexByte(b[at:], '.') != 1 && !bytes.ContainsAny(b, " \t\r\n")
}

// isMultiple says whether a number is a whole multiple of another. Numbers with
// exponents that no publication needs are not expanded: they count as multiples.
func isMultiple(number, of []byte) bool {
	if len(number) > 400 || bytes.IndexAny(number, "eE") >= 0 {
		return true
	}
	a, okA := new(big.Rat).SetString(string(number))
	b, okB := new(big.Rat).SetString(string(of))
	return !okA || !okB || b.Sign() == 0 || a.Quo(a, b).IsInt()
}
