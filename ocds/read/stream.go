package read

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/internal/skip"
	"github.com/kzocds/kzocds/ocds/pack"
)

// Kind of an item.
type Kind uint8

// Kinds of items. A compiled release is a Release.
const (
	Release Kind = iota
	Record
)

func (k Kind) String() string { return [...]string{"release", "record"}[k] }

// Item is one release or record of an input.
type Item struct {
	Kind    Kind
	JSON    []byte // valid until the next item is read
	Input   string // name of the file
	Line    int64  // on which it begins, from 1
	Offset  int64  // of its first byte, in the decompressed input
	Index   int    // place in its package; -1 if it is in none
	Package *Package

	ocid []byte // text of the JSON string if it was seen at once
}

// Pointer is the JSON pointer to the item in its document: "" or "/releases/3".
func (it *Item) Pointer() string {
	if it.Index < 0 {
		return ""
	}
	return fmt.Sprintf("/%ss/%d", it.Kind, it.Index)
}

// Package is the envelope an item was in.
type Package struct {
	// Head is what stands before the list of items: all that is known while they come.
	Head pack.Metadata
	// Metadata is complete when the package was read to its end.
	pack.Metadata
	Input   string
	Line    int64
	Offset  int64
	Kind    Kind
	Items   int
	Members []byte // JSON of the package without its items, when it was read to its end
}

// Error says where an input cannot be read.
type Error struct {
	Input   string
	Line    int64
	Offset  int64
	Pointer string
	Message string
	Err     error
}

func (e *Error) Error() string {
	where := e.Input
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d", where, e.Line)
	}
	if e.Pointer != "" {
		where += " at " + e.Pointer
	}
	return where + ": " + e.Message
}

func (e *Error) Unwrap() error { return e.Err }

// errTooLarge: a single release or record above the limit.
var errTooLarge = errors.New("larger than the largest release or record allowed")

// stream finds the items of one input, reading it once from the beginning.
type stream struct {
	name    string
	r       io.Reader
	buf     []byte
	pos     int   // of the next byte to look at
	base    int64 // offset of buf[0] in the input
	line    int64 // of the byte at counted
	counted int   // position in buf up to which lines are counted
	eof     bool
	failed  error // of reading, to be told when what was read before it is used up
	maxItem int
	lines   bool // the input is JSON Lines: values end at line ends
	emit    func(*Item) error
	fault   func(*Error) error // decides whether to go on after a fault
	pack    func(*Package)     // told when a package was read to its end
}

const (
	chunk = 1 << 20 // bytes read at a time
	// A value up to this size is seen as a whole before it is decided what it is.
	window = 4 << 20
)

// fill reads more, keeping everything from pos on. It reports false at the end.
func (s *stream) fill() (bool, error) {
	if s.eof || s.failed != nil {
		return false, s.failed
	}
	if s.pos > 0 && (s.pos == len(s.buf) || s.pos > cap(s.buf)/2 || len(s.buf)+chunk > cap(s.buf)) {
		s.count(s.pos)
		n := copy(s.buf, s.buf[s.pos:])
		s.buf = s.buf[:n]
		s.base += int64(s.pos)
		s.counted -= s.pos
		s.pos = 0
	}
	if cap(s.buf)-len(s.buf) < chunk/2 {
		grown := make([]byte, len(s.buf), max(2*cap(s.buf), 2*chunk))
		copy(grown, s.buf)
		s.buf = grown
	}
	for {
		n, err := s.r.Read(s.buf[len(s.buf):min(cap(s.buf), len(s.buf)+chunk)])
		s.buf = s.buf[:len(s.buf)+n]
		if err == io.EOF {
			s.eof = true
			return n > 0, nil
		}
		if err != nil {
			message := "cannot be read: " + err.Error()
			if errors.Is(err, io.ErrUnexpectedEOF) {
				message = "the compressed file ends too early: it is truncated"
			}
			s.failed = s.errorAt(len(s.buf), err, "%s", message)
			if n == 0 {
				return false, s.failed
			}
		}
		if n > 0 {
			return true, nil
		}
	}
}

// count moves the line counter to a position.
func (s *stream) count(to int) {
	if to > s.counted {
		s.line += int64(bytes.Count(s.buf[s.counted:to], []byte{'\n'}))
		s.counted = to
	}
}

func (s *stream) lineAt(pos int) int64 {
	s.count(pos)
	return s.line
}

func (s *stream) errorAt(pos int, err error, format string, a ...any) *Error {
	return &Error{Input: s.name, Line: s.lineAt(pos), Offset: s.base + int64(pos), Message: fmt.Sprintf(format, a...), Err: err}
}

// skipSpace moves to the next byte that is no space; false at the end of the input.
func (s *stream) skipSpace() (bool, error) {
	for {
		s.pos += skip.Space(s.buf[s.pos:])
		if s.pos < len(s.buf) {
			return true, nil
		}
		if more, err := s.fill(); err != nil || !more {
			return false, err
		}
	}
}

// value makes sure the JSON value at pos is in the buffer as a whole and returns
// its end.
func (s *stream) value() (end int, err error) {
	if c := s.buf[s.pos]; c != '{' && c != '[' {
		for {
			if end := skip.End(s.buf[s.pos:]); end > 0 {
				return s.pos + end, nil
			}
			if more, err := s.fill(); err != nil || !more {
				if err == nil && c != '"' && len(s.buf) > s.pos {
					return len(s.buf), nil // a bare number at the very end
				}
				return 0, s.ended(err)
			}
			if len(s.buf)-s.pos > s.maxItem {
				return 0, s.errorAt(s.pos, errTooLarge, "a value is larger than %d bytes", s.maxItem)
			}
		}
	}
	var sk skip.Skipper
	scanned := 0
	for {
		end, rest := sk.Run(s.buf[s.pos+scanned:])
		if end >= 0 {
			return s.pos + scanned + end, nil
		}
		scanned = len(s.buf) - s.pos - rest
		if scanned > s.maxItem {
			return 0, s.errorAt(s.pos, errTooLarge, "a release or record is larger than %d bytes; raise the limit if that is right", s.maxItem)
		}
		if more, err := s.fill(); err != nil || !more {
			return 0, s.ended(err)
		}
	}
}

// ended is the error of an input that ends inside a value.
func (s *stream) ended(err error) error {
	if err != nil {
		return err
	}
	return s.errorAt(s.pos, io.ErrUnexpectedEOF, "the input ends inside the value that begins here: it is truncated")
}

// run reads the whole input.
func (s *stream) run() error {
	s.line = 1
	if _, err := s.fill(); err != nil {
		return s.report(err)
	}
	if err := s.encoding(); err != nil {
		return s.report(err)
	}
	for {
		more, err := s.skipSpace()
		if err != nil {
			return s.report(err)
		}
		if !more {
			return nil
		}
		from, line := s.base+int64(s.pos), s.lineAt(s.pos)
		if err := s.document(); err != nil {
			if err := s.report(err); err != nil {
				return err
			}
			// Go on with the next line, if the input has lines.
			if !s.lines {
				return nil
			}
			if err := s.nextLine(from); err != nil {
				return s.report(err)
			}
			continue
		}
		// Values on one line each make JSON Lines: their ends are then found much faster.
		if !s.lines && s.lineAt(s.pos) == line && s.pos < len(s.buf) && s.buf[s.pos] == '\n' && s.base+int64(s.pos)-from < window {
			s.lines = true
		}
	}
}

// report gives an error to fault if it is about the input; others, such as those
// of emit, end the reading.
func (s *stream) report(err error) error {
	var e *Error
	if errors.As(err, &e) && s.fault != nil {
		return s.fault(e)
	}
	return err
}

func (s *stream) nextLine(from int64) error {
	if s.base+int64(s.pos) < from {
		s.pos = int(from - s.base)
	}
	for {
		if i := bytes.IndexByte(s.buf[s.pos:], '\n'); i >= 0 {
			s.pos += i + 1
			return nil
		}
		s.pos = len(s.buf)
		if more, err := s.fill(); err != nil || !more {
			return err
		}
	}
}

// encoding refuses what is not UTF-8 and skips a byte order mark.
func (s *stream) encoding() error {
	for len(s.buf) < 4 && !s.eof {
		if _, err := s.fill(); err != nil {
			return err
		}
	}
	b := s.buf
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		s.pos = 3
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")),
		len(b) >= 2 && (b[0] == 0) != (b[1] == 0):
		return s.errorAt(0, nil, "is UTF-16 or UTF-32; OCDS data must be UTF-8: convert it first, for example with iconv -f UTF-16 -t UTF-8")
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return s.errorAt(0, nil, "is a ZIP archive: unpack it first")
	case len(b) > 0 && b[0] == '<':
		return s.errorAt(0, nil, "is HTML or XML, not JSON")
	}
	return nil
}

// document reads one value at the outermost level.
func (s *stream) document() error {
	switch s.buf[s.pos] {
	case '{':
		return s.object(nil)
	case '[':
		s.pos++
		return s.elements(func(i int) error { return s.object(&i) })
	}
	return s.errorAt(s.pos, nil, "%q is not the beginning of a release, a record or a package", rune(s.buf[s.pos]))
}

// elements calls each for the elements of a list whose bracket was just read, and
// reads the closing bracket.
func (s *stream) elements(each func(i int) error) error {
	for i := 0; ; i++ {
		more, err := s.skipSpace()
		if err != nil || !more {
			return s.ended(err)
		}
		if s.buf[s.pos] == ']' {
			s.pos++
			return nil
		}
		if i > 0 {
			if s.buf[s.pos] != ',' {
				return s.errorAt(s.pos, nil, "%q where a comma or the end of the list is expected", rune(s.buf[s.pos]))
			}
			s.pos++
			if more, err := s.skipSpace(); err != nil || !more {
				return s.ended(err)
			}
		}
		if err := each(i); err != nil {
			return err
		}
	}
}

// object reads a release, a record or a package; place is where it stands in a list.
func (s *stream) object(place *int) error {
	if s.buf[s.pos] != '{' {
		return s.errorAt(s.pos, nil, "%q is not the beginning of a release, a record or a package", rune(s.buf[s.pos]))
	}
	if s.lines && place == nil {
		if end := bytes.IndexByte(s.buf[s.pos:], '\n'); end >= 0 {
			return s.whole(s.pos + end)
		}
	}
	var sk skip.Skipper
	scanned, looked := 0, 0
	for {
		end, rest := sk.Run(s.buf[s.pos+scanned:])
		if end >= 0 {
			return s.whole(s.pos + scanned + end)
		}
		scanned = len(s.buf) - s.pos - rest
		if scanned >= min(window, s.maxItem) && scanned >= 2*looked {
			// Too large to wait for its end: see whether it is a package.
			looked = scanned
			if o := outlineOf(s.buf[s.pos:], true); o.list != "" && o.ocid == nil {
				return s.stream()
			}
		}
		if scanned > s.maxItem {
			return s.errorAt(s.pos, errTooLarge, "a release or record is larger than %d bytes; raise the limit if that is right", s.maxItem)
		}
		if more, err := s.fill(); err != nil || !more {
			if o := outlineOf(s.buf[s.pos:], true); err == nil && o.list != "" && o.ocid == nil && !s.lines {
				// A truncated package: what is whole in it can still be used.
				return s.stream()
			}
			return s.ended(err)
		}
	}
}

var listName = []byte(`"releases"`)

// whole emits the value from pos to end, which is in the buffer.
func (s *stream) whole(end int) error {
	b := s.buf[s.pos:end]
	o := outlineOf(b, true)
	if o.list != "" && o.ocid == nil {
		// A package, or a record that names its ocid late.
		o = outlineOf(b, false)
		if o.ocid == nil {
			return s.stream()
		}
	}
	kind := Release
	if o.ocid != nil && o.list == "" && bytes.Contains(b, listName) {
		o = outlineOf(b, false)
	}
	if o.list != "" {
		kind = Record
	}
	it := Item{Kind: kind, JSON: bytes.TrimRight(b, " \t\r"), Input: s.name, Line: s.lineAt(s.pos), Offset: s.base + int64(s.pos), Index: -1, ocid: o.ocid}
	s.pos = end
	return s.emit(&it)
}

// stream reads a package member by member and emits its items as they come.
func (s *stream) stream() error {
	p := &Package{Input: s.name, Line: s.lineAt(s.pos), Offset: s.base + int64(s.pos)}
	members := []byte{'{'}
	lists, items := 0, 0
	s.pos++
	for first := true; ; first = false {
		more, err := s.skipSpace()
		if err != nil || !more {
			return s.ended(err)
		}
		if s.buf[s.pos] == '}' {
			s.pos++
			break
		}
		if !first {
			if s.buf[s.pos] != ',' {
				return s.errorAt(s.pos, nil, "%q where a comma or the end of the package is expected", rune(s.buf[s.pos]))
			}
			s.pos++
			if more, err := s.skipSpace(); err != nil || !more {
				return s.ended(err)
			}
		}
		if s.buf[s.pos] != '"' {
			return s.errorAt(s.pos, nil, "%q where a member name is expected", rune(s.buf[s.pos]))
		}
		end, err := s.value()
		if err != nil {
			return err
		}
		name := string(s.buf[s.pos+1 : end-1])
		s.pos = end
		if more, err := s.skipSpace(); err != nil || !more {
			return s.ended(err)
		}
		if s.buf[s.pos] != ':' {
			return s.errorAt(s.pos, nil, "%q where a colon is expected", rune(s.buf[s.pos]))
		}
		s.pos++
		if more, err := s.skipSpace(); err != nil || !more {
			return s.ended(err)
		}
		if s.buf[s.pos] == '[' && (name == "releases" || name == "records") {
			s.pos++
			p.Kind = Release
			if name == "records" {
				p.Kind = Record
			}
			if lists++; lists > 1 {
				return s.errorAt(s.pos, nil, "a package has one list of releases or records, not several")
			}
			p.Head = metadata(members)
			if err := s.elements(func(i int) error { items++; return s.item(p, i) }); err != nil {
				p.Items, p.Metadata = items, p.Head
				return err
			}
			continue
		}
		if end, err = s.value(); err != nil {
			return err
		}
		if len(members) > 1 {
			members = append(members, ',')
		}
		members = append(ocds.AppendString(members, name), ':')
		members = append(members, s.buf[s.pos:end]...)
		s.pos = end
	}
	p.Members, p.Items, p.Metadata = append(members, '}'), items, metadata(members)
	if s.pack != nil {
		s.pack(p)
	}
	return nil
}

// metadata reads the members seen so far, which are not closed yet.
func metadata(members []byte) (m pack.Metadata) {
	if v, err := ocds.Parse(append(bytes.Clone(members), '}')); err == nil {
		m.Read(v)
	}
	return m
}

// item emits one element of a package's list.
func (s *stream) item(p *Package, i int) error {
	if s.buf[s.pos] != '{' {
		e := s.errorAt(s.pos, nil, "an element of the list of %ss is not an object", p.Kind)
		e.Pointer = fmt.Sprintf("/%ss/%d", p.Kind, i)
		end, err := s.value()
		if err != nil {
			return err
		}
		s.pos = end
		return s.report(e)
	}
	end, err := s.value()
	if err != nil {
		return err
	}
	it := Item{Kind: p.Kind, JSON: s.buf[s.pos:end], Input: s.name, Line: s.lineAt(s.pos), Offset: s.base + int64(s.pos), Index: i, Package: p}
	o := outlineOf(it.JSON, true)
	// A record without an ocid has releases as well.
	if o.list != "" && o.ocid == nil && (p.Kind == Release || o.list == "records") && outlineOf(it.JSON, false).ocid == nil {
		e := s.errorAt(s.pos, nil, "a package inside a package: only %ss may stand here", p.Kind)
		e.Pointer = it.Pointer()
		s.pos = end
		return s.report(e)
	}
	if p.Kind == Release {
		it.ocid = o.ocid
	}
	s.pos = end
	return s.emit(&it)
}
