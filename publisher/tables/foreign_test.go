package tables

import "testing"

const undivided = `{"ocid":"ocds-a1b2c3-1","date":"2024-03-02T08:00:00Z","buyer":{"id":1,"name":"City"},
	"parties":[{"id":1,"name":"City","roles":["buyer"]},{"id":2,"name":"Ltd","roles":["supplier"]}],
	"tender":{"id":7,"title":"Road","status":"complete","procurementMethod":"open","mainProcurementCategory":"works","value":{"amount":1000.50,"currency":"EUR"},"items":[{"id":1}]},
	"bids":{"details":[{"id":"b","status":"valid","tenderers":[{"id":2}],"value":{"amount":900,"currency":"EUR"}}]},
	"awards":[{"id":1,"status":"active","value":{"amount":900,"currency":"EUR"},"suppliers":[{"id":2,"name":"Ltd"}]}],
	"contracts":[{"id":1,"awardID":1,"status":"active","value":{"amount":900,"currency":"EUR"}}]}`

func TestATenderThatAnotherPublisherHasNotDividedIsOneLot(t *testing.T) {
	t.Parallel()
	rows := derive(t, undivided, Meta{Kind: "foreign"})
	if len(rows.Lots) != 1 || len(rows.Processes) != 1 || len(rows.Contracts) != 1 || len(rows.Findings) != 0 {
		t.Fatalf("rows %+v", rows)
	}
	lot := rows.Lots[0]
	if lot.LotID != "7" || lot.Title != "Road" || lot.Category != "works" || lot.MethodDetails != "open" || !lot.Competitive || lot.BuyerID != "1" || lot.Currency != "EUR" || *lot.ValueMinor != 100050 {
		t.Errorf("lot %+v", lot)
	}
	if lot.WinnerID != "2" || *lot.WinMinor != 90000 || !lot.Awarded || !lot.Contracted || lot.Bids != 1 {
		t.Errorf("outcome of the lot %+v", lot)
	}
	if len(rows.Bids) != 1 || rows.Bids[0].LotID != "7" || rows.Bids[0].Status != "winner" {
		t.Errorf("bids %+v", rows.Bids)
	}
}

func TestOnlyTendersOfOthersAreLotsOfTheirOwn(t *testing.T) {
	t.Parallel()
	if n := len(derive(t, undivided, Meta{Kind: "tender"}).Lots); n != 0 {
		t.Errorf("an announcement of the portal without lots has %d", n)
	}
	if n := len(derive(t, `{"ocid":"x","contracts":[{"id":1}]}`, Meta{Kind: "foreign"}).Lots); n != 0 {
		t.Errorf("a process without tender has %d lots", n)
	}
}
