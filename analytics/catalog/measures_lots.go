package catalog

var lotMeasures = []Measure{
	{
		ID: "procedures", Unit: Count, Dataset: Lots, Reference: "4.1.1", Grain: grainProcedure,
		Formula: "count distinct processes.ocid where processes.kind = tender",
		Name:    Text{"Сатып алу рәсімдерінің саны", "Количество процедур", "Number of procedures"},
		Definition: Text{
			"Хабарландыру бойынша сатып алу рәсімдерінің саны. Құжаттамасы өзгертілген хабарландыру бір рәсім болып есептеледі. Лоттар бойынша сүзгі қойылғанда – кемінде бір лоты сәйкес келетін рәсімдер.",
			"Число закупочных процедур по объявлениям. Объявление с измененной документацией считается одной процедурой. При отборе по лотам – процедуры, у которых подходит хотя бы один лот.",
			"Number of procurement procedures by announcement. An announcement whose documents were changed is one procedure. Under a selection of lots: the procedures with at least one matching lot.",
		},
	},
	{
		ID: "lots", Unit: Count, Dataset: Lots, Reference: "4.1.2", Additive: true, Excludes: []Reason{Withdrawn}, Grain: grainLot,
		Formula: "count lots where status <> withdrawn",
		Name:    Text{"Лоттар саны", "Количество лотов", "Number of lots"},
		Definition: Text{
			"Хабарландырулардағы лоттардың саны; жойылған және құжаттаманың бұрынғы редакцияларының лоттары кірмейді.",
			"Число лотов в объявлениях; удаленные лоты и лоты прежних редакций документации не входят.",
			"Number of lots in announcements; deleted lots and lots of earlier revisions of the documents are left out.",
		},
	},
	{
		ID: "lotsValue", Unit: Tenge, Dataset: Lots, Reference: "4.2.1", Additive: true, Excludes: []Reason{Withdrawn, NoValue, OtherCurrency}, Grain: grainLot,
		Formula: "sum lots.value_minor / 100 where lots.status <> withdrawn and currency = KZT; split or filtered by buyer: the buyer's share, sum lot_points.value_minor",
		Name:    Text{"Лоттардың құны", "Стоимость лотов", "Lots value"},
		Definition: Text{
			"Лоттарға бөлінген сомалардың қосындысы; жойылған және құжаттаманың бұрынғы редакцияларының лоттары кірмейді. Тапсырыс берушілер бойынша – әрқайсысының лоттағы үлесі.",
			"Сумма выделенной стоимости лотов; удаленные лоты и лоты прежних редакций документации не входят. По заказчикам – доля каждого в лоте.",
			"Sum of the values allocated to the lots; deleted lots and lots of earlier revisions of the documents are left out. By buyer: the share that each has in the lot.",
		},
	},
	{
		ID: "buyers", Unit: Count, Dataset: Lots, Reference: "4.1.3", Excludes: []Reason{NoIdentifier}, Grain: grainBuyer,
		Formula: "count distinct lots.buyer_id and lot_points.buyer_id",
		Name:    Text{"Тапсырыс берушілер саны", "Количество заказчиков", "Number of buyers"},
		Definition: Text{
			"Кемінде бір лоты немесе лотта үлесі бар әртүрлі тапсырыс берушілердің саны.",
			"Число различных заказчиков, у которых есть хотя бы один лот или доля в лоте.",
			"Number of distinct buyers that own at least one lot or a share in one.",
		},
	},
	{
		ID: "bidders", Unit: Count, Dataset: Lots, Reference: "4.1.4", Grain: grainBidder,
		Formula: "count distinct bids.tenderer_id and lots.winner_id where lots.method_details in (singleSourcePlan, singleSourcePlanNonPublic)",
		Name:    Text{"Әлеуетті өнім берушілер саны", "Количество участников", "Number of bidders"},
		Definition: Text{
			"Өтінім берген әртүрлі әлеуетті өнім берушілердің және шартты тікелей жасасу арқылы бір көзден сатып алу лоттары бойынша өнім берушілердің саны. Хабарландырусыз шарттардың өнім берушілері кірмейді.",
			"Число различных потенциальных поставщиков, подавших заявки, и поставщиков по лотам из одного источника путем прямого заключения договора. Поставщики по договорам без объявления не входят.",
			"Number of distinct suppliers that submitted a bid, and of the suppliers of lots bought from a single source by direct contract. Suppliers of contracts without announcement are not included.",
		},
	},
	{
		ID: "announcedLots", Unit: Count, Dataset: Lots, VariantOf: "lots", Reference: "4.1.2", Additive: true, Grain: grainLot,
		Formula: "count lots where competitive and status in (210, 220)",
		Name:    Text{"Жарияланған лоттар саны", "Количество опубликованных лотов", "Number of announced lots"},
		Definition: Text{
			"Өтінімдер қабылданып жатқан (мәртебесі 210 немесе 220) бәсекелі лоттардың саны. Эталондық әдістеме мұны «лоттар саны» деп атайды.",
			"Число конкурентных лотов, по которым идет прием заявок (статус 210 или 220). Эталонная методика называет это «количеством лотов».",
			"Number of competitive lots that are open for bids (status 210 or 220). The reference methodology calls this the number of lots.",
		},
	},
	{
		ID: "announcedValue", Unit: Tenge, Dataset: Lots, Reference: "4.2.4", Additive: true, Excludes: valueGaps, Grain: grainLot,
		Formula: "sum lots.value_minor / 100 where competitive and status in (210, 220) and currency = KZT",
		Name:    Text{"Жарияланған лоттардың құны", "Стоимость опубликованных лотов", "Value of announced lots"},
		Definition: Text{
			"Өтінімдер қабылданып жатқан бәсекелі лоттардың құны.",
			"Стоимость конкурентных лотов, по которым идет прием заявок.",
			"Value of the competitive lots that are open for bids.",
		},
	},
	{
		ID: "biddingPeriod", Unit: Days, Dataset: Lots, Reference: "4.3.1", Excludes: []Reason{NoDate}, Grain: grainProcedure,
		Denominator: Text{"екі күні де белгілі бәсекелі рәсімдер", "конкурентные процедуры, у которых известны обе даты", "competitive procedures of which both dates are known"},
		Formula:     "mean (processes.tender_end - processes.tender_start) over procedures with a competitive lot",
		Name:        Text{"Өтінім берудің орташа мерзімі", "Средний срок подачи заявок", "Average bidding period"},
		Definition: Text{
			"Бәсекелі рәсімдер бойынша өтінімдерді қабылдаудың басталуынан аяқталуына дейінгі орташа уақыт; рәсім бір рет есептеледі.",
			"Среднее время от начала до окончания приема заявок по конкурентным процедурам; процедура считается один раз.",
			"Mean time from the beginning to the end of the acceptance of bids, over competitive procedures; a procedure counts once.",
		},
	},
	{
		ID: "announcedBiddingPeriod", Unit: Days, Dataset: Lots, VariantOf: "biddingPeriod", Reference: "4.3.1", Excludes: []Reason{NoDate}, Grain: grainProcedure,
		Denominator: Text{"ашық бәсекелі лоты бар рәсімдер", "процедуры с открытым конкурентным лотом", "procedures with an open competitive lot"},
		Formula:     "mean (processes.tender_end - processes.tender_start) over procedures with a competitive lot of status 210 or 220",
		Name:        Text{"Жарияланған лоттардың өтінім беру мерзімі", "Средний срок подачи заявок опубликованных лотов", "Average bidding period of announced lots"},
		Definition: Text{
			"Өтінім берудің орташа мерзімі, тек қазір өтінім қабылданып жатқан рәсімдер бойынша.",
			"Средний срок подачи заявок только по процедурам, в которых сейчас идет прием.",
			"Average bidding period of only those procedures that are open now.",
		},
	},
	{
		ID: "enquiryPeriod", Unit: Days, Dataset: Lots, Excludes: []Reason{NoDate}, Grain: grainProcedure,
		Denominator: Text{"талқылау мерзімі белгілі рәсімдер", "процедуры с известным сроком обсуждения", "procedures with a known period of discussion"},
		Formula:     "mean (processes.enquiry_end - processes.enquiry_start) over procedures with a competitive lot",
		Name:        Text{"Құжаттаманы талқылаудың орташа мерзімі", "Средний срок обсуждения документации", "Average enquiry period"},
		Definition: Text{
			"Құжаттаманы алдын ала талқылаудың орташа ұзақтығы.",
			"Средняя продолжительность предварительного обсуждения документации.",
			"Mean duration of the preliminary discussion of the documents.",
		},
	},
	{
		ID: "awardingPeriod", Unit: Days, Dataset: Lots, Excludes: []Reason{NoDate}, Grain: grainProcedure,
		Denominator: Text{"қорытындысы жарияланған бәсекелі рәсімдер", "конкурентные процедуры с опубликованными итогами", "competitive procedures whose results were published"},
		Formula:     "mean (processes.results - processes.tender_end) over procedures with a competitive lot",
		Name:        Text{"Қорытынды шығарудың орташа мерзімі", "Средний срок подведения итогов", "Average awarding period"},
		Definition: Text{
			"Өтінім қабылдау аяқталғаннан қорытындылар жарияланғанға дейінгі орташа уақыт.",
			"Среднее время от окончания приема заявок до публикации итогов.",
			"Mean time from the end of the acceptance of bids to the publication of the results.",
		},
	},
	{
		ID: "procedurePeriod", Unit: Days, Dataset: Lots, Excludes: []Reason{NoDate}, Grain: grainProcedure,
		Denominator: Text{"қорытындысы жарияланған бәсекелі рәсімдер", "конкурентные процедуры с опубликованными итогами", "competitive procedures whose results were published"},
		Formula:     "mean (processes.results - processes.published) over procedures with a competitive lot",
		Name:        Text{"Рәсімнің орташа ұзақтығы", "Средняя продолжительность процедуры", "Average duration of a procedure"},
		Definition: Text{
			"Хабарландыру жарияланғаннан қорытындылар жарияланғанға дейінгі орташа уақыт.",
			"Среднее время от публикации объявления до публикации итогов.",
			"Mean time from the publication of the announcement to the publication of the results.",
		},
	},
	{
		ID: "nonCompetitiveLots", Unit: Count, Dataset: Lots, Reference: "4.1.7", Additive: true, Grain: grainLot,
		Formula: "count lots where not competitive and status <> withdrawn",
		Name:    Text{"Бәсекесіз лоттар саны", "Количество неконкурентных лотов", "Number of non-competitive lots"},
		Definition: Text{
			"Бәсекесіз тәсілдермен сатып алынатын лоттардың саны.",
			"Число лотов, закупаемых неконкурентными способами.",
			"Number of lots bought by non-competitive methods.",
		},
	},
	{
		ID: "nonCompetitiveLotsShare", Unit: Fraction, Dataset: Lots, Reference: "4.1.8", Grain: grainLot,
		Denominator: Text{"барлық лоттар", "все лоты", "all lots"},
		Formula:     "nonCompetitiveLots / lots",
		Name:        Text{"Бәсекесіз лоттардың саны бойынша үлесі", "Доля неконкурентных лотов по количеству", "Share of non-competitive lots by number"},
		Definition: Text{
			"Бәсекесіз лоттар санының барлық лоттар санына қатынасы.",
			"Отношение числа неконкурентных лотов к числу всех лотов.",
			"Non-competitive lots divided by all lots.",
		},
	},
	{
		ID: "nonCompetitiveValue", Unit: Tenge, Dataset: Lots, Reference: "4.2.5", Additive: true, Excludes: valueGaps, Grain: grainLot,
		Formula: "sum lots.value_minor / 100 where not competitive and status <> withdrawn and currency = KZT",
		Name:    Text{"Бәсекесіз лоттардың құны", "Стоимость неконкурентных лотов", "Value of non-competitive lots"},
		Definition: Text{
			"Бәсекесіз тәсілдермен сатып алынатын лоттардың құны.",
			"Стоимость лотов, закупаемых неконкурентными способами.",
			"Value of the lots bought by non-competitive methods.",
		},
	},
	{
		ID: "nonCompetitiveValueShare", Unit: Fraction, Dataset: Lots, Reference: "4.2.6", Excludes: valueGaps, Grain: grainLot,
		Denominator: Text{"барлық лоттардың құны", "стоимость всех лотов", "value of all lots"},
		Formula:     "nonCompetitiveValue / lotsValue",
		Name:        Text{"Бәсекесіз лоттардың құны бойынша үлесі", "Доля неконкурентных лотов по стоимости", "Share of non-competitive lots by value"},
		Definition: Text{
			"Бәсекесіз лоттар құнының барлық лоттар құнына қатынасы.",
			"Отношение стоимости неконкурентных лотов к стоимости всех лотов.",
			"Value of the non-competitive lots divided by that of all lots.",
		},
	},
	{
		ID: "awardedLots", Unit: Count, Dataset: Lots, Reference: "4.1.12", Additive: true, Grain: grainLot,
		Formula: "count lots where competitive and awarded",
		Name:    Text{"Жеңімпазы анықталған лоттар саны", "Количество лотов с выбранным поставщиком", "Number of awarded lots"},
		Definition: Text{
			"Жеңімпазы анықталған бәсекелі тәсілдегі лоттардың саны.",
			"Число лотов конкурентных способов, по которым определен победитель.",
			"Number of lots of competitive methods that have an award.",
		},
	},
	{
		ID: "awardedValue", Unit: Tenge, Dataset: Lots, Reference: "4.2.7", Additive: true, Excludes: valueGaps, Grain: grainLot,
		Formula: "sum lots.value_minor / 100 where competitive and awarded and currency = KZT",
		Name:    Text{"Жеңімпазы анықталған лоттардың құны", "Стоимость лотов с выбранным поставщиком", "Value of awarded lots"},
		Definition: Text{
			"Жеңімпазы анықталған бәсекелі лоттардың бөлінген құны.",
			"Выделенная стоимость конкурентных лотов, по которым определен победитель.",
			"Allocated value of the competitive lots that have an award.",
		},
	},
	{
		ID: "completeLots", Unit: Count, Dataset: Lots, Additive: true, Grain: grainLot,
		Formula: "count lots where competitive and status = complete",
		Name:    Text{"Аяқталған бәсекелі лоттар саны", "Количество завершенных конкурентных лотов", "Number of complete competitive lots"},
		Definition: Text{
			"Нақты мәртебесі «аяқталды» бәсекелі лоттардың саны: бәсеке көрсеткіштері осы лоттар бойынша есептеледі.",
			"Число конкурентных лотов с действительным статусом «завершен»: по ним считаются показатели конкуренции.",
			"Number of competitive lots whose effective status is complete: the measures of competition are about these.",
		},
	},
	{
		ID: "averageBids", Unit: Average, Dataset: Lots, Reference: "4.1.6", Grain: grainLot,
		Denominator: Text{"аяқталған бәсекелі лоттар, өтінімі жоқтарын қоса", "завершенные конкурентные лоты, включая лоты без заявок", "complete competitive lots, those without bids included"},
		Formula:     "sum lots.bids / completeLots over complete competitive lots",
		Name:        Text{"Лоттағы өтінімдердің орташа саны", "Среднее количество заявок в лоте", "Average number of bids in a lot"},
		Definition: Text{
			"Аяқталған бәсекелі лоттағы өтінімдердің орташа саны. Өтінімі жоқ лоттар 0 болып есептеледі.",
			"Среднее число заявок в завершенном конкурентном лоте. Лоты без заявок учитываются как 0.",
			"Mean number of bids in a complete competitive lot. Lots without bids count as 0.",
		},
	},
	{
		ID: "averageBidsReceived", Unit: Average, Dataset: Lots, VariantOf: "averageBids", Reference: "4.1.6", Excludes: []Reason{NoBids}, Grain: grainLot,
		Denominator: Text{"өтінімі бар аяқталған бәсекелі лоттар", "завершенные конкурентные лоты с заявками", "complete competitive lots with bids"},
		Formula:     "sum lots.bids / count lots over complete competitive lots with bids > 0",
		Name:        Text{"Өтінімі бар лоттағы өтінімдердің орташа саны", "Среднее количество заявок в лоте с заявками", "Average number of bids in a lot with bids"},
		Definition: Text{
			"Эталондық есептегідей: өтінімі жоқ лоттар ескерілмейді.",
			"Как в эталонном расчете: лоты без заявок не учитываются.",
			"As the reference computes it: lots without bids are left out.",
		},
	},
	{
		ID: "averageBidders", Unit: Average, Dataset: Lots, Grain: grainLot,
		Denominator: Text{"аяқталған бәсекелі лоттар", "завершенные конкурентные лоты", "complete competitive lots"},
		Formula:     "sum lots.bidders / completeLots over complete competitive lots",
		Name:        Text{"Лоттағы қатысушылардың орташа саны", "Среднее количество участников в лоте", "Average number of bidders in a lot"},
		Definition: Text{
			"Аяқталған бәсекелі лоттағы әртүрлі қатысушылардың орташа саны.",
			"Среднее число различных участников в завершенном конкурентном лоте.",
			"Mean number of distinct bidders in a complete competitive lot.",
		},
	},
	{
		ID: "singleBidLots", Unit: Count, Dataset: Lots, Additive: true, Grain: grainLot,
		Formula: "count lots where competitive and status = complete and bidders = 1",
		Name:    Text{"Бір қатысушысы бар лоттар саны", "Количество лотов с одним участником", "Number of lots with a single bidder"},
		Definition: Text{
			"Бір ғана қатысушы өтінім берген аяқталған бәсекелі лоттардың саны.",
			"Число завершенных конкурентных лотов, заявку на которые подал один участник.",
			"Number of complete competitive lots for which a single bidder submitted a bid.",
		},
	},
	{
		ID: "singleBidShare", Unit: Fraction, Dataset: Lots, Grain: grainLot,
		Denominator: Text{"аяқталған бәсекелі лоттар", "завершенные конкурентные лоты", "complete competitive lots"},
		Formula:     "singleBidLots / completeLots",
		Name:        Text{"Бір қатысушысы бар лоттардың үлесі", "Доля лотов с одним участником", "Share of lots with a single bidder"},
		Definition: Text{
			"Бір қатысушысы бар лоттардың аяқталған бәсекелі лоттардағы үлесі.",
			"Доля лотов с одним участником среди завершенных конкурентных лотов.",
			"Share of the complete competitive lots that had a single bidder.",
		},
	},
	{
		ID: "priceReduction", Unit: Tenge, Dataset: Lots, Reference: "4.2.2", Additive: true, Excludes: []Reason{NoValue, OtherCurrency, Negative}, Grain: grainLot,
		Formula: "sum max(lots.value_minor - lots.win_minor, 0) / 100 where competitive and winner_id <> '' and both values are stated and currency = KZT",
		Name:    Text{"Бағаның жалпы төмендеуі", "Общее снижение цены", "Total price reduction"},
		Definition: Text{
			"Жеңімпазы бар бәсекелі лоттар бойынша лот құны мен жеңімпаз бағасының айырмасы. Жеңімпаздың бағасы лот құнынан жоғары лоттар 0 деп есептеліп, бөлек көрсетіледі.",
			"Разница между стоимостью лота и ценой победителя по конкурентным лотам с победителем. Лоты, где цена победителя выше стоимости лота, учитываются как 0 и показываются отдельно.",
			"Lot value less winning price, over competitive lots with a winner. Lots whose winning price is above the lot's value count as 0 and are shown separately.",
		},
	},
	{
		ID: "priceReductionShare", Unit: Fraction, Dataset: Lots, Reference: "4.2.3", Excludes: []Reason{NoValue, OtherCurrency, Negative}, Grain: grainLot,
		Denominator: Text{"сол лоттардың құны", "стоимость тех же лотов", "value of the same lots"},
		Formula:     "priceReduction / (sum lots.value_minor / 100 over the same lots)",
		Name:        Text{"Бағаның төмендеу пайызы", "Процент снижения цены", "Price reduction percentage"},
		Definition: Text{
			"Бағаның жалпы төмендеуінің сол лоттардың құнына қатынасы.",
			"Отношение общего снижения цены к стоимости тех же лотов.",
			"Total price reduction divided by the value of the same lots.",
		},
	},
	{
		ID: "priceIncrease", Unit: Tenge, Dataset: Lots, Additive: true, Excludes: valueGaps, Grain: grainLot,
		Formula: "sum max(lots.win_minor - lots.value_minor, 0) / 100 over the lots of priceReduction",
		Name:    Text{"Лот құнынан асқан сома", "Превышение стоимости лота", "Price above the lot's value"},
		Definition: Text{
			"Жеңімпаздың бағасы лот құнынан қаншаға асқаны; эталонда мұндай лоттар қосындыдан із-түзсіз жоғалады.",
			"На сколько цена победителя превышает стоимость лота; в эталоне такие лоты исчезают из суммы без следа.",
			"By how much winning prices exceed the lots' values; in the reference such lots vanish from the sum.",
		},
	},
	{
		ID: "priceDifference", Unit: Tenge, Dataset: Lots, VariantOf: "priceReduction", Reference: "4.2.2", Additive: true, Excludes: valueGaps, Grain: grainLot,
		Formula: "sum (lots.value_minor - lots.win_minor) / 100 over the lots of priceReduction; priceReduction - priceIncrease",
		Name:    Text{"Лот құны мен жеңімпаз бағасының айырмасы", "Разница стоимости лотов и цен победителей", "Lot values less winning prices"},
		Definition: Text{
			"Эталондық әдістеменің жай айырмасы, теріс мәндерімен қоса.",
			"Простая разность эталонной методики, с отрицательными значениями.",
			"The plain difference of the reference methodology, negative values included.",
		},
	},
	{
		ID: "thresholdLots", Unit: Count, Dataset: Lots, Additive: true, Grain: grainLot,
		Formula: "count lots where competitive and winner_id <> '' and min_minor > 0 and both values are stated and currency = KZT",
		Name:    Text{"Демпинг шегі бар лоттар саны", "Количество лотов с порогом демпинга", "Number of lots with a dumping threshold"},
		Definition: Text{
			"Демпинг шегі белгіленген, жеңімпазы бар бәсекелі лоттардың саны.",
			"Число конкурентных лотов с победителем, для которых установлен порог демпинга.",
			"Number of competitive lots with a winner for which a dumping threshold is set.",
		},
	},
	{
		ID: "dumpedLots", Unit: Count, Dataset: Lots, Additive: true, Grain: grainLot,
		Formula: "count thresholdLots where win_minor < min_minor",
		Name:    Text{"Демпингтік бағалы лоттар саны", "Количество лотов с демпинговой ценой", "Number of lots with a dumping price"},
		Definition: Text{
			"Жеңімпаздың бағасы демпинг шегінен төмен лоттардың саны.",
			"Число лотов, где цена победителя ниже порога демпинга.",
			"Number of lots whose winning price is below the dumping threshold.",
		},
	},
	{
		ID: "thresholdReduction", Unit: Tenge, Dataset: Lots, Additive: true, Grain: grainLot,
		Formula: "sum max(value_minor - win_minor, 0) / 100 over thresholdLots; dumpingMargin + normalReduction",
		Name:    Text{"Шегі бар лоттар бойынша бағаның төмендеуі", "Снижение цены по лотам с порогом", "Price reduction of lots with a threshold"},
		Definition: Text{
			"Демпинг шегі бар лоттар бойынша бағаның төмендеуі; демпинг маржасы мен қалыпты төмендеудің қосындысына тең.",
			"Снижение цены по лотам с порогом демпинга; равно сумме маржи демпинга и нормального снижения.",
			"Price reduction over the lots with a dumping threshold; equals the margin of dumping plus the normal reduction.",
		},
	},
	{
		ID: "dumpingMargin", Unit: Tenge, Dataset: Lots, Reference: "4.2.8", Additive: true, Grain: grainLot,
		Formula: "sum max(min(min_minor, value_minor) - win_minor, 0) / 100 over thresholdLots",
		Name:    Text{"Демпинг маржасы", "Маржа демпинга", "Margin of dumping"},
		Definition: Text{
			"Жеңімпаздың бағасы демпинг шегінен қаншаға төмен. Шек лот құнынан жоғары болса, лот құны алынады.",
			"На сколько цена победителя ниже порога демпинга. Порог выше стоимости лота заменяется стоимостью лота.",
			"By how much winning prices lie below the dumping threshold. A threshold above the lot's value is taken as the lot's value.",
		},
	},
	{
		ID: "dumpingMarginSigned", Unit: Tenge, Dataset: Lots, VariantOf: "dumpingMargin", Reference: "4.2.8", Additive: true, Grain: grainLot,
		Formula: "sum (min_minor - win_minor) / 100 over thresholdLots",
		Name:    Text{"Демпинг маржасы, теріс мәндерімен", "Маржа демпинга с отрицательными значениями", "Margin of dumping with negative amounts"},
		Definition: Text{
			"Эталондық әдістеме: демпингсіз лоттар теріс сома береді.",
			"Как в эталонной методике: лоты без демпинга дают отрицательные суммы.",
			"As in the reference methodology: lots without dumping contribute negative amounts.",
		},
	},
	{
		ID: "normalReduction", Unit: Tenge, Dataset: Lots, Reference: "4.2.9", Additive: true, Grain: grainLot,
		Formula: "thresholdReduction - dumpingMargin, lot by lot",
		Name:    Text{"Бағаның қалыпты төмендеуі", "Нормальное снижение цены", "Normal price reduction"},
		Definition: Text{
			"Демпинг шегіне дейінгі бағаның төмендеуі.",
			"Снижение цены в пределах порога демпинга.",
			"The part of the price reduction that stays above the dumping threshold.",
		},
	},
	{
		ID: "dumpingMarginShare", Unit: Fraction, Dataset: Lots, Reference: "4.2.10", Grain: grainLot,
		Denominator: Text{"шегі бар барлық лоттар бойынша бағаның төмендеуі", "снижение цены по всем лотам с порогом", "price reduction of all lots with a threshold"},
		Formula:     "dumpingMargin / thresholdReduction",
		Name:        Text{"Демпинг маржасының үлесі", "Доля маржи демпинга", "Margin of dumping percentage"},
		Definition: Text{
			"Демпинг маржасының шегі бар барлық лоттар бойынша бағаның төмендеуіне қатынасы.",
			"Отношение маржи демпинга к снижению цены по всем лотам с порогом.",
			"Margin of dumping divided by the price reduction of all lots with a threshold.",
		},
	},
	{
		ID: "dumpedMarginShare", Unit: Fraction, Dataset: Lots, VariantOf: "dumpingMarginShare", Reference: "4.2.10", Grain: grainLot,
		Denominator: Text{"тек демпингтік лоттар бойынша бағаның төмендеуі", "снижение цены только по демпинговым лотам", "price reduction of the dumped lots only"},
		Formula:     "dumpingMargin / (sum max(value_minor - win_minor, 0) over dumpedLots)",
		Name:        Text{"Демпингтік лоттардағы маржа үлесі", "Доля маржи в демпинговых лотах", "Margin percentage of dumped lots"},
		Definition: Text{
			"Эталондық есептегідей: бөлгіші – тек демпингтік лоттар.",
			"Как в эталонном расчете: знаменатель – только демпинговые лоты.",
			"As the reference computes it: the denominator is the dumped lots only.",
		},
	},
	{
		ID: "successfulLots", Unit: Count, Dataset: Lots, Additive: true, Reference: "4.4.1", LegalBasis: unionTreaty, Grain: grainLot,
		Formula: "count lots where status = complete",
		Name:    Text{"Өткен сатып алулар (лоттар)", "Проведенные закупки (лоты)", "Procedures conducted (lots)"},
		Definition: Text{
			"Нақты мәртебесі «аяқталды» лоттардың саны; ЕЭК нысанының 01-жолы.",
			"Число лотов с действительным статусом «завершен»; строка 01 формы ЕЭК.",
			"Number of lots whose effective status is complete; row 01 of the EEC form.",
		},
	},
	{
		ID: "failedLots", Unit: Count, Dataset: Lots, Additive: true, Reference: "4.4.2", LegalBasis: unionTreaty, Grain: grainLot,
		Formula: "count lots where status in (unsuccessful, cancelled)",
		Name:    Text{"Шарт жасалмаған сатып алулар (лоттар)", "Закупки, не приведшие к договору (лоты)", "Procedures not leading to a contract (lots)"},
		Definition: Text{
			"Өтпеген немесе күші жойылған лоттардың саны; ЕЭК нысанының 02-жолы.",
			"Число несостоявшихся и отмененных лотов; строка 02 формы ЕЭК.",
			"Number of unsuccessful and cancelled lots; row 02 of the EEC form.",
		},
	},
	{
		ID: "successfulShare", Unit: Fraction, Dataset: Lots, Grain: grainLot,
		Denominator: Text{"барлық лоттар", "все лоты", "all lots"},
		Formula:     "successfulLots / lots",
		Name:        Text{"Өткен лоттардың үлесі", "Доля состоявшихся лотов", "Share of successful lots"},
		Definition: Text{
			"Аяқталған лоттардың барлық лоттардағы үлесі.",
			"Доля завершенных лотов среди всех лотов.",
			"Complete lots divided by all lots.",
		},
	},
	{
		ID: "winners", Unit: Count, Dataset: Lots, Excludes: []Reason{NoIdentifier}, Grain: grainSupplier,
		Formula: "count distinct lots.winner_id",
		Name:    Text{"Жеңімпаздар саны", "Количество победителей", "Number of winners"},
		Definition: Text{
			"Кемінде бір лотты ұтқан әртүрлі өнім берушілердің саны.",
			"Число различных поставщиков, победивших хотя бы в одном лоте.",
			"Number of distinct suppliers that won at least one lot.",
		},
	},
	{
		ID: "lotsPerProcedure", Unit: Average, Dataset: Lots, Grain: grainLot,
		Denominator: Text{"рәсімдер", "процедуры", "procedures"},
		Formula:     "lots / procedures",
		Name:        Text{"Рәсімдегі лоттардың орташа саны", "Среднее количество лотов в процедуре", "Average number of lots in a procedure"},
		Definition: Text{
			"Лоттар санының рәсімдер санына қатынасы.",
			"Отношение числа лотов к числу процедур.",
			"Lots divided by procedures.",
		},
	},
	{
		ID: "averageLotValue", Unit: Tenge, Dataset: Lots, Excludes: valueGaps, Grain: grainLot,
		Denominator: Text{"құны теңгемен көрсетілген лоттар", "лоты со стоимостью в тенге", "lots with a value in tenge"},
		Formula:     "lotsValue / count of the lots that have one",
		Name:        Text{"Лоттың орташа құны", "Средняя стоимость лота", "Average value of a lot"},
		Definition: Text{
			"Құны көрсетілген лоттардың орташа құны.",
			"Средняя стоимость лотов, у которых она указана.",
			"Mean value of the lots that state one.",
		},
	},
	{
		ID: "medianLotValue", Unit: Tenge, Dataset: Lots, Excludes: valueGaps, Grain: grainLot,
		Formula: "the least value that at least half of the lots do not exceed",
		Name:    Text{"Лот құнының медианасы", "Медиана стоимости лота", "Median value of a lot"},
		Definition: Text{
			"Лоттардың жартысының құны осыдан аспайды.",
			"Стоимость половины лотов не превышает этой.",
			"Half of the lots have a value up to this.",
		},
	},
	{
		ID: "repeatedProcedures", Unit: Count, Dataset: Lots, Grain: grainProcedure,
		Formula: "count distinct processes.ocid where kind = tender and prior_ocid <> ''",
		Name:    Text{"Қайталанған рәсімдер саны", "Количество повторных процедур", "Number of repeated procedures"},
		Definition: Text{
			"Бұрынғы өтпеген сатып алуды қайталайтын рәсімдердің саны.",
			"Число процедур, повторяющих прежнюю несостоявшуюся закупку.",
			"Number of procedures that repeat an earlier failed purchase.",
		},
	},
	{
		ID: "repeatedShare", Unit: Fraction, Dataset: Lots, Grain: grainProcedure,
		Denominator: Text{"рәсімдер", "процедуры", "procedures"},
		Formula:     "repeatedProcedures / procedures",
		Name:        Text{"Қайталанған рәсімдердің үлесі", "Доля повторных процедур", "Share of repeated procedures"},
		Definition: Text{
			"Қайталанған рәсімдердің барлық рәсімдердегі үлесі.",
			"Доля повторных процедур среди всех процедур.",
			"Repeated procedures divided by all procedures.",
		},
	},
	{
		ID: "averageValuePerBuyer", Unit: Tenge, Dataset: Lots, Excludes: valueGaps, Grain: grainBuyer,
		Denominator: Text{"лоты бар тапсырыс берушілер", "заказчики, у которых есть лоты", "buyers that have lots"},
		Formula:     "lotsValue / buyers",
		Name:        Text{"Тапсырыс берушіге келетін орташа құн", "Средняя стоимость на заказчика", "Average value per buyer"},
		Definition: Text{
			"Лоттар құнының тапсырыс берушілер санына қатынасы.",
			"Отношение стоимости лотов к числу заказчиков.",
			"Value of the lots divided by the number of buyers.",
		},
	},
}
