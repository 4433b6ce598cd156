package enginetest

import (
	"strings"
	"testing"

	"github.com/kzocds/kzocds/analytics"
	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/proto/analysis"
	"github.com/kzocds/kzocds/proto/tables"
)

// chainByHand is a world from plan to payment, small enough to check every figure
// by hand. All amounts are tenge.
//
//	t1 open tender of B1, published 1 January 2026; discussed for 2 days, open for
//	   bids for 10, results 3 days later:
//	   lot 1 of 100, threshold 80: S1 wins with 70 (dumping), S2 is rejected with 60
//	   lot 2 of 50, threshold 40: S2 wins alone with 45
//	   lot 3 of 50, open: 30 are for B1, 20 for B2
//	t2 single source after a failure, one lot of 200 of B3, supplier S3
//	k1 with t1: S1, 70, paid 30 and 10, one additional agreement on two grounds,
//	   security of 3 %; all its lines come from plan point r1
//	k2 with t1: S2, 45, performed, paid 50
//	k3 with t2: S3, 200, cancelled; k4 a draft of 7
//	plan point r1 of 120 (110 as quantity × price, 120 by budget lines), r2 of 80,
//	   r3 of 500 changed; lot 1 comes from r1
//	two complaints: one on two grounds, reviewed after 2 days and satisfied 3 days
//	   later; one only received
//	two enquiries: one answered after 3 days
//	the bid of S1 has a conditional discount of 3.25 %
func chainByHand() World {
	tenge := func(n int64) *int64 { n *= 100; return &n }
	millionths := func(n int64) *int64 { return &n }
	at := func(day int64) *int64 { n := (20454 + day) * 86_400_000_000; return &n } // days after 2026-01-01
	day := int32(20454)
	process := func(ocid, kind, method, buyer string) tables.Process {
		return tables.Process{OCID: ocid, Kind: kind, MethodDetails: method, BuyerID: buyer, PublishedDay: &day, Published: at(0)}
	}
	t1, t2 := process("t1", "tender", "openTender", "B1"), process("t2", "tender", "singleSourceUnsuccessful", "B3")
	t1.EnquiryStart, t1.EnquiryEnd, t1.TenderStart, t1.TenderEnd, t1.Results = at(0), at(2), at(2), at(12), at(15)
	t2.PriorOCID = "t0"
	lot := func(ocid, id, method, status string, competitive bool, value, min, win *int64, winner, buyer string, bids int32) tables.Lot {
		return tables.Lot{
			OCID: ocid, LotID: id, MethodDetails: method, Status: status, Competitive: competitive, BuyerID: buyer, PublishedDay: &day, Currency: "KZT",
			ValueMinor: value, MinMinor: min, WinMinor: win, WinnerID: winner, Awarded: winner != "", Bids: bids, Bidders: bids, Points: 1, Buyers: 1,
		}
	}
	shared := lot("t1", "3", "openTender", "220", true, tenge(50), nil, nil, "", "B1", 0)
	shared.Points, shared.Buyers = 2, 2
	fallback := lot("t2", "1", "singleSourceUnsuccessful", "complete", false, tenge(200), nil, tenge(200), "S3", "B3", 0)
	fallback.Rationale = "previousUnsuccessful"
	point := func(ocid, lot, id, root, buyer string, value *int64) tables.LotPoint {
		return tables.LotPoint{OCID: ocid, LotID: lot, PointID: id, PlanRoot: root, BuyerID: buyer, ValueMinor: value, Currency: "KZT"}
	}
	bid := func(lot, id, tenderer, status string, value *int64) tables.Bid {
		return tables.Bid{OCID: "t1", LotID: lot, BidID: id, TendererID: tenderer, Status: status, ValueMinor: value, Currency: "KZT"}
	}
	s1 := bid("1", "1", "S1", "winner", tenge(70))
	adjusted := int64(228)
	s1.Score, s1.AdjustmentMinor = millionths(32_500), &adjusted
	contract := func(ocid, root, status, effective, supplier, method string, value *int64) tables.Contract {
		return tables.Contract{OCID: ocid, RootID: root, ContractID: root, Status: status, EffectiveStatus: effective, SupplierID: supplier, MethodDetails: method, ValueMinor: value, Currency: "KZT", BuyerID: "B1"}
	}
	k1 := contract("t1", "k1", "active", "active", "S1", "openTender", tenge(70))
	k1.Guarantee = millionths(30_000)
	payment := func(root, id string, value *int64) tables.Payment {
		return tables.Payment{OCID: "t1", RootID: root, PaymentID: id, ValueMinor: value, Currency: "KZT"}
	}
	plan := func(ocid, root, status string, value *int64) tables.PlanPoint {
		return tables.PlanPoint{OCID: ocid, RootID: root, Status: status, ValueMinor: value, Currency: "KZT", Year: 2026}
	}
	p1 := plan("p1", "r1", "5", tenge(120))
	p1.EstimateMinor, p1.BudgetMinor = tenge(110), tenge(120)
	return World{
		Processes: []tables.Process{t1, t2, process("p1", "plan", "", "B1"), process("p2", "plan", "", "B1"), process("p3", "plan", "", "B1")},
		Lots: []tables.Lot{
			lot("t1", "1", "openTender", "complete", true, tenge(100), tenge(80), tenge(70), "S1", "B1", 2),
			lot("t1", "2", "openTender", "complete", true, tenge(50), tenge(40), tenge(45), "S2", "B1", 1),
			shared, fallback,
		},
		LotPoints: []tables.LotPoint{
			point("t1", "1", "a", "r1", "B1", tenge(100)), point("t1", "2", "a", "r9", "B1", tenge(50)),
			point("t1", "3", "a", "", "B1", tenge(30)), point("t1", "3", "b", "", "B2", tenge(20)), point("t2", "1", "a", "", "B3", tenge(200)),
		},
		Bids:     []tables.Bid{s1, bid("1", "2", "S2", "disqualified", tenge(60)), bid("2", "3", "S2", "winner", tenge(45))},
		Criteria: []tables.Criterion{{OCID: "t1", LotID: "1", BidID: "1", EvaluationID: "e", CriterionID: "1", Criterion: "experience", Score: millionths(32_500), AdjustmentMinor: &adjusted, Currency: "KZT"}, {OCID: "t1", LotID: "1", BidID: "1", EvaluationID: "e", CriterionID: "2", Pseudo: true, Score: millionths(32_500), AdjustmentMinor: &adjusted, Currency: "KZT"}},
		Awards: []tables.Award{
			{OCID: "t1", AwardID: "a1", LotID: "1", Place: 1, Wins: true, SupplierID: "S1"}, {OCID: "t1", AwardID: "a2", LotID: "2", Place: 1, Wins: true, SupplierID: "S2"},
			{OCID: "t1", AwardID: "a3", LotID: "2", Place: 2, SupplierID: "S1"}, {OCID: "t2", AwardID: "a4", LotID: "1", Wins: true, SupplierID: "S3"},
		},
		Contracts: []tables.Contract{
			k1, contract("t1", "k2", "terminated", "overpaid", "S2", "openTender", tenge(45)),
			contract("t2", "k3", "cancelled", "cancelled", "S3", "singleSourceUnsuccessful", tenge(200)), contract("t2", "k4", "draft", "draft", "S3", "openTender", tenge(7)),
		},
		ContractVersions: []tables.ContractVersion{{OCID: "t1", RootID: "k1", VersionID: "k1"}, {OCID: "t1", RootID: "k1", VersionID: "k1-2", Agreement: true, ValueMinor: tenge(70), Currency: "KZT"}},
		ContractGrounds:  []tables.ContractGround{{OCID: "t1", RootID: "k1", VersionID: "k1-2", GroundID: "19"}, {OCID: "t1", RootID: "k1", VersionID: "k1-2", GroundID: "20"}},
		ContractItems:    []tables.ContractItem{{OCID: "t1", RootID: "k1", ItemID: "1", PlanRoot: "r1", ValueMinor: tenge(70), Currency: "KZT"}},
		Payments:         []tables.Payment{payment("k1", "1", tenge(30)), payment("k1", "2", tenge(10)), payment("k2", "1", tenge(50))},
		PlanPoints:       []tables.PlanPoint{p1, plan("p2", "r2", "2", tenge(80)), plan("p3", "r3", "11", tenge(500))},
		Complaints: []tables.Complaint{
			{OCID: "t1", ComplaintID: "1", Status: "satisfied", ComplainantID: "S2", Received: at(16), Reviewed: at(18), Resolved: at(21)},
			{OCID: "t1", ComplaintID: "2", Status: "pending", ComplainantID: "S2", Received: at(16)},
		},
		ComplaintGrounds: []tables.ComplaintGround{{OCID: "t1", ComplaintID: "1", Ground: "illegitimateAdmission"}, {OCID: "t1", ComplaintID: "1", Ground: "illegitimateDiscount"}},
		Enquiries:        []tables.Enquiry{{OCID: "t1", EnquiryID: "1", HasAnswer: true, Asked: at(0), Answered: at(3)}, {OCID: "t1", EnquiryID: "2", Asked: at(0)}},
	}
}

// golden is a question with its answer checked by hand; see describe.
type golden struct {
	name, measures, dimensions string
	filters                    analysis.Filters
	want                       string
}

// trapFigures are about chainByHand: what went wrong in the reference system, one
// line for each, and every other measure.
var trapFigures = []golden{
	{"1 procedures by any dimension are procedures, lots are another measure", "procedures lots announcedLots", "method", nil, "openTender=1 3 1, singleSourceUnsuccessful=1 1 0"},
	{"2 an unknown method is a member, and no value has a blank one unless the source has none", "lotsValue", "method", nil, "openTender=200.00, singleSourceUnsuccessful=200.00"},
	{"3 savings are margin and normal reduction, each by its own definition", "thresholdLots dumpedLots thresholdReduction dumpingMargin normalReduction dumpingMarginSigned dumpingMarginShare dumpedMarginShare", "", nil,
		"2 1 35.00 10.00 25.00 5.00 0.285714 0.333333"},
	{"4 the times of a complaint have names of their own and add up over the same complaints", "complaints complaintStartTime complaintDecisionTime complaintWholeTime satisfiedShare", "", nil,
		"2 2.00 3.00 5.00 1.000000 | complaintStartTime noDate 1, complaintDecisionTime notDecided 1, complaintWholeTime notDecided 1"},
	{"4 a complaint on two grounds is one complaint", "complaints", "complaintGround", nil, "illegitimateAdmission=1, illegitimateDiscount=1, ~=1"},
	{"5 one date of publication serves lots, bids, awards and the form of the union", "lots bids awards successfulLots", "publishedDay", nil, "2026-01-01=4 3 3 3"},
	{"6 rows of the union's form are of the same lots: who won is among those who bid", "successfulLots failedLots", "eecMethod", nil, "open=2 0, singleSource=1 0"},
	{"7 a lot of several buyers is credited to each with its share", "lots lotsValue buyers", "buyer", nil, "B1=3 180.00 1, B2=1 20.00 1, B3=1 200.00 1"},
	{"7 a selection of one of its buyers counts the lot once and its share only", "lots lotsValue", "", analysis.Filters{"buyer": {"B2"}}, "1 20.00"},
	{"7 a selection of both counts it once and all of it", "lots lotsValue", "", analysis.Filters{"buyer": {"B1", "B2"}, "lotStatus": {"220"}}, "1 50.00"},
	{"8 the bidders of a buyer are many, not the buyer itself", "lots", "bidder", analysis.Filters{"buyer": {"B1"}}, "S1=1, S2=2, ~=1"},
	{"9 the share of non-residents divides bidders by bidders", "bidTenderers nonResidentBidders nonResidentBiddersShare", "", nil, "2 0 null"},
	{"10 an unsuccessful lot is named unsuccessful", "failedLots", "lotStatus", analysis.Filters{"lotStatus": {"unsuccessful"}}, ""},
	{"11 an award of the second place makes no winner", "awards winningAwards winners", "", nil, "3 2 3 | winners noIdentifier 1"},
	{"12 plan and fact compare the same purchases; what had no plan stands apart", "factPlanned factLots executionLots factContracts executionContracts factPayments executionPayments unplannedLots unplannedContracts unmatchedPlanPoints", "", nil,
		"200.00 400.00 0.500000 115.00 0.350000 90.00 0.200000 4 1 1"},
	{"12 nothing is lost on the way from plan to payment", "factPlanned factLots factContracts factPayments", "chain", nil,
		"contractWithoutPlan=0.00 0.00 45.00 50.00, lotWithoutPlan=0.00 300.00 0.00 0.00, paid=120.00 100.00 70.00 40.00, planned=80.00 0.00 0.00 0.00"},
	{"13 the average payment is of payments; the average of averages has another name", "paymentsCount paymentsValue averagePayment averageOfAveragePayments averagePayments executionShare", "", nil,
		"3 90.00 30.00 35.00 1.5000 0.782609 | paymentsCount notValid 1, paymentsValue notValid 1, averagePayment notValid 1, averageOfAveragePayments notValid 1, averagePayments notValid 1, executionShare notValid 1"},
	{"13 the value of contracts is offered with and without the cancelled ones", "contracts contractsValue contractsValueStanding overpaidContracts", "", nil,
		"3 315.00 115.00 1 | contracts notValid 1, contractsValue notValid 1, contractsValueStanding notValid 1, overpaidContracts notValid 1"},
	{"13 paid too much is a status with a name", "contracts", "contractStatus", nil, "active=1, cancelled=1, draft=0, overpaid=1 | contracts notValid 1"},
	{"16 the planned value is one, the other two are variants and the difference is counted", "plannedValue plannedEstimate plannedBudget plannedDifference", "", nil,
		"200.00 110.00 120.00 0.00 | plannedValue superseded 1, plannedEstimate superseded 1, plannedEstimate noValue 1, plannedBudget superseded 1, plannedBudget noValue 1, plannedDifference superseded 1, plannedDifference noValue 1"},
	{"1a.2 an additional agreement repeats the amount of its contract and is never added to it", "contractsValue agreements averageAgreements", "", analysis.Filters{"winner": {"S1"}}, "70.00 1 1.0000"},
	{"1a.2 an agreement on two grounds is one agreement", "signedAgreements contractsValueAllVersions", "", nil, "1 70.00"},
	{"1a.3 a price above the lot's value leaves no sum without a word", "priceReduction priceIncrease priceDifference", "", nil, "35.00 0.00 35.00"},
	{"1a.4 the percentage of savings is of the lots that have them", "priceReductionShare", "", nil, "0.233333"},
	{"1a.6 non-competitive shares are of all lots", "nonCompetitiveLots nonCompetitiveLotsShare nonCompetitiveValue nonCompetitiveValueShare", "", nil, "1 0.250000 200.00 0.500000"},
	{"1a.6 the adjustment is a percentage of the bid", "adjustmentValue averageAdjustment averageAdjustmentPercent weightedAdjustmentPercent criterionAdjustment", "", nil, "2.28 2.28 0.032500 0.032571 2.28"},
	{"competition is over complete competitive lots, none left out", "completeLots averageBids singleBidLots singleBidShare", "", nil, "2 1.5000 1 0.500000"},
	{"periods are of procedures", "biddingPeriod announcedBiddingPeriod enquiryPeriod awardingPeriod procedurePeriod", "", nil, "10.00 10.00 2.00 3.00 15.00"},
	{"enquiries and their answers", "enquiries unansweredEnquiries unansweredShare answerTime", "", nil, "2 1 0.500000 3.00 | answerTime notDecided 1"},
	{"concentration of suppliers", "largestSupplierShare topTenthValueShare topTenthCountShare supplierConcentration", "", nil,
		"0.634921 0.634921 0.333333 0.472915 | largestSupplierShare notValid 1, topTenthValueShare notValid 1, topTenthCountShare notValid 1, supplierConcentration notValid 1"},
	{"what the source does not tell is not known, which is not 0", "blacklistEntries rejections budgetLinesValue", "", nil,
		"null null null | blacklistEntries notInData 0, rejections notInData 0, budgetLinesValue notInData 0"},
	{"17 red flags are named and counted one by one", "flags", "flag", nil,
		"dumpingPrice=1, lowestRejected=1, othersRejected=1, overpaid=1, shortPeriod=3, singleBid=1"},
	{"successes, means and the median of lots", "announcedValue awardedValue averageBidsReceived averageBidders successfulShare lotsPerProcedure averageLotValue medianLotValue", "", nil,
		"50.00 150.00 1.5000 1.5000 0.750000 2.0000 100.00 50.00"},
	{"repeated procedures", "repeatedProcedures repeatedShare averageValuePerBuyer", "", nil, "1 0.500000 133.33"},
	{"means of contracts", "averageContractValue medianContractValue contractBuyers contractsPerSupplier contractsPerBuyer paymentsCountAll guaranteeValue", "", analysis.Filters{"contractStatus": {"!draft"}},
		"105.00 70.00 1 1.0000 3.0000 3 2.10"},
	{"contracts by the competitiveness of their method", "nonCompetitiveContracts nonCompetitiveContractsValue nonCompetitiveContractsShare nonCompetitiveContractsValueShare", "", analysis.Filters{"contractStatus": {"!draft"}},
		"1 200.00 0.333333 0.634921"},
	{"plan points have lines and a mean", "planBuyers annualPlanLines averagePlanValue", "", analysis.Filters{"planStatus": {"!11"}}, "0 1 100.00 | planBuyers noIdentifier 2"},
	{"what of the plan is followed", "factPlanPoints", "", nil, "2"},
	{"bids by what became of them", "bidsValue winningBids rejectedBids rejectedShare rejectedValue lotsWithRejected rejectedPerLot withdrawnBids evaluatedBids criterionScores", "", nil,
		"175.00 2 1 0.333333 60.00 1 0.5000 0 1 1"},
	{"talk about procedures", "enquiriesPerProcedure reviewedComplaints satisfiedComplaints", "", nil, "2.0000 1 1 | reviewedComplaints noDate 1"},
	{"lines and payments of contracts", "positions positionsValue treasuryPayments treasuryPaymentsValue", "", nil, "1 70.00 3 90.00"},
	{"flags by what they are raised on", "flaggedProcesses flaggedBuyers", "", nil, "1 1"},
}

// abroadByHand is a publication in US dollars with suppliers from abroad and a
// register of unreliable suppliers.
//
//	t1 of a method that no dictionary has, published 15 December 2025, lot of
//	   100 US dollars; t2 published 20 January 2026 without a method, lots of 40 US
//	   dollars and of 30 euros
//	F (a company of Germany, whose id is a foreign one) bids 90, 41 and 42 dollars and
//	   wins all; it was admitted at once in the first lot, after a correction in
//	   the second, and listed on the day of the third bid; D (of Kazakhstan) fails
//	   prequalification in the second and is rejected for two reasons
//	k1 with F of 90 dollars, signed while F was listed; k2 with D of 41 dollars,
//	   direct, D being a small business; lines of 60 from Germany and 30 of home
//	the register: F listed since 2025 (told twice), D until 2024, a third withdrawn
//	plan points of 70 dollars by two budget lines of 50 and 20
func abroadByHand() World {
	cents := func(n int64) *int64 { n *= 100; return &n }
	at := func(day int32) *int32 { return &day }
	yes, no := true, false
	december, january := at(20437), at(20473)
	process := func(ocid, kind, method string, day *int32) tables.Process {
		return tables.Process{OCID: ocid, Kind: kind, MethodDetails: method, PublishedDay: day, BuyerID: "B1", LastRelease: 20_500 * 86_400_000_000}
	}
	lot := func(ocid, id, method, currency string, day *int32, value, win *int64) tables.Lot {
		return tables.Lot{OCID: ocid, LotID: id, MethodDetails: method, Competitive: true, Status: "complete", BuyerID: "B1", PublishedDay: day, Currency: currency, ValueMinor: value,
			WinMinor: win, WinnerID: "F", WinnerCountry: "DE", Awarded: true, Bids: 1, Bidders: 1, Points: 1, Buyers: 1}
	}
	bid := func(ocid, lot, id, tenderer, country, status, prequalified string, listed *bool, value *int64) tables.Bid {
		return tables.Bid{OCID: ocid, LotID: lot, BidID: id, TendererID: tenderer, TendererCountry: country, Status: status, Prequalified: prequalified, Blacklisted: listed, ValueMinor: value, Currency: "USD"}
	}
	contract := func(ocid, root, supplier, country string, direct bool, listed *bool, value *int64) tables.Contract {
		return tables.Contract{OCID: ocid, RootID: root, ContractID: root, Status: "active", EffectiveStatus: "active", SupplierID: supplier, SupplierCountry: country, MethodDetails: "telepathy",
			BuyerID: "B1", ValueMinor: value, Currency: "USD", Direct: direct, Blacklisted: listed}
	}
	entry := func(ocid, party, id string, from, to *int32, withdrawn bool) tables.BlacklistEntry {
		return tables.BlacklistEntry{OCID: ocid, PartyID: party, EntryID: id, StartDay: from, EndDay: to, ReasonID: "1", Withdrawn: withdrawn}
	}
	return World{
		Processes: []tables.Process{process("t1", "tender", "telepathy", december), process("t2", "tender", "", january), process("p1", "plan", "", nil)},
		Lots: []tables.Lot{
			lot("t1", "1", "telepathy", "USD", december, cents(100), cents(90)), lot("t2", "1", "", "USD", january, cents(40), cents(41)),
			lot("t2", "2", "", "EUR", january, cents(30), cents(42)),
		},
		Bids: []tables.Bid{
			bid("t1", "1", "1", "F", "DE", "winner", "passed", &no, cents(90)), bid("t2", "1", "1", "F", "DE", "winner", "corrected", &no, cents(41)),
			bid("t2", "1", "2", "D", "KZ", "disqualified", "failed", &no, cents(39)), bid("t2", "2", "1", "F", "DE", "winner", "", &yes, cents(42)),
		},
		BidRejections: []tables.BidRejection{{OCID: "t2", LotID: "1", BidID: "2", ReasonID: "1"}, {OCID: "t2", LotID: "1", BidID: "2", ReasonID: "2"}},
		Contracts:     []tables.Contract{contract("t1", "k1", "F", "DE", false, &yes, cents(90)), contract("t2", "k2", "D", "KZ", true, &no, cents(41))},
		ContractItems: []tables.ContractItem{{OCID: "t1", RootID: "k1", ItemID: "1", Origin: "DE", ValueMinor: cents(60), Currency: "USD"}, {OCID: "t1", RootID: "k1", ItemID: "2", Origin: "KZ", ValueMinor: cents(30), Currency: "USD"}},
		PlanPoints:    []tables.PlanPoint{{OCID: "p1", RootID: "r1", Status: "5", Year: 2026, BuyerID: "B1", ValueMinor: cents(70), Currency: "USD"}},
		PlanBudgetLines: []tables.PlanBudgetLine{
			{OCID: "p1", RootID: "r1", Line: 1, ValueMinor: cents(50), Currency: "USD"}, {OCID: "p1", RootID: "r1", Line: 2, ValueMinor: cents(20), Currency: "USD"},
		},
		Parties:    []tables.Party{{OCID: "t1", PartyID: "F", Country: "DE"}, {OCID: "t2", PartyID: "F", Country: "DE"}, {OCID: "t2", PartyID: "D", Country: "KZ", Small: &yes}, {OCID: "t2", PartyID: "E"}},
		PartyRoles: []tables.PartyRole{{OCID: "t1", PartyID: "F", Role: "tenderer"}, {OCID: "t1", PartyID: "F", Role: "supplier"}, {OCID: "t2", PartyID: "D", Role: "tenderer"}},
		Blacklist: []tables.BlacklistEntry{
			entry("t1", "F", "1", at(20_100), nil, false), entry("t2", "F", "1", at(20_100), nil, false),
			entry("t2", "D", "2", at(19_000), at(19_800), false), entry("t2", "E", "3", at(20_100), at(20_900), true),
		},
	}
}

// abroadFigures are about abroadByHand. Its money is in US dollars.
var abroadFigures = []golden{
	{"1a.5 a method that no dictionary has and one that is not stated are members, and the parts are the total", "lotsValue", "method", nil, "telepathy=100.00, ~=40.00 | lotsValue otherCurrency 1"},
	{"1a.7 a period across months and years is one question", "procedures lots lotsValue", "", analysis.Filters{"publishedMonth": {"2025-12..2026-01"}}, "2 3 140.00 | lotsValue otherCurrency 1"},
	{"1a.7 and its months are its parts", "procedures lots lotsValue", "publishedMonth", nil, "2025-12=1 1 100.00, 2026-01=1 2 40.00 | lotsValue otherCurrency 1"},
	{"1a.8 a thing is listed under the flags that it has, and under no other", "flags", "flag", analysis.Filters{"flag": {"priceAboveLot", "blacklistedBidder", "blacklistedSupplier", "noSecurity"}},
		"blacklistedBidder=1, blacklistedSupplier=1, priceAboveLot=1"},
	{"14 an entry is current, expired or withdrawn, whatever the scheme of the id", "blacklistEntries blacklistedSuppliers", "listingState", nil, "current=1 1, expired=1 1, withdrawn=1 1"},
	{"14 a listed supplier is followed to its bids", "blacklistedBids bids", "bidder", nil, "D=0 1, F=1 3"},
	{"14 and to the contracts signed while it was listed", "blacklistedContracts contracts", "winner", nil, "D=0 1, F=1 1"},
	{"money in another currency than that of most values is left out and counted", "lotsValue contractsValue plannedValue budgetLinesValue", "", nil, "140.00 131.00 70.00 70.00 | lotsValue otherCurrency 1"},
	{"a sum of savings is in one currency", "priceReduction priceIncrease", "", nil, "10.00 1.00 | priceReduction otherCurrency 1, priceReduction negativeReduction 1, priceIncrease otherCurrency 1"},
	{"suppliers of contracts", "suppliers", "", nil, "2"},
	{"prequalification", "prequalifiedBids failedPrequalification correctedWinningBids firstAttemptWinningBids nonResidentWinningBids", "", nil, "3 2 1 1 3"},
	{"reasons of rejection", "rejections rejectedBids", "", nil, "2 1"},
	{"suppliers from abroad", "nonResidentBidders nonResidentBiddersShare nonResidentContracts nonResidentContractsValue importedShare", "", nil, "1 0.500000 1 90.00 0.666667"},
	{"contracts by direct award and with small businesses", "directContracts smallBusinessContracts", "", nil, "1 1"},
	{"organisations by role", "organisations", "role", nil, "supplier=1, tenderer=2"},
}

// traps holds what went wrong in the reference system, and checks every measure by
// hand.
func traps(t *testing.T, open func(*testing.T, string) analytics.Engine) {
	checked := map[string]bool{}
	for _, w := range []struct {
		name, currency string
		world          World
		figures        []golden
	}{{"chain", "KZT", chainByHand(), trapFigures}, {"abroad", "USD", abroadByHand(), abroadFigures}, {"by-hand", "KZT", byHand(), handFigures}} {
		e := open(t, t.TempDir())
		load(t, e, w.world, w.name)
		for _, c := range w.figures {
			for _, m := range strings.Fields(c.measures) {
				checked[m] = true
			}
			t.Run(c.name, func(t *testing.T) {
				q := analysis.Query{Measures: strings.Fields(c.measures), Filters: c.filters}
				if c.dimensions != "" {
					q.Dimensions, q.Order = []string{c.dimensions}, c.dimensions
				}
				p := compile(t, q)
				r, err := e.Run(t.Context(), p)
				if err != nil {
					t.Fatal(err)
				}
				if r.Currency != w.currency {
					t.Errorf("sums are in %s, want %s", r.Currency, w.currency)
				}
				if got := describe(p, r); got != c.want {
					t.Errorf("\ngot  %s\nwant %s", got, c.want)
				}
				if got, want := describe(p, w.world.Answer(p)), c.want; got != want {
					t.Errorf("the definitions give\n%s, want\n%s", got, want)
				}
			})
		}
	}
	for _, m := range catalog.Measures() {
		if !checked[m.ID] {
			t.Errorf("measure %s has no figure that is checked by hand", m.ID)
		}
		if d, ok := definitions[m.ID]; m.ID != "bidders" && (!ok || d.value == nil) {
			t.Errorf("measure %s has no slow definition", m.ID)
		}
	}
}
