package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/telemetry"
	"github.com/kzocds/kzocds/proto/header"
	pipelinev1 "github.com/kzocds/kzocds/proto/kzocds/pipeline/v1"
	"github.com/kzocds/kzocds/proto/subject"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// ConsumeConfig says how a durable consumer is worked off.
type ConsumeConfig struct {
	Stream  string
	Durable string
	// MaxInFlight bounds the messages this process holds; default 256.
	MaxInFlight int
	// Workers handle messages at the same time; default 1, which keeps their
	// order as long as none fails.
	Workers int
	// MaxAttempts is after how many deliveries a message that still fails goes
	// to quarantine; default 12, about half an hour with the growing delay.
	MaxAttempts int
	// Stage names the work in the quarantine; default is the durable.
	Stage string
}

// Msg is a message in the hands of a handler.
type Msg struct {
	Subject   string
	Key       string // header.Key
	Header    nats.Header
	Data      []byte
	Sequence  uint64 // in the stream
	Delivered int    // 1 on the first delivery
}

// Consume hands the messages of a durable consumer to handle until ctx ends;
// then it waits for the handlers under way and gives back what was not begun.
// A consumer that is not in the table is made.
//
// The kind of a handler's error decides: delivered again after a growing delay,
// or moved to stream QUARANTINE with the reason, where it also goes when its
// last attempt fails. A panic is a fault.Internal.
func (c *Conn) Consume(ctx context.Context, cc ConsumeConfig, handle func(ctx context.Context, m Msg) error) error {
	if cc.MaxInFlight <= 0 {
		cc.MaxInFlight = 256
	}
	if cc.Workers <= 0 {
		cc.Workers = 1
	}
	if cc.MaxAttempts <= 0 {
		cc.MaxAttempts = 12
	}
	if cc.Stage == "" {
		cc.Stage = cc.Durable
	}
	source, err := c.consumer(ctx, cc)
	if ctx.Err() != nil {
		return nil // ended before it began
	}
	if err != nil {
		return err
	}
	k := &consuming{conn: c, ConsumeConfig: cc, handle: handle, held: map[jetstream.Msg]bool{},
		free: make(chan struct{}, cc.MaxInFlight), log: slog.Default().With("consumer", cc.Durable)}
	if err := k.instruments(); err != nil {
		return err
	}
	unmeter, err := meterLag(source, cc)
	if err != nil {
		return err
	}
	defer unmeter()
	for range cc.MaxInFlight {
		k.free <- struct{}{}
	}

	queue := make(chan jetstream.Msg, cc.MaxInFlight)
	var workers sync.WaitGroup
	for range cc.Workers {
		workers.Go(func() {
			for m := range queue {
				k.one(ctx, m)
			}
		})
	}
	stopSignals := make(chan struct{})
	var signals sync.WaitGroup
	signals.Go(func() { k.signalProgress(stopSignals) })

	err = k.fetch(ctx, source, queue)
	close(queue)
	workers.Wait()
	close(stopSignals)
	signals.Wait()
	return err
}

func (c *Conn) consumer(ctx context.Context, cc ConsumeConfig) (jetstream.Consumer, error) {
	found, err := c.JS.Consumer(ctx, cc.Stream, cc.Durable)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		found, err = c.JS.CreateOrUpdateConsumer(ctx, cc.Stream, consumer(cc.Durable, ""))
	}
	return found, classify(err, "consumer %s of stream %s", cc.Durable, cc.Stream)
}

type consuming struct {
	ConsumeConfig
	conn   *Conn
	handle func(context.Context, Msg) error
	log    *slog.Logger

	free chan struct{} // one token for each message that may still be taken

	mu   sync.Mutex
	held map[jetstream.Msg]bool

	handled  metric.Int64Counter
	duration metric.Float64Histogram
}

func (k *consuming) instruments() (err error) {
	meter := otel.Meter(telemetry.Scope + "/bus")
	k.handled, err = meter.Int64Counter("kzocds.bus.consumer.messages",
		metric.WithDescription("messages handled, by durable and verdict"))
	if err != nil {
		return err
	}
	k.duration, err = meter.Float64Histogram("kzocds.bus.consumer.duration", metric.WithUnit("s"),
		metric.WithDescription("time to handle a message, by durable"))
	return err
}

// meterLag tells, when metrics are read, how many messages of the stream the
// durable has not acknowledged; every replica tells the same number. A server
// that is away leaves it out.
func meterLag(source jetstream.Consumer, cc ConsumeConfig) (stop func(), err error) {
	meter := otel.Meter(telemetry.Scope + "/bus")
	lag, err := meter.Int64ObservableGauge("kzocds.bus.consumer.lag",
		metric.WithDescription("messages of the stream that the durable has not acknowledged"))
	if err != nil {
		return nil, err
	}
	attributes := metric.WithAttributes(attribute.String("durable", cc.Durable), attribute.String("stream", cc.Stream))
	registration, err := meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		n, err := waiting(ctx, source, cc.Durable)
		if err == nil {
			o.ObserveInt64(lag, n, attributes)
		}
		return err
	}, lag)
	if err != nil {
		return nil, err
	}
	return func() { _ = registration.Unregister() }, nil // it fails only for what is no registration
}

// Waiting counts the messages of a stream that a durable has not acknowledged. It
// is fault.NotFound before anybody has consumed.
func (c *Conn) Waiting(ctx context.Context, stream, durable string) (int64, error) {
	source, err := c.JS.Consumer(ctx, stream, durable)
	if errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
		return 0, fault.Wrap(fault.NotFound, err, "consumer %s of stream %s", durable, stream)
	}
	if err != nil {
		return 0, classify(err, "consumer %s of stream %s", durable, stream)
	}
	return waiting(ctx, source, durable)
}

func waiting(ctx context.Context, source jetstream.Consumer, durable string) (int64, error) {
	info, err := source.Info(ctx)
	if err != nil {
		return 0, classify(err, "look up consumer %s", durable)
	}
	return int64(info.NumPending) + int64(info.NumAckPending), nil
}

// fetch fills the queue with as many messages as there is room for.
func (k *consuming) fetch(ctx context.Context, source jetstream.Consumer, queue chan<- jetstream.Msg) error {
	for {
		room, ok := k.room(ctx)
		if !ok {
			return nil
		}
		taken, err := k.take(source, room, queue)
		for range room - taken {
			k.free <- struct{}{}
		}
		if ctx.Err() != nil {
			return nil
		}
		switch {
		case err == nil, errors.Is(err, nats.ErrTimeout):
		case errors.Is(err, jetstream.ErrConsumerDeleted), errors.Is(err, nats.ErrConnectionClosed):
			return classify(err, "fetch from %s", k.Durable)
		default: // the server is away for a while
			k.log.WarnContext(ctx, "fetch", "err", err)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

// pollTime is how long one fetch stays open when nothing comes, and so how long
// stopping may take.
const pollTime = time.Second

// room waits until at least half of the places are free, so that fetches are
// large when there is much, and takes all of the free ones.
func (k *consuming) room(ctx context.Context) (n int, ok bool) {
	for n < (k.MaxInFlight+1)/2 {
		select {
		case <-k.free:
			n++
		case <-ctx.Done():
			return n, false
		}
	}
	for {
		select {
		case <-k.free:
			n++
		default:
			return n, ctx.Err() == nil
		}
	}
}

// take fetches as many messages as there are, up to room, into the queue. A
// fetch that was begun runs to its end: messages on their way to one that was
// broken off would be missing until the ack wait is over.
func (k *consuming) take(source jetstream.Consumer, room int, queue chan<- jetstream.Msg) (taken int, err error) {
	batch, err := source.Fetch(room, jetstream.FetchMaxWait(pollTime))
	if err != nil {
		return 0, err
	}
	for m := range batch.Messages() {
		taken++
		k.mu.Lock()
		k.held[m] = true
		k.mu.Unlock()
		queue <- m
	}
	return taken, batch.Error()
}

// one handles a message and settles it.
func (k *consuming) one(ctx context.Context, m jetstream.Msg) {
	verdict := "given back"
	if ctx.Err() != nil {
		k.settle(m, m.Nak)
	} else {
		start := time.Now()
		msg, err := k.call(ctx, m)
		verdict = k.conclude(ctx, m, msg, err)
		k.duration.Record(ctx, time.Since(start).Seconds(), metric.WithAttributes(attribute.String("durable", k.Durable)))
	}
	k.handled.Add(ctx, 1, metric.WithAttributes(attribute.String("durable", k.Durable), attribute.String("verdict", verdict)))
	k.mu.Lock()
	delete(k.held, m)
	k.mu.Unlock()
	k.free <- struct{}{}
}

// call runs the handler in a span that continues the trace of the publisher.
func (k *consuming) call(ctx context.Context, m jetstream.Msg) (msg Msg, err error) {
	meta, err := m.Metadata()
	if err != nil {
		return msg, fault.Wrap(fault.Invalid, err, "message without JetStream metadata")
	}
	msg = Msg{Subject: m.Subject(), Key: m.Headers().Get(header.Key), Header: m.Headers(), Data: m.Data(),
		Sequence: meta.Sequence.Stream, Delivered: int(meta.NumDelivered)}
	ctx, span := startSpan(extract(ctx, m.Headers()), "consume "+k.Durable,
		trace.WithSpanKind(trace.SpanKindConsumer), natsSpan("process", m.Subject()))
	defer func() { endSpan(span, err) }()
	defer recovered(&err)
	return msg, k.handle(ctx, msg)
}

// recovered turns a panic into an error with its stack.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fault.Wrap(fault.Internal, fmt.Errorf("%v\n%s", p, debug.Stack()), "panic")
	}
}

// conclude acts on the result of a handler and names what it did.
func (k *consuming) conclude(ctx context.Context, m jetstream.Msg, msg Msg, err error) string {
	if err == nil {
		k.settle(m, m.Ack)
		return fault.Ack.String()
	}
	if ctx.Err() != nil { // shutting down: not the message's fault
		k.settle(m, m.Nak)
		return "given back"
	}
	kind := fault.KindOf(err)
	log := k.log.With("subject", msg.Subject, "key", msg.Key, "sequence", msg.Sequence, "delivered", msg.Delivered, "kind", kind, "err", err)
	switch verdict := kind.Verdict(); {
	case verdict == fault.Ack:
		k.settle(m, m.Ack)
		return verdict.String()
	case verdict == fault.Nak && msg.Delivered < k.MaxAttempts:
		wait := delay(err, msg.Delivered)
		log.WarnContext(ctx, "message failed, again later", "delay", wait)
		k.settle(m, func() error { return m.NakWithDelay(wait) })
		return verdict.String()
	}
	if qerr := k.quarantine(ctx, msg, kind, err); qerr != nil {
		log.ErrorContext(ctx, "quarantine refused the message, again later", "quarantine", qerr)
		k.settle(m, func() error { return m.NakWithDelay(delay(qerr, msg.Delivered)) })
		return fault.Nak.String()
	}
	log.ErrorContext(ctx, "message moved to quarantine")
	k.settle(m, func() error { return m.TermWithReason(string(kind)) })
	return "quarantined"
}

func (k *consuming) settle(m jetstream.Msg, how func() error) {
	if err := how(); err != nil { // the message will be delivered again
		k.log.Warn("settle a message", "subject", m.Subject(), "err", err)
	}
}

// delay is how long to wait before the next delivery: what the error asks for,
// else a second, doubled each time, five minutes at most.
func delay(err error, delivered int) time.Duration {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.RetryAfter > 0 {
		return e.RetryAfter
	}
	return min(time.Second<<min(delivered-1, 16), 5*time.Minute)
}

func (k *consuming) quarantine(ctx context.Context, msg Msg, kind fault.Kind, cause error) error {
	sequence := strconv.FormatUint(msg.Sequence, 10)
	batch, _ := strconv.ParseInt(msg.Header.Get(header.Batch), 10, 64) // absent is 0, no batch
	fact := Fact{
		Subject: subject.Quarantined(k.Stage, msg.Key),
		Key:     msg.Key,
		ID:      k.Durable + "/" + sequence,
		Message: &pipelinev1.ProcessQuarantined{
			Stage: k.Stage, Id: msg.Key, Batch: batch, At: timestamppb.Now(),
			Findings: []*pipelinev1.Finding{{Rule: "bus." + string(kind), Severity: "error", Message: cause.Error()}},
		},
	}
	out, err := k.conn.factMessage(ctx, &fact)
	if err != nil {
		return err
	}
	out.Header.Set(header.OriginStream, k.Stream)
	out.Header.Set(header.OriginSequence, sequence)
	out.Header.Set(header.OriginSubject, msg.Subject)
	out.Header.Set(header.Reason, string(kind))
	_, err = k.conn.JS.PublishMsg(ctx, out, jetstream.WithMsgID(fact.ID))
	return classify(err, "publish to quarantine")
}

// signalProgress tells the server that the messages held are being worked on,
// the ones still waiting for a worker too.
func (k *consuming) signalProgress(stop <-chan struct{}) {
	tick := time.NewTicker(ackWait / 3)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		k.mu.Lock()
		for m := range k.held {
			// An error means that the message was settled meanwhile or the
			// connection is away; the server then delivers it again.
			_ = m.InProgress()
		}
		k.mu.Unlock()
	}
}
