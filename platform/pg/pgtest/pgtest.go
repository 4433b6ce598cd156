// Package pgtest gives each test a fresh database on a real PostgreSQL.
//
// TEST_DATABASE_URL names a server whose user may create databases. Without it
// the first test of a test binary starts a private server from the binaries
// found: PG_BIN, the links in PATH, /usr/lib/postgresql. When there are none the
// test fails and says what to install; it never skips.
package pgtest

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/pg"
)

// New gives a pool on a database of its own, which is dropped after the test.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	if err := administer(ctx, server, "create database "+name); err != nil {
		t.Fatalf("create a database for the test: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		if err := administer(ctx, server, "drop database "+name+" with (force)"); err != nil {
			t.Errorf("drop the database of the test: %v", err)
		}
	})
	own := *server
	own.Path = "/" + name
	pool, err := pg.Connect(ctx, config.Postgres{URL: config.Secret(own.String()), MaxConns: 8}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// URL is the connection URL of a pool's database, for what connects itself.
func URL(pool *pgxpool.Pool) string { return pool.Config().ConnString() }

// shared is the server of the test binary.
var shared = sync.OnceValues(func() (*url.URL, error) {
	if given := os.Getenv("TEST_DATABASE_URL"); given != "" {
		return url.Parse(given)
	}
	return start()
})

func administer(ctx context.Context, server *url.URL, statement string) error {
	conn, err := pgx.Connect(ctx, server.String())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, statement)
	return err
}
