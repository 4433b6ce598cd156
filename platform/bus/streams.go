package bus

import (
	"context"
	"time"

	"github.com/kzocds/kzocds/proto/subject"
	"github.com/nats-io/nats.go/jetstream"
)

// MaxMessage is the largest message that a stream takes, in bytes. Documents
// above 512 KiB travel by reference, so only a batch of headers could ever come
// near it; the payload limit of the server has to be as large.
const MaxMessage = 8 << 20

// ackWait is how long a consumer may be silent about a message before it is
// delivered again. Consume signals progress three times as often, so only a
// dead process is silent.
const ackWait = 30 * time.Second

// Streams is the table of streams, the whole truth about them.
func Streams() []jetstream.StreamConfig {
	return []jetstream.StreamConfig{
		stream(subject.StreamSource, subject.AllSource, 30*24*time.Hour,
			"source documents that the extractor stored; PostgreSQL is the record, so a month is for catching up only"),
		stream(subject.StreamOCDS, subject.AllOCDS, 30*24*time.Hour,
			"contracting processes that changed; PostgreSQL is the record, so a month is for catching up only"),
		stream(subject.StreamQuarantine, subject.AllQuarantine, 365*24*time.Hour,
			"what could not be carried on, and why; a year, so that a person can look"),
	}
}

func stream(name, subjects string, keep time.Duration, description string) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:        name,
		Description: description,
		Subjects:    []string{subjects},
		// Several consumers read the same facts at their own pace.
		Retention: jetstream.LimitsPolicy,
		Storage:   jetstream.FileStorage,
		MaxAge:    keep,
		// No other limit drops a message: a full disk refuses the publisher.
		Discard:    jetstream.DiscardNew,
		MaxMsgSize: MaxMessage,
		// Above the longest span over which an activity is retried, so that a
		// retried publish stays one message. Ids are kept in memory for so long.
		Duplicates: 2 * time.Hour,
		// Bodies are JSON inside protobuf: about a fifth of the size.
		Compression: jetstream.S2Compression,
		// Reading one message by sequence needs no consumer.
		AllowDirect: true,
		Metadata:    map[string]string{"owner": "platform/bus"},
	}
}

// Consumer is a durable consumer of a stream.
type Consumer struct {
	Stream string
	Config jetstream.ConsumerConfig
}

// Consumers is the table of durable consumers.
func Consumers() []Consumer {
	return []Consumer{
		{subject.StreamSource, consumer(subject.ConsumerTransformer, "transformer: which source documents there are up to a sequence")},
		{subject.StreamOCDS, consumer(subject.ConsumerPublisher, "publisher: which processes have to be published")},
	}
}

func consumer(durable, description string) jetstream.ConsumerConfig {
	return jetstream.ConsumerConfig{
		Durable:     durable,
		Description: description,
		AckPolicy:   jetstream.AckExplicitPolicy,
		AckWait:     ackWait,
		// Without a limit at the server: a message that a dying process took on
		// its last delivery would be lost there without a word. Consume counts the
		// deliveries itself and moves the message to quarantine.
		MaxDeliver: -1,
		// Over all replicas; each bounds its own share by ConsumeConfig.
		MaxAckPending: 8192,
		Metadata:      map[string]string{"owner": "platform/bus"},
	}
}

// EnsureStreams makes the streams and durable consumers, or brings them to the
// table. Several services may do so at the same time.
func EnsureStreams(ctx context.Context, c *Conn) error {
	for _, s := range Streams() {
		s.Replicas = c.replicas // the server takes 0 for 1
		if _, err := c.JS.CreateOrUpdateStream(ctx, s); err != nil {
			return classify(err, "ensure stream %s", s.Name)
		}
	}
	for _, k := range Consumers() {
		if _, err := c.JS.CreateOrUpdateConsumer(ctx, k.Stream, k.Config); err != nil {
			return classify(err, "ensure consumer %s", k.Config.Durable)
		}
	}
	return nil
}

// LastSequence is the sequence of the newest message of a stream, 0 when it
// never had one.
func (c *Conn) LastSequence(ctx context.Context, stream string) (uint64, error) {
	s, err := c.JS.Stream(ctx, stream)
	if err != nil {
		return 0, classify(err, "look up stream %s", stream)
	}
	return s.CachedInfo().State.LastSeq, nil
}

// AckFloor is the stream sequence up to which a durable consumer has
// acknowledged everything.
func (c *Conn) AckFloor(ctx context.Context, stream, durable string) (uint64, error) {
	// The end of the stream first: when the consumer, asked later, has nothing
	// left, it is through with all that lay there, even if the newest messages
	// are none of its own.
	last, err := c.LastSequence(ctx, stream)
	if err != nil {
		return 0, err
	}
	consumer, err := c.JS.Consumer(ctx, stream, durable)
	if err != nil {
		return 0, classify(err, "look up consumer %s of stream %s", durable, stream)
	}
	info := consumer.CachedInfo()
	if info.NumPending == 0 && info.NumAckPending == 0 {
		return max(last, info.AckFloor.Stream), nil
	}
	return info.AckFloor.Stream, nil
}
