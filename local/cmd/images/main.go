// Command images lays out the files of the container images, one folder an
// image, as k8s/Dockerfile takes them: the services and the tools of the local
// cluster as static programs; PostgreSQL, Temporal and MinIO from the same
// sources as `make run`, with the shared libraries that they need. Arguments
// name the images; without any it lays out all.
package main

import (
	"context"
	"debug/elf"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/local/build"
	"github.com/kzocds/kzocds/local/postgres"
	"github.com/kzocds/kzocds/platform/run"
)

func main() { os.Exit(run.Main(os.Stderr, "images", lay)) }

// layout lays out one image in the folder root.
type layout struct {
	tree    string // the source tree
	version string
	cache   *build.Cache
	root    string
}

type image struct {
	name  string
	files func(ctx context.Context, l layout) error
}

// table lists the images. Services come first: they are what changes.
func table() []image {
	var images []image
	for _, name := range []string{"extractor", "transformer", "publisher", "analytics", "gateway"} {
		images = append(images, image{name, static(name, "./cmd/"+name)})
	}
	return append(images,
		image{"pipeline", static("local", "./cmd/pipeline")},
		image{"goszakup", static("local", "./cmd/goszakup")},
		image{"nats", static("local", "github.com/nats-io/nats-server/v2")},
		image{"temporal", cached(build.Temporal)},
		image{"minio", cached(build.MinIO)},
		image{"postgres", postgresFiles},
	)
}

func lay(ctx context.Context) error {
	version := flag.String("version", "dev", "version that the services tell")
	flag.Parse()
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	tree, err := build.Root(here)
	if err != nil {
		return err
	}
	images := table()
	for _, name := range flag.Args() {
		if !slices.ContainsFunc(images, func(i image) bool { return i.name == name }) {
			return fmt.Errorf("there is no image %q", name)
		}
	}
	cache := build.NewCache(filepath.Join(tree, ".cache", "bin"), build.NewProgress(os.Stderr, 5*time.Second))
	for _, i := range images {
		if len(flag.Args()) > 0 && !slices.Contains(flag.Args(), i.name) {
			continue
		}
		if i.name == "gateway" {
			if err := cache.Explorer(ctx, tree); err != nil {
				return err
			}
		}
		l := layout{tree, *version, cache, filepath.Join(tree, ".cache", "images", i.name)}
		if err := l.begin(); err != nil {
			return err
		}
		if err := i.files(ctx, l); err != nil {
			return fmt.Errorf("image %s: %w", i.name, err)
		}
		fmt.Println(i.name)
	}
	return nil
}

// begin makes the folder anew, with the account that everything runs as.
func (l layout) begin() error {
	if err := os.RemoveAll(l.root); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(l.root, "etc"), 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(l.root, "etc", "passwd"), []byte("kzocds:x:65532:65532::/tmp:/sbin/nologin\n"), 0o644)
}

// program is where the program of an image lies.
const program = "service"

// static builds a package of a module into a program that needs no library. All
// are built alike, so that they share what they have in common; only analytics
// holds C++ code. Equal sources make equal bytes.
func static(module, pkg string) func(context.Context, layout) error {
	return func(ctx context.Context, l layout) error {
		link := "-s -w -extldflags=-static -X github.com/kzocds/kzocds/platform/config.version=" + l.version
		return build.Run(ctx, filepath.Join(l.tree, module), []string{"GOWORK=off"}, func(string) {}, "go", "build",
			"-trimpath", "-buildvcs=false", "-tags=netgo,osusergo", "-ldflags="+link, "-o", filepath.Join(l.root, program), pkg)
	}
}

// cached takes a program as `make run` builds it.
func cached(of func(tree string) build.Program) func(context.Context, layout) error {
	return func(ctx context.Context, l layout) error {
		binary, err := l.cache.Go(ctx, of(l.tree))
		if err != nil {
			return err
		}
		if err := l.copy(binary, program); err != nil {
			return err
		}
		return l.libraries(binary)
	}
}

// postgresFiles takes the server that `make run` finds or fetches, under /postgres,
// with the shell that initdb needs.
func postgresFiles(ctx context.Context, l layout) error {
	bin, err := postgres.Find(ctx, l.cache)
	if err != nil {
		return err
	}
	home := filepath.Dir(bin) // bin and lib, and share unless a distribution keeps it elsewhere
	folders := []string{bin, filepath.Join(home, "lib")}
	if out, err := exec.CommandContext(ctx, filepath.Join(bin, "pg_config"), "--sharedir").Output(); err == nil {
		folders = append(folders, strings.TrimSpace(string(out)))
	} else {
		folders = append(folders, filepath.Join(home, "share"))
	}
	// What the C library reads at run time: lower case of every script, and zones.
	for _, folder := range []string{"/usr/lib/locale/C.utf8", "/usr/share/zoneinfo"} {
		if _, err := os.Stat(folder); err == nil {
			folders = append(folders, folder)
		}
	}
	var programs []string
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case strings.HasPrefix(d.Name(), "llvmjit"), slices.Contains([]string{"bitcode", "posix", "right"}, d.Name()):
				// jit is off, and LLVM is large; zones once are enough
				if d.IsDir() {
					return fs.SkipDir
				}
				return nil
			case d.IsDir():
				return nil
			}
			programs = append(programs, path)
			return l.copy(path, path)
		})
		if err != nil {
			return err
		}
	}
	if err := os.Symlink(home, filepath.Join(l.root, "postgres")); err != nil {
		return err
	}
	for _, tool := range []string{"sh", "mv", "rm"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			return err
		}
		if err := l.copy(path, filepath.Join("bin", tool)); err != nil {
			return err
		}
		programs = append(programs, path)
	}
	return l.libraries(programs...)
}

// copy copies a file to a place in the image; links are followed.
func (l layout) copy(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	to = filepath.Join(l.root, to)
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, text, info.Mode().Perm()|0o444)
}

// libraries copies the shared libraries that the programs are linked with, and
// the loader.
func (l layout) libraries(programs ...string) error {
	seen := map[string]bool{}
	for _, p := range programs {
		f, err := elf.Open(p)
		if err != nil {
			continue // a script, or data
		}
		imported, err := f.ImportedLibraries()
		if err := errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		if len(imported) == 0 {
			continue
		}
		out, err := exec.Command("ldd", p).Output()
		if err != nil {
			return fmt.Errorf("libraries of %s: %w", p, err)
		}
		for line := range strings.Lines(string(out)) {
			for _, word := range strings.Fields(line) { // name => /path (address), or /loader (address)
				if !filepath.IsAbs(word) || seen[word] {
					continue
				}
				seen[word] = true
				if err := l.copy(word, word); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
