package analytics

import (
	"context"
	"log/slog"
	"slices"

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
	// The filter panes count the rows of the dataset of the screen's first measure.
	firstFacets = func() []analysis.FacetsQuery {
		var queries []analysis.FacetsQuery
		for _, s := range catalog.Screens() {
			measures := slices.Concat(s.Tiles, s.Indicators)
			for _, c := range s.Charts {
				measures = append(measures, c.Measures...)
			}
			if len(measures) == 0 || len(s.Selection) > 0 {
				continue
			}
			m, _ := catalog.MeasureByID(measures[0])
			q := analysis.FacetsQuery{Dataset: string(m.Dataset), Limit: 50}
			for _, id := range s.Facets {
				if f, _ := catalog.FieldByID(id); f.On(m.Dataset) && len(q.Fields) < plan.MaxFacetFields {
					q.Fields = append(q.Fields, id)
				}
			}
			same := func(o analysis.FacetsQuery) bool { return o.Dataset == q.Dataset && slices.Equal(o.Fields, q.Fields) }
			if len(q.Fields) > 0 && !slices.ContainsFunc(queries, same) {
				queries = append(queries, q)
			}
		}
		return queries
	}()
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
	for _, q := range firstFacets {
		if _, err := a.Facets(ctx, q); err != nil {
			log.WarnContext(ctx, "first facets were not prepared", "dataset", q.Dataset, "fields", q.Fields, "err", err)
			return
		}
	}
}
