// Package goszakup is the adapter of the procurement portal's unified services
// (OWS v3): GraphQL for entities, REST for dictionaries and the journal.
//
// The service is slow, undocumented in its failures and sometimes wrong. What is
// known to go wrong with it is handled here, so that the rest of the extractor
// sees pages of readable documents, rejected records and classified errors.
package goszakup

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/extractor/internal/pace"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

// Config says where the portal is and how much it may be asked.
type Config struct {
	URL      string        `yaml:"url" doc:"address of the portal's service, without /v3"`
	Token    config.Secret `yaml:"token" doc:"bearer token of the service, see docs/operate/extraction.md"`
	Rate     int           `yaml:"rate" doc:"requests per second over all processes; it halves by itself while the source is overloaded"`
	Daily    int64         `yaml:"daily" doc:"requests a day over all processes, by the source's days; 0 is no limit"`
	Parallel int           `yaml:"parallel" doc:"requests of one process under way at the same time"`
	Timeout  time.Duration `yaml:"timeout" doc:"how long one request may take, its answer included"`
	// PageGraphQL above 200 has no effect: the portal gives 200 at most.
	PageGraphQL int           `yaml:"pageGraphql" doc:"objects per GraphQL page, 200 at most"`
	PageREST    int           `yaml:"pageRest" doc:"objects per REST page"`
	Attempts    int           `yaml:"attempts" doc:"times a request is tried before its failure is reported"`
	Backoff     time.Duration `yaml:"backoff" doc:"wait after the first failure; doubles with each further one, with jitter"`
	BackoffMax  time.Duration `yaml:"backoffMax" doc:"longest wait between attempts; a longer Retry-After is reported instead of waited for"`
	// After BreakAfter failures in a row nothing is sent for BreakFor.
	BreakAfter int           `yaml:"breakAfter" doc:"failures in a row that open the circuit breaker"`
	BreakFor   time.Duration `yaml:"breakFor" doc:"how long an open circuit breaker holds requests back"`
	MaxAnswer  int64         `yaml:"maxAnswer" doc:"largest answer that is read, bytes"`
	// References is by the source's clock.
	References time.Duration `yaml:"references" doc:"how often the dictionaries are read again"`
}

// Default is polite enough for the portal: about what a person who pages through
// it asks for.
func Default() Config {
	return Config{
		URL:  "https://ows.goszakup.gov.kz",
		Rate: 5, Parallel: 4, Timeout: 60 * time.Second,
		PageGraphQL: 200, PageREST: 500,
		Attempts: 6, Backoff: time.Second, BackoffMax: time.Minute,
		BreakAfter: 10, BreakFor: 30 * time.Second,
		MaxAnswer: 64 << 20, References: 24 * time.Hour,
	}
}

// Validate checks what can be checked without asking the source.
func (c Config) Validate() error {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return fault.New(fault.Invalid, "the source's address %q is no http or https URL", c.URL).At("source.url").Do("set SOURCE_URL for make run, EXTRACTOR_SOURCE_URL for the service, for example https://ows.goszakup.gov.kz")
	case c.Token.Reveal() == "":
		return fault.New(fault.Invalid, "the source's token is not set").At("source.token").Do("set SOURCE_TOKEN for make run, EXTRACTOR_SOURCE_TOKEN for the service; docs/operate/extraction.md says how to get one")
	case c.Daily < 0:
		return fault.New(fault.Invalid, "the budget of a day is not below 0").At("source.daily")
	case c.Rate < 1, c.Parallel < 1, c.PageGraphQL < 1, c.PageREST < 1, c.Attempts < 1, c.BreakAfter < 1:
		return fault.New(fault.Invalid, "rate, parallel, pageGraphQL, pageREST, attempts and breakAfter are 1 at least").At("source")
	case c.Timeout <= 0, c.Backoff <= 0, c.BackoffMax < c.Backoff, c.MaxAnswer < 1<<20:
		return fault.New(fault.Invalid, "timeout and backoff are above 0, backoffMax is not below backoff, maxAnswer is 1 MiB at least").At("source")
	}
	return nil
}

// Client speaks to the portal. It is safe for concurrent use, and all its
// requests share one rate, one limit of connections and one circuit breaker. Rate
// and budget hold for all clients that have the same Ledger.
type Client struct {
	cfg     Config
	base    string
	http    *http.Client
	pace    *pace.Pace
	budget  budget
	slots   chan struct{}
	breaker breaker
	log     *slog.Logger

	mu      sync.Mutex
	queries map[source.Entity]string           // as asked at present, see leaveOut
	missing map[source.Entity][]document.Drift // left out and not told yet

	inspecting sync.Mutex
	inspected  map[string][]document.Member // what Schema has read before it failed, by path

	nulls   nullLists
	members members
	journal journalRead
}

// New makes a client. It sends nothing. The transport is http.DefaultTransport
// with the connections allowed, or one that the caller wraps around it.
func New(cfg Config, wrap func(http.RoundTripper) http.RoundTripper, log *slog.Logger) (*Client, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = cfg.Parallel
	transport.MaxConnsPerHost = cfg.Parallel
	var rt http.RoundTripper = transport
	if wrap != nil {
		rt = wrap(transport)
	}
	u, err := url.Parse(cfg.URL)
	if err != nil {
		return nil, err // Validate has refused it
	}
	return &Client{
		cfg:  cfg,
		base: strings.TrimSuffix(strings.TrimSuffix(cfg.URL, "/"), "/v3"),
		http: &http.Client{Transport: rt, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // a redirect would carry the token elsewhere
		}},
		pace:    pace.New(u.Host, float64(cfg.Rate)),
		budget:  budget{daily: cfg.Daily, host: u.Host},
		slots:   make(chan struct{}, cfg.Parallel),
		breaker: breaker{limit: cfg.BreakAfter, rest: cfg.BreakFor},
		log:     log,
		queries: map[source.Entity]string{}, missing: map[source.Entity][]document.Drift{},
	}, nil
}

// answer is what a request brought.
type answer struct {
	body []byte
	date time.Time // Date header: the server's clock; zero if it sent none
	url  string
}

// send makes a request and lets read look at the answer, again and again while
// the failure is one that passes. read's error decides like a failed request: a
// truncated body is only seen in reading.
func (c *Client) send(ctx context.Context, method, path string, body []byte, read func(answer) error) error {
	wait := c.cfg.Backoff
	for attempt := 1; ; attempt++ {
		err := c.once(ctx, method, path, body, read)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if !fault.KindOf(err).Retryable() || attempt >= c.cfg.Attempts {
			return err
		}
		pause := wait/2 + rand.N(wait/2+1)
		var f *fault.Error
		if errors.As(err, &f) && f.RetryAfter > 0 {
			if f.RetryAfter > c.cfg.BackoffMax {
				return err
			}
			pause = max(pause, f.RetryAfter)
		}
		c.log.WarnContext(ctx, "the source failed, trying again", "path", path, "attempt", attempt, "wait", pause, "error", err)
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(pause):
		}
		wait = min(2*wait, c.cfg.BackoffMax)
	}
}

func (c *Client) once(ctx context.Context, method, path string, body []byte, read func(answer) error) error {
	if rest := c.breaker.closedFor(time.Now()); rest > 0 {
		return fault.New(fault.Unavailable, "the source %s failed %d times in a row; nothing is sent to it for a while", c.base, c.cfg.BreakAfter).After(rest)
	}
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := c.budget.take(ctx, time.Now()); err != nil {
		return err
	}
	if err := c.pace.Wait(ctx); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	err := c.exchange(limited, method, path, body, read)
	if ctx.Err() == nil {
		if err := c.pace.Heed(ctx, err); err != nil {
			c.log.WarnContext(ctx, "the rate of requests could not be lowered", "error", err)
		}
		c.breaker.record(err == nil || !fault.KindOf(err).Retryable(), time.Now())
	}
	return err
}

func (c *Client) exchange(ctx context.Context, method, path string, body []byte, read func(answer) error) error {
	at := c.base + path
	req, err := http.NewRequestWithContext(ctx, method, at, bytes.NewReader(body))
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "no request can be made of %s", at)
	}
	req.Header.Set("Authorization", "Bearer "+c.cfg.Token.Reveal())
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "kzocds")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		return unreachable(err, at)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(io.LimitReader(res.Body, c.cfg.MaxAnswer+1))
	if err != nil {
		return unreachable(err, at)
	}
	if int64(len(got)) > c.cfg.MaxAnswer {
		return fault.New(fault.TooLarge, "the answer of %s is above %d bytes", at, c.cfg.MaxAnswer).Do("make the page smaller or source.maxAnswer bigger")
	}
	if err := refusal(res, got, at); err != nil {
		return err
	}
	date, _ := http.ParseTime(res.Header.Get("Date")) // zero when absent
	return read(answer{body: got, date: date, url: at})
}

// unreachable classifies a failure below HTTP. All of them may pass: the portal
// drops connections and times out as a matter of course.
func unreachable(err error, at string) error {
	kind := fault.Unavailable
	var timeout net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		kind = fault.Timeout
	}
	return fault.Wrap(kind, err, "the source does not answer at %s: %v", at, err).Do("check that SOURCE_URL is right and reachable from here; it is asked again by itself")
}

// refusal is the error that an answer's status or error body stands for, nil if
// it is a proper answer. Facts: reference of the API, section 9.
func refusal(res *http.Response, body []byte, at string) error {
	said := notice(body)
	switch code := res.StatusCode; {
	case code == http.StatusUnauthorized, code == http.StatusForbidden,
		// What the portal answers to a wrong token in 2026.
		code == http.StatusNotFound && strings.EqualFold(said.Message, "Invalid Route"):
		return fault.New(fault.Unauthorised, "the source %s does not accept the token (HTTP %d, %q)", at, code, said.Message).
			Do("put a valid token into SOURCE_TOKEN (EXTRACTOR_SOURCE_TOKEN of the service); tokens end after a year and are renewed in the participant's profile, see docs/operate/extraction.md")
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable:
		kind := fault.RateLimited
		if code == http.StatusServiceUnavailable {
			kind = fault.Unavailable
		}
		return fault.New(kind, "the source %s asks to wait (HTTP %d)", at, code).After(retryAfter(res.Header.Get("Retry-After"), time.Now()))
	case code == http.StatusNotFound:
		return fault.New(fault.NotFound, "the source has nothing at %s: %s", at, said.Message)
	case code == http.StatusRequestTimeout, code >= 500:
		return fault.New(fault.Unavailable, "the source %s failed with HTTP %d: %s", at, code, said.Message)
	case code >= 300 && len(said.Errors) == 0:
		return fault.New(fault.Invalid, "the source %s answered HTTP %d: %s", at, code, said.Message).Do("check SOURCE_URL")
	case said.Status >= 400 && said.Name != "", said.Error != "" && said.Code != http.StatusNotFound:
		// An error body under HTTP 200.
		return fault.New(fault.Unavailable, "the source %s answered HTTP %d with an error: %s%s", at, code, said.Message, said.Error)
	case said.Error != "":
		return fault.New(fault.NotFound, "the source has nothing at %s: %s", at, said.Error)
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

// breaker holds requests back after a row of failures. When the rest is over,
// the next request goes out, and its outcome decides.
type breaker struct {
	mu     sync.Mutex
	failed int
	until  time.Time
	limit  int
	rest   time.Duration
}

func (b *breaker) closedFor(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(0, b.until.Sub(now))
}

func (b *breaker) record(ok bool, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ok {
		b.failed = 0
		return
	}
	if b.failed++; b.failed >= b.limit {
		b.until = now.Add(b.rest)
	}
}
