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

// parquetSink writes one Parquet file a table. Decimals keep every digit, times
// are UTC microseconds.
type parquetSink struct {
	files
	writers map[*Table]*parquet.Writer
}

// Parquet writes a file for each table to a folder.
func Parquet(dir string, p *Plan) (Sink, error) {
	if err := folder(dir); err != nil {
		return nil, err
	}
	s := &parquetSink{files{open: map[*Table]*file{}}, map[*Table]*parquet.Writer{}}
	for _, t := range p.Tables {
		f, err := s.create(dir, t.Name+".parquet")
		if err != nil {
			s.Abort()
			return nil, err
		}
		s.open[t] = f
		s.writers[t] = parquet.NewWriter(f, parquet.NewSchema(t.Name, record(t)),
			parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest}),
			parquet.CreatedBy("ocds", "1", ""), parquet.MaxRowsPerRowGroup(250_000))
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
	_, err := s.writers[t].WriteRows(c.rows)
	return err
}

func (s *parquetSink) Close() error {
	var err error
	for t := range s.writers {
		err = errors.Join(err, s.writers[t].Close())
	}
	return s.finish(err)
}

func (s *parquetSink) Abort() { _ = s.finish(errAborted) }
