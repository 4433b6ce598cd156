// Package child runs programs that must not outlive this one: real servers
// that are separate processes (PostgreSQL, Temporal, MinIO).
//
// Linux kills a child whose parent died only if the child asked for it, and
// ties that wish to the thread that created the child. So each child is started
// and awaited by a goroutine that keeps its thread: it dies with the process,
// also when the process is killed with -9, and not earlier.
package child

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

// Spec says what to run and how to end it.
type Spec struct {
	// Name appears in messages.
	Name string
	Path string
	Args []string
	// Env is the complete environment.
	Env []string
	Dir string
	// Log is a file in an existing folder. It receives standard error, and standard output unless Stdout is set.
	// The log of the start before is kept beside it as Log + ".1".
	Log    string
	Stdout io.Writer
	// Credential runs the child as another user; nil for the same one.
	Credential *syscall.Credential
	// Stop asks the child to end; after Grace it is killed with its process
	// group.
	Stop  syscall.Signal
	Grace time.Duration
	// Orphaned is the signal the child gets when this process dies.
	Orphaned syscall.Signal
}

// Process is a running child.
type Process struct {
	spec     Spec
	pid      int
	stopping atomic.Bool
	done     chan struct{}
	err      error // valid after done is closed
}

// Start starts the child in a process group of its own, so that a Ctrl-C in the
// terminal reaches only this program, which then ends its children in order.
func Start(spec Spec) (*Process, error) {
	if err := os.Rename(spec.Log, spec.Log+".1"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", spec.Name, err)
	}
	log, err := os.OpenFile(spec.Log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", spec.Name, err)
	}
	cmd := exec.Command(spec.Path, spec.Args...)
	cmd.Env, cmd.Dir = spec.Env, spec.Dir
	cmd.Stderr = log
	cmd.Stdout = log
	if spec.Stdout != nil {
		cmd.Stdout = spec.Stdout
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: spec.Orphaned, Credential: spec.Credential}

	p := &Process{spec: spec, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		defer log.Close()
		if err := cmd.Start(); err != nil {
			started <- fmt.Errorf("%s: %w", spec.Name, err)
			return
		}
		p.pid = cmd.Process.Pid
		started <- nil
		p.err = cmd.Wait()
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// Pid of the child.
func (p *Process) Pid() int { return p.pid }

// Done is closed when the child has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err tells, after Done, why the child ended without being asked, naming its
// log; nil when it was asked to.
func (p *Process) Err() error {
	if p.stopping.Load() {
		return nil
	}
	how := "exit status 0"
	if p.err != nil {
		how = p.err.Error()
	}
	return fmt.Errorf("%s ended by itself (%s); its last words are in %s", p.spec.Name, how, p.spec.Log)
}

// Close asks the child to end, waits, and kills what has not ended in time. It
// may be called twice.
func (p *Process) Close() {
	select {
	case <-p.done:
		return
	default:
	}
	p.stopping.Store(true)
	_ = syscall.Kill(p.pid, p.spec.Stop) // it may have ended meanwhile
	select {
	case <-p.done:
	case <-time.After(p.spec.Grace):
		_ = syscall.Kill(-p.pid, syscall.SIGKILL)
		<-p.done
	}
}
