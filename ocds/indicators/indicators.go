package indicators

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/settings"
)

// Code names an indicator, after the open red-flag guide.
type Code string

// The indicators.
const (
	R003 Code = "R003" // Short submission period
	R018 Code = "R018" // Single bid received
	R024 Code = "R024" // Price close to winning bid
	R025 Code = "R025" // Excessive unsuccessful bids
	R028 Code = "R028" // Identical bid prices
	R030 Code = "R030" // Late bid won
	R035 Code = "R035" // All except winning bid disqualified
	R036 Code = "R036" // Lowest bid disqualified
	R038 Code = "R038" // Excessive disqualified bids
	R048 Code = "R048" // Heterogeneous supplier
	R058 Code = "R058" // Heavily discounted bid
)

// Compat chooses whose rules are followed.
type Compat string

// Standard is the default; Cardinal follows ocdscardinal 0.0.8 where it differs.
const (
	Standard Compat = ""
	Cardinal Compat = "cardinal"
)

// Options of a Counter.
type Options struct {
	Compat Compat
	// Maps: remember which organisations and lots are behind the flags.
	Maps bool
}

// Counter gathers what the indicators need from compiled releases. It keeps sums for
// each organisation, what is flagged, and for R024 and R058 one ratio with its names for each contest. A
// Counter is for one goroutine at a time; use one for each, with the same settings, and Merge them.
type Counter struct {
	s       *settings.File
	o       Options
	measure measure
	parser  parser

	input  Input
	judged map[Code]int64 // things looked at that could be computed
	ocids  map[string]map[Code]int64
	flags  map[string]map[Code]int64 // by tenderer: processes in which it is flagged
	gaps   []gap
	wins   map[string]*tally // R025: valid bids, of which won
	// R038: submitted bids, of which disqualified.
	buyers, entities, tenderers map[string]*tally
	supplies                    map[string]*supply // R048
	first                       map[string]place   // of each currency, for Cardinal's main currency
	lowest                      map[priced]bool    // R036, until Cardinal's main currency is known
	maps                        Maps
}

// Input counts what was read.
type Input struct {
	Processes int64 // that the indicators looked at
	Cancelled int64 // left out: tender.status is cancelled
	Excluded  int64 // left out by [exclusions]
	// Uncompiled of the Processes carry a tag other than compiled: they are parts of
	// processes, and must be compiled first.
	Uncompiled int64
}

// tally is a part of a total.
type tally struct{ part, total, processes int64 }

// supply is what a supplier was awarded: by scheme, the leading characters of item codes.
type supply struct {
	processes int64
	codes     map[string]map[string]bool
}

// gap is the difference between the winning and the next bid of a contest.
type gap struct {
	ratio    ratio
	ocid     string
	lots     []string
	winner   []string
	next     []string
	currency string
}

// place orders what is read: items by their position, observations within one.
type place struct {
	position int64
	ordinal  int
}

// priced is a process in one currency.
type priced struct{ ocid, currency string }

// NewCounter makes a Counter that follows the settings.
func NewCounter(s *settings.File, o Options) *Counter {
	return &Counter{
		s: s, o: o, measure: measure{float: o.Compat == Cardinal},
		parser: newParser(s, o.Compat),
		judged: map[Code]int64{}, ocids: map[string]map[Code]int64{}, flags: map[string]map[Code]int64{},
		wins: map[string]*tally{}, buyers: map[string]*tally{}, entities: map[string]*tally{}, tenderers: map[string]*tally{},
		supplies: map[string]*supply{}, first: map[string]place{}, lowest: map[priced]bool{}, maps: newMaps(),
	}
}

// ErrNoOCID is returned by Add.
var ErrNoOCID = errors.New("the release has no ocid, or one that is no text: it cannot be told apart from others")

// Add looks at one compiled release. position orders the releases; it matters only for the
// main currency with Compat Cardinal. An ocid that is added twice counts as two processes.
func (c *Counter) Add(v ocds.Value, position int64) error {
	if v.Kind() != ocds.Object {
		return errors.New("a " + v.Kind().String() + " is not a release")
	}
	ocid := text(v.Get("ocid"))
	if ocid == "" {
		return ErrNoOCID
	}
	tender := v.Get("tender")
	switch {
	case text(tender.Get("status")) == "cancelled":
		c.input.Cancelled++
		return nil
	case c.s.Excluded[text(tender.Get("procurementMethodDetails"))]:
		c.input.Excluded++
		return nil
	}
	c.input.Processes++
	if tags := v.Get("tag"); tags.Kind() == ocds.Array && !compiled(tags) {
		c.input.Uncompiled++
	}
	p := c.parser.read(ocid, v)
	contests := c.parser.contests()
	at := place{position: position}
	c.submissionPeriod(p)
	c.singleBid(p, contests)
	involved := map[Code][]string{}
	for i := range contests {
		k := &contests[i]
		c.priceGap(p, k, &at)
		c.unsuccessful(k)
		c.identicalPrices(p, k, involved)
		c.lateBid(p, k, involved)
		c.othersDisqualified(p, k, involved)
		c.lowestDisqualified(p, k, &at)
	}
	for code, ids := range involved {
		c.blame(p.ocid, code, ids)
	}
	c.disqualifications(p)
	c.heterogeneity(p)
	c.participants(p)
	return nil
}

func compiled(tags ocds.Value) bool {
	for t := range elements(tags) {
		if text(t) == string(ocds.TagCompiled) {
			return true
		}
	}
	return false
}

// flag marks a process. Of several values, of its lots, the largest stays.
func (c *Counter) flag(p *process, k *contest, code Code, value int64) {
	codes := c.ocids[p.ocid]
	if codes == nil {
		codes = map[Code]int64{}
		c.ocids[p.ocid] = codes
	}
	codes[code] = max(codes[code], value)
	if k != nil && c.o.Maps {
		c.maps.addLots(p.ocid, code, p.lotIDs(k))
	}
}

func (p *process) lotIDs(k *contest) (ids []string) {
	for _, l := range k.lots {
		ids = append(ids, p.lots[l].id)
	}
	return ids
}

// blame counts a process for each tenderer that is flagged in it.
func (c *Counter) blame(ocid string, code Code, ids []string) {
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		codes := c.flags[id]
		if codes == nil {
			codes = map[Code]int64{}
			c.flags[id] = codes
		}
		codes[code]++
		if c.o.Maps {
			c.maps.add(code, ocid, id)
		}
	}
}

// submissionPeriod is R003: whole days between the beginning and the end of the
// submission period, of the tender or of a lot with its own, below the threshold.
func (c *Counter) submissionPeriod(p *process) {
	s := c.s.R003
	if s == nil || len(s.Methods) > 0 && !s.Methods[p.method] {
		return
	}
	threshold := s.Threshold
	if days, ok := s.Details[p.details]; ok {
		threshold = days
	}
	judged := false
	judge := func(period ocds.Value, k *contest) {
		days, ok := c.days(period)
		judged = judged || ok
		if ok && days < int64(threshold) {
			c.flag(p, k, R003, 1)
		}
	}
	common := len(p.lots) == 0
	for i := range p.lots {
		if p.lots[i].cancelled {
			continue
		}
		if p.lots[i].period.Ok() {
			judge(p.lots[i].period, &contest{lots: []int{i}})
		} else {
			common = true
		}
	}
	if common {
		judge(p.tender.Get("tenderPeriod"), nil)
	}
	if judged {
		c.judged[R003]++
	}
}

// days is the length of a period in whole days. One that ends before it begins
// says nothing about its length; Cardinal takes it for a short one, and only reads times with a zone.
func (c *Counter) days(period ocds.Value) (int64, bool) {
	from, to := period.Get("startDate"), period.Get("endDate")
	if from.Kind() != ocds.String || to.Kind() != ocds.String {
		return 0, false
	}
	start, exactStart, okStart := ocds.ParseTime(from.Bytes())
	end, exactEnd, okEnd := ocds.ParseTime(to.Bytes())
	// Unix seconds, as a time.Duration ends at 292 years.
	seconds := end.Unix() - start.Unix()
	if end.Nanosecond() < start.Nanosecond() && seconds > 0 {
		seconds--
	}
	ok := okStart && okEnd && !end.Before(start)
	if c.o.Compat == Cardinal {
		ok = okStart && okEnd && exactStart && exactEnd
	}
	return seconds / int64(24*time.Hour/time.Second), ok
}

// singleBid is R018: one bidder in a process, or in one of its lots. The bids decide, if
// they are all there; otherwise the number of tenderers that the publisher gives.
func (c *Counter) singleBid(p *process, contests []contest) {
	s := c.s.R018
	if s == nil || len(s.Methods) > 0 && !s.Methods[p.method] {
		return
	}
	given := int64(-1)
	if n := p.tender.Get("numberOfTenderers"); n.Kind() == ocds.Number {
		if count, err := strconv.ParseInt(n.Text(), 10, 64); err == nil {
			given = count
		}
	}
	if c.o.Compat == Cardinal {
		if given >= 0 {
			c.judged[R018]++
		}
		if given == 1 {
			c.flag(p, nil, R018, 1)
		}
		return
	}
	if given < 0 {
		if ids, complete, _ := c.parser.organisations(p.tender.Get("tenderers")); complete {
			given = int64(len(ids))
		}
	}
	organisations := map[string]bool{}
	anonymous, submitted := int64(0), false
	for i := range p.bids {
		b := &p.bids[i]
		if !b.submitted() {
			continue
		}
		submitted = true
		for _, id := range b.tenderers {
			organisations[id] = true
		}
		if len(b.tenderers) == 0 {
			anonymous++
		}
	}
	if !submitted || int64(len(organisations))+anonymous < given {
		// No bids, or not all of them, are published.
		if given >= 0 {
			c.judged[R018]++
		}
		if given == 1 {
			c.flag(p, nil, R018, 1)
		}
		return
	}
	c.judged[R018]++
	for i := range contests {
		k := &contests[i]
		bidders := map[string]bool{}
		count := 0
		for _, b := range k.bids {
			if b.submitted() && (len(b.tenderers) == 0 || !bidders[bidder(b.tenderers)]) {
				count++
				bidders[bidder(b.tenderers)] = true
			}
		}
		if count == 1 {
			c.flag(p, k, R018, 1)
		}
	}
}

// observe notes where a currency was seen first.
func (c *Counter) observe(currency string, at *place) {
	at.ordinal++
	if before, ok := c.first[currency]; !ok || at.before(before) {
		c.first[currency] = *at
	}
}

func (a place) before(b place) bool {
	return a.position < b.position || a.position == b.position && a.ordinal < b.ordinal
}

// compared says whether prices in a currency are.
func (c *Counter) compared(currency string) bool {
	return c.s.Currency == "" || currency == c.s.Currency
}

// priceGap gathers what R024 and R058 compare: the ratio of the difference between the
// winning bid and the lowest other valid bid to the winning bid, if the lowest bid won.
func (c *Counter) priceGap(p *process, k *contest, at *place) {
	if c.s.R024 == nil && c.s.R058 == nil || !p.priced || !k.comparable {
		return
	}
	winner, ok := k.winner(c.o.Compat)
	if !ok {
		return
	}
	type price struct{ won, other *bid }
	lowest := map[string]*price{}
	var currencies []string
	for _, b := range k.bids {
		if !b.valid() || b.amount == nil || !b.complete || c.o.Compat == Cardinal && b.entries != 1 {
			continue
		}
		if c.o.Compat == Cardinal {
			c.observe(b.currency, at)
		}
		if !c.compared(b.currency) {
			continue
		}
		l := lowest[b.currency]
		if l == nil {
			l = &price{}
			lowest[b.currency] = l
			currencies = append(currencies, b.currency)
		}
		side := &l.other
		if slices.Equal(b.tenderers, winner) {
			side = &l.won
		}
		if *side == nil || ocds.CompareNumbers(b.amount, (*side).amount) < 0 {
			*side = b
		}
	}
	judged := false
	for _, currency := range currencies {
		l := lowest[currency]
		if l.won == nil || l.other == nil || ocds.CompareNumbers(l.other.amount, l.won.amount) < 0 || ocds.CompareNumbers(l.won.amount, []byte("0")) <= 0 {
			continue
		}
		judged = true
		g := gap{ratio: difference(l.won.amount, l.other.amount), ocid: p.ocid, lots: p.lotIDs(k), winner: winner, currency: currency}
		for _, b := range k.bids {
			if b == l.other || c.o.Compat != Cardinal && b.valid() && b.complete && b.amount != nil && b.currency == currency &&
				!slices.Equal(b.tenderers, winner) && ocds.CompareNumbers(b.amount, l.other.amount) == 0 {
				g.next = append(g.next, b.tenderers...)
			}
		}
		slices.Sort(g.next)
		g.next = slices.Compact(g.next)
		c.gaps = append(c.gaps, g)
	}
	if judged {
		c.judged[R024]++
		c.judged[R058]++
	}
}

// unsuccessful gathers what R025 compares: for each tenderer, the contests with one
// winner in which it made a valid bid, and those of them that it won.
func (c *Counter) unsuccessful(k *contest) {
	if c.s.R025 == nil {
		return
	}
	winner, ok := k.winner(c.o.Compat)
	if !ok {
		return
	}
	seen := map[string]bool{}
	won := map[string]bool{}
	for _, b := range k.bids {
		if !b.valid() || !b.complete || c.o.Compat == Cardinal && b.entries != 1 {
			continue
		}
		for _, id := range b.tenderers {
			seen[id] = true
			won[id] = won[id] || slices.Equal(b.tenderers, winner)
		}
	}
	for id := range seen {
		t := entry(c.wins, id)
		t.total++
		if won[id] {
			t.part++
		}
	}
}

func entry(m map[string]*tally, id string) *tally {
	t := m[id]
	if t == nil {
		t = &tally{}
		m[id] = t
	}
	return t
}

// identicalPrices is R028: submitted bids of different tenderers for the same lots
// have the same amount and currency.
func (c *Counter) identicalPrices(p *process, k *contest, involved map[Code][]string) {
	if c.s.R028 == nil || !p.priced {
		return
	}
	prices := map[string][]*bid{}
	var key []byte
	for _, b := range k.bids {
		if !b.submitted() || b.amount == nil || len(b.tenderers) == 0 || c.o.Compat != Cardinal && !c.compared(b.currency) {
			continue
		}
		key = append(append(ocds.AppendNumber(key[:0], b.amount), ' '), b.currency...)
		if b.scope != nil {
			key = strconv.AppendInt(append(key, ' '), int64(b.scope.number), 10)
		}
		prices[string(key)] = append(prices[string(key)], b)
	}
	flagged := false
	for _, bids := range prices {
		if !slices.ContainsFunc(bids, func(b *bid) bool { return !slices.Equal(b.tenderers, bids[0].tenderers) }) {
			continue
		}
		flagged = true
		for _, b := range bids {
			involved[R028] = append(involved[R028], b.tenderers...)
		}
	}
	if len(prices) > 0 {
		c.judged[R028]++
	}
	if flagged {
		c.flag(p, k, R028, 1)
	}
}

// lateBid is R030: a valid bid of a supplier of an active award is dated after
// the end of the submission period.
func (c *Counter) lateBid(p *process, k *contest, involved map[Code][]string) {
	if c.s.R030 == nil {
		return
	}
	suppliers := map[string]bool{}
	for _, a := range k.awards {
		if a.active() {
			for _, id := range a.suppliers {
				suppliers[id] = true
			}
		}
	}
	end := p.period(k).Get("endDate")
	judged := false
	for _, b := range k.bids {
		if !b.valid() {
			continue
		}
		late := b.late(end, c.o.Compat)
		for _, id := range b.tenderers {
			if !suppliers[id] {
				continue
			}
			judged = true
			if late {
				c.flag(p, k, R030, 1)
				involved[R030] = append(involved[R030], id)
			}
		}
	}
	if judged {
		c.judged[R030]++
	}
}

// othersDisqualified is R035: one bidder has valid bids, it is all the suppliers of
// the active awards, and at least so many other tenderers were disqualified.
func (c *Counter) othersDisqualified(p *process, k *contest, involved map[Code][]string) {
	if c.s.R035 == nil {
		return
	}
	active, final := k.settled(c.o.Compat)
	if !final || len(active) == 0 {
		return
	}
	var suppliers, valid []string
	single := true
	disqualified := map[string]bool{}
	for _, a := range active {
		suppliers = append(suppliers, a.suppliers...)
	}
	slices.Sort(suppliers)
	suppliers = slices.Compact(suppliers)
	for _, b := range k.bids {
		switch {
		case len(b.tenderers) == 0:
		case b.valid():
			single = single && (valid == nil || slices.Equal(valid, b.tenderers))
			valid = b.tenderers
		case b.disqualified():
			for _, id := range b.tenderers {
				disqualified[id] = true
			}
		}
	}
	c.judged[R035]++
	if !single || valid == nil || !slices.Equal(valid, suppliers) || c.o.Compat == Cardinal && len(valid) != 1 {
		return
	}
	for _, id := range valid {
		delete(disqualified, id)
	}
	if len(disqualified) >= max(c.s.R035.Threshold, 1) {
		c.flag(p, k, R035, int64(len(disqualified)))
		involved[R035] = append(involved[R035], valid...)
	}
}

// lowestDisqualified is R036: the lowest submitted bid is disqualified, while an award is
// active and a valid bid has an amount. Each currency is looked at by itself. If a bid that is not
// disqualified is as low, there is nothing to see; Cardinal takes the first of equal bids.
func (c *Counter) lowestDisqualified(p *process, k *contest, at *place) {
	if c.s.R036 == nil || !p.priced || !k.comparable || !slices.ContainsFunc(k.awards, func(a *award) bool { return a.active() }) {
		return
	}
	type currency struct {
		lowest *bid
		valid  bool
	}
	currencies := map[string]*currency{}
	for _, b := range k.bids {
		if !b.submitted() || b.amount == nil {
			continue
		}
		if c.o.Compat == Cardinal {
			c.observe(b.currency, at)
		}
		if !c.compared(b.currency) {
			continue
		}
		m := currencies[b.currency]
		if m == nil {
			m = &currency{lowest: b}
			currencies[b.currency] = m
		}
		order := ocds.CompareNumbers(b.amount, m.lowest.amount)
		if order < 0 || order == 0 && !b.disqualified() && c.o.Compat != Cardinal {
			m.lowest = b
		}
		m.valid = m.valid || b.valid()
	}
	judged := false
	for name, m := range currencies {
		judged = judged || m.valid
		if !m.valid || !m.lowest.disqualified() {
			continue
		}
		if c.o.Compat == Cardinal {
			c.lowest[priced{p.ocid, name}] = true
			continue
		}
		c.flag(p, k, R036, 1)
	}
	if judged {
		c.judged[R036]++
	}
}

// disqualifications gathers what R038 compares: submitted bids and those of them
// that were disqualified, for buyers, procuring entities and tenderers.
func (c *Counter) disqualifications(p *process) {
	if c.s.R038 == nil {
		return
	}
	var all tally
	seen := map[string]bool{}
	for i := range p.bids {
		b := &p.bids[i]
		if !b.submitted() || !p.live(b.scope) {
			continue
		}
		part := int64(0)
		if b.disqualified() {
			part = 1
		}
		all.part += part
		all.total++
		tenderers := b.tenderers
		if c.o.Compat == Cardinal {
			tenderers = slices.Concat(tenderers, b.repeated)
		}
		for _, id := range tenderers {
			t := entry(c.tenderers, id)
			t.part += part
			t.total++
			if !seen[id] {
				t.processes++
				seen[id] = true
			}
		}
	}
	if all.total == 0 {
		return
	}
	for _, o := range []struct {
		id    string
		tally map[string]*tally
		maps  map[string]string
	}{{p.buyer, c.buyers, c.maps.Buyer}, {p.entity, c.entities, c.maps.ProcuringEntity}} {
		if o.id == "" {
			continue
		}
		t := entry(o.tally, o.id)
		t.part += all.part
		t.total += all.total
		t.processes++
		if c.o.Maps && all.part > 0 {
			o.maps[p.ocid] = o.id
		}
	}
	c.judged[R038]++
}

// heterogeneity gathers what R048 compares: the leading characters of the codes of the
// items that a supplier was awarded by itself.
func (c *Counter) heterogeneity(p *process) {
	s := c.s.R048
	if s == nil {
		return
	}
	seen := map[string]bool{}
	for i := range p.awards {
		a := &p.awards[i]
		if !a.active() || a.entries != 1 || !a.complete {
			continue
		}
		id := a.suppliers[0]
		for _, item := range a.items {
			classification := item.Get("classification")
			code := c.parser.id(classification.Get("id"))
			if code == "" && (c.o.Compat != Cardinal || classification.Get("id").Kind() != ocds.String) {
				continue
			}
			own := c.supplies[id]
			if own == nil {
				own = &supply{codes: map[string]map[string]bool{}}
				c.supplies[id] = own
			}
			if !seen[id] {
				own.processes++
				seen[id] = true
			}
			scheme := ""
			if c.o.Compat != Cardinal {
				scheme = c.parser.code(classification.Get("scheme"))
			}
			if own.codes[scheme] == nil {
				own.codes[scheme] = map[string]bool{}
			}
			own.codes[scheme][leading(code, s.Digits)] = true
		}
	}
}

// leading is the first n characters.
func leading(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// variety is the number of different codes in the scheme that has the most.
func (s *supply) variety() (n int64) {
	for _, codes := range s.codes {
		n = max(n, int64(len(codes)))
	}
	return n
}

// participants remembers who submitted bids, for the indicators about organisations.
func (c *Counter) participants(p *process) {
	if !c.o.Maps || c.s.R025 == nil && c.s.R038 == nil && c.s.R048 == nil {
		return
	}
	for i := range p.bids {
		if b := &p.bids[i]; b.submitted() {
			for _, id := range b.tenderers {
				c.maps.add("", p.ocid, id)
			}
		}
	}
}
