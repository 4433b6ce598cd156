package indicators

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// The values of R: quantile(x, p, type = 8).
func TestQuantilesAreThoseOfRsTypeEight(t *testing.T) {
	t.Parallel()
	numbers := func(n ...int64) (all []ratio) {
		for _, v := range n {
			all = append(all, share(v, 1))
		}
		return all
	}
	for _, c := range []struct {
		values  []ratio
		percent int
		want    string // six decimals
	}{
		{numbers(5), 25, "5.000000"},
		{numbers(2, 1), 25, "1.000000"},
		{numbers(2, 1), 75, "2.000000"},
		{numbers(4, 3, 2, 1), 25, "1.416667"},
		{numbers(4, 3, 2, 1), 75, "3.583333"},
		{numbers(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 25, "2.916667"},
		{numbers(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 50, "5.500000"},
		{numbers(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 75, "8.083333"},
		{numbers(1, 2, 3), 0, "1.000000"},
		{numbers(1, 2, 3), 100, "3.000000"},
	} {
		for _, m := range []measure{{}, {float: true}} {
			if got := m.distribution(c.values).quantile(c.percent).FloatString(6); got != c.want {
				t.Errorf("%d%% of %d values, %+v: got %s, want %s", c.percent, len(c.values), m, got, c.want)
			}
		}
	}
}

func TestRatiosAreComparedExactly(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	number := func() ratio {
		if r.IntN(4) == 0 {
			large := new(big.Rat).SetFrac(new(big.Int).Lsh(big.NewInt(r.Int64()), 40), big.NewInt(1+r.Int64N(1<<60)))
			f, _ := large.Float64()
			return ratio{large: large, approx: f}
		}
		return share(r.Int64N(1<<r.IntN(62)+1), 1+r.Int64N(1<<r.IntN(62)+1))
	}
	for range 20_000 {
		a, b := number(), number()
		if r.IntN(3) == 0 {
			b = a
		}
		want := a.rat().Cmp(b.rat())
		if got := compare(a, b); got != want {
			t.Fatalf("compare(%s, %s) = %d", a.rat(), b.rat(), got)
		}
		if got := (measure{}).limit(b.rat()).compare(a); got != want {
			t.Fatalf("limit(%s).compare(%s) = %d", b.rat(), a.rat(), got)
		}
	}
}

func TestNumbersAreWrittenShort(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n, d  int64
		want  string
		float string
	}{{1, 3, "0.333333", "0.3333333333333333"}, {2, 3, "0.666667", "0.6666666666666666"}, {1, 2, "0.5", "0.5"}, {100, 1, "100", "100.0"}, {0, 1, "0", "0.0"}, {-1, 10_000_000, "0", "-0.0000001"}, {-5, 4, "-1.25", "-1.25"}, {5, 10_000_000, "0.000001", "0.0000005"}} {
		v := share(c.n, c.d)
		if got := (measure{}).number(v.rat()); string(got) != c.want {
			t.Errorf("%d/%d: got %s, want %s", c.n, c.d, got, c.want)
		}
		m := measure{float: true}
		if got := m.number(m.of(v)); string(got) != c.float {
			t.Errorf("%d/%d in floats: got %s, want %s", c.n, c.d, got, c.float)
		}
	}
}

func TestAmountsThatWouldFillTheMemoryAreNotUsable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"0": true, "12.50": true, "-1": true, "1e3": true, "1.5E+20": true, "1e-30": true,
		"1e41": false, "1e-41": false, "1e999999999": false, "1e9223372036854775807": false, "1e99999999999999999999": false,
		"1" + string(make([]byte, 100)): false,
	} {
		if got := usable([]byte(text)); got != want {
			t.Errorf("usable(%.40s) = %t", text, got)
		}
	}
	if d := difference([]byte("3"), []byte("3.3")); d.n != 1 || d.d != 10 || math.Abs(d.approx-0.1) > 1e-9 {
		t.Errorf("got %+v", d)
	}
}
