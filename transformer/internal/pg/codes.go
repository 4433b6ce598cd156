package pg

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Code is an entry of a code list that a dictionary of the source added.
type Code struct {
	List, Code string
	EN, RU, KK string
	Batch      int64 // that brought it
}

// Dictionaries reads every version of the rows of some dictionaries of batches
// after one, up to another, the older ones first. They are some hundreds.
func (s *Store) Dictionaries(ctx context.Context, names []string, after, upTo int64) ([]Document, error) {
	return s.documents(ctx, `select `+documentColumns+` from source.document_v2
		where entity = 'ref' and batch > $2 and batch <= $3 and not deleted and split_part(id, '/', 1) = any($1)
		order by batch, changed_at nulls first, hash`, names, after, upTo)
}

// WriteCodes stores entries of code lists; what is stored already stays.
func (s *Store) WriteCodes(ctx context.Context, codes []Code) error {
	var b pgx.Batch
	for _, c := range codes {
		b.Queue(`insert into ocds.code as c (list, code, title, title_ru, title_kk, batch) values ($1, $2, $3, $4, $5, $6)
			on conflict (list, code) do update set title = excluded.title, title_ru = excluded.title_ru, title_kk = excluded.title_kk, batch = least(c.batch, excluded.batch)
			where (c.title, c.title_ru, c.title_kk) is distinct from (excluded.title, excluded.title_ru, excluded.title_kk)`,
			c.List, c.Code, c.EN, c.RU, c.KK, c.Batch)
	}
	return classify(s.pool.SendBatch(ctx, &b).Close(), "store codes of the source's dictionaries")
}

// Codes reads the entries of a code list that dictionaries of the source added,
// or of all lists when it is empty, in the order of list and code.
func (s *Store) Codes(ctx context.Context, list string) ([]Code, error) {
	rows, err := s.pool.Query(ctx, `select list, code, title, title_ru, title_kk, batch from ocds.code where $1 = '' or list = $1 order by list, code collate "C"`, list)
	if err != nil {
		return nil, classify(err, "read codes of the source's dictionaries")
	}
	codes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Code])
	return codes, classify(err, "read codes of the source's dictionaries")
}

// Reported lists processes with a finding of a rule about one of some values, in
// the order of their keys, beginning after one ("" for the first).
func (s *Store) Reported(ctx context.Context, mapping int16, rule string, values []string, after string, limit int) ([]string, error) {
	rows, err := s.pool.Query(ctx, `select distinct process_key from ocds.finding
		where mapping = $1 and rule = $2 and value = any($3) and process_key > $4 order by process_key limit $5`, mapping, rule, values, after, limit)
	if err != nil {
		return nil, classify(err, "list processes with findings")
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return keys, classify(err, "list processes with findings")
}
