package mapping

import (
	"strings"
	"testing"
	"unicode"
)

func TestRowsOfDictionariesBecomeEntriesOfCodeLists(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		id   string
		row  Object
		list string
		code string
		want Title
	}{
		// The name is translated, whatever the number of the row.
		{"ref_contract_agr_form/3", Object{"code": "OutsidePortal", "nameRu": " Вне портала ", "nameKz": "Порталдан тыс"}, "contractForm", "3", Title{EN: "Outside the portal", RU: "Вне портала", KK: "Порталдан тыс"}},
		{"ref_po_st/330", Object{"code": "Submitted", "nameRu": "Подано"}, "bidStatusDetails", "330", Title{EN: "Submitted", RU: "Подано", KK: "Берілді"}},
		{"ref_type_trade/1", Object{"nameRu": "Первая  закупка."}, "purchaseType", "1", Title{EN: "First procurement", RU: "Первая  закупка.", KK: "Бірінші сатып алу"}},
		// The portal repeats the Russian name as the Kazakh.
		{"ref_contract_agr_form/2", Object{"nameRu": "Нетиповая форма", "nameKz": "Нетиповая форма"}, "contractForm", "2", Title{EN: "Other than standard form", RU: "Нетиповая форма", KK: "Үлгілік емес нысан"}},
		{"ref_trade_methods/500", Object{"nameRu": "Тендер", "nameKz": "Тендер"}, "procurementMethodDetails", "500", Title{EN: "Tender", RU: "Тендер", KK: "Тендер"}},
		// A place in the law is translated as such.
		{"ref_justification/14", Object{"nameRu": "пп.14 п.3 ст.39;"}, "legalGround", "14", Title{EN: "Sub-para 14, para 3, article 39 of the law", RU: "пп.14 п.3 ст.39;", KK: "39-баптың 3-тармағының 14) тармақшасы"}},
		// What nobody has translated says so. A symbol of English words is better than nothing.
		{"ref_po_st/331", Object{"code": "WaitingForDraw", "nameRu": "Ожидает жребия", "nameKz": "Жеребе күтуде"}, "bidStatusDetails", "331", Title{EN: "Waiting for draw", RU: "Ожидает жребия", KK: "Жеребе күтуде", Untranslated: "en"}},
		{"ref_finsource/15", Object{"code": "15", "nameRu": "за счет иного"}, "fundingSource", "15", Title{EN: "за счет иного", RU: "за счет иного", KK: "за счет иного", Untranslated: "kk en"}},
		{"ref_reason/11", Object{"code": "РНУ", "nameRu": "Новое основание", "nameKz": "Новое основание"}, "blacklistReason", "11", Title{EN: "Новое основание", RU: "Новое основание", KK: "Новое основание", Untranslated: "kk en"}},
		{"ref_reason/12", Object{"code": "RNU", "nameKz": "Жалтару"}, "blacklistReason", "12", Title{EN: "Жалтару", RU: "Жалтару", KK: "Жалтару", Untranslated: "ru en"}},
		{"ref_trade_methods/999", Object{"code": "999", "nameRu": "Новый способ"}, "procurementMethodDetails", "999", Title{EN: "Новый способ", RU: "Новый способ", KK: "Новый способ", Untranslated: "kk en"}},
		{"ref_trade_methods/3", Object{"nameRu": "Запрос ценовых предложений"}, "", "", Title{}}, // has a code of its own
		{"ref_kato/551010000", Object{"nameRu": "Павлодар"}, "", "", Title{}},    // completes no list
		{"ref_contract_agr_form/4", Object{"nameRu": " "}, "", "", Title{}},      // names nothing
		{"ref_amendm_agreem_justif/0", Object{"nameRu": "Нет"}, "", "", Title{}}, // 0 is none
		{"ref_contract_agr_form", Object{"nameRu": "Форма"}, "", "", Title{}},
	} {
		list, code, title, ok := CodeOf(c.id, c.row)
		if list != c.list || code != c.code || title != c.want || ok != (c.list != "") {
			t.Errorf("%s: %s/%s %+v %t", c.id, list, code, title, ok)
		}
	}
}

func TestEveryCompletedListIsACodeListOfTheExtension(t *testing.T) {
	t.Parallel()
	for list, codes := range CodeLists() {
		if len(codes) == 0 {
			t.Errorf("%s is empty", list)
		}
	}
	if len(Dictionaries()) != len(lists) {
		t.Error("two code lists are completed by one dictionary")
	}
}

// TestEveryCodeIsDecided holds the code lists against what the mapping makes of
// their codes: where the standard has a closed list, each code has one of it, and no
// code is decided that no list names.
func TestEveryCodeIsDecided(t *testing.T) {
	t.Parallel()
	for list, codes := range CodeLists() {
		for code, title := range codes {
			if standard, closed := Standard(list, code); closed && standard == "" {
				t.Errorf("%s/%s, %s, has no code of the standard", list, code, title.EN)
			}
		}
	}
	for list, decided := range map[string]map[string]string{"tenderStatusDetails": buyStatus, "lotStatusDetails": lotStatus, "contractStatusDetails": contractStatus, "planPointStatusDetails": planStatus} {
		for code := range decided {
			if _, named := dictionaryOf(list)[code]; !named {
				t.Errorf("%s/%s has a code of the standard and no titles", list, code)
			}
		}
	}
	for _, m := range methods {
		if _, named := dictionaryOf("procurementMethodDetails")[m.Code]; !named || m.Class == "" {
			t.Errorf("method %s has no titles or no class", m.Code)
		}
	}
}

// TestTranslationsAreWhole holds refdata/titles.csv and the code lists: no blank, no
// Kazakh text that is the Russian one but for words that are the same in both.
func TestTranslationsAreWhole(t *testing.T) {
	t.Parallel()
	same := map[string]bool{"Аукцион": true, "Тендер": true, "Mitwork": true}
	check := func(at string, title Title) {
		if title.EN == "" || title.RU == "" || title.KK == "" {
			t.Errorf("%s lacks a language: %+v", at, title)
		}
		if title.KK == title.RU && !same[title.RU] {
			t.Errorf("%s has its Russian name for a Kazakh one: %s", at, title.RU)
		}
		if strings.ContainsFunc(title.EN, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) {
			t.Errorf("%s has an English name in Cyrillic: %s", at, title.EN)
		}
		if strings.Contains(title.KK, "не ГЗ") {
			t.Errorf("%s has Russian words in its Kazakh name: %s", at, title.KK)
		}
	}
	for name, title := range translations() {
		check(name, title)
	}
	if len(translations()) != len(mustRows(titlesText)) {
		t.Error("a name is translated twice")
	}
	for list, codes := range CodeLists() {
		for code, title := range codes {
			check(list+"/"+code, title)
		}
	}
}
