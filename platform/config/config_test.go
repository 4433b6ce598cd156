package config_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/kzocds/kzocds/platform/config"
)

var update = flag.Bool("update", false, "write the golden files")

type crawl struct {
	Rate     float64       `yaml:"requestsPerSecond" doc:"requests a second"`
	Parallel int           `yaml:"parallel" doc:"requests at the same time"`
	Overlap  time.Duration `yaml:"overlap" doc:"how far a window reaches back | into the one before"`
	Entities []string      `yaml:"entities" doc:"entities to fetch; empty is all"`
}

type sample struct {
	Postgres config.Postgres `yaml:"postgres"`
	NATS     config.NATS     `yaml:"nats"`
	Crawl    crawl           `yaml:"crawl"`
	Token    config.Secret   `yaml:"token" doc:"token of the portal"`
	DryRun   bool            `yaml:"dryRun" doc:"store nothing"`
	BigSize  uint16          `doc:"a size, bytes"`
}

func def() sample {
	return sample{
		Postgres: config.DefaultPostgres(), NATS: config.DefaultNATS(),
		Crawl: crawl{Rate: 5, Parallel: 2, Overlap: 10 * time.Minute, Entities: []string{"lots"}},
	}
}

func load(args []string, environ ...string) (sample, config.Result, error) {
	return config.Load("extractor", def(), args, environ)
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestLaterLayersWin(t *testing.T) {
	t.Parallel()
	file := write(t, "extractor.yaml", "# comment\ncrawl:\n  requestsPerSecond: 1.5\n  parallel: 3\n  overlap: 1h\n  entities: [trd_buy, contract]\npostgres:\ndryRun: true\ntoken: from-file\n")
	got, res, err := load([]string{"-config", file, "-crawl.parallel=5", "--crawl.entities", "a, b", "-dryRun=false"},
		"EXTRACTOR_CRAWL_PARALLEL=4", "EXTRACTOR_CRAWL_OVERLAP=2h", "EXTRACTOR_TOKEN=from-env", "EXTRACTOR_BIG_SIZE=9", "PATH=/bin",
		"EXTRACTOR_SERVICE_HOST=10.0.0.1", "EXTRACTOR_PORT_9101_TCP_ADDR=10.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	want := def()
	want.Crawl = crawl{Rate: 1.5, Parallel: 5, Overlap: 2 * time.Hour, Entities: []string{"a", "b"}}
	want.Token, want.BigSize = "from-env", 9
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if res.File != file || res.Verify || res.Version {
		t.Errorf("result %+v", res)
	}
}

func TestDefaultsStayUntouched(t *testing.T) {
	t.Parallel()
	d := def()
	cfg, _, err := config.Load("extractor", d, []string{"-crawl.entities=x"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Crawl.Entities[0] = "changed"
	if d.Crawl.Entities[0] != "lots" {
		t.Errorf("the default was changed to %q", d.Crawl.Entities)
	}
}

func TestComplaintsNamePlaceAndRemedy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, yaml string
		args, env  []string
		want       []string
	}{
		{name: "an unknown key in the file", yaml: "crawl:\n  paralel: 3\n", want: []string{"c.yaml:2", "crawl.paralel", "did you mean crawl.parallel?"}},
		{name: "an unknown section in the file", yaml: "a: 1\n", want: []string{"c.yaml:1", "unknown key a", "-help"}},
		{name: "a key given twice in the file", yaml: "dryRun: true\ndryRun: false\n", want: []string{"c.yaml", "dryRun"}},
		{name: "a wrong value in the file", yaml: "\ncrawl:\n  overlap: 10\n", want: []string{"c.yaml:3", "crawl.overlap", `"10" is not a duration`}},
		{name: "a key without value in the file", yaml: "dryRun:\n", want: []string{"c.yaml:1", "dryRun takes one plain value"}},
		{name: "a list for one value", yaml: "dryRun: [true]\n", want: []string{"c.yaml:1", "not a list"}},
		{name: "a value for a section", yaml: "crawl: 3\n", want: []string{"c.yaml:1", "crawl holds keys"}},
		{name: "a list for the whole file", yaml: "- a\n", want: []string{"c.yaml:1"}},
		{name: "a file that is no YAML", yaml: "a: [\n", want: []string{"c.yaml"}},
		{name: "two documents in the file", yaml: "dryRun: true\n---\ndryRun: true\n", want: []string{"2 YAML documents"}},
		{name: "a file that is not there", args: []string{"-config", "/nowhere/c.yaml"}, want: []string{"/nowhere/c.yaml"}},
		{name: "an unknown variable", env: []string{"EXTRACTOR_CRAWL_PARALEL=3"}, want: []string{"EXTRACTOR_CRAWL_PARALEL", "did you mean EXTRACTOR_CRAWL_PARALLEL?"}},
		{name: "a wrong value in a variable", env: []string{"EXTRACTOR_CRAWL_PARALLEL=x"}, want: []string{"EXTRACTOR_CRAWL_PARALLEL", `"x" is not a whole number`}},
		{name: "a secret given in two ways", env: []string{"EXTRACTOR_TOKEN=a", "EXTRACTOR_TOKEN_FILE=/dev/null"}, want: []string{"EXTRACTOR_TOKEN_FILE", "keep one"}},
		{name: "a secret whose file is not there", env: []string{"EXTRACTOR_TOKEN_FILE=/nowhere/token"}, want: []string{"EXTRACTOR_TOKEN_FILE", "/nowhere/token"}},
		{name: "an unknown flag", args: []string{"-crawl.overlapp=1h"}, want: []string{"-crawl.overlapp", "did you mean -crawl.overlap?"}},
		{name: "a wrong value in a flag", args: []string{"-bigSize=70000"}, want: []string{"bigSize", "16 bits"}},
		{name: "a secret as flag", args: []string{"-token=hush"}, want: []string{"-token", "EXTRACTOR_TOKEN_FILE"}},
		{name: "an argument that is no flag", args: []string{"run"}, want: []string{`"run"`, "-key=value"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			args := c.args
			if c.yaml != "" {
				args = append([]string{"-config", write(t, "c.yaml", c.yaml)}, args...)
			}
			_, _, err := load(args, c.env...)
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
		})
	}
}

func TestSecretFromFileLosesItsLineEnd(t *testing.T) {
	t.Parallel()
	got, _, err := load(nil, "EXTRACTOR_POSTGRES_URL_FILE="+write(t, "url", "postgres://kz:pw@db/kzocds\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Postgres.URL.Reveal() != "postgres://kz:pw@db/kzocds" {
		t.Errorf("%q", got.Postgres.URL.Reveal())
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	t.Parallel()
	cfg := def()
	cfg.Token = "hush"
	cfg.Postgres.URL = "postgres://kz:hush@db/kzocds"
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&out, verb+"\n", cfg)
		fmt.Fprintf(&out, verb+"\n", cfg.Token)
	}
	asJSON, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(asJSON)
	out.Write(asYAML)
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("start", "config", cfg, "token", cfg.Token)
	}
	table, err := config.Reference("extractor", cfg)
	if err != nil {
		t.Fatal(err)
	}
	out.WriteString(table)
	if strings.Contains(out.String(), "hush") || strings.Contains(out.String(), "68757368") {
		t.Errorf("a secret is visible:\n%s", &out)
	}
	if !strings.Contains(out.String(), "[redacted]") {
		t.Error("a secret that is set does not show")
	}
}

type strict struct {
	Listen string `yaml:"listen"`
}

func (s *strict) Validate() error {
	if s.Listen == "" {
		return fmt.Errorf("listen is empty")
	}
	return nil
}

func TestTheStructIsAskedWhetherItIsValid(t *testing.T) {
	t.Parallel()
	_, _, err := config.Load("gateway", strict{}, nil, nil)
	if err == nil || !strings.Contains(err.Error(), "configuration of gateway: listen is empty") {
		t.Errorf("error %v", err)
	}
}

func TestWhatThePrinterIsAskedFor(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string]string{
		"-version":       "extractor ",
		"-config.verify": "extractor: configuration is valid (defaults, environment and flags)\n",
		"-help":          "-crawl.parallel",
	} {
		_, res, err := load([]string{flag})
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if !res.Done(&out) || !strings.Contains(out.String(), want) {
			t.Errorf("%s prints %q", flag, out.String())
		}
	}
	if _, res, err := load([]string{"-prepare"}); err != nil || !res.Prepare || res.Done(&strings.Builder{}) {
		t.Errorf("-prepare is for the program to do: %+v, %v", res, err)
	}
	if _, res, _ := load(nil); res.Done(&strings.Builder{}) {
		t.Error("nothing was asked for, and yet done")
	}
	if _, _, err := load([]string{"-config.verify", "-crawl.parallel=x"}); err == nil {
		t.Error("verify accepts a wrong value")
	}
}

func TestReference(t *testing.T) {
	t.Parallel()
	got, err := config.Reference("extractor", def())
	if err != nil {
		t.Fatal(err)
	}
	const file = "testdata/reference.md"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the table changed (go test -update writes it):\n%s", got)
	}
}

// A file never makes the loader panic, and what it accepts it also accepts
// again.
func FuzzFile(f *testing.F) {
	for _, seed := range []string{"", "crawl:\n  parallel: 3\n", "a: &x 1\nb: *x\n", "crawl: {entities: [a, b]}\n",
		"? {a: b}\n: c\n", "token: |\n  x\n", "dryRun: !!bool true\n", "---\n...\n", "crawl:\n\tparallel: 1\n", "<<: {a: b}\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := write(t, "c.yaml", text)
		first, _, err := load([]string{"-config", file})
		if err != nil {
			return
		}
		again, _, err := load([]string{"-config", file})
		if err != nil || !reflect.DeepEqual(first, again) {
			t.Errorf("%q gave %+v, then %+v (%v)", text, first, again, err)
		}
	})
}
