package child_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kzocds/kzocds/local/child"
)

// parentOf, set in the environment, makes the test binary a parent that starts
// one child, prints its pid and waits.
const parentOf = "KZOCDS_TEST_PARENT"

func TestMain(m *testing.M) {
	if dir := os.Getenv(parentOf); dir != "" {
		p, err := child.Start(sleeper(dir, "exec sleep 600"))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(p.Pid())
		<-p.Done()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func sleeper(dir, script string) child.Spec {
	return child.Spec{
		Name: "sleeper", Path: "/bin/sh", Args: []string{"-c", script},
		Log: filepath.Join(dir, "sleeper.log"), Env: os.Environ(),
		Stop: syscall.SIGTERM, Grace: 200 * time.Millisecond, Orphaned: syscall.SIGKILL,
	}
}

func TestAChildDiesWithAParentThatWasKilled(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	parent := exec.Command(self)
	parent.Env = append(os.Environ(), parentOf+"="+t.TempDir())
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, 0); err != nil {
		t.Fatalf("the child should run: %v", err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	await(t, "the orphan to end", func() bool { return !running(pid) })
}

// running is false for a dead process also while nobody has collected it.
func running(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(status), ") Z ")
}

func TestAChildThatEndsByItselfIsNamedWithItsLog(t *testing.T) {
	t.Parallel()
	spec := sleeper(t.TempDir(), "echo out of luck; exit 3")
	p, err := child.Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	if err := p.Err(); err == nil || !strings.Contains(err.Error(), "sleeper ended by itself (exit status 3)") ||
		!strings.Contains(err.Error(), spec.Log) {
		t.Errorf("error %v should name the child, its status and its log", err)
	}
	if words, err := os.ReadFile(spec.Log); err != nil || string(words) != "out of luck\n" {
		t.Errorf("log holds %q, %v", words, err)
	}
	p.Close()
}

func TestAStoppedChildIsNoError(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"that obeys":       "exec sleep 600",
		"that does not":    "trap '' TERM; while :; do sleep 0.05; done",
		"with descendants": "sleep 600 & wait",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := child.Start(sleeper(t.TempDir(), script))
			if err != nil {
				t.Fatal(err)
			}
			p.Close()
			p.Close()
			if err := p.Err(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTheLogOfTheStartBeforeIsKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, word := range []string{"first", "second"} {
		p, err := child.Start(sleeper(dir, "echo "+word))
		if err != nil {
			t.Fatal(err)
		}
		<-p.Done()
	}
	for file, want := range map[string]string{"sleeper.log": "second\n", "sleeper.log.1": "first\n"} {
		if got, err := os.ReadFile(filepath.Join(dir, file)); err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v; want %q", file, got, err, want)
		}
	}
}

func TestAProgramThatIsNotThereIsAnError(t *testing.T) {
	t.Parallel()
	spec := sleeper(t.TempDir(), "")
	spec.Path = "/nowhere/program"
	if _, err := child.Start(spec); err == nil || !strings.Contains(err.Error(), "sleeper: ") {
		t.Errorf("error %v should name the child", err)
	}
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatalf("waited 10 s for %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
