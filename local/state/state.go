// Package state keeps the directory in which a system on one machine lives: who
// holds it, what it was made with, and where its secrets are.
package state

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Layout is the version of the directory's arrangement. Raise it when an older
// directory can no longer be used.
const Layout = 1

// Origin is what a state directory was made with. The data in it makes no
// sense with anything else.
type Origin struct {
	Layout      int    `json:"layout"`
	Source      string `json:"source"`
	SourceURL   string `json:"sourceUrl,omitempty"`
	ObjectStore string `json:"objectStore"`
	// Scale and seed of the stand-in; zero when the source is a real one.
	Scale int   `json:"scale,omitempty"`
	Seed  int64 `json:"seed,omitempty"`
}

// Dir is a state directory held by this process.
type Dir struct {
	path string
	lock *os.File
	id   string
}

// Open takes the directory, making it if there is none. It fails when another
// process holds it or when it was made with something else. The lock belongs to
// the process and vanishes with it, so it cannot go stale.
func Open(path string, origin Origin) (*Dir, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(path, "logs"), 0o755); err != nil {
		return nil, fmt.Errorf("state directory: %w; set STATE_DIR to a place you can write", err)
	}
	lock, err := os.OpenFile(filepath.Join(path, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("state directory: %w; set STATE_DIR to a place you can write", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(lock.Name()) //nolint:errcheck // only for the message
		lock.Close()
		return nil, fmt.Errorf("another kzocds (process %s) runs on %s; stop it, or give this one its own STATE_DIR and PORT_OFFSET",
			strings.TrimSpace(string(holder)), path)
	}
	d := &Dir{path: path, lock: lock}
	if err := d.occupy(origin); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (d *Dir) occupy(origin Origin) error {
	if err := d.lock.Truncate(0); err != nil {
		return err
	}
	if _, err := d.lock.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0); err != nil {
		return err
	}
	origin.Layout = Layout
	file := d.Join("state.json")
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		text, err := json.MarshalIndent(origin, "", "  ")
		if err != nil {
			return err
		}
		if err := writeFile(file, append(text, '\n'), 0o644); err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		var made Origin
		if err := json.Unmarshal(text, &made); err != nil {
			return fmt.Errorf("%s is damaged (%w); %s", file, err, d.remedy())
		}
		if made != origin {
			return fmt.Errorf("%s was made with %s, this start wants %s; %s", d.path, made, origin, d.remedy())
		}
	}
	d.id, err = d.Secret("id")
	return err
}

func (d *Dir) remedy() string {
	return "remove the directory (rm -rf " + d.path + ") or set another STATE_DIR"
}

func (o Origin) String() string {
	s := fmt.Sprintf("layout %d, SOURCE=%s", o.Layout, o.Source)
	if o.SourceURL != "" {
		s += " SOURCE_URL=" + o.SourceURL
	}
	s += " OBJECT_STORE=" + o.ObjectStore
	if o.Scale != 0 {
		s += fmt.Sprintf(" SCALE=%d SEED=%d", o.Scale, o.Seed)
	}
	return s
}

// Join makes a path inside the directory; absolute.
func (d *Dir) Join(elem ...string) string {
	return filepath.Join(append([]string{d.path}, elem...)...)
}

// Log is the path of a program's log.
func (d *Dir) Log(name string) string { return d.Join("logs", name+".log") }

// ID tells this directory from an earlier one at the same path.
func (d *Dir) ID() string { return d.id }

// Secret returns the named secret, made on first use: 32 hex digits in a file
// that only the owner can read.
func (d *Dir) Secret(name string) (string, error) {
	file := d.Join("secrets", name)
	text, err := os.ReadFile(file)
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return "", err
	}
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		return "", err
	}
	secret := hex.EncodeToString(random)
	return secret, writeFile(file, []byte(secret+"\n"), 0o600)
}

// Close lets go of the directory.
func (d *Dir) Close() { d.lock.Close() }

// writeFile leaves either the old file or the whole new one.
func writeFile(path string, text []byte, mode fs.FileMode) error {
	part := path + ".part"
	if err := os.WriteFile(part, text, mode); err != nil {
		return err
	}
	return os.Rename(part, path)
}
