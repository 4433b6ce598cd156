package enginetest

import (
	"strings"
	"testing"

	"github.com/kzocds/kzocds/analytics"
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

// traps holds what went wrong in the reference system, one test for each.
func traps(t *testing.T, open func(*testing.T, string) analytics.Engine) {
	e := open(t, t.TempDir())
	load(t, e, chainByHand(), "chain")
	for _, c := range []struct {
		name, measures, dimensions string
		filters                    analysis.Filters
		want                       string
	}{
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
	} {
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
			if got := describe(p, r); got != c.want {
				t.Errorf("\ngot  %s\nwant %s", got, c.want)
			}
			if got, want := describe(p, chainByHand().Answer(p)), c.want; got != want {
				t.Errorf("the definitions give\n%s, want\n%s", got, want)
			}
		})
	}
}
