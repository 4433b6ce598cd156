package pg_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/kzocds/kzocds/platform/pg"
	"github.com/kzocds/kzocds/platform/pg/pgtest"
)

func TestAConnectionThatBreaksInTheMiddleOfAnAnswerIsLost(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	conn, err := pgtest.Breaking(t, pool, 100_000).Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	rows, err := conn.Query(t.Context(), `select repeat('x', 1000) from generate_series(1, 1000)`)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for rows.Next() {
		n++
	}
	if err := rows.Err(); n == 0 || n == 1000 || !pg.Lost(err) || !pg.Lost(fmt.Errorf("read: %w", err)) {
		t.Errorf("after %d rows: %v", n, err)
	}
	if _, err := conn.Exec(t.Context(), `select 1`); !pg.Lost(err) {
		t.Errorf("on a connection that broke: %v", err)
	}
}

func TestWhatTheServerSaysOrTheCallerEndsIsNotLost(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	_, refused := pool.Exec(t.Context(), `select nonsense`)
	ended, end := context.WithCancel(t.Context())
	end()
	_, cancelled := pool.Exec(ended, `select 1`)
	for _, err := range []error{nil, errors.New("other"), refused, cancelled} {
		if pg.Lost(err) {
			t.Errorf("lost: %v", err)
		}
	}
}
