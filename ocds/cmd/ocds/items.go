package main

import (
	"context"
	"io"

	"github.com/kzocds/kzocds/ocds/internal/ordered"
	"github.com/kzocds/kzocds/ocds/read"
)

// items is a batch of consecutive items, with texts of their own.
type items struct {
	list []read.Item
	text []byte // the last that was begun
	size int
}

// itemsSize is the bytes of text from which a batch is full.
const itemsSize = 1 << 20

// forEach calls work for every item on several goroutines and consume with the
// results in the order of the input. The JSON of an item is valid until work returns.
func forEach[R any](ctx context.Context, a *app, inputs []read.Input, o read.Options, work func(worker int, list []read.Item) (R, error), consume func(R) error) error {
	free := make(chan []byte, 8*a.jobs) // texts to use again
	none := true
	produce := func(give func(*items) error) error {
		b := &items{}
		var text []byte
		err := read.Each(ctx, inputs, o, func(it *read.Item) error {
			none = false
			if len(text)+len(it.JSON) > cap(text) {
				text = nil
				if len(b.list) == 0 {
					select {
					case text = <-free:
					default:
					}
				}
				if len(it.JSON) > cap(text) {
					text = make([]byte, 0, max(itemsSize+itemsSize/4, len(it.JSON)))
				}
				b.text = text
			}
			from := len(text)
			text = append(text, it.JSON...)
			kept := *it
			kept.JSON = text[from:len(text):len(text)]
			b.list = append(b.list, kept)
			if b.size += len(it.JSON); b.size < itemsSize {
				return nil
			}
			full := b
			b, text = &items{}, nil
			return give(full)
		})
		if err != nil || len(b.list) == 0 {
			return err
		}
		return give(b)
	}
	err := ordered.Run(ctx, a.jobs, produce, func(worker int, b *items) (R, error) {
		r, err := work(worker, b.list)
		for i := range b.list {
			b.list[i].JSON = nil
		}
		select {
		case free <- b.text[:0]:
		default:
		}
		return r, err
	}, consume)
	if err == nil && none {
		a.nothing()
	}
	return err
}

// lines is output of a batch and what is to be said about it.
type lines struct {
	text  []byte
	notes []error
}

// transform writes what work appends for each item, in the order of the input.
// An error of work is about the item: with --keep-going it is reported and the item left out.
func transform(ctx context.Context, a *app, inputs []read.Input, w io.Writer, work func(dst []byte, it *read.Item) ([]byte, error)) error {
	return forEach(ctx, a, inputs, a.reading(), func(_ int, list []read.Item) (r lines, err error) {
		for i := range list {
			from := len(r.text)
			text, err := work(r.text, &list[i])
			if err == nil {
				r.text = text
				continue
			}
			if !a.keepGoing {
				return r, err
			}
			r.text = r.text[:from]
			r.notes = append(r.notes, err)
		}
		return r, nil
	}, func(r lines) error {
		for _, n := range r.notes {
			if err := a.fault(n); err != nil {
				return err
			}
		}
		_, err := w.Write(r.text)
		return err
	})
}
