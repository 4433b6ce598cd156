package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/web"
)

// serve runs a server until the test ends and gives its URL.
func serve(t *testing.T, s *web.Server) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, func() {}) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	addr, err := s.Addr(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + addr
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func TestInternalEndpoints(t *testing.T) {
	t.Parallel()
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "up 1\n") })
	state := errors.New("no snapshot loaded yet")
	busy := serve(t, web.Internal("127.0.0.1:0", func() error { return state }, metrics))
	able := serve(t, web.Internal("127.0.0.1:0", func() error { return nil }, metrics))
	for _, c := range []struct {
		url    string
		status int
		body   string
	}{
		{busy + "/livez", 200, "ok\n"},
		{busy + "/readyz", 503, "not ready: no snapshot loaded yet\n"},
		{able + "/readyz", 200, "ok\n"},
		{able + "/metrics", 200, "up 1\n"},
		{able + "/other", 404, "404 page not found\n"},
	} {
		if status, body := get(t, c.url); status != c.status || body != c.body {
			t.Errorf("%s: %d %q", c.url, status, body)
		}
	}
}

func TestAPortInUseIsSaidWithItsRemedy(t *testing.T) {
	t.Parallel()
	taken := strings.TrimPrefix(serve(t, web.NewServer("127.0.0.1:0", http.NotFoundHandler())), "http://")
	err := web.NewServer(taken, http.NotFoundHandler()).Run(t.Context(), func() { t.Error("ready without a port") })
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), taken) || !strings.Contains(err.Error(), "another address") {
		t.Errorf("error %v", err)
	}
}

func TestRequestsUnderWayFinish(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	arrived, release := make(chan struct{}), make(chan struct{})
	s := web.NewServer("127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		io.WriteString(w, "done")
	}))
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, func() {}) }()
	addr, err := s.Addr(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + addr)
		if err != nil {
			answered <- err.Error()
			return
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		answered <- string(body)
	}()
	<-arrived
	cancel()
	close(release)
	if got := <-answered; got != "done" {
		t.Errorf("answer %q", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestProblem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		err     error
		status  int
		body    string
		headers map[string]string
	}{
		{"says all that was said for the client",
			fault.New(fault.Invalid, "unknown measure").At("measures", "lots", "bids").Do("see /api/v1/catalog"), 400,
			`{"type":"urn:kzocds:problem:invalid","title":"The request is not valid","status":400,"detail":"unknown measure",
			"instance":"/api/v1/query","field":"measures","allowed":["lots","bids"],"remedy":"see /api/v1/catalog"}`, nil},
		{"hides internals",
			errors.New("relation ocds.release does not exist"), 500,
			`{"type":"urn:kzocds:problem:internal","title":"Internal error","status":500,"detail":"internal error","instance":"/api/v1/query"}`, nil},
		{"says when to come again",
			fault.New(fault.RateLimited, "too many requests").After(1500 * time.Millisecond), 429,
			`{"type":"urn:kzocds:problem:rate-limited","title":"Too many requests","status":429,"detail":"too many requests","instance":"/api/v1/query"}`,
			map[string]string{"Retry-After": "2"}},
		{"says how to authenticate",
			fault.New(fault.Unauthorised, "no token"), 401,
			`{"type":"urn:kzocds:problem:unauthorised","title":"Authentication is needed","status":401,"detail":"no token","instance":"/api/v1/query"}`,
			map[string]string{"WWW-Authenticate": "Bearer"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			w.Header().Set("ETag", `"of the answer that was meant"`)
			web.Problem(w, httptest.NewRequest(http.MethodGet, "/api/v1/query?measures=x", nil), c.err)
			if w.Code != c.status || w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("ETag") != "" {
				t.Errorf("%d, %v", w.Code, w.Header())
			}
			for name, want := range c.headers {
				if got := w.Header().Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			var got, want any
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(c.body), &want); err != nil {
				t.Fatal(err)
			}
			if g, w := compact(t, got), compact(t, want); g != w {
				t.Errorf("got  %s\nwant %s", g, w)
			}
		})
	}
}

func compact(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
