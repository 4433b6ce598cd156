package document

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Rules of the canonical form that a record can break.
const (
	RuleMalformed    = "source.json.malformed"
	RuleDuplicateKey = "source.json.duplicate-key"
	RuleText         = "source.json.text" // not UTF-8, or half a surrogate pair
	RuleDepth        = "source.json.depth"
)

// MaxDepth is how deep a record may nest. The portal's own schema stays below
// ten.
const MaxDepth = 64

// SyntaxError says why a text has no canonical form.
type SyntaxError struct {
	Rule    string
	Pointer string // JSON Pointer to the value
	Offset  int    // bytes from the beginning of the text
	Message string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at byte %d, %q", e.Message, e.Offset, e.Pointer)
}

// Canonical brings one JSON value into the form that is stored and hashed:
//
//   - no space between tokens;
//   - members of objects in the order of their names (bytes of UTF-8);
//   - arrays of objects that all carry an id in the order of the ids, because
//     the source gives children in no stable order; every other array as it is;
//   - numbers exactly as the source wrote them;
//   - text with the shortest escapes, everything above U+001F but quotation mark
//     and backslash as it is.
//
// Canonical of a canonical text is the same text. A member name that occurs
// twice in an object has no defined meaning and is an error. The error is always
// a *SyntaxError.
func Canonical(raw []byte) (Body, error) { return canonical(raw, false) }

// CanonicalCamel is Canonical with member names brought from snake_case into
// camelCase: name_ru becomes nameRu, level_ becomes level, sum_1 becomes sum1. A
// leading underscore stays.
func CanonicalCamel(raw []byte) (Body, error) { return canonical(raw, true) }

func canonical(raw []byte, camel bool) (Body, error) {
	c := canonicaliser{in: raw, out: make([]byte, 0, len(raw)), camel: camel}
	c.space()
	if _, err := c.value(nil, 0); err != nil {
		return nil, err
	}
	c.space()
	if c.at != len(c.in) {
		return nil, c.fail(RuleMalformed, nil, "text after the value")
	}
	return c.out, nil
}

// HashOf is the digest of a canonical body.
func HashOf(b Body) Hash { return sha256.Sum256(b) }

// canonicaliser reads in and appends to out. Composite values are written in the
// order met, then put in order within out.
type canonicaliser struct {
	in      []byte
	at      int
	out     []byte
	scratch []byte
	camel   bool // names
}

// path is the way to the value being read, for error messages only.
type path struct {
	up    *path
	name  []byte // of a member, as written to out
	index int    // of an element; -1 of a member
}

func (p *path) pointer() string {
	if p == nil {
		return ""
	}
	if p.index >= 0 {
		return p.up.pointer() + "/" + strconv.Itoa(p.index)
	}
	return p.up.pointer() + "/" + pointerEscape(string(p.name))
}

func pointerEscape(s string) string {
	s = string(bytes.ReplaceAll([]byte(s), []byte("~"), []byte("~0")))
	return string(bytes.ReplaceAll([]byte(s), []byte("/"), []byte("~1")))
}

func (c *canonicaliser) fail(rule string, p *path, format string, a ...any) error {
	return &SyntaxError{Rule: rule, Pointer: p.pointer(), Offset: c.at, Message: fmt.Sprintf(format, a...)}
}

func (c *canonicaliser) space() {
	for c.at < len(c.in) {
		switch c.in[c.at] {
		case ' ', '\t', '\n', '\r':
			c.at++
		default:
			return
		}
	}
}

// part is a member or element within out.
type part struct {
	from, to int    // bytes of out
	key      []byte // member name, or id of an element; canonical text with quotation marks if it is a string
}

// value writes one value and returns the id it carries if it is an object.
func (c *canonicaliser) value(p *path, depth int) (id []byte, err error) {
	if depth > MaxDepth {
		return nil, c.fail(RuleDepth, p, "nested deeper than %d", MaxDepth)
	}
	if c.at >= len(c.in) {
		return nil, c.fail(RuleMalformed, p, "the text ends where a value is expected")
	}
	switch b := c.in[c.at]; {
	case b == '{':
		return c.object(p, depth)
	case b == '[':
		return nil, c.array(p, depth)
	case b == '"':
		return nil, c.text(p)
	case b == '-' || b >= '0' && b <= '9':
		return nil, c.number(p)
	default:
		for _, word := range []string{"null", "true", "false"} {
			if bytes.HasPrefix(c.in[c.at:], []byte(word)) {
				c.at += len(word)
				c.out = append(c.out, word...)
				return nil, nil
			}
		}
		return nil, c.fail(RuleMalformed, p, "no value begins with %q", b)
	}
}

func (c *canonicaliser) object(p *path, depth int) (id []byte, err error) {
	c.at++
	c.out = append(c.out, '{')
	var few [24]part
	members := few[:0]
	sorted := true
	for c.space(); ; c.space() {
		if c.at < len(c.in) && c.in[c.at] == '}' && len(members) == 0 {
			break
		}
		if c.at >= len(c.in) || c.in[c.at] != '"' {
			return nil, c.fail(RuleMalformed, p, "a member name is expected")
		}
		from := len(c.out)
		if err := c.text(p); err != nil {
			return nil, err
		}
		if c.camel {
			c.out = camelName(c.out, from+1)
		}
		m := part{from: from, to: len(c.out)}
		name := c.out[m.from:m.to]
		c.space()
		if c.at >= len(c.in) || c.in[c.at] != ':' {
			return nil, c.fail(RuleMalformed, p, "a colon is expected after a member name")
		}
		c.at++
		c.space()
		c.out = append(c.out, ':')
		begin := len(c.out)
		here := path{up: p, name: inner(name), index: -1}
		if _, err := c.value(&here, depth+1); err != nil {
			return nil, err
		}
		m.key = c.out[m.from:m.to]
		if string(m.key) == `"id"` {
			id = c.out[begin:]
		}
		m.to = len(c.out)
		if n := len(members); n > 0 && bytes.Compare(inner(members[n-1].key), inner(m.key)) >= 0 {
			sorted = false
		}
		members = append(members, m)
		c.space()
		if c.at < len(c.in) && c.in[c.at] == ',' {
			c.at++
			c.out = append(c.out, ',')
			continue
		}
		break
	}
	if c.at >= len(c.in) || c.in[c.at] != '}' {
		return nil, c.fail(RuleMalformed, p, "the object does not end")
	}
	c.at++
	if !sorted {
		id = bytes.Clone(id)
		// Names point into out, which may have moved since and is about to be
		// rewritten: take them anew by their place.
		for i := range members {
			m := &members[i]
			m.key = c.out[m.from : m.from+len(m.key)]
		}
		slices.SortStableFunc(members, func(a, b part) int { return bytes.Compare(inner(a.key), inner(b.key)) })
		for i := 1; i < len(members); i++ {
			if bytes.Equal(members[i-1].key, members[i].key) {
				here := path{up: p, name: inner(members[i].key), index: -1}
				return nil, c.fail(RuleDuplicateKey, &here, "the member occurs twice")
			}
		}
		c.reorder(members)
	}
	c.out = append(c.out, '}')
	return id, nil
}

// camelName rewrites the name that ends out, from its first letter on.
func camelName(out []byte, from int) []byte {
	to := from
	up := false
	for i := from; i < len(out); i++ {
		b := out[i]
		if b == '_' && i > from {
			up = true
			continue
		}
		if up && b >= 'a' && b <= 'z' {
			b -= 'a' - 'A'
		}
		up = false
		out[to] = b
		to++
	}
	return out[:to]
}

// inner is a text value without its quotation marks.
func inner(text []byte) []byte { return text[1 : len(text)-1] }

func (c *canonicaliser) array(p *path, depth int) error {
	c.at++
	c.out = append(c.out, '[')
	var few [16]part
	elements := few[:0]
	identified := true
	for c.space(); ; c.space() {
		if c.at < len(c.in) && c.in[c.at] == ']' && len(elements) == 0 {
			break
		}
		e := part{from: len(c.out)}
		here := path{up: p, index: len(elements)}
		id, err := c.value(&here, depth+1)
		if err != nil {
			return err
		}
		e.key, e.to = id, len(c.out)
		identified = identified && len(id) > 0 && (id[0] == '"' || id[0] == '-' || id[0] >= '0' && id[0] <= '9')
		elements = append(elements, e)
		c.space()
		if c.at < len(c.in) && c.in[c.at] == ',' {
			c.at++
			c.out = append(c.out, ',')
			continue
		}
		break
	}
	if c.at >= len(c.in) || c.in[c.at] != ']' {
		return c.fail(RuleMalformed, p, "the array does not end")
	}
	c.at++
	if identified && len(elements) > 1 {
		order := func(a, b part) int {
			// Shorter first puts whole numbers in their order.
			if d := len(a.key) - len(b.key); d != 0 {
				return d
			}
			if d := bytes.Compare(a.key, b.key); d != 0 {
				return d
			}
			return bytes.Compare(c.out[a.from:a.to], c.out[b.from:b.to])
		}
		if !slices.IsSortedFunc(elements, order) {
			slices.SortFunc(elements, order)
			c.reorder(elements)
		}
	}
	c.out = append(c.out, ']')
	return nil
}

// reorder rewrites the parts, which lie one after another in out with a comma
// between, in the order given.
func (c *canonicaliser) reorder(parts []part) {
	from := len(c.out)
	for _, p := range parts {
		from = min(from, p.from)
	}
	c.scratch = append(c.scratch[:0], c.out[from:]...)
	c.out = c.out[:from]
	for i, p := range parts {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.out = append(c.out, c.scratch[p.from-from:p.to-from]...)
	}
}

// text writes a string with the shortest escapes.
func (c *canonicaliser) text(p *path) error {
	c.at++
	c.out = append(c.out, '"')
	for c.at < len(c.in) {
		b := c.in[c.at]
		switch {
		case b == '"':
			c.at++
			c.out = append(c.out, '"')
			return nil
		case b == '\\':
			r, err := c.escape(p)
			if err != nil {
				return err
			}
			c.out = appendRune(c.out, r)
		case b < 0x20:
			return c.fail(RuleMalformed, p, "a control character in a text")
		case b < utf8.RuneSelf:
			c.out = append(c.out, b)
			c.at++
		default:
			r, n := utf8.DecodeRune(c.in[c.at:])
			if r == utf8.RuneError && n == 1 {
				return c.fail(RuleText, p, "the text is not UTF-8")
			}
			c.out = append(c.out, c.in[c.at:c.at+n]...)
			c.at += n
		}
	}
	return c.fail(RuleMalformed, p, "the text does not end")
}

func appendRune(out []byte, r rune) []byte {
	const hexDigits = "0123456789abcdef"
	switch r {
	case '"', '\\':
		return append(out, '\\', byte(r))
	case '\b':
		return append(out, `\b`...)
	case '\f':
		return append(out, `\f`...)
	case '\n':
		return append(out, `\n`...)
	case '\r':
		return append(out, `\r`...)
	case '\t':
		return append(out, `\t`...)
	}
	if r < 0x20 {
		return append(out, '\\', 'u', '0', '0', hexDigits[r>>4], hexDigits[r&15])
	}
	return utf8.AppendRune(out, r)
}

// escape reads one escape sequence, or two that make a surrogate pair.
func (c *canonicaliser) escape(p *path) (rune, error) {
	if c.at+1 >= len(c.in) {
		return 0, c.fail(RuleMalformed, p, "the text does not end")
	}
	b := c.in[c.at+1]
	c.at += 2
	switch b {
	case '"', '\\', '/':
		return rune(b), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		r, err := c.hex4(p)
		if err != nil || !utf16.IsSurrogate(r) {
			return r, err
		}
		if c.at+1 < len(c.in) && c.in[c.at] == '\\' && c.in[c.at+1] == 'u' {
			c.at += 2
			low, err := c.hex4(p)
			if err != nil {
				return 0, err
			}
			if whole := utf16.DecodeRune(r, low); whole != utf8.RuneError {
				return whole, nil
			}
		}
		return 0, c.fail(RuleText, p, "half a surrogate pair")
	default:
		return 0, c.fail(RuleMalformed, p, "no escape is \\%c", b)
	}
}

func (c *canonicaliser) hex4(p *path) (rune, error) {
	if c.at+4 > len(c.in) {
		return 0, c.fail(RuleMalformed, p, "the text does not end")
	}
	var r rune
	for _, b := range c.in[c.at : c.at+4] {
		switch {
		case b >= '0' && b <= '9':
			r = r<<4 | rune(b-'0')
		case b >= 'a' && b <= 'f':
			r = r<<4 | rune(b-'a'+10)
		case b >= 'A' && b <= 'F':
			r = r<<4 | rune(b-'A'+10)
		default:
			return 0, c.fail(RuleMalformed, p, "no hexadecimal digit is %q", b)
		}
	}
	c.at += 4
	return r, nil
}

// number copies a number as written, if it is one by the grammar of JSON.
func (c *canonicaliser) number(p *path) error {
	from := c.at
	digits := func() bool {
		begin := c.at
		for c.at < len(c.in) && c.in[c.at] >= '0' && c.in[c.at] <= '9' {
			c.at++
		}
		return c.at > begin
	}
	next := func() byte {
		if c.at < len(c.in) {
			return c.in[c.at]
		}
		return 0
	}
	if next() == '-' {
		c.at++
	}
	ok := true
	if next() == '0' {
		c.at++
	} else {
		ok = digits()
	}
	if ok && next() == '.' {
		c.at++
		ok = digits()
	}
	if ok && (next() == 'e' || next() == 'E') {
		c.at++
		if next() == '+' || next() == '-' {
			c.at++
		}
		ok = digits()
	}
	if !ok || next() >= '0' && next() <= '9' {
		return c.fail(RuleMalformed, p, "no number")
	}
	c.out = append(c.out, c.in[from:c.at]...)
	return nil
}
