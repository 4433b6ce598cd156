package catalog

import "slices"

// Screen declares a dashboard over the catalogue. What its parts mean is said at
// Screen in package analysis.
type Screen struct {
	ID, Group  string
	Title      Text
	Help       Text
	Tiles      []string
	Indicators []string
	Grains     []string
	Levels     []string
	Charts     []Chart
	Tables     []Table
	Facets     []string
	Period     string
	Toggles    []string
	Onward     string
	Range      string
	Selection  map[string][]string
}

// Chart shows measures, or the chosen indicator, by a dimension.
type Chart struct {
	ID        string
	Title     Text
	Kind      string
	Dimension string
	By        string
	Measures  []string
	Colour    string
	Limit     int
	Width     int
}

// Table shows measures by several dimensions.
type Table struct {
	ID         string
	Title      Text
	Dimensions []string
	Measures   []string
	Chosen     bool
	Rows       string
}

// Screens lists the dashboards in the order of the menu.
func Screens() []Screen { return append([]Screen(nil), screens...) }

var (
	buyersRating    = Text{"Тапсырыс берушілер рейтингі", "Рейтинг заказчиков", "Buyers rating"}
	biddersRating   = Text{"Қатысушылар рейтингі", "Рейтинг участников", "Rating of participants"}
	suppliersRating = Text{"Өнім берушілер рейтингі", "Рейтинг поставщиков", "Supplier rating"}
	itemsRating     = Text{"Сатып алу нысаналарының рейтингі", "Рейтинг предметов закупки", "Items rating"}
	methodsRating   = Text{"Тәсілдер рейтингі", "Рейтинг способов", "Method rating"}
	dynamics        = Text{"Серпін", "Динамика", "Dynamics"}
	regionsRating   = Text{"Өңірлер рейтингі", "Рейтинг регионов", "Rating of regions"}
	subjects        = Text{"Нысаналар бойынша", "По предметам", "By subjects"}
	byStatus        = Text{"Мәртебелері бойынша", "По статусам", "By status"}

	publishedGrains = []string{"publishedMonth", "publishedYear", "publishedQuarter", "publishedWeek", "publishedDay"}
	awardedGrains   = []string{"awardedMonth", "awardedYear", "awardedQuarter", "awardedWeek", "awardedDay"}
	signedGrains    = []string{"signedMonth", "signedYear", "signedQuarter", "signedWeek", "signedDay"}
	itemLevels      = []string{"class", "subclass", "itemGroup", "itemKind", "item"}
	lotFacets       = []string{"method", "lotStatus", "category", "class", "region", "buyer", "bidder", "publishedYear"}
	contractFacets  = []string{"contractStatus", "method", "category", "class", "region", "buyer", "winner", "signedYear"}
	contractToggles = []string{"multiAnnual", "treasury"}
	planToggles     = []string{"quasiPublic", "preliminary", "reserved"}
	planFacets      = []string{"planYear", "method", "category", "class", "region", "buyer", "planStatus", "pointType", "budgetType", "administrator", "fundingSource", "deliverRegion"}
	factFacets      = []string{"planYear", "method", "category", "class", "region", "buyer", "chain"}
)

func bars(id string, title Text, dimension string, width int, measures ...string) Chart {
	return Chart{ID: id, Title: title, Kind: "bars", Dimension: dimension, Measures: measures, Limit: 15, Width: width}
}

func columns(id string, title Text, width int, measures ...string) Chart {
	return Chart{ID: id, Title: title, Kind: "columns", Dimension: "grain", Measures: measures, Limit: 400, Width: width}
}

func (c Chart) coloured(measure string) Chart { c.Colour = measure; return c }

// mapped is a map of the country beside the ranking of its regions.
func mapped(id string, title, ranking Text, dimension string, measures ...string) []Chart {
	return []Chart{
		{ID: id + "Map", Title: title, Kind: "map", Dimension: dimension, Measures: measures, Limit: 30, Width: 7},
		{ID: id, Title: ranking, Kind: "bars", Dimension: dimension, Measures: measures, Limit: 25, Width: 5},
	}
}

// histogram keeps the order of what it counts: bands, months.
func histogram(id string, title Text, dimension string, width int, measures ...string) Chart {
	return Chart{ID: id, Title: title, Kind: "histogram", Dimension: dimension, Measures: measures, Limit: 30, Width: width}
}

// tree is a classification from its coarsest level down.
func tree(id string, title Text, dimension string, measures ...string) Chart {
	return Chart{ID: id, Title: title, Kind: "treemap", Dimension: dimension, Measures: measures, Limit: 40, Width: 12}
}

func matrix(id string, title Text, dimension, by string, measures ...string) Chart {
	return Chart{ID: id, Title: title, Kind: "matrix", Dimension: dimension, By: by, Measures: measures, Limit: 21, Width: 12}
}

func listed(id string, title Text, measure string) Table {
	return Table{ID: id, Title: title, Rows: measure}
}

func grouped(id string, title Text, dimension string, measures ...string) Chart {
	return Chart{ID: id, Title: title, Kind: "grouped", Dimension: dimension, Measures: measures, Limit: 15, Width: 12}
}

var screens = []Screen{
	{
		ID: "T1", Group: "tenders", Title: Text{"Басты бет", "Главная", "Main dashboard"},
		Help:       Text{"Сатып алудың жалпы жағдайы.", "Общее состояние закупок.", "The overall state of procurement."},
		Tiles:      []string{"procedures", "lots", "lotsValue", "buyers", "bidders", "priceReduction", "priceReductionShare"},
		Indicators: []string{"lots", "lotsValue", "priceReduction", "procedures"}, Grains: publishedGrains,
		Charts: []Chart{
			columns("dynamics", dynamics, 12),
			bars("method", Text{"Тәсілдер бойынша", "По способам закупки", "By procurement method"}, "method", 6),
			bars("lotStatus", Text{"Лот мәртебелері бойынша", "По статусам лотов", "By lot status"}, "lotStatus", 6),
			tree("class", Text{"Нысаналар бойынша", "По предметам закупки", "By subject of purchase"}, "class"),
			bars("buyer", buyersRating, "buyer", 6), bars("bidder", biddersRating, "bidder", 6),
		},
		Facets: lotFacets, Period: "publishedDay",
	},
	{
		ID: "T2", Group: "tenders", Title: Text{"Хабарландырулар", "Объявление закупок", "Procedure announcement"},
		Help:       Text{"Қазір өтінім қабылданып жатқан бәсекелі лоттар.", "Конкурентные лоты, по которым идет прием заявок.", "Competitive lots that are open for bids."},
		Tiles:      []string{"announcedLots", "announcedValue", "announcedBiddingPeriod"},
		Indicators: []string{"announcedLots", "announcedValue", "announcedBiddingPeriod"},
		Charts: []Chart{
			bars("buyer", buyersRating, "buyer", 6), bars("class", itemsRating, "class", 6), bars("method", methodsRating, "method", 6),
			bars("lotStatus", byStatus, "lotStatus", 6),
		},
		Facets: lotFacets, Period: "publishedDay", Selection: map[string][]string{"lotStatus": {"210", "220"}},
	},
	{
		ID: "T3", Group: "tenders", Title: Text{"Жеңімпазды анықтау", "Выбор поставщика", "Winner selection"},
		Help:       Text{"Қорытындылар және жеңімпазы анықталған лоттар.", "Итоги и лоты с выбранным поставщиком.", "Awards and lots with a selected supplier."},
		Tiles:      []string{"awards", "winningAwards", "awardedLots", "awardedValue"},
		Indicators: []string{"awards", "awardedLots", "awardedValue"}, Grains: append(append([]string(nil), awardedGrains...), publishedGrains...),
		Charts: []Chart{
			columns("dynamics", dynamics, 12), bars("buyer", buyersRating, "buyer", 6),
			bars("bidder", biddersRating, "awardSupplier", 6, "awards"), bars("class", itemsRating, "class", 12),
		},
		Facets: []string{"method", "lotStatus", "category", "class", "region", "buyer", "winner", "awardedYear"}, Period: "awardedDay",
	},
	{
		ID: "T4", Group: "tenders", Title: Text{"Бәсеке (лоттар)", "Конкуренция (лоты)", "Competition (lots)"},
		Help:       Text{"Аяқталған бәсекелі лоттардағы өтінімдер саны; түсі – лоттар саны.", "Число заявок в завершенных конкурентных лотах; цвет – число лотов.", "Bids in complete competitive lots; the colour is the number of lots."},
		Tiles:      []string{"averageBids", "completeLots", "averageBidders", "singleBidLots", "singleBidShare"},
		Indicators: []string{"averageBids", "averageBidders", "singleBidShare"}, Grains: publishedGrains, Levels: itemLevels,
		Charts: []Chart{
			bars("buyer", buyersRating, "buyer", 6).coloured("completeLots"), bars("bidder", biddersRating, "bidder", 6).coloured("completeLots"),
			columns("dynamics", dynamics, 6).coloured("completeLots"),
			histogram("bands", Text{"Лоттағы өтінімдер саны", "Число заявок в лоте", "Bids per lot"}, "bidsBand", 6, "completeLots"),
			bars("class", itemsRating, "level", 12).coloured("completeLots"),
		},
		Facets: []string{"method", "class", "region", "buyer", "bidder", "bidsBand", "publishedYear"}, Period: "publishedDay", Range: "completeLots",
	},
	{
		ID: "T5", Group: "tenders", Title: Text{"Бәсекесіз рәсімдер", "Неконкурентные процедуры", "Non-competitive procedures"},
		Help:       Text{"Бәсекесіз тәсілдер, олардың негіздері және үлесі.", "Неконкурентные способы, их основания и доля.", "Non-competitive methods, their grounds and share."},
		Tiles:      []string{"nonCompetitiveLots", "nonCompetitiveValue", "nonCompetitiveLotsShare", "nonCompetitiveValueShare"},
		Indicators: []string{"nonCompetitiveLots", "nonCompetitiveValue", "nonCompetitiveLotsShare", "nonCompetitiveValueShare"}, Grains: publishedGrains,
		Charts: []Chart{
			bars("rationale", Text{"Бәсекесіз сатып алудың негіздері", "Основания неконкурентных закупок", "Rationale for non-competitive procedures"}, "rationale", 12, "nonCompetitiveLots"),
			bars("buyer", buyersRating, "buyer", 6), bars("bidder", biddersRating, "bidder", 6), bars("class", itemsRating, "class", 12), columns("dynamics", dynamics, 12),
		},
		Facets: []string{"method", "rationale", "lotStatus", "class", "region", "buyer", "bidder", "publishedYear"}, Period: "publishedDay",
		Toggles: []string{"buyerOnlyDirect", "bidderOnlyDirect"},
	},
	{
		ID: "T6", Group: "tenders", Title: Text{"Демпинг", "Демпинг", "Dumping"},
		Help:       Text{"Демпинг шегі белгіленген лоттар бойынша бағаның төмендеуі.", "Снижение цены по лотам с порогом демпинга.", "Price reduction of the lots that have a dumping threshold."},
		Tiles:      []string{"thresholdReduction", "dumpingMargin", "normalReduction", "dumpingMarginShare", "thresholdLots", "dumpedLots"},
		Indicators: []string{"thresholdReduction", "dumpingMargin", "normalReduction", "dumpingMarginShare"}, Grains: publishedGrains,
		Charts: []Chart{
			grouped("parts", Text{"Бағаның төмендеуі: демпинг және қалыпты", "Снижение цены: демпинг и нормальное", "Price reduction: dumping and normal"}, "method", "dumpingMargin", "normalReduction"),
			bars("buyer", buyersRating, "buyer", 6), bars("bidder", biddersRating, "bidder", 6), bars("class", itemsRating, "class", 12), columns("dynamics", dynamics, 12),
		},
		Facets: lotFacets, Period: "publishedDay",
	},
	{
		ID: "T7", Group: "tenders", Title: Text{"Баға емес бағалау", "Неценовая оценка", "Non-price evaluation"},
		Help:       Text{"Баға емес критерийлер бойынша шартты жеңілдіктер.", "Условные скидки по неценовым критериям.", "Conditional discounts for non-price criteria."},
		Tiles:      []string{"adjustmentValue", "averageAdjustment", "averageAdjustmentPercent", "weightedAdjustmentPercent"},
		Indicators: []string{"adjustmentValue", "averageAdjustment", "averageAdjustmentPercent"},
		Charts: []Chart{
			bars("criterion", Text{"Критерийлер рейтингі", "Рейтинг критериев", "Rating of non-price criteria"}, "criterion", 12, "criterionAdjustment"),
			bars("buyer", buyersRating, "buyer", 6), bars("bidder", biddersRating, "bidder", 6), bars("method", methodsRating, "method", 6), bars("class", itemsRating, "class", 6),
		},
		Facets: []string{"method", "class", "region", "buyer", "bidder", "bidStatus", "publishedYear"}, Period: "publishedDay",
	},
	{
		ID: "T8", Group: "tenders", Title: Text{"Алдын ала іріктеу", "Предварительный допуск", "Prequalification"},
		Help:  Text{"Өтінімдердің бірінші рұқсат беру кезеңінен өтуі.", "Прохождение заявками первого этапа допуска.", "How bids fare in the first round of admission."},
		Tiles: []string{"prequalifiedBids", "failedPrequalification", "correctedWinningBids", "firstAttemptWinningBids"},
		Charts: []Chart{
			bars("result", Text{"Рұқсат беру нәтижелері", "Результаты допуска", "Prequalification results"}, "prequalified", 6, "prequalifiedBids"),
			bars("failed", Text{"Өтпеген өтінімдер", "Недопущенные заявки", "Bids that failed"}, "bidStatus", 6, "failedPrequalification"),
			bars("corrected", Text{"Түзетіліп жеңгендер", "Исправленные и победившие", "Corrected and awarded"}, "method", 6, "correctedWinningBids"),
			bars("first", Text{"Бірінші реттен жеңгендер", "Победившие с первой попытки", "Awarded at the first attempt"}, "method", 6, "firstAttemptWinningBids"),
		},
		Facets: []string{"prequalified", "bidStatus", "method", "class", "buyer", "bidder", "publishedYear"}, Period: "publishedDay",
	},
	{
		ID: "T9", Group: "tenders", Title: Text{"Сұраулар", "Вопросы и замечания", "Enquiries"},
		Help:       Text{"Құжаттама бойынша сұраулар мен ескертулер.", "Вопросы и замечания по документации.", "Questions and comments on the documentation."},
		Tiles:      []string{"enquiries", "answerTime", "unansweredEnquiries", "unansweredShare"},
		Indicators: []string{"enquiries", "answerTime"}, Grains: append([]string{"askedMonth", "askedYear", "askedDay"}, publishedGrains...), Levels: itemLevels,
		Charts: []Chart{
			bars("method", methodsRating, "method", 6).coloured("enquiries"), bars("buyer", buyersRating, "buyer", 6).coloured("enquiries"),
			bars("enquirer", Text{"Сұрау авторларының рейтингі", "Рейтинг авторов вопросов", "Rating of the authors of enquiries"}, "enquirer", 6).coloured("enquiries"),
			bars("class", itemsRating, "level", 6).coloured("enquiries"), columns("dynamics", dynamics, 12).coloured("enquiries"),
			bars("answerType", Text{"Жауап түрлері", "Виды ответов", "Types of response"}, "answerType", 12, "enquiries"),
		},
		Facets: []string{"enquiryType", "answerType", "answered", "method", "class", "buyer", "enquirer", "publishedYear"}, Period: "publishedDay", Range: "enquiries",
	},
	{
		ID: "T10", Group: "tenders", Title: Text{"Шағымдар", "Жалобы", "Complaints"},
		Help:       Text{"Сатып алуға берілген шағымдар және олардың қаралуы.", "Жалобы на закупки и их рассмотрение.", "Complaints about procurement and their review."},
		Tiles:      []string{"complaints", "complaintStartTime", "complaintDecisionTime", "complaintWholeTime", "satisfiedShare"},
		Indicators: []string{"complaints", "complaintStartTime", "complaintDecisionTime", "complaintWholeTime"}, Levels: itemLevels,
		Charts: []Chart{
			bars("method", methodsRating, "method", 6).coloured("complaints"), bars("buyer", buyersRating, "buyer", 6).coloured("complaints"),
			bars("complainant", Text{"Шағымданушылар рейтингі", "Рейтинг заявителей жалоб", "Complainants rating"}, "complainant", 6).coloured("complaints"),
			bars("class", itemsRating, "level", 6).coloured("complaints"),
			bars("status", byStatus, "complaintStatus", 6, "complaints"),
			bars("ground", Text{"Шағым негіздері", "Основания жалоб", "Reasons for complaints"}, "complaintGround", 6, "complaints"),
		},
		Facets: []string{"complaintStatus", "complaintGround", "method", "class", "region", "buyer", "complainant", "publishedYear"}, Period: "publishedDay", Range: "complaints",
	},
	{
		ID: "T11", Group: "tenders", Title: Text{"Тапсырыс берушілер географиясы", "География заказчиков", "Buyer geography"},
		Help:       Text{"Тапсырыс берушілердің өңірлері бойынша сатып алу.", "Закупки по регионам заказчиков.", "Procurement by the regions of the buyers."},
		Tiles:      []string{"lots", "lotsValue", "averageBids", "nonResidentBiddersShare"},
		Indicators: []string{"lots", "lotsValue", "averageBids", "nonResidentBiddersShare"},
		Charts: slices.Concat(
			mapped("region", Text{"Тапсырыс беруші өңірі", "Регион заказчика", "Region of the buyer"}, regionsRating, "region"),
			mapped("delivery", Text{"Жеткізу орны", "Место поставки", "Place of delivery"}, Text{"Жеткізу орындарының рейтингі", "Рейтинг мест поставки", "Rating of places of delivery"}, "deliverRegion"),
			[]Chart{matrix("flows", Text{"Тапсырыс беруші өңірінен өнім беруші өңіріне", "Из региона заказчика в регион поставщика", "From the buyer's region to the supplier's"}, "region", "winnerRegion", "lotsValue")},
		),
		Facets: lotFacets, Period: "publishedDay", Toggles: []string{"foreignBidder", "foreignWinner", "foreignRejected"},
	},
	{
		ID: "T12", Group: "tenders", Title: Text{"Қатысушылар географиясы", "География участников", "Bidder geography"},
		Help:       Text{"Қатысушылардың елдері мен өңірлері.", "Страны и регионы участников.", "Countries and regions of the bidders."},
		Tiles:      []string{"lots", "lotsValue", "averageBids", "nonResidentBiddersShare"},
		Indicators: []string{"lots", "lotsValue", "averageBids", "nonResidentBiddersShare", "bids", "bidTenderers", "winningBids"},
		Charts: append(
			mapped("region", Text{"Қатысушы өңірі", "Регион участника", "Region of the bidder"}, regionsRating, "bidderRegion"),
			Chart{ID: "countryMap", Title: Text{"Қатысушы елі", "Страна участника", "Country of the bidder"}, Kind: "world", Dimension: "bidderCountry", Limit: 100, Width: 8},
			Chart{ID: "country", Title: Text{"Елдер рейтингі", "Рейтинг стран", "Rating of countries"}, Kind: "bars", Dimension: "bidderCountry", Limit: 15, Width: 4},
		),
		Facets: []string{"method", "lotStatus", "class", "bidderCountry", "bidderRegion", "bidder", "publishedYear"}, Period: "publishedDay", Toggles: []string{"foreignBidder", "foreignWinner", "foreignRejected"},
	},
	{
		ID: "T13", Group: "tenders", Title: Text{"Тапсырыс беруші карточкасы", "Карточка заказчика", "Buyer card"},
		Help:  Text{"Бір тапсырыс берушінің сатып алуы, шарттары мен жоспарлары. Тапсырыс берушіні таңдаңыз.", "Закупки, договоры и планы одного заказчика. Выберите заказчика.", "Procurement, contracts and plans of one buyer. Choose a buyer."},
		Tiles: []string{"procedures", "lots", "lotsValue", "averageBids", "nonCompetitiveValueShare", "contracts", "contractsValue", "plannedValue", "flags"},
		Charts: []Chart{
			bars("bids", Text{"Өтінімдер мәртебесі бойынша", "Заявки по статусам", "Bids by status"}, "bidStatus", 6, "bids"),
			bars("lots", Text{"Лоттар мәртебесі бойынша", "Лоты по статусам", "Lots by status"}, "lotStatus", 6, "lots"),
			bars("bidder", Text{"Қатысушылар бойынша", "По участникам", "By bidders"}, "bidder", 6, "lots"),
			bars("class", subjects, "class", 6, "lotsValue"),
		},
		Tables: []Table{{ID: "buyer", Title: Text{"Тапсырыс беруші", "Заказчик", "Buyer"}, Dimensions: []string{"buyer", "buyerParent", "region"}, Measures: []string{"lots", "lotsValue"}}},
		Facets: []string{"buyer", "region", "method", "lotStatus", "class", "publishedYear"}, Period: "publishedDay",
	},
	{
		ID: "T14", Group: "tenders", Title: Text{"Қатысушы карточкасы", "Карточка участника", "Bidder card"},
		Help:  Text{"Бір қатысушының өтінімдері мен шарттары. Қатысушыны таңдаңыз.", "Заявки и договоры одного участника. Выберите участника.", "Bids and contracts of one bidder. Choose a bidder."},
		Tiles: []string{"bids", "winningBids", "rejectedShare", "lots", "lotsValue", "blacklistedBids"},
		Charts: []Chart{
			bars("bids", Text{"Өтінімдер мәртебесі бойынша", "Заявки по статусам", "Bids by status"}, "bidStatus", 6, "bids"),
			bars("lots", Text{"Лоттар мәртебесі бойынша", "Лоты по статусам", "Lots by status"}, "lotStatus", 6, "lots"),
			bars("buyer", Text{"Тапсырыс берушілер бойынша", "По заказчикам", "By buyers"}, "buyer", 6, "lots"),
			bars("class", subjects, "class", 6, "lotsValue"),
		},
		Tables: []Table{{ID: "bidder", Title: Text{"Қатысушы", "Участник", "Bidder"}, Dimensions: []string{"bidder", "bidderRegion", "bidderCountry"}, Measures: []string{"bids", "winningBids"}}},
		Facets: []string{"bidder", "bidderRegion", "bidderCountry", "buyer", "method", "class", "publishedYear"}, Period: "publishedDay",
	},
	{
		ID: "T15", Group: "tenders", Title: Text{"Жосықсыз өнім берушілер тізілімі", "Реестр недобросовестных поставщиков", "Suppliers blacklist"},
		Help:   Text{"Тізілім жазбалары: қолданыстағы, мерзімі өткен, алынып тасталған.", "Записи реестра: действующие, истекшие, исключенные.", "Entries of the register: in force, expired, withdrawn."},
		Tiles:  []string{"blacklistEntries", "blacklistedSuppliers"},
		Charts: []Chart{bars("reason", Text{"Себептері бойынша", "По причинам", "By reason"}, "listingReason", 12, "blacklistEntries")},
		Tables: []Table{{ID: "entries", Title: Text{"Жазбалар", "Записи", "Entries"}, Dimensions: []string{"organisation", "listedDay", "listingState", "listingReason"}, Measures: []string{"blacklistEntries"}}, listed("rows", Text{"Тізілім жазбалары", "Записи реестра", "Entries of the register"}, "blacklistEntries")},
		Facets: []string{"listingState", "listingReason", "partyRegion", "partyCountry", "organisation", "listedYear"}, Period: "listedDay",
	},
	{
		ID: "T16", Group: "tenders", Title: Text{"Есеп құрастырғыш", "Конструктор отчетов", "Report builder"},
		Help:   Text{"Өлшемдер мен көрсеткіштерді таңдап, кесте жасаңыз.", "Выберите измерения и показатели и получите таблицу.", "Choose dimensions and measures and get a table."},
		Tables: []Table{{ID: "report", Title: Text{"Есеп", "Отчет", "Report"}, Dimensions: []string{"method", "publishedYear"}, Measures: []string{"procedures", "lots", "lotsValue", "priceReduction"}, Chosen: true}},
		Facets: lotFacets, Period: "publishedDay",
	},
	{
		ID: "T17", Group: "tenders", Title: Text{"Таңдау", "Отборы", "Selections"},
		Help:  Text{"Барлық сүзгі бір бетте.", "Все отборы на одном листе.", "All filters on one sheet."},
		Tiles: []string{"procedures", "lots", "lotsValue"},
		Facets: []string{
			"tenderStatus", "method", "centralised", "competitive", "rationale", "lotStatus", "buyer", "buyerParent", "region", "bidder", "bidderCountry", "bidderRegion",
			"class", "subclass", "itemGroup", "itemKind", "item", "category", "bidStatus", "awardPlace", "enquiryType", "answerType", "enquirer", "complaintStatus", "complainant", "processKind", "quasiPublic",
		},
		Period: "publishedDay", Toggles: []string{"buyerOnlyDirect", "bidderOnlyDirect"},
	},
	{
		ID: "T18", Group: "tenders", Title: Text{"Рәсімдер кестесі", "Таблица процедур", "Procedures table"},
		Help:   Text{"Рәсімдер күні, тәсілі және мәртебесі бойынша.", "Процедуры по дате, способу и статусу.", "Procedures by date, method and status."},
		Tiles:  []string{"procedures", "lotsValue"},
		Tables: []Table{{ID: "procedures", Title: Text{"Рәсімдер", "Процедуры", "Procedures"}, Dimensions: []string{"publishedDay", "method", "tenderStatus", "buyer"}, Measures: []string{"procedures", "lotsValue"}}, listed("rows", Text{"Порталға сілтемелері бар лоттар", "Лоты со ссылками на портал", "Lots with links to the portal"}, "procedures")},
		Facets: []string{"method", "tenderStatus", "region", "buyer", "publishedYear"}, Period: "publishedDay",
	},
	{
		ID: "T19", Group: "tenders", Title: Text{"Лоттар кестесі", "Таблица лотов", "Lots table"},
		Help:   Text{"Лоттар тапсырыс беруші, коды, мәртебесі және жеңімпазы бойынша.", "Лоты по заказчику, коду, статусу и победителю.", "Lots by buyer, code, status and winner."},
		Tiles:  []string{"lots", "lotsValue"},
		Tables: []Table{{ID: "lots", Title: Text{"Лоттар", "Лоты", "Lots"}, Dimensions: []string{"buyer", "item", "lotStatus", "winner"}, Measures: []string{"lots", "lotsValue"}}, listed("rows", Text{"Әр лот", "Каждый лот", "Every lot"}, "lots")},
		Facets: lotFacets, Period: "publishedDay",
	},
	{
		ID: "C1", Group: "contracts", Title: Text{"Шарттар", "Договоры", "Contracts"},
		Help:       Text{"Жасалған шарттар соңғы нұсқасы бойынша.", "Заключенные договоры по последней версии.", "Contracts concluded, at their newest version."},
		Tiles:      []string{"contracts", "contractsValue", "contractsValueStanding", "suppliers", "contractBuyers", "topTenthValueShare"},
		Indicators: []string{"contracts", "contractsValue"}, Grains: signedGrains,
		Charts: append([]Chart{
			columns("dynamics", dynamics, 12), bars("method", Text{"Тәсілдер бойынша", "По способам закупки", "By procurement method"}, "method", 6), bars("status", byStatus, "contractStatus", 6),
			tree("class", subjects, "class"), bars("buyer", buyersRating, "buyer", 6), bars("winner", suppliersRating, "winner", 6),
		}, mapped("suppliers", Text{"Өнім беруші өңірі", "Регион поставщика", "Region of the supplier"}, regionsRating, "winnerRegion")...),
		Facets: contractFacets, Period: "signedDay", Toggles: contractToggles,
	},
	{
		ID: "C2", Group: "contracts", Title: Text{"Шарттардың орындалуы", "Исполнение договоров", "Contract implementation"},
		Help:       Text{"Шарттар бойынша төлемдер.", "Платежи по договорам.", "Payments under contracts."},
		Tiles:      []string{"contractsValueStanding", "paymentsValue", "paymentsCount", "executionShare", "averagePayments", "averagePayment"},
		Indicators: []string{"contractsValueStanding", "paymentsValue", "paymentsCount", "averagePayments", "averagePayment", "executionShare"}, Levels: itemLevels,
		Charts: []Chart{
			bars("buyer", buyersRating, "buyer", 6), bars("winner", suppliersRating, "winner", 6),
			grouped("parts", Text{"Шарттар құны және төлемдер", "Стоимость договоров и платежи", "Contracts value and payments"}, "method", "contractsValueStanding", "paymentsValue"),
			bars("class", subjects, "level", 12), tree("subjects", Text{"Шарттар құны жіктеуіш бойынша", "Стоимость договоров по классификатору", "Contracts value down the classifier"}, "class", "contractsValueStanding"),
		},
		Facets: contractFacets, Period: "signedDay", Toggles: contractToggles,
	},
	{
		ID: "C3", Group: "contracts", Title: Text{"Шарттардың өзгеруі", "Изменение договоров", "Contract changes"},
		Help:       Text{"Қосымша келісімдер және олардың негіздері.", "Дополнительные соглашения и их основания.", "Additional agreements and their grounds."},
		Tiles:      []string{"agreements", "averageAgreements"},
		Indicators: []string{"agreements", "averageAgreements"}, Levels: itemLevels,
		Charts: []Chart{
			bars("buyer", buyersRating, "buyer", 6), bars("winner", suppliersRating, "winner", 6), bars("class", subjects, "level", 12),
			tree("subjects", Text{"Келісімдер жіктеуіш бойынша", "Соглашения по классификатору", "Agreements down the classifier"}, "class", "agreements"),
			bars("ground", Text{"Қосымша келісімдердің негіздері", "Основания дополнительных соглашений", "Grounds of additional agreements"}, "agreementGround", 12, "signedAgreements"),
		},
		Facets: contractFacets, Period: "signedDay", Toggles: contractToggles,
	},
	{
		ID: "P1", Group: "plans", Title: Text{"Жылдық жоспар жолдары", "Строки годового плана", "Annual plan lines"},
		Help:   Text{"Тапсырыс беруші, ай, топ және тәсіл бойынша біріктірілген жоспар.", "План, объединенный по заказчику, месяцу, группе и способу.", "The plan joined by buyer, month, group and method."},
		Tiles:  []string{"annualPlanLines", "plannedValue"},
		Tables: []Table{{ID: "lines", Title: Text{"Жылдық жоспар жолдары", "Строки годового плана", "Annual plan lines"}, Dimensions: []string{"buyer", "planMonth", "itemGroup", "method"}, Measures: []string{"planPoints", "plannedValue"}}},
		Facets: planFacets, Toggles: planToggles, Onward: "planMonth",
	},
	{
		ID: "P2", Group: "plans", Title: Text{"Жоспарлау", "Планирование", "Planning"},
		Help:       Text{"Жоспарланған сатып алу және оның бюджеттік сыныптамасы.", "Плановые закупки и их бюджетная классификация.", "Planned procurement and its budget classification."},
		Tiles:      []string{"plannedValue", "planPoints", "planBuyers"},
		Indicators: []string{"plannedValue", "planPoints"},
		Charts: append([]Chart{
			bars("buyer", buyersRating, "buyer", 6), bars("method", Text{"Тәсілдер бойынша", "По способам закупки", "By procurement method"}, "method", 6), tree("class", itemsRating, "class"),
			histogram("month", Text{"Жоспарланған ай", "Планируемый месяц", "Planned month"}, "planMonth", 12),
			tree("budget", Text{"Бюджеттік сыныптама", "Бюджетная классификация", "Budget classification"}, "administrator", "budgetLinesValue"),
			bars("budgetType", Text{"Бюджет түрлері", "Виды бюджета", "Types of budget"}, "budgetType", 6),
			bars("specification", Text{"Ерекшеліктер", "Специфики", "Specifications"}, "specification", 6, "budgetLinesValue"),
			bars("funding", Text{"Қаржыландыру көздері", "Источники финансирования", "Funding sources"}, "fundingSource", 12),
		}, mapped("delivery", Text{"Жеткізу орны", "Место поставки", "Place of delivery"}, Text{"Жеткізу орындарының рейтингі", "Рейтинг мест поставки", "Rating of places of delivery"}, "deliverRegion")...),
		Facets: append(slices.Clone(planFacets), "programme", "subprogramme", "specification"), Toggles: planToggles, Onward: "planMonth",
	},
	{
		ID: "P3", Group: "plans", Title: Text{"Жоспар тармақтары", "Пункты плана", "Plan items"},
		Help:   Text{"Жоспар тармақтары код және ай бойынша.", "Пункты плана по коду и месяцу.", "Plan points by code and month."},
		Tiles:  []string{"planPoints", "plannedValue"},
		Tables: []Table{{ID: "points", Title: Text{"Жоспар тармақтары", "Пункты плана", "Plan items"}, Dimensions: []string{"item", "planMonth", "buyer", "planStatus"}, Measures: []string{"planPoints", "plannedValue"}}, listed("rows", Text{"Әр тармақ", "Каждый пункт", "Every plan point"}, "planPoints")},
		Facets: planFacets, Toggles: planToggles, Onward: "planMonth",
	},
	factScreen("F1", Text{"Жоспар-факт (лоттар)", "План-факт (лоты)", "Plan-fact (lots)"}, "factLots", "executionLots", "unplannedLots"),
	factScreen("F2", Text{"Жоспар-факт (шарттар)", "План-факт (договоры)", "Plan-fact (contracts)"}, "factContracts", "executionContracts", "unplannedContracts"),
	factScreen("F3", Text{"Жоспар-факт (орындалуы)", "План-факт (исполнение)", "Plan-fact (implementation)"}, "factPayments", "executionPayments", "unplannedContracts"),
	{
		ID: "E1", Group: "eec", Title: Text{"ЕЭК 01–20", "ЕЭК 01–20", "EEC 01-20"},
		Help:  Text{"Еуразиялық экономикалық комиссия нысаны: сатып алулар мен өтінімдер.", "Форма Евразийской экономической комиссии: закупки и заявки.", "Form of the Eurasian Economic Commission: procedures and bids."},
		Tiles: []string{"successfulLots", "failedLots", "bids", "rejectedBids", "withdrawnBids"},
		Tables: []Table{
			{ID: "procedures", Title: Text{"01–02 жолдар", "Строки 01–02", "Rows 01-02"}, Dimensions: []string{"eecMethod"}, Measures: []string{"successfulLots", "failedLots"}},
			{ID: "bids", Title: Text{"03–20 жолдар", "Строки 03–20", "Rows 03-20"}, Dimensions: []string{"bidderCountry", "eecMethod"}, Measures: []string{"bids", "rejectedBids", "withdrawnBids"}},
		},
		Facets: []string{"publishedYear", "publishedQuarter", "publishedMonth", "eecMethod"}, Period: "publishedDay",
	},
	{
		ID: "E2", Group: "eec", Title: Text{"ЕЭК 21–41", "ЕЭК 21–41", "EEC 21-41"},
		Help:  Text{"Еуразиялық экономикалық комиссия нысаны: жеңімпаздар, шарттар және позициялар.", "Форма Евразийской экономической комиссии: победители, договоры и позиции.", "Form of the Eurasian Economic Commission: winners, contracts and positions."},
		Tiles: []string{"winningBids", "contractsValue", "positionsValue"},
		Tables: []Table{
			{ID: "winners", Title: Text{"21–26 жолдар", "Строки 21–26", "Rows 21-26"}, Dimensions: []string{"bidderCountry", "eecMethod"}, Measures: []string{"winningBids"}},
			{ID: "contracts", Title: Text{"27–32 жолдар", "Строки 27–32", "Rows 27-32"}, Dimensions: []string{"winnerCountry", "eecMethod"}, Measures: []string{"contractsValue"}},
			{ID: "origin", Title: Text{"33–37 жолдар", "Строки 33–37", "Rows 33-37"}, Dimensions: []string{"origin", "eecMethod"}, Measures: []string{"positionsValue"}},
			{ID: "funding", Title: Text{"38–39 жолдар", "Строки 38–39", "Rows 38-39"}, Dimensions: []string{"fundingSource", "eecMethod"}, Measures: []string{"contractsValue"}},
			{ID: "positions", Title: Text{"40–41 жолдар", "Строки 40–41", "Rows 40-41"}, Dimensions: []string{"category", "eecMethod"}, Measures: []string{"positionsValue"}},
		},
		Facets: []string{"signedYear", "signedQuarter", "signedMonth", "eecMethod"}, Period: "signedDay",
	},
	{
		ID: "R1", Group: "risk", Title: Text{"Тәуекел белгілері", "Признаки риска", "Red flags"},
		Help:       Text{"Белгі – тексеруге негіз, бұзушылықтың дәлелі емес.", "Признак – повод проверить, а не доказательство нарушения.", "A flag is a reason to look, not the proof of a violation."},
		Tiles:      []string{"flags", "flaggedProcesses", "flaggedBuyers"},
		Indicators: []string{"flags", "flaggedProcesses"}, Grains: publishedGrains,
		Charts: slices.Concat([]Chart{
			bars("flag", Text{"Белгілер", "Признаки", "Flags"}, "flag", 12),
			matrix("matrix", Text{"Белгі және тәсіл", "Признак и способ", "Flag and method"}, "flag", "method", "flags"),
			bars("buyer", buyersRating, "buyer", 6), bars("winner", suppliersRating, "winner", 6), bars("class", itemsRating, "class", 12),
		}, mapped("region", Text{"Тапсырыс беруші өңірі", "Регион заказчика", "Region of the buyer"}, regionsRating, "region"), []Chart{columns("dynamics", dynamics, 12)}),
		Facets: []string{"flag", "method", "class", "region", "buyer", "winner", "publishedYear"}, Period: "publishedDay",
	},
}

func factScreen(id string, title Text, fact, execution, unplanned string) Screen {
	return Screen{
		ID: id, Group: "planFact", Title: title,
		Help:  Text{"Жоспар мен факт; жоспарсыз сатып алу бөлек есептеледі.", "План и факт; закупки без плана считаются отдельно.", "Plan and fact; purchases without a plan are counted apart."},
		Tiles: []string{"factPlanned", fact, execution, unplanned, "unmatchedPlanPoints"},
		Charts: []Chart{
			{ID: "chain", Title: Text{"Жоспардан төлемге дейін", "От плана до платежа", "From plan to payment"}, Kind: "funnel", Dimension: "chain", Measures: []string{"factPlanned", "factLots", "factContracts", "factPayments"}, Limit: 20, Width: 12},
			grouped("buyer", buyersRating, "buyer", "factPlanned", fact), grouped("method", methodsRating, "method", "factPlanned", fact),
			grouped("class", itemsRating, "class", "factPlanned", fact),
			bars("execution", Text{"Орындалу пайызы, тапсырыс берушілер", "Процент исполнения, заказчики", "Actual vs plan, by buyer"}, "buyer", 6, execution),
			bars("executionMethod", Text{"Орындалу пайызы, тәсілдер", "Процент исполнения, способы", "Actual vs plan, by method"}, "method", 6, execution),
			bars("executionClass", Text{"Орындалу пайызы, нысаналар", "Процент исполнения, предметы", "Actual vs plan, by subject"}, "class", 12, execution),
		},
		Facets: factFacets,
	}
}
