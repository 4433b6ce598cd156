package goszakup

import (
	"fmt"
	"math"
)

// Grounds of additional agreements (ref_amendm_agreem_justif); the shares are
// those of the grounds by which the reference system groups agreements.
var agreementReasons = []share[int]{{1, 22}, {2, 17}, {3, 14}, {4, 8}, {5, 6}, {6, 6}, {19, 5}}

const (
	reasonMore    = 1
	reasonLess    = 3
	reasonCheaper = 4
)

// contract concludes the lines with a supplier not before the given day and
// follows the contract through agreements, payments and its end.
func (g *generator) contract(u *unit, noticeIndex, buyer, supplier int, notBefore float64, lines []line, method int) {
	after := int64(0)
	if noticeIndex >= 0 {
		after = u.notices[noticeIndex].lane
	}
	ord := int64(len(u.contracts))
	if ord >= spaces[Contract].width {
		return
	}
	r, ok := g.place(u.slot, after, notBefore, spaces[Contract], ord)
	if !ok {
		return
	}
	c := newChance(g.seed, forContract, uint64(u.index), uint64(ord))
	b, s := g.buyer(buyer), g.supplier(supplier)
	k := contract{notice: noticeIndex, buyer: buyer, supplier: supplier, ord: ord, vat: s.vat, treasury: !b.quasi, method: method, removed: never, dropped: never, advance: advance{at: never}}
	k.year = at(r.day).year()
	k.number = fmt.Sprintf("%s/%02d%s/", b.bin, k.year%100, g.contractSerial(u.index, ord))
	terms := newChance(g.seed, forDelivery, uint64(u.index), uint64(ord))
	if s.foreign() {
		k.currency = pick(&terms, currencies)
	}

	main := agreement{id: spaces[Contract].id(r.slot, r.lane, ord, 0), created: at(r.day), ended: never}
	for i, l := range lines {
		l.id = spaces[Units].id(r.slot, r.lane, ord, int64(i))
		main.lines = append(main.lines, l)
	}
	sign := r.day + c.in(0.3, 7)
	main.signed = at(sign)
	main.steps = []step{{main.created, 110}, {at(r.day + (sign-r.day)*0.4), 120}, {at(r.day + (sign-r.day)*0.8), 130}, {main.signed, 190}}
	g.planStatus(u, lines, main.created, 310)
	g.planStatus(u, lines, main.signed, 16)

	if noticeIndex >= 0 && c.hit(0.02) { // the winner did not sign
		main.steps = []step{{main.created, 110}, {at(r.day + 0.2), 120}, {main.signed, 330}}
		main.signed = never
		g.planStatus(u, lines, at(sign), 18)
		switch gone := at(sign) + moment(terms.in(1, 20)*86400); terms.below(3) {
		case 0:
			k.removed = gone
		case 1:
			k.dropped = gone
			main.steps = append(main.steps, step{gone, 330})
		}
		k.versions = []agreement{main}
		u.contracts = append(u.contracts, k)
		return
	}

	duration := c.in(10, 60) + c.in(0, 1)*c.in(0, 160) // working days to the end
	fulfilled := sign + duration + float64(u.years-1)*workDaysPerYear
	k.versions = []agreement{main}
	agreements := pick(&c, []share[int]{{0, 87}, {1, 11}, {2, 2}})
	lane, day := r.lane, sign
	for range agreements {
		next, ok := g.place(u.slot, lane, day+c.in(1, 30), spaces[Contract], ord)
		if !ok || next.day > fulfilled-2 {
			break
		}
		last := &k.versions[len(k.versions)-1]
		a := agreement{id: spaces[Contract].id(next.slot, next.lane, ord, 0), created: at(next.day), signed: at(next.day + 0.6), ended: never}
		a.reason = pick(&c, agreementReasons)
		factor := 1.0
		switch a.reason {
		case reasonMore:
			factor = c.in(1.02, 1.25)
		case reasonLess, reasonCheaper:
			factor = c.in(0.6, 0.98)
		}
		for i, l := range last.lines {
			l.id = spaces[Units].id(next.slot, next.lane, ord, int64(i))
			if factor != 1 {
				l.price = max(1, money(math.Round(float64(l.price)*factor)))
			}
			a.lines = append(a.lines, l)
		}
		a.steps = []step{{a.created, 110}, {a.signed, 190}}
		last.steps = append(last.steps, step{a.created, 450}, step{a.signed, 455})
		k.versions = append(k.versions, a)
		g.planStatus(u, lines, a.signed, 320)
		lane, day = next.lane, next.day+0.6
	}
	g.finish(u, &k, &c, &terms, lines, math.Max(day+1, sign), fulfilled)
	u.contracts = append(u.contracts, k)
}

// finish accepts, pays, and ends or breaks the contract's last version.
func (g *generator) finish(u *unit, k *contract, c, terms *chance, lines []line, from, fulfilled float64) {
	last := &k.versions[len(k.versions)-1]
	if c.hit(0.03) {
		status, plan := 350, 410
		if c.hit(0.3) {
			status, plan = 340, 340
		}
		fulfilled = from + (fulfilled-from)*c.in(0.3, 1)
		last.steps = append(last.steps, step{at(fulfilled), status})
		last.ended = at(fulfilled)
		g.planStatus(u, lines, last.ended, plan)
	} else {
		last.steps = append(last.steps, step{at(fulfilled), 390})
		g.planStatus(u, lines, at(fulfilled), 19)
	}
	sum, parts := last.sum(), pick(c, []share[int]{{0, 10}, {1, 62}, {2, 14}, {3, 8}, {4, 6}})
	if parts > 0 && u.years > 1 {
		parts = 2 * u.years
	}
	slot, lane, ord, _ := spaces[Contract].split(last.id)
	goods := products[u.points[lines[0].point].product].subject == 1
	waybills := goods && terms.hit(0.25)
	if percent := prepayment(u.points[lines[0].point].current().id); percent > 0 && parts > 0 && terms.hit(0.5) {
		k.advance = advance{
			at: at(from + math.Min(3, (fulfilled-from)*0.1)), percent: percent, sum: sum / 100 * money(percent),
			payID: spaces[TreasuryPay].id(slot, lane, ord, advanceChild),
		}
	}
	accepted, offset := money(0), money(0)
	for i := range parts {
		share := sum / money(parts)
		if i == parts-1 && last.ended == never {
			share = sum - accepted
		}
		begin, wait := (fulfilled-from)*float64(i)/float64(parts), (fulfilled-from)*c.in(0.4, 0.95)/float64(parts)
		a := act{
			drafted: at(from + begin + wait*0.7), approved: at(from + begin + wait*0.8), paid: at(from + begin + wait), revoked: never, sum: share,
			id: spaces[Acts].id(slot, lane, ord, int64(i)), payID: spaces[TreasuryPay].id(slot, lane, ord, int64(i)),
		}
		if k.advance.at != never {
			a.offset = share / 100 * money(k.advance.percent)
			if i == parts-1 && last.ended == never {
				a.offset = k.advance.sum - offset
			}
			offset += a.offset
		}
		if waybills {
			a.waybill = spaces[Waybills].id(slot, lane, ord, int64(i))
		}
		k.acts = append(k.acts, a)
		accepted += share
		if i == 0 && parts > 1 {
			last.steps = append(last.steps, step{a.paid, 375})
		}
	}
	if parts > 0 && terms.hit(0.03) { // an act made by mistake, revoked
		first := k.acts[0]
		wrong := act{id: spaces[Acts].id(slot, lane, ord, mistakeChild), drafted: first.drafted - 7200, approved: first.drafted - 5400, revoked: first.drafted - 1800, paid: never, sum: first.sum}
		k.acts = append([]act{wrong}, k.acts...)
	}
}

// planStatus moves the current row of every point in the lines.
func (g *generator) planStatus(u *unit, lines []line, when moment, status int) {
	for _, l := range lines {
		v := u.points[l.point].current()
		v.steps = append(v.steps, step{when, status})
	}
}

const workDaysPerYear = 261

// contractSerial is the number of a contract among those of its buyer and year.
// The portal counts with four digits; a large world needs more to be unique.
func (g *generator) contractSerial(unit int, ord int64) string {
	n := unit*7 + int(ord)
	if g.units*7 < 10_000 {
		n %= 10_000
	} else {
		n = unit*int(spaces[Contract].width) + int(ord)
	}
	return fmt.Sprintf("%04d", n)
}

// currency of a contract with a supplier abroad; the zero value is tenge.
type currency struct {
	code string
	rate money // tenge for one unit
}

var currencies = []share[currency]{{currency{"RUB", 545}, 5}, {currency{"USD", 51_230}, 3}, {currency{"EUR", 59_875}, 2}, {currency{}, 3}}

func (c currency) name() string {
	if c.code == "" {
		return "KZT"
	}
	return c.code
}

// rateOf a version: additional agreements of a contract in foreign currency are
// concluded at the rate of their day.
func (c currency) rateOf(version int) money {
	if c.code == "" {
		return 100
	}
	return c.rate + c.rate*money(3*version)/100
}

// from turns tenge into the contract's currency at the first version's rate.
func (c currency) from(m money) money {
	if c.code == "" {
		return m
	}
	return money(math.Round(float64(m) * 100 / float64(c.rate)))
}

// advance is a payment before any act.
type advance struct {
	at      moment // never: none
	percent int
	sum     money
	payID   int64
}

// act accepts a part of a contract; it is drafted, approved, and paid.
type act struct {
	id, payID, waybill      int64 // waybill 0: none
	drafted, approved, paid moment
	revoked                 moment // mostly never
	sum                     money
	offset                  money // of the advance; the rest is paid
}

const (
	// Acts and payments of a contract's version have eight places each; parts
	// take up to six.
	advanceChild = 6
	mistakeChild = 7

	membersPerWaybill = 2
)

// Statuses of acts: 15 is the portal's, the others are ours.
const (
	actDrafted  = 10
	actApproved = 15
	actRevoked  = 20
)

var actStatuses = map[int][2]string{
	actDrafted: {"на утверждении", "бекітуде"}, actApproved: {"утвержден", "бекітілді"}, actRevoked: {"отозван", "қайтарып алынды"},
}

func (a *act) statusAt(now moment) (status int, since moment) {
	return statusAt([]step{{a.drafted, actDrafted}, {a.approved, actApproved}, {a.revoked, actRevoked}}, now)
}
