package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/kzocds/kzocds/local/child"
	"github.com/kzocds/kzocds/local/pipeline"
)

// perRound is how many faults strike one run of the pipeline at most.
const perRound = 20

// Patience for servers to start, and for a run to end after its last fault.
const (
	patienceToStart = 2 * time.Minute
	patienceToEnd   = 4 * time.Minute
)

// Plan of a run of chaos.
type Plan struct {
	// Program is local's, Root the clone that it belongs to.
	Program, Root string
	// Folder for what the servers keep, emptied after each round; of rounds that go
	// wrong the logs stay.
	Folder string
	// Scale and Seed of the stand-in.
	Scale, StandInSeed int
	// Seed of the faults, the number of the first, and how many there are.
	Seed        uint64
	From, Count int
}

// Run makes an undisturbed run and then rounds of disturbed ones until all faults
// have struck. What happens is told line by line. The error names the rounds that
// did not end in the undisturbed snapshot. It wants to be in a network and with
// mounts of its own: Apart.
func Run(ctx context.Context, plan Plan, tell io.Writer) error {
	if err := makeNetwork(ctx); err != nil {
		return err
	}
	began := time.Now()
	want, err := plan.round(ctx, 0, nil, tell)
	if err != nil {
		return fmt.Errorf("the undisturbed run: %w", err)
	}
	fmt.Fprintf(tell, "undisturbed: snapshot %s, %.0f s\n", want.snapshot, want.took.Seconds())
	var wrong []error
	rounds := 0
	for next, end := plan.From, plan.From+plan.Count; next < end; {
		rounds++
		var faults []Fault
		for n := next; n < min(next+perRound, end); n++ {
			faults = append(faults, Draw(plan.Seed, n))
		}
		got, err := plan.round(ctx, rounds, faults, tell)
		if err == nil && got.snapshot != want.snapshot {
			err = fmt.Errorf("snapshot %s, undisturbed %s", got.snapshot, want.snapshot)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if got.struck == 0 && err == nil {
			err = errors.New("it was over before anything struck")
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("round %d, faults %d to %d: %w", rounds, next, next+max(got.struck-1, 0), err))
			fmt.Fprintf(tell, "round %d WENT WRONG: %v\n", rounds, err)
		} else {
			fmt.Fprintf(tell, "round %d: faults %d to %d ended in the undisturbed snapshot after %.0f s, the services were started %d times\n",
				rounds, next, next+got.struck-1, got.took.Seconds(), got.starts)
		}
		next += max(got.struck, 1)
	}
	fmt.Fprintf(tell, "%d faults of seed %d from %d on, %d rounds, %.0f s: %d rounds went wrong\n",
		plan.Count, plan.Seed, plan.From, rounds, time.Since(began).Seconds(), len(wrong))
	return errors.Join(wrong...)
}

// outcome of a round.
type outcome struct {
	snapshot string
	took     time.Duration
	struck   int // faults, the rest came too late
	starts   int // of the services
}

// round runs the pipeline on an empty system while faults strike.
func (plan Plan) round(ctx context.Context, number int, faults []Fault, tell io.Writer) (out outcome, err error) {
	here := place(filepath.Join(plan.Folder, "round"))
	if err := here.furnish(); err != nil {
		return out, err
	}
	ctx, stop := context.WithCancel(ctx)
	s := &site{plan: plan, place: here, programs: map[string]*program{}}
	defer func() {
		stop()
		s.tending.Wait()
		if err != nil {
			kept := filepath.Join(plan.Folder, fmt.Sprintf("round-%d", number))
			err = errors.Join(err, here.keepLogs(kept))
			fmt.Fprintf(tell, "logs are in %s\n", kept)
		}
		err = errors.Join(err, here.clear())
	}()
	for _, server := range []string{NATS, Store, Postgres} {
		s.tend(ctx, server)
	}
	for _, server := range []string{NATS, Store, Postgres} {
		if err := s.programs[server].await(ctx, patienceToStart); err != nil {
			return out, err
		}
	}
	began := time.Now()
	s.tend(ctx, Services)
	services := s.programs[Services]
	for _, f := range faults {
		select {
		case <-services.finished:
		case <-ctx.Done():
		case <-time.After(f.After):
		}
		if services.over() || ctx.Err() != nil {
			break
		}
		fmt.Fprintf(tell, "%6.1f s %s\n", time.Since(began).Seconds(), f)
		out.struck++
		if err := s.strike(ctx, f); err != nil {
			return out, fmt.Errorf("fault %d: %w", f.Number, err)
		}
	}
	select {
	case <-services.finished:
	case <-ctx.Done():
		return out, ctx.Err()
	case <-time.After(patienceToEnd):
		return out, fmt.Errorf("not ended %s after the last fault; the services were started %d times and said last: %s", patienceToEnd, services.starts(), services.last())
	}
	out.took, out.starts, out.snapshot = time.Since(began), services.starts(), services.summary.Snapshot
	return out, services.summary.Agree()
}

// site is the running system.
type site struct {
	plan     Plan
	place    place
	programs map[string]*program
	tending  sync.WaitGroup
}

// program is one that is started again whenever it ends, but for the services when
// they have published.
type program struct {
	name string
	spec child.Spec
	ends bool // with a summary

	mu       sync.Mutex
	running  *child.Process
	started  int
	stdout   *bytes.Buffer
	finished chan struct{}
	summary  pipeline.Summary // valid when finished
}

func (s *site) tend(ctx context.Context, name string) {
	p := &program{name: name, ends: name == Services, finished: make(chan struct{})}
	s.programs[name] = p
	home := s.place.volume(name)
	path, args := s.plan.Program, []string{"-target", name}
	// Temporal stands on PostgreSQL, in one program with it.
	if name == Postgres {
		args = []string{"-target", "temporal"}
	}
	env := append(os.Environ(), "STATE_DIR="+home, "PORT_OFFSET=0", "SCALE="+strconv.Itoa(s.plan.Scale), "SEED="+strconv.Itoa(s.plan.StandInSeed))
	switch name {
	case NATS:
		words := strings.Fields(inNATS)
		path, args = words[0], append(words[1:], path, "-target", name)
	case Services:
		args = nil
		env = append(env, "ONCE=1",
			"DATABASE_URL=postgres://kzocds:"+s.secret(Postgres, "postgres-password")+"@127.0.0.1:5433/kzocds?sslmode=disable",
			"NATS_URL=nats://"+natsAddress+":"+portOfNATS, "TEMPORAL_ADDRESS=127.0.0.1:7233", "S3_ENDPOINT=http://127.0.0.1:9000",
			"AWS_ACCESS_KEY_ID=kzocds", "AWS_SECRET_ACCESS_KEY="+s.secret(Store, "s3-secret-key"))
	}
	p.spec = child.Spec{
		Name: name, Path: path, Args: args, Env: env, Dir: s.plan.Root, Log: filepath.Join(string(s.place), name+".out"),
		Stop: syscall.SIGTERM, Grace: 20 * time.Second, Orphaned: syscall.SIGKILL,
	}
	s.tending.Go(func() { p.keep(ctx) })
}

func (s *site) secret(of, name string) string {
	text, err := os.ReadFile(filepath.Join(s.place.volume(of), "secrets", name))
	if err != nil {
		return "" // the services will say so
	}
	return strings.TrimSpace(string(text))
}

// keep starts the program and starts it again, until ctx ends or it has finished.
func (p *program) keep(ctx context.Context) {
	for ctx.Err() == nil {
		stdout := &bytes.Buffer{}
		spec := p.spec
		spec.Stdout = stdout
		process, err := child.Start(spec)
		if err != nil {
			// No room for its log, say.
			sleep(ctx, time.Second)
			continue
		}
		p.mu.Lock()
		p.running, p.stdout = process, stdout
		p.started++
		p.mu.Unlock()
		select {
		case <-process.Done():
		case <-ctx.Done():
			process.Close()
			return
		}
		if p.ends && p.read(stdout.Bytes()) {
			close(p.finished)
			return
		}
		sleep(ctx, 300*time.Millisecond)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// read takes the summary from the last line of what was said.
func (p *program) read(said []byte) bool {
	lines := bytes.Split(bytes.TrimSpace(said), []byte("\n"))
	return json.Unmarshal(lines[len(lines)-1], &p.summary) == nil && p.summary.Snapshot != ""
}

func (p *program) over() bool {
	select {
	case <-p.finished:
		return true
	default:
		return false
	}
}

func (p *program) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		return 0
	}
	select {
	case <-p.running.Done():
		return 0
	default:
		return p.running.Pid()
	}
}

func (p *program) starts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.started
}

// last is the end of what the program wrote to the terminal, this time and the time
// before.
func (p *program) last() string {
	var all []byte
	for _, file := range []string{p.spec.Log + ".1", p.spec.Log} {
		text, err := os.ReadFile(file)
		if err == nil {
			all = append(all, text[max(0, len(text)-600):]...)
		}
	}
	return string(all)
}

// await waits until the program says that it runs.
func (p *program) await(ctx context.Context, patience time.Duration) error {
	deadline := time.After(patience)
	for {
		text, err := os.ReadFile(p.spec.Log)
		if err == nil && bytes.Contains(text, []byte("kzocds runs")) {
			return nil
		}
		select {
		case <-deadline:
			return fmt.Errorf("%s does not start within %s: %s", p.name, patience, p.last())
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// processes of a victim, the one that the others belong to first; none while it is
// being started.
func (s *site) processes(victim string) []int {
	switch victim {
	case Postgres, Temporal:
		name := map[string]string{Postgres: "postgres", Temporal: "temporalserver"}[victim]
		found := children(s.programs[Postgres].pid(), name)
		for _, pid := range found {
			found = append(found, children(pid, name)...)
		}
		return found
	}
	if pid := s.programs[victim].pid(); pid != 0 {
		return []int{pid}
	}
	return nil
}

// strike lets a fault happen and returns when it is over.
func (s *site) strike(ctx context.Context, f Fault) error {
	switch f.Kind {
	case Kill:
		return each(s.first(f.Victim), func(pid int) error { return syscall.Kill(pid, syscall.SIGKILL) })
	case Stop:
		all := s.processes(f.Victim)
		err := each(all, func(pid int) error { return syscall.Kill(pid, syscall.SIGSTOP) })
		sleep(ctx, f.Lasts)
		return errors.Join(err, each(all, func(pid int) error { return syscall.Kill(pid, syscall.SIGCONT) }))
	case Full:
		room, err := s.place.fill(f.Victim)
		if err != nil {
			return err
		}
		sleep(ctx, f.Lasts)
		return room()
	case Clock:
		var right []func() error
		err := each(s.processes(f.Victim), func(pid int) error {
			r, err := clockOf(pid, f.Jump)
			if err == nil {
				right = append(right, r)
			}
			return err
		})
		sleep(ctx, f.Lasts)
		for _, r := range right {
			err = errors.Join(err, gone(r()))
		}
		return err
	case Slow:
		shape := fmt.Sprintf(" root tbf rate %dkbit burst 128kb latency 400ms", f.Kilobits)
		err := commands(ctx, "tc qdisc add dev lo"+shape, "tc qdisc add dev cable"+shape, "nft add table inet slow",
			"nft add chain inet slow in { type filter hook input priority 0 ; }",
			"nft add rule inet slow in meta l4proto tcp numgen random mod 100 < "+strconv.Itoa(f.Loss)+" drop")
		sleep(ctx, f.Lasts)
		return errors.Join(err, commands(context.WithoutCancel(ctx), "tc qdisc del dev lo root", "tc qdisc del dev cable root", "nft delete table inet slow"))
	case Partition:
		cut := []string{"nft add table inet cut", "nft add chain inet cut in { type filter hook input priority 0 ; }", "nft add rule inet cut in iifname cable drop"}
		err := errors.Join(commands(ctx, cut...), commands(ctx, prefixed(inNATS, "nft add table inet cut",
			"nft add chain inet cut in { type filter hook prerouting priority -300 ; }", "nft add rule inet cut in iifname cable drop")...))
		sleep(ctx, f.Lasts)
		mend := "nft delete table inet cut"
		return errors.Join(err, commands(context.WithoutCancel(ctx), mend, inNATS+mend))
	}
	return fmt.Errorf("no fault of kind %q", f.Kind)
}

func prefixed(prefix string, lines ...string) []string {
	for i := range lines {
		lines[i] = prefix + lines[i]
	}
	return lines
}

func (s *site) first(victim string) []int {
	all := s.processes(victim)
	return all[:min(1, len(all))]
}

// each does something to processes; that one has ended meanwhile is no error.
func each(pids []int, do func(pid int) error) error {
	var errs []error
	for _, pid := range pids {
		errs = append(errs, gone(do(pid)))
	}
	return errors.Join(errs...)
}

// gone drops what says that a process has ended.
func gone(err error) error {
	if errors.Is(err, os.ErrProcessDone) || errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}
