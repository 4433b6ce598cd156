package mapping

import "strings"

// For the tests of package mapping_test.
var (
	// Update is the flag that writes golden files and documentation anew.
	Update = update
	// Compare holds a file against what it should say, or writes it.
	Compare = compare
)

// Plain is the entity whose shape a document has.
var Plain = plain

// EarlierEntries are the names of the fields of the older feeds that the table
// explains, one by one.
func EarlierEntries() []string {
	var all []string
	for _, f := range earlierFields {
		all = append(all, f.names()...)
	}
	return all
}

// EarlierField finds what the table says of a field of the older feeds: the entry, of
// the field or of the nearest object around it, the paths where that is now, and the
// part of the field's path within it.
func EarlierField(field string) (entry string, now []string, part string) {
	for _, f := range earlierFields {
		names := f.names()
		paths := strings.Split(f.now, ", ")
		for i, name := range names {
			rest, inside := strings.CutPrefix(field, name)
			rest = strings.TrimPrefix(rest, "[]")
			if !inside || rest != "" && rest[0] != '.' || len(name) <= len(entry) {
				continue
			}
			entry, now, part = name, nil, rest
			switch {
			case f.now == "":
			case len(paths) == len(names):
				now = paths[i : i+1]
			default:
				now = paths
			}
		}
	}
	return entry, now, part
}

// names are the fields of an entry with their whole paths.
func (f earlierField) names() []string {
	names := strings.Split(f.was, ", ")
	prefix := names[0][:strings.LastIndexAny(names[0], ". ")+1]
	for i := range names[1:] {
		names[i+1] = prefix + names[i+1]
	}
	return names
}
