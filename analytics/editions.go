package analytics

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// Keys of the editions of forms in the bucket.
const (
	editionsKey = "reports/index.json"
	editionKey  = "reports/%s/%s/%s/%s.%s" // form, period, snapshot, language, ending
)

// editions are the forms that were made on schedule, in the object store.
type editions struct {
	bucket blob.Bucket
	forms  *Forms
}

// read gives the index, the newest period first; nothing before the first edition.
func (e *editions) read(ctx context.Context) ([]analysis.Edition, error) {
	list := []analysis.Edition{}
	body, _, err := e.bucket.Get(ctx, editionsKey, blob.GetOptions{})
	if fault.KindOf(err) == fault.NotFound {
		return list, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", editionsKey, err)
	}
	defer body.Close()
	if err := json.NewDecoder(body).Decode(&list); err != nil {
		return nil, fmt.Errorf("read %s: %w", editionsKey, err)
	}
	return list, nil
}

// due lists the editions that the loaded snapshot calls for, form/period, without
// those that are there of this snapshot.
func (e *editions) due(ctx context.Context) ([]string, error) {
	now, err := e.forms.answerer.current("")
	if err != nil {
		return nil, err
	}
	have, err := e.read(ctx)
	if err != nil {
		return nil, err
	}
	day, err := time.Parse(time.RFC3339, now.AsOf)
	if err != nil {
		return nil, nil // an empty snapshot has no date
	}
	var due []string
	for _, form := range catalog.Forms() {
		for _, period := range periodsOf(form, day) {
			if !slices.ContainsFunc(have, func(x analysis.Edition) bool { return x.Form == form.ID && x.Period == period && x.Snapshot == now.ID }) {
				due = append(due, form.ID+"/"+period)
			}
		}
	}
	return due, nil
}

// make fills a form and puts its files into the bucket. Doing it again writes the
// same under the same keys.
func (e *editions) make(ctx context.Context, what string) (analysis.Edition, error) {
	id, period, _ := strings.Cut(what, "/")
	out := analysis.Edition{Form: id, Period: period}
	for _, lang := range analysis.Languages() {
		form, err := e.forms.Form(ctx, analysis.FormQuery{Form: id, Period: period, Lang: lang})
		if err != nil {
			return out, err
		}
		if out.Snapshot == "" {
			out.Snapshot, out.AsOf = form.Meta.Snapshot, form.Meta.AsOf
		}
		if out.Snapshot != form.Meta.Snapshot {
			return out, fault.New(fault.Unavailable, "another snapshot was loaded while %s was made", what) // tried again
		}
		form.Meta.ElapsedMs = 0
		text, err := json.MarshalIndent(form, "", " ")
		if err != nil {
			return out, fmt.Errorf("encode %s: %w", what, err)
		}
		book, err := workbook(form)
		if err != nil {
			return out, err
		}
		for _, f := range []struct {
			ending, kind string
			body         []byte
		}{{"json", "application/json", text}, {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", book}} {
			sum := sha256.Sum256(f.body)
			file := analysis.FormFile{Lang: lang, MediaType: f.kind, Key: fmt.Sprintf(editionKey, id, period, out.Snapshot, lang, f.ending), Bytes: int64(len(f.body)), SHA256: hex.EncodeToString(sum[:])}
			if _, err := e.bucket.Put(ctx, file.Key, bytes.NewReader(f.body), file.Bytes, blob.PutOptions{ContentType: f.kind}); err != nil {
				return out, fmt.Errorf("write %s: %w", file.Key, err)
			}
			out.Files = append(out.Files, file)
		}
	}
	return out, nil
}

// publish puts editions into the index; one of the same form and period is
// replaced, its files stay for who links to them.
func (e *editions) publish(ctx context.Context, made []analysis.Edition) error {
	list, err := e.read(ctx)
	if err != nil {
		return err
	}
	for _, m := range made {
		list = slices.DeleteFunc(list, func(x analysis.Edition) bool { return x.Form == m.Form && x.Period == m.Period })
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b analysis.Edition) int {
		if c := strings.Compare(b.Period, a.Period); c != 0 {
			return c
		}
		return strings.Compare(a.Form, b.Form)
	})
	text, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", editionsKey, err)
	}
	if _, err := e.bucket.Put(ctx, editionsKey, bytes.NewReader(text), int64(len(text)), blob.PutOptions{ContentType: "application/json"}); err != nil {
		return fmt.Errorf("write %s: %w", editionsKey, err)
	}
	return nil
}
