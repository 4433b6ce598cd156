package extractor

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/pg/pgtest"
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

// pages is a source that is never the bottleneck: lots of about 1.5 KiB, written
// beforehand as far as they are the same.
type pages struct{ highest, lowest int64 }

func (p pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		OperationName string
		Variables     struct{ After int64 }
	}
	if r.URL.Path != "/v3/graphql" || json.NewDecoder(r.Body).Decode(&ask) != nil {
		io.WriteString(w, `{"total":0,"limit":500,"next_page":"","items":[]}`)
		return
	}
	if ask.OperationName != "Lots" {
		fmt.Fprintf(w, `{"data":{%q:null},"extensions":{"pageInfo":{"totalCount":0}}}`, ask.OperationName)
		return
	}
	from := p.highest
	if ask.Variables.After > 0 {
		from = ask.Variables.After - 1
	}
	to := max(p.lowest, from-199)
	out := bufio.NewWriterSize(w, 1<<19)
	out.WriteString(`{"data":{"Lots":[`)
	for id := from; id >= to; id-- {
		if id < from {
			out.WriteByte(',')
		}
		fmt.Fprintf(out, `{"trdBuyNumberAnno":"%d-1","id":%d,"amount":22500.50,"lastUpdateDate":"2026-07-24 10:00:00",%s}`, id/3+1, id, sameOfLots)
	}
	fmt.Fprintf(out, `]},"extensions":{"pageInfo":{"limitPage":200,"totalCount":%d,"hasNextPage":%t,"lastId":%d}}}`, p.highest-p.lowest+1, to > p.lowest, to)
	out.Flush()
}

var sameOfLots = `"nameRu":"Крупа гречневая","Files":[],"Plans":[],"RefLotsStatus":{"id":210,"nameRu":"Опубликован","nameKz":"Жарияланды","code":"Published"},"descriptionRu":"` + strings.Repeat("сорт высший ", 50) + `"`

// BenchmarkExtract takes lots from a source that is not throttled into the
// database and onto stream SOURCE: requests, decoding, canonical form, storing
// and publishing. It tells the largest heap as well.
func BenchmarkExtract(b *testing.B) {
	const objects = 40_000
	work := newBenchAt(b, pages{highest: 2 * objects, lowest: objects + 1}, nil, func(c *Config) {
		c.Crawl.SetSize, c.Crawl.PagesPerFetch = 2000, 1_000_000
		c.Source.Parallel = 8
	})
	var heap uint64
	documents := 0
	ownBefore, databaseBefore := pgtest.ProcessorTime(b, work.pool)
	for b.Loop() {
		b.StopTimer()
		documents += objects
		if _, err := work.pool.Exec(b.Context(), `truncate source.document, source.object, source.outbox, source.crawl, source.batch, source.process cascade`); err != nil {
			b.Fatal(err)
		}
		opened, err := work.openBatch(b.Context(), work.cfg.Dataset)
		if err != nil {
			b.Fatal(err)
		}
		ctx, stop := context.WithCancel(b.Context())
		var outbox errgroup.Group
		outbox.Go(func() error { return work.publishStored(ctx) })
		b.StartTimer()
		if at, err := work.fetchPages(ctx, opened, source.Lots, func(document.Crawl) {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			heap = max(heap, m.HeapInuse)
		}); err != nil || at.NewDocuments != objects {
			b.Fatalf("%+v, %v", at, err)
		}
		if err := work.publishAll(ctx); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		stop()
		if err := outbox.Wait(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(objects*b.N)/b.Elapsed().Seconds(), "documents/s")
	own, database := pgtest.ProcessorTime(b, work.pool)
	own, database = own-ownBefore, database-databaseBefore
	b.ReportMetric(own.Seconds()*1e6/float64(documents), "own-cpu-us/document")
	b.ReportMetric(database.Seconds()*1e6/float64(documents), "database-cpu-us/document")
	b.ReportMetric(2*float64(documents)/(own+database).Seconds(), "documents/2-cpu-s")
	b.ReportMetric(float64(heap)/(1<<20), "heap-MiB")
	for metric, query := range map[string]string{
		"body-B/document":  `select avg(octet_length(body))::bigint::text from source.document_lots`,
		"table-B/document": `select (pg_total_relation_size('source.document_lots') / count(*))::text from source.document_lots`,
		"state-B/object":   `select (pg_total_relation_size('source.object_lots') / count(*))::text from source.object_lots`,
	} {
		b.ReportMetric(float64(work.count(query)), metric)
	}
}
