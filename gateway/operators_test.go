package gateway

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestOperatorsComeAndGoWithoutARestart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "operators")
	changed := time.Now()
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		// Another time than before, however coarse the clock of the file system.
		changed = changed.Add(time.Second)
		if err := os.Chtimes(file, changed, changed); err != nil {
			t.Fatal(err)
		}
	}
	line := func(name, token string) string { return fmt.Sprintf("%s %x\n", name, sha256.Sum256([]byte(token))) }
	write("# who may act\n\n" + line("aigerim", "first"))
	var log bytes.Buffer
	b := setup(t, func(c *Config) { c.Operators = file })
	b.log = slog.New(slog.NewTextHandler(&log, nil))
	act := func(token string) int {
		return b.do(t, "POST", "/api/v1/admin/workflows/start", "", "Authorization", "Bearer "+token).Code
	}
	audit := func(want ...string) {
		t.Helper()
		last := ""
		for l := range strings.Lines(log.String()) {
			if strings.Contains(l, "msg=audit") {
				last = l
			}
		}
		for _, w := range append(want, "path=/api/v1/admin/workflows/start", "method=POST") {
			if !strings.Contains(last, w) {
				t.Errorf("audit %q lacks %s", last, w)
			}
		}
	}
	if code := act("first"); code != http.StatusAccepted {
		t.Errorf("the operator: %d", code)
	}
	audit("operator=aigerim", "outcome=done")
	if code := act("operator-word"); code != http.StatusUnauthorized {
		t.Errorf("the token of the configuration beside a file: %d", code)
	}
	audit(`operator=""`, "outcome=unauthorised")

	write(line("aigerim", "second") + line("daniyar", "third"))
	for token, want := range map[string]int{"first": http.StatusUnauthorized, "second": http.StatusAccepted, "third": http.StatusAccepted} {
		if code := act(token); code != want {
			t.Errorf("after the change, %s: %d, want %d", token, code, want)
		}
	}
	write("aigerim second\n") // a slip: a token where a digest belongs
	if code := act("second"); code != http.StatusAccepted {
		t.Errorf("a file that cannot be read: %d, what counted before should go on to count", code)
	}
	for _, token := range []string{"first", "second", "third"} {
		if strings.Contains(log.String(), token) {
			t.Errorf("the log holds the token %s", token)
		}
	}
	write("")
	if code := act("second"); code != http.StatusUnauthorized {
		t.Errorf("nobody is left: %d", code)
	}
}

func TestAFileOfOperatorsThatIsNoneStopsTheStart(t *testing.T) {
	t.Parallel()
	cfg := Default()
	cfg.Operators = filepath.Join(t.TempDir(), "none")
	if _, err := New(cfg, Deps{Log: slog.New(slog.DiscardHandler)}); err == nil || !strings.Contains(err.Error(), "file of operators") {
		t.Errorf("error %v", err)
	}
	for text, want := range map[string]string{
		"aigerim":      "line 1",
		"\n\na b":      "line 3",
		"a " + "00":    "line 1",
		"a b c d":      "line 1",
		"# only words": "",
	} {
		_, err := parseOperators([]byte(text))
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestWhereToReportAWeaknessIsTold(t *testing.T) {
	t.Parallel()
	w := setup(t, nil).do(t, "GET", "/.well-known/security.txt", "")
	fields := map[string]string{}
	for line := range strings.Lines(w.Body.String()) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		fields[name] = value
	}
	expires, err := time.Parse(time.RFC3339, fields["Expires"])
	if err != nil || expires.Before(time.Now()) || expires.After(time.Now().AddDate(1, 0, 0)) || !strings.HasPrefix(fields["Contact"], "https://") {
		t.Errorf("%d %q, %v", w.Code, w.Body, err)
	}
	if w := setup(t, func(c *Config) { c.Security = "" }).do(t, "GET", "/.well-known/security.txt", ""); w.Code != http.StatusNotFound {
		t.Errorf("without an address: %d", w.Code)
	}
}
