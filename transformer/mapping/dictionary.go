package mapping

import (
	"encoding/csv"
	"fmt"
	"sync"

	"github.com/kzocds/kzocds/proto/extension"
)

// Title is what a code means.
type Title struct{ EN, RU, KK string }

// dictionary is a code list of the local extension: the values that the mapping
// knows of a dictionary of the portal, with their titles.
type dictionary map[string]Title

// dictionaryOf reads a code list once. Name is that of the file, without
// ending.
func dictionaryOf(name string) dictionary {
	dictionaries.Lock()
	defer dictionaries.Unlock()
	if d, known := dictionaries.byName[name]; known {
		return d
	}
	d, err := readDictionary(name)
	if err != nil {
		panic(err) // the code lists are compiled in
	}
	dictionaries.byName[name] = d
	return d
}

var dictionaries = struct {
	sync.Mutex
	byName map[string]dictionary
}{byName: map[string]dictionary{}}

func readDictionary(name string) (dictionary, error) {
	file, err := extension.Files().Open("codelists/" + name + ".csv")
	if err != nil {
		return nil, fmt.Errorf("code list %s: %w", name, err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("code list %s: %w", name, err)
	}
	d := make(dictionary, len(rows))
	for _, row := range rows[1:] {
		d[row[0]] = Title{EN: row[1], RU: row[2], KK: row[3]}
	}
	return d, nil
}

// listed makes a rule that keeps the portal's id and reports one that neither
// the code list knows nor the document gives a name of.
func listed(list string) Rule {
	known := dictionaryOf(list)
	return Rule{
		Name: "listed", Doc: "id of a dictionary of the portal as text; unknown ones are kept and reported", List: list,
		apply: func(_ *mapper, v any) any { return keyed(v) },
		known: func(id string) bool { _, ok := known[id]; return ok },
	}
}

// listedAll is listed for lists of ids.
func listedAll(list string) Rule {
	rule := listed(list)
	rule.Name, rule.Doc = "listed ids", "ids of a dictionary of the portal as texts; unknown ones are kept and reported"
	rule.apply = func(_ *mapper, v any) any { return orNilList(keys(v)) }
	return rule
}
