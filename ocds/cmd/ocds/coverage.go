package main

import (
	"context"
	"flag"
	"io"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/coverage"
	"github.com/kzocds/kzocds/ocds/read"
)

var coverageVerb = verb{
	name:    "coverage",
	summary: "count how often each field is filled",
	lacks:   []string{"memory", "temp"},
	help: `
Writes one JSON object: for each path the number of values that are not empty. Empty are
"", [], {}, null and what holds only empty values. The path "" is a release or record, a path that ends
with / an object, one that ends with [] an element of an array, any other a member.

  ocds coverage compiled.jsonl
  {"":1200,"/":1200,"/tender":1180,"/tender/":1180,"/tender/items":900,"/tender/items[]":3100, …`,
	prepare: func(f *flag.FlagSet) func(context.Context, *app) error {
		return cover
	},
}

func cover(ctx context.Context, a *app) error {
	inputs, err := a.inputs()
	if err != nil {
		return err
	}
	counters := make([]coverage.Counter, a.jobs)
	docs := make([]ocds.Document, a.jobs)
	err = forEach(ctx, a, inputs, a.reading(), func(worker int, list []read.Item) (notes []error, err error) {
		for i := range list {
			docs[worker].Reset()
			v, err := docs[worker].Parse(list[i].JSON)
			if err == nil {
				counters[worker].Add(v)
				continue
			}
			notes = append(notes, list[i].Fault(err, "%v", err))
		}
		return notes, nil
	}, func(notes []error) error {
		for _, n := range notes {
			if err := a.fault(n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range counters[1:] {
		counters[0].Merge(&counters[i+1])
	}
	return a.write(func(w io.Writer) error {
		_, err := w.Write(append(counters[0].AppendTo(nil), '\n'))
		return err
	})
}
