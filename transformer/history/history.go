// Package history tells the story of one process: which releases its documents
// make, batch by batch, and the compiled release of them all. It is a pure
// function of the documents, so that the order of arrival, restarts and the
// number of workers never matter.
package history

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/mapping"
)

// Version is one stored version of a source document.
type Version struct {
	mapping.Document
	Batch     int64 // batch that saw this version first
	Hash      []byte
	ChangedAt time.Time // by the source's own dates; zero when it gives none
	FetchedAt time.Time
	URL       string
}

// Input is all versions of all documents that bear on one process.
type Input struct {
	Key      process.Key
	Own      []Version
	Related  []Version
	Subjects []Version
	// Published are ids of releases that are stored already, which need no
	// second validation.
	Published []string
}

// Release is one release as published.
type Release struct {
	ID     string
	OCID   string
	Batch  int64
	Date   time.Time
	Tags   []string
	Body   []byte
	Digest []byte // SHA-256 of Body
	// Sources are the versions that the release was made of.
	Sources []Version
}

// Result is the history of a process.
type Result struct {
	OCID     string
	Batch    int64 // newest batch that changed a document of the process
	Releases []Release
	// Compiled is the compiled release, nil when there is no release.
	Compiled []byte
	Digest   []byte // SHA-256 of Compiled
	// Quarantine holds the errors of the newest batch, empty when it made a
	// release or needed none. QuarantineBatch is that batch.
	Quarantine      []mapping.Finding
	QuarantineBatch int64
	// Findings are the warnings of the newest state.
	Findings []mapping.Finding
}

// Merger merges releases, oldest first, into a compiled release.
type Merger interface {
	Compile(releases [][]byte) ([]byte, error)
}

// Validator checks documents against the standard with its extensions. Findings
// of severity error keep a process from being published.
type Validator interface {
	Release(body []byte) []mapping.Finding
	Compiled(body []byte) []mapping.Finding
}

// Builder builds histories. It is safe for many goroutines when its parts are.
type Builder struct {
	Config    mapping.Config
	Merger    Merger
	Validator Validator
}

// Build makes the history of a process: for every batch in which one of its own
// documents changed, the state as of that batch is mapped; a release is made
// when the content differs from the release before. Participants and related
// documents count as of the batch, without making releases of their own. A
// batch whose state cannot be mapped or published makes no release; its errors
// are the quarantine of the process until a later batch repairs it.
func (b *Builder) Build(in Input) (Result, error) {
	result := Result{OCID: in.Key.OCID(b.Config.OCIDPrefix)}
	own, related, subjects := newTimeline(in.Own), newTimeline(in.Related), newTimeline(in.Subjects)
	var published mapping.Object // what merging the releases so far gives
	var content mapping.Object   // of the release before
	var previous time.Time
	for _, batch := range own.batches() {
		result.Batch = batch
		changed := own.advance(batch)
		related.advance(batch)
		subjects.advance(batch)
		state := mapping.State{Key: in.Key, Own: own.documents(), Related: related.documents(), Subjects: subjects.documents()}
		release, findings := mapping.Map(b.Config, state)
		result.Findings, result.Quarantine, result.QuarantineBatch = findings, nil, 0
		hold := func(errors []mapping.Finding) { result.Quarantine, result.QuarantineBatch = errors, batch }
		if release == nil {
			hold(errorsOf(findings))
			continue
		}
		if content != nil && same(content, release) {
			continue
		}
		date := newest(changed)
		if date.IsZero() {
			date = mapping.Newest(release)
		}
		if date.IsZero() {
			hold([]mapping.Finding{{Rule: "source.date.missing", Severity: mapping.SeverityError, Pointer: "/date", Message: "no document of the process carries a date"}})
			continue
		}
		date = date.UTC().Truncate(time.Second)
		if !date.After(previous) {
			date = previous.Add(time.Second)
		}
		body := maps.Clone(release)
		if published != nil {
			withRemovals(body, published)
		}
		made := complete(result.OCID, body, Tags(published, release), date)
		made.Batch = batch
		if !slices.Contains(in.Published, made.ID) {
			if errors := errorsOf(b.Validator.Release(made.Body)); len(errors) > 0 {
				hold(errors)
				continue
			}
		}
		made.Sources = append(append(own.versions(), related.versions()...), subjects.versions()...)
		result.Releases = append(result.Releases, made)
		published = apply(published, body)
		content, previous = release, date
	}
	return result, b.compile(&result)
}

// compile merges the releases. Those with which the compiled release would
// break the standard are held back, the newest first.
func (b *Builder) compile(result *Result) error {
	bodies := make([][]byte, len(result.Releases))
	for i, r := range result.Releases {
		bodies[i] = r.Body
	}
	for n := len(bodies); n > 0; n-- {
		compiled, err := b.Merger.Compile(bodies[:n])
		if err != nil {
			return fmt.Errorf("merge the releases of %s: %w", result.OCID, err)
		}
		if errors := errorsOf(b.Validator.Compiled(compiled)); len(errors) > 0 {
			result.Quarantine, result.QuarantineBatch = errors, result.Releases[n-1].Batch
			result.Releases = result.Releases[:n-1]
			continue
		}
		sum := sha256.Sum256(compiled)
		result.Compiled, result.Digest = compiled, sum[:]
		return nil
	}
	return nil
}

// complete gives a body tags, date and id. The id is made of the content, so
// that the same change has the same id wherever it is computed: digits of the
// SHA-256 of the release with zeros in their place.
func complete(ocid string, body mapping.Object, tags []string, date time.Time) Release {
	zeros := strings.Repeat("0", idDigits)
	body["date"] = mapping.FormatTime(date)
	body["tag"] = stringList(tags)
	body["id"] = ocid + "-" + zeros
	text := mapping.AppendJSON(make([]byte, 0, 4096), body)
	sum := sha256.Sum256(text)
	digits := hex.EncodeToString(sum[:])[:idDigits]
	at := bytes.Index(text, []byte(`"id":"`+ocid+"-"+zeros+`"`)) + len(`"id":"`+ocid+"-")
	copy(text[at:], digits)
	for _, name := range []string{"date", "tag", "id"} {
		delete(body, name)
	}
	sum = sha256.Sum256(text)
	return Release{ID: ocid + "-" + digits, OCID: ocid, Date: date, Tags: tags, Body: text, Digest: sum[:]}
}

// idDigits is how many hexadecimal digits tell the releases of a process apart.
const idDigits = 12

func errorsOf(findings []mapping.Finding) []mapping.Finding {
	var errors []mapping.Finding
	for _, f := range findings {
		if f.Severity == mapping.SeverityError {
			errors = append(errors, f)
		}
	}
	return errors
}

func newest(versions []Version) time.Time {
	var t time.Time
	for _, v := range versions {
		if v.ChangedAt.After(t) {
			t = v.ChangedAt
		}
	}
	return t
}

func stringList(values []string) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// timeline walks through the versions of a set of documents, batch by batch.
type timeline struct {
	pending []Version // by batch
	current map[docKey]Version
}

type docKey struct {
	entity source.Entity
	id     string
}

func newTimeline(versions []Version) *timeline {
	sorted := slices.Clone(versions)
	slices.SortFunc(sorted, func(a, b Version) int {
		switch {
		case a.Batch != b.Batch:
			return int(a.Batch - b.Batch)
		case !a.ChangedAt.Equal(b.ChangedAt):
			return a.ChangedAt.Compare(b.ChangedAt)
		default:
			return bytes.Compare(a.Hash, b.Hash)
		}
	})
	return &timeline{pending: sorted, current: make(map[docKey]Version, len(versions))}
}

func (t *timeline) batches() []int64 {
	var batches []int64
	for _, v := range t.pending {
		if n := len(batches); n == 0 || batches[n-1] != v.Batch {
			batches = append(batches, v.Batch)
		}
	}
	return batches
}

// advance makes the versions up to a batch current and returns those that
// changed.
func (t *timeline) advance(batch int64) []Version {
	n := 0
	for n < len(t.pending) && t.pending[n].Batch <= batch {
		v := t.pending[n]
		t.current[docKey{v.Entity, v.ID}] = v
		n++
	}
	changed := t.pending[:n]
	t.pending = t.pending[n:]
	return changed
}

func (t *timeline) versions() []Version {
	all := make([]Version, 0, len(t.current))
	for _, v := range t.current {
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b Version) int {
		if c := bytes.Compare([]byte(a.Entity), []byte(b.Entity)); c != 0 {
			return c
		}
		return bytes.Compare([]byte(a.ID), []byte(b.ID))
	})
	return all
}

func (t *timeline) documents() []mapping.Document {
	documents := make([]mapping.Document, 0, len(t.current))
	for _, v := range t.current {
		documents = append(documents, v.Document)
	}
	return documents
}
