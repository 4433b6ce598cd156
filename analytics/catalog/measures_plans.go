package catalog

var planGaps = []Reason{Superseded, NoValue, OtherCurrency}

var planMeasures = []Measure{
	{
		ID: "planPoints", Unit: Count, Dataset: PlanPoints, Reference: "4.1.13", Additive: true, Excludes: []Reason{Superseded}, Grain: grainPlanPoint,
		Formula: "count distinct plan_points.root_id where status not in (11, 21, 350, changed, delegated)",
		Name:    Text{"Жоспар тармақтарының саны", "Количество пунктов плана", "Number of plan points"},
		Definition: Text{
			"Мемлекеттік сатып алу жоспары тармақтарының соңғы нұсқаларының саны; өзгертілген және берілген тармақтар кірмейді.",
			"Число пунктов планов государственных закупок в последней версии; измененные и переданные пункты не входят.",
			"Number of plan points at their newest version; changed and delegated points are left out.",
		},
	},
	{
		ID: "plannedValue", Unit: Tenge, Dataset: PlanPoints, Reference: "4.2.14", Additive: true, Excludes: planGaps, Grain: grainPlanPoint,
		Formula: "sum plan_points.value_minor / 100 where status as in planPoints and currency = KZT",
		Name:    Text{"Жоспарланған сома", "Плановая стоимость", "Planned value"},
		Definition: Text{
			"Жоспар тармақтарының бекітілген сомаларының қосындысы; өзгертілген және берілген тармақтар кірмейді. Барлық экранда бір анықтама.",
			"Сумма утвержденной стоимости пунктов плана; измененные и переданные пункты не входят. Одно определение на всех экранах.",
			"Sum of the approved values of the plan points; changed and delegated points are left out. One definition on every screen.",
		},
	},
	{
		ID: "plannedEstimate", Unit: Tenge, Dataset: PlanPoints, VariantOf: "plannedValue", Reference: "4.2.14", Additive: true, Excludes: planGaps, Grain: grainPlanPoint,
		Formula: "sum plan_points.estimate_minor / 100 where status as in planPoints and currency = KZT",
		Name:    Text{"Саны × бағасы бойынша жоспарланған сома", "Плановая стоимость как количество × цена", "Planned value as quantity × price"},
		Definition: Text{
			"Эталонның жоспар-факт есебіндегідей: саны × бірлік бағасы.",
			"Как в эталонном план-факте: количество × цена единицы.",
			"As in the reference's plan-fact: quantity × unit price.",
		},
	},
	{
		ID: "plannedBudget", Unit: Tenge, Dataset: PlanPoints, VariantOf: "plannedValue", Reference: "4.2.14", Additive: true, Excludes: planGaps, Grain: grainPlanPoint,
		Formula: "sum plan_points.budget_minor / 100 where status as in planPoints and currency = KZT",
		Name:    Text{"Бюджет жолдары бойынша жоспарланған сома", "Плановая стоимость по бюджетным строкам", "Planned value by budget lines"},
		Definition: Text{
			"Эталонның жоспар қосымшасындағыдай: бюджет жолдарының қосындысы; жолдары жоқ тармақтар кірмейді.",
			"Как в приложении планов эталона: сумма бюджетных строк; пункты без строк не входят.",
			"As in the reference's plans app: the sum of the budget lines; points without lines are left out.",
		},
	},
	{
		ID: "plannedDifference", Unit: Tenge, Dataset: PlanPoints, Additive: true, Excludes: planGaps, Grain: grainPlanPoint,
		Formula: "sum (plan_points.value_minor - plan_points.budget_minor) / 100 where both are stated, status as in planPoints and currency = KZT",
		Name:    Text{"Бекітілген сома мен бюджет жолдарының айырмасы", "Разница утвержденной суммы и бюджетных строк", "Approved value less budget lines"},
		Definition: Text{
			"Екі анықтаманың айырмасы: деректер сапасының көрсеткіші.",
			"Разница двух определений: показатель качества данных.",
			"Difference of the two definitions: a measure of the quality of the data.",
		},
	},
	{
		ID: "planBuyers", Unit: Count, Dataset: PlanPoints, Excludes: []Reason{Superseded, NoIdentifier}, Grain: grainBuyer,
		Formula: "count distinct plan_points.buyer_id",
		Name:    Text{"Жоспары бар тапсырыс берушілер саны", "Количество заказчиков с планом", "Number of buyers with a plan"},
		Definition: Text{
			"Жоспар тармағы бар әртүрлі тапсырыс берушілердің саны.",
			"Число различных заказчиков, у которых есть пункты плана.",
			"Number of distinct buyers that have plan points.",
		},
	},
	{
		ID: "annualPlanLines", Unit: Count, Dataset: PlanPoints, Excludes: []Reason{Superseded}, Grain: Text{"жылдық жоспар жолы", "строка годового плана", "annual plan line"},
		Formula: "count distinct (buyer_id, year, month, item group NN.NN.NN, method_details)",
		Name:    Text{"Жылдық жоспар жолдарының саны", "Количество строк годового плана", "Number of annual plan lines"},
		Definition: Text{
			"Тапсырыс беруші, жыл, ай, топ және тәсіл бойынша біріктірілген жоспар жолдары.",
			"Пункты плана, объединенные по заказчику, году, месяцу, группе и способу.",
			"Plan points joined by buyer, year, month, group and method.",
		},
	},
	{
		ID: "averagePlanValue", Unit: Tenge, Dataset: PlanPoints, Excludes: planGaps, Grain: grainPlanPoint,
		Denominator: Text{"сомасы теңгемен көрсетілген тармақтар", "пункты с суммой в тенге", "points with a value in tenge"},
		Formula:     "plannedValue / count of the points that have one",
		Name:        Text{"Жоспар тармағының орташа сомасы", "Средняя стоимость пункта плана", "Average value of a plan point"},
		Definition: Text{
			"Сомасы көрсетілген жоспар тармақтарының орташа сомасы.",
			"Средняя стоимость пунктов плана, у которых она указана.",
			"Mean value of the plan points that state one.",
		},
	},
	{
		ID: "budgetLinesValue", Unit: Tenge, Dataset: BudgetLines, Additive: true, Excludes: planGaps, Grain: Text{"бюджет жолы", "бюджетная строка", "budget line"},
		Formula: "sum plan_budget_lines.value_minor / 100 of planPoints where currency = KZT",
		Name:    Text{"Бюджет жолдарының сомасы", "Сумма бюджетных строк", "Value of budget lines"},
		Definition: Text{
			"Жоспар тармақтарының бюджеттік сыныптама бойынша сомалары.",
			"Суммы пунктов плана по бюджетной классификации.",
			"Values of the plan points by budget classification.",
		},
	},
}

var factMeasures = []Measure{
	{
		ID: "factPlanned", Unit: Tenge, Dataset: PlanFact, Additive: true, Grain: grainPlanPoint,
		Formula: "plannedValue",
		Name:    Text{"Жоспарлар сомасы", "Сумма планов", "Plans value"},
		Definition: Text{
			"Жарамды жоспар тармақтарының бекітілген сомасы.",
			"Утвержденная стоимость действующих пунктов плана.",
			"Approved value of the valid plan points.",
		},
	},
	{
		ID: "factLots", Unit: Tenge, Dataset: PlanFact, Additive: true, Grain: grainLot,
		Formula: "sum lot_points.value_minor / 100 over points of lots that are neither unsuccessful, cancelled nor withdrawn",
		Name:    Text{"Лоттар бойынша факт", "Факт по лотам", "Lots value (fact)"},
		Definition: Text{
			"Өтпеген, күші жойылған және кері қайтарылғандарынсыз лоттардың құны, жоспар тармағы бойынша үлеспен.",
			"Стоимость лотов без несостоявшихся, отмененных и отозванных, по долям пунктов плана.",
			"Value of the lots that are neither unsuccessful, cancelled nor withdrawn, by the shares of the plan points.",
		},
	},
	{
		ID: "factContracts", Unit: Tenge, Dataset: PlanFact, Additive: true, Grain: grainContract,
		Formula: "contractsValueStanding",
		Name:    Text{"Шарттар бойынша факт", "Факт по договорам", "Contracts value (fact)"},
		Definition: Text{
			"Күші жойылмаған шарттардың құны; барлық позициясы бір жоспар тармағынан шыққан шарт сол тармаққа жатады.",
			"Стоимость неотмененных договоров; договор относится к пункту плана, если все его позиции из этого пункта.",
			"Value of the contracts that are not cancelled; a contract belongs to a plan point when all its lines come from it.",
		},
	},
	{
		ID: "factPayments", Unit: Tenge, Dataset: PlanFact, Additive: true, Grain: grainPayment,
		Formula: "paymentsValue",
		Name:    Text{"Төлемдер бойынша факт", "Факт по платежам", "Payments (fact)"},
		Definition: Text{
			"Сол шарттар бойынша төлемдердің сомасы.",
			"Сумма платежей по тем же договорам.",
			"Payments under the same contracts.",
		},
	},
	{
		ID: "executionLots", Unit: Fraction, Dataset: PlanFact, Reference: "4.2.19", Grain: grainPlanPoint,
		Denominator: Text{"жоспар тармақтарының сомасы", "стоимость пунктов плана", "value of the plan points"},
		Formula:     "factLots of planned purchases / factPlanned",
		Name:        Text{"Жоспардың лоттар бойынша орындалуы", "Исполнение плана по лотам", "Plan execution by lots"},
		Definition: Text{
			"Жоспарланған сатып алулардың лоттары ÷ жоспар сомасы. Жоспарсыз лоттар кірмейді, олар бөлек есептеледі.",
			"Лоты плановых закупок ÷ сумма планов. Лоты без плана не входят, они считаются отдельно.",
			"Lots of planned purchases divided by the plans. Lots without a plan are not part of it; they are counted apart.",
		},
	},
	{
		ID: "executionContracts", Unit: Fraction, Dataset: PlanFact, Reference: "4.2.20", Grain: grainPlanPoint,
		Denominator: Text{"жоспар тармақтарының сомасы", "стоимость пунктов плана", "value of the plan points"},
		Formula:     "factContracts of planned purchases / factPlanned",
		Name:        Text{"Жоспардың шарттар бойынша орындалуы", "Исполнение плана по договорам", "Plan execution by contracts"},
		Definition: Text{
			"Жоспарланған сатып алулардың шарттары ÷ жоспар сомасы.",
			"Договоры плановых закупок ÷ сумма планов.",
			"Contracts of planned purchases divided by the plans.",
		},
	},
	{
		ID: "executionPayments", Unit: Fraction, Dataset: PlanFact, Reference: "4.2.21", Grain: grainPlanPoint,
		Denominator: Text{"жоспар тармақтарының сомасы", "стоимость пунктов плана", "value of the plan points"},
		Formula:     "factPayments of planned purchases / factPlanned",
		Name:        Text{"Жоспардың төлемдер бойынша орындалуы", "Исполнение плана по платежам", "Plan execution by payments"},
		Definition: Text{
			"Жоспарланған сатып алулардың төлемдері ÷ жоспар сомасы.",
			"Платежи плановых закупок ÷ сумма планов.",
			"Payments of planned purchases divided by the plans.",
		},
	},
	{
		ID: "factPlanPoints", Unit: Count, Dataset: PlanFact, Additive: true, Grain: grainPlanPoint,
		Formula: "count plan points",
		Name:    Text{"Жоспар тармақтары", "Пункты плана", "Plan points"},
		Definition: Text{
			"Жоспар-фактідегі жоспар тармақтарының саны.",
			"Число пунктов плана в план-факте.",
			"Number of plan points in plan and fact.",
		},
	},
	{
		ID: "unmatchedPlanPoints", Unit: Count, Dataset: PlanFact, Additive: true, Grain: grainPlanPoint,
		Formula: "count plan points without lot and contract",
		Name:    Text{"Іске аспаған жоспар тармақтары", "Пункты плана без закупки", "Plan points without a purchase"},
		Definition: Text{
			"Лоты да, шарты да жоқ жоспар тармақтары.",
			"Пункты плана без лота и без договора.",
			"Plan points that have neither a lot nor a contract.",
		},
	},
	{
		ID: "unplannedLots", Unit: Count, Dataset: PlanFact, Additive: true, Grain: Text{"лоттағы үлес", "доля лота", "share of a lot"},
		Formula: "count lot_points whose plan point is not known, of lots that are neither unsuccessful, cancelled nor withdrawn",
		Name:    Text{"Жоспарсыз лоттар", "Лоты без плана", "Lots without a plan"},
		Definition: Text{
			"Жоспар тармағы табылмаған лоттардың (үлестердің) саны.",
			"Число лотов (долей), для которых пункт плана не найден.",
			"Number of lots (shares of lots) whose plan point was not found.",
		},
	},
	{
		ID: "unplannedContracts", Unit: Count, Dataset: PlanFact, Additive: true, Grain: grainContract,
		Formula: "count contracts that are not cancelled and belong to no plan point",
		Name:    Text{"Жоспарсыз шарттар", "Договоры без плана", "Contracts without a plan"},
		Definition: Text{
			"Бір жоспар тармағына жатқызу мүмкін болмаған шарттар.",
			"Договоры, которые нельзя отнести к одному пункту плана.",
			"Contracts that could not be assigned to one plan point.",
		},
	},
}

var partyMeasures = []Measure{
	{
		ID: "organisations", Unit: Count, Dataset: Parties, Grain: grainOrganisation,
		Formula: "count distinct party_roles.party_id",
		Name:    Text{"Ұйымдар саны", "Количество организаций", "Number of organisations"},
		Definition: Text{
			"Сатып алуға кез келген рөлде қатысқан әртүрлі ұйымдар мен кәсіпкерлердің саны.",
			"Число различных организаций и предпринимателей, участвовавших в закупках в любой роли.",
			"Number of distinct organisations and sole traders that took part in procurement in any role.",
		},
	},
	{
		ID: "blacklistEntries", Unit: Count, Dataset: Blacklist, Additive: true, Grain: grainEntry,
		Formula: "count distinct (blacklist.party_id, blacklist.entry_id)",
		Name:    Text{"Жосықсыз өнім берушілер тізілімінің жазбалары", "Записи реестра недобросовестных поставщиков", "Entries of the supplier blacklist"},
		Definition: Text{
			"Сатып алуға қатысқан тұлғалар туралы тізілім жазбаларының саны.",
			"Число записей реестра о лицах, участвовавших в закупках.",
			"Number of entries of the register about parties to procurement.",
		},
	},
	{
		ID: "blacklistedSuppliers", Unit: Count, Dataset: Blacklist, Grain: grainSupplier,
		Formula: "count distinct blacklist.party_id",
		Name:    Text{"Тізілімдегі өнім берушілер саны", "Количество поставщиков в реестре", "Number of blacklisted suppliers"},
		Definition: Text{
			"Жосықсыз өнім берушілер тізілімінде жазбасы бар тұлғалардың саны.",
			"Число лиц, о которых есть записи в реестре недобросовестных поставщиков.",
			"Number of parties with an entry in the register of unreliable suppliers.",
		},
	},
	{
		ID: "flags", Unit: Count, Dataset: Flags, Additive: true, Grain: grainFlag,
		Formula: "count flags",
		Name:    Text{"Тәуекел белгілерінің саны", "Количество признаков риска", "Number of red flags"},
		Definition: Text{
			"Анықталған тәуекел белгілерінің саны. Белгі – тексеруге негіз, бұзушылықтың дәлелі емес.",
			"Число сработавших признаков риска. Признак – повод проверить, а не доказательство нарушения.",
			"Number of red flags raised. A flag is a reason to look, not the proof of a violation.",
		},
	},
	{
		ID: "flaggedProcesses", Unit: Count, Dataset: Flags, Grain: Text{"процесс", "процесс", "process"},
		Formula: "count distinct flags.ocid",
		Name:    Text{"Тәуекел белгісі бар процестер", "Процессы с признаками риска", "Processes with red flags"},
		Definition: Text{
			"Кемінде бір тәуекел белгісі бар процестердің саны.",
			"Число процессов, в которых есть хотя бы один признак риска.",
			"Number of processes with at least one red flag.",
		},
	},
	{
		ID: "flaggedBuyers", Unit: Count, Dataset: Flags, Excludes: []Reason{NoIdentifier}, Grain: grainBuyer,
		Formula: "count distinct flags.buyer_id",
		Name:    Text{"Тәуекел белгісі бар тапсырыс берушілер", "Заказчики с признаками риска", "Buyers with red flags"},
		Definition: Text{
			"Процестерінде тәуекел белгісі бар әртүрлі тапсырыс берушілер.",
			"Число различных заказчиков, в процессах которых есть признаки риска.",
			"Number of distinct buyers in whose processes there are red flags.",
		},
	},
}
