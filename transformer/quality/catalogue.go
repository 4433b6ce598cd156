// Package quality holds the rules by which the data of a process are judged:
// dates in order, sums that agree, references that lead somewhere, statuses that
// do not contradict dates. Rules look at the content of a release as the mapping
// makes it, so that every finding points at what is published.
//
// A rule of severity error keeps a process from being published; a warning is
// published with the process and counted by rule, field, buyer and day.
package quality

// Severities of a rule.
const (
	Error   = "error"   // the process cannot be published
	Warning = "warning" // published, and reported
)

// Rule is one statement about the data, with its sentence in three languages.
type Rule struct {
	ID         string // stable; source.… about documents, quality.… about the release
	Severity   string
	EN, RU, KK string
}

// Rules of documents, found while they are mapped.
const (
	SourceMalformed  = "source.json.malformed"
	SourceKey        = "source.key.missing"
	SourceShape      = "source.shape"
	SourceDateless   = "source.date.missing"
	SourceCode       = "source.code.unknown"
	SourceDate       = "source.date"
	SourceValue      = "source.value"
	SourceLots       = "source.lots.missing"
	SourceReference  = "source.reference.missing"
	SourceIncomplete = "source.bid.incomplete"
)

// Rules of the release.
const (
	PeriodOrder         = "quality.period.order"
	PublishedLate       = "quality.tender.publishedAfterDeadline"
	BidLate             = "quality.bid.afterDeadline"
	AwardEarly          = "quality.award.beforeDeadline"
	ContractEarly       = "quality.contract.signedBeforeAward"
	PaymentEarly        = "quality.payment.beforeSigning"
	ActEarly            = "quality.act.beforeSigning"
	AmendmentEarly      = "quality.amendment.beforeSigning"
	ComplaintOrder      = "quality.complaint.order"
	EnquiryOrder        = "quality.enquiry.answeredBeforeAsked"
	DateImplausible     = "quality.date.implausible"
	AwardAboveLot       = "quality.award.aboveLot"
	BidAboveLot         = "quality.bid.aboveLot"
	ContractAboveAward  = "quality.contract.aboveAward"
	ContractItemsSum    = "quality.contract.itemsSum"
	LotsSum             = "quality.tender.lotsSum"
	SharesSum           = "quality.lot.sharesSum"
	ItemSum             = "quality.item.sum"
	BudgetSum           = "quality.plan.budgetSum"
	PaymentsAbove       = "quality.payment.aboveContract"
	PaidAbove           = "quality.contract.paidAboveValue"
	ValueNegative       = "quality.value.negative"
	ValueMissing        = "quality.value.missing"
	CurrencyMissing     = "quality.value.currencyMissing"
	BidNoTenderer       = "quality.bid.noTenderer"
	BidNoLot            = "quality.bid.noLot"
	LotNoBids           = "quality.lot.completeWithoutBids"
	LotNoAward          = "quality.lot.completeWithoutAward"
	LotNoItems          = "quality.lot.noItems"
	ItemNoClass         = "quality.item.noClass"
	AwardNoSupplier     = "quality.award.noSupplier"
	AwardSeveral        = "quality.award.severalActive"
	AwardNoBid          = "quality.award.unknownBid"
	AwardFailedLot      = "quality.award.ofFailedLot"
	ContractNoAward     = "quality.contract.noAward"
	ContractNoSupplier  = "quality.contract.noSupplier"
	ContractNoDate      = "quality.contract.notSigned"
	BuyerIsSupplier     = "quality.party.buyerIsSupplier"
	NumberCheck         = "quality.party.checkDigit"
	BuyerNoRegion       = "quality.party.buyerWithoutRegion"
	PartyNoName         = "quality.party.noName"
	PartyUnknown        = "quality.party.unknown"
	TenderNoMethod      = "quality.tender.noMethod"
	TenderNoPeriod      = "quality.tender.noPeriod"
	TenderNoDate        = "quality.tender.notPublished"
	TenderNoBuyer       = "quality.tender.noBuyer"
	TenderNoLots        = "quality.tender.noLots"
	GroundMissing       = "quality.tender.noLegalGround"
	OpenWithResults     = "quality.status.openWithResults"
	CompleteNoResults   = "quality.status.completeWithoutResults"
	CancelledInForce    = "quality.status.cancelledWithContract"
	PaidNotConcluded    = "quality.status.paidNotConcluded"
	TerminatedNoDate    = "quality.status.terminatedWithoutDate"
	TerminatedStillOpen = "quality.status.activeAfterTermination"
	PerformedNoDate     = "quality.status.performedWithoutDate"
)

// Catalogue lists all rules, by id within its two parts.
func Catalogue() []Rule { return catalogue }

// ByID finds a rule; ok is false for ids of other catalogues, such as those of
// the standard.
func ByID(id string) (rule Rule, ok bool) {
	i, ok := byID[id]
	if !ok {
		return Rule{}, false
	}
	return catalogue[i], true
}

var byID = func() map[string]int {
	m := make(map[string]int, len(catalogue))
	for i, r := range catalogue {
		m[r.ID] = i
	}
	return m
}()

var catalogue = []Rule{
	{SourceIncomplete, Warning, "A part of the bid has no id and was left out.", "Часть заявки не имеет идентификатора и не опубликована.", "Өтінімнің бір бөлігінің идентификаторы жоқ, сондықтан ол жарияланбады."},
	{SourceCode, Warning, "A value of a dictionary is not known; it is published as it is.", "Значение справочника неизвестно; оно опубликовано как есть.", "Анықтамалық мәні белгісіз; ол сол күйінде жарияланды."},
	{SourceDate, Warning, "A date cannot be read and was left out.", "Дата не читается и не опубликована.", "Күнді оқу мүмкін емес, ол жарияланбады."},
	{SourceDateless, Error, "No document of the process has a date.", "Ни в одном документе процесса нет даты.", "Процестің бірде-бір құжатында күн жоқ."},
	{SourceMalformed, Error, "A document is no readable JSON.", "Документ не является читаемым JSON.", "Құжат оқылатын JSON емес."},
	{SourceKey, Error, "A document lacks the number that tells where it belongs.", "В документе нет номера, по которому он относится к процессу.", "Құжатта оның қай процеске жататынын көрсететін нөмір жоқ."},
	{SourceLots, Warning, "The announcement counts more lots than are known.", "В объявлении указано больше лотов, чем известно.", "Хабарландыруда белгілі лоттардан көп лот көрсетілген."},
	{SourceReference, Warning, "A document that is referred to is not known.", "Документ, на который есть ссылка, неизвестен.", "Сілтеме жасалған құжат белгісіз."},
	{SourceShape, Error, "A member of a document has another shape than documented.", "Поле документа имеет иную структуру, чем описано.", "Құжат өрісінің құрылымы сипатталғаннан өзгеше."},
	{SourceValue, Warning, "A number cannot be read and was left out.", "Число не читается и не опубликовано.", "Санды оқу мүмкін емес, ол жарияланбады."},

	{ActEarly, Warning, "An act of acceptance is older than the contract.", "Акт утверждён раньше заключения договора.", "Акт шарт жасалғанға дейін бекітілген."},
	{AmendmentEarly, Warning, "An additional agreement is older than the contract.", "Дополнительное соглашение старше договора.", "Қосымша келісім шарттан бұрын жасалған."},
	{AwardAboveLot, Warning, "The award is worth more than the lot.", "Сумма победителя больше суммы лота.", "Жеңімпаздың сомасы лот сомасынан көп."},
	{AwardEarly, Warning, "The award is older than the end of bidding.", "Итоги подведены раньше окончания приёма заявок.", "Қорытынды өтінімдерді қабылдау аяқталғанға дейін шығарылған."},
	{AwardNoSupplier, Warning, "The award names no supplier.", "У итога не указан поставщик.", "Қорытындыда өнім беруші көрсетілмеген."},
	{AwardFailedLot, Warning, "A lot that failed or was cancelled has an award.", "У несостоявшегося или отменённого лота есть победитель.", "Өтпеген немесе жойылған лоттың жеңімпазы бар."},
	{AwardSeveral, Warning, "A lot has several winners.", "У лота несколько победителей.", "Лоттың бірнеше жеңімпазы бар."},
	{AwardNoBid, Warning, "The award refers to a bid that is not known.", "Итог ссылается на неизвестную заявку.", "Қорытынды белгісіз өтінімге сілтейді."},
	{BidAboveLot, Warning, "The bid is higher than the lot.", "Сумма заявки больше суммы лота.", "Өтінім сомасы лот сомасынан көп."},
	{BidLate, Warning, "The bid is younger than the end of bidding.", "Заявка подана после окончания приёма.", "Өтінім қабылдау аяқталғаннан кейін берілген."},
	{BidNoLot, Warning, "The bid names no known lot.", "Заявка не относится к известному лоту.", "Өтінім белгілі лотқа жатпайды."},
	{BidNoTenderer, Warning, "The bid names no bidder.", "У заявки не указан участник.", "Өтінімде қатысушы көрсетілмеген."},
	{ComplaintOrder, Warning, "The dates of the complaint are not in order.", "Даты жалобы идут не по порядку.", "Шағым күндерінің реті бұзылған."},
	{ContractAboveAward, Warning, "The contract is worth more than its award.", "Сумма договора больше суммы итога.", "Шарт сомасы қорытынды сомасынан көп."},
	{ContractItemsSum, Warning, "The lines of the contract do not add up to its sum.", "Сумма предметов договора не равна сумме договора.", "Шарт мәндерінің сомасы шарт сомасына тең емес."},
	{ContractNoAward, Warning, "A contract of a competitive purchase has no award among the bids.", "У договора конкурентной закупки нет победителя среди заявок.", "Бәсекелі сатып алу шартының өтінімдер арасында жеңімпазы жоқ."},
	{ContractNoSupplier, Warning, "The contract names no supplier.", "В договоре не указан поставщик.", "Шартта өнім беруші көрсетілмеген."},
	{ContractNoDate, Warning, "A contract in force has no date of signing.", "У действующего договора нет даты заключения.", "Қолданыстағы шарттың жасалған күні жоқ."},
	{PaidAbove, Warning, "More was paid than the contract is worth.", "Оплачено больше суммы договора.", "Шарт сомасынан көп төленген."},
	{ContractEarly, Warning, "The contract is older than its award.", "Договор заключён раньше подведения итогов.", "Шарт қорытынды шығарылғанға дейін жасалған."},
	{DateImplausible, Warning, "The date lies before the portal existed.", "Дата раньше появления портала.", "Күн портал пайда болғанға дейінгі уақытта."},
	{EnquiryOrder, Warning, "The answer is older than the question.", "Ответ дан раньше вопроса.", "Жауап сұрақтан бұрын берілген."},
	{ItemNoClass, Warning, "The item has no class of the catalogue.", "У предмета нет кода номенклатуры.", "Мәннің номенклатура коды жоқ."},
	{ItemSum, Warning, "Quantity and unit price do not give the sum of the line.", "Количество и цена за единицу не дают суммы строки.", "Саны мен бірлік бағасы жол сомасын бермейді."},
	{LotNoAward, Warning, "A lot that was bought has no award.", "У состоявшегося лота нет победителя.", "Өткен лоттың жеңімпазы жоқ."},
	{LotNoBids, Warning, "A lot that was bought by competition has no bids.", "У состоявшегося конкурентного лота нет заявок.", "Өткен бәсекелі лоттың өтінімдері жоқ."},
	{LotNoItems, Warning, "The lot has no items.", "У лота нет предметов закупки.", "Лоттың сатып алу мәндері жоқ."},
	{SharesSum, Warning, "The shares of the lot do not add up to its sum.", "Доли лота не дают его суммы.", "Лот үлестері оның сомасын бермейді."},
	{BuyerIsSupplier, Warning, "Buyer and supplier are the same.", "Заказчик и поставщик — одно лицо.", "Тапсырыс беруші мен өнім беруші — бір тұлға."},
	{BuyerNoRegion, Warning, "The region of the buyer is not known.", "Регион заказчика неизвестен.", "Тапсырыс берушінің өңірі белгісіз."},
	{NumberCheck, Warning, "The check digit of the BIN is wrong.", "Контрольный разряд БИН неверен.", "БСН бақылау разряды қате."},
	{PartyNoName, Warning, "The organisation has no name.", "У организации нет наименования.", "Ұйымның атауы жоқ."},
	{PartyUnknown, Error, "A reference leads to no party of the release.", "Ссылка не ведёт ни к одному участнику.", "Сілтеме ешбір қатысушыға апармайды."},
	{PaymentsAbove, Warning, "The payments add up to more than the contract.", "Сумма платежей больше суммы договора.", "Төлемдер сомасы шарт сомасынан көп."},
	{PaymentEarly, Warning, "A payment is older than the contract.", "Платёж раньше заключения договора.", "Төлем шарт жасалғанға дейін жүргізілген."},
	{PeriodOrder, Warning, "The period ends before it begins.", "Период заканчивается раньше начала.", "Кезең басталғанға дейін аяқталады."},
	{BudgetSum, Warning, "The budget lines do not add up to the plan point.", "Сумма бюджетных строк не равна сумме пункта плана.", "Бюджет жолдарының сомасы жоспар тармағының сомасына тең емес."},
	{TerminatedStillOpen, Warning, "A contract in force has a date of termination.", "У действующего договора есть дата расторжения.", "Қолданыстағы шарттың бұзылған күні бар."},
	{CancelledInForce, Warning, "A cancelled purchase has a contract in force.", "У отменённой закупки есть действующий договор.", "Жойылған сатып алудың қолданыстағы шарты бар."},
	{CompleteNoResults, Warning, "A finished purchase has no date of results.", "У завершённой закупки нет даты итогов.", "Аяқталған сатып алудың қорытынды күні жоқ."},
	{OpenWithResults, Warning, "A purchase open for bids has results.", "У закупки с открытым приёмом заявок есть итоги.", "Өтінім қабылдауы ашық сатып алудың қорытындысы бар."},
	{PaidNotConcluded, Warning, "A contract that was not concluded has payments.", "У незаключённого договора есть платежи.", "Жасалмаған шарттың төлемдері бар."},
	{PerformedNoDate, Warning, "A performed contract has no date of performance.", "У исполненного договора нет даты исполнения.", "Орындалған шарттың орындалу күні жоқ."},
	{TerminatedNoDate, Warning, "A terminated contract has no date of termination.", "У расторгнутого договора нет даты расторжения.", "Бұзылған шарттың бұзылу күні жоқ."},
	{LotsSum, Warning, "The lots do not add up to the announcement.", "Сумма лотов не равна сумме объявления.", "Лоттар сомасы хабарландыру сомасына тең емес."},
	{TenderNoBuyer, Warning, "The process names no buyer.", "Заказчик не указан.", "Тапсырыс беруші көрсетілмеген."},
	{GroundMissing, Warning, "A planned single-source purchase gives no legal ground.", "Для прямой закупки не указано основание.", "Тікелей сатып алудың негізі көрсетілмеген."},
	{TenderNoLots, Warning, "The announcement has no lots.", "У объявления нет лотов.", "Хабарландыруда лоттар жоқ."},
	{TenderNoMethod, Warning, "The procurement method is not known.", "Способ закупки неизвестен.", "Сатып алу тәсілі белгісіз."},
	{TenderNoPeriod, Warning, "A competitive purchase has no period for bids.", "У конкурентной закупки нет периода приёма заявок.", "Бәсекелі сатып алудың өтінім қабылдау кезеңі жоқ."},
	{TenderNoDate, Warning, "The announcement has no date of publication.", "У объявления нет даты публикации.", "Хабарландырудың жарияланған күні жоқ."},
	{PublishedLate, Warning, "The announcement was published after the end of bidding.", "Объявление опубликовано после окончания приёма заявок.", "Хабарландыру өтінімдерді қабылдау аяқталғаннан кейін жарияланған."},
	{CurrencyMissing, Error, "An amount has no currency.", "У суммы нет валюты.", "Соманың валютасы жоқ."},
	{ValueMissing, Warning, "The sum is missing or zero.", "Сумма отсутствует или равна нулю.", "Сома жоқ немесе нөлге тең."},
	{ValueNegative, Warning, "The sum is negative.", "Сумма отрицательная.", "Сома теріс."},
}
