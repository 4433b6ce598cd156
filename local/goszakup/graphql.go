package goszakup

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
)

//go:embed schema.graphql
var schemaText string

var schema = loadSchema(schemaText)

func loadSchema(text string) *ast.Schema {
	return gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphql", Input: text + quasiTypes(text)})
}

// schemaFor is the schema that a request meets: faults add and take fields.
func schemaFor(kind string) *ast.Schema {
	switch kind {
	case "field-appears":
		return grownSchema()
	case "field-vanishes":
		return shrunkSchema()
	}
	return schema
}

var (
	grownSchema = sync.OnceValue(func() *ast.Schema {
		text := schemaText
		for name := range vanishing {
			text = strings.Replace(text, "\ntype "+name+" {", "\ntype "+name+" { "+novelty+": Int ", 1)
		}
		return loadSchema(text)
	})
	shrunkSchema = sync.OnceValue(func() *ast.Schema {
		text := schemaText
		for name, field := range vanishing {
			before, body, _ := strings.Cut(text, "\ntype "+name+" {")
			_, after, _ := strings.Cut(body, " "+field+":")
			kept := body[:len(body)-len(after)-len(field)-2]
			_, after, _ = strings.Cut(strings.TrimLeft(after, " "), " ")
			text = before + "\ntype " + name + " {" + kept + " " + after
		}
		return loadSchema(text)
	})
)

// quasiTypes repeats the types of the plain registers for those of the
// quasi-sector, with links that stay there.
func quasiTypes(schema string) string {
	linked := []string{"TrdBuy", "Lots", "PlnPoint", "Contract", "ContractUnits"}
	var b strings.Builder
	for _, name := range linked {
		_, body, _ := strings.Cut(schema, "\ntype "+name+" {")
		body, _, _ = strings.Cut(body, "\n}")
		for _, target := range linked {
			body = strings.NewReplacer(": "+target+" ", ": Ob"+target+" ", ": "+target+"\n", ": Ob"+target+"\n", "["+target+"]", "[Ob"+target+"]").Replace(body)
		}
		b.WriteString("\ntype Ob" + name + " {" + body + "\n}\n")
	}
	return b.String()
}

const (
	graphQLDefault = 50
	graphQLCap     = 200 // larger limits are cut down without a word
	maxBody        = 1 << 20
	maxDepth       = 12
	maxObjects     = 50_000 // of one answer
)

// roots are the listings of GraphQL.
var roots = func() map[string]Entity {
	m := map[string]Entity{}
	for _, f := range schema.Query.Fields {
		if f.Name[0] != '_' {
			m[f.Name] = Entity(f.Name)
		}
	}
	return m
}()

// prepared remembers parsed and validated queries by schema and text.
type prepared struct {
	mu      sync.Mutex
	queries map[preparedKey]*ast.QueryDocument
}

type preparedKey struct {
	schema *ast.Schema
	text   string
}

func (p *prepared) parse(schema *ast.Schema, text string) (*ast.QueryDocument, gqlerror.List) {
	key := preparedKey{schema, text}
	p.mu.Lock()
	q, ok := p.queries[key]
	p.mu.Unlock()
	if ok {
		return q, nil
	}
	q, errs := gqlparser.LoadQueryWithRules(schema, text, nil)
	if errs != nil {
		return nil, errs
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queries) >= kept {
		clear(p.queries)
	}
	p.queries[key] = q
	return q, nil
}

type graphQLRequest struct {
	OperationName string         `json:"operationName"`
	Query         string         `json:"query"`
	Variables     map[string]any `json:"variables"`
}

func (s *Server) graphql(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		writeJSON(w, http.StatusOK, graphQLErrors("Could not read the request body"))
		return
	}
	var req graphQLRequest
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.UseNumber()
	if err := decoder.Decode(&req); err != nil {
		writeJSON(w, http.StatusOK, graphQLErrors("Could not parse JSON: "+err.Error()))
		return
	}
	kind := suffering(r)
	schema := schemaFor(kind)
	query, errs := s.queries.parse(schema, req.Query)
	if errs != nil {
		writeJSON(w, http.StatusOK, graphQLErrors(messages(errs)...))
		return
	}
	op := query.Operations.ForName(req.OperationName)
	if op == nil || op.Operation != ast.Query {
		writeJSON(w, http.StatusOK, graphQLErrors("Unknown operation"))
		return
	}
	vars, err := validator.VariableValues(schema, op, req.Variables)
	if err != nil {
		writeJSON(w, http.StatusOK, graphQLErrors(err.Error()))
		return
	}
	x := &execution{world: s.world, schema: schema, now: s.nowFor(r), vars: vars, bend: bendings[kind]}
	x.page = func(e Entity, after int64, p *page, more bool) bool {
		return s.faults.bendPage(kind, e, after, p, more)
	}
	data, err := x.run(op)
	if err != nil {
		writeJSON(w, http.StatusOK, graphQLErrors(err.Error()))
		return
	}
	writeJSON(w, http.StatusOK, data)
}

func messages(errs gqlerror.List) (out []string) {
	for _, e := range errs {
		out = append(out, e.Message)
	}
	return out
}

func graphQLErrors(messages ...string) []byte {
	list := []any{}
	for _, m := range messages {
		list = append(list, doc{"message": m})
	}
	return appendJSON(nil, doc{"errors": list, "data": nil})
}

// execution runs one operation.
type execution struct {
	world  *world
	schema *ast.Schema
	now    moment
	vars   map[string]any
	page   func(e Entity, after int64, p *page, more bool) (hasNext bool) // faults may bend a page
	bend   func(key string, v any) any                                    // and single values; may be nil
	info   doc
	made   int // objects written
}

func (x *execution) run(op *ast.OperationDefinition) ([]byte, error) {
	b := append([]byte(nil), `{"data":{`...)
	for i, f := range x.fields(op.SelectionSet, "Query") {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, f.Alias), ':')
		switch f.Name {
		case "__typename":
			b = append(b, `"Query"`...)
		case "__schema":
			b = x.value(b, schemaDoc(x.schema), f, 0)
		case "__type":
			name, _ := f.ArgumentMap(x.vars)["name"].(string)
			b = x.value(b, typeDoc(x.schema, x.schema.Types[name]), f, 0)
		default:
			var err error
			if b, err = x.root(b, f); err != nil {
				return nil, err
			}
		}
	}
	b = append(b, '}')
	if x.made > maxObjects {
		return nil, fmt.Errorf("Query is too complex.")
	}
	if x.info != nil {
		b = append(b, `,"extensions":{"pageInfo":`...)
		b = appendJSON(b, x.info)
		b = append(b, '}')
	}
	return append(b, '}'), nil
}

// root answers a listing. Without hits it is null, not an empty list.
func (x *execution) root(b []byte, f *ast.Field) ([]byte, error) {
	args := f.ArgumentMap(x.vars)
	limit, after := graphQLDefault, int64(0)
	if n, ok := integer(args["limit"]); ok {
		limit = int(min(n, graphQLCap))
	}
	if limit <= 0 {
		limit = graphQLDefault
	}
	if n, ok := integer(args["after"]); ok {
		after = n
	}
	filter, err := filterOf(args["filter"])
	if err != nil {
		return nil, err
	}
	e := roots[f.Name]
	p := x.world.list(e, where(e, filter), after, limit, x.now)
	// A full page promises another one even when nothing follows.
	hasNext := x.page(e, after, &p, len(p.ids) == limit)
	last := int64(0)
	if len(p.ids) > 0 {
		last = p.ids[len(p.ids)-1]
	}
	x.info = doc{"limitPage": limit, "totalCount": p.total, "hasNextPage": hasNext, "lastId": last}
	if len(p.docs) == 0 {
		return append(b, "null"...), nil
	}
	return x.value(b, docsAsList(p.docs), f, 0), nil
}

// fields flattens a selection: fragments, @skip and @include.
func (x *execution) fields(set ast.SelectionSet, typ string) []*ast.Field {
	flat := true
	for _, s := range set {
		f, ok := s.(*ast.Field)
		if !ok || len(f.Directives) > 0 {
			flat = false
			break
		}
	}
	out := make([]*ast.Field, 0, len(set))
	at := map[string]int{}
	var visit func(ast.SelectionSet)
	visit = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				if !x.included(s.Directives) {
					continue
				}
				if flat {
					out = append(out, s)
					continue
				}
				if i, ok := at[s.Alias]; ok { // the same field twice: selections add up
					merged := *out[i]
					merged.SelectionSet = append(append(ast.SelectionSet{}, merged.SelectionSet...), s.SelectionSet...)
					out[i] = &merged
					continue
				}
				at[s.Alias] = len(out)
				out = append(out, s)
			case *ast.InlineFragment:
				if x.included(s.Directives) {
					visit(s.SelectionSet)
				}
			case *ast.FragmentSpread:
				if x.included(s.Directives) && s.Definition != nil {
					visit(s.Definition.SelectionSet)
				}
			}
		}
	}
	visit(set)
	return out
}

func (x *execution) included(ds ast.DirectiveList) bool {
	for _, d := range ds {
		on, _ := d.ArgumentMap(x.vars)["if"].(bool)
		if d.Name == "skip" && on || d.Name == "include" && !on {
			return false
		}
	}
	return true
}

// value writes what a field holds, in the shape of its selection.
func (x *execution) value(b []byte, v any, f *ast.Field, depth int) []byte {
	if l, ok := v.(lazy); ok {
		v = l()
	}
	if v == nil && x.bend != nil && len(f.SelectionSet) == 0 {
		return appendJSON(b, x.bend(f.Name, nil))
	}
	if v == nil || depth > maxDepth || x.made > maxObjects {
		return append(b, "null"...)
	}
	if list, ok := v.([]any); ok {
		b = append(b, '[')
		for i := range list {
			if i > 0 {
				b = append(b, ',')
			}
			b = x.value(b, list[i], f, depth)
		}
		return append(b, ']')
	}
	d, ok := v.(doc)
	if !ok || len(f.SelectionSet) == 0 {
		if x.bend != nil {
			v = x.bend(f.Name, v)
		}
		return appendJSON(b, v)
	}
	x.made++
	typ := f.Definition.Type.Name()
	b = append(b, '{')
	for i, sub := range x.fields(f.SelectionSet, typ) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, sub.Alias), ':')
		if sub.Name == "__typename" {
			b = appendString(b, typ)
			continue
		}
		held, ok := d[sub.Name]
		if sub.Name == novelty {
			held = 1
		}
		if !ok && len(sub.SelectionSet) > 0 {
			held = x.world.nested(typ, sub.Name, d, x.now)
			if sub.Name == "ContractUnits" && strings.HasSuffix(typ, "Contract") {
				held = x.unitsOf(held, sub)
			}
		}
		b = x.value(b, held, sub, depth+1)
	}
	return append(b, '}')
}

// unitsOf applies the filter argument of a contract's lines.
func (x *execution) unitsOf(held any, f *ast.Field) any {
	filter, err := filterOf(f.ArgumentMap(x.vars)["filter"])
	lines, ok := held.([]any)
	if err != nil || !ok || len(filter) == 0 {
		return held
	}
	q := where(Units, filter)
	out := []any{}
	for _, l := range lines {
		if q.match == nil || q.match(l.(doc)) {
			out = append(out, l)
		}
	}
	return out
}

// filterOf reads a filter argument; a list field accepts a scalar.
func filterOf(v any) (map[string][]string, error) {
	filter := map[string][]string{}
	m, ok := v.(map[string]any)
	if v != nil && !ok {
		return nil, fmt.Errorf("Argument \"filter\" has invalid value %v.", v)
	}
	for k, v := range m {
		switch v := v.(type) {
		case nil:
		case []any:
			values := []string{}
			for _, i := range v {
				values = append(values, scalar(i))
			}
			filter[k] = values
		default:
			filter[k] = []string{scalar(v)}
		}
	}
	return filter, nil
}

func scalar(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case int:
		return int64(v), true
	case json.Number:
		n, err := v.Int64()
		return n, err == nil
	case float64:
		return int64(v), true
	}
	return 0, false
}
