package flatten

import (
	"bytes"
	"unicode/utf8"

	"github.com/kzocds/kzocds/ocds"
)

// csvSink writes one RFC 4180 file a table: UTF-8, lines end with CR LF.
type csvSink struct {
	files
	raw bool
}

// CSV writes a file for each table to a folder. A text that a spreadsheet would
// take for a formula gets an apostrophe before it, unless raw is set.
func CSV(dir string, p *Plan, raw bool) (Sink, error) {
	if err := folder(dir); err != nil {
		return nil, err
	}
	s := &csvSink{files{open: map[*Table]*file{}}, raw}
	for _, t := range p.Tables {
		f, err := s.create(dir, t.Name+".csv")
		if err != nil {
			s.Abort()
			return nil, err
		}
		s.open[t] = f
		var head []byte
		for i, c := range t.Columns {
			if i > 0 {
				head = append(head, ',')
			}
			head = appendCSV(head, []byte(c.Name))
		}
		if _, err := f.Write(append(head, '\r', '\n')); err != nil {
			s.Abort()
			return nil, err
		}
	}
	return s, nil
}

func (s *csvSink) Encode(t *Table, c *Chunk, row []Cell) error {
	b := c.text
	for i := range row {
		if i > 0 {
			b = append(b, ',')
		}
		cell := &row[i]
		if cell.Kind == ocds.String {
			if !s.raw && isFormula(cell.Text) {
				b = appendCSV(b, append([]byte{'\''}, cell.Text...))
			} else {
				b = appendCSV(b, cell.Text)
			}
		} else {
			b = append(b, cell.Text...)
		}
	}
	c.text = append(b, '\r', '\n')
	return nil
}

// isFormula says whether a spreadsheet would calculate a text.
func isFormula(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	switch b[0] {
	case '=', '+', '-', '@', '\t', '\r':
		return true
	}
	r, _ := utf8.DecodeRune(b)
	return r == '＝' || r == '＋' || r == '－' || r == '＠' // full-width forms
}

func appendCSV(dst, b []byte) []byte {
	if bytes.IndexAny(b, ",\"\r\n") < 0 && (len(b) == 0 || b[0] != ' ' && b[len(b)-1] != ' ') {
		return append(dst, b...)
	}
	dst = append(dst, '"')
	for {
		i := bytes.IndexByte(b, '"')
		if i < 0 {
			break
		}
		dst = append(append(dst, b[:i+1]...), '"')
		b = b[i+1:]
	}
	return append(append(dst, b...), '"')
}

func (s *csvSink) Write(t *Table, c *Chunk) error {
	_, err := s.open[t].Write(c.text)
	return err
}

func (s *csvSink) Close() error { return s.finish(nil) }
func (s *csvSink) Abort()       { _ = s.finish(errAborted) }
