package goszakup

import (
	"crypto/sha256"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// World lets tests enumerate what the stand-in holds at an instant.
type World struct {
	w   *world
	now moment
}

// Count is the number of rows of an entity.
func (v World) Count(e Entity) int { return v.w.count(e, v.now) }

// Documents visits every row of an entity as canonical JSON (keys in order,
// no space, GraphQL names, without objects of other registers), highest id
// first.
func (v World) Documents(e Entity) iter.Seq2[int64, []byte] {
	return func(yield func(int64, []byte) bool) {
		for id, d := range v.w.all(e, v.now) {
			if !yield(id, appendJSON(nil, d)) {
				return
			}
		}
	}
}

// Answers visits every row of a root of GraphQL as it is answered to a query
// with this selection ("{id lotNumber Plans{id}}") when nothing goes wrong,
// highest id first: what a reader who asks so must end with.
func (v World) Answers(root Entity, selection string) (iter.Seq2[int64, []byte], error) {
	query, errs := gqlparser.LoadQueryWithRules(schema, "{"+string(root)+selection+"}", nil)
	if errs != nil {
		return nil, fmt.Errorf("selection of %s: %w", root, errs)
	}
	field, ok := query.Operations[0].SelectionSet[0].(*ast.Field)
	if !ok {
		return nil, fmt.Errorf("%s is no root", root)
	}
	return func(yield func(int64, []byte) bool) {
		for id, d := range v.w.all(root, v.now) {
			x := &execution{world: v.w, schema: schema, now: v.now}
			if !yield(id, x.value(nil, d, field, 0)) {
				return
			}
		}
	}, nil
}

// Dictionaries visits every row of every dictionary, by dictionary and key
// ("ref_units/796"), as canonical JSON with the names of GraphQL.
func (v World) Dictionaries() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for name, t := range v.w.refs {
			for key, d := range t.by {
				if !yield(name+"/"+key, appendJSON(nil, d)) {
					return
				}
			}
		}
	}
}

// Feed visits every row of an older feed in its order, as canonical JSON.
func (v World) Feed(f Feed) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for _, d := range v.w.feed(f, v.now) {
			if !yield(appendJSON(nil, d)) {
				return
			}
		}
	}
}

// Deleted are the ids of rows that Delete or a fault took away.
func (v World) Deleted(e Entity) []int64 { return v.w.gone.of(e, v.now) }

// Processes counts the contracting processes: announcement numbers without
// their revision, first contracts without announcement, plan points by root.
func (v World) Processes() int { return len(v.ProcessKeys()) }

// ProcessKeys lists them in order: t<number>, c<root id>, p<root id>, and with
// "o" before them those of the quasi-sector.
func (v World) ProcessKeys() []string {
	keys := map[string]bool{}
	for prefix, of := range map[string]func(Entity) Entity{"": func(e Entity) Entity { return e }, "o": quasiOf} {
		for _, d := range v.w.all(of(TrdBuy), v.now) {
			n, _, _ := strings.Cut(text(d["numberAnno"]), "-")
			keys[prefix+"t"+n] = true
		}
		for _, d := range v.w.all(of(Contract), v.now) {
			if number(d["trdBuyId"]) == 0 {
				root := number(d["rootId"])
				if root == 0 {
					root = number(d["id"])
				}
				keys[fmt.Sprint(prefix, "c", root)] = true
			}
		}
		for _, d := range v.w.all(of(Plans), v.now) {
			keys[fmt.Sprint(prefix, "p", number(d["rootrecordId"]))] = true
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

// Digest is a fingerprint of every document of every entity.
func (v World) Digest() string {
	h := sha256.New()
	for _, e := range Entities {
		for id, b := range v.Documents(e) {
			fmt.Fprintf(h, "%s %d %s\n", e, id, b)
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// At is the instant the world is seen at.
func (v World) At() time.Time { return v.now.instant() }
