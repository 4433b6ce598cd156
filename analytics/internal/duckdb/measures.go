package duckdb

import (
	"slices"
	"strings"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
)

// measure is how an indicator of the catalogue is computed.
type measure struct {
	// fact is the table whose rows are aggregated.
	fact string
	// per groups the rows by a column before they are aggregated, inner says what
	// of a group remains.
	per, inner string
	// value is an aggregate that gives an integer in the unit's scale. Of a ratio it
	// is the numerator, and over the denominator.
	value, over string
	// null tells that no row has no value, although there is no denominator.
	null bool
	// excluded has a condition per reason of the catalogue.
	excluded map[catalog.Reason]string
}

// source is what the measure is computed from; measures of one source are computed
// together.
func (m measure) source() string { return m.fact + "|" + m.per + "|" + m.inner }

// A lot of several buyers has several rows. Expressions count lots with n, which
// the statement turns into what counts each lot once.
const (
	lotsOpen  = "{n:"
	lotsClose = ":n}"
)

func n(condition string) string { return lotsOpen + condition + lotsClose }

// sum adds a column up over the rows where counted holds. It is 0 over no rows
// of the population, and null when there are rows but none has a value.
func sum(column, population, counted string) string {
	return "CASE WHEN count(*) FILTER (" + population + ") = 0 THEN 0 ELSE sum(" + column + ") FILTER (" + counted + ") END"
}

const (
	reduced     = "reduction_gap IS NOT NULL"
	threshold   = "threshold_reduction IS NOT NULL"
	validDeal   = "excluded = 0"
	payable     = "excluded = 0 AND NOT cancelled"
	standing    = "is_lot AND lot_status <> 'withdrawn'"
	withdrawn   = "is_lot AND lot_status = 'withdrawn'"
	competitive = "is_lot AND competitive = 'true'"
	announced   = competitive + " AND lot_status IN ('210', '220')"
	awardedLots = competitive + " AND awarded"
	complete    = competitive + " AND lot_status = 'complete'"
	direct      = standing + " AND competitive = 'false'"
	abroad      = "NOT IN ('', 'KZ')"
	always      = "true"
)

type gaps = map[catalog.Reason]string

// lotGaps are the reasons of a sum of lot values over a population.
func lotValueGaps(population string, more gaps) gaps {
	all := gaps{catalog.NoValue: n(population + " AND gap = 1"), catalog.OtherCurrency: n(population + " AND gap = 2")}
	for r, c := range more {
		all[r] = c
	}
	return all
}

func rows(condition string) string { return "count(*) FILTER (" + condition + ")" }

func valueGaps(population string, more gaps) gaps {
	all := gaps{catalog.NoValue: rows(population + " AND gap = 1"), catalog.OtherCurrency: rows(population + " AND gap = 2")}
	for r, c := range more {
		all[r] = c
	}
	return all
}

var (
	reductionGaps = gaps{
		catalog.NoValue: rows("reduction_gap = 1"), catalog.OtherCurrency: rows("reduction_gap = 2"), catalog.Negative: rows("reduction_gap = 3"),
	}
	withdrawnGap = gaps{catalog.Withdrawn: n(withdrawn)}
	contractGaps = gaps{catalog.NotValid: rows("excluded = 1"), catalog.RepeatedRoot: rows("excluded = 2")}
	planGaps     = gaps{catalog.Superseded: rows("excluded = 1")}
)

func only(g gaps, reasons ...catalog.Reason) gaps {
	some := gaps{}
	for _, r := range reasons {
		some[r] = g[r]
	}
	return some
}

// period is a mean of a duration over procedures.
func period(column, population string) measure {
	return measure{
		fact: "lots", per: "process", inner: "any_value(" + column + ") AS v, bool_or(" + population + ") AS counted",
		value: "sum(v) FILTER (counted) * 100", over: "count(v) FILTER (counted) * 86400000000",
		excluded: gaps{catalog.NoDate: rows("counted AND v IS NULL")},
	}
}

// supplied is an aggregate over the suppliers of contracts.
func supplied(inner, value, over string, excluded gaps) measure {
	return measure{fact: "contracts", per: "winner", inner: inner + ", count(*) FILTER (excluded = 1) AS drafts, count(*) FILTER (excluded = 2) AS repeats, " +
		"count(*) FILTER (excluded = 0 AND gap = 1) AS unvalued, count(*) FILTER (excluded = 0 AND gap = 2) AS foreign_money", value: value, over: over, excluded: excluded}
}

var suppliedGaps = gaps{
	catalog.NotValid: "coalesce(sum(drafts), 0)", catalog.RepeatedRoot: "coalesce(sum(repeats), 0)",
	catalog.NoValue: "coalesce(sum(unvalued), 0)", catalog.OtherCurrency: "coalesce(sum(foreign_money), 0)",
}

// top is the sum of the greatest tenth of the values, rounded up.
const top = "list_sum(list_reverse_sort(list(v) FILTER (v > 0))[1:(count(*) FILTER (v > 0) + 9) // 10])"

// measures has every measure of the catalogue; a test says so.
var measures = map[string]measure{
	"procedures":               {fact: "lots", value: "count(DISTINCT process) FILTER (process_kind = 'tender')"},
	"lots":                     {fact: "lots", value: n(standing), excluded: withdrawnGap},
	"lotsValue":                {fact: "lots", value: sum("value", standing, standing), excluded: lotValueGaps(standing, withdrawnGap)},
	"buyers":                   {fact: "lots", value: "count(DISTINCT buyer) FILTER (is_lot AND buyer <> 0)", excluded: gaps{catalog.NoIdentifier: "count(DISTINCT lot) FILTER (is_lot AND buyer = 0)"}},
	"bidders":                  {fact: "participations", value: "count(DISTINCT bidder) FILTER (bidder <> 0)"},
	"announcedLots":            {fact: "lots", value: n(announced)},
	"announcedValue":           {fact: "lots", value: sum("value", announced, announced), excluded: lotValueGaps(announced, nil)},
	"biddingPeriod":            period("bidding_us", competitive),
	"announcedBiddingPeriod":   period("bidding_us", announced),
	"enquiryPeriod":            period("enquiry_us", competitive),
	"awardingPeriod":           period("awarding_us", competitive),
	"procedurePeriod":          period("procedure_us", competitive),
	"nonCompetitiveLots":       {fact: "lots", value: n(direct)},
	"nonCompetitiveLotsShare":  {fact: "lots", value: n(direct), over: n(standing)},
	"nonCompetitiveValue":      {fact: "lots", value: sum("value", direct, direct), excluded: lotValueGaps(direct, nil)},
	"nonCompetitiveValueShare": {fact: "lots", value: "coalesce(sum(value) FILTER (" + direct + "), 0)", over: "sum(value) FILTER (" + standing + ")", excluded: lotValueGaps(standing, nil)},
	"awardedLots":              {fact: "lots", value: n(awardedLots)},
	"awardedValue":             {fact: "lots", value: sum("value", awardedLots, awardedLots), excluded: lotValueGaps(awardedLots, nil)},
	"completeLots":             {fact: "lots", value: n(complete)},
	"averageBids":              lotAverage("bids", complete),
	"averageBidsReceived":      {fact: "lots", per: "lot", inner: lotInner("bids", complete), value: "coalesce(sum(v), 0)", over: "count(*) FILTER (v > 0)", excluded: gaps{catalog.NoBids: rows("v = 0")}},
	"averageBidders":           lotAverage("bidders", complete),
	"singleBidLots":            {fact: "lots", value: n(complete + " AND bidders = 1")},
	"singleBidShare":           {fact: "lots", value: n(complete + " AND bidders = 1"), over: n(complete)},
	"priceReduction":           {fact: "lots", value: sum("reduction", reduced, reduced), excluded: reductionGaps},
	"priceReductionShare":      {fact: "lots", value: "sum(reduction)", over: "sum(reduction_base)", excluded: reductionGaps},
	"priceIncrease":            {fact: "lots", value: sum("increase", reduced, reduced), excluded: only(reductionGaps, catalog.NoValue, catalog.OtherCurrency)},
	"priceDifference":          {fact: "lots", value: sum("reduction - increase", reduced, reduced), excluded: only(reductionGaps, catalog.NoValue, catalog.OtherCurrency)},
	"thresholdLots":            {fact: "lots", value: rows(threshold)},
	"dumpedLots":               {fact: "lots", value: rows("margin_signed > 0")},
	"thresholdReduction":       {fact: "lots", value: sum("threshold_reduction", threshold, threshold)},
	"dumpingMargin":            {fact: "lots", value: sum("margin", threshold, threshold)},
	"dumpingMarginSigned":      {fact: "lots", value: sum("margin_signed", threshold, threshold)},
	"normalReduction":          {fact: "lots", value: sum("threshold_reduction - margin", threshold, threshold)},
	"dumpingMarginShare":       {fact: "lots", value: "sum(margin)", over: "sum(threshold_reduction)"},
	"dumpedMarginShare":        {fact: "lots", value: "sum(margin)", over: "sum(threshold_reduction) FILTER (margin_signed > 0)"},
	"successfulLots":           {fact: "lots", value: n("is_lot AND lot_status = 'complete'")},
	"failedLots":               {fact: "lots", value: n("is_lot AND lot_status IN ('unsuccessful', 'cancelled')")},
	"successfulShare":          {fact: "lots", value: n("is_lot AND lot_status = 'complete'"), over: n(standing)},
	"winners":                  {fact: "lots", value: "count(DISTINCT winner) FILTER (is_lot AND winner <> 0)", excluded: gaps{catalog.NoIdentifier: n("is_lot AND winner = 0")}},
	"lotsPerProcedure":         {fact: "lots", value: n(standing), over: "count(DISTINCT process) FILTER (process_kind = 'tender')"},
	"averageLotValue":          {fact: "lots", value: "sum(value) FILTER (" + standing + ")", over: n(standing + " AND gap = 0"), excluded: lotValueGaps(standing, nil)},
	"medianLotValue":           {fact: "lots", per: "lot", inner: "any_value(lot_value) AS v, any_value(gap) AS gap, bool_or(" + standing + ") AS counted", value: "quantile_disc(v, 0.5) FILTER (counted)", null: true, excluded: gaps{catalog.NoValue: rows("counted AND gap = 1"), catalog.OtherCurrency: rows("counted AND gap = 2")}},
	"repeatedProcedures":       {fact: "lots", value: "count(DISTINCT process) FILTER (process_kind = 'tender' AND repeated = 'true')"},
	"repeatedShare":            {fact: "lots", value: "count(DISTINCT process) FILTER (process_kind = 'tender' AND repeated = 'true')", over: "count(DISTINCT process) FILTER (process_kind = 'tender')"},
	"averageValuePerBuyer":     {fact: "lots", value: "sum(value) FILTER (" + standing + ")", over: "count(DISTINCT buyer) FILTER (is_lot AND buyer <> 0)", excluded: lotValueGaps(standing, nil)},

	"bids":                      {fact: "bids", value: "count(*)"},
	"bidsValue":                 {fact: "bids", value: sum("value", always, always), excluded: valueGaps(always, nil)},
	"winningBids":               {fact: "bids", value: rows("bid_status = 'winner'")},
	"rejectedBids":              {fact: "bids", value: rows("bid_status = 'disqualified'")},
	"rejectedShare":             {fact: "bids", value: rows("bid_status = 'disqualified'"), over: "count(*)"},
	"rejectedValue":             {fact: "bids", value: sum("value", "bid_status = 'disqualified'", "bid_status = 'disqualified'"), excluded: valueGaps("bid_status = 'disqualified'", nil)},
	"lotsWithRejected":          {fact: "bids", value: "count(DISTINCT lot) FILTER (bid_status = 'disqualified')"},
	"rejectedPerLot":            {fact: "bids", value: rows("bid_status = 'disqualified'"), over: "count(DISTINCT lot)"},
	"withdrawnBids":             {fact: "bids", value: rows("bid_status = 'withdrawn'")},
	"bidTenderers":              {fact: "bids", value: "count(DISTINCT bidder) FILTER (bidder <> 0)", excluded: gaps{catalog.NoIdentifier: rows("bidder = 0")}},
	"nonResidentBidders":        {fact: "bids", value: "count(DISTINCT bidder) FILTER (bidder <> 0 AND bidder_country " + abroad + ")"},
	"nonResidentBiddersShare":   {fact: "bids", value: "count(DISTINCT bidder) FILTER (bidder <> 0 AND bidder_country " + abroad + ")", over: "count(DISTINCT bidder) FILTER (bidder <> 0 AND bidder_country <> '')", excluded: gaps{catalog.NoIdentifier: rows("bidder = 0")}},
	"nonResidentWinningBids":    {fact: "bids", value: rows("bid_status = 'winner' AND bidder_country " + abroad)},
	"evaluatedBids":             {fact: "bids", value: rows("score IS NOT NULL")},
	"adjustmentValue":           {fact: "bids", value: sum("adjustment", "score IS NOT NULL", "score IS NOT NULL"), excluded: valueGaps("score IS NOT NULL", nil)},
	"averageAdjustment":         {fact: "bids", value: "sum(adjustment) FILTER (score IS NOT NULL)", over: "count(adjustment) FILTER (score IS NOT NULL)", excluded: valueGaps("score IS NOT NULL", nil)},
	"averageAdjustmentPercent":  {fact: "bids", value: "sum(score)", over: "count(score) * 1000000"},
	"weightedAdjustmentPercent": {fact: "bids", value: "sum(adjustment) FILTER (score IS NOT NULL)", over: "sum(value) FILTER (score IS NOT NULL AND adjustment IS NOT NULL)", excluded: valueGaps("score IS NOT NULL", nil)},
	"prequalifiedBids":          {fact: "bids", value: rows("prequalified <> ''")},
	"failedPrequalification":    {fact: "bids", value: rows("prequalified IN ('failed', 'corrected')")},
	"correctedWinningBids":      {fact: "bids", value: rows("prequalified = 'corrected' AND bid_status = 'winner'")},
	"firstAttemptWinningBids":   {fact: "bids", value: rows("prequalified = 'passed' AND bid_status = 'winner'")},
	"blacklistedBids":           {fact: "bids", value: rows("bidder_blacklisted = 'true'")},
	"rejections":                {fact: "rejections", value: "count(*)"},
	"criterionAdjustment":       {fact: "criteria", value: sum("value", "NOT pseudo", "NOT pseudo"), excluded: valueGaps("NOT pseudo", nil)},
	"criterionScores":           {fact: "criteria", value: rows("NOT pseudo AND score > 0")},
	"awards":                    {fact: "awards", value: "count(DISTINCT award) FILTER (competitive = 'true')"},
	"winningAwards":             {fact: "awards", value: "count(DISTINCT award) FILTER (competitive = 'true' AND wins)"},

	"enquiries":             {fact: "enquiries", value: "count(*)"},
	"unansweredEnquiries":   {fact: "enquiries", value: rows("NOT has_answer")},
	"unansweredShare":       {fact: "enquiries", value: rows("NOT has_answer"), over: "count(*)"},
	"answerTime":            {fact: "enquiries", value: "sum(answer_us) FILTER (has_answer) * 100", over: "count(answer_us) FILTER (has_answer) * 86400000000", excluded: gaps{catalog.NotDecided: rows("NOT has_answer"), catalog.NoDate: rows("has_answer AND answer_us IS NULL")}},
	"enquiriesPerProcedure": {fact: "enquiries", value: "count(*)", over: "count(DISTINCT process)"},
	"complaints":            {fact: "complaints", value: "count(DISTINCT complaint)"},
	"reviewedComplaints":    {fact: "complaints", value: "count(DISTINCT complaint) FILTER (start_us > 0)", excluded: gaps{catalog.NoDate: "count(DISTINCT complaint) FILTER ((start_us > 0) IS NOT TRUE)"}},
	"complaintStartTime":    complaintTime("start_us", gaps{catalog.NoDate: rows("v IS NULL")}),
	"complaintDecisionTime": complaintTime("decision_us", gaps{catalog.NotDecided: rows("NOT resolved"), catalog.NoDate: rows("resolved AND v IS NULL")}),
	"complaintWholeTime":    complaintTime("whole_us", gaps{catalog.NotDecided: rows("NOT resolved"), catalog.NoDate: rows("resolved AND v IS NULL")}),
	"satisfiedComplaints":   {fact: "complaints", value: "count(DISTINCT complaint) FILTER (complaint_status IN ('satisfied', 'partiallySatisfied'))"},
	"satisfiedShare":        {fact: "complaints", value: "count(DISTINCT complaint) FILTER (complaint_status IN ('satisfied', 'partiallySatisfied'))", over: "count(DISTINCT complaint) FILTER (complaint_status IN ('satisfied', 'partiallySatisfied', 'rejected'))"},

	"contracts":                         {fact: "contracts", value: rows(validDeal), excluded: contractGaps},
	"contractsValue":                    {fact: "contracts", value: sum("value", validDeal, validDeal), excluded: valueGaps(validDeal, contractGaps)},
	"contractsValueStanding":            {fact: "contracts", value: sum("value", payable, payable), excluded: valueGaps(payable, contractGaps)},
	"averageContractValue":              {fact: "contracts", value: "sum(value) FILTER (" + validDeal + ")", over: "count(value) FILTER (" + validDeal + ")", excluded: valueGaps(validDeal, contractGaps)},
	"medianContractValue":               {fact: "contracts", value: "quantile_disc(value, 0.5) FILTER (" + validDeal + ")", null: true, excluded: valueGaps(validDeal, contractGaps)},
	"suppliers":                         {fact: "contracts", value: "count(DISTINCT winner) FILTER (" + validDeal + " AND winner <> 0)", excluded: with(contractGaps, catalog.NoIdentifier, rows(validDeal+" AND winner = 0"))},
	"contractBuyers":                    {fact: "contracts", value: "count(DISTINCT buyer) FILTER (" + validDeal + " AND buyer <> 0)", excluded: with(contractGaps, catalog.NoIdentifier, rows(validDeal+" AND buyer = 0"))},
	"contractsPerSupplier":              {fact: "contracts", value: rows(validDeal), over: "count(DISTINCT winner) FILTER (" + validDeal + " AND winner <> 0)", excluded: contractGaps},
	"contractsPerBuyer":                 {fact: "contracts", value: rows(validDeal), over: "count(DISTINCT buyer) FILTER (" + validDeal + " AND buyer <> 0)", excluded: contractGaps},
	"paymentsCount":                     {fact: "contracts", value: "coalesce(sum(payments) FILTER (" + payable + "), 0)", excluded: contractGaps},
	"paymentsCountAll":                  {fact: "contracts", value: "coalesce(sum(payments) FILTER (" + validDeal + "), 0)", excluded: contractGaps},
	"paymentsValue":                     {fact: "contracts", value: sum("paid", payable, payable), excluded: with(with(contractGaps, catalog.NoValue, rows(payable+" AND paid IS NULL AND gap <> 2")), catalog.OtherCurrency, rows(payable+" AND paid IS NULL AND gap = 2"))},
	"averagePayments":                   {fact: "contracts", value: "coalesce(sum(payments) FILTER (" + payable + "), 0)", over: rows(payable), excluded: contractGaps},
	"averagePayment":                    {fact: "contracts", value: "sum(transacted) FILTER (" + payable + ")", over: "sum(tenge_payments) FILTER (" + payable + ")", excluded: contractGaps},
	"averageOfAveragePayments":          {fact: "contracts", value: "sum(transacted // tenge_payments) FILTER (" + payable + " AND tenge_payments > 0)", over: rows(payable + " AND tenge_payments > 0"), excluded: contractGaps},
	"executionShare":                    {fact: "contracts", value: "coalesce(sum(paid) FILTER (" + payable + " AND value IS NOT NULL), 0)", over: "sum(value) FILTER (" + payable + ")", excluded: valueGaps(payable, contractGaps)},
	"agreements":                        {fact: "contracts", value: "coalesce(sum(agreements) FILTER (" + validDeal + "), 0)", excluded: contractGaps},
	"averageAgreements":                 {fact: "contracts", value: "coalesce(sum(agreements) FILTER (" + validDeal + "), 0)", over: rows(validDeal), excluded: contractGaps},
	"guaranteeValue":                    {fact: "contracts", value: sum("guarantee", validDeal, validDeal), excluded: valueGaps(validDeal, contractGaps)},
	"nonCompetitiveContracts":           {fact: "contracts", value: rows(validDeal + " AND competitive = 'false'"), excluded: contractGaps},
	"nonCompetitiveContractsValue":      {fact: "contracts", value: sum("value", validDeal+" AND competitive = 'false'", validDeal+" AND competitive = 'false'"), excluded: valueGaps(validDeal+" AND competitive = 'false'", contractGaps)},
	"nonCompetitiveContractsShare":      {fact: "contracts", value: rows(validDeal + " AND competitive = 'false'"), over: rows(validDeal), excluded: contractGaps},
	"nonCompetitiveContractsValueShare": {fact: "contracts", value: "coalesce(sum(value) FILTER (" + validDeal + " AND competitive = 'false'), 0)", over: "sum(value) FILTER (" + validDeal + ")", excluded: valueGaps(validDeal, contractGaps)},
	"directContracts":                   {fact: "contracts", value: rows(validDeal + " AND direct = 'true'"), excluded: contractGaps},
	"smallBusinessContracts":            {fact: "contracts", value: rows(validDeal + " AND small_supplier = 'true'"), excluded: contractGaps},
	"nonResidentContracts":              {fact: "contracts", value: rows(validDeal + " AND winner_country " + abroad), excluded: contractGaps},
	"nonResidentContractsValue":         {fact: "contracts", value: sum("value", validDeal+" AND winner_country "+abroad, validDeal+" AND winner_country "+abroad), excluded: valueGaps(validDeal+" AND winner_country "+abroad, contractGaps)},
	"overpaidContracts":                 {fact: "contracts", value: rows(validDeal + " AND contract_status = 'overpaid'"), excluded: contractGaps},
	"blacklistedContracts":              {fact: "contracts", value: rows(validDeal + " AND supplier_blacklisted = 'true'"), excluded: contractGaps},
	"largestSupplierShare":              supplied("sum(value) FILTER ("+validDeal+") AS v", "max(v) FILTER (winner <> 0)", "sum(v)", suppliedGaps),
	"topTenthValueShare":                supplied("sum(value) FILTER ("+validDeal+" AND winner <> 0) AS v", top, "sum(v)", suppliedGaps),
	"topTenthCountShare":                supplied("count(*) FILTER ("+validDeal+" AND winner <> 0) AS v", top, "sum(v)", only(suppliedGaps, catalog.NotValid, catalog.RepeatedRoot)),
	"supplierConcentration":             supplied("sum(value) FILTER ("+validDeal+" AND winner <> 0) // 100 AS v", "sum(v::HUGEINT * v)", "sum(v)::HUGEINT * sum(v)::HUGEINT", suppliedGaps),
	"positions":                         {fact: "contract_items", value: rows(validDeal), excluded: contractGaps},
	"positionsValue":                    {fact: "contract_items", value: sum("value", validDeal, validDeal), excluded: valueGaps(validDeal, contractGaps)},
	"importedShare":                     {fact: "contract_items", value: "coalesce(sum(value) FILTER (" + validDeal + " AND origin " + abroad + "), 0)", over: "sum(value) FILTER (" + validDeal + " AND origin <> '')", excluded: valueGaps(validDeal, contractGaps)},
	"signedAgreements":                  {fact: "agreements", value: "count(DISTINCT agreement)"},
	"contractsValueAllVersions":         {fact: "agreements", per: "agreement", inner: "any_value(value) AS v, any_value(gap) AS gap", value: sum("v", always, always), excluded: valueGaps(always, nil)},
	"treasuryPayments":                  {fact: "payments", value: "count(*)"},
	"treasuryPaymentsValue":             {fact: "payments", value: sum("value", always, always), excluded: valueGaps(always, nil)},

	"planPoints":        {fact: "plan_points", value: rows(validDeal), excluded: planGaps},
	"plannedValue":      {fact: "plan_points", value: sum("value", validDeal, validDeal), excluded: valueGaps(validDeal, planGaps)},
	"plannedEstimate":   planned("estimate"),
	"plannedBudget":     planned("budget"),
	"plannedDifference": planned("value - budget"),
	"planBuyers":        {fact: "plan_points", value: "count(DISTINCT buyer) FILTER (" + validDeal + " AND buyer <> 0)", excluded: with(planGaps, catalog.NoIdentifier, rows(validDeal+" AND buyer = 0"))},
	"annualPlanLines":   {fact: "plan_points", value: "count(DISTINCT (buyer, coalesce(plan_year, 0), plan_month, item_group, method)) FILTER (" + validDeal + ")", excluded: planGaps},
	"averagePlanValue":  {fact: "plan_points", value: "sum(value) FILTER (" + validDeal + ")", over: "count(value) FILTER (" + validDeal + ")", excluded: valueGaps(validDeal, planGaps)},
	"budgetLinesValue":  {fact: "budget_lines", value: sum("value", validDeal, validDeal), excluded: valueGaps(validDeal, planGaps)},

	"factPlanned":         {fact: "plan_fact", value: "coalesce(sum(planned), 0)"},
	"factLots":            {fact: "plan_fact", value: "coalesce(sum(lots), 0)"},
	"factContracts":       {fact: "plan_fact", value: "coalesce(sum(contracts), 0)"},
	"factPayments":        {fact: "plan_fact", value: "coalesce(sum(payments), 0)"},
	"executionLots":       {fact: "plan_fact", value: "coalesce(sum(lots) FILTER (" + hasPlan + "), 0)", over: "sum(planned)"},
	"executionContracts":  {fact: "plan_fact", value: "coalesce(sum(contracts) FILTER (" + hasPlan + "), 0)", over: "sum(planned)"},
	"executionPayments":   {fact: "plan_fact", value: "coalesce(sum(payments) FILTER (" + hasPlan + "), 0)", over: "sum(planned)"},
	"factPlanPoints":      {fact: "plan_fact", value: rows(hasPlan)},
	"unmatchedPlanPoints": {fact: "plan_fact", value: rows("chain = 'planned'")},
	"unplannedLots":       {fact: "plan_fact", value: rows("chain = 'lotWithoutPlan'")},
	"unplannedContracts":  {fact: "plan_fact", value: rows("chain = 'contractWithoutPlan'")},

	"organisations":        {fact: "parties", value: "count(DISTINCT organisation) FILTER (organisation <> 0)"},
	"blacklistEntries":     {fact: "blacklist", value: "count(*)"},
	"blacklistedSuppliers": {fact: "blacklist", value: "count(DISTINCT organisation) FILTER (organisation <> 0)"},
	"flags":                {fact: "flags", value: "count(*)"},
	"flaggedProcesses":     {fact: "flags", value: "count(DISTINCT process)"},
	"flaggedBuyers":        {fact: "flags", value: "count(DISTINCT buyer) FILTER (buyer <> 0)", excluded: gaps{catalog.NoIdentifier: rows("buyer = 0")}},
}

const hasPlan = "chain NOT IN ('lotWithoutPlan', 'contractWithoutPlan')"

func lotInner(column, population string) string {
	return "any_value(" + column + ") FILTER (" + population + ") AS v"
}

func lotAverage(column, population string) measure {
	return measure{fact: "lots", per: "lot", inner: lotInner(column, population), value: "coalesce(sum(v), 0)", over: "count(v)"}
}

func complaintTime(column string, excluded gaps) measure {
	return measure{
		fact: "complaints", per: "complaint", inner: "any_value(" + column + ") AS v, any_value(resolved) AS resolved",
		value: "sum(v) * 100", over: "count(v) * 86400000000", excluded: excluded,
	}
}

func planned(column string) measure {
	return measure{fact: "plan_points", value: sum(column, validDeal, validDeal), excluded: with(with(planGaps,
		catalog.NoValue, rows(validDeal+" AND gap <> 2 AND ("+column+") IS NULL")), catalog.OtherCurrency, rows(validDeal+" AND gap = 2"))}
}

func with(g gaps, r catalog.Reason, condition string) gaps {
	all := gaps{r: condition}
	for k, v := range g {
		if _, own := all[k]; !own {
			all[k] = v
		}
	}
	return all
}

// multiplier brings a quotient into the unit's scale.
var multiplier = map[catalog.Unit]string{catalog.Fraction: "1000000", catalog.Average: "10000", catalog.Tenge: "1", catalog.Days: "1", catalog.Count: "1"}

// expression is the aggregate of the measure as an integer in its scale; counting
// says how lots are counted. A quotient is rounded half away from zero.
func (m measure) expression(u catalog.Unit, counting counting) string {
	value, over := counting.write(m.value), counting.write(m.over)
	if over == "" {
		return "(" + value + ")::HUGEINT"
	}
	return "CASE WHEN (" + over + ") > 0 THEN sign(" + value + ")::HUGEINT * ((2 * " + multiplier[u] + " * abs((" + value + ")::HUGEINT) + (" + over + ")::HUGEINT) // (2 * (" + over + ")::HUGEINT)) END"
}

// counting is how lots are counted where one may have several rows.
type counting int

const (
	byLead     counting = iota // every lot of the rows is there with the row that stands for it
	byRow                      // no lot is there twice
	byDistinct                 // neither is known
)

func (c counting) write(expression string) string {
	for {
		from := strings.Index(expression, lotsOpen)
		if from < 0 {
			return expression
		}
		to := from + strings.Index(expression[from:], lotsClose)
		condition := expression[from+len(lotsOpen) : to]
		var counted string
		switch c {
		case byLead:
			counted = "count(*) FILTER (lead AND (" + condition + "))"
		case byRow:
			counted = "count(*) FILTER (" + condition + ")"
		default:
			counted = "count(DISTINCT lot) FILTER (" + condition + ")"
		}
		expression = expression[:from] + counted + expression[to+len(lotsClose):]
	}
}

// columns names the column of every field of the catalogue whose name is not the
// field's own in small letters with underscores.
var columns = func() map[string]string {
	all := map[string]string{}
	for _, f := range catalog.Fields() {
		var b strings.Builder
		for _, c := range f.ID {
			if c >= 'A' && c <= 'Z' {
				b.WriteByte('_')
				c += 'a' - 'A'
			}
			b.WriteRune(c)
		}
		all[f.ID] = b.String()
	}
	// What happened to the process of a row; only where Changes has made the table.
	all[cause.ID] = "coalesce((SELECT happened FROM causes WHERE changed = ocid), '" + plan.SameProcess + "')"
	return all
}()

// cause is the dimension of Changes.
var cause = catalog.Field{ID: "cause", Type: catalog.Code, Dimension: true}

// byBidder tells whether the table has a row per bidder.
func byBidder(fact string) bool {
	return slices.Contains([]string{"participations", "bids", "rejections", "criteria"}, fact)
}

// blank is the condition under which a field is not stated.
func blank(f catalog.Field, column string) string {
	switch f.Type {
	case catalog.Code, catalog.Named, catalog.Identifier:
		return column + " = ''"
	case catalog.Organisation:
		return column + " = 0"
	}
	return column + " IS NULL"
}
