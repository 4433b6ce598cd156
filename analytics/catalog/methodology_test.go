package catalog

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the methodology document anew")

func TestTheMethodologyDocumentIsCurrent(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteMethodology(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", "..", "docs", "methodology.md")
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run go test ./catalog -update", err)
	}
	if !bytes.Equal(got, b.Bytes()) {
		t.Error("docs/methodology.md is not what the catalogue says; run go test ./catalog -update")
	}
}
