package publisher

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"mime"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/fault"
	row "github.com/kzocds/kzocds/proto/tables"
	"github.com/kzocds/kzocds/publisher/internal/pg"
	"github.com/kzocds/kzocds/publisher/privacy"
	"github.com/kzocds/kzocds/publisher/snapshot"
	"github.com/kzocds/kzocds/publisher/tables"
)

// Media types of the objects. A .gz file is application/gzip without
// Content-Encoding, so that clients save it as it is named.
const (
	mediaGzip    = "application/gzip"
	mediaParquet = "application/vnd.apache.parquet"
	mediaJSON    = "application/json"
)

// temporary begins the names of files on their way to the object store.
const temporary = "kzocds-publisher-"

// ruleIIN is the finding of a document with a personal number.
const ruleIIN = "privacy.iin"

// rowsPerGroup bounds the memory of a Parquet writer.
const rowsPerGroup = 1 << 16

// builder makes the objects of a unit: it streams the documents through
// compressors into files, whose digests name the objects, and uploads the files.
// Memory is bounded by the largest process, disk by the unit.
type builder struct {
	docs     documents
	plans    plans
	bucket   blob.Bucket
	envelope snapshot.Envelope
	dir      string // for files on their way to the store
	files    fs.FS  // the local extension
}

// build makes the objects of a unit and remembers them. alive is called between
// documents.
func (b *builder) build(ctx context.Context, u snapshot.Unit, records []snapshot.Unit, alive func(done int64)) ([]snapshot.Part, error) {
	dir, err := os.MkdirTemp(b.dir, temporary+"unit-")
	if err != nil {
		return nil, fmt.Errorf("room for the files of a partition: %w", err)
	}
	defer os.RemoveAll(dir)
	w := &work{builder: b, ctx: ctx, unit: u, dir: dir, alive: alive}
	switch u.Dataset {
	case snapshot.Records:
		err = w.records()
	case snapshot.Releases:
		err = w.releases()
	case snapshot.Compiled:
		err = w.compiled(records)
	case snapshot.Extensions:
		err = w.extension()
	default:
		err = fault.New(fault.Invalid, "no dataset %q", u.Dataset)
	}
	for _, s := range w.open {
		s.file.Close()
	}
	if err != nil {
		return nil, err
	}
	return w.parts, b.plans.SaveParts(ctx, u.Key, w.parts, w.findings)
}

// work is one unit being built.
type work struct {
	*builder
	ctx      context.Context
	unit     snapshot.Unit
	dir      string
	alive    func(done int64)
	open     []*sink
	parts    []snapshot.Part
	findings []pg.Finding
}

// sink is a file on its way to the store, with the digest of what is in it.
type sink struct {
	file  *os.File
	buf   *bufio.Writer
	hash  hash.Hash
	bytes int64
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.buf.Write(p)
	s.hash.Write(p[:n])
	s.bytes += int64(n)
	return n, err
}

func (w *work) sink(name string) (*sink, error) {
	f, err := os.Create(filepath.Join(w.dir, path.Base(path.Dir(name))+"-"+path.Base(name)))
	if err != nil {
		return nil, err
	}
	s := &sink{file: f, buf: bufio.NewWriterSize(f, 64<<10), hash: sha256.New()}
	w.open = append(w.open, s)
	return s, nil
}

// upload puts a finished file under the key that its content gives it. What lies
// there already is the same content and stays.
func (w *work) upload(s *sink, p snapshot.Part) error {
	if err := s.buf.Flush(); err != nil {
		return err
	}
	p.Bytes, p.SHA256 = s.bytes, snapshot.Digest(s.hash.Sum(nil))
	if p.Key == "" {
		p.Key = snapshot.Key(p.SHA256, p.Name)
	}
	if info, err := w.bucket.Stat(w.ctx, p.Key); err == nil && info.Size == p.Bytes {
		w.parts = append(w.parts, p)
		return nil
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := w.bucket.Put(w.ctx, p.Key, s.file, s.bytes, blob.PutOptions{
		ContentType:        p.MediaType,
		ContentDisposition: mime.FormatMediaType("attachment", map[string]string{"filename": path.Base(p.Key)}),
		CacheControl:       "public, max-age=31536000, immutable",
		SHA256:             p.SHA256[:],
	})
	if err != nil {
		return fmt.Errorf("upload %s: %w", p.Name, err)
	}
	w.parts = append(w.parts, p)
	return nil
}

// lines writes JSON Lines into a gzip member without name and time, so that the
// same lines give the same bytes and members may be joined.
type lines struct {
	*sink
	gz   *gzip.Writer
	rows int64
}

func (w *work) lines(name string) (*lines, error) {
	s, err := w.sink(name)
	if err != nil {
		return nil, err
	}
	gz, err := gzip.NewWriterLevel(s, gzip.DefaultCompression)
	if err != nil {
		return nil, err
	}
	gz.ModTime = time.Unix(0, 0) // the format's way of saying none
	return &lines{sink: s, gz: gz}, nil
}

func (l *lines) add(line []byte) error {
	l.rows++
	if _, err := l.gz.Write(line); err != nil {
		return err
	}
	_, err := l.gz.Write([]byte{'\n'})
	return err
}

func (w *work) finishLines(l *lines, dataset, period, name string) error {
	if err := l.gz.Close(); err != nil {
		return err
	}
	return w.upload(l.sink, snapshot.Part{Dataset: dataset, Period: period, Name: name, MediaType: mediaGzip, Rows: l.rows})
}

// oneLine is a document without line feeds; stored documents have none, unless
// somebody stored them otherwise.
func oneLine(doc []byte) ([]byte, error) {
	if bytes.IndexByte(doc, '\n') < 0 {
		return doc, nil
	}
	var b bytes.Buffer
	err := json.Compact(&b, doc)
	return b.Bytes(), err
}

// changed is the error of a partition whose content is not the planned one.
func (w *work) changed(what string) error {
	return fault.New(fault.Conflict, "%s of %s changed while the snapshot was being built: %s", w.unit.Dataset, w.unit.Period, what).
		About(w.unit.Period).Do("nothing to do by hand: the next publication plans the present content")
}

// intact makes sure that a document is the one its digest says: what is counted
// and what is published are then the same.
func (w *work) intact(id string, doc, digest []byte) error {
	if sum := sha256.Sum256(doc); !bytes.Equal(sum[:], digest) {
		return fault.New(fault.Invalid, "the stored text of %s does not have the digest %x that it was announced with", id, digest).
			About(id).Do("transform the process again; the database may be damaged")
	}
	return nil
}

// personal looks for numbers of natural persons in a document.
func (w *work) personal(ocid string, doc []byte) {
	privacy.IINs(doc, func([]byte) bool {
		w.findings = append(w.findings, pg.Finding{OCID: ocid, Rule: ruleIIN, Severity: "error",
			Message: "text that reads as the IIN of a natural person"})
		return false // one is enough to stop the process from being published
	})
}

// records makes the record packages, the compiled releases and the tables of a
// month.
func (w *work) records() error {
	period := w.unit.Period
	packages, err := w.lines(snapshot.Records + "/" + period)
	if err != nil {
		return err
	}
	compiled, err := w.lines(snapshot.Compiled + "/" + period)
	if err != nil {
		return err
	}
	tabs, err := w.tables(period)
	if err != nil {
		return err
	}
	set := snapshot.NewSet()
	var line []byte
	err = w.docs.Records(w.ctx, period, func(r *pg.Record) error {
		if r.Compiled == nil || int(r.Stated) != len(r.Releases) {
			return w.changed(fmt.Sprintf("%s has no record, or %d releases instead of %d", r.OCID, len(r.Releases), r.Stated))
		}
		if err := w.intact(r.OCID, r.Compiled, r.Digest); err != nil {
			return err
		}
		if err := set.Add(r.OCID, r.Digest); err != nil {
			return err
		}
		if r.Compiled, err = oneLine(r.Compiled); err != nil {
			return fmt.Errorf("record %s: %w", r.OCID, err)
		}
		for i := range r.Releases {
			if r.Releases[i], err = oneLine(r.Releases[i]); err != nil {
				return fmt.Errorf("release of %s: %w", r.OCID, err)
			}
		}
		if line, err = w.envelope.Record(line[:0], r.OCID, r.LastDate, r.Releases, r.Compiled); err != nil {
			return err
		}
		if err := packages.add(line); err != nil {
			return err
		}
		if err := compiled.add(r.Compiled); err != nil {
			return err
		}
		w.personal(r.OCID, r.Compiled)
		w.alive(packages.rows)
		rows, err := tables.Derive(r.Compiled, tables.Meta{Kind: r.Kind, Releases: r.Stated, LastReleaseID: r.LastReleaseID})
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "record %s cannot be put into tables", r.OCID).About(r.OCID).
				Do("correct the mapping, or quarantine the process")
		}
		for _, f := range rows.Findings {
			w.findings = append(w.findings, pg.Finding{OCID: r.OCID, Rule: f.Rule, Severity: "error", Pointer: f.Pointer, Message: f.Message})
		}
		return tabs.add(&rows)
	})
	if err != nil {
		return err
	}
	if sum, n := set.Sum(); sum != w.unit.Content {
		return w.changed(fmt.Sprintf("%d records of other content than the %d planned", n, w.unit.Items))
	}
	if err := w.finishLines(packages, snapshot.Records, period, snapshot.Records+"/"+period+".jsonl.gz"); err != nil {
		return err
	}
	if err := w.finishLines(compiled, snapshot.Compiled, period, snapshot.Compiled+"/"+period+".jsonl.gz"); err != nil {
		return err
	}
	return tabs.finish()
}

// releases makes the release packages of a month.
func (w *work) releases() error {
	period := w.unit.Period
	packages, err := w.lines(snapshot.Releases + "/" + period)
	if err != nil {
		return err
	}
	set := snapshot.NewSet()
	var line []byte
	err = w.docs.Releases(w.ctx, period, func(r *pg.Release) error {
		if r.Body == nil {
			return w.changed("release " + r.ID + " is gone")
		}
		if err := w.intact(r.ID, r.Body, r.Digest); err != nil {
			return err
		}
		if err := set.Add(r.ID, r.Digest); err != nil {
			return err
		}
		body, err := oneLine(r.Body)
		if err != nil {
			return fmt.Errorf("release %s: %w", r.ID, err)
		}
		if line, err = w.envelope.Release(line[:0], r.ID, r.Date, body); err != nil {
			return err
		}
		w.personal(r.OCID, body)
		w.alive(packages.rows)
		return packages.add(line)
	})
	if err != nil {
		return err
	}
	if sum, n := set.Sum(); sum != w.unit.Content {
		return w.changed(fmt.Sprintf("%d releases of other content than the %d planned", n, w.unit.Items))
	}
	return w.finishLines(packages, snapshot.Releases, period, snapshot.Releases+"/"+period+".jsonl.gz")
}

// compiled joins the compiled releases of all months into one file. Gzip members
// that follow one another are one gzip file, so nothing is compressed again.
func (w *work) compiled(records []snapshot.Unit) error {
	const name = snapshot.Compiled + "/full.jsonl.gz"
	full, err := w.sink(name)
	if err != nil {
		return err
	}
	var rows int64
	for _, u := range records {
		parts, err := w.plans.Parts(w.ctx, u.Key)
		if err != nil {
			return err
		}
		for _, p := range parts {
			if p.Dataset != snapshot.Compiled {
				continue
			}
			if err := w.copy(full, p.Key); err != nil {
				return err
			}
			rows += p.Rows
			w.alive(rows)
		}
	}
	if rows != w.unit.Items {
		return w.changed(fmt.Sprintf("%d compiled releases instead of %d", rows, w.unit.Items))
	}
	return w.upload(full, snapshot.Part{Dataset: snapshot.Compiled, Name: name, MediaType: mediaGzip, Rows: rows})
}

func (w *work) copy(to io.Writer, key string) error {
	from, _, err := w.bucket.Get(w.ctx, key, blob.GetOptions{})
	if err != nil {
		return fmt.Errorf("read %s: %w", key, err)
	}
	defer from.Close()
	if _, err := io.Copy(to, from); err != nil {
		return fmt.Errorf("read %s: %w", key, err)
	}
	return nil
}

// extension publishes the files of the local extension. They share one folder,
// because extension.json refers to the others by relative path.
func (w *work) extension() error {
	return fs.WalkDir(w.files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(w.files, name)
		if err != nil {
			return err
		}
		p := snapshot.Part{
			Dataset: snapshot.Extensions, Name: snapshot.Extensions + "/" + extensionName + "/" + name,
			Key: snapshot.Prefix(w.unit.Content) + extensionName + "/" + name, MediaType: mediaOf(name), Rows: 1,
		}
		if path.Dir(name) == "codelists" {
			p.Dataset, p.Name = snapshot.Codelists, snapshot.Codelists+"/"+path.Base(name)
			p.Rows = int64(bytes.Count(content, []byte{'\n'})) - 1 // without the head
		}
		s, err := w.sink(p.Name)
		if err != nil {
			return err
		}
		if _, err := s.Write(content); err != nil {
			return err
		}
		return w.upload(s, p)
	})
}

func mediaOf(name string) string {
	switch path.Ext(name) {
	case ".json":
		return mediaJSON
	case ".csv":
		return "text/csv; charset=utf-8"
	case ".md":
		return "text/markdown; charset=utf-8"
	default:
		return "application/octet-stream"
	}
}

// tree is the digest of a folder: of the names and contents of its files.
func tree(files fs.FS) (snapshot.Tree, error) {
	set, n := snapshot.NewSet(), 0
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		n++
		sum := sha256.Sum256(append([]byte(name+"\n"), content...))
		return set.Add(fmt.Sprintf("%06d", n), sum[:]) // WalkDir's order is fixed, if not that of bytes
	})
	sum, _ := set.Sum()
	return snapshot.Tree{Digest: sum, Files: n}, err
}

// tableSet writes the rows of a month into one Parquet file a table.
type tableSet struct {
	work       *work
	period     string
	processes  *table[row.Process]
	lots       *table[row.Lot]
	bids       *table[row.Bid]
	contracts  *table[row.Contract]
	planPoints *table[row.PlanPoint]
	parties    *table[row.Party]
	lotsValue  int64
}

func (w *work) tables(period string) (*tableSet, error) {
	t := &tableSet{work: w, period: period}
	var err [6]error
	t.processes, err[0] = newTable[row.Process](w, row.Processes)
	t.lots, err[1] = newTable[row.Lot](w, row.Lots)
	t.bids, err[2] = newTable[row.Bid](w, row.Bids)
	t.contracts, err[3] = newTable[row.Contract](w, row.Contracts)
	t.planPoints, err[4] = newTable[row.PlanPoint](w, row.PlanPoints)
	t.parties, err[5] = newTable[row.Party](w, row.Parties)
	for _, err := range err {
		if err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *tableSet) add(r *tables.Rows) error {
	for i := range r.Lots {
		if v := r.Lots[i].ValueMinor; v != nil {
			t.lotsValue += *v
		}
	}
	for _, write := range []func() error{
		func() error { return t.processes.add(r.Processes) },
		func() error { return t.lots.add(r.Lots) },
		func() error { return t.bids.add(r.Bids) },
		func() error { return t.contracts.add(r.Contracts) },
		func() error { return t.planPoints.add(r.PlanPoints) },
		func() error { return t.parties.add(r.Parties) },
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

func (t *tableSet) finish() error {
	for _, finish := range []func() error{
		func() error { return t.processes.finish(t.work, t.period, 0) },
		func() error { return t.lots.finish(t.work, t.period, t.lotsValue) },
		func() error { return t.bids.finish(t.work, t.period, 0) },
		func() error { return t.contracts.finish(t.work, t.period, 0) },
		func() error { return t.planPoints.finish(t.work, t.period, 0) },
		func() error { return t.parties.finish(t.work, t.period, 0) },
	} {
		if err := finish(); err != nil {
			return err
		}
	}
	return nil
}

// table is one Parquet file being written.
type table[T any] struct {
	name   string
	sink   *sink
	writer *parquet.GenericWriter[T]
	rows   int64
}

func newTable[T any](w *work, name string) (*table[T], error) {
	s, err := w.sink("parquet/" + name)
	if err != nil {
		return nil, err
	}
	return &table[T]{name: name, sink: s, writer: parquet.NewGenericWriter[T](s,
		parquet.Compression(&zstd.Codec{Level: zstd.SpeedDefault}),
		parquet.CreatedBy("kzocds", tables.MethodVersion, ""),
		parquet.MaxRowsPerRowGroup(rowsPerGroup),
	)}, nil
}

func (t *table[T]) add(rows []T) error {
	t.rows += int64(len(rows))
	_, err := t.writer.Write(rows)
	return err
}

func (t *table[T]) finish(w *work, period string, valueMinor int64) error {
	if err := t.writer.Close(); err != nil {
		return fmt.Errorf("table %s: %w", t.name, err)
	}
	return w.upload(t.sink, snapshot.Part{
		Dataset: snapshot.Tables, Table: t.name, Period: period, MediaType: mediaParquet,
		Name: "parquet/" + t.name + "/" + period + ".parquet", Rows: t.rows, ValueMinor: valueMinor,
	})
}
