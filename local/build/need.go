package build

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// Need is a program that must be on the machine.
type Need struct {
	// Any of these programs will do.
	Programs []string
	// What it is needed for, and the line that installs it.
	For, Install string
	// Version asks the program for its version; Oldest is the lowest major
	// version that will do, 0 for any.
	Version []string
	Oldest  int
}

// Needs lists what a start from a fresh clone needs besides Go.
func Needs() []Need {
	compiler := func(variable string, usual ...string) []string {
		if own := strings.Fields(os.Getenv(variable)); len(own) > 0 {
			return own[:1]
		}
		return usual
	}
	return []Need{
		{Programs: compiler("CC", "cc", "gcc", "clang"), For: "a C compiler (the analytics engine is linked with it)", Install: "apt-get install gcc g++"},
		{Programs: compiler("CXX", "c++", "g++", "clang++"), For: "a C++ compiler (the analytics engine is linked with it)", Install: "apt-get install g++"},
		{Programs: []string{"node"}, For: "Node 20 or newer (it builds the Explorer)", Install: "apt-get install nodejs npm, or https://nodejs.org",
			Version: []string{"--version"}, Oldest: 20},
		{Programs: []string{"npm"}, For: "npm (it fetches what the Explorer is built from)", Install: "apt-get install npm"},
	}
}

var major = regexp.MustCompile(`(\d+)\.\d+`)

// Check returns one line for what is missing, naming the remedy.
func (n Need) Check() error {
	for _, program := range n.Programs {
		path, err := exec.LookPath(program)
		if err != nil {
			continue
		}
		if n.Oldest == 0 {
			return nil
		}
		out, err := exec.Command(path, n.Version...).Output()
		if err != nil {
			return fmt.Errorf("%s does not run (%w); install %s: %s", path, err, n.For, n.Install)
		}
		found := major.FindStringSubmatch(string(out))
		if found == nil {
			return fmt.Errorf("%s tells no version (%q); install %s: %s", path, out, n.For, n.Install)
		}
		if v, err := strconv.Atoi(found[1]); err != nil || v < n.Oldest {
			return fmt.Errorf("%s is version %s; install %s: %s", path, found[0], n.For, n.Install)
		}
		return nil
	}
	return fmt.Errorf("%s is missing; install %s: %s", strings.Join(n.Programs, " or "), n.For, n.Install)
}
