package validate

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/kzocds/kzocds/ocds"
)

// quality checks that the content of a compiled release agrees with itself. The
// rules are named as in Pelican, the data quality tool of the Open Contracting
// Partnership. Checks that need exchange rates or other processes are not here.
func (w *work) quality(v ocds.Value) {
	q := &quality{work: w, release: v, tender: v.Get("tender")}
	q.date, q.dated = when(v.Get("date"))
	q.formats(v)
	q.periods()
	q.dates()
	q.statuses()
	q.values()
	q.references()
	q.roles()
}

type quality struct {
	*work
	release, tender ocds.Value
	date            time.Time
	dated           bool
}

func when(v ocds.Value) (time.Time, bool) {
	t, _, ok := ocds.ParseTime(v.Bytes())
	return t, ok && v.Kind() == ocds.String
}

func (q *quality) warn(rule string, v ocds.Value, format string, a ...any) {
	q.report(rule, Warning, v, format, a...)
}

// inTender, inAwards and inContracts run a check with the path to the object.
func (q *quality) inTender(check func(ocds.Value)) {
	if q.tender.Kind() == ocds.Object {
		q.within(q.release, "tender", check)
	}
}
func (q *quality) inAwards(check func(ocds.Value))    { q.each(q.release, "awards", check) }
func (q *quality) inContracts(check func(ocds.Value)) { q.each(q.release, "contracts", check) }

// --- fields ---

// earliest and latest are the years a date of procurement can have.
const earliest, latest = 1990, 2049

// formats checks single fields, wherever they are.
func (q *quality) formats(v ocds.Value) {
	switch v.Kind() {
	case ocds.Object:
		q.path = append(q.path, step{index: -1})
		at := len(q.path) - 1
		for c := v.First(); c.Ok(); c = c.Next() {
			q.path[at].member = c
			q.format(c)
			q.formats(c)
		}
		q.path = q.path[:at]
	case ocds.Array:
		q.path = append(q.path, step{})
		at := len(q.path) - 1
		for i, e := range v.Items() {
			q.path[at].index = i
			q.formats(e)
		}
		q.path = q.path[:at]
	}
}

func (q *quality) format(c ocds.Value) {
	switch string(c.KeyBytes()) {
	case "date", "startDate", "endDate", "maxExtentDate", "dateSigned", "datePublished", "dateModified", "dateMet", "dueDate":
		if t, ok := when(c); ok && (t.Year() < earliest || t.Year() > latest) {
			q.warn("date_time", c, "%s is in the year %d, outside %d to %d.", q.name(), t.Year(), earliest, latest)
		}
	case "durationInDays", "numberOfTenderers", "quantity":
		if c.Kind() == ocds.Number && c.Raw()[0] == '-' && ocds.CompareNumbers(c.Raw(), []byte("0")) < 0 {
			q.warn("number", c, "%s must not be negative.", q.name())
		}
	case "email":
		if c.Kind() == ocds.String && !isEmail(c.Bytes()) {
			q.warn("email", c, "%s is not an e-mail address.", q.name())
		}
	case "telephone", "faxNumber":
		if c.Kind() == ocds.String && !isTelephone(c.Bytes()) {
			q.warn("telephone", c, "%s is not a telephone number.", q.name())
		}
	case "language":
		if b := c.Bytes(); c.Kind() == ocds.String && !(len(b) == 2 && lower(b[0]) && lower(b[1])) {
			q.warn("language", c, "%s must be a two-letter code of ISO 639-1, such as kk.", q.name())
		}
	case "description":
		if len(q.path) >= 3 && q.path[len(q.path)-2].index >= 0 && string(q.path[len(q.path)-3].member.KeyBytes()) == "documents" && len([]rune(c.Text())) > 250 {
			q.warn("document_description_length", ocds.Value{}, "%s of a document must have at most 250 characters.", q.name())
		}
	case "format":
		if b := c.Bytes(); c.Kind() == ocds.String && bytes.IndexByte(b, '/') <= 0 && string(b) != "offline/print" {
			q.warn("document_format", c, "%s must be a media type, such as application/pdf.", q.name())
		}
	}
}

func lower(c byte) bool { return c >= 'a' && c <= 'z' }

// isTelephone says whether a text has enough digits to be called, and nothing a
// number is not written with.
func isTelephone(b []byte) bool {
	digits := 0
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == ' ', c == '+', c == '-', c == '(', c == ')', c == '.', c == '/', c == ',', c == ';', c|0x20 == 'x', c|0x20 == 'e', c|0x20 == 't':
		default:
			return false
		}
	}
	return digits >= 5
}

// --- dates ---

func (q *quality) periods() {
	q.inTender(func(t ocds.Value) {
		for _, name := range []string{"tenderPeriod", "enquiryPeriod", "awardPeriod", "contractPeriod"} {
			q.within(t, name, q.period)
		}
	})
	q.inAwards(func(a ocds.Value) { q.within(a, "contractPeriod", q.period) })
	q.inContracts(func(c ocds.Value) { q.within(c, "period", q.period) })
}

func (q *quality) period(p ocds.Value) {
	start, okStart := when(p.Get("startDate"))
	end, okEnd := when(p.Get("endDate"))
	if !okEnd {
		end, okEnd = when(p.Get("maxExtentDate"))
	}
	if okStart && okEnd && end.Before(start) {
		q.warn("coherent.period", p, "%s ends before it begins.", q.name())
	}
	if days, err := strconv.Atoi(p.Get("durationInDays").Text()); err == nil && okStart && okEnd {
		if actual := int(end.Sub(start).Hours() / 24); actual != days {
			q.warn("consistent.period_duration_in_days", p, "%s says it lasts %d days, but its dates are %d days apart.", q.name(), days, actual)
		}
	}
}

// notAfter reports that the date comes after the limit.
func (q *quality) notAfter(v ocds.Value, name string, limit time.Time, ok bool, rule, than string) {
	if t, has := when(v.Get(name)); has && ok && t.After(limit) {
		q.within(v, name, func(d ocds.Value) {
			q.warn(rule, d, "%s is after %s (%s).", q.name(), than, limit.Format(time.RFC3339))
		})
	}
}

func (q *quality) dates() {
	tenderEnd, tenderEnds := when(q.tender.Path("tenderPeriod", "endDate"))
	awarded := map[string]time.Time{}
	q.inTender(func(t ocds.Value) {
		q.within(t, "contractPeriod", func(p ocds.Value) {
			if start, ok := when(p.Get("startDate")); ok && tenderEnds && start.Before(tenderEnd) {
				q.warn("coherent.dates", p, "%s begins before tenderPeriod ends.", q.name())
			}
		})
		q.documents(t)
		q.milestones(t)
		start, ok := when(t.Path("tenderPeriod", "startDate"))
		q.amendments(t, start, ok, "the tender period began")
	})
	q.within(q.release, "planning", func(p ocds.Value) { q.documents(p); q.milestones(p) })
	q.inAwards(func(a ocds.Value) {
		date, ok := when(a.Get("date"))
		if ok {
			awarded[a.Get("id").String()] = date
			if tenderEnds && date.Before(tenderEnd) {
				q.warn("coherent.dates", a.Get("date"), "The award was made before tenderPeriod ended.")
			}
		}
		q.notAfter(a, "date", q.date, q.dated, "coherent.release_date", "the date of the release")
		q.documents(a)
		q.amendments(a, date, ok, "the award was made")
	})
	q.inContracts(func(c ocds.Value) {
		signed, ok := when(c.Get("dateSigned"))
		if award, has := awarded[c.Get("awardID").String()]; has && ok && signed.Before(award) {
			q.warn("coherent.dates", c.Get("dateSigned"), "The contract was signed before the award it belongs to was made.")
		}
		if ok && tenderEnds && signed.Before(tenderEnd) {
			q.warn("coherent.dates", c.Get("dateSigned"), "The contract was signed before tenderPeriod ended.")
		}
		q.notAfter(c, "dateSigned", q.date, q.dated, "coherent.release_date", "the date of the release")
		q.documents(c)
		q.milestones(c)
		q.amendments(c, signed, ok, "the contract was signed")
		q.within(c, "implementation", func(i ocds.Value) {
			q.documents(i)
			q.milestones(i)
			q.each(i, "transactions", func(t ocds.Value) {
				if date, has := when(t.Get("date")); has && ok && date.Before(signed) {
					q.warn("coherent.dates", t.Get("date"), "The transaction took place before the contract was signed.")
				}
				q.notAfter(t, "date", q.date, q.dated, "coherent.release_date", "the date of the release")
			})
		})
	})
}

func (q *quality) documents(v ocds.Value) {
	q.each(v, "documents", func(d ocds.Value) {
		modified, ok := when(d.Get("dateModified"))
		q.notAfter(d, "datePublished", modified, ok, "coherent.documents_dates", "dateModified")
		q.notAfter(d, "datePublished", q.date, q.dated, "coherent.documents_dates", "the date of the release")
		q.notAfter(d, "dateModified", q.date, q.dated, "coherent.documents_dates", "the date of the release")
	})
}

func (q *quality) milestones(v ocds.Value) {
	q.each(v, "milestones", func(m ocds.Value) {
		q.notAfter(m, "dateModified", q.date, q.dated, "coherent.milestones_dates", "the date of the release")
		q.notAfter(m, "dateMet", q.date, q.dated, "coherent.milestones_dates", "the date of the release")
		if s := m.Get("status").Text(); (s == "scheduled" || s == "notMet") && m.Get("dateMet").Ok() {
			q.warn("coherent.milestone_status", m, "A milestone that is %s cannot have a dateMet.", s)
		}
	})
}

func (q *quality) amendments(v ocds.Value, from time.Time, ok bool, what string) {
	q.each(v, "amendments", func(a ocds.Value) {
		if date, has := when(a.Get("date")); has && ok && date.Before(from) {
			q.warn("coherent.amendments_dates", a.Get("date"), "The amendment was made before %s.", what)
		}
		q.notAfter(a, "date", q.date, q.dated, "coherent.amendments_dates", "the date of the release")
	})
}

// --- statuses ---

func (q *quality) statuses() {
	awards, contracts := q.release.Get("awards"), q.release.Get("contracts")
	switch s := q.tender.Get("status").Text(); s {
	case "planning", "planned", "active", "cancelled", "unsuccessful", "withdrawn":
		if q.tender.Get("status").Ok() && awards.Len()+contracts.Len() > 0 {
			q.inTender(func(t ocds.Value) {
				q.within(t, "status", func(v ocds.Value) {
					q.warn("coherent.tender_status", v, "A tender that is %s cannot have awards or contracts.", s)
				})
			})
		}
	}
	q.inAwards(func(a ocds.Value) {
		s := a.Get("status").Text()
		if s != "pending" && s != "cancelled" && s != "unsuccessful" {
			return
		}
		for _, c := range contracts.Items() {
			if a.Get("id").Ok() && ocds.Equal(c.Get("awardID"), a.Get("id")) {
				q.warn("coherent.awards_status", a.Get("status"), "An award that is %s cannot have a contract; contract %s refers to it.", s, c.Get("id"))
				return
			}
		}
	})
	q.inContracts(func(c ocds.Value) {
		if s := c.Get("status").Text(); (s == "pending" || s == "cancelled") && c.Path("implementation", "transactions").Len() > 0 {
			q.warn("coherent.contracts_status", c.Get("status"), "A contract that is %s cannot have transactions.", s)
		}
	})
	tenderers, number := q.tender.Get("tenderers"), q.tender.Get("numberOfTenderers")
	count := tenderers.Len()
	if n, err := strconv.Atoi(number.Text()); err == nil {
		if tenderers.Kind() == ocds.Array && n != count {
			q.inTender(func(ocds.Value) {
				q.warn("consistent.number_of_tenderers", number, "numberOfTenderers is %d, but %d tenderers are listed.", n, count)
			})
		}
		count = max(count, n)
	}
	if q.tender.Get("procurementMethod").Text() == "direct" && count > 1 {
		q.inTender(func(ocds.Value) {
			q.warn("coherent.procurement_method_vs_number_of_tenderers", ocds.Value{}, "A direct procedure cannot have %d tenderers.", count)
		})
	}
}

// --- values ---

// sum adds amounts in one currency; ok is false if there are none or several currencies.
func sum(list []ocds.Value) (total float64, currency string, ok bool) {
	for _, v := range list {
		amount, err := strconv.ParseFloat(v.Get("amount").Text(), 64)
		c := v.Get("currency").Text()
		if v.Get("amount").Kind() != ocds.Number || err != nil || currency != "" && c != currency {
			return 0, "", false
		}
		// A ratio of sums decides; floating point is exact enough for it.
		total, currency, ok = total+amount, c, true
	}
	return total, currency, ok
}

func (q *quality) values() {
	near := func(a, b ocds.Value) (float64, bool) {
		x, cx, okX := sum([]ocds.Value{a})
		y, cy, okY := sum([]ocds.Value{b})
		if !okX || !okY || cx != cy || y <= 0 {
			return 0, false
		}
		return x / y, true
	}
	if r, ok := near(q.release.Path("planning", "budget", "amount"), q.tender.Get("value")); ok && (r < 0.5 || r > 1.5) {
		q.inTender(func(t ocds.Value) {
			q.warn("consistent.tender_value", t.Get("value"), "The planned budget is %.0f %% of the tender's value; it should be between 50 %% and 150 %%.", r*100)
		})
	}
	q.inAwards(func(a ocds.Value) {
		var values []ocds.Value
		for _, c := range q.release.Get("contracts").Items() {
			if a.Get("id").Ok() && ocds.Equal(c.Get("awardID"), a.Get("id")) && c.Get("value").Ok() {
				values = append(values, c.Get("value"))
			}
		}
		total, currency, ok := sum(values)
		award, awardCurrency, okAward := sum([]ocds.Value{a.Get("value")})
		if ok && okAward && currency == awardCurrency && award > 0 && (total < award*0.5 || total > award*1.5) {
			q.warn("consistent.contracts_value", a.Get("value"), "Its contracts together are %.0f %% of the award's value; they should be between 50 %% and 150 %%.", total/award*100)
		}
	})
	q.inContracts(func(c ocds.Value) {
		var paid []ocds.Value
		for _, t := range c.Path("implementation", "transactions").Items() {
			if t.Get("value").Ok() {
				paid = append(paid, t.Get("value"))
			}
		}
		total, currency, ok := sum(paid)
		value, valueCurrency, okValue := sum([]ocds.Value{c.Get("value")})
		if ok && okValue && currency == valueCurrency && total > value*(1+1e-9) {
			q.warn("consistent.contracts_implementation_transactions_value", c.Get("value"), "Its transactions together are more than the value of the contract.")
		}
	})
}

// --- references ---

// roles of organisations by where they are referred to.
var referenceRules = map[string]string{
	"buyer": "buyer", "procuringEntity": "procuring_entity", "tenderer": "tenderer",
	"supplier": "supplier", "payer": "payer", "payee": "payee",
}

// referred calls fn for every reference to an organisation.
func (q *quality) referred(fn func(o ocds.Value, role string)) {
	one := func(v ocds.Value, name, role string) {
		q.within(v, name, func(o ocds.Value) {
			if o.Kind() == ocds.Object {
				fn(o, role)
			}
		})
	}
	one(q.release, "buyer", "buyer")
	q.inTender(func(t ocds.Value) {
		one(t, "procuringEntity", "procuringEntity")
		q.each(t, "tenderers", func(o ocds.Value) { fn(o, "tenderer") })
	})
	q.within(q.release, "bids", func(b ocds.Value) {
		q.each(b, "details", func(d ocds.Value) {
			q.each(d, "tenderers", func(o ocds.Value) { fn(o, "tenderer") })
		})
	})
	q.inAwards(func(a ocds.Value) { q.each(a, "suppliers", func(o ocds.Value) { fn(o, "supplier") }) })
	q.inContracts(func(c ocds.Value) {
		q.within(c, "implementation", func(i ocds.Value) {
			q.each(i, "transactions", func(t ocds.Value) {
				one(t, "payer", "payer")
				one(t, "payee", "payee")
			})
		})
	})
}

func (q *quality) references() {
	parties := q.release.Get("parties")
	q.referred(func(o ocds.Value, role string) {
		id := o.Get("id")
		name := referenceRules[role]
		if !id.Ok() {
			q.warn("reference."+name+"_in_parties", o, "The %s has no id, so that it cannot be found in parties.", role)
			return
		}
		var party ocds.Value
		matches := 0
		for _, p := range parties.Items() {
			if ocds.Equal(p.Get("id"), id) {
				party = p
				matches++
			}
		}
		if matches != 1 {
			q.warn("reference."+name+"_in_parties", id, "The %s must be in parties exactly once; it is there %d times.", role, matches)
			return
		}
		if n := o.Get("name"); n.Ok() && party.Get("name").Ok() && !ocds.Equal(n, party.Get("name")) {
			q.warn("consistent."+name+"_name_in_parties", n, "The %s has another name in parties: %s.", role, party.Get("name"))
		}
		if !has(party.Get("roles"), role) {
			q.warn("consistent."+name+"_in_parties_roles", id, "The party does not have the role %s.", role)
		}
	})
	q.inContracts(func(c ocds.Value) {
		matches := 0
		for _, a := range q.release.Get("awards").Items() {
			if a.Get("id").Ok() && ocds.Equal(a.Get("id"), c.Get("awardID")) {
				matches++
			}
		}
		if matches != 1 {
			q.warn("reference.contract_in_awards", c.Get("awardID"), "awardID must be the id of exactly one award; it is that of %d.", matches)
		}
	})
}

func has(list ocds.Value, code string) bool {
	for _, c := range list.Items() {
		if c.Text() == code {
			return true
		}
	}
	return false
}

// roles checks that parties are what their roles say.
func (q *quality) roles() {
	referred := map[string]bool{}
	q.referred(func(o ocds.Value, role string) { referred[role+"\x00"+o.Get("id").String()] = true })
	q.each(q.release, "parties", func(p ocds.Value) {
		for _, r := range p.Get("roles").Items() {
			role := r.Text()
			if _, known := referenceRules[role]; !known || role == "buyer" || referred[role+"\x00"+p.Get("id").String()] {
				continue
			}
			q.warn("consistent.parties_roles", p.Get("roles"), "The party has the role %s, but nothing refers to it as such.", strings.TrimSpace(role))
		}
	})
}
