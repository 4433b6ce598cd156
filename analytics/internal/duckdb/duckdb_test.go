package duckdb_test

import (
	"testing"

	"github.com/kzocds/kzocds/analytics"
	"github.com/kzocds/kzocds/analytics/internal/duckdb"
	"github.com/kzocds/kzocds/analytics/internal/enginetest"
)

func open(t *testing.T, dir string) analytics.Engine {
	t.Helper()
	e, err := duckdb.Open(duckdb.Config{Directory: dir, Threads: 2, MemoryMiB: 512})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func TestConformance(t *testing.T) {
	t.Parallel()
	enginetest.Run(t, open)
}
