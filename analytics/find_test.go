package analytics_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/analytics"
	"github.com/kzocds/kzocds/analytics/internal/enginetest"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/bus/bustest"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/pg/pgtest"
	"github.com/kzocds/kzocds/proto/analysis"
	"github.com/kzocds/kzocds/proto/tables"
)

func TestSearchAndSavedReportsOverTheBus(t *testing.T) {
	t.Parallel()
	conn := bustest.New(t)
	store := &memory{objects: map[string][]byte{}}
	world := enginetest.Random(6, 40)
	for i := range world.Lots {
		world.Lots[i].Title, world.Lots[i].TitleKK = "Средний ремонт дороги "+world.Lots[i].LotID, "Жолдарды жөндеу"
	}
	store.publish(t, "aa01", world)
	cfg := analytics.Default()
	cfg.Directory, cfg.MemoryMiB = t.TempDir(), 512
	service, err := analytics.New(cfg, analytics.Deps{Log: slog.New(slog.DiscardHandler), Bus: conn, Bucket: store, Pool: pgtest.New(t), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	find := func(q analysis.SearchQuery) (analysis.Found, error) {
		return bus.Ask[analysis.SearchQuery, analysis.Found](t.Context(), conn, analysis.Service, analysis.VerbSearch, q)
	}
	until(t, "indexed", func() bool {
		f, err := find(analysis.SearchQuery{Text: "ремонты дорог"})
		return err == nil && f.Meta.Snapshot == "aa01"
	})
	f, err := find(analysis.SearchQuery{Text: "жол жөндеу", Types: []string{analysis.FoundLot}, Limit: 3, Lang: "kk"})
	if err != nil || len(f.Results) != 3 || !f.More {
		t.Fatalf("found %+v, %v", f, err)
	}
	r := f.Results[0]
	if r.Type != "lot" || r.Title != "Жолдарды жөндеу" || r.Names["ru"] == "" || r.Path != "/lots/"+r.ID || !strings.HasPrefix(r.OCID, "ocds-") {
		t.Errorf("result %+v", r)
	}
	bin := strings.TrimPrefix(world.Parties[slices.IndexFunc(world.Parties, func(p tables.Party) bool { return strings.HasPrefix(p.PartyID, "KZ-BIN-") && p.Roles != "" })].PartyID, "KZ-BIN-")
	if f, err := find(analysis.SearchQuery{Text: bin[:4] + " " + bin[4:8] + " " + bin[8:]}); err != nil || len(f.Results) == 0 || f.Results[0].ID != "KZ-BIN-"+bin {
		t.Errorf("by BIN: %+v, %v", f.Results, err)
	}
	for name, q := range map[string]analysis.SearchQuery{
		"nothing": {}, "spaces": {Text: "   "}, "too long": {Text: strings.Repeat("ы", 101)}, "no type": {Text: "x", Types: []string{"planet"}}, "too many": {Text: "x", Limit: 101},
		"negative": {Text: "x", Limit: -1}, "no text": {Text: "a\x00b"}, "no language": {Text: "x", Lang: "kz"},
	} {
		if _, err := find(q); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, text := range []string{"'; DROP TABLE analysis.search_document; --", "\\' & | ! :* <->", "%_", strings.Repeat("а ", 60), "…"} {
		if _, err := find(analysis.SearchQuery{Text: text}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}

	save := func(r analysis.Report) (analysis.SavedReport, error) {
		return bus.Ask[analysis.Report, analysis.SavedReport](t.Context(), conn, analysis.Service, analysis.VerbSaveReport, r)
	}
	report := analysis.Report{Title: "Лоты", Chart: "bars", Screen: "T1", Query: analysis.Query{Measures: []string{"lots"}, Dimensions: []string{"method"}, Filters: analysis.Filters{"category": {"goods"}}, Lang: "kk"}}
	one, err := save(report)
	if err != nil {
		t.Fatal(err)
	}
	report.Query.Lang, report.Title = "en", " Лоты "
	if two, err := save(report); err != nil || two.ID != one.ID || len(one.ID) != 32 || one.Path != "/reports/saved/"+one.ID {
		t.Errorf("equal reports: %+v and %+v, %v", one, two, err)
	}
	got, err := bus.Ask[analysis.SavedReportQuery, analysis.SavedReport](t.Context(), conn, analysis.Service, analysis.VerbReport, analysis.SavedReportQuery{ID: one.ID})
	if err != nil || got.Report.Title != "Лоты" || got.Report.Query.Filters["category"][0] != "goods" {
		t.Errorf("saved %+v, %v", got, err)
	}
	for name, c := range map[string]struct {
		r     analysis.Report
		field string
	}{
		"no measure":    {analysis.Report{}, "measures"},
		"a long title":  {analysis.Report{Title: strings.Repeat("a", 201), Query: report.Query}, "title"},
		"no chart":      {analysis.Report{Chart: "pie", Query: report.Query}, "chart"},
		"no screen":     {analysis.Report{Screen: "Z9", Query: report.Query}, "screen"},
		"1,001 filters": {analysis.Report{Query: analysis.Query{Measures: []string{"lots"}, Filters: analysis.Filters{"method": slices.Repeat([]string{"x"}, 1001)}}}, "filter values"},
	} {
		_, err := save(c.r)
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, id := range []string{"", "x", "'; --", strings.Repeat("0", 32)} {
		if _, err := bus.Ask[analysis.SavedReportQuery, analysis.SavedReport](t.Context(), conn, analysis.Service, analysis.VerbReport, analysis.SavedReportQuery{ID: id}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("report %q: %v", id, err)
		}
	}
}
