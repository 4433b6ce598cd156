package mapping

import (
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/kzocds/kzocds/proto/extension"
)

// Title is what a code means.
type Title struct {
	EN, RU, KK string
	// Untranslated are the languages in which nobody has said it yet, parted by
	// blanks ("kk en"); what stands there in place is the portal's symbol of the row,
	// or its name in the other language.
	Untranslated string
}

// sources lead from the code lists of the local extension to the portal's
// dictionaries whose ids are their codes. What a dictionary lists is known,
// whether the code list has it or not.
var sources = map[string]string{
	"amendmentGround": "ref_amendm_agreem_justif", "amendmentType": "ref_amendment_agreem_type", "bidStatusDetails": "ref_po_st",
	"blacklistReason": "ref_reason", "budgetType": "ref_budget_type", "contractForm": "ref_contract_agr_form",
	"contractStatusDetails": "ref_contract_status", "fundingSource": "ref_finsource", "legalGround": "ref_justification",
	"lotStatusDetails": "ref_lots_status", "planPointStatusDetails": "ref_pln_point_status", "planPointType": "ref_point_type",
	"procurementMethodDetails": "ref_trade_methods", "purchaseType": "ref_type_trade", "tenderStatusDetails": "ref_buy_status", "terminationGround": "ref_contract_cancel",
}

// Dictionaries names the portal's dictionaries that complete code lists, sorted.
func Dictionaries() []string { return slices.Sorted(maps.Values(sources)) }

// lists leads from a dictionary to the code list that it completes.
var lists = func() map[string]string {
	m := make(map[string]string, len(sources))
	for list, dictionary := range sources {
		m[dictionary] = list
	}
	return m
}()

// CodeOf reads a row of a dictionary of the portal, whose document has the id
// <dictionary>/<code>, as an entry of the code list that the dictionary completes.
// ok is false when it completes none, the row gives no name, or the mapping has a
// code of its own for it. The portal has no English names, and often repeats the
// Russian one as the Kazakh: what names usually say is translated by name, whatever
// the number of the row (refdata/titles.csv).
func CodeOf(id string, row Object) (list, code string, title Title, ok bool) {
	dictionary, code, _ := strings.Cut(id, "/")
	list = lists[dictionary]
	if _, own := methodByID[code]; own && list == "procurementMethodDetails" {
		return "", "", Title{}, false
	}
	ru, kk := text(row["nameRu"]), text(row["nameKz"])
	if list == "" || code == "" || code == "0" || ru == "" && kk == "" {
		return "", "", Title{}, false
	}
	known, _ := translate(ru)
	if kk == "" || kk == ru {
		kk = known.KK
	}
	title = Title{EN: known.EN, RU: ru, KK: kk}
	lacks := func(language string, in *string, instead ...string) {
		if *in == "" {
			title.Untranslated = strings.TrimSpace(title.Untranslated + " " + language)
			*in = cmp.Or(instead...)
		}
	}
	lacks("ru", &title.RU, kk)
	lacks("kk", &title.KK, title.RU)
	lacks("en", &title.EN, words(text(row["code"])), title.RU)
	return list, code, title, true
}

//go:embed refdata/titles.csv
var titlesText []byte

// translations are what names of the portal's dictionaries mean, by Russian name as
// normal makes it.
var translations = sync.OnceValue(func() map[string]Title {
	rows := mustRows(titlesText)
	all := make(map[string]Title, len(rows))
	for _, row := range rows {
		all[normal(row[0])] = Title{RU: row[0], KK: row[1], EN: row[2]}
	}
	return all
})

// normal makes names equal that differ in case, blanks or what ends them.
func normal(name string) string {
	return strings.Join(strings.Fields(strings.ToLower(strings.Trim(name, " .;"))), " ")
}

// provision is a name that is nothing but a place in the law.
var provision = regexp.MustCompile(`^пп\. ?(\d+) п\. ?(\d+) ст\. ?(\d+)$`)

// translate finds what a Russian name means in Kazakh and English.
func translate(ru string) (Title, bool) {
	if at := provision.FindStringSubmatch(normal(ru)); at != nil {
		return Title{
			RU: ru, KK: fmt.Sprintf("%s-баптың %s-тармағының %s) тармақшасы", at[3], at[2], at[1]),
			EN: fmt.Sprintf("Sub-para %s, para %s, article %s of the law", at[1], at[2], at[3]),
		}, true
	}
	title, known := translations()[normal(ru)]
	return title, known
}

// words takes a symbol such as ContractExecuted apart; empty for what is none.
func words(symbol string) string {
	var b strings.Builder
	lower := false
	for i, r := range symbol {
		switch {
		case r >= 'a' && r <= 'z':
			lower = true
		case r < 'A' || r > 'Z':
			return ""
		case lower: // a word begins
			b.WriteByte(' ')
			r, lower = unicode.ToLower(r), false
		}
		if i == 0 {
			r = unicode.ToUpper(r)
		}
		b.WriteRune(r)
	}
	if !strings.ContainsFunc(symbol, unicode.IsLower) {
		return "" // an abbreviation
	}
	return b.String()
}

// CodeLists are the code lists of the local extension that name values of the
// portal, by list and code.
func CodeLists() map[string]map[string]Title {
	all := make(map[string]map[string]Title, len(sources))
	for list := range sources {
		all[list] = dictionaryOf(list)
	}
	return all
}

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
// the code list nor the portal's dictionary knows nor the document gives a name
// of.
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
