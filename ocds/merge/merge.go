// Package merge makes compiled and versioned releases from the releases of one
// contracting process, by the merge rules of the release schema.
//
//	rules, err := merge.DefaultRules()
//	compiled, err := merge.New(rules).Compiled(releases)
//
// The result does not depend on the order in which releases are given: they are
// sorted by the instant of their date, whatever its zone; releases of the same instant
// by their id, then by their text. Inputs are never changed. A merge can be
// continued from an earlier result (ExtendCompiled, ExtendVersioned) with the same
// bytes as a merge from scratch.
//
// Where the reference implementation in Python (ocds-merge) departs from the
// written standard, this package follows the standard; WithCompat follows the
// reference instead. The documentation of Compat lists the differences.
package merge

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/internal/skip"
)

// Kind of a merge error.
type Kind string

// Kinds of errors. Each is about one contracting process: the merge of others can go on.
const (
	NotJSON          Kind = "not-json"          // a release is not JSON
	NotObject        Kind = "not-object"        // a release is not an object
	MissingOCID      Kind = "missing-ocid"      // a release has no ocid, or none that is a string
	DifferentOCIDs   Kind = "different-ocids"   // releases of several processes
	MissingDate      Kind = "missing-date"      // one of several releases has no date
	NullDate         Kind = "null-date"         // … or a null date
	NotStringDate    Kind = "not-string-date"   // … or a date that is no string
	UnreadableDate   Kind = "unreadable-date"   // … or a date that is no point in time
	InconsistentType Kind = "inconsistent-type" // a literal or array became an object, or an object an array of objects
	InvalidID        Kind = "invalid-id"        // an array object whose id is a boolean, array or object
	NotNewer         Kind = "not-newer"         // a merge is continued with a release that is not newer
	NoReleases       Kind = "no-releases"       // nothing to merge
)

// Error says why the releases of a process cannot be merged.
type Error struct {
	Kind    Kind
	OCID    string
	Path    string // dotted, without indexes; empty if it is about a release as a whole
	Release int    // index of the release as given; -1 if it is about all
	Message string
	Err     error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("merge")
	if e.OCID != "" {
		b.WriteString(" " + e.OCID)
	}
	if e.Path != "" {
		b.WriteString(" at " + e.Path)
	}
	return b.String() + ": " + e.Message
}

func (e *Error) Unwrap() error { return e.Err }

// Is makes errors of one kind equal: errors.Is(err, &merge.Error{Kind: merge.MissingDate}).
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind
}

// Warning is something a publisher should know although the merge succeeded.
type Warning struct {
	Rule    string `json:"rule"` // duplicate-id, repeated-date, inexact-date
	OCID    string `json:"ocid"`
	Path    string `json:"path,omitempty"`
	Value   string `json:"value,omitempty"`
	Message string `json:"message"`
}

// Form is what a merge makes.
type Form uint8

// The two forms of a merged release.
const (
	Compiled  Form = iota // the latest value of every field
	Versioned             // every value every field has had
)

// Compat chooses the reading of the standard where implementations differ.
type Compat uint8

const (
	// Standard follows the text of the standard:
	//   - null removes a field whatever it was, an object or array of objects too
	//     (versioned: a null is recorded for every literal below it);
	//   - an object may follow a null;
	//   - a literal replaces an object or an array of objects;
	//   - the latest of an array of objects and an array with other things counts;
	//   - ids 1 and "1" are different; an object with a null id has none;
	//   - an array object without members is appended;
	//   - releases sort by the instant of their dates, equal ones by id and text;
	//   - releases without an ocid or with different ones are an error.
	Standard Compat = iota
	// Python gives what ocds-merge 0.8 gives, by the same steps: null and literals
	// over an object or array of objects are ignored; a null followed by an object
	// is an error in a versioned release, followed by an array of objects it stays in the
	// list; of an object repeated in one release only the last values are versioned; mixed
	// arrays keep their literals and have objects appended; a field of an object with id "1" goes to the object
	// with id 1 if that has it; objects with null ids are one object; {} vanishes from
	// arrays; 1, 1.0 and true are the same value; dates sort as text, equal ones stay in
	// the given order; the last ocid counts. Numbers keep their text.
	Python
)

// A Merger merges by given rules. It is safe for concurrent use.
type Merger struct {
	rules  *Rules
	compat Compat
	pool   sync.Pool
}

// New makes a Merger that follows the standard.
func New(rules *Rules) *Merger { return &Merger{rules: rules} }

// WithCompat makes a Merger with another reading of the standard.
func (m *Merger) WithCompat(c Compat) *Merger { return &Merger{rules: m.rules, compat: c} }

// Compiled merges the releases of one process into its compiled release: JSON
// without insignificant space, ocid, id, date and tag first, other fields in the
// order of their first appearance.
func (m *Merger) Compiled(releases [][]byte) ([]byte, error) {
	out, _, err := m.Append(nil, Compiled, releases)
	return out, err
}

// Versioned merges the releases of one process into its versioned release.
func (m *Merger) Versioned(releases [][]byte) ([]byte, error) {
	out, _, err := m.Append(nil, Versioned, releases)
	return out, err
}

// ExtendCompiled continues a compiled release with newer releases.
func (m *Merger) ExtendCompiled(compiled []byte, releases ...[]byte) ([]byte, error) {
	out, _, err := m.extend(nil, Compiled, compiled, releases)
	return out, err
}

// ExtendVersioned continues a versioned release with newer releases.
func (m *Merger) ExtendVersioned(versioned []byte, releases ...[]byte) ([]byte, error) {
	out, _, err := m.extend(nil, Versioned, versioned, releases)
	return out, err
}

// Append is Compiled and Versioned with the warnings; the result is appended to dst.
func (m *Merger) Append(dst []byte, form Form, releases [][]byte) ([]byte, []Warning, error) {
	return m.extend(dst, form, nil, releases)
}

// AppendExtended is ExtendCompiled and ExtendVersioned with the warnings.
func (m *Merger) AppendExtended(dst []byte, form Form, state []byte, releases [][]byte) ([]byte, []Warning, error) {
	return m.extend(dst, form, state, releases)
}

func (m *Merger) extend(dst []byte, form Form, state []byte, releases [][]byte) ([]byte, []Warning, error) {
	w, _ := m.pool.Get().(*work)
	if w == nil {
		w = &work{}
	}
	defer m.pool.Put(w)
	w.reset(m, form)
	if m.compat == Python {
		err := w.asPython(state, releases)
		if err != nil {
			return dst, w.warnings, err
		}
		return w.target.AppendTo(dst), w.warnings, nil
	}
	if err := w.merge(state, releases); err != nil {
		return dst, w.warnings, err
	}
	return w.write(dst), w.warnings, nil
}

// Order is the order in which releases are merged, as indexes of the given ones.
func (m *Merger) Order(releases [][]byte) ([]int, error) {
	w := &work{}
	w.reset(m, Compiled)
	parse, sort := w.parse, w.order
	if m.compat == Python {
		parse, sort = w.parseWhole, w.orderAsPython
	}
	if err := parse(releases); err != nil {
		return nil, err
	}
	if err := sort(false); err != nil {
		return nil, err
	}
	order := make([]int, len(w.releases))
	for i, r := range w.releases {
		order[i] = r.given
	}
	return order, nil
}

// work is one merge: the tree of the result is made from the trees of the
// releases, in the same document, so that most values are never copied.
type work struct {
	doc      ocds.Document
	rules    *Rules
	form     Form
	releases []release
	warnings []Warning
	ocid     string
	path     []byte // dotted path of the field being merged
	indexes  []*index

	depth     int // of open arrays
	anonymous int // objects without an id so far, for asPython

	members  []skip.Member
	said     []known // by top-level member
	changing bool    // what was merged would change the result again if it came again

	target  ocds.Value // the result so far
	last    release    // merged last
	current release    // being merged
	names   ocds.Value // object with the member names of a versioned value
}

type release struct {
	value    ocds.Value // Missing if the release was split into members
	members  [2]int     // its members in work.members
	ocid, id ocds.Value
	date     ocds.Value
	tag      ocds.Value
	instant  time.Time
	given    int
	text     []byte
}

func (w *work) reset(m *Merger, form Form) {
	w.doc.Reset()
	w.rules, w.form = m.rules, form
	w.releases, w.path = w.releases[:0], w.path[:0]
	w.warnings = nil
	w.members, w.said = w.members[:0], w.said[:0]
	w.ocid, w.depth, w.anonymous = "", 0, 0
	w.target, w.names, w.last, w.current = ocds.Value{}, ocds.Value{}, release{}, release{}
}

func (w *work) fail(kind Kind, given int, format string, a ...any) error {
	return &Error{Kind: kind, OCID: w.ocid, Path: string(w.path), Release: given, Message: fmt.Sprintf(format, a...)}
}

func (w *work) warn(rule, value, format string, a ...any) {
	w.warnings = append(w.warnings, Warning{Rule: rule, OCID: w.ocid, Path: string(w.path), Value: value, Message: fmt.Sprintf(format, a...)})
}

func (w *work) merge(state []byte, releases [][]byte) error {
	if len(releases) == 0 && state == nil {
		return w.fail(NoReleases, -1, "there are no releases to merge")
	}
	var stateDate time.Time
	var stateHasDate bool
	if state != nil {
		v, err := w.doc.Parse(state)
		if err != nil {
			return &Error{Kind: NotJSON, Release: -1, Message: "the merged release to continue: " + err.Error(), Err: err}
		}
		if v.Kind() != ocds.Object {
			return w.fail(NotObject, -1, "the merged release to continue is not an object")
		}
		w.target = v
		w.ocid = v.Get("ocid").Text()
		if w.form == Compiled {
			w.last.id, w.last.date, w.last.ocid = v.Get("id"), v.Get("date"), v.Get("ocid")
			stateDate, _, stateHasDate = ocds.ParseTime(w.last.date.Bytes())
			v.Delete("id")
			v.Delete("date")
			v.Delete("tag")
		} else {
			stateDate, stateHasDate = w.latest(v)
		}
	}
	if err := w.parse(releases); err != nil {
		return err
	}
	if err := w.order(state != nil); err != nil {
		return err
	}
	if stateHasDate && len(w.releases) > 0 && !w.releases[0].instant.After(stateDate) {
		r := w.releases[0]
		return w.fail(NotNewer, r.given, "release %s of %s is not newer than what was merged before: merge from scratch", r.id, r.date)
	}
	if !w.target.Ok() {
		w.target = w.doc.NewObject()
	}
	for i := range w.releases {
		w.current = w.releases[i]
		if err := w.top(); err != nil {
			return err
		}
		w.last = w.current
	}
	return nil
}

// parse adds the releases to the document.
func (w *work) parse(releases [][]byte) error {
	for i, text := range releases {
		r := release{given: i, text: text}
		if !w.split(&r) {
			v, err := w.doc.Parse(text)
			if err != nil {
				return w.notJSON(i, err)
			}
			if v.Kind() != ocds.Object {
				return w.fail(NotObject, i, "release %d of %d is %s, not an object", i+1, len(releases), article(v.Kind()))
			}
			r.value, r.ocid, r.id, r.date, r.tag = v, v.Get("ocid"), v.Get("id"), v.Get("date"), v.Get("tag")
		}
		if r.ocid.Kind() != ocds.String || len(r.ocid.Raw()) == 2 {
			return w.fail(MissingOCID, i, "release %d of %d (id %s) has no ocid", i+1, len(releases), r.id)
		}
		if w.ocid == "" {
			w.ocid = r.ocid.Text()
		} else if w.ocid != string(r.ocid.Bytes()) {
			return w.fail(DifferentOCIDs, i, "release %d of %d has ocid %s: only releases of one process can be merged", i+1, len(releases), r.ocid)
		}
		w.releases = append(w.releases, r)
	}
	return nil
}

func (w *work) notJSON(given int, err error) error {
	return &Error{Kind: NotJSON, OCID: w.ocid, Release: given, Message: fmt.Sprintf("release %d: %v", given+1, err), Err: err}
}

// split finds the members of a release without parsing what may turn out to be
// the same as in the release before. It reports false if the release must be parsed as a whole.
func (w *work) split(r *release) bool {
	from := len(w.members)
	members, ok := skip.Members(r.text, w.members)
	w.members = members
	if !ok {
		w.members = members[:from]
		return false
	}
	r.members = [2]int{from, len(members)}
	for i := from; i < len(members); i++ {
		m := &members[i]
		var to *ocds.Value
		switch string(m.Name) {
		case "ocid":
			to = &r.ocid
		case "id":
			to = &r.id
		case "date":
			to = &r.date
		case "tag":
			to = &r.tag
		default:
			continue
		}
		v, err := w.doc.ParseMember(m.Name, m.Value)
		if err != nil {
			w.members = members[:from]
			return false // parsing the whole tells where the fault is
		}
		*to = v
	}
	return true
}

// known is what the last release that had a member said there.
type known struct {
	member skip.Member
	again  bool // saying it again changes nothing
}

// text merges a member whose value is not parsed yet: only what differs from the
// text the last release had in its place is parsed and merged. Publishers repeat most of a process in
// every release, so this is most of the work that can be saved.
func (w *work) text(target ocds.Value, m skip.Member, before *known, parent *rule, depth int) error {
	if before != nil && before.again {
		if bytes.Equal(before.member.Value, m.Value) {
			return nil
		}
		r := parent.child(m.Hash, m.Name)
		if depth < maxDifference && m.Value[0] == '{' && before.member.Value[0] == '{' && (r == nil || r.how == byKind) {
			if old := target.Find(m.Hash, m.Name); old.Kind() == ocds.Object {
				done, err := w.difference(target, old, before, m, r, depth)
				if done || err != nil {
					return err
				}
			}
		}
	}
	c, err := w.doc.ParseMember(m.Name, m.Value)
	if err != nil {
		// Parse the whole for an error that counts from its beginning.
		if _, whole := w.doc.Parse(w.current.text); whole != nil {
			err = whole
		}
		return w.notJSON(w.current.given, err)
	}
	_, err = w.field(target, target.Find(m.Hash, m.Name), c, parent)
	return err
}

// maxDifference is the depth to which objects are compared as text; below it they
// are parsed.
const maxDifference = 2

// difference merges the members of an object that differ from those of the object
// in its place in the last release. done is false if the texts are unusual.
func (w *work) difference(target, old ocds.Value, before *known, m skip.Member, r *rule, depth int) (done bool, err error) {
	from := len(w.members)
	defer func() { w.members = w.members[:from] }()
	var ok bool
	if w.members, ok = skip.Members(before.member.Value, w.members); !ok {
		return false, nil
	}
	middle := len(w.members)
	if w.members, ok = skip.Members(m.Value, w.members); !ok {
		return false, nil
	}
	end := len(w.members)
	path := len(w.path)
	if path > 0 {
		w.path = append(w.path, '.')
	}
	w.path = append(w.path, m.Name...)
	target.Touch()
	old.Touch()
	next := from
	for i := middle; i < end; i++ {
		member := w.members[i]
		var last *known
		for j := range middle - from {
			at := from + (next-from+j)%(middle-from)
			if b := w.members[at]; b.Hash == member.Hash && bytes.Equal(b.Name, member.Name) {
				last, next = &known{b, true}, at+1
				break
			}
		}
		if err := w.text(old, member, last, r, depth+1); err != nil {
			return true, err
		}
	}
	w.path = w.path[:path]
	return true, nil
}

func article(k ocds.Kind) string {
	switch k {
	case ocds.Array, ocds.Object:
		return "an " + k.String()
	case ocds.Null:
		return "null"
	}
	return "a " + k.String()
}

// order sorts the releases; dates are only needed when there is something to order.
func (w *work) order(always bool) error {
	if len(w.releases) < 2 && !always {
		return nil
	}
	for i := range w.releases {
		r := &w.releases[i]
		if err := w.dated(r); err != nil {
			return err
		}
		t, exact, ok := ocds.ParseTime(r.date.Bytes())
		if !ok {
			return w.fail(UnreadableDate, r.given, "%s has a date that is no point in time: %s", w.where(r), r.date)
		}
		if !exact {
			w.warn("inexact-date", r.date.Text(), "%s has a date without time, zone or seconds; it was read as %s", w.where(r), t.Format(time.RFC3339Nano))
		}
		r.instant = t
	}
	less := func(a, b release) int {
		return cmp.Or(a.instant.Compare(b.instant), bytes.Compare(a.id.Bytes(), b.id.Bytes()), bytes.Compare(a.text, b.text))
	}
	if !slices.IsSortedFunc(w.releases, less) {
		slices.SortStableFunc(w.releases, less)
	}
	for i := 1; i < len(w.releases); i++ {
		if a, b := &w.releases[i-1], &w.releases[i]; a.instant.Equal(b.instant) {
			w.repeatedDate(a, b)
		}
	}
	return nil
}

// where names a release in a message.
func (w *work) where(r *release) string {
	return fmt.Sprintf("release %d of %d (id %s)", r.given+1, len(w.releases), r.id)
}

// dated says whether a release has a date that is a string.
func (w *work) dated(r *release) error {
	switch r.date.Kind() {
	case ocds.Missing:
		return w.fail(MissingDate, r.given, "%s has no date", w.where(r))
	case ocds.Null:
		return w.fail(NullDate, r.given, "%s has a null date", w.where(r))
	case ocds.String:
		return nil
	}
	return w.fail(NotStringDate, r.given, "%s has a date that is not a string: %s", w.where(r), r.date)
}

func (w *work) repeatedDate(a, b *release) {
	w.warn("repeated-date", b.date.Text(), "releases %s and %s have the same date %s: their order is not known", a.id, b.id, b.date)
}

// top merges the current release into the target.
func (w *work) top() error {
	if !w.current.value.Ok() {
		return w.topSplit()
	}
	w.said = w.said[:0]
	cursor := w.target.First()
	for c := w.current.value.First(); c.Ok(); {
		next := c.Next()
		switch string(c.KeyBytes()) {
		case "id", "date", "tag":
			// They become the metadata of the result.
		case "ocid":
			if c.Kind() == ocds.Null {
				break
			}
			if old := w.target.Get("ocid"); old.Ok() {
				old.Replace(c)
				w.target.Touch()
			} else {
				w.target.Adopt(c)
			}
		default:
			var old ocds.Value
			old, cursor = at(cursor, w.target, c)
			if _, err := w.field(w.target, old, c, w.rules.root); err != nil {
				return err
			}
		}
		c = next
	}
	return nil
}

// topSplit is top for a release that was split.
func (w *work) topSplit() error {
	for _, m := range w.members[w.current.members[0]:w.current.members[1]] {
		switch string(m.Name) {
		case "id", "date", "tag":
		case "ocid":
			c := w.current.ocid
			if c.Kind() == ocds.Null {
				break
			}
			if old := w.target.Get("ocid"); old.Ok() {
				old.Replace(c)
				w.target.Touch()
			} else {
				w.target.Adopt(c)
			}
		default:
			at := slices.IndexFunc(w.said, func(k known) bool { return bytes.Equal(k.member.Name, m.Name) })
			var before *known
			if at >= 0 {
				before = &w.said[at]
			}
			w.changing = false
			if err := w.text(w.target, m, before, w.rules.root, 0); err != nil {
				return err
			}
			if at >= 0 {
				w.said[at] = known{m, !w.changing}
			} else {
				w.said = append(w.said, known{m, !w.changing})
			}
		}
	}
	return nil
}

// at finds the member of target with the name of c. Members come in the same
// order in most releases, so the cursor, behind the one found last, is tried first.
func at(cursor, target, c ocds.Value) (old, next ocds.Value) {
	if cursor.Ok() && cursor.KeyHash() == c.KeyHash() && bytes.Equal(cursor.KeyBytes(), c.KeyBytes()) {
		return cursor, cursor.Next()
	}
	if old = target.Find(c.KeyHash(), c.KeyBytes()); old.Ok() {
		return old, old.Next()
	}
	return old, cursor
}

// object merges the members of incoming into target. It reports whether incoming
// said anything.
func (w *work) object(target, incoming ocds.Value, r *rule, skip ocds.Value) (said bool, err error) {
	cursor := target.First()
	for c := incoming.First(); c.Ok(); {
		next := c.Next()
		if c == skip {
			c = next
			continue
		}
		var old ocds.Value
		old, cursor = at(cursor, target, c)
		s, err := w.field(target, old, c, r)
		if err != nil {
			return said, err
		}
		said = said || s
		c = next
	}
	return said, nil
}

// field merges one member of an object; old is the target's member of that name
// or Missing. It reports whether the release said anything about the field.
func (w *work) field(target, old, c ocds.Value, parent *rule) (said bool, err error) {
	if !old.Ok() && w.form == Compiled {
		keep, said, _, err := w.cleanField(c, parent)
		if keep && err == nil {
			target.Adopt(c)
		}
		return said, err
	}
	r := parent.child(c.KeyHash(), c.KeyBytes())
	if r != nil && r.how == omit {
		return false, nil
	}
	depth := len(w.path)
	if depth > 0 {
		w.path = append(w.path, '.')
	}
	w.path = append(w.path, c.KeyBytes()...)
	said, err = w.ruled(target, old, c, r)
	if err == nil {
		w.path = w.path[:depth]
	}
	return said, err
}

// ruled is field when the rule is known.
func (w *work) ruled(target, old, c ocds.Value, r *rule) (said bool, err error) {
	switch {
	case r != nil && r.how == whole || c.Kind() < ocds.Array || c.Kind() == ocds.Array && !allObjects(c):
		return true, w.literal(target, old, c)
	case c.Len() == 0:
		return false, nil
	case c.Kind() == ocds.Object:
		if old.Ok() && old.Kind() != ocds.Object {
			if !w.onlyNulls(old) {
				return false, w.inconsistent(old, c)
			}
			target.Delete(string(c.KeyBytes()))
			old = ocds.Value{}
		}
		if old.Ok() {
			target.Touch()
			return w.object(old, c, r, ocds.Value{})
		}
		made := w.doc.NewObject()
		made.Rename(c)
		said, err = w.object(made, c, r, ocds.Value{})
		if said && err == nil {
			target.Adopt(made)
		}
		return said, err
	}

	// An array of objects, merged by id.
	if old.Ok() && (old.Kind() != ocds.Array || w.form == Versioned && isHistory(old)) {
		if !w.onlyNulls(old) {
			return false, w.inconsistent(old, c)
		}
		target.Delete(string(c.KeyBytes()))
		old = ocds.Value{}
	}
	if old.Ok() && old.Len() > 0 && !allObjects(old) {
		return true, w.literal(target, old, c)
	}
	made := old
	if !made.Ok() {
		made = w.doc.NewArray()
		made.Rename(c)
	}
	target.Touch()
	if err := w.array(made, c, r); err != nil {
		return false, err
	}
	if !old.Ok() && made.Len() > 0 {
		target.Adopt(made)
	}
	return made.Len() > 0, nil
}

func allObjects(array ocds.Value) bool {
	for e := array.First(); e.Ok(); e = e.Next() {
		if e.Kind() != ocds.Object {
			return false
		}
	}
	return true
}

func (w *work) inconsistent(old, c ocds.Value) error {
	if isHistory(old) {
		old = old.Last().Get("value")
	}
	before := old.String()
	if len(before) > 80 {
		before = strings.ToValidUTF8(before[:80], "") + "…"
	}
	return w.fail(InconsistentType, w.current.given, "is %s in release %s of %s, but was %s before: %s",
		article(c.Kind()), w.current.id, w.current.date, article(old.Kind()), before)
}

// onlyNulls says whether a field has had no value so far, only nulls, so that
// anything may follow it.
func (w *work) onlyNulls(old ocds.Value) bool {
	if w.form == Compiled || !isHistory(old) {
		return false
	}
	for e := old.First(); e.Ok(); e = e.Next() {
		if e.Get("value").Kind() != ocds.Null {
			return false
		}
	}
	return true
}

// literal sets a field to a value that is taken as it is.
func (w *work) literal(target, old, c ocds.Value) error {
	if w.form == Versioned {
		return w.version(target, old, c)
	}
	switch {
	case c.Kind() == ocds.Null:
		if old.Ok() {
			target.Delete(string(c.KeyBytes()))
		}
	case old.Ok():
		old.Replace(c)
		target.Touch()
	default:
		target.Adopt(c)
	}
	return nil
}

// clean makes an object of the release part of a compiled release that had
// nothing in its place: it removes what does not belong there. It reports whether the
// object said anything and whether it was changed.
func (w *work) clean(object ocds.Value, r *rule) (said, changed bool, err error) {
	var before ocds.Value
	for c := object.First(); c.Ok(); {
		next := c.Next()
		keep, s, ch, err := w.cleanField(c, r)
		if err != nil {
			return said, changed, err
		}
		said = said || s
		if keep {
			before = c
			changed = changed || ch
		} else {
			object.Remove(before, c)
			changed = true
		}
		c = next
	}
	if changed {
		object.Touch()
	}
	return said, changed, nil
}

func (w *work) cleanField(c ocds.Value, parent *rule) (keep, said, changed bool, err error) {
	r := parent.child(c.KeyHash(), c.KeyBytes())
	kind := c.Kind()
	switch {
	case r != nil && r.how == omit:
		return false, false, true, nil
	case kind == ocds.Null:
		return false, true, true, nil
	case kind < ocds.Array || r != nil && r.how == whole || kind == ocds.Array && !allObjects(c):
		return true, true, false, nil
	case c.Len() == 0:
		return false, false, true, nil
	}
	depth := len(w.path)
	if depth > 0 {
		w.path = append(w.path, '.')
	}
	w.path = append(w.path, c.KeyBytes()...)
	if kind == ocds.Object {
		said, changed, err = w.clean(c, r)
		keep = said
	} else {
		changed, err = w.cleanArray(c, r)
		keep, said = c.Len() > 0, c.Len() > 0
	}
	if err == nil {
		w.path = w.path[:depth]
	}
	return keep, said, changed, err
}

// cleanArray is clean for an array of objects; objects with the same id become one.
func (w *work) cleanArray(array ocds.Value, r *rule) (changed bool, err error) {
	ix := w.open(ocds.Value{})
	defer w.close()
	var before ocds.Value
	for e := array.First(); e.Ok(); {
		next := e.Next()
		id, err := w.id(e)
		if err != nil {
			return changed, err
		}
		w.changing = w.changing || !id.Ok() || r.matching() != ByID
		keep := true
		if found := ix.find(id); found >= 0 {
			w.duplicate(id)
			if r.matching() == ByID {
				if err := w.matched(ix.elements[found], e, r); err != nil {
					return changed, err
				}
				keep = false
			}
		}
		if keep {
			_, ch, err := w.clean(e, r)
			if err != nil {
				return changed, err
			}
			changed = changed || ch
			before = e
			ix.add(e, id)
		} else {
			array.Remove(before, e)
			changed = true
		}
		e = next
	}
	if changed {
		array.Touch()
	}
	return changed, nil
}

// array merges the objects of incoming into target by their ids.
func (w *work) array(target, incoming ocds.Value, r *rule) error {
	if w.form == Compiled && target.Len() == 0 {
		if _, err := w.cleanArray(incoming, r); err != nil {
			return err
		}
		for e := incoming.First(); e.Ok(); {
			next := e.Next()
			target.Append(e)
			e = next
		}
		return nil
	}
	ix := w.open(target)
	defer w.close()
	present := len(ix.elements)
	position := 0
	for e := incoming.First(); e.Ok(); position++ {
		next := e.Next()
		id, err := w.id(e)
		if err != nil {
			return err
		}
		w.changing = w.changing || !id.Ok() || r.matching() != ByID
		found := ix.find(id)
		if found >= 0 && (found >= present || ix.seen[found]) {
			w.duplicate(id)
		}
		if found >= 0 {
			ix.seen[found] = true
		}
		switch r.matching() {
		case Append:
			found = -1
		case ByPosition:
			found = -1
			if position < len(ix.elements) {
				found = position
			}
		}
		if found >= 0 {
			if err := w.matched(ix.elements[found], e, r); err != nil {
				return err
			}
		} else if err := w.appended(ix, target, e, id, r); err != nil {
			return err
		}
		e = next
	}
	target.Touch()
	return nil
}

// appended adds an object that matches none to the end of an array.
func (w *work) appended(ix *index, target, e, id ocds.Value, r *rule) error {
	made := e
	var err error
	if w.form == Compiled {
		_, _, err = w.clean(e, r)
	} else {
		made = w.doc.NewObject()
		if id.Ok() {
			plain := id.Share() // in a versioned release, ids in arrays are not versioned
			plain.Rename(id)
			made.Adopt(plain)
		}
		_, err = w.object(made, e, r, id)
	}
	if err != nil {
		return err
	}
	target.Append(made)
	ix.add(made, id)
	return nil
}

// matched merges an object into the one that has its id.
func (w *work) matched(other, e ocds.Value, r *rule) error {
	other.Touch()
	_, err := w.object(other, e, r, e.Get("id"))
	return err
}

// id of an array object; Missing if it has none.
func (w *work) id(e ocds.Value) (ocds.Value, error) {
	id := e.Get("id")
	switch id.Kind() {
	case ocds.Missing, ocds.String, ocds.Number:
		return id, nil
	case ocds.Null:
		return ocds.Value{}, nil
	}
	return id, w.fail(InvalidID, w.current.given, "release %s of %s has an object whose id is %s: %s", w.current.id, w.current.date, article(id.Kind()), id)
}

func (w *work) duplicate(id ocds.Value) {
	w.changing = true
	w.warn("duplicate-id", id.Text(), "release %s of %s has several objects with id %s at %s: they are merged into one", w.current.id, w.current.date, id, w.path)
}

func (r *rule) matching() Override {
	if r == nil {
		return ByID
	}
	return r.match
}

// version appends a versioned value if the field's value changed.
func (w *work) version(target, old, c ocds.Value) error {
	history := old
	switch {
	case !old.Ok():
		history = w.doc.NewArray()
		history.Rename(c)
		target.Adopt(history)
	case !isHistory(old):
		// An object or an array of objects.
		if c.Kind() == ocds.Null {
			target.Touch()
			w.nullBelow(old)
			return nil
		}
		empty := w.doc.NewArray()
		old.Replace(empty)
		target.Touch()
	default:
		if ocds.Equal(old.Last().Get("value"), c) {
			return nil
		}
		target.Touch()
	}
	history.Append(w.versioned(c))
	return nil
}

// nullBelow records a null for every literal of an object or array of objects.
func (w *work) nullBelow(v ocds.Value) {
	v.Touch()
	for c := v.First(); c.Ok(); c = c.Next() {
		switch {
		case isHistory(c):
			if c.Last().Get("value").Kind() != ocds.Null {
				c.Append(w.versioned(w.doc.NewNull()))
			}
		case c.Kind() >= ocds.Array:
			w.nullBelow(c)
		}
	}
}

// versioned makes a versioned value of c, which loses its place.
func (w *work) versioned(c ocds.Value) ocds.Value {
	if !w.names.Ok() {
		w.names = w.doc.NewObject()
		for _, name := range [...]string{"releaseID", "releaseDate", "releaseTag", "value"} {
			w.names.Set(name, w.doc.NewNull())
		}
	}
	v := w.doc.NewObject()
	name := w.names.First()
	for _, part := range [...]ocds.Value{w.current.id, w.current.date, w.current.tag} {
		if part.Ok() {
			part = part.Share()
		} else {
			part = w.doc.NewNull()
		}
		part.Rename(name)
		v.Adopt(part)
		name = name.Next()
	}
	c.Rename(name)
	v.Adopt(c)
	return v
}

// isHistory says whether a value is a list of versioned values.
// An object that happens to have the names of a versioned value has lists in it when it is versioned itself.
func isHistory(v ocds.Value) bool {
	e := v.First()
	return v.Kind() == ocds.Array && isVersioned(e) && e.Get("releaseDate").Kind() != ocds.Array
}

// isVersioned says whether a value has the members of a versioned value.
func isVersioned(e ocds.Value) bool {
	if e.Kind() != ocds.Object || e.Len() != 4 {
		return false
	}
	for m := e.First(); m.Ok(); m = m.Next() {
		switch string(m.KeyBytes()) {
		case "releaseID", "releaseDate", "releaseTag", "value":
		default:
			return false
		}
	}
	return true
}

// latest is the date of the newest versioned value below v.
func (w *work) latest(v ocds.Value) (newest time.Time, ok bool) {
	for c := v.First(); c.Ok(); c = c.Next() {
		var t time.Time
		var has bool
		if isHistory(c) {
			t, _, has = ocds.ParseTime(c.Last().Get("releaseDate").Bytes())
		} else if c.Kind() >= ocds.Array {
			t, has = w.latest(c)
		}
		if has && (!ok || t.After(newest)) {
			newest, ok = t, true
		}
	}
	return newest, ok
}

// write appends the result.
func (w *work) write(dst []byte) []byte {
	if w.form == Versioned {
		return w.target.AppendTo(dst)
	}
	inner := func(v ocds.Value) []byte {
		raw := v.Raw()
		if v.Kind() == ocds.String {
			raw = raw[1 : len(raw)-1]
		}
		return raw
	}
	ocid := w.target.Get("ocid")
	date := w.last.date
	dst = append(dst, '{')
	if ocid.Ok() {
		dst = append(ocid.AppendMemberTo(dst), ',')
	}
	dst = append(dst, `"id":"`...)
	dst = append(dst, inner(ocid)...)
	if date.Kind() == ocds.Null {
		date = ocds.Value{}
	}
	if date.Ok() {
		dst = append(append(dst, '-'), inner(date)...)
	}
	dst = append(dst, '"', ',')
	if date.Ok() {
		dst = append(date.AppendTo(append(dst, `"date":`...)), ',')
	}
	dst = append(dst, `"tag":["compiled"]`...)
	for c := w.target.First(); c.Ok(); c = c.Next() {
		if c != ocid {
			dst = c.AppendMemberTo(append(dst, ','))
		}
	}
	return append(dst, '}')
}

// index finds the objects of one array by id: in the order of the last release
// first, then one after the other, in long arrays by a map.
type index struct {
	elements []ocds.Value
	ids      []ocds.Value
	seen     []bool // matched by the present release
	next     int
	table    map[string]int
	scratch  []byte
}

// longArray is the number of objects from which an array is searched by a map.
const longArray = 24

func (w *work) open(array ocds.Value) *index {
	if w.depth == len(w.indexes) {
		w.indexes = append(w.indexes, &index{})
	}
	ix := w.indexes[w.depth]
	w.depth++
	ix.elements, ix.ids, ix.seen = ix.elements[:0], ix.ids[:0], ix.seen[:0]
	ix.next, ix.table = 0, nil
	for e := array.First(); e.Ok(); e = e.Next() {
		id := e.Get("id")
		if id.Kind() != ocds.String && id.Kind() != ocds.Number {
			id = ocds.Value{}
		}
		ix.add(e, id)
	}
	return ix
}

func (w *work) close() { w.depth-- }

func (ix *index) add(e, id ocds.Value) {
	at := len(ix.elements)
	ix.elements = append(ix.elements, e)
	ix.ids = append(ix.ids, id)
	ix.seen = append(ix.seen, false)
	if ix.table != nil && id.Ok() {
		ix.enter(id, at)
	}
}

func (ix *index) enter(id ocds.Value, at int) {
	key := ix.key(id)
	if _, ok := ix.table[string(key)]; !ok {
		ix.table[string(key)] = at
	}
}

func (ix *index) key(id ocds.Value) []byte {
	ix.scratch = append(ix.scratch[:0], byte('0'+id.Kind()))
	if id.Kind() == ocds.Number {
		ix.scratch = ocds.AppendNumber(ix.scratch, id.Raw())
	} else {
		ix.scratch = append(ix.scratch, id.Bytes()...)
	}
	return ix.scratch
}

// find is the place of the first object with that id, -1 if there is none.
func (ix *index) find(id ocds.Value) int {
	if !id.Ok() {
		return -1
	}
	if ix.next < len(ix.ids) && ix.ids[ix.next].Ok() && ocds.Equal(ix.ids[ix.next], id) {
		ix.next++
		return ix.next - 1
	}
	if len(ix.ids) < longArray {
		for i, candidate := range ix.ids {
			if candidate.Ok() && ocds.Equal(candidate, id) {
				ix.next = i + 1
				return i
			}
		}
		return -1
	}
	if ix.table == nil {
		ix.table = make(map[string]int, 2*len(ix.ids))
		for i, id := range ix.ids {
			if id.Ok() {
				ix.enter(id, i)
			}
		}
	}
	if at, ok := ix.table[string(ix.key(id))]; ok {
		ix.next = at + 1
		return at
	}
	return -1
}
