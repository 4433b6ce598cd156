package privacy

import (
	"encoding/json"
	"strings"
	"testing"
)

// Made numbers: dates of birth with a right check digit.
const (
	iin      = "800101300125"
	otherIIN = "991231650009"
	bin      = "990440000385" // a business number of the portal
)

func TestIINsFindsOnlyNumbersOfPersons(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		json string
		want int
	}{
		"a number alone in a string":                     {`{"id":"` + iin + `"}`, 1},
		"a number in a sentence":                         {`{"title":"ИП Иванов, ИИН ` + iin + `."}`, 1},
		"a number right after a Cyrillic word":           {`{"title":"ИИН` + iin + `"}`, 1},
		"a number after an escaped line feed":            {`{"title":"ИИН\n` + iin + `"}`, 1},
		"a number after an escaped quote":                {`{"title":"\"` + iin + `\""}`, 1},
		"a number behind a scheme":                       {`{"id":"KZ-IIN-` + iin + `"}`, 1},
		"a number as a member name":                      {`{"` + iin + `":1}`, 1},
		"two numbers":                                    {`["` + iin + `","` + otherIIN + `"]`, 2},
		"a business number is no person's":               {`{"id":"KZ-BIN-` + bin + `"}`, 0},
		"an amount is no identifier":                     {`{"amount":` + iin + `}`, 0},
		"a part of a longer number":                      {`{"id":"1` + iin + `"}`, 0},
		"digits inside a hexadecimal digest":             {`{"id":"a` + iin + `f"}`, 0},
		"a release id whose digest has only digits":      {`{"id":"ocds-kz0000-t1-` + iin + `"}`, 0},
		"a wrong check digit":                            {`{"id":"800101300120"}`, 0},
		"the last group of an old classification code":   {`{"id":"36.00.11.100.000.00.0778.000000000001"}`, 0},
		"a month that does not exist":                    {`{"id":"801301300123"}`, 0},
		"text that ends inside a string or with a slash": {`{"id":"80010130012\`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := 0
			IINs([]byte(c.json), func([]byte) bool { got++; return true })
			if got != c.want {
				t.Errorf("%s: found %d, want %d", c.json, got, c.want)
			}
		})
	}
}

func TestIINsStopsWhenToldTo(t *testing.T) {
	t.Parallel()
	got := 0
	IINs([]byte(`["`+iin+`","`+otherIIN+`"]`), func([]byte) bool { got++; return false })
	if got != 1 {
		t.Errorf("called %d times after it said stop", got)
	}
}

func TestValidKnowsTheSecondWeights(t *testing.T) {
	t.Parallel()
	// The first weights give 10 for these eleven digits; the second decide on 2.
	for d := byte('0'); d <= '9'; d++ {
		if got := Valid(append([]byte("85061530001"), d)); got != (d == '2') {
			t.Errorf("check digit %c: valid %v", d, got)
		}
	}
}

func FuzzIINs(f *testing.F) {
	f.Add(`{"id":"` + iin + `"}`)
	f.Add(`{"a":"\\","b":"` + otherIIN + `"}`)
	f.Fuzz(func(t *testing.T, text string) {
		found := map[string]bool{}
		IINs([]byte(text), func(n []byte) bool { found[string(n)] = true; return true })
		for n := range found {
			if !Valid([]byte(n)) || !strings.Contains(text, n) {
				t.Errorf("%q is no IIN of the text", n)
			}
		}
		// As text of a string, a number stands where nothing can hide it.
		quoted, err := json.Marshal(text + " " + iin)
		if err != nil || strings.HasPrefix(text, "ocds-") {
			return
		}
		seen := false
		IINs(quoted, func(n []byte) bool { seen = seen || string(n) == iin; return true })
		if !seen {
			t.Errorf("%s hides an IIN", quoted)
		}
	})
}

func BenchmarkIINs(b *testing.B) {
	doc := []byte(`{"ocid":"ocds-kz0000-t17379679","tender":{"title":"Услуги по ремонту 123456789012 дорог","value":{"amount":1234567.89}}}`)
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		IINs(doc, func([]byte) bool { return true })
	}
}
