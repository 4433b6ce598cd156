// Package nats runs a NATS server with JetStream inside this process. It is
// reached in process and, for tools, on 127.0.0.1.
package nats

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/kzocds/kzocds/local/state"
)

const host = "127.0.0.1"

// maxPayload is the largest message, bytes.
const maxPayload = 8 << 20

// Server is a running NATS server.
type Server struct {
	server *server.Server
	closed context.Context
	close  context.CancelFunc
	done   chan struct{}
	err    error // valid after done is closed
}

// Start starts the server on the port and waits until it takes connections.
func Start(dir *state.Dir, port int) (*Server, error) {
	s, err := server.NewServer(&server.Options{
		ServerName: "kzocds-local",
		Host:       host,
		Port:       port,
		// Signals are the program's business.
		NoSigs:     true,
		MaxPayload: maxPayload,
		JetStream:  true,
		StoreDir:   dir.Join("nats"),
		LogFile:    dir.Log("nats"),
		Logtime:    true,
	})
	if err != nil {
		return nil, fmt.Errorf("NATS: %w", err)
	}
	s.ConfigureLogger()
	s.Start()
	const patience = 30 * time.Second
	if !s.ReadyForConnections(patience) || !s.JetStreamEnabled() {
		s.Shutdown()
		return nil, errors.New("NATS does not start; see " + dir.Log("nats"))
	}
	n := &Server{server: s, done: make(chan struct{})}
	n.closed, n.close = context.WithCancel(context.Background())
	go n.watch()
	return n, nil
}

// watch ends with the server, or when it has told twice in a row that it does not do
// its work: a stream that could not be written to, because the disk was full, takes
// nothing and answers nothing until the server starts anew.
func (s *Server) watch() {
	defer close(s.done)
	const every, most = time.Second, 2
	tick := time.NewTicker(every)
	defer tick.Stop()
	for ill := 0; ill < most; {
		select {
		case <-s.closed.Done():
			return
		case <-tick.C:
		}
		health := s.server.Healthz(&server.HealthzOptions{})
		if health.Status == "ok" {
			ill = 0
			continue
		}
		ill++
		s.err = fmt.Errorf("NATS does not work (%s); make room on the disk if it is full, and start again", health.Error)
	}
}

// Done is closed when the server has ended, or does not work any more.
func (s *Server) Done() <-chan struct{} { return s.done }

// Err tells, after Done, why the server does not work; nil when it was closed.
func (s *Server) Err() error {
	if s.closed.Err() != nil {
		return nil
	}
	return s.err
}

// URL of the server for clients outside this process.
func (s *Server) URL() string { return s.server.ClientURL() }

// Option connects a client without a socket.
func (s *Server) Option() nats.Option { return nats.InProcessServer(s.server) }

// Close stops the server; what JetStream acknowledged is in its files.
func (s *Server) Close() {
	s.close()
	<-s.done
	s.server.Shutdown()
	s.server.WaitForShutdown()
}
