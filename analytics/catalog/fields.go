package catalog

import "slices"

var (
	onLots      = []Dataset{Lots, Bids, Awards, Rejections, Criteria}
	onBids      = []Dataset{Lots, Bids, Rejections, Criteria}
	onlyBids    = []Dataset{Bids, Rejections, Criteria}
	onTalk      = []Dataset{Enquiries, Complaints}
	onContracts = []Dataset{Contracts, ContractItems, Agreements, Payments}
	onPlans     = []Dataset{PlanPoints, BudgetLines}
	onParties   = []Dataset{Parties, Blacklist}
	onDeals     = slices.Concat(onLots, onContracts)
	onTenders   = slices.Concat(onLots, onTalk)
	announced   = slices.Concat(onLots, onContracts, onTalk, []Dataset{Parties, Flags})
	everywhere  = slices.Concat(onLots, onContracts, onTalk, onPlans, []Dataset{PlanFact, Flags})

	classification = []string{"class", "subclass", "itemGroup", "itemKind", "item"}
	buyerLevels    = []string{"buyerParent", "buyer"}
	budgetLevels   = []string{"administrator", "programme", "subprogramme"}

	yesNo = []string{"true", "false"}

	publishedOn = Text{
		KK: "Хабарландыру жарияланған күн, Қазақстан уақытымен. Шарттар үшін – олардың хабарландыруы жарияланған күн.",
		RU: "День публикации объявления по времени Казахстана. Для договоров – день публикации их объявления.",
		EN: "Day on which the announcement was published, in Kazakhstan time. For contracts: the day on which their announcement was published.",
	}
	awardedOn = Text{
		"Лоттың бірінші қорытындысы шыққан күн, Қазақстан уақытымен.",
		"День первого итога по лоту по времени Казахстана.",
		"Day of the lot's first award, in Kazakhstan time.",
	}
	signedOn = Text{
		KK: "Шартқа қол қойылған күн, Қазақстан уақытымен.",
		RU: "День подписания договора по времени Казахстана.",
		EN: "Day on which the contract was signed, in Kazakhstan time.",
	}
	agreedOn   = Text{"Қосымша келісімге қол қойылған күн.", "День подписания дополнительного соглашения.", "Day on which the additional agreement was signed."}
	paidOn     = Text{"Төлем жасалған күн.", "День платежа.", "Day of the payment."}
	askedOn    = Text{"Сұрау қойылған күн.", "День, когда задан вопрос.", "Day of the enquiry."}
	receivedOn = Text{"Шағым түскен күн.", "День поступления жалобы.", "Day on which the complaint was received."}
	listedOn   = Text{"Тізілімге енгізілген күн.", "День включения в реестр.", "Day of the entry into the register."}
)

// calendar makes the levels of a date: year, quarter, month, ISO week and day.
func calendar(prefix string, datasets []Dataset, definition, year, quarter, month, week, day Text) []Field {
	var levels []Field
	for _, l := range []struct {
		suffix string
		kind   Type
		name   Text
	}{{"Year", Year, year}, {"Quarter", Quarter, quarter}, {"Month", Month, month}, {"Week", Week, week}, {"Day", Day, day}} {
		levels = append(levels, Field{ID: prefix + l.suffix, Type: l.kind, Datasets: datasets, Dimension: true, Name: l.name, Definition: definition,
			Hierarchy: []string{prefix + "Year", prefix + "Quarter", prefix + "Month", prefix + "Week", prefix + "Day"}})
	}
	return levels
}

func code(id, dictionary string, datasets []Dataset, name, definition Text) Field {
	return Field{ID: id, Type: Code, Dictionary: dictionary, Datasets: datasets, Dimension: true, Name: name, Definition: definition}
}

func yes(id string, datasets []Dataset, name, definition Text) Field {
	return Field{ID: id, Type: Code, Dictionary: "yesNo", Closed: yesNo, Datasets: datasets, Dimension: true, Name: name, Definition: definition}
}

func named(id string, datasets []Dataset, hierarchy []string, name, definition Text) Field {
	return Field{ID: id, Type: Named, Datasets: datasets, Dimension: true, Hierarchy: hierarchy, Name: name, Definition: definition}
}

func organisation(id string, datasets []Dataset, name, definition Text) Field {
	return Field{ID: id, Type: Organisation, Datasets: datasets, Dimension: true, Name: name, Definition: definition}
}

func (f Field) shared() Field       { f.Shared = true; return f }
func (f Field) multiple() Field     { f.Multiple = true; return f }
func (f Field) in(h []string) Field { f.Hierarchy = h; return f }

var fields = slices.Concat(subjectFields, calendarFields, tenderFields, talkFields, contractFields, planFields, partyFields, identifiers)

var subjectFields = []Field{
	code("method", "method", append(slices.Clone(everywhere), Parties),
		Text{KK: "Сатып алу тәсілі", RU: "Способ закупки", EN: "Procurement method"},
		Text{
			KK: "Порталдың сатып алу тәсілі; жоспар тармағы үшін – жоспарланған тәсіл.",
			RU: "Способ закупки портала; для пункта плана – планируемый способ.",
			EN: "Procurement method of the portal; of a plan point, the planned one.",
		}),
	{
		ID: "competitive", Type: Code, Dictionary: "competitive", Datasets: append(slices.Clone(everywhere), Parties), Dimension: true, Closed: yesNo,
		Name: Text{KK: "Тәсілдің бәсекелілігі", RU: "Конкурентность способа", EN: "Competitiveness"},
		Definition: Text{
			KK: "Бір көзден сатып алу, тұрғын үй, әлеуметтік және білім беру тапсырыстары және ерекше тәртіп бәсекесіз болып есептеледі, қалғандары – бәсекелі.",
			RU: "Неконкурентными считаются закупки из одного источника, жилища, социальный и образовательный заказы и особый порядок, остальные конкурентные.",
			EN: "Single source, housing, social and education orders and the particular procedure are non-competitive, all others competitive.",
		},
	},
	named("rationale", slices.Concat(onLots, onContracts, onPlans, []Dataset{Flags}), nil,
		Text{"Бәсекесіз сатып алудың негізі", "Основание неконкурентной закупки", "Ground of the non-competitive procedure"},
		Text{
			"Бәсекесіз тәсілдің құқықтық негізі: жоспар тармағынан; көрсетілмесе, өтпеген сатып алу бойынша – «алдыңғысы өтпеді».",
			"Правовое основание неконкурентного способа: из пункта плана; если не указано, для закупок по несостоявшимся – «предыдущая не состоялась».",
			"Legal ground of the non-competitive method, from the plan point; when none is given and the method follows a failure: the previous purchase failed.",
		}),
	code("eecMethod", "eecMethod", slices.Concat(onLots, onContracts),
		Text{"Тәсіл ЕЭК нысаны бойынша", "Способ по форме ЕЭК", "Method in the EEC form"},
		Text{
			"Еуразиялық экономикалық комиссия нысанының бағаны.",
			"Графа формы Евразийской экономической комиссии.",
			"Column of the form of the Eurasian Economic Commission.",
		}),
	code("category", "category", everywhere,
		Text{KK: "Сатып алу нысанасының түрі", RU: "Вид предмета закупки", EN: "Category"},
		Text{
			KK: "Тауарлар, жұмыстар немесе көрсетілетін қызметтер.",
			RU: "Товары, работы или услуги.",
			EN: "Goods, works or services.",
		}),
	code("class", "class", everywhere,
		Text{KK: "Сатып алу нысанасы (ЭҚТӨЖ бөлімі)", RU: "Предмет закупки (раздел КПВЭД)", EN: "Subject (KPVED division)"},
		Text{
			KK: "ТЖҚ БНА кодының алғашқы екі таңбасы; тармақтары әртүрлі бөлімдерге жататын лот «әртүрлі бөлімдер» болып көрсетіледі.",
			RU: "Первые два знака кода ЕНС ТРУ; лот с позициями разных разделов показан как «разные разделы».",
			EN: "First two digits of the ENS TRU code; a lot with items of several divisions is shown as such.",
		}).in(classification),
	named("subclass", everywhere, classification,
		Text{"Сатып алу нысанасы (NN.NN)", "Предмет закупки (NN.NN)", "Subject (NN.NN)"},
		Text{
			"ЭҚТӨЖ кодының төрт таңбасы; тармақтары бұл деңгейде сәйкес келмесе – mixed.",
			"Четыре знака кода КПВЭД; если позиции на этом уровне расходятся – mixed.",
			"Four digits of the KPVED code; mixed when the items do not agree on this level.",
		}),
	named("itemGroup", everywhere, classification,
		Text{"Сатып алу нысанасы (NN.NN.NN)", "Предмет закупки (NN.NN.NN)", "Subject (NN.NN.NN)"},
		Text{
			"ЭҚТӨЖ кодының алты таңбасы; тармақтары сәйкес келмесе – mixed.",
			"Шесть знаков кода КПВЭД; если позиции расходятся – mixed.",
			"Six digits of the KPVED code; mixed when the items do not agree.",
		}),
	named("itemKind", everywhere, classification,
		Text{"Ведомстволық жіктеуіш (NN.NN.NN.NNN)", "Ведомственный классификатор (NN.NN.NN.NNN)", "Departmental classifier (NN.NN.NN.NNN)"},
		Text{
			"ТЖҚ БНА кодының тоғыз таңбасы; тармақтары сәйкес келмесе – mixed.",
			"Девять знаков кода ЕНС ТРУ; если позиции расходятся – mixed.",
			"Nine digits of the ENS TRU code; mixed when the items do not agree.",
		}),
	named("item", everywhere, classification,
		Text{"ТЖҚ БНА коды", "Код ЕНС ТРУ", "ENS TRU code"},
		Text{
			"Тауарлар, жұмыстар және қызметтердің бірыңғай номенклатуралық анықтамалығының толық коды; тармақтары әртүрлі болса – mixed.",
			"Полный код единого номенклатурного справочника товаров, работ и услуг; при разных позициях – mixed.",
			"Full code of the single nomenclature of goods, works and services; mixed when the items differ.",
		}),
	organisation("buyer", append(slices.Clone(everywhere), Parties),
		Text{KK: "Тапсырыс беруші", RU: "Заказчик", EN: "Buyer"},
		Text{
			KK: "Лоттың, шарттың немесе жоспар тармағының тапсырыс берушісі. Бірнеше тапсырыс берушінің лоты әрқайсысында оның үлесімен көрінеді; өтінімдер мен бағаның төмендеуі – лоттың негізгі тапсырыс берушісінде.",
			RU: "Заказчик лота, договора или пункта плана. Лот нескольких заказчиков виден у каждого с его долей; заявки и снижение цены – у основного заказчика лота.",
			EN: "Buyer of the lot, contract or plan point. A lot of several buyers is shown under each with its share; bids and price reductions under the lot's own buyer.",
		}).shared().in(buyerLevels),
	organisation("buyerParent", everywhere,
		Text{"Тапсырыс берушінің жоғары тұрған ұйымы", "Головная организация заказчика", "Parent organisation of the buyer"},
		Text{
			"Тапсырыс берушінің бас ұйымы немесе министрлігі, портал көрсетсе.",
			"Головная организация или министерство заказчика, если портал ее указывает.",
			"Head organisation or ministry of the buyer, when the portal states it.",
		}).shared().in(buyerLevels),
	code("region", "region", append(slices.Clone(everywhere), Parties),
		Text{KK: "Тапсырыс берушінің өңірі", RU: "Регион заказчика", EN: "Region of the buyer"},
		Text{
			KK: "Тапсырыс берушінің мекенжайы бойынша облыс немесе республикалық маңызы бар қала (ӘАОЖ).",
			RU: "Область или город республиканского значения по адресу заказчика (КАТО).",
			EN: "Region or city of republican significance of the buyer's address (KATO).",
		}).shared(),
	{
		ID: "processKind", Type: Code, Dictionary: "processKind", Datasets: append(slices.Clone(everywhere), Parties, Blacklist), Dimension: true, Closed: []string{"tender", "contract", "plan"},
		Name: Text{KK: "Процесс түрі", RU: "Вид процесса", EN: "Kind of process"},
		Definition: Text{
			KK: "Хабарландыру бойынша сатып алу, хабарландырусыз шарт немесе жоспар тармағы.",
			RU: "Закупка по объявлению, договор без объявления или пункт плана.",
			EN: "Procurement by announcement, contract without announcement, or plan point.",
		},
	},
	yes("quasiPublic", everywhere,
		Text{"Квазимемлекеттік сектор", "Квазигосударственный сектор", "Quasi-public sector"},
		Text{
			"Процесс квазимемлекеттік сектордың тізілімінен алынған.",
			"Процесс взят из реестров квазигосударственного сектора.",
			"The process is of the registers of the quasi-public sector.",
		}),
	yes("centralised", onTenders,
		Text{"Орталықтандырылған сатып алу", "Централизованная закупка", "Centralised procurement"},
		Text{
			"Бірыңғай ұйымдастырушы жүргізетін сатып алу.",
			"Закупка, которую проводит единый организатор.",
			"Procurement carried out by the single organiser.",
		}),
}

var calendarFields = slices.Concat(
	calendar("published", announced, publishedOn,
		Text{KK: "Жарияланған жылы", RU: "Год публикации", EN: "Year of publication"},
		Text{KK: "Жарияланған тоқсаны", RU: "Квартал публикации", EN: "Quarter of publication"},
		Text{KK: "Жарияланған айы", RU: "Месяц публикации", EN: "Month of publication"},
		Text{KK: "Жарияланған аптасы", RU: "Неделя публикации", EN: "Week of publication"},
		Text{KK: "Жарияланған күні", RU: "День публикации", EN: "Day of publication"}),
	calendar("awarded", onLots, awardedOn,
		Text{"Қорытынды жылы", "Год итогов", "Year of award"},
		Text{"Қорытынды тоқсаны", "Квартал итогов", "Quarter of award"},
		Text{"Қорытынды айы", "Месяц итогов", "Month of award"},
		Text{"Қорытынды аптасы", "Неделя итогов", "Week of award"},
		Text{"Қорытынды күні", "День итогов", "Day of award"}),
	calendar("signed", onContracts, signedOn,
		Text{KK: "Қол қойылған жылы", RU: "Год подписания", EN: "Year of signing"},
		Text{KK: "Қол қойылған тоқсаны", RU: "Квартал подписания", EN: "Quarter of signing"},
		Text{KK: "Қол қойылған айы", RU: "Месяц подписания", EN: "Month of signing"},
		Text{KK: "Қол қойылған аптасы", RU: "Неделя подписания", EN: "Week of signing"},
		Text{KK: "Қол қойылған күні", RU: "День подписания", EN: "Day of signing"}),
	calendar("paid", []Dataset{Payments}, paidOn,
		Text{"Төлем жылы", "Год платежа", "Year of payment"},
		Text{"Төлем тоқсаны", "Квартал платежа", "Quarter of payment"},
		Text{"Төлем айы", "Месяц платежа", "Month of payment"},
		Text{"Төлем аптасы", "Неделя платежа", "Week of payment"},
		Text{"Төлем күні", "День платежа", "Day of payment"}),
	calendar("agreed", []Dataset{Agreements}, agreedOn,
		Text{"Келісім жылы", "Год соглашения", "Year of agreement"},
		Text{"Келісім тоқсаны", "Квартал соглашения", "Quarter of agreement"},
		Text{"Келісім айы", "Месяц соглашения", "Month of agreement"},
		Text{"Келісім аптасы", "Неделя соглашения", "Week of agreement"},
		Text{"Келісім күні", "День соглашения", "Day of agreement"}),
	calendar("asked", []Dataset{Enquiries}, askedOn,
		Text{"Сұрау жылы", "Год вопроса", "Year of enquiry"},
		Text{"Сұрау тоқсаны", "Квартал вопроса", "Quarter of enquiry"},
		Text{"Сұрау айы", "Месяц вопроса", "Month of enquiry"},
		Text{"Сұрау аптасы", "Неделя вопроса", "Week of enquiry"},
		Text{"Сұрау күні", "День вопроса", "Day of enquiry"}),
	calendar("received", []Dataset{Complaints}, receivedOn,
		Text{"Шағым жылы", "Год жалобы", "Year of complaint"},
		Text{"Шағым тоқсаны", "Квартал жалобы", "Quarter of complaint"},
		Text{"Шағым айы", "Месяц жалобы", "Month of complaint"},
		Text{"Шағым аптасы", "Неделя жалобы", "Week of complaint"},
		Text{"Шағым күні", "День жалобы", "Day of complaint"}),
	calendar("listed", []Dataset{Blacklist}, listedOn,
		Text{"Тізілімге енгізілген жыл", "Год включения в реестр", "Year of listing"},
		Text{"Тізілімге енгізілген тоқсан", "Квартал включения в реестр", "Quarter of listing"},
		Text{"Тізілімге енгізілген ай", "Месяц включения в реестр", "Month of listing"},
		Text{"Тізілімге енгізілген апта", "Неделя включения в реестр", "Week of listing"},
		Text{"Тізілімге енгізілген күн", "День включения в реестр", "Day of listing"}),
)

var tenderFields = []Field{
	code("lotStatus", "lotStatus", onLots,
		Text{KK: "Лоттың мәртебесі", RU: "Статус лота", EN: "Lot status"},
		Text{
			KK: "Лоттың нақты мәртебесі: белсенді лот үшін порталдың мәртебесі; қолданыстағы шарт жасалған лот аяқталған болып есептеледі.",
			RU: "Действительный статус лота: для активного лота статус портала; лот с действующим договором считается завершенным.",
			EN: "Effective status: the portal's status while the lot is active; a lot with an active contract is complete.",
		}),
	code("tenderStatus", "lotStatus", onTenders,
		Text{"Рәсімнің мәртебесі", "Статус процедуры", "Status of the procedure"},
		Text{
			"Хабарландырудың портал мәртебесі.",
			"Статус объявления на портале.",
			"Status of the announcement at the portal.",
		}),
	code("plannedMethod", "method", onLots,
		Text{"Жоспарланған тәсіл", "Планируемый способ", "Planned method"},
		Text{
			"Жоспарда көрсетілген тәсіл; нақтысынан өзгеше болуы мүмкін.",
			"Способ, указанный в плане; может отличаться от фактического.",
			"Method that the plan named; it may differ from the actual one.",
		}),
	organisation("bidder", onBids,
		Text{KK: "Қатысушы", RU: "Участник", EN: "Bidder"},
		Text{
			KK: "Лотқа өтінім берген әлеуетті өнім беруші; тікелей шарт лоты үшін – өнім беруші. Лот әр қатысушыда бір рет есептеледі, сондықтан бөліктердің қосындысы жиынтықтан көп.",
			RU: "Потенциальный поставщик, подавший заявку на лот; для лота прямого договора – поставщик. Лот считается один раз у каждого участника, поэтому сумма частей больше итога.",
			EN: "Supplier that submitted a bid in the lot; of a lot by direct contract, its supplier. A lot counts once for each bidder, so the parts add up to more than the total.",
		}).multiple(),
	code("bidderRegion", "region", onBids,
		Text{"Қатысушының өңірі", "Регион участника", "Region of the bidder"},
		Text{"Қатысушының мекенжайы бойынша өңір.", "Регион по адресу участника.", "Region of the bidder's address."}).multiple(),
	code("bidderCountry", "country", onBids,
		Text{"Қатысушының елі", "Страна участника", "Country of the bidder"},
		Text{"Қатысушының мекенжайы бойынша ел.", "Страна по адресу участника.", "Country of the bidder's address."}).multiple(),
	yes("bidderOnlyDirect", onBids,
		Text{"Тек бәсекесіз қатысушы", "Участник только в неконкурентных", "Bidder only in non-competitive"},
		Text{
			"Деректерде бірде-бір бәсекелі лотқа қатыспаған қатысушы.",
			"Участник, который в данных не участвовал ни в одном конкурентном лоте.",
			"Bidder that within the data took part in no competitive lot.",
		}).multiple(),
	organisation("winner", append(slices.Clone(onDeals), Flags),
		Text{KK: "Жеңімпаз (өнім беруші)", RU: "Победитель (поставщик)", EN: "Winner (supplier)"},
		Text{
			KK: "Лоттың жеңімпазы; шарт үшін – өнім беруші.",
			RU: "Победитель лота; для договора – поставщик.",
			EN: "Winner of the lot; of a contract, its supplier.",
		}),
	code("winnerRegion", "region", onDeals,
		Text{"Жеңімпаздың өңірі", "Регион победителя", "Region of the winner"},
		Text{"Жеңімпаздың (өнім берушінің) мекенжайы бойынша өңір.", "Регион по адресу победителя (поставщика).", "Region of the winner's (supplier's) address."}),
	code("winnerCountry", "country", onDeals,
		Text{"Жеңімпаздың елі", "Страна победителя", "Country of the winner"},
		Text{"Жеңімпаздың (өнім берушінің) мекенжайы бойынша ел.", "Страна по адресу победителя (поставщика).", "Country of the winner's (supplier's) address."}),
	code("deliverRegion", "region", append(slices.Clone(onLots), PlanPoints, BudgetLines),
		Text{"Жеткізу өңірі", "Регион поставки", "Region of delivery"},
		Text{
			"Барлық жеткізу орны жататын өңір; әртүрлі болса, көрсетілмеген.",
			"Регион, в котором лежат все места поставки; если они в разных, не указан.",
			"Region in which all places of delivery lie; not stated when they differ.",
		}),
	code("bidsBand", "bidsBand", onLots,
		Text{"Лоттағы өтінімдер саны (топ)", "Число заявок в лоте (группа)", "Number of bids in the lot (band)"},
		Text{"Лотқа берілген өтінімдердің саны, топтап.", "Число заявок на лот по группам.", "Number of bids for the lot, in bands."}),
	yes("reserved", append(slices.Clone(onLots), PlanPoints, BudgetLines),
		Text{"Мүгедектігі бар адамдардың ұйымдары үшін", "Для организаций лиц с инвалидностью", "Reserved for organisations of disabled persons"},
		Text{
			"Тек мүгедектігі бар адамдардың ұйымдары қатыса алады.",
			"Участвовать могут только организации лиц с инвалидностью.",
			"Only organisations of disabled persons may take part.",
		}),
	yes("antiDumping", onLots,
		Text{"Демпингке қарсы шаралар", "Антидемпинговые меры", "Anti-dumping measures"},
		Text{"Лотқа демпингке қарсы шаралар қолданылады.", "К лоту применяются антидемпинговые меры.", "Anti-dumping measures apply to the lot."}),
	yes("repeated", onLots,
		Text{"Қайталанған сатып алу", "Повторная закупка", "Repeated purchase"},
		Text{"Рәсім бұрынғы өтпеген сатып алуды қайталайды.", "Процедура повторяет прежнюю несостоявшуюся.", "The procedure repeats an earlier failed one."}),
	yes("foreignBidder", onLots,
		Text{"Бейрезидент қатысқан", "С участием нерезидента", "With a non-resident bidder"},
		Text{"Лотқа кемінде бір бейрезидент өтінім берген.", "На лот подал заявку хотя бы один нерезидент.", "At least one non-resident submitted a bid."}),
	yes("foreignWinner", onLots,
		Text{"Бейрезидент жеңген", "Победитель – нерезидент", "Non-resident winner"},
		Text{"Лотты бейрезидент ұтқан.", "В лоте победил нерезидент.", "A non-resident won the lot."}),
	yes("foreignRejected", onLots,
		Text{"Бейрезидент қабылданбаған", "Нерезидент отклонен", "Non-resident rejected"},
		Text{"Лотта бейрезиденттің өтінімі қабылданбаған.", "В лоте отклонена заявка нерезидента.", "A bid of a non-resident was rejected in the lot."}),
	yes("buyerOnlyDirect", onLots,
		Text{"Тек бәсекесіз тапсырыс беруші", "Заказчик только в неконкурентных", "Buyer only in non-competitive"},
		Text{
			"Деректерде бірде-бір бәсекелі лоты жоқ тапсырыс беруші.",
			"Заказчик, у которого в данных нет ни одного конкурентного лота.",
			"Buyer that within the data has no competitive lot.",
		}).shared(),
	{
		ID: "lotValue", Type: Money, Datasets: onLots,
		Name: Text{KK: "Лоттың құны, теңге", RU: "Стоимость лота, тенге", EN: "Value of the lot, tenge"},
		Definition: Text{
			KK: "Лотқа бөлінген сома.",
			RU: "Выделенная стоимость лота.",
			EN: "Value allocated to the lot.",
		},
	},
	code("bidStatus", "bidStatus", onlyBids,
		Text{"Өтінімнің мәртебесі", "Статус заявки", "Status of the bid"},
		Text{
			"Жеңімпаз, екінші орын, рұқсат берілген, қабылданбаған немесе кері қайтарылған.",
			"Победитель, второе место, допущена, отклонена или отозвана.",
			"Winner, second place, valid, rejected or withdrawn.",
		}),
	code("prequalified", "prequalified", onlyBids,
		Text{"Бірінші рұқсат кезеңі", "Первый этап допуска", "First round of admission"},
		Text{
			"Өтінімнің бірінші рұқсат беру кезеңінен өтуі.",
			"Результат заявки на первом этапе допуска.",
			"How the bid fared in the first round of admission.",
		}),
	yes("bidderBlacklisted", onlyBids,
		Text{"Қатысушы тізілімде болған", "Участник был в реестре недобросовестных", "Bidder was blacklisted"},
		Text{
			"Өтінім берілген күні қатысушы жосықсыздар тізілімінде болған.",
			"В день подачи заявки участник был в реестре недобросовестных.",
			"On the day of the bid its bidder was on the register of unreliable participants.",
		}),
	code("rejectionKind", "rejectionKind", []Dataset{Rejections},
		Text{"Қабылдамау негізінің түрі", "Вид основания отклонения", "Kind of the ground of rejection"},
		Text{"Заң бабы немесе құжат.", "Статья закона или документ.", "An article of the law or a document."}),
	named("rejectionReason", []Dataset{Rejections}, nil,
		Text{"Қабылдамау себебі", "Причина отклонения", "Reason of rejection"},
		Text{"Өтінім қабылданбаған себеп, дереккөз тілінде.", "Причина отклонения заявки на языке источника.", "Reason for which the bid was rejected, in the language of the source."}),
	named("criterion", []Dataset{Criteria}, nil,
		Text{"Баға емес критерий", "Неценовой критерий", "Non-price criterion"},
		Text{"Шартты жеңілдік критерийі, дереккөз тілінде.", "Критерий условной скидки на языке источника.", "Criterion of the conditional discount, in the language of the source."}),
	organisation("awardSupplier", []Dataset{Awards},
		Text{"Орын алған қатысушы", "Участник, занявший место", "Awarded bidder"},
		Text{"Қорытындыда аталған қатысушы.", "Участник, названный в итоге.", "Bidder that the award names."}),
	code("awardPlace", "awardPlace", []Dataset{Awards},
		Text{"Орын", "Место", "Place"},
		Text{"Қорытындыдағы орын.", "Место в итогах.", "Place in the results."}),
}

var talkFields = []Field{
	code("enquiryType", "enquiryType", []Dataset{Enquiries},
		Text{"Сұрау түрі", "Вид обращения", "Type of enquiry"},
		Text{"Сұрақ немесе ескерту.", "Вопрос или замечание.", "Question or comment."}),
	code("answerType", "answerType", []Dataset{Enquiries},
		Text{"Жауап түрі", "Вид ответа", "Type of answer"},
		Text{"Жауаптың мазмұны.", "Содержание ответа.", "What the answer does."}),
	yes("answered", []Dataset{Enquiries},
		Text{"Жауап берілген", "Есть ответ", "Answered"},
		Text{"Сұрауға жауап берілген.", "На вопрос дан ответ.", "The enquiry was answered."}),
	organisation("enquirer", []Dataset{Enquiries},
		Text{"Сұрау авторы", "Автор вопроса", "Author of the enquiry"},
		Text{"Сұрау қойған ұйым.", "Организация, задавшая вопрос.", "Organisation that asked."}),
	code("complaintStatus", "complaintStatus", []Dataset{Complaints},
		Text{"Шағымның мәртебесі", "Статус жалобы", "Status of the complaint"},
		Text{"Шағымның қаралу сатысы немесе нәтижесі.", "Стадия рассмотрения или исход жалобы.", "Where the complaint stands, or its outcome."}),
	code("complaintGround", "complaintGround", []Dataset{Complaints},
		Text{"Шағымның негізі", "Основание жалобы", "Reason of the complaint"},
		Text{"Шағым не туралы.", "На что жалоба.", "What the complaint is about."}),
	organisation("complainant", []Dataset{Complaints},
		Text{"Шағымданушы", "Заявитель жалобы", "Complainant"},
		Text{"Шағым берген ұйым.", "Организация, подавшая жалобу.", "Organisation that complains."}),
	organisation("reviewBody", []Dataset{Complaints},
		Text{"Шағымды қарайтын орган", "Орган рассмотрения жалобы", "Review body"},
		Text{"Шағым бойынша шешім қабылдайтын орган.", "Орган, принимающий решение по жалобе.", "Body that decides on the complaint."}),
}

var contractFields = []Field{
	code("contractStatus", "contractStatus", onContracts,
		Text{"Шарттың мәртебесі", "Статус договора", "Contract status"},
		Text{
			"Нақты мәртебе: орындалған шарт төленгеніне қарай толық, ішінара немесе артық төленген болып бөлінеді.",
			"Действительный статус: исполненный договор по оплате делится на исполненный, исполненный частично и переплаченный.",
			"Effective status: a performed contract is complete, partially complete or overpaid by what was paid.",
		}),
	yes("multiAnnual", onContracts,
		Text{"Көпжылдық шарт", "Многолетний договор", "Multi-year contract"},
		Text{"Шарт бір жылдан ұзақ.", "Договор дольше одного года.", "The contract runs over more than one year."}),
	yes("treasury", onContracts,
		Text{"Қазынашылықта тіркелген", "С регистрацией в казначействе", "Registered at the treasury"},
		Text{"Шарт қазынашылықта тіркелген.", "Договор зарегистрирован в казначействе.", "The contract is registered at the treasury."}),
	yes("direct", onContracts,
		Text{"Хабарландырусыз шарт", "Договор без объявления", "Without announcement"},
		Text{"Шарт хабарландырусыз жасалған.", "Договор заключен без объявления.", "The contract was concluded without an announcement."}),
	yes("smallSupplier", onContracts,
		Text{"Шағын кәсіпкер", "Малый бизнес", "Small business"},
		Text{"Өнім беруші порталда шағын кәсіпкер деп белгіленген.", "Поставщик отмечен на портале как малый бизнес.", "The portal marks the supplier as a small business."}),
	yes("supplierBlacklisted", onContracts,
		Text{"Өнім беруші тізілімде болған", "Поставщик был в реестре недобросовестных", "Supplier was blacklisted"},
		Text{
			"Қол қойылған күні өнім беруші жосықсыздар тізілімінде болған.",
			"В день подписания поставщик был в реестре недобросовестных.",
			"On the day of signing the supplier was on the register of unreliable participants.",
		}),
	code("fundingSource", "fundingSource", slices.Concat(onContracts, onPlans),
		Text{"Қаржыландыру көзі", "Источник финансирования", "Funding source"},
		Text{"Порталдың қаржыландыру көзі.", "Источник финансирования портала.", "Funding source of the portal."}),
	{
		ID: "budgetYear", Type: Year, Datasets: onContracts, Dimension: true,
		Name:       Text{"Шарттың қаржы жылы", "Финансовый год договора", "Budget year of the contract"},
		Definition: Text{"Шарт жататын қаржы жылы.", "Финансовый год, к которому относится договор.", "Budget year that the contract belongs to."},
	},
	named("agreementGround", []Dataset{Agreements}, nil,
		Text{"Қосымша келісімнің негізі", "Основание дополнительного соглашения", "Ground of the additional agreement"},
		Text{"Қосымша келісім жасалған негіз; келісім әр негізінде бір рет көрінеді.", "Основание дополнительного соглашения; соглашение видно у каждого своего основания.", "Ground of the additional agreement; an agreement is shown under each of its grounds."}),
	code("origin", "country", []Dataset{ContractItems},
		Text{"Шығарылған елі", "Страна происхождения", "Country of origin"},
		Text{"Тауар шығарылған ел.", "Страна происхождения товара.", "Country in which the product originates."}),
	{
		ID: "contractValue", Type: Money, Datasets: onContracts,
		Name:       Text{"Шарттың құны, теңге", "Стоимость договора, тенге", "Value of the contract, tenge"},
		Definition: Text{"Шарттың соңғы нұсқасындағы сома.", "Сумма договора по последней версии.", "Value of the contract at its newest version."},
	},
}

var planFields = []Field{
	{
		ID: "planYear", Type: Year, Datasets: append(slices.Clone(onPlans), PlanFact), Dimension: true, Hierarchy: []string{"planYear", "planMonth"},
		Name: Text{KK: "Жоспарланған қаржы жылы", RU: "Финансовый год плана", EN: "Budget year of the plan"},
		Definition: Text{
			KK: "Жоспар тармағы жататын қаржы жылы; жоспарсыз лот үшін – жарияланған, жоспарсыз шарт үшін – қол қойылған жыл.",
			RU: "Финансовый год, к которому относится пункт плана; для лота без плана – год публикации, для договора без плана – год подписания.",
			EN: "Budget year that the plan point belongs to; of a lot without a plan the year of publication, of a contract without a plan the year of signing.",
		},
	},
	{
		ID: "planMonth", Type: Code, Dictionary: "planMonth", Datasets: onPlans, Dimension: true, Hierarchy: []string{"planYear", "planMonth"},
		Name: Text{KK: "Жоспарланған ай", RU: "Планируемый месяц", EN: "Planned month"},
		Definition: Text{
			KK: "Сатып алуды жүзеге асыру жоспарланған ай.",
			RU: "Планируемый месяц осуществления закупки.",
			EN: "Month in which the procurement is planned to be carried out.",
		},
	},
	code("planStatus", "planStatus", onPlans,
		Text{"Жоспар тармағының мәртебесі", "Статус пункта плана", "Status of the plan point"},
		Text{"Порталдың жоспар тармағы мәртебесі.", "Статус пункта плана на портале.", "Status of the plan point at the portal."}),
	code("pointType", "pointType", onPlans,
		Text{"Жоспар тармағының түрі", "Вид пункта плана", "Type of plan point"},
		Text{"Бір қаржы жылы ішінде немесе одан ұзақ.", "В пределах одного финансового года или дольше.", "Within one budget year, or longer."}),
	code("budgetType", "budgetType", onPlans,
		Text{"Бюджет деңгейі", "Уровень бюджета", "Budget level"},
		Text{"Сатып алуды қаржыландыратын бюджеттің деңгейі.", "Уровень бюджета, из которого оплачивается закупка.", "Level of the budget that pays."}),
	named("administrator", onPlans, budgetLevels,
		Text{"Бюджеттік бағдарламалар әкімшісі", "Администратор бюджетных программ", "Budget programme administrator"},
		Text{"Бюджеттік бағдарламалар әкімшісінің коды.", "Код администратора бюджетных программ.", "Code of the administrator of budget programmes."}),
	named("programme", []Dataset{BudgetLines}, budgetLevels,
		Text{"Бюджеттік бағдарлама", "Бюджетная программа", "Budget programme"},
		Text{"Бюджеттік бағдарламаның коды.", "Код бюджетной программы.", "Code of the budget programme."}),
	named("subprogramme", []Dataset{BudgetLines}, budgetLevels,
		Text{"Бюджеттік кіші бағдарлама", "Бюджетная подпрограмма", "Budget subprogramme"},
		Text{"Бюджеттік кіші бағдарламаның коды.", "Код бюджетной подпрограммы.", "Code of the budget subprogramme."}),
	named("specification", []Dataset{BudgetLines}, nil,
		Text{"Шығыстың экономикалық ерекшелігі", "Специфика расходов", "Economic class of the expense"},
		Text{"Экономикалық сыныптама ерекшелігінің коды.", "Код специфики экономической классификации расходов.", "Code of the economic classification of expenditure."}),
	yes("preliminary", onPlans,
		Text{"Алдын ала жоспар", "Предварительный план", "Provisional plan"},
		Text{"Тармақ алдын ала жоспардан.", "Пункт предварительного плана.", "The point is of a preliminary plan."}),
	{
		ID: "planValue", Type: Money, Datasets: onPlans,
		Name:       Text{"Жоспар тармағының сомасы, теңге", "Сумма пункта плана, тенге", "Value of the plan point, tenge"},
		Definition: Text{"Жоспар тармағының бекітілген сомасы.", "Утвержденная сумма пункта плана.", "Approved value of the plan point."},
	},
	code("chain", "chain", []Dataset{PlanFact},
		Text{"Жоспардан төлемге дейінгі тізбек", "Цепочка от плана до платежа", "Chain from plan to payment"},
		Text{
			"Жоспар тармағы қай сатыға жеткені; жоспарсыз лоттар мен шарттар бөлек.",
			"До какой стадии дошел пункт плана; лоты и договоры без плана отдельно.",
			"How far the plan point has come; lots and contracts without a plan stand apart.",
		}),
}

var partyFields = []Field{
	organisation("organisation", onParties,
		Text{"Ұйым", "Организация", "Organisation"},
		Text{"Процеске қатысқан ұйым немесе кәсіпкер.", "Организация или предприниматель, участвовавшие в процессе.", "Organisation or sole trader that is a party to the process."}),
	code("role", "role", []Dataset{Parties},
		Text{"Рөлі", "Роль", "Role"},
		Text{"Ұйымның процестегі рөлі.", "Роль организации в процессе.", "Role of the organisation in the process."}),
	code("partyRegion", "region", onParties,
		Text{"Ұйымның өңірі", "Регион организации", "Region of the organisation"},
		Text{"Ұйымның мекенжайы бойынша өңір.", "Регион по адресу организации.", "Region of the organisation's address."}),
	code("partyCountry", "country", onParties,
		Text{"Ұйымның елі", "Страна организации", "Country of the organisation"},
		Text{"Ұйымның мекенжайы бойынша ел.", "Страна по адресу организации.", "Country of the organisation's address."}),
	code("partyType", "partyType", onParties,
		Text{"Тұлға түрі", "Вид лица", "Type of person"},
		Text{"Заңды тұлға, жеке тұлға немесе жеке кәсіпкер.", "Юридическое лицо, физическое лицо или предприниматель.", "Legal entity, natural person or sole trader."}),
	named("legalForm", onParties, nil,
		Text{"Ұйымдық-құқықтық нысан", "Организационно-правовая форма", "Legal form"},
		Text{"Порталдағы ұйымдық-құқықтық нысан.", "Организационно-правовая форма на портале.", "Legal form as the portal writes it."}),
	named("partySize", onParties, nil,
		Text{"Көлемдік сыныбы (КСЖ)", "Класс размерности (КРП)", "Size class (KRP)"},
		Text{"Ұйымның көлемдік сыныбының коды.", "Код класса размерности организации.", "Code of the organisation's size class."}),
	named("partySector", onParties, nil,
		Text{"Экономика секторы (ЭСЖ)", "Сектор экономики (КСЭ)", "Sector of the economy (KSE)"},
		Text{"Экономика секторының коды.", "Код сектора экономики.", "Code of the sector of the economy."}),
	organisation("parent", onParties,
		Text{"Жоғары тұрған ұйым", "Головная организация", "Parent organisation"},
		Text{"Ұйымның бас ұйымы немесе министрлігі.", "Головная организация или министерство.", "Head organisation or ministry."}),
	named("listingReason", []Dataset{Blacklist}, nil,
		Text{"Тізілімге енгізу себебі", "Причина включения в реестр", "Reason for inclusion"},
		Text{"Тізілімге енгізу себебі, дереккөз тілінде.", "Причина включения на языке источника.", "Reason for the inclusion, in the language of the source."}),
	code("listingState", "listingState", []Dataset{Blacklist},
		Text{"Жазбаның күйі", "Состояние записи", "State of the entry"},
		Text{"Көшірме күніндегі күйі: қолданыста, мерзімі өткен немесе алынып тасталған.", "Состояние на дату снимка: действует, истекла или исключена.", "State on the date of the snapshot: in force, expired or withdrawn."}),
	code("flag", "flag", []Dataset{Flags},
		Text{"Тәуекел белгісі", "Признак риска", "Red flag"},
		Text{"Анықталған тәуекел белгісі.", "Сработавший признак риска.", "The red flag that was raised."}),
}

// identifiers select what one page is about.
var identifiers = []Field{
	{
		ID: "ocid", Type: Identifier, Datasets: append(slices.Clone(everywhere), Parties),
		Name:       Text{"Сатып алу үдерісі (ocid)", "Процесс закупки (ocid)", "Contracting process (ocid)"},
		Definition: Text{"Сатып алу үдерісінің сәйкестендіргіші.", "Идентификатор процесса закупки.", "Identifier of the contracting process."},
	},
	{
		ID: "lotId", Type: Identifier, Datasets: onLots,
		Name:       Text{"Лот (id)", "Лот (id)", "Lot (id)"},
		Definition: Text{"Лоттың порталдағы нөмірі.", "Номер лота на портале.", "Id of the lot at the portal."},
	},
	{
		ID: "rootId", Type: Identifier, Datasets: onContracts,
		Name:       Text{"Шарттар тізбегі (id)", "Цепочка договора (id)", "Contract chain (id)"},
		Definition: Text{"Шарттар тізбегіндегі алғашқы шарттың нөмірі.", "Номер первого договора цепочки.", "Id of the first contract of the chain."},
	},
	{
		ID: "subject", Type: Identifier, Datasets: []Dataset{Flags},
		Name:       Text{"Белгі қойылған лот немесе шарт (id)", "Лот или договор с признаком (id)", "Flagged lot or contract (id)"},
		Definition: Text{"Белгі қойылған лоттың немесе шарттар тізбегінің нөмірі.", "Номер лота или цепочки договора, на которых поднят признак.", "Id of the lot or contract chain on which the flag is raised."},
	},
}
