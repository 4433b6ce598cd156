package analytics

import (
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/proto/analysis"
)

// server answers svc.v1.analytics.<verb>.
func (s *Service) server() *bus.Server {
	e := makeEndpoints(s.answerer)
	return bus.NewServer(s.deps.Bus, analysis.Service, s.deps.Version).
		Handle(analysis.VerbCatalog, bus.Decode[analysis.CatalogQuery], e.catalog).
		Handle(analysis.VerbQuery, bus.Decode[analysis.Query], e.query).
		Handle(analysis.VerbFacets, bus.Decode[analysis.FacetsQuery], e.facets).
		Handle(analysis.VerbRows, bus.Decode[analysis.RowsQuery], e.rows)
}
