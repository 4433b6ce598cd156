package gateway

import (
	"context"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/web"
	"github.com/kzocds/kzocds/proto/analysis"
)

// api is the root of the open API.
const api = "/api/v1"

// route is one line of the open API. openapi.json describes exactly these.
type route struct {
	method, path string
	handle       func(w http.ResponseWriter, r *http.Request) error
}

func (s *Service) table() []route {
	return []route{
		{"GET", "/catalog", s.catalog},
		{"GET", "/query", s.query},
		{"POST", "/query", s.query},
		{"GET", "/facets", s.facets},
		{"POST", "/facets", s.facets},
		{"GET", "/rows", s.rows},
		{"POST", "/rows", s.rows},
		{"GET", "/buyers/{id}", s.entity(analysis.EntityBuyer)},
		{"GET", "/suppliers/{id}", s.entity(analysis.EntitySupplier)},
		{"GET", "/processes/{id}", s.entity(analysis.EntityProcess)},
		{"GET", "/lots/{id}", s.entity(analysis.EntityLot)},
		{"GET", "/contracts/{id}", s.entity(analysis.EntityContract)},
		{"GET", "/categories/{id}", s.entity(analysis.EntityCategory)},
		{"GET", "/regions/{id}", s.entity(analysis.EntityRegion)},
		{"GET", "/search", s.search},
		{"POST", "/reports/saved", s.saveReport},
		{"GET", "/reports/saved/{id}", s.savedReport},
		{"GET", "/reports", s.forms},
		{"GET", "/reports/{form}", s.form},
		{"GET", "/ocds/releases", s.releases},
		{"GET", "/ocds/releases/{id}", s.release},
		{"GET", "/ocds/records", s.records},
		{"GET", "/ocds/records/{ocid}", s.record},
		{"GET", "/provenance/{ocid}", s.provenance},
		{"GET", "/bulk", s.bulk},
		{"GET", "/bulk/{snapshot}", s.bulk},
		{"GET", "/status", s.status},
		{"GET", "/completeness", s.completeness},
		{"GET", "/quality", s.quality},
		{"GET", "/codes", s.codes},
		{"GET", "/site", s.site},
		{"GET", "/openapi.json", s.openapi},
		{"POST", "/admin/workflows/back-fill", s.backFill},
		{"POST", "/admin/workflows/{action}", s.admin},
		{"POST", "/admin/publication/{act}", s.operate},
		{"GET", "/admin/quarantine", s.quarantine},
		{"POST", "/admin/quarantine/retry", s.retry},
		{"GET", "/admin/mappings", s.mappings},
		{"GET", "/admin/mappings/{from}/{to}", s.comparison},
		{"POST", "/admin/mappings/{from}/{to}/{action}", s.decide},
	}
}

func (s *Service) routes() (http.Handler, error) {
	mux := http.NewServeMux()
	known := map[string][]string{} // path -> methods, for 405
	for _, rt := range s.table() {
		known[rt.path] = append(known[rt.path], rt.method)
		mux.Handle(rt.method+" "+api+rt.path, s.guard(rt))
	}
	for path, methods := range known {
		allow := strings.Join(append(methods, http.MethodOptions), ", ")
		mux.HandleFunc("OPTIONS "+api+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", allow)
			w.WriteHeader(http.StatusNoContent)
		})
	}
	mux.HandleFunc(api+"/", func(w http.ResponseWriter, r *http.Request) {
		web.Problem(w, r, fault.New(fault.NotFound, "no route %s %s", r.Method, r.URL.Path).
			Do("see "+s.cfg.PublicURL+"/docs for the routes"))
	})
	docs, err := s.docs()
	if err != nil {
		return nil, err
	}
	mux.Handle("GET /docs", docs)
	explorer, err := explorer()
	if err != nil {
		return nil, err
	}
	mux.Handle("/", explorer)

	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.SuffixETag(""))
	if err != nil {
		return nil, err
	}
	// From outside to inside.
	var h http.Handler = mux
	h = compress(h)
	h = limitSize(h, s.cfg.MaxURL, s.cfg.MaxBody)
	h = newRateLimit(s.cfg.Rate, s.cfg.Burst, s.cfg.TrustProxy).wrap(h)
	h = headers(h, s.cfg.BucketURL)
	h = recovered(h, s.log)
	return otelhttp.NewHandler(h, "http", otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string {
		if _, pattern := mux.Handler(r); pattern != "" {
			return pattern
		}
		return r.Method
	})), nil
}

// guard bounds the time of a request and turns its error into a problem
// document.
func (s *Service) guard(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), s.cfg.Timeout)
		defer cancel()
		if err := rt.handle(w, r.WithContext(ctx)); err != nil {
			if fault.KindOf(err) == fault.Internal {
				s.log.ErrorContext(ctx, "request went wrong", "route", rt.path, "err", err)
			}
			web.Problem(w, r, err)
		}
	})
}
