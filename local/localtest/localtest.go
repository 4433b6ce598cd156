// Package localtest gives tests what the packages of local stand on: the source
// tree, its build cache, free ports and state directories.
package localtest

import (
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kzocds/kzocds/local/build"
	"github.com/kzocds/kzocds/local/state"
)

// start is the folder in which the test binary was started. The embedded object
// store moves the working directory of the process to its own folder.
var start, startErr = os.Getwd()

// Root is the root of the source tree.
func Root(t testing.TB) string {
	t.Helper()
	if startErr != nil {
		t.Fatal(startErr)
	}
	root, err := build.Root(start)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// Cache is the build cache of the source tree, so that tests and `make run`
// build each program once. It tells its progress on standard error.
func Cache(t testing.TB) *build.Cache {
	t.Helper()
	return build.NewCache(filepath.Join(Root(t), ".cache", "bin"), build.NewProgress(os.Stderr, 10*time.Second))
}

// State opens a fresh state directory that every user can enter. It goes with
// the test.
func State(t testing.TB) *state.Dir {
	t.Helper()
	dir, err := state.Open(Folder(t), state.Origin{Source: "goszakup", ObjectStore: "embedded"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(dir.Close)
	return dir
}

// Folder is a fresh folder that every user can enter, unlike t.TempDir. It goes
// with the test.
func Folder(t testing.TB) string {
	t.Helper()
	path, err := os.MkdirTemp("", "kzocds-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(path); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(path, fs.FileMode(0o755)); err != nil {
		t.Fatal(err)
	}
	return path
}

// Port is a free port of 127.0.0.1.
func Port(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
