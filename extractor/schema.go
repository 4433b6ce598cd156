package extractor

import (
	"context"
	"slices"
	"strings"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/fault"
)

// inspect compares the schema that the source shows with the one that it showed
// last, and notes what has come, gone and changed. A source that shows none is told
// about, and goes on being read: what its answers show is noted anyway.
func (x *extraction) inspect(ctx context.Context, at document.Crawl, t tour) (document.Crawl, error) {
	over := func(to *document.Crawl) { to.Cursor = t.over() }
	from, able := t.from.(inspectable)
	if !able {
		return x.save(ctx, at, t.from, nil, over)
	}
	now, err := from.Schema(ctx)
	if fault.KindOf(err) == fault.Invalid {
		x.log.WarnContext(ctx, "the source's schema could not be compared with the last one", "error", err)
		return x.save(ctx, at, t.from, nil, over)
	}
	if err != nil {
		return at, err
	}
	last, err := x.store.Schema(ctx, t.from.Origin())
	if err != nil {
		return at, err
	}
	drift := schemaDrift(last, now)
	for _, d := range drift {
		if d.Kind == document.UnknownField {
			x.log.WarnContext(ctx, "the source's schema has a new member", "member", d.Field)
		} else {
			x.log.ErrorContext(ctx, "the source's schema has changed under a member", "member", d.Field, "kind", d.Kind)
		}
	}
	return x.save(ctx, at, t.from, []document.Page{{Drift: drift, Schema: now}}, over)
}

// schemaDrift is how a schema differs from the one before; nothing when there is
// none before.
func schemaDrift(before, now []document.Member) []document.Drift {
	if len(before) == 0 {
		return nil
	}
	types := make(map[string]string, len(before))
	for _, m := range before {
		types[m.Name] = m.Type
	}
	var list []document.Drift
	note := func(kind, field string) {
		list = append(list, document.Drift{Entity: document.Schema, Field: field, Kind: kind})
	}
	for _, m := range now {
		switch old, known := types[m.Name]; {
		case !known:
			note(document.UnknownField, m.Name)
		case old != m.Type:
			note(document.RetypedField, m.Name+": "+m.Type+", was "+old)
		}
		delete(types, m.Name)
	}
	for name := range types {
		note(document.VanishedField, name)
	}
	slices.SortFunc(list, func(a, b document.Drift) int { return strings.Compare(a.Field, b.Field) })
	return list
}
