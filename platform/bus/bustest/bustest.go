// Package bustest starts a NATS server with JetStream inside a test.
package bustest

import (
	"testing"
	"time"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// New gives a connection to a server of its own, with the streams of the table.
// The server keeps its files in the test's folder and ends with the test.
func New(t testing.TB) *bus.Conn {
	t.Helper()
	s := Server(t)
	c, err := bus.Connect(t.Context(), config.NATS{}, t.Name(), nats.InProcessServer(s))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if err := bus.EnsureStreams(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c
}

// Server starts a server on a free port without any stream, for tests that
// connect themselves (ClientURL).
func Server(t testing.TB) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(),
		NoSigs: true, NoLog: true, MaxPayload: bus.MaxMessage,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the NATS server was not ready within 20 s")
	}
	return s
}
