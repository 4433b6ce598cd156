package flatten_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/flatten"
	"github.com/kzocds/kzocds/ocds/schema"
	"github.com/parquet-go/parquet-go"
)

// tables flattens releases with a sink and returns the plan.
func tables(t *testing.T, sink func(*flatten.Plan) (flatten.Sink, error), releases ...string) *flatten.Plan {
	t.Helper()
	survey, err := flatten.NewSurvey(schema.Core().Release())
	if err != nil {
		t.Fatal(err)
	}
	var values []ocds.Value
	for _, r := range releases {
		v, err := ocds.Parse([]byte(r))
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
		survey.Add(v)
	}
	plan := survey.Plan()
	s, err := sink(plan)
	if err != nil {
		t.Fatal(err)
	}
	f := plan.Flattener(func(table *flatten.Table, row []flatten.Cell) error {
		var c flatten.Chunk
		if err := s.Encode(table, &c, row); err != nil {
			return err
		}
		return s.Write(table, &c)
	})
	for _, v := range values {
		if err := f.Add(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return plan
}

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTablesCarryTheKeysOfTheirParents(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tables(t, func(p *flatten.Plan) (flatten.Sink, error) { return flatten.CSV(dir, p, false) },
		`{"zeta":1,"ocid":"o1","id":"1","tag":["tender","award"],"tender":{"title":"T","id":"t1","value":{"amount":1.50,"currency":"KZT"}},
		  "awards":[{"id":"a1","items":[{"id":"i1","quantity":2},{"id":"i2"}]},{"id":"a2","suppliers":[{"id":"s1","name":"S"}]}]}`,
		`{"ocid":"o2","alpha":{"beta":true},"awards":[]}`)
	for name, want := range map[string]string{
		"releases.csv":         "ocid,id,tag,tender/id,tender/title,tender/value/amount,tender/value/currency,alpha/beta,zeta\r\no1,1,tender;award,t1,T,1.50,KZT,,1\r\no2,,,,,,,true,\r\n",
		"awards.csv":           "ocid,id\r\no1,a1\r\no1,a2\r\n",
		"awards_items.csv":     "ocid,awards/id,id,quantity\r\no1,a1,i1,2\r\no1,a1,i2,\r\n",
		"awards_suppliers.csv": "ocid,awards/id,id,name\r\no1,a2,s1,S\r\n",
	} {
		if got := text(t, filepath.Join(dir, name)); got != want {
			t.Errorf("%s\n got %q\nwant %q", name, got, want)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 4 {
		t.Errorf("files %v", files)
	}
}

func TestCSVQuotesAndDefusesFormulas(t *testing.T) {
	t.Parallel()
	values := []string{"a,b", `say "x"`, "two\nlines", "=1+1", "+7 700", "-x", "@a", "\tx", " x ", "＝1", "-", "ok"}
	for _, raw := range []bool{false, true} {
		dir := t.TempDir()
		var releases []string
		for _, v := range values {
			releases = append(releases, string(ocds.AppendString([]byte(`{"ocid":"o","n":-5,"t":`), v))+"}")
		}
		tables(t, func(p *flatten.Plan) (flatten.Sink, error) { return flatten.CSV(dir, p, raw) }, releases...)
		rows, err := csv.NewReader(strings.NewReader(text(t, dir+"/releases.csv"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			want := v
			if !raw && strings.ContainsAny(v[:1], "=+-@\t＝"[:5]) || !raw && strings.HasPrefix(v, "＝") {
				want = "'" + v
			}
			if got := rows[i+1]; got[2] != want || got[1] != "-5" {
				t.Errorf("raw %v: %q became %q", raw, v, got)
			}
		}
	}
}

func TestListsAndOddShapes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tables(t, func(p *flatten.Plan) (flatten.Sink, error) { return flatten.CSV(dir, p, false) },
		`{"ocid":"1","a":["x","y"],"b":["x;y","z"],"c":[[1,2],[3]],"d":[1,{"id":"7"}],"e":{"id":"single"},"f":null}`,
		`{"ocid":"2","e":[{"id":"many"}]}`)
	want := "ocid,a,b,c,d\r\n1,x;y,\"[\"\"x;y\"\",\"\"z\"\"]\",\"[[1,2],[3]]\",\"[1,{\"\"id\"\":\"\"7\"\"}]\"\r\n2,,,,\r\n"
	if got := text(t, dir+"/releases.csv"); got != want {
		t.Errorf("got %q", got)
	}
	if got := text(t, dir+"/e.csv"); got != "ocid,id\r\n1,single\r\n2,many\r\n" {
		t.Errorf("got %q", got)
	}
}

func TestParquetKeepsTypesAndDigits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	plan := tables(t, func(p *flatten.Plan) (flatten.Sink, error) { return flatten.Parquet(dir, p) },
		`{"ocid":"o1","date":"2024-01-01T05:00:00+05:00","n":1,"ok":true,"amount":12345678901234567890.12,"small":-1.5,"mixed":1}`,
		`{"ocid":"o2","date":"2024-01-01T00:00:00.000001Z","n":-2,"ok":false,"amount":-0.5,"small":2.25,"mixed":"x"}`,
		`{"ocid":"o3"}`)
	var types []string
	for _, c := range plan.Tables[0].Columns {
		types = append(types, fmt.Sprintf("%s%d%d", c.Name, c.Type, c.Scale))
	}
	if got := strings.Join(types, " "); got != "ocid00 date40 amount32 mixed00 n20 ok10 small32" {
		t.Errorf("types %s", got)
	}
	f, err := os.Open(dir + "/releases.parquet")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := parquet.NewReader(f)
	defer r.Close()
	if got := r.Schema().String(); !strings.Contains(got, "DECIMAL(38,2)") || !strings.Contains(got, "DECIMAL(18,2)") || !strings.Contains(got, "TIMESTAMP") || strings.Index(got, "amount") > strings.Index(got, "mixed") {
		t.Error(got)
	}
	rows := make([]parquet.Row, 4)
	n, err := r.ReadRows(rows)
	if n != 3 || err != nil && err != io.EOF {
		t.Fatalf("%d rows, %v", n, err)
	}
	if a, b := rows[0][1].Int64(), rows[1][1].Int64(); a != 1704067200000000 || b != a+1 {
		t.Errorf("times %d %d", a, b)
	}
	if got := rows[1][6].Int64(); got != 225 {
		t.Errorf("small %d", got)
	}
	if got := fmt.Sprintf("%x", rows[1][2].ByteArray()); got != "ffffffffffffffffffffffffffffffce" {
		t.Errorf("amount %s", got)
	}
	if !rows[2][1].IsNull() || rows[0][3].String() != "1" {
		t.Errorf("row %v", rows[2])
	}
}

func TestWorkbook(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "tables.xlsx")
	long := strings.Repeat("ж", 40_000)
	var notes []string
	tables(t, func(p *flatten.Plan) (flatten.Sink, error) {
		return flatten.Workbook(name, p, func(n string) { notes = append(notes, n) })
	},
		`{"ocid":"<o&1>","n":12345.6,"big":1234567890123456.7,"f":"=cmd()","t":true,"control":"\u0001","long":"`+long+`"}`,
		`{"ocid":"o2","aVeryLongNameOfATableThatDoesNotFit":[{"id":"1"}],"aVeryLongNameOfATableThatDoesNotFitEither":[{"id":"2"}]}`)
	z, err := zip.OpenReader(name)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(b)
		for d := xml.NewDecoder(bytes.NewReader(b)); ; {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
		}
	}
	sheet := parts["xl/worksheets/sheet1.xml"]
	for _, want := range []string{"&lt;o&amp;1&gt;", "<c><v>12345.6</v></c>", `<t xml:space="preserve">1234567890123456.7</t>`, `s="2"><is><t xml:space="preserve">=cmd()`, `<c t="b"><v>1</v></c>`, "_x0001_", "…</t>"} {
		if !strings.Contains(sheet, want) {
			t.Errorf("no %s in the sheet", want)
		}
	}
	if strings.Contains(sheet, "<f>") || strings.Count(sheet, "ж") != 32766 {
		t.Errorf("%d letters", strings.Count(sheet, "ж"))
	}
	if len(notes) != 1 || !strings.Contains(notes[0], "1 cells") {
		t.Errorf("notes %v", notes)
	}
	book := parts["xl/workbook.xml"]
	if !strings.Contains(book, `name="aVeryLongNameOfATableThatDoesNo"`) || !strings.Contains(book, `name="aVeryLongNameOfATableThatDoes~2"`) {
		t.Error(book)
	}
	if left, _ := filepath.Glob(filepath.Dir(name) + "/.*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
