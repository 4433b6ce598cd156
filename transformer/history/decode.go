package history

import (
	"encoding/json"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/transformer/mapping"
)

// decode reads the content of a compiled release: everything but id, date and tag.
func decode(compiled []byte) (mapping.Object, error) {
	root, err := ocds.Parse(compiled)
	if err != nil {
		return nil, err
	}
	content := objectOf(root)
	for _, name := range []string{"id", "date", "tag"} {
		delete(content, name)
	}
	return content, nil
}

// objectOf leaves out what is empty: where values were removed, merging leaves
// empty objects and lists behind, which say nothing.
func objectOf(v ocds.Value) mapping.Object {
	object := make(mapping.Object, v.Len())
	for member := v.First(); member.Ok(); member = member.Next() {
		switch value := valueOf(member).(type) {
		case mapping.Object:
			if len(value) > 0 {
				object[member.Key()] = value
			}
		case []any:
			if len(value) > 0 {
				object[member.Key()] = value
			}
		default:
			object[member.Key()] = value
		}
	}
	return object
}

func valueOf(v ocds.Value) any {
	switch v.Kind() {
	case ocds.Object:
		return objectOf(v)
	case ocds.Array:
		list := make([]any, 0, v.Len())
		for element := v.First(); element.Ok(); element = element.Next() {
			list = append(list, valueOf(element))
		}
		return list
	case ocds.String:
		return v.Text()
	case ocds.Number:
		return json.Number(v.Raw())
	case ocds.Bool:
		return string(v.Raw()) == "true"
	default:
		return nil
	}
}
