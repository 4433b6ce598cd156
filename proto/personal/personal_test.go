package personal_test

import (
	"strings"
	"testing"

	"github.com/kzocds/kzocds/proto/personal"
)

const (
	bin      = "020340002199" // real BIN of a public body
	iin      = "900230300059" // belongs to nobody: 30 February
	soleIIN  = "850615300012"
	anything = "000000000000"
)

func TestOwnersOfNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, number string
		want         personal.Kind
	}{
		{"a resident legal entity", bin, personal.Organisation},
		{"a non-resident", "021250000001", personal.Organisation},
		{"a joint sole proprietor", "021260000001", personal.Organisation},
		{"an IIN whose date does not exist is still a person's", iin, personal.Person},
		{"an IIN", soleIIN, personal.Person},
		{"an unknown kind", "021290000001", personal.Unknown},
		{"too short", "0203400021", personal.Unknown},
		{"letters", "02034000219x", personal.Unknown},
		{"nothing", "", personal.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := personal.Owner(c.number); got != c.want {
				t.Errorf("Owner(%q) = %v, want %v", c.number, got, c.want)
			}
		})
	}
}

func TestCheckDigits(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]bool{bin: true, iin: true, "120440026517": true, "020340002198": false, "1204400265170": false, "": false, anything: true} {
		if got := personal.ValidCheckDigit(number); got != want {
			t.Errorf("ValidCheckDigit(%q) = %v, want %v", number, got, want)
		}
	}
}

func TestScanOfFreeText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"an IIN goes", "ИИН " + iin + ", паспорт", "ИИН […], паспорт"},
		{"an IIN at the end goes", "поставщик " + iin, "поставщик […]"},
		{"an IIN in groups goes", "ИИН 900230 300059.", "ИИН […]."},
		{"a BIN stays", "БИН " + bin, "БИН " + bin},
		{"a number with a wrong check digit stays", "900230300058", "900230300058"},
		{"a longer number stays", "9002303000591", "9002303000591"},
		{"a number inside a word stays", "techspec_900230300059x", "techspec_900230300059x"},
		{"an e-mail goes", "писать на ivan.petrov@mail.kz, срочно", "писать на […], срочно"},
		{"a mobile number goes", "тел. +7 (701) 123-45-67", "тел. […]"},
		{"a number in trunk form goes", "тел. 87011234567", "тел. […]"},
		{"a bank account goes", "ИИК KZ75125KZT1001300335 в банке", "ИИК […] в банке"},
		{"a number of any city goes", "тел. +7 (000) 123-45-67", "тел. […]"},
		{"eleven digits without a plus stay", "код 70001234567", "код 70001234567"},
		{"the name of a contact goes", "Бумага. Контактное лицо: Примеров Пример, ИИН " + iin, "Бумага. Контактное лицо: […], ИИН […]"},
		{"the name of a contact at the end goes", "ОТВЕТСТВЕННОЕ ЛИЦО - Примеров П. П.", "ОТВЕТСТВЕННОЕ ЛИЦО - […]"},
		{"a contact in Kazakh goes", "Байланыс тұлғасы: Үлгіұлы Үлгі; тел. жоқ", "Байланыс тұлғасы: […]; тел. жоқ"},
		{"an announcement of nobody stays", "Контактное лицо: , тел. нет", "Контактное лицо: , тел. нет"},
		{"legal persons stay", "для юридических лиц", "для юридических лиц"},
		{"sums and codes stay", "на сумму 4961610.07 по коду 192026.510.000000", "на сумму 4961610.07 по коду 192026.510.000000"},
		{"dates stay", "до 2026-07-24 15:30:24", "до 2026-07-24 15:30:24"},
		{"a date alone stays", "2026-07-24 15:30:24", "2026-07-24 15:30:24"},
		{"a number that begins like a date goes", "9002-30-30 0059 +7 701 123 45 67", "[…] […]"},
		{"an at sign alone stays", "цена @ 5", "цена @ 5"},
		{"an IIN right after a Cyrillic word goes", "ИИН" + iin + "шт", "ИИН[…]шт"},
		{"an IIN of a month that is none stays", "801301300123", "801301300123"},
		{"a telephone before another number goes", "87011234567 2 шт", "[…] 2 шт"},
		{"two telephones go", "87011234567 87017654321", "[…] […]"},
		{"digits of a digest are no telephone", "KZ-IIN-87011234567abcdef012", "KZ-IIN-87011234567abcdef012"},
		{"a bank account with letters goes", "счёт KZ81826A1KZTD2010963", "счёт […]"},
		{"a bank account in groups goes", "KZ04 826A 1KZT D201 0963, Алматы", "[…], Алматы"},
		{"groups that are no bank account stay", "KZ88 826A 1KZT D201 0963", "KZ88 826A 1KZT D201 0963"},
		{"a code that begins like a bank account stays", "KZ81826A1", "KZ81826A1"},
		{"a contact in capitals in Kazakh goes", "БАЙЛАНЫС ТҰЛҒАСЫ: Үлгі", "БАЙЛАНЫС ТҰЛҒАСЫ: […]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, found := personal.Scan(c.text)
			if got != c.want || found != (c.text != c.want) {
				t.Errorf("Scan(%q) = %q, %v; want %q", c.text, got, found, c.want)
			}
			if what := personal.Find(c.text); (what != "") != found {
				t.Errorf("Find(%q) = %q, and Scan finds %v", c.text, what, found)
			}
		})
	}
}

func FuzzScan(f *testing.F) {
	for _, s := range []string{"", iin, "ИИН " + iin, "a@b.kz", "+77011234567", "KZ75125KZT1001300335", "900230 300059"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once, _ := personal.Scan(s)
		if twice, found := personal.Scan(once); found {
			t.Errorf("Scan(%q) = %q leaves something for a second scan: %q", s, once, twice)
		}
		if what := personal.Find(s); (what != "") != (once != s) {
			t.Errorf("Find(%q) = %q, and Scan gives %q", s, what, once)
		}
		if what := personal.Find(once); what != "" {
			t.Errorf("Find(%q) = %q, although it was scanned", once, what)
		}
		if strings.ToValidUTF8(s, "") == s && strings.ToValidUTF8(once, "") != once {
			t.Errorf("Scan(%q) = %q is broken text", s, once)
		}
	})
}

func TestFindNamesTheDatum(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]personal.Datum{
		"ИИН " + iin:           personal.IIN,
		"ivan.petrov@mail.kz":  personal.Email,
		"+7 (701) 123-45-67":   personal.Telephone,
		"KZ75125KZT1001300335": personal.Account,
		"Контактное лицо: Примеров Пример":    personal.Name,
		"КГУ Центр, БИН " + bin:               "",
		"2026-07-24T15:30:24.884+05:00 № 123": "",
	} {
		if got := personal.Find(text); got != want {
			t.Errorf("Find(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestNumbersOfPersons(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]bool{
		iin: true, soleIIN: true, bin: false, anything: false, "900230300058": false, "9002303000": false, "": false, "90023030005x": false,
		"850615300017": false, // the second weights decide
	} {
		if got := personal.IsIIN(number); got != want {
			t.Errorf("IsIIN(%q) = %v, want %v", number, got, want)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"title", "Услуги по ремонту 123456 дорог и для юридических лиц"},
		{"id", "KZ-BIN-" + bin},
		{"moment", "2026-07-24T15:30:24+05:00"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				if personal.Find(c.text) != "" {
					b.Fatal("found")
				}
			}
		})
	}
}
