package history

import "github.com/kzocds/kzocds/transformer/mapping"

// identified reports whether a list merges by id.
func identified(list []any) bool {
	if len(list) == 0 {
		return false
	}
	for _, element := range list {
		object, ok := element.(mapping.Object)
		if !ok || object["id"] == nil || object["scheme"] != nil && object["relationship"] == nil {
			return false // classifications carry an id but are replaced as a whole
		}
	}
	return true
}

func places(list []any) map[any]int {
	place := make(map[any]int, len(list))
	for i, element := range list {
		if object, ok := element.(mapping.Object); ok && object["id"] != nil {
			place[object["id"]] = i
		}
	}
	return place
}

// withRemovals adds a null to content for every value that was published and is
// there no more. Entries of lists are never removed: merging cannot. Content is
// changed at its top level only; objects below are copied before they change.
func withRemovals(content, published mapping.Object) {
	for name, before := range published {
		if name == "id" && published["scheme"] == nil {
			continue // only the id of a classification, identifier or unit can be null
		}
		now, present := content[name]
		if !present {
			if removal := removalOf(before); removal != nil {
				content[name] = *removal
			}
			continue
		}
		switch before := before.(type) {
		case mapping.Object:
			if object, ok := now.(mapping.Object); ok {
				content[name] = removed(object, before)
			}
		case []any:
			list, ok := now.([]any)
			if !ok || !identified(list) || !identified(before) {
				continue
			}
			place := places(before)
			copied := make([]any, len(list))
			for i, element := range list {
				copied[i] = element
				if j, known := place[element.(mapping.Object)["id"]]; known {
					copied[i] = removed(element.(mapping.Object), before[j].(mapping.Object))
				}
			}
			content[name] = copied
		}
	}
}

func removed(now, before mapping.Object) mapping.Object {
	copied := make(mapping.Object, len(now))
	for name, value := range now {
		copied[name] = value
	}
	withRemovals(copied, before)
	return copied
}

// removalOf is what takes a published value away: null for a value, nulls for
// the values of an object, nothing for a list of identified objects, an empty
// list for other objects, which merge as a whole.
func removalOf(before any) *any {
	var removal any
	switch value := before.(type) {
	case mapping.Object:
		object := mapping.Object{}
		withRemovals(object, value)
		if len(object) == 0 {
			return nil
		}
		removal = object
	case []any:
		if identified(value) {
			return nil
		}
		if len(value) > 0 {
			if _, objects := value[0].(mapping.Object); objects {
				removal = []any{}
			}
		}
	}
	return &removal
}
