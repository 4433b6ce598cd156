package duckdb

import "github.com/kzocds/kzocds/analytics/catalog"

// measure is how an indicator of the catalogue is computed.
type measure struct {
	// fact is the table whose rows are aggregated.
	fact string
	// value is an aggregate that gives an integer in the unit's scale. Of a
	// fraction it is the numerator, and over the denominator.
	value, over string
	// excluded has a condition per reason of the catalogue.
	excluded map[catalog.Reason]string
}

// sum adds a column up over the rows where counted holds. It is 0 over no rows
// of the population, and null when there are rows but none has a value.
func sum(column, population, counted string) string {
	return "CASE WHEN count(*) FILTER (" + population + ") = 0 THEN 0 ELSE sum(" + column + ") FILTER (" + counted + ") END"
}

const (
	reduced   = "reduction_gap IS NOT NULL"
	validDeal = "excluded = 0"
	standing  = "is_lot AND lot_status <> 'withdrawn'"
	withdrawn = "is_lot AND lot_status = 'withdrawn'"
)

var (
	reductionGaps = map[catalog.Reason]string{
		catalog.NoValue: "reduction_gap = 1", catalog.OtherCurrency: "reduction_gap = 2", catalog.Negative: "reduction_gap = 3",
	}
	lotGaps      = map[catalog.Reason]string{catalog.Withdrawn: withdrawn}
	contractGaps = map[catalog.Reason]string{catalog.NotValid: "excluded = 1", catalog.RepeatedRoot: "excluded = 2"}
	planGaps     = map[catalog.Reason]string{catalog.Superseded: "excluded = 1"}
)

func withValueGaps(m map[catalog.Reason]string, population string) map[catalog.Reason]string {
	all := map[catalog.Reason]string{
		catalog.NoValue:       population + " AND gap = 1",
		catalog.OtherCurrency: population + " AND gap = 2",
	}
	for r, condition := range m {
		all[r] = condition
	}
	return all
}

// measures has every measure of the catalogue; a test says so.
var measures = map[string]measure{
	"procedures":          {fact: "lots", value: "count(DISTINCT process) FILTER (process_kind = 'tender')"},
	"lots":                {fact: "lots", value: "count(*) FILTER (" + standing + ")", excluded: lotGaps},
	"lotsValue":           {fact: "lots", value: sum("value", standing, standing), excluded: withValueGaps(lotGaps, standing)},
	"buyers":              {fact: "lots", value: "count(DISTINCT buyer) FILTER (is_lot AND buyer <> 0)", excluded: map[catalog.Reason]string{catalog.NoIdentifier: "is_lot AND buyer = 0"}},
	"bidders":             {fact: "participations", value: "count(DISTINCT bidder) FILTER (bidder <> 0)"},
	"bids":                {fact: "bids", value: "count(*)"},
	"awardedLots":         {fact: "lots", value: "count(*) FILTER (is_lot AND competitive = 'true' AND awarded)"},
	"priceReduction":      {fact: "lots", value: sum("reduction", reduced, reduced), excluded: reductionGaps},
	"priceReductionShare": {fact: "lots", value: "sum(reduction)", over: "sum(reduction_base)", excluded: reductionGaps},
	"contracts":           {fact: "contracts", value: "count(*) FILTER (" + validDeal + ")", excluded: contractGaps},
	"contractsValue":      {fact: "contracts", value: sum("value", validDeal, validDeal), excluded: withValueGaps(contractGaps, validDeal)},
	"planPoints":          {fact: "plan_points", value: "count(*) FILTER (" + validDeal + ")", excluded: planGaps},
	"plannedValue":        {fact: "plan_points", value: sum("value", validDeal, validDeal), excluded: withValueGaps(planGaps, validDeal)},
}

// expression is the aggregate of the measure as an integer in its scale.
func (m measure) expression() string {
	if m.over == "" {
		return "(" + m.value + ")::HUGEINT"
	}
	// Half away from zero at 6 decimals; no value is negative here.
	return "CASE WHEN (" + m.over + ") > 0 THEN (2 * 1000000 * (" + m.value + ")::HUGEINT + (" + m.over + ")) // (2 * (" + m.over + ")) END"
}

// columns names the column of every field of the catalogue.
var columns = map[string]string{
	"method": "method", "competitive": "competitive", "lotStatus": "lot_status", "category": "category", "class": "class",
	"buyer": "buyer", "bidder": "bidder", "winner": "winner", "region": "region", "processKind": "process_kind",
	"publishedYear": "published_year", "publishedQuarter": "published_quarter", "publishedMonth": "published_month", "publishedDay": "published_day",
	"signedYear": "signed_year", "signedQuarter": "signed_quarter", "signedMonth": "signed_month", "signedDay": "signed_day",
	"planYear": "plan_year", "planMonth": "plan_month",
	"lotValue": "value",
}

// byBidder tells whether the table has a row per bidder.
func byBidder(fact string) bool { return fact == "participations" || fact == "bids" }

// blank is the condition under which a field is not stated.
func blank(f catalog.Field, column string) string {
	switch f.Type {
	case catalog.Code:
		return column + " = ''"
	case catalog.Organisation:
		return column + " = 0"
	}
	return column + " IS NULL"
}
