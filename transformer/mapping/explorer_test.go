package mapping

// earlierField is a field of the portal's older OCDS feeds that the reports of
// 2018 to 2020 read, and where a release has it now.
type earlierField struct {
	was  string
	now  string // paths, parted by a comma and a blank
	from string // empty when no source has it
	note string
}

// Sources of the fields.
const (
	fromPortal = "portal"
	fromFeed   = "older feed"
	fromBoth   = "portal, else older feed"
	derived    = "derived"
)

var earlier = map[bool]string{
	false: "The reports of 2018 to 2020 read three feeds of the portal: tenders, contracts and plans. Where the portal's present interface has a field, it comes from there; what only the older feeds have comes from them, when they are read.",
	true:  "Отчёты 2018–2020 годов читали три потока портала: закупки, договоры и планы. Если поле есть в нынешнем интерфейсе портала, оно берётся оттуда; то, что есть только в прежних потоках, берётся из них, когда они читаются.",
}

var earlierFields = []earlierField{
	{"releases[].ocid, id, date, language, initiationType, tag", "ocid, id, date, language, initiationType, tag", derived, "an ocid of its own, a release for every change"},
	{"parties[].id, name, identifier", "parties[].id, parties[].name, parties[].identifier", fromPortal, "KZ-TC-BIN is KZ-BIN now, numbers of persons are pseudonyms"},
	{"parties[].address.countryName", "parties[].address.countryName, parties[].address.country", fromPortal, ""},
	{"parties[].address.region", "parties[].address.region, parties[].address.kato", fromPortal, "by KATO"},
	{"parties[].address.locality", "parties[].address.locality", fromPortal, "by KATO"},
	{"parties[].address.streetAddress", "parties[].address.streetAddress", fromPortal, "of organisations only: a sole trader's may be a home"},
	{"parties[].address.postalCode", "", "", "the portal's interface has no postal codes"},
	{"parties[].contactPoint", "", "", "contact data of persons"},
	{"parties[].roles", "parties[].roles", fromBoth, "enquirer only from the older feed"},
	{"buyer", "buyer", fromPortal, ""},
	{"plannings[].id", "tender.lots[].planPoints, relatedProcesses[].identifier", fromPortal, "a plan point is a process of its own"},
	{"plannings[].procurementMethodDetails", "tender.items[].plannedProcurementMethodDetails", fromPortal, ""},
	{"plannings[].procurementMethodRationale", "tender.procurementMethodRationale, tender.items[].legalGroundId", fromPortal, ""},
	{"plannings[].isFromAssociationOfDisabled", "tender.items[].reservedForDisabled", fromPortal, ""},
	{"plannings[].type", "planning.planPoint.pointTypeId", fromPortal, "in the process of the plan point"},
	{"plannings[].procurementCategory", "tender.items[].procurementCategory", fromPortal, ""},
	{"plannings[].fundingSource", "tender.items[].fundingSourceId", fromPortal, ""},
	{"plannings[].departmentalCode", "tender.items[].institutionCode", fromPortal, ""},
	{"plannings[].projectAdministratorID, projectAdministratorName", "tender.items[].budgetAdministrator", fromPortal, "the name is in the dictionary"},
	{"plannings[].budget[]", "planning.planPoint.budgetLines", fromPortal, "in the process of the plan point"},
	{"tender.id, tenderNumber, title", "tender.id, tender.tenderNumber, tender.title", fromPortal, ""},
	{"tender.status, subStatus", "tender.status, tender.statusDetails", fromPortal, ""},
	{"tender.procurementMethod, procurementMethodDetails", "tender.procurementMethod, tender.procurementMethodDetails", fromPortal, ""},
	{"tender.procurementMethodRationale", "tender.procurementMethodRationale", fromPortal, "from the plan points"},
	{"tender.mainProcurementCategory", "tender.mainProcurementCategory", fromPortal, ""},
	{"tender.centralisedProcurement", "tender.centralisedProcurement", fromPortal, ""},
	{"tender.awardCriteria", "tender.awardCriteria", derived, "where the law leaves no choice"},
	{"tender.submissionMethod", "tender.submissionMethod", derived, "by the method"},
	{"tender.submissionMethodDetails", "", "", "nobody gives it any more; the method says it"},
	{"tender.hasEnquiries", "tender.hasEnquiries", fromFeed, ""},
	{"tender.procuringEntity", "tender.procuringEntity", fromPortal, ""},
	{"tender.value", "tender.value", fromPortal, "the portal does not say whether tax is included"},
	{"tender.tenderPeriod, enquiryPeriod, awardPeriod", "tender.tenderPeriod, tender.enquiryPeriod, tender.awardPeriod", fromPortal, "durationInDays is counted; awardPeriod runs from the end of bidding to the results"},
	{"tender.requirements[]", "tender.requirements", fromFeed, ""},
	{"tender.items[].id, description, quantity, classification, unit", "tender.items[].id, tender.items[].description, tender.items[].quantity, tender.items[].classification, tender.items[].unit", fromPortal, ""},
	{"tender.items[].relatedPlan", "tender.items[].relatedPlanPoint", fromPortal, ""},
	{"tender.items[].relatedLotPoint", "tender.items[].relatedLotPoint", fromBoth, ""},
	{"tender.items[].unit.minValue", "tender.items[].unit.minValue", fromFeed, "threshold of dumping"},
	{"tender.lots[].id, title, description, status, value", "tender.lots[].id, tender.lots[].title, tender.lots[].description, tender.lots[].status, tender.lots[].value", fromPortal, ""},
	{"tender.lots[].guaranteePercent", "tender.lots[].guaranteePercent", fromFeed, ""},
	{"tender.lots[].lotDetails", "tender.lots[].lotDetails", fromFeed, ""},
	{"tender.lots[].deliveryTerms", "tender.lots[].deliveryTerms", fromBoth, "the portal gives the term of the plan point"},
	{"tender.lots[].lotPoints[]", "tender.lots[].lotPoints", fromBoth, "from plan points when there are several"},
	{"tender.lots[].lotPoints[].minValue", "tender.lots[].lotPoints[].minValue", fromFeed, ""},
	{"tender.lots[].lotPoints[].buyer", "tender.lots[].lotPoints[].buyer, tender.lots[].buyer", fromBoth, ""},
	{"tender.documents[]", "tender.documents[].id, tender.documents[].documentType, tender.documents[].url, tender.documents[].format, tender.documents[].relatedLots", fromPortal, ""},
	{"tender.documents[].dateModified", "", "", "the portal's interface gives no date of a file; the notice has datePublished"},
	{"tender.enquiries[]", "tender.enquiries", fromFeed, "question, answer, kind, author, dates"},
	{"bids.details[].id, date, status, relatedLot, tenderers, value", "bids.details[].id, bids.details[].date, bids.details[].status, bids.details[].relatedLots, bids.details[].tenderers, bids.details[].value", fromPortal, ""},
	{"bids.details[].guaranteeType", "bids.details[].guaranteeType", fromFeed, ""},
	{"bids.details[].discountPercent", "bids.details[].discountPercent", fromBoth, ""},
	{"bids.details[].correctionAttempt", "bids.details[].correctionAttempt", fromFeed, "pre-qualification"},
	{"bids.details[].documents[]", "", "", "documents of bidders are not public"},
	{"bids.details[].bidPoints[]", "bids.details[].bidPoints", fromBoth, "from the portal when there are several"},
	{"bids.details[].disqualificationReasonsArticle[], disqualificationReasonsDocuments[]", "bids.details[].disqualificationReasonsArticle, bids.details[].disqualificationReasonsDocuments", fromFeed, ""},
	{"nonPriceEvaluation[]", "nonPriceEvaluation", fromFeed, ""},
	{"awards[].id, status, date, relatedBid, place, value, supplier", "awards[].id, awards[].status, awards[].date, awards[].relatedBid, awards[].place, awards[].value, awards[].suppliers", fromPortal, ""},
	{"awards[].documents[]", "tender.documents", fromPortal, "protocols are files of the announcement"},
	{"contracts[].id, status, dateSigned, period, value", "contracts[].id, contracts[].status, contracts[].dateSigned, contracts[].period, contracts[].value", fromPortal, ""},
	{"contracts[].awardIDs", "contracts[].awardID, contracts[].awardIDs", fromPortal, ""},
	{"contracts[].rootId, parentId", "contracts[].rootId, contracts[].parentId", fromPortal, ""},
	{"contracts[].dateRegistered, treasuryRegistration", "contracts[].dateRegistered, contracts[].treasuryRegistration, contracts[].treasuryRegistrations", fromPortal, ""},
	{"contracts[].guaranteePercent", "contracts[].guaranteePercent, contracts[].hasSecurity", fromFeed, "the portal says only whether there is a security"},
	{"contracts[].multiAnnual", "contracts[].multiAnnual", fromPortal, ""},
	{"contracts[].value.valueAddedTaxIncluded", "contracts[].value.valueAddedTaxIncluded, contracts[].netValue", fromPortal, ""},
	{"contracts[].tenderId, tenderNumber", "tender.id, tender.tenderNumber", fromPortal, "a contract lies in the process of its announcement"},
	{"contracts[].procurementMethodDetails", "contracts[].procurementMethodDetails", fromPortal, ""},
	{"contracts[].buyer, supplier", "contracts[].buyer, contracts[].suppliers", fromPortal, ""},
	{"contracts[].rationale[]", "contracts[].amendments[].rationaleIds, contracts[].amendments[].rationale", fromPortal, "of each additional agreement"},
	{"contracts[].documents[]", "contracts[].documents", fromPortal, ""},
	{"contracts[].items[].id, quantity, classification, unit", "contracts[].items[].id, contracts[].items[].quantity, contracts[].items[].classification, contracts[].items[].unit", fromPortal, ""},
	{"contracts[].items[].procurementMethodDetails, procurementMethodRationale", "contracts[].items[].plannedProcurementMethodDetails, contracts[].items[].legalGroundId", fromPortal, ""},
	{"contracts[].items[].isFromAssociationOfDisabled, procurementCategory, fundingSource, departmentalCode, projectAdministratorID", "contracts[].items[].reservedForDisabled, contracts[].items[].procurementCategory, contracts[].items[].fundingSourceId, contracts[].items[].institutionCode, contracts[].items[].budgetAdministrator", fromPortal, ""},
	{"contracts[].items[].deliveryAddresses[]", "contracts[].items[].deliveryAddresses[].kato, contracts[].items[].deliveryAddresses[].countryName, contracts[].items[].deliveryAddresses[].locality, contracts[].items[].deliveryAddresses[].quantity", fromPortal, "a quantity instead of a percentage"},
	{"contracts[].items[].budget[]", "contracts[].budgetLines", fromPortal, ""},
	{"contracts[].implementation.transactions[]", "contracts[].implementation.transactions", fromBoth, "payer and payee are parties now"},
	{"complaints[].id, status, dateReceived, dateReview, dateResolved", "complaints[].id, complaints[].status, complaints[].dateReceived, complaints[].dateReview, complaints[].dateResolved", fromBoth, "the outcome only from the older feed"},
	{"complaints[].complainer, reviewBody", "complaints[].complainer, complaints[].reviewBody", fromBoth, ""},
	{"complaints[].relatedLots, rationale", "complaints[].relatedLots, complaints[].rationale", fromFeed, ""},
	{"plans[].id, rootId, date, status, budgetYear", "planning.planPoint.id, planning.planPoint.rootId, planning.planPoint.dateModified, planning.planPoint.statusDetails, planning.planPoint.budgetYear", fromPortal, ""},
	{"plans[].parentId", "", "", "rows of a point follow one another by id; each is a release"},
	{"plans[].buyer, classification, quantity, units", "buyer, tender.items[].classification, tender.items[].quantity, tender.items[].unit", fromPortal, ""},
	{"plans[].procurementMethodDetails, procurementMethodRationale", "planning.planPoint.procurementMethodDetails, planning.planPoint.legalGroundId, planning.rationale", fromPortal, ""},
	{"plans[].plannedMonth, isPreliminaryPlan, isFromAssociationOfDisabled, type, fundingSource, departmentalCode, projectAdministratorID", "planning.planPoint.plannedMonth, planning.planPoint.isPreliminary, planning.planPoint.reservedForDisabled, planning.planPoint.pointTypeId, planning.planPoint.fundingSourceId, planning.planPoint.institutionCode, planning.planPoint.budgetAdministrator", fromPortal, ""},
	{"plans[].deliveryAddresses[]", "tender.items[].deliveryAddresses", fromPortal, "a quantity instead of a percentage"},
	{"plans[].budget[]", "planning.planPoint.budgetLines", fromPortal, ""},
	{"plans[].budget[].value.prepaymentPercent", "planning.planPoint.prepaymentPercent", fromPortal, ""},
	{"RNU: supplier_biin, start_date, end_date, ref_reason_id", "parties[].details.blacklist[].startDate, parties[].details.blacklist[].endDate, parties[].details.blacklist[].reasonId", fromPortal, "of every participant; also bids.details[].tendererBlacklisted and contracts[].supplierBlacklisted"},
}
