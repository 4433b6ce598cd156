package extractor

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	metrics = regexp.MustCompile(`"(kzocds\.[a-z.]+)"`)
	logged  = regexp.MustCompile(`\.(?:Warn|Error)(?:Context)?\((?:ctx, )?"([^",;]+)`)
	rules   = regexp.MustCompile(`= +"(source\.[a-z]+\.[a-z.-]+)"`)
)

// TestOperatorsFindWhatWeSay: every metric, warning, error and rule of quarantine is
// on the operator's page, or on the page about sources.
func TestOperatorsFindWhatWeSay(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	for _, name := range []string{"../docs/operate/extraction.md", "../docs/data/sources.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		page.Write(text)
	}
	docs, found := page.String(), map[*regexp.Regexp]int{}
	err := filepath.WalkDir(".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, kind := range []*regexp.Regexp{metrics, logged, rules} {
			for _, said := range kind.FindAllStringSubmatch(string(text), -1) {
				found[kind]++
				if !strings.Contains(docs, said[1]) && !(kind == rules && strings.HasPrefix(said[1], "source.json.")) {
					t.Errorf("%s says %q, and no page for operators does", name, said[1])
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []*regexp.Regexp{metrics, logged, rules} {
		if found[kind] < 3 {
			t.Errorf("%d places found by %s: the sources are written otherwise by now", found[kind], kind)
		}
	}
}
