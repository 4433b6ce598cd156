package goszakup

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"sync"
)

// dictionary is a list under /v3/refs.
type dictionary struct {
	key   string // id or code
	items []doc  // highest key first
	by    map[string]doc
}

// The dictionaries whose whole list is known are real; of the others the real
// values are known in part (samples/ref_partial_values.json) and completed
// with what the generator uses, see completedRefs.
var loadDictionaries = sync.OnceValue(func() map[string]*dictionary {
	all := map[string]*dictionary{}
	add := func(name string, d doc) {
		t := all[name]
		if t == nil {
			t = &dictionary{by: map[string]doc{}}
			all[name] = t
		}
		t.key = "id"
		if _, ok := d["id"]; !ok || name == "ref_kato" || name == "ref_units" || name == "ref_currency" || name == "ref_countries" {
			t.key = "code"
		}
		k := text(d[t.key])
		if old := t.by[k]; old != nil {
			for f, v := range d {
				if _, ok := old[f]; !ok {
					old[f] = v
				}
			}
			return
		}
		t.by[k] = d
		t.items = append(t.items, d)
	}
	for _, name := range []string{"ref_buy_status", "ref_lots_status", "ref_contract_status", "ref_trade_methods", "ref_pln_point_status"} {
		var page doc
		mustDecode(sampleFile(name+".json"), &page)
		for _, i := range page["items"].([]any) {
			add(name, snakeToCamel(i.(doc)))
		}
	}
	var partial map[string]any
	mustDecode(sampleFile("ref_partial_values.json"), &partial)
	for name, page := range partial {
		if m, ok := page.(map[string]any); ok {
			for _, i := range m["items"].([]any) {
				if name == "ref_ekrb" && i.(map[string]any)["id"] == nil {
					continue // two rows without id, given by completedRefs
				}
				add(name, camelDoc(i.(map[string]any)))
			}
		}
	}
	for name, items := range completedRefs {
		for _, d := range items {
			add(name, d)
		}
	}
	for _, p := range places {
		add("ref_kato", doc{"code": p.code, "parentCode": orNil(p.parent), "level": p.level, "ab": p.code[:2], "cd": p.code[2:4], "ef": p.code[4:6], "hij": p.code[6:], "k": 1,
			"nameRu": p.nameRu, "nameKz": p.nameKk, "fullNameRu": nil, "fullNameKz": nil})
	}
	for _, r := range readTable("units.csv") {
		add("ref_units", doc{"code": r[0], "code2": r[0], "alphaCode": orNil(r[3]), "nameRu": r[1], "nameKz": orNil(r[2])})
	}
	for i := range int64(programs) {
		code := programCode(i)
		add("ref_fkrb_program", doc{"id": programBase + i, "code": fmt.Sprint(100+i, code), "prg": code, "nameRu": "Услуги по обеспечению деятельности государственного органа", "nameKz": "Мемлекеттік органның қызметін қамтамасыз ету жөніндегі қызметтер"})
	}
	for level, from := range abpFrom {
		for i := range abpPerLevel {
			code := from + i
			add("ref_abp", doc{"id": code, "code": fmt.Sprint(code), "shortnameRu": fmt.Sprint("АБП ", code), "shortnameKz": fmt.Sprint("БББ ", code),
				"nameRu": fmt.Sprintf("Администратор бюджетных программ %d (%s)", code, budgetNames[level][0]), "nameKz": fmt.Sprintf("Бюджеттік бағдарламалар әкімшісі %d (%s)", code, budgetNames[level][1])})
		}
	}
	for id := 3; id <= 55; id++ {
		add("ref_justification", doc{"id": id, "refTradeMethodsId": 23, "nameRu": fmt.Sprintf("пп.%d п.3 ст.39", id), "nameKz": fmt.Sprintf("39-б. 3-т. %d-тт.", id)})
	}
	for m := 1; m <= 12; m++ {
		add("ref_months", doc{"id": m, "nameRu": monthsRu[m-1], "nameKz": monthsKk[m-1]})
	}
	for _, t := range all {
		slices.SortFunc(t.items, func(a, b doc) int { return compareKeys(text(b[t.key]), text(a[t.key])) })
	}
	return all
})

// compareKeys orders ids by number and codes by text.
func compareKeys(a, b string) int {
	x, errX := strconv.ParseInt(a, 10, 64)
	y, errY := strconv.ParseInt(b, 10, 64)
	if errX == nil && errY == nil {
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
	}
	return cmp.Compare(a, b)
}

func snakeToCamel(d doc) doc { return camelDoc(map[string]any(d)) }

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

var (
	monthsRu = []string{"Январь", "Февраль", "Март", "Апрель", "Май", "Июнь", "Июль", "Август", "Сентябрь", "Октябрь", "Ноябрь", "Декабрь"}
	monthsKk = []string{"Қаңтар", "Ақпан", "Наурыз", "Сәуір", "Мамыр", "Маусым", "Шілде", "Тамыз", "Қыркүйек", "Қазан", "Қараша", "Желтоқсан"}
)

func named(id int, ru, kz string) doc { return doc{"id": id, "nameRu": ru, "nameKz": kz} }

// Budget programmes and their administrators are ours, by the codes that the
// generator uses.
const (
	programs    = 200
	programBase = int64(2_111_000)
	abpPerLevel = 9
)

var abpFrom = []int{201, 261, 457, 124} // by budget level

func programCode(program int64) string { return fmt.Sprintf("%03d", 1+program%30) }

// completedRefs are ours: values that the generator uses and no source lists.
// Names seen in real records keep their wording; ids without a source are
// guesses.
var completedRefs = map[string][]doc{
	"ref_po_st": {
		{"id": bidSubmitted, "code": "Submitted", "nameRu": "Подано", "nameKz": "Берілді"},
		{"id": 300, "code": "Draft", "nameRu": "Проект", "nameKz": "Жоба"}, {"id": 310, "code": "Signing", "nameRu": "На подписании", "nameKz": "Қол қоюда"},
		{"id": bidWithdrawn, "code": "Withdrawn", "nameRu": "Отозвано", "nameKz": "Кері қайтарылды"}, {"id": 350, "code": "Admitted", "nameRu": "Допущено", "nameKz": "Жіберілді"},
		{"id": bidSecond, "code": "SecondWinner", "nameRu": "Второй победитель", "nameKz": "Екінші жеңімпаз"},
		{"id": bidRejected, "code": "Rejected", "nameRu": "Отклонено", "nameKz": "Қабылданбады"},
	},
	"ref_type_trade": {named(1, "Первая закупка", "Бірінші сатып алу"), named(2, "Повторная закупка", "Қайталама сатып алу"),
		named(3, "Повторная закупка после отмены", "Жойылғаннан кейінгі қайталама сатып алу"), named(4, "Второй этап", "Екінші кезең")},
	"ref_contract_agr_form":     {named(1, "Типовая форма", "Үлгілік нысан"), named(3, "Вне портала", "Порталдан тыс")},
	"ref_point_type":            {named(2, "Закупки, превышающие финансовый год", "Қаржылық жылдан асатын сатып алулар"), named(3, "Переходящие закупки", "Ауыспалы сатып алулар")},
	"ref_amendment_agreem_type": {named(1, "Заключение договора", "Шарт жасасу")},
	"ref_contract_cancel": {
		named(1, "По соглашению сторон", "Тараптардың келісімі бойынша"), named(2, "Неисполнение обязательств поставщиком", "Өнім берушінің міндеттемелерді орындамауы"),
		named(3, "Нецелесообразность исполнения договора", "Шартты орындаудың орынсыздығы"), named(4, "По решению суда", "Сот шешімі бойынша"),
	},
	"ref_finsource": {{"id": 2, "code": "2", "nogz": 0, "nameRu": "за счет средств софинансирования", "nameKz": "қоса қаржыландыру қаражаты есебінен"},
		{"id": 3, "code": "3", "nogz": 0, "nameRu": "за счет денег от реализации товаров, работ, услуг", "nameKz": "тауарларды, жұмыстарды, қызметтерді өткізуден түскен ақша есебінен"},
		{"id": 4, "code": "4", "nogz": 0, "nameRu": "за счет спонсорской и благотворительной помощи", "nameKz": "демеушілік және қайырымдылық көмек есебінен"},
		{"id": 6, "code": "6", "nogz": 1, "nameRu": "за счет собственных средств предприятия", "nameKz": "кәсіпорынның меншікті қаражаты есебінен"}, {"id": 1, "code": "1", "nogz": 0,
			"nameRu": "За счет бюджетных средств, за исключением средств софинансирования по правительственным внешним займам или связанным грантам", "nameKz": nil}},
	"ref_budget_type": {
		{"id": 1, "code": "01", "nameRu": "Республиканский бюджет", "nameKz": "Республикалық бюджет"},
		{"id": 4, "code": "02", "nameRu": "Областной бюджет, бюджет города республиканского значения, столицы", "nameKz": "Облыстық бюджет, республикалық маңызы бар қаланың, астананың бюджеті"},
		{"id": 6, "code": "04", "nameRu": "Бюджет сельского округа, села, поселка, города районного значения", "nameKz": "Ауылдық округтің, ауылдың, кенттің, аудандық маңызы бар қаланың бюджеті"},
	},
	"ref_justification": {{"id": 2, "refTradeMethodsId": 23, "nameRu": "приобретение товаров, работ, услуг на малые годовые объемы", "nameKz": nil}},
	"ref_currency": {
		{"code": "RUB", "name": "Российский рубль"}, {"code": "USD", "name": "Доллар США"}, {"code": "EUR", "name": "Евро"}, {"code": "CNY", "name": "Китайский юань"}, {"code": "TRY", "name": "Турецкая лира"},
	},
	"ref_countries": {
		{"code": "643", "code2": "ru", "code3": "rus", "nameRu": "РОССИЯ", "nameKz": "РЕСЕЙ"}, {"code": "112", "code2": "by", "code3": "blr", "nameRu": "БЕЛАРУСЬ", "nameKz": "БЕЛАРУСЬ"},
		{"code": "156", "code2": "cn", "code3": "chn", "nameRu": "КИТАЙ", "nameKz": "ҚЫТАЙ"}, {"code": "276", "code2": "de", "code3": "deu", "nameRu": "ГЕРМАНИЯ", "nameKz": "ГЕРМАНИЯ"},
		{"code": "792", "code2": "tr", "code3": "tur", "nameRu": "ТУРЦИЯ", "nameKz": "ТҮРКИЯ"}, {"code": "860", "code2": "uz", "code3": "uzb", "nameRu": "УЗБЕКИСТАН", "nameKz": "ӨЗБЕКСТАН"},
		{"code": "398", "code2": "kz", "code3": "kaz", "nameRu": "КАЗАХСТАН", "nameKz": "ҚАЗАҚСТАН"}},
	"ref_ekrb": {
		{"id": 878, "code": "149", "nameRu": "Приобретение прочих запасов", "nameKz": nil}, {"id": 879, "code": "159", "nameRu": "Оплата прочих услуг и работ", "nameKz": nil},
		{"id": 880, "code": "414", "nameRu": "Приобретение машин, оборудования, инструментов, производственного и хозяйственного инвентаря", "nameKz": nil},
	},
	"ref_amendm_agreem_justif": {
		named(0, "", ""), named(reasonMore, "Увеличение суммы договора", "Шарт сомасын ұлғайту"), named(2, "Изменение реквизитов сторон", "Тараптардың деректемелерін өзгерту"),
		named(reasonLess, "Уменьшение суммы договора", "Шарт сомасын азайту"), named(reasonCheaper, "Снижение цены за единицу", "Бірлік бағасын төмендету"),
		named(5, "Изменение источника финансирования или кодов бюджета", "Қаржыландыру көзін немесе бюджет кодтарын өзгерту"), named(6, "Изменение срока исполнения", "Орындау мерзімін өзгерту"),
	},
	"ref_comm_roles": {{"id": 1, "code": "chairman", "nameRu": "Председатель", "nameKz": "Төраға"}, {"id": 2, "code": "member", "nameRu": "Член комиссии", "nameKz": "Комиссия мүшесі"}, {"id": 3, "code": "secretary", "nameRu": "Секретарь", "nameKz": "Хатшы"}},
	"ref_reason": {
		{"id": 1, "type": 1, "nameRu": "Уклонение от заключения договора", "nameKz": "Шарт жасасудан жалтару"},
		{"id": 2, "type": 1, "nameRu": "Неисполнение либо ненадлежащее исполнение обязательств по договору", "nameKz": "Шарт бойынша міндеттемелерді орындамау"},
	},
	"ref_buy_lot_reject_reason": {named(10, rejections[0].articleName, "біліктілік талаптарына сәйкес келмеуі"), named(11, rejections[1].articleName, "конкурстық құжаттама талаптарына сәйкес келмеуі"), named(1, "отсутствие представленных заявок", "Өтінімдердің болмауы")},
}

// enstru is the nested RefEnstru of a code: the catalogue behind it is gone
// from the portal's dictionaries, but the nested object still answers.
func enstru(code string) any {
	i, ok := byCode[code]
	if !ok {
		return nil
	}
	p := products[i]
	return doc{"id": 1_000_000 + i, "code": code, "nameRu": p.nameRu, "nameKz": p.nameKk, "parentId": nil, "level": 6, "r": nil, "g": nil, "s": nil, "desc": nil, "mkei": p.unit, "edizm": nil}
}

func (w *world) ref(dict string, key any) any {
	if key == nil {
		return nil
	}
	if d, ok := w.refs[dict]; ok {
		if item, ok := d.by[fmt.Sprint(text(key))]; ok {
			return item
		}
	}
	return nil
}
