package temporal_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/kzocds/kzocds/local/build"
	"github.com/kzocds/kzocds/local/localtest"
	"github.com/kzocds/kzocds/local/postgres"
	"github.com/kzocds/kzocds/local/temporal"
)

func TestAWorkflowOutlivesTheServerAndTheUIShowsIt(t *testing.T) {
	t.Parallel()
	cache, dir := localtest.Cache(t), localtest.State(t)
	binary, err := cache.Go(t.Context(), build.Temporal(localtest.Root(t)))
	if err != nil {
		t.Fatal(err)
	}
	pg, err := postgres.Start(t.Context(), dir, cache, localtest.Port(t))
	if err != nil {
		t.Fatal(err)
	}
	defer pg.Close()
	if err := postgres.Ensure(t.Context(), pg.URL("postgres"), temporal.Database, temporal.Visibility); err != nil {
		t.Fatal(err)
	}
	port, ui := localtest.Port(t), localtest.Port(t)
	session := func(work func(c client.Client, ui string)) {
		began := time.Now()
		s, err := temporal.Start(t.Context(), dir, binary, pg.URL(""), port, ui)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		t.Log("ready after", time.Since(began))
		c, err := client.Dial(client.Options{HostPort: s.Address(), Namespace: temporal.Namespace})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		work(c, s.UI())
	}
	session(func(c client.Client, _ string) {
		// No retry: ready means that workflows can be started.
		options := client.StartWorkflowOptions{ID: "publication/test", TaskQueue: "nobody"}
		if _, err := c.ExecuteWorkflow(t.Context(), options, "Publication"); err != nil {
			t.Fatal(err)
		}
	})
	session(func(c client.Client, ui string) {
		description, err := c.DescribeWorkflowExecution(t.Context(), "publication/test", "")
		if err != nil {
			t.Fatal(err)
		}
		if name := description.GetWorkflowExecutionInfo().GetType().GetName(); name != "Publication" {
			t.Errorf("workflow is of type %q", name)
		}
		for path, want := range map[string]string{
			"/": "<!doctype html>", "/namespaces/default/workflows": "<!doctype html>",
			"/api/v1/namespaces/default/workflows": "publication/test",
		} {
			if page := get(t, ui+path); !strings.Contains(page, want) {
				t.Errorf("%s does not show %q: %.200s", path, want, page)
			}
		}
	})
}

func get(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		t.Errorf("%s answers %s", url, res.Status)
	}
	return string(body)
}
