// Package quality checks a collection of compiled releases as a whole: how its codes, values
// and buyers are distributed, whether ids are unique and related processes are there,
// and whether a later collection of a source keeps what an earlier one had. The checks are
// named as in Pelican, the data quality tool of the Open Contracting Partnership.
//
//	d := quality.New(quality.Options{})
//	d.Add(compiled) // for each
//	for _, r := range d.Results() { … }
//
// One process is held at a time, with hashes of ids and titles (about 400 bytes a process with
// values and a buyer of its own) up to a limit; a check that would need more is undefined and says so. Amounts and shares are
// compared exactly.
package quality

import (
	"crypto/sha256"
	"fmt"
	"math/big"

	"github.com/kzocds/kzocds/ocds"
)

// Verdict of a check.
type Verdict string

// Verdicts. Undefined is a check that does not apply or could not be made; Reason says why.
const (
	Pass      Verdict = "pass"
	Fail      Verdict = "fail"
	Undefined Verdict = "undefined"
)

// Result of a check.
type Result struct {
	Check  string         `json:"check"`
	Result Verdict        `json:"result"`
	Value  string         `json:"value,omitempty"` // what decided: a share in per cent to two places, or a number
	Reason string         `json:"reason,omitempty"`
	Meta   map[string]any `json:"meta,omitempty"` // counts and examples
}

// Options of a Dataset.
type Options struct {
	Rates    *Rates    // for the checks in US dollars; nil: they are undefined
	Previous *Previous // an earlier collection of the same source; nil: not compared
	// Limit is the number of processes, distinct amounts, distinct buyers or references
	// that are held; 0 means 5,000,000.
	Limit int
}

const (
	defaultLimit = 5_000_000
	codesLimit   = 10_000 // distinct codes of one field
	examples     = 10     // in the meta of a result
)

// id is a hash of an id or a title: 128 bits do not collide in any collection.
type id [16]byte

func hashed(b []byte) id {
	sum := sha256.Sum256(b)
	return id(sum[:16])
}

// Dataset takes in compiled releases. It is for one goroutine at a time; the results depend on
// the releases, examples also on their order.
type Dataset struct {
	options   Options
	limit     int
	full      bool // more processes than the limit
	processes int64
	scratch   []byte

	codes      map[string]*counter
	repetition [len(stages)]*counter
	largest    [len(stages)]*largest
	buyers     *counter
	titles     map[id]id // of tenders by ocid; zero: none
	tenders    map[id]struct{}
	urls       int64

	tenderIDs, repeated int64
	repeatedExamples    []string
	related             []reference
	relatedFull         bool

	realistic, budget tally
	lost              lost
}

// stages that have values of their own.
var stages = [...]string{"tender", "awards", "contracts"}

type reference struct {
	from, to string
	target   id
	title    id
	hasTitle bool
}

// tally counts the processes that pass and fail a check.
type tally struct {
	passed, failed int64
	examples       []string
}

func (t *tally) add(ok bool, example string) {
	if ok {
		t.passed++
		return
	}
	t.failed++
	if len(t.examples) < examples {
		t.examples = append(t.examples, example)
	}
}

func (t *tally) result(check, none string) Result {
	r := Result{Check: check, Result: Pass, Meta: map[string]any{"passed": t.passed, "failed": t.failed}}
	switch {
	case t.passed+t.failed == 0:
		return undefined(check, none, nil)
	case t.failed > 0:
		r.Result, r.Meta["examples"] = Fail, t.examples
	}
	r.Value = percent(t.passed, t.passed+t.failed)
	return r
}

func undefined(check, reason string, meta map[string]any) Result {
	return Result{Check: check, Result: Undefined, Reason: reason, Meta: meta}
}

// New is an empty dataset.
func New(o Options) *Dataset {
	d := &Dataset{options: o, limit: o.Limit, codes: map[string]*counter{}, titles: map[id]id{}, tenders: map[id]struct{}{}}
	if d.limit <= 0 {
		d.limit = defaultLimit
	}
	for _, c := range distributions {
		d.codes[c.check] = newCounter(codesLimit)
	}
	for i := range stages {
		d.repetition[i] = newCounter(d.limit)
		d.largest[i] = &largest{total: new(big.Rat), keep: d.limit/100 + 1}
	}
	d.buyers = newCounter(d.limit)
	return d
}

// Add takes in a compiled release.
func (d *Dataset) Add(v ocds.Value) {
	d.processes++
	tender := v.Get("tender")
	ocid := v.Get("ocid").Text()
	key := hashed([]byte(ocid))
	title := id{}
	if t := tender.Get("title"); t.Kind() == ocds.String {
		title = hashed(t.Bytes())
	}
	if _, known := d.titles[key]; known || len(d.titles) < d.limit {
		d.titles[key] = title
	} else {
		d.full = true
	}
	d.code("distribution.main_procurement_category", tender.Get("mainProcurementCategory"))
	d.code("distribution.tender_status", tender.Get("status"))
	d.code("distribution.tender_procurement_method", tender.Get("procurementMethod"))
	d.code("distribution.tender_award_criteria", tender.Get("awardCriteria"))
	d.code("distribution.tender_submission_method", tender.Get("submissionMethod"))
	d.section(v.Get("planning"))
	d.section(tender)
	d.value(0, tender.Get("value"), v)
	for _, a := range v.Get("awards").Items() {
		d.code("distribution.awards_status", a.Get("status"))
		d.section(a)
		d.value(1, a.Get("value"), v)
	}
	d.relations(v, ocid)
	for _, c := range v.Get("contracts").Items() {
		d.code("distribution.contracts_status", c.Get("status"))
		d.section(c)
		d.section(c.Get("implementation"))
		d.value(2, c.Get("value"), v)
		d.relations(c, ocid)
	}
	if b := v.Path("buyer", "id"); b.Kind() == ocds.String || b.Kind() == ocds.Number {
		d.buyers.add(b.AppendTo(d.scratch[:0]))
	}
	d.tenderID(tender.Get("id"))
	d.dollars(v, ocid)
	if d.options.Previous != nil {
		d.options.Previous.compare(key, v, ocid, &d.lost)
	}
}

// code counts a code or the codes of a list.
func (d *Dataset) code(check string, v ocds.Value) {
	switch v.Kind() {
	case ocds.String:
		d.codes[check].add(v.Bytes())
	case ocds.Array:
		for _, e := range v.Items() {
			if e.Kind() == ocds.String {
				d.codes[check].add(e.Bytes())
			}
		}
	}
}

func (d *Dataset) section(v ocds.Value) {
	for _, m := range v.Get("milestones").Items() {
		d.code("distribution.milestone_status", m.Get("status"))
		d.code("distribution.milestone_type", m.Get("type"))
	}
	for _, e := range v.Get("documents").Items() {
		d.code("distribution.document_document_type", e.Get("documentType"))
		if e.Get("url").Kind() == ocds.String {
			d.urls++
		}
	}
}

func (d *Dataset) value(stage int, v, release ocds.Value) {
	amount, currency := v.Get("amount"), v.Get("currency")
	if amount.Kind() != ocds.Number || currency.Kind() != ocds.String {
		return
	}
	d.scratch = append(append(ocds.AppendNumber(d.scratch[:0], amount.Raw()), ' '), currency.Bytes()...)
	d.repetition[stage].add(d.scratch)
	if usd, ok := d.options.Rates.convert(v, release.Get("date").Text()); ok {
		d.largest[stage].add(usd)
	}
}

func (d *Dataset) relations(v ocds.Value, ocid string) {
	for _, r := range v.Get("relatedProcesses").Items() {
		d.code("distribution.related_process_relation", r.Get("relationship"))
		identifier := r.Get("identifier")
		if r.Get("scheme").Text() != "ocid" || identifier.Kind() != ocds.String {
			continue
		}
		if len(d.related) >= d.limit {
			d.relatedFull = true
			continue
		}
		ref := reference{from: ocid, to: identifier.Text(), target: hashed(identifier.Bytes())}
		if t := r.Get("title"); t.Kind() == ocds.String {
			ref.title, ref.hasTitle = hashed(t.Bytes()), true
		}
		d.related = append(d.related, ref)
	}
}

func (d *Dataset) tenderID(v ocds.Value) {
	if v.Kind() != ocds.String && v.Kind() != ocds.Number {
		return
	}
	d.tenderIDs++
	d.scratch = v.AppendTo(d.scratch[:0])
	key := hashed(d.scratch)
	if _, again := d.tenders[key]; again {
		d.repeated++
		if len(d.repeatedExamples) < examples {
			d.repeatedExamples = append(d.repeatedExamples, v.Text())
		}
		return
	}
	if len(d.tenders) < d.limit {
		d.tenders[key] = struct{}{}
	}
}

var (
	realisticLimit    = big.NewRat(5_000_000_000, 1)
	half, threeHalves = big.NewRat(1, 2), big.NewRat(3, 2)
)

// dollars checks what needs amounts of one currency, and counts currencies.
func (d *Dataset) dollars(v ocds.Value, ocid string) {
	date := v.Get("date").Text()
	some, realistic := false, true
	var walk func(ocds.Value)
	walk = func(v ocds.Value) {
		for c := v.First(); c.Ok(); c = c.Next() {
			walk(c)
		}
		if v.Kind() != ocds.Object || v.Get("amount").Kind() != ocds.Number {
			return
		}
		d.code("distribution.value_currency", v.Get("currency"))
		if usd, ok := d.options.Rates.convert(v, date); ok {
			some = true
			realistic = realistic && usd.Abs(usd).Cmp(realisticLimit) <= 0
		}
	}
	walk(v)
	if some {
		d.realistic.add(realistic, ocid)
	}
	planned, okPlanned := d.options.Rates.convert(v.Path("planning", "budget", "amount"), date)
	tender, okTender := d.options.Rates.convert(v.Path("tender", "value"), date)
	if okPlanned && okTender && tender.Sign() > 0 {
		r := planned.Quo(planned, tender)
		d.budget.add(r.Cmp(half) >= 0 && r.Cmp(threeHalves) <= 0, ocid)
	}
}

const (
	noRates = "no exchange rates to US dollars were given"
	tooMany = "there are more than the limit allows to hold"
)

// Results are the results of all checks, always in the same order.
func (d *Dataset) Results() []Result {
	var r []Result
	for _, c := range distributions {
		r = append(r, c.result(d.codes[c.check]))
	}
	for i, s := range stages {
		check := "distribution." + s + "_value"
		if d.options.Rates == nil {
			r = append(r, undefined(check, noRates, nil))
		} else {
			r = append(r, d.largest[i].result(check))
		}
	}
	for i, s := range stages {
		r = append(r, repetition("distribution."+s+"_value_repetition", d.repetition[i]))
	}
	r = append(r, d.buyerResults()...)
	r = append(r, d.unique(),
		undefined("misc.url_availability", "nothing is asked from the network", map[string]any{"urls": d.urls}))
	r = append(r, d.relatedResults()...)
	for _, c := range []struct {
		check string
		tally *tally
	}{{"coherent.value_realistic", &d.realistic}, {"consistent.tender_value", &d.budget}} {
		if d.options.Rates == nil {
			r = append(r, undefined(c.check, noRates, nil))
		} else {
			r = append(r, c.tally.result(c.check, "no process has the values with a rate"))
		}
	}
	if d.options.Previous != nil {
		r = append(r, d.options.Previous.results(&d.lost)...)
	}
	return r
}

func (d *Dataset) unique() Result {
	const check = "unique.tender_id"
	meta := map[string]any{"ids": d.tenderIDs, "repeated": d.repeated}
	switch {
	case d.repeated > 0:
		meta["examples"] = d.repeatedExamples
		return Result{Check: check, Result: Fail, Value: percent(d.tenderIDs-d.repeated, d.tenderIDs), Meta: meta}
	case d.tenderIDs == 0:
		return undefined(check, "no tender has an id", nil)
	case int64(len(d.tenders)) < d.tenderIDs:
		return undefined(check, tooMany, meta)
	}
	return Result{Check: check, Result: Pass, Value: percent(1, 1), Meta: meta}
}

func (d *Dataset) relatedResults() []Result {
	const exists, agrees = "reference.related_process_identifier", "consistent.related_process_title"
	if d.full || d.relatedFull {
		return []Result{undefined(exists, tooMany, nil), undefined(agrees, tooMany, nil)}
	}
	var found, same tally
	for _, r := range d.related {
		title, ok := d.titles[r.target]
		found.add(ok, r.from+" → "+r.to)
		if ok && r.hasTitle && title != (id{}) {
			same.add(title == r.title, r.from+" → "+r.to)
		}
	}
	return []Result{
		found.result(exists, "no process refers to another by ocid"),
		same.result(agrees, "no reference to a process of the collection has a title that could be compared"),
	}
}

// percent is n of total in per cent, to two places.
func percent(n, total int64) string {
	return big.NewRat(n*100, total).FloatString(2)
}

// counter counts how often texts occur, up to a number of distinct ones.
type counter struct {
	counts map[string]int64
	total  int64
	limit  int
	full   bool
}

func newCounter(limit int) *counter { return &counter{counts: map[string]int64{}, limit: limit} }

const longText = 64 // bytes from which a text is counted by its hash

func (c *counter) add(text []byte) {
	c.total++
	if len(text) > longText {
		sum := hashed(text)
		text = fmt.Appendf(nil, "sha256:%x", sum[:])
	}
	if _, ok := c.counts[string(text)]; !ok && len(c.counts) >= c.limit {
		c.full = true
		return
	}
	c.counts[string(text)]++
}
