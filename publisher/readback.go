package publisher

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/gzip"
	"github.com/parquet-go/parquet-go"
	"golang.org/x/sync/errgroup"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/fault"
	row "github.com/kzocds/kzocds/proto/tables"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

// Before a snapshot becomes current, the gate takes it as a consumer does: it
// reads every new object from the store and looks whether what it finds there is
// what was planned, and what a loader would end up with. See docs/adr/0016.

// place is a month of the base, or a delta: the objects that hold the same
// processes.
type place struct {
	name     string
	parts    []snapshot.Part
	records  *snapshot.Unit // planned content of a month; nil where none was planned
	releases *snapshot.Unit
}

// places of the snapshot, in their order; the base first, then the deltas.
func (g *gating) places() (base, deltas []*place) {
	byPeriod := map[string]*place{}
	for _, p := range g.content.Parts {
		switch p.Dataset {
		case snapshot.Records, snapshot.Releases, snapshot.Compiled, snapshot.Tables:
		default:
			continue
		}
		if p.Period == "" {
			continue // all months in one file
		}
		if byPeriod[p.Period] == nil {
			byPeriod[p.Period] = &place{name: p.Period}
		}
		byPeriod[p.Period].parts = append(byPeriod[p.Period].parts, p)
	}
	for i, u := range g.units {
		switch at := byPeriod[u.Period]; {
		case at == nil:
		case u.Dataset == snapshot.Records:
			at.records = &g.units[i]
		case u.Dataset == snapshot.Releases:
			at.releases = &g.units[i]
		}
	}
	for _, period := range slices.Sorted(maps.Keys(byPeriod)) {
		base = append(base, byPeriod[period])
	}
	for _, d := range g.content.Deltas {
		deltas = append(deltas, &place{name: "delta " + d.Name, parts: d.Parts})
	}
	return base, deltas
}

// of a dataset, and a table, in the order of their names.
func (p *place) of(dataset, table string) []snapshot.Part {
	var some []snapshot.Part
	for _, o := range p.parts {
		if o.Dataset == dataset && o.Table == table {
			some = append(some, o)
		}
	}
	slices.SortFunc(some, func(a, b snapshot.Part) int { return cmp.Compare(a.Name, b.Name) })
	return some
}

// oddities are what reading the new objects brought to light.
type oddities struct {
	read     bool
	mu       sync.Mutex
	content  []string // objects that do not hold what was planned
	sums     []string // tables that do not add up to what was derived
	tables   int
	rows     int64
	compared int // sums of a measure by a dimension
}

// readNew reads all objects that the current snapshot does not share, once.
func (g *gating) readNew(ctx context.Context) error {
	if g.odd.read {
		return nil
	}
	var fresh []string
	for _, p := range g.parts() {
		if p.Dataset == snapshot.Tables && !g.known[p.Key] {
			fresh = append(fresh, p.Key)
		}
	}
	sums, err := g.store.Sums(ctx, fresh)
	if err != nil {
		return err
	}
	base, deltas := g.places()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(g.cfg.Builds)
	for _, p := range slices.Concat(base, deltas) {
		if slices.ContainsFunc(p.parts, func(o snapshot.Part) bool { return !g.known[o.Key] }) {
			group.Go(func() error { return (&reading{g, p, sums}).all(ctx) })
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	slices.Sort(g.odd.content)
	slices.Sort(g.odd.sums)
	g.odd.read = true
	return nil
}

// reading is a place being read.
type reading struct {
	*gating
	place *place
	sums  map[string][]byte // by object: what its rows added up to when they were derived
}

func (r *reading) differs(format string, a ...any) {
	r.odd.mu.Lock()
	defer r.odd.mu.Unlock()
	r.odd.content = append(r.odd.content, r.place.name+": "+fmt.Sprintf(format, a...))
}

func (r *reading) all(ctx context.Context) error {
	ocids, lots, err := r.processes(ctx)
	if err != nil {
		return err
	}
	if err := r.tables(ctx, ocids, lots); err != nil {
		return err
	}
	if err := r.recordFiles(ctx, ocids); err != nil {
		return err
	}
	return r.releaseFiles(ctx)
}

// processes reads who is there from the table of processes, with the lots that
// each says to have. A month that has releases and no record has none.
func (r *reading) processes(ctx context.Context) (ocids []string, lots map[string]int32, err error) {
	lots = map[string]int32{}
	for _, p := range r.place.of(snapshot.Tables, row.Processes) {
		err := r.table(ctx, p, func(f *parquet.File) error {
			return eachProcess(f, func(ocid string, n int32) { ocids, lots[ocid] = append(ocids, ocid), n })
		})
		if err != nil {
			return nil, nil, r.found(err)
		}
		r.ids.put(p.Key, ocids)
	}
	if len(lots) != len(ocids) {
		r.differs("%d processes are in the table of processes more than once", len(ocids)-len(lots))
	}
	return ocids, lots, nil
}

// eachProcess gives the rows of a table of processes.
func eachProcess(f *parquet.File, fn func(ocid string, lots int32)) error {
	type process struct {
		OCID string `parquet:"ocid"`
		Lots int32  `parquet:"lots"`
	}
	reader := parquet.NewGenericReader[process](f)
	defer reader.Close()
	rows := make([]process, 1024)
	for {
		n, err := reader.Read(rows)
		for _, p := range rows[:n] {
			fn(p.OCID, p.Lots)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// tables adds up every new table, and looks whether its rows belong to processes
// of the place.
func (r *reading) tables(ctx context.Context, ocids []string, lots map[string]int32) error {
	for _, p := range r.place.parts {
		if p.Dataset != snapshot.Tables || r.known[p.Key] {
			continue
		}
		strangers := map[string]bool{}
		found := map[string]int32{} // lots of each process, of the table lots
		err := r.table(ctx, p, func(f *parquet.File) error {
			s := newSums(f.Schema())
			at, ok := f.Schema().Lookup("ocid")
			if !ok {
				r.differs("table %s has no column ocid", p.Table)
				return nil
			}
			if err := eachRow(f, func(one parquet.Row) {
				s.add(one)
				ocid := one[at.ColumnIndex].ByteArray()
				if _, ok := lots[string(ocid)]; !ok {
					strangers[string(ocid)] = true
				}
				if p.Table == row.Lots {
					found[string(ocid)]++
				}
			}); err != nil {
				return err
			}
			if s.rows != p.Rows {
				r.differs("table %s has %d rows instead of %d", p.Table, s.rows, p.Rows)
			}
			odd := s.differences(r.sums[p.Key])
			r.odd.mu.Lock()
			defer r.odd.mu.Unlock()
			r.odd.tables++
			r.odd.rows += s.rows
			r.odd.compared += len(s.by)
			for _, o := range odd[:min(len(odd), idsShown)] {
				r.odd.sums = append(r.odd.sums, p.Name+": "+o)
			}
			return nil
		})
		if err != nil {
			if err := r.found(err); err != nil {
				return err
			}
			continue
		}
		for _, ocid := range first(strangers) {
			r.differs("%s has rows in table %s and is not among the processes", ocid, p.Table)
		}
		if p.Table != row.Lots {
			continue
		}
		for _, ocid := range ocids {
			if lots[ocid] != found[ocid] {
				r.differs("%s has %d lots instead of %d", ocid, found[ocid], lots[ocid])
			}
		}
	}
	if len(r.place.of(snapshot.Tables, row.Lots)) == 0 {
		for _, ocid := range ocids {
			if lots[ocid] != 0 {
				r.differs("%s has no lots instead of %d", ocid, lots[ocid])
			}
		}
	}
	return nil
}

func first(set map[string]bool) []string {
	all := slices.Sorted(maps.Keys(set))
	return all[:min(len(all), idsShown)]
}

func eachRow(f *parquet.File, fn func(parquet.Row)) error {
	buffer := make([]parquet.Row, 256)
	for _, group := range f.RowGroups() {
		rows := group.Rows()
		for {
			n, err := rows.ReadRows(buffer)
			for _, one := range buffer[:n] {
				fn(one)
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return errors.Join(err, rows.Close())
			}
		}
		if err := rows.Close(); err != nil {
			return err
		}
	}
	return nil
}

// unreadable is an object that is not what it should be: what the gate is there
// to find, unlike a store that does not answer.
type unreadable struct{ error }

// found notes what is wrong with an object, and gives other errors back.
func (r *reading) found(err error) error {
	if bad, ok := errors.AsType[unreadable](err); ok {
		r.differs("%s", bad.Error())
		return nil
	}
	return err
}

// table opens a table of the store by way of a file, and makes sure of its digest.
func (g *gating) table(ctx context.Context, p snapshot.Part, fn func(*parquet.File) error) error {
	from, _, err := g.bucket.Get(ctx, p.Key, blob.GetOptions{})
	if fault.KindOf(err) == fault.NotFound {
		return unreadable{err}
	}
	if err != nil {
		return err
	}
	defer from.Close()
	file, err := os.CreateTemp(g.cfg.WorkDir, temporary+"gate-*.parquet")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	h := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, h), from)
	if err != nil {
		return fmt.Errorf("read %s: %w", p.Name, err)
	}
	if snapshot.Digest(h.Sum(nil)) != p.SHA256 {
		return unreadable{fmt.Errorf("%s has another digest than the manifest says", p.Name)}
	}
	f, err := parquet.OpenFile(file, size)
	if err == nil {
		err = fn(f)
	}
	if err != nil {
		return unreadable{fmt.Errorf("%s is no table: %w", p.Name, err)}
	}
	return nil
}

// recordFiles reads record packages and compiled releases side by side: both
// hold the processes of the table, in one order, and the same compiled releases;
// those are what was planned.
func (r *reading) recordFiles(ctx context.Context, ocids []string) error {
	records, compiled := r.place.of(snapshot.Records, ""), r.place.of(snapshot.Compiled, "")
	if len(records) == 0 && len(compiled) == 0 && len(ocids) == 0 {
		return nil
	}
	a, b := r.lines(ctx, records), r.lines(ctx, compiled)
	defer a.Close()
	defer b.Close()
	set := snapshot.NewSet()
	for n := 0; ; n++ {
		record, err := a.next()
		if err != nil {
			return err
		}
		release, err := b.next()
		if err != nil {
			return err
		}
		if record == nil || release == nil {
			if record != nil || release != nil || n != len(ocids) {
				r.differs("records, compiled releases and table of processes are not equally many, one ends after %d and the table has %d", n, len(ocids))
			}
			break
		}
		ocid, ok := ocidOfRecord(record)
		switch {
		case !ok || !holds(record, release):
			r.differs("record %d is not one of %s with the compiled release of the same line", n+1, cmp.Or(ocid, "a process"))
			return nil
		case n >= len(ocids) || ocids[n] != ocid:
			r.differs("record %d is of %s, and the table of processes has another there", n+1, ocid)
			return nil
		}
		sum := sha256.Sum256(release)
		if err := set.Add(ocid, sum[:]); err != nil {
			r.differs("records: %s", err)
			return nil
		}
	}
	r.planned("records", set, r.place.records)
	return nil
}

// planned compares what was read with what was planned for a month.
func (r *reading) planned(what string, set *snapshot.Set, u *snapshot.Unit) {
	if u == nil {
		return
	}
	if sum, n := set.Sum(); sum != u.Content || n != u.Items {
		r.differs("%d %s of other content than the %d planned", n, what, u.Items)
	}
}

var (
	beforeRecord  = []byte(`,"records":[{"ocid":`)
	beforeRelease = []byte(`,"releases":[`)
)

// ocidOfRecord reads the ocid of a record package as Envelope.Record writes it.
func ocidOfRecord(line []byte) (string, bool) {
	_, rest, ok := bytes.Cut(line, beforeRecord) // nothing before it can hold this, quotes in text are escaped
	if !ok {
		return "", false
	}
	return leadingString(rest)
}

// holds says whether a record package ends with a compiled release.
func holds(record, release []byte) bool {
	rest, ends := bytes.CutSuffix(record, []byte(`}]}`))
	rest, same := bytes.CutSuffix(rest, release)
	return ends && same && bytes.HasSuffix(rest, []byte(`,"compiledRelease":`))
}

func leadingString(b []byte) (text string, ok bool) {
	err := json.NewDecoder(bytes.NewReader(b[:min(len(b), 512)])).Decode(&text)
	return text, err == nil
}

// releaseFiles reads the release packages: they hold the releases that were
// planned, in the order of their ids.
func (r *reading) releaseFiles(ctx context.Context) error {
	parts := r.place.of(snapshot.Releases, "")
	lines := r.lines(ctx, parts)
	defer lines.Close()
	set := snapshot.NewSet()
	for n := 1; ; n++ {
		line, err := lines.next()
		if err != nil {
			return err
		}
		if line == nil {
			break
		}
		head, rest, _ := bytes.Cut(line, beforeRelease)
		body, ok := bytes.CutSuffix(rest, []byte(`]}`))
		id, named := idOfPackage(head)
		if !ok || !named {
			r.differs("release package %d does not hold one release", n)
			return nil
		}
		sum := sha256.Sum256(body)
		if err := set.Add(id, sum[:]); err != nil {
			r.differs("releases: %s", err)
			return nil
		}
	}
	var want int64
	for _, p := range parts {
		want += p.Rows
	}
	if _, n := set.Sum(); n != want {
		r.differs("%d releases instead of %d", n, want)
	}
	r.planned("releases", set, r.place.releases)
	return nil
}

// idOfPackage reads the id of the release from the URI of its package, as
// Envelope.Release writes it.
func idOfPackage(head []byte) (string, bool) {
	uri, ok := leadingString(bytes.TrimPrefix(head, []byte(`{"uri":`)))
	_, id, cut := strings.Cut(uri, "/api/v1/ocds/releases/")
	return id, ok && cut && id != ""
}

// lines reads the lines of objects that follow one another, and makes sure of
// the digest of each object.
func (r *reading) lines(ctx context.Context, parts []snapshot.Part) *lineReader {
	return &lineReader{ctx: ctx, reading: r, parts: parts}
}

type lineReader struct {
	*reading
	ctx   context.Context
	parts []snapshot.Part // to come
	part  snapshot.Part
	raw   *rawReader
	hash  hash.Hash
	rows  int64
	zip   *gzip.Reader
	text  *bufio.Reader
	line  []byte
}

// next gives a line without its end, nil after the last. It is valid until the
// next call.
func (l *lineReader) next() ([]byte, error) {
	for {
		if l.raw == nil {
			if len(l.parts) == 0 {
				return nil, nil
			}
			if err := l.open(); err != nil {
				return nil, fmt.Errorf("read %s: %w", l.part.Name, err)
			}
			if l.raw == nil {
				continue // missing or no gzip file, which is noted
			}
		}
		l.line = l.line[:0]
		for {
			some, err := l.text.ReadSlice('\n')
			l.line = append(l.line, some...)
			if err == nil {
				l.rows++
				return l.line[:len(l.line)-1], nil
			}
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			if err := l.end(err); err != nil {
				return nil, fmt.Errorf("read %s: %w", l.part.Name, err)
			}
			break
		}
	}
}

func (l *lineReader) open() (err error) {
	l.part, l.parts = l.parts[0], l.parts[1:]
	l.rows, l.hash = 0, sha256.New()
	from, _, err := l.bucket.Get(l.ctx, l.part.Key, blob.GetOptions{})
	if fault.KindOf(err) == fault.NotFound {
		return l.found(unreadable{err})
	}
	if err != nil {
		return err
	}
	l.raw = &rawReader{ReadCloser: from}
	if l.zip, err = gzip.NewReader(bufio.NewReaderSize(io.TeeReader(l.raw, l.hash), 64<<10)); err != nil {
		return l.end(err)
	}
	l.text = bufio.NewReaderSize(l.zip, 64<<10)
	return nil
}

// rawReader keeps the error with which an object ended before its end.
type rawReader struct {
	io.ReadCloser
	err error
}

func (r *rawReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

// end of an object, for a reason. One that cannot be read as what it should be is
// what the gate is there to find; a store that breaks off is not.
func (l *lineReader) end(why error) error {
	broken := l.raw.err
	err := l.Close()
	switch {
	case broken != nil:
		return broken
	case !errors.Is(why, io.EOF):
		l.differs("%s is no gzip file: %s", l.part.Name, why)
	case len(l.line) > 0 || l.rows != l.part.Rows:
		l.differs("%s has %d lines instead of %d", l.part.Name, l.rows, l.part.Rows)
	case snapshot.Digest(l.hash.Sum(nil)) != l.part.SHA256:
		l.differs("%s has another digest than the manifest says", l.part.Name)
	}
	return err
}

// Close may come at any time.
func (l *lineReader) Close() error {
	if l.raw == nil {
		return nil
	}
	err := l.raw.Close()
	l.raw = nil
	return err
}

// readBack: the objects in the store hold the planned content, to the byte: the
// same processes and releases in each format, each once, and no row of a process
// that is not there.
func (g *gating) readBack(ctx context.Context) (string, []string, error) {
	if err := g.readNew(ctx); err != nil {
		return "", nil, err
	}
	if odd := g.odd.content; len(odd) > 0 {
		return "", odd[:min(len(odd), idsShown)], refuse("the objects in the store do not hold what was planned, in %d places", len(odd))
	}
	return "what is new holds the planned content in every format", nil, nil
}

// sumsByDimension: every table in the store adds up, in all and by any dimension,
// to what was derived from the releases, to the tiyn.
func (g *gating) sumsByDimension(ctx context.Context) (string, []string, error) {
	if err := g.readNew(ctx); err != nil {
		return "", nil, err
	}
	if odd := g.odd.sums; len(odd) > 0 {
		return "", odd[:min(len(odd), idsShown)], refuse("the tables in the store do not add up to what was derived from the releases, in %d places", len(odd))
	}
	inexact, n, err := g.store.Findings(ctx, "tables.money", g.units, idsShown)
	if err != nil {
		return "", nil, err
	}
	text, err := g.lotsValue(ctx)
	if err != nil {
		return "", nil, err
	}
	text += fmt.Sprintf("; %d sums by a dimension over %d rows in %d new tables compared", g.odd.compared, g.odd.rows, g.odd.tables)
	if n > 0 {
		text += fmt.Sprintf("; %d amounts are not exact in tiyn and count as unknown", n)
	}
	return text, ocids(inexact), nil
}

// lotsValue is a sum that an operator knows.
func (g *gating) lotsValue(ctx context.Context) (string, error) {
	var keys []string
	for _, p := range g.parts() {
		if p.Dataset == snapshot.Tables && p.Table == row.Lots {
			keys = append(keys, p.Key)
		}
	}
	sums, err := g.store.Sums(ctx, keys)
	if err != nil {
		return "", err
	}
	columns, total := columnsOf(parquet.SchemaOf(row.Lot{})), int64(0)
	for _, key := range keys {
		total += totalOf(columns, sums[key], "value_minor")
	}
	text := "value of all lots " + snapshot.FormatMinor(total)
	if len(g.content.Deltas) > 0 {
		text += " in base and deltas"
	}
	return text, nil
}

// loads: whoever loads the files and applies the deltas, as the analytics service
// will, ends up with the processes that the manifest counts.
func (g *gating) loads(ctx context.Context) (string, []string, error) {
	base, deltas := g.places()
	var keys []string
	fresh := false
	changed := map[uint64]bool{} // by the deltas: whether it is there after them
	for i, p := range slices.Concat(base, deltas) {
		for _, o := range p.of(snapshot.Tables, row.Processes) {
			keys = append(keys, o.Key)
			fresh = fresh || !g.known[o.Key]
			ids, err := g.idsOf(ctx, o)
			if err != nil {
				return "", nil, err
			}
			if i >= len(base) {
				for _, id := range ids {
					changed[id] = true
				}
			}
		}
		if i >= len(base) {
			for _, ocid := range g.content.Deltas[i-len(base)].Removed {
				changed[xxhash.Sum64String(ocid)] = false
			}
		}
	}
	g.ids.keep(keys)
	var all []uint64
	for _, p := range base {
		for _, o := range p.of(snapshot.Tables, row.Processes) {
			ids, err := g.idsOf(ctx, o)
			if err != nil {
				return "", nil, err
			}
			all = append(all, ids...)
		}
	}
	if fresh {
		slices.Sort(all)
		if n := len(all) - len(slices.Compact(all)); n > 0 {
			return "", nil, refuse("%d processes are in more than one month", n)
		}
	}
	var loaded int64
	for _, id := range all {
		if _, again := changed[id]; !again {
			loaded++
		}
	}
	for _, there := range changed {
		if there {
			loaded++
		}
	}
	if loaded != g.manifest.Counts.Processes {
		return "", nil, refuse("%d processes are there after loading files and deltas, and the manifest counts %d", loaded, g.manifest.Counts.Processes)
	}
	return fmt.Sprintf("%d processes after loading %d files and %d deltas", loaded, len(keys), len(deltas)), nil, nil
}

// knownIDs keeps the processes of tables that were read, as hashes: 8 bytes each.
// A process of the publisher reads a table once.
type knownIDs struct {
	mu sync.Mutex
	of map[string][]uint64 // by object
}

func (k *knownIDs) put(key string, ocids []string) {
	ids := make([]uint64, len(ocids))
	for i, ocid := range ocids {
		ids[i] = xxhash.Sum64String(ocid)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.of == nil {
		k.of = map[string][]uint64{}
	}
	k.of[key] = ids
}

func (k *knownIDs) get(key string) ([]uint64, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	ids, ok := k.of[key]
	return ids, ok
}

// keep forgets all other objects.
func (k *knownIDs) keep(keys []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	maps.DeleteFunc(k.of, func(key string, _ []uint64) bool { return !slices.Contains(keys, key) })
}

// idsOf the processes of a table.
func (g *gating) idsOf(ctx context.Context, p snapshot.Part) ([]uint64, error) {
	if ids, ok := g.ids.get(p.Key); ok {
		return ids, nil
	}
	var ocids []string
	err := g.table(ctx, p, func(f *parquet.File) error {
		return eachProcess(f, func(ocid string, _ int32) { ocids = append(ocids, ocid) })
	})
	if bad, ok := errors.AsType[unreadable](err); ok {
		return nil, refuse("%s", bad.Error())
	}
	if err != nil {
		return nil, err
	}
	g.ids.put(p.Key, ocids)
	ids, _ := g.ids.get(p.Key)
	return ids, nil
}
