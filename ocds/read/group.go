package read

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/internal/ordered"
)

// Group is the items of one contracting process, in the order of the inputs.
type Group struct {
	OCID     []byte // text of the JSON string, with quotes
	Releases []Member
	// Compiled is the compiled release of a record whose releases are only links,
	// for a process of which there is nothing else.
	Compiled *Member
}

// Member is a release of a group.
type Member struct {
	JSON    []byte
	Input   string
	Line    int64
	Pointer string
	Package *Package // nil if the release was in none
}

// Groups is an index of inputs by ocid.
type Groups struct {
	o        Options
	sources  []*source
	packages []*Package
	entries  []entry
	keys     []byte
	runs     []run
	temp     *os.File
	tempSize int64
	closers  []func() error
	items    int64
	stored   int64 // bytes of stored input
	spool    spool
}

// source is where the bytes of an input's items can be read again.
type source struct {
	name string
	at   io.ReaderAt
}

// maxOpen is the number of input files kept open to be read again; more are opened
// when they are needed.
const maxOpen = 128

// reopened is a file that is opened for each reading.
type reopened string

func (name reopened) ReadAt(p []byte, offset int64) (int, error) {
	f, err := os.Open(string(name))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.ReadAt(p, offset)
}

// entry is one release in the index. Its key, the ocid with quotes, is in Groups.keys.
type entry struct {
	key      uint32 // offset in keys
	keySize  uint32
	input    uint32
	pack     int32 // index in packages, -1: none
	index    int32 // in the package's list, -1: none
	inner    int32 // in the record's list, -1: none
	compiled bool  // a record's compiled release
	record   bool  // found in a record package or a record
	offset   int64
	length   int64
	line     int64
	order    uint32
}

const entrySize = 80 // bytes an entry takes, with a guess of its key

// largeIndex is the number of entries from which an index is large.
const largeIndex = 1 << 14

// GroupByOCID reads the inputs once and indexes their releases by ocid. Of a record
// the embedded releases count; if it has only links, its compiled release.
func GroupByOCID(ctx context.Context, inputs []Input, o Options) (*Groups, error) {
	g := &Groups{o: o}
	if err := g.index(ctx, inputs); err != nil {
		_ = g.Close() // the first error is the one to tell
		return nil, err
	}
	return g, nil
}

func (g *Groups) index(ctx context.Context, inputs []Input) error {
	for i := range inputs {
		if err := g.add(ctx, &inputs[i]); err != nil {
			return err
		}
	}
	if len(g.runs) == 0 {
		g.sort()
		return nil
	}
	err := g.spill()
	g.entries, g.keys = nil, nil
	return err
}

// Releases is the number of releases found.
func (g *Groups) Releases() int64 { return g.items }

// Packages are the packages found, in their order.
func (g *Groups) Packages() []*Package { return g.packages }

// Close frees the temporary file and the inputs.
func (g *Groups) Close() (err error) {
	for _, c := range slices.Backward(g.closers) {
		if e := c(); err == nil {
			err = e
		}
	}
	g.closers = nil
	return err
}

func (g *Groups) add(ctx context.Context, in *Input) error {
	fail := func(err error) error {
		if g.o.KeepGoing != nil {
			return g.o.KeepGoing(err)
		}
		return err
	}
	opened, err := in.open(func(n int64) {
		g.stored += n
		if g.o.Progress != nil {
			g.o.Progress(n)
		}
	})
	if err != nil {
		return fail(err)
	}
	src := &source{name: in.Name}
	var sp *spool
	switch {
	case opened.plain && len(g.closers) < maxOpen:
		src.at = opened.file
		g.closers = append(g.closers, opened.Close)
	case opened.plain:
		src.at = reopened(in.Path)
		defer opened.Close()
	default:
		sp = &g.spool
		sp.g = g
		src.at = sp
		defer opened.Close()
	}
	number := uint32(len(g.sources))
	g.sources = append(g.sources, src)
	packageNumber := int32(-1)
	var current *Package

	s := stream{name: in.Name, r: opened.text, maxItem: g.o.maxItem(), pack: g.o.Packages}
	if g.o.KeepGoing != nil {
		s.fault = func(e *Error) error { return g.o.KeepGoing(e) }
	}
	s.emit = func(it *Item) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if it.Package != nil && it.Package != current {
			current = it.Package
			packageNumber = int32(len(g.packages))
			g.packages = append(g.packages, current)
		}
		e := entry{input: number, pack: -1, index: int32(it.Index), inner: -1, offset: it.Offset, length: int64(len(it.JSON)), line: it.Line, record: it.Kind == Record}
		if it.Package != nil {
			e.pack = packageNumber
		}
		if sp != nil {
			var err error
			if e.offset, err = sp.write(it.JSON); err != nil {
				return fmt.Errorf("temporary file: %w", err)
			}
		}
		if it.Kind == Record {
			return g.record(it, e)
		}
		ocid := it.ocid
		if len(ocid) <= 2 {
			var err error
			if ocid, err = lateOCID(it); err != nil {
				return s.report(err)
			}
		}
		return g.enter(ocid, e)
	}
	return s.run()
}

// lateOCID looks closely at a release without an obvious ocid, to say what is wrong with it.
func lateOCID(it *Item) ([]byte, error) {
	v, err := ocds.Parse(it.JSON)
	if err != nil {
		return nil, it.Fault(err, "%v", err)
	}
	ocid := v.Get("ocid")
	if ocid.Kind() != ocds.String || len(ocid.Raw()) == 2 {
		return nil, it.Fault(nil, "%s", noOCID(v))
	}
	return ocid.AppendTo(nil), nil
}

// noOCID is what to say of a release without an ocid, which may be something else.
func noOCID(v ocds.Value) string {
	for _, list := range []string{"releases", "records"} {
		if found := v.Get(list); found.Ok() {
			return fmt.Sprintf("this is no package, because %q is no list (but %s), and no release, because it has no ocid", list, found.Kind())
		}
	}
	if id := v.Get("id"); id.Ok() {
		return fmt.Sprintf("the release (id %s) has no ocid", id)
	}
	return "the release has no ocid"
}

// record enters the releases of a record.
func (g *Groups) record(it *Item, e entry) error {
	fault := func(err error) error {
		if g.o.KeepGoing != nil {
			return g.o.KeepGoing(err)
		}
		return err
	}
	var d ocds.Document
	v, err := d.Parse(it.JSON)
	if err != nil {
		return fault(it.Fault(err, "%v", err))
	}
	whole := 0
	for i, r := range v.Get("releases").Items() {
		if !r.Get("id").Ok() {
			continue
		}
		ocid := r.Get("ocid")
		if !ocid.Ok() {
			ocid = v.Get("ocid")
		}
		if ocid.Kind() != ocds.String || len(ocid.Raw()) == 2 {
			if err := fault(it.Fault(nil, "release %d of the record has no ocid", i)); err != nil {
				return err
			}
			continue
		}
		part := e
		part.inner = int32(i)
		part.offset += int64(r.Offset())
		part.length = int64(r.Extent())
		whole++
		if err := g.enter(ocid.AppendTo(nil), part); err != nil {
			return err
		}
	}
	if whole > 0 {
		return nil
	}
	compiled := v.Get("compiledRelease")
	ocid := v.Get("ocid")
	if ocid.Kind() != ocds.String || len(ocid.Raw()) == 2 {
		return fault(it.Fault(nil, "the record has no ocid"))
	}
	if compiled.Kind() != ocds.Object {
		return fault(it.Fault(nil, "the record %s has neither whole releases nor a compiled release", ocid))
	}
	e.offset += int64(compiled.Offset())
	e.length = int64(compiled.Extent())
	e.compiled = true
	return g.enter(ocid.AppendTo(nil), e)
}

func (g *Groups) enter(ocid []byte, e entry) error {
	budget := min(g.o.memory()/2, math.MaxUint32/2)
	if int64(len(g.entries))*entrySize+int64(len(g.keys)) > budget {
		if err := g.spill(); err != nil {
			return fmt.Errorf("temporary file: %w", err)
		}
	}
	// A large index gets all of its memory at once: growing it step by step would
	// leave as much behind as it holds. What is not used costs nothing.
	if room := int(budget/entrySize) + 1; len(g.entries) == largeIndex && cap(g.entries) < room {
		g.entries = slices.Grow(g.entries, room-largeIndex)
		g.keys = slices.Grow(g.keys, int(budget/3))
	}
	g.items++
	e.key, e.keySize = uint32(len(g.keys)), uint32(len(ocid))
	g.keys = append(g.keys, ocid...)
	e.order = uint32(len(g.entries))
	g.entries = append(g.entries, e)
	return nil
}

func (g *Groups) keyOf(e *entry) []byte { return g.keys[e.key : e.key+e.keySize] }

// sort puts the index in the order of ocids, within an ocid in that of the inputs.
func (g *Groups) sort() {
	less := func(a, b entry) int {
		return cmp.Or(bytes.Compare(g.keyOf(&a), g.keyOf(&b)), cmp.Compare(a.order, b.order))
	}
	if !slices.IsSortedFunc(g.entries, less) {
		slices.SortFunc(g.entries, less)
	}
}

// run is a sorted part of the index in the temporary file.
type run struct{ offset, size int64 }

func (g *Groups) tempFile() (*os.File, error) {
	if g.temp != nil {
		return g.temp, nil
	}
	f, err := os.CreateTemp(g.o.TempDir, "ocds-*.tmp")
	if err != nil {
		return nil, err
	}
	// The name is given up at once where the system allows it, so that nothing is
	// left behind even if the program is killed.
	removed := os.Remove(f.Name()) == nil
	g.temp = f
	g.closers = append(g.closers, func() error {
		err := f.Close()
		if !removed {
			return os.Remove(f.Name())
		}
		return err
	})
	return f, nil
}

// spill writes the entries held to the temporary file as a sorted run.
func (g *Groups) spill() error {
	if len(g.entries) == 0 {
		return nil
	}
	f, err := g.tempFile()
	if err != nil {
		return err
	}
	g.sort()
	w := bufio.NewWriterSize(io.NewOffsetWriter(f, g.tempSize), 1<<20)
	var b []byte
	size := int64(0)
	for i := range g.entries {
		e := &g.entries[i]
		b = binary.AppendUvarint(b[:0], uint64(e.keySize))
		b = append(b, g.keyOf(e)...)
		flags := uint64(0)
		if e.compiled {
			flags |= 1
		}
		if e.record {
			flags |= 2
		}
		for _, n := range []uint64{uint64(e.input), uint64(e.pack + 1), uint64(e.index + 1), uint64(e.inner + 1), flags, uint64(e.offset), uint64(e.length), uint64(e.line)} {
			b = binary.AppendUvarint(b, n)
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
		size += int64(len(b))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	g.runs = append(g.runs, run{g.tempSize, size})
	g.tempSize += size
	g.entries, g.keys = g.entries[:0], g.keys[:0]
	return nil
}

// cursor reads a run.
type cursor struct {
	r     *bufio.Reader
	left  bool
	key   []byte
	entry entry
	run   int
}

func (c *cursor) next() error {
	size, err := binary.ReadUvarint(c.r)
	if err == io.EOF {
		c.left = false
		return nil
	}
	if err != nil {
		return err
	}
	c.key = slices.Grow(c.key[:0], int(size))[:size]
	if _, err := io.ReadFull(c.r, c.key); err != nil {
		return err
	}
	var n [8]uint64
	for i := range n {
		if n[i], err = binary.ReadUvarint(c.r); err != nil {
			return err
		}
	}
	c.entry = entry{
		input: uint32(n[0]), pack: int32(n[1]) - 1, index: int32(n[2]) - 1, inner: int32(n[3]) - 1,
		compiled: n[4]&1 != 0, record: n[4]&2 != 0, offset: int64(n[5]), length: int64(n[6]), line: int64(n[7]),
	}
	c.left = true
	return nil
}

type cursors []*cursor

func (c cursors) Len() int { return len(c) }
func (c cursors) Less(i, j int) bool {
	return cmp.Or(bytes.Compare(c[i].key, c[j].key), cmp.Compare(c[i].run, c[j].run)) < 0
}
func (c cursors) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *cursors) Push(x any)   { *c = append(*c, x.(*cursor)) }
func (c *cursors) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}

// walk calls fn for the entries in the order of ocids; key is valid during the call.
func (g *Groups) walk(fn func(key []byte, e entry) error) error {
	if len(g.runs) == 0 {
		for i := range g.entries {
			if err := fn(g.keyOf(&g.entries[i]), g.entries[i]); err != nil {
				return err
			}
		}
		return nil
	}
	var open cursors
	buffer := int(max(4<<10, min(256<<10, g.o.memory()/2/int64(len(g.runs)))))
	for i, r := range g.runs {
		c := &cursor{r: bufio.NewReaderSize(io.NewSectionReader(g.temp, r.offset, r.size), buffer), run: i}
		if err := c.next(); err != nil {
			return fmt.Errorf("temporary file: %w", err)
		}
		if c.left {
			open = append(open, c)
		}
	}
	heap.Init(&open)
	for len(open) > 0 {
		c := open[0]
		if err := fn(c.key, c.entry); err != nil {
			return err
		}
		if err := c.next(); err != nil {
			return fmt.Errorf("temporary file: %w", err)
		}
		if c.left {
			heap.Fix(&open, 0)
		} else {
			heap.Pop(&open)
		}
	}
	return nil
}

// batch is consecutive groups whose texts are read and worked on together.
type batch struct {
	keys    []byte
	keyEnds []int
	entries []entry
	ends    []int // of each group in entries
	size    int64
}

// batchSize is the bytes of text from which a batch is full.
const batchSize = 1 << 20

// Work makes output of one group: it appends to dst and returns it. What is worth
// saying about the group goes to note. An error ends everything.
type Work func(dst []byte, group *Group, note func(error)) ([]byte, error)

// Append calls work for every group, on several goroutines, and writes what it
// appended to out and what it noted to noted, in the order of ocids.
func (g *Groups) Append(ctx context.Context, workers int, out io.Writer, noted func(error), work Work) error {
	type state struct {
		text  []byte
		group Group
	}
	type result struct {
		text     []byte
		notes    []error
		releases int64
	}
	done, shown := int64(0), int64(0)
	free := make(chan []byte, 8*workers) // output buffers to use again
	states := make([]state, workers)
	produce := func(give func(*batch) error) error {
		b := &batch{}
		var last []byte
		begun := false
		err := g.walk(func(key []byte, e entry) error {
			if !begun || !bytes.Equal(last, key) {
				if b.size >= batchSize {
					b.ends = append(b.ends, len(b.entries))
					if err := give(b); err != nil {
						return err
					}
					b = &batch{}
				} else if begun {
					b.ends = append(b.ends, len(b.entries))
				}
				last, begun = append(last[:0], key...), true
				b.keys = append(b.keys, key...)
				b.keyEnds = append(b.keyEnds, len(b.keys))
			}
			b.entries = append(b.entries, e)
			b.size += e.length
			return nil
		})
		if err != nil || !begun {
			return err
		}
		b.ends = append(b.ends, len(b.entries))
		return give(b)
	}
	return ordered.Run(ctx, workers, produce, func(worker int, b *batch) (r result, err error) {
		st := &states[worker]
		select {
		case r.text = <-free:
		default:
		}
		r.releases = int64(len(b.entries))
		note := func(err error) { r.notes = append(r.notes, err) }
		first, keyStart := 0, 0
		for i, end := range b.ends {
			st.text, err = g.load(&st.group, b.entries[first:end], st.text[:0])
			if err != nil {
				return r, err
			}
			st.group.OCID = b.keys[keyStart:b.keyEnds[i]]
			if r.text, err = work(r.text, &st.group, note); err != nil {
				return r, err
			}
			first, keyStart = end, b.keyEnds[i]
		}
		return r, nil
	}, func(r result) error {
		for _, n := range r.notes {
			noted(n)
		}
		_, err := out.Write(r.text)
		if done += r.releases; g.o.Progress != nil {
			// The second reading shows as much progress as the first.
			now := int64(float64(g.stored) * float64(done) / float64(g.items))
			g.o.Progress(now - shown)
			shown = now
		}
		select {
		case free <- r.text[:0]:
		default:
		}
		return err
	})
}

// load reads the texts of a group's entries into text.
func (g *Groups) load(group *Group, entries []entry, text []byte) ([]byte, error) {
	total := int64(0)
	for _, e := range entries {
		total += e.length
	}
	text = slices.Grow(text[:0], int(total))[:total]
	group.Releases, group.Compiled = group.Releases[:0], nil
	at := int64(0)
	for i := 0; i < len(entries); i++ {
		e := &entries[i]
		src := g.sources[e.input]
		part := text[at : at+e.length : at+e.length]
		at += e.length
		if n, err := src.at.ReadAt(part, e.offset); err != nil && n < len(part) {
			return text, &Error{Input: src.name, Line: e.line, Message: "cannot be read again: " + err.Error(), Err: err}
		}
		m := Member{JSON: part, Input: src.name, Line: e.line}
		if e.pack >= 0 {
			m.Package = g.packages[e.pack]
		}
		m.Pointer = e.pointer()
		if e.compiled {
			if group.Compiled == nil {
				group.Compiled = &m
			}
			continue
		}
		group.Releases = append(group.Releases, m)
	}
	return text, nil
}

func (e *entry) pointer() string {
	var b []byte
	if e.index >= 0 {
		list := "releases"
		if e.record {
			list = "records"
		}
		b = fmt.Appendf(b, "/%s/%d", list, e.index)
	}
	if e.inner >= 0 {
		b = fmt.Appendf(b, "/releases/%d", e.inner)
	}
	if e.compiled {
		b = append(b, "/compiledRelease"...)
	}
	return string(b)
}

// spool keeps the items of an input that cannot be read twice: in memory within
// the budget, then in the temporary file.
type spool struct {
	g      *Groups
	memory []byte
	blocks []block
	size   int64
}

// block is a part of the spool that was written to the temporary file.
type block struct{ start, offset, size int64 }

func (s *spool) write(b []byte) (offset int64, err error) {
	offset = s.size
	if int64(len(s.memory)+len(b)) > s.g.o.memory()/2 && len(s.memory) > 0 {
		f, err := s.g.tempFile()
		if err != nil {
			return 0, err
		}
		if _, err := f.WriteAt(s.memory, s.g.tempSize); err != nil {
			return 0, err
		}
		s.blocks = append(s.blocks, block{s.size - int64(len(s.memory)), s.g.tempSize, int64(len(s.memory))})
		s.g.tempSize += int64(len(s.memory))
		s.memory = s.memory[:0]
	}
	s.memory = append(s.memory, b...)
	s.size += int64(len(b))
	return offset, nil
}

// ReadAt reads an item that was written as a whole: it never spans two blocks.
func (s *spool) ReadAt(p []byte, offset int64) (int, error) {
	if start := s.size - int64(len(s.memory)); offset >= start {
		return copy(p, s.memory[offset-start:]), nil
	}
	i, exact := slices.BinarySearchFunc(s.blocks, offset, func(b block, o int64) int { return cmp.Compare(b.start, o) })
	if !exact {
		i--
	}
	b := s.blocks[i]
	return s.g.temp.ReadAt(p, b.offset+offset-b.start)
}
