package goszakup

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// The sample records are real answers of the portal, kept byte for byte; see
// samples/README.md for their origin. completions.json is ours: the least that
// links them, because they are partial selections.
//
//go:embed samples/*.json
var sampleFiles embed.FS

//go:embed completions.json
var completions []byte

// table holds the sample records of one entity.
type table struct {
	docs map[int64]doc
	ids  []int64 // highest first
}

type samples struct {
	tables  map[Entity]*table
	journal []doc
	extra   map[string][]any // commission, pause, cancel, rnu details: by REST path
}

// loadSamples reads them once; nothing changes them afterwards.
var loadSamples = sync.OnceValue(func() *samples {
	s := &samples{tables: map[Entity]*table{}, extra: map[string][]any{}}
	for _, e := range Entities {
		s.tables[e] = &table{docs: map[int64]doc{}}
	}
	var linking map[string]json.RawMessage
	mustDecode(completions, &linking)
	for name, raw := range linking {
		if name == "_note" {
			continue
		}
		var docs []doc
		mustDecode(raw, &docs)
		for _, d := range docs {
			s.add(Entity(name), d)
		}
	}
	s.addGraphQL("graphql_trdbuy_listing.json", TrdBuy)
	s.addGraphQL("graphql_lots_listing.json", Lots)
	s.addGraphQL("graphql_contracts_listing.json", Contract)
	s.addGraphQL("graphql_bids_listing.json", TrdApp)
	s.addGraphQL("graphql_plans_listing.json", Plans)
	var one doc
	mustDecode(sampleFile("graphql_lot_single_2026-10.json"), &one)
	s.add(Lots, one)
	s.addOfficial()
	for _, t := range s.tables {
		for id := range t.docs {
			t.ids = append(t.ids, id)
		}
		slices.SortFunc(t.ids, func(a, b int64) int { return int(b - a) })
	}
	return s
})

func sampleFile(name string) []byte {
	b, err := sampleFiles.ReadFile("samples/" + name)
	if err != nil {
		panic(err) // embedded
	}
	return b
}

// mustDecode reads embedded JSON; numbers keep the text they are written in.
func mustDecode(b []byte, into any) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		panic(fmt.Sprintf("embedded sample records: %v", err))
	}
	if m, ok := into.(*doc); ok {
		*m = asDoc(map[string]any(*m))
	}
	if l, ok := into.(*[]doc); ok {
		for i := range *l {
			(*l)[i] = asDoc(map[string]any((*l)[i]))
		}
	}
}

// asDoc turns decoded objects into docs, all the way down.
func asDoc(m map[string]any) doc {
	for k, v := range m {
		m[k] = asValue(v)
	}
	return doc(m)
}

func asValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return asDoc(v)
	case []any:
		for i := range v {
			v[i] = asValue(v[i])
		}
	}
	return v
}

func (s *samples) addGraphQL(file string, e Entity) {
	var docs []doc
	mustDecode(sampleFile(file), &docs)
	for _, d := range docs {
		s.add(e, d)
	}
}

// add lays a record over what is known of it. Nested records that are rows of
// another register go to that register; parts without a key stay nested.
func (s *samples) add(e Entity, d doc) {
	switch e {
	case TrdBuy:
		if lots, ok := d["Lots"].([]any); ok {
			for _, l := range lots {
				l := l.(doc)
				l["trdBuyId"], l["trdBuyNumberAnno"] = d["id"], d["numberAnno"]
				s.add(Lots, l)
			}
			delete(d, "Lots")
		}
	case Lots:
		delete(d, "TrdBuy") // repeated by the announcement's stub
	case TrdApp:
		delete(d, "Supplier") // repeated by the participant's stub
	case Contract:
		if lines, ok := d["ContractUnits"].([]any); ok {
			for _, l := range lines {
				l := l.(doc)
				l["contractRegistryId"] = d["id"]
			}
		}
	}
	id := number(d[keyOf(e)])
	t := s.tables[e]
	known := t.docs[id]
	if known == nil {
		known = doc{}
		t.docs[id] = known
	}
	for k, v := range d {
		known[k] = v
	}
}

func keyOf(e Entity) string {
	if e == Subjects {
		return "pid"
	}
	return "id"
}

// addOfficial reads the examples of the developer page, which are REST answers.
func (s *samples) addOfficial() {
	var pages map[string]any
	mustDecode(sampleFile("rest_official_examples.json"), &pages)
	items := func(name string) (docs []doc) {
		page, ok := pages[name].(map[string]any)
		if !ok {
			panic("embedded sample records lack " + name)
		}
		list, ok := page["items"].([]any)
		if !ok {
			list = []any{page}
		}
		for _, i := range list {
			docs = append(docs, camelDoc(i.(map[string]any)))
		}
		return docs
	}
	for _, from := range []struct {
		name string
		to   Entity
	}{
		{"GET /v3/subject", Subjects}, {"GET /v3/subject/{pid}", Subjects}, {"GET /v3/rnu", Rnu},
		{"GET /v3/plans/{bin}", Plans}, {"GET /v2/plans/deleted", DeletedPlans},
		{"GET /v3/trd-buy", TrdBuy}, {"GET /v3/trd-buy/all", TrdBuy}, {"GET /v3/trd-app", TrdApp},
		{"GET /v3/lots", Lots}, {"GET /v3/lots (older page version)", Lots},
		{"GET /v3/contract", Contract}, {"GET /v3/contract/number-anno/{n}", Contract}, {"GET /v3/contract/{id}", Contract},
		{"GET /v3/contract/{id}/units", Units}, {"GET /v3/acts", Acts}, {"GET /v3/treasury-pay/{contractId}", TreasuryPay},
	} {
		for _, d := range items(from.name) {
			if from.to == Units { // spec is another list there than in a plan point
				d["Spec"] = d["PlansSpec"]
				delete(d, "PlansSpec")
			}
			s.add(from.to, d)
		}
	}
	for _, d := range items("GET /v3/rnu/{biin}") {
		id := number(d["id"])
		s.tables[Rnu].docs[id]["Detail"] = []any{d}
	}
	s.journal = items("GET /v3/journal")
	nest := func(e Entity, id int64, field, name string) {
		known := s.tables[e].docs[id]
		for _, d := range items(name) {
			list, _ := known[field].([]any)
			known[field] = append(list, d)
		}
	}
	nest(TrdBuy, 415500, "Commission", "GET /v3/trd-buy/{id}/commission")
	nest(TrdBuy, 414121, "Pause", "GET /v3/trd-buy/{id}/pause")
	for _, p := range s.tables[TrdBuy].docs[414121]["Pause"].([]any) { // REST has another form for the lots
		p := p.(doc)
		lots := []any{}
		for _, id := range p["lots"].(doc)["id"].([]any) {
			lots = append(lots, doc{"id": number(id)})
		}
		p["lots"] = lots
	}
	nest(TrdBuy, 18622, "Cancel", "GET /v3/trd-buy/{id}/cancel")
	nest(Subjects, 8097, "Employees", "GET /v3/subject/biin/{biin}/employees")
	s.extra["plans/kato"] = docsAsList(items("GET /v3/plans/kato"))
	s.extra["plans/spec"] = docsAsList(items("GET /v3/plans/spec"))
}

func docsAsList(docs []doc) []any {
	list := make([]any, len(docs))
	for i := range docs {
		list[i] = docs[i]
	}
	return list
}

// restNames are the REST names that are not the snake case of the GraphQL ones.
var restNames = map[string]string{
	"kato": "PlansKato", "spec": "PlansSpec", "app_lots": "AppLots", "offers": "Offers", "address": "Address", "admins": "Admins",
	"ref_subject_types_id": "refSubjectTypeId", "sum_1": "sum1", "sum_2": "sum2", "sum_3": "sum3",
}

func camelDoc(m map[string]any) doc {
	d := doc{}
	for k, v := range m {
		d[camel(k, v)] = camelValue(v)
	}
	if n, ok := d["planActNumber"]; ok {
		d["PlanActs"] = doc{"id": d["planActId"], "planActNumber": n, "refPlanStatusId": d["refPlanStatusId"], "planFinYear": d["planFinYear"],
			"planPreliminary": d["planPreliminary"], "dateApproved": d["dateApproved"]}
		for _, k := range []string{"planActId", "planActNumber", "refPlanStatusId", "planFinYear", "planPreliminary", "dateApproved"} {
			delete(d, k)
		}
	}
	return d
}

func camelValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return camelDoc(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = camelValue(v[i])
		}
		return out
	}
	return v
}

// camel is the GraphQL name of a REST field. The value tells a nested object
// (kato of a plan point) from a field of the same name (address of an address).
func camel(k string, v any) string {
	switch v.(type) {
	case []any, map[string]any:
		if k == "spec" || k == "kato" || k == "address" || k == "admins" || k == "app_lots" || k == "offers" {
			return restNames[k]
		}
	default:
		if name, ok := restNames[k]; ok && strings.HasPrefix(k, "sum_") || k == "ref_subject_types_id" {
			return name
		}
	}
	var b strings.Builder
	upper := false
	for _, r := range k {
		switch {
		case r == '_':
			upper = true
		case upper:
			b.WriteRune(unicode.ToUpper(r))
			upper = false
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// number reads an id however it is held.
func number(v any) int64 {
	switch v := v.(type) {
	case int:
		return int64(v)
	case int64:
		return v
	case json.Number:
		n, _ := v.Int64()
		return n
	case string:
		n, _ := json.Number(v).Int64()
		return n
	}
	return 0
}
