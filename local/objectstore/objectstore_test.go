package objectstore_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/lifecycle"

	"github.com/kzocds/kzocds/local/build"
	"github.com/kzocds/kzocds/local/localtest"
	"github.com/kzocds/kzocds/local/objectstore"
	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/blob/blobtest"
	"github.com/kzocds/kzocds/platform/config"
)

func TestTheEmbeddedStoreIsAnObjectStore(t *testing.T) {
	s, err := objectstore.Embedded(t.Context(), localtest.State(t), localtest.Port(t))
	if err != nil {
		t.Fatal(err)
	}
	conform(t, s)
}

// The real MinIO is built by the test when the cache does not hold it: some
// minutes, told on standard error.
func TestMinIOIsAnObjectStore(t *testing.T) {
	binary, err := localtest.Cache(t).Go(t.Context(), build.MinIO(localtest.Root(t)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := objectstore.MinIO(t.Context(), localtest.State(t), binary, localtest.Port(t))
	if err != nil {
		t.Fatal(err)
	}
	conform(t, s)
}

// Everything that the product does works on buckets that keep old versions too,
// as operators make them; and versions and unfinished uploads end by rules where
// the store knows such rules.
func TestBucketsWithVersionsAreObjectStores(t *testing.T) {
	dir := localtest.State(t)
	if err := os.MkdirAll(dir.Join(objectstore.Versions), 0o755); err != nil {
		t.Fatal(err)
	}
	embedded, err := objectstore.Embedded(t.Context(), dir, localtest.Port(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(embedded.Close)
	binary, err := localtest.Cache(t).Go(t.Context(), build.MinIO(localtest.Root(t)))
	if err != nil {
		t.Fatal(err)
	}
	process, err := objectstore.MinIO(t.Context(), localtest.State(t), binary, localtest.Port(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(process.Close)
	for name, c := range map[string]struct {
		server *objectstore.Server
		rules  bool
	}{"embedded": {embedded, false}, "MinIO": {process, true}} {
		t.Run(name, func(t *testing.T) {
			admin := admin(t, c.server)
			var buckets atomic.Int32
			blobtest.Run(t, func(t *testing.T) blob.Bucket {
				name := fmt.Sprintf("versions-%d", buckets.Add(1))
				b := bucket(t, c.server, name)
				if err := admin.EnableVersioning(t.Context(), name); err != nil {
					t.Fatal(err)
				}
				if !c.rules {
					return b
				}
				rules := lifecycle.NewConfiguration()
				rules.Rules = []lifecycle.Rule{{
					ID: "old", Status: "Enabled",
					NoncurrentVersionExpiration: lifecycle.NoncurrentVersionExpiration{NoncurrentDays: 30},
				}}
				if err := admin.SetBucketLifecycle(t.Context(), name, rules); err != nil {
					t.Fatal(err)
				}
				if kept, err := admin.GetBucketLifecycle(t.Context(), name); err != nil || len(kept.Rules) != 1 {
					t.Errorf("rules %+v, %v", kept, err)
				}
				return b
			})
			t.Run("what was replaced and deleted can be had back", func(t *testing.T) {
				b := bucket(t, c.server, "history")
				if err := admin.EnableVersioning(t.Context(), "history"); err != nil {
					t.Fatal(err)
				}
				for _, text := range []string{"first", "second"} {
					if _, err := b.Put(t.Context(), "latest.json", strings.NewReader(text), int64(len(text)), blob.PutOptions{}); err != nil {
						t.Fatal(err)
					}
				}
				if err := b.Delete(t.Context(), "latest.json"); err != nil {
					t.Fatal(err)
				}
				var versions int
				for o := range admin.ListObjects(t.Context(), "history", minio.ListObjectsOptions{WithVersions: true, Recursive: true}) {
					if o.Err != nil {
						t.Fatal(o.Err)
					}
					if !o.IsDeleteMarker {
						versions++
					}
				}
				if versions != 2 {
					t.Errorf("%d versions are kept, want 2", versions)
				}
			})
		})
	}
}

// Rules really end what they are about: old versions by their age, and what is in
// a folder by date. The store is told to look as often as it can; objects get
// their age in the way in which replication passes on that of the original.
func TestMinIOEndsWhatItsRulesSay(t *testing.T) {
	binary, err := localtest.Cache(t).Go(t.Context(), build.MinIO(localtest.Root(t)))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("MINIO_SCANNER_SPEED", "fastest")
	t.Setenv("MINIO_SCANNER_CYCLE", "1s")
	s, err := objectstore.MinIO(t.Context(), localtest.State(t), binary, localtest.Port(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	admin := admin(t, s)
	bucket(t, s, "ocds")
	if err := admin.EnableVersioning(t.Context(), "ocds"); err != nil {
		t.Fatal(err)
	}
	put := func(key, text string, age time.Duration) {
		t.Helper()
		var o minio.PutObjectOptions
		if age > 0 {
			o.Internal = minio.AdvancedPutOptions{SourceMTime: time.Now().Add(-age), SourceVersionID: uuid.NewString(), ReplicationRequest: true}
		}
		if _, err := admin.PutObject(t.Context(), "ocds", key, strings.NewReader(text), int64(len(text)), o); err != nil {
			t.Fatal(err)
		}
	}
	const day = 24 * time.Hour
	put("latest.json", "replaced 60 days ago", 90*day)
	put("latest.json", "replaced a day ago", 60*day)
	put("latest.json", "replaced just now", day)
	put("latest.json", "current", 0)
	put("data/old", "old and current", 90*day)
	put("uploads/a", "removed by date", 0)
	rules := lifecycle.NewConfiguration()
	rules.Rules = []lifecycle.Rule{
		{ID: "old", Status: "Enabled", NoncurrentVersionExpiration: lifecycle.NoncurrentVersionExpiration{NoncurrentDays: 30}},
		{ID: "uploads", Status: "Enabled", RuleFilter: lifecycle.Filter{Prefix: "uploads/"},
			Expiration: lifecycle.Expiration{Date: lifecycle.ExpirationDate{Time: time.Now().UTC().Truncate(day)}}},
	}
	if err := admin.SetBucketLifecycle(t.Context(), "ocds", rules); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"data/old: old and current", "latest.json: current", "latest.json: replaced a day ago", "latest.json: replaced just now", "uploads/a: removed by date",
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		// What is removed in a bucket with versions becomes an old one.
		got, names := versions(t, admin, "ocds"), names(t, admin, "ocds")
		if slices.Equal(got, want) && slices.Equal(names, []string{"data/old", "latest.json"}) {
			break
		}
		select {
		case <-ctx.Done():
			t.Fatalf("kept are %q, want %q; current are %q", got, want, names)
		case <-tick.C:
		}
	}
}

// names of what is current in a bucket.
func names(t *testing.T, admin *minio.Client, bucket string) (all []string) {
	t.Helper()
	for o := range admin.ListObjects(t.Context(), bucket, minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		all = append(all, o.Key)
	}
	return all
}

// versions are the texts of all versions in a bucket, sorted.
func versions(t *testing.T, admin *minio.Client, bucket string) (all []string) {
	t.Helper()
	for o := range admin.ListObjects(t.Context(), bucket, minio.ListObjectsOptions{WithVersions: true, Recursive: true}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		if o.IsDeleteMarker {
			continue
		}
		body, err := admin.GetObject(t.Context(), bucket, o.Key, minio.GetObjectOptions{VersionID: o.VersionID})
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(body)
		if minio.ToErrorResponse(err).StatusCode == http.StatusNotFound {
			continue // ended since it was listed
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, o.Key+": "+string(text))
	}
	slices.Sort(all)
	return all
}

func admin(t *testing.T, s *objectstore.Server) *minio.Client {
	t.Helper()
	admin, err := minio.New(strings.TrimPrefix(s.Endpoint(), "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(objectstore.AccessKey, s.SecretKey(), ""), Region: objectstore.Region,
	})
	if err != nil {
		t.Fatal(err)
	}
	return admin
}

// conform runs the suite, each test on a bucket of its own. Its tests run in
// parallel, after this function has returned.
func conform(t *testing.T, s *objectstore.Server) {
	var buckets atomic.Int32
	t.Cleanup(func() {
		s.Close()
		if err := s.Err(); err != nil {
			t.Error(err)
		}
		if buckets.Load() == 0 {
			t.Error("the suite opened no bucket")
		}
	})
	blobtest.Run(t, func(t *testing.T) blob.Bucket {
		return bucket(t, s, fmt.Sprintf("test-%d", buckets.Add(1)))
	})
}

func bucket(t *testing.T, s *objectstore.Server, name string) blob.Bucket {
	t.Helper()
	b, err := blob.Open(t.Context(), config.ObjectStore{
		Endpoint: s.Endpoint(), Bucket: name, AccessKey: objectstore.AccessKey, SecretKey: config.Secret(s.SecretKey()), Region: objectstore.Region,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatWasStoredIsThereAfterARestart(t *testing.T) {
	dir, port := localtest.State(t), localtest.Port(t)
	for _, there := range []bool{false, true} {
		s, err := objectstore.Embedded(t.Context(), dir, port)
		if err != nil {
			t.Fatal(err)
		}
		b := bucket(t, s, "ocds")
		_, err = b.PutIf(t.Context(), "latest.json", strings.NewReader("{}"), 2, "", blob.PutOptions{ContentType: "application/json"})
		if (err != nil) != there {
			t.Errorf("object is there: %v, creating it says: %v", there, err)
		}
		s.Close()
		if err := s.Err(); err != nil {
			t.Error(err)
		}
	}
}
