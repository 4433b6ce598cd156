package publisher

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/bus/bustest"
	platformpg "github.com/kzocds/kzocds/platform/pg"
	"github.com/kzocds/kzocds/platform/pg/pgtest"
	pipelinev1 "github.com/kzocds/kzocds/proto/kzocds/pipeline/v1"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/subject"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

//go:embed testdata/ocds.sql
var views string

// fixture is a publisher on real components, with a transformer that is played
// by the test.
type fixture struct {
	*Service
	t      testing.TB
	pool   *pgxpool.Pool
	conn   *bus.Conn
	memory *memory
}

func newFixture(t testing.TB, change ...func(*Config)) *fixture {
	t.Helper()
	f := &fixture{t: t, pool: pgtest.New(t), conn: bustest.New(t), memory: newMemory(t)}
	f.exec(views)
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	if err := platformpg.Migrate(t.Context(), f.pool, "publication", files); err != nil {
		t.Fatal(err)
	}
	cfg := Default()
	cfg.WorkDir = t.TempDir()
	cfg.PublicURL = "https://data.example"
	cfg.ValidShare, cfg.Deltas.Enabled = 1, false
	for _, c := range change {
		c(&cfg)
	}
	f.Service, err = New(cfg, Deps{Pool: f.pool, Bus: f.conn, Bucket: f.memory, Log: slog.New(slog.DiscardHandler), Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *fixture) exec(sql string, args ...any) {
	f.t.Helper()
	if _, err := f.pool.Exec(f.t.Context(), sql, args...); err != nil {
		f.t.Fatal(err)
	}
}

// release is one release of process n: an announcement with n%3+1 lots.
// Version counts from 0; the dates of the processes spread over three months.
type release struct {
	n, version int
	id, ocid   string
	date       time.Time
	body       []byte
}

func makeRelease(n, version int) release {
	r := release{n: n, version: version, ocid: fmt.Sprintf("ocds-kz0000-t%d", 1000+n)}
	r.date = time.Date(2026, time.Month(5+n%3), 1+n%28, 10, 0, version, 0, time.UTC).AddDate(0, 0, version)
	lots := ""
	for l := range n%3 + 1 {
		if l > 0 {
			lots += ","
		}
		lots += fmt.Sprintf(`{"id":"%d","status":"active","value":{"amount":%d.%02d,"currency":"KZT"}}`, n*10+l, 1000*(n+1)+version, l)
	}
	content := fmt.Sprintf(`"tender":{"id":"%d","title":"Закупка %d, версия %d","status":"active","statusDetails":"220","procurementMethodDetails":"openTender","datePublished":"%s","lots":[%s]}`,
		1000+n, n, version, r.date.Format(time.RFC3339), lots)
	sum := sha256.Sum256([]byte(content))
	r.id = r.ocid + "-" + hex.EncodeToString(sum[:6])
	tag := "tender"
	if version > 0 {
		tag = "tenderUpdate"
	}
	r.body = fmt.Appendf(nil, `{"ocid":"%s","id":"%s","date":"%s","tag":["%s"],"initiationType":"tender",%s}`, r.ocid, r.id, r.date.Format(time.RFC3339), tag, content)
	return r
}

// transform stores the releases of process n up to a version, as the
// transformer does, and returns the announcement of the newest.
func (f *fixture) transform(n, version int) *pipelinev1.ProcessChanged {
	f.t.Helper()
	var bodies [][]byte
	var last release
	for v := range version + 1 {
		last = makeRelease(n, v)
		bodies = append(bodies, last.body)
		sum := sha256.Sum256(last.body)
		f.exec(`insert into ocds.release values ($1, $2, $3, $4, $5, $6, $7, '1') on conflict do nothing`,
			last.id, last.ocid, v+1, last.date, []string{"tender"}, sum[:], string(last.body))
		f.exec(`insert into ocds.provenance select $1, $2, 'trd_buy', $3, $4, '2026-11-01T00:00:00Z', 'https://portal.example/' || $3
			where not exists (select from ocds.provenance where release_id = $1)`, last.id, last.ocid, fmt.Sprint(1000+n), sum[:])
	}
	compiled, err := f.merger.Compiled(bodies)
	if err != nil {
		f.t.Fatal(err)
	}
	return f.record(n, last, compiled, version+1)
}

// record stores a compiled release and returns its announcement.
func (f *fixture) record(n int, last release, compiled []byte, releases int) *pipelinev1.ProcessChanged {
	f.t.Helper()
	sum, releaseSum := sha256.Sum256(compiled), sha256.Sum256(last.body)
	period := snapshot.Period(makeRelease(n, 0).date)
	f.exec(`insert into ocds.record values ($1, 'tender', $2, $3, $4, $5, $6, $7)
		on conflict (ocid) do update set compiled = excluded.compiled, digest = excluded.digest, releases = excluded.releases,
			last_release_id = excluded.last_release_id, batch = excluded.batch`,
		last.ocid, period, string(compiled), sum[:], releases, last.id, last.version+1)
	return &pipelinev1.ProcessChanged{
		Ocid: last.ocid, Batch: int64(last.version + 1), ReleaseId: last.id, ReleaseDate: timestamppb.New(last.date), Tag: []string{"tender"},
		RecordPartition: period, ReleasePartition: snapshot.Period(last.date), ReleaseDigest: releaseSum[:], RecordDigest: sum[:], MappingVersion: "1",
	}
}

// announce publishes to stream OCDS.
func (f *fixture) announce(m *pipelinev1.ProcessChanged) uint64 {
	f.t.Helper()
	seq, err := f.conn.PublishFact(f.t.Context(), subject.ProcessChanged(m.Ocid), m.Ocid, m, m.Ocid+hex.EncodeToString(m.RecordDigest))
	if err != nil {
		f.t.Fatal(err)
	}
	return seq
}

// apply takes an announcement in without the bus.
func (f *fixture) apply(messages ...*pipelinev1.ProcessChanged) {
	f.t.Helper()
	for _, m := range messages {
		data, err := proto.Marshal(m)
		if err != nil {
			f.t.Fatal(err)
		}
		c, err := changeOf(data)
		if err != nil {
			f.t.Fatal(err)
		}
		if err := f.store.Apply(f.t.Context(), c); err != nil {
			f.t.Fatal(err)
		}
	}
}

// fill makes processes 0..n-1 of one release each, known for publication.
func (f *fixture) fill(n int) {
	f.t.Helper()
	for i := range n {
		f.apply(f.transform(i, 0))
	}
}

// counts of a pipeline in which everything of n processes went well.
func counts(n int64) *workflowv1.StageCounts {
	return &workflowv1.StageCounts{Source: n, Stored: n, Transformed: n}
}

// publish does what the workflow does, in order, and returns the plan and the
// objects that were built anew.
func (f *fixture) publish(n int64) (*workflowv1.SnapshotPlan, []*workflowv1.PartBuilt) {
	f.t.Helper()
	plan, built, gate := f.prepareSnapshot(counts(n))
	if !plan.Changed {
		return plan, nil
	}
	if !gate.Passed {
		f.t.Fatal(refused(plan.SnapshotId, gate))
	}
	if err := f.flip(f.t.Context(), &workflowv1.FlipInput{SnapshotId: plan.SnapshotId, ParentId: plan.ParentId}); err != nil {
		f.t.Fatal(err)
	}
	return plan, built
}

func (f *fixture) prepareSnapshot(c *workflowv1.StageCounts) (*workflowv1.SnapshotPlan, []*workflowv1.PartBuilt, *workflowv1.GateResult) {
	f.t.Helper()
	ctx := f.t.Context()
	plan, err := f.plan(ctx, 1, false)
	if err != nil {
		f.t.Fatal(err)
	}
	if !plan.Changed {
		return plan, nil, nil
	}
	built := f.buildAll(plan)
	if err := f.assemble(ctx, plan); err != nil {
		f.t.Fatal(err)
	}
	gate, err := f.gate(ctx, &workflowv1.AssembleInput{Plan: plan, Counts: c})
	if err != nil {
		f.t.Fatal(err)
	}
	return plan, built, gate
}

// buildAll builds what a plan lacks and returns the objects that were built anew.
func (f *fixture) buildAll(plan *workflowv1.SnapshotPlan) (built []*workflowv1.PartBuilt) {
	f.t.Helper()
	for _, last := range []bool{false, true} {
		for _, ref := range plan.Build {
			if (ref.Dataset == snapshot.Compiled || ref.Dataset == snapshot.Years) != last {
				continue
			}
			result, err := f.build(f.t.Context(), &workflowv1.BuildInput{SnapshotId: plan.SnapshotId, Partition: ref}, func(int64) {})
			if err != nil {
				f.t.Fatal(err)
			}
			if !result.Reused {
				built = append(built, result.Parts...)
			}
		}
	}
	return built
}

// vanished announces that a process has no release left.
type vanished struct{ release }

func (g *vanished) message(generation int64) *pipelinev1.ProcessChanged {
	return &pipelinev1.ProcessChanged{Ocid: g.ocid, Batch: 9, Generation: generation, WithdrawnReleaseId: []string{g.id}, MappingVersion: "2"}
}
