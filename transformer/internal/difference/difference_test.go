package difference_test

import (
	"fmt"
	"maps"
	"reflect"
	"testing"

	"github.com/kzocds/kzocds/transformer/internal/difference"
)

func TestFieldsThatDiffer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, before, after string
		want                map[string]int64
	}{
		{"nothing", `{"ocid":"1","tender":{"id":"1","value":{"amount":1.50}}}`, `{"tender":{"value":{"amount":1.5},"id":"1"},"ocid":"1"}`, nil},
		{"id, date and tag of the release follow from the history", `{"id":"a","date":"b","tag":["c"]}`, `{"id":"d"}`, nil},
		{"an id below counts", `{"tender":{"id":"1"}}`, `{"tender":{"id":"2"}}`, map[string]int64{"tender/id changed": 1}},
		{"a value", `{"tender":{"title":"a"}}`, `{"tender":{"title":"b"}}`, map[string]int64{"tender/title changed": 1}},
		{"a value becomes an object", `{"tender":{"value":1}}`, `{"tender":{"value":{"amount":1}}}`, map[string]int64{"tender/value changed": 1}},
		{"an object appears", `{"tender":{}}`, `{"tender":{"value":{"amount":1,"currency":"KZT"}}}`, map[string]int64{"tender/value/amount added": 1, "tender/value/currency added": 1}},
		{"an object goes", `{"tender":{"value":{"amount":1}}}`, `{}`, map[string]int64{"tender/value/amount removed": 1}},
		{"elements are known by their ids", `{"lots":[{"id":"1","a":1},{"id":"2","a":2}]}`, `{"lots":[{"id":"2","a":3},{"id":"1","a":4}]}`, map[string]int64{"lots/a changed": 2}},
		{"elements come and go", `{"lots":[{"id":"1","a":1}]}`, `{"lots":[{"id":"2","a":1}]}`,
			map[string]int64{"lots/a added": 1, "lots/a removed": 1, "lots/id added": 1, "lots/id removed": 1}},
		{"a list without ids is one value", `{"roles":["a","b"]}`, `{"roles":["b","a"]}`, map[string]int64{"roles changed": 1}},
		{"a list that becomes empty", `{"lots":[{"id":"1"}]}`, `{"lots":[]}`, map[string]int64{"lots changed": 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			fields, err := difference.Fields([]byte(c.before), []byte(c.after))
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]int64{}
			for f, n := range fields {
				got[f.Path+" "+f.Change] = n
			}
			if !maps.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
			// Seen from the other side, what was added is removed.
			back, err := difference.Fields([]byte(c.after), []byte(c.before))
			if err != nil || len(back) != len(fields) {
				t.Errorf("the other way %v, %v", back, err)
			}
		})
	}
	for _, text := range []string{"", "{", `{"a":}`} {
		if _, err := difference.Fields([]byte(text), []byte(`{}`)); err == nil {
			t.Errorf("%q was compared", text)
		}
	}
}

func TestAReportKeepsCountsAndTheFirstExamples(t *testing.T) {
	t.Parallel()
	var r difference.Report
	for i := range 8 {
		r.Add(fmt.Sprint(i), map[difference.Field]int64{{Path: "a", Change: difference.Changed}: 2})
	}
	r.Add("9", map[difference.Field]int64{{Path: "a", Change: difference.Added}: 1})
	want := []difference.Line{
		{Field: difference.Field{Path: "a", Change: difference.Added}, Count: difference.Count{Processes: 1, Values: 1, Examples: []string{"9"}}},
		{Field: difference.Field{Path: "a", Change: difference.Changed}, Count: difference.Count{Processes: 8, Values: 16, Examples: []string{"0", "1", "2", "3", "4"}}},
	}
	if got := r.Lines(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

func FuzzFields(f *testing.F) {
	f.Add([]byte(`{"lots":[{"id":1},{"id":1}]}`), []byte(`{"lots":[{"id":"1"},7]}`))
	f.Fuzz(func(t *testing.T, before, after []byte) {
		fields, err := difference.Fields(before, after)
		if err != nil {
			return
		}
		for field, n := range fields {
			if n < 1 {
				t.Errorf("%+v differs %d times", field, n)
			}
		}
	})
}
