package telemetry

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/exemplar"
)

// onlyTraces makes exemplars that name the trace and nothing else: what was left
// out of the labels would come back with them, and with it they are longer than
// Prometheus takes.
func onlyTraces(a sdkmetric.Aggregation) exemplar.ReservoirProvider {
	if _, unset := a.(sdkmetric.AggregationDefault); unset || a == nil {
		a = sdkmetric.DefaultAggregationSelector(sdkmetric.InstrumentKindHistogram)
	}
	make := sdkmetric.DefaultExemplarReservoirProviderSelector(a)
	return func(kept attribute.Set) exemplar.Reservoir { return bare{make(kept)} }
}

type bare struct{ exemplar.Reservoir }

func (b bare) Offer(ctx context.Context, at time.Time, value exemplar.Value, _ []attribute.KeyValue) {
	b.Reservoir.Offer(ctx, at, value, nil)
}
