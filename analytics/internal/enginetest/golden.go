package enginetest

import (
	"fmt"
	"strings"

	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/proto/analysis"
	"github.com/kzocds/kzocds/proto/tables"
)

// byHand is a world small enough to check every figure by hand:
//
//	t1 open tender of 1 January 2026, two lots of 100 and 50 tenge:
//	   lot 1 won by S1 for 90, bids of S1 and S2
//	   lot 2 won by S2 for 60 (above its value), bids of S1 and S2
//	   and a third of 500 that an earlier revision of the documents had
//	t2 single source by direct contract, one lot of 30, supplier S3, no bids
//	t3 open tender without lots; t4 of a method that the dictionary lacks, one
//	   lot without value; t5 open tender, one lot of 10 US dollars won for 5
//	a contract of 90 with t1, a draft of 7, a direct contract of 20
//	plan points of 1000 and, changed, of 500
func byHand() World {
	tenge := func(n int64) *int64 { n *= 100; return &n }
	day := int32(20454) // 2026-01-01
	lot := func(ocid, id, method string, competitive bool, value, win *int64, winner, currency string) tables.Lot {
		return tables.Lot{
			OCID: ocid, LotID: id, MethodDetails: method, Competitive: competitive, BuyerID: "B" + ocid[1:2], PublishedDay: &day,
			ValueMinor: value, WinMinor: win, WinnerID: winner, Awarded: winner != "", Currency: currency,
		}
	}
	process := func(ocid, kind, method string) tables.Process {
		return tables.Process{OCID: ocid, Kind: kind, MethodDetails: method, PublishedDay: &day}
	}
	bid := func(lot, id, tenderer string) tables.Bid {
		return tables.Bid{OCID: "t1", LotID: lot, BidID: id, TendererID: tenderer}
	}
	contract := func(ocid, root, status string, value *int64) tables.Contract {
		return tables.Contract{OCID: ocid, RootID: root, ContractID: root, Status: status, ValueMinor: value, Currency: "KZT", MethodDetails: "openTender"}
	}
	point := func(ocid, status string, value *int64) tables.PlanPoint {
		return tables.PlanPoint{OCID: ocid, RootID: ocid, Status: status, ValueMinor: value, Currency: "KZT", Year: 2026}
	}
	revised := lot("t1", "3", "openTender", true, tenge(500), nil, "", "KZT")
	revised.Status = "withdrawn"
	return World{
		Processes: []tables.Process{
			process("t1", "tender", "openTender"), process("t2", "tender", "singleSourcePlan"), process("t3", "tender", "openTender"),
			process("t4", "tender", "telepathy"), process("t5", "tender", "openTender"), process("c1", "contract", "openTender"),
			process("p1", "plan", ""), process("p2", "plan", ""),
		},
		Lots: []tables.Lot{
			lot("t1", "1", "openTender", true, tenge(100), tenge(90), "S1", "KZT"),
			lot("t1", "2", "openTender", true, tenge(50), tenge(60), "S2", "KZT"),
			revised,
			lot("t2", "1", "singleSourcePlan", false, tenge(30), tenge(30), "S3", "KZT"),
			lot("t4", "1", "telepathy", true, nil, nil, "", ""),
			lot("t5", "1", "openTender", true, tenge(10), tenge(5), "S1", "USD"),
		},
		Bids:       []tables.Bid{bid("1", "1", "S1"), bid("2", "1", "S1"), bid("1", "2", "S2"), bid("2", "2", "S2")},
		Contracts:  []tables.Contract{contract("t1", "k1", "active", tenge(90)), contract("t1", "k2", "draft", tenge(7)), contract("c1", "k3", "terminated", tenge(20))},
		PlanPoints: []tables.PlanPoint{point("p1", "5", tenge(1000)), point("p2", "11", tenge(500))},
	}
}

// handFigures are about byHand.
var handFigures = []golden{
	{"the tiles", "procedures lots lotsValue buyers bidders bids awardedLots priceReduction priceReductionShare", "", nil,
		"5 5 180.00 4 3 4 3 10.00 0.066667 | lots withdrawn 1, lotsValue withdrawn 1, lotsValue noValue 1, lotsValue otherCurrency 1, priceReduction otherCurrency 1, priceReduction negativeReduction 1, priceReductionShare otherCurrency 1, priceReductionShare negativeReduction 1"},
	{"contracts and plans", "contracts contractsValue planPoints plannedValue", "", nil,
		"2 110.00 1 1000.00 | contracts notValid 1, contractsValue notValid 1, planPoints superseded 1, plannedValue superseded 1"},
	{"procedures by method are procedures, not lots", "procedures lots", "method", nil,
		"openTender=3 3, singleSourcePlan=1 1, telepathy=1 1 | lots withdrawn 1"},
	{"an unknown method is a member of its own", "lots lotsValue", "method", analysis.Filters{"method": {"telepathy"}},
		"telepathy=1 null | lotsValue noValue 1"},
	{"a lot counts once for each bidder, and once in the total", "lots lotsValue bids", "bidder", nil,
		"S1=2 150.00 2, S2=2 150.00 2, S3=1 30.00 0, ~=2 null 0 | lots withdrawn 1, lotsValue withdrawn 1, lotsValue noValue 1, lotsValue otherCurrency 1"},
	{"the lots in which a supplier takes part", "lots lotsValue bids bidders", "", analysis.Filters{"bidder": {"S1"}},
		"2 150.00 2 1"},
	{"the lots in which a supplier takes no part", "lots procedures bidders", "", analysis.Filters{"bidder": {"!S1"}},
		"3 5 1 | lots withdrawn 1"},
	{"nothing selected", "lots lotsValue priceReduction priceReductionShare", "", analysis.Filters{"buyer": {"nobody"}},
		"0 0.00 0.00 null"},
}

// describe writes a result as the table above has it.
func describe(p plan.Plan, r plan.Result) string {
	var groups, excluded []string
	for _, g := range r.Groups {
		var values []string
		for i, v := range g.Values {
			text := plan.Decimal(v, p.Measures[i].Unit)
			if v == nil {
				text = "null"
			}
			values = append(values, text)
		}
		text := strings.Join(values, " ")
		for _, m := range g.Members {
			text = plan.Escape(m.ID) + "=" + text
		}
		groups = append(groups, text)
	}
	for _, e := range r.Excluded {
		excluded = append(excluded, fmt.Sprintf("%s %s %d", e.Measure, e.Reason, e.Rows))
	}
	text := strings.Join(groups, ", ")
	if len(excluded) > 0 {
		text += " | " + strings.Join(excluded, ", ")
	}
	return text
}
