package gateway

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/flatten"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// Formats of an answer.
const (
	formatJSON    = "json"
	formatCSV     = "csv"
	formatXLSX    = "xlsx"
	formatParquet = "parquet"

	mediaXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// formatOf checks the format that a request asks for; none is JSON.
func formatOf(name string) (string, error) {
	all := []string{formatJSON, formatCSV, formatXLSX, formatParquet}
	if name == "" {
		return formatJSON, nil
	}
	if !slices.Contains(all, name) {
		return "", fault.New(fault.Invalid, "no format %q", name).At("format", all...)
	}
	return name, nil
}

// sheet is a table on its way to a file. Its rows are made as they are written.
type sheet struct {
	name    string // of the file, without ending
	columns []column
	rows    iter.Seq2[[]string, error] // as many cells as columns; "" is none
	about   [][2]string                // what the table is, line by line
}

// column of a file: the title is for people, the id for programs.
type column struct {
	id, title string
	kind      flatten.Type
	scale     int
}

// columnsOf makes the columns of a file from one of an answer: a member has its id
// beside its label.
func columnsOf(c analysis.Column) []column {
	if c.Kind == analysis.KindDimension {
		return []column{{id: c.ID, title: c.ID}, {id: c.ID + "_name", title: c.Title}}
	}
	one := column{id: c.ID, title: c.Title, kind: flatten.Integer}
	if c.Type != analysis.TypeInt {
		one.kind, one.scale = flatten.Decimal, c.Scale
	}
	return []column{one}
}

// cellsOf appends the cells of those columns.
func cellsOf(line []string, c analysis.Column, v analysis.Cell) []string {
	switch {
	case c.Kind != analysis.KindDimension:
		return append(line, v.Number)
	case v.Member != nil:
		return append(line, v.Member.ID, v.Member.Label)
	}
	return append(line, "", "")
}

// sendSheet writes the table in a format. What goes wrong before the first byte is an
// error; afterwards the connection is cut, so that nobody takes a part for the
// whole.
func (s *Service) sendSheet(w http.ResponseWriter, t sheet, format string) error {
	// The server bounds the time of a usual answer.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(s.cfg.Export)) // a recorder of a test has none
	if format == formatCSV {
		return t.csv(w)
	}
	dir, err := os.MkdirTemp("", "kzocds-export-")
	if err != nil {
		return fmt.Errorf("folder of an export: %w", err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "data."+format)
	kind := "application/vnd.apache.parquet"
	if format == formatXLSX {
		kind = mediaXLSX
	}
	if err := t.file(dir, path, format); err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read back an export: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("read back an export: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", disposition(t.name, format))
	h.Set("Content-Length", strconv.FormatInt(info.Size(), 10))
	if _, err := io.Copy(w, file); err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	return nil
}

func disposition(name, format string) string {
	return `attachment; filename="` + name + "." + format + `"`
}

// csv sends RFC 4180 text with a byte order mark, because spreadsheets take UTF-8
// for something else without it. A text that a spreadsheet would run as a formula
// is quoted with an apostrophe.
func (t sheet) csv(w http.ResponseWriter) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	begun := false
	begin := func() {
		if begun {
			return
		}
		begun = true
		h := w.Header()
		h.Set("Content-Type", "text/csv; charset=utf-8")
		h.Set("Content-Disposition", disposition(t.name, formatCSV))
		_, _ = io.WriteString(w, "\ufeff") // what fails here fails again below
		var head []string
		for _, c := range t.columns {
			head = append(head, cell(c.title))
		}
		_ = out.Write(head)
	}
	for line, err := range t.rows {
		if err != nil {
			if begun {
				panic(http.ErrAbortHandler)
			}
			return err
		}
		begin()
		for i, c := range t.columns {
			if c.kind == flatten.Text {
				line[i] = cell(line[i])
			}
		}
		if out.Write(line) != nil {
			panic(http.ErrAbortHandler) // the client has gone
		}
	}
	begin()
	if out.Flush(); out.Error() != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

// file writes a workbook or a Parquet file. A sheet of Excel that is full goes on
// in the next; the second table says what the first is.
func (t sheet) file(dir, path, format string) (err error) {
	data := &flatten.Table{Name: "data"}
	plan := &flatten.Plan{Tables: []*flatten.Table{data}}
	for _, c := range t.columns {
		name := c.title
		if format == formatParquet {
			name = c.id
		}
		data.Columns = append(data.Columns, flatten.Column{Name: name, Type: c.kind, Scale: c.scale})
	}
	var sink flatten.Sink
	if format == formatParquet {
		sink, err = flatten.Parquet(dir, plan)
	} else {
		plan.Tables = append(plan.Tables, &flatten.Table{Name: "about", Columns: []flatten.Column{{Name: ""}, {Name: ""}}})
		sink, err = flatten.Workbook(path, plan, func(string) {}) // of sheets that go on and cells that were cut: both are to be seen
	}
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			sink.Abort()
		}
	}()
	var chunk flatten.Chunk
	add := func(table *flatten.Table, line []string) error {
		row := make([]flatten.Cell, len(line))
		for i, text := range line {
			if text == "" {
				continue
			}
			kind := ocds.String
			if table.Columns[i].Type != flatten.Text {
				kind = ocds.Number
			}
			row[i] = flatten.Cell{Kind: kind, Text: []byte(text)}
		}
		chunk.Reset()
		if err := sink.Encode(table, &chunk, row); err != nil {
			return err
		}
		return sink.Write(table, &chunk)
	}
	for line, err := range t.rows {
		if err != nil {
			return err
		}
		if err := add(data, line); err != nil {
			return err
		}
	}
	if format == formatXLSX {
		for _, line := range t.about {
			if err := add(plan.Tables[1], line[:]); err != nil {
				return err
			}
		}
	}
	return sink.Close()
}

func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

func short(id string) string { return id[:min(len(id), 12)] }

// exportQuery sends the groups of a query as a file.
func (s *Service) exportQuery(ctx context.Context, w http.ResponseWriter, req analysis.Query, body json.RawMessage, format string) error {
	var answer analysis.Answer
	if err := json.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("decode the answer of analytics: %w", err)
	}
	t := sheet{name: "kzocds-" + short(answer.Meta.Snapshot)}
	for _, c := range answer.Columns {
		t.columns = append(t.columns, columnsOf(c)...)
	}
	t.rows = func(yield func([]string, error) bool) {
		for _, row := range answer.Rows {
			var line []string
			for _, c := range answer.Columns {
				line = cellsOf(line, c, row[c.ID])
			}
			if !yield(line, nil) {
				return
			}
		}
	}
	if format == formatXLSX {
		words, err := s.words(ctx, answer.Meta.Lang)
		if err != nil {
			return err
		}
		t.about = words.about(s.cfg.PublicURL, answer.Meta, req.Filters, req.Measures, answer.Meta.Excluded)
		for _, c := range answer.Columns {
			if c.Kind != analysis.KindDimension {
				t.about = append(t.about, [2]string{"total: " + c.Title, answer.Totals[c.ID].Number})
			}
		}
		if n := answer.Other["groups"].Number; n != "" {
			t.about = append(t.about, [2]string{"groups beyond the limit", n})
			for _, c := range answer.Columns {
				if c.Kind != analysis.KindDimension {
					t.about = append(t.about, [2]string{"other: " + c.Title, answer.Other[c.ID].Number})
				}
			}
		}
	}
	return s.sendSheet(w, t, format)
}

// exportRows sends all rows of a question as a file.
func (s *Service) exportRows(w http.ResponseWriter, r *http.Request, req analysis.RowsQuery, format string) error {
	ctx, cancel := context.WithTimeout(r.Context(), s.cfg.Timeout)
	defer cancel()
	raw, err := s.ask.Ask(ctx, analysis.Service, analysis.VerbExport, req)
	if err != nil {
		return err
	}
	var x analysis.Export
	if err := json.Unmarshal(raw, &x); err != nil {
		return fmt.Errorf("decode the head of an export: %w", err)
	}
	t := sheet{name: "kzocds-" + x.Head.Dataset + "-" + short(x.Head.Meta.Snapshot), columns: []column{{id: "ocid", title: "ocid"}, {id: "kind", title: "kind"}, {id: "id", title: "id"}, {id: "title", title: "title"}}}
	for _, c := range x.Head.Columns {
		t.columns = append(t.columns, columnsOf(c)...)
	}
	t.columns = append(t.columns, column{id: "provenance", title: "provenance"})
	t.rows = func(yield func([]string, error) bool) {
		for raw, err := range s.ask.Take(r.Context(), x.At) {
			var piece analysis.Rows
			if err == nil {
				err = json.Unmarshal(raw, &piece)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, row := range piece.Rows {
				line := []string{row.OCID, row.Kind, row.ID, row.Title}
				for _, c := range x.Head.Columns {
					line = cellsOf(line, c, row.Cells[c.ID])
				}
				if !yield(append(line, s.cfg.PublicURL+row.Provenance), nil) {
					return
				}
			}
		}
	}
	if format == formatXLSX {
		words, err := s.words(ctx, x.Head.Meta.Lang)
		if err != nil {
			return err
		}
		var measures []string
		if req.Measure != "" {
			measures = []string{req.Measure}
		}
		t.about = words.about(s.cfg.PublicURL, x.Head.Meta, req.Filters, measures, x.Head.Excluded)
	}
	return s.sendSheet(w, t, format)
}

// words are the catalogue, for the sheet that explains the other.
type words struct{ analysis.Catalog }

func (s *Service) words(ctx context.Context, lang string) (words, error) {
	raw, err := s.ask.Ask(ctx, analysis.Service, analysis.VerbCatalog, analysis.CatalogQuery{Lang: lang})
	if err != nil {
		return words{}, err
	}
	var c analysis.Catalog
	if err := json.Unmarshal(raw, &c); err != nil {
		return words{}, fmt.Errorf("decode the catalogue: %w", err)
	}
	return words{c}, nil
}

// about says what a table was computed from: snapshot, filters, definitions, what
// was left out.
func (c words) about(public string, m analysis.Meta, filters analysis.Filters, measures []string, excluded []analysis.Excluded) [][2]string {
	lines := [][2]string{
		{"source", public}, {"snapshot", m.Snapshot}, {"as of", m.AsOf}, {"dataset", m.Dataset}, {"rows", strconv.FormatInt(m.Rows, 10)},
		{"licence", "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"},
	}
	for _, id := range slices.Sorted(maps.Keys(filters)) {
		name := id
		if i := slices.IndexFunc(c.Filters, func(f analysis.Filter) bool { return f.ID == id }); i >= 0 {
			name = c.Filters[i].Name + " (" + id + ")"
		}
		lines = append(lines, [2]string{"filter: " + name, strings.Join(filters[id], ", ")})
	}
	for _, id := range measures {
		if i := slices.IndexFunc(c.Measures, func(o analysis.Measure) bool { return o.ID == id }); i >= 0 {
			o := c.Measures[i]
			lines = append(lines, [2]string{"definition: " + o.Name + " (" + id + ", " + strconv.Itoa(o.Version) + ")", o.Definition}, [2]string{"formula: " + id, o.Formula})
		}
	}
	for _, x := range excluded {
		lines = append(lines, [2]string{"left out of " + x.Measure + ": " + x.Title, strconv.FormatInt(x.Rows, 10)})
	}
	return lines
}
