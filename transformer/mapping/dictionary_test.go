package mapping

import "testing"

func TestRowsOfDictionariesBecomeEntriesOfCodeLists(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		id   string
		row  Object
		list string
		code string
		want Title
	}{
		{"ref_contract_agr_form/3", Object{"code": "OutsidePortal", "nameRu": " Вне портала ", "nameKz": "Порталдан тыс"}, "contractForm", "3", Title{"Outside portal", "Вне портала", "Порталдан тыс"}},
		{"ref_po_st/330", Object{"code": "Submitted", "nameRu": "Подано"}, "bidStatusDetails", "330", Title{"Submitted", "Подано", ""}},
		// Symbols that are no English words leave the Russian name.
		{"ref_finsource/5", Object{"code": "5", "nameRu": "за счет денег"}, "fundingSource", "5", Title{"за счет денег", "за счет денег", ""}},
		{"ref_reason/1", Object{"code": "РНУ", "nameRu": "Уклонение"}, "blacklistReason", "1", Title{"Уклонение", "Уклонение", ""}},
		{"ref_reason/2", Object{"code": "RNU", "nameKz": "Жалтару"}, "blacklistReason", "2", Title{"Жалтару", "Жалтару", "Жалтару"}},
		{"ref_trade_methods/999", Object{"code": "999", "nameRu": "Новый способ"}, "procurementMethodDetails", "999", Title{"Новый способ", "Новый способ", ""}},
		{"ref_trade_methods/3", Object{"nameRu": "Запрос ценовых предложений"}, "", "", Title{}}, // has a code of its own
		{"ref_kato/551010000", Object{"nameRu": "Павлодар"}, "", "", Title{}},                    // completes no list
		{"ref_contract_agr_form/4", Object{"nameRu": " "}, "", "", Title{}},                      // names nothing
		{"ref_amendm_agreem_justif/0", Object{"nameRu": "Нет"}, "", "", Title{}},                 // 0 is none
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
