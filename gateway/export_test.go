package gateway

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// exporting answers for analytics with two pieces of rows.
func exporting(t *testing.T, pieces ...any) bundle {
	t.Helper()
	b := setup(t, nil)
	row := func(id, buyer, value string) analysis.RowItem {
		return analysis.RowItem{OCID: "ocds-x-1", Kind: "lot", ID: id, Title: "=HYPERLINK(\"http://x\")", Provenance: "/api/v1/provenance/ocds-x-1", Cells: analysis.Row{
			"buyer": {Member: &analysis.Member{ID: "KZ-BIN-1", Label: buyer}}, "lotValue": {Number: value, Text: true}, "bids": {Number: "3"}}}
	}
	b.back.answer["analytics.export"] = analysis.Export{At: "pieces", Head: analysis.Rows{
		Meta: analysis.Meta{Snapshot: "0123456789abcdef", Rows: 3, AsOf: "2026-07-31T10:00:00Z"}, Dataset: "lots", Measure: "lotsValue",
		Columns:  []analysis.Column{{ID: "buyer", Kind: "dimension", Title: "Заказчик"}, {ID: "lotValue", Kind: "measure", Type: "money", Scale: 2, Title: "Сумма"}, {ID: "bids", Kind: "measure", Type: "int", Title: "Заявки"}},
		Excluded: []analysis.Excluded{{Measure: "lotsValue", Title: "валюта не тенге", Rows: 7}},
	}}
	b.back.answer["pieces"] = append([]any{
		analysis.Rows{Rows: []analysis.RowItem{row("1", "+Ә", "12345678901234.56"), row("2", "B", "")}}, analysis.Rows{Rows: []analysis.RowItem{row("3", "C", "0.05")}},
	}, pieces...)
	b.back.answer["analytics.catalog"] = analysis.Catalog{
		Measures: []analysis.Measure{{ID: "lotsValue", Version: 2, Name: "Стоимость", Definition: "Сумма стоимости лотов", Formula: "sum lots"}},
		Filters:  []analysis.Filter{{ID: "method", Name: "Способ"}},
	}
	return b
}

const rowsTarget = "/api/v1/rows?measure=lotsValue&filter.method=openTender&format="

func TestRowsAsCSV(t *testing.T) {
	t.Parallel()
	w := exporting(t).get(t, rowsTarget+"csv")
	want := "\ufeffocid,kind,id,title,buyer,Заказчик,Сумма,Заявки,provenance\r\n" +
		"ocds-x-1,lot,1,\"'=HYPERLINK(\"\"http://x\"\")\",KZ-BIN-1,'+Ә,12345678901234.56,3,http://127.0.0.1:8080/api/v1/provenance/ocds-x-1\r\n" +
		"ocds-x-1,lot,2,\"'=HYPERLINK(\"\"http://x\"\")\",KZ-BIN-1,B,,3,http://127.0.0.1:8080/api/v1/provenance/ocds-x-1\r\n" +
		"ocds-x-1,lot,3,\"'=HYPERLINK(\"\"http://x\"\")\",KZ-BIN-1,C,0.05,3,http://127.0.0.1:8080/api/v1/provenance/ocds-x-1\r\n"
	if w.Body.String() != want || w.Header().Get("Content-Disposition") != `attachment; filename="kzocds-lots-0123456789ab.csv"` {
		t.Errorf("%v\n%s", w.Header(), w.Body)
	}
}

func TestAnExportThatBreaksOffIsNotTakenForWhole(t *testing.T) {
	t.Parallel()
	b := exporting(t, fault.New(fault.Unavailable, "gone"))
	server := httptest.NewServer(b.Handler())
	defer server.Close()
	answer, err := http.Get(server.URL + rowsTarget + "csv")
	if err == nil {
		defer answer.Body.Close()
		_, err = io.ReadAll(answer.Body)
	}
	if err == nil {
		t.Error("the answer looks whole")
	}
	// A file is made before it is sent: there it is a problem like any other.
	if w := b.get(t, rowsTarget+"xlsx"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("xlsx: %d %s", w.Code, w.Body)
	}
}

func TestRowsAsWorkbookWithTheirDefinitions(t *testing.T) {
	t.Parallel()
	w := exporting(t).get(t, rowsTarget+"xlsx")
	if w.Code != http.StatusOK || !strings.HasSuffix(w.Header().Get("Content-Disposition"), `.xlsx"`) {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	z, err := zip.NewReader(bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len()))
	if err != nil {
		t.Fatal(err)
	}
	text := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		text[f.Name] = string(body)
	}
	data, about := text["xl/worksheets/sheet1.xml"], text["xl/worksheets/sheet2.xml"]
	// 16 digits do not fit a number of Excel: the amount is text, and exact.
	for _, part := range []string{`s="2"><is><t xml:space="preserve">=HYPERLINK`, ">12345678901234.56</t>", "<v>0.05</v>", "<v>3</v>"} {
		if !strings.Contains(data, part) {
			t.Errorf("the data lack %s: %s", part, data)
		}
	}
	if strings.Contains(data, "<f>") {
		t.Error("there is a formula")
	}
	for _, part := range []string{"0123456789abcdef", "Способ (method)", "openTender", "Сумма стоимости лотов", "sum lots", "валюта не тенге", "CC BY 4.0"} {
		if !strings.Contains(about, part) {
			t.Errorf("the second sheet lacks %s: %s", part, about)
		}
	}
}

func TestRowsAsParquet(t *testing.T) {
	t.Parallel()
	w := exporting(t).get(t, rowsTarget+"parquet")
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	type line struct {
		OCID  string  `parquet:"ocid,optional"`
		Buyer string  `parquet:"buyer_name,optional"`
		Value *int64  `parquet:"lotValue,optional,decimal(2:18)"`
		Bids  *int64  `parquet:"bids,optional"`
		Title *string `parquet:"title,optional"`
	}
	rows, err := parquet.Read[line](bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 3 || *rows[0].Value != 1234567890123456 || rows[1].Value != nil || rows[0].Buyer != "+Ә" || *rows[2].Bids != 3 || (*rows[0].Title)[0] != '=' {
		t.Errorf("rows %+v", rows)
	}
}

func TestAQueryAsAFile(t *testing.T) {
	t.Parallel()
	b := exporting(t)
	b.back.answer["analytics.query"] = analysis.Answer{
		Meta: analysis.Meta{Snapshot: "aa"}, Columns: []analysis.Column{{ID: "class", Kind: "dimension", Title: "Предмет"}, {ID: "lots", Kind: "measure", Type: "int", Title: "Лоты"}},
		Rows: []analysis.Row{{"class": {Member: &analysis.Member{ID: "17", Label: "Бумага"}}, "lots": {Number: "4"}}}, Totals: analysis.Row{"lots": {Number: "9"}},
		Other: analysis.Row{"groups": {Number: "2"}, "lots": {Number: "5"}},
	}
	for format, kind := range map[string]string{"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"} {
		w := b.do(t, "POST", "/api/v1/query", `{"measures":["lots"],"format":"`+format+`"}`, "Content-Type", "application/json")
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != kind || w.Header().Get("Content-Disposition") != `attachment; filename="kzocds-aa.`+format+`"` {
			t.Errorf("%s: %d %v", format, w.Code, w.Header())
		}
	}
	for _, target := range []string{rowsTarget + "pdf", rowsTarget + "csv&cursor%00=x"} {
		if w := b.get(t, target); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
}
