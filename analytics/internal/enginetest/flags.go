package enginetest

import (
	"cmp"
	"slices"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/proto/tables"
)

// flags raises the red flags by their rules in the catalogue.
func (f *facts) flags() {
	raise := func(flag string, on *row) {
		r := newRow()
		for _, k := range []string{"method", "competitive", "category", "class", "subclass", "itemGroup", "itemKind", "item", "buyer", "buyerParent", "winner", "region",
			"processKind", "rationale", "quasiPublic", "publishedYear", "publishedQuarter", "publishedMonth", "publishedWeek", "publishedDay"} {
			r.fields[k] = on.fields[k]
		}
		r.fields["flag"], r.id["process"] = flag, on.id["process"]
		r.fields["ocid"], r.fields["subject"] = on.fields["ocid"], cmp.Or(on.fields["lotId"], on.fields["rootId"])
		f.rows[catalog.Flags] = append(f.rows[catalog.Flags], r)
	}
	alone := map[pair]int{}
	for _, r := range f.rows[catalog.Lots] {
		if r.is["lead"] && single(r) && r.fields["buyer"] != "" && r.fields["publishedYear"] != "" {
			alone[pair{r.fields["buyer"], r.fields["publishedYear"]}]++
		}
	}
	for _, l := range f.w.Lots {
		r := f.leads[pair{l.OCID, l.LotID}]
		for flag, raised := range f.lotFlags(l, r) {
			if raised {
				raise(flag, r)
			}
		}
		if single(r) && alone[pair{r.fields["buyer"], r.fields["publishedYear"]}] > catalog.SerialSingleBids {
			raise("serialSingleBid", r)
		}
	}
	repeated, buyersOf, contractsOf := map[[3]string]int{}, map[string]map[string]bool{}, map[string]int{}
	for _, r := range f.rows[catalog.Contracts] {
		if !r.is["counted"] {
			continue
		}
		if w := r.fields["winner"]; w != "" {
			if buyersOf[w] == nil {
				buyersOf[w] = map[string]bool{}
			}
			buyersOf[w][r.fields["buyer"]] = true
			contractsOf[w]++
		}
		if r.fields["competitive"] == "false" && r.fields["buyer"] != "" && r.fields["item"] != "" && r.fields["item"] != "mixed" && r.fields["signedYear"] != "" {
			repeated[[3]string{r.fields["buyer"], r.fields["item"], r.fields["signedYear"]}]++
		}
	}
	for _, r := range f.rows[catalog.Contracts] {
		if !r.is["counted"] {
			continue
		}
		w := r.fields["winner"]
		isDirect := r.fields["competitive"] == "false"
		for flag, raised := range map[string]bool{
			"repeatedDirect":      isDirect && repeated[[3]string{r.fields["buyer"], r.fields["item"], r.fields["signedYear"]}] >= catalog.RepeatedDirectCount,
			"noSecurity":          r.fields["competitive"] == "true" && r.is["insecure"],
			"captiveSupplier":     isDirect && w != "" && contractsOf[w] >= catalog.CaptiveContracts && len(buyersOf[w]) == 1 && !buyersOf[w][""],
			"blacklistedSupplier": r.fields["supplierBlacklisted"] == "true",
			"overpaid":            r.fields["contractStatus"] == "overpaid",
		} {
			if raised {
				raise(flag, r)
			}
		}
	}
}

func (f *facts) lotFlags(l tables.Lot, r *row) map[string]bool {
	p := f.processes[l.OCID]
	var winners, others, rejected, valued []tables.Bid
	blacklisted := false
	for _, b := range f.w.Bids {
		if b.OCID != l.OCID || b.LotID != l.LotID {
			continue
		}
		blacklisted = blacklisted || b.Blacklisted != nil && *b.Blacklisted
		if b.ValueMinor != nil {
			valued = append(valued, b)
		}
		switch b.Status {
		case "winner":
			winners = append(winners, b)
		case "disqualified":
			rejected = append(rejected, b)
			others = append(others, b)
		default:
			others = append(others, b)
		}
	}
	least := func(list []tables.Bid) *int64 {
		var v *int64
		for _, b := range list {
			if b.ValueMinor != nil && (v == nil || *b.ValueMinor < *v) {
				v = b.ValueMinor
			}
		}
		return v
	}
	next := least(slices.DeleteFunc(slices.Clone(others), func(b tables.Bid) bool { return b.Status != "valid" && b.Status != "secondPlace" }))
	win, lowest, lowestRejected := least(winners), least(valued), least(rejected)
	same := false
	greatest := int64(0)
	for i, a := range valued {
		greatest = max(greatest, *a.ValueMinor)
		for _, b := range valued[:i] {
			same = same || *a.ValueMinor == *b.ValueMinor && a.TendererID != b.TendererID && a.TendererID != "" && b.TendererID != ""
		}
	}
	var date *int64
	for _, b := range winners {
		if b.Date != nil && (date == nil || *b.Date < *date) {
			date = b.Date
		}
	}
	short := false
	if v := r.number["bidding"]; v != nil && l.Competitive {
		switch l.MethodDetails {
		case "openTender", "twoStageTender", "auction":
			short = *v < catalog.ShortOpenDays*86_400_000_000
		case "requestForQuotations":
			short = *v < catalog.ShortQuotationDays*86_400_000_000
		}
	}
	return map[string]bool{
		"shortPeriod":       short,
		"singleBid":         single(r),
		"closePrice":        l.Competitive && win != nil && next != nil && *win > 0 && *next > *win && (*next-*win)*1_000_000 <= *win*catalog.ClosePriceShare,
		"heavyDiscount":     l.Competitive && win != nil && next != nil && *next > 0 && (*next-*win)*1_000_000 >= *next*catalog.HeavyDiscountShare,
		"identicalPrices":   same,
		"lateBidWon":        date != nil && p.TenderEnd != nil && *date > *p.TenderEnd,
		"othersRejected":    len(winners) == 1 && len(others) > 0 && len(rejected) == len(others),
		"lowestRejected":    win != nil && lowest != nil && lowestRejected != nil && *lowestRejected == *lowest && *lowestRejected < *win,
		"bidSpread":         l.Competitive && len(valued) > 1 && greatest > 0 && (greatest-*lowest)*1_000_000 >= greatest*catalog.BidSpreadShare,
		"priceAboveLot":     reducible(r) && *r.number["win"] > *r.number["lot"],
		"dumpingPrice":      dumped(r),
		"blacklistedBidder": blacklisted,
	}
}
