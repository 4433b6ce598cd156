package duckdb

import (
	"context"
	"fmt"
	"strings"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
)

// statement collects SQL and the values bound to it, in one order.
type statement struct {
	strings.Builder
	args []any
}

func (s *statement) bind(v any) {
	s.WriteByte('?')
	s.args = append(s.args, v)
}

// organisations maps ids to the numbers of a snapshot; unknown ids are absent.
type organisations map[string]int32

// organisationsOf reads the numbers of all organisations that filters name.
func (s *store) organisationsOf(ctx context.Context, filters ...plan.Filter) (organisations, error) {
	var ids []string
	for _, f := range filters {
		if f.Field.Type != catalog.Organisation {
			continue
		}
		for _, terms := range [][]plan.Term{f.Any, f.None} {
			for _, t := range terms {
				if !t.Blank {
					ids = append(ids, t.Text)
				}
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := s.db.QueryContext(ctx, "SELECT id, key FROM organisations WHERE id IN (SELECT unnest(?::VARCHAR[]))", ids)
	if err != nil {
		return nil, fmt.Errorf("organisations: %w", err)
	}
	defer rows.Close()
	found := organisations{}
	for rows.Next() {
		var (
			id  string
			key int32
		)
		if err := rows.Scan(&id, &key); err != nil {
			return nil, fmt.Errorf("organisations: %w", err)
		}
		found[id] = key
	}
	return found, rows.Err()
}

// where writes the condition that a row of the fact passes all filters; "true"
// without any.
func (s *statement) where(fact string, filters []plan.Filter, orgs organisations) {
	s.WriteString("true")
	for _, f := range filters {
		column := columns[f.Field.ID]
		if len(f.Any) > 0 {
			s.WriteString(" AND ")
			// A bidder is chosen on the row where there is one per bidder, and
			// through the participations where there is one per lot.
			if f.Field.Multiple && !byBidder(fact) {
				s.WriteString("lot IN (SELECT lot FROM participations WHERE ")
				s.matches(f.Field, column, f.Any, orgs)
				s.WriteString(")")
			} else {
				s.matches(f.Field, column, f.Any, orgs)
			}
		}
		if len(f.None) > 0 {
			s.WriteString(" AND ")
			if f.Field.Multiple {
				s.WriteString("lot NOT IN (SELECT lot FROM participations WHERE ")
				s.matches(f.Field, column, f.None, orgs)
				s.WriteString(")")
			} else {
				s.matches(f.Field, column, f.None, orgs)
				s.WriteString(" IS NOT TRUE")
			}
		}
	}
}

// matches writes the condition that some term holds.
func (s *statement) matches(f catalog.Field, column string, terms []plan.Term, orgs organisations) {
	var alternatives int
	or := func() {
		if alternatives > 0 {
			s.WriteString(" OR ")
		}
		alternatives++
	}
	s.WriteString("(")
	var listed []any
	for _, t := range terms {
		switch {
		case t.Blank:
			or()
			s.WriteString(blank(f, column))
		case f.Type == catalog.Organisation:
			if key, ok := orgs[t.Text]; ok {
				listed = append(listed, key)
			}
		case !f.Type.Ordered():
			listed = append(listed, t.Text)
		case t.Lo != nil && t.Hi != nil && *t.Lo == *t.Hi:
			listed = append(listed, *t.Lo)
		default:
			or()
			s.span(column, t)
		}
	}
	if len(listed) > 0 {
		or()
		s.WriteString(column + " IN (")
		for i, v := range listed {
			if i > 0 {
				s.WriteString(", ")
			}
			s.bind(v)
		}
		s.WriteString(")")
	}
	if alternatives == 0 {
		s.WriteString("false")
	}
	s.WriteString(")")
}

func (s *statement) span(column string, t plan.Term) {
	switch {
	case t.Lo == nil:
		s.WriteString(column + " <= ")
		s.bind(*t.Hi)
	case t.Hi == nil:
		s.WriteString(column + " >= ")
		s.bind(*t.Lo)
	default:
		s.WriteString(column + " BETWEEN ")
		s.bind(*t.Lo)
		s.WriteString(" AND ")
		s.bind(*t.Hi)
	}
}
