// Package web has what every HTTP surface shares: the internal endpoints of a
// service, a server that drains, and problem documents.
package web

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
	"go.opentelemetry.io/otel/trace"
)

// Server is an HTTP server that fits a run.Part: Run is its function.
type Server struct {
	listen  string
	handler http.Handler
	bound   chan string
}

// NewServer makes a server for an address (host:port, port 0 takes a free one)
// and starts nothing.
func NewServer(listen string, h http.Handler) *Server {
	return &Server{listen: listen, handler: h, bound: make(chan string, 1)}
}

// Addr waits until the server listens and gives its address.
func (s *Server) Addr(ctx context.Context) (string, error) {
	select {
	case addr := <-s.bound:
		s.bound <- addr
		return addr, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// drain is how long requests under way may take after the end was asked for.
const drain = 10 * time.Second

// Run serves until ctx ends, then lets the requests under way finish. A port in
// use is an error that says so and what to do.
func (s *Server) Run(ctx context.Context, ready func()) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.listen)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "listen on %s", s.listen).
			Do("end the program that has the port, or give another address")
	}
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	s.bound <- listener.Addr().String()
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		timeout, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
		defer cancel()
		err := server.Shutdown(timeout)
		if errors.Is(err, context.DeadlineExceeded) {
			err = server.Close()
		}
		stopped <- err
	}()
	ready()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

// Internal is the server for probes and metrics of a service: /livez says that
// the process lives, /readyz asks ready, /metrics is what Prometheus reads.
func Internal(listen string, ready func() error, metrics http.Handler) *Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("ok\n"))
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := ready(); err != nil {
			http.Error(w, "not ready: "+err.Error(), http.StatusServiceUnavailable)
			return
		}
		w.Write([]byte("ok\n"))
	})
	mux.Handle("GET /metrics", metrics)
	return NewServer(listen, mux)
}

// problem is a problem document of RFC 9457 with our own members: field,
// allowed, remedy, traceId.
type problem struct {
	Type     string   `json:"type"`
	Title    string   `json:"title"`
	Status   int      `json:"status"`
	Detail   string   `json:"detail,omitempty"`
	Instance string   `json:"instance,omitempty"`
	Subject  string   `json:"subject,omitempty"`
	Field    string   `json:"field,omitempty"`
	Allowed  []string `json:"allowed,omitempty"`
	Remedy   string   `json:"remedy,omitempty"`
	TraceID  string   `json:"traceId,omitempty"`
}

// problemType is the stable prefix of the problem types; the kind follows.
const problemType = "urn:kzocds:problem:"

// Problem answers a request with what a client may know of an error.
func Problem(w http.ResponseWriter, r *http.Request, err error) {
	e := fault.Public(err)
	p := problem{
		Type: problemType + string(e.Kind), Title: e.Kind.Title(), Status: e.Kind.HTTPStatus(), Detail: e.Message,
		Instance: r.URL.EscapedPath(), Subject: e.Subject, Field: e.Field, Allowed: e.Allowed, Remedy: e.Remedy,
	}
	if span := trace.SpanContextFromContext(r.Context()); span.HasTraceID() {
		p.TraceID = span.TraceID().String()
	}
	body, err := json.Marshal(p)
	if err != nil { // strings and numbers only
		panic(err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	for _, name := range []string{"ETag", "Last-Modified", "Content-Encoding", "Content-Length"} {
		h.Del(name) // of the answer that was meant
	}
	if e.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
	if e.Kind == fault.Unauthorised {
		h.Set("WWW-Authenticate", "Bearer")
	}
	w.WriteHeader(p.Status)
	w.Write(append(body, '\n'))
}
