package catalog

var (
	everywhere = []Dataset{Lots, Contracts, PlanPoints}
	onLots     = []Dataset{Lots}
	onDeals    = []Dataset{Lots, Contracts}
	onPlans    = []Dataset{PlanPoints}
	onContract = []Dataset{Contracts}

	publication = []string{"publishedYear", "publishedQuarter", "publishedMonth", "publishedDay"}
	signing     = []string{"signedYear", "signedQuarter", "signedMonth", "signedDay"}
	planning    = []string{"planYear", "planMonth"}

	publishedOn = Text{
		KK: "Хабарландыру жарияланған күн, Қазақстан уақытымен. Шарттар үшін – олардың хабарландыруы жарияланған күн.",
		RU: "День публикации объявления по времени Казахстана. Для договоров – день публикации их объявления.",
		EN: "Day on which the announcement was published, in Kazakhstan time. For contracts: the day on which their announcement was published.",
	}
	signedOn = Text{
		KK: "Шартқа қол қойылған күн, Қазақстан уақытымен.",
		RU: "День подписания договора по времени Казахстана.",
		EN: "Day on which the contract was signed, in Kazakhstan time.",
	}
)

var fields = []Field{
	{
		ID: "method", Type: Code, Dictionary: "method", Datasets: everywhere, Dimension: true,
		Name: Text{KK: "Сатып алу тәсілі", RU: "Способ закупки", EN: "Procurement method"},
		Definition: Text{
			KK: "Порталдың сатып алу тәсілі; жоспар тармағы үшін – жоспарланған тәсіл.",
			RU: "Способ закупки портала; для пункта плана – планируемый способ.",
			EN: "Procurement method of the portal; of a plan point, the planned one.",
		},
	},
	{
		ID: "competitive", Type: Code, Dictionary: "competitive", Datasets: everywhere, Dimension: true, Closed: []string{"true", "false"},
		Name: Text{KK: "Тәсілдің бәсекелілігі", RU: "Конкурентность способа", EN: "Competitiveness"},
		Definition: Text{
			KK: "Бір көзден сатып алу, тұрғын үй, әлеуметтік және білім беру тапсырыстары және ерекше тәртіп бәсекесіз болып есептеледі, қалғандары – бәсекелі.",
			RU: "Неконкурентными считаются закупки из одного источника, жилища, социальный и образовательный заказы и особый порядок, остальные конкурентные.",
			EN: "Single source, housing, social and education orders and the particular procedure are non-competitive, all others competitive.",
		},
	},
	{
		ID: "lotStatus", Type: Code, Dictionary: "lotStatus", Datasets: onLots, Dimension: true,
		Name: Text{KK: "Лоттың мәртебесі", RU: "Статус лота", EN: "Lot status"},
		Definition: Text{
			KK: "Лоттың нақты мәртебесі: белсенді лот үшін порталдың мәртебесі; қолданыстағы шарт жасалған лот аяқталған болып есептеледі.",
			RU: "Действительный статус лота: для активного лота статус портала; лот с действующим договором считается завершенным.",
			EN: "Effective status: the portal's status while the lot is active; a lot with an active contract is complete.",
		},
	},
	{
		ID: "category", Type: Code, Dictionary: "category", Datasets: everywhere, Dimension: true,
		Name: Text{KK: "Сатып алу нысанасының түрі", RU: "Вид предмета закупки", EN: "Category"},
		Definition: Text{
			KK: "Тауарлар, жұмыстар немесе көрсетілетін қызметтер.",
			RU: "Товары, работы или услуги.",
			EN: "Goods, works or services.",
		},
	},
	{
		ID: "class", Type: Code, Dictionary: "class", Datasets: everywhere, Dimension: true,
		Name: Text{KK: "Сатып алу нысанасы (ЭҚТӨЖ бөлімі)", RU: "Предмет закупки (раздел КПВЭД)", EN: "Subject (KPVED division)"},
		Definition: Text{
			KK: "ТЖҚ БНА кодының алғашқы екі таңбасы; тармақтары әртүрлі бөлімдерге жататын лот «әртүрлі бөлімдер» болып көрсетіледі.",
			RU: "Первые два знака кода ЕНС ТРУ; лот с позициями разных разделов показан как «разные разделы».",
			EN: "First two digits of the ENS TRU code; a lot with items of several divisions is shown as such.",
		},
	},
	{
		ID: "buyer", Type: Organisation, Datasets: everywhere, Dimension: true,
		Name: Text{KK: "Тапсырыс беруші", RU: "Заказчик", EN: "Buyer"},
		Definition: Text{
			KK: "Лоттың, шарттың немесе жоспар тармағының тапсырыс берушісі.",
			RU: "Заказчик лота, договора или пункта плана.",
			EN: "Buyer of the lot, contract or plan point.",
		},
	},
	{
		ID: "bidder", Type: Organisation, Datasets: onLots, Dimension: true, Multiple: true,
		Name: Text{KK: "Қатысушы", RU: "Участник", EN: "Bidder"},
		Definition: Text{
			KK: "Лотқа өтінім берген әлеуетті өнім беруші; тікелей шарт лоты үшін – өнім беруші. Лот әр қатысушыда бір рет есептеледі, сондықтан бөліктердің қосындысы жиынтықтан көп.",
			RU: "Потенциальный поставщик, подавший заявку на лот; для лота прямого договора – поставщик. Лот считается один раз у каждого участника, поэтому сумма частей больше итога.",
			EN: "Supplier that submitted a bid in the lot; of a lot by direct contract, its supplier. A lot counts once for each bidder, so the parts add up to more than the total.",
		},
	},
	{
		ID: "winner", Type: Organisation, Datasets: onDeals, Dimension: true,
		Name: Text{KK: "Жеңімпаз (өнім беруші)", RU: "Победитель (поставщик)", EN: "Winner (supplier)"},
		Definition: Text{
			KK: "Лоттың жеңімпазы; шарт үшін – өнім беруші.",
			RU: "Победитель лота; для договора – поставщик.",
			EN: "Winner of the lot; of a contract, its supplier.",
		},
	},
	{
		ID: "region", Type: Code, Dictionary: "region", Datasets: everywhere, Dimension: true,
		Name: Text{KK: "Тапсырыс берушінің өңірі", RU: "Регион заказчика", EN: "Region of the buyer"},
		Definition: Text{
			KK: "Тапсырыс берушінің мекенжайы бойынша облыс немесе республикалық маңызы бар қала (ӘАОЖ).",
			RU: "Область или город республиканского значения по адресу заказчика (КАТО).",
			EN: "Region or city of republican significance of the buyer's address (KATO).",
		},
	},
	{
		ID: "processKind", Type: Code, Dictionary: "processKind", Datasets: everywhere, Dimension: true, Closed: []string{"tender", "contract", "plan"},
		Name: Text{KK: "Процесс түрі", RU: "Вид процесса", EN: "Kind of process"},
		Definition: Text{
			KK: "Хабарландыру бойынша сатып алу, хабарландырусыз шарт немесе жоспар тармағы.",
			RU: "Закупка по объявлению, договор без объявления или пункт плана.",
			EN: "Procurement by announcement, contract without announcement, or plan point.",
		},
	},
	{
		ID: "publishedYear", Type: Year, Datasets: onDeals, Dimension: true, Hierarchy: publication,
		Name: Text{KK: "Жарияланған жылы", RU: "Год публикации", EN: "Year of publication"}, Definition: publishedOn,
	},
	{
		ID: "publishedQuarter", Type: Quarter, Datasets: onDeals, Dimension: true, Hierarchy: publication,
		Name: Text{KK: "Жарияланған тоқсаны", RU: "Квартал публикации", EN: "Quarter of publication"}, Definition: publishedOn,
	},
	{
		ID: "publishedMonth", Type: Month, Datasets: onDeals, Dimension: true, Hierarchy: publication,
		Name: Text{KK: "Жарияланған айы", RU: "Месяц публикации", EN: "Month of publication"}, Definition: publishedOn,
	},
	{
		ID: "publishedDay", Type: Day, Datasets: onDeals, Dimension: true, Hierarchy: publication,
		Name: Text{KK: "Жарияланған күні", RU: "День публикации", EN: "Day of publication"}, Definition: publishedOn,
	},
	{
		ID: "signedYear", Type: Year, Datasets: onContract, Dimension: true, Hierarchy: signing,
		Name: Text{KK: "Қол қойылған жылы", RU: "Год подписания", EN: "Year of signing"}, Definition: signedOn,
	},
	{
		ID: "signedQuarter", Type: Quarter, Datasets: onContract, Dimension: true, Hierarchy: signing,
		Name: Text{KK: "Қол қойылған тоқсаны", RU: "Квартал подписания", EN: "Quarter of signing"}, Definition: signedOn,
	},
	{
		ID: "signedMonth", Type: Month, Datasets: onContract, Dimension: true, Hierarchy: signing,
		Name: Text{KK: "Қол қойылған айы", RU: "Месяц подписания", EN: "Month of signing"}, Definition: signedOn,
	},
	{
		ID: "signedDay", Type: Day, Datasets: onContract, Dimension: true, Hierarchy: signing,
		Name: Text{KK: "Қол қойылған күні", RU: "День подписания", EN: "Day of signing"}, Definition: signedOn,
	},
	{
		ID: "planYear", Type: Year, Datasets: onPlans, Dimension: true, Hierarchy: planning,
		Name: Text{KK: "Жоспарланған қаржы жылы", RU: "Финансовый год плана", EN: "Budget year of the plan"},
		Definition: Text{
			KK: "Жоспар тармағы жататын қаржы жылы.",
			RU: "Финансовый год, к которому относится пункт плана.",
			EN: "Budget year that the plan point belongs to.",
		},
	},
	{
		ID: "planMonth", Type: Code, Dictionary: "planMonth", Datasets: onPlans, Dimension: true, Hierarchy: planning,
		Name: Text{KK: "Жоспарланған ай", RU: "Планируемый месяц", EN: "Planned month"},
		Definition: Text{
			KK: "Сатып алуды жүзеге асыру жоспарланған ай.",
			RU: "Планируемый месяц осуществления закупки.",
			EN: "Month in which the procurement is planned to be carried out.",
		},
	},
	{
		ID: "lotValue", Type: Money, Datasets: onLots,
		Name: Text{KK: "Лоттың құны, теңге", RU: "Стоимость лота, тенге", EN: "Value of the lot, tenge"},
		Definition: Text{
			KK: "Лотқа бөлінген сома.",
			RU: "Выделенная стоимость лота.",
			EN: "Value allocated to the lot.",
		},
	},
}
