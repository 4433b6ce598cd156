package bus

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/header"
	"github.com/nats-io/nats.go"
)

// Offer lets one asker take an answer that is too long for a message, piece by
// piece: each request on the subject that it gives is answered with the next
// piece, so nothing is made before it is wanted. next ends with io.EOF; close is
// called once, after the last piece, after an error, when nobody asks for longer
// than idle, or when ctx ends.
func Offer[T any](ctx context.Context, c *Conn, idle time.Duration, next func(context.Context) (T, error), close func()) (at string, err error) {
	at = c.NewInbox()
	asked := make(chan *nats.Msg, 1)
	sub, err := c.ChanSubscribe(at, asked)
	if err != nil {
		close()
		return "", classify(err, "offer the pieces of an answer")
	}
	go func() {
		defer close()
		defer sub.Unsubscribe() //nolint:errcheck // the connection is gone then, and the subscription with it
		for {
			timer := time.NewTimer(idle)
			select {
			case <-ctx.Done():
				timer.Stop()
				return
			case <-timer.C:
				return
			case m := <-asked:
				timer.Stop()
				if !piece(ctx, c, m, next) {
					return
				}
			}
		}
	}()
	return at, nil
}

// piece answers with the next piece and tells whether more may be asked for.
func piece[T any](ctx context.Context, c *Conn, m *nats.Msg, next func(context.Context) (T, error)) (more bool) {
	out := nats.Header{header.ContentType: {header.JSON}}
	var data []byte
	value, err := func() (value T, err error) {
		defer recovered(&err)
		return next(ctx)
	}()
	if err == nil {
		if data, err = json.Marshal(value); err == nil {
			data, err = pack(data, out, c.MaxPayload())
		}
	}
	if errors.Is(err, io.EOF) {
		return m.RespondMsg(&nats.Msg{Header: out}) != nil // an empty body ends it
	}
	if err != nil {
		e := shown(err)
		out = nats.Header{header.ContentType: {header.JSON}, header.ErrorKind: {string(e.Kind)}}
		data, _ = json.Marshal(e) // strings and numbers only
		_ = m.RespondMsg(&nats.Msg{Header: out, Data: data})
		return false
	}
	return m.RespondMsg(&nats.Msg{Header: out, Data: data}) == nil
}

// Take gives the pieces of an offer. An error is the last it gives.
func Take[T any](ctx context.Context, c *Conn, at string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			value, err := take[T](ctx, c, at)
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(value, err) || err != nil {
				return
			}
		}
	}
}

func take[T any](ctx context.Context, c *Conn, at string) (value T, err error) {
	answer, err := c.RequestMsgWithContext(ctx, &nats.Msg{Subject: at, Header: nats.Header{header.Publisher: {c.name}}})
	if err != nil {
		return value, classify(err, "take the next piece of an answer")
	}
	body, err := unpack(answer.Data, answer.Header)
	if err != nil {
		return value, fault.Wrap(fault.Internal, err, "piece of an answer")
	}
	if kind := answer.Header.Get(header.ErrorKind); kind != "" {
		e := new(fault.Error)
		if err := json.Unmarshal(body, e); err != nil {
			return value, fault.Wrap(fault.ParseKind(kind), err, "the next piece failed and its reason cannot be read")
		}
		e.Kind = fault.ParseKind(kind)
		return value, e
	}
	if len(body) == 0 {
		return value, io.EOF
	}
	if err := json.Unmarshal(body, &value); err != nil {
		return value, fault.Wrap(fault.Internal, err, "decode a piece of an answer")
	}
	return value, nil
}
