package pipeline

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
	"time"

	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
)

// Summary is what one publication came to. Its JSON is the last line of
// `make run ONCE=1`.
type Summary struct {
	// Counts of contracting processes per stage.
	Counts Counts `json:"counts"`
	// Entities counts objects of the source.
	Entities map[string]Entity `json:"entities"`
	Snapshot string            `json:"snapshot"`
	// Published is false when nothing had changed and the snapshot stayed.
	Published bool `json:"published"`
	// Seconds per stage, and in all under "total".
	Seconds map[string]float64 `json:"seconds"`
	// Scale and Seed of the stand-in; zero for a real source.
	Scale int   `json:"scale"`
	Seed  int64 `json:"seed"`
}

// Counts of contracting processes per stage.
type Counts struct {
	Source      int64 `json:"source"`
	Stored      int64 `json:"stored"`
	Transformed int64 `json:"transformed"`
	Quarantined int64 `json:"quarantined"`
	Published   int64 `json:"published"`
	Loaded      int64 `json:"loaded"`
}

// Entity counts objects of one kind: what the source says it holds, what is
// stored, what could not be read.
type Entity struct {
	Source      int64 `json:"source"`
	Stored      int64 `json:"stored"`
	Quarantined int64 `json:"quarantined"`
}

func newSummary(r *workflowv1.PublicationResult, took time.Duration) Summary {
	c := r.GetCounts()
	s := Summary{
		Counts: Counts{
			Source: c.GetSource(), Stored: c.GetStored(), Transformed: c.GetTransformed(),
			Quarantined: c.GetQuarantined(), Published: c.GetPublished(), Loaded: c.GetLoaded(),
		},
		Entities: map[string]Entity{}, Snapshot: r.GetSnapshotId(), Published: r.GetPublished(), Seconds: map[string]float64{},
	}
	for _, e := range r.GetEntities() {
		s.Entities[e.GetEntity()] = Entity{Source: e.GetSource(), Stored: e.GetStored(), Quarantined: e.GetQuarantined()}
	}
	for _, stage := range r.GetSeconds() {
		s.Seconds[stage.GetStage()] += milliseconds(stage.GetSeconds())
	}
	s.Seconds["total"] = milliseconds(took.Seconds())
	return s
}

func milliseconds(seconds float64) float64 { return math.Round(seconds*1000) / 1000 }

// Agree is nil when every stage counts the same, else it says which differ.
func (s Summary) Agree() error {
	var differ []string
	same := func(what string, a, b int64) {
		if a != b {
			differ = append(differ, fmt.Sprintf("%s (%d and %d)", what, a, b))
		}
	}
	c := s.Counts
	same("source and stored", c.Source, c.Stored)
	same("stored and transformed + quarantined", c.Stored, c.Transformed+c.Quarantined)
	same("transformed and published", c.Transformed, c.Published)
	same("published and loaded", c.Published, c.Loaded)
	switch {
	case len(differ) > 0:
		return fmt.Errorf("counts of contracting processes differ: %s", strings.Join(differ, ", "))
	case c.Source == 0:
		return fmt.Errorf("the source gave no contracting process")
	case s.Snapshot == "":
		return fmt.Errorf("there is no snapshot")
	}
	return nil
}

// Write writes the summary for people, and as one line of JSON for programs. It
// returns what Agree says.
func (s Summary) Write(people, programs io.Writer) error {
	t := tabwriter.NewWriter(people, 0, 0, 2, ' ', 0)
	c := s.Counts
	outcome := "published"
	if !s.Published {
		outcome = "nothing new, unchanged"
	}
	fmt.Fprintf(t, "\nSnapshot\t%s (%s)\nProcesses\tsource %d, stored %d, transformed %d, quarantined %d, published %d, loaded %d\n",
		s.Snapshot, outcome, c.Source, c.Stored, c.Transformed, c.Quarantined, c.Published, c.Loaded)
	fmt.Fprintf(t, "Time\t%.1f s\n\n", s.Seconds["total"])
	if err := t.Flush(); err != nil {
		return err
	}
	line, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(programs, "%s\n", line); err != nil {
		return err
	}
	return s.Agree()
}
