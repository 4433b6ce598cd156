package analytics

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/analytics/internal/pg"
	"github.com/kzocds/kzocds/analytics/search"
	"github.com/kzocds/kzocds/analytics/snapshot"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// Bounds of a search.
const (
	maxResults      = 100
	standardResults = 20
)

// Index finds documents by words; every method is safe beside the others, on any
// replica.
type Index interface {
	Indexed(ctx context.Context) (snapshot string, err error)
	// Rebuild makes the index of a snapshot and swaps it in whole. Update replaces
	// the documents of some processes when the index is of the parent, and tells
	// whether the index is of the snapshot now. Both do nothing when it is already.
	Rebuild(ctx context.Context, snapshot string, documents iter.Seq2[search.Document, error]) error
	Update(ctx context.Context, parent, snapshot string, ocids []string, documents iter.Seq2[search.Document, error]) (done bool, err error)
	Search(ctx context.Context, q search.Question, types []string, limit int) (found []pg.Found, corrected string, err error)
}

// Finder answers searches.
type Finder struct{ index Index }

// Search finds what words, a BIN, a number or a code may mean.
func (f *Finder) Search(ctx context.Context, q analysis.SearchQuery) (analysis.Found, error) {
	lang, err := language(q.Lang)
	if err != nil {
		return analysis.Found{}, err
	}
	text := strings.TrimLeft(q.Text, " \t\n\r")
	switch {
	case len(q.Text) > search.MaxText:
		return analysis.Found{}, fault.New(fault.Invalid, "the text looked for has %d bytes, at most %d", len(q.Text), search.MaxText).At("q")
	case strings.TrimSpace(text) == "" || text != strings.ToValidUTF8(text, "") || strings.ContainsRune(text, 0):
		return analysis.Found{}, fault.New(fault.Invalid, "there is nothing to look for").At("q").Do("give words, a BIN, a number or a code")
	}
	for _, t := range q.Types {
		if !slices.Contains(analysis.FoundTypes(), t) {
			return analysis.Found{}, fault.New(fault.Invalid, "there is no type %s", short(t)).At("type", analysis.FoundTypes()...)
		}
	}
	limit := q.Limit
	if limit == 0 {
		limit = standardResults
	}
	if limit < 1 || limit > maxResults {
		return analysis.Found{}, fault.New(fault.Invalid, "limit is %d, it must be 1 to %d", limit, maxResults).At("limit")
	}
	began := time.Now()
	indexed, err := f.index.Indexed(ctx)
	if err != nil {
		return analysis.Found{}, fault.Wrap(fault.Unavailable, err, "the search index cannot be read")
	}
	out := analysis.Found{Meta: analysis.Meta{Snapshot: indexed, Lang: lang}, Results: []analysis.Result{}}
	question := search.Parse(text)
	if len(question.Words) == 0 {
		return out, nil // signs only
	}
	found, corrected, err := f.index.Search(ctx, question, q.Types, limit)
	if err != nil {
		return analysis.Found{}, ended(err)
	}
	out.Corrected = corrected
	if out.More = len(found) > limit; out.More {
		found = found[:limit]
	}
	for _, x := range found {
		out.Results = append(out.Results, resultOf(x.Document, lang))
	}
	out.Meta.Rows = int64(len(out.Results))
	out.Meta.ElapsedMs = time.Since(began).Milliseconds()
	return out, nil
}

func resultOf(d search.Document, lang string) analysis.Result {
	r := analysis.Result{Type: d.Type, ID: d.ID, OCID: d.OCID, Title: titleOf(d.TitleRU, d.TitleKK, lang), Names: map[string]string{}, Date: d.Date}
	if r.Title == "" {
		r.Title = d.ID
	}
	if d.TitleRU != "" {
		r.Names[analysis.Russian] = d.TitleRU
	}
	if d.TitleKK != "" {
		r.Names[analysis.Kazakh] = d.TitleKK
	}
	var line []string
	for _, part := range []string{d.Number, titleOf(d.PartyRU, d.PartyKK, lang), d.Date} {
		if part != "" {
			line = append(line, part)
		}
	}
	r.Context = strings.Join(line, " · ")
	kind := d.Type // the kinds of entities have the names of what is found
	if kind == analysis.FoundPlanPoint {
		kind = analysis.EntityProcess
	}
	r.Path = analysis.Page(kind, d.ID)
	return r
}

// indexer keeps the search index at the published snapshot.
type indexer struct {
	index Index
	fetch snapshot.Fetcher
	log   *slog.Logger
	// wake is told that a snapshot was loaded.
	wake chan string
}

// told remembers the newest snapshot to index.
func (x *indexer) told(id string) {
	for {
		select {
		case x.wake <- id:
			return
		case <-x.wake: // an older one
		}
	}
}

// follow indexes what it is told of until ctx ends. A failure is logged; the next
// snapshot, or the next look, tries again.
func (x *indexer) follow(ctx context.Context, again time.Duration) error {
	id := ""
	for {
		select {
		case <-ctx.Done():
			return nil
		case id = <-x.wake:
		case <-time.After(again):
		}
		if id == "" {
			continue
		}
		if err := x.catchUp(ctx, id); err != nil && ctx.Err() == nil {
			x.log.ErrorContext(ctx, "the search index is behind", "snapshot", id, "err", err)
			continue
		}
		id = ""
	}
}

func (x *indexer) catchUp(ctx context.Context, id string) error {
	indexed, err := x.index.Indexed(ctx)
	if err != nil || indexed == id {
		return err
	}
	began := time.Now()
	s, manifest, err := x.fetch.Describe(ctx, id)
	if err != nil {
		return err
	}
	if err := x.fetch.Fetch(ctx, &s, manifest); err != nil {
		return err
	}
	done := false
	if len(s.Deltas) > 0 {
		ocids, documents, err := search.Changed(s)
		if err != nil {
			return err
		}
		if done, err = x.index.Update(ctx, manifest.Parent, id, ocids, documents); err != nil {
			return fmt.Errorf("update the search index: %w", err)
		}
	}
	if !done {
		if err := x.index.Rebuild(ctx, id, search.Everything(s)); err != nil {
			return fmt.Errorf("rebuild the search index: %w", err)
		}
	}
	x.log.InfoContext(ctx, "search index made", "snapshot", id, "delta", done, "elapsed", time.Since(began))
	return nil
}

// noIndex stands for the index of a service without a database.
type noIndex struct{}

var errNoDatabase = fault.New(fault.Unavailable, "this deployment has no database for searches and reports").Do("set postgres.url of analytics")

func (noIndex) Indexed(context.Context) (string, error) { return "", errNoDatabase }
func (noIndex) Rebuild(context.Context, string, iter.Seq2[search.Document, error]) error {
	return errNoDatabase
}
func (noIndex) Update(context.Context, string, string, []string, iter.Seq2[search.Document, error]) (bool, error) {
	return false, errNoDatabase
}
func (noIndex) Search(context.Context, search.Question, []string, int) ([]pg.Found, string, error) {
	return nil, "", errNoDatabase
}
func (noIndex) SaveReport(context.Context, string, json.RawMessage, int) error { return errNoDatabase }
func (noIndex) Report(context.Context, string) (json.RawMessage, error)        { return nil, errNoDatabase }
