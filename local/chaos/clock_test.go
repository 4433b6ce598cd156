package chaos

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestMain is also the process whose clock jumps: for each line it tells wall clock
// and monotonic time in nanoseconds.
func TestMain(m *testing.M) {
	if os.Getenv("KZOCDS_TELL_THE_TIME") == "" {
		os.Exit(m.Run())
	}
	began := time.Now()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println(time.Now().UnixNano(), time.Since(began).Nanoseconds())
	}
}

func TestTheClockOfOneProcessJumpsAndComesBack(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "KZOCDS_TELL_THE_TIME=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait() //nolint:errcheck // it ends with its input
	defer in.Close()
	answers := bufio.NewReader(out)
	told := func() (ahead, ran time.Duration) {
		t.Helper()
		if _, err := io.WriteString(in, "\n"); err != nil {
			t.Fatal(err)
		}
		line, err := answers.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		wall, steady, _ := strings.Cut(strings.TrimSpace(line), " ")
		w, err := strconv.ParseInt(wall, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		s, err := strconv.ParseInt(steady, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return time.Unix(0, w).Sub(time.Now()), time.Duration(s)
	}
	about := func(what string, got, want time.Duration) {
		t.Helper()
		if d := (got - want).Abs(); d > 30*time.Second {
			t.Errorf("%s: the clock is ahead by %s, want %s", what, got, want)
		}
	}
	ahead, before := told()
	about("at first", ahead, 0)
	for _, jump := range []time.Duration{26 * time.Hour, -90 * time.Minute} {
		right, err := clockOf(cmd.Process.Pid, jump)
		if err != nil {
			t.Fatal(err)
		}
		ahead, ran := told()
		about("after the jump", ahead, jump)
		if ran < before || ran-before > 30*time.Minute {
			t.Errorf("time passed jumped too, from %s to %s", before, ran)
		}
		if err := right(); err != nil {
			t.Fatal(err)
		}
		ahead, before = told()
		about("put right", ahead, 0)
	}
}
