package pgtest

import (
	"context"
	"io"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Breaking gives a pool on the database of another whose connections break after
// a number of bytes of answers, as when a server or the network goes away in the
// middle of a query.
func Breaking(t testing.TB, pool *pgxpool.Pool, after int64) *pgxpool.Pool {
	t.Helper()
	cfg := pool.Config().Copy()
	dial := cfg.ConnConfig.DialFunc
	cfg.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		server, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		near, far := net.Pipe()
		go func() {
			_, _ = io.Copy(server, far) // until either side ends
			_ = server.Close()
		}()
		go func() {
			_, _ = io.CopyN(far, server, after)
			_ = far.Close()
			_ = server.Close()
		}()
		return near, nil
	}
	broken, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broken.Close)
	return broken
}
