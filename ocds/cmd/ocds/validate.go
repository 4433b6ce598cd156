package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"hash/maphash"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/read"
	"github.com/kzocds/kzocds/ocds/schema"
	"github.com/kzocds/kzocds/ocds/validate"
)

var validateVerb = verb{
	name:    "validate",
	summary: "check releases, records and packages against the standard",
	lacks:   []string{"memory", "temp"},
	help: `
Checks packages, releases and records against the schema of OCDS 1.1 with the
extensions that packages declare, the code lists, and the rules of the standard that
no schema can express. Writes one finding a line as JSON, in the order of the input:

  {"file":"a.json","line":7,"pointer":"/releases/0/tender/value/amount","rule":"type",
   "severity":"error","message":"\"amount\" is a string; it must be number or null.","value":"\"5\""}

line is where the release or record begins; the rule is a keyword of JSON Schema or one of
those of the standard, which the message explains. Nothing written means nothing found. The severity is error (the standard
forbids it), warning (the standard advises against it, or the content contradicts itself) or info (a code
that an open list does not have). The exit code is 1 if there is any error.

  ocds validate --counts packages/          how often each rule is broken, with an example
  ocds validate packages/                   every finding
  ocds validate --severity error packages/  only what the standard forbids
  ocds validate --quality compiled.jsonl    also whether dates, values and references agree
  ocds validate --summary packages/         behind the findings, how much was checked

The line of --summary counts the releases and records of all inputs and the ocids among them:

  {"count":1200,"unique_ocids_count":400}

The rule unknown-extension names an extension that a package declares and that was not applied, so that its
fields count as additional. Extensions of the registry are part of the program and nothing is fetched: download the
folder of any other and name it with --extensions.

With --dataset, --rates or --previous it checks the compiled releases as a whole instead, and writes one
line for each check of Pelican, with the result pass, fail or undefined (the reason says why) and what decided:

  {"check":"unique.tender_id","result":"fail","value":"99.80","meta":{"examples":["7"],"ids":500,"repeated":1}}

A failed check is not an error: the exit code stays 0. Checks in US dollars need --rates, a table with the
columns date,currency,rate (US dollars for one unit); the latest rate not after the date of the release counts.
--previous compares with an earlier collection: nothing lost, no phase with fewer objects, titles unchanged.

  ocds validate --dataset compiled.jsonl
  ocds validate --dataset --rates rates.csv compiled.jsonl
  ocds validate --previous yesterday.jsonl compiled.jsonl`,
	prepare: func(f *flag.FlagSet) func(context.Context, *app) error {
		v := &validating{validators: map[string]*validate.Validator{}, said: map[string]bool{}}
		v.extensions.flags(f)
		f.BoolVar(&v.quality, "quality", false, "check that the content of compiled releases is coherent")
		f.StringVar(&v.today, "today", "", "with --quality: `DATE` (YYYY-MM-DD) that nothing that happened can be after")
		f.BoolVar(&v.counts, "counts", false, "write one line for each rule instead of one for each finding")
		f.BoolVar(&v.summary, "summary", false, "write a last line with the number of releases and records and of their ocids, at about 40 bytes of memory an ocid")
		f.StringVar(&v.severity, "severity", "info", "least severe `LEVEL` to write: error, warning or info")
		f.StringVar(&v.prefix, "ocid-prefix", "", "`PREFIX` that ocids must begin with")
		f.BoolVar(&v.dataset.wanted, "dataset", false, "check the compiled releases as a whole, one line for each check")
		f.StringVar(&v.dataset.rates, "rates", "", "`FILE` of exchange rates to US dollars, for the checks of the dataset")
		f.StringVar(&v.dataset.previous, "previous", "", "`FILE` or folder of an earlier collection to compare the dataset with")
		f.IntVar(&v.dataset.limit, "limit", 5_000_000, "largest `NUMBER` of processes, buyers or amounts that checks of the dataset hold, at up to 400 bytes a process")
		return func(ctx context.Context, a *app) error {
			if v.dataset.asked() {
				if v.summary {
					return usage("--summary: counts releases and records; leave it out, or --dataset, --rates and --previous")
				}
				return v.dataset.run(ctx, a)
			}
			return v.run(ctx, a)
		}
	},
}

type validating struct {
	extensions               extensionFlags
	dataset                  datasetChecks
	quality, counts, summary bool
	severity                 string
	prefix                   string
	today                    string

	app        *app
	given      []schema.Extension
	mu         sync.Mutex
	validators map[string]*validate.Validator
	said       map[string]bool // problems of extensions
	paths      map[string]read.Input
	late       map[string]map[int64][]string // input and offset of packages that declare extensions after their items
}

var severities = map[string]int{"info": 0, "warning": 1, "error": 2}

// finding is a line of the output.
type finding struct {
	File string `json:"file"`
	Line int64  `json:"line"`
	OCID string `json:"ocid,omitempty"`
	validate.Finding
}

// appendTo appends the finding as encoding/json would, which takes longer than
// finding it.
func (f *finding) appendTo(b []byte) []byte {
	b = ocds.AppendString(append(b, `{"file":`...), f.File)
	b = strconv.AppendInt(append(b, `,"line":`...), f.Line, 10)
	if f.OCID != "" {
		b = ocds.AppendString(append(b, `,"ocid":`...), f.OCID)
	}
	b = ocds.AppendString(append(b, `,"rule":`...), f.Rule)
	b = ocds.AppendString(append(b, `,"severity":`...), string(f.Severity))
	b = ocds.AppendString(append(b, `,"pointer":`...), f.Pointer)
	b = ocds.AppendString(append(b, `,"message":`...), f.Message)
	if f.Value != "" {
		b = ocds.AppendString(append(b, `,"value":`...), f.Value)
	}
	return append(b, '}')
}

// summary is the line of --summary; lib-cove-ocds gives its members these names.
// Hashes stand for the ocids.
type summary struct {
	Count       int64 `json:"count"`
	UniqueOCIDs int   `json:"unique_ocids_count"`

	seed  maphash.Seed
	ocids map[uint64]struct{}
}

func (s *summary) add(ocid string) {
	s.Count++
	if ocid != "" {
		s.ocids[maphash.String(s.seed, ocid)] = struct{}{}
	}
}

type ruleCount struct {
	Rule     string            `json:"rule"`
	Severity validate.Severity `json:"severity"`
	Path     string            `json:"path"`
	Count    int64             `json:"count"`
	Example  finding           `json:"example"`
}

func (v *validating) run(ctx context.Context, a *app) (err error) {
	v.app = a
	least, ok := severities[v.severity]
	if !ok {
		return usage("--severity %s: must be error, warning or info", v.severity)
	}
	if _, err := time.Parse(time.DateOnly, v.today); v.today != "" && (err != nil || !v.quality) {
		return usage("--today %s: must be a date such as 2026-01-31, together with --quality", v.today)
	}
	if v.given, err = v.extensions.given(a); err != nil {
		return err
	}
	if _, err := v.validator(nil); err != nil {
		return err
	}
	inputs, err := a.inputs()
	if err != nil {
		return err
	}
	v.late, v.paths = map[string]map[int64][]string{}, map[string]read.Input{}
	for _, in := range inputs {
		v.paths[in.Name] = in
	}
	errorsFound := false
	counts := map[string]*ruleCount{}
	err = a.write(func(w io.Writer) error {
		seed := maphash.MakeSeed()
		total := summary{seed: seed, ocids: map[uint64]struct{}{}}
		var b []byte
		out := func(found []finding) error {
			for _, f := range found {
				if f.Severity == validate.Error {
					errorsFound = true
				}
				if severities[string(f.Severity)] < least {
					continue
				}
				if v.counts {
					path := generic(f.Pointer)
					c := counts[f.Rule+" "+path]
					if c == nil {
						c = &ruleCount{Rule: f.Rule, Severity: f.Severity, Path: path, Example: f}
						counts[f.Rule+" "+path] = c
					}
					c.Count++
					continue
				}
				b = append(f.appendTo(b[:0]), '\n')
				if _, err := w.Write(b); err != nil {
					return err
				}
			}
			return nil
		}
		o := a.reading()
		var empty []*read.Package
		o.Packages = func(p *read.Package) {
			if p.Items == 0 {
				empty = append(empty, p)
			}
		}
		// Findings about a package come behind those about its items.
		var last *read.Package
		var seen map[uint64]bool
		envelope := func(p *read.Package) error {
			if p == nil || p.Members == nil {
				return nil // truncated: that was reported
			}
			found, err := v.envelope(p)
			if err != nil {
				return err
			}
			return out(found)
		}
		docs := make([]ocds.Document, a.jobs)
		err := forEach(ctx, a, inputs, o, func(worker int, list []read.Item) (r []checked, err error) {
			r = make([]checked, len(list))
			for i := range list {
				if r[i], err = v.item(&docs[worker], &list[i]); err != nil {
					return r, err
				}
			}
			return r, nil
		}, func(r []checked) error {
			for _, c := range r {
				if p := c.item.Package; p != last {
					if err := envelope(last); err != nil {
						return err
					}
					last, seen = p, map[uint64]bool{}
				}
				if c.identity != nil {
					h := maphash.Bytes(seed, c.identity)
					if seen[h] {
						c.found = append(c.found, repeated(&c.item))
					}
					seen[h] = true
				}
				if v.summary {
					total.add(c.ocid)
				}
				if err := out(c.found); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, p := range append([]*read.Package{last}, empty...) {
			if err := envelope(p); err != nil {
				return err
			}
		}
		for _, key := range slices.SortedFunc(maps.Keys(counts), func(x, y string) int {
			return strings.Compare(counts[x].Path+counts[x].Rule, counts[y].Path+counts[y].Rule)
		}) {
			text, err := json.Marshal(counts[key])
			if err != nil {
				return err
			}
			if _, err := w.Write(append(text, '\n')); err != nil {
				return err
			}
		}
		if v.summary {
			total.UniqueOCIDs = len(total.ocids)
			text, err := json.Marshal(total)
			if err != nil {
				return err
			}
			_, err = w.Write(append(text, '\n'))
			return err
		}
		return nil
	})
	if err == nil && errorsFound {
		return errFindings
	}
	return err
}

// checked is the result for one item.
type checked struct {
	item     read.Item
	found    []finding
	identity []byte // what must not be repeated in its package
	ocid     string
}

func repeated(it *read.Item) finding {
	what := "The ocid and id of this release occurred before in the package."
	if it.Kind == read.Record {
		what = "The ocid of this record occurred before in the package."
	}
	return finding{File: it.Input, Line: it.Line, Finding: validate.Finding{Rule: "unique-items", Severity: validate.Error, Pointer: it.Pointer(), Message: what}}
}

// generic is a pointer with its indexes replaced, for counting.
func generic(pointer string) string {
	tokens := strings.Split(pointer, "/")
	for i, t := range tokens {
		if t != "" && strings.Trim(t, "0123456789") == "" {
			tokens[i] = "*"
		}
	}
	return strings.Join(tokens, "/")
}

// validator for the declared extensions.
func (v *validating) validator(declared []string) (*validate.Validator, error) {
	key := strings.Join(declared, "\n")
	v.mu.Lock()
	defer v.mu.Unlock()
	if found, ok := v.validators[key]; ok {
		return found, nil
	}
	s, err := v.extensions.build(v.given, declared)
	if err != nil {
		return nil, err
	}
	made, err := validate.New(validate.Options{Schema: s, Quality: v.quality, Today: v.today, OCIDPrefix: v.prefix})
	if err != nil {
		return nil, usage("%v", err)
	}
	for _, p := range made.Problems() {
		if !v.said[p] {
			v.said[p] = true
			v.app.say("warning", errors.New(p))
		}
	}
	v.validators[key] = made
	return made, nil
}

func (v *validating) item(d *ocds.Document, it *read.Item) (c checked, err error) {
	c.item = *it
	var declared []string
	if it.Package != nil {
		declared = v.declared(it.Package)
	}
	validator, err := v.validator(declared)
	if err != nil {
		return c, err
	}
	d.Reset()
	value, err := d.Parse(it.JSON)
	if err != nil {
		fault := it.Fault(err, "%v", err)
		f := validate.Finding{Rule: "json", Severity: validate.Error, Pointer: it.Pointer(), Message: "This is " + fault.Message + "."}
		c.found = []finding{{File: it.Input, Line: fault.Line, Finding: f}}
		return c, nil
	}
	kind := validate.Release
	if it.Kind == read.Record {
		kind = validate.Record
	}
	if o := value.Get("ocid"); o.Kind() == ocds.String {
		c.ocid = o.Text()
	}
	if it.Package != nil {
		c.identity = append(value.Get("ocid").AppendTo(nil), 0)
		if it.Kind == read.Release {
			c.identity = value.Get("id").AppendTo(c.identity)
		}
	}
	prefix := it.Pointer()
	for _, f := range validator.Value(kind, value) {
		f.Pointer = prefix + f.Pointer
		c.found = append(c.found, finding{File: it.Input, Line: it.Line, OCID: c.ocid, Finding: f})
	}
	return c, nil
}

// declared are the extensions of a package. If it names them behind its items, a
// file is read ahead.
func (v *validating) declared(p *read.Package) []string {
	if p.Head.URI != "" || p.Head.Version != "" || len(p.Head.Extensions) > 0 {
		return p.Head.Extensions
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	packages, ok := v.late[p.Input]
	if !ok {
		packages = map[int64][]string{}
		if in := v.paths[p.Input]; in.Path != "" {
			o := read.Options{
				KeepGoing: func(error) error { return nil }, // reported by the reading proper
				Packages:  func(p *read.Package) { packages[p.Offset] = p.Extensions },
			}
			_ = read.Each(context.Background(), []read.Input{in}, o, func(*read.Item) error { return nil })
		} else {
			v.app.warn("%s: the package names its extensions behind its releases; they are applied only when it is read from a file", p.Input)
		}
		v.late[p.Input] = packages
	}
	return packages[p.Offset]
}

// envelope checks a package without its items.
func (v *validating) envelope(p *read.Package) (found []finding, err error) {
	validator, err := v.validator(p.Extensions)
	if err != nil {
		return nil, err
	}
	kind := validate.ReleasePackage
	if p.Kind == read.Record {
		kind = validate.RecordPackage
	}
	for _, f := range validator.Envelope(kind, p.Members, p.Items) {
		found = append(found, finding{File: p.Input, Line: p.Line, Finding: f})
	}
	for _, note := range v.extensions.unknown(v.given, p) {
		f := validate.Finding{Rule: "unknown-extension", Severity: validate.Warning, Pointer: note.Pointer, Message: strings.ToUpper(note.Message[:1]) + note.Message[1:] + "."}
		found = append(found, finding{File: p.Input, Line: p.Line, Finding: f})
	}
	return found, nil
}
