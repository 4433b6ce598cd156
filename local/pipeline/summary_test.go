package pipeline

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
)

func result() *workflowv1.PublicationResult {
	return &workflowv1.PublicationResult{
		SnapshotId: "8f91c7", Published: true, Batch: 1,
		Counts:   &workflowv1.StageCounts{Source: 10, Stored: 10, Transformed: 9, Quarantined: 1, Published: 9, Loaded: 9},
		Entities: []*workflowv1.EntityCounts{{Entity: "lots", Source: 20, Stored: 19, Quarantined: 1}},
		Seconds:  []*workflowv1.StageSeconds{{Stage: "extract", Seconds: 1.23456}},
	}
}

func TestTheLastLineIsOneJSONObject(t *testing.T) {
	t.Parallel()
	var people, programs bytes.Buffer
	s := newSummary(result(), 2500*time.Millisecond)
	s.Scale, s.Seed = 60, 1
	if err := s.Write(&people, &programs); err != nil {
		t.Fatal(err)
	}
	const want = `{"counts":{"source":10,"stored":10,"transformed":9,"quarantined":1,"published":9,"loaded":9},` +
		`"entities":{"lots":{"source":20,"stored":19,"quarantined":1}},"snapshot":"8f91c7","published":true,` +
		`"seconds":{"extract":1.235,"total":2.5},"scale":60,"seed":1}` + "\n"
	if got := programs.String(); got != want || !json.Valid([]byte(got)) {
		t.Errorf("line %s\nwant %s", got, want)
	}
	if !strings.Contains(people.String(), "source 10, stored 10, transformed 9, quarantined 1, published 9, loaded 9") {
		t.Errorf("people read %s", people.String())
	}
}

func TestCountsThatDifferAreNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*workflowv1.PublicationResult)
		want   string
	}{
		"nothing differs":          {func(*workflowv1.PublicationResult) {}, ""},
		"a process was not stored": {func(r *workflowv1.PublicationResult) { r.Counts.Source = 11 }, "source and stored (11 and 10)"},
		"a process vanished":       {func(r *workflowv1.PublicationResult) { r.Counts.Quarantined = 0 }, "stored and transformed + quarantined (10 and 9)"},
		"one was not published":    {func(r *workflowv1.PublicationResult) { r.Counts.Published = 8 }, "transformed and published (9 and 8)"},
		"one was not loaded":       {func(r *workflowv1.PublicationResult) { r.Counts.Loaded = 8 }, "published and loaded (9 and 8)"},
		"the source is empty":      {func(r *workflowv1.PublicationResult) { r.Counts = nil }, "no contracting process"},
		"there is no snapshot":     {func(r *workflowv1.PublicationResult) { r.SnapshotId = "" }, "no snapshot"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := result()
			c.change(r)
			err := newSummary(r, time.Second).Agree()
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error %v should say %q", err, c.want)
			}
		})
	}
}
