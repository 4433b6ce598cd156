package transformer

import (
	"context"
	"slices"
	"strconv"
	"sync"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/internal/pg"
	"github.com/kzocds/kzocds/transformer/mapping"
)

// registers knows which rows of the registers of participants (unreliable ones,
// qualified ones) name a participant. The portal gives no key for that; so the rows
// of each batch are read once, and their participants kept, some tens of bytes a
// row. It is safe for many goroutines.
type registers struct {
	mu   sync.Mutex
	upTo int64 // batch up to which rows were read
	rows map[participant][]string
}

// participant is how a row of a register names somebody: the portal's id, or the
// number.
type participant struct {
	register   source.Entity
	id, number string
}

// ofParticipants are the registers.
var ofParticipants = []source.Entity{source.Blacklist, source.QualifiedSupplier}

// read takes in the rows of batches that were not read yet.
func (r *registers) read(ctx context.Context, s store, batch int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if batch <= r.upTo {
		return nil
	}
	if r.rows == nil {
		r.rows = map[participant][]string{}
	}
	var document ocds.Document
	err := s.Registers(ctx, ofParticipants, r.upTo, batch, func(d *pg.Document) error {
		document.Reset()
		body, err := document.Parse(d.Body)
		if err != nil {
			return nil // a row that cannot be read names nobody
		}
		for _, p := range []participant{{register: d.Entity, id: plain(body.Get("pid"))}, {register: d.Entity, number: plain(body.Get("supplierBiin"))}} {
			if (p.id != "" || p.number != "") && !slices.Contains(r.rows[p], d.ID) {
				r.rows[p] = append(r.rows[p], d.ID)
			}
		}
		return nil
	})
	if err == nil {
		r.upTo = batch
	}
	return err
}

// ids are the rows of a register that name the participants of a process, in the
// order of their ids.
func (r *registers) ids(register source.Entity, refers mapping.References) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ids []string
	for _, pid := range refers.Subjects {
		ids = append(ids, r.rows[participant{register: register, id: pid}]...)
	}
	for _, number := range refers.Numbers {
		ids = append(ids, r.rows[participant{register: register, number: number}]...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// plain is the text of an id, which the portal writes as number or text, and as 0
// when there is none.
func plain(v ocds.Value) string {
	switch v.Kind() {
	case ocds.String:
		return v.Text()
	case ocds.Number:
		if n, err := strconv.ParseInt(string(v.Raw()), 10, 64); err == nil && n != 0 {
			return strconv.FormatInt(n, 10)
		}
	}
	return ""
}
