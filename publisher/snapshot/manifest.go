package snapshot

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/proto/publication"
)

// Order in which a manifest lists its datasets.
var datasetOrder = []string{Records, Releases, Compiled, CSV, XLSX, Tables, Extensions, Codelists}

// Content is what a manifest is made from.
type Content struct {
	Plan
	Parts     []Part // of the base
	Deltas    []DeltaParts
	Base      *Plan             // nil when there are no deltas
	Versions  map[string]string // mapping, method, schema
	Publisher publication.Publisher
	License   string
	Policy    string
}

// DeltaParts are the objects of a delta.
type DeltaParts struct {
	Delta
	Parts []Part
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
		Cursor:    Cursor(c.ID),
		Datasets:  datasets(c.Parts),
	}
	m.Counts, m.Window = measure(c.Partitions)
	m.Date = m.Window.To
	if c.Base != nil {
		counts, window := measure(c.Base.Partitions)
		m.Base = &publication.Base{Snapshot: c.Base.ID, Date: window.To, Counts: counts, Cursor: Cursor(c.Base.ID)}
	}
	for _, d := range c.Deltas {
		m.Deltas = append(m.Deltas, publication.Delta{
			Name: d.Name, From: d.From, To: d.To, Processes: d.Processes, Releases: d.Releases, Removed: d.Removed,
			RemovedReleases: d.RemovedReleases, Datasets: datasets(d.Parts),
		})
	}
	return m
}

// Cursor is the place in the feed at which a snapshot was cut. It names the
// snapshot, so that it is the same wherever the same was published.
func Cursor(id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(cursorVersion + id))
}

// cursorVersion tells cursors that name a snapshot from others.
const cursorVersion = "s."

// CursorOf reads a Cursor.
func CursorOf(plain []byte) (id string, ok bool) {
	return strings.CutPrefix(string(plain), cursorVersion)
}

func measure(partitions []Partition) (counts publication.Counts, window publication.Window) {
	for _, p := range partitions {
		switch p.Dataset {
		case Records:
			counts.Processes += p.Items
		case Releases:
			counts.Releases += p.Items
			if window.From.IsZero() || p.First.Before(window.From) {
				window.From = p.First.UTC()
			}
			if p.Last.After(window.To) {
				window.To = p.Last.UTC()
			}
		}
	}
	return counts, window
}

func datasets(all []Part) []publication.Dataset {
	list := []publication.Dataset{}
	parts := slices.SortedFunc(slices.Values(all), func(a, b Part) int {
		return cmp.Or(
			cmp.Compare(slices.Index(datasetOrder, a.Dataset), slices.Index(datasetOrder, b.Dataset)),
			cmp.Compare(a.Table, b.Table),
			cmp.Compare(a.Name, b.Name),
		)
	})
	for _, p := range parts {
		if n := len(list); n == 0 || list[n-1].Name != p.Dataset || list[n-1].Table != p.Table {
			list = append(list, publication.Dataset{Name: p.Dataset, Table: p.Table})
		}
		d := &list[len(list)-1]
		d.Objects = append(d.Objects, publication.Object{
			Period: p.Period, Name: p.Name, Key: p.Key, MediaType: p.MediaType,
			Bytes: p.Bytes, Rows: p.Rows, SHA256: p.SHA256.String(),
		})
	}
	return list
}

// Objects gives every object of a manifest, those of its deltas last.
func Objects(m publication.Manifest) iter.Seq2[publication.Dataset, publication.Object] {
	return func(yield func(publication.Dataset, publication.Object) bool) {
		sets := slices.Clone(m.Datasets)
		for _, d := range m.Deltas {
			sets = append(sets, d.Datasets...)
		}
		for _, d := range sets {
			for _, o := range d.Objects {
				if !yield(d, o) {
					return
				}
			}
		}
	}
}

// Sums writes the checksums of a manifest as sha256sum -c reads them.
func Sums(m publication.Manifest) []byte {
	var b bytes.Buffer
	for _, o := range Objects(m) {
		fmt.Fprintf(&b, "%s  %s\n", o.SHA256, o.Name)
	}
	return b.Bytes()
}

// Encode writes the manifest as it lies in the store: indented, because people
// read it, ending in a line feed.
func Encode(m publication.Manifest) ([]byte, error) { return encode(m) }

// EncodeLatest writes latest.json.
func EncodeLatest(id, manifest string) ([]byte, error) {
	return encode(publication.Latest{Snapshot: id, Manifest: manifest})
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
