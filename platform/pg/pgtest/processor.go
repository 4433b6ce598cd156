package pgtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// tick is the unit of times in /proc: the kernel shows them in hundredths of a second.
const tick = 10 * time.Millisecond

// ProcessorTime is the processor time, user and system, that this process has used,
// and the database server with all its processes. Where there is no /proc to read
// the latter from, the test is skipped.
func ProcessorTime(t testing.TB, pool *pgxpool.Pool) (own, database time.Duration) {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	own = time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	var backend int
	if err := pool.QueryRow(t.Context(), `select pg_backend_pid()`).Scan(&backend); err != nil {
		t.Fatal(err)
	}
	fields := stat(backend)
	if len(fields) < 2 {
		t.Skip("the processor time of the database is read from /proc, and there is none")
	}
	server := fields[1]
	processes, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range processes {
		name := strings.Split(file, "/")[2]
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		fields := stat(pid)
		if len(fields) < 15 || name != server && fields[1] != server {
			continue
		}
		times := fields[11:13] // of the process
		if name == server {
			times = fields[11:15] // and of those of its processes that have ended
		}
		for _, text := range times {
			ticks, err := strconv.Atoi(text)
			if err != nil {
				t.Fatal(err)
			}
			database += time.Duration(ticks) * tick
		}
	}
	return own, database
}

// stat is what /proc says of a process behind its name, the state first and the
// parent second; nothing of one that has ended.
func stat(pid int) []string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	return strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
}
