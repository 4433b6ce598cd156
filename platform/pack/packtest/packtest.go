// Package packtest has an object store for tests of what lies in packs.
package packtest

import (
	"bytes"
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/fault"
)

// Shelf is what packs need of a bucket, in memory.
type Shelf struct {
	mu sync.Mutex
	// Content has the objects by key. A test may alter it while nothing is under way.
	Content map[string][]byte
	// Stored is when all of them were stored.
	Stored time.Time
	// Reads counts requests for content.
	Reads int
}

// NewShelf makes an empty one.
func NewShelf() *Shelf { return &Shelf{Content: map[string][]byte{}, Stored: time.Now()} }

// Put stores an object.
func (s *Shelf) Put(_ context.Context, key string, r io.Reader, _ int64, _ blob.PutOptions) (blob.Info, error) {
	content, err := io.ReadAll(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Content[key] = content
	return blob.Info{Key: key}, err
}

// Get reads a range of an object.
func (s *Shelf) Get(_ context.Context, key string, o blob.GetOptions) (io.ReadCloser, blob.Info, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Reads++
	content, ok := s.Content[key]
	if !ok {
		return nil, blob.Info{}, fault.New(fault.NotFound, "no object %s", key)
	}
	if o.Offset > int64(len(content)) {
		return nil, blob.Info{}, fault.New(fault.Invalid, "no such range")
	}
	return io.NopCloser(bytes.NewReader(content[o.Offset:min(o.Offset+o.Length, int64(len(content)))])), blob.Info{}, nil
}

// List tells about objects by key.
func (s *Shelf) List(_ context.Context, prefix string, fn func(blob.Info) error) error {
	s.mu.Lock()
	keys := slices.Sorted(maps.Keys(s.Content))
	s.mu.Unlock()
	for _, key := range keys {
		if strings.HasPrefix(key, prefix) {
			if err := fn(blob.Info{Key: key, Modified: s.Stored}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Delete removes objects.
func (s *Shelf) Delete(_ context.Context, keys ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		delete(s.Content, key)
	}
	return nil
}
