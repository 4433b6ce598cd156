package extractor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/kzocds/kzocds/extractor/internal/document"
	storage "github.com/kzocds/kzocds/extractor/internal/pg"
	"github.com/kzocds/kzocds/platform/bus"
	pipelinev1 "github.com/kzocds/kzocds/proto/kzocds/pipeline/v1"
	"github.com/kzocds/kzocds/proto/subject"
)

// facts is the stream that stored documents are told to.
type facts interface {
	PublishFacts(ctx context.Context, list []bus.Fact) (lastSeq uint64, err error)
	LastSequence(ctx context.Context, stream string) (uint64, error)
}

const (
	// factsAtOnce bounds what one transaction of the outbox holds in memory.
	factsAtOnce = 500
	// outboxRest is how long the outbox rests when nobody wakes it: a crashed
	// process may have left facts behind.
	outboxRest = time.Second
	// bodyInFact is the largest body that travels within a fact, bytes. A longer
	// one is read from the store.
	bodyInFact = storage.FactBody
	// freshNotes is how many stored sets wait in memory to be published. What does
	// not fit is read back from the store.
	freshNotes = 3
)

// freshNote is a set that was stored and is still in memory.
type freshNote struct {
	outbox    int64 // number of its note in the outbox
	batch     int64
	documents []document.Document
}

// tell hands a stored set to the outbox, unless that has enough to do.
func (x *extraction) tell(note freshNote) {
	if note.outbox == 0 {
		return
	}
	select {
	case x.fresh <- note:
	default:
		select {
		case x.stored <- struct{}{}:
		default: // it is awake already
		}
	}
}

// publishFresh publishes a set from memory.
func (x *extraction) publishFresh(ctx context.Context, note freshNote) error {
	return x.store.PublishSaved(ctx, note.outbox, func() error {
		for list := range slices.Chunk(note.documents, factsAtOnce) {
			messages := make([]bus.Fact, len(list))
			for i := range list {
				messages[i] = storedFact(&list[i], note.batch)
			}
			if _, err := x.bus.PublishFacts(ctx, messages); err != nil {
				return err
			}
		}
		return nil
	})
}

// publishStored publishes what is stored, until ctx ends.
func (x *extraction) publishStored(ctx context.Context) error {
	rest := time.NewTicker(outboxRest)
	defer rest.Stop()
	failed := func(err error) {
		if err != nil && ctx.Err() == nil {
			x.log.WarnContext(ctx, "publishing of stored documents failed, trying again", "error", err)
		}
	}
	for {
		// What is in memory goes first: reading it back would cost as much again.
		select {
		case note := <-x.fresh:
			failed(x.publishFresh(ctx, note))
			continue
		default:
		}
		n, err := x.publishSome(ctx)
		failed(err)
		if ctx.Err() != nil {
			return nil
		}
		if err == nil && n > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case note := <-x.fresh:
			failed(x.publishFresh(ctx, note))
		case <-rest.C:
		case <-x.stored:
		}
	}
}

// publishAll publishes until nothing waits, what others are publishing included.
func (x *extraction) publishAll(ctx context.Context) error {
	for {
		n, err := x.publishSome(ctx)
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		waiting, err := x.store.Pending(ctx)
		if err != nil || !waiting {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(outboxPoll):
		}
	}
}

func (x *extraction) publishSome(ctx context.Context) (int, error) {
	return x.store.Publish(ctx, factsAtOnce, func(list []document.Fact) error {
		messages := make([]bus.Fact, len(list))
		for i, f := range list {
			if f.Reject != nil {
				messages[i] = quarantinedFact(f.Reject, f.Batch)
			} else {
				messages[i] = storedFact(f.Document, f.Batch)
			}
		}
		_, err := x.bus.PublishFacts(ctx, messages)
		return err
	})
}

func storedFact(d *document.Document, batch int64) bus.Fact {
	m := &pipelinev1.SourceDocumentStored{
		Entity: string(d.Entity), Id: d.ID, Hash: d.Hash[:], ProcessKey: string(d.Process), Batch: batch,
		FetchedAt: timestamppb.New(d.FetchedAt), Url: d.URL, Deleted: d.Deleted,
	}
	if len(d.Body) <= bodyInFact {
		m.Body = d.Body
	}
	if !d.ChangedAt.IsZero() {
		m.ChangedAt = timestamppb.New(d.ChangedAt)
	}
	return bus.Fact{
		Subject: subject.SourceDocumentStored(d.Entity, d.ID),
		Key:     string(d.Entity) + "/" + d.ID,
		Message: m,
		ID:      messageID("SourceDocumentStored", string(d.Entity), d.ID, d.Hash.String(), strconv.FormatInt(batch, 10), strconv.FormatBool(d.Deleted)),
	}
}

func quarantinedFact(r *document.Reject, batch int64) bus.Fact {
	key := string(r.Entity) + "/" + r.ID
	return bus.Fact{
		Subject: subject.Quarantined("extract", key),
		Key:     key,
		Message: &pipelinev1.ProcessQuarantined{
			Stage: "extract", Entity: string(r.Entity), Id: r.ID, ProcessKey: string(r.Process), Batch: batch, At: timestamppb.New(r.At),
			Findings: []*pipelinev1.Finding{{Rule: r.Rule, Severity: "error", Pointer: r.Pointer, Message: r.Message}},
		},
		ID: messageID("ProcessQuarantined", key, r.Rule, r.Pointer, r.Message, fmt.Sprint(batch)),
	}
}

// messageID is the duplicate key of a message: a digest of its type, natural key
// and content.
func messageID(parts ...string) string {
	var text []byte
	for _, p := range parts {
		text = append(append(strconv.AppendInt(text, int64(len(p)), 10), ':'), p...)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
