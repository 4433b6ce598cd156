package extraction_test

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"

	"github.com/kzocds/kzocds/extractor"
	"github.com/kzocds/kzocds/local/goszakup"
	"github.com/kzocds/kzocds/local/localtest"
	"github.com/kzocds/kzocds/local/objectstore"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/pg/pgtest"
)

// BenchmarkStandIn takes everything that the stand-in has (EXTRACT_SCALE contracting
// processes, 1,000 by default) into the database, or the bodies into packs of an
// object store, and onto stream SOURCE: documents a second, processor time of this
// process, which has the stand-in, the bus and the object store in it, and of the
// database, and the bytes that a document costs.
func BenchmarkStandIn(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(300)) // as the command does
	scale := 1000
	if n, err := strconv.Atoi(os.Getenv("EXTRACT_SCALE")); err == nil {
		scale = n
	}
	server, err := objectstore.Embedded(b.Context(), localtest.State(b), localtest.Port(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(server.Close)
	for _, in := range []string{extractor.InDatabase, extractor.InPacks} {
		b.Run(in, func(b *testing.B) {
			p := newPortal(b, goszakup.Options{Scale: scale, Seed: 7, Token: "secret", Clock: day})
			s := newSystem(b, p.url, func(c *extractor.Config) {
				c.Source.Parallel, c.Crawl.PagesPerFetch = 8, 1_000_000
				c.Bodies.In, c.Bodies.Objects.Endpoint, c.Bodies.Objects.Bucket = in, server.Endpoint(), "bodies"
				c.Bodies.Objects.AccessKey, c.Bodies.Objects.SecretKey = objectstore.AccessKey, config.Secret(server.SecretKey())
			})
			ownBefore, databaseBefore := pgtest.ProcessorTime(b, s.deps.Pool)
			documents := 0.0
			for b.Loop() {
				documents += float64(s.batch(b).NewDocuments)
			}
			own, database := pgtest.ProcessorTime(b, s.deps.Pool)
			own, database = own-ownBefore, database-databaseBefore
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "heap-MiB")
			b.ReportMetric(documents, "documents")
			b.ReportMetric(documents/b.Elapsed().Seconds(), "documents/s")
			b.ReportMetric(own.Seconds()*1e6/documents, "own-cpu-us/document")
			b.ReportMetric(database.Seconds()*1e6/documents, "database-cpu-us/document")
			if _, err := s.PackBodies(b.Context()); in == extractor.InPacks && err != nil {
				b.Fatal(err)
			}
			if _, err := s.deps.Pool.Exec(b.Context(), `vacuum full source.document`); err != nil {
				b.Fatal(err)
			}
			for metric, query := range map[string]string{
				"body-B/document":  `select avg(coalesce(body_size, octet_length(body))) from source.document`,
				"table-B/document": `select sum(pg_total_relation_size(inhrelid))::float / (select count(*) from source.document) from pg_inherits where inhparent = 'source.document'::regclass`,
				"packs-B/document": `select coalesce(sum(bytes), 0)::float / (select count(*) from source.document) from source.pack`,
				"state-B/document": `select sum(pg_total_relation_size(inhrelid))::float / (select count(*) from source.document) from pg_inherits where inhparent = 'source.object'::regclass`,
			} {
				var n float64
				if err := s.deps.Pool.QueryRow(b.Context(), query).Scan(&n); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(n, metric)
			}
		})
	}
}
