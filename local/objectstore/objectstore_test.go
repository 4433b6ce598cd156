package objectstore_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

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
