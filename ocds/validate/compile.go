package validate

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/schema"
)

// types is a set of JSON Schema types.
type types uint8

const (
	typeNull types = 1 << iota
	typeBoolean
	typeNumber
	typeInteger
	typeString
	typeArray
	typeObject
)

var typeNames = []struct {
	bit  types
	name string
}{
	{typeString, "string"}, {typeNumber, "number"}, {typeInteger, "integer"}, {typeBoolean, "boolean"},
	{typeArray, "array"}, {typeObject, "object"}, {typeNull, "null"},
}

func (t types) String() string {
	var names []string
	for _, n := range typeNames {
		if t&n.bit != 0 {
			names = append(names, n.name)
		}
	}
	return strings.Join(names, " or ")
}

// node is one schema, ready to be held against a value of the tree. Schemas that
// refer to one another make a graph of nodes.
type node struct {
	types      types // 0: any
	enum       []ocds.Value
	strings    map[string]bool // the strings of enum, or of a closed code list
	codelist   string
	open       bool // the code list is open
	format     func([]byte) bool
	formatName string
	pattern    *regexp.Regexp

	minLength, maxLength   int // -1: none
	minItems, maxItems     int
	minMembers, maxMembers int
	minimum, maximum       []byte // number text; nil: none
	exclusiveMinimum       bool
	exclusiveMaximum       bool
	multipleOf             []byte

	unique       bool
	uniqueBy     []string // member names that identify an object
	items        *node
	tuple        []*node
	moreItems    *node
	noMoreItems  bool
	members      []member // open addressing by name hash
	memberCount  int
	required     []string
	requiredHash []uint32
	patterns     []patternMember
	more         *node // additionalProperties as a schema
	noMore       bool  // additionalProperties: false
	described    bool  // the schema lists members, so that others are additional
	dependencies map[string]*node
	needs        map[string][]string
	allOf        []*node
	anyOf        []*node
	oneOf        []*node
	not          *node
	linked       *node // a record's releases, when they are links …
	embedded     *node // … and when they are whole releases

	deprecated string // version and reason
}

type member struct {
	hash     uint32
	required int8 // place in required, -1 if optional
	name     string
	node     *node
}

func (n *node) member(hash uint32, name []byte) *member {
	if len(n.members) == 0 {
		return nil
	}
	mask := uint32(len(n.members) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		m := &n.members[i]
		if m.node == nil {
			return nil
		}
		if m.hash == hash && m.name == string(name) {
			return m
		}
	}
}

func (n *node) addMember(name string, to *node) {
	required := int8(-1)
	for i, r := range n.required {
		if r == name {
			required = int8(min(i, 127))
		}
	}
	if 2*(n.memberCount+1) > len(n.members) {
		old := n.members
		n.members = make([]member, max(4, 2*len(old)))
		for _, m := range old {
			if m.node != nil {
				n.place(m)
			}
		}
	}
	n.place(member{ocds.Hash(name), required, name, to})
	n.memberCount++
}

func (n *node) place(m member) {
	mask := uint32(len(n.members) - 1)
	i := m.hash & mask
	for n.members[i].node != nil {
		i = (i + 1) & mask
	}
	n.members[i] = m
}

// patternMember describes members by a pattern of their name. In the standard they
// are all "field_language", so the fixed beginning is tried before the pattern.
type patternMember struct {
	prefix  string
	pattern *regexp.Regexp
	node    *node
	known   *sync.Map // name -> bool
}

var fixedStart = regexp.MustCompile(`^\^\(?([A-Za-z]+_)`)

func newPatternMember(pattern string, n *node) (patternMember, error) {
	re, err := regexp.Compile(pattern)
	p := patternMember{pattern: re, node: n, known: &sync.Map{}}
	// The fixed start only holds if the pattern has no alternative beside it.
	if m := fixedStart.FindStringSubmatch(pattern); m != nil && re.MatchString(m[1]+"en") && !re.MatchString("en") {
		p.prefix = m[1]
	}
	return p, err
}

// maxKnownNames bounds the cache of names that were matched with a pattern.
const maxKnownNames = 10000

func (p *patternMember) match(name []byte) bool {
	if len(name) < len(p.prefix) || string(name[:len(p.prefix)]) != p.prefix {
		return false
	}
	if len(name) > 64 {
		return p.pattern.Match(name)
	}
	if known, ok := p.known.Load(string(name)); ok {
		return known.(bool)
	}
	match := p.pattern.Match(name)
	if match {
		// Only matches are kept: languages are few.
		p.known.Store(string(name), true)
	}
	return match
}

// compiler turns schemas into nodes. Documents are known by their URL.
type compiler struct {
	documents map[string]ocds.Value
	lists     *schema.Schema
	made      map[place]*node
	following map[place]bool // references on the way to what they refer to
	problems  []string
}

type place struct {
	document string
	offset   int
}

// versionedSchema is the file of the schema of versioned releases.
const versionedSchema = "versioned-release-validation-schema.json"

func newCompiler(s *schema.Schema) (*compiler, error) {
	c := &compiler{documents: map[string]ocds.Value{}, lists: s, made: map[place]*node{}, following: map[place]bool{}}
	for name, text := range map[string][]byte{
		"release-schema.json":         s.Release(),
		"release-package-schema.json": s.ReleasePackage(),
		"record-package-schema.json":  s.RecordPackage(),
		versionedSchema:               s.Versioned(),
	} {
		v, err := ocds.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		c.documents[schema.BaseURL+name] = v
	}
	return c, nil
}

func (c *compiler) at(url, pointer string) (*node, error) {
	root, ok := c.documents[url]
	if !ok {
		return nil, fmt.Errorf("no schema is known for %s", url)
	}
	v, err := ocds.Pointer(root, pointer)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	return c.compile(url, v)
}

func (c *compiler) compile(url string, s ocds.Value) (*node, error) {
	if s.Kind() != ocds.Object {
		return nil, fmt.Errorf("%s: a schema is %s, not an object", url, s.Kind())
	}
	if ref := s.Get("$ref"); ref.Kind() == ocds.String {
		target, pointer, _ := strings.Cut(ref.Text(), "#")
		if target == "" {
			target = url
		}
		if root, ok := c.documents[target]; ok {
			// An extension may refer to a definition of another that is not in use:
			// what it describes is then not checked.
			if _, err := ocds.Pointer(root, pointer); err != nil {
				c.problems = append(c.problems, fmt.Sprintf("the schema refers to %s, which none of the extensions in use defines: what it describes is not checked", ref.Text()))
				return newNode(), nil
			}
		}
		here := place{url, s.Offset()}
		if c.following[here] {
			return nil, fmt.Errorf("the reference to %s leads in a circle", ref.Text())
		}
		c.following[here] = true
		n, err := c.at(target, pointer)
		delete(c.following, here)
		if err != nil || !s.Get("deprecated").Ok() {
			return n, err
		}
		// A reference may be deprecated where its target is not.
		twin := *n
		twin.deprecated = deprecation(s)
		return &twin, nil
	}
	key := place{url, s.Offset()}
	if n, ok := c.made[key]; ok {
		return n, nil
	}
	n := newNode()
	n.deprecated = deprecation(s)
	c.made[key] = n
	for _, r := range s.Get("required").Items() {
		n.required = append(n.required, r.Text())
		n.requiredHash = append(n.requiredHash, ocds.Hash(r.Text()))
	}
	for name, k := range s.Members() {
		if err := c.keyword(url, s, n, name, k); err != nil {
			return nil, err
		}
	}
	// An object of which no member is listed (details of an organization) is a place for
	// extensions to put theirs.
	if n.types&^typeNull == typeObject && n.memberCount == 0 && n.more == nil && n.patterns == nil && n.allOf == nil && n.anyOf == nil && n.oneOf == nil {
		n.described = !strings.HasSuffix(url, versionedSchema)
	}
	c.codes(s, n)
	return n, nil
}

// endless finds a schema that holds its value against itself again: checking would not end.
func (c *compiler) endless() error {
	const open, done = 1, 2
	state := map[*node]int{}
	var walk func(n *node) bool
	walk = func(n *node) bool {
		if n == nil || state[n] == done {
			return false
		}
		if state[n] == open {
			return true
		}
		state[n] = open
		for _, same := range [][]*node{n.allOf, n.anyOf, n.oneOf, {n.not}, slices.Collect(maps.Values(n.dependencies))} {
			if slices.ContainsFunc(same, walk) {
				return true
			}
		}
		state[n] = done
		return false
	}
	for _, n := range c.made {
		if walk(n) {
			return errors.New("a definition contains itself by allOf, anyOf, oneOf, not or dependencies: it leads in a circle")
		}
	}
	return nil
}

func newNode() *node {
	return &node{minLength: -1, maxLength: -1, minItems: -1, maxItems: -1, minMembers: -1, maxMembers: -1}
}

func deprecation(s ocds.Value) string {
	d := s.Get("deprecated")
	if d.Kind() != ocds.Object {
		return ""
	}
	return "since " + d.Get("deprecatedVersion").Text() + ": " + d.Get("description").Text()
}

// codes decides by which values a field with a code list is checked: a closed
// list, with the changes of extensions, takes the place of enum.
func (c *compiler) codes(s ocds.Value, n *node) {
	list := s.Get("codelist")
	if list.Kind() != ocds.String {
		return
	}
	n.codelist = list.Text()
	n.open = s.Get("openCodelist").Text() != "false"
	codes, ok := c.lists.Codelist(n.codelist)
	if !ok {
		n.codelist = ""
		return
	}
	target := n
	if n.items != nil && n.types&typeArray != 0 {
		// The list of an array is about its elements, which repeat the enum.
		twin := *n.items
		n.items = &twin
		target = n.items
	}
	target.codelist, target.open = n.codelist, n.open
	target.strings, target.enum = codes, nil
	if target != n {
		n.codelist = ""
	}
}

func number(k ocds.Value) int {
	i, err := strconv.Atoi(k.Text())
	if err != nil {
		return -1
	}
	return i
}

func (c *compiler) list(url string, k ocds.Value) (nodes []*node, err error) {
	for _, s := range k.Items() {
		n, err := c.compile(url, s)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

func (c *compiler) keyword(url string, s ocds.Value, n *node, name string, k ocds.Value) (err error) {
	switch name {
	case "type":
		named := []ocds.Value{k}
		if k.Kind() == ocds.Array {
			named = named[:0]
			for _, t := range k.Items() {
				named = append(named, t)
			}
		}
		for _, t := range named {
			bit := types(0)
			for _, known := range typeNames {
				if known.name == t.Text() {
					bit = known.bit
				}
			}
			if bit == 0 {
				return fmt.Errorf("%s: unknown type %s", url, t)
			}
			n.types |= bit
		}
	case "enum":
		n.strings = map[string]bool{}
		for _, e := range k.Items() {
			if e.Kind() == ocds.String {
				n.strings[e.Text()] = true
			} else {
				n.enum = append(n.enum, e)
			}
		}
	case "format":
		n.formatName = k.Text()
		n.format = formats[n.formatName]
	case "pattern":
		n.pattern, err = regexp.Compile(k.Text())
	case "minLength":
		n.minLength = number(k)
	case "maxLength":
		n.maxLength = number(k)
	case "minItems":
		n.minItems = number(k)
	case "maxItems":
		n.maxItems = number(k)
	case "minProperties":
		n.minMembers = number(k)
	case "maxProperties":
		n.maxMembers = number(k)
	case "minimum":
		n.minimum = k.Raw()
	case "maximum":
		n.maximum = k.Raw()
	case "exclusiveMinimum":
		n.exclusiveMinimum = k.Text() == "true"
	case "exclusiveMaximum":
		n.exclusiveMaximum = k.Text() == "true"
	case "multipleOf":
		n.multipleOf = k.Raw()
	case "uniqueItems":
		n.unique = k.Text() == "true"
	case "items":
		if k.Kind() == ocds.Array {
			n.tuple, err = c.list(url, k)
		} else {
			n.items, err = c.compile(url, k)
		}
	case "additionalItems":
		if k.Kind() == ocds.Bool {
			n.noMoreItems = k.Text() == "false"
		} else {
			n.moreItems, err = c.compile(url, k)
		}
	case "properties":
		// The versioned schema knows no extensions: what they add is not reported there.
		n.described = !strings.HasSuffix(url, versionedSchema)
		for name, p := range k.Members() {
			to, err := c.compile(url, p)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			n.addMember(name, to)
		}
	case "patternProperties":
		for pattern, p := range k.Members() {
			to, err := c.compile(url, p)
			if err != nil {
				return fmt.Errorf("%s: %w", pattern, err)
			}
			if strings.HasSuffix(url, versionedSchema) {
				// The schema says that translations are strings, as in a release; in a
				// versioned release they are versioned like everything else.
				to = newNode()
			}
			m, err := newPatternMember(pattern, to)
			if err != nil {
				return err
			}
			n.patterns = append(n.patterns, m)
		}
	case "additionalProperties":
		if k.Kind() == ocds.Bool {
			n.noMore = k.Text() == "false"
		} else {
			n.more, err = c.compile(url, k)
		}
	case "dependencies":
		for name, d := range k.Members() {
			if d.Kind() == ocds.Array {
				if n.needs == nil {
					n.needs = map[string][]string{}
				}
				for _, need := range d.Items() {
					n.needs[name] = append(n.needs[name], need.Text())
				}
				continue
			}
			if n.dependencies == nil {
				n.dependencies = map[string]*node{}
			}
			if n.dependencies[name], err = c.compile(url, d); err != nil {
				return err
			}
		}
	case "allOf":
		n.allOf, err = c.list(url, k)
	case "anyOf":
		n.anyOf, err = c.list(url, k)
	case "oneOf":
		n.oneOf, err = c.list(url, k)
		// A record's releases are either links or whole releases; saying which one
		// is meant gives findings a publisher can act on.
		if len(n.oneOf) == 2 && k.First().Path("items", "properties", "url").Ok() && err == nil {
			n.linked, n.embedded, n.oneOf = n.oneOf[0], n.oneOf[1], nil
		}
	case "not":
		n.not, err = c.compile(url, k)
	}
	return err
}
