package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/kzocds/kzocds/local/settings"
)

// part is one row of the table of what runs on this machine.
type part struct {
	name string
	does string
	// on names the parts that must be ready before.
	on []string
	// port that it listens on; 0 for none, or when an external server is used.
	port func(settings.Settings) int
	// run starts the part, calls ready when what stands on it may start, and ends with ctx.
	run func(ctx context.Context, s *system, ready func()) error
}

// table lists the parts in the order in which they start.
func table() []part {
	port := func(of func(settings.Ports) int, external func(settings.Settings) string) func(settings.Settings) int {
		return func(s settings.Settings) int {
			if external != nil && external(s) != "" {
				return 0
			}
			return of(s.Ports())
		}
	}
	return []part{
		{"postgres", "database of the services and of Temporal", nil,
			port(func(p settings.Ports) int { return p.PostgreSQL }, func(s settings.Settings) string { return s.DatabaseURL }), postgresPart},
		{"nats", "message streams (NATS JetStream)", nil,
			port(func(p settings.Ports) int { return p.NATS }, func(s settings.Settings) string { return s.NATSURL }), natsPart},
		{"s3", "object store", nil,
			port(func(p settings.Ports) int { return p.S3 }, func(s settings.Settings) string { return s.S3Endpoint }), objectStorePart},
		{"temporal", "workflows", []string{"postgres"},
			port(func(p settings.Ports) int { return p.Temporal }, func(s settings.Settings) string { return s.TemporalAddress }), temporalPart},
		{"goszakup", "stand-in of the procurement portal", nil,
			port(func(p settings.Ports) int { return p.StandIn }, func(s settings.Settings) string { return s.SourceURL }), standInPart},
		{"extractor", "source in", []string{"postgres", "nats", "s3", "temporal", "goszakup"},
			port(func(p settings.Ports) int { return p.Extractor }, nil), extractorPart},
		{"transformer", "source documents to OCDS releases and records", []string{"postgres", "nats", "s3", "temporal"},
			port(func(p settings.Ports) int { return p.Transformer }, nil), transformerPart},
		{"analytics", "figures from the published snapshot", []string{"nats", "s3", "temporal"},
			port(func(p settings.Ports) int { return p.Analytics }, nil), analyticsPart},
		{"publisher", "snapshots in the object store", []string{"postgres", "nats", "s3", "temporal"},
			port(func(p settings.Ports) int { return p.Publisher }, nil), publisherPart},
		{"gateway", "Explorer and open API", []string{"nats", "temporal"},
			port(func(p settings.Ports) int { return p.Gateway }, nil), gatewayPart},
	}
}

// selected returns the parts with these names and those that they stand on, in
// order; all when there are no names.
func selected(parts []part, names []string, once bool) ([]part, error) {
	if once && len(names) > 0 {
		return nil, fmt.Errorf("ONCE=1 runs the whole pipeline; leave out -target")
	}
	wanted := map[string]bool{}
	var take func(name string) error
	take = func(name string) error {
		i := slices.IndexFunc(parts, func(p part) bool { return p.name == name })
		if i < 0 {
			return fmt.Errorf("-target %s: there is no such part; there are %s", name, strings.Join(namesOf(parts), ", "))
		}
		wanted[name] = true
		for _, n := range parts[i].on {
			if err := take(n); err != nil {
				return err
			}
		}
		return nil
	}
	if len(names) == 0 {
		names = namesOf(parts)
	}
	for _, n := range names {
		if err := take(n); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(slices.Clone(parts), func(p part) bool { return !wanted[p.name] }), nil
}

func namesOf(parts []part) []string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.name
	}
	return names
}

// describe writes the table for people.
func describe(w io.Writer, parts []part) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer t.Flush()
	for _, p := range parts {
		on := "-"
		if len(p.on) > 0 {
			on = strings.Join(p.on, ",")
		}
		fmt.Fprintf(t, "%s\t%s\tstands on %s\n", p.name, p.does, on)
	}
}
