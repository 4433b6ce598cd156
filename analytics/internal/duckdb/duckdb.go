// Package duckdb answers query plans with DuckDB.
//
// A snapshot's Parquet parts are loaded into one DuckDB file of its own, sorted
// by date, with derived columns (calendar levels, reductions, exclusions) and
// organisations as numbers. The file is then read only. A new snapshot becomes
// current in one step; readers of the one before finish on it, then its file is
// deleted. At restart the file of the same snapshot is opened again.
//
// Pitfalls minded here: "/" is float division in DuckDB, so ratios use "//" on
// HUGEINT; approximate distinct counts are never used; every order has a
// tie-breaker; clients' texts are only ever bound parameters.
package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/snapshot"
	"github.com/kzocds/kzocds/platform/fault"
)

// Config of the engine.
type Config struct {
	Directory string // for the DuckDB files; one engine per directory
	Threads   int    // per DuckDB instance
	MemoryMiB int    // per DuckDB instance; during a load there are two
}

// Engine is safe for concurrent use.
type Engine struct {
	cfg     Config
	loading sync.Mutex   // one load at a time
	memory  sync.RWMutex // held whole by a question that needs all memory

	mu       sync.Mutex
	current  *store
	draining map[string]*store // by path: not current any more, still read
	idle     *sync.Cond        // a store has lost its last reader
}

// store is an opened DuckDB file.
type store struct {
	snapshot.Loaded
	path    string
	db      *sql.DB
	absent  map[catalog.Dataset]bool // optional datasets without any row
	readers int
}

// Open prepares the directory: files of unfinished loads are removed.
func Open(cfg Config) (*Engine, error) {
	if err := os.MkdirAll(cfg.Directory, 0o755); err != nil {
		return nil, fmt.Errorf("directory of the analytics engine: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(cfg.Directory, "*"+building+"*"))
	if err != nil {
		return nil, err
	}
	for _, path := range left {
		if err := os.RemoveAll(path); err != nil {
			return nil, fmt.Errorf("remove an unfinished load: %w", err)
		}
	}
	e := &Engine{cfg: cfg, draining: map[string]*store{}}
	e.idle = sync.NewCond(&e.mu)
	return e, nil
}

// Current tells which snapshot answers.
func (e *Engine) Current() (snapshot.Loaded, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current == nil {
		return snapshot.Loaded{}, false
	}
	return e.current.Loaded, true
}

// Cached tells whether the file of a snapshot lies ready, so that Load needs
// no parts.
func (e *Engine) Cached(id string) bool {
	_, err := os.Stat(e.path(id))
	return err == nil
}

// Load makes a snapshot current. Loading the current one changes nothing; one
// whose file lies ready from before is opened in place.
func (e *Engine) Load(ctx context.Context, s snapshot.Snapshot) (snapshot.Loaded, error) {
	if !validID(s.ID) {
		return snapshot.Loaded{}, fault.New(fault.Invalid, "snapshot id %q is not a digest", s.ID)
	}
	e.loading.Lock()
	defer e.loading.Unlock()
	if now, ok := e.Current(); ok && now.ID == s.ID {
		return now, nil
	}
	path := e.path(s.ID)
	next := e.revive(path)
	if next == nil {
		var err error
		if next, err = e.open(ctx, path); err != nil {
			// Absent, damaged or of another format: build it from the parts.
			if err := os.RemoveAll(path); err != nil {
				return snapshot.Loaded{}, fmt.Errorf("remove an unusable snapshot file: %w", err)
			}
			if err := e.build(ctx, s, path); err != nil {
				return snapshot.Loaded{}, err
			}
			if next, err = e.open(ctx, path); err != nil {
				return snapshot.Loaded{}, err
			}
		}
	}
	e.swap(next)
	return next.Loaded, e.removeOthers()
}

// Close lets the readers finish and closes the files. It must not run during a
// Load.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	last := e.current
	e.current = nil
	if last == nil {
		return nil
	}
	for last.readers > 0 || len(e.draining) > 0 {
		e.idle.Wait()
	}
	return last.db.Close()
}

func (e *Engine) acquire() (*store, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current == nil {
		return nil, fault.New(fault.Unavailable, "no snapshot is loaded yet").Do("wait for the first publication")
	}
	e.current.readers++
	return e.current, nil
}

func (e *Engine) release(s *store) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if s.readers--; s.readers == 0 {
		e.removeIdle(s)
		e.idle.Broadcast()
	}
}

// revive takes a store back that is still read.
func (e *Engine) revive(path string) *store {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.draining[path]
	delete(e.draining, path)
	return s
}

func (e *Engine) swap(next *store) {
	e.mu.Lock()
	defer e.mu.Unlock()
	last := e.current
	e.current = next
	if last != nil {
		e.draining[last.path] = last
		e.removeIdle(last)
	}
}

// removeIdle closes and deletes the file of a draining store that nobody reads.
// What cannot be deleted now is deleted by the next load. The lock is held.
func (e *Engine) removeIdle(s *store) {
	if s.readers > 0 || e.draining[s.path] != s {
		return
	}
	delete(e.draining, s.path)
	_ = s.db.Close()
	_ = os.Remove(s.path)
}

// removeOthers deletes files of older snapshots that nobody has open.
func (e *Engine) removeOthers() error {
	files, err := filepath.Glob(filepath.Join(e.cfg.Directory, "*"+suffix))
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, f := range files {
		if f == e.current.path || e.draining[f] != nil {
			continue
		}
		if err := os.Remove(f); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove an old snapshot: %w", err)
		}
	}
	return nil
}

const (
	suffix   = ".duckdb"
	building = ".building"
)

func (e *Engine) path(id string) string { return filepath.Join(e.cfg.Directory, id+suffix) }

func validID(id string) bool {
	return id != "" && len(id) <= 128 && strings.Trim(id, "0123456789abcdefghijklmnopqrstuvwxyz-") == ""
}

// open opens a finished file read only.
func (e *Engine) open(ctx context.Context, path string) (*store, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	db, err := e.database(path, "READ_ONLY", filepath.Join(e.cfg.Directory, "spill"))
	if err != nil {
		return nil, err
	}
	s := &store{path: path, db: db}
	if err := s.readMeta(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return s, nil
}

// database opens an instance in memory, which spills what exceeds the memory
// limit to a directory, and attaches the file to it. Opened
// directly, a file goes through the driver's cache of instances by path, which
// can wait for ever for an instance of the path that was just closed.
func (e *Engine) database(path, mode, spill string) (*sql.DB, error) {
	dsn := fmt.Sprintf(":memory:?threads=%d&memory_limit=%dMiB&temp_directory=%s", e.cfg.Threads, e.cfg.MemoryMiB, url.QueryEscape(spill))
	attach := "ATTACH IF NOT EXISTS " + quote(path) + " AS loaded (" + mode + "); USE loaded"
	var one sync.Mutex // connections are made concurrently
	connector, err := duckdb.NewConnector(dsn, func(conn driver.ExecerContext) error {
		one.Lock()
		defer one.Unlock()
		_, err := conn.ExecContext(context.Background(), attach, nil)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", filepath.Base(path), err)
	}
	return sql.OpenDB(connector), nil
}

// quote makes a literal of a path where a statement takes no parameter; no
// client's text comes here.
func quote(path string) string { return "'" + strings.ReplaceAll(path, "'", "''") + "'" }
