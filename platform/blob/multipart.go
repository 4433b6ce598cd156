package blob

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/kzocds/kzocds/platform/fault"
)

// maxParts of one upload, as S3 allows.
const maxParts = 10000

// PutFile implements Bucket: a file larger than a part is sent in parts, and an
// upload of the same key that was broken off goes on where its parts are those of
// the file.
func (b *s3) PutFile(ctx context.Context, key string, r io.ReaderAt, size int64, o PutOptions) (Info, error) {
	if size <= partSize {
		return b.Put(ctx, key, io.NewSectionReader(r, 0, size), size, o)
	}
	step := max(int64(partSize), (size/maxParts+1<<20)>>20<<20)
	core := minio.Core{Client: b.client}
	id, sent, err := b.begun(ctx, core, key)
	if err != nil {
		return Info{}, err
	}
	options := b.options(o, size)
	if id == "" {
		if id, err = core.NewMultipartUpload(ctx, b.bucket, key, options); err != nil {
			return Info{}, b.classify(err, "begin to write", key)
		}
	}
	var parts []minio.CompletePart
	for offset := int64(0); offset < size; offset += step {
		n := len(parts) + 1
		length := min(step, size-offset)
		sum := md5.New()
		if _, err := io.Copy(sum, io.NewSectionReader(r, offset, length)); err != nil {
			return Info{}, fmt.Errorf("read the content of %s: %w", key, err)
		}
		digest := sum.Sum(nil)
		etag := hex.EncodeToString(digest)
		if there := sent[n]; there.Size != length || unquote(there.ETag) != etag {
			part, err := core.PutObjectPart(ctx, b.bucket, key, id, n, io.NewSectionReader(r, offset, length), length,
				minio.PutObjectPartOptions{Md5Base64: base64.StdEncoding.EncodeToString(digest), DisableContentSha256: true})
			if err != nil {
				return Info{}, b.classify(err, fmt.Sprintf("write part %d", n), key)
			}
			etag = unquote(part.ETag)
		}
		parts = append(parts, minio.CompletePart{PartNumber: n, ETag: etag})
	}
	if _, err := core.CompleteMultipartUpload(ctx, b.bucket, key, id, parts, options); err != nil {
		// Somebody who uploaded the same was faster.
		if info, stat := b.Stat(ctx, key); minio.ToErrorResponse(err).Code == "NoSuchUpload" && stat == nil && info.Size == size {
			return info, nil
		}
		return Info{}, b.classify(err, "end to write", key)
	}
	return b.Stat(ctx, key)
}

// begun finds an upload of a key that was not finished, with its parts by number.
func (b *s3) begun(ctx context.Context, core minio.Core, key string) (id string, parts map[int]minio.ObjectPart, err error) {
	uploads, err := core.ListMultipartUploads(ctx, b.bucket, key, "", "", "", 1000)
	if err != nil {
		return "", nil, b.classify(err, "list the unfinished uploads of", key)
	}
	var begun time.Time
	for _, u := range uploads.Uploads {
		if u.Key == key && u.Initiated.After(begun) {
			id, begun = u.UploadID, u.Initiated
		}
	}
	if id == "" {
		return "", nil, nil
	}
	parts = map[int]minio.ObjectPart{}
	for marker := 0; ; {
		list, err := core.ListObjectParts(ctx, b.bucket, key, id, marker, 1000)
		if minio.ToErrorResponse(err).Code == "NoSuchUpload" {
			return "", nil, nil // finished or given up meanwhile
		}
		if err != nil {
			return "", nil, b.classify(err, "list the parts of", key)
		}
		for _, p := range list.ObjectParts {
			parts[p.PartNumber] = p
		}
		if !list.IsTruncated {
			return id, parts, nil
		}
		marker = list.NextPartNumberMarker
	}
}

// AbortUploads implements Bucket.
func (b *s3) AbortUploads(ctx context.Context, prefix string, before time.Time) (aborted int, err error) {
	core := minio.Core{Client: b.client}
	for key, id := "", ""; ; {
		list, err := core.ListMultipartUploads(ctx, b.bucket, prefix, key, id, "", 1000)
		if err != nil {
			return aborted, b.classify(err, "list the unfinished uploads below", prefix)
		}
		for _, u := range list.Uploads {
			if !u.Initiated.Before(before) {
				continue
			}
			err := b.classify(core.AbortMultipartUpload(ctx, b.bucket, u.Key, u.UploadID), "give up an upload of", u.Key)
			if err != nil && fault.KindOf(err) != fault.NotFound {
				return aborted, err
			}
			aborted++
		}
		if !list.IsTruncated {
			return aborted, nil
		}
		key, id = list.NextKeyMarker, list.NextUploadIDMarker
	}
}
