package analytics

import (
	"context"
	"log/slog"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/proto/analysis"
)

// renderScreen puts the declaration of a dashboard into a language.
func renderScreen(s catalog.Screen, lang string) analysis.Screen {
	out := analysis.Screen{
		ID: s.ID, Group: s.Group, Title: s.Title.In(lang), Help: s.Help.In(lang), Tiles: s.Tiles, Indicators: s.Indicators, Grains: s.Grains, Levels: s.Levels,
		Charts: []analysis.Chart{}, Facets: s.Facets, Period: s.Period, Toggles: s.Toggles, Onward: s.Onward, Range: s.Range, Selection: s.Selection,
	}
	if out.Tiles == nil {
		out.Tiles = []string{}
	}
	for _, c := range s.Charts {
		out.Charts = append(out.Charts, analysis.Chart{
			ID: c.ID, Title: c.Title.In(lang), Kind: c.Kind, Dimension: c.Dimension, By: c.By, Measures: c.Measures, Colour: c.Colour, Limit: c.Limit, Width: c.Width,
		})
	}
	for _, t := range s.Tables {
		out.Tables = append(out.Tables, analysis.Table{ID: t.ID, Title: t.Title.In(lang), Dimensions: t.Dimensions, Measures: t.Measures, Chosen: t.Chosen, Rows: t.Rows})
	}
	return out
}

// The questions that the screens ask without any selection: the tiles of every
// screen, and all of the first one, which everybody who opens the Explorer sees.
// They are answered once per snapshot.
var (
	firstQueries = func() []analysis.Query {
		var queries []analysis.Query
		for i, s := range catalog.Screens() {
			if len(s.Tiles) > 0 {
				queries = append(queries, analysis.Query{Measures: s.Tiles, Filters: s.Selection})
			}
			if i > 0 {
				continue
			}
			for _, indicator := range s.Indicators {
				for _, c := range s.Charts {
					dimension := c.Dimension
					if dimension == analysis.ChosenGrain {
						dimension = s.Grains[0]
					}
					queries = append(queries, analysis.Query{Measures: []string{indicator}, Dimensions: []string{dimension}, Limit: c.Limit})
				}
			}
		}
		return queries
	}()
	firstFacets = analysis.FacetsQuery{
		Fields: []string{"method", "lotStatus", "category", "class", "region", "buyer", "bidder", "publishedYear"}, Limit: 50,
	}
)

// prepare answers the first questions, so that they are kept. A failure costs
// only speed.
func (a *Answerer) prepare(ctx context.Context, log *slog.Logger) {
	now, ok := a.engine.Current()
	if !ok {
		return
	}
	for _, q := range firstQueries {
		p, err := plan.Compile(q)
		if err == nil {
			_, _, err = a.run(ctx, now, p)
		}
		if err != nil {
			log.WarnContext(ctx, "a first question was not prepared", "measures", q.Measures, "dimensions", q.Dimensions, "err", err)
			return
		}
	}
	if _, err := a.Facets(ctx, firstFacets); err != nil {
		log.WarnContext(ctx, "the first facets were not prepared", "err", err)
	}
}
