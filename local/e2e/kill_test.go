package e2e

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Killing any process at any moment and starting again ends in the snapshot of
// an undisturbed run. The moments are drawn from a seed, counted from when all
// parts are ready.
func TestAKilledProcessChangesNothing(t *testing.T) {
	t.Parallel()
	want := snapshotOfUndisturbedRun(t)
	for i, victim := range []string{"program", "postgres", "temporalserver", "minio"} {
		t.Run(victim, func(t *testing.T) {
			t.Parallel()
			var env []string
			if victim == "minio" {
				env = []string{"OBJECT_STORE=minio"}
			}
			s := install(t, env...)
			moments := rand.New(rand.NewPCG(20260724, uint64(i)))
			struck := 0
			for range 2 {
				p := s.start(t, "ONCE=1")
				eventually(t, "all parts", func() bool { return s.logged(`"part":"gateway"`) || ended(p) })
				after := time.Duration(moments.IntN(5000)) * time.Millisecond
				select {
				case <-time.After(after):
				case <-p.done:
				}
				if ended(p) {
					t.Logf("the run was over within %s", after)
					break
				}
				struck++
				t.Logf("kill after %s", after)
				kill(t, p, victim)
			}
			if struck == 0 {
				t.Error("no run was disturbed")
			}
			sum := s.once(t)
			if err := sum.Agree(); err != nil {
				t.Error(err)
			}
			if sum.Snapshot != want {
				t.Errorf("snapshot %s, undisturbed %s", sum.Snapshot, want)
			}
		})
	}
}

func ended(p *process) bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// kill ends one process with -9 and waits until the others have followed.
func kill(t *testing.T, p *process, victim string) {
	t.Helper()
	children := map[string]int{}
	for _, name := range []string{"postgres", "temporalserver", "minio"} {
		if pid, found := p.child(name); found {
			children[name] = pid
		}
	}
	pid := p.cmd.Process.Pid
	if victim != "program" {
		pid = children[victim]
	}
	if pid == 0 {
		t.Fatalf("%s does not run", victim)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	code := p.ended()
	for name, pid := range children {
		eventually(t, name+" to end", func() bool { return !alive(pid) })
	}
	if victim == "program" {
		return
	}
	log := strings.TrimSuffix(victim, "server") + ".log"
	if said := p.stderr.String(); code != 1 || !strings.Contains(said, "ended by itself (signal: killed)") || !strings.Contains(said, log) {
		t.Errorf("exit code %d; standard error should name %s:\n%s", code, log, said)
	}
}

// logged reports whether the present run's log holds words.
func (s *system) logged(words string) bool {
	text, err := os.ReadFile(filepath.Join(s.state, "logs", "kzocds.log"))
	return err == nil && strings.Contains(string(text), words)
}
