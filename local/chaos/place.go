package chaos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Addresses of the two network namespaces: ours, and the one of NATS.
const (
	ourAddress  = "10.77.0.1"
	natsAddress = "10.77.0.2"
	namespace   = "nats"
	portOfNATS  = "4222"
)

// bytes of the volumes, by part. Their files live in memory.
var volumes = map[string]int64{NATS: 256 << 20, Store: 512 << 20, Postgres: 1 << 30}

// Apart makes a command run in a network and with mounts of its own.
func Apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
}

// place is where one round happens: a folder with a volume for each server.
type place string

func (p place) volume(of string) string { return filepath.Join(string(p), of) }

// network makes the two namespaces and the cable between them. NATS listens on its
// own loopback; what comes over the cable is sent there.
func makeNetwork(ctx context.Context) error {
	if err := syscall.Mount("namespaces", "/run", "tmpfs", 0, ""); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	return commands(ctx,
		"ip link set lo up",
		"ip netns add "+namespace,
		"ip link add cable type veth peer name cable netns "+namespace,
		"ip addr add "+ourAddress+"/30 dev cable",
		"ip link set cable up",
		inNATS+"ip link set lo up",
		inNATS+"ip addr add "+natsAddress+"/30 dev cable",
		inNATS+"ip link set cable up",
		inNATS+"sysctl -q -w net.ipv4.conf.cable.route_localnet=1",
		inNATS+"nft add table ip way",
		inNATS+"nft add chain ip way in { type nat hook prerouting priority -100 ; }",
		inNATS+"nft add rule ip way in tcp dport "+portOfNATS+" dnat to 127.0.0.1:"+portOfNATS,
	)
}

const inNATS = "ip netns exec " + namespace + " "

// commands runs commands one after the other.
func commands(ctx context.Context, lines ...string) error {
	for _, line := range lines {
		words := strings.Fields(line)
		if out, err := exec.CommandContext(ctx, words[0], words[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", line, err, strings.TrimSpace(string(out)))
		}
	}
	return nil
}

// furnish mounts empty volumes.
func (p place) furnish() error {
	for of, size := range volumes {
		if err := os.MkdirAll(p.volume(of), 0o755); err != nil {
			return err
		}
		if err := syscall.Mount("volume", p.volume(of), "tmpfs", 0, fmt.Sprintf("size=%d,mode=755", size)); err != nil {
			return fmt.Errorf("mount %s: %w", p.volume(of), err)
		}
	}
	return nil
}

// clear lets go of the volumes and removes the folder.
func (p place) clear() error {
	var errs []error
	for of := range volumes {
		errs = append(errs, syscall.Unmount(p.volume(of), syscall.MNT_DETACH))
	}
	return errors.Join(append(errs, os.RemoveAll(string(p)))...)
}

// keepLogs copies what the servers and services wrote to a folder that stays.
func (p place) keepLogs(to string) error {
	for _, of := range []string{NATS, Store, Postgres, Services} {
		if err := os.CopyFS(filepath.Join(to, of), os.DirFS(filepath.Join(p.volume(of), "logs"))); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// fill takes all that is free on a volume, and what comes free in the next moments,
// and gives what makes room again.
func (p place) fill(of string) (room func() error, err error) {
	file, err := os.Create(filepath.Join(p.volume(of), "ballast"))
	if err != nil {
		return nil, err
	}
	var size int64
	for {
		var fs syscall.Statfs_t
		if err := syscall.Statfs(p.volume(of), &fs); err != nil {
			return nil, err
		}
		free := int64(fs.Bavail) * fs.Bsize
		if free == 0 {
			break
		}
		// What others take in between is tried again.
		if err := syscall.Fallocate(int(file.Fd()), 0, size, free); err == nil {
			size += free
		} else if !errors.Is(err, syscall.ENOSPC) {
			return nil, err
		}
	}
	return func() error { return errors.Join(file.Close(), os.Remove(file.Name())) }, nil
}

// children of a process, by the beginning of their program's name.
func children(pid int, name string) []int {
	var found []int
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return nil
	}
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if err != nil {
			continue // the thread has ended
		}
		for word := range strings.FieldsSeq(string(text)) {
			comm, err := os.ReadFile("/proc/" + word + "/comm")
			child, notNumber := strconv.Atoi(word)
			if err == nil && notNumber == nil && strings.HasPrefix(string(comm), name) {
				found = append(found, child)
			}
		}
	}
	return found
}
