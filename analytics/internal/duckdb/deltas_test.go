package duckdb

import (
	"database/sql"
	"path/filepath"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/kzocds/kzocds/analytics/snapshot"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/tables"
)

// A process of a delta replaces all its rows in all tables; a later delta
// replaces an earlier one; what is removed is in no table.
func TestDeltasReplaceProcessesWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name string, write func(path string) error) []string {
		path := filepath.Join(dir, name)
		if err := write(path); err != nil {
			t.Fatal(err)
		}
		return []string{path}
	}
	files := func(name string, processes []string, lots ...[2]string) snapshot.Delta {
		var p []tables.Process
		for _, ocid := range processes {
			p = append(p, tables.Process{OCID: ocid})
		}
		var l []tables.Lot
		for _, lot := range lots {
			l = append(l, tables.Lot{OCID: lot[0], LotID: lot[1]})
		}
		return snapshot.Delta{
			Parts: map[string][]string{
				tables.Processes: file(name+"-processes", func(path string) error { return parquet.WriteFile(path, p) }),
				tables.Lots:      file(name+"-lots", func(path string) error { return parquet.WriteFile(path, l) }),
			},
			Rows: map[string]int64{tables.Processes: int64(len(p)), tables.Lots: int64(len(l))},
		}
	}
	base := files("base", []string{"a", "b", "c", "d"}, [2]string{"a", "a1"}, [2]string{"b", "b1"}, [2]string{"b", "b2"}, [2]string{"c", "c1"}, [2]string{"d", "d1"})
	first := files("first", []string{"b", "e"}, [2]string{"b", "b3"}, [2]string{"e", "e1"})
	first.Removed = []string{"c", "d"}
	second := files("second", []string{"d", "e"}, [2]string{"d", "d2"})
	s := snapshot.Snapshot{ID: "x", Parts: base.Parts, Rows: base.Rows, Deltas: []snapshot.Delta{first, second}}

	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := newestLayers(t.Context(), conn, s.Deltas); err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string][]string{tables.Processes: {"a", "b", "d", "e"}, tables.Lots: {"a1", "b3", "d2"}} {
		rows, err := attach(t.Context(), conn, dir, table, s)
		if err != nil {
			t.Fatal(err)
		}
		column := map[string]string{tables.Processes: "ocid", tables.Lots: "lot_id"}[table]
		found, err := conn.QueryContext(t.Context(), "SELECT "+column+" FROM part_"+table+" ORDER BY 1")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for found.Next() {
			var id string
			if err := found.Scan(&id); err != nil {
				t.Fatal(err)
			}
			got = append(got, id)
		}
		if err := found.Err(); err != nil || !slices.Equal(got, want) || rows != int64(len(want)) {
			t.Errorf("%s: %v of %d rows, want %v (%v)", table, got, rows, want, err)
		}
	}
	s.Deltas[1].Rows[tables.Lots]++
	if _, err := attach(t.Context(), conn, dir, tables.Lots, s); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a delta with fewer rows than its manifest says: %v", err)
	}
}
