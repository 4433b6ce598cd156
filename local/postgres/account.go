package postgres

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user that PostgreSQL runs as. It refuses to run as root.
type account struct {
	uid, gid int
	// credential is nil when it is this process's own user.
	credential *syscall.Credential
}

// owner is this process's user, or for root the user postgres, or nobody.
func owner() (account, error) {
	if os.Geteuid() != 0 {
		return account{uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(u.Uid)
		if err != nil {
			return account{}, err
		}
		gid, err := strconv.Atoi(u.Gid)
		if err != nil {
			return account{}, err
		}
		return account{uid, gid, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return account{}, fmt.Errorf("PostgreSQL does not run as root, and there is neither a user postgres nor nobody; run as an ordinary user")
}

// mayEnter reports whether the account can reach a file below the folder: every
// folder on the way must let it through. The folder itself need not exist yet.
func (a account) mayEnter(folder string) bool {
	if a.credential == nil {
		return true
	}
	for dir := filepath.Clean(folder); ; dir = filepath.Dir(dir) {
		var s syscall.Stat_t
		if err := syscall.Stat(dir, &s); err == nil {
			search := s.Mode & 0o001
			switch {
			case int(s.Uid) == a.uid:
				search = s.Mode & 0o100
			case int(s.Gid) == a.gid:
				search = s.Mode & 0o010
			}
			if search == 0 {
				return false
			}
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}
