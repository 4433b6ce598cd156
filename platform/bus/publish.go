package bus

import (
	"context"
	"strconv"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/header"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/protobuf/proto"
)

// Fact is a message for a stream.
type Fact struct {
	Subject string
	Key     string        // true key behind the token of the subject
	Message proto.Message // if it has a batch, header.Batch is set from it
	ID      string        // duplicate key: the same id within two hours is the same message
}

// PublishFact publishes one fact and returns its stream sequence. A duplicate
// returns the sequence of the first.
func (c *Conn) PublishFact(ctx context.Context, subject, key string, msg proto.Message, msgID string) (seq uint64, err error) {
	return c.PublishFacts(ctx, []Fact{{Subject: subject, Key: key, Message: msg, ID: msgID}})
}

// publishAhead is how many facts of one call may wait for their
// acknowledgement. It bounds memory and keeps the server busy.
const publishAhead = 256

// publishPatience is how long the acknowledgement of a fact may take. A server that
// cannot write, its disk being full, gives none at all.
const publishPatience = 30 * time.Second

// PublishFacts publishes facts in their order without waiting for each, and
// returns the highest stream sequence among them, 0 for none. When it fails
// some may have been published: publish all of them again, under the same ids.
func (c *Conn) PublishFacts(ctx context.Context, facts []Fact) (lastSeq uint64, err error) {
	if len(facts) == 0 {
		return 0, nil
	}
	ctx, span := startSpan(ctx, "publish facts", trace.WithSpanKind(trace.SpanKindProducer),
		natsSpan("publish", facts[0].Subject), trace.WithAttributes(attribute.Int("messaging.batch.message_count", len(facts))))
	defer func() { endSpan(span, err) }()

	var waiting []jetstream.PubAckFuture
	settle := func() error {
		future := waiting[0]
		waiting = waiting[1:]
		select {
		case ack := <-future.Ok():
			lastSeq = max(lastSeq, ack.Sequence)
			return nil
		case err := <-future.Err():
			return classify(err, "publish to %s", future.Msg().Subject)
		case <-ctx.Done():
			return classify(ctx.Err(), "publish to %s", future.Msg().Subject)
		}
	}
	for i := range facts {
		if len(waiting) == publishAhead {
			if err := settle(); err != nil {
				return 0, err
			}
		}
		msg, err := c.factMessage(ctx, &facts[i])
		if err != nil {
			return 0, err
		}
		future, err := c.JS.PublishMsgAsync(msg, jetstream.WithMsgID(facts[i].ID))
		if err != nil {
			return 0, classify(err, "publish to %s", facts[i].Subject)
		}
		waiting = append(waiting, future)
	}
	for len(waiting) > 0 {
		if err := settle(); err != nil {
			return 0, err
		}
	}
	return lastSeq, nil
}

func (c *Conn) factMessage(ctx context.Context, f *Fact) (*nats.Msg, error) {
	if f.ID == "" {
		return nil, fault.New(fault.Internal, "fact without a message id").About(f.Subject)
	}
	body, err := proto.Marshal(f.Message)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "encode a fact").About(f.Key)
	}
	if limit := min(c.MaxPayload(), MaxMessage); int64(len(body)) > limit {
		return nil, fault.New(fault.TooLarge, "fact of %d bytes, the bus takes %d", len(body), limit).
			About(f.Key).Do("send a reference instead of the document")
	}
	msg := &nats.Msg{Subject: f.Subject, Data: body, Header: nats.Header{
		header.ContentType: {header.Protobuf},
		header.MessageType: {string(f.Message.ProtoReflect().Descriptor().FullName())},
		header.Key:         {f.Key},
		header.Publisher:   {c.name},
	}}
	if b, ok := f.Message.(interface{ GetBatch() int64 }); ok {
		msg.Header.Set(header.Batch, strconv.FormatInt(b.GetBatch(), 10))
	}
	inject(ctx, msg.Header)
	return msg, nil
}
