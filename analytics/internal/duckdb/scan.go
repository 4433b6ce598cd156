package duckdb

import (
	"context"
	"fmt"
	"strconv"

	"github.com/kzocds/kzocds/analytics/plan"
)

// window is the number of rows of a table that are looked at together by a scan
// without an order of its own. It bounds the memory of an export.
const window = 20_480

// scan reads all rows of a question piece by piece, from the snapshot that was
// current when it began.
type scan struct {
	engine *Engine
	store  *store
	rows   plan.Rows
	orgs   organisations
	ends   int64 // rows of the table; unused in a stated order
	from   int64
	sorted bool
	done   bool
}

// Scan begins to read all rows. In the order asked for when stated, else as they
// lie: by date.
func (e *Engine) Scan(ctx context.Context, r plan.Rows, sorted bool) (plan.Scan, error) {
	s, err := e.acquire()
	if err != nil {
		return nil, err
	}
	c := &scan{engine: e, store: s, rows: r, sorted: sorted}
	if c.orgs, err = s.organisationsOf(ctx, r.Filters...); err == nil {
		err = s.db.QueryRowContext(ctx, "SELECT coalesce(max(rowid) + 1, 0) FROM "+string(r.Dataset)).Scan(&c.ends)
	}
	if err != nil {
		e.release(s)
		return nil, fmt.Errorf("scan of %s: %w", r.Dataset, err)
	}
	return c, nil
}

// Next gives the next rows; More is false with the last.
func (c *scan) Next(ctx context.Context) (plan.RowsResult, error) {
	page, err := fitting(ctx, c.engine, func() (plan.RowsResult, error) { return c.piece(ctx) })
	if err != nil {
		return plan.RowsResult{}, err
	}
	if c.sorted {
		c.rows.After = &page.Last
		return page, nil
	}
	c.from += window
	page.More = c.from < c.ends
	return page, nil
}

func (c *scan) piece(ctx context.Context) (plan.RowsResult, error) {
	c.rows.Limit = window
	if c.sorted {
		return c.store.page(ctx, c.rows, c.orgs)
	}
	var st statement
	st.cells(c.rows)
	st.WriteString("rowid >= " + strconv.FormatInt(c.from, 10) + " AND rowid < " + strconv.FormatInt(c.from+window, 10) + " AND ")
	st.selected(c.rows, c.orgs)
	st.WriteString(" ORDER BY rowid")
	return c.store.read(ctx, c.rows, &st)
}

// Close lets the snapshot go.
func (c *scan) Close() {
	if !c.done {
		c.done = true
		c.engine.release(c.store)
	}
}
