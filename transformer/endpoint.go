package transformer

import (
	"context"
	"time"

	"github.com/go-kit/kit/endpoint"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/transformation"
	"github.com/kzocds/kzocds/transformer/internal/pg"
	"github.com/kzocds/kzocds/transformer/quality"
)

// question is one verb of the service: how its request reads and what answers
// it. Tracing, metrics, deadlines and recovery are the server's.
type question struct {
	verb     string
	decode   func([]byte) (any, error)
	endpoint endpoint.Endpoint
}

func (s *Service) questions() []question {
	return []question{
		{transformation.VerbQuarantine, bus.Decode[transformation.QuarantineRequest], bus.Endpoint(s.quarantine)},
		{transformation.VerbMappings, bus.Decode[transformation.MappingsRequest], bus.Endpoint(s.mappings)},
		{transformation.VerbComparison, bus.Decode[transformation.ComparisonRequest], bus.Endpoint(s.comparison)},
		{transformation.VerbQuality, bus.Decode[transformation.QualityRequest], bus.Endpoint(s.quality)},
	}
}

const (
	defaultLimit = 100
	mostLimit    = 1000
)

// limited is the number of rows that a request gets.
func limited(limit int) (int, error) {
	switch {
	case limit == 0:
		return defaultLimit, nil
	case limit < 0 || limit > mostLimit:
		return 0, fault.New(fault.Invalid, "limit is %d: between 1 and %d", limit, mostLimit).At("limit")
	default:
		return limit, nil
	}
}

func (s *Service) quarantine(ctx context.Context, q transformation.QuarantineRequest) (transformation.Quarantine, error) {
	limit, err := limited(q.Limit)
	if err != nil {
		return transformation.Quarantine{}, err
	}
	current, err := s.store.Published(ctx)
	if err != nil {
		return transformation.Quarantine{}, err
	}
	held, err := s.store.Held(ctx, current.ID, pg.Choice{Rule: q.Rule}, q.After, limit)
	page := transformation.Quarantine{Processes: held}
	if len(held) == limit {
		page.Next = held[limit-1].OCID
	}
	return page, err
}

func (s *Service) mappings(ctx context.Context, _ transformation.MappingsRequest) (transformation.Mappings, error) {
	return s.store.Mappings(ctx)
}

func (s *Service) comparison(ctx context.Context, q transformation.ComparisonRequest) (transformation.Comparison, error) {
	return s.store.Comparison(ctx, q.From, q.To)
}

func (s *Service) quality(ctx context.Context, q transformation.QualityRequest) (transformation.Quality, error) {
	var err error
	if q.Limit, err = limited(q.Limit); err != nil {
		return transformation.Quality{}, err
	}
	for name, day := range map[string]string{"from": q.From, "to": q.To} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			return transformation.Quality{}, fault.New(fault.Invalid, "%s is %q: a day such as 2026-07-24", name, day).At(name)
		}
	}
	out, err := s.store.Quality(ctx, q)
	for i, row := range out.Rows {
		if rule, ok := quality.ByID(row.Rule); ok {
			out.Rows[i].Sentence = map[string]string{"kk": rule.KK, "ru": rule.RU, "en": rule.EN}
		}
	}
	return out, err
}
