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
	"github.com/kzocds/kzocds/proto/subject"
	"github.com/kzocds/kzocds/transformer/history"
	"github.com/kzocds/kzocds/transformer/internal/pg"
	"github.com/kzocds/kzocds/transformer/mapping"
)

// page is what transforming some processes gave.
type page struct {
	processes, releases, quarantined int64
}

// transform brings processes up to a batch and stores the
// outcome. Processes that another worker has written meanwhile are read and
// transformed anew.
func (s *Service) transform(ctx context.Context, batch int64, keys []string) (page, error) {
	var done page
	for attempt := 1; len(keys) > 0; attempt++ {
		if attempt > 8 {
			return done, fault.New(fault.Unavailable, "other workers keep writing %s", strings.Join(keys, ", "))
		}
		outcomes, err := s.outcomes(ctx, batch, keys)
		if err != nil {
			return done, err
		}
		lost, err := s.store.Write(ctx, batch, outcomes)
		if err != nil {
			return done, err
		}
		for _, o := range outcomes {
			if slices.Contains(lost, o.Key) {
				continue
			}
			done.processes++
			done.releases += int64(len(o.Result.Releases) - min(len(o.Before.Releases), len(o.Result.Releases)))
			if len(o.Result.Quarantine) > 0 {
				done.quarantined++
			}
		}
		keys = lost
	}
	return done, nil
}

// outcomes computes the histories of processes as of a batch.
func (s *Service) outcomes(ctx context.Context, batch int64, keys []string) ([]pg.Outcome, error) {
	// The states first: what is written after they were read is noticed by their
	// revision.
	states, err := s.store.States(ctx, keys)
	if err != nil {
		return nil, err
	}
	// A process that is ahead of the batch stays where it is.
	upTo := make(map[string]int64, len(keys))
	newest := batch
	for _, key := range keys {
		upTo[key] = max(batch, states[key].Batch)
		newest = max(newest, upTo[key])
	}
	stored, err := s.store.Documents(ctx, keys, newest)
	if err != nil {
		return nil, err
	}
	inputs := make(map[string]*history.Input, len(keys))
	references := make(map[string]mapping.References, len(keys))
	for _, key := range keys {
		inputs[key] = &history.Input{Key: process.Key(key), Published: states[key].Releases}
	}
	for i := range stored {
		if stored[i].Batch > upTo[stored[i].ProcessKey] {
			continue
		}
		in := inputs[stored[i].ProcessKey]
		in.Own = append(in.Own, s.version(&stored[i]))
	}
	var want pg.Wanted
	for key, in := range inputs {
		r := refer(in.Own)
		references[key] = r
		want.Points = append(want.Points, r.Points...)
		for _, root := range r.Roots {
			want.Plans = append(want.Plans, string(process.OfPlanPoint(root)))
		}
		want.Subjects = append(want.Subjects, r.Subjects...)
		want.Announcements = append(want.Announcements, r.Announcements...)
	}
	for _, ids := range []*[]string{&want.Points, &want.Plans, &want.Subjects, &want.Announcements} {
		slices.Sort(*ids)
		*ids = slices.Compact(*ids)
	}
	related, err := s.store.RelatedDocuments(ctx, want, newest)
	if err != nil {
		return nil, err
	}
	s.relate(inputs, references, related)

	outcomes := make([]pg.Outcome, 0, len(keys))
	for _, key := range keys {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		result, err := s.builder.Build(*inputs[key])
		if err != nil {
			return nil, err
		}
		if err := sameHistory(key, states[key], result); err != nil {
			return nil, err
		}
		outcomes = append(outcomes, pg.Outcome{Key: key, Kind: kindOf(key), Before: states[key], Result: result, Mapping: mapping.Version})
	}
	return outcomes, nil
}

// sameHistory verifies that the releases stored are the beginning of those
// computed. A release once published cannot change; when it would, the program
// or its settings are not those that made it.
func sameHistory(key string, before pg.State, result history.Result) error {
	for i, id := range before.Releases {
		if i < len(result.Releases) && result.Releases[i].ID == id {
			continue
		}
		if i >= len(result.Releases) && len(result.Quarantine) > 0 {
			return nil // held back now; what was published stays
		}
		return fault.New(fault.Conflict, "release %s of process %s, made by mapping version %s, would be made differently by mapping version %s or with these settings",
			id, key, before.Mapping, mapping.Version).About(key).
			Do("run with the settings (ocidPrefix, portalURL, pseudonymKey) and the program that made the stored releases, or with an empty schema ocds")
	}
	return nil
}

// version lets a stored document through the privacy boundary.
func (s *Service) version(d *pg.Document) history.Version {
	v := history.Version{
		Document: mapping.Document{Entity: d.Entity, ID: d.ID, Deleted: d.Deleted},
		Batch:    d.Batch, Hash: d.Hash, ChangedAt: d.ChangedAt, FetchedAt: d.FetchedAt, URL: d.URL,
	}
	body, err := s.guard.Clean(d.Entity, d.Body)
	if err != nil {
		v.Fault = err.Error()
		return v
	}
	v.Body = body
	return v
}

func refer(versions []history.Version) mapping.References {
	documents := make([]mapping.Document, len(versions))
	for i := range versions {
		documents[i] = versions[i].Document
	}
	return mapping.Refer(documents)
}

// relate gives every process the related documents that it refers to.
func (s *Service) relate(inputs map[string]*history.Input, references map[string]mapping.References, related []pg.Document) {
	byID := map[string][]history.Version{}
	byProcess := map[string][]history.Version{}
	for i := range related {
		v := s.version(&related[i])
		id := string(v.Entity) + "/" + v.ID
		if slices.ContainsFunc(byID[id], func(known history.Version) bool {
			return known.Batch == v.Batch && slices.Equal(known.Hash, v.Hash)
		}) {
			continue // found by row id and by process key
		}
		byID[id] = append(byID[id], v)
		byProcess[related[i].ProcessKey] = append(byProcess[related[i].ProcessKey], v)
	}
	for key, in := range inputs {
		r := references[key]
		for _, id := range r.Points {
			in.Related = append(in.Related, byID["plan_point/"+id]...)
		}
		for _, root := range r.Roots {
			for _, v := range byProcess[string(process.OfPlanPoint(root))] {
				if !slices.Contains(r.Points, v.ID) {
					in.Related = append(in.Related, v)
				}
			}
		}
		for _, id := range r.Announcements {
			in.Related = append(in.Related, byID["trd_buy/"+id]...)
		}
		for _, id := range r.Subjects {
			in.Subjects = append(in.Subjects, byID["subject/"+id]...)
		}
	}
}

func kindOf(key string) string {
	switch key[:1] {
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

// announce publishes the facts that wait in the outbox.
func (s *Service) announce(ctx context.Context) error {
	const limit = 500
	for {
		n, err := s.store.Outbox(ctx, limit, func(ctx context.Context, changes []pg.Change) error {
			facts := make([]bus.Fact, len(changes))
			for i := range changes {
				facts[i] = factOf(&changes[i])
			}
			_, err := s.bus.PublishFacts(ctx, facts)
			return err
		})
		if err != nil || n < limit {
			return err
		}
	}
}

func factOf(c *pg.Change) bus.Fact {
	m := &pipelinev1.ProcessChanged{
		Ocid: c.OCID, Batch: c.Batch, ReleaseId: c.ReleaseID, ReleaseDate: timestamppb.New(c.Date), Tag: c.Tags,
		RecordPartition: c.RecordPartition, ReleasePartition: pg.Partition(c.Date),
		ReleaseDigest: c.ReleaseDigest, RecordDigest: c.RecordDigest, MappingVersion: c.Mapping,
	}
	if len(c.Compiled) <= carried {
		m.CompiledRelease = c.Compiled
	}
	// The id is made of what the fact says, so that publishing it again is
	// publishing it once.
	sum := sha256.Sum256([]byte("ProcessChanged\x00" + c.OCID + "\x00" + c.ReleaseID + "\x00" + string(c.RecordDigest)))
	return bus.Fact{Subject: subject.ProcessChanged(c.OCID), Key: c.OCID, Message: m, ID: hex.EncodeToString(sum[:])}
}
