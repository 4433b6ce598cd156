// Package build makes what a first start needs and keeps it: programs compiled
// from the Go module proxy, packages from the npm registry.
//
// What is made lies in a cache under a name that holds the digest of everything
// it was made from, so that a change of version makes it anew and nothing else
// does. Two starts at once make it once: the second waits for the first. It
// appears by a rename, whole or not at all.
package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"syscall"
)

// Cache holds what was made.
type Cache struct {
	dir      string
	progress *Progress
	standard sync.Mutex // held while the standard library is compiled
}

// NewCache uses dir, an absolute path, and tells what it does to progress.
func NewCache(dir string, progress *Progress) *Cache { return &Cache{dir: dir, progress: progress} }

// Make returns the path of the artefact name made from what key stands for. If
// there is none it calls make with the path to make it at (nothing is there
// yet, neither a file nor a folder) and a function that says in a few words how far
// it is. title is what people read. Artefacts made from an older key are removed.
func (c *Cache) Make(ctx context.Context, name, key, title string, make func(ctx context.Context, at string, note func(string)) error) (string, error) {
	path := filepath.Join(c.dir, name+"-"+key)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, c.progress.Step(title, func(note func(string)) error {
		note("waiting for another start that makes the same")
		unlock, err := lock(ctx, filepath.Join(c.dir, name+".lock"))
		if err != nil {
			return err
		}
		defer unlock()
		if _, err := os.Stat(path); err == nil {
			return nil
		}
		part := filepath.Join(c.dir, name+".part")
		if err := os.RemoveAll(part); err != nil {
			return err
		}
		note("starting")
		if err := make(ctx, part, note); err != nil {
			return err
		}
		if err := c.removeOlder(name, len(key)); err != nil {
			return err
		}
		return os.Rename(part, path)
	})
}

// removeOlder removes artefacts of the name that were made from other keys. The
// length of a key tells them from artefacts whose name begins alike.
func (c *Cache) removeOlder(name string, keyLength int) error {
	old, err := filepath.Glob(filepath.Join(c.dir, name+"-*"))
	if err != nil {
		return err
	}
	for _, o := range old {
		if key := strings.TrimPrefix(filepath.Base(o), name+"-"); len(key) != keyLength {
			continue
		}
		if err := os.RemoveAll(o); err != nil {
			return err
		}
	}
	return nil
}

// lock waits for the exclusive lock on a file. It is the process's own: it
// vanishes with it.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	got := make(chan error, 1)
	go func() { got <- syscall.Flock(int(f.Fd()), syscall.LOCK_EX) }()
	select {
	case err := <-got:
		if err != nil {
			f.Close()
			return nil, err
		}
		return func() { f.Close() }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Npm installs a package of the npm registry at an exact version and returns the
// folder that holds node_modules.
func (c *Cache) Npm(ctx context.Context, name, title, pkg, version string) (string, error) {
	key, err := Digest([]string{pkg, version})
	if err != nil {
		return "", err
	}
	return c.Make(ctx, name, key, title, func(ctx context.Context, at string, note func(string)) error {
		if err := os.MkdirAll(at, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(at, "package.json"), []byte("{}\n"), 0o644); err != nil {
			return err
		}
		return Run(ctx, at, nil, note, "npm", "install", "--no-audit", "--no-fund", "--no-save", "--loglevel=error", pkg+"@"+version)
	})
}

// Run runs a tool in a folder and passes each line it writes to note. An error
// holds the end of what it wrote.
func Run(ctx context.Context, dir string, env []string, note func(line string), tool string, args ...string) error {
	cmd := exec.CommandContext(ctx, tool, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	// The whole group is killed: a compiler that outlives its driver would go on
	// for minutes.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	out := &lines{note: note}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%s %s in %s: %w\n%s", tool, strings.Join(args, " "), dir, err, out.tail())
	}
	return nil
}

// lines cuts output into lines and remembers the last ones.
type lines struct {
	note func(string)
	rest []byte
	last []string
}

const remembered = 30

func (l *lines) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		line, rest, found := bytes.Cut(l.rest, []byte{'\n'})
		if !found {
			return len(p), nil
		}
		l.rest = rest
		text := strings.TrimSpace(string(line))
		if text == "" {
			continue
		}
		l.note(text)
		if l.last = append(l.last, text); len(l.last) > remembered {
			l.last = l.last[1:]
		}
	}
}

func (l *lines) tail() string {
	return strings.Join(append(l.last, string(l.rest)), "\n")
}

// Digest is a short digest of words and of files, given by themselves or by
// their folder; node_modules and hidden folders do not count.
func Digest(words []string, paths ...string) (string, error) {
	sum := sha256.New()
	for _, w := range words {
		fmt.Fprintf(sum, "%q\n", w)
	}
	for _, top := range paths {
		var files []string
		err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && path != top && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".")):
				return fs.SkipDir
			case d.Type().IsRegular():
				files = append(files, path)
			}
			return nil
		})
		if err != nil {
			return "", err
		}
		sort.Strings(files)
		for _, f := range files {
			text, err := os.ReadFile(f)
			if errors.Is(err, fs.ErrNotExist) {
				continue // a tool's temporary file
			}
			if err != nil {
				return "", err
			}
			relative, err := filepath.Rel(filepath.Dir(top), f)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(sum, "%q %x\n", relative, sha256.Sum256(text))
		}
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}

// Root finds the root of the source tree: the folder with go.work, at dir or
// above.
func Root(dir string) (string, error) {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.work")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("%s does not lie in the source tree of kzocds; start in a clone of the repository", dir)
		}
	}
}
