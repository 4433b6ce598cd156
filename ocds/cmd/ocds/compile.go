package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/merge"
	"github.com/kzocds/kzocds/ocds/pack"
	"github.com/kzocds/kzocds/ocds/read"
	"github.com/kzocds/kzocds/ocds/schema"
	"github.com/kzocds/kzocds/ocds/validate"
)

var compileVerb = verb{
	name:    "compile",
	summary: "merge the releases of each process into one compiled or versioned release",
	help: `
Groups releases by ocid and merges each group by the merge rules of the standard,
with the extensions that the packages declare. Writes JSON Lines in the order of ocids: one compiled
release a line or, with --versioned, one versioned release. With --records or --linked a
line is a record: the releases (or links to them), the compiled release and, with
--versioned, the versioned release. The order and the grouping of the input do not matter.

Records are taken apart: their releases are merged again. A record with nothing but
links contributes its compiled release, if there is nothing else about the process.

The extensions of the registry are part of the program and nothing is fetched. Of an extension that is not
there, a warning says where it is declared; its fields are merged by the general rules. To apply it,
download its folder and name that with --extensions.

  ocds compile packages/ -o compiled.jsonl
  curl -s https://example.org/releases.json.gz | ocds compile --versioned
  ocds compile old/ | ocds upgrade

What packages of version 1.0 have is merged by the rules of 1.0 (suppliers and tenderers as whole lists).

The standard is followed to the letter; --compat ocds-merge gives what the Python
reference implementation gives in the few cases where it departs from it (nulls on objects,
changes of type, the order of dates in different zones).`,
	prepare: func(f *flag.FlagSet) func(context.Context, *app) error {
		c := &compiling{mergers: map[string]*merge.Merger{}}
		f.BoolVar(&c.versioned, "versioned", false, "make versioned releases instead of compiled ones")
		f.BoolVar(&c.records, "records", false, "make records with the releases in them")
		f.BoolVar(&c.linked, "linked", false, "make records with links to the releases; their packages must have a uri")
		f.StringVar(&c.compat, "compat", "", "`IMPLEMENTATION` to follow where it departs from the standard: ocds-merge")
		c.extensions.flags(f)
		return c.run
	},
}

// extensionFlags choose the schema.
type extensionFlags struct {
	schema     string
	extensions list
	undeclared bool

	known map[string]bool // of declared URLs, whether something stands for them
}

// list is a flag that may be repeated or have several values with commas.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(text string) error {
	*l = append(*l, strings.Split(text, ",")...)
	return nil
}

func (e *extensionFlags) flags(f *flag.FlagSet) {
	f.StringVar(&e.schema, "schema", "", "release schema `FILE` instead of the embedded OCDS 1.1.5")
	f.Var(&e.extensions, "extensions", "extensions to apply: `NAMES` of registered ones (lots, bids@v1.1.5) or folders with extension.json or with such folders; may be repeated")
	f.BoolVar(&e.undeclared, "ignore-declared", false, "do not apply the extensions that packages declare")
}

// given are the extensions of the command line. One that cannot be applied is a fault of the
// command line; with --keep-going it is reported and left out.
func (e *extensionFlags) given(a *app) (all []schema.Extension, err error) {
	list, err := e.named()
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		if err := e.sound(append(all[:len(all):len(all)], x.Extension)); err != nil {
			err = usage("--extensions %s: %v; correct it or leave it out", x.where, err)
			if !a.keepGoing {
				return nil, err
			}
			if err := a.fault(err); err != nil {
				return nil, err
			}
			continue
		}
		all = append(all, x.Extension)
	}
	return all, nil
}

// sound says whether extensions can be applied together, without a circle in their schemas.
func (e *extensionFlags) sound(all []schema.Extension) error {
	s, err := e.build(all, nil)
	if err != nil {
		return err
	}
	if _, err := merge.NewRules(s.Release()); err != nil {
		return err
	}
	_, err = validate.New(validate.Options{Schema: s})
	return err
}

// named is an extension as the command line names it: a name or a folder.
type named struct {
	where string
	schema.Extension
}

// named are the extensions of the command line as they were read.
func (e *extensionFlags) named() (all []named, err error) {
	for _, name := range e.extensions {
		info, statErr := os.Stat(name)
		if statErr != nil || !info.IsDir() {
			found, err := schema.Named(name)
			if err != nil {
				return nil, usage("--extensions %s: neither a folder nor an extension that is known; known are %s", name, strings.Join(schema.Registered(), ", "))
			}
			all = append(all, named{name, found[0]})
			continue
		}
		folders := []string{name}
		if _, err := os.Stat(name + "/extension.json"); err != nil {
			folders = nil
			entries, err := os.ReadDir(name)
			if err != nil {
				return nil, usage("--extensions %s: %v", name, err)
			}
			for _, entry := range entries {
				if _, err := os.Stat(name + "/" + entry.Name() + "/extension.json"); err == nil {
					folders = append(folders, name+"/"+entry.Name())
				}
			}
		}
		if len(folders) == 0 {
			return nil, usage("--extensions %s: the folder has no extension.json and no folder with one", name)
		}
		for _, folder := range folders {
			x, err := schema.Read(os.DirFS(folder))
			if err != nil {
				return nil, usage("--extensions %s: %v", folder, err)
			}
			whole, err := filepath.Abs(folder)
			if err != nil {
				return nil, usage("--extensions %s: %v", folder, err)
			}
			x.ID = filepath.Base(whole)
			all = append(all, named{folder, x})
		}
	}
	return all, nil
}

// build makes the schema with the given extensions and those declared by URL.
// Of the declared ones those that are not embedded are left out; they are not fetched.
func (e *extensionFlags) build(given []schema.Extension, declared []string) (*schema.Schema, error) {
	all := slices.Clone(given)
	if !e.undeclared {
		for _, url := range declared {
			if slices.ContainsFunc(all, func(y schema.Extension) bool { return y.URL == url }) {
				continue
			}
			if x, _ := standsFor(given, url); x != nil {
				all = append(all, *x)
			}
		}
	}
	if e.schema == "" {
		return schema.New(all...)
	}
	text, err := os.ReadFile(e.schema)
	if err != nil {
		return nil, usage("--schema %v", err)
	}
	s, err := schema.WithRelease(text, all...)
	if err != nil {
		return nil, usage("--schema %s: %v", e.schema, err)
	}
	return s, nil
}

// standsFor is what to apply for an extension that a package declares: the embedded one, or
// nothing more if one of those given does. known is false if neither is there.
func standsFor(given []schema.Extension, url string) (x *schema.Extension, known bool) {
	embedded, ok := schema.ByURL(url)
	for _, y := range given {
		// The command line has chosen another version, or names a folder of the same name.
		if y.URL != "" && schema.Repository(y.URL) == schema.Repository(url) || ok && y.ID == embedded.ID || y.ID == path.Base(path.Dir(url)) {
			return nil, true
		}
	}
	if !ok {
		return nil, false
	}
	return &embedded, true
}

// unknown are the extensions that a package declares and nothing stands for, each as what is
// to be said about it where it stands.
func (e *extensionFlags) unknown(given []schema.Extension, p *read.Package) (notes []*read.Error) {
	if e.undeclared {
		return nil
	}
	for i, url := range p.Extensions {
		known, ok := e.known[url]
		if !ok {
			if e.known == nil {
				e.known = map[string]bool{}
			}
			_, known = standsFor(given, url)
			e.known[url] = known
		}
		if !known {
			remedy := "give its folder with --extensions"
			if versions := schema.Versions(url); len(versions) > 0 {
				remedy += ", or another version of it: " + strings.Join(versions, ", ")
			}
			notes = append(notes, &read.Error{
				Input: p.Input, Line: p.Line, Pointer: fmt.Sprintf("/extensions/%d", i),
				Message: fmt.Sprintf("the extension %s is not known and was not applied; %s", url, remedy),
			})
		}
	}
	return notes
}

type compiling struct {
	versioned, records, linked bool
	compat                     string
	extensions                 extensionFlags

	app     *app
	given   []schema.Extension
	mu      sync.Mutex
	mergers map[string]*merge.Merger // by the declared extensions
}

func (c *compiling) run(ctx context.Context, a *app) (err error) {
	c.app = a
	if c.compat != "" && c.compat != "ocds-merge" {
		return usage("--compat %s: must be ocds-merge", c.compat)
	}
	if c.given, err = c.extensions.given(a); err != nil {
		return err
	}
	if _, err := c.merger(nil, ""); err != nil {
		return err
	}
	inputs, err := a.inputs()
	if err != nil {
		return err
	}
	a.progress.total *= 2 // the input is read to group it and again to merge it
	groups, err := read.GroupByOCID(ctx, inputs, a.reading())
	if err != nil {
		return err
	}
	defer groups.Close()
	if groups.Releases() == 0 {
		a.nothing()
	}
	warned := map[string]bool{}
	for _, p := range groups.Packages() {
		for _, note := range c.extensions.unknown(c.given, p) {
			if !warned[note.Message] {
				warned[note.Message] = true
				a.say("warning", note)
			}
		}
	}
	return a.write(func(w io.Writer) error {
		return groups.Append(ctx, a.jobs, w, func(note error) {
			var warning warningError
			if errors.As(note, &warning) {
				a.say("warning", note)
			} else {
				a.faults++
				a.say("error", note)
			}
		}, c.work)
	})
}

// merger for the rules of the version with the declared extensions.
func (c *compiling) merger(declared []string, version string) (*merge.Merger, error) {
	if c.extensions.schema != "" {
		version = "" // the schema says
	}
	key := strings.Join(append(slices.Clone(declared), version), "\n")
	c.mu.Lock()
	defer c.mu.Unlock()
	if m, ok := c.mergers[key]; ok {
		return m, nil
	}
	s, err := c.extensions.build(c.given, declared)
	if err != nil {
		return nil, err
	}
	rules, err := merge.NewRules(s.Release())
	if err != nil {
		return nil, usage("%v", err)
	}
	if version == version10 {
		rules = rules.Version10()
	}
	m := merge.New(rules)
	if c.compat != "" {
		m = m.WithCompat(merge.Python)
	}
	c.mergers[key] = m
	return m, nil
}

const version10 = "1.0"

// versionOf is 1.0 if all packages with releases of a process say so, otherwise empty.
func versionOf(g *read.Group) (version string, mixed bool) {
	old, others := false, false
	for i := range g.Releases {
		if p := g.Releases[i].Package; p != nil && p.Version == version10 {
			old = true
		} else {
			others = true
		}
	}
	if old && !others {
		version = version10
	}
	return version, old && others
}

// declared is the union of the extensions of the packages that contributed.
func declared(g *read.Group) (urls []string) {
	var last *read.Package
	for i := range g.Releases {
		p := g.Releases[i].Package
		if p == nil || p == last {
			continue
		}
		last = p
		for _, url := range p.Extensions {
			if !slices.Contains(urls, url) {
				urls = append(urls, url)
			}
		}
	}
	return urls
}

func (c *compiling) work(dst []byte, g *read.Group, note func(error)) ([]byte, error) {
	from := len(dst)
	dst, err := c.process(dst, g, note)
	if err == nil {
		return append(dst, '\n'), nil
	}
	if c.app.keepGoing {
		note(err)
		return dst[:from], nil
	}
	return dst, err
}

func (c *compiling) process(dst []byte, g *read.Group, note func(error)) ([]byte, error) {
	if len(g.Releases) == 0 {
		v, err := ocds.Parse(g.Compiled.JSON)
		if err != nil {
			return dst, &read.Error{Input: g.Compiled.Input, Line: g.Compiled.Line, Pointer: g.Compiled.Pointer, Message: err.Error(), Err: err}
		}
		if c.versioned || c.records || c.linked {
			return dst, &read.Error{Input: g.Compiled.Input, Line: g.Compiled.Line, Pointer: g.Compiled.Pointer, Message: fmt.Sprintf("the record %s has only links to releases: it can be compiled, but nothing else can be made of it", g.OCID)}
		}
		return v.AppendTo(dst), nil
	}
	version, mixed := versionOf(g)
	if mixed {
		note(warningError{merge.Warning{OCID: string(g.OCID), Rule: "mixed-versions", Message: "releases come in packages of version 1.0 and of others: they are merged by the rules of 1.1; rewrite the old ones with ocds upgrade first"}})
	}
	m, err := c.merger(declared(g), version)
	if err != nil {
		return dst, err
	}
	releases := make([][]byte, len(g.Releases))
	for i := range g.Releases {
		releases[i] = g.Releases[i].JSON
	}
	form := func(dst []byte, f merge.Form) ([]byte, error) {
		dst, warnings, err := m.Append(dst, f, releases)
		for _, w := range warnings {
			note(warningError{w})
		}
		var failed *merge.Error
		if errors.As(err, &failed) && failed.Release >= 0 {
			// Say where the release stands.
			r := g.Releases[failed.Release]
			placed := &read.Error{Input: r.Input, Line: r.Line, Pointer: r.Pointer, Message: failed.Error(), Err: failed}
			var syntax *ocds.SyntaxError
			if errors.As(failed, &syntax) {
				placed.Line += int64(syntax.Line) - 1
				placed.Message = "not JSON: " + syntax.Message
			}
			err = placed
		}
		return dst, err
	}
	if !c.records && !c.linked {
		if c.versioned {
			return form(dst, merge.Versioned)
		}
		return form(dst, merge.Compiled)
	}
	order, err := m.Order(releases)
	if err != nil {
		return dst, err
	}
	var r pack.Record
	if v, err := ocds.Parse(g.OCID); err == nil {
		r.OCID = v.Text()
	}
	for _, i := range order {
		v, err := ocds.Parse(releases[i])
		if err != nil {
			return dst, err
		}
		if !c.linked {
			r.Releases = append(r.Releases, v.AppendTo(nil))
			continue
		}
		member := g.Releases[i]
		if member.Package == nil || member.Package.URI == "" {
			return dst, &read.Error{Input: member.Input, Line: member.Line, Pointer: member.Pointer, Message: "cannot be linked to: it is in no package with a uri"}
		}
		link := pack.Link{URL: member.Package.URI + "#" + v.Get("id").Text(), Date: v.Get("date").Text()}
		for _, tag := range v.Get("tag").Items() {
			link.Tag = append(link.Tag, tag.Text())
		}
		r.Links = append(r.Links, link)
	}
	if r.Compiled, err = form(nil, merge.Compiled); err != nil {
		return dst, err
	}
	if c.versioned {
		quiet := note
		note = func(error) {} // the warnings are those of the compiled release
		r.Versioned, err = form(nil, merge.Versioned)
		note = quiet
		if err != nil {
			return dst, err
		}
	}
	return r.AppendTo(dst), nil
}
