package pg_test

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/pg"
	"github.com/kzocds/kzocds/platform/pg/pgtest"
)

func files(texts ...string) fstest.MapFS {
	names := []string{"migrations/0001_first.sql", "migrations/0002_second.sql", "migrations/0003_third.sql"}
	fsys := fstest.MapFS{}
	for i, text := range texts {
		fsys[names[i]] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	first := `create table thing (id int primary key); insert into thing values (1);`

	t.Run("applies each file once, in the schema", func(t *testing.T) {
		t.Parallel()
		pool := pgtest.New(t)
		for range 2 {
			if err := pg.Migrate(t.Context(), pool, "shop", files(first, `insert into thing values (2)`)); err != nil {
				t.Fatal(err)
			}
		}
		var n int
		if err := pool.QueryRow(t.Context(), `select count(*) from shop.thing`).Scan(&n); err != nil || n != 2 {
			t.Errorf("%d rows, want 2 (%v)", n, err)
		}
	})
	t.Run("applies what was added", func(t *testing.T) {
		t.Parallel()
		pool := pgtest.New(t)
		for _, fsys := range []fstest.MapFS{files(first), files(first, `insert into thing values (2)`)} {
			if err := pg.Migrate(t.Context(), pool, "shop", fsys); err != nil {
				t.Fatal(err)
			}
		}
	})
	t.Run("leaves nothing of a file that fails, and goes on from there", func(t *testing.T) {
		t.Parallel()
		pool := pgtest.New(t)
		err := pg.Migrate(t.Context(), pool, "shop", files(first, `insert into thing values (2); select nonsense`))
		if err == nil || !strings.Contains(err.Error(), "0002_second.sql") {
			t.Fatalf("error %v does not name the file", err)
		}
		if err := pg.Migrate(t.Context(), pool, "shop", files(first, `insert into thing values (2)`)); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("refuses a file that was changed after it had been applied", func(t *testing.T) {
		t.Parallel()
		pool := pgtest.New(t)
		if err := pg.Migrate(t.Context(), pool, "shop", files(first)); err != nil {
			t.Fatal(err)
		}
		err := pg.Migrate(t.Context(), pool, "shop", files(first+" "))
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("error %v is no conflict", err)
		}
	})
	t.Run("refuses a database that is ahead of the program", func(t *testing.T) {
		t.Parallel()
		pool := pgtest.New(t)
		if err := pg.Migrate(t.Context(), pool, "shop", files(first, `select 1`)); err != nil {
			t.Fatal(err)
		}
		if err := pg.Migrate(t.Context(), pool, "shop", files(first)); fault.KindOf(err) != fault.Conflict {
			t.Errorf("error %v is no conflict", err)
		}
	})
	t.Run("lets processes that start together take turns", func(t *testing.T) {
		t.Parallel()
		pool := pgtest.New(t)
		var errs [6]error
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { errs[i] = pg.Migrate(t.Context(), pool, "shop", files(first, `insert into thing values (2)`)) })
		}
		all.Wait()
		if err := errors.Join(errs[:]...); err != nil {
			t.Fatal(err)
		}
	})
}

func TestMigrateRefusesFilesThatAreNotNumbered(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	for name, fsys := range map[string]fstest.MapFS{
		"a gap":        {"0001_a.sql": {}, "0003_b.sql": {}},
		"no number":    {"first.sql": {}},
		"no file":      {"readme.md": {}},
		"twice a one":  {"0001_a.sql": {}, "0001_b.sql": {}},
		"not from one": {"0002_a.sql": {}},
	} {
		if err := pg.Migrate(t.Context(), pool, "shop", fsys); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestConnectTellsAtOnceWhatWaitingDoesNotChange(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	missing := strings.Replace(pgtest.URL(pool), "/test_", "/missing_", 1)
	if _, err := pg.Connect(t.Context(), config.Postgres{URL: config.Secret(missing)}, slog.New(slog.DiscardHandler)); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a database that does not exist: %v", err)
	}
	if _, err := pg.Connect(t.Context(), config.Postgres{URL: "postgres://kz:hush@[::1/x"}, slog.New(slog.DiscardHandler)); fault.KindOf(err) != fault.Invalid || strings.Contains(err.Error(), "hush") {
		t.Errorf("a URL that is none: %v", err)
	}
}
