package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-kit/kit/endpoint"
	"github.com/klauspost/compress/zstd"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/telemetry"
	"github.com/kzocds/kzocds/proto/header"
	"github.com/kzocds/kzocds/proto/subject"
	"github.com/nats-io/nats.go"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// defaultWait is how long Ask waits when its context has no deadline.
const defaultWait = 30 * time.Second

// compressAbove is the size in bytes from which a body is compressed.
const compressAbove = 64 << 10

// maxBody is what a compressed body may grow to.
const maxBody = 256 << 20

// concurrent is how many questions a server works on at the same time; more
// wait at the connection.
const concurrent = 64

// Ask asks a question of a service and waits for the answer until ctx ends.
// Bodies are JSON. What the service answers as an error comes back as the same
// *fault.Error; no service at all is fault.Unavailable.
func Ask[Req, Res any](ctx context.Context, c *Conn, service, verb string, req Req) (res Res, err error) {
	to := subject.Question(service, verb)
	ctx, span := startSpan(ctx, "ask "+service+" "+verb, trace.WithSpanKind(trace.SpanKindClient), natsSpan("request", to))
	defer func() { endSpan(span, err) }()
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultWait)
		defer cancel()
	}
	body, err := json.Marshal(req)
	if err != nil {
		return res, fault.Wrap(fault.Internal, err, "encode a question").About(to)
	}
	deadline, _ := ctx.Deadline()
	msg := &nats.Msg{Subject: to, Header: nats.Header{
		header.ContentType: {header.JSON},
		header.Deadline:    {deadline.UTC().Format(time.RFC3339Nano)},
		header.Publisher:   {c.name},
	}}
	if msg.Data, err = pack(body, msg.Header, c.MaxPayload()); err != nil {
		return res, err
	}
	inject(ctx, msg.Header)
	answer, err := c.RequestMsgWithContext(ctx, msg)
	if err != nil {
		return res, classify(err, "ask %s to %s", service, verb)
	}
	body, err = unpack(answer.Data, answer.Header)
	if err != nil {
		return res, fault.Wrap(fault.Internal, err, "answer of %s", to)
	}
	if kind := answer.Header.Get(header.ErrorKind); kind != "" {
		e := new(fault.Error)
		if err := json.Unmarshal(body, e); err != nil {
			return res, fault.Wrap(fault.ParseKind(kind), err, "%s failed and its reason cannot be read", to)
		}
		e.Kind = fault.ParseKind(kind)
		return res, e
	}
	if err := json.Unmarshal(body, &res); err != nil {
		return res, fault.Wrap(fault.Internal, err, "decode the answer of %s", to)
	}
	return res, nil
}

// Decode reads the body of a question into a Req. Unknown members are ignored,
// because the two ends are not updated at the same moment.
func Decode[Req any](body []byte) (any, error) {
	var req Req
	if err := json.Unmarshal(body, &req); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the body is not the JSON that this question takes: %v", err)
	}
	return req, nil
}

// Endpoint makes a go-kit endpoint of a typed function.
func Endpoint[Req, Res any](f func(context.Context, Req) (Res, error)) endpoint.Endpoint {
	return func(ctx context.Context, request any) (any, error) {
		req, ok := request.(Req)
		if !ok {
			return nil, fault.New(fault.Internal, "endpoint takes %T, not %T", *new(Req), request)
		}
		return f(ctx, req)
	}
}

// Server answers the questions of a service. Replicas of a service share the
// questions.
type Server struct {
	conn     *Conn
	service  string
	handlers []handler
	log      *slog.Logger
	serving  atomic.Bool
}

// Serving says whether questions reach this server: the bus knows all that it
// answers, and Run has not been told to end.
func (s *Server) Serving() bool { return s.serving.Load() }

type handler struct {
	verb     string
	decode   func([]byte) (any, error)
	endpoint endpoint.Endpoint
}

// NewServer makes a server that answers nothing yet and starts nothing.
func NewServer(c *Conn, service, version string) *Server {
	return &Server{conn: c, service: service, log: slog.Default().With("service", service, "version", version)}
}

// Handle answers a verb with an endpoint, under tracing, logging, metrics,
// deadline and recovery from panics. The answer is encoded as JSON; one of type
// json.RawMessage is sent as it is.
func (s *Server) Handle(verb string, decode func([]byte) (any, error), e endpoint.Endpoint) *Server {
	s.handlers = append(s.handlers, handler{verb, decode, e})
	return s
}

// Run answers until ctx ends, then the questions that have come to this process;
// later ones go to its replicas, so that one that stops loses none.
func (s *Server) Run(ctx context.Context) error {
	middleware, err := s.middleware()
	if err != nil {
		return err
	}
	// Questions under way end with their own deadline, not with ctx.
	base := context.WithoutCancel(ctx)
	slots := make(chan struct{}, concurrent)
	var open, underWay sync.WaitGroup
	var subscriptions []*nats.Subscription
	drain := func() error {
		var errs []error
		for _, sub := range subscriptions {
			errs = append(errs, sub.Drain())
		}
		open.Wait() // after the last question of each was begun
		underWay.Wait()
		return errors.Join(errs...)
	}
	for _, h := range s.handlers {
		h.endpoint = middleware(h.verb)(h.endpoint)
		sub, err := s.conn.QueueSubscribe(subject.Question(s.service, h.verb), s.service, func(m *nats.Msg) {
			slots <- struct{}{}
			underWay.Go(func() {
				defer func() { <-slots }()
				s.answer(base, h, m)
			})
		})
		if err != nil {
			return classify(errors.Join(err, drain()), "answer %s of %s", h.verb, s.service)
		}
		open.Add(1)
		sub.SetClosedHandler(func(string) { open.Done() })
		subscriptions = append(subscriptions, sub)
	}
	if err := s.conn.Flush(); err != nil { // away for a while: the connection subscribes again by itself
		s.log.WarnContext(ctx, "tell the bus what is answered here", "err", err)
	}
	s.serving.Store(true)
	<-ctx.Done()
	s.serving.Store(false)
	if err := drain(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		return classify(err, "stop answering questions to %s", s.service)
	}
	return nil
}

func (s *Server) answer(ctx context.Context, h handler, question *nats.Msg) {
	in := question.Header
	ctx = extract(ctx, in)
	if deadline, err := time.Parse(time.RFC3339Nano, in.Get(header.Deadline)); err == nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline)
		defer cancel()
	}
	out := nats.Header{header.ContentType: {header.JSON}}
	data, err := s.work(ctx, h, question.Data, in, out)
	if err != nil {
		e := shown(err)
		out = nats.Header{header.ContentType: {header.JSON}, header.ErrorKind: {string(e.Kind)}}
		if data, err = json.Marshal(e); err != nil { // strings and numbers only
			panic(err)
		}
	}
	if err := question.RespondMsg(&nats.Msg{Header: out, Data: data}); err != nil {
		s.log.ErrorContext(ctx, "send an answer", "verb", h.verb, "err", err)
	}
}

// work makes the packed body of an answer.
func (s *Server) work(ctx context.Context, h handler, data []byte, in, out nats.Header) ([]byte, error) {
	if ctx.Err() != nil {
		return nil, fault.Wrap(fault.Timeout, ctx.Err(), "nobody waits for the answer any more")
	}
	body, err := unpack(data, in)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the body cannot be decompressed")
	}
	req, err := h.decode(body)
	if err != nil {
		return nil, err
	}
	res, err := h.endpoint(ctx, req)
	if err != nil {
		return nil, err
	}
	if body, err = json.Marshal(res); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "encode the answer of %s", h.verb)
	}
	return pack(body, out, s.conn.MaxPayload())
}

// shown is the error as the asking service gets it: with the text of an
// internal one too, because both are ours; causes stay in the log.
func shown(err error) *fault.Error {
	e := fault.Public(err)
	if e.Kind == fault.Internal {
		e.Message = err.Error()
	}
	return e
}

// middleware is the chain of every endpoint, outside to inside: trace, log and
// meter, recover.
func (s *Server) middleware() (func(verb string) endpoint.Middleware, error) {
	meter := otel.Meter(telemetry.Scope + "/bus")
	duration, err := meter.Float64Histogram("kzocds.bus.question.duration", metric.WithUnit("s"),
		metric.WithDescription("time to answer a question, by service, verb and kind of error"))
	if err != nil {
		return nil, fmt.Errorf("meter the questions: %w", err)
	}
	return func(verb string) endpoint.Middleware {
		traced := func(next endpoint.Endpoint) endpoint.Endpoint {
			return func(ctx context.Context, req any) (res any, err error) {
				ctx, span := startSpan(ctx, "answer "+s.service+" "+verb, trace.WithSpanKind(trace.SpanKindServer),
					natsSpan("process", subject.Question(s.service, verb)))
				defer func() { endSpan(span, err) }()
				return next(ctx, req)
			}
		}
		metered := func(next endpoint.Endpoint) endpoint.Endpoint {
			return func(ctx context.Context, req any) (any, error) {
				start := time.Now()
				res, err := next(ctx, req)
				elapsed, kind := time.Since(start), fault.KindOf(err)
				duration.Record(ctx, elapsed.Seconds(), metric.WithAttributes(attribute.String("service", s.service),
					attribute.String("verb", verb), attribute.String("kind", string(kind))))
				switch {
				case err == nil:
					s.log.DebugContext(ctx, "answered", "verb", verb, "elapsed", elapsed)
				case kind == fault.Internal:
					s.log.ErrorContext(ctx, "question failed", "verb", verb, "elapsed", elapsed, "kind", kind, "err", err)
				default:
					s.log.InfoContext(ctx, "question refused", "verb", verb, "elapsed", elapsed, "kind", kind, "err", err)
				}
				return res, err
			}
		}
		recovering := func(next endpoint.Endpoint) endpoint.Endpoint {
			return func(ctx context.Context, req any) (res any, err error) {
				defer recovered(&err)
				return next(ctx, req)
			}
		}
		return endpoint.Chain(traced, metered, recovering)
	}, nil
}

var (
	compressor, _   = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
	decompressor, _ = zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxBody), zstd.WithDecoderConcurrency(0))
)

// pack compresses a large body and says so in the headers. A body that does not
// fit the payload limit of the server even so is fault.TooLarge.
func pack(body []byte, h nats.Header, limit int64) ([]byte, error) {
	whole := len(body)
	if whole > compressAbove {
		body = compressor.EncodeAll(body, make([]byte, 0, whole/4))
		h.Set(header.ContentEncoding, header.Zstd)
	}
	if room := limit - headerRoom; int64(len(body)) > room {
		return nil, fault.New(fault.TooLarge, "the body has %d bytes, %d when compressed, and the bus takes %d", whole, len(body), room).
			Do("ask for less: a smaller limit, fewer dimensions or a filter")
	}
	return body, nil
}

// headerRoom is kept free for the headers, which count as payload.
const headerRoom = 4 << 10

func unpack(data []byte, h nats.Header) ([]byte, error) {
	switch encoding := h.Get(header.ContentEncoding); encoding {
	case "":
		return data, nil
	case header.Zstd:
		return decompressor.DecodeAll(data, nil)
	default:
		return nil, fmt.Errorf("content encoding %q is unknown", encoding)
	}
}
