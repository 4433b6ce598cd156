package manifests_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/analytics"
	"github.com/kzocds/kzocds/extractor"
	"github.com/kzocds/kzocds/gateway"
	"github.com/kzocds/kzocds/local/manifests"
	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/publisher"
	"github.com/kzocds/kzocds/transformer"
	"sigs.k8s.io/yaml"
)

const tree = "../../k8s"

// outside is what operators make besides each overlay; docs/operate/kubernetes.md
// lists it for them.
var outside = map[string][]string{
	"overlays/local": nil,
	"overlays/production": {
		"Secret database", "Secret object-store", "Secret source", "Secret pseudonyms", "Secret signing", "Secret operator",
		"Secret nats", "ConfigMap roots",
	},
}

func read(t *testing.T, dir string) manifests.Set {
	t.Helper()
	objects, err := manifests.Render(filepath.Join(tree, dir))
	if err != nil {
		t.Fatal(err)
	}
	s, err := manifests.Read(objects)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOverlaysAreWholeAndRestricted(t *testing.T) {
	t.Parallel()
	for dir, made := range outside {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			s := read(t, dir)
			for _, w := range s.Check(made...) {
				t.Error(w)
			}
			if len(s.Objects) < 30 {
				t.Errorf("only %d objects", len(s.Objects))
			}
		})
	}
}

func TestWhatOperatorsMakeIsListedForThem(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/operate/kubernetes.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range outside["overlays/production"] {
		kind, name, _ := strings.Cut(o, " ")
		if !strings.Contains(string(page), "| "+kind+" `"+name+"`") {
			t.Errorf("docs/operate/kubernetes.md does not list %s %s", kind, name)
		}
	}
}

func TestServicesTakeTheirSettings(t *testing.T) {
	t.Parallel()
	load := map[string]func(environ []string) error{
		"extractor":   loader("extractor", extractor.Default()),
		"transformer": loader("transformer", transformer.Default()),
		"publisher":   loader("publisher", publisher.Default()),
		"analytics":   loader("analytics", analytics.Default()),
		"gateway":     loader("gateway", gateway.Default()),
	}
	for dir := range outside {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			s := read(t, dir)
			for service, f := range load {
				environ := s.Environment(service)
				if len(environ) < 4 {
					t.Errorf("%s finds %d settings", service, len(environ))
				}
				mounted := s.Mounted(service, "/secrets")
				for i, e := range environ { // secrets are files; here each is one
					name, value, _ := strings.Cut(e, "=")
					if !strings.HasSuffix(name, "_FILE") || !strings.HasPrefix(value, "/secrets/") {
						continue
					}
					if !slices.Contains(mounted, value) {
						t.Errorf("%s reads %s, which is not mounted", service, value)
					}
					file := filepath.Join(t.TempDir(), "secret")
					if err := os.WriteFile(file, []byte("a secret of many bytes"), 0o600); err != nil {
						t.Fatal(err)
					}
					environ[i] = name + "=" + file
				}
				if err := f(environ); err != nil {
					t.Errorf("%s: %v", service, err)
				}
			}
		})
	}
}

func loader[C any](name string, def C) func([]string) error {
	return func(environ []string) error {
		cfg, _, err := config.Load(name, def, nil, environ)
		return errors.Join(err, here(name, reflect.ValueOf(cfg)))
	}
}

// here says which servers are still looked for on the pod's own machine, where
// the defaults have them.
func here(at string, v reflect.Value) error {
	if v.Kind() != reflect.Struct {
		return nil
	}
	if keys := v.FieldByName("AccessKey"); keys.IsValid() && keys.String() == "" {
		return nil // an object store without keys is not used
	}
	var errs []error
	for i := range v.NumField() {
		name, f := v.Type().Field(i).Name, v.Field(i)
		errs = append(errs, here(at+"."+name, f))
		if f.Kind() == reflect.String && slices.Contains([]string{"URL", "Address", "Endpoint", "Listen"}, name) && strings.Contains(f.String(), "127.0.0.1") {
			errs = append(errs, fmt.Errorf("%s.%s is %s", at, name, f.String()))
		}
	}
	return errors.Join(errs...)
}

// Each mistake is one that was made somewhere; none may pass.
func TestMistakesAreFound(t *testing.T) {
	t.Parallel()
	objects, err := manifests.Render(filepath.Join(tree, "overlays/local"))
	if err != nil {
		t.Fatal(err)
	}
	whole := strings.Join(objects, "\n---\n")
	for name, c := range map[string]struct{ old, new, want string }{
		"a misspelt field":           {"terminationGracePeriodSeconds:", "terminationGracePeriod:", "unknown field"},
		"a wrong type":               {"containerPort: 8080", "containerPort: http", "containerPort"},
		"a privileged container":     {"allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", "allowPrivilegeEscalation"},
		"a selector beside its pods": {"matchLabels:\n      app.kubernetes.io/name: gateway\n  strategy", "matchLabels:\n      app.kubernetes.io/name: gate\n  strategy", "does not find its own pods"},
		"a secret that nobody makes": {"name: pseudonyms-", "name: pseudonym-", "which nobody makes"},
		"no readiness":               {"readinessProbe:", "startupProbe:", "startupProbe"},
		"a writable root":            {"readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "may write into its image"},
		"no limit of memory":         {"limits:\n            memory: 256Mi", "limits: {}", "no limit of memory"},
		"an unknown kind":            {"kind: PodDisruptionBudget", "kind: PodDisruptionBudgets", "PodDisruptionBudgets"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(whole, c.old) {
				t.Fatalf("nothing to break: %q is not there", c.old)
			}
			s, err := manifests.Read(strings.Split(strings.Replace(whole, c.old, c.new, 1), "\n---\n"))
			found := s.Check()
			if err != nil {
				found = append(found, err.Error())
			}
			if !slices.ContainsFunc(found, func(w string) bool { return strings.Contains(w, c.want) }) {
				t.Errorf("found %q, not %q", found, c.want)
			}
		})
	}
}

// Whoever is woken by an alert finds a page that says what to do.
func TestEveryAlertHasItsRunbook(t *testing.T) {
	t.Parallel()
	objects, err := manifests.Render(filepath.Join(tree, "monitoring"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/operate/runbooks.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			sections[strings.ReplaceAll(strings.ToLower(strings.TrimSpace(title)), " ", "-")] = true
		}
	}
	alerts := 0
	for _, text := range objects {
		var rule struct {
			Kind string
			Spec struct {
				Groups []struct {
					Rules []struct {
						Alert, Record, Expr string
						Labels, Annotations map[string]string
					}
				}
			}
		}
		if err := yaml.Unmarshal([]byte(text), &rule); err != nil {
			t.Fatal(err)
		}
		for _, g := range rule.Spec.Groups {
			for _, r := range g.Rules {
				if r.Expr == "" || (r.Alert == "") == (r.Record == "") {
					t.Errorf("rule %q %q is neither an alert nor a record", r.Alert, r.Record)
				}
				if r.Alert == "" {
					continue
				}
				alerts++
				at, section, found := strings.Cut(r.Annotations["runbook_url"], "#")
				if !found || !strings.HasSuffix(at, "/docs/operate/runbooks.md") || !sections[section] {
					t.Errorf("alert %s: there is no runbook %q", r.Alert, r.Annotations["runbook_url"])
				}
				if !slices.Contains([]string{"page", "ticket"}, r.Labels["severity"]) {
					t.Errorf("alert %s: severity %q", r.Alert, r.Labels["severity"])
				}
			}
		}
	}
	if alerts < 8 {
		t.Errorf("only %d alerts", alerts)
	}
}

// A dashboard shows only what a rule records or a service measures.
func TestDashboardsAskForWhatThereIs(t *testing.T) {
	t.Parallel()
	known := []string{"http_server_request_duration_seconds", "kzocds_", "temporal_", "process_", "kzocds:"}
	for _, name := range []string{"dashboard-readers.json", "dashboard-pipeline.json"} {
		text, err := os.ReadFile(filepath.Join(tree, "monitoring", name))
		if err != nil {
			t.Fatal(err)
		}
		var board struct {
			Title  string
			Panels []struct {
				Title   string
				Targets []struct{ Expr string }
			}
		}
		if err := yaml.Unmarshal(text, &board); err != nil || board.Title == "" || len(board.Panels) == 0 {
			t.Fatalf("%s: %+v, %v", name, board, err)
		}
		for _, p := range board.Panels {
			for _, q := range p.Targets {
				if !slices.ContainsFunc(known, func(k string) bool { return strings.Contains(q.Expr, k) }) {
					t.Errorf("%s, %s: %s", name, p.Title, q.Expr)
				}
			}
		}
	}
}
