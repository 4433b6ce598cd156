package analytics

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/analytics/snapshot"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// Answerer answers questions about the loaded snapshot. Its answers to equal
// questions about the same snapshot are equal.
type Answerer struct {
	engine  Engine
	answers *answers
	slots   chan struct{}
}

func newAnswerer(e Engine, concurrency int, cacheBytes int64) *Answerer {
	return &Answerer{engine: e, answers: newAnswers(cacheBytes), slots: make(chan struct{}, concurrency)}
}

// Catalog lists measures, dimensions and filters in a language.
func (a *Answerer) Catalog(_ context.Context, q analysis.CatalogQuery) (analysis.Catalog, error) {
	lang, err := language(q.Lang)
	if err != nil {
		return analysis.Catalog{}, err
	}
	now, _ := a.engine.Current() // the catalogue is there before the first snapshot
	c := analysis.Catalog{
		Meta: analysis.Meta{Snapshot: now.ID, AsOf: now.AsOf, Lang: lang},
		Limits: analysis.Limits{
			Measures: plan.MaxMeasures, Dimensions: plan.MaxDimensions, Rows: plan.MaxLimit,
			FilterValues: plan.MaxFilterValues, FacetFields: plan.MaxFacetFields,
		},
	}
	for _, m := range catalog.Measures() {
		item := analysis.Measure{
			ID: m.ID, Version: m.Version, Name: m.Name.In(lang), Definition: m.Definition.In(lang), Formula: m.Formula,
			Grain: m.Grain.In(lang), Type: columnType(m.Unit), Unit: unit(m.Unit, now.Currency), Scale: m.Unit.Scale(), Dataset: string(m.Dataset),
			LegalBasis: m.LegalBasis.In(lang), ValidFrom: m.ValidFrom, ValidTo: m.ValidTo, Reference: m.Reference, VariantOf: m.VariantOf,
			Denominator: m.Denominator.In(lang), Additive: m.Additive,
			Excludes: []analysis.Exclusion{},
		}
		for _, r := range m.Excludes {
			item.Excludes = append(item.Excludes, analysis.Exclusion{Reason: string(r), Title: catalog.ReasonTitle(r).In(lang)})
		}
		c.Measures = append(c.Measures, item)
	}
	for _, f := range catalog.Fields() {
		var datasets []string
		for _, d := range f.Datasets {
			datasets = append(datasets, string(d))
		}
		if f.Dimension {
			c.Dimensions = append(c.Dimensions, analysis.Dimension{
				ID: f.ID, Name: f.Name.In(lang), Definition: f.Definition.In(lang), Type: fieldType(f), Datasets: datasets, Hierarchy: f.Hierarchy,
			})
		}
		c.Filters = append(c.Filters, analysis.Filter{
			ID: f.ID, Name: f.Name.In(lang), Type: fieldType(f), Datasets: datasets, Range: f.Type.Ordered(), Format: f.Type.Format(),
		})
	}
	for _, f := range catalog.RedFlags() {
		c.Flags = append(c.Flags, analysis.Flag{
			ID: f.ID, Version: f.Version, Name: f.Name.In(lang), Definition: f.Definition.In(lang), Rule: f.Rule, LegalBasis: f.LegalBasis.In(lang),
			ValidFrom: f.ValidFrom, ValidTo: f.ValidTo, Sources: f.Sources, Missing: f.Missing.In(lang),
		})
	}
	for _, s := range catalog.Screens() {
		c.Screens = append(c.Screens, renderScreen(s, lang))
	}
	return c, nil
}

// Query answers a query.
func (a *Answerer) Query(ctx context.Context, q analysis.Query) (analysis.Answer, error) {
	lang, err := language(q.Lang)
	if err != nil {
		return analysis.Answer{}, err
	}
	p, err := plan.Compile(q)
	if err != nil {
		return analysis.Answer{}, err
	}
	now, err := a.current(q.Snapshot)
	if err != nil {
		return analysis.Answer{}, err
	}
	r, elapsed, err := a.run(ctx, now, p)
	if err != nil {
		return analysis.Answer{}, err
	}
	if r.Snapshot != now.ID {
		return a.Query(ctx, q) // swapped in between
	}
	answer := render(p, r, lang)
	answer.Meta.ElapsedMs = elapsed.Milliseconds()
	return answer, nil
}

// Facets lists the values of fields with their counts under the selection.
func (a *Answerer) Facets(ctx context.Context, q analysis.FacetsQuery) (analysis.Facets, error) {
	lang, err := language(q.Lang)
	if err != nil {
		return analysis.Facets{}, err
	}
	plans, err := plan.CompileFacets(q)
	if err != nil {
		return analysis.Facets{}, err
	}
	now, err := a.current(q.Snapshot)
	if err != nil {
		return analysis.Facets{}, err
	}
	began := time.Now()
	out := analysis.Facets{Meta: analysis.Meta{Snapshot: now.ID, AsOf: now.AsOf, Lang: lang}, Facets: []analysis.Facet{}}
	for _, f := range plans {
		r, err := a.facet(ctx, now, f)
		if err != nil {
			return analysis.Facets{}, err
		}
		if r.Snapshot != now.ID {
			return a.Facets(ctx, q) // swapped in between: all facets are of one snapshot
		}
		out.Facets = append(out.Facets, renderFacet(f, r, lang))
	}
	out.Meta.ElapsedMs = time.Since(began).Milliseconds()
	return out, nil
}

// current is the loaded snapshot; a question that names another is refused.
func (a *Answerer) current(wanted string) (snapshot.Loaded, error) {
	now, ok := a.engine.Current()
	if !ok {
		return now, fault.New(fault.Unavailable, "no snapshot is loaded yet").Do("wait for the first publication").After(5 * time.Second)
	}
	if wanted != "" && wanted != now.ID {
		return now, fault.New(fault.NotFound, "snapshot %s is not loaded", short(wanted)).At("snapshot", now.ID).
			Do("leave snapshot out, or ask for the one that is loaded")
	}
	return now, nil
}

func short(s string) string {
	if len(s) > 64 {
		s = strings.ToValidUTF8(s[:64], "") + "…"
	}
	return fmt.Sprintf("%q", s)
}

func (a *Answerer) run(ctx context.Context, now snapshot.Loaded, p plan.Plan) (plan.Result, time.Duration, error) {
	began := time.Now()
	value, kept, err := a.answers.get(ctx, now.ID+" "+p.Key(), keepOf(now.ID), func(ctx context.Context) (any, error) {
		release, err := a.slot(ctx)
		if err != nil {
			return nil, err
		}
		defer release()
		return a.engine.Run(ctx, p)
	})
	if err != nil {
		return plan.Result{}, 0, ended(err)
	}
	if kept {
		return value.(plan.Result), 0, nil
	}
	return value.(plan.Result), time.Since(began), nil
}

func (a *Answerer) facet(ctx context.Context, now snapshot.Loaded, f plan.Facet) (plan.FacetResult, error) {
	if f.Search != "" && f.Field.Type != catalog.Organisation {
		// The names of codes are not in the data: all values are asked for and
		// renderFacet searches.
		f.Search, f.Limit = "", plan.MaxLimit
	}
	value, _, err := a.answers.get(ctx, now.ID+" "+f.Key(), keepOf(now.ID), func(ctx context.Context) (any, error) {
		release, err := a.slot(ctx)
		if err != nil {
			return nil, err
		}
		defer release()
		return a.engine.Facet(ctx, f)
	})
	if err != nil {
		return plan.FacetResult{}, ended(err)
	}
	return value.(plan.FacetResult), nil
}

// slot waits for one of the places at the engine.
func (a *Answerer) slot(ctx context.Context) (release func(), err error) {
	select {
	case a.slots <- struct{}{}:
		return func() { <-a.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// ended tells the client that its time is over.
func ended(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(fault.Timeout, err, "the answer took longer than the question allows").
			Do("ask for less: fewer dimensions or measures, or a narrower selection")
	}
	return err
}

func language(lang string) (string, error) {
	switch {
	case lang == "":
		return analysis.Russian, nil
	case slices.Contains(catalog.Languages(), lang):
		return lang, nil
	}
	return "", fault.New(fault.Invalid, "there is no language %s", short(lang)).At("lang", catalog.Languages()...)
}
