package transformer

import (
	"fmt"
	"slices"
	"testing"

	"github.com/kzocds/kzocds/transformer/history"
)

func TestWhatIsKnownIsReadOnceForABatch(t *testing.T) {
	t.Parallel()
	k := newKnown(4)
	var asked []string
	read := func(missing []string) (map[string][]history.Version, error) {
		asked = append(asked, missing...)
		found := map[string][]history.Version{}
		for _, key := range missing {
			if key != "nobody" {
				found[key] = []history.Version{{URL: key}}
			}
		}
		return found, nil
	}
	for _, c := range []struct {
		name        string
		keys        []string
		after, upTo int64
		want        []string
	}{
		{"the first time everything is read, and what occurs twice once", []string{"a", "b", "a"}, 1, 1, []string{"a", "b"}},
		{"what is known is not read", []string{"b", "a"}, 1, 1, nil},
		{"what is not there is known not to be", []string{"nobody"}, 1, 1, []string{"nobody"}},
		{"and not asked for again", []string{"nobody"}, 1, 1, nil},
		{"a later batch is another matter", []string{"a"}, 2, 2, []string{"a"}},
		{"earlier versions may be missing", []string{"a"}, 1, 2, []string{"a"}},
		{"later ones are part of it", []string{"a"}, 2, 2, nil},
	} {
		asked = nil
		found, err := k.documents(0, c.keys, c.after, c.upTo, read)
		if err != nil || !slices.Equal(asked, c.want) {
			t.Errorf("%s: asked for %v, want %v; %v", c.name, asked, c.want, err)
		}
		for _, key := range c.keys {
			if v := found[key]; key != "nobody" && (len(v) != 1 || v[0].URL != key) {
				t.Errorf("%s: %s is %v", c.name, key, v)
			}
		}
	}
	if _, err := k.documents(1, []string{"a"}, 2, 2, read); err != nil || !slices.Equal(asked, []string{"a"}) {
		t.Error("another kind of reference is another document")
	}
	for i := range 1000 {
		if _, err := k.documents(0, []string{fmt.Sprint(i)}, 1, 1, read); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(k.young) + len(k.old); n > 4 {
		t.Errorf("%d documents are kept, want at most 4", n)
	}
}
