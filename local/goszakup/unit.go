package goszakup

import (
	"fmt"
	"math"
)

// money counts tiyn (1/100 tenge).
type money int64

func tenge(x float64) money { return money(math.Round(x * 100)) }

// quantity counts thousandths.
type quantity int64

func (q quantity) times(price money) money {
	return money(math.Round(float64(price) * float64(q) / 1000))
}

// unit is one purchase from the first plan to the last payment. It holds the
// whole life of the purchase, past and to come; documents show the part that
// lies before the clock. It depends on seed and index alone.
type unit struct {
	index, slot int
	lag         moment // how long the index is behind the portal
	buyer       int    // the organiser; points may have customers of their own
	years       int    // budget years that the contracts run through
	quasi       bool   // of the quasi-sector's registers
	points      []point
	notices     []notice
	contracts   []contract
	rows        []registerRows
	first, last moment // nothing of the unit changes outside
	active      uint64 // stretches of its life in which anything changes, from the first
}

// stretch is the length that a bit of active stands for; the last stands for the
// rest of the life.
const stretch moment = 14 * 86400

// note enters that something changes at each of the moments.
func (u *unit) note(changes ...moment) {
	for _, m := range changes {
		if m != never {
			u.last = max(u.last, m)
			u.active |= 1 << min(63, max(0, m-u.first)/stretch)
		}
	}
}

func (u *unit) noteSteps(steps []step) {
	for _, s := range steps {
		u.note(s.at)
	}
}

// registerRows are the rows of a unit in a register, highest id first.
type registerRows struct {
	entity Entity
	rows   []rowRef
}

func (u *unit) rowsOf(e Entity) []rowRef {
	for i := range u.rows {
		if u.rows[i].entity == e {
			return u.rows[i].rows
		}
	}
	return nil
}

// maxLag bounds how far the index is behind.
const maxLag moment = 600

// rowRef leads from a row to the part of the unit it shows.
type rowRef struct {
	id      int64
	a, b, c int    // indices: point/version, notice/lot, contract/version …
	from    moment // visible from
	to      moment // and before this moment
}

type point struct {
	buyer    int
	product  int
	qty      quantity
	price    money
	places   []string // KATO codes: mostly one, sometimes two or none
	year     int
	month    int
	versions []version
	deleted  moment
}

// version is one row of a plan point.
type version struct {
	id      int64
	at      moment
	method  int
	price   money
	qty     quantity
	steps   []step // status by time
	retired moment // replaced by the next version
}

// step is a status that holds from a moment on.
type step struct {
	at     moment
	status int
}

func statusAt(steps []step, now moment) (status int, since moment) {
	for _, s := range steps {
		if s.at <= now && s.at >= since {
			status, since = s.status, s.at
		}
	}
	return status, since
}

type notice struct {
	id                  int64
	number              string
	parent              int64
	method, planned     int
	publish, start, end moment
	discusEnd, results  moment
	steps               []step
	lots                []lot
	bids                []bid
	repeatStart         moment  // bidders mend their bids from here, mostly never
	repeatEnd           moment  // to here
	appealed            moment  // the purchase was suspended, mostly never
	removed             moment  // taken from the registers, mostly never
	day                 float64 // of publication
	resultDay           float64
	slot, lane          int64
	complaints          []complaint
}

// lot is what is awarded as a whole: mostly one plan point, sometimes several
// (a united lot), of one customer or, when a single organiser buys, of several.
type lot struct {
	id      int64
	parts   []part
	number  string
	steps   []step
	won     int // index of the winning bid, -1
	second  int
	dumping bool
	deleted moment // mostly never
}

// part is a plan point within a lot, as it stood at the announcement.
type part struct {
	point, version int
	qty            quantity
	price          money
}

func (l *lot) amount() (sum money) {
	for _, p := range l.parts {
		sum += p.qty.times(p.price)
	}
	return sum
}

func (l *lot) united() bool { return len(l.parts) > 1 }

// count is the quantity, of a united lot the number of its points.
func (l *lot) count() quantity {
	if l.united() {
		return quantity(len(l.parts)) * 1000
	}
	return l.parts[0].qty
}

type bid struct {
	id       int64
	supplier int
	at       moment
	micros   int
	offers   []offer
	mended   bool // corrected while supplements were taken
	taken    bool // withdrawn by the bidder before the end
}

type offer struct {
	id       int64
	lot      int
	prices   []money // of a unit of each part of the lot
	amount   money   // for the whole lot
	discount int     // hundredths of a per cent
	rejected bool
	reason   int // why, an index of rejections
}

// price is what the portal shows as the unit price: of a united lot the sum.
func (o offer) price() money {
	if len(o.prices) > 1 {
		return o.amount
	}
	return o.prices[0]
}

// effective is the price after the conditional discount, by which bids rank.
func (o offer) effective() money { return o.lessDiscount(o.price()) }

func (o offer) lessDiscount(m money) money {
	return money(math.Round(float64(m) * (1 - float64(o.discount)/10000)))
}

type contract struct {
	notice   int // -1: without announcement
	buyer    int
	supplier int
	number   string
	ord      int64
	vat      bool
	treasury bool // paid through the treasury
	year     int
	method   int
	removed  moment // a draft taken from the registers, mostly never
	dropped  moment // a draft marked as deleted, mostly never
	currency currency
	versions []agreement
	advance  advance
	acts     []act // in the order of their approval
}

// agreement is one row of a contract: the main contract or an additional one.
type agreement struct {
	id            int64
	created       moment
	signed, ended moment
	reason        int
	steps         []step
	lines         []line
}

type line struct {
	id         int64
	point, lot int // lot -1 without announcement
	price      money
	qty        quantity
}

func (a agreement) sum() (s money) {
	for _, l := range a.lines {
		s += l.qty.times(l.price)
	}
	return s
}

// Methods (ref_trade_methods) with the share of first announcements they have.
var openingMethods = []share[int]{
	{3, 660}, {2, 165}, {78, 60}, {188, 30}, {60, 45}, {128, 10}, {120, 10}, {121, 6}, {201, 3}, {32, 3},
	{8, 2}, {22, 1}, {126, 8}, {124, 6}, {177, 2}, {160, 2},
}

var directMethods = []share[int]{{23, 860}, {131, 50}, {52, 30}, {130, 35}, {50, 10}, {122, 10}, {123, 5}}

var lotCounts = []share[int]{{1, 50}, {2, 17}, {3, 11}, {4, 7}, {5, 5}, {6, 3}, {7, 2}, {8, 2}, {10, 2}, {12, 1}}

var bidCounts = []share[int]{{0, 7}, {1, 20}, {2, 19}, {3, 16}, {4, 12}, {5, 10}, {6, 7}, {7, 5}, {8, 4}}

// processesPerUnit is the mean number of contracting processes (announcement
// chains, contracts without announcement, plan points) that one unit makes;
// it turns SCALE into a number of units.
const processesPerUnit = 2.9

// typicalValue is the median lot value in tenge and the spread of its
// logarithm.
func typicalValue(method int) (median, sigma float64) {
	switch method {
	case 3, 60, 126, 160:
		return 420_000, 1.2
	case 2, 22, 32, 124, 128:
		return 6_500_000, 1.5
	case 78, 177, 8:
		return 4_000_000, 1.2
	case 188, 201:
		return 90_000_000, 1.4
	case 120, 121, 131:
		return 9_000_000, 0.9
	default:
		return 800_000, 1.95
	}
}

// methodSymbol is the method's part of a lot number.
func methodSymbol(method int) string {
	switch method {
	case 2, 32, 120, 121, 128, 188, 201:
		return "ОК"
	case 22:
		return "ДК"
	case 78, 177:
		return "АУК"
	case 6, 23:
		return "ОИ"
	case 60, 160:
		return "ЭМ"
	case 8:
		return "ЧТБ"
	case 124:
		return "ОТ"
	default:
		return "ЗЦП"
	}
}

// unit computes purchase i.
func (g *generator) compute(i int) *unit {
	c := newChance(g.seed, forUnit, uint64(i))
	u := &unit{index: i, slot: g.slotOf(i), lag: moment(60 + c.below(int(maxLag-60))), buyer: g.pickBuyer(&c), years: 1, quasi: g.quasi}
	u.first = g.firstOf(i)
	division := pick(&c, divisionShares)
	kind := pick(&c, []share[string]{{"direct", 45}, {"announced", 43}, {"planned", 12}})
	if terms := newChance(g.seed, forTerm, uint64(i)); terms.hit(0.04) {
		u.years = 2 + terms.below(2)
	}
	switch kind {
	case "direct":
		g.addPoints(u, division, pick(&c, g.direct), 1+c.below(5)/4)
		g.buyDirectly(u, &c)
	case "announced":
		method := pick(&c, g.opening)
		switch division {
		case 41, 42, 43:
			if c.hit(0.5) {
				method = pick(&c, []share[int]{{2, 6}, {188, 4}, {201, 1}})
			}
		case 56:
			method = 120
		}
		if g.quasi {
			method = quasiMethod(method)
		}
		g.addPoints(u, division, method, pick(&c, lotCounts))
		g.announce(u, &c, division)
		for n := range u.notices {
			g.remove(u, n)
			g.complain(u, n, division)
		}
	default:
		g.addPoints(u, division, pick(&c, g.opening), 1+c.below(3))
		if c.hit(0.3) {
			withdrawn := at(g.dayOf(int64(u.slot), 0, spaces[Plans], 0) + c.in(12, 90))
			u.points[len(u.points)-1].deleted = withdrawn
		}
	}
	u.list()
	return u
}

// addPoints plans n items in the unit's slot; some are edited before anything
// else happens, which makes a new row.
func (g *generator) addPoints(u *unit, division, method, n int) {
	u.points = make([]point, 0, n)
	for p := range n {
		c := newChance(g.seed, forPoint, uint64(u.index), uint64(p))
		product := g.pickProduct(&c, division)
		r := row{int64(u.slot), 0, g.dayOf(int64(u.slot), 0, spaces[Plans], int64(p))}
		median, sigma := typicalValue(method)
		value := math.Min(c.logNormal(median, sigma), 4e9)
		pt := point{buyer: u.buyer, product: product, deleted: never, places: g.deliveryPlaces(u, p, u.buyer, &c)}
		pt.qty = products[product].quantity(&c, value)
		pt.price = max(1, tenge(roundPrice(&c, value*1000/float64(pt.qty))))
		pt.year, pt.month = at(r.day).year(), int(at(r.day).clock().Month())
		id := spaces[Plans].id(r.slot, r.lane, int64(p), 0)
		v := version{id: id, at: at(r.day), method: method, price: pt.price, qty: pt.qty, retired: never}
		v.steps = []step{{v.at, 25}, {v.at + moment(600+c.below(6000)), 2}}
		pt.versions = []version{v}
		if c.hit(0.22) {
			if edit, ok := g.place(u.slot, 0, r.day+0.5, spaces[Plans], int64(p)); ok && edit.lane <= 2 {
				old := &pt.versions[0]
				price := max(1, tenge(float64(pt.price)/100*c.in(0.85, 1.15)))
				e := version{id: spaces[Plans].id(edit.slot, edit.lane, int64(p), 0), at: at(edit.day), method: method, price: price, qty: pt.qty, retired: never}
				e.steps = []step{{e.at, 2}}
				old.retired = e.at
				old.steps = append(old.steps, step{e.at, 21})
				pt.versions, pt.price = append(pt.versions, e), price
			}
		}
		u.points = append(u.points, pt)
	}
}

func roundPrice(c *chance, tenge float64) float64 {
	switch {
	case c.hit(0.25):
		return tenge // with tiyn
	case tenge > 1000:
		return math.Round(tenge/10) * 10
	default:
		return math.Max(1, math.Round(tenge))
	}
}

func (p *point) current() *version { return &p.versions[len(p.versions)-1] }

// lastPlanned is the working day on which the unit's plan was edited last, and
// the lane of that edit.
func (g *generator) lastPlanned(u *unit) (day float64, lane int64) {
	for _, p := range u.points {
		_, l, ord, _ := spaces[Plans].split(p.current().id)
		s, _, _, _ := spaces[Plans].split(p.current().id)
		day, lane = math.Max(day, g.dayOf(s, l, spaces[Plans], ord)), max(lane, l)
	}
	return day, lane
}

// unite tells which points become one lot. A single organiser buys for several
// customers; then the points get customers of their own.
func (g *generator) unite(u *unit, method int) (lots [][]int) {
	c := newChance(g.seed, forUnion, uint64(u.index))
	part, shared := 0.07, false
	switch method {
	case 2, 120, 124, 128:
		part, shared = 0.22, c.hit(0.6)
	}
	united := c.hit(part)
	if len(u.points) < 2 || !united {
		for p := range u.points {
			lots = append(lots, []int{p})
		}
		return lots
	}
	if shared {
		customers := []int{u.buyer}
		for range 1 + c.below(4) {
			customers = append(customers, g.pickBuyer(&c))
		}
		for p := range u.points {
			pt := &u.points[p]
			pt.buyer = customers[p%len(customers)]
			pt.places = g.deliveryPlaces(u, p, pt.buyer, &c)
		}
	}
	for p := 0; p < len(u.points); {
		n := min(2+c.below(4), len(u.points)-p)
		var group []int
		for range n {
			group = append(group, p)
			p++
		}
		lots = append(lots, group)
	}
	return lots
}

// buyDirectly makes the contract of a purchase without announcement.
func (g *generator) buyDirectly(u *unit, c *chance) {
	day, _ := g.lastPlanned(u)
	supplier := g.pickSupplier(c, products[u.points[0].product].division, u.buyer)
	var lines []line
	for p := range u.points {
		lines = append(lines, line{point: p, lot: -1, price: u.points[p].price, qty: u.points[p].qty})
	}
	g.contract(u, -1, u.buyer, supplier, day+c.in(0.5, 25), lines, u.points[0].current().method)
}

// announce publishes the unit's points as lots and follows them to contracts:
// the announcement, possibly its revision, possibly a repeated purchase of the
// lots that failed.
func (g *generator) announce(u *unit, c *chance, division int) {
	day, lane := g.lastPlanned(u)
	lead := pick(c, []share[float64]{{0.3, 40}, {3, 25}, {8, 20}, {25, 15}})
	method := u.points[0].current().method
	lots := g.unite(u, method)
	n, ok := g.notice(u, lane, day+lead, method, lots, 0, "")
	if !ok {
		return
	}
	if c.hit(0.035) { // documents changed: the announcement goes on under a new id
		first := &u.notices[n]
		if again, ok := g.notice(u, first.lane, first.day+0.7, method, lots, 0, first.number); ok {
			first = &u.notices[n]
			changed := u.notices[again].publish
			first.steps = append(cut(first.steps, changed), step{changed, 190})
			for l := range first.lots {
				first.lots[l].steps = append(cut(first.lots[l].steps, changed), step{changed, 190})
				first.lots[l].won, first.lots[l].second = -1, -1
			}
			first.bids, first.results, first.appealed, first.repeatStart, first.repeatEnd = nil, never, never, never, never
			n = again
		}
	}
	failed := g.award(u, n, c, division)
	if len(failed) == 0 || !c.hit(0.62) {
		return
	}
	g.repeat(u, n, failed, c, division)
}

// repeat buys the failed lots again from one source: the plan points get a new
// row with the new method, the announcement points to the first one.
func (g *generator) repeat(u *unit, n int, failed []int, c *chance, division int) {
	first := u.notices[n]
	var lots [][]int
	var latest float64
	for _, l := range failed {
		var group []int
		for _, part := range first.lots[l].parts {
			p := part.point
			edit, ok := g.place(u.slot, first.lane, first.resultDay+c.in(0.5, 4), spaces[Plans], int64(p))
			if !ok {
				continue
			}
			pt := &u.points[p]
			old := pt.current()
			v := version{id: spaces[Plans].id(edit.slot, edit.lane, int64(p), 0), at: at(edit.day), method: old.method, price: pt.price, qty: pt.qty, retired: never}
			v.steps = []step{{v.at, 2}}
			old.retired = v.at
			old.steps = append(old.steps, step{v.at, 11})
			pt.versions = append(pt.versions, v)
			group, latest = append(group, p), math.Max(latest, edit.day)
		}
		if len(group) > 0 {
			lots = append(lots, group)
		}
	}
	if len(lots) == 0 {
		return
	}
	method := 6
	if g.quasi {
		method = quasiMethod(method)
	}
	again, ok := g.notice(u, first.lane, latest+c.in(0.3, 5), method, lots, first.id, "")
	if !ok {
		return
	}
	g.award(u, again, c, division)
}

// cut drops the steps that a moment makes impossible.
func cut(steps []step, from moment) []step {
	var kept []step
	for _, s := range steps {
		if s.at < from {
			kept = append(kept, s)
		}
	}
	return kept
}

// notice publishes lots of the unit not before the given day.
func (g *generator) notice(u *unit, after int64, notBefore float64, method int, lots [][]int, parent int64, revises string) (int, bool) {
	r, ok := g.place(u.slot, after, notBefore, spaces[TrdBuy], 0)
	if !ok {
		return 0, false
	}
	index := len(u.notices)
	c := newChance(g.seed, forNotice, uint64(u.index), uint64(index))
	n := notice{id: spaces[TrdBuy].id(r.slot, r.lane, 0, 0), parent: parent, method: method, day: r.day, slot: r.slot, lane: r.lane}
	n.repeatStart, n.repeatEnd, n.appealed, n.removed = never, never, never, never
	n.planned = u.points[lots[0][0]].current().method
	n.number = fmt.Sprintf("%d-1", n.id)
	if revises != "" {
		n.number = revises[:len(revises)-2] + "-2"
	}
	reformed := r.day >= workDays(lawOf2025)
	talk, reception, review := 0.0, c.in(2, 6), c.in(0.1, 2)
	switch method {
	case 3, 60, 126, 160:
		if reformed {
			reception = c.in(2, 4)
		}
	case 6, 125:
		reception, review = c.in(1, 4), c.in(0.5, 3)
	case 188, 201:
		talk, reception, review = c.in(2, 5), c.in(10, 18), c.in(0.1, 1)
	default:
		talk, reception, review = c.in(3, 5), c.in(10, 16), c.in(4, 11)
		if reformed {
			talk, reception, review = 2, c.in(5, 9), c.in(2, 5)
		}
	}
	open := r.day + talk + c.in(0.05, 0.4)
	close := open + reception
	n.resultDay = close + review
	appealed := method != 60 && !n.single() && c.hit(0.01)
	if appealed {
		n.resultDay += 10
	}
	n.publish, n.start, n.end, n.results = at(r.day), at(open), at(close), at(n.resultDay)
	n.discusEnd = never
	if talk > 0 {
		n.discusEnd = at(r.day + talk)
	}
	n.steps = []step{{n.publish, 210}, {n.start, 220}, {n.end, 250}}
	switch method {
	case 78, 177:
		n.steps = append(n.steps, step{at(close + review/2), 290})
	case 3, 60, 126, 160:
		n.steps[1].status, n.steps[2].status = 240, 330
	}
	if appealed {
		n.appealed = at(close + review)
		n.steps = append(n.steps, step{n.appealed, 440})
	}
	g.review(u, &n, index, close, review)
	lotSteps := append([]step(nil), n.steps...)
	n.steps = append(n.steps, step{n.results, 350})
	for k, points := range lots {
		l := lot{id: spaces[Lots].id(r.slot, r.lane, 0, int64(k)), won: -1, second: -1, deleted: never}
		for _, p := range points {
			pt := &u.points[p]
			l.parts = append(l.parts, part{point: p, version: len(pt.versions) - 1, qty: pt.qty, price: pt.price})
			v := pt.current()
			v.steps = append(v.steps, step{n.publish, 5})
		}
		symbol := methodSymbol(method)
		if l.united() {
			symbol = "ОЛ-" + symbol
		}
		l.number = fmt.Sprintf("%d-%s%d", u.points[points[0]].versions[0].id, symbol, 1+index)
		l.steps = append([]step(nil), lotSteps...)
		n.lots = append(n.lots, l)
	}
	u.notices = append(u.notices, n)
	return index, true
}

// award plays bidding, results and contracts of an announcement and tells
// which lots failed.
func (g *generator) award(u *unit, index int, c *chance, division int) (failed []int) {
	n := &u.notices[index]
	if stop, status := c.part(), 0; stop < 0.045 {
		status = 430
		if stop < 0.02 {
			status = 410
		}
		when := n.publish + moment(c.part()*float64(n.results-n.publish))
		n.steps = append(cut(n.steps, when), step{when, status})
		n.results = never
		if n.appealed >= when {
			n.appealed = never
		}
		if n.repeatStart >= when {
			n.repeatStart, n.repeatEnd = never, never
		}
		planStatus := map[int]int{430: 7, 410: 20}[status]
		for l := range n.lots {
			lot := &n.lots[l]
			lot.steps = append(cut(lot.steps, when), step{when, status})
			u.pointStatus(lot, when, planStatus)
		}
		if when > n.end {
			g.bid(u, index, division)
		}
		return nil
	}
	g.bid(u, index, division)
	reformed := n.day >= workDays(lawOf2025)
	type deal struct{ bid, buyer int }
	lines := map[deal][]line{}
	var order []deal
	for l := range n.lots {
		lot := &n.lots[l]
		if c.hit(0.01) {
			lot.steps = append(lot.steps, step{n.results, 410})
			u.pointStatus(lot, n.results, 20)
			if lot.id%3 == 0 {
				lot.deleted = n.results + 86400
			}
			continue
		}
		valid := g.rank(n, l)
		few := !n.single() && n.method != 60 && !reformed && len(valid) == 1 && c.hit(0.45)
		if len(valid) == 0 || few {
			lot.steps = append(lot.steps, step{n.results, 370})
			u.pointStatus(lot, n.results, 10)
			failed = append(failed, l)
			continue
		}
		lot.won = valid[0]
		if len(valid) > 1 {
			lot.second = valid[1]
		}
		lot.steps = append(lot.steps, step{n.results, 360})
		u.pointStatus(lot, n.results, 9)
		prices := n.bids[lot.won].offerFor(l).prices
		for i, part := range lot.parts {
			d := deal{lot.won, u.points[part.point].buyer}
			if lines[d] == nil {
				order = append(order, d)
			}
			lines[d] = append(lines[d], line{point: part.point, lot: l, price: prices[i], qty: part.qty})
		}
	}
	for _, d := range order {
		g.contract(u, index, d.buyer, n.bids[d.bid].supplier, n.resultDay+c.in(2, 10), lines[d], n.method)
	}
	return failed
}

// single tells a purchase from one source, which has one invited bidder.
func (n *notice) single() bool { return n.method == 6 || n.method == 125 }

// pointStatus moves the announced rows of a lot's points.
func (u *unit) pointStatus(l *lot, when moment, status int) {
	for _, p := range l.parts {
		v := &u.points[p.point].versions[p.version]
		v.steps = append(v.steps, step{when, status})
	}
}

func (b *bid) offerFor(lot int) *offer {
	for o := range b.offers {
		if b.offers[o].lot == lot {
			return &b.offers[o]
		}
	}
	return nil
}

// rank orders the admitted bids for a lot, the best first.
func (g *generator) rank(n *notice, l int) []int {
	var bids []int
	for b := range n.bids {
		if n.bids[b].taken {
			continue
		}
		for _, o := range n.bids[b].offers {
			if o.lot != l || o.rejected {
				continue
			}
			k := len(bids)
			for k > 0 && n.bids[bids[k-1]].offerFor(l).effective() > o.effective() {
				k--
			}
			bids = append(bids, 0)
			copy(bids[k+1:], bids[k:])
			bids[k] = b
		}
	}
	return bids
}

// bid makes the bids of an announcement.
func (g *generator) bid(u *unit, index, division int) {
	n := &u.notices[index]
	c := newChance(g.seed, forBid, uint64(u.index), uint64(index))
	count := pick(&c, bidCounts)
	if n.single() {
		count = 1 // the invited one
		if c.hit(0.08) {
			count = 0
		}
	}
	seen := map[int]bool{}
	for range count {
		supplier := g.pickSupplier(&c, division, u.buyer)
		if seen[supplier] {
			continue
		}
		seen[supplier] = true
		b := bid{supplier: supplier, micros: c.below(1000) * 1000}
		b.id = spaces[TrdApp].id(n.slot, n.lane, 0, int64(len(n.bids)))
		b.at = n.start + moment(c.part()*float64(n.end-n.start-1))
		own := newChance(g.seed, forReview, uint64(b.id))
		b.mended = n.repeatStart != never && own.hit(0.5)
		b.taken = !n.single() && own.hit(0.012)
		for l, lot := range n.lots {
			if l > 0 && c.hit(0.2) {
				continue
			}
			cutBy := g.reduction(&c, n.method)
			o := offer{lot: l}
			for _, p := range lot.parts {
				price := min(p.price, max(1, tenge(roundPrice(&c, float64(p.price)/100*(1-cutBy)))))
				o.prices, o.amount = append(o.prices, price), o.amount+p.qty.times(price)
			}
			o.rejected, o.reason = c.hit(0.08), own.below(len(rejections))
			if cutBy > 0.3 {
				n.lots[l].dumping = true
			}
			switch n.method {
			case 2, 22, 32, 120, 124, 188:
				o.discount = pick(&c, []share[int]{{0, 55}, {100, 10}, {150, 10}, {250, 10}, {500, 10}, {1000, 5}})
			}
			o.id = appLotBase + (b.id-spaces[TrdApp].base)*16 + int64(l)
			b.offers = append(b.offers, o)
		}
		n.bids = append(n.bids, b)
	}
}

// reduction is the part by which a bid undercuts the planned price.
func (g *generator) reduction(c *chance, method int) float64 {
	if c.hit(0.015) {
		return c.in(0.3, 0.6) // dumping
	}
	mean := 0.05
	switch method {
	case 3, 60, 126, 160:
		mean = 0.09
	case 78, 177:
		mean = 0.12
	case 188, 201:
		mean = 0.015
	case 6, 125:
		mean = 0.01
	}
	return math.Min(0.29, -mean*math.Log(1-c.part()))
}
