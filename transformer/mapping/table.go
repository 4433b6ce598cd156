package mapping

import (
	"strings"

	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/quality"
)

// Field is one row of a mapping table: where a value comes from, where it goes,
// and the rule that carries it over.
type Field struct {
	// From is the path in the source object, names joined by dots. Alternatives
	// are parted by a bar; the first one with a value counts.
	From string
	// To is the path in the object that the table makes. Empty when the code of
	// the mapping reads the value (rule read); Note says then what for.
	To   string
	Rule Rule
	Note string
}

// Table maps objects of one entity, or of one of its nested lists, to one kind
// of OCDS object.
type Table struct {
	Entity source.Entity
	Nested string // path of the nested object within the entity's document
	Object string // path of the OCDS object that is made
	About  string // which of such objects, when not all
	Fields []Field

	steps []step
}

// Rule carries a value over. A rule without apply is read by code.
type Rule struct {
	Name string
	Doc  string
	List string // code list of the local extension that holds the titles, if any
	// apply returns nil when there is nothing to publish.
	apply func(m *mapper, value any) any
	// known tells whether the code list has an id; nil when there is no list.
	known func(id string) bool
}

// step is a field with its paths taken apart.
type step struct {
	from  [][]string
	to    []string
	rule  func(m *mapper, value any) any
	list  string
	known func(id string) bool
	name  string // nested dictionary row that names the value
}

// Rules of the tables.
var (
	asText   = Rule{Name: "text", Doc: "HTML entities decoded, control characters and outer blanks removed", apply: func(_ *mapper, v any) any { return textOf(v) }}
	asID     = Rule{Name: "id", Doc: "number or text as text; 0 means none", apply: func(_ *mapper, v any) any { return keyed(v) }}
	asIDs    = Rule{Name: "ids", Doc: "list of ids as text, without zeros and repetitions", apply: func(_ *mapper, v any) any { return orNilList(keys(v)) }}
	asNumber = Rule{Name: "number", Doc: "exact decimal", apply: func(m *mapper, v any) any {
		n, ok := number(v)
		if !ok {
			return m.unreadable(v, "number")
		}
		return n
	}}
	asInteger = Rule{Name: "integer", Doc: "whole number", apply: func(m *mapper, v any) any {
		i, ok := integer(v)
		if !ok {
			return m.unreadable(v, "whole number")
		}
		return whole(i)
	}}
	asWhole = Rule{Name: "whole", Doc: "whole number; a fraction is cut off", apply: func(m *mapper, v any) any {
		d, ok := decimalOf(v)
		if !ok {
			return m.unreadable(v, "number")
		}
		return whole(d.IntPart())
	}}
	asYears = Rule{Name: "years", Doc: "list of whole numbers", apply: func(_ *mapper, v any) any {
		var out []any
		for _, id := range keys(v) {
			if n, ok := number(id); ok {
				out = append(out, n)
			}
		}
		if out == nil {
			return nil
		}
		return out
	}}
	asFlag  = Rule{Name: "flag", Doc: "0 is false, anything else true", apply: func(_ *mapper, v any) any { return truthy(v) }}
	asMoney = Rule{Name: "money", Doc: "exact decimal with currency, KZT unless the contract names another", apply: func(m *mapper, v any) any {
		amount, ok := number(v)
		if !ok {
			return m.unreadable(v, "sum")
		}
		return m.money(amount)
	}}
	asDate = Rule{Name: "date", Doc: "portal time (zone Asia/Almaty) as UTC; empty and impossible dates left out", apply: func(m *mapper, v any) any {
		s, isText := v.(string)
		if !isText || s == "" {
			return nil
		}
		if out := instant(s); out != "" {
			return out
		}
		if !emptyDate(s) {
			m.warn(quality.SourceDate, "", s, "a date that cannot be read was left out")
		}
		return nil
	}}
	asCategory = Rule{Name: "category", Doc: "1 goods, 2 works, 3 services", apply: coded("ref_subject_type", categories)}
	// The standard's categories are a closed list, the additional ones an open list.
	asOtherCategory = Rule{Name: "other category", Doc: "a kind of purchase that the categories lack, as the portal numbers it", apply: func(_ *mapper, v any) any {
		id := key(v)
		if id == "" || categories[id] != "" {
			return nil
		}
		return []any{id}
	}}
	asAnyCategory = Rule{Name: "any category", Doc: "1 goods, 2 works, 3 services, another as it is", apply: func(m *mapper, v any) any {
		id := key(v)
		if category := categories[id]; category != "" {
			return category
		}
		if id != "" {
			m.unknown("ref_subject_type", id)
		}
		return orNil(id)
	}}
	asMethod = Rule{Name: "method", Doc: "portal method id as code of procurementMethodDetails", apply: func(m *mapper, v any) any {
		id := key(v)
		if id == "" {
			return nil
		}
		if method, ok := methodByID[id]; ok {
			return method.Code
		}
		m.unknown("ref_trade_methods", id)
		return id
	}}
	asMethodClass = Rule{Name: "method class", Doc: "portal method id as procurementMethod (open, selective, limited, direct)", apply: func(m *mapper, v any) any {
		return orNil(methodByID[key(v)].Class)
	}}
	asBuyStatus      = Rule{Name: "announcement status", Doc: "ref_buy_status as tenderStatus", apply: coded("ref_buy_status", buyStatus)}
	asLotStatus      = Rule{Name: "lot status", Doc: "ref_lots_status as tenderStatus", apply: coded("ref_lots_status", lotStatus)}
	asContractStatus = Rule{Name: "contract status", Doc: "ref_contract_status as contractStatus", apply: coded("ref_contract_status", contractStatus)}
	asPlanStatus     = Rule{Name: "plan point status", Doc: "ref_pln_point_status as tenderStatus", apply: coded("ref_pln_point_status", planStatus)}
	asEnsTru         = Rule{Name: "class", Doc: "code of the national catalogue of goods, works and services (ENS TRU)", apply: func(_ *mapper, v any) any {
		return orNil(text(v))
	}}
	read = Rule{Name: "read", Doc: "read by the mapping", apply: nil}
)

func coded(dictionary string, codes map[string]string) func(*mapper, any) any {
	return func(m *mapper, v any) any {
		id := key(v)
		if id == "" {
			return nil
		}
		code, ok := codes[id]
		if !ok {
			m.unknown(dictionary, id)
			return nil
		}
		return code
	}
}

// textOf is orNil of a value's text. A text that is clean already is the value
// itself, which saves making another of it.
func textOf(v any) any {
	s, isText := v.(string)
	if !isText {
		return orNil(text(v))
	}
	if cleaned := clean(s); cleaned != s || s == "" {
		return orNil(cleaned)
	}
	return v
}

// keyed is orNil of a value's key; a text that is a key already is the value
// itself.
func keyed(v any) any {
	k := key(v)
	if s, isText := v.(string); isText && k == s && k != "" {
		return v
	}
	return orNil(k)
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func orNilList(s []string) any {
	if len(s) == 0 {
		return nil
	}
	return list(s)
}

// unreadable reports a value that is not what its rule reads, unless it is
// blank, and leaves it out.
func (m *mapper) unreadable(value any, kind string) any {
	if s := text(value); s != "" {
		m.warn(quality.SourceValue, "", s, "a value that is no "+kind+" was left out")
	}
	return nil
}

func emptyDate(s string) bool {
	return s == "" || strings.HasPrefix(s, "0000") || strings.HasPrefix(s, "1999-01-01") || strings.HasPrefix(s, "1970-01-01")
}

// compile takes the paths of a table apart once.
func compile(t Table) *Table {
	for _, f := range t.Fields {
		if f.Rule.apply == nil {
			continue
		}
		s := step{to: strings.Split(f.To, "."), rule: f.Rule.apply, list: f.Rule.List, known: f.Rule.known}
		for _, from := range strings.Split(f.From, "|") {
			path := strings.Split(from, ".")
			s.from = append(s.from, path)
			if len(path) == 2 && path[1] == "id" {
				s.name = path[0]
			}
		}
		t.steps = append(t.steps, s)
	}
	return &t
}

// fill maps a source object into target.
func (m *mapper) fill(t *Table, from Object, target Object) {
	for _, s := range t.steps {
		for _, path := range s.from {
			value := at(from, path)
			if value == nil {
				continue
			}
			mapped := s.rule(m, value)
			if mapped == nil {
				continue
			}
			if s.known != nil {
				m.verify(&s, from, mapped)
			}
			set(target, s.to, mapped)
			break
		}
	}
}

// verify reports ids that neither the code list of a step nor the portal's
// dictionary nor the document itself gives a name.
func (m *mapper) verify(s *step, from Object, mapped any) {
	report := func(value any) {
		id, isText := value.(string)
		if !isText || s.known(id) {
			return
		}
		if row, ok := from[s.name].(Object); ok && text(row["nameRu"]) != "" {
			return
		}
		if m.listed != nil && m.listed(s.list, id) {
			return
		}
		m.unknown(s.list, id)
	}
	if ids, isList := mapped.([]any); isList {
		for _, id := range ids {
			report(id)
		}
		return
	}
	report(mapped)
}

func set(target Object, path []string, value any) {
	for _, name := range path[:len(path)-1] {
		inner, ok := target[name].(Object)
		if !ok {
			inner = Object{}
			target[name] = inner
		}
		target = inner
	}
	target[path[len(path)-1]] = value
}
