// Package read streams releases and records from files of any size: release
// packages, record packages, bare releases and records, JSON Lines, plain or compressed
// with gzip or zstd. It holds one item at a time; grouping by ocid keeps an
// index and, for inputs that cannot be read twice, their items, on disk beyond a budget.
package read

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/kzocds/kzocds/ocds"
)

// Input is a source of items.
type Input struct {
	Name string // shown in messages
	Path string // of a file; empty for a Reader
	Size int64  // bytes as stored; 0 if unknown
	// Reader is read once, if there is no Path.
	Reader io.Reader
}

// Stdin is the name of standard input on the command line.
const Stdin = "-"

// Inputs are the files of the given paths in the given order; a folder stands for the
// files in it and below it that look like data (.json, .jsonl, .ndjson, each also
// .gz and .zst), in the order of their names. "-" and no path at all are standard input.
// What cannot be found or entered is left out if keepGoing, called with the fault, returns nil; without
// keepGoing it is an error.
func Inputs(paths []string, stdin io.Reader, keepGoing func(error) error) ([]Input, error) {
	fault := func(name string, err error) error {
		if err = explain(name, err); keepGoing != nil {
			return keepGoing(err)
		}
		return err
	}
	if len(paths) == 0 {
		paths = []string{Stdin}
	}
	var inputs []Input
	for _, path := range paths {
		if path == Stdin {
			inputs = append(inputs, Input{Name: "standard input", Reader: stdin})
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			if err := fault(path, err); err != nil {
				return nil, err
			}
			continue
		}
		if !info.IsDir() {
			inputs = append(inputs, Input{Name: path, Path: path, Size: info.Size()})
			continue
		}
		before := len(inputs)
		faults := 0
		err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				faults++
				return fault(name, err)
			}
			if entry.IsDir() || !isData(name) {
				return nil
			}
			info, err := entry.Info()
			if err != nil {
				faults++
				return fault(name, err)
			}
			inputs = append(inputs, Input{Name: name, Path: name, Size: info.Size()})
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(inputs) == before && faults == 0 {
			return nil, &Error{Input: path, Message: "the folder has no .json, .jsonl or .ndjson files (also .gz, .zst)"}
		}
	}
	return inputs, nil
}

func isData(name string) bool {
	name = strings.ToLower(name)
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	return strings.HasSuffix(name, ".json") || strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".ndjson")
}

func explain(name string, err error) error {
	message := "cannot be read: " + err.Error()
	switch {
	case os.IsNotExist(err):
		message = "no such file or folder"
	case os.IsPermission(err):
		message = "permission to read it is missing"
	}
	return &Error{Input: name, Message: message, Err: err}
}

// Options of reading. The zero value is good for any input.
type Options struct {
	MaxItem int   // bytes of the largest release or record; default 512 MiB
	Memory  int64 // bytes held when grouping before disk is used; default 32 MiB
	TempDir string
	// KeepGoing is called with each fault of an input; reading goes on behind it if it
	// returns nil. Without it the first fault ends the reading.
	KeepGoing func(error) error
	// Progress is called now and then with the bytes of stored input read so far.
	Progress func(n int64)
	// Packages is called when a package was read to its end.
	Packages func(*Package)
}

func (o Options) maxItem() int {
	if o.MaxItem > 0 {
		return o.MaxItem
	}
	return 512 << 20
}

func (o Options) memory() int64 {
	if o.Memory > 0 {
		return o.Memory
	}
	return 32 << 20
}

// Each calls fn for every item of the inputs, in their order.
func Each(ctx context.Context, inputs []Input, o Options, fn func(*Item) error) error {
	for i := range inputs {
		if err := each(ctx, &inputs[i], o, fn); err != nil {
			return err
		}
	}
	return nil
}

func each(ctx context.Context, in *Input, o Options, fn func(*Item) error) error {
	opened, err := in.open(o.Progress)
	if err == nil {
		s := stream{name: in.Name, r: opened.text, maxItem: o.maxItem(), pack: o.Packages}
		s.emit = func(it *Item) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return fn(it)
		}
		if o.KeepGoing != nil {
			s.fault = func(e *Error) error { return o.KeepGoing(e) }
		}
		err = s.run()
		if closing := opened.Close(); err == nil {
			err = closing
		}
		return err
	}
	if o.KeepGoing != nil {
		return o.KeepGoing(err)
	}
	return err
}

// maxWindow is the memory that a zstd file may ask for: what the program zstd allows without --long.
const maxWindow = 128 << 20

// opened is an input ready to be read.
type opened struct {
	text  io.Reader // decompressed
	file  *os.File  // nil for a Reader
	plain bool      // file holds the text itself, so that it can be read anywhere
	close []func() error
}

func (o *opened) Close() (err error) {
	for _, c := range slices.Backward(o.close) {
		if e := c(); err == nil {
			err = e
		}
	}
	return err
}

func (in *Input) open(progress func(int64)) (*opened, error) {
	o := &opened{}
	r := in.Reader
	if in.Path != "" {
		f, err := os.Open(in.Path)
		if err != nil {
			return nil, explain(in.Name, err)
		}
		info, err := f.Stat()
		if err != nil {
			f.Close()
			return nil, explain(in.Name, err)
		}
		o.file, o.plain = f, info.Mode().IsRegular()
		o.close = append(o.close, f.Close)
		r = f
	}
	if progress != nil {
		r = &counted{r, progress}
	}
	b := bufio.NewReaderSize(r, 64<<10)
	magic, err := b.Peek(4)
	if err != nil && err != io.EOF {
		o.Close()
		return nil, explain(in.Name, err)
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(b)
		if err != nil {
			o.Close()
			return nil, &Error{Input: in.Name, Message: "looks like gzip but is not: " + err.Error(), Err: err}
		}
		o.text, o.plain = z, false
		o.close = append(o.close, func() error { z.Close(); return nil }) // it repeats the error of reading
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(b, zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			o.Close()
			return nil, &Error{Input: in.Name, Message: "looks like zstd but is not: " + err.Error(), Err: err}
		}
		o.text, o.plain = z, false
		o.close = append(o.close, func() error { z.Close(); return nil })
	default:
		o.text = b
	}
	return o, nil
}

type counted struct {
	r        io.Reader
	progress func(int64)
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.progress(int64(n))
	return n, err
}

// TotalSize is the sum of the inputs' sizes, 0 if one is unknown.
func TotalSize(inputs []Input) (total int64) {
	for _, in := range inputs {
		if in.Size == 0 {
			return 0
		}
		total += in.Size
	}
	return total
}

// Fault is the error of an item that cannot be used. If it is that the item is not JSON, it
// says where in the input the JSON ends.
func (it *Item) Fault(err error, format string, a ...any) *Error {
	e := &Error{Input: it.Input, Line: it.Line, Offset: it.Offset, Pointer: it.Pointer(), Message: fmt.Sprintf(format, a...), Err: err}
	var syntax *ocds.SyntaxError
	if errors.As(err, &syntax) {
		e.Line += int64(syntax.Line) - 1
		e.Offset += int64(syntax.Offset)
		e.Message = "not JSON: " + syntax.Message
	}
	return e
}
