package publisher

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kzocds/kzocds/platform/fault"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/publication"
	row "github.com/kzocds/kzocds/proto/tables"
	"github.com/kzocds/kzocds/publisher/internal/pg"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

// checkStages is the check that no process got lost between two stages.
const checkStages = "stages-equal"

// checkShrunk is the check that nothing vanished.
const checkShrunk = "not-shrunk"

// idsShown bounds the ids that a failed check names.
const idsShown = 20

// gate decides whether a snapshot may become current. Every check is made, so
// that an operator sees all that is wrong at once.
//
// What lies in the store is looked at itself, not only what was meant to lie
// there. Objects that the current snapshot has in common were looked at when it
// passed; of them only presence and size are checked again.
func (s *Service) gate(ctx context.Context, in *workflowv1.AssembleInput) (*workflowv1.GateResult, error) {
	f, err := s.form(ctx, in.Plan.SnapshotId, in.Plan.Compaction)
	if err != nil {
		return nil, err
	}
	content, err := s.content(ctx, f)
	if err != nil {
		return nil, err
	}
	m, err := s.manifest(ctx, f.key())
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	var parent publication.Manifest
	var before []snapshot.Partition
	if in.Plan.ParentId != "" {
		key, err := s.inUse(ctx, in.Plan.ParentId)
		if err != nil {
			return nil, err
		}
		if parent, err = s.manifest(ctx, key); err != nil {
			return nil, err
		}
		for _, o := range snapshot.Objects(parent) {
			known[o.Key] = true
		}
		p, err := s.store.Snapshot(ctx, in.Plan.ParentId)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
		before = p.Partitions
	}
	g := &gating{Service: s, in: in, content: content, units: f.all(), manifest: m, parent: parent, before: before, known: known}
	out := &workflowv1.GateResult{Passed: true}
	for _, check := range []struct {
		id  string
		run func(context.Context) (message string, ids []string, err error)
	}{
		{checkStages, g.stages},
		{"objects-present", g.present},
		{"rows-add-up", g.rows},
		{"read-back", g.readBack},
		{"sums-by-dimension", g.sumsByDimension},
		{"loads-as-published", g.loads},
		{"valid", g.valid},
		{"no-personal-data", g.personal},
		{checkShrunk, g.shrunk},
	} {
		message, ids, err := check.run(ctx)
		failed := errors.As(err, new(refusal))
		if err != nil && !failed {
			return nil, fmt.Errorf("check %s: %w", check.id, err)
		}
		if failed {
			message = err.Error()
			reason, accepted, err := s.accepted(ctx, check.id, in.Plan.SnapshotId)
			if err != nil {
				return nil, err
			}
			if accepted {
				message += "; an operator accepts it: " + reason
			}
			failed = !accepted
			out.Passed = out.Passed && accepted
		}
		out.Checks = append(out.Checks, &workflowv1.GateCheck{Id: check.id, Passed: !failed, Message: message, Ids: ids})
	}
	return out, nil
}

// acceptable are the checks that an operator may let fail: of the others, what
// failed is wrong.
var acceptable = []string{checkShrunk}

func (s *Service) accepted(ctx context.Context, check, id string) (reason string, ok bool, err error) {
	if !slices.Contains(acceptable, check) {
		return "", false, nil
	}
	return s.store.Accepted(ctx, check, id)
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
	before   []snapshot.Partition // of the parent; none when it was planned elsewhere
	known    map[string]bool
	odd      oddities // what was found in the objects, once they are read
}

// stages: no process got lost between source and publication.
func (g *gating) stages(ctx context.Context) (string, []string, error) {
	c := g.in.Counts
	if g.in.Plan.Compaction {
		return "the content passed when it was published", nil, nil
	}
	if c == nil {
		return "", nil, refuse("the counts of the stages before are not known")
	}
	published, withdrawn := g.manifest.Counts.Processes, g.in.Plan.Withdrawn
	text := fmt.Sprintf("source %d, stored %d, transformed %d, quarantined %d, published %d, withdrawn by operators %d",
		c.Source, c.Stored, c.Transformed, c.Quarantined, published, withdrawn)
	for _, stage := range []struct {
		lost bool
		why  string
		ids  func(context.Context, int) ([]string, error)
	}{
		{c.Source != c.Stored, "the source names other processes than are stored", g.store.Unstored},
		{c.Stored != c.Transformed+c.Quarantined, "stored processes are neither transformed nor in quarantine", g.store.Untransformed},
		{c.Transformed != published+withdrawn, "transformed processes are not published", g.store.Unpublished},
	} {
		if !stage.lost {
			continue
		}
		ids, err := stage.ids(ctx, idsShown)
		if err != nil {
			return "", nil, err
		}
		return "", ids, refuse("%s: %s", stage.why, text)
	}
	return text, nil, nil
}

// present: every object of the manifest lies in the store with its size.
func (g *gating) present(ctx context.Context) (string, []string, error) {
	parts := g.parts()
	missing, err := g.missing(ctx, parts)
	if err != nil {
		return "", nil, err
	}
	listed := 0
	for range snapshot.Objects(g.manifest) {
		listed++
	}
	switch {
	case len(missing) > 0:
		return "", missing[:min(len(missing), idsShown)], refuse("%d of %d objects are missing or of another size", len(missing), len(parts))
	case listed != len(parts):
		return "", nil, refuse("the manifest in the store lists %d objects and the snapshot has %d", listed, len(parts))
	}
	return fmt.Sprintf("%d objects", listed), nil, nil
}

// parts of the base and of the deltas.
func (g *gating) parts() []snapshot.Part {
	all := slices.Clone(g.content.Parts)
	for _, d := range g.content.Deltas {
		all = append(all, d.Parts...)
	}
	return all
}

// rows: each kind of file holds every process or release, once.
func (g *gating) rows(context.Context) (string, []string, error) {
	is := g.manifest.Counts
	base := is
	if g.manifest.Base != nil {
		base = g.manifest.Base.Counts
	}
	rows := rowsIn(g.manifest.Datasets)
	counts := []rowCount{
		{"records", rows[snapshot.Records], base.Processes},
		{"releases", rows[snapshot.Releases], base.Releases},
		{"compiled releases by month", rows[snapshot.Compiled], base.Processes},
		{"compiled releases in one file", rows[wholeCompiled], base.Processes},
		{"releases in CSV", rows[snapshot.CSV], base.Processes},
		{"releases in workbooks", rows[snapshot.XLSX], base.Processes},
		{"rows of table processes", rows[snapshot.Tables+" "+row.Processes], base.Processes},
	}
	for _, d := range g.manifest.Deltas {
		rows := rowsIn(d.Datasets)
		counts = append(counts,
			rowCount{"records in delta " + d.Name, rows[snapshot.Records], d.Processes},
			rowCount{"releases in delta " + d.Name, rows[snapshot.Releases], d.Releases},
			rowCount{"rows of table processes in delta " + d.Name, rows[snapshot.Tables+" "+row.Processes], d.Processes})
	}
	for _, c := range counts {
		if c.got != c.want {
			return "", nil, refuse("%d %s instead of %d", c.got, c.name, c.want)
		}
	}
	return fmt.Sprintf("%d processes, %d releases", is.Processes, is.Releases), nil, nil
}

type rowCount struct {
	name      string
	got, want int64
}

// wholeCompiled is the file of all compiled releases in rowsIn.
const wholeCompiled = "compiled full"

func rowsIn(sets []publication.Dataset) map[string]int64 {
	rows := map[string]int64{}
	for _, d := range sets {
		for _, o := range d.Objects {
			name := strings.Trim(d.Name+" "+d.Table, " ")
			if o.Name == snapshot.Compiled+"/full.jsonl.gz" {
				name = wholeCompiled
			}
			rows[name] += o.Rows
		}
	}
	return rows
}

// valid: the packages are valid, as they were validated when they were written.
// Which of them were is part of the key of a unit, so what was built before under
// another schema or another share is built again and does not pass for validated.
func (g *gating) valid(ctx context.Context) (string, []string, error) {
	found, n, err := g.store.Findings(ctx, ruleInvalid, g.units, idsShown)
	if err != nil {
		return "", nil, err
	}
	if n > 0 {
		ids := ocids(found)
		for i, f := range found {
			ids[i] += " " + f.Message
		}
		return "", ids, refuse("%d packages are not valid", n)
	}
	counts := g.manifest.Counts
	switch g.cfg.ValidShare {
	case 0:
		return "by the settings nothing is validated", nil, nil
	case 1:
		return fmt.Sprintf("every package: %d records, %d releases, against schema %.12s", counts.Processes, counts.Releases, g.builder.schemaDigest), nil, nil
	}
	return fmt.Sprintf("by the settings %g %% of the packages of the base and all of deltas", g.cfg.ValidShare*100), nil, nil
}

// personal: no document holds what reads as a datum of a natural person.
func (g *gating) personal(ctx context.Context) (string, []string, error) {
	found, n, err := g.store.Findings(ctx, rulePersonal, g.units, idsShown)
	if err != nil {
		return "", nil, err
	}
	if n > 0 {
		ids := ocids(found)
		for i, f := range found {
			ids[i] += " " + f.Message
		}
		return "", ids, refuse("%d documents hold what reads as personal data", n)
	}
	return "none found", nil, nil
}

// shrunk: neither the publication nor a month of it loses more than the stated
// share without an operator's word.
func (g *gating) shrunk(context.Context) (string, []string, error) {
	// What an operator withdrew went by an operator's word.
	was, is := g.parent.Counts.Processes, g.manifest.Counts.Processes+g.in.Plan.Withdrawn
	present := map[[2]string]int64{}
	for _, p := range g.content.Partitions {
		present[[2]string{p.Dataset, p.Period}] = p.Items
	}
	var shrunk []string
	for _, p := range g.before {
		// One item is allowed: a share of a small month is less.
		if now := present[[2]string{p.Dataset, p.Period}]; now+1 < p.Items && g.tooFew(p.Items, now) {
			shrunk = append(shrunk, fmt.Sprintf("%s %s: %d instead of %d", p.Dataset, p.Period, now, p.Items))
		}
	}
	switch {
	case g.tooFew(was, is):
		return "", shrunk[:min(len(shrunk), idsShown)], refuse("%d processes instead of %d: more than %g %% vanished", is, was, g.cfg.ShrinkShare*100)
	case len(shrunk) > 0:
		return "", shrunk[:min(len(shrunk), idsShown)], refuse("of %d months more than %g %% vanished", len(shrunk), g.cfg.ShrinkShare*100)
	}
	return fmt.Sprintf("%d processes with %d withdrawn, %d before", is, g.in.Plan.Withdrawn, was), nil, nil
}

func (g *gating) tooFew(was, is int64) bool {
	return float64(was-is) > g.cfg.ShrinkShare*float64(was)
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
		Do("mend the named processes or the stage before, then start the publication again; what vanished for a good reason can be accepted (docs/operate/publication.md)")
}
