package transformer

import (
	"fmt"
	"testing"

	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/internal/pg"
)

// BenchmarkTransform goes from stored documents to stored releases and records,
// facts not counted: one worker, processes of an announcement and a lot.
func BenchmarkTransform(b *testing.B) {
	const processes = 1000
	w := newWorld(b)
	for i := range processes {
		number := 1000 + i
		for _, d := range []struct {
			entity source.Entity
			id     int
			body   string
		}{{source.TrdBuy, number, announcement(number, 210, "Мел")}, {source.Lots, 100000 + i, lot(100000+i, number, 210)}} {
			w.insert(1, d.entity, fmt.Sprint(d.id), processKey(number), day, d.body)
		}
	}
	var buckets []int
	for bucket := range pg.Buckets {
		buckets = append(buckets, bucket)
	}
	done := int64(0)
	for b.Loop() {
		b.StopTimer()
		w.empty()
		w.mark(1)
		b.StartTimer()
		for after := ""; ; {
			keys, err := w.service.store.PendingKeys(b.Context(), buckets, 1, after, Default().Page)
			if err != nil {
				b.Fatal(err)
			}
			if len(keys) == 0 {
				break
			}
			page, err := w.service.transform(b.Context(), 1, keys)
			if err != nil {
				b.Fatal(err)
			}
			done += page.processes
			after = keys[len(keys)-1]
		}
	}
	b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "processes/s")
}
