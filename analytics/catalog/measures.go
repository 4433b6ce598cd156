package catalog

// The law in force since 1 January 2025; the law of 4 December 2015 before.
var procurementLaw = Text{
	KK: "«Мемлекеттік сатып алу туралы» ҚР 2024 жылғы 1 шілдедегі № 106-VIII Заңы (2025 жылға дейін 2015 жылғы 4 желтоқсандағы № 434-V Заң)",
	RU: "Закон РК от 1 июля 2024 года № 106-VIII «О государственных закупках» (до 2025 года Закон от 4 декабря 2015 года № 434-V)",
	EN: "Law of the Republic of Kazakhstan No. 106-VIII of 1 July 2024 On Public Procurement (before 2025 Law No. 434-V of 4 December 2015)",
}

// The portal's data begins with the law of 2015, in force since this day.
const dataBegin = "2016-01-01"

var (
	grainLot = Text{KK: "лот", RU: "лот", EN: "lot"}

	reasons = map[Reason]Text{
		NoValue:       {KK: "құны көрсетілмеген", RU: "стоимость не указана", EN: "no value stated"},
		OtherCurrency: {KK: "валютасы теңге емес", RU: "валюта не тенге", EN: "currency other than tenge"},
		Negative:      {KK: "жеңімпаздың бағасы лот құнынан жоғары (0 деп есептеледі)", RU: "цена победителя выше стоимости лота (учтено как 0)", EN: "winning price above the lot's value (counted as 0)"},
		NotValid:      {KK: "шарт жасалмаған (жоба)", RU: "договор не заключен (проект)", EN: "contract not concluded (draft)"},
		Superseded:    {KK: "жоспар тармағы өзгертілген немесе берілген", RU: "пункт плана изменен или передан", EN: "plan point changed or delegated"},
		RepeatedRoot:  {KK: "шарттар тізбегі екінші рет кездеседі", RU: "цепочка договора встречается повторно", EN: "contract chain met a second time"},
		NoIdentifier:  {KK: "сәйкестендіргіші көрсетілмеген", RU: "идентификатор не указан", EN: "no identifier stated"},
		Withdrawn:     {KK: "лот жойылған немесе құжаттаманың келесі редакциясында жалғасады", RU: "лот удален или продолжен в следующей редакции документации", EN: "lot deleted or continued in the next revision of the documents"},
	}
)

var measures = []Measure{
	{
		ID: "procedures", Version: 1, Unit: Count, Dataset: Lots, Reference: "4.1.1",
		Name: Text{KK: "Сатып алу рәсімдерінің саны", RU: "Количество процедур", EN: "Number of procedures"},
		Definition: Text{
			KK: "Хабарландыру бойынша сатып алу рәсімдерінің саны. Құжаттамасы өзгертілген хабарландыру бір рәсім болып есептеледі. Лоттар бойынша сүзгі қойылғанда – кемінде бір лоты сәйкес келетін рәсімдер.",
			RU: "Число закупочных процедур по объявлениям. Объявление с измененной документацией считается одной процедурой. При отборе по лотам – процедуры, у которых подходит хотя бы один лот.",
			EN: "Number of procurement procedures by announcement. An announcement whose documents were changed is one procedure. Under a selection of lots: the procedures with at least one matching lot.",
		},
		Formula:    "count distinct processes.ocid where processes.kind = tender",
		Grain:      Text{KK: "рәсім", RU: "процедура", EN: "procedure"},
		LegalBasis: procurementLaw, ValidFrom: dataBegin,
	},
	{
		ID: "lots", Version: 1, Unit: Count, Dataset: Lots, Reference: "4.1.2", Additive: true,
		Excludes: []Reason{Withdrawn},
		Name:     Text{KK: "Лоттар саны", RU: "Количество лотов", EN: "Number of lots"},
		Definition: Text{
			KK: "Барлық мәртебедегі лоттардың саны; жойылған лоттар мен құжаттаманың алдыңғы редакцияларының лоттары кірмейді.",
			RU: "Число лотов во всех статусах; удаленные лоты и лоты прежних редакций документации не входят.",
			EN: "Number of lots in every status; deleted lots and lots of earlier revisions of the documents are left out.",
		},
		Formula: "count distinct (lots.ocid, lots.lot_id) where lots.status <> withdrawn", Grain: grainLot,
		LegalBasis: procurementLaw, ValidFrom: dataBegin,
	},
	{
		ID: "lotsValue", Version: 1, Unit: Tenge, Dataset: Lots, Reference: "4.2.1", Additive: true,
		Excludes: []Reason{Withdrawn, NoValue, OtherCurrency},
		Name:     Text{KK: "Лоттардың құны", RU: "Стоимость лотов", EN: "Lots value"},
		Definition: Text{
			KK: "Лоттарға бөлінген жоспарлы сомалардың қосындысы; жойылған лоттар мен құжаттаманың алдыңғы редакцияларының лоттары кірмейді.",
			RU: "Сумма выделенной стоимости лотов; удаленные лоты и лоты прежних редакций документации не входят.",
			EN: "Sum of the values allocated to the lots; deleted lots and lots of earlier revisions of the documents are left out.",
		},
		Formula: "sum lots.value_minor / 100 where lots.status <> withdrawn and currency = KZT", Grain: grainLot,
		LegalBasis: procurementLaw, ValidFrom: dataBegin,
	},
	{
		ID: "buyers", Version: 1, Unit: Count, Dataset: Lots, Reference: "4.1.3",
		Excludes: []Reason{NoIdentifier},
		Name:     Text{KK: "Тапсырыс берушілер саны", RU: "Количество заказчиков", EN: "Number of buyers"},
		Definition: Text{
			KK: "Кемінде бір лоты бар әртүрлі тапсырыс берушілердің саны.",
			RU: "Число различных заказчиков, у которых есть хотя бы один лот.",
			EN: "Number of distinct buyers that own at least one lot.",
		},
		Formula:    "count distinct lots.buyer_id",
		Grain:      Text{KK: "тапсырыс беруші", RU: "заказчик", EN: "buyer"},
		LegalBasis: procurementLaw, ValidFrom: dataBegin,
	},
	{
		ID: "bidders", Version: 1, Unit: Count, Dataset: Lots, Reference: "4.1.4",
		Name: Text{KK: "Әлеуетті өнім берушілер саны", RU: "Количество участников", EN: "Number of bidders"},
		Definition: Text{
			KK: "Өтінім берген әртүрлі әлеуетті өнім берушілердің және шартты тікелей жасасу арқылы бір көзден сатып алу лоттары бойынша өнім берушілердің саны. Хабарландырусыз шарттардың өнім берушілері кірмейді.",
			RU: "Число различных потенциальных поставщиков, подавших заявки, и поставщиков по лотам из одного источника путем прямого заключения договора. Поставщики по договорам без объявления не входят.",
			EN: "Number of distinct suppliers that submitted a bid, and of the suppliers of lots bought from a single source by direct contract. Suppliers of contracts without announcement are not included.",
		},
		Formula:    "count distinct bids.tenderer_id and lots.winner_id where lots.method_details in (singleSourcePlan, singleSourcePlanNonPublic)",
		Grain:      Text{KK: "қатысушы", RU: "участник", EN: "bidder"},
		LegalBasis: procurementLaw, ValidFrom: dataBegin,
	},
	{
		ID: "bids", Version: 1, Unit: Count, Dataset: Lots, Reference: "4.1.5", Additive: true,
		Name: Text{KK: "Өтінімдер саны", RU: "Количество заявок", EN: "Number of bids"},
		Definition: Text{
			KK: "Лоттарға берілген өтінімдердің саны: екі лотқа берілген бір өтінім екі рет есептеледі.",
			RU: "Число заявок в лотах: одна заявка на два лота считается дважды.",
			EN: "Number of bids in lots: one bid for two lots counts twice.",
		},
		Formula:    "count distinct (bids.ocid, bids.lot_id, bids.bid_id)",
		Grain:      Text{KK: "лоттағы өтінім", RU: "заявка в лоте", EN: "bid in a lot"},
		LegalBasis: procurementLaw, ValidFrom: dataBegin,
	},
	{
		ID: "awardedLots", Version: 1, Unit: Count, Dataset: Lots, Reference: "4.1.12", Additive: true,
		Name: Text{KK: "Жеңімпазы анықталған лоттар саны", RU: "Количество лотов с выбранным поставщиком", EN: "Number of awarded lots"},
		Definition: Text{
			KK: "Жеңімпазы анықталған бәсекелі тәсілдегі лоттардың саны.",
			RU: "Число лотов конкурентных способов, по которым определен победитель.",
			EN: "Number of lots of competitive methods that have an award.",
		},
		Formula: "count lots where competitive and awarded", Grain: grainLot,
		LegalBasis: procurementLaw, ValidFrom: dataBegin,
	},
	{
		ID: "priceReduction", Version: 1, Unit: Tenge, Dataset: Lots, Reference: "4.2.2", Additive: true,
		Excludes: []Reason{NoValue, OtherCurrency, Negative},
		Name:     Text{KK: "Бағаның жалпы төмендеуі", RU: "Общее снижение цены", EN: "Total price reduction"},
		Definition: Text{
			KK: "Жеңімпазы бар бәсекелі лоттар бойынша лот құны мен жеңімпаз бағасының айырмасы. Жеңімпаздың бағасы лот құнынан жоғары лоттар 0 деп есептеліп, бөлек көрсетіледі.",
			RU: "Разница между стоимостью лота и ценой победителя по конкурентным лотам с победителем. Лоты, где цена победителя выше стоимости лота, учитываются как 0 и показываются отдельно.",
			EN: "Lot value less winning price, over competitive lots with a winner. Lots whose winning price is above the lot's value count as 0 and are shown separately.",
		},
		Formula: "sum max(lots.value_minor - lots.win_minor, 0) / 100 where competitive and winner_id <> '' and both values are stated and currency = KZT",
		Grain:   grainLot, LegalBasis: procurementLaw, ValidFrom: dataBegin,
	},
	{
		ID: "priceReductionShare", Version: 1, Unit: Fraction, Dataset: Lots, Reference: "4.2.3",
		Excludes: []Reason{NoValue, OtherCurrency, Negative},
		Name:     Text{KK: "Бағаның төмендеу пайызы", RU: "Процент снижения цены", EN: "Price reduction percentage"},
		Definition: Text{
			KK: "Бағаның жалпы төмендеуінің сол лоттардың құнына қатынасы.",
			RU: "Отношение общего снижения цены к стоимости тех же лотов.",
			EN: "Total price reduction divided by the value of the same lots.",
		},
		Formula: "priceReduction / (sum lots.value_minor / 100 over the same lots)",
		Grain:   grainLot, LegalBasis: procurementLaw, ValidFrom: dataBegin,
	},
	{
		ID: "contracts", Version: 1, Unit: Count, Dataset: Contracts, Reference: "4.1.14", Additive: true,
		Excludes: []Reason{NotValid, RepeatedRoot},
		Name:     Text{KK: "Шарттар саны", RU: "Количество договоров", EN: "Number of contracts"},
		Definition: Text{
			KK: "Жасалған шарттардың саны; шарт қосымша келісімдерімен бірге бір рет есептеледі. Бұзылған шарттар кіреді, жобалар кірмейді.",
			RU: "Число заключенных договоров; договор с дополнительными соглашениями считается один раз. Расторгнутые договоры входят, проекты нет.",
			EN: "Number of contracts concluded; a contract with its additional agreements counts once. Cancelled contracts are included, drafts are not.",
		},
		Formula:    "count distinct contracts.root_id where status in (pending, active, complete, terminated, partiallyComplete, cancelled)",
		Grain:      Text{KK: "шарттар тізбегі", RU: "цепочка договора", EN: "contract chain"},
		LegalBasis: procurementLaw, ValidFrom: dataBegin,
	},
	{
		ID: "contractsValue", Version: 1, Unit: Tenge, Dataset: Contracts, Reference: "4.2.15", Additive: true,
		Excludes: []Reason{NotValid, RepeatedRoot, NoValue, OtherCurrency},
		Name:     Text{KK: "Шарттардың құны", RU: "Стоимость договоров", EN: "Contracts value"},
		Definition: Text{
			KK: "Жасалған шарттардың соңғы нұсқасы бойынша сомаларының қосындысы. Бұзылған шарттар кіреді.",
			RU: "Сумма заключенных договоров по последней версии. Расторгнутые договоры входят.",
			EN: "Sum of the contracts concluded, at their newest version. Cancelled contracts are included.",
		},
		Formula:    "sum contracts.value_minor / 100 at the newest version per root_id where status as in contracts and currency = KZT",
		Grain:      Text{KK: "шарттар тізбегі", RU: "цепочка договора", EN: "contract chain"},
		LegalBasis: procurementLaw, ValidFrom: dataBegin,
	},
	{
		ID: "planPoints", Version: 1, Unit: Count, Dataset: PlanPoints, Reference: "4.1.13", Additive: true,
		Excludes: []Reason{Superseded},
		Name:     Text{KK: "Жоспар тармақтарының саны", RU: "Количество пунктов плана", EN: "Number of plan points"},
		Definition: Text{
			KK: "Мемлекеттік сатып алу жоспары тармақтарының соңғы нұсқаларының саны; өзгертілген және берілген тармақтар кірмейді.",
			RU: "Число пунктов планов государственных закупок в последней версии; измененные и переданные пункты не входят.",
			EN: "Number of plan points at their newest version; changed and delegated points are left out.",
		},
		Formula:    "count distinct plan_points.root_id where status not in (11, 21, 350, changed, delegated)",
		Grain:      Text{KK: "жоспар тармағы", RU: "пункт плана", EN: "plan point"},
		LegalBasis: procurementLaw, ValidFrom: dataBegin,
	},
	{
		ID: "plannedValue", Version: 1, Unit: Tenge, Dataset: PlanPoints, Reference: "4.2.14", Additive: true,
		Excludes: []Reason{Superseded, NoValue, OtherCurrency},
		Name:     Text{KK: "Жоспарланған сома", RU: "Плановая стоимость", EN: "Planned value"},
		Definition: Text{
			KK: "Жоспар тармақтарының бекітілген сомаларының қосындысы; өзгертілген және берілген тармақтар кірмейді.",
			RU: "Сумма утвержденной стоимости пунктов плана; измененные и переданные пункты не входят.",
			EN: "Sum of the approved values of the plan points; changed and delegated points are left out.",
		},
		Formula:    "sum plan_points.value_minor / 100 where status as in planPoints and currency = KZT",
		Grain:      Text{KK: "жоспар тармағы", RU: "пункт плана", EN: "plan point"},
		LegalBasis: procurementLaw, ValidFrom: dataBegin,
	},
}
