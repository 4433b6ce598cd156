package indicators

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"math/big"
	"slices"
)

// Flags are the flagged of a group: id, indicator, value.
type Flags map[string]map[Code]json.Number

// Result is what the indicators say, in the form that Cardinal gives it.
type Result struct {
	OCID            Flags `json:"OCID,omitempty"`            // contracting processes, by ocid
	Buyer           Flags `json:"Buyer,omitempty"`           // by buyer.id
	ProcuringEntity Flags `json:"ProcuringEntity,omitempty"` // by tender.procuringEntity.id
	Tenderer        Flags `json:"Tenderer,omitempty"`        // by the ids of tenderers and suppliers

	// Meta has quartiles and fences, and unless Cardinal is followed the number of things
	// judged, by indicator.
	Meta map[Code]map[string]json.Number `json:"Meta,omitempty"`
	Maps *Maps                           `json:"Maps,omitempty"`

	Input Input `json:"-"`
	// Currency is the one that prices were compared in; empty: each by itself.
	Currency string `json:"-"`
}

// Maps leads from contracting processes to what is behind their flags.
type Maps struct {
	// The buyer, the procuring entity of each process with a disqualified bid (R038).
	Buyer           map[string]string `json:"ocid_buyer_r038"`
	ProcuringEntity map[string]string `json:"ocid_procuringentity_r038"`
	// The tenderers of all processes (if R025, R038 or R048 is computed), and those flagged.
	Tenderer     map[string]IDs `json:"ocid_tenderer"`
	TendererR024 map[string]IDs `json:"ocid_tenderer_r024"`
	TendererR028 map[string]IDs `json:"ocid_tenderer_r028"`
	TendererR030 map[string]IDs `json:"ocid_tenderer_r030"`
	TendererR035 map[string]IDs `json:"ocid_tenderer_r035"`
	TendererR058 map[string]IDs `json:"ocid_tenderer_r058"`
	// Lots are the flagged lots of processes with lots, by indicator.
	Lots map[string]map[Code]IDs `json:"ocid_lot,omitempty"`
}

// IDs is a set, written as a sorted list.
type IDs map[string]bool

// MarshalJSON writes the sorted list.
func (s IDs) MarshalJSON() ([]byte, error) { return plain(slices.Sorted(maps.Keys(s))) }

// plain is JSON without the escapes that are for web pages.
func plain(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func newMaps() Maps {
	return Maps{
		Buyer: map[string]string{}, ProcuringEntity: map[string]string{},
		Tenderer: map[string]IDs{}, TendererR024: map[string]IDs{}, TendererR028: map[string]IDs{},
		TendererR030: map[string]IDs{}, TendererR035: map[string]IDs{}, TendererR058: map[string]IDs{},
		Lots: map[string]map[Code]IDs{},
	}
}

// tenderers is the map of the flagged of an indicator; of none, that of all tenderers.
func (m *Maps) tenderers(code Code) map[string]IDs {
	switch code {
	case R024:
		return m.TendererR024
	case R028:
		return m.TendererR028
	case R030:
		return m.TendererR030
	case R035:
		return m.TendererR035
	case R058:
		return m.TendererR058
	}
	return m.Tenderer
}

func (m *Maps) add(code Code, ocid, tenderer string) {
	to := m.tenderers(code)
	if to[ocid] == nil {
		to[ocid] = IDs{}
	}
	to[ocid][tenderer] = true
}

func (m *Maps) addLots(ocid string, code Code, lots []string) {
	for _, lot := range lots {
		if m.Lots[ocid] == nil {
			m.Lots[ocid] = map[Code]IDs{}
		}
		if m.Lots[ocid][code] == nil {
			m.Lots[ocid][code] = IDs{}
		}
		m.Lots[ocid][code][lot] = true
	}
}

// least keeps the smaller of two, so that the result does not depend on the order.
func least(to, from map[string]string) {
	for k, v := range from {
		if old, ok := to[k]; !ok || v < old {
			to[k] = v
		}
	}
}

func (m *Maps) merge(o *Maps) {
	least(m.Buyer, o.Buyer)
	least(m.ProcuringEntity, o.ProcuringEntity)
	for _, code := range []Code{"", R024, R028, R030, R035, R058} {
		for ocid, who := range o.tenderers(code) {
			for id := range who {
				m.add(code, ocid, id)
			}
		}
	}
	for ocid, codes := range o.Lots {
		for code, lots := range codes {
			m.addLots(ocid, code, slices.Collect(maps.Keys(lots)))
		}
	}
}

// Merge adds what another Counter with the same settings and options has gathered. It must not be
// used afterwards.
func (c *Counter) Merge(o *Counter) {
	c.input.Processes += o.input.Processes
	c.input.Cancelled += o.input.Cancelled
	c.input.Excluded += o.input.Excluded
	c.input.Uncompiled += o.input.Uncompiled
	for code, n := range o.judged {
		c.judged[code] += n
	}
	for ocid, codes := range o.ocids {
		if mine := c.ocids[ocid]; mine != nil {
			for code, n := range codes {
				mine[code] = max(mine[code], n)
			}
		} else {
			c.ocids[ocid] = codes
		}
	}
	for id, codes := range o.flags {
		if mine := c.flags[id]; mine != nil {
			for code, n := range codes {
				mine[code] += n
			}
		} else {
			c.flags[id] = codes
		}
	}
	c.gaps = append(c.gaps, o.gaps...)
	for _, m := range []struct{ to, from map[string]*tally }{{c.wins, o.wins}, {c.buyers, o.buyers}, {c.entities, o.entities}, {c.tenderers, o.tenderers}} {
		for id, t := range m.from {
			mine := entry(m.to, id)
			mine.part += t.part
			mine.total += t.total
			mine.processes += t.processes
		}
	}
	for id, s := range o.supplies {
		mine := c.supplies[id]
		if mine == nil {
			c.supplies[id] = s
			continue
		}
		mine.processes += s.processes
		for scheme, codes := range s.codes {
			if mine.codes[scheme] == nil {
				mine.codes[scheme] = codes
			} else {
				maps.Copy(mine.codes[scheme], codes)
			}
		}
	}
	for currency, at := range o.first {
		if mine, ok := c.first[currency]; !ok || at.before(mine) {
			c.first[currency] = at
		}
	}
	maps.Copy(c.lowest, o.lowest)
	c.maps.merge(&o.maps)
}

// Result compares what was gathered. The Counter must not be used afterwards.
func (c *Counter) Result() *Result {
	r := &Result{OCID: Flags{}, Buyer: Flags{}, ProcuringEntity: Flags{}, Tenderer: Flags{}, Meta: map[Code]map[string]json.Number{}, Input: c.input, Currency: c.s.Currency}
	if c.o.Compat == Cardinal {
		c.mainCurrency(r)
	}
	c.compareGaps(r)
	c.compareWins(r)
	c.compareDisqualified(r)
	c.compareVariety(r)
	for ocid, codes := range c.ocids {
		for code, n := range codes {
			set(r.OCID, ocid, code, c.measure.count(n))
		}
	}
	for id, codes := range c.flags {
		for code, n := range codes {
			if c.o.Compat == Cardinal {
				n = 0
				if code == R028 || code == R030 {
					n = 1
				}
			}
			set(r.Tenderer, id, code, c.measure.count(n))
		}
	}
	if c.o.Compat != Cardinal {
		for _, code := range c.s.Indicators() {
			c.meta(r, Code(code), "judged", c.measure.count(c.judged[Code(code)]))
		}
	}
	if c.o.Maps {
		r.Maps = &c.maps
		if c.o.Compat == Cardinal {
			r.Maps.Lots = nil
		}
	}
	return r
}

func set(f Flags, id string, code Code, value json.Number) {
	if f[id] == nil {
		f[id] = map[Code]json.Number{}
	}
	f[id][code] = value
}

func (c *Counter) meta(r *Result, code Code, name string, value json.Number) {
	if r.Meta[code] == nil {
		r.Meta[code] = map[string]json.Number{}
	}
	r.Meta[code][name] = value
}

// mainCurrency leaves what is in the currency that was seen first, as Cardinal does.
func (c *Counter) mainCurrency(r *Result) {
	if r.Currency == "" {
		for currency, at := range c.first {
			if r.Currency == "" || at.before(c.first[r.Currency]) {
				r.Currency = currency
			}
		}
	}
	c.gaps = slices.DeleteFunc(c.gaps, func(g gap) bool { return g.currency != r.Currency })
	for k := range c.lowest {
		if k.currency == r.Currency {
			c.flag(&process{ocid: k.ocid}, nil, R036, 1)
		}
	}
}

// quartiles of values, written to Meta with a prefix. There must be values.
func (c *Counter) quartiles(r *Result, code Code, prefix string, values []ratio) (q1, q3 *big.Rat) {
	d := c.measure.distribution(values)
	q1, q3 = d.quantile(25), d.quantile(75)
	c.meta(r, code, prefix+"q1", c.measure.meta(q1))
	c.meta(r, code, prefix+"q3", c.measure.meta(q3))
	return q1, q3
}

// upper is the threshold, or without one the upper fence of the values, written to Meta.
func (c *Counter) upper(r *Result, code Code, prefix string, threshold *big.Rat, values []ratio) (l limit) {
	if threshold != nil {
		l = c.measure.limit(threshold)
	} else {
		q1, q3 := c.quartiles(r, code, prefix, values)
		l = c.measure.fenced(q1, q3, true)
	}
	c.meta(r, code, prefix+"upper_fence", c.measure.meta(l.exact))
	return l
}

// limit is a fence or threshold as it is compared: the exact number, and a near one to
// spare exact comparisons. What is equal to it is beyond it, unless it is strict.
type limit struct {
	measure
	exact  *big.Rat
	near   float64
	strict bool
}

func (m measure) limit(r *big.Rat) limit {
	near, _ := r.Float64()
	if m.float {
		r = new(big.Rat).SetFloat64(near)
	}
	return limit{measure: m, exact: r, near: near}
}

// fenced is the limit of values with these quartiles. Where the quartiles are the same, so is the
// fence, and all the values alike would be outliers: then it is strict, except to Cardinal.
func (m measure) fenced(q1, q3 *big.Rat, upper bool) limit {
	from := q1
	if upper {
		from = q3
	}
	l := m.limit(m.fence(from, q1, q3, upper))
	l.strict = !m.float && q1.Cmp(q3) == 0
	return l
}

// compare is that of the ratio with the limit.
func (l limit) compare(v ratio) int {
	const far = 1e-9 // much more than the error of approx and near
	if !l.float && v.approx < l.near*(1-far)-far {
		return -1
	}
	if !l.float && v.approx > l.near*(1+far)+far {
		return 1
	}
	return l.of(v).Cmp(l.exact)
}

func (l limit) under(v ratio) bool {
	c := l.compare(v)
	return c < 0 || c == 0 && !l.strict
}

func (l limit) over(v ratio) bool {
	c := l.compare(v)
	return c > 0 || c == 0 && !l.strict
}

// compareGaps is R024 and R058.
func (c *Counter) compareGaps(r *Result) {
	slices.SortFunc(c.gaps, func(a, b gap) int {
		return cmp.Or(cmp.Compare(a.ocid, b.ocid), slices.Compare(a.lots, b.lots), cmp.Compare(a.currency, b.currency),
			compare(a.ratio, b.ratio), slices.Compare(a.winner, b.winner), slices.Compare(a.next, b.next))
	})
	ratios := make([]ratio, len(c.gaps))
	for i := range c.gaps {
		ratios[i] = c.gaps[i].ratio
	}
	if s := c.s.R024; s != nil && (len(ratios) > 0 || s.Ratio != nil) {
		var l limit
		possible := true
		if s.Ratio != nil {
			l = c.measure.limit(s.Ratio)
		} else {
			q1, q3 := c.quartiles(r, R024, "", ratios)
			l = c.measure.fenced(q1, q3, false)
			// Otherwise the many contests without any difference would be flagged.
			possible = q1.Sign() > 0
		}
		c.meta(r, R024, "lower_fence", c.measure.meta(l.exact))
		if possible && l.exact.Sign() > 0 {
			c.flagGaps(r, R024, l.under, func(a, b ratio) bool { return compare(a, b) < 0 }, true)
		}
	}
	if s := c.s.R058; s != nil && (len(ratios) > 0 || s.Ratio != nil) {
		l := c.upper(r, R058, "", s.Ratio, ratios)
		if l.exact.Sign() > 0 {
			c.flagGaps(r, R058, l.over, func(a, b ratio) bool { return compare(a, b) > 0 }, false)
		}
	}
}

// flagGaps flags the contests with a flagged ratio and their winners, with both also
// the next bidders. A process has the most telling ratio of its contests.
func (c *Counter) flagGaps(r *Result, code Code, flagged func(ratio) bool, better func(a, b ratio) bool, both bool) {
	for i := 0; i < len(c.gaps); {
		ocid := c.gaps[i].ocid
		var best *gap
		var who []string
		for ; i < len(c.gaps) && c.gaps[i].ocid == ocid; i++ {
			g := &c.gaps[i]
			if !flagged(g.ratio) {
				continue
			}
			if best == nil || better(g.ratio, best.ratio) {
				best = g
			}
			who = append(who, g.winner...)
			if both {
				who = append(who, g.next...)
			}
			if c.o.Maps {
				c.maps.addLots(ocid, code, g.lots)
			}
		}
		if best != nil {
			set(r.OCID, ocid, code, c.measure.number(c.measure.of(best.ratio)))
			c.blame(ocid, code, who)
		}
	}
}

// compareWins is R025.
func (c *Counter) compareWins(r *Result) {
	s := c.s.R025
	if s == nil || len(c.wins) == 0 {
		return
	}
	totals := make([]ratio, 0, len(c.wins))
	ratios := make([]ratio, 0, len(c.wins))
	for _, t := range c.wins {
		totals = append(totals, share(t.total, 1))
		ratios = append(ratios, share(t.part, t.total))
	}
	c.judged[R025] = int64(len(c.wins))
	top := c.measure.distribution(totals).quantile(s.Percentile)
	var few limit
	possible := true
	if s.Ratio != nil {
		few = c.measure.limit(s.Ratio)
	} else {
		q1, q3 := c.quartiles(r, R025, "", ratios)
		few = c.measure.fenced(q1, q3, false)
		// Otherwise the many who never win would be flagged.
		possible = q1.Sign() > 0
	}
	c.meta(r, R025, "upper_fence", c.measure.meta(top))
	c.meta(r, R025, "lower_fence", c.measure.meta(few.exact))
	if !possible || few.exact.Sign() <= 0 {
		return
	}
	many := c.measure.limit(top)
	for id, t := range c.wins {
		if v := share(t.part, t.total); many.over(share(t.total, 1)) && few.under(v) {
			set(r.Tenderer, id, R025, c.measure.number(c.measure.of(v)))
		}
	}
}

// compareDisqualified is R038.
func (c *Counter) compareDisqualified(r *Result) {
	s := c.s.R038
	if s == nil {
		return
	}
	// Cardinal compares the least number of processes with that of bids.
	processes := func(t *tally) bool { return t.processes >= int64(s.Processes) }
	if c.o.Compat == Cardinal {
		processes = func(t *tally) bool { return t.total >= int64(s.Processes) }
	}
	for _, g := range []struct {
		prefix string
		tally  map[string]*tally
		enough func(*tally) bool
		flags  Flags
	}{
		{"Buyer_", c.buyers, processes, r.Buyer},
		{"ProcuringEntity_", c.entities, processes, r.ProcuringEntity},
		{"Tenderer_", c.tenderers, func(t *tally) bool { return t.total >= int64(s.Bids) }, r.Tenderer},
	} {
		var ratios []ratio
		for _, t := range g.tally {
			if g.enough(t) {
				ratios = append(ratios, share(t.part, t.total))
			}
		}
		if len(ratios) == 0 {
			continue
		}
		l := c.upper(r, R038, g.prefix, s.Ratio, ratios)
		if l.exact.Sign() <= 0 {
			continue // the many without disqualified bids would be flagged
		}
		for id, t := range g.tally {
			if v := share(t.part, t.total); g.enough(t) && l.over(v) {
				set(g.flags, id, R038, c.measure.number(c.measure.of(v)))
			}
		}
	}
}

// compareVariety is R048.
func (c *Counter) compareVariety(r *Result) {
	s := c.s.R048
	if s == nil {
		return
	}
	var varieties []ratio
	for _, own := range c.supplies {
		if own.processes >= int64(s.Processes) {
			varieties = append(varieties, share(own.variety(), 1))
		}
	}
	c.judged[R048] = int64(len(varieties))
	var threshold *big.Rat
	if s.Threshold != nil {
		threshold = new(big.Rat).SetInt64(int64(*s.Threshold))
	} else if len(varieties) == 0 {
		return
	}
	l := c.upper(r, R048, "", threshold, varieties)
	for id, own := range c.supplies {
		if v := share(own.variety(), 1); own.processes >= int64(s.Processes) && l.over(v) {
			set(r.Tenderer, id, R048, c.measure.count(own.variety()))
		}
	}
}

// AppendTo appends the result as JSON, sorted, on one line.
func (r *Result) AppendTo(dst []byte) ([]byte, error) {
	b, err := plain(r)
	return append(dst, b...), err
}
