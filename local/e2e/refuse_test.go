package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/local/goszakup"
	"github.com/kzocds/kzocds/local/localtest"
)

func TestABadStartIsOneClearLineWithTheRemedy(t *testing.T) {
	t.Parallel()
	refused := func(t *testing.T, p *process, code int, words ...string) {
		t.Helper()
		if got := p.ended(); got != code {
			t.Errorf("exit code %d, want %d", got, code)
		}
		said := strings.TrimSpace(p.stderr.String())
		if strings.Contains(said, "\n") {
			t.Errorf("more than one line:\n%s", said)
		}
		for _, w := range words {
			if !strings.Contains(said, w) {
				t.Errorf("%q does not say %q", said, w)
			}
		}
	}
	t.Run("bad knob", func(t *testing.T) {
		t.Parallel()
		refused(t, install(t).start(t, "SCALE=lots"), 2, "SCALE=lots", "whole number")
	})
	t.Run("once with a part only", func(t *testing.T) {
		t.Parallel()
		s := install(t)
		cmd := exec.Command(s.binary, "-target", "nats")
		cmd.Dir, cmd.Env = here, append(os.Environ(), "ONCE=1")
		if out, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "leave out -target") {
			t.Errorf("code %d: %s", cmd.ProcessState.ExitCode(), out)
		}
	})
	t.Run("port in use", func(t *testing.T) {
		t.Parallel()
		s := install(t)
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(s.ports().S3))
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		refused(t, s.start(t), 1, "port "+strconv.Itoa(s.ports().S3)+" (s3) is in use", "PORT_OFFSET")
	})
	t.Run("state of another system", func(t *testing.T) {
		t.Parallel()
		s := install(t)
		if err := os.MkdirAll(s.state, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(s.state, "state.json"), []byte(`{"layout":0}`), 0o644); err != nil {
			t.Fatal(err)
		}
		refused(t, s.start(t), 1, "was made with layout 0", "rm -rf "+s.state)
	})
	t.Run("state in use", func(t *testing.T) {
		t.Parallel()
		s := install(t)
		first := s.startParts(t, "nats")
		first.said("kzocds runs")
		refused(t, s.start(t), 1, "another kzocds (process "+strconv.Itoa(first.cmd.Process.Pid)+")", "STATE_DIR")
		interrupt(t, first)
		if code := first.ended(); code != 0 {
			t.Errorf("Ctrl-C ends with code %d", code)
		}
	})
	t.Run("missing prerequisite", func(t *testing.T) {
		t.Parallel()
		root := localtest.Root(t)
		prepare := filepath.Join(t.TempDir(), "prepare")
		compile := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", prepare, "./cmd/prepare")
		compile.Dir, compile.Env = filepath.Join(root, "local"), append(os.Environ(), "GOWORK=off")
		if out, err := compile.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		cmd := exec.Command(prepare, "-build", "explorer")
		cmd.Dir, cmd.Env = root, []string{"PATH=" + t.TempDir(), "CC=true", "CXX=true"}
		out, _ := cmd.CombinedOutput()
		if said := string(out); cmd.ProcessState.ExitCode() != 1 || !strings.Contains(said, "node is missing; install Node 20") || !strings.Contains(said, "apt-get install") {
			t.Errorf("code %d: %s", cmd.ProcessState.ExitCode(), said)
		}
	})
}

// portal is a source of the test's own.
func portal(t *testing.T, o goszakup.Options) (url string) {
	t.Helper()
	o.Scale, o.Seed = 60, 1
	s, err := goszakup.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	return server.URL
}

// eager are the knobs of a source that needs no mercy.
var eager = []string{"EXTRACTOR_SOURCE_RATE=1000", "EXTRACTOR_SOURCE_BACKOFF=50ms", "EXTRACTOR_SOURCE_BACKOFF_MAX=200ms", "EXTRACTOR_SOURCE_BREAK_FOR=1s"}

func TestAWrongTokenIsToldAsSuch(t *testing.T) {
	t.Parallel()
	s := install(t, append(eager, "SOURCE_URL="+portal(t, goszakup.Options{Token: "right"}), "SOURCE_TOKEN=wrong")...)
	p := s.start(t, "ONCE=1")
	if code := p.ended(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if said := p.stderr.String(); !strings.Contains(strings.ToLower(said), "token") {
		t.Errorf("standard error does not name the token:\n%s", said)
	}
}

func TestASourceThatComesBackIsReadToTheEnd(t *testing.T) {
	t.Parallel()
	up := make(chan struct{})
	world, err := goszakup.New(goszakup.Options{Scale: 60, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-up:
			world.Handler().ServeHTTP(w, r)
		default:
			select {
			case asked <- struct{}{}:
			default:
			}
			panic(http.ErrAbortHandler) // the connection breaks
		}
	}))
	defer server.Close()
	s := install(t, append(eager, "SOURCE_URL="+server.URL, "SOURCE_TOKEN=t")...)
	p := s.start(t, "ONCE=1")
	for range 3 {
		select {
		case <-asked:
		case <-p.done:
			t.Fatalf("the program gave up with code %d", p.code)
		}
	}
	close(up)
	if code := p.ended(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	if err := p.summary().Agree(); err != nil {
		t.Error(err)
	}
}

func TestMalformedRecordsAreQuarantinedAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	worlds := map[bool]http.Handler{}
	for _, malformed := range []bool{false, true} {
		o := goszakup.Options{Scale: 60, Seed: 1}
		if malformed {
			o.Faults.Kinds = []string{"malformed"}
		}
		w, err := goszakup.New(o)
		if err != nil {
			t.Fatal(err)
		}
		worlds[malformed] = w.Handler()
	}
	// The newest lot is malformed whenever it is asked for. Were it malformed only
	// once, the next look would mend it.
	bend := func(r *http.Request) bool {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return false
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		var ask struct {
			Query     string
			Variables struct{ After int64 }
		}
		return json.Unmarshal(body, &ask) == nil && strings.Contains(ask.Query, "query Lots(") && ask.Variables.After == 0
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		worlds[bend(r)].ServeHTTP(w, r)
	}))
	defer server.Close()
	s := install(t, append(eager, "SOURCE_URL="+server.URL, "SOURCE_TOKEN=t")...)
	p := s.start(t, "ONCE=1")
	if code := p.ended(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	sum := p.summary()
	for name, e := range sum.Entities {
		want := int64(0)
		if name == "lots" {
			want = 1
		}
		if e.Quarantined != want || e.Stored != e.Source-want {
			t.Errorf("%s: %d in the source, %d stored, %d in quarantine; want %d there", name, e.Source, e.Stored, e.Quarantined, want)
		}
	}
	if err := sum.Agree(); err != nil {
		t.Error(err)
	}
	p = s.startParts(t, "postgres")
	p.said("kzocds runs")
	var told int64
	if err := s.database(t).QueryRow(t.Context(),
		"SELECT count(*) FROM source.quarantine_v1 WHERE rule <> '' AND pointer <> '' AND message <> '' AND raw_bytes > 0 AND resolved IS NULL").Scan(&told); err != nil {
		t.Fatal(err)
	}
	if told != 1 {
		t.Errorf("%d objects in quarantine have rule, pointer and message, want 1", told)
	}
}
