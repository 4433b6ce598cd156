package catalog

// Form is a statutory form: which figures stand in which cell.
type Form struct {
	ID         string
	Title      Text
	LegalBasis Text
	Notes      []Text // how it is filled, and what it cannot have
	// Periods it is made for: Year, Quarter, Month.
	Periods []Type
	// By is the dimension of the columns after the first, which is the total.
	By      string
	Total   Text
	Columns []FormColumn
	Rows    []FormRow
}

// FormColumn is a column for a member of the form's dimension. Absent ones are
// part of the form, but the method does not exist in the country.
type FormColumn struct {
	Member string
	Title  Text
	Absent bool
}

// FormRow is a line: a measure under filters. Date begins the names of the fields
// that the period selects: published, signed, plan.
type FormRow struct {
	Code    string
	Title   Text
	Measure string
	Filters map[string][]string
	Date    string
	Level   int // 1: a part of the line of level 0 above
}

// Forms lists the statutory forms.
func Forms() []Form { return forms }

var (
	onPublished = "published"
	onSigned    = "signed"
	onPlan      = "plan"

	// union are the states of the Eurasian Economic Union in the order of the form.
	union = []struct {
		code string
		name Text
	}{
		{"AM", Text{"Армения", "Армения", "Armenia"}}, {"BY", Text{"Беларусь", "Беларусь", "Belarus"}}, {"KZ", Text{"Қазақстан", "Казахстан", "Kazakhstan"}},
		{"KG", Text{"Қырғызстан", "Кыргызстан", "Kyrgyzstan"}}, {"RU", Text{"Ресей", "Россия", "Russia"}},
	}

	// Budget money at the portal: everything that is not returnable money of others.
	fromBudget = map[string][]string{"fundingSource": {"!5", "!~"}}
	notBudget  = map[string][]string{"fundingSource": {"5"}}
)

// ofUnion is a line and the lines of the member states below it. first is the
// number of the line.
func ofUnion(first int, title Text, measure, country, date string) []FormRow {
	rows := []FormRow{{Code: twoDigits(first), Title: title, Measure: measure, Date: date}}
	return append(rows, states(first+1, measure, country, date)...)
}

func states(first int, measure, country, date string) []FormRow {
	var rows []FormRow
	for i, s := range union {
		rows = append(rows, FormRow{Code: twoDigits(first + i), Title: s.name, Measure: measure, Filters: map[string][]string{country: {s.code}}, Date: date, Level: 1})
	}
	return rows
}

func twoDigits(n int) string { return string([]byte{'0' + byte(n/10), '0' + byte(n%10)}) }

func join(lists ...[]FormRow) []FormRow {
	var all []FormRow
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

var categories = []FormColumn{
	{Member: "goods", Title: Text{"Тауарлар", "Товары", "Goods"}}, {Member: "works", Title: Text{"Жұмыстар", "Работы", "Works"}},
	{Member: "services", Title: Text{"Көрсетілетін қызметтер", "Услуги", "Services"}},
}

// The lines that the ministry's forms have in common.
var (
	procedureLines = []FormRow{
		{Code: "01", Title: Text{"Жарияланған рәсімдер", "Объявлено процедур", "Procedures announced"}, Measure: "procedures", Date: onPublished},
		{Code: "02", Title: Text{"Жарияланған лоттар", "Объявлено лотов", "Lots announced"}, Measure: "lots", Date: onPublished},
		{Code: "03", Title: Text{"Лоттардың құны", "Стоимость лотов", "Value of the lots"}, Measure: "lotsValue", Date: onPublished},
		{Code: "04", Title: Text{"Бәсекесіз лоттар", "Неконкурентных лотов", "Lots without competition"}, Measure: "nonCompetitiveLots", Date: onPublished},
		{Code: "05", Title: Text{"Бәсекесіз лоттардың құны", "Стоимость неконкурентных лотов", "Value of lots without competition"}, Measure: "nonCompetitiveValue", Date: onPublished},
		{Code: "06", Title: Text{"Өткен лоттар", "Состоявшихся лотов", "Lots completed"}, Measure: "successfulLots", Date: onPublished},
		{Code: "07", Title: Text{"Өтпеген және бас тартылған лоттар", "Несостоявшихся и отмененных лотов", "Lots failed or cancelled"}, Measure: "failedLots", Date: onPublished},
		{Code: "08", Title: Text{"Берілген өтінімдер", "Подано заявок", "Bids submitted"}, Measure: "bids", Date: onPublished},
		{Code: "09", Title: Text{"Қабылданбаған өтінімдер", "Отклонено заявок", "Bids rejected"}, Measure: "rejectedBids", Date: onPublished},
		{Code: "10", Title: Text{"Лоттағы қатысушылардың орташа саны", "Среднее число участников в лоте", "Average bidders of a lot"}, Measure: "averageBidders", Date: onPublished},
		{Code: "11", Title: Text{"Бағаның төмендеуі", "Снижение цены", "Price reduction"}, Measure: "priceReduction", Date: onPublished},
		{Code: "12", Title: Text{"Бағаның төмендеу үлесі", "Доля снижения цены", "Share of the price reduction"}, Measure: "priceReductionShare", Date: onPublished},
	}
	contractLines = []FormRow{
		{Code: "13", Title: Text{"Жасалған шарттар", "Заключено договоров", "Contracts concluded"}, Measure: "contracts", Date: onSigned},
		{Code: "14", Title: Text{"Шарттардың құны", "Стоимость договоров", "Value of the contracts"}, Measure: "contractsValue", Date: onSigned},
		{Code: "15", Title: Text{"Бәсекесіз шарттардың құны", "Стоимость неконкурентных договоров", "Value of contracts without competition"}, Measure: "nonCompetitiveContractsValue", Date: onSigned},
		{Code: "16", Title: Text{"Өнім берушілер", "Поставщиков", "Suppliers"}, Measure: "suppliers", Date: onSigned},
		{Code: "17", Title: Text{"Шағын бизнеспен шарттар", "Договоров с малым бизнесом", "Contracts with small businesses"}, Measure: "smallBusinessContracts", Date: onSigned},
		{Code: "18", Title: Text{"Резидент еместермен шарттар", "Договоров с нерезидентами", "Contracts with non-residents"}, Measure: "nonResidentContracts", Date: onSigned},
		{Code: "19", Title: Text{"Қосымша келісімдер", "Дополнительных соглашений", "Additional agreements"}, Measure: "agreements", Date: onSigned},
		{Code: "20", Title: Text{"Осы шарттар бойынша төленді", "Оплачено по этим договорам", "Paid under these contracts"}, Measure: "paymentsValue", Date: onSigned},
	}
	planLines = []FormRow{
		{Code: "21", Title: Text{"Жоспар тармақтары", "Пунктов плана", "Plan points"}, Measure: "planPoints", Date: onPlan},
		{Code: "22", Title: Text{"Жоспарланған сома", "Запланировано", "Planned value"}, Measure: "plannedValue", Date: onPlan},
	}
	ministryTotal = Text{"Барлығы", "Всего", "Total"}
	asCatalogue   = Text{
		"Әр ұяшық – каталог көрсеткіші; күндер Қазақстан уақытымен.",
		"Каждая ячейка – показатель каталога; даты по времени Казахстана.",
		"Every cell is a measure of the catalogue; dates are in Kazakhstan time.",
	}
)

var forms = []Form{
	{
		ID: "eec", By: "eecMethod", Periods: []Type{Year, Quarter, Month}, LegalBasis: unionTreaty,
		Title: Text{"Еуразиялық экономикалық комиссияның мемлекеттік сатып алу туралы нысаны", "Форма Евразийской экономической комиссии о государственных закупках", "Form of the Eurasian Economic Commission on public procurement"},
		Total: Text{"Барлығы", "Всего", "Total"},
		Notes: []Text{
			{"01 және 02-жолдарда рәсім – лот.", "В строках 01 и 02 процедура – это лот.", "In rows 01 and 02 a procedure is a lot."},
			{"01–26-жолдар хабарландыру жарияланған күн бойынша, 27–41-жолдар шартқа қол қойылған күн бойынша.", "Строки 01–26 по дню публикации объявления, строки 27–41 по дню подписания договора.", "Rows 01-26 by the day of the announcement, rows 27-41 by the day of signing."},
			{"40 және 41-жолдар позициялардың санын береді; эталон оларды солай атап, соманы қосады.", "Строки 40 и 41 дают число позиций; эталон называет их так же, но складывает суммы.", "Rows 40 and 41 count positions; the reference gives them this name and adds up sums."},
			{"38-жол: қайтарымды ақшадан басқа барлық көз; көзі көрсетілмеген шарттар 38 және 39-жолдарға кірмейді.", "Строка 38: все источники, кроме возвратных денег; договоры без источника не входят в строки 38 и 39.", "Row 38: every source but returnable money; contracts without a stated source are in neither 38 nor 39."},
			{"Үшінші елдер жолдарда бөлек көрсетілмейді, олар тек жиынтықта бар.", "Третьи страны отдельно не показаны, они есть только в итоге.", "Third countries have no rows of their own; they are in the totals only."},
			asCatalogue,
		},
		Columns: []FormColumn{
			{Member: "open", Title: Text{"Ашық конкурс", "Открытый конкурс", "Open tender"}},
			{Member: "twoStage", Title: Text{"Екі кезеңді рәсімдер", "Двухэтапные процедуры", "Two-stage procedures"}, Absent: true},
			{Member: "prequalification", Title: Text{"Алдын ала іріктеу", "Предварительный отбор", "Prequalification"}, Absent: true},
			{Member: "auction", Title: Text{"Ашық электрондық аукцион", "Открытый электронный аукцион", "Open electronic auction"}},
			{Member: "quotations", Title: Text{"Баға ұсыныстарын сұрату", "Запрос ценовых предложений", "Request for quotations"}},
			{Member: "proposals", Title: Text{"Ұсыныстарды сұрату", "Запрос предложений", "Request for proposals"}, Absent: true},
			{Member: "exchange", Title: Text{"Биржалық сауда", "Биржевые торги", "Exchange trading"}, Absent: true},
			{Member: "singleSource", Title: Text{"Бір көзден", "Закупка у единственного поставщика", "Single source"}},
			{Member: "other", Title: Text{"Өзге", "Иные", "Other"}},
		},
		Rows: join(
			[]FormRow{
				{Code: "01", Title: Text{"Өткізілген рәсімдер", "Проведено процедур", "Procedures conducted"}, Measure: "successfulLots", Date: onPublished},
				{Code: "02", Title: Text{"Шарт жасалмаған рәсімдер", "Процедуры, не приведшие к заключению договора", "Procedures that led to no contract"}, Measure: "failedLots", Date: onPublished},
			},
			ofUnion(3, Text{"Берілген өтінімдер", "Подано заявок", "Bids submitted"}, "bids", "bidderCountry", onPublished),
			ofUnion(9, Text{"Қабылданбаған өтінімдер", "Отклонено (не допущено) заявок", "Bids rejected or not admitted"}, "rejectedBids", "bidderCountry", onPublished),
			ofUnion(15, Text{"Кері қайтарылған өтінімдер", "Отозвано заявок", "Bids withdrawn"}, "withdrawnBids", "bidderCountry", onPublished),
			ofUnion(21, Text{"Анықталған өнім берушілер", "Определено поставщиков", "Winning bids"}, "winningBids", "bidderCountry", onPublished),
			ofUnion(27, Text{"Шарттардың құны", "Стоимость договоров", "Value of contracts"}, "contractsValue", "winnerCountry", onSigned),
			states(33, "positionsValue", "origin", onSigned),
			[]FormRow{
				{Code: "38", Title: Text{"Бюджеттен қаржыландырылған шарттар", "Договоры, финансируемые из бюджета", "Contracts financed by the budget"}, Measure: "contractsValue", Filters: fromBudget, Date: onSigned},
				{Code: "39", Title: Text{"Бюджеттен тыс қаржыландырылған шарттар", "Договоры, финансируемые не из бюджета", "Contracts not financed by the budget"}, Measure: "contractsValue", Filters: notBudget, Date: onSigned},
				{Code: "40", Title: Text{"Шарт позициялары: тауарлар", "Позиции договоров: товары", "Contract positions: goods"}, Measure: "positions", Filters: map[string][]string{"category": {"goods"}}, Date: onSigned},
				{Code: "41", Title: Text{"Шарт позициялары: жұмыстар мен қызметтер", "Позиции договоров: работы и услуги", "Contract positions: works and services"}, Measure: "positions", Filters: map[string][]string{"category": {"works", "services"}}, Date: onSigned},
			}),
	},
	{
		ID: "monthly", By: "category", Periods: []Type{Month}, LegalBasis: procurementLaw, Total: ministryTotal, Columns: categories, Notes: []Text{asCatalogue},
		Title: Text{"Ай сайынғы статистика: рәсімдер мен шарттар", "Ежемесячная статистика: процедуры и договоры", "Monthly statistics: procedures and contracts"},
		Rows:  join(procedureLines, contractLines),
	},
	{
		ID: "yearly", By: "category", Periods: []Type{Year}, LegalBasis: procurementLaw, Total: ministryTotal, Columns: categories, Notes: []Text{asCatalogue},
		Title: Text{"Жылдық статистика: рәсімдер, шарттар және жоспарлар", "Годовая статистика: процедуры, договоры и планы", "Yearly statistics: procedures, contracts and plans"},
		Rows:  join(procedureLines, contractLines, planLines),
	},
}
