package catalog

import "slices"

// The law in force since 1 January 2025; the law of 4 December 2015 before.
var procurementLaw = Text{
	KK: "«Мемлекеттік сатып алу туралы» ҚР 2024 жылғы 1 шілдедегі № 106-VIII Заңы (2025 жылға дейін 2015 жылғы 4 желтоқсандағы № 434-V Заң)",
	RU: "Закон РК от 1 июля 2024 года № 106-VIII «О государственных закупках» (до 2025 года Закон от 4 декабря 2015 года № 434-V)",
	EN: "Law of the Republic of Kazakhstan No. 106-VIII of 1 July 2024 On Public Procurement (before 2025 Law No. 434-V of 4 December 2015)",
}

// What member states of the Eurasian Economic Union report.
var unionTreaty = Text{
	KK: "Еуразиялық экономикалық одақ туралы шартқа № 25 қосымша (сатып алуды реттеу тәртібі туралы хаттама)",
	RU: "Приложение № 25 к Договору о Евразийском экономическом союзе (протокол о порядке регулирования закупок)",
	EN: "Annex 25 to the Treaty on the Eurasian Economic Union (protocol on the regulation of procurement)",
}

// The portal's data begins with the law of 2015, in force since this day.
const dataBegin = "2016-01-01"

var (
	grainLot          = Text{"лот", "лот", "lot"}
	grainProcedure    = Text{"рәсім", "процедура", "procedure"}
	grainBuyer        = Text{"тапсырыс беруші", "заказчик", "buyer"}
	grainBidder       = Text{"қатысушы", "участник", "bidder"}
	grainBid          = Text{"лоттағы өтінім", "заявка в лоте", "bid in a lot"}
	grainAward        = Text{"қорытынды", "итог по заявке", "award"}
	grainContract     = Text{"шарттар тізбегі", "цепочка договора", "contract chain"}
	grainSupplier     = Text{"өнім беруші", "поставщик", "supplier"}
	grainAgreement    = Text{"қосымша келісім", "дополнительное соглашение", "additional agreement"}
	grainPosition     = Text{"шарт позициясы", "позиция договора", "contract line"}
	grainPayment      = Text{"төлем", "платеж", "payment"}
	grainPlanPoint    = Text{"жоспар тармағы", "пункт плана", "plan point"}
	grainComplaint    = Text{"шағым", "жалоба", "complaint"}
	grainEnquiry      = Text{"сұрау", "вопрос или замечание", "enquiry"}
	grainCriterion    = Text{"өтінімнің критерийі", "критерий заявки", "criterion of a bid"}
	grainRejection    = Text{"қабылдамау себебі", "причина отклонения", "reason of rejection"}
	grainOrganisation = Text{"ұйым", "организация", "organisation"}
	grainEntry        = Text{"тізілім жазбасы", "запись реестра", "register entry"}
	grainFlag         = Text{"белгі", "признак", "flag"}

	// What a column shows that is made of a measure.
	roles = map[string]Text{
		"compare":           {KK: "салыстыру", RU: "сравнение", EN: "compared"},
		"change":            {KK: "өзгеріс", RU: "изменение", EN: "change"},
		"growth":            {KK: "өсім", RU: "прирост", EN: "growth"},
		"cumulative":        {KK: "жинақталған", RU: "нарастающим итогом", EN: "cumulative"},
		"newData":           {KK: "жаңа деректер", RU: "новые данные", EN: "new data"},
		"correction":        {KK: "түзету", RU: "исправление", EN: "correction"},
		"method":            {KK: "әдістеме", RU: "методика", EN: "method"},
		"compareCumulative": {KK: "салыстыру, жинақталған", RU: "сравнение, нарастающим итогом", EN: "compared, cumulative"},
	}

	reasons = map[Reason]Text{
		NoValue:       {KK: "құны көрсетілмеген", RU: "стоимость не указана", EN: "no value stated"},
		OtherCurrency: {KK: "басқа валютада", RU: "в другой валюте", EN: "in another currency"},
		Negative:      {KK: "жеңімпаздың бағасы лот құнынан жоғары (0 деп есептеледі)", RU: "цена победителя выше стоимости лота (учтено как 0)", EN: "winning price above the lot's value (counted as 0)"},
		NotValid:      {KK: "шарт жасалмаған (жоба)", RU: "договор не заключен (проект)", EN: "contract not concluded (draft)"},
		Superseded:    {KK: "жоспар тармағы өзгертілген немесе берілген", RU: "пункт плана изменен или передан", EN: "plan point changed or delegated"},
		RepeatedRoot:  {KK: "шарттар тізбегі екінші рет кездеседі", RU: "цепочка договора встречается повторно", EN: "contract chain met a second time"},
		NoIdentifier:  {KK: "сәйкестендіргіші көрсетілмеген", RU: "идентификатор не указан", EN: "no identifier stated"},
		Withdrawn:     {KK: "лот жойылған немесе құжаттаманың келесі редакциясында жалғасады", RU: "лот удален или продолжен в следующей редакции документации", EN: "lot deleted or continued in the next revision of the documents"},
		NoDate:        {KK: "күні көрсетілмеген", RU: "дата не указана", EN: "no date stated"},
		NoBids:        {KK: "лотқа өтінім берілмеген", RU: "в лоте нет заявок", EN: "no bids in the lot"},
		NotDecided:    {KK: "шешім әлі қабылданбаған", RU: "решение еще не принято", EN: "not decided yet"},
		NotInData:     {KK: "осы көшірменің деректерінде жоқ", RU: "нет в данных этого снимка", EN: "not in this snapshot's data"},
	}

	valueGaps = []Reason{NoValue, OtherCurrency}
)

// The measures in the order of the methodology.
var measures = complete(slices.Concat(lotMeasures, bidMeasures, talkMeasures, contractMeasures, planMeasures, factMeasures, partyMeasures))

// complete fills in what most measures share.
func complete(all []Measure) []Measure {
	for i := range all {
		m := &all[i]
		if m.Version == 0 {
			m.Version = 1
		}
		if m.LegalBasis == (Text{}) {
			m.LegalBasis = procurementLaw
		}
		if m.ValidFrom == "" {
			m.ValidFrom = dataBegin
		}
		if m.Dataset.Optional() {
			m.Excludes = append(slices.Clone(m.Excludes), NotInData)
		}
	}
	return all
}
