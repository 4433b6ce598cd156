package extractor

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
)

// BenchmarkStore stores new lots in sets of 2000 as Save does, about 1.5 KiB
// each, and publishes them.
func BenchmarkStore(b *testing.B) {
	bench := newBench(b, newWorld(), func(c *Config) { c.Crawl.SetSize = 2000 })
	opened, err := bench.openBatch(b.Context(), bench.cfg.Dataset)
	if err != nil {
		b.Fatal(err)
	}
	const size = 2000
	at := document.Crawl{Batch: opened.Number, Entity: source.Lots}
	padding := strings.Repeat("сорт высший ", 50)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		docs := make([]document.Document, size)
		for i := range docs {
			n++
			raw := fmt.Appendf(nil, `{"trdBuyNumberAnno":"%d-1","id":%d,"amount":22500.50,"nameRu":"Крупа гречневая","descriptionRu":%q}`, n/3+1, n, padding)
			body, err := document.Canonical(raw)
			if err != nil {
				b.Fatal(err)
			}
			docs[i] = document.Document{Entity: source.Lots, ID: fmt.Sprint(n), Hash: document.HashOf(body), Body: body,
				Process: process.OfAnnouncement(fmt.Sprint(n/3 + 1)), FetchedAt: time.Now(), URL: "https://example.org/v3/lots/1", Origin: source.OriginPortal}
		}
		if at, err = bench.store.Save(context.Background(), at, document.Set{Documents: docs}, func(s document.Saved) document.Crawl {
			to := at
			to.Pages++
			to.NewDocuments += s.NewDocuments
			return to
		}); err != nil {
			b.Fatal(err)
		}
		for {
			n, err := bench.publishSome(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
	}
	b.ReportMetric(float64(at.NewDocuments)/b.Elapsed().Seconds(), "documents/s")
}
