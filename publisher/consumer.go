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
	c := &combiner{apply: s.store.Apply, queue: make(chan taken)}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	go c.run(running)
	return s.bus.Consume(ctx, bus.ConsumeConfig{
		Stream: subject.StreamOCDS, Durable: subject.ConsumerPublisher, Workers: s.cfg.Consumers, Stage: "publish",
	}, func(ctx context.Context, m bus.Msg) error {
		change, err := changeOf(m.Data)
		if err != nil {
			return err
		}
		return c.take(ctx, change)
	})
}

// combiner lets the messages that are handled at the same time share one
// transaction: the price of a commit is paid once for all of them. Each is
// acknowledged only after its commit.
type combiner struct {
	apply func(ctx context.Context, changes ...pg.Change) error
	queue chan taken
}

// taken is a change whose handler waits.
type taken struct {
	change pg.Change
	done   chan error
}

// take returns when the change is committed.
func (c *combiner) take(ctx context.Context, change pg.Change) error {
	t := taken{change, make(chan error, 1)}
	select {
	case c.queue <- t:
		return <-t.done
	case <-ctx.Done():
		return ctx.Err()
	}
}

// combined bounds the changes of one transaction.
const combined = 256

// run works until ctx ends.
func (c *combiner) run(ctx context.Context) {
	for {
		var batch []taken
		select {
		case t := <-c.queue:
			batch = append(batch, t)
		case <-ctx.Done():
			return
		}
		// Handlers that are ready join; nobody waits for company.
	joining:
		for len(batch) < combined {
			select {
			case t := <-c.queue:
				batch = append(batch, t)
			default:
				break joining
			}
		}
		c.commit(ctx, batch)
	}
}

func (c *combiner) commit(ctx context.Context, batch []taken) {
	changes := make([]pg.Change, len(batch))
	for i, t := range batch {
		changes[i] = t.change
	}
	err := c.apply(ctx, changes...)
	for i, t := range batch {
		if err != nil && len(batch) > 1 {
			// One of them may be to blame for all: each for itself.
			t.done <- c.apply(ctx, changes[i])
			continue
		}
		t.done <- err
	}
}

// changeOf reads a ProcessChanged. One that cannot be placed is invalid and ends
// in quarantine.
func changeOf(data []byte) (pg.Change, error) {
	var m pipelinev1.ProcessChanged
	if err := proto.Unmarshal(data, &m); err != nil {
		return pg.Change{}, fault.Wrap(fault.Invalid, err, "the message is no ProcessChanged")
	}
	if m.Ocid == "" {
		return pg.Change{}, fault.New(fault.Invalid, "ProcessChanged without ocid").At("ocid")
	}
	gone := pg.Change{OCID: m.Ocid, Batch: m.Batch, Generation: m.Generation, Withdrawn: m.WithdrawnReleaseId}
	switch {
	case m.ReleaseId == "" && len(m.RecordDigest) == 0 && len(m.WithdrawnReleaseId) > 0:
		return gone, nil // no release is left
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
		OCID: m.Ocid, Batch: m.Batch, Generation: m.Generation, Withdrawn: m.WithdrawnReleaseId,
		RecordPeriod: m.RecordPartition, RecordDigest: m.RecordDigest,
		ReleaseID: m.ReleaseId, ReleaseDate: date, ReleasePeriod: snapshot.Period(date), ReleaseDigest: m.ReleaseDigest,
		Mapping: m.MappingVersion,
	}, nil
}
