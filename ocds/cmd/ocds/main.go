// Command ocds works with data in the Open Contracting Data Standard: it
// validates, compiles, packages and flattens releases and records of any size.
// "ocds help" lists its verbs.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	code := run(ctx, os.Args[1:], interruptible(ctx, os.Stdin), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// interruptible is a reader whose Read returns when ctx ends, even if that of r does not: one
// that waits for a terminal or a pipe cannot be interrupted. Nothing is read before it is asked for.
func interruptible(ctx context.Context, r io.Reader) io.Reader {
	out, in := io.Pipe()
	var once sync.Once
	return readerFunc(func(p []byte) (int, error) {
		once.Do(func() {
			context.AfterFunc(ctx, func() { out.CloseWithError(context.Cause(ctx)) })
			go func() {
				_, err := io.CopyBuffer(in, struct{ io.Reader }{r}, make([]byte, 256<<10))
				in.CloseWithError(err)
			}()
		})
		return out.Read(p)
	})
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
