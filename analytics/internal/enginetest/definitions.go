package enginetest

import (
	"math/big"
	"slices"
	"strings"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
)

// The definitions of the catalogue, each over the selected rows of its dataset.

// rowset is rows without repetition.
type rowset []*row

type definition struct {
	value    func(rowset) plan.Value
	excluded map[catalog.Reason]func(rowset) int64
}

type test = func(*row) bool

func is(name string) test { return func(r *row) bool { return r.is[name] } }
func has(field string, v ...string) test {
	return func(r *row) bool { return slices.Contains(v, r.fields[field]) }
}
func stated(field string) test  { return func(r *row) bool { return r.fields[field] != "" } }
func numbered(name string) test { return func(r *row) bool { return r.number[name] != nil } }
func not(t test) test           { return func(r *row) bool { return !t(r) } }
func all(tests ...test) test {
	return func(r *row) bool { return !slices.ContainsFunc(tests, func(t test) bool { return !t(r) }) }
}
func either(tests ...test) test {
	return func(r *row) bool { return slices.ContainsFunc(tests, func(t test) bool { return t(r) }) }
}
func abroad(field string) test { return not(has(field, "", "KZ")) }

var (
	every     = all()
	lot       = is("lot")
	withdrawn = all(lot, has("lotStatus", "withdrawn"))
	standing  = all(lot, not(has("lotStatus", "withdrawn")))
	competing = all(lot, has("competitive", "true"))
	open      = all(competing, has("lotStatus", "210", "220"))
	awarded   = all(competing, is("awarded"))
	complete  = all(competing, has("lotStatus", "complete"))
	direct    = all(standing, has("competitive", "false"))
	counted   = is("counted")
	payable   = all(counted, not(is("cancelled")))
	rejected  = has("bidStatus", "disqualified")
	winning   = has("bidStatus", "winner")
	evaluated = numbered("score")
	satisfied = has("complaintStatus", "satisfied", "partiallySatisfied")
	onPlan    = not(has("chain", "lotWithoutPlan", "contractWithoutPlan"))
	reducible = func(r *row) bool {
		return r.is["reducible"] && r.number["lot"] != nil && r.number["win"] != nil && r.is["inTenge"]
	}
	thresholded = func(r *row) bool { return reducible(r) && r.number["min"] != nil && *r.number["min"] > 0 }
	dumped      = func(r *row) bool { return thresholded(r) && *r.number["win"] < *r.number["min"] }
	single      = func(r *row) bool { return complete(r) && *r.number["bidders"] == 1 }
)

// things counts different things among the rows that pass.
func things(id string, t test) func(rowset) int64 {
	return func(rows rowset) int64 {
		seen := map[string]bool{}
		for _, r := range rows {
			if t(r) {
				seen[r.id[id]] = true
			}
		}
		return int64(len(seen))
	}
}

func members(field string, t test) func(rowset) int64 {
	return func(rows rowset) int64 {
		seen := map[string]bool{}
		for _, r := range rows {
			if t(r) && r.fields[field] != "" {
				seen[r.fields[field]] = true
			}
		}
		return int64(len(seen))
	}
}

func rowsThat(t test) func(rowset) int64 {
	return func(rows rowset) int64 {
		n := int64(0)
		for _, r := range rows {
			if t(r) {
				n++
			}
		}
		return n
	}
}

func count(n func(rowset) int64) func(rowset) plan.Value {
	return func(rows rowset) plan.Value { return big.NewInt(n(rows)) }
}

// amount is what a row contributes to a sum, nil when nothing is known of it.
type amount = func(*row) *int64

func number(name string) amount { return func(r *row) *int64 { return r.number[name] } }

func reduction(f func(lot, win, min int64) int64) amount {
	return func(r *row) *int64 {
		if !reducible(r) {
			return nil
		}
		var least int64
		if r.number["min"] != nil {
			least = *r.number["min"]
		}
		n := f(*r.number["lot"], *r.number["win"], least)
		return &n
	}
}

var (
	saved  = reduction(func(lot, win, _ int64) int64 { return max(lot-win, 0) })
	lost   = reduction(func(lot, win, _ int64) int64 { return max(win-lot, 0) })
	plain  = reduction(func(lot, win, _ int64) int64 { return lot - win })
	margin = reduction(func(lot, win, min_ int64) int64 { return max(min(min_, lot)-win, 0) })
	signed = reduction(func(_, win, min_ int64) int64 { return min_ - win })
	normal = reduction(func(lot, win, min_ int64) int64 { return max(lot-win, 0) - max(min(min_, lot)-win, 0) })
	base   = reduction(func(lot, _, _ int64) int64 { return lot })
)

// total adds up; n counts the rows that contribute, of population rows.
func total(a amount, t test, rows rowset) (sum *big.Int, n, population int64) {
	sum = new(big.Int)
	for _, r := range rows {
		if !t(r) {
			continue
		}
		population++
		if v := a(r); v != nil {
			sum.Add(sum, big.NewInt(*v))
			n++
		}
	}
	return sum, n, population
}

// sum is 0 over nothing, and not known when nothing of the population is known.
func sum(a amount, t test) func(rowset) plan.Value {
	return func(rows rowset) plan.Value {
		s, n, population := total(a, t, rows)
		if population > 0 && n == 0 {
			return nil
		}
		return s
	}
}

// plainSum is 0 when nothing is known.
func plainSum(a amount, t test) func(rowset) plan.Value {
	return func(rows rowset) plan.Value {
		s, _, _ := total(a, t, rows)
		return s
	}
}

// quotient rounds numerator × scale / denominator half away from zero.
func quotient(scale int64, numerator, denominator func(rowset) plan.Value) func(rowset) plan.Value {
	return func(rows rowset) plan.Value {
		a, b := numerator(rows), denominator(rows)
		if a == nil || b == nil || b.Sign() <= 0 {
			return nil
		}
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(a, big.NewInt(scale)), b)
		rounded, _ := new(big.Int).SetString(exact.FloatString(0), 10)
		return rounded
	}
}

func known(a amount, t test) func(rowset) plan.Value {
	return func(rows rowset) plan.Value {
		_, n, _ := total(a, t, rows)
		return big.NewInt(n)
	}
}

// mean is the mean of a known amount, in the scale given; nil over none.
func mean(scale int64, a amount, t test) func(rowset) plan.Value {
	return quotient(scale, plainSum(a, t), known(a, t))
}

// days is the mean of microseconds as hundredths of days.
func days(a amount, t test) func(rowset) plan.Value {
	return quotient(100, plainSum(a, t), func(rows rowset) plan.Value {
		return new(big.Int).Mul(known(a, t)(rows), big.NewInt(86_400_000_000))
	})
}

// each keeps one row for every different thing.
func each(id string, rows rowset) rowset {
	seen := map[string]bool{}
	var kept rowset
	for _, r := range rows {
		if !seen[r.id[id]] {
			seen[r.id[id]] = true
			kept = append(kept, r)
		}
	}
	return kept
}

func perThing(id string, f func(rowset) plan.Value) func(rowset) plan.Value {
	return func(rows rowset) plan.Value { return f(each(id, rows)) }
}

// procedurePeriod is a mean over procedures with a row that passes.
func procedurePeriod(name string, t test) definition {
	selected := func(rows rowset) rowset {
		return each("process", slices.DeleteFunc(slices.Clone(rows), func(r *row) bool { return !t(r) }))
	}
	return definition{
		func(rows rowset) plan.Value { return days(number(name), every)(selected(rows)) },
		map[catalog.Reason]func(rowset) int64{catalog.NoDate: func(rows rowset) int64 { return rowsThat(not(numbered(name)))(selected(rows)) }},
	}
}

// median is the least value that at least half of the rows do not exceed.
func median(a amount, t test) func(rowset) plan.Value {
	return func(rows rowset) plan.Value {
		var values []int64
		for _, r := range rows {
			if v := a(r); t(r) && v != nil {
				values = append(values, *v)
			}
		}
		if len(values) == 0 {
			return nil
		}
		slices.Sort(values)
		return big.NewInt(values[(len(values)-1)/2])
	}
}

// bySupplier adds up what every known supplier has, the greatest first.
func bySupplier(a amount, t test, rows rowset) []*big.Int {
	sums := map[string]*big.Int{}
	for _, r := range rows {
		v := a(r)
		if !t(r) || v == nil || r.fields["winner"] == "" {
			continue
		}
		if sums[r.fields["winner"]] == nil {
			sums[r.fields["winner"]] = new(big.Int)
		}
		sums[r.fields["winner"]].Add(sums[r.fields["winner"]], big.NewInt(*v))
	}
	var list []*big.Int
	for _, s := range sums {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *big.Int) int { return b.Cmp(a) })
	return list
}

func add(list []*big.Int) *big.Int {
	s := new(big.Int)
	for _, v := range list {
		s.Add(s, v)
	}
	return s
}

func topTenth(a amount) func(rowset) plan.Value {
	return quotient(1_000_000, func(rows rowset) plan.Value {
		list := slices.DeleteFunc(bySupplier(a, counted, rows), func(v *big.Int) bool { return v.Sign() <= 0 })
		if len(list) == 0 {
			return nil
		}
		return add(list[:(len(list)+9)/10])
	}, func(rows rowset) plan.Value { return add(bySupplier(a, counted, rows)) })
}

func one(*row) *int64 { n := int64(1); return &n }

type reasons = map[catalog.Reason]func(rowset) int64

func valueReasons(of func(test) func(rowset) int64, t test, more reasons) reasons {
	r := reasons{catalog.NoValue: of(all(t, is("noValue"))), catalog.OtherCurrency: of(all(t, is("otherCurrency")))}
	for k, v := range more {
		r[k] = v
	}
	return r
}

func lotsThat(t test) func(rowset) int64 { return things("lot", t) }

var (
	lotWithdrawn = reasons{catalog.Withdrawn: lotsThat(withdrawn)}
	noReduction  = reasons{
		catalog.NoValue: rowsThat(func(r *row) bool { return r.is["reducible"] && (r.number["lot"] == nil || r.number["win"] == nil) }),
		catalog.OtherCurrency: rowsThat(func(r *row) bool {
			return r.is["reducible"] && r.number["lot"] != nil && r.number["win"] != nil && !r.is["inTenge"]
		}),
	}
	noReductionOrLoss = merge(noReduction, reasons{catalog.Negative: rowsThat(func(r *row) bool { return reducible(r) && *r.number["win"] > *r.number["lot"] })})
	ofContract        = reasons{catalog.NotValid: rowsThat(is("draft")), catalog.RepeatedRoot: rowsThat(is("repeated"))}
	ofPlan            = reasons{catalog.Superseded: rowsThat(is("draft"))}
)

func merge(a, b reasons) reasons {
	m := reasons{}
	for k, v := range a {
		m[k] = v
	}
	for k, v := range b {
		m[k] = v
	}
	return m
}

func lotSum(t test, more reasons) definition {
	return definition{sum(number("value"), t), valueReasons(lotsThat, t, more)}
}

func contractSum(t test) definition {
	return definition{sum(number("value"), t), valueReasons(rowsThat, t, ofContract)}
}

func contractCount(t test) definition {
	return definition{count(rowsThat(all(counted, t))), ofContract}
}

func share(part, whole func(rowset) int64) func(rowset) plan.Value {
	return quotient(1_000_000, count(part), count(whole))
}

func planned(name string) definition {
	return definition{sum(number(name), counted), merge(ofPlan, reasons{
		catalog.NoValue:       rowsThat(all(counted, not(is("otherCurrency")), not(numbered(name)))),
		catalog.OtherCurrency: rowsThat(all(counted, is("otherCurrency"))),
	})}
}

var (
	procedures = things("process", is("tender"))
	repeats    = things("process", all(is("tender"), has("repeated", "true")))
	lotReduced = is("reducible")
)

var definitions = map[string]definition{
	"procedures":               {count(procedures), nil},
	"lots":                     {count(lotsThat(standing)), lotWithdrawn},
	"lotsValue":                lotSum(standing, lotWithdrawn),
	"buyers":                   {count(members("buyer", lot)), reasons{catalog.NoIdentifier: lotsThat(all(lot, not(stated("buyer"))))}},
	"announcedLots":            {count(lotsThat(open)), nil},
	"announcedValue":           lotSum(open, nil),
	"biddingPeriod":            procedurePeriod("bidding", competing),
	"announcedBiddingPeriod":   procedurePeriod("bidding", open),
	"enquiryPeriod":            procedurePeriod("enquiring", competing),
	"awardingPeriod":           procedurePeriod("awarding", competing),
	"procedurePeriod":          procedurePeriod("whole", competing),
	"nonCompetitiveLots":       {count(lotsThat(direct)), nil},
	"nonCompetitiveLotsShare":  {share(lotsThat(direct), lotsThat(standing)), nil},
	"nonCompetitiveValue":      lotSum(direct, nil),
	"nonCompetitiveValueShare": {quotient(1_000_000, plainSum(number("value"), direct), plainSum(number("value"), standing)), valueReasons(lotsThat, standing, nil)},
	"awardedLots":              {count(lotsThat(awarded)), nil},
	"awardedValue":             lotSum(awarded, nil),
	"completeLots":             {count(lotsThat(complete)), nil},
	"averageBids":              {perThing("lot", mean(10_000, number("bids"), complete)), nil},
	"averageBidsReceived": {
		perThing("lot", mean(10_000, number("bids"), func(r *row) bool { return complete(r) && *r.number["bids"] > 0 })),
		reasons{catalog.NoBids: lotsThat(func(r *row) bool { return complete(r) && *r.number["bids"] == 0 })},
	},
	"averageBidders":      {perThing("lot", mean(10_000, number("bidders"), complete)), nil},
	"singleBidLots":       {count(lotsThat(single)), nil},
	"singleBidShare":      {share(lotsThat(single), lotsThat(complete)), nil},
	"priceReduction":      {sum(saved, lotReduced), noReductionOrLoss},
	"priceReductionShare": {quotient(1_000_000, plainSum(saved, lotReduced), plainSum(base, lotReduced)), noReductionOrLoss},
	"priceIncrease":       {sum(lost, lotReduced), noReduction},
	"priceDifference":     {sum(plain, lotReduced), noReduction},
	"thresholdLots":       {count(rowsThat(thresholded)), nil},
	"dumpedLots":          {count(rowsThat(dumped)), nil},
	"thresholdReduction":  {sum(saved, thresholded), nil},
	"dumpingMargin":       {sum(margin, thresholded), nil},
	"dumpingMarginSigned": {sum(signed, thresholded), nil},
	"normalReduction":     {sum(normal, thresholded), nil},
	"dumpingMarginShare":  {quotient(1_000_000, plainSum(margin, thresholded), plainSum(saved, thresholded)), nil},
	"dumpedMarginShare":   {quotient(1_000_000, plainSum(margin, thresholded), plainSum(saved, dumped)), nil},
	"successfulLots":      {count(lotsThat(all(lot, has("lotStatus", "complete")))), nil},
	"failedLots":          {count(lotsThat(all(lot, has("lotStatus", "unsuccessful", "cancelled")))), nil},
	"successfulShare":     {share(lotsThat(all(lot, has("lotStatus", "complete"))), lotsThat(standing)), nil},
	"winners":             {count(members("winner", lot)), reasons{catalog.NoIdentifier: lotsThat(all(lot, not(stated("winner"))))}},
	"lotsPerProcedure":    {quotient(10_000, count(lotsThat(standing)), count(procedures)), nil},
	"averageLotValue": {
		quotient(1, plainSum(number("value"), standing), count(lotsThat(all(standing, numbered("lotValue"))))), valueReasons(lotsThat, standing, nil),
	},
	"medianLotValue":       {perThing("lot", median(number("lotValue"), standing)), valueReasons(lotsThat, standing, nil)},
	"repeatedProcedures":   {count(repeats), nil},
	"repeatedShare":        {share(repeats, procedures), nil},
	"averageValuePerBuyer": {quotient(1, sumOrNothing(number("value"), standing), count(members("buyer", lot))), valueReasons(lotsThat, standing, nil)},

	"bids":                     {count(rowsThat(every)), nil},
	"bidsValue":                {sum(number("value"), every), valueReasons(rowsThat, every, nil)},
	"winningBids":              {count(rowsThat(winning)), nil},
	"rejectedBids":             {count(rowsThat(rejected)), nil},
	"rejectedShare":            {share(rowsThat(rejected), rowsThat(every)), nil},
	"rejectedValue":            {sum(number("value"), rejected), valueReasons(rowsThat, rejected, nil)},
	"lotsWithRejected":         {count(things("lot", rejected)), nil},
	"rejectedPerLot":           {quotient(10_000, count(rowsThat(rejected)), count(things("lot", every))), nil},
	"withdrawnBids":            {count(rowsThat(has("bidStatus", "withdrawn"))), nil},
	"bidTenderers":             {count(members("bidder", every)), reasons{catalog.NoIdentifier: rowsThat(not(stated("bidder")))}},
	"nonResidentBidders":       {count(members("bidder", abroad("bidderCountry"))), nil},
	"nonResidentBiddersShare":  {share(members("bidder", abroad("bidderCountry")), members("bidder", stated("bidderCountry"))), reasons{catalog.NoIdentifier: rowsThat(not(stated("bidder")))}},
	"nonResidentWinningBids":   {count(rowsThat(all(winning, abroad("bidderCountry")))), nil},
	"evaluatedBids":            {count(rowsThat(evaluated)), nil},
	"adjustmentValue":          {sum(number("adjustment"), evaluated), valueReasons(rowsThat, evaluated, nil)},
	"averageAdjustment":        {mean(1, number("adjustment"), evaluated), valueReasons(rowsThat, evaluated, nil)},
	"averageAdjustmentPercent": {mean(1, number("score"), evaluated), nil},
	"weightedAdjustmentPercent": {
		quotient(1_000_000, plainSum(number("adjustment"), evaluated), plainSum(number("value"), all(evaluated, numbered("adjustment")))), valueReasons(rowsThat, evaluated, nil),
	},
	"prequalifiedBids":        {count(rowsThat(stated("prequalified"))), nil},
	"failedPrequalification":  {count(rowsThat(has("prequalified", "failed", "corrected"))), nil},
	"correctedWinningBids":    {count(rowsThat(all(winning, has("prequalified", "corrected")))), nil},
	"firstAttemptWinningBids": {count(rowsThat(all(winning, has("prequalified", "passed")))), nil},
	"blacklistedBids":         {count(rowsThat(has("bidderBlacklisted", "true"))), nil},
	"rejections":              {count(rowsThat(every)), nil},
	"criterionAdjustment":     {sum(number("value"), not(is("pseudo"))), valueReasons(rowsThat, not(is("pseudo")), nil)},
	"criterionScores":         {count(rowsThat(func(r *row) bool { return !r.is["pseudo"] && r.number["score"] != nil && *r.number["score"] > 0 })), nil},
	"awards":                  {count(things("award", has("competitive", "true"))), nil},
	"winningAwards":           {count(things("award", all(has("competitive", "true"), is("wins")))), nil},

	"enquiries":             {count(rowsThat(every)), nil},
	"unansweredEnquiries":   {count(rowsThat(not(is("answered")))), nil},
	"unansweredShare":       {share(rowsThat(not(is("answered"))), rowsThat(every)), nil},
	"answerTime":            {days(number("answer"), is("answered")), reasons{catalog.NotDecided: rowsThat(not(is("answered"))), catalog.NoDate: rowsThat(all(is("answered"), not(numbered("answer"))))}},
	"enquiriesPerProcedure": {quotient(10_000, count(rowsThat(every)), count(things("process", every))), nil},
	"complaints":            {count(things("complaint", every)), nil},
	"reviewedComplaints":    {count(things("complaint", started)), reasons{catalog.NoDate: things("complaint", not(started))}},
	"complaintStartTime":    complaintTime("start", reasons{catalog.NoDate: things("complaint", not(numbered("start")))}),
	"complaintDecisionTime": complaintTime("decision", undecided("decision")),
	"complaintWholeTime":    complaintTime("wholeTime", undecided("wholeTime")),
	"satisfiedComplaints":   {count(things("complaint", satisfied)), nil},
	"satisfiedShare":        {share(things("complaint", satisfied), things("complaint", either(satisfied, has("complaintStatus", "rejected")))), nil},

	"contracts":              contractCount(every),
	"contractsValue":         contractSum(counted),
	"contractsValueStanding": contractSum(payable),
	"averageContractValue":   {mean(1, number("value"), counted), valueReasons(rowsThat, counted, ofContract)},
	"medianContractValue":    {median(number("value"), counted), valueReasons(rowsThat, counted, ofContract)},
	"suppliers":              {count(members("winner", counted)), merge(ofContract, reasons{catalog.NoIdentifier: rowsThat(all(counted, not(stated("winner"))))})},
	"contractBuyers":         {count(members("buyer", counted)), merge(ofContract, reasons{catalog.NoIdentifier: rowsThat(all(counted, not(stated("buyer"))))})},
	"contractsPerSupplier":   {quotient(10_000, count(rowsThat(counted)), count(members("winner", counted))), ofContract},
	"contractsPerBuyer":      {quotient(10_000, count(rowsThat(counted)), count(members("buyer", counted))), ofContract},
	"paymentsCount":          {plainSum(number("payments"), payable), ofContract},
	"paymentsCountAll":       {plainSum(number("payments"), counted), ofContract},
	"paymentsValue": {sum(number("paid"), payable), merge(ofContract, reasons{
		catalog.NoValue:       rowsThat(all(payable, not(numbered("paid")), not(is("otherCurrency")))),
		catalog.OtherCurrency: rowsThat(all(payable, not(numbered("paid")), is("otherCurrency"))),
	})},
	"averagePayments": {quotient(10_000, plainSum(number("payments"), payable), count(rowsThat(payable))), ofContract},
	"averagePayment":  {quotient(1, plainSum(number("transacted"), payable), plainSum(number("tengePayments"), payable)), ofContract},
	"averageOfAveragePayments": {mean(1, func(r *row) *int64 {
		if r.number["transacted"] == nil {
			return nil
		}
		n := *r.number["transacted"] / *r.number["tengePayments"]
		return &n
	}, payable), ofContract},
	"executionShare":                    {quotient(1_000_000, plainSum(number("paid"), all(payable, numbered("value"))), sumOrNothing(number("value"), payable)), valueReasons(rowsThat, payable, ofContract)},
	"agreements":                        {plainSum(number("agreements"), counted), ofContract},
	"averageAgreements":                 {quotient(10_000, plainSum(number("agreements"), counted), count(rowsThat(counted))), ofContract},
	"guaranteeValue":                    {sum(number("guarantee"), counted), valueReasons(rowsThat, counted, ofContract)},
	"nonCompetitiveContracts":           contractCount(has("competitive", "false")),
	"nonCompetitiveContractsValue":      contractSum(all(counted, has("competitive", "false"))),
	"nonCompetitiveContractsShare":      {share(rowsThat(all(counted, has("competitive", "false"))), rowsThat(counted)), ofContract},
	"nonCompetitiveContractsValueShare": {quotient(1_000_000, plainSum(number("value"), all(counted, has("competitive", "false"))), plainSum(number("value"), counted)), valueReasons(rowsThat, counted, ofContract)},
	"directContracts":                   contractCount(has("direct", "true")),
	"smallBusinessContracts":            contractCount(has("smallSupplier", "true")),
	"nonResidentContracts":              contractCount(abroad("winnerCountry")),
	"nonResidentContractsValue":         contractSum(all(counted, abroad("winnerCountry"))),
	"overpaidContracts":                 contractCount(has("contractStatus", "overpaid")),
	"blacklistedContracts":              contractCount(has("supplierBlacklisted", "true")),
	"largestSupplierShare": {quotient(1_000_000, func(rows rowset) plan.Value {
		list := bySupplier(number("value"), counted, rows)
		if len(list) == 0 {
			return nil
		}
		return list[0]
	}, plainSum(number("value"), counted)), valueReasons(rowsThat, counted, ofContract)},
	"topTenthValueShare": {topTenth(number("value")), valueReasons(rowsThat, counted, ofContract)},
	"topTenthCountShare": {topTenth(one), ofContract},
	"supplierConcentration": {quotient(1_000_000, func(rows rowset) plan.Value {
		s := new(big.Int)
		for _, v := range bySupplier(number("value"), counted, rows) {
			v = new(big.Int).Quo(v, big.NewInt(100))
			s.Add(s, new(big.Int).Mul(v, v))
		}
		return s
	}, func(rows rowset) plan.Value {
		s := new(big.Int)
		for _, v := range bySupplier(number("value"), counted, rows) {
			s.Add(s, new(big.Int).Quo(v, big.NewInt(100)))
		}
		return s.Mul(s, s)
	}), valueReasons(rowsThat, counted, ofContract)},
	"positions":                 contractCount(every),
	"positionsValue":            contractSum(counted),
	"importedShare":             {quotient(1_000_000, plainSum(number("value"), all(counted, abroad("origin"))), plainSum(number("value"), all(counted, stated("origin")))), valueReasons(rowsThat, counted, ofContract)},
	"signedAgreements":          {count(things("agreement", every)), nil},
	"contractsValueAllVersions": {perThing("agreement", sum(number("value"), every)), valueReasons(func(t test) func(rowset) int64 { return things("agreement", t) }, every, nil)},
	"treasuryPayments":          {count(rowsThat(every)), nil},
	"treasuryPaymentsValue":     {sum(number("value"), every), valueReasons(rowsThat, every, nil)},

	"planPoints":        {count(rowsThat(counted)), ofPlan},
	"plannedValue":      {sum(number("value"), counted), valueReasons(rowsThat, counted, ofPlan)},
	"plannedEstimate":   planned("estimate"),
	"plannedBudget":     planned("budget"),
	"plannedDifference": planned("difference"),
	"planBuyers":        {count(members("buyer", counted)), merge(ofPlan, reasons{catalog.NoIdentifier: rowsThat(all(counted, not(stated("buyer"))))})},
	"annualPlanLines": {func(rows rowset) plan.Value {
		seen := map[string]bool{}
		for _, r := range rows {
			if counted(r) {
				seen[strings.Join([]string{r.fields["buyer"], r.fields["planYear"], r.fields["planMonth"], r.fields["itemGroup"], r.fields["method"]}, "\x00")] = true
			}
		}
		return big.NewInt(int64(len(seen)))
	}, ofPlan},
	"averagePlanValue": {mean(1, number("value"), counted), valueReasons(rowsThat, counted, ofPlan)},
	"budgetLinesValue": {sum(number("value"), counted), valueReasons(rowsThat, counted, ofPlan)},

	"factPlanned":         {plainSum(number("planned"), every), nil},
	"factLots":            {plainSum(number("lots"), every), nil},
	"factContracts":       {plainSum(number("contracts"), every), nil},
	"factPayments":        {plainSum(number("payments"), every), nil},
	"executionLots":       {quotient(1_000_000, plainSum(number("lots"), onPlan), plainSum(number("planned"), every)), nil},
	"executionContracts":  {quotient(1_000_000, plainSum(number("contracts"), onPlan), plainSum(number("planned"), every)), nil},
	"executionPayments":   {quotient(1_000_000, plainSum(number("payments"), onPlan), plainSum(number("planned"), every)), nil},
	"factPlanPoints":      {count(rowsThat(onPlan)), nil},
	"unmatchedPlanPoints": {count(rowsThat(has("chain", "planned"))), nil},
	"unplannedLots":       {count(rowsThat(has("chain", "lotWithoutPlan"))), nil},
	"unplannedContracts":  {count(rowsThat(has("chain", "contractWithoutPlan"))), nil},

	"organisations":        {count(members("organisation", every)), nil},
	"blacklistEntries":     {count(rowsThat(every)), nil},
	"blacklistedSuppliers": {count(members("organisation", every)), nil},
	"flags":                {count(rowsThat(every)), nil},
	"flaggedProcesses":     {count(things("process", every)), nil},
	"flaggedBuyers":        {count(members("buyer", every)), reasons{catalog.NoIdentifier: rowsThat(not(stated("buyer")))}},
}

// sumOrNothing is not known when nothing is.
func sumOrNothing(a amount, t test) func(rowset) plan.Value {
	return func(rows rowset) plan.Value {
		s, n, _ := total(a, t, rows)
		if n == 0 {
			return nil
		}
		return s
	}
}

func started(r *row) bool { return r.number["start"] != nil && *r.number["start"] > 0 }

func complaintTime(name string, excluded reasons) definition {
	return definition{perThing("complaint", days(number(name), every)), excluded}
}

func undecided(name string) reasons {
	return reasons{catalog.NotDecided: things("complaint", not(is("resolved"))), catalog.NoDate: things("complaint", all(is("resolved"), not(numbered(name))))}
}
