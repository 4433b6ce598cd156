package validate

import (
	"github.com/kzocds/kzocds/ocds"
)

// quality checks that the content of a compiled release agrees with itself. The
// rules are named as in Pelican, the data quality tool of the Open Contracting Partnership.
func (w *work) quality(v ocds.Value) {
	w.within(v, "tender", func(tender ocds.Value) {
		for _, name := range []string{"tenderPeriod", "enquiryPeriod", "awardPeriod", "contractPeriod"} {
			w.within(tender, name, w.period)
		}
	})
	w.each(v, "awards", func(award ocds.Value) { w.within(award, "contractPeriod", w.period) })
	w.each(v, "contracts", func(contract ocds.Value) { w.within(contract, "period", w.period) })
}

func (w *work) period(p ocds.Value) {
	start, _, okStart := ocds.ParseTime(p.Get("startDate").Bytes())
	end, _, okEnd := ocds.ParseTime(p.Get("endDate").Bytes())
	if okStart && okEnd && end.Before(start) {
		w.report("coherent.period", Warning, p, "%s ends before it begins.", w.name())
	}
}
