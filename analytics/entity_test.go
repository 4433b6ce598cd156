package analytics_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/analytics/internal/enginetest"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/bus/bustest"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
	"github.com/kzocds/kzocds/proto/publication"
	"github.com/kzocds/kzocds/proto/tables"
)

// publishes answers for the publisher with a record of each process of a world.
func publishes(t *testing.T, conn *bus.Conn, w enginetest.World) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	server := bus.NewServer(conn, publication.Service, "test").Handle(publication.VerbRecord, bus.Decode[publication.RecordRequest],
		bus.Endpoint(func(_ context.Context, q publication.RecordRequest) (publication.Document, error) {
			if !slices.ContainsFunc(w.Processes, func(p tables.Process) bool { return p.OCID == q.OCID }) {
				return publication.Document{}, fault.New(fault.NotFound, "no record %s", q.OCID)
			}
			release := map[string]any{"id": "r1", "date": "2026-07-01T00:00:00Z", "tag": []string{"tender"}}
			tender := map[string]any{"id": "1", "title": "Закупка " + q.OCID, "title_kk": "Сатып алу", "portalId": "77", "datePublished": "2026-07-01T00:00:00Z"}
			var lots []any
			for _, l := range w.Lots {
				if l.OCID == q.OCID {
					lots = append(lots, map[string]any{"id": l.LotID, "title": "Лот " + l.LotID})
				}
			}
			tender["lots"] = lots
			record := map[string]any{"ocid": q.OCID, "releases": []any{release}, "compiledRelease": map[string]any{"tender": tender}}
			if q.Versioned {
				record = map[string]any{"ocid": q.OCID, "versionedRelease": map[string]any{}}
			}
			body, err := json.Marshal(record)
			return publication.Document{Body: body}, err
		}))
	go func() { ended <- server.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("publisher: %v", err)
		}
	})
}

func TestPagesAreAsTheirQueriesAnswer(t *testing.T) {
	t.Parallel()
	conn := bustest.New(t)
	store := &memory{objects: map[string][]byte{}}
	world := enginetest.Random(5, 60)
	store.publish(t, "aa01", world)
	publishes(t, conn, world)
	start(t, conn, store, t.TempDir())
	entity := func(kind, id, lang string) (analysis.Entity, error) {
		return bus.Ask[analysis.EntityQuery, analysis.Entity](t.Context(), conn, analysis.Service, analysis.VerbEntity, analysis.EntityQuery{Kind: kind, ID: id, Lang: lang})
	}
	lot := world.Lots[slices.IndexFunc(world.Lots, func(l tables.Lot) bool {
		return l.BuyerID != "" && l.WinnerID != "" && l.Class != "" && l.Class != "mixed" && l.BuyerRegion != ""
	})]
	deal := world.Contracts[slices.IndexFunc(world.Contracts, func(c tables.Contract) bool { return c.BuyerID != "" && c.SupplierID != "" })]
	point := world.PlanPoints[0]
	until(t, "answering", func() bool { _, err := entity(analysis.EntityRegion, "75", ""); return err == nil })

	for _, c := range []struct {
		kind, id string
		lists    int
	}{
		{analysis.EntityBuyer, lot.BuyerID, 6}, {analysis.EntitySupplier, lot.WinnerID, 6}, {analysis.EntityProcess, lot.OCID, 9}, {analysis.EntityLot, lot.LotID, 4},
		{analysis.EntityContract, deal.RootID, 3}, {analysis.EntityCategory, lot.Class, 4}, {analysis.EntityRegion, lot.BuyerRegion, 4}, {analysis.EntityProcess, point.OCID, 9},
		{analysis.EntityBuyer, strings.TrimPrefix(lot.BuyerID, "KZ-BIN-"), 6},
	} {
		for _, lang := range analysis.Languages() {
			e, err := entity(c.kind, c.id, lang)
			if err != nil {
				t.Fatalf("%s %s: %v", c.kind, c.id, err)
			}
			if e.Title == "" || e.Path == "" || e.Meta.Snapshot != "aa01" || len(e.Lists) != c.lists || len(e.Numbers) < 7 || e.Timeline == nil || e.Versions == nil || e.Flags == nil {
				t.Errorf("%s %s: %+v", c.kind, c.id, e)
			}
			for _, n := range e.Numbers {
				a, err := query(t, conn, n.Query)
				if err != nil {
					t.Fatalf("%s: the query of %s: %v", c.kind, n.Measure, err)
				}
				if a.Totals[n.Measure] != n.Value {
					t.Errorf("%s: %s is %+v, its query answers %+v", c.kind, n.Measure, n.Value, a.Totals[n.Measure])
				}
			}
			for _, q := range e.Questions {
				if _, err := query(t, conn, q.Query); err != nil || q.Title == "" {
					t.Errorf("%s: question %+v: %v", c.kind, q, err)
				}
			}
			rows := func(what string, q analysis.RowsQuery, count int64) {
				q.Limit = 1000
				page, err := bus.Ask[analysis.RowsQuery, analysis.Rows](t.Context(), conn, analysis.Service, analysis.VerbRows, q)
				if err != nil || page.Meta.Rows != count || int64(len(page.Rows)) != count {
					t.Errorf("%s: %s has %d rows of %d: %v", c.kind, what, len(page.Rows), count, err)
				}
			}
			for _, l := range e.Lists {
				rows(l.ID, l.Query, l.Count)
			}
			for _, f := range e.Flags {
				rows(f.ID, f.Rows, f.Count)
			}
			if c.kind == analysis.EntityLot && (e.OCID != lot.OCID || len(e.Versions) != 1 || e.Timeline[0].Title == "" || e.Links.Record != "/api/v1/ocds/records/"+lot.OCID ||
				e.Links.Portal != "/ru/announce/index/77?tab=lots" || !slices.ContainsFunc(e.Related, func(r analysis.Related) bool { return r.Relation == "process" && r.ID == lot.OCID })) {
				t.Errorf("lot %+v", e)
			}
		}
	}

	for name, c := range map[string]struct {
		kind, id string
		want     fault.Kind
	}{
		"an unknown buyer":    {analysis.EntityBuyer, "KZ-BIN-000000000000", fault.NotFound},
		"an unknown lot":      {analysis.EntityLot, "'; DROP TABLE lots; --", fault.NotFound},
		"an unknown contract": {analysis.EntityContract, "~", fault.NotFound},
		"an unknown process":  {analysis.EntityProcess, "ocds-x", fault.NotFound},
		"an unknown category": {analysis.EntityCategory, "99.99", fault.NotFound},
		"an unknown region":   {analysis.EntityRegion, "99", fault.NotFound},
		"a negated id":        {analysis.EntityLot, "!" + lot.LotID, fault.NotFound},
		"a long id":           {analysis.EntityLot, strings.Repeat("9", 201), fault.Invalid},
		"no id":               {analysis.EntityLot, "", fault.Invalid},
		"an id with a zero":   {analysis.EntityProcess, "a\x00b", fault.Invalid},
		"no kind":             {"planet", "1", fault.Invalid},
	} {
		_, err := entity(c.kind, c.id, "")
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
