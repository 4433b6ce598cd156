package state_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/local/state"
)

var origin = state.Origin{Source: "goszakup", ObjectStore: "embedded", Scale: 60, Seed: 1}

func TestASecondInstanceIsRefusedWithTheRemedy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := state.Open(dir, origin)
	if err != nil {
		t.Fatal(err)
	}
	_, err = state.Open(dir, origin)
	mention(t, err, "another kzocds (process ", dir, "STATE_DIR and PORT_OFFSET")
	first.Close()
	second, err := state.Open(dir, origin)
	if err != nil {
		t.Fatalf("after the first let go: %v", err)
	}
	second.Close()
}

func TestADirectoryMadeOtherwiseIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"by an older version":   {`{"layout":0,"source":"goszakup","objectStore":"embedded","scale":60,"seed":1}`, []string{"layout 0", "rm -rf"}},
		"at another scale":      {`{"layout":1,"source":"goszakup","objectStore":"embedded","scale":9,"seed":1}`, []string{"SCALE=9", "SCALE=60"}},
		"from another source":   {`{"layout":1,"source":"ocds","sourceUrl":"http://x","objectStore":"embedded"}`, []string{"SOURCE=ocds SOURCE_URL=http://x"}},
		"with another store":    {`{"layout":1,"source":"goszakup","objectStore":"minio","scale":60,"seed":1}`, []string{"OBJECT_STORE=minio"}},
		"and a file cut in two": {`{"layout":1,`, []string{"damaged", "rm -rf"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "state.json"), []byte(c.file), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := state.Open(dir, origin)
			mention(t, err, append(c.want, "STATE_DIR")...)
		})
	}
}

func TestSecretsStayTheSameAndPrivate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	read := func() (password, id string) {
		d, err := state.Open(dir, origin)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		password, err = d.Secret("password")
		if err != nil {
			t.Fatal(err)
		}
		return password, d.ID()
	}
	password, id := read()
	if len(password) != 32 || password == id {
		t.Errorf("password %q, id %q", password, id)
	}
	if again, sameID := read(); again != password || sameID != id {
		t.Errorf("second start reads %q, %q; want %q, %q", again, sameID, password, id)
	}
	info, err := os.Stat(filepath.Join(dir, "secrets", "password"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the secret is %v, %v; want 0600", info.Mode(), err)
	}
}

func mention(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("want an error")
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("error %q has more than one line", err)
	}
}
