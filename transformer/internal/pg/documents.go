package pg

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/platform/pack"
	"github.com/kzocds/kzocds/proto/source"
)

// Document is a stored version of a source document.
type Document struct {
	Entity     source.Entity
	ID         string
	Hash       []byte
	ProcessKey string
	Batch      int64
	ChangedAt  time.Time // zero when the source gives none
	FetchedAt  time.Time
	URL        string
	Body       []byte
	Deleted    bool
	Origin     string
}

const (
	documentColumns = `entity, id, hash, process_key, batch, changed_at, fetched_at, url, body, deleted, origin, ` + pack.Columns
	newestFirst     = `batch desc, changed_at desc nulls last, hash desc`
)

// Documents reads the documents of processes: all versions of batches after the
// one given for each process, up to a batch, and of earlier ones the newest of
// each document.
func (s *Store) Documents(ctx context.Context, after []Mark, upTo int64) ([]Document, error) {
	var fresh, known []string
	var looked []int64
	for _, m := range after {
		if m.Batch == 0 {
			fresh = append(fresh, m.Key)
			continue
		}
		known, looked = append(known, m.Key), append(looked, m.Batch)
	}
	var all []Document
	if len(fresh) > 0 {
		found, err := s.documents(ctx, `select `+documentColumns+` from source.document_v2 where process_key = any($1) and batch <= $2`, fresh, upTo)
		if err != nil {
			return nil, err
		}
		all = found
	}
	if len(known) > 0 {
		found, err := s.documents(ctx, `select d.* from unnest($1::text[], $2::bigint[]) as k (key, looked) cross join lateral (
				select `+documentColumns+` from source.document_v2 where process_key = k.key and batch > k.looked and batch <= $3
				union all
				(select distinct on (entity, id) `+documentColumns+` from source.document_v2 where process_key = k.key and batch <= k.looked
					order by entity, id, `+newestFirst+`)
			) d`, known, looked, upTo)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// Wanted names documents of an entity: by id, or by the process that they
// belong to.
type Wanted struct {
	Entity    source.Entity
	ByProcess bool
	Keys      []string
}

// RelatedDocuments reads documents that processes refer to: all versions of
// batches after one, up to another, and of earlier ones the newest of each.
func (s *Store) RelatedDocuments(ctx context.Context, want Wanted, after, upTo int64) ([]Document, error) {
	column := "id"
	if want.ByProcess {
		column = "process_key"
	}
	slices.Sort(want.Keys)
	where := `entity = '` + string(want.Entity) + `' and ` + column + ` = any($1)`
	return s.documents(ctx, `select `+documentColumns+` from source.document_v2 where `+where+` and batch > $2 and batch <= $3
		union all select * from (select distinct on (id) `+documentColumns+` from source.document_v2 where `+where+` and batch <= $2
			order by id, `+newestFirst+`) newest`, want.Keys, after, upTo)
}

// Registers hands the id and body of every version of some entities of batches
// after one, up to another, to row. The document is valid during the call.
func (s *Store) Registers(ctx context.Context, entities []source.Entity, after, upTo int64, row func(*Document) error) error {
	names := make([]string, len(entities))
	for i, e := range entities {
		names[i] = string(e)
	}
	rows, err := s.pool.Query(ctx, `select entity, id, hash, body, `+pack.Columns+` from source.document_v2 where entity = any($1) and batch > $2 and batch <= $3`, names, after, upTo)
	if err != nil {
		return classify(err, "read the registers of participants")
	}
	defer rows.Close()
	list := make([]Document, 0, registersAtOnce)
	var absent pack.Absent
	hand := func() error {
		if err := s.packs.Fill(ctx, &absent); err != nil {
			return err
		}
		for i := range list {
			if err := row(&list[i]); err != nil {
				return err
			}
		}
		list, absent = list[:0], pack.Absent{}
		return nil
	}
	for rows.Next() {
		var d Document
		var at pack.Row
		if err := rows.Scan(append([]any{&d.Entity, &d.ID, &d.Hash, &d.Body}, at.Targets()...)...); err != nil {
			return classify(err, "read the registers of participants")
		}
		list = append(list, d)
		absent.Note(&at, d.Hash, &list[len(list)-1].Body)
		if len(list) == registersAtOnce {
			if err := hand(); err != nil {
				return classify(err, "read the registers of participants")
			}
		}
	}
	if err := rows.Err(); err != nil {
		return classify(err, "read the registers of participants")
	}
	return classify(hand(), "read the registers of participants")
}

// registersAtOnce is how many rows of registers are in memory at the same time.
const registersAtOnce = 1000

func (s *Store) documents(ctx context.Context, sql string, args ...any) ([]Document, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, classify(err, "read source documents")
	}
	var places []pack.Row
	documents, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Document, err error) {
		var changed *time.Time
		var at pack.Row
		err = row.Scan(append([]any{&d.Entity, &d.ID, &d.Hash, &d.ProcessKey, &d.Batch, &changed, &d.FetchedAt, &d.URL, &d.Body, &d.Deleted, &d.Origin}, at.Targets()...)...)
		places = append(places, at)
		if changed != nil {
			d.ChangedAt = changed.UTC()
		}
		return d, err
	})
	if err != nil {
		return nil, classify(err, "read source documents")
	}
	var absent pack.Absent
	for i := range documents {
		absent.Note(&places[i], documents[i].Hash, &documents[i].Body)
	}
	return documents, classify(s.packs.Fill(ctx, &absent), "read the bodies of source documents")
}
