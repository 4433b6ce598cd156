package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/quality"
	"github.com/kzocds/kzocds/ocds/read"
)

// datasetChecks are the flags of the checks of a collection as a whole.
type datasetChecks struct {
	wanted          bool
	rates, previous string
	limit           int
}

func (c *datasetChecks) asked() bool { return c.wanted || c.rates != "" || c.previous != "" }

// run writes a line for each check of the collection.
func (c *datasetChecks) run(ctx context.Context, a *app) error {
	o := quality.Options{Limit: c.limit}
	if c.limit < 1 {
		return usage("--limit %d: must be at least 1", c.limit)
	}
	if c.rates != "" {
		f, err := os.Open(c.rates)
		if err != nil {
			return usage("--rates: %v", err)
		}
		defer f.Close()
		if o.Rates, err = quality.ReadRates(f); err != nil {
			return usage("--rates %s: %v", c.rates, err)
		}
	}
	inputs, err := a.inputs()
	if err != nil {
		return err
	}
	if c.previous != "" {
		before, err := read.Inputs([]string{c.previous}, nil, nil)
		if err != nil {
			return err
		}
		o.Previous = quality.NewPrevious(c.limit)
		if err := eachCompiled(ctx, a, before, o.Previous.Add); err != nil {
			return err
		}
	}
	d := quality.New(o)
	if err := eachCompiled(ctx, a, inputs, d.Add); err != nil {
		return err
	}
	return a.write(func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		for _, r := range d.Results() {
			if err := e.Encode(r); err != nil {
				return err
			}
		}
		return nil
	})
}

// eachCompiled calls fn with the compiled releases, and those of records.
func eachCompiled(ctx context.Context, a *app, inputs []read.Input, fn func(ocds.Value)) error {
	var doc ocds.Document
	return read.Each(ctx, inputs, a.reading(), func(it *read.Item) error {
		doc.Reset()
		v, err := doc.Parse(it.JSON)
		if err != nil {
			return a.fault(it.Fault(err, "%v", err))
		}
		if it.Kind == read.Record {
			v = v.Get("compiledRelease")
		}
		if !compiledRelease(v) {
			err := fmt.Errorf("this is no compiled release; ocds compile makes one of each process")
			return a.fault(it.Fault(err, "%v", err))
		}
		fn(v)
		return nil
	})
}

func compiledRelease(v ocds.Value) bool {
	for _, t := range v.Get("tag").Items() {
		if t.Text() == string(ocds.TagCompiled) {
			return v.Get("ocid").Kind() == ocds.String
		}
	}
	return false
}
