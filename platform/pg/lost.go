package pg

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
)

// Lost says that the server could not be reached, or that the connection to it
// broke, also in the middle of an answer: whether a statement took effect is then
// not known, and asking again may succeed. What the server itself says has a code
// (pgconn.PgError) and is not lost; nor is what the caller ended.
func Lost(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	if _, said := errors.AsType[*pgconn.PgError](err); said {
		return false
	}
	if pgconn.SafeToRetry(err) || errors.As(err, new(*pgconn.ConnectError)) || errors.As(err, new(*net.OpError)) {
		return true
	}
	for _, broken := range []error{io.ErrUnexpectedEOF, io.EOF, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, broken) {
			return true
		}
	}
	return false
}
