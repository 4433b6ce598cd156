// Package temporal runs Temporal and its Web UI as a child of this process. The
// program is a module of its own (local/temporalserver), built on the first
// start.
package temporal

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/kzocds/kzocds/local/child"
	"github.com/kzocds/kzocds/local/state"
)

const host = "127.0.0.1"

// Databases of the server, beside the services' own.
const (
	Database   = "temporal"
	Visibility = "temporal_visibility"
)

// Namespace that the server makes and that the services use.
const Namespace = "default"

// Server is a running Temporal.
type Server struct {
	process  *child.Process
	port, ui int
}

// Start starts the binary on the PostgreSQL server of the URL and waits until
// workflows can be started and the UI answers.
func Start(ctx context.Context, dir *state.Dir, binary, postgres string, port, ui int) (*Server, error) {
	said := &ready{seen: make(chan struct{})}
	process, err := child.Start(child.Spec{
		Name: "Temporal", Path: binary,
		Args:   []string{"-port", strconv.Itoa(port), "-ui-port", strconv.Itoa(ui), "-database", Database, "-visibility", Visibility},
		Env:    append(os.Environ(), "TEMPORAL_POSTGRES_URL="+postgres),
		Dir:    dir.Join(),
		Log:    dir.Log("temporal"),
		Stdout: said,
		Stop:   syscall.SIGTERM, Grace: 15 * time.Second, Orphaned: syscall.SIGKILL,
	})
	if err != nil {
		return nil, err
	}
	s := &Server{process: process, port: port, ui: ui}
	const patience = 2 * time.Minute
	select {
	case <-said.seen:
		return s, nil
	case <-process.Done():
		return nil, process.Err()
	case <-ctx.Done():
		err = ctx.Err()
	case <-time.After(patience):
		err = fmt.Errorf("Temporal is not ready after %s; see %s", patience, dir.Log("temporal"))
	}
	s.Close()
	return nil, err
}

// Address of the frontend (gRPC).
func (s *Server) Address() string { return net.JoinHostPort(host, strconv.Itoa(s.port)) }

// UI is the address of the Web UI.
func (s *Server) UI() string { return "http://" + net.JoinHostPort(host, strconv.Itoa(s.ui)) }

// Done is closed when the server has ended; Err then says why.
func (s *Server) Done() <-chan struct{} { return s.process.Done() }

// Err tells why the server ended without being asked.
func (s *Server) Err() error { return s.process.Err() }

// Close stops the server.
func (s *Server) Close() { s.process.Close() }

// ready waits for the line with which the program says that it serves.
type ready struct {
	text strings.Builder
	once sync.Once
	seen chan struct{}
}

func (r *ready) Write(p []byte) (int, error) {
	r.text.Write(p)
	if strings.HasPrefix(r.text.String(), "ready\n") {
		r.once.Do(func() { close(r.seen) })
	}
	return len(p), nil
}
