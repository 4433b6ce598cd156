package publisher

import (
	"fmt"
	"reflect"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	row "github.com/kzocds/kzocds/proto/tables"
	"github.com/kzocds/kzocds/publisher/snapshot"
	"github.com/kzocds/kzocds/publisher/tables"
)

// Bounds of the memory of a Parquet writer: a page is what a column collects
// before it is compressed, a row group what is compressed before it is written.
const (
	rowsPerGroup = 1 << 15
	pageBytes    = 64 << 10
)

// tableSet writes rows into one Parquet file a table.
type tableSet struct {
	work   *work
	tables []*table
}

// table is one Parquet file being written.
type table struct {
	name   string
	field  int // of tables.Rows
	sink   *sink
	schema *parquet.Schema
	writer *parquet.Writer
	buffer []parquet.Row
	sums   *sums
}

// fieldsOf finds the fields of tables.Rows that hold the rows of each table.
func fieldsOf() (map[string]int, error) {
	ofType := map[reflect.Type]int{}
	rows := reflect.TypeFor[tables.Rows]()
	for i := range rows.NumField() {
		if t := rows.Field(i).Type; t.Kind() == reflect.Slice {
			ofType[t.Elem()] = i
		}
	}
	fields := map[string]int{}
	for name, empty := range row.Empty() {
		i, ok := ofType[reflect.TypeOf(empty)]
		if !ok {
			return nil, fmt.Errorf("nothing derives the rows of table %s", name)
		}
		fields[name] = i
	}
	return fields, nil
}

func (w *work) tables() (*tableSet, error) {
	fields, err := fieldsOf()
	if err != nil {
		return nil, err
	}
	set := &tableSet{work: w}
	empty := row.Empty()
	for _, name := range row.All() {
		s, err := w.sink()
		if err != nil {
			return nil, err
		}
		schema := parquet.SchemaOf(empty[name])
		set.tables = append(set.tables, &table{name: name, field: fields[name], sink: s, schema: schema, sums: newSums(schema), writer: parquet.NewWriter(s, schema,
			parquet.Compression(&zstd.Codec{Level: zstd.SpeedDefault}),
			parquet.CreatedBy("kzocds", tables.MethodVersion, ""),
			parquet.MaxRowsPerRowGroup(rowsPerGroup),
			parquet.PageBufferSize(pageBytes),
		)})
	}
	return set, nil
}

func (s *tableSet) add(r *tables.Rows) error {
	all := reflect.ValueOf(r).Elem()
	for _, t := range s.tables {
		if err := t.add(all.Field(t.field)); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
	}
	return nil
}

func (t *table) add(rows reflect.Value) error {
	n := rows.Len()
	if n == 0 {
		return nil
	}
	for len(t.buffer) < n {
		t.buffer = append(t.buffer, nil)
	}
	for i := range n {
		t.buffer[i] = t.schema.Deconstruct(t.buffer[i][:0], rows.Index(i).Addr().Interface())
		t.sums.add(t.buffer[i])
	}
	_, err := t.writer.WriteRows(t.buffer[:n])
	return err
}

// finish uploads the tables of a period; name has a place for the table's. A
// table without rows has no file.
func (s *tableSet) finish(period, name string) error {
	for _, t := range s.tables {
		if err := t.writer.Close(); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
		if t.sums.rows == 0 {
			continue
		}
		if err := s.work.upload(t.sink, snapshot.Part{
			Dataset: snapshot.Tables, Table: t.name, Period: period, MediaType: mediaParquet,
			Name: fmt.Sprintf(name, t.name) + ".parquet", Rows: t.sums.rows, Sums: t.sums.bytes(),
		}); err != nil {
			return err
		}
	}
	return nil
}
