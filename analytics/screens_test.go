package analytics

import (
	"testing"

	"github.com/kzocds/kzocds/analytics/plan"
)

func TestTheFirstQuestionsCanBeAsked(t *testing.T) {
	t.Parallel()
	for _, q := range firstQueries {
		if _, err := plan.Compile(q); err != nil {
			t.Errorf("%+v: %v", q, err)
		}
	}
	if _, err := plan.CompileFacets(firstFacets); err != nil {
		t.Error(err)
	}
}
