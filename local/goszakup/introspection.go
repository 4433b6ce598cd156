package goszakup

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// schemaDoc answers __schema. Types refer to one another in circles, so a type
// reference is a doc of its own kind and name with ofType, and only the list of
// types and __type give fields.
func schemaDoc(schema *ast.Schema) doc {
	types := []any{}
	for _, name := range sortedKeys(schema.Types) {
		types = append(types, typeDoc(schema, schema.Types[name]))
	}
	directives := []any{}
	for _, name := range sortedKeys(schema.Directives) {
		d := schema.Directives[name]
		locations := []any{}
		for _, l := range d.Locations {
			locations = append(locations, string(l))
		}
		directives = append(directives, doc{"name": d.Name, "description": orNil(d.Description), "locations": locations, "args": argumentDocs(schema, d.Arguments), "isRepeatable": d.IsRepeatable})
	}
	return doc{"queryType": typeDoc(schema, schema.Query), "mutationType": nil, "subscriptionType": nil, "description": nil, "types": types, "directives": directives}
}

func typeDoc(schema *ast.Schema, t *ast.Definition) any {
	if t == nil {
		return nil
	}
	d := typeHead(t)
	d["interfaces"] = nil
	switch t.Kind {
	case ast.Object:
		d["interfaces"] = []any{}
		fields := []any{}
		for _, f := range t.Fields {
			if f.Name[0] == '_' {
				continue
			}
			fields = append(fields, doc{"name": f.Name, "description": orNil(f.Description), "args": argumentDocs(schema, f.Arguments), "type": typeRef(schema, f.Type), "isDeprecated": false, "deprecationReason": nil})
		}
		d["fields"] = fields
	case ast.InputObject:
		inputs := []any{}
		for _, f := range t.Fields {
			inputs = append(inputs, inputDoc(schema, f.Name, f.Description, f.Type))
		}
		d["inputFields"] = inputs
	case ast.Enum:
		values := []any{}
		for _, v := range t.EnumValues {
			values = append(values, doc{"name": v.Name, "description": orNil(v.Description), "isDeprecated": false, "deprecationReason": nil})
		}
		d["enumValues"] = values
	}
	return d
}

func typeHead(t *ast.Definition) doc {
	return doc{"kind": string(t.Kind), "name": t.Name, "description": orNil(t.Description), "fields": nil, "inputFields": nil, "enumValues": nil, "possibleTypes": nil,
		"ofType": nil, "specifiedByURL": nil, "isOneOf": false}
}

func argumentDocs(schema *ast.Schema, args ast.ArgumentDefinitionList) []any {
	out := []any{}
	for _, a := range args {
		out = append(out, inputDoc(schema, a.Name, a.Description, a.Type))
	}
	return out
}

func inputDoc(schema *ast.Schema, name, description string, t *ast.Type) doc {
	return doc{"name": name, "description": orNil(description), "type": typeRef(schema, t), "defaultValue": nil, "isDeprecated": false, "deprecationReason": nil}
}

func typeRef(schema *ast.Schema, t *ast.Type) doc {
	switch {
	case t.NonNull:
		inner := *t
		inner.NonNull = false
		return wrapper("NON_NULL", typeRef(schema, &inner))
	case t.Elem != nil:
		return wrapper("LIST", typeRef(schema, t.Elem))
	}
	return typeHead(schema.Types[t.NamedType])
}

func wrapper(kind string, of doc) doc {
	return doc{"kind": kind, "name": nil, "description": nil, "fields": nil, "inputFields": nil, "enumValues": nil, "possibleTypes": nil, "interfaces": nil, "ofType": of}
}
