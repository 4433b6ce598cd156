package tables

import (
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	row "github.com/kzocds/kzocds/proto/tables"
)

// Writers write the rows of many processes, one Parquet file per table.
type Writers struct{ tables []writer }

type writer interface {
	name() string
	add(*Rows) error
	close() (rows int64, err error)
}

// NewWriters opens a file for every table, in the order of proto/tables.All.
func NewWriters(open func(table string) (io.Writer, error), options ...parquet.WriterOption) (*Writers, error) {
	w := &Writers{}
	for _, begin := range []func() (writer, error){
		of(row.Processes, func(r *Rows) []row.Process { return r.Processes }, open, options),
		of(row.Lots, func(r *Rows) []row.Lot { return r.Lots }, open, options),
		of(row.LotPoints, func(r *Rows) []row.LotPoint { return r.LotPoints }, open, options),
		of(row.Bids, func(r *Rows) []row.Bid { return r.Bids }, open, options),
		of(row.BidPoints, func(r *Rows) []row.BidPoint { return r.BidPoints }, open, options),
		of(row.BidRejections, func(r *Rows) []row.BidRejection { return r.BidRejections }, open, options),
		of(row.Criteria, func(r *Rows) []row.Criterion { return r.Criteria }, open, options),
		of(row.Awards, func(r *Rows) []row.Award { return r.Awards }, open, options),
		of(row.Contracts, func(r *Rows) []row.Contract { return r.Contracts }, open, options),
		of(row.ContractVersions, func(r *Rows) []row.ContractVersion { return r.ContractVersions }, open, options),
		of(row.ContractGrounds, func(r *Rows) []row.ContractGround { return r.ContractGrounds }, open, options),
		of(row.ContractItems, func(r *Rows) []row.ContractItem { return r.ContractItems }, open, options),
		of(row.Payments, func(r *Rows) []row.Payment { return r.Payments }, open, options),
		of(row.Acts, func(r *Rows) []row.Act { return r.Acts }, open, options),
		of(row.PlanPoints, func(r *Rows) []row.PlanPoint { return r.PlanPoints }, open, options),
		of(row.PlanBudgetLines, func(r *Rows) []row.PlanBudgetLine { return r.PlanBudgetLines }, open, options),
		of(row.PlanDeliveries, func(r *Rows) []row.PlanDelivery { return r.PlanDeliveries }, open, options),
		of(row.Complaints, func(r *Rows) []row.Complaint { return r.Complaints }, open, options),
		of(row.ComplaintGrounds, func(r *Rows) []row.ComplaintGround { return r.ComplaintGrounds }, open, options),
		of(row.Enquiries, func(r *Rows) []row.Enquiry { return r.Enquiries }, open, options),
		of(row.Documents, func(r *Rows) []row.Document { return r.Documents }, open, options),
		of(row.Parties, func(r *Rows) []row.Party { return r.Parties }, open, options),
		of(row.PartyRoles, func(r *Rows) []row.PartyRole { return r.PartyRoles }, open, options),
		of(row.Blacklist, func(r *Rows) []row.BlacklistEntry { return r.Blacklist }, open, options),
	} {
		t, err := begin()
		if err != nil {
			return nil, err
		}
		w.tables = append(w.tables, t)
	}
	return w, nil
}

// Add writes the rows of one process.
func (w *Writers) Add(r *Rows) error {
	for _, t := range w.tables {
		if err := t.add(r); err != nil {
			return fmt.Errorf("table %s: %w", t.name(), err)
		}
	}
	return nil
}

// Close ends all files and tells finish of each how many rows it has.
func (w *Writers) Close(finish func(table string, rows int64) error) error {
	for _, t := range w.tables {
		rows, err := t.close()
		if err == nil {
			err = finish(t.name(), rows)
		}
		if err != nil {
			return fmt.Errorf("table %s: %w", t.name(), err)
		}
	}
	return nil
}

// table is one Parquet file being written.
type table[T any] struct {
	title  string
	part   func(*Rows) []T
	writer *parquet.GenericWriter[T]
	rows   int64
}

func of[T any](name string, part func(*Rows) []T, open func(string) (io.Writer, error), options []parquet.WriterOption) func() (writer, error) {
	return func() (writer, error) {
		file, err := open(name)
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", name, err)
		}
		return &table[T]{title: name, part: part, writer: parquet.NewGenericWriter[T](file, options...)}, nil
	}
}

func (t *table[T]) name() string { return t.title }

func (t *table[T]) add(r *Rows) error {
	rows := t.part(r)
	t.rows += int64(len(rows))
	_, err := t.writer.Write(rows)
	return err
}

func (t *table[T]) close() (int64, error) { return t.rows, t.writer.Close() }
