package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

func (s *Service) catalog(w http.ResponseWriter, r *http.Request) error {
	q, err := parameters(r, "lang")
	if err != nil {
		return err
	}
	lang, err := language(q)
	if err != nil {
		return err
	}
	answer, err := s.ask.Ask(r.Context(), analysis.Service, analysis.VerbCatalog, analysis.CatalogQuery{Lang: lang})
	if err != nil {
		return err
	}
	return writeJSON(w, r, answer)
}

func (s *Service) query(w http.ResponseWriter, r *http.Request) error {
	var req analysis.Query
	var format string
	if r.Method == http.MethodPost {
		var body struct {
			analysis.Query
			Format string `json:"format"`
		}
		if err := readBody(r, &body); err != nil {
			return err
		}
		req, format = body.Query, body.Format
	} else {
		q, err := parameters(r, "measures", "dimensions", "order", "limit", "lang", "snapshot", "asOf", "format", "compare", "cumulative", "filter.*", "having.*", "compare.*")
		if err != nil {
			return err
		}
		if req.Lang, err = language(q); err != nil {
			return err
		}
		if req.Limit, err = positive(q, "limit"); err != nil {
			return err
		}
		req.Measures, req.Dimensions = list(q, "measures"), list(q, "dimensions")
		req.Order, req.Snapshot, req.Filters = q.Get("order"), q.Get("snapshot"), filters(q)
		req.AsOf = q.Get("asOf")
		req.Compare, req.CompareFilters = q.Get("compare"), prefixed(q, analysis.ComparePrefix)
		for id, values := range req.CompareFilters {
			if slices.Equal(values, []string{""}) { // without the filter
				req.CompareFilters[id] = []string{}
			}
		}
		if req.Cumulative, err = flag(q, "cumulative"); err != nil {
			return err
		}
		if req.Having, err = having(q); err != nil {
			return err
		}
		format = q.Get("format")
	}
	format, err := formatOf(format)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.cfg.Timeout)
	defer cancel()
	answer, err := s.ask.Ask(ctx, analysis.Service, analysis.VerbQuery, req)
	if err != nil {
		return err
	}
	if format != formatJSON {
		return s.exportQuery(ctx, w, req, answer, format)
	}
	return writeJSON(w, r, answer)
}

func (s *Service) facets(w http.ResponseWriter, r *http.Request) error {
	var req analysis.FacetsQuery
	if r.Method == http.MethodPost {
		if err := readBody(r, &req); err != nil {
			return err
		}
	} else {
		q, err := parameters(r, "fields", "dataset", "limit", "lang", "snapshot", "asOf", "filter.*", "search.*")
		if err != nil {
			return err
		}
		if req.Lang, err = language(q); err != nil {
			return err
		}
		if req.Limit, err = positive(q, "limit"); err != nil {
			return err
		}
		req.Snapshot, req.AsOf = q.Get("snapshot"), q.Get("asOf")
		req.Fields, req.Filters, req.Dataset = list(q, "fields"), filters(q), q.Get("dataset")
		for k, v := range q {
			if field, ok := strings.CutPrefix(k, "search."); ok {
				if req.Search == nil {
					req.Search = map[string]string{}
				}
				req.Search[field] = v[0]
			}
		}
	}
	answer, err := s.ask.Ask(r.Context(), analysis.Service, analysis.VerbFacets, req)
	if err != nil {
		return err
	}
	return writeJSON(w, r, answer)
}

func (s *Service) diff(w http.ResponseWriter, r *http.Request) error {
	q, err := parameters(r, "measures", "dimensions", "limit", "lang", "filter.*")
	if err != nil {
		return err
	}
	req := analysis.DiffQuery{From: r.PathValue("from"), To: r.PathValue("to"), Measures: list(q, "measures"), Dimensions: list(q, "dimensions"), Filters: filters(q)}
	if req.Lang, err = language(q); err != nil {
		return err
	}
	if req.Limit, err = positive(q, "limit"); err != nil {
		return err
	}
	answer, err := s.ask.Ask(r.Context(), analysis.Service, analysis.VerbDiff, req)
	if err != nil {
		return err
	}
	return writeJSON(w, r, answer)
}

// parameters parses the query and refuses names that the route does not know:
// a misspelt filter would otherwise give a wrong figure without a word.
func parameters(r *http.Request, allowed ...string) (url.Values, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "read the query of the address").Do("percent-encode the values")
	}
	for name := range q {
		known := slices.ContainsFunc(allowed, func(a string) bool {
			prefix, open := strings.CutSuffix(a, "*")
			return a == name || open && strings.HasPrefix(name, prefix) && len(name) > len(prefix)
		})
		if !known {
			return nil, fault.New(fault.Invalid, "no parameter %q here", name).At(name, allowed...)
		}
	}
	return q, nil
}

func language(q url.Values) (string, error) {
	lang := q.Get("lang")
	if lang != "" && !slices.Contains(analysis.Languages(), lang) {
		return "", fault.New(fault.Invalid, "no language %q", lang).At("lang", analysis.Languages()...)
	}
	return lang, nil
}

// flag reads a parameter that is on or off.
func flag(q url.Values, name string) (bool, error) {
	switch v := q.Get(name); v {
	case "", "0", "false":
		return false, nil
	case "1", "true":
		return true, nil
	default:
		return false, fault.New(fault.Invalid, "%s is %q", name, v).At(name, "0", "1")
	}
}

func positive(q url.Values, name string) (int, error) {
	text := q.Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fault.New(fault.Invalid, "%s is %q: a whole number from 1", name, text).At(name)
	}
	return n, nil
}

// list reads a,b,c and repeated parameters alike.
func list(q url.Values, name string) []string {
	var out []string
	for _, v := range q[name] {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

func filters(q url.Values) analysis.Filters { return prefixed(q, analysis.FilterPrefix) }

// prefixed reads the parameters whose names begin so as filters.
func prefixed(q url.Values, prefix string) analysis.Filters {
	var out analysis.Filters
	for k, v := range q {
		if field, ok := strings.CutPrefix(k, prefix); ok {
			if out == nil {
				out = analysis.Filters{}
			}
			out[field] = v
		}
	}
	return out
}

// having reads the ranges of measures; a measure has one.
func having(q url.Values) (map[string]string, error) {
	var out map[string]string
	for k, v := range q {
		measure, ok := strings.CutPrefix(k, analysis.HavingPrefix)
		if !ok {
			continue
		}
		if len(v) > 1 {
			return nil, fault.New(fault.Invalid, "%s is given %d times", k, len(v)).At(k)
		}
		if out == nil {
			out = map[string]string{}
		}
		out[measure] = v[0]
	}
	return out, nil
}

func readBody(r *http.Request, into any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return fault.New(fault.Invalid, "the body is %q, not application/json", r.Header.Get("Content-Type")).At("Content-Type", "application/json")
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return fault.New(fault.TooLarge, "the body is larger than %d bytes", tooLarge.Limit)
		}
		return fault.Wrap(fault.Invalid, err, "read the body")
	}
	if err := d.Decode(&struct{}{}); err != io.EOF {
		return fault.New(fault.Invalid, "something follows the JSON object of the body")
	}
	return nil
}

// writeJSON sends an answer with a validator. The time that an answer took
// differs from call to call and is left out of the validator.
func writeJSON(w http.ResponseWriter, r *http.Request, body json.RawMessage) error {
	return writeBody(w, r, "application/json; charset=utf-8", body)
}

// writeBody sends a body of any type with a validator.
func writeBody(w http.ResponseWriter, r *http.Request, kind string, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	// Public data, but ask again: a new snapshot may have come.
	h.Set("Cache-Control", "public, no-cache")
	etag := etagOf(body)
	h.Set("ETag", etag)
	if matches(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	_, err := w.Write(body)
	if err != nil {
		return nil // the client has gone; nothing can be told any more
	}
	return nil
}

func etagOf(body []byte) string {
	sum := sha256.New()
	if i := strings.Index(string(body[:min(len(body), 4096)]), `"elapsedMs":`); i >= 0 {
		rest := body[i+len(`"elapsedMs":`):]
		end := strings.IndexAny(string(rest[:min(len(rest), 64)]), ",}")
		sum.Write(body[:i])
		sum.Write(rest[max(end, 0):])
	} else {
		sum.Write(body)
	}
	return `W/"` + hex.EncodeToString(sum.Sum(nil)[:12]) + `"`
}

func matches(header, etag string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(etag, "W/") && tag != "" {
			return true
		}
	}
	return false
}
