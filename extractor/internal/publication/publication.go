// Package publication is the adapter of any OCDS publication: release packages,
// record packages, bare releases and JSON Lines, plain or compressed, from URLs
// and paged APIs, files, folders and buckets.
//
// A publication is read as a sequence of volumes: one answer of a server, one
// file, one object. What a volume holds becomes documents of entity ocds_release,
// releases of OCDS 1.0 upgraded to 1.1; what is broken becomes a reject with its
// place and the reason, and the rest goes on. A volume that has not changed since
// the last batch is not read again.
package publication

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/bookmark"
	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

// Config says where a publication is and how it may be asked.
type Config struct {
	URL        string             `yaml:"url" doc:"where the publication is: http(s) addresses, s3://bucket/prefix, files or folders; several separated by blanks. {since} in a web address stands for the time of the last batch"`
	Token      config.Secret      `yaml:"token" doc:"bearer token for web addresses, if the publisher wants one"`
	Bucket     config.ObjectStore `yaml:"bucket" doc:"object store of s3:// addresses; the bucket is named in the address"`
	Rate       int                `yaml:"rate" doc:"requests per second"`
	Timeout    time.Duration      `yaml:"timeout" doc:"how long the source may be silent within one request"`
	Attempts   int                `yaml:"attempts" doc:"times a request is tried before its failure is reported"`
	Backoff    time.Duration      `yaml:"backoff" doc:"wait after the first failure; doubles with each further one, with jitter"`
	BackoffMax time.Duration      `yaml:"backoffMax" doc:"longest wait between attempts; a longer Retry-After is reported instead of waited for"`
	Page       int                `yaml:"page" doc:"releases that are handed over at once"`
	MaxRelease int                `yaml:"maxRelease" doc:"largest release or record that is read, bytes"`
	// Overlap exists because a publisher's clock is not ours.
	Overlap time.Duration `yaml:"overlap" doc:"how far {since} reaches back before the beginning of the last batch"`
}

// Default is polite enough for any publisher.
func Default() Config {
	return Config{
		Bucket: config.DefaultObjectStore(),
		Rate:   5, Timeout: time.Minute, Attempts: 6, Backoff: time.Second, BackoffMax: time.Minute,
		Page: 500, MaxRelease: 64 << 20, Overlap: 24 * time.Hour,
	}
}

// Validate checks what can be checked without asking the source.
func (c Config) Validate() error {
	if len(c.addresses()) == 0 {
		return fault.New(fault.Invalid, "the publication has no address").At("publication.url").
			Do("set SOURCE_URL for make run, EXTRACTOR_PUBLICATION_URL for the service: http(s) addresses, s3://bucket/prefix, files or folders")
	}
	for _, address := range c.addresses() {
		if _, err := parseAddress(address); err != nil {
			return err
		}
	}
	if c.Rate < 1 || c.Attempts < 1 || c.Page < 1 || c.MaxRelease < 1<<10 || c.Timeout <= 0 || c.Backoff <= 0 || c.BackoffMax < c.Backoff || c.Overlap < 0 {
		return fault.New(fault.Invalid, "rate, attempts and page are 1 at least, maxRelease is 1 KiB at least, timeout and backoff are above 0, backoffMax is not below backoff, overlap not below 0").At("publication")
	}
	return nil
}

func (c Config) addresses() []string { return strings.Fields(c.URL) }

// Memory keeps which volumes were read, across batches and restarts (package
// bookmark).
type Memory interface {
	// Known is a volume of a place as an earlier, closed batch has read it; the zero
	// Mark if none has. Both are in the name.
	Known(ctx context.Context, name string) (bookmark.Mark, error)
	// Remember notes a volume that was read to its end.
	Remember(ctx context.Context, m bookmark.Mark) error
	// Last is when the last closed batch began; zero before the first.
	Last(ctx context.Context) (time.Time, error)
	// Met notes that this batch came past a volume; whole, that it read all of it, so
	// that what was not found there has gone from it.
	Met(ctx context.Context, v document.Volume, whole bool) error
	// Ended notes that this batch came past all volumes of a place.
	Ended(ctx context.Context, place string) error
}

// Source is the adapter.
type Source struct {
	cfg    Config
	places []place
	memory Memory
	log    *slog.Logger

	mu     sync.Mutex
	under  *reading // left open between pages, so that a volume is read once
	listed map[int][]string
}

// New makes the adapter. It reads nothing yet. The transport of web addresses is
// http.DefaultTransport, or what wrap makes of it.
func New(cfg Config, memory Memory, wrap func(http.RoundTripper) http.RoundTripper, log *slog.Logger) (*Source, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &Source{cfg: cfg, memory: memory, log: log, listed: map[int][]string{}}
	for _, text := range cfg.addresses() {
		p, err := cfg.place(text, wrap, memory)
		if err != nil {
			return nil, err
		}
		s.places = append(s.places, p)
	}
	return s, nil
}

// Origin implements the extractor's Source.
func (*Source) Origin() string { return source.OriginPublication }

// Entities implements the extractor's Source.
func (*Source) Entities() []source.Entity { return []source.Entity{source.OCDSRelease} }

// Steps implements the extractor's Source: every batch walks through all volumes
// and reads those that changed, then looks what has gone from them.
func (*Source) Steps(e source.Entity, _ document.Batch) []document.Step {
	return []document.Step{{Walk: document.Walk{Entity: e}}, {Walk: document.Walk{Entity: e}, Way: document.Vanished}}
}

// Total implements the extractor's Source: no publication says how much it holds.
func (*Source) Total(context.Context, source.Entity) (int64, error) { return -1, nil }

// Clock implements the extractor's Source: a publication shows no clock.
func (*Source) Clock(context.Context, time.Time) (time.Time, error) { return time.Time{}, nil }

// cursor is where a page begins.
type cursor struct {
	Place  int    `json:"p"`
	Volume string `json:"v,omitempty"` // "" is the place's first
	Tag    string `json:"t,omitempty"` // of the volume when it was begun
	Item   int64  `json:"n,omitempty"` // releases and rejects of it that are done
}

func (c cursor) String() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and numbers
	}
	return string(text)
}

func parseCursor(text string) (c cursor, err error) {
	if text == "" {
		return c, nil
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return c, fault.Wrap(fault.Internal, err, "the stored cursor %q is none of a publication", text)
	}
	return c, nil
}

// Page implements the extractor's Source. A failure in the middle of a volume is
// made good by reading it again up to where it broke.
func (s *Source) Page(ctx context.Context, w document.Walk) (document.Page, error) {
	at, err := parseCursor(w.After)
	if err != nil {
		return document.Page{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var page document.Page
	wait := s.cfg.Backoff
	for attempt := 1; ; attempt++ {
		before := at
		at, err = s.fill(ctx, at, &page)
		if err == nil {
			if at.Place >= len(s.places) {
				page.End = true
				clear(s.listed) // the next walk sees new files
			}
			page.Next = at.String()
			return page, nil
		}
		s.leave()
		if ctx.Err() != nil {
			return document.Page{}, errors.Join(err, ctx.Err())
		}
		if at != before {
			attempt, wait = 1, s.cfg.Backoff // it moved on
		}
		if !fault.KindOf(err).Retryable() || attempt >= s.cfg.Attempts {
			return document.Page{}, err
		}
		pause := wait/2 + rand.N(wait/2+1)
		var f *fault.Error
		if errors.As(err, &f) && f.RetryAfter > 0 {
			if f.RetryAfter > s.cfg.BackoffMax {
				return document.Page{}, err
			}
			pause = max(pause, f.RetryAfter)
		}
		s.log.WarnContext(ctx, "the publication failed, trying again", "volume", at.Volume, "attempt", attempt, "wait", pause, "error", err)
		select {
		case <-ctx.Done():
			return document.Page{}, errors.Join(err, ctx.Err())
		case <-time.After(pause):
		}
		wait = min(2*wait, s.cfg.BackoffMax)
	}
}

// fill adds to a page from a cursor on, until the page is full or the
// publication ends, and returns where it stopped.
func (s *Source) fill(ctx context.Context, at cursor, page *document.Page) (cursor, error) {
	for len(page.Documents)+len(page.Rejects) < s.cfg.Page && at.Place < len(s.places) {
		if err := ctx.Err(); err != nil {
			return at, err
		}
		if at.Volume == "" {
			first, err := s.after(ctx, at.Place, "")
			if err != nil {
				return at, err
			}
			if first == "" {
				at = cursor{Place: at.Place + 1}
				continue
			}
			at.Volume = first
		}
		r, err := s.open(ctx, at)
		if err != nil {
			return at, err
		}
		done := false
		if r != nil {
			stop := context.AfterFunc(ctx, r.cancel)
			done, err = r.read(page, s.cfg.Page)
			stop()
			at.Tag, at.Item = r.volume.Tag, r.item
			if err != nil {
				return at, err
			}
			if !done {
				return at, nil
			}
			if err := s.finish(ctx, r); err != nil {
				return at, err
			}
		} else if err := s.met(ctx, at.Place, at.Volume, false); err != nil {
			return at, err
		}
		next, err := s.next(ctx, at, r)
		if err != nil {
			return at, err
		}
		if next == "" && s.places[at.Place].complete() {
			if err := s.memory.Ended(ctx, s.places[at.Place].address()); err != nil {
				return at, err
			}
		}
		at = cursor{Place: at.Place, Volume: next}
		if next == "" {
			at.Place++
		}
	}
	return at, nil
}

// open goes on with the volume that is under way, or opens the one of the
// cursor. It gives nil for a volume that has not changed since the last batch.
func (s *Source) open(ctx context.Context, at cursor) (*reading, error) {
	if r := s.under; r != nil && r.place == at.Place && r.volume.Name == at.Volume && r.item == at.Item && at.Item > 0 {
		return r, nil
	}
	s.leave()
	known := bookmark.Mark{}
	if at.Item == 0 {
		var err error
		if known, err = s.memory.Known(ctx, s.bookmark(at.Place, at.Volume)); err != nil {
			return nil, err
		}
	}
	r, err := begin(ctx, s.places[at.Place], at.Volume, known.Tag, s.cfg)
	if err != nil || r == nil {
		return nil, err
	}
	r.place = at.Place
	s.under = r
	if at.Item > 0 {
		// What was handed over before may be of another content.
		r.mixed = at.Tag != r.volume.Tag || at.Tag == ""
		if at.Tag == r.volume.Tag {
			return r, r.skip(at.Item)
		}
	}
	return r, nil // a volume that changed under the walk is read from its beginning
}

// bookmark names a volume in the memory: files of the same name lie in more than one
// folder.
func (s *Source) bookmark(place int, volume string) string {
	return s.places[place].address() + " " + volume
}

// leave closes what is under way.
func (s *Source) leave() {
	if s.under != nil {
		s.under.close()
		s.under = nil
	}
}

// met notes a volume of a place that lists all it has in every batch.
func (s *Source) met(ctx context.Context, at int, volume string, whole bool) error {
	if p := s.places[at]; p.complete() {
		return s.memory.Met(ctx, document.Volume{Place: p.address(), Name: volume}, whole)
	}
	return nil
}

// finish notes a volume that was read to its end. One that broke off, or changed
// under the walk, is read again in the next batch.
func (s *Source) finish(ctx context.Context, r *reading) error {
	s.leave()
	if err := s.met(ctx, r.place, r.volume.Name, !r.broken && !r.mixed && !r.flawed); err != nil {
		return err
	}
	if r.broken || r.mixed || r.volume.Tag == "" {
		return nil
	}
	v := r.volume
	v.Name, v.Items = s.bookmark(r.place, v.Name), r.item
	return s.memory.Remember(ctx, v)
}

// next is the volume after one: where it leads, else the next one of the place.
func (s *Source) next(ctx context.Context, at cursor, r *reading) (string, error) {
	if _, chained := s.places[at.Place].(*web); !chained {
		return s.after(ctx, at.Place, at.Volume)
	}
	if r != nil {
		if r.volume.Next == at.Volume {
			return "", fault.New(fault.Unavailable, "the page %s leads to itself (links.next)", at.Volume).Do("tell the publisher; it is tried again")
		}
		return r.volume.Next, nil
	}
	known, err := s.memory.Known(ctx, s.bookmark(at.Place, at.Volume))
	return known.Next, err
}

// after is the first volume of a place behind a name, "" if there is none.
func (s *Source) after(ctx context.Context, at int, name string) (string, error) {
	names, known := s.listed[at]
	if !known {
		var err error
		if names, err = s.places[at].list(ctx); err != nil {
			return "", err
		}
		s.listed[at] = names
	}
	for _, n := range names {
		if n > name || name == "" {
			return n, nil
		}
	}
	return "", nil
}
