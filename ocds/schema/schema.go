// Package schema holds the OCDS 1.1.5 schemas, code lists and registered
// extensions, and applies extensions to the schemas: an extension is a JSON merge patch
// (RFC 7396) over the release schema plus changes to code lists.
//
// The files are embedded, so nothing is fetched.
package schema

import (
	"bytes"
	"embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/kzocds/kzocds/ocds"
)

//go:embed 1.1.5 extensions registry LICENSE NOTICE
var files embed.FS

// Version is the version of the standard the embedded schemas are.
const Version = "1.1.5"

// BaseURL is where the schemas refer to one another.
const BaseURL = "https://standard.open-contracting.org/schema/1__1__5/"

// Extension is a profile of changes to the schemas and code lists.
type Extension struct {
	ID      string // registry id, or the extension's name
	Version string // "master", "v1.1.5" …; empty when it was not read from the registry
	URL     string // of its extension.json: what a package lists under extensions
	Name    string // English name

	Release        []byte            // merge patch over the release schema; nil if none
	ReleasePackage []byte            // merge patch over the release package schema; nil if none
	RecordPackage  []byte            // merge patch over the record package schema; nil if none
	Codelists      map[string][]byte // CSV by file name; "+name.csv" adds codes, "-name.csv" removes
}

// Codes is the content of a code list.
type Codes map[string]bool

// Schema is the standard with extensions applied.
type Schema struct {
	release        []byte
	releasePackage []byte
	recordPackage  []byte
	versioned      []byte
	codelists      map[string]Codes
	problems       []string
}

// Core is the standard without extensions.
var Core = sync.OnceValue(func() *Schema {
	s, err := New()
	if err != nil {
		panic("embedded schemas: " + err.Error()) // they are part of the program
	}
	return s
})

// New applies extensions in the given order.
func New(extensions ...Extension) (*Schema, error) {
	s := &Schema{
		release:        embedded("1.1.5/release-schema.json"),
		releasePackage: embedded("1.1.5/release-package-schema.json"),
		recordPackage:  embedded("1.1.5/record-package-schema.json"),
		versioned:      embedded("1.1.5/versioned-release-validation-schema.json"),
		codelists:      map[string]Codes{},
	}
	lists, err := fs.Glob(files, "1.1.5/codelists/*.csv")
	if err != nil {
		return nil, err
	}
	for _, name := range lists {
		codes, err := readCodes(embedded(name))
		if err != nil {
			return nil, fmt.Errorf("code list %s: %w", name, err)
		}
		s.codelists[path.Base(name)] = codes
	}
	for _, e := range extensions {
		if err := s.apply(e); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// WithRelease is the standard with another release schema, for example one with a
// publisher's extensions already applied, or version 1.0.
func WithRelease(release []byte, extensions ...Extension) (*Schema, error) {
	if _, err := ocds.Parse(release); err != nil {
		return nil, fmt.Errorf("release schema: %w", err)
	}
	s, err := New()
	if err != nil {
		return nil, err
	}
	s.release = bytes.Clone(release)
	for _, e := range extensions {
		if err := s.apply(e); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func embedded(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err) // the name is a constant of this package
	}
	return b
}

func (s *Schema) apply(e Extension) (err error) {
	for _, p := range []struct {
		target *[]byte
		patch  []byte
	}{{&s.release, e.Release}, {&s.releasePackage, e.ReleasePackage}, {&s.recordPackage, e.RecordPackage}} {
		if p.patch == nil {
			continue
		}
		if *p.target, err = Patch(*p.target, p.patch); err != nil {
			return fmt.Errorf("extension %s: %w", e.ID, err)
		}
	}
	for _, file := range slices.Sorted(maps.Keys(e.Codelists)) {
		codes, err := readCodes(e.Codelists[file])
		if err != nil {
			return fmt.Errorf("extension %s: code list %s: %w", e.ID, file, err)
		}
		list := strings.TrimLeft(file, "+-")
		known, ok := s.codelists[list]
		switch file[0] {
		case '+':
			if !ok {
				s.problems = append(s.problems, fmt.Sprintf("extension %s adds codes to an unknown code list %s", e.ID, list))
				known = Codes{}
			} else {
				known = maps.Clone(known)
			}
			maps.Copy(known, codes)
			s.codelists[list] = known
		case '-':
			if !ok {
				s.problems = append(s.problems, fmt.Sprintf("extension %s removes codes from an unknown code list %s", e.ID, list))
				continue
			}
			known = maps.Clone(known)
			for _, code := range slices.Sorted(maps.Keys(codes)) {
				if !known[code] {
					s.problems = append(s.problems, fmt.Sprintf("extension %s removes %q from %s, which does not have it", e.ID, code, list))
				}
				delete(known, code)
			}
			s.codelists[list] = known
		default:
			s.codelists[list] = codes
		}
	}
	return nil
}

// Patch applies an RFC 7396 merge patch to a schema.
func Patch(schema, patch []byte) ([]byte, error) {
	var d ocds.Document
	target, err := d.Parse(schema)
	if err != nil {
		return nil, err
	}
	change, err := d.Parse(patch)
	if err != nil {
		return nil, fmt.Errorf("patch: %w", err)
	}
	return ocds.MergePatch(target, change).AppendTo(nil), nil
}

// Release is the release schema (JSON Schema draft 4 with OCDS keywords).
func (s *Schema) Release() []byte { return s.release }

// ReleasePackage is the release package schema; it refers to the release schema
// as BaseURL + "release-schema.json".
func (s *Schema) ReleasePackage() []byte { return s.releasePackage }

// RecordPackage is the record package schema; it refers to the release and
// versioned release schemas by BaseURL.
func (s *Schema) RecordPackage() []byte { return s.recordPackage }

// Versioned is the schema of a versioned release. Extensions do not change it:
// fields they add are not described by it.
func (s *Schema) Versioned() []byte { return s.versioned }

// Codelist is the code list of that file name, such as "documentType.csv".
func (s *Schema) Codelist(file string) (Codes, bool) {
	codes, ok := s.codelists[file]
	return codes, ok
}

// Problems are the faults of extensions that do not stop their use: changes of
// unknown code lists and removals of unknown codes.
func (s *Schema) Problems() []string { return s.problems }

func readCodes(b []byte) (Codes, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil {
		return nil, err
	}
	column := slices.IndexFunc(head, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), "code") })
	if column < 0 {
		return nil, fmt.Errorf("has no column Code")
	}
	codes := Codes{}
	for {
		row, err := r.Read()
		if err == io.EOF {
			return codes, nil
		}
		if err != nil {
			return nil, err
		}
		if column < len(row) && row[column] != "" {
			codes[row[column]] = true
		}
	}
}

// registered lists the embedded extensions: URL of extension.json -> folder, and
// id -> versions in the registry's order.
var registered = sync.OnceValue(func() (index struct {
	folder     map[string]string
	versions   map[string][]string
	url        map[string]string
	repository map[string][]string // -> id@version
}) {
	index.folder, index.versions, index.url, index.repository = map[string]string{}, map[string][]string{}, map[string]string{}, map[string][]string{}
	rows, err := csv.NewReader(bytes.NewReader(embedded("registry/extension_versions.csv"))).ReadAll()
	if err != nil {
		panic(err) // embedded
	}
	for _, row := range rows[1:] {
		id, version, base := row[0], row[2], row[3]
		folder := path.Join("extensions", id, version)
		if _, err := fs.Stat(files, folder); err != nil {
			continue
		}
		index.folder[base+"extension.json"] = folder
		index.url[folder] = base + "extension.json"
		index.versions[id] = append(index.versions[id], version)
		home := Repository(base + "extension.json")
		index.repository[home] = append(index.repository[home], id+"@"+version)
	}
	return index
})

// Registered names the embedded extensions, each as "id@version", sorted.
func Registered() []string {
	var names []string
	for id, versions := range registered().versions {
		for _, v := range versions {
			names = append(names, id+"@"+v)
		}
	}
	slices.Sort(names)
	return names
}

// Named is the embedded extensions of those names: a registry id ("lots", its
// maintained version) or id and version ("lots@v1.1.5").
func Named(names ...string) ([]Extension, error) {
	extensions := make([]Extension, 0, len(names))
	for _, name := range names {
		id, version, chosen := strings.Cut(name, "@")
		versions := registered().versions[id]
		if !chosen {
			for _, v := range []string{"master", "1.1", "v1.1.5"} {
				if slices.Contains(versions, v) {
					version = v
					break
				}
			}
		}
		if !slices.Contains(versions, version) {
			return nil, fmt.Errorf("no registered extension %q is embedded; known are %s", name, strings.Join(Registered(), ", "))
		}
		e, err := byFolder(path.Join("extensions", id, version))
		if err != nil {
			return nil, err
		}
		extensions = append(extensions, e)
	}
	return extensions, nil
}

// The extensions moved from one owner to another in 2017; the old addresses lead to
// the new ones and are still declared.
const formerOwner, presentOwner = "https://raw.githubusercontent.com/open-contracting/ocds_", "https://raw.githubusercontent.com/open-contracting-extensions/ocds_"

func presentURL(url string) string {
	if rest, moved := strings.CutPrefix(url, formerOwner); moved {
		return presentOwner + rest
	}
	return url
}

// Repository is what the URLs of extension.json of all versions of an extension have in common.
func Repository(url string) string {
	home := strings.TrimSuffix(presentURL(url), "/extension.json")
	if at := strings.LastIndexByte(home, '/'); at >= 0 {
		home = home[:at]
	}
	return home
}

// Versions names the embedded versions of the extension that a URL is of, each as "id@version".
func Versions(url string) []string { return registered().repository[Repository(url)] }

// ByURL is the embedded extension a package names by the URL of its extension.json.
func ByURL(url string) (Extension, bool) {
	folder, ok := registered().folder[presentURL(url)]
	if !ok {
		return Extension{}, false
	}
	e, err := byFolder(folder)
	return e, err == nil
}

func byFolder(folder string) (Extension, error) {
	sub, err := fs.Sub(files, folder)
	if err != nil {
		return Extension{}, err
	}
	e, err := Read(sub)
	if err != nil {
		return Extension{}, fmt.Errorf("extension %s: %w", folder, err)
	}
	e.ID, e.Version, e.URL = path.Base(path.Dir(folder)), path.Base(folder), registered().url[folder]
	return e, nil
}

// Read reads an extension from a folder with extension.json, the schemas it
// lists (release-schema.json if it lists none) and codelists/*.csv.
func Read(fsys fs.FS) (Extension, error) {
	metadata, err := fs.ReadFile(fsys, "extension.json")
	if err != nil {
		return Extension{}, err
	}
	var m struct {
		Name    json.RawMessage
		Schemas []string
	}
	if err := json.Unmarshal(metadata, &m); err != nil {
		return Extension{}, fmt.Errorf("extension.json: %w", err)
	}
	var e Extension
	var names map[string]string
	if json.Unmarshal(m.Name, &names) == nil {
		e.Name = names["en"]
	} else if err := json.Unmarshal(m.Name, &e.Name); err != nil {
		return Extension{}, fmt.Errorf("extension.json: name is neither a string nor an object of strings")
	}
	e.ID = e.Name
	for name, patch := range map[string]*[]byte{
		"release-schema.json":         &e.Release,
		"release-package-schema.json": &e.ReleasePackage,
		"record-package-schema.json":  &e.RecordPackage,
	} {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			if slices.Contains(m.Schemas, name) {
				return Extension{}, err
			}
			continue
		}
		if _, err := ocds.Parse(b); err != nil {
			return Extension{}, fmt.Errorf("%s: %w", name, err)
		}
		*patch = b
	}
	lists, err := fs.Glob(fsys, "codelists/*.csv")
	if err != nil {
		return Extension{}, err
	}
	for _, name := range lists {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return Extension{}, err
		}
		if e.Codelists == nil {
			e.Codelists = map[string][]byte{}
		}
		e.Codelists[path.Base(name)] = b
	}
	return e, nil
}

// File is an embedded file by its path, such as "1.1.5/codelists/documentType.csv"
// or "extensions/lots/master/release-schema.json".
func File(name string) ([]byte, error) { return files.ReadFile(name) }
