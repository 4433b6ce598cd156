package chaos

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Programs ask the time from the vDSO, code that the kernel maps into each process.
// A clock jumps for one process alone when that code is written over, in this
// process's copy, by code that asks the kernel and adds to what it says. The clock
// that only goes forward (for time-outs) is left as it is, as when a machine's time is
// set.

// clockOf makes the clock of a process jump and gives what makes it right again.
func clockOf(pid int, jump time.Duration) (right func() error, err error) {
	image, at, err := vdso(pid)
	if err != nil {
		return nil, err
	}
	gettime, err := symbol(image, "__vdso_clock_gettime")
	if err != nil {
		return nil, err
	}
	gettimeofday, err := symbol(image, "__vdso_gettimeofday")
	if err != nil {
		return nil, err
	}
	seconds := binary.LittleEndian.AppendUint64(nil, uint64(int64(jump/time.Second)))
	patches := []patch{
		// int clock_gettime(clock edi, timespec *rsi)
		{gettime, code(
			[]byte{0xb8, 228, 0, 0, 0},  // mov eax, SYS_clock_gettime
			[]byte{0x0f, 0x05},          // syscall
			[]byte{0x85, 0xff},          // test edi, edi: the wall clock?
			[]byte{0x75, 13},            // jnz to ret
			[]byte{0x48, 0xb9}, seconds, // mov rcx, seconds
			[]byte{0x48, 0x01, 0x0e}, // add [rsi], rcx
			[]byte{0xc3},             // ret
		)},
		// int gettimeofday(timeval *rdi, timezone *rsi)
		{gettimeofday, code(
			[]byte{0xb8, 96, 0, 0, 0},   // mov eax, SYS_gettimeofday
			[]byte{0x0f, 0x05},          // syscall
			[]byte{0x48, 0x85, 0xff},    // test rdi, rdi: asked for the time at all?
			[]byte{0x74, 13},            // jz to ret
			[]byte{0x48, 0xb9}, seconds, // mov rcx, seconds
			[]byte{0x48, 0x01, 0x0f}, // add [rdi], rcx
			[]byte{0xc3},             // ret
		)},
	}
	if err := overwrite(pid, at, patches); err != nil {
		return nil, err
	}
	for i, p := range patches {
		patches[i].code = image[p.offset : p.offset+len(p.code)]
	}
	return func() error { return overwrite(pid, at, patches) }, nil
}

// patch is code for a place in the vDSO.
type patch struct {
	offset int
	code   []byte
}

func code(pieces ...[]byte) []byte { return bytes.Join(pieces, nil) }

// vdso reads the vDSO of a process and where it is mapped.
func vdso(pid int) (image []byte, at int64, err error) {
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return nil, 0, err
	}
	for line := range strings.Lines(string(maps)) {
		if !strings.HasSuffix(strings.TrimSpace(line), "[vdso]") {
			continue
		}
		var from, to int64
		if _, err := fmt.Sscanf(line, "%x-%x", &from, &to); err != nil {
			return nil, 0, err
		}
		memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
		if err != nil {
			return nil, 0, err
		}
		defer memory.Close()
		image = make([]byte, to-from)
		_, err = memory.ReadAt(image, from)
		return image, from, err
	}
	return nil, 0, fmt.Errorf("process %d has no vDSO", pid)
}

func symbol(image []byte, name string) (offset int, err error) {
	file, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		return 0, err
	}
	symbols, err := file.DynamicSymbols()
	if err != nil {
		return 0, err
	}
	for _, s := range symbols {
		if s.Name == name {
			return int(s.Value), nil
		}
	}
	return 0, fmt.Errorf("the vDSO has no %s", name)
}

// overwrite writes while all threads of the process stand still, none of them in
// what is written over.
func overwrite(pid int, at int64, patches []patch) error {
	const tries = 200
	for range tries {
		if err := halt(pid); err != nil {
			return err
		}
		busy, err := inside(pid, at, patches)
		if err == nil && !busy {
			err = write(pid, at, patches)
		}
		err = errors.Join(err, syscall.Kill(pid, syscall.SIGCONT))
		if err != nil || !busy {
			return err
		}
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("process %d always looks at its clock", pid)
}

// halt stops a process and waits until each of its threads stands.
func halt(pid int) error {
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return err
	}
	for {
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		if err != nil {
			return err
		}
		moving := false
		for _, thread := range threads {
			stat, err := os.ReadFile(thread)
			if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
				continue
			}
			if err != nil {
				return err
			}
			_, state, _ := strings.Cut(string(stat), ") ")
			switch {
			case strings.HasPrefix(state, "Z"), strings.HasPrefix(state, "X"):
				if filepath.Base(filepath.Dir(thread)) == strconv.Itoa(pid) {
					return os.ErrProcessDone
				}
			case !strings.HasPrefix(state, "T"):
				moving = true
			}
		}
		if len(threads) == 0 {
			return os.ErrProcessDone
		}
		if !moving {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
}

// inside reports whether a thread is in code that is to be written over, or that
// asks the kernel in its place.
func inside(pid int, at int64, patches []patch) (bool, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/syscall", pid))
	if err != nil {
		return false, err
	}
	for _, thread := range threads {
		line, err := os.ReadFile(thread)
		if err != nil {
			continue // the thread has ended
		}
		words := strings.Fields(string(line))
		if len(words) < 2 {
			continue // it is about to end
		}
		counter, err := strconv.ParseInt(words[len(words)-1], 0, 64)
		if err != nil {
			continue // beyond what code of programs has
		}
		for _, p := range patches {
			// The functions are in one page with what they call: leave that page alone.
			const page = 4096
			if counter >= at+int64(p.offset)/page*page && counter < at+int64(p.offset)/page*page+page {
				return true, nil
			}
		}
	}
	return false, nil
}

func write(pid int, at int64, patches []patch) error {
	memory, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", pid), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer memory.Close()
	for _, p := range patches {
		if _, err := memory.WriteAt(p.code, at+int64(p.offset)); err != nil {
			return fmt.Errorf("write the clock of process %d: %w", pid, err)
		}
	}
	return nil
}
