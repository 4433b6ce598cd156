package tables

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	row "github.com/kzocds/kzocds/proto/tables"
)

var update = flag.Bool("update", false, "write golden files")

func derive(t *testing.T, compiled string, meta Meta) Rows {
	t.Helper()
	rows, err := Derive([]byte(compiled), meta)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// The golden files show every table: an announcement of two lots, one with three
// bids, a winner, a runner-up and a contract, one that failed; a lot of two buyers
// with everything that can be told of it, from the question to the last payment;
// a plan point.
func TestRows(t *testing.T) {
	t.Parallel()
	for name, meta := range map[string]Meta{
		"announcement": {Kind: "tender", Releases: 3, LastReleaseID: "ocds-kz0000-t17379679-abc"},
		"everything":   {}, "plan": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, name, meta)
		})
	}
}

func golden(t *testing.T, name string, meta Meta) {
	compiled, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(derive(t, string(compiled), meta), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", name+".rows.golden.json")
	if *update {
		if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got)+"\n" {
		t.Errorf("rows differ from %s (run with -update and look at the difference):\n%s", golden, got)
	}
}

// tenderWith makes an announcement of one lot around parts of a release.
func tenderWith(lot, tender, rest string) string {
	if tender != "" {
		tender = "," + tender
	}
	if rest != "" {
		rest = "," + rest
	}
	return fmt.Sprintf(`{"ocid":"ocds-kz0000-t1","date":"2026-07-01T00:00:00Z","tender":{"id":"1","lots":[{"id":"L1"%s}]%s}%s}`, lot, tender, rest)
}

func TestEffectiveStatusOfALot(t *testing.T) {
	t.Parallel()
	const award = `"awards":[{"id":"A1","status":"active","relatedLots":["L1"]}]`
	for name, c := range map[string]struct{ lot, tender, rest, want string }{
		"a lot that is not active keeps its status":            {`,"status":"unsuccessful"`, `"statusDetails":"220"`, "", "unsuccessful"},
		"an active lot has the portal status of its procedure": {`,"status":"active"`, `"status":"active","statusDetails":"220"`, "", "220"},
		"without a portal status, the status of the tender":    {`,"status":"active"`, `"status":"active"`, "", "active"},
		"an active contract on its award completes it":         {`,"status":"active"`, `"statusDetails":"350"`, award + `,"contracts":[{"id":"C","awardID":"A1","status":"active"}]`, "complete"},
		"so does one of several awards of a contract":          {`,"status":"active"`, `"statusDetails":"350"`, award + `,"contracts":[{"id":"C","awardIDs":["A0","A1"],"status":"active"}]`, "complete"},
		"and a contract that names the lot":                    {`,"status":"active"`, `"statusDetails":"350"`, `"contracts":[{"id":"C","relatedLots":["L1"],"status":"active"}]`, "complete"},
		"a performed contract was in force":                    {`,"status":"active"`, `"statusDetails":"350"`, award + `,"contracts":[{"id":"C","awardID":"A1","status":"terminated","statusDetails":"390"}]`, "complete"},
		"a terminated contract does not":                       {`,"status":"active"`, `"statusDetails":"350"`, award + `,"contracts":[{"id":"C","awardID":"A1","status":"terminated"}]`, "350"},
		"a contract does not complete a cancelled lot":         {`,"status":"cancelled"`, `"statusDetails":"350"`, award + `,"contracts":[{"id":"C","awardID":"A1","status":"active"}]`, "cancelled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lot := derive(t, tenderWith(c.lot, c.tender, c.rest), Meta{}).Lots[0]
			if lot.Status != c.want {
				t.Errorf("status %q, want %q", lot.Status, c.want)
			}
			if open := c.want == "220"; lot.Open != open {
				t.Errorf("open %v, want %v", lot.Open, open)
			}
		})
	}
}

func TestWinnerOfALot(t *testing.T) {
	t.Parallel()
	const bids = `"bids":{"details":[
		{"id":"B1","status":"valid","relatedLots":["L1"],"tenderers":[{"id":"S1","name":"One"}],"value":{"amount":90.50,"currency":"KZT"}},
		{"id":"B2","status":"valid","relatedLots":["L1"],"tenderers":[{"id":"S2","name":"Two"}],"value":{"amount":91,"currency":"KZT"}},
		{"id":"B3","status":"disqualified","relatedLots":["L1"],"tenderers":[{"id":"S3","name":"Three"}],"value":{"amount":80,"currency":"KZT"}}]}`
	for name, c := range map[string]struct {
		rest     string
		winner   string
		win      int64 // -1: unknown
		statuses string
	}{
		"by the bid that the award refers to": {
			bids + `,"awards":[{"id":"A2","status":"pending","place":2,"relatedBid":"B2","relatedLots":["L1"]},{"id":"A1","status":"active","place":1,"relatedBid":"B1","relatedLots":["L1"]}]`,
			"S1", 9050, "winner secondPlace disqualified"},
		"by the supplier when awards refer to no bid": {
			bids + `,"awards":[{"id":"A1","status":"active","suppliers":[{"id":"S2"}],"relatedLots":["L1"]}]`, "S2", 9100, "valid winner disqualified"},
		"a cancelled award makes no winner": {
			bids + `,"awards":[{"id":"A1","status":"cancelled","place":1,"relatedBid":"B1","relatedLots":["L1"]}]`, "", -1, "valid valid disqualified"},
		"the second bidder when the first fell away": {
			bids + `,"awards":[{"id":"A1","status":"cancelled","place":1,"relatedBid":"B1","relatedLots":["L1"]},{"id":"A2","status":"active","place":2,"relatedBid":"B2","relatedLots":["L1"]}]`,
			"S2", 9100, "valid winner disqualified"},
		"a disqualified bid never wins": {
			bids + `,"awards":[{"id":"A1","status":"active","place":1,"relatedBid":"B3","suppliers":[{"id":"S3","name":"Three"}],"relatedLots":["L1"]}]`, "S3", -1, "valid valid disqualified"},
		"an award of another lot makes no winner": {
			bids + `,"awards":[{"id":"A1","status":"active","place":1,"relatedBid":"B1","relatedLots":["L2"]}]`, "", -1, "valid valid disqualified"},
		"a single source has the value of its award": {
			`"awards":[{"id":"A1","status":"active","suppliers":[{"id":"S9","name":"Nine"}],"relatedLots":["L1"],"value":{"amount":70,"currency":"KZT"}}]`, "S9", 7000, ""},
		"an award of several lots says nothing about the value of one": {
			`"awards":[{"id":"A1","status":"active","suppliers":[{"id":"S9","name":"Nine"}],"relatedLots":["L1","L2"],"value":{"amount":70,"currency":"KZT"}}]`, "S9", -1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := derive(t, tenderWith(`,"status":"active"`, "", c.rest), Meta{})
			lot := rows.Lots[0]
			win := int64(-1)
			if lot.WinMinor != nil {
				win = *lot.WinMinor
			}
			if lot.WinnerID != c.winner || win != c.win {
				t.Errorf("winner %q with %d, want %q with %d", lot.WinnerID, win, c.winner, c.win)
			}
			var statuses []string
			for _, b := range rows.Bids {
				statuses = append(statuses, b.Status)
			}
			if got := strings.Join(statuses, " "); got != c.statuses {
				t.Errorf("bids are %q, want %q", got, c.statuses)
			}
			if n := int32(len(rows.Bids)); lot.Bids != n || lot.Bidders != n {
				t.Errorf("%d bids of %d bidders, want %d", lot.Bids, lot.Bidders, n)
			}
		})
	}
}

func TestPublicationDate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ tender, want string }{
		"as stated":                      {`"datePublished":"2026-07-03T20:00:00Z","tenderPeriod":{"startDate":"2026-07-01T00:00:00Z"}`, "2026-07-04"},
		"else the earlier of two starts": {`"enquiryPeriod":{"startDate":"2026-07-05T05:00:00Z"},"tenderPeriod":{"startDate":"2026-07-06T05:00:00Z"}`, "2026-07-05"},
		"in either order":                {`"enquiryPeriod":{"startDate":"2026-07-07T05:00:00Z"},"tenderPeriod":{"startDate":"2026-07-06T05:00:00Z"}`, "2026-07-06"},
		"else none":                      {`"status":"planned"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := derive(t, tenderWith("", c.tender, ""), Meta{})
			if got := date(rows.Lots[0].PublishedDay); got != c.want {
				t.Errorf("lot published %q, want %q", got, c.want)
			}
			if got := date(rows.Processes[0].PublishedDay); got != c.want {
				t.Errorf("process published %q, want %q", got, c.want)
			}
		})
	}
}

func TestRegionsOfALot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ lot, tender, rest, buyer, deliver string }{
		"the buyer's by its address": {`,"buyer":{"id":"B"}`, "", `"parties":[{"id":"B","address":{"kato":"711210000"}}]`, "71", ""},
		"places that agree":          {`,"deliveryPlaces":["750000000","751110000"]`, "", "", "", "75"},
		"places that differ":         {`,"deliveryPlaces":["750000000","711110000"]`, "", "", "", ""},
		"else the places of items":   {"", `"items":[{"id":"1","deliveryAddresses":[{"kato":"631010000"}]}]`, "", "", "63"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lot := derive(t, tenderWith(c.lot, c.tender, c.rest), Meta{}).Lots[0]
			if lot.BuyerRegion != c.buyer || lot.DeliverRegion != c.deliver {
				t.Errorf("buyer %q delivery %q, want %q %q", lot.BuyerRegion, lot.DeliverRegion, c.buyer, c.deliver)
			}
		})
	}
}

func TestWhatHasNoExactCellIsNullAndFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ compiled, rule, pointer string }{
		"an amount finer than a tiyn": {tenderWith(`,"value":{"amount":10.005,"currency":"KZT"}`, "", ""), "tables.money", "/tender/lots/0/value/amount"},
		"a date that is none":         {tenderWith("", `"datePublished":"yesterday"`, ""), "tables.time", "/tender/datePublished"},
		"one bid for two lots": {tenderWith("", "", `"bids":{"details":[{"id":"B","relatedLots":["L1","L2"],"value":{"amount":1,"currency":"KZT"}}]}`),
			"tables.bid-of-many-lots", "/bids/details/0/value"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := derive(t, c.compiled, Meta{})
			if len(rows.Findings) != 1 || rows.Findings[0].Rule != c.rule || rows.Findings[0].Pointer != c.pointer {
				t.Errorf("findings %+v, want %s at %s", rows.Findings, c.rule, c.pointer)
			}
			if rows.Lots[0].ValueMinor != nil || rows.Lots[0].Published != nil {
				t.Error("the cell has a value")
			}
			for _, b := range rows.Bids {
				if b.ValueMinor != nil {
					t.Error("the bid has a value")
				}
			}
		})
	}
}

func TestContractsAreReadFromTheirExtensionOrFromAwards(t *testing.T) {
	t.Parallel()
	rows := derive(t, `{"ocid":"ocds-kz0000-c25609834","date":"2026-07-01T00:00:00Z","buyer":{"id":"KZ-BIN-1"},
		"parties":[{"id":"KZ-BIN-1","name":"Buyer","name_kk":"Сатып алушы","address":{"kato":"710000000"}},{"id":"KZ-BIN-2","name":"Supplier"}],
		"awards":[{"id":"A","status":"active","suppliers":[{"id":"KZ-BIN-2"}],"relatedLots":["L2","L1"]}],
		"contracts":[{"id":"25609834","rootId":"25609834","versionId":"25700000","versions":2,"awardID":"A","number":"12/7","status":"active",
			"statusDetails":"190","procurementMethodDetails":"singleSourcePlan","dateSigned":"2026-02-28T20:30:00Z",
			"value":{"amount":1500000.5,"currency":"KZT"},"amountPaid":{"amount":500000,"currency":"KZT"},
			"items":[{"id":"1","classification":{"id":"351110.100.000000"}}]}]}`, Meta{})
	want := row.Contract{
		OCID: "ocds-kz0000-c25609834", ContractID: "25700000", RootID: "25609834", Number: "12/7", Status: "active", StatusDetails: "190", EffectiveStatus: "active",
		MethodDetails: "singleSourcePlan", BuyerID: "KZ-BIN-1", BuyerName: "Buyer", BuyerNameKK: "Сатып алушы", BuyerRegion: "71",
		SupplierID: "KZ-BIN-2", SupplierName: "Supplier", Item: "351110.100.000000", Class: "35", Currency: "KZT", Versions: 2, LotIDs: "L1 L2", Direct: true,
	}
	if len(rows.Contracts) != 1 {
		t.Fatalf("%d contracts", len(rows.Contracts))
	}
	got := rows.Contracts[0]
	if date(got.SignedDay) != "2026-03-01" || *got.ValueMinor != 150000050 || *got.PaidMinor != 50000000 {
		t.Errorf("signed %s, value %d, paid %d", date(got.SignedDay), *got.ValueMinor, *got.PaidMinor)
	}
	got.Signed, got.SignedDay, got.ValueMinor, got.PaidMinor = nil, nil, nil, nil
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if rows.Processes[0].Kind != "contract" {
		t.Errorf("kind %q", rows.Processes[0].Kind)
	}
}

func TestAPlanPointCountsOnlyInItsOwnProcess(t *testing.T) {
	t.Parallel()
	const body = `"buyer":{"id":"KZ-BIN-1","name":"Buyer"},"planning":{"budget":{"amount":{"amount":250000,"currency":"KZT"}},
		"planPoint":{"id":"9","rootId":"7","statusDetails":"2","budgetYear":2026,"plannedMonth":3,"procurementMethodDetails":"openTender"}},
		"tender":{"id":"7","title":"Бумага","title_kk":"Қағаз","mainProcurementCategory":"goods",
		"items":[{"id":"7","quantity":12.50,"classification":{"id":"171214.500.000001"},"unit":{"id":"778"}}]}`
	rows := derive(t, `{"ocid":"ocds-kz0000-p7","date":"2026-07-01T00:00:00Z",`+body+`}`, Meta{LastReleaseID: "r"})
	want := row.PlanPoint{
		OCID: "ocds-kz0000-p7", PointID: "9", RootID: "7", Title: "Бумага", TitleKK: "Қағаз", Status: "2", MethodDetails: "openTender", Category: "goods",
		BuyerID: "KZ-BIN-1", BuyerName: "Buyer", Item: "171214.500.000001", Class: "17", Year: 2026, Month: 3, Currency: "KZT",
		Quantity: "12.50", UnitCode: "778", Versions: 1, LastReleaseID: "r",
	}
	if len(rows.PlanPoints) != 1 || *rows.PlanPoints[0].ValueMinor != 25000000 {
		t.Fatalf("plan points %+v", rows.PlanPoints)
	}
	got := rows.PlanPoints[0]
	got.ValueMinor = nil
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if n := len(derive(t, `{"ocid":"ocds-kz0000-t7",`+body+`}`, Meta{}).PlanPoints); n != 0 {
		t.Errorf("an announcement makes %d rows of plan points", n)
	}
}

func TestDeriveRefusesWhatIsNoCompiledRelease(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "null", "{}", "[]", `{"ocid":1}`, `{"ocid":"x"`} {
		if rows, err := Derive([]byte(text), Meta{}); err == nil {
			t.Errorf("%s gives %+v", text, rows)
		}
	}
}

// Others publish what breaks the schema. It must not keep the rest from the
// tables.
func TestPartsOfAnotherKindAreFoundAndCountAsAbsent(t *testing.T) {
	t.Parallel()
	for pointer, text := range map[string]string{
		"/tender":  `{"ocid":"x","tender":[],"contracts":[{"id":1,"awardID":2,"value":{"amount":5,"currency":"EUR"}}]}`,
		"/awards":  `{"ocid":"x","awards":{"id":1},"contracts":[{"id":1}]}`,
		"/bids":    `{"ocid":"x","bids":"none","contracts":[{"id":1}]}`,
		"/parties": `{"ocid":"x","parties":"none","contracts":[{"id":1}]}`,
	} {
		rows := derive(t, text, Meta{Kind: "foreign"})
		if len(rows.Findings) != 1 || rows.Findings[0].Rule != "tables.shape" || rows.Findings[0].Pointer != pointer {
			t.Errorf("%s: findings %+v", text, rows.Findings)
		}
		if len(rows.Processes) != 1 || len(rows.Contracts) != 1 || rows.Contracts[0].ContractID != "1" {
			t.Errorf("%s: processes %+v, contracts %+v", text, rows.Processes, rows.Contracts)
		}
	}
}

func date(days *int32) string {
	if days == nil {
		return ""
	}
	return time.Unix(int64(*days)*24*60*60, 0).UTC().Format(time.DateOnly)
}

func FuzzDerive(f *testing.F) {
	f.Add(tenderWith(`,"value":{"amount":1}`, `"items":[{"id":"1"}]`, `"bids":{"details":[{"id":"B"}]}`))
	f.Add(`{"ocid":"ocds-kz0000-p7","planning":{"planPoint":{}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		a, errA := Derive([]byte(text), Meta{})
		b, errB := Derive([]byte(text), Meta{})
		if (errA == nil) != (errB == nil) || fmt.Sprint(len(a.Lots), len(a.Bids), a.Findings) != fmt.Sprint(len(b.Lots), len(b.Bids), b.Findings) {
			t.Error("the same text gives different rows")
		}
	})
}

func BenchmarkDerive(b *testing.B) {
	compiled, err := os.ReadFile("testdata/announcement.json")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(compiled)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Derive(compiled, Meta{}); err != nil {
			b.Fatal(err)
		}
	}
}
