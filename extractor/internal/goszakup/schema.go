package goszakup

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

const schemaQuery = `query Schema {
  __schema { types { kind name fields { name type { ...Ref } } inputFields { name type { ...Ref } } enumValues { name } } }
}
fragment Ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`

// typeRef is how a schema refers to a type.
type typeRef struct {
	Kind   string   `json:"kind"`
	Name   string   `json:"name"`
	OfType *typeRef `json:"ofType"`
}

func (t *typeRef) String() string {
	switch {
	case t == nil:
		return ""
	case t.Kind == "NON_NULL":
		return t.OfType.String() + "!"
	case t.Kind == "LIST":
		return "[" + t.OfType.String() + "]"
	}
	return t.Name
}

// Schema is what the portal says of its interfaces: every member of every type of
// GraphQL, and the members of rows that only REST lists, dictionaries among them, as
// the newest ones show them. A portal that does not tell is fault.Invalid. After a
// failure it goes on where it stood.
func (c *Client) Schema(ctx context.Context) ([]document.Member, error) {
	paths := []string{graphqlPath}
	for _, e := range source.Entities() {
		if spec, ours := entities[e]; ours && spec.list != "" {
			paths = append(paths, spec.list)
		}
	}
	for _, name := range Dictionaries() {
		paths = append(paths, dictionaryPath+name)
	}
	c.inspecting.Lock()
	defer c.inspecting.Unlock()
	for _, path := range paths {
		if _, known := c.inspected[path]; known {
			continue
		}
		read := c.rowMembers
		if path == graphqlPath {
			read = c.typeMembers
		}
		list, err := read(ctx, path)
		if err != nil {
			return nil, err
		}
		if c.inspected == nil {
			c.inspected = map[string][]document.Member{}
		}
		c.inspected[path] = list
	}
	var all []document.Member
	for _, path := range paths {
		all = append(all, c.inspected[path]...)
	}
	c.inspected = nil
	return all, nil
}

// typeMembers are the members of the types of GraphQL.
func (c *Client) typeMembers(ctx context.Context, path string) ([]document.Member, error) {
	body, err := json.Marshal(request{OperationName: "Schema", Query: schemaQuery})
	if err != nil {
		return nil, err
	}
	type member struct {
		Name string   `json:"name"`
		Type *typeRef `json:"type"`
	}
	var told struct {
		Data struct {
			Schema struct {
				Types []struct {
					Name                            string `json:"name"`
					Fields, InputFields, EnumValues []member
				} `json:"types"`
			} `json:"__schema"`
		} `json:"data"`
	}
	err = c.send(ctx, "POST", path, body, func(a answer) error {
		if n := notice(a.body); len(n.Errors) > 0 {
			return fault.New(fault.Invalid, "the source does not tell its schema: %s", n.Message)
		}
		if err := json.Unmarshal(a.body, &told); err != nil || len(told.Data.Schema.Types) == 0 {
			return fault.New(fault.Unavailable, "the source's answer has no schema")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var list []document.Member
	for _, t := range told.Data.Schema.Types {
		if strings.HasPrefix(t.Name, "__") {
			continue
		}
		for _, m := range slices.Concat(t.Fields, t.InputFields, t.EnumValues) {
			list = append(list, document.Member{Name: t.Name + "." + m.Name, Type: m.Type.String()})
		}
	}
	return list, nil
}

// rowMembers are the members of the newest rows of a REST list; none of a list that is
// not there.
func (c *Client) rowMembers(ctx context.Context, path string) ([]document.Member, error) {
	p, _, err := c.list(ctx, path, "", c.cfg.PageREST)
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, raw := range p.Items {
		var row map[string]json.RawMessage
		if json.Unmarshal(raw, &row) == nil {
			for name := range row {
				names[name] = true
			}
		}
	}
	var list []document.Member
	for _, name := range slices.Sorted(maps.Keys(names)) {
		list = append(list, document.Member{Name: path + "." + name})
	}
	return list, nil
}
