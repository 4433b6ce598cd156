package goszakup

import (
	"time"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/proto/source"
)

// Origin names the portal's present interface.
func (c *Client) Origin() string { return source.OriginPortal }

// Entities lists what the portal has.
func (c *Client) Entities() []source.Entity {
	list := []source.Entity{source.Reference}
	for _, e := range source.Entities() {
		if _, ok := entities[e]; ok {
			list = append(list, e)
		}
	}
	return list
}

// daily is how often small registers without dates are read as a whole.
const daily = 24 * time.Hour

// Steps says how a batch reads an entity (reference of the API, section 8: which
// filters work).
func (c *Client) Steps(e source.Entity, b document.Batch) []document.Step {
	spec := entities[e]
	everything := document.Step{Walk: document.Walk{Entity: e}}
	queued := document.Step{Walk: document.Walk{Entity: e}, Way: document.WalkQueued}
	if e == source.Reference {
		everything.Every = c.cfg.References
		inspect := document.Step{Walk: document.Walk{Entity: e}, Way: document.Inspect}
		if b.From.IsZero() {
			return []document.Step{everything, inspect}
		}
		return []document.Step{everything, {Walk: document.Walk{Entity: e}, Way: document.Sweep}, queued, inspect}
	}
	if spec.whole {
		everything.Every = daily
		if b.From.IsZero() {
			return []document.Step{everything}
		}
		return []document.Step{everything, {Walk: document.Walk{Entity: e}, Way: document.Sweep}, queued}
	}
	if b.From.IsZero() {
		return []document.Step{everything}
	}
	var list []document.Step
	add := func(way document.Way, change func(*document.Step)) {
		s := document.Step{Walk: document.Walk{Entity: e}, Way: way}
		if change != nil {
			change(&s)
		}
		list = append(list, s)
	}
	since := func(s *document.Step) { s.Since = b.From }
	untilKnown := func(s *document.Step) { s.UntilKnown = true }
	switch {
	case spec.since != "":
		add(document.WalkThrough, since)
	case spec.window != "":
		add(document.WalkThrough, untilKnown)
		add(document.WalkThrough, since)
	default:
		// An edit of a plan point is a new row with a new id.
		add(document.WalkThrough, untilKnown)
	}
	if spec.children != "" {
		add(document.WalkChildren, nil)
	}
	if spec.withdrawn != "" {
		add(document.WalkThrough, func(s *document.Step) { s.Withdrawn, s.UntilKnown = true, true })
	}
	if spec.root == "" {
		return list // REST gives no single object of what only it lists
	}
	if len(spec.services) > 0 && spec.plainRoot == "" {
		add(document.WalkJournal, nil)
	}
	add(document.Compare, nil)
	return append(list, queued)
}
