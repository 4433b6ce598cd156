package publisher

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/publication"
	"github.com/kzocds/kzocds/proto/subject"
	"github.com/kzocds/kzocds/publisher/internal/pg"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

// Limits of a page of the feed.
const (
	defaultLimit = 100
	maxLimit     = 1000
	// maxPageBytes ends a page before the bus or the reader chokes on it. One
	// document is always given, however large.
	maxPageBytes = 16 << 20
)

// Questions are the use cases that the open API stands on.
type Questions interface {
	// Releases gives releases in commit order: whoever follows the cursor sees
	// every release once, also those that commit late.
	Releases(ctx context.Context, r publication.FeedRequest) (publication.FeedPage, error)
	// Records gives records in the order of their last change. A record that
	// changes while it is being followed comes again.
	Records(ctx context.Context, r publication.FeedRequest) (publication.FeedPage, error)
	// Release gives one release.
	Release(ctx context.Context, r publication.ReleaseRequest) (publication.Document, error)
	// Record gives one record: of now or as of an instant, with a compiled or a
	// versioned release.
	Record(ctx context.Context, r publication.RecordRequest) (publication.Document, error)
	// Bulk gives the manifest of a snapshot with links, and what a page about it says.
	Bulk(ctx context.Context, r publication.BulkRequest) (publication.Bulk, error)
	// Provenance leads from a process to the source documents.
	Provenance(ctx context.Context, r publication.ProvenanceRequest) (publication.Provenance, error)
	// Status counts what is published and what is in quarantine.
	Status(ctx context.Context, r publication.StatusRequest) (publication.Status, error)
}

var _ Questions = (*Service)(nil)

// Releases implements Questions.
func (s *Service) Releases(ctx context.Context, r publication.FeedRequest) (publication.FeedPage, error) {
	return feed(ctx, s, r, s.store.ReleaseFeed, s.store.ReleasesBefore, func(d *pg.Release) ([]byte, time.Time, error) {
		if d.Body == nil {
			return nil, d.Date, fault.New(fault.Unavailable, "release %s is announced but not stored yet", d.ID).About(d.ID).After(time.Second)
		}
		return d.Body, d.Date, nil
	})
}

// Records implements Questions.
func (s *Service) Records(ctx context.Context, r publication.FeedRequest) (publication.FeedPage, error) {
	return feed(ctx, s, r, s.store.RecordFeed, s.store.RecordsBefore, func(d *pg.Record) ([]byte, time.Time, error) {
		if d.Compiled == nil {
			return nil, d.LastDate, fault.New(fault.Unavailable, "record %s is announced but not stored yet", d.OCID).About(d.OCID).After(time.Second)
		}
		return snapshot.AppendRecord(nil, d.OCID, d.Releases, "compiledRelease", d.Compiled), d.LastDate, nil
	})
}

// feed makes a page of either kind.
func feed[T any](ctx context.Context, s *Service, r publication.FeedRequest,
	read func(context.Context, pg.Position, time.Time, int) ([]pg.Item[T], error),
	before func(context.Context, pg.Position, time.Time, int) (pg.Position, bool, error),
	write func(*T) (json []byte, date time.Time, err error),
) (publication.FeedPage, error) {
	page := publication.FeedPage{Items: []json.RawMessage{}, Package: s.packaged(time.Time{})}
	after, err := s.position(ctx, r.Cursor)
	if err != nil {
		return page, err
	}
	limit := r.Limit
	switch {
	case limit == 0:
		limit = defaultLimit
	case limit < 0 || limit > maxLimit:
		return page, fault.New(fault.Invalid, "a page has 1 to %d items, not %d", maxLimit, limit).At("limit")
	}
	// One more than is shown tells whether there is more.
	items, err := read(ctx, after, r.Since, limit+1)
	if err != nil {
		return page, err
	}
	if p, ok, err := before(ctx, after, r.Since, limit); err != nil {
		return page, err
	} else if ok {
		page.Previous = formatCursor(p)
	}
	size := 0
	for i := range items {
		if i == limit {
			page.More = true
			break
		}
		// A tombstone is the last of its page: whoever takes in the items first and
		// the tombstones then keeps the order.
		if t := items[i].Tombstone; t != nil {
			page.Tombstones = append(page.Tombstones, publication.Tombstone{OCID: t.OCID, ReleaseID: t.ReleaseID, Date: t.At})
			after, page.More = items[i].At, i+1 < len(items)
			break
		}
		doc, date, err := write(&items[i].Doc)
		if err != nil {
			return page, err
		}
		if size += len(doc); size > maxPageBytes && i > 0 {
			page.More = true
			break
		}
		page.Items = append(page.Items, doc)
		after = items[i].At
		if date.After(page.Newest) {
			page.Newest = date.UTC()
		}
	}
	page.Next = formatCursor(after)
	return page, nil
}

// A cursor is a position in commit order with a version before it, so that
// another order can be told apart one day.
const cursorVersion = "1."

func formatCursor(p pg.Position) string {
	return base64.RawURLEncoding.EncodeToString([]byte(cursorVersion + p.Txid.String() + "." + strconv.FormatInt(p.Position, 10)))
}

// position is the place that a cursor stands for.
func (s *Service) position(ctx context.Context, text string) (pg.Position, error) {
	at, id, err := parseCursor(text)
	if err != nil || id == "" {
		return at, err
	}
	p, err := s.store.Snapshot(ctx, id)
	if fault.KindOf(err) == fault.NotFound || err == nil && p.Mark == 0 {
		return at, fault.New(fault.NotFound, "the snapshot of this cursor is not known here").At("cursor").
			Do("take the current manifest, or leave the cursor out to begin at the beginning")
	}
	return pg.Position{Txid: p.Mark}, err
}

// parseCursor reads a cursor: a place in the feed, or the snapshot at which the
// feed was cut.
func parseCursor(text string) (at pg.Position, snapshotID string, err error) {
	if text == "" {
		return at, "", nil
	}
	wrong := fault.New(fault.Invalid, "this is no cursor of the feed").At("cursor").
		Do("take links.next of the page before or cursor of a manifest, or leave the cursor out to begin at the beginning")
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return at, "", wrong
	}
	if id, ok := snapshot.CursorOf(plain); ok {
		return at, id, nil
	}
	rest, ok := strings.CutPrefix(string(plain), cursorVersion)
	txid, position, cut := strings.Cut(rest, ".")
	if !ok || !cut {
		return at, "", wrong
	}
	mark, err := strconv.ParseUint(txid, 10, 64)
	if err != nil {
		return at, "", wrong
	}
	n, err := strconv.ParseInt(position, 10, 64)
	if err != nil || n < 0 {
		return at, "", wrong
	}
	return pg.Position{Txid: pg.Mark(mark), Position: n}, "", nil
}

// packaged is what packages of the API say, as those of the files do.
func (s *Service) packaged(newest time.Time) publication.Package {
	return publication.Package{
		Extensions: s.envelope.Extensions, Publisher: s.envelope.Publisher, License: s.envelope.License, Policy: s.envelope.Policy, Newest: newest.UTC(),
	}
}

// Release implements Questions.
func (s *Service) Release(ctx context.Context, r publication.ReleaseRequest) (publication.Document, error) {
	if r.ID == "" {
		return publication.Document{}, fault.New(fault.Invalid, "which release").At("id")
	}
	d, err := s.store.Release(ctx, r.ID)
	if err != nil {
		return publication.Document{}, err
	}
	return publication.Document{Body: d.Body, Package: s.packaged(d.Date), Digest: hex.EncodeToString(d.Digest)}, nil
}

// Record implements Questions.
func (s *Service) Record(ctx context.Context, r publication.RecordRequest) (publication.Document, error) {
	out := publication.Document{Package: s.packaged(time.Time{})}
	if r.OCID == "" {
		return out, fault.New(fault.Invalid, "which contracting process").At("ocid")
	}
	d, err := s.store.Record(ctx, r.OCID)
	if err != nil {
		return out, err
	}
	out.Newest = d.LastDate.UTC()
	releases, merged, member := d.Releases, d.Compiled, "compiledRelease"
	if !r.AsOf.IsZero() {
		if releases, out.Newest, err = until(releases, r.AsOf); err != nil {
			return out, err
		}
		if len(releases) == 0 {
			return out, fault.New(fault.NotFound, "nothing was published about %s by %s", r.OCID, r.AsOf.UTC().Format(time.RFC3339)).
				About(r.OCID).At("asOf").Do("ask for a later instant")
		}
		if !r.Versioned && len(releases) < len(d.Releases) {
			if merged, err = s.merger.Compiled(releases); err != nil {
				return out, fmt.Errorf("compile %s as of %s: %w", r.OCID, r.AsOf, err)
			}
		}
	}
	if r.Versioned {
		member = "versionedRelease"
		if merged, err = s.merger.Versioned(releases); err != nil {
			return out, fmt.Errorf("versioned release of %s: %w", r.OCID, err)
		}
	}
	out.Body = snapshot.AppendRecord(nil, d.OCID, releases, member, merged)
	sum := sha256.Sum256(out.Body)
	out.Digest = hex.EncodeToString(sum[:])
	return out, nil
}

// until keeps the releases dated at or before an instant.
func until(releases [][]byte, at time.Time) (kept [][]byte, newest time.Time, err error) {
	for _, r := range releases {
		var head struct {
			Date time.Time `json:"date"`
		}
		if err := json.Unmarshal(r, &head); err != nil {
			return nil, newest, fmt.Errorf("date of a release: %w", err)
		}
		if !head.Date.After(at) {
			kept, newest = append(kept, r), head.Date.UTC()
		}
	}
	return kept, newest, nil
}

var snapshotID = regexp.MustCompile(`^[0-9a-f]{64}$`)

// publicURL is where everybody reads an object.
func (s *Service) publicURL(key string) string {
	if s.cfg.BucketURL != "" {
		return strings.TrimSuffix(s.cfg.BucketURL, "/") + "/" + key
	}
	return s.bucket.URL(key)
}

// Provenance implements Questions.
func (s *Service) Provenance(ctx context.Context, r publication.ProvenanceRequest) (publication.Provenance, error) {
	out := publication.Provenance{OCID: r.OCID}
	if r.OCID == "" {
		return out, fault.New(fault.Invalid, "which contracting process").At("ocid")
	}
	var err error
	if out.Releases, err = s.store.Provenance(ctx, r.OCID); err != nil {
		return out, err
	}
	if len(out.Releases) == 0 {
		return out, fault.New(fault.NotFound, "no contracting process %s is published", r.OCID).About(r.OCID).
			Do("take the ocid from /ocds/records or from the Explorer; it is case-sensitive")
	}
	return out, nil
}

// Status implements Questions.
func (s *Service) Status(ctx context.Context, _ publication.StatusRequest) (publication.Status, error) {
	out := publication.Status{Waiting: []publication.Waiting{}}
	latest, _, err := s.latest(ctx)
	if err != nil {
		return out, err
	}
	if out.Snapshot = latest.Snapshot; out.Snapshot != "" {
		m, err := s.manifest(ctx, latest.Manifest)
		if err != nil {
			return out, err
		}
		info, err := s.bucket.Stat(ctx, snapshot.LatestKey)
		if err != nil {
			return out, err
		}
		out.Date, out.Published = m.Date, info.Modified
	}
	for _, c := range []struct{ stream, durable string }{
		{subject.StreamSource, subject.ConsumerTransformer}, {subject.StreamOCDS, subject.ConsumerPublisher},
	} {
		n, err := s.bus.Waiting(ctx, c.stream, c.durable)
		if fault.KindOf(err) == fault.NotFound {
			continue // the service has not started yet
		}
		if err != nil {
			return out, err
		}
		out.Waiting = append(out.Waiting, publication.Waiting{Consumer: c.durable, Messages: n})
	}
	if out.Processes, err = s.store.Published(ctx); err != nil {
		return out, err
	}
	if out.Entities, err = s.store.Entities(ctx); err != nil {
		return out, err
	}
	if out.Quarantined, out.Findings, err = s.store.Quarantined(ctx); err != nil {
		return out, err
	}
	return out, nil
}
