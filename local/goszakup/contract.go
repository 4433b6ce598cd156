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
func (g *generator) contract(u *unit, noticeIndex, supplier int, notBefore float64, lines []line, method int) {
	after := int64(0)
	if noticeIndex >= 0 {
		after = u.notices[noticeIndex].lane
	}
	ord := int64(len(u.contracts))
	r, ok := g.place(u.slot, after, notBefore, spaces[Contract], ord)
	if !ok {
		return
	}
	c := newChance(g.seed, forContract, uint64(u.index), uint64(ord))
	k := contract{notice: noticeIndex, supplier: supplier, ord: ord, vat: g.supplier(supplier).vat, treasury: !g.buyer(u.buyer).quasi, method: method}
	k.year = at(r.day).year()
	k.number = fmt.Sprintf("%s/%02d%04d/", g.buyer(u.buyer).bin, k.year%100, (u.index*7+int(ord))%10000)

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
		k.versions = []agreement{main}
		u.contracts = append(u.contracts, k)
		return
	}

	duration := c.in(10, 60) + c.in(0, 1)*c.in(0, 160) // working days to the end
	fulfilled := sign + duration
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
	g.finish(u, &k, &c, lines, math.Max(day+1, sign), fulfilled)
	u.contracts = append(u.contracts, k)
}

// finish pays, and ends or breaks the contract's last version.
func (g *generator) finish(u *unit, k *contract, c *chance, lines []line, from, fulfilled float64) {
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
	slot, lane, ord, _ := spaces[Contract].split(last.id)
	paid := money(0)
	for i := range parts {
		share := sum / money(parts)
		if i == parts-1 && last.ended == never {
			share = sum - paid
		}
		when := from + (fulfilled-from)*(float64(i)+c.in(0.4, 0.95))/float64(parts)
		k.payments = append(k.payments, payment{
			at: at(when), sum: share,
			actID: spaces[Acts].id(slot, lane, ord, int64(i)),
			payID: spaces[TreasuryPay].id(slot, lane, ord, int64(i)),
		})
		paid += share
	}
	if parts > 1 {
		last.steps = append(last.steps, step{k.payments[0].at, 375})
	}
}

// planStatus moves the current row of every point in the lines.
func (g *generator) planStatus(u *unit, lines []line, when moment, status int) {
	for _, l := range lines {
		v := u.points[l.point].current()
		v.steps = append(v.steps, step{when, status})
	}
}
