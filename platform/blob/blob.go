// Package blob is the object store: a port, and its driver for everything that
// speaks S3. Package blobtest is the suite that every store has to pass.
package blob

import (
	"context"
	"io"
	"time"
)

// Bucket holds objects by key. Its methods are safe for concurrent use. A key
// that does not exist is fault.NotFound.
type Bucket interface {
	// Put writes an object, replacing what was there. size is in bytes, -1 when
	// it is not known; then the object is streamed in parts. An object appears
	// whole or not at all.
	Put(ctx context.Context, key string, r io.Reader, size int64, o PutOptions) (Info, error)
	// PutFile writes an object from something that can be read again: an upload that
	// was broken off, by whomever, goes on where it stopped. So the content of a key
	// must be the same at every attempt.
	PutFile(ctx context.Context, key string, r io.ReaderAt, size int64, o PutOptions) (Info, error)
	// AbortUploads gives up the uploads below a prefix that were begun before an
	// instant and never finished. Some stores do so by themselves and list none.
	AbortUploads(ctx context.Context, prefix string, before time.Time) (aborted int, err error)
	// PutIf writes an object only if the present one has the ETag; an empty ETag
	// means that there must be none. Of several that try at the same time one
	// wins, the others get fault.Conflict.
	PutIf(ctx context.Context, key string, r io.Reader, size int64, ifMatchETag string, o PutOptions) (Info, error)
	// Get reads an object or a range of it. Close the reader.
	Get(ctx context.Context, key string, o GetOptions) (io.ReadCloser, Info, error)
	// Stat tells about an object without reading it.
	Stat(ctx context.Context, key string) (Info, error)
	// List tells about every object whose key begins with prefix, in the order of
	// their keys as bytes. Only Key, Size, ETag and Modified are filled. An error of fn
	// ends the listing and is returned.
	List(ctx context.Context, prefix string, fn func(Info) error) error
	// Delete removes objects. Ones that do not exist are no error.
	Delete(ctx context.Context, keys ...string) error
	// EnsurePublicRead lets everybody read objects by key, without listing them.
	EnsurePublicRead(ctx context.Context) error
	// URL is where everybody reads an object once EnsurePublicRead was called.
	URL(key string) string
}

// PutOptions describe an object. All are optional.
type PutOptions struct {
	ContentType        string // application/octet-stream when empty
	ContentEncoding    string
	ContentDisposition string
	CacheControl       string
	Meta               map[string]string // names are lower case
	SHA256             []byte            // of the content; kept as Meta["sha256"], hex
}

// MetaSHA256 is the name under which the digest of PutOptions is kept.
const MetaSHA256 = "sha256"

// GetOptions name a range in bytes. Length 0 reads to the end; a range that
// begins behind the end is fault.Invalid.
type GetOptions struct {
	Offset, Length int64
}

// Info tells about an object.
type Info struct {
	Key             string
	ETag            string // without quotes
	ContentType     string
	ContentEncoding string
	Size            int64 // of the whole object, in bytes
	Modified        time.Time
	Meta            map[string]string // names are lower case
}
