// Package history tells the story of one process: which releases its documents
// make, batch by batch, and the compiled release of them all. It is a pure
// function of the documents, so that the order of arrival, restarts and the
// number of workers never matter.
//
// A history is a fold over batches: what a batch adds depends on the documents
// as of the batch and on the State that the batches before have led to. Going on
// from a stored state therefore gives what beginning anew gives.
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
	Origin    string
}

// Input is what bears on one process. When the history goes on from a state,
// versions of its batch and before only say what the documents were then: the
// newest of each document is enough.
type Input struct {
	Key      process.Key
	Own      []Version
	Related  []Version
	Subjects []Version
	// Listed reports whether the source's dictionaries have a code of a code list
	// (mapping.State.Listed).
	Listed func(list, code string) bool
	// Before is where the history stands; zero to begin anew.
	Before State
}

// State is where a history stands after some batches.
type State struct {
	Batch    int64     // documents up to this batch were looked at
	Releases int       // made so far
	Date     time.Time // of the newest release
	Content  []byte    // SHA-256 of the mapped content of the newest release
	Compiled []byte    // compiled release; nil when there is no release
	Digest   []byte    // SHA-256 of Compiled; nil where nothing was added to it
}

// Release is one release as published.
type Release struct {
	ID      string
	OCID    string
	Ordinal int // 1 for the first of the process
	Batch   int64
	Date    time.Time
	Tags    []string
	Body    []byte
	Digest  []byte // SHA-256 of Body
	// Sources are the versions that the release was made of.
	Sources []Version
}

// Result is what was added to the history of a process.
type Result struct {
	OCID string
	// Looked is the newest batch with a document of the process that was looked
	// at; 0 when there was none, and then the rest says nothing new.
	Looked int64
	// Releases are the new ones.
	Releases []Release
	State    State
	Buyer    string // id of the buyer in the newest content, "" when none is named
	// Quarantine holds the errors of the newest batch, empty when it made a
	// release or needed none. QuarantineBatch is that batch.
	Quarantine      []mapping.Finding
	QuarantineBatch int64
	// Findings are the warnings of the newest state.
	Findings []mapping.Finding
}

// Merger merges releases, oldest first, into a compiled release. Extending a
// compiled release by a newer one gives the bytes of compiling all anew.
type Merger interface {
	Compile(releases [][]byte) ([]byte, error)
	Extend(compiled, release []byte) ([]byte, error)
}

// Validator checks documents against the standard with its extensions. Findings
// of severity error keep a process from being published. A compiled release of a
// single release is held to everything that the release is held to.
type Validator interface {
	Release(body []byte) []mapping.Finding
	Compiled(body []byte) []mapping.Finding
}

// Builder builds histories. It is safe for many goroutines when its parts are.
type Builder struct {
	Config    mapping.Config
	Mapper    Mapper // of the portal's processes; nil maps them with package mapping alone
	Reader    Reader // of processes that another publisher has given an ocid
	Merger    Merger
	Validator Validator
}

// Build continues the history of a process: for every later batch in which one
// of its own documents changed, the state as of that batch is mapped; a release
// is made when the content differs from the release before. Participants and
// related documents count as of the batch, without making releases of their
// own. A batch whose state cannot be mapped, or whose release would break the
// standard, by itself or merged with those before, makes no release; its errors
// are the quarantine of the process until a later batch repairs it.
func (b *Builder) Build(in Input) (Result, error) {
	if in.Key.Foreign() {
		return b.foreign(in)
	}
	t := &telling{
		Builder: b, key: in.Key, state: in.Before, listed: in.Listed,
		own: newTimeline(in.Own), related: newTimeline(in.Related), subjects: newTimeline(in.Subjects),
		result: Result{OCID: in.Key.OCID(b.Config.OCIDPrefix)},
	}
	for _, timeline := range []*timeline{t.own, t.related, t.subjects} {
		timeline.advance(in.Before.Batch)
	}
	for _, batch := range t.own.batches() {
		if err := t.batch(batch); err != nil {
			return Result{}, err
		}
	}
	t.result.State = t.state
	return t.result, nil
}

// telling is a history under way.
type telling struct {
	*Builder
	key                    process.Key
	own, related, subjects *timeline
	listed                 func(list, code string) bool
	state                  State
	published              mapping.Object // content of state.Compiled, read when it is needed
	result                 Result
}

func (t *telling) batch(batch int64) error {
	changed := t.own.advance(batch)
	t.related.advance(batch)
	t.subjects.advance(batch)
	t.state.Batch = batch
	r := &t.result
	r.Looked, r.Quarantine, r.QuarantineBatch = batch, nil, 0
	content, findings := t.mapped(mapping.State{Key: t.key, Own: t.own.documents(), Related: t.related.documents(), Subjects: t.subjects.documents(), Listed: t.listed})
	r.Findings = findings
	hold := func(errors []mapping.Finding) error {
		r.Quarantine, r.QuarantineBatch = errors, batch
		return nil
	}
	if errors := errorsOf(findings); content == nil || len(errors) > 0 {
		return hold(errors)
	}
	r.Buyer = buyerOf(content)
	text := write(content)
	defer text.free()
	sum := text.digest()
	if t.state.Releases > 0 && bytes.Equal(sum, t.state.Content) {
		return nil
	}
	date := newest(changed)
	if date.IsZero() {
		date = mapping.Newest(content)
	}
	if date.IsZero() {
		return hold([]mapping.Finding{{Rule: "source.date.missing", Severity: mapping.SeverityError, Pointer: "/date", Message: "no document of the process carries a date"}})
	}
	date = date.UTC().Truncate(time.Second)
	if !date.After(t.state.Date) {
		date = t.state.Date.Add(time.Second)
	}
	release, errors, err := t.release(content, text, date)
	if err != nil {
		return err
	}
	if len(errors) > 0 {
		return hold(errors)
	}
	release.Batch = batch
	release.Sources = slices.Concat(t.own.versions(), t.related.versions(), t.subjects.versions())
	r.Releases = append(r.Releases, release)
	t.state.Content = sum
	return nil
}

// release makes the next release of content, of which text is the JSON, and
// merges it, unless one of the two would break the standard.
func (t *telling) release(content mapping.Object, text *members, date time.Time) (Release, []mapping.Finding, error) {
	first := t.state.Releases == 0
	if !first {
		if t.published == nil {
			published, err := decode(t.state.Compiled)
			if err != nil {
				return Release{}, nil, fmt.Errorf("read the compiled release of %s: %w", t.result.OCID, err)
			}
			t.published = published
		}
		body := maps.Clone(content)
		withRemovals(body, t.published)
		text = write(body)
		defer text.free()
	}
	made := complete(t.result.OCID, text, Tags(t.published, content), date)
	made.Ordinal = t.state.Releases + 1
	var compiled []byte
	var err error
	if first {
		compiled, err = t.Merger.Compile([][]byte{made.Body})
	} else {
		// The compiled release says what the first release says, but later ones
		// have nulls besides.
		if errors := errorsOf(t.Validator.Release(made.Body)); len(errors) > 0 {
			return Release{}, errors, nil
		}
		compiled, err = t.Merger.Extend(t.state.Compiled, made.Body)
	}
	if err != nil {
		return Release{}, nil, fmt.Errorf("merge the releases of %s: %w", t.result.OCID, err)
	}
	if errors := errorsOf(t.Validator.Compiled(compiled)); len(errors) > 0 {
		return Release{}, errors, nil
	}
	t.state.Releases, t.state.Date, t.state.Compiled, t.published = made.Ordinal, date, compiled, nil
	t.state.Digest = Digest(compiled)
	return made, nil, nil
}

func (b *Builder) mapped(state mapping.State) (mapping.Object, []mapping.Finding) {
	if b.Mapper == nil {
		return mapping.Map(b.Config, state)
	}
	return b.Mapper.Map(state)
}

// buyerOf is the id of the buyer, or of who procures for buyers.
func buyerOf(content mapping.Object) string {
	for _, o := range []mapping.Object{member(content, "buyer"), member(member(content, "tender"), "procuringEntity")} {
		if id, _ := o["id"].(string); id != "" {
			return id
		}
	}
	return ""
}

// complete gives the members of a body tags, date and id. The id is made of the
// content, so that the same change has the same id wherever it is computed: digits
// of the SHA-256 of the release with zeros in their place.
func complete(ocid string, body *members, tags []string, date time.Time) Release {
	const zeros = "000000000000"
	id := ocid + "-"
	text, at := body.release(id+zeros, tags, mapping.FormatTime(date))
	digits := hex.EncodeToString(Digest(text))[:len(zeros)]
	copy(text[at+len(id):], digits)
	return Release{ID: id + digits, OCID: ocid, Date: date, Tags: tags, Body: text, Digest: Digest(text)}
}

// Digest is the SHA-256 of a text.
func Digest(text []byte) []byte {
	sum := sha256.Sum256(text)
	return sum[:]
}

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
		if c := strings.Compare(string(a.Entity), string(b.Entity)); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
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
