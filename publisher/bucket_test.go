package publisher

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/blob/blobtest"
	"github.com/kzocds/kzocds/platform/fault"
)

// memory is an object store in memory. It passes the conformance suite, so what
// works on it works on the others.
type memory struct {
	mu      sync.Mutex
	objects map[string]stored
	public  bool
	server  *httptest.Server
	writes  []string // keys in the order they were written
	read    func(io.Reader) ([]byte, error)
}

type stored struct {
	content []byte
	info    blob.Info
	options blob.PutOptions
}

func newMemory(t testing.TB) *memory {
	m := &memory{objects: map[string]stored{}, read: io.ReadAll}
	m.server = httptest.NewServer(http.HandlerFunc(m.serve))
	t.Cleanup(m.server.Close)
	return m
}

func TestTheStoreOfTheTestsIsAnObjectStore(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, func(t *testing.T) blob.Bucket { return newMemory(t) })
}

func (m *memory) serve(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	o, ok := m.objects[strings.TrimPrefix(r.URL.Path, "/")]
	public := m.public
	m.mu.Unlock()
	if !ok || !public || r.Method != http.MethodGet {
		http.Error(w, "no", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", o.info.ContentType)
	w.Header().Set("ETag", `"`+o.info.ETag+`"`)
	http.ServeContent(w, r, "", o.info.Modified, bytes.NewReader(o.content))
}

func (m *memory) Put(ctx context.Context, key string, r io.Reader, size int64, o blob.PutOptions) (blob.Info, error) {
	return m.put(ctx, key, r, size, o, func(stored, bool) bool { return true })
}

func (m *memory) PutFile(ctx context.Context, key string, r io.ReaderAt, size int64, o blob.PutOptions) (blob.Info, error) {
	return m.Put(ctx, key, io.NewSectionReader(r, 0, size), size, o)
}

// AbortUploads has nothing to do: an upload is one step here.
func (m *memory) AbortUploads(context.Context, string, time.Time) (int, error) { return 0, nil }

func (m *memory) PutIf(ctx context.Context, key string, r io.Reader, size int64, etag string, o blob.PutOptions) (blob.Info, error) {
	return m.put(ctx, key, r, size, o, func(present stored, exists bool) bool {
		return exists == (etag != "") && present.info.ETag == etag
	})
}

func (m *memory) put(ctx context.Context, key string, r io.Reader, size int64, o blob.PutOptions, may func(stored, bool) bool) (blob.Info, error) {
	content, err := m.read(r)
	if err = errors.Join(err, ctx.Err()); err != nil {
		return blob.Info{}, err
	}
	if size >= 0 && int64(len(content)) != size {
		return blob.Info{}, fault.New(fault.Invalid, "%d bytes instead of %d", len(content), size)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	present, exists := m.objects[key]
	if !may(present, exists) {
		return blob.Info{}, fault.New(fault.Conflict, "%s was changed by another", key).About(key)
	}
	sum := sha256.Sum256(content)
	info := blob.Info{Key: key, ETag: hex.EncodeToString(sum[:16]), ContentType: o.ContentType, ContentEncoding: o.ContentEncoding,
		Size: int64(len(content)), Modified: time.Now(), Meta: maps.Clone(o.Meta)}
	if info.ContentType == "" {
		info.ContentType = "application/octet-stream"
	}
	if o.SHA256 != nil {
		if info.Meta == nil {
			info.Meta = map[string]string{}
		}
		info.Meta[blob.MetaSHA256] = hex.EncodeToString(o.SHA256)
	}
	m.objects[key] = stored{content, info, o}
	m.writes = append(m.writes, key)
	return info, nil
}

func (m *memory) Get(ctx context.Context, key string, o blob.GetOptions) (io.ReadCloser, blob.Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.objects[key]
	if !ok {
		return nil, blob.Info{}, fault.New(fault.NotFound, "no object %s", key).About(key)
	}
	size := int64(len(s.content))
	if o.Offset < 0 || o.Length < 0 || o.Offset > 0 && o.Offset >= size {
		return nil, blob.Info{}, fault.New(fault.Invalid, "%s ends before %d", key, o.Offset).About(key)
	}
	end := size
	if o.Length > 0 {
		end = min(end, o.Offset+o.Length)
	}
	return io.NopCloser(bytes.NewReader(s.content[o.Offset:end])), s.info, ctx.Err()
}

func (m *memory) Stat(_ context.Context, key string) (blob.Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.objects[key]; ok {
		return s.info, nil
	}
	return blob.Info{}, fault.New(fault.NotFound, "no object %s", key).About(key)
}

func (m *memory) List(_ context.Context, prefix string, fn func(blob.Info) error) error {
	m.mu.Lock()
	all := maps.Clone(m.objects)
	m.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if strings.HasPrefix(key, prefix) {
			if err := fn(all[key].info); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *memory) Delete(_ context.Context, keys ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		delete(m.objects, key)
	}
	return nil
}

func (m *memory) EnsurePublicRead(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.public = true
	return nil
}

func (m *memory) URL(key string) string {
	return m.server.URL + "/" + (&url.URL{Path: key}).EscapedPath()
}

// damage changes an object behind everybody's back.
func (m *memory) damage(t testing.TB, key string, content []byte) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.objects[key]
	if !ok {
		t.Fatalf("no object %s", key)
	}
	s.content, s.info.Size = content, int64(len(content))
	m.objects[key] = s
}

// text is the content of an object.
func (m *memory) text(t testing.TB, key string) []byte {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.objects[key]
	if !ok {
		t.Fatalf("no object %s", key)
	}
	return s.content
}

// written are the keys written since the last call.
func (m *memory) written() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	keys := m.writes
	m.writes = nil
	return keys
}
