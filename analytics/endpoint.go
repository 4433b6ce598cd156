package analytics

import (
	"github.com/go-kit/kit/endpoint"

	"github.com/kzocds/kzocds/platform/bus"
)

// endpoints are the use cases as go-kit endpoints. Tracing, logging, metrics,
// deadlines and recovery are put around them by the transport.
type endpoints struct {
	catalog, query, facets, diff, rows, export, entity, search, saveReport, report, form, formFile, forms endpoint.Endpoint
}

func makeEndpoints(a *Answerer, h *History, x *Exports, p *Pages, f *Finder, r *Reports, s *Forms) endpoints {
	return endpoints{
		catalog: bus.Endpoint(a.Catalog),
		query:   bus.Endpoint(h.Query),
		facets:  bus.Endpoint(h.Facets),
		diff:    bus.Endpoint(h.Diff),
		rows:    bus.Endpoint(h.Rows),
		export:  bus.Endpoint(x.Export),
		entity:  bus.Endpoint(p.Entity),
		search:  bus.Endpoint(f.Search), saveReport: bus.Endpoint(r.Save), report: bus.Endpoint(r.Saved),
		form: bus.Endpoint(s.Form), formFile: bus.Endpoint(s.File), forms: bus.Endpoint(s.Index),
	}
}
