// Package fault has the closed set of error kinds that cross borders, and the
// one table that says what each kind means to HTTP, NATS, Temporal and a
// JetStream consumer.
//
// An error that no one classified is Internal: its text is for the log, never
// for a client.
package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind classifies an error. Its text is stable: it travels in headers, in
// Temporal's error type and in problem documents.
type Kind string

// Kinds.
const (
	Invalid      Kind = "invalid"      // the request or document is wrong; the same one stays wrong
	NotFound     Kind = "not-found"    // no such thing
	Conflict     Kind = "conflict"     // somebody else changed it, or it exists already
	Unauthorised Kind = "unauthorised" // who are you
	Forbidden    Kind = "forbidden"    // you may not
	TooLarge     Kind = "too-large"    // over a stated limit
	RateLimited  Kind = "rate-limited" // later, see RetryAfter
	Unavailable  Kind = "unavailable"  // something that is needed is not there at the moment
	Timeout      Kind = "timeout"      // took longer than allowed
	Internal     Kind = "internal"     // a defect of ours
)

// Verdict says what a consumer does with the message whose handling failed.
type Verdict int

// Verdicts.
const (
	Ack  Verdict = iota // done with it
	Nak                 // deliver again, after a delay
	Term                // never again: to quarantine with the reason
)

func (v Verdict) String() string {
	switch v {
	case Ack:
		return "ack"
	case Nak:
		return "nak"
	case Term:
		return "term"
	}
	return fmt.Sprintf("verdict %d", int(v))
}

// meaning is what a kind means at each border.
type meaning struct {
	http      int
	nats      string // error code of an answer, as NATS services give it
	title     string // short text of a problem document
	retryable bool   // whether the same request may succeed later; Temporal retries it
	verdict   Verdict
}

// table has every kind. A consumer delivers a conflict again, because the next
// delivery reads the state afresh; a client has to read first, so the same
// request is not retryable. Internal faults are retried: many pass, and those
// that persist end in quarantine.
var table = map[Kind]meaning{
	Invalid:      {400, "400", "The request is not valid", false, Term},
	Unauthorised: {401, "401", "Authentication is needed", false, Term},
	Forbidden:    {403, "403", "Not allowed", false, Term},
	NotFound:     {404, "404", "Not found", false, Term},
	Conflict:     {409, "409", "In conflict with the present state", false, Nak},
	TooLarge:     {413, "413", "Too large", false, Term},
	RateLimited:  {429, "429", "Too many requests", true, Nak},
	Internal:     {500, "500", "Internal error", true, Nak},
	Unavailable:  {503, "503", "Not available at the moment", true, Nak},
	Timeout:      {504, "504", "Took too long", true, Nak},
}

// Kinds lists every kind, in the order of their HTTP status.
func Kinds() []Kind {
	return []Kind{Invalid, Unauthorised, Forbidden, NotFound, Conflict, TooLarge, RateLimited, Internal, Unavailable, Timeout}
}

// ParseKind reads a kind off the wire. An unknown one is Internal.
func ParseKind(s string) Kind {
	if k := Kind(s); k.known() {
		return k
	}
	return Internal
}

func (k Kind) known() bool { _, ok := table[k]; return ok }

func (k Kind) meaning() meaning {
	if m, ok := table[k]; ok {
		return m
	}
	return table[Internal]
}

// HTTPStatus is the status code of the kind.
func (k Kind) HTTPStatus() int { return k.meaning().http }

// NATSCode is the error code of a NATS answer.
func (k Kind) NATSCode() string { return k.meaning().nats }

// TemporalType is the type of the Temporal application error.
func (k Kind) TemporalType() string { return string(ParseKind(string(k))) }

// Title is a short human text, the same for every error of the kind.
func (k Kind) Title() string { return k.meaning().title }

// Retryable says whether the same request may succeed later.
func (k Kind) Retryable() bool { return k.meaning().retryable }

// Verdict says what a JetStream consumer does with the message.
func (k Kind) Verdict() Verdict { return k.meaning().verdict }

// Error is a classified error. Message, Subject, Field, Allowed and Remedy are
// for the client; Err is for the log.
type Error struct {
	Kind       Kind          `json:"kind"`
	Message    string        `json:"message"`              // what is wrong, lower case, no trailing period
	Subject    string        `json:"subject,omitempty"`    // what it is about: an ocid, a key, a file
	Field      string        `json:"field,omitempty"`      // which parameter or JSON pointer is wrong
	Allowed    []string      `json:"allowed,omitempty"`    // what the field takes
	Remedy     string        `json:"remedy,omitempty"`     // what to do
	RetryAfter time.Duration `json:"retryAfter,omitempty"` // how long to wait before trying again, nanoseconds; 0 is unknown
	Err        error         `json:"-"`                    // cause
}

// New makes a classified error.
func New(k Kind, format string, a ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, a...)}
}

// Wrap classifies a cause.
func Wrap(k Kind, err error, format string, a ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, a...), Err: err}
}

// About names what the error is about.
func (e *Error) About(subject string) *Error { e.Subject = subject; return e }

// At names the wrong field and, if they can be listed, the values it takes.
func (e *Error) At(field string, allowed ...string) *Error {
	e.Field, e.Allowed = field, allowed
	return e
}

// Do says what to do about it.
func (e *Error) Do(remedy string) *Error { e.Remedy = remedy; return e }

// After says how long to wait before trying again.
func (e *Error) After(d time.Duration) *Error { e.RetryAfter = d; return e }

// Error is the whole text, for a log: subject, message, field, cause, remedy.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Subject != "" {
		b.WriteString(e.Subject + ": ")
	}
	b.WriteString(e.Message)
	if e.Message == "" {
		b.WriteString(string(e.Kind))
	}
	if e.Field != "" {
		b.WriteString(" (" + e.Field)
		if len(e.Allowed) > 0 {
			b.WriteString(", one of " + strings.Join(e.Allowed, ", "))
		}
		b.WriteString(")")
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.Remedy != "" {
		b.WriteString("; " + e.Remedy)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, &Error{Kind: k}) ask for a kind.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Message == "" && t.Err == nil && t.Kind == e.Kind
}

// KindOf is the kind of the outermost classified error. An error that no one
// classified is Timeout when a deadline passed, Unavailable when its context
// was cancelled (somebody is shutting down), else Internal. No error has no
// kind.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return ParseKind(string(e.Kind))
	}
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return Timeout
	case errors.Is(err, context.Canceled):
		return Unavailable
	case errors.As(err, &timeout) && timeout.Timeout():
		return Timeout
	}
	return Internal
}

// Public is what a client may see of an error: all that was said for it, and
// nothing of an internal one but its kind.
func Public(err error) *Error {
	k := KindOf(err)
	e, ok := errors.AsType[*Error](err)
	if !ok || k == Internal {
		return &Error{Kind: k, Message: strings.ToLower(k.Title())}
	}
	shown := *e
	shown.Kind, shown.Err = k, nil
	return &shown
}
