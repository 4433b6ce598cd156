package config

import (
	"fmt"
	"log/slog"
)

// Secret is text that is never printed, logged or marshalled. It is given by
// environment, by a file that the environment names, or in the configuration
// file, never by flag: flags are seen by every process of the machine.
type Secret string

const redacted = "[redacted]"

// Reveal gives the text. Call it only where the text is handed over.
func (s Secret) Reveal() string { return string(s) }

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// Format keeps every verb, %x and %#v too, from printing the text.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalText is also what JSON and YAML encoders use.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue is what slog prints.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// NATS says where the message bus is.
type NATS struct {
	URL         string `yaml:"url" doc:"NATS server, or several separated by commas"`
	Credentials string `yaml:"credentials" doc:"file with the NATS credentials (.creds), read again at each connection; empty = none"`
	Replicas    int    `yaml:"replicas" doc:"servers of a NATS cluster that keep each stream: 1, 3 or 5"`
}

// Postgres says where the database is.
type Postgres struct {
	URL      Secret `yaml:"url" doc:"PostgreSQL connection URL"`
	MaxConns int    `yaml:"maxConns" doc:"connections of the pool at most; 0 takes the driver's default"`
}

// Temporal says where workflows run.
type Temporal struct {
	Address   string `yaml:"address" doc:"Temporal frontend, host:port"`
	Namespace string `yaml:"namespace" doc:"Temporal namespace"`
	TLS       bool   `yaml:"tls" doc:"talk TLS to the frontend"`
}

// ObjectStore says where objects lie.
type ObjectStore struct {
	Endpoint  string `yaml:"endpoint" doc:"S3 endpoint, host:port or URL"`
	Bucket    string `yaml:"bucket" doc:"bucket; it is made when it does not exist"`
	AccessKey string `yaml:"accessKey" doc:"S3 access key id"`
	SecretKey Secret `yaml:"secretKey" doc:"S3 secret access key"`
	Secure    bool   `yaml:"secure" doc:"talk TLS to the endpoint"`
	Region    string `yaml:"region" doc:"S3 region"`
}

// Web says where a service listens.
type Web struct {
	Listen string `yaml:"listen" doc:"address for HTTP, host:port"`
}

// Telemetry says what is logged and where traces and metrics go.
type Telemetry struct {
	LogFormat   string  `yaml:"logFormat" doc:"format of the log on standard error: json or text"`
	LogLevel    string  `yaml:"logLevel" doc:"lowest level that is logged: debug, info, warn or error"`
	Endpoint    string  `yaml:"endpoint" doc:"OTLP over HTTP endpoint (URL) for traces and metrics; empty takes OTEL_EXPORTER_OTLP_ENDPOINT, and if that is empty nothing is forwarded"`
	SampleRatio float64 `yaml:"sampleRatio" doc:"share of new traces that is recorded, 0 to 1"`
}

// Defaults of one machine, the same as the ports that `make run` gives out.

// DefaultNATS is the bus of `make run`.
func DefaultNATS() NATS { return NATS{URL: "nats://127.0.0.1:4222", Replicas: 1} }

// DefaultPostgres is the database of `make run`.
func DefaultPostgres() Postgres {
	return Postgres{URL: "postgres://kzocds@127.0.0.1:5433/kzocds?sslmode=disable", MaxConns: 8}
}

// DefaultTemporal is the workflow server of `make run`.
func DefaultTemporal() Temporal { return Temporal{Address: "127.0.0.1:7233", Namespace: "default"} }

// DefaultObjectStore is the object store of `make run`; its keys have no
// default.
func DefaultObjectStore() ObjectStore {
	return ObjectStore{Endpoint: "127.0.0.1:9000", Bucket: "ocds", Region: "us-east-1"}
}

// DefaultBodies is the bucket of `make run` for bodies of source documents. It is
// another than the publication's, because those have personal data.
func DefaultBodies() ObjectStore {
	return ObjectStore{Endpoint: "127.0.0.1:9000", Bucket: "source", Region: "us-east-1"}
}

// DefaultTelemetry logs JSON from level info and records every trace.
func DefaultTelemetry() Telemetry {
	return Telemetry{LogFormat: "json", LogLevel: "info", SampleRatio: 1}
}
