package analytics

import (
	"testing"

	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/platform/fault"
)

func FuzzCursor(f *testing.F) {
	value := "12"
	f.Add(cursorAfter(plan.Place{Order: &value, Keys: []string{"ocds-x", "1"}}, "aa01", "question"))
	f.Add("")
	f.Add("bnVsbA")
	f.Fuzz(func(t *testing.T, text string) {
		place, err := parseCursor(text, "aa01", "question")
		if err != nil {
			if k := fault.KindOf(err); k != fault.Invalid && k != fault.Conflict {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if again, err := parseCursor(cursorAfter(*place, "aa01", "question"), "aa01", "question"); err != nil || len(again.Keys) != len(place.Keys) {
			t.Errorf("%q does not survive: %v", text, err)
		}
	})
}
