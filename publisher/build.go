package publisher

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"mime"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/validate"
	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/fault"
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
	mediaXLSX    = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	mediaText    = "text/plain; charset=utf-8"
	mediaBinary  = "application/octet-stream"
	mediaPEM     = "application/x-pem-file"
)

// Largest files, as the guidance for publishers advises: bytes unzipped, and
// awards or contracts.
const (
	maxUnzipped = 1 << 30
	maxAwards   = 250_000
)

// temporary begins the names of files on their way to the object store.
const temporary = "kzocds-publisher-"

// Rules of findings that stop a snapshot: a document with a personal datum, and
// one that is not valid.
const (
	rulePersonal = "privacy.personal"
	ruleInvalid  = "schema.invalid"
)

// builder makes the objects of a unit: it streams the documents through
// compressors into files, whose digests name the objects, and uploads the files.
// Memory is bounded by the largest process, disk by the unit.
type builder struct {
	docs      documents
	plans     plans
	bucket    blob.Bucket
	envelope  snapshot.Envelope
	dir       string // for files on their way to the store
	files     fs.FS  // the local extension
	schema    []byte // release schema with the extensions, for the order of columns
	validator *validate.Validator
	share     float64 // of the documents that are validated; those of deltas all are
	// schemaDigest tells schemas apart that documents are validated against.
	schemaDigest string
	limit        limits
}

// limits of one file.
type limits struct {
	unzipped int64 // bytes
	awards   int64 // or contracts
	workbook int64 // bytes of JSON in one workbook, so that its sheets stay within what Excel can have
}

// build makes the objects of a unit as of a mark and remembers them. units are
// all of the same snapshot, from whose objects some are made. alive is called
// between documents.
func (b *builder) build(ctx context.Context, u snapshot.Unit, mark snapshot.Mark, units []snapshot.Unit, alive func(done int64)) ([]snapshot.Part, error) {
	dir, err := os.MkdirTemp(b.dir, temporary+"unit-")
	if err != nil {
		return nil, fmt.Errorf("room for the files of a partition: %w", err)
	}
	defer os.RemoveAll(dir)
	w := &work{builder: b, ctx: ctx, unit: u, mark: mark, dir: dir, alive: alive}
	switch u.Dataset {
	case snapshot.Records:
		err = w.records(snapshot.Records+"/"+u.Period, snapshot.Compiled+"/"+u.Period, "parquet/%s/"+u.Period, u.Period)
	case snapshot.Releases:
		err = w.releases(snapshot.Releases+"/"+u.Period, u.Period)
	case snapshot.Deltas:
		at := snapshot.Deltas + "/" + u.Period + "/"
		if err = w.records(at+"records", at+"compiled", at+"parquet/%s", ""); err == nil {
			err = w.releases(at+"releases", "")
		}
	case snapshot.Compiled:
		err = w.compiled(units)
	case snapshot.Years:
		err = w.year(units)
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
	mark     snapshot.Mark
	dir      string
	alive    func(done int64)
	open     []*sink
	parts    []snapshot.Part
	findings []pg.Finding
	notes    []string // what a format could not hold
	doc      ocds.Document
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

func (w *work) sink() (*sink, error) {
	f, err := os.CreateTemp(w.dir, "")
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
	if err := w.plans.Touch(w.ctx, p.Key); err != nil { // before the look, see Store.Drop
		return err
	}
	if info, err := w.bucket.Stat(w.ctx, p.Key); err == nil && info.Size == p.Bytes {
		w.parts = append(w.parts, p)
		return nil
	}
	_, err := w.bucket.PutFile(w.ctx, p.Key, s.file, s.bytes, blob.PutOptions{
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

// lines writes JSON Lines into gzip members without name and time, so that the
// same lines give the same bytes and members may be joined. What does not fit
// into one file goes on in a next one.
type lines struct {
	work  *work
	files []*lineFile
	rows  int64
}

type lineFile struct {
	*sink
	gz       *gzip.Writer
	rows     int64
	unzipped int64
	awards   int64
}

func (w *work) lines() (*lines, error) {
	l := &lines{work: w}
	return l, l.begin()
}

func (l *lines) begin() error {
	s, err := l.work.sink()
	if err != nil {
		return err
	}
	gz, err := gzip.NewWriterLevel(s, gzip.DefaultCompression)
	if err != nil {
		return err
	}
	gz.ModTime = time.Unix(0, 0) // the format's way of saying none
	l.files = append(l.files, &lineFile{sink: s, gz: gz})
	return nil
}

// add takes a line with a number of awards or contracts, whichever is larger.
func (l *lines) add(line []byte, awards int64) error {
	f := l.files[len(l.files)-1]
	if f.rows > 0 && (f.unzipped+int64(len(line)) >= l.work.limit.unzipped || f.awards+awards > l.work.limit.awards) {
		if err := f.gz.Close(); err != nil {
			return err
		}
		if err := l.begin(); err != nil {
			return err
		}
		f = l.files[len(l.files)-1]
	}
	l.rows++
	f.rows++
	f.unzipped += int64(len(line)) + 1
	f.awards += awards
	if _, err := f.gz.Write(line); err != nil {
		return err
	}
	_, err := f.gz.Write([]byte{'\n'})
	return err
}

// finish uploads the files as parts of a dataset; several have numbers.
func (l *lines) finish(dataset, period, name string) error {
	if err := l.files[len(l.files)-1].gz.Close(); err != nil {
		return err
	}
	for i, f := range l.files {
		p := snapshot.Part{Dataset: dataset, Period: period, Name: numbered(name, i, len(l.files)) + ".jsonl.gz", MediaType: mediaGzip, Rows: f.rows}
		if err := l.work.upload(f.sink, p); err != nil {
			return err
		}
	}
	return nil
}

// numbered is the name of one of several files.
func numbered(name string, i, of int) string {
	if of == 1 {
		return name
	}
	return fmt.Sprintf("%s-part%02d", name, i+1)
}

// oneLine refuses a document with line feeds: a file has one a line, and what is
// published has the digest that enters the id, so it is not written otherwise.
func oneLine(id string, doc []byte) error {
	if bytes.IndexByte(doc, '\n') < 0 {
		return nil
	}
	return fault.New(fault.Invalid, "the stored text of %s has line feeds", id).About(id).Do("transform the process again; stored documents are one line")
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

// personal looks for data of natural persons in a document. One is enough to stop
// it from being published; the finding does not repeat the datum.
func (w *work) personal(ocid string, doc []byte) {
	if what := privacy.Find(doc); what != "" {
		w.findings = append(w.findings, pg.Finding{OCID: ocid, Rule: rulePersonal, Severity: "error", Message: string(what)})
	}
}

// records makes the record packages, the compiled releases and the tables of a
// month or of a delta.
func (w *work) records(name, nameCompiled, nameTable, period string) error {
	packages, err := w.lines()
	if err != nil {
		return err
	}
	compiled, err := w.lines()
	if err != nil {
		return err
	}
	tabs, err := w.tables()
	if err != nil {
		return err
	}
	set := snapshot.NewSet()
	var line []byte
	each := func(r *pg.Record) error {
		if r.Compiled == nil || int(r.Stated) != len(r.Releases) {
			return w.changed(fmt.Sprintf("%s has no record, or %d releases instead of %d", r.OCID, len(r.Releases), r.Stated))
		}
		if err := w.intact(r.OCID, r.Compiled, r.Digest); err != nil {
			return err
		}
		if err := set.Add(r.OCID, r.Digest); err != nil {
			return err
		}
		for _, doc := range slices.Concat(r.Releases, [][]byte{r.Compiled}) {
			if err := oneLine(r.OCID, doc); err != nil {
				return err
			}
		}
		if line, err = w.envelope.Record(line[:0], r.OCID, r.LastDate, r.Releases, r.Compiled); err != nil {
			return err
		}
		awards, err := w.awards(r.Compiled)
		if err != nil {
			return err
		}
		if err := packages.add(line, awards); err != nil {
			return err
		}
		if err := compiled.add(r.Compiled, awards); err != nil {
			return err
		}
		w.personal(r.OCID, r.Compiled)
		w.valid(validate.RecordPackage, r.OCID, r.Digest, line)
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
	}
	if d := w.unit.Delta; w.unit.Dataset == snapshot.Deltas {
		err = w.docs.ChangedRecords(w.ctx, d.FromMark, d.ToMark, each)
		if err == nil && packages.rows != d.Processes {
			err = w.changed(fmt.Sprintf("%d records instead of %d", packages.rows, d.Processes))
		}
	} else {
		err = w.docs.Records(w.ctx, w.unit.Period, w.mark, each)
		if sum, n := set.Sum(); err == nil && sum != w.unit.Content {
			err = w.changed(fmt.Sprintf("%d records of other content than the %d planned", n, w.unit.Items))
		}
	}
	if err != nil {
		return err
	}
	if err := packages.finish(snapshot.Records, period, name); err != nil {
		return err
	}
	if err := compiled.finish(snapshot.Compiled, period, nameCompiled); err != nil {
		return err
	}
	return tabs.finish(period, nameTable)
}

// awards counts the awards or contracts of a release, whichever are more.
func (w *work) awards(compiled []byte) (int64, error) {
	if !bytes.Contains(compiled, []byte(`"awards"`)) && !bytes.Contains(compiled, []byte(`"contracts"`)) {
		return 0, nil // the most, and parsing costs
	}
	w.doc.Reset()
	v, err := w.doc.Parse(compiled)
	if err != nil {
		return 0, err
	}
	return int64(max(v.Get("awards").Len(), v.Get("contracts").Len())), nil
}

// valid validates a package as it is published, or leaves it out by its digest
// where the settings ask for less than all. A share of 0 asks for none, because
// what is passed on of other publishers need not be valid.
func (w *work) valid(kind validate.Kind, ocid string, digest, doc []byte) {
	if w.share == 0 || w.unit.Dataset != snapshot.Deltas && float64(digest[0]) >= w.share*256 {
		return
	}
	for _, f := range w.validator.Document(kind, doc) {
		if f.Severity == validate.Error {
			w.findings = append(w.findings, pg.Finding{OCID: ocid, Rule: ruleInvalid, Severity: "error", Pointer: f.Pointer, Message: f.Rule + ": " + f.Message})
			return // one is enough
		}
	}
}

// releases makes the release packages of a month or of a delta.
func (w *work) releases(name, period string) error {
	packages, err := w.lines()
	if err != nil {
		return err
	}
	set := snapshot.NewSet()
	var line []byte
	each := func(r *pg.Release) error {
		if r.Body == nil {
			return w.changed("release " + r.ID + " is gone")
		}
		if err := w.intact(r.ID, r.Body, r.Digest); err != nil {
			return err
		}
		if err := set.Add(r.ID, r.Digest); err != nil {
			return err
		}
		if err := oneLine(r.ID, r.Body); err != nil {
			return err
		}
		if line, err = w.envelope.Release(line[:0], r.ID, r.Date, r.Body); err != nil {
			return err
		}
		awards, err := w.awards(r.Body)
		if err != nil {
			return err
		}
		w.personal(r.OCID, r.Body)
		w.valid(validate.ReleasePackage, r.OCID, r.Digest, line)
		w.alive(packages.rows)
		return packages.add(line, awards)
	}
	if d := w.unit.Delta; w.unit.Dataset == snapshot.Deltas {
		err = w.docs.ChangedReleases(w.ctx, d.FromMark, d.ToMark, each)
		if err == nil && packages.rows != d.Releases {
			err = w.changed(fmt.Sprintf("%d releases instead of %d", packages.rows, d.Releases))
		}
	} else {
		err = w.docs.Releases(w.ctx, w.unit.Period, w.mark, each)
		if sum, n := set.Sum(); err == nil && sum != w.unit.Content {
			err = w.changed(fmt.Sprintf("%d releases of other content than the %d planned", n, w.unit.Items))
		}
	}
	if err != nil {
		return err
	}
	return packages.finish(snapshot.Releases, period, name)
}

// compiled joins the compiled releases of all months into one file. Gzip members
// that follow one another are one gzip file, so nothing is compressed again.
func (w *work) compiled(units []snapshot.Unit) error {
	full, err := w.sink()
	if err != nil {
		return err
	}
	var rows int64
	err = w.eachCompiled(units, "", func(p snapshot.Part) error {
		if err := w.copy(full, p.Key); err != nil {
			return err
		}
		rows += p.Rows
		w.alive(rows)
		return nil
	})
	if err != nil {
		return err
	}
	if rows != w.unit.Items {
		return w.changed(fmt.Sprintf("%d compiled releases instead of %d", rows, w.unit.Items))
	}
	return w.upload(full, snapshot.Part{Dataset: snapshot.Compiled, Name: snapshot.Compiled + "/full.jsonl.gz", MediaType: mediaGzip, Rows: rows})
}

// eachCompiled gives the files of compiled releases of the months that begin
// with a period, in their order.
func (w *work) eachCompiled(units []snapshot.Unit, period string, fn func(snapshot.Part) error) error {
	for _, u := range units {
		if u.Dataset != snapshot.Records || !strings.HasPrefix(u.Period, period) {
			continue
		}
		parts, err := w.plans.Parts(w.ctx, u.Key)
		if err != nil {
			return err
		}
		if len(parts) == 0 {
			return w.changed("records of " + u.Period + " are not built")
		}
		for _, p := range parts {
			if p.Dataset != snapshot.Compiled {
				continue
			}
			if err := fn(p); err != nil {
				return err
			}
		}
	}
	return nil
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
		s, err := w.sink()
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
