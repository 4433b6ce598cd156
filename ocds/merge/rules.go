package merge

import (
	"fmt"
	"sort"
	"strings"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/schema"
)

// Rules say how each field is merged. They are read from a release schema once
// and shared by any number of Mergers and goroutines.
type Rules struct{ root *rule }

// how a field is merged when its kind alone does not decide.
type how uint8

const (
	byKind how = iota // objects field by field, arrays of objects by id, anything else as a literal
	omit              // omitWhenMerged
	whole             // wholeListMerge
)

// Override changes the matching of one array of objects.
type Override uint8

// The overrides, for publishers whose ids mean nothing across releases.
const (
	ByID       Override = iota // the standard's way
	Append                     // never match: every object is appended
	ByPosition                 // match the object at the same index
	AsWhole                    // replace the array, as wholeListMerge does
)

// rule is a node of the trie over field names without array indexes. A schema that
// refers to itself makes it a graph.
type rule struct {
	how      how
	match    Override
	children []child // open addressing by name hash; length is a power of two
	fields   int
}

type child struct {
	hash uint32
	name string
	rule *rule
}

func (r *rule) child(hash uint32, name []byte) *rule {
	if r == nil || len(r.children) == 0 {
		return nil
	}
	mask := uint32(len(r.children) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		c := &r.children[i]
		if c.rule == nil {
			return nil
		}
		if c.hash == hash && c.name == string(name) {
			return c.rule
		}
	}
}

func (r *rule) add(name string, to *rule) {
	if 2*(r.fields+1) > len(r.children) {
		old := r.children
		r.children = make([]child, max(4, 2*len(old)))
		for _, c := range old {
			if c.rule != nil {
				r.place(c)
			}
		}
	}
	r.place(child{ocds.Hash(name), name, to})
	r.fields++
}

func (r *rule) place(c child) {
	mask := uint32(len(r.children) - 1)
	i := c.hash & mask
	for r.children[i].rule != nil {
		i = (i + 1) & mask
	}
	r.children[i] = c
}

// NewRules reads the rules of a release schema, version 1.0 or 1.1, with any
// extensions already applied and with or without references resolved.
func NewRules(releaseSchema []byte) (*Rules, error) {
	root, err := ocds.Parse(releaseSchema)
	if err != nil {
		return nil, fmt.Errorf("release schema: %w", err)
	}
	b := builder{root: root, open: map[int]*rule{}}
	r := &rule{}
	if err := b.properties(r, root); err != nil {
		return nil, fmt.Errorf("release schema: %w", err)
	}
	return &Rules{r}, nil
}

// DefaultRules are the rules of OCDS 1.1 with the extensions applied in order.
func DefaultRules(extensions ...schema.Extension) (*Rules, error) {
	s, err := schema.New(extensions...)
	if err != nil {
		return nil, err
	}
	return NewRules(s.Release())
}

// Version10 are these rules for data of OCDS 1.0, in which suppliers and tenderers were
// organisations with all their details, without an id of their own, and were replaced as a
// list (release schema 1.0.3, mergeStrategy). The other rules of 1.0 are rules of 1.1 as well.
func (r *Rules) Version10() *Rules {
	return r.Override("awards.suppliers", AsWhole).Override("tender.tenderers", AsWhole)
}

type builder struct {
	root ocds.Value
	open map[int]*rule // rules being built or built, by the place of their schema
}

func (b *builder) resolve(s ocds.Value) (ocds.Value, error) {
	for range 32 {
		ref := s.Get("$ref")
		if ref.Kind() != ocds.String {
			return s, nil
		}
		pointer, ok := strings.CutPrefix(ref.Text(), "#")
		if !ok {
			return s, fmt.Errorf("reference %q leaves the schema", ref.Text())
		}
		found, err := ocds.Pointer(b.root, pointer)
		if err != nil {
			// Defined by an extension that is not in use: there are no rules for it.
			return ocds.Value{}, nil
		}
		s = found
	}
	return s, fmt.Errorf("the reference to %s leads in a circle", s.Get("$ref").Text())
}

func is(v ocds.Value, name string) bool {
	return v.Get(name).Kind() == ocds.Bool && v.Get(name).Text() == "true"
}

// admits says whether the type keyword, a string or a list, names the type, and
// whether it names any other.
func admits(s ocds.Value, name string) (yes, others bool) {
	t := s.Get("type")
	if t.Kind() == ocds.String {
		return t.Text() == name, t.Text() != name
	}
	for _, x := range t.Items() {
		if x.Text() == name {
			yes = true
		} else {
			others = true
		}
	}
	return yes, others
}

func (b *builder) properties(r *rule, s ocds.Value) error {
	for name, field := range s.Get("properties").Members() {
		field, err := b.resolve(field)
		if err != nil {
			return err
		}
		child, err := b.field(field)
		if err != nil {
			return err
		}
		if child != nil {
			r.add(name, child)
		}
	}
	return nil
}

// field makes the rule of one field, nil if there is nothing to say about it or below it.
func (b *builder) field(s ocds.Value) (*rule, error) {
	array, _ := admits(s, "array")
	object, _ := admits(s, "object")
	strategy := s.Get("mergeStrategy").Text()
	switch {
	case is(s, "omitWhenMerged") || strategy == "ocdsOmit":
		return &rule{how: omit}, nil
	case array && (is(s, "wholeListMerge") || strategy == "ocdsVersion"):
		return &rule{how: whole}, nil
	case object && s.Get("properties").Ok():
		return b.below(s)
	case array && s.Get("items").Ok():
		items, err := b.resolve(s.Get("items"))
		if err != nil {
			return nil, err
		}
		object, others := admits(items, "object")
		switch {
		case others:
			return &rule{how: whole}, nil
		case !object || !items.Get("properties").Ok():
			return nil, nil
		case !items.Path("properties", "id").Ok():
			return &rule{how: whole}, nil
		}
		return b.below(items)
	}
	return nil, nil
}

func (b *builder) below(s ocds.Value) (*rule, error) {
	if r, ok := b.open[s.Offset()]; ok {
		return r, nil
	}
	r := &rule{}
	b.open[s.Offset()] = r
	return r, b.properties(r, s)
}

// Override changes how the objects of one array are matched; path is dotted and
// without indexes, such as "awards.suppliers". It returns new rules.
func (r *Rules) Override(path string, o Override) *Rules {
	root := r.root.override(strings.Split(path, "."), o)
	return &Rules{root}
}

func (r *rule) override(names []string, o Override) *rule {
	made := &rule{}
	if r != nil {
		*made = *r
		made.children = append([]child(nil), r.children...)
	}
	if len(names) == 0 {
		if o == AsWhole {
			return &rule{how: whole} // hides what is inside
		}
		made.match = o
		return made
	}
	hash := ocds.Hash(names[0])
	below := r.child(hash, []byte(names[0])).override(names[1:], o)
	for i := range made.children {
		if c := &made.children[i]; c.rule != nil && c.name == names[0] {
			c.rule = below
			return made
		}
	}
	made.add(names[0], below)
	return made
}

// List is every rule as "path: omitWhenMerged" or "path: wholeListMerge", sorted; a
// schema that refers to itself is followed once.
func (r *Rules) List() []string {
	var lines []string
	open := map[*rule]bool{}
	var walk func(path string, r *rule)
	walk = func(path string, r *rule) {
		if open[r] {
			return
		}
		open[r] = true
		for _, c := range r.children {
			if c.rule == nil {
				continue
			}
			switch full := path + c.name; c.rule.how {
			case omit:
				lines = append(lines, full+": omitWhenMerged")
			case whole:
				lines = append(lines, full+": wholeListMerge")
			default:
				walk(full+".", c.rule)
			}
		}
		delete(open, r)
	}
	walk("", r.root)
	sort.Strings(lines)
	return lines
}
