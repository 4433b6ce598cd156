package goszakup

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Everything about natural persons in the generated world is invented and
// recognisable: names are "Примеров(а) Пример № n", IINs have the birth dates 30
// February and 31 April, phones the code 000, bank accounts the bank TEST, mail
// the domain example.kz.

// person invents a natural person who is recognisably not real, like those of
// the sample records.
func person(n int) string {
	if n%2 == 0 {
		return fmt.Sprintf("Примеров Пример № %d", n)
	}
	return fmt.Sprintf("Примерова Пример № %d", n)
}

func phoneOf(pid int64) string {
	return fmt.Sprintf("+7 (000) %03d-%02d-%02d", pid/10_000%1000, pid/100%100, pid%100)
}

func mailOf(pid int64) string { return fmt.Sprintf("primer%d@example.kz", pid) }

func accountOf(pid int64) string { return fmt.Sprintf("KZ00TEST%012d", pid) }

// Personal is a piece of data about a natural person that the stand-in serves.
type Personal struct {
	Kind  string // name, proprietor, iin, phone, email, account, or text for a free text that holds some of these
	Value string
}

// personalFields are the fields that hold data about persons, by kind. An IIN
// in a field for BIN or IIN is told by its form.
var personalFields = map[string]string{
	"crFio": "name", "modFio": "name", "fio": "name", "supplierFio": "name", "customerFio": "name", "supplierHeadNameRu": "name", "supplierHeadNameKz": "name",
	"headFio": "name", "signFio": "name", "responsibleFullname": "name", "procuratoryHolder": "name",
	"iin": "iin", "supplierHeadBiin": "iin", "headBiin": "iin", "supplierBiin": "iin", "supplierBinIin": "iin", "biinSupplier": "iin",
	"phone": "phone", "supplierPhone": "phone", "customerPhone": "phone", "telephone": "phone", "email": "email",
	"supplierIik": "account", "customerIik": "account", "iikSupplier": "account",
}

// Personal lists every piece of personal data in the documents of the world and
// in its older feeds, each once, in order. Names of sole proprietors, which are
// names of firms too, are of a kind of their own, without "ИП".
func (v World) Personal() []Personal {
	found := map[Personal]bool{}
	for _, e := range Entities {
		for _, d := range v.w.all(e, v.now) {
			collectPersonal(d, found)
		}
	}
	for _, f := range Feeds {
		for _, d := range v.w.feed(f, v.now) {
			collectPersonal(d, found)
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b Personal) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value))
	})
}

func collectPersonal(v any, found map[Personal]bool) {
	switch v := v.(type) {
	case lazy:
		collectPersonal(v(), found)
	case []any:
		for _, i := range v {
			collectPersonal(i, found)
		}
	case doc:
		for k, held := range v {
			s, ok := held.(string)
			if !ok {
				collectPersonal(held, found)
				continue
			}
			kind := personalFields[k]
			switch {
			case s == "" || kind == "iin" && !isPersonalID(s):
			case kind != "":
				found[Personal{kind, s}] = true
			case strings.HasPrefix(s, "ИП "):
				found[Personal{"proprietor", strings.TrimPrefix(s, "ИП ")}] = true
			case strings.Contains(s, contactMark):
				found[Personal{"text", s[strings.Index(s, contactMark):]}] = true
			}
		}
	}
}

// contactMark begins the part of a free text that holds a person's contacts.
const contactMark = "Контактное лицо: "

// contacts are what people write into free texts though they should not.
func contacts(n int64) string {
	return fmt.Sprintf("%s%s, ИИН %s, тел. %s, %s", contactMark, person(int(n)), personalIDOn("0431", int(n%90_000)), phoneOf(n), mailOf(n))
}

// isPersonalID tells an IIN from a BIN by the fifth digit: it begins the day of
// birth, 0 to 3.
func isPersonalID(s string) bool { return len(s) == 12 && s[4] >= '0' && s[4] <= '3' }
