package mapping

import "github.com/kzocds/kzocds/proto/source"

// Tables lists all mapping tables. The code of the mapping runs on them and
// docs/mapping is generated from them.
func Tables() []*Table {
	return []*Table{
		announcementTable, cancellationTable, suspensionTable, fileTable, complaintTable,
		lotTable, lotItemTable, lotPointTable, deliveryTermsTable,
		bidApplicationTable, bidTable, offerTable,
		contractTable, directTable, valueTable, amendmentTable, unitTable, certificateTable, specSumTable, treasuryTable, contractPaymentTable,
		actTable, actPlaceTable, paymentTable, waybillTable, waybillItemTable,
		planTable, planTenderTable, planItemTable, planBudgetLineTable, planDeliveryTable,
		subjectTable, addressTable, blacklistTable, decisionTable, qualificationTable,
	}
}

var announcementTable = compile(Table{Entity: source.TrdBuy, Object: "tender", Fields: []Field{
	{"id", "portalId", asID, "id of the newest revision; also the address of the announcement's page"},
	{"numberAnno", "tenderNumber", asText, "without its revision it is tender.id and the ocid"},
	{"nameRu", "title", asText, ""},
	{"nameKz", "title_kk", asText, ""},
	{"totalSum", "value", asMoney, ""},
	{"refBuyStatusId|RefBuyStatus.id", "status", asBuyStatus, "complete becomes unsuccessful when every lot failed"},
	{"refBuyStatusId|RefBuyStatus.id", "statusDetails", asID, ""},
	{"refTradeMethodsId|RefTradeMethods.id", "procurementMethod", asMethodClass, ""},
	{"refTradeMethodsId|RefTradeMethods.id", "procurementMethodDetails", asMethod, "when absent, the method on which all lots agree; the method also tells awardCriteria and submissionMethod"},
	{"refSubjectTypeId|RefSubjectType.id", "mainProcurementCategory", asCategory, ""},
	{"refSubjectTypeId|RefSubjectType.id", "additionalProcurementCategories", asOtherCategory, ""},
	{"publishDate", "datePublished", asDate, ""},
	{"startDate", "tenderPeriod.startDate", asDate, "durationInDays of all periods is counted from their dates"},
	{"endDate", "tenderPeriod.endDate", asDate, "also the start of awardPeriod"},
	{"repeatStartDate", "additionalSubmissionPeriod.startDate", asDate, ""},
	{"repeatEndDate", "additionalSubmissionPeriod.endDate", asDate, ""},
	{"discusStartDate", "enquiryPeriod.startDate", asDate, "preliminary discussion of the documentation"},
	{"discusEndDate", "enquiryPeriod.endDate", asDate, ""},
	{"itogiDatePublic", "dateResultsPublished", asDate, "also the date of awards and the end of awardPeriod"},
	{"refTypeTradeId|RefTypeTrade.id", "purchaseTypeId", listed("purchaseType"), ""},
	{"kato", "deliveryRegions", asIDs, ""},
	{"finYear", "budgetYears", asYears, ""},
	{"disablePersonId", "reservedForDisabled", asFlag, ""},
	{"singlOrgSign", "centralisedProcurement", asFlag, ""},
	{"isLightIndustry", "isLightIndustry", asFlag, ""},
	{"isConstructionWork", "isConstructionWork", asFlag, ""},
	{"refSpecPurchaseTypeId", "isSpecialOrder", asFlag, ""},
	{"orgBin|orgPid|orgNameRu|orgNameKz|Organizer", "", read, "parties[] with role procuringEntity; tender.procuringEntity"},
	{"customerBin|customerPid|customerNameRu|customerNameKz", "", read, "buyer, when the announcement names one customer"},
	{"parentId", "", read, "relatedProcesses[] unsuccessfulProcess: the purchase that this one repeats"},
	{"biinSupplier|idSupplier", "", read, "award to the supplier of a single-source purchase without bids and contracts"},
	{"Lots", "", read, "lots that have no document of their own"},
	{"Files|GeneralFiles", "", read, "tender.documents[]"},
	{"Cancel", "", read, "tender.cancellation"},
	{"Pause", "", read, "tender.suspension"},
	{"isDeleted", "", read, "a deleted revision is passed over"},
	{"countLots", "", read, "compared with the lots stored: source.lots.missing"},
	{"lastUpdateDate", "", read, "release date, through the extractor's change time"},
}})

var cancellationTable = compile(Table{Entity: source.TrdBuy, Nested: "Cancel", Object: "tender.cancellation", Fields: []Field{
	{"numberDecision", "number", asText, ""},
	{"dateDecision", "date", asDate, ""},
	{"dateCreate", "dateEffective", asDate, ""},
	{"nameAuthority", "authority", asText, ""},
	{"actTypeNameRu", "act", asText, ""},
	{"actTypeNameKz", "act_kk", asText, ""},
	{"typeActionsNameRu", "outcome", asText, ""},
	{"typeActionsNameKz", "outcome_kk", asText, ""},
	{"id|trdBuyId|typeActionsCode", "", read, "order; the code has one value in what was seen"},
}})

var suspensionTable = compile(Table{Entity: source.TrdBuy, Nested: "Pause", Object: "tender.suspension", Fields: []Field{
	{"decideNumber", "number", asText, ""},
	{"decideDate|dateCreate", "date", asDate, ""},
	{"datePause", "dateEffective", asDate, ""},
	{"statusNameRu", "act", asText, ""},
	{"statusNameKz", "act_kk", asText, ""},
	{"solutionNameRu", "outcome", asText, ""},
	{"solutionNameKz", "outcome_kk", asText, ""},
	{"id|status", "", read, "order; the name says the status"},
}})

var fileTable = compile(Table{Entity: source.TrdBuy, Nested: "Files", Object: "tender.documents[]", Fields: []Field{
	{"nameRu|originalName", "title", asText, "the type is found by a word of the name"},
	{"nameKz", "title_kk", asText, ""},
	{"filePath|filePathRu", "url", asText, ""},
	{"id|filePathKz|objectId|trdBuyId|indexDate", "", read, "id, else the last part of the address"},
}})

var lotTable = compile(Table{Entity: source.Lots, Object: "tender.lots[]", Fields: []Field{
	{"id", "id", asID, ""},
	{"lotNumber", "lotNumber", asText, "its first part is the root id of the plan point, unless the lot is united"},
	{"nameRu", "title", asText, ""},
	{"nameKz", "title_kk", asText, ""},
	{"descriptionRu", "description", asText, ""},
	{"descriptionKz", "description_kk", asText, ""},
	{"amount", "value", asMoney, ""},
	{"count", "quantity", asNumber, ""},
	{"refLotStatusId|RefLotsStatus.id", "status", asLotStatus, ""},
	{"refLotStatusId|RefLotsStatus.id", "statusDetails", asID, ""},
	{"refBuyTradeMethodsId|RefBuyTradeMethods.id", "procurementMethodDetails", asMethod, ""},
	{"refTradeMethodsId|RefTradeMethods.id", "plannedProcurementMethodDetails", asMethod, ""},
	{"plnPointKatoList", "deliveryPlaces", asIDs, ""},
	{"unionLots", "isUnited", asFlag, ""},
	{"dumping", "antiDumping", asFlag, ""},
	{"psdSign", "designDocumentsId", listed("designDocuments"), ""},
	{"consultingServices", "isConsulting", asFlag, ""},
	{"disablePersonId", "reservedForDisabled", asFlag, ""},
	{"singlOrgSign", "centralisedProcurement", asFlag, ""},
	{"isLightIndustry", "isLightIndustry", asFlag, ""},
	{"isConstructionWork", "isConstructionWork", asFlag, ""},
	{"customerBin|customerId|customerNameRu|customerNameKz|Customer", "", read, "lots[].buyer and parties[] with role buyer"},
	{"pointList|plnPointId|plnPointRootrecordId|Plans", "", read, "tender.items[], lots[].planPoints and lotPoints, lots[].deliveryTerms, relatedProcesses[] planning"},
	{"trdBuyId", "", read, "lots of older revisions are withdrawn"},
	{"trdBuyNumberAnno|TrdBuy", "", read, "the process, when the announcement has no document; category and publication date from TrdBuy"},
	{"isDeleted", "", read, "a deleted lot is withdrawn"},
	{"Files", "", read, "tender.documents[] with relatedLots"},
	{"dumpingLotPrice", "", read, "not published: always 0 in what was seen"},
	{"lastUpdateDate", "", read, "release date, through the extractor's change time"},
}})

// lotItemTable makes an item of a lot that no plan point describes.
var lotItemTable = compile(Table{Entity: source.Lots, Object: "tender.items[]", About: "of a lot without plan point", Fields: []Field{
	{"nameRu", "description", asText, ""},
	{"nameKz", "description_kk", asText, ""},
	{"count", "quantity", asNumber, "not for united lots, where it counts plan points"},
}})

var bidTable = compile(Table{Entity: source.TrdApp, Nested: "AppLots", Object: "bids.details[]", Fields: []Field{
	{"id", "id", asID, "one bid for each lot of an application"},
	{"amount", "value", asMoney, ""},
	{"price", "unitPrice", asMoney, ""},
	{"discountValue", "discountPercent", asNumber, ""},
	{"discountPrice", "discountedUnitPrice", asMoney, "0 means none"},
	{"statusId|RefAppStatus.id", "statusDetails", listed("bidStatusDetails"), ""},
	{"RefAppStatus", "", read, "bids.details[].status, by id or name: rejected is disqualified, withdrawn withdrawn, any other valid; winner and second winner make awards[]"},
	{"lotId", "", read, "bids.details[].relatedLots"},
	{"Offers", "", read, "bids.details[].bidPoints, when the bid offers for several plan points"},
	{"appId|pointList", "", read, "not published: the application and the offers say the same"},
}})

var bidApplicationTable = compile(Table{Entity: source.TrdApp, Object: "bids.details[]", Fields: []Field{
	{"id", "application", asID, ""},
	{"dateApply", "date", asDate, ""},
	{"supplierBinIin|supplierId|Supplier", "", read, "bids.details[].tenderers and parties[] with role tenderer"},
	{"AppLots", "", read, "one bid for each"},
	{"buyId|TrdBuy", "", read, "links the bid to its announcement"},
	{"protNumber", "protocolNumber", asText, ""},
	{"protId", "", read, "not published: the number names the protocol"},
}})

var contractTable = compile(Table{Entity: source.Contract, Object: "contracts[]", Fields: []Field{
	{"rootId|id", "id", asID, "the chain's first row names the contract"},
	{"rootId|id", "rootId", asID, ""},
	{"id", "versionId", asID, ""},
	{"parentId", "parentId", asID, ""},
	{"contractNumber", "number", asText, ""},
	{"contractNumberSys", "systemNumber", asText, "begins with the customer's BIN, which serves when customerBin is absent"},
	{"descriptionRu|trdBuyNameRu", "title", asText, ""},
	{"descriptionKz|trdBuyNameKz", "title_kk", asText, ""},
	{"refContractStatusId|RefContractStatus.id", "status", asContractStatus, ""},
	{"refContractStatusId|RefContractStatus.id", "statusDetails", asID, ""},
	{"contractSumWnds|contractSum", "value", asMoney, "with value added tax when the portal gives it"},
	{"contractSum", "netValue", asMoney, "only beside a value with tax"},
	{"faktSumWnds|faktSum", "amountPaid", asMoney, ""},
	{"signDate", "dateSigned", asDate, "of the first row"},
	{"signDate", "period.startDate", asDate, "of the first row"},
	{"ecEndDate", "period.endDate", asDate, ""},
	{"planExecDate", "plannedCompletionDate", asDate, ""},
	{"faktExecDate", "dateCompleted", asDate, ""},
	{"contractEndDate", "dateTerminated", asDate, ""},
	{"refContractCancelId|RefContractCancel.id", "terminationGroundId", listed("terminationGround"), ""},
	{"RefContractCancel.nameRu", "terminationGround", asText, ""},
	{"faktTradeMethodsId|FaktTradeMethods.id", "procurementMethodDetails", asMethod, ""},
	{"finYear", "budgetYear", asInteger, ""},
	{"refFinsourceId|RefFinsource.id", "fundingSourceId", listed("fundingSource"), ""},
	{"refContractAgrFormId|RefContractAgrForm.id", "formId", listed("contractForm"), ""},
	{"isGu", "isPublicBody", asFlag, ""},
	{"contractMs", "localContentPercent", asNumber, ""},
	{"treasureNotDate", "dateRegistered", asDate, ""},
	{"refContractYearTypeId|RefContractYearType.id", "", read, "multiAnnual: 1 one year, 2 several"},
	{"enforcement", "", read, "hasSecurity: 1 with, 2 without"},
	{"withNds", "", read, "value.valueAddedTaxIncluded"},
	{"treasureReqNum|treasureReqDate|treasureNotNum", "", read, "treasuryRegistration: a notice was given"},
	{"refCurrencyCode|RefCurrency", "", read, "currency of all sums of the contract"},
	{"exchangeRate", "exchangeRate", asNumber, "not for contracts in tenge"},
	{"deleted|refContractTypeId|RefContractType|crdate", "", read, "order of the chain; deleted rows are passed over"},
	{"supplierId|supplierBiin|Supplier", "", read, "contracts[].suppliers, awards[].suppliers, parties[] with role supplier"},
	{"customerId|customerBin|Customer", "", read, "contracts[].buyer, buyer of a direct contract, parties[] with role buyer"},
	{"trdBuyId|trdBuyNumberAnno|TrdBuy", "", read, "the process, when the announcement has no document"},
	{"trdBuyItogiDatePublic|signReasonDocDate", "", read, "date of an award that the contract alone shows"},
	{"signReasonDocName", "", read, "not published: names the protocol that the award already tells of"},
	{"refAmendmAgreemJustifId|RefAmendmAgreemJustif", "", read, "amendments[].rationaleIds"},
	{"ContractUnits", "", read, "contracts[].items[] and related lots"},
	{"ContractSpecSum", "", read, "contracts[].budgetLines[]; advancePercent when all lines agree on it"},
	{"ContractTreas", "", read, "contracts[].treasuryRegistrations[]"},
	{"ContractPayment", "", read, "contracts[].implementation.transactions[] of contracts that the treasury does not pay"},
	{"Acts", "", read, "contracts[].implementation.milestones[] of acts that have no document of their own"},
	{"TreasuryPay", "", read, "contracts[].implementation.transactions[] of payments that have no document of their own"},
	{"ContractWaybill", "", read, "contracts[].implementation.waybills[] of waybills that have no document of their own"},
	{"File|Files", "", read, "contracts[].documents[]: contractSigned of the first row, contractAnnexe of additional agreements"},
	{"lastUpdateDate", "", read, "release date, through the extractor's change time"},
}})

// directTable is what a contract without announcement tells of the tender that it
// stands in for.
var directTable = compile(Table{Entity: source.Contract, Object: "tender", About: "of a contract without announcement", Fields: []Field{
	{"refSubjectTypeId|refSubjectTypesId|RefSubjectType.id", "mainProcurementCategory", asCategory, ""},
	{"refSubjectTypeId|refSubjectTypesId|RefSubjectType.id", "additionalProcurementCategories", asOtherCategory, ""},
	{"faktTradeMethodsId", "", read, "tender.procurementMethod: that of the method; direct when none is told, empty when it is not known"},
	{"refContractStatusId", "", read, "tender.status: active until the contract is signed, then complete, cancelled with it"},
}})

// valueTable is what was awarded with a contract.
var valueTable = compile(Table{Entity: source.Contract, Object: "awards[]", Fields: []Field{
	{"contractSumWnds|contractSum", "value", asMoney, "of the first row, for awards that the contract alone shows; also tender.value of a direct contract"},
}})

var amendmentTable = compile(Table{Entity: source.Contract, Object: "contracts[].amendments[]", Fields: []Field{
	{"id", "id", asID, "each later row of the chain that was concluded"},
	{"contractNumber|contractNumberSys", "number", asText, ""},
	{"descriptionRu", "description", asText, ""},
	{"RefAmendmAgreemJustif.nameRu", "rationale", asText, "the first ground"},
	{"signDate|crdate", "date", asDate, ""},
	{"contractSumWnds|contractSum", "value", asMoney, "in the currency of the agreement"},
	{"contractSum", "netValue", asMoney, "only beside a value with tax"},
	{"exchangeRate", "exchangeRate", asNumber, "not for agreements in tenge"},
	{"refAmendmAgreemJustifId", "rationaleIds", listedAll("amendmentGround"), ""},
	{"refContractStatusId|RefContractStatus.id", "statusDetails", asID, ""},
}})

var unitTable = compile(Table{Entity: source.Contract, Nested: "ContractUnits", Object: "contracts[].items[]", Fields: []Field{
	{"rootId|id", "id", asID, "the same through all versions of the contract"},
	{"quantity", "quantity", asNumber, ""},
	{"itemPriceWnds|itemPrice", "unit.value", asMoney, ""},
	{"totalSumWnds|totalSum", "value", asMoney, "also the value of an award that the contract alone shows, per lot"},
	{"totalSum", "netValue", asMoney, "only beside a sum with tax"},
	{"factSumWnds|factSum", "amountPaid", asMoney, "0 means none"},
	{"ksProc", "localContentPercent", asNumber, ""},
	{"execPlanDate", "plannedCompletionDate", asDate, ""},
	{"execFaktDate", "dateCompleted", asDate, ""},
	{"Plans.nameRu|Plans.RefEnstru.nameRu", "description", asText, "when absent, from the lot's item"},
	{"Plans.nameKz|Plans.RefEnstru.nameKz", "description_kk", asText, ""},
	{"lotId", "relatedLot", asID, ""},
	{"plnPointId", "", read, "class, unit and relatedPlanPoint from the plan point"},
	{"refEnstruCode", "", read, "class, when the plan point is unknown"},
	{"Plans", "", read, "class, unit, place of delivery"},
	{"ContractUnitsCert", "", read, "contracts[].items[].certificates[]"},
	{"Spec", "", read, "contracts[].budgetLines[] that the contract itself does not list"},
	{"deleted|crDeleted", "", read, "deleted lines are passed over"},
	{"ksSum", "", read, "not published: follows from localContentPercent and the sum"},
	{"contractSum|contractSumWnds|refContractStatusId|refAmendmAgreemJustifId", "", read, "not published: repeats the contract"},
	{"contractRegistryId|trdBuyId|crdate|executed|parentId", "", read, "not published: technical links and marks; dates and paid sums say the same"},
}})

var certificateTable = compile(Table{Entity: source.Contract, Nested: "ContractUnits.ContractUnitsCert", Object: "contracts[].items[].certificates[]", Fields: []Field{
	{"id", "id", asID, ""},
	{"certTypeId", "typeId", listed("certificateType"), ""},
	{"certNumber", "number", asText, ""},
	{"startDate", "startDate", asDate, ""},
	{"endDate", "endDate", asDate, ""},
	{"unitId|idn", "", read, "not published: technical links"},
}})

var specSumTable = compile(Table{Entity: source.Contract, Nested: "ContractSpecSum", Object: "contracts[].budgetLines[]", Fields: []Field{
	{"id", "id", asID, ""},
	{"finYear", "year", asInteger, ""},
	{"refFkrbProgramId", "programme", asID, ""},
	{"refFkrbSubprogramId", "subprogramme", asID, ""},
	{"refEkrbId", "expenseClass", asID, ""},
	{"planSunWithVat|planSum", "plannedValue", asMoney, ""},
	{"totalSumWithVat|totalSum", "value", asMoney, "with value added tax when the portal gives it"},
	{"factSumWithVat|factSum", "amountPaid", asMoney, ""},
	{"totalAvansPerc", "advancePercent", asNumber, ""},
	{"factAvansSum", "advancePaid", asMoney, ""},
	{"unitId", "", read, "relatedItem"},
	{"contractId|pointSpecId|specId|refFkrbId|factSumInCurrency|totalSumInCurrency", "", read, "not published: technical links, and sums that the contract says in its currency"},
}})

var treasuryTable = compile(Table{Entity: source.Contract, Nested: "ContractTreas", Object: "contracts[].treasuryRegistrations[]", Fields: []Field{
	{"id", "id", asID, ""},
	{"requestNumber", "requestNumber", asText, ""},
	{"requestDate", "dateRequested", asDate, ""},
	{"notificationNumber", "noticeNumber", asText, ""},
	{"notificationDate", "dateRegistered", asDate, ""},
	{"finYear", "year", asInteger, ""},
	{"refEkrbId", "expenseClass", asID, ""},
	{"amount", "value", asMoney, ""},
	{"prepaymentProc", "advancePercent", asNumber, ""},
	{"summAvans", "advanceValue", asMoney, ""},
	{"rejectReason", "rejectionReason", asText, ""},
	{"contractId|createDate|lastUpdateDate|rootRequestNumber|pid|refFkrbId|refFkrbProgramId|refFkrbSubprogramId|year2|year3", "", read, "not published: technical links; the sums of later years stand in budgetLines"},
}})

var contractPaymentTable = compile(Table{Entity: source.Contract, Nested: "ContractPayment", Object: "contracts[].implementation.transactions[]", Fields: []Field{
	{"id", "id", asID, "pay-<id>"},
	{"payDate|createDate", "date", asDate, ""},
	{"paySum", "value", asMoney, "in the payment's currency"},
	{"actId", "", read, "relatedAct"},
	{"currency", "", read, "currency of the payment"},
	{"contractId|specId|rate", "", read, "not published: technical links; no sum is converted"},
}})

var actTable = compile(Table{Entity: source.Act, Object: "contracts[].implementation.milestones[]", Fields: []Field{
	{"id", "id", asID, "act-<id>"},
	{"numberAct", "number", asText, "also the title"},
	{"aktDate", "dateSigned", asDate, ""},
	{"approveDate", "dateMet", asDate, "status met; without it scheduled"},
	{"revokeDate", "dateRevoked", asDate, "status notMet"},
	{"statusId", "statusDetails", listed("actStatus"), ""},
	{"sumAvans", "advanceValue", asMoney, "0 means none"},
	{"sumBeginning", "paidBefore", asMoney, "0 means none"},
	{"sumPreviously", "acceptedBefore", asMoney, "0 means none"},
	{"sumFine", "penalty", asMoney, "0 means none"},
	{"sumTransfer", "payableValue", asMoney, "given by REST only"},
	{"dayOverdue", "daysOverdue", asWhole, ""},
	{"allDone", "isFinal", asFlag, ""},
	{"typeAct", "", read, "isPaper: 1 electronic, 2 on paper"},
	{"parentId", "", read, "corrects"},
	{"contractId|contractRootId", "", read, "the contract"},
	{"Place", "", read, "acceptedItems[]; their sum is value"},
	{"File", "", read, "contracts[].implementation.documents[], type completionCertificate"},
	{"isDeleted", "", read, "a deleted act is a milestone that was not met"},
	{"statusNameRu|statusNameKz", "", read, "not published: titles of statusDetails"},
	{"createDateAct|createDateGenInfo|refSubjectTypeId|supplierId|customerId|isGu|RefSubjectType", "", read, "not published: steps of typing it in, and what the contract says"},
}})

var actPlaceTable = compile(Table{Entity: source.Act, Nested: "Place", Object: "contracts[].implementation.milestones[].acceptedItems[]", Fields: []Field{
	{"id", "id", asID, ""},
	{"quantity", "quantity", asNumber, ""},
	{"amount", "value", asMoney, ""},
	{"period", "period", asText, ""},
	{"unitId", "", read, "relatedItem"},
	{"actId|createDate|capNumber|ntinCode|payNoAvansSum", "", read, "not published: technical links; what is left to pay follows from the sums"},
}})

var paymentTable = compile(Table{Entity: source.TreasuryPay, Object: "contracts[].implementation.transactions[]", Fields: []Field{
	{"id", "id", asID, ""},
	{"payDate", "date", asDate, ""},
	{"payAmount", "value", asMoney, "in tenge; when absent, the advance"},
	{"prepaySum", "advanceValue", asMoney, "0 means none"},
	{"nomZa", "requestNumber", asText, ""},
	{"nomUved", "noticeNumber", asText, ""},
	{"dtReg", "dateRegistered", asDate, ""},
	{"typeBujet", "budgetLevel", asText, ""},
	{"func", "budgetClass", asText, ""},
	{"espk", "expenseClass", asText, ""},
	{"gu", "institutionCode", asText, ""},
	{"finSource", "fundingSourceId", listed("fundingSource"), ""},
	{"kato", "treasuryOffice", asText, "code of the treasury office, whatever its name says"},
	{"contractId", "", read, "the contract; its buyer pays, its supplier is paid"},
	{"isDeleted", "", read, "a payment taken back is passed over"},
	{"budgetNameRu|budgetNameKz", "", read, "not published: titles of budgetLevel"},
	{"nomDog|dtDog|nomDop|dtDop|supplier|rnnSupplier|codeSupplier|vendorId", "", read, "not published: repeats the contract and its supplier"},
	{"quantity|unitPrice", "", read, "not published: the portal swaps the two"},
	{"invnum|checkNumber|checkId|invoiceId|ppn|poHeaderId|codeCombinationId|accountingDate|lastUpdateDate|pdiUpdateDate|strPrepaySum", "", read, "not published: numbers inside the treasury's own system"},
}})

var waybillTable = compile(Table{Entity: source.Waybill, Object: "contracts[].implementation.waybills[]", Fields: []Field{
	{"id", "id", asID, ""},
	{"waybillNumber", "number", asText, ""},
	{"statusId", "statusDetails", asID, ""},
	{"preparationDate|crdate", "date", asDate, ""},
	{"approveDate", "dateApproved", asDate, ""},
	{"aktId", "", read, "relatedAct"},
	{"contractId", "", read, "the contract"},
	{"Items", "", read, "items[]"},
	{"isDeleted", "", read, "a deleted waybill is passed over"},
}})

var waybillItemTable = compile(Table{Entity: source.Waybill, Nested: "Items", Object: "contracts[].implementation.waybills[].items[]", Fields: []Field{
	{"id", "id", asID, ""},
	{"nameRu", "description", asText, ""},
	{"nameKz", "description_kk", asText, ""},
	{"countToRelease", "quantityToRelease", asNumber, ""},
	{"countReleased", "quantityReleased", asNumber, ""},
	{"unitId", "", read, "relatedItem"},
	{"waybillId|itemNumber|additionalDescRu|additionalDescKz", "", read, "not published: order and repetitions of the name"},
}})

var complaintTable = compile(Table{Entity: source.Complaint, Object: "complaints[]", Fields: []Field{
	{"id", "id", asID, ""},
	{"numberAppeal", "number", asText, ""},
	{"status", "statusDetails", asID, "the dictionary is not known; status follows from the dates"},
	{"type", "typeId", listed("complaintType"), ""},
	{"dateApply", "dateReceived", asDate, ""},
	{"startDate", "dateReview", asDate, ""},
	{"endDate", "dateReviewDue", asDate, ""},
	{"decisionDate", "dateResolved", asDate, ""},
	{"sysSubjectId", "", read, "complainer"},
	{"inspectSubjId", "", read, "reviewBody"},
	{"trdBuyId", "", read, "the process"},
	{"isDeleted", "", read, "a deleted complaint is withdrawn"},
	{"complaintId|active|crdate|lastUpdateDate", "", read, "not published: technical; the release date follows the change time"},
}})

var offerTable = compile(Table{Entity: source.TrdApp, Nested: "AppLots.Offers", Object: "bids.details[].bidPoints[]", Fields: []Field{
	{"id", "id", asID, ""},
	{"price", "unitPrice", asMoney, ""},
	{"amount", "value", asMoney, ""},
	{"pointId", "", read, "lotPointID: the root id of the plan point"},
	{"lotId|appLotId", "", read, "not published: technical links"},
}})

var lotPointTable = compile(Table{Entity: source.PlanPoint, Object: "tender.lots[].lotPoints[]", Fields: []Field{
	{"rootrecordId|id", "id", asID, "for lots of several plan points"},
	{"count", "quantity", asNumber, ""},
	{"amount", "value", asMoney, ""},
	{"subjectBiin|sysSubjectsId", "", read, "buyer"},
}})

var deliveryTermsTable = compile(Table{Entity: source.PlanPoint, Object: "tender.lots[].deliveryTerms", Fields: []Field{
	{"supplyDateRu", "name", asText, "when all plan points of the lot agree"},
	{"supplyDateKz", "name_kk", asText, ""},
}})

var planTable = compile(Table{Entity: source.PlanPoint, Object: "planning.planPoint", Fields: []Field{
	{"id", "id", asID, "newest row"},
	{"rootrecordId|id", "rootId", asID, "also the ocid"},
	{"refPlnPointStatusId|RefPlnPointStatus.id", "statusDetails", asID, ""},
	{"plnPointYear|planFinYear|PlanActs.planFinYear", "budgetYear", asInteger, ""},
	{"refMonthsId|RefMonths.id", "plannedMonth", asInteger, ""},
	{"refTradeMethodsId|RefTradeMethods.id", "procurementMethodDetails", asMethod, ""},
	{"refJustificationId|RefJustification.id", "legalGroundId", listed("legalGround"), ""},
	{"planActNumber|PlanActs.planActNumber", "planNumber", asText, ""},
	{"dateApproved|PlanActs.dateApproved", "dateApproved", asDate, ""},
	{"dateCreate", "dateCreated", asDate, ""},
	{"timestamp", "dateModified", asDate, ""},
	{"planPreliminary|PlanActs.planPreliminary", "isPreliminary", asFlag, ""},
	{"refPlanStatusId|PlanActs.refPlanStatusId", "planStatusId", asID, ""},
	{"refPointTypeId|RefPointType.id", "pointTypeId", listed("planPointType"), ""},
	{"isQvazi", "isQuasiPublic", asFlag, ""},
	{"disablePersonId", "reservedForDisabled", asFlag, ""},
	{"supplyDateRu", "deliveryTerm", asText, ""},
	{"supplyDateKz", "deliveryTerm_kk", asText, ""},
	{"prepayment", "prepaymentPercent", asNumber, ""},
	{"refFinsourceId|RefFinsource.id", "fundingSourceId", listed("fundingSource"), ""},
	{"refBudgetTypeId|RefBudgetType.id", "budgetTypeId", listed("budgetType"), ""},
	{"refAbpCode|RefAbp.code", "budgetAdministrator", asID, ""},
	{"codeGu", "institutionCode", asText, ""},
	{"refAmendmentAgreemTypeId|RefAmendmentAgreemType.id", "amendmentTypeId", listed("amendmentType"), ""},
	{"refAmendmAgreemJustifId|RefAmendmAgreemJustif.id", "amendmentGroundId", listed("amendmentGround"), ""},
	{"contractPrevPointId", "previousPoint", asID, ""},
	{"transferSysSubjectsId", "", read, "delegatedTo"},
	{"sum1|sum2|sum3", "", read, "yearlyValues, when there are sums of later years"},
	{"subjectBiin|sysSubjectsId|subjectNameRu|subjectNameKz|Customer", "", read, "buyer and parties[] with role buyer"},
	{"sysOrganizatorId|Organizer", "", read, "parties[] with role procuringEntity, tender.procuringEntity"},
	{"isDeleted|isActive", "", read, "a withdrawn point is tender.status withdrawn"},
	{"PlansKato|kato", "", read, "tender.items[].deliveryAddresses"},
	{"PlansSpec|spec", "", read, "planning.planPoint.budgetLines"},
	{"PlanActs", "", read, "the act that approved the plan"},
	{"idc|transferType|createdinActId|activeActId|planActId|refEnstruId", "", read, "not published: technical ids, and idc, whose meaning nobody documents"},
}})

var planTenderTable = compile(Table{Entity: source.PlanPoint, Object: "tender", About: "of a plan point", Fields: []Field{
	{"rootrecordId|id", "id", asID, ""},
	{"nameRu|RefEnstru.nameRu", "title", asText, ""},
	{"nameKz|RefEnstru.nameKz", "title_kk", asText, ""},
	{"extraDescRu|descRu", "description", asText, ""},
	{"extraDescKz|descKz", "description_kk", asText, ""},
	{"refPlnPointStatusId|RefPlnPointStatus.id", "status", asPlanStatus, ""},
	{"amount", "value", asMoney, "also planning.budget.amount"},
	{"refTradeMethodsId|RefTradeMethods.id", "procurementMethod", asMethodClass, ""},
	{"refTradeMethodsId|RefTradeMethods.id", "procurementMethodDetails", asMethod, ""},
	{"refSubjectTypeId|refSubjectTypesId|RefSubjectType.id", "mainProcurementCategory", asCategory, ""},
	{"refSubjectTypeId|refSubjectTypesId|RefSubjectType.id", "additionalProcurementCategories", asOtherCategory, ""},
	{"RefSubjectType.nameRu|RefMonths|RefFinsource.nameRu|RefBudgetType.nameRu|RefPointType|RefJustification|RefAbp", "", read, "planning.rationale from the legal ground; planning.budget.description from the funding source"},
}})

var planItemTable = compile(Table{Entity: source.PlanPoint, Object: "tender.items[]", Fields: []Field{
	{"nameRu|RefEnstru.nameRu", "description", asText, ""},
	{"nameKz|RefEnstru.nameKz", "description_kk", asText, ""},
	{"count", "quantity", asNumber, ""},
	{"refEnstruCode|RefEnstru.code", "classification.id", asEnsTru, "classification.scheme ENSTRU; additional KPVED from its first six digits"},
	{"RefEnstru.nameRu|nameRu", "classification.description", asText, ""},
	{"RefEnstru.nameKz|nameKz", "classification.description_kk", asText, ""},
	{"refUnitsCode|RefUnits.code", "unit.id", asID, "unit.scheme MKEI"},
	{"RefUnits.nameRu", "unit.name", asText, ""},
	{"RefUnits.nameKz", "unit.name_kk", asText, ""},
	{"price", "unit.value", asMoney, ""},
	{"rootrecordId|id", "relatedPlanPoint", asID, ""},
	{"refSubjectTypeId|refSubjectTypesId|RefSubjectType.id", "procurementCategory", asAnyCategory, ""},
	{"refTradeMethodsId|RefTradeMethods.id", "plannedProcurementMethodDetails", asMethod, ""},
	{"refJustificationId|RefJustification.id", "legalGroundId", listed("legalGround"), ""},
	{"refFinsourceId|RefFinsource.id", "fundingSourceId", listed("fundingSource"), ""},
	{"refAbpCode|RefAbp.code", "budgetAdministrator", asID, ""},
	{"codeGu", "institutionCode", asText, ""},
	{"disablePersonId", "reservedForDisabled", asFlag, ""},
}})

var planBudgetLineTable = compile(Table{Entity: source.PlanPoint, Nested: "PlansSpec", Object: "planning.planPoint.budgetLines[]", Fields: []Field{
	{"abpCode", "administrator", asID, ""},
	{"fkrbProgramCode|refFkrbProgramId", "programme", asID, ""},
	{"fkrbProgramNameRu", "programmeName", asText, ""},
	{"fkrbSubprogramCode|refFkrbSubprogramId", "subprogramme", asID, ""},
	{"fkrbSubprogramNameRu", "subprogrammeName", asText, ""},
	{"ekrbCode|refEkrbId", "expenseClass", asID, ""},
	{"ekrbNameRu", "expenseClassName", asText, ""},
	{"amount", "value", asMoney, ""},
	{"id|plnPointsId|count|price|refFkrbId|isActive|isDeleted|abpNameRu|abpNameKz|ekrbNameKz|fkrbProgramNameKz|fkrbSubprogramNameKz", "", read, "order; deleted lines are passed over; other names are in the dictionaries"},
}})

var planDeliveryTable = compile(Table{Entity: source.PlanPoint, Nested: "PlansKato", Object: "tender.items[].deliveryAddresses[]", Fields: []Field{
	{"refKatoCode", "kato", asID, "region from the classifier"},
	{"fullDeliveryPlaceNameRu", "locality", asText, ""},
	{"fullDeliveryPlaceNameKz", "locality_kk", asText, ""},
	{"count", "quantity", asNumber, ""},
	{"refCountriesCode", "", read, "country and countryName"},
	{"id|plnPointsId|isActive|isDeleted|RefKato|RefCountries", "", read, "order; deleted rows are passed over"},
}})

var subjectTable = compile(Table{Entity: source.Subject, Object: "parties[]", Fields: []Field{
	{"nameRu|fullNameRu|name|fullName", "name", asText, "of natural persons that are no sole traders: left out"},
	{"nameKz|fullNameKz", "name_kk", asText, ""},
	{"refKopfCode", "details.legalForm", asText, ""},
	{"krpCode", "details.sizeId", asID, ""},
	{"kseCode", "details.sectorId", asID, ""},
	{"okedList", "details.activities", asIDs, ""},
	{"typeSupplier", "details.typeId", listed("supplierType"), ""},
	{"regdate", "details.dateRegistered", asDate, "organisations only"},
	{"customer", "details.isBuyer", asFlag, ""},
	{"organizer", "details.isOrganiser", asFlag, ""},
	{"supplier", "details.isSupplier", asFlag, ""},
	{"isSingleOrg", "details.isSingleOrganiser", asFlag, ""},
	{"qvazi", "details.isQuasiPublic", asFlag, ""},
	{"markResident", "details.isResident", asFlag, ""},
	{"markNationalCompany", "details.isNationalCompany", asFlag, ""},
	{"markWorldCompany", "details.isInternationalCompany", asFlag, ""},
	{"markAssocWithDisab", "details.isAssociationOfDisabled", asFlag, ""},
	{"markStateMonopoly", "details.isStateMonopoly", asFlag, ""},
	{"markNaturalMonopoly", "details.isNaturalMonopoly", asFlag, ""},
	{"markPatronymicProducer", "details.isDomesticProducer", asFlag, ""},
	{"markPatronymicSupplyer", "details.isDomesticSupplier", asFlag, ""},
	{"markSmallEmployer", "details.isSmallEmployer", asFlag, ""},
	{"bin|iin|inn|unp|pid", "", read, "parties[].id and identifier: KZ-BIN, KZ-IIN (pseudonym), RU-INN for Russian organisations, KZ-GOSZAKUP (portal id) for others"},
	{"katoList|Address|address", "", read, "address.kato, region and locality: the legal address, else the first code of katoList"},
	{"countryCode", "", read, "address.country and countryName"},
	{"parentSubject|parentNameRu|parentNameKz", "", read, "details.parent: head organisation of a branch"},
	{"crdate|year|lastUpdateDate", "", read, "not published: regdate tells when it was registered"},
}})

var addressTable = compile(Table{Entity: source.Subject, Nested: "Address", Object: "parties[].address", Fields: []Field{
	{"address", "streetAddress", asText, "of organisations only"},
	{"katoCode", "", read, "kato, region and locality"},
	{"addressType", "", read, "1 is the legal address, the one that counts"},
	{"id|pid|refSourceCode|countryCode|dateCreate|editDate|RefKato|RefCountries", "", read, "not published: technical links and dates; the classifier gives the names"},
}})

var blacklistTable = compile(Table{Entity: source.Blacklist, Object: "parties[].details.blacklist[]", Fields: []Field{
	{"id", "id", asID, "one entry for each decision"},
	{"systemId", "registerId", listed("blacklistRegister"), ""},
	{"startDate", "startDate", asDate, "as of a day: from startDate to endDate"},
	{"endDate", "endDate", asDate, ""},
	{"pid|supplierBiin|supplierInnunp", "", read, "the participant"},
	{"Detail", "", read, "the decisions"},
	{"supplierNameRu|supplierNameKz|katoList", "", read, "not published: the participant says it of itself"},
}})

var decisionTable = compile(Table{Entity: source.Blacklist, Nested: "Detail", Object: "parties[].details.blacklist[]", Fields: []Field{
	{"startDate", "startDate", asDate, "instead of the row's"},
	{"endDate", "endDate", asDate, "instead of the row's"},
	{"refReasonId|RefReason.id", "reasonId", listed("blacklistReason"), ""},
	{"RefReason.nameRu", "reason", asText, ""},
	{"customerNameRu", "customer.legalName", asText, ""},
	{"customerBiin", "", read, "customer: KZ-BIN"},
	{"courtDecision", "courtDecision", asText, ""},
	{"courtDecisionDate", "dateCourtDecision", asDate, ""},
	{"approveDate", "dateApproved", asDate, ""},
	{"id", "", read, "order"},
	{"pid|supplierBiin|supplierInnunp|supplierNameRu|supplierNameKz|customerNameKz|katoList|systemId|sendDate", "", read, "not published: repeats the row"},
}})

var qualificationTable = compile(Table{Entity: source.QualifiedSupplier, Object: "parties[].details.qualifications[]", Fields: []Field{
	{"id", "id", asID, ""},
	{"code", "classification", asText, ""},
	{"statusId", "statusDetails", asID, "the dictionary is not known"},
	{"includeDocNumber", "document", asText, ""},
	{"startDate", "startDate", asDate, ""},
	{"endDate", "endDate", asDate, ""},
	{"pid|supplierBiin", "", read, "the participant"},
	{"rqcApplicationId|truId|subjectNameRu|subjectNameKz|countryNameRu|countryNameKz", "", read, "not published: technical ids, and what the participant says of itself"},
}})
