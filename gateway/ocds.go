package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/publication"
)

// envelope is what release and record packages have in common (OCDS 1.1
// release-package-schema.json, record-package-schema.json, extension
// pagination).
type envelope struct {
	URI           string                `json:"uri"`
	Version       string                `json:"version"`
	Extensions    []string              `json:"extensions,omitempty"`
	PublishedDate string                `json:"publishedDate"`
	Publisher     publication.Publisher `json:"publisher"`
	License       string                `json:"license"`
	Policy        string                `json:"publicationPolicy,omitempty"`
	Releases      []json.RawMessage     `json:"releases,omitempty"`
	Records       []json.RawMessage     `json:"records,omitempty"`
	// Tombstones come after the releases or records: what they name is published
	// no more.
	Tombstones []publication.Tombstone `json:"tombstones,omitempty"`
	Links      *links                  `json:"links,omitempty"`
}

// links of a page (extension pagination).
type links struct {
	Next string `json:"next,omitempty"`
	Prev string `json:"prev,omitempty"`
}

// feedEnd is the page of a follower who has everything. The standard wants at
// least one release in a package, so an empty page is not called one.
type feedEnd struct {
	Releases   []json.RawMessage       `json:"releases,omitzero"`
	Records    []json.RawMessage       `json:"records,omitzero"`
	Tombstones []publication.Tombstone `json:"tombstones,omitempty"`
	Links      links                   `json:"links"`
}

func (s *Service) releases(w http.ResponseWriter, r *http.Request) error {
	return s.feed(w, r, publication.VerbReleases)
}

func (s *Service) records(w http.ResponseWriter, r *http.Request) error {
	return s.feed(w, r, publication.VerbRecords)
}

// feed sends a page in commit order. links.next is always there: at the end of
// the feed it is the place to ask again later.
func (s *Service) feed(w http.ResponseWriter, r *http.Request, verb string) error {
	q, err := parameters(r, "cursor", "limit", "since")
	if err != nil {
		return err
	}
	req := publication.FeedRequest{Cursor: q.Get("cursor")}
	if req.Limit, err = positive(q, "limit"); err != nil {
		return err
	}
	if req.Limit > s.cfg.FeedLimit {
		return fault.New(fault.Invalid, "limit is %d, at most %d", req.Limit, s.cfg.FeedLimit).At("limit")
	}
	if req.Limit == 0 {
		req.Limit = min(100, s.cfg.FeedLimit)
	}
	if req.Since, err = instant(q, "since"); err != nil {
		return err
	}
	raw, err := s.ask.Ask(r.Context(), publication.Service, verb, req)
	if err != nil {
		return err
	}
	var page publication.FeedPage
	if err := json.Unmarshal(raw, &page); err != nil {
		return fmt.Errorf("decode a feed page: %w", err)
	}
	at := links{Next: s.page(r, req, page.Next)}
	w.Header().Set("Link", "<"+at.Next+`>; rel="next"`)
	if page.Previous != "" {
		at.Prev = s.page(r, req, page.Previous)
		w.Header().Add("Link", "<"+at.Prev+`>; rel="prev"`)
	}
	if len(page.Items) == 0 {
		end := feedEnd{Tombstones: page.Tombstones, Links: at}
		if verb == publication.VerbReleases {
			end.Releases = []json.RawMessage{}
		} else {
			end.Records = []json.RawMessage{}
		}
		return s.send(w, r, end)
	}
	pkg := s.envelope(r, page.Package)
	pkg.Tombstones, pkg.Links = page.Tombstones, &at
	if verb == publication.VerbReleases {
		pkg.Releases = page.Items
	} else {
		pkg.Records = page.Items
	}
	return s.send(w, r, pkg)
}

// page is the address of another page of the same feed.
func (s *Service) page(r *http.Request, req publication.FeedRequest, cursor string) string {
	q := url.Values{"cursor": {cursor}, "limit": {strconv.Itoa(req.Limit)}}
	if !req.Since.IsZero() {
		q.Set("since", req.Since.Format(time.RFC3339))
	}
	return s.cfg.PublicURL + r.URL.Path + "?" + q.Encode()
}

func (s *Service) release(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	doc, err := s.document(r, publication.VerbRelease, publication.ReleaseRequest{ID: r.PathValue("id")})
	if err != nil {
		return err
	}
	pkg := s.envelope(r, doc.Package)
	pkg.Releases = []json.RawMessage{doc.Body}
	return s.send(w, r, pkg)
}

func (s *Service) record(w http.ResponseWriter, r *http.Request) error {
	q, err := parameters(r, "versioned", "asOf")
	if err != nil {
		return err
	}
	req := publication.RecordRequest{OCID: r.PathValue("ocid")}
	if req.Versioned, err = flag(q, "versioned"); err != nil {
		return err
	}
	if req.AsOf, err = instant(q, "asOf"); err != nil {
		return err
	}
	doc, err := s.document(r, publication.VerbRecord, req)
	if err != nil {
		return err
	}
	pkg := s.envelope(r, doc.Package)
	pkg.Records = []json.RawMessage{doc.Body}
	return s.send(w, r, pkg)
}

func (s *Service) document(r *http.Request, verb string, req any) (publication.Document, error) {
	var doc publication.Document
	raw, err := s.ask.Ask(r.Context(), publication.Service, verb, req)
	if err != nil {
		return doc, err
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return doc, fmt.Errorf("decode a document: %w", err)
	}
	return doc, nil
}

func (s *Service) envelope(r *http.Request, p publication.Package) envelope {
	return envelope{
		URI:           s.cfg.PublicURL + r.URL.RequestURI(),
		Version:       "1.1",
		Extensions:    p.Extensions,
		PublishedDate: p.Newest.UTC().Format(time.RFC3339),
		Publisher:     p.Publisher,
		License:       p.License,
		Policy:        p.Policy,
	}
}

func (s *Service) send(w http.ResponseWriter, r *http.Request, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	return writeJSON(w, r, raw)
}

func (s *Service) provenance(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	answer, err := s.ask.Ask(r.Context(), publication.Service, publication.VerbProvenance, publication.ProvenanceRequest{OCID: r.PathValue("ocid")})
	if err != nil {
		return err
	}
	return writeJSON(w, r, answer)
}

func (s *Service) bulk(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	answer, err := s.ask.Ask(r.Context(), publication.Service, publication.VerbBulk, publication.BulkRequest{Snapshot: r.PathValue("snapshot")})
	if err != nil {
		return err
	}
	return writeJSON(w, r, answer)
}

func (s *Service) status(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	answer, err := s.ask.Ask(r.Context(), publication.Service, publication.VerbStatus, publication.StatusRequest{})
	if err != nil {
		return err
	}
	return writeJSON(w, r, answer)
}

// site tells the Explorer where things are outside the gateway.
func (s *Service) site(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	return s.send(w, r, struct {
		Bucket  string `json:"bucket"`
		Portal  string `json:"portal"`
		License string `json:"license"`
	}{s.cfg.BucketURL, s.cfg.PortalURL, "https://creativecommons.org/licenses/by/4.0/"})
}

// instant reads a date (its first moment in UTC) or a date-time with zone.
func instant(q url.Values, name string) (time.Time, error) {
	text := q.Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fault.New(fault.Invalid, "%s is %q: a date such as 2026-07-24 or a date-time with zone such as 2026-07-24T10:00:00Z", name, text).At(name)
}
