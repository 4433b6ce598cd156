package transformer

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/internal/pg"
	"github.com/kzocds/kzocds/transformer/mapping"
	"github.com/kzocds/kzocds/transformer/privacy"
	"github.com/kzocds/kzocds/transformer/quality"
)

// codes knows what the source's own dictionaries say about code lists: which
// codes they have, since which batch, and their titles. The rows of each batch are
// read once. It is safe for many goroutines.
type codes struct {
	mu    sync.Mutex
	upTo  int64 // batch up to which rows were read
	known map[listed]code
}

type listed struct{ list, code string }

type code struct {
	since int64 // batch that brought it
	title mapping.Title
}

// read takes in the rows of batches that were not read yet. A row keeps its name
// when the dictionary drops it: what was published with the code still has it.
func (c *codes) read(ctx context.Context, s store, guard *privacy.Guard, batch int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if batch <= c.upTo {
		return nil
	}
	if c.known == nil {
		c.known = map[listed]code{}
	}
	rows, err := s.Dictionaries(ctx, mapping.Dictionaries(), c.upTo, batch)
	if err != nil {
		return err
	}
	for i := range rows {
		row, err := guard.Clean(source.Reference, rows[i].Body)
		if err != nil {
			continue // a row that cannot be read names nothing
		}
		list, id, title, ok := mapping.CodeOf(rows[i].ID, row)
		if !ok {
			continue
		}
		at := listed{list, id}
		since := rows[i].Batch
		if before, known := c.known[at]; known {
			since = before.since
		}
		c.known[at] = code{since, title}
	}
	c.upTo = batch
	return nil
}

// asOf tells whether a dictionary had a code as of a batch.
func (c *codes) asOf(batch int64) func(list, code string) bool {
	return func(list, id string) bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		known, ok := c.known[listed{list, id}]
		return ok && known.since <= batch
	}
}

// beyond lists the codes that no code list of the program has, sorted.
func (c *codes) beyond() []pg.Code {
	c.mu.Lock()
	defer c.mu.Unlock()
	lists := mapping.CodeLists()
	var all []pg.Code
	for at, known := range c.known {
		if _, has := lists[at.list][at.code]; has {
			continue
		}
		all = append(all, pg.Code{List: at.list, Code: at.code, EN: known.title.EN, RU: known.title.RU, KK: known.title.KK, Batch: known.since})
	}
	slices.SortFunc(all, func(a, b pg.Code) int { return strings.Compare(a.List+"/"+a.Code, b.List+"/"+b.Code) })
	return all
}

// completeCodes stores the codes that the source's dictionaries add to the code
// lists, and has the processes looked at again that were reported for one of them
// before the dictionary had it.
func (s *Service) completeCodes(ctx context.Context, batch int64) error {
	if err := s.codes.read(ctx, s.store, s.guard, batch); err != nil {
		return err
	}
	added := s.codes.beyond()
	if len(added) == 0 {
		return nil
	}
	if err := s.store.WriteCodes(ctx, added); err != nil {
		return err
	}
	values := make([]string, len(added))
	for i, c := range added {
		values[i] = c.List + "/" + c.Code
	}
	const limit = 5000
	for after := ""; ; {
		keys, err := s.store.Reported(ctx, s.mapping.ID, quality.SourceCode, values, after, limit)
		if err != nil || len(keys) == 0 {
			return err
		}
		marks := make([]pg.Mark, len(keys))
		for i, key := range keys {
			marks[i] = asTransformed(key)
		}
		if err := s.store.MarkFor(ctx, s.mapping.ID, marks); err != nil {
			return err
		}
		after = keys[len(keys)-1]
	}
}
