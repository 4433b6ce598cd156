package tables

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // machines without a time zone database
)

// almaty is the portal's zone: +06 before 1 March 2024, +05 after.
var almaty = mustZone("Asia/Almaty")

// mustZone refuses a time zone database of before 2024, which would put the
// evenings of the present into the wrong day and give other bytes than
// elsewhere.
func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	_, offset := time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC).In(zone).Zone()
	if offset != 5*60*60 {
		panic("the time zone database of this machine does not know the change of Asia/Almaty in 2024: update the package tzdata")
	}
	return zone
}

// Minor turns the text of a decimal amount into minor units (tiyn, 1/100),
// exactly. An amount finer than a tiyn, out of range or not a number is an
// error.
func Minor(amount string) (int64, error) { return scaled(amount, 2) }

// scaled turns the text of a decimal number into a whole number of 10^-digits,
// exactly.
func scaled(amount string, digitsAfter int) (int64, error) {
	mantissa, exponent := amount, 0
	if i := strings.IndexAny(amount, "eE"); i >= 0 {
		e, err := strconv.Atoi(amount[i+1:])
		if err != nil || e < -400 || e > 400 {
			return 0, fmt.Errorf("%q is not an amount", amount)
		}
		mantissa, exponent = amount[:i], e
	}
	negative := strings.HasPrefix(mantissa, "-")
	mantissa = strings.TrimPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, fmt.Errorf("%q is not an amount", amount)
	}
	shift := exponent - len(fraction) + digitsAfter
	for shift < 0 {
		last := len(digits) - 1
		if last < 0 {
			break // zero, all digits shifted out
		}
		if digits[last] != '0' {
			return 0, fmt.Errorf("%s is finer than %d decimals", amount, digitsAfter)
		}
		digits = digits[:last]
		shift++
	}
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return 0, nil
	}
	if len(digits)+shift > 19 {
		return 0, fmt.Errorf("%s is too large", amount)
	}
	n, err := strconv.ParseUint(digits+strings.Repeat("0", max(shift, 0)), 10, 64)
	if err != nil || n > math.MaxInt64 {
		return 0, fmt.Errorf("%s is too large", amount)
	}
	if negative {
		return -int64(n), nil
	}
	return int64(n), nil
}

// day is the calendar day of an instant at the portal, counted from 1970-01-01.
func day(t time.Time) int32 {
	y, m, d := t.In(almaty).Date()
	return int32(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

// Region is the oblast or city of the republic that a KATO code lies in: its
// first two digits; "" when it is no such code.
func Region(kato string) string {
	if len(kato) < 2 || !digit(kato[0]) || !digit(kato[1]) {
		return ""
	}
	return kato[:2]
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// Competitive reports whether a procurement method of the portal (code list
// procurementMethodDetails) invites competition: all but single source, housing,
// state social order, special order and state education order. The variants
// outside public procurement follow their method. Of the code list method of the
// standard, limited and direct do not. An unknown method does not
// count as competitive.
func Competitive(method string) bool {
	method = strings.TrimSuffix(method, "NonPublic")
	switch {
	case method == "", method == "specialOrder", method == "stateEducationOrder", method == "limited", method == "direct":
		return false
	}
	for _, prefix := range []string{"singleSource", "dwelling", "stateSocial"} {
		if strings.HasPrefix(method, prefix) {
			return false
		}
	}
	return true
}

// kpved is the dotted form of the KPVED part of an ENS TRU code, whose present
// form writes it without dots (172312.700.000001 is 17.23.12.700) and whose older
// form with them (17.23.12.700.000.00.0796.000000000001). A code of another form
// stays as it is.
func kpved(code string) string {
	if len(code) >= 6 && strings.Trim(code[:6], "0123456789") == "" {
		head := code[:2] + "." + code[2:4] + "." + code[4:6]
		if len(code) >= 10 && code[6] == '.' {
			return head + code[6:10]
		}
		return head
	}
	parts := strings.Split(code, ".")
	return strings.Join(parts[:min(4, len(parts))], ".")
}

// commonItem is the one classification of several items: the code when all
// agree, else the longest run of KPVED segments that they share. class is the
// division (two digits), "mixed" when they differ in it, "" without codes.
func commonItem(codes []string) (code, class string) {
	if len(codes) == 0 {
		return "", ""
	}
	code = codes[0]
	for _, c := range codes[1:] {
		if c != code {
			code = commonSegments(kpved(code), kpved(c))
		}
	}
	if code == "" {
		return "", "mixed"
	}
	if len(code) >= 2 && digit(code[0]) && digit(code[1]) {
		return code, code[:2]
	}
	return code, ""
}

func commonSegments(a, b string) string {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	n := 0
	for n < min(len(as), len(bs)) && as[n] == bs[n] {
		n++
	}
	return strings.Join(as[:n], ".")
}

// product is quantity × price in minor units, rounded half away from zero; null
// when one of them is missing or the result is out of range.
func product(quantity string, price *int64) *int64 {
	if quantity == "" || price == nil {
		return nil
	}
	n, err := scaled(quantity, 6)
	if err != nil {
		return nil
	}
	return share(*price, n)
}

// share is amount × millionths / 1,000,000, rounded half away from zero; null when
// it is out of range.
func share(amount, millionths int64) *int64 {
	negative := (amount < 0) != (millionths < 0)
	high, low := bits.Mul64(magnitude(amount), magnitude(millionths))
	low, carry := bits.Add64(low, 500_000, 0)
	high += carry
	if high >= 1_000_000 {
		return nil
	}
	quotient, _ := bits.Div64(high, low, 1_000_000)
	if quotient > math.MaxInt64 {
		return nil
	}
	n := int64(quotient)
	if negative {
		n = -n
	}
	return &n
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}
