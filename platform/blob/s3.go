package blob

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kzocds/kzocds/platform/config"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
)

// Open connects to an S3 store, waits until it answers or ctx ends, and makes
// the bucket when it does not exist. Wrong keys are an error at once.
func Open(ctx context.Context, cfg config.ObjectStore) (Bucket, error) {
	b, err := dial(cfg)
	if err != nil {
		return nil, err
	}
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		err := b.ensureBucket(ctx)
		if err == nil {
			return b, nil
		}
		if k := fault.KindOf(err); ctx.Err() != nil || !k.Retryable() {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(wait):
		}
	}
}

// OpenExisting reads from somebody else's bucket: it makes none and asks nothing
// before the first use. Without keys the bucket has to be public.
func OpenExisting(cfg config.ObjectStore) (Bucket, error) { return dial(cfg) }

func dial(cfg config.ObjectStore) (*s3, error) {
	endpoint, secure := cfg.Endpoint, cfg.Secure
	if u, err := url.Parse(endpoint); err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
		endpoint, secure = u.Host, u.Scheme == "https"
	}
	transport, err := minio.DefaultTransport(secure)
	if err != nil {
		return nil, fmt.Errorf("transport to the object store: %w", err)
	}
	client, err := minio.New(endpoint, &minio.Options{
		Creds:  credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey.Reveal(), ""),
		Secure: secure,
		Region: cfg.Region,
		Transport: otelhttp.NewTransport(transport, otelhttp.WithSpanNameFormatter(
			func(_ string, r *http.Request) string { return "object store " + r.Method })),
		// Named buckets below the endpoint, which needs no DNS.
		BucketLookup: minio.BucketLookupPath,
		// Not every store understands checksums behind the body.
		TrailingHeaders: false,
	})
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "object store %s", cfg.Endpoint)
	}
	return &s3{client: client, bucket: cfg.Bucket, region: cfg.Region}, nil
}

type s3 struct {
	client *minio.Client
	bucket string
	region string
}

func (b *s3) ensureBucket(ctx context.Context) error {
	exists, err := b.client.BucketExists(ctx, b.bucket)
	if err != nil || exists {
		return b.classify(err, "look up bucket", "")
	}
	err = b.client.MakeBucket(ctx, b.bucket, minio.MakeBucketOptions{Region: b.region})
	if code := minio.ToErrorResponse(err).Code; code == "BucketAlreadyOwnedByYou" || code == "BucketAlreadyExists" {
		return nil // by a process that started together with us
	}
	return b.classify(err, "make bucket", "")
}

// partSize is how much of an object of unknown size is kept in memory; S3 takes
// 10,000 parts, so such an object may have 160 GB.
const partSize = 16 << 20

func (b *s3) options(o PutOptions, size int64) minio.PutObjectOptions {
	options := minio.PutObjectOptions{
		ContentType:        o.ContentType,
		ContentEncoding:    o.ContentEncoding,
		ContentDisposition: o.ContentDisposition,
		CacheControl:       o.CacheControl,
		UserMetadata:       make(map[string]string, len(o.Meta)+1),
		// A signed stream has the content encoding aws-chunked, which some stores
		// keep with the object and then show to every reader. The MD5 protects the
		// content on its way instead.
		DisableContentSha256: true,
		SendContentMd5:       true,
	}
	for name, value := range o.Meta {
		options.UserMetadata[name] = value
	}
	if len(o.SHA256) > 0 {
		options.UserMetadata[MetaSHA256] = hex.EncodeToString(o.SHA256)
	}
	if size < 0 {
		options.PartSize = partSize
	}
	return options
}

func (b *s3) Put(ctx context.Context, key string, r io.Reader, size int64, o PutOptions) (Info, error) {
	return b.put(ctx, key, r, size, b.options(o, size))
}

func (b *s3) PutIf(ctx context.Context, key string, r io.Reader, size int64, ifMatchETag string, o PutOptions) (Info, error) {
	options := b.options(o, size)
	// One request: the condition of a multipart upload is looked at only at its
	// end, and not by every store.
	options.DisableMultipart = true
	if size < 0 {
		body, err := io.ReadAll(r)
		if err != nil {
			return Info{}, fmt.Errorf("read the content of %s: %w", key, err)
		}
		r, size = bytes.NewReader(body), int64(len(body))
		options.PartSize = 0
	}
	if ifMatchETag == "" {
		options.SetMatchETagExcept("*")
	} else {
		options.SetMatchETag(ifMatchETag)
	}
	info, err := b.put(ctx, key, r, size, options)
	if ifMatchETag != "" && fault.KindOf(err) == fault.NotFound {
		return Info{}, fault.Wrap(fault.Conflict, err, "the object that was to be replaced is gone").About(key)
	}
	return info, err
}

func (b *s3) put(ctx context.Context, key string, r io.Reader, size int64, options minio.PutObjectOptions) (Info, error) {
	up, err := b.client.PutObject(ctx, b.bucket, key, r, size, options)
	if err != nil {
		return Info{}, b.classify(err, "write", key)
	}
	contentType := options.ContentType
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	return Info{Key: key, ETag: unquote(up.ETag), ContentType: contentType, ContentEncoding: options.ContentEncoding,
		Size: up.Size, Modified: up.LastModified, Meta: options.UserMetadata}, nil
}

func (b *s3) Get(ctx context.Context, key string, o GetOptions) (io.ReadCloser, Info, error) {
	var options minio.GetObjectOptions
	switch {
	case o.Offset < 0 || o.Length < 0:
		return nil, Info{}, fault.New(fault.Invalid, "range of %d bytes from %d", o.Length, o.Offset).About(key)
	case o.Length > 0:
		options.Set("Range", fmt.Sprintf("bytes=%d-%d", o.Offset, o.Offset+o.Length-1))
	case o.Offset > 0:
		options.Set("Range", fmt.Sprintf("bytes=%d-", o.Offset))
	}
	// The plain request: GetObject of the client would ask twice.
	core := minio.Core{Client: b.client}
	body, info, header, err := core.GetObject(ctx, b.bucket, key, options)
	if err != nil {
		return nil, Info{}, b.classify(err, "read", key)
	}
	told := tell(info)
	told.Key = key
	told.Size = wholeSize(header, told.Size)
	return body, told, nil
}

// wholeSize is the size behind the slash of Content-Range, when a range was
// asked for.
func wholeSize(h http.Header, size int64) int64 {
	if _, whole, ok := strings.Cut(h.Get("Content-Range"), "/"); ok {
		if n, err := strconv.ParseInt(whole, 10, 64); err == nil {
			return n
		}
	}
	return size
}

func (b *s3) Stat(ctx context.Context, key string) (Info, error) {
	info, err := b.client.StatObject(ctx, b.bucket, key, minio.StatObjectOptions{})
	if err != nil {
		return Info{}, b.classify(err, "stat", key)
	}
	told := tell(info)
	told.Key = key
	return told, nil
}

func (b *s3) List(ctx context.Context, prefix string, fn func(Info) error) error {
	for info := range b.client.ListObjectsIter(ctx, b.bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if info.Err != nil {
			return b.classify(info.Err, "list", prefix)
		}
		if err := fn(Info{Key: info.Key, ETag: unquote(info.ETag), Size: info.Size, Modified: info.LastModified}); err != nil {
			return err
		}
	}
	return nil
}

func (b *s3) Delete(ctx context.Context, keys ...string) error {
	if len(keys) == 1 {
		err := b.classify(b.client.RemoveObject(ctx, b.bucket, keys[0], minio.RemoveObjectOptions{}), "delete", keys[0])
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		return err
	}
	objects := make(chan minio.ObjectInfo)
	go func() {
		defer close(objects)
		for _, key := range keys {
			select {
			case objects <- minio.ObjectInfo{Key: key}:
			case <-ctx.Done():
				return
			}
		}
	}()
	var errs []error
	for failed := range b.client.RemoveObjects(ctx, b.bucket, objects, minio.RemoveObjectsOptions{}) {
		err := b.classify(failed.Err, "delete", failed.ObjectName)
		if fault.KindOf(err) != fault.NotFound {
			errs = append(errs, err)
		}
	}
	return errors.Join(append(errs, ctx.Err())...)
}

func (b *s3) EnsurePublicRead(ctx context.Context) error {
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},` +
		`"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::` + b.bucket + `/*"]}]}`
	return b.classify(b.client.SetBucketPolicy(ctx, b.bucket, policy), "let everybody read the bucket", "")
}

func (b *s3) URL(key string) string {
	return b.client.EndpointURL().JoinPath(b.bucket, key).String()
}

func tell(o minio.ObjectInfo) Info {
	meta := make(map[string]string, len(o.UserMetadata))
	for name, value := range o.UserMetadata {
		meta[strings.ToLower(name)] = value
	}
	return Info{Key: o.Key, ETag: unquote(o.ETag), ContentType: o.ContentType, ContentEncoding: o.Metadata.Get("Content-Encoding"),
		Size: o.Size, Modified: o.LastModified, Meta: meta}
}

func unquote(etag string) string { return strings.Trim(etag, `"`) }

// classify gives an error of the store its kind.
func (b *s3) classify(err error, doing, key string) error {
	if err == nil {
		return nil
	}
	response := minio.ToErrorResponse(err)
	kind := fault.KindOf(err)
	switch {
	case response.Code == "SlowDown":
		kind = fault.RateLimited
	case response.Code == "InvalidRange":
		kind = fault.Invalid
	case response.StatusCode == http.StatusNotFound:
		kind = fault.NotFound
	case response.StatusCode == http.StatusPreconditionFailed, response.StatusCode == http.StatusConflict:
		kind = fault.Conflict
	case response.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		kind = fault.Invalid
	case response.StatusCode == http.StatusUnauthorized:
		kind = fault.Unauthorised
	case response.StatusCode == http.StatusForbidden:
		kind = fault.Forbidden
	case response.StatusCode >= 500, isNetwork(err):
		kind = fault.Unavailable
	}
	about := b.bucket
	if key != "" {
		about += "/" + key
	}
	return fault.Wrap(kind, err, "object store: %s", doing).About(about)
}

func isNetwork(err error) bool {
	_, ok := errors.AsType[*net.OpError](err)
	return ok || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}
