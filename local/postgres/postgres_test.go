package postgres_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/local/build"
	"github.com/kzocds/kzocds/local/localtest"
	"github.com/kzocds/kzocds/local/postgres"
)

func cache(t *testing.T) *build.Cache {
	t.Helper()
	return build.NewCache(t.TempDir(), build.NewProgress(io.Discard, time.Hour))
}

func TestTheServerKeepsItsDataOverAStopAndOverAKill(t *testing.T) {
	t.Parallel()
	dir, port := localtest.State(t), localtest.Port(t)
	for i, end := range []string{"stop", "kill", "stop"} {
		s, err := postgres.Start(t.Context(), dir, cache(t), port)
		if err != nil {
			t.Fatalf("start %d: %v", i+1, err)
		}
		if err := postgres.Ensure(t.Context(), s.URL("postgres"), "kzocds", "temporal"); err != nil {
			t.Fatal(err)
		}
		conn, err := pgx.Connect(t.Context(), s.URL("kzocds"))
		if err != nil {
			t.Fatal(err)
		}
		var rows int
		var lower string
		if _, err := conn.Exec(t.Context(), "CREATE TABLE IF NOT EXISTS seen (n int)"); err != nil {
			t.Fatal(err)
		}
		if err := conn.QueryRow(t.Context(), "SELECT count(*), lower('ҚАЗАҚСТАН') FROM seen").Scan(&rows, &lower); err != nil {
			t.Fatal(err)
		}
		if rows != i || lower != "қазақстан" {
			t.Errorf("start %d sees %d rows and lower case %q, want %d and қазақстан", i+1, rows, lower, i)
		}
		if _, err := conn.Exec(t.Context(), "INSERT INTO seen VALUES (1)"); err != nil {
			t.Fatal(err)
		}
		if end == "kill" {
			pid, err := os.ReadFile(dir.Join("postgres", "postmaster.pid"))
			if err != nil {
				t.Fatal(err)
			}
			if err := exec.Command("kill", "-9", strings.SplitN(string(pid), "\n", 2)[0]).Run(); err != nil {
				t.Fatal(err)
			}
			<-s.Done()
			if err := s.Err(); err == nil || !strings.Contains(err.Error(), "PostgreSQL ended by itself (signal: killed)") ||
				!strings.Contains(err.Error(), dir.Log("postgres")) {
				t.Errorf("error %v should name the log", err)
			}
		}
		s.Close()
		if end == "stop" && s.Err() != nil {
			t.Error(s.Err())
		}
	}
}

func TestTheServerAsksForThePassword(t *testing.T) {
	t.Parallel()
	s, err := postgres.Start(t.Context(), localtest.State(t), cache(t), localtest.Port(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	config, err := pgx.ParseConfig(s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	config.Password = "guess"
	if conn, err := pgx.ConnectConfig(t.Context(), config); err == nil {
		conn.Close(t.Context())
		t.Error("a wrong password was let in")
	} else if !strings.Contains(err.Error(), "password authentication failed") {
		t.Error(err)
	}
}

func TestDataOfAnotherVersionAreRefused(t *testing.T) {
	t.Parallel()
	dir, port := localtest.State(t), localtest.Port(t)
	s, err := postgres.Start(t.Context(), dir, cache(t), port)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := os.WriteFile(dir.Join("postgres", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = postgres.Start(t.Context(), dir, cache(t), port)
	if err == nil || !strings.Contains(err.Error(), "was made by PostgreSQL 9") || !strings.Contains(err.Error(), "PG_BIN") {
		t.Errorf("error %v should name the version and the remedy", err)
	}
}

func TestAClosedStateDirectoryIsNoObstacle(t *testing.T) {
	t.Parallel()
	if syscall.Geteuid() != 0 {
		t.Log("an ordinary user runs PostgreSQL itself and enters its own directories")
	}
	dir := localtest.State(t)
	if err := os.Chmod(dir.Join(), 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := postgres.Start(t.Context(), dir, cache(t), localtest.Port(t))
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	where, err := filepath.EvalSymlinks(dir.Join("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	if syscall.Geteuid() == 0 {
		if !strings.HasPrefix(where, "/var/lib/kzocds/") {
			t.Errorf("data lie in %s", where)
		}
		if err := os.RemoveAll(where); err != nil {
			t.Error(err)
		}
	}
}

func TestAFolderWithoutPostgreSQLIsNamed(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PG_BIN", dir)
	_, err := postgres.Find(t.Context(), cache(t))
	if err == nil || !strings.Contains(err.Error(), "PG_BIN="+dir) || !strings.Contains(err.Error(), "apt-get install postgresql") {
		t.Errorf("error %v should name PG_BIN and the apt line", err)
	}
}
