// Package gateway is the HTTP edge of kzocds: the open API under /api/v1, the
// OCDS feed, the bulk index, the operator's API, the API documentation and the
// Explorer. It holds no data: every answer comes from a question to another
// service over NATS, so replicas are alike.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/config"
)

// Config of the gateway.
type Config struct {
	Web       config.Web       `yaml:"web"`
	Internal  config.Web       `yaml:"internal"`
	NATS      config.NATS      `yaml:"nats"`
	Temporal  config.Temporal  `yaml:"temporal"`
	Telemetry config.Telemetry `yaml:"telemetry"`

	PublicURL   string        `yaml:"publicUrl" doc:"address under which consumers reach the gateway; start of every link in packages"`
	Rate        float64       `yaml:"rate" doc:"requests per second that one client may make; 0 = no limit"`
	Burst       int           `yaml:"burst" doc:"requests that one client may make at once beyond the rate"`
	Questions   int           `yaml:"questions" doc:"questions of all clients under way at once; more wait for their turn; 0 = no limit"`
	Patience    time.Duration `yaml:"patience" doc:"how long a question waits for its turn before its client is told to come later (429)"`
	TrustProxy  bool          `yaml:"trustProxy" doc:"take the client's address from X-Forwarded-For; only behind a proxy that sets it"`
	MaxURL      int           `yaml:"maxUrl" doc:"longest request target, bytes"`
	MaxBody     int64         `yaml:"maxBody" doc:"largest request body, bytes"`
	Timeout     time.Duration `yaml:"timeout" doc:"longest time for one answer"`
	Drain       time.Duration `yaml:"drain" doc:"how long to go on serving, not ready, after the end was asked for: until load balancers have noticed"`
	Export      time.Duration `yaml:"export" doc:"longest time for one export"`
	FeedLimit   int           `yaml:"feedLimit" doc:"most releases or records on a page"`
	AdminToken  config.Secret `yaml:"adminToken" doc:"token of the one operator of /admin, where there is no file of operators; without either the operator's API is off"`
	Operators   string        `yaml:"operators" doc:"file with the operators of /admin, a line each: name and the SHA-256 of the token in hexadecimal; read again when it changes"`
	OIDC        OIDC          `yaml:"oidc"`
	Security    string        `yaml:"security" doc:"where to report a weakness, mailto: or https:, told in /.well-known/security.txt; empty = not told"`
	SourceName  string        `yaml:"sourceName" doc:"source whose schedule /admin controls: goszakup or ocds"`
	BucketURL   string        `yaml:"bucketUrl" doc:"public address of the bucket, for links in the Explorer"`
	PortalURL   string        `yaml:"portalUrl" doc:"address of the procurement portal, for links from a process to its page there"`
	TemporalWeb string        `yaml:"temporalWeb" doc:"address of the Temporal UI, shown to operators; empty = not shown"`
}

// Default is the configuration for one machine.
func Default() Config {
	return Config{
		Web:       config.Web{Listen: "127.0.0.1:8080"},
		Internal:  config.Web{Listen: "127.0.0.1:9105"},
		NATS:      config.DefaultNATS(),
		Temporal:  config.DefaultTemporal(),
		Telemetry: config.DefaultTelemetry(),
		PublicURL: "http://127.0.0.1:8080",
		Rate:      50, Burst: 200,
		Questions: 32, Patience: time.Second,
		MaxURL: 16 << 10, MaxBody: 256 << 10,
		Timeout:    30 * time.Second,
		Export:     time.Hour,
		FeedLimit:  1000,
		OIDC:       OIDC{Claim: "groups"},
		Security:   "https://github.com/kzocds/kzocds/security/advisories/new",
		SourceName: "goszakup",
		BucketURL:  "http://127.0.0.1:9000/ocds",
		PortalURL:  "https://goszakup.gov.kz",
	}
}

// Deps are the connections that the gateway works with.
type Deps struct {
	Log  *slog.Logger
	Bus  *bus.Conn
	Flow client.Client // nil switches the operator's API off
}

// Service is the gateway.
type Service struct {
	cfg     Config
	log     *slog.Logger
	ask     asker
	flow    workflows
	staff   *operators
	handler http.Handler
	ending  atomic.Bool
}

// New checks the configuration and builds the routes; it starts nothing.
func New(cfg Config, deps Deps) (*Service, error) {
	if cfg.PublicURL == "" {
		return nil, errors.New("publicUrl is empty: packages need the address under which consumers reach the gateway")
	}
	if cfg.FeedLimit < 1 {
		return nil, fmt.Errorf("feedLimit is %d: at least 1", cfg.FeedLimit)
	}
	staff, err := newOperators(cfg)
	if err != nil {
		return nil, err
	}
	s := &Service{cfg: cfg, log: deps.Log, ask: inTurn(busAsker{deps.Bus}, cfg.Questions, cfg.Patience), staff: staff}
	if deps.Flow != nil {
		s.flow = temporal{deps.Flow}
	}
	h, err := s.routes()
	if err != nil {
		return nil, err
	}
	s.handler = h
	return s, nil
}

// Handler is the whole public surface.
func (s *Service) Handler() http.Handler { return s.handler }

// Ready says whether requests should come here: not when the end was asked for,
// nor while the services behind cannot be reached.
func (s *Service) Ready() error {
	if s.ending.Load() {
		return errors.New("the gateway is stopping")
	}
	return s.ask.Ready()
}

// Run serves until ctx ends. Then it is not ready any more, serves on for the
// drain time, and lets requests in flight finish.
func (s *Service) Run(ctx context.Context) error {
	l, err := net.Listen("tcp", s.cfg.Web.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s (another program on this port? set web.listen): %w", s.cfg.Web.Listen, err)
	}
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      s.cfg.Timeout + 30*time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    s.cfg.MaxURL + 16<<10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	s.log.Info("gateway serves", "address", l.Addr().String())
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.ending.Store(true)
	select {
	case err := <-failed:
		return err
	case <-time.After(s.cfg.Drain):
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		return fmt.Errorf("drain requests: %w", err)
	}
	return nil
}
