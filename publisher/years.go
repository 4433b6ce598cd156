package publisher

import (
	"archive/tar"
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/flatten"
	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

// maxLine bounds the memory that one compiled release may take.
const maxLine = 256 << 20

// maxWorkbook is the JSON that goes into one workbook. A sheet then has fewer rows
// than Excel can have; should a table have more all the same, it continues on
// another sheet.
const maxWorkbook = 256 << 20

// year makes the archive of CSV files and the workbook of a year from the
// compiled releases of its months. What does not fit into one goes on in a next
// one.
func (w *work) year(units []snapshot.Unit) error {
	year := w.unit.Period
	for _, format := range []struct {
		dataset, media, extension string
		limit                     int64
		make                      func(lines string) (*sink, error)
	}{
		{snapshot.CSV, mediaGzip, ".tar.gz", w.limit.unzipped, w.archive},
		{snapshot.XLSX, mediaXLSX, ".xlsx", w.limit.workbook, w.workbook},
	} {
		c := &cutting{work: w, limit: format.limit, make: format.make}
		if err := c.run(units); err != nil {
			return fmt.Errorf("%s of %s: %w", format.dataset, year, err)
		}
		var total int64
		for i, made := range c.made {
			total += c.rows[i]
			if err := w.upload(made, snapshot.Part{
				Dataset: format.dataset, Period: year, MediaType: format.media, Rows: c.rows[i],
				Name: numbered(format.dataset+"/"+year, i, len(c.made)) + format.extension,
			}); err != nil {
				return err
			}
		}
		if total != w.unit.Items {
			return w.changed(fmt.Sprintf("%d compiled releases instead of %d", total, w.unit.Items))
		}
	}
	return nil
}

// cutting cuts the lines of a year into files of a bounded size and makes
// something of each.
type cutting struct {
	*work
	limit int64
	make  func(lines string) (*sink, error)

	to    *os.File
	buf   *bufio.Writer
	size  int64
	count int64

	made []*sink
	rows []int64 // of each that was made
}

func (c *cutting) run(units []snapshot.Unit) error {
	err := c.eachCompiled(units, c.unit.Period, func(p snapshot.Part) error {
		from, _, err := c.bucket.Get(c.ctx, p.Key, blob.GetOptions{})
		if err != nil {
			return fmt.Errorf("read %s: %w", p.Name, err)
		}
		defer from.Close()
		gz, err := gzip.NewReader(from)
		if err != nil {
			return fmt.Errorf("read %s: %w", p.Name, err)
		}
		scan := bufio.NewScanner(gz)
		scan.Buffer(nil, maxLine)
		for scan.Scan() {
			if err := c.line(scan.Bytes()); err != nil {
				return err
			}
		}
		return scan.Err()
	})
	if err != nil {
		return err
	}
	return c.cut()
}

func (c *cutting) line(line []byte) error {
	if c.count > 0 && c.size+int64(len(line)) >= c.limit {
		if err := c.cut(); err != nil {
			return err
		}
	}
	if c.to == nil {
		f, err := os.CreateTemp(c.dir, "lines-")
		if err != nil {
			return err
		}
		c.to, c.buf = f, bufio.NewWriterSize(f, 256<<10)
	}
	c.size += int64(len(line)) + 1
	c.count++
	c.alive(c.count)
	if _, err := c.buf.Write(line); err != nil {
		return err
	}
	return c.buf.WriteByte('\n')
}

// cut makes something of the lines so far.
func (c *cutting) cut() error {
	if c.to == nil {
		return nil
	}
	name := c.to.Name()
	defer os.Remove(name)
	if err := errors.Join(c.buf.Flush(), c.to.Close()); err != nil {
		return err
	}
	made, err := c.make(name)
	if err != nil {
		return err
	}
	c.made, c.rows = append(c.made, made), append(c.rows, c.count)
	c.to, c.size, c.count = nil, 0, 0
	return nil
}

// archive makes a gzipped tar of one CSV file a table. Its entries have neither
// times nor owners.
func (w *work) archive(lines string) (*sink, error) {
	dir, err := os.MkdirTemp(w.dir, "csv-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := w.flatten(lines, func(p *flatten.Plan) (flatten.Sink, error) { return flatten.CSV(dir, p, false) }); err != nil {
		return nil, err
	}
	s, err := w.sink()
	if err != nil {
		return nil, err
	}
	gz := gzip.NewWriter(s)
	gz.ModTime = time.Unix(0, 0)
	archive := tar.NewWriter(gz)
	tables, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		if err := into(archive, filepath.Join(dir, t.Name())); err != nil {
			return nil, err
		}
	}
	return s, errors.Join(archive.Close(), gz.Close())
}

func into(archive *tar.Writer, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := archive.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: filepath.Base(name), Size: info.Size(), Mode: 0o644, ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR,
	}); err != nil {
		return err
	}
	_, err = io.Copy(archive, f)
	return err
}

// workbook makes an Excel file with a sheet for each table.
func (w *work) workbook(lines string) (*sink, error) {
	name := filepath.Join(w.dir, "workbook.xlsx")
	defer os.Remove(name)
	if err := w.flatten(lines, func(p *flatten.Plan) (flatten.Sink, error) {
		return flatten.Workbook(name, p, func(note string) {
			w.notes = append(w.notes, note)
		})
	}); err != nil {
		return nil, err
	}
	from, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	s, err := w.sink()
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(s, from)
	return s, err
}

// linesAtOnce is how many releases are encoded before they are written.
const linesAtOnce = 512

// flatten reads lines twice: to find the tables and columns that occur, and to
// fill them.
func (w *work) flatten(lines string, open func(*flatten.Plan) (flatten.Sink, error)) error {
	survey, err := flatten.NewSurvey(w.schema)
	if err != nil {
		return err
	}
	if err := w.eachLine(lines, func(v ocds.Value) error { survey.Add(v); return nil }); err != nil {
		return err
	}
	plan := survey.Plan()
	sink, err := open(plan)
	if err != nil {
		return err
	}
	chunks := map[*flatten.Table]*flatten.Chunk{}
	f := plan.Flattener(func(t *flatten.Table, row []flatten.Cell) error {
		if chunks[t] == nil {
			chunks[t] = &flatten.Chunk{}
		}
		return sink.Encode(t, chunks[t], row)
	})
	write := func() error {
		for _, t := range plan.Tables {
			if c := chunks[t]; c != nil {
				if err := sink.Write(t, c); err != nil {
					return err
				}
				c.Reset()
			}
		}
		return nil
	}
	n := 0
	err = w.eachLine(lines, func(v ocds.Value) error {
		if err := f.Add(v); err != nil {
			return err
		}
		if n++; n%linesAtOnce == 0 {
			return write()
		}
		return nil
	})
	if err = errors.Join(err, write()); err != nil {
		sink.Abort()
		return err
	}
	return sink.Close()
}

func (w *work) eachLine(name string, fn func(ocds.Value) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	scan := bufio.NewScanner(f)
	scan.Buffer(nil, maxLine)
	var doc ocds.Document
	for scan.Scan() {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		doc.Reset()
		v, err := doc.Parse(slices.Clip(scan.Bytes()))
		if err != nil {
			return err
		}
		if err := fn(v); err != nil {
			return err
		}
	}
	return scan.Err()
}
