// Package nats runs a NATS server with JetStream inside this process. It is
// reached in process and, for tools, on 127.0.0.1.
package nats

import (
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
type Server struct{ server *server.Server }

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
	return &Server{s}, nil
}

// URL of the server for clients outside this process.
func (s *Server) URL() string { return s.server.ClientURL() }

// Option connects a client without a socket.
func (s *Server) Option() nats.Option { return nats.InProcessServer(s.server) }

// Close stops the server; what JetStream acknowledged is in its files.
func (s *Server) Close() {
	s.server.Shutdown()
	s.server.WaitForShutdown()
}
