package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/flatten"
	"github.com/kzocds/kzocds/ocds/read"
	"github.com/kzocds/kzocds/ocds/schema"
)

var flattenVerb = verb{
	name:    "flatten",
	summary: "make tables: CSV, Excel or Parquet",
	lacks:   []string{"output", "memory"},
	help: `
Makes a table of releases, one row each, and a table of each array of objects in
them (tender_items, awards, awards_suppliers …), whose rows begin with the ocid and the ids of
what they are part of. Columns are paths (tender/value/amount) in the order of the schema;
only what occurs is there. Lists of codes are joined with semicolons. Of records, the compiled
release is used.

  ocds flatten compiled.jsonl --csv tables/
  ocds flatten compiled.jsonl --xlsx tables.xlsx
  ocds flatten compiled.jsonl --parquet tables/

CSV is UTF-8; a text that a spreadsheet would take for a formula gets an apostrophe
before it (--raw leaves it). In Excel, tables longer than a sheet continue on another, and
numbers with more than 15 digits are texts. Parquet has decimals with every digit and times in UTC.
The input is read twice; standard input is kept in a temporary file for that.`,
	prepare: func(f *flag.FlagSet) func(context.Context, *app) error {
		c := &flattening{}
		f.StringVar(&c.csv, "csv", "", "`FOLDER` for CSV files")
		f.StringVar(&c.xlsx, "xlsx", "", "Excel `FILE`")
		f.StringVar(&c.parquet, "parquet", "", "`FOLDER` for Parquet files")
		f.BoolVar(&c.raw, "raw", false, "in CSV, do not mark texts that look like formulas")
		c.extensions.flags(f)
		return c.run
	},
}

type flattening struct {
	csv, xlsx, parquet string
	raw                bool
	extensions         extensionFlags
}

func (c *flattening) run(ctx context.Context, a *app) error {
	if c.csv == "" && c.xlsx == "" && c.parquet == "" {
		return usage("say where the tables go: --csv FOLDER, --xlsx FILE or --parquet FOLDER")
	}
	inputs, err := a.inputs()
	if err != nil {
		return err
	}
	inputs, remove, err := replayable(inputs, a.temp)
	if err != nil {
		return err
	}
	defer remove()
	a.progress.total *= 2 // the input is read for its columns and again for its rows
	release, err := c.schema(a)
	if err != nil {
		return err
	}

	// First reading: tables, columns and types.
	surveys := make([]*flatten.Survey, a.jobs)
	docs := make([]ocds.Document, a.jobs)
	for i := range surveys {
		if surveys[i], err = flatten.NewSurvey(release); err != nil {
			return usage("--schema: %v", err)
		}
	}
	err = forEach(ctx, a, inputs, a.reading(), func(worker int, list []read.Item) (notes []error, err error) {
		for i := range list {
			v, err := row(&docs[worker], &list[i])
			if err != nil {
				notes = append(notes, err)
				continue
			}
			surveys[worker].Add(v)
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
	for _, s := range surveys[1:] {
		surveys[0].Merge(s)
	}
	plan := surveys[0].Plan()

	var sinks []flatten.Sink
	abort := func(err error) error {
		for _, s := range sinks {
			s.Abort()
		}
		return err
	}
	add := func(s flatten.Sink, err error) error {
		if err == nil {
			sinks = append(sinks, s)
		}
		return err
	}
	if c.csv != "" {
		err = add(flatten.CSV(c.csv, plan, c.raw))
	}
	if c.xlsx != "" && err == nil {
		err = add(flatten.Workbook(c.xlsx, plan, func(note string) { a.warn("%s", note) }))
	}
	if c.parquet != "" && err == nil {
		err = add(flatten.Parquet(c.parquet, plan))
	}
	if err != nil {
		return abort(err)
	}

	// Second reading: rows.
	type made map[*flatten.Table][]*flatten.Chunk
	o := a.reading()
	o.KeepGoing = func(err error) error { // faults were reported in the first reading
		if a.keepGoing {
			return nil
		}
		return err
	}
	err = forEach(ctx, a, inputs, o, func(worker int, list []read.Item) (made, error) {
		chunks := made{}
		f := plan.Flattener(func(t *flatten.Table, row []flatten.Cell) error {
			to := chunks[t]
			if to == nil {
				for range sinks {
					to = append(to, &flatten.Chunk{})
				}
				chunks[t] = to
			}
			for i, s := range sinks {
				if err := s.Encode(t, to[i], row); err != nil {
					return err
				}
			}
			return nil
		})
		for i := range list {
			v, err := row(&docs[worker], &list[i])
			if err != nil {
				continue
			}
			if err := f.Add(v); err != nil {
				return nil, err
			}
		}
		return chunks, nil
	}, func(chunks made) error {
		for _, t := range plan.Tables {
			for i, chunk := range chunks[t] {
				if err := sinks[i].Write(t, chunk); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return abort(err)
	}
	var closing error
	for _, s := range sinks {
		closing = errors.Join(closing, s.Close())
	}
	return closing
}

func (c *flattening) schema(a *app) ([]byte, error) {
	given, err := c.extensions.given(a)
	if err != nil {
		return nil, err
	}
	if len(given) == 0 {
		// The columns of the extensions in common use come in their own order too.
		given, err = schema.Named("process_title", "lots", "bids", "enquiries", "location", "participation_fee")
		if err != nil {
			return nil, err
		}
	}
	s, err := c.extensions.build(given, nil)
	if err != nil {
		return nil, err
	}
	return s.Release(), nil
}

// flat is the release of an item, of a record its compiled one.
func flat(d *ocds.Document, it *read.Item) (ocds.Value, error) {
	d.Reset()
	v, err := d.Parse(it.JSON)
	if err != nil {
		return v, it.Fault(err, "%v", err)
	}
	if v.Kind() != ocds.Object {
		return v, it.Fault(nil, "is no object")
	}
	if it.Kind == read.Record {
		compiled := v.Get("compiledRelease")
		if compiled.Kind() != ocds.Object {
			return v, it.Fault(nil, "the record has no compiled release; make one with ocds compile")
		}
		v = compiled
	}
	return v, nil
}

// row is flat of an item whose ocid can stand in the tables.
func row(d *ocds.Document, it *read.Item) (ocds.Value, error) {
	v, err := flat(d, it)
	if err == nil {
		err = identified(it, v)
	}
	return v, err
}

// identified says whether a release or record has an ocid.
func identified(it *read.Item, v ocds.Value) error {
	if ocid := v.Get("ocid"); ocid.Kind() != ocds.String || len(ocid.Raw()) == 2 {
		return it.Fault(nil, "the %s has no ocid, or one that is no text", it.Kind)
	}
	return nil
}

// replayable puts what can be read only once into a temporary file.
func replayable(inputs []read.Input, temp string) (again []read.Input, remove func(), err error) {
	var names []string
	remove = func() {
		for _, n := range names {
			os.Remove(n)
		}
	}
	for _, in := range inputs {
		if in.Path == "" {
			f, err := os.CreateTemp(temp, "ocds-*.tmp")
			if err != nil {
				remove()
				return nil, nil, err
			}
			names = append(names, f.Name())
			_, err = io.Copy(f, in.Reader)
			if err = errors.Join(err, f.Close()); err != nil {
				remove()
				return nil, nil, err
			}
			in.Path = f.Name()
		}
		again = append(again, in)
	}
	return again, remove, nil
}
