package tables

import (
	"math/big"
	"strings"
	"testing"
	"time"
)

func TestMinorIsExact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"0": 0, "-0": 0, "0.00": 0, "0.000": 0, "1": 100, "12.3": 1230, "12.34": 1234, "-12.34": -1234, "12.3400": 1234,
		"1e3": 100000, "1.5E+2": 15000, "1234e-2": 1234, "100e-1": 1000, "0e9": 0, "1e-0": 100,
		"92233720368547758.07": 9223372036854775807, "007": 700,
	} {
		if got, err := Minor(text); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestMinorRefusesWhatTiynCannotHold(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "-", ".", "abc", "1,5", "1.2.3", "0x10", "1e", "1e999", "NaN", " 1",
		"0.001", "12.345", "1e-3", "92233720368547758.08", "1e30", "--1", "+1",
	} {
		if got, err := Minor(text); err == nil {
			t.Errorf("%q is taken for %d", text, got)
		}
	}
}

func FuzzMinor(f *testing.F) {
	for _, s := range []string{"12.34", "1e3", "-0.001", "92233720368547758.07", "1234e-2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Minor(text)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatalf("%q is taken for %d and is no number", text, got)
		}
		if want.Mul(want, big.NewRat(100, 1)).Cmp(new(big.Rat).SetInt64(got)) != 0 {
			t.Errorf("%q is taken for %d", text, got)
		}
	})
}

func TestADayIsThePortals(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		"2024-02-28T17:59:59Z":      "2024-02-28", // +06 before 1 March 2024
		"2024-02-28T18:00:00Z":      "2024-02-29",
		"2026-07-24T18:59:59Z":      "2026-07-24", // +05 after
		"2026-07-24T19:00:00Z":      "2026-07-25",
		"2026-07-25T00:00:00+05:00": "2026-07-25",
		"1969-12-31T12:00:00Z":      "1969-12-31",
	} {
		instant, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := time.Unix(int64(day(instant))*24*60*60, 0).UTC().Format(time.DateOnly); got != want {
			t.Errorf("%s is %s, want %s", at, got, want)
		}
	}
}

func TestCompetitiveMethods(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]bool{
		"openTender": true, "auctionNonPublic": true, "specialOrderTender": true, "requestForQuotations": true, "specialOrderTenderNonPublic": true,
		"singleSourcePlan": false, "singleSourcePlanNonPublic": false, "singleSourceUnsuccessful": false, "singleSourceCatering": false,
		"dwellingProcurement": false, "stateSocialProcurement": false, "specialOrder": false, "stateEducationOrder": false, "": false,
	} {
		if got := Competitive(method); got != want {
			t.Errorf("%q: %v", method, got)
		}
	}
}

func TestOneClassificationOfManyItems(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ codes, code, class string }{
		{"", "", ""},
		{"172312.700.000001", "172312.700.000001", "17"},
		{"172312.700.000001 172312.700.000001", "172312.700.000001", "17"},
		{"172312.700.000001 172312.700.000002", "17.23.12.700", "17"},
		{"172312.700.000001 172312.500.000002", "17.23.12", "17"},
		{"172312.700.000001 172399.700.000002", "17.23", "17"},
		{"172312.700.000001 620230.000.000000", "", "mixed"},
		{"36.00.11.100.000.00.0778.000000000001", "36.00.11.100.000.00.0778.000000000001", "36"},
		{"36.00.11.100.000.00.0778.000000000001 360011.100.000000", "36.00.11.100", "36"},
		{"unknown", "unknown", ""},
	} {
		code, class := commonItem(strings.Fields(c.codes))
		if code != c.code || class != c.class {
			t.Errorf("%q: %q %q, want %q %q", c.codes, code, class, c.code, c.class)
		}
	}
}

func TestRegionIsTheBeginningOfKATO(t *testing.T) {
	t.Parallel()
	for kato, want := range map[string]string{"710000000": "71", "75": "75", "": "", "7": "", "Алматы": ""} {
		if got := Region(kato); got != want {
			t.Errorf("%q: %q", kato, got)
		}
	}
}
