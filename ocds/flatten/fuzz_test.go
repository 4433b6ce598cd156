package flatten_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/flatten"
	"github.com/kzocds/kzocds/ocds/internal/corpus"
)

// Any two releases become tables in every format: each row has a cell for each column, its
// ocid is that of the release, and a reader of CSV finds the rows that were written.
func FuzzAnyReleasesAreFlattened(f *testing.F) {
	f.Add([]byte(`{"ocid":"1","tender":{"items":[{"id":"1","quantity":1.5},{"id":"2","quantity":"x"}]}}`), []byte(`{"ocid":"2","tender":[{"id":1}]}`))
	f.Add([]byte(`{"ocid":"=1","a":["x","y;z"],"b":[[1],[]],"c":{},"d":[{}],"e":{"f":[{"f":[{"f":1}]}]}}`), []byte(`{"a":{"":{"":[]}},"date":"2020-01-01T00:00:00Z"}`))
	f.Add([]byte(`{"n":1e400,"m":-0,"o":123456789012345678901234567890.5,"t":"2020-13-01T00:00:00Z"}`), []byte(`{"n":"1","m":true,"o":null,"t":"2020-01-01T00:00:00+25:00"}`))
	for _, r := range corpus.Process(5, 1) {
		f.Add(r, []byte(`{}`))
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		survey, err := flatten.NewSurvey([]byte(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		var values []ocds.Value
		for _, text := range [][]byte{a, b} {
			if v, err := ocds.Parse(text); err == nil && v.Kind() == ocds.Object {
				survey.Add(v)
				values = append(values, v)
			}
		}
		if len(values) == 0 {
			return
		}
		plan := survey.Plan()
		dir := t.TempDir()
		var sinks []flatten.Sink
		for _, open := range []func() (flatten.Sink, error){
			func() (flatten.Sink, error) { return flatten.CSV(filepath.Join(dir, "csv"), plan, false) },
			func() (flatten.Sink, error) { return flatten.Parquet(filepath.Join(dir, "parquet"), plan) },
			func() (flatten.Sink, error) {
				return flatten.Workbook(filepath.Join(dir, "t.xlsx"), plan, func(string) {})
			},
		} {
			s, err := open()
			if err != nil {
				return // more columns or longer names than a format or the system allows
			}
			defer s.Abort()
			sinks = append(sinks, s)
		}
		rows := map[*flatten.Table]int{}
		flattener := plan.Flattener(func(table *flatten.Table, row []flatten.Cell) error {
			if len(row) != len(table.Columns) {
				t.Fatalf("table %s: %d cells in %d columns", table.Name, len(row), len(table.Columns))
			}
			rows[table]++
			for _, s := range sinks {
				var c flatten.Chunk
				if err := s.Encode(table, &c, row); err != nil {
					t.Fatal(err)
				}
				if err := s.Write(table, &c); err != nil {
					t.Fatal(err)
				}
			}
			return nil
		})
		for _, v := range values {
			if err := flattener.Add(v); err != nil {
				t.Fatal(err)
			}
		}
		for _, s := range sinks {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		for table, want := range rows {
			file, err := os.Open(filepath.Join(dir, "csv", table.Name+".csv"))
			if err != nil {
				t.Fatal(err)
			}
			r := csv.NewReader(file)
			r.FieldsPerRecord = len(table.Columns)
			lines, err := r.ReadAll()
			file.Close()
			// A row whose only cell is empty is an empty line, which the reader passes over.
			if err != nil || len(table.Columns) > 1 && len(lines) != want+1 {
				t.Fatalf("table %s: %d lines for %d rows, %v", table.Name, len(lines), want, err)
			}
		}
	})
}
