// Package postgres runs a PostgreSQL server as a child of this process.
//
// It listens on 127.0.0.1 only, by password, without a Unix socket. Data are
// durable against the death of any process. Started by root it runs as user
// postgres, else nobody. Where that user cannot enter the state directory (a
// clone in root's home), data lie in /var/lib/kzocds instead, and programs from
// the cache are copied to /var/cache/kzocds.
package postgres

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/local/build"
	"github.com/kzocds/kzocds/local/child"
	"github.com/kzocds/kzocds/local/state"
)

// User is the superuser of the server and owner of its databases.
const User = "kzocds"

const host = "127.0.0.1"

// settings that differ from PostgreSQL's own. No fsync is switched off: a
// machine that loses power loses nothing that was acknowledged.
var settings = []string{
	"listen_addresses=" + host,
	"unix_socket_directories=",
	"max_connections=200",
	"shared_buffers=256MB",
	"work_mem=32MB",
	"maintenance_work_mem=256MB",
	"max_wal_size=4GB",
	"checkpoint_timeout=15min",
	"wal_compression=on",
	// Queries here are short or scan once; compiling them costs more than it saves.
	"jit=off",
	// Containers often have little /dev/shm.
	"dynamic_shared_memory_type=mmap",
	"timezone=UTC",
	"log_timezone=UTC",
	"log_line_prefix=%m [%p] %d ",
}

// Server is a running PostgreSQL.
type Server struct {
	process *child.Process
	url     *url.URL
}

// Start makes the data directory on the first start, starts the server on the
// port and waits until it answers.
func Start(ctx context.Context, dir *state.Dir, cache *build.Cache, port int) (*Server, error) {
	bin, err := Find(ctx, cache)
	if err != nil {
		return nil, err
	}
	as, err := owner()
	if err != nil {
		return nil, err
	}
	if bin, err = reachable(bin, as); err != nil {
		return nil, err
	}
	data, err := place(dir, as)
	if err != nil {
		return nil, err
	}
	password, err := dir.Secret("postgres-password")
	if err != nil {
		return nil, err
	}
	if err := initialise(ctx, bin, data, dir.ID(), password, as); err != nil {
		return nil, err
	}

	args := []string{"-D", data, "-p", strconv.Itoa(port)}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	s := &Server{url: &url.URL{
		Scheme: "postgres", User: url.UserPassword(User, password),
		Host: net.JoinHostPort(host, strconv.Itoa(port)), Path: "/", RawQuery: "sslmode=disable",
	}}
	start := func() (err error) {
		s.process, err = child.Start(child.Spec{
			Name: "PostgreSQL", Path: filepath.Join(bin, "postgres"), Args: args,
			Env: environment(bin), Dir: data, Log: dir.Log("postgres"), Credential: as.credential,
			// Fast shutdown when asked, immediate when orphaned.
			Stop: syscall.SIGINT, Grace: 30 * time.Second, Orphaned: syscall.SIGQUIT,
		})
		return err
	}
	if err := start(); err != nil {
		return nil, err
	}
	if err := s.await(ctx, start); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// await waits until the server answers. Right after a server was killed, its
// own children may hold the data directory for a moment; the new one refuses to
// start then and is started again.
func (s *Server) await(ctx context.Context, again func() error) error {
	const patience = time.Minute
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	refused := 0
	for {
		conn, err := pgx.Connect(ctx, s.URL("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.process.Done():
			if refused++; refused > 5 {
				return s.process.Err()
			}
			select {
			case <-time.After(500 * time.Millisecond):
			case <-ctx.Done():
				return ctx.Err()
			}
			if err := again(); err != nil {
				return err
			}
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL does not answer: %w", err)
		case <-tick.C:
		}
	}
}

// URL names a database of the server, password included.
func (s *Server) URL(database string) string { return s.url.JoinPath(database).String() }

// Done is closed when the server has ended; Err then says why.
func (s *Server) Done() <-chan struct{} { return s.process.Done() }

// Err tells why the server ended without being asked.
func (s *Server) Err() error { return s.process.Err() }

// Close stops the server: clients are cut off, data are flushed.
func (s *Server) Close() { s.process.Close() }

// place is where the data lie: in the state directory if the account can enter
// it.
func place(dir *state.Dir, as account) (string, error) {
	if as.mayEnter(dir.Join()) {
		return dir.Join("postgres"), nil
	}
	sum := sha256.Sum256([]byte(dir.Join()))
	data := filepath.Join("/var/lib/kzocds", fmt.Sprintf("%x", sum[:6]))
	if err := os.MkdirAll(filepath.Dir(data), 0o755); err != nil {
		return "", err
	}
	// A note for people who look for the data where they expect it.
	link := dir.Join("postgres")
	if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return data, os.Symlink(data, link)
}

// reachable returns the folder of the programs, or a copy of it where the
// account can run it.
func reachable(bin string, as account) (string, error) {
	if as.mayEnter(bin) {
		return bin, nil
	}
	native := filepath.Dir(bin) // bin, lib and share belong together
	key, err := build.Digest([]string{native})
	if err != nil {
		return "", err
	}
	copied := filepath.Join("/var/cache/kzocds", "postgres-"+key)
	if complete(filepath.Join(copied, "bin")) {
		return filepath.Join(copied, "bin"), nil
	}
	part := copied + ".part"
	if err := os.RemoveAll(part); err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(part), 0o755); err != nil {
		return "", err
	}
	if out, err := exec.Command("cp", "-a", native, part).CombinedOutput(); err != nil {
		return "", fmt.Errorf("copy %s: %w: %s", native, err, out)
	}
	return filepath.Join(copied, "bin"), os.Rename(part, copied)
}

// ownerFile in a data directory names the state directory that it belongs to.
const ownerFile = "kzocds-state"

// initialise makes the data directory if it is not there or belongs to a state
// directory that is no more.
func initialise(ctx context.Context, bin, data, id, password string, as account) error {
	if text, err := os.ReadFile(filepath.Join(data, ownerFile)); err == nil && strings.TrimSpace(string(text)) == id {
		return compatible(ctx, bin, data)
	}
	if err := os.RemoveAll(data); err != nil {
		return err
	}
	part := data + ".part"
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	if err := os.Mkdir(part, 0o700); err != nil {
		return err
	}
	secret := data + ".password"
	if err := os.WriteFile(secret, []byte(password+"\n"), 0o600); err != nil {
		return err
	}
	defer os.Remove(secret)
	for _, path := range []string{part, secret} {
		if err := os.Chown(path, as.uid, as.gid); err != nil {
			return err
		}
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", part, "-U", User, "--pwfile="+secret,
		"--auth=scram-sha-256", "--encoding=UTF8",
		// Bytewise order, and lower case for every script.
		"--lc-collate=C", "--lc-ctype=C.UTF-8", "--lc-messages=C", "--lc-monetary=C", "--lc-numeric=C", "--lc-time=C",
		"--no-sync")
	cmd.Env, cmd.Dir = environment(bin), part
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as.credential}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(part, ownerFile), []byte(id+"\n"), 0o644); err != nil {
		return err
	}
	return os.Rename(part, data)
}

// compatible refuses data of another major version.
func compatible(ctx context.Context, bin, data string) error {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err != nil {
		return err
	}
	made := strings.TrimSpace(string(text))
	out, err := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return fmt.Errorf("%s/postgres --version: %w", bin, err)
	}
	fields := strings.Fields(string(out)) // postgres (PostgreSQL) 15.16 (Debian …)
	if len(fields) < 3 || strings.Split(fields[2], ".")[0] != made {
		return fmt.Errorf("%s was made by PostgreSQL %s, %s is %s; set PG_BIN to the folder of PostgreSQL %s, or remove the state directory",
			data, made, bin, strings.TrimSpace(string(out)), made)
	}
	return nil
}

// environment without variables that would reach into the server (PGDATA,
// PGPORT, LANG); fetched programs find their libraries beside them.
func environment(bin string) []string {
	return []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC", "LD_LIBRARY_PATH=" + filepath.Join(filepath.Dir(bin), "lib")}
}

// Ensure creates the databases that are missing on the server of url.
func Ensure(ctx context.Context, server string, databases ...string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return fmt.Errorf("PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing to save
	for _, name := range databases {
		var there bool
		if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil {
			return fmt.Errorf("PostgreSQL: %w", err)
		}
		if there {
			continue
		}
		if _, err := conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()+" TEMPLATE template0"); err != nil {
			return fmt.Errorf("database %s: %w; create it, or let the user of DATABASE_URL create databases", name, err)
		}
	}
	return nil
}
