package build_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kzocds/kzocds/local/build"
)

func TestWhatIsMadeIsMadeOnceAndWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var out written
	var mu sync.Mutex
	made := 0
	make := func(_ context.Context, at string, note func(string)) error {
		mu.Lock()
		made++
		mu.Unlock()
		note("half way")
		return os.WriteFile(at, []byte("program"), 0o755)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			// A cache of its own: as another process would have.
			c := build.NewCache(dir, build.NewProgress(&out, time.Hour))
			path, err := c.Make(t.Context(), "thing", "0123456789abcdef", "The thing", make)
			if err != nil {
				t.Error(err)
			}
			if text, err := os.ReadFile(path); err != nil || string(text) != "program" {
				t.Errorf("%s holds %q, %v", path, text, err)
			}
		})
	}
	all.Wait()
	if made != 1 {
		t.Errorf("made %d times", made)
	}
	if got := out.String(); got != "" {
		t.Errorf("what took no time is mentioned: %q", got)
	}
}

func TestAFailedMakeLeavesNothingAndTheNextStartTriesAgain(t *testing.T) {
	t.Parallel()
	c := build.NewCache(t.TempDir(), build.NewProgress(&written{}, time.Hour))
	broken := errors.New("out of luck")
	_, err := c.Make(t.Context(), "thing", "k", "The thing", func(_ context.Context, at string, _ func(string)) error {
		if err := os.WriteFile(at, []byte("half"), 0o644); err != nil {
			t.Error(err)
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Fatalf("error %v", err)
	}
	path, err := c.Make(t.Context(), "thing", "k", "The thing", func(_ context.Context, at string, _ func(string)) error {
		if _, err := os.Stat(at); err == nil {
			t.Error("the half-made file is still there")
		}
		return os.WriteFile(at, []byte("whole"), 0o644)
	})
	if text, _ := os.ReadFile(path); err != nil || string(text) != "whole" {
		t.Errorf("second try gives %q, %v", text, err)
	}
}

func TestANewVersionReplacesTheOldOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := build.NewCache(dir, build.NewProgress(&written{}, time.Hour))
	for _, name := range []string{"thing-1", "thing-2", "thing-more-1"} {
		i := strings.LastIndexByte(name, '-')
		_, err := c.Make(t.Context(), name[:i], name[i+1:], "The thing", func(_ context.Context, at string, _ func(string)) error {
			return os.WriteFile(at, nil, 0o644)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "thing*-?"))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(left); got != fmt.Sprint([]string{dir + "/thing-2", dir + "/thing-more-1"}) {
		t.Errorf("left: %s", got)
	}
}

func TestProgressSaysEverySoOftenHowFarItIs(t *testing.T) {
	t.Parallel()
	var out written
	c := build.NewCache(t.TempDir(), build.NewProgress(&out, time.Millisecond))
	_, err := c.Make(t.Context(), "thing", "k", "The thing", func(_ context.Context, at string, note func(string)) error {
		note("312 packages compiled")
		deadline := time.Now().Add(10 * time.Second)
		for strings.Count(out.String(), "The thing: 312 packages compiled\n") < 2 {
			if time.Now().After(deadline) {
				return errors.New("no progress was written")
			}
			time.Sleep(time.Millisecond)
		}
		return os.WriteFile(at, nil, 0o644)
	})
	if err != nil {
		t.Error(err)
	}
	if got := out.String(); !strings.HasSuffix(got, " 0:00  The thing: done\n") {
		t.Errorf("progress ends with %q", got)
	}
}

func TestAProgramIsBuiltWithItsModulesOwnVersions(t *testing.T) {
	t.Parallel()
	module := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":  "module example.org/hello\n\ngo 1.26\n",
		"main.go": "package main\n\nfunc main() { println(\"hello\") }\n",
	} {
		if err := os.WriteFile(filepath.Join(module, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c := build.NewCache(filepath.Join(t.TempDir(), "bin"), build.NewProgress(&written{}, time.Hour))
	hello := build.Program{Name: "hello", Title: "Hello", Dir: module, Package: "."}
	first, err := c.Go(t.Context(), hello)
	if err != nil {
		t.Fatal(err)
	}
	if err := build.Run(t.Context(), module, nil, func(string) {}, first); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(module, "main.go"), []byte("package main\n\nfunc main() { broken }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Go(t.Context(), hello); err == nil || !strings.Contains(err.Error(), "undefined: broken") {
		t.Errorf("error %v should hold what the compiler said", err)
	}
}

func TestAMissingPrerequisiteIsNamedWithTheLineThatInstallsIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct {
		program, want string
	}{
		"not installed": {filepath.Join(dir, "none"), "is missing; install Node 20"},
		"too old":       {script("old", "echo v18.19.0"), "is version 18.19; install Node 20"},
		"broken":        {script("broken", "exit 7"), "does not run (exit status 7)"},
		"not a version": {script("odd", "echo hello"), "tells no version"},
		"good":          {script("good", "echo v20.20.2"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := build.Need{Programs: []string{c.program}, For: "Node 20", Install: "apt-get install nodejs", Version: []string{"--version"}, Oldest: 20}.Check()
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "apt-get install nodejs")):
				t.Errorf("error %v should say %q and the remedy", err, c.want)
			}
		})
	}
}

// written collects what several goroutines write.
type written struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}
