// Package pack writes release packages and record packages as streams, and
// takes packages apart.
package pack

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/kzocds/kzocds/ocds"
)

// Publisher of a package.
type Publisher struct {
	Name   string // required
	Scheme string // that holds UID, such as "KZ-BIN"
	UID    string
	URI    string
}

// Metadata of a package. URI, Publisher.Name, PublishedDate are required by the
// standard; empty optional fields are left out.
type Metadata struct {
	URI               string
	PublishedDate     string // RFC 3339; the date of the package, not of its releases
	Publisher         Publisher
	Extensions        []string // URLs of extension.json, in the order in which they apply
	License           string
	PublicationPolicy string
	Version           string   // "1.1" if empty
	Packages          []string // record packages only: URLs of the release packages used
}

// Missing names the required fields that are empty.
func (m Metadata) Missing() (names []string) {
	for _, f := range []struct{ name, value string }{{"uri", m.URI}, {"publisher.name", m.Publisher.Name}, {"publishedDate", m.PublishedDate}} {
		if f.value == "" {
			names = append(names, f.name)
		}
	}
	return names
}

// Kind of a package.
type Kind string

// The kinds of packages: the value is the name of their list.
const (
	Releases Kind = "releases"
	Records  Kind = "records"
)

// A Writer writes one package without holding its content: metadata first, then
// each release or record as it is added. Nothing is written before the first is
// added, as the standard wants at least one.
type Writer struct {
	w      io.Writer
	head   []byte
	count  int
	closed bool
}

// NewWriter starts a package; Close ends it. The error names required metadata that is missing.
func NewWriter(w io.Writer, kind Kind, m Metadata) (*Writer, error) {
	if missing := m.Missing(); missing != nil {
		return nil, fmt.Errorf("package metadata: %q missing", missing)
	}
	if kind != Releases && kind != Records {
		return nil, fmt.Errorf("package of %q: must be releases or records", kind)
	}
	return &Writer{w: w, head: m.appendTo(nil, kind)}, nil
}

// appendTo writes the package up to the first release or record.
func (m Metadata) appendTo(b []byte, kind Kind) []byte {
	member := func(name, value string) {
		if value == "" {
			return
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = ocds.AppendString(b, name)
		b = ocds.AppendString(append(b, ':'), value)
	}
	list := func(name string, values []string) {
		if len(values) == 0 {
			return
		}
		b = append(ocds.AppendString(append(b, ','), name), ':', '[')
		for i, v := range values {
			if i > 0 {
				b = append(b, ',')
			}
			b = ocds.AppendString(b, v)
		}
		b = append(b, ']')
	}
	version := m.Version
	if version == "" {
		version = "1.1"
	}
	b = append(b, '{')
	member("uri", m.URI)
	member("version", version)
	list("extensions", m.Extensions)
	member("publishedDate", m.PublishedDate)
	b = append(b, `,"publisher":{`...)
	member("name", m.Publisher.Name)
	member("scheme", m.Publisher.Scheme)
	member("uid", m.Publisher.UID)
	member("uri", m.Publisher.URI)
	b = append(b, '}')
	member("license", m.License)
	member("publicationPolicy", m.PublicationPolicy)
	if kind == Records {
		list("packages", m.Packages)
	}
	return append(append(append(b, `,"`...), kind...), `":[`...)
}

// Add writes one release or record, which must be JSON.
func (w *Writer) Add(item []byte) error {
	if w.closed {
		return errors.New("package is closed")
	}
	if w.count == 0 {
		if _, err := w.w.Write(w.head); err != nil {
			return err
		}
	} else if _, err := io.WriteString(w.w, ",\n"); err != nil {
		return err
	}
	w.count++
	_, err := w.w.Write(bytes.TrimSpace(item))
	return err
}

// Count is the number of items added.
func (w *Writer) Count() int { return w.count }

// ErrEmpty is the error of a package without releases or records.
var ErrEmpty = errors.New("a package must have at least one release or record")

// Close ends the package. It does not close the underlying writer.
func (w *Writer) Close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	if w.count == 0 {
		return ErrEmpty
	}
	_, err := io.WriteString(w.w, "]}\n")
	return err
}

// Record is the content of a record.
type Record struct {
	OCID      string
	Releases  [][]byte // whole releases, oldest first; or Links
	Links     []Link
	Compiled  []byte // nil: left out
	Versioned []byte // nil: left out
}

// Link refers to a release in a package.
type Link struct {
	URL  string // of the package, # and the release id
	Date string
	Tag  []string
}

// AppendTo appends the record as JSON.
func (r Record) AppendTo(b []byte) []byte {
	b = append(ocds.AppendString(append(b, `{"ocid":`...), r.OCID), `,"releases":[`...)
	for i, release := range r.Releases {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, release...)
	}
	for i, l := range r.Links {
		if i > 0 {
			b = append(b, ',')
		}
		b = l.appendTo(b)
	}
	b = append(b, ']')
	if r.Compiled != nil {
		b = append(append(b, `,"compiledRelease":`...), r.Compiled...)
	}
	if r.Versioned != nil {
		b = append(append(b, `,"versionedRelease":`...), r.Versioned...)
	}
	return append(b, '}')
}

func (l Link) appendTo(b []byte) []byte {
	b = ocds.AppendString(append(b, `{"url":`...), l.URL)
	b = ocds.AppendString(append(b, `,"date":`...), l.Date)
	if len(l.Tag) > 0 {
		b = append(b, `,"tag":[`...)
		for i, t := range l.Tag {
			if i > 0 {
				b = append(b, ',')
			}
			b = ocds.AppendString(b, t)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// Read takes the metadata of a package from its JSON.
func (m *Metadata) Read(p ocds.Value) {
	text := func(v ocds.Value) string {
		if v.Kind() != ocds.String {
			return ""
		}
		return v.Text()
	}
	list := func(v ocds.Value) (values []string) {
		for _, e := range v.Items() {
			if e.Kind() == ocds.String {
				values = append(values, e.Text())
			}
		}
		return values
	}
	publisher := p.Get("publisher")
	*m = Metadata{
		URI: text(p.Get("uri")), PublishedDate: text(p.Get("publishedDate")), Version: text(p.Get("version")),
		Publisher: Publisher{
			Name: text(publisher.Get("name")), Scheme: text(publisher.Get("scheme")),
			UID: text(publisher.Get("uid")), URI: text(publisher.Get("uri")),
		},
		Extensions: list(p.Get("extensions")), License: text(p.Get("license")),
		PublicationPolicy: text(p.Get("publicationPolicy")), Packages: list(p.Get("packages")),
	}
}

// Items is the releases or records of a parsed package, and what they are; ok is
// false if it is no package.
func Items(p ocds.Value) (kind Kind, items ocds.Value, ok bool) {
	for _, kind := range []Kind{Releases, Records} {
		if list := p.Get(string(kind)); list.Kind() == ocds.Array && (kind == Records || !p.Get("ocid").Ok()) {
			return kind, list, true
		}
	}
	return "", ocds.Value{}, false
}
