// Package pg connects to PostgreSQL and migrates schemas.
package pg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/fault"
)

// Connect opens a pool and waits until the server answers or ctx ends. A wrong
// password, database or URL is an error at once.
func Connect(ctx context.Context, cfg config.Postgres, log *slog.Logger) (*pgxpool.Pool, error) {
	pc, err := pgxpool.ParseConfig(cfg.URL.Reveal())
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "PostgreSQL URL").Do("give postgres://user:password@host:port/database")
	}
	if cfg.MaxConns > 0 {
		pc.MaxConns = int32(cfg.MaxConns)
	}
	pc.ConnConfig.Tracer = otelpgx.NewTracer(otelpgx.WithTrimSQLInSpanName(), otelpgx.WithDisableConnectionDetailsInAttributes())
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("open the PostgreSQL pool: %w", err)
	}
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		err := pool.Ping(ctx)
		if err == nil {
			break
		}
		if refused(err) || ctx.Err() != nil {
			pool.Close()
			return nil, fault.Wrap(fault.Unavailable, err, "connect to PostgreSQL at %s:%d", pc.ConnConfig.Host, pc.ConnConfig.Port)
		}
		log.InfoContext(ctx, "waiting for PostgreSQL", "host", pc.ConnConfig.Host, "port", pc.ConnConfig.Port, "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
	if err := otelpgx.RecordStats(pool); err != nil {
		pool.Close()
		return nil, fmt.Errorf("meter the PostgreSQL pool: %w", err)
	}
	return pool, nil
}

// refused says that the server is there and will not have us, which waiting
// does not change. Class 57 is a server that starts or stops.
func refused(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code[:2] != "57" && e.Code[:2] != "53"
}
