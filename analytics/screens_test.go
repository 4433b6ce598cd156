package analytics

import (
	"testing"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
)

func TestTheFirstQuestionsCanBeAsked(t *testing.T) {
	t.Parallel()
	for _, q := range firstQueries {
		if _, err := plan.Compile(q); err != nil {
			t.Errorf("%+v: %v", q, err)
		}
	}
	datasets := map[string]bool{}
	for _, q := range firstFacets {
		datasets[q.Dataset] = true
		if _, err := plan.CompileFacets(q); err != nil {
			t.Errorf("%+v: %v", q, err)
		}
	}
	for _, d := range []catalog.Dataset{catalog.Lots, catalog.Contracts, catalog.PlanPoints} {
		if !datasets[string(d)] {
			t.Errorf("no facets of %s", d)
		}
	}
}
