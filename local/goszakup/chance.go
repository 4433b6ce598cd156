package goszakup

import "math"

// chance is a stream of pseudo-random numbers (splitmix64). Equal keys give
// equal streams, so everything drawn from it is a pure function of the seed
// and of what the stream is for.
type chance uint64

// Streams are told apart by what they decide, so that a draw added to one
// decision does not move the others.
const (
	forUnit uint64 = iota + 1
	forPoint
	forNotice
	forLot
	forBid
	forContract
	forBuyer
	forSupplier
	forSlot
	forPayment
	forCode
	forUnion
	forComplaint
	forEnquiry
	forReview
	forDelivery
	forTerm
	forResidence
	forRemoval
	forStaff
	forSecondPlace
)

func newChance(parts ...uint64) chance {
	h := uint64(0x9e3779b97f4a7c15)
	for _, p := range parts {
		h = mix(h ^ mix(p+0x9e3779b97f4a7c15))
	}
	return chance(h)
}

func mix(z uint64) uint64 {
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

func (c *chance) next() uint64 {
	*c += 0x9e3779b97f4a7c15
	return mix(uint64(*c))
}

// part is uniform in [0,1).
func (c *chance) part() float64 { return float64(c.next()>>11) / (1 << 53) }

// below is uniform in 0..n-1.
func (c *chance) below(n int) int { return int(c.part() * float64(n)) }

// in is uniform in [lo,hi).
func (c *chance) in(lo, hi float64) float64 { return lo + (hi-lo)*c.part() }

// hit is true with probability p.
func (c *chance) hit(p float64) bool { return c.part() < p }

// normal is standard normal (Box-Muller).
func (c *chance) normal() float64 {
	u, v := 1-c.part(), c.part()
	return math.Sqrt(-2*math.Log(u)) * math.Cos(2*math.Pi*v)
}

// logNormal has the given median; sigma is the deviation of the logarithm.
func (c *chance) logNormal(median, sigma float64) float64 {
	return median * math.Exp(sigma*c.normal())
}

// zipf picks 0..n-1 with a share that falls about as 1/(rank+shift).
func (c *chance) zipf(n int) int {
	const shift = 12
	x := math.Exp(c.part()*math.Log(float64(n+shift)/shift))*shift - shift
	return min(int(x), n-1)
}

// share is one entry of a table of relative frequencies.
type share[T any] struct {
	value  T
	weight float64
}

func pick[T any](c *chance, table []share[T]) T {
	sum := 0.0
	for _, s := range table {
		sum += s.weight
	}
	x := c.part() * sum
	for _, s := range table {
		if x -= s.weight; x < 0 {
			return s.value
		}
	}
	return table[len(table)-1].value
}
