package quality

import (
	"cmp"
	"container/heap"
	"fmt"
	"math/big"
	"slices"
)

// distribution is a check of how often codes occur.
type distribution struct {
	check string
	// codes are those that must be neither nearly absent nor nearly alone.
	codes []string
	// alone: no code may be nearly alone.
	alone bool
}

// distributions in the order of their results; those without a demand are only shown.
var distributions = []distribution{
	{check: "distribution.main_procurement_category", alone: true},
	{check: "distribution.tender_status", codes: []string{"active", "complete"}},
	{check: "distribution.tender_procurement_method", codes: []string{"open"}},
	{check: "distribution.awards_status", codes: []string{"active"}},
	{check: "distribution.contracts_status", codes: []string{"active", "terminated"}},
	{check: "distribution.milestone_status", codes: []string{"met"}},
	{check: "distribution.tender_award_criteria"},
	{check: "distribution.tender_submission_method"},
	{check: "distribution.milestone_type"},
	{check: "distribution.document_document_type"},
	{check: "distribution.value_currency"},
	{check: "distribution.related_process_relation"},
}

func (d distribution) result(c *counter) Result {
	if c.total == 0 {
		return undefined(d.check, "the field is nowhere", nil)
	}
	if c.full {
		return undefined(d.check, fmt.Sprintf("there are more than %d different codes", codesLimit), map[string]any{"total": c.total})
	}
	r := Result{Check: d.check, Result: Pass, Meta: map[string]any{"total": c.total, "counts": c.counts}}
	switch {
	case d.alone:
		most := c.most(1)[0].count
		r.Value = percent(most, c.total)
		if most*100 > c.total*95 {
			r.Result = Fail
		}
	case d.codes != nil:
		shares := map[string]string{}
		for _, code := range d.codes {
			n := c.counts[code]
			shares[code] = percent(n, c.total)
			if n*1000 < c.total || n*100 > c.total*99 {
				r.Result = Fail
			}
		}
		r.Meta["shares"] = shares
	default:
		r.Result, r.Reason = Undefined, "shown only: no share is asked for"
	}
	return r
}

type counted struct {
	text  string
	count int64
}

// most are the n commonest texts; of equally common ones the first by text.
func (c *counter) most(n int) []counted {
	var best []counted
	for text, count := range c.counts {
		best = append(best, counted{text, count})
		if len(best) > 64+n {
			best = first(best, n)
		}
	}
	return first(best, n)
}

func first(list []counted, n int) []counted {
	slices.SortFunc(list, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.text, b.text))
	})
	return list[:min(n, len(list))]
}

func repetition(check string, c *counter) Result {
	if c.total == 0 {
		return undefined(check, "there are no values with a currency", nil)
	}
	if c.full {
		return undefined(check, tooMany, map[string]any{"total": c.total})
	}
	var sum int64
	commonest := map[string]int64{}
	for _, m := range c.most(3) {
		sum += m.count
		commonest[m.text] = m.count
	}
	r := Result{Check: check, Result: Pass, Value: percent(sum, c.total), Meta: map[string]any{"total": c.total, "commonest": commonest}}
	if sum*100 >= c.total*10 {
		r.Result = Fail
	}
	return r
}

// manyBuyers is the number of buyer ids from which their distribution means anything.
const manyBuyers = 1000

func (d *Dataset) buyerResults() []Result {
	const once, often = "distribution.buyer", "distribution.buyer_repetition"
	c := d.buyers
	meta := map[string]any{"total": c.total, "buyers": len(c.counts)}
	reason := ""
	switch {
	case c.full:
		reason = tooMany
	case c.total < manyBuyers:
		reason = fmt.Sprintf("there are fewer than %d buyer ids", manyBuyers)
	}
	if reason != "" {
		return []Result{undefined(once, reason, meta), undefined(often, reason, meta)}
	}
	var single int64
	for _, n := range c.counts {
		if n == 1 {
			single++
		}
	}
	buyers := int64(len(c.counts))
	a := Result{Check: once, Result: Pass, Value: percent(single, buyers), Meta: meta}
	if single*2 >= buyers {
		a.Result = Fail
	}
	most := c.most(1)[0]
	b := Result{Check: often, Result: Pass, Value: percent(most.count, c.total), Meta: map[string]any{"total": c.total, "commonest": map[string]int64{most.text: most.count}}}
	if most.count*100 < c.total || most.count*2 > c.total {
		b.Result = Fail
	}
	return []Result{a, b}
}

// largest adds amounts in US dollars and keeps the largest of them.
type largest struct {
	total  *big.Rat
	number int
	kept   smallestFirst
	keep   int
}

type smallestFirst []*big.Rat

func (h smallestFirst) Len() int           { return len(h) }
func (h smallestFirst) Less(i, j int) bool { return h[i].Cmp(h[j]) < 0 }
func (h smallestFirst) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *smallestFirst) Push(x any)        { *h = append(*h, x.(*big.Rat)) }
func (h *smallestFirst) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

func (l *largest) add(amount *big.Rat) {
	l.number++
	l.total.Add(l.total, amount)
	switch {
	case len(l.kept) < l.keep:
		heap.Push(&l.kept, amount)
	case l.kept[0].Cmp(amount) < 0:
		l.kept[0] = amount
		heap.Fix(&l.kept, 0)
	}
}

// manyValues is the number of values from which their distribution means anything.
const manyValues = 100

func (l *largest) result(check string) Result {
	meta := map[string]any{"values": l.number}
	if l.number < manyValues {
		return undefined(check, fmt.Sprintf("fewer than %d values have a rate", manyValues), meta)
	}
	n := l.number / 100
	if n > l.keep {
		return undefined(check, tooMany, meta)
	}
	sorted := slices.SortedFunc(slices.Values(l.kept), func(a, b *big.Rat) int { return b.Cmp(a) })
	top := new(big.Rat)
	for _, a := range sorted[:n] {
		top.Add(top, a)
	}
	rest := new(big.Rat).Sub(l.total, top)
	meta["top"], meta["rest"] = top.FloatString(2), rest.FloatString(2)
	r := Result{Check: check, Result: Pass, Meta: meta}
	if l.total.Sign() > 0 {
		share := new(big.Rat).Quo(top, l.total)
		r.Value = share.Mul(share, big.NewRat(100, 1)).FloatString(2)
	}
	if top.Cmp(rest) >= 0 {
		r.Result = Fail
	}
	return r
}
