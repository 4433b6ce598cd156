package gateway

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"
)

//go:embed openapi.json
var openapiText []byte

//go:embed docs.html.tmpl
var docsText string

//go:embed docs.css
var docsCSS []byte

// specification is as much of OpenAPI 3.1 as the documentation page shows.
type specification struct {
	Info struct {
		Title       string `json:"title"`
		Version     string `json:"version"`
		Description string `json:"description"`
	} `json:"info"`
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Parameters map[string]parameter `json:"parameters"`
		Responses  map[string]response  `json:"responses"`
	} `json:"components"`
}

type operation struct {
	Summary     string              `json:"summary"`
	Description string              `json:"description"`
	Tags        []string            `json:"tags"`
	Parameters  []parameter         `json:"parameters"`
	Responses   map[string]response `json:"responses"`
	RequestBody *struct {
		Description string `json:"description"`
	} `json:"requestBody"`
	Example string `json:"x-example"`
}

type parameter struct {
	Ref         string `json:"$ref"`
	Name        string `json:"name"`
	In          string `json:"in"`
	Required    bool   `json:"required"`
	Description string `json:"description"`
	Schema      struct {
		Type string   `json:"type"`
		Enum []string `json:"enum"`
	} `json:"schema"`
}

type response struct {
	Ref         string `json:"$ref"`
	Description string `json:"description"`
}

// openapi serves the description with the address of this deployment.
func (s *Service) openapi(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	return writeJSON(w, r, bytes.ReplaceAll(openapiText, []byte("{{server}}"), []byte(s.cfg.PublicURL+api)))
}

// docs renders the description as one page without any script.
func (s *Service) docs() (http.Handler, error) {
	var spec specification
	if err := json.Unmarshal(openapiText, &spec); err != nil {
		return nil, fmt.Errorf("read openapi.json: %w", err)
	}
	type entry struct {
		Method, Path, Anchor string
		operation
	}
	type group struct {
		Name    string
		Entries []entry
	}
	var groups []group
	for path, methods := range spec.Paths {
		for method, op := range methods {
			for i, p := range op.Parameters {
				if p.Ref != "" {
					op.Parameters[i] = spec.Components.Parameters[p.Ref[strings.LastIndexByte(p.Ref, '/')+1:]]
				}
			}
			for code, res := range op.Responses {
				if res.Ref != "" {
					op.Responses[code] = spec.Components.Responses[res.Ref[strings.LastIndexByte(res.Ref, '/')+1:]]
				}
			}
			e := entry{strings.ToUpper(method), path, method + strings.NewReplacer("/", "-", "{", "", "}", "").Replace(path), op}
			tag := op.Tags[0]
			i := slices.IndexFunc(groups, func(g group) bool { return g.Name == tag })
			if i < 0 {
				groups = append(groups, group{Name: tag})
				i = len(groups) - 1
			}
			groups[i].Entries = append(groups[i].Entries, e)
		}
	}
	slices.SortFunc(groups, func(a, b group) int { return strings.Compare(a.Name, b.Name) })
	for _, g := range groups {
		slices.SortFunc(g.Entries, func(a, b entry) int { return strings.Compare(a.Path+a.Method, b.Path+b.Method) })
	}
	tmpl, err := template.New("docs").Parse(docsText)
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	err = tmpl.Execute(&page, map[string]any{"Spec": spec, "Groups": groups, "Base": s.cfg.PublicURL + api, "Bucket": s.cfg.BucketURL})
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery == "style" {
			w.Header().Set("Content-Type", "text/css; charset=utf-8")
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(docsCSS))
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(page.Bytes()))
	}), nil
}
