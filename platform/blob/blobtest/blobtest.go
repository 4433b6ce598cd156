// Package blobtest is the conformance suite of the object store: every store
// that kzocds is run on has to pass it.
package blobtest

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/fault"
)

// Run runs the suite. open gives a bucket that is empty, or a part of which no
// other test uses.
func Run(t *testing.T, open func(t *testing.T) blob.Bucket) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, b blob.Bucket)
	}{
		{"what was put is read back, with its description", putGet},
		{"a second put replaces the first", replace},
		{"an empty object is an object", empty},
		{"any part of an object can be read", ranges},
		{"a key that does not exist is not found", missing},
		{"the list has every key below the prefix in byte order", list},
		{"an error ends the list", listEnds},
		{"deleting is idempotent", deletes},
		{"a conditional create succeeds once", create},
		{"a conditional update needs the present tag", update},
		{"of many conditional writers one wins", race},
		{"a large object of unknown size is streamed in parts", stream},
		{"a source that fails leaves no object", broken},
		{"an upload that was broken off goes on where it stopped", resumes},
		{"uploads that nobody ends are given up", abandoned},
		{"keys may hold what the published layout uses", keys},
		{"everybody reads a public object, and nobody lists or writes", public},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, open(t))
		})
	}
}

func put(t *testing.T, b blob.Bucket, key, content string, o blob.PutOptions) blob.Info {
	t.Helper()
	info, err := b.Put(t.Context(), key, strings.NewReader(content), int64(len(content)), o)
	if err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
	return info
}

func get(t *testing.T, b blob.Bucket, key string, o blob.GetOptions) (string, blob.Info) {
	t.Helper()
	r, info, err := b.Get(t.Context(), key, o)
	if err != nil {
		t.Fatalf("get %s: %v", key, err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("read %s: %v", key, err)
	}
	return string(content), info
}

func wantKind(t *testing.T, err error, kind fault.Kind, doing string) {
	t.Helper()
	if fault.KindOf(err) != kind {
		t.Errorf("%s: error is %v (%s), want kind %s", doing, err, fault.KindOf(err), kind)
	}
}

func putGet(t *testing.T, b blob.Bucket) {
	content := `{"ocid":"ocds-kz0000-t1"}`
	sum := sha256.Sum256([]byte(content))
	written := put(t, b, "a/record.json.gz", content, blob.PutOptions{
		ContentType: "application/json", ContentEncoding: "gzip", CacheControl: "max-age=60",
		ContentDisposition: `attachment; filename="record.json.gz"`,
		Meta:               map[string]string{"rows": "1"}, SHA256: sum[:],
	})
	got, read := get(t, b, "a/record.json.gz", blob.GetOptions{})
	if got != content {
		t.Errorf("read %q, want %q", got, content)
	}
	stated, err := b.Stat(t.Context(), "a/record.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	if stated.Modified.IsZero() {
		t.Error("stat: no time of modification")
	}
	for name, info := range map[string]blob.Info{"put": written, "get": read, "stat": stated} {
		if info.Key != "a/record.json.gz" || info.Size != int64(len(content)) {
			t.Errorf("%s: key %q of %d bytes", name, info.Key, info.Size)
		}
		if info.ETag == "" || info.ETag != written.ETag || strings.Contains(info.ETag, `"`) {
			t.Errorf("%s: tag %q, written was %q", name, info.ETag, written.ETag)
		}
		if info.ContentType != "application/json" || info.ContentEncoding != "gzip" {
			t.Errorf("%s: content type %q, encoding %q", name, info.ContentType, info.ContentEncoding)
		}
		if info.Meta["rows"] != "1" || info.Meta[blob.MetaSHA256] != hex.EncodeToString(sum[:]) {
			t.Errorf("%s: metadata %v", name, info.Meta)
		}
	}
}

func replace(t *testing.T, b blob.Bucket) {
	first := put(t, b, "k", "first", blob.PutOptions{})
	second := put(t, b, "k", "second!", blob.PutOptions{})
	if first.ETag == second.ETag {
		t.Error("different content has the same tag")
	}
	if got, _ := get(t, b, "k", blob.GetOptions{}); got != "second!" {
		t.Errorf("read %q", got)
	}
}

func empty(t *testing.T, b blob.Bucket) {
	put(t, b, "empty", "", blob.PutOptions{})
	if got, info := get(t, b, "empty", blob.GetOptions{}); got != "" || info.Size != 0 {
		t.Errorf("read %q of %d bytes", got, info.Size)
	}
}

func ranges(t *testing.T, b blob.Bucket) {
	put(t, b, "k", "0123456789", blob.PutOptions{})
	for _, c := range []struct {
		o    blob.GetOptions
		want string
	}{
		{blob.GetOptions{}, "0123456789"},
		{blob.GetOptions{Length: 1}, "0"},
		{blob.GetOptions{Offset: 3, Length: 4}, "3456"},
		{blob.GetOptions{Offset: 7}, "789"},
		{blob.GetOptions{Offset: 8, Length: 100}, "89"},
	} {
		if got, info := get(t, b, "k", c.o); got != c.want || info.Size != 10 {
			t.Errorf("%+v: read %q of %d, want %q of 10", c.o, got, info.Size, c.want)
		}
	}
	_, _, err := b.Get(t.Context(), "k", blob.GetOptions{Offset: 11})
	wantKind(t, err, fault.Invalid, "a range behind the end")
	_, _, err = b.Get(t.Context(), "k", blob.GetOptions{Offset: -1})
	wantKind(t, err, fault.Invalid, "a negative offset")
}

func missing(t *testing.T, b blob.Bucket) {
	_, _, err := b.Get(t.Context(), "no/such/key", blob.GetOptions{})
	wantKind(t, err, fault.NotFound, "get")
	_, err = b.Stat(t.Context(), "no/such/key")
	wantKind(t, err, fault.NotFound, "stat")
}

func list(t *testing.T, b blob.Bucket) {
	want := []string{"p/A", "p/a-1", "p/a/1", "p/a/2/x", "p/a0", "p/b"}
	for _, i := range rand.Perm(len(want)) {
		put(t, b, want[i], want[i], blob.PutOptions{})
	}
	put(t, b, "q/other", "x", blob.PutOptions{})
	var got []string
	err := b.List(t.Context(), "p/", func(i blob.Info) error {
		if i.Size != int64(len(i.Key)) || i.ETag == "" || i.Modified.IsZero() {
			t.Errorf("list tells %+v", i)
		}
		got = append(got, i.Key)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("list %q, want %q", got, want)
	}
	err = b.List(t.Context(), "nothing/", func(i blob.Info) error { return fmt.Errorf("unexpected %s", i.Key) })
	if err != nil {
		t.Error(err)
	}
}

func listEnds(t *testing.T, b blob.Bucket) {
	put(t, b, "p/1", "x", blob.PutOptions{})
	put(t, b, "p/2", "x", blob.PutOptions{})
	enough, calls := errors.New("enough"), 0
	err := b.List(t.Context(), "p/", func(blob.Info) error { calls++; return enough })
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("error %v after %d calls", err, calls)
	}
}

func deletes(t *testing.T, b blob.Bucket) {
	for _, key := range []string{"1", "2", "3"} {
		put(t, b, "d/"+key, key, blob.PutOptions{})
	}
	for _, keys := range [][]string{{"d/1"}, {"d/1"}, {"d/2", "d/3", "d/never"}, {"d/2", "d/3"}, {}} {
		if err := b.Delete(t.Context(), keys...); err != nil {
			t.Errorf("delete %q: %v", keys, err)
		}
	}
	for _, key := range []string{"d/1", "d/2", "d/3"} {
		_, err := b.Stat(t.Context(), key)
		wantKind(t, err, fault.NotFound, "stat after delete")
	}
}

func putIf(ctx context.Context, b blob.Bucket, key, content, tag string) (blob.Info, error) {
	return b.PutIf(ctx, key, strings.NewReader(content), int64(len(content)), tag, blob.PutOptions{ContentType: "application/json"})
}

func create(t *testing.T, b blob.Bucket) {
	if _, err := putIf(t.Context(), b, "k", "first", ""); err != nil {
		t.Fatal(err)
	}
	_, err := putIf(t.Context(), b, "k", "second", "")
	wantKind(t, err, fault.Conflict, "create again")
	if got, _ := get(t, b, "k", blob.GetOptions{}); got != "first" {
		t.Errorf("the loser wrote %q", got)
	}
}

func update(t *testing.T, b blob.Bucket) {
	_, err := putIf(t.Context(), b, "k", "x", strings.Repeat("0", 32))
	wantKind(t, err, fault.Conflict, "update of nothing")
	first := put(t, b, "k", "first", blob.PutOptions{})
	second, err := putIf(t.Context(), b, "k", "second", first.ETag)
	if err != nil {
		t.Fatal(err)
	}
	_, err = putIf(t.Context(), b, "k", "third", first.ETag)
	wantKind(t, err, fault.Conflict, "update with an old tag")
	got, info := get(t, b, "k", blob.GetOptions{})
	if got != "second" || info.ETag != second.ETag {
		t.Errorf("read %q with tag %q, want second with %q", got, info.ETag, second.ETag)
	}
}

func race(t *testing.T, b blob.Bucket) {
	base := put(t, b, "updated", "base", blob.PutOptions{})
	for _, c := range []struct{ key, tag string }{{"created", ""}, {"updated", base.ETag}} {
		var errs [8]error
		var writers sync.WaitGroup
		for i := range errs {
			writers.Go(func() { _, errs[i] = putIf(t.Context(), b, c.key, fmt.Sprintf("writer %d", i), c.tag) })
		}
		writers.Wait()
		winner := -1
		for i, err := range errs {
			if err == nil {
				if winner >= 0 {
					t.Errorf("%s: writers %d and %d both won", c.key, winner, i)
				}
				winner = i
				continue
			}
			wantKind(t, err, fault.Conflict, c.key+": a loser")
		}
		if winner < 0 {
			t.Errorf("%s: no writer won", c.key)
			continue
		}
		if got, _ := get(t, b, c.key, blob.GetOptions{}); got != fmt.Sprintf("writer %d", winner) {
			t.Errorf("%s: read %q, but writer %d won", c.key, got, winner)
		}
	}
}

func stream(t *testing.T, b blob.Bucket) {
	const size = 40<<20 + 12345
	digest := md5.New()
	source := io.TeeReader(io.LimitReader(rand.NewChaCha8([32]byte{1}), size), digest)
	written, err := b.Put(t.Context(), "large", source, -1, blob.PutOptions{ContentType: "application/gzip", Meta: map[string]string{"rows": "9"}})
	if err != nil {
		t.Fatal(err)
	}
	if written.Size != size {
		t.Errorf("wrote %d bytes, want %d", written.Size, size)
	}
	r, info, err := b.Get(t.Context(), "large", blob.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	back := md5.New()
	if n, err := io.Copy(back, r); err != nil || n != size {
		t.Fatalf("read %d bytes: %v", n, err)
	}
	if !bytes.Equal(digest.Sum(nil), back.Sum(nil)) {
		t.Error("the content came back changed")
	}
	if info.ContentType != "application/gzip" || info.Meta["rows"] != "9" || info.ETag != written.ETag {
		t.Errorf("described as %+v", info)
	}
}

func broken(t *testing.T, b blob.Bucket) {
	gone := errors.New("source is gone")
	source := io.MultiReader(io.LimitReader(rand.NewChaCha8([32]byte{2}), 17<<20), failing{gone})
	_, err := b.Put(t.Context(), "half", source, -1, blob.PutOptions{})
	if !errors.Is(err, gone) {
		t.Errorf("put: %v, want the source's error", err)
	}
	_, err = b.Stat(t.Context(), "half")
	wantKind(t, err, fault.NotFound, "stat of what was not finished")
}

// file is something that can be read again; it counts what is read, and fails
// from an offset on.
type file struct {
	io.ReaderAt
	read atomic.Int64
	end  atomic.Int64
}

var errFile = errors.New("the disk is gone")

func (f *file) ReadAt(p []byte, at int64) (int, error) {
	if end := f.end.Load(); end > 0 && at+int64(len(p)) > end {
		n, _ := f.ReaderAt.ReadAt(p[:max(0, end-at)], at)
		return n, errFile
	}
	n, err := f.ReaderAt.ReadAt(p, at)
	f.read.Add(int64(n))
	return n, err
}

// large is the size of a file of three parts.
const large = 40<<20 + 777

func newFile(seed byte) *file {
	content := make([]byte, large)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(content)
	return &file{ReaderAt: bytes.NewReader(content)}
}

func resumes(t *testing.T, b blob.Bucket) {
	f := newFile(3)
	f.end.Store(30 << 20)
	o := blob.PutOptions{ContentType: "application/gzip", Meta: map[string]string{"rows": "9"}}
	if _, err := b.PutFile(t.Context(), "data/large", f, large, o); !errors.Is(err, errFile) {
		t.Fatalf("put: %v, want the file's error", err)
	}
	_, err := b.Stat(t.Context(), "data/large")
	wantKind(t, err, fault.NotFound, "stat of what was not finished")
	f.end.Store(0)
	f.read.Store(0)
	written, err := b.PutFile(t.Context(), "data/large", f, large, o)
	if err != nil {
		t.Fatal(err)
	}
	// Each part is read once to be compared and once more to be sent.
	if n := f.read.Load(); n >= 2*large {
		t.Errorf("%d bytes were read of %d: nothing of the first attempt was used", n, large)
	}
	if again, err := b.PutFile(t.Context(), "data/large", f, large, o); err != nil || again.Size != large {
		t.Errorf("the same once more: %+v, %v", again, err)
	}
	r, info, err := b.Get(t.Context(), "data/large", blob.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	back, sent := md5.New(), md5.New()
	if _, err := io.Copy(back, r); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(sent, io.NewSectionReader(f, 0, large)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(back.Sum(nil), sent.Sum(nil)) || info.Size != large || written.Size != large {
		t.Errorf("%d bytes came back, changed", info.Size)
	}
	if info.ContentType != "application/gzip" || info.Meta["rows"] != "9" {
		t.Errorf("described as %+v", info)
	}
}

func abandoned(t *testing.T, b blob.Bucket) {
	f := newFile(4)
	f.end.Store(30 << 20)
	if _, err := b.PutFile(t.Context(), "data/left", f, large, blob.PutOptions{}); !errors.Is(err, errFile) {
		t.Fatalf("put: %v, want the file's error", err)
	}
	if n, err := b.AbortUploads(t.Context(), "data/", time.Now().Add(-time.Hour)); n != 0 || err != nil {
		t.Errorf("%d uploads of this moment were given up as old ones (%v)", n, err)
	}
	if _, err := b.AbortUploads(t.Context(), "data/", time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	f.end.Store(0)
	if info, err := b.PutFile(t.Context(), "data/left", f, large, blob.PutOptions{}); err != nil || info.Size != large {
		t.Errorf("after that the object cannot be written: %+v, %v", info, err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func keys(t *testing.T, b blob.Bucket) {
	for _, key := range []string{
		"latest.json", "snapshots/0a1b2c/manifest.json", "data/0a/0a1b2c/records-2026-07.jsonl.gz",
		"extensions/тілдер/кодтар.csv", "with space+plus&and=more.csv",
	} {
		put(t, b, key, key, blob.PutOptions{})
		if got, _ := get(t, b, key, blob.GetOptions{}); got != key {
			t.Errorf("%s holds %q", key, got)
		}
	}
}

func public(t *testing.T, b blob.Bucket) {
	for range 2 { // ensuring is idempotent
		if err := b.EnsurePublicRead(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	put(t, b, "open/файл 1.json", "for all", blob.PutOptions{ContentType: "application/json"})
	url := b.URL("open/файл 1.json")
	status, body, header := request(t, http.MethodGet, url, "")
	if status != http.StatusOK || body != "for all" || header.Get("Content-Type") != "application/json" {
		t.Errorf("GET %s: %d %q %s", url, status, body, header.Get("Content-Type"))
	}
	if header.Get("Last-Modified") == "" || header.Get("ETag") == "" {
		t.Errorf("readers cannot ask whether it changed: %v", header)
	}
	if status, body, header := request(t, http.MethodGet, url, "", "Range", "bytes=4-6"); status != http.StatusPartialContent || body != "all" || header.Get("Content-Range") != "bytes 4-6/7" {
		t.Errorf("a range: %d %q %v", status, body, header)
	}
	if status, _, _ := request(t, http.MethodGet, url, "", "If-None-Match", header.Get("ETag")); status != http.StatusNotModified {
		t.Errorf("what did not change: %d, want 304", status)
	}
	if status, _, _ := request(t, http.MethodGet, b.URL(""), ""); status != http.StatusForbidden {
		t.Errorf("anonymous list: %d, want 403", status)
	}
	if status, _, _ := request(t, http.MethodPut, url, "mine"); status != http.StatusForbidden {
		t.Errorf("anonymous write: %d, want 403", status)
	}
}

func request(t *testing.T, method, url, body string, header ...string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text), res.Header
}
