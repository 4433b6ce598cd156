package build

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// The programs that are built from modules of their own, so that what they
// depend on stays out of the services. root is the root of the source tree.

// Temporal is Temporal with its Web UI.
func Temporal(root string) Program {
	return Program{Name: "temporalserver", Title: "Temporal server and Web UI (once, some minutes)",
		Dir: filepath.Join(root, "local", "temporalserver"), Package: "."}
}

// MinIO is MinIO. It is under the AGPL: it runs as a process of its own and is
// never linked.
func MinIO(root string) Program {
	return Program{Name: "minio", Title: "MinIO (once, some minutes)",
		Dir: filepath.Join(root, "local", "tools", "minio"), Package: "github.com/minio/minio"}
}

// Explorer builds the front end into the folder that the gateway embeds.
func (c *Cache) Explorer(ctx context.Context, root string) error {
	dir := filepath.Join(root, "gateway", "explorer")
	var sources []string
	for _, name := range []string{"src", "public", "index.html", "package.json", "package-lock.json", "svelte.config.js", "tsconfig.json", "vite.config.ts"} {
		sources = append(sources, filepath.Join(dir, name))
	}
	key, err := Digest(nil, sources...)
	if err != nil {
		return err
	}
	stamp := filepath.Join(dir, "dist", ".built-from")
	return c.progress.Step("Explorer", func(note func(string)) error {
		unlock, err := lock(ctx, filepath.Join(c.dir, "explorer.lock"))
		if err != nil {
			return err
		}
		defer unlock()
		if from, err := os.ReadFile(stamp); err == nil && string(from) == key {
			return nil
		}
		note("installing packages")
		if err := Run(ctx, dir, nil, note, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"); err != nil {
			return err
		}
		note("bundling")
		if err := Run(ctx, dir, nil, note, "npm", "run", "build"); err != nil {
			return err
		}
		return os.WriteFile(stamp, []byte(key), 0o644)
	})
}

// Local builds this system itself and returns the path of the binary. The Go
// tool knows best what changed, so there is no key.
func (c *Cache) Local(ctx context.Context, root string) (string, error) {
	path := filepath.Join(c.dir, "kzocds-local")
	err := c.progress.Step("kzocds", func(note func(string)) error {
		unlock, err := lock(ctx, path+".lock")
		if err != nil {
			return err
		}
		defer unlock()
		return c.goBuild(ctx, filepath.Join(root, "local"), path, ".", note)
	})
	return path, err
}

// Go builds the program with the module's own versions, stripped, and returns
// the path of the binary.
func (c *Cache) Go(ctx context.Context, p Program) (string, error) {
	key, err := Digest([]string{runtime.Version(), runtime.GOOS, runtime.GOARCH, p.Package}, p.Dir)
	if err != nil {
		return "", err
	}
	return c.Make(ctx, p.Name, key, p.Title, func(ctx context.Context, at string, note func(string)) error {
		return c.goBuild(ctx, p.Dir, at, p.Package, note)
	})
}

// Program is a command of a Go module that is no part of the workspace.
type Program struct {
	Name, Title string
	// Dir is the module's folder, Package what to build in it.
	Dir, Package string
}

// goBuild compiles a package of a module by the module's own versions. The
// flags are those of the Makefile, so that all builds share the compiler's
// cache; without the revision of the checkout a commit alone relinks nothing.
//
// Programs are compiled side by side: each alone leaves a processor idle while
// it waits for one large package or links. What they all begin with, the
// standard library, is compiled once before the first of them, while the
// modules come along.
func (c *Cache) goBuild(ctx context.Context, dir, to, pkg string, note func(string)) error {
	if _, err := os.Stat(to); err != nil {
		if err := c.prepare(ctx, dir, pkg, note); err != nil {
			return err
		}
	}
	packages := 0
	return Run(ctx, dir, own, func(line string) {
		packages++
		note(fmt.Sprintf("%d packages compiled, at %s", packages, line))
	}, "go", "build", "-v", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", to, pkg)
}

// own has a module built by its own versions.
var own = []string{"GOWORK=off"}

// prepare fetches the modules of a package and compiles the standard library.
func (c *Cache) prepare(ctx context.Context, dir, pkg string, note func(string)) error {
	var fetched, compiled error
	var both sync.WaitGroup
	both.Go(func() {
		fetched = Run(ctx, dir, own, func(line string) {
			var module string
			if n, _ := fmt.Sscanf(line, "go: downloading %s", &module); n == 1 {
				note("downloading " + module)
			}
		}, "go", "list", "-deps", "-f", "{{with .Error}}{{.}}{{end}}", pkg)
	})
	both.Go(func() {
		c.standard.Lock()
		defer c.standard.Unlock()
		compiled = Run(ctx, dir, own, func(string) {}, "go", "build", "-trimpath", "std")
	})
	both.Wait()
	return errors.Join(fetched, compiled)
}
