package catalog

// Flag is a red flag: a sign that something is worth a look, never the proof of a
// violation. Flags are shown one by one and counted; there is no score.
type Flag struct {
	ID         string
	Version    int
	Name       Text
	Definition Text
	// Rule is exact, in the column names of the tables.
	Rule       string
	LegalBasis Text
	ValidFrom  string
	ValidTo    string
	// Sources name where the flag is known from: the open red-flag guide (R018) or
	// the list of the sister system (KG-8).
	Sources string
	// Missing says what the data lack to compute it; such a flag is never raised.
	Missing Text
}

// Computable tells whether the flag can be raised at all.
func (f Flag) Computable() bool { return f.Missing == (Text{}) }

// RedFlags lists the red flags.
func RedFlags() []Flag {
	all := make([]Flag, len(flags))
	for i, f := range flags {
		f.Version, f.LegalBasis, f.ValidFrom = 1, procurementLaw, dataBegin
		all[i] = f
	}
	return all
}

// Thresholds of the flags.
const (
	ShortOpenDays       = 15      // R003: open tender, two-stage tender, auction
	ShortQuotationDays  = 5       // R003: request for quotations
	ClosePriceShare     = 10_000  // R024: millionths of the winning price
	HeavyDiscountShare  = 250_000 // R058: millionths of the next price
	BidSpreadShare      = 300_000 // KG-7: millionths of the highest price
	SerialSingleBids    = 20      // KG-8: lots with a single bidder of a buyer in a year
	RepeatedDirectCount = 2       // KG-3: direct contracts of a buyer for an item in a year
	CaptiveContracts    = 2       // KG-14: direct contracts of a supplier
)

var flags = []Flag{
	{
		ID: "shortPeriod", Sources: "R003",
		Rule:       "lot competitive and tender_end - tender_start < 15 days (openTender, twoStageTender, auction) or < 5 days (requestForQuotations)",
		Name:       Text{"Өтінім беру мерзімі қысқа", "Короткий срок подачи заявок", "Short submission period"},
		Definition: Text{"Өтінім қабылдауға конкурс пен аукционда 15 күннен, баға ұсыныстарын сұратуда 5 күннен аз уақыт берілген.", "На подачу заявок дано меньше 15 дней в конкурсе и аукционе или меньше 5 дней при запросе ценовых предложений.", "Less than 15 days were given for bids in a tender or auction, or less than 5 days for quotations."},
	},
	{
		ID: "singleBid", Sources: "R018",
		Rule:       "lot competitive and status = complete and bidders = 1",
		Name:       Text{"Бір ғана өтінім", "Единственная заявка", "Single bid received"},
		Definition: Text{"Бәсекелі лотқа бір ғана қатысушы өтінім беріп, лот аяқталған.", "На конкурентный лот заявился один участник, и лот завершен.", "A competitive lot was completed with one bidder only."},
	},
	{
		ID: "closePrice", Sources: "R024",
		Rule:       "lot competitive and the least other valid price is above the winning price by at most 1 %",
		Name:       Text{"Бағалар тым жақын", "Цена вплотную к победившей", "Price close to the winning bid"},
		Definition: Text{"Келесі бағаның жеңген бағадан айырмасы 1 %-дан аспайды.", "Следующая цена отличается от победившей не больше чем на 1 %.", "The next price is within 1 % of the winning one."},
	},
	{
		ID: "identicalPrices", Sources: "R028",
		Rule:       "two bids of different bidders in the lot have the same value",
		Name:       Text{"Бірдей бағалар", "Одинаковые цены", "Identical bid prices"},
		Definition: Text{"Бір лотта әртүрлі қатысушылар бірдей баға ұсынған.", "Разные участники предложили в лоте одну и ту же цену.", "Different bidders offered the same price in a lot."},
	},
	{
		ID: "lateBidWon", Sources: "R030",
		Rule:       "the winning bid's date is after tender_end",
		Name:       Text{"Кешіккен өтінім жеңген", "Победила опоздавшая заявка", "Late bid won"},
		Definition: Text{"Жеңген өтінім қабылдау мерзімі біткеннен кейін берілген.", "Победившая заявка подана после окончания приема.", "The winning bid was submitted after the end of the submission period."},
	},
	{
		ID: "othersRejected", Sources: "R035",
		Rule:       "the lot has a winning bid and at least one other, and every other bid is disqualified",
		Name:       Text{"Жеңімпаздан басқасының бәрі қабылданбаған", "Отклонены все, кроме победителя", "All except the winning bid disqualified"},
		Definition: Text{"Лоттағы жеңген өтінімнен басқа барлық өтінім қабылданбаған.", "В лоте отклонены все заявки, кроме победившей.", "Every bid of the lot but the winning one was rejected."},
	},
	{
		ID: "lowestRejected", Sources: "R036",
		Rule:       "the lot has a winning bid and the least of all bid values is of a disqualified bid, below the winning value",
		Name:       Text{"Ең төмен баға қабылданбаған", "Отклонена самая низкая цена", "Lowest bid disqualified"},
		Definition: Text{"Ең төмен бағалы өтінім қабылданбай, қымбатырағы жеңген.", "Заявка с самой низкой ценой отклонена, победила более дорогая.", "The bid with the lowest price was rejected and a higher one won."},
	},
	{
		ID: "heavyDiscount", Sources: "R058",
		Rule:       "lot competitive and the winning price is below the least other valid price by at least 25 % of it",
		Name:       Text{"Тым үлкен жеңілдік", "Слишком большая скидка", "Heavily discounted bid"},
		Definition: Text{"Жеңген баға келесі бағадан кемінде 25 % төмен.", "Победившая цена ниже следующей хотя бы на 25 %.", "The winning price is at least 25 % below the next one."},
	},
	{
		ID: "bidSpread", Sources: "KG-7",
		Rule:       "lot competitive and (greatest - least bid value of all bids) / greatest >= 30 %",
		Name:       Text{"Бағалардың айырмасы үлкен", "Большой разброс цен", "Wide spread of prices"},
		Definition: Text{"Лоттағы ең жоғары және ең төмен бағалардың айырмасы 30 %-дан кем емес.", "Наибольшая и наименьшая цена в лоте различаются не меньше чем на 30 %.", "The highest and the lowest price of the lot differ by at least 30 %."},
	},
	{
		ID: "serialSingleBid", Sources: "KG-8",
		Rule:       "lot as in singleBid and its buyer has more than 20 such lots published in the same year",
		Name:       Text{"Бір қатысушылы лоттар көп", "Много лотов с одним участником", "Many lots with a single bidder"},
		Definition: Text{"Тапсырыс берушінің бір жылда бір қатысушымен аяқталған лоттары 20-дан көп.", "У заказчика за год больше 20 лотов, завершенных с одним участником.", "The buyer completed more than 20 lots of the year with a single bidder."},
	},
	{
		ID:         "priceAboveLot",
		Rule:       "lot competitive and win_minor > value_minor",
		Name:       Text{"Баға лот құнынан жоғары", "Цена выше стоимости лота", "Price above the lot's value"},
		Definition: Text{"Жеңген баға лотқа бөлінген сомадан жоғары.", "Победившая цена выше выделенной суммы лота.", "The winning price is above the value allocated to the lot."},
	},
	{
		ID:         "dumpingPrice",
		Rule:       "lot competitive and min_minor > 0 and win_minor < min_minor",
		Name:       Text{"Демпингтік баға", "Демпинговая цена", "Dumping price"},
		Definition: Text{"Жеңген баға демпинг шегінен төмен.", "Победившая цена ниже порога демпинга.", "The winning price is below the dumping threshold."},
	},
	{
		ID:         "blacklistedBidder",
		Rule:       "a bid of the lot has blacklisted = true",
		Name:       Text{"Жосықсыз қатысушы", "Недобросовестный участник", "Blacklisted bidder"},
		Definition: Text{"Лотқа сол күні жосықсыздар тізілімінде болған қатысушы өтінім берген.", "На лот заявился участник, который в тот день был в реестре недобросовестных.", "A bidder of the lot was on the register of unreliable participants on that day."},
	},
	{
		ID: "repeatedDirect", Sources: "KG-3",
		Rule:       "contract not competitive, counted, and its buyer has at least 2 such contracts for the same item signed in the same year",
		Name:       Text{"Бір затты тікелей қайталап сатып алу", "Повторные прямые закупки одного и того же", "Repeated direct purchases of the same subject"},
		Definition: Text{"Тапсырыс беруші бір жылда бір кодты бәсекесіз тәсілмен бірнеше рет сатып алған.", "Заказчик за год несколько раз закупил один код неконкурентным способом.", "The buyer bought the same item non-competitively several times in a year."},
	},
	{
		ID: "noSecurity", Sources: "KG-5",
		Rule:       "contract competitive, counted, and has_security = false",
		Name:       Text{"Шарт қамтамасыз етілмеген", "Договор без обеспечения", "Contract without security"},
		Definition: Text{"Бәсекелі шарттың орындалуы қамтамасыз етілмеген.", "Исполнение конкурентного договора не обеспечено.", "The performance of a competitive contract is not secured."},
	},
	{
		ID: "captiveSupplier", Sources: "KG-14",
		Rule:       "contract not competitive, counted; its supplier has at least 2 counted contracts, all with this buyer",
		Name:       Text{"Бір ғана тапсырыс берушінің өнім берушісі", "Поставщик одного заказчика", "Supplier of one buyer only"},
		Definition: Text{"Тікелей шарттың өнім берушісінің барлық шарты осы бір тапсырыс берушімен.", "Все договоры поставщика прямого договора – с одним этим заказчиком.", "All contracts of the supplier of a direct contract are with this one buyer."},
	},
	{
		ID:         "blacklistedSupplier",
		Rule:       "contract counted and blacklisted = true",
		Name:       Text{"Жосықсыз өнім берушімен шарт", "Договор с недобросовестным поставщиком", "Contract with a blacklisted supplier"},
		Definition: Text{"Қол қойылған күні өнім беруші жосықсыздар тізілімінде болған.", "В день подписания поставщик был в реестре недобросовестных.", "The supplier was on the register of unreliable participants on the day of signing."},
	},
	{
		ID:         "overpaid",
		Rule:       "contract counted and effective_status = overpaid",
		Name:       Text{"Артық төлем", "Переплата", "Overpaid contract"},
		Definition: Text{"Орындалған шарт бойынша құнынан артық төленген.", "По исполненному договору заплачено больше его стоимости.", "More was paid for a performed contract than agreed."},
	},
	{
		ID: "sameContact", Sources: "KG-1", Rule: "bidders of a lot share contact data",
		Name:       Text{"Қатысушылардың байланыс деректері бірдей", "Одинаковые контакты участников", "Same contact data among bidders"},
		Definition: Text{"Лот қатысушыларының байланыс деректері бірдей.", "У участников лота совпадают контактные данные.", "Bidders of a lot share contact data."},
		Missing:    Text{"байланыс деректері дербес деректер ретінде жарияланбайды", "контактные данные как персональные не публикуются", "contact data are personal and not published"},
	},
	{
		ID: "conventionalUnit", Sources: "KG-9, KG-10", Rule: "the unit of measure is conventional and no document describes it",
		Name:       Text{"Шартты өлшем бірлігі", "Условная единица измерения", "Conventional unit of measure"},
		Definition: Text{"Шартты өлшем бірлігі қолданылған.", "Использована условная единица измерения.", "A conventional unit of measure is used."},
		Missing:    Text{"портал анықтамалығында шартты бірліктер бөлінбеген", "справочник портала не выделяет условные единицы", "the portal's dictionary does not mark conventional units"},
	},
	{
		ID: "cancelledThenDirect", Sources: "KG-4", Rule: "direct contract for an item whose tender was cancelled at most 5 days before",
		Name:       Text{"Болдырмаудан кейінгі тікелей шарт", "Прямой договор после отмены", "Direct contract after a cancellation"},
		Definition: Text{"Нысанасының конкурсы 5 күн бұрын болдырылмаған тікелей шарт.", "Прямой договор на предмет, закупка которого отменена не больше 5 дней назад.", "Direct contract for a subject whose tender was cancelled up to 5 days before."},
		Missing:    Text{"лоттың болдырылмау күні кестелерде жоқ", "дня отмены лота нет в таблицах", "the tables lack the day of a lot's cancellation"},
	},
	{
		ID: "fewRequirements", Sources: "KG-12, KG-13", Rule: "number and kinds of qualification requirements",
		Name:       Text{"Біліктілік талаптары аз", "Мало квалификационных требований", "Few qualification requirements"},
		Definition: Text{"Талаптар саны аз немесе лицензия талап етілмеген.", "Требований мало или не запрошена лицензия.", "There are few requirements, or no licence is asked for."},
		Missing:    Text{"біліктілік талаптары дереккөзде құрылымдалмаған", "квалификационные требования в источнике не структурированы", "the source does not structure qualification requirements"},
	},
	{
		ID: "additionalPurchase", Sources: "KG-2, KG-15, KG-18", Rule: "additional purchase by direct contract against the earlier tender",
		Name:       Text{"Қосымша тікелей сатып алу", "Дополнительная прямая закупка", "Additional purchase by direct contract"},
		Definition: Text{"Бұрынғы конкурсқа қосымша тікелей шарт.", "Прямой договор в дополнение к прежней закупке.", "Direct contract in addition to an earlier tender."},
		Missing:    Text{"дереккөз қосымша сатып алуды бұрынғысымен байланыстырмайды", "источник не связывает дополнительную закупку с прежней", "the source does not link an additional purchase to the earlier one"},
	},
}
