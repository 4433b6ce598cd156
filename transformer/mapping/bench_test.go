package mapping_test

import (
	"testing"

	"github.com/kzocds/kzocds/transformer/history"
	"github.com/kzocds/kzocds/transformer/history/historytest"
	"github.com/kzocds/kzocds/transformer/mapping"
)

// BenchmarkStory takes a process with plan, bids, contract, act and payment from
// its stored documents through boundary, mapping with its quality rules and
// validation: what the transformation costs besides the database and the bus.
func BenchmarkStory(b *testing.B) {
	s := stories(b)["01-whole-cycle"]
	guard := historytest.Guard(b)
	rules := historytest.Builder(b)
	clean := func(entries []historytest.Document) []mapping.Document {
		out := make([]mapping.Document, 0, len(entries))
		for _, e := range entries {
			body, err := guard.Clean(e.Entity, e.Body)
			if err != nil {
				b.Fatal(err)
			}
			out = append(out, mapping.Document{Entity: e.Entity, ID: e.ID, Body: body})
		}
		return out
	}
	state := mapping.State{Key: s.Key, Own: clean(s.Own), Related: clean(s.Related), Subjects: clean(s.Subjects)}
	input := s.Input(b)
	for i := range input.Own {
		input.Own[i].Batch = 1
	}
	release, _ := mapping.Map(mapping.Default(), state)
	body := mapping.AppendJSON(nil, release)
	b.Run("boundary", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			clean(s.Own)
			clean(s.Related)
			clean(s.Subjects)
		}
	})
	b.Run("mapping", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			mapping.Map(mapping.Default(), state)
		}
	})
	b.Run("validation", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			rules.Validator.Release(body)
		}
	})
	b.Run("history", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := rules.Build(history.Input{Key: input.Key, Own: input.Own, Related: input.Related, Subjects: input.Subjects}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
