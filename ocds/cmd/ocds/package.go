package main

import (
	"context"
	"flag"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/pack"
	"github.com/kzocds/kzocds/ocds/read"
)

var packageVerb = verb{
	name:    "package",
	summary: "put releases or records into a package",
	lacks:   []string{"jobs", "memory", "temp"},
	help: `
Writes a release package of the releases it reads or, with --records, a record
package of the records it reads. The items are written as they come: memory does not grow. Packages
in the input are taken apart; their extensions are united, after those of --declare.

  ocds package releases.jsonl --uri https://example.org/all.json --publisher "Ministry" -o all.json
  ocds compile --records packages/ | ocds package --records --uri … --publisher … -o records.json

With --size the output is a series of packages: -o must have %d in it, and so may --uri.

  ocds package releases.jsonl --size 1000 --uri https://example.org/part-%d.json --publisher … -o part-%d.json`,
	prepare: func(f *flag.FlagSet) func(context.Context, *app) error {
		p := &packaging{}
		f.BoolVar(&p.records, "records", false, "make a record package")
		f.StringVar(&p.m.URI, "uri", "", "`URI` of the package (required)")
		f.StringVar(&p.m.Publisher.Name, "publisher", "", "`NAME` of the publisher (required)")
		f.StringVar(&p.m.Publisher.Scheme, "publisher-scheme", "", "`SCHEME` of the publisher's id")
		f.StringVar(&p.m.Publisher.UID, "publisher-uid", "", "`ID` of the publisher")
		f.StringVar(&p.m.Publisher.URI, "publisher-uri", "", "`URI` of the publisher")
		f.StringVar(&p.m.PublishedDate, "published-date", "", "`DATE` of the package, such as 2026-01-31T00:00:00Z (default: now)")
		f.StringVar(&p.m.License, "license", "", "`URL` of the licence")
		f.StringVar(&p.m.PublicationPolicy, "publication-policy", "", "`URL` of the publication policy")
		f.Var((*list)(&p.m.Extensions), "declare", "`URL` of an extension.json to declare; may be repeated")
		f.IntVar(&p.size, "size", 0, "`NUMBER` of items after which a new package is begun")
		return p.run
	},
}

type packaging struct {
	m       pack.Metadata
	records bool
	size    int
}

func (p *packaging) run(ctx context.Context, a *app) error {
	if p.m.PublishedDate == "" {
		p.m.PublishedDate = time.Now().UTC().Format(time.RFC3339)
	}
	if _, exact, ok := ocds.ParseTime([]byte(p.m.PublishedDate)); !ok || !exact {
		return usage("--published-date %s: must be a date and time with a zone, such as 2026-01-31T00:00:00Z", p.m.PublishedDate)
	}
	for _, f := range []struct{ flag, value string }{{"--uri", p.m.URI}, {"--publisher", p.m.Publisher.Name}} {
		if f.value == "" {
			return usage("%s is missing: the standard requires it", f.flag)
		}
	}
	if p.size < 0 || p.size > 0 && !strings.Contains(a.output, "%d") {
		return usage("--size needs -o with %%d in the name, where the number of the package goes")
	}
	inputs, err := a.inputs()
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, url := range p.m.Extensions {
		known[url] = true
	}
	// Extensions stand before the items, so that those of the input must be known first.
	if err := p.collect(ctx, a, inputs, known); err != nil {
		return err
	}
	kind, want := pack.Releases, read.Release
	if p.records {
		kind, want = pack.Records, read.Record
	}
	s := &series{p: p, a: a, kind: kind}
	err = read.Each(ctx, inputs, a.reading(), func(it *read.Item) error {
		if it.Kind != want {
			hint := "use --records"
			if p.records {
				hint = "make records of releases with ocds compile --records"
			}
			return a.fault(it.Fault(nil, "is a %s, which cannot stand in a package of %s: %s", it.Kind, kind, hint))
		}
		v, err := ocds.Parse(it.JSON)
		if err != nil {
			return a.fault(it.Fault(err, "%v", err))
		}
		if err := identified(it, v); err != nil {
			return a.fault(err)
		}
		return s.add(v.AppendTo(s.text[:0]))
	})
	return s.end(err)
}

// collect unites the extensions of packages in files; standard input cannot be
// read twice, so that what it declares must be given by --declare.
func (p *packaging) collect(ctx context.Context, a *app, inputs []read.Input, known map[string]bool) error {
	o := read.Options{MaxItem: int(a.maxItem), KeepGoing: func(error) error { return nil }}
	o.Packages = func(found *read.Package) {
		for _, url := range found.Extensions {
			if !known[url] {
				known[url] = true
				p.m.Extensions = append(p.m.Extensions, url)
			}
		}
	}
	for _, in := range inputs {
		if in.Path == "" {
			continue
		}
		if err := read.Each(ctx, []read.Input{in}, o, func(*read.Item) error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

// series writes one package or several, each when it is complete.
type series struct {
	p       *packaging
	a       *app
	kind    pack.Kind
	number  int
	text    []byte
	out     *output
	current *pack.Writer
}

func (s *series) add(item []byte) error {
	s.text = item
	if s.current != nil && s.p.size > 0 && s.current.Count() == s.p.size {
		if err := s.end(nil); err != nil {
			return err
		}
	}
	if s.current == nil {
		s.number++
		m, name := s.p.m, s.a.output
		if s.p.size > 0 {
			number := strconv.Itoa(s.number)
			m.URI = strings.ReplaceAll(m.URI, "%d", number)
			name = filepath.Join(filepath.Dir(name), strings.ReplaceAll(filepath.Base(name), "%d", number))
		}
		out, err := s.a.create(name)
		if err != nil {
			return err
		}
		s.out = out
		if s.current, err = pack.NewWriter(out, s.kind, m); err != nil {
			return s.end(err)
		}
	}
	return s.current.Add(item)
}

// end completes the package that is being written, or gives it up for err.
func (s *series) end(err error) error {
	if s.current == nil {
		if err == nil && s.number == 0 {
			err = pack.ErrEmpty
		}
		return err
	}
	if err == nil {
		err = s.current.Close()
	}
	s.current = nil
	return s.out.finish(err)
}
