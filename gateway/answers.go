package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// entity serves the page of a kind of entity, whose id is the last part of the
// address.
func (s *Service) entity(kind string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		q, err := parameters(r, "lang")
		if err != nil {
			return err
		}
		lang, err := language(q)
		if err != nil {
			return err
		}
		raw, err := s.ask.Ask(r.Context(), analysis.Service, analysis.VerbEntity, analysis.EntityQuery{Kind: kind, ID: r.PathValue("id"), Lang: lang})
		if err != nil {
			return err
		}
		var e analysis.Entity
		if err := json.Unmarshal(raw, &e); err != nil {
			return fmt.Errorf("decode an entity: %w", err)
		}
		if e.Links.Portal != "" {
			e.Links.Portal = s.cfg.PortalURL + e.Links.Portal
		}
		return s.send(w, r, e)
	}
}

// rowsRequest reads a question for rows from the address or the body.
func rowsRequest(r *http.Request) (req analysis.RowsQuery, format string, err error) {
	if r.Method == http.MethodPost {
		var body struct {
			analysis.RowsQuery
			Format string `json:"format"`
		}
		err := readBody(r, &body)
		return body.RowsQuery, body.Format, err
	}
	q, err := parameters(r, "dataset", "measure", "reason", "columns", "order", "cursor", "limit", "lang", "snapshot", "asOf", "format", "filter.*")
	if err != nil {
		return req, "", err
	}
	if req.Lang, err = language(q); err != nil {
		return req, "", err
	}
	if req.Limit, err = positive(q, "limit"); err != nil {
		return req, "", err
	}
	req.Dataset, req.Measure, req.Reason = q.Get("dataset"), q.Get("measure"), q.Get("reason")
	req.Columns, req.Filters = list(q, "columns"), filters(q)
	req.Order, req.Cursor, req.Snapshot, req.AsOf = q.Get("order"), q.Get("cursor"), q.Get("snapshot"), q.Get("asOf")
	return req, q.Get("format"), nil
}

func (s *Service) rows(w http.ResponseWriter, r *http.Request) error {
	req, format, err := rowsRequest(r)
	if err != nil {
		return err
	}
	if format, err = formatOf(format); err != nil {
		return err
	}
	if format != formatJSON {
		return s.exportRows(w, r, req, format)
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.cfg.Timeout)
	defer cancel()
	return s.pass(w, r.WithContext(ctx), analysis.VerbRows, req)
}

func (s *Service) search(w http.ResponseWriter, r *http.Request) error {
	q, err := parameters(r, "q", "type", "limit", "lang")
	if err != nil {
		return err
	}
	req := analysis.SearchQuery{Text: q.Get("q"), Types: list(q, "type")}
	if req.Lang, err = language(q); err != nil {
		return err
	}
	if req.Limit, err = positive(q, "limit"); err != nil {
		return err
	}
	return s.pass(w, r, analysis.VerbSearch, req)
}

func (s *Service) saveReport(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	var req analysis.Report
	if err := readBody(r, &req); err != nil {
		return err
	}
	return s.pass(w, r, analysis.VerbSaveReport, req)
}

func (s *Service) savedReport(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	return s.pass(w, r, analysis.VerbReport, analysis.SavedReportQuery{ID: r.PathValue("id")})
}

func (s *Service) forms(w http.ResponseWriter, r *http.Request) error {
	q, err := parameters(r, "lang")
	if err != nil {
		return err
	}
	lang, err := language(q)
	if err != nil {
		return err
	}
	raw, err := s.ask.Ask(r.Context(), analysis.Service, analysis.VerbForms, analysis.FormsQuery{Lang: lang})
	if err != nil {
		return err
	}
	var index analysis.FormIndex
	if err := json.Unmarshal(raw, &index); err != nil {
		return fmt.Errorf("decode the index of forms: %w", err)
	}
	for _, e := range index.Editions {
		for i := range e.Files {
			e.Files[i].URL = s.cfg.BucketURL + "/" + e.Files[i].Key
		}
	}
	return s.send(w, r, index)
}

func (s *Service) form(w http.ResponseWriter, r *http.Request) error {
	q, err := parameters(r, "period", "lang", "format")
	if err != nil {
		return err
	}
	req := analysis.FormQuery{Form: r.PathValue("form"), Period: q.Get("period")}
	if req.Lang, err = language(q); err != nil {
		return err
	}
	if req.Period == "" {
		return fault.New(fault.Invalid, "no period is given").At("period", "2026", "2026-Q1", "2026-01")
	}
	switch format := q.Get("format"); format {
	case "", formatJSON:
		return s.pass(w, r, analysis.VerbForm, req)
	case formatXLSX:
	default:
		return fault.New(fault.Invalid, "no format %q", format).At("format", formatJSON, formatXLSX)
	}
	raw, err := s.ask.Ask(r.Context(), analysis.Service, analysis.VerbFormFile, req)
	if err != nil {
		return err
	}
	var file analysis.FormBody
	if err := json.Unmarshal(raw, &file); err != nil {
		return fmt.Errorf("decode a form: %w", err)
	}
	w.Header().Set("Content-Disposition", `attachment; filename="`+file.Name+`"`)
	return writeBody(w, r, mediaXLSX, file.Body)
}

// pass puts a question to analytics and sends its answer as it is.
func (s *Service) pass(w http.ResponseWriter, r *http.Request, verb string, req any) error {
	answer, err := s.ask.Ask(r.Context(), analysis.Service, verb, req)
	if err != nil {
		return err
	}
	return writeJSON(w, r, answer)
}
