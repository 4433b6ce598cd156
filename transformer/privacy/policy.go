package privacy

import "github.com/kzocds/kzocds/proto/source"

// Policy returns the policy of an entity's documents. An entity without policy
// passes nothing.
func Policy(entity source.Entity) Object { return policies[entity] }

var policies = map[source.Entity]Object{
	source.TrdBuy:    announcement,
	source.Lots:      lot,
	source.TrdApp:    bid,
	source.Contract:  contract,
	source.PlanPoint: planPoint,
	source.Subject:   subject,
	source.Reference: dictionary,

	source.QuasiTrdBuy:    announcement,
	source.QuasiLots:      lot,
	source.QuasiContract:  contract,
	source.QuasiPlanPoint: planPoint,

	source.Complaint:         complaint,
	source.Act:               act,
	source.TreasuryPay:       treasuryPay,
	source.Waybill:           waybill,
	source.Blacklist:         blacklist,
	source.QualifiedSupplier: qualifiedSupplier,
}

func plain(names ...string) Object { return all(Plain, names) }
func texts(names ...string) Object { return all(Text, names) }

func all(class Class, names []string) Object {
	o := Object{}
	for _, name := range names {
		o[name] = Field{Class: class}
	}
	return o
}

func dropped(why string, names ...string) Object {
	o := Object{}
	for _, name := range names {
		o[name] = Field{Class: Drop, Why: why}
	}
	return o
}

func numbers(names ...string) Object { return all(Number, names) }

// foreignNumbers are tax numbers of other countries.
func foreignNumbers(names ...string) Object { return all(ForeignNumber, names) }

// names are names of the participant whose number stands in the field owner.
func names(owner string, fields ...string) Object {
	o := Object{}
	for _, field := range fields {
		o[field] = Field{Class: Name, Owner: owner}
	}
	return o
}

// nested are objects or lists of objects of one policy.
func nested(of Object, fields ...string) Object {
	o := Object{}
	for _, field := range fields {
		o[field] = Field{Class: Nested, Of: of}
	}
	return o
}

func owned(of Object, owner string, fields ...string) Object {
	o := Object{}
	for _, field := range fields {
		o[field] = Field{Class: Nested, Of: of, Owner: owner}
	}
	return o
}

func join(parts ...Object) Object {
	o := Object{}
	for _, part := range parts {
		for name, field := range part {
			o[name] = field
		}
	}
	return o
}

const (
	technical = "technical field of the portal"
	contact   = "contact data"
	bank      = "bank details"
	person    = "name or signature of a natural person"
	unused    = "its meaning is not documented"
	repeated  = "repeats what another document says"
)

var (
	// dictionary is a row of any dictionary, on its own or nested.
	dictionary = join(
		plain("id", "code", "code2", "code3", "code_2", "code_3", "alphaCode", "symbolCode", "type", "nogz", "parentCode", "parentId", "level", "level_", "ab", "cd", "ef", "hij", "k", "prg", "ppr", "mkei", "refTradeMethodsId"),
		texts("nameRu", "nameKz", "name", "shortnameRu", "shortnameKz", "fullNameRu", "fullNameKz", "cnameRu", "cnameKz", "edizm", "desc"),
	)

	address = join(
		plain("id", "pid", "addressType", "katoCode", "countryCode", "refSourceCode", "dateCreate", "editDate"),
		nested(dictionary, "RefKato", "RefCountries"),
		all(Seat, []string{"address"}),
		dropped(contact, "phone"),
		dropped(technical, "systemId", "indexDate"),
	)

	subject = join(
		plain("pid", "regdate", "crdate", "year", "lastUpdateDate", "countryCode", "katoList", "typeSupplier", "refKopfCode", "krpCode", "okedList", "kseCode",
			"customer", "organizer", "supplier", "qvazi", "isSingleOrg", "markResident", "markNationalCompany", "markAssocWithDisab", "markWorldCompany",
			"markStateMonopoly", "markNaturalMonopoly", "markPatronymicProducer", "markPatronymicSupplyer", "markSmallEmployer"),
		numbers("bin", "iin", "parentSubject"),
		foreignNumbers("inn", "unp"),
		names("", "name", "nameRu", "nameKz", "fullName", "fullNameRu", "fullNameKz"),
		names("parentSubject", "parentNameRu", "parentNameKz"),
		owned(address, Self, "Address", "address"),
		dropped(contact, "email", "phone", "website", "totalAddress"),
		dropped(person, "Employees", "employees", "admins", "Admins", "SubjectUsers"),
		dropped("certificate of registration", "series", "numberReg"),
		dropped("the branches have documents of their own, which name their head organisation", "branches"),
		dropped(technical, "systemId", "indexDate"),
	)

	file = join(
		plain("id", "filePath", "filePathRu", "filePathKz", "objectId", "trdBuyId", "indexDate"),
		texts("originalName", "nameRu", "nameKz"),
		dropped(technical, "systemId"),
	)

	planDelivery = join(
		plain("id", "plnPointsId", "refKatoCode", "refCountriesCode", "count", "isActive", "isDeleted"),
		texts("fullDeliveryPlaceNameRu", "fullDeliveryPlaceNameKz"),
		nested(dictionary, "RefKato", "RefCountries"),
		dropped(technical, "systemId", "indexDate"),
	)

	planSpecification = join(
		plain("id", "plnPointsId", "refEkrbId", "ekrbCode", "count", "price", "amount", "refFkrbProgramId", "fkrbProgramCode", "refFkrbSubprogramId", "fkrbSubprogramCode",
			"refFkrbId", "abpCode", "isActive", "isDeleted"),
		texts("ekrbNameRu", "ekrbNameKz", "fkrbProgramNameRu", "fkrbProgramNameKz", "fkrbSubprogramNameRu", "fkrbSubprogramNameKz", "abpNameRu", "abpNameKz"),
		dropped(technical, "systemId", "indexDate"),
	)

	planAct = join(
		plain("id", "planActNumber", "refPlanStatusId", "planFinYear", "planPreliminary", "dateApproved"),
		dropped(technical, "systemId", "indexDate"),
	)

	planPoint = join(
		plain("id", "rootrecordId", "idc", "sysSubjectsId", "sysOrganizatorId", "refEnstruCode", "refEnstruId", "refUnitsCode", "count", "price", "amount",
			"sum1", "sum2", "sum3", "plnPointYear", "refMonthsId", "refTradeMethodsId", "refJustificationId", "refPlnPointStatusId", "refSubjectTypeId", "refSubjectTypesId",
			"refFinsourceId", "refAbpCode", "refBudgetTypeId", "refPointTypeId", "isQvazi", "codeGu", "prepayment", "refAmendmentAgreemTypeId", "refAmendmAgreemJustifId",
			"contractPrevPointId", "disablePersonId", "transferSysSubjectsId", "transferType", "createdinActId", "activeActId", "isActive", "isDeleted", "dateCreate", "timestamp",
			"planActId", "planActNumber", "refPlanStatusId", "planFinYear", "planPreliminary", "dateApproved"),
		numbers("subjectBiin"),
		names("subjectBiin", "subjectNameRu", "subjectNameKz"),
		texts("nameRu", "nameKz", "descRu", "descKz", "extraDescRu", "extraDescKz", "supplyDateRu", "supplyDateKz"),
		owned(subject, "subjectBiin", "Customer"),
		nested(subject, "Organizer"),
		nested(dictionary, "RefUnits", "RefSubjectType", "RefTradeMethods", "RefEnstru", "RefMonths", "RefPlnPointStatus", "RefFinsource", "RefAbp", "RefPointType",
			"RefJustification", "RefAmendmentAgreemType", "RefAmendmAgreemJustif", "RefBudgetType"),
		nested(planAct, "PlanActs"),
		nested(planDelivery, "PlansKato", "kato"),
		nested(planSpecification, "PlansSpec", "spec"),
		dropped(unused, "PlansAttrs"),
		dropped(technical, "systemId", "indexDate"),
	)

	lotFields = join(
		plain("id", "lotNumber", "refLotStatusId", "trdBuyId", "trdBuyNumberAnno", "count", "amount", "customerId", "refTradeMethodsId", "refBuyTradeMethodsId", "unionLots",
			"pointList", "plnPointId", "plnPointRootrecordId", "plnPointKatoList", "dumping", "dumpingLotPrice", "psdSign", "consultingServices", "singlOrgSign", "isLightIndustry",
			"isConstructionWork", "disablePersonId", "isDeleted", "lastUpdateDate"),
		numbers("customerBin"),
		names("customerBin", "customerNameRu", "customerNameKz"),
		texts("nameRu", "nameKz", "descriptionRu", "descriptionKz"),
		owned(subject, "customerBin", "Customer"),
		nested(dictionary, "RefLotsStatus", "RefTradeMethods", "RefBuyTradeMethods"),
		nested(planPoint, "Plans"),
		nested(file, "Files"),
		dropped("the index of the portal holds only [0]", "enstruList"),
		dropped(technical, "systemId", "indexDate"),
	)

	lot = join(lotFields, nested(plain("id", "numberAnno", "publishDate", "startDate", "endDate", "refSubjectTypeId", "refTradeMethodsId"), "TrdBuy"))

	cancellation = join(
		plain("id", "trdBuyId", "dateDecision", "dateCreate", "typeActionsCode"),
		texts("numberDecision", "nameAuthority", "actTypeNameRu", "actTypeNameKz", "typeActionsNameRu", "typeActionsNameKz"),
		dropped(technical, "systemId", "indexDate"),
	)

	pause = join(
		plain("id", "status", "dateCreate", "datePause", "decideDate"),
		texts("decideNumber", "statusNameRu", "statusNameKz", "solutionNameRu", "solutionNameKz"),
		dropped("free text of the decision, which names persons", "decideDocRu", "decideDocKz"),
		dropped("the suspended lots show it by their own status", "lots"),
		dropped(technical, "systemId", "indexDate"),
	)

	announcement = join(
		plain("id", "numberAnno", "totalSum", "countLots", "refTradeMethodsId", "refSubjectTypeId", "customerPid", "orgPid", "refBuyStatusId", "publishDate", "startDate", "endDate",
			"repeatStartDate", "repeatEndDate", "itogiDatePublic", "discusStartDate", "discusEndDate", "refTypeTradeId", "parentId", "idSupplier", "disablePersonId", "singlOrgSign",
			"isLightIndustry", "isConstructionWork", "refSpecPurchaseTypeId", "finYear", "kato", "lastUpdateDate", "isDeleted"),
		numbers("customerBin", "orgBin", "biinSupplier"),
		names("customerBin", "customerNameRu", "customerNameKz"),
		names("orgBin", "orgNameRu", "orgNameKz"),
		texts("nameRu", "nameKz"),
		owned(subject, "orgBin", "Organizer"),
		nested(lotFields, "Lots"),
		nested(file, "Files", "GeneralFiles"),
		nested(dictionary, "RefTradeMethods", "RefSubjectType", "RefBuyStatus", "RefTypeTrade"),
		dropped(person, "Commission"),
		nested(cancellation, "Cancel"),
		nested(pause, "Pause"),
		dropped(unused, "Attrs"),
		dropped("complaints have documents of their own", "ComplaintAppeal"),
		dropped(technical, "systemId", "indexDate"),
	)

	offer = plain("id", "pointId", "lotId", "appLotId", "price", "amount")

	bidLot = join(
		plain("id", "appId", "lotId", "pointList", "statusId", "price", "amount", "discountValue", "discountPrice"),
		nested(dictionary, "RefAppStatus"),
		nested(offer, "Offers"),
		dropped("the lot has a document of its own", "Lot"),
		dropped("the plan point has a document of its own", "Plans"),
		dropped(technical, "systemId", "indexDate"),
	)

	bid = join(
		plain("id", "buyId", "supplierId", "protId", "protNumber", "dateApply"),
		numbers("supplierBinIin"),
		owned(subject, "supplierBinIin", "Supplier"),
		nested(bidLot, "AppLots"),
		nested(plain("id", "numberAnno"), "TrdBuy"),
		dropped(person, "crFio", "modFio"),
		dropped(technical, "systemId", "indexDate"),
	)

	certificate = join(
		plain("id", "unitId", "certTypeId", "idn", "startDate", "endDate"),
		texts("certNumber"),
	)

	specSum = plain("id", "contractId", "unitId", "finYear", "refFkrbId", "refEkrbId", "planSum", "planSunWithVat", "totalSum", "totalSumWithVat", "factSum", "factSumWithVat",
		"totalAvansPerc", "pointSpecId", "specId", "factAvansSum", "factSumInCurrency", "totalSumInCurrency", "refFkrbProgramId", "refFkrbSubprogramId")

	treasury = join(
		plain("id", "contractId", "refEkrbId", "amount", "finYear", "createDate", "pid", "requestNumber", "requestDate", "rootRequestNumber", "notificationNumber", "notificationDate",
			"lastUpdateDate", "prepaymentProc", "summAvans", "year2", "year3", "refFkrbId", "refFkrbProgramId", "refFkrbSubprogramId"),
		texts("rejectReason"),
		dropped("free text of the request, which may repeat bank details", "description"),
	)

	contractPayment = plain("id", "contractId", "actId", "createDate", "paySum", "specId", "payDate", "currency", "rate")

	actPlace = join(
		plain("id", "actId", "unitId", "quantity", "amount", "createDate", "capNumber", "ntinCode", "payNoAvansSum"),
		texts("period"),
		dropped("free text, which names persons who took over", "info"),
		dropped("the line of the contract says it", "ContractUnits"),
	)

	act = join(
		plain("id", "aktDate", "createDateAct", "approveDate", "revokeDate", "createDateGenInfo", "contractId", "contractRootId", "statusId", "isDeleted", "typeAct", "refSubjectTypeId",
			"parentId", "supplierId", "customerId", "isGu", "allDone", "sumAvans", "sumBeginning", "sumPreviously", "sumFine", "sumTransfer", "dayOverdue"),
		texts("numberAct", "statusNameRu", "statusNameKz"),
		nested(actPlace, "Place"),
		dropped("splits the sums of the lines by budget line", "SpecSum"),
		nested(file, "File"),
		nested(dictionary, "RefSubjectType"),
		dropped(person, "Members", "Signature", "AditSignatures"),
		dropped("the contract and its parties have documents of their own", "Supplier", "Customer", "Contract", "ContractRoot"),
		dropped("the act before has a document of its own", "ParentAct"),
		dropped(technical, "systemId", "indexDate"),
	)

	treasuryPay = join(
		plain("id", "contractId", "nomZa", "dtReg", "nomUved", "nomDog", "dtDog", "nomDop", "dtDop", "vendorId", "quantity", "unitPrice", "typeBujet", "kato", "func", "espk", "gu",
			"finSource", "prepaySum", "strPrepaySum", "payAmount", "payDate", "invnum", "checkNumber", "checkId", "invoiceId", "ppn", "poHeaderId", "codeCombinationId", "accountingDate",
			"lastUpdateDate", "pdiUpdateDate", "isDeleted"),
		texts("budgetNameRu", "budgetNameKz"),
		numbers("rnnSupplier", "codeSupplier"),
		names("rnnSupplier", "supplier"),
		dropped(bank, "bikSupplier", "iikSupplier"),
		dropped("free text of the payment, which may name persons and accounts", "payDescription", "itemDescription"),
		dropped(technical, "systemId", "indexDate"),
	)

	waybillItem = join(
		plain("id", "waybillId", "unitId", "itemNumber", "countToRelease", "countReleased"),
		texts("nameRu", "nameKz", "additionalDescRu", "additionalDescKz"),
	)

	waybill = join(
		plain("id", "aktId", "contractId", "crdate", "statusId", "waybillNumber", "preparationDate", "approveDate", "isDeleted"),
		nested(waybillItem, "Items"),
		dropped("act and contract have documents of their own", "Act", "Contract"),
		dropped(person, "responsibleFullname", "procuratoryHolder", "procuratoryNumber", "procuratoryDate", "cruserId", "Members"),
		dropped("free text about the carrier, who may be a natural person", "transportOrganization", "transportWaybillData"),
		dropped("scan that bears signatures", "fileId"),
		dropped(technical, "systemId", "indexDate"),
	)

	complaint = join(
		plain("id", "trdBuyId", "numberAppeal", "complaintId", "sysSubjectId", "type", "status", "active", "dateApply", "startDate", "endDate", "decisionDate", "inspectSubjId", "crdate",
			"lastUpdateDate", "isDeleted"),
		dropped("officials who typed it in", "inspectUserId", "cruser", "modifiedBy"),
		dropped("letters, which name persons", "Files"),
		dropped("the announcement has a document of its own", "TrdBuy"),
		dropped(technical, "systemId", "indexDate"),
	)

	blacklistDecision = join(
		plain("id", "pid", "courtDecisionDate", "sendDate", "approveDate", "startDate", "endDate", "refReasonId", "katoList", "systemId"),
		numbers("customerBiin", "supplierBiin"),
		foreignNumbers("supplierInnunp"),
		names("customerBiin", "customerNameRu", "customerNameKz"),
		names("supplierBiin", "supplierNameRu", "supplierNameKz"),
		texts("courtDecision"),
		nested(dictionary, "RefReason"),
		dropped(person, "supplierHeadNameRu", "supplierHeadNameKz", "supplierHeadBiin", "founders", "Founders"),
		dropped(technical, "indexDate"),
	)

	blacklist = join(
		plain("id", "pid", "katoList", "systemId", "startDate", "endDate"),
		numbers("supplierBiin"),
		foreignNumbers("supplierInnunp"),
		names("supplierBiin", "supplierNameRu", "supplierNameKz"),
		nested(blacklistDecision, "Detail"),
		dropped(technical, "indexDate"),
	)

	qualifiedSupplier = join(
		plain("id", "rqcApplicationId", "truId", "pid", "statusId", "code", "includeDocNumber", "startDate", "endDate"),
		texts("countryNameRu", "countryNameKz"),
		numbers("supplierBiin"),
		names("supplierBiin", "subjectNameRu", "subjectNameKz"),
		dropped(technical, "systemId", "indexDate"),
	)

	contractUnit = join(
		plain("id", "contractRegistryId", "lotId", "plnPointId", "trdBuyId", "itemPrice", "itemPriceWnds", "quantity", "totalSum", "totalSumWnds", "contractSum", "contractSumWnds",
			"factSum", "factSumWnds", "ksProc", "ksSum", "deleted", "crDeleted", "crdate", "execPlanDate", "execFaktDate", "executed", "parentId", "rootId", "refContractStatusId",
			"refAmendmAgreemJustifId", "refEnstruCode"),
		nested(planPoint, "Plans"),
		nested(certificate, "ContractUnitsCert"),
		nested(specSum, "Spec"),
		dropped("local content by class of goods; localContentPercent says it for the line", "Kzs"),
		dropped(technical, "systemId", "indexDate"),
	)

	contract = join(
		plain("id", "rootId", "parentId", "contractNumber", "contractNumberSys", "refContractTypeId", "refContractStatusId", "deleted", "trdBuyId", "trdBuyNumberAnno",
			"trdBuyItogiDatePublic", "faktTradeMethodsId", "supplierId", "customerId", "refSubjectTypeId", "refSubjectTypesId", "refFinsourceId", "finYear", "refContractYearTypeId", "isGu",
			"refContractAgrFormId", "contractSum", "contractSumWnds", "faktSum", "faktSumWnds", "withNds", "refCurrencyCode", "exchangeRate", "contractMs", "enforcement", "crdate",
			"lastUpdateDate", "signDate", "ecEndDate", "planExecDate", "faktExecDate", "contractEndDate", "signReasonDocDate", "refAmendmAgreemJustifId", "refContractCancelId",
			"treasureReqNum", "treasureReqDate", "treasureNotNum", "treasureNotDate"),
		numbers("supplierBiin", "customerBin"),
		texts("descriptionRu", "descriptionKz", "trdBuyNameRu", "trdBuyNameKz", "signReasonDocName"),
		owned(subject, "supplierBiin", "Supplier"),
		owned(subject, "customerBin", "Customer"),
		nested(contractUnit, "ContractUnits"),
		nested(file, "File", "Files"),
		nested(plain("id", "numberAnno"), "TrdBuy"),
		nested(dictionary, "RefContractStatus", "RefContractType", "RefSubjectType", "FaktTradeMethods", "RefFinsource", "RefContractYearType", "RefContractAgrForm", "RefContractCancel",
			"RefCurrency", "RefAmendmAgreemJustif"),
		dropped(person, "supplierFio", "customerFio", "Agreement"),
		dropped(contact, "supplierPhone", "customerPhone", "supplierLegalAddress", "customerLegalAddress"),
		dropped(bank, "supplierBik", "supplierIik", "supplierBankNameKz", "supplierBankNameRu", "supplierBillId", "SupplierBills",
			"customerBik", "customerIik", "customerBankNameKz", "customerBankNameRu", "customerBillId", "CustomerBills"),
		dropped("free text of payment terms, which may repeat bank details", "paymentsTermsRu", "paymentsTermsKz"),
		dropped("steps of approval inside the parties", "ecCustomerApprove", "ecSupplierApprove", "reportStatus", "reportCreatedAt", "reportSignAt"),
		nested(treasury, "ContractTreas"),
		nested(contractPayment, "ContractPayment"),
		nested(specSum, "ContractSpecSum"),
		nested(act, "Acts"),
		nested(treasuryPay, "TreasuryPay"),
		nested(waybill, "ContractWaybill"),
		dropped("report of the parties on a single-source purchase, a file that names persons", "ReportFile"),
		dropped("the first row of the chain has a document of its own", "ContractRoot"),
		dropped(technical, "systemId", "indexDate"),
	)
)
