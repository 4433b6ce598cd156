package settings_test

import (
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/ocds/settings"
)

func TestEverySettingIsRead(t *testing.T) {
	t.Parallel()
	// The example with every setting turned on.
	text := regexp.MustCompile(`(?m)^; (.+ = .+)$`).ReplaceAllString(settings.Example, "$1")
	got, err := settings.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	ratio := func(n, d int64) *big.Rat { return big.NewRat(n, d) }
	ten := 10
	want := &settings.File{
		Currency:          "KZT",
		NoPriceComparison: settings.Set{"Random Selection": true},
		PriceComparison:   settings.Set{"Reverse Auction": true},
		Excluded:          settings.Set{"Random Selection": true},
		R003:              &settings.R003{Threshold: 15, Methods: settings.Set{"open": true, "selective": true}, Details: map[string]int{"emergency": 10}},
		R018:              &settings.R018{Methods: settings.Set{"open": true, "selective": true}},
		R024:              &settings.Threshold{Ratio: ratio(1, 20)},
		R025:              &settings.R025{Percentile: 75, Ratio: ratio(1, 20)},
		R028:              &struct{}{}, R030: &struct{}{},
		R035:     &settings.R035{Threshold: 1},
		R036:     &struct{}{},
		R038:     &settings.R038{Ratio: ratio(1, 2), Bids: 2, Processes: 2},
		R048:     &settings.R048{Digits: 2, Threshold: &ten, Processes: 20},
		R058:     &settings.Threshold{Ratio: ratio(1, 2)},
		Defaults: settings.Defaults{Currency: "KZT", ItemScheme: "UNSPSC", BidStatus: "valid", AwardStatus: "active", PartyRoles: true},
		Redactions: settings.Redactions{
			Amounts: []string{"0", "999999999"}, Organizations: settings.Set{"placeholder": true},
		},
		Corrections:   settings.Corrections{AwardStatusByContractStatus: true},
		Modifications: settings.Modifications{MoveAuctions: true, BuyerPrefix: "KZ-BIN-", TendererPrefix: "KZ-BIN-", SplitMethodDetails: "-"},
		BidStatus:     map[string]string{"qualified": "valid"},
		AwardStatus:   map[string]string{"Active": "active"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestTheExampleTurnsEveryIndicatorOnWithItsDefaults(t *testing.T) {
	t.Parallel()
	got, err := settings.Parse([]byte(settings.Example))
	if err != nil {
		t.Fatal(err)
	}
	if want := settings.All(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	want := []string{"R003", "R018", "R024", "R025", "R028", "R030", "R035", "R036", "R038", "R048", "R058"}
	if !slices.Equal(got.Indicators(), want) {
		t.Errorf("got %v", got.Indicators())
	}
}

func TestAnIndicatorWithoutASectionIsOff(t *testing.T) {
	t.Parallel()
	got, err := settings.Parse([]byte("; [R024]\n[R003.procurement_method_details]\nurgent: 3 days = 3\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := &settings.File{R003: &settings.R003{Threshold: 15, Details: map[string]int{"urgent: 3 days": 3}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestCodesKeepWhatIsSpecialElsewhere(t *testing.T) {
	t.Parallel()
	got, err := settings.Parse([]byte("[exclusions]\nprocurement_method_details = a; b|c # d|e\\\n[codelists.bid_status]\nIn = Treatment = pending\n"))
	if err != nil {
		t.Fatal(err)
	}
	if want := (settings.Set{"a; b": true, "c # d": true, `e\`: true}); !reflect.DeepEqual(got.Excluded, want) {
		t.Errorf("got %v", got.Excluded)
	}
	if want := map[string]string{"In": "Treatment = pending"}; !reflect.DeepEqual(got.BidStatus, want) {
		t.Errorf("got %v", got.BidStatus)
	}
}

func TestFaultsSayWhereAndWhatIsMeant(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"an unknown section", "[R023]\n", "section [R023] is not known; did you mean [R003]?"},
		{"a section in other letters", "[r024]\n", "section [r024] is not known; did you mean [R024]?"},
		{"an unknown key", "[R038]\nminimum_submited_bids = 3\n", "[R038] minimum_submited_bids is not known; did you mean minimum_submitted_bids?"},
		{"an unknown key before the sections", "curency = KZT\n", "curency (before the first section) is not known; did you mean currency?"},
		{"a key of another section", "[R028]\nthreshold = 3\n", "[R028] threshold is not known; [R028] has no settings"},
		{"a key twice", "[R035]\nthreshold = 3\nthreshold = 3\n", "[R035] threshold is set 2 times"},
		{"not a whole number", "[R003]\nthreshold = 1.5\n", `[R003] threshold: "1.5" must be a whole number from 0 to 1000000000`},
		{"not a ratio", "[R024]\nthreshold = 1/3\n", `[R024] threshold: "1/3" must be a decimal number such as 0.05`},
		{"a ratio that would fill the memory", "[R024]\nthreshold = 1e999999999\n", `[R024] threshold: "1e999999999" must be a decimal number such as 0.05`},
		{"a percentile above 100", "[R025]\npercentile = 101\n", `[R025] percentile: "101" must be a whole number from 0 to 100`},
		{"neither true nor false", "[defaults]\nparty_roles = maybe\n", `[defaults] party_roles: "maybe" must be true or false`},
		{"an amount that is none", "[redactions]\namount = 0|x\n", `[redactions] amount: "x" is not a number`},
		{"days that are none", "[R003.procurement_method_details]\nurgent = soon\n", `[R003.procurement_method_details] urgent: "soon" must be a whole number from 0 to 1000000000`},
		{"a line without a value", "[R003]\nthreshold\n", "not an INI file"},
		{"a section that does not end", "[R003\n", "not an INI file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := settings.Parse([]byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestAllFaultsAreNamedTogether(t *testing.T) {
	t.Parallel()
	_, err := settings.Parse([]byte("[R024]\nthreshold = x\n[R999]\n[R035]\nlimit = 2\n"))
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("got %v", err)
	}
}

func FuzzAnyTextIsSettingsOrAnError(f *testing.F) {
	f.Add([]byte(settings.Example))
	f.Add([]byte("currency = KZT\n[R024]\nthreshold = 0.05\n[codelists.bid_status]\na = b\n"))
	f.Add([]byte("\xef\xbb\xbf[R003]\r\nthreshold=\"15\"\r\n"))
	f.Add([]byte("[R003]\n`k\n"))
	f.Add([]byte("[exclusions]\nprocurement_method_details = \"\"\"a\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := settings.Parse(text)
		if (s == nil) == (err == nil) {
			t.Fatalf("settings %v, error %v", s, err)
		}
	})
}
