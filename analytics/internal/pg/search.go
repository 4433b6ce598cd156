package pg

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/kzocds/kzocds/analytics/search"
	"github.com/kzocds/kzocds/platform/fault"
)

// Bounds of a search. A word that very many documents have is looked up in a part
// of them.
const (
	statementTime = 2 * time.Second
	candidates    = 2_000
	fuzzyLimit    = 50_000 // rows that the index gives at most, about
	similarWords  = 4
	similarity    = "0.34" // trigrams in common, least
	maxVocabulary = 1_000_000
)

// documentTable makes the table of documents under a name.
const documentTable = `create table analysis.%[1]s (
	rank smallint not null, type text not null, id text not null, ocid text collate "C" not null, title_ru text not null, title_kk text not null,
	number text not null, party_ru text not null, party_kk text not null, date text not null, words tsvector not null
)`

// The columns of the table that rows are copied to first: the words of a document
// are made of its text in the database.
const stageTable = `create temp table stage (
	rank smallint, type text, id text, ocid text, title_ru text, title_kk text, number text, party_ru text, party_kk text, date text, spoken text, lexemes text[]
) on commit drop`

var stageColumns = []string{"rank", "type", "id", "ocid", "title_ru", "title_kk", "number", "party_ru", "party_kk", "date", "spoken", "lexemes"}

const fromStage = ` (rank, type, id, ocid, title_ru, title_kk, number, party_ru, party_kk, date, words)
	select rank, type, id, ocid, title_ru, title_kk, number, party_ru, party_kk, date, to_tsvector('russian', spoken) || array_to_tsvector(coalesce(lexemes, '{}')) from stage`

// Indexed tells which snapshot can be searched; "" when none.
func (s *Store) Indexed(ctx context.Context) (snapshot string, err error) {
	err = s.pool.QueryRow(ctx, `select snapshot from analysis.search_state`).Scan(&snapshot)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return snapshot, err
}

// locked runs fn in a transaction that no other replica has beside it, and tells
// it which snapshot is indexed.
func (s *Store) locked(ctx context.Context, fn func(tx pgx.Tx, indexed string) error) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtext('kzocds search index'))`); err != nil {
			return err
		}
		var indexed string
		if err := tx.QueryRow(ctx, `select coalesce((select snapshot from analysis.search_state), '')`).Scan(&indexed); err != nil {
			return err
		}
		return fn(tx, indexed)
	})
}

// Rebuild makes the index of a snapshot beside the one in use and swaps them in
// one step. It does nothing when the snapshot is indexed.
func (s *Store) Rebuild(ctx context.Context, snapshot string, documents iter.Seq2[search.Document, error]) error {
	return s.locked(ctx, func(tx pgx.Tx, indexed string) error {
		if indexed == snapshot {
			return nil
		}
		// Words are compared by trigrams.
		if _, err := tx.Exec(ctx, `create extension if not exists pg_trgm`); err != nil {
			return fault.Wrap(fault.Unavailable, err, "the search index needs PostgreSQL's extension pg_trgm").Do("install postgresql-contrib, or let an administrator create the extension")
		}
		if err := run(ctx, tx, fmt.Sprintf(documentTable, "search_document_next"), `create table analysis.search_word_next (word text collate "C" primary key, latin text not null)`, stageTable); err != nil {
			return err
		}
		n, words, err := s.stage(ctx, tx, documents)
		if err != nil {
			return err
		}
		if err := run(ctx, tx, `insert into analysis.search_document_next`+fromStage); err != nil {
			return err
		}
		if err := addWords(ctx, tx, "search_word_next", words); err != nil {
			return err
		}
		// Indexes are made before the swap, so that readers wait for names only.
		own := regexp.MustCompile(`[^a-z0-9]`).ReplaceAllString(snapshot, "")
		own = own[:min(len(own), 16)]
		if err := run(ctx, tx,
			`create index words_`+own+` on analysis.search_document_next using gin (words)`,
			`create index ocid_`+own+` on analysis.search_document_next (ocid)`,
			`create index id_`+own+` on analysis.search_document_next (type, id)`,
			`create index latin_`+own+` on analysis.search_word_next using gin (latin gin_trgm_ops)`,
			`analyze analysis.search_document_next`, `analyze analysis.search_word_next`,
			`drop table if exists analysis.search_document, analysis.search_word`,
			`alter table analysis.search_document_next rename to search_document`,
			`alter table analysis.search_word_next rename to search_word`,
			`alter index analysis.search_word_next_pkey rename to search_word_pkey`); err != nil {
			return err
		}
		return indexedNow(ctx, tx, snapshot, n)
	})
}

// Update replaces the documents of some processes. It does nothing when the index
// is not of the parent: done is then false, and the index has to be rebuilt.
func (s *Store) Update(ctx context.Context, parent, snapshot string, ocids []string, documents iter.Seq2[search.Document, error]) (done bool, err error) {
	err = s.locked(ctx, func(tx pgx.Tx, indexed string) error {
		if done = indexed == snapshot; done || indexed == "" || indexed != parent {
			return nil
		}
		if err := run(ctx, tx, stageTable); err != nil {
			return err
		}
		_, words, err := s.stage(ctx, tx, documents)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from analysis.search_document where ocid = any($1) and ocid <> ''`, ocids); err != nil {
			return fmt.Errorf("search index: %w", err)
		}
		// Organisations and categories are of no process: the newest names stay.
		if err := run(ctx, tx, `delete from analysis.search_document d using stage s where s.ocid = '' and d.type = s.type and d.id = s.id`, `insert into analysis.search_document`+fromStage); err != nil {
			return err
		}
		if err := addWords(ctx, tx, "search_word", words); err != nil {
			return err
		}
		done = true
		var n int64
		if err := tx.QueryRow(ctx, `select count(*) from analysis.search_document`).Scan(&n); err != nil {
			return err
		}
		return indexedNow(ctx, tx, snapshot, n)
	})
	return done && err == nil, err
}

func run(ctx context.Context, tx pgx.Tx, statements ...string) error {
	for _, s := range statements {
		if _, err := tx.Exec(ctx, s); err != nil {
			return fmt.Errorf("search index: %.60s: %w", s, err)
		}
	}
	return nil
}

func indexedNow(ctx context.Context, tx pgx.Tx, snapshot string, n int64) error {
	_, err := tx.Exec(ctx, `insert into analysis.search_state (snapshot, documents) values ($1, $2)
		on conflict (only_row) do update set snapshot = excluded.snapshot, documents = excluded.documents, indexed_at = now()`, snapshot, n)
	return err
}

// stage copies documents to the table stage and collects their words.
func (s *Store) stage(ctx context.Context, tx pgx.Tx, documents iter.Seq2[search.Document, error]) (n int64, words map[string]bool, err error) {
	next, stop := iter.Pull2(documents)
	defer stop()
	words = map[string]bool{}
	n, err = tx.CopyFrom(ctx, pgx.Identifier{"stage"}, stageColumns, pgx.CopyFromFunc(func() ([]any, error) {
		d, err, ok := next()
		if !ok || err != nil {
			return nil, err
		}
		texts := append([]string{d.TitleRU, d.TitleKK}, d.More...)
		spoken := strings.Join(search.Words(strings.Join(texts, " ")), " ")
		for w := range strings.FieldsSeq(spoken) {
			if len(words) < maxVocabulary && len(w) > 6 && len(w) < 80 { // words of four letters and more
				words[w] = true
			}
		}
		return []any{int16(search.Rank(d.Type)), d.Type, clean(d.ID), clean(d.OCID), clean(d.TitleRU), clean(d.TitleKK), clean(d.Number), clean(d.PartyRU), clean(d.PartyKK), d.Date, clean(spoken),
			d.Lexemes()}, nil
	}))
	if err != nil {
		return 0, nil, fmt.Errorf("search index: copy documents: %w", err)
	}
	return n, words, nil
}

// clean takes out what PostgreSQL keeps in no text.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

func addWords(ctx context.Context, tx pgx.Tx, table string, words map[string]bool) error {
	batch := make([]string, 0, len(words))
	latin := make([]string, 0, len(words))
	for w := range words {
		batch, latin = append(batch, w), append(latin, search.Latin(w))
	}
	_, err := tx.Exec(ctx, `insert into analysis.`+table+` (word, latin) select * from unnest($1::text[], $2::text[]) on conflict do nothing`, batch, latin)
	if err != nil {
		return fmt.Errorf("search index: words: %w", err)
	}
	return nil
}

// Found is a document that was found.
type Found struct {
	search.Document
	Exact bool // by its number
}

// Search finds documents by a question, the best first, one more than limit when
// there are more. corrected says what was looked for instead of unknown words.
func (s *Store) Search(ctx context.Context, q search.Question, types []string, limit int) (found []Found, corrected string, err error) {
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, fmt.Sprintf(`set local statement_timeout = %d; set local gin_fuzzy_search_limit = %d; set local pg_trgm.similarity_threshold = %s`,
			statementTime.Milliseconds(), fuzzyLimit, similarity)); err != nil {
			return err
		}
		query, looked, err := s.query(ctx, tx, q)
		if err != nil || query == "" {
			return err
		}
		corrected = looked
		frequent, err := frequent(ctx, tx, query)
		if err != nil {
			return err
		}
		if err := indexOnly(ctx, tx, !frequent); err != nil {
			return err
		}
		found, err = find(ctx, tx, query, q.Code, types, limit)
		return err
	})
	var pgErr *pgconn.PgError
	switch {
	case err == nil:
		return found, corrected, nil
	case errors.As(err, &pgErr) && pgErr.Code == "42P01": // undefined_table
		return nil, "", fault.New(fault.Unavailable, "the search index is being made").After(10 * time.Second).Do("try again in a moment")
	case errors.As(err, &pgErr) && pgErr.Code == "57014": // query_canceled
		return nil, "", fault.Wrap(fault.Timeout, err, "the search took longer than %s", statementTime).Do("look for less: more or longer words, or one type")
	}
	return nil, "", fmt.Errorf("search: %w", err)
}

// lexize gives the lexeme of a word as to_tsvector('russian') makes it.
func lexize(word string) string {
	return `ts_lexize(case when ` + word + ` ~ '^[a-z0-9]+$' then 'english_stem'::regdictionary else 'russian_stem' end, ` + word + `)`
}

// query makes a tsquery of a question. corrected is not "" when a word that no
// document has was replaced by words like it.
func (s *Store) query(ctx context.Context, tx pgx.Tx, q search.Question) (query, corrected string, err error) {
	texts := make([]string, len(q.Words))
	for i, w := range q.Words {
		texts[i] = w.Text
	}
	rows, err := tx.Query(ctx, `select coalesce(`+lexize("w")+`, array[w]) from unnest($1::text[]) with ordinality as u (w, n) order by n`, texts)
	if err != nil {
		return "", "", err
	}
	lexemes, err := pgx.CollectRows(rows, pgx.RowTo[[]string])
	if err != nil {
		return "", "", err
	}
	var parts []string
	looked, changed := make([]string, len(q.Words)), false
	for i, w := range q.Words {
		looked[i] = w.Text
		if len(lexemes[i]) == 0 {
			continue // a word that says nothing
		}
		all := alternatives(w, lexemes[i])
		some, err := present(ctx, tx, all)
		if err != nil {
			return "", "", err
		}
		if some == nil {
			rows, err := tx.Query(ctx, `select word, coalesce(`+lexize("word")+`, array[word]) from analysis.search_word where latin % $1 order by similarity(latin, $1) desc, word limit $2`, search.Latin(w.Text), similarWords)
			if err != nil {
				return "", "", err
			}
			var like []string
			var word string
			var lexeme []string
			if _, err := pgx.ForEachRow(rows, []any{&word, &lexeme}, func() error {
				if like == nil {
					looked[i], changed = word, true
				}
				for _, l := range alternatives(search.Word{Stems: search.Stems(word)}, lexeme) {
					if !slices.Contains(like, l) {
						like = append(like, l)
					}
				}
				return nil
			}); err != nil {
				return "", "", err
			}
			if some, err = present(ctx, tx, like); err != nil {
				return "", "", err
			}
		}
		if some == nil {
			some = all
		}
		part := "(" + strings.Join(some, " | ") + ")"
		parts = append(parts, part)
	}
	query = strings.Join(parts, " & ")
	if q.Code != "" {
		whole := lexeme(q.Code) + ":*"
		if query != "" {
			whole += " | (" + query + ")"
		}
		// A number is not corrected.
		return whole, "", nil
	}
	if changed {
		corrected = strings.Join(looked, " ")
	}
	return query, corrected, nil
}

// indexOnly keeps a search from reading the table itself. The planner takes a word
// that it has not met for one that some documents have, and expects to meet one
// soon when it reads all of them: it reads to the end when there is none.
func indexOnly(ctx context.Context, tx pgx.Tx, only bool) error {
	_, err := tx.Exec(ctx, `select set_config('enable_seqscan', $1, true)`, map[bool]string{true: "off", false: "on"}[only])
	return err
}

// present keeps the lexemes that some document has. The index bounds what it gives
// only where every lexeme of a question is frequent: one that nothing has would
// make it give everything.
func present(ctx context.Context, tx pgx.Tx, lexemes []string) ([]string, error) {
	if err := indexOnly(ctx, tx, true); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `select l from unnest($1::text[]) with ordinality as u (l, n)
		where exists (select from analysis.search_document where words @@ l::tsquery) order by n`, lexemes)
	if err != nil {
		return nil, err
	}
	return pgx.AppendRows([]string(nil), rows, pgx.RowTo[string])
}

// frequent tells whether reading the table meets enough candidates soon: a part of
// it is looked at, because words together can be rare though each is frequent.
func frequent(ctx context.Context, tx pgx.Tx, query string) (yes bool, err error) {
	err = tx.QueryRow(ctx, `select count(*) >= 40 from (select words from analysis.search_document tablesample system (0.2) repeatable (1) limit 2000) as part
		where words @@ $1::tsquery`, query).Scan(&yes)
	return yes, err
}

// alternatives are the lexemes of which a document must have one.
func alternatives(w search.Word, russian []string) []string {
	var any []string
	prefix := ""
	if w.Prefix {
		prefix = ":*"
		any = append(any, lexeme(w.Text)+prefix)
	}
	for _, l := range russian {
		any = append(any, lexeme(l)+prefix)
	}
	for _, s := range w.Stems {
		any = append(any, lexeme(search.StemPrefix+s))
	}
	if w.Prefix {
		any = append(any, lexeme(search.StemPrefix+w.Text)+prefix)
	}
	if w.Code != "" {
		any = append(any, lexeme(w.Code)+":*")
	}
	return any
}

// lexeme quotes a lexeme for a tsquery.
func lexeme(text string) string {
	return "'" + strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(text) + "'"
}

func find(ctx context.Context, tx pgx.Tx, query, code string, types []string, limit int) ([]Found, error) {
	if types == nil {
		types = []string{}
	}
	exact := ""
	if code != "" {
		exact = lexeme(code)
	}
	rows, err := tx.Query(ctx, `
		with candidate as (
			select * from analysis.search_document where words @@ $1::tsquery and (cardinality($2::text[]) = 0 or type = any($2)) limit $3
		)
		select type, id, ocid, title_ru, title_kk, number, party_ru, party_kk, date, $4 <> '' and words @@ nullif($4, '')::tsquery is true as exact
		from candidate order by exact desc, rank, length(title_ru), date desc, id, type limit $5`, query, types, candidates, exact, limit+1)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f Found, err error) {
		var isExact *bool
		err = row.Scan(&f.Type, &f.ID, &f.OCID, &f.TitleRU, &f.TitleKK, &f.Number, &f.PartyRU, &f.PartyKK, &f.Date, &isExact)
		f.Exact = isExact != nil && *isExact
		return f, err
	})
}
