package ocds

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth is the deepest nesting of objects and arrays a Document accepts; the
// standard's own schemas need less than twenty.
const MaxDepth = 512

// Kind says what a Value is.
type Kind uint8

// The kinds of values. Missing is the zero Value: what Get and At return for
// something that is not there.
const (
	Missing Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

func (k Kind) String() string {
	return [...]string{"missing", "null", "boolean", "number", "string", "array", "object"}[k]
}

const (
	escapedText = 1 << iota // a string whose text contains a backslash
	escapedKey              // a member name that was written with a backslash
	plain                   // a container without insignificant space, unchanged since it was parsed
)

// node is one value. Children form a list through next, so that members can be
// added, replaced and removed in place. Offsets point into Document.text; a node has no
// pointer, so a large arena costs the garbage collector nothing.
type node struct {
	start, end       uint32 // text of the value, a string's with its quotes
	keyStart, keyEnd uint32 // text of the member name without quotes, escapes resolved
	keyHash          uint32
	next             uint32 // following sibling
	first, last      uint32 // children
	count            uint32 // number of children
	kind             Kind
	flags            uint8
}

// A Document is an arena that holds any number of JSON values as editable trees.
// Numbers and strings keep the exact text they were written with. Reuse one
// Document for many inputs with Reset: it then stops allocating. A Document is
// for one goroutine at a time.
type Document struct {
	text       []byte
	nodes      []node
	duplicates []uint32 // members whose name was repeated
	frames     []frame  // open containers while parsing
}

// Value refers to a value inside a Document. It is small: pass it by value. It
// stays valid until the Document is Reset.
type Value struct {
	doc *Document
	at  uint32
}

// SyntaxError says where a text stops being JSON.
type SyntaxError struct {
	Offset  int // bytes from the beginning of the value
	Line    int // from 1
	Message string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("not JSON at byte %d (line %d): %s", e.Offset, e.Line, e.Message)
}

// Reset forgets everything in the document and keeps its memory.
func (d *Document) Reset() {
	d.text = d.text[:0]
	d.nodes = d.nodes[:0]
	d.duplicates = d.duplicates[:0]
}

// Size is the number of bytes of text the document holds.
func (d *Document) Size() int { return len(d.text) }

// Parse reads one JSON value with nothing but space around it. The text is
// copied: src may be changed afterwards. Of a repeated member name the last value
// counts, in the place of the first, and Duplicates reports it.
func Parse(src []byte) (Value, error) { return new(Document).Parse(src) }

// Parse adds one JSON value to the document; see the function Parse.
func (d *Document) Parse(src []byte) (Value, error) {
	if len(d.text)+len(src) > math.MaxUint32-1<<20 {
		return Value{}, fmt.Errorf("value of %d bytes: a document holds at most 4 GiB", len(src))
	}
	base := len(d.text)
	d.text = append(d.text, src...)
	at, failed, message := d.parse(base)
	if message != "" {
		failed -= base
		return Value{}, &SyntaxError{Offset: failed, Line: 1 + bytes.Count(src[:min(failed, len(src))], []byte{'\n'}), Message: message}
	}
	return Value{d, at}, nil
}

// Duplicates are the members whose name was repeated in the same object, once
// for each repetition.
func (d *Document) Duplicates() []Value {
	values := make([]Value, len(d.duplicates))
	for i, at := range d.duplicates {
		values[i] = Value{d, at}
	}
	return values
}

type frame struct {
	node  uint32
	space int               // insignificant bytes seen before the container
	seen  uint64            // bits of the member-name hashes, to skip the search for repeats
	names map[string]uint32 // members of an object with many of them
}

// replacement: a member whose name was repeated takes the later value.
type replacement struct{ old, new uint32 }

// manyMembers is the number from which an object's members are searched by a
// map, so that hostile input cannot cost the square of its length.
const manyMembers = 64

const (
	swarOnes  = 0x0101010101010101
	swarHighs = 0x8080808080808080
)

// parse reads one value from text[base:]. On failure message is not empty.
func (d *Document) parse(base int) (root uint32, offset int, message string) {
	if len(d.nodes) == 0 {
		d.nodes = append(d.nodes, node{})
	}
	data := d.text
	end := len(data)
	nodes := d.nodes
	defer func() { d.nodes = nodes }()
	if d.frames == nil {
		d.frames = make([]frame, MaxDepth)
	}
	frames := d.frames
	depth := -1
	space := 0
	i := base
	var keyStart, keyEnd, keyHash uint32
	var keyFlag uint8
	var decoded []byte // escaped member names, kept behind the source text
	var replaced []replacement

	for {
		// A value is expected here.
		for i < end && data[i] <= ' ' {
			if !isSpace(data[i]) {
				return 0, i, "control character"
			}
			i++
			space++
		}
		if i >= end {
			return 0, i, "the text ends where a value is expected"
		}
		at := uint32(len(nodes))
		if len(nodes) == cap(nodes) {
			nodes = slices.Grow(nodes, max(256, len(nodes)/2))
		}
		nodes = nodes[:at+1]
		n := &nodes[at]
		*n = node{start: uint32(i), keyStart: keyStart, keyEnd: keyEnd, keyHash: keyHash, flags: keyFlag}
		if depth >= 0 {
			f := &frames[depth]
			parent := &nodes[f.node]
			repeated := uint32(0)
			if parent.kind == Object {
				bit := uint64(1) << (keyHash & 63)
				if f.seen&bit != 0 {
					repeated = f.find(nodes, data, decoded, end, n)
				}
				f.seen |= bit
				if f.names != nil && repeated == 0 {
					f.names[string(keyText(data, decoded, end, n))] = at
				}
			}
			if repeated != 0 {
				replaced = append(replaced, replacement{repeated, at})
			} else {
				if parent.last == 0 {
					parent.first = at
				} else {
					nodes[parent.last].next = at
				}
				parent.last = at
				parent.count++
			}
		} else {
			root = at
		}
		c := data[i]
		switch {
		case c == '"':
			n.kind = String
			i++
			var high uint64
		scan:
			for {
				for i+8 <= end {
					w := binary.LittleEndian.Uint64(data[i:])
					quote := w ^ 0x2222222222222222
					slash := w ^ 0x5c5c5c5c5c5c5c5c
					// The lowest bit set marks the first byte that is a quote, a
					// backslash or a control character.
					stop := ((quote-swarOnes)&^quote | (slash-swarOnes)&^slash | (w-0x2020202020202020)&^w) & swarHighs
					if stop == 0 {
						high |= w
						i += 8
						continue
					}
					skip := bits.TrailingZeros64(stop) &^ 7
					high |= w & (1<<skip - 1)
					i += skip >> 3
					break
				}
				for {
					if i >= end {
						return 0, i, "the text ends inside a string"
					}
					switch c := data[i]; {
					case c == '"':
						i++
						break scan
					case c == '\\':
						n.flags |= escapedText
						length := escapeLength(data[i:end])
						if length == 0 {
							return 0, i, "invalid escape in a string"
						}
						i += length
						continue scan
					case c < ' ':
						return 0, i, "control character in a string"
					default:
						high |= uint64(c)
						i++
					}
				}
			}
			if high&swarHighs != 0 && !validUTF8(data[n.start:i]) {
				return 0, int(n.start), "string is not UTF-8"
			}
		case c == '{' || c == '[':
			if depth+1 == MaxDepth {
				return 0, i, fmt.Sprintf("nested deeper than %d", MaxDepth)
			}
			depth++
			frames[depth] = frame{node: at, space: space}
			n.kind = Object
			closing := byte('}')
			if c == '[' {
				n.kind = Array
				closing = ']'
			}
			i++
			for i < end && isSpace(data[i]) {
				i++
				space++
			}
			if i < end && data[i] == closing {
				goto after
			}
			if n.kind == Array {
				keyStart, keyEnd, keyHash, keyFlag = 0, 0, 0, 0
				continue
			}
			goto name
		case c == '-' || c >= '0' && c <= '9':
			n.kind = Number
			length := numberLength(data[i:end])
			if length == 0 {
				return 0, i, "malformed number"
			}
			i += length
		case c == 't' && i+4 <= end && string(data[i:i+4]) == "true", c == 'n' && i+4 <= end && string(data[i:i+4]) == "null":
			n.kind = Bool
			if c == 'n' {
				n.kind = Null
			}
			i += 4
		case c == 'f' && i+5 <= end && string(data[i:i+5]) == "false":
			n.kind = Bool
			i += 5
		default:
			return 0, i, "unexpected " + quoted(data[i:end])
		}
		n.end = uint32(i)

	after:
		for {
			for i < end && isSpace(data[i]) {
				i++
				space++
			}
			if depth < 0 {
				if i < end {
					return 0, i, "unexpected " + quoted(data[i:end]) + " after the value"
				}
				d.text = append(d.text, decoded...)
				for _, r := range replaced {
					Value{d, r.old}.replaceFrom(&nodes[r.new], nodes)
					d.duplicates = append(d.duplicates, r.old)
				}
				if len(replaced) > 0 {
					for at := root; at < uint32(len(nodes)); at++ {
						nodes[at].flags &^= plain
					}
				}
				return root, 0, ""
			}
			if i >= end {
				return 0, i, "the text ends inside an " + nodes[frames[depth].node].kind.String()
			}
			f := &frames[depth]
			parent := &nodes[f.node]
			switch c := data[i]; {
			case c == ',' && parent.kind == Array:
				i++
				keyStart, keyEnd, keyHash, keyFlag = 0, 0, 0, 0
				break after
			case c == ',':
				i++
				goto name
			case c == '}' && parent.kind == Object, c == ']' && parent.kind == Array:
				i++
				parent.end = uint32(i)
				if f.space == space {
					parent.flags |= plain
				}
				depth--
			default:
				return 0, i, "unexpected " + quoted(data[i:end]) + " inside an " + parent.kind.String()
			}
		}
		continue

	name:
		for i < end && isSpace(data[i]) {
			i++
			space++
		}
		if i >= end {
			return 0, i, "the text ends where a member name is expected"
		}
		if data[i] != '"' {
			return 0, i, "unexpected " + quoted(data[i:end]) + " where a member name is expected"
		}
		i++
		opening := i
		var high byte
		keyFlag = 0
		for {
			if i >= end {
				return 0, i, "the text ends inside a member name"
			}
			c := data[i]
			if c == '"' {
				break
			}
			if c < ' ' {
				return 0, i, "control character in a member name"
			}
			if c == '\\' {
				keyFlag = escapedKey
				length := escapeLength(data[i:end])
				if length == 0 {
					return 0, i, "invalid escape in a member name"
				}
				i += length
				continue
			}
			high |= c
			i++
		}
		if high >= utf8.RuneSelf && !utf8.Valid(data[opening:i]) {
			return 0, opening, "member name is not UTF-8"
		}
		keyStart, keyEnd = uint32(opening), uint32(i)
		if keyFlag == 0 {
			keyHash = hash(data[opening:i])
		} else {
			from := len(decoded)
			decoded = appendUnescaped(decoded, data[opening:i])
			keyStart, keyEnd = uint32(end+from), uint32(end+len(decoded))
			keyHash = hash(decoded[from:])
		}
		i++
		for i < end && isSpace(data[i]) {
			i++
			space++
		}
		if i >= end || data[i] != ':' {
			return 0, i, "a colon is expected after a member name"
		}
		i++
	}
}

// validUTF8 is utf8.Valid, faster for text in alphabets of two bytes a letter, such
// as Cyrillic: eight bytes of one- and two-byte letters are checked at once.
func validUTF8(b []byte) bool {
	i := 0
	carry := uint64(0) // the last byte of the word before begins a letter
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		high := w & swarHighs
		if high == 0 && carry == 0 {
			continue
		}
		second, third := w<<1&swarHighs, w<<2&swarHighs
		continuation := high &^ second    // 10xxxxxx
		leading := high & second &^ third // 110xxxxx
		// A leading byte 1100000x is overlong: it has none of the bits 1 to 4.
		overlong := leading &^ (w&0x1e1e1e1e1e1e1e1e + 0x7e7e7e7e7e7e7e7e)
		if high&second&third != 0 || overlong != 0 || continuation != leading<<8|carry {
			break
		}
		carry = leading >> 56
	}
	if carry != 0 {
		i--
	}
	return utf8.Valid(b[i:])
}

// find searches the members of the object that is being parsed for the name of n.
func (f *frame) find(nodes []node, data, decoded []byte, end int, n *node) uint32 {
	name := keyText(data, decoded, end, n)
	if f.names == nil && nodes[f.node].count >= manyMembers {
		f.names = make(map[string]uint32)
		for c := nodes[f.node].first; c != 0; c = nodes[c].next {
			f.names[string(keyText(data, decoded, end, &nodes[c]))] = c
		}
	}
	if f.names != nil {
		return f.names[string(name)]
	}
	for c := nodes[f.node].first; c != 0; c = nodes[c].next {
		if m := &nodes[c]; m.keyHash == n.keyHash && bytes.Equal(keyText(data, decoded, end, m), name) {
			return c
		}
	}
	return 0
}

// keyText is the name of a member while its text is parsed: names with escapes
// are still in decoded, which will follow the source text at end.
func keyText(data, decoded []byte, end int, n *node) []byte {
	if int(n.keyStart) >= end {
		return decoded[int(n.keyStart)-end : int(n.keyEnd)-end]
	}
	return data[n.keyStart:n.keyEnd]
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

func quoted(b []byte) string {
	r, size := utf8.DecodeRune(b)
	if r == utf8.RuneError && size <= 1 {
		return fmt.Sprintf("byte 0x%02x", b[0])
	}
	return strconv.QuoteRune(r)
}

// escapeLength is the number of bytes of the escape at the start of b, 0 if it
// is none. A surrogate pair is two escapes; a lone surrogate is refused, as I-JSON asks.
func escapeLength(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		r, ok := hex4(b[2:])
		if !ok {
			return 0
		}
		if !utf16.IsSurrogate(r) {
			return 6
		}
		if len(b) < 12 || b[6] != '\\' || b[7] != 'u' {
			return 0
		}
		low, ok := hex4(b[8:])
		if !ok || utf16.DecodeRune(r, low) == utf8.RuneError {
			return 0
		}
		return 12
	}
	return 0
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// appendUnescaped resolves the escapes of a string's text (without quotes),
// which is known to be well formed.
func appendUnescaped(dst, b []byte) []byte {
	for len(b) > 0 {
		slash := bytes.IndexByte(b, '\\')
		if slash < 0 {
			return append(dst, b...)
		}
		dst = append(dst, b[:slash]...)
		b = b[slash:]
		switch b[1] {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r, _ := hex4(b[2:])
			if utf16.IsSurrogate(r) {
				low, _ := hex4(b[8:])
				r = utf16.DecodeRune(r, low)
				b = b[6:]
			}
			dst = utf8.AppendRune(dst, r)
			b = b[6:]
			continue
		default:
			dst = append(dst, b[1])
		}
		b = b[2:]
	}
	return dst
}

func numberLength(b []byte) int {
	i := 0
	if b[0] == '-' {
		i++
	}
	digits := func() bool {
		from := i
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		return i > from
	}
	zero := i < len(b) && b[i] == '0'
	from := i
	if !digits() || zero && i > from+1 {
		return 0
	}
	if i < len(b) && b[i] == '.' {
		i++
		if !digits() {
			return 0
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if !digits() {
			return 0
		}
	}
	return i
}

// Hash is the hash by which member names are compared before their bytes are;
// tables keyed by member name can be built on it and Value.KeyHash.
func Hash(name string) uint32 { return hash([]byte(name)) }

// HashBytes is Hash of a name as bytes.
func HashBytes(name []byte) uint32 { return hash(name) }

func hash(b []byte) uint32 {
	const k = 0x9e3779b97f4a7c15
	h := uint64(len(b)) * k
	for len(b) >= 8 {
		h = (h ^ binary.LittleEndian.Uint64(b)) * k
		h ^= h >> 32
		b = b[8:]
	}
	var w uint64
	switch {
	case len(b) >= 4:
		w = uint64(binary.LittleEndian.Uint32(b)) | uint64(binary.LittleEndian.Uint32(b[len(b)-4:]))<<32
	case len(b) > 0:
		w = uint64(b[0]) | uint64(b[len(b)/2])<<8 | uint64(b[len(b)-1])<<16
	}
	h = (h ^ w) * k
	return uint32(h ^ h>>32)
}

// appendQuoted appends s as a JSON string.
func appendQuoted(dst, s []byte) []byte {
	dst = append(dst, '"')
	from := 0
	for i, c := range s {
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\r':
			dst = append(dst, '\\', 'r')
		default:
			dst = fmt.Appendf(dst, "\\u%04x", c)
		}
		from = i + 1
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}

// AppendString appends s to dst as a JSON string; invalid UTF-8 becomes U+FFFD.
func AppendString(dst []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = string(bytes.ToValidUTF8([]byte(s), []byte("\uFFFD")))
	}
	return appendQuoted(dst, []byte(s))
}

// --- reading ---

func (v Value) node() *node { return &v.doc.nodes[v.at] }

// Ok says whether there is a value at all.
func (v Value) Ok() bool { return v.at != 0 }

// Kind of the value; Missing if there is none.
func (v Value) Kind() Kind {
	if v.at == 0 {
		return Missing
	}
	return v.node().kind
}

// Len is the number of members or elements; 0 for anything but a container.
func (v Value) Len() int {
	if v.at == 0 {
		return 0
	}
	return int(v.node().count)
}

// First child of an object or array; Missing if it is empty or no container.
func (v Value) First() Value {
	if v.at == 0 {
		return Value{}
	}
	return Value{v.doc, v.node().first}
}

// Last child of an object or array; Missing if it is empty or no container.
func (v Value) Last() Value {
	if v.at == 0 {
		return Value{}
	}
	return Value{v.doc, v.node().last}
}

// Next sibling in the same object or array; Missing after the last.
func (v Value) Next() Value {
	if v.at == 0 {
		return Value{}
	}
	return Value{v.doc, v.node().next}
}

// Key is the member name the value has in its object, "" in an array.
func (v Value) Key() string { return string(v.KeyBytes()) }

// KeyBytes is Key without a copy; it must not be changed.
func (v Value) KeyBytes() []byte {
	if v.at == 0 {
		return nil
	}
	n := v.node()
	return v.doc.text[n.keyStart:n.keyEnd]
}

// KeyHash is Hash(Key()), computed when the text was parsed.
func (v Value) KeyHash() uint32 {
	if v.at == 0 {
		return 0
	}
	return v.node().keyHash
}

// Get is the member of that name; Missing if v is no object or has none.
func (v Value) Get(name string) Value {
	if v.at == 0 || v.node().kind != Object {
		return Value{}
	}
	return v.get(Hash(name), name)
}

func (v Value) get(h uint32, name string) Value {
	d := v.doc
	for c := d.nodes[v.at].first; c != 0; {
		n := &d.nodes[c]
		if n.keyHash == h && string(d.text[n.keyStart:n.keyEnd]) == name {
			return Value{d, c}
		}
		c = n.next
	}
	return Value{}
}

// Find is Get by a name whose Hash is known.
func (v Value) Find(hash uint32, name []byte) Value {
	if v.at == 0 || v.node().kind != Object {
		return Value{}
	}
	d := v.doc
	for c := d.nodes[v.at].first; c != 0; {
		n := &d.nodes[c]
		if n.keyHash == hash && bytes.Equal(d.text[n.keyStart:n.keyEnd], name) {
			return Value{d, c}
		}
		c = n.next
	}
	return Value{}
}

// Path follows member names down through objects: v.Path("tender", "value") is
// v.Get("tender").Get("value").
func (v Value) Path(names ...string) Value {
	for _, name := range names {
		v = v.Get(name)
	}
	return v
}

// Members iterates over an object's members in order.
func (v Value) Members() func(yield func(string, Value) bool) {
	return func(yield func(string, Value) bool) {
		if v.Kind() != Object {
			return
		}
		for c := v.First(); c.Ok(); c = c.Next() {
			if !yield(c.Key(), c) {
				return
			}
		}
	}
}

// Items iterates over an array's elements in order.
func (v Value) Items() func(yield func(int, Value) bool) {
	return func(yield func(int, Value) bool) {
		if v.Kind() != Array {
			return
		}
		i := 0
		for c := v.First(); c.Ok(); c = c.Next() {
			if !yield(i, c) {
				return
			}
			i++
		}
	}
}

// Raw is the text a scalar was written with, a string with its quotes and
// escapes. It must not be changed. Containers have none: use AppendTo.
func (v Value) Raw() []byte {
	if v.at == 0 {
		return nil
	}
	n := v.node()
	if n.kind == Array || n.kind == Object {
		return nil
	}
	return v.doc.text[n.start:n.end]
}

// Bytes is the content of a string with escapes resolved, the text of any other
// scalar, nil for a container. It must not be changed.
func (v Value) Bytes() []byte {
	raw := v.Raw()
	if v.Kind() != String {
		return raw
	}
	raw = raw[1 : len(raw)-1]
	if v.node().flags&escapedText != 0 {
		return appendUnescaped(make([]byte, 0, len(raw)), raw)
	}
	return raw
}

// Text is Bytes as a string: the content of a string, the exact text of a number.
func (v Value) Text() string { return string(v.Bytes()) }

// Offset is where the value began in the text that was parsed, counted from the
// beginning of everything parsed since Reset; 0 for a value made afterwards.
func (v Value) Offset() int {
	if v.at == 0 {
		return 0
	}
	return int(v.node().start)
}

// Extent is the number of bytes the value took in the text that was parsed; 0
// for a container made afterwards.
func (v Value) Extent() int {
	if v.at == 0 {
		return 0
	}
	return int(v.node().end - v.node().start)
}

// AppendTo appends the value as JSON without insignificant space.
func (v Value) AppendTo(dst []byte) []byte {
	if v.at == 0 {
		return dst
	}
	return v.doc.appendNode(dst, v.at)
}

// String is the value as JSON without insignificant space.
func (v Value) String() string { return string(v.AppendTo(nil)) }

// AppendMemberTo appends an object's member as JSON: its name, a colon, its value.
func (v Value) AppendMemberTo(dst []byte) []byte {
	n := v.node()
	if key := v.doc.text[n.keyStart:n.keyEnd]; n.flags&escapedKey != 0 {
		dst = appendQuoted(dst, key)
	} else {
		dst = append(append(append(dst, '"'), key...), '"')
	}
	return v.doc.appendNode(append(dst, ':'), v.at)
}

func (d *Document) appendNode(dst []byte, at uint32) []byte {
	n := &d.nodes[at]
	switch n.kind {
	case Object:
		if n.flags&plain != 0 {
			return append(dst, d.text[n.start:n.end]...)
		}
		dst = append(dst, '{')
		for c := n.first; c != 0; {
			m := &d.nodes[c]
			if m.flags&escapedKey != 0 {
				dst = appendQuoted(dst, d.text[m.keyStart:m.keyEnd])
			} else {
				dst = append(dst, '"')
				dst = append(dst, d.text[m.keyStart:m.keyEnd]...)
				dst = append(dst, '"')
			}
			dst = append(dst, ':')
			if m.kind < Array {
				dst = append(dst, d.text[m.start:m.end]...)
			} else {
				dst = d.appendNode(dst, c)
			}
			c = m.next
			if c != 0 {
				dst = append(dst, ',')
			}
		}
		return append(dst, '}')
	case Array:
		if n.flags&plain != 0 {
			return append(dst, d.text[n.start:n.end]...)
		}
		dst = append(dst, '[')
		for c := n.first; c != 0; {
			dst = d.appendNode(dst, c)
			c = d.nodes[c].next
			if c != 0 {
				dst = append(dst, ',')
			}
		}
		return append(dst, ']')
	}
	return append(dst, d.text[n.start:n.end]...)
}

// --- changing ---

// changed marks a container whose text no longer stands for it.
func (d *Document) changed(at uint32) { d.nodes[at].flags &^= plain }

func (d *Document) add(n node) Value {
	if len(d.nodes) == 0 {
		d.nodes = append(d.nodes, node{})
	}
	at := uint32(len(d.nodes))
	d.nodes = append(d.nodes, n)
	return Value{d, at}
}

func (d *Document) store(b []byte) (start, end uint32) {
	start = uint32(len(d.text))
	d.text = append(d.text, b...)
	return start, uint32(len(d.text))
}

// NewObject adds an empty object that is not yet part of anything.
func (d *Document) NewObject() Value { return d.add(node{kind: Object}) }

// NewArray adds an empty array that is not yet part of anything.
func (d *Document) NewArray() Value { return d.add(node{kind: Array}) }

// NewString adds a string that is not yet part of anything.
func (d *Document) NewString(s string) Value {
	start := uint32(len(d.text))
	d.text = AppendString(d.text, s)
	n := node{kind: String, start: start, end: uint32(len(d.text))}
	if bytes.IndexByte(d.text[n.start:n.end], '\\') >= 0 {
		n.flags = escapedText
	}
	return d.add(n)
}

// NewNull adds a null that is not yet part of anything.
func (d *Document) NewNull() Value {
	start, end := d.store([]byte("null"))
	return d.add(node{kind: Null, start: start, end: end})
}

// Rename gives v the member name of like, a value of the same document. v must
// not be a member of an object.
func (v Value) Rename(like Value) {
	n, from := v.node(), like.node()
	n.keyStart, n.keyEnd, n.keyHash = from.keyStart, from.keyEnd, from.keyHash
	n.flags = n.flags&^escapedKey | from.flags&escapedKey
}

// ParseMember is Parse for the value of a member of that name, which has no
// escapes: the value can be Adopted.
func (d *Document) ParseMember(name, value []byte) (Value, error) {
	v, err := d.Parse(value)
	if err != nil {
		return v, err
	}
	start, end := d.store(name)
	n := v.node()
	n.keyStart, n.keyEnd, n.keyHash = start, end, hash(name)
	return v, nil
}

// Share is a second value with the same content and without a place in any
// container. The children of a container are the same ones: neither may be
// changed afterwards.
func (v Value) Share() Value {
	n := *v.node()
	n.next, n.keyStart, n.keyEnd, n.keyHash = 0, 0, 0, 0
	n.flags &^= escapedKey
	return v.doc.add(n)
}

// Copy is a deep copy of v, which may belong to another document, in d.
func (d *Document) Copy(v Value) Value {
	n := *v.node()
	source := v.doc
	first := n.first
	n.next, n.first, n.last, n.count = 0, 0, 0, 0
	if n.kind == Array || n.kind == Object {
		n.flags &^= plain
		n.start, n.end = 0, 0
	} else if source != d {
		n.start, n.end = d.store(source.text[n.start:n.end])
	}
	n.keyStart, n.keyEnd, n.keyHash = 0, 0, 0
	n.flags &^= escapedKey
	made := d.add(n)
	for c := first; c != 0; c = source.nodes[c].next {
		child := Value{source, c}
		twin := d.Copy(child)
		if n.kind == Object {
			m := &source.nodes[c]
			start, end := m.keyStart, m.keyEnd
			if source != d {
				start, end = d.store(source.text[start:end])
			}
			t := &d.nodes[twin.at]
			t.keyStart, t.keyEnd, t.keyHash = start, end, m.keyHash
			t.flags |= m.flags & escapedKey
		}
		d.link(made.at, twin.at)
	}
	return made
}

func (d *Document) link(parent, child uint32) {
	p := &d.nodes[parent]
	p.flags &^= plain
	d.nodes[child].next = 0
	if p.last == 0 {
		p.first = child
	} else {
		d.nodes[p.last].next = child
	}
	p.last = child
	p.count++
}

// Append adds a value that has no place yet, or whose place is given up, to the
// end of an array.
func (v Value) Append(element Value) { v.doc.link(v.at, element.at) }

// Adopt moves a member of another object of the same document to the end of
// this one, with its name. The name must not be present, and the other object must not be used any more.
func (v Value) Adopt(member Value) { v.doc.link(v.at, member.at) }

// Set gives an object's member of that name the value, in the place of the
// present one or at the end.
func (v Value) Set(name string, value Value) {
	d := v.doc
	h := Hash(name)
	if old := v.get(h, name); old.Ok() {
		old.Replace(value)
		d.changed(v.at)
		return
	}
	start, end := d.store([]byte(name))
	n := &d.nodes[value.at]
	n.keyStart, n.keyEnd, n.keyHash = start, end, h
	if needsEscape(name) {
		n.flags |= escapedKey
	}
	d.link(v.at, value.at)
}

// SetFirst is Set for a name that is not present, at the beginning of the object.
func (v Value) SetFirst(name string, value Value) {
	d := v.doc
	start, end := d.store([]byte(name))
	n := &d.nodes[value.at]
	p := &d.nodes[v.at]
	n.keyStart, n.keyEnd, n.keyHash = start, end, Hash(name)
	n.next = p.first
	p.first = value.at
	if p.last == 0 {
		p.last = value.at
	}
	p.count++
	p.flags &^= plain
}

func needsEscape(name string) bool {
	for i := range len(name) {
		if name[i] < ' ' || name[i] == '"' || name[i] == '\\' {
			return true
		}
	}
	return false
}

// Replace gives v the content of value and keeps its name and place. The
// containers around v must be marked with Touch unless v was reached by Set.
func (v Value) Replace(value Value) {
	v.replaceFrom(&v.doc.nodes[value.at], v.doc.nodes)
}

func (v Value) replaceFrom(from *node, nodes []node) {
	n := &nodes[v.at]
	n.start, n.end, n.first, n.last, n.count, n.kind = from.start, from.end, from.first, from.last, from.count, from.kind
	n.flags = n.flags&escapedKey | from.flags&^escapedKey
}

// Touch tells the document that something below v was changed, so that its
// original text no longer stands for it. Set, Append, Remove and Adopt do it for the
// container they change, not for those around it.
func (v Value) Touch() { v.doc.changed(v.at) }

// Remove takes the child after before out of its container; before is Missing
// for the first child.
func (v Value) Remove(before, child Value) {
	d := v.doc
	p := &d.nodes[v.at]
	next := d.nodes[child.at].next
	if before.at == 0 {
		p.first = next
	} else {
		d.nodes[before.at].next = next
	}
	if p.last == child.at {
		p.last = before.at
	}
	p.count--
	p.flags &^= plain
}

// Delete removes a member by name and says whether there was one.
func (v Value) Delete(name string) bool {
	if v.Kind() != Object {
		return false
	}
	var before Value
	for c := v.First(); c.Ok(); before, c = c, c.Next() {
		if string(c.KeyBytes()) == name {
			v.Remove(before, c)
			return true
		}
	}
	return false
}

// Clear empties an object or array.
func (v Value) Clear() {
	n := v.node()
	n.first, n.last, n.count = 0, 0, 0
	n.flags &^= plain
}

// --- comparing ---

// Equal compares as JSON does: numbers by their exact value, strings by their
// content, objects without regard to the order of members.
func Equal(a, b Value) bool {
	if a.Kind() != b.Kind() {
		return false
	}
	switch a.Kind() {
	case Missing, Null:
		return true
	case Bool:
		return bytes.Equal(a.Raw(), b.Raw())
	case Number:
		return bytes.Equal(a.Raw(), b.Raw()) || slices.Equal(normalised(a.Raw()), normalised(b.Raw()))
	case String:
		return bytes.Equal(a.Raw(), b.Raw()) ||
			(a.node().flags|b.node().flags)&escapedText != 0 && bytes.Equal(a.Bytes(), b.Bytes())
	case Array:
		if a.Len() != b.Len() {
			return false
		}
		for x, y := a.First(), b.First(); x.Ok(); x, y = x.Next(), y.Next() {
			if !Equal(x, y) {
				return false
			}
		}
		return true
	}
	if a.Len() != b.Len() {
		return false
	}
	y := b.First()
	for x := a.First(); x.Ok(); x = x.Next() {
		other := y
		if y.KeyHash() != x.KeyHash() || !bytes.Equal(x.KeyBytes(), y.KeyBytes()) {
			other = b.get(x.KeyHash(), string(x.KeyBytes()))
		}
		if !other.Ok() || !Equal(x, other) {
			return false
		}
		y = y.Next()
	}
	return true
}

// AppendNumber appends a number in a form that is the same for equal numbers.
func AppendNumber(dst, number []byte) []byte { return append(dst, normalised(number)...) }

// normalised is a number as sign, significant digits and exponent, the same for
// equal numbers however they are written.
func normalised(b []byte) []byte {
	negative := b[0] == '-'
	if negative {
		b = b[1:]
	}
	exponent := 0
	if e := bytes.IndexAny(b, "eE"); e >= 0 {
		// An exponent outside int is as good as the largest one: no two such
		// numbers are told apart by anything that reads OCDS.
		exponent, _ = strconv.Atoi(string(b[e+1:]))
		b = b[:e]
	}
	digits := make([]byte, 0, len(b)+20)
	if dot := bytes.IndexByte(b, '.'); dot >= 0 {
		digits = append(append(digits, b[:dot]...), b[dot+1:]...)
		exponent -= len(b) - dot - 1
	} else {
		digits = append(digits, b...)
	}
	digits = bytes.TrimLeft(digits, "0")
	for len(digits) > 0 && digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
		exponent++
	}
	if len(digits) == 0 {
		return []byte("0")
	}
	digits = append(digits, 'e')
	digits = strconv.AppendInt(digits, int64(exponent), 10)
	if negative {
		digits = append(digits, '-')
	}
	return digits
}

// MergePatch applies an RFC 7396 merge patch to target, in the same document,
// and returns the result. Neither may be used afterwards.
func MergePatch(target, patch Value) Value {
	if patch.Kind() != Object {
		return patch
	}
	if target.Kind() != Object {
		target = patch.doc.NewObject()
	}
	for c := patch.First(); c.Ok(); {
		next := c.Next()
		name := c.Key()
		if c.Kind() == Null {
			target.Delete(name)
		} else {
			target.Set(name, MergePatch(target.Get(name), c).Share())
		}
		c = next
	}
	target.Touch()
	return target
}

// CompareNumbers compares two numbers by their exact value, whatever way they
// are written: -1, 0 or 1.
func CompareNumbers(a, b []byte) int {
	if bytes.Equal(a, b) {
		return 0
	}
	// Most numbers are told apart by their nearest floating-point numbers.
	x, errA := strconv.ParseFloat(string(a), 64)
	y, errB := strconv.ParseFloat(string(b), 64)
	if errA == nil && errB == nil && x != y {
		return cmp.Compare(x, y)
	}
	return compareDigits(normalised(a), normalised(b))
}

// compareDigits compares normalised numbers.
func compareDigits(a, b []byte) int {
	sign := func(n []byte) int {
		switch {
		case len(n) == 1:
			return 0
		case n[len(n)-1] == '-':
			return -1
		}
		return 1
	}
	if s, t := sign(a), sign(b); s != t || s == 0 {
		return cmp.Compare(s, t)
	}
	negative := sign(a) < 0
	split := func(n []byte) (digits []byte, exponent int) {
		if negative {
			n = n[:len(n)-1]
		}
		e := bytes.IndexByte(n, 'e')
		exponent, _ = strconv.Atoi(string(n[e+1:]))
		return n[:e], exponent
	}
	da, ea := split(a)
	db, eb := split(b)
	c := cmp.Or(cmp.Compare(len(da)+ea, len(db)+eb), bytes.Compare(da, db))
	if negative {
		return -c
	}
	return c
}

// Duplicates are those of the document the value is part of.
func (v Value) Duplicates() []Value {
	if v.doc == nil {
		return nil
	}
	return v.doc.Duplicates()
}
