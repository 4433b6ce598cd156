package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// What is published depends on nothing but the history of the source: a machine
// of its own network, mounts, names and users, in another time zone and language,
// with other numbers of processors and workers, another data directory and a
// database that orders and compares texts otherwise, makes the same snapshot.
func TestAnotherMachineMakesTheSameSnapshot(t *testing.T) {
	t.Parallel()
	want := snapshotOfUndisturbedRun(t)
	s := install(t, "TZ=Pacific/Chatham", "LANG=tr_TR.UTF-8", "LC_ALL=tr_TR.UTF-8", "GOMAXPROCS=1",
		"TRANSFORMER_SHARDS=5", "PUBLISHER_BUILDS=1", "PUBLISHER_CONSUMERS=3", "ANALYTICS_THREADS=1")
	s.orderedLikeTurkish(t)
	s.machine = machine(t)
	sum := s.once(t)
	if err := sum.Agree(); err != nil {
		t.Error(err)
	}
	if sum.Snapshot != want {
		t.Errorf("snapshot %s, want %s", sum.Snapshot, want)
	}
}

// orderedLikeTurkish makes the database of an installation anew, with an order of
// texts in which I and i are other letters than elsewhere.
func (s *system) orderedLikeTurkish(t *testing.T) {
	t.Helper()
	s.withDatabase(t, func(url string) {
		cfg, err := pgx.ParseConfig(url)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Database = "postgres"
		conn, err := pgx.ConnectConfig(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(t.Context())
		for _, statement := range []string{
			`drop database kzocds with (force)`,
			`create database kzocds template template0 encoding 'UTF8' locale 'C.UTF-8' locale_provider icu icu_locale 'tr-TR'`,
		} {
			if _, err := conn.Exec(t.Context(), statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
	})
}

// machine isolates a program from this machine as far as the system lets it; nil
// where it does not, which is said where a test that passes is heard too.
func machine(t *testing.T) *syscall.SysProcAttr {
	t.Helper()
	ids := []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
	groups := []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	if os.Getuid() == 0 {
		// Root's children become others, such as the database's user.
		ids = []syscall.SysProcIDMap{{Size: 65536}}
		groups = ids
	}
	attr := &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
		UidMappings: ids, GidMappings: groups, GidMappingsEnableSetgroups: os.Getuid() == 0,
	}
	trial := exec.CommandContext(t.Context(), "sh", "-c", loopback+"true")
	trial.SysProcAttr = attr
	if out, err := trial.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s: this system makes no machine within it (%v %s): the same network, mounts and users are used\n", t.Name(), err, out)
		return nil
	}
	return attr
}

// loopback begins a shell's work on a new machine, whose network is down.
const loopback = `ip link set lo up && hostname another && exec `
