package extension_test

import (
	"encoding/csv"
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/proto/extension"
)

func TestTheLocalExtensionIsWellFormed(t *testing.T) {
	t.Parallel()
	var meta struct {
		Name          map[string]string
		Compatibility []string
		Codelists     []string
		Schemas       []string
	}
	read(t, "extension.json", &meta)
	for _, lang := range []string{"en", "ru", "kk"} {
		if meta.Name[lang] == "" {
			t.Errorf("extension.json has no name in %s", lang)
		}
	}
	var schema struct{ Definitions map[string]any }
	read(t, "release-schema.json", &schema)
	if len(schema.Definitions) == 0 {
		t.Error("release-schema.json defines nothing")
	}
	for _, list := range meta.Codelists {
		f, err := extension.Files().Open("codelists/" + list)
		if err != nil {
			t.Errorf("code list %s: %v", list, err)
			continue
		}
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Errorf("code list %s: %v", list, err)
			continue
		}
		seen := map[string]bool{}
		for _, row := range rows[1:] {
			if seen[row[0]] {
				t.Errorf("code list %s has code %s twice", list, row[0])
			}
			seen[row[0]] = true
			if len(row) != 4 || row[1] == "" || row[2] == "" || row[3] == "" {
				t.Errorf("code list %s, code %s: a title in English, Russian or Kazakh is missing", list, row[0])
			}
		}
	}
	body, _ := fs.ReadFile(extension.Files(), "release-schema.json")
	for _, list := range meta.Codelists {
		if !strings.HasPrefix(list, "+") && !strings.Contains(string(body), list) {
			t.Errorf("no field uses code list %s", list)
		}
	}
}

func TestURLsEndWithTheLocalExtension(t *testing.T) {
	t.Parallel()
	urls := extension.URLs("http://127.0.0.1:9000/x/extension.json")
	if got := urls[len(urls)-1]; got != "http://127.0.0.1:9000/x/extension.json" {
		t.Errorf("last URL = %s", got)
	}
	if got := extension.URLs(""); got[len(got)-1] != extension.LocalURL {
		t.Errorf("default of the local extension = %s", got[len(got)-1])
	}
}

func read(t *testing.T, name string, into any) {
	t.Helper()
	body, err := fs.ReadFile(extension.Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// TestEveryFieldIsDocumentedInThreeLanguages holds fields.csv against the schema.
func TestEveryFieldIsDocumentedInThreeLanguages(t *testing.T) {
	t.Parallel()
	type object struct {
		Properties map[string]struct{ Title, Description string }
	}
	var schema struct {
		Definitions map[string]object
		object
	}
	read(t, "release-schema.json", &schema)
	objects := map[string]object{"Release": schema.object}
	for name, o := range schema.Definitions {
		objects[name] = o
	}
	f, err := extension.Files().Open("fields.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, row := range rows[1:] {
		field, known := objects[row[0]].Properties[row[1]]
		switch {
		case !known:
			t.Errorf("fields.csv lists %s.%s, which the schema lacks", row[0], row[1])
		case row[2] != field.Title || row[5] != field.Description:
			t.Errorf("fields.csv says of %s.%s other than the schema", row[0], row[1])
		case row[3] == "" || row[4] == "":
			t.Errorf("%s.%s has no Russian or Kazakh title", row[0], row[1])
		}
		listed[row[0]+"."+row[1]] = true
	}
	for name, o := range objects {
		for field, v := range o.Properties {
			if v.Title != "" && !listed[name+"."+field] {
				t.Errorf("fields.csv lacks %s.%s", name, field)
			}
		}
	}
}
