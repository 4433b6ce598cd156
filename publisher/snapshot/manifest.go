package snapshot

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/kzocds/kzocds/proto/publication"
)

// Order in which a manifest lists its datasets.
var datasetOrder = []string{Records, Releases, Compiled, Tables, Extensions, Codelists}

// Content is what a manifest is made from.
type Content struct {
	ID         string
	Parent     string
	Partitions []Partition
	Parts      []Part
	Versions   map[string]string // mapping, method, schema
	Publisher  publication.Publisher
	License    string
	Policy     string
}

// Manifest lists the content. It is a function of it: no clock, no order of
// arrival.
func Manifest(c Content) publication.Manifest {
	m := publication.Manifest{
		Version:   "1",
		ID:        c.ID,
		Parent:    c.Parent,
		Publisher: c.Publisher,
		License:   c.License,
		Policy:    c.Policy,
		Versions:  c.Versions,
		Datasets:  []publication.Dataset{},
	}
	for _, p := range c.Partitions {
		switch p.Dataset {
		case Records:
			m.Counts.Processes += p.Items
		case Releases:
			m.Counts.Releases += p.Items
			if m.Window.From.IsZero() || p.First.Before(m.Window.From) {
				m.Window.From = p.First.UTC()
			}
			if p.Last.After(m.Window.To) {
				m.Window.To = p.Last.UTC()
			}
		}
	}
	m.Date = m.Window.To
	parts := slices.SortedFunc(slices.Values(c.Parts), func(a, b Part) int {
		return cmp.Or(
			cmp.Compare(slices.Index(datasetOrder, a.Dataset), slices.Index(datasetOrder, b.Dataset)),
			cmp.Compare(a.Table, b.Table),
			cmp.Compare(a.Name, b.Name),
		)
	})
	for _, p := range parts {
		if n := len(m.Datasets); n == 0 || m.Datasets[n-1].Name != p.Dataset || m.Datasets[n-1].Table != p.Table {
			m.Datasets = append(m.Datasets, publication.Dataset{Name: p.Dataset, Table: p.Table})
		}
		d := &m.Datasets[len(m.Datasets)-1]
		d.Objects = append(d.Objects, publication.Object{
			Period: p.Period, Name: p.Name, Key: p.Key, MediaType: p.MediaType,
			Bytes: p.Bytes, Rows: p.Rows, SHA256: p.SHA256.String(),
		})
	}
	return m
}

// Encode writes the manifest as it lies in the store: indented, because people
// read it, ending in a line feed.
func Encode(m publication.Manifest) ([]byte, error) { return encode(m) }

// EncodeLatest writes latest.json.
func EncodeLatest(id string) ([]byte, error) {
	return encode(publication.Latest{Snapshot: id, Manifest: ManifestKey(id)})
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// Envelope is the metadata that every package carries beside its releases or
// records. The date of a package is that of the newest release in it, never the
// moment of writing, so that the same content gives the same bytes.
type Envelope struct {
	Base       string // URL of the API, without a final slash; URIs of packages begin with it
	Extensions []string
	Publisher  publication.Publisher
	License    string
	Policy     string
}

// Identity is the text that stands for the envelope in a Recipe.
func (e Envelope) Identity() string {
	b, err := json.Marshal(e)
	if err != nil {
		panic(err) // strings only
	}
	return string(b)
}

// packageHead has the members of an OCDS package before releases or records.
type packageHead struct {
	URI        string                `json:"uri"`
	Version    string                `json:"version"`
	Extensions []string              `json:"extensions,omitempty"`
	Published  string                `json:"publishedDate"`
	Publisher  publication.Publisher `json:"publisher"`
	License    string                `json:"license,omitempty"`
	Policy     string                `json:"publicationPolicy,omitempty"`
}

// Record appends a record package with one record: its releases, oldest first,
// and its compiled release. The documents are taken as they are; they are JSON
// on one line.
func (e Envelope) Record(dst []byte, ocid string, newest time.Time, releases [][]byte, compiled []byte) ([]byte, error) {
	dst, err := e.head(dst, "/api/v1/ocds/records/"+ocid, newest)
	if err != nil {
		return dst, err
	}
	dst = append(dst, `,"records":[`...)
	dst = AppendRecord(dst, ocid, releases, "compiledRelease", compiled)
	return append(dst, `]}`...), nil
}

// AppendRecord appends a bare OCDS record: its releases, oldest first, and a
// merged release under its member name, compiledRelease or versionedRelease.
func AppendRecord(dst []byte, ocid string, releases [][]byte, member string, merged []byte) []byte {
	dst = append(dst, `{"ocid":`...)
	id, err := json.Marshal(ocid)
	if err != nil {
		panic(err) // a string
	}
	dst = append(dst, id...)
	dst = append(dst, `,"releases":[`...)
	for i, r := range releases {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, r...)
	}
	dst = append(dst, `],"`...)
	dst = append(dst, member...)
	dst = append(dst, `":`...)
	dst = append(dst, merged...)
	return append(dst, '}')
}

// Release appends a release package with one release.
func (e Envelope) Release(dst []byte, id string, date time.Time, release []byte) ([]byte, error) {
	dst, err := e.head(dst, "/api/v1/ocds/releases/"+id, date)
	if err != nil {
		return dst, err
	}
	dst = append(dst, `,"releases":[`...)
	dst = append(dst, release...)
	return append(dst, `]}`...), nil
}

func (e Envelope) head(dst []byte, path string, date time.Time) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(packageHead{
		URI: e.Base + path, Version: "1.1", Extensions: e.Extensions,
		Published: date.UTC().Format(time.RFC3339), Publisher: e.Publisher,
		License: e.License, Policy: e.Policy,
	})
	if err != nil {
		return dst, err
	}
	// Without the closing brace and the line feed, so that the caller goes on.
	return append(dst, b.Bytes()[:b.Len()-2]...), nil
}
