package extractor

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/extractor/internal/bookmark"
	"github.com/kzocds/kzocds/extractor/internal/publication"
	"github.com/kzocds/kzocds/proto/source"
)

// TestWhatAPublicationTakesAwayLeavesATombstone: when no volume lists a release any
// more, and not before.
func TestWhatAPublicationTakesAwayLeavesATombstone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name string, numbers ...int) {
		t.Helper()
		var list []string
		for _, n := range numbers {
			list = append(list, fmt.Sprintf(`{"ocid":"ocds-213czf-%d","id":"%d","date":"2024-01-0%dT00:00:00Z","tag":["tender"],"parties":[]}`, n, n, n))
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(`{"version":"1.1","releases":[`+strings.Join(list, ",")+`]}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("a.json", 1, 2, 3)
	put("b.json", 3, 4)
	put("c.json", 5)
	b := newBench(t, newWorld(), func(c *Config) { c.Crawl.SetSize = 2 })
	cfg := publication.Default()
	cfg.URL = dir
	var err error
	b.sources = make([]Source, 1)
	if b.sources[0], err = publication.New(cfg, bookmark.New(b.pool, b.cfg.Dataset), nil, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	gone := func() []string {
		return b.rows(`select id || ' ' || version_batch from source.object where gone order by id`)
	}
	id := func(n, batch int) string {
		return fmt.Sprintf("ocds/ocds-213czf-%d/%d@2024-01-0%dT00:00:00Z %d", n, n, n, batch)
	}
	if first := b.batch(); first.NewDocuments != 5 {
		t.Fatalf("first batch %v", first)
	}
	b.batch()
	same(t, "gone, nothing having changed", gone(), nil)

	put("a.json", 1) // 2 is gone, 3 is still in b
	if third := b.batch(); third.NewDocuments != 1 {
		t.Errorf("third batch %v", third)
	}
	same(t, "gone from one volume", gone(), []string{id(2, 3)})

	if err := os.Remove(filepath.Join(dir, "c.json")); err != nil { // 5 with its volume
		t.Fatal(err)
	}
	put("b.json", 4)
	put("a.json", 1, 2) // 2 is back, 3 is nowhere now
	b.batch()
	same(t, "gone with its volume", gone(), []string{id(3, 4), id(5, 4)})
	same(t, "versions of what came back", b.rows(`select batch || ' ' || deleted from source.document_v1 where id like '%-2/%' order by batch`), []string{"1 false", "3 true", "4 false"})

	// A volume with a release that cannot be read does not say what is not in it.
	if err := os.WriteFile(filepath.Join(dir, "a.json"), []byte(`{"version":"1.1","releases":[{"id":"2"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	b.batch()
	same(t, "gone from a flawed volume", gone(), []string{id(3, 4), id(5, 4)})
	put("a.json", 6)
	result := b.batch()
	same(t, "gone", gone(), []string{id(1, 6), id(2, 6), id(3, 4), id(5, 4)})
	for _, c := range result.Entities {
		if c.Entity == string(source.OCDSRelease) && c.Stored != 2 {
			t.Errorf("%d releases are stored as listed, 4 and 6 are", c.Stored)
		}
	}
	same(t, "tombstones keep the last body", b.bodies("id", "deleted and id like '%-5/%'", "ocid"), []string{strings.TrimSuffix(id(5, 4), " 4") + " ocds-213czf-5"})
}
