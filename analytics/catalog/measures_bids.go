package catalog

var bidMeasures = []Measure{
	{
		ID: "bids", Version: 2, Unit: Count, Dataset: Bids, Reference: "4.1.5, 4.4.3", Additive: true, Grain: grainBid,
		Formula: "count distinct (bids.ocid, bids.lot_id, bids.bid_id)",
		Name:    Text{"Өтінімдер саны", "Количество заявок", "Number of bids"},
		Definition: Text{
			"Лоттарға берілген өтінімдердің саны: екі лотқа берілген бір өтінім екі рет есептеледі. ЕЭК нысанының 03-жолы.",
			"Число заявок в лотах: одна заявка на два лота считается дважды. Строка 03 формы ЕЭК.",
			"Number of bids in lots: one bid for two lots counts twice. Row 03 of the EEC form.",
		},
	},
	{
		ID: "bidsValue", Unit: Tenge, Dataset: Bids, Additive: true, Excludes: valueGaps, Grain: grainBid,
		Formula: "sum bids.value_minor / 100 where currency = KZT",
		Name:    Text{"Өтінімдердің сомасы", "Сумма заявок", "Value of bids"},
		Definition: Text{
			"Өтінімдерде ұсынылған сомалардың қосындысы.",
			"Сумма цен, предложенных в заявках.",
			"Sum of the prices offered in bids.",
		},
	},
	{
		ID: "winningBids", Unit: Count, Dataset: Bids, Reference: "4.4.5", Additive: true, LegalBasis: unionTreaty, Grain: grainBid,
		Formula: "count bids where status = winner",
		Name:    Text{"Жеңген өтінімдер саны", "Количество победивших заявок", "Number of winning bids"},
		Definition: Text{
			"Жеңімпаз деп танылған өтінімдердің саны: өтінім жарамды және қорытынды күшінде. ЕЭК нысанының 21-жолы.",
			"Число заявок, признанных победившими: заявка допущена и итог в силе. Строка 21 формы ЕЭК.",
			"Number of bids that won: the bid is valid and its award stands. Row 21 of the EEC form.",
		},
	},
	{
		ID: "rejectedBids", Unit: Count, Dataset: Bids, Reference: "4.4.4", Additive: true, LegalBasis: unionTreaty, Grain: grainBid,
		Formula: "count bids where status = disqualified",
		Name:    Text{"Қабылданбаған өтінімдер саны", "Количество отклоненных заявок", "Number of rejected bids"},
		Definition: Text{
			"Қорытындыға дейін қабылданбаған өтінімдердің саны. ЕЭК нысанының 09-жолы.",
			"Число заявок, отклоненных до подведения итогов. Строка 09 формы ЕЭК.",
			"Number of bids rejected before the award. Row 09 of the EEC form.",
		},
	},
	{
		ID: "rejectedShare", Unit: Fraction, Dataset: Bids, Grain: grainBid,
		Denominator: Text{"барлық өтінімдер", "все заявки", "all bids"},
		Formula:     "rejectedBids / bids",
		Name:        Text{"Қабылданбаған өтінімдердің үлесі", "Доля отклоненных заявок", "Share of rejected bids"},
		Definition: Text{
			"Қабылданбаған өтінімдердің барлық өтінімдердегі үлесі.",
			"Доля отклоненных заявок среди всех заявок.",
			"Rejected bids divided by all bids.",
		},
	},
	{
		ID: "rejectedValue", Unit: Tenge, Dataset: Bids, Additive: true, Excludes: valueGaps, Grain: grainBid,
		Formula: "sum bids.value_minor / 100 where status = disqualified and currency = KZT",
		Name:    Text{"Қабылданбаған өтінімдердің сомасы", "Сумма отклоненных заявок", "Value of rejected bids"},
		Definition: Text{
			"Қабылданбаған өтінімдерде ұсынылған сомалар.",
			"Сумма цен, предложенных в отклоненных заявках.",
			"Sum of the prices offered in rejected bids.",
		},
	},
	{
		ID: "lotsWithRejected", Unit: Count, Dataset: Bids, Grain: grainLot,
		Formula: "count distinct (bids.ocid, bids.lot_id) where status = disqualified",
		Name:    Text{"Өтінімі қабылданбаған лоттар саны", "Количество лотов с отклоненными заявками", "Number of lots with rejected bids"},
		Definition: Text{
			"Кемінде бір өтінімі қабылданбаған лоттардың саны.",
			"Число лотов, в которых отклонена хотя бы одна заявка.",
			"Number of lots in which at least one bid was rejected.",
		},
	},
	{
		ID: "rejectedPerLot", Unit: Average, Dataset: Bids, Grain: grainBid,
		Denominator: Text{"өтінімі бар лоттар", "лоты с заявками", "lots with bids"},
		Formula:     "rejectedBids / count distinct lots with bids",
		Name:        Text{"Лоттағы қабылданбаған өтінімдердің орташа саны", "Среднее количество отклоненных заявок в лоте", "Average number of rejected bids in a lot"},
		Definition: Text{
			"Қабылданбаған өтінімдер санының өтінімі бар лоттар санына қатынасы.",
			"Отношение числа отклоненных заявок к числу лотов с заявками.",
			"Rejected bids divided by lots with bids.",
		},
	},
	{
		ID: "withdrawnBids", Unit: Count, Dataset: Bids, Additive: true, LegalBasis: unionTreaty, Grain: grainBid,
		Formula: "count bids where status = withdrawn",
		Name:    Text{"Кері қайтарылған өтінімдер саны", "Количество отозванных заявок", "Number of withdrawn bids"},
		Definition: Text{
			"Қатысушы кері қайтарып алған өтінімдердің саны. ЕЭК нысанының 15-жолы.",
			"Число заявок, отозванных участниками. Строка 15 формы ЕЭК.",
			"Number of bids that their bidders withdrew. Row 15 of the EEC form.",
		},
	},
	{
		ID: "bidTenderers", Unit: Count, Dataset: Bids, Excludes: []Reason{NoIdentifier}, Grain: grainBidder,
		Formula: "count distinct bids.tenderer_id",
		Name:    Text{"Өтінім берген қатысушылар саны", "Количество подавших заявки участников", "Number of bidders with bids"},
		Definition: Text{
			"Кемінде бір өтінім берген әртүрлі қатысушылардың саны.",
			"Число различных участников, подавших хотя бы одну заявку.",
			"Number of distinct bidders that submitted at least one bid.",
		},
	},
	{
		ID: "nonResidentBidders", Unit: Count, Dataset: Bids, Grain: grainBidder,
		Formula: "count distinct bids.tenderer_id where tenderer_country not in ('', KZ)",
		Name:    Text{"Бейрезидент қатысушылар саны", "Количество участников-нерезидентов", "Number of non-resident bidders"},
		Definition: Text{
			"Мекенжайы шетелде, өтінім берген әртүрлі қатысушылардың саны.",
			"Число различных участников с адресом за рубежом, подавших заявки.",
			"Number of distinct bidders with an address abroad.",
		},
	},
	{
		ID: "nonResidentBiddersShare", Unit: Fraction, Dataset: Bids, Excludes: []Reason{NoIdentifier}, Grain: grainBidder,
		Denominator: Text{"елі белгілі қатысушылар", "участники с известной страной", "bidders whose country is known"},
		Formula:     "nonResidentBidders / count distinct bids.tenderer_id where tenderer_country <> ''",
		Name:        Text{"Бейрезидент қатысушылардың үлесі", "Доля участников-нерезидентов", "Non-resident bidders percentage"},
		Definition: Text{
			"Бейрезидент қатысушылардың елі белгілі барлық қатысушылардағы үлесі; эталон мұнда тапсырыс берушілерді бөледі.",
			"Доля нерезидентов среди участников с известной страной; в эталоне здесь делились заказчики.",
			"Share of non-residents among the bidders whose country is known; the reference divides buyers here.",
		},
	},
	{
		ID: "nonResidentWinningBids", Unit: Count, Dataset: Bids, Additive: true, Grain: grainBid,
		Formula: "count bids where status = winner and tenderer_country not in ('', KZ)",
		Name:    Text{"Бейрезиденттердің жеңген өтінімдері", "Победившие заявки нерезидентов", "Winning bids of non-residents"},
		Definition: Text{
			"Мекенжайы шетелде қатысушылардың жеңген өтінімдері.",
			"Победившие заявки участников с адресом за рубежом.",
			"Winning bids of bidders with an address abroad.",
		},
	},
	{
		ID: "evaluatedBids", Unit: Count, Dataset: Bids, Additive: true, Grain: grainBid,
		Formula: "count bids where score is stated",
		Name:    Text{"Баға емес критерийлер бойынша бағаланған өтінімдер", "Заявки с неценовой оценкой", "Bids with a non-price evaluation"},
		Definition: Text{
			"Шартты жеңілдіктер есептелген өтінімдердің саны.",
			"Число заявок, по которым рассчитаны условные скидки.",
			"Number of bids for which conditional discounts were computed.",
		},
	},
	{
		ID: "adjustmentValue", Unit: Tenge, Dataset: Bids, Reference: "4.2.11", Additive: true, Excludes: valueGaps, Grain: grainBid,
		Formula: "sum round(bids.value_minor x score) / 100 where score is stated and currency = KZT",
		Name:    Text{"Түзетудің жалпы сомасы", "Общая сумма корректировки", "Total adjustment value"},
		Definition: Text{
			"Баға емес критерийлер бойынша шартты жеңілдіктердің сомасы: өтінім бағасы × жалпы шартты жеңілдік (пайыз).",
			"Сумма условных скидок по неценовым критериям: цена заявки × общая условная скидка (процент).",
			"Sum of the conditional discounts for non-price criteria: bid value × total conditional discount (per cent).",
		},
	},
	{
		ID: "averageAdjustment", Unit: Tenge, Dataset: Bids, Reference: "4.2.12", Excludes: valueGaps, Grain: grainBid,
		Denominator: Text{"баға емес бағалауы және бағасы бар өтінімдер", "заявки с неценовой оценкой и ценой", "bids with a non-price evaluation and a value"},
		Formula:     "adjustmentValue / count of the bids that have one",
		Name:        Text{"Түзетудің орташа сомасы", "Средняя сумма корректировки", "Average adjustment value"},
		Definition: Text{
			"Бір өтінімге келетін шартты жеңілдік сомасының орташасы.",
			"Средняя сумма условной скидки на заявку.",
			"Mean conditional discount of a bid, as an amount.",
		},
	},
	{
		ID: "averageAdjustmentPercent", Unit: Fraction, Dataset: Bids, Reference: "4.2.13", Grain: grainBid,
		Denominator: Text{"баға емес бағалауы бар өтінімдер", "заявки с неценовой оценкой", "bids with a non-price evaluation"},
		Formula:     "sum bids.score / evaluatedBids",
		Name:        Text{"Түзетудің орташа пайызы", "Средний процент корректировки", "Average adjustment percentage"},
		Definition: Text{
			"Шартты жеңілдік пайызының жай орташасы.",
			"Простое среднее процента условной скидки.",
			"Simple mean of the conditional discount percentage.",
		},
	},
	{
		ID: "weightedAdjustmentPercent", Unit: Fraction, Dataset: Bids, Reference: "4.2.13", Excludes: valueGaps, Grain: grainBid,
		Denominator: Text{"сол өтінімдердің сомасы", "сумма тех же заявок", "value of the same bids"},
		Formula:     "adjustmentValue / (sum bids.value_minor / 100 over the same bids)",
		Name:        Text{"Түзетудің сомаға шаққан пайызы", "Взвешенный процент корректировки", "Value-weighted adjustment percentage"},
		Definition: Text{
			"Шартты жеңілдіктер сомасының сол өтінімдердің сомасына қатынасы.",
			"Отношение суммы условных скидок к сумме тех же заявок.",
			"Conditional discounts divided by the value of the same bids.",
		},
	},
	{
		ID: "prequalifiedBids", Unit: Count, Dataset: Bids, Additive: true, Grain: grainBid,
		Formula: "count bids where prequalified <> ''",
		Name:    Text{"Бірінші кезеңнен өткен-өтпегені белгілі өтінімдер", "Заявки с известным итогом первого допуска", "Bids with a known first admission"},
		Definition: Text{
			"Бірінші рұқсат беру кезеңінің нәтижесі белгілі өтінімдердің саны.",
			"Число заявок, для которых известен результат первого этапа допуска.",
			"Number of bids of which the result of the first round of admission is known.",
		},
	},
	{
		ID: "failedPrequalification", Unit: Count, Dataset: Bids, Additive: true, Grain: grainBid,
		Formula: "count bids where prequalified in (failed, corrected)",
		Name:    Text{"Бірінші кезеңнен өтпеген өтінімдер", "Заявки, не прошедшие первый допуск", "Bids that failed the first admission"},
		Definition: Text{
			"Бірінші кезеңде рұқсат берілмеген өтінімдер, кейін түзетілгендерін қоса.",
			"Заявки, не допущенные на первом этапе, включая исправленные позже.",
			"Bids not admitted in the first round, those corrected later included.",
		},
	},
	{
		ID: "correctedWinningBids", Unit: Count, Dataset: Bids, Additive: true, Grain: grainBid,
		Formula: "count bids where prequalified = corrected and status = winner",
		Name:    Text{"Түзетілгеннен кейін жеңген өтінімдер", "Заявки, победившие после исправления", "Bids that won after a correction"},
		Definition: Text{
			"Бірінші кезеңнен өтпей, түзетіліп, жеңген өтінімдер.",
			"Заявки, не прошедшие первый допуск, исправленные и победившие.",
			"Bids that failed the first admission, were corrected and won.",
		},
	},
	{
		ID: "firstAttemptWinningBids", Unit: Count, Dataset: Bids, Additive: true, Grain: grainBid,
		Formula: "count bids where prequalified = passed and status = winner",
		Name:    Text{"Бірінші реттен өтіп жеңген өтінімдер", "Заявки, победившие с первой попытки", "Bids that passed at first and won"},
		Definition: Text{
			"Бірінші кезеңнен бірден өтіп, жеңген өтінімдер.",
			"Заявки, допущенные с первой попытки и победившие.",
			"Bids admitted at the first attempt that won.",
		},
	},
	{
		ID: "blacklistedBids", Unit: Count, Dataset: Bids, Additive: true, Grain: grainBid,
		Formula: "count bids where blacklisted",
		Name:    Text{"Жосықсыз деп танылғандардың өтінімдері", "Заявки недобросовестных участников", "Bids of blacklisted bidders"},
		Definition: Text{
			"Өтінім берілген күні қатысушысы жосықсыз өнім берушілер тізілімінде болған өтінімдер.",
			"Заявки, участник которых в день подачи был в реестре недобросовестных.",
			"Bids whose bidder was on the register of unreliable participants on the day of the bid.",
		},
	},
	{
		ID: "rejections", Unit: Count, Dataset: Rejections, Additive: true, Grain: grainRejection,
		Formula: "count bid_rejections",
		Name:    Text{"Қабылдамау себептерінің саны", "Количество причин отклонения", "Number of reasons of rejection"},
		Definition: Text{
			"Өтінімдер қабылданбаған себептердің саны; бір өтінімнің бірнеше себебі болуы мүмкін.",
			"Число причин отклонения заявок; у одной заявки их может быть несколько.",
			"Number of reasons for which bids were rejected; one bid may have several.",
		},
	},
	{
		ID: "criterionAdjustment", Unit: Tenge, Dataset: Criteria, Additive: true, Excludes: valueGaps, Grain: grainCriterion,
		Formula: "sum criteria.adjustment_minor / 100 where not pseudo and currency = KZT",
		Name:    Text{"Критерийлер бойынша түзету сомасы", "Сумма корректировки по критериям", "Adjustment value by criteria"},
		Definition: Text{
			"Әр критерий берген шартты жеңілдіктердің сомасы; «Жұмыс тәжірибесі (жыл)» және «Жалпы шартты жеңілдік» кірмейді.",
			"Сумма условных скидок, которые дали критерии; «Опыт работы (год)» и «Общая условная скидка» не входят.",
			"Sum of the conditional discounts that criteria gave; years of experience and the total discount are no criteria.",
		},
	},
	{
		ID: "criterionScores", Unit: Count, Dataset: Criteria, Additive: true, Grain: grainCriterion,
		Formula: "count criteria where not pseudo and score > 0",
		Name:    Text{"Қолданылған критерийлер саны", "Количество примененных критериев", "Number of criteria applied"},
		Definition: Text{
			"Жеңілдік берген критерийлердің саны, өтінімдер бойынша.",
			"Число критериев, давших скидку, по заявкам.",
			"Number of criteria that gave a discount, bid by bid.",
		},
	},
	{
		ID: "awards", Unit: Count, Dataset: Awards, Reference: "4.1.11", Grain: grainAward,
		Formula: "count distinct (awards.ocid, awards.award_id) where competitive",
		Name:    Text{"Қорытындылар саны", "Количество итогов выбора поставщика", "Number of awards"},
		Definition: Text{
			"Бәсекелі тәсілдердегі барлық орындардың қорытындылары: бірінші және екінші орын.",
			"Итоги по конкурентным способам по всем местам: первому и второму.",
			"Awards of every place under competitive methods: the first and the second.",
		},
	},
	{
		ID: "winningAwards", Unit: Count, Dataset: Awards, Grain: grainAward,
		Formula: "count distinct (awards.ocid, awards.award_id) where competitive and wins",
		Name:    Text{"Жеңімпазды анықтаған қорытындылар саны", "Количество итогов с победителем", "Number of awards to winners"},
		Definition: Text{
			"Күшіндегі, жеңімпазды атаған қорытындылар.",
			"Действующие итоги, называющие победителя.",
			"Awards that stand and name the winner.",
		},
	},
}
