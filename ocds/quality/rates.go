package quality

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/ocds"
)

// Rates are exchange rates to the US dollar by day.
type Rates struct {
	by map[string][]rate // by currency, in the order of the dates
}

type rate struct {
	date string // YYYY-MM-DD
	usd  *big.Rat
}

// ReadRates reads a table with the columns date (YYYY-MM-DD), currency (its code of three letters)
// and rate (US dollars for one unit, as a decimal).
func ReadRates(r io.Reader) (*Rates, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = 3
	rates := &Rates{by: map[string][]rate{}}
	for n := 0; ; n++ {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		line, _ := in.FieldPos(0)
		if n == 0 {
			if strings.Join(row, ",") != "date,currency,rate" {
				return nil, fmt.Errorf("line %d: the columns must be date,currency,rate", line)
			}
			continue
		}
		if _, err := time.Parse(time.DateOnly, row[0]); err != nil {
			return nil, fmt.Errorf("line %d: %q is not a date such as 2026-01-31", line, row[0])
		}
		usd, ok := new(big.Rat).SetString(row[2])
		if !ok || len(row[2]) > longText || strings.ContainsAny(row[2], "eE/_") || usd.Sign() <= 0 {
			return nil, fmt.Errorf("line %d: %q is not a rate such as 0.0019", line, row[2])
		}
		rates.by[row[1]] = append(rates.by[row[1]], rate{row[0], usd})
	}
	for currency, list := range rates.by {
		slices.SortStableFunc(list, func(a, b rate) int { return strings.Compare(a.date, b.date) })
		for i := 1; i < len(list); i++ {
			if list[i].date == list[i-1].date {
				return nil, fmt.Errorf("there are two rates of %s for %s", currency, list[i].date)
			}
		}
	}
	return rates, nil
}

// convert is a value in US dollars by the latest rate that is not after the date.
// Numbers with exponents that no publication needs have no value.
func (r *Rates) convert(v ocds.Value, date string) (*big.Rat, bool) {
	amount := v.Get("amount")
	if r == nil || amount.Kind() != ocds.Number {
		return nil, false
	}
	text := amount.Raw()
	if len(text) > longText || bytes.IndexAny(text, "eE") >= 0 {
		return nil, false
	}
	usd, _ := new(big.Rat).SetString(string(text)) // a JSON number
	currency := v.Get("currency").Text()
	if currency == "USD" {
		return usd, true
	}
	if _, _, ok := ocds.ParseTime([]byte(date)); !ok {
		return nil, false
	}
	list := r.by[currency]
	at, exact := slices.BinarySearchFunc(list, date[:len(time.DateOnly)], func(r rate, day string) int { return strings.Compare(r.date, day) })
	if !exact {
		at--
	}
	if at < 0 {
		return nil, false
	}
	return usd.Mul(usd, list[at].usd), true
}
