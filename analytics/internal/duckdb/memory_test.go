package duckdb

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/analytics/snapshot"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
	"github.com/kzocds/kzocds/proto/tables"
)

// What does not fit into memory is refused as too large, is no defect, and leaves
// the engine able to answer the next question.
func TestAQuestionThatDoesNotFitIntoMemoryIsRefused(t *testing.T) {
	t.Parallel()
	const lots = 20_000
	var (
		ps []tables.Process
		ls []tables.Lot
	)
	day, value := int32(20_000), int64(100)
	for i := range lots {
		ocid := fmt.Sprintf("ocds-kz0000-t%d", i)
		ps = append(ps, tables.Process{OCID: ocid, Kind: "tender", PublishedDay: &day})
		ls = append(ls, tables.Lot{OCID: ocid, LotID: fmt.Sprint(i), BuyerID: fmt.Sprintf("KZ-BIN-%012d", i), ValueMinor: &value, Currency: "KZT", PublishedDay: &day})
	}
	dir := t.TempDir()
	s := snapshot.Snapshot{ID: "x", Rows: map[string]int64{tables.Processes: lots, tables.Lots: lots},
		Parts: map[string][]string{tables.Processes: {filepath.Join(dir, "p")}, tables.Lots: {filepath.Join(dir, "l")}}}
	if err := parquet.WriteFile(s.Parts[tables.Processes][0], ps); err != nil {
		t.Fatal(err)
	}
	if err := parquet.WriteFile(s.Parts[tables.Lots][0], ls); err != nil {
		t.Fatal(err)
	}
	e, err := Open(Config{Directory: dir, Threads: 2, MemoryMiB: 256})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := e.Load(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	ask := func(q analysis.Query) error {
		p, err := plan.Compile(q)
		if err != nil {
			t.Fatal(err)
		}
		_, err = e.Run(t.Context(), p)
		return err
	}
	wide := analysis.Query{Measures: []string{"lots", "lotsValue", "bidders"}, Dimensions: []string{"buyer", "method"}, Limit: 10}
	limit := func(text string) {
		if _, err := e.current.db.Exec("SET memory_limit = '" + text + "'"); err != nil {
			t.Fatal(err)
		}
	}
	limit("2MiB")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := ask(wide); fault.KindOf(err) != fault.TooLarge {
				t.Errorf("more than fits: %v", err)
			}
		})
	}
	group.Wait()
	limit("256MiB")
	if err := ask(wide); err != nil {
		t.Errorf("with memory again: %v", err)
	}
}
