// Package objectstore runs an S3 server: an embedded one in this process, or
// MinIO as a child. MinIO is under the AGPL: it is built from its own module and
// run as a separate process, never linked.
package objectstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"

	"github.com/kzocds/kzocds/local/child"
	"github.com/kzocds/kzocds/local/state"
)

const host = "127.0.0.1"

// AccessKey is the name of the one account; its secret is made with the state
// directory.
const AccessKey = "kzocds"

// Versions is the folder in the state directory that lets buckets of the embedded
// store keep old versions.
const Versions = "objects-versions"

// Region that the servers claim to be in.
const Region = "us-east-1"

// Server is a running object store.
type Server struct {
	port   int
	secret string
	close  func()
	done   <-chan struct{}
	err    func() error
}

// Embedded starts the store inside this process. It changes the working
// directory of the process, so paths must be absolute from then on; there can
// be one per process.
func Embedded(ctx context.Context, dir *state.Dir, port int) (*Server, error) {
	secret, err := dir.Secret("s3-secret-key")
	if err != nil {
		return nil, err
	}
	root, side := dir.Join("objects"), dir.Join("objects-meta")
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, err
	}
	// An object's metadata lie in extended attributes, where they appear
	// together with the object; on file systems without them, in files of their own.
	var metadata meta.MetadataStorer = meta.XattrMeta{}
	var options posix.PosixOpts
	// Buckets can keep old versions once there is a folder for them.
	if versions := dir.Join(Versions); isFolder(versions) {
		options.VersioningDir = versions
	}
	_, sided := os.Stat(side)
	if err := (meta.XattrMeta{}).Test(root); err != nil || sided == nil {
		if err := os.MkdirAll(side, 0o755); err != nil {
			return nil, err
		}
		options.SideCarDir = side
		if metadata, err = meta.NewSideCar(side); err != nil {
			return nil, err
		}
	}
	backend, err := posix.New(root, metadata, options)
	if err != nil {
		return nil, fmt.Errorf("object store: %w", err)
	}

	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	var ended error
	go func() {
		defer close(done)
		ended = embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
			RootUserAccess: AccessKey, RootUserSecret: secret, Region: Region,
			Ports:          []string{net.JoinHostPort(host, strconv.Itoa(port))},
			MaxConnections: 4096, MaxRequests: 2048, MultipartMaxParts: 10000,
			IAMService: auth.NewIAMServiceSingle(auth.Account{Access: AccessKey, Secret: secret, Role: auth.RoleAdmin}),
			KeepAlive:  true, Quiet: true, CORSAllowOrigin: "*", HealthPath: healthPath,
		})
		backend.Shutdown()
	}()
	s := &Server{
		port: port, secret: secret, done: done,
		close: func() { cancel(); <-done },
		err: func() error {
			if ended == nil || errors.Is(ended, context.Canceled) {
				return nil
			}
			return fmt.Errorf("object store: %w", ended)
		},
	}
	return s, s.await(ctx, healthPath)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// healthPath of the embedded store; no bucket has this name.
const healthPath = "/health-of-the-store"

// MinIO starts the binary as a child of this process.
func MinIO(ctx context.Context, dir *state.Dir, binary string, port int) (*Server, error) {
	secret, err := dir.Secret("s3-secret-key")
	if err != nil {
		return nil, err
	}
	process, err := child.Start(child.Spec{
		Name: "MinIO", Path: binary,
		Args: []string{"server", "--quiet", "--address", net.JoinHostPort(host, strconv.Itoa(port)), dir.Join("minio")},
		Env: append(os.Environ(), "MINIO_ROOT_USER="+AccessKey, "MINIO_ROOT_PASSWORD="+secret,
			"MINIO_BROWSER=off", "MINIO_UPDATE=off", "HOME="+dir.Join()),
		Dir: dir.Join(), Log: dir.Log("minio"),
		Stop: syscall.SIGTERM, Grace: 15 * time.Second, Orphaned: syscall.SIGKILL,
	})
	if err != nil {
		return nil, err
	}
	s := &Server{port: port, secret: secret, done: process.Done(), close: process.Close, err: process.Err}
	return s, s.await(ctx, "/minio/health/ready")
}

// await waits until the store answers; when it does not, it is closed.
func (s *Server) await(ctx context.Context, health string) (err error) {
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	const patience = time.Minute
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := healthy(ctx, s.Endpoint()+health)
		if ok {
			return nil
		}
		select {
		case <-s.done:
			if err := s.err(); err != nil {
				return err
			}
			return errors.New("object store: ended while starting")
		case <-ctx.Done():
			return fmt.Errorf("object store: no answer within %s: %w", patience, err)
		case <-tick.C:
		}
	}
}

func healthy(ctx context.Context, url string) (bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false, err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return false, err
	}
	if res.StatusCode != http.StatusOK {
		return false, fmt.Errorf("%s answers %s", url, res.Status)
	}
	return true, nil
}

// Endpoint is the URL of the store.
func (s *Server) Endpoint() string {
	return "http://" + net.JoinHostPort(host, strconv.Itoa(s.port))
}

// SecretKey of the account.
func (s *Server) SecretKey() string { return s.secret }

// Done is closed when the store has ended; Err then says why.
func (s *Server) Done() <-chan struct{} { return s.done }

// Err tells why the store ended without being asked.
func (s *Server) Err() error { return s.err() }

// Close stops the store.
func (s *Server) Close() { s.close() }
