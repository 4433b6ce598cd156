package skip_test

import (
	"testing"

	"github.com/kzocds/kzocds/ocds/internal/corpus"
	"github.com/kzocds/kzocds/ocds/internal/skip"
)

// BenchmarkRun finds the ends of releases of about 9 KB.
func BenchmarkRun(b *testing.B) {
	var releases [][]byte
	size := 0
	for n := range uint64(50) {
		for _, r := range corpus.Process(1, n) {
			releases = append(releases, r)
			size += len(r)
		}
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, r := range releases {
			if skip.End(r) != len(r) {
				b.Fatal("another end")
			}
		}
	}
}
