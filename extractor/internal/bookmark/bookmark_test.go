package bookmark_test

import (
	"os"
	"testing"

	"github.com/kzocds/kzocds/extractor/internal/bookmark"
	"github.com/kzocds/kzocds/platform/pg"
	"github.com/kzocds/kzocds/platform/pg/pgtest"
)

func TestAMarkCountsOnceItsBatchIsClosed(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	if err := pg.Migrate(t.Context(), pool, "source", os.DirFS("../../migrations")); err != nil {
		t.Fatal(err)
	}
	run := func(sql string) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	table, other := bookmark.New(pool, "ocds"), bookmark.New(pool, "other")
	known := func(b *bookmark.Table, want string) {
		t.Helper()
		m, err := b.Known(t.Context(), "a.json")
		if err != nil {
			t.Fatal(err)
		}
		if m.Tag != want {
			t.Errorf("known is %+v, want tag %q", m, want)
		}
	}
	remember := func(tag string) {
		t.Helper()
		if err := table.Remember(t.Context(), bookmark.Mark{Name: "a.json", Tag: tag, Next: "b.json", Items: 3}); err != nil {
			t.Fatal(err)
		}
	}
	if last, err := table.Last(t.Context()); err != nil || !last.IsZero() {
		t.Errorf("last batch %v, %v; there is none", last, err)
	}
	run(`insert into source.batch (number, source) values (1, 'ocds')`)
	remember("one")
	remember("two")
	known(table, "")
	run(`update source.batch set closed_at = now() where number = 1`)
	known(table, "two")
	known(other, "")
	if last, err := table.Last(t.Context()); err != nil || last.IsZero() {
		t.Errorf("last batch %v, %v", last, err)
	}
	// The open batch has its own, the closed one's still counts.
	run(`insert into source.batch (number, source) values (2, 'ocds')`)
	remember("three")
	known(table, "two")
	run(`update source.batch set closed_at = now() where number = 2`)
	known(table, "three")
	run(`insert into source.batch (number, source) values (3, 'ocds')`)
	remember("four")
	known(table, "three")
	var marks int
	if err := pool.QueryRow(t.Context(), `select count(*) from source.bookmark`).Scan(&marks); err != nil || marks != 2 {
		t.Errorf("%d marks are kept, %v; want those of the last closed batch and of the open one", marks, err)
	}
}
