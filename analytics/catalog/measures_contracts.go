package catalog

var contractGaps = []Reason{NotValid, RepeatedRoot}

var contractValueGaps = []Reason{NotValid, RepeatedRoot, NoValue, OtherCurrency}

var contractMeasures = []Measure{
	{
		ID: "contracts", Unit: Count, Dataset: Contracts, Reference: "4.1.14", Additive: true, Excludes: contractGaps, Grain: grainContract,
		Formula: "count distinct contracts.root_id where status in (pending, active, complete, terminated, partiallyComplete, cancelled)",
		Name:    Text{"Шарттар саны", "Количество договоров", "Number of contracts"},
		Definition: Text{
			"Жасалған шарттардың саны; шарт қосымша келісімдерімен бірге бір рет есептеледі. Бұзылған шарттар кіреді, жобалар кірмейді.",
			"Число заключенных договоров; договор с дополнительными соглашениями считается один раз. Расторгнутые договоры входят, проекты нет.",
			"Number of contracts concluded; a contract with its additional agreements counts once. Cancelled contracts are included, drafts are not.",
		},
	},
	{
		ID: "contractsValue", Unit: Tenge, Dataset: Contracts, Reference: "4.2.15", Additive: true, Excludes: contractValueGaps, Grain: grainContract,
		Formula: "sum contracts.value_minor / 100 at the newest version per root_id where status as in contracts and currency = KZT",
		Name:    Text{"Шарттардың құны", "Стоимость договоров", "Contracts value"},
		Definition: Text{
			"Жасалған шарттардың соңғы нұсқасы бойынша сомаларының қосындысы. Бұзылған шарттар кіреді.",
			"Сумма заключенных договоров по последней версии. Расторгнутые договоры входят.",
			"Sum of the contracts concluded, at their newest version. Cancelled contracts are included.",
		},
	},
	{
		ID: "contractsValueStanding", Unit: Tenge, Dataset: Contracts, Reference: "4.2.15", Additive: true, Excludes: contractValueGaps, Grain: grainContract,
		Formula: "contractsValue where status <> cancelled",
		Name:    Text{"Жасалмай қалғандарынсыз шарттардың құны", "Стоимость договоров без отмененных", "Contracts value without cancelled"},
		Definition: Text{
			"Күші жойылған шарттарсыз шарттардың құны.",
			"Стоимость договоров без отмененных.",
			"Contracts value without the cancelled contracts.",
		},
	},
	{
		ID: "averageContractValue", Unit: Tenge, Dataset: Contracts, Excludes: contractValueGaps, Grain: grainContract,
		Denominator: Text{"құны теңгемен көрсетілген шарттар", "договоры со стоимостью в тенге", "contracts with a value in tenge"},
		Formula:     "contractsValue / count of the contracts that have one",
		Name:        Text{"Шарттың орташа құны", "Средняя стоимость договора", "Average value of a contract"},
		Definition: Text{
			"Құны көрсетілген шарттардың орташа құны.",
			"Средняя стоимость договоров, у которых она указана.",
			"Mean value of the contracts that state one.",
		},
	},
	{
		ID: "medianContractValue", Unit: Tenge, Dataset: Contracts, Excludes: contractValueGaps, Grain: grainContract,
		Formula: "the least value that at least half of the contracts do not exceed",
		Name:    Text{"Шарт құнының медианасы", "Медиана стоимости договора", "Median value of a contract"},
		Definition: Text{
			"Шарттардың жартысының құны осыдан аспайды.",
			"Стоимость половины договоров не превышает этой.",
			"Half of the contracts have a value up to this.",
		},
	},
	{
		ID: "suppliers", Unit: Count, Dataset: Contracts, Excludes: []Reason{NotValid, RepeatedRoot, NoIdentifier}, Grain: grainSupplier,
		Formula: "count distinct contracts.supplier_id",
		Name:    Text{"Өнім берушілер саны", "Количество поставщиков", "Number of suppliers"},
		Definition: Text{
			"Шарт жасаған әртүрлі өнім берушілердің саны.",
			"Число различных поставщиков, заключивших договоры.",
			"Number of distinct suppliers with a contract.",
		},
	},
	{
		ID: "contractBuyers", Unit: Count, Dataset: Contracts, Excludes: []Reason{NotValid, RepeatedRoot, NoIdentifier}, Grain: grainBuyer,
		Formula: "count distinct contracts.buyer_id",
		Name:    Text{"Шарт жасаған тапсырыс берушілер саны", "Количество заказчиков с договорами", "Number of buyers with contracts"},
		Definition: Text{
			"Шарт жасаған әртүрлі тапсырыс берушілердің саны.",
			"Число различных заказчиков, заключивших договоры.",
			"Number of distinct buyers with a contract.",
		},
	},
	{
		ID: "contractsPerSupplier", Unit: Average, Dataset: Contracts, Excludes: contractGaps, Grain: grainContract,
		Denominator: Text{"өнім берушілер", "поставщики", "suppliers"},
		Formula:     "contracts / suppliers",
		Name:        Text{"Өнім берушіге келетін шарттар саны", "Договоров на поставщика", "Contracts per supplier"},
		Definition: Text{
			"Шарттар санының өнім берушілер санына қатынасы.",
			"Отношение числа договоров к числу поставщиков.",
			"Contracts divided by suppliers.",
		},
	},
	{
		ID: "contractsPerBuyer", Unit: Average, Dataset: Contracts, Excludes: contractGaps, Grain: grainContract,
		Denominator: Text{"тапсырыс берушілер", "заказчики", "buyers"},
		Formula:     "contracts / contractBuyers",
		Name:        Text{"Тапсырыс берушіге келетін шарттар саны", "Договоров на заказчика", "Contracts per buyer"},
		Definition: Text{
			"Шарттар санының тапсырыс берушілер санына қатынасы.",
			"Отношение числа договоров к числу заказчиков.",
			"Contracts divided by buyers.",
		},
	},
	{
		ID: "paymentsCount", Unit: Count, Dataset: Contracts, Reference: "4.1.15", Additive: true, Excludes: contractGaps, Grain: grainPayment,
		Formula: "count distinct (payments.root_id, payments.payment_id) over contracts where status <> cancelled",
		Name:    Text{"Төлемдер саны", "Количество платежей", "Number of payments"},
		Definition: Text{
			"Күші жойылмаған шарттар бойынша төлемдердің саны; әр төлем бір рет есептеледі.",
			"Число платежей по неотмененным договорам; каждый платеж считается один раз.",
			"Number of payments under contracts that are not cancelled; each payment counts once.",
		},
	},
	{
		ID: "paymentsCountAll", Unit: Count, Dataset: Contracts, VariantOf: "paymentsCount", Reference: "4.1.15", Additive: true, Excludes: contractGaps, Grain: grainPayment,
		Formula: "count distinct (payments.root_id, payments.payment_id) over contracts",
		Name:    Text{"Төлемдер саны, күші жойылғандарды қоса", "Количество платежей с отмененными договорами", "Number of payments, cancelled contracts included"},
		Definition: Text{
			"Эталондық әдістеме мәтініндегідей: күші жойылған шарттардың төлемдері кіреді.",
			"Как в тексте эталонной методики: входят платежи по отмененным договорам.",
			"As the text of the reference methodology has it: payments under cancelled contracts are included.",
		},
	},
	{
		ID: "paymentsValue", Unit: Tenge, Dataset: Contracts, Reference: "4.2.16", Additive: true, Excludes: contractValueGaps, Grain: grainPayment,
		Formula: "sum payments.value_minor / 100 by distinct payment, else contracts.paid_minor where the contract has no payments, over contracts where status <> cancelled and currency = KZT",
		Name:    Text{"Төлемдер сомасы", "Сумма платежей", "Payments value"},
		Definition: Text{
			"Күші жойылмаған шарттар бойынша төлемдердің сомасы; жеке төлемдері берілмеген шарттан – шарттың өзінде көрсетілген төленген сома.",
			"Сумма платежей по неотмененным договорам; если отдельных платежей нет, берется оплаченная сумма, указанная в самом договоре.",
			"Sum of the payments under contracts that are not cancelled; of a contract without single payments, the amount that the contract itself states as paid.",
		},
	},
	{
		ID: "averagePayments", Unit: Average, Dataset: Contracts, Reference: "4.1.16", Excludes: contractGaps, Grain: grainPayment,
		Denominator: Text{"күші жойылмаған шарттар, төлемсіздерін қоса", "неотмененные договоры, включая договоры без платежей", "contracts that are not cancelled, those without payments included"},
		Formula:     "paymentsCount / count contracts where status <> cancelled",
		Name:        Text{"Шартқа келетін төлемдердің орташа саны", "Среднее количество платежей на договор", "Average number of payments per contract"},
		Definition: Text{
			"Шартқа келетін төлемдердің орташа саны, төлемі жоқ шарттар 0 болып есептеледі.",
			"Среднее число платежей на договор; договоры без платежей учитываются как 0.",
			"Mean number of payments per contract; contracts without payments count as 0.",
		},
	},
	{
		ID: "averagePayment", Unit: Tenge, Dataset: Contracts, Reference: "4.2.17", Excludes: contractGaps, Grain: grainPayment,
		Denominator: Text{"теңгемен жасалған төлемдер", "платежи в тенге", "payments in tenge"},
		Formula:     "sum payments.value_minor / 100 / count payments, over contracts where status <> cancelled, payments in KZT",
		Name:        Text{"Төлемнің орташа сомасы", "Средняя сумма платежа", "Average payment value"},
		Definition: Text{
			"Төлемдер сомасының төлемдер санына қатынасы.",
			"Отношение суммы платежей к их числу.",
			"Value of the payments divided by their number.",
		},
	},
	{
		ID: "averageOfAveragePayments", Unit: Tenge, Dataset: Contracts, VariantOf: "averagePayment", Reference: "4.2.17", Excludes: contractGaps, Grain: grainContract,
		Denominator: Text{"төлемі бар шарттар", "договоры с платежами", "contracts with payments"},
		Formula:     "mean over contracts of floor(sum payments.value_minor / count payments) / 100",
		Name:        Text{"Шарттар бойынша орташа төлемдердің орташасы", "Среднее средних платежей по договорам", "Average of the average payments of contracts"},
		Definition: Text{
			"Эталондық есептегідей: әр шарттың орташа төлемінің орташасы.",
			"Как в эталонном расчете: среднее из средних платежей каждого договора.",
			"As the reference computes it: the mean of each contract's mean payment.",
		},
	},
	{
		ID: "executionShare", Unit: Fraction, Dataset: Contracts, Reference: "4.2.18", Excludes: contractValueGaps, Grain: grainContract,
		Denominator: Text{"күші жойылмаған шарттардың құны", "стоимость неотмененных договоров", "value of the contracts that are not cancelled"},
		Formula:     "paymentsValue / contractsValueStanding",
		Name:        Text{"Шарттардың орындалу пайызы", "Процент исполнения договоров", "Contract execution percentage"},
		Definition: Text{
			"Төлемдер сомасының күші жойылмаған шарттардың құнына қатынасы.",
			"Отношение суммы платежей к стоимости неотмененных договоров.",
			"Payments divided by the value of the contracts that are not cancelled.",
		},
	},
	{
		ID: "agreements", Unit: Count, Dataset: Contracts, Reference: "4.1.17", Additive: true, Excludes: contractGaps, Grain: grainAgreement,
		Formula: "count contract_versions where agreement",
		Name:    Text{"Қосымша келісімдер саны", "Количество дополнительных соглашений", "Number of additional agreements"},
		Definition: Text{
			"Шарттарға жасалған қосымша келісімдердің саны.",
			"Число дополнительных соглашений к договорам.",
			"Number of additional agreements to contracts.",
		},
	},
	{
		ID: "averageAgreements", Unit: Average, Dataset: Contracts, Reference: "4.1.18", Excludes: contractGaps, Grain: grainAgreement,
		Denominator: Text{"шарттар", "договоры", "contracts"},
		Formula:     "agreements / contracts",
		Name:        Text{"Шартқа келетін қосымша келісімдер саны", "Среднее количество дополнительных соглашений на договор", "Average number of additional agreements per contract"},
		Definition: Text{
			"Қосымша келісімдер санының шарттар санына қатынасы.",
			"Отношение числа дополнительных соглашений к числу договоров.",
			"Additional agreements divided by contracts.",
		},
	},
	{
		ID: "guaranteeValue", Unit: Tenge, Dataset: Contracts, Additive: true, Excludes: contractValueGaps, Grain: grainContract,
		Formula: "sum round(contracts.value_minor x guarantee) / 100 where guarantee is stated",
		Name:    Text{"Шарттарды қамтамасыз ету сомасы", "Сумма обеспечения договоров", "Contracts guarantee value"},
		Definition: Text{
			"Шарт құны × орындалуын қамтамасыз ету пайызы; пайызы көрсетілмеген шарттар кірмейді.",
			"Стоимость договора × процент обеспечения исполнения; договоры без указанного процента не входят.",
			"Contract value × percentage of the performance security; contracts that state none are left out.",
		},
	},
	{
		ID: "nonCompetitiveContracts", Unit: Count, Dataset: Contracts, Additive: true, Excludes: contractGaps, Grain: grainContract,
		Formula: "contracts where method not competitive",
		Name:    Text{"Бәсекесіз шарттар саны", "Количество неконкурентных договоров", "Number of non-competitive contracts"},
		Definition: Text{
			"Бәсекесіз тәсілдермен жасалған шарттардың саны.",
			"Число договоров, заключенных неконкурентными способами.",
			"Number of contracts concluded by non-competitive methods.",
		},
	},
	{
		ID: "nonCompetitiveContractsValue", Unit: Tenge, Dataset: Contracts, Additive: true, Excludes: contractValueGaps, Grain: grainContract,
		Formula: "contractsValue where method not competitive",
		Name:    Text{"Бәсекесіз шарттардың құны", "Стоимость неконкурентных договоров", "Value of non-competitive contracts"},
		Definition: Text{
			"Бәсекесіз тәсілдермен жасалған шарттардың құны.",
			"Стоимость договоров, заключенных неконкурентными способами.",
			"Value of the contracts concluded by non-competitive methods.",
		},
	},
	{
		ID: "nonCompetitiveContractsShare", Unit: Fraction, Dataset: Contracts, Excludes: contractGaps, Grain: grainContract,
		Denominator: Text{"шарттар", "договоры", "contracts"},
		Formula:     "nonCompetitiveContracts / contracts",
		Name:        Text{"Бәсекесіз шарттардың саны бойынша үлесі", "Доля неконкурентных договоров по количеству", "Share of non-competitive contracts by number"},
		Definition: Text{
			"Бәсекесіз шарттардың барлық шарттардағы үлесі.",
			"Доля неконкурентных договоров среди всех договоров.",
			"Non-competitive contracts divided by all contracts.",
		},
	},
	{
		ID: "nonCompetitiveContractsValueShare", Unit: Fraction, Dataset: Contracts, Excludes: contractValueGaps, Grain: grainContract,
		Denominator: Text{"шарттардың құны", "стоимость договоров", "contracts value"},
		Formula:     "nonCompetitiveContractsValue / contractsValue",
		Name:        Text{"Бәсекесіз шарттардың құны бойынша үлесі", "Доля неконкурентных договоров по стоимости", "Share of non-competitive contracts by value"},
		Definition: Text{
			"Бәсекесіз шарттар құнының барлық шарттар құнындағы үлесі.",
			"Доля стоимости неконкурентных договоров в стоимости всех договоров.",
			"Value of non-competitive contracts divided by that of all contracts.",
		},
	},
	{
		ID: "directContracts", Unit: Count, Dataset: Contracts, Additive: true, Excludes: contractGaps, Grain: grainContract,
		Formula: "contracts where direct",
		Name:    Text{"Хабарландырусыз шарттар саны", "Количество договоров без объявления", "Number of contracts without announcement"},
		Definition: Text{
			"Хабарландырусыз жасалған шарттардың саны.",
			"Число договоров, заключенных без объявления.",
			"Number of contracts concluded without an announcement.",
		},
	},
	{
		ID: "smallBusinessContracts", Unit: Count, Dataset: Contracts, Additive: true, Excludes: contractGaps, Grain: grainContract,
		Formula: "contracts whose supplier is marked as a small business",
		Name:    Text{"Шағын кәсіпкерлермен жасалған шарттар саны", "Количество договоров с малым бизнесом", "Number of contracts with small businesses"},
		Definition: Text{
			"Порталда шағын кәсіпкер деп белгіленген өнім берушілермен жасалған шарттар.",
			"Договоры с поставщиками, отмеченными на портале как малый бизнес.",
			"Contracts with suppliers that the portal marks as small businesses.",
		},
	},
	{
		ID: "nonResidentContracts", Unit: Count, Dataset: Contracts, Additive: true, Excludes: contractGaps, Grain: grainContract,
		Formula: "contracts where supplier_country not in ('', KZ)",
		Name:    Text{"Бейрезиденттермен жасалған шарттар саны", "Количество договоров с нерезидентами", "Number of contracts with non-residents"},
		Definition: Text{
			"Мекенжайы шетелде өнім берушілермен жасалған шарттар.",
			"Договоры с поставщиками, адрес которых за рубежом.",
			"Contracts with suppliers that have an address abroad.",
		},
	},
	{
		ID: "nonResidentContractsValue", Unit: Tenge, Dataset: Contracts, Additive: true, Excludes: contractValueGaps, Grain: grainContract,
		Formula: "contractsValue where supplier_country not in ('', KZ)",
		Name:    Text{"Бейрезиденттермен жасалған шарттардың құны", "Стоимость договоров с нерезидентами", "Value of contracts with non-residents"},
		Definition: Text{
			"Мекенжайы шетелде өнім берушілермен жасалған шарттардың құны.",
			"Стоимость договоров с поставщиками, адрес которых за рубежом.",
			"Value of the contracts with suppliers that have an address abroad.",
		},
	},
	{
		ID: "overpaidContracts", Unit: Count, Dataset: Contracts, Additive: true, Excludes: contractGaps, Grain: grainContract,
		Formula: "contracts where effective_status = overpaid",
		Name:    Text{"Артық төленген шарттар саны", "Количество переплаченных договоров", "Number of overpaid contracts"},
		Definition: Text{
			"Орындалған, құнынан артық төленген шарттар. Эталон бұларды түсіндірмей «анықталмаған» деп атайды.",
			"Исполненные договоры, по которым заплачено больше стоимости. В эталоне они без пояснения названы «неопределенными».",
			"Performed contracts for which more was paid than agreed. The reference calls them undefined, without explanation.",
		},
	},
	{
		ID: "blacklistedContracts", Unit: Count, Dataset: Contracts, Additive: true, Excludes: contractGaps, Grain: grainContract,
		Formula: "contracts where blacklisted",
		Name:    Text{"Жосықсыз өнім берушілермен шарттар саны", "Количество договоров с недобросовестными поставщиками", "Number of contracts with blacklisted suppliers"},
		Definition: Text{
			"Қол қойылған күні өнім берушісі жосықсыз өнім берушілер тізілімінде болған шарттар.",
			"Договоры, поставщик которых в день подписания был в реестре недобросовестных.",
			"Contracts whose supplier was on the register of unreliable participants on the day of signing.",
		},
	},
	{
		ID: "largestSupplierShare", Unit: Fraction, Dataset: Contracts, Excludes: contractValueGaps, Grain: grainSupplier,
		Denominator: Text{"шарттардың құны", "стоимость договоров", "contracts value"},
		Formula:     "max over suppliers of contractsValue / contractsValue",
		Name:        Text{"Ең ірі өнім берушінің үлесі", "Доля крупнейшего поставщика", "Share of the largest supplier"},
		Definition: Text{
			"Шарттар құнындағы ең ірі өнім берушінің үлесі.",
			"Доля крупнейшего поставщика в стоимости договоров.",
			"Share of the contracts value that the largest supplier holds.",
		},
	},
	{
		ID: "topTenthValueShare", Unit: Fraction, Dataset: Contracts, Excludes: contractValueGaps, Grain: grainSupplier,
		Denominator: Text{"шарттардың құны", "стоимость договоров", "contracts value"},
		Formula:     "contractsValue of the tenth of the suppliers (rounded up) with the most of it / contractsValue",
		Name:        Text{"Өнім берушілердің ірі 10 %-ының құн бойынша үлесі", "Доля 10 % крупнейших поставщиков по стоимости", "Share of the top 10 % of suppliers by value"},
		Definition: Text{
			"Ең ірі өнім берушілердің оннан бірі ұстайтын шарттар құнының үлесі.",
			"Доля стоимости договоров у десятой части крупнейших поставщиков.",
			"Share of the contracts value held by the largest tenth of the suppliers.",
		},
	},
	{
		ID: "topTenthCountShare", Unit: Fraction, Dataset: Contracts, Excludes: contractGaps, Grain: grainSupplier,
		Denominator: Text{"шарттар", "договоры", "contracts"},
		Formula:     "contracts of the tenth of the suppliers (rounded up) with the most of them / contracts",
		Name:        Text{"Өнім берушілердің ірі 10 %-ының саны бойынша үлесі", "Доля 10 % крупнейших поставщиков по количеству", "Share of the top 10 % of suppliers by number"},
		Definition: Text{
			"Шарты ең көп өнім берушілердің оннан бірінің шарттар санындағы үлесі.",
			"Доля числа договоров у десятой части поставщиков с наибольшим их числом.",
			"Share of the contracts held by the tenth of the suppliers with the most of them.",
		},
	},
	{
		ID: "supplierConcentration", Unit: Fraction, Dataset: Contracts, Excludes: contractValueGaps, Grain: grainSupplier,
		Denominator: Text{"шарттар құнының квадраты", "квадрат стоимости договоров", "square of the contracts value"},
		Formula:     "sum over suppliers of v^2 / (sum over suppliers of v)^2, v = contractsValue of the supplier in whole tenge",
		Name:        Text{"Өнім берушілер шоғырлануы (Херфиндаль – Хиршман)", "Концентрация поставщиков (Херфиндаль – Хиршман)", "Supplier concentration (Herfindahl-Hirschman)"},
		Definition: Text{
			"Өнім берушілердің құндағы үлестері квадраттарының қосындысы: 1 – бір ғана өнім беруші, 0-ге жақын – көп ұсақ.",
			"Сумма квадратов долей поставщиков в стоимости: 1 – один поставщик, около 0 – много мелких.",
			"Sum of the squared shares of the suppliers in the value: 1 is a single supplier, close to 0 many small ones.",
		},
	},
	{
		ID: "positions", Unit: Count, Dataset: ContractItems, Additive: true, Excludes: contractGaps, LegalBasis: unionTreaty, Grain: grainPosition,
		Formula: "count contract_items of contracts",
		Name:    Text{"Шарт позицияларының саны", "Количество позиций договоров", "Number of contract positions"},
		Definition: Text{
			"Жасалған шарттардың соңғы нұсқасындағы позициялардың саны.",
			"Число позиций в последней версии заключенных договоров.",
			"Number of lines of the contracts concluded, at their newest version.",
		},
	},
	{
		ID: "positionsValue", Unit: Tenge, Dataset: ContractItems, Additive: true, Excludes: contractValueGaps, LegalBasis: unionTreaty, Grain: grainPosition,
		Formula: "sum contract_items.value_minor / 100 of contracts where currency = KZT",
		Name:    Text{"Шарт позицияларының құны", "Стоимость позиций договоров", "Value of contract positions"},
		Definition: Text{
			"Позициялардың құны: көрсетілгені, әйтпесе саны × бағасы.",
			"Стоимость позиций: указанная, иначе количество × цена.",
			"Value of the lines: the one stated, else quantity × price.",
		},
	},
	{
		ID: "importedShare", Unit: Fraction, Dataset: ContractItems, Excludes: contractValueGaps, LegalBasis: unionTreaty, Grain: grainPosition,
		Denominator: Text{"шығарылған елі белгілі позициялардың құны", "стоимость позиций с известной страной происхождения", "value of the positions whose origin is known"},
		Formula:     "positionsValue where origin not in ('', KZ) / positionsValue where origin <> ''",
		Name:        Text{"Импорттық өнімнің үлесі", "Доля импортной продукции", "Share of imported products"},
		Definition: Text{
			"Шығарылған елі белгілі позициялар құнындағы шетелдік өнімнің үлесі.",
			"Доля зарубежной продукции в стоимости позиций с известной страной происхождения.",
			"Share of foreign products in the value of the positions whose origin is known.",
		},
	},
	{
		ID: "signedAgreements", Unit: Count, Dataset: Agreements, Grain: grainAgreement,
		Formula: "count distinct (contract_versions.root_id, contract_versions.version_id) where agreement",
		Name:    Text{"Негіздері бойынша қосымша келісімдер", "Дополнительные соглашения по основаниям", "Additional agreements by ground"},
		Definition: Text{
			"Қосымша келісімдердің саны; бірнеше негізі бар келісім әр негізде бір рет көрінеді.",
			"Число дополнительных соглашений; соглашение с несколькими основаниями видно у каждого из них.",
			"Number of additional agreements; one with several grounds is shown under each of them.",
		},
	},
	{
		ID: "contractsValueAllVersions", Unit: Tenge, Dataset: Agreements, VariantOf: "contractsValue", Reference: "4.2.15", Excludes: valueGaps, Grain: grainAgreement,
		Formula: "sum contract_versions.value_minor / 100 where agreement and currency = KZT, each version once",
		Name:    Text{"Қосымша келісімдерде көрсетілген сомалар", "Суммы, указанные в дополнительных соглашениях", "Values stated in additional agreements"},
		Definition: Text{
			"Эталондық формула шартқа қоса есептейтін сома: келісім шарттың толық сомасын қайталайды, сондықтан оны шарттар құнына қосуға болмайды.",
			"То, что формула эталона прибавляет к стоимости договоров: соглашение повторяет полную сумму договора, поэтому складывать их нельзя.",
			"What the reference's formula adds to the contracts value: an agreement repeats the whole amount of its contract, so the two must not be added.",
		},
	},
	{
		ID: "treasuryPayments", Unit: Count, Dataset: Payments, Additive: true, Grain: grainPayment,
		Formula: "count payments",
		Name:    Text{"Төлем күні бойынша төлемдер саны", "Количество платежей по дате оплаты", "Number of payments by date of payment"},
		Definition: Text{
			"Төлемдердің саны, төлем күнтізбесі бойынша.",
			"Число платежей по календарю оплаты.",
			"Number of payments, by the calendar of payment.",
		},
	},
	{
		ID: "treasuryPaymentsValue", Unit: Tenge, Dataset: Payments, Additive: true, Excludes: valueGaps, Grain: grainPayment,
		Formula: "sum payments.value_minor / 100 where currency = KZT",
		Name:    Text{"Төлем күні бойынша төлемдер сомасы", "Сумма платежей по дате оплаты", "Value of payments by date of payment"},
		Definition: Text{
			"Төлемдердің сомасы, төлем күнтізбесі бойынша.",
			"Сумма платежей по календарю оплаты.",
			"Value of the payments, by the calendar of payment.",
		},
	},
}
