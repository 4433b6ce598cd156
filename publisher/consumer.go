package publisher

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/fault"
	pipelinev1 "github.com/kzocds/kzocds/proto/kzocds/pipeline/v1"
	"github.com/kzocds/kzocds/proto/subject"
	"github.com/kzocds/kzocds/publisher/internal/pg"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

// consume takes in what the transformer announces, until ctx ends.
func (s *Service) consume(ctx context.Context) error {
	return s.bus.Consume(ctx, bus.ConsumeConfig{
		Stream: subject.StreamOCDS, Durable: subject.ConsumerPublisher, Workers: s.cfg.Consumers, Stage: "publish",
	}, func(ctx context.Context, m bus.Msg) error {
		c, err := changeOf(m.Data)
		if err != nil {
			return err
		}
		return s.store.Apply(ctx, c)
	})
}

// changeOf reads a ProcessChanged. One that cannot be placed is invalid and ends
// in quarantine.
func changeOf(data []byte) (pg.Change, error) {
	var m pipelinev1.ProcessChanged
	if err := proto.Unmarshal(data, &m); err != nil {
		return pg.Change{}, fault.Wrap(fault.Invalid, err, "the message is no ProcessChanged")
	}
	switch {
	case m.Ocid == "":
		return pg.Change{}, fault.New(fault.Invalid, "ProcessChanged without ocid").At("ocid")
	case m.ReleaseId == "":
		return pg.Change{}, fault.New(fault.Invalid, "ProcessChanged without release id").About(m.Ocid).At("release_id")
	case m.ReleaseDate == nil || !m.ReleaseDate.IsValid():
		return pg.Change{}, fault.New(fault.Invalid, "ProcessChanged without a release date").About(m.Ocid).At("release_date")
	case m.RecordPartition == "":
		return pg.Change{}, fault.New(fault.Invalid, "ProcessChanged without the partition of the record").About(m.Ocid).At("record_partition")
	}
	for field, digest := range map[string][]byte{"release_digest": m.ReleaseDigest, "record_digest": m.RecordDigest} {
		if _, err := snapshot.DigestOf(digest); err != nil {
			return pg.Change{}, fault.Wrap(fault.Invalid, err, "ProcessChanged with a wrong digest").About(m.Ocid).At(field)
		}
	}
	date := m.ReleaseDate.AsTime()
	return pg.Change{
		OCID: m.Ocid, Batch: m.Batch,
		RecordPeriod: m.RecordPartition, RecordDigest: m.RecordDigest,
		ReleaseID: m.ReleaseId, ReleaseDate: date, ReleasePeriod: snapshot.Period(date), ReleaseDigest: m.ReleaseDigest,
		Mapping: m.MappingVersion,
	}, nil
}
