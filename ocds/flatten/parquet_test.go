package flatten

import (
	"fmt"
	"os"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/kzocds/kzocds/ocds"
)

// A row group is in memory until it ends: the largest ends as soon as all tables together hold
// too much, and no row is lost or moved by that.
func TestRowGroupsEndBeforeTheyFillTheMemory(t *testing.T) {
	t.Parallel()
	const processes, items = 300, 10
	var releases []ocds.Value
	survey, err := NewSurvey([]byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	for i := range processes {
		text := fmt.Sprintf(`{"ocid":"o%d","tender":{"items":[`, i)
		for j := range items {
			text += fmt.Sprintf(`{"id":"%d","description":"one of many things"},`, j)
		}
		v, err := ocds.Parse([]byte(text[:len(text)-1] + `]}}`))
		if err != nil {
			t.Fatal(err)
		}
		survey.Add(v)
		releases = append(releases, v)
	}
	plan := survey.Plan()
	dir := t.TempDir()
	sink, err := Parquet(dir, plan)
	if err != nil {
		t.Fatal(err)
	}
	s := sink.(*parquetSink)
	s.limit = 20_000
	chunks := map[*Table]*Chunk{}
	f := plan.Flattener(func(table *Table, row []Cell) error { return s.Encode(table, chunks[table], row) })
	most := 0
	for _, v := range releases {
		for _, table := range plan.Tables {
			chunks[table] = &Chunk{}
		}
		if err := f.Add(v); err != nil {
			t.Fatal(err)
		}
		for _, table := range plan.Tables {
			if err := s.Write(table, chunks[table]); err != nil {
				t.Fatal(err)
			}
		}
		most = max(most, s.held)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if most > s.limit || most < s.limit/2 {
		t.Errorf("held at most %d bytes, with a limit of %d", most, s.limit)
	}
	for name, want := range map[string]int64{"releases": processes, "tender_items": processes * items} {
		file, err := os.Open(dir + "/" + name + ".parquet")
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		info, err := file.Stat()
		if err != nil {
			t.Fatal(err)
		}
		p, err := parquet.OpenFile(file, info.Size())
		if err != nil {
			t.Fatal(err)
		}
		if p.NumRows() != want || name == "tender_items" && len(p.RowGroups()) < 2 {
			t.Errorf("%s: %d rows in %d groups", name, p.NumRows(), len(p.RowGroups()))
		}
		rows := make([]parquet.Row, want)
		r := parquet.NewReader(file)
		n := 0
		for n < len(rows) {
			read, err := r.ReadRows(rows[n:])
			n += read
			if err != nil {
				break
			}
		}
		for i, row := range rows[:n] {
			process := i
			if name == "tender_items" {
				process = i / items
			}
			if row[0].String() != fmt.Sprintf("o%d", process) {
				t.Fatalf("%s, row %d: %v", name, i, row)
			}
		}
		if int64(n) != want {
			t.Errorf("%s: %d rows are read", name, n)
		}
	}
}
