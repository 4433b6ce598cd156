package analysis

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestACellSurvivesTheWire(t *testing.T) {
	t.Parallel()
	row := Row{
		"method":              {Member: &Member{ID: "openTender", Label: "Открытый конкурс"}},
		"lots":                {Number: "12"},
		"lotsValue":           {Number: "558790000000.00", Text: true},
		"priceReductionShare": {},
	}
	data, err := json.Marshal(row)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"lots":12,"lotsValue":"558790000000.00","method":{"id":"openTender","label":"Открытый конкурс"},"priceReductionShare":null}`
	if string(data) != want {
		t.Errorf("got  %s\nwant %s", data, want)
	}
	var back Row
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, row) {
		t.Errorf("read back %v, want %v", back, row)
	}
}
