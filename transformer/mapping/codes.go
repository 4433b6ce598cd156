package mapping

import "strings"

// Code translates one id of a portal dictionary.
type Code struct {
	ID   string
	OCDS string // code of the standard's closed list
	Why  string // when the choice is not obvious
}

// Codes of tender.status for the portal's announcement statuses
// (ref_buy_status).
var buyStatuses = []Code{
	{"110", "planned", ""}, {"120", "planned", ""}, {"130", "planned", ""}, {"160", "planned", ""},
	{"190", "active", "the purchase goes on with changed documentation in the next revision"},
	{"210", "active", ""}, {"220", "active", ""}, {"230", "active", ""}, {"240", "active", ""}, {"245", "active", ""},
	{"250", "active", ""}, {"260", "active", ""}, {"270", "active", ""}, {"280", "active", ""}, {"290", "active", ""},
	{"295", "active", ""}, {"300", "active", ""}, {"310", "active", ""}, {"320", "active", ""}, {"325", "active", ""}, {"330", "active", ""},
	{"350", "complete", "unsuccessful when every lot failed"},
	{"410", "cancelled", ""}, {"420", "active", "suspended purchases may go on"}, {"430", "cancelled", ""},
	{"440", "active", ""}, {"444", "active", ""}, {"445", "active", ""}, {"450", "active", ""}, {"460", "active", ""},
	{"510", "active", "results are decided anew"}, {"520", "active", ""}, {"530", "active", ""}, {"540", "active", ""}, {"550", "active", ""},
}

// Codes of tender.lots[].status for the portal's lot statuses
// (ref_lots_status).
var lotStatuses = []Code{
	{"110", "planned", ""}, {"120", "planned", ""}, {"130", "planned", ""}, {"160", "planned", ""},
	{"190", "withdrawn", "the lot goes on in the next revision of the announcement"},
	{"210", "active", ""}, {"220", "active", ""}, {"230", "active", ""}, {"240", "active", ""}, {"245", "active", ""},
	{"250", "active", ""}, {"260", "active", ""}, {"270", "active", ""}, {"280", "active", ""}, {"285", "active", ""}, {"290", "active", ""},
	{"295", "active", ""}, {"300", "active", ""}, {"310", "active", ""}, {"320", "active", ""}, {"325", "active", ""}, {"330", "active", ""},
	{"360", "complete", ""}, {"370", "unsuccessful", ""},
	{"410", "cancelled", ""}, {"420", "active", "suspended lots may go on"}, {"430", "cancelled", ""},
	{"440", "active", ""}, {"444", "active", ""}, {"445", "active", ""}, {"450", "active", ""}, {"460", "active", ""},
	{"510", "active", "results are decided anew"}, {"520", "active", ""}, {"530", "active", ""}, {"540", "active", ""}, {"550", "active", ""},
}

// Codes of contracts[].status for the portal's contract statuses
// (ref_contract_status). The standard knows no performed contract: a contract
// that came to its close, well or not, is terminated.
var contractStatuses = []Code{
	{"110", "pending", ""}, {"115", "pending", ""}, {"120", "pending", ""}, {"125", "pending", ""}, {"130", "pending", ""}, {"131", "pending", ""},
	{"135", "pending", ""}, {"160", "pending", ""}, {"165", "pending", "not in force before the treasury has registered it"},
	{"185", "active", ""}, {"190", "active", ""},
	{"310", "active", "the contract stays in force while rights are being assigned"}, {"315", "active", "the contract stays in force while rights are being assigned"},
	{"330", "cancelled", ""}, {"340", "terminated", ""}, {"345", "active", "termination is only expected"}, {"350", "terminated", ""},
	{"375", "terminated", "closed with a part performed"}, {"390", "terminated", ""},
	{"410", "cancelled", "the second winner gets a contract of its own"}, {"420", "cancelled", "results were changed before the contract was concluded"}, {"430", "cancelled", ""},
	{"450", "active", ""}, {"455", "active", "superseded by an additional agreement"}, {"456", "active", ""},
	{"460", "active", ""}, {"461", "cancelled", ""}, {"462", "terminated", ""}, {"463", "terminated", ""}, {"464", "terminated", ""}, {"465", "terminated", ""},
	{"470", "terminated", ""}, {"480", "terminated", ""},
}

// Codes of tender.status of a plan point for the portal's plan point statuses
// (ref_pln_point_status).
var planStatuses = []Code{
	{"2", "planned", ""}, {"3", "planned", ""}, {"5", "active", ""}, {"7", "cancelled", ""}, {"9", "complete", ""}, {"10", "unsuccessful", ""},
	{"11", "unsuccessful", ""}, {"12", "active", "suspended purchases may go on"}, {"13", "planned", ""}, {"16", "complete", ""}, {"18", "unsuccessful", ""}, {"19", "complete", ""},
	{"20", "cancelled", ""}, {"21", "cancelled", ""}, {"22", "active", ""}, {"23", "active", ""}, {"25", "planned", ""}, {"26", "planned", ""}, {"27", "planned", ""},
	{"310", "complete", "a contract is being made"}, {"320", "complete", ""}, {"340", "complete", "a contract was concluded"}, {"350", "unsuccessful", ""},
	{"400", "complete", "the second winner gets the contract"}, {"410", "complete", ""}, {"444", "active", ""}, {"540", "active", ""}, {"550", "active", ""},
}

// Standings of bids.
const (
	standingWinner       = "winner"
	standingSecond       = "second"
	standingDisqualified = "disqualified"
	standingWithdrawn    = "withdrawn"
)

// bidStandings finds the standing of a bid. The dictionary (ref_po_st) is known
// in part: one id is sure, so names help. Every other bid just stands.
var bidStandings = map[string]string{
	"360":        standingWinner,
	"победитель": standingWinner, "жеңімпаз": standingWinner, "firstwinner": standingWinner,
	"второй победитель": standingSecond, "екінші жеңімпаз": standingSecond, "secondwinner": standingSecond,
	"отклонено": standingDisqualified, "отклонена": standingDisqualified, "отклонен": standingDisqualified, "не допущено": standingDisqualified, "не допущен": standingDisqualified, "қабылданбады": standingDisqualified, "rejected": standingDisqualified,
	"отозвано": standingWithdrawn, "отозвана": standingWithdrawn, "кері қайтарылды": standingWithdrawn, "withdrawn": standingWithdrawn,
}

// Method is a way of procurement of the portal.
type Method struct {
	ID         string   // ref_trade_methods
	Code       string   // procurementMethodDetails
	Class      string   // procurementMethod
	Criteria   string   // awardCriteria, where the law leaves no choice
	Submission []string // submissionMethod; none without competition
}

var (
	electronic = []string{"electronicSubmission"}
	auctioned  = []string{"electronicSubmission", "electronicAuction"}
)

// Methods lists the portal's ways of procurement. Codes that end in NonPublic
// lie outside public procurement (type 2 of the dictionary).
var methods = []Method{
	{"2", "openTender", "open", "", electronic},
	{"3", "requestForQuotations", "open", "priceOnly", electronic},
	{"6", "singleSourceUnsuccessful", "direct", "", nil},
	{"7", "auction", "open", "priceOnly", auctioned},
	{"77", "auction", "open", "priceOnly", auctioned},
	{"78", "auction", "open", "priceOnly", auctioned},
	{"8", "commodityExchange", "open", "", nil},
	{"22", "twoStageTender", "selective", "", electronic},
	{"23", "singleSourcePlan", "direct", "", nil},
	{"32", "prequalificationTender", "selective", "", electronic},
	{"50", "dwellingProcurement", "direct", "", nil},
	{"52", "stateSocialProcurement", "direct", "", nil},
	{"55", "dwellingProcurementNonPublic", "direct", "", nil},
	{"60", "electronicShop", "open", "priceOnly", electronic},
	{"105", "singleSourceUnsuccessfulNonPublic", "direct", "", nil},
	{"120", "cateringTender", "open", "", electronic},
	{"121", "cateringTender", "open", "", electronic},
	{"122", "stateEducationOrder", "limited", "", nil},
	{"123", "singleSourcePlanNonPublic", "direct", "", nil},
	{"124", "tenderNonPublic", "open", "", electronic},
	{"125", "singleSourceUnsuccessfulNonPublic", "direct", "", nil},
	{"126", "requestForQuotationsNonPublic", "open", "priceOnly", electronic},
	{"128", "specialOrderTender", "limited", "", nil},
	{"130", "specialOrder", "direct", "", nil},
	{"131", "singleSourceCatering", "direct", "", nil},
	{"132", "frameworkFirstStage", "limited", "", nil},
	{"133", "frameworkSecondStage", "selective", "", electronic},
	{"160", "electronicShopNonPublic", "open", "priceOnly", electronic},
	{"177", "auctionNonPublic", "open", "priceOnly", auctioned},
	{"178", "auctionNonPublic", "open", "priceOnly", auctioned},
	{"188", "ratingTender", "open", "ratedCriteria", electronic},
	{"190", "specialOrderTenderNonPublic", "limited", "", nil},
	{"200", "ratingTenderNonPublic", "open", "ratedCriteria", electronic},
	{"201", "turnkeyTender", "open", "", electronic},
	{"202", "turnkeyTenderNonPublic", "open", "", electronic},
}

// Standard is the code of a closed list of the standard that a code of a code list
// of the portal's values stands for. closed is false when the list leads to none;
// a code that is empty while closed is true waits for a decision: the mapping leaves
// the field of the standard empty and reports the value.
func Standard(list, code string) (standard string, closed bool) {
	switch list {
	case "tenderStatusDetails":
		return buyStatus[code], true
	case "lotStatusDetails":
		return lotStatus[code], true
	case "contractStatusDetails":
		return contractStatus[code], true
	case "planPointStatusDetails":
		return planStatus[code], true
	case "procurementMethodDetails":
		return methodByCode[code].Class, true
	}
	return "", false
}

// categories of ref_subject_type.
var categories = map[string]string{"1": "goods", "2": "works", "3": "services"}

// documentTypes finds the type of a file by a word of its name, in this order.
var documentTypes = []struct{ Word, Type string }{
	{"протокол", "evaluationReports"},
	{"техническ", "technicalSpecifications"},
	{"договор", "contractDraft"},
	{"лот", "biddingDocuments"},
}

func documentType(name string) string {
	name = strings.ToLower(name)
	for _, t := range documentTypes {
		if strings.Contains(name, t.Word) {
			return t.Type
		}
	}
	return "biddingDocuments"
}

func index(codes []Code) map[string]string {
	m := make(map[string]string, len(codes))
	for _, c := range codes {
		m[c.ID] = c.OCDS
	}
	return m
}

var (
	buyStatus      = index(buyStatuses)
	lotStatus      = index(lotStatuses)
	contractStatus = index(contractStatuses)
	planStatus     = index(planStatuses)
	methodByCode   = func() map[string]Method {
		m := map[string]Method{}
		for _, method := range methods {
			m[method.Code] = method
		}
		return m
	}()
	methodByID = func() map[string]Method {
		m := map[string]Method{}
		for _, method := range methods {
			m[method.ID] = method
		}
		return m
	}()
)
