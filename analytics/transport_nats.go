package analytics

import (
	"context"
	"encoding/json"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/proto/analysis"
	"github.com/kzocds/kzocds/proto/publication"
)

// server answers svc.v1.analytics.<verb>. What outlasts a question ends with ctx.
func (s *Service) server(ctx context.Context, h *History) *bus.Server {
	e := makeEndpoints(s.answerer, h, newExports(ctx, s.answerer, s.deps.Bus), &Pages{s.answerer, publisher{s.deps.Bus}}, &Finder{s.index}, &Reports{s.reports}, s.forms)
	return bus.NewServer(s.deps.Bus, analysis.Service, s.deps.Version).
		Handle(analysis.VerbCatalog, bus.Decode[analysis.CatalogQuery], e.catalog).
		Handle(analysis.VerbQuery, bus.Decode[analysis.Query], e.query).
		Handle(analysis.VerbFacets, bus.Decode[analysis.FacetsQuery], e.facets).
		Handle(analysis.VerbDiff, bus.Decode[analysis.DiffQuery], e.diff).
		Handle(analysis.VerbRows, bus.Decode[analysis.RowsQuery], e.rows).
		Handle(analysis.VerbExport, bus.Decode[analysis.RowsQuery], e.export).
		Handle(analysis.VerbEntity, bus.Decode[analysis.EntityQuery], e.entity).
		Handle(analysis.VerbSearch, bus.Decode[analysis.SearchQuery], e.search).
		Handle(analysis.VerbSaveReport, bus.Decode[analysis.Report], e.saveReport).
		Handle(analysis.VerbReport, bus.Decode[analysis.SavedReportQuery], e.report).
		Handle(analysis.VerbForm, bus.Decode[analysis.FormQuery], e.form).
		Handle(analysis.VerbFormFile, bus.Decode[analysis.FormQuery], e.formFile).
		Handle(analysis.VerbForms, bus.Decode[analysis.FormsQuery], e.forms)
}

// publisher asks the publisher for records.
type publisher struct{ conn *bus.Conn }

// Record implements Records.
func (p publisher) Record(ctx context.Context, ocid string, versioned bool) (json.RawMessage, error) {
	d, err := bus.Ask[publication.RecordRequest, publication.Document](ctx, p.conn, publication.Service, publication.VerbRecord,
		publication.RecordRequest{OCID: ocid, Versioned: versioned})
	return d.Body, err
}
