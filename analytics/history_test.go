package analytics_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kzocds/kzocds/analytics/internal/enginetest"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/bus/bustest"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// Three snapshots, of 1 to 3 July, each with the worlds of its number.
func TestAnySnapshotThatIsKeptAnswers(t *testing.T) {
	t.Parallel()
	conn := bustest.New(t)
	store := &memory{objects: map[string][]byte{}}
	ids := []string{"aa01", "bb02", "cc03"}
	lots := map[string]string{}
	for i, id := range ids {
		w := enginetest.Random(uint64(i+1), 20)
		parent := ""
		if i > 0 {
			parent = ids[i-1]
		}
		store.publishOf(t, id, parent, time.Date(2026, 7, i+1, 20, 30, 0, 0, time.UTC), w)
		n := 0
		for _, l := range w.Lots {
			if l.Status != "withdrawn" {
				n++
			}
		}
		lots[id] = fmt.Sprint(n)
	}
	service, _ := start(t, conn, store, t.TempDir())
	until(t, "ready", func() bool { return service.Ready() == nil })
	until(t, "the newest answers", func() bool {
		a, err := query(t, conn, analysis.Query{Measures: []string{"lots"}})
		return err == nil && a.Meta.Snapshot == "cc03"
	})
	// ask waits for a snapshot that is being loaded, as clients do.
	ask := func(q analysis.Query) (a analysis.Answer, err error) {
		q.Measures = []string{"lots"}
		until(t, fmt.Sprintf("an answer to %+v", q), func() bool {
			a, err = query(t, conn, q)
			return fault.KindOf(err) != fault.Unavailable
		})
		return a, err
	}
	for range 2 { // two places for two past snapshots and, in between, a third
		for _, c := range []struct{ snapshot, asOf, want string }{
			{"aa01", "", "aa01"}, {"bb02", "", "bb02"}, {"cc03", "", "cc03"},
			{"", "2026-07-02T20:30:00Z", "bb02"}, {"", "2026-07-02T20:29:59Z", "aa01"}, {"", "2030-01-01", "cc03"},
			{"", "2026-07-02", "aa01"}, // 20:30 UTC is the next day in the zone of the portal
			{"", "2026-07-03", "bb02"},
		} {
			a, err := ask(analysis.Query{Snapshot: c.snapshot, AsOf: c.asOf})
			if err != nil || a.Meta.Snapshot != c.want || a.Totals["lots"].Number != lots[c.want] {
				t.Errorf("%+v: snapshot %s with %v lots, want %s (%v)", c, a.Meta.Snapshot, a.Totals["lots"], lots[c.want], err)
			}
		}
	}
	facets, err := bus.Ask[analysis.FacetsQuery, analysis.Facets](t.Context(), conn, analysis.Service, analysis.VerbFacets, analysis.FacetsQuery{Fields: []string{"method"}, AsOf: "2026-07-03"})
	if err != nil || facets.Meta.Snapshot != "bb02" {
		t.Errorf("facets as of a day: %+v, %v", facets.Meta, err)
	}
	for _, c := range []struct {
		snapshot, asOf, message string
		kind                    fault.Kind
	}{
		{"dd04", "", "no snapshot dd04", fault.NotFound},
		{"../aa01", "", "no id of a snapshot", fault.Invalid},
		{"'; drop table lots; --", "", "no id of a snapshot", fault.Invalid},
		{strings.Repeat("a", 65), "", "no id of a snapshot", fault.Invalid},
		{"", "2026-06-30", "the oldest snapshot that is kept is of 2026-07-01", fault.NotFound},
		{"", "yesterday", "a day such as", fault.Invalid},
		{"aa01", "2026-07-01", "both", fault.Invalid},
	} {
		_, err := ask(analysis.Query{Snapshot: c.snapshot, AsOf: c.asOf})
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != c.kind || !strings.Contains(f.Message, c.message) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
