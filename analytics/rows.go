package analytics

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math"
	"net/url"
	"time"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// Rows gives the rows that figures are counted from.
func (a *Answerer) Rows(ctx context.Context, q analysis.RowsQuery) (analysis.Rows, error) {
	lang, err := language(q.Lang)
	if err != nil {
		return analysis.Rows{}, err
	}
	r, err := plan.CompileRows(q)
	if err != nil {
		return analysis.Rows{}, err
	}
	now, err := a.current(q.Snapshot)
	if err != nil {
		return analysis.Rows{}, err
	}
	if q.Cursor != "" {
		if r.After, err = parseCursor(q.Cursor, now.ID, r.Key()); err != nil {
			return analysis.Rows{}, err
		}
	}
	began := time.Now()
	page, err := a.page(ctx, r)
	if err != nil {
		return analysis.Rows{}, err
	}
	total, err := a.countRows(ctx, now.ID, r)
	if err != nil {
		return analysis.Rows{}, err
	}
	out := renderRows(r, page, lang)
	out.Meta.Rows = total
	if r.Measure != nil {
		p, err := plan.Compile(analysis.Query{Measures: []string{r.Measure.ID}, Filters: q.Filters})
		if err != nil {
			return analysis.Rows{}, err
		}
		figure, _, err := a.run(ctx, now, p)
		if err != nil {
			return analysis.Rows{}, err
		}
		out.Excluded = render(p, figure, lang).Meta.Excluded
	}
	if page.Snapshot != now.ID {
		return a.Rows(ctx, q) // swapped in between: a cursor of before is refused now
	}
	if page.More {
		out.Next = cursorAfter(page.Last, now.ID, r.Key())
	}
	out.Meta.ElapsedMs = time.Since(began).Milliseconds()
	return out, nil
}

// Bounds of exports.
const (
	exportsAtOnce = 4
	exportPiece   = 2_000 // rows
	exportIdle    = time.Minute
)

// Exports hands out all rows of questions, piece by piece.
type Exports struct {
	answerer *Answerer
	conn     *bus.Conn
	running  context.Context // ends with the service
	places   chan struct{}
}

func newExports(running context.Context, a *Answerer, conn *bus.Conn) *Exports {
	return &Exports{answerer: a, conn: conn, running: running, places: make(chan struct{}, exportsAtOnce)}
}

// Export begins to hand out the rows of a question.
func (x *Exports) Export(ctx context.Context, q analysis.RowsQuery) (analysis.Export, error) {
	most := q.Limit
	if q.Cursor != "" {
		return analysis.Export{}, fault.New(fault.Invalid, "an export has no pages").At("cursor").Do("leave the cursor out")
	}
	if q.AsOf != "" {
		return analysis.Export{}, fault.New(fault.Invalid, "an export is of the present snapshot").At("asOf").Do("ask for the rows in pages, as JSON")
	}
	if most < 0 {
		return analysis.Export{}, fault.New(fault.Invalid, "limit is %d", most).At("limit")
	}
	q.Limit = 1
	head, err := x.answerer.Rows(ctx, q)
	if err != nil {
		return analysis.Export{}, err
	}
	r, err := plan.CompileRows(q)
	if err != nil {
		return analysis.Export{}, err
	}
	select {
	case x.places <- struct{}{}:
	default:
		return analysis.Export{}, fault.New(fault.RateLimited, "%d exports are under way", exportsAtOnce).After(10 * time.Second).Do("try again later; the bulk files have everything")
	}
	leave := func() { <-x.places }
	scan, err := x.answerer.engine.Scan(ctx, r, q.Order != "")
	if err != nil {
		leave()
		return analysis.Export{}, err
	}
	e := &export{answerer: x.answerer, scan: scan, rows: r, lang: head.Meta.Lang, snapshot: head.Meta.Snapshot, more: true, left: int64(most)}
	if most == 0 {
		e.left = math.MaxInt64
	}
	head.Rows, head.Next, head.Choices = nil, "", nil
	head.Meta.Rows = min(head.Meta.Rows, e.left)
	at, err := bus.Offer(x.running, x.conn, exportIdle, e.next, func() { scan.Close(); leave() })
	return analysis.Export{At: at, Head: head}, err
}

// export is an export under way.
type export struct {
	answerer *Answerer
	scan     plan.Scan
	rows     plan.Rows
	lang     string
	snapshot string
	window   plan.RowsResult // not handed out yet
	more     bool            // the scan has more
	left     int64
}

// next gives the next rows; io.EOF after the last.
func (e *export) next(ctx context.Context) (analysis.Rows, error) {
	for len(e.window.Rows) == 0 && e.more && e.left > 0 {
		release, err := e.answerer.slot(ctx)
		if err != nil {
			return analysis.Rows{}, ended(err)
		}
		e.window, err = e.scan.Next(ctx)
		release()
		if err != nil {
			return analysis.Rows{}, ended(err)
		}
		if e.window.Snapshot != e.snapshot {
			return analysis.Rows{}, fault.New(fault.Conflict, "another snapshot was published as the export began").Do("export again")
		}
		e.more = e.window.More
	}
	n := int(min(int64(len(e.window.Rows)), exportPiece, e.left))
	if n == 0 {
		return analysis.Rows{}, io.EOF
	}
	piece := e.window
	piece.Rows, e.window.Rows = e.window.Rows[:n], e.window.Rows[n:]
	e.left -= int64(n)
	out := renderRows(e.rows, piece, e.lang)
	return analysis.Rows{Rows: out.Rows}, nil
}

// page reads a page; pages are not kept.
func (a *Answerer) page(ctx context.Context, r plan.Rows) (plan.RowsResult, error) {
	release, err := a.slot(ctx)
	if err != nil {
		return plan.RowsResult{}, ended(err)
	}
	defer release()
	page, err := a.engine.Rows(ctx, r)
	if err != nil {
		return plan.RowsResult{}, ended(err)
	}
	return page, nil
}

// countRows counts the rows of a question once per snapshot.
func (a *Answerer) countRows(ctx context.Context, snapshot string, r plan.Rows) (int64, error) {
	type count struct {
		snapshot string
		n        int64
	}
	value, _, err := a.answers.get(ctx, snapshot+" count "+r.Key(), func(v any) int64 {
		if v.(count).snapshot != snapshot {
			return math.MaxInt64
		}
		return perValue
	}, func(ctx context.Context) (any, error) {
		release, err := a.slot(ctx)
		if err != nil {
			return nil, err
		}
		defer release()
		of, n, err := a.engine.CountRows(ctx, r)
		return count{of, n}, err
	})
	if err != nil {
		return 0, ended(err)
	}
	return value.(count).n, nil
}

// cursor is a place in the rows of a question of a snapshot. Its text is opaque
// to clients; what comes back is checked like everything that a client sends.
type cursor struct {
	Snapshot string     `json:"s"`
	Question []byte     `json:"q"` // digest
	Place    plan.Place `json:"p"`
}

func digestOf(question string) []byte {
	sum := sha256.Sum256([]byte(question))
	return sum[:8]
}

func cursorAfter(p plan.Place, snapshot, question string) string {
	text, err := json.Marshal(cursor{snapshot, digestOf(question), p})
	if err != nil {
		panic(err) // strings and bytes have a JSON
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func parseCursor(text, snapshot, question string) (*plan.Place, error) {
	const remedy = "take next of the page before as it is, with the same question; or begin again without a cursor"
	var c cursor
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the cursor is not one that was given").At("cursor").Do(remedy)
	}
	if !bytes.Equal(c.Question, digestOf(question)) {
		return nil, fault.New(fault.Invalid, "the cursor is of another question").At("cursor").Do(remedy)
	}
	if c.Snapshot != snapshot {
		return nil, fault.New(fault.Conflict, "the cursor is of snapshot %s, and another is published now", short(c.Snapshot)).At("cursor").
			Do("begin again without a cursor; for everything at once ask for a format such as csv")
	}
	return &c.Place, nil
}

// renderRows puts a page into a language.
func renderRows(r plan.Rows, page plan.RowsResult, lang string) analysis.Rows {
	out := analysis.Rows{
		Meta:    analysis.Meta{Snapshot: page.Snapshot, AsOf: page.AsOf, Lang: lang, Dataset: string(r.Dataset)},
		Dataset: string(r.Dataset), Reason: string(r.Reason), Columns: rowColumns(r.Columns, lang),
		Choices: rowColumns(plan.RowColumns(r.Dataset), lang), Rows: make([]analysis.RowItem, 0, len(page.Rows)),
	}
	if r.Measure != nil {
		out.Measure = r.Measure.ID
		out.Meta.Definitions = []analysis.Definition{{ID: r.Measure.ID, Version: r.Measure.Version}}
	}
	for _, row := range page.Rows {
		item := analysis.RowItem{
			OCID: row.OCID, Kind: row.Kind, ID: row.ID, Title: titleOf(row.TitleRU, row.TitleKK, lang), Path: analysis.Page(row.Kind, row.ID),
			Provenance: analysis.ProvenanceOf(row.OCID), Cells: make(analysis.Row, len(r.Columns)),
		}
		for i, c := range r.Columns {
			item.Cells[c.ID()] = rowCell(c, row.Cells[i], lang)
		}
		out.Rows = append(out.Rows, item)
	}
	return out
}

func rowCell(c plan.Column, cell plan.Cell, lang string) analysis.Cell {
	switch {
	case c.Value != nil:
		return analysis.Cell{Number: plan.Decimal(cell.Value, c.Value.Unit), Text: c.Value.Unit != catalog.Count}
	case c.Field.Type == catalog.Money:
		return analysis.Cell{Number: plan.Decimal(cell.Value, catalog.Tenge), Text: true}
	}
	return analysis.Cell{Member: &analysis.Member{ID: plan.Escape(cell.Member.ID), Label: label(*c.Field, cell.Member, lang)}}
}

func rowColumns(columns []plan.Column, lang string) []analysis.Column {
	out := make([]analysis.Column, 0, len(columns))
	for _, c := range columns {
		switch {
		case c.Value != nil:
			out = append(out, analysis.Column{ID: c.Value.ID, Kind: analysis.KindMeasure, Type: columnType(c.Value.Unit), Unit: string(c.Value.Unit),
				Title: c.Value.Name.In(lang), Scale: c.Value.Unit.Scale()})
		case c.Field.Type == catalog.Money:
			out = append(out, analysis.Column{ID: c.Field.ID, Kind: analysis.KindMeasure, Type: analysis.TypeMoney, Unit: string(catalog.Tenge),
				Title: c.Field.Name.In(lang), Scale: catalog.Tenge.Scale()})
		default:
			out = append(out, analysis.Column{ID: c.Field.ID, Kind: analysis.KindDimension, Type: fieldType(*c.Field), Title: c.Field.Name.In(lang)})
		}
	}
	return out
}

// titleOf is a title in Kazakh where it is wanted and there, else in Russian.
func titleOf(ru, kk, lang string) string {
	if lang == analysis.Kazakh {
		return cmp.Or(kk, ru)
	}
	return cmp.Or(ru, kk)
}

// feedOf is the address of the feed of new rows under a filter.
func feedOf(d catalog.Dataset, of analysis.Filters) string {
	q := url.Values{"dataset": {string(d)}}
	for field, values := range of {
		q[analysis.FilterPrefix+field] = values
	}
	return analysis.Feed(analysis.FeedAtom) + "?" + q.Encode()
}
