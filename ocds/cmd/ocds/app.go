package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/kzocds/kzocds/ocds/merge"
	"github.com/kzocds/kzocds/ocds/read"
)

// Exit codes.
const (
	exitDone     = 0
	exitFindings = 1   // validate found errors
	exitUsage    = 2   // the command line is wrong
	exitInput    = 3   // an input, or with --keep-going a part of it, could not be used
	exitFailed   = 4   // the output could not be written, or something else went wrong
	exitStopped  = 130 // interrupted
)

const exitHelp = `
Exit codes: 0 done, 1 validation found errors, 2 wrong use, 3 input that could not
be used (with --keep-going: a part of it, whatever else was found), 4 output that could not be written,
130 interrupted.
`

// verb is a subcommand.
type verb struct {
	name    string
	summary string
	help    string   // what it teaches, after the usage line
	lacks   []string // flags that other verbs have and that mean nothing here
	prepare func(f *flag.FlagSet) func(ctx context.Context, a *app) error
}

var verbs []verb

func init() {
	verbs = []verb{compileVerb, validateVerb, packageVerb, unpackageVerb, flattenVerb, coverageVerb, indicatorsVerb, prepareVerb, upgradeVerb, detectVerb}
}

// app is one invocation.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	args           []string

	output     string
	quiet      bool
	keepGoing  bool
	jsonErrors bool
	jobs       int
	memory     size
	maxItem    size
	temp       string

	mu       sync.Mutex
	faults   int
	empty    bool // said to be
	progress *progress
}

// size is a number of bytes as a flag: 64M, 2G, 1000.
type size int64

func (s *size) String() string {
	for _, unit := range []struct {
		shift int
		name  string
	}{{30, "G"}, {20, "M"}, {10, "K"}} {
		if n := int64(*s); n > 0 && n%(1<<unit.shift) == 0 {
			return strconv.FormatInt(n>>unit.shift, 10) + unit.name
		}
	}
	return strconv.FormatInt(int64(*s), 10)
}

func (s *size) Set(text string) error {
	unit := int64(1)
	digits := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(text), "B"), "I")
	if digits != "" {
		if shift, ok := map[byte]int{'K': 10, 'M': 20, 'G': 30}[digits[len(digits)-1]]; ok {
			unit, digits = 1<<shift, digits[:len(digits)-1]
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n <= 0 || n > 1<<62/unit {
		return errors.New("must be a number of bytes such as 64M or 2G")
	}
	*s = size(n * unit)
	return nil
}

func (a *app) flags(f *flag.FlagSet, lacks []string) {
	a.jobs, a.memory, a.maxItem = runtime.GOMAXPROCS(0), 32<<20, 512<<20
	if !slices.Contains(lacks, "output") {
		f.StringVar(&a.output, "output", "", "`FILE` to write instead of standard output; it appears only when complete")
		f.StringVar(&a.output, "o", "", "short for --output `FILE`")
	}
	if !slices.Contains(lacks, "jobs") {
		f.IntVar(&a.jobs, "jobs", a.jobs, "`NUMBER` of goroutines that work at the same time (default: one for each processor)")
	}
	if !slices.Contains(lacks, "memory") {
		f.Var(&a.memory, "memory", "`BYTES` held when grouping before the disk is used, such as 64M")
	}
	if !slices.Contains(lacks, "temp") {
		f.StringVar(&a.temp, "temp", "", "`FOLDER` for temporary files (default: the system's)")
	}
	f.Var(&a.maxItem, "max-item", "`BYTES` of the largest release or record, such as 1G; what is larger is refused")
	f.BoolVar(&a.quiet, "quiet", false, "say nothing but errors: no warnings, no progress")
	f.BoolVar(&a.keepGoing, "keep-going", false, "report faulty input and go on with the rest (exit code 3)")
	f.BoolVar(&a.jsonErrors, "json-errors", false, "write errors and warnings to standard error as JSON Lines")
}

// usageError is a fault of the command line.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }

func usage(format string, a ...any) error { return usageError{fmt.Sprintf(format, a...)} }

// errFindings says that validation found errors.
var errFindings = errors.New("validation found errors")

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] == "help" && len(args) == 1 || args[0] == "-h" || args[0] == "--help" {
		overview(stdout)
		if len(args) == 0 {
			return exitUsage
		}
		return exitDone
	}
	if args[0] == "help" {
		args = []string{args[1], "--help"}
	}
	i := slices.IndexFunc(verbs, func(v verb) bool { return v.name == args[0] })
	if i < 0 {
		fmt.Fprintf(stderr, "ocds: there is no verb %q; ocds help lists them\n", args[0])
		return exitUsage
	}
	v := verbs[i]
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
	f := flag.NewFlagSet("ocds "+v.name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	a.flags(f, v.lacks)
	do := v.prepare(f)
	if err := parse(f, args[1:], &a.args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			v.explain(stdout, f)
			return exitDone
		}
		a.jsonErrors = slices.Contains(args, "--json-errors")
		return a.exit(v.name, usage("%v", err))
	}
	if a.jobs < 1 {
		return a.exit(v.name, usage("--jobs must be at least 1"))
	}
	a.progress = newProgress(a)
	err := do(ctx, a)
	a.progress.stop()
	return a.exit(v.name, err)
}

// parse reads flags and arguments in any order, so that files may come first.
func parse(f *flag.FlagSet, args []string, rest *[]string) error {
	for {
		if err := f.Parse(args); err != nil {
			return err
		}
		if f.NArg() == 0 {
			return nil
		}
		if n := len(args) - f.NArg(); n > 0 && args[n-1] == "--" {
			*rest = append(*rest, f.Args()...)
			return nil
		}
		*rest = append(*rest, f.Arg(0))
		args = f.Args()[1:]
	}
}

func (a *app) exit(name string, err error) int {
	var use usageError
	var input *read.Error
	var merging *merge.Error
	switch {
	case err == nil && a.faults > 0:
		return exitInput
	case err == nil:
		return exitDone
	case errors.Is(err, errFindings) && a.faults > 0:
		return exitInput
	case errors.Is(err, errFindings):
		return exitFindings
	case errors.As(err, &use):
		a.say("error", fmt.Errorf("%s: %w", name, err))
		if !a.jsonErrors {
			fmt.Fprintf(a.stderr, "ocds %s --help explains its use\n", name)
		}
		return exitUsage
	case errors.Is(err, context.Canceled):
		a.say("error", fmt.Errorf("%s: interrupted", name))
		return exitStopped
	}
	if errors.Is(err, syscall.ENOSPC) {
		err = fmt.Errorf("%w; make room there, or name another place: --output for results, --temp for temporary files", err)
	}
	a.say("error", err)
	if errors.As(err, &input) || errors.As(err, &merging) {
		return exitInput
	}
	return exitFailed
}

func overview(w io.Writer) {
	fmt.Fprint(w, `ocds works with data in the Open Contracting Data Standard (OCDS).

Usage: ocds VERB [flags] [FILE or FOLDER …]

`)
	for _, v := range verbs {
		fmt.Fprintf(w, "  %-11s %s\n", v.name, v.summary)
	}
	fmt.Fprint(w, `
A contracting process, from planning to the last payment, has an ocid. A release says what was
published about a process at one moment; a package is a file of releases. A compiled release is the
present state of a process, merged from its releases; a record holds all of that together.

Inputs are release packages, record packages, releases, records, or JSON Lines of
any of these, plain or compressed with gzip or zstd, in files, folders or on
standard input. Of any size: memory does not grow with it.

From a folder of release packages to a checked, compiled, flat data set:

  ocds validate --counts packages/
  ocds compile packages/ -o compiled.jsonl
  ocds flatten compiled.jsonl --csv tables/

`+"ocds VERB --help explains a verb.\n"+exitHelp)
}

func (v verb) explain(w io.Writer, f *flag.FlagSet) {
	fmt.Fprintf(w, "ocds %s: %s\n\nUsage: ocds %s [flags] [FILE or FOLDER …]\n\n%s\n\nFlags:\n", v.name, v.summary, v.name, strings.TrimSpace(v.help))
	f.VisitAll(func(fl *flag.Flag) {
		if fl.Name == "o" {
			return
		}
		arg, text := flag.UnquoteUsage(fl)
		name := "--" + fl.Name
		if fl.Name == "output" {
			name = "-o, --output"
		}
		if arg != "" {
			name += " " + arg
		}
		if fl.DefValue != "" && fl.DefValue != "false" && fl.DefValue != "0" && !strings.Contains(text, "default") {
			text += " (default " + fl.DefValue + ")"
		}
		fmt.Fprintf(w, "  %s\n        %s\n", name, text)
	})
	fmt.Fprint(w, exitHelp)
}

// say reports an error or warning to standard error.
func (a *app) say(level string, err error) {
	if level != "error" && a.quiet {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.progress.clear()
	if !a.jsonErrors {
		prefix := "ocds: "
		if level != "error" {
			prefix += level + ": "
		}
		fmt.Fprintln(a.stderr, prefix+err.Error())
		return
	}
	m := struct {
		Level   string `json:"level"`
		Kind    string `json:"kind,omitempty"`
		Input   string `json:"input,omitempty"`
		Line    int64  `json:"line,omitempty"`
		Offset  int64  `json:"offset,omitempty"`
		Pointer string `json:"pointer,omitempty"`
		OCID    string `json:"ocid,omitempty"`
		Path    string `json:"path,omitempty"`
		Value   string `json:"value,omitempty"`
		Message string `json:"message"`
	}{Level: level, Message: err.Error()}
	var use usageError
	if errors.As(err, &use) {
		m.Kind = "usage"
	}
	var input *read.Error
	if errors.As(err, &input) {
		m.Kind, m.Input, m.Line, m.Offset, m.Pointer, m.Message = "input", input.Input, input.Line, input.Offset, input.Pointer, input.Message
	}
	var merging *merge.Error
	if errors.As(err, &merging) {
		m.Kind, m.OCID, m.Path, m.Message = string(merging.Kind), merging.OCID, merging.Path, merging.Message
	}
	var warning warningError
	if errors.As(err, &warning) {
		m.Kind, m.OCID, m.Path, m.Value, m.Message = warning.Rule, warning.OCID, warning.Path, warning.Value, warning.Message
	}
	b, _ := json.Marshal(m) // strings and numbers
	fmt.Fprintf(a.stderr, "%s\n", b)
}

func (a *app) warn(format string, args ...any) { a.say("warning", fmt.Errorf(format, args...)) }

// nothing is said, once, of an input without any release or record.
func (a *app) nothing() {
	if !a.empty && a.faults == 0 {
		a.empty = true
		a.warn("there is no release and no record in the input")
	}
}

// warningError carries a merge warning as an error.
type warningError struct{ merge.Warning }

func (w warningError) Error() string {
	if w.Path == "" {
		return "merge " + w.OCID + ": " + w.Message
	}
	return "merge " + w.OCID + " at " + w.Path + ": " + w.Message
}

// fault is a part of the input that cannot be used: with --keep-going it is
// reported and counted, otherwise it ends the run.
func (a *app) fault(err error) error {
	if !a.keepGoing || errors.Is(err, context.Canceled) {
		return err
	}
	a.mu.Lock()
	a.faults++
	a.mu.Unlock()
	a.say("error", err)
	return nil
}

// inputs are those named on the command line.
func (a *app) inputs() ([]read.Input, error) {
	var fault func(error) error
	if a.keepGoing {
		fault = a.fault
	}
	inputs, err := read.Inputs(a.args, a.stdin, fault)
	if err == nil {
		a.progress.total = read.TotalSize(inputs)
	}
	return inputs, err
}

func (a *app) reading() read.Options {
	o := read.Options{MaxItem: int(a.maxItem), Memory: int64(a.memory), TempDir: a.temp, Progress: a.progress.add}
	if a.keepGoing {
		o.KeepGoing = a.fault
	}
	return o
}

// output is standard output, or a file that is written aside and takes its name
// only when it is complete. What is no ordinary file (a device, a named pipe) has
// no name to give to another: it is written to directly.
type output struct {
	*bufio.Writer
	file  *os.File // nil for standard output
	name  string
	aside bool
}

func (a *app) create(name string) (*output, error) {
	if name == "" || name == "-" || name == "/dev/stdout" {
		return &output{Writer: bufio.NewWriterSize(a.stdout, 1<<20)}, nil
	}
	there, err := os.Stat(name)
	switch {
	case err == nil && there.IsDir():
		return nil, fmt.Errorf("output %s: is a folder; give the name of a file", name)
	case err == nil && !there.Mode().IsRegular():
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return nil, fmt.Errorf("output: %w", err)
		}
		return &output{bufio.NewWriterSize(f, 1<<20), f, name, false}, nil
	case err == nil:
		// A symbolic link stays one: what it leads to is replaced.
		if name, err = filepath.EvalSymlinks(name); err != nil {
			return nil, fmt.Errorf("output: %w", err)
		}
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return nil, fmt.Errorf("output %s: %w", name, err)
	}
	return &output{bufio.NewWriterSize(f, 1<<20), f, name, true}, nil
}

// finish completes the output, or removes it if err is not nil.
func (o *output) finish(err error) error {
	if err == nil {
		err = o.Flush()
	}
	if o.file == nil {
		return err
	}
	if err == nil && o.aside {
		err = o.file.Chmod(0o644)
	}
	err = errors.Join(err, o.file.Close())
	if err == nil && o.aside {
		err = os.Rename(o.file.Name(), o.name)
	}
	if err != nil && o.aside {
		os.Remove(o.file.Name())
	}
	// The name aside says nothing to the reader of the message.
	if at := (*fs.PathError)(nil); errors.As(err, &at) && at.Path == o.file.Name() {
		return fmt.Errorf("output %s: %w", o.name, at.Err)
	}
	return err
}

// write gives fn the output that --output names.
func (a *app) write(fn func(w io.Writer) error) error {
	o, err := a.create(a.output)
	if err != nil {
		return err
	}
	return o.finish(fn(o))
}

// progress shows how far reading has come, on a terminal and only when it takes long.
type progress struct {
	a       *app
	show    bool
	total   int64
	mu      sync.Mutex
	read    int64
	started time.Time
	shown   time.Time
	visible bool
}

func newProgress(a *app) *progress {
	p := &progress{a: a, started: time.Now()}
	if f, ok := a.stderr.(*os.File); ok && !a.quiet && !a.jsonErrors {
		info, err := f.Stat()
		p.show = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

func (p *progress) add(n int64) {
	if !p.show {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read += n
	now := time.Now()
	if now.Sub(p.started) < 2*time.Second || now.Sub(p.shown) < 200*time.Millisecond {
		return
	}
	p.shown, p.visible = now, true
	rate := float64(p.read) / now.Sub(p.started).Seconds() / 1e6
	line := fmt.Sprintf("\r%.1f GB read, %.0f MB/s", float64(p.read)/1e9, rate)
	if p.total > 0 {
		line = fmt.Sprintf("\r%3d%% of %.1f GB to read, %.0f MB/s", min(100*p.read/p.total, 100), float64(p.total)/1e9, rate)
	}
	fmt.Fprintf(p.a.stderr, "%s\x1b[K", line)
}

// clear removes the line so that something else can be written.
func (p *progress) clear() {
	if p == nil || !p.show {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.visible {
		fmt.Fprint(p.a.stderr, "\r\x1b[K")
		p.visible = false
	}
}

func (p *progress) stop() { p.clear() }
