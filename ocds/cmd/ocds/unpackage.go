package main

import (
	"context"
	"flag"
	"io"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/read"
)

var unpackageVerb = verb{
	name:    "unpackage",
	summary: "take packages apart: one release or record a line",
	lacks:   []string{"memory", "temp"},
	help: `
Writes the releases and records of packages as JSON Lines, in their order, without
insignificant space. What is in no package passes through.

  ocds unpackage packages/ -o releases.jsonl
  ocds unpackage --compiled records.json      the compiled releases of records
  ocds unpackage --releases records.json      the releases embedded in records`,
	prepare: func(f *flag.FlagSet) func(context.Context, *app) error {
		u := &unpackaging{}
		f.BoolVar(&u.compiled, "compiled", false, "of records, write the compiled release")
		f.BoolVar(&u.releases, "releases", false, "of records, write the releases in them")
		return u.run
	},
}

type unpackaging struct{ compiled, releases bool }

func (u *unpackaging) run(ctx context.Context, a *app) error {
	if u.compiled && u.releases {
		return usage("--compiled and --releases exclude each other")
	}
	inputs, err := a.inputs()
	if err != nil {
		return err
	}
	return a.write(func(w io.Writer) error {
		return transform(ctx, a, inputs, w, u.item)
	})
}

func (u *unpackaging) item(dst []byte, it *read.Item) ([]byte, error) {
	v, err := ocds.Parse(it.JSON)
	if err != nil {
		return dst, it.Fault(err, "%v", err)
	}
	if it.Kind != read.Record || !u.compiled && !u.releases {
		return append(v.AppendTo(dst), '\n'), nil
	}
	if u.compiled {
		compiled := v.Get("compiledRelease")
		if compiled.Kind() != ocds.Object {
			return dst, it.Fault(nil, "the record has no compiled release")
		}
		return append(compiled.AppendTo(dst), '\n'), nil
	}
	for i, r := range v.Get("releases").Items() {
		if !r.Get("id").Ok() {
			return dst, it.Fault(nil, "release %d of the record is only a link", i)
		}
		dst = append(r.AppendTo(dst), '\n')
	}
	return dst, nil
}
