package goszakup

import "math"

// Entity names a register of the portal; the value is its GraphQL root, or the
// REST name where GraphQL has no root.
type Entity string

const (
	Plans        Entity = "Plans"
	DeletedPlans Entity = "plans/deleted"
	TrdBuy       Entity = "TrdBuy"
	Lots         Entity = "Lots"
	TrdApp       Entity = "TrdApp"
	Contract     Entity = "Contract"
	Units        Entity = "contract/units"
	Acts         Entity = "Acts"
	TreasuryPay  Entity = "treasury-pay"
	Subjects     Entity = "Subjects"
	Rnu          Entity = "Rnu"

	ComplaintAppeal    Entity = "ComplaintAppeal"
	Waybills           Entity = "ContractWaybill"
	WaybillItems       Entity = "ContractWaybillItem"
	WaybillMembers     Entity = "ContractWaybillMember"
	QualifiedSuppliers Entity = "qualifiedSuppliers"
	News               Entity = "News"
	Dictionaries       Entity = "refs"

	// The registers of the quasi-sector. Their rows have ids of their own, which
	// are also ids of other rows in the plain registers.
	ObPlans    Entity = "ObPlans"
	ObTrdBuy   Entity = "ObTrdBuy"
	ObLots     Entity = "ObLots"
	ObContract Entity = "ObContract"
)

// Entities lists every register with rows of its own, in a fixed order.
var Entities = []Entity{
	Plans, DeletedPlans, TrdBuy, Lots, TrdApp, Contract, Units, Acts, TreasuryPay, Subjects, Rnu,
	ComplaintAppeal, Waybills, WaybillItems, WaybillMembers, QualifiedSuppliers, News, ObPlans, ObTrdBuy, ObLots, ObContract,
}

// Generated ids are computed, never stored, and grow with the time at which
// the row came into being, as they do at the portal. Time is cut into slots;
// a purchase (unit) starts in a slot of its own, and a row that it makes later
// lands in the slot a fixed delay further on, in the lane of that delay. So
// an id tells slot and lane, these tell the unit, and the unit tells the row:
//
//	id = base + ((slot*laneCount + lane)*width + ord)*children + child
//
// Rows that come with another one (lots with an announcement, lines with a
// contract) derive their id from it through children.
const laneCount = 16

// laneDays are the delays of the lanes in working days.
var laneDays = [laneCount]float64{0, 2, 4, 7, 11, 16, 22, 30, 40, 52, 68, 88, 115, 150, 195, 250}

type space struct {
	base, width, children int64
	part                  uint // of a unit's life: planned, announced, contracted
}

const (
	planned uint = iota
	announced
	contracted
)

// Bases lie above every id of the sample records, so that listings, which run
// from the highest id down, show the generated rows first.
var spaces = map[Entity]space{
	Plans:        {100_000_000, 16, 1, planned},
	DeletedPlans: {100_000_000, 16, 1, planned},
	TrdBuy:       {20_000_000, 1, 1, announced},
	Lots:         {50_000_000, 1, 16, announced},
	TrdApp:       {80_000_000, 1, 8, announced},
	Contract:     {30_000_000, 32, 1, contracted},
	Units:        {60_000_000, 32, 16, contracted},
	Acts:         {10_000_000, 32, 8, contracted},
	TreasuryPay:  {110_000_000, 32, 8, contracted},

	ComplaintAppeal: {5_000_000, 1, complaintsPerNotice, announced},
	Waybills:        {12_000_000, 32, 8, contracted},
	WaybillItems:    {300_000_000, 32, 8 * 16, contracted},
	WaybillMembers:  {400_000_000, 32, 8 * membersPerWaybill, contracted},
}

const (
	appLotBase  = 100_000_000
	subjectBase = 1_000_000
	supplierPid = 2_000_000
	// The entry of a supplier in the blacklist has its pid's distance.
	blacklistBase = 3_000_000
	// So has a supplier's entry in the register of qualified suppliers.
	qualifiedBase = 4_000_000
)

func (s space) id(slot, lane, ord, child int64) int64 {
	return s.base + ((slot*laneCount+lane)*s.width+ord)*s.children + child
}

func (s space) split(id int64) (slot, lane, ord, child int64) {
	key := id - s.base
	child, key = key%s.children, key/s.children
	ord, key = key%s.width, key/s.width
	return key / laneCount, key % laneCount, ord, child
}

// grid lays units over slots.
type grid struct {
	seed  uint64
	units int // units that start before the default clock
	slots int // slots before the default clock
	step  float64
	delay [laneCount]int
	at    []int32 // unit of each slot before the default clock, or -1; nil when unit i starts in slot i
}

const slotsPerDay = 8

func newGrid(seed uint64, units int) grid {
	days := workDays(momentOf(DefaultClock))
	g := grid{seed: seed, units: units, slots: max(units, int(math.Ceil(days*slotsPerDay)))}
	g.step = days / float64(g.slots)
	for lane, d := range laneDays {
		g.delay[lane] = int(math.Ceil(d / g.step))
	}
	if g.slots > g.units { // then there are few slots
		table := make([]int32, g.slots)
		for slot := range table {
			table[slot] = int32(g.unitAt(slot))
		}
		g.at = table
	}
	return g
}

// slotOf is strictly increasing in the unit's index.
func (g grid) slotOf(unit int) int {
	perUnit := float64(g.slots) / float64(g.units)
	x := float64(unit)
	if perUnit >= 2 { // room to be irregular without overtaking
		c := newChance(g.seed, forSlot, uint64(unit))
		x += c.in(0, 0.45)
	}
	return int(x * perUnit)
}

// unitAt is the unit that starts in the slot, or -1.
func (g grid) unitAt(slot int) int {
	switch {
	case slot < 0:
		return -1
	case g.slots == g.units:
		return slot
	case slot < len(g.at):
		return int(g.at[slot])
	}
	near := int(float64(slot) * float64(g.units) / float64(g.slots))
	for u := max(0, near-1); u <= near+1; u++ {
		if g.slotOf(u) == slot {
			return u
		}
	}
	return -1
}

// row is the place of a row that a unit makes: its lane and the working day on
// which it comes into being.
type row struct {
	slot, lane int64
	day        float64
}

// place finds the first lane in which a row of the unit comes into being not
// before the given working day and after the given lane.
func (g grid) place(start int, after int64, notBefore float64, s space, ord int64) (row, bool) {
	for lane := after + 1; lane < laneCount; lane++ {
		slot := int64(start + g.delay[lane])
		day := g.dayOf(slot, lane, s, ord)
		if day >= notBefore {
			return row{slot, lane, day}, true
		}
	}
	return row{}, false
}

func (g grid) dayOf(slot, lane int64, s space, ord int64) float64 {
	part := (float64(lane*s.width+ord) + 0.5) / float64(laneCount*s.width)
	return (float64(slot) + part) * g.step
}
