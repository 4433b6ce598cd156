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
	exports      bool // may take long; the handler bounds what is quick
}

func (s *Service) table() []route {
	return []route{
		{"GET", "/catalog", s.catalog, false},
		{"GET", "/query", s.query, true},
		{"POST", "/query", s.query, true},
		{"GET", "/facets", s.facets, false},
		{"POST", "/facets", s.facets, false},
		{"GET", "/diff/{from}/{to}", s.diff, false},
		{"GET", "/rows", s.rows, true},
		{"POST", "/rows", s.rows, true},
		{"GET", "/buyers/{id}", s.entity(analysis.EntityBuyer), false},
		{"GET", "/suppliers/{id}", s.entity(analysis.EntitySupplier), false},
		{"GET", "/processes/{id}", s.entity(analysis.EntityProcess), false},
		{"GET", "/lots/{id}", s.entity(analysis.EntityLot), false},
		{"GET", "/contracts/{id}", s.entity(analysis.EntityContract), false},
		{"GET", "/categories/{id}", s.entity(analysis.EntityCategory), false},
		{"GET", "/regions/{id}", s.entity(analysis.EntityRegion), false},
		{"GET", "/search", s.search, false},
		{"POST", "/reports/saved", s.saveReport, false},
		{"GET", "/reports/saved/{id}", s.savedReport, false},
		{"GET", "/reports", s.forms, false},
		{"GET", "/reports/{form}", s.form, false},
		{"GET", "/feeds/{format}", s.follow, false},
		{"GET", "/ocds/releases", s.releases, false},
		{"GET", "/ocds/releases/{id}", s.release, false},
		{"GET", "/ocds/records", s.records, false},
		{"GET", "/ocds/records/{ocid}", s.record, false},
		{"GET", "/provenance/{ocid}", s.provenance, false},
		{"GET", "/bulk", s.bulk, false},
		{"GET", "/bulk/{snapshot}", s.bulk, false},
		{"GET", "/status", s.status, false},
		{"GET", "/completeness", s.completeness, false},
		{"GET", "/quality", s.quality, false},
		{"GET", "/codes", s.codes, false},
		{"GET", "/site", s.site, false},
		{"GET", "/openapi.json", s.openapi, false},
		{"POST", "/admin/workflows/back-fill", s.backFill, false},
		{"POST", "/admin/workflows/{action}", s.admin, false},
		{"POST", "/admin/publication/{act}", s.operate, false},
		{"GET", "/admin/quarantine", s.quarantine, false},
		{"POST", "/admin/quarantine/retry", s.retry, false},
		{"GET", "/admin/mappings", s.mappings, false},
		{"GET", "/admin/mappings/{from}/{to}", s.comparison, false},
		{"POST", "/admin/mappings/{from}/{to}/{action}", s.decide, false},
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
	mux.HandleFunc("GET /.well-known/security.txt", s.securityText)
	files, page, err := explorer()
	if err != nil {
		return nil, err
	}
	mux.Handle("/", explorerOf(files))
	for _, lang := range analysis.Languages() {
		mux.Handle("GET /"+lang+"/data", s.dataset(page, lang))
	}

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
		most := s.cfg.Timeout
		if rt.exports {
			most = s.cfg.Export
		}
		ctx, cancel := context.WithTimeout(r.Context(), most)
		defer cancel()
		handle := rt.handle
		if strings.HasPrefix(rt.path, "/admin/") {
			handle = s.audited(handle)
		}
		if err := handle(w, r.WithContext(ctx)); err != nil {
			if fault.KindOf(err) == fault.Internal {
				s.log.ErrorContext(ctx, "request went wrong", "route", rt.path, "err", err)
			}
			web.Problem(w, r, err)
		}
	})
}
