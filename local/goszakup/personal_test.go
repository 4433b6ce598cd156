package goszakup

import (
	"testing"

	"github.com/kzocds/kzocds/proto/personal"
)

// TestNoTextOfTheWorldIsTakenForAName holds the rules for names in free text against
// every text of a world, real samples included, but those of fields for persons: no
// title, address, body or product loses a word to them.
func TestNoTextOfTheWorldIsTakenForAName(t *testing.T) {
	t.Parallel()
	s, err := New(Options{Scale: 2000, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	texts := 0
	var look func(field string, value any)
	look = func(field string, value any) {
		switch v := value.(type) {
		case lazy:
			look(field, v())
		case []any:
			for _, inner := range v {
				look(field, inner)
			}
		case doc:
			for name, inner := range v {
				if personalFields[name] == "" {
					look(name, inner)
				}
			}
		case string:
			texts++
			if personal.Find(v) == personal.Name {
				scanned, _ := personal.Scan(v)
				t.Errorf("%s: %s becomes %s", field, v, scanned)
			}
		}
	}
	v := s.World()
	for _, e := range Entities {
		for _, d := range v.w.all(e, v.now) {
			look(string(e), d)
		}
	}
	for _, f := range Feeds {
		for _, d := range v.w.feed(f, v.now) {
			look(string(f), d)
		}
	}
	if texts < 400_000 {
		t.Errorf("only %d texts", texts)
	}
}
