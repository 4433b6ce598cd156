package merge

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/kzocds/kzocds/ocds"
)

// This file follows ocds-merge 0.8 step by step, as its results in unusual cases come
// from its steps: a release is spread out into paths with a literal each, later
// releases overwrite the literal of the same path, and the paths are made a tree again in the
// order in which they first occurred. An object of an array has its id as text in its path.

// spread is a document as literals by path.
type spread struct {
	entries []entry
	at      map[string]int // place in entries by the joined path
}

type entry struct {
	path    []part
	value   ocds.Value // Missing or null: nothing. In a versioned release a list of versioned values, except what is not versioned
	literal bool       // of a versioned release: the value is not a list of versioned values
	given   int        // index of the release that was the last to set it; -1: the state
}

// part is a member name or an object of an array.
type part struct {
	name string     // of a member; of an object its id as Python writes it, or something unique
	same string     // of an object: equal for ids that Python holds equal; empty for a member
	id   ocds.Value // of an object: what it had as id; Missing or null if nothing
}

// unique begins what stands for an object without an id: no JSON text has this byte.
const unique = "\xff"

// join appends a name to a joined path.
func join(path, name string) string {
	return string(binary.AppendUvarint([]byte(path), uint64(len(name)))) + name
}

func joined(path []part) (key string) {
	for i := range path {
		key = join(key, path[i].name)
	}
	return key
}

// asPython leaves the merged release in target.
func (w *work) asPython(state []byte, releases [][]byte) error {
	if len(releases) == 0 && state == nil {
		return w.fail(NoReleases, -1, "there are no releases to merge")
	}
	data := &spread{at: map[string]int{}}
	// ocid, id, date and tag come first.
	if w.form == Compiled {
		for _, name := range [...]string{"ocid", "id", "date", "tag"} {
			data.set([]part{{name: name}}, ocds.Value{}, -1)
		}
	} else {
		data.set([]part{{name: "ocid"}}, ocds.Value{}, -1)
	}
	if state != nil {
		v, err := w.doc.Parse(state)
		if err != nil {
			return &Error{Kind: NotJSON, Release: -1, Message: "the merged release to continue: " + err.Error(), Err: err}
		}
		if v.Kind() != ocds.Object {
			return w.fail(NotObject, -1, "the merged release to continue is not an object")
		}
		w.current.given = -1
		w.spread(data, nil, v, w.rules.root, w.form == Versioned)
		for i := range data.entries {
			e := &data.entries[i]
			e.literal = w.form == Versioned && !allVersioned(e.value)
		}
	}
	if w.form == Compiled {
		tag := w.doc.NewArray()
		tag.Append(w.doc.NewString(string(ocds.TagCompiled)))
		data.set([]part{{name: "tag"}}, tag, -1)
	}
	if err := w.parseWhole(releases); err != nil {
		return err
	}
	if err := w.orderAsPython(false); err != nil {
		return err
	}
	for _, r := range w.releases {
		w.current = r
		w.add(data)
	}
	return w.grow(data)
}

// parseWhole adds the releases to the document. Unlike parse it asks nothing about ocids.
func (w *work) parseWhole(releases [][]byte) error {
	for i, text := range releases {
		v, err := w.doc.Parse(text)
		if err != nil {
			return w.notJSON(i, err)
		}
		if v.Kind() != ocds.Object {
			return w.fail(NotObject, i, "release %d of %d is %s, not an object", i+1, len(releases), article(v.Kind()))
		}
		r := release{value: v, ocid: v.Get("ocid"), id: v.Get("id"), date: v.Get("date"), tag: v.Get("tag"), given: i, text: text}
		if r.ocid.Kind() == ocds.String {
			w.ocid = r.ocid.Text()
		}
		w.releases = append(w.releases, r)
	}
	return nil
}

// orderAsPython sorts the releases by the text of their dates, or by dates that are all numbers.
func (w *work) orderAsPython(bool) error {
	if len(w.releases) < 2 {
		return nil
	}
	less := func(a, b release) int { return bytes.Compare(a.date.Bytes(), b.date.Bytes()) }
	if !slices.ContainsFunc(w.releases, func(r release) bool { return !isNumber(r.date) }) {
		less = func(a, b release) int { return pythonNumber(a.date).Cmp(pythonNumber(b.date)) }
	} else if err := w.datedAsPython(); err != nil {
		return err
	}
	slices.SortStableFunc(w.releases, less)
	for i := 1; i < len(w.releases); i++ {
		if a, b := &w.releases[i-1], &w.releases[i]; less(*a, *b) == 0 {
			w.repeatedDate(a, b)
		}
	}
	return nil
}

// datedAsPython is the error about the dates that Python meets first: it looks at all of them before it compares any.
func (w *work) datedAsPython() error {
	for _, faulty := range []func(ocds.Kind) bool{
		func(k ocds.Kind) bool { return k == ocds.Missing },
		func(k ocds.Kind) bool { return k == ocds.Null },
		func(k ocds.Kind) bool { return k != ocds.String },
	} {
		for i := range w.releases {
			if r := &w.releases[i]; faulty(r.date.Kind()) {
				return w.dated(r)
			}
		}
	}
	return nil
}

// set gives a path a value. A path that is already there keeps its place and its parts.
func (s *spread) set(path []part, value ocds.Value, given int) {
	key := joined(path)
	if i, ok := s.at[key]; ok {
		s.entries[i].value, s.entries[i].given = value, given
		return
	}
	s.at[key] = len(s.entries)
	s.entries = append(s.entries, entry{path: slices.Clone(path), value: value, given: given})
}

// spread notes the literals of the members of an object. versioned says that lists of
// versioned values are literals.
func (w *work) spread(to *spread, path []part, object ocds.Value, parent *rule, versioned bool) {
	for c := object.First(); c.Ok(); c = c.Next() {
		r := parent.child(c.KeyHash(), c.KeyBytes())
		below := append(path, part{name: c.Key()})
		switch {
		case r != nil && r.how == omit:
		case r != nil && r.how == whole, c.Kind() < ocds.Array, c.Kind() == ocds.Array && !allObjects(c), versioned && allVersioned(c):
			to.set(below, c, w.current.given)
		case c.Kind() == ocds.Object:
			w.spread(to, below, c, r, versioned)
		default:
			w.spreadArray(to, below, c, r, versioned)
		}
	}
}

func (w *work) spreadArray(to *spread, path []part, array ocds.Value, r *rule, versioned bool) {
	first := map[string]bool{}
	for i, e := range array.Items() {
		id := e.Get("id")
		item := part{id: id}
		if id.Ok() {
			item.name, item.same = pythonText(id), pythonKey(id)
			if first[item.name] {
				w.path = appendDotted(w.path[:0], path)
				w.duplicate(id)
				w.path = w.path[:0]
			}
			first[item.name] = true
		}
		match := r.matching()
		switch {
		case match == ByPosition:
			item.name = strconv.Itoa(i)
			item.same = numberKey(big.NewRat(int64(i), 1))
		case match == Append, !id.Ok():
			w.anonymous++
			item.name = unique + strconv.Itoa(w.anonymous)
			item.same = item.name
		}
		w.spread(to, append(path, item), e, r, versioned)
	}
}

func appendDotted(dst []byte, path []part) []byte {
	for _, p := range path {
		if p.same != "" {
			continue
		}
		if len(dst) > 0 {
			dst = append(dst, '.')
		}
		dst = append(dst, p.name...)
	}
	return dst
}

// add overwrites, or in a versioned release continues, the literals with those of the current release.
func (w *work) add(data *spread) {
	r := &w.current
	r.value.Delete("tag")
	flat := &spread{at: map[string]int{}}
	w.spread(flat, nil, r.value, w.rules.root, false)
	if w.form == Compiled {
		data.set([]part{{name: "ocid"}}, r.ocid, r.given)
		data.set([]part{{name: "id"}}, w.doc.NewString(pythonText(r.ocid)+"-"+pythonText(r.date)), r.given)
		data.set([]part{{name: "date"}}, r.date, r.given)
		for _, e := range flat.entries {
			data.set(e.path, e.value, r.given)
		}
		return
	}
	ocid := join("", "ocid")
	data.set([]part{{name: "ocid"}}, r.ocid, r.given)
	data.entries[data.at[ocid]].literal = true
	for _, e := range flat.entries {
		key := joined(e.path)
		at, known := data.at[key]
		switch {
		case key == ocid:
			continue
		case !known:
			at = len(data.entries)
			data.set(e.path, w.doc.NewArray(), r.given)
		case data.entries[at].literal || pythonEqual(data.entries[at].value.Last().Get("value"), e.value):
			continue
		}
		data.entries[at].value.Append(w.versioned(e.value))
		data.entries[at].given = r.given
	}
}

// grow makes a tree of the literals.
func (w *work) grow(data *spread) error {
	w.target = w.doc.NewObject()
	objects := map[string]ocds.Value{} // of arrays, by the path of the array and what is the same about ids
	for i := range data.entries {
		e := &data.entries[i]
		at := w.target
		path := ""
		for depth := range e.path {
			p := &e.path[depth]
			at.Touch() // it may be a literal that grows
			switch {
			case p.same != "":
				if p.same == unhashable {
					w.path = appendDotted(w.path[:0], e.path[:depth])
					return w.fail(InvalidID, e.given, "an object has %s as id: %s", article(p.id.Kind()), p.id)
				}
				key := join(path, p.same)
				object, ok := objects[key]
				if !ok {
					object = w.doc.NewObject()
					if p.id.Ok() && p.id.Kind() != ocds.Null {
						object.Set("id", p.id.Share())
					}
					objects[key] = object
					if at.Kind() != ocds.Array {
						return w.contradiction(e, depth, at, "an array of objects")
					}
					at.Append(object)
				}
				at = object
			case at.Kind() != ocds.Object:
				return w.contradiction(e, depth, at, "an object")
			case at.Get(p.name).Ok():
				at = at.Get(p.name)
			case depth+1 < len(e.path):
				made := w.doc.NewObject()
				if e.path[depth+1].same != "" {
					made = w.doc.NewArray()
				}
				at.Set(p.name, made)
				at = made
			case e.value.Ok() && e.value.Kind() != ocds.Null:
				at.Set(p.name, e.value)
			}
			path = join(path, p.name)
		}
	}
	return nil
}

// contradiction is the error of a path that leads through a literal.
func (w *work) contradiction(e *entry, depth int, found ocds.Value, now string) error {
	w.path = appendDotted(w.path[:0], e.path[:depth])
	before := found.String()
	if len(before) > 80 {
		before = strings.ToValidUTF8(before[:80], "") + "…"
	}
	return w.fail(InconsistentType, e.given, "is %s in one release, but %s in another: %s", now, article(found.Kind()), before)
}

// allVersioned says whether a value is a list of nothing but versioned values.
func allVersioned(v ocds.Value) bool {
	if v.Kind() != ocds.Array || v.Len() == 0 {
		return false
	}
	for e := v.First(); e.Ok(); e = e.Next() {
		if !isVersioned(e) {
			return false
		}
	}
	return true
}

// --- how Python sees values ---

func isNumber(v ocds.Value) bool { return v.Kind() == ocds.Number || v.Kind() == ocds.Bool }

// isFloat says whether Python reads a number as a float: it has a point or an exponent.
func isFloat(raw []byte) bool { return bytes.IndexAny(raw, ".eE") >= 0 }

// pythonNumber is the exact value of a number, rounded if it is a float, or of a boolean.
// Beyond what a float holds it is that many times the largest one.
func pythonNumber(v ocds.Value) *big.Rat {
	raw := v.Raw()
	if v.Kind() == ocds.Bool {
		if raw[0] == 't' {
			return big.NewRat(1, 1)
		}
		return new(big.Rat)
	}
	if !isFloat(raw) {
		whole, _ := new(big.Int).SetString(string(raw), 10)
		return new(big.Rat).SetInt(whole)
	}
	f, _ := strconv.ParseFloat(string(raw), 64) // infinite if it is out of range
	if math.IsInf(f, 0) {
		limit := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 1<<20))
		if f < 0 {
			limit.Neg(limit)
		}
		return limit
	}
	return new(big.Rat).SetFloat64(f)
}

// pythonText is str() of a scalar.
func pythonText(v ocds.Value) string {
	switch v.Kind() {
	case ocds.Missing, ocds.Null:
		return "None"
	case ocds.Bool:
		if v.Text() == "true" {
			return "True"
		}
		return "False"
	case ocds.String:
		return v.Text()
	case ocds.Number:
		if !isFloat(v.Raw()) {
			return pythonNumber(v).Num().String()
		}
		f, _ := strconv.ParseFloat(v.Text(), 64)
		switch size := math.Abs(f); {
		case math.IsInf(f, 0):
			return strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(f, 'g', -1, 64)), "+")
		case f == 0 || size >= 1e-4 && size < 1e16:
			s := strconv.FormatFloat(f, 'f', -1, 64)
			if !strings.Contains(s, ".") {
				s += ".0"
			}
			return s
		}
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	return v.String()
}

// unhashable is the key of an id that Python cannot look up: an array or an object.
const unhashable = "?"

// pythonKey is the same for ids that Python holds equal.
func pythonKey(v ocds.Value) string {
	switch v.Kind() {
	case ocds.String:
		return "s" + v.Text()
	case ocds.Number, ocds.Bool:
		return numberKey(pythonNumber(v))
	case ocds.Null:
		return "z"
	}
	return unhashable
}

func numberKey(n *big.Rat) string { return "n" + n.RatString() }

// pythonEqual is equality in which true is 1 and numbers with a point are floats.
func pythonEqual(a, b ocds.Value) bool {
	switch {
	case isNumber(a) && isNumber(b):
		return bytes.Equal(a.Raw(), b.Raw()) || pythonNumber(a).Cmp(pythonNumber(b)) == 0
	case a.Kind() != b.Kind() || a.Len() != b.Len():
		return false
	case a.Kind() == ocds.Array:
		for x, y := a.First(), b.First(); x.Ok(); x, y = x.Next(), y.Next() {
			if !pythonEqual(x, y) {
				return false
			}
		}
		return true
	case a.Kind() == ocds.Object:
		for x := a.First(); x.Ok(); x = x.Next() {
			if y := b.Find(x.KeyHash(), x.KeyBytes()); !y.Ok() || !pythonEqual(x, y) {
				return false
			}
		}
		return true
	}
	return ocds.Equal(a, b)
}
