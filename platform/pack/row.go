package pack

import (
	"context"

	"github.com/kzocds/kzocds/platform/fault"
)

// Columns are the columns of a Row in an index that PostgreSQL keeps.
const Columns = `pack, frame, frame_length, body_at, body_size`

// Row is a place as an index has it: all null where the text is in the row itself.
type Row struct {
	Pack, Frame      *int64
	Length, At, Size *int32
}

// Targets is what Columns are scanned into.
func (r *Row) Targets() []any { return []any{&r.Pack, &r.Frame, &r.Length, &r.At, &r.Size} }

// Absent collects texts that rows give by their places only.
type Absent struct {
	wanted []Wanted
	into   []*[]byte
}

// Note notes that the text of a row, known by its SHA-256, is to be filled in,
// unless the row has it. Neither digest nor into may be used for anything else
// before Fill.
func (a *Absent) Note(r *Row, digest []byte, into *[]byte) {
	if r.Pack == nil {
		return
	}
	a.wanted = append(a.wanted, Wanted{Place{*r.Pack, *r.Frame, *r.Length, *r.At, *r.Size}, digest})
	a.into = append(a.into, into)
}

// Fill reads what is absent. It asks nothing, and does without a store, when
// nothing is.
func (s *Store) Fill(ctx context.Context, a *Absent) error {
	if len(a.wanted) == 0 {
		return nil
	}
	if s == nil {
		return fault.New(fault.Invalid, "bodies of documents are in packs of an object store, and none is configured").
			Do("set the object store that bodies were put into: bodies.objects of the extractor, bodies of the transformer")
	}
	texts, err := s.Texts(ctx, a.wanted)
	if err != nil {
		return err
	}
	for i, text := range texts {
		*a.into[i] = text
	}
	return nil
}
