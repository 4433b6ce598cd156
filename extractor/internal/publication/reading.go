package publication

import (
	"context"
	"errors"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/bookmark"
	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/read"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

// Rules that a volume or a release can break, beside those of the canonical
// form.
const (
	RuleVolume = "source.volume.malformed"   // what holds the releases cannot be read
	RuleOCID   = "source.ocds.ocid.missing"  // a release of no process
	RuleRecord = "source.ocds.record.empty"  // a record without releases and compiled release
	RuleShape  = "source.ocds.release.shape" // a release that is no object
)

// reading is a volume that is being read.
type reading struct {
	volume bookmark.Mark
	place  int
	item   int64 // releases and rejects handed over
	broken bool  // a part of the volume could not be read
	flawed bool  // a release in it could not be read
	mixed  bool  // the volume may have changed since an earlier page of it
	cancel context.CancelFunc
	next   func() (outcome, bool)
	stop   func()
}

// outcome is what one item of a volume came to.
type outcome struct {
	document document.Document
	reject   *document.Reject
	err      error // the volume cannot be read on
}

// begin opens a volume; nil if its content is still what the tag stands for.
func begin(ctx context.Context, p place, name, known string, cfg Config) (*reading, error) {
	// The volume outlives the call: the next page goes on in it.
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	body, tag, err := p.open(ctx, name, known)
	if err != nil || body == nil {
		cancel()
		return nil, err
	}
	r := &reading{volume: bookmark.Mark{Name: name, Tag: tag}, cancel: cancel}
	pull, stop := iter.Pull(r.outcomes(ctx, body, p, cfg))
	r.next = pull
	r.stop = func() {
		cancel()
		stop()
		body.Close()
	}
	return r, nil
}

func (r *reading) close() { r.stop() }

// read hands over to a page until it holds limit items; done is true at the end
// of the volume.
func (r *reading) read(page *document.Page, limit int) (done bool, err error) {
	for len(page.Documents)+len(page.Rejects) < limit {
		o, more := r.next()
		switch {
		case !more:
			return true, nil
		case o.err != nil:
			return false, o.err
		case o.reject != nil:
			r.flawed = true
			page.Rejects = append(page.Rejects, *o.reject)
		default:
			page.Documents = append(page.Documents, o.document)
		}
		r.item++
	}
	return false, nil
}

// skip passes over what an earlier page has handed over.
func (r *reading) skip(items int64) error {
	for r.item < items {
		o, more := r.next()
		if !more {
			return nil
		}
		if o.err != nil {
			return o.err
		}
		r.flawed = r.flawed || o.reject != nil
		r.item++
	}
	return nil
}

// outcomes reads the volume.
func (r *reading) outcomes(ctx context.Context, body io.Reader, p place, cfg Config) iter.Seq[outcome] {
	return func(yield func(outcome) bool) {
		errStopped := errors.New("stopped")
		tell := func(o outcome) error {
			if !yield(o) {
				return errStopped
			}
			return nil
		}
		items, told := 0, ""
		options := read.Options{
			MaxItem: cfg.MaxRelease,
			KeepGoing: func(err error) error {
				// What broke on the way is fetched again; what is broken where it lies
				// is put aside.
				if passing := transient(ctx, err); passing != nil {
					return passing
				}
				r.broken = true
				if err.Error() == told {
					return nil // the same end, met again on the way out
				}
				told = err.Error()
				return tell(outcome{reject: r.unreadable(err, p)})
			},
			Packages: func(pack *read.Package) {
				if v, err := ocds.Parse(pack.Members); err == nil && items > 0 {
					if next := v.Path("links", "next"); next.Kind() == ocds.String && strings.TrimSpace(next.Text()) != "" {
						r.volume.Next = p.resolve(r.volume.Name, next.Text())
					}
				}
			},
		}
		err := read.Each(ctx, []read.Input{{Name: r.volume.Name, Reader: body}}, options, func(it *read.Item) error {
			items++
			for o := range releasesOf(it, p.page(r.volume.Name), time.Now()) {
				if p.complete() {
					o.document.Volume = document.Volume{Place: p.address(), Name: r.volume.Name}
				}
				if err := tell(o); err != nil {
					return err
				}
			}
			return nil
		})
		switch passing := transient(ctx, err); {
		case err == nil, errors.Is(err, errStopped):
		case passing != nil:
			yield(outcome{err: passing})
		case !r.broken: // else it was told already, and this is only its echo at the end
			r.broken = true
			yield(outcome{reject: r.unreadable(err, p)})
		}
	}
}

// transient is the classified error of a connection that broke, nil if the fault
// lies in the content.
func transient(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return fault.Wrap(fault.Unavailable, err, "reading was stopped")
	}
	var classified *fault.Error
	if errors.As(err, &classified) {
		return classified
	}
	return nil
}

// unreadable is the reject of a part of a volume. Its digest names the place, so
// that each is kept once.
func (r *reading) unreadable(err error, p place) *document.Reject {
	reject := &document.Reject{
		Entity: source.OCDSRelease, Rule: RuleVolume, Message: err.Error(), Raw: []byte(err.Error()), URL: p.page(r.volume.Name), At: time.Now(),
	}
	var at *read.Error
	if errors.As(err, &at) {
		reject.Pointer, reject.Message = at.Pointer, at.Message
		if at.Line > 0 {
			reject.Message = "line " + strconv.FormatInt(at.Line, 10) + ": " + at.Message
		}
	}
	return reject
}
