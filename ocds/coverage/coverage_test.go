package coverage_test

import (
	"testing"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/coverage"
	"github.com/kzocds/kzocds/ocds/internal/corpus"
)

func TestPathsAreThoseOfCardinal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"objects, arrays and members":                       {`{"a":[{"b":"x"},{"b":"y","c":1}]}`, `{"":1,"/":1,"/a":1,"/a[]":2,"/a[]/":2,"/a[]/b":2,"/a[]/c":1}`},
		"empty values do not count":                         {`{"a":"","b":[],"c":{},"d":null,"e":[{"f":null}],"g":false,"h":0}`, `{"":1,"/":1,"/g":1,"/h":1}`},
		"an empty document is no line":                      {`{"a":{"b":[""]}}`, `{}`},
		"the last of a repeated member counts":              {`{"a":0,"a":null}`, `{}`},
		"an empty name has the path of its parent's object": {`{"":0}`, `{"":1,"/":2}`},
		"a name ending in brackets has a sibling's path":    {`{"a[]":0,"a":[0]}`, `{"":1,"/":1,"/a":1,"/a[]":2}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := ocds.Parse([]byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			var counter coverage.Counter
			counter.Add(v)
			if got := string(counter.AppendTo(nil)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestMergedCountersCountAsOne(t *testing.T) {
	t.Parallel()
	var whole, a, b coverage.Counter
	for n := range uint64(50) {
		for i, r := range corpus.Process(3, n) {
			v, err := ocds.Parse(r)
			if err != nil {
				t.Fatal(err)
			}
			whole.Add(v)
			if i%2 == 0 {
				a.Add(v)
			} else {
				b.Add(v)
			}
		}
	}
	a.Merge(&b)
	if got, want := string(a.AppendTo(nil)), string(whole.AppendTo(nil)); got != want || len(got) < 1000 {
		t.Errorf("merged counts differ:\n%s\n%s", got, want)
	}
}

// Any documents are counted, together or apart, and nothing inside counts that what
// is around it does not.
func FuzzAnyDocumentsAreCounted(f *testing.F) {
	f.Add([]byte(`{"a":[{"b":"x"}]}`), []byte(`{"a":{"b":0},"":{"":[[]]}}`))
	f.Add([]byte(`[1,[2,[]]]`), []byte(`"x"`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		var whole, one, two coverage.Counter
		for i, text := range [][]byte{a, b} {
			v, err := ocds.Parse(text)
			if err != nil {
				continue
			}
			whole.Add(v)
			[]*coverage.Counter{&one, &two}[i].Add(v)
		}
		two.Merge(&one)
		if got, want := string(two.AppendTo(nil)), string(whole.AppendTo(nil)); len(two.Counts()) != len(whole.Counts()) {
			t.Errorf("%s\n%s", got, want)
		}
		for path, n := range whole.Counts() {
			if n <= 0 || two.Counts()[path] != n {
				t.Errorf("%q: %d together, %d apart", path, n, two.Counts()[path])
			}
		}
		if _, err := ocds.Parse(whole.AppendTo(nil)); err != nil {
			t.Error(err)
		}
	})
}
