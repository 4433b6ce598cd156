// Package publication takes what arrives as OCDS already into the history of
// processes.
//
// Of a process that another publisher has given an ocid, the releases pass
// through (Reader): they keep their id, date, tags and content. Of a process of
// the portal, its older feeds add the facts that its present interface lacks
// (Supplement). Both see documents that have crossed the boundary for personal
// data (Boundary).
package publication

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/history"
	"github.com/kzocds/kzocds/transformer/mapping"
)

// Rules of findings.
const (
	RuleBody = "source.json.malformed"
	RuleDate = "ocds.date.unreadable"
	RuleTag  = "ocds.tag.missing"
)

// Reader passes the releases of another publisher through. It implements
// history.Reader.
type Reader struct {
	// Validator checks releases. What it objects to is reported and no reason to
	// hold a release back: publications that break the schema somewhere are the
	// rule, and all the rest of them can be used.
	Validator history.Validator
}

var _ history.Reader = Reader{}

// Read implements history.Reader. A release without a readable date has no place
// in a history and is an error.
func (r Reader) Read(state mapping.State) ([]history.Foreign, []mapping.Finding) {
	var releases []history.Foreign
	var findings []mapping.Finding
	documents := slices.Clone(state.Own)
	slices.SortFunc(documents, func(a, b mapping.Document) int { return strings.Compare(a.ID, b.ID) })
	for _, d := range documents {
		tell := func(rule, severity, pointer, value, message string) {
			findings = append(findings, mapping.Finding{Rule: rule, Severity: severity, Entity: d.Entity, ID: d.ID, Pointer: pointer, Message: message, Value: value})
		}
		if d.Entity != source.OCDSRelease || d.Deleted {
			continue // a release that its publisher has withdrawn stays part of the history
		}
		if d.Body == nil {
			tell(RuleBody, mapping.SeverityError, "", "", d.Fault)
			continue
		}
		text, _ := d.Body["date"].(string)
		date, exact, ok := ocds.ParseTime([]byte(strings.TrimSpace(text)))
		if !ok {
			tell(RuleDate, mapping.SeverityError, "/date", fmt.Sprint(d.Body["date"]), "the release has no date that can be read, so that it has no place among the others")
			continue
		}
		if r.Validator != nil {
			for _, f := range r.Validator.Release(mapping.AppendJSON(nil, d.Body)) {
				tell(f.Rule, mapping.SeverityWarning, f.Pointer, f.Value, f.Message)
			}
		}
		release := history.Foreign{ID: idOf(d.Body["id"]), Date: date.UTC(), Content: mapping.Object{}, DocumentID: d.ID}
		for name, value := range d.Body {
			if name != "id" && name != "tag" && (name != "date" || exact) {
				release.Content[name] = value
			}
		}
		if release.Tags = tagsOf(d.Body); len(release.Tags) == 0 {
			release.Tags = []string{stageOf(d.Body)}
			tell(RuleTag, mapping.SeverityWarning, "/tag", "", "the release has no tag; it got that of the last stage that it tells about")
		}
		releases = append(releases, release)
	}
	return releases, findings
}

// idOf is an id, which the standard lets be text or a whole number.
func idOf(value any) string {
	switch v := value.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	}
	return ""
}

func tagsOf(body mapping.Object) []string {
	var tags []string
	list, _ := body["tag"].([]any)
	for _, element := range list {
		if tag, ok := element.(string); ok && tag != "" {
			tags = append(tags, tag)
		}
	}
	return tags
}

// stageOf is the tag of the last stage of a release.
func stageOf(body mapping.Object) string {
	for _, stage := range []struct{ member, tag string }{{"contracts", "contract"}, {"awards", "award"}, {"bids", "tenderUpdate"}, {"tender", "tender"}} {
		if body[stage.member] != nil {
			return stage.tag
		}
	}
	return "planning"
}
