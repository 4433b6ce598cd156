package analytics_test

import (
	"encoding/base64"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/analytics/internal/enginetest"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/bus/bustest"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
	"github.com/kzocds/kzocds/proto/subject"
)

func TestRowsBehindAFigureComeInPages(t *testing.T) {
	t.Parallel()
	conn := bustest.New(t)
	store := &memory{objects: map[string][]byte{}}
	world := enginetest.Random(3, 60)
	for i := range world.Lots {
		world.Lots[i].Title = "Лот " + world.Lots[i].LotID
	}
	store.publish(t, "aa01", world)
	start(t, conn, store, t.TempDir())
	rows := func(q analysis.RowsQuery) (analysis.Rows, error) {
		return bus.Ask[analysis.RowsQuery, analysis.Rows](t.Context(), conn, analysis.Service, analysis.VerbRows, q)
	}
	until(t, "answering", func() bool { _, err := rows(analysis.RowsQuery{Dataset: "lots"}); return err == nil })

	q := analysis.RowsQuery{Measure: "lotsValue", Order: "-lotValue", Columns: []string{"buyer", "lotValue"}, Limit: 7, Lang: "en"}
	seen := map[string]bool{}
	var total int64
	var last, second string
	for {
		page, err := rows(q)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Rows {
			if seen[r.OCID+r.ID] || r.Kind != "lot" || r.Path != "/lots/"+r.ID || !strings.HasPrefix(r.Provenance, "/api/v1/provenance/") || r.Title != "Лот "+r.ID {
				t.Errorf("row %+v, seen %t", r, seen[r.OCID+r.ID])
			}
			seen[r.OCID+r.ID] = true
			value := r.Cells["lotValue"].Number
			if last != "" && (len(value) > len(last) || len(value) == len(last) && value > last) {
				t.Errorf("%s after %s", value, last)
			}
			last = value
		}
		if total = page.Meta.Rows; page.Next == "" {
			if len(page.Excluded) == 0 || page.Excluded[0].Title == "" || page.Meta.Snapshot != "aa01" {
				t.Errorf("meta %+v, excluded %+v", page.Meta, page.Excluded)
			}
			break
		}
		q.Cursor = page.Next
		if second == "" {
			second = page.Next
		}
	}
	if int64(len(seen)) != total || total < 20 {
		t.Errorf("%d rows of %d", len(seen), total)
	}

	for name, c := range map[string]struct {
		q     analysis.RowsQuery
		kind  fault.Kind
		field string
	}{
		"another question":   {analysis.RowsQuery{Measure: "lots", Cursor: second}, fault.Invalid, "cursor"},
		"a cut cursor":       {analysis.RowsQuery{Measure: "lotsValue", Order: "-lotValue", Cursor: second[:len(second)-9]}, fault.Invalid, "cursor"},
		"a made up place":    {analysis.RowsQuery{Measure: "lotsValue", Order: "-lotValue", Cursor: forged(t, second, `"o":"`, `"o":"x`)}, fault.Invalid, "cursor"},
		"keys of another":    {analysis.RowsQuery{Measure: "lotsValue", Order: "-lotValue", Cursor: forged(t, second, `"k":[`, `"k":["",`)}, fault.Invalid, "cursor"},
		"a snapshot of then": {analysis.RowsQuery{Measure: "lotsValue", Order: "-lotValue", Cursor: forged(t, second, "aa01", "aa00")}, fault.Conflict, "cursor"},
		"no dataset":         {analysis.RowsQuery{}, fault.Invalid, "dataset"},
	} {
		_, err := rows(c.q)
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != c.kind || f.Field != c.field || f.Remedy == "" {
			t.Errorf("%s: %v", name, err)
		}
	}

	// An export has the rows of all pages, and stays with its snapshot.
	export, err := bus.Ask[analysis.RowsQuery, analysis.Export](t.Context(), conn, analysis.Service, analysis.VerbExport, analysis.RowsQuery{Measure: "lotsValue", Columns: []string{"lotValue"}})
	if err != nil || export.Head.Meta.Rows != total || len(export.Head.Rows) != 0 {
		t.Fatalf("export %+v: %v", export.Head, err)
	}
	exported := map[string]bool{}
	for piece, err := range bus.Take[analysis.Rows](t.Context(), conn, export.At) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range piece.Rows {
			exported[r.OCID+r.ID] = true
		}
	}
	if !maps.Equal(seen, exported) {
		t.Errorf("the export has %d rows, the pages %d", len(exported), len(seen))
	}
	short, err := bus.Ask[analysis.RowsQuery, analysis.Export](t.Context(), conn, analysis.Service, analysis.VerbExport, analysis.RowsQuery{Measure: "lotsValue", Order: "-lotValue", Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for piece, err := range bus.Take[analysis.Rows](t.Context(), conn, short.At) {
		if n += len(piece.Rows); err != nil {
			t.Error(err)
		}
	}
	if n != 3 || short.Head.Meta.Rows != 3 {
		t.Errorf("asked for 3 rows, got %d", n)
	}

	store.publish(t, "bb02", enginetest.Random(4, 60))
	if err := conn.Publish(subject.SnapshotPublished, []byte("told")); err != nil {
		t.Fatal(err)
	}
	until(t, "a cursor of the snapshot before is in conflict", func() bool {
		_, err := rows(analysis.RowsQuery{Measure: "lotsValue", Order: "-lotValue", Cursor: second})
		return fault.KindOf(err) == fault.Conflict
	})
}

// forged changes the inside of a cursor.
func forged(t *testing.T, cursor, from, to string) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || !strings.Contains(string(raw), from) {
		t.Fatalf("cursor %s: %v", raw, err)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(raw), from, to, 1)))
}
