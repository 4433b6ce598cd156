package flatten

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/kzocds/kzocds/ocds"
)

// Limits of Excel.
const (
	maxRows      = 1 << 20 // of a sheet, with its head
	maxColumns   = 1 << 14
	maxCell      = 32767 // UTF-16 units of a cell
	maxSheetName = 31
	exactDigits  = 15 // of a number; longer ones are written as text
)

// xlsxSink writes one workbook. The rows of each sheet are kept in a temporary
// file, as sheets grow side by side and stand one after the other in the workbook.
type xlsxSink struct {
	files
	target string
	sheets map[*Table]*sheet
	order  []*Table
	notes  func(string)
	cut    atomic.Int64 // cells that were too long
}

type sheet struct {
	name  string
	parts []*part // the sheet and its continuations
}

type part struct {
	f    *os.File
	w    *bufio.Writer
	rows int
}

// Workbook writes an Excel file with a sheet for each table. A table with more rows
// than a sheet can have continues on further sheets. Texts are never formulas: they are
// stored as text, those that look like formulas also marked so. Cells longer than Excel allows
// are cut; notes is told, with what else had to be changed.
func Workbook(name string, p *Plan, notes func(string)) (Sink, error) {
	s := &xlsxSink{target: name, sheets: map[*Table]*sheet{}, notes: notes}
	taken := map[string]bool{}
	for _, t := range p.Tables {
		if len(t.Columns) > maxColumns {
			s.Abort()
			return nil, fmt.Errorf("table %s has %d columns; Excel allows %d: use CSV or Parquet", t.Name, len(t.Columns), maxColumns)
		}
		sh := &sheet{name: sheetName(t.Name, taken)}
		s.sheets[t] = sh
		s.order = append(s.order, t)
		if err := s.continued(sh, t); err != nil {
			s.Abort()
			return nil, err
		}
	}
	return s, nil
}

// sheetName is a name Excel accepts and no other sheet has.
func sheetName(table string, taken map[string]bool) string {
	clean := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) {
			return '_'
		}
		return r
	}, table)
	for n := 1; ; n++ {
		suffix := ""
		if n > 1 {
			suffix = "~" + strconv.Itoa(n)
		}
		name := clean
		if runes := []rune(name); len(runes)+len(suffix) > maxSheetName {
			name = string(runes[:maxSheetName-len(suffix)])
		}
		name += suffix
		if key := strings.ToLower(name); !taken[key] {
			taken[key] = true
			return name
		}
	}
}

// continued begins a sheet, or its next part.
func (s *xlsxSink) continued(sh *sheet, t *Table) error {
	// Beside the workbook, where there must be room anyway.
	f, err := os.CreateTemp(filepath.Dir(s.target), "."+filepath.Base(s.target)+".sheet-*")
	if err != nil {
		return err
	}
	p := &part{f: f, w: bufio.NewWriterSize(aside{f, s.target}, 64<<10), rows: 1}
	sh.parts = append(sh.parts, p)
	b := []byte(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
		`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData><row>`)
	for _, c := range t.Columns {
		b = appendText(b, []byte(c.Name), 1)
	}
	_, err = p.w.Write(append(b, "</row>"...))
	return err
}

func (s *xlsxSink) Encode(t *Table, c *Chunk, row []Cell) error {
	b := append(c.text, "<row>"...)
	for i := range row {
		cell := &row[i]
		switch {
		case cell.Kind == ocds.Missing || len(cell.Text) == 0:
			b = append(b, "<c/>"...)
		case cell.Kind == ocds.Bool:
			b = append(b, `<c t="b"><v>`...)
			if cell.Text[0] == 't' {
				b = append(b, '1')
			} else {
				b = append(b, '0')
			}
			b = append(b, "</v></c>"...)
		case cell.Kind == ocds.Number && fitsExcel(cell.Text):
			b = append(append(append(b, "<c><v>"...), cell.Text...), "</v></c>"...)
		default:
			style := 0
			if isFormula(cell.Text) && cell.Kind == ocds.String {
				style = 2
			}
			text := cell.Text
			if len(text) > maxCell {
				if text = cut(text); len(text) < len(cell.Text) {
					s.cut.Add(1)
				}
			}
			b = appendText(b, text, style)
		}
	}
	c.text = append(b, "</row>"...)
	c.ends = append(c.ends, len(c.text))
	return nil
}

// fitsExcel says whether Excel keeps every digit of a number.
func fitsExcel(b []byte) bool {
	n := 0
	for _, c := range b {
		if c >= '0' && c <= '9' {
			n++
		} else if c|0x20 == 'e' {
			return false
		}
	}
	return n <= exactDigits
}

// cutMark follows what is left of a text that is longer than a cell may be.
const cutMark = "…"

// appendText appends a cell with text: no formula, whatever it looks like.
func appendText(b, text []byte, style int) []byte {
	b = append(b, "<c t=\"inlineStr\""...)
	if style > 0 {
		b = append(strconv.AppendInt(append(b, ` s="`...), int64(style), 10), '"')
	}
	b = append(b, `><is><t xml:space="preserve">`...)
	from := 0
	for i := 0; i < len(text); {
		c := text[i]
		var with string
		switch {
		case c == '&':
			with = "&amp;"
		case c == '<':
			with = "&lt;"
		case c == '>':
			with = "&gt;"
		case c == '\r':
			with = "&#13;"
		case c < ' ' && c != '\n' && c != '\t':
			with = fmt.Sprintf("_x%04X_", c) // how Excel writes what XML cannot
		case c == 0xef && i+2 < len(text) && text[i+1] == 0xbf && text[i+2] >= 0xbe:
			b = append(append(b, text[from:i]...), "\uFFFD"...) // U+FFFE, U+FFFF
			i += 3
			from = i
			continue
		default:
			i++
			continue
		}
		b = append(append(b, text[from:i]...), with...)
		i++
		from = i
	}
	b = append(b, text[from:]...)
	return append(b, "</t></is></c>"...)
}

// cut is the longest beginning of a text that fits a cell, with a mark; a text
// that fits is returned as it is.
func cut(text []byte) []byte {
	units := 0
	last := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		units++
		if r > 0xffff {
			units++
		}
		if units <= maxCell-1 {
			last = i + size
		}
		if units > maxCell {
			return append(append([]byte{}, text[:last]...), cutMark...)
		}
		i += size
	}
	return text
}

func (s *xlsxSink) Write(t *Table, c *Chunk) error {
	sh := s.sheets[t]
	from := 0
	start := 0
	for i, end := range c.ends {
		p := sh.parts[len(sh.parts)-1]
		if p.rows == maxRows {
			if _, err := p.w.Write(c.text[from:start]); err != nil {
				return err
			}
			from = start
			if err := s.continued(sh, t); err != nil {
				return err
			}
			p = sh.parts[len(sh.parts)-1]
		}
		p.rows++
		start = end
		if i == len(c.ends)-1 {
			if _, err := p.w.Write(c.text[from:end]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *xlsxSink) Close() (err error) {
	defer s.Abort() // the temporary files
	if n := s.cut.Load(); n > 0 {
		s.notes(fmt.Sprintf("%d cells were longer than Excel allows (%d characters) and were cut; CSV and Parquet have them whole", n, maxCell))
	}
	out, err := s.create(filepath.Dir(s.target), filepath.Base(s.target))
	if err != nil {
		return err
	}
	return s.finish(s.workbook(out))
}

// workbook writes the parts of an Excel file.
func (s *xlsxSink) workbook(out io.Writer) error {
	z := zip.NewWriter(out)
	type entry struct{ name, path string }
	var sheets []entry
	taken := map[string]bool{}
	for _, t := range s.order {
		taken[strings.ToLower(s.sheets[t].name)] = true
	}
	for _, t := range s.order {
		sh := s.sheets[t]
		for i, p := range sh.parts {
			name := sh.name
			if i > 0 {
				name = sheetName(sh.name, taken)
			}
			path := fmt.Sprintf("xl/worksheets/sheet%d.xml", len(sheets)+1)
			sheets = append(sheets, entry{name, path})
			if err := p.w.Flush(); err != nil {
				return err
			}
			if _, err := p.f.Seek(0, io.SeekStart); err != nil {
				return err
			}
			w, err := z.Create(path)
			if err != nil {
				return err
			}
			if _, err := io.Copy(w, p.f); err != nil {
				return err
			}
			if _, err := io.WriteString(w, "</sheetData></worksheet>"); err != nil {
				return err
			}
		}
		if len(sh.parts) > 1 {
			s.notes(fmt.Sprintf("table %s has more rows than a sheet can have (%d): it continues on %d more", t.Name, maxRows, len(sh.parts)-1))
		}
	}
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	var types, list, relations strings.Builder
	for i, sh := range sheets {
		fmt.Fprintf(&types, `<Override PartName="/%s" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, sh.path)
		name := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(sh.name)
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, name, i+1, i+1)
		fmt.Fprintf(&relations, `<Relationship Id="rId%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="%s"/>`, i+1, strings.TrimPrefix(sh.path, "xl/"))
	}
	for _, part := range []entry{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>` + types.String() + `</Types>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>` + list.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + relations.String() + fmt.Sprintf(`<Relationship Id="rId%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`, len(sheets)+1)},
		{"xl/styles.xml", styles},
	} {
		w, err := z.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, head+part.path); err != nil {
			return err
		}
	}
	return z.Close()
}

func (s *xlsxSink) Abort() {
	for _, sh := range s.sheets {
		for _, p := range sh.parts {
			p.f.Close()
			os.Remove(p.f.Name())
		}
		sh.parts = nil
	}
}

// styles: 1 is the head of a table, 2 a text that looks like a formula.
const styles = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>` +
	`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
	`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
	`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
	`<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
	`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>` +
	`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs>` +
	`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
