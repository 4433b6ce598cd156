package publisher

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/publication"
	"github.com/kzocds/kzocds/publisher/internal/pg"
)

// serve runs consumer and questions for the length of the test.
func (f *fixture) serve() {
	f.t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(f.t.Context()))
	ended := make(chan error, 2)
	go func() { ended <- f.consume(ctx) }()
	go func() { ended <- f.answer(ctx) }()
	f.t.Cleanup(func() {
		stop()
		for range 2 {
			if err := <-ended; err != nil {
				f.t.Error(err)
			}
		}
	})
}

func ask[Res, Req any](f *fixture, verb string, req Req) (Res, error) {
	ctx, cancel := context.WithTimeout(f.t.Context(), 20*time.Second)
	defer cancel()
	for {
		res, err := bus.Ask[Req, Res](ctx, f.conn, publication.Service, verb, req)
		// The server of the questions may still be on its way.
		if fault.KindOf(err) != fault.Unavailable || ctx.Err() != nil {
			return res, err
		}
	}
}

func (f *fixture) await(sequence uint64) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), 20*time.Second)
	defer cancel()
	if err := f.awaitProcesses(ctx, sequence, func(uint64) {}); err != nil {
		f.t.Fatal(err)
	}
}

// settled waits until no transaction holds the feed back; those of other tests
// on the same server do too.
func (f *fixture) settled() {
	f.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		var behind bool
		if err := f.pool.QueryRow(f.t.Context(), `select exists (
			select from publication.release where txid >= pg_snapshot_xmin(pg_current_snapshot())
			union all select from publication.process where txid >= pg_snapshot_xmin(pg_current_snapshot()))`).Scan(&behind); err != nil {
			f.t.Fatal(err)
		}
		if !behind {
			return
		}
		if time.Now().After(deadline) {
			f.t.Fatal("the feed is held back")
		}
	}
}

func TestFromAnnouncementToAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.serve()
	var last uint64
	for i := range 5 {
		last = f.announce(f.transform(i, 0))
	}
	last = f.announce(f.transform(2, 1))
	f.await(last)

	f.settled()
	// The feed, page by page, has every release once.
	var ids []string
	cursor := ""
	for {
		page, err := ask[publication.FeedPage](f, publication.VerbReleases, publication.FeedRequest{Cursor: cursor, Limit: 4})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			var head struct{ ID string }
			if err := json.Unmarshal(item, &head); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, head.ID)
		}
		if len(page.Extensions) == 0 || page.Newest.IsZero() {
			t.Errorf("page %+v", page)
		}
		cursor = page.Next
		if !page.More {
			break
		}
	}
	want := []string{makeRelease(2, 1).id}
	for i := range 5 {
		want = append(want, makeRelease(i, 0).id)
	}
	slices.Sort(ids)
	slices.Sort(want)
	if !slices.Equal(ids, want) {
		t.Errorf("releases %v, want %v", ids, want)
	}
	end, err := ask[publication.FeedPage](f, publication.VerbReleases, publication.FeedRequest{Cursor: cursor})
	if err != nil || len(end.Items) != 0 || end.Next != cursor || end.More {
		t.Errorf("at the end of the feed: %+v, %v", end, err)
	}
	records, err := ask[publication.FeedPage](f, publication.VerbRecords, publication.FeedRequest{})
	if err != nil || len(records.Items) != 5 {
		t.Errorf("%d records, %v", len(records.Items), err)
	}

	release, err := ask[publication.Document](f, publication.VerbRelease, publication.ReleaseRequest{ID: makeRelease(2, 1).id})
	if err != nil || string(release.Body) != string(makeRelease(2, 1).body) || len(release.Digest) != 64 {
		t.Errorf("release %s, %v", release.Body, err)
	}
	provenance, err := ask[publication.Provenance](f, publication.VerbProvenance, publication.ProvenanceRequest{OCID: makeRelease(2, 0).ocid})
	if err != nil || len(provenance.Releases) != 2 || len(provenance.Releases[1].Documents) != 1 ||
		provenance.Releases[1].Documents[0].URL != "https://portal.example/1002" || len(provenance.Releases[0].Documents[0].Hash) != 64 {
		t.Errorf("provenance %+v, %v", provenance, err)
	}
}

func TestARecordOfNowOfThenAndOfAllTimes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.apply(f.transform(4, 0))
	f.apply(f.transform(4, 2))
	first, second, third := makeRelease(4, 0), makeRelease(4, 1), makeRelease(4, 2)
	type record struct {
		OCID             string
		Releases         []struct{ ID string }
		CompiledRelease  *struct{ Tender struct{ Title string } }
		VersionedRelease *struct {
			Tender struct{ Title []struct{ Value string } }
		}
	}
	get := func(r publication.RecordRequest) (record, publication.Document) {
		t.Helper()
		r.OCID = first.ocid
		doc, err := f.Record(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		var out record
		if err := json.Unmarshal(doc.Body, &out); err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(doc.Body); doc.Digest != hex.EncodeToString(sum[:]) {
			t.Error("the digest is of another body")
		}
		return out, doc
	}
	now, doc := get(publication.RecordRequest{})
	if now.OCID != first.ocid || len(now.Releases) != 3 || now.CompiledRelease.Tender.Title != "Закупка 4, версия 2" || !doc.Newest.Equal(third.date) {
		t.Errorf("now %+v", now)
	}
	then, doc := get(publication.RecordRequest{AsOf: second.date})
	if len(then.Releases) != 2 || then.CompiledRelease.Tender.Title != "Закупка 4, версия 1" || !doc.Newest.Equal(second.date) {
		t.Errorf("then %+v", then)
	}
	all, _ := get(publication.RecordRequest{Versioned: true})
	if all.CompiledRelease != nil || len(all.VersionedRelease.Tender.Title) != 3 {
		t.Errorf("versioned %+v", all)
	}
	early, _ := get(publication.RecordRequest{Versioned: true, AsOf: first.date})
	if len(early.VersionedRelease.Tender.Title) != 1 {
		t.Errorf("versioned then %+v", early)
	}
	_, err := f.Record(t.Context(), publication.RecordRequest{OCID: first.ocid, AsOf: first.date.Add(-time.Second)})
	if fault.KindOf(err) != fault.NotFound {
		t.Errorf("before the first release: %v", err)
	}
}

func TestQuestionsThatCannotBeAnswered(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.apply(f.transform(0, 0))
	ctx := t.Context()
	for name, c := range map[string]struct {
		ask   func() error
		kind  fault.Kind
		field string
	}{
		"a cursor of another feed": {func() error { _, err := f.Releases(ctx, publication.FeedRequest{Cursor: "MjAyNg"}); return err }, fault.Invalid, "cursor"},
		"a cursor that is no text": {func() error { _, err := f.Records(ctx, publication.FeedRequest{Cursor: "%%"}); return err }, fault.Invalid, "cursor"},
		"a page too large":         {func() error { _, err := f.Releases(ctx, publication.FeedRequest{Limit: 1001}); return err }, fault.Invalid, "limit"},
		"a negative page":          {func() error { _, err := f.Releases(ctx, publication.FeedRequest{Limit: -1}); return err }, fault.Invalid, "limit"},
		"an unknown process":       {func() error { _, err := f.Record(ctx, publication.RecordRequest{OCID: "ocds-x"}); return err }, fault.NotFound, ""},
		"no process":               {func() error { _, err := f.Record(ctx, publication.RecordRequest{}); return err }, fault.Invalid, "ocid"},
		"an unknown release":       {func() error { _, err := f.Release(ctx, publication.ReleaseRequest{ID: "x"}); return err }, fault.NotFound, ""},
		"no release":               {func() error { _, err := f.Release(ctx, publication.ReleaseRequest{}); return err }, fault.Invalid, "id"},
		"provenance of nothing":    {func() error { _, err := f.Provenance(ctx, publication.ProvenanceRequest{OCID: "x"}); return err }, fault.NotFound, ""},
		"bulk before the first":    {func() error { _, err := f.Bulk(ctx, publication.BulkRequest{}); return err }, fault.NotFound, ""},
		"a snapshot that is no id": {func() error { _, err := f.Bulk(ctx, publication.BulkRequest{Snapshot: "../latest"}); return err }, fault.Invalid, "snapshot"},
		"an unknown snapshot": {func() error {
			_, err := f.Bulk(ctx, publication.BulkRequest{Snapshot: strings.Repeat("a", 64)})
			return err
		}, fault.NotFound, "snapshot"},
	} {
		var e *fault.Error
		if err := c.ask(); !errors.As(err, &e) || e.Kind != c.kind || e.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStatusCountsEveryStage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.fill(3)
	f.exec(`insert into source.count values ('trd_buy', 5, 4, 1), ('lots', 9, 9, 0)`)
	f.exec(`insert into ocds.quarantine values ('t9', 'ocds.schema.required', 'error', true), ('t9', 'ocds.schema.type', 'error', true), ('t1000', 'ocds.schema.type', 'error', false)`)
	f.exec(`insert into ocds.finding values ('t1001', 'source.field.unknown', 'warning')`)
	plan, _ := f.publish(3)
	got, err := f.Status(t.Context(), publication.StatusRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Snapshot != plan.SnapshotId || got.Date.IsZero() || got.Published.IsZero() || got.Waiting == nil || got.Processes != 3 || got.Quarantined != 1 || len(got.Entities) != 2 || len(got.Findings) != 3 ||
		got.Findings[0] != (publication.FindingStatus{Rule: "ocds.schema.type", Severity: "error", Count: 2}) {
		t.Errorf("status %+v", got)
	}
}

func TestAPageEndsBeforeItIsTooLarge(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.fill(2)
	f.exec(`update ocds.release set body = '{"id":"' || release_id || '","padding":"' || repeat('x', $1) || '"}'`, maxPageBytes/2+1)
	f.settled()
	page, err := f.Releases(t.Context(), publication.FeedRequest{})
	if err != nil || len(page.Items) != 1 || !page.More {
		t.Fatalf("%d items, more %v, %v", len(page.Items), page.More, err)
	}
	next, err := f.Releases(t.Context(), publication.FeedRequest{Cursor: page.Next})
	if err != nil || len(next.Items) != 1 || next.More {
		t.Errorf("%d items, more %v, %v", len(next.Items), next.More, err)
	}
}

func TestAnnouncementsThatCannotBePlacedAreInvalid(t *testing.T) {
	t.Parallel()
	if _, err := changeOf([]byte("no protobuf")); fault.KindOf(err) != fault.Invalid {
		t.Error(err)
	}
	if _, err := changeOf(nil); fault.KindOf(err) != fault.Invalid {
		t.Error(err)
	}
}

func TestAwaitingWhatTheStreamLostIsToldAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.serve()
	f.await(f.announce(f.transform(0, 0)))
	if err := f.awaitProcesses(t.Context(), 99, func(uint64) {}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("waiting for what will never come: %v", err)
	}
}

func FuzzCursor(f *testing.F) {
	f.Add(formatCursor(pg.Position{Txid: 731, Position: 12}))
	f.Add("MS4xLjI")
	f.Fuzz(func(t *testing.T, text string) {
		p, id, err := parseCursor(text)
		if err != nil || id != "" {
			return
		}
		if again, _, err := parseCursor(formatCursor(p)); err != nil || fmt.Sprint(again) != fmt.Sprint(p) {
			t.Errorf("%q reads as %v and again as %v (%v)", text, p, again, err)
		}
	})
}
