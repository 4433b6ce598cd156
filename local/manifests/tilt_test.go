package manifests_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/kzocds/kzocds/local/manifests"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
	"sigs.k8s.io/yaml"
)

// What the Tiltfile may call, and by which names of arguments, as Tilt's reference of
// its API has them; the first ones may be given without a name. Tilt itself is not
// here: that it takes the file is seen only where it runs.
var tiltAPI = map[string][]string{
	"allow_k8s_contexts": {"contexts"},
	"custom_build": {"ref", "command", "deps", "tag", "disable_push", "skips_local_docker", "live_update", "match_in_env_vars", "ignore",
		"entrypoint", "command_bat", "image_deps", "env", "dir"},
	"k8s_yaml":  {"yaml", "allow_duplicates"},
	"kustomize": {"pathToDir", "kustomize_bin", "flags"},
	"k8s_resource": {"workload", "new_name", "port_forwards", "extra_pod_selectors", "trigger_mode", "resource_deps", "objects", "auto_init",
		"pod_readiness", "links", "labels", "discovery_strategy"},
	"port_forward": {"local_port", "container_port", "name", "link_path", "host"},
	"link":         {"url", "name"},
	"local_resource": {"name", "cmd", "deps", "trigger_mode", "resource_deps", "ignore", "auto_init", "serve_cmd", "cmd_bat", "serve_cmd_bat",
		"allow_parallel", "links", "labels", "env", "serve_env", "readiness_probe", "dir", "serve_dir"},
}

// call is one call of Tilt's API, by the names of its arguments.
type call struct {
	of   string
	args map[string]starlark.Value
}

func (c call) text(name string) string {
	s, _ := starlark.AsString(c.args[name])
	return s
}

// list gives the members of an argument that is a list, or itself, or nothing.
func (c call) list(name string) []starlark.Value {
	switch v := c.args[name].(type) {
	case nil:
		return nil
	case *starlark.List:
		return slices.Collect(v.Elements())
	default:
		return []starlark.Value{v}
	}
}

func (c call) texts(name string) []string {
	var all []string
	for _, v := range c.list(name) {
		s, _ := starlark.AsString(v)
		all = append(all, s)
	}
	return all
}

// made is what a call of port_forward or link is worth: the call.
type made struct {
	starlark.NoneType
	call
}

// evaluate runs a Tiltfile and gives its calls.
func evaluate(path string, src any) (calls []call, err error) {
	known := starlark.StringDict{"TRIGGER_MODE_MANUAL": starlark.String("manual"), "TRIGGER_MODE_AUTO": starlark.String("auto")}
	for name, params := range tiltAPI {
		known[name] = starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			c := call{name, map[string]starlark.Value{}}
			if len(args) > len(params) {
				return nil, fmt.Errorf("%s: %d arguments, it has %d", name, len(args), len(params))
			}
			for i, a := range args {
				c.args[params[i]] = a
			}
			for _, kw := range kwargs {
				key, _ := starlark.AsString(kw[0])
				if !slices.Contains(params, key) || c.args[key] != nil {
					return nil, fmt.Errorf("%s: no argument %s, or twice", name, key)
				}
				c.args[key] = kw[1]
			}
			calls = append(calls, c)
			return made{call: c}, nil
		})
	}
	options := &syntax.FileOptions{TopLevelControl: true, GlobalReassign: true, Set: true}
	_, err = starlark.ExecFileOptions(options, &starlark.Thread{Name: "Tiltfile"}, path, src, known)
	return calls, err
}

// workload is what Tilt shows as one resource.
type workload struct {
	ports  []int
	images []string
}

// rendered is the local overlay.
var rendered = sync.OnceValues(func() ([]string, error) { return manifests.Render(filepath.Join(tree, "overlays/local")) })

// workloads of the local overlay, by name.
func workloads(t *testing.T) map[string]workload {
	t.Helper()
	objects, err := rendered()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]workload{}
	for _, text := range objects {
		var o struct {
			Metadata struct{ Name string }
			Spec     struct {
				Template struct {
					Spec struct {
						InitContainers, Containers []struct {
							Image string
							Ports []struct{ ContainerPort int }
						}
					}
				}
			}
		}
		if err := yaml.Unmarshal([]byte(text), &o); err != nil {
			t.Fatal(err)
		}
		var w workload
		for _, c := range append(o.Spec.Template.Spec.InitContainers, o.Spec.Template.Spec.Containers...) {
			image, _, _ := strings.Cut(c.Image, ":")
			w.images = append(w.images, image)
			for _, p := range c.Ports {
				w.ports = append(w.ports, p.ContainerPort)
			}
		}
		if len(w.images) > 0 {
			found[o.Metadata.Name] = w
		}
	}
	return found
}

// check says what a Tiltfile names that there is not, and what it leaves out.
func checkTilt(t *testing.T, calls []call) (wrong []string) {
	t.Helper()
	root := filepath.Join(tree, "..")
	complain := func(format string, a ...any) { wrong = append(wrong, fmt.Sprintf(format, a...)) }
	there := map[string]workload{}
	built, resources, forwarded, shown := map[string]bool{}, map[string]bool{}, map[int]bool{}, map[string]bool{}
	for _, c := range calls {
		if c.of == "kustomize" {
			if dir := c.text("pathToDir"); dir != "k8s/overlays/local" {
				complain("%s is deployed", dir)
			}
			there = workloads(t)
		}
		if c.of == "k8s_yaml" {
			if from, ok := c.args["yaml"].(made); !ok || from.of != "kustomize" {
				complain("k8s_yaml is not given what kustomize makes")
			}
		}
		if c.of == "local_resource" {
			resources[c.text("name")] = true
		}
	}
	for name := range there {
		resources[name] = true
	}
	for _, c := range calls {
		for _, dep := range c.texts("deps") {
			if _, err := os.Stat(filepath.Join(root, dep)); err != nil {
				complain("%s of %s%s: there is no %s", c.of, c.text("ref"), c.text("name"), dep)
			}
		}
		for _, dep := range c.texts("resource_deps") {
			if !resources[dep] {
				complain("%s%s stands on %s, which there is not", c.text("workload"), c.text("name"), dep)
			}
		}
		for _, l := range c.list("links") {
			shown[l.(made).text("url")] = true
		}
		for _, command := range []string{c.text("cmd"), c.text("serve_cmd"), c.text("command")} {
			for _, pkg := range regexp.MustCompile(`go run \./(\S+)`).FindAllStringSubmatch(command, -1) {
				if _, err := os.Stat(filepath.Join(root, "local", pkg[1])); err != nil {
					complain("%s runs %s, which there is not", c.of, pkg[1])
				}
			}
		}
		switch c.of {
		case "custom_build":
			built[c.text("ref")] = true
			if !strings.Contains(c.text("command"), "$EXPECTED_REF") {
				complain("the build of %s does not make the image that Tilt expects", c.text("ref"))
			}
		case "k8s_resource":
			w, found := there[c.text("workload")]
			if !found {
				complain("there is no workload %s", c.text("workload"))
			}
			for _, f := range c.list("port_forwards") {
				forward := f.(made)
				at, err := starlark.AsInt32(forward.args["container_port"])
				if err != nil || !slices.Contains(w.ports, at) {
					complain("%s has no port %v, it has %v", c.text("workload"), forward.args["container_port"], w.ports)
				}
				local, err := starlark.AsInt32(forward.args["local_port"])
				if err != nil || forwarded[local] {
					complain("port %v of this machine is taken twice", forward.args["local_port"])
				}
				forwarded[local] = true
			}
		case "local_resource":
			if port := regexp.MustCompile(`--port (\d+)`).FindStringSubmatch(c.text("serve_cmd")); port != nil {
				n, _ := strconv.Atoi(port[1]) // digits
				forwarded[n] = true
			}
		}
	}
	for url := range shown {
		port := regexp.MustCompile(`^http://127\.0\.0\.1:(\d+)`).FindStringSubmatch(url)
		if n := 0; port == nil {
			complain("link %s is not of this machine", url)
		} else if n, _ = strconv.Atoi(port[1]); !forwarded[n] {
			complain("link %s leads to a port that nothing listens on", url)
		}
	}
	for name, w := range there {
		for _, image := range w.images {
			if !built[image] {
				complain("%s of %s is not built", image, name)
			}
		}
	}
	for _, url := range []string{"http://127.0.0.1:8080", "http://127.0.0.1:8233"} {
		if !shown[url] {
			complain("there is no link to %s", url)
		}
	}
	return wrong
}

func TestTheTiltfileNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	calls, err := evaluate(filepath.Join(tree, "..", "Tiltfile"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range checkTilt(t, calls) {
		t.Error(w)
	}
	kinds := map[string]int{}
	for _, c := range calls {
		kinds[c.of]++
	}
	if kinds["custom_build"] < 10 || kinds["k8s_resource"] < 10 {
		t.Errorf("only %v", kinds)
	}
}

func TestMistakesInATiltfileAreFound(t *testing.T) {
	t.Parallel()
	file := filepath.Join(tree, "..", "Tiltfile")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	mistakes := map[[2]string]string{
		{"custom_build(", "custom_built("}:                                                             "undefined: custom_built",
		{"deps = deps", "dependencies = deps"}:                                                         "no argument dependencies",
		{"image('postgres'", "image('postgresql'"}:                                                     "localhost/kzocds/postgres of postgres is not built",
		{"'postgres', port_forwards", "'database', port_forwards"}:                                     "no workload database",
		{"port_forward(5433, 5432)", "port_forward(5433, 5433)"}:                                       "postgres has no port 5433",
		{"port_forward(9000, 9000)", "port_forward(8080, 9000)"}:                                       "port 8080 of this machine is taken twice",
		{"'local/postgres'", "'local/postgresql'"}:                                                     "there is no local/postgresql",
		{"resource_deps = ['postgres']", "resource_deps = ['database']"}:                               "stands on database",
		{"./cmd/images", "./cmd/image"}:                                                                "runs cmd/image,",
		{"$EXPECTED_REF", "kzocds"}:                                                                    "does not make the image that Tilt expects",
		{"link('http://127.0.0.1:8233', 'Workflows')", ""}:                                             "no link to http://127.0.0.1:8233",
		{"http://127.0.0.1:5173", "http://127.0.0.1:5174"}:                                             "http://127.0.0.1:5174 leads to a port",
		{"k8s_yaml(kustomize('k8s/overlays/local'))", "kustomize('k8s/overlays/local'); k8s_yaml('')"}: "not given what kustomize makes",
	}
	for _, m := range slices.SortedFunc(maps.Keys(mistakes), func(a, b [2]string) int { return strings.Compare(a[0], b[0]) }) {
		broken := strings.Replace(string(text), m[0], m[1], 1)
		if broken == string(text) {
			t.Fatalf("the Tiltfile does not hold %q", m[0])
		}
		calls, err := evaluate(file, broken)
		found := fmt.Sprint(err)
		if err == nil {
			found = strings.Join(checkTilt(t, calls), "\n")
		}
		if !strings.Contains(found, mistakes[m]) {
			t.Errorf("%s for %s: %q should say %q", m[1], m[0], found, mistakes[m])
		}
	}
}
