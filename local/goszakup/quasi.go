package goszakup

// The registers of the quasi-sector (Ob…) are a smaller world of their own:
// other purchases of the same participants, in the same id spaces, so that ids
// collide with those of the plain registers.

const quasiShare = 25 // plain purchases for one of the quasi-sector

// quasiSeed keeps the two worlds apart.
func quasiSeed(seed uint64) uint64 { return mix(seed + 0x0b) }

var (
	quasiOpening = []share[int]{{126, 620}, {124, 210}, {177, 90}, {160, 40}, {190, 25}, {200, 15}}
	quasiDirect  = []share[int]{{105, 620}, {123, 380}}
)

// quasiMethod is the counterpart of a method outside public procurement.
func quasiMethod(method int) int {
	switch method {
	case 3:
		return 126
	case 6:
		return 125
	case 60:
		return 160
	case 78:
		return 177
	case 188:
		return 200
	case 2, 22, 32, 120, 121, 128:
		return 124
	case 201:
		return 202
	}
	return method
}

var plainOf = map[Entity]Entity{ObPlans: Plans, ObTrdBuy: TrdBuy, ObLots: Lots, ObContract: Contract}

// quasiOf is the register of the quasi-sector that repeats a plain one.
func quasiOf(e Entity) Entity {
	switch e {
	case Plans, TrdBuy, Lots, Contract:
		return "Ob" + e
	}
	return e
}
