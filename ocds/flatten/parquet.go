package flatten

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"

	"github.com/kzocds/kzocds/ocds"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

var errAborted = errors.New("aborted")

// What is held of the row groups that are being written, all tables together, before
// compression, and the rows of one. A group is in memory until it is complete, so that
// without the first bound memory would grow with the input until every table had its rows.
const (
	groupsBytes = 64 << 20
	groupRows   = 250_000
)

// parquetSink writes one Parquet file a table. Decimals keep every digit, times
// are UTC microseconds.
type parquetSink struct {
	files
	tables []*parquetTable
	table  map[*Table]*parquetTable
	held   int // bytes of all tables
	limit  int // of held
}

type parquetTable struct {
	*parquet.Writer
	held, rows int // of the row group being written
}

// Parquet writes a file for each table to a folder.
func Parquet(dir string, p *Plan) (Sink, error) {
	if err := folder(dir); err != nil {
		return nil, err
	}
	s := &parquetSink{files: files{open: map[*Table]*file{}}, table: map[*Table]*parquetTable{}, limit: groupsBytes}
	for _, t := range p.Tables {
		f, err := s.create(dir, t.Name+".parquet")
		if err != nil {
			s.Abort()
			return nil, err
		}
		s.open[t] = f
		w := &parquetTable{Writer: parquet.NewWriter(f, parquet.NewSchema(t.Name, record(t)),
			parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest}), parquet.PageBufferSize(64<<10),
			parquet.CreatedBy("ocds", "1", ""))}
		s.table[t] = w
		s.tables = append(s.tables, w)
	}
	return s, nil
}

// ordered is a group whose fields keep the order of the columns; parquet.Group
// sorts them by name.
type orderedGroup struct {
	parquet.Node
	fields []parquet.Field
}

func (g orderedGroup) Fields() []parquet.Field { return g.fields }

func record(t *Table) parquet.Node {
	group := parquet.Group{}
	place := map[string]int{}
	for i, c := range t.Columns {
		place[c.Name] = i
		group[c.Name] = parquet.Optional(column(c))
	}
	fields := group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int { return place[a.Name()] - place[b.Name()] })
	return orderedGroup{group, fields}
}

// smallDecimal is the number of digits that fit 64 bits.
const smallDecimal = 18

func column(c Column) parquet.Node {
	switch c.Type {
	case Boolean:
		return parquet.Leaf(parquet.BooleanType)
	case Integer:
		return parquet.Leaf(parquet.Int64Type)
	case Decimal:
		if c.digits <= smallDecimal {
			return parquet.Decimal(c.Scale, smallDecimal, parquet.Int64Type)
		}
		return parquet.Decimal(c.Scale, 38, parquet.FixedLenByteArrayType(16))
	case Time:
		return parquet.Timestamp(parquet.Microsecond)
	}
	return parquet.String()
}

func (s *parquetSink) Encode(t *Table, c *Chunk, row []Cell) error {
	values := make(parquet.Row, len(row))
	for i := range row {
		cell, col := &row[i], &t.Columns[i]
		if cell.Kind == ocds.Missing {
			values[i] = parquet.NullValue().Level(0, 0, i)
			continue
		}
		v, err := value(cell, col)
		if err != nil {
			return fmt.Errorf("table %s, column %s: %w", t.Name, col.Name, err)
		}
		values[i] = v.Level(0, 1, i)
	}
	c.rows = append(c.rows, values)
	return nil
}

func value(cell *Cell, c *Column) (parquet.Value, error) {
	switch c.Type {
	case Boolean:
		return parquet.BooleanValue(string(cell.Text) == "true"), nil
	case Integer:
		n, err := strconv.ParseInt(string(cell.Text), 10, 64)
		return parquet.Int64Value(n), err
	case Decimal:
		n, err := unscaled(cell.Text, c.Scale)
		if err != nil {
			return parquet.Value{}, err
		}
		if c.digits <= smallDecimal {
			return parquet.Int64Value(n.Int64()), nil
		}
		b := make([]byte, 16)
		if n.Sign() < 0 {
			n.Add(n, new(big.Int).Lsh(big.NewInt(1), 128))
		}
		return parquet.FixedLenByteArrayValue(n.FillBytes(b)), nil
	case Time:
		t, _, ok := ocds.ParseTime(cell.Text)
		if !ok {
			return parquet.Value{}, fmt.Errorf("%q is no time", cell.Text)
		}
		return parquet.Int64Value(t.UnixMicro()), nil
	}
	return parquet.ByteArrayValue(slices.Clone(cell.Text)), nil
}

// unscaled is a number without its point, with as many digits behind it as the scale says.
func unscaled(b []byte, scale int) (*big.Int, error) {
	_, behind, ok := digits(b)
	text := make([]byte, 0, len(b)+scale)
	for _, d := range b {
		if d != '.' {
			text = append(text, d)
		}
	}
	for ; behind < scale; behind++ {
		text = append(text, '0')
	}
	n, parsed := new(big.Int).SetString(string(text), 10)
	if !ok || !parsed {
		return nil, fmt.Errorf("%q is no decimal", b)
	}
	return n, nil
}

func (s *parquetSink) Write(t *Table, c *Chunk) error {
	w := s.table[t]
	for rows := range slices.Chunk(c.rows, groupRows) {
		if _, err := w.WriteRows(rows); err != nil {
			return err
		}
		size := 0
		for _, row := range rows {
			for i := range row {
				size += 8
				if row[i].Kind() == parquet.ByteArray {
					size += len(row[i].ByteArray())
				}
			}
		}
		w.rows += len(rows)
		w.held += size
		s.held += size
		if w.rows >= groupRows {
			if err := s.flush(w); err != nil {
				return err
			}
		}
	}
	for s.held > s.limit {
		largest := slices.MaxFunc(s.tables, func(a, b *parquetTable) int { return a.held - b.held })
		if err := s.flush(largest); err != nil {
			return err
		}
	}
	return nil
}

// flush ends the row group of a table.
func (s *parquetSink) flush(w *parquetTable) error {
	s.held -= w.held
	w.held, w.rows = 0, 0
	return w.Flush()
}

func (s *parquetSink) Close() error {
	var err error
	for _, w := range s.tables {
		err = errors.Join(err, w.Close())
	}
	return s.finish(err)
}

func (s *parquetSink) Abort() { _ = s.finish(errAborted) }
