package pg

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Code is the wording of an entry of a code list that a dictionary of the source
// added.
type Code struct {
	List, Code   string
	EN, RU, KK   string
	Untranslated string // languages in which nobody has said it, parted by blanks
	Batch        int64  // that brought the wording; of Codes, the one that brought the entry
}

// Dictionaries reads every version of the rows of some dictionaries of batches
// after one, up to another, the older ones first. They are some hundreds.
func (s *Store) Dictionaries(ctx context.Context, names []string, after, upTo int64) ([]Document, error) {
	return s.documents(ctx, `select `+documentColumns+` from source.document_v2
		where entity = 'ref' and batch > $2 and batch <= $3 and not deleted and split_part(id, '/', 1) = any($1)
		order by batch, changed_at nulls first, hash`, names, after, upTo)
}

// WriteCodes stores wordings of entries of code lists and returns the entries that
// are new. A wording that the program translates otherwise than before is replaced.
func (s *Store) WriteCodes(ctx context.Context, codes []Code) (added []Code, err error) {
	known, err := s.Codes(ctx, "")
	if err != nil {
		return nil, err
	}
	stored := map[[2]string]bool{}
	for _, c := range known {
		stored[[2]string{c.List, c.Code}] = true
	}
	var b pgx.Batch
	for _, c := range codes {
		if at := [2]string{c.List, c.Code}; !stored[at] {
			stored[at] = true
			added = append(added, c)
		}
		b.Queue(`insert into ocds.code as c (list, code, batch, title, title_ru, title_kk, untranslated) values ($1, $2, $3, $4, $5, $6, $7)
			on conflict (list, code, batch) do update set title = excluded.title, title_ru = excluded.title_ru, title_kk = excluded.title_kk, untranslated = excluded.untranslated
			where (c.title, c.title_ru, c.title_kk, c.untranslated) is distinct from (excluded.title, excluded.title_ru, excluded.title_kk, excluded.untranslated)`,
			c.List, c.Code, c.Batch, c.EN, c.RU, c.KK, c.Untranslated)
	}
	return added, classify(s.pool.SendBatch(ctx, &b).Close(), "store codes of the source's dictionaries")
}

// Codes reads the entries of a code list that dictionaries of the source added, or
// of all lists when it is empty, in the order of list and code, in their newest
// wording.
func (s *Store) Codes(ctx context.Context, list string) ([]Code, error) {
	rows, err := s.pool.Query(ctx, `select distinct on (list, code collate "C") list, code, title, title_ru, title_kk, untranslated, min(batch) over (partition by list, code)
		from ocds.code where $1 = '' or list = $1 order by list, code collate "C", batch desc`, list)
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
