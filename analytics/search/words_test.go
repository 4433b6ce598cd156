package search

import (
	"slices"
	"strings"
	"testing"
)

func TestFormsOfAKazakhWordShareTheirStem(t *testing.T) {
	t.Parallel()
	for stem, forms := range map[string]string{
		"шарт":   "шарт шарты шарттар шарттары шарттың шартқа шартта шарттан",
		"қызмет": "қызмет қызметтер қызметтері қызметтердің қызметін қызметке",
		"дәрі":   "дәрі дәрілер дәрілерді дәрілердің",
		"жол":    "жол жолдар жолдың жолға жолдары",
		"мектеп": "мектеп мектептер мектептің мектепке мектептен",
	} {
		for f := range strings.FieldsSeq(forms) {
			if got := Stems(f); !slices.Contains(got, stem) {
				t.Errorf("%s: %v, want %s among them", f, got, stem)
			}
		}
	}
}

func TestWhatPeopleTypeIsUnderstood(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"9407 4000 0911":      "n_940740000911",
		"940740000911":        "n_940740000911",
		"172312.700.000001":   "n_172312700000001",
		"81861406-ЗЦП1":       "n_81861406зцп1",
		"бумага А4":           "",
		"":                    "",
		"24 месяца поставка":  "",
		"2026 год, договор 7": "",
	} {
		if got := Parse(text).Code; got != want {
			t.Errorf("%q: code %q, want %q", text, got, want)
		}
	}
	q := Parse("Ремонт дорог")
	if len(q.Words) != 2 || q.Words[0].Prefix || !q.Words[1].Prefix || q.Words[0].Text != "ремонт" {
		t.Errorf("question %+v", q)
	}
	if q := Parse("ремонт "); q.Words[0].Prefix {
		t.Error("a finished word may be unfinished")
	}
	if n := len(Parse(strings.Repeat("слово ", 40)).Words); n != maxWords {
		t.Errorf("%d words", n)
	}
	d := Document{TitleRU: "Договор", TitleKK: "Шарттар, шарт", Codes: []string{"№ 12/3", "нет", ""}}
	if got := d.Lexemes(); !slices.Equal(got, []string{"k_шарт", "k_шарттар", "n_123"}) {
		t.Errorf("lexemes %v", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("ремонт дорог 9407 4000 0911")
	f.Add("'; \\ :* | & !\x00")
	f.Fuzz(func(t *testing.T, text string) {
		q := Parse(text)
		if len(q.Words) > maxWords {
			t.Errorf("%d words", len(q.Words))
		}
		for _, w := range q.Words {
			if w.Text == "" || len(w.Stems) == 0 || strings.ContainsAny(w.Text, " '\\:|&!") {
				t.Errorf("%q: word %+v", text, w)
			}
			Latin(w.Text)
		}
	})
}
