// Command generate writes release packages made by internal/corpus until a folder
// has the wanted size: the input of the comparison in docs/ocds-benchmarks.md.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/kzocds/kzocds/ocds/internal/corpus"
	"github.com/kzocds/kzocds/ocds/pack"
)

func main() {
	log.SetFlags(0)
	dir := flag.String("dir", "", "folder to write to")
	size := flag.Int64("size", 100<<20, "bytes to write")
	perFile := flag.Int64("file", 20<<20, "bytes of one package")
	seed := flag.Uint64("seed", 1, "seed")
	interleave := flag.Int("interleave", 1000, "processes whose releases are mixed, as publication by date does")
	flag.Parse()
	if *dir == "" {
		log.Fatal("generate: -dir is missing")
	}
	if err := os.MkdirAll(*dir, 0o755); err != nil {
		log.Fatal(err)
	}
	g := &generator{dir: *dir, perFile: *perFile}
	for n := uint64(1); g.total < *size; n += uint64(*interleave) {
		var rounds [8][][]byte
		for i := range uint64(*interleave) {
			for stage, release := range corpus.Process(*seed, n+i) {
				rounds[stage] = append(rounds[stage], release)
			}
		}
		for _, round := range rounds {
			for _, release := range round {
				if g.total < *size {
					g.add(release)
				}
			}
		}
	}
	g.end()
	fmt.Printf("%d bytes, %d releases, %d packages\n", g.total, g.releases, g.files)
}

type generator struct {
	dir             string
	perFile         int64
	total, inFile   int64
	files, releases int
	f               *os.File
	b               *bufio.Writer
	w               *pack.Writer
}

func (g *generator) add(release []byte) {
	if g.f == nil {
		g.files++
		name := fmt.Sprintf("package-%04d.json", g.files)
		f, err := os.Create(filepath.Join(g.dir, name))
		if err != nil {
			log.Fatal(err)
		}
		g.f, g.b, g.inFile = f, bufio.NewWriterSize(f, 1<<20), 0
		if g.w, err = pack.NewWriter(g.b, pack.Releases, pack.Metadata{
			URI: "https://example.org/" + name, PublishedDate: "2026-01-01T00:00:00Z",
			Publisher: pack.Publisher{Name: "Example"},
			Extensions: []string{
				"https://raw.githubusercontent.com/open-contracting-extensions/ocds_lots_extension/master/extension.json",
				"https://raw.githubusercontent.com/open-contracting-extensions/ocds_bid_extension/master/extension.json",
			},
		}); err != nil {
			log.Fatal(err)
		}
	}
	if err := g.w.Add(release); err != nil {
		log.Fatal(err)
	}
	g.releases++
	g.total += int64(len(release))
	if g.inFile += int64(len(release)); g.inFile >= g.perFile {
		g.end()
	}
}

func (g *generator) end() {
	if g.f == nil {
		return
	}
	for _, err := range []error{g.w.Close(), g.b.Flush(), g.f.Close()} {
		if err != nil {
			log.Fatal(err)
		}
	}
	g.f = nil
}
