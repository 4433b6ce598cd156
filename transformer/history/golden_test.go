package history_test

import (
	"flag"
	"path/filepath"
	"testing"

	"github.com/kzocds/kzocds/transformer/history/historytest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// samples are the cases of testdata: real records of the portal and examples of its
// documentation.
func samples(t testing.TB) map[string]historytest.Process {
	return historytest.Read(t, "testdata/cases/*.json")
}

func TestCasesMakeTheirExpectedReleases(t *testing.T) {
	t.Parallel()
	builder := historytest.Builder(t)
	for name, s := range samples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := builder.Build(s.Input(t))
			if err != nil {
				t.Fatal(err)
			}
			historytest.Compare(t, filepath.Join("testdata", "expected", name+".json"), result, true, *update)
		})
	}
}
