package mapping

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/ocds/schema"
	"github.com/kzocds/kzocds/proto/extension"
)

// described is the release schema of the standard after some extensions.
type described struct {
	extension string // that was applied last, empty for the standard
	schema    map[string]any
}

// schemas lists the release schema of the standard, and after each extension.
func schemas(t testing.TB) []described {
	t.Helper()
	var extensions []schema.Extension
	list := []described{{"", releaseSchema(t)}}
	for _, registered := range extension.Registered() {
		e, known := schema.ByURL(registered.URL)
		if !known {
			t.Fatalf("extension %s is not embedded", registered.URL)
		}
		extensions = append(extensions, e)
		list = append(list, described{registered.ID, releaseSchema(t, extensions...)})
	}
	local, err := schema.Read(extension.Files())
	if err != nil {
		t.Fatal(err)
	}
	return append(list, described{extension.Name, releaseSchema(t, append(extensions, local)...)})
}

func releaseSchema(t testing.TB, extensions ...schema.Extension) map[string]any {
	t.Helper()
	s, err := schema.New(extensions...)
	if err != nil {
		t.Fatal(err)
	}
	var decoded map[string]any
	if err := json.Unmarshal(s.Release(), &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

// at finds what describes a path such as tender.lots[].value, nil when nothing
// does. A translation is described where its field is.
func (d described) at(path string) map[string]any {
	node := d.schema
	for name := range strings.SplitSeq(strings.ReplaceAll(path, "[]", ""), ".") {
		for _, language := range []string{"_kk", "_ru", "_en"} {
			name = strings.TrimSuffix(name, language)
		}
		properties, _ := d.resolve(node)["properties"].(map[string]any)
		node, _ = properties[name].(map[string]any)
		if node == nil {
			return nil
		}
	}
	return node
}

// resolve follows references and goes into the elements of lists.
func (d described) resolve(node map[string]any) map[string]any {
	for range 5 {
		if ref, ok := node["$ref"].(string); ok {
			definitions, _ := d.schema["definitions"].(map[string]any)
			node, _ = definitions[strings.TrimPrefix(ref, "#/definitions/")].(map[string]any)
			continue
		}
		items, ok := node["items"].(map[string]any)
		if !ok {
			return node
		}
		node = items
	}
	return node
}

// whence names the extension that describes a path, "" for the standard, and
// the code list of the field; ok is false when nothing describes it.
func whence(all []described, path string) (extension, codelist string, ok bool) {
	for _, d := range all {
		if d.at(path) != nil {
			extension, ok = d.extension, true
			break
		}
	}
	if node := all[len(all)-1].at(path); node != nil {
		codelist, _ = node["codelist"].(string)
	}
	return extension, codelist, ok
}

func TestEveryMappedPathIsDescribed(t *testing.T) {
	t.Parallel()
	all := schemas(t)
	for _, table := range Tables() {
		if _, _, ok := whence(all, table.Object); !ok {
			t.Errorf("neither the standard nor an extension describes %s", table.Object)
		}
		for _, f := range table.Fields {
			if f.To == "" {
				continue
			}
			path := table.Object + "." + f.To
			_, codelist, ok := whence(all, path)
			if !ok {
				t.Errorf("neither the standard nor an extension describes %s", path)
			}
			if f.Rule.List != "" && codelist != f.Rule.List+".csv" {
				t.Errorf("%s is checked against %s, its schema names %q", path, f.Rule.List, codelist)
			}
		}
	}
}
