package goszakup

import (
	"context"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

// journalPath lists what changed, newest first. It is asked for whole days.
const journalPath = "/v3/journal"

// journalFor is how long a journal that was read serves other entities of the
// same batch.
const journalFor = time.Minute

// journalRead is the journal as read last.
type journalRead struct {
	mu      sync.Mutex
	from    time.Time
	at      time.Time
	entries map[source.Entity][]document.Change
}

// Changes lists the entries of an entity from a moment on, oldest first. The
// journal is read once for all entities of a batch.
func (c *Client) Changes(ctx context.Context, e source.Entity, from time.Time) ([]document.Change, error) {
	c.journal.mu.Lock()
	defer c.journal.mu.Unlock()
	if !c.journal.from.Equal(from) || time.Since(c.journal.at) > journalFor {
		entries, err := c.readJournal(ctx, from)
		if err != nil {
			return nil, err
		}
		c.journal.from, c.journal.at, c.journal.entries = from, time.Now(), entries
	}
	return c.journal.entries[e], nil
}

func (c *Client) readJournal(ctx context.Context, from time.Time) (map[source.Entity][]document.Change, error) {
	of := map[string]source.Entity{}
	for e, spec := range entities {
		if _, quasi := twin[e]; quasi {
			continue
		}
		for _, name := range spec.services {
			of[name] = e
		}
	}
	path := journalPath + "?" + url.Values{"date_from": {from.In(Zone).Format(time.DateOnly)}}.Encode()
	entries := map[source.Entity][]document.Change{}
	for after := ""; ; {
		p, _, err := c.list(ctx, path, after, c.cfg.PageREST)
		if fault.KindOf(err) == fault.NotFound {
			c.log.WarnContext(ctx, "the source has no journal; changes are found by dates and ids alone", "error", err)
			return entries, nil
		}
		if err != nil {
			return nil, err
		}
		older := false
		for _, item := range p.Items {
			body, bad := canonical(item)
			if bad != nil {
				continue // an entry is a hint; the comparison finds what it would have told
			}
			at := moment(body.Text("date_action"))
			older = older || !at.IsZero() && at.Before(from)
			e, known := of[body.Text("service_name")]
			id := number(body, "object_id")
			if !known || id == "" || at.Before(from) {
				continue
			}
			entries[e] = append(entries[e], document.Change{Entity: e, ID: id, Deleted: body.Text("action") == "D", At: at})
		}
		next := searchAfter(p.NextPage)
		if next == "" || next == after || len(p.Items) == 0 || older {
			break
		}
		after = next
	}
	for _, list := range entries {
		slices.SortStableFunc(list, func(a, b document.Change) int { return a.At.Compare(b.At) })
	}
	return entries, nil
}
