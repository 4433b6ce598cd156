package indicators

import (
	"cmp"
	"encoding/json"
	"math"
	"math/big"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// ratio is an exact fraction. Nearly all fit two integers; those that do not are in large.
type ratio struct {
	n, d  int64 // d > 0
	large *big.Rat
	// approx is what Cardinal's arithmetic gives.
	approx float64
}

// share is n of d, which must be above 0.
func share(n, d int64) ratio { return ratio{n: n, d: d, approx: float64(n) / float64(d)} }

// difference is (next-low)/low of two amounts that usable accepted, low above 0.
func difference(low, next []byte) ratio {
	a, _ := new(big.Rat).SetString(string(low)) // JSON numbers
	b, _ := new(big.Rat).SetString(string(next))
	x, _ := strconv.ParseFloat(string(low), 64)
	y, _ := strconv.ParseFloat(string(next), 64)
	b.Sub(b, a).Quo(b, a)
	r := ratio{approx: (y - x) / x}
	if b.Num().IsInt64() && b.Denom().IsInt64() {
		r.n, r.d = b.Num().Int64(), b.Denom().Int64()
	} else {
		r.large = b
	}
	return r
}

// usable says whether a JSON number can be an amount: it has at most 40 digits before and
// 40 behind the point. Exact arithmetic with larger exponents would be a way to exhaust memory.
func usable(number []byte) bool {
	if len(number) > 100 {
		return false
	}
	digits, exponent := number, 0
	for i, c := range number {
		if c == 'e' || c == 'E' {
			digits = number[:i]
			n, err := strconv.Atoi(string(number[i+1:]))
			if err != nil || n < -100 || n > 100 {
				return false
			}
			exponent = n
			break
		}
	}
	return len(digits)+exponent <= 40 && len(digits)-exponent <= 40
}

func (r ratio) rat() *big.Rat {
	if r.large != nil {
		return r.large
	}
	return big.NewRat(r.n, r.d)
}

func compare(a, b ratio) int {
	if a.large != nil || b.large != nil {
		return a.rat().Cmp(b.rat())
	}
	if a.n < 0 || b.n < 0 {
		return big.NewRat(a.n, a.d).Cmp(big.NewRat(b.n, b.d))
	}
	h1, l1 := bits.Mul64(uint64(a.n), uint64(b.d))
	h2, l2 := bits.Mul64(uint64(b.n), uint64(a.d))
	return cmp.Or(cmp.Compare(h1, h2), cmp.Compare(l1, l2))
}

// measure is how numbers are computed and written: exactly, or as Cardinal does.
type measure struct{ float bool }

// of is the number that stands for a ratio.
func (m measure) of(r ratio) *big.Rat {
	if m.float {
		return new(big.Rat).SetFloat64(r.approx)
	}
	return r.rat()
}

// distribution is a sorted set of ratios.
type distribution struct {
	measure
	values []ratio
}

func (m measure) distribution(values []ratio) distribution {
	if m.float {
		slices.SortFunc(values, func(a, b ratio) int { return cmp.Compare(a.approx, b.approx) })
	} else {
		slices.SortFunc(values, compare)
	}
	return distribution{m, values}
}

// quantile is the median-unbiased estimate, type 8 of Hyndman and Fan (1996) and of
// R: with h = (n + 1/3) p + 1/3, the value between the ones of rank ⌊h⌋ and ⌊h⌋+1. There must be values.
func (d distribution) quantile(percent int) *big.Rat {
	n := len(d.values)
	if d.float {
		tau := float64(percent) / 100
		h := (float64(n)+1.0/3)*tau + 1.0/3
		rank := int(h)
		switch {
		case rank <= 0 || percent == 0:
			return d.of(d.values[0])
		case rank >= n || percent == 100:
			return d.of(d.values[n-1])
		}
		a, b := d.values[rank-1].approx, d.values[rank].approx
		// The product is rounded before the sum, also on processors that could fuse them.
		step := float64((h - float64(rank)) * (b - a))
		return new(big.Rat).SetFloat64(a + step)
	}
	h := new(big.Rat).SetFrac64(int64(3*n+1)*int64(percent)+100, 300)
	rank := int(new(big.Int).Quo(h.Num(), h.Denom()).Int64())
	switch {
	case rank <= 0:
		return d.values[0].rat()
	case rank >= n:
		return d.values[n-1].rat()
	}
	a, b := d.values[rank-1].rat(), d.values[rank].rat()
	step := new(big.Rat).Sub(b, a)
	step.Mul(step, h.Sub(h, new(big.Rat).SetInt64(int64(rank))))
	return step.Add(step, a)
}

// fence is from, a quartile, moved by factor (±3/2) times the distance of the quartiles.
func (m measure) fence(from, q1, q3 *big.Rat, upper bool) *big.Rat {
	factor := big.NewRat(-3, 2)
	if upper {
		factor = big.NewRat(3, 2)
	}
	if m.float {
		a, _ := q1.Float64()
		b, _ := q3.Float64()
		c, _ := from.Float64()
		f, _ := factor.Float64()
		return new(big.Rat).SetFloat64(math.FMA(b-a, f, c))
	}
	distance := new(big.Rat).Sub(q3, q1)
	return distance.Mul(distance, factor).Add(distance, from)
}

// Decimals is the number of decimals that ratios and fences are rounded to when they are
// written, half away from zero. They are compared unrounded.
const Decimals = 6

// number writes an exact number.
func (m measure) number(r *big.Rat) json.Number {
	if m.float {
		f, _ := r.Float64()
		return float(f)
	}
	return json.Number(trimmed(r.FloatString(Decimals)))
}

// meta writes a quartile or fence: Cardinal rounds these to four decimals.
func (m measure) meta(r *big.Rat) json.Number {
	if m.float {
		f, _ := r.Float64()
		return float(math.Round(f*10_000) / 10_000)
	}
	return m.number(r)
}

// count writes a whole number.
func (m measure) count(n int64) json.Number {
	if m.float {
		return float(float64(n))
	}
	return json.Number(strconv.FormatInt(n, 10))
}

// float writes a number with the fewest digits that stand for it, and at least one decimal.
func float(f float64) json.Number {
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return json.Number(text)
}

// trimmed is a number without trailing zeros behind the point.
func trimmed(s string) string {
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}
