package duckdb

import (
	"slices"
	"testing"

	"github.com/kzocds/kzocds/analytics/catalog"
)

func TestEverythingOfTheCatalogueCanBeComputed(t *testing.T) {
	t.Parallel()
	for _, m := range catalog.Measures() {
		own, ok := measures[m.ID]
		if !ok {
			t.Errorf("measure %s is not computed", m.ID)
		}
		reasons := slices.DeleteFunc(slices.Clone(m.Excludes), func(r catalog.Reason) bool { return r == catalog.NotInData })
		for _, r := range reasons {
			if own.excluded[r] == "" {
				t.Errorf("measure %s: rows excluded by %s are not counted", m.ID, r)
			}
		}
		if len(own.excluded) != len(reasons) {
			t.Errorf("measure %s: %d conditions for %d reasons", m.ID, len(own.excluded), len(reasons))
		}
	}
	for _, f := range catalog.Fields() {
		if columns[f.ID] == "" {
			t.Errorf("field %s has no column", f.ID)
		}
	}
}
