package catalog

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// The dictionaries: methods and statuses of the portal, divisions of KPVED,
// regions by the first two digits of KATO, and the closed lists of kzocds.
//
//go:embed dictionary/*.csv
var files embed.FS

// Entry is a code with its title.
type Entry struct {
	Code  string
	Title Text
}

var dictionaries = sync.OnceValue(func() map[string][]Entry {
	all := map[string][]Entry{}
	for _, f := range fields {
		if f.Dictionary == "" || all[f.Dictionary] != nil {
			continue
		}
		if f.Dictionary == "flag" {
			for _, flag := range flags {
				all["flag"] = append(all["flag"], Entry{flag.ID, flag.Name})
			}
			continue
		}
		entries, err := readDictionary(f.Dictionary)
		if err != nil {
			panic("catalog: " + err.Error()) // the files are part of the program
		}
		all[f.Dictionary] = entries
	}
	return all
})

func readDictionary(name string) ([]Entry, error) {
	file, err := files.Open("dictionary/" + name + ".csv")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.FieldsPerRecord = 4
	if _, err := r.Read(); err != nil {
		return nil, fmt.Errorf("dictionary %s: %w", name, err)
	}
	var entries []Entry
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return entries, nil
		}
		if err != nil {
			return nil, fmt.Errorf("dictionary %s: %w", name, err)
		}
		entries = append(entries, Entry{rec[0], Text{KK: rec[1], RU: rec[2], EN: rec[3]}})
	}
}

// Dictionary lists the codes of a dictionary.
func Dictionary(name string) []Entry { return slices.Clone(dictionaries()[name]) }

var index = sync.OnceValue(func() map[string]map[string]Text {
	all := map[string]map[string]Text{}
	for name, entries := range dictionaries() {
		all[name] = make(map[string]Text, len(entries))
		for _, e := range entries {
			all[name][e.Code] = e.Title
		}
	}
	return all
})

var (
	blank    = Text{KK: "көрсетілмеген", RU: "не указано", EN: "not stated"}
	unmapped = Text{KK: "сәйкестендірілмеген: ", RU: "не сопоставлено: ", EN: "not mapped: "}
	quarters = Text{KK: "%[2]s жылғы %[1]s-тоқсан", RU: "%[1]s квартал %[2]s года", EN: "Q%[1]s %[2]s"}
	months   = Text{KK: "%[2]s ж. %[1]s", RU: "%[1]s %[2]s", EN: "%[1]s %[2]s"}
)

// Label names a value of a field in a language. id is the plain value, "" for
// blank. A code that the dictionary lacks is shown as not mapped with the code,
// never as blank. Organisations are named by the data: their id is given back.
func (f Field) Label(id, lang string) string {
	if id == "" {
		return blank.In(lang)
	}
	switch f.Type {
	case Code:
		if t, ok := index()[f.Dictionary][id]; ok {
			return t.In(lang)
		}
		return unmapped.In(lang) + id
	case Named:
		return f.named(id, lang)
	case Quarter:
		if year, q, ok := strings.Cut(id, "-Q"); ok {
			return fmt.Sprintf(quarters.In(lang), q, year)
		}
	case Month:
		if year, m, ok := strings.Cut(id, "-"); ok {
			if t, ok := index()["planMonth"][strings.TrimPrefix(m, "0")]; ok {
				return fmt.Sprintf(months.In(lang), t.In(lang), year)
			}
		}
	}
	return id
}

var mixed = Text{KK: "әртүрлі", RU: "разные", EN: "several"}

// Titles of KPVED codes in the languages that the classification has.
//
//go:embed names/kpved.csv
var kpved []byte

var kpvedTitles = sync.OnceValue(func() map[string]Text {
	rows, err := csv.NewReader(bytes.NewReader(kpved)).ReadAll()
	if err != nil {
		panic("catalog: kpved.csv: " + err.Error()) // the file is part of the program
	}
	titles := make(map[string]Text, len(rows))
	for _, r := range rows[1:] {
		titles[r[0]] = Text{KK: r[1], RU: r[2], EN: r[3]}
	}
	return titles
})

// named gives a code that the data or a classification names: its title, in the
// language asked for or else in Russian, after the code.
func (f Field) named(id, lang string) string {
	if id == "mixed" {
		return mixed.In(lang)
	}
	if id == "previousUnsuccessful" {
		return previousUnsuccessful.In(lang)
	}
	if title := kpvedTitles()[id]; slices.Contains(classification, f.ID) && title.RU != "" {
		return id + " " + cmp.Or(title.In(lang), title.RU)
	}
	return id
}

var previousUnsuccessful = Text{KK: "алдыңғы сатып алу өтпеді", RU: "предыдущая закупка не состоялась", EN: "the previous purchase failed"}

// nonCompetitive lists the methods without competition. A contract or
// plan point takes its competitiveness from here, a lot brings its own.
func nonCompetitive(method string) bool {
	method = strings.TrimSuffix(method, "NonPublic") // outside public procurement a method is what it is within
	for _, prefix := range []string{"singleSource", "dwelling", "stateSocial"} {
		if strings.HasPrefix(method, prefix) {
			return true
		}
	}
	return slices.Contains([]string{"specialOrder", "stateEducationOrder", "limited", "direct"}, method)
}

// Competitive tells whether a procurement method is competitive: "true",
// "false", or "" for a blank method.
func Competitive(method string) string {
	switch {
	case method == "":
		return ""
	case nonCompetitive(method):
		return "false"
	}
	return "true"
}
