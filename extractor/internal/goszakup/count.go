package goszakup

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

// Counted says whether the portal can count objects of an entity by date.
func (c *Client) Counted(e source.Entity) bool { return entities[e].counted != "" }

// Total is how many objects of an entity the portal says it has, -1 when it has
// no such register.
func (c *Client) Total(ctx context.Context, e source.Entity) (int64, error) {
	if e == source.Reference {
		return c.dictionaryTotal(ctx)
	}
	if _, ok := entities[e]; !ok {
		return 0, fault.New(fault.Invalid, "the portal has no entity %q", e).At("entity")
	}
	return c.Count(ctx, e, time.Time{}, time.Time{})
}

// Count is how many objects the portal says to have whose date is in [from, to).
// The portal takes both ends as belonging to the window, to the second.
func (c *Client) Count(ctx context.Context, e source.Entity, from, to time.Time) (int64, error) {
	if spec := entities[e]; spec.root == "" {
		p, _, err := c.list(ctx, spec.list, "", 1)
		if fault.KindOf(err) == fault.NotFound {
			return -1, nil
		}
		return int64(p.Total), err
	}
	s, err := c.names(ctx, e, window(e, from, to), "", 1)
	if lostRoot(err, entities[e].root) {
		return -1, nil
	}
	return s.total, err
}

// Highest is the highest id of an entity and how many objects there are.
func (c *Client) Highest(ctx context.Context, e source.Entity) (id, objects int64, err error) {
	if spec, ok := entities[e]; !ok || spec.whole {
		return 0, 0, nil
	}
	list, _, err := c.ListBelow(ctx, e, 0)
	if lostRoot(err, entities[e].root) || fault.KindOf(err) == fault.NotFound {
		return 0, 0, nil
	}
	if err != nil || len(list) == 0 {
		return 0, 0, err
	}
	if id, err = strconv.ParseInt(list[0].ID, 10, 64); err != nil {
		return 0, 0, fault.Wrap(fault.Internal, err, "the highest id of %s", e)
	}
	objects, err = c.Count(ctx, e, time.Time{}, time.Time{})
	return id, objects, err
}

// PageSize is how many objects a request for an entity brings at most.
func (c *Client) PageSize(e source.Entity) int {
	if entities[e].root == "" {
		return c.cfg.PageREST
	}
	return c.pageSize()
}

// window is the filter of objects whose date is in [from, to).
func window(e source.Entity, from, to time.Time) map[string]any {
	if from.IsZero() && to.IsZero() {
		return nil
	}
	var ends [2]string
	if !from.IsZero() {
		ends[0] = local(from)
	}
	if !to.IsZero() {
		ends[1] = local(to.Add(-time.Second))
	}
	return map[string]any{entities[e].counted: ends[:]}
}

var filterType = regexp.MustCompile(`\$filter: (\w+)`)

// names asks for no more of the objects of an entity than their key and date.
func (c *Client) names(ctx context.Context, e source.Entity, filter map[string]any, after string, limit int) (slice, error) {
	spec := entities[e]
	text, err := query(e)
	if err != nil {
		return slice{}, err
	}
	kind := filterType.FindStringSubmatch(text)
	if kind == nil {
		return slice{}, fault.New(fault.Internal, "the query of %s has no filter", e)
	}
	short := fmt.Sprintf("query %s($filter: %s, $limit: Int, $after: Int) {\n  %s(filter: $filter, limit: $limit, after: $after) { %s %s }\n}\n",
		spec.root, kind[1], spec.root, spec.key, spec.counted)
	return c.put(ctx, e, short, filter, after, limit)
}

// List names the objects of a window.
func (c *Client) List(ctx context.Context, e source.Entity, from, to time.Time) ([]document.Listing, error) {
	var list []document.Listing
	seen := map[string]bool{}
	for after := ""; ; {
		page, next, err := c.listed(ctx, e, window(e, from, to), after)
		if err != nil {
			return nil, err
		}
		for _, l := range page {
			if !seen[l.ID] {
				seen[l.ID] = true
				list = append(list, l)
			}
		}
		if next == "" {
			return list, nil
		}
		after = next
	}
}

// ListBelow names a page of objects with ids below one.
func (c *Client) ListBelow(ctx context.Context, e source.Entity, below int64) ([]document.Listing, int64, error) {
	after := ""
	if below > 0 {
		after = strconv.FormatInt(below, 10)
	}
	list, next, err := c.listed(ctx, e, nil, after)
	if err != nil || next == "" {
		return list, 0, err
	}
	n, err := strconv.ParseInt(next, 10, 64)
	return list, n, err
}

// listed is a page of names, the highest id first, and where the next begins; ""
// at the end.
func (c *Client) listed(ctx context.Context, e source.Entity, filter map[string]any, after string) ([]document.Listing, string, error) {
	spec := entities[e]
	var s slice
	for range 2 { // an empty page is asked for once more
		if spec.root == "" {
			p, _, err := c.list(ctx, spec.list, after, c.cfg.PageREST)
			if err != nil {
				return nil, "", err
			}
			s = slice{records: p.Items, limit: int64(p.Limit), total: int64(p.Total), more: p.NextPage != ""}
		} else {
			var err error
			if s, err = c.names(ctx, e, filter, after, c.pageSize()); err != nil {
				return nil, "", err
			}
		}
		if len(s.records) > 0 || s.total == 0 {
			break
		}
	}
	list := make([]document.Listing, 0, len(s.records))
	lowest := int64(0)
	for _, raw := range s.records {
		name := listing(spec, raw)
		n, err := strconv.ParseInt(name.ID, 10, 64)
		if err != nil {
			continue // a record without key is one of the walk's rejects
		}
		list = append(list, name)
		if lowest == 0 || n < lowest {
			lowest = n
		}
	}
	slices.SortFunc(list, func(a, b document.Listing) int {
		x, _ := strconv.ParseInt(a.ID, 10, 64) // both were read above
		y, _ := strconv.ParseInt(b.ID, 10, 64)
		return int(y - x)
	})
	if lowest == 0 || s.limit > 0 && int64(len(s.records)) < s.limit && !s.more {
		return list, "", nil
	}
	if before, err := strconv.ParseInt(after, 10, 64); err == nil && lowest >= before {
		return nil, "", fault.New(fault.Unavailable, "the source's list of %s after %s does not move on", e, after)
	}
	return list, strconv.FormatInt(lowest, 10), nil
}

func listing(spec entity, raw json.RawMessage) document.Listing {
	body, bad := canonical(raw)
	if bad != nil {
		return document.Listing{}
	}
	l := document.Listing{ID: number(body, spec.key)}
	if spec.counted != "" {
		l.At = moment(body.Text(spec.counted))
	}
	return l
}
