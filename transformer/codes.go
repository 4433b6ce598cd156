package transformer

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/internal/pg"
	"github.com/kzocds/kzocds/transformer/mapping"
	"github.com/kzocds/kzocds/transformer/privacy"
	"github.com/kzocds/kzocds/transformer/quality"
)

// codes knows what the source's own dictionaries say about code lists: which
// codes they have, since which batch, and in which words. The rows of each batch are
// read once. It is safe for many goroutines.
type codes struct {
	mu    sync.Mutex
	upTo  int64 // batch up to which rows were read
	known map[listed][]wording
}

type listed struct{ list, code string }

// wording is what a dictionary calls a code from a batch on.
type wording struct {
	since int64
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
		c.known = map[listed][]wording{}
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
		said := c.known[at]
		switch last := len(said) - 1; {
		case last >= 0 && said[last].title == title:
		case last >= 0 && said[last].since == rows[i].Batch:
			said[last].title = title
		default:
			c.known[at] = append(said, wording{rows[i].Batch, title})
		}
	}
	c.upTo = batch
	return nil
}

// asOf tells whether a dictionary had a code as of a batch.
func (c *codes) asOf(batch int64) func(list, code string) bool {
	return func(list, id string) bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		said := c.known[listed{list, id}]
		return len(said) > 0 && said[0].since <= batch
	}
}

// beyond lists the wordings of codes that no code list of the program has, sorted.
func (c *codes) beyond() []pg.Code {
	c.mu.Lock()
	defer c.mu.Unlock()
	lists := mapping.CodeLists()
	var all []pg.Code
	for at, said := range c.known {
		if _, has := lists[at.list][at.code]; has {
			continue
		}
		for _, w := range said {
			all = append(all, pg.Code{List: at.list, Code: at.code, EN: w.title.EN, RU: w.title.RU, KK: w.title.KK, Untranslated: w.title.Untranslated, Batch: w.since})
		}
	}
	slices.SortFunc(all, func(a, b pg.Code) int {
		return cmp.Or(strings.Compare(a.List+"/"+a.Code, b.List+"/"+b.Code), cmp.Compare(a.Batch, b.Batch))
	})
	return all
}

// raise tells operators of codes that the source's dictionaries have and the program
// does not: which of them wait for a translation, or for a code of the standard.
func (s *Service) raise(ctx context.Context, unseen []pg.Code) {
	for _, c := range unseen {
		waits := "nothing"
		if c.Untranslated != "" {
			waits = "translation"
		}
		if standard, closed := mapping.Standard(c.List, c.Code); closed && standard == "" {
			waits = "decision"
		}
		s.unseen.Add(ctx, 1, metric.WithAttributes(attribute.String("list", c.List), attribute.String("waits", waits)))
		if waits != "nothing" {
			s.log.WarnContext(ctx, "the source's dictionary has a code that the program does not know; it is published as it is",
				"list", c.List, "code", c.Code, "title", c.RU, "untranslated", c.Untranslated, "waits", waits, "do", "docs/operate/quarantine.md, codes that nobody has seen")
		}
	}
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
	unseen, err := s.store.WriteCodes(ctx, added)
	if err != nil {
		return err
	}
	s.raise(ctx, unseen)
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
