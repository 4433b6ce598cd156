// Package validate checks releases, records and packages: against the JSON Schema
// of the standard with extensions applied, code lists, the structural rules of the
// standard, and, for compiled releases, the coherence of their content.
//
//	v, err := validate.New(validate.Options{})
//	for _, f := range v.Release(text) { … }
//
// Findings come in the order of the document. A Validator is safe for concurrent use.
package validate

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/schema"
)

// Severity of a finding.
type Severity string

// Severities. Only an Error makes a document invalid.
const (
	Error   Severity = "error"   // the standard forbids it
	Warning Severity = "warning" // the standard advises against it, or the content contradicts itself
	Info    Severity = "info"    // worth knowing: a code outside an open list
)

// A Finding is one fault of a document.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Pointer  string   `json:"pointer"`         // JSON pointer from the root of what was checked
	Message  string   `json:"message"`         // a sentence
	Value    string   `json:"value,omitempty"` // the value found, as JSON, at most 200 bytes
}

// Options of a Validator. The zero value checks against plain OCDS 1.1.
type Options struct {
	Extensions []schema.Extension
	Schema     *schema.Schema // instead of the embedded one; Extensions are then ignored
	Quality    bool           // also check that the content of compiled releases is coherent
	Today      string         // with Quality: YYYY-MM-DD that dates of what happened must not be after; empty: not checked
	Limit      int            // findings per document; 0 means all
	OCIDPrefix string         // required beginning of ocids, such as "ocds-a1b2c3"; empty: any well-formed prefix
}

// Validator checks documents.
type Validator struct {
	options        Options
	release        *node
	versioned      *node
	record         *node
	releasePackage *node
	recordPackage  *node
	problems       []string
	pool           sync.Pool
}

// New prepares a Validator; the error is about the schema or an extension.
func New(o Options) (*Validator, error) {
	s := o.Schema
	if s == nil {
		var err error
		if s, err = schema.New(o.Extensions...); err != nil {
			return nil, err
		}
	}
	c, err := newCompiler(s)
	if err != nil {
		return nil, err
	}
	v := &Validator{options: o}
	for _, part := range []struct {
		to            **node
		file, pointer string
	}{
		{&v.release, "release-schema.json", ""},
		{&v.versioned, "versioned-release-validation-schema.json", ""},
		{&v.record, "record-package-schema.json", "/definitions/record"},
		{&v.releasePackage, "release-package-schema.json", ""},
		{&v.recordPackage, "record-package-schema.json", ""},
	} {
		if *part.to, err = c.at(schema.BaseURL+part.file, part.pointer); err != nil {
			return nil, fmt.Errorf("schema: %w", err)
		}
	}
	if err := c.endless(); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	v.problems = slices.Concat(s.Problems(), c.problems)
	v.releasePackage.child("releases").uniqueBy = []string{"ocid", "id"}
	v.recordPackage.child("records").uniqueBy = []string{"ocid"}
	return v, nil
}

func (n *node) child(name string) *node { return n.member(ocds.Hash(name), []byte(name)).node }

// Kind of a document that can be checked.
type Kind uint8

// The kinds of documents.
const (
	Release Kind = iota
	CompiledRelease
	VersionedRelease
	Record
	ReleasePackage
	RecordPackage
)

// Release checks a release.
func (v *Validator) Release(doc []byte) []Finding { return v.Document(Release, doc) }

// Compiled checks a compiled release.
func (v *Validator) Compiled(doc []byte) []Finding { return v.Document(CompiledRelease, doc) }

// Versioned checks a versioned release.
func (v *Validator) Versioned(doc []byte) []Finding { return v.Document(VersionedRelease, doc) }

// Record checks a record.
func (v *Validator) Record(doc []byte) []Finding { return v.Document(Record, doc) }

// ReleasePackage checks a release package with its releases.
func (v *Validator) ReleasePackage(doc []byte) []Finding { return v.Document(ReleasePackage, doc) }

// RecordPackage checks a record package with its records.
func (v *Validator) RecordPackage(doc []byte) []Finding { return v.Document(RecordPackage, doc) }

// Document checks a document of the given kind.
func (v *Validator) Document(kind Kind, doc []byte) []Finding {
	w, _ := v.pool.Get().(*work)
	if w == nil {
		w = &work{}
	}
	defer v.pool.Put(w)
	w.doc.Reset()
	root, err := w.doc.Parse(doc)
	if err != nil {
		return []Finding{{Rule: "json", Severity: Error, Message: "This is not JSON: " + err.Error() + "."}}
	}
	return v.check(w, kind, root)
}

// Value checks a document that is already parsed; findings about repeated member
// names are about everything parsed into its ocds.Document.
func (v *Validator) Value(kind Kind, root ocds.Value) []Finding {
	w, _ := v.pool.Get().(*work)
	if w == nil {
		w = &work{}
	}
	defer v.pool.Put(w)
	return v.check(w, kind, root)
}

func (v *Validator) check(w *work, kind Kind, root ocds.Value) []Finding {
	w.validator, w.findings, w.path, w.muted, w.errors = v, nil, w.path[:0], 0, 0
	w.compiled = kind == CompiledRelease
	w.root = "The release"
	switch kind {
	case Record:
		w.root = "The record"
	case ReleasePackage, RecordPackage:
		w.root = "The package"
	}
	switch kind {
	case Release, CompiledRelease:
		w.value(root, v.release)
		w.releaseRules(root)
	case VersionedRelease:
		w.value(root, v.versioned)
	case Record:
		w.value(root, v.record)
		w.recordRules(root)
	case ReleasePackage:
		w.value(root, v.releasePackage)
		w.packageRules(root)
		w.each(root, "releases", w.releaseRules)
	case RecordPackage:
		w.value(root, v.recordPackage)
		w.packageRules(root)
		w.each(root, "records", w.recordRules)
	}
	for _, d := range root.Duplicates() {
		w.report("repeated-member", Error, d, "The member %q occurs more than once in one object; only the last counts.", d.Key())
	}
	return w.findings
}

// Envelope checks a package whose releases or records were taken out, as a
// streaming reader does: members are the others, items the number of those taken out.
func (v *Validator) Envelope(kind Kind, members []byte, items int) []Finding {
	var d ocds.Document
	root, err := d.Parse(members)
	if err != nil {
		return []Finding{{Rule: "json", Severity: Error, Message: "This is not JSON: " + err.Error() + "."}}
	}
	name, whole := "releases", v.releasePackage
	if kind == RecordPackage {
		name, whole = "records", v.recordPackage
	}
	w := &work{validator: v, root: "The package"}
	without := *whole
	without.required = slices.DeleteFunc(slices.Clone(whole.required), func(r string) bool { return r == name })
	without.requiredHash = nil
	without.members, without.memberCount = nil, 0
	for _, r := range without.required {
		without.requiredHash = append(without.requiredHash, ocds.Hash(r))
	}
	for _, m := range whole.members {
		if m.node != nil && m.name != name {
			without.addMember(m.name, m.node)
		}
	}
	w.value(root, &without)
	w.packageRules(root)
	if items == 0 {
		w.report("min-items", Error, ocds.Value{}, "A package must have at least one element in %q.", name)
	}
	return w.findings
}

// Problems are faults of the extensions that do not stop their use, as sentences:
// code lists that cannot be changed, definitions that are missing.
func (v *Validator) Problems() []string { return v.problems }

// step is a place on the way from the root to the value being checked.
type step struct {
	member ocds.Value // its name is the token
	index  int        // of an array element; -1 for a member
}

type work struct {
	validator *Validator
	doc       ocds.Document
	findings  []Finding
	path      []step
	root      string // what the whole is called
	muted     int    // inside anyOf, oneOf and not, findings are only counted
	errors    int
	compiled  bool
	scratch   []byte
}

func (w *work) pointer() string {
	var b []byte
	for _, s := range w.path {
		if s.index >= 0 {
			b = strconv.AppendInt(append(b, '/'), int64(s.index), 10)
		} else {
			b = ocds.AppendPointer(b, s.member.KeyBytes())
		}
	}
	return string(b)
}

const maxValue = 200 // bytes of a value that a finding shows

func (w *work) report(rule string, s Severity, v ocds.Value, format string, a ...any) {
	if s == Error {
		w.errors++
	}
	if w.muted > 0 || w.validator.options.Limit > 0 && len(w.findings) >= w.validator.options.Limit {
		return
	}
	f := Finding{Rule: rule, Severity: s, Pointer: w.pointer(), Message: fmt.Sprintf(format, a...)}
	if v.Ok() {
		w.scratch = v.AppendTo(w.scratch[:0])
		f.Value = string(w.scratch)
		if len(f.Value) > maxValue {
			f.Value = strings.ToValidUTF8(f.Value[:maxValue], "") + "…"
		}
	}
	w.findings = append(w.findings, f)
}

// name of the value being checked, for messages.
func (w *work) name() string {
	for i := len(w.path) - 1; i >= 0; i-- {
		if w.path[i].index < 0 {
			name := strconv.Quote(w.path[i].member.Key())
			if i < len(w.path)-1 {
				return "An element of " + name
			}
			return name
		}
	}
	return w.root
}

func (w *work) value(v ocds.Value, n *node) {
	kind := v.Kind()
	if n.types != 0 {
		var bit types
		switch kind {
		case ocds.Null:
			bit = typeNull
		case ocds.Bool:
			bit = typeBoolean
		case ocds.Number:
			bit = typeNumber
			if n.types&typeInteger != 0 && bytes.IndexAny(v.Raw(), ".eE") < 0 {
				bit |= typeInteger
			}
		case ocds.String:
			bit = typeString
		case ocds.Array:
			bit = typeArray
		case ocds.Object:
			bit = typeObject
		}
		if n.types&bit == 0 {
			w.report("type", Error, v, "%s is %s; it must be %s.", w.name(), described(kind), n.types)
			return
		}
	}
	if n.strings != nil || n.enum != nil {
		w.codes(v, n)
	}
	switch kind {
	case ocds.String:
		w.text(v, n)
	case ocds.Number:
		if n.minimum != nil || n.maximum != nil || n.multipleOf != nil {
			w.number(v, n)
		}
	case ocds.Array:
		w.array(v, n)
	case ocds.Object:
		w.object(v, n)
	}
	if n.allOf != nil || n.anyOf != nil || n.oneOf != nil || n.not != nil {
		w.combined(v, n)
	}
}

func described(k ocds.Kind) string {
	switch k {
	case ocds.Null:
		return "null"
	case ocds.Array, ocds.Object:
		return "an " + k.String()
	}
	return "a " + k.String()
}

func (w *work) codes(v ocds.Value, n *node) {
	switch {
	case v.Kind() == ocds.Array && n.codelist != "":
		return // its elements are checked
	case v.Kind() == ocds.Null && n.codelist != "":
		return // the type says whether null is allowed
	case v.Kind() == ocds.String && n.strings[string(v.Bytes())]:
		return
	}
	for _, e := range n.enum {
		if ocds.Equal(e, v) {
			return
		}
	}
	switch {
	case n.codelist == "":
		w.report("enum", Error, v, "%s must be one of %s.", w.name(), strings.Join(slices.Sorted(maps.Keys(n.strings)), ", "))
	case n.open:
		w.report("open-codelist", Info, v, "%s uses a code that is not in the open code list %s.", w.name(), n.codelist)
	default:
		w.report("closed-codelist", Error, v, "%s uses a code that is not in the closed code list %s.", w.name(), n.codelist)
	}
}

func (w *work) text(v ocds.Value, n *node) {
	b := v.Bytes()
	if len(b) <= 8 && len(bytes.TrimSpace(b)) == 0 {
		w.report("empty-field", Warning, v, "%s is present but blank; leave out what has no value.", w.name())
		if n.minLength <= 0 && n.format == nil {
			return
		}
	}
	if n.minLength > 0 && utf8.RuneCount(b) < n.minLength {
		w.report("min-length", Error, v, "%s must have at least %d characters.", w.name(), n.minLength)
	}
	if n.maxLength >= 0 && utf8.RuneCount(b) > n.maxLength {
		w.report("max-length", Error, v, "%s must have at most %d characters.", w.name(), n.maxLength)
	}
	if n.format != nil && !n.format(b) {
		w.report("format", Error, v, "%s must be %s.", w.name(), formatHelp[n.formatName])
	}
	if n.pattern != nil && !n.pattern.Match(b) {
		w.report("pattern", Error, v, "%s must match the pattern %s.", w.name(), n.pattern)
	}
}

var formatHelp = map[string]string{
	"date-time": "a date and time with a zone, such as 2026-01-31T09:30:00Z or 2026-01-31T14:30:00+05:00",
	"uri":       "an absolute URI, such as https://example.org/a",
	"email":     "an e-mail address",
}

func (w *work) number(v ocds.Value, n *node) {
	if n.minimum != nil {
		if c := ocds.CompareNumbers(v.Raw(), n.minimum); c < 0 || c == 0 && n.exclusiveMinimum {
			w.report("minimum", Error, v, "%s must be %s %s.", w.name(), map[bool]string{true: "greater than", false: "at least"}[n.exclusiveMinimum], n.minimum)
		}
	}
	if n.maximum != nil {
		if c := ocds.CompareNumbers(v.Raw(), n.maximum); c > 0 || c == 0 && n.exclusiveMaximum {
			w.report("maximum", Error, v, "%s must be %s %s.", w.name(), map[bool]string{true: "less than", false: "at most"}[n.exclusiveMaximum], n.maximum)
		}
	}
	if n.multipleOf != nil && !isMultiple(v.Raw(), n.multipleOf) {
		w.report("multiple-of", Error, v, "%s must be a multiple of %s.", w.name(), n.multipleOf)
	}
}

func (w *work) array(v ocds.Value, n *node) {
	count := v.Len()
	if count == 0 && n.minItems <= 0 {
		w.report("empty-field", Warning, v, "%s is present but empty; leave out what has no value.", w.name())
	}
	if n.minItems >= 0 && count < n.minItems {
		w.report("min-items", Error, v, "%s must have at least %s.", w.name(), plural(n.minItems, "element"))
	}
	if n.maxItems >= 0 && count > n.maxItems {
		w.report("max-items", Error, v, "%s must have at most %s.", w.name(), plural(n.maxItems, "element"))
	}
	if n.linked != nil {
		if n = w.releases(v, n); n == nil {
			return
		}
	}
	if n.unique && count > 1 {
		w.unique(v, n.uniqueBy)
	}
	if n.items == nil && n.tuple == nil {
		return
	}
	at := len(w.path)
	w.path = append(w.path, step{index: 0})
	i := 0
	for e := v.First(); e.Ok(); e = e.Next() {
		w.path[at].index = i
		to := n.items
		if n.tuple != nil {
			to = n.moreItems
			if i < len(n.tuple) {
				to = n.tuple[i]
			} else if n.noMoreItems {
				w.report("additional-items", Error, e, "%s must have at most %s.", w.name(), plural(len(n.tuple), "element"))
			}
		}
		if to != nil {
			w.value(e, to)
		}
		i++
	}
	w.path = w.path[:at]
}

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// releases chooses the schema of a record's releases: whole releases have an id,
// links have none.
func (w *work) releases(v ocds.Value, n *node) *node {
	whole := 0
	for e := v.First(); e.Ok(); e = e.Next() {
		if e.Get("id").Ok() {
			whole++
		}
	}
	switch whole {
	case 0:
		return n.linked
	case v.Len():
		return n.embedded
	}
	w.report("mixed-releases", Error, ocds.Value{}, "%s mixes links and whole releases: %d of %d have an id. All must be of one kind.", w.name(), whole, v.Len())
	return nil
}

func (w *work) object(v ocds.Value, n *node) {
	if v.Len() == 0 && n.minMembers <= 0 {
		w.report("empty-field", Warning, v, "%s is present but empty; leave out what has no value.", w.name())
	}
	if n.minMembers >= 0 && v.Len() < n.minMembers {
		w.report("min-properties", Error, v, "%s must have at least %s.", w.name(), plural(n.minMembers, "member"))
	}
	if n.maxMembers >= 0 && v.Len() > n.maxMembers {
		w.report("max-properties", Error, v, "%s must have at most %s.", w.name(), plural(n.maxMembers, "member"))
	}
	at := len(w.path)
	w.path = append(w.path, step{index: -1})
	var present uint64
	for c := v.First(); c.Ok(); c = c.Next() {
		w.path[at].member = c
		m := n.member(c.KeyHash(), c.KeyBytes())
		if m != nil {
			if m.required >= 0 {
				present |= 1 << m.required
			}
			if m.node.deprecated != "" {
				w.report("deprecated-field", Warning, ocds.Value{}, "%s is deprecated %s", w.name(), m.node.deprecated)
			}
			w.value(c, m.node)
			continue
		}
		w.other(c, n)
	}
	w.path = w.path[:at]
	if len(n.required) > 0 && present != 1<<len(n.required)-1 {
		for i, name := range n.required {
			if !v.Find(n.requiredHash[i], []byte(name)).Ok() {
				w.report("required", Error, ocds.Value{}, "%s must have the field %q.", w.name(), name)
			}
		}
	}
	for name, to := range n.dependencies {
		if v.Get(name).Ok() {
			w.value(v, to)
		}
	}
	if n.needs != nil {
		w.needed(v, n)
	}
}

// needed checks the members that others bring with them.
func (w *work) needed(v ocds.Value, n *node) {
	for _, name := range slices.Sorted(maps.Keys(n.needs)) {
		if !v.Get(name).Ok() {
			continue
		}
		for _, need := range n.needs[name] {
			if !v.Get(need).Ok() {
				w.report("dependencies", Error, ocds.Value{}, "%s has the field %q and so must have %q.", w.name(), name, need)
			}
		}
	}
}

// other checks a member that the schema does not list by name.
func (w *work) other(c ocds.Value, n *node) {
	matched := false
	for i := range n.patterns {
		if p := &n.patterns[i]; p.match(c.KeyBytes()) {
			w.value(c, p.node)
			matched = true
		}
	}
	switch {
	case matched:
	case n.more != nil:
		w.value(c, n.more)
	case n.noMore:
		w.report("additional-properties", Error, c, "%s is not allowed here.", w.name())
	case n.described:
		w.report("additional-field", Warning, c, "%s is not described by the schema or the extensions in use; check its spelling, or declare the extension that has it.", w.name())
	}
}

// passes says whether a value meets a schema, without reporting.
func (w *work) passes(v ocds.Value, n *node) bool {
	before := w.errors
	w.muted++
	w.value(v, n)
	w.muted--
	failed := w.errors > before
	w.errors = before
	return !failed
}

func (w *work) combined(v ocds.Value, n *node) {
	for _, s := range n.allOf {
		w.value(v, s)
	}
	count := func(list []*node) (passed int) {
		for _, s := range list {
			if w.passes(v, s) {
				passed++
			}
		}
		return passed
	}
	if n.anyOf != nil && count(n.anyOf) == 0 {
		w.report("any-of", Error, v, "%s fits none of the %d forms it may have.", w.name(), len(n.anyOf))
	}
	if n.oneOf != nil {
		if passed := count(n.oneOf); passed != 1 {
			w.report("one-of", Error, v, "%s must fit exactly one of the %d forms it may have; it fits %d.", w.name(), len(n.oneOf), passed)
		}
	}
	if n.not != nil && w.passes(v, n.not) {
		w.report("not", Error, v, "%s has a form that is not allowed.", w.name())
	}
}

// unique reports elements that repeat another: objects by the members that
// identify them, anything else as a whole. Comparing whole objects with ids would
// take the square of their number and find less.
func (w *work) unique(v ocds.Value, by []string) {
	if by == nil {
		by = []string{"id"}
	}
	const few = 12
	var texts [few][]byte
	var seen map[string]int
	if v.Len() > few {
		seen = make(map[string]int, v.Len())
	}
	at := len(w.path)
	w.path = append(w.path, step{})
	defer func() { w.path = w.path[:at] }()
	i := 0
	w.scratch = w.scratch[:0]
	for e := v.First(); e.Ok(); e = e.Next() {
		from := len(w.scratch)
		identified := e.Kind() == ocds.Object
		if identified {
			for _, name := range by {
				m := e.Get(name)
				if !m.Ok() || m.Kind() == ocds.Null {
					identified = false
					break
				}
				w.scratch = append(m.AppendTo(w.scratch), 0)
			}
		}
		if !identified {
			w.scratch = e.AppendTo(w.scratch[:from])
		}
		text := w.scratch[from:len(w.scratch):len(w.scratch)]
		first := -1
		if seen != nil {
			if before, ok := seen[string(text)]; ok {
				first = before
			} else {
				seen[string(text)] = i
			}
			w.scratch = w.scratch[:from]
		} else {
			for j := range i {
				if bytes.Equal(texts[j], text) {
					first = j
					break
				}
			}
			texts[i] = text
		}
		if first >= 0 {
			w.path[at].index = i
			what := "is the same as"
			if identified {
				what = "has the same " + strings.Join(by, " and ") + " as"
			}
			scratch := w.scratch
			w.scratch = nil // report uses it
			w.report("unique-items", Error, ocds.Value{}, "Element %d of the list %s element %d.", i, what, first)
			w.scratch = scratch
		}
		i++
	}
}
