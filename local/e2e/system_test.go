// Package e2e drives the whole system as a user does: the built program, its
// knobs, its exit code and its last line.
package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/local/build"
	"github.com/kzocds/kzocds/local/localtest"
	"github.com/kzocds/kzocds/local/pipeline"
	"github.com/kzocds/kzocds/local/settings"
)

// scale of the runs: small, and every kind of object occurs.
const scale = "60"

// patience is how long anything may take before a test gives up on it.
const patience = 5 * time.Minute

// here is this folder. The embedded object store, where a test starts one, takes
// the process to its own.
var here = func() string {
	here, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return here
}()

// program is the path of the built program.
var program = sync.OnceValues(func() (string, error) {
	root, err := build.Root(here)
	if err != nil {
		return "", err
	}
	bin := filepath.Join(root, ".cache", "bin")
	return build.NewCache(bin, build.NewProgress(os.Stderr, 10*time.Second)).Local(context.Background(), root)
})

// system is one installation: a state directory and its ports.
type system struct {
	binary string
	state  string
	offset int
	env    []string
	// machine is where the program runs, this one when nil.
	machine *syscall.SysProcAttr
}

// offsets are given out once, so that tests may run side by side.
var offsets atomic.Int32

func install(t *testing.T, env ...string) *system {
	t.Helper()
	binary, err := program()
	if err != nil {
		t.Fatal(err)
	}
	s := &system{binary: binary, state: filepath.Join(localtest.Folder(t), "state"), env: env}
	for {
		// Below the ports that the kernel gives to clients, above those of `make run`.
		if s.offset = 10000 + 113*int(offsets.Add(1)); s.offset > 20000 {
			t.Fatal("no range of ports is free")
		}
		if s.reserve(t) && s.free() {
			return s
		}
	}
}

func (s *system) ports() settings.Ports { return settings.Settings{PortOffset: s.offset}.Ports() }

// reserve keeps the range from other processes that run these tests now, until
// the end of the test.
func (s *system) reserve(t *testing.T) bool {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(os.TempDir(), fmt.Sprintf("kzocds-e2e-%d.lock", s.offset)), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

func (s *system) free() bool {
	p := s.ports()
	for _, port := range []int{p.Gateway, p.TemporalUI, p.Temporal, p.S3, p.NATS, p.PostgreSQL, p.StandIn, p.Extractor, p.Transformer, p.Publisher, p.Analytics, p.GatewayInternal} {
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil {
			return false
		}
		l.Close()
	}
	return true
}

func (s *system) url(port int, path string) string {
	return fmt.Sprintf("http://127.0.0.1:%d%s", port, path)
}

// process is a run of the program.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdout bytes.Buffer
	stderr *output
	done   chan struct{}
	code   int
}

// output collects what a process writes while tests look at it.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// start runs the program; env comes last and wins.
func (s *system) start(t *testing.T, env ...string) *process {
	t.Helper()
	return s.run(t, nil, env)
}

// startParts runs some parts of the system.
func (s *system) startParts(t *testing.T, names string) *process {
	t.Helper()
	return s.run(t, []string{"-target", names}, nil)
}

func (s *system) run(t *testing.T, args, env []string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(s.binary, args...), stderr: &output{}, done: make(chan struct{})}
	if s.machine != nil {
		p.cmd = exec.Command("sh", append([]string{"-c", loopback + `"$0" "$@"`, s.binary}, args...)...)
		p.cmd.SysProcAttr = s.machine
	}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = here, &p.stdout, p.stderr
	p.cmd.Env = append(os.Environ(), "STATE_DIR="+s.state, "PORT_OFFSET="+strconv.Itoa(s.offset), "SCALE="+scale, "SEED=1")
	p.cmd.Env = append(append(p.cmd.Env, s.env...), env...)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // the exit code tells
		p.code = p.cmd.ProcessState.ExitCode()
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.done
		if t.Failed() {
			t.Logf("the program said:\n%s%s", p.stderr, p.stdout.String())
			if log, err := os.ReadFile(filepath.Join(s.state, "logs", "kzocds.log")); err == nil {
				t.Logf("end of its log:\n%s", tail(log, 4000))
			}
		}
	})
	return p
}

func tail(text []byte, most int) []byte { return text[max(0, len(text)-most):] }

// ended waits for the end and returns the exit code.
func (p *process) ended() int {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Fatalf("the program has not ended after %s", patience)
	}
	return p.code
}

// said waits until standard error holds words.
func (p *process) said(words string) {
	p.t.Helper()
	eventually(p.t, fmt.Sprintf("the words %q", words), func() bool {
		select {
		case <-p.done:
			if !strings.Contains(p.stderr.String(), words) {
				p.t.Fatalf("the program ended with code %d without saying %q", p.code, words)
			}
		default:
		}
		return strings.Contains(p.stderr.String(), words)
	})
}

// once runs the pipeline once and returns its summary: the last line.
func (s *system) once(t *testing.T, env ...string) pipeline.Summary {
	t.Helper()
	p := s.start(t, append(env, "ONCE=1")...)
	if code := p.ended(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	return p.summary()
}

func (p *process) summary() pipeline.Summary {
	p.t.Helper()
	var last string
	for lines := bufio.NewScanner(bytes.NewReader(p.stdout.Bytes())); lines.Scan(); {
		last = lines.Text()
	}
	var sum pipeline.Summary
	decoder := json.NewDecoder(strings.NewReader(last))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&sum); err != nil {
		p.t.Fatalf("last line %q: %v", last, err)
	}
	return sum
}

// database connects to the services' database while it runs.
func (s *system) database(t *testing.T) *pgx.Conn {
	t.Helper()
	password, err := os.ReadFile(filepath.Join(s.state, "secrets", "postgres-password"))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), fmt.Sprintf("postgres://kzocds:%s@127.0.0.1:%d/kzocds?sslmode=disable", strings.TrimSpace(string(password)), s.ports().PostgreSQL))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// undisturbed is the snapshot that the source makes when nothing goes wrong.
var undisturbed struct {
	once     sync.Once
	snapshot string
}

func snapshotOfUndisturbedRun(t *testing.T) string {
	t.Helper()
	undisturbed.once.Do(func() { undisturbed.snapshot = install(t).once(t).Snapshot })
	if undisturbed.snapshot == "" {
		t.Fatal("the undisturbed run gave no snapshot")
	}
	return undisturbed.snapshot
}

// pids of the system's processes: the program's children by name.
func (p *process) child(name string) (pid int, found bool) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", p.cmd.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if err != nil {
			continue // the thread has ended
		}
		for _, word := range strings.Fields(string(text)) {
			line, err := os.ReadFile("/proc/" + word + "/cmdline")
			if err != nil {
				continue
			}
			if strings.Contains(filepath.Base(string(bytes.SplitN(line, []byte{0}, 2)[0])), name) {
				pid, err := strconv.Atoi(word)
				return pid, err == nil
			}
		}
	}
	return 0, false
}

// alive is false for a process that is dead but not yet collected, too.
func alive(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !bytes.Contains(status, []byte(") Z "))
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %s for %s", patience, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func interrupt(t *testing.T, p *process) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
}

func readAll(t *testing.T, r io.Reader) []byte {
	t.Helper()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
