package manifests_test

import (
	"context"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/rules"
	"sigs.k8s.io/yaml"
)

// ruleFile is k8s/monitoring/rules.yaml as Prometheus reads it: what is inside the
// object for the operator.
func ruleFile(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(tree, "monitoring/rules.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var object struct {
		Spec map[string]any `json:"spec"`
	}
	if err := yaml.Unmarshal(text, &object); err != nil {
		t.Fatal(err)
	}
	inner, err := yaml.Marshal(object.Spec)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, inner, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// history is what Prometheus has read, a sample each step, and how long.
type history struct {
	step, long time.Duration
	// series in Prometheus's notation for tests: name{labels} values.
	series []string
}

// firing evaluates the rules over a history as Prometheus would, by its own engine,
// and gives the alerts that fire at its end with what they say.
func firing(t *testing.T, file string, h history) map[string]string {
	t.Helper()
	load, err := promqltest.NewLazyLoader("load "+h.step.String()+"\n  "+strings.Join(h.series, "\n  ")+"\n", promqltest.LazyLoaderOpts{})
	if err != nil {
		t.Fatal(err)
	}
	defer load.Close()
	manager := rules.NewManager(&rules.ManagerOptions{
		QueryFunc: rules.EngineQueryFunc(load.QueryEngine(), load.Storage()), Appendable: load.Storage(), Queryable: load.Queryable(),
		Context: t.Context(), Logger: slog.New(slog.DiscardHandler), NotifyFunc: func(context.Context, string, ...*rules.Alert) {},
	})
	groups, errs := manager.LoadGroups(h.step, labels.EmptyLabels(), "", nil, false, file)
	for _, err := range errs {
		t.Fatal(err)
	}
	found := map[string]string{}
	ordered := slices.SortedFunc(maps.Values(groups), func(a, b *rules.Group) int { return strings.Compare(a.Name(), b.Name()) })
	for at := time.Unix(0, 0).UTC(); at.Sub(time.Unix(0, 0)) <= h.long; at = at.Add(h.step) {
		load.WithSamplesTill(at, func(err error) {
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range ordered {
				for _, r := range g.AlertingRules() {
					r.SetRestored(true)
				}
				g.Eval(load.Context(), at)
				for _, r := range g.Rules() {
					if r.LastError() != nil {
						t.Fatalf("%s: %v", r.Name(), r.LastError())
					}
				}
			}
		})
	}
	for _, g := range ordered {
		for _, r := range g.AlertingRules() {
			for _, a := range r.ActiveAlerts() {
				if a.State == rules.StateFiring {
					found[r.Name()] += a.Annotations.Get("summary") + "\n"
				}
			}
		}
	}
	return found
}

// requests are two series of the edge: answers, and faults among them, a step each.
func requests(good, bad string) []string {
	return []string{
		`http_server_request_duration_seconds_count{http_route="/api/v1/query",http_response_status_code="200"} ` + good,
		`http_server_request_duration_seconds_count{http_route="/api/v1/query",http_response_status_code="500"} ` + bad,
	}
}

// quiet keeps the alert silent that fires when nothing is published at all.
const quiet = `temporal_workflow_completed_total{workflow_type="Publication"} 0+100x20000`

func TestAlertsFireWhenTheyShouldAndOnlyThen(t *testing.T) {
	t.Parallel()
	file := ruleFile(t)
	const often, minute, hour, day = 2 * time.Minute, time.Minute, time.Hour, 24 * time.Hour
	cases := map[string]struct {
		history
		want map[string]string // alert to a part of what it says
	}{
		"all is well": {history{often, 2 * hour, append(requests("0+6000x2000", "0+1x2000"),
			`http_server_request_duration_seconds_bucket{http_route="/api/v1/query",le="0.5"} 0+5990x2000`,
			`kzocds_snapshot_date_seconds 0+60x2000`, `kzocds_quarantine_processes 5x2000`, `kzocds_snapshot_processes 1000x2000`,
			`kzocds_bus_consumer_lag{durable="transformer-source"} 7x2000`,
			`kzocds_source_objects{entity="lots",state="source"} 9x2000`, `kzocds_source_objects{entity="lots",state="stored"} 8x2000`,
			`kzocds_source_objects{entity="lots",state="quarantined"} 1x2000`)}, nil},
		"one request in fifty fails": {history{often, 2 * hour, requests("0+980x2000", "0+20x2000")},
			map[string]string{"ErrorsBurnFast": "2% of the requests fail", "ErrorsBurn": "2%", "ErrorsBurnSlowly": "2%"}},
		"one request in a hundred fails, for hours": {history{5 * minute, 7 * hour, requests("0+990x2000", "0+10x2000")},
			map[string]string{"ErrorsBurn": "1% of the requests fail", "ErrorsBurnSlowly": "1%"}},
		"one request in five hundred fails, for days": {history{30 * minute, 4 * day, requests("0+998x2000", "0+2x2000")},
			map[string]string{"ErrorsBurnSlowly": "0.2% of the requests fail"}},
		"faults that are over wake nobody": {history{often, 2 * hour, requests("0+980x2000", "0+20x30 600x2000")},
			map[string]string{"ErrorsBurnSlowly": "of the requests fail"}},
		"refusals of too many requests are no faults of ours": {history{often, 2 * hour, []string{
			`http_server_request_duration_seconds_count{http_route="/api/v1/query",http_response_status_code="200"} 0+100x2000`,
			`http_server_request_duration_seconds_count{http_route="/api/v1/query",http_response_status_code="429"} 0+900x2000`}}, nil},
		"one query in five is slow": {history{often, 2 * hour, append(requests("0+1000x2000", "0x2000"),
			`http_server_request_duration_seconds_bucket{http_route="/api/v1/query",le="0.5"} 0+800x2000`)},
			map[string]string{"AnswersAreSlow": "20% of queries and facets"}},
		"one query in ten is slow": {history{often, 2 * hour, append(requests("0+1000x2000", "0x2000"),
			`http_server_request_duration_seconds_bucket{http_route="/api/v1/query",le="0.5"} 0+900x2000`)}, nil},
		"publications fail": {history{often, 2 * hour, []string{`temporal_workflow_completed_total{workflow_type="Publication"} 0+1x30 30x2000`}},
			map[string]string{"NothingIsPublished": "half an hour"}},
		"nobody tells of publications":       {history{often, hour, []string{`up 1x2000`}}, map[string]string{"NothingIsPublished": "half an hour"}},
		"the source is quiet for five days":  {history{hour, 5*day + 2*hour, []string{`kzocds_snapshot_date_seconds 0x2000`}}, map[string]string{"DataAreOld": "5d"}},
		"the source is quiet for three days": {history{hour, 3 * day, []string{`kzocds_snapshot_date_seconds 0x2000`}}, nil},
		"messages pile up": {history{often, 2 * hour, []string{`kzocds_bus_consumer_lag{durable="transformer-source"} 100001+1000x2000`}},
			map[string]string{"MessagesWait": "transformer-source is 160k messages"}},
		"messages that become fewer": {history{often, 2 * hour, []string{`kzocds_bus_consumer_lag{durable="transformer-source"} 900000-1000x2000`}}, nil},
		"activities wait two minutes": {history{often, 2 * hour, []string{
			`temporal_activity_schedule_to_start_latency_seconds_bucket{task_queue="extractor",le="60"} 0x2000`,
			`temporal_activity_schedule_to_start_latency_seconds_bucket{task_queue="extractor",le="120"} 0+10x2000`,
			`temporal_activity_schedule_to_start_latency_seconds_bucket{task_queue="extractor",le="+Inf"} 0+10x2000`}},
			map[string]string{"ActivitiesWait": "extractor wait 1m 59"}},
		"two processes in a hundred are held back": {history{often, 2 * hour, []string{`kzocds_quarantine_processes 20x2000`, `kzocds_snapshot_processes 1000x2000`}},
			map[string]string{"QuarantineGrows": "20 processes"}},
		"a field is gone": {history{often, hour, []string{`kzocds_extractor_drift_total{entity="lots",field="amount",kind="gone"} 1x2000`}},
			map[string]string{"SchemaHasDrifted": "lots amount of the source: gone"}},
		"a field is new": {history{often, hour, []string{`kzocds_extractor_drift_total{entity="lots",field="colour",kind="unknown"} 1x2000`}}, nil},
		"a status has no code of the standard": {history{often, hour, []string{`kzocds_transformer_codes_total{list="tenderStatusDetails",waits="decision"} 1x2000`}},
			map[string]string{"CodesWait": "tenderStatusDetails that wait for a decision"}},
		"a code that is translated is new": {history{often, hour, []string{`kzocds_transformer_codes_total{list="contractForm",waits="nothing"} 1x2000`}}, nil},
		"objects are missing for three days": {history{hour, 3 * day, []string{
			`kzocds_source_objects{entity="lots",state="source"} 9x2000`, `kzocds_source_objects{entity="lots",state="stored"} 6x2000`,
			`kzocds_source_objects{entity="lots",state="quarantined"} 1x2000`}},
			map[string]string{"ObjectsAreMissing": "2 objects of lots"}},
	}
	fired := map[string]bool{}
	for name, c := range cases {
		if _, told := c.want["NothingIsPublished"]; !told {
			c.series = append(c.series, quiet)
		}
		got := firing(t, file, c.history)
		for alert, says := range got {
			fired[alert] = true
			if want, expected := c.want[alert]; !expected || !strings.Contains(says, want) {
				t.Errorf("%s: %s fires and says %q", name, alert, says)
			}
		}
		for alert := range c.want {
			if _, fires := got[alert]; !fires {
				t.Errorf("%s: %s does not fire", name, alert)
			}
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if _, alert, ok := strings.Cut(strings.TrimSpace(line), "alert: "); ok && !fired[alert] {
			t.Errorf("no case makes %s fire", alert)
		}
	}
}
