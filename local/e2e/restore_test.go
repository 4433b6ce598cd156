package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/kzocds/kzocds/local/build"
	"github.com/kzocds/kzocds/local/postgres"
)

// The drill of docs/operate/backup.md: everything is lost but a dump of the
// database and a copy of the bucket, taken after it. They lead an empty system,
// streams and workflows new, back to the snapshot that was published.
func TestABackUpLeadsAnEmptySystemBackToTheSnapshot(t *testing.T) {
	t.Parallel()
	s := install(t)
	before := s.once(t)
	dump := filepath.Join(t.TempDir(), "kzocds.dump")
	s.withDatabase(t, func(url string) {
		tool(t, "pg_dump", "--format=custom", "--no-owner", "--file="+dump, url)
	})
	bucket := filepath.Join(t.TempDir(), "objects")
	copyTree(t, filepath.Join(s.state, "objects"), bucket)
	if err := os.RemoveAll(s.state); err != nil {
		t.Fatal(err)
	}

	s.withDatabase(t, func(url string) {
		tool(t, "pg_restore", "--no-owner", "--exit-on-error", "--dbname="+url, dump)
	})
	copyTree(t, bucket, filepath.Join(s.state, "objects"))
	after := s.once(t)
	if err := after.Agree(); err != nil {
		t.Error(err)
	}
	if after.Snapshot != before.Snapshot || after.Counts != before.Counts {
		t.Errorf("snapshot %s of %+v, before %s of %+v", after.Snapshot, after.Counts, before.Snapshot, before.Counts)
	}
	store := s.startParts(t, "s3")
	store.said("kzocds runs")
	download(t, s, after.Snapshot)
}

// withDatabase starts the database of an installation alone.
func (s *system) withDatabase(t *testing.T, f func(url string)) {
	t.Helper()
	p := s.startParts(t, "postgres")
	p.said("kzocds runs")
	conn := s.database(t)
	f(conn.Config().ConnString())
	if err := conn.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := p.ended(); code != 0 {
		t.Fatalf("the database ended with %d", code)
	}
}

// copyTree copies a folder with the attributes in which the store keeps what it
// knows of an object.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "cp", "--archive", "--no-target-directory", from, to).CombinedOutput(); err != nil {
		t.Fatalf("copy %s: %v\n%s", from, err, out)
	}
}

// tool runs a client program of PostgreSQL: the one beside the server, else that of
// the PATH. The server that npm brings has none.
func tool(t *testing.T, name string, args ...string) {
	t.Helper()
	root, err := build.Root(here)
	if err != nil {
		t.Fatal(err)
	}
	bin, err := postgres.Find(t.Context(), build.NewCache(filepath.Join(root, ".cache", "bin"), build.NewProgress(os.Stderr, time.Minute)))
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(bin, name)
	if _, err := os.Stat(program); err != nil {
		if program, err = exec.LookPath(name); err != nil {
			t.Fatalf("%s is missing. Install it: apt-get install postgresql-client", name)
		}
	}
	if out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}
