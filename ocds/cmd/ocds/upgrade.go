package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/read"
	"github.com/kzocds/kzocds/ocds/upgrade"
)

var upgradeVerb = verb{
	name:    "upgrade",
	summary: "rewrite data of OCDS 1.0 as 1.1",
	lacks:   []string{"memory", "temp"},
	help: `
Writes releases and records as JSON Lines with the fields of OCDS 1.1: organisations
move to parties, single amendments to lists, transactions to payer, payee and value. Data that is
1.1 already stays as it is.

  ocds upgrade old/ -o releases.jsonl

Compile 1.0 data before upgrading it: its merge rules differ, and compile follows them.
  ocds compile old/ | ocds upgrade`,
	prepare: func(f *flag.FlagSet) func(context.Context, *app) error {
		return func(ctx context.Context, a *app) error {
			inputs, err := a.inputs()
			if err != nil {
				return err
			}
			return a.write(func(w io.Writer) error {
				return transform(ctx, a, inputs, w, func(dst []byte, it *read.Item) ([]byte, error) {
					var d ocds.Document
					v, err := d.Parse(it.JSON)
					if err != nil {
						return dst, it.Fault(err, "%v", err)
					}
					if it.Kind == read.Release {
						upgrade.Release(&d, v)
						return append(v.AppendTo(dst), '\n'), nil
					}
					for _, r := range v.Get("releases").Items() {
						if r.Get("id").Ok() {
							upgrade.Release(&d, r)
						}
					}
					if c := v.Get("compiledRelease"); c.Kind() == ocds.Object {
						upgrade.Release(&d, c)
					}
					v.Get("releases").Touch()
					v.Touch()
					return append(v.AppendTo(dst), '\n'), nil
				})
			})
		}
	},
}

var detectVerb = verb{
	name:    "detect",
	summary: "say what files are",
	lacks:   []string{"jobs", "memory", "temp"},
	help: `
Writes one line of JSON a file: its format (release package, record package, release, compiled
release, versioned release, record), the version of the standard, how many values stand one after the other
("one" or "many", as in JSON Lines), and the extensions. It reads only as far as it must.

  ocds detect downloads/
  {"file":"downloads/a.json","format":"release package","version":"1.1","values":"one"}`,
	prepare: func(f *flag.FlagSet) func(context.Context, *app) error {
		return detect
	},
}

// detected is a line of output.
type detected struct {
	File       string   `json:"file"`
	Format     string   `json:"format"`
	Version    string   `json:"version,omitempty"`
	Values     string   `json:"values"`
	Extensions []string `json:"extensions,omitempty"`
}

// errEnough ends a reading that has seen what it must.
var errEnough = errors.New("enough")

func detect(ctx context.Context, a *app) error {
	inputs, err := a.inputs()
	if err != nil {
		return err
	}
	return a.write(func(w io.Writer) error {
		for _, in := range inputs {
			line := detected{File: in.Name, Values: "one"}
			items := 0
			var first *read.Package
			err := read.Each(ctx, []read.Input{in}, read.Options{MaxItem: int(a.maxItem)}, func(it *read.Item) error {
				if items++; items > 1 {
					if first == nil || it.Package != first {
						line.Values = "many"
						return errEnough
					}
					if items > 1000 {
						return errEnough // a package this long stands alone
					}
					return nil
				}
				first = it.Package
				if first != nil {
					line.Format = it.Kind.String() + " package"
					line.Version, line.Extensions = first.Head.Version, first.Head.Extensions
					return nil
				}
				line.Format = formatOf(it)
				return nil
			})
			if err != nil && !errors.Is(err, errEnough) {
				if err := a.fault(err); err != nil {
					return err
				}
				continue
			}
			if line.Format == "" {
				line.Format = "empty"
			}
			b, err := json.Marshal(line)
			if err != nil {
				return err
			}
			if _, err := w.Write(append(b, '\n')); err != nil {
				return err
			}
		}
		return nil
	})
}

func formatOf(it *read.Item) string {
	if it.Kind == read.Record {
		return "record"
	}
	v, err := ocds.Parse(it.JSON)
	if err != nil {
		return "unknown"
	}
	for _, t := range v.Get("tag").Items() {
		if t.Text() == string(ocds.TagCompiled) {
			return "compiled release"
		}
	}
	if v.Get("tag").Ok() || v.Get("id").Ok() || v.Get("date").Ok() {
		return "release"
	}
	for name, m := range v.Members() {
		if name != "ocid" && m.First().Get("releaseDate").Ok() || m.First().First().Get("releaseDate").Ok() {
			return "versioned release"
		}
	}
	return "unknown"
}
