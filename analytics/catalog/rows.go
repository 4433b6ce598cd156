package catalog

// RowValue is a value that the rows of a dataset have besides their fields: what
// its measures add up.
type RowValue struct {
	ID   string
	Name Text
	Unit Unit
}

// RowKind tells what the rows of a dataset are lists of.
type RowKind struct {
	// Name is what the list is called.
	Name Text
	// Date is the field by which the newest rows come first.
	Date string
	// Usual are the columns of somebody who asks for none.
	Usual []string
	// Values are the dataset's own.
	Values []RowValue
}

// RowsOf tells what the rows of a dataset are.
func RowsOf(d Dataset) RowKind { return rowKinds[d] }

// RowFields lists the fields that are a column of the rows of a dataset: all but
// those of which a row has several values.
func RowFields(d Dataset) []Field {
	var some []Field
	for _, f := range fields {
		if f.On(d) && (!f.Multiple || d != Lots && d != Awards) {
			some = append(some, f)
		}
	}
	return some
}

var (
	valueName = Text{"Құны", "Стоимость", "Value"}
	bidderRow = []string{"bidder", "bidStatus"}

	rowKinds = map[Dataset]RowKind{
		Lots: {
			Name: Text{"Лоттар", "Лоты", "Lots"}, Date: "publishedDay",
			Usual: []string{"publishedDay", "buyer", "method", "lotStatus", "lotValue", "winner", "bidders"},
			Values: []RowValue{
				{"share", Text{"Тапсырыс берушінің үлесі", "Доля заказчика", "Share of the buyer"}, Tenge},
				{"reduction", Text{"Бағаның төмендеуі", "Снижение цены", "Price reduction"}, Tenge},
				{"increase", Text{"Бағаның асуы", "Превышение цены", "Price increase"}, Tenge},
				{"margin", Text{"Демпинг сомасы", "Сумма демпинга", "Margin of dumping"}, Tenge},
				{"bids", Text{"Өтінімдер", "Заявки", "Bids"}, Count},
				{"bidders", Text{"Қатысушылар", "Участники", "Bidders"}, Count},
			},
		},
		Bids: {
			Name: Text{"Өтінімдер", "Заявки", "Bids"}, Date: "publishedDay",
			Usual: []string{"publishedDay", "bidder", "bidStatus", "bidValue", "lotValue", "buyer"},
			Values: []RowValue{
				{"bidValue", Text{"Өтінім бағасы", "Цена заявки", "Price of the bid"}, Tenge},
				{"adjustment", Text{"Шартты жеңілдік", "Условная скидка", "Conditional discount"}, Tenge},
			},
		},
		Rejections: {
			Name: Text{"Қабылдамау себептері", "Причины отклонения", "Reasons of rejection"}, Date: "publishedDay",
			Usual: append([]string{"publishedDay", "rejectionKind", "rejectionReason", "buyer"}, bidderRow...),
		},
		Criteria: {
			Name: Text{"Бағадан тыс критерийлер", "Неценовые критерии", "Non-price criteria"}, Date: "publishedDay",
			Usual:  append([]string{"publishedDay", "criterion", "criterionValue", "buyer"}, bidderRow...),
			Values: []RowValue{{"criterionValue", Text{"Түзету сомасы", "Сумма корректировки", "Adjustment"}, Tenge}},
		},
		Awards: {
			Name: Text{"Қорытындылар", "Итоги", "Awards"}, Date: "awardedDay",
			Usual: []string{"awardedDay", "awardSupplier", "awardPlace", "buyer", "method", "lotValue"},
		},
		Enquiries: {
			Name: Text{"Сұраулар мен ескертулер", "Вопросы и замечания", "Enquiries"}, Date: "askedDay",
			Usual: []string{"askedDay", "enquiryType", "answered", "answerType", "enquirer", "buyer"},
		},
		Complaints: {
			Name: Text{"Шағымдар", "Жалобы", "Complaints"}, Date: "receivedDay",
			Usual: []string{"receivedDay", "complaintStatus", "complaintGround", "complainant", "buyer"},
		},
		Contracts: {
			Name: Text{"Шарттар", "Договоры", "Contracts"}, Date: "signedDay",
			Usual: []string{"signedDay", "buyer", "winner", "method", "contractStatus", "contractValue", "paid"},
			Values: []RowValue{
				{"paid", Text{"Төленді", "Оплачено", "Paid"}, Tenge},
				{"guarantee", Text{"Қамтамасыз ету", "Обеспечение", "Performance security"}, Tenge},
				{"payments", Text{"Төлемдер", "Платежи", "Payments"}, Count},
				{"agreements", Text{"Қосымша келісімдер", "Дополнительные соглашения", "Additional agreements"}, Count},
			},
		},
		ContractItems: {
			Name: Text{"Шарт позициялары", "Позиции договоров", "Contract lines"}, Date: "signedDay",
			Usual:  []string{"signedDay", "item", "lineValue", "origin", "winner", "buyer"},
			Values: []RowValue{{"lineValue", valueName, Tenge}},
		},
		Agreements: {
			Name: Text{"Қосымша келісімдер", "Дополнительные соглашения", "Additional agreements"}, Date: "agreedDay",
			Usual:  []string{"agreedDay", "agreementGround", "agreedValue", "winner", "buyer"},
			Values: []RowValue{{"agreedValue", Text{"Шарттың жаңа құны", "Стоимость договора с изменением", "Value of the contract as amended"}, Tenge}},
		},
		Payments: {
			Name: Text{"Төлемдер", "Платежи", "Payments"}, Date: "paidDay",
			Usual:  []string{"paidDay", "paidValue", "winner", "buyer", "contractValue"},
			Values: []RowValue{{"paidValue", Text{"Сомасы", "Сумма", "Amount"}, Tenge}},
		},
		PlanPoints: {
			Name: Text{"Жоспар тармақтары", "Пункты плана", "Plan points"}, Date: "planYear",
			Usual: []string{"planYear", "planMonth", "buyer", "method", "planStatus", "item", "planValue"},
			Values: []RowValue{
				{"estimate", Text{"Саны × бірлік бағасы", "Количество × цена за единицу", "Quantity × unit price"}, Tenge},
				{"budget", Text{"Бюджет жолдары бойынша", "По строкам бюджета", "By budget lines"}, Tenge},
			},
		},
		BudgetLines: {
			Name: Text{"Бюджет жолдары", "Строки бюджета", "Budget lines"}, Date: "planYear",
			Usual:  []string{"planYear", "administrator", "programme", "specification", "budgetValue", "buyer"},
			Values: []RowValue{{"budgetValue", valueName, Tenge}},
		},
		PlanFact: {
			Name: Text{"Жоспар және орындалуы", "План и факт", "Plan and fact"}, Date: "planYear",
			Usual: []string{"planYear", "chain", "buyer", "item", "planned", "lots", "contracts", "payments"},
			Values: []RowValue{
				{"planned", Text{"Жоспар", "План", "Planned"}, Tenge},
				{"lots", Text{"Лоттар", "Лоты", "Lots"}, Tenge},
				{"contracts", Text{"Шарттар", "Договоры", "Contracts"}, Tenge},
				{"payments", Text{"Төлемдер", "Платежи", "Payments"}, Tenge},
			},
		},
		Parties: {
			Name: Text{"Тараптар", "Стороны", "Parties"}, Date: "publishedDay",
			Usual: []string{"publishedDay", "organisation", "role", "partyRegion", "partyType"},
		},
		Blacklist: {
			Name: Text{"Жосықсыз өнім берушілер тізілімі", "Реестр недобросовестных поставщиков", "Register of unreliable suppliers"}, Date: "listedDay",
			Usual: []string{"listedDay", "organisation", "listingReason", "listingState"},
		},
		Flags: {
			Name: Text{"Қызыл белгілер", "Красные флаги", "Red flags"}, Date: "publishedDay",
			Usual: []string{"publishedDay", "flag", "buyer", "winner", "method"},
		},
	}
)
