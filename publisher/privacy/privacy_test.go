package privacy

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/proto/personal"
)

// Made numbers.
const (
	iin = "800101300125"
	bin = "990440000385" // a business number of the portal
)

func TestFind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		json string
		want personal.Datum
	}{
		"a number alone in a string":                   {`{"id":"` + iin + `"}`, personal.IIN},
		"a number in a sentence":                       {`{"title":"ИП Иванов, ИИН ` + iin + `."}`, personal.IIN},
		"a number right after a Cyrillic word":         {`{"title":"ИИН` + iin + `"}`, personal.IIN},
		"a number after an escaped line feed":          {`{"title":"ИИН\n` + iin + `"}`, personal.IIN},
		"a number after an escaped quote":              {`{"title":"\"` + iin + `\""}`, personal.IIN},
		"a number in escapes":                          {`{"title":"\u0038` + iin[1:] + `"}`, personal.IIN},
		"a number behind a scheme":                     {`{"id":"KZ-IIN-` + iin + `"}`, personal.IIN},
		"a number as a member name":                    {`{"` + iin + `":1}`, personal.IIN},
		"the second string of a list":                  {`["a","` + iin + `"]`, personal.IIN},
		"a telephone":                                  {`{"title":"звонить +7 701 765 43 21"}`, personal.Telephone},
		"an address":                                   {`{"title":"писать someone@example.kz"}`, personal.Email},
		"an address in escapes":                        {`{"title":"someone\u0040example.kz"}`, personal.Email},
		"a bank account":                               {`{"title":"ИИК KZ75125KZT1001300335"}`, personal.Account},
		"a name after the words for a contact":         {`{"title":"Контактное лицо: Тестова Айгуль"}`, personal.Name},
		"a name in a text":                             {`{"title":"Обучение Тестовой Айгуль Маратовны"}`, personal.Name},
		"a name with initials in a list":               {`{"tags":["б","Иванов И.И."]}`, personal.Name},
		"a name in escapes":                            {`{"title":"\u0418ванов И.И."}`, personal.Name},
		"a street":                                     {`{"streetAddress":"ул. Абая Кунанбаева 10"}`, ""},
		"a name in the name of a body":                 {`{"name":"Адвокатская контора Иванова Ивана Ивановича"}`, ""},
		"a name as the name of a body":                 {`{"name":"Иванов Иван Иванович"}`, personal.Name},
		"a name after the name of a body":              {`{"name":"КГУ","title":"Иванов Иван Иванович, врач"}`, personal.Name},
		"a name after an object that is a name":        {`{"name":{"a":"б"},"roles":["Школа","учитель Иванов И.И."]}`, personal.Name},
		"a sole trader":                                {`{"name_kk":"ИП Иванов Иван Иванович"}`, ""},
		"a member for persons":                         {`{"contactPoint":{"telephone":"есть"}}`, "member telephone"},
		"a text like a member for persons":             {`{"title":"telephone"}`, ""},
		"a business number is no person's":             {`{"id":"KZ-BIN-` + bin + `"}`, ""},
		"an amount is no identifier":                   {`{"amount":` + iin + `}`, ""},
		"a part of a longer number":                    {`{"id":"1` + iin + `"}`, ""},
		"digits inside a hexadecimal digest":           {`{"id":"a` + iin + `f"}`, ""},
		"a release id whose digest has only digits":    {`{"id":"ocds-kz0000-t1-` + iin + `"}`, ""},
		"a pseudonym that begins like a telephone":     {`{"id":"KZ-IIN-87011234567abcdef012"}`, ""},
		"a wrong check digit":                          {`{"id":"800101300120"}`, ""},
		"the last group of an old classification code": {`{"id":"36.00.11.100.000.00.0778.000000000001"}`, ""},
		"a date":                         {`{"date":"2026-07-24T15:30:24.884+05:00"}`, ""},
		"text that ends inside a string": {`{"id":"8001013001`, ""},
		"text that ends with a slash":    {`{"id":"80010130012\`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Find([]byte(c.json)); got != c.want {
				t.Errorf("%s: found %q, want %q", c.json, got, c.want)
			}
		})
	}
}

func FuzzFind(f *testing.F) {
	f.Add(`{"id":"` + iin + `"}`)
	f.Add(`{"a":"\\","b":"someone@example.kz"}`)
	f.Fuzz(func(t *testing.T, text string) {
		Find([]byte(text)) // any text
		// As text of a string, nothing can hide a number.
		quoted, err := json.Marshal(text + " " + iin)
		if err == nil && !strings.HasPrefix(text, "ocds-") && Find(quoted) == "" {
			t.Errorf("%s hides an IIN", quoted)
		}
	})
}

func BenchmarkFind(b *testing.B) {
	doc := []byte(`{"ocid":"ocds-kz0000-t17379679","parties":[{"id":"KZ-BIN-` + bin + `"}],"tender":{"title":"Услуги по ремонту 123456789012 дорог","value":{"amount":1234567.89}}}`)
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if Find(doc) != "" {
			b.Fatal("found")
		}
	}
}
