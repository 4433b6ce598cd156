package flatten

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/parquet-go/parquet-go"
)

// A Sink writes tables in one format. Nothing is visible under its final name
// before Close.
type Sink interface {
	// Encode adds a row to a chunk; several goroutines may do so, each with its own chunks.
	Encode(t *Table, c *Chunk, row []Cell) error
	// Write writes the rows of a chunk; one goroutine at a time.
	Write(t *Table, c *Chunk) error
	// Close completes the files, Abort removes them.
	Close() error
	Abort()
}

// Chunk is encoded rows of one table.
type Chunk struct {
	text []byte
	ends []int // of each row in text
	rows []parquet.Row
}

// Reset empties the chunk for new rows.
func (c *Chunk) Reset() { c.text, c.ends, c.rows = c.text[:0], c.ends[:0], c.rows[:0] }

// files are the outputs of a sink, written aside.
type files struct {
	open map[*Table]*file
	all  []*file
}

type file struct {
	*bufio.Writer
	f    *os.File
	name string
}

func (s *files) create(dir, name string) (*file, error) {
	target := filepath.Join(dir, name)
	if there, err := os.Stat(target); err == nil && !there.Mode().IsRegular() {
		return nil, fmt.Errorf("output %s: is a folder or a device, which tables do not replace", target)
	}
	f, err := os.CreateTemp(dir, "."+name+".*")
	if err != nil {
		return nil, err
	}
	made := &file{bufio.NewWriterSize(aside{f, target}, 256<<10), f, target}
	s.all = append(s.all, made)
	return made, nil
}

// aside is a file that will have another name, by which its errors call it.
type aside struct {
	*os.File
	target string
}

func (a aside) Write(p []byte) (int, error) {
	n, err := a.File.Write(p)
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		err = fmt.Errorf("output %s: %w", a.target, at.Err)
	}
	return n, err
}

// finish renames all, or removes all if err is not nil.
func (s *files) finish(err error) error {
	for _, f := range s.all {
		if err == nil {
			err = errors.Join(f.Flush(), f.f.Chmod(0o644), f.f.Close())
		}
	}
	for _, f := range s.all {
		if err == nil {
			err = os.Rename(f.f.Name(), f.name)
		}
	}
	if err != nil {
		for _, f := range s.all {
			f.f.Close()
			os.Remove(f.f.Name())
		}
	}
	return err
}

// folder makes a folder for tables.
func folder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return nil
}
