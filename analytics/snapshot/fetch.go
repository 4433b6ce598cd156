package snapshot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/publication"
	"github.com/kzocds/kzocds/proto/tables"
)

// Keys of the published layout.
const (
	latestKey       = "latest.json"
	manifestKey     = "snapshots/%s/manifest.json"
	completeKey     = "snapshots/%s/complete.json"
	datasetTables   = "tables"
	maxManifest     = 64 << 20 // bytes
	downloadsAtOnce = 4
)

// Fetcher reads published snapshots from the object store. Parts are kept by
// digest, so that a part which two snapshots share is downloaded once.
type Fetcher struct {
	Bucket    blob.Bucket
	Directory string // for the parts
}

// Latest is the id of the current snapshot; "" when none was ever published.
func (f Fetcher) Latest(ctx context.Context) (string, error) {
	var latest publication.Latest
	err := f.read(ctx, latestKey, &latest)
	if fault.KindOf(err) == fault.NotFound {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return latest.Snapshot, nil
}

// Age tells when a snapshot is of, what was before it, and which versions of the
// method made it.
type Age struct {
	Date     time.Time // of its newest release
	Parent   string    // "" before the first
	Versions map[string]string
}

// Age reads the age of a snapshot; fault.NotFound when it is not kept.
func (f Fetcher) Age(ctx context.Context, id string) (Age, error) {
	var m publication.Manifest
	if err := f.read(ctx, fmt.Sprintf(manifestKey, id), &m); err != nil {
		return Age{}, err
	}
	return Age{Date: m.Date, Parent: m.Parent, Versions: m.Versions}, nil
}

// Describe reads the manifest in use: everything of a snapshot but its parts.
func (f Fetcher) Describe(ctx context.Context, id string) (Snapshot, publication.Manifest, error) {
	var m publication.Manifest
	// A snapshot whose deltas were folded has a manifest without them.
	key := fmt.Sprintf(completeKey, id)
	err := f.read(ctx, key, &m)
	if fault.KindOf(err) == fault.NotFound {
		key = fmt.Sprintf(manifestKey, id)
		err = f.read(ctx, key, &m)
	}
	if err != nil {
		return Snapshot{}, m, err
	}
	if m.ID != id {
		return Snapshot{}, m, fault.New(fault.Invalid, "the manifest is of snapshot %s", m.ID).About(key)
	}
	s := Snapshot{ID: id, Parts: map[string][]string{}, Rows: rows(m.Datasets)}
	if !m.Date.IsZero() {
		s.AsOf = m.Date.UTC().Format(time.RFC3339)
	}
	for _, d := range m.Deltas {
		s.Deltas = append(s.Deltas, Delta{Parts: map[string][]string{}, Rows: rows(d.Datasets), Removed: d.Removed})
	}
	return s, m, nil
}

// rows tells how many rows the tables have.
func rows(sets []publication.Dataset) map[string]int64 {
	count := map[string]int64{}
	for _, table := range tables.All() {
		count[table] = 0
	}
	for d := range known(sets) {
		for _, o := range d.Objects {
			count[d.Table] += o.Rows
		}
	}
	return count
}

// known gives the tables among datasets, without those of a newer publisher.
func known(sets []publication.Dataset) iter.Seq[publication.Dataset] {
	return func(yield func(publication.Dataset) bool) {
		for _, d := range sets {
			if d.Name == datasetTables && slices.Contains(tables.All(), d.Table) && !yield(d) {
				return
			}
		}
	}
}

// Fetch downloads the parts that are not on disk yet, checks every digest, and
// deletes the parts that this snapshot does not have.
func (f Fetcher) Fetch(ctx context.Context, s *Snapshot, m publication.Manifest) error {
	if err := os.MkdirAll(f.Directory, 0o755); err != nil {
		return fmt.Errorf("directory of the parts: %w", err)
	}
	needed := map[string]bool{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(downloadsAtOnce)
	for i := range len(m.Deltas) + 1 {
		sets, parts := m.Datasets, s.Parts
		if i > 0 {
			sets, parts = m.Deltas[i-1].Datasets, s.Deltas[i-1].Parts
		}
		for d := range known(sets) {
			for _, o := range d.Objects {
				sum, err := hex.DecodeString(o.SHA256)
				if err != nil || len(sum) != sha256.Size {
					return fault.New(fault.Invalid, "%q is not a SHA-256 in hexadecimal", o.SHA256).About(o.Key)
				}
				path := filepath.Join(f.Directory, hex.EncodeToString(sum)+".parquet")
				parts[d.Table] = append(parts[d.Table], path)
				if needed[path] {
					continue // the same content under two names
				}
				needed[path] = true
				group.Go(func() error { return f.part(ctx, o, sum, path) })
			}
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	kept, err := filepath.Glob(filepath.Join(f.Directory, "*"))
	if err != nil {
		return err
	}
	for _, path := range kept {
		if needed[path] {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove an old part: %w", err)
		}
	}
	return nil
}

// part makes one part lie on disk with the digest that the manifest gives.
func (f Fetcher) part(ctx context.Context, o publication.Object, sum []byte, path string) error {
	if have, err := digest(path); err == nil && string(have) == string(sum) {
		return nil
	}
	body, _, err := f.Bucket.Get(ctx, o.Key, blob.GetOptions{})
	if err != nil {
		return fmt.Errorf("read %s: %w", o.Key, err)
	}
	defer body.Close()
	file, err := os.CreateTemp(f.Directory, ".part")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(file, h), body); err != nil {
		return fault.Wrap(fault.Unavailable, err, "read %s", o.Key)
	}
	if got := h.Sum(nil); string(got) != string(sum) {
		return fault.New(fault.Unavailable, "the object has SHA-256 %x, its manifest says %x", got, sum).About(o.Key).
			Do("it is read again; if this stays, publish the snapshot again")
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

func digest(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

func (f Fetcher) read(ctx context.Context, key string, v any) error {
	body, _, err := f.Bucket.Get(ctx, key, blob.GetOptions{})
	if err != nil {
		return fmt.Errorf("read %s: %w", key, err)
	}
	defer body.Close()
	if err := json.NewDecoder(io.LimitReader(body, maxManifest)).Decode(v); err != nil {
		return fault.Wrap(fault.Invalid, err, "%s is not the JSON expected", key)
	}
	return nil
}
