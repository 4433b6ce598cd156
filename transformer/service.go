package transformer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/fault"
	pipelinev1 "github.com/kzocds/kzocds/proto/kzocds/pipeline/v1"
	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/proto/subject"
	"github.com/kzocds/kzocds/transformer/history"
	"github.com/kzocds/kzocds/transformer/internal/pg"
	"github.com/kzocds/kzocds/transformer/mapping"
)

// page is what transforming some processes gave.
type page struct {
	processes, releases, quarantined int64
}

// transform brings processes up to a batch, stores the outcome and announces
// what it changed. A mark carries the first batch that changed its process.
// Processes that another worker has written meanwhile are read and transformed
// anew.
func (s *Service) transform(ctx context.Context, batch int64, marks []pg.Mark) (page, error) {
	var done page
	for attempt := 1; len(marks) > 0; attempt++ {
		if attempt > 8 {
			return done, fault.New(fault.Unavailable, "other workers keep writing %s and others", marks[0].Key)
		}
		outcomes, err := s.outcomes(ctx, batch, marks)
		if err != nil {
			return done, err
		}
		changes, lost, err := s.store.Write(ctx, s.mapping, batch, outcomes)
		if err != nil {
			return done, err
		}
		if err := s.announce(ctx, changes); err != nil {
			return done, err
		}
		for _, o := range outcomes {
			if slices.Contains(lost, o.Key) {
				continue
			}
			done.processes++
			done.releases += int64(len(o.Result.Releases))
			if len(o.Result.Quarantine) > 0 {
				done.quarantined++
			}
		}
		marks = slices.DeleteFunc(slices.Clone(marks), func(m pg.Mark) bool { return !slices.Contains(lost, m.Key) })
	}
	return done, nil
}

// outcomes continues the histories of processes up to a batch.
func (s *Service) outcomes(ctx context.Context, batch int64, marks []pg.Mark) ([]pg.Outcome, error) {
	work := make([]continued, len(marks))
	ocids := make([]string, len(marks))
	for i, m := range marks {
		key := process.Key(m.Key)
		ocids[i] = key.OCID(s.cfg.OCIDPrefix)
		work[i].in.Key = key
	}
	// The states first: what is written after they were read is noticed by their
	// revision.
	states, err := s.store.States(ctx, s.mapping.ID, ocids)
	if err != nil {
		return nil, err
	}
	newest := batch
	after := make([]pg.Mark, len(marks))
	at := make(map[string]*continued, len(marks))
	for i, m := range marks {
		w := &work[i]
		w.before = states[ocids[i]]
		// A process that is ahead of the batch stays where it is.
		w.upTo = max(batch, w.before.Looked)
		newest = max(newest, w.upTo)
		// A document of a batch that was looked at already is one that was announced
		// twice, or one that came late. Telling the history anew finds out which.
		w.anew = w.in.Key.Foreign() || m.Batch <= w.before.Looked
		if !w.anew {
			w.in.Before = history.State{
				Batch: w.before.Looked, Releases: w.before.Releases, Date: w.before.Date, Content: w.before.Content, Compiled: w.before.Compiled,
			}
		}
		after[i] = pg.Mark{Key: m.Key, Batch: w.in.Before.Batch}
		w.in.Listed = s.codes.asOf(w.upTo)
		at[m.Key] = w
	}
	if err := s.codes.read(ctx, s.store, s.guard, newest); err != nil {
		return nil, err
	}
	stored, err := s.store.Documents(ctx, after, newest)
	if err != nil {
		return nil, err
	}
	first := newest // batch with which the first of the histories goes on
	for i := range stored {
		w := at[stored[i].ProcessKey]
		if stored[i].Batch > w.upTo {
			continue
		}
		if stored[i].Batch > w.in.Before.Batch {
			first = min(first, stored[i].Batch)
		}
		w.in.Own = append(w.in.Own, s.version(&stored[i]))
	}
	if err := s.relate(ctx, work, first, newest); err != nil {
		return nil, err
	}
	outcomes := make([]pg.Outcome, 0, len(work))
	for i := range work {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		outcome, err := s.outcome(ctx, &work[i])
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, outcome)
	}
	return outcomes, nil
}

// continued is a history about to be continued, or told anew.
type continued struct {
	in     history.Input
	before pg.State
	upTo   int64
	anew   bool
}

func (s *Service) outcome(ctx context.Context, w *continued) (pg.Outcome, error) {
	result, err := s.builder.Build(w.in)
	if err != nil {
		return pg.Outcome{}, err
	}
	if w.anew && w.before.Releases > 0 {
		if result.Releases, err = s.beyond(ctx, w, &result); err != nil {
			return pg.Outcome{}, err
		}
	}
	return pg.Outcome{Key: string(w.in.Key), Kind: kindOf(w.in.Key), UpTo: w.upTo, Before: w.before, Result: result}, nil
}

// beyond verifies that the releases stored are the beginning of a history that
// was told anew, and returns what follows them. A release once published cannot
// change; when it would, a document came late, or the program was changed without
// giving its mapping another version.
func (s *Service) beyond(ctx context.Context, w *continued, told *history.Result) ([]history.Release, error) {
	stored, err := s.store.ReleaseIDs(ctx, s.mapping.ID, told.OCID, w.before.Releases)
	if err != nil {
		return nil, err
	}
	for i, id := range stored {
		if i < len(told.Releases) && told.Releases[i].ID == id {
			continue
		}
		return nil, fault.New(fault.Conflict, "release %s of process %s would be made differently now, although the mapping is %s as before", id, w.in.Key, s.mapping.Version).
			About(string(w.in.Key)).
			Do("give the changed mapping another version (mapping.Version), which is then run beside this one; or restore the source documents of batches that were transformed")
	}
	return told.Releases[len(stored):], nil
}

// version lets a stored document through the privacy boundary.
func (s *Service) version(d *pg.Document) history.Version {
	v := history.Version{
		Document: mapping.Document{Entity: d.Entity, ID: d.ID, Deleted: d.Deleted},
		Batch:    d.Batch, Hash: d.Hash, ChangedAt: d.ChangedAt, FetchedAt: d.FetchedAt, URL: d.URL, Origin: d.Origin,
	}
	clean := func(body []byte) (map[string]any, error) { return s.guard.Clean(d.Entity, body) }
	if d.Entity == source.OCDSRelease {
		clean = s.foreign.Clean
	}
	body, err := clean(d.Body)
	if err != nil {
		v.Fault = err.Error()
		return v
	}
	v.Body = body
	return v
}

// reference is one kind of reference from processes to documents: how the ids
// are found for a process, and where the documents go.
type reference struct {
	entity    source.Entity
	byProcess bool
	keys      func(*registers, mapping.References) []string
	to        func(in *history.Input) *[]history.Version
}

var references = []reference{
	{source.PlanPoint, false, points(false), related},
	{source.PlanPoint, true, plans(false, process.OfPlanPoint), related},
	{source.TrdBuy, false, announcements(false), related},
	{source.QuasiPlanPoint, false, points(true), related},
	{source.QuasiPlanPoint, true, plans(true, process.OfQuasiPlanPoint), related},
	{source.QuasiTrdBuy, false, announcements(true), related},
	{source.Subject, false, func(_ *registers, r mapping.References) []string { return r.Subjects }, subjects},
	{source.Blacklist, false, rowsOf(source.Blacklist), subjects},
	{source.QualifiedSupplier, false, rowsOf(source.QualifiedSupplier), subjects},
}

func related(in *history.Input) *[]history.Version  { return &in.Related }
func subjects(in *history.Input) *[]history.Version { return &in.Subjects }

// of gives ids for processes of the quasi-public sector, or for the others.
func of(quasi bool, ids func(mapping.References) []string) func(*registers, mapping.References) []string {
	return func(_ *registers, r mapping.References) []string {
		if r.Quasi != quasi {
			return nil
		}
		return ids(r)
	}
}

func points(quasi bool) func(*registers, mapping.References) []string {
	return of(quasi, func(r mapping.References) []string { return r.Points })
}

func announcements(quasi bool) func(*registers, mapping.References) []string {
	return of(quasi, func(r mapping.References) []string { return r.Announcements })
}

func plans(quasi bool, key func(root string) process.Key) func(*registers, mapping.References) []string {
	return of(quasi, func(r mapping.References) []string {
		keys := make([]string, len(r.Roots))
		for i, root := range r.Roots {
			keys[i] = string(key(root))
		}
		return keys
	})
}

func rowsOf(register source.Entity) func(*registers, mapping.References) []string {
	return func(rows *registers, r mapping.References) []string { return rows.ids(register, r) }
}

// relate gives every process the documents that it refers to.
func (s *Service) relate(ctx context.Context, work []continued, first, newest int64) error {
	if err := s.registers.read(ctx, s.store, newest); err != nil {
		return err
	}
	refers := make([]mapping.References, len(work))
	for i := range work {
		refers[i] = refer(work[i].in.Own)
	}
	for n, reference := range references {
		keys := make([][]string, len(work))
		var want []string
		for i := range refers {
			keys[i] = reference.keys(&s.registers, refers[i])
			want = append(want, keys[i]...)
		}
		if len(want) == 0 {
			continue
		}
		found, err := s.known.documents(n, want, first, newest, func(missing []string) (map[string][]history.Version, error) {
			return s.relatedDocuments(ctx, reference, missing, first, newest)
		})
		if err != nil {
			return err
		}
		for i := range work {
			to := reference.to(&work[i].in)
			for _, key := range keys[i] {
				*to = join(*to, found[key])
			}
		}
	}
	return nil
}

// join adds versions of documents that are not there yet: a plan point may be
// referred to by its row and by its process.
func join(to, more []history.Version) []history.Version {
	for i := range more {
		if !slices.ContainsFunc(to, func(v history.Version) bool {
			return v.ID == more[i].ID && v.Entity == more[i].Entity && v.Batch == more[i].Batch && slices.Equal(v.Hash, more[i].Hash)
		}) {
			to = append(to, more[i])
		}
	}
	return to
}

func (s *Service) relatedDocuments(ctx context.Context, r reference, keys []string, first, newest int64) (map[string][]history.Version, error) {
	stored, err := s.store.RelatedDocuments(ctx, pg.Wanted{Entity: r.entity, ByProcess: r.byProcess, Keys: keys}, first, newest)
	if err != nil {
		return nil, err
	}
	found := make(map[string][]history.Version, len(keys))
	for i := range stored {
		key := stored[i].ID
		if r.byProcess {
			key = stored[i].ProcessKey
		}
		found[key] = append(found[key], s.version(&stored[i]))
	}
	return found, nil
}

func refer(versions []history.Version) mapping.References {
	documents := make([]mapping.Document, len(versions))
	for i := range versions {
		documents[i] = versions[i].Document
	}
	return mapping.Refer(documents)
}

// kindOf is the kind of a process; the registers of the quasi-public sector (o
// before the kind) have the same kinds.
func kindOf(key process.Key) string {
	if key.Foreign() {
		return "foreign"
	}
	switch strings.TrimPrefix(string(key), "o")[:1] {
	case "c":
		return "contract"
	case "p":
		return "plan"
	default:
		return "tender"
	}
}

// carried is the largest compiled release that travels inside a fact, in bytes;
// a larger one is read from the database.
const carried = 512 << 10

// announce publishes changes and takes them out of the outbox. What a process
// that is killed has stored but not announced stays there (sweep).
func (s *Service) announce(ctx context.Context, changes []pg.Change) error {
	if len(changes) == 0 {
		return nil
	}
	if err := s.publish(ctx, changes); err != nil {
		return err
	}
	return s.store.Announced(ctx, changes)
}

// sweep announces what waits in the outbox.
func (s *Service) sweep(ctx context.Context) error {
	const limit = 500
	for {
		n, err := s.store.Outbox(ctx, limit, s.publish)
		if err != nil || n < limit {
			return err
		}
	}
}

func (s *Service) publish(ctx context.Context, changes []pg.Change) error {
	facts := make([]bus.Fact, len(changes))
	for i := range changes {
		facts[i] = factOf(&changes[i])
	}
	_, err := s.bus.PublishFacts(ctx, facts)
	return err
}

func factOf(c *pg.Change) bus.Fact {
	m := &pipelinev1.ProcessChanged{
		Ocid: c.OCID, Batch: c.Batch, ReleaseId: c.ReleaseID, Tag: c.Tags,
		RecordPartition: c.RecordPartition,
		ReleaseDigest:   c.ReleaseDigest, RecordDigest: c.RecordDigest, MappingVersion: c.Mapping,
		Generation: c.Generation, WithdrawnReleaseId: c.Withdrawn,
	}
	if c.ReleaseID != "" {
		m.ReleaseDate, m.ReleasePartition = timestamppb.New(c.Date), pg.Partition(c.Date)
	}
	if len(c.Compiled) <= carried {
		m.CompiledRelease = c.Compiled
	}
	// The id is made of what the fact says, so that publishing it again is
	// publishing it once.
	sum := sha256.Sum256([]byte(strings.Join(slices.Concat(
		[]string{"ProcessChanged", c.OCID, c.ReleaseID, string(c.RecordDigest)}, c.Withdrawn), "\x00")))
	return bus.Fact{Subject: subject.ProcessChanged(c.OCID), Key: c.OCID, Message: m, ID: hex.EncodeToString(sum[:])}
}
