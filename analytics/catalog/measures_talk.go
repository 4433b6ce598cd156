package catalog

var talkMeasures = []Measure{
	{
		ID: "enquiries", Unit: Count, Dataset: Enquiries, Reference: "4.1.9", Additive: true, Grain: grainEnquiry,
		Formula: "count distinct (enquiries.ocid, enquiries.enquiry_id)",
		Name:    Text{"Сұраулар мен ескертулер саны", "Количество вопросов и замечаний", "Number of enquiries"},
		Definition: Text{
			"Құжаттама жобасы бойынша сұраулар мен ескертулердің саны.",
			"Число вопросов и замечаний по документации.",
			"Number of questions and comments on the documentation.",
		},
	},
	{
		ID: "unansweredEnquiries", Unit: Count, Dataset: Enquiries, Additive: true, Grain: grainEnquiry,
		Formula: "count enquiries where not has_answer",
		Name:    Text{"Жауапсыз сұраулар саны", "Количество вопросов без ответа", "Number of unanswered enquiries"},
		Definition: Text{
			"Жауап берілмеген сұраулар мен ескертулердің саны.",
			"Число вопросов и замечаний без ответа.",
			"Number of enquiries without an answer.",
		},
	},
	{
		ID: "unansweredShare", Unit: Fraction, Dataset: Enquiries, Grain: grainEnquiry,
		Denominator: Text{"барлық сұраулар", "все вопросы и замечания", "all enquiries"},
		Formula:     "unansweredEnquiries / enquiries",
		Name:        Text{"Жауапсыз сұраулардың үлесі", "Доля вопросов без ответа", "Share of unanswered enquiries"},
		Definition: Text{
			"Жауапсыз сұраулардың барлық сұраулардағы үлесі.",
			"Доля вопросов без ответа среди всех вопросов и замечаний.",
			"Unanswered enquiries divided by all enquiries.",
		},
	},
	{
		ID: "answerTime", Unit: Days, Dataset: Enquiries, Reference: "4.3.2", Excludes: []Reason{NotDecided, NoDate}, Grain: grainEnquiry,
		Denominator: Text{"екі күні де белгілі жауап берілген сұраулар", "вопросы с ответом, у которых известны обе даты", "answered enquiries of which both dates are known"},
		Formula:     "mean (enquiries.answered - enquiries.asked)",
		Name:        Text{"Сұрауға жауап берудің орташа уақыты", "Среднее время ответа на вопрос", "Average time to answer an enquiry"},
		Definition: Text{
			"Сұрау қойылғаннан жауап берілгенге дейінгі орташа уақыт.",
			"Среднее время от вопроса до ответа.",
			"Mean time from the question to the answer.",
		},
	},
	{
		ID: "enquiriesPerProcedure", Unit: Average, Dataset: Enquiries, Grain: grainEnquiry,
		Denominator: Text{"сұрауы бар рәсімдер", "процедуры с вопросами", "procedures with enquiries"},
		Formula:     "enquiries / count distinct enquiries.ocid",
		Name:        Text{"Рәсімдегі сұраулардың орташа саны", "Среднее количество вопросов в процедуре", "Average number of enquiries in a procedure"},
		Definition: Text{
			"Сұраулар санының сұрауы бар рәсімдер санына қатынасы.",
			"Отношение числа вопросов к числу процедур, в которых они есть.",
			"Enquiries divided by the procedures that have any.",
		},
	},
	{
		ID: "complaints", Unit: Count, Dataset: Complaints, Reference: "4.1.10", Grain: grainComplaint,
		Formula: "count distinct (complaints.ocid, complaints.complaint_id)",
		Name:    Text{"Шағымдар саны", "Количество жалоб", "Number of complaints"},
		Definition: Text{
			"Сатып алуға берілген шағымдардың саны.",
			"Число жалоб на закупки.",
			"Number of complaints about procurement.",
		},
	},
	{
		ID: "reviewedComplaints", Unit: Count, Dataset: Complaints, VariantOf: "complaints", Reference: "4.1.10", Excludes: []Reason{NoDate}, Grain: grainComplaint,
		Formula: "count distinct complaints where reviewed - received > 0",
		Name:    Text{"Қаралуы басталған шағымдар саны", "Количество жалоб с начатым рассмотрением", "Number of complaints under review"},
		Definition: Text{
			"Эталон экранындағыдай: тек қарау басталған уақыты белгілі шағымдар.",
			"Как на экране эталона: только жалобы с известным временем начала рассмотрения.",
			"As on the reference's screen: only complaints with a positive time to the start of their review.",
		},
	},
	{
		ID: "complaintStartTime", Unit: Days, Dataset: Complaints, Reference: "4.3.3", Excludes: []Reason{NoDate}, Grain: grainComplaint,
		Denominator: Text{"қарау басталған шағымдар", "жалобы с начатым рассмотрением", "complaints whose review began"},
		Formula:     "mean (complaints.reviewed - complaints.received)",
		Name:        Text{"Шағымды қарауды бастаудың орташа уақыты", "Среднее время до начала рассмотрения жалобы", "Average time to start the review of a complaint"},
		Definition: Text{
			"Шағым түскеннен қарау басталғанға дейінгі орташа уақыт.",
			"Среднее время от поступления жалобы до начала рассмотрения.",
			"Mean time from the receipt of a complaint to the start of its review.",
		},
	},
	{
		ID: "complaintDecisionTime", Unit: Days, Dataset: Complaints, Reference: "4.3.4", Excludes: []Reason{NotDecided, NoDate}, Grain: grainComplaint,
		Denominator: Text{"қарау күні белгілі шешілген шағымдар", "решенные жалобы с известной датой рассмотрения", "decided complaints with a known start of the review"},
		Formula:     "mean (complaints.resolved - complaints.reviewed)",
		Name:        Text{"Қараудан шешімге дейінгі орташа уақыт", "Среднее время от начала рассмотрения до решения", "Average time from the start of the review to the decision"},
		Definition: Text{
			"Қарау басталғаннан шешім қабылданғанға дейінгі орташа уақыт. Эталон экранында бұл атау келесі көрсеткішпен ауысып кеткен.",
			"Среднее время от начала рассмотрения до решения. На экране эталона это название перепутано со следующим.",
			"Mean time from the start of the review to the decision. On the reference's screen this label is swapped with the next.",
		},
	},
	{
		ID: "complaintWholeTime", Unit: Days, Dataset: Complaints, Reference: "4.3.5", Excludes: []Reason{NotDecided, NoDate}, Grain: grainComplaint,
		Denominator: Text{"шешілген шағымдар", "решенные жалобы", "decided complaints"},
		Formula:     "mean (complaints.resolved - complaints.received)",
		Name:        Text{"Шағымнан шешімге дейінгі орташа уақыт", "Среднее время от поступления жалобы до решения", "Average time from the receipt of a complaint to the decision"},
		Definition: Text{
			"Шағым түскеннен шешім қабылданғанға дейінгі орташа уақыт; шешілмеген шағымдар кірмейді.",
			"Среднее время от поступления жалобы до решения; нерешенные жалобы не входят.",
			"Mean time from the receipt of a complaint to the decision; undecided complaints are left out.",
		},
	},
	{
		ID: "satisfiedComplaints", Unit: Count, Dataset: Complaints, Grain: grainComplaint,
		Formula: "count distinct complaints where status in (satisfied, partiallySatisfied)",
		Name:    Text{"Қанағаттандырылған шағымдар саны", "Количество удовлетворенных жалоб", "Number of satisfied complaints"},
		Definition: Text{
			"Толық немесе ішінара қанағаттандырылған шағымдардың саны.",
			"Число жалоб, удовлетворенных полностью или частично.",
			"Number of complaints satisfied wholly or in part.",
		},
	},
	{
		ID: "satisfiedShare", Unit: Fraction, Dataset: Complaints, Grain: grainComplaint,
		Denominator: Text{"нәтижесі белгілі шағымдар", "жалобы с известным исходом", "complaints with a known outcome"},
		Formula:     "satisfiedComplaints / count distinct complaints where status in (satisfied, partiallySatisfied, rejected)",
		Name:        Text{"Қанағаттандырылған шағымдардың үлесі", "Доля удовлетворенных жалоб", "Share of satisfied complaints"},
		Definition: Text{
			"Қанағаттандырылған шағымдардың нәтижесі белгілі шағымдардағы үлесі.",
			"Доля удовлетворенных жалоб среди жалоб с известным исходом.",
			"Satisfied complaints divided by those with a known outcome.",
		},
	},
}
