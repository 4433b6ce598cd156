// Command temporalserver is Temporal with its Web UI in one process on
// PostgreSQL, for one machine or a cluster to develop on: no TLS, no
// authentication, on 127.0.0.1 unless -host says otherwise.
//
// It is a module of its own, outside the workspace, so that the server's
// dependencies stay out of the services. It creates and updates the schema of
// its two databases itself, registers the namespace default and then writes
// the line "ready" to standard output. Its log goes to standard error. SIGTERM
// and SIGINT stop it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	_ "go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql" // the plugin named below
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
	"go.temporal.io/server/tools/common/schema"
	"go.temporal.io/server/tools/sql"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

const (
	plugin    = "postgres12_pgx"
	loopback  = "127.0.0.1"
	namespace = "default"
	// retention is how long an operator can look back at closed workflows.
	retention = 30 * 24 * time.Hour
	// shards of history; fixed for the life of a database.
	shards = 4
	// maxConns bounds the connections to PostgreSQL per store.
	maxConns = 20
)

func main() {
	host := flag.String("host", loopback, "address on which the frontend and the Web UI listen")
	port := flag.Int("port", 7233, "port of the frontend (gRPC)")
	uiPort := flag.Int("ui-port", 8233, "port of the Web UI")
	database := flag.String("database", "temporal", "name of the database of workflow state")
	visibility := flag.String("visibility", "temporal_visibility", "name of the database of the workflow list")
	level := flag.String("log-level", "warn", "debug, info, warn or error")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	logger := log.NewZapLogger(log.BuildZapLogger(log.Config{Level: *level}))
	if err := run(ctx, logger, *host, *port, *uiPort, *database, *visibility); err != nil {
		fmt.Fprintln(os.Stderr, "temporalserver:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, logger log.Logger, host string, port, uiPort int, database, visibility string) error {
	state, err := store(os.Getenv("TEMPORAL_POSTGRES_URL"), database)
	if err != nil {
		return fmt.Errorf("environment variable TEMPORAL_POSTGRES_URL: %w", err)
	}
	list := *state
	list.DatabaseName = visibility
	if err := migrate(state, "postgresql/v12/temporal", logger); err != nil {
		return err
	}
	if err := migrate(&list, "postgresql/v12/visibility", logger); err != nil {
		return err
	}

	services, hosts, err := services(host, port)
	if err != nil {
		return err
	}
	frontend := net.JoinHostPort(loopback, strconv.Itoa(port))
	srv, err := temporal.NewServer(
		temporal.WithConfig(serverConfig(frontend, services, state, &list)),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(hosts),
		temporal.WithLogger(logger),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return authorization.NewNoopClaimMapper() }),
		temporal.WithDynamicConfigClient(dynamicconfig.StaticClient{
			// A namespace and its search attributes are known everywhere at once.
			dynamicconfig.NamespaceCacheRefreshInterval.Key():           time.Second,
			dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key(): true,
		}),
	)
	if err != nil {
		return err
	}
	if err := srv.Start(); err != nil {
		return err
	}
	defer srv.Stop() //nolint:errcheck // the process ends right after
	if err := register(ctx, frontend); err != nil {
		return err
	}

	ui := server.NewServer(uioptions.WithConfigProvider(fixed{&uiconfig.Config{
		TemporalGRPCAddress: frontend,
		Host:                host,
		Port:                uiPort,
		EnableUI:            true,
		DefaultNamespace:    namespace,
		DisableNewsFetch:    true,
		HideLogs:            true,
		// The page is served over plain HTTP on this machine.
		CORS: uiconfig.CORS{CookieInsecure: true, AllowOrigins: []string{"http://" + net.JoinHostPort(loopback, strconv.Itoa(uiPort))}},
	}}))
	failed := make(chan error, 1)
	go func() { failed <- ui.Start() }()
	if err := listening(ctx, net.JoinHostPort(loopback, strconv.Itoa(uiPort)), failed); err != nil {
		return err
	}
	defer ui.Stop()

	fmt.Println("ready")
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return fmt.Errorf("web UI: %w", err)
	}
}

// store reads where PostgreSQL is from a URL postgres://user:password@host:port/.
func store(raw, database string) (*config.SQL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User == nil {
		return nil, errors.New("want postgres://user:password@host:port/")
	}
	password, _ := u.User.Password()
	attributes := map[string]string{}
	if mode := u.Query().Get("sslmode"); mode != "" {
		attributes["sslmode"] = mode
	}
	return &config.SQL{
		PluginName:        plugin,
		ConnectAddr:       u.Host,
		User:              u.User.Username(),
		Password:          password,
		DatabaseName:      database,
		ConnectAttributes: attributes,
		MaxConns:          maxConns,
		MaxIdleConns:      maxConns,
	}, nil
}

// migrate brings one database to the schema that this server version carries.
// It may be repeated and may be cut off at any point.
func migrate(cfg *config.SQL, name string, logger log.Logger) error {
	conn, err := sql.NewConnection(cfg, logger)
	if err != nil {
		return fmt.Errorf("database %s: %w", cfg.DatabaseName, err)
	}
	defer conn.Close()
	if _, err := conn.ReadSchemaVersion(); err != nil {
		setup := &schema.SetupConfig{InitialVersion: "0.0"}
		if err := schema.NewSetupSchemaTask(conn, setup, logger).Run(); err != nil {
			return fmt.Errorf("schema versions of database %s: %w", cfg.DatabaseName, err)
		}
	}
	if err := schema.NewUpdateSchemaTask(conn, &schema.UpdateConfig{SchemaName: name}, logger).Run(); err != nil {
		return fmt.Errorf("schema of database %s: %w", cfg.DatabaseName, err)
	}
	return nil
}

// services gives each of the four services its port: the frontend the public
// one on host, the others any free one that only this machine reaches. Hosts
// are static because one process is the whole cluster: there is no gossip to
// join and no dead member of an earlier run to wait for.
func services(host string, port int) (map[string]config.Service, map[primitives.ServiceName]static.Hosts, error) {
	byName := map[string]config.Service{}
	hosts := map[primitives.ServiceName]static.Hosts{}
	for _, name := range []primitives.ServiceName{
		primitives.FrontendService, primitives.HistoryService, primitives.MatchingService, primitives.WorkerService,
	} {
		p, listen := port, host
		if name != primitives.FrontendService {
			listen = loopback
			l, err := net.Listen("tcp", net.JoinHostPort(loopback, "0"))
			if err != nil {
				return nil, nil, err
			}
			// Kept open until all ports are chosen, so that no two are the same.
			defer l.Close()
			p = l.Addr().(*net.TCPAddr).Port
		}
		byName[string(name)] = config.Service{RPC: config.RPC{GRPCPort: p, BindOnIP: listen}}
		hosts[name] = static.SingleLocalHost(net.JoinHostPort(loopback, strconv.Itoa(p)))
	}
	return byName, hosts, nil
}

func serverConfig(frontend string, services map[string]config.Service, state, list *config.SQL) *config.Config {
	const cell = "active"
	return &config.Config{
		Global: config.Global{
			Membership: config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: loopback},
		},
		Persistence: config.Persistence{
			DefaultStore:     "state",
			VisibilityStore:  "list",
			NumHistoryShards: shards,
			DataStores:       map[string]config.DataStore{"state": {SQL: state}, "list": {SQL: list}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        cell,
			CurrentClusterName:       cell,
			ClusterInformation: map[string]cluster.ClusterInformation{
				cell: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: frontend},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services:            services,
		Archival: config.Archival{
			History:    config.HistoryArchival{State: "disabled"},
			Visibility: config.VisibilityArchival{State: "disabled"},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"},
		}},
		PublicClient: config.PublicClient{HostPort: frontend},
	}
}

// register creates the namespace if there is none, and waits until the
// frontend answers for it: its cache learns of a namespace a moment after it
// exists, and until then every start of a workflow fails.
func register(ctx context.Context, frontend string) error {
	conn, err := grpc.NewClient(frontend, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	client := workflowservice.NewWorkflowServiceClient(conn)
	created := false
	attempt := func() error {
		if !created {
			_, err := client.RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
				Namespace:                        namespace,
				Description:                      "kzocds on one machine",
				WorkflowExecutionRetentionPeriod: durationpb.New(retention),
			})
			var exists *serviceerror.NamespaceAlreadyExists
			if err := serviceerror.FromStatus(status.Convert(err)); err != nil && !errors.As(err, &exists) {
				return err
			}
			created = true
		}
		_, err := client.CountWorkflowExecutions(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: namespace})
		return err
	}
	return retry(ctx, time.Minute, "namespace "+namespace, attempt)
}

// listening waits until the address accepts connections or the server failed.
func listening(ctx context.Context, address string, failed <-chan error) error {
	return retry(ctx, time.Minute, "web UI on "+address, func() error {
		select {
		case err := <-failed:
			return permanent{fmt.Errorf("web UI: %w", err)}
		default:
		}
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

type permanent struct{ error }

// retry repeats an attempt every 50 ms until it succeeds, fails for good, or
// the limit has passed.
func retry(ctx context.Context, limit time.Duration, what string, attempt func() error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := attempt()
		var final permanent
		switch {
		case err == nil:
			return nil
		case errors.As(err, &final):
			return final.error
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, err)
		}
	}
}

// fixed is a configuration of the UI that never changes.
type fixed struct{ cfg *uiconfig.Config }

func (f fixed) GetConfig() (*uiconfig.Config, error) { return f.cfg, nil }
