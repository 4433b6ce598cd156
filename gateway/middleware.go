package gateway

import (
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/web"
)

// recovered answers a panic with a problem document, so that one bad request
// never takes the process down.
func recovered(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				log.ErrorContext(r.Context(), "panic in a handler", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				web.Problem(w, r, fault.New(fault.Internal, "unexpected fault"))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// headers sets what every answer carries. The policy allows nothing from
// elsewhere: no third-party request leaves a reader's browser. Reads are open
// to every origin, because the data is.
func headers(next http.Handler, bucket string) http.Handler {
	connect := "'self'"
	if u, err := url.Parse(bucket); err == nil && u.Host != "" {
		connect += " " + u.Scheme + "://" + u.Host
	}
	policy := strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "font-src 'self'",
		"connect-src " + connect, "manifest-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
	}, "; ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if strings.HasPrefix(r.URL.Path, api+"/") && !strings.HasPrefix(r.URL.Path, api+"/admin/") {
			h.Set("Access-Control-Allow-Origin", "*")
			h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
			h.Set("Access-Control-Allow-Headers", "Content-Type, If-None-Match")
			h.Set("Access-Control-Expose-Headers", "ETag, Retry-After, Link")
			h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		}
		next.ServeHTTP(w, r)
	})
}

// limitSize refuses request targets and bodies beyond the bounds.
func limitSize(next http.Handler, maxURL int, maxBody int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.RequestURI) > maxURL {
			web.Problem(w, r, fault.New(fault.TooLarge, "the address has %d bytes, at most %d are read", len(r.RequestURI), maxURL).
				Do("send the same request as POST with a JSON body"))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// rateLimit holds a token bucket per client.
type rateLimit struct {
	rate       rate.Limit
	burst      int
	trustProxy bool

	mu      sync.Mutex
	clients map[string]*bucket
	swept   time.Time
}

type bucket struct {
	limiter *rate.Limiter
	used    time.Time
}

func newRateLimit(perSecond float64, burst int, trustProxy bool) *rateLimit {
	return &rateLimit{rate: rate.Limit(perSecond), burst: burst, trustProxy: trustProxy, clients: map[string]*bucket{}}
}

func (l *rateLimit) wrap(next http.Handler) http.Handler {
	if l.rate <= 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wait := l.take(l.client(r), time.Now()); wait > 0 {
			web.Problem(w, r, fault.New(fault.RateLimited, "more than %s requests a second", strconv.FormatFloat(float64(l.rate), 'f', -1, 64)).
				After(wait).Do("wait as Retry-After says; for whole data sets take the bulk files"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// take gives 0 when the request may go on, else how long to wait.
func (l *rateLimit) take(client string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	// A bucket that was left alone for a minute is full again: forget it, so
	// that the map stays as small as the number of active clients.
	if now.Sub(l.swept) > time.Minute {
		for k, b := range l.clients {
			if now.Sub(b.used) > time.Minute {
				delete(l.clients, k)
			}
		}
		l.swept = now
	}
	b := l.clients[client]
	if b == nil {
		b = &bucket{limiter: rate.NewLimiter(l.rate, max(l.burst, 1))}
		l.clients[client] = b
	}
	b.used = now
	if b.limiter.AllowN(now, 1) {
		return 0
	}
	reservation := b.limiter.ReserveN(now, 1)
	defer reservation.CancelAt(now)
	return max(reservation.DelayFrom(now), time.Second)
}

func (l *rateLimit) client(r *http.Request) string {
	if l.trustProxy {
		// The last entry is the one that our own proxy added.
		hops := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		if ip := strings.TrimSpace(hops[len(hops)-1]); ip != "" {
			return ip
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
