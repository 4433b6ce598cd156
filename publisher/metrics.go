package publisher

import (
	"context"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/kzocds/kzocds/proto/publication"
)

// meter tells the state of the publication when metrics are read: what the
// status page tells, as numbers. Every replica tells the same. What cannot be
// asked for is left out, and logged by whoever reads the metrics.
func (s *Service) meter() (stop func(), err error) {
	meter := otel.Meter("github.com/kzocds/kzocds/publisher")
	gauge := func(name, unit, description string) metric.Int64ObservableGauge {
		g, gaugeErr := meter.Int64ObservableGauge(name, metric.WithUnit(unit), metric.WithDescription(description))
		if gaugeErr != nil {
			err = gaugeErr
		}
		return g
	}
	published := gauge("kzocds.snapshot.published", "s", "when the current snapshot became current, seconds since 1970")
	date := gauge("kzocds.snapshot.date", "s", "newest change of the source in the current snapshot, seconds since 1970")
	processes := gauge("kzocds.snapshot.processes", "{process}", "contracting processes that are published")
	quarantined := gauge("kzocds.quarantine.processes", "{process}", "contracting processes that could not be published")
	objects := gauge("kzocds.source.objects", "{object}", "objects of the source by entity and state: source (what it counts), stored, quarantined")
	if err != nil {
		return nil, err
	}
	registration, err := meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		status, err := s.Status(ctx, publication.StatusRequest{})
		if err != nil {
			return err
		}
		if status.Snapshot != "" {
			o.ObserveInt64(published, status.Published.Unix())
			o.ObserveInt64(date, status.Date.Unix())
		}
		o.ObserveInt64(processes, status.Processes)
		o.ObserveInt64(quarantined, status.Quarantined)
		for _, e := range status.Entities {
			for state, n := range map[string]int64{"source": e.Source, "stored": e.Stored, "quarantined": e.Quarantined} {
				o.ObserveInt64(objects, n, metric.WithAttributes(attribute.String("entity", e.Entity), attribute.String("state", state)))
			}
		}
		return nil
	}, published, date, processes, quarantined, objects)
	if err != nil {
		return nil, err
	}
	return func() { _ = registration.Unregister() }, nil // it fails only for what is no registration
}
