package publication

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/fault"
)

// place is where volumes lie.
type place interface {
	// list names the volumes that can be known before any is read, ascending.
	list(ctx context.Context) ([]string, error)
	// open reads a volume. The tag changes with the content. The body is nil when
	// the tag is still the known one, or the volume is gone.
	open(ctx context.Context, name, known string) (body io.ReadCloser, tag string, err error)
	// resolve makes a volume's name of a link in another one.
	resolve(name, link string) string
	// page is the address of a volume, for provenance.
	page(name string) string
	// address is that of the place, as configured.
	address() string
	// complete says that every batch sees all that the place has, so that what it
	// does not see is not there.
	complete() bool
}

// sincePlaceholder stands in a web address for the time of the last batch.
const sincePlaceholder = "{since}"

// parseAddress tells web addresses, buckets and paths apart.
func parseAddress(address string) (*url.URL, error) {
	bad := func(why string) error {
		return fault.New(fault.Invalid, "the publication's address %q %s", address, why).At("publication.url").
			Do("give an http or https address, s3://bucket/prefix, or the path of a file or folder")
	}
	scheme, _, hasScheme := strings.Cut(address, "://")
	if !hasScheme {
		return &url.URL{Scheme: "file", Path: address}, nil
	}
	u, err := url.Parse(strings.ReplaceAll(address, sincePlaceholder, ""))
	switch {
	case err != nil:
		return nil, bad("cannot be read")
	case scheme == "http" || scheme == "https" || scheme == "s3":
		if u.Host == "" {
			return nil, bad("names no host")
		}
		return u, nil
	case scheme == "file":
		if u.Host != "" {
			return nil, bad("has a host; a path begins with file:///")
		}
		return u, nil
	}
	return nil, bad("has a scheme that cannot be read")
}

// place makes the place of an address. It asks nobody.
func (c Config) place(address string, wrap func(http.RoundTripper) http.RoundTripper, memory Memory) (place, error) {
	u, err := parseAddress(address)
	if err != nil {
		return nil, err
	}
	switch u.Scheme {
	case "http", "https":
		var transport http.RoundTripper = http.DefaultTransport.(*http.Transport).Clone()
		if wrap != nil {
			transport = wrap(transport)
		}
		return &web{
			url: address, token: c.Token, timeout: c.Timeout, overlap: c.Overlap, memory: memory,
			http: &http.Client{Transport: transport}, limiter: rate.NewLimiter(rate.Limit(c.Rate), 1+c.Rate/10),
		}, nil
	case "s3":
		store := c.Bucket
		store.Bucket = u.Host
		return &bucket{store: store, prefix: strings.TrimPrefix(u.Path, "/")}, nil
	}
	root, err := filepath.Abs(u.Path)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the path %q cannot be followed", u.Path).At("publication.url")
	}
	return &folder{root: root}, nil
}

// web is a file or a paged API behind an address. Volumes are answers; each
// leads to the next by links.next.
type web struct {
	url     string
	token   config.Secret
	timeout time.Duration
	overlap time.Duration
	memory  Memory
	http    *http.Client
	limiter *rate.Limiter
}

// epoch is {since} in the first batch.
var epoch = time.Unix(0, 0).UTC()

func (w *web) list(ctx context.Context) ([]string, error) {
	if !w.moving() {
		return []string{w.url}, nil
	}
	last, err := w.memory.Last(ctx)
	if err != nil {
		return nil, err
	}
	since := epoch
	if !last.IsZero() {
		since = last.Add(-w.overlap).UTC()
	}
	return []string{strings.ReplaceAll(w.url, sincePlaceholder, url.QueryEscape(since.Format(time.RFC3339)))}, nil
}

// moving reports that every batch has addresses of its own.
func (w *web) moving() bool { return strings.Contains(w.url, sincePlaceholder) }

// Tags of answers: what the server identifies the content by.
const (
	tagETag     = "etag "
	tagModified = "modified "
)

func (w *web) open(ctx context.Context, name, known string) (io.ReadCloser, string, error) {
	if err := w.limiter.Wait(ctx); err != nil {
		return nil, "", fault.Wrap(fault.Timeout, err, "no turn within the rate of requests")
	}
	ctx, cancel := context.WithCancel(ctx)
	body := &patient{limit: w.timeout, cancel: cancel, name: name}
	body.wait()
	res, err := w.request(ctx, name, known)
	if err != nil {
		silent := body.Close()
		return nil, "", unreachable(errors.Join(err, silent), name)
	}
	body.body = res.Body
	if res.StatusCode == http.StatusNotModified {
		return nil, known, body.Close()
	}
	if err := refusal(res, name); err != nil {
		body.Close()
		return nil, "", err
	}
	tag := ""
	switch etag, modified := res.Header.Get("ETag"), res.Header.Get("Last-Modified"); {
	case w.moving():
	case etag != "":
		tag = tagETag + etag
	case modified != "":
		tag = tagModified + modified
	}
	return body, tag, nil
}

func (w *web) request(ctx context.Context, name, known string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, name, nil)
	if err != nil {
		return nil, err
	}
	if token := w.token.Reveal(); token != "" && w.sameHost(req.URL) {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("User-Agent", "kzocds")
	if etag, ok := strings.CutPrefix(known, tagETag); ok {
		req.Header.Set("If-None-Match", etag)
	} else if modified, ok := strings.CutPrefix(known, tagModified); ok {
		req.Header.Set("If-Modified-Since", modified)
	}
	return w.http.Do(req)
}

// sameHost keeps the token from hosts that a page leads to.
func (w *web) sameHost(u *url.URL) bool {
	own, err := parseAddress(w.url)
	return err == nil && own.Host == u.Host
}

func (w *web) resolve(name, link string) string {
	base, err := url.Parse(name)
	if err != nil {
		return link
	}
	u, err := base.Parse(strings.TrimSpace(link))
	if err != nil {
		return link // asking for it says what is wrong
	}
	return u.String()
}

func (w *web) page(name string) string { return name }

func (w *web) address() string { return w.url }

func (w *web) complete() bool { return !w.moving() }

// patient is the body of an answer whose server may be slow, but not silent for
// longer than a limit.
type patient struct {
	body   io.ReadCloser
	name   string
	limit  time.Duration
	cancel context.CancelFunc

	mu     sync.Mutex
	timer  *time.Timer
	silent bool
}

// wait begins to count silence anew.
func (p *patient) wait() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer == nil {
		p.timer = time.AfterFunc(p.limit, func() {
			p.mu.Lock()
			p.silent = true
			p.mu.Unlock()
			p.cancel()
		})
		return
	}
	p.timer.Reset(p.limit)
}

// rest stops counting: nobody waits for the server at the moment.
func (p *patient) rest() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer.Stop()
	if p.silent {
		return fault.New(fault.Timeout, "the source was silent for %s", p.limit)
	}
	return nil
}

func (p *patient) Read(b []byte) (int, error) {
	p.wait()
	n, err := p.body.Read(b)
	silent := p.rest()
	if err != nil && err != io.EOF {
		return n, unreachable(errors.Join(err, silent), p.name)
	}
	return n, err
}

func (p *patient) Close() error {
	silent := p.rest()
	p.cancel()
	if p.body != nil {
		p.body.Close()
	}
	return silent
}

// unreachable classifies a failure below HTTP; all of them may pass.
func unreachable(err error, at string) error {
	kind := fault.Unavailable
	var timeout net.Error
	if fault.KindOf(err) == fault.Timeout || errors.As(err, &timeout) && timeout.Timeout() {
		kind = fault.Timeout
	}
	return fault.Wrap(kind, err, "the source does not answer at %s: %v", at, err).Do("check that SOURCE_URL is right and reachable from here; it is asked again by itself")
}

// refusal is the error that a status stands for, nil for a proper answer.
func refusal(res *http.Response, at string) error {
	switch code := res.StatusCode; {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return fault.New(fault.Unauthorised, "the source %s lets nobody in without the right token (HTTP %d)", at, code).Do("put the publisher's token into SOURCE_TOKEN (EXTRACTOR_PUBLICATION_TOKEN of the service)")
	case code == http.StatusTooManyRequests:
		return fault.New(fault.RateLimited, "the source %s asks to wait (HTTP %d)", at, code).After(retryAfter(res.Header.Get("Retry-After"), time.Now()))
	case code == http.StatusServiceUnavailable:
		return fault.New(fault.Unavailable, "the source %s asks to wait (HTTP %d)", at, code).After(retryAfter(res.Header.Get("Retry-After"), time.Now()))
	case code == http.StatusRequestTimeout, code >= 500:
		return fault.New(fault.Unavailable, "the source %s failed with HTTP %d", at, code)
	case code == http.StatusNotFound, code == http.StatusGone:
		return fault.New(fault.NotFound, "the source has nothing at %s (HTTP %d)", at, code).Do("check SOURCE_URL")
	case code != http.StatusOK:
		return fault.New(fault.Invalid, "the source %s answered HTTP %d", at, code).Do("check SOURCE_URL")
	}
	return nil
}

// retryAfter reads the header of that name: seconds or a date.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(strings.TrimSpace(header)); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}

// folder is a file, or the data files in a folder and below it. Volumes are
// named by their paths below the root.
type folder struct{ root string }

func (f *folder) list(context.Context) ([]string, error) {
	info, err := os.Stat(f.root)
	if err != nil {
		return nil, f.explain(err, "")
	}
	if !info.IsDir() {
		return []string{filepath.Base(f.root)}, nil
	}
	var names []string
	err = filepath.WalkDir(f.root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !isData(name) {
			return err
		}
		below, err := filepath.Rel(f.root, name)
		names = append(names, filepath.ToSlash(below))
		return err
	})
	if err != nil {
		return nil, f.explain(err, "")
	}
	if len(names) == 0 {
		return nil, fault.New(fault.NotFound, "the folder %s has no .json, .jsonl or .ndjson files (also .gz, .zst)", f.root).At("publication.url").Do("check SOURCE_URL")
	}
	slices.Sort(names)
	return names, nil
}

// isData says whether a name is that of a file of releases or records.
func isData(name string) bool {
	name = strings.ToLower(name)
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	return slices.Contains([]string{".json", ".jsonl", ".ndjson"}, filepath.Ext(name))
}

func (f *folder) explain(err error, name string) error {
	at := strings.TrimSuffix(f.root+"/"+name, "/")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.Wrap(fault.NotFound, err, "no file or folder %s", at).At("publication.url").Do("check SOURCE_URL")
	case errors.Is(err, fs.ErrPermission):
		return fault.Wrap(fault.Forbidden, err, "permission to read %s is missing", at).At("publication.url")
	}
	return fault.Wrap(fault.Unavailable, err, "%s cannot be read", at)
}

func (f *folder) open(_ context.Context, name, known string) (io.ReadCloser, string, error) {
	at := f.root
	if info, err := os.Stat(at); err != nil || info.IsDir() {
		at = filepath.Join(f.root, filepath.FromSlash(name))
	}
	file, err := os.Open(at)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil // taken away since the folder was listed
	}
	if err != nil {
		return nil, "", f.explain(err, name)
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, "", f.explain(err, name)
	}
	tag := fmt.Sprintf("%d bytes of %s", info.Size(), info.ModTime().UTC().Format(time.RFC3339Nano))
	if tag == known {
		return nil, tag, file.Close()
	}
	return file, tag, nil
}

func (f *folder) resolve(_, link string) string { return link }

// page leaves out where the folder lies: that is nobody's business.
func (f *folder) page(name string) string { return "file:" + name }

func (f *folder) address() string { return f.root }

func (f *folder) complete() bool { return true }

// bucket is the data objects of an object store below a prefix.
type bucket struct {
	store  config.ObjectStore
	prefix string

	mu     sync.Mutex
	opened blob.Bucket
}

// connect opens the store when it is asked first.
func (b *bucket) connect() (blob.Bucket, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.opened == nil {
		opened, err := blob.OpenExisting(b.store)
		if err != nil {
			return nil, err
		}
		b.opened = opened
	}
	return b.opened, nil
}

func (b *bucket) list(ctx context.Context) ([]string, error) {
	store, err := b.connect()
	if err != nil {
		return nil, err
	}
	var names []string
	err = store.List(ctx, b.prefix, func(info blob.Info) error {
		if isData(info.Key) {
			names = append(names, info.Key)
		}
		return nil
	})
	if err == nil && len(names) == 0 {
		err = fault.New(fault.NotFound, "no .json, .jsonl or .ndjson objects (also .gz, .zst) in %s", b.page(b.prefix)).At("publication.url").Do("check SOURCE_URL")
	}
	return names, err
}

func (b *bucket) open(ctx context.Context, name, known string) (io.ReadCloser, string, error) {
	store, err := b.connect()
	if err != nil {
		return nil, "", err
	}
	if known != "" {
		info, err := store.Stat(ctx, name)
		if err == nil && tagETag+info.ETag == known {
			return nil, known, nil
		}
	}
	body, info, err := store.Get(ctx, name, blob.GetOptions{})
	if fault.KindOf(err) == fault.NotFound {
		return nil, "", nil // taken away since the bucket was listed
	}
	if err != nil {
		return nil, "", err
	}
	return &object{body, b.page(name)}, tagETag + info.ETag, nil
}

func (b *bucket) resolve(_, link string) string { return link }

func (b *bucket) page(name string) string { return "s3://" + b.store.Bucket + "/" + name }

func (b *bucket) address() string { return "s3://" + b.store.Bucket + "/" + b.prefix }

func (b *bucket) complete() bool { return true }

// object classifies what breaks while an object is read.
type object struct {
	io.ReadCloser
	name string
}

func (o *object) Read(b []byte) (int, error) {
	n, err := o.ReadCloser.Read(b)
	if err != nil && err != io.EOF {
		err = unreachable(err, o.name)
	}
	return n, err
}
