package publisher

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/fault"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/publication"
	row "github.com/kzocds/kzocds/proto/tables"
	"github.com/kzocds/kzocds/publisher/internal/pg"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

// checkStages is the check that no process got lost between two stages.
const checkStages = "stages-equal"

// idsShown bounds the ids that a failed check names.
const idsShown = 20

// gate decides whether a snapshot may become current. Every check is made, so
// that an operator sees all that is wrong at once.
//
// What lies in the store is looked at itself, not only what was meant to lie
// there. Objects that the current snapshot has in common were looked at when it
// passed; of them only presence and size are checked again.
func (s *Service) gate(ctx context.Context, in *workflowv1.AssembleInput) (*workflowv1.GateResult, error) {
	content, units, err := s.content(ctx, in.Plan.SnapshotId)
	if err != nil {
		return nil, err
	}
	m, err := s.manifest(ctx, in.Plan.SnapshotId)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	var parent publication.Manifest
	if content.Parent != "" {
		if parent, err = s.manifest(ctx, content.Parent); err != nil {
			return nil, err
		}
		for _, d := range parent.Datasets {
			for _, o := range d.Objects {
				known[o.Key] = true
			}
		}
	}
	g := &gating{Service: s, in: in, content: content, units: units, manifest: m, parent: parent, known: known}
	out := &workflowv1.GateResult{Passed: true}
	for _, check := range []struct {
		id  string
		run func(context.Context) (message string, ids []string, err error)
	}{
		{checkStages, g.stages},
		{"objects-present", g.present},
		{"rows-add-up", g.rows},
		{"lots-value", g.lotsValue},
		{"no-personal-data", g.personal},
		{"not-shrunk", g.shrunk},
	} {
		message, ids, err := check.run(ctx)
		failed := errors.As(err, new(refusal))
		if err != nil && !failed {
			return nil, fmt.Errorf("check %s: %w", check.id, err)
		}
		if failed {
			message, out.Passed = err.Error(), false
		}
		out.Checks = append(out.Checks, &workflowv1.GateCheck{Id: check.id, Passed: !failed, Message: message, Ids: ids})
	}
	return out, nil
}

// refusal is the reason for which a check does not let a snapshot pass; any
// other error means that the check could not be made.
type refusal string

func (r refusal) Error() string { return string(r) }

func refuse(format string, a ...any) error { return refusal(fmt.Sprintf(format, a...)) }

type gating struct {
	*Service
	in       *workflowv1.AssembleInput
	content  snapshot.Content
	units    []snapshot.Unit
	manifest publication.Manifest
	parent   publication.Manifest
	known    map[string]bool
}

// stages: no process got lost between source and publication.
func (g *gating) stages(ctx context.Context) (string, []string, error) {
	c := g.in.Counts
	if c == nil {
		return "", nil, refuse("the counts of the stages before are not known")
	}
	published := g.manifest.Counts.Processes
	text := fmt.Sprintf("source %d, stored %d, transformed %d, quarantined %d, published %d",
		c.Source, c.Stored, c.Transformed, c.Quarantined, published)
	switch {
	case c.Source != c.Stored:
		return "", nil, refuse("the source names other processes than are stored: %s", text)
	case c.Stored != c.Transformed+c.Quarantined:
		return "", nil, refuse("stored processes are neither transformed nor in quarantine: %s", text)
	case c.Transformed != published:
		ids, err := g.store.Unpublished(ctx, idsShown)
		if err != nil {
			return "", nil, err
		}
		return "", ids, refuse("transformed processes are not published: %s", text)
	}
	return text, nil, nil
}

// present: every object of the manifest lies in the store with its size.
func (g *gating) present(ctx context.Context) (string, []string, error) {
	missing, err := g.missing(ctx, g.content.Parts)
	if err != nil {
		return "", nil, err
	}
	listed := 0
	for _, d := range g.manifest.Datasets {
		listed += len(d.Objects)
	}
	switch {
	case len(missing) > 0:
		return "", missing[:min(len(missing), idsShown)], refuse("%d of %d objects are missing or of another size", len(missing), len(g.content.Parts))
	case listed != len(g.content.Parts):
		return "", nil, refuse("the manifest in the store lists %d objects and the snapshot has %d", listed, len(g.content.Parts))
	}
	return fmt.Sprintf("%d objects", listed), nil, nil
}

// rows: each kind of file holds every process or release, once.
func (g *gating) rows(context.Context) (string, []string, error) {
	rows := map[string]int64{}
	var full int64
	for _, d := range g.manifest.Datasets {
		for _, o := range d.Objects {
			if d.Name == snapshot.Compiled && o.Period == "" {
				full += o.Rows
				continue
			}
			rows[strings.Trim(d.Name+" "+d.Table, " ")] += o.Rows
		}
	}
	want := g.manifest.Counts
	for _, c := range []struct {
		name string
		got  int64
		want int64
	}{
		{"records", rows[snapshot.Records], want.Processes},
		{"releases", rows[snapshot.Releases], want.Releases},
		{"compiled releases by month", rows[snapshot.Compiled], want.Processes},
		{"compiled releases in one file", full, want.Processes},
		{"rows of table processes", rows[snapshot.Tables+" "+row.Processes], want.Processes},
	} {
		if c.got != c.want {
			return "", nil, refuse("%d %s instead of %d", c.got, c.name, c.want)
		}
	}
	return fmt.Sprintf("%d processes, %d releases", want.Processes, want.Releases), nil, nil
}

// lotsValue: the lots in the store add up, month by month and in all, to what was
// derived from the releases, to the tiyn.
func (g *gating) lotsValue(ctx context.Context) (string, []string, error) {
	var total int64
	var wrong []string
	for _, p := range g.content.Parts {
		if p.Dataset != snapshot.Tables || p.Table != row.Lots {
			continue
		}
		total += p.ValueMinor
		if g.known[p.Key] {
			continue
		}
		sum, rows, err := g.sumLots(ctx, p.Key)
		if err != nil {
			return "", nil, err
		}
		if sum != p.ValueMinor || rows != p.Rows {
			wrong = append(wrong, fmt.Sprintf("%s: %d rows worth %s instead of %d worth %s",
				p.Name, rows, snapshot.FormatMinor(sum), p.Rows, snapshot.FormatMinor(p.ValueMinor)))
		}
	}
	if len(wrong) > 0 {
		return "", wrong[:min(len(wrong), idsShown)], refuse("the value of lots in %d files is not the value in the releases", len(wrong))
	}
	inexact, n, err := g.store.Findings(ctx, "tables.money", g.units, idsShown)
	if err != nil {
		return "", nil, err
	}
	text := "value of all lots " + snapshot.FormatMinor(total)
	if n > 0 {
		text += fmt.Sprintf("; %d amounts are not exact in tiyn and count as unknown", n)
	}
	return text, ocids(inexact), nil
}

// valueOf is the one column that the sum needs.
type valueOf struct {
	ValueMinor *int64 `parquet:"value_minor,optional"`
}

func (g *gating) sumLots(ctx context.Context, key string) (sum, rows int64, err error) {
	from, _, err := g.bucket.Get(ctx, key, blob.GetOptions{})
	if err != nil {
		return 0, 0, err
	}
	defer from.Close()
	file, err := os.CreateTemp(g.cfg.WorkDir, temporary+"gate-*.parquet")
	if err != nil {
		return 0, 0, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if _, err := io.Copy(file, from); err != nil {
		return 0, 0, fmt.Errorf("read %s: %w", filepath.Base(key), err)
	}
	r := parquet.NewGenericReader[valueOf](file)
	defer r.Close()
	values := make([]valueOf, 1024)
	for {
		n, err := r.Read(values)
		for _, v := range values[:n] {
			rows++
			if v.ValueMinor != nil {
				sum += *v.ValueMinor
			}
		}
		if errors.Is(err, io.EOF) {
			return sum, rows, nil
		}
		if err != nil {
			return 0, 0, fmt.Errorf("read %s: %w", filepath.Base(key), err)
		}
	}
}

// personal: no text reads as the IIN of a natural person.
func (g *gating) personal(ctx context.Context) (string, []string, error) {
	found, n, err := g.store.Findings(ctx, ruleIIN, g.units, idsShown)
	if err != nil {
		return "", nil, err
	}
	if n > 0 {
		return "", ocids(found), refuse("%d documents hold what reads as the IIN of a natural person", n)
	}
	return "none found", nil, nil
}

// shrinkPercent is the share of processes that may vanish (into quarantine)
// between two snapshots without an operator's word.
const shrinkPercent = 1

// shrunk: the publication does not lose processes.
func (g *gating) shrunk(context.Context) (string, []string, error) {
	was, is := g.parent.Counts.Processes, g.manifest.Counts.Processes
	if (was-is)*100 > was*shrinkPercent {
		return "", nil, refuse("%d processes instead of %d: more than %d%% vanished", is, was, shrinkPercent)
	}
	return fmt.Sprintf("%d processes, %d before", is, was), nil, nil
}

func ocids(found []pg.Finding) []string {
	var ids []string
	for _, f := range found {
		ids = append(ids, strings.TrimSpace(f.OCID+" "+f.Pointer))
	}
	return ids
}

// refused is the error of a snapshot that did not pass, in a sentence for an
// operator.
func refused(id string, r *workflowv1.GateResult) *fault.Error {
	var why []string
	for _, c := range r.Checks {
		if !c.Passed {
			text := c.Id + ": " + c.Message
			if len(c.Ids) > 0 {
				text += " (" + strings.Join(c.Ids, ", ") + ")"
			}
			why = append(why, text)
		}
	}
	return fault.New(fault.Invalid, "snapshot %s did not pass the gate and the old one stays: %s", snapshot.Short(id), strings.Join(why, "; ")).
		Do("mend the named processes or the stage before, then start the publication again")
}
