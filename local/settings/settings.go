// Package settings reads the knobs of `make run` from the environment.
package settings

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Sources of procurement data.
const (
	SourceGoszakup = "goszakup"
	SourceOCDS     = "ocds"
)

// Object stores that can be started here.
const (
	StoreEmbedded = "embedded"
	StoreMinIO    = "minio"
)

// Settings are the knobs. Empty addresses mean a server of our own.
type Settings struct {
	// Scale is the number of contracting processes that the stand-in makes.
	Scale int
	Seed  int64
	// PortOffset is added to every port.
	PortOffset int
	// StateDir is absolute.
	StateDir string
	// Source is the kind of source; SourceURL with SourceToken names a real one
	// instead of the stand-in: the portal's address, or where a publication is.
	Source, SourceURL, SourceToken string
	ObjectStore                    string
	// External servers.
	DatabaseURL, NATSURL, TemporalAddress, S3Endpoint string
	// Credentials of the external object store.
	S3AccessKey, S3SecretKey string
	// Once ends the program when the pipeline has published.
	Once bool
}

// Ports of the system; all but the internal ones of the services are part of
// the public interface.
type Ports struct {
	Gateway, TemporalUI, Temporal, S3, NATS, PostgreSQL, StandIn  int
	Extractor, Transformer, Publisher, Analytics, GatewayInternal int
}

// Ports with the offset added.
func (s Settings) Ports() Ports {
	o := s.PortOffset
	return Ports{
		Gateway: 8080 + o, TemporalUI: 8233 + o, Temporal: 7233 + o, S3: 9000 + o, NATS: 4222 + o, PostgreSQL: 5433 + o, StandIn: 8090 + o,
		Extractor: 9101 + o, Transformer: 9102 + o, Publisher: 9103 + o, Analytics: 9104 + o, GatewayInternal: 9105 + o,
	}
}

// highest of the ports before the offset.
const highest = 9105

// StandIn reports whether the source is our own stand-in of the portal.
func (s Settings) StandIn() bool { return s.SourceURL == "" }

// FromEnvironment reads the knobs from an environment in the form of
// os.Environ. The error has one line for each bad knob.
func FromEnvironment(environ []string) (Settings, error) {
	values := map[string]string{}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		values[name] = strings.TrimSpace(value)
	}
	r := reader{values: values}
	s := Settings{
		Scale:       r.number("SCALE", 2000, 1, 100_000_000, "contracting processes that the stand-in makes"),
		Seed:        int64(r.number("SEED", 1, 0, math.MaxInt32, "the seed of what the stand-in makes")),
		PortOffset:  r.number("PORT_OFFSET", 0, 0, 65535-highest, "what is added to every port"),
		StateDir:    r.text("STATE_DIR", ".local"),
		Source:      r.choice("SOURCE", SourceGoszakup, SourceOCDS),
		SourceToken: values["SOURCE_TOKEN"],
		ObjectStore: r.choice("OBJECT_STORE", StoreEmbedded, StoreMinIO),
		DatabaseURL: r.address("DATABASE_URL", "postgres://user:password@host:5432/kzocds", "postgres", "postgresql"),
		NATSURL:     r.address("NATS_URL", "nats://host:4222", "nats", "tls", "ws", "wss"),
		S3Endpoint:  r.web("S3_ENDPOINT"),
		S3AccessKey: values["AWS_ACCESS_KEY_ID"], S3SecretKey: values["AWS_SECRET_ACCESS_KEY"],
		TemporalAddress: values["TEMPORAL_ADDRESS"],
		Once:            r.choice("ONCE", "0", "1") == "1",
	}
	if s.Source == SourceOCDS {
		s.SourceURL = r.places("SOURCE_URL")
	} else {
		s.SourceURL = r.web("SOURCE_URL")
	}
	if a := s.TemporalAddress; a != "" {
		if _, _, err := net.SplitHostPort(a); err != nil {
			r.bad("TEMPORAL_ADDRESS=%s: want host:port", a)
		}
	}
	if s.Source == SourceOCDS && s.SourceURL == "" {
		r.bad("SOURCE=ocds needs SOURCE_URL: where an OCDS publication is, an http or https address, s3://bucket/prefix, a file or a folder")
	}
	if s.Source == SourceGoszakup && s.SourceURL != "" && s.SourceToken == "" {
		r.bad("SOURCE_URL needs SOURCE_TOKEN: the portal answers nobody without a token")
	}
	if s.S3Endpoint != "" && (s.S3AccessKey == "" || s.S3SecretKey == "") {
		r.bad("S3_ENDPOINT needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	}
	dir, err := filepath.Abs(s.StateDir)
	if err != nil {
		r.bad("STATE_DIR=%s: %v", s.StateDir, err)
	}
	s.StateDir = dir
	return s, errors.Join(r.wrong...)
}

// reader collects what is wrong, so that people see all of it at once.
type reader struct {
	values map[string]string
	wrong  []error
}

func (r *reader) bad(format string, a ...any) { r.wrong = append(r.wrong, fmt.Errorf(format, a...)) }

func (r *reader) text(name, otherwise string) string {
	if v := r.values[name]; v != "" {
		return v
	}
	return otherwise
}

func (r *reader) number(name string, otherwise, least, most int, what string) int {
	text := r.values[name]
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		r.bad("%s=%s: want a whole number from %d to %d, %s", name, text, least, most, what)
		return otherwise
	}
	return n
}

// choice takes the first allowed value when there is none.
func (r *reader) choice(name string, allowed ...string) string {
	v := r.text(name, allowed[0])
	if !slices.Contains(allowed, v) {
		r.bad("%s=%s: want %s", name, v, strings.Join(allowed, " or "))
		return allowed[0]
	}
	return v
}

func (r *reader) web(name string) string {
	return r.address(name, "http://host or https://host", "http", "https")
}

// places reads where a publication is: addresses, files and folders, separated
// by blanks. Paths become absolute, so that a state directory belongs to one
// place wherever it is started from.
func (r *reader) places(name string) string {
	words := strings.Fields(r.values[name])
	for i, word := range words {
		scheme, _, isAddress := strings.Cut(word, "://")
		if isAddress {
			if !slices.Contains([]string{"http", "https", "s3", "file"}, scheme) {
				r.bad("%s: want http or https addresses, s3://bucket/prefix, files or folders", name)
			}
			continue
		}
		path, err := filepath.Abs(word)
		if err != nil {
			r.bad("%s=%s: %v", name, word, err)
		}
		words[i] = path
	}
	return strings.Join(words, " ")
}

func (r *reader) address(name, example string, schemes ...string) string {
	text := r.values[name]
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
		// Not the value: it may hold a password.
		r.bad("%s: want an address such as %s", name, example)
	}
	return text
}
