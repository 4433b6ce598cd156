package publisher

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/parquet-go/parquet-go"
	"golang.org/x/sync/errgroup"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/fault"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/personal"
	"github.com/kzocds/kzocds/proto/publication"
	row "github.com/kzocds/kzocds/proto/tables"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

func linesOf(t testing.TB, gz []byte) []string {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(gz))
	if err != nil {
		t.Fatal(err)
	}
	if !r.ModTime.IsZero() || r.Name != "" {
		t.Errorf("the gzip header has a time or a name: %v %q", r.ModTime, r.Name)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func (f *fixture) manifestOf(id string) publication.Bulk {
	f.t.Helper()
	m, err := f.Bulk(f.t.Context(), publication.BulkRequest{Snapshot: id})
	if err != nil {
		f.t.Fatal(err)
	}
	return m
}

func objectNamed(t testing.TB, m publication.Bulk, name string) publication.Object {
	t.Helper()
	for _, d := range m.Datasets {
		for _, o := range d.Objects {
			if o.Name == name {
				return o
			}
		}
	}
	t.Fatalf("the manifest has no %s", name)
	return publication.Object{}
}

func TestASnapshotHoldsEverythingItsManifestSays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.fill(7)
	f.apply(f.transform(0, 1))
	plan, _ := f.publish(7)
	m := f.manifestOf(plan.SnapshotId)
	if m.Counts.Processes != 7 || m.Counts.Releases != 8 {
		t.Errorf("counts %+v", m.Counts)
	}
	for _, d := range m.Datasets {
		for _, o := range d.Objects {
			content := f.memory.text(t, o.Key)
			if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != o.SHA256 || int64(len(content)) != o.Bytes {
				t.Errorf("%s has not the digest or size of the manifest", o.Name)
			}
			if strings.HasSuffix(o.Name, ".jsonl.gz") {
				if n := len(linesOf(t, content)); int64(n) != o.Rows {
					t.Errorf("%s has %d lines, the manifest says %d", o.Name, n, o.Rows)
				}
			}
			options := f.memory.objects[o.Key].options
			if options.ContentType != o.MediaType || options.ContentEncoding != "" || options.ContentDisposition == "" {
				t.Errorf("%s is stored as %+v", o.Name, options)
			}
			if o.URL != f.memory.URL(o.Key) {
				t.Errorf("%s is at %q", o.Name, o.URL)
			}
		}
	}

	var months []byte
	for _, d := range m.Datasets {
		for _, o := range d.Objects {
			if d.Name == snapshot.Compiled && o.Period != "" {
				months = append(months, f.memory.text(t, o.Key)...)
			}
		}
	}
	if !bytes.Equal(months, f.memory.text(t, objectNamed(t, m, "compiled/full.jsonl.gz").Key)) {
		t.Error("the file of all compiled releases is not the months in their order")
	}

	line := linesOf(t, f.memory.text(t, objectNamed(t, m, "records/2026-05.jsonl.gz").Key))[0]
	var pkg struct {
		URI, Version, PublishedDate, License string
		Extensions                           []string
		Records                              []struct {
			OCID            string
			Releases        []struct{ ID string }
			CompiledRelease struct{ ID string }
		}
	}
	if err := json.Unmarshal([]byte(line), &pkg); err != nil {
		t.Fatal(err)
	}
	first, second := makeRelease(0, 0), makeRelease(0, 1)
	if pkg.URI != "https://data.example/api/v1/ocds/records/ocds-kz0000-t1000" || pkg.Version != "1.1" || len(pkg.Extensions) < 3 || pkg.License == "" ||
		pkg.PublishedDate != second.date.Format("2006-01-02T15:04:05Z") || len(pkg.Records) != 1 || pkg.Records[0].OCID != "ocds-kz0000-t1000" ||
		len(pkg.Records[0].Releases) != 2 || pkg.Records[0].Releases[0].ID != first.id || pkg.Records[0].Releases[1].ID != second.id ||
		pkg.Records[0].CompiledRelease.ID == "" {
		t.Errorf("record package %+v", pkg)
	}

	lots := objectNamed(t, m, "parquet/lots/2026-05.parquet")
	content := f.memory.text(t, lots.Key)
	rows, err := parquet.Read[row.Lot](bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(rows)) != lots.Rows || rows[0].OCID != "ocds-kz0000-t1000" || *rows[0].ValueMinor != 100100 || !rows[0].Open || rows[0].LastReleaseID != second.id {
		t.Errorf("lots %+v", rows[0])
	}

	var latest publication.Latest
	if err := json.Unmarshal(f.memory.text(t, snapshot.LatestKey), &latest); err != nil || latest.Snapshot != plan.SnapshotId {
		t.Errorf("latest.json %+v, %v", latest, err)
	}
}

// The same content gives the same id and the same bytes, whatever the order in
// which it arrived and was built.
func TestOrderAndWorkersDoNotMatter(t *testing.T) {
	t.Parallel()
	const n = 20
	a := newFixture(t)
	a.fill(n)
	a.apply(a.transform(4, 1), a.transform(5, 1))
	one, _ := a.publish(n)

	b := newFixture(t)
	order := rand.Perm(n)
	for _, i := range order {
		first := b.transform(i, 0)
		if i == 4 || i == 5 {
			b.apply(b.transform(i, 1), first) // the newer one first
			continue
		}
		b.apply(first, first) // delivered twice
	}
	plan, err := b.plan(t.Context(), 9, false)
	if err != nil {
		t.Fatal(err)
	}
	rand.Shuffle(len(plan.Build), func(i, j int) { plan.Build[i], plan.Build[j] = plan.Build[j], plan.Build[i] })
	var g errgroup.Group
	for _, ref := range plan.Build {
		if ref.Dataset != snapshot.Compiled && ref.Dataset != snapshot.Years {
			g.Go(func() error {
				_, err := b.build(t.Context(), &workflowv1.BuildInput{SnapshotId: plan.SnapshotId, Partition: ref}, func(int64) {})
				return err
			})
		}
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	two, _ := b.publish(n)
	if one.SnapshotId != two.SnapshotId {
		t.Fatalf("ids %s and %s", one.SnapshotId, two.SnapshotId)
	}
	if x, y := a.memory.text(t, snapshot.ManifestKey(one.SnapshotId)), b.memory.text(t, snapshot.ManifestKey(two.SnapshotId)); !bytes.Equal(x, y) {
		t.Errorf("manifests differ:\n%s\n%s", x, y)
	}
	keys := slices.Sorted(maps.Keys(a.memory.objects))
	if !slices.Equal(keys, slices.Sorted(maps.Keys(b.memory.objects))) {
		t.Fatal("the stores hold other keys")
	}
	for _, key := range keys {
		if !bytes.Equal(a.memory.text(t, key), b.memory.text(t, key)) {
			t.Errorf("%s differs", key)
		}
	}
}

func TestAChangeRebuildsOnlyItsPartitions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.fill(9)
	first, built := f.publish(9)
	if len(built) == 0 {
		t.Fatal("nothing was built")
	}
	f.memory.written()

	if same, _ := f.publish(9); same.Changed || same.SnapshotId != first.SnapshotId {
		t.Errorf("without a change: %+v", same)
	}
	if w := f.memory.written(); len(w) != 0 {
		t.Errorf("without a change %v was written", w)
	}

	f.apply(f.transform(1, 1)) // process 1 lives in June, its new release too
	second, built := f.publish(9)
	if second.SnapshotId == first.SnapshotId || second.ParentId != first.SnapshotId {
		t.Errorf("snapshot %s of parent %s after %s", second.SnapshotId, second.ParentId, first.SnapshotId)
	}
	for _, p := range built {
		if p.Partition.Period != "2026-06" && p.Partition.Period != "2026" && p.Partition.Period != "" {
			t.Errorf("%s %s was built again", p.Partition.Dataset, p.Partition.Period)
		}
	}
	// A table without a change in it has the bytes it had, and is not written.
	for _, key := range f.memory.written() {
		if strings.Contains(key, "2026-05") || strings.Contains(key, "2026-07") || strings.Contains(key, "parquet-bids") {
			t.Errorf("%s was written", key)
		}
	}
	if m := f.manifestOf(first.SnapshotId); m.ID != first.SnapshotId {
		t.Error("the old snapshot is gone")
	}
}

func TestWhatVanishedFromTheStoreIsBuiltAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.fill(6)
	plan, _ := f.publish(6)
	lost := objectNamed(t, f.manifestOf(plan.SnapshotId), "parquet/lots/2026-07.parquet").Key
	must(t, f.memory.Delete(t.Context(), lost))
	var ofJuly int // records, compiled releases and tables
	for d, o := range snapshot.Objects(f.manifestOf(plan.SnapshotId).Manifest) {
		if o.Period == "2026-07" && d.Name != snapshot.Releases {
			ofJuly++
		}
	}
	must(t, f.memory.Delete(t.Context(), snapshot.LatestKey))
	again, built := f.publish(6)
	if again.SnapshotId != plan.SnapshotId || len(built) != ofJuly || ofJuly < 4 {
		t.Errorf("snapshot %s with %d objects built", again.SnapshotId, len(built))
	}
	if _, err := f.memory.Stat(t.Context(), lost); err != nil {
		t.Error(err)
	}
}

func TestADatabaseBesideAnEmptyBucketPublishesTheSameAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withDeltas)
	f.fill(6)
	f.publish(6)
	f.apply(f.transform(0, 1))
	last, _ := f.publish(6)
	must(t, f.store.Cite(t.Context(), last.SnapshotId, "a report"))
	before := f.memory.text(t, snapshot.ManifestKey(last.SnapshotId))
	if !strings.Contains(string(before), `"deltas"`) {
		t.Fatal("there should be a delta")
	}
	must(t, f.memory.List(t.Context(), "", func(o blob.Info) error { return f.memory.Delete(t.Context(), o.Key) }))
	again, _ := f.publish(6)
	if again.SnapshotId != last.SnapshotId || !again.Changed || !again.Complete {
		t.Fatalf("planned %v", again)
	}
	bulk, err := f.Bulk(t.Context(), publication.BulkRequest{})
	must(t, err)
	if !bulk.Current || !bulk.Cited || len(bulk.Deltas) != 0 || bulk.Counts.Releases != 7 || len(bulk.Changes) != 1 {
		t.Errorf("bulk %+v, changes %+v", bulk.Manifest, bulk.Changes)
	}
	f.apply(f.transform(1, 1))
	next, _ := f.publish(6)
	if next.SnapshotId == last.SnapshotId || next.Complete {
		t.Errorf("the next change: %v", next)
	}
}

// The files of a snapshot never change, so those with an older address stay until
// something else changes.
func TestAnotherAddressWithoutAnotherContentChangesNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, withDeltas)
	f.fill(6)
	f.publish(6)
	f.apply(f.transform(0, 1))
	last, _ := f.publish(6)
	f.envelope.Base = "https://moved.example"
	for name, plan := range map[string]func() (*workflowv1.SnapshotPlan, error){
		"a publication":                func() (*workflowv1.SnapshotPlan, error) { return f.plan(t.Context(), 1, false) },
		"a publication without deltas": func() (*workflowv1.SnapshotPlan, error) { return f.plan(t.Context(), 1, true) },
		"a compaction":                 func() (*workflowv1.SnapshotPlan, error) { return f.planCompaction(t.Context()) },
	} {
		p, err := plan()
		if err != nil || p.SnapshotId != last.SnapshotId || p.Changed || p.Compaction || p.Processes != 6 {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
	f.builder.envelope = f.envelope
	f.apply(f.transform(1, 1))
	next, _ := f.publish(6)
	if !next.Complete {
		t.Errorf("the next change: %v", next)
	}
	for _, line := range linesOf(t, f.memory.text(t, objectNamed(t, f.manifestOf(next.SnapshotId), "records/2026-07.jsonl.gz").Key)) {
		if !strings.Contains(line, `"uri":"https://moved.example/`) {
			t.Errorf("after the next change: %s", line)
		}
	}
}

func TestAnEmptyPublicationIsNeverPublished(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	plan, _ := f.publish(0)
	if plan.Changed || plan.SnapshotId != "" || len(f.memory.written()) != 0 {
		t.Errorf("plan %+v", plan)
	}
}

func TestTheGateNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		counts *workflowv1.StageCounts
		spoil  func(f *fixture, id string)
		check  string
		ids    []string
	}{
		"a process that the source names and nobody stored": {
			counts: &workflowv1.StageCounts{Source: 4, Stored: 3, Transformed: 3}, check: "stages-equal", ids: []string{"t1003"},
			spoil: func(f *fixture, _ string) {
				f.exec(`insert into source.quarantine values ('t1000', null), ('t1003', null), ('t1004', now()), ('', null)`)
			}},
		"a process that is neither transformed nor in quarantine": {
			counts: &workflowv1.StageCounts{Source: 5, Stored: 5, Transformed: 3, Quarantined: 1}, check: "stages-equal", ids: []string{"t1003"},
			spoil: func(f *fixture, _ string) {
				f.exec(`insert into source.document values ('t1003'), ('t1004'), ('')`)
				f.exec(`insert into ocds.quarantine values ('t1004', 'rule', 'error', true)`)
			}},
		"a transformed process that was never announced": {
			counts: counts(4), spoil: func(f *fixture, _ string) { f.transform(3, 0) }, check: "stages-equal", ids: []string{"ocds-kz0000-t1003"}},
		"an object that is missing": {
			counts: counts(3), check: "objects-present",
			spoil: func(f *fixture, id string) {
				if err := f.memory.Delete(f.t.Context(), objectNamed(f.t, f.manifestOf(id), "releases/2026-05.jsonl.gz").Key); err != nil {
					f.t.Fatal(err)
				}
			}},
		"an object of another digest": {
			counts: counts(3), check: "read-back",
			spoil: func(f *fixture, id string) {
				o := objectNamed(f.t, f.manifestOf(id), "parquet/lots/2026-05.parquet")
				text := bytes.Clone(f.memory.text(f.t, o.Key))
				text[len(text)/2] ^= 1
				f.memory.damage(f.t, o.Key, text)
			}},
		"a table that is none": {
			counts: counts(3), check: "read-back",
			spoil: func(f *fixture, id string) { f.swap(id, "parquet/processes/2026-05.parquet", []byte("PAR1")) }},
		"a package that is no gzip file": {
			counts: counts(3), check: "read-back",
			spoil: func(f *fixture, id string) { f.swap(id, "releases/2026-05.jsonl.gz", []byte("{}")) }},
		"releases of another month": {
			counts: counts(3), check: "read-back",
			spoil: func(f *fixture, id string) {
				f.swap(id, "releases/2026-05.jsonl.gz", f.memory.text(f.t, objectNamed(f.t, f.manifestOf(id), "releases/2026-06.jsonl.gz").Key))
			}},
		"records without their last": {
			counts: counts(3), check: "read-back", spoil: func(f *fixture, id string) { f.swap(id, "records/2026-05.jsonl.gz", zipped("")) }},
		"compiled releases that are not those of the records": {
			counts: counts(3), check: "read-back", spoil: func(f *fixture, id string) { f.swap(id, "compiled/2026-05.jsonl.gz", zipped("{}\n")) }},
		"lots of other processes": {
			counts: counts(3), check: "read-back",
			spoil: func(f *fixture, id string) {
				f.swap(id, "parquet/lots/2026-05.parquet", f.memory.text(f.t, objectNamed(f.t, f.manifestOf(id), "parquet/lots/2026-06.parquet").Key))
			}},
		"lots that do not add up by a dimension": {
			counts: counts(3), check: "sums-by-dimension",
			spoil: func(f *fixture, id string) {
				f.rewriteLots(id, "parquet/lots/2026-06.parquet", func(lots []row.Lot) { lots[0].Status, lots[1].Status = "cancelled", "active" })
			}},
		"lots that do not add up": {
			counts: counts(3), check: "sums-by-dimension",
			spoil: func(f *fixture, id string) {
				f.rewriteLots(id, "parquet/lots/2026-06.parquet", func(lots []row.Lot) { *lots[1].ValueMinor++ })
			}},
		"a month that holds the processes of another": {
			counts: counts(3), check: "loads-as-published",
			spoil: func(f *fixture, id string) {
				f.swap(id, "parquet/processes/2026-05.parquet", f.memory.text(f.t, objectNamed(f.t, f.manifestOf(id), "parquet/processes/2026-06.parquet").Key))
			}},
		"a manifest that does not list everything": {
			counts: counts(3), check: "rows-add-up",
			spoil: func(f *fixture, id string) {
				m := f.manifestOf(id)
				m.Datasets[0].Objects = m.Datasets[0].Objects[1:]
				text, err := snapshot.Encode(m.Manifest)
				if err != nil {
					f.t.Fatal(err)
				}
				f.memory.damage(f.t, snapshot.ManifestKey(id), text)
			}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.fill(3)
			f.exec(`insert into source.document values ('t1000'), ('t1000'), ('t1001'), ('t1002')`)
			plan, _, gate := f.prepareSnapshot(counts(3))
			if !gate.Passed {
				t.Fatal(refused(plan.SnapshotId, gate))
			}
			if c.spoil != nil {
				c.spoil(f, plan.SnapshotId)
			}
			gate, err := f.gate(t.Context(), &workflowv1.AssembleInput{Plan: plan, Counts: c.counts})
			if err != nil {
				t.Fatal(err)
			}
			at := slices.IndexFunc(gate.Checks, func(k *workflowv1.GateCheck) bool { return k.Id == c.check })
			if gate.Passed || gate.Checks[at].Passed {
				t.Fatalf("passed: %v", gate)
			}
			if c.ids != nil && !slices.Equal(gate.Checks[at].Ids, c.ids) {
				t.Errorf("named are %v, want %v", gate.Checks[at], c.ids)
			}
			if text := refused(plan.SnapshotId, gate).Error(); !strings.Contains(text, c.check) {
				t.Errorf("the failure does not name the check: %s", text)
			}
		})
	}
}

// swap puts another object into the place of one, as if it had been built so.
func (f *fixture) swap(id, name string, content []byte) {
	f.t.Helper()
	o := objectNamed(f.t, f.manifestOf(id), name)
	f.memory.damage(f.t, o.Key, content)
	sum := sha256.Sum256(content)
	f.exec(`update publication.part set bytes = $2, sha256 = $3 where name = $1`, name, len(content), sum[:])
}

// rewriteLots alters the rows of a table.
func (f *fixture) rewriteLots(id, name string, change func([]row.Lot)) {
	f.t.Helper()
	lots, err := parquet.Read[row.Lot](bytes.NewReader(f.memory.text(f.t, objectNamed(f.t, f.manifestOf(id), name).Key)), int64(len(f.memory.text(f.t, objectNamed(f.t, f.manifestOf(id), name).Key))))
	must(f.t, err)
	change(lots)
	var b bytes.Buffer
	must(f.t, parquet.Write(&b, lots))
	f.swap(id, name, b.Bytes())
}

func zipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // into memory
	_ = w.Close()
	return b.Bytes()
}

// What is added up follows from the columns, so that nobody has to think of it.
func TestEveryTableIsAddedUpByEveryColumn(t *testing.T) {
	t.Parallel()
	for name, empty := range row.Empty() {
		c := columnsOf(parquet.SchemaOf(empty))
		if len(c.measures)-1+len(c.dimensions) != reflect.TypeOf(empty).NumField() {
			t.Errorf("%s has %d columns, %v and %v are used", name, reflect.TypeOf(empty).NumField(), c.measures, c.dimensions)
		}
		for _, d := range c.dimensions {
			if strings.HasSuffix(d, "_minor") {
				t.Errorf("%s: %s is an amount and not added up", name, d)
			}
		}
		for _, m := range c.measures {
			if strings.HasSuffix(m, "_day") || strings.HasSuffix(m, "_id") {
				t.Errorf("%s: %s is added up", name, m)
			}
		}
	}
}

func TestSumsDoNotDependOnOrderAndTellMembersApart(t *testing.T) {
	t.Parallel()
	type line struct {
		Kind  string `parquet:"kind"`
		Day   *int32 `parquet:"day,optional,date"`
		Value *int64 `parquet:"value,optional"`
	}
	schema, one, two, day := parquet.SchemaOf(line{}), int64(1), int64(2), int32(7)
	of := func(lines ...line) *sums {
		s := newSums(schema)
		for i := range lines {
			s.add(schema.Deconstruct(nil, &lines[i]))
		}
		return s
	}
	a, b, none := line{"a", &day, &one}, line{"b", nil, &two}, line{"", nil, nil}
	want := of(a, b, none)
	if want.rows != 3 || want.totals[1] != 3 {
		t.Errorf("totals %v of %v", want.totals, want.measures)
	}
	for name, c := range map[string]struct {
		is  *sums
		odd []string
	}{
		"another order":    {of(none, b, a), nil},
		"a member renamed": {of(line{"c", &day, &one}, b, none), []string{"rows by kind", "value by kind"}},
		"amounts changed places, totals are the same": {of(line{"a", &day, &two}, line{"b", nil, &one}, none), []string{"value by kind", "value by day"}},
		"a day that is missing":                       {of(line{"a", nil, &one}, b, none), []string{"rows by day", "value by day"}},
		"another amount":                              {of(a, line{"b", nil, &one}, none), []string{"value 2 instead of 3", "value by kind", "value by day"}},
	} {
		if odd := c.is.differences(want.bytes()); !slices.Equal(odd, c.odd) {
			t.Errorf("%s: %q, want %q", name, odd, c.odd)
		}
	}
	if odd := of(a).differences(nil); len(odd) == 0 {
		t.Error("sums that were never stored pass")
	}
	if total := totalOf(want.columns, want.bytes(), "value"); total != 3 {
		t.Errorf("total %d", total)
	}
}

func TestPersonalDataStopTheSnapshot(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	data := []struct{ datum, what string }{
		{"ИИН 800101300125", string(personal.IIN)},
		{"someone@example.kz", string(personal.Email)},
		{"+7 701 765 43 21", string(personal.Telephone)},
		{"KZ75125KZT1001300335", string(personal.Account)},
		{"контактное лицо Тестова Айгуль", string(personal.Name)},
		{"для Тестовой Айгуль Маратовны", string(personal.Name)},
		{`","telephone":"городской`, "member telephone"},
	}
	n := len(data) + 1
	f.fill(n) // the last stays as it is
	for i, d := range data {
		last := makeRelease(i, 1)
		last.body = bytes.Replace(last.body, []byte("версия 1"), []byte(d.datum), 1)
		sum := sha256.Sum256(last.body)
		f.exec(`insert into ocds.release values ($1, $2, 2, $3, '{tender}', $4, $5, '1')`, last.id, last.ocid, last.date, sum[:], string(last.body))
		compiled, err := f.merger.Compiled([][]byte{makeRelease(i, 0).body, last.body})
		must(t, err)
		f.apply(f.record(i, last, compiled, 2))
	}
	plan, _, gate := f.prepareSnapshot(counts(int64(n)))
	why := refused(plan.SnapshotId, gate).Error()
	if gate.Passed || !strings.Contains(why, "no-personal-data") || strings.Contains(why, makeRelease(n-1, 0).ocid) {
		t.Errorf("gate: %s", why)
	}
	for i, d := range data {
		if !strings.Contains(why, makeRelease(i, 0).ocid+" "+d.what) || strings.Contains(why, d.datum) {
			t.Errorf("%s: gate: %s", d.what, why)
		}
	}
}

func TestProcessesDoNotVanishUnseen(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.fill(6)
	f.publish(6)
	f.exec(`delete from publication.process where ocid = 'ocds-kz0000-t1002'`)
	f.exec(`update publication.partition set digest = null where dataset = 'records'`)
	plan, _, gate := f.prepareSnapshot(counts(5))
	if why := refused(plan.SnapshotId, gate).Error(); gate.Passed || !strings.Contains(why, "not-shrunk") {
		t.Errorf("gate: %s", why)
	}
}

func TestContentThatChangesWhileItIsBuiltIsNotPublished(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(f *fixture){
		"a text that was altered": func(f *fixture) {
			f.exec(`update ocds.record set compiled = replace(compiled, 'Закупка', 'Покупка')`)
		},
		"texts of several lines": func(f *fixture) {
			f.exec(`update ocds.record set compiled = replace(compiled, ',', E',\n')`)
			f.exec(`update ocds.record set digest = sha256(convert_to(compiled, 'UTF8'))`)
			f.exec(`update publication.process p set digest = r.digest from ocds.record r where r.ocid = p.ocid`)
		},
		"a release that is missing": func(f *fixture) { f.exec(`delete from ocds.release where ocid = 'ocds-kz0000-t1000'`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.fill(3)
			plan, err := f.plan(t.Context(), 1, false)
			if err != nil {
				t.Fatal(err)
			}
			change(f)
			var failed error
			for _, ref := range plan.Build {
				if ref.Dataset == snapshot.Records {
					_, err := f.build(t.Context(), &workflowv1.BuildInput{SnapshotId: plan.SnapshotId, Partition: ref}, func(int64) {})
					failed = errors.Join(failed, err)
				}
			}
			if kind := fault.KindOf(failed); kind != fault.Conflict && kind != fault.Invalid {
				t.Errorf("built all the same: %v", failed)
			}
			if err := f.assemble(t.Context(), plan); fault.KindOf(err) != fault.Conflict {
				t.Errorf("a manifest of a half-built snapshot: %v", err)
			}
		})
	}
}

// What comes while a snapshot is being built belongs to the next one.
func TestASnapshotIsBuiltAsItWasPlanned(t *testing.T) {
	t.Parallel()
	undisturbed := newFixture(t)
	undisturbed.fill(6)
	want, _ := undisturbed.publish(6)

	f := newFixture(t)
	f.fill(6)
	plan, err := f.plan(t.Context(), 1, false)
	if err != nil {
		t.Fatal(err)
	}
	f.transform(0, 1)          // stored, and not heard of
	f.apply(f.transform(1, 1)) // heard of
	f.apply(f.transform(6, 0)) // a process that was not there
	f.buildAll(plan)
	if err := f.assemble(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	if plan.SnapshotId != want.SnapshotId {
		t.Fatalf("snapshot %s instead of %s", plan.SnapshotId, want.SnapshotId)
	}
	key := snapshot.ManifestKey(want.SnapshotId)
	if got, want := f.memory.text(t, key), undisturbed.memory.text(t, key); !bytes.Equal(got, want) {
		t.Errorf("manifest\n%s\nundisturbed\n%s", got, want)
	}
}

func TestOnlyOneSuccessorOfASnapshotBecomesCurrent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.fill(3)
	first, _ := f.publish(3)
	if err := f.flip(t.Context(), &workflowv1.FlipInput{SnapshotId: first.SnapshotId}); err != nil {
		t.Errorf("a repeated flip fails: %v", err)
	}
	f.apply(f.transform(1, 1))
	next, _, _ := f.prepareSnapshot(counts(3))
	if err := f.flip(t.Context(), &workflowv1.FlipInput{SnapshotId: next.SnapshotId, ParentId: "another parent"}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a snapshot of a former parent became current: %v", err)
	}
	if latest, _, err := f.latest(t.Context()); err != nil || latest.Snapshot != first.SnapshotId {
		t.Errorf("latest %+v, %v", latest, err)
	}
}

func TestConfigurationsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(*Config){
		"publicURL":       func(c *Config) { c.PublicURL = "" },
		"bucketURL":       func(c *Config) { c.BucketURL = "bucket" },
		"publisher.name":  func(c *Config) { c.Issuer.Name = "" },
		"builds":          func(c *Config) { c.Builds = 0 },
		"consumers":       func(c *Config) { c.Consumers = 0 },
		"schedule.every":  func(c *Config) { c.Schedule.Enabled, c.Schedule.Every = true, 0 },
		"schedule.source": func(c *Config) { c.Schedule.Enabled, c.Schedule.Source = true, "" },
	} {
		cfg := Default()
		change(&cfg)
		_, err := New(cfg, Deps{})
		var e *fault.Error
		if !errors.As(err, &e) || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func BenchmarkBuildRecords(b *testing.B) {
	f := newFixture(b)
	const n = 600
	f.fill(n)
	plan, err := f.plan(b.Context(), 1, false)
	if err != nil {
		b.Fatal(err)
	}
	planned, err := f.store.Snapshot(b.Context(), plan.SnapshotId)
	if err != nil {
		b.Fatal(err)
	}
	var size int64
	if err := f.pool.QueryRow(b.Context(), `select sum(octet_length(compiled)) from ocds.record`).Scan(&size); err != nil {
		b.Fatal(err)
	}
	units := snapshot.Units(planned.Partitions, f.recipe())
	b.SetBytes(size)
	for b.Loop() {
		for _, u := range units {
			if u.Dataset == snapshot.Records {
				if _, err := f.builder.build(b.Context(), u, planned.Mark, nil, func(int64) {}); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "processes/s")
}

func TestTheWorkFolderIsMadeAndCleared(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "work")
	if err := clearWorkDir(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{temporary + "unit-1", "other"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := clearWorkDir(dir); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 || left[0].Name() != "other" {
		t.Errorf("left %v, %v", left, err)
	}
}

// breaking gives objects that end before their end, as when a store goes away.
type breaking struct{ *memory }

func (b breaking) Get(ctx context.Context, key string, o blob.GetOptions) (io.ReadCloser, blob.Info, error) {
	body, info, err := b.memory.Get(ctx, key, o)
	if err == nil && strings.HasPrefix(key, "data/") {
		body = io.NopCloser(io.MultiReader(io.LimitReader(body, 40), iotest.ErrReader(io.ErrUnexpectedEOF)))
	}
	return body, info, err
}

// What the store did not give to the end is asked for again and never taken for
// wrong.
func TestAStoreThatBreaksOffIsNoFailedCheck(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.fill(3)
	plan, _, _ := f.prepareSnapshot(counts(3))
	f.bucket = breaking{f.memory}
	if gate, err := f.gate(t.Context(), &workflowv1.AssembleInput{Plan: plan, Counts: counts(3)}); err == nil {
		t.Errorf("the gate decided: %v", gate)
	}
	one := &reading{gating: &gating{Service: f.Service}, place: &place{}}
	lines := one.lines(t.Context(), []snapshot.Part{{Name: "x", Key: objectNamed(t, f.manifestOf(plan.SnapshotId), "records/2026-05.jsonl.gz").Key}})
	if line, err := lines.next(); !errors.Is(err, io.ErrUnexpectedEOF) || len(one.odd.content) > 0 {
		t.Errorf("line %q, %v, found %q", line, err, one.odd.content)
	}
}
