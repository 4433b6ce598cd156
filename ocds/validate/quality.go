package validate

import (
	"bytes"
	"encoding/csv"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/schema"
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
		} else if today := q.validator.options.Today; ok && today != "" && happened(c) && string(c.Bytes()[:len(time.DateOnly)]) > today {
			q.warn("date_time", c, "%s has happened according to its field, but is after %s.", q.name(), today)
		}
	case "amount":
		if q.inside(2, "unit") || q.inside(3, "transactions") {
			q.notNegative(c)
		}
	case "durationInDays", "numberOfTenderers", "quantity":
		q.notNegative(c)
	case "email":
		if c.Kind() == ocds.String && !isEmail(c.Bytes()) {
			q.warn("email", c, "%s is not an e-mail address.", q.name())
		}
	case "telephone", "faxNumber":
		if c.Kind() == ocds.String && !isTelephone(c.Bytes()) {
			q.warn("telephone", c, "%s is not a telephone number.", q.name())
		}
	case "language":
		if c.Kind() == ocds.String && !isLanguage(c.Bytes()) {
			q.warn("language", c, "%s must be a two-letter code of ISO 639-1, such as kk.", q.name())
		}
	case "description":
		if q.inside(2, "documents") && len([]rune(c.Text())) > 250 {
			q.warn("document_description_length", ocds.Value{}, "%s of a document must have at most 250 characters.", q.name())
		}
	case "format":
		if c.Kind() == ocds.String && q.inside(2, "documents") && !isMediaType(c.Bytes()) {
			q.warn("document_format", c, "%s must be a media type, such as application/pdf.", q.name())
		}
	case "scheme":
		if c.Kind() == ocds.String && (q.inside(1, "identifier") || q.inside(2, "additionalIdentifiers")) && !isListCode(c.Bytes()) {
			q.warn("identifier_scheme", c, "%s must be a code of org-id.guide, such as KZ-BIN.", q.name())
		}
	case "documentType":
		if c.Kind() == ocds.String && q.inside(2, "documents") {
			q.documentType(c)
		}
	}
}

// happened says whether a date is of something past, not of a plan.
func happened(c ocds.Value) bool {
	switch string(c.KeyBytes()) {
	case "date", "dateMet", "dateModified", "datePublished", "dateSigned":
		return true
	}
	return false
}

// inside says whether the name of the member that many steps above is the one given;
// the index of an array element is a step as well.
func (q *quality) inside(steps int, name string) bool {
	at := len(q.path) - 1 - steps
	return at >= 0 && q.path[at].index < 0 && string(q.path[at].member.KeyBytes()) == name
}

func (q *quality) notNegative(c ocds.Value) {
	if c.Kind() == ocds.Number && c.Raw()[0] == '-' && ocds.CompareNumbers(c.Raw(), []byte("0")) < 0 {
		q.warn("number", c, "%s must not be negative.", q.name())
	}
}

// documentType checks that a type of document is where documents of the type belong.
// A code that no list has is reported as such, as by the check of open code lists.
func (q *quality) documentType(c ocds.Value) {
	sections, known := documentSections()[c.Text()]
	if !known {
		return
	}
	at := ""
	for _, s := range q.path {
		if s.index < 0 {
			switch name := string(s.member.KeyBytes()); name {
			case "planning", "tender", "implementation":
				at = name
			case "awards":
				at = "award"
			case "contracts":
				at = "contract"
			}
		}
	}
	if at != "" && !slices.Contains(sections, at) {
		q.warn("document_type", c, "%s is a type of documents of %s, not of %s.", c.Text(), strings.Join(sections, ", "), at)
	}
}

// documentSections are the sections of a process that the code list of the standard
// gives to each type of document.
var documentSections = sync.OnceValue(func() map[string][]string {
	text, err := schema.File("1.1.5/codelists/documentType.csv")
	if err != nil {
		panic(err) // it is embedded
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		panic(err)
	}
	section, code := slices.Index(rows[0], "Section"), slices.Index(rows[0], "Code")
	sections := map[string][]string{}
	for _, r := range rows[1:] {
		for s := range strings.SplitSeq(r[section], ",") {
			sections[r[code]] = append(sections[r[code]], strings.TrimSpace(s))
		}
	}
	return sections
})

// isListCode says whether b has the form of the codes of org-id.guide: a country, or X and
// a letter for lists of no country, then the list.
func isListCode(b []byte) bool {
	country, list, ok := bytes.Cut(b, []byte{'-'})
	if !ok || len(country) != 2 || len(list) == 0 {
		return false
	}
	for _, c := range country {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	for _, c := range list {
		if !(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-') {
			return false
		}
	}
	return true
}

// isMediaType says whether b is a media type of a kind that IANA registers, or the
// form the standard has for paper.
func isMediaType(b []byte) bool {
	kind, name, ok := bytes.Cut(b, []byte{'/'})
	switch string(kind) {
	case "application", "audio", "font", "haptics", "image", "message", "model", "multipart", "text", "video":
		return ok && len(name) > 0
	}
	return string(b) == "offline/print"
}

// languages are the codes of ISO 639-1.
const languages = " aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "

func isLanguage(b []byte) bool {
	return len(b) == 2 && bytes.IndexByte(b, ' ') < 0 && strings.Contains(languages, " "+string(b)+" ")
}

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

// sum adds amounts in one currency; ok is false if there are none, several currencies,
// or amounts with exponents that no publication needs.
func sum(list ...ocds.Value) (total *big.Rat, currency string, ok bool) {
	total = new(big.Rat)
	for _, v := range list {
		amount := v.Get("amount")
		c := v.Get("currency").Text()
		if amount.Kind() != ocds.Number || ok && c != currency {
			return nil, "", false
		}
		text := amount.Raw()
		if len(text) > 400 || bytes.IndexAny(text, "eE") >= 0 {
			return nil, "", false
		}
		n, _ := new(big.Rat).SetString(string(text)) // a JSON number
		total.Add(total, n)
		currency, ok = c, true
	}
	return total, currency, ok
}

var half, threeHalves, hundred = big.NewRat(1, 2), big.NewRat(3, 2), big.NewRat(100, 1)

// unlike says by how many per cent of the other an amount is more than half off it.
func unlike(amount, of *big.Rat) (percent string, ok bool) {
	if of.Sign() <= 0 {
		return "", false
	}
	r := new(big.Rat).Quo(amount, of)
	if r.Cmp(half) >= 0 && r.Cmp(threeHalves) <= 0 {
		return "", false
	}
	return r.Mul(r, hundred).FloatString(0), true
}

func (q *quality) values() {
	planned, plannedCurrency, okPlanned := sum(q.release.Path("planning", "budget", "amount"))
	tender, tenderCurrency, okTender := sum(q.tender.Get("value"))
	if okPlanned && okTender && plannedCurrency == tenderCurrency {
		if percent, ok := unlike(planned, tender); ok {
			q.inTender(func(t ocds.Value) {
				q.warn("consistent.tender_value", t.Get("value"), "The planned budget is %s %% of the tender's value; it should be between 50 %% and 150 %%.", percent)
			})
		}
	}
	q.inAwards(func(a ocds.Value) {
		var values []ocds.Value
		for _, c := range q.release.Get("contracts").Items() {
			if a.Get("id").Ok() && ocds.Equal(c.Get("awardID"), a.Get("id")) && c.Get("value").Ok() {
				values = append(values, c.Get("value"))
			}
		}
		total, currency, ok := sum(values...)
		award, awardCurrency, okAward := sum(a.Get("value"))
		if !ok || !okAward || currency != awardCurrency {
			return
		}
		if percent, ok := unlike(total, award); ok {
			q.warn("consistent.contracts_value", a.Get("value"), "Its contracts together are %s %% of the award's value; they should be between 50 %% and 150 %%.", percent)
		}
	})
	q.inContracts(func(c ocds.Value) {
		var paid []ocds.Value
		for _, t := range c.Path("implementation", "transactions").Items() {
			if t.Get("value").Ok() {
				paid = append(paid, t.Get("value"))
			}
		}
		total, currency, ok := sum(paid...)
		value, valueCurrency, okValue := sum(c.Get("value"))
		if ok && okValue && currency == valueCurrency && total.Cmp(value) > 0 {
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
