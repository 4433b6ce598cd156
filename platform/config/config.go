// Package config loads the configuration of a service into its typed struct:
// default < file < environment < flag. A key that does not exist is an error
// that names the place and the nearest key that does.
//
// The names follow from the struct: field path yaml names joined by dots
// (postgres.maxConns) is the key in the file and the flag; the environment name
// is the service and the path in upper snake case (EXTRACTOR_POSTGRES_MAX_CONNS).
package config

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
)

// Result says what the command line asked for besides running, and where the
// values came from.
type Result struct {
	File    string // configuration file read, or empty
	Verify  bool   // -config.verify: load, say so, and exit
	Prepare bool   // -prepare: make schema, streams and bucket ready, and exit
	Version bool   // -version
	Help    bool   // -help

	name  string
	usage string
}

// Done prints what was asked for instead of running, and says whether there was
// any such thing: then the program ends with exit code 0.
func (r Result) Done(w io.Writer) bool {
	switch {
	case r.Help:
		fmt.Fprint(w, r.usage)
	case r.Version:
		fmt.Fprintln(w, r.name, Version())
	case r.Verify:
		from := "defaults, environment and flags"
		if r.File != "" {
			from = r.File + ", environment and flags"
		}
		fmt.Fprintf(w, "%s: configuration is valid (%s)\n", r.name, from)
	default:
		return false
	}
	return true
}

// version is set at link time: -ldflags "-X …/platform/config.version=v1.2.3".
var version string

// Version is the version the program was built as: set at link time, else the
// revision of the checkout, else "devel".
func Version() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return s.Value[:12]
			}
		}
	}
	return "devel"
}

// Load reads the configuration of the service name. args are the arguments
// without the program's name, environ has the form of os.Environ. When the
// struct or its pointer has a method Validate() error it is called last.
//
// The flags that are not keys: -config FILE, -config.verify, -prepare, -version.
func Load[C any](name string, def C, args []string, environ []string) (cfg C, res Result, err error) {
	cfg = clone(def)
	keys, err := keysOf(name, &cfg)
	if err != nil {
		return def, res, err
	}
	res = Result{name: name, usage: usage(name, keys)}

	flags, err := parseFlags(args, keys, &res)
	if err != nil || res.Help || res.Version {
		return cfg, res, err
	}
	if res.File != "" {
		text, err := os.ReadFile(res.File)
		if err != nil {
			return cfg, res, fmt.Errorf("read the configuration file: %w", err)
		}
		if err := applyYAML(res.File, text, keys); err != nil {
			return cfg, res, err
		}
	}
	if err := applyEnviron(name, environ, keys); err != nil {
		return cfg, res, err
	}
	for _, f := range flags {
		if err := f.key.set(f.value); err != nil {
			return cfg, res, fmt.Errorf("flag -%s: %w", f.key.path, err)
		}
	}
	if v, ok := any(&cfg).(interface{ Validate() error }); ok {
		if err := v.Validate(); err != nil {
			return cfg, res, fmt.Errorf("configuration of %s: %w", name, err)
		}
	}
	return cfg, res, nil
}

// clone copies the slices of a default, so that loading never writes into it.
func clone[C any](def C) C {
	v := reflect.ValueOf(&def).Elem()
	cloneSlices(v)
	return def
}

func cloneSlices(v reflect.Value) {
	if v.Kind() != reflect.Struct {
		return
	}
	for i := range v.NumField() {
		f := v.Field(i)
		switch {
		case !f.CanSet():
		case f.Kind() == reflect.Struct:
			cloneSlices(f)
		case f.Kind() == reflect.Slice && !f.IsNil():
			f.Set(reflect.AppendSlice(reflect.MakeSlice(f.Type(), 0, f.Len()), f))
		}
	}
}

type flagValue struct {
	key   *key
	value string
}

// parseFlags reads the command line without applying it: flags are the last
// layer, but the file they name is read before.
func parseFlags(args []string, keys []*key, res *Result) ([]flagValue, error) {
	set := flag.NewFlagSet(res.name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&res.File, "config", "", "")
	set.BoolVar(&res.Verify, "config.verify", false, "")
	set.BoolVar(&res.Prepare, "prepare", false, "")
	set.BoolVar(&res.Version, "version", false, "")
	var values []flagValue
	for _, k := range keys {
		take := func(value string) error {
			if k.secret() {
				return fmt.Errorf("a secret is not given by flag, where every process of the machine sees it; set %s or %s_FILE", k.env, k.env)
			}
			values = append(values, flagValue{k, value})
			return nil
		}
		if k.value.Kind() == reflect.Bool {
			set.BoolFunc(k.path, "", take)
		} else {
			set.Func(k.path, "", take)
		}
	}
	err := set.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		res.Help = true
		return nil, nil
	}
	if err != nil {
		if unknown, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); ok {
			return nil, fmt.Errorf("unknown flag -%s%s", unknown, didYouMean("-", unknown, flagNames(keys)))
		}
		return nil, err
	}
	if set.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q: settings are given as -key=value", set.Arg(0))
	}
	return values, nil
}

func flagNames(keys []*key) []string {
	names := []string{"config", "config.verify", "prepare", "version"}
	for _, k := range keys {
		if !k.secret() {
			names = append(names, k.path)
		}
	}
	return names
}

// orchestrator matches the variables that Kubernetes sets in every pod for each
// Service of the namespace; a Service named like ours makes them start with our
// prefix.
var orchestrator = regexp.MustCompile(`^[A-Z0-9_]+_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP)(_(ADDR|PORT|PROTO))?)?)$`)

// applyEnviron applies the variables with the prefix of the service.
func applyEnviron(name string, environ []string, keys []*key) error {
	prefix := upperSnake(name) + "_"
	byEnv := make(map[string]*key, len(keys))
	var names []string
	for _, k := range keys {
		byEnv[k.env] = k
		names = append(names, k.env)
		if k.secret() {
			names = append(names, k.env+"_FILE")
		}
	}
	environ = slices.Sorted(slices.Values(environ))
	given := make(map[*key]string, len(environ))
	for _, entry := range environ {
		env, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(env, prefix) {
			continue
		}
		k, ok := byEnv[env]
		if !ok {
			if stem, isFile := strings.CutSuffix(env, "_FILE"); isFile && byEnv[stem] != nil && byEnv[stem].secret() {
				k = byEnv[stem]
				text, err := os.ReadFile(value)
				if err != nil {
					return fmt.Errorf("environment %s: %w", env, err)
				}
				value = strings.TrimRight(string(text), "\r\n")
			} else if orchestrator.MatchString(env) {
				continue
			} else {
				return fmt.Errorf("environment %s: no such setting%s", env, didYouMean("", env, names))
			}
		}
		if other, twice := given[k]; twice {
			return fmt.Errorf("environment %s and %s give the same setting; keep one", other, env)
		}
		given[k] = env
		if err := k.set(value); err != nil {
			return fmt.Errorf("environment %s: %w", env, err)
		}
	}
	return nil
}
