package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// binaries is the folder with postgres and initdb.
func binaries() (string, error) {
	candidates := []string{os.Getenv("PG_BIN")}
	if found, err := exec.LookPath("postgres"); err == nil {
		// initdb finds its files from where it really lies.
		if real, err := filepath.EvalSymlinks(found); err == nil {
			candidates = append(candidates, filepath.Dir(real))
		}
	}
	packaged, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	slices.SortFunc(packaged, func(a, b string) int { return majorOf(b) - majorOf(a) }) // newest first
	for _, dir := range append(candidates, packaged...) {
		if dir != "" && executable(filepath.Join(dir, "postgres")) && executable(filepath.Join(dir, "initdb")) {
			return dir, nil
		}
	}
	return "", errors.New("this test needs PostgreSQL and found none in PG_BIN, PATH or /usr/lib/postgresql; " +
		"install it with: apt-get install -y --no-install-recommends postgresql  (or set TEST_DATABASE_URL or PG_BIN)")
}

func majorOf(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin))) // another name sorts last
	return n
}

func executable(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// start makes a database cluster in a temporary folder and runs a server on it
// until the test binary ends. The server removes the folder itself: a test
// binary may be killed, and has no hook at its end.
func start() (*url.URL, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	identity, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pgtest-")
	if err != nil {
		return nil, err
	}
	if identity != nil {
		if err := os.Chown(dir, int(identity.Uid), int(identity.Gid)); err != nil {
			return nil, err
		}
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust",
		"-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	if out, err := asChild(initdb, dir, identity).CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	// The shell waits for the server, which dies with the test binary, and then
	// clears up. It ignores the interrupt that a terminal sends to all.
	server := exec.Command("/bin/sh", "-c", `
		trap '' INT TERM HUP
		"$1/postgres" -D "$2/data" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
			-c fsync=off -c synchronous_commit=off -c full_page_writes=off \
			-c max_connections=200 -c shared_buffers=64MB -c autovacuum=off -c log_min_messages=fatal &
		server=$!
		read -r _ # ends when the test binary is gone, however it went
		kill -QUIT $server
		wait $server
		rm -rf "$2"`, "sh", bin, dir, strconv.Itoa(port))
	var log bytes.Buffer
	server.Stderr = &log
	asChild(server, dir, identity)
	// The pipe's other end stays open, and unread, as long as this process lives.
	if _, err := server.StdinPipe(); err != nil {
		return nil, err
	}
	if err := server.Start(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()

	at := &url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres",
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), RawQuery: "sslmode=disable"}
	return at, await(at, ended, &log)
}

// await waits until the server answers.
func await(at *url.URL, ended <-chan error, log *bytes.Buffer) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, at.String())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case end := <-ended:
			return fmt.Errorf("PostgreSQL ended: %v\n%s", end, log)
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL did not answer within a minute: %w", err)
		case <-tick.C:
		}
	}
}

// unprivileged is whom to run the server as, because PostgreSQL refuses root;
// nil is ourselves.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root and there is neither a user postgres nor nobody; run the tests as another user")
}

// asChild runs a command in the folder, as the identity, and in a process group
// of its own.
func asChild(c *exec.Cmd, dir string, identity *syscall.Credential) *exec.Cmd {
	c.Dir = dir
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C", "TZ=UTC"}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: identity, Setpgid: true}
	return c
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
