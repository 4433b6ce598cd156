package merge_test

import (
	"testing"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/internal/corpus"
	"github.com/kzocds/kzocds/ocds/merge"
)

// BenchmarkMerge merges 500 processes of about 30 KB.
func BenchmarkMerge(b *testing.B) {
	var groups [][][]byte
	size := 0
	for n := range uint64(500) {
		g := corpus.Process(1, n)
		groups = append(groups, g)
		for _, r := range g {
			size += len(r)
		}
	}
	m := merge.New(rules(b))
	for _, form := range []merge.Form{merge.Compiled, merge.Versioned} {
		b.Run(map[merge.Form]string{merge.Compiled: "compiled", merge.Versioned: "versioned"}[form], func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			var out []byte
			for b.Loop() {
				for _, g := range groups {
					var err error
					if out, _, err = m.Append(out[:0], form, g); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
	b.Run("parse", func(b *testing.B) {
		b.SetBytes(int64(size))
		b.ReportAllocs()
		var d ocds.Document
		for b.Loop() {
			for _, g := range groups {
				d.Reset()
				for _, r := range g {
					if _, err := d.Parse(r); err != nil {
						b.Fatal(err)
					}
				}
			}
		}
	})
}
